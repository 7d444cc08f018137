/* render/chart/jsonschema_value.c: numbers, equality, pointers and URLs of JSON Schema (jsonschema: util.go). */
#include "base/num.h"
#include "render/chart/jsonschema_graph.h"
#include "render/template/quote.h"
#include "render/template/url.h"

/* --- numbers ---------------------------------------------------------------------------------- */

static kv_str number_text(struct kv_job *job, krm_val v)
{
	struct kv_buf b;
	kv_buf_init(&b, job->arena, KV_BUF_MAX);
	switch (v.kind) {
	case KRM_BYTES: return krm_str(v);
	case KRM_INT:
	case KRM_INT64: kv_num_int(&b, v.i); break;
	case KRM_UINT8:
	case KRM_UINT64: kv_num_uint(&b, v.u); break;
	case KRM_FLOAT: kv_num_float(&b, v.f, 'g', -1); break;
	default: break;
	}
	return kv_buf_view(&b);
}

static bool read_number(struct kv_job *job, kv_str text, struct rnd_js_number *ret)
{
	struct rnd_js_number n = { .text = text };
	char *digits = kv_arena_alloc(job->arena, text.n + 1);
	size_t nd = 0, i = 0;
	bool point = false;
	if (i < text.n && (text.p[i] == '-' || text.p[i] == '+'))
		n.negative = text.p[i++] == '-';
	for (; i < text.n && (kv_is_digit(text.p[i]) || text.p[i] == '.'); i++) {
		if (text.p[i] == '.') {
			point = true;
			continue;
		}
		n.exp -= point;
		if (nd || text.p[i] != '0')
			digits[nd++] = text.p[i];
	}
	if (i == 0 || text.n == 0)
		return false;
	if (i < text.n) {
		int64_t e;
		kv_str rest = kv_str_sub(text, i + 1, text.n);
		if (rest.n && rest.p[0] == '+')
			rest = kv_str_sub(rest, 1, rest.n);
		/* Beyond any double: enough to compare. */
		if ((text.p[i] | 32) != 'e' || kv_num_parse_int(rest, 10, &e) == KV_NUM_SYNTAX)
			return false;
		n.exp += e > 1000000 ? 1000000 : e < -1000000 ? -1000000 : e;
	}
	for (; nd && digits[nd - 1] == '0'; nd--)
		n.exp++;
	n.digits = kv_str_of(digits, nd);
	n.negative = n.negative && nd;
	n.exp = nd ? n.exp : 0;
	*ret = n;
	return true;
}

bool rnd_js_number_of(struct kv_job *job, krm_val v, struct rnd_js_number *ret)
{
	return read_number(job, number_text(job, v), ret);
}

/* Digits, which single underscores may separate. */
static size_t skip_digits(kv_str s, size_t i)
{
	size_t start = i;
	for (; i < s.n; i++)
		if (!kv_is_digit(s.p[i]) &&
		    !(s.p[i] == '_' && i > start && s.p[i - 1] != '_' && i + 1 < s.n && kv_is_digit(s.p[i + 1])))
			break;
	return i;
}

static size_t skip_sign(kv_str s, size_t i)
{
	return i + (i < s.n && (s.p[i] == '-' || s.p[i] == '+'));
}

static bool is_decimal(kv_str s)
{
	size_t start = skip_sign(s, 0), i = skip_digits(s, start), digits = i - start;
	if (i < s.n && s.p[i] == '.') {
		size_t point = i++;
		i = skip_digits(s, i);
		digits += i - point - 1;
	}
	if (digits && i < s.n && (s.p[i] | 32) == 'e') {
		start = skip_sign(s, i + 1);
		i = skip_digits(s, start);
		digits = i - start;
	}
	return digits && i == s.n;
}

static kv_str without_underscores(struct kv_job *job, kv_str s)
{
	struct kv_buf b;
	if (kv_str_chr(s, '_') == SIZE_MAX)
		return s;
	kv_buf_init(&b, job->arena, KV_BUF_MAX);
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] != '_')
			kv_buf_c(&b, s.p[i]);
	return kv_buf_view(&b);
}

/* What a number is compared with: a number, or a text that reads as one. Upstream reads texts by big.Rat, which knows fractions and
 * other bases besides. */
static bool comparable_of(struct kv_job *job, krm_val v, struct rnd_js_number *ret)
{
	if (v.kind == KRM_STRING)
		return is_decimal(krm_str(v)) && read_number(job, without_underscores(job, krm_str(v)), ret);
	return rnd_js_number_of(job, v, ret);
}

static int magnitude_cmp(const struct rnd_js_number *a, const struct rnd_js_number *b)
{
	if (!a->digits.n || !b->digits.n)
		return (a->digits.n > 0) - (b->digits.n > 0);
	int64_t x = a->exp + (int64_t)a->digits.n, y = b->exp + (int64_t)b->digits.n;
	return x != y ? (x < y ? -1 : 1) : kv_str_cmp(a->digits, b->digits);
}

struct rnd_js_bound rnd_js_bound_of(struct kv_job *job, const krm_val *v)
{
	struct rnd_js_bound b = { 0 };
	b.set = v && v->kind == KRM_BYTES && rnd_js_number_of(job, *v, &b.n);
	return b;
}

struct rnd_js_count rnd_js_count_of(struct kv_job *job, const krm_val *v)
{
	struct rnd_js_count r = { 0 };
	struct rnd_js_bound b = rnd_js_bound_of(job, v);
	if (!b.set || !rnd_js_number_is_int(&b.n))
		return r;
	r.set = true;
	for (size_t i = 0; i < b.n.digits.n && r.n < INT64_MAX / 20; i++)
		r.n = r.n * 10 + (b.n.digits.p[i] - '0');
	for (int64_t e = b.n.exp; e > 0 && r.n && r.n < INT64_MAX / 20; e--)
		r.n *= 10;
	r.n = b.n.negative ? -r.n : r.n;
	return r;
}

int rnd_js_number_cmp(const struct rnd_js_number *a, const struct rnd_js_number *b)
{
	if (a->negative != b->negative)
		return a->negative ? -1 : 1;
	return a->negative ? -magnitude_cmp(a, b) : magnitude_cmp(a, b);
}

bool rnd_js_number_is_int(const struct rnd_js_number *n)
{
	return n->exp >= 0;
}

/* n / of is an integer. Remainders digit by digit; a divisor of more than 18 digits counts by its leading ones. */
bool rnd_js_number_is_multiple(const struct rnd_js_number *n, const struct rnd_js_number *of)
{
	if (n->digits.n == 0 || of->digits.n == 0)
		return n->digits.n == 0;
	uint64_t divisor = 0;
	for (size_t i = 0; i < of->digits.n && i < 18; i++)
		divisor = divisor * 10 + (uint64_t)(of->digits.p[i] - '0');
	int64_t shift = n->exp - of->exp;
	/* More zeros in the divisor than digits in the number: the quotient has a fraction, unless 10s divide out. */
	for (; shift < 0; shift++) {
		if (divisor > UINT64_MAX / 10 || shift < -40)
			return false;
		divisor *= 10;
	}
	unsigned __int128 rest = 0;
	for (size_t i = 0; i < n->digits.n; i++)
		rest = (rest * 10 + (unsigned)(n->digits.p[i] - '0')) % divisor;
	for (; shift > 0 && rest; shift--)
		rest = rest * 10 % divisor;
	return rest == 0;
}

/* An integer's digits in groups of three. */
static void print_grouped(kv_str digits, struct kv_buf *out)
{
	for (size_t i = 0; i < digits.n; i++) {
		if (i && (digits.n - i) % 3 == 0)
			kv_buf_c(out, ',');
		kv_buf_c(out, digits.p[i]);
	}
}

static void print_raised(kv_str exponent, struct kv_buf *out)
{
	static const char *const raised[] = { "⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹" };
	for (size_t i = 0; i < exponent.n; i++) {
		char c = exponent.p[i];
		if (c == '-')
			kv_buf_lit(out, "⁻");
		else if (kv_is_digit(c))
			kv_buf_str(out, kv_str_c(raised[c - '0']));
	}
}

void rnd_js_number_print(const struct rnd_js_number *n, struct kv_buf *out)
{
	double d = 0;
	(void)!kv_num_parse_float(n->text, &d);
	struct kv_buf b;
	kv_buf_init(&b, out->arena, KV_BUF_MAX);
	kv_num_float(&b, d, 'g', -1);
	kv_str text = kv_buf_view(&b);
	if (text.n && text.p[0] == '-') {
		kv_buf_c(out, '-');
		text = kv_str_sub(text, 1, text.n);
	}
	if (kv_str_has(text, KV_S("Inf"))) {
		kv_buf_lit(out, "∞");
		return;
	}
	size_t e = kv_str_chr(text, 'e');
	kv_str mantissa = e == SIZE_MAX ? text : kv_str_sub(text, 0, e);
	size_t dot = kv_str_chr(mantissa, '.');
	print_grouped(dot == SIZE_MAX ? mantissa : kv_str_sub(mantissa, 0, dot), out);
	if (dot != SIZE_MAX)
		kv_buf_str(out, kv_str_sub(mantissa, dot, mantissa.n));
	if (e != SIZE_MAX) {
		kv_buf_lit(out, "×10");
		print_raised(kv_str_sub(text, e + 1, text.n), out);
	}
}

void rnd_js_count_print(int64_t n, struct kv_buf *out)
{
	struct kv_buf b;
	kv_buf_init(&b, out->arena, KV_BUF_MAX);
	kv_num_int(&b, n);
	kv_str text = kv_buf_view(&b);
	if (n < 0) {
		kv_buf_c(out, '-');
		text = kv_str_sub(text, 1, text.n);
	}
	print_grouped(text, out);
}

/* --- values ----------------------------------------------------------------------------------- */

enum rnd_js_type rnd_js_type_of(krm_val v)
{
	switch (v.kind) {
	case KRM_NIL: return RND_JS_NULL;
	case KRM_BOOL: return RND_JS_BOOLEAN;
	case KRM_STRING: return RND_JS_STRING;
	case KRM_LIST: return RND_JS_ARRAY;
	case KRM_MAP: return RND_JS_OBJECT;
	default: return RND_JS_NUMBER;
	}
}

const char *rnd_js_type_name(enum rnd_js_type t)
{
	switch (t) {
	case RND_JS_NULL: return "null";
	case RND_JS_BOOLEAN: return "boolean";
	case RND_JS_NUMBER: return "number";
	case RND_JS_INTEGER: return "integer";
	case RND_JS_STRING: return "string";
	case RND_JS_ARRAY: return "array";
	case RND_JS_OBJECT: return "object";
	}
	return "";
}

unsigned rnd_js_type_bit(krm_val name)
{
	for (unsigned t = RND_JS_NULL; t <= RND_JS_OBJECT; t <<= 1)
		if (krm_is_str(name, rnd_js_type_name((enum rnd_js_type)t)))
			return t;
	return 0;
}

bool rnd_js_has_type(struct kv_job *job, unsigned types, krm_val v)
{
	enum rnd_js_type type = rnd_js_type_of(v);
	struct rnd_js_number n;
	return types & type || (types & RND_JS_INTEGER && type == RND_JS_NUMBER && rnd_js_number_of(job, v, &n) &&
				rnd_js_number_is_int(&n));
}

/* Both trees were read with a depth limit. */
bool rnd_js_equal(struct kv_job *job, krm_val a, krm_val b)
{
	enum rnd_js_type type = rnd_js_type_of(a);
	struct rnd_js_number x, y;
	if (type == RND_JS_NUMBER)
		return rnd_js_number_of(job, a, &x) && comparable_of(job, b, &y) && rnd_js_number_cmp(&x, &y) == 0;
	if (type != rnd_js_type_of(b))
		return false;
	switch (type) {
	case RND_JS_NULL: return true;
	case RND_JS_BOOLEAN: return a.b == b.b;
	case RND_JS_STRING: return kv_str_eq(krm_str(a), krm_str(b));
	case RND_JS_ARRAY:
		for (size_t i = 0; a.l->n == b.l->n && i < a.l->n; i++)
			if (!rnd_js_equal(job, a.l->v[i], b.l->v[i]))
				return false;
		return a.l->n == b.l->n;
	case RND_JS_OBJECT:
		krm_map_each (a.m, e) {
			krm_val *other = krm_map_find(b.m, krm_str(e->key));
			if (!other || !rnd_js_equal(job, e->val, *other))
				return false;
		}
		return a.m->live == b.m->live;
	default: return false;
	}
}

bool rnd_js_is_among(struct kv_job *job, krm_val v, krm_val choices)
{
	unsigned types = 0;
	for (size_t i = 0; i < krm_list_len(choices); i++)
		types |= rnd_js_type_of(choices.l->v[i]);
	for (size_t i = 0; types & rnd_js_type_of(v) && i < choices.l->n; i++)
		if (rnd_js_equal(job, v, choices.l->v[i]))
			return true;
	return false;
}

void rnd_js_quote(kv_str s, struct kv_buf *out)
{
	struct kv_buf b;
	kv_buf_init(&b, out->arena, KV_BUF_MAX);
	rnd_quote(s, &b);
	kv_str q = kv_buf_view(&b);
	kv_buf_c(out, '\'');
	for (size_t i = 1; i + 1 < q.n; i++) {
		if (q.p[i] == '\'')
			kv_buf_c(out, '\\');
		/* Upstream replaces \" by ", also where the backslash itself was quoted. */
		if (q.p[i] == '\\' && q.p[i + 1] == '"')
			continue;
		kv_buf_c(out, q.p[i]);
	}
	kv_buf_c(out, '\'');
}

/* --- pointers --------------------------------------------------------------------------------- */

kv_str rnd_js_pointer_escape(struct kv_job *job, kv_str token)
{
	if (kv_str_chr(token, '~') == SIZE_MAX && kv_str_chr(token, '/') == SIZE_MAX)
		return token;
	struct kv_buf b;
	kv_buf_init(&b, job->arena, KV_BUF_MAX);
	for (size_t i = 0; i < token.n; i++) {
		if (token.p[i] == '~')
			kv_buf_lit(&b, "~0");
		else if (token.p[i] == '/')
			kv_buf_lit(&b, "~1");
		else
			kv_buf_c(&b, token.p[i]);
	}
	return kv_buf_view(&b);
}

kv_str rnd_js_pointer_add(struct kv_job *job, kv_str pointer, kv_str token)
{
	return kv_arena_cat(job->arena, pointer, KV_S("/"), rnd_js_pointer_escape(job, token));
}

static bool unescape(struct kv_job *job, kv_str token, kv_str *ret)
{
	if (kv_str_chr(token, '~') == SIZE_MAX) {
		*ret = token;
		return true;
	}
	struct kv_buf b;
	kv_buf_init(&b, job->arena, KV_BUF_MAX);
	for (size_t i = 0; i < token.n; i++) {
		if (token.p[i] != '~') {
			kv_buf_c(&b, token.p[i]);
			continue;
		}
		if (++i == token.n || (token.p[i] != '0' && token.p[i] != '1'))
			return false;
		kv_buf_c(&b, token.p[i] == '0' ? '~' : '/');
	}
	*ret = kv_buf_view(&b);
	return true;
}

static bool step(krm_val *v, kv_str token)
{
	int64_t i;
	if (v->kind == KRM_MAP) {
		krm_val *found = krm_map_find(v->m, token);
		*v = found ? *found : *v;
		return found;
	}
	if (v->kind != KRM_LIST || kv_num_parse_int(token, 10, &i) != KV_NUM_OK || i < 0 ||
	    (size_t)i >= v->l->n)
		return false;
	*v = v->l->v[i];
	return true;
}

bool rnd_js_pointer_find(struct kv_job *job, krm_val doc, kv_str pointer, krm_val *ret, bool *ret_malformed)
{
	*ret_malformed = false;
	while (pointer.n) {
		pointer = kv_str_sub(pointer, 1, pointer.n);
		size_t slash = kv_str_chr(pointer, '/');
		kv_str token = slash == SIZE_MAX ? pointer : kv_str_sub(pointer, 0, slash);
		pointer = slash == SIZE_MAX ? KV_S("") : kv_str_sub(pointer, slash, pointer.n);
		*ret_malformed = !unescape(job, token, &token);
		if (*ret_malformed || !step(&doc, token))
			return false;
	}
	*ret = doc;
	return true;
}

/* url.PathEscape of each token. */
static void encode(kv_str pointer, struct kv_buf *out)
{
	for (size_t i = 0; i < pointer.n; i++) {
		unsigned char c = (unsigned char)pointer.p[i];
		if (kv_is_alnum(c) || (c && strchr("/-_.~$&+=:@", c)))
			kv_buf_c(out, (char)c);
		else
			kv_buf_printf(out, "%%%02X", c);
	}
}

kv_str rnd_js_location(struct kv_job *job, kv_str url, kv_str pointer)
{
	struct kv_buf b;
	kv_buf_init(&b, job->arena, KV_BUF_MAX);
	kv_buf_str(&b, url);
	kv_buf_c(&b, '#');
	encode(pointer, &b);
	return kv_buf_view(&b);
}

/* --- URLs ------------------------------------------------------------------------------------- */

/* url.PathUnescape; false with the bad escape. */
static bool decode(struct kv_job *job, kv_str s, kv_str *ret, kv_str *ret_bad)
{
	struct kv_buf b;
	kv_buf_init(&b, job->arena, KV_BUF_MAX);
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] != '%') {
			kv_buf_c(&b, s.p[i]);
			continue;
		}
		if (i + 2 >= s.n || kv_hex_value(s.p[i + 1]) < 0 || kv_hex_value(s.p[i + 2]) < 0) {
			*ret_bad = kv_str_sub(s, i, i + 3);
			return false;
		}
		kv_buf_c(&b, (char)(kv_hex_value(s.p[i + 1]) * 16 + kv_hex_value(s.p[i + 2])));
		i += 2;
	}
	*ret = kv_buf_view(&b);
	return true;
}

/* The parts of a reference; absent ones have a NULL pointer. */
struct url_parts {
	kv_str scheme, authority, path, query;
};

static struct url_parts url_split(kv_str s)
{
	struct url_parts u = { { NULL, 0 }, { NULL, 0 }, s, { NULL, 0 } };
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		bool letter = (c | 32) >= 'a' && (c | 32) <= 'z';
		if (c == ':' && i > 0) {
			u.scheme = kv_str_sub(s, 0, i);
			s = kv_str_sub(s, i + 1, s.n);
			break;
		}
		if (!letter && (i == 0 || !(kv_is_digit(c) || c == '+' || c == '-' || c == '.')))
			break;
	}
	size_t q = kv_str_chr(s, '?');
	if (q != SIZE_MAX) {
		u.query = kv_str_sub(s, q, s.n);
		s = kv_str_sub(s, 0, q);
	}
	if (kv_str_starts(s, KV_S("//"))) {
		size_t slash = kv_str_find(s, KV_S("/"), 2);
		u.authority = kv_str_sub(s, 0, slash == SIZE_MAX ? s.n : slash);
		s = kv_str_sub(s, u.authority.n, s.n);
	}
	u.path = s;
	return u;
}

/* RFC 3986, 5.2.4, over base's folder and ref. */
static kv_str merge_paths(struct kv_job *job, kv_str base, kv_str ref)
{
	size_t slash = kv_str_rchr(base, '/');
	kv_str full =
		ref.n && ref.p[0] == '/'
			? ref
			: kv_arena_cat(job->arena,
				       slash == SIZE_MAX ? KV_S("/") : kv_str_sub(base, 0, slash + 1), ref);
	struct kv_buf b;
	kv_buf_init(&b, job->arena, KV_BUF_MAX);
	kv_str rest = kv_str_sub(full, 1, full.n);
	bool more = true;
	while (more) {
		size_t cut = kv_str_chr(rest, '/');
		kv_str segment = cut == SIZE_MAX ? rest : kv_str_sub(rest, 0, cut);
		more = cut != SIZE_MAX;
		rest = more ? kv_str_sub(rest, cut + 1, rest.n) : rest;
		bool dots = kv_str_eq(segment, KV_S(".")) || kv_str_eq(segment, KV_S(".."));
		if (kv_str_eq(segment, KV_S(".."))) {
			while (b.n && b.p[--b.n] != '/')
				;
		} else if (!dots) {
			kv_buf_c(&b, '/');
			kv_buf_str(&b, segment);
		}
		if (dots && !more)
			kv_buf_c(&b, '/');
	}
	return kv_buf_view(&b);
}

static int url_fail(struct kv_job *job, kv_str url, kv_str why, kv_str *ret_error)
{
	struct kv_buf b;
	kv_buf_init(&b, job->arena, KV_BUF_MAX);
	kv_buf_lit(&b, "error in parsing ");
	rnd_quote(url, &b);
	kv_buf_lit(&b, ": ");
	kv_buf_str(&b, why);
	*ret_error = kv_buf_view(&b);
	return -1;
}

/* URL.ResolveReference, as it is before URL.String escapes it. */
static kv_str resolve(struct kv_job *job, kv_str base, kv_str url)
{
	struct url_parts b = url_split(base), r = url_split(url);
	if (r.scheme.p)
		return url;
	kv_str colon = KV_S(":"), none = KV_S("");
	kv_str lead = b.scheme.p ? kv_arena_cat(job->arena, b.scheme, colon) : none;
	kv_str query = r.query.p ? r.query : none;
	if (r.authority.p)
		return kv_arena_cat(job->arena, lead, r.authority, r.path, query);
	if (r.path.n == 0)
		return kv_arena_cat(job->arena, lead, b.authority.p ? b.authority : none, b.path,
				    r.query.p   ? query
				    : b.query.p ? b.query
						: none);
	if (!b.authority.p && b.scheme.p && (b.path.n == 0 || b.path.p[0] != '/'))
		return base; /* an opaque base, such as a urn, swallows relative references */
	return kv_arena_cat(job->arena, lead, b.authority.p ? b.authority : none, merge_paths(job, b.path, r.path),
			    query);
}

int rnd_js_url_join(struct kv_job *job, kv_str base, kv_str ref, struct rnd_js_url_ref *ret,
		    kv_str *ret_error)
{
	size_t hash = kv_str_chr(ref, '#');
	kv_str fragment = hash == SIZE_MAX ? KV_S("") : kv_str_sub(ref, hash + 1, ref.n), bad, url = ref;
	if (hash != SIZE_MAX)
		url = kv_str_sub(ref, 0, hash);
	if (!decode(job, fragment, &ret->fragment, &bad)) {
		struct kv_buf b;
		kv_buf_init(&b, job->arena, KV_BUF_MAX);
		kv_buf_lit(&b, "invalid URL escape ");
		rnd_quote(bad, &b);
		return url_fail(job, ref, kv_buf_view(&b), ret_error);
	}
	struct rnd_url parsed;
	kv_str why;
	if (rnd_url_parse(job->arena, url, &parsed, &why))
		return url_fail(job, url, why, ret_error);
	kv_str joined = resolve(job, base, url);
	ret->url = rnd_url_parse(job->arena, joined, &parsed, &why) ? joined : rnd_url_text(job->arena, &parsed);
	return 0;
}
