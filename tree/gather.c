/* tree/gather.c: walks a tree of manifests, and builds its kustomizations. */
#include "tree/gather.h"

#include <stdlib.h>

#include "base/file.h"
#include "base/map.h"
#include "krm/yaml.h"
#include "render/kustomize/build.h"
#include "tree/discover.h"

/* A folder or file that was found. */
struct found {
	kv_str path;
	kv_str kustomization; /* of a folder with one: its file; else empty */
	bool covered;         /* a kustomization above stands for it */
};

struct gather {
	struct kv_job *job;
	enum rnd_engine engine;
	struct found *open, *items; /* folders to look at; files and kustomizations */
	size_t nopen, open_cap, nitems, items_cap;
	struct kv_map left_out; /* folders of sources, and kustomizations that others include */
	struct kv_map sources;
	struct tree_gathered *ret;
	int failed;
};

static kv_str below(struct gather *g, kv_str dir, kv_str name)
{
	return kv_path_join(g->job->arena, dir, name);
}

/* --- objects ---------------------------------------------------------------------------------- */

static void keep(struct gather *g, krm_val obj, struct krm_origin origin, kv_str file)
{
	struct kv_arena *a = g->job->arena;
	origin.pos = origin.pos ? origin.pos : obj.pos;
	krm_resources_push(a, &g->ret->resources, krm_resource_new(a, obj, origin));
	KV_PUSH(a, g->ret->files, g->ret->nfiles, g->ret->files_cap, file);
}

/* Lists may hold lists; what is inside one is looked at after the rest. */
static void keep_objects(struct gather *g, struct krm_list *queue, kv_str file)
{
	for (size_t i = 0; i < queue->n; i++) {
		krm_val obj = queue->v[i], items = krm_get(obj, "items");
		if (!krm_kind(obj).n || !krm_api_version(obj).n)
			continue;
		if (krm_yaml_check(g->job, obj.pos, obj) < 0)
			g->failed = -1;
		if (!kv_str_ends(krm_kind(obj), KV_S("List")) || items.kind != KRM_LIST)
			keep(g, obj, (struct krm_origin){ .path = file }, file);
		else
			for (size_t k = 0; k < items.l->n; k++)
				krm_list_push(g->job->arena, queue, krm_list_item(g->job->arena, obj, items.l->v[k]));
	}
}

static kv_str shown(struct gather *g, kv_str path)
{
	kv_str rest;
	return kv_path_below(path, g->job->shown_from, &rest) ? rest : path;
}

static int read_objects(struct gather *g, kv_str path)
{
	struct krm_list queue = { 0 };
	krm_val *docs;
	kv_str text;
	size_t n;
	if (kv_file_read(g->job, path, &text) < 0)
		return -1;
	/* Settings of editors are JSON with comments, templates of other programs are no YAML: neither is for this one to judge. */
	if (!kv_str_has(text, KV_S("apiVersion")) || !kv_str_has(text, KV_S("kind")))
		return 0;
	if (krm_yaml_read_all(g->job, shown(g, path), text, KRM_YAML_KUSTOMIZE, &docs, &n) < 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		krm_list_push(g->job->arena, &queue, docs[i]);
	keep_objects(g, &queue, path);
	return 0;
}

/* A clone lacks what Git ignores: that is no mistake of the tree. */
static int fail_build(struct gather *g, kv_str dir, struct kv_diag_mark mark)
{
	const struct kv_diag *last = g->job->last;
	if (!last || !(g->ret->skips_broken || last->cause == KV_CAUSE_IGNORED)) {
		kv_note(g->job, 0, "while %.*s was built", KV_ARG(dir));
		return -1;
	}
	kv_str why = last->text;
	bool ignored = last->cause == KV_CAUSE_IGNORED;
	kv_diag_forget(g->job, mark);
	kv_warn_file(g->job, dir, "it is left out because it cannot be built: %.*s", KV_ARG(why));
	if (ignored)
		kv_note(g->job, 0, "the file is ignored by Git, so a clone does not have it");
	return 0;
}

static int build(struct gather *g, const struct found *f)
{
	struct rnd_build_options options = {
		.enable_helm = true,
		.lenient = true,
		.engine = g->engine,
		.chance = { .seed = shown(g, f->path) },
	};
	struct krm_resources list = { 0 };
	struct kv_diag_mark mark = kv_diag_mark(g->job);
	if (rnd_build(g->job, f->path, &options, &list) < 0)
		return fail_build(g, shown(g, f->path), mark);
	for (size_t i = 0; i < list.n; i++)
		keep(g, list.v[i]->obj, list.v[i]->origin, f->kustomization);
	return 0;
}

/* --- the walk --------------------------------------------------------------------------------- */

static bool has_entry(const struct kv_dirent *entries, size_t n, const char *name, kv_str *ret)
{
	for (size_t i = 0; i < n; i++)
		if (kv_str_eq(entries[i].name, kv_str_c(name)) && entries[i].kind != KV_FILE_DIR) {
			*ret = entries[i].name;
			return true;
		}
	return false;
}

static bool is_manifest(kv_str name)
{
	return kv_str_ends(name, KV_S(".yaml")) || kv_str_ends(name, KV_S(".yml")) ||
	       kv_str_ends(name, KV_S(".json"));
}

static bool is_passed_over(kv_str name)
{
	return kv_str_eq(name, KV_S(".git")) || kv_str_eq(name, KV_S("node_modules")) ||
	       kv_str_starts(name, KV_S(TREE_STAGED));
}

/* Sources of a unit are rendered into its targets, which are looked at instead. A broken configuration is for render to
 * report. */
static void leave_sources_out(struct gather *g, kv_str dir, kv_str name)
{
	struct kv_diag_mark mark = kv_diag_mark(g->job);
	struct tree_config config;
	kv_str text;
	if (kv_file_read(g->job, below(g, dir, name), &text) == 0 &&
	    tree_config_read(g->job, name, text, &config) == 0)
		for (size_t i = 0; i < config.ngroups; i++)
			for (size_t k = 0; k < config.groups[i].nsources; k++)
				if (config.groups[i].sources[k].dir.n)
					kv_map_put(&g->sources,
						   below(g, dir, config.groups[i].sources[k].dir), g);
	kv_diag_forget(g->job, mark);
}

static void look_into(struct gather *g, struct found dir)
{
	struct kv_arena *a = g->job->arena;
	struct kv_dirent *entries;
	kv_str name;
	size_t n;
	if (kv_dir_read(g->job, dir.path, &entries, &n) < 0) {
		g->failed = -1;
		return;
	}
	if (has_entry(entries, n, "Chart.yaml", &name))
		return;
	for (size_t i = 0; i < KV_COUNT(rnd_kustomization_names) && !dir.kustomization.n; i++)
		if (has_entry(entries, n, rnd_kustomization_names[i], &name))
			dir.kustomization = below(g, dir.path, name);
	if (dir.kustomization.n)
		KV_PUSH(a, g->items, g->nitems, g->items_cap, dir);
	dir.covered |= dir.kustomization.n > 0;
	for (size_t i = 0; i < n; i++) {
		struct found f = { below(g, dir.path, entries[i].name), KV_STR(""), dir.covered };
		if (kv_str_eq(entries[i].name, KV_S("kubesource.yaml")) ||
		    kv_str_eq(entries[i].name, KV_S("kvendor.yaml")))
			leave_sources_out(g, dir.path, entries[i].name);
		else if (kv_str_eq(entries[i].name, KV_S(".kvendor.yaml")))
			continue;
		else if (entries[i].kind == KV_FILE_DIR && !is_passed_over(entries[i].name))
			KV_PUSH(a, g->open, g->nopen, g->open_cap, f);
		else if (entries[i].kind != KV_FILE_DIR && !f.covered && is_manifest(entries[i].name))
			KV_PUSH(a, g->items, g->nitems, g->items_cap, f);
	}
}

/* --- which kustomizations are built ----------------------------------------------------------- */

/* What a kustomization includes is not built by itself, and a component never is. */
static void leave_included_out(struct gather *g, const struct found *f)
{
	static const char *const fields[] = { "resources", "bases", "components" };
	struct kv_diag_mark mark = kv_diag_mark(g->job);
	krm_val doc = krm_nil();
	kv_str text;
	/* A broken one is reported by its build. */
	if (kv_file_read(g->job, f->kustomization, &text) < 0 ||
	    krm_yaml_read(g->job, f->kustomization, text, KRM_YAML_HELM, &doc) < 0)
		kv_diag_forget(g->job, mark);
	if (krm_is_str(krm_get(doc, "kind"), "Component"))
		kv_map_put(&g->left_out, f->path, g);
	for (size_t i = 0; i < 3; i++) {
		krm_val list = krm_get(doc, fields[i]);
		for (size_t k = 0; k < krm_list_len(list); k++)
			if (list.l->v[k].kind == KRM_STRING)
				kv_map_put(&g->left_out, below(g, f->path, krm_str(list.l->v[k])), g);
	}
}

static bool is_in_source(const struct gather *g, kv_str path)
{
	if (!g->sources.n)
		return false;
	for (kv_str dir = path; dir.n; dir.n = kv_str_rchr(dir, '/'))
		if (kv_map_has(&g->sources, dir))
			return true;
	return false;
}

static int by_path(const void *a, const void *b)
{
	return kv_str_cmp(((const struct found *)a)->path, ((const struct found *)b)->path);
}

static bool is_taken(const struct gather *g, const struct found *f)
{
	return !is_in_source(g, f->path) && !(f->kustomization.n && kv_map_has(&g->left_out, f->path));
}

/* All files and kustomizations at and below a folder, by their paths. */
static void find_items(struct gather *g, kv_str path)
{
	kv_map_init(&g->left_out, g->job->arena);
	kv_map_init(&g->sources, g->job->arena);
	for (size_t i = 0; g->ret && i < g->ret->nleft_out; i++)
		kv_map_put(&g->sources, g->ret->left_out[i], g);
	KV_PUSH(g->job->arena, g->open, g->nopen, g->open_cap, ((struct found){ path, KV_STR(""), false }));
	while (g->nopen)
		look_into(g, g->open[--g->nopen]);
	if (g->nitems)
		qsort(g->items, g->nitems, sizeof *g->items, by_path);
	for (size_t i = 0; i < g->nitems; i++)
		if (g->items[i].kustomization.n && !is_in_source(g, g->items[i].path))
			leave_included_out(g, &g->items[i]);
}

int tree_gather(struct kv_job *job, kv_str path, enum rnd_engine engine, struct tree_gathered *ret)
{
	struct gather g = { .job = job, .engine = engine, .ret = ret };
	if (kv_file_kind(path) != KV_FILE_DIR)
		return read_objects(&g, path) < 0 || g.failed ? -1 : 0;
	find_items(&g, path);
	for (size_t i = 0; i < g.nitems; i++) {
		const struct found *f = &g.items[i];
		if (is_taken(&g, f) && (f->kustomization.n ? build(&g, f) : read_objects(&g, f->path)) < 0)
			g.failed = -1;
	}
	return g.failed;
}

int tree_kustomizations(struct kv_job *job, kv_str path, kv_str **ret, size_t *ret_n)
{
	struct gather g = { .job = job };
	size_t n = 0;
	find_items(&g, path);
	*ret = KV_NEW_N(job->arena, kv_str, g.nitems);
	for (size_t i = 0; i < g.nitems; i++)
		if (g.items[i].kustomization.n && is_taken(&g, &g.items[i]))
			(*ret)[n++] = g.items[i].path;
	*ret_n = n;
	return g.failed;
}
