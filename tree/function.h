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

/* Changes the list in place; on failure it is as it came. Errors and warnings are in the job. */
KV_MUST int tree_function(struct kv_job *job, struct krm_resource_list *list,
			  const struct tree_produce_options *options);

#endif
