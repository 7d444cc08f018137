/* cli/diff_semantic.h: drift by resource and field, as text for people. */
#ifndef CLI_DIFF_SEMANTIC_H
#define CLI_DIFF_SEMANTIC_H

#include "tree/drift.h"

/* Appends a paragraph a resource. *ret_found: whether there is any. */
KV_MUST int cli_diff_semantic(struct kv_job *job, const struct tree_drifts *drifts, bool quiet, bool colour,
			      struct kv_buf *out, bool *ret_found);

#endif
