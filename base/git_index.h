/* base/git_index.h: the Git index: what the next commit would hold.
 *
 * The index is read by base/git_index_file.c in all its forms, also split and with folders left out; objects come through libgit2, also those of linked work trees. GIT_INDEX_FILE is obeyed, since hooks of a partial
 * commit get the index in a file of its own. Nothing is written. Handle and entries live as long as the job.
 */
#ifndef BASE_GIT_INDEX_H
#define BASE_GIT_INDEX_H

#include "base/file.h"

struct kv_git_index;

struct kv_git_entry {
	kv_str path;            /* from the root of the work tree; no part is empty, "." or ".." */
	enum kv_file_kind kind; /* REGULAR or LINK; OTHER: a submodule */
	const uint8_t *id;      /* for kv_git_blob */
};

/* The index of the repository around a folder. Unmerged entries are an error; files that are only intended to be added are
 * left out, as in a commit. */
KV_MUST int kv_git_index_open(struct kv_job *job, kv_str dir, struct kv_git_index **ret);
/* The root of the work tree: absolute, links resolved. */
kv_str kv_git_index_root(const struct kv_git_index *index);
/* The entries, by the bytes of their paths. */
const struct kv_git_entry *kv_git_index_entries(const struct kv_git_index *index, size_t *ret_n);
/* The bytes of a file, or what a link points to. */
KV_MUST int kv_git_blob(struct kv_job *job, const struct kv_git_index *index, const struct kv_git_entry *e,
			kv_str *ret);

#endif
