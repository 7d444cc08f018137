/* base/git_index_file.c: finds, reads and replaces the index file, and loads it into libgit2. */
#include "base/git_index_file.h"

#include <errno.h>
#include <fcntl.h>
#include <git2/sys/repository.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/file.h"
#include "base/inputs.h"

struct kv_git_index_api {
	int (*of)(git_index **, git_repository *);
	int (*open)(git_index **, const char *);
	int (*set)(git_repository *, git_index *);
	int (*add)(git_index *, const git_index_entry *);
	int (*write)(git_index *);
	void (*free)(git_index *);
	int (*tree)(git_tree **, git_repository *, const git_oid *);
	void (*tree_free)(git_tree *);
	size_t (*tree_count)(const git_tree *);
	const git_tree_entry *(*tree_entry)(const git_tree *, size_t);
	const char *(*entry_name)(const git_tree_entry *);
	const git_oid *(*entry_id)(const git_tree_entry *);
	git_filemode_t (*entry_mode)(const git_tree_entry *);
};

#define ROW(member, symbol) KV_DL(struct kv_git_index_api, member, "git_" symbol)
static const struct kv_dl_symbol symbols[] = {
	ROW(of, "repository_index"),
	ROW(open, "index_open"),
	ROW(set, "repository_set_index"),
	ROW(add, "index_add"),
	ROW(write, "index_write"),
	ROW(free, "index_free"),
	ROW(tree, "tree_lookup"),
	ROW(tree_free, "tree_free"),
	ROW(tree_count, "tree_entrycount"),
	ROW(tree_entry, "tree_entry_byindex"),
	ROW(entry_name, "tree_entry_name"),
	ROW(entry_id, "tree_entry_id"),
	ROW(entry_mode, "tree_entry_filemode_raw"),
};

/* git: read-cache.c. Git takes a relative path from the root of the work tree, where it starts hooks. */
static int begin(struct kv_job *job, const struct kv_git_library *library, struct kv_git_index_file *ret)
{
	const char *named = getenv("GIT_INDEX_FILE");
	kv_str error;
	*ret = (struct kv_git_index_file){ .library = library, .git = KV_NEW(job->arena, struct kv_git_index_api) };
	ret->path = named && *named ? kv_path_join(job->arena, library->root, kv_str_c(named))
				    : kv_path_join(job->arena, kv_str_c(library->gitdir(library->repository)),
						   KV_S("index"));
	if (kv_dl_load(job->arena, KV_GIT_SONAME, symbols, KV_COUNT(symbols), ret->git, &error) < 0)
		return kv_error(job, 0, "the Git index cannot be read: %.*s", KV_ARG(error));
	return 0;
}

/* --- folders that stand for files ------------------------------------------------------------- */

/* Git writes no other paths; an index or a tree that came from elsewhere may have them. */
static bool path_is_safe(kv_str path)
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

/* More files than any repository has; a few objects can stand for any number of them. */
#define MOST_ENTRIES 4000000

static int add_item(struct kv_job *job, struct kv_git_items *items, const struct kv_git_item *item)
{
	if (!path_is_safe(item->path))
		return kv_error_file(job, item->path, "the index has this path, which Git does not write");
	if (items->n == MOST_ENTRIES)
		return kv_error_file(job, item->path, "too many files in the index (limit %d)", MOST_ENTRIES);
	KV_PUSH(job->arena, items->v, items->n, items->cap, *item);
	return 0;
}

/* Deeper folders than a path can name. */
#define DEEPEST 2048

static int add_folder(struct kv_job *job, const struct kv_git_index_file *f, struct kv_git_items *items, kv_str dir,
		      const uint8_t *id, size_t depth)
{
	git_tree *tree;
	git_oid oid;
	int got = 0;
	memcpy(oid.id, id, KV_GIT_ID);
	if (depth == DEEPEST)
		return kv_error_file(job, dir, "the folders are too deep (limit %d)", DEEPEST);
	if (f->git->tree(&tree, f->library->repository, &oid) < 0)
		return kv_git_failed(job, f->library, dir, "what is staged in this folder cannot be read");
	for (size_t i = 0; got == 0 && i < f->git->tree_count(tree); i++) {
		const git_tree_entry *e = f->git->tree_entry(tree, i);
		struct kv_git_item item = { .mode = (uint32_t)f->git->entry_mode(e), .skipped = true };
		item.path = kv_arena_cat(job->arena, dir, KV_S("/"), kv_str_c(f->git->entry_name(e)));
		item.id = memcpy(kv_arena_alloc(job->arena, KV_GIT_ID), f->git->entry_id(e)->id, KV_GIT_ID);
		got = item.mode == KV_GIT_MODE_DIR ? add_folder(job, f, items, item.path, item.id, depth + 1)
						   : add_item(job, items, &item);
	}
	f->git->tree_free(tree);
	return got;
}

static int add_all(struct kv_job *job, const struct kv_git_index_file *f, const struct kv_git_items *from,
		   struct kv_git_items *ret)
{
	for (size_t i = 0; i < from->n; i++) {
		const struct kv_git_item *item = &from->v[i];
		kv_str dir = kv_str_sub(item->path, 0, item->path.n - kv_str_ends(item->path, KV_S("/")));
		if (item->mode == KV_GIT_MODE_DIR && !path_is_safe(dir))
			return kv_error_file(job, dir, "the index has this path, which Git does not write");
		if ((item->mode == KV_GIT_MODE_DIR ? add_folder(job, f, ret, dir, item->id, 0)
						   : add_item(job, ret, item)) < 0)
			return -1;
	}
	return 0;
}

/* --- entries ---------------------------------------------------------------------------------- */

/* Git keeps them in order; who looks for one relies on it. */
static void sort_items(struct kv_git_items *items)
{
	for (size_t i = 1; i < items->n; i++)
		if (kv_git_item_by_path(&items->v[i - 1], &items->v[i]) > 0) {
			qsort(items->v, items->n, sizeof *items->v, kv_git_item_by_path);
			return;
		}
}

static int read_file(struct kv_job *job, kv_str path, kv_str *ret_text, struct kv_git_items *ret)
{
	*ret = (struct kv_git_items){ 0 };
	*ret_text = KV_S("");
	if (kv_file_kind(path) == KV_FILE_NONE)
		return 0;
	return kv_file_read_unnoted(job, path, ret_text) < 0 ? -1 : kv_git_items_read(job, path, *ret_text, ret);
}

/* git: read-cache.c, read_index_from(): the shared part lies in the Git folder, wherever the index is. */
static int join_shared(struct kv_job *job, const struct kv_git_index_file *f, struct kv_git_items *items)
{
	kv_str name = kv_arena_cat(job->arena, KV_S("sharedindex."), kv_hex(job->arena, items->shared, KV_GIT_ID));
	kv_str path = kv_path_join(job->arena, kv_str_c(f->library->gitdir(f->library->repository)), name), text;
	struct kv_git_items shared;
	if (kv_file_kind(path) == KV_FILE_NONE)
		return kv_error_file(job, path, "the Git index is split, and this part of it is not there");
	return read_file(job, path, &text, &shared) < 0 ? -1 : kv_git_items_join(job, f->path, items, &shared);
}

static int read_items(struct kv_job *job, struct kv_git_index_file *f, struct kv_git_items *ret)
{
	struct kv_git_items items;
	*ret = (struct kv_git_items){ 0 };
	if (read_file(job, f->path, &f->text, &items) < 0 || (items.shared && join_shared(job, f, &items) < 0) ||
	    add_all(job, f, &items, ret) < 0)
		return -1;
	sort_items(ret);
	return 0;
}

int kv_git_index_items(struct kv_job *job, const struct kv_git_library *library, struct kv_git_items *ret)
{
	struct kv_git_index_file file;
	return begin(job, library, &file) < 0 ? -1 : read_items(job, &file, ret);
}

/* --- for libgit2 ------------------------------------------------------------------------------ */

static void free_index(void *arg)
{
	struct kv_git_index_file *f = arg;
	f->git->free(f->index);
}

/* What is known of the file is kept, so that nothing must be read again to see that it is as it was. */
static git_index_entry entry_of(struct kv_arena *a, const struct kv_git_item *item)
{
	git_index_entry e = { .mode = item->mode, .path = kv_arena_cstr(a, item->path) };
	const uint8_t *s = item->stat;
	memcpy(e.id.id, item->id, KV_GIT_ID);
	if (s) {
		e.ctime = (git_index_time){ (int32_t)kv_git_be32(s), kv_git_be32(s + 4) };
		e.mtime = (git_index_time){ (int32_t)kv_git_be32(s + 8), kv_git_be32(s + 12) };
		e.dev = kv_git_be32(s + 16), e.ino = kv_git_be32(s + 20);
		e.uid = kv_git_be32(s + 28), e.gid = kv_git_be32(s + 32), e.file_size = kv_git_be32(s + 36);
	}
	e.flags = (uint16_t)(item->stage << GIT_INDEX_ENTRY_STAGESHIFT | (item->assumed ? GIT_INDEX_ENTRY_VALID : 0));
	e.flags_extended = (uint16_t)((item->intended ? GIT_INDEX_ENTRY_INTENT_TO_ADD : 0) |
				      (item->skipped ? GIT_INDEX_ENTRY_SKIP_WORKTREE : 0));
	return e;
}

/* An empty index of a path where nothing is, filled. */
static int load_plain(struct kv_job *job, struct kv_git_index_file *f)
{
	struct kv_git_items items;
	if (read_items(job, f, &items) < 0)
		return -1;
	f->plain = kv_arena_cat(job->arena, f->path, KV_S(".kvendor"));
	kv_file_remove(f->plain);
	if (f->git->open(&f->index, kv_arena_cstr(job->arena, f->plain)) < 0)
		return kv_git_failed(job, f->library, f->path, "the Git index cannot be read");
	kv_job_defer(job, free_index, f);
	for (size_t i = 0; i < items.n; i++) {
		git_index_entry e = entry_of(job->arena, &items.v[i]);
		if (f->git->add(f->index, &e) < 0)
			return kv_git_failed(job, f->library, items.v[i].path, "its entry of the Git index cannot be read");
	}
	return 0;
}

int kv_git_index_load(struct kv_job *job, const struct kv_git_library *library, struct kv_git_index_file *ret)
{
	if (begin(job, library, ret) < 0)
		return -1;
	const char *named = getenv("GIT_INDEX_FILE");
	int got = named && *named ? ret->git->open(&ret->index, kv_arena_cstr(job->arena, ret->path))
				  : ret->git->of(&ret->index, library->repository);
	if (got == 0)
		kv_job_defer(job, free_index, ret);
	else if (load_plain(job, ret) < 0)
		return -1;
	return ret->git->set(library->repository, ret->index) < 0
		       ? kv_git_failed(job, library, ret->path, "the Git index cannot be used")
		       : 0;
}

static int locked(struct kv_job *job, kv_str lock, const char *why)
{
	kv_error_file(job, lock, "the Git index cannot be locked: %s", why);
	kv_note(job, 0, KV_GIT_LOCKED);
	return -1;
}

/* What the file holds by now must be what was read. */
static int replace(struct kv_job *job, const struct kv_git_index_file *f)
{
	kv_str now;
	if (kv_file_read_unnoted(job, f->path, &now) < 0)
		return -1;
	if (!kv_str_eq(now, f->text))
		return kv_error_file(job, f->path, "it was changed meanwhile: run again");
	if (rename(kv_arena_cstr(job->arena, f->plain), kv_arena_cstr(job->arena, f->path)) < 0)
		return kv_error_file(job, f->path, "it cannot be replaced: %s", strerror(errno));
	return 0;
}

/* git: lockfile.c. Whoever makes the lock may replace the file. */
static int save_plain(struct kv_job *job, const struct kv_git_index_file *f, kv_str lock)
{
	const char *name = kv_arena_cstr(job->arena, lock);
	int fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
	if (fd < 0)
		return locked(job, lock, strerror(errno));
	close(fd);
	int got = replace(job, f);
	unlink(name);
	return got;
}

int kv_git_index_save(struct kv_job *job, const struct kv_git_index_file *f)
{
	kv_str lock = kv_arena_cat(job->arena, f->path, KV_S(".lock"));
	int got = f->git->write(f->index);
	if (got == GIT_ELOCKED)
		return locked(job, lock, "it is there already");
	if (got < 0)
		return kv_git_failed(job, f->library, f->library->root, "the Git index cannot be written");
	if (!f->plain.n)
		return 0;
	got = save_plain(job, f, lock);
	kv_file_remove(f->plain);
	return got;
}
