/* render/gitops/flux_release.c: a HelmRelease of Flux (helm-controller: internal/action; fluxcd/pkg: chartutil). */
#include "base/base64.h"
#include "base/digest.h"
#include "base/file.h"
#include "base/temporary.h"
#include "base/inputs.h"
#include "render/chart/strvals.h"
#include "render/gitops/internal.h"

struct flux {
	struct rnd_gitops_run *r;
	krm_val spec;
	krm_val inlined; /* spec.values, or an empty MAP */
	struct rnd_gitops_chart chart;
};

static kv_str field(struct flux *f, krm_val map, const char *name)
{
	return rnd_gitops_field(f->r, map, name);
}

/* --- references --------------------------------------------------------------------------------- */

krm_val rnd_gitops_find(const struct rnd_gitops_run *r, krm_val ref)
{
	kv_str namespace = krm_str(krm_get(ref, "namespace"));

	if (!namespace.n)
		namespace = krm_namespace(r->object);
	for (size_t i = 0; i < r->nothers; i++)
		if (kv_str_eq(krm_kind(r->others[i]), krm_str(krm_get(ref, "kind"))) &&
		    kv_str_eq(krm_name(r->others[i]), krm_str(krm_get(ref, "name"))) &&
		    kv_str_eq(krm_namespace(r->others[i]), namespace))
			return r->others[i];
	return krm_nil();
}

int rnd_gitops_find_source(const struct rnd_gitops_run *r, krm_val ref, krm_val *ret)
{
	*ret = rnd_gitops_find(r, ref);
	if (ret->kind != KRM_NIL)
		return 0;
	kv_error(r->job, ref.pos, "there is no %.*s %.*s among the files", KV_ARG(krm_str(krm_get(ref, "kind"))),
		 KV_ARG(krm_str(krm_get(ref, "name"))));
	kv_note(r->job, 0, "\"files\" of the source must name the folder that has it, too");
	return -1;
}

/* What a GitRepository checks out. */
int rnd_gitops_checkout(struct rnd_gitops_run *r, krm_val source, struct rnd_gitops_place *ret)
{
	krm_val spec = krm_get(source, "spec"), ref = krm_get(spec, "ref");
	static const char *const names[] = { "commit", "name", "tag", "branch" };
	kv_str url = rnd_gitops_field(r, spec, "url"), text = KV_S("");

	for (size_t i = 0; i < sizeof names / sizeof *names && !text.n; i++)
		text = rnd_gitops_field(r, ref, names[i]);
	if (!text.n && krm_has(ref, "semver") && !rnd_gitops_is_ours(r->g, r->job->arena, url))
		return kv_error(r->job, ref.pos, "a range of versions of a repository is not supported: give a tag");
	return rnd_gitops_repository(r, source.pos, url, text, ret);
}

/* --- the chart ---------------------------------------------------------------------------------- */

/* valuesFiles of the chart in the place of its values.yaml. */
static int set_values_files(struct flux *f, krm_val from)
{
	krm_val files = krm_get(from, "valuesFiles"), values = krm_map(f->r->job->arena, KRM_OF_ANY), v;
	kv_str text, error;

	if (!krm_list_len(files))
		return 0;
	for (size_t i = 0; i < files.l->n; i++) {
		kv_str name = rnd_gitops_text(f->r, files.l->v[i]);

		if (kv_str_starts(kv_path_clean(f->r->job->arena, name), KV_S("..")) || kv_str_starts(name, KV_S("/")))
			return kv_error(f->r->job, files.l->v[i].pos, "the file lies outside of the chart: %.*s", KV_ARG(name));
		if (rnd_gitops_chart_file(f->r, &f->chart, name, &text) < 0)
			return -1;
		if (!text.p && krm_flag(from, "ignoreMissingValuesFiles"))
			continue;
		if (!text.p)
			return kv_error(f->r->job, files.l->v[i].pos, "the chart has no %.*s", KV_ARG(name));
		if (rnd_values_read(f->r->job, f->chart.release.engine, kv_source_add(f->r->job, name, text), text, &v, &error) < 0)
			return kv_error(f->r->job, files.l->v[i].pos, "%.*s: %.*s", KV_ARG(name), KV_ARG(error));
		values = rnd_values_merge(f->r->job, values, v);
	}
	f->chart.chart->values = values;
	return 0;
}

static int load_git(struct flux *f, krm_val source, krm_val from)
{
	struct rnd_gitops_place place;
	krm_val path = krm_get(from, "chart");

	if (rnd_gitops_checkout(f->r, source, &place) < 0 ||
	    rnd_gitops_enter(f->r, path.pos, rnd_gitops_text(f->r, path), &place) < 0)
		return -1;
	return rnd_gitops_load_folder(f->r, &place, &f->chart);
}

/* spec.chart.spec, and spec of a HelmChart. */
static int load_spec(struct flux *f, krm_val from)
{
	krm_val ref = krm_get(from, "sourceRef"), source;
	struct rnd_chart_asked asked = { .name = field(f, from, "chart"), .version = field(f, from, "version") };

	if (rnd_gitops_find_source(f->r, ref, &source) < 0)
		return -1;
	if (krm_is_str(krm_get(ref, "kind"), "GitRepository"))
		return load_git(f, source, from) < 0 ? -1 : set_values_files(f, from);
	if (!krm_is_str(krm_get(ref, "kind"), "HelmRepository"))
		return kv_error(f->r->job, ref.pos, "a chart of a %.*s is not supported", KV_ARG(krm_str(krm_get(ref, "kind"))));
	asked.repository = field(f, krm_get(source, "spec"), "url");
	while (kv_str_ends(asked.repository, KV_S("/")))
		asked.repository.n--;
	if (kv_str_eq(asked.version, KV_S("*")))
		asked.version = KV_S("");
	return rnd_gitops_load_archive(f->r, &asked, &f->chart) < 0 ? -1 : set_values_files(f, from);
}

/* An OCIRepository is the chart itself. */
static int load_oci(struct flux *f, krm_val source)
{
	krm_val spec = krm_get(source, "spec"), ref = krm_get(spec, "ref");
	struct rnd_chart_asked asked = { .repository = field(f, spec, "url") };
	static const char *const names[] = { "digest", "semver", "tag" };

	for (size_t i = 0; i < 3 && !asked.version.n; i++)
		asked.version = field(f, ref, names[i]);
	while (kv_str_ends(asked.repository, KV_S("/")))
		asked.repository.n--;
	asked.name = kv_path_base(asked.repository);
	if (!kv_str_starts(asked.repository, KV_S("oci://")) || asked.repository.n < strlen("oci://h/") + asked.name.n)
		return kv_error(f->r->job, spec.pos, "the address of an OCIRepository is oci://HOST/PATH/CHART");
	asked.repository.n -= asked.name.n + 1;
	return rnd_gitops_load_archive(f->r, &asked, &f->chart);
}

static int load(struct flux *f)
{
	krm_val chart = krm_path(f->spec, "chart", "spec", NULL), ref = krm_get(f->spec, "chartRef"), source;

	f->chart.pos = chart.kind == KRM_MAP ? chart.pos : ref.pos;
	if (chart.kind == KRM_MAP)
		return load_spec(f, chart);
	if (ref.kind != KRM_MAP)
		return kv_error(f->r->job, f->r->object.pos, "the HelmRelease has neither chart nor chartRef");
	if (rnd_gitops_find_source(f->r, ref, &source) < 0)
		return -1;
	return krm_is_str(krm_get(ref, "kind"), "OCIRepository") ? load_oci(f, source)
								  : load_spec(f, krm_get(source, "spec"));
}

/* --- values ------------------------------------------------------------------------------------- */

/* The text of a key of a ConfigMap or Secret; .p is NULL if it is missing. */
int rnd_gitops_data(struct rnd_gitops_run *r, krm_val object, kv_str key, kv_str *ret)
{
	krm_val data = krm_get(object, "data"), plain = krm_get(object, "stringData");
	struct kv_buf out;
	size_t at;

	*ret = (kv_str){ 0 };
	if (kv_str_eq(krm_kind(object), KV_S("Secret")) && krm_get_str(plain, key).kind == KRM_STRING) {
		*ret = krm_str(krm_get_str(plain, key));
		return 0;
	}
	if (krm_get_str(data, key).kind == KRM_NIL)
		return 0;
	*ret = rnd_gitops_text(r, krm_get_str(data, key));
	if (!kv_str_eq(krm_kind(object), KV_S("Secret")))
		return 0;
	kv_buf_init(&out, r->job->arena, KV_BUF_MAX);
	if (!kv_base64_decode(&out, *ret, false, &at))
		return kv_error(r->job, object.pos, "%.*s of the Secret %.*s is not base64", KV_ARG(key), KV_ARG(krm_name(object)));
	*ret = kv_buf_view(&out);
	return 0;
}

/* ReplacePathLiteralValue */
static kv_str escaped(struct kv_arena *a, kv_str value)
{
	struct kv_buf out;

	kv_buf_init(&out, a, KV_BUF_MAX);
	for (size_t i = 0; i < value.n; i++) {
		if (value.p[i] && strchr("\\,[]{}", value.p[i]))
			kv_buf_c(&out, '\\');
		kv_buf_c(&out, value.p[i]);
	}
	return kv_buf_view(&out);
}

static bool is_quoted(kv_str s)
{
	return (kv_str_starts(s, KV_S("'")) && kv_str_ends(s, KV_S("'"))) ||
	       (kv_str_starts(s, KV_S("\"")) && kv_str_ends(s, KV_S("\"")));
}

/* One value at targetPath, as --set or --set-string has it. It goes over what spec.values says so far. */
static int set_path(struct flux *f, krm_val ref, kv_str path, kv_str value)
{
	struct kv_job *job = f->r->job;
	enum rnd_set_kind kind = RND_SET;
	kv_str error;

	f->chart.release.values = rnd_values_merge(job, f->chart.release.values, f->inlined);
	if (krm_flag(ref, "literal")) {
		kind = RND_SET_STRING;
		value = escaped(job->arena, value);
	} else if (is_quoted(value)) {
		kind = RND_SET_STRING;
		value = kv_str_trim(value, "'\"");
	}
	if (rnd_strvals_parse(job, f->chart.release.engine, kind, kv_arena_cat(job->arena, path, KV_S("="), value),
			      f->chart.release.values.m, &error) < 0)
		return kv_error(job, ref.pos, "targetPath %.*s: %.*s", KV_ARG(path), KV_ARG(error));
	return 0;
}

static int missing(struct flux *f, krm_val ref, const char *what, kv_str name)
{
	if (krm_flag(ref, "optional"))
		return 0;
	kv_error(f->r->job, ref.pos, "there is no %s %.*s among the files", what, KV_ARG(name));
	kv_note(f->r->job, 0, "\"optional: true\" would leave it out");
	return -1;
}

static int add_reference(struct flux *f, krm_val ref)
{
	kv_str key = field(f, ref, "valuesKey"), path = field(f, ref, "targetPath"), text;
	kv_str kind = field(f, ref, "kind");
	krm_val object = rnd_gitops_find(f->r, ref);

	if (!kv_str_eq(kind, KV_S("ConfigMap")) && !kv_str_eq(kind, KV_S("Secret")))
		return kv_error(f->r->job, ref.pos, "values come from a ConfigMap or a Secret, not from \"%.*s\"", KV_ARG(kind));
	key = key.n ? key : KV_S("values.yaml");
	if (object.kind == KRM_NIL)
		return missing(f, ref, kv_arena_cstr(f->r->job->arena, kind), field(f, ref, "name"));
	if (rnd_gitops_data(f->r, object, key, &text) < 0)
		return -1;
	if (!text.p)
		return missing(f, ref, "key", key);
	if (path.n)
		return set_path(f, ref, path, text);
	return rnd_gitops_add_values(f->r, &f->chart, kv_arena_cat(f->r->job->arena, field(f, ref, "name"), KV_S(":"), key),
				     text);
}

/* ChartValuesFromReferences: in their order, spec.values over them. */
static int add_values(struct flux *f)
{
	krm_val refs = krm_get(f->spec, "valuesFrom"), values = krm_get(f->spec, "values");

	f->inlined = values.kind == KRM_MAP ? values : krm_map(f->r->job->arena, KRM_OF_ANY);
	f->chart.release.values = krm_map(f->r->job->arena, KRM_OF_ANY);
	for (size_t i = 0; i < krm_list_len(refs); i++)
		if (add_reference(f, refs.l->v[i]) < 0)
			return -1;
	f->chart.release.values = rnd_values_merge(f->r->job, f->chart.release.values, f->inlined);
	return 0;
}

/* --- what is done to the manifests --------------------------------------------------------------- */

void rnd_gitops_add_metadata(struct rnd_gitops_run *r, krm_val common, struct krm_resources *list)
{
	static const char *const names[] = { "labels", "annotations" };

	for (size_t i = 0; i < list->n; i++)
		for (size_t k = 0; k < 2; k++) {
			krm_val from = krm_get(common, names[k]), metadata = krm_get(list->v[i]->obj, "metadata");

			if (!krm_map_len(from) || metadata.kind != KRM_MAP)
				continue;
			if (krm_get(metadata, names[k]).kind != KRM_MAP)
				krm_map_set_c(r->job->arena, metadata.m, names[k], krm_map(r->job->arena, KRM_OF_ANY));
			krm_map_each (from.m, e)
				krm_map_set(r->job->arena, krm_get(metadata, names[k]).m, krm_str(e->key),
					    krm_string(r->job->arena, rnd_gitops_text(r, e->val)));
		}
}

/* The resources through a kustomization with the fields of a post-renderer, in a folder of its own. */
static int post_render(struct flux *f, krm_val kustomize, struct krm_resources *list)
{
	static const char *const names[] = { "patches", "images" };
	struct kv_job *job = f->r->job;
	struct rnd_build_options options = *f->r->options;
	krm_val fields = krm_map(job->arena, KRM_OF_ANY), resources = krm_list(job->arena, KRM_OF_ANY);
	struct kv_buf out;
	kv_str dir;

	krm_list_push(job->arena, resources.l, krm_string_c(job->arena, "release.yaml"));
	krm_map_set(job->arena, fields.m, KV_S("resources"), resources);
	krm_map_each (kustomize.m, e)
		if (!krm_is_str(e->key, names[0]) && !krm_is_str(e->key, names[1]))
			return kv_error(job, e->key.pos, "a post-renderer with %.*s is not supported", KV_ARG(krm_str(e->key)));
	for (size_t i = 0; i < 2; i++)
		if (krm_has(kustomize, names[i]))
			krm_map_set_c(job->arena, fields.m, names[i], krm_get(kustomize, names[i]));
	kv_buf_init(&out, job->arena, KV_BUF_MAX);
	if (krm_resources_write(job, list, &out) < 0 || kv_temporary_dir(job, &dir) < 0)
		return -1;
	kv_inputs_leave_out(job, dir);
	if (kv_file_write(job, kv_path_join(job->arena, dir, KV_S("release.yaml")), kv_buf_view(&out)) < 0)
		return -1;
	options.fields = fields;
	options.fields_name = KV_S("postRenderers");
	*list = (struct krm_resources){ 0 };
	return rnd_build(job, dir, &options, list);
}

static int finish(struct flux *f, struct krm_resources *list)
{
	krm_val all = krm_get(f->spec, "postRenderers");

	for (size_t i = 0; list->n && i < krm_list_len(all); i++)
		if (krm_get(all.l->v[i], "kustomize").kind == KRM_MAP &&
		    post_render(f, krm_get(all.l->v[i], "kustomize"), list) < 0)
			return -1;
	rnd_gitops_add_metadata(f->r, krm_get(f->spec, "commonMetadata"), list);
	return 0;
}

/* --- entry -------------------------------------------------------------------------------------- */

/* GetReleaseName and ShortenName */
static kv_str release_name(struct flux *f)
{
	struct kv_arena *a = f->r->job->arena;
	kv_str name = field(f, f->spec, "releaseName"), target = field(f, f->spec, "targetNamespace");

	if (!name.n)
		name = target.n ? kv_arena_cat(a, target, KV_S("-"), krm_name(f->r->object)) : krm_name(f->r->object);
	if (name.n <= 53)
		return name;
	return kv_arena_cat(a, kv_str_sub(name, 0, 40), KV_S("-"), kv_str_sub(kv_digest_hex(a, KV_SHA256, name), 0, 12));
}

int rnd_gitops_release(struct rnd_gitops_run *r, struct krm_resources *ret)
{
	struct flux f = { .r = r, .spec = krm_get(r->object, "spec") };
	krm_val install = krm_get(f.spec, "install");
	struct krm_resources list = { 0 };

	f.chart.release = (struct rnd_release){
		.engine = r->options->engine,
		.name = release_name(&f),
		.namespace = rnd_gitops_namespace(r->object),
		.include_crds = !krm_is_str(krm_get(install, "crds"), "Skip"),
		.no_hooks = krm_flag(install, "disableHooks"),
		.skip_tests = !krm_flag(krm_get(f.spec, "test"), "enable"),
		.skip_schema = krm_flag(install, "disableSchemaValidation"),
	};
	if (load(&f) < 0)
		return -1;
	rnd_gitops_capabilities(r, &f.chart, KV_S(""), krm_nil());
	if (add_values(&f) < 0 || rnd_gitops_template(r, &f.chart, &list) < 0 || finish(&f, &list) < 0)
		return -1;
	for (size_t i = 0; i < list.n; i++)
		krm_resources_push(r->job->arena, ret, list.v[i]);
	return 0;
}
