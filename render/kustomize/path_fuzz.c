/* render/kustomize/path_fuzz.c: a field path and, after a line end, the document it goes into, in every way that a replacement
 * uses one. Looking changes nothing; what a path made is a tree still, which ends when it is printed.
 *
 * Seeds: /kustomize/.+\.yaml$
 * Seed prefixes: spec.template.spec.containers.[name=nginx].image\n data.config.a.[b=c].0\n metadata.annotations.[a.b]\n
 */
#include <stdlib.h>

#include "krm/scalar.h"
#include "krm/yaml.h"
#include "render/kustomize/path.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void print_tree(struct rnd_k_build *b, krm_val v)
{
	struct kv_buf out;
	kv_str error;

	kv_buf_init(&out, b->job->arena, KV_BUF_MAX);
	(void)!krm_yaml_write_pretty(b->job, v, &out, &error);
}

/* A tree with NaN does not equal its copy. */
static void find(struct rnd_k_build *b, krm_val *doc, const struct rnd_k_parts *parts)
{
	struct rnd_k_nodes nodes;
	krm_val before, *node;
	kv_str error;

	if (krm_copy(b->job, *doc, &before) || !krm_equal(*doc, before))
		return;
	(void)!rnd_k_path_get(b, doc, parts->v, parts->n, &node, &error);
	(void)!rnd_k_path_match(b, doc, parts->v, parts->n, KRM_NIL, &nodes, &error);
	if (!krm_equal(*doc, before))
		abort();
}

static void make(struct rnd_k_build *b, krm_val *doc, const struct rnd_k_parts *parts, enum krm_kind kind)
{
	krm_val value = krm_scalar_plain(b->job, KV_S("1"));
	struct rnd_k_nodes nodes;
	kv_str error;

	if (rnd_k_set_in_text(b, doc, parts, value, KV_S("1"), kind) ||
	    rnd_k_path_match(b, doc, parts->v, parts->n, kind, &nodes, &error))
		return;
	for (size_t i = 0; i < nodes.n; i++)
		if (rnd_k_is_scalar(*nodes.v[i]))
			*nodes.v[i] = value;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const enum krm_kind kinds[] = { KRM_NIL, KRM_STRING, KRM_LIST, KRM_MAP };
	struct rnd_build_options options = { .reorder = KV_STR("") };
	struct rnd_k_build b = { .job = kv_job_new(), .options = &options };
	kv_str text = kv_str_of((const char *)data, size);
	size_t line = kv_str_chr(text, '\n'), n;
	struct rnd_k_parts parts;
	krm_val *docs, doc;

	b.job->limits.steps = 100000;
	if (line != SIZE_MAX &&
	    !krm_yaml_read_all(b.job, KV_S("fuzz"), kv_str_sub(text, line + 1, size), KRM_YAML_KUSTOMIZE, &docs, &n) && n) {
		rnd_k_path_split_smart(&b, kv_str_sub(text, 0, line), &parts);
		find(&b, &docs[0], &parts);
		for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
			if (krm_copy(b.job, docs[0], &doc))
				break;
			make(&b, &doc, &parts, kinds[i]);
			print_tree(&b, doc);
		}
	}
	kv_job_free(b.job);
	return 0;
}
