/* tree/function.c: runs a function call: generates, transforms or validates. */
#include "tree/function.h"

#include "base/file.h"
#include "base/map.h"
#include "krm/splice.h"
#include "render/kustomize/build.h"
#include "tree/function_logins.h"
#include "tree/lock.h"

#define PATH "config.kubernetes.io/path"
#define INDEX "config.kubernetes.io/index"
#define INTERNAL "internal."

struct function {
	struct kv_job *job;
	struct krm_resource_list *list;
	const struct tree_produce_options *options;
	struct tree_config config;
	struct krm_resource_list out;
	enum tree_host host;
	struct rnd_fetch_options fetch; /* with kvendor.lock's pins, and the logins of Secrets */
	struct rnd_fetcher fetcher;
	const struct krm_item **aside; /* items of the list that take no part, in its order, and how many of them were kept */
	size_t naside, aside_cap, nback;
	struct kv_map
		at; /* numbers, from one, of the items that stay, by identity: what is rendered anew takes their place */
};

static void keep(struct function *f, struct krm_item item)
{
	KV_PUSH(f->job->arena, f->out.items, f->out.n, f->out.cap, item);
}

/* --- what came in ----------------------------------------------------------------------------- */

static krm_val without_annotations(struct kv_arena *a, krm_val obj)
{
	krm_val bare = krm_map(a, KRM_OF_ANY), metadata = krm_map(a, KRM_OF_ANY);
	krm_map_each (obj.m, e)
		krm_map_set_key(a, bare.m, e->key, e->val);
	krm_val old = krm_get(obj, "metadata");
	if (old.kind == KRM_MAP) {
		krm_map_each (old.m, e)
			if (!krm_is_str(e->key, "annotations"))
				krm_map_set_key(a, metadata.m, e->key, e->val);
		krm_map_set(a, bare.m, KV_S("metadata"), metadata);
	}
	return bare;
}

/* Hosts also pass the functionConfig as an item, with annotations of their own: kustomize to generators, kpt with
 * configPath. */
static bool is_config(const struct function *f, krm_val obj)
{
	krm_val config = f->list->function_config;
	return kv_str_eq(krm_kind(obj), krm_kind(config)) && kv_str_eq(krm_name(obj), krm_name(config)) &&
	       kv_str_eq(krm_api_version(obj), krm_api_version(config)) &&
	       krm_equal(without_annotations(f->job->arena, obj), without_annotations(f->job->arena, config));
}

static kv_str path_of(krm_val obj)
{
	kv_str path = krm_annotation(obj, INTERNAL PATH);
	return path.n ? path : krm_annotation(obj, PATH);
}

static kv_str index_of(krm_val obj)
{
	kv_str index = krm_annotation(obj, INTERNAL INDEX);
	return index.n ? index : krm_annotation(obj, INDEX);
}

/* kustomize marks the items of transformers and validators, and gives generators nothing but their configuration, without
 * a file. */
static enum tree_host guess_host(const struct function *f)
{
	for (size_t i = 0; i < f->list->n; i++) {
		krm_val obj = f->list->items[i].resource->obj;
		if (krm_annotation(obj, "kustomize.config.k8s.io/id").n ||
		    (is_config(f, obj) && !path_of(obj).n))
			return TREE_HOST_KUSTOMIZE;
	}
	return TREE_HOST_OTHER;
}

/* Many a kustomization.yaml does not say apiVersion or kind: kpt tells it by its name, and takes it back without them. */
static bool is_bare_kustomization(krm_val obj)
{
	kv_str name = kv_path_base(path_of(obj));
	return (!krm_kind(obj).n || !krm_api_version(obj).n) &&
	       (kv_str_eq(name, KV_S("kustomization.yaml")) || kv_str_eq(name, KV_S("kustomization.yml")) ||
		kv_str_eq(name, KV_S("Kustomization")));
}

static bool is_kustomization(krm_val obj)
{
	if (is_bare_kustomization(obj))
		return true;
	return (kv_str_eq(krm_kind(obj), KV_S("Kustomization")) || kv_str_eq(krm_kind(obj), KV_S("Component"))) &&
	       kv_str_starts(krm_api_version(obj), KV_S("kustomize.config.k8s.io/"));
}

static bool is_local(krm_val obj)
{
	kv_str value = krm_annotation(obj, "config.kubernetes.io/local-config");
	return value.n && !kv_str_eq(value, KV_S("false"));
}

static bool is_credential(struct function *f, krm_val obj)
{
	for (size_t i = 0; i < f->config.function.ncredentials; i++)
		if (flt_selector_matches(f->job, &f->config.function.credentials[i], obj))
			return true;
	return false;
}

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
	bool ours = tree_is_generated_name(TREE_FORM_KUBESOURCE, name) || kv_str_eq(name, KV_S("kustomization.yaml"));
	for (size_t g = 0; path.n && ours && g < f->config.ngroups; g++)
		for (size_t i = 0; i < f->config.groups[g].ntargets; i++)
			if (is_below(f->job->arena, path, f->config.groups[g].targets[i].directory))
				return true;
	return false;
}

/* An item that filters and targets are about. What is no resource of a cluster is none of their business. */
static bool takes_part(struct function *f, krm_val obj)
{
	return !is_local(obj) && !kv_str_eq(krm_kind(obj), KV_S("Kptfile")) && !is_kustomization(obj) &&
	       !is_credential(f, obj) && !is_config(f, obj);
}

/* --- what goes out ---------------------------------------------------------------------------- */

static void place(struct function *f, struct krm_item *item, kv_str path)
{
	const struct krm_setting settings[] = {
		{ INDEX, KV_S("0") },
		{ PATH, path },
		{ INTERNAL INDEX, KV_S("0") },
		{ INTERNAL PATH, path },
	};
	krm_val obj = item->resource->obj;
	kv_str index = index_of(obj);
	bool there = kv_str_eq(path_of(obj), path) && (!index.n || kv_str_eq(index, KV_S("0")));
	if (!there)
		krm_splice_annotations(f->job, item, settings, sizeof settings / sizeof *settings);
}

static struct krm_item new_item(struct function *f, krm_val obj, struct krm_origin origin)
{
	return (struct krm_item){ .resource = krm_resource_new(f->job->arena, obj, origin),
				  .raw = KV_STR("") };
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
	struct krm_item item = new_item(f, obj, (struct krm_origin){ 0 });
	place(f, &item, path);
	keep(f, item);
}

/* The item that a resource was read from, or replaces; NULL for one that was rendered. */
static struct krm_item *item_of(const struct function *f, const struct krm_resource *r)
{
	struct krm_item *item = r->build;
	return item >= f->list->items && item < f->list->items + f->list->n ? item : NULL;
}

/* A new item in the file, and at the place in it, of one that was there. */
static void take_place(struct function *f, struct krm_item *item, krm_val old)
{
	kv_str path = path_of(old), index = index_of(old);
	if (!index.n)
		index = KV_S("0");
	const struct krm_setting settings[] = {
		{ INDEX, index },
		{ PATH, path },
		{ INTERNAL INDEX, index },
		{ INTERNAL PATH, path },
	};
	if (path.n)
		krm_splice_annotations(f->job, item, settings, sizeof settings / sizeof *settings);
}

/* What goes out for a resource: the item that it was read from, or a new one. */
static struct krm_item item_for(struct function *f, struct krm_resource *r)
{
	const struct krm_item *from = item_of(f, r);
	if (from && from->resource == r)
		return *from;
	struct krm_item item = new_item(f, r->obj, r->origin);
	if (from)
		take_place(f, &item, from->resource->obj);
	return item;
}

static int add_target(struct function *f, const struct tree_target *t, const struct tree_files *files)
{
	struct kv_arena *a = f->job->arena;
	for (size_t i = 0; i < files->n; i++) {
		kv_str path = kv_path_join(a, t->directory, files->v[i].name);
		struct krm_resource *r = files->v[i].resource;
		krm_val obj;
		if (!r) {
			add_kustomization(f, files, path);
			continue;
		}
		/* A resource may be in several targets, each copy has its own path. */
		if (krm_copy(f->job, r->obj, &obj) < 0)
			return -1;
		struct krm_item item = item_for(f, r);
		item.resource = krm_resource_new(a, obj, r->origin);
		place(f, &item, path);
		keep(f, item);
	}
	return 0;
}

static kv_str identity(struct kv_arena *a, krm_val obj)
{
	struct krm_gvk gvk = krm_gvk_of(obj);
	return kv_arena_printf(a, "%.*s/%.*s/%.*s/%.*s", KV_ARG(gvk.group), KV_ARG(gvk.kind),
			       KV_ARG(krm_namespace(obj)), KV_ARG(krm_name(obj)));
}

/* Without targets a rendered resource takes the place of the item with its identity, path included. */
static void add_plain(struct function *f, struct krm_resource *r)
{
	size_t at = (size_t)(uintptr_t)kv_map_get(&f->at, identity(f->job->arena, r->obj));
	struct krm_item *old = at ? &f->out.items[at - 1] : NULL;
	struct krm_item item = new_item(f, r->obj, r->origin);
	if (old) {
		take_place(f, &item, old->resource->obj);
		*old = item;
	} else {
		keep(f, item);
	}
}

/* kustomize has no files to lay out: each resource that some target takes, once, in the order of the build. */
static void add_taken(struct function *f, const struct tree_group *group, const struct tree_files *files,
		      const struct krm_resources *resources)
{
	struct kv_map taken;
	kv_map_init(&taken, f->job->arena);
	for (size_t t = 0; t < group->ntargets; t++)
		for (size_t i = 0; i < files[t].n; i++)
			if (files[t].v[i].resource)
				kv_map_put(&taken,
					   kv_str_of((const char *)&files[t].v[i].resource, sizeof(void *)),
					   files[t].v[i].resource);
	for (size_t i = 0; i < resources->n; i++) {
		struct krm_resource *r = resources->v[i];
		if (!kv_map_has(&taken, kv_str_of((const char *)&r, sizeof r)))
			continue;
		keep(f, item_for(f, r));
	}
}

/* What was set in trees comes into the lines that they were read from. */
static void note_edits(struct function *f, const struct krm_resources *changed)
{
	for (size_t i = 0; i < changed->n; i++) {
		struct krm_item *item = item_of(f, changed->v[i]);
		if (item)
			item->edited = true;
	}
}

/* Whether the reply brings something new into files: what kustomize gets is applied, and a transformer without targets
 * changes what is there. */
static bool is_committed(const struct function *f)
{
	const struct tree_group *group = &f->config.groups[0];
	return f->host != TREE_HOST_KUSTOMIZE &&
	       (group->ntargets || group->nsources || f->config.function.mode == TREE_MODE_VALIDATE);
}

/* What was made is of interest where it is committed, or where the configuration says so. */
static bool judges_generated(const struct function *f)
{
	return is_committed(f) || f->config.secrets.guard.has_policy || f->config.generated;
}

static struct tree_filters filters_of(struct function *f)
{
	/* Nobody reads remarks here. */
	struct tree_filters filters = tree_filters(f->job, &f->config, NULL, NULL);
	if (!is_committed(f) && !f->config.secrets.guard.has_policy)
		filters.guard.policy = FLT_GUARD_OFF;
	if (filters.pods && filters.pods->patch == FLT_PATCH_FILES) {
		/* There is no kustomization beside a target here. */
		struct flt_pod_security *pods = KV_NEW(f->job->arena, struct flt_pod_security);
		*pods = *filters.pods;
		pods->patch = FLT_PATCH_IN_PLACE;
		filters.pods = pods;
	}
	return filters;
}

/* Namespaces come, and Secrets become ExternalSecrets in the files that they were in. */
static int prepare(struct function *f, struct krm_resources *resources)
{
	struct tree_filters filters = filters_of(f);
	struct krm_resources all;
	if (tree_prepare(f->job, &filters, resources, &all) < 0)
		return -1;
	note_edits(f, &filters.filled);
	*resources = all;
	return 0;
}

/* The same filters for resources that no target takes; a validator judges what is there. */
static int filter_all(struct function *f, const struct krm_resources *resources)
{
	struct tree_filters filters = filters_of(f);
	int failed = flt_secret_guard(f->job, &filters.guard, resources);
	failed |= flt_generated_check(f->job, &filters.generated, resources);
	if (!filters.pods)
		return tree_check(f->job, &filters, resources) < 0 ? -1 : failed;
	struct flt_pod_security pods = *filters.pods;
	if (f->config.function.mode == TREE_MODE_VALIDATE)
		pods.patch = FLT_PATCH_NONE;
	if (flt_pod_security_filter(f->job, &pods, resources, NULL, &filters.changed,
				    &filters.patches) < 0)
		failed = -1;
	note_edits(f, &filters.changed);
	return tree_check(f->job, &filters, resources) < 0 ? -1 : failed;
}

static int add_group(struct function *f, struct tree_group *group, const struct krm_resources *resources)
{
	struct tree_files *files = KV_NEW_N(f->job->arena, struct tree_files, group->ntargets);
	enum tree_names names = f->config.kind == TREE_VENDOR && !f->config.legacy_names
					? TREE_NAMES_PORTABLE
					: TREE_NAMES_VERBATIM;
	struct tree_filters filters = filters_of(f);
	filters.namespaces = NULL; /* prepared already */
	filters.external = NULL;
	if (tree_split(f->job, group, resources, names, &filters, files) < 0)
		return -1;
	note_edits(f, &filters.changed);
	if (f->host == TREE_HOST_KUSTOMIZE) {
		add_taken(f, group, files, resources);
		return 0;
	}
	for (size_t i = 0; i < group->ntargets; i++)
		if (add_target(f, &group->targets[i], &files[i]) < 0)
			return -1;
	return 0;
}

/* --- filters ---------------------------------------------------------------------------------- */

static void select_some(struct function *f, struct krm_resources *resources)
{
	struct krm_resources some = { 0 };
	flt_select(f->job, &f->config.function.select, resources, &some);
	*resources = some;
}

/* The reader gave objects that have only generateName a name, and kept generateName. Hosts refuse objects without a name. */
static int settle_names(struct function *f, struct krm_resources *resources)
{
	size_t kept = 0;
	int failed = 0;
	for (size_t i = 0; i < resources->n; i++) {
		struct krm_resource *r = resources->v[i];
		krm_val metadata = krm_get(r->obj, "metadata");
		kv_str prefix = krm_str(krm_get(metadata, "generateName"));
		bool made = prefix.n && kv_str_starts(krm_name(r->obj), prefix);
		if (made && f->config.function.nameless == TREE_NAMELESS_FAIL)
			failed = kv_error(f->job, r->obj.pos, "%.*s %.*s has generateName and no name",
					  KV_ARG(krm_kind(r->obj)), KV_ARG(prefix));
		if (made && f->config.function.nameless == TREE_NAMELESS_DROP) {
			kv_warn(f->job, r->obj.pos, "%.*s %.*s is left out: it has generateName and no name",
				KV_ARG(krm_kind(r->obj)), KV_ARG(prefix));
			kv_note(f->job, 0, "\"generateName: name\" in the functionConfig gives it one");
			continue;
		}
		if (made)
			krm_map_del(metadata.m, KV_S("generateName"));
		resources->v[kept++] = r;
	}
	resources->n = kept;
	return failed;
}

static bool has_generator_options(struct function *f, krm_val obj)
{
	struct tree_function_config *c = &f->config.function;
	struct krm_resource r = { .obj = obj }, *one = &r;
	struct krm_resources in = { .v = &one, .n = 1 }, out = { 0 };
	if (!c->generated.ninclude && !c->generated.nexclude)
		return kv_str_eq(krm_api_version(obj), KV_S("v1")) &&
		       (kv_str_eq(krm_kind(obj), KV_S("ConfigMap")) ||
			kv_str_eq(krm_kind(obj), KV_S("Secret")));
	flt_select(f->job, &c->generated, &in, &out);
	return out.n > 0;
}

/* From a transformer these annotations would leak into the output of the build, elsewhere nobody reads them. */
static void add_generator_options(struct function *f, const struct krm_resources *resources)
{
	struct tree_function_config *c = &f->config.function;
	if (f->host != TREE_HOST_KUSTOMIZE || (!c->needs_hash && !c->behavior.n))
		return;
	for (size_t i = 0; i < resources->n; i++) {
		krm_val obj = resources->v[i]->obj;
		if (!has_generator_options(f, obj))
			continue;
		if (c->needs_hash)
			krm_annotate(f->job->arena, obj, "kustomize.config.k8s.io/needs-hash", KV_S("true"));
		if (c->behavior.n)
			krm_annotate(f->job->arena, obj, "kustomize.config.k8s.io/behavior", c->behavior);
	}
}

/* --- roles ------------------------------------------------------------------------------------ */

static struct rnd_build_options build_options(struct function *f, struct rnd_draws *draws)
{
	enum rnd_engine engine;
	tree_engine_of(f->options, &f->config, NULL, &engine);
	return (struct rnd_build_options){
		.enable_helm = true,
		.lenient = true,
		.name_generated = true,
		.engine = engine,
		.kustomize = f->config.kustomize,
		.keep_text = f->config.keep_text,
		.helm_kube_version = f->config.kube_version,
		.helm_api_versions = f->config.api_versions,
		.nhelm_api_versions = f->config.napi_versions,
		.fields_name = KV_S("functionConfig"),
		.chance = { .seed = krm_name(f->list->function_config), .draws = draws },
		.fetcher = f->options->fetch ? &f->fetcher : NULL,
	};
}

static int build_all(struct kv_job *job, const struct rnd_build_options *options, const struct tree_group *group,
		     struct krm_resources *ret)
{
	for (size_t i = 0; i < group->nsources; i++) {
		const struct tree_source *s = &group->sources[i];
		struct rnd_build_options o = *options;
		kv_str path;
		o.fields = s->fields;
		if (kv_path_real(job, s->dir.n ? s->dir : KV_S("."), &path) < 0) {
			kv_note(job, s->dir_pos,
				"this source is meant; a function in a container sees only what is mounted");
			return -1;
		}
		if (rnd_build(job, path, &o, ret) < 0)
			return -1;
	}
	return 0;
}

static int generate_group(struct function *f, struct tree_group *group)
{
	struct krm_resources resources = { 0 };
	struct rnd_draws draws;
	rnd_draws_init(&draws, f->job->arena);
	struct rnd_build_options options = build_options(f, &draws);
	if (build_all(f->job, &options, group, &resources) < 0)
		return -1;
	if (judges_generated(f) && tree_mark_generated(f->job, &options, build_all, group, &resources) < 0)
		return -1;
	if (settle_names(f, &resources) < 0)
		return -1;
	select_some(f, &resources);
	if (prepare(f, &resources) < 0)
		return -1;
	add_generator_options(f, &resources);
	if (group->ntargets)
		return add_group(f, group, &resources);
	if (filter_all(f, &resources) < 0)
		return -1;
	for (size_t i = 0; i < resources.n; i++)
		add_plain(f, resources.v[i]);
	return 0;
}

/* What kvendor.lock pins holds here too. Logins are those of Secrets among the items, then those of the caller's files. */
static int open_fetcher(struct function *f)
{
	struct rnd_pins *pins = KV_NEW(f->job->arena, struct rnd_pins);
	struct tree_logins logins = { 0 };
	struct tree_repo repo;
	if (!f->options->fetch)
		return 0;
	if (tree_repo_find(f->job, &repo) < 0 || tree_pins_read(f->job, &repo, pins) < 0)
		return -1;
	for (size_t i = 0; i < f->list->n; i++) {
		krm_val obj = f->list->items[i].resource->obj;
		if (is_credential(f, obj) && tree_logins_read(f->job, obj, &logins) < 0)
			return -1;
	}
	f->fetch = *f->options->fetch;
	f->fetch.pins = pins;
	f->fetch.http.logins = logins.v;
	f->fetch.http.nlogins = logins.n;
	rnd_fetcher_init(&f->fetcher, f->job, &f->fetch);
	return 0;
}

/* Earlier output in targets goes, so that nothing old stays beside or in place of what is new. */
static int generate(struct function *f)
{
	if (open_fetcher(f) < 0)
		return -1;
	for (size_t i = 0; i < f->list->n; i++) {
		krm_val obj = f->list->items[i].resource->obj;
		bool echo = is_config(f, obj) && !path_of(obj).n;
		if (!echo && (is_credential(f, obj) || !is_earlier_output(f, obj)))
			keep(f, f->list->items[i]);
	}
	kv_map_init(&f->at, f->job->arena);
	for (size_t i = 0; i < f->out.n; i++) {
		krm_val obj = f->out.items[i].resource->obj;
		if (takes_part(f, obj))
			kv_map_put(&f->at, identity(f->job->arena, obj), (void *)(uintptr_t)(i + 1));
	}
	for (size_t g = 0; g < f->config.ngroups; g++)
		if (generate_group(f, &f->config.groups[g]) < 0)
			return -1;
	return 0;
}

/* Items that take no part are kept where they stood: before the next one that does; NULL: behind all. */
static void keep_aside(struct function *f, const struct krm_item *next)
{
	while (f->nback < f->naside && (!next || f->aside[f->nback] < next))
		keep(f, *f->aside[f->nback++]);
}

/* The items that take part; the others stay as they came. */
static void collect(struct function *f, struct krm_resources *ret)
{
	for (size_t i = 0; i < f->list->n; i++) {
		struct krm_item *item = &f->list->items[i];
		item->resource->build = item;
		if (takes_part(f, item->resource->obj))
			krm_resources_push(f->job->arena, ret, item->resource);
		else if (!is_kustomization(item->resource->obj) || !is_earlier_output(f, item->resource->obj))
			KV_PUSH(f->job->arena, f->aside, f->naside, f->aside_cap, item);
	}
}

/* Hosts delete what does not come back, kpt from the disk. */
static int refuse_nothing(struct function *f, size_t kept, size_t came)
{
	for (size_t i = kept; i < f->out.n; i++)
		if (!is_kustomization(f->out.items[i].resource->obj))
			return 0;
	if (came)
		return kv_error(f->job, f->config.groups[0].pos,
				"no target takes any item: all %zu of them would be deleted", came);
	return 0;
}

/* Hosts always send items; a function before this one that did not would have everything deleted. */
static int want_items(struct function *f)
{
	if (f->list->has_items)
		return 0;
	return kv_error(f->job, 0, "the ResourceList has no items: \"items: []\" would say that there are none");
}

static int add_to_targets(struct function *f, struct tree_group *group, struct krm_resources *resources, size_t came)
{
	keep_aside(f, NULL);
	size_t kept = f->out.n;
	return add_group(f, group, resources) < 0 ? -1 : refuse_nothing(f, kept, came);
}

static int transform(struct function *f)
{
	struct tree_group *group = &f->config.groups[0];
	struct krm_resources resources = { 0 };
	if (want_items(f) < 0)
		return -1;
	collect(f, &resources);
	size_t came = resources.n;
	select_some(f, &resources);
	if (prepare(f, &resources) < 0)
		return -1;
	if (group->ntargets)
		return add_to_targets(f, group, &resources, came);
	if (filter_all(f, &resources) < 0)
		return -1;
	for (size_t i = 0; i < resources.n; i++) {
		const struct krm_item *from = item_of(f, resources.v[i]);
		if (from)
			keep_aside(f, from);
		keep(f, item_for(f, resources.v[i]));
	}
	keep_aside(f, NULL);
	return resources.n ? 0 : refuse_nothing(f, f->out.n, came);
}

/* What any host or cluster would refuse. */
static int judge(struct function *f, const struct krm_resources *resources)
{
	struct kv_map seen;
	int failed = 0;
	kv_map_init(&seen, f->job->arena);
	for (size_t i = 0; i < resources->n; i++) {
		krm_val obj = resources->v[i]->obj;
		if (krm_resource_check(f->job, obj) < 0) {
			failed = -1;
			continue;
		}
		kv_str id = identity(f->job->arena, obj);
		if (kv_map_put(&seen, id, resources->v[i]))
			failed =
				kv_error(f->job, obj.pos, "an earlier item has the same kind, namespace and name");
	}
	return failed;
}

/* kustomize fails a validator that prints items, even unchanged ones; elsewhere what is not printed is deleted. */
static int validate(struct function *f)
{
	struct krm_resources resources = { 0 };
	if (want_items(f) < 0)
		return -1;
	collect(f, &resources);
	select_some(f, &resources);
	f->out = *f->list;
	if (f->host == TREE_HOST_KUSTOMIZE)
		f->out.n = 0;
	int failed = judge(f, &resources);
	return filter_all(f, &resources) < 0 ? -1 : failed;
}

/* --- the call --------------------------------------------------------------------------------- */

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
			if (t->form != TREE_FORM_KUBESOURCE)
				failed = kv_error(f->job, t->pos,
						  "a function supports only the form kubesource");
		}
	return failed;
}

/* kpt refuses what has no apiVersion, kind or name, but for kustomizations, and what would be written outside of the package.
 * kustomize sends no such items, and files mean nothing to it. */
static int check_item(struct function *f, krm_val obj)
{
	kv_str path = path_of(obj);
	if (f->host == TREE_HOST_KUSTOMIZE)
		return 0;
	if ((!krm_api_version(obj).n || !krm_kind(obj).n) && !is_bare_kustomization(obj))
		return kv_error(f->job, obj.pos, "every host refuses an item without apiVersion and kind");
	if (!krm_name(obj).n && !is_kustomization(obj)) {
		kv_error(f->job, obj.pos, "every host refuses an item without metadata.name");
		if (krm_has(krm_get(obj, "metadata"), "generateName"))
			kv_note(f->job, 0, "generateName is for \"kubectl create\"");
		return -1;
	}
	kv_str clean = path.n ? kv_path_clean(f->job->arena, path) : path;
	if (kv_str_starts(clean, KV_S("/")) || kv_str_eq(clean, KV_S("..")) || kv_str_starts(clean, KV_S("../")))
		return kv_error(f->job, obj.pos, "the file %.*s is outside of the package", KV_ARG(path));
	return 0;
}

/* kpt refuses a list in which two items have one place in a file; new ones without a file get one by kind and name, and kustomize takes
 * no two of these. */
static int check_reply(struct function *f)
{
	struct kv_map places;
	int failed = 0;
	kv_map_init(&places, f->job->arena);
	for (size_t i = 0; i < f->out.n; i++) {
		krm_val obj = f->out.items[i].resource->obj;
		kv_str path = path_of(obj), index = index_of(obj);
		if (check_item(f, obj) < 0) {
			failed = -1;
			continue;
		}
		if (!path.n) {
			if (takes_part(f, obj) &&
			    kv_map_put(&places, identity(f->job->arena, obj), f->out.items[i].resource))
				failed = kv_error(f->job, obj.pos,
						  "an earlier item has the same kind, namespace and name");
			continue;
		}
		if (!index.n)
			index = KV_S("0");
		kv_str at = kv_arena_cat(f->job->arena, path, KV_S("\n"), index);
		if (kv_map_put(&places, at, f->out.items[i].resource))
			failed = kv_error(f->job, obj.pos, "two items are number %.*s of %.*s", KV_ARG(index),
					  KV_ARG(path));
	}
	return failed;
}

static int play_role(struct function *f)
{
	bool has_sources = f->config.ngroups && f->config.groups[0].nsources;
	switch (f->config.function.mode) {
	case TREE_MODE_GENERATE:
		if (!has_sources)
			return kv_error(f->job, f->list->function_config.pos,
					"there are no sources to generate from");
		return generate(f);
	case TREE_MODE_TRANSFORM:
	case TREE_MODE_VALIDATE:
		if (has_sources)
			return kv_error(f->job, f->config.groups[0].pos,
					"this mode works on the items, it has no sources");
		return f->config.function.mode == TREE_MODE_VALIDATE ? validate(f) : transform(f);
	case TREE_MODE_AUTO: break;
	}
	return has_sources ? generate(f) : transform(f);
}

int tree_function(struct kv_job *job, struct krm_resource_list *list, enum tree_host host,
		  const struct tree_produce_options *options)
{
	struct function f = { .job = job, .list = list, .options = options, .out = *list };
	f.out.items = NULL;
	f.out.n = f.out.cap = 0;
	if (list->function_config.kind != KRM_MAP)
		return kv_error(job, 0, "the ResourceList has no functionConfig");
	if (tree_config_decode(job, list->function_config, &f.config) < 0 || check_targets(&f) < 0)
		return -1;
	f.host = host == TREE_HOST_UNKNOWN ? guess_host(&f) : host;
	if (play_role(&f) < 0 || check_reply(&f) < 0)
		return -1;
	if (f.config.function.strict && job->nwarnings)
		return kv_error(job, list->function_config.pos, "strict: the warnings are errors");
	*list = f.out;
	return 0;
}
