/* render/kustomize/build.c: a whole build: what is done once, for the root, after everything is accumulated
 * (api/krusty/kustomizer.go, kusttarget.go makeCustomizedResMap). */
#include "render/kustomize/build.h"

#include "base/file.h"
#include "krm/yaml.h"
#include "render/kustomize/target.h"

static bool wants(const struct rnd_k_build *b, const char *option)
{
	for (size_t i = 0; i < krm_list_len(b->build_metadata); i++)
		if (krm_is_str(b->build_metadata.l->v[i], option))
			return true;
	return false;
}

/* kyaml takes the elements of whatever stands in metadata.annotations for keys and values in turn, and panics at a key without
 * a value (getMapFromMeta in kyaml/yaml/rnode.go). */
static int pair_annotations(struct rnd_k_build *b, krm_val obj)
{
	krm_val list = krm_path(obj, "metadata", "annotations", NULL);
	krm_val map = krm_map(b->job->arena, KRM_OF_ANY);

	if (list.kind != KRM_LIST)
		return 0;
	if (list.l->n % 2)
		return kv_error(b->job, list.pos, "metadata.annotations is a list, it has to be a map");
	for (size_t i = 0; i < list.l->n; i += 2)
		krm_map_set(b->job->arena, map.m, rnd_k_scalar_text(b, list.l->v[i]),
			    krm_string(b->job->arena, rnd_k_scalar_text(b, list.l->v[i + 1])));
	krm_map_set(b->job->arena, krm_get(obj, "metadata").m, KV_S("annotations"), map);
	return 0;
}

/* Objects that are marked local served as sources only. */
static int drop_local(struct rnd_k_build *b, struct rnd_k_acc *acc)
{
	size_t n = 0;

	if (rnd_k_recheck(b, acc) < 0)
		return -1;
	for (size_t i = 0; i < acc->list.n; i++) {
		krm_val annotations, *v;

		if (krm_resource_check(b->job, acc->list.v[i]->r->obj) < 0 ||
		    pair_annotations(b, acc->list.v[i]->r->obj) < 0)
			return -1;
		annotations = krm_path(acc->list.v[i]->r->obj, "metadata", "annotations", NULL);
		v = annotations.kind == KRM_MAP
			    ? krm_map_find(annotations.m, KV_S("config.kubernetes.io/local-config"))
			    : NULL;
		if (v && !kv_str_eq(rnd_k_scalar_text(b, *v), KV_S("false")))
			continue;
		acc->list.v[n] = acc->list.v[i];
		acc->list.v[n]->place = n;
		n++;
	}
	acc->list.n = n;
	return 0;
}

static int add_managed_by(struct rnd_k_build *b, struct rnd_k_acc *acc)
{
	struct rnd_k_spec spec = { .path = KV_S("metadata/labels"), .create = true };
	struct rnd_k_specs specs = { &spec, 1, 1 };
	krm_val config, labels;

	if (!b->options->enable_managedby && !wants(b, "managedByLabel"))
		return 0;
	config = krm_map(b->job->arena, KRM_OF_ANY);
	labels = krm_map(b->job->arena, KRM_OF_ANY);
	krm_map_set(b->job->arena, labels.m, KV_S("app.kubernetes.io/managed-by"),
		    krm_string_c(b->job->arena, "kustomize-v5.8.1"));
	krm_map_set(b->job->arena, config.m, KV_S("labels"), labels);
	return rnd_k_labels(b, config, &specs, acc);
}

/* What kustomize takes off again, wherever it came from (resource.BuildAnnotations). */
static const char *const internal_annotations[] = {
	"internal.config.kubernetes.io/previousKinds",
	"internal.config.kubernetes.io/previousNames",
	"internal.config.kubernetes.io/prefixes",
	"internal.config.kubernetes.io/suffixes",
	"internal.config.kubernetes.io/previousNamespaces",
	"internal.config.kubernetes.io/allowNameChange",
	"internal.config.kubernetes.io/allowKindChange",
	"internal.config.kubernetes.io/refBy",
	"internal.config.kubernetes.io/generatorBehavior",
	"internal.config.kubernetes.io/needsHashSuffix",
	"internal.config.kubernetes.io/path",
	"internal.config.kubernetes.io/index",
	"internal.config.kubernetes.io/seqindent",
	"internal.config.kubernetes.io/id",
	"internal.config.kubernetes.io/annotations-migration-resource-id",
	"internal.config.kubernetes.io/helm-generated",
	"config.kubernetes.io/path",
	"config.kubernetes.io/index",
	"config.k8s.io/id",
};

static const char origin_key[] = "config.kubernetes.io/origin";
static const char transformations_key[] = "alpha.config.kubernetes.io/transformations";

/* SetAnnotations writes keys without a tag. */
static void untag_keys(struct rnd_k_build *b, struct krm_map *m)
{
	krm_map_each (m, e)
		if (rnd_k_is_typed(b, krm_str(e->key))) {
			e->key.flags |= KRM_TYPED_KEY;
			b->job->doubtful = true;
		}
}

/* SetAnnotations writes every value as a string and leaves no empty map behind. It is not called for an empty
 * map where both kinds of provenance are kept. */
static void clean_annotations(struct rnd_k_build *b, struct rnd_k_res *res)
{
	krm_val meta = krm_get(res->r->obj, "metadata");
	bool origin = wants(b, "originAnnotations"), transformations = wants(b, "transformerAnnotations");
	struct krm_map *m;

	if ((origin && res->origin) || (transformations && res->ntransformations))
		rnd_k_origin_expose(b, res, rnd_k_annotations_map(b, res->r->obj, true));
	if (!krm_has(meta, "annotations"))
		return;
	m = rnd_k_annotations_map(b, res->r->obj, true);
	if (m->live == 0 && origin && transformations && !rnd_k_has_records(res))
		return;
	for (size_t i = 0; i < sizeof internal_annotations / sizeof *internal_annotations; i++)
		krm_map_del(m, kv_str_c(internal_annotations[i]));
	if (!origin)
		krm_map_del(m, kv_str_c(origin_key));
	if (!transformations)
		krm_map_del(m, kv_str_c(transformations_key));
	rnd_k_annotations_as_text(b, m);
	untag_keys(b, m);
	if (m->live == 0)
		krm_map_del(meta.m, KV_S("annotations"));
}

static int finish(struct rnd_k_build *b, struct rnd_k_target *root, struct rnd_k_acc *acc,
		  struct krm_resources *ret)
{
	b->target = root;
	if (rnd_k_add_hashes(b, acc) < 0 || rnd_k_fix_references(b, acc) < 0 ||
	    rnd_k_vars_resolve(b, acc) < 0 || drop_local(b, acc) < 0 ||
	    rnd_k_sort(b, acc, krm_get(root->kust, "sortOptions")) < 0 || add_managed_by(b, acc) < 0)
		return -1;
	for (size_t i = 0; i < acc->list.n; i++) {
		clean_annotations(b, acc->list.v[i]);
		if (!b->job->decoded && krm_yaml_refold(b->job, &acc->list.v[i]->r->obj) < 0)
			return -1;
		acc->list.v[i]->r->build = NULL;
		krm_resources_push(b->job->arena, ret, acc->list.v[i]->r);
	}
	return 0;
}

int rnd_kustomize_parse(struct kv_job *job, kv_pos pos, kv_str text, enum rnd_kustomize *ret)
{
	static const char *const names[] = {
		[RND_KUSTOMIZE_5_8_1] = "5.8.1", [RND_KUSTOMIZE_5_8_0] = "5.8.0", [RND_KUSTOMIZE_5_7] = "5.7"
	};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (kv_str_eq(text, kv_str_c(names[i]))) {
			*ret = (enum rnd_kustomize)i;
			return 0;
		}
	return kv_error(job, pos, "unknown version of kustomize \"%.*s\": it must be 5.7, 5.8.0 or 5.8.1",
			KV_ARG(text));
}

int rnd_build(struct kv_job *job, kv_str dir, const struct rnd_build_options *options,
	      struct krm_resources *ret)
{
	struct rnd_k_build b = { .job = job, .options = options };
	struct rnd_k_target root = { .root = dir, .restricted = !options->load_restrictions_none };
	struct rnd_git_url url;
	kv_str why;
	struct rnd_k_acc *acc = rnd_k_acc_new(&b);

	job->keep_text = options->keep_text;
	if (kv_path_cwd(job, &b.cwd) < 0 ||
	    (rnd_git_url_parse(job->arena, dir, &url, &why) &&
	     rnd_k_enter_checkout(&b, 0, dir, &url, &root) < 0) ||
	    rnd_k_target_load(&b, &root) < 0)
		return -1;
	b.build_metadata = krm_get(root.kust, "buildMetadata");
	if (krm_list_len(b.build_metadata))
		root.origin = KV_NEW(job->arena, struct rnd_k_origin);
	if (rnd_k_set_schema(&b, &root) < 0 || rnd_k_accumulate_target(&b, &root, acc) < 0)
		return -1;
	return finish(&b, &root, acc, ret);
}
