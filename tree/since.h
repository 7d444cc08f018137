/* tree/since.h: whether a unit's inputs or outputs changed since a commit. */
#ifndef TREE_SINCE_H
#define TREE_SINCE_H

#include "base/git_changes.h"
#include "tree/reuse.h"

/* The graph of the action must be that of the unit as it is now. What lies outside of the repository is not looked at: no commit
 * says what it was. */
bool tree_changed_since(const struct kv_git_changes *changes, const struct tree_repo *repo, const struct tree_unit *u,
			const struct tree_action *action);

#endif
