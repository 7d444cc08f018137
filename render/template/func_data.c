/* render/template/func_data.c: JSON and YAML functions: Helm's pkg/engine/funcs.go and Sprig's defaults.go. */
#include "render/template/functions.h"
#include "render/template/result.h"

#include "krm/json.h"
#include "krm/yaml.h"

/* --- writing ---------------------------------------------------------------------------------- */

enum on_error { EMPTY, FAIL, PANIC };

/* The text, or what the function makes of Go's error. */
static int finish(struct rnd_call *c, int failed, kv_str error, struct kv_buf *b, enum on_error on_error,
		  krm_val *ret)
{
	if (!failed || kv_buf_over(b))
		return rnd_ret_buf(c, b, ret);
	switch (on_error) {
	case EMPTY: return rnd_ret_str(c, KV_S(""), ret);
	case FAIL: return rnd_fail(c, "%.*s", KV_ARG(error));
	case PANIC: return rnd_panic(c, "%.*s", KV_ARG(error));
	}
	return -1;
}

static int to_json(struct rnd_call *c, krm_val v, struct krm_json_style style, enum on_error on_error,
		   krm_val *ret)
{
	struct kv_buf b = rnd_buf(c);
	kv_str error = KV_S("");
	int failed = krm_json_write(c->job, v, style, &b, &error);

	return finish(c, failed, error, &b, on_error, ret);
}

static const struct krm_json_style compact = { .html = true }, pretty = { .html = true, .indent = "  " },
				   raw = { 0 };

int rnd_fn_toJson(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	(void)nargs;
	return to_json(c, args[0], compact, EMPTY, ret);
}

int rnd_fn_mustToJson(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	(void)nargs;
	return to_json(c, args[0], compact, PANIC, ret);
}

int rnd_fn_toPrettyJson(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	(void)nargs;
	return to_json(c, args[0], pretty, EMPTY, ret);
}

int rnd_fn_mustToPrettyJson(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	(void)nargs;
	return to_json(c, args[0], pretty, FAIL, ret);
}

int rnd_fn_toRawJson(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	(void)nargs;
	return to_json(c, args[0], raw, PANIC, ret);
}

int rnd_fn_mustToRawJson(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	(void)nargs;
	return to_json(c, args[0], raw, FAIL, ret);
}

/* Without the last line feed. */
static int to_yaml(struct rnd_call *c, krm_val v,
		   int (*write)(struct kv_job *, krm_val, struct kv_buf *, kv_str *), enum on_error on_error,
		   krm_val *ret)
{
	struct kv_buf b = rnd_buf(c);
	kv_str error = KV_S("");
	int failed = write(c->job, v, &b, &error);

	if (!failed && !kv_buf_over(&b) && b.n && b.p[b.n - 1] == '\n')
		b.n--;
	return finish(c, failed, error, &b, on_error, ret);
}

int rnd_fn_toYaml(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	(void)nargs;
	return to_yaml(c, args[0], krm_yaml_write, EMPTY, ret);
}

int rnd_fn_mustToYaml(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	(void)nargs;
	return to_yaml(c, args[0], krm_yaml_write, PANIC, ret);
}

/* An error gives no text, but go-yaml v3 panics at what it has no words for. */
int rnd_fn_toYamlPretty(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	(void)nargs;
	if (to_yaml(c, args[0], krm_yaml_write_pretty, PANIC, ret) == 0)
		return 0;
	if (kv_str_starts(c->error, KV_S("cannot marshal type: ")) || kv_str_starts(c->error, KV_S("text too long")))
		return -1;
	return rnd_ret_str(c, KV_S(""), ret);
}

/* --- reading ---------------------------------------------------------------------------------- */

/* encoding/json's words for a value that does not fit the wanted Go type. */
static kv_str misfit(struct rnd_call *c, krm_val v, const char *lead, const char *wanted)
{
	const char *what = "number";

	switch ((enum krm_kind)v.kind) {
	case KRM_BOOL: what = "bool"; break;
	case KRM_STRING: what = "string"; break;
	case KRM_LIST: what = "array"; break;
	case KRM_MAP: what = "object"; break;
	default: break;
	}
	return kv_arena_printf(c->job->arena, "%sjson: cannot unmarshal %s into Go value of type %s", lead,
			       what, wanted);
}

/* {"Error": text}, beside what could be read */
static void error_map(struct rnd_call *c, kv_str error, krm_val read, krm_val *ret)
{
	*ret = read.kind == KRM_MAP ? read : krm_map(c->job->arena, KRM_OF_ANY);
	krm_map_set(c->job->arena, ret->m, KV_S("Error"), krm_string(c->job->arena, error));
}

/* [text] */
static void error_list(struct rnd_call *c, kv_str error, krm_val *ret)
{
	*ret = krm_list(c->job->arena, KRM_OF_ANY);
	krm_list_push(c->job->arena, ret->l, krm_string(c->job->arena, error));
}

static int read_json(struct rnd_call *c, kv_str text, krm_val *ret, kv_str *ret_error)
{
	size_t offset;

	return krm_json_read(c->job, text, KRM_JSON_FLOAT, ret, ret_error, &offset);
}

/* What encoding/json leaves in a variable of the kind `wanted`, and its error where there is one. Bad syntax
 * leaves nothing; of what does not fit, the whole value is named before a number inside. */
static int json_into(struct rnd_call *c, kv_str text, enum krm_kind wanted, const char *type, krm_val *ret,
		     kv_str *ret_error)
{
	krm_val v = { .kind = KRM_NKINDS };
	bool failed = read_json(c, text, &v, ret_error) != 0;

	if (failed && v.kind == KRM_NKINDS) {
		*ret = krm_nil();
		return -1;
	}
	if (v.kind != wanted && (failed || v.kind != KRM_NIL)) {
		*ret = krm_nil();
		*ret_error = misfit(c, v, "", type);
		return -1;
	}
	*ret = v;
	return failed ? -1 : 0;
}

/* Go's null leaves a nil map. */
int rnd_fn_fromJson(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	kv_str error;
	krm_val v;

	(void)nargs;
	if (json_into(c, krm_str(args[0]), KRM_MAP, "map[string]interface {}", &v, &error)) {
		error_map(c, error, v, ret);
	} else if (v.kind == KRM_NIL) {
		*ret = krm_map(c->job->arena, KRM_OF_ANY);
		ret->flags |= KRM_NILREF;
	} else {
		*ret = v;
	}
	return 0;
}

int rnd_fn_fromJsonArray(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	kv_str error;
	krm_val v;

	(void)nargs;
	if (json_into(c, krm_str(args[0]), KRM_LIST, "[]interface {}", &v, &error))
		error_list(c, error, ret);
	else if (v.kind == KRM_NIL)
		rnd_ret_nil_list(c, ret);
	else
		*ret = v;
	return 0;
}

int rnd_fn_mustFromJson(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	kv_str error;

	(void)nargs;
	return read_json(c, krm_str(args[0]), ret, &error) ? rnd_fail(c, "%.*s", KV_ARG(error)) : 0;
}

#define DECODING "error unmarshaling JSON: while decoding JSON: "

/* YAML's null leaves the empty map that upstream made before. */
int rnd_fn_fromYaml(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	kv_str error;
	krm_val v;

	(void)nargs;
	if (krm_yaml_try(c->job, krm_str(args[0]), KRM_YAML_HELM, &v, &error))
		error_map(c, error, krm_nil(), ret);
	else if (v.kind == KRM_NIL)
		*ret = krm_map(c->job->arena, KRM_OF_ANY);
	else if (v.kind != KRM_MAP)
		error_map(c, misfit(c, v, DECODING, "map[string]interface {}"), krm_nil(), ret);
	else
		*ret = v;
	return 0;
}

int rnd_fn_fromYamlArray(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	kv_str error;
	krm_val v;

	(void)nargs;
	if (krm_yaml_try(c->job, krm_str(args[0]), KRM_YAML_HELM, &v, &error))
		error_list(c, error, ret);
	else if (v.kind == KRM_NIL)
		*ret = krm_list(c->job->arena, KRM_OF_ANY);
	else if (v.kind != KRM_LIST)
		error_list(c, misfit(c, v, DECODING, "[]interface {}"), ret);
	else
		*ret = v;
	return 0;
}
