/* filters/uses.h: who reads which Secret and ConfigMap, runs as which ServiceAccount, mounts which claim: workloads,
 * ServiceAccounts, bindings, Ingresses, volumes and their classes.
 *
 * Everything points into the resources' trees and lives as long as the job. What is malformed is passed over.
 */
#ifndef FILTERS_USES_H
#define FILTERS_USES_H

#include "filters/pod_security_filter.h"

/* What is used; a set of them chooses which uses are wanted. */
enum flt_used {
	FLT_USES_SECRETS = 1,
	FLT_USES_CONFIG_MAPS = 2,
	FLT_USES_ACCOUNTS = 4, /* ServiceAccounts */
	FLT_USES_CLAIMS = 8,   /* PersistentVolumeClaims */
	FLT_USES_ALL = 15,
};

enum flt_use_how {
	FLT_USE_VARIABLE,  /* env[].valueFrom: read when the container starts */
	FLT_USE_VARIABLES, /* envFrom: the same, all keys */
	FLT_USE_VOLUME,    /* a volume or a projected one: the files follow the Secret */
	FLT_USE_PULL,      /* imagePullSecrets */
	FLT_USE_TLS,       /* of an Ingress */
	FLT_USE_ACCOUNT,   /* serviceAccountName */
	FLT_USE_SUBJECT,   /* of a binding */
	FLT_USE_MOUNTABLE, /* secrets of a ServiceAccount */
	FLT_USE_DRIVER,    /* by what mounts a volume, or by an Ingress controller: all keys */
};

struct flt_use {
	const struct krm_resource *user;
	size_t at; /* its place in the list */
	enum flt_used what;
	kv_str namespace, name;
	kv_str key; /* empty: all there are, or those that the use implies */
	enum flt_use_how how;
	bool optional;
	kv_str container; /* of variables */
};

struct flt_uses {
	struct flt_use *v; /* in the order of the resources */
	size_t n, cap;
};

/* `pods` says which custom resources have Pods; NULL: none. A use of a cluster's object that says no namespace has none. */
void flt_find_uses(struct kv_job *job, const struct krm_resources *list, const struct flt_pod_security *pods,
		   unsigned wanted, struct flt_uses *ret);

#endif
