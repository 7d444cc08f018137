/* base/git_index_read.h: the bytes of a Git index file.
 *
 * Versions 2 to 4 with SHA-1, whole, split into two files (its entries then stand for changes of a shared file), or with folders
 * instead of the files below them (sparse-index). git: Documentation/gitformat-index.txt, split-index.c, ewah/ewah_io.c.
 * Texts are not copied: they must live as long as what is read from them.
 */
#ifndef BASE_GIT_INDEX_READ_H
#define BASE_GIT_INDEX_READ_H

#include "base/job.h"

#define KV_GIT_ID 20   /* bytes of an object's name */
#define KV_GIT_STAT 40 /* bytes of an entry before it: two times, device, inode, mode, owner, group, size */

enum {
	KV_GIT_MODE_DIR = 0040000,
	KV_GIT_MODE_LINK = 0120000,
	KV_GIT_MODE_COMMIT = 0160000,
};

struct kv_git_item {
	kv_str path; /* empty in a split index for what replaces an entry of the shared one; ends in "/" for a folder */
	const uint8_t *id; /* KV_GIT_ID bytes */
	const uint8_t *stat; /* what is before the identifier: KV_GIT_STAT bytes; NULL: nothing is known of the file */
	uint32_t mode;
	unsigned stage; /* 0: merged */
	bool assumed;   /* git update-index --assume-unchanged */
	bool intended;  /* git add --intent-to-add */
	bool skipped;   /* a sparse checkout leaves it out of the work tree */
};

struct kv_git_items {
	struct kv_git_item *v;
	size_t n, cap;
	const uint8_t *shared;     /* the checksum in the name of the shared index; NULL: it is not split */
	kv_str deleted, replaced;  /* bitmaps over its entries */
};

/* Four bytes, the highest first, as the index has all its numbers. */
static inline uint32_t kv_git_be32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* Reports a damaged text, or one in a form this does not know, for `file`. */
KV_MUST int kv_git_items_read(struct kv_job *job, kv_str file, kv_str text, struct kv_git_items *ret);
/* For qsort: the order of the index, by path and stage. */
int kv_git_item_by_path(const void *a, const void *b);
/* Brings the changes of a split index to the entries of its shared one, which become `split`'s. */
KV_MUST int kv_git_items_join(struct kv_job *job, kv_str file, struct kv_git_items *split,
			      struct kv_git_items *shared);

#endif
