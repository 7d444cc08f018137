/* tree/owned.c: reads a target, and decides which of its files are owned. */
#include "tree/owned.h"

#include <stdlib.h>

#include "krm/yaml.h"

static int by_name(const void *key, const void *entry)
{
	return kv_str_cmp(*(const kv_str *)key, ((const struct kv_dirent *)entry)->name);
}

const struct kv_dirent *tree_holding_find(const struct tree_holding *h, kv_str name)
{
	return h->n ? bsearch(&name, h->entries, h->n, sizeof *h->entries, by_name) : NULL;
}

bool tree_holding_owns(const struct tree_holding *h, kv_str name)
{
	const struct kv_dirent *e = tree_holding_find(h, name);
	return e && e->kind != KV_FILE_DIR && tree_is_generated_name(h->form, name) && kv_map_has(&h->listed, name);
}

static bool is_ours(krm_val doc, kv_str *ret_field)
{
	static const char *const fields[] = { "apiVersion", "kind", "resources" };
	krm_map_each (doc.m, e) {
		bool known = false;
		for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
			known |= krm_is_str(e->key, fields[i]);
		if (!known) {
			*ret_field = krm_str(e->key);
			return false;
		}
	}
	return true;
}

static int read_listed(struct kv_job *job, kv_str shown, kv_str text, struct tree_holding *h)
{
	krm_val doc;
	kv_str error, field;
	if (krm_yaml_try(job, text, KRM_YAML_PLAIN, &doc, &error) < 0 ||
	    (doc.kind != KRM_MAP && doc.kind != KRM_NIL)) {
		kv_warn_file(job, shown,
			     "this is not a kustomization, so no file here counts as written by kvendor");
		return 0;
	}
	if (doc.kind == KRM_NIL)
		return 0;
	if (!is_ours(doc, &field)) {
		kv_error_file(job, shown,
			      "it would be overwritten, and it has a field that kvendor does not write: %.*s",
			      KV_ARG(field));
		kv_note(job, 0, "put patches and the like into a kustomization that includes the target");
		return -1;
	}
	krm_val resources = krm_get(doc, "resources");
	for (size_t i = 0; i < krm_list_len(resources); i++)
		kv_map_put(&h->listed, krm_str(resources.l->v[i]), h);
	return 0;
}

/* The names that the kustomization in the target, or beside it, has. */
static int read_names(struct kv_job *job, kv_str path, kv_str shown, struct tree_holding *ret)
{
	kv_str name = KV_S("kustomization.yaml"), text;
	for (size_t i = 0; i < ret->beside.n; i++)
		kv_map_put(&ret->listed, ret->beside.named[i], ret);
	if (!tree_lists_its_files(ret->form))
		return 0;
	const struct kv_dirent *e = tree_holding_find(ret, name);
	if (!e)
		return 0;
	shown = kv_path_join(job->arena, shown, name);
	if (e->kind != KV_FILE_REGULAR)
		return kv_error_file(job, shown, "it would be overwritten, and it is not a regular file");
	if (kv_file_read(job, kv_path_join(job->arena, path, name), &text) < 0)
		return -1;
	return read_listed(job, shown, text, ret);
}

int tree_holding_read(struct kv_job *job, kv_str path, kv_str shown, enum tree_target_form form,
		      struct tree_holding *ret)
{
	*ret = (struct tree_holding){ .form = form, .exists = kv_file_kind_link(path) == KV_FILE_DIR };
	kv_map_init(&ret->listed, job->arena);
	if (tree_is_named_beside(form) && tree_beside_read(job, path, shown, form, &ret->beside) < 0)
		return -1;
	if (ret->exists && kv_dir_read(job, path, &ret->entries, &ret->n) < 0)
		return -1;
	return ret->exists ? read_names(job, path, shown, ret) : 0;
}

/* --- what would be overwritten ---------------------------------------------------------------- */

static bool same_resource(struct kv_job *job, kv_str text, kv_str rendered)
{
	krm_val doc, obj;
	kv_str error;
	if (krm_yaml_try(job, text, KRM_YAML_PLAIN, &doc, &error) < 0 || doc.kind != KRM_MAP ||
	    krm_yaml_try(job, rendered, KRM_YAML_PLAIN, &obj, &error) < 0)
		return false;
	return kv_str_eq(krm_api_version(doc), krm_api_version(obj)) &&
	       kv_str_eq(krm_kind(doc), krm_kind(obj)) && kv_str_eq(krm_namespace(doc), krm_namespace(obj)) &&
	       kv_str_eq(krm_name(doc), krm_name(obj));
}

static kv_str identity(struct kv_arena *a, krm_val obj)
{
	return kv_arena_cat(a, krm_api_version(obj), KV_S("\0"), krm_kind(obj), KV_S("\0"),
			    krm_namespace(obj), KV_S("\0"), krm_name(obj));
}

/* A manifest.yaml is ours if it holds one of the resources; so is one that a merge left in pieces. */
static bool is_manifest(struct kv_job *job, kv_str text, kv_str rendered)
{
	struct kv_map known;
	struct kv_diag_mark mark = kv_diag_mark(job);
	krm_val *docs, *ours;
	size_t n, nours;
	if (!kv_str_trim(text, " \r\n").n || kv_str_starts(text, KV_S("<<<<<<< ")) ||
	    kv_str_has(text, KV_S("\n<<<<<<< ")))
		return true;
	if (krm_yaml_read_all(job, KV_S(TREE_MANIFEST), text, KRM_YAML_PLAIN, &docs, &n) < 0 ||
	    krm_yaml_read_all(job, KV_S(TREE_MANIFEST), rendered, KRM_YAML_PLAIN, &ours, &nours) < 0) {
		kv_diag_forget(job, mark);
		return false;
	}
	kv_map_init(&known, job->arena);
	for (size_t i = 0; i < nours; i++)
		kv_map_put(&known, identity(job->arena, ours[i]), job);
	for (size_t i = 0; i < n; i++)
		if (kv_map_has(&known, identity(job->arena, docs[i])))
			return true;
	return false;
}

/* The other two files of the hydrator's form. */
static bool is_hydrated(struct kv_job *job, const struct tree_holding *h, kv_str path)
{
	const struct kv_dirent *e = tree_holding_find(h, KV_S(TREE_METADATA));
	struct kv_diag_mark mark = kv_diag_mark(job);
	kv_str text, error;
	krm_val doc;
	if (!e || e->kind != KV_FILE_REGULAR)
		return false;
	if (kv_file_read(job, kv_path_join(job->arena, path, e->name), &text) < 0) {
		kv_diag_forget(job, mark);
		return false;
	}
	return krm_yaml_try(job, text, KRM_YAML_PLAIN, &doc, &error) == 0 && doc.kind == KRM_MAP;
}

static bool is_same(struct kv_job *job, const struct tree_holding *h, kv_str path, kv_str text,
		    const struct tree_file *file)
{
	if (h->form != TREE_FORM_SINGLE && h->form != TREE_FORM_HYDRATOR)
		return same_resource(job, text, file->text);
	if (kv_str_eq(file->name, KV_S(TREE_MANIFEST)))
		return is_manifest(job, text, file->text);
	return is_hydrated(job, h, path);
}

static int check_foreign(struct kv_job *job, const struct tree_holding *h, kv_str path, kv_str shown,
			 const struct kv_dirent *e, const struct tree_file *file)
{
	kv_str text;
	if (e->kind == KV_FILE_REGULAR) {
		if (kv_file_read(job, kv_path_join(job->arena, path, file->name), &text) < 0)
			return -1;
		if (kv_str_eq(text, file->text) || is_same(job, h, path, text, file))
			return 0;
	}
	kv_error_file(job, kv_path_join(job->arena, shown, file->name),
		      "it would be overwritten, but kvendor did not write it and it holds something else");
	kv_note(job, 0, "move it out of the target, or remove it");
	return -1;
}

int tree_holding_yields(struct kv_job *job, const struct tree_holding *h, kv_str path, kv_str shown,
			const struct tree_files *files)
{
	int bad = 0;
	for (size_t i = 0; i < files->n; i++) {
		const struct tree_file *f = &files->v[i];
		const struct kv_dirent *e = tree_holding_find(h, f->name);
		bool list = tree_lists_its_files(h->form) && kv_str_eq(f->name, KV_S("kustomization.yaml"));
		if (e && !list && !tree_holding_owns(h, f->name) &&
		    check_foreign(job, h, path, shown, e, f) < 0)
			bad = -1;
	}
	return bad;
}
