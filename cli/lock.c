/* cli/lock.c: kvendor lock: updates kvendor.lock. */
#include "cli/command.h"
#include "cli/report.h"
#include "cli/units.h"

struct lock_options {
	struct cli_unit_options units;
	bool renew;
};

static const struct cli_option options[] = {
	CLI_UNIT_OPTIONS(struct lock_options, units),
	{ 0, "renew", CLI_FLAG, offsetof(struct lock_options, renew),
	  .help = "look up all versions again and accept the bytes they have now" },
};

static int run(int argc, char **argv)
{
	struct kv_job *job = kv_job_new();
	struct lock_options o = { 0 };
	struct cli_list args = { 0 };
	if (cli_parse(job, &cli_command_lock, argc, argv, &o, &args) != CLI_PARSED)
		return cli_end(job);
	return cli_units_pin(
		job, &o.units,
		&(struct cli_pinning){
			.renew = o.renew || args.n, .names = args.v, .nnames = args.n, .prune = true });
}

const struct cli_command cli_command_lock = {
	"lock",
	"[CHART|URL]...",
	"Update kvendor.lock: add missing entries, drop unused ones",
	options,
	KV_COUNT(options),
	"The charts and URLs that are named are looked up again, and the bytes they have now are accepted.\n"
	"Nothing is dropped when the working directory is not the root of the repository, or when a unit fails.\n",
	run
};
