/* tree/crds.h: the CustomResourceDefinitions that are vendored anywhere in a repository, by the names of their files.
 *
 * Their names say which group they are of, so only those are read whose kinds occur. What a run is about to write counts in place of what
 * lies there.
 */
#ifndef TREE_CRDS_H
#define TREE_CRDS_H

#include "base/map.h"
#include "krm/resource.h"

#define TREE_EXTERNAL_SECRETS_CRD "CustomResourceDefinition--externalsecrets.external-secrets.io.yaml"

struct tree_crds {
	kv_str *v; /* absolute paths of files "CustomResourceDefinition--NAME.yaml", sorted */
	size_t n, cap;
	struct kv_map foreseen; /* texts (kv_str *) that files will have, by their paths */
};

/* Adds a file if its name is such a one. */
void tree_crds_add(struct kv_arena *a, struct tree_crds *crds, kv_str path);
/* All below the root; .git, node_modules, charts and what kvendor stages are left out. Linked folders are not entered. */
KV_MUST int tree_crds_find(struct kv_job *job, kv_str root, struct tree_crds *ret);
/* Notes what a file will hold; false if it is no such one, or holds that already. Behind the last, tree_crds_sort. */
bool tree_crds_foresee(struct kv_job *job, struct tree_crds *crds, kv_str path, kv_str text);
void tree_crds_sort(struct tree_crds *crds);
/* The text of a file, as it is or as it is foreseen; `crds` may be NULL. */
KV_MUST int tree_crds_text(struct kv_job *job, const struct tree_crds *crds, kv_str path, kv_str *ret);
/* Reads those of the groups of the list's objects into *ret; definitions that the list holds itself are left out. */
KV_MUST int tree_crds_read(struct kv_job *job, const struct tree_crds *crds, const struct krm_resources *list,
			   struct krm_resources *ret);

#endif
