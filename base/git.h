/* base/git.h: questions to libgit2, loaded on first use.
 *
 * Nothing here is needed to render: without the library the answers are "unknown", which callers take for no.
 */
#ifndef BASE_GIT_H
#define BASE_GIT_H

#include "base/job.h"

/* True if the file (absolute path, it need not exist) lies in a work tree whose ignore rules leave it out. */
bool kv_git_ignores(struct kv_job *job, kv_str path);

#endif
