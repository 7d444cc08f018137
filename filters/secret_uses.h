/* filters/secret_uses.h: who reads which Secret: workloads, ServiceAccounts and Ingresses.
 *
 * Everything points into the resources' trees and lives as long as the job. What is malformed is passed over.
 */
#ifndef FILTERS_SECRET_USES_H
#define FILTERS_SECRET_USES_H

#include "filters/pod_spec.h"

enum flt_use {
	FLT_USE_VARIABLE,  /* env[].valueFrom.secretKeyRef: read when the container starts */
	FLT_USE_VARIABLES, /* envFrom: the same, all keys */
	FLT_USE_VOLUME,    /* a volume or a projected one: the files follow the Secret */
	FLT_USE_PULL,      /* imagePullSecrets */
	FLT_USE_TLS,       /* of an Ingress */
};

struct flt_secret_use {
	const struct krm_resource *user;
	size_t at; /* its place in the list */
	kv_str namespace, name;
	kv_str key; /* empty: all there are, or those that the use implies */
	enum flt_use how;
	bool optional;
	kv_str container; /* of variables */
};

struct flt_secret_uses {
	struct flt_secret_use *v; /* in the order of the resources */
	size_t n, cap;
};

void flt_secret_uses(struct kv_job *job, const struct krm_resources *list, struct flt_secret_uses *ret);

#endif
