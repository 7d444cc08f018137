/* render/kustomize/kustfile.c: reading a kustomization file (api/types/kustomization.go, kusttarget.go Load). */
#include "base/file.h"
#include "krm/yaml.h"
#include "render/kustomize/fields.h"

const char *const rnd_kustomization_names[] = { "kustomization.yaml", "kustomization.yml", "Kustomization" };

bool rnd_is_kustomization_name(kv_str name)
{
	for (size_t i = 0; i < KV_COUNT(rnd_kustomization_names); i++)
		if (kv_str_eq(name, kv_str_c(rnd_kustomization_names[i])))
			return true;
	return false;
}

kv_str rnd_kustomization_file(struct kv_job *job, kv_str dir)
{
	for (size_t i = 0; i < KV_COUNT(rnd_kustomization_names); i++) {
		kv_str path = kv_path_join(job->arena, dir, kv_str_c(rnd_kustomization_names[i]));

		if (kv_input_kind(job, path) == KV_FILE_REGULAR)
			return path;
	}
	return KV_S("");
}

/* Deprecated fields in the order of their warnings. */
static const struct {
	const char *field, *instead, *experimental;
} deprecated[] = {
	{ "bases", "resources", "" },
	{ "commonLabels", "labels", "" },
	{ "imageTags", "images", "" },
	{ "patchesJson6902", "patches", "" },
	{ "patchesStrategicMerge", "patches", "" },
	{ "vars", "replacements", "[EXPERIMENTAL] " },
};

static int find_file(struct rnd_k_build *b, struct rnd_k_target *t, kv_str *ret_text)
{
	size_t found = 0;

	for (size_t i = 0; i < KV_COUNT(rnd_kustomization_names); i++) {
		kv_str path = kv_path_join(b->job->arena, t->root, kv_str_c(rnd_kustomization_names[i]));

		if (kv_input_kind(b->job, path) != KV_FILE_REGULAR)
			continue;
		found++;
		t->file = kv_str_c(rnd_kustomization_names[i]);
	}
	if (found == 0)
		return kv_error(b->job, t->pos,
				"unable to find one of 'kustomization.yaml', 'kustomization.yml' or "
				"'Kustomization' in "
				"directory '%.*s'",
				KV_ARG(t->root));
	if (found > 1)
		return kv_error(b->job, t->pos, "Found multiple kustomization files under: %.*s", KV_ARG(t->root));
	return rnd_k_load_at(b, 0, t->file, ret_text);
}

static void warn_deprecated(struct rnd_k_build *b, krm_val kust)
{
	for (size_t i = 0; i < sizeof deprecated / sizeof *deprecated; i++)
		if (krm_has(kust, deprecated[i].field))
			kv_warn_verbatim(
				b->job,
				kv_arena_printf(
					b->job->arena,
					"# Warning: '%s' is deprecated. Please use '%s' instead. %sRun "
					"'kustomize edit fix' to update your Kustomization automatically.",
					deprecated[i].field, deprecated[i].instead,
					deprecated[i].experimental));
}

static void set(struct kv_arena *a, krm_val map, const char *key, krm_val v)
{
	if (v.kind != KRM_NIL)
		krm_map_set_c(a, map.m, key, v);
}

/* Moves the items of one list field to the end of another. */
static void move_list(struct kv_arena *a, krm_val kust, const char *from, const char *to)
{
	krm_val src = krm_get(kust, from), dst = krm_get(kust, to), all;

	if (src.kind != KRM_LIST)
		return;
	all = krm_list(a, KRM_OF_ANY);
	for (size_t i = 0; i < krm_list_len(dst); i++)
		krm_list_push(a, all.l, dst.l->v[i]);
	for (size_t i = 0; i < src.l->n; i++)
		krm_list_push(a, all.l, src.l->v[i]);
	krm_map_del(kust.m, kv_str_c(from));
	if (all.l->n)
		set(a, kust, to, all);
}

static void env_to_envs(struct kv_arena *a, krm_val generators)
{
	for (size_t i = 0; i < krm_list_len(generators); i++) {
		krm_val g = generators.l->v[i], env = krm_get(g, "env"), envs = krm_get(g, "envs"), all;

		if (krm_str(env).n == 0)
			continue;
		all = krm_list(a, KRM_OF_ANY);
		for (size_t j = 0; j < krm_list_len(envs); j++)
			krm_list_push(a, all.l, envs.l->v[j]);
		krm_list_push(a, all.l, env);
		set(a, g, "envs", all);
		krm_map_del(g.m, KV_S("env"));
	}
}

/* SplitHelmParameters: what of an old entry has a place in a new one. */
static void helm_args_to_charts(struct kv_arena *a, krm_val kust)
{
	static const char *const fields[][2] = {
		{ "chartName", "name" },           { "chartVersion", "version" },
		{ "chartRepoUrl", "repo" },        { "values", "valuesFile" },
		{ "valuesLocal", "valuesInline" }, { "valuesMerge", "valuesMerge" },
		{ "releaseName", "releaseName" },
	};
	krm_val old = krm_get(kust, "helmChartInflationGenerator"), charts = krm_get(kust, "helmCharts"),
		globals, all;

	if (old.kind != KRM_LIST)
		return;
	globals = krm_map(a, KRM_OF_ANY);
	all = krm_list(a, KRM_OF_ANY);
	for (size_t i = 0; i < krm_list_len(charts); i++)
		krm_list_push(a, all.l, charts.l->v[i]);
	for (size_t i = 0; i < old.l->n; i++) {
		krm_val chart = krm_map(a, KRM_OF_ANY), home = krm_get(old.l->v[i], "chartHome"),
			helm = krm_get(old.l->v[i], "helmHome");

		for (size_t j = 0; j < sizeof fields / sizeof *fields; j++)
			set(a, chart, fields[j][1], krm_get(old.l->v[i], fields[j][0]));
		if (krm_str(home).n)
			set(a, globals, "chartHome", home);
		if (krm_str(helm).n)
			set(a, globals, "configHome", helm);
		krm_list_push(a, all.l, chart);
	}
	if (!krm_has(kust, "helmGlobals") && krm_map_len(globals))
		set(a, kust, "helmGlobals", globals);
	krm_map_del(kust.m, KV_S("helmChartInflationGenerator"));
	set(a, kust, "helmCharts", all);
}

static void fix(struct rnd_k_build *b, krm_val kust)
{
	struct kv_arena *a = b->job->arena;

	if (krm_kind(kust).n == 0)
		set(a, kust, "kind", krm_string_c(a, "Kustomization"));
	if (krm_api_version(kust).n == 0)
		set(a, kust, "apiVersion",
		    krm_string_c(a, kv_str_eq(krm_kind(kust), KV_S("Component"))
					    ? "kustomize.config.k8s.io/v1alpha1"
					    : "kustomize.config.k8s.io/v1beta1"));
	move_list(a, kust, "bases", "resources");
	move_list(a, kust, "imageTags", "images");
	env_to_envs(a, krm_get(kust, "configMapGenerator"));
	env_to_envs(a, krm_get(kust, "secretGenerator"));
	helm_args_to_charts(a, kust);
}

static bool is_empty(krm_val kust)
{
	krm_map_each (kust.m, e) {
		if (!krm_is_str(e->key, "kind") && !krm_is_str(e->key, "apiVersion") &&
		    !(e->val.kind == KRM_STRING && krm_str(e->val).n == 0))
			return false;
	}
	return true;
}

static int enforce(struct rnd_k_build *b, struct rnd_k_target *t)
{
	kv_str kind = krm_kind(t->kust), version = krm_api_version(t->kust), near,
	       want = KV_S("kustomize.config.k8s.io/v1beta1");
	bool known = kv_str_eq(kind, KV_S("Kustomization")) || kv_str_eq(kind, KV_S("Component"));
	static const kv_str kinds[] = { KV_STR("Kustomization"), KV_STR("Component") };
	kv_pos pos = krm_get(t->kust, known ? "apiVersion" : "kind").pos;
	bool bad_version;

	if (kv_str_eq(kind, KV_S("Component")))
		want = KV_S("kustomize.config.k8s.io/v1alpha1");
	bad_version = !kv_str_eq(version, want);
	if (known && !bad_version)
		return 0;
	kv_error(b->job, pos, "Failed to read kustomization file under %.*s:%s%s%.*s%s%.*s",
			KV_ARG(t->root), known ? "" : "\nkind should be Kustomization or Component",
			bad_version ? "\napiVersion for " : "", KV_ARG(bad_version ? kind : KV_S("")),
			bad_version ? " should be " : "", KV_ARG(bad_version ? want : KV_S("")));
	near = kv_nearest(kind, kinds, sizeof kinds / sizeof *kinds);
	if (!known && near.n)
		kv_note(b->job, pos, "did you mean \"%.*s\"?", KV_ARG(near));
	return -1;
}

/* The root's fields may be given, every other kustomization is a file. */
static int read_tree(struct rnd_k_build *b, struct rnd_k_target *t, krm_val *ret)
{
	kv_str text;

	if (!t->parent && b->options->fields.kind == KRM_MAP) {
		t->file = kv_path_join(b->job->arena, t->root, b->options->fields_name);
		*ret = b->options->fields;
		return 0;
	}
	if (find_file(b, t, &text) < 0)
		return -1;
	return krm_yaml_read(b->job, rnd_k_display(b, t->file), text, KRM_YAML_HELM, ret);
}

int rnd_k_target_load(struct rnd_k_build *b, struct rnd_k_target *t)
{
	struct rnd_k_target *outer = b->target;
	krm_val tree;
	int rc = -1;

	b->target = t;
	if (read_tree(b, t, &tree) == 0 && rnd_k_decode(b, tree, &rnd_k_types[RND_K_TYPE_KUSTOMIZATION], RND_K_STRICT,
							"invalid Kustomization: ", &t->kust) == 0) {
		warn_deprecated(b, t->kust);
		fix(b, t->kust);
		rc = is_empty(t->kust)
			     ? kv_error_file(b->job, rnd_k_display(b, t->file), "kustomization.yaml is empty")
			     : enforce(b, t);
	}
	b->target = outer;
	return rc;
}
