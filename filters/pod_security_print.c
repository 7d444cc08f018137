/* filters/pod_security_print.c: patches as strategic-merge patches, in the order in which people write them. */
#include "filters/pod_security_patch.h"
#include "krm/yaml.h"

static krm_val put(struct kv_job *job, krm_val parent, kv_str name, krm_val v)
{
	krm_map_set(job->arena, parent.m, name, v);
	return v;
}

static krm_val put_map(struct kv_job *job, krm_val parent, kv_str name)
{
	return put(job, parent, name, krm_map(job->arena, KRM_OF_ANY));
}

/* Containers are merged by their names. */
static void put_containers(struct kv_job *job, krm_val spec, const struct flt_pod *pod,
			   const struct flt_patch *patch, int list)
{
	krm_val items = krm_list(job->arena, KRM_OF_ANY);
	for (size_t i = 0; i < pod->ncontainers; i++) {
		if ((int)pod->containers[i].list != list || patch->containers[i].kind != KRM_MAP)
			continue;
		krm_val item = krm_map(job->arena, KRM_OF_ANY);
		put(job, item, KV_S("name"), krm_get(pod->containers[i].at, "name"));
		put(job, item, KV_S("securityContext"), patch->containers[i]);
		krm_list_push(job->arena, items.l, item);
	}
	if (krm_list_len(items))
		put(job, spec, kv_str_c(flt_container_lists[list]), items);
}

krm_val flt_patch_tree(struct kv_job *job, krm_val obj, const struct flt_pod *pod, const struct flt_patch *patch)
{
	krm_val tree = krm_map(job->arena, KRM_OF_ANY), metadata, spec = tree;
	put(job, tree, KV_S("apiVersion"), krm_get(obj, "apiVersion"));
	put(job, tree, KV_S("kind"), krm_get(obj, "kind"));
	metadata = put_map(job, tree, KV_S("metadata"));
	put(job, metadata, KV_S("name"), krm_path(obj, "metadata", "name", NULL));
	if (krm_namespace(obj).n)
		put(job, metadata, KV_S("namespace"), krm_path(obj, "metadata", "namespace", NULL));
	for (kv_str rest = pod->path; rest.n;) {
		size_t dot = kv_str_chr(rest, '.');
		spec = put_map(job, spec, kv_str_sub(rest, 0, dot));
		rest = dot == SIZE_MAX ? KV_S("") : kv_str_sub(rest, dot + 1, rest.n);
	}
	if (patch->pod.kind == KRM_MAP)
		put(job, spec, KV_S("securityContext"), patch->pod);
	for (int list = 0; list < FLT_CONTAINER_LISTS; list++)
		put_containers(job, spec, pod, patch, list);
	return tree;
}

int flt_patch_print(struct kv_job *job, krm_val obj, const struct flt_pod *pod, const struct flt_patch *patch,
		    struct kv_buf *out)
{
	kv_str error;
	if (!patch->nadded)
		return 0;
	return krm_yaml_write_ordered(job, flt_patch_tree(job, obj, pod, patch), out, &error) < 0 ?
		       kv_error(job, obj.pos, "the patch cannot be printed: %.*s", KV_ARG(error)) :
		       0;
}
