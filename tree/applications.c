/* tree/applications.c: finds applications, expands ApplicationSets, and makes units of them. */
#include "tree/applications.h"

#include "base/file.h"
#include "base/map.h"
#include "krm/yaml.h"
#include "render/gitops/gitops.h"
#include "tree/gather.h"
#include "tree/produce.h"

/* More of one repository are taken for a mistake. */
#define MOST_APPLICATIONS 20000

/* --- addresses ---------------------------------------------------------------------------------- */

static void add_url(struct kv_job *job, struct tree_repo *repo, kv_str url)
{
	kv_str form = rnd_gitops_url(job->arena, url);
	if (form.n)
		KV_PUSH(job->arena, repo->urls, repo->nurls, repo->urls_cap, form);
}

/* In a further work tree .git is a file that names the folder. */
static kv_str git_folder(struct kv_job *job, kv_str root)
{
	kv_str dir = kv_path_join(job->arena, root, KV_S(".git")), text;
	if (kv_file_kind(dir) != KV_FILE_REGULAR)
		return dir;
	if (kv_file_read(job, dir, &text) < 0 || !kv_str_starts(text, KV_S("gitdir: ")))
		return KV_S("");
	dir = kv_path_join(job->arena, root, kv_str_trim(kv_str_sub(text, strlen("gitdir: "), text.n), " \r\n"));
	kv_str common = kv_path_join(job->arena, dir, KV_S("commondir"));
	if (kv_file_kind(common) != KV_FILE_REGULAR || kv_file_read(job, common, &text) < 0)
		return dir;
	return kv_path_join(job->arena, dir, kv_str_trim(text, " \r\n"));
}

/* config = { "[" section "]" | key "=" value } */
static void read_git_config(struct kv_job *job, struct tree_repo *repo, kv_str text)
{
	bool remote = false;
	for (kv_str line; kv_str_line(&text, &line);) {
		line = kv_str_trim(line, " \t\r");
		size_t equals = kv_str_chr(line, '=');
		if (kv_str_starts(line, KV_S("[")))
			remote = kv_str_starts(line, KV_S("[remote "));
		else if (remote && equals != SIZE_MAX &&
			 kv_str_eq(kv_str_trim(kv_str_sub(line, 0, equals), " \t"), KV_S("url")))
			add_url(job, repo, kv_str_trim(kv_str_sub(line, equals + 1, line.n), " \t\""));
	}
}

void tree_repo_urls(struct kv_job *job, struct tree_repo *repo)
{
	struct kv_diag_mark mark = kv_diag_mark(job);
	kv_str config = kv_path_join(job->arena, git_folder(job, repo->root), KV_S("config")), text;
	if (kv_file_kind(config) == KV_FILE_REGULAR && kv_file_read(job, config, &text) == 0)
		read_git_config(job, repo, text);
	kv_diag_forget(job, mark);
}

/* --- finding ------------------------------------------------------------------------------------ */

struct find {
	struct kv_job *job;
	struct tree_repo *repo;
	struct tree_unit *unit; /* that names them */
	size_t group;           /* of its configuration */
	const struct tree_applications *config;
	struct tree_gathered gathered;
	struct rnd_gitops gitops;
	struct rnd_build_options options;
	kv_str *urls;
	size_t nurls, urls_cap;
	struct kv_map names; /* gathered objects, numbered from one, by kind, namespace and name */
	size_t made;
};

static struct kv_arena *arena(const struct find *f)
{
	return f->unit->job->arena;
}

/* What earlier runs wrote holds no applications. The part of a target's path before its first placeholder is a folder of nothing else. */
static void leave_targets_out(struct find *f)
{
	const struct tree_group *group = &f->unit->config.groups[f->group];
	kv_str *out = KV_NEW_N(arena(f), kv_str, group->ntargets);
	size_t n = 0;
	for (size_t i = 0; i < group->ntargets; i++) {
		kv_str directory = group->targets[i].directory, fixed = kv_str_sub(directory, 0, kv_str_chr(directory, '{'));
		size_t slash = kv_str_rchr(fixed, '/');
		if (fixed.n < directory.n)
			fixed = slash == SIZE_MAX ? KV_S("") : kv_str_sub(fixed, 0, slash);
		if (kv_path_clean(arena(f), fixed).n && !kv_str_eq(kv_path_clean(arena(f), fixed), KV_S(".")))
			out[n++] = kv_path_join(arena(f), f->unit->path, fixed);
	}
	f->gathered.left_out = out;
	f->gathered.nleft_out = n;
}

static kv_str key_of(const struct find *f, kv_str kind, kv_str namespace, kv_str name)
{
	return kv_arena_cat(arena(f), kind, KV_S("\n"), namespace, KV_S("\n"), name);
}

static int gather(struct find *f)
{
	struct kv_job *job = f->unit->job;
	f->gathered.skips_broken = true;
	leave_targets_out(f);
	for (size_t i = 0; i < f->config->nfiles; i++) {
		kv_str path = kv_path_join(job->arena, f->unit->path, f->config->files[i]), rest;
		if (kv_file_kind(path) == KV_FILE_NONE)
			return kv_error(job, f->config->pos, "there is no %.*s", KV_ARG(f->config->files[i]));
		if (kv_path_real(job, path, &path) < 0)
			return -1;
		if (!kv_path_below(path, f->repo->root, &rest))
			return kv_error(job, f->config->pos, "it lies outside the repository: %.*s", KV_ARG(f->config->files[i]));
		if (tree_gather(job, path, f->options.engine, &f->gathered) < 0)
			return -1;
	}
	kv_map_init(&f->names, job->arena);
	for (size_t i = 0; i < f->gathered.resources.n; i++) {
		krm_val obj = f->gathered.resources.v[i]->obj;
		kv_map_put(&f->names, key_of(f, krm_kind(obj), krm_namespace(obj), krm_name(obj)), (void *)(i + 1));
	}
	return 0;
}

/* --- units -------------------------------------------------------------------------------------- */

static int print(struct find *f, krm_val obj, struct kv_buf *out)
{
	kv_str error;
	if (out->n)
		kv_buf_lit(out, "---\n");
	if (krm_yaml_write(f->unit->job, obj, out, &error) < 0)
		return kv_error(f->unit->job, obj.pos, "%.*s", KV_ARG(error));
	return 0;
}

/* What a reference {kind, name, namespace} of an object names, once. *ret is NIL where there is nothing. */
static int print_named(struct find *f, krm_val obj, krm_val ref, struct kv_map *done, struct kv_buf *out, krm_val *ret)
{
	kv_str namespace = krm_str(krm_get(ref, "namespace"));
	kv_str key = key_of(f, krm_str(krm_get(ref, "kind")), namespace.n ? namespace : krm_namespace(obj),
			    krm_str(krm_get(ref, "name")));
	size_t at = (size_t)kv_map_get(&f->names, key);
	*ret = krm_nil();
	if (!at || kv_map_put(done, key, f))
		return 0;
	*ret = f->gathered.resources.v[at - 1]->obj;
	return print(f, *ret, out);
}

/* What an object refers to, and what that does: a HelmChart has a repository. */
static int print_references(struct find *f, krm_val obj, struct kv_buf *out)
{
	struct kv_map done;
	krm_val refs = rnd_gitops_references(f->unit->job, obj), found, further;
	kv_map_init(&done, arena(f));
	for (size_t i = 0; i < krm_list_len(refs); i++) {
		if (print_named(f, obj, refs.l->v[i], &done, out, &found) < 0)
			return -1;
		krm_val more = rnd_gitops_references(f->unit->job, found);
		for (size_t k = 0; k < krm_list_len(more); k++)
			if (print_named(f, found, more.l->v[k], &done, out, &further) < 0)
				return -1;
	}
	return 0;
}

static kv_str cluster_of(struct kv_arena *a, krm_val obj)
{
	krm_val to = krm_path(obj, "spec", "destination", NULL);
	kv_str server = rnd_gitops_url(a, krm_str(krm_get(to, "server")));
	return krm_str(krm_get(to, "name")).n ? krm_str(krm_get(to, "name"))
	       : !server.n || kv_str_eq(server, KV_S("kubernetes.default.svc")) ? KV_S("in-cluster")
									       : kv_str_sub(server, 0, kv_str_chr(server, '/'));
}

/* A name that is one part of a path. */
static bool is_part(kv_str s)
{
	return s.n && kv_str_chr(s, '/') == SIZE_MAX && kv_str_chr(s, '\0') == SIZE_MAX && s.p[0] != '.';
}

/* {application} and its kin in a directory. */
static int fill(struct kv_job *job, krm_val obj, struct tree_target *t)
{
	const struct {
		const char *sign;
		kv_str value;
	} signs[] = {
		{ "{application}", krm_name(obj) },
		{ "{namespace}", rnd_gitops_namespace(obj) },
		{ "{cluster}", cluster_of(job->arena, obj) },
		{ "{project}", krm_str(krm_path(obj, "spec", "project", NULL)) },
	};
	for (size_t i = 0; i < sizeof signs / sizeof *signs; i++) {
		kv_str sign = kv_str_c(signs[i].sign);
		for (size_t at = 0; (at = kv_str_find(t->directory, sign, at)) != SIZE_MAX; at += signs[i].value.n) {
			if (!is_part(signs[i].value))
				return kv_error(job, t->pos, "%s of %.*s cannot be the name of a folder: \"%.*s\"", signs[i].sign,
						KV_ARG(krm_name(obj)), KV_ARG(signs[i].value));
			t->directory = kv_arena_cat(job->arena, kv_str_sub(t->directory, 0, at), signs[i].value,
						    kv_str_sub(t->directory, at + sign.n, t->directory.n));
		}
	}
	return 0;
}

/* The configuration once more, with this group alone. */
static int configure(struct find *f, struct tree_unit *u, krm_val obj, const struct tree_application *app)
{
	if (tree_config_read(u->job, u->file, u->text, &u->config) < 0)
		return -1;
	u->config.groups += f->group;
	u->config.ngroups = 1;
	u->config.groups[0].sources[0].application = app;
	u->config.groups[0].sources[0].applications = NULL;
	for (size_t i = 0; i < u->config.groups[0].ntargets; i++)
		if (fill(u->job, obj, &u->config.groups[0].targets[i]) < 0)
			return -1;
	return 0;
}

static kv_str more_of(struct kv_job *job, const struct tree_application *app)
{
	struct kv_buf out;
	kv_buf_init(&out, job->arena, KV_BUF_MAX);
	kv_buf_str(&out, app->text);
	for (size_t i = 0; i < app->nurls; i++)
		kv_buf_printf(&out, "# %.*s\n", KV_ARG(app->urls[i]));
	return kv_buf_view(&out);
}

/* --- what applications render --------------------------------------------------------------------- */

static bool is_nested(struct find *f, krm_val obj)
{
	enum rnd_gitops_kind kind = rnd_gitops_kind(obj);
	for (size_t i = 0; i < f->config->nnested && kind != RND_GITOPS_NONE && kind != RND_GITOPS_SET; i++)
		if (flt_pattern_matches(f->unit->job, f->config->nested[i], krm_name(obj)))
			return true;
	return false;
}

/* Nothing is fetched here: what is remote has to be in the repository. */
static int render_nested(struct find *f, krm_val obj, struct krm_resources *ret)
{
	struct kv_job *job = f->unit->job;
	const struct tree_config *c = &f->unit->config;
	struct rnd_build_options o = { .enable_helm = true,
				       .lenient = true,
				       .engine = f->options.engine,
				       .kustomize = c->kustomize,
				       .keep_text = c->keep_text,
				       .helm_kube_version = c->kube_version,
				       .helm_api_versions = c->api_versions,
				       .nhelm_api_versions = c->napi_versions,
				       .chance = { .seed = f->unit->path } };
	struct rnd_gitops g = f->gitops;
	struct kv_buf out;
	g.options = &o;
	kv_buf_init(&out, job->arena, KV_BUF_MAX);
	if (print(f, obj, &out) < 0 || print_references(f, obj, &out) < 0 ||
	    rnd_gitops_render(job, &g, kv_arena_cat(job->arena, krm_kind(obj), KV_S(" "), krm_name(obj)), kv_buf_view(&out), ret) < 0) {
		kv_note(job, f->config->pos, "%.*s %.*s is named under \"nested\", so what it renders is looked for applications",
			KV_ARG(krm_kind(obj)), KV_ARG(krm_name(obj)));
		return -1;
	}
	return 0;
}

/* They stand behind the others, and are looked into themselves. What is there already, as the object itself often is, is the same one. */
static int add_nested(struct find *f)
{
	struct krm_resources *all = &f->gathered.resources;
	int failed = 0;
	for (size_t i = 0; i < all->n; i++) {
		struct krm_resources rendered = { 0 };
		if (!is_nested(f, all->v[i]->obj))
			continue;
		if (all->n > MOST_APPLICATIONS)
			return kv_error(f->unit->job, f->config->pos, "too many applications (limit %d)", MOST_APPLICATIONS);
		failed |= render_nested(f, all->v[i]->obj, &rendered);
		for (size_t k = 0; k < rendered.n; k++) {
			krm_val obj = rendered.v[k]->obj;
			kv_str key = key_of(f, krm_kind(obj), krm_namespace(obj), krm_name(obj));
			if (kv_map_has(&f->names, key))
				continue;
			kv_map_put(&f->names, key, (void *)(all->n + 1));
			krm_resources_push(f->unit->job->arena, all, rendered.v[k]);
			KV_PUSH(f->unit->job->arena, f->gathered.files, f->gathered.nfiles, f->gathered.files_cap,
				f->gathered.files[i]);
		}
	}
	return failed;
}

/* --- their units ---------------------------------------------------------------------------------- */

static int add_unit(struct find *f, krm_val obj, kv_str file)
{
	struct kv_arena *a = f->job->arena;
	struct tree_application *app = KV_NEW(a, struct tree_application);
	struct tree_unit *u = KV_NEW(a, struct tree_unit);
	struct kv_buf out;
	kv_str rest;
	kv_buf_init(&out, arena(f), KV_BUF_MAX);
	if (f->made++ == MOST_APPLICATIONS)
		return kv_error(f->unit->job, f->config->pos, "too many applications (limit %d)", MOST_APPLICATIONS);
	if (print(f, obj, &out) < 0 || print_references(f, obj, &out) < 0)
		return -1;
	u->job = kv_job_beside(f->job);
	u->job->shown_from = f->repo->cwd;
	u->dir = f->unit->dir;
	u->file = f->unit->file;
	u->path = f->unit->path;
	u->name = kv_arena_cat(a, u->dir, KV_S(":"), krm_name(obj));
	*app = (struct tree_application){ .text = kv_arena_dup(u->job->arena, kv_buf_view(&out)),
					  .file = kv_arena_dup(u->job->arena, file),
					  .shown = rnd_gitops_source(u->job->arena, obj),
					  .root = f->repo->root,
					  .urls = f->urls,
					  .nurls = f->nurls };
	app->name = kv_arena_cat(u->job->arena, krm_kind(obj), KV_S(" "), krm_name(obj), KV_S(" of "),
				 kv_path_below(file, f->repo->cwd, &rest) ? rest : file);
	u->text = kv_arena_dup(u->job->arena, f->unit->text);
	u->more = more_of(u->job, app);
	u->failed = configure(f, u, obj, app) < 0;
	KV_PUSH(a, f->repo->units, f->repo->nunits, f->repo->units_cap, u);
	return 0;
}

static int add_set(struct find *f, krm_val set, kv_str file)
{
	krm_val apps;
	if (rnd_gitops_expand_set(f->unit->job, &f->gitops, set, &apps) < 0) {
		kv_note(f->unit->job, set.pos, "while the ApplicationSet %.*s was expanded", KV_ARG(krm_name(set)));
		return -1;
	}
	for (size_t i = 0; i < apps.l->n; i++)
		if (add_unit(f, apps.l->v[i], file) < 0)
			return -1;
	return 0;
}

static void select_objects(struct find *f, bool **ret_wanted)
{
	struct flt_select select = f->config->select;
	struct krm_resources kept = { 0 };
	*ret_wanted = KV_NEW_N(arena(f), bool, f->gathered.resources.n);
	flt_select(f->unit->job, &select, &f->gathered.resources, &kept);
	for (size_t i = 0, k = 0; i < f->gathered.resources.n && k < kept.n; i++)
		if (f->gathered.resources.v[i] == kept.v[k]) {
			(*ret_wanted)[i] = true;
			k++;
		}
}

static int add_units(struct find *f)
{
	bool *wanted;
	int failed = 0;
	select_objects(f, &wanted);
	for (size_t i = 0; i < f->gathered.resources.n; i++) {
		krm_val obj = f->gathered.resources.v[i]->obj;
		enum rnd_gitops_kind kind = rnd_gitops_kind(obj);
		if (!wanted[i] || kind == RND_GITOPS_NONE)
			continue;
		if ((kind == RND_GITOPS_SET ? add_set(f, obj, f->gathered.files[i]) : add_unit(f, obj, f->gathered.files[i])) < 0)
			failed = -1;
	}
	if (!failed && !f->made)
		kv_warn(f->unit->job, f->config->pos, "there are no applications");
	return failed;
}

/* --- rendering ------------------------------------------------------------------------------------ */

int tree_source_render(struct kv_job *job, const struct tree_source *s, const struct rnd_build_options *options,
		       struct krm_resources *ret)
{
	const struct tree_application *app = s->application;
	struct rnd_build_options o = *options;
	kv_str text;
	o.fields = s->fields;
	if (!app)
		return rnd_build(job, s->path, &o, ret);
	struct rnd_gitops g = { .root = app->root, .urls = app->urls, .nurls = app->nurls, .options = &o };
	/* Only to be known as an input. */
	if (app->file.n && kv_file_read(job, app->file, &text) < 0)
		return -1;
	return rnd_gitops_render(job, &g, app->name, app->text, ret);
}

/* --- what is left of applications that are gone -------------------------------------------------- */

static bool has_applications(const struct tree_group *g)
{
	return g->nsources && g->sources[0].applications;
}

#define LAST "/{application}"

static bool is_rendered(struct kv_arena *a, kv_str dir)
{
	return kv_file_kind(kv_path_join(a, dir, KV_S("kustomization.yaml"))) == KV_FILE_REGULAR ||
	       kv_file_kind(kv_path_join(a, dir, KV_S("manifest.yaml"))) == KV_FILE_REGULAR;
}

/* The folders beside those of applications, in the place of {application}. */
static void warn_beside(struct tree_unit *unit, const struct tree_target *t, const struct kv_map *targets)
{
	struct kv_job *job = unit->job;
	kv_str fixed = kv_str_sub(t->directory, 0, t->directory.n - strlen(LAST));
	kv_str dir = kv_path_join(job->arena, unit->path, fixed);
	struct kv_dirent *entries;
	size_t n;
	if (kv_str_chr(fixed, '{') != SIZE_MAX || kv_file_kind(dir) != KV_FILE_DIR || kv_dir_read(job, dir, &entries, &n) < 0)
		return;
	for (size_t i = 0; i < n; i++) {
		kv_str path = kv_path_join(job->arena, dir, entries[i].name);
		if (entries[i].kind == KV_FILE_DIR && !kv_str_starts(entries[i].name, KV_S(TREE_STAGED)) &&
		    !kv_map_has(targets, path) && is_rendered(job->arena, path))
			kv_warn(job, t->pos, "no application is rendered to %.*s any more: remove it",
				KV_ARG(kv_path_join(job->arena, fixed, entries[i].name)));
	}
}

/* The groups that became units, for their targets. */
struct expanded {
	struct tree_unit *unit;
	struct tree_group group;
};

static void warn_left(struct kv_job *job, const struct tree_repo *repo, const struct expanded *all, size_t n)
{
	struct kv_map targets;
	kv_map_init(&targets, job->arena);
	for (size_t i = 0; i < repo->nunits; i++)
		for (size_t g = 0; g < repo->units[i]->config.ngroups; g++)
			for (size_t t = 0; t < repo->units[i]->config.groups[g].ntargets; t++)
				kv_map_put(&targets,
					   kv_path_join(job->arena, repo->units[i]->path,
							repo->units[i]->config.groups[g].targets[t].directory),
					   &targets);
	for (size_t i = 0; i < n; i++)
		for (size_t t = 0; t < all[i].group.ntargets; t++)
			if (kv_str_ends(all[i].group.targets[t].directory, KV_S(LAST)))
				warn_beside(all[i].unit, &all[i].group.targets[t], &targets);
}

/* --- entry -------------------------------------------------------------------------------------- */

static int find(struct kv_job *job, struct tree_repo *repo, const struct tree_produce_options *options, struct tree_unit *unit,
		size_t group)
{
	struct find f = { .job = job, .repo = repo, .unit = unit, .group = group };
	f.config = unit->config.groups[group].sources[0].applications;
	tree_engine_of(options, &unit->config, &repo->defaults, &f.options.engine);
	for (size_t i = 0; i < repo->nurls; i++)
		KV_PUSH(job->arena, f.urls, f.nurls, f.urls_cap, repo->urls[i]);
	for (size_t i = 0; i < f.config->nrepositories; i++)
		KV_PUSH(job->arena, f.urls, f.nurls, f.urls_cap, rnd_gitops_url(job->arena, f.config->repositories[i]));
	f.gitops = (struct rnd_gitops){ .root = repo->root,
					.urls = f.urls,
					.nurls = f.nurls,
					.clusters = f.config->clusters,
					.options = &f.options };
	if (gather(&f) < 0)
		return -1;
	int failed = add_nested(&f);
	return add_units(&f) < 0 ? -1 : failed;
}

/* The sources with applications of a unit become others; the rest stays. */
static void find_of_unit(struct kv_job *job, struct tree_repo *repo, const struct tree_produce_options *options,
			 struct tree_unit *unit, struct expanded **all, size_t *n, size_t *cap)
{
	struct tree_config *c = &unit->config;
	size_t kept = 0;
	for (size_t g = 0; g < c->ngroups; g++) {
		if (!has_applications(&c->groups[g]))
			continue;
		if (find(job, repo, options, unit, g) < 0)
			unit->failed = true;
		KV_PUSH(job->arena, *all, *n, *cap, ((struct expanded){ unit, c->groups[g] }));
	}
	for (size_t g = 0; g < c->ngroups; g++)
		if (!has_applications(&c->groups[g]))
			c->groups[kept++] = c->groups[g];
	c->ngroups = kept;
}

/* What has nothing left to render or to say is no unit. */
static void drop_empty(struct tree_repo *repo, size_t n)
{
	size_t kept = 0;
	for (size_t i = 0; i < repo->nunits; i++) {
		struct tree_unit *u = repo->units[i];
		if (i < n && !u->failed && !u->config.ngroups && !u->job->diags)
			kv_job_free(u->job);
		else
			repo->units[kept++] = u;
	}
	repo->nunits = kept;
}

void tree_applications_find(struct kv_job *job, struct tree_repo *repo, const struct tree_produce_options *options)
{
	size_t n = repo->nunits, nall = 0, cap = 0;
	struct expanded *all = NULL;
	bool any = false, failed = false;
	for (size_t i = 0; i < n; i++)
		for (size_t g = 0; !repo->units[i]->failed && g < repo->units[i]->config.ngroups; g++)
			any |= has_applications(&repo->units[i]->config.groups[g]);
	if (!any)
		return;
	if (!repo->nurls)
		tree_repo_urls(job, repo);
	for (size_t i = 0; i < n; i++)
		if (!repo->units[i]->failed) {
			find_of_unit(job, repo, options, repo->units[i], &all, &nall, &cap);
			failed |= repo->units[i]->failed;
		}
	/* What could not be looked at may be there. */
	if (!failed)
		warn_left(job, repo, all, nall);
	drop_empty(repo, n);
}
