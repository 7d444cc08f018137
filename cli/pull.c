/* cli/pull.c: kvendor pull: downloads everything remote that the units need. */
#include "cli/command.h"
#include "cli/report.h"
#include "cli/units.h"

struct pull_options {
	struct cli_unit_options units;
};

static const struct cli_option options[] = { CLI_UNIT_OPTIONS(struct pull_options, units) };

static int run(int argc, char **argv)
{
	struct kv_job *job = kv_job_new();
	struct pull_options o = { 0 };
	struct cli_list args = { 0 };
	if (cli_parse(job, &cli_command_pull, argc, argv, &o, &args) != CLI_PARSED)
		return cli_end(job);
	if (args.n) {
		kv_error(job, 0, "pull takes no argument: it works on all units below the working directory");
		return cli_end(job);
	}
	return cli_units_pin(job, &o.units, &(struct cli_pinning){ 0 });
}

const struct cli_command cli_command_pull = { "pull",
					      "",
					      "Download everything remote into the cache",
					      options,
					      KV_COUNT(options),
					      "The units are rendered in memory, so that what charts and bases refer to is found too. What kvendor.lock\n"
					      "lacks is added to it.\n"
					      "Exit status: 0 everything is there; 2 an error in the configuration or in rendering; 3 something could not\n"
					      "be downloaded.\n",
					      run };
