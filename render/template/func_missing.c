/* render/template/func_missing.c: functions of the table that are still to be written; a family deletes its names as it
 * lands. */
#include "render/template/functions.h"

#define MISSING(name)                                                                                        \
	int rnd_fn_##name(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)               \
	{                                                                                                    \
		(void)args, (void)nargs, (void)ret;                                                          \
		return rnd_fail(c, "not implemented");                                                       \
	}

MISSING(hello)
