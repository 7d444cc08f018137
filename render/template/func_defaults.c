/* render/template/func_defaults.c: Sprig's defaults.go: default, empty, coalesce, all, any, ternary. */
#include "render/template/functions.h"

int rnd_fn_empty(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	(void)c, (void)nargs;
	*ret = krm_bool(rnd_empty(args[0]));
	return 0;
}

/* Only the first of the values that may be given counts. */
int rnd_fn_default(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	(void)c;
	*ret = nargs < 2 || rnd_empty(args[1]) ? args[0] : args[1];
	return 0;
}

int rnd_fn_coalesce(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	(void)c;
	*ret = krm_nil();
	for (size_t i = 0; i < nargs; i++)
		if (!rnd_empty(args[i])) {
			*ret = args[i];
			break;
		}
	return 0;
}

int rnd_fn_all(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	bool all = true;

	(void)c;
	for (size_t i = 0; i < nargs; i++)
		all = all && !rnd_empty(args[i]);
	*ret = krm_bool(all);
	return 0;
}

int rnd_fn_any(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	bool any = false;

	(void)c;
	for (size_t i = 0; i < nargs; i++)
		any = any || !rnd_empty(args[i]);
	*ret = krm_bool(any);
	return 0;
}

int rnd_fn_ternary(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	(void)c, (void)nargs;
	*ret = args[2].b ? args[0] : args[1];
	return 0;
}
