/* tree/function.c: roles of a function call, generating and laying out. */
#include "tree/function.h"

#include "base/file.h"
#include "render/kustomize/build.h"

#define PATH "config.kubernetes.io/path"
#define INDEX "config.kubernetes.io/index"
#define INTERNAL "internal."

struct function {
	struct kv_job *job;
	struct krm_resource_list *list;
	const struct tree_produce_options *options;
	struct tree_config config;
	struct krm_resource_list out;
	bool from_kustomize;
};

static void keep(struct function *f, struct krm_item item)
{
	KV_PUSH(f->job->arena, f->out.items, f->out.n, f->out.cap, item);
}

static void keep_new(struct function *f, krm_val obj, struct krm_origin origin)
{
	keep(f, (struct krm_item){ krm_resource_new(f->job->arena, obj, origin), KV_STR("") });
}

/* --- what came in ----------------------------------------------------------------------------- */

/* Hosts also pass the functionConfig as an item: kustomize to generators, kpt with configPath. */
static bool is_config(const struct function *f, krm_val obj)
{
	krm_val config = f->list->function_config;
	return kv_str_eq(krm_kind(obj), krm_kind(config)) && kv_str_eq(krm_name(obj), krm_name(config)) &&
	       kv_str_eq(krm_api_version(obj), krm_api_version(config));
}

static kv_str path_of(krm_val obj)
{
	kv_str path = krm_annotation(obj, INTERNAL PATH);
	return path.n ? path : krm_annotation(obj, PATH);
}

/* kustomize marks the items of transformers, and gives generators nothing but their configuration, without a
 * file. */
static bool is_from_kustomize(const struct function *f)
{
	for (size_t i = 0; i < f->list->n; i++) {
		krm_val obj = f->list->items[i].resource->obj;
		if (krm_annotation(obj, "kustomize.config.k8s.io/id").n ||
		    (is_config(f, obj) && !path_of(obj).n))
			return true;
	}
	return false;
}

/* --- what goes out ---------------------------------------------------------------------------- */

static void place(struct function *f, krm_val obj, kv_str path)
{
	struct kv_arena *a = f->job->arena;
	krm_annotate(a, obj, PATH, path);
	krm_annotate(a, obj, INTERNAL PATH, path);
	krm_annotate(a, obj, INDEX, KV_S("0"));
	krm_annotate(a, obj, INTERNAL INDEX, KV_S("0"));
}

/* The target's kustomization.yaml as an item; kustomize would refuse it. */
static void add_kustomization(struct function *f, const struct tree_files *files, kv_str path)
{
	struct kv_arena *a = f->job->arena;
	krm_val obj = krm_map(a, KRM_OF_ANY), resources = krm_list(a, KRM_OF_ANY);
	for (size_t i = 0; i < files->n; i++)
		if (files->v[i].resource)
			krm_list_push(a, resources.l, krm_string(a, files->v[i].name));
	krm_map_set(a, obj.m, KV_S("apiVersion"), krm_string_c(a, "kustomize.config.k8s.io/v1beta1"));
	krm_map_set(a, obj.m, KV_S("kind"), krm_string_c(a, "Kustomization"));
	krm_map_set(a, obj.m, KV_S("resources"), resources);
	place(f, obj, path);
	keep_new(f, obj, (struct krm_origin){ 0 });
}

static int add_target(struct function *f, const struct tree_target *t, const struct tree_files *files)
{
	struct kv_arena *a = f->job->arena;
	for (size_t i = 0; i < files->n; i++) {
		kv_str path = kv_path_join(a, t->directory, files->v[i].name);
		struct krm_resource *r = files->v[i].resource;
		krm_val obj;
		if (!r) {
			if (!f->from_kustomize)
				add_kustomization(f, files, path);
			continue;
		}
		/* A resource may be in several targets, each copy has its own path. */
		if (krm_copy(f->job, r->obj, &obj) < 0)
			return -1;
		place(f, obj, path);
		keep_new(f, obj, r->origin);
	}
	return 0;
}

static int add_group(struct function *f, struct tree_group *group, const struct krm_resources *resources)
{
	struct tree_files *files = KV_NEW_N(f->job->arena, struct tree_files, group->ntargets);
	enum tree_names names = f->config.form == TREE_VENDOR && !f->config.legacy_names
					? TREE_NAMES_PORTABLE
					: TREE_NAMES_VERBATIM;
	struct kv_buf remarks;
	kv_buf_init(&remarks, f->job->arena, KV_BUF_MAX);
	struct tree_filters filters = tree_filters(f->job, &f->config, NULL, &remarks);
	/* What kustomize gets is applied, not committed. */
	if (f->from_kustomize && !f->config.guard.has_policy)
		filters.guard.policy = FLT_GUARD_OFF;
	if (tree_split(f->job, group, resources, names, &filters, files) < 0)
		return -1;
	for (size_t i = 0; i < group->ntargets; i++)
		if (add_target(f, &group->targets[i], &files[i]) < 0)
			return -1;
	return 0;
}

/* --- roles ------------------------------------------------------------------------------------ */

static bool is_below(struct kv_arena *a, kv_str path, kv_str directory)
{
	kv_str rest;
	directory = kv_path_clean(a, directory);
	return kv_str_eq(directory, KV_S(".")) || kv_path_below(kv_path_clean(a, path), directory, &rest);
}

/* What an earlier run put into a target. */
static bool is_earlier_output(const struct function *f, krm_val obj)
{
	kv_str path = path_of(obj), name = kv_path_base(path);
	bool ours = tree_is_generated_name(name) || kv_str_eq(name, KV_S("kustomization.yaml"));
	for (size_t g = 0; path.n && ours && g < f->config.ngroups; g++)
		for (size_t i = 0; i < f->config.groups[g].ntargets; i++)
			if (is_below(f->job->arena, path, f->config.groups[g].targets[i].directory))
				return true;
	return false;
}

static int build(struct function *f, const struct tree_source *s, struct krm_resources *ret)
{
	enum rnd_engine engine = f->options->has_engine       ? f->options->engine
				 : f->config.has_engine       ? f->config.engine
				 : f->options->has_env_engine ? f->options->env_engine
							      : RND_HELM4;
	struct rnd_build_options options = {
		.enable_helm = true,
		.lenient = true,
		.engine = engine,
		.helm_kube_version = f->config.kube_version,
		.helm_api_versions = f->config.api_versions,
		.nhelm_api_versions = f->config.napi_versions,
		.fields = s->fields,
		.fields_name = KV_S("functionConfig"),
		.chance = { .seed = krm_name(f->list->function_config) },
	};
	kv_str path;
	if (kv_path_real(f->job, s->dir.n ? s->dir : KV_S("."), &path) < 0) {
		kv_note(f->job, s->dir_pos,
			"this source is meant; a function in a container sees only what is mounted");
		return -1;
	}
	return rnd_build(f->job, path, &options, ret);
}

static int generate(struct function *f)
{
	for (size_t i = 0; i < f->list->n; i++) {
		krm_val obj = f->list->items[i].resource->obj;
		bool echo = is_config(f, obj) && !path_of(obj).n;
		if (!echo && !is_earlier_output(f, obj))
			keep(f, f->list->items[i]);
	}
	for (size_t g = 0; g < f->config.ngroups; g++) {
		struct tree_group *group = &f->config.groups[g];
		struct krm_resources resources = { 0 };
		for (size_t i = 0; i < group->nsources; i++)
			if (build(f, &group->sources[i], &resources) < 0)
				return -1;
		if (add_group(f, group, &resources) < 0)
			return -1;
	}
	return 0;
}

static bool is_kustomization(krm_val obj)
{
	return kv_str_eq(krm_kind(obj), KV_S("Kustomization")) &&
	       kv_str_starts(krm_api_version(obj), KV_S("kustomize.config.k8s.io/"));
}

static bool is_local(krm_val obj)
{
	kv_str value = krm_annotation(obj, "config.kubernetes.io/local-config");
	return value.n && !kv_str_eq(value, KV_S("false"));
}

/* Without targets the kept items themselves are judged; what is patched is printed from its tree. */
static int secure_kept(struct function *f)
{
	struct krm_resources list = { 0 }, changed = { 0 };
	struct kv_buf remarks;
	if (!f->config.pod_security)
		return 0;
	for (size_t i = 0; i < f->out.n; i++)
		if (!is_local(f->out.items[i].resource->obj))
			krm_resources_push(f->job->arena, &list, f->out.items[i].resource);
	kv_buf_init(&remarks, f->job->arena, KV_BUF_MAX);
	int failed = flt_pod_security_filter(f->job, f->config.pod_security, &list, &remarks, &changed);
	for (size_t i = 0, k = 0; i < f->out.n && k < changed.n; i++)
		if (f->out.items[i].resource == changed.v[k]) {
			f->out.items[i].raw = KV_S("");
			k++;
		}
	return failed;
}

static int lay_out(struct function *f)
{
	struct tree_group *group = &f->config.groups[0];
	struct krm_resources resources = { 0 };
	for (size_t i = 0; i < f->list->n; i++) {
		krm_val obj = f->list->items[i].resource->obj;
		/* What is no resource of a cluster is none of the filters' business. */
		if (!group->ntargets || is_config(f, obj) || is_local(obj) ||
		    kv_str_eq(krm_kind(obj), KV_S("Kptfile")) ||
		    (is_kustomization(obj) && !is_earlier_output(f, obj)))
			keep(f, f->list->items[i]);
		else if (!is_kustomization(obj))
			krm_resources_push(f->job->arena, &resources, f->list->items[i].resource);
	}
	size_t kept = f->out.n;
	if (!group->ntargets)
		return secure_kept(f);
	if (add_group(f, group, &resources) < 0)
		return -1;
	/* Hosts delete what does not come back, kpt from the disk. */
	for (size_t i = kept; i < f->out.n; i++)
		if (!is_kustomization(f->out.items[i].resource->obj))
			return 0;
	if (resources.n)
		return kv_error(f->job, group->pos,
				"no target takes any item: all %zu of them would be deleted", resources.n);
	return 0;
}

static int check_targets(struct function *f)
{
	int failed = 0;
	for (size_t g = 0; g < f->config.ngroups; g++)
		for (size_t i = 0; i < f->config.groups[g].ntargets; i++) {
			const struct tree_target *t = &f->config.groups[g].targets[i];
			kv_str clean = kv_path_clean(f->job->arena, t->directory);
			if (!t->directory.n || clean.p[0] == '/' || kv_str_starts(clean, KV_S("..")))
				failed = kv_error(f->job, t->pos,
						  "a target is a relative path that stays in the package");
		}
	return failed;
}

int tree_function(struct kv_job *job, struct krm_resource_list *list,
		  const struct tree_produce_options *options)
{
	struct function f = { .job = job, .list = list, .options = options, .out = *list };
	f.out.items = NULL;
	f.out.n = f.out.cap = 0;
	if (list->function_config.kind == KRM_NIL)
		return kv_error(job, 0, "the ResourceList has no functionConfig");
	if (tree_config_decode(job, list->function_config, &f.config) < 0 || check_targets(&f) < 0)
		return -1;
	f.from_kustomize = is_from_kustomize(&f);
	bool has_sources = f.config.ngroups && f.config.groups[0].nsources;
	if ((has_sources ? generate(&f) : lay_out(&f)) < 0)
		return -1;
	*list = f.out;
	return 0;
}
