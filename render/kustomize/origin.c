/* render/kustomize/origin.c: where resources come from, for buildMetadata (api/resource/origin.go, resmap's
 * AddOriginAnnotation and AddTransformerAnnotation). */
#include "base/file.h"
#include "krm/yaml.h"
#include "render/kustomize/internal.h"

static const char key_origin[] = "config.kubernetes.io/origin";
static const char key_transformations[] = "alpha.config.kubernetes.io/transformations";

static void put(struct kv_arena *a, krm_val map, const char *key, kv_str v)
{
	if (v.n)
		krm_map_set(a, map.m, kv_str_c(key), krm_string(a, v));
}

/* The fields in the order of the Go struct, which the printer keeps. */
static krm_val tree_of(struct rnd_k_build *b, const struct rnd_k_origin *o)
{
	struct kv_arena *a = b->job->arena;
	krm_val v = krm_map(a, KRM_OF_ANY), by = krm_map(a, KRM_OF_ANY);

	put(a, v, "path", o->path);
	put(a, v, "repo", o->repo);
	put(a, v, "ref", o->ref);
	put(a, v, "configuredIn", o->configured_in);
	put(a, by, "apiVersion", o->by_api_version);
	put(a, by, "kind", o->by_kind);
	put(a, by, "name", o->by_name);
	put(a, by, "namespace", o->by_namespace);
	if (krm_map_len(by))
		krm_map_set(a, v.m, KV_S("configuredBy"), by);
	return v;
}

static void set_text(struct rnd_k_build *b, struct krm_map *annotations, const char *key, krm_val tree)
{
	struct kv_buf out;
	kv_str error;

	kv_buf_init(&out, b->job->arena, KV_BUF_MAX);
	if (krm_yaml_write_pretty(b->job, tree, &out, &error) < 0)
		return; /* cannot be: the tree holds nothing but short strings */
	krm_map_set(b->job->arena, annotations, kv_str_c(key), krm_string(b->job->arena, kv_buf_view(&out)));
}

void rnd_k_origin_expose(struct rnd_k_build *b, const struct rnd_k_res *res, struct krm_map *annotations)
{
	krm_val list;

	if (res->origin)
		set_text(b, annotations, key_origin, tree_of(b, res->origin));
	if (!res->ntransformations)
		return;
	list = krm_list(b->job->arena, KRM_OF_ANY);
	for (size_t i = 0; i < res->ntransformations; i++)
		krm_list_push(b->job->arena, list.l, tree_of(b, res->transformations[i]));
	set_text(b, annotations, key_transformations, list);
}

static kv_str text(krm_val v, const char *key)
{
	return krm_str(krm_get(v, key));
}

static struct rnd_k_origin *origin_of(struct rnd_k_build *b, krm_val v)
{
	struct rnd_k_origin *o = KV_NEW(b->job->arena, struct rnd_k_origin);
	krm_val by = krm_get(v, "configuredBy");

	*o = (struct rnd_k_origin){ text(v, "path"),         text(v, "repo"),        text(v, "ref"),
				    text(v, "configuredIn"), text(by, "apiVersion"), text(by, "kind"),
				    text(by, "name"),        text(by, "namespace") };
	return o;
}

/* The tree an annotation holds, which is then removed; NIL if there is none or it is no YAML. */
static krm_val take(struct rnd_k_build *b, struct krm_map *annotations, const char *key)
{
	krm_val *v = krm_map_find(annotations, kv_str_c(key)), tree = krm_nil();
	kv_str error;

	if (v && krm_yaml_try(b->job, krm_str(*v), KRM_YAML_PLAIN, &tree, &error) < 0)
		tree = krm_nil();
	krm_map_del(annotations, kv_str_c(key));
	return tree;
}

void rnd_k_origin_absorb(struct rnd_k_build *b, struct rnd_k_res *res, struct krm_map *annotations)
{
	krm_val origin = take(b, annotations, key_origin), list = take(b, annotations, key_transformations);

	res->origin = origin.kind == KRM_MAP ? origin_of(b, origin) : NULL;
	res->ntransformations = 0;
	for (size_t i = 0; i < krm_list_len(list); i++)
		KV_PUSH(b->job->arena, res->transformations, res->ntransformations, res->transformations_cap,
			origin_of(b, list.l->v[i]));
}

struct rnd_k_origin *rnd_k_origin_append(struct rnd_k_build *b, const struct rnd_k_origin *o, kv_str path)
{
	struct rnd_k_origin *n = KV_NEW(b->job->arena, struct rnd_k_origin);

	*n = *o;
	n->path = kv_path_clean(b->job->arena,
				kv_arena_cat(b->job->arena, o->path, o->path.n ? KV_S("/") : KV_S(""), path));
	return n;
}

struct rnd_k_origin *rnd_k_origin_builtin(struct rnd_k_build *b, const struct rnd_k_target *t,
					  const char *kind)
{
	struct rnd_k_origin *n;

	if (!t->origin)
		return NULL;
	n = KV_NEW(b->job->arena, struct rnd_k_origin);
	n->repo = t->origin->repo;
	n->ref = t->origin->ref;
	n->configured_in = rnd_k_origin_append(b, t->origin, t->file)->path;
	n->by_api_version = KV_S("builtin");
	n->by_kind = kv_str_c(kind);
	return n;
}

struct rnd_k_origin *rnd_k_origin_custom(struct rnd_k_build *b, const struct rnd_k_res *config)
{
	struct rnd_k_origin *n;
	krm_val obj = config->r->obj;

	if (!config->origin)
		return NULL;
	n = KV_NEW(b->job->arena, struct rnd_k_origin);
	*n = (struct rnd_k_origin){ .repo = config->origin->repo,
				    .ref = config->origin->ref,
				    .configured_in = config->origin->path,
				    .by_api_version = krm_api_version(obj),
				    .by_kind = krm_kind(obj),
				    .by_name = krm_name(obj),
				    .by_namespace = krm_namespace(obj) };
	return n;
}

void rnd_k_origin_transformed(struct rnd_k_build *b, struct rnd_k_acc *acc, struct rnd_k_origin *by)
{
	for (size_t i = 0; by && i < acc->list.n; i++) {
		struct rnd_k_res *res = acc->list.v[i];

		if (!res->origin)
			res->origin = by; /* made by the transformer, not changed by it */
		else
			KV_PUSH(b->job->arena, res->transformations, res->ntransformations,
				res->transformations_cap, by);
	}
}
