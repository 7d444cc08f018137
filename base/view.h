/* base/view.h: a folder that shows the state of the Git index, and gets each file when it is first looked at.
 *
 * A render reads few of the files of a repository, and to lay out all would take longer than to render. So the folder begins
 * empty; who reads a path through base/file.h finds what the index has there, and the file itself is written when it is opened.
 * Folders are listed from the index. Code that opens a path without base/file.h calls kv_view_reach first.
 *
 * Which files a process finds at a path is the same for all its jobs, as with the working directory: so there is one view a
 * process, begun and ended while only one thread runs.
 */
#ifndef BASE_VIEW_H
#define BASE_VIEW_H

#include "base/git_index.h"

/* The folder: absolute, without links, empty. The index is read until the end. */
void kv_view_begin(kv_str folder, const struct kv_git_index *index);
/* -1 after reporting what could not be read or written in between. */
KV_MUST int kv_view_end(struct kv_job *job);

/* Without a view, or for a path outside it, the functions below do nothing and return false. */

/* Writes into the folder what the index has at the path, and all links on the way. */
void kv_view_reach(kv_str path);
/* The same for everything below the path. */
void kv_view_reach_below(kv_str path);
/* The same for the whole index: before another program runs. */
void kv_view_reach_all(void);
/* The entries of a folder, as kv_dir_read. */
bool kv_view_list(struct kv_arena *a, kv_str path, struct kv_dirent **ret_entries, size_t *ret_n);

#endif
