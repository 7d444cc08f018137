/* base/git_index_file.h: the index file of a repository, for base/git*.c alone: its entries, and an index for libgit2.
 *
 * libgit2 knows no split index and none with folders in the place of files (sparse-index). For these two it is given the same entries
 * in a plain index, which Git reads as well as any other. GIT_INDEX_FILE is obeyed, since hooks of a partial commit get the
 * index in a file of its own. What is returned lives as long as the job.
 */
#ifndef BASE_GIT_INDEX_FILE_H
#define BASE_GIT_INDEX_FILE_H

#include "base/git_index_read.h"
#include "base/git_library.h"

struct kv_git_index_file {
	const struct kv_git_library *library;
	struct kv_git_index_api *git;
	git_index *index; /* NULL where only entries were read */
	kv_str path;
	kv_str text;  /* its bytes, when entries were read from them */
	kv_str plain; /* where the plain index is written; empty: libgit2 has read the file itself */
};

/* The entries in Git's order, with files instead of folders; a new repository has none. */
KV_MUST int kv_git_index_items(struct kv_job *job, const struct kv_git_library *library, struct kv_git_items *ret);
/* Makes the index that libgit2 has of the repository, also where it compares the work tree with it. */
KV_MUST int kv_git_index_load(struct kv_job *job, const struct kv_git_library *library, struct kv_git_index_file *ret);
/* Puts a loaded index that was changed into the place of the file, whose lock must be free. */
KV_MUST int kv_git_index_save(struct kv_job *job, const struct kv_git_index_file *file);

#endif
