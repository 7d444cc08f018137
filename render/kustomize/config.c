/* render/kustomize/config.c: the transformer configuration: files of `configurations:`, defaults, and their
 * merge (api/internal/plugins/builtinconfig, api/types/fieldspec.go).
 *
 * A configuration is never changed once made: merging makes a new one, so levels share what they have in
 * common.
 */
#include <stdlib.h>

#include "krm/yaml.h"
#include "render/kustomize/fields.h"

/* The lists by their field names. */
static const struct list {
	const char *name;
	size_t offset;
	const char *go_name;
} lists[] = {
	{ "namePrefix", offsetof(struct rnd_k_config, name_prefix), "NamePrefix" },
	{ "nameSuffix", offsetof(struct rnd_k_config, name_suffix), "NameSuffix" },
	{ "namespace", offsetof(struct rnd_k_config, namespace), "NameSpace" },
	{ "commonAnnotations", offsetof(struct rnd_k_config, common_annotations), "CommonAnnotations" },
	{ "commonLabels", offsetof(struct rnd_k_config, common_labels), "CommonLabels" },
	{ "labels", offsetof(struct rnd_k_config, labels), "Labels" },
	{ "templateLabels", offsetof(struct rnd_k_config, template_labels), "TemplateLabels" },
	{ "varReference", offsetof(struct rnd_k_config, var_reference), "VarReference" },
	{ "images", offsetof(struct rnd_k_config, images), "Images" },
	{ "replicas", offsetof(struct rnd_k_config, replicas), "Replicas" },
};
enum { NLISTS = sizeof lists / sizeof *lists };

static struct rnd_k_specs *list_of(const struct rnd_k_config *c, const struct list *l)
{
	return (struct rnd_k_specs *)(uintptr_t)((const char *)c + l->offset);
}

int rnd_k_specs_add(struct rnd_k_build *b, struct rnd_k_specs *into, struct rnd_k_spec spec)
{
	for (size_t i = 0; i < into->n; i++)
		if (kv_str_eq(into->v[i].path, spec.path) && rnd_k_gvk_selected(into->v[i].gvk, spec.gvk)) {
			if (into->v[i].create != spec.create)
				return kv_error(b->job, spec.pos, "conflicting fieldspecs");
			return 0;
		}
	KV_PUSH(b->job->arena, into->v, into->n, into->cap, spec);
	return 0;
}

int rnd_k_specs_merge(struct rnd_k_build *b, struct rnd_k_specs *into, const struct rnd_k_specs *from)
{
	for (size_t i = 0; i < from->n; i++)
		if (rnd_k_specs_add(b, into, from->v[i]) < 0)
			return -1;
	return 0;
}

static struct rnd_k_specs copy_specs(struct rnd_k_build *b, const struct rnd_k_specs *s)
{
	struct rnd_k_specs out = { 0 };

	for (size_t i = 0; i < s->n; i++)
		KV_PUSH(b->job->arena, out.v, out.n, out.cap, s->v[i]);
	return out;
}

/* The order of a list by kind, equal elements as they were. */
struct place {
	kv_str key;
	size_t index;
};

static int by_key(const void *x, const void *y)
{
	const struct place *a = x, *b = y;
	int c = kv_str_cmp(a->key, b->key);

	return c ? c : a->index < b->index ? -1 : 1;
}

static struct place *places(struct rnd_k_build *b, const struct krm_gvk *first, size_t stride, size_t n)
{
	struct place *out = KV_NEW_N(b->job->arena, struct place, n + 1);

	for (size_t i = 0; i < n; i++) {
		const struct krm_gvk *gvk = (const void *)((const char *)first + i * stride);

		out[i] = (struct place){ rnd_k_gvk_order_key(b->job->arena, *gvk), i };
	}
	qsort(out, n, sizeof *out, by_key);
	return out;
}

static void sort_specs(struct rnd_k_build *b, struct rnd_k_specs *s)
{
	struct rnd_k_spec *sorted;
	struct place *order;

	if (s->n < 2)
		return;
	order = places(b, &s->v->gvk, sizeof *s->v, s->n);
	sorted = KV_NEW_N(b->job->arena, struct rnd_k_spec, s->n);
	for (size_t i = 0; i < s->n; i++)
		sorted[i] = s->v[order[i].index];
	*s = (struct rnd_k_specs){ sorted, s->n, s->n };
}

static void sort_backrefs(struct rnd_k_build *b, struct rnd_k_config *c)
{
	size_t n = c->nname_reference;
	struct rnd_k_backref *sorted;
	struct place *order;

	if (n < 2)
		return;
	order = places(b, &c->name_reference->gvk, sizeof *c->name_reference, n);
	sorted = KV_NEW_N(b->job->arena, struct rnd_k_backref, n);
	for (size_t i = 0; i < n; i++)
		sorted[i] = c->name_reference[order[i].index];
	c->name_reference = sorted;
	c->name_reference_cap = n;
}

static void sort_config(struct rnd_k_build *b, struct rnd_k_config *c)
{
	for (size_t i = 0; i < NLISTS; i++)
		sort_specs(b, list_of(c, &lists[i]));
	sort_backrefs(b, c);
}

int rnd_k_config_add_backref(struct rnd_k_build *b, struct rnd_k_config *c, const struct rnd_k_backref *ref)
{
	bool found = false;

	for (size_t i = 0; i < c->nname_reference; i++)
		if (rnd_k_gvk_equal(c->name_reference[i].gvk, ref->gvk)) {
			found = true;
			if (rnd_k_specs_merge(b, &c->name_reference[i].referrers, &ref->referrers) < 0)
				return -1;
		}
	if (!found) {
		struct rnd_k_backref copy = { ref->gvk, copy_specs(b, &ref->referrers) };

		KV_PUSH(b->job->arena, c->name_reference, c->nname_reference, c->name_reference_cap, copy);
	}
	return 0;
}

static int merge_into(struct rnd_k_build *b, struct rnd_k_config *into, const struct rnd_k_config *from)
{
	for (size_t i = 0; i < NLISTS; i++)
		if (rnd_k_specs_merge(b, list_of(into, &lists[i]), list_of(from, &lists[i])) < 0) {
			kv_note(b->job, 0, "failed to merge %s fieldSpec", lists[i].go_name);
			return -1;
		}
	for (size_t i = 0; i < from->nname_reference; i++)
		if (rnd_k_config_add_backref(b, into, &from->name_reference[i]) < 0) {
			kv_note(b->job, 0, "failed to merge NameReference fieldSpec");
			return -1;
		}
	return 0;
}

int rnd_k_config_merge(struct rnd_k_build *b, const struct rnd_k_config *x, const struct rnd_k_config *y,
		       const struct rnd_k_config **ret)
{
	struct rnd_k_config *c;

	if (x == y || (!x && y == b->defaults)) {
		*ret = y;
		return 0;
	}
	c = KV_NEW(b->job->arena, struct rnd_k_config);
	/* The first one is taken as it is, repeats included. */
	for (size_t i = 0; x && i < NLISTS; i++)
		*list_of(c, &lists[i]) = copy_specs(b, list_of(x, &lists[i]));
	for (size_t i = 0; x && i < x->nname_reference; i++) {
		struct rnd_k_backref copy = { x->name_reference[i].gvk,
					      copy_specs(b, &x->name_reference[i].referrers) };

		KV_PUSH(b->job->arena, c->name_reference, c->nname_reference, c->name_reference_cap, copy);
	}
	if (merge_into(b, c, y) < 0)
		return -1;
	sort_config(b, c);
	*ret = c;
	return 0;
}

/* The defaults, sorted; made once. */
static const struct rnd_k_config *default_config(struct rnd_k_build *b)
{
	struct rnd_k_config *c;

	if (b->defaults)
		return b->defaults;
	c = rnd_k_config_defaults(b->job->arena);
	sort_config(b, c);
	b->defaults = c;
	return c;
}

static kv_str text(krm_val v, const char *key)
{
	return krm_str(krm_get(v, key));
}

static struct krm_gvk gvk_field(krm_val v)
{
	return (struct krm_gvk){ text(v, "group"), text(v, "version"), text(v, "kind") };
}

struct rnd_k_specs rnd_k_specs_of(struct rnd_k_build *b, krm_val list)
{
	struct rnd_k_specs out = { 0 };

	for (size_t i = 0; i < krm_list_len(list); i++) {
		krm_val v = list.l->v[i], create = krm_get(v, "create");
		struct rnd_k_spec spec = { gvk_field(v), text(v, "path"),
					   create.kind == KRM_BOOL && create.b, v.pos };

		KV_PUSH(b->job->arena, out.v, out.n, out.cap, spec);
	}
	return out;
}

static struct rnd_k_config *config_of(struct rnd_k_build *b, krm_val decoded)
{
	struct rnd_k_config *c = KV_NEW(b->job->arena, struct rnd_k_config);
	krm_val refs = krm_get(decoded, "nameReference");

	for (size_t i = 0; i < NLISTS; i++)
		*list_of(c, &lists[i]) = rnd_k_specs_of(b, krm_get(decoded, lists[i].name));
	for (size_t i = 0; i < krm_list_len(refs); i++) {
		struct rnd_k_backref ref = { gvk_field(refs.l->v[i]),
					     rnd_k_specs_of(b, krm_get(refs.l->v[i], "fieldSpecs")) };

		KV_PUSH(b->job->arena, c->name_reference, c->nname_reference, c->name_reference_cap, ref);
	}
	sort_config(b, c);
	return c;
}

/* makeTransformerConfigFromBytes: UnmarshalStrict, so no key may stand twice. */
static int read_strictly(struct rnd_k_build *b, krm_val path, krm_val *ret_decoded)
{
	struct kv_buf twice;
	kv_str body;
	krm_val tree;

	if (rnd_k_load(b, path, &body) < 0 ||
	    krm_yaml_read(b->job, rnd_k_display(b, krm_str(path)), body, KRM_YAML_HELM, &tree) < 0)
		return -1;
	kv_buf_init(&twice, b->job->arena, KV_BUF_MAX);
	krm_yaml_repeated_keys(b->job, body, &twice);
	if (twice.n)
		return kv_error(b->job, tree.pos, "error converting YAML to JSON: yaml: unmarshal errors:%.*s",
				KV_ARG(kv_buf_view(&twice)));
	return rnd_k_decode(b, tree, &rnd_k_types[RND_K_TYPE_CONFIG], RND_K_STRICT | RND_K_CONVERT,
			    "error unmarshaling JSON: while decoding JSON: ", ret_decoded);
}

int rnd_k_config_read(struct rnd_k_build *b, krm_val paths, const struct rnd_k_config **ret)
{
	const struct rnd_k_config *own = NULL;

	for (size_t i = 0; i < krm_list_len(paths); i++) {
		krm_val decoded;

		if (read_strictly(b, paths.l->v[i], &decoded) < 0 ||
		    rnd_k_config_merge(b, own, config_of(b, decoded), &own) < 0)
			return -1;
	}
	*ret = default_config(b);
	return own ? rnd_k_config_merge(b, *ret, own, ret) : 0;
}
