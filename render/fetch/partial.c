/* render/fetch/partial.c: keeps the bytes of interrupted downloads. */
#include "render/fetch/partial.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/file.h"
#include "base/inputs.h"

/* Less comes again as fast as it is read from a disk. */
#define LEAST ((size_t)64 << 10)

static bool is_still_there(int fd, const char *path)
{
	struct stat mine, there;
	return fstat(fd, &mine) == 0 && stat(path, &there) == 0 && mine.st_ino == there.st_ino &&
	       mine.st_dev == there.st_dev;
}

/* The file, locked; -1: it is not there, or another run has it. */
static int open_locked(struct rnd_partial *p, int flags)
{
	const char *path = kv_arena_cstr(p->job->arena, p->path);
	int fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW | flags, 0600);
	if (fd < 0)
		return -1;
	if (flock(fd, LOCK_EX | LOCK_NB) == 0 && is_still_there(fd, path))
		return fd;
	p->busy = true;
	close(fd);
	return -1;
}

void rnd_partial_open(struct rnd_partial *p, struct kv_job *job, const struct rnd_cache *cache, kv_str url,
		      size_t limit)
{
	struct kv_diag_mark mark = kv_diag_mark(job);
	kv_str text, validator;
	*p = (struct rnd_partial){ .job = job, .path = KV_S(""), .fd = -1, .validator = KV_S(""), .bytes = KV_S("") };
	if (!cache->dir.n)
		return;
	p->path = kv_arena_cat(job->arena, cache->dir, KV_S("/" RND_CACHE_PARTIAL "/"),
			       kv_digest_hex(job->arena, KV_SHA256, url));
	p->fd = open_locked(p, 0);
	if (p->fd < 0)
		return;
	if (kv_file_read_unnoted(job, p->path, &text) < 0) {
		kv_diag_forget(job, mark);
	} else if (kv_str_line(&text, &validator) && validator.n && text.n < limit) {
		p->validator = validator;
		p->bytes = text;
	}
}

void rnd_partial_begin(struct rnd_partial *p, kv_str validator)
{
	p->validator = validator;
	p->bytes = KV_S("");
	/* What is there is of another state. */
	if (p->fd >= 0 && ftruncate(p->fd, 0) < 0)
		p->failed = true;
}

static bool make(struct rnd_partial *p)
{
	struct kv_diag_mark mark = kv_diag_mark(p->job);
	if (p->fd >= 0 || p->busy || !p->path.n)
		return p->fd >= 0;
	if (kv_dir_make_private(p->job, kv_path_dir(p->job->arena, p->path)) < 0)
		kv_diag_forget(p->job, mark);
	else
		p->fd = open_locked(p, O_CREAT | O_EXCL);
	p->failed |= p->fd < 0;
	return p->fd >= 0;
}

static bool append(const struct rnd_partial *p, kv_str bytes)
{
	return lseek(p->fd, 0, SEEK_END) >= 0 && kv_write_all(p->fd, bytes) == 0;
}

void rnd_partial_add(struct rnd_partial *p, kv_str bytes, size_t n)
{
	struct stat st;
	p->bytes = p->validator.n ? bytes : KV_S("");
	if (p->failed || bytes.n < LEAST || !p->validator.n || !make(p))
		return;
	bool empty = fstat(p->fd, &st) == 0 && st.st_size == 0;
	p->failed = !(empty ? append(p, p->validator) && append(p, KV_S("\n")) && append(p, bytes)
			    : append(p, kv_str_sub(bytes, bytes.n - n, bytes.n)));
}

void rnd_partial_end(struct rnd_partial *p, bool kept)
{
	if (p->fd < 0)
		return;
	if (!kept || p->failed)
		unlink(kv_arena_cstr(p->job->arena, p->path));
	close(p->fd);
	p->fd = -1;
}
