/* cli/fn_results.h: a function's diagnostics as results for the host and as lines for people. */
#ifndef CLI_FN_RESULTS_H
#define CLI_FN_RESULTS_H

#include "krm/resource_list.h"

/* What messages call the list. */
static const kv_str cli_fn_input = KV_STR("standard input");

/* The job's errors and warnings in the order hosts show them: by file, index, severity, text. What lies in the list's text
 * names the object and the field, everything else the file. Of each severity the first 200. Source lines are not
 * shown: they may hold secrets. */
void cli_fn_results(struct kv_job *job, const struct krm_resource_list *list, struct krm_result **ret,
		    size_t *ret_n);
/* "[error] v1/Service/ns/name spec.ports[0].port: message", notes below it, one after the other. */
void cli_fn_results_print(struct kv_job *job, const struct krm_resource_list *list, struct kv_buf *out);

#endif
