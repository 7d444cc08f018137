/* filters/namespaces.c: fills in missing namespaces, and makes missing Namespaces. */
#include "filters/namespaces.h"

#include "base/map.h"
#include "filters/scopes.h"

struct fill {
	struct kv_job *job;
	const struct flt_namespaces *n;
	struct flt_scopes scopes;
	struct kv_map told; /* "group/kind" of unknown scope */
};

static void set_namespace(struct fill *f, krm_val map)
{
	krm_map_set(f->job->arena, map.m, KV_S("namespace"), krm_string(f->job->arena, f->n->fill));
}

static bool fill_subjects(struct fill *f, krm_val obj)
{
	krm_val subjects = krm_get(obj, "subjects");
	bool filled = false;
	if (!kv_str_eq(krm_gvk_of(obj).group, KV_S("rbac.authorization.k8s.io")))
		return false;
	for (size_t i = 0; i < krm_list_len(subjects); i++) {
		krm_val s = subjects.l->v[i];
		if (!krm_is_str(krm_get(s, "kind"), "ServiceAccount") || krm_str(krm_get(s, "namespace")).n)
			continue;
		set_namespace(f, s);
		filled = true;
	}
	return filled;
}

/* Once for each kind. */
static void warn_unknown(struct fill *f, const struct krm_resource *r, struct krm_gvk gvk)
{
	kv_str kind = kv_arena_cat(f->job->arena, gvk.group, KV_S("/"), gvk.kind);
	if (kv_map_put(&f->told, kind, f))
		return;
	kv_warn(f->job, r->origin.pos,
		"%.*s %.*s stays without a namespace: nothing says whether %.*s of %.*s has one", KV_ARG(gvk.kind),
		KV_ARG(krm_name(r->obj)), KV_ARG(gvk.kind), KV_ARG(gvk.group.n ? gvk.group : KV_S("v1")));
	kv_note(f->job, 0, "its CustomResourceDefinition among the resources of the unit, or vendored in the repository, would");
}

/* Whether the object was changed. */
static bool fill_object(struct fill *f, const struct krm_resource *r)
{
	struct krm_gvk gvk = krm_gvk_of(r->obj);
	krm_val metadata = krm_get(r->obj, "metadata");
	bool filled = fill_subjects(f, r->obj);
	if (krm_namespace(r->obj).n || metadata.kind != KRM_MAP)
		return filled;
	enum krm_scope scope = flt_scope(&f->scopes, gvk);
	if (scope == KRM_SCOPE_UNKNOWN)
		warn_unknown(f, r, gvk);
	if (scope != KRM_SCOPE_NAMESPACE)
		return filled;
	set_namespace(f, metadata);
	return true;
}

/* Whether it, or what it holds if it is a List, was changed. */
static bool fill(struct fill *f, struct krm_resource *r)
{
	struct krm_resources one = { .v = &r, .n = 1 }, opened = krm_resources_opened(f->job->arena, &one);
	bool filled = false;
	for (size_t i = 0; i < opened.n; i++)
		filled |= fill_object(f, opened.v[i]);
	return filled;
}

/* --- Namespaces ---------------------------------------------------------------------------------- */

/* Those of every cluster. */
static bool is_always_there(kv_str name)
{
	return kv_str_eq(name, KV_S("default")) || kv_str_starts(name, KV_S("kube-"));
}

/* All three labels, so that a Deployment is warned about too. */
static krm_val labels_of(struct kv_arena *a, enum flt_level level)
{
	static const char *const modes[] = { "enforce", "audit", "warn" };
	krm_val labels = krm_map(a, KRM_OF_ANY);
	for (size_t i = 0; i < sizeof modes / sizeof *modes; i++)
		krm_map_set(a, labels.m,
			    kv_arena_cat(a, KV_S("pod-security.kubernetes.io/"), kv_str_c(modes[i])),
			    krm_string_c(a, flt_level_name(level)));
	return labels;
}

static struct krm_resource *make(struct fill *f, kv_str name, struct krm_origin origin)
{
	struct kv_arena *a = f->job->arena;
	krm_val obj = krm_map(a, KRM_OF_ANY), metadata = krm_map(a, KRM_OF_ANY);
	krm_map_set(a, obj.m, KV_S("apiVersion"), krm_string_c(a, "v1"));
	krm_map_set(a, obj.m, KV_S("kind"), krm_string_c(a, "Namespace"));
	krm_map_set(a, metadata.m, KV_S("name"), krm_string(a, name));
	if (f->n->has_level)
		krm_map_set(a, metadata.m, KV_S("labels"), labels_of(a, f->n->level));
	krm_map_set(a, obj.m, KV_S("metadata"), metadata);
	struct krm_resource *r = krm_resource_new(a, obj, origin);
	r->in_order = true;
	return r;
}

static void make_missing(struct fill *f, const struct krm_resources *in, struct krm_resources *ret)
{
	struct kv_map there;
	kv_map_init(&there, f->job->arena);
	for (size_t i = 0; i < in->n; i++)
		if (kv_str_eq(krm_kind(in->v[i]->obj), KV_S("Namespace")) &&
		    !krm_gvk_of(in->v[i]->obj).group.n)
			kv_map_put(&there, krm_name(in->v[i]->obj), f);
	for (size_t i = 0; i < in->n; i++) {
		kv_str name = krm_namespace(in->v[i]->obj);
		if (name.n && !is_always_there(name) && !kv_map_put(&there, name, f))
			krm_resources_push(f->job->arena, ret, make(f, name, in->v[i]->origin));
	}
}

void flt_fill_namespaces(struct kv_job *job, const struct flt_namespaces *n, const struct krm_resources *definitions,
			 const struct krm_resources *in, struct krm_resources *ret, struct krm_resources *ret_filled)
{
	struct fill f = { .job = job, .n = n };
	struct krm_resources opened = krm_resources_opened(job->arena, in);
	flt_scopes_init(&f.scopes, job->arena);
	kv_map_init(&f.told, job->arena);
	flt_scopes_add(&f.scopes, &opened);
	flt_scopes_add(&f.scopes, definitions);
	for (size_t i = 0; i < in->n; i++) {
		if (n->fill.n && fill(&f, in->v[i]))
			krm_resources_push(job->arena, ret_filled, in->v[i]);
		krm_resources_push(job->arena, ret, in->v[i]);
	}
	if (n->create)
		make_missing(&f, &opened, ret);
}
