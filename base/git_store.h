/* base/git_store.h: commits and their files, through libgit2, loaded on first use.
 *
 * A store is a repository on this machine, or what a server sent as a pack. It belongs to the job. The names of objects are their
 * SHA-1 in 40 hexadecimal digits; libgit2 compares every object it reads with its name.
 */
#ifndef BASE_GIT_STORE_H
#define BASE_GIT_STORE_H

#include "base/job.h"

struct kv_git_store;

/* The repository at a folder, bare or not; none is looked for above it. */
KV_MUST int kv_git_store_open(struct kv_job *job, kv_pos pos, kv_str dir, struct kv_git_store **ret);
/* What is in a pack; it lies in a temporary folder meanwhile. */
KV_MUST int kv_git_store_unpack(struct kv_job *job, kv_pos pos, kv_str pack, struct kv_git_store **ret);
/* What a server gives under the references, over libgit2's own transports: ssh with the user's agent, hosts as known_hosts has
 * them. All of a branch's history comes along. At most `limit` bytes. */
KV_MUST int kv_git_store_fetch(struct kv_job *job, kv_pos pos, kv_str url, size_t limit,
			       struct kv_git_store **ret);

/* The object that a reference of this full name leads to; false if there is none. */
bool kv_git_store_reference(struct kv_job *job, const struct kv_git_store *s, kv_str name, kv_str *ret);
/* The names of all tags, without refs/tags/. */
KV_MUST int kv_git_store_tags(struct kv_job *job, kv_pos pos, const struct kv_git_store *s, kv_str **ret_names,
			      size_t *ret_n);
/* The commit behind an object, which may be a tag. */
KV_MUST int kv_git_store_commit(struct kv_job *job, kv_pos pos, const struct kv_git_store *s, kv_str object,
				kv_str *ret);

enum kv_git_kind { KV_GIT_FILE, KV_GIT_PROGRAM, KV_GIT_LINK, KV_GIT_MODULE };

struct kv_git_tree_file {
	enum kv_git_kind kind;
	kv_str path; /* below the root; no part is ".", "..", ".git" or empty */
	kv_str data; /* the text of a link; the commit of a module */
};

/* Called for every file of the commit in Git's order; what it is given lives until it returns. */
typedef int kv_git_visit(void *arg, const struct kv_git_tree_file *file);
KV_MUST int kv_git_store_walk(struct kv_job *job, kv_pos pos, const struct kv_git_store *s, kv_str commit,
			      kv_git_visit *visit, void *arg);

#endif
