/* render/template/func_builtin.c: text/template's own functions (funcs.go). `and` and `or` are the
 * executor's. */
#include "base/utf8.h"
#include "render/template/exec.h"
#include "render/template/functions.h"
#include "render/template/result.h"
#include "render/template/sequence.h"
#include "render/template/time_class.h"

int rnd_fn_and(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	(void)args, (void)nargs, (void)ret;
	return rnd_fail(c, "unreachable");
}

int rnd_fn_or(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	return rnd_fn_and(c, args, nargs, ret);
}

int rnd_fn_not(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	(void)c, (void)nargs;
	*ret = krm_bool(!rnd_truth(args[0]));
	return 0;
}

/* A named integer by its kind, which alone counts. */
static krm_val by_kind(krm_val v)
{
	int64_t i;

	return rnd_time_number(v, &i) ? krm_int64(i) : v;
}

/* --- index and len ---------------------------------------------------------------------------- */

/* The type of what a pointer leads to: messages are about that. */
static const char *pointed_type(krm_val v)
{
	const char *type = rnd_type_text(v);

	return *type == '*' ? type + 1 : type;
}

/* An index into something of n elements; Go lets n itself pass here and panics later. */
static int index_arg(struct rnd_call *c, krm_val v, size_t n, size_t *ret)
{
	if (v.kind == KRM_NIL)
		return rnd_fail(c, "cannot index slice/array with nil");
	v = by_kind(v);
	if (v.kind < KRM_INT || v.kind > KRM_UINT64)
		return rnd_fail(c, "cannot index slice/array with type %s", rnd_type_text(v));
	if (v.i < 0 || (uint64_t)v.i > n)
		return rnd_fail(c, "index out of range: %lld", (long long)v.i);
	*ret = (size_t)v.i;
	return 0;
}

static int index_sequence(struct rnd_call *c, krm_val item, krm_val at, krm_val *ret)
{
	size_t n = item.kind == KRM_LIST ? item.l->n : krm_str(item).n, i = 0;

	if (index_arg(c, at, n, &i))
		return -1;
	if (i == n)
		return rnd_panic(c, "reflect: %s index out of range",
				 item.kind == KRM_STRING ? "string" : "slice");
	if (item.kind == KRM_LIST)
		*ret = rnd_element(item.l->v[i], item.l->type);
	else
		*ret = (krm_val){ .kind = KRM_UINT8, .u = (unsigned char)item.s->s[i] };
	return 0;
}

static int index_map(struct rnd_call *c, krm_val item, krm_val key, krm_val *ret)
{
	krm_val *found;

	if (key.kind == KRM_NIL)
		return rnd_fail(c, "value is nil; should be of type string");
	if (key.kind != KRM_STRING)
		return rnd_fail(c, "value has type %s; should be string", rnd_type_text(key));
	found = krm_map_find(item.m, krm_str(key));
	*ret = found ? rnd_element(*found, item.m->type) : rnd_element_zero(c->job->arena, item.m->type);
	return 0;
}

int rnd_fn_index(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	krm_val item = rnd_unwrap(args[0]);

	if (item.kind == KRM_NIL)
		return rnd_fail(c, "index of untyped nil");
	for (size_t i = 1; i < nargs; i++) {
		krm_val at = rnd_unwrap(args[i]), inner = rnd_items(c->job, item);

		switch ((enum krm_kind)inner.kind) {
		case KRM_NIL: return rnd_fail(c, "index of nil pointer");
		case KRM_LIST:
		case KRM_BYTES:
		case KRM_STRING:
			if (index_sequence(c, inner, at, &item))
				return -1;
			break;
		case KRM_MAP:
			if (index_map(c, inner, at, &item))
				return -1;
			break;
		default: return rnd_fail(c, "can't index item of type %s", pointed_type(inner));
		}
	}
	*ret = item;
	return 0;
}

int rnd_fn_len(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	krm_val v = rnd_items(c->job, args[0]);

	(void)nargs;
	switch ((enum krm_kind)v.kind) {
	case KRM_NIL:
		if (v.flags & KRM_IFACE)
			return rnd_fail(c, "len of nil pointer");
		return rnd_panic(c, "reflect: call of reflect.Value.Type on zero Value");
	case KRM_STRING:
	case KRM_BYTES: *ret = krm_int((int64_t)v.s->n); return 0;
	case KRM_LIST: *ret = krm_int((int64_t)v.l->n); return 0;
	case KRM_MAP: *ret = krm_int(v.m->live); return 0;
	default: return rnd_fail(c, "len of type %s", pointed_type(v));
	}
}

/* No value of Helm's is a function. */
int rnd_fn_call(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	(void)nargs, (void)ret;
	if (args[0].kind == KRM_NIL)
		return rnd_fail(c, "call of nil");
	return rnd_fail(c, "non-function %.*s of type %s", KV_ARG(c->callee), rnd_type_text(args[0]));
}

/* --- comparison ------------------------------------------------------------------------------- */

enum basic { BASIC_NONE, BASIC_BOOL, BASIC_COMPLEX, BASIC_INT, BASIC_FLOAT, BASIC_STRING, BASIC_UINT };

static enum basic basic_kind(krm_val v)
{
	double re, im;

	switch ((enum krm_kind)v.kind) {
	case KRM_BOOL: return BASIC_BOOL;
	case KRM_INT:
	case KRM_INT64: return BASIC_INT;
	case KRM_UINT8:
	case KRM_UINT64: return BASIC_UINT;
	case KRM_FLOAT: return BASIC_FLOAT;
	case KRM_STRING: return BASIC_STRING;
	default: return rnd_complex_parts(v, &re, &im) ? BASIC_COMPLEX : BASIC_NONE;
	}
}

static bool same_basic(krm_val a, krm_val b, enum basic kind)
{
	double re[2], im[2];

	switch (kind) {
	case BASIC_BOOL: return a.b == b.b;
	case BASIC_INT:
	case BASIC_UINT: return a.u == b.u;
	case BASIC_FLOAT: return a.f == b.f;
	case BASIC_STRING: return kv_str_eq(krm_str(a), krm_str(b));
	default: break;
	}
	return rnd_complex_parts(a, &re[0], &im[0]) && rnd_complex_parts(b, &re[1], &im[1]) &&
	       re[0] == re[1] && im[0] == im[1];
}

/* fmt's %s of a value, for the messages of eq. */
static kv_str as_string(struct rnd_call *c, krm_val v)
{
	struct kv_buf b;

	kv_buf_init(&b, c->job->arena, c->job->limits.output_bytes);
	rnd_sprintf(c->job, KV_S("%s"), &v, 1, &b);
	return kv_buf_view(&b);
}

static int same_other(struct rnd_call *c, krm_val a, krm_val b, bool *ret)
{
	if (strcmp(rnd_kind(a), rnd_kind(b)) != 0 && a.kind != KRM_NIL && b.kind != KRM_NIL)
		return rnd_fail(c, "non-comparable types %.*s: %s, %s: %.*s", KV_ARG(as_string(c, a)),
				rnd_type_text(a), rnd_type_text(b), KV_ARG(rnd_exec_value_text(c->exec, b)));
	if (krm_is_nil(a) || krm_is_nil(b)) {
		*ret = krm_is_nil(a) == krm_is_nil(b);
		return 0;
	}
	if (b.kind != KRM_OBJECT || strcmp(rnd_kind(b), "map") == 0 || strcmp(rnd_kind(b), "slice") == 0)
		return rnd_fail(c, "non-comparable type %.*s: %s", KV_ARG(as_string(c, b)), rnd_type_text(b));
	*ret = a.kind == KRM_OBJECT && a.o->class == b.o->class && a.o->data == b.o->data;
	return 0;
}

/* Integers compare whatever their sign; other kinds must match, and nil matches any of those that have no
 * order. */
static int equal(struct rnd_call *c, krm_val a, krm_val b, bool *ret)
{
	krm_val given[2] = { a, b };
	a = by_kind(a);
	b = by_kind(b);
	enum basic ka = basic_kind(a), kb = basic_kind(b);

	*ret = false;
	if ((ka == BASIC_INT && kb == BASIC_UINT) || (ka == BASIC_UINT && kb == BASIC_INT)) {
		*ret = (ka == BASIC_INT ? a.i : b.i) >= 0 && a.u == b.u;
		return 0;
	}
	if (ka != kb) {
		if (a.kind == KRM_NIL || b.kind == KRM_NIL)
			return 0;
		return rnd_fail(c, "incompatible types for comparison: %s and %s", rnd_type_text(given[0]),
				rnd_type_text(given[1]));
	}
	if (ka == BASIC_NONE)
		return same_other(c, a, b, ret);
	*ret = same_basic(a, b, ka);
	return 0;
}

int rnd_fn_eq(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	bool same = false;

	if (nargs < 2)
		return rnd_fail(c, "missing argument for comparison");
	for (size_t i = 1; i < nargs && !same; i++)
		if (equal(c, rnd_unwrap(args[0]), rnd_unwrap(args[i]), &same))
			return -1;
	*ret = krm_bool(same);
	return 0;
}

int rnd_fn_ne(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	if (rnd_fn_eq(c, args, nargs, ret))
		return -1;
	ret->b = !ret->b;
	return 0;
}

static int less(struct rnd_call *c, krm_val a, krm_val b, bool *ret)
{
	krm_val given[2] = { a, b };
	a = by_kind(a);
	b = by_kind(b);
	enum basic ka = basic_kind(a), kb = basic_kind(b);

	if (ka == BASIC_NONE || kb == BASIC_NONE)
		return rnd_fail(c, "invalid type for comparison");
	if (ka == BASIC_INT && kb == BASIC_UINT) {
		*ret = a.i < 0 || a.u < b.u;
		return 0;
	}
	if (ka == BASIC_UINT && kb == BASIC_INT) {
		*ret = b.i >= 0 && a.u < b.u;
		return 0;
	}
	if (ka != kb)
		return rnd_fail(c, "incompatible types for comparison: %s and %s", rnd_type_text(given[0]),
				rnd_type_text(given[1]));
	switch (ka) {
	case BASIC_FLOAT: *ret = a.f < b.f; return 0;
	case BASIC_INT: *ret = a.i < b.i; return 0;
	case BASIC_UINT: *ret = a.u < b.u; return 0;
	case BASIC_STRING: *ret = kv_str_cmp(krm_str(a), krm_str(b)) < 0; return 0;
	default: return rnd_fail(c, "invalid type for comparison");
	}
}

static int less_or_equal(struct rnd_call *c, const krm_val *args, bool *ret)
{
	krm_val a = rnd_unwrap(args[0]), b = rnd_unwrap(args[1]);

	if (less(c, a, b, ret))
		return -1;
	return *ret ? 0 : equal(c, a, b, ret);
}

int rnd_fn_lt(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	bool is = false;

	(void)nargs;
	if (less(c, rnd_unwrap(args[0]), rnd_unwrap(args[1]), &is))
		return -1;
	*ret = krm_bool(is);
	return 0;
}

int rnd_fn_le(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	bool is = false;

	(void)nargs;
	if (less_or_equal(c, args, &is))
		return -1;
	*ret = krm_bool(is);
	return 0;
}

int rnd_fn_gt(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	if (rnd_fn_le(c, args, nargs, ret))
		return -1;
	ret->b = !ret->b;
	return 0;
}

int rnd_fn_ge(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	if (rnd_fn_lt(c, args, nargs, ret))
		return -1;
	ret->b = !ret->b;
	return 0;
}

/* --- printing --------------------------------------------------------------------------------- */

int rnd_fn_print(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	struct kv_buf b = rnd_buf(c);

	rnd_sprint(c->job, args, nargs, &b);
	return rnd_ret_buf(c, &b, ret);
}

int rnd_fn_println(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	struct kv_buf b = rnd_buf(c);

	rnd_sprintln(c->job, args, nargs, &b);
	return rnd_ret_buf(c, &b, ret);
}

int rnd_fn_printf(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	struct kv_buf b = rnd_buf(c);

	rnd_sprintf(c->job, krm_str(args[0]), args + 1, nargs - 1, &b);
	return rnd_ret_buf(c, &b, ret);
}

/* Sprint, with nil as templates print it (evalArgs). */
static void print_args(struct rnd_call *c, const krm_val *args, size_t nargs, struct kv_buf *out)
{
	bool after_string = false;

	for (size_t i = 0; i < nargs; i++) {
		bool is_string = args[i].kind == KRM_STRING || args[i].kind == KRM_NIL;

		if (i && !is_string && !after_string)
			kv_buf_c(out, ' ');
		if (args[i].kind == KRM_NIL)
			kv_buf_lit(out, "<no value>");
		else
			rnd_print_pointed_to(c->job, args[i], out);
		after_string = is_string;
	}
}

static void html_escape(kv_str s, struct kv_buf *out)
{
	for (size_t i = 0; i < s.n; i++)
		switch (s.p[i]) {
		case '\0': kv_buf_rune(out, 0xfffd); break;
		case '"': kv_buf_lit(out, "&#34;"); break;
		case '\'': kv_buf_lit(out, "&#39;"); break;
		case '&': kv_buf_lit(out, "&amp;"); break;
		case '<': kv_buf_lit(out, "&lt;"); break;
		case '>': kv_buf_lit(out, "&gt;"); break;
		default: kv_buf_c(out, s.p[i]);
		}
}

static void js_escape_ascii(char ch, struct kv_buf *out)
{
	switch (ch) {
	case '\\': kv_buf_lit(out, "\\\\"); break;
	case '\'': kv_buf_lit(out, "\\'"); break;
	case '"': kv_buf_lit(out, "\\\""); break;
	case '<':
	case '>':
	case '&':
	case '=': kv_buf_printf(out, "\\u%04X", ch); break;
	default:
		if (ch < ' ')
			kv_buf_printf(out, "\\u%04X", ch);
		else
			kv_buf_c(out, ch);
	}
}

static void js_escape(kv_str s, struct kv_buf *out)
{
	size_t size;

	for (size_t i = 0; i < s.n; i += size) {
		uint32_t r = kv_utf8_decode(s, i, &size);

		if (r < 0x80)
			js_escape_ascii((char)r, out);
		else if (kv_rune_is_print(r))
			kv_buf_add(out, s.p + i, size);
		else
			kv_buf_printf(out, "\\u%04X", r);
	}
}

/* url.QueryEscape */
static void query_escape(kv_str s, struct kv_buf *out)
{
	for (size_t i = 0; i < s.n; i++) {
		unsigned char ch = (unsigned char)s.p[i];

		if (kv_is_alnum(ch) || (ch && strchr("-_.~", ch)))
			kv_buf_c(out, (char)ch);
		else if (ch == ' ')
			kv_buf_c(out, '+');
		else
			kv_buf_printf(out, "%%%02X", ch);
	}
}

static int escape(struct rnd_call *c, const krm_val *args, size_t nargs, void (*how)(kv_str, struct kv_buf *),
		  krm_val *ret)
{
	struct kv_buf plain = rnd_scratch(c), escaped = rnd_buf(c);

	print_args(c, args, nargs, &plain);
	how(kv_buf_view(&plain), &escaped);
	return rnd_ret_buf(c, &escaped, ret);
}

int rnd_fn_html(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	return escape(c, args, nargs, html_escape, ret);
}

int rnd_fn_js(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	return escape(c, args, nargs, js_escape, ret);
}

int rnd_fn_urlquery(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	return escape(c, args, nargs, query_escape, ret);
}
