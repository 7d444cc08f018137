/* render/template/func_dicts.c: Sprig's dict.go, with mergo and copystructure. Go's random order of keys is
 * sorted here. */
#include "render/template/functions.h"
#include "render/template/merge.h"
#include "render/template/result.h"

#include "base/map.h"

/* Sets a key that is no text. Charts that forget a value have the whole context for a key, of many MB and again and again: nothing
 * but the key stays. */
static int set_printed(struct rnd_call *c, struct krm_map *m, krm_val key, krm_val value)
{
	struct kv_arena *scratch = c->job->scratch;
	struct kv_arena_mark mark = kv_arena_mark(scratch);
	struct kv_buf b;

	kv_buf_init(&b, scratch, c->job->limits.output_bytes);
	rnd_print_value(c->job, key, &b);
	krm_map_set(c->job->arena, m, kv_buf_view(&b), value);
	kv_arena_release(scratch, mark);
	return kv_buf_over(&b) ? rnd_fail(c, "text too long (limit %zu bytes)", c->job->limits.output_bytes) : 0;
}

int rnd_fn_dict(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	struct kv_arena *a = c->job->arena;
	krm_val map = krm_map(a, KRM_OF_ANY);

	for (size_t i = 0; i < nargs; i += 2) {
		krm_val value = i + 1 < nargs ? args[i + 1] : krm_string(a, KV_S(""));

		if (args[i].kind == KRM_STRING)
			krm_map_set_key(a, map.m, args[i], value);
		else if (args[i].kind == KRM_BYTES)
			krm_map_set(a, map.m, krm_str(args[i]), value);
		else if (set_printed(c, map.m, args[i], value))
			return -1;
	}
	*ret = map;
	return 0;
}

int rnd_fn_get(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	krm_val *found = krm_map_find(args[0].m, krm_str(args[1]));

	(void)nargs;
	*ret = found ? *found : krm_string(c->job->arena, KV_S(""));
	return 0;
}

int rnd_fn_set(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	(void)nargs;
	if (args[0].flags & KRM_NILREF)
		return rnd_panic(c, "assignment to entry in nil map");
	krm_map_set_key(c->job->arena, args[0].m, args[1], args[2]);
	*ret = args[0];
	return 0;
}

int rnd_fn_unset(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	(void)c, (void)nargs;
	krm_map_del(args[0].m, krm_str(args[1]));
	*ret = args[0];
	return 0;
}

int rnd_fn_hasKey(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	(void)c, (void)nargs;
	*ret = krm_bool(krm_map_find(args[0].m, krm_str(args[1])) != NULL);
	return 0;
}

int rnd_fn_pluck(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	krm_val list = krm_list(c->job->arena, KRM_OF_ANY);

	for (size_t i = 1; i < nargs; i++) {
		krm_val *found = krm_map_find(args[i].m, krm_str(args[0]));

		if (found)
			krm_list_push(c->job->arena, list.l, *found);
	}
	*ret = list;
	return 0;
}

int rnd_fn_keys(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	size_t total = 0;

	for (size_t i = 0; i < nargs; i++)
		total += args[i].m->live;
	if (rnd_ret_list(c, KRM_OF_STRING, total, ret))
		return -1;
	total = 0;
	for (size_t i = 0; i < nargs; i++) {
		struct krm_entry **sorted = krm_map_sorted(c->job->arena, args[i].m);

		for (uint32_t k = 0; k < args[i].m->live; k++)
			ret->l->v[total++] = krm_string_take(sorted[k]->key.s);
	}
	return 0;
}

int rnd_fn_values(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	struct krm_entry **sorted;

	(void)nargs;
	if (rnd_ret_list(c, KRM_OF_ANY, args[0].m->live, ret))
		return -1;
	sorted = krm_map_sorted(c->job->arena, args[0].m);
	for (uint32_t i = 0; i < args[0].m->live; i++)
		ret->l->v[i] = sorted[i]->val;
	return 0;
}

int rnd_fn_pick(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	krm_val map = krm_map(c->job->arena, KRM_OF_ANY);

	for (size_t i = 1; i < nargs; i++) {
		krm_val *found = krm_map_find(args[0].m, krm_str(args[i]));

		if (found)
			krm_map_set_key(c->job->arena, map.m, args[i], *found);
	}
	*ret = map;
	return 0;
}

int rnd_fn_omit(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	krm_val map = krm_map(c->job->arena, KRM_OF_ANY);
	struct kv_map omitted;

	if (rnd_room(c, args[0].m->live, sizeof(struct krm_entry)))
		return -1;
	kv_map_init(&omitted, c->job->arena);
	for (size_t i = 1; i < nargs; i++)
		kv_map_put(&omitted, krm_str(args[i]), NULL);
	krm_map_each (args[0].m, e)
		if (!kv_map_has(&omitted, krm_str(e->key)))
			krm_map_set_key(c->job->arena, map.m, e->key, e->val);
	*ret = map;
	return 0;
}

/* --- merging ---------------------------------------------------------------------------------- */

/* A nil dst becomes a new map, as mergo sets the variable that points to it. */
static int merge(struct rnd_call *c, const krm_val *args, size_t nargs, bool overwrite, krm_val *ret)
{
	krm_val dst = args[0];

	for (size_t i = 1; i < nargs; i++) {
		if (args[i].flags & KRM_NILREF)
			continue;
		if (dst.flags & KRM_NILREF)
			dst = krm_map(c->job->arena, KRM_OF_ANY);
		if (rnd_merge(c, dst.m, args[i].m, overwrite))
			return -1;
	}
	*ret = dst;
	return 0;
}

/* merge and mergeOverwrite swallow mergo's errors, but not its panics. */
static int lenient_merge(struct rnd_call *c, const krm_val *args, size_t nargs, bool overwrite, krm_val *ret)
{
	if (!merge(c, args, nargs, overwrite, ret))
		return 0;
	return c->panic ? -1 : rnd_ret_str(c, KV_S(""), ret);
}

int rnd_fn_merge(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	return lenient_merge(c, args, nargs, false, ret);
}

int rnd_fn_mergeOverwrite(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	return lenient_merge(c, args, nargs, true, ret);
}

int rnd_fn_mustMerge(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	return merge(c, args, nargs, false, ret);
}

int rnd_fn_mustMergeOverwrite(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	return merge(c, args, nargs, true, ret);
}

/* --- copying ---------------------------------------------------------------------------------- */

static int copy_at(struct rnd_call *c, krm_val v, size_t depth, krm_val *ret);

static int copy_list(struct rnd_call *c, krm_val v, size_t depth, krm_val *ret)
{
	krm_val copy;

	if (rnd_ret_list(c, v.l->type, v.l->n, &copy))
		return -1;
	copy.flags = v.flags;
	copy.l->name = v.l->name;
	for (size_t i = 0; i < v.l->n; i++)
		if (copy_at(c, v.l->v[i], depth + 1, &copy.l->v[i]))
			return -1;
	*ret = copy;
	return 0;
}

static int copy_map(struct rnd_call *c, krm_val v, size_t depth, krm_val *ret)
{
	krm_val copy = krm_map(c->job->arena, v.m->type), item;

	if (rnd_room(c, v.m->live, sizeof(struct krm_entry)))
		return -1;
	copy.flags = v.flags;
	copy.m->name = v.m->name;
	krm_map_each (v.m, e) {
		if (copy_at(c, e->val, depth + 1, &item))
			return -1;
		krm_map_set_key(c->job->arena, copy.m, e->key, item);
	}
	*ret = copy;
	return 0;
}

/* copystructure. Memory is checked at each level, since a value that shares its parts grows when it is
 * copied. */
static int copy_at(struct rnd_call *c, krm_val v, size_t depth, krm_val *ret)
{
	if (depth > c->job->limits.depth)
		return rnd_fail(c, "nested too deeply (limit %zu levels)", c->job->limits.depth);
	if (v.kind == KRM_LIST)
		return copy_list(c, v, depth, ret);
	if (v.kind == KRM_MAP)
		return copy_map(c, v, depth, ret);
	*ret = rnd_copied_object(c->job->arena, v);
	return 0;
}

int rnd_fn_deepCopy(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	(void)nargs;
	if (args[0].kind == KRM_NIL)
		return rnd_panic(c, "reflect: call of reflect.Value.Type on zero Value");
	return copy_at(c, args[0], 0, ret);
}

/* --- dig -------------------------------------------------------------------------------------- */

/* The panic of a type assertion. */
static int not_a(struct rnd_call *c, krm_val v, const char *wanted)
{
	struct kv_buf type = rnd_scratch(c);

	if (v.kind == KRM_NIL)
		return rnd_panic(c, "interface conversion: interface {} is nil, not %s", wanted);
	rnd_type_name(v, &type);
	return rnd_panic(c, "interface conversion: interface {} is %.*s, not %s", KV_ARG(kv_buf_view(&type)),
			 wanted);
}

/* Only the plain type passes the assertion: .Values, a named one, does not. */
static bool is_plain_map(krm_val v)
{
	return v.kind == KRM_MAP && v.m->type == KRM_OF_ANY && !krm_map_name(v);
}

int rnd_fn_dig(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	krm_val at;

	if (nargs < 3)
		return rnd_panic(c, "dig needs at least three arguments");
	at = args[nargs - 1];
	if (!is_plain_map(at))
		return not_a(c, at, "map[string]interface {}");
	for (size_t i = 0; i < nargs - 2; i++)
		if (args[i].kind != KRM_STRING)
			return not_a(c, args[i], "string");
	for (size_t i = 0; i < nargs - 2; i++) {
		krm_val *found;

		if (!is_plain_map(at))
			return not_a(c, at, "map[string]interface {}");
		found = krm_map_find(at.m, krm_str(args[i]));
		if (!found) {
			*ret = args[nargs - 2];
			return 0;
		}
		at = *found;
	}
	*ret = at;
	return 0;
}
