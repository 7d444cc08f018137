/* base/git_changes.h: which paths differ between a commit and the work tree, through libgit2.
 *
 * What is not committed counts as well: changed, added, removed, untracked and ignored files.
 */
#ifndef BASE_GIT_CHANGES_H
#define BASE_GIT_CHANGES_H

#include "base/job.h"
#include "base/map.h"

struct kv_git_changes {
	kv_str root;           /* of the work tree, absolute, links resolved */
	struct kv_map changed; /* absolute paths; one of an ignored folder stands for all below it */
	struct kv_map around;  /* the folders above those, up to the root */
	struct kv_map stirred; /* those above what came, went or became something else: folders whose entries differ */
};

/* `ref` is a commit in any form that git rev-parse knows. */
KV_MUST int kv_git_changes(struct kv_job *job, kv_str dir, kv_str ref, struct kv_git_changes *ret);
/* Whether the bytes at a path may differ: it, or a folder above it. */
bool kv_git_changed(const struct kv_git_changes *c, kv_str path);
/* The same, or what lies below it. */
bool kv_git_changed_below(const struct kv_git_changes *c, kv_str path);
/* The same, or which entries it has. */
bool kv_git_stirred(const struct kv_git_changes *c, kv_str path);

#endif
