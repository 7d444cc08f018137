/* tree/owned.c: reads a target's kustomization.yaml. */
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
	return e && e->kind != KV_FILE_DIR && tree_is_generated_name(name) && kv_map_has(&h->listed, name);
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
			     "this is no kustomization, so no file here counts as written by kvendor");
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

int tree_holding_read(struct kv_job *job, kv_str path, kv_str shown, struct tree_holding *ret)
{
	kv_str name = KV_S("kustomization.yaml"), text;
	*ret = (struct tree_holding){ .exists = kv_file_kind_link(path) == KV_FILE_DIR };
	kv_map_init(&ret->listed, job->arena);
	if (!ret->exists)
		return 0;
	if (kv_dir_read(job, path, &ret->entries, &ret->n) < 0)
		return -1;
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

/* --- what would be overwritten ---------------------------------------------------------------- */

static bool same_resource(struct kv_job *job, kv_str text, krm_val obj)
{
	krm_val doc;
	kv_str error;
	if (krm_yaml_try(job, text, KRM_YAML_PLAIN, &doc, &error) < 0 || doc.kind != KRM_MAP)
		return false;
	return kv_str_eq(krm_api_version(doc), krm_api_version(obj)) &&
	       kv_str_eq(krm_kind(doc), krm_kind(obj)) && kv_str_eq(krm_namespace(doc), krm_namespace(obj)) &&
	       kv_str_eq(krm_name(doc), krm_name(obj));
}

static int check_foreign(struct kv_job *job, kv_str path, kv_str shown, const struct kv_dirent *e,
			 const struct tree_file *file)
{
	kv_str text;
	if (e->kind == KV_FILE_REGULAR) {
		if (kv_file_read(job, kv_path_join(job->arena, path, file->name), &text) < 0)
			return -1;
		if (same_resource(job, text, file->resource->obj))
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
		if (e && f->resource && !tree_holding_owns(h, f->name) &&
		    check_foreign(job, path, shown, e, f) < 0)
			bad = -1;
	}
	return bad;
}
