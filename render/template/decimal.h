/* render/template/decimal.h: decimal numbers of any length, as shopspring/decimal v1.4.0 counts with them.
 *
 * A decimal is coefficient * 10^exponent. The numbers live in the job's arena; one has at most
 * RND_DECIMAL_DIGITS digits, far beyond what a sum or product of float64 texts needs.
 */
#ifndef RENDER_TEMPLATE_DECIMAL_H
#define RENDER_TEMPLATE_DECIMAL_H

#include "base/job.h"

struct rnd_decimal {
	bool negative;
	int64_t exponent;
	uint32_t *limbs; /* base 10^9, the lowest first, without leading zeros: n is 0 for zero */
	size_t n;
};

/* A float64 text has at most 17 digits and an exponent below 330: products of a thousand of them still fit. */
#define RND_DECIMAL_DIGITS 20000

/* All fail, without a report, when a number becomes too long. */

/* NewFromFloat: the shortest digits; f is finite. */
KV_MUST int rnd_decimal_of(struct kv_arena *a, double f, struct rnd_decimal *ret);
KV_MUST int rnd_decimal_add(struct kv_arena *a, struct rnd_decimal x, struct rnd_decimal y,
			    struct rnd_decimal *ret);
KV_MUST int rnd_decimal_mul(struct kv_arena *a, struct rnd_decimal x, struct rnd_decimal y,
			    struct rnd_decimal *ret);
/* Div: 16 digits behind the point, half away from zero; y is not zero. */
KV_MUST int rnd_decimal_div(struct kv_arena *a, struct rnd_decimal x, struct rnd_decimal y,
			    struct rnd_decimal *ret);
/* The nearest float64. */
double rnd_decimal_float(struct kv_arena *a, struct rnd_decimal x);

static inline bool rnd_decimal_is_zero(struct rnd_decimal x)
{
	return x.n == 0;
}

#endif
