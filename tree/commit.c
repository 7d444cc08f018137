/* tree/commit.c: collects the files that a run wrote, and stages or commits them. */
#include "tree/commit.h"

#include "base/file.h"
#include "base/git_index.h"
#include "base/map.h"
#include "tree/beside.h"
#include "tree/lock.h"

struct collector {
	struct kv_job *job;
	struct kv_git *git;
	bool commits;
	struct kv_git_index *index; /* NULL: the files are for a commit on HEAD */
	struct kv_map held;         /* its paths, or those of HEAD, to the entries of the index */
	struct kv_map targets;      /* folders from the root, to struct held_target */
	struct kv_map beside;       /* kustomizations beside targets, to their new text */
	struct tree_git_files *files;
};

static void add(struct collector *c, struct kv_git_file file)
{
	KV_PUSH(c->job->arena, c->files->v, c->files->n, c->files->cap, file);
}

/* Files outside of this work tree, such as in a submodule, belong to another commit. */
static bool from_root(const struct collector *c, kv_str path, kv_str *ret)
{
	return kv_path_below(path, kv_git_root(c->git), ret);
}

/* --- what is held ----------------------------------------------------------------------------- */

static int note_held(struct collector *c)
{
	size_t n;
	if (c->index) {
		const struct kv_git_entry *entries = kv_git_index_entries(c->index, &n);
		for (size_t i = 0; i < n; i++)
			kv_map_put(&c->held, entries[i].path, (void *)(uintptr_t)&entries[i]);
		return 0;
	}
	kv_str *paths;
	if (kv_git_branch_files(c->job, c->git, KV_S(""), &paths, &n) < 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		kv_map_put(&c->held, paths[i], c);
	return 0;
}

static int read_held(struct collector *c, kv_str path, kv_str *ret)
{
	return c->index ? kv_git_blob(c->job, c->index, kv_map_get(&c->held, path), ret)
			: kv_git_branch_read(c->job, c->git, KV_S(""), path, ret);
}

/* What a target is to hold. */
struct held_target {
	struct kv_map names;
	enum tree_target_form form;
};

/* --- targets ---------------------------------------------------------------------------------- */

static void add_target(struct collector *c, kv_str folder, const struct tree_files *files)
{
	struct held_target *target = KV_NEW(c->job->arena, struct held_target);
	target->form = files->form;
	kv_map_init(&target->names, c->job->arena);
	for (size_t i = 0; i < files->n; i++) {
		kv_map_put(&target->names, files->v[i].name, c);
		add(c, (struct kv_git_file){ .path = kv_path_join(c->job->arena, folder, files->v[i].name),
					     .text = files->v[i].text });
	}
	if (tree_lists_its_files(files->form) || tree_is_named_beside(files->form))
		kv_map_put(&c->targets, folder, target);
}

/* Once: a commit is staged, too. */
static void tell_not_held(struct collector *c, const struct tree_beside *beside, kv_str path)
{
	if (c->index && c->commits)
		return;
	kv_warn_file(c->job, beside->shown, "it is not in %s, so its entries are not %s either",
		     c->index ? "the Git index" : "HEAD", c->index ? "staged" : "committed");
	kv_note(c->job, 0, "git %s %.*s", c->index ? "add" : "commit", KV_ARG(path));
}

/* The kustomization beside a target as it is held there, with our entries. So what a person changed besides stays that
 * person's to commit, and a run that follows one that failed still brings the entries. */
static int add_beside(struct collector *c, const struct tree_target *t, const struct tree_files *files)
{
	struct tree_beside beside;
	kv_str path, text, *earlier, *changed = KV_NEW(c->job->arena, kv_str);
	if (tree_beside_read(c->job, t->path, t->shown, files->form, &beside) < 0)
		return -1;
	if (!beside.path.n || !from_root(c, beside.path, &path))
		return 0;
	if (!kv_map_has(&c->held, path)) {
		tell_not_held(c, &beside, path);
		return 0;
	}
	earlier = kv_map_get(&c->beside, path);
	if (earlier)
		text = *earlier;
	else if (read_held(c, path, &text) < 0)
		return -1;
	if (tree_beside_replace(c->job, t->path, text, &beside) < 0 ||
	    tree_beside_change(c->job, &beside, t->path, t->shown, files, changed) < 0)
		return -1;
	if (changed->p != text.p)
		kv_map_put(&c->beside, path, changed);
	return 0;
}

static int add_outcome(struct collector *c, const struct tree_outcome *o)
{
	for (size_t i = 0; i < o->product->nfiles; i++) {
		const struct tree_target *t = tree_product_target(o->product, i);
		const struct tree_files *files = &o->product->files[i];
		kv_str folder;
		if (!from_root(c, t->path, &folder))
			continue;
		add_target(c, folder, files);
		if (tree_is_named_beside(files->form) && add_beside(c, t, files) < 0)
			return -1;
	}
	return 0;
}

/* Files of targets that are held, and neither rendered nor in the work tree any more. */
static void add_gone(struct collector *c)
{
	kv_str root = kv_git_root(c->git);
	for (size_t i = 0; i < c->held.n; i++) {
		kv_str path = c->held.entries[i].key, name = kv_path_base(path);
		struct held_target *target = kv_map_get(&c->targets, kv_path_dir(c->job->arena, path));
		if (target && tree_is_generated_name(target->form, name) && !kv_map_has(&target->names, name) &&
		    kv_file_kind_link(kv_path_join(c->job->arena, root, path)) == KV_FILE_NONE)
			add(c, (struct kv_git_file){ .path = path, .gone = true });
	}
}

static void add_kustomizations(struct collector *c)
{
	for (size_t i = 0; i < c->beside.n; i++)
		add(c, (struct kv_git_file){ .path = c->beside.entries[i].key,
					     .text = *(kv_str *)c->beside.entries[i].value });
}

static int add_lock(struct collector *c, const struct tree_repo *repo)
{
	kv_str path = kv_path_join(c->job->arena, repo->root, KV_S(TREE_LOCK_NAME)), from, text;
	if (!from_root(c, path, &from) || kv_file_kind(path) != KV_FILE_REGULAR)
		return 0;
	if (kv_file_read(c->job, path, &text) < 0)
		return -1;
	add(c, (struct kv_git_file){ .path = from, .text = text });
	return 0;
}

static int collect(struct collector c, const struct tree_repo *repo, const struct tree_outcome *outcomes,
		   struct tree_git_files *ret)
{
	struct kv_job *job = c.job;
	bool fetched = false;
	*ret = (struct tree_git_files){ 0 };
	c.files = ret;
	kv_map_init(&c.held, job->arena);
	kv_map_init(&c.targets, job->arena);
	kv_map_init(&c.beside, job->arena);
	if (note_held(&c) < 0)
		return -1;
	for (size_t i = 0; i < repo->nunits; i++) {
		if (outcomes[i].unit->failed)
			continue;
		if (add_outcome(&c, &outcomes[i]) < 0)
			return -1;
		fetched |= outcomes[i].product->fetcher.used.n > 0;
	}
	add_kustomizations(&c);
	add_gone(&c);
	return fetched ? add_lock(&c, repo) : 0;
}

static int stage(struct collector c, const struct tree_repo *repo, const struct tree_outcome *outcomes)
{
	struct tree_git_files files;
	size_t n;
	return kv_git_index_open(c.job, kv_git_root(c.git), &c.index) < 0 || collect(c, repo, outcomes, &files) < 0 ||
			       kv_git_stage(c.job, c.git, files.v, files.n, &n) < 0
		       ? -1
		       : 0;
}

int tree_commit_stage(struct kv_job *job, const struct tree_repo *repo, const struct tree_outcome *outcomes,
		      struct kv_git *git)
{
	return stage((struct collector){ .job = job, .git = git }, repo, outcomes);
}

int tree_commit(struct kv_job *job, const struct tree_repo *repo, const struct tree_outcome *outcomes,
		struct kv_git *git, const struct kv_git_message *message, kv_str *ret_id)
{
	struct collector c = { .job = job, .git = git, .commits = true };
	struct tree_git_files files;
	/* First the index: what is staged and not committed is no harm. */
	return kv_git_is_idle(job, git) < 0 || collect(c, repo, outcomes, &files) < 0 ||
			       stage(c, repo, outcomes) < 0 ||
			       kv_git_commit(job, git, message, files.v, files.n, ret_id) < 0
		       ? -1
		       : 0;
}
