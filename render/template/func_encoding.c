/* render/template/func_encoding.c: base64 and base32, as Go's encoding packages; a decoding error is the
 * result. */
#include "render/template/functions.h"
#include "render/template/result.h"

#include "base/base64.h"

int rnd_fn_b64enc(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	struct kv_buf b = rnd_buf(c);

	(void)nargs;
	kv_base64_encode(&b, krm_str(args[0]), false);
	return rnd_ret_buf(c, &b, ret);
}

int rnd_fn_b64dec(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	struct kv_buf b = rnd_buf(c);
	size_t bad;

	(void)nargs;
	if (!kv_base64_decode(&b, krm_str(args[0]), false, &bad)) {
		b = rnd_buf(c);
		kv_buf_printf(&b, "illegal base64 data at input byte %zu", bad);
	}
	return rnd_ret_buf(c, &b, ret);
}

/* --- base32 ----------------------------------------------------------------------------------- */

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/* Characters that 0 to 5 bytes take; the rest of the eight is padding. */
static const uint8_t chars_of_bytes[] = { 0, 2, 4, 5, 7, 8 };

int rnd_fn_b32enc(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	kv_str s = krm_str(args[0]);
	struct kv_buf b = rnd_buf(c);

	(void)nargs;
	for (size_t i = 0; i < s.n; i += 5) {
		size_t n = s.n - i < 5 ? s.n - i : 5;
		uint64_t bits = 0;

		for (size_t k = 0; k < 5; k++)
			bits = bits << 8 | (k < n ? (unsigned char)s.p[i + k] : 0);
		for (size_t k = 0; k < 8; k++)
			kv_buf_c(&b, k < chars_of_bytes[n] ? alphabet[bits >> (35 - 5 * k) & 31] : '=');
	}
	return rnd_ret_buf(c, &b, ret);
}

/* The five bits of a character, or -1. */
static int base32_bits(char ch)
{
	if (ch >= 'A' && ch <= 'Z')
		return ch - 'A';
	return ch >= '2' && ch <= '7' ? ch - '2' + 26 : -1;
}

/* encoding/base32 checks the padding that begins after `used` characters of a group, at s[i]; true if it is
 * the right end. *ret_bad: the offset it names otherwise. */
static bool padding_ends(kv_str s, size_t i, size_t used, size_t *ret_bad)
{
	size_t left = s.n - i - 1;

	if (left + used < 7) {
		*ret_bad = s.n;
		return false;
	}
	for (size_t k = 0; k < 7 - used; k++)
		if (left > k && s.p[i + 1 + k] != '=') {
			*ret_bad = i + k;
			return false;
		}
	*ret_bad = i;
	return used != 1 && used != 3 && used != 6;
}

/* One group of eight characters at *at; *ret_used of them carry bits. False: bad input at *ret_bad. */
static bool read_group(kv_str s, size_t *at, uint64_t *ret_bits, size_t *ret_used, size_t *ret_bad)
{
	uint64_t bits = 0;
	size_t i = *at, used = 0;

	for (; used < 8; used++, i++) {
		int five;

		if (i == s.n) {
			*ret_bad = s.n - used;
			return false;
		}
		if (s.p[i] == '=' && used >= 2 && s.n - i - 1 < 8) {
			if (!padding_ends(s, i, used, ret_bad))
				return false;
			i = s.n;
			break;
		}
		five = base32_bits(s.p[i]);
		if (five < 0) {
			*ret_bad = i;
			return false;
		}
		bits |= (uint64_t)five << (35 - 5 * used);
	}
	*at = i;
	*ret_bits = bits;
	*ret_used = used;
	return true;
}

static bool base32_decode(struct kv_buf *b, kv_str s, size_t *ret_bad)
{
	size_t at = 0, used;
	uint64_t bits;

	while (at < s.n) {
		if (!read_group(s, &at, &bits, &used, ret_bad))
			return false;
		for (size_t k = 0; k < used * 5 / 8; k++)
			kv_buf_c(b, (char)(bits >> (32 - 8 * k) & 0xFF));
	}
	return true;
}

int rnd_fn_b32dec(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	kv_str s = krm_str(args[0]);
	struct kv_buf b = rnd_buf(c), joined = rnd_scratch(c);
	size_t bad;

	(void)nargs;
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] != '\r' && s.p[i] != '\n')
			kv_buf_c(&joined, s.p[i]);
	if (!base32_decode(&b, kv_buf_view(&joined), &bad)) {
		b = rnd_buf(c);
		kv_buf_printf(&b, "illegal base32 data at input byte %zu", bad);
	}
	return rnd_ret_buf(c, &b, ret);
}
