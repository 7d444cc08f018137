/* base/git_library.c: loads libgit2 and opens a repository. */
#include "base/git_library.h"

#include "base/file.h"

#define ROW(member, symbol) KV_DL(struct kv_git_library, member, "git_" symbol)
static const struct kv_dl_symbol common[] = {
	ROW(init, "libgit2_init"),
	ROW(shutdown, "libgit2_shutdown"),
	ROW(last_error, "error_last"),
	ROW(open, "repository_open_ext"),
	ROW(close, "repository_free"),
	ROW(workdir, "repository_workdir"),
	ROW(gitdir, "repository_path"),
};

int kv_git_library_load(struct kv_job *job, const struct kv_dl_symbol *symbols, size_t n, void *table,
			struct kv_git_library *ret, kv_str *ret_error)
{
	*ret = (struct kv_git_library){ 0 };
	if (kv_dl_load(job->arena, KV_GIT_SONAME, common, KV_COUNT(common), ret, ret_error) < 0 ||
	    kv_dl_load(job->arena, KV_GIT_SONAME, symbols, n, table, ret_error) < 0)
		return -1;
	if (ret->init() >= 0)
		return 0;
	*ret_error = kv_arena_printf(job->arena, "libgit2 does not start: %s", kv_git_why(ret));
	return -1;
}

void kv_git_library_close(void *library)
{
	struct kv_git_library *l = library;
	if (l->repository)
		l->close(l->repository);
	l->shutdown();
}

int kv_git_library_open(struct kv_job *job, kv_str dir, const struct kv_dl_symbol *symbols, size_t n, void *table,
			struct kv_git_library *ret)
{
	kv_str error;
	if (kv_git_library_load(job, symbols, n, table, ret, &error) < 0)
		return kv_error(job, 0, "Git cannot be asked: %.*s", KV_ARG(error));
	kv_job_defer(job, kv_git_library_close, ret);
	if (ret->open(&ret->repository, kv_arena_cstr(job->arena, dir), 0, NULL) < 0)
		return kv_git_failed(job, ret, dir, "no Git repository can be opened here");
	const char *workdir = ret->workdir(ret->repository);
	if (!workdir)
		return kv_error_file(job, dir, "this Git repository has no work tree");
	return kv_path_real(job, kv_str_c(workdir), &ret->root);
}

const char *kv_git_why(const struct kv_git_library *library)
{
	const git_error *e = library->last_error();
	return e && e->message ? e->message : "unknown reason";
}

int kv_git_failed(struct kv_job *job, const struct kv_git_library *library, kv_str file, const char *what)
{
	const char *why = kv_git_why(library);
	kv_error_file(job, file, "%s: %s", what, why);
	/* libgit2: filebuf.c, lock_file(), whose message ends with the name of the lock. */
	if (kv_str_starts(kv_str_c(why), KV_S("failed to lock file ")))
		kv_note(job, 0, KV_GIT_LOCKED);
	return -1;
}
