/* conformance/runner.c: what the areas share: tables, comparing, running programs, scratch folders. */
#include "conformance/runner.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <grp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

void cf_add(struct cf_suite *suite, kv_str id, const void *data)
{
	struct cf_case c = { id, data };

	KV_PUSH(suite->job->arena, suite->cases, suite->n, suite->cap, c);
}

/* --- judging ---------------------------------------------------------------------------------- */

void cf_fail(struct cf_result *r, const char *fmt, ...)
{
	va_list ap;

	if (r->verdict == CF_FAIL)
		return;
	r->verdict = CF_FAIL;
	va_start(ap, fmt);
	kv_buf_vprintf(&r->detail, fmt, ap);
	va_end(ap);
}

void cf_skip(struct cf_result *r, const char *reason)
{
	if (r->verdict != CF_PASS)
		return;
	r->verdict = CF_SKIP;
	kv_buf_str(&r->detail, kv_str_c(reason));
}

/* Enough of a line to see the difference. */
#define SHOWN 300u

bool cf_equal(struct cf_result *r, const char *what, kv_str expected, kv_str got)
{
	kv_str e = expected, g = got, eline = KV_STR(""), gline = KV_STR("");
	size_t line = 0;

	if (kv_str_eq(expected, got))
		return true;
	for (;;) {
		bool more_e = kv_str_line(&e, &eline), more_g = kv_str_line(&g, &gline);

		line++;
		if (!more_e && !more_g) {
			cf_fail(r, "%s: only the final line feed differs", what);
			return false;
		}
		if (!more_e)
			eline = KV_S("(end)");
		if (!more_g)
			gline = KV_S("(end)");
		if (!more_e || !more_g || !kv_str_eq(eline, gline))
			break;
	}
	cf_fail(r, "%s, line %zu\n  expected: %.*s\n  got:      %.*s", what, line, KV_ARG(kv_str_sub(eline, 0, SHOWN)),
	        KV_ARG(kv_str_sub(gline, 0, SHOWN)));
	return false;
}

static kv_str *sorted_lines(struct kv_arena *a, kv_str text, size_t *ret_n)
{
	kv_str *lines = NULL, line;
	size_t n = 0, cap = 0;

	while (kv_str_line(&text, &line))
		KV_PUSH(a, lines, n, cap, line);
	if (n)
		qsort(lines, n, sizeof *lines, kv_str_by_bytes);
	*ret_n = n;
	return lines;
}

bool cf_same_lines(struct kv_arena *a, kv_str x, kv_str y)
{
	size_t nx, ny, i = 0;
	kv_str *xs = sorted_lines(a, x, &nx), *ys = sorted_lines(a, y, &ny);

	while (nx == ny && i < nx && kv_str_eq(xs[i], ys[i]))
		i++;
	return nx == ny && i == nx;
}

/* --- data ------------------------------------------------------------------------------------- */

static void split_cells(struct kv_job *job, kv_str line, struct cf_table *t, size_t *ncells, size_t *cap)
{
	for (size_t column = 0; column < t->ncolumns; column++) {
		size_t tab = kv_str_chr(line, '\t');
		kv_str cell = kv_str_sub(line, 0, tab);

		KV_PUSH(job->arena, t->cells, *ncells, *cap, cell);
		line = tab == SIZE_MAX ? KV_S("") : kv_str_sub(line, tab + 1, line.n);
	}
}

int cf_table_read(struct kv_job *job, kv_str path, struct cf_table *ret)
{
	struct cf_table t = { 0 };
	size_t cap = 0, ncells = 0;
	kv_str text, line;

	if (kv_file_read(job, path, &text))
		return -1;
	if (!kv_str_line(&text, &line))
		return kv_error_file(job, path, "the table is empty");
	while (line.n) {
		size_t tab = kv_str_chr(line, '\t');
		kv_str column = kv_str_sub(line, 0, tab);

		KV_PUSH(job->arena, t.columns, t.ncolumns, cap, column);
		line = tab == SIZE_MAX ? KV_S("") : kv_str_sub(line, tab + 1, line.n);
	}
	cap = 0;
	for (; kv_str_line(&text, &line); t.nrows++)
		split_cells(job, line, &t, &ncells, &cap);
	*ret = t;
	return 0;
}

kv_str cf_cell(const struct cf_table *t, size_t row, const char *column)
{
	for (size_t i = 0; i < t->ncolumns; i++)
		if (kv_str_eq(t->columns[i], kv_str_c(column)))
			return t->cells[row * t->ncolumns + i];
	return KV_S("");
}

bool cf_read(struct kv_job *job, kv_str dir, const char *name, kv_str *ret)
{
	kv_str path = kv_path_join(job->arena, dir, kv_str_c(name));

	return kv_file_kind(path) == KV_FILE_REGULAR && !kv_file_read(job, path, ret);
}

kv_str *cf_words(struct kv_arena *a, kv_str text, size_t *ret_n)
{
	kv_str *words = NULL;
	size_t n = 0, cap = 0;

	for (size_t i = 0; i < text.n; i++) {
		size_t start = i;

		while (i < text.n && text.p[i] != ' ')
			i++;
		if (i > start) {
			kv_str word = kv_str_sub(text, start, i);

			KV_PUSH(a, words, n, cap, word);
		}
	}
	*ret_n = n;
	return words;
}

/* --- running programs ------------------------------------------------------------------------- */

static const char *const default_env[] = { "LC_ALL=C", "TZ=UTC", "HOME=/nonexistent",
	                                   "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", NULL };

/* The pipes of a child: [0] we write, [1] and [2] we read. */
struct pipes {
	int in[2], out[2], err[2];
};

static _Noreturn void become(struct kv_job *job, const struct cf_command *c, struct pipes *p)
{
	char **argv = KV_NEW_N(job->arena, char *, c->argc + 1);
	int null = open("/dev/null", O_RDONLY);

	for (size_t i = 0; i < c->argc; i++)
		argv[i] = kv_arena_cstr(job->arena, c->argv[i]);
	dup2(c->input.n ? p->in[0] : null, STDIN_FILENO);
	dup2(p->out[1], STDOUT_FILENO);
	dup2(p->err[1], STDERR_FILENO);
	if (c->dir.n && chdir(kv_arena_cstr(job->arena, c->dir)))
		_exit(126);
	if (c->as_nobody && !geteuid() && (setgroups(0, NULL) || setgid(65534) || setuid(65534)))
		_exit(126);
	execvpe(argv[0], argv, (char *const *)(uintptr_t)(c->env ? c->env : default_env));
	_exit(127);
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static bool drain(int *fd, struct kv_buf *to)
{
	char chunk[65536];
	ssize_t got = read(*fd, chunk, sizeof chunk);

	if (got > 0) {
		kv_buf_add(to, chunk, (size_t)got);
		return true;
	}
	close(*fd);
	*fd = -1;
	return false;
}

/* Feeds and drains the pipes until both outputs are closed or time is up (false). */
static bool converse(const struct cf_command *c, struct pipes *p, struct kv_buf *out, struct kv_buf *err)
{
	double end = now() + (c->seconds ? c->seconds : 60);
	size_t fed = 0;

	while (p->out[0] >= 0 || p->err[0] >= 0) {
		struct pollfd polls[] = { { p->out[0], POLLIN, 0 }, { p->err[0], POLLIN, 0 }, { p->in[1], POLLOUT, 0 } };
		double left = end - now();

		if (left <= 0)
			return false;
		if (poll(polls, 3, (int)(left * 1000) + 1) < 0)
			continue;
		if (polls[0].revents)
			drain(&p->out[0], out);
		if (polls[1].revents)
			drain(&p->err[0], err);
		if (polls[2].revents) {
			ssize_t put = write(p->in[1], c->input.p + fed, c->input.n - fed);

			fed += put > 0 ? (size_t)put : 0;
			if (put <= 0 || fed == c->input.n) {
				close(p->in[1]);
				p->in[1] = -1;
			}
		}
	}
	return true;
}

static void close_all(struct pipes *p)
{
	int *ends[] = { &p->in[0], &p->in[1], &p->out[0], &p->out[1], &p->err[0], &p->err[1] };

	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
		if (*ends[i] >= 0)
			close(*ends[i]);
}

int cf_run(struct kv_job *job, const struct cf_command *c, struct cf_output *ret)
{
	struct pipes p = { { -1, -1 }, { -1, -1 }, { -1, -1 } };
	struct kv_buf out, err;
	int status;
	pid_t pid;

	signal(SIGPIPE, SIG_IGN);
	kv_buf_init(&out, job->arena, 0);
	kv_buf_init(&err, job->arena, 0);
	if (pipe2(p.in, O_CLOEXEC) || pipe2(p.out, O_CLOEXEC) || pipe2(p.err, O_CLOEXEC))
		return kv_error(job, 0, "pipe: %s", strerror(errno));
	pid = fork();
	if (pid < 0)
		return kv_error(job, 0, "fork: %s", strerror(errno));
	if (!pid)
		become(job, c, &p);
	close(p.in[0]);
	close(p.out[1]);
	close(p.err[1]);
	p.in[0] = p.out[1] = p.err[1] = -1;
	if (!c->input.n) {
		close(p.in[1]);
		p.in[1] = -1;
	}
	ret->late = !converse(c, &p, &out, &err);
	if (ret->late)
		kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	close_all(&p);
	ret->out = kv_buf_view(&out);
	ret->err = kv_buf_view(&err);
	ret->exit = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
	return 0;
}

/* --- scratch folders -------------------------------------------------------------------------- */

/* The worker's one scratch folder; a new case empties it. */
static char scratch_dir[64];

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)ftw;
	if (type == FTW_DNR)
		chmod(path, 0700);
	return remove(path), 0; /* what cannot go stays: a scratch folder */
}

void cf_remove_tree(kv_str dir)
{
	char path[4096];

	if (dir.n >= sizeof path)
		return;
	memcpy(path, dir.p, dir.n);
	path[dir.n] = '\0';
	nftw(path, remove_one, 32, FTW_DEPTH | FTW_PHYS);
}

void cf_scratch_end(void)
{
	if (scratch_dir[0])
		cf_remove_tree(kv_str_c(scratch_dir));
	scratch_dir[0] = '\0';
}

kv_str cf_scratch(struct cf_result *r)
{
	const char *base = getenv("TMPDIR");

	cf_scratch_end();
	snprintf(scratch_dir, sizeof scratch_dir, "%.40s/kvendor-XXXXXX", base && *base ? base : "/tmp");
	if (!mkdtemp(scratch_dir)) {
		cf_fail(r, "no scratch folder: %s", strerror(errno));
		scratch_dir[0] = '\0';
	}
	return kv_arena_dup(r->job->arena, kv_str_c(scratch_dir));
}

static int copy_link(struct kv_job *job, const char *from, const char *to)
{
	char target[4096];
	ssize_t n = readlink(from, target, sizeof target - 1);

	if (n < 0)
		return kv_error_file(job, kv_str_c(from), "%s", strerror(errno));
	target[n] = '\0';
	unlink(to);
	return symlink(target, to) ? kv_error_file(job, kv_str_c(to), "%s", strerror(errno)) : 0;
}

static int copy_file(struct kv_job *job, kv_str from, kv_str to)
{
	struct stat st;
	kv_str text;

	unlink(kv_arena_cstr(job->arena, to));
	if (kv_file_read(job, from, &text) || kv_file_write(job, to, text))
		return -1;
	if (!stat(kv_arena_cstr(job->arena, from), &st))
		return chmod(kv_arena_cstr(job->arena, to), (st.st_mode & 0777) | 0600);
	return 0;
}

int cf_copy_tree(struct kv_job *job, kv_str from, kv_str to)
{
	struct kv_dirent *entries;
	size_t n;

	if (kv_dir_make(job, to) || kv_dir_read(job, from, &entries, &n))
		return -1;
	for (size_t i = 0; i < n; i++) {
		kv_str a = kv_path_join(job->arena, from, entries[i].name);
		kv_str b = kv_path_join(job->arena, to, entries[i].name);
		int bad = entries[i].kind == KV_FILE_DIR  ? cf_copy_tree(job, a, b) :
		          entries[i].kind == KV_FILE_LINK ? copy_link(job, kv_arena_cstr(job->arena, a),
		                                                      kv_arena_cstr(job->arena, b)) :
		                                            copy_file(job, a, b);

		if (bad)
			return -1;
	}
	return 0;
}
