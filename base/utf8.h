/* base/utf8.h: UTF-8 as Go reads it, and Unicode categories (utf8proc's tables). */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include "base/str.h"

/* Decodes the code point at s[i]; *ret_size gets its length. A bad byte is U+FFFD with size 1, as in Go. */
uint32_t kv_utf8_decode(kv_str s, size_t i, size_t *ret_size);
/* True if no byte has the top bit set. */
bool kv_is_ascii(kv_str s);
bool kv_utf8_valid(kv_str s);
size_t kv_utf8_count(kv_str s); /* utf8.RuneCountInString */
/* utf8.DecodeLastRune: the code point that ends s, which is not empty. */
uint32_t kv_utf8_decode_last(kv_str s, size_t *ret_size);
/* Bytes of the code point, 1 to 4 written to p. */
size_t kv_utf8_encode(char p[4], uint32_t rune);

/* strings.TrimSpace, and what it does at the start alone. */
kv_str kv_str_trim_space(kv_str s);
kv_str kv_str_trim_space_left(kv_str s);

bool kv_rune_is_letter(uint32_t r); /* category L */
bool kv_rune_is_digit(uint32_t r);  /* category Nd */
bool kv_rune_is_space(uint32_t r);  /* unicode.IsSpace */
bool kv_rune_is_upper(uint32_t r);
bool kv_rune_is_lower(uint32_t r);
bool kv_rune_is_title(uint32_t r);  /* category Lt */
bool kv_rune_is_punct(uint32_t r);  /* category P */
bool kv_rune_is_number(uint32_t r); /* category N */
bool kv_rune_is_print(uint32_t r);  /* strconv.IsPrint: L, M, N, P, S and the ASCII blank */
uint32_t kv_rune_upper(uint32_t r);
uint32_t kv_rune_lower(uint32_t r);
uint32_t kv_rune_title(uint32_t r);

#endif
