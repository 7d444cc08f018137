/* base/utf8.c: Go's unicode/utf8 and unicode, the latter from utf8proc's tables. */
#include "base/utf8.h"

#include <utf8proc.h>

#define REPLACEMENT 0xFFFDu

static bool is_tail(unsigned char c)
{
	return (c & 0xC0) == 0x80;
}

uint32_t kv_utf8_decode(kv_str s, size_t i, size_t *ret_size)
{
	const unsigned char *p = (const unsigned char *)s.p + i;
	size_t left = s.n - i;
	*ret_size = 1;
	if (p[0] < 0x80)
		return p[0];
	if (p[0] >= 0xC2 && p[0] < 0xE0 && left >= 2 && is_tail(p[1])) {
		*ret_size = 2;
		return (p[0] & 0x1Fu) << 6 | (p[1] & 0x3Fu);
	}
	if ((p[0] & 0xF0) == 0xE0 && left >= 3 && is_tail(p[1]) && is_tail(p[2])) {
		uint32_t r = (p[0] & 0x0Fu) << 12 | (p[1] & 0x3Fu) << 6 | (p[2] & 0x3Fu);
		if (r < 0x800 || (r >= 0xD800 && r < 0xE000))
			return REPLACEMENT;
		*ret_size = 3;
		return r;
	}
	if (p[0] >= 0xF0 && p[0] < 0xF5 && left >= 4 && is_tail(p[1]) && is_tail(p[2]) && is_tail(p[3])) {
		uint32_t r =
			(p[0] & 0x07u) << 18 | (p[1] & 0x3Fu) << 12 | (p[2] & 0x3Fu) << 6 | (p[3] & 0x3Fu);
		if (r < 0x10000 || r > 0x10FFFF)
			return REPLACEMENT;
		*ret_size = 4;
		return r;
	}
	return REPLACEMENT;
}

/* Eight bytes at a time while they are ASCII. */
static size_t skip_ascii(kv_str s, size_t i)
{
	uint64_t word;
	for (; i + sizeof word <= s.n; i += sizeof word) {
		memcpy(&word, s.p + i, sizeof word);
		if (word & 0x8080808080808080u)
			break;
	}
	while (i < s.n && (unsigned char)s.p[i] < 0x80)
		i++;
	return i;
}

bool kv_is_ascii(kv_str s)
{
	return skip_ascii(s, 0) == s.n;
}

bool kv_utf8_valid(kv_str s)
{
	for (size_t i = skip_ascii(s, 0); i < s.n; i = skip_ascii(s, i)) {
		size_t size;
		if (kv_utf8_decode(s, i, &size) == REPLACEMENT && size == 1)
			return false;
		i += size;
	}
	return true;
}

size_t kv_utf8_count(kv_str s)
{
	size_t n = 0;
	for (size_t i = 0, end; i < s.n; i = end) {
		end = skip_ascii(s, i);
		n += end - i;
		if (end < s.n) {
			size_t size;
			kv_utf8_decode(s, end, &size);
			end += size;
			n++;
		}
	}
	return n;
}

uint32_t kv_utf8_decode_last(kv_str s, size_t *ret_size)
{
	size_t start = s.n - 1, low = s.n > 4 ? s.n - 4 : 0, size;
	while (start > low && is_tail((unsigned char)s.p[start]))
		start--;
	uint32_t rune = kv_utf8_decode(s, start, &size);
	*ret_size = start + size == s.n ? size : 1;
	return start + size == s.n ? rune : REPLACEMENT;
}

size_t kv_utf8_encode(char p[4], uint32_t r)
{
	if (r > 0x10FFFF || (r >= 0xD800 && r < 0xE000))
		r = REPLACEMENT;
	if (r < 0x80) {
		p[0] = (char)r;
		return 1;
	}
	if (r < 0x800) {
		p[0] = (char)(0xC0 | r >> 6);
		p[1] = (char)(0x80 | (r & 0x3F));
		return 2;
	}
	if (r < 0x10000) {
		p[0] = (char)(0xE0 | r >> 12);
		p[1] = (char)(0x80 | (r >> 6 & 0x3F));
		p[2] = (char)(0x80 | (r & 0x3F));
		return 3;
	}
	p[0] = (char)(0xF0 | r >> 18);
	p[1] = (char)(0x80 | (r >> 12 & 0x3F));
	p[2] = (char)(0x80 | (r >> 6 & 0x3F));
	p[3] = (char)(0x80 | (r & 0x3F));
	return 4;
}

static utf8proc_category_t category(uint32_t r)
{
	return r > 0x10FFFF ? UTF8PROC_CATEGORY_CN : utf8proc_category((utf8proc_int32_t)r);
}

bool kv_rune_is_letter(uint32_t r)
{
	if (r < 0x80)
		return (r | 0x20) >= 'a' && (r | 0x20) <= 'z';
	utf8proc_category_t c = category(r);
	return c >= UTF8PROC_CATEGORY_LU && c <= UTF8PROC_CATEGORY_LO;
}

bool kv_rune_is_digit(uint32_t r)
{
	return r < 0x80 ? r >= '0' && r <= '9' : category(r) == UTF8PROC_CATEGORY_ND;
}

bool kv_rune_is_space(uint32_t r)
{
	switch (r) {
	case '\t':
	case '\n':
	case '\v':
	case '\f':
	case '\r':
	case ' ':
	case 0x85:
	case 0xA0:
	case 0x1680:
	case 0x2028:
	case 0x2029:
	case 0x202F:
	case 0x205F:
	case 0x3000: return true;
	default: return r >= 0x2000 && r <= 0x200A;
	}
}

bool kv_rune_is_upper(uint32_t r)
{
	return category(r) == UTF8PROC_CATEGORY_LU;
}

bool kv_rune_is_lower(uint32_t r)
{
	return category(r) == UTF8PROC_CATEGORY_LL;
}

bool kv_rune_is_title(uint32_t r)
{
	return category(r) == UTF8PROC_CATEGORY_LT;
}

bool kv_rune_is_punct(uint32_t r)
{
	utf8proc_category_t c = category(r);
	return c >= UTF8PROC_CATEGORY_PC && c <= UTF8PROC_CATEGORY_PO;
}

bool kv_rune_is_number(uint32_t r)
{
	utf8proc_category_t c = category(r);
	return c >= UTF8PROC_CATEGORY_ND && c <= UTF8PROC_CATEGORY_NO;
}

bool kv_rune_is_print(uint32_t r)
{
	if (r < 0x80)
		return r >= 0x20 && r < 0x7F;
	utf8proc_category_t c = category(r);
	return c >= UTF8PROC_CATEGORY_LU && c <= UTF8PROC_CATEGORY_SO;
}

/* Sharp s has no simple upper case in Unicode; utf8proc makes one up. */
#define SHARP_S 0xDFu

uint32_t kv_rune_upper(uint32_t r)
{
	return r > 0x10FFFF || r == SHARP_S ? r : (uint32_t)utf8proc_toupper((utf8proc_int32_t)r);
}

uint32_t kv_rune_lower(uint32_t r)
{
	return r > 0x10FFFF ? r : (uint32_t)utf8proc_tolower((utf8proc_int32_t)r);
}

uint32_t kv_rune_title(uint32_t r)
{
	return r > 0x10FFFF || r == SHARP_S ? r : (uint32_t)utf8proc_totitle((utf8proc_int32_t)r);
}

kv_str kv_str_trim_space_left(kv_str s)
{
	size_t from = 0, size;
	while (from < s.n && kv_rune_is_space(kv_utf8_decode(s, from, &size)))
		from += size;
	return kv_str_sub(s, from, s.n);
}

kv_str kv_str_trim_space(kv_str s)
{
	s = kv_str_trim_space_left(s);
	for (size_t size; s.n && kv_rune_is_space(kv_utf8_decode_last(s, &size));)
		s.n -= size;
	return s;
}
