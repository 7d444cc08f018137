/* filters/secret_audit.c: audit rules about stores and ExternalSecrets, one function each. */
#include "filters/notice.h"

#include "base/map.h"
#include "filters/external_secrets.h"
#include "filters/store_conditions.h"
#include "filters/uses.h"

#define GROUP "external-secrets.io"
#define RBAC "rbac.authorization.k8s.io"

enum {
	OPEN_STORE, /* a ClusterSecretStore without conditions */
	EXCLUDED,   /* an ExternalSecret in a namespace that they leave out */
	REFUSED,    /* what the operator's webhook or 1Password's provider refuses */
	RESTART,    /* a variable of a Secret that changes under the workload */
	WIDE_RBAC,  /* who may read too much */
	RULES
};

static const struct flt_rule rules[RULES] = {
	[OPEN_STORE] = { "external-secrets/open-store",
			 "A ClusterSecretStore without conditions serves every namespace" },
	[EXCLUDED] = { "external-secrets/excluded", "The conditions of a ClusterSecretStore leave out the "
						    "namespace of an ExternalSecret" },
	[REFUSED] = { "external-secrets/refused",
		      "external-secrets or the store's provider refuses an ExternalSecret" },
	[RESTART] = { "external-secrets/restart",
		      "A variable keeps the old value of a synced Secret until the Pod restarts" },
	[WIDE_RBAC] = { "external-secrets/wide-rbac",
			"A role lets its subjects read the Secrets or stores of all namespaces" },
};

struct audit {
	struct kv_job *job;
	const struct krm_resources *list;
	struct flt_notices *ret;
	const struct flt_pod_security *pods;
	kv_str open_store; /* the name of one; empty if there is none */
};

#define notice(a, rule, at, ...) flt_notice((a)->job, (a)->ret, &rules[rule], at, 0, __VA_ARGS__)

static krm_val object(const struct audit *a, size_t i)
{
	return a->list->v[i]->obj;
}

/* --- stores --------------------------------------------------------------------------------------- */

static void find_open_stores(struct audit *a)
{
	for (size_t i = 0; i < a->list->n; i++) {
		krm_val obj = object(a, i);
		if (!krm_is_kind(obj, GROUP, "ClusterSecretStore") ||
		    krm_list_len(krm_path(obj, "spec", "conditions", NULL)))
			continue;
		a->open_store = krm_name(obj);
		notice(a, OPEN_STORE, i,
		       "ClusterSecretStore %.*s has no spec.conditions: an ExternalSecret of any namespace reads what "
		       "its credentials can read",
		       KV_ARG(krm_name(obj)));
	}
}

struct excluding {
	struct audit *a;
	struct krm_resources stores;
	struct kv_map namespaces; /* name to krm_val *, their labels: an empty map where there are none */
};

static void index_namespaces(struct excluding *x)
{
	struct kv_arena *arena = x->a->job->arena;
	kv_map_init(&x->namespaces, arena);
	for (size_t i = 0; i < x->a->list->n; i++) {
		if (!krm_is_kind(object(x->a, i), "", "Namespace"))
			continue;
		krm_val *labels = KV_NEW(arena, krm_val);
		*labels = krm_path(object(x->a, i), "metadata", "labels", NULL);
		if (labels->kind != KRM_MAP)
			*labels = krm_map(arena, KRM_OF_ANY);
		kv_map_put(&x->namespaces, krm_name(object(x->a, i)), labels);
	}
}

/* `ref`: a secretStoreRef or storeRef. */
static void check_store(struct excluding *x, size_t at, krm_val ref)
{
	krm_val obj = object(x->a, at);
	kv_str namespace = krm_namespace(obj), name = krm_str(krm_get(ref, "name"));
	if (!namespace.n || !krm_is_str(krm_get(ref, "kind"), "ClusterSecretStore"))
		return;
	const krm_val *labels = kv_map_get(&x->namespaces, namespace);
	krm_val store = flt_store_named(&x->stores, KV_S(""), name, namespace);
	if (flt_store_excludes(x->a->job, store, namespace, labels ? *labels : krm_nil()))
		notice(x->a, EXCLUDED, at,
		       "ExternalSecret %.*s/%.*s reads ClusterSecretStore %.*s, whose spec.conditions leave "
		       "its namespace out",
		       KV_ARG(namespace), KV_ARG(krm_name(obj)), KV_ARG(name));
}

static void check_sources(struct excluding *x, size_t at, krm_val entries)
{
	for (size_t i = 0; i < krm_list_len(entries); i++)
		check_store(x, at, krm_path(entries.l->v[i], "sourceRef", "storeRef", NULL));
}

static void find_excluded(struct audit *a)
{
	struct excluding x = { .a = a, .stores = flt_stores(a->job, a->list) };
	index_namespaces(&x);
	for (size_t i = 0; i < a->list->n; i++) {
		krm_val spec = krm_get(object(a, i), "spec");
		if (!krm_is_kind(object(a, i), GROUP, "ExternalSecret"))
			continue;
		check_store(&x, i, krm_get(spec, "secretStoreRef"));
		check_sources(&x, i, krm_get(spec, "data"));
		check_sources(&x, i, krm_get(spec, "dataFrom"));
	}
}

/* --- ExternalSecrets -------------------------------------------------------------------------------- */

/* The checks report; here it is no error of the run. */
static void find_refused(struct audit *a)
{
	struct krm_resources stores = flt_stores(a->job, a->list);
	for (size_t i = 0; i < a->list->n; i++) {
		struct kv_diag_mark mark = kv_diag_mark(a->job);
		const struct krm_resource *r = a->list->v[i];
		if (!krm_is_kind(r->obj, GROUP, "ExternalSecret"))
			continue;
		int failed = flt_external_secret_check(a->job, r);
		failed |= flt_external_secret_check_provider(
			a->job, r, flt_provider_of_store(flt_store_of(&stores, r->obj)));
		const struct kv_diag *d = mark.last ? mark.last->next : a->job->diags;
		for (; failed && d; d = d->next)
			notice(a, REFUSED, i, "%.*s", KV_ARG(d->text));
		kv_diag_forget(a->job, mark);
	}
}

/* --- workloads -------------------------------------------------------------------------------------- */

static bool is_named_in(kv_str names, kv_str name)
{
	while (names.n) {
		size_t comma = kv_str_chr(names, ',');
		if (kv_str_eq(kv_str_trim(kv_str_sub(names, 0, comma), " "), name))
			return true;
		names = comma == SIZE_MAX ? KV_S("") : kv_str_sub(names, comma + 1, names.n);
	}
	return false;
}

/* Somebody restarts it when this Secret changes: Stakater's Reloader, or Wave. */
static bool is_restarted(krm_val obj, kv_str secret)
{
	static const char *const switches[] = { "reloader.stakater.com/auto",
						"secret.reloader.stakater.com/auto",
						"reloader.stakater.com/search",
						"wave.pusher.com/update-on-config-change" };
	for (size_t i = 0; i < sizeof switches / sizeof *switches; i++)
		if (kv_str_eq(krm_annotation(obj, switches[i]), KV_S("true")))
			return true;
	return is_named_in(krm_annotation(obj, "secret.reloader.stakater.com/reload"), secret);
}

/* Runs to its end and reads the Secret anew each time; so does a Pod that is not started again, as the tests of charts. */
static bool is_short(krm_val obj)
{
	kv_str again = krm_str(krm_path(obj, "spec", "restartPolicy", NULL));
	return krm_is_kind(obj, "batch", "Job") || krm_is_kind(obj, "batch", "CronJob") ||
	       (krm_is_kind(obj, "", "Pod") && again.n && !kv_str_eq(again, KV_S("Always")));
}

static void index_synced(struct audit *a, struct kv_map *synced)
{
	kv_map_init(synced, a->job->arena);
	for (size_t i = 0; i < a->list->n; i++) {
		krm_val obj = object(a, i);
		kv_str target = krm_str(krm_path(obj, "spec", "target", "name", NULL));
		if (krm_is_kind(obj, GROUP, "ExternalSecret"))
			kv_map_put(synced,
				   kv_arena_cat(a->job->arena, krm_namespace(obj), KV_S("/"),
						target.n ? target : krm_name(obj)),
				   synced);
	}
}

/* Once for a workload and a Secret. */
static void find_restarts(struct audit *a)
{
	struct flt_uses uses = { 0 };
	struct kv_map synced, told;
	index_synced(a, &synced);
	kv_map_init(&told, a->job->arena);
	flt_find_uses(a->job, a->list, a->pods, FLT_USES_SECRETS, &uses);
	for (size_t i = 0; i < uses.n; i++) {
		const struct flt_use *u = &uses.v[i];
		krm_val obj = u->user->obj;
		kv_str secret = kv_arena_cat(a->job->arena, u->namespace, KV_S("/"), u->name);
		kv_str id = kv_arena_printf(a->job->arena, "%zu %.*s", u->at, KV_ARG(secret));
		if ((u->how != FLT_USE_VARIABLE && u->how != FLT_USE_VARIABLES) ||
		    !kv_map_has(&synced, secret) || is_restarted(obj, u->name) || is_short(obj) ||
		    kv_map_put(&told, id, &told))
			continue;
		notice(a, RESTART, u->at,
		       "%.*s %.*s/%.*s reads Secret %.*s, which external-secrets syncs, as a variable of container "
		       "\"%.*s\": it sees a change only after a restart",
		       KV_ARG(krm_kind(obj)), KV_ARG(u->namespace), KV_ARG(krm_name(obj)), KV_ARG(u->name),
		       KV_ARG(u->container));
	}
}

/* --- roles ------------------------------------------------------------------------------------------ */

static bool has_any(krm_val list, const char *const *words)
{
	for (size_t i = 0; i < krm_list_len(list); i++)
		for (size_t k = 0; words[k]; k++)
			if (krm_is_str(list.l->v[i], words[k]))
				return true;
	return false;
}

/* Whether a rule of the role lets one do any of the verbs to any of the resources; rules for single names do not count. */
static bool allows(krm_val role, const char *const *groups, const char *const *resources, const char *const *verbs)
{
	krm_val rules = krm_get(role, "rules");
	for (size_t i = 0; i < krm_list_len(rules); i++) {
		krm_val rule = rules.l->v[i];
		if (has_any(krm_get(rule, "apiGroups"), groups) && has_any(krm_get(rule, "resources"), resources) &&
		    has_any(krm_get(rule, "verbs"), verbs) && !krm_list_len(krm_get(rule, "resourceNames")))
			return true;
	}
	return false;
}

static bool reads_secrets(krm_val role)
{
	static const char *const groups[] = { "", "*", NULL }, *const resources[] = { "secrets", "*", NULL },
			  *const verbs[] = { "get", "list", "watch", "*", NULL };
	return allows(role, groups, resources, verbs);
}

/* Kubernetes adds such a role to the one that whoever edits a namespace has. */
static bool extends_editors(krm_val role)
{
	static const char *const groups[] = { GROUP, "*", NULL },
			  *const resources[] = { "externalsecrets", "secretstores", "clustersecretstores",
						 "clusterexternalsecrets", "*", NULL },
			  *const verbs[] = { "create", "update", "patch", "*", NULL };
	krm_val labels = krm_path(role, "metadata", "labels", NULL);
	bool added = krm_is_str(krm_get(labels, RBAC "/aggregate-to-edit"), "true") ||
		     krm_is_str(krm_get(labels, RBAC "/aggregate-to-admin"), "true");
	return added && allows(role, groups, resources, verbs);
}

static void tell_subjects(struct audit *a, size_t at, krm_val binding)
{
	krm_val subjects = krm_get(binding, "subjects");
	kv_str role = krm_str(krm_path(binding, "roleRef", "name", NULL));
	for (size_t i = 0; i < krm_list_len(subjects); i++) {
		krm_val s = subjects.l->v[i];
		kv_str namespace = krm_str(krm_get(s, "namespace"));
		notice(a, WIDE_RBAC, at,
		       "ClusterRoleBinding %.*s lets %.*s %.*s%s%.*s read the Secrets of all namespaces (ClusterRole %.*s)",
		       KV_ARG(krm_name(binding)), KV_ARG(krm_str(krm_get(s, "kind"))), KV_ARG(namespace),
		       namespace.n ? "/" : "", KV_ARG(krm_str(krm_get(s, "name"))), KV_ARG(role));
	}
}

static void find_wide_roles(struct audit *a)
{
	struct kv_map readers;
	kv_map_init(&readers, a->job->arena);
	/* Of those that every cluster has, these read Secrets. */
	kv_map_put(&readers, KV_S("cluster-admin"), &readers);
	kv_map_put(&readers, KV_S("admin"), &readers);
	kv_map_put(&readers, KV_S("edit"), &readers);
	for (size_t i = 0; i < a->list->n; i++) {
		krm_val obj = object(a, i);
		if (!krm_is_kind(obj, RBAC, "ClusterRole"))
			continue;
		if (reads_secrets(obj))
			kv_map_put(&readers, krm_name(obj), &readers);
		if (a->open_store.n && extends_editors(obj))
			notice(a, WIDE_RBAC, i,
			       "ClusterRole %.*s lets whoever edits a namespace read all of ClusterSecretStore %.*s, which "
			       "has no spec.conditions",
			       KV_ARG(krm_name(obj)), KV_ARG(a->open_store));
	}
	for (size_t i = 0; i < a->list->n; i++)
		if (krm_is_kind(object(a, i), RBAC, "ClusterRoleBinding") &&
		    krm_is_str(krm_path(object(a, i), "roleRef", "kind", NULL), "ClusterRole") &&
		    kv_map_has(&readers, krm_str(krm_path(object(a, i), "roleRef", "name", NULL))))
			tell_subjects(a, i, object(a, i));
}

static bool uses_operator(const struct krm_resources *list)
{
	for (size_t i = 0; i < list->n; i++)
		if (kv_str_eq(krm_gvk_of(list->v[i]->obj).group, KV_S(GROUP)))
			return true;
	return false;
}

static void find(struct kv_job *job, const struct krm_resources *list, const struct flt_known *known,
		 struct flt_notices *ret)
{
	struct audit a = { .job = job, .list = list, .ret = ret, .pods = known->pods };
	/* Who reads Secrets is of interest here only where an operator keeps them. */
	if (!uses_operator(list))
		return;
	find_open_stores(&a);
	find_excluded(&a);
	find_refused(&a);
	find_restarts(&a);
	find_wide_roles(&a);
}

const struct flt_audit flt_secret_audit = { rules, RULES, find };
