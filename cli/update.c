/* cli/update.c: kvendor update: writes newer versions of charts and Git references into files. */
#include <unistd.h>

#include "cli/command.h"
#include "cli/report.h"
#include "cli/units.h"
#include "render/semver.h"
#include "tree/plan.h"
#include "tree/versions.h"

struct update_options {
	struct cli_unit_options units;
};

static const struct cli_option options[] = { CLI_UNIT_OPTIONS(struct update_options, units) };

struct asked {
	kv_str name, version; /* version: empty for the newest */
	bool found;
};

static bool is_exact(struct kv_arena *a, kv_str version)
{
	struct rnd_semver v;
	kv_str error;
	return rnd_semver_parse_strict(a, kv_str_starts(version, KV_S("v")) ? kv_str_sub(version, 1, version.n)
									   : version,
				       &v, &error) == 0;
}

/* Signs that mean nothing in YAML or a URL: a tag may have others, which are left to people. */
static bool is_plain(struct kv_arena *a, kv_str ref)
{
	return strspn(kv_arena_cstr(a, ref), "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._/-") == ref.n;
}

/* A tag with a version becomes the newest of its kind; a branch stays, and is looked up again. */
static int choose_git(struct kv_job *job, struct rnd_fetcher *f, kv_str asked, struct tree_version *v)
{
	struct rnd_pin pin = { .repository = v->repository, .version = v->version };
	kv_str fitting, newest = v->version;
	bool there = true;
	if (asked.n ? rnd_fetch_has_reference(f, v->repository, asked, &there) < 0
		    : rnd_fetch_newest_git(f, &pin, &fitting, &newest) < 0)
		return -1;
	if (!there)
		return kv_error_missing(job, v->value.pos, "the repository has no tag or branch '%.*s'", KV_ARG(asked));
	if (asked.n && !is_plain(job->arena, asked))
		return kv_error(job, v->value.pos, "'%.*s' has characters that kvendor does not write into a URL: set it by hand", KV_ARG(asked));
	if (asked.n)
		newest = asked;
	/* A branch's newest is a commit. */
	if (!kv_str_eq(newest, v->version) && is_plain(job->arena, newest) && (asked.n || kv_str_eq(fitting, v->version)))
		v->wanted = newest;
	return 0;
}

/* A version that is asked for must be there. Else a constraint stays: what fits it best is looked up again. */
static int choose(struct kv_job *job, struct rnd_fetcher *f, kv_str asked, struct tree_version *v)
{
	kv_str now = v->version, fitting, newest;
	struct rnd_pin pin = { .chart = v->name,
			       .repository = v->repository,
			       .version = asked.n ? asked : now };
	struct rnd_git_url url;
	bool git = rnd_git_url_parse(job->arena, v->repository, &url, &fitting) &&
		   !kv_str_starts(v->repository, KV_S("http"));
	if (asked.n && !kv_str_eq(asked, now))
		v->wanted = asked;
	if (git || (!asked.n && !is_exact(job->arena, now)))
		return 0;
	if (rnd_fetch_newest(f, &pin, &fitting, &newest) < 0)
		return -1;
	if (!asked.n && rnd_semver_newer(job->arena, newest, now))
		v->wanted = newest;
	return 0;
}

static struct asked *find_asked(struct asked *asked, size_t n, kv_str name)
{
	for (size_t i = 0; i < n; i++)
		if (kv_str_eq(asked[i].name, name))
			return &asked[i];
	return NULL;
}

/* One chart that cannot be asked for hides no other; nothing is written then. */
static int choose_all(struct kv_job *job, const struct rnd_fetch_options *fetch, struct asked *asked, size_t n,
		      struct tree_versions *versions)
{
	struct rnd_fetcher f;
	int rc = 0;
	rnd_fetcher_init(&f, job, fetch);
	for (size_t i = 0; i < versions->n; i++) {
		struct tree_version *v = &versions->v[i];
		struct asked *a = find_asked(asked, n, v->name);
		if (n && !a)
			continue;
		if (a)
			a->found = true;
		if ((v->git ? choose_git : choose)(job, &f, a ? a->version : KV_S(""), v) < 0)
			rc = -1;
	}
	for (size_t i = 0; i < n; i++)
		if (!asked[i].found)
			rc = kv_error(job, 0, "no unit uses a chart or Git repository '%.*s'",
				      KV_ARG(asked[i].name));
	return rc;
}

static int print_changes(struct kv_job *job, const struct tree_repo *repo, const struct tree_versions *versions)
{
	struct kv_buf out;
	kv_buf_init(&out, job->arena, KV_BUF_MAX);
	for (size_t i = 0; i < versions->n; i++) {
		const struct tree_version *v = &versions->v[i];
		if (v->wanted.n)
			kv_buf_printf(&out, "%.*s: %.*s %.*s -> %.*s\n", KV_ARG(tree_shown(repo, v->path)),
				      KV_ARG(v->name), KV_ARG(v->version), KV_ARG(v->wanted));
	}
	return cli_print(kv_buf_view(&out));
}

/* NAME or NAME@VERSION. */
static struct asked *read_asked(struct kv_arena *a, const struct cli_list *args)
{
	struct asked *asked = KV_NEW_N(a, struct asked, args->n);
	for (size_t i = 0; i < args->n; i++) {
		size_t at = kv_str_rchr(args->v[i], '@');
		asked[i] = (struct asked){ .name = kv_str_sub(args->v[i], 0, at) };
		if (at != SIZE_MAX)
			asked[i].version = kv_str_sub(args->v[i], at + 1, args->v[i].n);
	}
	return asked;
}

static int update(struct kv_job *job, const struct tree_produce_options *produce, struct tree_repo *repo,
		  struct asked *asked, size_t n, struct cli_pinning *ret_pinning)
{
	struct tree_versions versions;
	size_t cap = 0;
	if (tree_discover(job, repo, produce) < 0)
		return -1;
	tree_plan(job, repo);
	if (tree_versions_find(job, repo, &versions) < 0 ||
	    choose_all(job, produce->fetch, asked, n, &versions) < 0 ||
	    tree_versions_write(job, repo, &versions) < 0 || print_changes(job, repo, &versions) < 0)
		return -1;
	*ret_pinning = (struct cli_pinning){ .renew = true, .prune = true };
	for (size_t i = 0; i < versions.n; i++) {
		const struct tree_version *v = &versions.v[i];
		if (find_asked(asked, n, v->name))
			KV_PUSH(job->arena, ret_pinning->names, ret_pinning->nnames, cap,
				v->git ? rnd_git_shown(job->arena, v->repository) : v->name);
	}
	return 0;
}

/* The lock is brought up to date by the same step as "kvendor lock", in a job that sees the new files. */
static int run(int argc, char **argv)
{
	struct kv_job *job = kv_job_new();
	struct update_options o = { 0 };
	struct tree_produce_options produce = { 0 };
	struct cli_list args = { 0 };
	struct cli_pinning pinning;
	struct tree_repo repo;
	int lock_fd, rc = -1;
	if (cli_parse(job, &cli_command_update, argc, argv, &o, &args) != CLI_PARSED ||
	    cli_units_options(job, &o.units, &produce) < 0 || tree_repo_open(job, &repo) < 0)
		return cli_end(job);
	lock_fd = cli_units_lock(job, repo.root);
	if (lock_fd >= 0)
		rc = update(job, &produce, &repo, read_asked(job->arena, &args), args.n, &pinning);
	if (lock_fd >= 0)
		close(lock_fd);
	tree_repo_close(&repo);
	if (rc < 0)
		return cli_end(job);
	o.units.directory = (kv_str){ 0 };
	int status = cli_units_pin(kv_job_new(), &o.units, &pinning);
	return cli_worse(status, cli_end(job));
}

const struct cli_command cli_command_update = {
	"update",
	"[NAME[@VERSION]]...",
	"Write newer chart and Git versions into the files that name them, and kvendor.lock",
	options,
	KV_COUNT(options),
	"Updates helmCharts of units and of the kustomizations they include, dependencies in their Chart.yaml files,\n"
	"Applications and HelmReleases, and the tags of resources, bases and components in Git repositories; the NAME\n"
	"of a repository is the last part of its path. A version becomes the newest release, or VERSION; a constraint\n"
	"stays, and the best version that fits it is looked up again. No other byte of the files changes.\n"
	"Exit status: 0 done; 2 an error in the configuration, in rendering or in writing; 3 a server could not be\n"
	"asked, and nothing is written.\n",
	run
};
