/* base/num.c: Go's strconv (internal/strconv: ftoa.go, atof.go, atoi.go) on top of libc's exact conversions. */
#include "base/num.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* A double has at most 767 significant decimal digits; Go keeps 800. */
#define EXACT_DIGITS 800

/* 0.d[0]d[1]... * 10^dp, without trailing zeros; zero has no digits. */
struct decimal {
	char d[EXACT_DIGITS + 1];
	int nd, dp;
};

/* --- digits ----------------------------------------------------------------------------------- */

static void trim_zeros(struct decimal *d)
{
	while (d->nd > 0 && d->d[d->nd - 1] == '0')
		d->nd--;
	if (d->nd == 0)
		d->dp = 0;
}

/* The first n digits of |f|, correctly rounded, from libc's "d.ddde+xx". */
static void digits_of(double f, int n, struct decimal *d)
{
	char text[EXACT_DIGITS + 32];
	snprintf(text, sizeof text, "%.*e", n - 1, fabs(f));
	d->nd = 0;
	const char *p = text;
	for (; *p && *p != 'e'; p++)
		if (*p != '.')
			d->d[d->nd++] = *p;
	d->dp = *p ? atoi(p + 1) + 1 : 0;
	trim_zeros(d);
}

static double digits_value(const struct decimal *d, bool single)
{
	char text[EXACT_DIGITS + 32];
	snprintf(text, sizeof text, "0.%.*se%d", d->nd, d->d, d->dp);
	return single ? (double)strtof(text, NULL) : strtod(text, NULL);
}

static void round_up_at(struct decimal *d, int nd)
{
	for (int i = nd - 1; i >= 0; i--) {
		if (d->d[i] < '9') {
			d->d[i]++;
			d->nd = i + 1;
			return;
		}
	}
	d->d[0] = '1';
	d->nd = 1;
	d->dp++;
}

/* decimal.Round: half to even; an impossible position changes nothing. */
static void round_at(struct decimal *d, int nd)
{
	if (nd < 0 || nd >= d->nd)
		return;
	bool up = d->d[nd] >= '5';
	if (d->d[nd] == '5' && nd + 1 == d->nd)
		up = nd > 0 && (d->d[nd - 1] - '0') % 2 != 0;
	if (up) {
		round_up_at(d, nd);
	} else {
		d->nd = nd;
		trim_zeros(d);
	}
}

/* Below a power of two the neighbours are closer than above it, so the nearest n-digit number may miss while
 * the next one up reads back. Of two that are as near Go takes the upper one there (ftoadbox.go). */
static bool next_up_is_better(struct decimal *d, int n, double f, bool single)
{
	struct decimal up = *d, exact;
	digits_of(f, EXACT_DIGITS, &exact);
	bool tie = exact.nd == n + 1 && exact.d[n] == '5' && memcmp(exact.d, d->d, (size_t)d->nd) == 0;
	if (!tie && digits_value(d, single) == fabs(f))
		return false;
	while (up.nd < n)
		up.d[up.nd++] = '0';
	round_up_at(&up, n);
	if (digits_value(&up, single) != fabs(f))
		return false;
	*d = up;
	return true;
}

static void shortest_digits(double f, bool single, struct decimal *d)
{
	/* Up to this many digits a normal number's rounding is the shortest text's own digits and zeros. */
	int sure = single ? 6 : 15, all = single ? 9 : 17;
	bool normal = fabs(f) >= (single ? 0x1p-126 : 0x1p-1022);
	int exponent;
	bool power = frexp(fabs(f), &exponent) == 0.5;
	for (int n = normal ? sure : 1; n < all; n++) {
		digits_of(f, n, d);
		if ((power && next_up_is_better(d, n, f, single)) || digits_value(d, single) == fabs(f))
			return;
	}
	digits_of(f, all, d);
}

/* --- texts ------------------------------------------------------------------------------------ */

/* Digits [from, from + n) of d, zeros beyond its end. */
static void add_digits(struct kv_buf *b, const struct decimal *d, int from, int n)
{
	int have = d->nd > from ? d->nd - from : 0;
	if (have > n)
		have = n;
	if (have > 0)
		kv_buf_add(b, d->d + from, (size_t)have);
	if (n > have)
		kv_buf_fill(b, '0', (size_t)(n - have));
}

static void format_e(struct kv_buf *b, const struct decimal *d, int prec, char e)
{
	add_digits(b, d, 0, 1);
	if (prec > 0) {
		kv_buf_c(b, '.');
		add_digits(b, d, 1, prec);
	}
	int exp = d->nd ? d->dp - 1 : 0;
	kv_buf_printf(b, "%c%c%02d", e, exp < 0 ? '-' : '+', abs(exp));
}

static void format_f(struct kv_buf *b, const struct decimal *d, int prec)
{
	if (d->dp > 0)
		add_digits(b, d, 0, d->dp);
	else
		kv_buf_c(b, '0');
	if (prec <= 0)
		return;
	kv_buf_c(b, '.');
	int zeros = d->dp < 0 ? -d->dp : 0;
	if (zeros > prec)
		zeros = prec;
	kv_buf_fill(b, '0', (size_t)zeros);
	add_digits(b, d, d->dp > 0 ? d->dp : 0, prec - zeros);
}

static void format_g(struct kv_buf *b, const struct decimal *d, int prec, bool shortest, char e)
{
	int limit = prec;
	if (limit > d->nd && d->nd >= d->dp)
		limit = d->nd;
	if (shortest)
		limit = 6;
	int exp = d->dp - 1;
	if (exp < -4 || exp >= limit) {
		format_e(b, d, (prec > d->nd ? d->nd : prec) - 1, e);
		return;
	}
	if (prec > d->dp)
		prec = d->nd;
	format_f(b, d, prec > d->dp ? prec - d->dp : 0);
}

static bool special_text(struct kv_buf *b, double f)
{
	if (isnan(f))
		kv_buf_lit(b, "NaN");
	else if (isinf(f))
		kv_buf_str(b, f < 0 ? KV_S("-Inf") : KV_S("+Inf"));
	else
		return false;
	return true;
}

static void exact_digits(double f, char fmt, int prec, struct decimal *d)
{
	digits_of(f, EXACT_DIGITS, d);
	if (fmt == 'f')
		round_at(d, prec > EXACT_DIGITS ? d->nd : d->dp + prec);
	else if (fmt == 'g' || fmt == 'G')
		round_at(d, prec);
	else
		round_at(d, prec >= EXACT_DIGITS ? d->nd : prec + 1);
}

static void format_float(struct kv_buf *b, double f, char fmt, int prec, bool single)
{
	if (special_text(b, f))
		return;
	struct decimal d = { .nd = 0 };
	bool shortest = prec < 0;
	if (!shortest && prec == 0 && (fmt == 'g' || fmt == 'G'))
		prec = 1;
	if (f != 0 && shortest)
		shortest_digits(f, single, &d);
	else if (f != 0)
		exact_digits(f, fmt, prec, &d);
	if (signbit(f))
		kv_buf_c(b, '-');
	if (fmt == 'f')
		format_f(b, &d, shortest ? d.nd - d.dp : prec);
	else if (fmt == 'g' || fmt == 'G')
		format_g(b, &d, shortest ? d.nd : prec, shortest, fmt == 'g' ? 'e' : 'E');
	else
		format_e(b, &d, shortest ? d.nd - 1 : prec, fmt);
}

/* Most floats are small integers: no digits have to be searched. */
static bool small_integer(double f)
{
	return fabs(f) < 1e15 && f == trunc(f) && !(f == 0 && signbit(f));
}

void kv_num_float(struct kv_buf *b, double f, char fmt, int prec)
{
	if (prec < 0 && small_integer(f) && (fmt == 'f' || ((fmt == 'g' || fmt == 'G') && fabs(f) < 1e6)))
		kv_num_int(b, (int64_t)f);
	else
		format_float(b, f, fmt, prec, false);
}

void kv_num_float32(struct kv_buf *b, double f, char fmt, int prec)
{
	format_float(b, (double)(float)f, fmt, prec, true);
}

void kv_num_float_json(struct kv_buf *b, double f)
{
	double abs = fabs(f);
	if (abs == 0 || (abs >= 1e-6 && abs < 1e21)) {
		kv_num_float(b, f, 'f', -1);
		return;
	}
	kv_num_float(b, f, 'e', -1);
	if (b->n >= 4 && memcmp(b->p + b->n - 4, "e-0", 3) == 0) {
		b->p[b->n - 2] = b->p[b->n - 1];
		b->n--;
	}
}

void kv_num_uint(struct kv_buf *b, uint64_t u)
{
	char text[20];
	char *end = text + sizeof text, *p = end;
	do
		*--p = (char)('0' + u % 10);
	while (u /= 10);
	kv_buf_add(b, p, (size_t)(end - p));
}

void kv_num_int(struct kv_buf *b, int64_t i)
{
	if (i < 0)
		kv_buf_c(b, '-');
	kv_num_uint(b, i < 0 ? 0 - (uint64_t)i : (uint64_t)i);
}

/* --- reading ---------------------------------------------------------------------------------- */

static char lower(char c)
{
	return (char)(c | 0x20);
}

/* atoi.go, underscoreOK: each stands between digits or behind the base prefix. */
static bool underscores_ok(kv_str s)
{
	size_t i = s.n > 0 && (s.p[0] == '-' || s.p[0] == '+');
	char saw = '^';
	bool hex = false;
	if (s.n - i >= 2 && s.p[i] == '0' && strchr("box", lower(s.p[i + 1]))) {
		hex = lower(s.p[i + 1]) == 'x';
		saw = '0';
		i += 2;
	}
	for (; i < s.n; i++) {
		char c = s.p[i];
		if (kv_is_digit(c) || (hex && kv_is_hex(c)))
			saw = '0';
		else if ((c == '_') ? saw != '0' : saw == '_')
			return false;
		else
			saw = c == '_' ? '_' : '!';
	}
	return saw != '_';
}

static int base_prefix(kv_str *s)
{
	if (s->p[0] != '0')
		return 10;
	const char *letters = "box", *which = s->n >= 3 ? strchr(letters, lower(s->p[1])) : NULL;
	if (which && *which) {
		*s = kv_str_sub(*s, 2, s->n);
		return (const int[]){ 2, 8, 16 }[which - letters];
	}
	*s = kv_str_sub(*s, 1, s->n);
	return 8;
}

static int digit_value(char c)
{
	if (kv_is_digit(c))
		return c - '0';
	return lower(c) >= 'a' && lower(c) <= 'z' ? lower(c) - 'a' + 10 : 99;
}

enum kv_num_error kv_num_parse_uint(kv_str s, int base, uint64_t *ret)
{
	kv_str whole = s;
	bool any_base = base == 0, underscores = false;
	if (s.n == 0)
		return KV_NUM_SYNTAX;
	if (any_base)
		base = base_prefix(&s);
	uint64_t n = 0;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '_' && any_base) {
			underscores = true;
			continue;
		}
		int d = digit_value(s.p[i]);
		if (d >= base)
			return KV_NUM_SYNTAX;
		if (__builtin_mul_overflow(n, (uint64_t)base, &n) ||
		    __builtin_add_overflow(n, (uint64_t)d, &n)) {
			*ret = UINT64_MAX;
			return KV_NUM_RANGE;
		}
	}
	if (underscores && !underscores_ok(whole))
		return KV_NUM_SYNTAX;
	*ret = n;
	return KV_NUM_OK;
}

enum kv_num_error kv_num_parse_int(kv_str s, int base, int64_t *ret)
{
	if (s.n == 0)
		return KV_NUM_SYNTAX;
	bool negative = s.p[0] == '-';
	if (negative || s.p[0] == '+')
		s = kv_str_sub(s, 1, s.n);
	uint64_t u = 0, limit = (uint64_t)INT64_MAX + negative;
	enum kv_num_error e = kv_num_parse_uint(s, base, &u);
	if (e == KV_NUM_SYNTAX)
		return e;
	if (u > limit) {
		*ret = negative ? INT64_MIN : INT64_MAX;
		return KV_NUM_RANGE;
	}
	*ret = (int64_t)(negative ? 0 - u : u);
	return KV_NUM_OK;
}

static size_t common_prefix(kv_str s, const char *word)
{
	size_t n = 0;
	while (n < s.n && word[n] && lower(s.p[n]) == word[n])
		n++;
	return n;
}

/* atof.go, special: [+-]inf, [+-]infinity, nan in any case. */
static bool parse_special(kv_str s, double *ret)
{
	if (s.n == 3 && common_prefix(s, "nan") == 3) {
		*ret = (double)NAN;
		return true;
	}
	bool sign = s.n > 0 && (s.p[0] == '+' || s.p[0] == '-');
	kv_str word = kv_str_sub(s, sign, s.n);
	if ((word.n != 3 && word.n != 8) || common_prefix(word, "infinity") != word.n)
		return false;
	*ret = sign && s.p[0] == '-' ? -HUGE_VAL : HUGE_VAL;
	return true;
}

/* The mantissa as libc will read it: at most EXACT_DIGITS digits, then one that says "more than that". */
struct mantissa {
	char digits[EXACT_DIGITS + 1];
	int n;
	bool any, more, underscores;
	int64_t point; /* digits before the point, leading zeros not counted; negative for zeros behind it */
};

static void mantissa_digit(struct mantissa *m, char c)
{
	m->any = true;
	if (m->n < EXACT_DIGITS)
		m->digits[m->n++] = c;
	else if (c != '0')
		m->more = true;
}

static size_t parse_mantissa(kv_str s, size_t i, bool hex, struct mantissa *m)
{
	bool dot = false;
	int64_t seen = 0;
	for (; i < s.n; i++) {
		char c = s.p[i];
		if (c == '_') {
			m->underscores = true;
		} else if (c == '.' && !dot) {
			dot = true;
			m->point += seen;
		} else if (c == '0' && m->n == 0) {
			m->any = true;
			m->point -= dot;
		} else if (kv_is_digit(c) || (hex && kv_is_hex(c))) {
			mantissa_digit(m, c);
			seen++;
		} else {
			break;
		}
	}
	if (!dot)
		m->point += seen;
	return i;
}

/* Exponents stop growing at 10,000, as in Go. False on bad syntax. */
static bool parse_exponent(kv_str s, size_t i, struct mantissa *m, int *ret)
{
	bool negative = i < s.n && s.p[i] == '-';
	if (i < s.n && (s.p[i] == '+' || s.p[i] == '-'))
		i++;
	if (i >= s.n || !kv_is_digit(s.p[i]))
		return false;
	int e = 0;
	for (; i < s.n && (kv_is_digit(s.p[i]) || s.p[i] == '_'); i++) {
		if (s.p[i] == '_')
			m->underscores = true;
		else if (e < 10000)
			e = e * 10 + s.p[i] - '0';
	}
	*ret = negative ? -e : e;
	return i == s.n;
}

static double mantissa_value(const struct mantissa *m, bool negative, bool hex, int exponent)
{
	char text[EXACT_DIGITS + 64];
	int64_t e = (hex ? m->point * 4 : m->point) + exponent;
	/* Far beyond the range of a double, near enough for libc's int. */
	e = e > 1000000 ? 1000000 : e < -1000000 ? -1000000 : e;
	snprintf(text, sizeof text, "%s%s0.%.*s%s%c%d", negative ? "-" : "", hex ? "0x" : "", m->n, m->digits,
		 m->n == 0 ? "0"
		 : m->more ? "1"
			   : "",
		 hex ? 'p' : 'e', (int)e);
	return strtod(text, NULL);
}

enum kv_num_error kv_num_parse_float(kv_str s, double *ret)
{
	if (parse_special(s, ret))
		return KV_NUM_OK;
	struct mantissa m = { .n = 0 };
	bool negative = s.n > 0 && s.p[0] == '-';
	size_t i = s.n > 0 && (s.p[0] == '-' || s.p[0] == '+');
	bool hex = s.n > i + 2 && s.p[i] == '0' && lower(s.p[i + 1]) == 'x';
	i = parse_mantissa(s, hex ? i + 2 : i, hex, &m);
	int exponent = 0;
	if (!m.any)
		return KV_NUM_SYNTAX;
	if (i < s.n ? lower(s.p[i]) != (hex ? 'p' : 'e') || !parse_exponent(s, i + 1, &m, &exponent) : hex)
		return KV_NUM_SYNTAX;
	if (m.underscores && !underscores_ok(s))
		return KV_NUM_SYNTAX;
	*ret = mantissa_value(&m, negative, hex, exponent);
	return isinf(*ret) ? KV_NUM_RANGE : KV_NUM_OK;
}
