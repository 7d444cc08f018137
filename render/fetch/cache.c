/* render/fetch/cache.c: the cache on disk: files named by digests. */
#include "render/fetch/cache.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/file.h"
#include "base/inputs.h"
#include "base/program.h"

#define HEX 64
#define BY_DIGEST "sha256"
#define BY_NAME "names"
/* The prefix of files that are being written. */
#define STAGED ".new-"
/* Nobody writes one entry for a day. */
#define STAGED_SECONDS (24 * 60 * 60)

struct rnd_cache rnd_cache_default(struct kv_job *job)
{
	kv_str own = kv_env("KVENDOR_CACHE"), xdg = kv_env("XDG_CACHE_HOME"),
	       home = kv_env("HOME"), cwd;
	struct rnd_cache cache = { KV_S("") };

	if (own.n && kv_path_cwd(job, &cwd) == 0)
		cache.dir = kv_path_join(job->arena, cwd, own);
	else if (xdg.n && xdg.p[0] == '/')
		cache.dir = kv_path_join(job->arena, xdg, KV_S("kvendor"));
	else if (home.n && home.p[0] == '/' && kv_file_kind(home) == KV_FILE_DIR)
		cache.dir = kv_path_join(job->arena, home, KV_S(".cache/kvendor"));
	return cache;
}

bool rnd_is_sha256(kv_str text)
{
	for (size_t i = 0; i < text.n; i++)
		if (!((text.p[i] >= '0' && text.p[i] <= '9') || (text.p[i] >= 'a' && text.p[i] <= 'f')))
			return false;
	return text.n == HEX;
}

static kv_str entry_path(struct kv_job *job, const struct rnd_cache *cache, const char *kind, kv_str hex)
{
	return kv_arena_cat(job->arena, cache->dir, KV_S("/"), kv_str_c(kind), KV_S("/"), hex);
}

/* --- reading ---------------------------------------------------------------------------------- */

/* A miss is no error. */
static bool read_entry(struct kv_job *job, kv_str path, kv_str *ret)
{
	struct kv_diag_mark mark = kv_diag_mark(job);

	if (kv_file_read_unnoted(job, path, ret) == 0)
		return true;
	kv_diag_forget(job, mark);
	return false;
}

static bool fits(struct kv_job *job, kv_str bytes, kv_str sha256)
{
	return kv_str_eq(kv_digest_hex(job->arena, KV_SHA256, bytes), sha256);
}

/* The time of a file is when it was read last, to the hour: that is what rnd_cache_gc goes by. */
static void touch(struct kv_job *job, kv_str path)
{
	struct stat st;

	if (kv_file_stat(path, &st) && st.st_mtime < time(NULL) - 60 * 60)
		utimensat(AT_FDCWD, kv_arena_cstr(job->arena, path), NULL, 0);
}

static void drop(struct kv_job *job, kv_str path)
{
	unlink(kv_arena_cstr(job->arena, path));
}

/* Cuts the digest line of a named entry off; false if it does not tell what follows. */
static bool open_named(struct kv_job *job, kv_str *bytes)
{
	kv_str sha256 = kv_str_sub(*bytes, 0, HEX);

	if (bytes->n <= HEX || bytes->p[HEX] != '\n')
		return false;
	*bytes = kv_str_sub(*bytes, HEX + 1, bytes->n);
	return fits(job, *bytes, sha256);
}

static bool get(struct kv_job *job, const struct rnd_cache *cache, const char *kind, kv_str hex, kv_str *ret)
{
	kv_str path = entry_path(job, cache, kind, hex), bytes;
	bool named = strcmp(kind, BY_NAME) == 0;

	if (cache->dir.n == 0 || !read_entry(job, path, &bytes))
		return false;
	if (named ? !open_named(job, &bytes) : !fits(job, bytes, hex)) {
		drop(job, path);
		return false;
	}
	touch(job, path);
	*ret = bytes;
	return true;
}

bool rnd_cache_get(struct kv_job *job, const struct rnd_cache *cache, kv_str sha256, kv_str *ret)
{
	return rnd_is_sha256(sha256) && get(job, cache, BY_DIGEST, sha256, ret);
}

bool rnd_cache_has(struct kv_job *job, const struct rnd_cache *cache, kv_str sha256)
{
	return cache->dir.n && rnd_is_sha256(sha256) &&
	       kv_file_kind(entry_path(job, cache, BY_DIGEST, sha256)) == KV_FILE_REGULAR;
}

bool rnd_cache_get_named(struct kv_job *job, const struct rnd_cache *cache, kv_str name, kv_str *ret)
{
	return get(job, cache, BY_NAME, kv_digest_hex(job->arena, KV_SHA256, name), ret);
}

/* --- writing ---------------------------------------------------------------------------------- */

/* Not synced: what a power failure leaves of it does not fit its digest. */
static bool put(struct kv_job *job, const struct rnd_cache *cache, const char *kind, kv_str hex, kv_str head,
		kv_str bytes)
{
	kv_str path = entry_path(job, cache, kind, hex);
	char *staged = kv_arena_cstr(job->arena, entry_path(job, cache, kind, KV_S(STAGED "XXXXXX")));
	struct kv_diag_mark mark = kv_diag_mark(job);
	bool good;
	int fd;

	if (cache->dir.n == 0)
		return false;
	if (kv_dir_make_private(job, kv_path_dir(job->arena, path)) < 0) {
		kv_diag_forget(job, mark);
		return false;
	}
	fd = mkostemp(staged, O_CLOEXEC);
	if (fd < 0)
		return false;
	good = kv_write_all(fd, head) == 0 && kv_write_all(fd, bytes) == 0;
	good = close(fd) == 0 && good && rename(staged, kv_arena_cstr(job->arena, path)) == 0;
	if (!good)
		unlink(staged);
	return good;
}

bool rnd_cache_put(struct kv_job *job, const struct rnd_cache *cache, kv_str sha256, kv_str bytes)
{
	return rnd_is_sha256(sha256) && put(job, cache, BY_DIGEST, sha256, KV_S(""), bytes);
}

bool rnd_cache_put_named(struct kv_job *job, const struct rnd_cache *cache, kv_str name, kv_str bytes)
{
	kv_str head = kv_arena_cat(job->arena, kv_digest_hex(job->arena, KV_SHA256, bytes), KV_S("\n"));

	return put(job, cache, BY_NAME, kv_digest_hex(job->arena, KV_SHA256, name), head, bytes);
}

/* --- all entries ------------------------------------------------------------------------------ */

struct walk {
	struct kv_job *job;
	const struct rnd_cache *cache, *to;
	time_t before; /* remove what is older */
	struct rnd_cache_stat stat;
};

struct entry {
	const char *kind;
	kv_str name, path;
	struct stat st;
};

static void tally(struct walk *w, const struct entry *e)
{
	w->stat.files++;
	w->stat.bytes += (uint64_t)e->st.st_size;
}

static int count_entry(struct walk *w, const struct entry *e)
{
	tally(w, e);
	return 0;
}

static int remove_old(struct walk *w, const struct entry *e)
{
	bool staged = kv_str_starts(e->name, KV_S(STAGED));
	time_t now = time(NULL);

	if (staged ? e->st.st_mtime > now - STAGED_SECONDS : e->st.st_mtime > w->before)
		return 0;
	drop(w->job, e->path);
	tally(w, e);
	return 0;
}

static int copy_entry(struct walk *w, const struct entry *e)
{
	bool named = strcmp(e->kind, BY_NAME) == 0;
	kv_str bytes, body;

	if (!rnd_is_sha256(e->name) || !read_entry(w->job, e->path, &bytes))
		return 0;
	body = bytes;
	if (named ? !open_named(w->job, &body) : !fits(w->job, bytes, e->name)) {
		kv_warn_file(w->job, e->path, "the bytes are not those of the digest; the entry is left out");
		return 0;
	}
	if (!put(w->job, w->to, e->kind, e->name, KV_S(""), bytes))
		return kv_error_file(w->job, w->to->dir, "an entry cannot be written");
	tally(w, e);
	return 0;
}

static int walk_kind(struct walk *w, const char *kind, int (*visit)(struct walk *w, const struct entry *e))
{
	kv_str dir = kv_path_join(w->job->arena, w->cache->dir, kv_str_c(kind));
	struct kv_dirent *found;
	size_t n;

	if (kv_file_kind(dir) != KV_FILE_DIR)
		return 0;
	if (kv_dir_read(w->job, dir, &found, &n) < 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		struct kv_arena_mark mark = kv_arena_mark(w->job->arena);
		struct entry e = {
			kind, found[i].name, kv_path_join(w->job->arena, dir, found[i].name), { 0 }
		};
		size_t reported = w->job->nwarnings;

		if (lstat(kv_arena_cstr(w->job->arena, e.path), &e.st) || !S_ISREG(e.st.st_mode))
			continue;
		if (visit(w, &e) < 0)
			return -1;
		/* The bytes of one entry at a time; a warning stays. */
		if (reported == w->job->nwarnings)
			kv_arena_release(w->job->arena, mark);
	}
	return 0;
}

static int walk_all(struct walk *w, int (*visit)(struct walk *w, const struct entry *e),
		    struct rnd_cache_stat *ret)
{
	if (walk_kind(w, BY_DIGEST, visit) < 0 || walk_kind(w, BY_NAME, visit) < 0 ||
	    (!w->to && walk_kind(w, RND_CACHE_PARTIAL, visit) < 0))
		return -1;
	*ret = w->stat;
	return 0;
}

int rnd_cache_count(struct kv_job *job, const struct rnd_cache *cache, struct rnd_cache_stat *ret)
{
	struct walk w = { .job = job, .cache = cache };

	return walk_all(&w, count_entry, ret);
}

int rnd_cache_gc(struct kv_job *job, const struct rnd_cache *cache, int64_t seconds,
		 struct rnd_cache_stat *ret_removed)
{
	struct walk w = { .job = job, .cache = cache, .before = time(NULL) - (time_t)seconds };

	return walk_all(&w, remove_old, ret_removed);
}

int rnd_cache_copy(struct kv_job *job, const struct rnd_cache *from, const struct rnd_cache *to,
		   struct rnd_cache_stat *ret_copied)
{
	struct walk w = { .job = job, .cache = from, .to = to };

	return walk_all(&w, copy_entry, ret_copied);
}
