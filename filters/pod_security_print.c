/* filters/pod_security_print.c: patches as people write them: strategic-merge patches in block style, lists indented. */
#include "filters/pod_security_patch.h"
#include "krm/yaml.h"

struct printer {
	struct kv_job *job;
	struct kv_buf *out;
	bool failed;
};

static void indent(struct printer *p, size_t depth)
{
	kv_buf_fill(p->out, ' ', 2 * depth);
}

/* A scalar and its line feed; the writer knows which texts need quotes. */
static void scalar(struct printer *p, krm_val v)
{
	kv_str error;
	if (krm_yaml_write(p->job, v, p->out, &error) < 0)
		p->failed = true;
}

static void key(struct printer *p, size_t depth, const char *name)
{
	indent(p, depth);
	kv_buf_printf(p->out, "%s:\n", name);
}

static void entry(struct printer *p, size_t depth, const char *name, krm_val v)
{
	indent(p, depth);
	kv_buf_printf(p->out, "%s: ", name);
	scalar(p, v);
}

/* Security contexts are mappings of scalars, lists of scalars and mappings of those. */
static void fields(struct printer *p, size_t depth, const struct krm_map *map)
{
	krm_map_each (map, e) {
		const char *name = kv_arena_cstr(p->job->arena, krm_str(e->key));
		if (e->val.kind != KRM_MAP && e->val.kind != KRM_LIST) {
			entry(p, depth, name, e->val);
			continue;
		}
		key(p, depth, name);
		if (e->val.kind == KRM_MAP)
			fields(p, depth + 1, e->val.m);
		for (size_t i = 0; i < krm_list_len(e->val); i++) {
			indent(p, depth + 1);
			kv_buf_lit(p->out, "- ");
			scalar(p, e->val.l->v[i]);
		}
	}
}

static bool any_in(const struct flt_pod *pod, const struct flt_patch *patch, int list)
{
	for (size_t i = 0; i < pod->ncontainers; i++)
		if ((int)pod->containers[i].list == list && patch->containers[i].kind == KRM_MAP)
			return true;
	return false;
}

/* Containers are merged by their names. */
static void containers(struct printer *p, size_t depth, const struct flt_pod *pod,
		       const struct flt_patch *patch, int list)
{
	key(p, depth, flt_container_lists[list]);
	for (size_t i = 0; i < pod->ncontainers; i++) {
		if ((int)pod->containers[i].list != list || patch->containers[i].kind != KRM_MAP)
			continue;
		indent(p, depth + 1);
		kv_buf_lit(p->out, "- name: ");
		scalar(p, krm_get(pod->containers[i].at, "name"));
		key(p, depth + 2, "securityContext");
		fields(p, depth + 3, patch->containers[i].m);
	}
}

static void head(struct printer *p, krm_val obj)
{
	krm_val metadata = krm_get(obj, "metadata");
	entry(p, 0, "apiVersion", krm_get(obj, "apiVersion"));
	entry(p, 0, "kind", krm_get(obj, "kind"));
	key(p, 0, "metadata");
	entry(p, 1, "name", krm_get(metadata, "name"));
	if (krm_namespace(obj).n)
		entry(p, 1, "namespace", krm_get(metadata, "namespace"));
}

int flt_patch_print(struct kv_job *job, krm_val obj, const struct flt_pod *pod, const struct flt_patch *patch,
		    struct kv_buf *out)
{
	struct printer p = { job, out, false };
	size_t depth = 0;
	if (!patch->nadded)
		return 0;
	head(&p, obj);
	for (kv_str rest = pod->path; rest.n; depth++) {
		size_t dot = kv_str_chr(rest, '.');
		key(&p, depth, kv_arena_cstr(job->arena, kv_str_sub(rest, 0, dot)));
		rest = dot == SIZE_MAX ? KV_S("") : kv_str_sub(rest, dot + 1, rest.n);
	}
	if (patch->pod.kind == KRM_MAP) {
		key(&p, depth, "securityContext");
		fields(&p, depth + 1, patch->pod.m);
	}
	for (int list = 0; list < FLT_CONTAINER_LISTS; list++)
		if (any_in(pod, patch, list))
			containers(&p, depth, pod, patch, list);
	return p.failed ? kv_error(job, obj.pos, "the patch cannot be printed") : 0;
}
