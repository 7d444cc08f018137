/* filters/notice.h: the findings of `kvendor audit` about a whole tree of manifests. An audit changes nothing. */
#ifndef FILTERS_NOTICE_H
#define FILTERS_NOTICE_H

#include "krm/resource.h"

struct flt_pod_security;

struct flt_rule {
	const char *id; /* "references/missing-secret": never changes its meaning */
	const char *summary;
};

struct flt_notice {
	const struct flt_rule *rule;
	size_t at;  /* the resource's place in the list */
	kv_pos pos; /* in the resource; 0: where it begins */
	kv_str message;
};

struct flt_notices {
	struct flt_notice *v;
	size_t n, cap;
	size_t nunevaluated; /* rules in CEL that hold for what is there and were not evaluated */
};

void flt_notice(struct kv_job *job, struct flt_notices *notices, const struct flt_rule *rule, size_t at,
		kv_pos pos, const char *fmt, ...) __attribute__((format(printf, 6, 7)));

/* What an audit may look up but does not judge. */
struct flt_known {
	struct krm_resources definitions; /* CustomResourceDefinitions from elsewhere */
	const struct flt_pod_security *pods; /* says which custom resources have Pods; NULL: none */
};

/* An audit: its rules, and who finds what they name. Appended to *ret by rule, then in the order of the list. */
struct flt_audit {
	const struct flt_rule *rules;
	size_t nrules;
	void (*find)(struct kv_job *job, const struct krm_resources *list, const struct flt_known *known,
		     struct flt_notices *ret);
};

extern const struct flt_audit flt_secret_audit;    /* Secrets that external-secrets keeps */
extern const struct flt_audit flt_reference_audit; /* what is used and not there, or there and not used */
extern const struct flt_audit flt_schema_audit;    /* what the API server will not take as it is */
extern const struct flt_audit flt_namespace_audit; /* objects without a namespace; only where a configuration asks for it */

#endif
