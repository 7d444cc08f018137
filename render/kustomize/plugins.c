/* render/kustomize/plugins.c: which generators, transformers and validators a kustomization runs, with what
 * configuration (api/internal/target/kusttarget_configplugin.go, api/internal/plugins/loader). */
#include "krm/yaml.h"
#include "render/fetch/ahead.h"
#include "render/kustomize/external.h"
#include "render/kustomize/fields.h"
#include "render/kustomize/target.h"

/* Built-in plugins by the kind that `transformers:` and `generators:` name. */
static const struct transformer {
	const char *kind;
	rnd_k_step *step;
	bool needs_specs;
} transformers[] = {
	{ "AnnotationsTransformer", rnd_k_annotations, false },
	{ "ImageTagTransformer", rnd_k_images, false },
	{ "LabelTransformer", rnd_k_labels, false },
	{ "NamespaceTransformer", rnd_k_namespace, false },
	{ "PatchJson6902Transformer", rnd_k_patch_json6902, false },
	{ "PatchStrategicMergeTransformer", rnd_k_patch_strategic_merge, false },
	{ "PatchTransformer", rnd_k_patch, false },
	{ "PrefixTransformer", rnd_k_prefix, true },
	{ "ReplacementTransformer", rnd_k_replacements, false },
	{ "ReplicaCountTransformer", rnd_k_replicas, false },
	{ "SuffixTransformer", rnd_k_suffix, true },
	{ "ValueAddTransformer", rnd_k_value_add, false },
};

static const struct generator {
	const char *kind;
	rnd_k_generator *generate;
} generators[] = {
	{ "ConfigMapGenerator", rnd_k_generate_config_map },
	{ "HelmChartInflationGenerator", rnd_k_generate_helm },
	{ "IAMPolicyGenerator", rnd_k_generate_iam_policy },
	{ "SecretGenerator", rnd_k_generate_secret },
};

/* --- running ---------------------------------------------------------------------------------- */

static int run(struct rnd_k_build *b, rnd_k_step *step, const char *kind, krm_val config,
	       const struct rnd_k_specs *specs, struct rnd_k_acc *acc)
{
	int rc;

	if (step != rnd_k_images)
		b->images = NULL;
	b->step = kind;
	b->step_pos = config.pos;
	rc = step(b, config, specs, acc);
	b->step = NULL;
	return rc;
}

/* What follows every transformer (multitransformer.go). */
static int finish(struct rnd_k_build *b, struct rnd_k_acc *acc, struct rnd_k_origin *by)
{
	rnd_k_origin_transformed(b, acc, by);
	rnd_k_drop_empties(b, acc);
	return 0;
}

static int run_builtin(struct rnd_k_build *b, rnd_k_step *step, const char *kind, krm_val config,
		       const struct rnd_k_specs *specs, struct rnd_k_acc *acc)
{
	static const struct rnd_k_specs none = { 0 };

	if (run(b, step, kind, config, specs ? specs : &none, acc) < 0)
		return -1;
	return finish(b, acc, rnd_k_origin_builtin(b, b->target, kind));
}

static krm_val kust(const struct rnd_k_build *b, const char *field)
{
	return krm_get(b->target->kust, field);
}

/* {key: v} with the position of v. */
static krm_val wrap(struct rnd_k_build *b, const char *key, krm_val v)
{
	krm_val out = krm_map(b->job->arena, KRM_OF_ANY);

	krm_map_set_c(b->job->arena, out.m, key, v);
	out.pos = v.pos;
	return out;
}

/* --- the transformers of a kustomization's fields --------------------------------------------- */

static int patches_strategic_merge(struct rnd_k_build *b, struct rnd_k_acc *acc)
{
	krm_val paths = kust(b, "patchesStrategicMerge");

	if (krm_list_len(paths) == 0)
		return 0;
	return run_builtin(b, rnd_k_patch_strategic_merge, "PatchStrategicMergeTransformer",
			   wrap(b, "paths", paths), NULL, acc);
}

/* One run for each entry of a list field, which is the configuration itself. */
static int each(struct rnd_k_build *b, const char *field, rnd_k_step *step, const char *kind,
		struct rnd_k_acc *acc)
{
	krm_val list = kust(b, field);

	for (size_t i = 0; i < krm_list_len(list); i++)
		if (run_builtin(b, step, kind, list.l->v[i], NULL, acc) < 0)
			return -1;
	return 0;
}

static int patches(struct rnd_k_build *b, struct rnd_k_acc *acc)
{
	return each(b, "patches", rnd_k_patch, "PatchTransformer", acc);
}

static int patches_json6902(struct rnd_k_build *b, struct rnd_k_acc *acc)
{
	krm_val list = kust(b, "patchesJson6902");

	for (size_t i = 0; i < krm_list_len(list); i++) {
		krm_val from = list.l->v[i], config = krm_map(b->job->arena, KRM_OF_ANY);
		static const char *const names[][2] = { { "target", "target" },
							{ "path", "path" },
							{ "patch", "jsonOp" } };

		config.pos = from.pos;
		for (size_t j = 0; j < sizeof names / sizeof *names; j++)
			if (krm_has(from, names[j][0]))
				krm_map_set_c(b->job->arena, config.m, names[j][1], krm_get(from, names[j][0]));
		if (run_builtin(b, rnd_k_patch_json6902, "PatchJson6902Transformer", config, NULL, acc) < 0)
			return -1;
	}
	return 0;
}

static int namespace(struct rnd_k_build *b, struct rnd_k_acc *acc)
{
	krm_val v = kust(b, "namespace");

	if (krm_str(v).n == 0)
		return 0;
	return run_builtin(b, rnd_k_namespace, "NamespaceTransformer",
			   wrap(b, "metadata", wrap(b, "namespace", v)), &acc->config->namespace, acc);
}

static int name_prefix(struct rnd_k_build *b, struct rnd_k_acc *acc)
{
	krm_val v = kust(b, "namePrefix");

	if (krm_str(v).n == 0)
		return 0;
	return run_builtin(b, rnd_k_prefix, "PrefixTransformer", wrap(b, "prefix", v),
			   &acc->config->name_prefix, acc);
}

static int name_suffix(struct rnd_k_build *b, struct rnd_k_acc *acc)
{
	krm_val v = kust(b, "nameSuffix");

	if (krm_str(v).n == 0)
		return 0;
	return run_builtin(b, rnd_k_suffix, "SuffixTransformer", wrap(b, "suffix", v),
			   &acc->config->name_suffix, acc);
}

static int label_specs(struct rnd_k_build *b, krm_val label, const struct rnd_k_config *config,
		       struct rnd_k_specs *ret)
{
	struct rnd_k_spec own = { .path = KV_S("metadata/labels"), .create = true };

	*ret = rnd_k_specs_of(b, krm_get(label, "fields"));
	if (rnd_k_specs_merge(b, ret, &config->labels) < 0)
		return -1;
	if (krm_flag(label, "includeSelectors"))
		return rnd_k_specs_merge(b, ret, &config->common_labels);
	if (krm_flag(label, "includeTemplates") && rnd_k_specs_merge(b, ret, &config->template_labels) < 0)
		return -1;
	return rnd_k_specs_add(b, ret, own);
}

static krm_val or_empty(struct rnd_k_build *b, krm_val v)
{
	return v.kind == KRM_MAP ? v : krm_map(b->job->arena, KRM_OF_ANY);
}

/* Each entry is a pass of its own, and commonLabels one more even where there are none:
 * transformerAnnotations shows it. */
static int labels(struct rnd_k_build *b, struct rnd_k_acc *acc)
{
	krm_val list = kust(b, "labels"), common = kust(b, "commonLabels");

	if (krm_list_len(list) == 0 && krm_map_len(common) == 0)
		return 0;
	for (size_t i = 0; i < krm_list_len(list); i++) {
		krm_val config = wrap(b, "labels", or_empty(b, krm_get(list.l->v[i], "pairs")));
		struct rnd_k_specs specs;

		config.pos = list.l->v[i].pos;
		if (label_specs(b, list.l->v[i], acc->config, &specs) < 0) {
			kv_note(b->job, config.pos, "failed to merge labels");
			return -1;
		}
		if (run_builtin(b, rnd_k_labels, "LabelTransformer", config, &specs, acc) < 0)
			return -1;
	}
	return run_builtin(b, rnd_k_labels, "LabelTransformer", wrap(b, "labels", or_empty(b, common)),
			   &acc->config->common_labels, acc);
}

static int common_annotations(struct rnd_k_build *b, struct rnd_k_acc *acc)
{
	krm_val v = kust(b, "commonAnnotations");

	if (krm_map_len(v) == 0)
		return 0;
	return run_builtin(b, rnd_k_annotations, "AnnotationsTransformer", wrap(b, "annotations", v),
			   &acc->config->common_annotations, acc);
}

/* One run for each entry of a list field, put under a key of the plugin's configuration. */
static int each_under(struct rnd_k_build *b, const char *field, const char *key, rnd_k_step *step,
		      const char *kind, const struct rnd_k_specs *specs, struct rnd_k_acc *acc)
{
	krm_val list = kust(b, field);

	for (size_t i = 0; i < krm_list_len(list); i++)
		if (run_builtin(b, step, kind, wrap(b, key, list.l->v[i]), specs, acc) < 0)
			return -1;
	return 0;
}

static int replicas(struct rnd_k_build *b, struct rnd_k_acc *acc)
{
	return each_under(b, "replicas", "replica", rnd_k_replicas, "ReplicaCountTransformer",
			  &acc->config->replicas, acc);
}

static int images(struct rnd_k_build *b, struct rnd_k_acc *acc)
{
	return each_under(b, "images", "imageTag", rnd_k_images, "ImageTagTransformer", &acc->config->images,
			  acc);
}

static int replacements(struct rnd_k_build *b, struct rnd_k_acc *acc)
{
	krm_val list = kust(b, "replacements");

	if (krm_list_len(list) == 0)
		return 0;
	return run_builtin(b, rnd_k_replacements, "ReplacementTransformer", wrap(b, "replacements", list),
			   NULL, acc);
}

/* The order in which the fields of a level apply. */
static int (*const fields[])(struct rnd_k_build *, struct rnd_k_acc *) = {
	patches_strategic_merge, patches,          namespace, name_prefix, name_suffix,  labels,
	common_annotations,      patches_json6902, replicas,  images,      replacements,
};

/* --- plugins configured by resources ---------------------------------------------------------- */

/* An entry is a resource written in place, or else a path. */
static bool is_inline(struct rnd_k_build *b, kv_str entry)
{
	krm_val tree;
	kv_str error;

	return krm_yaml_try(b->job, entry, KRM_YAML_PLAIN, &tree, &error) == 0 && tree.kind != KRM_STRING;
}

static int read_inline(struct rnd_k_build *b, kv_str entry, struct rnd_k_acc *acc)
{
	struct rnd_k_list list = { 0 };

	if (rnd_k_read(b, rnd_k_display(b, b->target->file), entry, &list) < 0)
		return -1;
	for (size_t i = 0; i < list.n; i++) {
		if (b->target->origin) {
			list.v[i]->origin = rnd_k_origin_append(b, b->target->origin, b->target->file);
			rnd_k_annotate(b, list.v[i]);
		}
		if (rnd_k_append(b, acc, list.v[i]) < 0)
			return -1;
	}
	return 0;
}

/* The configurations that an entry list names: those written in place first. */
static int read_configs(struct rnd_k_build *b, krm_val entries, struct rnd_k_acc **ret)
{
	krm_val paths = krm_list(b->job->arena, KRM_OF_ANY);

	*ret = rnd_k_acc_new(b);
	for (size_t i = 0; i < krm_list_len(entries); i++) {
		if (!is_inline(b, krm_str(entries.l->v[i])))
			krm_list_push(b->job->arena, paths.l, entries.l->v[i]);
		else if (read_inline(b, krm_str(entries.l->v[i]), *ret) < 0)
			return -1;
	}
	return rnd_k_accumulate_resources(b, *ret, paths);
}

/* A plugin as its configuration names it. */
struct plugin {
	const struct rnd_k_res *by;
	bool built_in;
	struct rnd_k_external external;
};

static int load_plugin(struct rnd_k_build *b, const struct rnd_k_res *by, struct plugin *ret)
{
	struct krm_gvk gvk = krm_gvk_of(by->r->obj);

	*ret = (struct plugin){ .by = by };
	ret->built_in = gvk.group.n == 0 && kv_str_eq(gvk.version, KV_S("builtin"));
	if (ret->built_in) /* it is printed and read again */
		return krm_yaml_check(b->job, by->r->origin.pos, by->r->obj);
	if (!b->options->enable_alpha_plugins)
		return kv_error(b->job, by->r->origin.pos,
				"external plugins disabled; unable to load external plugin '%.*s'",
				KV_ARG(rnd_k_org_id(by).gvk.kind));
	return rnd_k_external_load(b, by, &ret->external);
}

/* All are loaded before the first is run. */
static int load_plugins(struct rnd_k_build *b, krm_val entries, struct plugin **ret, size_t *ret_n)
{
	struct rnd_k_acc *configs;

	*ret_n = 0;
	if (krm_list_len(entries) == 0)
		return 0;
	if (read_configs(b, entries, &configs) < 0)
		return -1;
	*ret = KV_NEW_N(b->job->arena, struct plugin, configs->list.n);
	for (size_t i = 0; i < configs->list.n; i++)
		if (load_plugin(b, configs->list.v[i], &(*ret)[i]) < 0)
			return -1;
	*ret_n = configs->list.n;
	return 0;
}

static int unable_to_load(struct rnd_k_build *b, const struct rnd_k_res *config)
{
	enum { NTRANSFORMERS = sizeof transformers / sizeof *transformers, NGENERATORS = sizeof generators / sizeof *generators };
	struct krm_gvk gvk = krm_gvk_of(config->r->obj);
	kv_str kinds[NTRANSFORMERS + NGENERATORS], near;

	kv_error(b->job, config->r->origin.pos, "unable to load builtin %.*s", KV_ARG(rnd_k_gvk_str(b->job->arena, gvk)));
	for (size_t i = 0; i < NTRANSFORMERS; i++)
		kinds[i] = kv_str_c(transformers[i].kind);
	for (size_t i = 0; i < NGENERATORS; i++)
		kinds[NTRANSFORMERS + i] = kv_str_c(generators[i].kind);
	near = kv_nearest(gvk.kind, kinds, sizeof kinds / sizeof *kinds);
	if (near.n)
		kv_note(b->job, config->r->origin.pos, "did you mean \"%.*s\"?", KV_ARG(near));
	return -1;
}

/* The configuration of a prefix or a suffix is read by go-yaml v3, all others by sigs.k8s.io/yaml. */
static bool is_read_by_v3(kv_str kind)
{
	return kv_str_eq(kind, KV_S("PrefixTransformer")) || kv_str_eq(kind, KV_S("SuffixTransformer")) ||
	       kv_str_eq(kind, KV_S("PrefixSuffixTransformer"));
}

static int decode_config(struct rnd_k_build *b, const struct rnd_k_res *config, krm_val *ret)
{
	kv_str kind = krm_kind(config->r->obj);
	const struct rnd_k_type *type = rnd_k_plugin_type(kind);

	if (!type)
		return unable_to_load(b, config);
	if (rnd_k_decode(b, config->r->obj, type, is_read_by_v3(kind) ? RND_K_CONVERT_ALL : RND_K_CONVERT,
			 "error unmarshaling JSON: while decoding JSON: ", ret) < 0) {
		kv_note(b->job, 0, "plugin %.*s fails configuration",
			KV_ARG(rnd_k_id_str(b->job->arena, rnd_k_org_id(config))));
		return -1;
	}
	ret->pos = config->r->origin.pos;
	return 0;
}

static int run_custom(struct rnd_k_build *b, const struct transformer *t, krm_val config,
		      struct rnd_k_acc *acc)
{
	struct rnd_k_specs specs = rnd_k_specs_of(b, krm_get(config, "fieldSpecs"));
	int rc;

	if (t->needs_specs && !krm_has(config, "fieldSpecs"))
		return kv_error(b->job, config.pos, "fieldSpecs is not expected to be nil");
	b->images = NULL; /* other field specs */
	rc = run(b, t->step, t->kind, config, &specs, acc);
	b->images = NULL;
	return rc;
}

static const struct transformer *find_transformer(const char *kind)
{
	for (size_t i = 0; i < sizeof transformers / sizeof *transformers; i++)
		if (strcmp(transformers[i].kind, kind) == 0)
			return &transformers[i];
	return NULL;
}

static int transform_built_in(struct rnd_k_build *b, const struct rnd_k_res *by, struct rnd_k_acc *acc)
{
	char *kind = kv_arena_cstr(b->job->arena, krm_kind(by->r->obj));
	const struct transformer *t;
	krm_val config;

	if (strcmp(kind, "HashTransformer") == 0)
		return rnd_k_add_hashes(b, acc);
	if (decode_config(b, by, &config) < 0)
		return -1;
	if (strcmp(kind, "PrefixSuffixTransformer") == 0)
		return run_custom(b, find_transformer("PrefixTransformer"), config, acc) < 0
			       ? -1
			       : run_custom(b, find_transformer("SuffixTransformer"), config, acc);
	t = find_transformer(kind);
	if (!t)
		return kv_error(b->job, config.pos, "plugin %.*s not a transformer",
				KV_ARG(rnd_k_id_str(b->job->arena, rnd_k_org_id(by))));
	return run_custom(b, t, config, acc);
}

static int transform(struct rnd_k_build *b, const struct plugin *p, struct rnd_k_acc *acc)
{
	if ((p->built_in ? transform_built_in(b, p->by, acc)
			 : rnd_k_external_transform(b, &p->external, acc)) < 0)
		return -1;
	return finish(b, acc, rnd_k_origin_custom(b, p->by));
}

static int transform_all(struct rnd_k_build *b, krm_val entries, struct rnd_k_acc *acc)
{
	struct plugin *plugins;
	size_t n;

	if (load_plugins(b, entries, &plugins, &n) < 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		if (transform(b, &plugins[i], acc) < 0)
			return -1;
	return 0;
}

int rnd_k_run_transformers(struct rnd_k_build *b, struct rnd_k_acc *acc)
{
	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
		b->images = NULL;
		if (fields[i](b, acc) < 0)
			return -1;
	}
	b->images = NULL;
	return transform_all(b, kust(b, "transformers"), acc);
}

static int copy_objects(struct rnd_k_build *b, const struct rnd_k_acc *acc, krm_val **ret)
{
	*ret = KV_NEW_N(b->job->arena, krm_val, acc->list.n + 1);
	for (size_t i = 0; i < acc->list.n; i++)
		if (krm_copy(b->job, acc->list.v[i]->r->obj, &(*ret)[i]) < 0)
			return -1;
	return 0;
}

/* The label that a validator may leave does not count, and stays. Where there are others kustomize writes them anew when it
 * takes that one off for the comparison, and then they differ. Changes `now`. */
static bool same_but_validated(krm_val before, krm_val now)
{
	krm_val labels = krm_path(now, "metadata", "labels", NULL);

	if (labels.kind == KRM_MAP && krm_map_find(labels.m, KV_S("validated-by"))) {
		if (krm_map_len(krm_path(before, "metadata", "labels", NULL)))
			return false;
		krm_map_del(labels.m, KV_S("validated-by"));
		if (labels.m->live == 0)
			krm_map_del(krm_get(now, "metadata").m, KV_S("labels"));
	}
	return krm_equal(before, now);
}

static int validate_built_in(struct rnd_k_build *b, const struct rnd_k_res *by, struct rnd_k_acc *acc)
{
	size_t n = acc->list.n;
	krm_val *before, *now;

	if (copy_objects(b, acc, &before) < 0 || transform_built_in(b, by, acc) < 0 ||
	    copy_objects(b, acc, &now) < 0)
		return -1;
	for (size_t i = 0; i < acc->list.n; i++)
		if (acc->list.n != n || !same_but_validated(before[i], now[i]))
			return kv_error(b->job, by->r->origin.pos,
					"validator shouldn't modify the resource map");
	return 0;
}

int rnd_k_run_validators(struct rnd_k_build *b, struct rnd_k_acc *acc)
{
	struct plugin *plugins;
	size_t n;

	if (load_plugins(b, kust(b, "validators"), &plugins, &n) < 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		if ((plugins[i].built_in ? validate_built_in(b, plugins[i].by, acc)
					 : rnd_k_external_validate(b, &plugins[i].external, acc)) < 0)
			return -1;
	return 0;
}

/* --- generators ------------------------------------------------------------------------------- */

static int absorb_all(struct rnd_k_build *b, struct rnd_k_acc *acc, const struct rnd_k_list *made,
		      struct rnd_k_origin *by)
{
	for (size_t i = 0; i < made->n; i++) {
		if (!made->v[i]->origin)
			made->v[i]->origin = by;
		if (by || made->v[i]->has_behavior)
			rnd_k_annotate(b, made->v[i]);
		if (rnd_k_absorb_generated(b, acc, made->v[i]) < 0)
			return -1;
	}
	return 0;
}

static int generate(struct rnd_k_build *b, const struct generator *g, krm_val config, struct rnd_k_origin *by,
		    struct rnd_k_acc *acc)
{
	struct rnd_k_list made = { 0 };
	int rc;

	b->step = g->kind;
	b->step_pos = config.pos;
	rc = g->generate(b, config, &made);
	b->step = NULL;
	return rc < 0 ? -1 : absorb_all(b, acc, &made, by);
}

static const struct generator *find_generator(kv_str kind)
{
	for (size_t i = 0; i < sizeof generators / sizeof *generators; i++)
		if (kv_str_eq(kind, kv_str_c(generators[i].kind)))
			return &generators[i];
	return NULL;
}

/* An entry of configMapGenerator or secretGenerator, with `generatorOptions`. */
static krm_val generator_config(struct rnd_k_build *b, krm_val entry)
{
	krm_val out = rnd_k_map_over(b, krm_nil(), entry), options;

	out.pos = entry.pos;
	options = rnd_k_generator_options(b, krm_get(entry, "options"), kust(b, "generatorOptions"));
	if (options.kind == KRM_MAP)
		krm_map_set(b->job->arena, out.m, KV_S("options"), options);
	return out;
}

/* An entry of helmCharts, with `helmGlobals` and, since 5.8, the namespace of this level or of the nearest overlay. */
static krm_val helm_config(struct rnd_k_build *b, krm_val entry)
{
	krm_val out = rnd_k_map_over(b, kust(b, "helmGlobals"), entry);
	kv_str own = krm_str(kust(b, "namespace"));

	out.pos = entry.pos;
	if (b->options->kustomize == RND_KUSTOMIZE_5_7)
		return out;
	if (own.n == 0)
		own = b->target->helm_namespace;
	if (krm_str(krm_get(entry, "namespace")).n == 0 && own.n)
		krm_map_set(b->job->arena, out.m, KV_S("namespace"), krm_string(b->job->arena, own));
	return out;
}

static const struct {
	const char *field, *kind;
	krm_val (*config)(struct rnd_k_build *, krm_val);
} generator_fields[] = {
	{ "configMapGenerator", "ConfigMapGenerator", generator_config },
	{ "secretGenerator", "SecretGenerator", generator_config },
	{ "helmCharts", "HelmChartInflationGenerator", helm_config },
};

static int run_configured(struct rnd_k_build *b, const struct rnd_k_res *by, struct rnd_k_acc *acc)
{
	const struct generator *g = find_generator(krm_kind(by->r->obj));
	krm_val config;

	if (decode_config(b, by, &config) < 0)
		return -1;
	if (!g)
		return kv_error(b->job, config.pos, "plugin %.*s not a generator",
				KV_ARG(rnd_k_id_str(b->job->arena, rnd_k_org_id(by))));
	return generate(b, g, config, rnd_k_origin_custom(b, by), acc);
}

static int run_external(struct rnd_k_build *b, const struct rnd_k_external *x, struct rnd_k_acc *acc)
{
	struct rnd_k_list made = { 0 };

	if (rnd_k_external_generate(b, x, &made) < 0)
		return -1;
	return absorb_all(b, acc, &made, rnd_k_origin_custom(b, x->by));
}

static void configure_charts(struct rnd_k_build *b, const struct plugin *plugins, size_t n)
{
	krm_val charts = kust(b, "helmCharts");

	for (size_t i = 0; i < krm_list_len(charts); i++)
		rnd_k_configure_chart(b, krm_get(charts.l->v[i], "apiVersions"));
	for (size_t i = 0; i < n; i++)
		if (plugins[i].built_in &&
		    krm_is_str(krm_get(plugins[i].by->r->obj, "kind"), "HelmChartInflationGenerator"))
			rnd_k_configure_chart(b, krm_get(plugins[i].by->r->obj, "apiVersions"));
}

/* The charts of this level from other machines, side by side. */
static void fetch_charts(struct rnd_k_build *b)
{
	krm_val charts = kust(b, "helmCharts");
	size_t n = 0;
	struct rnd_wanted *wanted = KV_NEW_N(b->job->arena, struct rnd_wanted, krm_list_len(charts));

	for (size_t i = 0; i < krm_list_len(charts); i++)
		n += rnd_k_fetches_chart(b, helm_config(b, charts.l->v[i]), &wanted[n].chart);
	if (n > 1)
		rnd_fetch_ahead(b->options->fetcher, wanted, n);
}

int rnd_k_run_generators(struct rnd_k_build *b, struct rnd_k_acc *acc)
{
	struct plugin *plugins;
	size_t n;

	if (load_plugins(b, kust(b, "generators"), &plugins, &n) < 0)
		return -1;
	configure_charts(b, plugins, n);
	if (b->options->fetcher)
		fetch_charts(b);
	for (size_t i = 0; i < sizeof generator_fields / sizeof *generator_fields; i++) {
		krm_val list = kust(b, generator_fields[i].field);
		const struct generator *g = find_generator(kv_str_c(generator_fields[i].kind));

		for (size_t j = 0; j < krm_list_len(list); j++)
			if (generate(b, g, generator_fields[i].config(b, list.l->v[j]),
				     rnd_k_origin_builtin(b, b->target, g->kind), acc) < 0)
				return -1;
	}
	for (size_t i = 0; i < n; i++)
		if ((plugins[i].built_in ? run_configured(b, plugins[i].by, acc)
					 : run_external(b, &plugins[i].external, acc)) < 0)
			return -1;
	return 0;
}
