/* cli/stdin.h: does standard input bring a ResourceList?
 *
 * Asked only when kvendor is called without arguments: kustomize before 5.7 gives functions none.
 */
#ifndef CLI_STDIN_H
#define CLI_STDIN_H

#include "base/job.h"

/* True if standard input is a pipe, socket or regular file whose first non-blank bytes, waited for at most
 * one second, begin a ResourceList. What was read while looking is *ret_head. */
bool cli_stdin_is_list(struct kv_job *job, kv_str *ret_head);

#endif
