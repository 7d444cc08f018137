/* base/str.h: a string is a pointer and a length.
 *
 * A kv_str does not own its bytes: they live as long as the arena, the source text or the literal they
 * came from. A NUL is a byte like any other; C strings exist only where libc wants one (kv_arena_cstr).
 */
#ifndef BASE_STR_H
#define BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef struct {
	const char *p;
	size_t n;
} kv_str;

/* A literal as kv_str, also in static initialisers. */
#define KV_STR(lit) { "" lit, sizeof(lit) - 1 }
#define KV_S(lit) ((kv_str){ "" lit, sizeof(lit) - 1 })
/* The length and the bytes of a literal, for a row that holds both. */
#define KV_BYTES(lit) sizeof(lit) - 1, lit
/* printf("%.*s", KV_ARG(s)) */
#define KV_ARG(s) (int)((s).n > 1 << 20 ? 1 << 20 : (s).n), (s).p ? (s).p : ""

static inline kv_str kv_str_of(const char *p, size_t n)
{
	return (kv_str){ p, n };
}

static inline kv_str kv_str_c(const char *s)
{
	return (kv_str){ s, s ? strlen(s) : 0 };
}

static inline bool kv_str_eq(kv_str a, kv_str b)
{
	return a.n == b.n && (a.n == 0 || (*a.p == *b.p && memcmp(a.p, b.p, a.n) == 0));
}

/* Bytes [from, to), both clamped to the string. */
static inline kv_str kv_str_sub(kv_str s, size_t from, size_t to)
{
	if (to > s.n)
		to = s.n;
	if (from > to)
		from = to;
	return (kv_str){ s.p + from, to - from };
}

/* ASCII alone. A hexadecimal digit that is none has the value -1. */
static inline bool kv_is_digit(int c)
{
	return c >= '0' && c <= '9';
}

static inline bool kv_is_alnum(int c)
{
	return kv_is_digit(c) || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
}

static inline int kv_hex_value(int c)
{
	if (kv_is_digit(c))
		return c - '0';
	return (c | 0x20) >= 'a' && (c | 0x20) <= 'f' ? (c | 0x20) - 'a' + 10 : -1;
}

static inline bool kv_is_hex(int c)
{
	return kv_hex_value(c) >= 0;
}

/* Order by bytes, a prefix first: Go's order of strings. */
int kv_str_cmp(kv_str a, kv_str b);
/* The same for qsort over kv_str. */
int kv_str_by_bytes(const void *a, const void *b);
bool kv_str_starts(kv_str s, kv_str prefix);
bool kv_str_ends(kv_str s, kv_str suffix);
/* Offset of the first occurrence at or after `from`, or SIZE_MAX. */
size_t kv_str_find(kv_str s, kv_str needle, size_t from);
/* Offset of the first (last) byte c, or SIZE_MAX. */
size_t kv_str_chr(kv_str s, char c);
size_t kv_str_rchr(kv_str s, char c);
static inline bool kv_str_has(kv_str s, kv_str needle)
{
	return kv_str_find(s, needle, 0) != SIZE_MAX;
}
/* Without the leading and trailing bytes that occur in `set`. */
kv_str kv_str_trim(kv_str s, const char *set);
/* Without the suffix, where s ends in it. */
kv_str kv_str_without_end(kv_str s, kv_str suffix);
/* Whether it begins with "http://" or "https://". */
bool kv_str_is_http(kv_str url);
/* Behind the spaces at `p`: texts of many levels begin their lines with many. */
static inline const char *kv_skip_spaces(const char *p, const char *end)
{
	while (end - p >= 8 && memcmp(p, "        ", 8) == 0)
		p += 8;
	while (p < end && *p == ' ')
		p++;
	return p;
}
/* How many spaces it begins with. */
static inline size_t kv_str_indent(kv_str line)
{
	return (size_t)(kv_skip_spaces(line.p, line.p + line.n) - line.p);
}
/* Cuts the next line, without its line feed, from the front of *rest. False at the end. */
bool kv_str_line(kv_str *rest, kv_str *ret_line);
/* A table in one text, which needs no pointers that each start would relocate: rows are lines, sorted by the bytes of the name before
 * their first tab. The row with the name: *ret_rest is what follows its tab, empty where there is none. Searched in halves. */
bool kv_str_row(kv_str rows, kv_str name, kv_str *ret_rest);
/* Cuts what stands before the next tab, and the tab, from the front of *rest; the last cell has none. */
kv_str kv_str_cell(kv_str *rest);
/* A 64-bit hash, seeded once per process (SipHash-like strength is not needed for arenas that die with a
 * render, but the seed keeps attackers from preparing collisions). */
uint64_t kv_str_hash(kv_str s);

#endif
