/* filters/external_secrets.h: Secrets become ExternalSecrets (external-secrets.io), which hold no secret.
 *
 * Which entry of a vault a value comes from is said by rules, or by placeholders in the values themselves: op://VAULT/ITEM/FIELD,
 * ref+BACKEND://PATH#/KEY, <path:PATH#KEY>. The ExternalSecret stands in the Secret's place in the list.
 */
#ifndef FILTERS_EXTERNAL_SECRETS_H
#define FILTERS_EXTERNAL_SECRETS_H

#include "filters/filter.h"

/* What a store's provider asks of references. */
enum flt_provider {
	FLT_PROVIDER_UNKNOWN,
	FLT_PROVIDER_CONNECT, /* onepassword: an item and one of its fields or files; no versions */
	FLT_PROVIDER_SDK,     /* onepasswordSDK: "item/field" or "item/section/field" in the key alone */
};

struct flt_store {
	kv_str name, kind; /* kind: ClusterSecretStore where nothing is said */
	enum flt_provider provider;
};

/* An ExternalSecret for a Secret that nothing renders. */
struct flt_external_wanted {
	kv_str name, namespace, type;
	kv_str *keys;
	size_t nkeys;
	kv_pos pos;
};

/* A store for the placeholders of one vault. */
struct flt_vault {
	kv_str name;
	struct flt_store store;
};

/* Where a value comes from. Texts may hold {namespace}, {name} (of the Secret) and {key}. */
struct flt_external_key {
	kv_str name; /* of the Secret's key; in `from`: how the template calls the value */
	kv_str item, property, version, decoding;
	bool has_property; /* an empty property is none: the item holds the value alone */
	bool literal;      /* no secret: the value stays, in the template */
	bool encode;       /* base64 once more */
	kv_str text;       /* a Go template of external-secrets over `from` */
	struct flt_external_key *from;
	size_t nfrom;
	kv_pos pos;
};

struct flt_external_rule {
	struct flt_selector resource; /* of a rule; its pos is 0 in the defaults */
	bool skip;                    /* stays a Secret */
	struct flt_store store;
	kv_str item, property;
	bool has_property;
	bool extract; /* one item is the whole Secret */
	kv_str creation_policy, deletion_policy, refresh_interval;
	struct flt_external_key *keys;
	size_t nkeys;
	kv_pos pos;
};

struct flt_external {
	struct flt_external_rule defaults;
	struct flt_external_rule
		*rules; /* the first that matches counts; what it does not say is the defaults' */
	size_t nrules;
	struct flt_vault *vaults;
	size_t nvaults;
	bool follows_uses; /* Secrets that workloads name and nobody provides get ExternalSecrets too */
	struct flt_external_wanted *wanted;
	size_t nwanted;
	bool crd_defaults;      /* what the CRD's schema fills in is written, where there is one */
	kv_str api_version;     /* empty: from the CRD, else external-secrets.io/v1 */
	bool explicit_metadata; /* template.metadata also where the Secret has no labels and annotations */
};

/* Appends `in` to *ret, with ExternalSecrets in place of Secrets with data (and with their `build` record), then checks every
 * ExternalSecret. `crd` is the
 * CustomResourceDefinition of ExternalSecrets where it is vendored, else NIL; one in the list goes before it. */
KV_MUST int flt_external_secrets(struct kv_job *job, struct flt_external *e, krm_val crd,
				 const struct krm_resources *in, struct krm_resources *ret);
/* What external-secrets' webhook refuses and the CRD's schema does not, in its words
 * (apis/externalsecrets/v1/externalsecret_validator.go). */
KV_MUST int flt_external_secret_check(struct kv_job *job, const struct krm_resource *r);
/* What 1Password's providers refuse of an ExternalSecret, whose store's provider is known. */
KV_MUST int flt_external_secret_check_provider(struct kv_job *job, const struct krm_resource *r,
					       enum flt_provider provider);
/* The stores of a list, and the one of them that an ExternalSecret names; NIL where it is not among them. */
struct krm_resources flt_stores(struct kv_job *job, const struct krm_resources *list);
krm_val flt_store_of(const struct krm_resources *stores, krm_val external);
/* The same by its name; an empty kind is ClusterSecretStore. */
krm_val flt_store_named(const struct krm_resources *stores, kv_str kind, kv_str name, kv_str namespace);
/* "onepassword" and "onepasswordSDK"; unknown for anything else. */
enum flt_provider flt_provider_of_store(krm_val store);
/* Secrets for what is wanted and what workloads of the list name and nobody in it provides, appended to *ret: their values are
 * not known, their keys are. */
void flt_missing_secrets(struct kv_job *job, const struct flt_external *e, const struct krm_resources *in,
			 struct krm_resources *ret);
/* The mapping with the defaults of a structural schema, as the API server fills them in. */
KV_MUST int flt_fill_defaults(struct kv_job *job, krm_val schema, krm_val into);
/* A template of rules is right: every {word} is known. */
KV_MUST int flt_external_text_check(struct kv_job *job, kv_pos pos, kv_str text);

/* The name of the Secret that an object is or becomes in the cluster: of a Secret, ExternalSecret, SealedSecret, Certificate,
 * OnePasswordItem or SopsSecret; empty for other kinds. */
kv_str flt_provided_secret(krm_val obj);

#endif
