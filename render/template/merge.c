/* render/template/merge.c: mergo v1.0.1, merge.go: deepMerge with and without WithOverride, for what
 * templates hold. */
#include "render/template/merge.h"
#include "render/template/sequence.h"

/* isEmptyValue of mergo: pointers are followed, structs are never empty. */
static bool is_empty(krm_val v)
{
	return v.kind != KRM_OBJECT && !rnd_truth(v);
}

static bool is_pointer(krm_val v)
{
	return strcmp(rnd_kind(v), "ptr") == 0;
}

static bool is_slice(krm_val v)
{
	return strcmp(rnd_kind(v), "slice") == 0;
}

/* reflect's assignment to an element of a map[string]string. */
static int set(struct rnd_call *c, struct krm_map *dst, krm_val key, krm_val v)
{
	if (dst->type == KRM_OF_STRING && v.kind != KRM_STRING)
		return rnd_panic(c, "reflect.Value.SetMapIndex: value of type interface {} is not assignable "
				    "to type string");
	krm_map_set_key(c->job->arena, dst, key, v);
	return 0;
}

static int merge_at(struct rnd_call *c, struct krm_map *dst, const struct krm_map *src, bool overwrite,
		    size_t depth);

/* What deepMerge does to an element that is there before it is decided whether src's takes its place: a map
 * takes in src's map; a pointer does not take in a map. */
static int merge_element(struct rnd_call *c, krm_val to, krm_val from, bool overwrite, size_t depth)
{
	if (from.kind == KRM_MAP && to.kind == KRM_MAP && !(to.flags & KRM_NILREF))
		return merge_at(c, to.m, from.m, overwrite, depth + 1);
	if (from.kind == KRM_MAP && to.kind == KRM_OBJECT && is_pointer(to) && !overwrite)
		return rnd_fail(c, "src and dst must be of same type");
	return 0;
}

static int merge_entry(struct rnd_call *c, struct krm_map *dst, krm_val key, krm_val from, bool overwrite,
		       size_t depth)
{
	krm_val *found = krm_map_find(dst, krm_str(key));
	krm_val to = found ? *found : krm_nil();

	if (from.kind == KRM_NIL)
		return overwrite ? set(c, dst, key, from) : 0;
	if (merge_element(c, to, from, overwrite, depth))
		return -1;
	if (!is_empty(to)) {
		if (is_slice(from))
			return overwrite ? set(c, dst, key, from) : 0;
		if (from.kind == KRM_MAP && to.kind == KRM_MAP)
			return 0;
	}
	return overwrite || is_empty(to) ? set(c, dst, key, from) : 0;
}

/* By number: dst may be src, or hold it, and grow meanwhile. */
static int merge_at(struct rnd_call *c, struct krm_map *dst, const struct krm_map *src, bool overwrite,
		    size_t depth)
{
	uint32_t n = src->n;

	if (depth > c->job->limits.depth)
		return rnd_fail(c, "nested too deeply (limit %zu levels)", c->job->limits.depth);
	for (uint32_t i = 0; i < n && i < src->n; i++) {
		struct krm_entry e = src->e[i];

		if (e.key.kind != KRM_NKINDS && merge_entry(c, dst, e.key, e.val, overwrite, depth))
			return -1;
	}
	return 0;
}

int rnd_merge(struct rnd_call *c, struct krm_map *dst, const struct krm_map *src, bool overwrite)
{
	return merge_at(c, dst, src, overwrite, 0);
}
