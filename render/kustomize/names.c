/* render/kustomize/names.c: namespace, name prefix and suffix (NamespaceTransformer, PrefixTransformer,
 * SuffixTransformer and their filters). */
#include "krm/schema.h"
#include "render/kustomize/fieldspec.h"

/* --- namespace -------------------------------------------------------------------------------- */

struct namespace
{
	kv_str name;
	bool unset_only;
	kv_str subjects; /* defaultOnly, allServiceAccounts, none */
};

static int set_namespace(struct rnd_k_build *b, void *ctx, krm_val *node)
{
	const struct namespace *ns = ctx;

	if (ns->unset_only && node->kind != KRM_NIL && !rnd_k_is_nil_or_empty(*node) &&
	    rnd_k_scalar_text(b, *node).n)
		return 0;
	return rnd_k_set_string(b, node, ns->name);
}

static int set_subject(struct rnd_k_build *b, struct namespace *ns, krm_val *subject)
{
	static const struct rnd_k_spec spec = { .path = KV_STR("namespace"), .create = true };

	return rnd_k_fieldspec(b, *subject, &spec, KRM_STRING, set_namespace, ns);
}

/* Namespaces of subjects have their own rule, whatever the field specs say. */
static int set_subjects(struct rnd_k_build *b, struct namespace *ns, krm_val obj)
{
	krm_val subjects = krm_get(obj, "subjects");
	bool all = kv_str_eq(ns->subjects, KV_S("allServiceAccounts"));

	if (kv_str_eq(ns->subjects, KV_S("none")) || subjects.kind == KRM_NIL)
		return 0;
	if (subjects.kind != KRM_LIST)
		return rnd_k_wrong_kind(b, "SequenceNode", subjects);
	for (size_t i = 0; i < subjects.l->n; i++) {
		krm_val subject = subjects.l->v[i];
		krm_val by = krm_get(subject, all ? "kind" : "name");

		if (subject.kind != KRM_MAP && subject.kind != KRM_NIL)
			return rnd_k_wrong_kind(b, "MappingNode", subject);
		if (!rnd_k_is_scalar(by))
			return rnd_k_wrong_kind(b, "ScalarNode", by);
		if (!krm_is_str(by, all ? "ServiceAccount" : "default"))
			continue;
		if (set_subject(b, ns, &subject))
			return -1;
	}
	return 0;
}

static bool is_role_binding(kv_str kind)
{
	return kv_str_eq(kind, KV_S("RoleBinding")) || kv_str_eq(kind, KV_S("ClusterRoleBinding"));
}

/* Specs that the hard-coded rules replace. */
static bool is_unneeded(const struct rnd_k_spec *spec, krm_val obj, bool role_binding)
{
	if (kv_str_eq(spec->path, KV_S("metadata/namespace")))
		return true;
	if (kv_str_eq(spec->path, KV_S("metadata/name")) && !kv_str_eq(krm_api_version(obj), KV_S("v1")))
		return true;
	return role_binding && is_role_binding(spec->gvk.kind) &&
	       kv_str_eq(spec->path, KV_S("subjects/namespace"));
}

static int apply_namespace(struct rnd_k_build *b, struct namespace *ns, const struct rnd_k_specs *specs,
			   krm_val obj)
{
	static const struct rnd_k_spec meta = { .path = KV_STR("metadata/namespace"), .create = true };
	struct krm_gvk gvk = krm_gvk_of(obj);
	bool role_binding = is_role_binding(gvk.kind);

	if (krm_schema_scope(b->schema, gvk) != KRM_SCOPE_CLUSTER &&
	    rnd_k_fieldspec(b, obj, &meta, KRM_STRING, set_namespace, ns))
		return -1;
	if (role_binding && set_subjects(b, ns, obj))
		return -1;
	for (size_t i = 0; specs && i < specs->n; i++) {
		if (!rnd_k_gvk_selected(gvk, specs->v[i].gvk) || is_unneeded(&specs->v[i], obj, role_binding))
			continue;
		if (rnd_k_fieldspec(b, obj, &specs->v[i], KRM_STRING, set_namespace, ns))
			return -1;
		gvk = krm_gvk_of(obj); /* a path may lead to the kind itself */
	}
	return 0;
}

int rnd_k_namespace_of_one(struct rnd_k_build *b, krm_val obj, kv_str name)
{
	struct namespace ns = { .name = name, .subjects = KV_STR("defaultOnly") };

	return apply_namespace(b, &ns, NULL, obj);
}

static bool is_subject_mode(kv_str mode)
{
	return kv_str_eq(mode, KV_S("defaultOnly")) || kv_str_eq(mode, KV_S("allServiceAccounts")) ||
	       kv_str_eq(mode, KV_S("none"));
}

int rnd_k_namespace(struct rnd_k_build *b, krm_val config, const struct rnd_k_specs *specs,
		    struct rnd_k_acc *acc)
{
	struct namespace ns = {
		.name = krm_str(krm_path(config, "metadata", "namespace", NULL)),
		.unset_only = krm_flag(config, "unsetOnly"),
		.subjects = krm_str(krm_get(config, "setRoleBindingSubjects")),
	};

	if (!ns.subjects.n)
		ns.subjects = KV_S("defaultOnly");
	if (!is_subject_mode(ns.subjects))
		return kv_error(
			b->job, krm_get(config, "setRoleBindingSubjects").pos,
			"invalid value \"%.*s\" for setRoleBindingSubjects: must be one of \"defaultOnly\", "
			"\"none\" or \"allServiceAccounts\"",
			KV_ARG(ns.subjects));
	if (!ns.name.n)
		return 0;
	rnd_k_all_move(acc);
	for (size_t i = 0; i < acc->list.n; i++) {
		struct rnd_k_res *res = acc->list.v[i];
		size_t n;

		if (rnd_k_is_nil_or_empty(res->r->obj) || res->helm_generated)
			continue;
		rnd_k_store_previous(b, res);
		if (apply_namespace(b, &ns, specs, res->r->obj))
			return -1;
		rnd_k_moved(b, acc, res);
		rnd_k_find(b, acc, rnd_k_cur_id(res), &n);
		if (n != 1) {
			kv_str id = rnd_k_id_str(b->job->arena, rnd_k_cur_id(res));

			return kv_error(b->job, res->r->origin.pos,
					"namespace transformation produces ID conflict: %.*s", KV_ARG(id));
		}
	}
	return 0;
}

/* --- prefix and suffix ------------------------------------------------------------------------ */

struct affix {
	kv_str prefix, suffix;
};

static int set_affixed(struct rnd_k_build *b, void *ctx, krm_val *node)
{
	const struct affix *affix = ctx;
	struct kv_arena_mark mark = kv_arena_mark(b->job->nested);
	kv_str text = rnd_k_scalar_text(b, *node);
	int status = rnd_k_set_untagged(b, node,
					kv_arena_cat(b->job->nested, affix->prefix, text, affix->suffix));

	kv_arena_release(b->job->nested, mark);
	return status;
}

/* Kinds whose names have a meaning of their own. */
static bool keeps_its_name(struct krm_gvk gvk)
{
	return kv_str_eq(gvk.kind, KV_S("CustomResourceDefinition")) ||
	       kv_str_eq(gvk.kind, KV_S("Namespace")) ||
	       (kv_str_eq(gvk.kind, KV_S("APIService")) &&
		kv_str_eq(gvk.group, KV_S("apiregistration.k8s.io")));
}

static int affix_one(struct rnd_k_build *b, struct affix *affix, const struct rnd_k_specs *specs,
		     struct rnd_k_acc *acc, struct rnd_k_res *res)
{
	struct rnd_k_id id = rnd_k_org_id(res);

	if (keeps_its_name(id.gvk))
		return 0;
	for (size_t i = 0; i < specs->n; i++) {
		if (!rnd_k_gvk_selected(id.gvk, specs->v[i].gvk))
			continue;
		if (kv_str_eq(specs->v[i].path, KV_S("metadata/name")) &&
		    (affix->prefix.n || affix->suffix.n)) {
			if (affix->prefix.n)
				rnd_k_str_push(b, &res->prefixes, affix->prefix);
			if (affix->suffix.n)
				rnd_k_str_push(b, &res->suffixes, affix->suffix);
			rnd_k_store_previous(b, res);
		}
		if (rnd_k_fieldspec(b, res->r->obj, &specs->v[i], KRM_STRING, set_affixed, affix))
			return -1;
		rnd_k_moved(b, acc, res);
	}
	return 0;
}

static int affix_all(struct rnd_k_build *b, struct affix affix, const struct rnd_k_specs *specs,
		     struct rnd_k_acc *acc)
{
	if (!specs)
		return kv_error(b->job, 0, "fieldSpecs is not expected to be nil");
	rnd_k_all_move(acc);
	for (size_t i = 0; i < acc->list.n; i++)
		if (!rnd_k_is_nil_or_empty(acc->list.v[i]->r->obj) &&
		    affix_one(b, &affix, specs, acc, acc->list.v[i]))
			return -1;
	return 0;
}

int rnd_k_prefix(struct rnd_k_build *b, krm_val config, const struct rnd_k_specs *specs,
		 struct rnd_k_acc *acc)
{
	struct affix affix = { .prefix = krm_str(krm_get(config, "prefix")), .suffix = KV_STR("") };

	return affix_all(b, affix, specs, acc);
}

int rnd_k_suffix(struct rnd_k_build *b, krm_val config, const struct rnd_k_specs *specs,
		 struct rnd_k_acc *acc)
{
	struct affix affix = { .prefix = KV_STR(""), .suffix = krm_str(krm_get(config, "suffix")) };

	return affix_all(b, affix, specs, acc);
}
