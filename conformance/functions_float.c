/* conformance/functions_float.c: the table floatfmt: a float64 by its bits, and its text in eleven forms. */
#include "base/num.h"
#include "conformance/functions.h"
#include "krm/json.h"
#include "krm/yaml.h"
#include "render/template/functions.h"

static void print_yaml(struct kv_job *job, krm_val v, struct kv_buf *out)
{
	kv_str error;

	if (krm_yaml_write(job, v, out, &error))
		kv_buf_str(out, error);
	else
		out->n--; /* the line feed */
}

static void print_json(struct kv_job *job, krm_val v, struct kv_buf *out)
{
	kv_str error;

	if (krm_json_write(job, v, (struct krm_json_style){ 0 }, out, &error))
		kv_buf_printf(out, "error: %.*s", KV_ARG(error));
}

/* Sprig's int64. */
static void print_int64(struct kv_job *job, krm_val v, struct kv_buf *out)
{
	struct rnd_call c = { .job = job };
	krm_val got;

	if (rnd_fn_int64(&c, &v, 1, &got))
		kv_buf_str(out, c.error);
	else
		rnd_print_value(job, got, out);
}

static void print_form(struct kv_job *job, kv_str form, krm_val v, struct kv_buf *out)
{
	if (kv_str_eq(form, KV_S("json")))
		print_json(job, v, out);
	else if (kv_str_eq(form, KV_S("yaml")))
		print_yaml(job, v, out);
	else if (kv_str_eq(form, KV_S("int64")))
		print_int64(job, v, out);
	else
		rnd_sprintf(job, form, &v, 1, out);
}

void cf_function_float(krm_val fields, enum rnd_engine engine, struct cf_result *r)
{
	kv_str digits = krm_str(krm_get(fields, "number"));
	krm_val forms = krm_get(fields, "out"), v = krm_float(0);
	uint64_t bits;

	if (engine != RND_HELM3)
		return;
	if (forms.kind != KRM_MAP || kv_num_parse_uint(digits, 16, &bits) != KV_NUM_OK) {
		cf_fail(r, "a case without a number");
		return;
	}
	memcpy(&v.f, &bits, sizeof bits);
	krm_map_each (forms.m, e) {
		struct kv_buf got;

		kv_buf_init(&got, r->job->arena, KV_BUF_MAX);
		print_form(r->job, krm_str(e->key), v, &got);
		cf_equal(r, kv_arena_cstr(r->job->arena, krm_str(e->key)), krm_str(e->val),
			 kv_buf_view(&got));
	}
}
