/* tree/changes.h: drift told by resource: added, removed, moved, changed fields. */
#ifndef TREE_CHANGES_H
#define TREE_CHANGES_H

#include "krm/compare.h"
#include "tree/drift.h"

enum tree_change_kind {
	TREE_ADDED,
	TREE_REMOVED,
	TREE_CHANGED, /* `fields` may be empty: then only the text differs, such as comments or quotes */
	TREE_MOVED,   /* to another file; `fields` tells what changed on the way */
	TREE_OTHER,   /* a file that holds no single object, or a target's kustomization.yaml */
};

struct tree_change {
	enum tree_change_kind kind;
	const struct tree_drift *from, *to; /* the file before and after; one where it did not move */
	krm_val obj; /* the resource, as it will be where it stays; NIL: TREE_OTHER */
	struct krm_changes fields;
};

struct tree_changes {
	struct tree_change *v;
	size_t n, cap;
};

/* Appends the changes behind the drifts, in their order. `quiet`: labels that change with every release of a chart
 * (helm.sh/chart and its kin) are passed over, and so is a resource in which nothing else changed. A target's
 * kustomization.yaml only lists its files, so it counts only where no other file of the target differs. */
KV_MUST int tree_changes_find(struct kv_job *job, const struct tree_drifts *drifts, bool quiet,
			      struct tree_changes *ret);

#endif
