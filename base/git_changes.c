/* base/git_changes.c: compares a commit's tree with the work tree through the index. */
#include "base/git_changes.h"

#include "base/file.h"
#include "base/git_index_file.h"
#include "base/git_library.h"

struct changes_api {
	int (*parse)(git_object **, git_repository *, const char *);
	int (*peel)(git_object **, const git_object *, git_object_t);
	void (*object_free)(git_object *);
	int (*options)(git_diff_options *, unsigned);
	int (*diff)(git_diff **, git_repository *, git_tree *, const git_diff_options *);
	size_t (*count)(const git_diff *);
	const git_diff_delta *(*delta)(const git_diff *, size_t);
	void (*diff_free)(git_diff *);
	const git_index_entry *(*index_get)(git_index *, const char *, int);
};

static const struct kv_dl_symbol symbols[] = {
	KV_DL(struct changes_api, parse, "git_revparse_single"),
	KV_DL(struct changes_api, peel, "git_object_peel"),
	KV_DL(struct changes_api, object_free, "git_object_free"),
	KV_DL(struct changes_api, options, "git_diff_options_init"),
	KV_DL(struct changes_api, diff, "git_diff_tree_to_workdir_with_index"),
	KV_DL(struct changes_api, count, "git_diff_num_deltas"),
	KV_DL(struct changes_api, delta, "git_diff_get_delta"),
	KV_DL(struct changes_api, diff_free, "git_diff_free"),
	KV_DL(struct changes_api, index_get, "git_index_get_bypath"),
};

struct reading {
	struct kv_job *job;
	struct changes_api git;
	struct kv_git_library library;
	struct kv_git_index_file index;
	git_object *object, *tree;
	git_diff *diff;
	struct kv_git_changes *ret;
};

static int failed(struct reading *r, kv_str what, const char *why)
{
	return kv_error(r->job, 0, "'%.*s' %s: %s", KV_ARG(what), why, kv_git_why(&r->library));
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

/* libgit2 takes a file that only a sparse checkout leaves out for one that was removed. */
static bool is_left_out(const struct reading *r, const git_diff_delta *d)
{
	const git_index_entry *e = d->status == GIT_DELTA_DELETED
					   ? r->git.index_get(r->index.index, d->old_file.path, 0)
					   : NULL;
	return e && e->flags_extended & GIT_INDEX_ENTRY_SKIP_WORKTREE &&
	       memcmp(&e->id, &d->old_file.id, sizeof e->id) == 0;
}

static void add_delta(struct reading *r, const git_diff_delta *d)
{
	if (is_left_out(r, d))
		return;
	kv_str path = kv_path_join(r->job->arena, r->ret->root,
				   kv_str_c(d->new_file.path ? d->new_file.path : d->old_file.path));
	kv_map_put(&r->ret->changed, path, r);
	add_above(r, path, &r->ret->around);
	if (d->status != GIT_DELTA_MODIFIED)
		add_above(r, path, &r->ret->relisted);
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

bool kv_git_relisted(const struct kv_git_changes *c, kv_str path)
{
	return kv_map_has(&c->relisted, path) || kv_git_changed(c, path);
}

/* --- the difference --------------------------------------------------------------------------- */

static int find_tree(struct reading *r, kv_str ref)
{
	if (r->git.parse(&r->object, r->library.repository, kv_arena_cstr(r->job->arena, ref)) == 0 &&
	    r->git.peel(&r->tree, r->object, GIT_OBJECT_TREE) == 0)
		return 0;
	failed(r, ref, "is not a commit of this repository");
	kv_note(r->job, 0, "a shallow clone lacks older commits: \"git fetch\" gets them");
	return -1;
}

static int read_changes(struct reading *r, kv_str ref)
{
	git_diff_options options;
	if (find_tree(r, ref) < 0 || kv_git_index_load(r->job, &r->library, &r->index) < 0)
		return -1;
	r->git.options(&options, GIT_DIFF_OPTIONS_VERSION);
	options.flags = GIT_DIFF_INCLUDE_UNTRACKED | GIT_DIFF_RECURSE_UNTRACKED_DIRS |
			GIT_DIFF_INCLUDE_IGNORED | GIT_DIFF_INCLUDE_TYPECHANGE;
	if (r->git.diff(&r->diff, r->library.repository, (git_tree *)r->tree, &options) < 0)
		return failed(r, ref, "cannot be compared with the work tree");
	for (size_t i = 0; i < r->git.count(r->diff); i++)
		add_delta(r, r->git.delta(r->diff, i));
	return 0;
}

int kv_git_changes(struct kv_job *job, kv_str dir, kv_str ref, struct kv_git_changes *ret)
{
	struct reading *r = KV_NEW(job->arena, struct reading);
	*ret = (struct kv_git_changes){ 0 };
	*r = (struct reading){ .job = job, .ret = ret };
	kv_map_init(&ret->changed, job->arena);
	kv_map_init(&ret->around, job->arena);
	kv_map_init(&ret->relisted, job->arena);
	if (kv_git_library_open(job, dir, symbols, KV_COUNT(symbols), &r->git, &r->library) < 0)
		return -1;
	ret->root = r->library.root;
	int rc = read_changes(r, ref);
	r->git.diff_free(r->diff);
	r->git.object_free(r->tree);
	r->git.object_free(r->object);
	return rc;
}
