/* krm/yaml_key.c: the order in which go-yaml prints keys (sorter.go, keyList.Less). */
#include "base/utf8.h"
#include "krm/yaml_internal.h"

/* A run of digits as Go sums it up: int64 that wraps around. Returns the end of the run. */
static size_t digit_run(kv_str s, size_t i, uint64_t start, uint64_t *ret)
{
	uint64_t n = start;
	size_t size;
	for (; i < s.n; i += size) {
		uint32_t r = kv_utf8_decode(s, i, &size);
		if (!kv_rune_is_digit(r))
			break;
		n = n * 10 + (r - '0');
	}
	*ret = n;
	return i;
}

static size_t previous(kv_str s, size_t i)
{
	do
		i--;
	while (i > 0 && ((unsigned char)s.p[i] & 0xC0) == 0x80);
	return i;
}

/* Is there a digit other than 0 in the run of digits that ends before s[i]? */
static bool inside_number(kv_str s, size_t i)
{
	while (i > 0) {
		size_t size;
		i = previous(s, i);
		uint32_t r = kv_utf8_decode(s, i, &size);
		if (!kv_rune_is_digit(r))
			return false;
		if (r != '0')
			return true;
	}
	return false;
}

static int order(uint64_t a, uint64_t b)
{
	return a < b ? -1 : a > b;
}

/* Neither character at the first difference is a letter. */
static int compare_numbers(kv_str a, kv_str b, size_t i, uint32_t ra, uint32_t rb)
{
	uint64_t start = (ra == '0' || rb == '0') && inside_number(a, i), an, bn;
	size_t ai = digit_run(a, i, start, &an), bi = digit_run(b, i, start, &bn);
	if (an != bn)
		return (int64_t)an < (int64_t)bn ? -1 : 1;
	if (ai != bi) {
		size_t na = kv_utf8_count(kv_str_sub(a, i, ai)), nb = kv_utf8_count(kv_str_sub(b, i, bi));
		if (na != nb)
			return order(na, nb);
	}
	return order(ra, rb);
}

/* The start of the first character that differs, or the length of the shorter one. */
static size_t first_difference(kv_str a, kv_str b)
{
	size_t n = a.n < b.n ? a.n : b.n, i = 0;
	while (i < n && a.p[i] == b.p[i])
		i++;
	/* Within a character the bytes before are equal too: go back to its start. */
	while (i > 0 && i < n &&
	       (((unsigned char)a.p[i] & 0xC0) == 0x80 || ((unsigned char)b.p[i] & 0xC0) == 0x80))
		i = previous(a, i);
	return i;
}

static int compare(kv_str a, kv_str b, enum yml_version version)
{
	size_t i = first_difference(a, b), size;
	if (i == a.n || i == b.n)
		return order(a.n, b.n);
	uint32_t ra = kv_utf8_decode(a, i, &size), rb = kv_utf8_decode(b, i, &size);
	bool la = kv_rune_is_letter(ra), lb = kv_rune_is_letter(rb);
	if (la && lb)
		return order(ra, rb);
	if (la || lb) {
		bool digits = false;
		if (version == YML_V3 && i > 0)
			digits = kv_rune_is_digit(kv_utf8_decode(a, previous(a, i), &size));
		return la == digits ? -1 : 1;
	}
	return compare_numbers(a, b, i, ra, rb);
}

/* --- sorting ---------------------------------------------------------------------------------- */

/* Merges from[low, middle) and from[middle, high) into `to`; stable. */
static void merge_runs(struct krm_entry **from, struct krm_entry **to, size_t low, size_t middle, size_t high,
		       enum yml_version version, bool bytes)
{
	size_t a = low, b = middle;
	for (size_t i = low; i < high; i++) {
		bool left = b == high;
		if (!left && a < middle) {
			kv_str x = krm_str(from[a]->key), y = krm_str(from[b]->key);
			left = (bytes ? kv_str_cmp(x, y) : compare(x, y, version)) <= 0;
		}
		to[i] = left ? from[a++] : from[b++];
	}
}

static void merge_sort(struct krm_entry **v, struct krm_entry **scratch, size_t n, enum yml_version version,
		       bool bytes)
{
	struct krm_entry **from = v, **to = scratch;
	for (size_t width = 1; width < n; width *= 2) {
		for (size_t low = 0; low < n; low += 2 * width) {
			size_t middle = low + width < n ? low + width : n;
			size_t high = low + 2 * width < n ? low + 2 * width : n;
			merge_runs(from, to, low, middle, high, version, bytes);
		}
		struct krm_entry **swap = from;
		from = to;
		to = swap;
	}
	if (from != v)
		memcpy(v, from, n * sizeof *v);
}

/* Upstream's comparator is cyclic for some keys with digits; without digits it is an order. */
static bool has_digit(kv_str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (kv_is_digit(s.p[i]) || (unsigned char)s.p[i] >= 0x80)
			return true;
	return false;
}

static void insertion_sort(struct krm_entry **v, size_t n, enum yml_version version)
{
	for (size_t i = 1; i < n; i++) {
		struct krm_entry *e = v[i];
		size_t k = i;
		for (; k > 0 && compare(krm_str(v[k - 1]->key), krm_str(e->key), version) > 0; k--)
			v[k] = v[k - 1];
		v[k] = e;
	}
}

/* Go's sort inserts up to this many keys one after the other, which is also the quickest. */
#define FEW_KEYS 12u

struct krm_entry **krm_yml_sorted_keys(struct kv_arena *a, const struct krm_map *m, enum yml_version version)
{
	struct krm_entry **v = kv_arena_alloc(a, kv_size_mul(m->live, 2 * sizeof *v));
	size_t n = 0;
	bool digits = false;
	krm_map_each (m, e) {
		v[n++] = e;
		digits = digits || has_digit(krm_str(e->key));
	}
	/* Upstream's result depends on chance where keys form a cycle; starting from the order of bytes makes
	 * ours depend on the keys alone. */
	if (n == 1)
		return v;
	if (digits)
		merge_sort(v, v + n, n, version, true);
	if (n > FEW_KEYS)
		merge_sort(v, v + n, n, version, false);
	else
		insertion_sort(v, n, version);
	return v;
}
