/* render/gitops/flux_kustomization.c: a Kustomization of Flux (fluxcd/pkg: kustomize/kustomize_generator.go, kustomize_varsub.go). */
#include <stdlib.h>

#include "base/file.h"
#include "krm/yaml.h"
#include "render/gitops/internal.h"

struct flux {
	struct rnd_gitops_run *r;
	krm_val spec, kust;
	struct rnd_gitops_place place;
};

/* --- a kustomization where there is none ---------------------------------------------------------- */

static bool is_manifest(kv_str name)
{
	return kv_str_ends(name, KV_S(".yaml")) || kv_str_ends(name, KV_S(".yml"));
}

/* scanManifests: all manifests; a folder with a kustomization as a whole. What begins with a dot is Git's. */
static int scan(struct flux *f, krm_val resources)
{
	struct kv_arena *a = f->r->job->arena;
	kv_str *open = NULL, *found = NULL;
	size_t nopen = 0, open_cap = 0, nfound = 0, found_cap = 0;

	KV_PUSH(a, open, nopen, open_cap, KV_S(""));
	while (nopen) {
		kv_str dir = open[--nopen];
		struct kv_dirent *entries;
		size_t n;

		if (kv_dir_read(f->r->job, kv_path_join(a, f->place.dir, dir), &entries, &n) < 0)
			return -1;
		for (size_t i = 0; i < n; i++) {
			kv_str path = dir.n ? kv_path_join(a, dir, entries[i].name) : entries[i].name;
			bool folder = entries[i].kind == KV_FILE_DIR;

			if (entries[i].name.p[0] == '.')
				continue;
			if (folder && !rnd_kustomization_file(f->r->job, kv_path_join(a, f->place.dir, path)).n)
				KV_PUSH(a, open, nopen, open_cap, path);
			else if (folder || is_manifest(path))
				KV_PUSH(a, found, nfound, found_cap, path);
		}
	}
	if (nfound)
		qsort(found, nfound, sizeof *found, kv_str_by_bytes);
	for (size_t i = 0; i < nfound; i++)
		krm_list_push(a, resources.l, krm_string(a, found[i]));
	return 0;
}

static int read_or_make(struct flux *f)
{
	struct kv_job *job = f->r->job;
	kv_str file = rnd_kustomization_file(job, f->place.dir), text, rest;
	krm_val resources = krm_list(job->arena, KRM_OF_ANY);

	if (file.n) {
		rest = kv_path_below(file, job->shown_from, &rest) ? rest : file;
		if (kv_file_read(job, file, &text) < 0 || krm_yaml_read(job, rest, text, KRM_YAML_HELM, &f->kust) < 0)
			return -1;
		return f->kust.kind == KRM_MAP ? 0 : kv_error_file(job, rest, "the kustomization is not a mapping");
	}
	f->kust = krm_map(job->arena, KRM_OF_ANY);
	krm_map_set(job->arena, f->kust.m, KV_S("resources"), resources);
	return scan(f, resources);
}

/* --- what the object adds to it ------------------------------------------------------------------- */

static krm_val list_of(struct flux *f, const char *name)
{
	if (krm_get(f->kust, name).kind != KRM_LIST)
		krm_map_set_c(f->r->job->arena, f->kust.m, name, krm_list(f->r->job->arena, KRM_OF_ANY));
	return krm_get(f->kust, name);
}

static void set_texts(struct flux *f)
{
	static const char *const names[][2] = { { "targetNamespace", "namespace" },
						{ "namePrefix", "namePrefix" },
						{ "nameSuffix", "nameSuffix" } };

	for (size_t i = 0; i < 3; i++)
		if (krm_get(f->spec, names[i][0]).kind == KRM_STRING)
			krm_map_set_c(f->r->job->arena, f->kust.m, names[i][1], krm_get(f->spec, names[i][0]));
}

static void add_patches(struct flux *f)
{
	krm_val patches = krm_get(f->spec, "patches");

	for (size_t i = 0; i < krm_list_len(patches); i++)
		krm_list_push(f->r->job->arena, list_of(f, "patches").l, patches.l->v[i]);
}

/* A tag and a digest stand for each other: one takes the other out. */
static void merge_image(struct flux *f, krm_val old, krm_val image)
{
	struct kv_arena *a = f->r->job->arena;
	bool version = krm_str(krm_get(image, "newTag")).n || krm_str(krm_get(image, "digest")).n;

	if (version) {
		krm_map_del(old.m, KV_S("newTag"));
		krm_map_del(old.m, KV_S("digest"));
	}
	krm_map_each (image.m, e)
		if (krm_str(e->val).n)
			krm_map_set(a, old.m, krm_str(e->key), e->val);
}

static void add_images(struct flux *f)
{
	krm_val images = krm_get(f->spec, "images");

	for (size_t i = 0; i < krm_list_len(images); i++) {
		krm_val image = images.l->v[i], into = list_of(f, "images");
		bool known = false;

		for (size_t k = 0; k < into.l->n && !known; k++) {
			known = into.l->v[k].kind == KRM_MAP && kv_str_eq(krm_str(krm_get(into.l->v[k], "name")),
									   krm_str(krm_get(image, "name")));
			if (known && image.kind == KRM_MAP)
				merge_image(f, into.l->v[k], image);
		}
		if (!known)
			krm_list_push(f->r->job->arena, into.l, image);
	}
}

static int add_components(struct flux *f)
{
	krm_val components = krm_get(f->spec, "components");
	struct kv_arena *a = f->r->job->arena;

	for (size_t i = 0; i < krm_list_len(components); i++) {
		kv_str path = rnd_gitops_text(f->r, components.l->v[i]);

		if (kv_str_starts(path, KV_S("/")) || kv_str_has(path, KV_S("://")))
			return kv_error(f->r->job, components.l->v[i].pos, "component path '%.*s' must be local and relative",
					KV_ARG(path));
		if (krm_flag(f->spec, "ignoreMissingComponents") &&
		    kv_input_kind(f->r->job, kv_path_join(a, f->place.dir, path)) == KV_FILE_NONE)
			continue;
		krm_list_push(a, list_of(f, "components").l, krm_string(a, path));
	}
	return 0;
}

/* --- ${var} --------------------------------------------------------------------------------------- */

static bool is_name(kv_str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!kv_is_alnum(s.p[i]) && s.p[i] != '_')
			return false;
	return s.n && !kv_is_digit(s.p[0]);
}

static int add_variable(struct flux *f, krm_val vars, krm_val key, kv_str value)
{
	struct kv_buf out;

	if (!is_name(krm_str(key)))
		return kv_error(f->r->job, key.pos, "'%.*s' var name is invalid", KV_ARG(krm_str(key)));
	kv_buf_init(&out, f->r->job->arena, KV_BUF_MAX);
	for (size_t i = 0; i < value.n; i++)
		if (value.p[i] != '\n')
			kv_buf_c(&out, value.p[i]);
	krm_map_set(f->r->job->arena, vars.m, krm_str(key), krm_string(f->r->job->arena, kv_buf_view(&out)));
	return 0;
}

static int add_object(struct flux *f, krm_val vars, krm_val object)
{
	static const char *const names[] = { "data", "stringData" };
	kv_str value;

	for (size_t i = 0; i < 2; i++) {
		krm_val data = krm_get(object, names[i]);

		if (data.kind != KRM_MAP)
			continue;
		krm_map_each (data.m, e)
			if (rnd_gitops_data(f->r, object, krm_str(e->key), &value) < 0 ||
			    add_variable(f, vars, e->key, value) < 0)
				return -1;
	}
	return 0;
}

static int variables(struct flux *f, krm_val *ret)
{
	krm_val build = krm_get(f->spec, "postBuild"), from = krm_get(build, "substituteFrom"), own = krm_get(build, "substitute");
	krm_val object;

	*ret = krm_map(f->r->job->arena, KRM_OF_ANY);
	for (size_t i = 0; i < krm_list_len(from); i++) {
		object = rnd_gitops_find(f->r, from.l->v[i]);
		if (object.kind == KRM_NIL && krm_flag(from.l->v[i], "optional"))
			continue;
		if (rnd_gitops_find_source(f->r, from.l->v[i], &object) < 0 || add_object(f, *ret, object) < 0)
			return -1;
	}
	if (own.kind == KRM_MAP)
		krm_map_each (own.m, e)
			if (add_variable(f, *ret, e->key, rnd_gitops_text(f->r, e->val)) < 0)
				return -1;
	return 0;
}

#define SUBSTITUTE "kustomize.toolkit.fluxcd.io/substitute"

static bool is_left_alone(krm_val obj)
{
	return kv_str_eq(krm_annotation(obj, SUBSTITUTE), KV_S("disabled")) ||
	       krm_is_str(krm_get(krm_path(obj, "metadata", "labels", NULL), SUBSTITUTE), "disabled");
}

/* The text of the object, and what that is read as: a number may come of a text. */
static int substitute_one(struct flux *f, krm_val vars, const struct krm_resource *res, struct krm_resources *ret)
{
	struct kv_job *job = f->r->job;
	kv_str error;
	struct kv_buf in, out;

	kv_buf_init(&in, job->arena, KV_BUF_MAX);
	kv_buf_init(&out, job->arena, job->limits.output_bytes);
	if (krm_yaml_write(job, res->obj, &in, &error) < 0)
		return kv_error(job, res->origin.pos, "%.*s", KV_ARG(error));
	if (rnd_gitops_substitute(job, res->origin.pos, kv_buf_view(&in), vars, krm_flag(krm_get(f->spec, "postBuild"), "strict"),
				  &out) < 0)
		return -1;
	return krm_resources_read(job,
				  kv_arena_cat(job->arena, krm_kind(res->obj), KV_S(" "), krm_name(res->obj), KV_S(" with variables")),
				  kv_buf_view(&out), res->origin, KRM_READ_LENIENT, ret);
}

static int substitute(struct flux *f, struct krm_resources *list)
{
	struct krm_resources done = { 0 };
	krm_val vars;

	if (variables(f, &vars) < 0)
		return -1;
	if (!krm_map_len(vars))
		return 0;
	for (size_t i = 0; i < list->n; i++) {
		if (is_left_alone(list->v[i]->obj))
			krm_resources_push(f->r->job->arena, &done, list->v[i]);
		else if (substitute_one(f, vars, list->v[i], &done) < 0)
			return -1;
	}
	*list = done;
	return 0;
}

/* --- entry ---------------------------------------------------------------------------------------- */

/* The object that brings the repository to the cluster is often not in it: flux bootstrap calls it flux-system. */
static int locate(struct flux *f)
{
	krm_val ref = krm_get(f->spec, "sourceRef"), path = krm_get(f->spec, "path"), source = rnd_gitops_find(f->r, ref);

	if (!krm_is_str(krm_get(ref, "kind"), "GitRepository"))
		return kv_error(f->r->job, ref.pos ? ref.pos : f->spec.pos, "a Kustomization of a %.*s is not supported",
				KV_ARG(krm_str(krm_get(ref, "kind"))));
	if (source.kind == KRM_NIL && krm_is_str(krm_get(ref, "name"), "flux-system"))
		f->place = (struct rnd_gitops_place){ f->r->g->root, f->r->g->root, true };
	else if (rnd_gitops_find_source(f->r, ref, &source) < 0 || rnd_gitops_checkout(f->r, source, &f->place) < 0)
		return -1;
	return rnd_gitops_enter(f->r, path.pos ? path.pos : f->spec.pos, rnd_gitops_text(f->r, path), &f->place);
}

int rnd_gitops_kustomization(struct rnd_gitops_run *r, struct krm_resources *ret)
{
	struct flux f = { .r = r, .spec = krm_get(r->object, "spec") };
	struct rnd_build_options options = *r->options;
	struct krm_resources list = { 0 };

	if (locate(&f) < 0 || read_or_make(&f) < 0)
		return -1;
	set_texts(&f);
	add_patches(&f);
	add_images(&f);
	if (add_components(&f) < 0)
		return -1;
	options.fields = f.kust;
	options.fields_name = KV_S("kustomization.yaml");
	/* Flux runs no helm. */
	options.enable_helm = false;
	if (rnd_build(r->job, f.place.dir, &options, &list) < 0)
		return -1;
	rnd_gitops_add_metadata(r, krm_get(f.spec, "commonMetadata"), &list);
	if (substitute(&f, &list) < 0)
		return -1;
	for (size_t i = 0; i < list.n; i++)
		krm_resources_push(r->job->arena, ret, list.v[i]);
	return 0;
}
