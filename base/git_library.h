/* base/git_library.h: libgit2 is loaded, a repository opened, and what libgit2 says of a failure told. For base/git*.c alone.
 *
 * Each of those files lists the functions it calls in a table of its own; here are those that all of them call.
 */
#ifndef BASE_GIT_LIBRARY_H
#define BASE_GIT_LIBRARY_H

#include <git2.h>

#include "base/dl.h"
#include "base/job.h"

/* The soname that the headers belong to. */
#define KV_GIT_SONAME "libgit2.so.1.5"

/* What to do about a lock of Git that is in the way. */
#define KV_GIT_LOCKED "another Git command is running; if none is, one was killed: remove that file"

struct kv_git_library {
	int (*init)(void);
	int (*shutdown)(void);
	const git_error *(*last_error)(void);
	int (*open)(git_repository **, const char *, unsigned, const char *);
	void (*close)(git_repository *);
	const char *(*workdir)(const git_repository *);
	const char *(*gitdir)(const git_repository *);
	git_repository *repository; /* NULL until one is opened; closed with the library */
	kv_str root;                /* of its work tree: absolute, links resolved */
};

/* Loads libgit2, fills the caller's table and starts the library. -1: *ret_error says why not, and nothing is to be closed. */
KV_MUST int kv_git_library_load(struct kv_job *job, const struct kv_dl_symbol *symbols, size_t n, void *table,
				struct kv_git_library *ret, kv_str *ret_error);
/* Takes a struct kv_git_library, for kv_job_defer. */
void kv_git_library_close(void *library);
/* Loads, and opens the repository around a folder until the job ends. One without a work tree is an error. */
KV_MUST int kv_git_library_open(struct kv_job *job, kv_str dir, const struct kv_dl_symbol *symbols, size_t n, void *table,
				struct kv_git_library *ret);
/* What libgit2 says of its last failure. */
const char *kv_git_why(const struct kv_git_library *library);
/* Reports "FILE: WHAT: what libgit2 says", and how to go on where a lock is in the way. Always -1. */
int kv_git_failed(struct kv_job *job, const struct kv_git_library *library, kv_str file, const char *what);

#endif
