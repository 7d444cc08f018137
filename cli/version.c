/* cli/version.c: kvendor version. */
#include "cli/command.h"
#include "cli/report.h"
#include "cli/version.h"

static int run(int argc, char **argv)
{
	struct kv_job *job = kv_job_new();
	struct cli_list args = { 0 };
	int failed = 0;
	if (cli_parse(job, &cli_command_version, argc, argv, NULL, &args) == CLI_PARSED)
		failed =
			cli_print(KV_S("kvendor " CLI_VERSION " (kustomize 5.8.1, helm 4.2.4 and 3.21.4)\n"));
	int status = cli_end(job);
	return failed ? CLI_FAILED : status;
}

const struct cli_command cli_command_version = { "version", "",
						 "Print the version, and those of the tools it matches",
						 .run = run };
