/* tree/versions.c: finds versions in configuration files, and replaces them. */
#include "tree/versions.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/map.h"
#include "krm/yaml.h"
#include "render/fetch/git_url.h"
#include "render/gitops/gitops.h"
#include "tree/plan.h"

struct find {
	struct kv_job *job;
	const struct tree_repo *repo;
	struct kv_map seen; /* files */
	struct kv_map releases; /* HelmReleases by their files and names */
	struct tree_versions *versions;
	size_t depth;
};

/* --- finding ---------------------------------------------------------------------------------- */

/* False for a file that is not there, was read before or is no mapping; what is wrong with it, rendering tells. */
static bool read_once(struct find *f, kv_str path, krm_val *ret)
{
	struct kv_diag_mark mark = kv_diag_mark(f->job);
	kv_str text;

	if (kv_file_kind(path) != KV_FILE_REGULAR || kv_map_has(&f->seen, path))
		return false;
	kv_map_put(&f->seen, path, f);
	if (kv_file_read(f->job, path, &text) == 0 &&
	    krm_yaml_read(f->job, tree_shown(f->repo, path), text, KRM_YAML_HELM, ret) == 0)
		return ret->kind == KRM_MAP;
	kv_diag_forget(f->job, mark);
	return false;
}

static void add(struct find *f, kv_str path, krm_val entry, const char *name, const char *repository,
		const char *version)
{
	struct tree_version v = { .path = path,
				  .name = krm_str(krm_get(entry, name)),
				  .repository = krm_str(krm_get(entry, repository)),
				  .value = krm_get(entry, version) };

	v.version = krm_str(v.value);
	if (v.name.n && v.repository.n && v.value.kind == KRM_STRING && v.value.pos)
		KV_PUSH(f->job->arena, f->versions->v, f->versions->n, f->versions->cap, v);
}

/* Where the query of a reference to a Git repository says `ref`, or `version`. */
static bool find_query(kv_str text, kv_str ref, size_t *ret_at)
{
	static const char *const names[] = { "ref=", "version=" };

	for (size_t at = kv_str_chr(text, '?'); at != SIZE_MAX && at < text.n; at = kv_str_find(text, KV_S("&"), at + 1))
		for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
			kv_str rest = kv_str_sub(text, at + 1, text.n), name = kv_str_c(names[i]);
			kv_str value = kv_str_sub(rest, name.n, kv_str_chr(rest, '&'));

			if (kv_str_starts(rest, name) && kv_str_eq(value, ref)) {
				*ret_at = at + 1 + name.n;
				return true;
			}
		}
	return false;
}

static void add_git(struct find *f, kv_str path, krm_val value)
{
	struct rnd_git_url url;
	struct tree_version v = { .path = path, .value = value, .git = true };
	kv_str why;

	if (value.kind != KRM_STRING || !value.pos ||
	    !rnd_git_url_parse(f->job->arena, krm_str(value), &url, &why) || !url.ref.n ||
	    !find_query(krm_str(value), url.ref, &v.at))
		return;
	v.version = url.ref;
	v.repository = url.repository;
	v.name = kv_path_base(url.repository);
	if (kv_str_ends(v.name, KV_S(".git")))
		v.name.n -= strlen(".git");
	KV_PUSH(f->job->arena, f->versions->v, f->versions->n, f->versions->cap, v);
}

static void find_chart(struct find *f, kv_str dir)
{
	kv_str path = kv_path_join(f->job->arena, dir, KV_S("Chart.yaml"));
	krm_val doc, list;

	if (!read_once(f, path, &doc))
		return;
	list = krm_get(doc, "dependencies");
	for (size_t i = 0; i < krm_list_len(list); i++)
		add(f, path, list.l->v[i], "name", "repository", "version");
}

static void find_folder(struct find *f, kv_str dir);

/* The fields of a kustomization that stands in `dir`. */
static void find_fields(struct find *f, kv_str path, kv_str dir, krm_val fields)
{
	static const char *const lists[] = { "resources", "bases", "components" };
	kv_str home = krm_str(krm_path(fields, "helmGlobals", "chartHome", NULL));
	krm_val charts = krm_get(fields, "helmCharts"), old = krm_get(fields, "helmChartInflationGenerator");

	home = kv_path_join(f->job->arena, dir, home.n ? home : KV_S("charts"));
	for (size_t i = 0; i < krm_list_len(charts); i++) {
		kv_str name = krm_str(krm_get(charts.l->v[i], "name"));

		add(f, path, charts.l->v[i], "name", "repo", "version");
		if (name.n && !krm_has(charts.l->v[i], "repo"))
			find_chart(f, kv_path_join(f->job->arena, home, name));
	}
	for (size_t i = 0; i < krm_list_len(old); i++)
		add(f, path, old.l->v[i], "chartName", "chartRepoUrl", "chartVersion");
	for (size_t k = 0; k < sizeof lists / sizeof *lists; k++) {
		krm_val list = krm_get(fields, lists[k]);

		for (size_t i = 0; i < krm_list_len(list); i++) {
			add_git(f, path, list.l->v[i]);
			find_folder(f, kv_path_join(f->job->arena, dir, krm_str(list.l->v[i])));
		}
	}
}

static void find_folder(struct find *f, kv_str dir)
{
	krm_val doc;

	if (kv_file_kind(dir) != KV_FILE_DIR || f->depth >= f->job->limits.base_depth)
		return;
	f->depth++;
	for (size_t i = 0; i < KV_COUNT(rnd_kustomization_names); i++) {
		kv_str path = kv_path_join(f->job->arena, dir, kv_str_c(rnd_kustomization_names[i]));

		if (read_once(f, path, &doc))
			find_fields(f, path, dir, doc);
	}
	f->depth--;
}

/* --- objects of Argo CD and Flux --------------------------------------------------------------- */

static bool is_ours(const struct find *f, const struct tree_application *app, krm_val source)
{
	kv_str url = rnd_gitops_url(f->job->arena, krm_str(krm_get(source, "repoURL")));

	for (size_t i = 0; i < app->nurls; i++)
		if (kv_str_eq(url, app->urls[i]))
			return true;
	return false;
}

/* A source of an Application: a chart of a repository, or a folder of this one. Only what the file itself says has a version to write. */
static void find_source(struct find *f, const struct tree_application *app, kv_str file, krm_val source)
{
	krm_val version = krm_get(source, "targetRevision");
	kv_str url = krm_str(krm_get(source, "repoURL")), chart = krm_str(krm_get(source, "chart"));
	kv_str dir = kv_path_join(f->job->arena, f->repo->root, krm_str(krm_get(source, "path")));
	struct tree_version v = { .path = file, .name = chart, .value = version, .version = krm_str(version) };

	if (!chart.n && is_ours(f, app, source)) {
		find_chart(f, dir);
		find_folder(f, dir);
		return;
	}
	v.repository = kv_str_has(url, KV_S("://")) ? url : kv_arena_cat(f->job->arena, KV_S("oci://"), url);
	if (file.n && chart.n && !kv_str_has(chart, KV_S("{{")) && !kv_str_has(krm_str(version), KV_S("{{")) &&
	    version.kind == KRM_STRING && version.pos)
		KV_PUSH(f->job->arena, f->versions->v, f->versions->n, f->versions->cap, v);
}

static void find_sources(struct find *f, const struct tree_application *app, kv_str file, krm_val spec)
{
	krm_val all = krm_get(spec, "sources");

	find_source(f, app, file, krm_get(spec, "source"));
	for (size_t i = 0; i < krm_list_len(all); i++)
		find_source(f, app, file, all.l->v[i]);
}

/* The chart of a HelmRelease as its file has it; where its repository is stands in another object, which the unit has. */
static void find_release(struct find *f, kv_str file, krm_val release, const krm_val *docs, size_t n)
{
	krm_val chart = krm_path(release, "spec", "chart", "spec", NULL), version = krm_get(chart, "version");
	struct tree_version v = { .path = file,
				  .name = krm_str(krm_get(chart, "chart")),
				  .value = version,
				  .version = krm_str(version) };

	for (size_t i = 1; i < n; i++)
		if (kv_str_eq(krm_kind(docs[i]), KV_S("HelmRepository")) &&
		    kv_str_eq(krm_name(docs[i]), krm_str(krm_path(chart, "sourceRef", "name", NULL))))
			v.repository = krm_str(krm_path(docs[i], "spec", "url", NULL));
	if (v.name.n && v.repository.n && version.kind == KRM_STRING && version.pos)
		KV_PUSH(f->job->arena, f->versions->v, f->versions->n, f->versions->cap, v);
}

/* The documents of a text; none if it cannot be read, which rendering tells. */
static size_t read_documents(struct find *f, kv_str name, kv_str text, krm_val **ret)
{
	struct kv_diag_mark mark = kv_diag_mark(f->job);
	size_t n;

	if (krm_yaml_read_all(f->job, name, text, KRM_YAML_HELM, ret, &n) == 0)
		return n;
	kv_diag_forget(f->job, mark);
	return 0;
}

static kv_str release_key(struct find *f, kv_str file, krm_val release)
{
	return kv_arena_cat(f->job->arena, file, KV_S("\n"), krm_name(release));
}

/* The places in a file, once: of Applications at once, of HelmReleases by their names. */
static void find_in_file(struct find *f, const struct tree_application *app)
{
	kv_str text;
	krm_val *docs;
	size_t n;

	if (!app->file.n || kv_map_put(&f->seen, app->file, f) || kv_file_read(f->job, app->file, &text) < 0)
		return;
	n = read_documents(f, tree_shown(f->repo, app->file), text, &docs);
	for (size_t i = 0; i < n; i++) {
		enum rnd_gitops_kind kind = rnd_gitops_kind(docs[i]);

		if (kind == RND_GITOPS_RELEASE)
			kv_map_put(&f->releases, release_key(f, app->file, docs[i]), &docs[i]);
		else if (kind == RND_GITOPS_APPLICATION)
			find_sources(f, app, app->file, krm_get(docs[i], "spec"));
		else if (kind == RND_GITOPS_SET)
			find_sources(f, app, app->file, krm_path(docs[i], "spec", "template", "spec", NULL));
	}
}

static void find_application(struct find *f, const struct tree_application *app)
{
	krm_val *docs, *release;
	size_t n = read_documents(f, app->name, app->text, &docs);
	enum rnd_gitops_kind kind = n ? rnd_gitops_kind(docs[0]) : RND_GITOPS_NONE;

	find_in_file(f, app);
	if (kind == RND_GITOPS_APPLICATION)
		find_sources(f, app, KV_S(""), krm_get(docs[0], "spec"));
	if (kind == RND_GITOPS_KUSTOMIZATION)
		find_folder(f, kv_path_join(f->job->arena, f->repo->root, krm_str(krm_path(docs[0], "spec", "path", NULL))));
	if (kind == RND_GITOPS_RELEASE && (release = kv_map_get(&f->releases, release_key(f, app->file, docs[0]))))
		find_release(f, app->file, *release, docs, n);
}

/* --- units ------------------------------------------------------------------------------------ */

static void find_unit(struct find *f, const struct tree_unit *u)
{
	kv_str path = kv_path_join(f->job->arena, f->repo->cwd, u->file);
	krm_val doc, sources;

	if (read_once(f, path, &doc)) {
		sources = krm_get(doc, "sources");
		for (size_t i = 0; i < krm_list_len(sources); i++)
			find_fields(f, path, u->path, sources.l->v[i]);
	}
	for (size_t g = 0; g < u->config.ngroups; g++)
		for (size_t s = 0; s < u->config.groups[g].nsources; s++)
			if (u->config.groups[g].sources[s].application)
				find_application(f, u->config.groups[g].sources[s].application);
			else if (u->config.groups[g].sources[s].dir.n)
				find_folder(f, u->config.groups[g].sources[s].path);
}

int tree_versions_find(struct kv_job *job, const struct tree_repo *repo, struct tree_versions *ret)
{
	struct find f = { .job = job, .repo = repo, .versions = ret };

	*ret = (struct tree_versions){ 0 };
	kv_map_init(&f.seen, job->arena);
	kv_map_init(&f.releases, job->arena);
	for (size_t i = 0; i < repo->nunits; i++)
		if (!repo->units[i]->failed)
			find_unit(&f, repo->units[i]);
	return 0;
}

/* --- writing ---------------------------------------------------------------------------------- */

/* The bytes of the version in its text; false if they are not the value itself, between quotes or without. */
static bool locate(struct kv_job *job, const struct tree_version *v, size_t *ret_at)
{
	const struct kv_source *source = kv_source_of(job, v->value.pos);
	size_t at;

	if (!source)
		return false;
	at = v->value.pos - source->base;
	if (at < source->text.n && (source->text.p[at] == '"' || source->text.p[at] == '\''))
		at++;
	if (!kv_str_eq(kv_str_sub(source->text, at, at + krm_str(v->value).n), krm_str(v->value)))
		return false;
	*ret_at = at + v->at;
	return true;
}

/* A version without quotes that would be read as a number gets some. */
static kv_str written(struct kv_job *job, const struct kv_source *source, size_t at, kv_str wanted)
{
	bool quoted = at && (source->text.p[at - 1] == '"' || source->text.p[at - 1] == '\'');
	krm_val v;
	kv_str error;

	if (quoted || (krm_yaml_try(job, wanted, KRM_YAML_HELM, &v, &error) == 0 && v.kind == KRM_STRING &&
		       kv_str_eq(krm_str(v), wanted)))
		return wanted;
	return kv_arena_cat(job->arena, KV_S("\""), wanted, KV_S("\""));
}

static int replace(struct kv_job *job, const struct tree_repo *repo, kv_str path, kv_str text)
{
	char *name = kv_arena_cstr(job->arena, path),
	     *staged = kv_arena_cstr(job->arena,
				     kv_arena_cat(job->arena, kv_path_dir(job->arena, path),
						  KV_S("/" TREE_STAGED "version-"), kv_path_base(path)));
	struct stat st;

	if (stat(name, &st) == 0 && kv_file_write(job, kv_str_c(staged), text) == 0 &&
	    chmod(staged, st.st_mode & 07777) == 0 && rename(staged, name) == 0)
		return 0;
	kv_error_file(job, tree_shown(repo, path), "cannot be written: %s", strerror(errno));
	unlink(staged);
	return -1;
}

/* A version and where it stands in its file. */
struct place {
	const struct tree_version *version;
	size_t at;
};

static int by_place(const void *a, const void *b)
{
	size_t x = ((const struct place *)a)->at, y = ((const struct place *)b)->at;

	return x < y ? -1 : x > y;
}

/* All changes of the file that the first one is in, in its order. */
static int write_file(struct kv_job *job, const struct tree_repo *repo, const struct tree_versions *versions,
		      size_t first)
{
	const struct kv_source *source = kv_source_of(job, versions->v[first].value.pos);
	struct place *places = NULL;
	size_t n = 0, cap = 0, done = 0;
	struct kv_buf out;

	for (size_t i = first; i < versions->n; i++) {
		struct place p = { .version = &versions->v[i] };

		if (!p.version->wanted.n || !kv_str_eq(p.version->path, versions->v[first].path))
			continue;
		if (!locate(job, p.version, &p.at))
			return kv_error(job, p.version->value.pos,
					"this version cannot be changed in place: set it to %.*s by hand",
					KV_ARG(p.version->wanted));
		KV_PUSH(job->arena, places, n, cap, p);
	}
	qsort(places, n, sizeof *places, by_place);
	kv_buf_init(&out, job->arena, KV_BUF_MAX);
	for (size_t i = 0; i < n; i++) {
		const struct tree_version *v = places[i].version;

		kv_buf_str(&out, kv_str_sub(source->text, done, places[i].at));
		kv_buf_str(&out, v->git ? v->wanted : written(job, source, places[i].at, v->wanted));
		done = places[i].at + v->version.n;
	}
	kv_buf_str(&out, kv_str_sub(source->text, done, source->text.n));
	return replace(job, repo, versions->v[first].path, kv_buf_view(&out));
}

int tree_versions_write(struct kv_job *job, const struct tree_repo *repo,
			const struct tree_versions *versions)
{
	struct kv_map written_files;

	kv_map_init(&written_files, job->arena);
	for (size_t i = 0; i < versions->n; i++) {
		if (!versions->v[i].wanted.n || kv_map_has(&written_files, versions->v[i].path))
			continue;
		kv_map_put(&written_files, versions->v[i].path, &written_files);
		if (write_file(job, repo, versions, i) < 0)
			return -1;
	}
	return 0;
}
