/* render/template/func_reflect.c: Sprig's reflect.go: Go types and kinds as text. */
#include "render/template/functions.h"
#include "render/template/result.h"
#include "render/template/sequence.h"

static kv_str type_of(struct rnd_call *c, krm_val v)
{
	struct kv_buf b = rnd_scratch(c);

	rnd_type_name(v, &b);
	return kv_buf_view(&b);
}

int rnd_fn_typeOf(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	(void)nargs;
	return rnd_ret_str(c, type_of(c, args[0]), ret);
}

int rnd_fn_typeIs(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	(void)nargs;
	*ret = krm_bool(kv_str_eq(krm_str(args[0]), type_of(c, args[1])));
	return 0;
}

/* A pointer counts as what it points to. */
int rnd_fn_typeIsLike(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	kv_str type = type_of(c, args[1]), wanted = krm_str(args[0]);
	bool pointer = kv_str_starts(type, KV_S("*")) && kv_str_eq(kv_str_sub(type, 1, type.n), wanted);

	(void)nargs;
	*ret = krm_bool(pointer || kv_str_eq(type, wanted));
	return 0;
}

int rnd_fn_kindOf(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	(void)nargs;
	return rnd_ret_str(c, kv_str_c(rnd_kind(args[0])), ret);
}

int rnd_fn_kindIs(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	(void)c, (void)nargs;
	*ret = krm_bool(krm_is_str(args[0], rnd_kind(args[1])));
	return 0;
}

int rnd_fn_deepEqual(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	size_t looked = 0;

	(void)nargs;
	*ret = krm_bool(krm_equal_counted(args[0], args[1], &looked));
	return rnd_charge(c, 2 * looked); /* each entry of a map is looked up */
}
