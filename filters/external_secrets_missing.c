/* filters/external_secrets_missing.c: ExternalSecrets for Secrets that workloads need and nothing renders. */
#include "filters/external_secrets.h"

#include "base/map.h"
#include "filters/uses.h"

struct missing {
	struct kv_job *job;
	struct kv_map provided; /* "namespace/name" */
	struct kv_map made;     /* the same, to the new Secret's data (krm_map *) */
	struct kv_map whole;    /* the same, of those that somebody uses as a whole */
	struct krm_resources *ret;
};

static kv_str identity(struct missing *m, kv_str namespace, kv_str name)
{
	return kv_arena_cat(m->job->arena, namespace, KV_S("/"), name);
}

kv_str flt_provided_secret(krm_val obj)
{
	static const struct {
		const char *group, *kind, *parent, *field; /* the field that names it, if it has another name */
	} kinds[] = {
		{ "", "Secret", NULL, NULL },
		{ "external-secrets.io", "ExternalSecret", "target", "name" },
		{ "bitnami.com", "SealedSecret", NULL, NULL },
		{ "cert-manager.io", "Certificate", NULL, "secretName" },
		{ "onepassword.com", "OnePasswordItem", NULL, NULL },
		{ "isindir.github.com", "SopsSecret", NULL, NULL },
	};
	struct krm_gvk gvk = krm_gvk_of(obj);
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		if (!kv_str_eq(gvk.group, kv_str_c(kinds[i].group)) ||
		    !kv_str_eq(gvk.kind, kv_str_c(kinds[i].kind)))
			continue;
		krm_val at = krm_get(obj, "spec");
		if (kinds[i].parent)
			at = krm_get(at, kinds[i].parent);
		kv_str other = kinds[i].field ? krm_str(krm_get(at, kinds[i].field)) : KV_S("");
		return other.n ? other : krm_name(obj);
	}
	return KV_S("");
}

/* What has no namespace gets the one that it is applied to. */
static bool is_provided(struct missing *m, kv_str namespace, kv_str name)
{
	return kv_map_has(&m->provided, identity(m, namespace, name)) ||
	       kv_map_has(&m->provided, identity(m, KV_S(""), name));
}

/* A Secret without a value: its type may be empty. */
static struct krm_map *make(struct missing *m, kv_str namespace, kv_str name, kv_str type,
			    struct krm_origin origin)
{
	struct kv_arena *a = m->job->arena;
	kv_str id = identity(m, namespace, name);
	struct krm_map *data = kv_map_get(&m->made, id);
	if (data || is_provided(m, namespace, name))
		return data;
	krm_val obj = krm_map(a, KRM_OF_ANY), metadata = krm_map(a, KRM_OF_ANY),
		values = krm_map(a, KRM_OF_ANY);
	krm_map_set(a, metadata.m, KV_S("name"), krm_string(a, name));
	if (namespace.n)
		krm_map_set(a, metadata.m, KV_S("namespace"), krm_string(a, namespace));
	krm_map_set(a, obj.m, KV_S("apiVersion"), krm_string_c(a, "v1"));
	krm_map_set(a, obj.m, KV_S("kind"), krm_string_c(a, "Secret"));
	krm_map_set(a, obj.m, KV_S("metadata"), metadata);
	if (type.n)
		krm_map_set(a, obj.m, KV_S("type"), krm_string(a, type));
	krm_map_set(a, obj.m, KV_S("stringData"), values);
	krm_resources_push(a, m->ret, krm_resource_new(a, obj, origin));
	kv_map_put(&m->made, id, values.m);
	return values.m;
}

/* Some text, since a key without one counts as none. */
static void add_key(struct missing *m, struct krm_map *data, kv_str key)
{
	if (data && key.n)
		krm_map_set(m->job->arena, data, key, krm_string_c(m->job->arena, "?"));
}

static void add_use(struct missing *m, const struct flt_use *u)
{
	bool tls = u->how == FLT_USE_TLS, pull = u->how == FLT_USE_PULL;
	kv_str type = tls    ? KV_S("kubernetes.io/tls")
		      : pull ? KV_S("kubernetes.io/dockerconfigjson")
			     : KV_S("");
	/* Tokens of ServiceAccounts are made by Kubernetes. */
	if (u->optional || u->how == FLT_USE_MOUNTABLE)
		return;
	/* cert-manager makes it. */
	if (tls && (krm_annotation(u->user->obj, "cert-manager.io/cluster-issuer").n ||
		    krm_annotation(u->user->obj, "cert-manager.io/issuer").n))
		return;
	struct krm_map *data = make(m, u->namespace, u->name, type, u->user->origin);
	if (tls)
		add_key(m, data, KV_S("tls.crt"));
	add_key(m, data, tls ? KV_S("tls.key") : pull ? KV_S(".dockerconfigjson") : u->key);
	if (data && !tls && !pull && !u->key.n)
		kv_map_put(&m->whole, identity(m, u->namespace, u->name), data);
}

/* Whoever uses all keys needs more than those that others name. */
static void forget_keys(struct missing *m)
{
	for (size_t i = 0; i < m->ret->n; i++) {
		krm_val obj = m->ret->v[i]->obj;
		if (!kv_map_has(&m->whole, identity(m, krm_namespace(obj), krm_name(obj))))
			continue;
		struct krm_map *data = krm_get(obj, "stringData").m;
		krm_map_each (data, e)
			krm_map_del(data, krm_str(e->key));
	}
}

void flt_missing_secrets(struct kv_job *job, const struct flt_external *e, const struct krm_resources *in,
			 struct krm_resources *ret)
{
	struct missing m = { .job = job, .ret = ret };
	struct flt_uses uses = { 0 };
	kv_map_init(&m.provided, job->arena);
	kv_map_init(&m.made, job->arena);
	kv_map_init(&m.whole, job->arena);
	for (size_t i = 0; i < in->n; i++) {
		kv_str name = flt_provided_secret(in->v[i]->obj);
		if (name.n)
			kv_map_put(&m.provided, identity(&m, krm_namespace(in->v[i]->obj), name), &m);
	}
	for (size_t i = 0; i < e->nwanted; i++) {
		const struct flt_external_wanted *w = &e->wanted[i];
		struct krm_map *data = make(&m, w->namespace, w->name, w->type,
					    (struct krm_origin){ .pos = w->pos });
		for (size_t k = 0; k < w->nkeys; k++)
			add_key(&m, data, w->keys[k]);
	}
	if (e->follows_uses)
		flt_find_uses(job, in, NULL, FLT_USES_SECRETS, &uses);
	for (size_t i = 0; i < uses.n; i++)
		add_use(&m, &uses.v[i]);
	forget_keys(&m);
}
