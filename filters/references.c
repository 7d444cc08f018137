/* filters/references.c: audit rules about Secrets, ConfigMaps, ServiceAccounts and claims: used and missing, or fetched and unused. */
#include "base/map.h"
#include "filters/external_secrets.h"
#include "filters/notice.h"
#include "filters/uses.h"

enum { SECRET, CONFIG_MAP, ACCOUNT, CLAIM, KEY, UNUSED, RULES };

static const struct flt_rule rules[RULES] = {
	[SECRET] = { "references/missing-secret", "A Secret is used that nothing here makes" },
	[CONFIG_MAP] = { "references/missing-config-map", "A ConfigMap is used that nothing here makes" },
	[ACCOUNT] = { "references/missing-service-account", "A ServiceAccount is used that is not here" },
	[CLAIM] = { "references/missing-claim", "A PersistentVolumeClaim is used that is not here" },
	[KEY] = { "references/missing-key", "A key is used that its Secret or ConfigMap does not have" },
	[UNUSED] = { "references/unused-key", "An ExternalSecret fetches what nothing uses" },
};

/* What is there under a name. */
struct provided {
	bool all_keys; /* which keys it has cannot be told */
	struct kv_map keys;
	/* Of what an ExternalSecret makes: */
	bool used_whole; /* by something that takes all keys, or names it in a way of its own */
	struct kv_map used;
	bool is_named;         /* it is in the list of its name */
	struct provided *next; /* of the same name, in another namespace */
};

struct search {
	struct kv_job *job;
	const struct krm_resources *list;
	struct flt_notices *ret;
	const struct flt_pod_security *pods;
	struct kv_map provided; /* "what namespace/name"; namespace * is any */
	struct kv_map named;    /* what ExternalSecrets make, by name */
	struct kv_map releases; /* of charts that the cluster renders, by name */
};

static kv_str identity(struct search *s, enum flt_used what, kv_str namespace, kv_str name)
{
	return kv_arena_printf(s->job->arena, "%d %.*s/%.*s", (int)what, KV_ARG(namespace), KV_ARG(name));
}

static bool is_external(krm_val obj)
{
	return kv_str_eq(krm_kind(obj), KV_S("ExternalSecret")) &&
	       kv_str_eq(krm_gvk_of(obj).group, KV_S("external-secrets.io"));
}

/* --- what is there ------------------------------------------------------------------------------- */

static void add_keys(struct provided *p, krm_val map)
{
	if (map.kind == KRM_MAP)
		krm_map_each (map.m, e)
			kv_map_put(&p->keys, krm_str(e->key), p);
}

static void add_external_keys(struct provided *p, krm_val spec)
{
	krm_val data = krm_get(spec, "data"), template = krm_path(spec, "target", "template", NULL);
	p->all_keys =
		krm_list_len(krm_get(spec, "dataFrom")) || krm_list_len(krm_get(template, "templateFrom"));
	add_keys(p, krm_get(template, "data"));
	/* With a template's data only that is in the Secret, unless it says otherwise. */
	if (p->keys.n && !krm_is_str(krm_get(template, "mergePolicy"), "Merge"))
		return;
	for (size_t i = 0; i < krm_list_len(data); i++)
		kv_map_put(&p->keys, krm_str(krm_get(data.l->v[i], "secretKey")), p);
}

static struct provided *slot_of(struct search *s, kv_str id)
{
	struct provided *p = kv_map_get(&s->provided, id);
	if (p) {
		/* Two make it together. */
		p->all_keys = true;
		return p;
	}
	p = KV_NEW(s->job->arena, struct provided);
	kv_map_init(&p->keys, s->job->arena);
	kv_map_init(&p->used, s->job->arena);
	kv_map_put(&s->provided, id, p);
	return p;
}

/* Two ExternalSecrets may make one Secret. */
static void name_external(struct search *s, kv_str name, struct provided *p)
{
	if (p->is_named)
		return;
	p->is_named = true;
	p->next = kv_map_put(&s->named, name, p);
}

static void provide(struct search *s, enum flt_used what, kv_str namespace, kv_str name, krm_val obj)
{
	struct provided *p = slot_of(s, identity(s, what, namespace, name));
	if (is_external(obj)) {
		add_external_keys(p, krm_get(obj, "spec"));
		name_external(s, name, p);
	} else {
		add_keys(p, krm_get(obj, "data"));
		add_keys(p, krm_get(obj, "stringData"));
		add_keys(p, krm_get(obj, "binaryData"));
		/* One without values is filled by somebody. */
		p->all_keys |= !p->keys.n;
	}
	/* A use without a namespace may be in any; what has none may be in any, too. */
	kv_map_put(&s->provided, identity(s, what, namespace.n ? KV_S("") : KV_S("*"), name), p);
}

/* What operators make in every namespace. */
static const struct {
	const char *group, *kind;
	enum flt_used what;
	const char *parent, *field; /* of spec, where the name is; else it is the object's */
} everywhere[] = {
	{ "external-secrets.io", "ClusterExternalSecret", FLT_USES_SECRETS, "externalSecretName", NULL },
	{ "trust.cert-manager.io", "Bundle", FLT_USES_CONFIG_MAPS, NULL, NULL },
	{ "trust.cert-manager.io", "Bundle", FLT_USES_SECRETS, NULL, NULL },
};

static void provide_everywhere(struct search *s, krm_val obj)
{
	struct krm_gvk gvk = krm_gvk_of(obj);
	for (size_t i = 0; i < sizeof everywhere / sizeof *everywhere; i++) {
		if (!kv_str_eq(gvk.group, kv_str_c(everywhere[i].group)) ||
		    !kv_str_eq(gvk.kind, kv_str_c(everywhere[i].kind)))
			continue;
		kv_str other = everywhere[i].parent
				       ? krm_str(krm_path(obj, "spec", everywhere[i].parent, NULL))
				       : KV_S("");
		provide(s, everywhere[i].what, KV_S("*"), other.n ? other : krm_name(obj), obj);
	}
}

/* What an operator makes beside an object, under the object's name with something behind it; its keys are its own affair. */
static const struct {
	const char *group, *kind, *behind;
	enum flt_used what;
} beside[] = {
	{ "elasticsearch.k8s.elastic.co", "Elasticsearch", "-es-elastic-user", FLT_USES_SECRETS },
	{ "elasticsearch.k8s.elastic.co", "Elasticsearch", "-es-http-certs-public", FLT_USES_SECRETS },
	{ "postgresql.cnpg.io", "Cluster", "-app", FLT_USES_SECRETS },
	{ "postgresql.cnpg.io", "Cluster", "-ca", FLT_USES_SECRETS },
	{ "postgresql.cnpg.io", "Cluster", "-replication", FLT_USES_SECRETS },
	{ "postgresql.cnpg.io", "Cluster", "-server", FLT_USES_SECRETS },
	{ "postgresql.cnpg.io", "Cluster", "-superuser", FLT_USES_SECRETS },
	{ "talos.dev", "ServiceAccount", "", FLT_USES_SECRETS },
};

static void provide_beside(struct search *s, krm_val obj)
{
	struct krm_gvk gvk = krm_gvk_of(obj);
	for (size_t i = 0; i < sizeof beside / sizeof *beside; i++)
		if (kv_str_eq(gvk.group, kv_str_c(beside[i].group)) && kv_str_eq(gvk.kind, kv_str_c(beside[i].kind)))
			provide(s, beside[i].what, krm_namespace(obj),
				kv_arena_cat(s->job->arena, krm_name(obj), kv_str_c(beside[i].behind)), krm_nil());
}

/* "argocd admin redis-initial-password", a Job of the chart and an init container of the manifests, makes a Secret of a fixed name. */
static void provide_by_command(struct search *s, krm_val obj)
{
	const struct flt_pod_place *place = flt_pod_place(obj);
	krm_val spec = place ? flt_pod_spec(obj, place) : krm_nil();
	for (int which = 0; which < FLT_CONTAINER_LISTS; which++) {
		krm_val containers = krm_get(spec, flt_container_lists[which]);
		for (size_t i = 0; i < krm_list_len(containers); i++)
			if (krm_list_has(krm_get(containers.l->v[i], "command"), KV_S("redis-initial-password")) ||
			    krm_list_has(krm_get(containers.l->v[i], "args"), KV_S("redis-initial-password")))
				provide(s, FLT_USES_SECRETS, krm_namespace(obj), KV_S("argocd-redis"), krm_nil());
	}
}

/* The claims of a StatefulSet, "TEMPLATE-SET-0" and further; # stands for the numbers. */
static void provide_claims(struct search *s, krm_val obj)
{
	krm_val templates = krm_path(obj, "spec", "volumeClaimTemplates", NULL);
	for (size_t i = 0; i < krm_list_len(templates); i++)
		provide(s, FLT_USES_CLAIMS, krm_namespace(obj),
			kv_arena_cat(s->job->arena, krm_name(templates.l->v[i]), KV_S("-"), krm_name(obj), KV_S("-#")),
			krm_nil());
}

/* Flux, k3s and Argo CD render charts in the cluster; what these make is mostly called as the release, or begins with its name. */
static void add_release(struct search *s, krm_val obj)
{
	static const struct {
		const char *group, *kind;
	} kinds[] = {
		{ "argoproj.io", "Application" },
		{ "helm.cattle.io", "HelmChart" },
		{ "helm.toolkit.fluxcd.io", "HelmRelease" },
	};
	struct krm_gvk gvk = krm_gvk_of(obj);
	kv_str other = krm_str(krm_path(obj, "spec", "releaseName", NULL));
	if (!other.n)
		other = krm_str(krm_path(obj, "spec", "source", "helm", "releaseName", NULL));
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (kv_str_eq(gvk.group, kv_str_c(kinds[i].group)) && kv_str_eq(gvk.kind, kv_str_c(kinds[i].kind)))
			kv_map_put(&s->releases, other.n ? other : krm_name(obj), s);
}

static bool is_of_release(const struct search *s, kv_str name)
{
	for (size_t i = 0; i < name.n; i++)
		if (name.p[i] == '-' && kv_map_has(&s->releases, kv_str_sub(name, 0, i)))
			return true;
	return kv_map_has(&s->releases, name);
}

/* By the controller of StatefulSets or by an operator. */
static void provide_for(struct search *s, krm_val obj, kv_str group)
{
	if (kv_str_eq(group, KV_S("apps")) && kv_str_eq(krm_kind(obj), KV_S("StatefulSet"))) {
		provide_claims(s, obj);
		return;
	}
	provide_everywhere(s, obj);
	provide_beside(s, obj);
	provide_by_command(s, obj);
	add_release(s, obj);
}

static void index_provided(struct search *s)
{
	for (size_t i = 0; i < s->list->n; i++) {
		krm_val obj = s->list->v[i]->obj;
		struct krm_gvk gvk = krm_gvk_of(obj);
		kv_str namespace = krm_namespace(obj), secret = flt_provided_secret(obj);
		if (secret.n)
			provide(s, FLT_USES_SECRETS, namespace, secret, obj);
		else if (gvk.group.n)
			provide_for(s, obj, gvk.group);
		else if (kv_str_eq(gvk.kind, KV_S("ConfigMap")))
			provide(s, FLT_USES_CONFIG_MAPS, namespace, krm_name(obj), obj);
		else if (kv_str_eq(gvk.kind, KV_S("ServiceAccount")))
			provide(s, FLT_USES_ACCOUNTS, namespace, krm_name(obj), obj);
		else if (kv_str_eq(gvk.kind, KV_S("PersistentVolumeClaim")))
			provide(s, FLT_USES_CLAIMS, namespace, krm_name(obj), obj);
	}
}

/* --- what is used ------------------------------------------------------------------------------- */

static const struct {
	enum flt_used what;
	int rule;
	const char *kind;
	const char *always[4]; /* every namespace has them: of Kubernetes, Istio and OpenShift */
} used[] = {
	{ FLT_USES_SECRETS, SECRET, "Secret", { NULL } },
	{ FLT_USES_CONFIG_MAPS,
	  CONFIG_MAP,
	  "ConfigMap",
	  { "kube-root-ca.crt", "istio-ca-root-cert", "openshift-service-ca.crt", NULL } },
	{ FLT_USES_ACCOUNTS, ACCOUNT, "ServiceAccount", { "default", NULL } },
	{ FLT_USES_CLAIMS, CLAIM, "PersistentVolumeClaim", { NULL } },
};

/* The name with its last number as #. */
static kv_str without_number(struct search *s, kv_str name)
{
	size_t n = name.n;
	while (n && name.p[n - 1] >= '0' && name.p[n - 1] <= '9')
		n--;
	return n == name.n ? name : kv_arena_cat(s->job->arena, kv_str_sub(name, 0, n), KV_S("#"));
}

static struct provided *find_named(struct search *s, enum flt_used what, kv_str namespace, kv_str name)
{
	struct provided *p = kv_map_get(&s->provided, identity(s, what, namespace, name));
	return p ? p : kv_map_get(&s->provided, identity(s, what, KV_S("*"), name));
}

static struct provided *find_provided(struct search *s, const struct flt_use *u)
{
	struct provided *p = find_named(s, u->what, u->namespace, u->name);
	return p || u->what != FLT_USES_CLAIMS
		       ? p
		       : find_named(s, u->what, u->namespace, without_number(s, u->name));
}

/* Accounts that Kubernetes makes for its own controllers are in no manifest. */
static bool is_always_there(const struct flt_use *u, const char *const *always)
{
	for (size_t i = 0; always[i]; i++)
		if (kv_str_eq(u->name, kv_str_c(always[i])))
			return true;
	return u->how == FLT_USE_SUBJECT && kv_str_eq(u->namespace, KV_S("kube-system"));
}

/* cert-manager's ingress-shim makes it. */
static bool is_made_for_ingress(const struct flt_use *u)
{
	return u->how == FLT_USE_TLS && (krm_annotation(u->user->obj, "cert-manager.io/cluster-issuer").n ||
					 krm_annotation(u->user->obj, "cert-manager.io/issuer").n);
}

static void look_at_use(struct search *s, const struct flt_use *u)
{
	struct provided *p = find_provided(s, u);
	kv_str who = krm_shown(s->job->arena, u->user->obj);
	size_t i = 0;
	while (used[i].what != u->what)
		i++;
	if (p && u->key.n)
		kv_map_put(&p->used, u->key, p);
	else if (p)
		p->used_whole = true;
	if (u->optional || is_always_there(u, used[i].always))
		return;
	if (!p && !is_made_for_ingress(u) && !is_of_release(s, u->name))
		flt_notice(s->job, s->ret, &rules[used[i].rule], u->at, 0,
			   "%.*s uses %s %.*s, which nothing here makes", KV_ARG(who), used[i].kind,
			   KV_ARG(u->name));
	else if (p && u->key.n && !p->all_keys && !kv_map_has(&p->keys, u->key))
		flt_notice(s->job, s->ret, &rules[KEY], u->at, 0,
			   "%.*s uses key %.*s of %s %.*s, which does not have it", KV_ARG(who),
			   KV_ARG(u->key), used[i].kind, KV_ARG(u->name));
}

/* What is used several times by one object is told once. */
static void look_at_uses(struct search *s)
{
	struct flt_uses uses = { 0 };
	struct kv_map told;
	kv_map_init(&told, s->job->arena);
	flt_find_uses(s->job, s->list, s->pods, FLT_USES_ALL, &uses);
	for (size_t i = 0; i < uses.n; i++) {
		const struct flt_use *u = &uses.v[i];
		const struct provided *p = find_provided(s, u);
		kv_str id = kv_arena_printf(s->job->arena, "%zu %d %d %.*s/%.*s", u->at, (int)u->what,
					    u->optional, KV_ARG(u->name), KV_ARG(p ? u->key : KV_S("")));
		if (!kv_map_put(&told, id, &told))
			look_at_use(s, u);
	}
}

/* --- what is mentioned in other ways ----------------------------------------------------------- */

/* A text may be the name of a Secret, or end in it: "namespace/name", "--secret=name". */
static void mention(struct search *s, kv_str text)
{
	size_t slash = kv_str_rchr(text, '/'), equals = kv_str_rchr(text, '=');
	size_t from = slash == SIZE_MAX ? 0 : slash + 1;
	if (equals != SIZE_MAX && equals + 1 > from)
		from = equals + 1;
	kv_str name = kv_str_sub(text, from, text.n);
	struct provided *p = kv_map_get(&s->named, name);
	/* Once is enough for all of them. */
	if (p)
		kv_map_put(&s->named, name, NULL);
	for (; p; p = p->next)
		p->used_whole = true;
}

/* Trees are as deep as their readers let them be. */
static void mention_all(struct search *s, krm_val v)
{
	if (v.kind == KRM_STRING)
		mention(s, krm_str(v));
	for (size_t i = 0; i < krm_list_len(v); i++)
		mention_all(s, v.l->v[i]);
	if (v.kind == KRM_MAP)
		krm_map_each (v.m, e)
			if (!krm_is_str(e->key, "labels") && !krm_is_str(e->key, "matchLabels"))
				mention_all(s, e->val);
}

static void mention_in_containers(struct search *s, krm_val spec)
{
	for (int which = 0; which < FLT_CONTAINER_LISTS; which++) {
		krm_val list = krm_get(spec, flt_container_lists[which]);
		for (size_t i = 0; i < krm_list_len(list); i++) {
			krm_val container = list.l->v[i], env = krm_get(container, "env");
			mention_all(s, krm_get(container, "command"));
			mention_all(s, krm_get(container, "args"));
			for (size_t k = 0; k < krm_list_len(env); k++)
				mention_all(s, krm_get(env.l->v[k], "value"));
		}
	}
}

/* Custom resources name Secrets wherever they like, the built-in kinds in annotations and arguments. */
static void look_for_mentions(struct search *s)
{
	for (size_t i = 0; i < s->list->n; i++) {
		krm_val obj = s->list->v[i]->obj;
		kv_str group = krm_gvk_of(obj).group;
		const struct flt_pod_place *place = flt_pod_place(obj);
		if (is_external(obj))
			continue;
		mention_all(s, krm_path(obj, "metadata", "annotations", NULL));
		if (place)
			mention_in_containers(s, flt_pod_spec(obj, place));
		else if (kv_str_chr(group, '.') != SIZE_MAX && !kv_str_ends(group, KV_S(".k8s.io")))
			krm_map_each (obj.m, e)
				if (!krm_is_str(e->key, "metadata"))
					mention_all(s, e->val);
	}
}

/* --- what nobody uses --------------------------------------------------------------------------- */

/* By its labels, as Argo CD finds its repositories, or by a name that it has built in. */
static bool is_found_otherwise(krm_val obj, kv_str name)
{
	return krm_map_len(krm_path(obj, "spec", "target", "template", "metadata", "labels", NULL)) ||
	       kv_str_eq(name, KV_S("argocd-secret"));
}

static void look_for_unused(struct search *s)
{
	for (size_t i = 0; i < s->list->n; i++) {
		krm_val obj = s->list->v[i]->obj;
		if (!is_external(obj))
			continue;
		kv_str name = flt_provided_secret(obj), who = krm_shown(s->job->arena, obj);
		const struct provided *p =
			kv_map_get(&s->provided, identity(s, FLT_USES_SECRETS, krm_namespace(obj), name));
		if (p->used_whole || p->all_keys || is_found_otherwise(obj, name))
			continue;
		if (!p->used.n)
			flt_notice(s->job, s->ret, &rules[UNUSED], i, 0,
				   "%.*s makes Secret %.*s, which nothing here uses", KV_ARG(who),
				   KV_ARG(name));
		for (size_t k = 0; p->used.n && k < p->keys.n; k++)
			if (!kv_map_has(&p->used, p->keys.entries[k].key))
				flt_notice(s->job, s->ret, &rules[UNUSED], i, 0,
					   "%.*s fetches key %.*s of Secret %.*s, which nothing here uses",
					   KV_ARG(who), KV_ARG(p->keys.entries[k].key), KV_ARG(name));
	}
}

static void find(struct kv_job *job, const struct krm_resources *list, const struct flt_known *known,
		 struct flt_notices *ret)
{
	struct search s = { .job = job, .list = list, .ret = ret, .pods = known->pods };
	kv_map_init(&s.provided, job->arena);
	kv_map_init(&s.named, job->arena);
	kv_map_init(&s.releases, job->arena);
	index_provided(&s);
	look_at_uses(&s);
	look_for_mentions(&s);
	look_for_unused(&s);
}

const struct flt_audit flt_reference_audit = { rules, RULES, find };
