/* render/template/func_toml.c: toToml, mustToToml, fromToml (helm: pkg/engine/funcs.go). */
#include "render/template/functions.h"

#include "render/template/toml.h"

/* toToml gives an error as its text; mustToToml, and both where the library itself panics, panic. */
static int to_toml(struct rnd_call *c, krm_val v, bool must, krm_val *ret)
{
	struct kv_buf out;
	kv_str error;
	bool panic;
	kv_buf_init(&out, c->job->arena, c->job->limits.output_bytes);
	int failed = rnd_toml_write(c->job, v, &out, &error, &panic);
	if (rnd_charge(c, 0))
		return -1;
	if (failed && (must || panic))
		return rnd_panic(c, "%.*s", KV_ARG(error));
	if (!failed && kv_buf_over(&out))
		return rnd_fail(c, "toml: text too long (limit %zu bytes)", c->job->limits.output_bytes);
	*ret = krm_string(c->job->arena, failed ? error : kv_buf_view(&out));
	return 0;
}

int rnd_fn_toToml(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	(void)nargs;
	return to_toml(c, args[0], false, ret);
}

int rnd_fn_mustToToml(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	(void)nargs;
	return to_toml(c, args[0], true, ret);
}

/* An error becomes the value of the key "Error" of an otherwise empty map. */
int rnd_fn_fromToml(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	(void)nargs;
	kv_str error;
	if (rnd_toml_read(c->job, krm_str(args[0]), ret, &error)) {
		*ret = krm_map(c->job->arena, KRM_OF_ANY);
		krm_map_set(c->job->arena, ret->m, KV_S("Error"), krm_string(c->job->arena, error));
	}
	return rnd_charge_search(c, krm_str(args[0]).n);
}
