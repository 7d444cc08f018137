/* base/git_ignore.c: asks libgit2 for the ignore rules of a path. */
#include "base/git_ignore.h"

#include "base/file.h"
#include "base/git_library.h"

struct git_api {
	int (*is_ignored)(int *, git_repository *, const char *);
};

static const struct kv_dl_symbol symbols[] = {
	KV_DL(struct git_api, is_ignored, "git_ignore_path_is_ignored"),
};

static bool ask(struct kv_job *job, const struct git_api *git, const struct kv_git_library *library, kv_str path)
{
	const char *workdir = library->workdir(library->repository);
	kv_str rest;
	int ignored = 0;
	return workdir && kv_path_below(path, kv_path_clean(job->arena, kv_str_c(workdir)), &rest) &&
	       !git->is_ignored(&ignored, library->repository, kv_arena_cstr(job->arena, rest)) && ignored;
}

bool kv_git_ignores(struct kv_job *job, kv_str path)
{
	struct git_api git;
	struct kv_git_library library;
	kv_str error, dir = kv_path_dir(job->arena, path);
	if (kv_git_library_load(job, symbols, KV_COUNT(symbols), &git, &library, &error) < 0)
		return false;
	/* The folder of an ignored file is often missing too: start where there is one. */
	while (kv_file_kind(dir) != KV_FILE_DIR && dir.n > 1)
		dir = kv_path_dir(job->arena, dir);
	bool ignored = library.open(&library.repository, kv_arena_cstr(job->arena, dir), 0, NULL) == 0 &&
		       ask(job, &git, &library, path);
	kv_git_library_close(&library);
	return ignored;
}
