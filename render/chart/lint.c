/* render/chart/lint.c: the order of the rules; values.yaml and dependencies. */
#include "render/chart/lint.h"

#include "base/file.h"
#include "base/map.h"
#include "render/chart/coalesce.h"
#include "render/chart/lint_rules.h"
#include "render/chart/schema.h"

bool rnd_lint_add(struct rnd_lint *l, enum rnd_lint_severity severity, kv_str path, kv_str text)
{
	if (text.n == 0)
		return true;
	KV_PUSH(l->job->arena, l->messages, l->n, l->cap,
		((struct rnd_lint_message){ severity, path, text }));
	return false;
}

kv_str rnd_lint_text(struct kv_job *job, const struct rnd_lint_message *m)
{
	static const char *const names[] = { "UNKNOWN", "INFO", "WARNING", "ERROR" };
	return kv_arena_printf(job->arena, "[%s] %.*s: %.*s", names[m->severity], KV_ARG(m->path),
			       KV_ARG(m->text));
}

kv_str rnd_lint_path(const struct rnd_lint *l, const char *name)
{
	return kv_path_join(l->job->arena, l->dir, kv_str_c(name));
}

kv_str rnd_lint_take_error(struct rnd_lint *l, struct kv_diag_mark mark)
{
	kv_str text = KV_S(""), lead = KV_S("Error: ");
	const struct kv_diag *said = mark.last ? mark.last->next : l->job->diags;
	kv_diag_forget(l->job, mark);
	for (; said; said = said->next)
		if (said->severity == KV_ERROR)
			text = kv_str_starts(said->text, lead) ? kv_str_sub(said->text, lead.n, said->text.n) : said->text;
		else if (said->severity == KV_WARNING && said->verbatim)
			kv_warn_verbatim(l->job, said->text);
	return text;
}

int rnd_lint_load(struct rnd_lint *l, struct rnd_chart **ret, kv_str *ret_error)
{
	struct kv_diag_mark mark = kv_diag_mark(l->job);
	if (rnd_chart_load_v2(l->job, l->dir, l->engine, ret) == 0)
		return 0;
	*ret_error = rnd_lint_take_error(l, mark);
	return -1;
}

/* --- values.yaml ------------------------------------------------------------------------------------------------- */

/* helm: pkg/lint/rules/values.go, validateValuesFile. Tables below the first level are those of l->values, which the templates see later:
 * what values.yaml brings into them stays there. */
static kv_str check_schema(struct rnd_lint *l, krm_val values)
{
	krm_val all = krm_map(l->job->arena, KRM_OF_ANY);
	kv_str path = rnd_lint_path(l, "values.schema.json"), schema, error;
	if (l->values.kind == KRM_MAP)
		rnd_coalesce_tables(l->job, l->engine, all, l->values);
	if (values.kind == KRM_MAP)
		rnd_coalesce_tables(l->job, l->engine, all, values);
	if (l->engine == RND_HELM4 && l->skip_schema)
		return KV_S("");
	if (kv_input_kind(l->job, path) != KV_FILE_REGULAR || kv_file_read(l->job, path, &schema) || schema.n == 0)
		return KV_S("");
	return rnd_schema_check_one(l->job, schema, all, &error, NULL) ? error : KV_S("");
}

static void lint_values(struct rnd_lint *l)
{
	kv_str file = KV_S("values.yaml"), path = rnd_lint_path(l, "values.yaml"), text, error;
	krm_val values;
	if (kv_input_kind(l->job, path) == KV_FILE_NONE) {
		RND_LINT(l, RND_LINT_INFO, file, "file does not exist");
		return;
	}
	if (kv_file_read(l->job, path, &text))
		return;
	/* Of several documents the first, for both engines; chartutil.ReadValues has a type of its own. */
	size_t memory = kv_job_narrow(l->job, RND_MEMORY_OF_TREES);
	int failed = rnd_values_read(l->job, RND_HELM3, 0, text, &values, &error);
	l->job->limits.memory = memory;
	if (failed) {
		kv_str any = KV_S("map[string]interface {}");
		bool typed = kv_str_ends(error, any);
		RND_LINT(l, RND_LINT_ERROR, file, "unable to parse YAML: %.*s%s",
			 KV_ARG(kv_str_sub(error, 0, typed ? error.n - any.n : error.n)),
			 !typed		   ? ""
			 : l->engine == RND_HELM4 ? "common.Values"
						  : "chartutil.Values");
	}
	else
		rnd_lint_add(l, RND_LINT_ERROR, file, check_schema(l, values));
}

/* --- dependencies ------------------------------------------------------------------------------------------------ */

static void list_name(struct kv_buf *b, const char *lead, kv_str name)
{
	kv_buf_str(b, b->n ? KV_S(",") : kv_str_c(lead));
	kv_buf_str(b, name);
}

static kv_str not_declared(struct rnd_lint *l, const struct rnd_chart *c)
{
	struct kv_buf b;
	kv_buf_init(&b, l->job->arena, KV_BUF_MAX);
	struct kv_map declared;
	kv_map_init(&declared, l->job->arena);
	for (size_t i = 0; i < c->metadata->dependencies.n; i++)
		kv_map_put(&declared, rnd_dependency_at(c->metadata, i)->name, l);
	for (size_t i = 0; i < c->ndependencies; i++)
		if (!kv_map_has(&declared, c->dependencies[i]->metadata->name))
			list_name(&b, "chart metadata is missing these dependencies: ",
				  c->dependencies[i]->metadata->name);
	return kv_buf_view(&b);
}

static kv_str not_there(struct rnd_lint *l, const struct rnd_chart *c)
{
	struct kv_buf b;
	kv_buf_init(&b, l->job->arena, KV_BUF_MAX);
	struct kv_map there;
	kv_map_init(&there, l->job->arena);
	for (size_t i = 0; i < c->ndependencies; i++)
		kv_map_put(&there, c->dependencies[i]->metadata->name, l);
	for (size_t i = 0; i < c->metadata->dependencies.n; i++) {
		kv_str name = rnd_dependency_at(c->metadata, i)->name;
		if (!kv_map_has(&there, name))
			list_name(&b, "chart directory is missing these dependencies: ", name);
	}
	return kv_buf_view(&b);
}

/* Two dependencies of one name are refused by the loader already. */
static void lint_dependencies(struct rnd_lint *l)
{
	struct rnd_chart *c;
	kv_str error;
	if (rnd_lint_load(l, &c, &error)) {
		RND_LINT(l, RND_LINT_ERROR, KV_S(""), "unable to load chart\n\t%.*s", KV_ARG(error));
		return;
	}
	rnd_lint_add(l, RND_LINT_ERROR, l->dir, not_declared(l, c));
	rnd_lint_add(l, RND_LINT_WARNING, l->dir, not_there(l, c));
}

int rnd_lint_chart(struct rnd_lint *l)
{
	rnd_lint_chartfile(l);
	lint_values(l);
	if (rnd_lint_templates(l))
		return -1;
	lint_dependencies(l);
	if (l->engine == RND_HELM4)
		rnd_lint_crds(l);
	return 0;
}
