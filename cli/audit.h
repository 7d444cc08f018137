/* cli/audit.h: what kvendor audit is made of. */
#ifndef CLI_AUDIT_H
#define CLI_AUDIT_H

#include "tree/gather.h"

/* Appends what a person has to do before external-secrets can fetch anything, and the order in which the tree is applied: as a
 * text, or as a script for sh that can be run again. Nothing is run. `shown_from`: paths are relative to it. */
void cli_bootstrap_print(struct kv_job *job, const struct tree_gathered *gathered, kv_str shown_from, bool script,
			 struct kv_buf *out);

#endif
