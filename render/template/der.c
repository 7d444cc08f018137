/* render/template/der.c: DER in and out. */
#include "render/template/der.h"

kv_str rnd_der(struct kv_arena *a, uint8_t tag, kv_str body)
{
	char head[2 + sizeof(size_t)];
	size_t n = 0, bytes = 0;
	head[n++] = (char)tag;
	if (body.n < 0x80) {
		head[n++] = (char)body.n;
	} else {
		while (bytes < sizeof(size_t) && body.n >> (8 * bytes))
			bytes++;
		head[n++] = (char)(0x80 | bytes);
		while (bytes-- > 0)
			head[n++] = (char)(body.n >> (8 * bytes));
	}
	return kv_arena_cat(a, kv_str_of(head, n), body);
}

static kv_str without_zeros(kv_str s)
{
	while (s.n && s.p[0] == 0)
		s = kv_str_sub(s, 1, s.n);
	return s;
}

kv_str rnd_der_number(struct kv_arena *a, kv_str big_endian)
{
	kv_str s = without_zeros(big_endian);
	bool zero_byte = !s.n || (s.p[0] & 0x80);
	return RND_DER(a, DER_INTEGER, zero_byte ? kv_str_of("", 1) : KV_S(""), s);
}

kv_str rnd_der_bits(struct kv_arena *a, kv_str bytes)
{
	return RND_DER(a, DER_BITS, kv_str_of("", 1), bytes);
}

/* Takes the next element from *rest. False if there is none in DER. */
static bool next_element(kv_str *rest, uint8_t *ret_tag, kv_str *ret_body)
{
	const unsigned char *p = (const unsigned char *)rest->p;
	size_t head = 2, length;
	if (rest->n < 2 || (p[0] & 0x1f) == 0x1f) /* no tags above 30 */
		return false;
	length = p[1];
	if (length & 0x80) {
		size_t bytes = length & 0x7f;
		length = 0;
		if (bytes < 1 || bytes > 4 || rest->n < 2 + bytes || p[2] == 0)
			return false;
		for (size_t i = 0; i < bytes; i++)
			length = length << 8 | p[2 + i];
		head += bytes;
		if (length < 0x80)
			return false;
	}
	if (length > rest->n - head)
		return false;
	*ret_tag = p[0];
	*ret_body = kv_str_sub(*rest, head, head + length);
	*rest = kv_str_sub(*rest, head + length, rest->n);
	return true;
}

bool rnd_der_take(kv_str *rest, uint8_t tag, kv_str *ret_body)
{
	kv_str after = *rest, body;
	uint8_t found;
	if (!next_element(&after, &found, &body) || found != tag)
		return false;
	*rest = after;
	*ret_body = body;
	return true;
}

bool rnd_der_take_number(kv_str *rest, kv_str *ret_big_endian)
{
	kv_str body;
	if (!rnd_der_take(rest, DER_INTEGER, &body) || !body.n || (body.p[0] & 0x80))
		return false;
	if (body.n > 1 && body.p[0] == 0 && !(body.p[1] & 0x80))
		return false;
	*ret_big_endian = without_zeros(body);
	return true;
}
