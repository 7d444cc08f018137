/* cli/main.c: finds the command and exits with its status: the one place that exits. */
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "base/file.h"
#include "base/interrupt.h"
#include "cli/command.h"
#include "cli/fn.h"
#include "cli/helm.h"
#include "cli/report.h"
#include "cli/stdin.h"

static bool is_named_function(const char *name)
{
	return name && kv_str_ends(kv_str_c(name), KV_S("-fn"));
}

/* Through a link of that name kvendor is helm. */
static bool is_named_helm(const char *name)
{
	return name && kv_str_eq(kv_path_base(kv_str_c(name)), KV_S("helm"));
}

/* Without arguments kvendor is a KRM function if it is named or fed like one; otherwise it vendors. */
static int without_arguments(char **argv)
{
	struct kv_job *job = kv_job_new();
	kv_str head = { 0 };
	int status;
	if (is_named_function(argv[0]) || cli_stdin_is_list(job, &head))
		status = cli_fn(job, head);
	else
		status = cli_command_render.run(1, argv);
	kv_job_free(job);
	return status;
}

/* The first argument names a command; options without one are those of render. */
static int dispatch(int argc, char **argv)
{
	if (is_named_helm(argv[0]) || cli_helm_is_called(argc, argv))
		return cli_helm(argc, argv);
	if (argc < 2)
		return without_arguments(argv);
	kv_str word = kv_str_c(argv[1]);
	if (kv_str_eq(word, KV_S("-h")) || kv_str_eq(word, KV_S("--help")))
		return cli_command_help_.run(1, argv);
	if (kv_str_eq(word, KV_S("-V")) || kv_str_eq(word, KV_S("--version")))
		return cli_command_version.run(1, argv);
	const struct cli_command *command = cli_command_find(word);
	if (command)
		return command->run(argc - 1, argv + 1);
	if (cli_fn_is_plugin(argc, argv))
		return cli_fn_plugin(argv);
	if (word.n > 1 && word.p[0] == '-')
		return cli_command_render.run(argc, argv);
	struct kv_job *job = kv_job_new();
	cli_command_unknown(job, word);
	return cli_end(job);
}

/* Dies of the signal, so that a calling shell sees it; as process 1 of a container, which no signal kills by
 * default, with the status a shell would show. */
static void end_by(int signal_number)
{
	signal(signal_number, SIG_DFL);
	raise(signal_number);
	_exit(128 + signal_number);
}

static void on_signal(int signal_number)
{
	if (!kv_interrupt_note(signal_number))
		end_by(signal_number);
}

static void catch_signals(void)
{
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP };
	struct sigaction action = { .sa_handler = on_signal, .sa_flags = SA_NODEFER };
	for (size_t i = 0; i < KV_COUNT(signals); i++) {
		struct sigaction old;
		/* What nohup ignores stays ignored. */
		if (sigaction(signals[i], NULL, &old) == 0 && old.sa_handler != SIG_IGN)
			sigaction(signals[i], &action, NULL);
	}
}

/* A file that is opened later must not become standard output: a report would be written into it. */
static void fill_standard_descriptors(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0)
			open("/dev/null", fd == STDIN_FILENO ? O_RDONLY : O_WRONLY);
}

int main(int argc, char **argv)
{
	fill_standard_descriptors();
	catch_signals();
	int status = dispatch(argc, argv);
	if (kv_interrupted())
		end_by(kv_interrupted());
	return status;
}
