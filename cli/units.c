/* cli/units.c: options, selection and reports of commands on units. */
#include "cli/units.h"

#include <stdio.h>
#include <unistd.h>

#include "base/file.h"
#include "cli/engine.h"
#include "cli/progress.h"
#include "cli/report.h"
#include "tree/lock.h"
#include "tree/write.h"

/* clang-format off: one option a row */
#define AT(field) offsetof(struct cli_unit_options, field)
const struct cli_option cli_unit_rows[] = {
	{ 'C', "directory", CLI_VALUE, AT(directory), "DIR", .help = "run as if started in DIR" },
	{ 0, "engine", CLI_VALUE, AT(engine), "ENGINE", .help = "helm4 or helm3; overrides the units' own" },
	CLI_RANDOM_OPTION(AT(random)),
	{ 'j', "jobs", CLI_NUMBER, AT(jobs), "N", .help = "render N units in parallel" },
	{ 0, "frozen", CLI_FLAG, AT(frozen), .help = "fail if something is not in kvendor.lock" },
	{ 0, "offline", CLI_FLAG, AT(offline), .help = "use only the cache; download nothing" },
	{ 0, "netrc", CLI_VALUE, AT(netrc), "FILE", .help = "file with logins, as curl and git use it" },
	{ 0, "keyring", CLI_VALUE, AT(keyring), "FILE", .help = "require charts signed by a key of this keyring" },
	{ 0 },
};
#undef AT

#define AT(field) offsetof(struct cli_result_options, field)
const struct cli_option cli_result_rows[] = {
	{ 0, "no-cache", CLI_FLAG, AT(no_cache), .help = "render every unit, and keep no results" },
	{ 0, "require-cached", CLI_FLAG, AT(require_cached), .help = "render nothing: fail unless all results are in the cache" },
	{ 0, "cache", CLI_VALUE, AT(cache), "URL[,ro]", .help = "share results through a Bazel HTTP cache; ro: read only" },
	{ 0, "shard", CLI_VALUE, AT(shard), "K/N", .help = "only part K of N of the units" },
	{ 0, "since", CLI_VALUE, AT(since), "REF", .help = "only units whose inputs changed since this commit" },
	{ 0 },
};
#undef AT
/* clang-format on */

int cli_units_options(struct kv_job *job, const struct cli_unit_options *o, struct tree_produce_options *ret)
{
	if (o->jobs < 0)
		return kv_error(job, 0, "--jobs must be a positive number");
	ret->threads = (size_t)o->jobs;
	if (o->directory.p && chdir(kv_arena_cstr(job->arena, o->directory)) < 0)
		return kv_error_file(job, o->directory, "cannot change to this directory");
	struct rnd_fetch_options *fetch = KV_NEW(job->arena, struct rnd_fetch_options);
	kv_str cwd;
	rnd_fetch_environment(job, fetch);
	if (o->netrc.p)
		fetch->http.netrc = o->netrc;
	if (o->netrc.p && kv_file_kind(o->netrc) != KV_FILE_REGULAR)
		return kv_error_file(job, o->netrc, "--netrc names no file");
	if (o->keyring.p && (kv_path_cwd(job, &cwd) < 0 || kv_file_kind(o->keyring) != KV_FILE_REGULAR))
		return kv_error_file(job, o->keyring, "--keyring names no file");
	if (o->keyring.p)
		fetch->keyring = kv_path_join(job->arena, cwd, o->keyring);
	fetch->frozen = o->frozen;
	fetch->offline = o->offline;
	if (!o->offline && !o->quiet)
		fetch->http.progress = cli_progress_start();
	ret->fetch = fetch;
	return cli_random_read(job, o->random, &ret->random_os) < 0 ? -1 : cli_engine_options(job, o->engine, ret);
}

/* "2/5": of five parts the second. */
static int read_shard(struct kv_job *job, kv_str text, struct tree_produce_options *ret)
{
	unsigned long k, n;
	int end = 0;
	if (sscanf(kv_arena_cstr(job->arena, text), "%5lu/%5lu%n", &k, &n, &end) != 2 ||
	    (size_t)end != text.n || !kv_is_digit(text.p[0]) || k < 1 || k > n)
		return kv_error(job, 0, "invalid --shard \"%.*s\": it must be K/N, with K from 1 to N", KV_ARG(text));
	ret->shard = k;
	ret->shards = n;
	return 0;
}

static int read_since(struct kv_job *job, kv_str ref, struct tree_produce_options *ret)
{
	struct kv_git_changes *changes = KV_NEW(job->arena, struct kv_git_changes);
	kv_str cwd;
	if (kv_path_cwd(job, &cwd) < 0 || kv_git_changes(job, cwd, ref, changes) < 0)
		return -1;
	ret->since = changes;
	return 0;
}

int cli_result_options(struct kv_job *job, const struct cli_result_options *o, struct tree_produce_options *ret)
{
	if (o->no_cache && o->require_cached)
		return kv_error(job, 0, "--no-cache and --require-cached cannot be combined");
	ret->no_cache = o->no_cache;
	ret->require_cached = o->require_cached;
	if (o->cache.p) {
		ret->remote = KV_NEW(job->arena, struct rnd_remote);
		if (rnd_remote_open(job, o->cache, &ret->fetch->http, ret->remote) < 0)
			return -1;
	}
	if (o->shard.p && read_shard(job, o->shard, ret) < 0)
		return -1;
	return o->since.p ? read_since(job, o->since, ret) : 0;
}

/* --- selection -------------------------------------------------------------------------------- */

static bool mark_below(const struct tree_repo *repo, kv_str path, bool *wanted)
{
	kv_str rest;
	bool found = false;
	for (size_t i = 0; i < repo->nunits; i++)
		if (kv_path_below(repo->units[i]->path, path, &rest))
			found = wanted[i] = true;
	return found;
}

/* A changed file of a unit stands for the unit. */
static bool mark_around(const struct tree_repo *repo, kv_str path, bool *wanted)
{
	kv_str rest;
	size_t longest = 0;
	for (size_t i = 0; i < repo->nunits; i++)
		if (kv_path_below(path, repo->units[i]->path, &rest) && repo->units[i]->path.n > longest)
			longest = repo->units[i]->path.n;
	for (size_t i = 0; longest && i < repo->nunits; i++)
		if (repo->units[i]->path.n == longest && kv_path_below(path, repo->units[i]->path, &rest))
			wanted[i] = true;
	return longest > 0;
}

/* Paths of files that are gone are as good as others: no link can be resolved there. */
static int absolute(struct kv_job *job, const struct tree_repo *repo, kv_str path, kv_str *ret)
{
	*ret = kv_path_join(job->arena, repo->cwd, path);
	return kv_file_kind(*ret) == KV_FILE_NONE ? 0 : kv_path_real(job, *ret, ret);
}

int cli_units_select(struct kv_job *job, const struct tree_repo *repo, const struct cli_list *paths,
		     const bool **ret_wanted)
{
	bool *wanted = KV_NEW_N(job->arena, bool, repo->nunits);
	int failed = 0;
	for (size_t i = 0; i < paths->n; i++) {
		kv_str path;
		if (absolute(job, repo, paths->v[i], &path) < 0)
			failed = -1;
		else if (!mark_below(repo, path, wanted) && !mark_around(repo, path, wanted))
			failed = kv_error_file(job, paths->v[i], "there is no unit at, below or around this path");
	}
	*ret_wanted = paths->n ? wanted : NULL;
	return failed;
}

int cli_units_compare(struct kv_job *job, struct tree_repo *repo, struct tree_produce_options *options,
		      const struct cli_list *paths, struct tree_drifts *ret_drifts, const bool **ret_wanted)
{
	if (tree_discover(job, repo, options) < 0)
		return -1;
	if (!repo->nunits)
		cli_units_report_none(job, repo);
	if (cli_units_select(job, repo, paths, ret_wanted) < 0)
		return -1;
	options->wanted = *ret_wanted;
	struct tree_product *products = tree_produce(job, repo, options);
	if (!products)
		return -1;
	bool *looked_at = KV_NEW_N(job->arena, bool, repo->nunits);
	for (size_t i = 0; i < repo->nunits; i++) {
		looked_at[i] = !products[i].skipped;
		if (looked_at[i] && !repo->units[i]->failed &&
		    tree_drift_find(job, repo, &products[i], ret_drifts) < 0)
			repo->units[i]->failed = true;
	}
	*ret_wanted = looked_at;
	return 0;
}

/* --- reports ---------------------------------------------------------------------------------- */

void cli_units_report_none(struct kv_job *job, const struct tree_repo *repo)
{
	struct kv_buf out;
	kv_buf_init(&out, job->arena, KV_BUF_MAX);
	kv_buf_lit(&out, "note: no kubesource.yaml or kvendor.yaml below the working directory\n");
	for (size_t i = 0; i < repo->nmisnamed; i++)
		kv_buf_printf(&out,
			      "%.*s: note: this name is not looked for, kubesource.yaml or kvendor.yaml is\n",
			      KV_ARG(repo->misnamed[i]));
	cli_tell(kv_buf_view(&out));
}

int cli_unit_report(const struct tree_unit *u)
{
	int status = cli_status(u->job);
	cli_report(u->job);
	return u->failed && status == CLI_OK ? CLI_FAILED : status;
}

kv_str cli_units_cut(struct kv_arena *a, kv_str text, size_t *left)
{
	kv_str rest = text, line;
	size_t more = 0;
	while (*left && kv_str_line(&rest, &line))
		--*left;
	kv_str shown = kv_str_sub(text, 0, text.n - rest.n);
	while (kv_str_line(&rest, &line))
		more++;
	return more ? kv_arena_printf(a, "%.*s(%zu more line%s)\n", KV_ARG(shown), more, more == 1 ? "" : "s")
		    : text;
}

int cli_unit_report_brief(const struct tree_unit *u, size_t *left)
{
	struct kv_buf out;
	int status = cli_status(u->job);
	kv_buf_init(&out, u->job->arena, KV_BUF_MAX);
	if (u->job->nerrors)
		kv_diags_print(u->job, &out, false);
	if (*left)
		cli_tell(cli_units_cut(u->job->arena, kv_buf_view(&out), left));
	return u->failed && status == CLI_OK ? CLI_FAILED : status;
}

/* --- pins ------------------------------------------------------------------------------------- */

/* The runs of hooks and of people meet; the later one waits. */
int cli_units_lock(struct kv_job *job, kv_str root)
{
	bool busy;
	int fd = tree_lock(job, root, false, &busy);
	if (fd >= 0 || !busy)
		return fd;
	cli_tell(KV_S("note: another run is writing in this repository, waiting for it\n"));
	return tree_lock(job, root, true, &busy);
}

/* A chart or URL on the command line that no unit uses is a slip. */
static int check_names(struct kv_job *job, const struct tree_repo *repo, const struct tree_product *products,
		       const struct cli_pinning *pinning)
{
	for (size_t i = 0; i < pinning->nnames; i++) {
		bool found = false, failed = false;
		for (size_t u = 0; u < repo->nunits; u++) {
			const struct rnd_pins *used = &products[u].fetcher.used;
			failed |= products[u].unit->failed;
			for (size_t p = 0; p < used->n; p++)
				found |= kv_str_eq(pinning->names[i], rnd_pin_name(used->v[p]));
		}
		if (!found && !failed)
			return kv_error(job, 0, "no unit uses a remote chart or URL '%.*s'",
					KV_ARG(pinning->names[i]));
	}
	return 0;
}

static int pin(struct kv_job *job, struct tree_repo *repo, const struct tree_produce_options *produce,
	       const struct cli_pinning *pinning)
{
	int status = tree_discover(job, repo, produce) < 0 ? CLI_FAILED : CLI_OK;
	bool prune = pinning->prune && kv_str_eq(repo->root, repo->cwd);
	if (!repo->nunits)
		cli_units_report_none(job, repo);
	struct tree_product *products = tree_produce(job, repo, produce);
	if (!products || check_names(job, repo, products, pinning) < 0)
		return CLI_FAILED;
	for (size_t i = 0; i < repo->nunits; i++) {
		int unit = cli_unit_report(repo->units[i]);
		prune &= unit == CLI_OK;
		status = cli_worse(status, unit);
	}
	return tree_pins_save(job, repo, products, prune && status == CLI_OK) < 0 ? CLI_FAILED : status;
}

int cli_units_pin(struct kv_job *job, const struct cli_unit_options *o, const struct cli_pinning *pinning)
{
	/* A result that is kept shows nothing of what is remote. */
	struct tree_produce_options produce = { .no_cache = true };
	struct rnd_fetch_options fetch;
	struct tree_repo repo;
	if (cli_units_options(job, o, &produce) < 0 || tree_repo_open(job, &repo) < 0)
		return cli_end(job);
	fetch = *produce.fetch;
	fetch.renew = pinning->renew;
	fetch.renewed = pinning->names;
	fetch.nrenewed = pinning->nnames;
	produce.fetch = &fetch;
	int lock_fd = cli_units_lock(job, repo.root), status = CLI_FAILED;
	if (lock_fd >= 0)
		status = pin(job, &repo, &produce, pinning);
	if (lock_fd >= 0)
		close(lock_fd);
	tree_repo_close(&repo);
	return cli_worse(status, cli_end(job));
}

/* --- the command line ------------------------------------------------------------------------- */

static kv_str quoted(struct kv_arena *a, kv_str word)
{
	struct kv_buf out;
	if (word.n &&
	    strspn(kv_arena_cstr(a, word), "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
					   "/._-+,:@%") == word.n)
		return word;
	kv_buf_init(&out, a, KV_BUF_MAX);
	kv_buf_c(&out, '\'');
	for (size_t i = 0; i < word.n; i++)
		kv_buf_str(&out, word.p[i] == '\'' ? KV_S("'\\''") : kv_str_sub(word, i, i + 1));
	kv_buf_c(&out, '\'');
	return kv_buf_view(&out);
}

kv_str cli_units_fix(struct kv_arena *a, const struct cli_unit_options *o)
{
	kv_str fix = KV_S("kvendor");
	if (o->directory.p)
		fix = kv_arena_cat(a, fix, KV_S(" -C "), quoted(a, o->directory));
	if (o->offline)
		fix = kv_arena_cat(a, fix, KV_S(" --offline"));
	if (o->netrc.p)
		fix = kv_arena_cat(a, fix, KV_S(" --netrc "), quoted(a, o->netrc));
	if (o->keyring.p)
		fix = kv_arena_cat(a, fix, KV_S(" --keyring "), quoted(a, o->keyring));
	if (o->engine.p)
		fix = kv_arena_cat(a, fix, KV_S(" --engine "), quoted(a, o->engine));
	return fix;
}
