/* base/view.c: maps paths to entries of the index, and writes their files on demand. */
#include "base/view.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/map.h"

struct view {
	struct kv_job *job; /* of the view alone: those who read are on several threads */
	const struct kv_git_index *index;
	const struct kv_git_entry *entries;
	size_t n;
	kv_str folder;
	bool *put;             /* one an entry */
	struct kv_map folders; /* those that are made, from the folder; the folder itself is "" */
};

static struct view *view;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

/* --- entries ---------------------------------------------------------------------------------- */

/* The first entry at or behind a path. */
static size_t find(const struct view *v, kv_str path)
{
	size_t from = 0, to = v->n;
	while (from < to) {
		size_t middle = from + (to - from) / 2;
		if (kv_str_cmp(v->entries[middle].path, path) < 0)
			from = middle + 1;
		else
			to = middle;
	}
	return from;
}

/* What is below a folder: [*ret_from, *ret_to). */
static void find_below(const struct view *v, kv_str dir, size_t *ret_from, size_t *ret_to)
{
	struct kv_arena_mark mark = kv_arena_mark(v->job->scratch);
	*ret_from = 0;
	*ret_to = v->n;
	if (dir.n) {
		*ret_from = find(v, kv_arena_cat(v->job->scratch, dir, KV_S("/")));
		*ret_to = find(v, kv_arena_cat(v->job->scratch, dir, KV_S("0"))); /* what follows a slash */
	}
	kv_arena_release(v->job->scratch, mark);
}

static const struct kv_git_entry *entry_at(const struct view *v, kv_str path)
{
	size_t i = find(v, path);
	return i < v->n && kv_str_eq(v->entries[i].path, path) ? &v->entries[i] : NULL;
}

static bool is_folder(const struct view *v, kv_str path)
{
	size_t from, to;
	find_below(v, path, &from, &to);
	return from < to;
}

/* --- files ------------------------------------------------------------------------------------ */

static void failed(struct view *v, kv_str path)
{
	kv_error_file(v->job, path, "what is staged cannot be laid out: %s", strerror(errno));
}

static char *place(struct view *v, kv_str path)
{
	return kv_arena_cstr(v->job->arena, kv_path_join(v->job->arena, v->folder, path));
}

/* The one above it is there. */
static void make_folder(struct view *v, kv_str path)
{
	if (!path.n || kv_map_has(&v->folders, path))
		return;
	if (mkdir(place(v, path), 0777) < 0 && errno != EEXIST)
		failed(v, path);
	kv_map_put(&v->folders, kv_arena_dup(v->job->arena, path), v);
}

/* What is written is not followed, whatever the index says is there. */
static void write_file(struct view *v, kv_str path, kv_str text)
{
	int fd = open(place(v, path), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
	if (fd < 0 || kv_write_all(fd, text) < 0)
		failed(v, path);
	if (fd >= 0)
		close(fd);
}

/* Its folder is there. *ret_target: where a link leads. */
static void put(struct view *v, const struct kv_git_entry *e, kv_str *ret_target)
{
	kv_str text;
	bool *done = &v->put[e - v->entries];
	if (e->kind == KV_FILE_OTHER || (*done && e->kind != KV_FILE_LINK))
		return;
	if (kv_git_blob(v->job, v->index, e, &text) < 0)
		text = KV_S("");
	else if (e->kind == KV_FILE_REGULAR)
		write_file(v, e->path, text);
	else if (!*done && symlink(kv_arena_cstr(v->job->arena, text), place(v, e->path)) < 0)
		failed(v, e->path);
	*done = true;
	*ret_target = text;
}

/* --- paths ------------------------------------------------------------------------------------ */

/* As many as the operating system follows. */
#define MOST_LINKS 40

static kv_str folder_of(kv_str path)
{
	size_t slash = kv_str_rchr(path, '/');
	return slash == SIZE_MAX ? KV_S("") : kv_str_sub(path, 0, slash);
}

/* `rest` step by step, from the folder; where it leads as a path of the index, if that is a folder. */
static bool walk(struct view *v, kv_str rest, kv_str *ret)
{
	struct kv_arena *a = v->job->arena;
	kv_str at = KV_S(""), target = KV_S("");
	for (size_t links = 0; rest.n;) {
		size_t slash = kv_str_chr(rest, '/');
		kv_str step = kv_str_sub(rest, 0, slash);
		rest = slash == SIZE_MAX ? KV_S("") : kv_str_sub(rest, slash + 1, rest.n);
		if (!step.n || kv_str_eq(step, KV_S(".")))
			continue;
		if (kv_str_eq(step, KV_S(".."))) {
			if (!at.n)
				return false;
			at = folder_of(at);
			continue;
		}
		kv_str next = at.n ? kv_arena_cat(a, at, KV_S("/"), step) : step;
		const struct kv_git_entry *e = entry_at(v, next);
		if (e)
			put(v, e, &target);
		if (e && e->kind == KV_FILE_LINK) {
			if (++links > MOST_LINKS || (target.n && target.p[0] == '/'))
				return false;
			rest = kv_arena_cat(a, target, KV_S("/"), rest);
			continue;
		}
		if (e || !is_folder(v, next))
			return false;
		make_folder(v, next);
		at = next;
	}
	*ret = at;
	return true;
}

/* The path from the folder, not cleaned, since a link may come before "..". */
static bool is_in_view(struct view *v, kv_str path, kv_str *ret)
{
	kv_str cwd;
	if (path.n && path.p[0] == '/')
		return kv_path_below(path, v->folder, ret);
	if (kv_path_cwd(v->job, &cwd) < 0 || !kv_path_below(cwd, v->folder, &cwd))
		return false;
	*ret = kv_arena_cat(v->job->arena, cwd, KV_S("/"), path);
	return true;
}

/* The folder of the index that a path leads to; what is on the way is there then. */
static bool reach(struct view *v, kv_str path, kv_str *ret)
{
	kv_str rest;
	return kv_str_chr(path, '\0') == SIZE_MAX && is_in_view(v, path, &rest) && walk(v, rest, ret);
}

/* --- for those who read ----------------------------------------------------------------------- */

void kv_view_begin(kv_str folder, const struct kv_git_index *index)
{
	struct kv_job *job = kv_job_new();
	struct view *v = KV_NEW(job->arena, struct view);
	v->job = job;
	v->index = index;
	v->entries = kv_git_index_entries(index, &v->n);
	v->put = KV_NEW_N(job->arena, bool, v->n + 1);
	v->folder = kv_arena_dup(job->arena, folder);
	kv_map_init(&v->folders, job->arena);
	view = v;
}

int kv_view_end(struct kv_job *job)
{
	struct view *v = view;
	view = NULL;
	if (!v)
		return 0;
	for (struct kv_diag *d = v->job->diags; d; d = d->next)
		kv_error_file(job, d->file, "%.*s", KV_ARG(d->text));
	int got = v->job->nerrors ? -1 : 0;
	kv_job_free(v->job);
	return got;
}

void kv_view_reach(kv_str path)
{
	kv_str dir;
	if (!view)
		return;
	pthread_mutex_lock(&lock);
	reach(view, path, &dir);
	pthread_mutex_unlock(&lock);
}

static void put_all(struct view *v, kv_str dir)
{
	size_t from, to;
	kv_str ignored;
	find_below(v, dir, &from, &to);
	for (; from < to; from++)
		walk(v, v->entries[from].path, &ignored);
}

void kv_view_reach_below(kv_str path)
{
	kv_str dir;
	if (!view)
		return;
	pthread_mutex_lock(&lock);
	if (reach(view, path, &dir))
		put_all(view, dir);
	pthread_mutex_unlock(&lock);
}

void kv_view_reach_all(void)
{
	if (!view)
		return;
	pthread_mutex_lock(&lock);
	put_all(view, KV_S(""));
	pthread_mutex_unlock(&lock);
}

static void list(struct view *v, struct kv_arena *a, kv_str dir, struct kv_dirent **ret_entries, size_t *ret_n)
{
	struct kv_dirent *entries = NULL;
	size_t n = 0, cap = 0, from, to, skip = dir.n ? dir.n + 1 : 0;
	if (!dir.n) {
		struct kv_dirent git = { KV_S(".git"), KV_FILE_DIR };
		KV_PUSH(a, entries, n, cap, git);
	}
	find_below(v, dir, &from, &to);
	while (from < to) {
		kv_str path = v->entries[from].path, rest = kv_str_sub(path, skip, path.n);
		size_t slash = kv_str_chr(rest, '/');
		struct kv_dirent e = { kv_arena_dup(a, kv_str_sub(rest, 0, slash)),
				       slash == SIZE_MAX ? v->entries[from].kind : KV_FILE_DIR };
		if (e.kind != KV_FILE_OTHER)
			KV_PUSH(a, entries, n, cap, e);
		if (slash == SIZE_MAX)
			from++;
		else
			find_below(v, kv_str_sub(path, 0, skip + slash), &(size_t){ 0 }, &from);
	}
	qsort(entries, n, sizeof *entries, kv_dirent_by_name);
	*ret_entries = entries;
	*ret_n = n;
}

bool kv_view_list(struct kv_arena *a, kv_str path, struct kv_dirent **ret_entries, size_t *ret_n)
{
	kv_str dir;
	if (!view)
		return false;
	pthread_mutex_lock(&lock);
	bool found = reach(view, path, &dir);
	if (found)
		list(view, a, dir, ret_entries, ret_n);
	pthread_mutex_unlock(&lock);
	return found;
}
