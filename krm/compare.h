/* krm/compare.h: which fields of two trees differ.
 *
 * Items of lists are matched by what names them (name, mountPath and the like) where that is unique, else as the lines of
 * two texts are. Styles and the order of keys do not count.
 */
#ifndef KRM_COMPARE_H
#define KRM_COMPARE_H

#include "krm/value.h"

enum krm_change_kind {
	KRM_ADDED,
	KRM_REMOVED,
	KRM_CHANGED,
	KRM_REORDERED, /* of a list whose items are matched by name */
};

struct krm_change {
	enum krm_change_kind kind;
	kv_str parent;         /* the path of what holds the field; empty at the top */
	kv_str name;           /* of the field there, as it is written in a path */
	krm_val before, after; /* NIL for what is not there */
};

struct krm_changes {
	struct krm_change *v;
	size_t n, cap;
};

/* Appends what differs, by path. Paths are those of kustomize's replacements: spec.containers.[name=app].args.0, a dot of a
 * name escaped. Trees deeper than the job's limit are an error. */
KV_MUST int krm_compare(struct kv_job *job, krm_val before, krm_val after, struct krm_changes *ret);

#endif
