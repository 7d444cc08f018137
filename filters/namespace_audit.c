/* filters/namespace_audit.c: the audit rule namespaces/missing: objects that say no namespace. */
#include "filters/notice.h"
#include "filters/scopes.h"

enum { MISSING, RULES };

static const struct flt_rule rules[RULES] = {
	[MISSING] = { "namespaces/missing", "An object that has a namespace says none" },
};

/* Kinds of which nothing is known are passed over. */
static void find(struct kv_job *job, const struct krm_resources *list, const struct flt_known *known,
		 struct flt_notices *ret)
{
	struct flt_scopes scopes;
	flt_scopes_init(&scopes, job->arena);
	flt_scopes_add(&scopes, list);
	flt_scopes_add(&scopes, &known->definitions);
	for (size_t i = 0; i < list->n; i++) {
		krm_val obj = list->v[i]->obj;
		kv_str who = krm_shown(job->arena, obj);
		if (!krm_namespace(obj).n && flt_scope(&scopes, krm_gvk_of(obj)) == KRM_SCOPE_NAMESPACE)
			flt_notice(job, ret, &rules[MISSING], i, 0,
				   "%.*s says no namespace: it goes to that of whoever applies it", KV_ARG(who));
	}
}

const struct flt_audit flt_namespace_audit = { rules, RULES, find };
