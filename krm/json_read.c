/* krm/json_read.c: encoding/json's scanner and decoder into interface{} (scanner.go, decode.go). */
#include "krm/json.h"

#include "base/num.h"
#include "base/utf8.h"

struct reader {
	struct kv_job *job;
	kv_str text;
	size_t at;
	enum krm_json_numbers numbers;
	size_t depth, nodes;
	kv_str error;      /* of the syntax */
	kv_str type_error; /* the first number that fits nowhere: told only if the syntax is right */
	size_t type_error_at;
};

/* --- errors ----------------------------------------------------------------------------------- */

/* scanner.go, quoteChar: one byte, seen as a code point, in strconv.Quote's spelling. */
static void quote_char(struct kv_buf *b, unsigned char c)
{
	static const char named[][2] = { { '\a', 'a' }, { '\b', 'b' },  { '\f', 'f' },
					 { '\n', 'n' }, { '\r', 'r' },  { '\t', 't' },
					 { '\v', 'v' }, { '\\', '\\' }, { '\'', '\'' } };
	kv_buf_c(b, '\'');
	for (size_t i = 0; i < sizeof named / sizeof *named; i++) {
		if (c == (unsigned char)named[i][0]) {
			kv_buf_printf(b, "\\%c'", named[i][1]);
			return;
		}
	}
	if (kv_rune_is_print(c))
		kv_buf_rune(b, c);
	else
		kv_buf_printf(b, c < 0x80 ? "\\x%02x" : "\\u%04x", c);
	kv_buf_c(b, '\'');
}

static int fail_at(struct reader *r, unsigned char c, const char *context)
{
	struct kv_buf b;
	kv_buf_init(&b, r->job->arena, KV_BUF_MAX);
	kv_buf_lit(&b, "invalid character ");
	quote_char(&b, c);
	kv_buf_printf(&b, " %s", context);
	r->error = kv_buf_view(&b);
	return -1;
}

/* The error at the current byte. */
static int fail(struct reader *r, const char *context)
{
	if (r->at < r->text.n)
		return fail_at(r, (unsigned char)r->text.p[r->at], context);
	r->error = KV_S("unexpected end of JSON input");
	return -1;
}

/* The same within a number, a word or an escape: at the end Go's scanner is fed a blank (scanner.go, eof). */
static int fail_inside(struct reader *r, const char *context)
{
	return fail_at(r, r->at < r->text.n ? (unsigned char)r->text.p[r->at] : ' ', context);
}

/* --- scanning --------------------------------------------------------------------------------- */

static int peek(const struct reader *r)
{
	return r->at < r->text.n ? (unsigned char)r->text.p[r->at] : -1;
}

static int skip_space(struct reader *r)
{
	int c;
	while ((c = peek(r)) == ' ' || c == '\n' || c == '\t' || c == '\r')
		r->at++;
	return c;
}

static int skip_digits(struct reader *r, const char *context)
{
	if (!kv_is_digit(peek(r)))
		return fail_inside(r, context);
	while (kv_is_digit(peek(r)))
		r->at++;
	return 0;
}

static int number_value(struct reader *r, kv_str text, bool integer, krm_val *ret)
{
	if (r->numbers == KRM_JSON_TEXT) {
		*ret = krm_bytes(r->job->arena, text);
		return 0;
	}
	if (integer && r->numbers == KRM_JSON_EXACT) {
		if (kv_num_parse_int(text, 10, &ret->i) == KV_NUM_OK) {
			ret->kind = KRM_INT64;
			return 0;
		}
		if (kv_num_parse_uint(text, 10, &ret->u) == KV_NUM_OK) {
			ret->kind = KRM_UINT64;
			return 0;
		}
	}
	ret->kind = KRM_FLOAT;
	if (kv_num_parse_float(text, &ret->f) == KV_NUM_OK)
		return 0;
	if (!r->type_error.n) {
		r->type_error = kv_arena_cat(r->job->arena, KV_S("json: cannot unmarshal number "), text,
					     KV_S(" into Go value of type float64"));
		r->type_error_at = r->at;
	}
	*ret = krm_nil();
	return 0;
}

/* -? ( 0 | [1-9][0-9]* ) ( . [0-9]+ )? ( [eE] [-+]? [0-9]+ )? */
static int read_number(struct reader *r, krm_val *ret)
{
	size_t start = r->at;
	bool integer = true;
	if (peek(r) == '-')
		r->at++;
	if (peek(r) == '0')
		r->at++;
	else if (skip_digits(r, "in numeric literal") < 0)
		return -1;
	if (peek(r) == '.') {
		integer = false;
		r->at++;
		if (skip_digits(r, "after decimal point in numeric literal") < 0)
			return -1;
	}
	if (peek(r) == 'e' || peek(r) == 'E') {
		integer = false;
		r->at++;
		if (peek(r) == '+' || peek(r) == '-')
			r->at++;
		if (skip_digits(r, "in exponent of numeric literal") < 0)
			return -1;
	}
	return number_value(r, kv_str_sub(r->text, start, r->at), integer, ret);
}

static int read_word(struct reader *r, const char *word, krm_val value, krm_val *ret)
{
	for (size_t i = 0; word[i]; i++, r->at++) {
		if (peek(r) != (unsigned char)word[i]) {
			kv_str context = kv_arena_printf(r->job->arena, "in literal %s (expecting '%c')",
							 word, word[i]);
			return fail_inside(r, context.p);
		}
	}
	*ret = value;
	return 0;
}

/* --- strings ---------------------------------------------------------------------------------- */

/* Behind the backslash. */
static int check_escape(struct reader *r)
{
	int c = peek(r);
	if (c <= 0 || !strchr("bfnrt\\/\"u", c))
		return fail_inside(r, "in string escape code");
	r->at++;
	for (int i = 0; c == 'u' && i < 4; i++, r->at++)
		if (peek(r) < 0 || kv_hex_value(peek(r)) < 0)
			return fail_inside(r, "in \\u hexadecimal character escape");
	return 0;
}

/* Finds the closing quote and checks what stands before it. *ret_plain: the bytes are the value. */
static int scan_string(struct reader *r, bool *ret_plain)
{
	bool plain = true, ascii = true;
	size_t start = r->at;
	for (;;) {
		int c = peek(r);
		if (c == '"')
			break;
		if (c < 0x20)
			return fail(r, "in string literal");
		ascii = ascii && c < 0x80;
		r->at++;
		if (c == '\\') {
			plain = false;
			if (check_escape(r) < 0)
				return -1;
		}
	}
	*ret_plain = plain && (ascii || kv_utf8_valid(kv_str_sub(r->text, start, r->at)));
	return 0;
}

/* uXXXX at s[i], i.e. behind the backslash; -1 if there is none. */
static int unicode_escape(kv_str s, size_t i)
{
	if (i + 6 > s.n || s.p[i] != '\\' || s.p[i + 1] != 'u')
		return -1;
	int v = 0;
	for (size_t k = i + 2; k < i + 6; k++) {
		int h = kv_hex_value((unsigned char)s.p[k]);
		if (h < 0)
			return -1;
		v = v * 16 + h;
	}
	return v;
}

/* The code point of the escape at s[i], surrogate pairs joined, lone surrogates U+FFFD. Returns its length. */
static size_t decode_unicode(kv_str s, size_t i, uint32_t *ret)
{
	int high = unicode_escape(s, i), low = -1;
	*ret = (uint32_t)high;
	if (high < 0xD800 || high >= 0xE000)
		return 6;
	if (high < 0xDC00)
		low = unicode_escape(s, i + 6);
	if (low < 0xDC00 || low >= 0xE000) {
		*ret = 0xFFFD;
		return 6;
	}
	*ret = 0x10000 + ((uint32_t)(high - 0xD800) << 10 | (uint32_t)(low - 0xDC00));
	return 12;
}

static krm_val decode_string(struct kv_arena *a, kv_str s)
{
	/* A bad byte becomes the three of U+FFFD; escapes only shrink. */
	struct krm_text *t = krm_text_new(a, kv_utf8_valid(s) ? s.n : kv_size_mul(s.n, 3));
	char *to = t->s;
	for (size_t i = 0; i < s.n;) {
		uint32_t rune;
		size_t size = 2;
		if (s.p[i] != '\\') {
			rune = kv_utf8_decode(s, i, &size);
		} else if (s.p[i + 1] == 'u') {
			size = decode_unicode(s, i, &rune);
		} else {
			const char *names = "bfnrt", *name = strchr(names, s.p[i + 1]);
			rune = (unsigned char)(name ? "\b\f\n\r\t"[name - names] : s.p[i + 1]);
		}
		to += kv_utf8_encode(to, rune);
		i += size;
	}
	t->n = (uint32_t)(to - t->s);
	*to = '\0';
	return krm_string_take(t);
}

/* Behind the opening quote. */
static int read_string(struct reader *r, krm_val *ret)
{
	size_t start = r->at;
	bool plain = false;
	if (scan_string(r, &plain) < 0)
		return -1;
	kv_str raw = kv_str_sub(r->text, start, r->at++);
	*ret = plain ? krm_string(r->job->arena, raw) : decode_string(r->job->arena, raw);
	return 0;
}

/* --- values ----------------------------------------------------------------------------------- */

static int read_value(struct reader *r, krm_val *ret);

static int read_member(struct reader *r, struct krm_map *m)
{
	krm_val key, value;
	if (skip_space(r) != '"')
		return fail(r, "looking for beginning of object key string");
	r->at++;
	if (read_string(r, &key) < 0)
		return -1;
	if (skip_space(r) != ':')
		return fail(r, "after object key");
	r->at++;
	if (read_value(r, &value) < 0)
		return -1;
	krm_map_set_key(r->job->arena, m, key, value);
	return 0;
}

static int read_object(struct reader *r, krm_val *ret)
{
	*ret = krm_map(r->job->arena, KRM_OF_ANY);
	r->at++;
	if (skip_space(r) == '}') {
		r->at++;
		return 0;
	}
	for (;; r->at++) {
		if (read_member(r, ret->m) < 0)
			return -1;
		int c = skip_space(r);
		if (c == '}')
			break;
		if (c != ',')
			return fail(r, "after object key:value pair");
	}
	r->at++;
	return 0;
}

static int read_array(struct reader *r, krm_val *ret)
{
	*ret = krm_list(r->job->arena, KRM_OF_ANY);
	r->at++;
	if (skip_space(r) == ']') {
		r->at++;
		return 0;
	}
	for (;; r->at++) {
		krm_val item;
		if (read_value(r, &item) < 0)
			return -1;
		krm_list_push(r->job->arena, ret->l, item);
		int c = skip_space(r);
		if (c == ']')
			break;
		if (c != ',')
			return fail(r, "after array element");
	}
	r->at++;
	return 0;
}

static int read_collection(struct reader *r, int open, krm_val *ret)
{
	if (r->depth == r->job->limits.depth)
		return fail(r, "exceeded max depth");
	r->depth++;
	int status = open == '{' ? read_object(r, ret) : read_array(r, ret);
	r->depth--;
	return status;
}

static int read_value(struct reader *r, krm_val *ret)
{
	int c = skip_space(r);
	if (!kv_job_fits(r->job, ++r->nodes)) {
		r->error = kv_job_excess(r->job, r->nodes);
		return -1;
	}
	switch (c) {
	case '{':
	case '[': return read_collection(r, c, ret);
	case '"': r->at++; return read_string(r, ret);
	case 't': return read_word(r, "true", krm_bool(true), ret);
	case 'f': return read_word(r, "false", krm_bool(false), ret);
	case 'n': return read_word(r, "null", krm_nil(), ret);
	default:
		*ret = krm_nil();
		return c == '-' || kv_is_digit(c) ? read_number(r, ret)
					       : fail(r, "looking for beginning of value");
	}
}

int krm_json_read(struct kv_job *job, kv_str text, enum krm_json_numbers numbers, krm_val *ret,
		  kv_str *ret_error, size_t *ret_offset)
{
	struct reader r = { .job = job, .text = text, .numbers = numbers };
	krm_val v;
	int status = read_value(&r, &v);
	if (status == 0 && skip_space(&r) >= 0)
		status = fail(&r, "after top-level value");
	if (status == 0 && r.type_error.n) {
		status = -1;
		r.error = r.type_error;
		r.at = r.type_error_at;
		*ret = v;
	}
	if (status < 0) {
		*ret_error = r.error;
		*ret_offset = r.at;
		return -1;
	}
	*ret = v;
	return 0;
}

const char *krm_json_kind(krm_val v)
{
	switch ((enum krm_kind)v.kind) {
	case KRM_BOOL: return "bool";
	case KRM_STRING:
	case KRM_BYTES: return "string";
	case KRM_LIST: return "array";
	case KRM_MAP: return "object";
	default: return "number";
	}
}
