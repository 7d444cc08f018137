/* filters/bootstrap.c: finds the Secrets that stores need first, and what makes those. */
#include "filters/bootstrap.h"

#include "base/map.h"
#include "filters/uses.h"

#define GROUP "external-secrets.io"

struct search {
	struct kv_job *job;
	const struct krm_resources *list;
	struct kv_map externals; /* "namespace/name" of the Secret to its ExternalSecret (krm_resource *) */
	struct kv_map secrets;   /* the same of Secrets that are in the list */
	struct kv_map found;     /* the same to flt_bootstrap_secret * */
	struct krm_resources stores;
	struct flt_uses uses;
	struct flt_bootstrap *ret;
};

static kv_str identity(struct search *s, kv_str namespace, kv_str name)
{
	return kv_arena_cat(s->job->arena, namespace, KV_S("/"), name);
}

static void index_list(struct search *s)
{
	kv_map_init(&s->externals, s->job->arena);
	kv_map_init(&s->secrets, s->job->arena);
	kv_map_init(&s->found, s->job->arena);
	for (size_t i = 0; i < s->list->n; i++) {
		krm_val obj = s->list->v[i]->obj;
		kv_str target = krm_str(krm_path(obj, "spec", "target", "name", NULL));
		if (krm_is_kind(obj, GROUP, "ExternalSecret"))
			kv_map_put(&s->externals,
				   identity(s, krm_namespace(obj), target.n ? target : krm_name(obj)),
				   s->list->v[i]);
		else if (krm_is_kind(obj, "", "Secret"))
			kv_map_put(&s->secrets, identity(s, krm_namespace(obj), krm_name(obj)), s->list->v[i]);
	}
	flt_find_uses(s->job, s->list, NULL, FLT_USES_SECRETS, &s->uses);
}

/* --- what an ExternalSecret says of its keys --------------------------------------------------------- */

/* Of Connect the vault that is searched first; of the SDK its only one. */
static kv_str vault_of(krm_val store)
{
	krm_val provider = krm_path(store, "spec", "provider", NULL);
	krm_val vaults = krm_path(provider, "onepassword", "vaults", NULL);
	kv_str first = krm_str(krm_path(provider, "onepasswordSDK", "vault", NULL));
	int64_t order = INT64_MAX;
	if (vaults.kind == KRM_MAP)
		krm_map_each (vaults.m, e)
			if ((e->val.kind == KRM_INT || e->val.kind == KRM_INT64) && e->val.i < order) {
				order = e->val.i;
				first = krm_str(e->key);
			}
	return first;
}

kv_str flt_external_vault(const struct krm_resources *stores, krm_val external)
{
	return vault_of(flt_store_of(stores, external));
}

static struct flt_bootstrap_key *key_of(struct search *s, struct flt_bootstrap_secret *secret, kv_str name)
{
	for (size_t i = 0; i < secret->nkeys; i++)
		if (kv_str_eq(secret->keys[i].name, name))
			return &secret->keys[i];
	KV_PUSH(s->job->arena, secret->keys, secret->nkeys, secret->keys_cap,
		((struct flt_bootstrap_key){ .name = name }));
	return &secret->keys[secret->nkeys - 1];
}

/* "item/field" of the SDK provider is divided at its first slash. */
static void take_reference(struct flt_bootstrap_key *key, krm_val ref)
{
	size_t slash;
	key->item = krm_str(krm_get(ref, "key"));
	key->field = krm_str(krm_get(ref, "property"));
	slash = key->field.n ? SIZE_MAX : kv_str_chr(key->item, '/');
	if (slash == SIZE_MAX)
		return;
	key->field = kv_str_sub(key->item, slash + 1, key->item.n);
	key->item = kv_str_sub(key->item, 0, slash);
}

static void take_external(struct search *s, struct flt_bootstrap_secret *secret)
{
	krm_val spec = krm_get(secret->external->obj, "spec");
	krm_val data = krm_get(spec, "data"), template = krm_path(spec, "target", "template", NULL);
	secret->type = krm_str(krm_get(template, "type"));
	secret->vault = flt_external_vault(&s->stores, secret->external->obj);
	for (size_t i = 0; i < krm_list_len(data); i++) {
		krm_val entry = data.l->v[i];
		kv_str name = krm_str(krm_get(entry, "secretKey"));
		struct flt_bootstrap_key *key = key_of(s, secret, name);
		take_reference(key, krm_get(entry, "remoteRef"));
		kv_str text = krm_str(krm_get_str(krm_get(template, "data"), name));
		key->encoded = kv_str_find(text, KV_S("b64enc"), 0) != SIZE_MAX;
	}
}

/* One item is the whole Secret: its fields are named as the keys are. */
static void take_extract(struct flt_bootstrap_secret *secret)
{
	krm_val from = krm_path(secret->external->obj, "spec", "dataFrom", NULL);
	kv_str item = KV_S("");
	for (size_t i = 0; i < krm_list_len(from); i++)
		if (krm_has(from.l->v[i], "extract"))
			item = krm_str(krm_path(from.l->v[i], "extract", "key", NULL));
	for (size_t i = 0; item.n && i < secret->nkeys; i++)
		if (!secret->keys[i].item.n) {
			secret->keys[i].item = item;
			secret->keys[i].field = secret->keys[i].name;
		}
}

/* --- needs ------------------------------------------------------------------------------------------ */

/* The entry of a Secret that is needed. NULL if the list provides it in another way. */
static struct flt_bootstrap_secret *need(struct search *s, const struct krm_resource *user, kv_str namespace,
					 kv_str name, kv_str reason)
{
	kv_str id = identity(s, namespace, name);
	struct flt_bootstrap_secret *secret = kv_map_get(&s->found, id);
	const struct krm_resource *external = kv_map_get(&s->externals, id);
	if (secret || (!external && kv_map_has(&s->secrets, id)))
		return secret;
	secret = KV_NEW(s->job->arena, struct flt_bootstrap_secret);
	*secret = (struct flt_bootstrap_secret){
		.namespace = namespace, .name = name, .reason = reason, .external = external, .user = user
	};
	if (external)
		take_external(s, secret);
	kv_map_put(&s->found, id, secret);
	KV_PUSH(s->job->arena, s->ret->v, s->ret->n, s->ret->cap, secret);
	return secret;
}

/* Every mapping with a name and a key below spec.provider is a Secret that the store reads. */
static void need_references(struct search *s, const struct krm_resource *user, krm_val at, size_t depth)
{
	krm_val store = user->obj;
	kv_str name = krm_str(krm_get(at, "name")), key = krm_str(krm_get(at, "key"));
	if (at.kind != KRM_MAP || depth > s->job->limits.depth)
		return;
	if (name.n && key.n) {
		kv_str namespace = krm_str(krm_get(at, "namespace"));
		struct flt_bootstrap_secret *secret =
			need(s, user, namespace.n ? namespace : krm_namespace(store), name,
			     kv_arena_cat(s->job->arena, krm_kind(store), KV_S(" "), krm_name(store),
					  KV_S(" authenticates with it")));
		if (!secret)
			return;
		key_of(s, secret, key);
		secret->token_of = flt_provider_of_store(store);
		secret->of_vault = vault_of(store);
		return;
	}
	krm_map_each (at.m, e)
		need_references(s, user, e->val, depth + 1);
}

enum flt_program flt_program_of(krm_val obj)
{
	static const struct {
		const char *part;
		enum flt_program program;
	} images[] = {
		{ "1password/connect", FLT_CONNECT },
		{ "external-secrets/external-secrets", FLT_EXTERNAL_SECRETS },
		{ "argoproj/argocd", FLT_ARGO_CD },
		{ "bitnami/argo-cd", FLT_ARGO_CD },
		{ "bitnamilegacy/argo-cd", FLT_ARGO_CD },
	};
	const struct flt_pod_place *place = flt_pod_place(obj);
	krm_val containers = place ? krm_get(flt_pod_spec(obj, place), "containers") : krm_nil();
	for (size_t i = 0; i < krm_list_len(containers); i++) {
		kv_str image = krm_str(krm_get(containers.l->v[i], "image"));
		for (size_t k = 0; k < sizeof images / sizeof *images; k++)
			if (kv_str_find(image, kv_str_c(images[k].part), 0) != SIZE_MAX)
				return images[k].program;
	}
	return FLT_OTHER_PROGRAM;
}

/* What the programs read that have to run before ExternalSecrets work. Of Connect all of it; of the others what an ExternalSecret
 * would make, for they make the rest themselves. */
static void need_uses(struct search *s, enum flt_program program, const char *reason)
{
	for (size_t i = 0; i < s->uses.n; i++) {
		const struct flt_use *u = &s->uses.v[i];
		if (flt_program_of(u->user->obj) != program || u->how == FLT_USE_PULL)
			continue;
		bool made = kv_map_has(&s->externals, identity(s, u->namespace, u->name));
		if (!made && (program != FLT_CONNECT || u->optional))
			continue;
		struct flt_bootstrap_secret *secret =
			need(s, u->user, u->namespace, u->name, kv_str_c(reason));
		if (!secret)
			continue;
		secret->connect |= program == FLT_CONNECT;
		secret->argo |= program == FLT_ARGO_CD;
		if (u->key.n)
			key_of(s, secret, u->key);
	}
}

/* Argo CD reads these two by name, and not as a workload does. */
static void need_argo(struct search *s, const struct krm_resource *user)
{
	kv_str namespace = krm_namespace(user->obj);
	static const char *const names[][3] = {
		{ "argocd-secret", "admin.password", "server.secretkey" },
		{ "argocd-redis", "auth", NULL },
	};
	for (size_t i = 0; i < 2; i++) {
		kv_str name = kv_str_c(names[i][0]);
		if (!kv_map_has(&s->externals, identity(s, namespace, name)))
			continue;
		struct flt_bootstrap_secret *secret =
			need(s, user, namespace, name,
			     KV_S("Argo CD does not start without it, and Argo CD applies "
				  "its ExternalSecret"));
		secret->argo = true;
		/* `data` names its keys itself. */
		bool named = krm_list_len(krm_path(secret->external->obj, "spec", "data", NULL)) > 0;
		for (size_t k = 1; k < 3 && names[i][k] && !named; k++)
			key_of(s, secret, kv_str_c(names[i][k]));
	}
}

void flt_bootstrap_find(struct kv_job *job, const struct krm_resources *list, struct flt_bootstrap *ret)
{
	struct search s = { .job = job, .list = list, .ret = ret };
	index_list(&s);
	s.stores = flt_stores(job, list);
	need_uses(&s, FLT_CONNECT, "1Password Connect reads it, and the stores ask Connect");
	for (size_t i = 0; i < s.stores.n; i++) {
		krm_val store = s.stores.v[i]->obj;
		need_references(&s, s.stores.v[i], krm_path(store, "spec", "provider", NULL), 0);
	}
	need_uses(&s, FLT_EXTERNAL_SECRETS, "the operator of external-secrets reads it");
	need_uses(&s, FLT_ARGO_CD, "Argo CD reads it, and Argo CD applies its ExternalSecret");
	for (size_t i = 0; i < list->n; i++)
		if (flt_program_of(list->v[i]->obj) == FLT_ARGO_CD)
			need_argo(&s, list->v[i]);
	for (size_t i = 0; i < ret->n; i++)
		if (ret->v[i]->external)
			take_extract(ret->v[i]);
}
