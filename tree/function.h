/* tree/function.h: the pipeline as a KRM function: ResourceList in, ResourceList out.
 *
 * The functionConfig is a configuration of either kind. With sources it generates: they are rendered from the
 * folders that the function sees, and what an earlier run put into the targets is replaced. Without sources
 * the items are what is filtered and laid out. Either way `path` annotations say which file an item belongs
 * to.
 */
#ifndef TREE_FUNCTION_H
#define TREE_FUNCTION_H

#include "krm/resource_list.h"
#include "tree/produce.h"

/* Who called, as far as the reply depends on it. */
enum tree_host {
	TREE_HOST_UNKNOWN,   /* found out from the items' annotations */
	TREE_HOST_KUSTOMIZE, /* no files, no kustomization.yaml; a validator prints no items */
	TREE_HOST_OTHER,     /* kpt, a pipe: what does not come back is deleted */
};

/* Changes the list in place; on failure it is as it came. Errors and warnings are in the job. */
KV_MUST int tree_function(struct kv_job *job, struct krm_resource_list *list, enum tree_host host,
			  const struct tree_produce_options *options);

#endif
