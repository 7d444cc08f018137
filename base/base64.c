/* base/base64.c: Go's encoding/base64 (base64.go: Encode, decodeQuantum). */
#include "base/base64.h"

static const char *alphabet(bool url)
{
	return url ? "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
		   : "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
}

static void put_quad(char quad[4], const char *letters, uint32_t bits)
{
	for (size_t k = 0; k < 4; k++)
		quad[k] = letters[bits >> (18 - 6 * k) & 63];
}

void kv_base64_encode(struct kv_buf *b, kv_str s, bool url)
{
	const char *letters = alphabet(url);
	const unsigned char *p = (const unsigned char *)s.p;
	char out[256];
	size_t n = 0, i = 0;
	for (; i + 3 <= s.n; i += 3, n += 4) {
		if (n == sizeof out) {
			kv_buf_add(b, out, n);
			n = 0;
		}
		put_quad(out + n, letters, (uint32_t)p[i] << 16 | (uint32_t)p[i + 1] << 8 | p[i + 2]);
	}
	kv_buf_add(b, out, n);
	if (i == s.n)
		return;
	put_quad(out, letters, (uint32_t)p[i] << 16 | (i + 1 < s.n ? (uint32_t)p[i + 1] << 8 : 0));
	memset(out + (s.n - i) + 1, '=', 3 - (s.n - i));
	kv_buf_add(b, out, 4);
}

static int letter_value(char c, bool url)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (kv_is_digit(c))
		return c - '0' + 52;
	if (c == (url ? '-' : '+'))
		return 62;
	return c == (url ? '_' : '/') ? 63 : -1;
}

static size_t skip_breaks(kv_str s, size_t i)
{
	while (i < s.n && (s.p[i] == '\n' || s.p[i] == '\r'))
		i++;
	return i;
}

/* Behind the `=` that came in place of letter number `n` of a group: nothing but what completes the padding
 * may follow. Returns the bad offset, or SIZE_MAX. */
static size_t check_padding(kv_str s, size_t i, size_t n)
{
	if (n < 2)
		return i - 1;
	if (n == 2) {
		i = skip_breaks(s, i);
		if (i == s.n)
			return s.n;
		if (s.p[i] != '=')
			return i - 1;
		i++;
	}
	i = skip_breaks(s, i);
	return i < s.n ? i : SIZE_MAX;
}

static void add_group(struct kv_buf *b, uint32_t bits, size_t letters)
{
	bits <<= 6 * (4 - letters);
	char bytes[3] = { (char)(bits >> 16), (char)(bits >> 8), (char)bits };
	kv_buf_add(b, bytes, letters - 1);
}

bool kv_base64_decode(struct kv_buf *b, kv_str s, bool url, size_t *ret_bad)
{
	uint32_t bits = 0;
	size_t n = 0;
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		int v = letter_value(c, url);
		if (v >= 0) {
			bits = bits << 6 | (uint32_t)v;
			if (++n == 4) {
				add_group(b, bits, 4);
				bits = 0;
				n = 0;
			}
		} else if (c == '=') {
			size_t bad = check_padding(s, i + 1, n);
			if (bad == SIZE_MAX)
				add_group(b, bits, n);
			*ret_bad = bad;
			return bad == SIZE_MAX;
		} else if (c != '\n' && c != '\r') {
			*ret_bad = i;
			return false;
		}
	}
	*ret_bad = s.n - n;
	return n == 0;
}
