/* krm/resource.c: identity read from the tree, and lists of resources. */
#include "krm/resource.h"

struct krm_resource *krm_resource_new(struct kv_arena *a, krm_val obj, struct krm_origin origin)
{
	struct krm_resource *r = KV_NEW(a, struct krm_resource);

	r->obj = obj;
	r->origin = origin;
	return r;
}

void krm_note_template(struct kv_job *job, const struct krm_resource *r)
{
	if (r->origin.template.n)
		kv_note(job, 0, "it comes from the template %.*s of the chart %.*s", KV_ARG(r->origin.template),
			KV_ARG(r->origin.chart));
}

void krm_report_discreetly(struct kv_job *job, const struct krm_resource *r, kv_pos pos, bool refuse, kv_str text)
{
	if (!kv_source_of(job, pos) && refuse)
		kv_error_file(job, r->origin.path, "%.*s", KV_ARG(text));
	else if (!kv_source_of(job, pos))
		kv_warn_file(job, r->origin.path, "%.*s", KV_ARG(text));
	else if (refuse)
		kv_error(job, pos, "%.*s", KV_ARG(text));
	else
		kv_warn(job, pos, "%.*s", KV_ARG(text));
	kv_diag_be_discreet(job);
}

void krm_resources_push(struct kv_arena *a, struct krm_resources *list, struct krm_resource *r)
{
	KV_PUSH(a, list->v, list->n, list->cap, r);
}

krm_val krm_list_item(struct kv_arena *a, krm_val list, krm_val item)
{
	kv_str kind = krm_kind(list);
	krm_val copy;
	if (item.kind != KRM_MAP || krm_kind(item).n || kv_str_eq(kind, KV_S("List")))
		return item;
	copy = krm_map(a, KRM_OF_ANY);
	copy.pos = item.pos;
	krm_map_set(a, copy.m, KV_S("apiVersion"), krm_string(a, krm_api_version(list)));
	krm_map_set(a, copy.m, KV_S("kind"), krm_string(a, kv_str_sub(kind, 0, kind.n - strlen("List"))));
	krm_map_each (item.m, e)
		if (!krm_is_str(e->key, "kind") && !krm_is_str(e->key, "apiVersion"))
			krm_map_set_key(a, copy.m, e->key, e->val);
	return copy;
}

/* Lists in Lists are as deep as their reader lets them be. */
static void open_into(struct kv_arena *a, struct krm_resource *r, struct krm_resources *ret)
{
	krm_val items = krm_get(r->obj, "items");
	if (!kv_str_ends(krm_kind(r->obj), KV_S("List")) || items.kind != KRM_LIST) {
		krm_resources_push(a, ret, r);
		return;
	}
	for (size_t i = 0; i < items.l->n; i++) {
		if (items.l->v[i].kind != KRM_MAP)
			continue;
		struct krm_resource *inner = krm_resource_new(a, krm_list_item(a, r->obj, items.l->v[i]), r->origin);
		inner->build = r->build;
		open_into(a, inner, ret);
	}
}

struct krm_resources krm_resources_opened(struct kv_arena *a, const struct krm_resources *list)
{
	struct krm_resources ret = { 0 };
	for (size_t i = 0; i < list->n; i++)
		open_into(a, list->v[i], &ret);
	return ret;
}

kv_str krm_api_version(krm_val obj)
{
	return krm_str(krm_get(obj, "apiVersion"));
}

kv_str krm_kind(krm_val obj)
{
	return krm_str(krm_get(obj, "kind"));
}

kv_str krm_name(krm_val obj)
{
	return krm_str(krm_get(krm_get(obj, "metadata"), "name"));
}

kv_str krm_namespace(krm_val obj)
{
	return krm_str(krm_get(krm_get(obj, "metadata"), "namespace"));
}

void krm_split_api_version(kv_str api_version, kv_str *ret_group, kv_str *ret_version)
{
	size_t slash = kv_str_chr(api_version, '/');

	*ret_group = slash == SIZE_MAX ? KV_S("") : kv_str_sub(api_version, 0, slash);
	*ret_version = slash == SIZE_MAX ? api_version : kv_str_sub(api_version, slash + 1, api_version.n);
}

/* It is asked for at every step: both fields are found on one way through a small map. */
struct krm_gvk krm_gvk_of(krm_val obj)
{
	kv_str api_version = KV_S("");
	struct krm_gvk gvk = { .kind = KV_STR("") };

	if (obj.kind == KRM_MAP && obj.m->n <= 8) {
		for (const struct krm_entry *e = obj.m->e, *end = e + obj.m->n; e < end; e++) {
			kv_str key = krm_str(e->key);

			if (kv_str_eq(key, KV_S("apiVersion")))
				api_version = krm_str(e->val);
			else if (kv_str_eq(key, KV_S("kind")))
				gvk.kind = krm_str(e->val);
		}
	} else {
		api_version = krm_api_version(obj);
		gvk.kind = krm_kind(obj);
	}
	krm_split_api_version(api_version, &gvk.group, &gvk.version);
	return gvk;
}

kv_str krm_annotation(krm_val obj, const char *key)
{
	return krm_str(krm_get(krm_path(obj, "metadata", "annotations", NULL), key));
}

kv_str krm_shown(struct kv_arena *a, krm_val obj)
{
	kv_str namespace = krm_namespace(obj);
	return kv_arena_cat(a, krm_kind(obj), KV_S(" "), namespace, namespace.n ? KV_S("/") : KV_S(""),
			    krm_name(obj));
}

bool krm_is_kind(krm_val obj, const char *group, const char *kind)
{
	struct krm_gvk gvk = krm_gvk_of(obj);
	return kv_str_eq(gvk.group, kv_str_c(group)) && kv_str_eq(gvk.kind, kv_str_c(kind));
}
