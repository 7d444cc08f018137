/* render/template/func.c: what every template function may use: failing, truth, types. */
#include "render/template/fmt.h"
#include "render/template/node.h"

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

int rnd_fail_parts(struct rnd_call *c, kv_str a, kv_str b, kv_str d, kv_str e)
{
	c->error = kv_arena_cat(c->job->arena, a, b, d, e);
	return -1;
}

static bool object_truth(krm_val v)
{
	double re, im;

	if (rnd_complex_parts(v, &re, &im))
		return re != 0 || im != 0;
	return !v.o->class->empty || !v.o->class->empty(v.o);
}

int rnd_charge(struct rnd_call *c, size_t steps)
{
	c->job->steps += steps;
	if (c->job->steps > c->job->limits.steps)
		return rnd_fail(c, "too many template steps (limit %zu)", c->job->limits.steps);
	return 0;
}

int rnd_charge_search(struct rnd_call *c, size_t n)
{
	return rnd_charge(c, n / 4);
}

int rnd_charge_slow(struct rnd_call *c, size_t steps)
{
	c->set->root->slow_steps += steps;
	return rnd_charge(c, steps);
}

/* What is spent before the rest is foreseen: some three keys of 2,048 bits, as most charts with keys make no more. */
#define SLOW_SAMPLE ((size_t)1200 * 1000)

int rnd_foresee(struct rnd_call *c)
{
	struct rnd_tpl *root = c->set->root;
	const struct rnd_tpl_options *o = &root->options;

	if (root->foreseen || root->slow_steps <= SLOW_SAMPLE || !o->keeps_limits)
		return 0;
	root->foreseen = true;
	if (o->keeps_limits(o->arg))
		return 0;
	c->job->steps = c->job->limits.steps;
	return rnd_charge(c, 1);
}

bool rnd_is_dry_run(const struct rnd_call *c)
{
	return c->set->root->options.dry_run;
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
	case KRM_OBJECT: return object_truth(v);
	case KRM_NKINDS: break;
	}
	return false;
}

/* Sprig's empty (defaults.go) asks the same question the other way round. */
bool rnd_empty(krm_val v)
{
	return !rnd_truth(v);
}

static const char *list_type(const struct krm_list *l)
{
	switch (l->type) {
	case KRM_OF_ANY: return "[]interface {}";
	case KRM_OF_STRING: return "[]string";
	case KRM_OF_INT: return "[]int";
	case KRM_OF_LIST: return "[][]interface {}";
	case KRM_OF_OTHER: break;
	}
	return "[]interface {}";
}

static const char *map_type(const struct krm_map *m)
{
	switch (m->type) {
	case KRM_OF_STRING: return "map[string]string";
	case KRM_OF_INT: return "map[string]int";
	case KRM_OF_LIST: return "map[string][]interface {}";
	case KRM_OF_ANY:
	case KRM_OF_OTHER: break;
	}
	return "map[string]interface {}";
}

const char *rnd_type_text(krm_val v)
{
	switch ((enum krm_kind)v.kind) {
	case KRM_NIL: return "<nil>";
	case KRM_BYTES: return "[]uint8";
	case KRM_LIST: return v.l->name && !(v.flags & KRM_PLAIN) ? v.l->name : list_type(v.l);
	case KRM_MAP: return krm_map_name(v) ? krm_map_name(v) : map_type(v.m);
	case KRM_OBJECT: return v.o->class->go_type;
	default: return krm_kind_name(v);
	}
}

void rnd_type_name(krm_val v, struct kv_buf *out)
{
	kv_buf_str(out, kv_str_c(rnd_type_text(v)));
}
