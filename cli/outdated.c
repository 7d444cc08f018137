/* cli/outdated.c: kvendor outdated: charts that have newer versions than kvendor.lock. */
#include "base/file.h"
#include "cli/command.h"
#include "cli/report.h"
#include "cli/units.h"
#include "render/fetch/login.h"
#include "render/semver.h"
#include "tree/lock.h"
#include "tree/plan.h"
#include "tree/versions.h"

struct outdated_options {
	struct cli_unit_options units;
};

static const struct cli_option options[] = { CLI_UNIT_OPTIONS(struct outdated_options, units) };

/* One line for a chart that could be newer: the locked version, the one that fits the constraint, the newest. */
static int compare(struct kv_job *job, struct rnd_fetcher *f, const struct rnd_pin *pin, struct kv_buf *out)
{
	struct rnd_http_login *login;
	kv_str fitting, newest;
	if (rnd_fetch_newest(f, pin, &fitting, &newest) < 0)
		return -1;
	if (rnd_semver_newer(job->arena, fitting, pin->resolved) || rnd_semver_newer(job->arena, newest, pin->resolved))
		kv_buf_printf(out, "%.*s\t%.*s\t%.*s\t%.*s\t%.*s\n", KV_ARG(pin->chart),
			      KV_ARG(pin->resolved), KV_ARG(fitting), KV_ARG(newest),
			      KV_ARG(rnd_login_cut(job, pin->repository, &login)));
	return 0;
}

/* A commit as people call it; a tag or branch stays. */
static kv_str short_name(kv_str ref)
{
	return ref.n == 40 && strspn(ref.p, "0123456789abcdef") >= 40 ? kv_str_sub(ref, 0, 12) : ref;
}

/* The same for a Git reference, under the name of the repository: a tag with a version, or a branch that moved on. */
static int compare_git(struct kv_job *job, struct rnd_fetcher *f, const struct rnd_pin *pin, struct kv_buf *out)
{
	kv_str fitting, newest, name = kv_path_base(pin->repository), locked = pin->version;
	if (rnd_fetch_newest_git(f, pin, &fitting, &newest) < 0)
		return -1;
	if (kv_str_eq(newest, pin->version) || kv_str_eq(newest, pin->resolved))
		return 0;
	/* A branch: commits are compared. */
	if (kv_str_eq(fitting, newest))
		locked = pin->resolved;
	if (kv_str_ends(name, KV_S(".git")))
		name.n -= strlen(".git");
	kv_buf_printf(out, "%.*s\t%.*s\t%.*s\t%.*s\t%.*s\n", KV_ARG(name), KV_ARG(short_name(locked)),
		      KV_ARG(short_name(fitting)), KV_ARG(short_name(newest)),
		      KV_ARG(rnd_git_shown(job->arena, pin->repository)));
	return 0;
}

/* The lock has no logins: those that stand in the URLs of units, by the URLs without them. Units that cannot be read give none. */
static void find_logins(struct kv_job *job, struct tree_repo *repo, const struct tree_produce_options *produce, struct kv_map *ret)
{
	struct kv_diag_mark mark = kv_diag_mark(job);
	struct tree_versions versions = { 0 };
	kv_map_init(ret, job->arena);
	int found = tree_discover(job, repo, produce);
	tree_plan(job, repo);
	if (found < 0 || tree_versions_find(job, repo, &versions) < 0)
		kv_diag_forget(job, mark);
	for (size_t i = 0; i < versions.n; i++) {
		struct rnd_http_login *login;
		kv_str written = versions.v[i].repository, cut = rnd_login_cut(job, written, &login);
		if (login)
			kv_map_put(ret, versions.v[i].git ? rnd_git_shown(job->arena, written) : cut,
				   &versions.v[i].repository);
	}
}

static struct rnd_pin with_login(const struct kv_map *logins, const struct rnd_pin *pin)
{
	const kv_str *written = kv_map_get(logins, pin->repository);
	struct rnd_pin with = *pin;
	if (written)
		with.repository = *written;
	return with;
}

static int outdated(struct kv_job *job, const struct rnd_fetch_options *fetch, const struct rnd_pins *pins,
		    const struct kv_map *logins)
{
	struct rnd_fetcher f;
	struct kv_buf out;
	rnd_fetcher_init(&f, job, fetch);
	kv_buf_init(&out, job->arena, KV_BUF_MAX);
	/* One that cannot be asked hides no other. */
	for (size_t i = 0; i < pins->n; i++) {
		struct rnd_pin pin = with_login(logins, pins->v[i]);
		if (pin.chart.n ? compare(job, &f, &pin, &out) < 0
				: pin.repository.n && compare_git(job, &f, &pin, &out) < 0)
			continue;
	}
	if (!out.n)
		return CLI_OK;
	if (cli_print(KV_S("CHART\tLOCKED\tFITS\tNEWEST\tREPOSITORY\n")) < 0 ||
	    cli_print(kv_buf_view(&out)) < 0)
		return CLI_FAILED;
	return CLI_FOUND;
}

static int run(int argc, char **argv)
{
	struct kv_job *job = kv_job_new();
	struct outdated_options o = { 0 };
	struct tree_produce_options produce = { 0 };
	struct cli_list args = { 0 };
	struct tree_repo repo;
	struct rnd_pins pins;
	struct kv_map logins;
	if (cli_parse(job, &cli_command_outdated, argc, argv, &o, &args) != CLI_PARSED)
		return cli_end(job);
	if (args.n)
		kv_error(job, 0, "outdated takes no argument: it looks at all charts and Git references of kvendor.lock");
	if (args.n || cli_units_options(job, &o.units, &produce) < 0 || tree_repo_open(job, &repo) < 0 ||
	    tree_pins_read(job, &repo, &pins) < 0)
		return cli_end(job);
	find_logins(job, &repo, &produce, &logins);
	int status = outdated(job, produce.fetch, &pins, &logins);
	tree_repo_close(&repo);
	return cli_worse(status, cli_end(job));
}

const struct cli_command cli_command_outdated = {
	"outdated",
	"",
	"List charts and Git references of kvendor.lock that have newer versions",
	options,
	KV_COUNT(options),
	"FITS is the version that \"kvendor lock CHART\" would choose; NEWEST is the newest release, whether or not the\n"
	"constraint allows it. For a Git tag that is a version, NEWEST is the newest tag of the same form; for a\n"
	"branch, FITS is its present commit.\n"
	"Exit status: 0 nothing is newer; 1 something is; 2 an error in the configuration; 3 a server could not be\n"
	"asked.\n",
	run
};
