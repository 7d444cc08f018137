/* conformance/functions_render.c: cases whose result is a rendered text: the template alone in the chart
 * `c` 1.2.3. */
#include <stdlib.h>

#include "conformance/functions.h"
#include "render/chart/output.h"

static void add_file(struct kv_arena *a, struct rnd_files *files, kv_str name, kv_str data)
{
	KV_PUSH(a, files->v, files->n, files->cap, ((struct rnd_file){ name, data }));
}

static void add_files(struct kv_arena *a, struct rnd_files *files, const char *folder, krm_val texts)
{
	if (texts.kind != KRM_MAP)
		return;
	krm_map_each (texts.m, e)
		if (!kv_str_ends(krm_str(e->key), KV_S("/")))
			add_file(a, files, kv_arena_cat(a, kv_str_c(folder), krm_str(e->key)),
				 cf_text(a, e->val));
}

static int by_name(const void *a, const void *b)
{
	return kv_str_cmp(((const struct rnd_file *)a)->name, ((const struct rnd_file *)b)->name);
}

static void collect_files(struct kv_arena *a, krm_val fields, struct rnd_files *files)
{
	krm_val chart = krm_get(fields, "chart"), template = krm_get(fields, "template");

	if (!krm_has(krm_get(fields, "files"), "Chart.yaml"))
		add_file(a, files, KV_S("Chart.yaml"),
			 chart.kind == KRM_NIL ? KV_S("apiVersion: v2\nname: c\nversion: 1.2.3\n")
					       : cf_text(a, chart));
	if (template.kind != KRM_NIL)
		add_file(a, files, KV_S("templates/t"), cf_text(a, template));
	add_files(a, files, "templates/", krm_get(fields, "templates"));
	add_files(a, files, "", krm_get(fields, "files"));
	/* The answers were made of files in the order in which a folder is read. */
	qsort(files->v, files->n, sizeof *files->v, by_name);
}

/* One -f file over those before it; the recorded messages call the files values0, values1, ... */
static int add_values(struct kv_job *job, krm_val text, enum rnd_engine engine, size_t number,
		      krm_val *values, kv_str *ret_error)
{
	krm_val more;
	kv_str error;

	if (rnd_values_read(job, engine, 0, cf_text(job->arena, text), &more, &error)) {
		*ret_error =
			kv_arena_printf(job->arena, "failed to parse values%zu: %.*s", number, KV_ARG(error));
		return -1;
	}
	*values = rnd_values_merge(job, *values, more);
	return 0;
}

/* The -f files, merged as Helm merges them. */
static int read_values(struct kv_job *job, krm_val fields, enum rnd_engine engine, krm_val *ret,
		       kv_str *ret_error)
{
	krm_val over = krm_get(fields, "over");
	size_t number = 0;

	*ret = krm_map(job->arena, KRM_OF_ANY);
	if (krm_has(fields, "values") &&
	    add_values(job, krm_get(fields, "values"), engine, number++, ret, ret_error))
		return -1;
	for (size_t i = 0; i < krm_list_len(over); i++)
		if (add_values(job, over.l->v[i], engine, number++, ret, ret_error))
			return -1;
	return 0;
}

static kv_str field_or(krm_val v, const char *field, kv_str otherwise)
{
	krm_val found = krm_get(v, field);

	return found.kind == KRM_STRING ? krm_str(found) : otherwise;
}

static void read_release(struct kv_arena *a, krm_val fields, enum rnd_engine engine,
			 struct rnd_release *release)
{
	krm_val given = krm_get(fields, "release"), api = krm_get(fields, "api");

	*release = (struct rnd_release){ .engine = engine };
	release->name = field_or(given, "name", KV_S("r"));
	release->namespace = field_or(given, "namespace", KV_S("ns"));
	release->upgrade = krm_get(given, "upgrade").b;
	release->kube_version = krm_str(krm_get(fields, "kube"));
	release->napi_versions = krm_list_len(api);
	release->api_versions = KV_NEW_N(a, kv_str, release->napi_versions);
	for (size_t i = 0; i < release->napi_versions; i++)
		release->api_versions[i] = krm_str(api.l->v[i]);
}

static void judge_map(krm_val out, const struct rnd_files *got, struct cf_result *r)
{
	if (out.m->live != got->n)
		cf_fail(r, "%zu texts, expected %u", got->n, out.m->live);
	for (size_t i = 0; i < got->n; i++) {
		krm_val *want = krm_map_find(out.m, got->v[i].name);

		if (!want)
			cf_fail(r, "%.*s is not expected", KV_ARG(got->v[i].name));
		else
			cf_equal(r, kv_arena_cstr(r->job->arena, got->v[i].name),
				 cf_text(r->job->arena, *want), got->v[i].data);
	}
}

static void judge_texts(krm_val fields, enum rnd_engine engine, const struct rnd_files *got,
			struct cf_result *r)
{
	kv_str entry = krm_str(krm_get(fields, "entry")), text = KV_S("");
	krm_val out = cf_expected(fields, engine, "out");

	if (out.kind == KRM_MAP && !krm_has(out, "latin1")) {
		judge_map(out, got, r);
		return;
	}
	for (size_t i = 0; i < got->n; i++)
		if (!entry.n || kv_str_eq(got->v[i].name, entry))
			text = got->v[i].data;
	cf_judge_text(fields, engine, text, r);
}

int cf_function_chart(krm_val fields, enum rnd_engine engine, struct kv_job *job,
		      struct rnd_chart **ret_chart, struct rnd_release *ret_release)
{
	struct rnd_files files = { 0 };
	kv_str error = KV_S("");
	kv_pos pos;

	collect_files(job->arena, fields, &files);
	read_release(job->arena, fields, engine, ret_release);
	if (read_values(job, fields, engine, &ret_release->values, &error) ||
	    rnd_chart_files(job, engine, &files, KV_S("c"), ret_chart, &error, &pos))
		return rnd_chart_error(job, 0, error);
	return 0;
}

void cf_function_render(krm_val fields, enum rnd_engine engine, struct cf_result *r)
{
	struct rnd_files texts;
	struct rnd_release release;
	struct rnd_chart *chart;

	if (cf_function_chart(fields, engine, r->job, &chart, &release) ||
	    rnd_chart_texts(r->job, chart, &release, &texts))
		cf_judge_error(fields, engine, r);
	else
		judge_texts(fields, engine, &texts, r);
}
