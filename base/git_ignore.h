/* base/git_ignore.h: whether Git ignores a file, through libgit2.
 *
 * Nothing here is needed to render: without the library the answer is no.
 */
#ifndef BASE_GIT_IGNORE_H
#define BASE_GIT_IGNORE_H

#include "base/job.h"

/* True if the file (absolute path, it need not exist) lies in a work tree whose ignore rules leave it out. */
bool kv_git_ignores(struct kv_job *job, kv_str path);

#endif
