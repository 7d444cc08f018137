/* render/chart/render.c: from a loaded chart to its documents (helm: cmd/helm/install.go runInstall,
 * pkg/action/install.go, pkg/engine/engine.go). */
#include <stdlib.h>
#include <strings.h>

#include "base/file.h"
#include "base/inputs.h"
#include "base/map.h"
#include "base/utf8.h"
#include "render/chart/coalesce.h"
#include "render/chart/dependencies.h"
#include "render/chart/message.h"
#include "render/chart/missing.h"
#include "render/chart/objects.h"
#include "render/chart/output.h"
#include "render/chart/schema.h"
#include "render/chart/strvals.h"
#include "render/log.h"

/* A template of the chart or a subchart and what it is executed with. */
struct renderable {
	kv_str name, text, base_path;
	kv_str file; /* its name in the chart */
	const struct rnd_chart *chart;
	krm_val dot; /* of its chart: all templates of a chart share one map */
	size_t depth;
};

struct renderer {
	struct kv_job *job;
	const struct rnd_release *release;
	const struct rnd_chart *chart;
	krm_val values; /* the chart's; templates set fields of them */
	krm_val before; /* a copy of them as they were, if they are needed again; else NIL */
	size_t steps;   /* of the job, before the templates ran */
	struct rnd_capabilities *caps;
	krm_val capabilities, release_object;
	struct kv_map templates; /* struct renderable by name */
	struct rnd_files rendered;
	size_t rendered_bytes;
	size_t nsources; /* of the job, before ours */
	bool failed; /* with a release object */
};

/* Templates are sources under Helm's names, which chance depends on. People look for files: from here on messages call them so,
 * also where it is about what they made (rnd_manifests_sort). */
static void show_paths(struct renderer *r)
{
	kv_str rendered = KV_S(RND_AS_RENDERED);
	for (size_t i = r->nsources; i < r->job->nsources; i++) {
		kv_str *name = &r->job->sources[i].name, end = kv_str_ends(*name, rendered) ? rendered : KV_S("");
		const struct renderable *t = kv_map_get(&r->templates, kv_str_sub(*name, 0, name->n - end.n));
		if (t)
			*name = kv_arena_cat(r->job->arena, t->chart->path, KV_S("/"), t->file, end);
	}
}

/* Where a release object exists already, Helm prints it under --debug, else adds a hint to its errors. */
static int render_error(struct renderer *r, kv_pos pos, kv_str text)
{
	r->failed = true;
	show_paths(r);
	if (r->release->lint || r->release->debug || !r->job->imitating)
		return rnd_chart_error(r->job, pos, text);
	return rnd_chart_error(
		r->job, pos,
		kv_arena_cat(r->job->arena, text, KV_S("\n\nUse --debug flag to render out invalid YAML")));
}

/* --- what templates see ----------------------------------------------------------------------- */

static void add_template(struct renderer *r, const struct rnd_chart *chart, const struct rnd_file *f, kv_str chart_path,
			 krm_val dot)
{
	struct renderable *t = KV_NEW(r->job->arena, struct renderable);
	t->name = kv_path_join(r->job->arena, chart_path, f->name);
	t->file = f->name;
	t->text = f->data;
	t->base_path = kv_arena_cat(r->job->arena, chart_path, KV_S("/templates"));
	t->chart = chart;
	t->dot = dot;
	for (size_t i = 0; i < t->name.n; i++)
		t->depth += t->name.p[i] == '/';
	kv_map_put(&r->templates, t->name, t);
}

/* Go's name for the type of values and of a chart's ".". */
static void name_values(const struct renderer *r, krm_val values)
{
	krm_map_set_name(values.m, r->release->engine == RND_HELM3 ? "chartutil.Values" : "common.Values");
}

/* The values of a subchart: a map without a name to the parent, and one with a name to itself. */
static krm_val values_in(struct renderer *r, krm_val parent, kv_str name)
{
	struct kv_arena *a = r->job->arena;
	kv_str path = kv_arena_cat(a, KV_S("Values."), name), missing;
	size_t last = kv_str_rchr(path, '.');
	krm_val around, values;
	if (rnd_values_table(parent, path, &values, &missing) &&
	    rnd_values_table(parent, kv_str_sub(path, 0, last), &around, &missing))
		krm_map_find(around.m, kv_str_sub(path, last + 1, path.n))->flags |= KRM_PLAIN;
	else
		values = krm_map(a, KRM_OF_ANY);
	values.flags &= (uint16_t)~KRM_PLAIN;
	name_values(r, values);
	return values;
}

/* What templates see of charts that hold no more than others takes 10 KB for each. */
#define MEMORY_OF_OBJECTS ((size_t)16 << 20)

/* A chart's "." and, before its own templates, those of its subcharts. -1 if they take too much memory. */
static int collect(struct renderer *r, const struct rnd_chart *chart, krm_val values, krm_val parent, krm_val *ret)
{
	struct kv_arena *a = r->job->arena;
	enum rnd_engine engine = r->release->engine;
	krm_val dot = krm_map(a, KRM_OF_ANY), subcharts = krm_map(a, KRM_OF_ANY);
	name_values(r, dot);
	if (parent.kind == KRM_MAP)
		values = values_in(r, parent, chart->metadata->name);
	krm_map_set(a, dot.m, KV_S("Chart"), rnd_object_chart(r->job, engine, chart));
	krm_map_set(a, dot.m, KV_S("Files"), rnd_object_files(r->job, engine, &chart->files));
	krm_map_set(a, dot.m, KV_S("Release"), r->release_object);
	krm_map_set(a, dot.m, KV_S("Capabilities"), r->capabilities);
	krm_map_set(a, dot.m, KV_S("Values"), values);
	krm_map_set(a, dot.m, KV_S("Subcharts"), subcharts);
	if (kv_job_over(r->job))
		return -1;
	for (size_t i = 0; i < chart->ndependencies; i++) {
		krm_val sub;
		if (collect(r, chart->dependencies[i], krm_nil(), dot, &sub))
			return -1;
		sub.flags |= KRM_PLAIN;
		krm_map_set(a, subcharts.m, chart->dependencies[i]->metadata->name, sub);
	}
	kv_str path = rnd_chart_full_path(r->job, chart);
	bool library = rnd_chart_is_library(chart);
	for (size_t i = 0; i < chart->templates.n; i++)
		if (!library || kv_str_starts(kv_path_base(chart->templates.v[i].name), KV_S("_")))
			add_template(r, chart, &chart->templates.v[i], path, dot);
	*ret = dot;
	return 0;
}

/* Deeper paths first, then names downwards: what is parsed later replaces defines of the same name. */
static int by_depth(const void *a, const void *b)
{
	const struct renderable *x = *(struct renderable *const *)a, *y = *(struct renderable *const *)b;
	if (x->depth != y->depth)
		return x->depth > y->depth ? -1 : 1;
	return kv_str_cmp(y->name, x->name);
}

/* --- executing -------------------------------------------------------------------------------- */

/* Where the file lies in an archive on disk, how to see it. */
static void tell_archive(struct kv_job *job, kv_pos pos)
{
	const struct kv_source *source = kv_source_of(job, pos);
	size_t end = source ? kv_str_find(source->name, KV_S(".tgz/"), 0) : SIZE_MAX;
	if (end == SIZE_MAX || job->imitating)
		return;
	kv_str archive = kv_str_sub(source->name, 0, end + strlen(".tgz"));
	if (kv_input_kind(job, archive) == KV_FILE_REGULAR)
		kv_note(job, 0, "tar -xOf %.*s --wildcards '*%.*s' prints the file", KV_ARG(archive),
			KV_ARG(kv_str_sub(source->name, archive.n, source->name.n)));
}

static int template_error(struct renderer *r, const struct renderable *t, const struct rnd_tpl_error *e)
{
	render_error(r, e->pos,
		     r->job->imitating ? rnd_tpl_message(r->job, r->release->engine, t->name, e)
				       : rnd_tpl_own_message(r->job, e));
	/* A frame for each error of the chain: those at one place say the same. */
	kv_pos shown = e->pos;
	for (size_t i = 0; i < e->nframes; i++) {
		if (e->frames[i].pos == 0 || e->frames[i].pos == shown)
			continue;
		shown = e->frames[i].pos;
		kv_note(r->job, shown, "called here, by %.*s", KV_ARG(e->frames[i].template));
	}
	if (e->near.n)
		kv_note(r->job, 0, "did you mean %.*s?", KV_ARG(e->near));
	const krm_val *values = krm_map_find(t->dot.m, KV_S("Values"));
	if (values)
		rnd_tell_missing(r->job, t->chart, *values, e);
	tell_archive(r->job, e->pos);
	return -1;
}

/* -1 with an error of the template, or after reporting. */
static int execute(struct renderer *r, struct rnd_tpl *set, struct renderable *t, struct rnd_tpl_error *ret_error)
{
	struct kv_arena *a = r->job->arena;
	krm_val info = krm_map(a, KRM_OF_ANY);
	krm_map_set(a, info.m, KV_S("Name"), krm_string(a, t->name));
	krm_map_set(a, info.m, KV_S("BasePath"), krm_string(a, t->base_path));
	name_values(r, info);
	krm_map_set(a, t->dot.m, KV_S("Template"), info);
	size_t most = r->job->limits.output_bytes;
	struct kv_buf out;
	kv_buf_init(&out, a, most - r->rendered_bytes + 1);
	if (rnd_tpl_execute(set, t->name, t->dot, &out, ret_error))
		return -1;
	r->rendered_bytes += out.n;
	if (kv_buf_over(&out) || r->rendered_bytes > most)
		return kv_error(r->job, 0, "too many bytes rendered by %.*s (limit %zu)", KV_ARG(t->name),
				r->job->limits.output_bytes);
	KV_PUSH(a, r->rendered.v, r->rendered.n, r->rendered.cap,
		((struct rnd_file){ t->name, rnd_without_no_value(a, kv_buf_view(&out)) }));
	return 0;
}

/* Makes what the templates see, and returns those in the order in which they are parsed and executed. */
static int collect_templates(struct renderer *r, struct renderable ***ret)
{
	size_t memory = kv_job_narrow(r->job, MEMORY_OF_OBJECTS);
	krm_val dot;
	r->release_object = rnd_object_release(r->job, r->release);
	kv_map_init(&r->templates, r->job->arena);
	int rc = collect(r, r->chart, r->values, krm_nil(), &dot);
	r->job->limits.memory = memory;
	if (rc)
		return rnd_chart_error(
			r->job, rnd_chart_field_pos(r->job, r->chart, "dependencies"),
			kv_arena_printf(r->job->arena, "what templates see of the chart and its dependencies takes too much memory (limit %zu bytes)",
					MEMORY_OF_OBJECTS));
	struct renderable **sorted = KV_NEW_N(r->job->arena, struct renderable *, r->templates.n);
	for (size_t i = 0; i < r->templates.n; i++)
		sorted[i] = r->templates.entries[i].value;
	qsort(sorted, r->templates.n, sizeof *sorted, by_depth);
	*ret = sorted;
	return 0;
}

static bool is_executed(const struct renderable *t)
{
	return !kv_str_starts(kv_path_base(t->name), KV_S("_"));
}

struct dry_run {
	struct renderer *r;
	const struct rnd_texts *texts;
};

/* The memory that a dry run may take, besides what the release has. */
#define DRY_RUN_MEMORY ((size_t)16 << 20)

/* A release that makes keys is executed beforehand without them, which takes milliseconds: whether it makes too many is known before
 * the seconds are spent that they take. What fails otherwise will fail again, or has to do with the keys. */
static bool keeps_limits(void *arg)
{
	const struct dry_run *h = arg;
	struct renderer r = *h->r;
	struct rnd_tpl_options options = { .engine = r.release->engine, .lint = r.release->lint, .dry_run = true };
	options.chance = r.release->chance;
	options.chance.draws = NULL;
	r.job = kv_job_beside(h->r->job);
	r.job->limits.template_memory = DRY_RUN_MEMORY;
	r.job->steps = r.steps;
	struct renderable **sorted;
	if (krm_copy(r.job, r.before.kind == KRM_MAP ? r.before : r.values, &r.values) == 0 && collect_templates(&r, &sorted) == 0) {
		struct rnd_tpl *set = rnd_tpl_new(r.job, &options);
		struct rnd_tpl_error error;
		kv_str failed;
		int status = rnd_tpl_take(set, h->texts, &failed, &error);
		for (size_t i = 0; i < r.templates.n && status == 0; i++)
			if (is_executed(sorted[i]))
				status = execute(&r, set, sorted[i], &error);
	}
	bool within = r.job->steps <= r.job->limits.steps;
	kv_job_free(r.job);
	return within;
}

static int render_templates(struct renderer *r, struct renderable *const *sorted, const struct rnd_texts *texts)
{
	struct dry_run dry_run = { r, texts };
	struct rnd_tpl_options options = { .engine = r->release->engine,
					   .chance = r->release->chance,
					   .lint = r->release->lint,
					   .asks_cluster = r->release->asks_cluster,
					   .keeps_limits = keeps_limits,
					   .arg = &dry_run };
	struct rnd_tpl *set = rnd_tpl_new(r->job, &options);
	struct rnd_tpl_error error = { .parse = true };
	kv_str failed;
	if (rnd_tpl_take(set, texts, &failed, &error))
		return template_error(r, kv_map_get(&r->templates, failed), &error);
	if (rnd_tpl_is_slow(set) && krm_copy(r->job, r->values, &r->before))
		return -1;
	r->steps = r->job->steps;
	for (size_t i = 0; i < r->templates.n; i++) {
		error = (struct rnd_tpl_error){ 0 };
		if (is_executed(sorted[i]) && execute(r, set, sorted[i], &error))
			return error.text.n ? template_error(r, sorted[i], &error) : -1;
	}
	return 0;
}

/* --- the steps of an installation without a cluster ------------------------------------------- */

/* [a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)* */
static bool is_release_name(kv_str s)
{
	char before = '.';
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		bool alnum = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
		if (!alnum && c != '-' && c != '.')
			return false;
		if (!alnum && (before == '.' || (c == '.' && before == '-')))
			return false;
		before = c;
	}
	return s.n > 0 && before != '.' && before != '-';
}

static int check_release_name(struct kv_job *job, const struct rnd_release *release)
{
	/* 53: what is left of 63 once charts add their suffixes. */
	if (release->name.n <= 53 && is_release_name(release->name))
		return 0;
	kv_str why = release->name.n == 0 ? KV_S("no name provided")
					  : KV_S("invalid release name, must match regex "
						 "^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-"
						 "9])?)*$ and the length "
						 "must not be longer than 53");
	kv_str text = kv_arena_cat(job->arena, KV_S("release name "), rnd_quoted(job, release->name), KV_S(": "), why);
	if (release->engine == RND_HELM3)
		return rnd_chart_error(job, 0, text);
	rnd_log4(job, "ERROR", "release name check failed", "error", text, NULL);
	return rnd_chart_error(job, 0, kv_arena_cat(job->arena, KV_S("release name check failed: "), text));
}

/* What is wrong with a chart stands in its Chart.yaml. */
static int chart_error(struct kv_job *job, const struct rnd_chart *chart, const char *field, kv_str text,
		       const char *advice)
{
	rnd_chart_error(job, rnd_chart_field_pos(job, chart, field), text);
	if (!job->imitating)
		kv_note(job, 0, "%s", advice);
	return -1;
}

/* Helm 4 says what was done meanwhile, and how its own command helps. */
static kv_str without_lead(struct kv_job *job, kv_str error)
{
	size_t at = kv_str_find(error, KV_S("found in Chart.yaml, but"), 0);
	return job->imitating || at == SIZE_MAX ? error : kv_str_sub(error, at, error.n);
}

static int check_chart(struct kv_job *job, const struct rnd_chart *chart, const struct rnd_release *release)
{
	const struct rnd_metadata *m = chart->metadata;
	kv_str error;
	if (release->lint)
		return 0;
	if (m->type.n && !kv_str_eq(m->type, KV_S("application")))
		return chart_error(job, chart, "type",
				   kv_arena_cat(job->arena, m->type, KV_S(" charts are not installable")),
				   "such a chart serves others, which name it as a dependency");
	if (m->deprecated && release->engine == RND_HELM3 && job->imitating)
		kv_warn_verbatim(job, KV_S("WARNING: This chart is deprecated"));
	else if (m->deprecated)
		rnd_log4(job, "WARN", "this chart is deprecated", NULL);
	if (rnd_dependencies_check(job, release->engine, chart, &error))
		return chart_error(job, chart, "dependencies", without_lead(job, error),
				   "put it into charts/, or give the dependency a repository, from where it is downloaded");
	return 0;
}

/* Helm's log line, and the error, of dependencies that cannot be processed; helm lint tells neither, nor of values that cannot be merged. */
static int fail_dependencies(struct kv_job *job, const struct rnd_release *release, kv_str error)
{
	if (!error.n || release->lint)
		return -1;
	if (release->engine == RND_HELM4)
		rnd_log4(job, "ERROR", "chart dependencies processing failed", "error",
			 kv_str_sub(error, strlen("chart dependencies processing failed: "), error.n), NULL);
	return rnd_chart_error(job, 0, error);
}

/* What merged values may take: as much as the chart and its values, or that where these are smaller. The largest umbrella of the
 * corpus takes 1 MB beside 6. */
#define MEMORY_OF_MERGED ((size_t)24 << 20)

static int coalesced_values(struct kv_job *job, struct rnd_chart *chart, const struct rnd_release *release,
			    krm_val user, krm_val *ret)
{
	kv_str error = KV_S("");
	if (rnd_dependencies_process(job, release->engine, chart, user, &error))
		return fail_dependencies(job, release, error);
	/* helm lint does it twice, so that a null of the user's lets the default be. */
	if (rnd_coalesce(job, release->engine, chart, user, RND_COALESCE, ret, &error) ||
	    (release->lint && rnd_coalesce(job, release->engine, chart, *ret, RND_COALESCE, ret, &error)))
		return error.n && !release->lint ? rnd_chart_error(job, 0, error) : -1;
	return 0;
}

/* The user's values over the charts'. */
static int merged_values(struct kv_job *job, struct rnd_chart *chart, const struct rnd_release *release, krm_val *ret)
{
	krm_val user;
	if (rnd_user_values(job, release->engine, NULL, release->values, release->sets, release->nsets, &user) ||
	    check_chart(job, chart, release) || check_release_name(job, release))
		return -1;
	struct kv_diag_mark mark = kv_diag_mark(job);
	size_t used = kv_job_memory(job), memory = kv_job_narrow(job, used > MEMORY_OF_MERGED ? used : MEMORY_OF_MERGED);
	int failed = coalesced_values(job, chart, release, user, ret);
	job->limits.memory = memory;
	if (failed) {
		kv_diag_place(job, mark, rnd_chart_field_pos(job, chart, "dependencies"));
		return -1;
	}
	krm_map_set_name(ret->m, release->engine == RND_HELM3 ? "chartutil.Values" : "common.Values");
	return 0;
}

static int schema_error(struct kv_job *job, const struct rnd_chart *chart, kv_str error)
{
	kv_str file = chart->has_schema ? KV_S("values.schema.json") : KV_S("");
	return job->imitating ? rnd_chart_error(job, 0, error)
			      : kv_error_file(job, kv_path_join(job->arena, chart->path, file), "%.*s",
					      KV_ARG(kv_str_trim_space(error)));
}

/* Helm's text tells all that is wrong, but not where it was given. */
static void tell_faults(struct kv_job *job, const struct rnd_js_faults *faults)
{
	enum { FIRST = 5 };
	for (size_t i = 0; i < faults->n && i < FIRST; i++)
		if (faults->v[i].pos)
			kv_note(job, faults->v[i].pos, "%.*s", KV_ARG(faults->v[i].text));
}

static int check_schemas(struct kv_job *job, const struct rnd_chart *chart, const struct rnd_release *release,
			 krm_val values)
{
	struct rnd_js_faults faults = { 0 };
	kv_str error;
	if (release->skip_schema || rnd_schema_check(job, chart, values, &error, &faults) == 0)
		return 0;
	schema_error(job, chart, error);
	tell_faults(job, &faults);
	if (job->imitating && kv_str_has(error, KV_S("failing loading")))
		kv_note(job, 0, "--skip-schema-validation renders without the check");
	return -1;
}

int rnd_chart_values(struct kv_job *job, struct rnd_chart *chart, const struct rnd_release *release, krm_val *ret)
{
	return merged_values(job, chart, release, ret) || check_schemas(job, chart, release, *ret) ? -1 : 0;
}

/* Checking the schemas and reading the templates need nothing of each other. */
struct preparation {
	const struct rnd_chart *chart;
	const struct rnd_release *release;
	krm_val values;
	struct rnd_texts *texts;
};

/* Item 0 are the schemas, the others are texts. */
static int prepare_part(struct kv_job *job, void *arg, size_t from, size_t to)
{
	const struct preparation *p = arg;
	if (from == 0 && to > 0 && check_schemas(job, p->chart, p->release, p->values))
		return -1;
	rnd_texts_read(job, p->texts, from ? from - 1 : 0, to ? to - 1 : 0);
	return 0;
}

static size_t schema_bytes(const struct rnd_chart *chart)
{
	size_t bytes = chart->schema.n;
	for (size_t i = 0; i < chart->ndependencies; i++)
		bytes += schema_bytes(chart->dependencies[i]);
	return bytes;
}

/* Less is read before a thread has started. */
#define WORTH_A_THREAD ((size_t)64 << 10)
static int prepare(struct kv_job *job, struct preparation *p)
{
	size_t n = rnd_texts_count(p->texts) + 1;
	size_t schemas = p->release->skip_schema ? 0 : schema_bytes(p->chart);
	if (schemas + rnd_texts_work(p->texts) < WORTH_A_THREAD)
		return prepare_part(job, p, 0, n);
	return kv_job_halves(job, 1 + rnd_texts_middle(p->texts, schemas), n, prepare_part, p);
}

static int check_kube_version(struct renderer *r, const struct rnd_chart *chart)
{
	kv_str want = chart->metadata->kube_version;
	if (want.n == 0 || r->release->lint || rnd_version_fits(r->job, want, r->caps->kube.normalized))
		return 0;
	kv_str text = kv_arena_cat(r->job->arena, KV_S("chart requires kubeVersion: "), want,
				   KV_S(" which is incompatible with Kubernetes "), r->caps->kube.version);
	return r->job->imitating ? render_error(r, rnd_chart_field_pos(r->job, chart, "kubeVersion"), text)
				 : chart_error(r->job, chart, "kubeVersion", text,
					       "kubeVersion of the helmCharts entry says for which Kubernetes it is rendered");
}

static bool is_manifest_name(kv_str name)
{
	size_t dot = kv_str_rchr(name, '.');
	if (dot == SIZE_MAX)
		return false;
	kv_str ext = kv_str_sub(name, dot, name.n);
	const char *known[] = { ".yaml", ".yml", ".json" };
	for (size_t i = 0; i < 3; i++)
		if (ext.n == strlen(known[i]) && strncasecmp(ext.p, known[i], ext.n) == 0)
			return true;
	return false;
}

void rnd_chart_crds(struct kv_job *job, const struct rnd_chart *chart, struct rnd_files *crds)
{
	kv_str path = rnd_chart_full_path(job, chart);
	for (size_t i = 0; i < chart->files.n; i++) {
		const struct rnd_file *f = &chart->files.v[i];
		if (kv_str_starts(f->name, KV_S("crds/")) && is_manifest_name(f->name))
			KV_PUSH(job->arena, crds->v, crds->n, crds->cap,
				((struct rnd_file){ kv_path_join(job->arena, path, f->name), f->data }));
	}
	for (size_t i = 0; i < chart->ndependencies; i++)
		rnd_chart_crds(job, chart->dependencies[i], crds);
}

static void drop_notes(struct rnd_files *files)
{
	size_t n = 0;
	for (size_t i = 0; i < files->n; i++)
		if (!kv_str_ends(files->v[i].name, KV_S("NOTES.txt")))
			files->v[n++] = files->v[i];
	files->n = n;
}

static int render(struct renderer *r, struct rnd_chart *chart)
{
	struct kv_job *job = r->job;
	const struct rnd_release *release = r->release;
	kv_str error;
	if (rnd_capabilities_new(job, release->engine, release->kube_version, release->api_versions,
				 release->napi_versions, &r->caps, &error))
		return rnd_chart_error(job, 0, error);
	r->chart = chart;
	if (merged_values(job, chart, release, &r->values))
		return -1;
	r->capabilities = rnd_object_capabilities(job, r->caps);
	struct renderable **sorted;
	if (collect_templates(r, &sorted))
		return -1;
	struct rnd_texts *texts = rnd_texts_new(job, release->engine);
	for (size_t i = 0; i < r->templates.n; i++)
		rnd_texts_add(texts, sorted[i]->name, sorted[i]->text);
	if (prepare(job, &(struct preparation){ chart, release, r->values, texts }) || check_kube_version(r, chart))
		return -1;
	return render_templates(r, sorted, texts);
}

int rnd_chart_texts(struct kv_job *job, struct rnd_chart *chart, const struct rnd_release *release,
		    struct rnd_files *ret)
{
	struct renderer r = { .job = job, .release = release, .nsources = job->nsources };
	if (render(&r, chart))
		return -1;
	*ret = r.rendered;
	return 0;
}

/* What cannot be sorted, since it is no YAML, as the templates wrote it (action.go, renderResources; the order is chance there). */
static kv_str unsorted(const struct renderer *r)
{
	struct kv_buf all;
	kv_buf_init(&all, r->job->arena, r->job->limits.output_bytes);
	for (size_t i = 0; i < r->rendered.n; i++) {
		const struct rnd_file *f = &r->rendered.v[i];
		if (kv_str_trim_space(f->data).n) {
			kv_buf_printf(&all, "---\n# Source: %.*s\n", KV_ARG(f->name));
			kv_buf_str(&all, f->data);
			kv_buf_c(&all, '\n');
		}
	}
	return kv_buf_view(&all);
}

int rnd_chart_render(struct kv_job *job, struct rnd_chart *chart, const struct rnd_release *release,
		     struct rnd_rendered *ret)
{
	struct renderer r = { .job = job, .release = release, .nsources = job->nsources };
	kv_str error = KV_S("");
	kv_pos pos = 0;
	*ret = (struct rnd_rendered){ 0 };
	if (render(&r, chart)) {
		ret->failed = r.failed;
		return -1;
	}
	drop_notes(&r.rendered);
	if (rnd_manifests_sort(job, release->engine, &r.rendered, &ret->hooks, &ret->manifests, &error, &pos)) {
		ret->failed = true;
		ret->unsorted = release->debug ? unsorted(&r) : KV_S("");
		if (error.n)
			return render_error(&r, pos, error);
		show_paths(&r);
		return -1;
	}
	if (release->include_crds)
		rnd_chart_crds(job, chart, &ret->crds);
	return 0;
}
