/* base/git_index.c: the index, entry by entry, and the blobs behind it. */
#include "base/git_index.h"

#include <git2.h>
#include <stdlib.h>

#include "base/dl.h"

struct index_api {
	int (*init)(void);
	int (*shutdown)(void);
	const git_error *(*last_error)(void);
	int (*open)(git_repository **, const char *, unsigned, const char *);
	void (*close)(git_repository *);
	const char *(*workdir)(const git_repository *);
	int (*index_of)(git_index **, git_repository *);
	int (*index_open)(git_index **, const char *);
	void (*index_free)(git_index *);
	size_t (*count)(const git_index *);
	const git_index_entry *(*entry)(git_index *, size_t);
	int (*blob)(git_blob **, git_repository *, const git_oid *);
	void (*blob_free)(git_blob *);
	git_object_size_t (*blob_size)(const git_blob *);
	const void *(*blob_bytes)(const git_blob *);
};

static const struct kv_dl_symbol symbols[] = {
	KV_DL(struct index_api, init, "git_libgit2_init"),
	KV_DL(struct index_api, shutdown, "git_libgit2_shutdown"),
	KV_DL(struct index_api, last_error, "git_error_last"),
	KV_DL(struct index_api, open, "git_repository_open_ext"),
	KV_DL(struct index_api, close, "git_repository_free"),
	KV_DL(struct index_api, workdir, "git_repository_workdir"),
	KV_DL(struct index_api, index_of, "git_repository_index"),
	KV_DL(struct index_api, index_open, "git_index_open"),
	KV_DL(struct index_api, index_free, "git_index_free"),
	KV_DL(struct index_api, count, "git_index_entrycount"),
	KV_DL(struct index_api, entry, "git_index_get_byindex"),
	KV_DL(struct index_api, blob, "git_blob_lookup"),
	KV_DL(struct index_api, blob_free, "git_blob_free"),
	KV_DL(struct index_api, blob_size, "git_blob_rawsize"),
	KV_DL(struct index_api, blob_bytes, "git_blob_rawcontent"),
};

struct kv_git_index {
	struct index_api git;
	git_repository *repository;
	git_index *index;
	kv_str root;
	struct kv_git_entry *entries;
	size_t n, cap;
};

static void close_index(void *arg)
{
	struct kv_git_index *x = arg;
	if (x->index)
		x->git.index_free(x->index);
	if (x->repository)
		x->git.close(x->repository);
	x->git.shutdown();
}

static int failed(struct kv_job *job, const struct kv_git_index *x, kv_str file, const char *what)
{
	const git_error *e = x->git.last_error();
	return kv_error_file(job, file, "%s: %s", what, e && e->message ? e->message : "unknown reason");
}

/* --- entries ---------------------------------------------------------------------------------- */

/* Git writes no such path; an index that came from elsewhere may have one. */
static bool is_safe(kv_str path)
{
	for (;;) {
		size_t slash = kv_str_chr(path, '/');
		kv_str part = kv_str_sub(path, 0, slash);
		if (!part.n || kv_str_eq(part, KV_S(".")) || kv_str_eq(part, KV_S("..")) ||
		    kv_str_eq(part, KV_S(".git")))
			return false;
		if (slash == SIZE_MAX)
			return true;
		path = kv_str_sub(path, slash + 1, path.n);
	}
}

static int add_entry(struct kv_job *job, struct kv_git_index *x, size_t number)
{
	const git_index_entry *e = x->git.entry(x->index, number);
	kv_str path = kv_str_c(e->path);
	if (GIT_INDEX_ENTRY_STAGE(e))
		return kv_error_file(job, path, "it is not merged yet, so there is nothing to commit");
	if (!is_safe(path))
		return kv_error_file(job, path, "the index has this path, which Git does not write");
	if (e->flags_extended & GIT_INDEX_ENTRY_INTENT_TO_ADD)
		return 0;
	struct kv_git_entry entry = { path,
				      e->mode == GIT_FILEMODE_LINK     ? KV_FILE_LINK
				      : e->mode == GIT_FILEMODE_COMMIT ? KV_FILE_OTHER
								       : KV_FILE_REGULAR,
				      number };
	KV_PUSH(job->arena, x->entries, x->n, x->cap, entry);
	return 0;
}

static int read_entries(struct kv_job *job, struct kv_git_index *x)
{
	for (size_t i = 0; i < x->git.count(x->index); i++)
		if (add_entry(job, x, i) < 0)
			return -1;
	return 0;
}

/* --- opening ---------------------------------------------------------------------------------- */

/* Git takes a relative path from the root of the work tree, where it starts hooks. */
static int open_index(struct kv_job *job, struct kv_git_index *x)
{
	const char *named = getenv("GIT_INDEX_FILE");
	if (!named || !*named)
		return x->git.index_of(&x->index, x->repository);
	kv_str path = kv_path_join(job->arena, x->root, kv_str_c(named));
	return x->git.index_open(&x->index, kv_arena_cstr(job->arena, path));
}

/* Forms that libgit2 does not read name themselves in its message. */
static void note_form(struct kv_job *job, const struct kv_git_index *x)
{
	const git_error *e = x->git.last_error();
	if (e && e->message && strstr(e->message, "'link'"))
		kv_note(job, 0, "it is split into two files: git update-index --no-split-index");
	if (e && e->message && strstr(e->message, "'sdir'"))
		kv_note(job, 0, "it leaves folders out: git sparse-checkout reapply --no-sparse-index");
}

static int open_repository(struct kv_job *job, struct kv_git_index *x, kv_str dir)
{
	if (x->git.open(&x->repository, kv_arena_cstr(job->arena, dir), 0, NULL) < 0)
		return failed(job, x, dir, "no Git repository can be opened here");
	const char *workdir = x->git.workdir(x->repository);
	if (!workdir)
		return kv_error_file(job, dir, "this Git repository has no work tree");
	return kv_path_real(job, kv_str_c(workdir), &x->root);
}

int kv_git_index_open(struct kv_job *job, kv_str dir, struct kv_git_index **ret)
{
	struct kv_git_index *x = KV_NEW(job->arena, struct kv_git_index);
	kv_str error;
	if (kv_dl_load(job->arena, "libgit2.so.1.5", symbols, sizeof symbols / sizeof *symbols, &x->git,
		       &error) < 0)
		return kv_error(job, 0, "the Git index cannot be read: %.*s", KV_ARG(error));
	if (x->git.init() < 0)
		return failed(job, x, dir, "libgit2 does not start");
	kv_job_defer(job, close_index, x);
	if (open_repository(job, x, dir) < 0)
		return -1;
	if (open_index(job, x) < 0) {
		failed(job, x, x->root, "the Git index cannot be read");
		note_form(job, x);
		return -1;
	}
	if (read_entries(job, x) < 0)
		return -1;
	*ret = x;
	return 0;
}

kv_str kv_git_index_root(const struct kv_git_index *index)
{
	return index->root;
}

const struct kv_git_entry *kv_git_index_entries(const struct kv_git_index *index, size_t *ret_n)
{
	*ret_n = index->n;
	return index->entries;
}

int kv_git_blob(struct kv_job *job, const struct kv_git_index *x, const struct kv_git_entry *e, kv_str *ret)
{
	git_blob *blob;
	if (x->git.blob(&blob, x->repository, &x->git.entry(x->index, e->number)->id) < 0)
		return failed(job, x, e->path, "its staged bytes cannot be read");
	git_object_size_t size = x->git.blob_size(blob);
	int got = 0;
	if (size > job->limits.file_bytes)
		got = kv_error_file(job, e->path, "the file is too large (limit %zu bytes)",
				    job->limits.file_bytes);
	else
		*ret = kv_arena_dup(job->arena, kv_str_of(x->git.blob_bytes(blob), (size_t)size));
	x->git.blob_free(blob);
	return got;
}
