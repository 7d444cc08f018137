/* filters/store_conditions.c: matches the conditions of a ClusterSecretStore with a namespace. */
#include "filters/store_conditions.h"

#include "base/re.h"

/* What a Namespace is known to be. */
struct subject {
	kv_str name;
	krm_val labels; /* NIL: not known */
};

enum known { LABEL_UNKNOWN, LABEL_NONE, LABEL_THERE };

/* The API server gives each Namespace the first. */
static enum known label_of(const struct subject *s, kv_str key, kv_str *ret)
{
	krm_val label = krm_get_str(s->labels, key);
	bool own = kv_str_eq(key, KV_S("kubernetes.io/metadata.name"));
	*ret = own ? s->name : krm_str(label);
	return own || label.kind == KRM_STRING ? LABEL_THERE
	       : s->labels.kind == KRM_MAP     ? LABEL_NONE
					       : LABEL_UNKNOWN;
}

/* metav1.LabelSelectorRequirement */
static bool may_meet(const struct subject *s, krm_val requirement)
{
	krm_val operator= krm_get(requirement, "operator");
	kv_str value;
	enum known label = label_of(s, krm_str(krm_get(requirement, "key")), &value);
	if (label == LABEL_UNKNOWN)
		return true;
	if (krm_is_str(operator, "Exists") || krm_is_str(operator, "DoesNotExist"))
		return (label == LABEL_THERE) == krm_is_str(operator, "Exists");
	bool in = label == LABEL_THERE && krm_list_has(krm_get(requirement, "values"), value);
	return krm_is_str(operator, "NotIn") ? !in : in;
}

static bool may_select(const struct subject *s, krm_val selector)
{
	krm_val labels = krm_get(selector, "matchLabels"),
		expressions = krm_get(selector, "matchExpressions");
	kv_str value;
	if (labels.kind == KRM_MAP)
		krm_map_each (labels.m, e) {
			enum known label = label_of(s, krm_str(e->key), &value);
			if (label == LABEL_NONE ||
			    (label == LABEL_THERE && !kv_str_eq(value, krm_str(e->val))))
				return false;
		}
	for (size_t i = 0; i < krm_list_len(expressions); i++)
		if (!may_meet(s, expressions.l->v[i]))
			return false;
	return true;
}

static bool may_serve(struct kv_job *job, const struct subject *s, krm_val condition)
{
	krm_val selector = krm_get(condition, "namespaceSelector"),
		patterns = krm_get(condition, "namespaceRegexes");
	kv_str error;
	if (selector.kind == KRM_MAP && may_select(s, selector))
		return true;
	if (krm_list_has(krm_get(condition, "namespaces"), s->name))
		return true;
	for (size_t i = 0; i < krm_list_len(patterns); i++) {
		const struct kv_re *re = kv_re_get(job, krm_str(patterns.l->v[i]), &error);
		/* What is no pattern is the schema's matter. */
		if (!re || kv_re_match(job, re, s->name))
			return true;
	}
	return false;
}

bool flt_store_excludes(struct kv_job *job, krm_val store, kv_str namespace, krm_val labels)
{
	krm_val conditions = krm_path(store, "spec", "conditions", NULL);
	struct subject s = { namespace, labels };
	for (size_t i = 0; i < krm_list_len(conditions); i++)
		if (may_serve(job, &s, conditions.l->v[i]))
			return false;
	return krm_list_len(conditions) > 0;
}
