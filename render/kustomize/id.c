/* render/kustomize/id.c: resource identity (kyaml/resid). */
#include "render/kustomize/internal.h"

static const kv_str not_a_namespace = KV_STR("_non_namespaceable_");
static const kv_str default_namespace = KV_STR("default");

/* A name that is written as a number is a name all the same. */
static kv_str scalar(const struct rnd_k_res *res, krm_val v)
{
	return v.kind == KRM_STRING || v.kind == KRM_NIL ? krm_str(v) : rnd_k_scalar_text(res->b, v);
}

kv_str rnd_k_cur_name(const struct rnd_k_res *res)
{
	return scalar(res, krm_get(krm_get(res->r->obj, "metadata"), "name"));
}

struct rnd_k_id rnd_k_cur_id(const struct rnd_k_res *res)
{
	krm_val obj = res->r->obj, meta = krm_get(obj, "metadata");

	return (struct rnd_k_id){ krm_gvk_of(obj), scalar(res, krm_get(meta, "name")),
				  scalar(res, krm_get(meta, "namespace")) };
}

struct rnd_k_id rnd_k_prev_id(const struct rnd_k_res *res, size_t i)
{
	struct krm_gvk gvk = krm_gvk_of(res->r->obj);

	gvk.kind = res->prev[i].kind;
	return (struct rnd_k_id){ gvk, res->prev[i].name, res->prev[i].namespace };
}

struct rnd_k_id rnd_k_org_id(const struct rnd_k_res *res)
{
	return res->nprev ? rnd_k_prev_id(res, 0) : rnd_k_cur_id(res);
}

kv_str rnd_k_effective_namespace(struct rnd_k_id id)
{
	if (krm_is_cluster_scoped(id.gvk))
		return not_a_namespace;
	return id.namespace.n ? id.namespace : default_namespace;
}

bool rnd_k_gvk_equal(struct krm_gvk a, struct krm_gvk b)
{
	return kv_str_eq(a.kind, b.kind) && kv_str_eq(a.group, b.group) && kv_str_eq(a.version, b.version);
}

static bool part_selected(kv_str x, kv_str selector)
{
	return selector.n == 0 || kv_str_eq(x, selector);
}

bool rnd_k_gvk_selected(struct krm_gvk x, struct krm_gvk selector)
{
	return part_selected(x.kind, selector.kind) && part_selected(x.group, selector.group) &&
	       part_selected(x.version, selector.version);
}

/* The scope is not looked up: without a namespace is in the default one. */
static kv_str namespace_or_default(struct rnd_k_id id)
{
	return id.namespace.n ? id.namespace : default_namespace;
}

bool rnd_k_id_selected(struct rnd_k_id id, struct rnd_k_id selector)
{
	return part_selected(id.name, selector.name) && rnd_k_gvk_selected(id.gvk, selector.gvk) &&
	       (selector.namespace.n == 0 ||
		kv_str_eq(namespace_or_default(id), namespace_or_default(selector)));
}

static kv_str or_else(kv_str s, const char *none)
{
	return s.n ? s : kv_str_c(none);
}

kv_str rnd_k_gvk_str(struct kv_arena *a, struct krm_gvk gvk)
{
	return kv_arena_cat(a, or_else(gvk.kind, "[noKind]"), KV_S("."), or_else(gvk.version, "[noVer]"),
			    KV_S("."), or_else(gvk.group, "[noGrp]"));
}

kv_str rnd_k_id_str(struct kv_arena *a, struct rnd_k_id id)
{
	return kv_arena_cat(a, rnd_k_gvk_str(a, id.gvk), KV_S("/"), or_else(id.name, "[noName]"), KV_S("."),
			    or_else(id.namespace, "[noNs]"));
}

/* The kinds that come first and last wherever kustomize orders by kind (kyaml/resid/gvk.go). */
const char *const rnd_k_order_first[] = {
	"Namespace",
	"ResourceQuota",
	"StorageClass",
	"CustomResourceDefinition",
	"ServiceAccount",
	"PodSecurityPolicy",
	"Role",
	"ClusterRole",
	"RoleBinding",
	"ClusterRoleBinding",
	"ConfigMap",
	"Secret",
	"Endpoints",
	"Service",
	"LimitRange",
	"PriorityClass",
	"PersistentVolume",
	"PersistentVolumeClaim",
	"Deployment",
	"StatefulSet",
	"CronJob",
	"PodDisruptionBudget",
	NULL,
};
const char *const rnd_k_order_last[] = { "MutatingWebhookConfiguration", "ValidatingWebhookConfiguration",
					 NULL };

static int kind_rank(kv_str kind)
{
	int n = (int)(sizeof rnd_k_order_first / sizeof *rnd_k_order_first) - 1;

	for (int i = 0; rnd_k_order_first[i]; i++)
		if (kv_str_eq(kind, kv_str_c(rnd_k_order_first[i])))
			return i - n;
	for (int i = 0; rnd_k_order_last[i]; i++)
		if (kv_str_eq(kind, kv_str_c(rnd_k_order_last[i])))
			return i + 1;
	return 0;
}

/* "apps_v1_Deployment", with ~G, ~V, ~K for what is empty. */
static kv_str sort_key(struct kv_arena *a, struct krm_gvk gvk)
{
	return kv_arena_cat(a, or_else(gvk.group, "~G"), KV_S("_"), or_else(gvk.version, "~V"), KV_S("_"),
			    or_else(gvk.kind, "~K"));
}

kv_str rnd_k_gvk_order_key(struct kv_arena *a, struct krm_gvk gvk)
{
	/* Ranks are few; none is below -'@'. */
	char rank = (char)('@' + kind_rank(gvk.kind));

	return kv_arena_cat(a, kv_str_of(&rank, 1), sort_key(a, gvk));
}
