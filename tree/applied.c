/* tree/applied.c: builds the kustomizations around targets that are not written yet. */
#include "tree/applied.h"

#include "base/file.h"
#include "base/inputs.h"
#include "base/map.h"
#include "krm/yaml.h"

static kv_str id_of(struct kv_arena *a, krm_val obj)
{
	return kv_arena_cat(a, krm_api_version(obj), KV_S("|"), krm_kind(obj), KV_S("|"), krm_name(obj));
}

/* --- the kustomization around a target ----------------------------------------------------------- */

static bool includes(struct kv_job *job, kv_str dir, kv_str file, kv_str target)
{
	static const char *const fields[] = { "resources", "bases", "components" };
	struct kv_diag_mark mark = kv_diag_mark(job);
	krm_val doc = krm_nil();
	kv_str text;
	/* A broken one includes nothing. */
	if (kv_file_read(job, file, &text) < 0 || krm_yaml_read(job, file, text, KRM_YAML_HELM, &doc) < 0)
		kv_diag_forget(job, mark);
	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
		krm_val list = krm_get(doc, fields[i]);
		for (size_t k = 0; k < krm_list_len(list); k++)
			if (list.l->v[k].kind == KRM_STRING &&
			    kv_str_eq(kv_path_join(job->arena, dir, krm_str(list.l->v[k])), target))
				return true;
	}
	return false;
}

/* The nearest folder above the target, up to the root, whose kustomization names it; empty if there is none. */
static kv_str folder_around(struct kv_job *job, kv_str root, kv_str target)
{
	kv_str rest;
	for (kv_str dir = kv_path_dir(job->arena, target); kv_path_below(dir, root, &rest);
	     dir = kv_path_dir(job->arena, dir)) {
		kv_str file = rnd_kustomization_file(job, dir);
		if (file.n && includes(job, dir, file, target))
			return dir;
		if (dir.n <= root.n)
			break;
	}
	return KV_S("");
}

/* --- its build --------------------------------------------------------------------------------- */

static bool print_targets(struct kv_job *job, const struct tree_group *group, const struct krm_resources *some,
			  struct rnd_stand_in *ret)
{
	for (size_t i = 0; i < group->ntargets; i++) {
		struct kv_buf text;
		kv_buf_init(&text, job->arena, KV_BUF_MAX);
		if (krm_resources_write(job, &some[i], &text) < 0)
			return false;
		ret[i] = (struct rnd_stand_in){ group->targets[i].path, kv_buf_view(&text) };
	}
	return true;
}

/* What the build at `dir` makes, by kind and name. */
static void build_around(struct kv_job *job, const struct tree_applied *how, const struct rnd_stand_in *stand_ins,
			 size_t n, kv_str dir, struct kv_map *ret)
{
	struct rnd_build_options options = *how->options;
	struct krm_resources built = { 0 };
	struct kv_diag_mark mark = kv_diag_mark(job);
	options.fields = krm_nil();
	options.stand_ins = stand_ins;
	options.nstand_ins = n;
	bool failed = rnd_build(job, dir, &options, &built) < 0;
	kv_str why = failed && job->last ? job->last->text : KV_S("");
	kv_diag_forget(job, mark);
	if (failed)
		kv_warn_file(job, dir,
			     "it includes a target and cannot be built, so Pods are judged as they are rendered: %.*s",
			     KV_ARG(why));
	for (size_t i = 0; i < built.n; i++)
		kv_map_put(ret, id_of(job->arena, built.v[i]->obj), built.v[i]);
}

struct krm_resources tree_applied(struct kv_job *job, const struct tree_applied *how, const struct tree_group *group,
				  const struct krm_resources *some, const struct krm_resources *list)
{
	struct rnd_stand_in *stand_ins = KV_NEW_N(job->arena, struct rnd_stand_in, group->ntargets);
	struct krm_resources ret = { 0 };
	struct kv_map done, built;
	kv_map_init(&done, job->arena);
	kv_map_init(&built, job->arena);
	if (!print_targets(job, group, some, stand_ins))
		return *list;
	for (size_t i = 0; i < group->ntargets; i++) {
		kv_str dir = folder_around(job, how->root, group->targets[i].path);
		if (dir.n && !kv_map_put(&done, dir, &done))
			build_around(job, how, stand_ins, group->ntargets, dir, &built);
	}
	for (size_t i = 0; i < list->n; i++) {
		struct krm_resource *other = kv_map_get(&built, id_of(job->arena, list->v[i]->obj));
		krm_resources_push(job->arena, &ret, other ? other : list->v[i]);
	}
	return ret;
}
