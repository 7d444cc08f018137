/* filters/bootstrap.h: Secrets that must be there before the stores of external-secrets can fetch anything.
 *
 * A store authenticates with a Secret; 1Password's Connect server and Argo CD, which may have to run first, read some too. Where an
 * ExternalSecret makes such a Secret it is a cycle: a person puts the first one into the cluster, and the ExternalSecret takes over.
 */
#ifndef FILTERS_BOOTSTRAP_H
#define FILTERS_BOOTSTRAP_H

#include "filters/external_secrets.h"

/* What a key of the Secret holds, as far as an ExternalSecret says it. */
struct flt_bootstrap_key {
	kv_str name;
	kv_str item, field; /* of the vault; empty where nobody says it */
	bool encoded;       /* the ExternalSecret puts it behind base64: so must who makes the first one */
};

struct flt_bootstrap_secret {
	kv_str namespace, name, type;
	kv_str reason; /* who needs it, for people */
	kv_str vault;  /* of 1Password; empty for other providers */
	const struct krm_resource *external; /* the ExternalSecret that makes it later; NULL if none does */
	const struct krm_resource *user;     /* the store or workload that needs it */
	enum flt_provider token_of; /* a store of that provider authenticates with it */
	kv_str of_vault;            /* what that store reads */
	bool connect; /* the Connect server reads it: it wants its credentials behind base64 once more */
	bool argo;    /* Argo CD reads it */
	struct flt_bootstrap_key *keys;
	size_t nkeys, keys_cap;
};

struct flt_bootstrap {
	struct flt_bootstrap_secret **v; /* in the order in which they are needed first */
	size_t n, cap;
};

void flt_bootstrap_find(struct kv_job *job, const struct krm_resources *list, struct flt_bootstrap *ret);

/* The vault that an ExternalSecret reads, from its store; empty where that is not known. */
kv_str flt_external_vault(const struct krm_resources *stores, krm_val external);

/* What a resource's program is, told by its images. */
enum flt_program { FLT_OTHER_PROGRAM, FLT_CONNECT, FLT_EXTERNAL_SECRETS, FLT_ARGO_CD };
enum flt_program flt_program_of(krm_val obj);

#endif
