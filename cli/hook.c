/* cli/hook.c: kvendor hook: a pre-commit hook for plain Git, and what it runs. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "base/file.h"
#include "base/git_write.h"
#include "cli/command.h"
#include "cli/report.h"

struct hook_options {
	bool stage;
};

static const struct cli_option options[] = {
	{ 0, "stage", CLI_FLAG, offsetof(struct hook_options, stage),
	  .help = "render first, and add the written files to the commit" },
};

/* The second line of a hook that is ours. */
#define MARK "# kvendor hook: "

static kv_str script(struct kv_arena *a, bool stage)
{
	return kv_arena_printf(a,
			       "#!/bin/sh\n" MARK
			       "written by \"kvendor hook install\"; remove the file to be rid of it\n"
			       "exec kvendor hook run%s\n",
			       stage ? " --stage" : "");
}

/* --- other managers --------------------------------------------------------------------------- */

struct manager {
	const char *name, *file; /* a file or folder at the root that shows it is used */
	const char *how;         /* what to write where; "%s" is the option */
};

static const struct manager managers[] = {
	{ "husky", ".husky", "in .husky/pre-commit:\n\n    kvendor hook run%s\n" },
	{ "lefthook", "lefthook.yml", NULL },
	{ "lefthook", ".lefthook.yml", NULL },
	{ "lefthook", "lefthook.yaml", NULL },
	{ "lefthook", ".lefthook.yaml", NULL },
	{ "lefthook", "lefthook.toml", NULL },
	{ "lefthook", "lefthook.json", NULL },
	{ "pre-commit", ".pre-commit-config.yaml",
	  "under repos: in .pre-commit-config.yaml:\n\n    - repo: local\n      hooks:\n"
	  "        - {id: kvendor, name: kvendor, entry: kvendor hook run%s, language: system,\n"
	  "           pass_filenames: false, always_run: true}\n" },
};

#define LEFTHOOK                                                                                             \
	"in its configuration:\n\n    pre-commit:\n      commands:\n        kvendor:\n          run: "       \
	"kvendor "                                                                                           \
	"hook run%s\n"

/* Who else writes hooks here; NULL if nobody does. */
static const struct manager *manager_of(struct kv_job *job, kv_str root)
{
	for (size_t i = 0; i < KV_COUNT(managers); i++)
		if (kv_file_kind_link(kv_path_join(job->arena, root, kv_str_c(managers[i].file))) !=
		    KV_FILE_NONE)
			return &managers[i];
	return NULL;
}

static int refuse_managed(struct kv_job *job, const struct manager *m, bool stage)
{
	kv_error_file(job, kv_str_c(m->file), "%s manages the hooks here, so no hook is written", m->name);
	struct kv_buf how;
	kv_buf_init(&how, job->arena, KV_BUF_MAX);
	for (const char *p = m->how ? m->how : LEFTHOOK; *p; p++)
		if (p[0] == '%')
			kv_buf_str(&how, kv_str_c(stage ? " --stage" : "")), p++;
		else
			kv_buf_c(&how, *p);
	kv_note(job, 0, "write %.*s", KV_ARG(kv_buf_view(&how)));
	return -1;
}

/* --- install ---------------------------------------------------------------------------------- */

static int refuse_other(struct kv_job *job, kv_str path, bool stage)
{
	kv_error_file(job, path, "there is a hook here that kvendor did not write; it is kept");
	kv_note(job, 0, "add this line to it: kvendor hook run%s || exit", stage ? " --stage" : "");
	return -1;
}

/* Whether the hook may be written: nothing is there, or one of ours. */
static int check_there(struct kv_job *job, kv_str path, bool stage, kv_str *ret_old)
{
	enum kv_file_kind kind = kv_file_kind_link(path);
	*ret_old = KV_S("");
	if (kind == KV_FILE_NONE)
		return 0;
	if (kind != KV_FILE_REGULAR)
		return refuse_other(job, path, stage);
	if (kv_file_read(job, path, ret_old) < 0)
		return -1;
	return kv_str_has(*ret_old, KV_S("\n" MARK)) ? 0 : refuse_other(job, path, stage);
}

static int write_hook(struct kv_job *job, kv_str path, kv_str text)
{
	kv_str temporary = kv_arena_cat(job->arena, path, KV_S(".kvendor-new"));
	const char *name = kv_arena_cstr(job->arena, temporary);
	if (kv_dir_make(job, kv_path_dir(job->arena, path)) < 0)
		return -1;
	int fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0777);
	int got = fd < 0 ? -1 : kv_write_all(fd, text);
	if (fd >= 0 && close(fd) < 0)
		got = -1;
	if (got == 0)
		got = rename(name, kv_arena_cstr(job->arena, path));
	if (got == 0)
		return 0;
	kv_error_file(job, path, "the hook cannot be written: %s", strerror(errno));
	if (fd >= 0)
		unlink(name);
	return -1;
}

static int install(struct kv_job *job, const struct hook_options *o)
{
	struct kv_git *git;
	kv_str cwd, folder, old;
	if (kv_path_cwd(job, &cwd) < 0 || kv_git_open(job, cwd, &git) < 0)
		return -1;
	const struct manager *m = manager_of(job, kv_git_root(git));
	if (m)
		return refuse_managed(job, m, o->stage);
	if (kv_git_hooks(job, git, &folder) < 0)
		return -1;
	kv_str path = kv_path_join(job->arena, folder, KV_S("pre-commit"));
	kv_str text = script(job->arena, o->stage);
	if (check_there(job, path, o->stage, &old) < 0)
		return -1;
	if (kv_str_eq(old, text))
		return cli_print(kv_arena_printf(job->arena, "%.*s: it is there already\n", KV_ARG(path)));
	if (write_hook(job, path, text) < 0)
		return -1;
	return cli_print(kv_arena_printf(job->arena, "%.*s: written\n", KV_ARG(path)));
}

/* --- run -------------------------------------------------------------------------------------- */

/* Git starts hooks at the root of the work tree. With --stage the commit may still not hold what its sources give: where
 * sources are staged in part. */
static int run_hook(const struct hook_options *o)
{
	static char render[] = "render", quiet[] = "--quiet", stage[] = "--stage";
	static char check[] = "check", staged[] = "--staged", brief[] = "--brief";
	char *render_args[] = { render, quiet, stage, NULL };
	char *check_args[] = { check, staged, brief, NULL };
	int status = o->stage ? cli_command_render.run(3, render_args) : CLI_OK;
	return status == CLI_OK ? cli_command_check.run(3, check_args) : status;
}

static int run(int argc, char **argv)
{
	struct kv_job *job = kv_job_new();
	struct hook_options o = { 0 };
	struct cli_list args = { 0 };
	if (cli_parse(job, &cli_command_hook, argc, argv, &o, &args) != CLI_PARSED)
		return cli_end(job);
	bool installs = args.n == 1 && kv_str_eq(args.v[0], KV_S("install"));
	if (args.n >= 1 && kv_str_eq(args.v[0], KV_S("run"))) {
		int status = cli_end(job);
		return status == CLI_OK ? run_hook(&o) : status;
	}
	if (!installs)
		kv_error(job, 0, "name a subcommand: kvendor hook install, or kvendor hook run");
	int failed = installs ? install(job, &o) : -1;
	return cli_worse(failed < 0 ? CLI_FAILED : CLI_OK, cli_end(job));
}

const struct cli_command cli_command_hook = {
	"hook",
	"install|run",
	"Install or run a Git hook that checks, or renders, before each commit",
	options,
	KV_COUNT(options),
	"install writes a pre-commit hook into Git's hooks folder (core.hooksPath is respected). If another hook or a\n"
	"hook manager is there, it prints what to add to that instead.\n"
	"run is what the hook calls: kvendor check --staged --brief; with --stage, kvendor render --quiet --stage\n"
	"before it.\n",
	run
};
