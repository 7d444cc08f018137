/* cli/command.c: the table of commands and its help. */
#include "cli/command.h"

/* In the order of the help. */
/* clang-format off */
static const struct cli_command *const commands[] = {
	&cli_command_render,
	&cli_command_check,
	&cli_command_diff,
	&cli_command_audit,
	&cli_command_build,
	&cli_command_template,
	&cli_command_helm,
	&cli_command_fn,
	&cli_command_pull,
	&cli_command_lock,
	&cli_command_outdated,
	&cli_command_update,
	&cli_command_plan,
	&cli_command_cache,
	&cli_command_hook,
	&cli_command_config,
	&cli_command_argocd,
	&cli_command_install,
	&cli_command_doctor,
	&cli_command_completion,
	&cli_command_man,
	&cli_command_help_,
	&cli_command_version,
	NULL,
};
/* clang-format on */

const struct cli_command *cli_command_find(kv_str name)
{
	for (const struct cli_command *const *c = commands; *c; c++)
		if (kv_str_eq(kv_str_c((*c)->name), name))
			return *c;
	return NULL;
}

const struct cli_command *cli_command_at(size_t i)
{
	return i < KV_COUNT(commands) ? commands[i] : NULL;
}

int cli_command_unknown(struct kv_job *job, kv_str name)
{
	kv_str names[KV_COUNT(commands)];
	size_t n = 0;
	for (; commands[n]; n++)
		names[n] = kv_str_c(commands[n]->name);
	kv_str near = kv_nearest(name, names, n);
	kv_error(job, 0, "unknown command \"%.*s\"", KV_ARG(name));
	if (near.n)
		kv_note(job, 0, "did you mean \"%.*s\"?", KV_ARG(near));
	kv_note(job, 0, "\"kvendor help\" lists the commands");
	return -1;
}

void cli_overview(struct kv_buf *out)
{
	kv_buf_lit(
		out,
		"Usage: kvendor [COMMAND] [OPTION]... [ARGUMENT]...\n\n"
		"Renders Helm charts, kustomizations and remote manifests into plain YAML files in a Git repository.\n"
		"A unit is a folder with a kubesource.yaml or kvendor.yaml. Without a command, all units below the working\n"
		"directory are rendered and written.\n\n"
		"Commands:\n");
	for (const struct cli_command *const *c = commands; *c; c++)
		kv_buf_printf(out, "  %-10s %s\n", (*c)->name, (*c)->summary);
	kv_buf_lit(out, "\n\"kvendor help COMMAND\" explains a command.\n");
}
