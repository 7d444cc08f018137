/* tree/applied.h: the resources of a unit as they will be applied: built through the hand-written kustomization that includes a target.
 *
 * Pod Security is judged on this build, since it may patch what the target has.
 */
#ifndef TREE_APPLIED_H
#define TREE_APPLIED_H

#include "render/kustomize/build.h"
#include "tree/config.h"

/* How the kustomizations around a unit's targets are built. */
struct tree_applied {
	const struct rnd_build_options *options; /* of the unit's sources */
	kv_str root;                             /* no kustomization above it is looked at; absolute */
};

/* The resources of `list` with those replaced that a kustomization around a target includes: by what its build makes of them, known by
 * kind and name. `some`: what each target of the group gets. A kustomization that cannot be built is a warning, and stands aside. */
struct krm_resources tree_applied(struct kv_job *job, const struct tree_applied *how, const struct tree_group *group,
				  const struct krm_resources *some, const struct krm_resources *list);

#endif
