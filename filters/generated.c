/* filters/generated.c: two renderings side by side. */
#include "filters/generated.h"

#include "base/map.h"

static kv_str identity(struct kv_arena *a, krm_val obj)
{
	return kv_arena_cat(a, krm_api_version(obj), KV_S("|"), krm_kind(obj), KV_S("|"), krm_namespace(obj),
			    KV_S("|"), krm_name(obj));
}

/* The path to the first difference below `path`; empty if there is none. Trees are as deep as their readers let them be. */
static kv_str difference(struct kv_job *job, krm_val a, krm_val b, kv_str path)
{
	if (krm_equal(a, b))
		return KV_S("");
	if (a.kind == KRM_MAP && b.kind == KRM_MAP && a.m->live == b.m->live)
		krm_map_each (a.m, e) {
			kv_str below = kv_arena_cat(job->arena, path, path.n ? KV_S(".") : KV_S(""),
						    krm_str(e->key));
			kv_str found = difference(job, e->val, krm_get_str(b, krm_str(e->key)), below);
			if (found.n)
				return found;
		}
	if (a.kind == KRM_LIST && b.kind == KRM_LIST && a.l->n == b.l->n)
		for (size_t i = 0; i < a.l->n; i++) {
			kv_str below = kv_arena_printf(job->arena, "%.*s[%zu]", KV_ARG(path), i);
			kv_str found = difference(job, a.l->v[i], b.l->v[i], below);
			if (found.n)
				return found;
		}
	return path;
}

void flt_mark_generated(struct kv_job *job, const struct krm_resources *first,
			const struct krm_resources *second)
{
	struct kv_map others;
	kv_map_init(&others, job->arena);
	for (size_t i = 0; i < second->n; i++)
		kv_map_put(&others, identity(job->arena, second->v[i]->obj), second->v[i]);
	for (size_t i = 0; i < first->n; i++) {
		struct krm_resource *r = first->v[i];
		struct krm_resource *other = kv_map_get(&others, identity(job->arena, r->obj));
		r->generated = other ? difference(job, r->obj, other->obj, KV_S("")) : KV_S("metadata.name");
	}
}
