/* filters/schema_audit.c: audit rules about objects that do not fit their schema. */
#include "base/map.h"
#include "filters/notice.h"
#include "filters/schema_check.h"
#include "krm/json.h"

enum { UNKNOWN_FIELD, WRONG_VALUE, NO_VERSION, TOO_LARGE, RULES };

static const struct flt_rule rules[RULES] = {
	[UNKNOWN_FIELD] = { "schema/unknown-field", "A field that the kind does not have" },
	[WRONG_VALUE] = { "schema/wrong-value",
			  "A value that the schema of the kind forbids, or one that is missing" },
	[NO_VERSION] = { "schema/no-version", "The CustomResourceDefinition does not serve the version" },
	[TOO_LARGE] = { "schema/too-large", "kubectl apply cannot keep the object in an annotation" },
};

/* ValidateAnnotationsSize: keys and values of all annotations (apimachinery, pkg/api/validation). */
#define ANNOTATIONS_MAX (256 * 1024)
#define LAST_APPLIED "kubectl.kubernetes.io/last-applied-configuration"
#define SYNC_OPTIONS "argocd.argoproj.io/sync-options"

struct audit {
	struct kv_job *job;
	const struct krm_resources *list;
	struct flt_notices *ret;
	struct kv_map crds; /* "group/kind" to krm_val * */
};

static kv_str kind_key(struct audit *a, kv_str group, kv_str kind)
{
	return kv_arena_cat(a->job->arena, group, KV_S("/"), kind);
}

static bool is_crd(krm_val obj)
{
	struct krm_gvk gvk = krm_gvk_of(obj);
	return kv_str_eq(gvk.kind, KV_S("CustomResourceDefinition")) &&
	       kv_str_eq(gvk.group, KV_S("apiextensions.k8s.io"));
}

static void index_crds(struct audit *a, const struct krm_resources *list)
{
	for (size_t i = 0; i < list->n; i++) {
		krm_val *obj = &list->v[i]->obj, spec = krm_get(*obj, "spec");
		if (is_crd(*obj))
			kv_map_put(&a->crds,
				   kind_key(a, krm_str(krm_get(spec, "group")),
					    krm_str(krm_path(spec, "names", "kind", NULL))),
				   obj);
	}
}

/* What one version of a definition says. */
struct version {
	krm_val schema; /* NIL: none */
	bool served, has_status, keeps_unknown;
};

static void add_name(struct kv_buf *names, kv_str name)
{
	kv_buf_str(names, names->n ? KV_S(", ") : KV_S(""));
	kv_buf_str(names, name);
}

/* v1beta1: one version, or one schema for all of them; and unknown fields stay unless it says otherwise. */
static struct version old_version(krm_val spec, kv_str name, struct kv_buf *names)
{
	kv_str own = krm_str(krm_get(spec, "version"));
	krm_val keeps = krm_get(spec, "preserveUnknownFields");
	if (own.n && !krm_list_len(krm_get(spec, "versions")))
		add_name(names, own);
	return (struct version){ .schema = krm_path(spec, "validation", "openAPIV3Schema", NULL),
				 .served = own.n && kv_str_eq(own, name),
				 .has_status = krm_has(krm_get(spec, "subresources"), "status"),
				 .keeps_unknown = keeps.kind != KRM_BOOL || keeps.b };
}

/* The version of that name; *ret_served names those that are served. */
static struct version find_version(struct audit *a, krm_val crd, kv_str name, kv_str *ret_served)
{
	krm_val spec = krm_get(crd, "spec"), versions = krm_get(spec, "versions");
	bool old = kv_str_eq(krm_gvk_of(crd).version, KV_S("v1beta1"));
	struct version found = { .schema = krm_nil(), .keeps_unknown = krm_flag(spec, "preserveUnknownFields") };
	struct kv_buf names;
	kv_buf_init(&names, a->job->arena, KV_BUF_MAX);
	if (old)
		found = old_version(spec, name, &names);
	for (size_t i = 0; i < krm_list_len(versions); i++) {
		krm_val v = versions.l->v[i], schema = krm_path(v, "schema", "openAPIV3Schema", NULL);
		if (!krm_flag(v, "served"))
			continue;
		add_name(&names, krm_str(krm_get(v, "name")));
		if (!kv_str_eq(krm_str(krm_get(v, "name")), name))
			continue;
		found.served = true;
		found.has_status |= krm_has(krm_get(v, "subresources"), "status");
		if (schema.kind == KRM_MAP)
			found.schema = schema;
	}
	*ret_served = kv_buf_view(&names);
	return found;
}

static void check_custom(struct audit *a, size_t at, krm_val crd, struct flt_mistakes *mistakes)
{
	krm_val obj = a->list->v[at]->obj;
	kv_str served, version = krm_gvk_of(obj).version, who = krm_shown(a->job->arena, obj);
	struct version found = find_version(a, crd, version, &served);
	if (!found.served)
		flt_notice(a->job, a->ret, &rules[NO_VERSION], at, 0,
			   "%.*s has version %.*s, and %.*s serves %.*s", KV_ARG(who), KV_ARG(version),
			   KV_ARG(krm_name(crd)), KV_ARG(served.n ? served : KV_S("none")));
	else if (found.schema.kind == KRM_MAP)
		flt_check_structural(a->job, found.schema, obj, found.keeps_unknown, found.has_status, mistakes);
}

static void check_schema(struct audit *a, size_t at)
{
	struct flt_mistakes mistakes = { 0 };
	krm_val obj = a->list->v[at]->obj;
	struct krm_gvk gvk = krm_gvk_of(obj);
	const krm_val *crd = kv_map_get(&a->crds, kind_key(a, gvk.group, gvk.kind));
	if (crd)
		check_custom(a, at, *crd, &mistakes);
	else if (!flt_check_core(a->job, obj, &mistakes))
		return;
	kv_str who = krm_shown(a->job->arena, obj);
	for (size_t i = 0; i < mistakes.n; i++) {
		const struct flt_mistake *m = &mistakes.v[i];
		flt_notice(a->job, a->ret, &rules[m->unknown ? UNKNOWN_FIELD : WRONG_VALUE], at, m->pos,
			   "%.*s: %.*s", KV_ARG(who), KV_ARG(m->text));
	}
	a->ret->nunevaluated += mistakes.ncel;
}

static void check_size(struct audit *a, size_t at)
{
	krm_val obj = a->list->v[at]->obj, annotations = krm_path(obj, "metadata", "annotations", NULL);
	struct kv_buf json;
	kv_str error, who = krm_shown(a->job->arena, obj);
	struct kv_arena_mark mark = kv_arena_mark(a->job->arena);
	size_t total = sizeof LAST_APPLIED - 1;
	kv_buf_init(&json, a->job->arena, KV_BUF_MAX);
	if (krm_json_write(a->job, obj, (struct krm_json_style){ .html = true }, &json, &error) < 0)
		return;
	total += json.n + 1;
	if (annotations.kind == KRM_MAP)
		krm_map_each (annotations.m, e)
			total += krm_str(e->key).n + krm_str(e->val).n;
	kv_arena_release(a->job->arena, mark);
	if (total > ANNOTATIONS_MAX &&
	    !kv_str_has(krm_annotation(obj, SYNC_OPTIONS), KV_S("ServerSideApply=true")))
		flt_notice(a->job, a->ret, &rules[TOO_LARGE], at, 0,
			   "%.*s takes %zu bytes of annotations once kubectl apply has kept it in one, and "
			   "%d are allowed: "
			   "apply it with --server-side",
			   KV_ARG(who), total, ANNOTATIONS_MAX);
}

static void find(struct kv_job *job, const struct krm_resources *list, const struct flt_known *known,
		 struct flt_notices *ret)
{
	struct audit a = { .job = job, .list = list, .ret = ret };
	kv_map_init(&a.crds, job->arena);
	index_crds(&a, &known->definitions);
	/* What the list has itself counts more. */
	index_crds(&a, list);
	for (size_t i = 0; i < list->n; i++)
		check_schema(&a, i);
	for (size_t i = 0; i < list->n; i++)
		check_size(&a, i);
}

const struct flt_audit flt_schema_audit = { rules, RULES, find };
