/* cli/main.c: the one place that exits. */
#include "cli/command.h"
#include "cli/report.h"

/* The first argument names a command; -h and -V are help and version. */
static int dispatch(int argc, char **argv)
{
	kv_str word = argc > 1 ? kv_str_c(argv[1]) : KV_S("help");
	if (kv_str_eq(word, KV_S("-h")) || kv_str_eq(word, KV_S("--help")))
		return cli_command_help_.run(1, argv);
	if (kv_str_eq(word, KV_S("-V")) || kv_str_eq(word, KV_S("--version")))
		return cli_command_version.run(1, argv);
	const struct cli_command *command = cli_command_find(word);
	if (command)
		return command->run(argc - 1, argv + 1);
	struct kv_job *job = kv_job_new();
	int unknown = cli_command_unknown(job, word);
	(void)unknown;
	return cli_end(job);
}

int main(int argc, char **argv)
{
	return dispatch(argc, argv);
}
