/* tree/volatile.h: the values of a unit that chance or the clock made, and the calls in templates that made them.
 *
 * A source that drew is rendered again with each enum rnd_variation: values that differ were made by chance or the clock. To find who made it, each call that drew is
 * answered otherwise alone: what differs then came from it, through whatever variables, hashes and patches. Each render is a job of its
 * own, with limits of its own.
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

/* Builds all sources of a group in any job; 0, or -1 after reporting to it. */
typedef int tree_build_fn(struct kv_job *job, const struct rnd_build_options *options, const struct tree_group *group,
			  struct krm_resources *ret);

/* Marks in `resources`, which `build` gave with `options`, what chance or the clock made (struct krm_generated). Nothing is done if no call
 * drew. */
KV_MUST int tree_mark_generated(struct kv_job *job, const struct rnd_build_options *options, tree_build_fn *build,
				const struct tree_group *group, const struct krm_resources *resources);
/* As a build of a unit. */
KV_MUST int tree_build_sources(struct kv_job *job, const struct rnd_build_options *options, const struct tree_group *group,
			       struct krm_resources *ret);
/* All marked values of `resources`, which tree_build_sources gave, appended to *ret. */
KV_MUST int tree_volatile_find(struct kv_job *job, const struct rnd_build_options *options, struct tree_group *group,
			       const struct krm_resources *resources, struct tree_filters *filters,
			       struct tree_volatile *ret);

#endif
