/* tree/commit.h: puts what a run wrote into the Git index and into commits. */
#ifndef TREE_COMMIT_H
#define TREE_COMMIT_H

#include "base/git_write.h"
#include "tree/vendor.h"

struct tree_git_files {
	struct kv_git_file *v; /* paths from the root of the work tree */
	size_t n, cap;
};

/* Brings into the index the files that the units have as their targets' files, whether this run had to write them or an earlier one
 * did; takes out those of targets that are gone; adds their entries to the kustomizations beside targets, and nothing else that
 * people changed there; and adds kvendor.lock where it was used. Units that failed are left out. */
KV_MUST int tree_commit_stage(struct kv_job *job, const struct tree_repo *repo, const struct tree_outcome *outcomes,
			      struct kv_git *git);
/* The same, and then a commit of the same files on HEAD, whatever else the index holds. *ret_id is empty where HEAD has them
 * already. */
KV_MUST int tree_commit(struct kv_job *job, const struct tree_repo *repo, const struct tree_outcome *outcomes,
			struct kv_git *git, const struct kv_git_message *message, kv_str *ret_id);

/* Renders the units of a repository that tree_discover filled, and commits their targets on another branch in the layout of Argo
 * CD's source hydrator; the work tree stays as it is. Sources that are not as HEAD has them are an error, since the commit
 * names HEAD. Targets of the forms `patches` and `resources` are left out. An empty message says what HEAD's says. *ret_id is empty where the
 * branch holds these manifests already. -1 also if a unit failed: its job has the errors. */
KV_MUST int tree_commit_branch(struct kv_job *job, struct tree_repo *repo,
			       const struct tree_produce_options *options, kv_str branch,
			       struct kv_git_message message, kv_str *ret_id);

#endif
