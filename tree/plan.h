/* tree/plan.h: where sources are and what targets may be, checked before anything is rendered.
 *
 * A target must lie in the repository and be a directory or nothing yet. It may not be equal to, inside or
 * around another target of any unit or a source of its own unit, nor around a configuration. All units that
 * take part in such a conflict fail.
 */
#ifndef TREE_PLAN_H
#define TREE_PLAN_H

#include "tree/discover.h"

/* Resolves the paths of all units that have not failed, and fails those that break a rule. */
void tree_plan(struct kv_job *job, struct tree_repo *repo);
/* The message's name of a path: relative to the working directory where it lies below it. */
kv_str tree_shown(const struct tree_repo *repo, kv_str path);

#endif
