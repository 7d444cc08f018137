/* render/kustomize/merge.c: a generated resource joins what is there: create, replace, merge
 * (api/resmap/reswrangler.go appendReplaceOrMerge, api/resource/resource.go CopyMergeMetaDataFieldsFrom). */
#include "render/kustomize/target.h"

/* GetLabels and the like: every value as text. The keys of `from` win over those there. */
static void add_strings(struct rnd_k_build *b, struct krm_map *into, krm_val from)
{
	if (from.kind != KRM_MAP)
		return;
	krm_map_each (from.m, e) {
		krm_val key = rnd_k_key(b, rnd_k_scalar_text(b, e->key));

		krm_map_set_key(b->job->arena, into, key,
				krm_string(b->job->arena, rnd_k_scalar_text(b, e->val)));
	}
}

static krm_val merged_strings(struct rnd_k_build *b, krm_val old, krm_val new)
{
	krm_val out = krm_map(b->job->arena, KRM_OF_ANY);

	add_strings(b, out.m, old);
	add_strings(b, out.m, new);
	return out;
}

/* Sets a map field, or removes it when the map is empty. */
static void set_map(struct rnd_k_build *b, krm_val obj, const char *field, krm_val map)
{
	if (krm_map_len(map))
		krm_map_set_c(b->job->arena, obj.m, field, map);
	else
		krm_map_del(obj.m, kv_str_c(field));
}

static void copy_metadata(struct rnd_k_build *b, struct rnd_k_res *res, const struct rnd_k_res *old)
{
	krm_val meta = krm_get(res->r->obj, "metadata"), was = krm_get(old->r->obj, "metadata"), namespace;

	set_map(b, meta, "labels", merged_strings(b, krm_get(was, "labels"), krm_get(meta, "labels")));
	set_map(b, meta, "annotations",
		merged_strings(b, krm_get(was, "annotations"), krm_get(meta, "annotations")));
	krm_map_set(b->job->arena, meta.m, KV_S("name"), krm_get(was, "name"));
	namespace = krm_get(was, "namespace");
	if (krm_str(namespace).n)
		krm_map_set(b->job->arena, meta.m, KV_S("namespace"), namespace);
	else
		krm_map_del(meta.m, KV_S("namespace"));
}

/* The build annotations are those of the old resource alone; a hash is added only if both want one. */
static void copy_records(struct rnd_k_res *res, const struct rnd_k_res *old)
{
	res->prev = old->prev;
	res->nprev = old->nprev;
	res->prev_cap = old->nprev;
	res->prefixes = old->prefixes;
	res->suffixes = old->suffixes;
	res->ref_by = old->ref_by;
	res->ref_vars = old->ref_vars;
	res->behavior = old->behavior;
	res->has_behavior = old->has_behavior;
	res->needs_hash = res->needs_hash && old->needs_hash;
	res->helm_generated = old->helm_generated;
	if (!res->origin)
		res->origin = old->origin;
	if (!res->ntransformations) {
		res->transformations = old->transformations;
		res->ntransformations = old->ntransformations;
		res->transformations_cap = old->ntransformations;
	}
}

/* GetDataMap: a null is an empty text, however it is written. */
static void blank_nulls(struct rnd_k_build *b, krm_val data)
{
	if (data.kind != KRM_MAP)
		return;
	krm_map_each (data.m, e)
		if (krm_is_null(e->val))
			e->val = krm_string(b->job->arena, KV_S(""));
}

/* What is no UTF-8 goes to binaryData as base64 (kyaml/yaml/datamap.go); merged texts are UTF-8 already. */
static void merge_data(struct rnd_k_build *b, struct rnd_k_res *res, const struct rnd_k_res *old)
{
	static const char *const fields[] = { "data", "binaryData" };

	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
		krm_val before = krm_get(old->r->obj, fields[i]), merged;

		blank_nulls(b, before);
		merged = merged_strings(b, before, krm_get(res->r->obj, fields[i]));
		krm_map_each (merged.m, e)
			if (kv_str_chr(krm_str(e->val), '\n') != SIZE_MAX)
				e->val.style = KRM_STYLE_LITERAL;
		set_map(b, res->r->obj, fields[i], merged);
	}
}

static int cannot_join(struct rnd_k_build *b, const struct rnd_k_res *res, struct rnd_k_list found)
{
	kv_str id = rnd_k_id_str(b->job->arena, rnd_k_cur_id(res));

	if (found.n == 0)
		return kv_error(b->job, res->r->origin.pos, "id %.*s does not exist; cannot merge or replace",
				KV_ARG(id));
	if (found.n > 1)
		return kv_error(b->job, res->r->origin.pos,
				"found multiple objects that could accept merge of %.*s", KV_ARG(id));
	kv_error(b->job, res->r->origin.pos,
		 "id %.*s exists; can not use behavior: '%s', behavior must be merge or replace", KV_ARG(id),
		 rnd_k_behavior_name(res->behavior));
	kv_note(b->job, found.v[0]->r->origin.pos, "exists here: %.*s", KV_ARG(found.v[0]->r->origin.path));
	return -1;
}

int rnd_k_absorb_generated(struct rnd_k_build *b, struct rnd_k_acc *acc, struct rnd_k_res *res)
{
	struct rnd_k_list found = rnd_k_find_any(b, acc, rnd_k_cur_id(res));
	enum rnd_k_behavior how = res->behavior;
	struct rnd_k_res *old;

	if (found.n == 0 && how != RND_K_MERGE && how != RND_K_REPLACE)
		return rnd_k_append(b, acc, res);
	if (found.n != 1 || (how != RND_K_MERGE && how != RND_K_REPLACE))
		return cannot_join(b, res, found);
	old = found.v[0];
	copy_metadata(b, res, old);
	copy_records(res, old);
	if (rnd_k_has_records(res))
		rnd_k_annotate(b, res);
	if (how == RND_K_MERGE) {
		merge_data(b, res, old);
		if (old->origin)
			res->origin = old->origin;
	}
	if (!rnd_k_find(b, acc, rnd_k_cur_id(res), NULL))
		return kv_error(b->job, res->r->origin.pos, "cannot find resource with id %.*s to replace",
				KV_ARG(rnd_k_id_str(b->job->arena, rnd_k_cur_id(res))));
	rnd_k_replace(b, acc, old, res);
	return 0;
}
