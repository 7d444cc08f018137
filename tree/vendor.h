/* tree/vendor.h: the whole way of the data: units to resources to files, and the files into the tree.
 *
 * Units are independent: each is a job of its own, they are rendered side by side, and one that fails stops
 * no other. Writing follows in the order of the units, once all are rendered.
 */
#ifndef TREE_VENDOR_H
#define TREE_VENDOR_H

#include "tree/discover.h"
#include "tree/layout.h"

struct tree_vendor_options {
	bool has_engine; /* --engine, before all */
	enum rnd_engine engine;
	bool has_env_engine; /* KVENDOR_ENGINE, before .kvendor.yaml */
	enum rnd_engine env_engine;
	size_t threads; /* at most; 0: as many as there are processors */
};

/* What came of a unit. */
struct tree_outcome {
	struct tree_unit *unit;
	struct kv_buf console; /* what kubesource prints for it */
	size_t changed;        /* targets that were written */
};

/* Renders and writes all units of a repository that tree_discover filled, in its order. Errors and warnings
 * are in the units' jobs. *ret_outcomes has one entry a unit and lives as long as the job. -1 only for what
 * stops the whole run. */
KV_MUST int tree_vendor(struct kv_job *job, struct tree_repo *repo, const struct tree_vendor_options *options,
			struct tree_outcome **ret_outcomes);

/* Which resources of a group each of its targets gets: filters, warnings about what nothing took, layout. */
KV_MUST int tree_split(struct kv_job *job, struct tree_group *group, const struct krm_resources *resources,
		       enum tree_names names, struct tree_files *ret_files);

#endif
