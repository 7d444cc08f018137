/* render/chart/glob_match.c: gobwas' matchers at work (gobwas/glob: match/). */
#include "render/chart/glob_match.h"

#include "base/utf8.h"

/* Lengths that a match found somewhere can have. */
struct segments {
	size_t *v;
	size_t n, cap;
};

int64_t rnd_matcher_len(const struct matcher *m)
{
	int64_t len = -1;
	switch (m->kind) {
	case MATCH_NOTHING: return 0;
	case MATCH_TEXT: return (int64_t)kv_utf8_count(m->a);
	case MATCH_SINGLE:
	case MATCH_LIST:
	case MATCH_RANGE: return 1;
	case MATCH_ROW:
	case MATCH_TREE: return m->n;
	case MATCH_ANY_OF:
		for (size_t i = 0; i < m->list.n; i++) {
			int64_t one = rnd_matcher_len(m->list.v[i]);
			if (len != -1 && one != len)
				return -1;
			len = one;
		}
		return len;
	default: return -1;
	}
}

static uint32_t rune_at(kv_str s, size_t i, size_t *size)
{
	*size = 0;
	return i < s.n ? kv_utf8_decode(s, i, size) : 0xFFFD;
}

static bool has_rune(kv_str set, uint32_t r)
{
	size_t size;
	for (size_t i = 0; i < set.n; i += size)
		if (kv_utf8_decode(set, i, &size) == r)
			return true;
	return false;
}

/* The first place of any character of the set, tried one character after the other. */
static size_t index_any(kv_str s, kv_str set)
{
	size_t size;
	for (size_t i = 0; i < set.n; i += size) {
		kv_utf8_decode(set, i, &size);
		size_t at = kv_str_find(s, kv_str_sub(set, i, i + size), 0);
		if (at != SIZE_MAX)
			return at;
	}
	return SIZE_MAX;
}

static bool takes(const struct matcher *m, uint32_t r)
{
	switch (m->kind) {
	case MATCH_SINGLE: return !has_rune(m->a, r);
	case MATCH_LIST: return has_rune(m->a, r) != m->not ;
	default: return (r >= m->lo && r <= m->hi) != m->not ;
	}
}

static bool match_row(struct kv_job *job, const struct matcher *m, kv_str s)
{
	size_t at = 0;
	for (size_t i = 0; i < m->list.n; i++) {
		int64_t want = rnd_matcher_len(m->list.v[i]), got = 0;
		size_t last = 0, size;
		/* Upstream takes only the first byte of the last character, and for an empty matcher all there is. */
		for (size_t next = at; next < s.n && (got < want || want == 0); next += size, got++) {
			kv_utf8_decode(s, next, &size);
			last = next - at;
		}
		if (got >= want && at == s.n && !m->panic->end)
			*m->panic = (struct matcher_panic){ at + 1, s.n };
		if (got < want || at == s.n || !rnd_matcher_match(job, m->list.v[i], kv_str_sub(s, at, at + last + 1)))
			return false;
		at += last + 1;
	}
	return true;
}

static size_t clamp(int64_t n)
{
	return n > 0 ? (size_t)n : 0;
}

static size_t find(struct kv_job *job, const struct matcher *m, kv_str s, struct segments *ret);

/* Is there a way to go on right of a place where the value matched? */
static bool match_right(struct kv_job *job, const struct matcher *m, kv_str s, size_t at,
			const struct segments *lengths)
{
	for (size_t i = lengths->n; i > 0; i--) {
		kv_str rest = kv_str_sub(s, at + lengths->v[i - 1], s.n);
		if (m->right ? rnd_matcher_match(job, m->right, rest) : rest.n == 0)
			return true;
	}
	return false;
}

/* One place where the value of a tree may match, and what it takes to find it. */
static bool match_around(struct kv_job *job, const struct matcher *m, kv_str s, size_t at, const struct segments *lengths)
{
	kv_str before = kv_str_sub(s, 0, at);
	return (m->left ? rnd_matcher_match(job, m->left, before) : before.n == 0) && match_right(job, m, s, at, lengths);
}

/* Counts the search for a place, in which each character may be the end of a match: some 3 ns. */
static bool may_go_on(struct kv_job *job, size_t characters)
{
	job->steps += 4 + characters / 4;
	return job->steps <= job->limits.steps;
}

static bool match_tree(struct kv_job *job, const struct matcher *m, kv_str s)
{
	if (m->n > (int64_t)s.n)
		return false;
	size_t offset = m->left ? clamp(rnd_matcher_len(m->left)) : 0;
	size_t keep = m->right ? clamp(rnd_matcher_len(m->right)) : 0;
	size_t limit = keep > s.n ? 0 : s.n - keep;
	bool found = false;
	while (offset < limit && !found && may_go_on(job, limit - offset)) {
		struct kv_arena_mark mark = kv_arena_mark(job->arena);
		struct segments lengths = { 0 };
		size_t at = find(job, m->value, kv_str_sub(s, offset, limit), &lengths), size = 0;
		if (at != SIZE_MAX) {
			found = match_around(job, m, s, offset + at, &lengths);
			rune_at(s, offset + at, &size);
			offset += at;
		}
		kv_arena_release(job->arena, mark);
		if (!size)
			break;
		offset += size;
	}
	return found;
}

static bool match_all(struct kv_job *job, const struct matcher *m, kv_str s)
{
	for (size_t i = 0; i < m->list.n; i++)
		if (!rnd_matcher_match(job, m->list.v[i], s))
			return false;
	return true;
}

static bool match_one(struct kv_job *job, const struct matcher *m, kv_str s)
{
	for (size_t i = 0; i < m->list.n; i++)
		if (rnd_matcher_match(job, m->list.v[i], s))
			return true;
	return false;
}

bool rnd_matcher_match(struct kv_job *job, const struct matcher *m, kv_str s)
{
	size_t size;
	uint32_t r;
	switch (m->kind) {
	case MATCH_NOTHING: return s.n == 0;
	case MATCH_TEXT: return kv_str_eq(m->a, s);
	case MATCH_ANY: return index_any(s, m->a) == SIZE_MAX;
	case MATCH_SUPER: return true;
	case MATCH_SINGLE:
	case MATCH_LIST:
	case MATCH_RANGE: r = rune_at(s, 0, &size); return s.n <= size && takes(m, r);
	case MATCH_ANY_OF: return match_one(job, m, s);
	case MATCH_EVERY_OF: return match_all(job, m, s);
	case MATCH_MIN: return s.n && (int64_t)kv_utf8_count(s) >= m->n;
	case MATCH_MAX: return (int64_t)kv_utf8_count(s) <= m->n;
	case MATCH_CONTAINS: return kv_str_has(s, m->a) != m->not ;
	case MATCH_PREFIX: return kv_str_starts(s, m->a);
	case MATCH_SUFFIX: return kv_str_ends(s, m->a);
	case MATCH_PREFIX_SUFFIX: return kv_str_starts(s, m->a) && kv_str_ends(s, m->b);
	case MATCH_PREFIX_ANY:
		return kv_str_starts(s, m->a) && index_any(kv_str_sub(s, m->a.n, s.n), m->b) == SIZE_MAX;
	case MATCH_SUFFIX_ANY:
		return kv_str_ends(s, m->a) && index_any(kv_str_sub(s, 0, s.n - m->a.n), m->b) == SIZE_MAX;
	case MATCH_ROW: return (int64_t)kv_utf8_count(s) == m->n && match_row(job, m, s);
	case MATCH_TREE: return match_tree(job, m, s);
	}
	return false;
}

/* --- finding a match inside a text ------------------------------------------------------------ */

static void push(struct kv_job *job, struct segments *s, size_t n)
{
	KV_PUSH(job->arena, s->v, s->n, s->cap, n);
}

/* The starts of the characters of a text and its end, each plus `more`. */
static void push_starts(struct kv_job *job, struct segments *out, kv_str s, size_t more)
{
	size_t size;
	for (size_t i = 0; i < s.n; i += size) {
		push(job, out, more + i);
		kv_utf8_decode(s, i, &size);
	}
	push(job, out, more + s.n);
}

/* After `from` characters, the end of each further one, at most `n` of them. */
static void push_ends(struct kv_job *job, struct segments *out, kv_str s, int64_t from, int64_t n)
{
	size_t size;
	int64_t count = 0;
	for (size_t i = 0; i < s.n && count < n; i += size) {
		kv_utf8_decode(s, i, &size);
		if (++count >= from)
			push(job, out, i + size);
	}
}

static size_t find_rune(struct kv_job *job, const struct matcher *m, kv_str s, struct segments *ret)
{
	size_t size;
	for (size_t i = 0; i < s.n; i += size) {
		uint32_t r = kv_utf8_decode(s, i, &size);
		if (!takes(m, r))
			continue;
		push(job, ret, size);
		return i;
	}
	return SIZE_MAX;
}

static size_t find_contains(struct kv_job *job, const struct matcher *m, kv_str s, struct segments *ret)
{
	size_t at = kv_str_find(s, m->a, 0), offset = 0;
	if (!m->not &&at == SIZE_MAX)
		return SIZE_MAX;
	if (!m->not )
		offset = at + m->a.n;
	push_starts(job, ret, kv_str_sub(s, offset, m->not &&at != SIZE_MAX ? at : s.n), offset);
	return 0;
}

static size_t find_prefix(struct kv_job *job, const struct matcher *m, kv_str s, struct segments *ret)
{
	size_t at = kv_str_find(s, m->a, 0);
	if (at == SIZE_MAX)
		return SIZE_MAX;
	kv_str rest = kv_str_sub(s, at + m->a.n, s.n);
	if (m->kind == MATCH_PREFIX_ANY)
		rest = kv_str_sub(rest, 0, index_any(rest, m->b));
	push_starts(job, ret, rest, m->a.n);
	return at;
}

static size_t find_suffix_any(struct kv_job *job, const struct matcher *m, kv_str s, struct segments *ret)
{
	size_t at = kv_str_find(s, m->a, 0), from = 0, size;
	if (at == SIZE_MAX)
		return SIZE_MAX;
	for (size_t i = 0; i < at; i += size)
		if (has_rune(m->b, kv_utf8_decode(s, i, &size)))
			from = i + 1;
	push(job, ret, at + m->a.n - from);
	return from;
}

static size_t find_prefix_suffix(struct kv_job *job, const struct matcher *m, kv_str s, struct segments *ret)
{
	size_t at = kv_str_find(s, m->a, 0);
	if (at == SIZE_MAX)
		return SIZE_MAX;
	kv_str rest = kv_str_sub(s, at, s.n);
	for (size_t i = kv_str_find(rest, m->b, 0); i != SIZE_MAX && m->b.n;
	     i = kv_str_find(rest, m->b, i + 1))
		push(job, ret, i + m->b.n);
	if (m->b.n == 0)
		push(job, ret, rest.n);
	return ret->n ? at : SIZE_MAX;
}

static size_t find_row(struct kv_job *job, const struct matcher *m, kv_str s, struct segments *ret)
{
	size_t size;
	for (size_t i = 0; i < s.n && (int64_t)(s.n - i) >= m->n; i += size) {
		kv_utf8_decode(s, i, &size);
		if (!match_row(job, m, kv_str_sub(s, i, s.n)))
			continue;
		push(job, ret, (size_t)m->n);
		return i;
	}
	return SIZE_MAX;
}

/* Both sorted and without repetition; so is what comes out. */
static struct segments merge(struct kv_job *job, const struct segments *a, const struct segments *b)
{
	struct segments out = { 0 };
	for (size_t x = 0, y = 0; x < a->n || y < b->n;) {
		bool first = y == b->n || (x < a->n && a->v[x] <= b->v[y]);
		size_t n = first ? a->v[x] : b->v[y];
		x += x < a->n && a->v[x] == n;
		y += y < b->n && b->v[y] == n;
		push(job, &out, n);
	}
	return out;
}

static size_t find_one(struct kv_job *job, const struct matcher *m, kv_str s, struct segments *ret)
{
	size_t best = SIZE_MAX;
	for (size_t i = 0; i < m->list.n; i++) {
		struct segments lengths = { 0 };
		size_t at = find(job, m->list.v[i], s, &lengths);
		if (at == SIZE_MAX || (best != SIZE_MAX && at > best))
			continue;
		*ret = at == best ? merge(job, ret, &lengths) : lengths;
		best = at;
	}
	return best;
}

static size_t find_every(struct kv_job *job, const struct matcher *m, kv_str s, struct segments *ret)
{
	size_t index = 0, offset = 0;
	kv_str sub = s;
	for (size_t i = 0; i < m->list.n; i++) {
		struct segments lengths = { 0 }, common = { 0 };
		size_t at = find(job, m->list.v[i], sub, &lengths);
		if (at == SIZE_MAX)
			return SIZE_MAX;
		if (i == 0) {
			common = lengths;
		} else {
			size_t delta = index - (at + offset);
			for (size_t x = 0; x < ret->n; x++)
				for (size_t y = 0; y < lengths.n; y++)
					if (ret->v[x] + delta == lengths.v[y])
						push(job, &common, lengths.v[y]);
			if (common.n == 0)
				return SIZE_MAX;
		}
		*ret = common;
		index = at + offset;
		sub = kv_str_sub(s, index, s.n);
		offset += at;
	}
	return index;
}

static size_t find_text(struct kv_job *job, const struct matcher *m, kv_str s, bool from_start,
			struct segments *ret)
{
	size_t at = kv_str_find(s, m->a, 0);
	if (at == SIZE_MAX)
		return SIZE_MAX;
	push(job, ret, from_start ? at + m->a.n : m->a.n);
	return from_start ? 0 : at;
}

/* Index: where a match begins, and the lengths it can have there. SIZE_MAX: nowhere. */
static size_t find(struct kv_job *job, const struct matcher *m, kv_str s, struct segments *ret)
{
	switch (m->kind) {
	case MATCH_NOTHING: push(job, ret, 0); return 0;
	case MATCH_TEXT: return find_text(job, m, s, false, ret);
	case MATCH_SUFFIX: return find_text(job, m, s, true, ret);
	case MATCH_ANY: push_starts(job, ret, kv_str_sub(s, 0, index_any(s, m->a)), 0); return 0;
	case MATCH_SUPER: push_starts(job, ret, s, 0); return 0;
	case MATCH_SINGLE:
	case MATCH_LIST:
	case MATCH_RANGE: return find_rune(job, m, s, ret);
	case MATCH_ANY_OF: return find_one(job, m, s, ret);
	case MATCH_EVERY_OF: return find_every(job, m, s, ret);
	case MATCH_MIN: push_ends(job, ret, s, m->n, INT64_MAX); return ret->n ? 0 : SIZE_MAX;
	case MATCH_MAX:
		push(job, ret, 0);
		push_ends(job, ret, s, 0, m->n);
		return 0;
	case MATCH_CONTAINS: return find_contains(job, m, s, ret);
	case MATCH_PREFIX:
	case MATCH_PREFIX_ANY: return find_prefix(job, m, s, ret);
	case MATCH_SUFFIX_ANY: return find_suffix_any(job, m, s, ret);
	case MATCH_PREFIX_SUFFIX: return find_prefix_suffix(job, m, s, ret);
	case MATCH_ROW: return find_row(job, m, s, ret);
	case MATCH_TREE: return SIZE_MAX;
	}
	return SIZE_MAX;
}
