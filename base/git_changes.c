/* base/git_changes.c: a tree against the work tree, with the index as its memory. */
#include "base/git_changes.h"

#include <git2.h>

#include "base/dl.h"
#include "base/file.h"

struct changes_api {
	int (*init)(void);
	int (*shutdown)(void);
	const git_error *(*last_error)(void);
	int (*open)(git_repository **, const char *, unsigned, const char *);
	void (*close)(git_repository *);
	const char *(*workdir)(const git_repository *);
	int (*parse)(git_object **, git_repository *, const char *);
	int (*peel)(git_object **, const git_object *, git_object_t);
	void (*object_free)(git_object *);
	int (*options)(git_diff_options *, unsigned);
	int (*diff)(git_diff **, git_repository *, git_tree *, const git_diff_options *);
	size_t (*count)(const git_diff *);
	const git_diff_delta *(*delta)(const git_diff *, size_t);
	void (*diff_free)(git_diff *);
};

static const struct kv_dl_symbol symbols[] = {
	KV_DL(struct changes_api, init, "git_libgit2_init"),
	KV_DL(struct changes_api, shutdown, "git_libgit2_shutdown"),
	KV_DL(struct changes_api, last_error, "git_error_last"),
	KV_DL(struct changes_api, open, "git_repository_open_ext"),
	KV_DL(struct changes_api, close, "git_repository_free"),
	KV_DL(struct changes_api, workdir, "git_repository_workdir"),
	KV_DL(struct changes_api, parse, "git_revparse_single"),
	KV_DL(struct changes_api, peel, "git_object_peel"),
	KV_DL(struct changes_api, object_free, "git_object_free"),
	KV_DL(struct changes_api, options, "git_diff_options_init"),
	KV_DL(struct changes_api, diff, "git_diff_tree_to_workdir_with_index"),
	KV_DL(struct changes_api, count, "git_diff_num_deltas"),
	KV_DL(struct changes_api, delta, "git_diff_get_delta"),
	KV_DL(struct changes_api, diff_free, "git_diff_free"),
};

struct reading {
	struct kv_job *job;
	struct changes_api git;
	git_repository *repository;
	git_object *object, *tree;
	git_diff *diff;
	struct kv_git_changes *ret;
};

static int failed(struct reading *r, kv_str what, const char *why)
{
	const git_error *e = r->git.last_error();
	return kv_error(r->job, 0, "'%.*s' %s: %s", KV_ARG(what), why,
			e && e->message ? e->message : "unknown reason");
}

/* --- paths ------------------------------------------------------------------------------------ */

static void add_above(struct reading *r, kv_str path, struct kv_map *to)
{
	for (size_t slash; path.n > r->ret->root.n && (slash = kv_str_rchr(path, '/')) != SIZE_MAX;) {
		path.n = slash;
		if (path.n < r->ret->root.n || kv_map_put(to, path, r))
			return;
	}
}

static void add_delta(struct reading *r, const git_diff_delta *d)
{
	kv_str path = kv_path_join(r->job->arena, r->ret->root,
				   kv_str_c(d->new_file.path ? d->new_file.path : d->old_file.path));
	kv_map_put(&r->ret->changed, path, r);
	add_above(r, path, &r->ret->around);
	if (d->status != GIT_DELTA_MODIFIED)
		add_above(r, path, &r->ret->stirred);
}

bool kv_git_changed(const struct kv_git_changes *c, kv_str path)
{
	for (;; path.n = kv_str_rchr(path, '/')) {
		if (kv_map_has(&c->changed, path))
			return true;
		if (path.n <= c->root.n || kv_str_rchr(path, '/') == SIZE_MAX)
			return false;
	}
}

bool kv_git_changed_below(const struct kv_git_changes *c, kv_str path)
{
	return kv_map_has(&c->around, path) || kv_git_changed(c, path);
}

bool kv_git_stirred(const struct kv_git_changes *c, kv_str path)
{
	return kv_map_has(&c->stirred, path) || kv_git_changed(c, path);
}

/* --- the difference --------------------------------------------------------------------------- */

static int read_changes(struct reading *r, kv_str dir, kv_str ref)
{
	git_diff_options options;
	if (r->git.open(&r->repository, kv_arena_cstr(r->job->arena, dir), 0, NULL) < 0)
		return failed(r, dir, "is in no Git repository");
	const char *workdir = r->git.workdir(r->repository);
	if (!workdir)
		return kv_error_file(r->job, dir, "this Git repository has no work tree");
	if (kv_path_real(r->job, kv_str_c(workdir), &r->ret->root) < 0)
		return -1;
	if (r->git.parse(&r->object, r->repository, kv_arena_cstr(r->job->arena, ref)) < 0 ||
	    r->git.peel(&r->tree, r->object, GIT_OBJECT_TREE) < 0) {
		failed(r, ref, "is no commit of this repository");
		kv_note(r->job, 0, "a shallow clone lacks older commits: \"git fetch\" gets them");
		return -1;
	}
	r->git.options(&options, GIT_DIFF_OPTIONS_VERSION);
	options.flags = GIT_DIFF_INCLUDE_UNTRACKED | GIT_DIFF_RECURSE_UNTRACKED_DIRS |
			GIT_DIFF_INCLUDE_IGNORED | GIT_DIFF_INCLUDE_TYPECHANGE;
	if (r->git.diff(&r->diff, r->repository, (git_tree *)r->tree, &options) < 0)
		return failed(r, ref, "cannot be compared with the work tree");
	for (size_t i = 0; i < r->git.count(r->diff); i++)
		add_delta(r, r->git.delta(r->diff, i));
	return 0;
}

int kv_git_changes(struct kv_job *job, kv_str dir, kv_str ref, struct kv_git_changes *ret)
{
	struct reading r = { .job = job, .ret = ret };
	kv_str error;
	*ret = (struct kv_git_changes){ 0 };
	kv_map_init(&ret->changed, job->arena);
	kv_map_init(&ret->around, job->arena);
	kv_map_init(&ret->stirred, job->arena);
	if (kv_dl_load(job->arena, "libgit2.so.1.5", symbols, sizeof symbols / sizeof *symbols, &r.git,
		       &error) < 0)
		return kv_error(job, 0, "Git cannot be asked what changed: %.*s", KV_ARG(error));
	if (r.git.init() < 0)
		return failed(&r, dir, "libgit2 does not start");
	int rc = read_changes(&r, dir, ref);
	r.git.diff_free(r.diff);
	r.git.object_free(r.tree);
	r.git.object_free(r.object);
	r.git.close(r.repository);
	r.git.shutdown();
	return rc;
}
