/* tree/staged.c: makes a private folder that shows the index. */
#include "tree/staged.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/file.h"
#include "base/git_index.h"
#include "base/view.h"
#include "tree/applications.h"
#include "tree/dirs.h"

static bool make_private(struct kv_arena *a, const char *parent, kv_str *ret)
{
	char *path = kv_arena_cstr(a, kv_path_join(a, kv_str_c(parent), KV_S("kvendor-staged-XXXXXX")));
	if (!mkdtemp(path))
		return false;
	*ret = kv_str_c(path);
	return true;
}

/* Memory, which no disk slows down, unless little of it is free: a container's may have only 64 MB. */
#define LEAST_MEMORY ((size_t)256 << 20)

static bool has_memory(void)
{
	struct statvfs s;
	return statvfs("/dev/shm", &s) == 0 && s.f_bavail >= LEAST_MEMORY / s.f_bsize;
}

/* A new folder that nobody else may enter; with .git, since it is the root of a repository. */
static int make_root(struct kv_job *job, kv_str *ret)
{
	const char *named = getenv("TMPDIR"), *tmp = named && *named == '/' ? named : "/tmp";
	if ((tmp == named || !has_memory() || !make_private(job->arena, "/dev/shm", ret)) &&
	    !make_private(job->arena, tmp, ret))
		return kv_error_file(job, kv_str_c(tmp), "no folder can be made here: %s", strerror(errno));
	return kv_dir_make(job, kv_path_join(job->arena, *ret, KV_S(".git"))) < 0
		       ? -1
		       : kv_path_real(job, *ret, ret);
}

/* The addresses of the repository, without what they may hold of logins: what applications have from there is in this folder. */
static int write_remotes(struct kv_job *job, const struct tree_staged *s)
{
	struct tree_repo repo = { .root = s->root };
	struct kv_buf out;
	tree_repo_urls(job, &repo);
	kv_buf_init(&out, job->arena, KV_BUF_MAX);
	for (size_t i = 0; i < repo.nurls; i++)
		kv_buf_printf(&out, "[remote \"%zu\"]\n\turl = https://%.*s\n", i, KV_ARG(repo.urls[i]));
	return !out.n ? 0 : kv_file_write(job, kv_path_join(job->arena, s->folder, KV_S(".git/config")), kv_buf_view(&out));
}

int tree_staged_begin(struct kv_job *job, struct tree_staged *ret)
{
	struct kv_git_index *index;
	kv_str cwd, below;
	*ret = (struct tree_staged){ .folder = KV_S("") };
	if (kv_path_cwd(job, &cwd) < 0 || kv_git_index_open(job, cwd, &index) < 0)
		return -1;
	ret->root = kv_git_index_root(index);
	if (!kv_path_below(cwd, ret->root, &below))
		return kv_error_file(job, cwd, "it lies outside the work tree");
	if (make_root(job, &ret->folder) < 0 || write_remotes(job, ret) < 0)
		return -1;
	ret->cwd = kv_path_join(job->arena, ret->folder, below);
	kv_view_begin(ret->folder, index);
	kv_view_reach(ret->cwd);
	return kv_dir_make(job, ret->cwd);
}

int tree_staged_end(struct kv_job *job, const struct tree_staged *s)
{
	int got = kv_view_end(job);
	if (!s->folder.n)
		return got;
	tree_fd parent = tree_dir_open(job->arena, kv_path_dir(job->arena, s->folder), NULL);
	if (parent < 0 || tree_remove_at(parent, kv_arena_cstr(job->arena, kv_path_base(s->folder))) < 0)
		kv_warn_file(job, s->folder, "it cannot be removed: %s", strerror(errno));
	return got;
}
