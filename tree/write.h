/* tree/write.h: a unit's targets, staged beside themselves and exchanged in one step each.
 *
 * A target is its old or its new state at any moment, whatever fails or is killed. Staging builds
 * `.kvendor-new-NAME` beside the target: unchanged and foreign files are hard links, the others are new
 * files. The exchange is one renameat2; where the file system has none, two renames with `.kvendor-old-NAME`
 * between, which a later run undoes or finishes. All targets of a unit are staged before the first is
 * exchanged. The kustomization beside a target of the form `patches` is staged and exchanged as a file, after the target: if a
 * run is killed between the two, the next run adds or removes the entries that are wrong.
 */
#ifndef TREE_WRITE_H
#define TREE_WRITE_H

#include "base/job.h"
#include "tree/layout.h"

struct tree_write {
	struct kv_job *job;
	struct tree_stage *stages;
	size_t n, cap;
	size_t changed; /* targets that differ from what is there */
	bool unsynced;  /* tree_write_sync failed */
};

/* What one unit writes. Errors and warnings go to its job. */
void tree_write_init(struct tree_write *w, struct kv_job *job);
/* Compares the target (absolute path without links; `shown` in messages) with the files and stages it if it
 * differs. `pos` is where the configuration names the target. Files that are not ours are kept and reported;
 * one that stands where a file must be written is an error unless it holds the same resource. */
KV_MUST int tree_write_stage(struct tree_write *w, kv_str path, kv_str shown, kv_pos pos,
			     const struct tree_files *files);
/* Brings what was staged to the disk: one call for any number of units. Where it fails
 * the unit gets an error and `unsynced`. */
void tree_write_sync(struct tree_write *const *writes, size_t n);
/* Exchanges all staged targets, or none. */
KV_MUST int tree_write_exchange(struct tree_write *w);
/* Removes what was staged and not exchanged, and the folders that were made for it. */
void tree_write_undo(struct tree_write *w);

/* One run at a time in a repository. The lock is the root folder's own, so no file is left. Returns its
 * descriptor, to be closed at the end, -1 after an error; *ret_busy with -1 and no error if another run has
 * it and `wait` is false. */
KV_MUST int tree_lock(struct kv_job *job, kv_str root, bool wait, bool *ret_busy);
/* What an interrupted run left: a staged tree is removed, a target that was moved aside is moved back. */
KV_MUST int tree_recover(struct kv_job *job, kv_str leftover, kv_str shown);

#endif
