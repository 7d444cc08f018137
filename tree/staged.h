/* tree/staged.h: the state that the next commit would have, seen in a private folder.
 *
 * Index and work tree are only read. What a render finds in the folder are the bytes that a fresh clone of the commit would
 * have, whatever is changed, untracked or ignored in the work tree; only what it looks at is written there (base/view.h).
 */
#ifndef TREE_STAGED_H
#define TREE_STAGED_H

#include "base/job.h"

struct tree_staged {
	kv_str root;   /* of the work tree, absolute */
	kv_str folder; /* stands for it */
	kv_str cwd;    /* the folder in it that stands for the working directory */
};

/* The caller must call tree_staged_end also after a failure; `folder` is empty if none was made. */
KV_MUST int tree_staged_begin(struct kv_job *job, struct tree_staged *ret);
/* Removes the folder. -1 after reporting what of the index could not be read in between. */
KV_MUST int tree_staged_end(struct kv_job *job, const struct tree_staged *s);

#endif
