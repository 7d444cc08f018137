/* conformance/faults.c: kvendor killed, or a system call failing, at every system call of a run, from its lock on.
 *
 * Whatever happens, each target is its old or its new state, what a person put there stays, and the next run brings the
 * new state and leaves nothing else. The modes: the call never happens and the process is killed; the call fails with
 * EIO; with an exchange of names that the file system does not know, killed again; SIGINT, after which nothing may
 * be left beside the targets; a symbolic link in the place of a folder above the targets, behind which nothing may change. With
 * `--commit` and `--branch`, at every call that writes, renames, syncs, removes or makes a file: the call fails with EIO, or kvendor is
 * killed. After that the repository is sound, and the next run makes the one commit; where a lock of Git was left, as Git's own
 * commands leave it, the run says which, and the one after its removal makes it. Only x86-64 is traced.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/map.h"
#include "conformance/areas.h"

enum mode { COUNT, KILL, FAIL, KILL_IN_TWO, INTERRUPT, SWAP };

/* What kvendor is called for. */
enum way { WRITE, COMMIT, BRANCH };

static const struct {
	const char *option; /* NULL: none */
	const char *check;  /* shell: what is so after a run that ended well */
} ways[] = {
	[WRITE] = { NULL, NULL },
	[COMMIT] = { "--commit", "[ \"$(git rev-list --count HEAD)\" = 2 ]" },
	[BRANCH] = { "--branch=made",
		     "[ \"$(git rev-list --count made)\" = 1 ] && "
		     "[ \"$(git ls-tree -r --name-only made | grep -c manifest.yaml)\" = 3 ]" },
};

/* Targets, and a file of a person that is written like one. */
static const char *const targets[] = { "app/base", "app/made/new", "extra/one", "extra/over/patches",
				       "extra/over/kustomization.yaml" };
#define NTARGETS (sizeof targets / sizeof *targets)

/* What the targets hold before and after a run that nothing disturbs, and all that lies there after it. */
struct states {
	struct kv_map *old[NTARGETS], *new[NTARGETS], *after;
};

struct fault {
	enum way way;
	enum mode mode;
	size_t at; /* which system call, from one */
	const struct states *states;
};

/* How a run of kvendor ended: its wait status, the calls there were (0 where nothing can be traced), and whether the one that failed
 * was to remove a file. */
struct run {
	int status;
	size_t calls;
	bool kept;
};

/* --- tracing ---------------------------------------------------------------------------------- */

#ifdef __x86_64__

static _Noreturn void become_traced(const char *kvendor, const char *dir, enum way way)
{
	char *argv[] = { (char *)(uintptr_t)kvendor, (char *)(uintptr_t) "render", (char *)(uintptr_t) "-j1",
			 (char *)(uintptr_t)ways[way].option, NULL };
	/* The leak check of a sanitized build cannot run while something traces it. */
	char *env[] = { (char *)(uintptr_t) "LC_ALL=C", (char *)(uintptr_t) "ASAN_OPTIONS=detect_leaks=0",
			NULL };
	int null = open("/dev/null", O_RDWR);

	dup2(null, STDIN_FILENO);
	dup2(null, STDOUT_FILENO);
	dup2(null, STDERR_FILENO);
	if (chdir(dir) || ptrace(PTRACE_TRACEME, 0, NULL, NULL))
		_exit(126);
	raise(SIGSTOP);
	execve(kvendor, argv, env);
	_exit(127);
}

static bool is_exchange(const struct user_regs_struct *r)
{
	return r->orig_rax == SYS_renameat2 && (r->r8 & 2 /* RENAME_EXCHANGE */);
}

static bool changes_files(const struct user_regs_struct *r)
{
	switch (r->orig_rax) {
	case SYS_openat: return r->rdx & (O_CREAT | O_TRUNC);
	case SYS_open: return r->rsi & (O_CREAT | O_TRUNC);
	case SYS_write:
	case SYS_pwrite64:
	case SYS_writev:
	case SYS_fsync:
	case SYS_fdatasync:
	case SYS_rename:
	case SYS_renameat:
	case SYS_renameat2:
	case SYS_link:
	case SYS_linkat:
	case SYS_mkdir:
	case SYS_mkdirat:
	case SYS_unlink:
	case SYS_unlinkat:
	case SYS_ftruncate: return true;
	default: return false;
	}
}

/* The folder of a unit becomes a link that leads out of the repository. */
static const char *const swapped = "app", *const outside = "../outside";

static void swap_in(const char *repo)
{
	char name[4096], aside[4096];

	snprintf(name, sizeof name, "%s/%s", repo, swapped);
	snprintf(aside, sizeof aside, "%s/aside", repo);
	if (rename(name, aside) || symlink(outside, name))
		_exit(126);
}

/* At a call's entry: does it happen? Otherwise *ret_error is what it gives. */
static bool happens(const struct fault *f, size_t n, const struct user_regs_struct *r, long *ret_error)
{
	if (f->mode == KILL_IN_TWO && is_exchange(r)) {
		*ret_error = -EINVAL;
		return false;
	}
	*ret_error = -EIO;
	return f->mode != FAIL || n != f->at;
}

static bool kills(const struct fault *f, size_t n)
{
	return (f->mode == KILL || f->mode == KILL_IN_TWO) && n == f->at;
}

/* Runs kvendor to its end. */
static struct run trace(const struct fault *f, const char *kvendor, const char *dir)
{
	pid_t pid = fork();
	struct run run = { 0 };
	int signal = 0;
	bool inside = false, suppressed = false, begun = false;
	long error = 0;
	struct user_regs_struct regs;

	if (!pid)
		become_traced(kvendor, dir, f->way);
	waitpid(pid, &run.status, 0);
	ptrace(PTRACE_SETOPTIONS, pid, NULL, (void *)(PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL));
	while (WIFSTOPPED(run.status)) {
		ptrace(PTRACE_SYSCALL, pid, NULL, (void *)(intptr_t)signal);
		waitpid(pid, &run.status, 0);
		if (!WIFSTOPPED(run.status))
			break;
		signal = WSTOPSIG(run.status) == SIGTRAP || WSTOPSIG(run.status) == (SIGTRAP | 0x80)
				 ? 0
				 : WSTOPSIG(run.status);
		if (WSTOPSIG(run.status) != (SIGTRAP | 0x80))
			continue;
		inside = !inside;
		ptrace(PTRACE_GETREGS, pid, NULL, &regs);
		begun |= regs.orig_rax == SYS_flock;
		if (!begun || (inside && f->way != WRITE && !changes_files(&regs)))
			continue;
		if (inside && kills(f, ++run.calls)) {
			kill(pid, SIGKILL);
		} else if (inside && f->mode == INTERRUPT && run.calls == f->at) {
			kill(pid, SIGINT);
		} else if (inside && f->mode == SWAP && run.calls == f->at) {
			swap_in(dir);
		} else if (inside && !happens(f, run.calls, &regs, &error)) {
			suppressed = true;
			run.kept = regs.orig_rax == SYS_unlink || regs.orig_rax == SYS_unlinkat;
			regs.orig_rax = (unsigned long long)-1;
			ptrace(PTRACE_SETREGS, pid, NULL, &regs);
		} else if (!inside && suppressed) {
			suppressed = false;
			regs.rax = (unsigned long long)error;
			ptrace(PTRACE_SETREGS, pid, NULL, &regs);
		}
	}
	return run;
}

#else

static struct run trace(const struct fault *f, const char *kvendor, const char *dir)
{
	(void)f, (void)kvendor, (void)dir;
	return (struct run){ 0 };
}

#endif

/* --- states ----------------------------------------------------------------------------------- */

/* Path to text of every file below a folder. */
static void note(struct kv_job *job, kv_str dir, kv_str shown, struct kv_map *ret)
{
	struct kv_dirent *entries;
	size_t n = 0;

	if (kv_file_kind(dir) != KV_FILE_DIR || kv_dir_read(job, dir, &entries, &n))
		return;
	for (size_t i = 0; i < n; i++) {
		kv_str path = kv_path_join(job->arena, dir, entries[i].name);
		kv_str name = kv_path_join(job->arena, shown, entries[i].name),
		       *text = KV_NEW(job->arena, kv_str);

		if (entries[i].kind == KV_FILE_DIR)
			note(job, path, name, ret);
		else if (!kv_file_read(job, path, text))
			kv_map_put(ret, name, text);
	}
}

static bool same_files(const struct kv_map *a, const struct kv_map *b)
{
	for (size_t i = 0; i < a->n; i++) {
		const kv_str *other = kv_map_get(b, a->entries[i].key);

		if (!other || !kv_str_eq(*other, *(const kv_str *)a->entries[i].value))
			return false;
	}
	return a->n == b->n;
}

static struct kv_map *state(struct kv_job *job, kv_str repo, const char *target)
{
	struct kv_map *m = KV_NEW(job->arena, struct kv_map);
	kv_str path = kv_path_join(job->arena, repo, kv_str_c(target)), *text = KV_NEW(job->arena, kv_str);

	kv_map_init(m, job->arena);
	if (kv_file_kind(path) == KV_FILE_REGULAR && !kv_file_read(job, path, text))
		kv_map_put(m, kv_str_c(target), text);
	note(job, path, KV_S("."), m);
	return m;
}

/* --- cases ------------------------------------------------------------------------------------ */

static struct run run_in(const struct cf_suite *suite, struct kv_job *job, kv_str repo, const struct fault *f)
{
	return trace(f, kv_arena_cstr(job->arena, suite->kvendor), kv_arena_cstr(job->arena, repo));
}

static int fresh(struct kv_job *job, const struct cf_suite *suite, kv_str repo)
{
	cf_remove_tree(repo);
	return cf_copy_tree(job, kv_path_join(job->arena, suite->dir, KV_S("in")), repo);
}

/* A run that nothing disturbs; 0 calls where nothing can be traced. */
static struct states *undisturbed(struct cf_suite *suite, size_t *ret_n)
{
	struct cf_result r = { .job = suite->job };
	struct states *s = KV_NEW(suite->job->arena, struct states);
	struct fault none = { WRITE, COUNT, 0, s };
	kv_str repo = kv_path_join(suite->job->arena, cf_scratch(&r), KV_S("repo"));

	*ret_n = 0;
	if (fresh(suite->job, suite, repo))
		return NULL;
	for (size_t i = 0; i < NTARGETS; i++)
		s->old[i] = state(suite->job, repo, targets[i]);
	*ret_n = run_in(suite, suite->job, repo, &none).calls;
	for (size_t i = 0; i < NTARGETS; i++)
		s->new[i] = state(suite->job, repo, targets[i]);
	s->after = state(suite->job, repo, ".");
	cf_remove_tree(repo);
	return s;
}

static const char prepare[] =
	"git init -q -b main --template= && git config user.name A && git config user.email a@b && "
	"git add -A && git commit -qm start";
static const char sound[] = "git fsck --strict";
static const char nothing_locked[] = "locks=$(find .git -name '*.lock'); echo \"$locks\"; [ -z \"$locks\" ]";
/* A run that meets a lock says which. */
static const char tells_of_locks[] =
	"for lock in $(find .git -name '*.lock'); do"
	" said=$(\"$1\" render -q \"$2\" 2>&1) && continue; [ $? = 2 ] || { echo \"$said\"; exit 1; };"
	" for left in $(find .git -name '*.lock'); do"
	" case $said in *\"$left\"*'remove that file'*) rm \"$left\"; continue 2; esac; done; echo "
	"\"$said\"; exit 1; done";
static const char next_run[] = "\"$1\" render -q \"$2\" && git fsck --strict && eval \"$3\" && [ -z \"$(git "
			       "status --porcelain)\" ] || "
			       "{ git status --short; git log --oneline --all; exit 1; }";

/* A shell's commands in the repository, with kvendor, the option and the check as arguments. */
static int shell(const struct cf_suite *suite, struct kv_job *job, kv_str repo, enum way way,
		 const char *script, kv_str *ret_said)
{
	kv_str argv[] = { KV_S("sh"),
			  KV_S("-c"),
			  kv_str_c(script),
			  KV_S("sh"),
			  suite->kvendor,
			  kv_str_c(ways[way].option),
			  kv_str_c(ways[way].check) };
	struct cf_command command = { .dir = repo, .argv = argv, .argc = sizeof argv / sizeof *argv };
	struct cf_output got;

	if (cf_run(job, &command, &got) < 0)
		return -1;
	*ret_said = kv_arena_cat(job->arena, got.out, got.err);
	return got.exit;
}

/* How many calls of a run that commits change files; 0 where nothing can be traced, or git is not there. */
static size_t count_of(struct cf_suite *suite, enum way way)
{
	struct cf_result r = { .job = suite->job };
	struct fault none = { way, COUNT, 0, NULL };
	kv_str repo = kv_path_join(suite->job->arena, cf_scratch(&r), KV_S("repo")), said;
	size_t n = 0;

	if (fresh(suite->job, suite, repo) == 0 && shell(suite, suite->job, repo, way, prepare, &said) == 0)
		n = run_in(suite, suite->job, repo, &none).calls;
	cf_remove_tree(repo);
	return n;
}

static void add_cases(struct cf_suite *suite, enum way way, enum mode mode, const char *name, size_t n,
		      const struct states *states)
{
	for (size_t at = 1; n && at <= n + 4; at++) { /* the way in two needs some calls more */
		struct fault *f = KV_NEW(suite->job->arena, struct fault);

		*f = (struct fault){ way, mode, at, states };
		cf_add(suite, kv_arena_printf(suite->job->arena, "%s-at-call-%04zu", name, at), f);
	}
}

static void add_commits(struct cf_suite *suite, const struct states *states)
{
	size_t n = count_of(suite, COMMIT);

	add_cases(suite, COMMIT, FAIL, "failed-commit", n, states);
	add_cases(suite, COMMIT, KILL, "killed-commit", n, states);
	n = count_of(suite, BRANCH);
	add_cases(suite, BRANCH, FAIL, "failed-branch", n, states);
	add_cases(suite, BRANCH, KILL, "killed-branch", n, states);
}

int cf_faults_load(struct cf_suite *suite)
{
	static const char *const names[] = {
		"", "killed", "failed", "killed-in-two", "interrupted", "swapped"
	};
	const struct states *states;
	size_t n;

	/* A thousand runs bring what they staged to the disk; here that may be memory. */
	if (!access("/dev/shm", W_OK))
		setenv("TMPDIR", "/dev/shm", 0);
	states = undisturbed(suite, &n);
	if (!states)
		return -1;
	if (n && same_files(states->old[0], states->new[0]))
		return kv_error(suite->job, 0, "a run that nothing disturbs changes nothing");
	for (enum mode mode = KILL; mode <= SWAP; mode++)
		add_cases(suite, WRITE, mode, names[mode], n, states);
	if (n)
		add_commits(suite, states);
	return 0;
}

static void check_states(struct cf_result *r, kv_str repo, const struct fault *f, int status)
{
	bool done = WIFEXITED(status) && WEXITSTATUS(status) == 0;

	for (size_t i = 0; i < NTARGETS; i++) {
		struct kv_map *now = state(r->job, repo, targets[i]);
		bool is_new = same_files(now, f->states->new[i]), is_old = same_files(now, f->states->old[i]);
		bool aside = f->mode == KILL_IN_TWO && now->n == 0;

		if (done && !is_new)
			cf_fail(r, "it ended well, but %s is not new", targets[i]);
		if (!is_old && !is_new && !aside)
			cf_fail(r, "%s is neither old nor new: %zu files", targets[i], now->n);
	}
}

/* Who stops kvendor must not have to clean up. */
static void check_nothing_staged(struct cf_result *r, kv_str repo)
{
	struct kv_map *all = state(r->job, repo, ".");

	for (size_t i = 0; i < all->n; i++)
		if (kv_str_has(all->entries[i].key, KV_S(".kvendor-")))
			cf_fail(r, "%.*s was left", KV_ARG(all->entries[i].key));
}

/* What lies behind the link looks like the unit's own folder, so that a run that followed it would find what to change. */
static void run_swapped(const struct cf_suite *suite, const struct fault *f, kv_str repo, struct cf_result *r)
{
	struct kv_arena *a = r->job->arena;
	kv_str behind = kv_path_join(a, repo, kv_str_c(outside));

	cf_remove_tree(behind);
	if (cf_copy_tree(r->job, kv_path_join(a, repo, kv_str_c(swapped)), behind)) {
		cf_fail(r, "the case cannot be prepared");
		return;
	}
	struct kv_map *before = state(r->job, behind, ".");

	run_in(suite, r->job, repo, f);
	if (!same_files(before, state(r->job, behind, ".")))
		cf_fail(r, "something changed behind the link");
	cf_remove_tree(behind);
}

/* `--branch` writes nothing where the targets are. */
static void check_same(struct cf_result *r, kv_str repo, const struct fault *f)
{
	for (size_t i = 0; i < NTARGETS; i++)
		if (!same_files(state(r->job, repo, targets[i]), f->states->old[i]))
			cf_fail(r, "%s was changed", targets[i]);
}

static void run_commit(const struct cf_suite *suite, const struct fault *f, kv_str repo, struct cf_result *r)
{
	kv_str said;
	struct run run;

	if (shell(suite, r->job, repo, f->way, prepare, &said)) {
		cf_fail(r, "the case cannot be prepared");
		return;
	}
	run = run_in(suite, r->job, repo, f);
	if (!WIFEXITED(run.status) && f->mode != KILL)
		cf_fail(r, "kvendor was ended by signal %d", WTERMSIG(run.status));
	if (f->way == BRANCH)
		check_same(r, repo, f);
	else
		check_states(r, repo, f, run.status);
	if (shell(suite, r->job, repo, f->way, sound, &said))
		cf_fail(r, "the repository is damaged: %.*s", KV_ARG(said));
	/* libgit2 does not look whether it could remove a lock: then, too, the next run tells. */
	if (shell(suite, r->job, repo, f->way, f->mode == KILL || run.kept ? tells_of_locks : nothing_locked,
		  &said))
		cf_fail(r, "a lock is left, and is not told of: %.*s", KV_ARG(said));
	if (shell(suite, r->job, repo, f->way, next_run, &said))
		cf_fail(r, "the next run does not make the commit: %.*s", KV_ARG(said));
}

void cf_faults_run(const struct cf_suite *suite, const struct cf_case *c, struct cf_result *r)
{
	const struct fault *f = c->data;
	struct kv_arena *a = r->job->arena;
	kv_str repo = kv_path_join(a, cf_scratch(r), KV_S("repo"));
	struct cf_command again = { .dir = repo, .argc = 1, .argv = (kv_str[]){ suite->kvendor } };
	struct cf_output got;

	if (fresh(r->job, suite, repo)) {
		cf_fail(r, "the case cannot be prepared");
		return;
	}
	if (f->way != WRITE) {
		run_commit(suite, f, repo, r);
		return;
	}
	if (f->mode == SWAP) {
		run_swapped(suite, f, repo, r);
		return;
	}
	check_states(r, repo, f, run_in(suite, r->job, repo, f).status);
	if (f->mode == INTERRUPT)
		check_nothing_staged(r, repo);
	if (cf_run(r->job, &again, &got) || got.exit ||
	    !same_files(state(r->job, repo, "."), f->states->after))
		cf_fail(r, "the next run does not give the new state and nothing else");
}
