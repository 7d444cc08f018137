/* tree/since.c: whether an input or output of a unit is among the changed paths. */
#include "tree/since.h"

#include "tree/lock.h"

static bool input_changed(const struct kv_git_changes *c, const struct kv_input *in)
{
	kv_str rest;
	if (!kv_path_below(in->path, c->root, &rest))
		return false;
	return in->what == KV_INPUT_TEXT ? kv_git_changed(c, in->path) : kv_git_relisted(c, in->path);
}

/* Files that a person changed by hand, and those of the kustomization beside a target. */
static bool target_changed(struct kv_arena *a, const struct kv_git_changes *c, const struct tree_target *t)
{
	kv_str parent = kv_path_dir(a, t->path);
	for (size_t i = 0; i < KV_COUNT(rnd_kustomization_names); i++)
		if (kv_git_changed(c, kv_path_join(a, parent, kv_str_c(rnd_kustomization_names[i]))))
			return true;
	return kv_git_changed_below(c, t->path);
}

bool tree_changed_since(const struct kv_git_changes *c, const struct tree_repo *repo, const struct tree_unit *u,
			const struct tree_action *action)
{
	struct kv_arena *a = u->job->arena;
	if (kv_git_changed(c, kv_path_join(a, u->path, kv_path_base(u->file))) ||
	    kv_git_changed(c, kv_path_join(a, repo->root, KV_S(".kvendor.yaml"))) ||
	    (action->graph.used.n && kv_git_changed(c, kv_path_join(a, repo->root, KV_S(TREE_LOCK_NAME)))))
		return true;
	for (size_t i = 0; i < action->graph.n; i++)
		if (input_changed(c, &action->graph.inputs[i]))
			return true;
	for (size_t g = 0; g < u->config.ngroups; g++) {
		const struct tree_group *group = &u->config.groups[g];
		for (size_t i = 0; i < group->nsources; i++)
			if (kv_git_relisted(c, group->sources[i].path))
				return true;
		for (size_t i = 0; i < group->ntargets; i++)
			if (target_changed(a, c, &group->targets[i]))
				return true;
	}
	return false;
}
