/* render/gitops/manifests.c: a folder of plain manifests, as Argo CD's `directory` reads it (findManifests). */
#include <stdlib.h>

#include "base/file.h"
#include "render/chart/glob.h"
#include "render/gitops/internal.h"

struct folder {
	struct rnd_gitops_run *r;
	const struct rnd_gitops_place *place;
	struct rnd_glob *include, *exclude; /* NULL: not given */
	bool recurse, any_extension;
	kv_str *open, *files; /* paths below the folder */
	size_t nopen, open_cap, nfiles, files_cap;
};

/* `{a.yaml,b.yaml}` and `*` match across slashes. */
static int compile(struct folder *f, krm_val directory, const char *name, struct rnd_glob **ret)
{
	krm_val v = krm_get(directory, name);
	kv_str pattern = rnd_gitops_text(f->r, v);

	*ret = NULL;
	if (v.kind == KRM_NIL || !pattern.n)
		return 0;
	*ret = rnd_glob_compile(f->r->job, pattern, 0);
	return *ret ? 0 : kv_error(f->r->job, v.pos, "malformed pattern: %.*s", KV_ARG(pattern));
}

static bool has_extension(kv_str name)
{
	return kv_str_ends(name, KV_S(".yaml")) || kv_str_ends(name, KV_S(".yml")) ||
	       kv_str_ends(name, KV_S(".json")) || kv_str_ends(name, KV_S(".jsonnet"));
}

static bool is_wanted(struct folder *f, kv_str path)
{
	if (!f->any_extension && !has_extension(path))
		return false;
	if (f->exclude && rnd_glob_match(f->r->job, f->exclude, path))
		return false;
	return !f->include || rnd_glob_match(f->r->job, f->include, path);
}

static int list(struct folder *f, kv_str dir)
{
	struct kv_arena *a = f->r->job->arena;
	struct kv_dirent *entries;
	size_t n;

	if (kv_dir_read(f->r->job, kv_path_join(a, f->place->dir, dir), &entries, &n) < 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		kv_str path = kv_path_join(a, dir, entries[i].name);

		if (entries[i].kind == KV_FILE_DIR && f->recurse)
			KV_PUSH(a, f->open, f->nopen, f->open_cap, path);
		else if (entries[i].kind != KV_FILE_DIR && is_wanted(f, path))
			KV_PUSH(a, f->files, f->nfiles, f->files_cap, path);
	}
	return 0;
}

/* getObjsFromYAMLOrJSON: what does not look like a resource is none. */
static bool is_unrelated(kv_str text)
{
	return !kv_str_has(text, KV_S("apiVersion")) || !kv_str_has(text, KV_S("kind")) ||
	       !kv_str_has(text, KV_S("metadata"));
}

static int read_one(struct folder *f, kv_str path, struct krm_resources *ret)
{
	struct kv_job *job = f->r->job;
	kv_str file = kv_path_join(job->arena, f->place->dir, path), real, rest, text;

	if (kv_input_kind(job, file) != KV_FILE_REGULAR)
		return 0;
	if (kv_str_ends(path, KV_S(".jsonnet")))
		return kv_error_file(job, file, "Jsonnet is not supported");
	if (kv_path_real(job, file, &real) < 0)
		return -1;
	if (!kv_path_below(real, f->place->root, &rest))
		return kv_error_file(job, file, "a link leads out of the repository");
	if (kv_file_read(job, file, &text) < 0)
		return -1;
	if (kv_str_has(text, KV_S("+argocd:skip-file-rendering")) || is_unrelated(text))
		return 0;
	rest = kv_path_below(file, job->shown_from, &rest) ? rest : file;
	return krm_resources_read(job, rest, text, (struct krm_origin){ .path = rest }, KRM_READ_LENIENT, ret);
}

int rnd_gitops_manifests(struct rnd_gitops_run *r, const struct rnd_gitops_place *place, krm_val directory,
			 struct krm_resources *ret)
{
	struct folder f = { .r = r, .place = place };

	f.recurse = krm_flag(directory, "recurse");
	f.any_extension = krm_flag(directory, "disableExtensionFilter");
	if (compile(&f, directory, "include", &f.include) < 0 || compile(&f, directory, "exclude", &f.exclude) < 0 ||
	    list(&f, KV_S("")) < 0)
		return -1;
	while (f.nopen)
		if (list(&f, f.open[--f.nopen]) < 0)
			return -1;
	if (f.nfiles)
		qsort(f.files, f.nfiles, sizeof *f.files, kv_str_by_bytes);
	for (size_t i = 0; i < f.nfiles; i++)
		if (read_one(&f, f.files[i], ret) < 0)
			return -1;
	return 0;
}
