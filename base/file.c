/* base/file.c: files through descriptors, paths as Go's path package treats them. */
#include "base/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/inputs.h"
#include "base/view.h"

/* Closes what a function opened, on every way out. */
static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}
#define cleanup_fd __attribute__((cleanup(close_fd)))

/* The operating system refuses longer paths anyway; the copy on the stack spares an arena for look-ups. */
struct c_path {
	char text[PATH_MAX];
	bool good; /* no NUL inside, not too long */
};

static struct c_path c_path(kv_str path)
{
	struct c_path c;

	c.good = path.n < sizeof c.text && kv_str_chr(path, '\0') == SIZE_MAX;
	if (c.good && path.n)
		memcpy(c.text, path.p, path.n);
	c.text[c.good ? path.n : 0] = '\0';
	return c;
}

static enum kv_file_kind kind_of(mode_t mode)
{
	if (S_ISREG(mode))
		return KV_FILE_REGULAR;
	if (S_ISDIR(mode))
		return KV_FILE_DIR;
	return S_ISLNK(mode) ? KV_FILE_LINK : KV_FILE_OTHER;
}

enum kv_file_kind kv_file_kind(kv_str path)
{
	struct c_path c = c_path(path);
	struct stat st;

	kv_view_reach(path);
	return c.good && !stat(c.text, &st) ? kind_of(st.st_mode) : KV_FILE_NONE;
}

enum kv_file_kind kv_file_kind_link(kv_str path)
{
	struct c_path c = c_path(path);
	struct stat st;

	kv_view_reach(path);
	return c.good && !lstat(c.text, &st) ? kind_of(st.st_mode) : KV_FILE_NONE;
}

enum kv_file_kind kv_input_kind(struct kv_job *job, kv_str path)
{
	enum kv_file_kind kind = kv_file_kind(path);
	const char digit = (char)('0' + kind);

	kv_input_note(job, KV_INPUT_KIND, path, kv_str_of(&digit, 1), NULL);
	return kind;
}

bool kv_file_stat(kv_str path, struct stat *ret)
{
	struct c_path c = c_path(path);

	kv_view_reach(path);
	return c.good && stat(c.text, ret) == 0;
}

static int too_large(struct kv_job *job, kv_str path)
{
	return kv_error_file(job, path, "the file is too large (limit %zu bytes)", job->limits.file_bytes);
}

/* Where a descriptor ends only when nothing more comes. */
#define NO_END SIZE_MAX

/* To the end of the descriptor, which is at `end` or where nothing more comes; `expected` is a guess. */
static int read_all(struct kv_job *job, int fd, kv_str path, size_t expected, size_t end, kv_str *ret_text)
{
	size_t cap = expected + 1, n = 0;
	char *p;

	if (expected > job->limits.file_bytes)
		return too_large(job, path);
	p = kv_arena_alloc(job->arena, cap + 1);
	for (;;) {
		ssize_t got = read(fd, p + n, cap - n);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return kv_error_file(job, path, "cannot be read: %s", strerror(errno));
		if (!got)
			break;
		n += (size_t)got;
		if (n > job->limits.file_bytes)
			return too_large(job, path);
		if (n == end)
			break;
		if (n == cap) {
			p = kv_arena_grow(job->arena, p, cap + 1, cap * 2 + 1);
			cap *= 2;
		}
	}
	p[n] = '\0';
	*ret_text = (kv_str){ p, n };
	return 0;
}

/* A descriptor of a regular file. */
static int open_file(struct kv_job *job, kv_str path, struct stat *ret_stat)
{
	struct c_path c = c_path(path);

	kv_view_reach(path);
	int fd = c.good ? open(c.text, O_RDONLY | O_CLOEXEC | O_NONBLOCK) : -1;

	if (!c.good)
		return kv_error_file(job, path, "cannot be opened: not a path");
	if (fd < 0)
		return kv_error_file(job, path, "cannot be opened: %s", strerror(errno));
	if (fstat(fd, ret_stat) == 0 && S_ISREG(ret_stat->st_mode))
		return fd;
	kv_error_file(job, path, "cannot be read: %s",
		      S_ISDIR(ret_stat->st_mode) ? "it is a directory" : "it is not a regular file");
	close(fd);
	return -1;
}

static int read_file(struct kv_job *job, kv_str path, struct stat *ret_stat, kv_str *ret_text)
{
	cleanup_fd int fd = open_file(job, path, ret_stat);
	size_t size = fd < 0 ? 0 : (size_t)ret_stat->st_size;

	/* Files of the kernel say that they are empty. */
	return fd < 0 ? -1 : read_all(job, fd, path, size, size ? size : NO_END, ret_text);
}

int kv_file_read_pieces(struct kv_job *job, kv_str path, bool (*take)(void *arg, kv_str piece), void *arg)
{
	struct stat st = { 0 };
	cleanup_fd int fd = open_file(job, path, &st);
	char piece[1 << 16];
	ssize_t got;

	if (fd < 0)
		return -1;
	do {
		got = read(fd, piece, sizeof piece);
	} while ((got > 0 && !take(arg, kv_str_of(piece, (size_t)got))) || (got < 0 && errno == EINTR));
	return got < 0 ? kv_error_file(job, path, "cannot be read: %s", strerror(errno)) : 0;
}

int kv_file_read(struct kv_job *job, kv_str path, kv_str *ret_text)
{
	struct stat st;

	if (read_file(job, path, &st, ret_text) < 0) {
		kv_input_note_failure(job, path);
		return -1;
	}
	kv_input_note_text(job, path, *ret_text, &st);
	return 0;
}

/* A pipe says no size; most inputs fit the first guess. */
#define PIPE_GUESS ((size_t)64 << 10)

int kv_pipe_read(struct kv_job *job, kv_str path, kv_str *ret_text)
{
	struct c_path c = c_path(path);
	cleanup_fd int fd = c.good ? open(c.text, O_RDONLY | O_CLOEXEC) : -1;

	kv_input_note_failure(job, path);
	return fd < 0 ? kv_error_file(job, path, "cannot be opened: %s", strerror(errno))
		      : read_all(job, fd, path, PIPE_GUESS, NO_END, ret_text);
}

int kv_stdin_read(struct kv_job *job, kv_str *ret_text)
{
	kv_input_note_failure(job, KV_S("standard input"));
	return read_all(job, STDIN_FILENO, KV_S("standard input"), PIPE_GUESS, NO_END, ret_text);
}

int kv_dirent_by_name(const void *a, const void *b)
{
	return kv_str_cmp(((const struct kv_dirent *)a)->name, ((const struct kv_dirent *)b)->name);
}

static enum kv_file_kind entry_kind(int dir, const struct dirent *e)
{
	struct stat st;

	switch (e->d_type) {
	case DT_REG: return KV_FILE_REGULAR;
	case DT_DIR: return KV_FILE_DIR;
	case DT_LNK: return KV_FILE_LINK;
	case DT_UNKNOWN:
		return fstatat(dir, e->d_name, &st, AT_SYMLINK_NOFOLLOW) ? KV_FILE_NONE : kind_of(st.st_mode);
	default: return KV_FILE_OTHER;
	}
}

static int read_dir(struct kv_job *job, kv_str path, struct stat *ret_stat, struct kv_dirent **ret_entries,
		    size_t *ret_n)
{
	struct c_path c = c_path(path);
	DIR *dir = c.good ? opendir(c.text) : NULL;
	struct kv_dirent *entries = NULL;
	size_t n = 0, cap = 0;
	int failed;

	if (!dir)
		return kv_error_file(job, path, "cannot be opened: %s", c.good ? strerror(errno) : "not a path");
	/* Before the entries: what comes in between then shows. */
	if (fstat(dirfd(dir), ret_stat))
		*ret_stat = (struct stat){ 0 };
	for (struct dirent *e; errno = 0, (e = readdir(dir));) {
		struct kv_dirent entry;

		if (!strcmp(e->d_name, ".") || !strcmp(e->d_name, ".."))
			continue;
		entry.name = kv_arena_dup(job->arena, kv_str_c(e->d_name));
		entry.kind = entry_kind(dirfd(dir), e);
		KV_PUSH(job->arena, entries, n, cap, entry);
	}
	failed = errno;
	closedir(dir);
	if (failed)
		return kv_error_file(job, path, "cannot be read: %s", strerror(failed));
	if (n)
		qsort(entries, n, sizeof *entries, kv_dirent_by_name);
	*ret_entries = entries;
	*ret_n = n;
	return 0;
}

int kv_dir_read(struct kv_job *job, kv_str path, struct kv_dirent **ret_entries, size_t *ret_n)
{
	struct stat st = { 0 };

	if (!kv_view_list(job->arena, path, ret_entries, ret_n) &&
	    read_dir(job, path, &st, ret_entries, ret_n) < 0) {
		kv_input_note_failure(job, path);
		return -1;
	}
	kv_input_note_entries(job, path, *ret_entries, *ret_n, &st);
	return 0;
}

int kv_dir_walk(struct kv_job *job, kv_str top, bool (*see)(void *arg, kv_str path, enum kv_file_kind kind), void *arg)
{
	struct kv_arena *a = job->arena;
	kv_str *open = NULL;
	size_t nopen = 0, cap = 0;

	KV_PUSH(a, open, nopen, cap, top);
	while (nopen) {
		kv_str dir = open[--nopen];
		struct kv_dirent *entries;
		size_t n;

		if (kv_dir_read(job, dir, &entries, &n) < 0)
			return -1;
		for (size_t i = 0; i < n; i++) {
			kv_str path = kv_path_join(a, dir, entries[i].name);

			if (see(arg, path, entries[i].kind) && entries[i].kind == KV_FILE_DIR)
				KV_PUSH(a, open, nopen, cap, path);
		}
	}
	return 0;
}

int kv_write_all(int fd, kv_str bytes)
{
	for (size_t done = 0; done < bytes.n;) {
		ssize_t put = write(fd, bytes.p + done, bytes.n - done);

		if (put < 0 && errno != EINTR)
			return -1;
		done += put > 0 ? (size_t)put : 0;
	}
	return 0;
}

static int write_file(struct kv_job *job, int fd, kv_str path, kv_str text)
{
	return kv_write_all(fd, text) ? kv_error_file(job, path, "cannot be written: %s", strerror(errno)) : 0;
}

int kv_file_write(struct kv_job *job, kv_str path, kv_str text)
{
	struct c_path c = c_path(path);
	cleanup_fd int fd = c.good ? open(c.text, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666) : -1;

	if (fd < 0)
		return kv_error_file(job, path, "cannot be written: %s", c.good ? strerror(errno) : "not a path");
	return write_file(job, fd, path, text);
}

int kv_file_write_temporary(struct kv_job *job, kv_str prefix, kv_str text, kv_str *ret_path)
{
	const char *dir = getenv("TMPDIR");
	kv_str path = kv_path_join(job->arena, kv_str_c(dir && *dir ? dir : "/tmp"),
	                           kv_arena_cat(job->arena, prefix, KV_S("XXXXXX")));
	char *name = kv_arena_cstr(job->arena, path);
	cleanup_fd int fd = mkostemp(name, O_CLOEXEC);

	*ret_path = kv_str_of(name, path.n);
	if (fd < 0)
		return kv_error_file(job, path, "cannot be made: %s", strerror(errno));
	return write_file(job, fd, *ret_path, text);
}

void kv_file_remove(kv_str path)
{
	struct c_path c = c_path(path);

	if (c.good)
		unlink(c.text);
}

static int make_dirs(struct kv_job *job, kv_str path, mode_t mode)
{
	struct c_path c = c_path(path);

	if (!c.good)
		return kv_error_file(job, path, "cannot be made: not a path");
	for (char *slash = c.text; slash;) {
		slash = strchr(slash + 1, '/');
		if (slash)
			*slash = '\0';
		if (c.text[0] && mkdir(c.text, mode) && errno != EEXIST)
			return kv_error_file(job, path, "cannot be made: %s", strerror(errno));
		if (slash)
			*slash = '/';
	}
	return kv_file_kind(path) == KV_FILE_DIR ? 0 : kv_error_file(job, path, "cannot be made: a file is in the way");
}

int kv_dir_make(struct kv_job *job, kv_str path)
{
	return make_dirs(job, path, 0777);
}

int kv_dir_make_private(struct kv_job *job, kv_str path)
{
	return make_dirs(job, path, 0700);
}

/* --- path texts ------------------------------------------------------------------------------- */

kv_str kv_path_clean(struct kv_arena *a, kv_str path)
{
	bool rooted = path.n && path.p[0] == '/';
	char *out = kv_arena_alloc(a, path.n + 2);
	size_t n = 0, keep = 0; /* bytes before `keep` cannot be undone by ".." */

	if (rooted)
		out[n++] = '/', keep = 1;
	for (size_t i = 0; i < path.n;) {
		size_t end = i;

		while (end < path.n && path.p[end] != '/')
			end++;
		if (end - i == 2 && path.p[i] == '.' && path.p[i + 1] == '.' && n > keep) {
			while (n > keep && out[n - 1] != '/')
				n--;
			if (n > keep)
				n--; /* the slash */
		} else if (end - i == 2 && path.p[i] == '.' && path.p[i + 1] == '.' && rooted) {
			; /* above the root is the root */
		} else if (end > i && !(end - i == 1 && path.p[i] == '.')) {
			if (n && out[n - 1] != '/')
				out[n++] = '/';
			memcpy(out + n, path.p + i, end - i);
			n += end - i;
			if (end - i == 2 && path.p[i] == '.' && path.p[i + 1] == '.')
				keep = n;
		}
		i = end + 1;
	}
	if (!n)
		out[n++] = '.';
	out[n] = '\0';
	return (kv_str){ out, n };
}

kv_str kv_path_join(struct kv_arena *a, kv_str dir, kv_str name)
{
	if (!dir.n || (name.n && name.p[0] == '/'))
		return kv_path_clean(a, name);
	return kv_path_clean(a, kv_arena_cat(a, dir, KV_S("/"), name));
}

kv_str kv_path_dir(struct kv_arena *a, kv_str path)
{
	size_t slash = kv_str_rchr(path, '/');

	return kv_path_clean(a, kv_str_sub(path, 0, slash == SIZE_MAX ? 0 : slash + 1));
}

kv_str kv_path_base(kv_str path)
{
	size_t slash;

	while (path.n > 1 && path.p[path.n - 1] == '/')
		path.n--;
	slash = kv_str_rchr(path, '/');
	return slash == SIZE_MAX || path.n == 1 ? path : kv_str_sub(path, slash + 1, path.n);
}

bool kv_path_below(kv_str path, kv_str dir, kv_str *ret_rest)
{
	if (kv_str_eq(path, dir)) {
		*ret_rest = KV_S(".");
		return true;
	}
	if (dir.n == 1 && dir.p[0] == '/' && path.n > 1 && path.p[0] == '/') {
		*ret_rest = kv_str_sub(path, 1, path.n);
		return true;
	}
	if (!kv_str_starts(path, dir) || path.n <= dir.n || path.p[dir.n] != '/')
		return false;
	*ret_rest = kv_str_sub(path, dir.n + 1, path.n);
	return true;
}

int kv_path_real(struct kv_job *job, kv_str path, kv_str *ret_real)
{
	struct c_path c = c_path(path);
	char real[PATH_MAX];

	kv_view_reach(path);
	if (!c.good || !realpath(c.text, real)) {
		kv_input_note_failure(job, path);
		return kv_error_file(job, path, "cannot be found: %s", c.good ? strerror(errno) : "not a path");
	}
	*ret_real = kv_arena_dup(job->arena, kv_str_c(real));
	kv_input_note(job, KV_INPUT_REAL, path, *ret_real, NULL);
	return 0;
}

int kv_path_cwd(struct kv_job *job, kv_str *ret_dir)
{
	char dir[PATH_MAX];

	if (!getcwd(dir, sizeof dir))
		return kv_error_file(job, KV_S("."), "the working directory cannot be found: %s", strerror(errno));
	*ret_dir = kv_arena_dup(job->arena, kv_str_c(dir));
	return 0;
}
