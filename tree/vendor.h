/* tree/vendor.h: the whole pipeline: renders units to files, and writes the files into the work tree.
 *
 * Writing follows in the order of the units, once all are rendered.
 */
#ifndef TREE_VENDOR_H
#define TREE_VENDOR_H

#include "tree/produce.h"
#include "tree/write.h"

/* What came of a unit. */
struct tree_outcome {
	struct tree_unit *unit;
	bool skipped; /* left out by the options: nothing is printed */
	struct kv_buf console; /* what kubesource prints for it */
	struct kv_buf remarks; /* what filters did, for people */
	size_t changed;        /* targets that were written */
	const struct tree_product *product;
};

/* Renders and writes all units of a repository that tree_discover filled, in its order. Errors and warnings
 * are in the units' jobs. *ret_outcomes has one entry a unit and lives as long as the job. -1 only for what
 * stops the whole run. */
KV_MUST int tree_vendor(struct kv_job *job, struct tree_repo *repo,
			const struct tree_produce_options *options, struct tree_outcome **ret_outcomes);

#endif
