/* render/chart/dependencies.c: see dependencies.h. */
#include "render/chart/dependencies.h"

#include "base/map.h"
#include "base/utf8.h"
#include "render/chart/coalesce.h"
#include "render/log.h"
#include "render/semver.h"
#include "render/template/func.h"

struct processor {
	struct kv_job *job;
	enum rnd_engine engine;
	kv_str *error;
};

kv_str rnd_dependencies_missing(struct kv_job *job, const struct rnd_chart *chart)
{
	struct kv_map present;
	kv_map_init(&present, job->arena);
	for (size_t i = 0; i < chart->ndependencies; i++)
		kv_map_put(&present, chart->dependencies[i]->metadata->name, chart->dependencies[i]);
	struct kv_buf missing;
	kv_buf_init(&missing, job->arena, KV_BUF_MAX);
	for (size_t i = 0; i < chart->metadata->dependencies.n; i++) {
		kv_str name = rnd_dependency_at(chart->metadata, i)->name;
		if (kv_map_has(&present, name))
			continue;
		kv_buf_str(&missing,
			   missing.n ? KV_S(", ") : KV_S("found in Chart.yaml, but missing in charts/ directory: "));
		kv_buf_str(&missing, name);
	}
	return kv_buf_view(&missing);
}

int rnd_dependencies_check(struct kv_job *job, enum rnd_engine engine, const struct rnd_chart *chart,
			   kv_str *ret_error)
{
	kv_str missing = rnd_dependencies_missing(job, chart);
	if (missing.n == 0)
		return 0;
	*ret_error = kv_arena_cat(
		job->arena,
		engine == RND_HELM3 ? KV_S("An error occurred while checking for chart dependencies. You may "
					   "need to run `helm dependency "
					   "build` to fetch missing dependencies: ")
				    : KV_S("an error occurred while checking for chart dependencies. You may "
					   "need to run 'helm dependency "
					   "build' to fetch missing dependencies: "),
		missing);
	return -1;
}

/* `what` is a condition's path or a tag. */
static void warn_no_bool(struct processor *p, const char *place, const char *what, const char *name4, kv_str which, kv_str chart)
{
	if (p->engine == RND_HELM4)
		rnd_log4(p->job, "WARN", "returned non-bool value", name4, which, "chart", chart, NULL);
	else
		rnd_log(p->job, p->engine, place,
			kv_arena_printf(p->job->arena, "Warning: %s '%.*s' for chart %.*s returned non-bool value", what,
					KV_ARG(which), KV_ARG(chart)));
}

/* A child of import-values is given with its parent or, as the name of an export, without. */
static void warn_no_table(struct processor *p, bool with_parent, kv_str chart, kv_str missing)
{
	kv_str error = kv_arena_cat(p->job->arena, rnd_quoted(p->job, missing), KV_S(" is not a table"));
	if (p->engine == RND_HELM3)
		rnd_log(p->job, p->engine, with_parent ? "dependencies.go:270" : "dependencies.go:287",
			kv_arena_cat(p->job->arena, KV_S("Warning: ImportValues missing table"),
				     with_parent ? KV_S(" from chart ") : KV_S(""), with_parent ? chart : KV_S(""), KV_S(": "),
				     error));
	else if (with_parent)
		rnd_log4(p->job, "WARN", "ImportValues missing table from chart", "chart", chart, "error", error, NULL);
	else
		rnd_log4(p->job, "WARN", "ImportValues missing table", "error", error, NULL);
}

/* --- tags and conditions ---------------------------------------------------------------------- */

/* Values.PathValue: what is no table at a path. */
static bool path_value(krm_val values, kv_str path, krm_val *ret)
{
	size_t dot = kv_str_rchr(path, '.');
	kv_str missing, name = dot == SIZE_MAX ? path : kv_str_sub(path, dot + 1, path.n);
	if (dot != SIZE_MAX && !rnd_values_table(values, kv_str_sub(path, 0, dot), &values, &missing))
		return false;
	krm_val *found = values.kind == KRM_MAP ? krm_map_find(values.m, name) : NULL;
	if (!found || found->kind == KRM_MAP)
		return false;
	*ret = *found;
	return true;
}

/* The first path of the list that holds a boolean decides. */
static void apply_condition(struct processor *p, struct rnd_dependency *d, krm_val values, kv_str path)
{
	kv_str rest = kv_str_trim_space(d->condition);
	while (rest.n) {
		size_t comma = kv_str_chr(rest, ',');
		kv_str one = comma == SIZE_MAX ? rest : kv_str_sub(rest, 0, comma);
		rest = comma == SIZE_MAX ? KV_S("") : kv_str_sub(rest, comma + 1, rest.n);
		krm_val v;
		if (one.n == 0 || !path_value(values, kv_arena_cat(p->job->arena, path, one), &v))
			continue;
		if (v.kind == KRM_BOOL) {
			d->enabled = v.b;
			return;
		}
		warn_no_bool(p, "dependencies.go:64", "Condition path", "path", one, d->name);
	}
}

/* One true tag is enough; only false ones switch off. */
static void apply_tags(struct processor *p, struct rnd_dependency *d, krm_val tags)
{
	bool has_true = false, has_false = false;
	for (size_t i = 0; i < d->tags.n; i++) {
		krm_val *v = krm_map_find(tags.m, d->tags.v[i]);
		if (!v)
			continue;
		if (v->kind == KRM_BOOL)
			*(v->b ? &has_true : &has_false) = true;
		else
			warn_no_bool(p, "dependencies.go:95", "Tag", "tag", d->tags.v[i], d->name);
	}
	d->enabled = has_true || !has_false;
}

/* --- aliases ---------------------------------------------------------------------------------- */

static struct rnd_metadata *copy_metadata(struct processor *p, const struct rnd_metadata *m)
{
	struct rnd_metadata *out = KV_NEW(p->job->arena, struct rnd_metadata);
	*out = *m;
	/* Helm 3 shares the dependencies of a chart that is taken twice. */
	if (p->engine == RND_HELM3 || !m->dependencies.set)
		return out;
	out->dependencies.v = KV_NEW_N(p->job->arena, void *, m->dependencies.n);
	for (size_t i = 0; i < m->dependencies.n; i++) {
		struct rnd_dependency *d = KV_NEW(p->job->arena, struct rnd_dependency);
		*d = *rnd_dependency_at(m, i);
		out->dependencies.v[i] = d;
	}
	return out;
}

static struct rnd_chart *copy_chart(struct processor *p, const struct rnd_chart *chart)
{
	struct rnd_chart *out = KV_NEW(p->job->arena, struct rnd_chart);
	*out = *chart;
	out->metadata = copy_metadata(p, chart->metadata);
	if (p->engine == RND_HELM3)
		return out;
	out->dependencies = NULL;
	out->ndependencies = out->dependencies_cap = 0;
	for (size_t i = 0; i < chart->ndependencies; i++) {
		struct rnd_chart *sub = KV_NEW(p->job->arena, struct rnd_chart);
		*sub = *chart->dependencies[i];
		rnd_chart_add_dependency(p->job, out, sub);
	}
	return out;
}

/* IsCompatibleRange: what cannot be parsed fits nothing. */
bool rnd_version_fits(struct kv_job *job, kv_str constraint, kv_str version)
{
	struct rnd_semver v;
	kv_str why;
	if (rnd_semver_parse(job->arena, version, &v, &why))
		return false;
	const struct rnd_constraints *c = rnd_constraints_parse(job->arena, constraint, &why);
	return c && rnd_constraints_check(c, &v);
}

static bool meets(struct processor *p, const struct rnd_dependency *d, const struct rnd_chart *chart)
{
	return kv_str_eq(chart->metadata->name, d->name) &&
	       rnd_version_fits(p->job, d->version, chart->metadata->version);
}

static struct rnd_chart *take_dependency(struct processor *p, const struct rnd_chart *chart,
					 const struct rnd_dependency *d)
{
	for (size_t i = 0; i < chart->ndependencies; i++) {
		if (!meets(p, d, chart->dependencies[i]))
			continue;
		struct rnd_chart *out = copy_chart(p, chart->dependencies[i]);
		if (d->alias.n)
			out->metadata->name = d->alias;
		return out;
	}
	return NULL;
}

static bool is_required(struct processor *p, const struct rnd_chart *chart, const struct rnd_chart *sub)
{
	for (size_t i = 0; i < chart->metadata->dependencies.n; i++)
		if (meets(p, rnd_dependency_at(chart->metadata, i), sub))
			return true;
	return false;
}

static void set_dependencies(struct processor *p, struct rnd_chart *chart, struct rnd_chart **subs, size_t n)
{
	chart->dependencies = NULL;
	chart->ndependencies = chart->dependencies_cap = 0;
	for (size_t i = 0; i < n; i++)
		rnd_chart_add_dependency(p->job, chart, subs[i]);
}

/* Charts that Chart.yaml does not name stay first, then one copy for each entry that finds its chart. */
static void resolve_aliases(struct processor *p, struct rnd_chart *chart)
{
	struct rnd_chart **subs = NULL;
	size_t n = 0, cap = 0;
	for (size_t i = 0; i < chart->ndependencies; i++)
		if (!is_required(p, chart, chart->dependencies[i]))
			KV_PUSH(p->job->arena, subs, n, cap, chart->dependencies[i]);
	for (size_t i = 0; i < chart->metadata->dependencies.n; i++) {
		struct rnd_dependency *d = rnd_dependency_at(chart->metadata, i);
		struct rnd_chart *sub = take_dependency(p, chart, d);
		if (sub)
			KV_PUSH(p->job->arena, subs, n, cap, sub);
		if (d->alias.n)
			d->name = d->alias;
	}
	set_dependencies(p, chart, subs, n);
}

/* --- enabled or not --------------------------------------------------------------------------- */

static int process_enabled(struct processor *p, struct rnd_chart *chart, krm_val values, kv_str path)
{
	struct rnd_metadata *m = chart->metadata;
	if (!m->dependencies.set)
		return 0;
	resolve_aliases(p, chart);
	for (size_t i = 0; i < m->dependencies.n; i++)
		rnd_dependency_at(m, i)->enabled = true;
	krm_val all;
	if (rnd_coalesce(p->job, p->engine, chart, values, RND_COALESCE_LOOK, &all, p->error))
		return -1;
	struct kv_map disabled;
	kv_map_init(&disabled, p->job->arena);
	krm_val tags = krm_get(all, "tags");
	for (size_t i = 0; i < m->dependencies.n; i++) {
		struct rnd_dependency *d = rnd_dependency_at(m, i);
		if (tags.kind == KRM_MAP)
			apply_tags(p, d, tags);
		apply_condition(p, d, all, path);
		if (!d->enabled)
			kv_map_put(&disabled, d->name, d);
	}
	struct rnd_chart **subs = NULL;
	size_t n = 0, cap = 0;
	for (size_t i = 0; i < chart->ndependencies; i++)
		if (!kv_map_has(&disabled, chart->dependencies[i]->metadata->name))
			KV_PUSH(p->job->arena, subs, n, cap, chart->dependencies[i]);
	struct rnd_pointers kept = { KV_NEW_N(p->job->arena, void *, m->dependencies.n), 0, false };
	for (size_t i = 0; i < m->dependencies.n; i++)
		if (!kv_map_has(&disabled, rnd_dependency_at(m, i)->name))
			kept.v[kept.n++] = m->dependencies.v[i];
	kept.set = kept.n > 0;
	for (size_t i = 0; i < n; i++)
		if (process_enabled(p, subs[i], all,
				    kv_arena_cat(p->job->arena, path, subs[i]->metadata->name, KV_S("."))))
			return -1;
	m->dependencies = kept;
	set_dependencies(p, chart, subs, n);
	return 0;
}

/* --- import-values ---------------------------------------------------------------------------- */

/* "a.b" over {x: 1} is {a: {b: {x: 1}}}; "." is the table itself. */
static krm_val path_to_map(struct processor *p, kv_str path, krm_val v)
{
	if (kv_str_eq(path, KV_S(".")))
		return v;
	for (;;) {
		size_t dot = kv_str_rchr(path, '.');
		krm_val outer = krm_map(p->job->arena, KRM_OF_ANY);
		krm_map_set(p->job->arena, outer.m,
			    dot == SIZE_MAX ? path : kv_str_sub(path, dot + 1, path.n), v);
		if (dot == SIZE_MAX)
			return outer;
		v = outer;
		path = kv_str_sub(path, 0, dot);
	}
}

static kv_str printed(struct processor *p, krm_val v)
{
	struct kv_buf b;
	kv_buf_init(&b, p->job->arena, KV_BUF_MAX);
	rnd_print_value(p->job, v, &b);
	return kv_buf_view(&b);
}

/* `to` is NULL for an export, which goes to the top. */
static void import_one(struct processor *p, const struct rnd_dependency *d, kv_str child, const kv_str *to,
		       krm_val values, krm_val into, krm_val done)
{
	kv_str parent = to ? *to : KV_S(".");
	krm_val entry = krm_map(p->job->arena, KRM_OF_STRING);
	krm_map_set(p->job->arena, entry.m, KV_S("child"), krm_string(p->job->arena, child));
	krm_map_set(p->job->arena, entry.m, KV_S("parent"), krm_string(p->job->arena, parent));
	krm_list_push(p->job->arena, done.l, entry);
	krm_val table;
	kv_str missing;
	if (!rnd_values_table(values, kv_arena_cat(p->job->arena, d->name, KV_S("."), child), &table,
			      &missing)) {
		warn_no_table(p, to != NULL, d->name, missing);
		return;
	}
	if (table.m->live == 0)
		table = krm_map(p->job->arena, KRM_OF_ANY);
	rnd_merge_tables(p->job, p->engine, into, path_to_map(p, parent, table));
}

static int import_dependency(struct processor *p, struct rnd_dependency *d, krm_val values, krm_val into)
{
	if (d->import_values.kind != KRM_LIST)
		return 0;
	krm_val done = krm_list(p->job->arena, KRM_OF_ANY);
	for (size_t i = 0; i < d->import_values.l->n; i++) {
		krm_val v = d->import_values.l->v[i];
		if (rnd_values_fit(p->job, p->error))
			return -1;
		/* What an earlier pass made, over a chart that shares this entry, is of another type in Go: left out. */
		if (v.kind == KRM_MAP && v.m->type == KRM_OF_ANY) {
			kv_str parent = printed(p, krm_get(v, "parent"));
			import_one(p, d, printed(p, krm_get(v, "child")), &parent, values, into, done);
		} else if (v.kind == KRM_STRING) {
			import_one(p, d, kv_arena_cat(p->job->arena, KV_S("exports."), krm_str(v)), NULL, values, into,
				   done);
		}
	}
	d->import_values = done.l->n ? done : krm_nil();
	return 0;
}

static int import_values(struct processor *p, struct rnd_chart *chart)
{
	for (size_t i = 0; i < chart->ndependencies; i++)
		if (import_values(p, chart->dependencies[i]))
			return -1;
	if (!chart->metadata->dependencies.set)
		return 0;
	krm_val values;
	if (rnd_coalesce(p->job, p->engine, chart, krm_nil(), RND_MERGE, &values, p->error))
		return -1;
	krm_val imported = krm_map(p->job->arena, KRM_OF_ANY);
	for (size_t i = 0; i < chart->metadata->dependencies.n; i++)
		if (import_dependency(p, rnd_dependency_at(chart->metadata, i), values, imported))
			return -1;
	/* The imported tables are parts of `values`: a copy keeps merging them from changing what they came
	 * from. */
	if (imported.m->live && krm_copy(p->job, values, &values))
		return -1;
	rnd_merge_tables(p->job, p->engine, values, imported);
	chart->values = values;
	return 0;
}

int rnd_dependencies_process(struct kv_job *job, enum rnd_engine engine, struct rnd_chart *chart,
			     krm_val values, kv_str *ret_error)
{
	struct processor p = { job, engine, ret_error };
	*ret_error = KV_S("");
	if (process_enabled(&p, chart, values, KV_S("")) || import_values(&p, chart)) {
		if (engine == RND_HELM4 && ret_error->n)
			*ret_error = kv_arena_cat(job->arena, KV_S("chart dependencies processing failed: "),
						  *ret_error);
		return -1;
	}
	return 0;
}
