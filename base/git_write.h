/* base/git_write.h: files put into the index and into commits, through libgit2.
 *
 * Nothing is checked out, no hook runs, nothing is pushed or signed. The handle lives as long as the job. Paths are from the root of
 * the work tree. GIT_INDEX_FILE is obeyed, since hooks of a partial commit get the index in a file of its own.
 */
#ifndef BASE_GIT_WRITE_H
#define BASE_GIT_WRITE_H

#include "base/job.h"

struct kv_git;

struct kv_git_file {
	kv_str path;
	bool gone;   /* the entry goes */
	kv_str text; /* its new bytes, put in as the attributes of the path say */
};

/* What a commit says. */
struct kv_git_message {
	kv_str text;   /* ended by a line feed if it is missing */
	kv_str author; /* "NAME <EMAIL>"; empty: GIT_AUTHOR_NAME and _EMAIL, or the configuration */
};

/* What is known of a commit. */
struct kv_git_about {
	kv_str id; /* hexadecimal */
	kv_str author, date /* RFC 3339 */, subject, body;
};

/* The repository around a folder; one without a work tree is an error. */
KV_MUST int kv_git_open(struct kv_job *job, kv_str dir, struct kv_git **ret);
/* Absolute, links resolved. */
kv_str kv_git_root(const struct kv_git *git);
/* core.hooksPath, or the hooks of the repository that all its work trees share; absolute. */
KV_MUST int kv_git_hooks(struct kv_job *job, struct kv_git *git, kv_str *ret);
/* The address of the remote `origin` without credentials, or an empty string. */
kv_str kv_git_origin(struct kv_job *job, struct kv_git *git);

/* Makes the index hold the files; all its other entries stay. *ret_n counts the entries that changed. */
KV_MUST int kv_git_stage(struct kv_job *job, struct kv_git *git, const struct kv_git_file *files, size_t n,
			 size_t *ret_n);
/* Whether a commit can be made on the branch that is checked out: an error while a merge, rebase or the like is under way. */
KV_MUST int kv_git_is_idle(struct kv_job *job, struct kv_git *git);
/* Commits the files, and nothing else, on the branch that is checked out; the index stays as it is. An empty *ret_id: they are
 * committed already. */
KV_MUST int kv_git_commit(struct kv_job *job, struct kv_git *git, const struct kv_git_message *message,
			  const struct kv_git_file *files, size_t n, kv_str *ret_id);
/* Commits the files on a branch that is not checked out, which is made if there is none: its first commit has no parent. */
KV_MUST int kv_git_commit_to(struct kv_job *job, struct kv_git *git, kv_str branch,
			     const struct kv_git_message *message, const struct kv_git_file *files, size_t n,
			     kv_str *ret_id);

/* The commit that is checked out; an error if there is none yet. */
KV_MUST int kv_git_head(struct kv_job *job, struct kv_git *git, struct kv_git_about *ret);
/* The first file below one of the paths that is not as it is in HEAD, untracked ones included; empty if there is none. */
KV_MUST int kv_git_dirty(struct kv_job *job, struct kv_git *git, const kv_str *paths, size_t n, kv_str *ret);
/* All files of a branch, of the one that is checked out if its name is empty; none if there is no such branch. */
KV_MUST int kv_git_branch_files(struct kv_job *job, struct kv_git *git, kv_str branch, kv_str **ret,
				size_t *ret_n);
/* The bytes of a file of a branch, named as above; .p NULL if it is not there. */
KV_MUST int kv_git_branch_read(struct kv_job *job, struct kv_git *git, kv_str branch, kv_str path,
			       kv_str *ret);

#endif
