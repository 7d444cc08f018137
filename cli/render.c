/* cli/render.c: kvendor [render]: writes all units, with kubesource's console text, and brings what it wrote into Git. */
#include <unistd.h>

#include "cli/command.h"
#include "cli/report.h"
#include "cli/units.h"
#include "tree/commit.h"
#include "tree/vendor.h"

struct render_options {
	struct cli_unit_options units;
	struct cli_result_options results;
	bool quiet, stage, commit;
	struct cli_list messages, trailers;
	kv_str author, branch;
};

static const struct cli_option options[] = {
	CLI_UNIT_OPTIONS(struct render_options, units),
	CLI_RESULT_OPTIONS(struct render_options, results),
	{ 'q', "quiet", CLI_FLAG, offsetof(struct render_options, quiet),
	  .help = "print errors only" },
	{ 0, "stage", CLI_FLAG, offsetof(struct render_options, stage),
	  .help = "add the written files, and nothing else, to the Git index" },
	{ 0, "commit", CLI_FLAG, offsetof(struct render_options, commit),
	  .help = "commit the written files, and nothing else" },
	{ 0, "branch", CLI_VALUE, offsetof(struct render_options, branch), "NAME",
	  .help = "write no files; commit the manifests to this branch" },
	{ 'm', "message", CLI_EACH, offsetof(struct render_options, messages), "TEXT",
	  .help = "commit message; further ones add paragraphs" },
	{ 0, "author", CLI_VALUE, offsetof(struct render_options, author), "NAME <ADDRESS>",
	  .help = "author of the commit, instead of you" },
	{ 0, "trailer", CLI_EACH, offsetof(struct render_options, trailers), "KEY: VALUE",
	  .help = "trailer to add to the commit message" },
};

/* Lines of errors with --quiet, which hooks use. */
#define QUIET_ERRORS 12

static int report(const struct tree_repo *repo, const struct tree_outcome *outcomes, bool quiet)
{
	int status = CLI_OK;
	size_t left = QUIET_ERRORS;
	for (size_t i = 0; i < repo->nunits; i++) {
		const struct tree_outcome *o = &outcomes[i];
		if (o->skipped)
			continue;
		if (!quiet && cli_print(kv_buf_view(&o->console)) < 0)
			status = CLI_FAILED;
		/* Told when it is news. */
		if (!quiet && o->changed)
			cli_tell(kv_buf_view(&o->remarks));
		status = cli_worse(status,
				   quiet ? cli_unit_report_brief(o->unit, &left) : cli_unit_report(o->unit));
	}
	return status;
}

/* --- Git -------------------------------------------------------------------------------------- */

static int check_trailers(struct kv_job *job, const struct render_options *o)
{
	for (size_t i = 0; i < o->trailers.n; i++)
		if (!kv_str_has(o->trailers.v[i], KV_S(": ")) || kv_str_has(o->trailers.v[i], KV_S("\n")))
			return kv_error(job, 0, "invalid --trailer \"%.*s\": it must be \"KEY: VALUE\"",
					KV_ARG(o->trailers.v[i]));
	return 0;
}

static int check_options(struct kv_job *job, const struct render_options *o)
{
	if (o->branch.p && (o->stage || o->commit))
		return kv_error(job, 0,
				"--branch writes nothing to the work tree: it cannot be combined with --stage or --commit");
	if ((o->messages.n || o->trailers.n || o->author.p) && !o->commit && !o->branch.p)
		return kv_error(job, 0, "--message, --author and --trailer need --commit or --branch");
	if ((o->results.shard.p || o->results.since.p) && (o->stage || o->commit || o->branch.p))
		return kv_error(job, 0, "--stage, --commit and --branch work on all units: they cannot be combined with --shard or --since");
	return check_trailers(job, o);
}

static kv_str joined(struct kv_arena *a, const struct cli_list *list, kv_str between)
{
	kv_str text = KV_S("");
	for (size_t i = 0; i < list->n; i++)
		text = kv_arena_cat(a, text, i ? between : KV_S(""), list->v[i]);
	return text;
}

static struct kv_git_message message(struct kv_job *job, const struct render_options *o, kv_str otherwise)
{
	struct kv_arena *a = job->arena;
	struct kv_git_message m = { joined(a, &o->messages, KV_S("\n\n")), o->author };
	if (!m.text.n)
		m.text = otherwise;
	if (o->trailers.n)
		m.text = kv_arena_cat(a, m.text, KV_S("\n\n"), joined(a, &o->trailers, KV_S("\n")),
				      KV_S("\n"));
	return m;
}

static void tell_commit(struct kv_job *job, const struct render_options *o, kv_str id, kv_str branch)
{
	if (o->quiet)
		return;
	cli_tell(id.n ? kv_arena_printf(job->arena, "committed %.*s%s%.*s\n", KV_ARG(kv_str_sub(id, 0, 12)),
					branch.n ? " on " : "", KV_ARG(branch))
		      : KV_S("nothing to commit: it holds what the sources give\n"));
}

static int write_back(struct kv_job *job, const struct tree_repo *repo, const struct tree_outcome *outcomes,
		      const struct render_options *o)
{
	struct kv_git_message m = message(job, o, KV_S("Render manifests"));
	struct kv_git *git;
	kv_str id;
	if (kv_git_open(job, repo->cwd, &git) < 0)
		return CLI_FAILED;
	if (!o->commit)
		return tree_commit_stage(job, repo, outcomes, git) < 0 ? CLI_FAILED : CLI_OK;
	if (tree_commit(job, repo, outcomes, git, &m, &id) < 0)
		return CLI_FAILED;
	tell_commit(job, o, id, KV_S(""));
	return CLI_OK;
}

static int commit_branch(struct kv_job *job, struct tree_repo *repo,
			 const struct tree_produce_options *produce, const struct render_options *o)
{
	int status = CLI_OK;
	kv_str id;
	int got = tree_commit_branch(job, repo, produce, o->branch, message(job, o, KV_S("")), &id);
	for (size_t i = 0; i < repo->nunits; i++)
		status = cli_worse(status, cli_unit_report(repo->units[i]));
	if (got < 0)
		return status == CLI_OK ? CLI_FAILED : status;
	tell_commit(job, o, id, o->branch);
	return status;
}

/* --- the run ---------------------------------------------------------------------------------- */

static int write_tree(struct kv_job *job, struct tree_repo *repo, const struct tree_produce_options *produce,
		      const struct render_options *o)
{
	struct tree_outcome *outcomes;
	if (tree_vendor(job, repo, produce, &outcomes) < 0)
		return CLI_FAILED;
	int status = report(repo, outcomes, o->quiet);
	if (o->commit && status != CLI_OK)
		cli_tell(KV_S("note: nothing is committed\n"));
	else if (o->commit || o->stage)
		status = cli_worse(status, write_back(job, repo, outcomes, o));
	return status;
}

static int vendor(struct kv_job *job, struct tree_repo *repo, const struct tree_produce_options *produce,
		  const struct render_options *o)
{
	int lock_fd = cli_units_lock(job, repo->root);
	if (lock_fd < 0)
		return CLI_FAILED;
	int searched = tree_discover(job, repo, produce);
	if (!repo->nunits)
		cli_units_report_none(job, repo);
	int status = o->branch.p ? commit_branch(job, repo, produce, o) : write_tree(job, repo, produce, o);
	close(lock_fd);
	return searched < 0 ? CLI_FAILED : status;
}

static int run(int argc, char **argv)
{
	struct kv_job *job = kv_job_new();
	struct render_options o = { 0 };
	struct tree_produce_options produce = { 0 };
	struct cli_list args = { 0 };
	struct tree_repo repo;
	if (cli_parse(job, &cli_command_render, argc, argv, &o, &args) != CLI_PARSED)
		return cli_end(job);
	if (args.n)
		kv_error(job, 0,
			 "render takes no argument: all units below the working directory are rendered");
	o.units.quiet = o.quiet;
	if (args.n || check_options(job, &o) < 0 || cli_units_options(job, &o.units, &produce) < 0 ||
	    cli_result_options(job, &o.results, &produce) < 0 ||
	    tree_repo_open(job, &repo) < 0)
		return cli_end(job);
	int status = vendor(job, &repo, &produce, &o);
	tree_repo_close(&repo);
	return cli_worse(status, cli_end(job));
}

const struct cli_command cli_command_render = { "render",
						"",
						"Render all units below the working directory and write their files",
						options,
						KV_COUNT(options),
						"With --branch nothing is written to the work tree: the manifests are committed to a branch that is not\n"
						"checked out, in the layout of Argo CD's source hydrator. Nothing is ever pushed.\n"
						"Exit status: 0 all units done; 2 an error in the configuration, in rendering or in writing; 3 something\n"
						"could not be downloaded.\n",
						run };
