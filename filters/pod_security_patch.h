/* filters/pod_security_patch.h: what can be added to a workload so that Pod Security lets it through, and nothing else.
 *
 * A patch only adds: a value that is set stays, but for fields that an override names. Additions have classes:
 * P0 cannot break the process, P1 may (only where an override says so), P2 changes a stated intent (only the fields an override
 * sets), P3 is never done. Patching what was patched adds nothing.
 */
#ifndef FILTERS_POD_SECURITY_PATCH_H
#define FILTERS_POD_SECURITY_PATCH_H

#include "filters/filter.h"
#include "filters/pod_security.h"

enum flt_patch_class { FLT_P0, FLT_P1, FLT_P2, FLT_P3 };

/* What people decided about some workloads, and why. */
struct flt_override {
	struct flt_selector selector;
	kv_str *containers; /* patterns (FLT_MATCH_PATTERNS); none: all containers */
	size_t ncontainers;
	bool non_root,
		drop_all; /* P1: `runAsNonRoot: true` for an unknown user, `capabilities.drop: [ALL]` */
	krm_val set;      /* P2: fields of securityContext, a MAP; or NIL */
	kv_str reason;
	kv_pos pos;
};

enum flt_placement { FLT_AT_POD, FLT_AT_CONTAINER };

struct flt_patch_options {
	struct flt_policy policy;
	enum flt_placement placement; /* of runAsNonRoot and seccompProfile, which both have */
	struct flt_override *overrides;
	size_t noverrides;
};

/* A row of the table for people. */
struct flt_patch_row {
	enum flt_patch_class class;
	bool added;       /* else left as it is */
	kv_str where;     /* "pod", "container api" */
	const char *what; /* "runAsNonRoot: true" */
	const char *why;  /* the risk of what was added; why it was left */
	kv_str reason;    /* of the override; may be empty */
};

struct flt_patch {
	krm_val pod; /* fields to add to the Pod's securityContext: a MAP in the order to print, or NIL */
	krm_val *containers; /* the same for each of the Pod's containers */
	size_t nadded;       /* fields added in all */
	struct flt_patch_row *rows;
	size_t nrows, rows_cap;
};

/* Plans a patch for a Pod that was read from `obj`; nothing is changed yet. */
KV_MUST int flt_patch_plan(struct kv_job *job, krm_val obj, const struct flt_pod *pod,
			   const struct flt_patch_options *options, struct flt_patch *ret);
/* Puts the patch into the object. The Pod must be read again then. */
KV_MUST int flt_patch_apply(struct kv_job *job, const struct flt_pod *pod, const struct flt_patch *patch);
/* The patch as a strategic-merge patch; it shares parts with the object and the patch. */
krm_val flt_patch_tree(struct kv_job *job, krm_val obj, const struct flt_pod *pod, const struct flt_patch *patch);
/* Appends it as a strategic-merge patch, in block style; nothing for an empty one. */
KV_MUST int flt_patch_print(struct kv_job *job, krm_val obj, const struct flt_pod *pod,
			    const struct flt_patch *patch, struct kv_buf *out);

/* The class of what a check forbids in a Pod as it is, the highest of all its containers, and what people can do about it. */
enum flt_patch_class flt_patch_class_of(const struct flt_pod *pod, const char *check, const char **ret_hint);

/* As whom a container runs, from its own securityContext or the Pod's. */
enum flt_user { FLT_USER_ROOT, FLT_USER_NUMBER, FLT_USER_UNKNOWN };
enum flt_user flt_user_of(const struct flt_pod *pod, const struct flt_container *c);
bool flt_adds_sys_admin(const struct flt_container *c);

#endif
