/* tree/plan.h: where sources are and what targets may be, checked before anything is rendered.
 *
 * A target must lie in the repository and be a directory or nothing yet. It may not be equal to, inside or
 * around another target of any unit, or anything that some unit reads, nor contain a configuration. All units that take part in such a
 * conflict fail.
 */
#ifndef TREE_PLAN_H
#define TREE_PLAN_H

#include "tree/discover.h"

/* Resolves the paths of all units that have not failed, and fails those that break a rule. */
void tree_plan(struct kv_job *job, struct tree_repo *repo);

#endif
