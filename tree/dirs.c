/* tree/dirs.c: opens, links, creates and removes entries of folders by descriptor. */
#include "tree/dirs.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/view.h"

/* Deeper folders in a target are somebody's attack or mistake; the limit bounds the recursion. */
#define DEEPEST 128

void tree_fd_close(int *fd)
{
	if (*fd >= 0) {
		int kept = errno;
		close(*fd);
		errno = kept;
	}
}

static void close_dir(DIR **dir)
{
	if (*dir) {
		int kept = errno;
		closedir(*dir);
		errno = kept;
	}
}

/* --- paths ------------------------------------------------------------------------------------ */

static int open_step(int dir, const char *name)
{
	return openat(dir, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

static int make_step(struct kv_arena *a, int dir, const char *name, kv_str path, struct tree_made *made)
{
	if (mkdirat(dir, name, 0777) == 0)
		KV_PUSH(a, made->v, made->n, made->cap, path);
	else if (errno != EEXIST)
		return -1;
	return open_step(dir, name);
}

int tree_dir_open(struct kv_arena *a, kv_str path, struct tree_made *made)
{
	kv_view_reach_below(path);
	int dir = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	for (size_t from = 1; dir >= 0 && from < path.n;) {
		size_t end = kv_str_find(path, KV_S("/"), from);
		if (end == SIZE_MAX)
			end = path.n;
		const char *name = kv_arena_cstr(a, kv_str_sub(path, from, end));
		tree_fd parent = dir;
		dir = open_step(parent, name);
		if (dir < 0 && errno == ENOENT && made)
			dir = make_step(a, parent, name, kv_str_sub(path, 0, end), made);
		from = end + 1;
	}
	return dir;
}

void tree_made_undo(struct kv_arena *a, struct tree_made *made)
{
	while (made->n)
		rmdir(kv_arena_cstr(a, made->v[--made->n]));
}

/* --- entries ---------------------------------------------------------------------------------- */

static DIR *open_entries(int dir, const char *name)
{
	int fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *entries = fd < 0 ? NULL : fdopendir(fd);
	if (!entries)
		tree_fd_close(&fd);
	return entries;
}

static bool is_dots(const char *name)
{
	return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

/* The next entry but . and ..; NULL with errno 0 at the end. */
static struct dirent *next_entry(DIR *dir)
{
	struct dirent *e;
	do {
		errno = 0;
		e = readdir(dir);
	} while (e && is_dots(e->d_name));
	return e;
}

static int remove_deep(int dir, const char *name, int depth)
{
	if (unlinkat(dir, name, 0) == 0 || errno == ENOENT)
		return 0;
	if (errno != EISDIR && errno != EPERM)
		return -1;
	if (depth == DEEPEST) {
		errno = ELOOP;
		return -1;
	}
	__attribute__((cleanup(close_dir))) DIR *entries = open_entries(dir, name);
	if (!entries)
		return -1;
	/* The trees that are removed are ours, whatever mode their folders had. */
	if (fchmod(dirfd(entries), 0700) < 0)
		return -1;
	for (struct dirent *e; (e = next_entry(entries));)
		if (remove_deep(dirfd(entries), e->d_name, depth + 1) < 0)
			return -1;
	return errno ? -1 : unlinkat(dir, name, AT_REMOVEDIR);
}

int tree_remove_at(int dir, const char *name)
{
	return remove_deep(dir, name, 0);
}

int tree_create_at(int dir, const char *name, kv_str text)
{
	tree_fd fd = openat(dir, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
	return fd < 0 ? -1 : kv_write_all(fd, text);
}

/* For file systems without hard links, and for files of other people that the kernel does not let us link. */
static int copy_at(int from, const char *name, int to, const struct stat *st)
{
	char block[16384];
	tree_fd in = openat(from, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	tree_fd out =
		in < 0 ? -1 : openat(to, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (out < 0)
		return -1;
	for (ssize_t n; (n = read(in, block, sizeof block)) != 0;)
		if (n < 0 ? errno != EINTR : kv_write_all(out, kv_str_of(block, (size_t)n)) < 0)
			return -1;
	struct timespec times[2] = { st->st_atim, st->st_mtim };
	return fchmod(out, st->st_mode & 07777) < 0 ? -1 : futimens(out, times);
}

static int link_deep(int from, const char *name, int to, int depth);

static int link_folder(int from, const char *name, int to, const struct stat *st, int depth)
{
	if (depth == DEEPEST) {
		errno = ELOOP;
		return -1;
	}
	__attribute__((cleanup(close_dir))) DIR *entries = open_entries(from, name);
	if (!entries || mkdirat(to, name, 0700) < 0)
		return -1;
	tree_fd made = openat(to, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (made < 0)
		return -1;
	for (struct dirent *e; (e = next_entry(entries));)
		if (link_deep(dirfd(entries), e->d_name, made, depth + 1) < 0)
			return -1;
	if (errno)
		return -1;
	struct timespec times[2] = { st->st_atim, st->st_mtim };
	return fchmod(made, st->st_mode & 07777) < 0 ? -1 : futimens(made, times);
}

static int link_deep(int from, const char *name, int to, int depth)
{
	struct stat st;
	if (fstatat(from, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return -1;
	if (S_ISDIR(st.st_mode))
		return link_folder(from, name, to, &st, depth);
	if (linkat(from, name, to, name, 0) == 0)
		return 0;
	return S_ISREG(st.st_mode) && errno != EEXIST ? copy_at(from, name, to, &st) : -1;
}

int tree_link_at(int from, const char *name, int to)
{
	return link_deep(from, name, to, 0);
}

bool tree_same_at(int dir, const char *name, kv_str text)
{
	struct stat st;
	char block[16384];
	tree_fd fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || (size_t)st.st_size != text.n)
		return false;
	size_t at = 0;
	for (ssize_t n; (n = read(fd, block, sizeof block)) != 0; at += (size_t)n) {
		if (n < 0 && errno == EINTR)
			n = 0;
		else if (n < 0 || (size_t)n > text.n - at || memcmp(block, text.p + at, (size_t)n) != 0)
			return false;
	}
	return at == text.n;
}
