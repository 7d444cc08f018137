/* tree/beside.c: adds and removes entries of `patches:` and `resources:` in the kustomization beside a target. */
#include "tree/beside.h"

#include "base/file.h"
#include "krm/splice_list.h"
#include "krm/yaml.h"
#include "render/kustomize/build.h"

static const char *what(enum tree_target_form form)
{
	return form == TREE_FORM_PATCHES ? "patches" : "resources";
}

static int read_entries(struct kv_job *job, kv_str folder, struct tree_beside *b)
{
	krm_val doc, patches;
	kv_str error, rest;
	/* Resources that people wrote lie there too, under names of the same form: none of them counts as ours. */
	if (b->form == TREE_FORM_RESOURCES)
		return 0;
	if (krm_yaml_try(job, b->text, KRM_YAML_PLAIN, &doc, &error) < 0)
		return kv_error_file(job, b->shown, "%.*s", KV_ARG(error));
	patches = krm_get(doc, "patches");
	for (size_t i = 0; i < krm_list_len(patches); i++) {
		kv_str path = krm_list_entry_name(job->arena, patches.l->v[i], "path");
		if (kv_path_below(path, folder, &rest) && kv_str_chr(rest, '/') == SIZE_MAX)
			KV_PUSH(job->arena, b->named, b->n, b->cap, rest);
	}
	return 0;
}

int tree_beside_read(struct kv_job *job, kv_str target, kv_str shown, enum tree_target_form form,
		     struct tree_beside *ret)
{
	struct kv_arena *a = job->arena;
	*ret = (struct tree_beside){ .form = form };
	for (size_t i = 0; i < KV_COUNT(rnd_kustomization_names); i++) {
		kv_str path = kv_path_join(a, kv_path_dir(a, target), kv_str_c(rnd_kustomization_names[i]));
		enum kv_file_kind kind = kv_file_kind_link(path);
		if (kind == KV_FILE_NONE)
			continue;
		ret->path = path;
		ret->shown = kv_path_join(a, kv_path_dir(a, shown), kv_str_c(rnd_kustomization_names[i]));
		if (kind != KV_FILE_REGULAR)
			return kv_error_file(job, ret->shown,
					     "it must list %s, but it is not a regular file", what(form));
		return kv_file_read(job, path, &ret->text) < 0 ? -1
							       : read_entries(job, kv_path_base(target), ret);
	}
	return 0;
}

int tree_beside_replace(struct kv_job *job, kv_str target, kv_str text, struct tree_beside *b)
{
	b->text = text;
	b->named = NULL;
	b->n = b->cap = 0;
	return read_entries(job, kv_path_base(target), b);
}

static kv_str entry_of(struct kv_arena *a, kv_str target, kv_str name)
{
	return kv_arena_cat(a, kv_path_base(target), KV_S("/"), name);
}

int tree_beside_change(struct kv_job *job, const struct tree_beside *b, kv_str target, kv_str shown,
		       const struct tree_files *files, kv_str *ret_text)
{
	struct kv_arena *a = job->arena;
	kv_str *add = KV_NEW_N(a, kv_str, files->n), *remove = KV_NEW_N(a, kv_str, b->n);
	bool patches = b->form == TREE_FORM_PATCHES;
	struct krm_list_change change = {
		patches ? "patches" : "resources", patches ? "path" : NULL, add, files->n, remove, 0
	};
	*ret_text = b->text;
	if (!b->path.n && !files->n)
		return 0;
	if (!b->path.n) {
		kv_error_file(job, kv_path_join(a, kv_path_dir(a, shown), kv_str_c(rnd_kustomization_names[0])),
			      "it must list the %s of %.*s, but it does not exist", what(b->form), KV_ARG(shown));
		kv_note(job, 0, patches ? "write it, with the resources that are patched under `resources:`" :
					  "write it: a kustomization without any field will do");
		return -1;
	}
	for (size_t i = 0; i < files->n; i++)
		add[i] = entry_of(a, target, files->v[i].name);
	for (size_t i = 0; i < b->n; i++)
		if (tree_is_generated_name(b->form, b->named[i]) &&
		    !tree_files_have(files, b->named[i]))
			remove[change.nremove++] = entry_of(a, target, b->named[i]);
	return krm_splice_lists(job, b->shown, b->text, &change, 1, ret_text);
}
