/* filters/secret_audit.h: what is doubtful about Secrets that external-secrets keeps, in a whole tree of manifests. Nothing is changed. */
#ifndef FILTERS_SECRET_AUDIT_H
#define FILTERS_SECRET_AUDIT_H

#include "krm/resource.h"

enum flt_secret_rule_id {
	FLT_RULE_OPEN_STORE, /* a ClusterSecretStore without conditions */
	FLT_RULE_REFUSED,    /* what the operator's webhook or 1Password's provider refuses */
	FLT_RULE_RESTART,    /* a variable of a Secret that changes under the workload */
	FLT_RULE_WIDE_RBAC,  /* who may read too much */
	FLT_SECRET_RULES
};

/* The ids never change their meaning. */
extern const struct flt_secret_audit_rule {
	const char *id, *summary;
} flt_secret_audit_rules[FLT_SECRET_RULES];

struct flt_notice {
	enum flt_secret_rule_id rule;
	size_t at; /* the resource's place in the list */
	kv_str message;
};

struct flt_notices {
	struct flt_notice *v;
	size_t n, cap;
};

/* Appended to *ret; by rule, then in the order of the list. */
void flt_audit_secrets(struct kv_job *job, const struct krm_resources *list, struct flt_notices *ret);

#endif
