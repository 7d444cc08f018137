/* cli/render.c: kvendor [render]: writes all units, with kubesource's console text. */
#include <unistd.h>

#include "cli/command.h"
#include "cli/report.h"
#include "cli/units.h"
#include "tree/vendor.h"

struct render_options {
	struct cli_unit_options units;
};

static const struct cli_option options[] = { CLI_UNIT_OPTIONS(struct render_options, units) };

static int report(const struct tree_repo *repo, const struct tree_outcome *outcomes)
{
	int status = CLI_OK;
	for (size_t i = 0; i < repo->nunits; i++) {
		if (cli_print(kv_buf_view(&outcomes[i].console)) < 0)
			status = CLI_FAILED;
		/* Told when it is news. */
		if (outcomes[i].changed)
			cli_tell(kv_buf_view(&outcomes[i].remarks));
		status = cli_worse(status, cli_unit_report(outcomes[i].unit));
	}
	return status;
}

static int vendor(struct kv_job *job, struct tree_repo *repo, const struct tree_produce_options *o)
{
	struct tree_outcome *outcomes;
	int lock_fd = cli_units_lock(job, repo->root);
	if (lock_fd < 0)
		return CLI_FAILED;
	int searched = tree_discover(job, repo);
	if (!repo->nunits)
		cli_units_report_none(job, repo);
	int status = tree_vendor(job, repo, o, &outcomes) < 0 ? CLI_FAILED : report(repo, outcomes);
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
	if (args.n || cli_units_options(job, &o.units, &produce) < 0 ||
	    tree_repo_open(job, &repo) < 0)
		return cli_end(job);
	int status = vendor(job, &repo, &produce);
	tree_repo_close(&repo);
	return cli_worse(status, cli_end(job));
}

const struct cli_command cli_command_render = { "render",
						"",
						"Write all units below the working directory",
						options,
						KV_COUNT(options),
						"Exit status: 0 all units done; 2 something must be mended; "
						"3 something must be downloaded and could not be.\n",
						run };
