/* krm/folder.c: joins the parts of a name, and tells such a name by its version. */
#include "krm/folder.h"
#include "krm/scalar.h"

static kv_str namespace_of(const struct krm_resource *r)
{
	kv_str namespace = krm_namespace(r->obj);

	if (krm_is_cluster_scoped(krm_gvk_of(r->obj)))
		return KV_S("");
	return namespace.n ? namespace : KV_S("default");
}

kv_str krm_folder_name(struct kv_job *job, const struct krm_resource *r, bool namespaces)
{
	struct kv_arena *a = job->arena;
	struct krm_gvk gvk = krm_gvk_of(r->obj);
	kv_str parts[] = { namespaces ? namespace_of(r) : KV_S(""), gvk.group, gvk.version, gvk.kind,
			   krm_scalar_text(job, krm_path(r->obj, "metadata", "name", NULL)) };
	struct kv_buf out;

	kv_buf_init(&out, a, KV_BUF_MAX);
	for (size_t i = 0; i < KV_COUNT(parts); i++) {
		if (parts[i].n && out.n)
			kv_buf_c(&out, '_');
		kv_buf_str(&out, kv_arena_lower(a, parts[i]));
	}
	kv_buf_lit(&out, ".yaml");
	return kv_buf_view(&out);
}

bool krm_has_several_namespaces(const struct krm_resources *list)
{
	kv_str first = KV_S("");

	for (size_t i = 0; i < list->n; i++) {
		kv_str namespace = namespace_of(list->v[i]);

		if (first.n == 0)
			first = namespace;
		else if (namespace.n && !kv_str_eq(namespace, first))
			return true;
	}
	return false;
}

static bool is_version(kv_str part)
{
	size_t i = 1, stage;
	if (part.n < 2 || part.p[0] != 'v' || !kv_is_digit(part.p[1]))
		return false;
	while (i < part.n && kv_is_digit(part.p[i]))
		i++;
	part = kv_str_sub(part, i, part.n);
	stage = kv_str_starts(part, KV_S("alpha")) ? 5 : kv_str_starts(part, KV_S("beta")) ? 4 : 0;
	if (!part.n)
		return true;
	for (i = stage; i < part.n && kv_is_digit(part.p[i]); i++)
		;
	return stage && i > stage && i == part.n;
}

/* A version, behind a namespace and a group at most, and before a kind and a name. */
bool krm_is_folder_name(kv_str name)
{
	kv_str rest = name;
	if (!kv_str_ends(name, KV_S(".yaml")))
		return false;
	for (int before = 0; before < 3; before++) {
		size_t end = kv_str_chr(rest, '_');
		if (end == SIZE_MAX)
			return false;
		if (is_version(kv_str_sub(rest, 0, end)))
			return kv_str_chr(kv_str_sub(rest, end + 1, rest.n), '_') != SIZE_MAX;
		rest = kv_str_sub(rest, end + 1, rest.n);
	}
	return false;
}
