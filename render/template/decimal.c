/* render/template/decimal.c: decimal arithmetic, as in shopspring/decimal v1.4.0's decimal.go. */
#include "render/template/decimal.h"

#include "base/num.h"

#include <math.h>

#define BASE 1000000000u
#define LIMB_DIGITS 9
#define MAX_LIMBS (RND_DECIMAL_DIGITS / LIMB_DIGITS)
/* decimal.DivisionPrecision */
#define PRECISION 16

static const uint32_t powers[LIMB_DIGITS] = { 1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000 };

static struct rnd_decimal zeros(struct kv_arena *a, size_t n)
{
	return (struct rnd_decimal){ .limbs = KV_NEW_N(a, uint32_t, n), .n = n };
}

static void strip(struct rnd_decimal *x)
{
	while (x->n && x->limbs[x->n - 1] == 0)
		x->n--;
	if (!x->n)
		x->negative = false;
}

/* --- whole numbers: the exponents do not count here ------------------------------------------- */

/* limbs * factor + carry, in place; returns what is left over. */
static uint32_t mul_small(uint32_t *limbs, size_t n, uint32_t factor, uint32_t carry)
{
	for (size_t i = 0; i < n; i++) {
		uint64_t t = (uint64_t)limbs[i] * factor + carry;

		limbs[i] = (uint32_t)(t % BASE);
		carry = (uint32_t)(t / BASE);
	}
	return carry;
}

/* limbs / divisor, in place; returns the remainder. */
static uint32_t div_small(uint32_t *limbs, size_t n, uint32_t divisor)
{
	uint64_t rest = 0;

	for (size_t i = n; i-- > 0;) {
		rest = rest * BASE + limbs[i];
		limbs[i] = (uint32_t)(rest / divisor);
		rest %= divisor;
	}
	return (uint32_t)rest;
}

static int compare(const struct rnd_decimal *x, const struct rnd_decimal *y)
{
	if (x->n != y->n)
		return x->n < y->n ? -1 : 1;
	for (size_t i = x->n; i-- > 0;)
		if (x->limbs[i] != y->limbs[i])
			return x->limbs[i] < y->limbs[i] ? -1 : 1;
	return 0;
}

/* x * 10^digits with the exponent that keeps the value. */
static int rescale(struct kv_arena *a, struct rnd_decimal x, int64_t digits, struct rnd_decimal *ret)
{
	size_t whole = (size_t)digits / LIMB_DIGITS;
	struct rnd_decimal scaled;

	if (!x.n) {
		*ret = x;
		ret->exponent -= digits;
		return 0;
	}
	if ((uint64_t)digits > RND_DECIMAL_DIGITS || x.n + whole + 1 > MAX_LIMBS)
		return -1;
	scaled = zeros(a, x.n + whole + 1);
	memcpy(scaled.limbs + whole, x.limbs, x.n * sizeof *x.limbs);
	mul_small(scaled.limbs + whole, x.n + 1, powers[(size_t)digits % LIMB_DIGITS], 0);
	scaled.negative = x.negative;
	scaled.exponent = x.exponent - digits;
	strip(&scaled);
	*ret = scaled;
	return 0;
}

static struct rnd_decimal sum(struct kv_arena *a, const struct rnd_decimal *x, const struct rnd_decimal *y)
{
	size_t n = (x->n > y->n ? x->n : y->n) + 1;
	struct rnd_decimal z = zeros(a, n);
	uint32_t carry = 0;

	for (size_t i = 0; i < n; i++) {
		uint32_t t = carry + (i < x->n ? x->limbs[i] : 0) + (i < y->n ? y->limbs[i] : 0);

		z.limbs[i] = t % BASE;
		carry = t / BASE;
	}
	return z;
}

/* x - y, where x is not the smaller one */
static struct rnd_decimal difference(struct kv_arena *a, const struct rnd_decimal *x,
				     const struct rnd_decimal *y)
{
	struct rnd_decimal z = zeros(a, x->n);
	uint32_t borrow = 0;

	for (size_t i = 0; i < x->n; i++) {
		uint32_t take = borrow + (i < y->n ? y->limbs[i] : 0);

		borrow = x->limbs[i] < take;
		z.limbs[i] = x->limbs[i] + (borrow ? BASE : 0) - take;
	}
	return z;
}

/* One digit of Knuth's long division (The Art of Computer Programming 4.3.1, D3 to D6): u is divided in
 * place, v's highest limb is at least BASE / 2. */
static uint32_t quotient_limb(uint32_t *u, const uint32_t *v, size_t n)
{
	uint64_t top = (uint64_t)u[n] * BASE + u[n - 1];
	uint64_t q = top / v[n - 1], r = top % v[n - 1];
	uint64_t carry = 0;

	while (q >= BASE || (r < BASE && q * v[n - 2] > r * BASE + u[n - 2])) {
		q--;
		r += v[n - 1];
	}
	for (size_t i = 0; i <= n; i++) {
		uint64_t product = carry + (i < n ? q * v[i] : 0);
		uint32_t take = (uint32_t)(product % BASE);
		bool borrow = u[i] < take;

		u[i] = u[i] + (borrow ? BASE : 0) - take;
		carry = product / BASE + borrow;
	}
	if (carry) { /* one too many: add v back */
		uint32_t over = 0;

		q--;
		for (size_t i = 0; i <= n; i++) {
			uint32_t t = u[i] + over + (i < n ? v[i] : 0);

			u[i] = t % BASE;
			over = t / BASE;
		}
	}
	return (uint32_t)q;
}

/* |u| / |v|; *ret_half: twice the remainder is not below |v|. */
static struct rnd_decimal quotient(struct kv_arena *a, const struct rnd_decimal *u,
				   const struct rnd_decimal *v, bool *ret_half)
{
	struct rnd_decimal q = zeros(a, u->n >= v->n ? u->n - v->n + 1 : 1);
	struct rnd_decimal rest = zeros(a, u->n + 1), divisor = zeros(a, v->n);
	uint32_t factor = v->n == 1 ? 1 : BASE / (v->limbs[v->n - 1] + 1);

	memcpy(rest.limbs, u->limbs, u->n * sizeof *u->limbs);
	memcpy(divisor.limbs, v->limbs, v->n * sizeof *v->limbs);
	mul_small(rest.limbs, rest.n, factor, 0);
	mul_small(divisor.limbs, divisor.n, factor, 0);
	if (v->n == 1) {
		memcpy(q.limbs, rest.limbs, q.n * sizeof *q.limbs);
		rest.limbs[0] = div_small(q.limbs, q.n, divisor.limbs[0]);
		rest.n = 1;
	} else if (u->n >= v->n) {
		for (size_t i = q.n; i-- > 0;)
			q.limbs[i] = quotient_limb(rest.limbs + i, divisor.limbs, divisor.n);
	}
	strip(&q);
	strip(&rest);
	rest = sum(a, &rest, &rest);
	strip(&rest);
	*ret_half = compare(&rest, &divisor) >= 0;
	return q;
}

/* --- decimals --------------------------------------------------------------------------------- */

/* Digits and exponent are read from the shortest text, "d.ddde+xx". */
int rnd_decimal_of(struct kv_arena *a, double f, struct rnd_decimal *ret)
{
	struct kv_buf text;
	struct rnd_decimal x = zeros(a, 3); /* at most 17 digits */
	size_t i = 0, fraction = 0;
	bool behind_point = false;
	int64_t exponent;

	kv_buf_init(&text, a, 0);
	kv_num_float(&text, fabs(f), 'e', -1);
	x.negative = f < 0;
	for (; i < text.n && text.p[i] != 'e'; i++) {
		if (text.p[i] == '.') {
			behind_point = true;
			continue;
		}
		mul_small(x.limbs, x.n, 10, (uint32_t)(text.p[i] - '0'));
		fraction += behind_point;
	}
	if (kv_num_parse_int(kv_str_sub(kv_buf_view(&text), i + 1, text.n), 10, &exponent) != KV_NUM_OK)
		return -1;
	strip(&x);
	x.exponent = x.n ? exponent - (int64_t)fraction : 0;
	*ret = x;
	return 0;
}

int rnd_decimal_add(struct kv_arena *a, struct rnd_decimal x, struct rnd_decimal y, struct rnd_decimal *ret)
{
	struct rnd_decimal z;

	if (x.exponent > y.exponent && rescale(a, x, x.exponent - y.exponent, &x))
		return -1;
	if (y.exponent > x.exponent && rescale(a, y, y.exponent - x.exponent, &y))
		return -1;
	if (x.negative == y.negative) {
		z = sum(a, &x, &y);
		z.negative = x.negative;
	} else if (compare(&x, &y) >= 0) {
		z = difference(a, &x, &y);
		z.negative = x.negative;
	} else {
		z = difference(a, &y, &x);
		z.negative = y.negative;
	}
	z.exponent = x.exponent;
	strip(&z);
	*ret = z;
	return z.n > MAX_LIMBS ? -1 : 0;
}

int rnd_decimal_mul(struct kv_arena *a, struct rnd_decimal x, struct rnd_decimal y, struct rnd_decimal *ret)
{
	struct rnd_decimal z = zeros(a, x.n + y.n);

	for (size_t i = 0; i < x.n; i++) {
		uint64_t carry = 0;

		for (size_t k = 0; k < y.n; k++) {
			uint64_t t = (uint64_t)x.limbs[i] * y.limbs[k] + z.limbs[i + k] + carry;

			z.limbs[i + k] = (uint32_t)(t % BASE);
			carry = t / BASE;
		}
		z.limbs[i + y.n] = (uint32_t)carry;
	}
	z.negative = x.negative != y.negative;
	z.exponent = x.exponent + y.exponent;
	strip(&z);
	*ret = z;
	return z.n > MAX_LIMBS ? -1 : 0;
}

int rnd_decimal_div(struct kv_arena *a, struct rnd_decimal x, struct rnd_decimal y, struct rnd_decimal *ret)
{
	int64_t shift = x.exponent - y.exponent + PRECISION;
	struct rnd_decimal q, unit = zeros(a, 1);
	bool negative = x.negative != y.negative && x.n, half;

	if (shift >= 0 ? rescale(a, x, shift, &x) : rescale(a, y, -shift, &y))
		return -1;
	q = quotient(a, &x, &y, &half);
	if (half) {
		unit.limbs[0] = 1;
		q = sum(a, &q, &unit);
	}
	q.negative = negative;
	q.exponent = -PRECISION;
	strip(&q);
	*ret = q;
	return 0;
}

double rnd_decimal_float(struct kv_arena *a, struct rnd_decimal x)
{
	struct kv_buf text;
	double f = 0;

	if (!x.n)
		return 0;
	kv_buf_init(&text, a, 0);
	kv_buf_printf(&text, "%s%u", x.negative ? "-" : "", x.limbs[x.n - 1]);
	for (size_t i = x.n - 1; i-- > 0;)
		kv_buf_printf(&text, "%09u", x.limbs[i]);
	kv_buf_printf(&text, "e%lld", (long long)x.exponent);
	/* Out of range is an infinity, as Rat.Float64 gives it. */
	return kv_num_parse_float(kv_buf_view(&text), &f) == KV_NUM_SYNTAX ? 0 : f;
}
