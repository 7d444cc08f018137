/* base/git_index.c: the index, entry by entry, and the blobs behind it. */
#include "base/git_index.h"

#include <git2.h>
#include <stdlib.h>

#include "base/digest.h"
#include "base/dl.h"
#include "base/git_index_read.h"
#include "base/inputs.h"

struct index_api {
	int (*init)(void);
	int (*shutdown)(void);
	const git_error *(*last_error)(void);
	int (*open)(git_repository **, const char *, unsigned, const char *);
	void (*close)(git_repository *);
	const char *(*workdir)(const git_repository *);
	const char *(*gitdir)(const git_repository *);
	int (*blob)(git_blob **, git_repository *, const git_oid *);
	void (*blob_free)(git_blob *);
	git_object_size_t (*blob_size)(const git_blob *);
	const void *(*blob_bytes)(const git_blob *);
	int (*tree)(git_tree **, git_repository *, const git_oid *);
	void (*tree_free)(git_tree *);
	size_t (*tree_count)(const git_tree *);
	const git_tree_entry *(*tree_entry)(const git_tree *, size_t);
	const char *(*entry_name)(const git_tree_entry *);
	const git_oid *(*entry_id)(const git_tree_entry *);
	git_filemode_t (*entry_mode)(const git_tree_entry *);
};

static const struct kv_dl_symbol symbols[] = {
	KV_DL(struct index_api, init, "git_libgit2_init"),
	KV_DL(struct index_api, shutdown, "git_libgit2_shutdown"),
	KV_DL(struct index_api, last_error, "git_error_last"),
	KV_DL(struct index_api, open, "git_repository_open_ext"),
	KV_DL(struct index_api, close, "git_repository_free"),
	KV_DL(struct index_api, workdir, "git_repository_workdir"),
	KV_DL(struct index_api, gitdir, "git_repository_path"),
	KV_DL(struct index_api, blob, "git_blob_lookup"),
	KV_DL(struct index_api, blob_free, "git_blob_free"),
	KV_DL(struct index_api, blob_size, "git_blob_rawsize"),
	KV_DL(struct index_api, blob_bytes, "git_blob_rawcontent"),
	KV_DL(struct index_api, tree, "git_tree_lookup"),
	KV_DL(struct index_api, tree_free, "git_tree_free"),
	KV_DL(struct index_api, tree_count, "git_tree_entrycount"),
	KV_DL(struct index_api, tree_entry, "git_tree_entry_byindex"),
	KV_DL(struct index_api, entry_name, "git_tree_entry_name"),
	KV_DL(struct index_api, entry_id, "git_tree_entry_id"),
	KV_DL(struct index_api, entry_mode, "git_tree_entry_filemode_raw"),
};

struct kv_git_index {
	struct index_api git;
	git_repository *repository;
	kv_str root;
	struct kv_git_entry *entries;
	size_t n, cap;
};

static void close_index(void *arg)
{
	struct kv_git_index *x = arg;
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

/* More files than any repository has; a few objects can stand for any number of them. */
#define MOST_ENTRIES 4000000

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

static int add_entry(struct kv_job *job, struct kv_git_index *x, kv_str path, uint32_t mode, const uint8_t *id)
{
	if (!is_safe(path))
		return kv_error_file(job, path, "the index has this path, which Git does not write");
	if (x->n == MOST_ENTRIES)
		return kv_error_file(job, x->root, "too many files in the index (limit %d)", MOST_ENTRIES);
	struct kv_git_entry entry = { path,
				      mode == KV_GIT_MODE_LINK	   ? KV_FILE_LINK
				      : mode == KV_GIT_MODE_COMMIT ? KV_FILE_OTHER
								   : KV_FILE_REGULAR,
				      id };
	KV_PUSH(job->arena, x->entries, x->n, x->cap, entry);
	return 0;
}

/* Deeper folders than a path can name. */
#define DEEPEST 2048

/* The files below a folder that the index has instead of them. */
static int add_folder(struct kv_job *job, struct kv_git_index *x, kv_str dir, const uint8_t *id, size_t depth)
{
	git_tree *tree;
	git_oid oid;
	int got = 0;
	memcpy(oid.id, id, KV_GIT_ID);
	if (depth == DEEPEST)
		return kv_error_file(job, dir, "the folders are too deep (limit %d)", DEEPEST);
	if (x->git.tree(&tree, x->repository, &oid) < 0)
		return failed(job, x, dir, "what is staged in this folder cannot be read");
	for (size_t i = 0; got == 0 && i < x->git.tree_count(tree); i++) {
		const git_tree_entry *e = x->git.tree_entry(tree, i);
		kv_str path = kv_arena_cat(job->arena, dir, KV_S("/"), kv_str_c(x->git.entry_name(e)));
		uint8_t *entry_id = kv_arena_alloc(job->arena, KV_GIT_ID);
		uint32_t mode = (uint32_t)x->git.entry_mode(e);
		memcpy(entry_id, x->git.entry_id(e)->id, KV_GIT_ID);
		got = mode == KV_GIT_MODE_DIR ? add_folder(job, x, path, entry_id, depth + 1)
					      : add_entry(job, x, path, mode, entry_id);
	}
	x->git.tree_free(tree);
	return got;
}

static int add_item(struct kv_job *job, struct kv_git_index *x, const struct kv_git_item *item)
{
	if (item->stage)
		return kv_error_file(job, item->path, "it is not merged yet, so there is nothing to commit");
	if (item->intended)
		return 0;
	if (item->mode != KV_GIT_MODE_DIR)
		return add_entry(job, x, item->path, item->mode, item->id);
	kv_str dir = kv_str_sub(item->path, 0, item->path.n - kv_str_ends(item->path, KV_S("/")));
	return is_safe(dir) ? add_folder(job, x, dir, item->id, 0)
			    : kv_error_file(job, dir, "the index has this path, which Git does not write");
}

static int by_path(const void *a, const void *b)
{
	return kv_str_cmp(((const struct kv_git_entry *)a)->path, ((const struct kv_git_entry *)b)->path);
}

/* Git keeps them in order; who looks for one relies on it. */
static void sort_entries(struct kv_git_index *x)
{
	for (size_t i = 1; i < x->n; i++)
		if (by_path(&x->entries[i - 1], &x->entries[i]) > 0) {
			qsort(x->entries, x->n, sizeof *x->entries, by_path);
			return;
		}
}

/* --- opening ---------------------------------------------------------------------------------- */

/* A new repository has none. */
static int read_items(struct kv_job *job, kv_str path, struct kv_git_items *ret)
{
	kv_str text;
	*ret = (struct kv_git_items){ 0 };
	if (kv_file_kind(path) == KV_FILE_NONE)
		return 0;
	return kv_file_read_unnoted(job, path, &text) < 0 ? -1 : kv_git_items_read(job, path, text, ret);
}

/* git: read-cache.c, read_index_from(): the shared part lies in the Git folder, wherever the index is. */
static int read_entries(struct kv_job *job, struct kv_git_index *x)
{
	/* Git takes a relative path from the root of the work tree, where it starts hooks. */
	const char *named = getenv("GIT_INDEX_FILE");
	kv_str gitdir = kv_str_c(x->git.gitdir(x->repository));
	kv_str path = named && *named ? kv_path_join(job->arena, x->root, kv_str_c(named))
				      : kv_path_join(job->arena, gitdir, KV_S("index"));
	struct kv_git_items items, shared;
	if (read_items(job, path, &items) < 0)
		return -1;
	if (items.shared) {
		kv_str name = kv_arena_cat(job->arena, KV_S("sharedindex."),
					   kv_hex(job->arena, items.shared, KV_GIT_ID));
		kv_str shared_path = kv_path_join(job->arena, gitdir, name);
		if (kv_file_kind(shared_path) == KV_FILE_NONE)
			return kv_error_file(job, shared_path, "the Git index is split, and this part of it is not there");
		if (read_items(job, shared_path, &shared) < 0 ||
		    kv_git_items_join(job, path, &items, &shared) < 0)
			return -1;
	}
	for (size_t i = 0; i < items.n; i++)
		if (add_item(job, x, &items.v[i]) < 0)
			return -1;
	sort_entries(x);
	return 0;
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
	if (open_repository(job, x, dir) < 0 || read_entries(job, x) < 0)
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
	git_oid id;
	memcpy(id.id, e->id, KV_GIT_ID);
	if (x->git.blob(&blob, x->repository, &id) < 0)
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
