/* cli/help.c: kvendor help. */
#include "cli/command.h"
#include "cli/help_functions.h"
#include "cli/report.h"

static int run(int argc, char **argv)
{
	struct kv_job *job = kv_job_new();
	struct cli_list args = { 0 };
	struct kv_buf out;
	kv_buf_init(&out, job->arena, KV_BUF_MAX);
	if (cli_parse(job, &cli_command_help_, argc, argv, NULL, &args) != CLI_PARSED)
		return cli_end(job);
	const struct cli_command *command = args.n ? cli_command_find(args.v[0]) : NULL;
	int failed = 0;
	if (args.n && kv_str_eq(args.v[0], KV_S("functions")))
		cli_help_functions(&out);
	else if (args.n && !command)
		failed = cli_command_unknown(job, args.v[0]);
	else if (command)
		cli_command_help(command, &out);
	else
		cli_overview(&out);
	if (failed == 0)
		failed = cli_print(kv_buf_view(&out));
	int status = cli_end(job);
	return failed ? CLI_FAILED : status;
}

const struct cli_command cli_command_help_ = { "help", "[COMMAND | functions]",
					       "Explain a command, or list the template functions",
					       .run = run };
