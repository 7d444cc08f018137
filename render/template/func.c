/* render/template/func.c: what every template function may use: failing, truth. */
#include "render/template/func.h"

static void set_error(struct rnd_call *c, bool panic, const char *fmt, va_list ap)
{
	c->error = kv_arena_vprintf(c->job->arena, fmt, ap);
	c->panic = panic;
}

int rnd_fail(struct rnd_call *c, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	set_error(c, false, fmt, ap);
	va_end(ap);
	return -1;
}

int rnd_panic(struct rnd_call *c, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	set_error(c, true, fmt, ap);
	va_end(ap);
	return -1;
}

bool rnd_truth(krm_val v)
{
	switch ((enum krm_kind)v.kind) {
	case KRM_NIL: return false;
	case KRM_BOOL: return v.b;
	case KRM_INT:
	case KRM_INT64: return v.i != 0;
	case KRM_UINT8:
	case KRM_UINT64: return v.u != 0;
	case KRM_FLOAT: return v.f != 0;
	case KRM_STRING:
	case KRM_BYTES: return v.s->n > 0;
	case KRM_LIST: return v.l->n > 0;
	case KRM_MAP: return v.m->live > 0;
	case KRM_OBJECT: return true;
	case KRM_NKINDS: break;
	}
	return false;
}
