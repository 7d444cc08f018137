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

/* reflect refuses to put a value that src holds as an interface into a map[string]string, even where it is a
 * string. */
static int set(struct rnd_call *c, struct krm_map *dst, krm_val key, krm_val v, enum krm_type src_type)
{
	if (dst->type == KRM_OF_STRING && src_type != KRM_OF_STRING)
		return rnd_panic(
			c, "reflect.Value.SetMapIndex: value of type interface {} is not assignable to type "
			   "string");
	krm_map_set_key(c->job->arena, dst, key, v);
	return 0;
}

/* A slice cannot even be tried in a map[string]string: there is another panic for each way to fail. */
static int refuse_slice(struct rnd_call *c, krm_val slice, bool found)
{
	struct kv_buf type;

	if (found)
		return rnd_panic(c, "reflect: call of reflect.Value.IsNil on string Value");
	kv_buf_init(&type, c->job->arena, 0);
	rnd_type_name(slice, &type);
	return rnd_panic(c, "reflect.Value.SetMapIndex: value of type %.*s is not assignable to type string",
			 KV_ARG(kv_buf_view(&type)));
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

static int merge_entry(struct rnd_call *c, struct krm_map *dst, const struct krm_entry *e,
		       enum krm_type src_type, bool overwrite, size_t depth)
{
	krm_val *found = krm_map_find(dst, krm_str(e->key)), from = e->val;
	krm_val to = found ? *found : krm_nil();
	bool replace = overwrite || is_empty(to);

	if (from.kind == KRM_NIL)
		return overwrite ? set(c, dst, e->key, from, src_type) : 0;
	if (is_slice(from) && dst->type == KRM_OF_STRING)
		return refuse_slice(c, from, found != NULL);
	if (merge_element(c, to, from, overwrite, depth))
		return -1;
	if (from.kind == KRM_MAP && to.kind == KRM_MAP && !is_empty(to))
		return 0;
	return replace ? set(c, dst, e->key, from, src_type) : 0;
}

/* An entry is looked up in the other map. */
#define ENTRY_STEPS 3

/* By number: dst may be src, or hold it, and grow meanwhile. Where upstream would never end, or overflow its stack, this
 * panics: merge and mergeOverwrite swallow mere errors. Steps count since values that share their parts have far more
 * paths than entries. */
static int merge_at(struct rnd_call *c, struct krm_map *dst, const struct krm_map *src, bool overwrite,
		    size_t depth)
{
	uint32_t n = src->n;

	if (depth > c->job->limits.depth)
		return rnd_panic(c, "nested too deeply (limit %zu levels)", c->job->limits.depth);
	for (uint32_t i = 0; i < n && i < src->n; i++) {
		struct krm_entry e = src->e[i];

		c->job->steps += ENTRY_STEPS;
		if (c->job->steps > c->job->limits.steps)
			return rnd_panic(c, "too many template steps (limit %zu)", c->job->limits.steps);
		if (e.key.kind != KRM_NKINDS && merge_entry(c, dst, &e, src->type, overwrite, depth))
			return -1;
	}
	return 0;
}

int rnd_merge(struct rnd_call *c, struct krm_map *dst, const struct krm_map *src, bool overwrite)
{
	return merge_at(c, dst, src, overwrite, 0);
}
