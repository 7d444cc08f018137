/* krm/resource.c: identity read from the tree, and lists of resources. */
#include "krm/resource.h"

struct krm_resource *krm_resource_new(struct kv_arena *a, krm_val obj, struct krm_origin origin)
{
	struct krm_resource *r = KV_NEW(a, struct krm_resource);

	r->obj = obj;
	r->origin = origin;
	return r;
}

void krm_resources_push(struct kv_arena *a, struct krm_resources *list, struct krm_resource *r)
{
	KV_PUSH(a, list->v, list->n, list->cap, r);
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
	return krm_str(krm_path(obj, "metadata", "name", NULL));
}

kv_str krm_namespace(krm_val obj)
{
	return krm_str(krm_path(obj, "metadata", "namespace", NULL));
}

void krm_split_api_version(kv_str api_version, kv_str *ret_group, kv_str *ret_version)
{
	size_t slash = kv_str_chr(api_version, '/');

	*ret_group = slash == SIZE_MAX ? KV_S("") : kv_str_sub(api_version, 0, slash);
	*ret_version = slash == SIZE_MAX ? api_version : kv_str_sub(api_version, slash + 1, api_version.n);
}

struct krm_gvk krm_gvk_of(krm_val obj)
{
	struct krm_gvk gvk = { .kind = krm_kind(obj) };

	krm_split_api_version(krm_api_version(obj), &gvk.group, &gvk.version);
	return gvk;
}

kv_str krm_annotation(krm_val obj, const char *key)
{
	return krm_str(krm_get(krm_path(obj, "metadata", "annotations", NULL), key));
}
