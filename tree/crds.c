/* tree/crds.c: finds the CustomResourceDefinitions that are vendored in the repository. */
#include "tree/crds.h"

#include <stdlib.h>

#include "base/file.h"
#include "base/inputs.h"
#include "krm/yaml.h"
#include "tree/discover.h"

#define PREFIX "CustomResourceDefinition--"
#define SUFFIX ".yaml"

/* "things.example.org" of ".../CustomResourceDefinition--things.example.org.yaml"; empty for any other file. */
static kv_str name_of(kv_str path)
{
	kv_str base = kv_path_base(path);
	if (!kv_str_starts(base, KV_S(PREFIX)) || !kv_str_ends(base, KV_S(SUFFIX)) ||
	    base.n <= sizeof PREFIX SUFFIX - 1)
		return KV_S("");
	return kv_str_sub(base, sizeof PREFIX - 1, base.n - (sizeof SUFFIX - 1));
}

static kv_str group_of(kv_str name)
{
	size_t dot = kv_str_chr(name, '.');
	return dot == SIZE_MAX ? KV_S("") : kv_str_sub(name, dot + 1, name.n);
}

void tree_crds_add(struct kv_arena *a, struct tree_crds *crds, kv_str path)
{
	if (name_of(path).n)
		KV_PUSH(a, crds->v, crds->n, crds->cap, path);
}

static bool is_left_out(kv_str name)
{
	return kv_str_eq(name, KV_S(".git")) || kv_str_eq(name, KV_S("node_modules")) ||
	       kv_str_eq(name, KV_S("charts")) || kv_str_starts(name, KV_S(TREE_STAGED));
}

struct search {
	struct kv_arena *arena;
	struct tree_crds *found;
};

static bool see(void *arg, kv_str path, enum kv_file_kind kind)
{
	const struct search *s = arg;
	if (kind == KV_FILE_REGULAR)
		tree_crds_add(s->arena, s->found, path);
	return !is_left_out(kv_path_base(path));
}

void tree_crds_sort(struct tree_crds *crds)
{
	if (crds->n)
		qsort(crds->v, crds->n, sizeof *crds->v, kv_str_by_bytes);
}

int tree_crds_find(struct kv_job *job, kv_str root, struct tree_crds *ret)
{
	struct search s = { job->arena, ret };
	if (kv_dir_walk(job, root, see, &s) < 0)
		return -1;
	tree_crds_sort(ret);
	return 0;
}

bool tree_crds_foresee(struct kv_job *job, struct tree_crds *crds, kv_str path, kv_str text)
{
	kv_str now;
	bool there = kv_file_kind(path) == KV_FILE_REGULAR;
	if (!name_of(path).n || (there && kv_file_read_unnoted(job, path, &now) == 0 && kv_str_eq(now, text)))
		return false;
	if (!there)
		tree_crds_add(job->arena, crds, path);
	if (!crds->foreseen.arena)
		kv_map_init(&crds->foreseen, job->arena);
	kv_str *copy = KV_NEW(job->arena, kv_str);
	*copy = text;
	kv_map_put(&crds->foreseen, path, copy);
	return true;
}

int tree_crds_text(struct kv_job *job, const struct tree_crds *crds, kv_str path, kv_str *ret)
{
	const kv_str *foreseen = crds && crds->foreseen.arena ? kv_map_get(&crds->foreseen, path) : NULL;
	if (!foreseen)
		return kv_file_read(job, path, ret);
	*ret = *foreseen;
	return 0;
}

int tree_crds_read(struct kv_job *job, const struct tree_crds *crds, const struct krm_resources *list,
		   struct krm_resources *ret)
{
	struct kv_map groups, known;
	kv_map_init(&groups, job->arena);
	kv_map_init(&known, job->arena);
	for (size_t i = 0; i < list->n; i++) {
		krm_val obj = list->v[i]->obj;
		kv_map_put(&groups, krm_gvk_of(obj).group, obj.m);
		if (kv_str_eq(krm_kind(obj), KV_S("CustomResourceDefinition")))
			kv_map_put(&known, krm_name(obj), obj.m);
	}
	for (size_t i = 0; i < crds->n; i++) {
		kv_str name = name_of(crds->v[i]), text;
		krm_val *docs;
		size_t n;
		if (!kv_map_has(&groups, group_of(name)) || kv_map_put(&known, name, ret))
			continue;
		if (tree_crds_text(job, crds, crds->v[i], &text) < 0 ||
		    krm_yaml_read_all(job, crds->v[i], text, KRM_YAML_KUSTOMIZE, &docs, &n) < 0)
			return -1;
		for (size_t k = 0; k < n; k++)
			if (docs[k].kind == KRM_MAP)
				krm_resources_push(job->arena, ret,
						   krm_resource_new(job->arena, docs[k],
								    (struct krm_origin){ .path = crds->v[i] }));
	}
	return 0;
}
