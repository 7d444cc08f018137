/* cli/install.c: kvendor install DIR: this program into a folder, for init containers. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/interrupt.h"
#include "cli/command.h"
#include "cli/report.h"

struct install_options {
	struct cli_list as;
};

static const struct cli_option options[] = {
	{ 0, "as", CLI_COMMAS, offsetof(struct install_options, as), "NAME", .help = "also make links of these names: helm,kustomize" },
};

/* The program that runs, whatever its path leads to by now. */
#define PROGRAM "/proc/self/exe"
/* What is made there has this name until it is whole. */
#define STAGED ".kvendor-install"

struct install {
	struct kv_job *job;
	kv_str dir;
	int fd; /* of the folder */
	struct kv_buf said;
};

static int fail(const struct install *i, kv_str name, const char *what)
{
	int why = errno;

	kv_error_file(i->job, kv_path_join(i->job->arena, i->dir, name), "%s: %s", what, strerror(why));
	if (why == EROFS || why == EACCES || why == EPERM)
		kv_note(i->job, 0, "the folder must be one that this user may write, such as an emptyDir that both containers mount");
	return -1;
}

static void say(struct install *i, kv_str name, const char *what)
{
	kv_buf_printf(&i->said, "%.*s: %s\n", KV_ARG(kv_path_join(i->job->arena, i->dir, name)), what);
}

/* -1 with errno. */
static int copy(int from, int to)
{
	static char bytes[64 << 10];
	ssize_t got;

	while ((got = read(from, bytes, sizeof bytes)) > 0 || (got < 0 && errno == EINTR))
		if (got > 0 && kv_write_all(to, kv_str_of(bytes, (size_t)got)) < 0)
			return -1;
	return got < 0 ? -1 : fsync(to);
}

static int put_in_place(struct install *i, kv_str name)
{
	if (renameat(i->fd, STAGED, i->fd, kv_arena_cstr(i->job->arena, name)) == 0)
		return 0;
	fail(i, name, "it cannot be put in place");
	unlinkat(i->fd, STAGED, 0);
	return -1;
}

/* Another run may have been killed half-way, so its remains are replaced. */
static int install_program(struct install *i)
{
	kv_str name = KV_S("kvendor");
	int from = open(PROGRAM, O_RDONLY | O_CLOEXEC), to;

	if (from < 0)
		return kv_error_file(i->job, KV_S(PROGRAM), "the program cannot read itself: %s", strerror(errno));
	unlinkat(i->fd, STAGED, 0);
	to = openat(i->fd, STAGED, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0755);
	if (to < 0) {
		close(from);
		return fail(i, name, "it cannot be written");
	}
	int failed = copy(from, to) < 0 || fchmod(to, 0755) < 0;
	int why = errno;
	close(from);
	if (close(to) < 0 && !failed) {
		failed = 1;
		why = errno;
	}
	if (failed) {
		unlinkat(i->fd, STAGED, 0);
		errno = why;
		return fail(i, name, "it cannot be written");
	}
	if (put_in_place(i, name) < 0)
		return -1;
	say(i, name, "written");
	return 0;
}

static int check_names(struct kv_job *job, const struct cli_list *names)
{
	for (size_t i = 0; i < names->n; i++) {
		kv_str name = names->v[i];

		if (!name.n || name.p[0] == '.' || kv_str_chr(name, '/') != SIZE_MAX || kv_str_eq(name, KV_S("kvendor")))
			return kv_error(job, 0, "\"%.*s\" cannot be the name of a link", KV_ARG(name));
	}
	return 0;
}

static int install_link(struct install *i, kv_str name)
{
	const char *path = kv_arena_cstr(i->job->arena, name);
	struct stat st;

	if (fstatat(i->fd, path, &st, AT_SYMLINK_NOFOLLOW) == 0 && !S_ISLNK(st.st_mode))
		return kv_error_file(i->job, kv_path_join(i->job->arena, i->dir, name),
				     "there is something here that is not a link; it is kept");
	unlinkat(i->fd, STAGED, 0);
	if (symlinkat("kvendor", i->fd, STAGED) < 0)
		return fail(i, name, "the link cannot be made");
	if (put_in_place(i, name) < 0)
		return -1;
	say(i, name, "a link to kvendor");
	return 0;
}

static int install(struct kv_job *job, const struct install_options *o, kv_str dir)
{
	struct install i = { .job = job, .dir = dir };
	int failed = 0;

	if (check_names(job, &o->as) < 0)
		return -1;
	kv_buf_init(&i.said, job->arena, KV_BUF_MAX);
	i.fd = open(kv_arena_cstr(job->arena, dir), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (i.fd < 0)
		return kv_error_file(job, dir, "it cannot be entered: %s", strerror(errno));
	/* It takes milliseconds, and nothing half-made may stay. */
	kv_interrupt_hold();
	failed = install_program(&i);
	for (size_t k = 0; k < o->as.n && !failed; k++)
		failed = install_link(&i, o->as.v[k]);
	kv_interrupt_release();
	close(i.fd);
	return cli_print(kv_buf_view(&i.said)) < 0 ? -1 : failed;
}

static int run(int argc, char **argv)
{
	struct kv_job *job = kv_job_new();
	struct install_options o = { 0 };
	struct cli_list args = { 0 };
	int failed = 0;

	if (cli_parse(job, &cli_command_install, argc, argv, &o, &args) != CLI_PARSED)
		return cli_end(job);
	if (args.n == 1)
		failed = install(job, &o, args.v[0]);
	else
		failed = kv_error(job, 0, "name the folder: kvendor install DIR");
	return cli_worse(failed < 0 ? CLI_FAILED : CLI_OK, cli_end(job));
}

const struct cli_command cli_command_install = {
	"install",
	"DIR",
	"Copy this program into a folder, for init containers",
	options,
	KV_COUNT(options),
	"  kvendor install /custom-tools\n"
	"  kvendor install --as helm,kustomize /custom-tools\n"
	"\n"
	"The folder must exist. An earlier copy is replaced in one step, so running processes are not disturbed.\n"
	"Called through a link named helm, the program acts as helm; named kustomize, its build command is kvendor\n"
	"build.\n",
	run
};
