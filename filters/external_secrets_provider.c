/* filters/external_secrets_provider.c: what 1Password's providers refuse, which neither schema nor webhook says
 * (providers/v1/onepassword/onepassword.go, providers/v1/onepasswordsdk/client.go). */
#include "filters/external_secrets.h"

struct check {
	struct kv_job *job;
	const struct krm_resource *resource;
	enum flt_provider provider;
	int failed;
};

enum flt_provider flt_provider_of_store(krm_val store)
{
	krm_val provider = krm_path(store, "spec", "provider", NULL);
	if (krm_has(provider, "onepassword"))
		return FLT_PROVIDER_CONNECT;
	return krm_has(provider, "onepasswordSDK") ? FLT_PROVIDER_SDK : FLT_PROVIDER_UNKNOWN;
}

#define GROUP "external-secrets.io"

struct krm_resources flt_stores(struct kv_job *job, const struct krm_resources *list)
{
	struct krm_resources stores = { 0 };
	for (size_t i = 0; i < list->n; i++) {
		krm_val obj = list->v[i]->obj;
		if (kv_str_ends(krm_kind(obj), KV_S("SecretStore")) &&
		    kv_str_eq(krm_gvk_of(obj).group, KV_S(GROUP)))
			krm_resources_push(job->arena, &stores, list->v[i]);
	}
	return stores;
}

krm_val flt_store_named(const struct krm_resources *stores, kv_str kind, kv_str name, kv_str namespace)
{
	kv_str cluster = KV_STR("ClusterSecretStore");
	kind = kind.n ? kind : cluster;
	for (size_t i = 0; i < stores->n; i++) {
		krm_val store = stores->v[i]->obj;
		if (kv_str_eq(krm_kind(store), kind) && kv_str_eq(krm_name(store), name) &&
		    (kv_str_eq(kind, cluster) || kv_str_eq(krm_namespace(store), namespace)))
			return store;
	}
	return krm_nil();
}

krm_val flt_store_of(const struct krm_resources *stores, krm_val external)
{
	krm_val ref = krm_path(external, "spec", "secretStoreRef", NULL);
	kv_str kind = krm_str(krm_get(ref, "kind"));
	return flt_store_named(stores, kind.n ? kind : KV_S("SecretStore"), krm_str(krm_get(ref, "name")),
			       krm_namespace(external));
}

static void refuse(struct check *c, const char *text)
{
	krm_val obj = c->resource->obj;
	kv_str namespace = krm_namespace(obj);
	kv_error(c->job, c->resource->origin.pos, "ExternalSecret %.*s%s%.*s: %s", KV_ARG(namespace),
		 namespace.n ? "/" : "", KV_ARG(krm_name(obj)), text);
	c->failed = -1;
}

/* ITEM/FIELD or ITEM/SECTION/FIELD, behind the store's vault. */
static bool is_sdk_key(kv_str key)
{
	size_t slashes = 0;
	for (size_t i = 0; i < key.n; i++)
		slashes += key.p[i] == '/' && i > 0;
	return slashes == 1 || slashes == 2;
}

static void check_data(struct check *c, krm_val ref)
{
	bool sdk = c->provider == FLT_PROVIDER_SDK;
	if (krm_str(krm_get(ref, "version")).n)
		refuse(c, sdk ? "'remoteRef.version' is not implemented in the 1Password SDK provider" :
				"'remoteRef.version' is not implemented in the 1Password provider");
	if (sdk && krm_str(krm_get(ref, "property")).n)
		refuse(c, "the 1Password SDK provider does not look at remoteRef.property: the key is "
			  "ITEM/FIELD or ITEM/SECTION/FIELD");
	else if (sdk && !is_sdk_key(krm_str(krm_get(ref, "key"))))
		refuse(c, "the key of the 1Password SDK provider is ITEM/FIELD or ITEM/SECTION/FIELD");
}

static void check_data_from(struct check *c, krm_val entry)
{
	bool sdk = c->provider == FLT_PROVIDER_SDK;
	krm_val extract = krm_get(entry, "extract");
	if (krm_str(krm_get(extract, "version")).n)
		refuse(c, sdk ? "'remoteRef.version' is not implemented in the 1Password SDK provider" :
				"'remoteRef.version' is not implemented in the 1Password provider");
	if (sdk && krm_has(entry, "find"))
		refuse(c, "dataFrom.find is not implemented in the 1Password SDK provider");
}

int flt_external_secret_check_provider(struct kv_job *job, const struct krm_resource *r,
				       enum flt_provider provider)
{
	struct check c = { job, r, provider, 0 };
	krm_val spec = krm_get(r->obj, "spec");
	krm_val data = krm_get(spec, "data"), from = krm_get(spec, "dataFrom");
	if (provider == FLT_PROVIDER_UNKNOWN)
		return 0;
	for (size_t i = 0; i < krm_list_len(data); i++)
		/* Its own store may be another provider's. */
		if (!krm_has(data.l->v[i], "sourceRef"))
			check_data(&c, krm_get(data.l->v[i], "remoteRef"));
	for (size_t i = 0; i < krm_list_len(from); i++)
		if (!krm_has(from.l->v[i], "sourceRef"))
			check_data_from(&c, from.l->v[i]);
	return c.failed;
}
