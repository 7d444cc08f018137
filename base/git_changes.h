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
	struct kv_map relisted; /* folders whose entries differ: something in them was added, removed or changed its kind */
};

/* `ref` is a commit in any form that git rev-parse knows. */
KV_MUST int kv_git_changes(struct kv_job *job, kv_str dir, kv_str ref, struct kv_git_changes *ret);
/* Whether the bytes at a path may differ: it, or a folder above it. */
bool kv_git_changed(const struct kv_git_changes *c, kv_str path);
/* Whether anything at or below a path may differ. */
bool kv_git_changed_below(const struct kv_git_changes *c, kv_str path);
/* Whether the bytes at a path may differ, or, for a folder, its list of entries. */
bool kv_git_relisted(const struct kv_git_changes *c, kv_str path);

#endif
