/* krm/splice_tree_fuzz.c: any document as the item of a ResourceList, with something set in each of its mappings: the lines that come of
 * it read as the tree, and an item that nobody edited goes back as it came.
 *
 * Seeds: \.ya?ml$
 */
#include <stdlib.h>

#include "krm/splice.h"
#include "krm/yaml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The lines of the text as an item at the left margin. */
static kv_str as_list(struct kv_job *job, kv_str text)
{
	struct kv_buf b;
	kv_str line;
	bool first = true;
	kv_buf_init(&b, job->arena, KV_BUF_MAX);
	kv_buf_lit(&b, "apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nitems:\n");
	for (; kv_str_line(&text, &line); first = false) {
		kv_buf_str(&b, first ? KV_S("- ") : line.n ? KV_S("  ") : KV_S(""));
		kv_buf_str(&b, line);
		kv_buf_c(&b, '\n');
	}
	kv_buf_lit(&b, "- {a: b}\n");
	return kv_buf_view(&b);
}

/* A new entry in each mapping, and another value for every third one. */
static void edit(struct kv_job *job, krm_val v, size_t *count)
{
	if (v.kind == KRM_LIST)
		for (size_t i = 0; i < v.l->n; i++)
			edit(job, v.l->v[i], count);
	if (v.kind != KRM_MAP)
		return;
	krm_map_each (v.m, e) {
		if (++*count % 3 == 0)
			e->val = krm_string_c(job->arena, "another\nvalue");
		else
			edit(job, e->val, count);
	}
	krm_val list = krm_list(job->arena, KRM_OF_ANY), map = krm_map(job->arena, KRM_OF_ANY);
	krm_list_push(job->arena, list.l, krm_string_c(job->arena, "1"));
	krm_map_set(job->arena, map.m, KV_S("list"), list);
	if (++*count % 2 == 0)
		krm_map_set(job->arena, v.m, KV_S("new entry"), map);
}

static void check(struct kv_job *job, struct krm_item *item)
{
	struct kv_buf out;
	kv_str error;
	krm_val again;
	size_t count = 0;
	kv_buf_init(&out, job->arena, KV_BUF_MAX);
	/* What is wrong in a document that a ResourceList may hold is told later. */
	if (krm_yaml_try(job, item->raw, KRM_YAML_KUSTOMIZE, &again, &error) < 0)
		return;
	if (krm_splice_tree(job, item, &out) && !kv_str_eq(kv_buf_view(&out), item->raw))
		abort();
	out.n = 0;
	edit(job, item->resource->obj, &count);
	if (!krm_splice_tree(job, item, &out))
		return;
	if (krm_yaml_try(job, kv_buf_view(&out), KRM_YAML_KUSTOMIZE, &again, &error) < 0 ||
	    krm_list_len(again) != 1 || !krm_equal(again.l->v[0], item->resource->obj))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct kv_job *job = kv_job_new();
	struct krm_resource_list list;
	kv_str text = as_list(job, kv_str_of((const char *)data, size));
	if (krm_resource_list_read(job, KV_S("input"), text, &list) == 0 && list.n == 2 &&
	    list.items[0].raw.n)
		check(job, &list.items[0]);
	kv_job_free(job);
	return 0;
}
