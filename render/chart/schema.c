/* render/chart/schema.c: see schema.h. */
#include "render/chart/schema.h"

#include "render/template/func.h"

#define SCHEMA_URL KV_S("file:///values.schema.json")

int rnd_schema_check_one(struct kv_job *job, kv_str text, krm_val values, kv_str *ret_error, struct rnd_js_faults *faults)
{
	const struct rnd_js_schema *schema;
	krm_val doc;
	kv_str error, prefix = KV_S("jsonschema validation failed with 'file:///values.schema.json#'\n");
	if (rnd_js_read(job, text, &doc, ret_error))
		return -1;
	if (rnd_js_allows(job, SCHEMA_URL, doc, values))
		return 0;
	if (rnd_js_compile(job, SCHEMA_URL, doc, &schema, ret_error))
		return -1;
	if (rnd_js_validate(job, schema, values, &error, faults) == 0)
		return 0;
	if (kv_str_starts(error, prefix))
		error = kv_str_sub(error, prefix.n, error.n);
	*ret_error = kv_arena_cat(job->arena, error, KV_S("\n"));
	return -1;
}

static int check_one(struct kv_job *job, const struct rnd_chart *chart, krm_val values, struct kv_buf *out,
		     struct rnd_js_faults *faults)
{
	kv_str error;
	if (rnd_schema_check_one(job, chart->schema, values, &error, faults) == 0)
		return 0;
	kv_buf_str(out, chart->metadata->name);
	kv_buf_lit(out, ":\n");
	kv_buf_str(out, error);
	return -1;
}

/* Charts nest no deeper than the loader allows. */
static int check_tree(struct kv_job *job, const struct rnd_chart *chart, krm_val values, struct kv_buf *out,
		      struct rnd_js_faults *faults)
{
	int rc = chart->has_schema ? check_one(job, chart, values, out, faults) : 0;
	for (size_t i = 0; i < chart->ndependencies; i++) {
		const struct rnd_chart *sub = chart->dependencies[i];
		krm_val v = krm_get_str(values, sub->metadata->name);
		if (v.kind == KRM_NIL)
			continue;
		if (v.kind == KRM_MAP) {
			rc |= check_tree(job, sub, v, out, faults);
			continue;
		}
		kv_buf_str(out, sub->metadata->name);
		kv_buf_lit(out, ":\ninvalid type for values: expected object (map), got ");
		rnd_type_name(v, out);
		kv_buf_c(out, '\n');
		rc = -1;
	}
	return rc;
}

/* Those of a chart and its dependencies have some hundred kilobytes, and take four times as much. */
#define MEMORY_OF_SCHEMAS ((size_t)24 << 20)

int rnd_schema_check(struct kv_job *job, const struct rnd_chart *chart, krm_val values, kv_str *ret_error,
		     struct rnd_js_faults *faults)
{
	struct kv_buf out;
	kv_buf_init(&out, job->arena, KV_BUF_MAX);
	size_t memory = kv_job_narrow(job, MEMORY_OF_SCHEMAS);
	int rc = check_tree(job, chart, values, &out, faults);
	job->limits.memory = memory;
	if (rc == 0)
		return 0;
	*ret_error = kv_arena_cat(
		job->arena,
		KV_S("values don't meet the specifications of the schema(s) in the following chart(s):\n"),
		kv_buf_view(&out));
	return -1;
}
