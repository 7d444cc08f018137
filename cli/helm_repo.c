/* cli/helm_repo.c: helm repo (helm: cmd/helm/repo_*.go). Repositories on disk are read, others are only noted. */
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "cli/helm.h"
#include "cli/helm_charts.h"
#include "cli/helm_fetch.h"
#include "krm/json.h"
#include "krm/yaml.h"
#include "render/chart/repository.h"

struct repo_options {
	struct cli_helm_settings settings;
	kv_str username, password, cert_file, key_file, ca_file, timeout, url, merge, output;
	bool force, insecure, pass_credentials, deprecated, json, no_headers, stdin_password, fail_on_fail,
		ignored;
};

/* clang-format off: one option a row */
static const struct cli_option add_options[] = {
	{ 0, "force-update", CLI_FLAG, CLI_HELM_AT(repo_options, force), .help = "replace the one of that name" },
	{ 0, "username", CLI_VALUE, CLI_HELM_AT(repo_options, username), "NAME", .help = "of an account of the repository" },
	{ 0, "password", CLI_VALUE, CLI_HELM_AT(repo_options, password), "PASSWORD", .help = "of the account" },
	{ 0, "password-stdin", CLI_FLAG, CLI_HELM_AT(repo_options, stdin_password),
	  .help = "read it from standard input" },
	{ 0, "cert-file", CLI_VALUE, CLI_HELM_AT(repo_options, cert_file), "FILE",
	  .help = "certificate of the client" },
	{ 0, "key-file", CLI_VALUE, CLI_HELM_AT(repo_options, key_file), "FILE", .help = "key of the client" },
	{ 0, "ca-file", CLI_VALUE, CLI_HELM_AT(repo_options, ca_file), "FILE",
	  .help = "certificates that are trusted" },
	{ 0, "insecure-skip-tls-verify", CLI_FLAG, CLI_HELM_AT(repo_options, insecure),
	  .help = "trust any certificate" },
	{ 0, "pass-credentials", CLI_FLAG, CLI_HELM_AT(repo_options, pass_credentials),
	  .help = "send the login to hosts other than the repository's, too" },
	{ 0, "allow-deprecated-repos", CLI_FLAG, CLI_HELM_AT(repo_options, deprecated), .help = "" },
	{ 0, "no-update", CLI_FLAG, CLI_HELM_AT(repo_options, ignored), .help = "" },
	{ 0, "timeout", CLI_VALUE, CLI_HELM_AT(repo_options, timeout), "", .help = "" },
	CLI_HELM_SETTINGS(repo_options),
};
static const struct cli_option list_options[] = {
	{ 'o', "output", CLI_VALUE, CLI_HELM_AT(repo_options, output), "FORM", .help = "table, json or yaml" },
	{ 0, "no-headers", CLI_FLAG, CLI_HELM_AT(repo_options, no_headers), .help = "" },
	CLI_HELM_SETTINGS(repo_options),
};
static const struct cli_option index_options[] = {
	{ 0, "url", CLI_VALUE, CLI_HELM_AT(repo_options, url), "URL", .help = "where the archives will be" },
	{ 0, "merge", CLI_VALUE, CLI_HELM_AT(repo_options, merge), "FILE", .help = "an index that is added" },
	{ 0, "json", CLI_FLAG, CLI_HELM_AT(repo_options, json), .help = "write JSON" },
	CLI_HELM_SETTINGS(repo_options),
};
static const struct cli_option update_options[] = {
	{ 0, "fail-on-repo-update-fail", CLI_FLAG, CLI_HELM_AT(repo_options, fail_on_fail),
	  .help = "end with 1 when one fails" },
	{ 0, "timeout", CLI_VALUE, CLI_HELM_AT(repo_options, timeout), "", .help = "" },
	CLI_HELM_SETTINGS(repo_options),
};
static const struct cli_option remove_options[] = { CLI_HELM_SETTINGS(repo_options) };
/* clang-format on */

/* --- the file --------------------------------------------------------------------------------- */

/* No file is an empty one; *ret_there tells. */
static int read_file(struct cli_helm *h, kv_str path, struct rnd_repositories *ret, bool *ret_there)
{
	kv_str bytes, error = KV_S("");
	*ret_there = kv_file_kind(path) != KV_FILE_NONE;
	if (!*ret_there)
		return rnd_repositories_read(h->job, h->engine, KV_S(""), ret, &error);
	if (kv_file_read(h->job, path, &bytes) == 0 &&
	    rnd_repositories_read(h->job, h->engine, bytes, ret, &error) == 0)
		return 0;
	return error.n ? rnd_chart_error(h->job, 0, error) : -1;
}

/* It may hold passwords. */
static int write_file(struct cli_helm *h, kv_str path, const struct rnd_repositories *all)
{
	struct kv_buf b;
	kv_str error;
	kv_buf_init(&b, h->job->arena, h->job->limits.output_bytes);
	if (krm_yaml_write(h->job, rnd_repositories_tree(h->job, all), &b, &error))
		return rnd_chart_error(h->job, 0, error);
	if (kv_dir_make(h->job, kv_path_dir(h->job->arena, path)))
		return -1;
	mode_t old = umask(077);
	int rc = kv_file_write(h->job, path, kv_buf_view(&b));
	umask(old);
	return rc;
}

static kv_str cached_index(struct cli_helm *h, kv_str name, const char *suffix)
{
	return kv_path_join(h->job->arena, cli_helm_repository_cache(h->job->arena, h->settings),
			    kv_arena_printf(h->job->arena, "%.*s-%s", KV_ARG(name), suffix));
}

/* --- add, update ------------------------------------------------------------------------------ */

/* What is wrong with an index is found as Helm finds it, in one that is small; in a large one nothing is looked for. */
static int check_index(struct cli_helm *h, kv_str path, kv_str *ret_why)
{
	struct rnd_index index;
	kv_str bytes;
	return cli_helm_read_index(h->job, path, KV_S(""), &bytes) < 0
		       ? -1
		       : rnd_index_parse(h->job, h->engine, path, bytes, &index, ret_why);
}

static int download_index(struct cli_helm *h, const struct rnd_repository *r, kv_str *ret_why)
{
	struct kv_job *job = h->job;
	kv_str copy = cached_index(h, r->name, "index.yaml");
	*ret_why = cli_helm_tls_error(job, h->engine, r);
	if (ret_why->n || kv_dir_make(job, kv_path_dir(job->arena, copy)))
		return -1;
	kv_str arriving = kv_arena_cat(job->arena, copy, KV_S(".part"));
	if (cli_helm_save_index(job, r, arriving, ret_why) == 0 && check_index(h, arriving, ret_why) == 0 &&
	    rename(kv_arena_cstr(job->arena, arriving), kv_arena_cstr(job->arena, copy)) == 0)
		return 0;
	kv_file_remove(arriving);
	return -1;
}

/* Copies the index of a repository into the cache. *ret_why: why that failed. */
static int fetch_index(struct cli_helm *h, const struct rnd_repository *r, kv_str *ret_why)
{
	struct kv_job *job = h->job;
	kv_str bytes, scheme = KV_S("file://");
	*ret_why = KV_S("");
	if (!kv_str_starts(r->url, scheme))
		return download_index(h, r, ret_why);
	kv_str path = kv_path_join(job->arena, kv_str_sub(r->url, scheme.n, r->url.n), KV_S("index.yaml"));
	*ret_why = kv_arena_printf(job->arena, "open %.*s: no such file or directory", KV_ARG(path));
	if (kv_file_kind(path) != KV_FILE_REGULAR || check_index(h, path, ret_why) ||
	    kv_file_read(job, path, &bytes))
		return -1;
	kv_str copy = cached_index(h, r->name, "index.yaml");
	return kv_dir_make(job, kv_path_dir(job->arena, copy)) || kv_file_write(job, copy, bytes) ? -1 : 0;
}

static bool same(const struct rnd_repository *a, const struct rnd_repository *b)
{
	return kv_str_eq(a->name, b->name) && kv_str_eq(a->url, b->url) &&
	       kv_str_eq(a->username, b->username) && kv_str_eq(a->password, b->password) &&
	       kv_str_eq(a->cert_file, b->cert_file) && kv_str_eq(a->key_file, b->key_file) &&
	       kv_str_eq(a->ca_file, b->ca_file) && a->insecure == b->insecure &&
	       a->pass_credentials == b->pass_credentials;
}

/* Helm would ask at the terminal. */
static int read_password(struct cli_helm *h, const struct repo_options *o, kv_str *ret)
{
	*ret = o->password;
	if (!o->username.n || o->password.n)
		return 0;
	if (!o->stdin_password)
		return rnd_chart_error(h->job, 0, KV_S("--username needs --password or --password-stdin"));
	if (kv_stdin_read(h->job, ret))
		return -1;
	if (kv_str_ends(*ret, KV_S("\n")))
		ret->n--;
	if (kv_str_ends(*ret, KV_S("\r")))
		ret->n--;
	return 0;
}

static int check_url(struct cli_helm *h, const struct repo_options *o, kv_str url)
{
	static const char *const gone[][2] = {
		{ "//kubernetes-charts.storage.googleapis.com", "https://charts.helm.sh/stable" },
		{ "//kubernetes-charts-incubator.storage.googleapis.com",
		  "https://charts.helm.sh/incubator" },
	};
	for (size_t i = 0; i < KV_COUNT(gone) && !o->deprecated; i++)
		if (kv_str_has(url, kv_str_c(gone[i][0])))
			return rnd_chart_error(
				h->job, 0,
				kv_arena_printf(h->job->arena,
						"repo %.*s is no longer available; try \"%s\" instead",
						KV_ARG(rnd_quoted(h->job, url)), gone[i][1]));
	return 0;
}

/* helm: pkg/getter/getter.go, ByScheme; a repository on disk is kvendor's own. */
static int check_scheme(struct cli_helm *h, kv_str url)
{
	static const char *const known[] = { "http", "https", "oci", "file" };
	size_t colon = kv_str_chr(url, ':');
	kv_str scheme = kv_str_sub(url, 0, colon == SIZE_MAX ? 0 : colon);
	for (size_t i = 0; i < KV_COUNT(known); i++)
		if (kv_str_eq(scheme, kv_str_c(known[i])))
			return 0;
	return rnd_chart_error(h->job, 0,
			       kv_arena_cat(h->job->arena, KV_S("could not find protocol handler for: "), scheme));
}

static int add(struct cli_helm *h, const void *options)
{
	const struct repo_options *o = options;
	struct kv_arena *a = h->job->arena;
	struct rnd_repositories all;
	bool there;
	kv_str path = cli_helm_repository_config(a, h->settings), password, why;
	kv_str name = h->args.v[0], url = h->args.v[1];
	if (check_url(h, o, url) || read_file(h, path, &all, &there) || read_password(h, o, &password))
		return -1;
	if (kv_str_chr(name, '/') != SIZE_MAX)
		return rnd_chart_error(
			h->job, 0,
			kv_arena_printf(
				a,
				"repository name (%.*s) contains '/', please specify a different name "
				"without '/'",
				KV_ARG(name)));
	struct rnd_repository *r = KV_NEW(a, struct rnd_repository);
	*r = (struct rnd_repository){ name,        url,        o->username, password,           o->cert_file,
				      o->key_file, o->ca_file, o->insecure, o->pass_credentials };
	const struct rnd_repository *old = o->force ? NULL : rnd_repositories_find(&all, name);
	if (old && same(old, r)) {
		kv_buf_printf(&h->out, "%.*s already exists with the same configuration, skipping\n",
			      KV_ARG(rnd_quoted(h->job, name)));
		return 0;
	}
	if (old)
		return rnd_chart_error(
			h->job, 0,
			kv_arena_printf(
				a, "repository name (%.*s) already exists, please specify a different name",
				KV_ARG(name)));
	if (check_scheme(h, url))
		return -1;
	if (fetch_index(h, r, &why))
		return rnd_chart_error(
			h->job, 0,
			kv_arena_printf(
				a,
				"looks like %.*s is not a valid chart repository or cannot be reached: "
				"%.*s",
				KV_ARG(rnd_quoted(h->job, url)), KV_ARG(why)));
	rnd_repositories_put(h->job, &all, r);
	if (write_file(h, path, &all))
		return -1;
	kv_buf_printf(&h->out, "%.*s has been added to your repositories\n",
		      KV_ARG(rnd_quoted(h->job, name)));
	return 0;
}

static bool is_asked_for(const struct cli_helm *h, kv_str name)
{
	for (size_t i = 0; i < h->args.n; i++)
		if (kv_str_eq(h->args.v[i], name))
			return true;
	return h->args.n == 0;
}

static int check_names(struct cli_helm *h, const struct rnd_repositories *all)
{
	for (size_t i = 0; i < h->args.n; i++)
		if (!rnd_repositories_find(all, h->args.v[i]))
			return rnd_chart_error(
				h->job, 0,
				kv_arena_printf(
					h->job->arena,
					"no repositories found matching '%.*s'.  Nothing will be updated",
					KV_ARG(h->args.v[i])));
	return 0;
}

/* Helm 4 fails when one repository fails, Helm 3 if it is told to. */
static int update(struct cli_helm *h, const void *options)
{
	const struct repo_options *o = options;
	struct rnd_repositories all;
	struct kv_buf failed;
	bool there;
	kv_str why;
	kv_buf_init(&failed, h->job->arena, KV_BUF_MAX);
	if (read_file(h, cli_helm_repository_config(h->job->arena, h->settings), &all, &there))
		return -1;
	if (all.list.n == 0)
		return rnd_chart_error(h->job, 0,
				       KV_S("no repositories found. You must add one before updating"));
	if (check_names(h, &all))
		return -1;
	kv_buf_lit(&h->out, "Hang tight while we grab the latest from your chart repositories...\n");
	for (size_t i = 0; i < all.list.n; i++) {
		const struct rnd_repository *r = all.list.v[i];
		if (!r || !is_asked_for(h, r->name))
			continue;
		kv_str name = rnd_quoted(h->job, r->name);
		if (fetch_index(h, r, &why) == 0) {
			kv_buf_printf(&h->out,
				      "...Successfully got an update from the %.*s chart repository\n",
				      KV_ARG(name));
			continue;
		}
		kv_buf_printf(&h->out,
			      "...Unable to get an update from the %.*s chart repository (%.*s):\n\t%.*s\n",
			      KV_ARG(name), KV_ARG(r->url), KV_ARG(why));
		kv_buf_printf(&failed, "%s%.*s", failed.n ? " " : "", KV_ARG(r->url));
	}
	if (failed.n && (o->fail_on_fail || h->engine == RND_HELM4))
		return rnd_chart_error(
			h->job, 0,
			kv_arena_printf(h->job->arena, "%sailed to update the following repositories: [%.*s]",
					h->engine == RND_HELM4 ? "f" : "F", KV_ARG(kv_buf_view(&failed))));
	kv_buf_lit(&h->out, "Update Complete. \u2388Happy Helming!\u2388\n");
	return 0;
}

/* --- list, remove ----------------------------------------------------------------------------- */

static krm_val list_tree(struct cli_helm *h, const struct rnd_repositories *all)
{
	krm_val list = krm_list(h->job->arena, KRM_OF_ANY);
	for (size_t i = 0; i < all->list.n; i++) {
		const struct rnd_repository *r = all->list.v[i];
		krm_val row = krm_map(h->job->arena, KRM_OF_ANY);
		krm_map_set(h->job->arena, row.m, KV_S("name"),
			    krm_string(h->job->arena, r ? r->name : KV_S("")));
		krm_map_set(h->job->arena, row.m, KV_S("url"),
			    krm_string(h->job->arena, r ? r->url : KV_S("")));
		krm_list_push(h->job->arena, list.l, row);
	}
	return list;
}

/* uitable: columns as wide as their widest cell, a tab between them, cells filled with blanks. */
static void print_table(struct cli_helm *h, const struct rnd_repositories *all, bool headers)
{
	size_t name = headers ? 4 : 0, url = headers ? 3 : 0;
	for (size_t i = 0; i < all->list.n; i++) {
		const struct rnd_repository *r = all->list.v[i];
		name = r->name.n > name ? r->name.n : name;
		url = r->url.n > url ? r->url.n : url;
	}
	if (headers)
		kv_buf_printf(&h->out, "%-*s\t%-*s\n", (int)name, "NAME", (int)url, "URL");
	for (size_t i = 0; i < all->list.n; i++) {
		const struct rnd_repository *r = all->list.v[i];
		kv_buf_printf(&h->out, "%-*.*s\t%-*.*s\n", (int)name, KV_ARG(r->name), (int)url,
			      KV_ARG(r->url));
	}
}

static int list(struct cli_helm *h, const void *options)
{
	const struct repo_options *o = options;
	struct rnd_repositories all;
	bool there, json = kv_str_eq(o->output, KV_S("json")), yaml = kv_str_eq(o->output, KV_S("yaml"));
	kv_str error;
	if (read_file(h, cli_helm_repository_config(h->job->arena, h->settings), &all, &there))
		return -1;
	if (all.list.n == 0 && !json && !yaml) {
		if (h->engine == RND_HELM3)
			return rnd_chart_error(h->job, 0, KV_S("no repositories to show"));
		kv_warn_verbatim(h->job, KV_S("no repositories to show"));
		return 0;
	}
	if (json) {
		struct krm_json_style style = { .html = true };
		if (krm_json_write(h->job, list_tree(h, &all), style, &h->out, &error))
			return rnd_chart_error(h->job, 0, error);
		kv_buf_c(&h->out, '\n');
	} else if (yaml) {
		return krm_yaml_write(h->job, list_tree(h, &all), &h->out, &error)
			       ? rnd_chart_error(h->job, 0, error)
			       : 0;
	} else {
		print_table(h, &all, !o->no_headers);
	}
	return 0;
}

static int remove_repositories(struct cli_helm *h, const void *options)
{
	(void)options;
	struct rnd_repositories all;
	bool there;
	kv_str path = cli_helm_repository_config(h->job->arena, h->settings);
	if (read_file(h, path, &all, &there))
		return -1;
	if (all.list.n == 0)
		return rnd_chart_error(h->job, 0, KV_S("no repositories configured"));
	for (size_t i = 0; i < h->args.n; i++) {
		kv_str name = h->args.v[i], quoted = rnd_quoted(h->job, name);
		if (!rnd_repositories_remove(&all, name))
			return rnd_chart_error(
				h->job, 0,
				kv_arena_printf(h->job->arena, "no repo named %.*s found", KV_ARG(quoted)));
		if (write_file(h, path, &all))
			return -1;
		/* What is not in the cache need not be removed. */
		unlink(kv_arena_cstr(h->job->arena, cached_index(h, name, "charts.txt")));
		unlink(kv_arena_cstr(h->job->arena, cached_index(h, name, "index.yaml")));
		kv_buf_printf(&h->out, "%.*s has been removed from your repositories\n", KV_ARG(quoted));
	}
	return 0;
}

/* --- index ------------------------------------------------------------------------------------ */

static int write_index(struct cli_helm *h, const struct rnd_index *index, kv_str path, bool json)
{
	struct kv_buf b;
	kv_str error;
	struct krm_json_style style = { .html = true, .indent = "  ", .in_order = true };
	kv_buf_init(&b, h->job->arena, h->job->limits.output_bytes);
	krm_val tree = rnd_index_tree(h->job, index);
	if (json ? krm_json_write(h->job, tree, style, &b, &error) : krm_yaml_write(h->job, tree, &b, &error))
		return rnd_chart_error(h->job, 0, error);
	return kv_file_write(h->job, path, kv_buf_view(&b));
}

static int merge(struct cli_helm *h, const struct repo_options *o, struct rnd_index *index)
{
	struct rnd_index old;
	kv_str error = KV_S("");
	if (kv_file_kind(o->merge) == KV_FILE_NONE) {
		rnd_index_init(h->job, &old, index->generated);
		return write_index(h, &old, o->merge, o->json);
	}
	if (rnd_index_read(h->job, h->engine, o->merge, &old, &error))
		return error.n ? rnd_chart_error(h->job, 0,
						 kv_arena_cat(h->job->arena, KV_S("merge failed: "), error))
			       : -1;
	rnd_index_merge(h->job, index, &old);
	return 0;
}

static int make_index(struct cli_helm *h, const void *options)
{
	const struct repo_options *o = options;
	struct rnd_index index;
	kv_str error = KV_S(""), dir = h->args.v[0];
	if (rnd_index_folder(h->job, h->engine, dir, o->url, cli_helm_timestamp(h->job->arena), &index,
			     &error))
		return error.n ? rnd_chart_error(h->job, 0, error) : -1;
	if (o->merge.n && merge(h, o, &index))
		return -1;
	rnd_index_sort(h->job, &index);
	return write_index(h, &index, kv_path_join(h->job->arena, dir, KV_S("index.yaml")), o->json);
}

#define REPO(word, arguments, args, least, most, summary, options, act)                                      \
	{                                                                                                    \
		"repo", word, "helm repo " word arguments " [flags]", least, most,                           \
			{ "helm repo " word, args, summary, options, KV_COUNT(options), NULL, NULL },        \
			sizeof(struct repo_options), act                                                     \
	}

const struct cli_helm_verb cli_helm_repo[] = {
	REPO("add", " [NAME] [URL]", "NAME URL", 2, 2, "Note a repository", add_options, add),
	REPO("index", " [DIR]", "DIR", 1, 1, "Write the index.yaml of a folder of archives", index_options,
	     make_index),
	REPO("list", "", "", 0, 0, "List the repositories", list_options, list),
	REPO("remove", " [REPO1 [REPO2 ...]]", "NAME...", 1, CLI_HELM_ANY, "Forget repositories",
	     remove_options, remove_repositories),
	REPO("update", " [REPO1 [REPO2 ...]]", "[NAME]...", 0, CLI_HELM_ANY, "Read the indexes again",
	     update_options, update),
	{ 0 },
};
