/* base/git_index_read.c: parses header, entries, extensions and checksum, and joins a split index. */
#include "base/git_index_read.h"

#include <limits.h>
#include <stdlib.h>

#include "base/digest.h"

struct reader {
	struct kv_job *job;
	kv_str file;
	const uint8_t *p, *end;
	uint32_t version;
};

static int damaged(const struct reader *r, const char *what)
{
	return kv_error_file(r->job, r->file, "the Git index cannot be read: %s", what);
}

static uint64_t be64(const uint8_t *p)
{
	return (uint64_t)kv_git_be32(p) << 32 | kv_git_be32(p + 4);
}

static size_t left(const struct reader *r)
{
	return (size_t)(r->end - r->p);
}

/* --- entries ---------------------------------------------------------------------------------- */

enum { MODE_AT = 24, ID_AT = KV_GIT_STAT, FLAGS_AT = ID_AT + KV_GIT_ID, FIXED = FLAGS_AT + 2 };
enum { ASSUMED = 0x8000, EXTENDED = 0x4000, STAGE = 0x3000, STAGE_SHIFT = 12 };
enum { SKIPPED = 0x4000, INTENDED = 0x2000 }; /* of the second flags */

/* git: varint.c, decode_varint(). */
static bool read_varint(struct reader *r, size_t *ret)
{
	size_t value = 0;
	for (bool first = true;; first = false) {
		if (r->p == r->end || value > SIZE_MAX >> 8)
			return false;
		uint8_t byte = *r->p++;
		value = first ? byte & 127u : ((value + 1) << 7) | (byte & 127u);
		if (!(byte & 128)) {
			*ret = value;
			return true;
		}
	}
}

/* Version 4: how many bytes of the path before go, then what takes their place. */
static bool read_suffix(struct reader *r, kv_str before, kv_str *ret)
{
	size_t gone;
	if (!read_varint(r, &gone) || gone > before.n)
		return false;
	const uint8_t *nul = memchr(r->p, 0, left(r));
	if (!nul)
		return false;
	*ret = kv_arena_cat(r->job->arena, kv_str_sub(before, 0, before.n - gone),
			    kv_str_of((const char *)r->p, (size_t)(nul - r->p)));
	r->p = nul + 1;
	return true;
}

/* Versions 2 and 3: the path, and as many NULs as make the length of the entry a multiple of eight. */
static bool read_path(struct reader *r, const uint8_t *start, kv_str *ret)
{
	const uint8_t *nul = memchr(r->p, 0, left(r));
	if (!nul)
		return false;
	*ret = kv_str_of((const char *)r->p, (size_t)(nul - r->p));
	size_t length = ((size_t)(nul - start) + 8) / 8 * 8;
	if (length > (size_t)(r->end - start))
		return false;
	r->p = start + length;
	return true;
}

static int read_entry(struct reader *r, struct kv_git_items *items)
{
	const uint8_t *start = r->p;
	struct kv_git_item item = { 0 };
	if (left(r) < FIXED + 2)
		return damaged(r, "it ends within an entry");
	unsigned flags = kv_git_be32(start + FLAGS_AT) >> 16, more = 0;
	r->p += FIXED;
	if (flags & EXTENDED && r->version < 3)
		return damaged(r, "an entry has flags that its version does not know");
	if (flags & EXTENDED) {
		more = kv_git_be32(start + FLAGS_AT) & 0xffff;
		r->p += 2;
	}
	item.mode = kv_git_be32(start + MODE_AT);
	item.stat = start;
	item.id = start + ID_AT;
	item.stage = (flags & STAGE) >> STAGE_SHIFT;
	item.assumed = flags & ASSUMED;
	item.intended = more & INTENDED;
	item.skipped = more & SKIPPED;
	kv_str before = items->n ? items->v[items->n - 1].path : KV_S("");
	if (!(r->version == 4 ? read_suffix(r, before, &item.path) : read_path(r, start, &item.path)))
		return damaged(r, "it ends within an entry");
	if (item.path.n >= PATH_MAX)
		return damaged(r, "a path is too long");
	KV_PUSH(r->job->arena, items->v, items->n, items->cap, item);
	return 0;
}

/* --- extensions ------------------------------------------------------------------------------- */

/* A bitmap: bits, words, words of eight bytes, the place of the last marker. */
static bool read_bitmap(struct reader *r, kv_str *ret)
{
	if (left(r) < 12)
		return false;
	uint64_t size = 12 + (uint64_t)kv_git_be32(r->p + 4) * 8;
	if (size > left(r))
		return false;
	*ret = kv_str_of((const char *)r->p, (size_t)size);
	r->p += size;
	return true;
}

static int read_link(struct reader *r, struct kv_git_items *items)
{
	static const uint8_t none[KV_GIT_ID];
	if (left(r) < KV_GIT_ID)
		return damaged(r, "the name of its shared part is damaged");
	if (memcmp(r->p, none, KV_GIT_ID) == 0)
		return 0;
	items->shared = r->p;
	r->p += KV_GIT_ID;
	if (left(r) && (!read_bitmap(r, &items->deleted) || !read_bitmap(r, &items->replaced)))
		return damaged(r, "the list of changes of its shared part is damaged");
	return 0;
}

/* Those whose name begins with a capital may be passed over. */
static int read_extension(struct reader *r, struct kv_git_items *items)
{
	if (left(r) < 8 || kv_git_be32(r->p + 4) > left(r) - 8)
		return damaged(r, "it ends within an extension");
	struct reader inside = *r;
	kv_str name = kv_str_of((const char *)r->p, 4);
	inside.p = r->p + 8;
	r->p = inside.end = inside.p + kv_git_be32(r->p + 4);
	if (kv_str_eq(name, KV_S("link")))
		return read_link(&inside, items);
	if (kv_str_eq(name, KV_S("sdir")) || (name.p[0] >= 'A' && name.p[0] <= 'Z'))
		return 0;
	return damaged(r, "it has an extension that kvendor does not know");
}

/* All zero where index.skipHash is set. */
static bool has_its_checksum(const struct reader *r, const uint8_t *sum)
{
	static const uint8_t none[KV_GIT_ID];
	uint8_t found[KV_DIGEST_MAX];
	if (memcmp(sum, none, KV_GIT_ID) == 0)
		return true;
	kv_digest(KV_SHA1, kv_str_of((const char *)r->p, (size_t)(sum - r->p)), found);
	return memcmp(sum, found, KV_GIT_ID) == 0;
}

int kv_git_items_read(struct kv_job *job, kv_str file, kv_str text, struct kv_git_items *ret)
{
	struct kv_git_items items = { 0 };
	struct reader r = { .job = job, .file = file };
	if (text.n < 12 + KV_GIT_ID || memcmp(text.p, "DIRC", 4) != 0)
		return damaged(&r, "it does not begin as one");
	r.p = (const uint8_t *)text.p;
	r.end = r.p + text.n - KV_GIT_ID;
	if (!has_its_checksum(&r, r.end))
		return damaged(&r, "its checksum is not that of its bytes");
	r.version = kv_git_be32(r.p + 4);
	if (r.version < 2 || r.version > 4)
		return damaged(&r, "its version is not 2, 3 or 4");
	uint32_t n = kv_git_be32(r.p + 8);
	r.p += 12;
	for (uint32_t i = 0; i < n; i++)
		if (read_entry(&r, &items) < 0)
			return -1;
	while (left(&r))
		if (read_extension(&r, &items) < 0)
			return -1;
	*ret = items;
	return 0;
}

/* --- a split index ---------------------------------------------------------------------------- */

/* Sets bits[i] for each bit of the bitmap; false if it is damaged or has bits from n on. A marker tells how many words are all
 * its lowest bit (32 bits), and how many others follow it (31 bits). */
static bool unpack(kv_str bitmap, bool *bits, size_t n)
{
	if (!bitmap.n)
		return true;
	const uint8_t *p = (const uint8_t *)bitmap.p, *words = p + 8;
	uint64_t nwords = kv_git_be32(p + 4), at = 0;
	for (uint64_t w = 0; w < nwords;) {
		uint64_t marker = be64(words + 8 * w++), run = (marker >> 1 & 0xffffffff) * 64;
		uint64_t literals = marker >> 33;
		if (literals > nwords - w || (run && marker & 1 && (at > n || run > n - at)))
			return false;
		for (uint64_t i = 0; marker & 1 && i < run; i++)
			bits[at + i] = true;
		/* Words of zeros may reach far behind the last entry, where a bit is damage whatever the place. */
		at = at + run > n ? n : at + run;
		for (uint64_t i = 0; i < literals; i++, at = at + 64 > n ? n : at + 64)
			for (uint64_t word = be64(words + 8 * w++), bit = 0; word; word >>= 1, bit++) {
				if (word & 1 && bit >= n - at)
					return false;
				if (word & 1)
					bits[at + bit] = true;
			}
	}
	return true;
}

int kv_git_item_by_path(const void *x, const void *y)
{
	const struct kv_git_item *a = x, *b = y;
	int order = kv_str_cmp(a->path, b->path);
	return order ? order : (a->stage > b->stage) - (a->stage < b->stage);
}

/* What is new may stand for an entry that was there. */
static void merge(struct kv_arena *a, const struct kv_git_items *old, const struct kv_git_items *new,
		  struct kv_git_items *ret)
{
	for (size_t i = 0, k = 0; i < old->n || k < new->n;) {
		int order = i == old->n ? 1 : k == new->n ? -1 : kv_git_item_by_path(&old->v[i], &new->v[k]);
		KV_PUSH(a, ret->v, ret->n, ret->cap, order < 0 ? old->v[i] : new->v[k]);
		i += order <= 0;
		k += order >= 0;
	}
}

int kv_git_items_join(struct kv_job *job, kv_str file, struct kv_git_items *split, struct kv_git_items *shared)
{
	struct reader r = { .job = job, .file = file };
	struct kv_git_items kept = { 0 }, added = { 0 }, joined = { 0 };
	bool *deleted = KV_NEW_N(job->arena, bool, shared->n + 1);
	bool *replaced = KV_NEW_N(job->arena, bool, shared->n + 1);
	size_t next = 0;
	if (!unpack(split->deleted, deleted, shared->n) || !unpack(split->replaced, replaced, shared->n))
		return damaged(&r, "the list of changes of its shared part is damaged");
	for (size_t i = 0; i < shared->n; i++) {
		struct kv_git_item item = shared->v[i];
		if (replaced[i]) {
			if (next == split->n || split->v[next].path.n)
				return damaged(&r, "an entry of its shared part has no replacement");
			item = split->v[next++];
			item.path = shared->v[i].path;
		}
		if (!deleted[i])
			KV_PUSH(job->arena, kept.v, kept.n, kept.cap, item);
	}
	for (; next < split->n; next++) {
		if (!split->v[next].path.n)
			return damaged(&r, "an entry has no path");
		KV_PUSH(job->arena, added.v, added.n, added.cap, split->v[next]);
	}
	if (added.n)
		qsort(added.v, added.n, sizeof *added.v, kv_git_item_by_path);
	merge(job->arena, &kept, &added, &joined);
	*split = joined;
	return 0;
}
