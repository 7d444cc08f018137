/* cli/fn.h: kvendor as a KRM function. */
#ifndef CLI_FN_H
#define CLI_FN_H

#include "base/job.h"

/* Reads a ResourceList from standard input, of which `head` was read already, and prints the reply. Returns
 * the exit status, 0 or 1; the job stays the caller's. */
int cli_fn(struct kv_job *job, kv_str head);
/* Whether kustomize calls the program out of its plugin directory: a file with the configuration, and its environment. */
bool cli_fn_is_plugin(int argc, char **argv);
/* The exit status of such a call. */
int cli_fn_plugin(char **argv);

#endif
