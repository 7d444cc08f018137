/* render/gitops/gitops.c: finds out the kind of an object, and the folder of its source. */
#include "render/gitops/internal.h"

#include "base/file.h"
#include "krm/scalar.h"
#include "krm/yaml.h"

enum rnd_gitops_kind rnd_gitops_kind(krm_val object)
{
	static const struct {
		const char *group, *kind;
		enum rnd_gitops_kind is;
	} rows[] = {
		{ "argoproj.io", "Application", RND_GITOPS_APPLICATION },
		{ "argoproj.io", "ApplicationSet", RND_GITOPS_SET },
		{ "helm.toolkit.fluxcd.io", "HelmRelease", RND_GITOPS_RELEASE },
		{ "kustomize.toolkit.fluxcd.io", "Kustomization", RND_GITOPS_KUSTOMIZATION },
	};
	struct krm_gvk gvk = krm_gvk_of(object);

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (kv_str_eq(gvk.group, kv_str_c(rows[i].group)) && kv_str_eq(gvk.kind, kv_str_c(rows[i].kind)))
			return rows[i].is;
	return RND_GITOPS_NONE;
}

/* --- addresses ---------------------------------------------------------------------------------- */

kv_str rnd_gitops_url(struct kv_arena *a, kv_str url)
{
	kv_str s = kv_arena_lower(a, kv_str_trim(url, " \t\r\n"));
	size_t scheme = kv_str_find(s, KV_S("://"), 0), slash, at, colon;

	if (scheme != SIZE_MAX)
		s = kv_str_sub(s, scheme + 3, s.n);
	slash = kv_str_chr(s, '/');
	at = kv_str_chr(s, '@');
	if (at != SIZE_MAX && (slash == SIZE_MAX || at < slash))
		s = kv_str_sub(s, at + 1, s.n);
	colon = kv_str_chr(s, ':');
	slash = kv_str_chr(s, '/');
	if (colon != SIZE_MAX && (slash == SIZE_MAX || colon < slash)) {
		/* host:port/path has a scheme before it, host:path has none */
		kv_str rest = kv_str_sub(s, (scheme == SIZE_MAX ? colon : slash) + 1, s.n);

		while (kv_str_starts(rest, KV_S("/")))
			rest = kv_str_sub(rest, 1, rest.n);
		s = slash == SIZE_MAX && scheme != SIZE_MAX ? kv_str_sub(s, 0, colon)
							    : kv_arena_cat(a, kv_str_sub(s, 0, colon), KV_S("/"), rest);
	}
	while (kv_str_ends(s, KV_S("/")))
		s.n--;
	return kv_str_ends(s, KV_S(".git")) ? kv_str_sub(s, 0, s.n - 4) : s;
}

bool rnd_gitops_is_ours(const struct rnd_gitops *g, struct kv_arena *a, kv_str url)
{
	kv_str form = rnd_gitops_url(a, url);

	for (size_t i = 0; i < g->nurls; i++)
		if (form.n && kv_str_eq(form, g->urls[i]))
			return true;
	return false;
}

int rnd_gitops_repository(struct rnd_gitops_run *r, kv_pos pos, kv_str url, kv_str ref,
			  struct rnd_gitops_place *ret)
{
	struct rnd_git_url git = { .repository = url, .ref = kv_str_eq(ref, KV_S("HEAD")) ? KV_S("") : ref };

	*ret = (struct rnd_gitops_place){ r->g->root, r->g->root, true };
	if (rnd_gitops_is_ours(r->g, r->job->arena, url))
		return 0;
	ret->ours = false;
	if (!url.n)
		return kv_error(r->job, pos, "the source has no repoURL");
	if (!r->options->fetcher)
		return kv_error_missing(r->job, pos, "the repository %.*s needs fetching first",
					KV_ARG(rnd_git_shown(r->job->arena, url)));
	if (rnd_fetch_git(r->options->fetcher, pos, &git, &ret->root) < 0)
		return -1;
	ret->dir = ret->root;
	return 0;
}

int rnd_gitops_enter(struct rnd_gitops_run *r, kv_pos pos, kv_str path, struct rnd_gitops_place *place)
{
	kv_str dir, rest;

	while (kv_str_starts(path, KV_S("/")))
		path = kv_str_sub(path, 1, path.n);
	dir = kv_path_join(r->job->arena, place->root, path);
	if (!kv_path_below(dir, place->root, &rest))
		return kv_error(r->job, pos, "the path leads out of the repository: %.*s", KV_ARG(path));
	if (kv_input_kind(r->job, dir) != KV_FILE_DIR)
		return kv_error(r->job, pos, "the repository has no folder %.*s", KV_ARG(rest));
	if (kv_path_real(r->job, dir, &place->dir) < 0)
		return -1;
	if (!kv_path_below(place->dir, place->root, &rest))
		return kv_error(r->job, pos, "a link leads out of the repository: %.*s", KV_ARG(path));
	return 0;
}

kv_str rnd_gitops_text(struct rnd_gitops_run *r, krm_val v)
{
	return v.kind == KRM_STRING ? krm_str(v) : krm_scalar_text(r->job, v);
}

kv_str rnd_gitops_field(struct rnd_gitops_run *r, krm_val map, const char *name)
{
	krm_val v = krm_get(map, name);

	return v.kind == KRM_NIL ? KV_S("") : rnd_gitops_text(r, v);
}

/* --- merging ------------------------------------------------------------------------------------ */

int rnd_gitops_merge(struct kv_job *job, krm_val *into, krm_val patch, size_t depth)
{
	if (depth > job->limits.depth)
		return kv_error(job, patch.pos, "nested too deeply");
	if (patch.kind != KRM_MAP) {
		*into = patch;
		return 0;
	}
	if (into->kind != KRM_MAP)
		*into = krm_map(job->arena, KRM_OF_ANY);
	krm_map_each (patch.m, e) {
		krm_val old = krm_get_str(*into, krm_str(e->key));

		if (e->val.kind == KRM_NIL) {
			krm_map_del(into->m, krm_str(e->key));
			continue;
		}
		if (rnd_gitops_merge(job, &old, e->val, depth + 1) < 0)
			return -1;
		krm_map_set(job->arena, into->m, krm_str(e->key), old);
	}
	return 0;
}

/* --- about an object ---------------------------------------------------------------------------- */

static kv_str first_text(krm_val a, krm_val b)
{
	return krm_str(a).n ? krm_str(a) : krm_str(b);
}

static krm_val first_source(krm_val object)
{
	krm_val spec = krm_get(object, "spec"), sources = krm_get(spec, "sources");

	for (size_t i = 0; i < krm_list_len(sources); i++)
		if (krm_str(krm_get(sources.l->v[i], "path")).n || krm_str(krm_get(sources.l->v[i], "chart")).n)
			return sources.l->v[i];
	return krm_get(spec, "source");
}

kv_str rnd_gitops_source(struct kv_arena *a, krm_val object)
{
	krm_val source = first_source(object), chart = krm_path(object, "spec", "chart", "spec", NULL);

	switch (rnd_gitops_kind(object)) {
	case RND_GITOPS_RELEASE:
		return krm_str(krm_get(chart, "chart")).n
			       ? kv_arena_dup(a, krm_str(krm_get(chart, "chart")))
			       : kv_arena_dup(a, krm_str(krm_path(object, "spec", "chartRef", "name", NULL)));
	case RND_GITOPS_KUSTOMIZATION: return kv_arena_dup(a, krm_str(krm_path(object, "spec", "path", NULL)));
	default: break;
	}
	if (krm_str(krm_get(source, "chart")).n)
		return kv_arena_cat(a, krm_str(krm_get(source, "chart")), KV_S(" "),
				    krm_str(krm_get(source, "targetRevision")));
	return kv_arena_dup(a, first_text(krm_get(source, "path"), krm_get(source, "repoURL")));
}

kv_str rnd_gitops_namespace(krm_val object)
{
	krm_val spec = krm_get(object, "spec");

	if (rnd_gitops_kind(object) == RND_GITOPS_APPLICATION)
		return krm_str(krm_path(spec, "destination", "namespace", NULL));
	return krm_str(krm_get(spec, "targetNamespace")).n ? krm_str(krm_get(spec, "targetNamespace"))
							   : krm_namespace(object);
}

static void add_references(struct kv_arena *a, krm_val into, krm_val refs)
{
	if (refs.kind == KRM_MAP)
		krm_list_push(a, into.l, refs);
	for (size_t i = 0; i < krm_list_len(refs); i++)
		krm_list_push(a, into.l, refs.l->v[i]);
}

krm_val rnd_gitops_references(struct kv_job *job, krm_val object)
{
	krm_val spec = krm_get(object, "spec"), list = krm_list(job->arena, KRM_OF_ANY);

	switch (rnd_gitops_kind(object)) {
	case RND_GITOPS_RELEASE:
		add_references(job->arena, list, krm_path(spec, "chart", "spec", "sourceRef", NULL));
		add_references(job->arena, list, krm_get(spec, "chartRef"));
		add_references(job->arena, list, krm_get(spec, "valuesFrom"));
		break;
	case RND_GITOPS_KUSTOMIZATION:
		add_references(job->arena, list, krm_get(spec, "sourceRef"));
		add_references(job->arena, list, krm_path(spec, "postBuild", "substituteFrom", NULL));
		break;
	default:
		if (kv_str_eq(krm_kind(object), KV_S("HelmChart")))
			add_references(job->arena, list, krm_get(spec, "sourceRef"));
		break;
	}
	return list;
}

/* --- entry -------------------------------------------------------------------------------------- */

static int render(struct rnd_gitops_run *r, struct krm_resources *ret)
{
	switch (rnd_gitops_kind(r->object)) {
	case RND_GITOPS_APPLICATION: return rnd_gitops_application(r, ret);
	case RND_GITOPS_RELEASE: return rnd_gitops_release(r, ret);
	case RND_GITOPS_KUSTOMIZATION: return rnd_gitops_kustomization(r, ret);
	default: return kv_error(r->job, r->object.pos, "no Application, HelmRelease or Kustomization of Flux");
	}
}

int rnd_gitops_render(struct kv_job *job, const struct rnd_gitops *g, kv_str name, kv_str text,
		      struct krm_resources *ret)
{
	struct rnd_gitops_run r = { .job = job, .g = g, .options = g->options };
	krm_val *docs;
	size_t n;

	if (krm_yaml_read_all(job, name, text, KRM_YAML_HELM, &docs, &n) < 0)
		return -1;
	if (n == 0)
		return kv_error_file(job, name, "there is no object");
	r.object = docs[0];
	r.others = docs + 1;
	r.nothers = n - 1;
	return render(&r, ret);
}
