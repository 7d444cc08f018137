/* tree/drift.h: how the work tree differs from what its sources give.
 *
 * Only what render would change is drift: files that kvendor did not write, and that it would keep, are none.
 * Nothing is changed here.
 */
#ifndef TREE_DRIFT_H
#define TREE_DRIFT_H

#include "tree/produce.h"

enum tree_drift_kind {
	TREE_DRIFT_MISSING, /* rendered, and not there */
	TREE_DRIFT_STALE,   /* written by an earlier run, and no longer rendered */
	TREE_DRIFT_CHANGED, /* there with other bytes, or as a link */
};

struct tree_drift {
	enum tree_drift_kind kind;
	struct tree_unit *unit;
	kv_str path;      /* absolute */
	kv_str shown;     /* relative to the working directory where it lies below it */
	kv_str committed; /* the bytes that are there; empty when missing */
	kv_str rendered;  /* empty when stale */
	size_t line;      /* the first line that differs, from 1 */
	bool linked;      /* a symbolic link stands there, whose bytes may be the same */
};

struct tree_drifts {
	struct tree_drift *v;
	size_t n, cap;
};

/* Compares a unit's files with its targets and appends what differs, by the names of the files. What render would refuse
 * to write over is an error in the unit's job. */
KV_MUST int tree_drift_find(struct kv_job *job, const struct tree_repo *repo, const struct tree_product *p,
			    struct tree_drifts *drifts);

#endif
