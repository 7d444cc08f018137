/* filters/pod_security.h: the Pod Security Standards: which Pods a level and version forbid, in the API server's words.
 *
 * Matches k8s.io/pod-security-admission as of policy version 1.37: verdicts, texts and their order (policy/registry.go,
 * policy/check_*.go).
 */
#ifndef FILTERS_POD_SECURITY_H
#define FILTERS_POD_SECURITY_H

#include "filters/pod_spec.h"

/* By strictness. */
enum flt_level { FLT_PRIVILEGED, FLT_BASELINE, FLT_RESTRICTED };

#define FLT_POD_NEWEST                                                                                       \
	37 /* the newest version with rules of its own: later ones and `latest` are judged as this one */
#define FLT_POD_LATEST UINT32_MAX

struct flt_policy {
	enum flt_level level;
	uint32_t minor; /* of version 1.minor, or FLT_POD_LATEST */
};

/* api.ParseLevel and api.ParseVersion ("latest", "v1.34"); false for anything else. */
bool flt_level_parse(kv_str text, enum flt_level *ret);
bool flt_version_parse(kv_str text, uint32_t *ret_minor);
const char *flt_level_name(enum flt_level level);
/* "restricted:v1.34" */
kv_str flt_policy_text(struct kv_arena *a, struct flt_policy policy);

/* A check that forbids a Pod. */
struct flt_violation {
	const char *check; /* its id */
	kv_str reason, detail;
};

struct flt_violations {
	struct flt_violation *v; /* baseline checks, then restricted ones, each by the bytes of their ids */
	size_t n, cap;
};

/* What the policy forbids in the Pod, appended to *ret. */
void flt_pod_evaluate(struct kv_arena *a, const struct flt_pod *pod, struct flt_policy policy,
		      struct flt_violations *ret);
/* The ids of the checks that forbid it, no more than there are rows; *ret_ids may be NULL. Their number. */
size_t flt_pod_forbidding(struct kv_arena *a, const struct flt_pod *pod, struct flt_policy policy,
			  const char **ret_ids);
/* REASON (DETAIL), or the reason alone where the detail is empty (policy/checks.go, ForbiddenDetail). */
kv_str flt_violation_text(struct kv_arena *a, const struct flt_violation *violation);
/* The texts of all, joined by ", ". */
kv_str flt_violations_text(struct kv_arena *a, const struct flt_violations *violations);
/* The rows of the table, one after the other; a check may have two. False behind the last. */
bool flt_check_at(size_t i, const char **ret_id, const char **ret_summary);
/* Whether a check is made at all. */
bool flt_check_applies(const char *id, struct flt_policy policy, const struct flt_pod *pod);
/* The strictest level that lets the Pod through at this version. */
enum flt_level flt_pod_level(struct kv_arena *a, const struct flt_pod *pod, uint32_t minor);

/* What the labels of a Namespace make of the defaults (api.PolicyToEvaluate, the part about enforcing). */
struct flt_policy flt_policy_of_labels(krm_val labels, struct flt_policy defaults);

#endif
