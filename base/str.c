/* base/str.c: string searches, and the hash that maps share. */
#include "base/str.h"

#include <sys/random.h>

int kv_str_cmp(kv_str a, kv_str b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int order = n ? memcmp(a.p, b.p, n) : 0;

	return order ? order : (a.n > b.n) - (a.n < b.n);
}

int kv_str_by_bytes(const void *a, const void *b)
{
	return kv_str_cmp(*(const kv_str *)a, *(const kv_str *)b);
}

bool kv_str_starts(kv_str s, kv_str prefix)
{
	return s.n >= prefix.n && kv_str_eq(kv_str_sub(s, 0, prefix.n), prefix);
}

bool kv_str_ends(kv_str s, kv_str suffix)
{
	return s.n >= suffix.n && kv_str_eq(kv_str_sub(s, s.n - suffix.n, s.n), suffix);
}

/* Short needles: hops between the occurrences of their first byte, which memchr finds faster than memmem finds the
 * whole. The bound on the needle bounds what bad luck can cost. */
#define SHORT_NEEDLE 16u

static const char *find_short(const char *p, const char *end, kv_str needle)
{
	for (const char *last = end - needle.n; p <= last; p++) {
		p = memchr(p, needle.p[0], (size_t)(last - p) + 1);
		if (!p || !memcmp(p, needle.p, needle.n))
			return p;
	}
	return NULL;
}

size_t kv_str_find(kv_str s, kv_str needle, size_t from)
{
	const char *hit;

	if (from > s.n || needle.n > s.n - from)
		return SIZE_MAX;
	if (!needle.n)
		return from;
	hit = needle.n <= SHORT_NEEDLE ? find_short(s.p + from, s.p + s.n, needle) :
	                                 memmem(s.p + from, s.n - from, needle.p, needle.n);
	return hit ? (size_t)(hit - s.p) : SIZE_MAX;
}

size_t kv_str_chr(kv_str s, char c)
{
	const char *hit = s.n ? memchr(s.p, c, s.n) : NULL;

	return hit ? (size_t)(hit - s.p) : SIZE_MAX;
}

size_t kv_str_rchr(kv_str s, char c)
{
	const char *hit = s.n ? memrchr(s.p, c, s.n) : NULL;

	return hit ? (size_t)(hit - s.p) : SIZE_MAX;
}

kv_str kv_str_trim(kv_str s, const char *set)
{
	size_t nset = strlen(set);

	while (s.n && memchr(set, s.p[0], nset))
		s = kv_str_sub(s, 1, s.n);
	while (s.n && memchr(set, s.p[s.n - 1], nset))
		s.n--;
	return s;
}

kv_str kv_str_without_end(kv_str s, kv_str suffix)
{
	return kv_str_ends(s, suffix) ? kv_str_sub(s, 0, s.n - suffix.n) : s;
}

bool kv_str_is_http(kv_str url)
{
	return kv_str_starts(url, KV_S("http://")) || kv_str_starts(url, KV_S("https://"));
}

bool kv_str_line(kv_str *rest, kv_str *ret_line)
{
	size_t end;

	if (!rest->n)
		return false;
	end = kv_str_chr(*rest, '\n');
	if (end == SIZE_MAX) {
		*ret_line = *rest;
		rest->n = 0;
		return true;
	}
	*ret_line = kv_str_sub(*rest, 0, end);
	*rest = kv_str_sub(*rest, end + 1, rest->n);
	return true;
}

/* Of the line that holds byte `at`: [*ret_begin, *ret_end). */
static void line_around(kv_str text, size_t at, size_t *ret_begin, size_t *ret_end)
{
	size_t before = kv_str_rchr(kv_str_sub(text, 0, at), '\n');
	size_t more = kv_str_chr(kv_str_sub(text, at, text.n), '\n');

	*ret_begin = before == SIZE_MAX ? 0 : before + 1;
	*ret_end = more == SIZE_MAX ? text.n : at + more;
}

bool kv_str_row(kv_str rows, kv_str name, kv_str *ret_rest)
{
	size_t begin, end;

	while (rows.n) {
		line_around(rows, rows.n / 2, &begin, &end);
		kv_str line = kv_str_sub(rows, begin, end);
		int order = kv_str_cmp(name, kv_str_cell(&line));
		if (order == 0) {
			*ret_rest = line;
			return true;
		}
		rows = order < 0 ? kv_str_sub(rows, 0, begin) : kv_str_sub(rows, end + 1, rows.n);
	}
	return false;
}

kv_str kv_str_cell(kv_str *rest)
{
	size_t tab = kv_str_chr(*rest, '\t');
	kv_str cell = kv_str_sub(*rest, 0, tab);

	*rest = kv_str_sub(*rest, tab == SIZE_MAX ? rest->n : tab + 1, rest->n);
	return cell;
}

/* One draw per process. Two threads that come first at once may draw twice; the exchange keeps the first. */
static uint64_t hash_seed(void)
{
	static uint64_t seed;
	uint64_t now = __atomic_load_n(&seed, __ATOMIC_RELAXED);
	uint64_t drawn = 0;

	if (now)
		return now;
	if (getrandom(&drawn, sizeof drawn, 0) != (ssize_t)sizeof drawn)
		drawn = (uint64_t)(uintptr_t)&drawn;
	drawn |= 1; /* 0 means "not drawn yet" */
	return __atomic_compare_exchange_n(&seed, &now, drawn, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED) ? drawn : now;
}

static inline uint64_t mix(uint64_t a, uint64_t b)
{
	__uint128_t product = (__uint128_t)a * b;

	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

/* The last bytes, up to eight, in a word: those before them are read again where there are some. */
static inline uint64_t last_word(kv_str s)
{
	uint64_t word = 0;
	uint32_t low, high;

	if (s.n >= 8) {
		memcpy(&word, s.p + s.n - 8, 8);
	} else if (s.n >= 4) {
		memcpy(&low, s.p, 4);
		memcpy(&high, s.p + s.n - 4, 4);
		word = (uint64_t)high << 32 | low;
	} else if (s.n) {
		word = (uint64_t)(unsigned char)s.p[0] << 16 | (uint64_t)(unsigned char)s.p[s.n / 2] << 8 |
		       (unsigned char)s.p[s.n - 1];
	}
	return word;
}

/* Multiply and fold eight bytes at a time, as wyhash does; the last bytes are read with their count. */
uint64_t kv_str_hash(kv_str s)
{
	/* No input may choose a factor of its product: both hold what only this process knows. */
	uint64_t seed = hash_seed(), h = seed ^ s.n, word, more;
	size_t i = 0;

	for (; i + 16 < s.n; i += 16) {
		memcpy(&word, s.p + i, 8);
		memcpy(&more, s.p + i + 8, 8);
		h = mix(h ^ word, more ^ seed);
	}
	if (i + 8 < s.n) {
		memcpy(&word, s.p + i, 8);
		h = mix(h ^ word, 0x9e3779b97f4a7c15u);
	}
	return mix(h ^ last_word(s), 0xe7037ed1a0b428dbu);
}
