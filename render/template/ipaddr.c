/* render/template/ipaddr.c: net/netip's ParseAddr. */
#include "render/template/ipaddr.h"

#include "render/template/quote.h"

struct reader {
	struct kv_arena *a;
	kv_str text; /* the whole address, for messages */
	kv_str *error;
};

static int fail(struct reader *r, const char *what, kv_str at)
{
	struct kv_buf b;
	kv_buf_init(&b, r->a, KV_BUF_MAX);
	kv_buf_lit(&b, "ParseAddr(");
	rnd_quote(r->text, &b);
	kv_buf_printf(&b, "): %s", what);
	if (at.n) {
		kv_buf_lit(&b, " (at ");
		rnd_quote(at, &b);
		kv_buf_c(&b, ')');
	}
	*r->error = kv_buf_view(&b);
	return -1;
}

static kv_str from(kv_str s, size_t i)
{
	return kv_str_sub(s, i, s.n);
}

/* Four decimal fields that fill the whole text. */
static int parse_v4(struct reader *r, kv_str s, uint8_t fields[4])
{
	const kv_str nowhere = KV_S("");
	unsigned value = 0, digits = 0;
	size_t field = 0;
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		if (kv_is_digit(c)) {
			if (digits == 1 && value == 0)
				return fail(r, "IPv4 field has octet with leading zero", nowhere);
			value = value * 10 + (unsigned)(c - '0');
			digits++;
			if (value > 255)
				return fail(r, "IPv4 field has value >255", nowhere);
		} else if (c == '.') {
			if (i == 0 || i == s.n - 1 || s.p[i - 1] == '.')
				return fail(r, "IPv4 field must have at least one digit", from(s, i));
			if (field == 3)
				return fail(r, "IPv4 address too long", nowhere);
			fields[field++] = (uint8_t)value;
			value = digits = 0;
		} else {
			return fail(r, "unexpected character", from(s, i));
		}
	}
	if (field < 3)
		return fail(r, "IPv4 address too short", nowhere);
	fields[3] = (uint8_t)value;
	return 0;
}

/* One group of at most four hexadecimal digits; *ret_n gets how many there are. */
static int parse_group(struct reader *r, kv_str s, unsigned *ret, size_t *ret_n)
{
	unsigned value = 0;
	size_t n = 0;
	for (int digit; n < s.n && (digit = kv_hex_value(s.p[n])) >= 0; n++) {
		if (n > 3)
			return fail(r, "each group must have 4 or less digits", s);
		value = value << 4 | (unsigned)digit;
	}
	if (!n)
		return fail(r, "each colon-separated field must have at least one digit", s);
	*ret = value;
	*ret_n = n;
	return 0;
}

struct v6 {
	uint8_t b[16];
	size_t n; /* bytes so far */
	int gap;  /* where "::" stands; -1 if nowhere */
};

/* "1.2.3.4" at the end of an IPv6 address. */
static int parse_tail_v4(struct reader *r, kv_str s, struct v6 *v)
{
	if (v->gap < 0 && v->n != 12)
		return fail(r, "embedded IPv4 address must replace the final 2 fields of the address", s);
	if (v->n + 4 > 16)
		return fail(r, "too many hex fields to fit an embedded IPv4 at the end of the address", s);
	if (parse_v4(r, s, v->b + v->n))
		return -1;
	v->n += 4;
	return 0;
}

/* The groups behind a leading "::"; *ret_rest is what is left over. */
static int parse_groups(struct reader *r, kv_str s, struct v6 *v, kv_str *ret_rest)
{
	while (v->n < 16) {
		unsigned value = 0;
		size_t n = 0;
		if (parse_group(r, s, &value, &n))
			return -1;
		if (n < s.n && s.p[n] == '.') {
			*ret_rest = KV_S("");
			return parse_tail_v4(r, s, v);
		}
		v->b[v->n++] = (uint8_t)(value >> 8);
		v->b[v->n++] = (uint8_t)value;
		s = from(s, n);
		if (!s.n)
			break;
		if (s.p[0] != ':')
			return fail(r, "unexpected character, want colon", s);
		if (s.n == 1)
			return fail(r, "colon must be followed by more characters", s);
		s = from(s, 1);
		if (s.p[0] != ':')
			continue;
		if (v->gap >= 0)
			return fail(r, "multiple :: in address", s);
		v->gap = (int)v->n;
		s = from(s, 1);
		if (!s.n)
			break;
	}
	*ret_rest = s;
	return 0;
}

/* Puts the zeros where "::" stands. */
static int spread(struct reader *r, struct v6 *v)
{
	if (v->n == 16)
		return v->gap < 0 ? 0
				  : fail(r, "the :: must expand to at least one field of zeros", KV_S(""));
	if (v->gap < 0)
		return fail(r, "address string too short", KV_S(""));
	size_t gap = (size_t)v->gap, zeros = 16 - v->n;
	memmove(v->b + gap + zeros, v->b + gap, v->n - gap);
	memset(v->b + gap, 0, zeros);
	return 0;
}

static int parse_v6(struct reader *r, kv_str s, struct rnd_ip *ret)
{
	struct v6 v = { .gap = -1 };
	size_t percent = kv_str_chr(s, '%');
	if (percent != SIZE_MAX) {
		ret->zone = from(s, percent + 1);
		if (!ret->zone.n)
			return fail(r, "zone must be a non-empty string", KV_S(""));
		s = kv_str_sub(s, 0, percent);
	}
	if (kv_str_starts(s, KV_S("::"))) {
		v.gap = 0;
		s = from(s, 2);
	}
	kv_str rest = s;
	if ((s.n || v.gap < 0) && parse_groups(r, s, &v, &rest))
		return -1;
	if (rest.n)
		return fail(r, "trailing garbage after address", rest);
	if (spread(r, &v))
		return -1;
	memcpy(ret->b, v.b, sizeof v.b);
	ret->v6 = true;
	return 0;
}

int rnd_ip_parse(struct kv_arena *a, kv_str text, struct rnd_ip *ret, kv_str *ret_error)
{
	struct reader r = { a, text, ret_error };
	*ret = (struct rnd_ip){ 0 };
	for (size_t i = 0; i < text.n; i++) {
		switch (text.p[i]) {
		case '.': return parse_v4(&r, text, ret->b);
		case ':': return parse_v6(&r, text, ret);
		case '%': return fail(&r, "missing IPv6 address", KV_S(""));
		default: break;
		}
	}
	return fail(&r, "unable to parse IP", KV_S(""));
}
