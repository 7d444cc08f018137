/* cli/command.h: the table of commands.
 *
 * A command is one file, cli/NAME.c, which defines `const struct cli_command cli_command_NAME` and has one
 * row in cli/command.c.
 */
#ifndef CLI_COMMAND_H
#define CLI_COMMAND_H

#include "cli/options.h"

extern const struct cli_command cli_command_render, cli_command_check, cli_command_diff, cli_command_build,
	cli_command_template, cli_command_fn, cli_command_helm, cli_command_help_, cli_command_version;
extern const struct cli_command cli_command_pull, cli_command_lock, cli_command_outdated, cli_command_update, cli_command_cache,
	cli_command_audit, cli_command_hook, cli_command_plan, cli_command_doctor, cli_command_completion, cli_command_man, cli_command_config,
	cli_command_install, cli_command_argocd;

/* NULL if there is none. */
const struct cli_command *cli_command_find(kv_str name);
/* In the order of the help; NULL past the last. */
const struct cli_command *cli_command_at(size_t i);
/* Reports an unknown command, with the nearest one. */
int cli_command_unknown(struct kv_job *job, kv_str name);
/* The text of `kvendor help`. */
void cli_overview(struct kv_buf *out);

#endif
