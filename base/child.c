/* base/child.c: runs a program with posix_spawn, three pipes and poll. */
#include "base/child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/view.h"

extern char **environ;

/* The pipes of one child; ours are [0] for writing its input, [1] and [2] for reading what it prints. -1: none. */
struct pipes {
	int ours[3], theirs[3];
};

static void close_one(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static void close_pipes(struct pipes *p)
{
	for (int i = 0; i < 3; i++) {
		close_one(&p->ours[i]);
		close_one(&p->theirs[i]);
	}
}
#define cleanup_pipes __attribute__((cleanup(close_pipes)))

static int open_pipes(struct kv_job *job, struct pipes *p, bool errors)
{
	*p = (struct pipes){ { -1, -1, -1 }, { -1, -1, -1 } };
	for (int i = 0; i < (errors ? 3 : 2); i++) {
		int ends[2];

		if (pipe2(ends, O_CLOEXEC) < 0)
			return kv_error(job, 0, "cannot make a pipe: %s", strerror(errno));
		p->ours[i] = ends[i == 0];
		p->theirs[i] = ends[i != 0];
	}
	return fcntl(p->ours[0], F_SETFL, O_NONBLOCK) < 0 ? kv_error(job, 0, "fcntl: %s", strerror(errno))
							  : 0;
}

/* --- what is run ------------------------------------------------------------------------------ */

bool kv_child_can_run(struct kv_arena *a, kv_str path)
{
	return kv_file_kind(path) == KV_FILE_REGULAR && access(kv_arena_cstr(a, path), X_OK) == 0;
}

kv_str kv_child_find(struct kv_arena *a, kv_str program)
{
	const char *path = getenv("PATH");
	kv_str rest = kv_str_c(path ? path : "");

	if (kv_str_chr(program, '/') != SIZE_MAX)
		return program;
	while (rest.n) {
		size_t end = kv_str_chr(rest, ':');
		kv_str dir = kv_str_sub(rest, 0, end), full = kv_path_join(a, dir, program);

		/* As Go since 1.19: nothing is run from the working directory by accident. */
		if (dir.n && dir.p[0] == '/' && kv_child_can_run(a, full))
			return full;
		rest = end == SIZE_MAX ? KV_S("") : kv_str_sub(rest, end + 1, SIZE_MAX);
	}
	return KV_S("");
}

static char **arguments(struct kv_arena *a, const struct kv_child *c)
{
	char **argv = KV_NEW_N(a, char *, c->nargs + 2);

	argv[0] = kv_arena_cstr(a, c->program);
	for (size_t i = 0; i < c->nargs; i++)
		argv[i + 1] = kv_arena_cstr(a, c->args[i]);
	return argv;
}

static kv_str variable_name(kv_str variable)
{
	return kv_str_sub(variable, 0, kv_str_chr(variable, '='));
}

static bool set_later(const struct kv_child *c, kv_str name, size_t from)
{
	for (size_t i = from; i < c->nenv; i++)
		if (kv_str_eq(variable_name(c->env[i]), name))
			return true;
	return false;
}

static char **environment(struct kv_arena *a, const struct kv_child *c)
{
	size_t n = 0, have = 0;
	char **env;

	while (environ && environ[have])
		have++;
	env = KV_NEW_N(a, char *, have + c->nenv + 1);
	for (size_t i = 0; i < have; i++)
		if (!set_later(c, variable_name(kv_str_c(environ[i])), 0))
			env[n++] = environ[i];
	for (size_t i = 0; i < c->nenv; i++)
		if (!set_later(c, variable_name(c->env[i]), i + 1))
			env[n++] = kv_arena_cstr(a, c->env[i]);
	return env;
}

/* --- start ------------------------------------------------------------------------------------ */

/* The child gets no signal mask of ours (see write_input). */
static int spawn_with(const struct kv_child *c, struct kv_arena *a, const char *file, const struct pipes *p,
		      posix_spawn_file_actions_t *actions, posix_spawnattr_t *attributes, pid_t *ret_pid)
{
	sigset_t none;
	int rc = posix_spawn_file_actions_addchdir_np(actions, kv_arena_cstr(a, c->dir));

	for (int i = 0; i < 3 && !rc; i++)
		if (p->theirs[i] >= 0)
			rc = posix_spawn_file_actions_adddup2(actions, p->theirs[i], i);
	sigemptyset(&none);
	if (!rc)
		rc = posix_spawnattr_setsigmask(attributes, &none);
	if (!rc)
		rc = posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETSIGMASK);
	return rc ? rc : posix_spawn(ret_pid, file, actions, attributes, arguments(a, c), environment(a, c));
}

static int spawn(const struct kv_child *c, struct kv_arena *a, kv_str file, const struct pipes *p,
		 pid_t *ret_pid)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	int rc;

	if (posix_spawn_file_actions_init(&actions))
		return ENOMEM;
	if (posix_spawnattr_init(&attributes)) {
		posix_spawn_file_actions_destroy(&actions);
		return ENOMEM;
	}
	rc = spawn_with(c, a, kv_arena_cstr(a, file), p, &actions, &attributes, ret_pid);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&actions);
	return rc;
}

/* --- talk ------------------------------------------------------------------------------------- */

/* write() that tells of a closed pipe by EPIPE alone: the signal is held back and taken away again. */
static ssize_t write_quietly(int fd, const char *p, size_t n)
{
	static const struct timespec now = { 0, 0 };
	sigset_t pipe_signal, before;
	ssize_t done;
	int error;

	sigemptyset(&pipe_signal);
	sigaddset(&pipe_signal, SIGPIPE);
	pthread_sigmask(SIG_BLOCK, &pipe_signal, &before);
	done = write(fd, p, n);
	error = errno;
	if (done < 0 && error == EPIPE && !sigismember(&before, SIGPIPE))
		sigtimedwait(&pipe_signal, NULL, &now);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	errno = error;
	return done;
}

/* A child that does not want to read all of its input is no failure. */
static void write_input(int *fd, kv_str *input)
{
	ssize_t n = input->n ? write_quietly(*fd, input->p, input->n) : 0;

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	*input = kv_str_sub(*input, n < 0 ? input->n : (size_t)n, SIZE_MAX);
	if (input->n == 0)
		close_one(fd);
}

static void read_output(int *fd, struct kv_buf *out)
{
	char block[65536];
	ssize_t n = read(*fd, block, sizeof block);

	if (n < 0 && errno == EINTR)
		return;
	if (n > 0)
		kv_buf_add(out, block, (size_t)n);
	if (n <= 0 || kv_buf_over(out))
		close_one(fd);
}

static void talk(struct pipes *p, kv_str input, struct kv_buf *out, struct kv_buf *errors)
{
	while (p->ours[0] >= 0 || p->ours[1] >= 0 || p->ours[2] >= 0) {
		struct pollfd set[3] = { { p->ours[0], POLLOUT, 0 },
					 { p->ours[1], POLLIN, 0 },
					 { p->ours[2], POLLIN, 0 } };

		if (poll(set, 3, -1) < 0 && errno != EINTR)
			return;
		if (set[0].revents)
			write_input(&p->ours[0], &input);
		if (set[1].revents)
			read_output(&p->ours[1], out);
		if (set[2].revents)
			read_output(&p->ours[2], errors);
	}
}

/* --- end -------------------------------------------------------------------------------------- */

/* Go's os.ProcessState; strsignal() has other words and follows the locale. */
static const char *const signal_names[] = {
	[SIGHUP] = "hangup",
	[SIGINT] = "interrupt",
	[SIGQUIT] = "quit",
	[SIGILL] = "illegal instruction",
	[SIGTRAP] = "trace/breakpoint trap",
	[SIGABRT] = "aborted",
	[SIGBUS] = "bus error",
	[SIGFPE] = "floating point exception",
	[SIGKILL] = "killed",
	[SIGUSR1] = "user defined signal 1",
	[SIGSEGV] = "segmentation fault",
	[SIGUSR2] = "user defined signal 2",
	[SIGPIPE] = "broken pipe",
	[SIGALRM] = "alarm clock",
	[SIGTERM] = "terminated",
};

static kv_str failure_of(struct kv_arena *a, int status)
{
	if (WIFEXITED(status))
		return WEXITSTATUS(status) ? kv_arena_printf(a, "exit status %d", WEXITSTATUS(status))
					   : KV_S("");
	size_t n = (size_t)WTERMSIG(status);
	const char *dumped = WCOREDUMP(status) ? " (core dumped)" : "";

	if (n < sizeof signal_names / sizeof *signal_names && signal_names[n])
		return kv_arena_printf(a, "signal: %s%s", signal_names[n], dumped);
	return kv_arena_printf(a, "signal: signal %zu%s", n, dumped);
}

static kv_str go_reason(struct kv_arena *a, int error)
{
	char *text = kv_arena_cstr(a, kv_str_c(strerror(error)));

	if (text[0] >= 'A' && text[0] <= 'Z')
		text[0] = (char)(text[0] | 32);
	return kv_str_c(text);
}

static int converse(struct kv_job *job, const struct kv_child *c, pid_t pid, struct pipes *p,
		    struct kv_child_end *ret)
{
	struct kv_buf out, errors;
	int status = 0;

	for (int i = 0; i < 3; i++)
		close_one(&p->theirs[i]);
	kv_buf_init(&out, job->arena, job->limits.file_bytes);
	kv_buf_init(&errors, job->arena, job->limits.file_bytes);
	talk(p, c->input, &out, &errors);
	if (kv_buf_over(&out) || kv_buf_over(&errors))
		kill(pid, SIGKILL);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (kv_buf_over(&out) || kv_buf_over(&errors))
		return kv_error(job, 0, "the output of %.*s is too large (limit %zu bytes)",
				KV_ARG(c->program), job->limits.file_bytes);
	ret->output = kv_buf_view(&out);
	ret->errors = kv_buf_view(&errors);
	ret->failure = failure_of(job->arena, status);
	return 0;
}

int kv_child_run(struct kv_job *job, const struct kv_child *child, struct kv_child_end *ret)
{
	struct pipes cleanup_pipes pipes;
	kv_str file = kv_child_find(job->arena, child->program);
	pid_t pid;
	int error;

	*ret = (struct kv_child_end){ KV_S(""), KV_S(""), KV_S("") };
	kv_view_reach_all();
	if (open_pipes(job, &pipes, child->collect_errors) < 0)
		return -1;
	if (!file.n) {
		ret->failure =
			kv_arena_printf(job->arena, "exec: \"%.*s\": executable file not found in $PATH",
					KV_ARG(child->program));
		return 0;
	}
	error = spawn(child, job->arena, file, &pipes, &pid);
	if (error) {
		kv_str reason = go_reason(job->arena, error);

		ret->failure =
			kv_arena_printf(job->arena, "fork/exec %.*s: %.*s", KV_ARG(file), KV_ARG(reason));
		return 0;
	}
	return converse(job, child, pid, &pipes, ret);
}
