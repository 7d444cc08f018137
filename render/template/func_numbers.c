/* render/template/func_numbers.c: Sprig's numeric.go. */
#include "render/template/cast.h"
#include "render/template/decimal.h"
#include "render/template/functions.h"
#include "render/template/result.h"

#include "base/num.h"

#include <math.h>

static int ret_int64(krm_val *ret, uint64_t i)
{
	*ret = krm_int64((int64_t)i);
	return 0;
}

static int ret_float(krm_val *ret, double f)
{
	*ret = krm_float(f);
	return 0;
}

/* --- conversions ------------------------------------------------------------------------------ */

int rnd_fn_int(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	(void)c, (void)nargs;
	*ret = krm_int(rnd_to_int(args[0]));
	return 0;
}

int rnd_fn_int64(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	(void)c, (void)nargs;
	return ret_int64(ret, (uint64_t)rnd_to_int(args[0]));
}

int rnd_fn_float64(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	(void)c, (void)nargs;
	return ret_float(ret, rnd_to_float(args[0]));
}

/* strconv.Atoi without its error: 0, or the nearest limit. */
int rnd_fn_atoi(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	int64_t i;

	(void)c, (void)nargs;
	*ret = krm_int(kv_num_parse_int(krm_str(args[0]), 10, &i) == KV_NUM_SYNTAX ? 0 : i);
	return 0;
}

/* The value's text read as octal, 0 where it is none. */
int rnd_fn_toDecimal(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	struct kv_buf text = rnd_scratch(c);
	int64_t i;

	(void)nargs;
	rnd_print_value(c->job, args[0], &text);
	return ret_int64(ret, kv_num_parse_int(kv_buf_view(&text), 8, &i) == KV_NUM_OK ? (uint64_t)i : 0);
}

/* --- integers: they wrap as Go's do ----------------------------------------------------------- */

int rnd_fn_add1(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	(void)c, (void)nargs;
	return ret_int64(ret, (uint64_t)rnd_to_int(args[0]) + 1);
}

int rnd_fn_add(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	uint64_t sum = 0;

	(void)c;
	for (size_t i = 0; i < nargs; i++)
		sum += (uint64_t)rnd_to_int(args[i]);
	return ret_int64(ret, sum);
}

int rnd_fn_sub(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	(void)c, (void)nargs;
	return ret_int64(ret, (uint64_t)rnd_to_int(args[0]) - (uint64_t)rnd_to_int(args[1]));
}

int rnd_fn_mul(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	uint64_t product = 1;

	(void)c;
	for (size_t i = 0; i < nargs; i++)
		product *= (uint64_t)rnd_to_int(args[i]);
	return ret_int64(ret, product);
}

int rnd_fn_div(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	int64_t a = rnd_to_int(args[0]), b = rnd_to_int(args[1]);

	(void)nargs;
	if (!b)
		return rnd_panic(c, "runtime error: integer divide by zero");
	return ret_int64(ret, b == -1 ? -(uint64_t)a : (uint64_t)(a / b));
}

int rnd_fn_mod(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	int64_t a = rnd_to_int(args[0]), b = rnd_to_int(args[1]);

	(void)nargs;
	if (!b)
		return rnd_panic(c, "runtime error: integer divide by zero");
	return ret_int64(ret, b == -1 ? 0 : (uint64_t)(a % b));
}

int rnd_fn_max(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	int64_t best = rnd_to_int(args[0]);

	(void)c;
	for (size_t i = 1; i < nargs; i++) {
		int64_t x = rnd_to_int(args[i]);

		best = x > best ? x : best;
	}
	return ret_int64(ret, (uint64_t)best);
}

int rnd_fn_min(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	int64_t best = rnd_to_int(args[0]);

	(void)c;
	for (size_t i = 1; i < nargs; i++) {
		int64_t x = rnd_to_int(args[i]);

		best = x < best ? x : best;
	}
	return ret_int64(ret, (uint64_t)best);
}

/* --- ranges ----------------------------------------------------------------------------------- */

static int64_t wrapping_add(int64_t a, int64_t b)
{
	return (int64_t)((uint64_t)a + (uint64_t)b);
}

/* How many numbers untilStep(start, stop, step) has. Where sums wrap around past the stop it goes on behind it: these are
 * counted, up to one more than `most`. */
static uint64_t range_size(int64_t start, int64_t stop, int64_t step, uint64_t most)
{
	uint64_t span, stride, n;
	int64_t last;

	if (stop < start ? step >= 0 : step <= 0)
		return 0;
	span = stop < start ? (uint64_t)start - (uint64_t)stop : (uint64_t)stop - (uint64_t)start;
	stride = step < 0 ? -(uint64_t)step : (uint64_t)step;
	n = span / stride + (span % stride != 0);
	if (n > most || (!__builtin_mul_overflow((int64_t)n, step, &last) &&
			 !__builtin_add_overflow(last, start, &last)))
		return n;
	for (n = 0; n <= most && (step < 0 ? start > stop : start < stop); n++)
		start = wrapping_add(start, step);
	return n;
}

static int range(struct rnd_call *c, int64_t start, int64_t stop, int64_t step, krm_val *ret)
{
	uint64_t n = range_size(start, stop, step, c->job->limits.memory / sizeof(krm_val));
	krm_val list;

	if (rnd_ret_list(c, KRM_OF_INT, n, &list))
		return -1;
	for (uint64_t i = 0; i < n; i++, start = wrapping_add(start, step))
		list.l->v[i] = krm_int(start);
	*ret = list;
	return 0;
}

int rnd_fn_until(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	(void)nargs;
	return range(c, 0, args[0].i, args[0].i < 0 ? -1 : 1, ret);
}

int rnd_fn_untilStep(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	(void)nargs;
	return range(c, args[0].i, args[1].i, args[2].i, ret);
}

static int print_range(struct rnd_call *c, int64_t start, int64_t stop, int64_t step, krm_val *ret)
{
	uint64_t n = range_size(start, stop, step, c->job->limits.memory / 2);
	struct kv_buf b = rnd_buf(c);

	if (rnd_room(c, n, 2))
		return -1;
	for (uint64_t i = 0; i < n && !kv_buf_over(&b); i++, start = wrapping_add(start, step)) {
		if (i > 0)
			kv_buf_c(&b, ' ');
		kv_num_int(&b, start);
	}
	return rnd_ret_buf(c, &b, ret);
}

/* seq LAST, seq FIRST LAST, seq FIRST STEP LAST, both ends included; another number of arguments gives no
 * text. */
int rnd_fn_seq(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	int64_t start = nargs > 1 ? args[0].i : 1, end = nargs ? args[nargs - 1].i : 0;
	int64_t towards = end < start ? -1 : 1, step = nargs == 3 ? args[1].i : towards;

	if (nargs == 0 || nargs > 3 || (nargs == 3 && towards < 0 && step > 0))
		return rnd_ret_str(c, KV_S(""), ret);
	return print_range(c, start, wrapping_add(end, towards), step, ret);
}

/* --- floats ----------------------------------------------------------------------------------- */

/* math.Max and math.Min: NaN wins over all but the infinity that is sought, and 0 is above -0. */
static double max2(double x, double y)
{
	if (x == INFINITY || y == INFINITY)
		return INFINITY;
	if (isnan(x) || isnan(y))
		return NAN;
	if (x == 0 && y == 0)
		return signbit(x) ? y : x;
	return x > y ? x : y;
}

int rnd_fn_maxf(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	double best = rnd_to_float(args[0]);

	(void)c;
	for (size_t i = 1; i < nargs; i++)
		best = max2(best, rnd_to_float(args[i]));
	return ret_float(ret, best);
}

int rnd_fn_minf(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	double best = rnd_to_float(args[0]);

	(void)c;
	for (size_t i = 1; i < nargs; i++)
		best = -max2(-best, -rnd_to_float(args[i]));
	return ret_float(ret, best);
}

int rnd_fn_floor(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	(void)c, (void)nargs;
	return ret_float(ret, floor(rnd_to_float(args[0])));
}

int rnd_fn_ceil(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	(void)c, (void)nargs;
	return ret_float(ret, ceil(rnd_to_float(args[0])));
}

/* math.Pow(10, y) for whole y, by the squarings of Go's pow.go: its last bits differ from libc's. */
static double pow10_of(int64_t y)
{
	double result = 1, x, whole = fabs((double)y);
	int exponent = 0, x_exponent;

	if (y == 1)
		return 10;
	if (whole >= 0x1p63)
		return y > 0 ? INFINITY : 0;
	x = frexp(10, &x_exponent);
	for (int64_t i = (int64_t)whole; i; i >>= 1) {
		if (x_exponent < -(1 << 12) || x_exponent > 1 << 12) {
			exponent += x_exponent;
			break;
		}
		if (i & 1) {
			result *= x;
			exponent += x_exponent;
		}
		x *= x;
		x_exponent *= 2;
		if (x < .5) {
			x += x;
			x_exponent--;
		}
	}
	return y < 0 ? ldexp(1 / result, -exponent) : ldexp(result, exponent);
}

/* Rounds up where the fraction (of a negative number: a negative one) is at least the third argument, else
 * down. */
int rnd_fn_round(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	double on = nargs > 2 ? args[2].f : .5, pow = pow10_of(args[1].i);
	double digit = pow * rnd_to_float(args[0]), whole;
	/* Go's Modf of an infinity has the fraction NaN. */
	double fraction = isinf(digit) ? NAN : modf(digit, &whole);

	(void)c;
	return ret_float(ret, (fraction >= on ? ceil(digit) : floor(digit)) / pow);
}

/* --- floats through decimals ------------------------------------------------------------------ */

enum op { ADD, SUB, MUL, DIV };

static int to_decimal(struct rnd_call *c, double f, struct rnd_decimal *ret)
{
	if (isnan(f))
		return rnd_panic(c, "Cannot create a Decimal from NaN");
	if (isinf(f))
		return rnd_panic(c, "Cannot create a Decimal from %cInf", f < 0 ? '-' : '+');
	return rnd_decimal_of(c->job->arena, f, ret);
}

static int apply(struct rnd_call *c, enum op op, struct rnd_decimal x, struct rnd_decimal y,
		 struct rnd_decimal *ret)
{
	struct kv_arena *a = c->job->arena;
	int failed = 0;

	if (op == DIV && rnd_decimal_is_zero(y))
		return rnd_panic(c, "decimal division by 0");
	if (op == SUB)
		y.negative = !y.negative && !rnd_decimal_is_zero(y);
	switch (op) {
	case ADD:
	case SUB: failed = rnd_decimal_add(a, x, y, ret); break;
	case MUL: failed = rnd_decimal_mul(a, x, y, ret); break;
	case DIV: failed = rnd_decimal_div(a, x, y, ret); break;
	}
	return failed ? rnd_fail(c, "number too long (limit %d digits)", RND_DECIMAL_DIGITS) : 0;
}

/* execDecimalOp */
static int decimal_op(struct rnd_call *c, enum op op, double first, const krm_val *rest, size_t nrest,
		      krm_val *ret)
{
	struct rnd_decimal sum, x;

	if (to_decimal(c, first, &sum))
		return -1;
	for (size_t i = 0; i < nrest; i++)
		if (to_decimal(c, rnd_to_float(rest[i]), &x) || apply(c, op, sum, x, &sum))
			return -1;
	return ret_float(ret, rnd_decimal_float(c->job->arena, sum));
}

int rnd_fn_add1f(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	krm_val one = krm_int(1);

	(void)nargs;
	return decimal_op(c, ADD, rnd_to_float(args[0]), &one, 1, ret);
}

int rnd_fn_addf(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	return decimal_op(c, ADD, 0, args, nargs, ret);
}

int rnd_fn_subf(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	return decimal_op(c, SUB, rnd_to_float(args[0]), args + 1, nargs - 1, ret);
}

int rnd_fn_mulf(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	return decimal_op(c, MUL, rnd_to_float(args[0]), args + 1, nargs - 1, ret);
}

int rnd_fn_divf(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	return decimal_op(c, DIV, rnd_to_float(args[0]), args + 1, nargs - 1, ret);
}
