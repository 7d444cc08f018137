/* tree/crds.h: the CustomResourceDefinitions that are vendored anywhere in a repository, by the names of their files.
 *
 * Their names say which group they are of, so only those are read whose kinds occur.
 */
#ifndef TREE_CRDS_H
#define TREE_CRDS_H

#include "krm/resource.h"

struct tree_crds {
	kv_str *v; /* absolute paths of files "CustomResourceDefinition--NAME.yaml", sorted */
	size_t n, cap;
};

/* Adds a file if its name is such a one. */
void tree_crds_add(struct kv_arena *a, struct tree_crds *crds, kv_str path);
/* All below the root; .git, node_modules, charts and what kvendor stages are left out. Linked folders are not entered. */
KV_MUST int tree_crds_find(struct kv_job *job, kv_str root, struct tree_crds *ret);
/* Reads those of the groups of the list's objects into *ret; definitions that the list holds itself are left out. */
KV_MUST int tree_crds_read(struct kv_job *job, const struct tree_crds *crds, const struct krm_resources *list,
			   struct krm_resources *ret);

#endif
