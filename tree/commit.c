/* tree/commit.c: which files of the work tree a run answers for. */
#include "tree/commit.h"

#include "base/file.h"
#include "base/git_index.h"
#include "base/map.h"
#include "tree/lock.h"

struct collector {
	struct kv_job *job;
	kv_str root;
	struct kv_map *targets; /* folders from the root, to their files */
	struct tree_git_files *files;
};

static void add(struct collector *c, struct kv_git_file file)
{
	KV_PUSH(c->job->arena, c->files->v, c->files->n, c->files->cap, file);
}

/* Files outside of this work tree, such as in a submodule, belong to another commit. */
static bool from_root(const struct collector *c, kv_str path, kv_str *ret)
{
	return kv_path_below(path, c->root, ret);
}

static void add_target(struct collector *c, const struct tree_target *t, const struct tree_files *files)
{
	kv_str folder;
	if (!from_root(c, t->path, &folder))
		return;
	struct kv_map *names = KV_NEW(c->job->arena, struct kv_map);
	kv_map_init(names, c->job->arena);
	for (size_t i = 0; i < files->n; i++) {
		kv_map_put(names, files->v[i].name, c);
		add(c, (struct kv_git_file){ .path = kv_path_join(c->job->arena, folder, files->v[i].name),
					     .text = files->v[i].text });
	}
	if (files->form == TREE_FORM_KUBESOURCE || tree_is_named_beside(files->form))
		kv_map_put(c->targets, folder, names);
}

static void add_outcome(struct collector *c, const struct tree_outcome *o)
{
	kv_str path;
	for (size_t i = 0; i < o->product->nfiles; i++)
		add_target(c, tree_product_target(o->product, i), &o->product->files[i]);
	for (size_t i = 0; i < o->nedits; i++)
		if (from_root(c, o->edits[i].path, &path))
			add(c, (struct kv_git_file){ .path = path,
						     .text = o->edits[i].after,
						     .before = o->edits[i].before });
}

/* Entries of targets that are neither rendered nor there any more. */
static int add_gone(struct collector *c)
{
	struct kv_git_index *index;
	size_t n;
	if (kv_git_index_open(c->job, c->root, &index) < 0)
		return -1;
	const struct kv_git_entry *entries = kv_git_index_entries(index, &n);
	for (size_t i = 0; i < n; i++) {
		kv_str name = kv_path_base(entries[i].path);
		struct kv_map *names = kv_map_get(c->targets, kv_path_dir(c->job->arena, entries[i].path));
		if (names && tree_is_generated_name(name) && !kv_map_has(names, name) &&
		    kv_file_kind_link(kv_path_join(c->job->arena, c->root, entries[i].path)) == KV_FILE_NONE)
			add(c, (struct kv_git_file){ .path = entries[i].path, .gone = true });
	}
	return 0;
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

int tree_commit_files(struct kv_job *job, const struct tree_repo *repo, const struct tree_outcome *outcomes,
		      kv_str git_root, struct tree_git_files *ret)
{
	struct kv_map targets;
	struct collector c = { job, git_root, &targets, ret };
	bool fetched = false;
	kv_map_init(&targets, job->arena);
	*ret = (struct tree_git_files){ 0 };
	for (size_t i = 0; i < repo->nunits; i++) {
		if (outcomes[i].unit->failed)
			continue;
		add_outcome(&c, &outcomes[i]);
		fetched |= outcomes[i].product->fetcher.used.n > 0;
	}
	return add_gone(&c) < 0 || (fetched && add_lock(&c, repo) < 0) ? -1 : 0;
}
