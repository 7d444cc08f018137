/* cli/report.h: what is printed, where, and the exit status that follows from a job.
 *
 * Standard output is data; standard error is for people. These are the only functions that print.
 */
#ifndef CLI_REPORT_H
#define CLI_REPORT_H

#include "base/job.h"

/* Exit statuses of our own commands (docs/vendoring.md); the imitating faces end with 0 or 1. */
enum { CLI_OK = 0, CLI_FOUND = 1, CLI_FAILED = 2, CLI_MISSING = 3 };

/* All bytes to standard output; -1 when it cannot take them (reason printed to standard error). */
KV_MUST int cli_print(kv_str text);
/* A remark to standard error. */
void cli_tell(kv_str text);
/* Whether standard output is to have colour: the value of --color, "auto" or none given as for diagnostics. */
KV_MUST int cli_colour(struct kv_job *job, kv_str word, bool *ret);
/* The job's diagnostics to standard error, with colour on a terminal (NO_COLOR, TERM=dumb: none). */
void cli_report(const struct kv_job *job);
/* CLI_FAILED if any error is about the input, else CLI_MISSING if something could not be had, else CLI_OK. */
int cli_status(const struct kv_job *job);
/* Of two statuses the one that counts: what a person must mend before what the network may, before findings. */
int cli_worse(int a, int b);
/* Reports, frees the job and gives its exit status. */
int cli_end(struct kv_job *job);
/* The same for a face that ends as its original does: 0 or 1. */
int cli_end_imitating(struct kv_job *job);

#endif
