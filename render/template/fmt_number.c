/* render/template/fmt_number.c: padding and numbers, digit for digit as fmt/format.go and strconv/ftoa.go. */
#include "render/template/fmt_number.h"

#include <math.h>

#include "base/num.h"
#include "base/utf8.h"

/* Zeros only to the left. */
void rnd_fmt_padding(const struct rnd_fmt_spec *f, size_t n, struct kv_buf *out)
{
	kv_buf_fill(out, f->zero && !f->minus ? '0' : ' ', n);
}

static void pad_spaces(const struct rnd_fmt_spec *f, kv_str s, struct kv_buf *out)
{
	struct rnd_fmt_spec blank = *f;

	blank.zero = false;
	rnd_fmt_pad(&blank, s, out);
}

void rnd_fmt_pad(const struct rnd_fmt_spec *f, kv_str s, struct kv_buf *out)
{
	size_t have, missing;

	if (!f->has_width || !f->width) {
		kv_buf_str(out, s);
		return;
	}
	have = kv_utf8_count(s);
	missing = f->width > have ? f->width - have : 0;
	if (!f->minus)
		rnd_fmt_padding(f, missing, out);
	kv_buf_str(out, s);
	if (f->minus)
		rnd_fmt_padding(f, missing, out);
}

/* Digits from the right end of buf; returns where they begin. */
static char *digits_of(char *end, uint64_t u, unsigned base, const char *digits)
{
	do {
		*--end = digits[u % base];
		u /= base;
	} while (u);
	return end;
}

/* Two ways to ask for leading zeros: %.3d and %03d; with both the flag is ignored. */
static size_t integer_precision(const struct rnd_fmt_spec *f, bool negative)
{
	if (f->has_prec)
		return f->prec;
	if (!f->zero || f->minus || !f->has_width)
		return 0;
	return f->width && (negative || f->plus || f->space) ? f->width - 1 : f->width;
}

/* The sign and the prefix of the base, in the order they are written. */
static size_t integer_prefix(const struct rnd_fmt_spec *f, unsigned base, bool negative, char verb,
			     char first, char *p)
{
	size_t n = 0;

	if (negative || f->plus || f->space)
		p[n++] = negative ? '-' : f->plus ? '+' : ' ';
	if (verb == 'O') {
		p[n++] = '0';
		p[n++] = 'o';
	}
	if (f->sharp && base == 8 && first != '0')
		p[n++] = '0';
	if (f->sharp && (base == 2 || base == 16)) {
		p[n++] = '0';
		p[n++] = base == 2 ? 'b' : verb == 'X' ? 'X' : 'x';
	}
	return n;
}

void rnd_fmt_integer(const struct rnd_fmt_spec *f, uint64_t u, unsigned base, bool is_signed, char verb,
		     struct kv_buf *out)
{
	bool negative = is_signed && (int64_t)u < 0;
	char buf[64], prefix[6], *end = buf + sizeof buf, *p;
	size_t n, zeros, nprefix, total, missing;

	if (f->has_prec && !f->prec && !u) {
		kv_buf_fill(out, ' ', f->width);
		return;
	}
	p = digits_of(end, negative ? 0 - u : u, base, verb == 'X' ? "0123456789ABCDEF" : "0123456789abcdef");
	n = (size_t)(end - p);
	zeros = integer_precision(f, negative);
	zeros = zeros > n ? zeros - n : 0;
	nprefix = integer_prefix(f, base, negative, verb, zeros ? '0' : *p, prefix);
	total = nprefix + zeros + n;
	missing = f->has_width && f->width > total ? f->width - total : 0;
	kv_buf_fill(out, ' ', f->minus ? 0 : missing);
	kv_buf_add(out, prefix, nprefix);
	kv_buf_fill(out, '0', zeros);
	kv_buf_add(out, p, n);
	kv_buf_fill(out, ' ', f->minus ? missing : 0);
}

/* U+0078, with %#U also 'x'. */
void rnd_fmt_unicode(const struct rnd_fmt_spec *f, uint64_t u, struct kv_buf *out)
{
	char buf[32], *end = buf + sizeof buf, *p = digits_of(end, u, 16, "0123456789ABCDEF");
	size_t n = (size_t)(end - p), prec = f->has_prec && f->prec > 4 ? f->prec : 4;
	struct kv_buf text;

	kv_buf_init(&text, out->arena, out->limit);
	kv_buf_lit(&text, "U+");
	kv_buf_fill(&text, '0', prec > n ? prec - n : 0);
	kv_buf_add(&text, p, n);
	if (f->sharp && u <= 0x10ffff && kv_rune_is_print((uint32_t)u)) {
		kv_buf_lit(&text, " '");
		kv_buf_rune(&text, (uint32_t)u);
		kv_buf_c(&text, '\'');
	}
	pad_spaces(f, kv_buf_view(&text), out);
}

/* --- floats ----------------------------------------------------------------------------------- */

/* The mantissa with its hidden bit and the exponent of its highest bit. */
static uint64_t split_float(double v, int *ret_exp)
{
	uint64_t bits, mantissa;

	memcpy(&bits, &v, sizeof bits);
	mantissa = bits & (((uint64_t)1 << 52) - 1);
	*ret_exp = (int)(bits >> 52 & 0x7ff);
	if (*ret_exp)
		mantissa |= (uint64_t)1 << 52;
	else
		*ret_exp = 1;
	*ret_exp -= 1023;
	return mantissa;
}

/* %b: 4503599627370496p-52 */
static void float_binary(double v, struct kv_buf *out)
{
	int exp;
	uint64_t mantissa = split_float(v, &exp);

	if (signbit(v))
		kv_buf_c(out, '-');
	kv_num_uint(out, mantissa);
	kv_buf_printf(out, "p%+d", exp - 52);
}

/* Rounds the mantissa, its leading bit at 60, to prec hexadecimal digits. */
static uint64_t round_hex(uint64_t mantissa, int prec, int *exp)
{
	unsigned shift = (unsigned)prec * 4;
	uint64_t extra = mantissa << shift & (((uint64_t)1 << 60) - 1);

	mantissa >>= 60 - shift;
	if ((extra | (mantissa & 1)) > (uint64_t)1 << 59)
		mantissa++;
	mantissa <<= 60 - shift;
	if (mantissa & (uint64_t)1 << 61) {
		mantissa >>= 1;
		++*exp;
	}
	return mantissa;
}

/* %x: 0x1.8p+01 */
static void float_hex(double v, char verb, int prec, struct kv_buf *out)
{
	const char *digits = verb == 'X' ? "0123456789ABCDEF" : "0123456789abcdef";
	int exp;
	uint64_t mantissa = split_float(v, &exp) << 8;

	if (!mantissa)
		exp = 0;
	for (; mantissa && !(mantissa & (uint64_t)1 << 60); exp--)
		mantissa <<= 1;
	if (prec >= 0 && prec < 15)
		mantissa = round_hex(mantissa, prec, &exp);
	if (signbit(v))
		kv_buf_c(out, '-');
	kv_buf_c(out, '0');
	kv_buf_c(out, verb);
	kv_buf_c(out, (char)('0' + (mantissa >> 60 & 1)));
	mantissa <<= 4;
	if (prec < 0 ? mantissa != 0 : prec > 0)
		kv_buf_c(out, '.');
	for (int i = 0; prec < 0 ? mantissa != 0 : i < prec; i++, mantissa <<= 4)
		kv_buf_c(out, digits[mantissa >> 60 & 15]);
	kv_buf_printf(out, "%c%c%02d", verb == 'X' ? 'P' : 'p', exp < 0 ? '-' : '+', exp < 0 ? -exp : exp);
}

/* How many digits the # flag asks for, and where the exponent begins. */
static size_t find_exponent(kv_str num, char verb, int *digits, bool *ret_point)
{
	bool hex = verb == 'x' || verb == 'X', nonzero = false;

	*ret_point = false;
	for (size_t i = 0; i < num.n; i++) {
		char c = num.p[i];

		if (c == '.') {
			*ret_point = true;
			continue;
		}
		if (c == 'p' || c == 'P' || (!hex && (c == 'e' || c == 'E')))
			return i;
		nonzero |= c != '0';
		*digits -= nonzero;
	}
	return num.n;
}

/* The # flag: always a decimal point, and the zeros that %g takes away. `num` has no sign. */
static void restore_zeros(kv_str num, char verb, int prec, struct kv_buf *out)
{
	int digits = verb == 'g' || verb == 'G' || verb == 'x' ? prec == -1 ? 6 : prec : 0;
	bool point;
	size_t end = find_exponent(num, verb, &digits, &point);

	kv_buf_add(out, num.p, end);
	if (!point) {
		digits -= end == 1 && num.p[0] == '0';
		kv_buf_c(out, '.');
	}
	kv_buf_fill(out, '0', digits > 0 ? (size_t)digits : 0);
	kv_buf_add(out, num.p + end, num.n - end);
}

static void float_digits(double v, char verb, int prec, struct kv_buf *out)
{
	if (!isfinite(v))
		kv_num_float(out, v, 'g', -1);
	else if (verb == 'b')
		float_binary(v, out);
	else if (verb == 'x' || verb == 'X')
		float_hex(v, verb, prec, out);
	else
		kv_num_float(out, v, verb, prec);
}

/* Not a number and the infinities: never padded with zeros. */
static void float_special(const struct rnd_fmt_spec *f, char sign, kv_str num, struct kv_buf *out)
{
	bool bare = num.p[0] == 'N' && !f->space && !f->plus;

	if (f->space && sign == '+' && !f->plus)
		sign = ' ';
	pad_spaces(f, bare ? num : kv_arena_cat(out->arena, kv_str_of(&sign, 1), num), out);
}

void rnd_fmt_float(const struct rnd_fmt_spec *f, double v, char verb, int prec, struct kv_buf *out)
{
	struct kv_buf digits, text;
	kv_str num;
	char sign = '+';

	if (f->has_prec)
		prec = (int)f->prec;
	kv_buf_init(&digits, out->arena, out->limit);
	float_digits(v, verb, prec, &digits);
	num = kv_buf_view(&digits);
	if (num.p[0] == '-' || num.p[0] == '+') {
		sign = num.p[0];
		num = kv_str_sub(num, 1, num.n);
	}
	if (!isfinite(v)) {
		float_special(f, sign, num, out);
		return;
	}
	if (f->space && sign == '+' && !f->plus)
		sign = ' ';
	kv_buf_init(&text, out->arena, out->limit);
	if (sign != '+' || f->plus)
		kv_buf_c(&text, sign);
	if (f->sharp && verb != 'b')
		restore_zeros(num, verb, prec, &text);
	else
		kv_buf_str(&text, num);
	num = kv_buf_view(&text);
	if ((sign != '+' || f->plus) && f->zero && !f->minus && f->has_width && f->width > num.n) {
		kv_buf_c(out, sign);
		kv_buf_fill(out, '0', f->width - num.n);
		num = kv_str_sub(num, 1, num.n);
		kv_buf_str(out, num);
		return;
	}
	rnd_fmt_pad(f, num, out);
}
