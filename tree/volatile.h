/* tree/volatile.h: the values of a unit that chance or the clock made, and the calls in templates that made them.
 *
 * After a render the sources are rendered once more for each call that drew, with other numbers or another time for that call
 * alone: what differs then came from it, through whatever variables, hashes and patches.
 */
#ifndef TREE_VOLATILE_H
#define TREE_VOLATILE_H

#include "filters/generated.h"
#include "render/kustomize/build.h"
#include "tree/config.h"

struct tree_filters;

struct tree_volatile_value {
	const struct krm_resource *resource; /* its `generated` has the value */
	struct krm_generated value;
	const struct rnd_draw **calls; /* none where they were too many to be told apart */
	size_t ncalls, calls_cap;
	const struct tree_group *group;
	bool written; /* a target takes it as it is: no ExternalSecret takes its place, no filter takes it out */
	enum flt_generated_action action;
};

struct tree_volatile {
	struct tree_volatile_value *v; /* in the order of the resources */
	size_t n, cap;
	size_t nuntold; /* calls beyond the limit */
};

/* Builds all sources of a group; what that reports was reported before. -1 after an error that names the source. */
KV_MUST int tree_build_again(struct kv_job *job, const struct rnd_build_options *options,
			     const struct tree_group *group, struct krm_resources *ret);
/* All marked values of `resources`, which a build of the group with `options` gave, appended to *ret. */
KV_MUST int tree_volatile_find(struct kv_job *job, const struct rnd_build_options *options, struct tree_group *group,
			       const struct krm_resources *resources, struct tree_filters *filters,
			       struct tree_volatile *ret);

#endif
