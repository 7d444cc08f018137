/* cli/argocd_generate.c: kvendor argocd generate: the manifests of an application's folder. */
#include "base/file.h"
#include "base/program.h"
#include "cli/argocd.h"
#include "cli/report.h"
#include "krm/yaml.h"
#include "render/gitops/gitops.h"
#include "render/kustomize/build.h"
#include "tree/applications.h"
#include "tree/lock.h"
#include "tree/produce.h"

struct generate {
	struct kv_job *job;
	const struct cli_argocd_options *o;
	struct cli_argocd_parameters p;
	struct tree_produce_options produce;
	struct tree_repo repo;
	struct kv_buf out;
	size_t nobjects;
};

/* --- environment of the application --------------------------------------------------------------- */

/* The copy of the repository that a plugin gets need not have .git: then it is what is left above the application's path, and has the address that
 * Argo CD knows. */
static void find_root(struct generate *g)
{
	kv_str path = kv_str_trim(kv_env("ARGOCD_APP_SOURCE_PATH"), "/"), cwd = g->repo.cwd;
	kv_str suffix = kv_arena_cat(g->job->arena, KV_S("/"), kv_path_clean(g->job->arena, path));

	tree_repo_urls(g->job, &g->repo);
	KV_PUSH(g->job->arena, g->repo.urls, g->repo.nurls, g->repo.urls_cap,
		rnd_gitops_url(g->job->arena, kv_env("ARGOCD_APP_SOURCE_REPO_URL")));
	if (path.n && !kv_str_has(suffix, KV_S("/..")) && kv_str_ends(cwd, suffix) && cwd.n > suffix.n)
		g->repo.root = kv_str_sub(cwd, 0, cwd.n - suffix.n);
}

/* KUBE_API_VERSIONS has commas between. */
static void api_versions(struct generate *g, struct cli_list *ret)
{
	kv_str text = kv_env("KUBE_API_VERSIONS");

	for (size_t at = 0; at < text.n;) {
		size_t end = kv_str_chr(kv_str_sub(text, at, text.n), ',');
		kv_str part = kv_str_sub(text, at, end == SIZE_MAX ? text.n : at + end);

		if (part.n)
			KV_PUSH(g->job->arena, ret->v, ret->n, ret->cap, part);
		at += part.n + 1;
	}
}

/* --- units -------------------------------------------------------------------------------------- */

static bool is_wanted(const struct generate *g, kv_str directory)
{
	for (size_t i = 0; i < g->p.targets.n; i++)
		if (kv_str_eq(kv_path_clean(g->job->arena, g->p.targets.v[i]), kv_path_clean(g->job->arena, directory)))
			return true;
	return g->p.targets.n == 0;
}

static void add_text(struct generate *g, kv_str text)
{
	if (g->out.n)
		kv_buf_lit(&g->out, "---\n");
	kv_buf_str(&g->out, text);
	if (!kv_str_ends(text, KV_S("\n")))
		kv_buf_c(&g->out, '\n');
	g->nobjects++;
}

/* Manifests are files of resources; patches are none. */
static void add_product(struct generate *g, const struct tree_product *p)
{
	for (size_t i = 0; i < p->nfiles; i++) {
		const struct tree_target *t = tree_product_target(p, i);

		if (t->form == TREE_FORM_PATCHES || !is_wanted(g, t->directory))
			continue;
		for (size_t k = 0; k < p->files[i].n; k++) {
			const struct tree_file *f = &p->files[i].v[k];

			if (f->text.n && (kv_str_eq(f->name, KV_S(TREE_MANIFEST)) || tree_is_generated_name(t->form, f->name)))
				add_text(g, f->text);
		}
	}
}

/* What Argo CD says about its cluster counts where the unit says nothing. */
static void complete_units(struct generate *g)
{
	struct cli_list versions = { 0 };

	api_versions(g, &versions);
	for (size_t i = 0; i < g->repo.nunits; i++) {
		struct tree_config *c = &g->repo.units[i]->config;

		if (!c->kube_version.n)
			c->kube_version = kv_env("KUBE_VERSION");
		if (!c->napi_versions) {
			c->api_versions = versions.v;
			c->napi_versions = versions.n;
		}
	}
}

static int generate_units(struct generate *g)
{
	struct tree_product *products;
	int failed = 0;

	if (tree_discover(g->job, &g->repo, &g->produce) < 0)
		return -1;
	complete_units(g);
	/* A kept result knows nothing of this cluster. */
	g->produce.no_cache = true;
	products = tree_produce(g->job, &g->repo, &g->produce);
	for (size_t i = 0; products && i < g->repo.nunits; i++) {
		if (cli_unit_report(g->repo.units[i]) != CLI_OK || g->repo.units[i]->failed)
			failed = -1;
		else
			add_product(g, &products[i]);
	}
	tree_repo_close(&g->repo);
	return products ? failed : -1;
}

/* --- charts and kustomizations ------------------------------------------------------------------ */

static void put(struct generate *g, krm_val map, const char *name, kv_str text)
{
	if (text.n)
		krm_map_set_text(g->job->arena, map.m, name, text);
}

static int put_flag(struct generate *g, krm_val map, const char *name, kv_str text)
{
	bool on = kv_str_eq(text, KV_S("true"));

	if (text.n && !on && !kv_str_eq(text, KV_S("false")))
		return kv_error(g->job, 0, "%s is true or false, not \"%.*s\"", name, KV_ARG(text));
	if (on)
		krm_map_set_c(g->job->arena, map.m, name, krm_bool(true));
	return 0;
}

static void put_list(struct generate *g, krm_val map, const char *name, const struct cli_list *list)
{
	krm_val made = krm_list(g->job->arena, KRM_OF_ANY);

	for (size_t i = 0; i < list->n; i++)
		krm_list_push(g->job->arena, made.l, krm_string(g->job->arena, list->v[i]));
	if (list->n)
		krm_map_set_c(g->job->arena, map.m, name, made);
}

/* "name=value" to {name: value}. */
static krm_val pairs(struct generate *g, const struct cli_list *list)
{
	krm_val map = krm_map(g->job->arena, KRM_OF_ANY);

	for (size_t i = 0; i < list->n; i++) {
		size_t equals = kv_str_chr(list->v[i], '=');

		krm_map_set(g->job->arena, map.m, kv_str_sub(list->v[i], 0, equals),
			    krm_string(g->job->arena, equals == SIZE_MAX ? KV_S("")
									 : kv_str_sub(list->v[i], equals + 1, list->v[i].n)));
	}
	return map;
}

static int helm_of(struct generate *g, krm_val helm)
{
	krm_val set = pairs(g, &g->p.helm_parameters), list = krm_list(g->job->arena, KRM_OF_ANY);

	put(g, helm, "releaseName", g->p.release_name);
	put(g, helm, "namespace", g->p.namespace);
	put(g, helm, "values", g->p.values);
	put_list(g, helm, "valueFiles", &g->p.values_files);
	krm_map_each (set.m, e) {
		krm_val one = krm_map(g->job->arena, KRM_OF_ANY);

		put(g, one, "name", krm_str(e->key));
		krm_map_set(g->job->arena, one.m, KV_S("value"), e->val);
		krm_list_push(g->job->arena, list.l, one);
	}
	krm_map_set(g->job->arena, helm.m, KV_S("parameters"), list);
	return put_flag(g, helm, "skipCrds", g->p.skip_crds) < 0 ? -1 : put_flag(g, helm, "skipTests", g->p.skip_tests);
}

static void kustomize_of(struct generate *g, krm_val kustomize)
{
	put(g, kustomize, "namePrefix", g->p.name_prefix);
	put(g, kustomize, "nameSuffix", g->p.name_suffix);
	put(g, kustomize, "namespace", g->p.set_namespace);
	put_list(g, kustomize, "images", &g->p.images);
	if (g->p.common_labels.n)
		krm_map_set(g->job->arena, kustomize.m, KV_S("commonLabels"), pairs(g, &g->p.common_labels));
}

/* The address of the repository that is this folder. */
#define HERE "https://here.invalid/repository"

/* The Application, as Argo CD has it, with a source that one of its own tools would render. */
static int application(struct generate *g, enum cli_argocd_kind kind, kv_str *ret)
{
	struct kv_arena *a = g->job->arena;
	krm_val app = krm_map(a, KRM_OF_ANY), metadata = krm_map(a, KRM_OF_ANY), spec = krm_map(a, KRM_OF_ANY);
	krm_val source = krm_map(a, KRM_OF_ANY), destination = krm_map(a, KRM_OF_ANY), options = krm_map(a, KRM_OF_ANY);
	kv_str name = kv_env("ARGOCD_APP_NAME"), path, error;
	struct kv_buf out;

	if (!kv_path_below(g->repo.cwd, g->repo.root, &path))
		path = KV_S(".");
	/* "namespace_name" for applications outside of Argo CD's own namespace. */
	name = kv_str_sub(name, kv_str_rchr(name, '_') == SIZE_MAX ? 0 : kv_str_rchr(name, '_') + 1, name.n);
	if (!name.n)
		return kv_error(g->job, 0, "ARGOCD_APP_NAME is not set: Argo CD sets it");
	put(g, app, "apiVersion", KV_S("argoproj.io/v1alpha1"));
	put(g, app, "kind", KV_S("Application"));
	put(g, metadata, "name", name);
	put(g, destination, "namespace", kv_env("ARGOCD_APP_NAMESPACE"));
	put(g, spec, "project", kv_env("ARGOCD_APP_PROJECT_NAME"));
	put(g, source, "repoURL", KV_S(HERE));
	put(g, source, "path", path);
	put(g, source, "targetRevision", kv_env("ARGOCD_APP_REVISION"));
	if (kind == CLI_ARGOCD_CHART ? helm_of(g, options) < 0 : (kustomize_of(g, options), false))
		return -1;
	krm_map_set(a, source.m, kind == CLI_ARGOCD_CHART ? KV_S("helm") : KV_S("kustomize"), options);
	krm_map_set(a, spec.m, KV_S("source"), source);
	krm_map_set(a, spec.m, KV_S("destination"), destination);
	krm_map_set(a, app.m, KV_S("metadata"), metadata);
	krm_map_set(a, app.m, KV_S("spec"), spec);
	kv_buf_init(&out, a, KV_BUF_MAX);
	if (krm_yaml_write(g->job, app, &out, &error) < 0)
		return kv_error(g->job, 0, "%.*s", KV_ARG(error));
	*ret = kv_buf_view(&out);
	return 0;
}

static int generate_source(struct generate *g, enum cli_argocd_kind kind)
{
	struct rnd_fetch_options fetch = *g->produce.fetch;
	struct rnd_pins pins;
	struct rnd_fetcher fetcher;
	struct cli_list versions = { 0 };
	struct krm_resources list = { 0 };
	kv_str text, url = rnd_gitops_url(g->job->arena, KV_S(HERE));
	struct rnd_build_options options = { .lenient = true,
					     .enable_helm = true,
					     .fetcher = &fetcher,
					     .helm_kube_version = kv_env("KUBE_VERSION"),
					     .chance = { .os = g->produce.random_os, .seed = KV_S("") } };
	struct rnd_gitops gitops = { .root = g->repo.root, .urls = &url, .nurls = 1, .options = &options };

	tree_engine_of(&g->produce, NULL, &g->repo.defaults, &options.engine);
	api_versions(g, &versions);
	options.helm_api_versions = versions.v;
	options.nhelm_api_versions = versions.n;
	if (tree_pins_read(g->job, &g->repo, &pins) < 0 || application(g, kind, &text) < 0)
		return -1;
	fetch.pins = &pins;
	rnd_fetcher_init(&fetcher, g->job, &fetch);
	if (rnd_gitops_render(g->job, &gitops, KV_S("the application"), text, &list) < 0)
		return -1;
	g->nobjects = list.n;
	return krm_resources_write(g->job, &list, &g->out);
}

/* --- entry -------------------------------------------------------------------------------------- */

static int generate(struct generate *g)
{
	kv_str file;
	enum cli_argocd_kind kind = cli_argocd_kind(g->job, &file);

	if (kind == CLI_ARGOCD_UNITS)
		return generate_units(g);
	if (kind != CLI_ARGOCD_NOTHING)
		return generate_source(g, kind);
	kv_error_file(g->job, g->repo.cwd, "there is nothing to render here");
	kv_note(g->job, 0, "it needs a kvendor.yaml, kubesource.yaml, kustomization.yaml or Chart.yaml");
	return -1;
}

/* No manifests, and Argo CD would remove everything it has. */
static int check_found(struct generate *g)
{
	if (g->nobjects || g->o->allow_empty)
		return 0;
	kv_error_file(g->job, g->repo.cwd, "nothing was rendered, and Argo CD would delete everything that the application has");
	kv_note(g->job, 0, "--allow-empty accepts that");
	return -1;
}

int cli_argocd_generate(struct kv_job *job, const struct cli_argocd_options *o)
{
	struct generate g = { .job = job, .o = o };
	struct cli_unit_options units = o->units;

	kv_buf_init(&g.out, job->arena, KV_BUF_MAX);
	if (cli_argocd_parameters(job, &g.p) < 0)
		return -1;
	if (g.p.engine.n && !units.engine.p)
		units.engine = g.p.engine;
	if (cli_units_options(job, &units, &g.produce) < 0 || tree_repo_find(job, &g.repo) < 0)
		return -1;
	find_root(&g);
	if (tree_repo_read(job, &g.repo) < 0 || generate(&g) < 0 || check_found(&g) < 0)
		return -1;
	return cli_print(kv_buf_view(&g.out));
}
