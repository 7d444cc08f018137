/* tree/changes.c: pairs the resources of files that differ, and compares them. */
#include "tree/changes.h"

#include "base/file.h"
#include "base/map.h"
#include "krm/resource.h"
#include "krm/yaml.h"

struct found {
	struct kv_job *job;
	bool quiet;
	struct kv_map removed; /* identity to the stale file's drift, until it turns up elsewhere */
	struct kv_map targets; /* folders in which resources differ */
	struct tree_changes *changes;
};

static krm_val read_object(struct found *f, kv_str text)
{
	krm_val doc;
	kv_str error;
	if (krm_yaml_try(f->job, text, KRM_YAML_KUSTOMIZE, &doc, &error) < 0 || !krm_kind(doc).n)
		return krm_nil();
	return doc;
}

static kv_str identity(struct found *f, krm_val obj)
{
	struct krm_gvk gvk = krm_gvk_of(obj);
	return kv_arena_cat(f->job->arena, gvk.group, KV_S("\0"), gvk.kind, KV_S("\0"), krm_namespace(obj),
			    KV_S("\0"), krm_name(obj));
}

static bool is_list_of_files(const struct tree_drift *d)
{
	return kv_str_eq(kv_path_base(d->path), KV_S("kustomization.yaml"));
}

/* --- noise ------------------------------------------------------------------------------------ */

/* Labels that say which release of which chart made an object; as names in a path. */
static const char *const noise[] = { "helm\\.sh/chart", "app\\.kubernetes\\.io/version",
				     "app\\.kubernetes\\.io/managed-by", "chart", "heritage" };

static bool is_noise(const struct krm_change *change)
{
	if (!kv_str_ends(change->parent, KV_S("metadata.labels")))
		return false;
	for (size_t i = 0; i < sizeof noise / sizeof *noise; i++)
		if (kv_str_eq(change->name, kv_str_c(noise[i])))
			return true;
	return false;
}

static void drop_noise(struct krm_changes *fields)
{
	size_t kept = 0;
	for (size_t i = 0; i < fields->n; i++)
		if (!is_noise(&fields->v[i]))
			fields->v[kept++] = fields->v[i];
	fields->n = kept;
}

/* --- changes ---------------------------------------------------------------------------------- */

static void add(struct found *f, struct tree_change change)
{
	KV_PUSH(f->job->arena, f->changes->v, f->changes->n, f->changes->cap, change);
}

/* A resource that is there before and after. */
static int add_both(struct found *f, struct tree_change change, krm_val before)
{
	if (krm_compare(f->job, before, change.obj, &change.fields) < 0)
		return -1;
	bool any = change.fields.n > 0;
	if (f->quiet)
		drop_noise(&change.fields);
	if (change.kind == TREE_MOVED || change.fields.n || !any)
		add(f, change);
	return 0;
}

static int add_rendered(struct found *f, const struct tree_drift *d)
{
	struct tree_change change = { .kind = TREE_ADDED, .to = d, .obj = read_object(f, d->rendered) };
	kv_str id = identity(f, change.obj);
	krm_val before = krm_nil();
	if (d->kind == TREE_DRIFT_CHANGED) {
		change.kind = TREE_CHANGED;
		change.from = d;
		before = read_object(f, d->committed);
	} else if ((change.from = kv_map_get(&f->removed, id))) {
		change.kind = TREE_MOVED;
		before = read_object(f, change.from->committed);
		kv_map_del(&f->removed, id);
	}
	if (change.kind != TREE_ADDED && before.kind != KRM_NIL)
		return add_both(f, change, before);
	if (change.kind != TREE_ADDED)
		change = (struct tree_change){ .kind = TREE_OTHER, .from = d, .to = d };
	add(f, change);
	return 0;
}

static void add_stale(struct found *f, const struct tree_drift *d)
{
	krm_val obj = read_object(f, d->committed);
	if (obj.kind == KRM_NIL)
		add(f, (struct tree_change){ .kind = TREE_OTHER, .from = d });
	else if (kv_map_get(&f->removed, identity(f, obj)) == d)
		add(f, (struct tree_change){ .kind = TREE_REMOVED, .from = d, .obj = obj });
}

static kv_str folder(struct found *f, const struct tree_drift *d)
{
	return kv_path_dir(f->job->arena, d->path);
}

/* Which resources are gone from their files, and in which folders something differs. */
static void index_drifts(struct found *f, const struct tree_drifts *drifts)
{
	kv_map_init(&f->removed, f->job->arena);
	kv_map_init(&f->targets, f->job->arena);
	for (size_t i = 0; i < drifts->n; i++) {
		struct tree_drift *d = &drifts->v[i];
		if (is_list_of_files(d))
			continue;
		kv_map_put(&f->targets, folder(f, d), d);
		krm_val obj = d->kind == TREE_DRIFT_STALE ? read_object(f, d->committed) : krm_nil();
		if (obj.kind != KRM_NIL)
			kv_map_put(&f->removed, identity(f, obj), d);
	}
}

int tree_changes_find(struct kv_job *job, const struct tree_drifts *drifts, bool quiet,
		      struct tree_changes *ret)
{
	struct found f = { .job = job, .quiet = quiet, .changes = ret };
	index_drifts(&f, drifts);
	for (size_t i = 0; i < drifts->n; i++) {
		const struct tree_drift *d = &drifts->v[i];
		if (!is_list_of_files(d) && d->kind != TREE_DRIFT_STALE && add_rendered(&f, d) < 0)
			return -1;
		if (is_list_of_files(d) && !kv_map_has(&f.targets, folder(&f, d)))
			add(&f, (struct tree_change){ .kind = TREE_OTHER, .from = d, .to = d });
	}
	for (size_t i = 0; i < drifts->n; i++)
		if (!is_list_of_files(&drifts->v[i]) && drifts->v[i].kind == TREE_DRIFT_STALE)
			add_stale(&f, &drifts->v[i]);
	return 0;
}
