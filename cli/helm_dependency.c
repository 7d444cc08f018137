/* cli/helm_dependency.c: helm dependency (helm: pkg/downloader/manager.go, internal/resolver/resolver.go,
 * pkg/action/dependency.go). Charts come from folders (file://) and from repositories on disk. */
#include <limits.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/file.h"
#include "cli/helm.h"
#include "cli/helm_charts.h"
#include "krm/json.h"
#include "krm/yaml.h"
#include "render/chart/archive.h"
#include "render/chart/ignore.h"
#include "render/chart/package.h"
#include "render/chart/repository.h"
#include "render/log.h"
#include "render/semver.h"

struct dependency_options {
	struct cli_helm_settings settings;
	struct cli_helm_source source;
	int64_t width;
	bool skip_refresh;
};

/* clang-format off: one option a row */
static const struct cli_option options[] = {
	{ 0, "skip-refresh", CLI_FLAG, CLI_HELM_AT(dependency_options, skip_refresh),
	  .help = "do not read the indexes again" },
	CLI_HELM_SOURCE(dependency_options),
	CLI_HELM_SETTINGS(dependency_options),
};
static const struct cli_option list_options[] = {
	{ 0, "max-col-width", CLI_NUMBER, CLI_HELM_AT(dependency_options, width), "N",
	  .help = "longest cell of the table" },
	CLI_HELM_SETTINGS(dependency_options),
};
/* clang-format on */

/* One chart whose dependencies are looked at. */
struct manager {
	struct cli_helm *h;
	struct kv_job *job;
	kv_str path;
	struct rnd_chart *chart;
	struct rnd_repositories repositories;
	struct kv_buf *out;        /* where it tells what it does */
	struct rnd_files archives; /* for charts/: name and bytes */
};

static int fail(struct manager *m, kv_str error)
{
	return rnd_chart_error(m->job, 0, error);
}

static kv_str chart_path(const struct cli_helm *h)
{
	return h->args.n ? kv_path_clean(h->job->arena, h->args.v[0]) : KV_S(".");
}

static bool is_file(kv_str repository)
{
	return kv_str_starts(repository, KV_S("file://"));
}

/* --- versions --------------------------------------------------------------------------------- */

enum fit { FIT_YES, FIT_NO, FIT_BAD_CONSTRAINT, FIT_BAD_VERSION };

static enum fit fits(struct kv_job *job, kv_str constraint, kv_str version, kv_str *ret_error)
{
	struct rnd_semver v;
	const struct rnd_constraints *c = rnd_constraints_parse(job->arena, constraint, ret_error);
	if (!c)
		return FIT_BAD_CONSTRAINT;
	if (rnd_semver_parse(job->arena, version, &v, ret_error))
		return FIT_BAD_VERSION;
	return rnd_constraints_check(c, &v) ? FIT_YES : FIT_NO;
}

/* --- list ------------------------------------------------------------------------------------- */

/* NULL if the version is right. */
static const char *version_status(struct kv_job *job, const struct rnd_dependency *d, kv_str version)
{
	kv_str ignored;
	if (kv_str_eq(version, d->version))
		return NULL;
	switch (fits(job, d->version, version, &ignored)) {
	case FIT_YES: return NULL;
	case FIT_NO: return "wrong version";
	default: return "invalid version";
	}
}

static const char *archive_status(struct cli_helm *h, const struct rnd_dependency *d, kv_str path)
{
	struct rnd_chart *c;
	struct kv_diag_mark mark = kv_diag_mark(h->job);
	if (rnd_chart_load_v2(h->job, path, h->engine, &c)) {
		kv_diag_forget(h->job, mark);
		return "corrupt";
	}
	if (!kv_str_eq(c->metadata->name, d->name))
		return "misnamed";
	const char *wrong = version_status(h->job, d, c->metadata->version);
	return wrong ? wrong : "ok";
}

/* The archives NAME-*.tgz in charts/; of several only those whose rest is a version count. */
static const char *archives_status(struct cli_helm *h, const struct rnd_dependency *d, kv_str charts)
{
	struct kv_dirent *entries;
	struct rnd_semver v;
	size_t n, all = 0, versions = 0;
	kv_str prefix = kv_arena_cat(h->job->arena, d->name, KV_S("-")), last = KV_S(""),
	       versioned = KV_S(""), ignored;
	if (kv_file_kind(charts) != KV_FILE_DIR || kv_dir_read(h->job, charts, &entries, &n))
		return NULL;
	kv_str pattern = kv_arena_cat(h->job->arena, prefix, KV_S("*.tgz"));
	for (size_t i = 0; i < n; i++) {
		kv_str name = entries[i].name;
		int matches = rnd_path_match(pattern, name);
		if (matches < 0)
			return "bad pattern";
		if (!matches)
			continue;
		all++;
		last = name;
		kv_str rest = kv_str_sub(name, prefix.n, name.n - strlen(".tgz"));
		if (rnd_semver_parse_strict(h->job->arena, rest, &v, &ignored) == 0) {
			versions++;
			versioned = name;
		}
	}
	if (all > 1 && versions > 1)
		return "too many matches";
	if (all == 1 || versions == 1)
		return archive_status(h, d, kv_path_join(h->job->arena, charts, all == 1 ? last : versioned));
	return NULL;
}

static const char *dependency_status(struct cli_helm *h, const struct rnd_dependency *d,
				     const struct rnd_chart *parent, kv_str charts)
{
	const char *status = archives_status(h, d, charts);
	const struct rnd_chart *found = NULL;
	if (status)
		return status;
	for (size_t i = 0; i < parent->ndependencies; i++)
		if (kv_str_eq(parent->dependencies[i]->metadata->name, d->name))
			found = parent->dependencies[i];
	if (!found)
		return "missing";
	status = version_status(h->job, d, found->metadata->version);
	return status ? status : "unpacked";
}

enum { COLUMNS = 4 };

/* strutil.Resize: a long cell ends in dots. */
static kv_str shorten(struct kv_arena *a, kv_str cell, size_t most)
{
	if (cell.n <= most)
		return cell;
	return most < 3 ? kv_str_sub(cell, 0, most)
			: kv_arena_cat(a, kv_str_sub(cell, 0, most - 3), KV_S("..."));
}

static void print_table(struct cli_helm *h, kv_str (*rows)[COLUMNS], size_t n, size_t most)
{
	size_t width[COLUMNS] = { 0 };
	for (size_t i = 0; i < n; i++)
		for (size_t c = 0; c < COLUMNS; c++) {
			rows[i][c] = shorten(h->job->arena, rows[i][c], most);
			width[c] = rows[i][c].n > width[c] ? rows[i][c].n : width[c];
		}
	for (size_t i = 0; i < n; i++)
		for (size_t c = 0; c < COLUMNS; c++)
			kv_buf_printf(&h->out, "%-*.*s%c", (int)width[c], KV_ARG(rows[i][c]),
				      c + 1 < COLUMNS ? '\t' : '\n');
}

/* Charts that are there and not asked for. */
static int print_strangers(struct cli_helm *h, const struct rnd_chart *chart, kv_str charts)
{
	struct kv_dirent *entries;
	size_t n;
	if (kv_file_kind(charts) != KV_FILE_DIR)
		return 0;
	if (kv_dir_read(h->job, charts, &entries, &n))
		return -1;
	for (size_t i = 0; i < n; i++) {
		kv_str path = kv_path_join(h->job->arena, charts, entries[i].name);
		if (kv_file_kind(path) != KV_FILE_DIR && !kv_str_ends(path, KV_S(".tgz")))
			continue;
		struct rnd_chart *c;
		struct kv_diag_mark mark = kv_diag_mark(h->job);
		bool is_chart = rnd_chart_load_v2(h->job, path, h->engine, &c) == 0, known = false;
		kv_diag_forget(h->job, mark);
		for (size_t k = 0; is_chart && k < chart->metadata->dependencies.n; k++)
			known |= kv_str_eq(rnd_dependency_at(chart->metadata, k)->name, c->metadata->name);
		if (!known)
			kv_buf_printf(&h->out, "WARNING: %.*s is not %s.\n", KV_ARG(rnd_quoted(h->job, path)),
				      is_chart ? "in Chart.yaml" : "a chart");
	}
	return 0;
}

static int list(struct cli_helm *h, const void *options_)
{
	const struct dependency_options *o = options_;
	struct kv_arena *a = h->job->arena;
	kv_str path = chart_path(h), charts = kv_path_join(a, path, KV_S("charts"));
	struct rnd_chart *chart;
	if (kv_file_kind(path) == KV_FILE_NONE)
		return cli_helm_stat_error(h->job, path);
	if (rnd_chart_load_v2(h->job, path, h->engine, &chart))
		return -1;
	const struct rnd_pointers *all = &chart->metadata->dependencies;
	if (!all->set) {
		kv_buf_printf(&h->out, "WARNING: no dependencies at %.*s\n", KV_ARG(charts));
		return 0;
	}
	kv_str(*rows)[COLUMNS] = kv_arena_zero(a, (all->n + 1) * sizeof *rows);
	kv_str heads[COLUMNS] = { KV_S("NAME"), KV_S("VERSION"), KV_S("REPOSITORY"), KV_S("STATUS") };
	memcpy(rows[0], heads, sizeof heads);
	for (size_t i = 0; i < all->n; i++) {
		const struct rnd_dependency *d = all->v[i];
		kv_str cells[COLUMNS] = { d->name, d->version, d->repository,
					  kv_str_c(dependency_status(h, d, chart, charts)) };
		memcpy(rows[i + 1], cells, sizeof cells);
	}
	print_table(h, rows, all->n + 1, o->width > 0 ? (size_t)o->width : 80);
	kv_buf_c(&h->out, '\n');
	return print_strangers(h, chart, charts);
}

/* --- the digest of a lock --------------------------------------------------------------------- */

/* json.Marshal of []*Dependency: the fields in the struct's order. */
static int add_json(struct manager *m, const struct rnd_pointers *list, struct kv_buf *b)
{
	struct krm_json_style style = { .html = true };
	kv_str error;
	krm_val items = rnd_dependencies_tree(m->job, list);
	if (!list->set) {
		kv_buf_lit(b, "null");
		return 0;
	}
	kv_buf_c(b, '[');
	for (size_t i = 0; i < items.l->n; i++) {
		struct krm_object *o = items.l->v[i].o;
		kv_buf_str(b, i ? KV_S(",") : KV_S(""));
		if (items.l->v[i].kind == KRM_NIL) {
			kv_buf_lit(b, "null");
			continue;
		}
		krm_val fields = o->class->tree(m->job, o);
		const char *before = "{";
		krm_map_each (fields.m, e) {
			kv_buf_str(b, kv_str_c(before));
			krm_json_write_string(b, krm_str(e->key), true);
			kv_buf_c(b, ':');
			if (krm_json_write(m->job, e->val, style, b, &error))
				return fail(m, error);
			before = ",";
		}
		kv_buf_c(b, '}');
	}
	kv_buf_c(b, ']');
	return 0;
}

/* resolver.HashReq; without a lock Helm 2's HashV2Req. */
static int digest(struct manager *m, const struct rnd_pointers *req, const struct rnd_pointers *lock,
		  kv_str *ret)
{
	struct kv_buf b;
	kv_buf_init(&b, m->job->arena, m->job->limits.output_bytes);
	kv_buf_str(&b, lock ? KV_S("[") : KV_S("{\"dependencies\":"));
	if (add_json(m, req, &b))
		return -1;
	kv_buf_str(&b, lock ? KV_S(",") : KV_S(""));
	if (lock && add_json(m, lock, &b))
		return -1;
	kv_buf_str(&b, lock ? KV_S("]") : KV_S("}"));
	*ret = kv_arena_cat(m->job->arena, KV_S("sha256:"),
			    kv_digest_hex(m->job->arena, KV_SHA256, kv_buf_view(&b)));
	return 0;
}

/* --- repositories ----------------------------------------------------------------------------- */

static int local_path(struct manager *m, kv_str repository, kv_str *ret)
{
	kv_str p = is_file(repository) ? kv_str_sub(repository, strlen("file://"), repository.n) : repository;
	*ret = kv_path_join(m->job->arena, m->path, p);
	return kv_file_kind(*ret) != KV_FILE_NONE
		       ? 0
		       : fail(m, kv_arena_printf(m->job->arena, "directory %.*s not found", KV_ARG(*ret)));
}

/* The address behind "@name" or "alias:name"; the text itself if it is an address. False: nobody knows it. */
static bool resolve_name(struct manager *m, kv_str repository, kv_str *ret_url)
{
	const struct rnd_repository *known = NULL;
	*ret_url = repository;
	if (kv_str_starts(repository, KV_S("@")))
		known = rnd_repositories_find(&m->repositories, kv_str_sub(repository, 1, repository.n));
	else if (kv_str_starts(repository, KV_S("alias:")))
		known = rnd_repositories_find(&m->repositories,
					      kv_str_sub(repository, strlen("alias:"), repository.n));
	else
		return kv_str_has(repository, KV_S("://")) || kv_str_starts(repository, KV_S("/"));
	if (known)
		*ret_url = known->url;
	return known != NULL;
}

static int unknown_repositories(struct manager *m, kv_str names, bool word)
{
	kv_str hint =
		word ? KV_S("\nNote that repositories must be URLs or aliases. For example, to refer to the "
			    "\"example\"\n"
			    "repository, use \"https://charts.example.com/\" or \"@example\" instead of\n"
			    "\"example\". Don't forget to add the repo, too ('helm repo add').")
		     : KV_S("");
	return fail(m, kv_arena_cat(m->job->arena, KV_S("no repository definition for "), names,
				    KV_S(". Please add them via 'helm repo add'"), hint));
}

/* resolveRepoNames */
static int check_repositories(struct manager *m, const struct rnd_pointers *req)
{
	struct kv_buf missing;
	bool word = false;
	kv_str ignored;
	kv_buf_init(&missing, m->job->arena, KV_BUF_MAX);
	for (size_t i = 0; i < req->n; i++) {
		const struct rnd_dependency *d = req->v[i];
		kv_str r = d->repository;
		if (r.n == 0)
			continue;
		if (is_file(r)) {
			if (local_path(m, r, &ignored))
				return -1;
			if (cli_helm_debug(m->h->settings))
				kv_buf_printf(m->out, "Repository from local path: %.*s\n", KV_ARG(r));
		} else if (!resolve_name(m, r, &ignored)) {
			kv_buf_str(&missing, missing.n ? KV_S(", ") : KV_S(""));
			kv_buf_str(&missing, r);
			word |= !kv_str_has(r, KV_S("//")) && r.p[0] != '@' &&
				!kv_str_starts(r, KV_S("alias:"));
		}
	}
	return missing.n ? unknown_repositories(m, kv_buf_view(&missing), word) : 0;
}

/* --- resolving and saving --------------------------------------------------------------------- */

static int bad_constraint(struct manager *m, const struct rnd_dependency *d, kv_str why)
{
	return fail(m, kv_arena_printf(m->job->arena,
				       "dependency %.*s has an invalid version/constraint format: %.*s",
				       KV_ARG(rnd_quoted(m->job, d->name)), KV_ARG(why)));
}

/* The version that a dependency gets; sets *ret_missing when none fits. */
static int resolve_one(struct manager *m, const struct rnd_dependency *d, kv_str *ret_version,
		       bool *ret_missing)
{
	kv_str path, error;
	struct rnd_chart *c;
	*ret_version = d->version;
	if (!rnd_constraints_parse(m->job->arena, d->version, &error))
		return bad_constraint(m, d, error);
	if (d->repository.n == 0)
		return local_path(m, kv_path_join(m->job->arena, KV_S("charts"), d->name), &path);
	if (!is_file(d->repository))
		return 0;
	if (local_path(m, d->repository, &path) || rnd_chart_load_v2(m->job, path, m->h->engine, &c))
		return -1;
	*ret_missing = fits(m->job, d->version, c->metadata->version, &error) != FIT_YES;
	*ret_version = c->metadata->version;
	return 0;
}

/* Resolver.Resolve */
static int resolve(struct manager *m, const struct rnd_pointers *req, struct rnd_pointers *ret)
{
	struct kv_arena *a = m->job->arena;
	struct kv_buf missing;
	size_t nmissing = 0;
	kv_buf_init(&missing, a, KV_BUF_MAX);
	*ret = (struct rnd_pointers){ KV_NEW_N(a, void *, req->n + 1), req->n, true };
	for (size_t i = 0; i < req->n; i++) {
		const struct rnd_dependency *d = req->v[i];
		struct rnd_dependency *locked = KV_NEW(a, struct rnd_dependency);
		bool none = false;
		*locked = (struct rnd_dependency){ .name = d->name, .repository = d->repository };
		ret->v[i] = locked;
		if (resolve_one(m, d, &locked->version, &none))
			return -1;
		if (none)
			kv_buf_printf(&missing, "%s%.*s (repository %.*s, version %.*s)",
				      nmissing++ ? ", " : "", KV_ARG(rnd_quoted(m->job, d->name)),
				      KV_ARG(rnd_quoted(m->job, d->repository)),
				      KV_ARG(rnd_quoted(m->job, d->version)));
	}
	if (!nmissing)
		return 0;
	return fail(m, kv_arena_printf(a,
				       "can't get a valid version for %zu subchart(s): %.*s. Make sure a "
				       "matching chart version "
				       "exists in the repo, or change the version constraint in Chart.yaml",
				       nmissing, KV_ARG(kv_buf_view(&missing))));
}

static int add_archive(struct manager *m, const struct rnd_chart *chart)
{
	struct kv_buf b;
	kv_str error;
	kv_buf_init(&b, m->job->arena, m->job->limits.output_bytes);
	if (rnd_chart_package(m->job, m->h->engine, chart, cli_helm_now(), &b, &error))
		return fail(m, error);
	KV_PUSH(m->job->arena, m->archives.v, m->archives.n, m->archives.cap,
		((struct rnd_file){ rnd_package_name(m->job, chart), kv_buf_view(&b) }));
	return 0;
}

/* tarFromLocalDir */
static int save_folder(struct manager *m, struct rnd_dependency *d)
{
	kv_str path, error;
	struct rnd_chart *c;
	if (local_path(m, d->repository, &path) || rnd_chart_load_v2(m->job, path, m->h->engine, &c))
		return -1;
	switch (fits(m->job, d->version, c->metadata->version, &error)) {
	case FIT_YES: break;
	case FIT_NO:
		return fail(m, kv_arena_cat(m->job->arena, KV_S("can't get a valid version for dependency "),
					    d->name));
	case FIT_BAD_VERSION: return fail(m, error);
	case FIT_BAD_CONSTRAINT: return bad_constraint(m, d, error);
	}
	d->version = c->metadata->version;
	return add_archive(m, c);
}

/* A chart that is unpacked in charts/ stays; it is only checked. */
static int check_local(struct manager *m, const struct rnd_dependency *d, kv_str charts)
{
	struct rnd_chart *c;
	kv_str error;
	kv_buf_printf(
		m->out,
		"Dependency %.*s did not declare a repository. Assuming it exists in the charts directory\n",
		KV_ARG(d->name));
	if (rnd_chart_load_v2(m->job, kv_path_join(m->job->arena, charts, d->name), m->h->engine, &c))
		return -1;
	switch (fits(m->job, d->version, c->metadata->version, &error)) {
	case FIT_YES: return 0;
	case FIT_NO:
		return fail(m, kv_arena_printf(
				       m->job->arena,
				       "dependency %.*s at version %.*s does not satisfy the constraint %.*s",
				       KV_ARG(d->name), KV_ARG(c->metadata->version), KV_ARG(d->version)));
	default: return fail(m, error);
	}
}

static int save_found(struct manager *m, struct rnd_dependency *d)
{
	struct cli_helm_source source = { .version = d->version };
	struct rnd_chart *c;
	kv_str path, bytes;
	if (!resolve_name(m, d->repository, &source.repo))
		return unknown_repositories(m, d->repository, false);
	if (cli_helm_find(m->job, m->h->engine, m->h->settings, &source, d->name, &path) ||
	    kv_file_read(m->job, path, &bytes) || rnd_chart_load_v2(m->job, path, m->h->engine, &c))
		return -1;
	kv_buf_printf(m->out, "Downloading %.*s from repo %.*s\n", KV_ARG(d->name), KV_ARG(source.repo));
	d->version = c->metadata->version;
	KV_PUSH(m->job->arena, m->archives.v, m->archives.n, m->archives.cap,
		((struct rnd_file){ kv_path_base(path), bytes }));
	return 0;
}

static bool is_archive_of_ours(const struct manager *m, kv_str name)
{
	for (size_t i = 0; i < m->archives.n; i++)
		if (kv_str_eq(m->archives.v[i].name, name))
			return true;
	return false;
}

static bool is_local(const struct rnd_pointers *deps, kv_str name)
{
	for (size_t i = 0; i < deps->n; i++) {
		const struct rnd_dependency *d = deps->v[i];
		if (d->repository.n == 0 && kv_str_eq(d->name, name))
			return true;
	}
	return false;
}

/* safeMoveDeps: what was there and is no archive of a dependency goes, if it is a chart. */
static int delete_outdated(struct manager *m, const struct rnd_pointers *deps, kv_str charts)
{
	struct kv_dirent *entries;
	size_t n;
	kv_buf_lit(m->out, "Deleting outdated charts\n");
	if (kv_dir_read(m->job, charts, &entries, &n))
		return -1;
	for (size_t i = 0; i < n; i++) {
		kv_str path = kv_path_join(m->job->arena, charts, entries[i].name);
		struct rnd_chart *c;
		if (kv_file_kind(path) == KV_FILE_DIR || is_archive_of_ours(m, entries[i].name))
			continue;
		struct kv_diag_mark mark = kv_diag_mark(m->job);
		if (rnd_chart_load_v2(m->job, path, m->h->engine, &c)) {
			kv_str why = m->job->last ? m->job->last->text : KV_S("");
			kv_buf_printf(m->out, "Could not verify %.*s for deletion: %.*s (Skipping)\n",
				      KV_ARG(path), KV_ARG(why));
			kv_diag_forget(m->job, mark);
		} else if (!is_local(deps, c->metadata->name)) {
			unlink(kv_arena_cstr(m->job->arena, path));
		}
	}
	return 0;
}

static int save_each(struct manager *m, const struct rnd_pointers *deps, kv_str charts)
{
	for (size_t i = 0; i < deps->n; i++) {
		struct rnd_dependency *d = deps->v[i];
		if (is_file(d->repository) && cli_helm_debug(m->h->settings))
			kv_buf_printf(m->out, "Archiving %.*s from repo %.*s\n", KV_ARG(d->name), KV_ARG(d->repository));
		if (d->repository.n == 0     ? check_local(m, d, charts)
		    : is_file(d->repository) ? save_folder(m, d)
					     : save_found(m, d))
			return -1;
	}
	return 0;
}

/* downloadAll: everything is made before anything is written. */
static int save_all(struct manager *m, const struct rnd_pointers *deps)
{
	kv_str charts = kv_path_join(m->job->arena, m->path, KV_S("charts"));
	if (kv_dir_make(m->job, charts))
		return -1;
	kv_buf_printf(m->out, "Saving %zu charts\n", deps->n);
	if (save_each(m, deps, charts)) {
		kv_str why = m->job->last ? m->job->last->text : KV_S(""), lead = KV_S("Error: ");
		why = kv_str_starts(why, lead) ? kv_str_sub(why, lead.n, why.n) : why;
		kv_buf_printf(m->out, "Save error occurred:  %.*s\n", KV_ARG(why));
		return -1;
	}
	if (delete_outdated(m, deps, charts))
		return -1;
	for (size_t i = 0; i < m->archives.n; i++)
		if (kv_file_write(m->job, kv_path_join(m->job->arena, charts, m->archives.v[i].name),
				  m->archives.v[i].data))
			return -1;
	return 0;
}

/* --- build, update ---------------------------------------------------------------------------- */

static int open_chart(struct manager *m)
{
	kv_str config = cli_helm_repository_config(m->job->arena, m->h->settings), bytes = KV_S(""), error;
	enum kv_file_kind kind = kv_file_kind(m->path);
	if (kind == KV_FILE_NONE)
		return fail(m, kv_arena_printf(m->job->arena,
					       "could not find %.*s: stat %.*s: no such file or directory",
					       KV_ARG(m->path), KV_ARG(m->path)));
	if (kind != KV_FILE_DIR)
		return fail(m, KV_S("only unpacked charts can be updated"));
	if (kv_file_kind(config) == KV_FILE_REGULAR && kv_file_read(m->job, config, &bytes))
		return -1;
	if (rnd_repositories_read(m->job, m->h->engine, bytes, &m->repositories, &error))
		return fail(m, error);
	return rnd_chart_load_v2(m->job, m->path, m->h->engine, &m->chart);
}

static int write_lock(struct manager *m, const struct rnd_lock *lock)
{
	bool v1 = kv_str_eq(m->chart->metadata->api_version, KV_S("v1"));
	kv_str name = v1 ? KV_S("requirements.lock") : KV_S("Chart.lock"), error;
	kv_str path = kv_path_join(m->job->arena, m->path, name);
	struct kv_buf b;
	kv_buf_init(&b, m->job->arena, KV_BUF_MAX);
	if (kv_file_kind_link(path) == KV_FILE_LINK) {
		char to[PATH_MAX];
		ssize_t n = readlink(kv_arena_cstr(m->job->arena, path), to, sizeof to);
		kv_str link = { to, n < 0 ? 0 : (size_t)n };
		return fail(m, kv_arena_cat(m->job->arena, KV_S("the "), name, KV_S(" file is a symlink to "),
					    rnd_quoted(m->job, link)));
	}
	if (krm_yaml_write(m->job, rnd_lock_tree(m->job, lock), &b, &error))
		return fail(m, error);
	return kv_file_write(m->job, path, kv_buf_view(&b));
}

static int update_chart(struct manager *m)
{
	const struct rnd_pointers *req = &m->chart->metadata->dependencies;
	const struct rnd_lock *old = m->chart->lock;
	struct rnd_lock lock = { .generated = cli_helm_timestamp(m->job->arena) };
	if (!req->set)
		return 0;
	if (check_repositories(m, req) || resolve(m, req, &lock.dependencies) ||
	    save_all(m, &lock.dependencies) || digest(m, req, &lock.dependencies, &lock.digest))
		return -1;
	return old && kv_str_eq(old->digest, lock.digest) ? 0 : write_lock(m, &lock);
}

static int check_lock(struct manager *m)
{
	const struct rnd_pointers *req = &m->chart->metadata->dependencies;
	const struct rnd_lock *lock = m->chart->lock;
	bool v1 = kv_str_eq(m->chart->metadata->api_version, KV_S("v1"));
	kv_str sum;
	if (digest(m, req, &lock->dependencies, &sum))
		return -1;
	if (kv_str_eq(sum, lock->digest))
		return 0;
	/* A chart of version 1 may have been locked by Helm 2. */
	if (v1)
		rnd_log(m->job, m->h->engine, "manager.go:122",
			KV_S("warning: a valid Helm v3 hash was not found. Checking against Helm v2 hash..."));
	if (v1 && digest(m, req, NULL, &sum) == 0 && kv_str_eq(sum, lock->digest))
		return 0;
	kv_str hint = m->h->engine == RND_HELM4 && !v1 ? KV_S(" with 'helm dependency update'") : KV_S("");
	kv_str what = v1 ? KV_S("the lock file (requirements.lock) is out of sync with the dependencies file "
				"(requirements.yaml). Please update the dependencies")
			 : KV_S("the lock file (Chart.lock) is out of sync with the dependencies file "
				"(Chart.yaml). Please update the dependencies");
	return fail(m, kv_arena_cat(m->job->arena, what, hint));
}

static int build_chart(struct manager *m)
{
	/* Manager.Update loads the chart once more, with all that is logged then. */
	if (!m->chart->lock)
		return rnd_chart_load_v2(m->job, m->path, m->h->engine, &m->chart) ? -1 : update_chart(m);
	if (check_repositories(m, &m->chart->metadata->dependencies) || check_lock(m))
		return -1;
	/* Helm crashes here. */
	for (size_t i = 0; i < m->chart->lock->dependencies.n; i++)
		if (!m->chart->lock->dependencies.v[i])
			return fail(m, KV_S("the lock file (Chart.lock) has an empty entry"));
	return save_all(m, &m->chart->lock->dependencies);
}

static struct manager manager(struct cli_helm *h, kv_str path, struct kv_buf *out)
{
	return (struct manager){ .h = h, .job = h->job, .path = path, .out = out };
}

static int build(struct cli_helm *h, const void *options_)
{
	const struct dependency_options *o = options_;
	struct manager m = manager(h, chart_path(h), &h->out);
	return cli_helm_check_tls(h->job, h->engine, &o->source) || open_chart(&m) || build_chart(&m) ? -1 : 0;
}

int cli_helm_dependency_update(struct cli_helm *h, kv_str path, bool say)
{
	struct kv_buf silent;
	kv_buf_init(&silent, h->job->arena, KV_BUF_MAX);
	struct manager m = manager(h, path, say ? &h->out : &silent);
	return open_chart(&m) || update_chart(&m) ? -1 : 0;
}

static int update(struct cli_helm *h, const void *options_)
{
	const struct dependency_options *o = options_;
	return cli_helm_check_tls(h->job, h->engine, &o->source) ? -1 : cli_helm_dependency_update(h, chart_path(h), true);
}

#define DEPENDENCY(word, summary, options, act)                                                              \
	{                                                                                                    \
		"dependency", word, "helm dependency " word " CHART [flags]", 0,                             \
			1, { "helm dependency " word, "[CHART]", summary, options,                           \
			     KV_COUNT(options),       NULL,      NULL },                                     \
			sizeof(struct dependency_options), act                                               \
	}

const struct cli_helm_verb cli_helm_dependency[] = {
	DEPENDENCY("build", "Fill charts/ from Chart.lock", options, build),
	DEPENDENCY("list", "List the dependencies of a chart", list_options, list),
	DEPENDENCY("update", "Fill charts/ from Chart.yaml and write Chart.lock", options, update),
	{ 0 },
};
