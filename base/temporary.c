/* base/temporary.c: makes folders with mkdtemp and removes them when the job is freed. */
#include "base/temporary.h"

#include <errno.h>
#include <ftw.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"

/* Descriptors that the walk may hold; deeper trees are walked all the same. */
#define WALK_DESCRIPTORS 32

static int remove_entry(const char *path, const struct stat *st, int kind, struct FTW *where)
{
	(void)st;
	(void)where;
	/* What cannot be removed stays, the rest goes. */
	if (kind == FTW_DP)
		rmdir(path);
	else
		unlink(path);
	return 0;
}

static void remove_tree(void *path)
{
	nftw(path, remove_entry, WALK_DESCRIPTORS, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
}

int kv_temporary_dir(struct kv_job *job, kv_str *ret_path)
{
	const char *parent = getenv("TMPDIR");
	char *path;
	kv_str real;

	if (kv_path_real(job, kv_str_c(parent && *parent ? parent : "/tmp"), &real) < 0)
		return -1;
	path = kv_arena_cstr(job->arena, kv_path_join(job->arena, real, KV_S("kvendor-XXXXXX")));
	if (!mkdtemp(path))
		return kv_error_file(job, kv_str_c(path), "cannot be made: %s", strerror(errno));
	kv_job_defer(job, remove_tree, path);
	*ret_path = kv_str_c(path);
	return 0;
}
