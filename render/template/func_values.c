/* render/template/func_values.c: the methods of Helm's Values, the map that .Values is
 * (pkg/chartutil/values.go). */
#include "krm/yaml.h"
#include "render/template/exec.h"

static int values_yaml(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	struct kv_buf b;
	kv_str error;

	(void)nargs;
	kv_buf_init(&b, c->job->arena, c->job->limits.output_bytes);
	if (krm_yaml_write(c->job, args[0], &b, &error))
		return rnd_fail(c, "%.*s", KV_ARG(error));
	*ret = krm_string(c->job->arena, kv_buf_view(&b));
	return 0;
}

static int values_as_map(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	(void)nargs;
	*ret = krm_map_len(args[0]) ? args[0] : krm_map(c->job->arena, KRM_OF_ANY);
	ret->flags |= KRM_PLAIN;
	return 0;
}

/* Writers are nothing that a template can hold, so only nil gets here. */
static int values_encode(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	(void)args, (void)nargs, (void)ret;
	return rnd_panic(c, "runtime error: invalid memory address or nil pointer dereference");
}

static int no_such(struct rnd_call *c, kv_str key, const char *what)
{
	struct kv_buf b;

	kv_buf_init(&b, c->job->arena, KV_BUF_MAX);
	rnd_quote(key, &b);
	return rnd_fail(c, "%.*s is not a %s", KV_ARG(kv_buf_view(&b)), what);
}

/* The map in a slot as one of Values, as which its holder goes on not to know it. */
static krm_val named(krm_val *slot, const char *name)
{
	krm_val v = *slot;

	krm_map_set_name(v.m, name);
	slot->flags |= KRM_PLAIN;
	v.flags &= (uint16_t)~KRM_PLAIN;
	return v;
}

/* The table that the words of *path before the last lead to, or with `all` all of them; *path is the rest. */
static int walk_tables(struct rnd_call *c, krm_val v, kv_str *path, bool all, krm_val *ret)
{
	const char *name = krm_map_name(v);

	for (;;) {
		size_t dot = kv_str_chr(*path, '.');
		kv_str key = kv_str_sub(*path, 0, dot);
		krm_val *next;

		if (dot == SIZE_MAX && !all)
			break;
		next = krm_map_find(v.m, key);
		if (!next || next->kind != KRM_MAP || next->m->type != KRM_OF_ANY)
			return no_such(c, key, "table");
		v = named(next, name);
		if (dot == SIZE_MAX)
			break;
		*path = kv_str_sub(*path, dot + 1, path->n);
	}
	*ret = v;
	return 0;
}

static int values_table(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	kv_str path = krm_str(args[1]);

	(void)nargs;
	return walk_tables(c, args[0], &path, true, ret);
}

static int values_path_value(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	kv_str path = krm_str(args[1]), key = kv_str_sub(path, kv_str_rchr(path, '.') + 1, path.n);
	krm_val table, *found;

	(void)nargs;
	if (!path.n)
		return rnd_fail(c, "YAML path cannot be empty");
	if (walk_tables(c, args[0], &path, false, &table))
		return no_such(c, key, "value");
	found = krm_map_find(table.m, key);
	if (!found || (found->kind == KRM_MAP && !krm_map_name(*found)))
		return no_such(c, key, "value");
	*ret = *found;
	return 0;
}

#define METHOD(go, function, to, ...)                                                                        \
	{                                                                                                    \
		.f = {.name = go,                                                                            \
		      .fn = function,                                                                        \
		      .result = to,                                                                          \
		      .nparams = sizeof((uint8_t[]){ 0, __VA_ARGS__ }) - 1,                                  \
		      .params = { __VA_ARGS__ } }                                                            \
	}

const struct rnd_method *rnd_map_methods(const char *type_name)
{
	static const struct rnd_method methods[] = {
		METHOD("AsMap", values_as_map, RND_MAP),
		METHOD("Encode", values_encode, RND_ANY, RND_WRITER),
		METHOD("PathValue", values_path_value, RND_ANY, RND_STRING),
		METHOD("Table", values_table, RND_MAP, RND_STRING),
		METHOD("YAML", values_yaml, RND_STRING),
		{ .f = { .name = NULL } },
	};
	bool values = !strcmp(type_name, "chartutil.Values") || !strcmp(type_name, "common.Values");

	return values ? methods : NULL;
}
