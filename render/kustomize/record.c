/* render/kustomize/record.c: the build's record of a resource as kustomize's annotations, and back
 * (api/resource/resource.go, api/internal/utils/annotations.go). */
#include "krm/yaml.h"
#include "render/kustomize/internal.h"

#define DOMAIN "internal.config.kubernetes.io/"

static const char enabled[] = "enabled";

struct csv {
	const char *key;
	size_t offset; /* of a struct rnd_k_strs in struct rnd_k_res */
};

static const struct csv csvs[] = {
	{ DOMAIN "prefixes", offsetof(struct rnd_k_res, prefixes) },
	{ DOMAIN "suffixes", offsetof(struct rnd_k_res, suffixes) },
	{ DOMAIN "refBy", offsetof(struct rnd_k_res, ref_by) },
};

static const struct flag {
	const char *key, *value;
	size_t offset; /* of a bool in struct rnd_k_res */
} flags[] = {
	{ DOMAIN "needsHashSuffix", enabled, offsetof(struct rnd_k_res, needs_hash) },
	{ DOMAIN "allowNameChange", enabled, offsetof(struct rnd_k_res, allow_name_change) },
	{ DOMAIN "allowKindChange", enabled, offsetof(struct rnd_k_res, allow_kind_change) },
	{ DOMAIN "helm-generated", "true", offsetof(struct rnd_k_res, helm_generated) },
};

static const char key_names[] = DOMAIN "previousNames";
static const char key_namespaces[] = DOMAIN "previousNamespaces";
static const char key_kinds[] = DOMAIN "previousKinds";
static const char key_behavior[] = DOMAIN "generatorBehavior";

static const char *const behavior_names[] = { "unspecified", "create", "replace", "merge" };

const char *rnd_k_behavior_name(enum rnd_k_behavior b)
{
	return behavior_names[b];
}

enum rnd_k_behavior rnd_k_behavior_of(kv_str s)
{
	for (int i = RND_K_CREATE; i <= RND_K_MERGE; i++)
		if (kv_str_eq(s, kv_str_c(behavior_names[i])))
			return (enum rnd_k_behavior)i;
	return RND_K_UNSPECIFIED;
}

static struct rnd_k_strs *csv_of(struct rnd_k_res *res, const struct csv *c)
{
	return (struct rnd_k_strs *)(void *)((char *)res + c->offset);
}

static bool *flag_of(struct rnd_k_res *res, const struct flag *f)
{
	return (bool *)(void *)((char *)res + f->offset);
}

bool rnd_k_has_records(const struct rnd_k_res *res)
{
	return res->nprev || res->prefixes.n || res->suffixes.n || res->ref_by.n || res->has_behavior ||
	       res->needs_hash || res->helm_generated || res->origin || res->ntransformations;
}

struct krm_map *rnd_k_annotations_map(struct rnd_k_build *b, krm_val obj, bool create)
{
	struct kv_arena *a = b->job->arena;
	krm_val meta = krm_get(obj, "metadata");

	if (meta.kind != KRM_MAP) {
		if (!create || obj.kind != KRM_MAP)
			return NULL;
		meta = krm_map(a, KRM_OF_ANY);
		krm_map_set(a, obj.m, KV_S("metadata"), meta);
	}
	krm_val map = krm_get(meta, "annotations");
	if (map.kind == KRM_MAP)
		return map.m;
	if (!create)
		return NULL;
	map = krm_map(a, KRM_OF_ANY);
	/* A namespace and labels often come as well. */
	krm_map_reserve(a, meta.m, 3);
	krm_map_set_key(a, meta.m, krm_string_shared(b->job, KV_S("annotations")), map);
	return map.m;
}

bool rnd_k_is_typed(struct rnd_k_build *b, kv_str text)
{
	struct kv_arena_mark mark = kv_arena_mark(b->job->arena);
	krm_val plain = rnd_k_scalar_untagged(b, text);
	bool typed = plain.kind != KRM_STRING || !kv_str_eq(krm_str(plain), text); /* a date is RFC 3339 by then */

	kv_arena_release(b->job->arena, mark);
	return typed;
}

/* The date that a text stands for is a string to us, but kustomize takes it as it was written. */
static kv_str written(struct rnd_k_build *b, krm_val v)
{
	struct kv_buf out;

	if (v.kind != KRM_STRING)
		return rnd_k_scalar_text(b, v);
	kv_buf_init(&out, b->job->arena, KV_BUF_MAX);
	krm_yaml_spelling(b->job, v, &out);
	return krm_equal(rnd_k_scalar_untagged(b, kv_buf_view(&out)), v) ? kv_buf_view(&out) : krm_str(v);
}

void rnd_k_annotations_as_text(struct rnd_k_build *b, struct krm_map *m)
{
	krm_map_each (m, e) {
		struct kv_arena_mark mark = kv_arena_mark(b->job->arena);
		kv_str text;

		e->val.flags &= (uint16_t)~KRM_SHARED;
		if (e->val.kind == KRM_STRING && e->val.style != KRM_STYLE_PLAIN) {
			e->val.style = KRM_STYLE_ANY;
			continue;
		}
		text = written(b, e->val);
		if (e->val.kind == KRM_STRING && kv_str_eq(text, krm_str(e->val))) {
			kv_arena_release(b->job->arena, mark);
			e->val = krm_string_take(e->val.s);
		} else {
			e->val = krm_string(b->job->arena, text);
		}
	}
}

void rnd_k_annotate(struct rnd_k_build *b, struct rnd_k_res *res)
{
	struct krm_map *m = rnd_k_annotations_map(b, res->r->obj, true);

	if (m)
		rnd_k_annotations_as_text(b, m);
}

krm_val rnd_k_key(struct rnd_k_build *b, kv_str text)
{
	krm_val key = krm_string_shared(b->job, text);

	if (rnd_k_is_typed(b, text)) {
		key.flags |= KRM_TYPED_KEY;
		b->job->doubtful = true;
	}
	return key;
}

static void set(struct rnd_k_build *b, struct krm_map *m, const char *key, kv_str v)
{
	krm_map_set_text(b->job->arena, m, key, v);
}

static void expose_previous(struct rnd_k_build *b, const struct rnd_k_res *res, struct krm_map *m)
{
	struct rnd_k_strs names = { 0 }, namespaces = { 0 }, kinds = { 0 };

	if (!res->nprev)
		return;
	for (size_t i = 0; i < res->nprev; i++) {
		rnd_k_str_push(b, &names, res->prev[i].name);
		rnd_k_str_push(b, &namespaces, res->prev[i].namespace);
		rnd_k_str_push(b, &kinds, res->prev[i].kind);
	}
	set(b, m, key_names, rnd_k_strs_join(b, &names, KV_S(",")));
	set(b, m, key_namespaces, rnd_k_strs_join(b, &namespaces, KV_S(",")));
	set(b, m, key_kinds, rnd_k_strs_join(b, &kinds, KV_S(",")));
}

void rnd_k_expose(struct rnd_k_build *b, struct rnd_k_res *res)
{
	struct krm_map *m;

	if (res->r->obj.kind != KRM_MAP || !rnd_k_has_records(res))
		return;
	m = rnd_k_annotations_map(b, res->r->obj, true);
	expose_previous(b, res, m);
	for (size_t i = 0; i < sizeof csvs / sizeof *csvs; i++)
		if (csv_of(res, &csvs[i])->n)
			set(b, m, csvs[i].key, rnd_k_strs_join(b, csv_of(res, &csvs[i]), KV_S(",")));
	for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
		if (*flag_of(res, &flags[i]))
			set(b, m, flags[i].key, kv_str_c(flags[i].value));
	if (res->has_behavior)
		set(b, m, key_behavior, kv_str_c(behavior_names[res->behavior]));
	rnd_k_origin_expose(b, res, m);
}

struct rnd_k_res *rnd_k_with_records(struct rnd_k_build *b, const struct rnd_k_res *res)
{
	struct rnd_k_res *copy = KV_NEW(b->job->arena, struct rnd_k_res);
	struct krm_resource *r = KV_NEW(b->job->arena, struct krm_resource);

	*copy = *res;
	*r = *res->r;
	copy->r = r;
	if (krm_copy(b->job, res->r->obj, &r->obj) < 0)
		return NULL;
	rnd_k_expose(b, copy);
	return copy;
}

static kv_str take(struct krm_map *m, const char *key, bool *ret_there)
{
	krm_val *v = krm_map_find(m, kv_str_c(key));
	kv_str s = v ? krm_str(*v) : kv_str_of("", 0);

	*ret_there = v != NULL;
	if (v)
		krm_map_del(m, kv_str_c(key));
	return s;
}

static void absorb_previous(struct rnd_k_build *b, struct rnd_k_res *res, struct krm_map *m)
{
	bool has_names, has_namespaces, has_kinds;
	kv_str names_text = take(m, key_names, &has_names),
	       namespaces_text = take(m, key_namespaces, &has_namespaces),
	       kinds_text = take(m, key_kinds, &has_kinds);
	struct rnd_k_strs names, namespaces, kinds;

	res->nprev = res->nknown = 0;
	if (!has_names)
		return;
	names = rnd_k_strs_split(b, names_text, KV_S(","));
	namespaces = rnd_k_strs_split(b, namespaces_text, KV_S(","));
	kinds = rnd_k_strs_split(b, kinds_text, KV_S(","));
	if (names.n != namespaces.n || names.n != kinds.n)
		return;
	for (size_t i = 0; i < names.n; i++) {
		struct rnd_k_prev prev = { names.v[i], namespaces.v[i], kinds.v[i] };

		KV_PUSH(b->job->arena, res->prev, res->nprev, res->prev_cap, prev);
	}
}

void rnd_k_absorb(struct rnd_k_build *b, struct rnd_k_res *res)
{
	struct krm_map none = { 0 }, *m = &none;
	bool there;

	if (res->r->obj.kind == KRM_MAP && krm_get(res->r->obj, "metadata").kind == KRM_MAP)
		m = rnd_k_annotations_map(b, res->r->obj, false);
	if (!m)
		m = &none;
	absorb_previous(b, res, m);
	for (size_t i = 0; i < sizeof csvs / sizeof *csvs; i++) {
		kv_str s = take(m, csvs[i].key, &there);

		*csv_of(res, &csvs[i]) = there ? rnd_k_strs_split(b, s, KV_S(",")) : (struct rnd_k_strs){ 0 };
	}
	for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
		*flag_of(res, &flags[i]) = kv_str_eq(take(m, flags[i].key, &there), kv_str_c(flags[i].value));
	res->behavior = rnd_k_behavior_of(take(m, key_behavior, &res->has_behavior));
	rnd_k_origin_absorb(b, res, m);
}
