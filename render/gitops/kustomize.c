/* render/gitops/kustomize.c: a kustomization with the fields that Argo CD edits into it (util/kustomize/kustomize.go, and
 * `kustomize edit`, which it runs). */
#include <stdlib.h>

#include "base/file.h"
#include "base/map.h"
#include "krm/yaml.h"
#include "render/gitops/internal.h"

struct edit {
	struct rnd_gitops_run *r;
	const struct rnd_gitops_place *place;
	const struct rnd_gitops_env *env;
	krm_val from, kust; /* spec.source.kustomize; the kustomization */
};

static void set(struct edit *e, const char *name, krm_val v)
{
	krm_map_set_c(e->r->job->arena, e->kust.m, name, v);
}

/* The list of that name in the kustomization, made if there is none. */
static krm_val list_of(struct edit *e, const char *name)
{
	if (krm_get(e->kust, name).kind != KRM_LIST)
		set(e, name, krm_list(e->r->job->arena, KRM_OF_ANY));
	return krm_get(e->kust, name);
}

static krm_val map_of(struct edit *e, krm_val map, const char *name)
{
	if (krm_get(map, name).kind != KRM_MAP)
		krm_map_set_c(e->r->job->arena, map.m, name, krm_map(e->r->job->arena, KRM_OF_ANY));
	return krm_get(map, name);
}

static kv_str expand(struct edit *e, kv_str text)
{
	return rnd_gitops_expand(e->r->job->arena, e->env, text);
}

/* edit set nameprefix, namesuffix, namespace */
static void set_texts(struct edit *e)
{
	static const char *const names[] = { "namePrefix", "nameSuffix", "namespace" };

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		kv_str text = rnd_gitops_field(e->r, e->from, names[i]);

		if (text.n)
			set(e, names[i], krm_string(e->r->job->arena, text));
	}
}

/* --- images ------------------------------------------------------------------------------------- */

static void put(struct edit *e, krm_val map, const char *name, kv_str text)
{
	if (text.n)
		krm_map_set_text(e->r->job->arena, map.m, name, text);
}

static bool is_tag(kv_str s)
{
	if (kv_str_eq(s, KV_S("*")))
		return true;
	for (size_t i = 0; i < s.n; i++)
		if (!kv_is_alnum(s.p[i]) && !memchr("._-", s.p[i], 3))
			return false;
	return true;
}

/* image = name "=" new | new ; new = name [ "@" digest | ":" tag ] */
static int parse_image(struct edit *e, krm_val item, krm_val *ret)
{
	kv_str text = expand(e, rnd_gitops_text(e->r, item)), name = KV_S(""), rest = text, new;
	size_t equals = kv_str_chr(text, '='), at, colon;
	krm_val image = krm_map(e->r->job->arena, KRM_OF_ANY);

	if (equals != SIZE_MAX) {
		name = kv_str_sub(text, 0, equals);
		rest = kv_str_sub(text, equals + 1, text.n);
	}
	new = rest;
	at = kv_str_chr(rest, '@');
	colon = kv_str_rchr(rest, ':');
	if (at != SIZE_MAX)
		new = kv_str_sub(rest, 0, at);
	else if (colon != SIZE_MAX && is_tag(kv_str_sub(rest, colon + 1, rest.n)))
		new = kv_str_sub(rest, 0, colon);
	if (equals == SIZE_MAX && new.n == rest.n)
		return kv_error(e->r->job, item.pos, "an image is NAME=NEW, NAME:TAG or NAME@DIGEST, not \"%.*s\"",
				KV_ARG(text));
	put(e, image, "name", equals == SIZE_MAX ? new : name);
	put(e, image, "newName", equals == SIZE_MAX ? KV_S("") : new);
	if (new.n < rest.n)
		put(e, image, at != SIZE_MAX ? "digest" : "newTag", kv_str_sub(rest, new.n + 1, rest.n));
	*ret = image;
	return 0;
}

/* "*" keeps what the kustomization says. */
static void keep_stars(struct edit *e, krm_val image, krm_val old)
{
	static const char *const names[] = { "newName", "newTag", "digest" };

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		if (!krm_is_str(krm_get(image, names[i]), "*"))
			continue;
		krm_map_del(image.m, kv_str_c(names[i]));
		put(e, image, names[i], krm_str(krm_get(old, names[i])));
	}
}

static int by_key(const void *a, const void *b)
{
	return kv_str_cmp(((const struct kv_map_entry *)a)->key, ((const struct kv_map_entry *)b)->key);
}

/* A list of maps by `name`, sorted as `edit set` leaves it. */
static void set_named(struct edit *e, const char *field, struct kv_map *all)
{
	struct kv_arena *a = e->r->job->arena;
	krm_val list = krm_list(a, KRM_OF_ANY);

	if (all->n)
		qsort(all->entries, all->n, sizeof *all->entries, by_key);
	for (size_t i = 0; i < all->n; i++)
		krm_list_push(a, list.l, *(krm_val *)all->entries[i].value);
	set(e, field, list);
}

static krm_val *kept(struct edit *e, krm_val v)
{
	krm_val *p = KV_NEW(e->r->job->arena, krm_val);

	*p = v;
	return p;
}

/* Those of the kustomization by name. */
static void old_named(struct edit *e, const char *field, struct kv_map *ret)
{
	krm_val old = krm_get(e->kust, field);

	kv_map_init(ret, e->r->job->arena);
	for (size_t i = 0; i < krm_list_len(old); i++)
		kv_map_put(ret, krm_str(krm_get(old.l->v[i], "name")), &old.l->v[i]);
}

static int set_images(struct edit *e)
{
	krm_val images = krm_get(e->from, "images"), image;
	struct kv_map all;

	if (!krm_list_len(images))
		return 0;
	old_named(e, "images", &all);
	for (size_t i = 0; i < images.l->n; i++) {
		krm_val *old;

		if (parse_image(e, images.l->v[i], &image) < 0)
			return -1;
		old = kv_map_get(&all, krm_str(krm_get(image, "name")));
		keep_stars(e, image, old ? *old : krm_nil());
		kv_map_put(&all, krm_str(krm_get(image, "name")), kept(e, image));
	}
	set_named(e, "images", &all);
	return 0;
}

static int set_replicas(struct edit *e)
{
	struct kv_arena *a = e->r->job->arena;
	krm_val replicas = krm_get(e->from, "replicas");
	struct kv_map all;

	if (!krm_list_len(replicas))
		return 0;
	old_named(e, "replicas", &all);
	for (size_t i = 0; i < replicas.l->n; i++) {
		krm_val one = krm_map(a, KRM_OF_ANY), count = krm_get(replicas.l->v[i], "count");
		kv_str name = rnd_gitops_field(e->r, replicas.l->v[i], "name");

		/* A number may stand there as text. */
		if (count.kind == KRM_STRING &&
		    krm_yaml_read(e->r->job, KV_S("count"), krm_str(count), KRM_YAML_HELM, &count) < 0)
			return -1;
		if (count.kind != KRM_FLOAT)
			return kv_error(e->r->job, replicas.l->v[i].pos, "the count of %.*s is not a number", KV_ARG(name));
		put(e, one, "name", name);
		krm_map_set(a, one.m, KV_S("count"), count);
		kv_map_put(&all, name, kept(e, one));
	}
	set_named(e, "replicas", &all);
	return 0;
}

/* --- labels and annotations --------------------------------------------------------------------- */

static int add_pairs(struct edit *e, krm_val into, krm_val pairs, const char *what, bool force, bool expands)
{
	krm_map_each (pairs.m, p) {
		kv_str value = rnd_gitops_text(e->r, p->val);

		if (!force && krm_map_find(into.m, krm_str(p->key)))
			return kv_error(e->r->job, p->key.pos, "%s %.*s already in kustomization file", what,
					KV_ARG(krm_str(p->key)));
		krm_map_set(e->r->job->arena, into.m, krm_str(p->key),
			    krm_string(e->r->job->arena, expands ? expand(e, value) : value));
	}
	return 0;
}

/* `labels` has one entry for those that are on no selector. */
static krm_val label_pairs(struct edit *e, bool templates)
{
	struct kv_arena *a = e->r->job->arena;
	krm_val list = list_of(e, "labels"), entry;

	for (size_t i = 0; i < list.l->n; i++)
		if (!krm_flag(list.l->v[i], "includeSelectors") &&
		    krm_flag(list.l->v[i], "includeTemplates") == templates && list.l->v[i].kind == KRM_MAP)
			return map_of(e, list.l->v[i], "pairs");
	entry = krm_map(a, KRM_OF_ANY);
	if (templates)
		krm_map_set(a, entry.m, KV_S("includeTemplates"), krm_bool(true));
	krm_list_push(a, list.l, entry);
	return map_of(e, entry, "pairs");
}

static int add_metadata(struct edit *e)
{
	krm_val labels = krm_get(e->from, "commonLabels"), annotations = krm_get(e->from, "commonAnnotations");

	if (krm_map_len(labels) && krm_flag(e->from, "labelIncludeTemplates") && !krm_flag(e->from, "labelWithoutSelector"))
		return kv_error(e->r->job, labels.pos, "labelIncludeTemplates needs labelWithoutSelector");
	if (krm_map_len(labels) &&
	    add_pairs(e, krm_flag(e->from, "labelWithoutSelector") ? label_pairs(e, krm_flag(e->from, "labelIncludeTemplates"))
								   : map_of(e, e->kust, "commonLabels"),
		      labels, "label", krm_flag(e->from, "forceCommonLabels"), true) < 0)
		return -1;
	return krm_map_len(annotations) ? add_pairs(e, map_of(e, e->kust, "commonAnnotations"), annotations, "annotation",
						    krm_flag(e->from, "forceCommonAnnotations"),
						    krm_flag(e->from, "commonAnnotationsEnvsubst"))
					: 0;
}

/* --- patches and components --------------------------------------------------------------------- */

static void add_patches(struct edit *e)
{
	krm_val patches = krm_get(e->from, "patches"), into;

	if (!krm_list_len(patches))
		return;
	into = list_of(e, "patches");
	for (size_t i = 0; i < patches.l->n; i++)
		krm_list_push(e->r->job->arena, into.l, patches.l->v[i]);
}

static bool holds(krm_val list, kv_str text)
{
	for (size_t i = 0; i < list.l->n; i++)
		if (kv_str_eq(krm_str(list.l->v[i]), text))
			return true;
	return false;
}

static void add_components(struct edit *e)
{
	krm_val components = krm_get(e->from, "components"), into;
	struct kv_arena *a = e->r->job->arena;

	for (size_t i = 0; i < krm_list_len(components); i++) {
		kv_str path = rnd_gitops_text(e->r, components.l->v[i]);

		if (krm_flag(e->from, "ignoreMissingComponents") &&
		    kv_input_kind(e->r->job, kv_path_join(a, e->place->dir, path)) == KV_FILE_NONE)
			continue;
		into = list_of(e, "components");
		if (!holds(into, path))
			krm_list_push(a, into.l, krm_string(a, path));
	}
}

/* --- build -------------------------------------------------------------------------------------- */

static int read_kustomization(struct edit *e, kv_str file)
{
	struct kv_job *job = e->r->job;
	kv_str text, rest, name = kv_path_below(file, job->shown_from, &rest) ? rest : file;

	if (!file.n)
		return kv_error_file(job, e->place->dir, "there is no kustomization");
	if (kv_file_read(job, file, &text) < 0 || krm_yaml_read(job, name, text, KRM_YAML_HELM, &e->kust) < 0)
		return -1;
	return e->kust.kind == KRM_MAP ? 0 : kv_error_file(job, name, "the kustomization is not a mapping");
}

int rnd_gitops_build(struct rnd_gitops_run *r, const struct rnd_gitops_place *place, krm_val fields,
		     const struct rnd_gitops_env *env, struct krm_resources *ret)
{
	struct rnd_build_options options = *r->options;
	struct edit e = { .r = r, .place = place, .env = env, .from = fields };
	kv_str file = rnd_kustomization_file(r->job, place->dir), version;

	options.fields = krm_nil();
	options.enable_helm = true;
	if (fields.kind == KRM_MAP) {
		if (read_kustomization(&e, file) < 0)
			return -1;
		set_texts(&e);
		if (set_images(&e) < 0 || set_replicas(&e) < 0 || add_metadata(&e) < 0)
			return -1;
		add_patches(&e);
		add_components(&e);
		options.fields = e.kust;
		options.fields_name = kv_path_base(file);
		version = rnd_gitops_field(r, fields, "kubeVersion");
		if (version.n)
			options.helm_kube_version = version;
	}
	return rnd_build(r->job, place->dir, &options, ret);
}
