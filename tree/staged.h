/* tree/staged.h: the state that the next commit would have, laid out in a private folder.
 *
 * Index and work tree are only read. What is laid out is what a render can reach: the folders of all units, with the
 * defaults and the lock file; everything as soon as one of their files may lead out of its unit. So the bytes are
 * those a fresh clone of the commit would have, whatever is changed, untracked or ignored in the work tree.
 */
#ifndef TREE_STAGED_H
#define TREE_STAGED_H

#include "base/job.h"

struct tree_staged {
	kv_str root;   /* of the work tree, absolute */
	kv_str folder; /* stands for it */
	kv_str cwd;    /* the folder in it that stands for the working directory */
};

/* The caller removes what is there afterwards, also after a failure: the folder is empty if none was made. */
KV_MUST int tree_staged_lay_out(struct kv_job *job, struct tree_staged *ret);
void tree_staged_remove(struct kv_job *job, const struct tree_staged *s);

#endif
