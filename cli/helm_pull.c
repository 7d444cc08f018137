/* cli/helm_pull.c: helm pull, and where an archive is found (helm: pkg/action/pull.go, pkg/downloader/chart_downloader.go). */
#include "base/digest.h"
#include "base/file.h"
#include "cli/helm.h"
#include "cli/helm_charts.h"
#include "cli/helm_fetch.h"
#include "cli/report.h"
#include "render/chart/archive.h"
#include "render/chart/repository.h"
#include "render/template/url.h"

struct pull_options {
	struct cli_helm_settings settings;
	struct cli_helm_source source;
	kv_str untar_dir, destination;
	bool untar, provenance;
};

/* clang-format off: one option a row */
static const struct cli_option options[] = {
	{ 0, "untar", CLI_FLAG, CLI_HELM_AT(pull_options, untar), .help = "unpack the chart" },
	{ 0, "untardir", CLI_VALUE, CLI_HELM_AT(pull_options, untar_dir), "DIR", .help = "where it is unpacked" },
	{ 'd', "destination", CLI_VALUE, CLI_HELM_AT(pull_options, destination), "DIR",
	  .help = "where the archive goes" },
	{ 0, "prov", CLI_FLAG, CLI_HELM_AT(pull_options, provenance), .help = "" },
	CLI_HELM_SOURCE(pull_options),
	CLI_HELM_SETTINGS(pull_options),
};
/* clang-format on */

/* --- finding ---------------------------------------------------------------------------------- */

struct find {
	struct kv_job *job;
	enum rnd_engine engine;
	const struct cli_helm_settings *settings;
	const struct cli_helm_source *source;
	kv_str version;
};

/* The path that a file:// address or an absolute path names. */
static bool is_on_disk(kv_str url, kv_str *ret_path)
{
	kv_str scheme = KV_S("file://");
	*ret_path = kv_str_starts(url, scheme) ? kv_str_sub(url, scheme.n, url.n) : url;
	return ret_path->n && ret_path->p[0] == '/';
}

/* Of an address, not only a host (helm: pkg/downloader/chart_downloader.go, ResolveChartVersion). */
static int no_scheme(struct find *f, kv_str url)
{
	return rnd_chart_error(
		f->job, 0,
		kv_arena_printf(f->job->arena, "could not find protocol handler for: %.*s",
				KV_ARG(kv_str_sub(url, 0, kv_str_find(url, KV_S("://"), 0)))));
}

/* Helm 3 tells about it on standard error, Helm 4 on standard output. */
static int pull_oci(struct find *f, kv_str reference, kv_str *ret_path)
{
	kv_str said;
	if (cli_helm_pull_oci(f->job, f->settings, f->source, reference, f->version, ret_path, &said))
		return -1;
	if (f->engine == RND_HELM4)
		return cli_print(kv_arena_cat(f->job->arena, said, KV_S("\n")));
	kv_warn_verbatim(f->job, said);
	return 0;
}

static kv_str address(struct find *f, kv_str base, kv_str url)
{
	if (kv_str_has(url, KV_S("://")))
		return url;
	kv_str sep = kv_str_ends(base, KV_S("/")) ? KV_S("") : KV_S("/");
	return kv_arena_cat(f->job->arena, base, sep, url);
}

/* Helm leaves the archives that it renders charts from in its cache; one counts if it is what the index lists. */
static bool is_cached(struct find *f, const struct rnd_chart_version *v, kv_str url, kv_str *ret_path)
{
	kv_str bytes, cache = cli_helm_repository_cache(f->job->arena, f->settings);
	kv_str path = kv_path_join(f->job->arena, cache, kv_path_base(url));
	struct kv_diag_mark mark = kv_diag_mark(f->job);
	if (!v->digest.n || kv_file_kind(path) != KV_FILE_REGULAR)
		return false;
	if (kv_file_read(f->job, path, &bytes)) {
		kv_diag_forget(f->job, mark);
		return false;
	}
	*ret_path = path;
	return kv_str_eq(kv_digest_hex(f->job->arena, KV_SHA256, bytes), v->digest);
}

/* `r`: the repository, its URL a folder where it lies on disk. */
static int archive_of(struct find *f, const struct rnd_chart_version *v, const struct rnd_repository *r,
		      kv_str *ret_path)
{
	kv_str url = address(f, r->url, v->urls.v[0]);
	if (is_cached(f, v, url, ret_path))
		return 0;
	if (kv_str_starts(url, KV_S("oci://")))
		return pull_oci(f, url, ret_path);
	if (kv_str_is_http(url))
		return cli_helm_download(f->job, f->settings, r, url, v->digest, ret_path);
	if (!is_on_disk(url, ret_path))
		return no_scheme(f, url);
	return kv_file_kind(*ret_path) == KV_FILE_REGULAR ? 0 : cli_helm_stat_error(f->job, *ret_path);
}

/* What a file says of one chart. */
static int read_index(struct find *f, kv_str path, kv_str chart, struct rnd_index *ret, kv_str *ret_error)
{
	kv_str bytes;
	return cli_helm_read_index(f->job, path, chart, &bytes) < 0
		       ? -1
		       : rnd_index_parse(f->job, RND_HELM4, path, bytes, ret, ret_error);
}

/* The index of a folder, read, or made where there is none. */
static int index_of(struct find *f, kv_str dir, kv_str chart, struct rnd_index *ret, kv_str *ret_error)
{
	kv_str path = kv_path_join(f->job->arena, dir, KV_S("index.yaml"));
	if (kv_file_kind(path) == KV_FILE_REGULAR)
		return read_index(f, path, chart, ret, ret_error);
	int rc = rnd_index_folder(f->job, RND_HELM4, dir, KV_S(""), KV_S(""), ret, ret_error);
	rnd_index_sort(f->job, ret);
	return rc;
}

/* The index of a repository that is asked for over the network. */
static int download_index(struct find *f, const struct rnd_repository *r, kv_str chart, struct rnd_index *ret)
{
	struct kv_job *job = f->job;
	kv_str bytes, why = KV_S("");
	if (cli_helm_get_index(job, r, chart, &bytes, &why) == 0 &&
	    rnd_index_parse(job, f->engine, cli_helm_index_url(job->arena, r), bytes, ret, &why) == 0)
		return 0;
	return rnd_chart_error(job, 0,
			       kv_arena_printf(job->arena,
					       "looks like %.*s is not a valid chart repository or "
					       "cannot be reached: %.*s",
					       KV_ARG(rnd_quoted(job, r->url)), KV_ARG(why)));
}

/* repo.FindChartInRepoURL */
static int find_in(struct find *f, const struct rnd_repository *repository, kv_str name, kv_str *ret_path)
{
	struct kv_arena *a = f->job->arena;
	struct rnd_repository r = *repository;
	struct rnd_index index;
	const struct rnd_chart_version *v;
	kv_str error = KV_S(""), url = r.url;
	if (kv_str_starts(url, KV_S("oci://")))
		return pull_oci(f, address(f, url, name), ret_path);
	if (kv_str_is_http(url) ? download_index(f, &r, name, &index)
	    : !is_on_disk(url, &r.url) ? no_scheme(f, url)
				       : index_of(f, r.url, name, &index, &error))
		return error.n ? rnd_chart_error(f->job, 0, error) : -1;
	kv_str what = kv_arena_cat(a, KV_S("chart "), rnd_quoted(f->job, name));
	if (f->version.n)
		what = kv_arena_cat(a, what, KV_S(" version "), rnd_quoted(f->job, f->version));
	if (rnd_index_get(f->job, &index, name, f->version, &v, &error))
		return rnd_chart_error(
			f->job, 0, kv_arena_cat(a, what, KV_S(" not found in "), url, KV_S(" repository")));
	if (v->urls.n == 0)
		return rnd_chart_error(f->job, 0, kv_arena_cat(a, what, KV_S(" has no downloadable URLs")));
	return archive_of(f, v, &r, ret_path);
}

/* REPOSITORY/CHART, decoded in `of`: a repository of repositories.yaml, its index from the cache. */
static int find_configured(struct find *f, kv_str reference, kv_str of, size_t slash, kv_str *ret_path)
{
	struct kv_job *job = f->job;
	struct rnd_repositories all = { 0 };
	struct rnd_index index;
	const struct rnd_chart_version *v;
	kv_str config = cli_helm_repository_config(job->arena, f->settings), bytes, error = KV_S(""), dir;
	kv_str name = kv_str_sub(of, 0, slash), chart = kv_str_sub(of, slash + 1, of.n);
	if (kv_file_kind(config) == KV_FILE_REGULAR &&
	    (kv_file_read(job, config, &bytes) || rnd_repositories_read(job, RND_HELM4, bytes, &all, &error)))
		return error.n ? rnd_chart_error(job, 0, error) : -1;
	const struct rnd_repository *repo = rnd_repositories_find(&all, name);
	if (!repo)
		return rnd_chart_error(job, 0,
				       kv_arena_cat(job->arena, KV_S("repo "), name, KV_S(" not found")));
	kv_str path = kv_path_join(job->arena, cli_helm_repository_cache(job->arena, f->settings),
				   kv_arena_cat(job->arena, name, KV_S("-index.yaml")));
	if (kv_file_kind(path) != KV_FILE_REGULAR && is_on_disk(repo->url, &dir))
		return find_in(f, repo, chart, ret_path);
	if (kv_file_kind(path) != KV_FILE_REGULAR)
		return rnd_chart_error(
			job, 0,
			kv_arena_printf(
				job->arena,
				"no cached repo found. (try 'helm repo update'): open %.*s: no such file "
				"or directory",
				KV_ARG(path)));
	if (read_index(f, path, chart, &index, &error))
		return error.n ? rnd_chart_error(job, 0, error) : -1;
	if (rnd_index_get(job, &index, chart, f->version, &v, &error))
		return rnd_chart_error(
			job, 0,
			kv_arena_printf(job->arena,
					"chart %.*s matching %.*s not found in %.*s index. (try 'helm repo "
					"update'): %.*s",
					KV_ARG(rnd_quoted(job, chart)), KV_ARG(f->version), KV_ARG(name),
					KV_ARG(error)));
	if (v->urls.n == 0)
		return rnd_chart_error(job, 0,
				       kv_arena_cat(job->arena, KV_S("chart "), rnd_quoted(job, reference),
						    KV_S(" has no downloadable URLs")));
	struct rnd_repository r = *repo;
	if (is_on_disk(repo->url, &dir))
		r.url = dir;
	return archive_of(f, v, &r, ret_path);
}

int cli_helm_find(struct kv_job *job, enum rnd_engine engine, const struct cli_helm_settings *settings,
		  const struct cli_helm_source *source, kv_str reference, kv_str *ret_path)
{
	struct find f = { job, engine, settings, source, kv_str_trim(source->version, " \t\r\n") };
	struct rnd_repository flags = cli_helm_flags(source, source->repo.n ? source->repo : reference);
	if (!f.version.n && source->devel)
		f.version = KV_S(">0.0.0-0");
	if (source->verify)
		return rnd_chart_error(job, 0,
				       KV_S("--verify is not offered by kvendor, which holds no keyring"));
	if (source->repo.n)
		return find_in(&f, &flags, reference, ret_path);
	if (kv_str_starts(reference, KV_S("file://")) && is_on_disk(reference, ret_path))
		return kv_file_kind(*ret_path) != KV_FILE_NONE ? 0 : cli_helm_stat_error(job, *ret_path);
	struct rnd_url u;
	kv_str error;
	if (rnd_url_parse(job->arena, reference, &u, &error))
		return rnd_chart_error(job, 0, kv_arena_cat(job->arena, KV_S("invalid chart URL format: "), reference));
	if (kv_str_starts(reference, KV_S("oci://")))
		return pull_oci(&f, reference, ret_path);
	if (u.scheme.n && u.host.n && u.path.n)
		return kv_str_is_http(reference)
			       ? cli_helm_download(job, settings, &flags, reference, KV_S(""), ret_path)
			       : rnd_chart_error(job, 0,
						 kv_arena_cat(job->arena, KV_S("scheme "), rnd_quoted(job, u.scheme),
							      KV_S(" not supported")));
	size_t slash = kv_str_chr(u.path, '/');
	if (slash != SIZE_MAX)
		return find_configured(&f, reference, u.path, slash, ret_path);
	kv_str what = KV_S("non-absolute URLs should be in form of repo_name/path_to_chart, got: ");
	return rnd_chart_error(job, 0, kv_arena_cat(job->arena, what, rnd_url_text(job->arena, &u)));
}

/* --- unpacking -------------------------------------------------------------------------------- */

static int untar(struct cli_helm *h, const struct pull_options *o, kv_str reference, kv_str archive)
{
	struct kv_arena *a = h->job->arena;
	kv_str dir = o->untar_dir.n ? o->untar_dir : KV_S(".");
	if (dir.p[0] != '/')
		dir = kv_path_join(a, o->destination.n ? o->destination : KV_S("."), dir);
	kv_str made = kv_path_join(a, dir, kv_path_base(reference));
	if (kv_file_kind(made) != KV_FILE_NONE)
		return rnd_chart_error(
			h->job, 0,
			kv_arena_cat(a, KV_S("failed to untar: a file or directory with the name "), made,
				     KV_S(" already exists")));
	return kv_dir_make(h->job, made) || cli_helm_expand(h, archive, dir) ? -1 : 0;
}

static int copy(struct cli_helm *h, const struct pull_options *o, kv_str archive)
{
	kv_str bytes, dir = o->destination.n ? o->destination : KV_S(".");
	if (kv_file_read(h->job, archive, &bytes))
		return -1;
	return kv_file_write(h->job, kv_path_join(h->job->arena, dir, kv_path_base(archive)), bytes);
}

/* kustomize asks with --repo URL NAME, or oci://HOST/PATH/NAME, and throws the chart's folder away or keeps it for good. */
static int find(struct cli_helm *h, const struct pull_options *o, kv_str reference, kv_str *ret_archive)
{
	kv_str repository = o->source.repo, name = reference;
	if (kv_str_starts(reference, KV_S("oci://"))) {
		size_t slash = kv_str_rchr(reference, '/');
		repository = kv_str_sub(reference, 0, slash);
		name = kv_str_sub(reference, slash + 1, reference.n);
	}
	if (h->for_kustomize && (kv_str_is_http(repository) || kv_str_starts(repository, KV_S("oci://"))))
		return cli_helm_fetch_chart(h->job, &o->settings, repository, name, &o->source, ret_archive);
	return cli_helm_find(h->job, h->engine, &o->settings, &o->source, reference, ret_archive);
}

static int pull(struct cli_helm *h, const void *options_)
{
	const struct pull_options *o = options_;
	if (o->provenance)
		return rnd_chart_error(h->job, 0,
				       KV_S("--prov is not offered by kvendor, which holds no keyring"));
	if (cli_helm_check_tls(h->job, h->engine, &o->source))
		return -1;
	for (size_t i = 0; i < h->args.n; i++) {
		kv_str archive, reference = h->args.v[i];
		if (find(h, o, reference, &archive))
			return -1;
		if (o->untar ? untar(h, o, reference, archive) : copy(h, o, archive))
			return -1;
	}
	return 0;
}

const struct cli_helm_verb cli_helm_pull[] = {
	{ NULL,
	  "pull",
	  "helm pull [chart URL | repo/chartname] [...] [flags]",
	  1,
	  CLI_HELM_ANY,
	  { "helm pull", "CHART...", "Take charts out of repositories and registries", options, KV_COUNT(options),
	    NULL, NULL },
	  sizeof(struct pull_options),
	  pull },
	{ 0 },
};
