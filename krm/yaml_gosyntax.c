/* krm/yaml_gosyntax.c: values in Go's syntax, for the two messages of go-yaml and sigs that show one (fmt's
 * %#v). */
#include <math.h>
#include <stdlib.h>

#include "base/num.h"
#include "base/quote.h"
#include "krm/yaml_internal.h"

/* --- typed keys ------------------------------------------------------------------------------- */

/* The first byte says the type. fmt sorts keys of several types by where Go's description of the type lies in memory: in this order
 * in both Helms. */
enum { OF_NIL = 'a', OF_STRING, OF_UINT, OF_INT, OF_FLOAT, OF_BOOL };

/* Numbers whose order as unsigned ones is theirs; NaN is less than all (go: internal/fmtsort). */
#define SIGN ((uint64_t)1 << 63)

static uint64_t bits_of_float(double f)
{
	uint64_t bits;
	if (isnan(f))
		return 0;
	memcpy(&bits, &f, sizeof bits);
	return bits & SIGN ? ~bits : bits | SIGN;
}

static double float_of_bits(uint64_t bits)
{
	double f;
	if (bits == 0)
		return NAN;
	bits = bits & SIGN ? bits & ~SIGN : ~bits;
	memcpy(&f, &bits, sizeof f);
	return f;
}

static kv_str numbered(struct kv_arena *a, char type, uint64_t bits)
{
	return kv_arena_printf(a, "%c%016llx", type, (unsigned long long)bits);
}

kv_str krm_yml_typed_key(struct kv_arena *a, krm_val v)
{
	switch ((enum krm_kind)v.kind) {
	case KRM_STRING: return kv_arena_printf(a, "%c%.*s", OF_STRING, KV_ARG(krm_str(v)));
	case KRM_UINT64: return numbered(a, OF_UINT, v.u);
	case KRM_INT64: return numbered(a, OF_INT, (uint64_t)v.i ^ SIGN);
	case KRM_FLOAT: return numbered(a, OF_FLOAT, bits_of_float(v.f));
	case KRM_BOOL: return numbered(a, OF_BOOL, v.b);
	default: return numbered(a, OF_NIL, 0);
	}
}

static krm_val value_of_typed(struct kv_arena *a, kv_str key)
{
	uint64_t bits = key.p[0] == OF_STRING ? 0 : strtoull(key.p + 1, NULL, 16);
	switch (key.p[0]) {
	case OF_STRING: return krm_string(a, kv_str_sub(key, 1, key.n));
	case OF_UINT: return krm_uint64(bits);
	case OF_INT: return krm_int64((int64_t)(bits ^ SIGN));
	case OF_FLOAT: return krm_float(float_of_bits(bits));
	case OF_BOOL: return krm_bool(bits);
	default: return krm_nil();
	}
}

/* --- syntax ----------------------------------------------------------------------------------- */

static void list_syntax(struct kv_buf *b, const struct krm_list *l, bool typed, size_t depth)
{
	kv_buf_lit(b, "[]interface {}{");
	for (size_t i = 0; i < l->n; i++) {
		if (i)
			kv_buf_lit(b, ", ");
		krm_yml_go_syntax(b, l->v[i], typed, depth - 1);
	}
	kv_buf_c(b, '}');
}

static void map_syntax(struct kv_buf *b, const struct krm_map *m, bool typed, size_t depth)
{
	struct krm_entry **sorted = krm_map_sorted(b->arena, m);
	kv_buf_lit(b, "map[interface {}]interface {}{");
	for (size_t i = 0; i < m->live; i++) {
		if (i)
			kv_buf_lit(b, ", ");
		krm_val key = sorted[i]->key;
		krm_yml_go_syntax(b, typed ? value_of_typed(b->arena, krm_str(key)) : key, typed, depth - 1);
		kv_buf_c(b, ':');
		krm_yml_go_syntax(b, sorted[i]->val, typed, depth - 1);
	}
	kv_buf_c(b, '}');
}

void krm_yml_go_syntax(struct kv_buf *b, krm_val v, bool typed, size_t depth)
{
	if (depth == 0 || kv_buf_over(b))
		return;
	switch ((enum krm_kind)v.kind) {
	case KRM_STRING:
	case KRM_BYTES: kv_quote_with(krm_str(v), '"', false, b); return;
	case KRM_BOOL: kv_buf_str(b, v.b ? KV_S("true") : KV_S("false")); return;
	case KRM_INT:
	case KRM_INT64: kv_num_int(b, v.i); return;
	case KRM_UINT8:
	case KRM_UINT64: kv_buf_printf(b, "0x%llx", (unsigned long long)v.u); return;
	case KRM_FLOAT: kv_num_float(b, v.f, 'g', -1); return;
	case KRM_LIST: list_syntax(b, v.l, typed, depth); return;
	case KRM_MAP: map_syntax(b, v.m, typed, depth); return;
	case KRM_NIL:
	case KRM_OBJECT:
	case KRM_NKINDS: break;
	}
	kv_buf_lit(b, "interface {}(nil)");
}
