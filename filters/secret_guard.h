/* filters/secret_guard.h: keeps secrets out of Git. It is the last step before the write and sees exactly what is written.
 *
 * A core/v1 Secret with data is a finding by its structure, wherever it stands: alone, in a List, in a ConfigMap's value, in
 * the last-applied annotation. Any other text is held against the rules of filters/secret_rules.h. Messages name the place
 * and the length of what was found, never a byte of it. The guard changes nothing.
 */
#ifndef FILTERS_SECRET_GUARD_H
#define FILTERS_SECRET_GUARD_H

#include "filters/filter.h"

enum flt_guard_policy { FLT_GUARD_REFUSE, FLT_GUARD_WARN, FLT_GUARD_OFF };

/* What is declared to be no secret, and why. It holds for these bytes only. */
struct flt_allow {
	struct flt_selector resource;
	kv_str path;   /* of the text in a resource that is no Secret; empty for a Secret's data as a whole */
	kv_str sha256; /* of the text; of a Secret: of what `sha256sum` prints for a folder with one file for each key */
	kv_str *keys;  /* instead: the keys a Secret may have, whatever their values */
	size_t nkeys;
	kv_str reason;
	kv_pos pos;
	bool met; /* some finding was meant */
};

struct flt_guard {
	bool has_policy;
	enum flt_guard_policy policy;
	struct flt_allow *allow;
	size_t nallow, nown; /* the first nown are for this list alone: one that meets nothing is worth a warning */
	bool entropy;       /* texts that look random are suspects, too */
	const char *advice; /* a note after the first warning: how to have it refused; or NULL */
};

enum flt_tier {
	FLT_TIER_SECRET,  /* refused */
	FLT_TIER_SUSPECT, /* a warning: the name says secret, the value may be none */
};

struct flt_secret_finding {
	enum flt_tier tier;
	const char *rule;
	const struct krm_resource *resource;
	kv_str path; /* "data", "spec.containers[0].env[1].value" */
	kv_str what; /* "a GitHub token, 40 bytes" */
	kv_pos pos;
	kv_str digest;  /* what an allow rule is bound to */
	krm_val secret; /* the Secret that carries data; NIL for a text */
};

struct flt_secret_findings {
	struct flt_secret_finding *v; /* in the order of the resources */
	size_t n, cap;
};

/* All findings, appended to *ret; no allow rule is looked at. `entropy`: also what looks random, which most often is no secret. */
KV_MUST int flt_secrets_find(struct kv_job *job, const struct krm_resources *list, bool entropy,
			     struct flt_secret_findings *ret);
/* Reports what is not allowed: errors and -1 where the policy refuses, else warnings. */
KV_MUST int flt_secret_guard(struct kv_job *job, struct flt_guard *guard, const struct krm_resources *list);
/* Warns of rules that met nothing in all the lists so far. */
void flt_guard_warn_unused(struct kv_job *job, const struct flt_guard *guard);
/* Whether a rule allows the finding. */
bool flt_secret_allowed(struct kv_job *job, struct flt_guard *guard, const struct flt_secret_finding *f);
/* What is told of it, without a value. */
kv_str flt_secret_message(struct kv_job *job, const struct flt_secret_finding *f);
/* Whether the object is a core/v1 Secret. */
bool flt_is_secret(krm_val obj);
/* The decoded value of one key; false if the Secret has none of that name, an empty one counts as none. stringData before data. */
bool flt_secret_value(struct kv_job *job, krm_val secret, kv_str key, kv_str *ret);
/* The keys with a value, by their bytes. */
kv_str *flt_secret_keys(struct kv_job *job, krm_val secret, size_t *ret_n);
/* Those without one, too. */
kv_str *flt_secret_all_keys(struct kv_job *job, krm_val secret, size_t *ret_n);

#endif
