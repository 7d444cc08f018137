/* base/git.c: the few functions of libgit2 that are asked for by name. */
#include "base/git.h"

#include <git2.h>

#include "base/dl.h"
#include "base/file.h"

struct git_api {
	int (*init)(void);
	int (*shutdown)(void);
	int (*open)(git_repository **, const char *, unsigned, const char *);
	int (*is_ignored)(int *, git_repository *, const char *);
	const char *(*workdir)(const git_repository *);
	void (*free)(git_repository *);
};

static const struct kv_dl_symbol symbols[] = {
	KV_DL(struct git_api, init, "git_libgit2_init"),
	KV_DL(struct git_api, shutdown, "git_libgit2_shutdown"),
	KV_DL(struct git_api, open, "git_repository_open_ext"),
	KV_DL(struct git_api, is_ignored, "git_ignore_path_is_ignored"),
	KV_DL(struct git_api, workdir, "git_repository_workdir"),
	KV_DL(struct git_api, free, "git_repository_free"),
};

static bool ask(struct kv_job *job, const struct git_api *git, git_repository *repository, kv_str path)
{
	const char *workdir = git->workdir(repository);
	kv_str root, rest;
	int ignored = 0;

	if (!workdir)
		return false;
	root = kv_path_clean(job->arena, kv_str_c(workdir));
	return kv_path_below(path, root, &rest) &&
	       !git->is_ignored(&ignored, repository, kv_arena_cstr(job->arena, rest)) && ignored;
}

bool kv_git_ignores(struct kv_job *job, kv_str path)
{
	struct git_api git;
	git_repository *repository = NULL;
	kv_str error, dir = kv_path_dir(job->arena, path);
	bool ignored = false;

	if (kv_dl_load(job->arena, "libgit2.so.1.5", symbols, sizeof symbols / sizeof *symbols, &git, &error))
		return false;
	/* The folder of an ignored file is often missing too: start where there is one. */
	while (kv_file_kind(dir) != KV_FILE_DIR && dir.n > 1)
		dir = kv_path_dir(job->arena, dir);
	if (git.init() < 0)
		return false;
	if (!git.open(&repository, kv_arena_cstr(job->arena, dir), 0, NULL)) {
		ignored = ask(job, &git, repository, path);
		git.free(repository);
	}
	git.shutdown();
	return ignored;
}
