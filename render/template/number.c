/* render/template/number.c: number and character constants (parse/node.go newNumber). */
#include "base/num.h"
#include "render/template/node.h"
#include "render/template/quote.h"

static bool fail(struct kv_arena *a, const char *what, kv_str text, kv_str *ret_error)
{
	struct kv_buf b;

	kv_buf_init(&b, a, KV_BUF_MAX);
	kv_buf_str(&b, kv_str_c(what));
	rnd_quote(text, &b);
	*ret_error = kv_buf_view(&b);
	return false;
}

/* The integers that are equal to the float, as Go's conversions find them. */
static void float_to_ints(struct rnd_number *n)
{
	if (n->f >= -0x1p63 && n->f < 0x1p63 && (double)(int64_t)n->f == n->f) {
		n->is_int = true;
		n->i = (int64_t)n->f;
	}
	if (n->f > -1 && n->f < 0x1p64 && (double)(uint64_t)n->f == n->f) {
		n->is_uint = true;
		n->u = (uint64_t)n->f;
	}
}

static void simplify_complex(struct rnd_number *n)
{
	n->is_complex = true;
	n->is_float = n->im == 0;
	n->f = n->re;
	if (n->is_float)
		float_to_ints(n);
}

static bool parse_char(struct kv_arena *a, kv_str text, struct rnd_number *n, kv_str *ret_error)
{
	kv_str rest = kv_str_sub(text, 1, text.n);
	uint32_t r = 0;
	bool byte;

	if (!rnd_unquote_char(&rest, '\'', &r, &byte)) {
		*ret_error = KV_S("invalid syntax");
		return false;
	}
	if (!kv_str_eq(rest, KV_S("'"))) {
		*ret_error = kv_arena_cat(a, KV_S("malformed character constant: "), text);
		return false;
	}
	n->is_int = n->is_uint = n->is_float = true;
	n->i = r;
	n->u = r;
	n->f = r;
	return true;
}

/* Where the imaginary part begins: at the last sign that does not belong to an exponent. */
static size_t imaginary_at(kv_str s)
{
	bool hex = s.n > 2 && (kv_str_has(kv_str_sub(s, 0, 3), KV_S("0x")) ||
			       kv_str_has(kv_str_sub(s, 0, 3), KV_S("0X")));

	for (size_t i = 1; i < s.n; i++) {
		char before = (char)(s.p[i - 1] | 0x20);

		if ((s.p[i] == '+' || s.p[i] == '-') && before != 'p' && (hex || before != 'e'))
			return i;
	}
	return s.n;
}

static bool parse_part(struct kv_arena *a, kv_str s, double *ret, kv_str *ret_error)
{
	enum kv_num_error e = kv_num_parse_float(s, ret);
	struct kv_buf b;

	if (e == KV_NUM_OK)
		return true;
	kv_buf_init(&b, a, KV_BUF_MAX);
	kv_buf_lit(&b, "strconv.ParseFloat: parsing ");
	rnd_quote(s, &b);
	kv_buf_str(&b, e == KV_NUM_RANGE ? KV_S(": value out of range") : KV_S(": invalid syntax"));
	*ret_error = kv_buf_view(&b);
	return false;
}

static bool parse_complex(struct kv_arena *a, kv_str text, struct rnd_number *n, kv_str *ret_error)
{
	size_t at = imaginary_at(text);

	if (!parse_part(a, kv_str_sub(text, 0, at), &n->re, ret_error) ||
	    !parse_part(a, kv_str_sub(text, at, text.n - 1), &n->im, ret_error))
		return false;
	simplify_complex(n);
	return true;
}

bool rnd_has_any(kv_str s, const char *set)
{
	for (; *set; set++)
		if (kv_str_chr(s, *set) != SIZE_MAX)
			return true;
	return false;
}

static bool parse_real(struct kv_arena *a, kv_str text, struct rnd_number *n, kv_str *ret_error)
{
	n->is_uint = kv_num_parse_uint(text, 0, &n->u) == KV_NUM_OK;
	n->is_int = kv_num_parse_int(text, 0, &n->i) == KV_NUM_OK;
	if (n->is_int && n->i == 0) {
		n->is_uint = true; /* -0 */
		n->u = 0;
	}
	if (n->is_int || n->is_uint) {
		n->is_float = true;
		n->f = n->is_int ? (double)n->i : (double)n->u;
		return true;
	}
	if (kv_num_parse_float(text, &n->f) != KV_NUM_OK)
		return fail(a, "illegal number syntax: ", text, ret_error);
	if (!rnd_has_any(text, ".eEpP"))
		return fail(a, "integer overflow: ", text, ret_error);
	n->is_float = true;
	float_to_ints(n);
	return true;
}

bool rnd_number_parse(struct kv_arena *a, kv_str text, bool is_char, bool is_complex, struct rnd_number *ret,
		      kv_str *ret_error)
{
	*ret = (struct rnd_number){ 0 };
	if (is_char)
		return parse_char(a, text, ret, ret_error);
	if (is_complex)
		return parse_complex(a, text, ret, ret_error);
	if (text.n && text.p[text.n - 1] == 'i' &&
	    kv_num_parse_float(kv_str_sub(text, 0, text.n - 1), &ret->im) == KV_NUM_OK) {
		simplify_complex(ret);
		return true;
	}
	return parse_real(a, text, ret, ret_error);
}
