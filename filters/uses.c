/* filters/uses.c: the walk over what can name a Secret, ConfigMap, ServiceAccount or claim. */
#include "filters/uses.h"

struct walk {
	struct kv_job *job;
	const struct krm_resource *user;
	size_t at;
	unsigned wanted;
	struct flt_uses *ret;
};

static void use(struct walk *w, enum flt_used what, enum flt_use_how how, kv_str name, kv_str key,
		bool optional, kv_str container)
{
	struct flt_use u = { w->user, w->at,    what,     krm_namespace(w->user->obj), name, key,
			     how,     optional, container };
	if (name.n && w->wanted & what)
		KV_PUSH(w->job->arena, w->ret->v, w->ret->n, w->ret->cap, u);
}

/* A SecretKeySelector, SecretEnvSource, or one of those for ConfigMaps. */
static void use_reference(struct walk *w, enum flt_used what, enum flt_use_how how, krm_val ref,
			  kv_str container)
{
	use(w, what, how, krm_str(krm_get(ref, "name")), krm_str(krm_get(ref, "key")),
	    krm_flag(ref, "optional"), container);
}

static krm_val item(krm_val list, size_t i)
{
	return list.l->v[i];
}

static void look_at_container(struct walk *w, krm_val container)
{
	krm_val env = krm_get(container, "env"), from = krm_get(container, "envFrom");
	kv_str name = krm_str(krm_get(container, "name"));
	for (size_t i = 0; i < krm_list_len(env); i++) {
		krm_val value = krm_get(item(env, i), "valueFrom");
		use_reference(w, FLT_USES_SECRETS, FLT_USE_VARIABLE, krm_get(value, "secretKeyRef"), name);
		use_reference(w, FLT_USES_CONFIG_MAPS, FLT_USE_VARIABLE, krm_get(value, "configMapKeyRef"),
			      name);
	}
	for (size_t i = 0; i < krm_list_len(from); i++) {
		use_reference(w, FLT_USES_SECRETS, FLT_USE_VARIABLES, krm_get(item(from, i), "secretRef"),
			      name);
		use_reference(w, FLT_USES_CONFIG_MAPS, FLT_USE_VARIABLES,
			      krm_get(item(from, i), "configMapRef"), name);
	}
}

/* The source of a volume or of a part of a projected one; `field` names the object. Without items all keys are files. */
static void look_at_source(struct walk *w, enum flt_used what, krm_val source, const char *field)
{
	krm_val items = krm_get(source, "items");
	kv_str name = krm_str(krm_get(source, field));
	bool optional = krm_flag(source, "optional");
	for (size_t i = 0; i < krm_list_len(items); i++)
		use(w, what, FLT_USE_VOLUME, name, krm_str(krm_get(item(items, i), "key")), optional,
		    KV_S(""));
	if (!krm_list_len(items))
		use(w, what, FLT_USE_VOLUME, name, KV_S(""), optional, KV_S(""));
}

static void look_at_volume(struct walk *w, krm_val volume)
{
	krm_val sources = krm_path(volume, "projected", "sources", NULL);
	look_at_source(w, FLT_USES_SECRETS, krm_get(volume, "secret"), "secretName");
	look_at_source(w, FLT_USES_CONFIG_MAPS, krm_get(volume, "configMap"), "name");
	look_at_source(w, FLT_USES_CLAIMS, krm_get(volume, "persistentVolumeClaim"), "claimName");
	for (size_t i = 0; i < krm_list_len(sources); i++) {
		look_at_source(w, FLT_USES_SECRETS, krm_get(item(sources, i), "secret"), "name");
		look_at_source(w, FLT_USES_CONFIG_MAPS, krm_get(item(sources, i), "configMap"), "name");
	}
}

static void look_at_pulls(struct walk *w, krm_val parent)
{
	krm_val pulls = krm_get(parent, "imagePullSecrets");
	for (size_t i = 0; i < krm_list_len(pulls); i++)
		use(w, FLT_USES_SECRETS, FLT_USE_PULL, krm_str(krm_get(item(pulls, i), "name")), KV_S(""),
		    false, KV_S(""));
}

static void look_at_pod(struct walk *w, krm_val spec)
{
	krm_val volumes = krm_get(spec, "volumes");
	for (int which = 0; which < FLT_CONTAINER_LISTS; which++) {
		krm_val list = krm_get(spec, flt_container_lists[which]);
		for (size_t i = 0; i < krm_list_len(list); i++)
			look_at_container(w, item(list, i));
	}
	for (size_t i = 0; i < krm_list_len(volumes); i++)
		look_at_volume(w, item(volumes, i));
	look_at_pulls(w, spec);
	use(w, FLT_USES_ACCOUNTS, FLT_USE_ACCOUNT, krm_str(krm_get(spec, "serviceAccountName")), KV_S(""),
	    false, KV_S(""));
}

static void look_at_ingress(struct walk *w, krm_val obj)
{
	krm_val tls = krm_path(obj, "spec", "tls", NULL);
	for (size_t i = 0; i < krm_list_len(tls); i++)
		use(w, FLT_USES_SECRETS, FLT_USE_TLS, krm_str(krm_get(item(tls, i), "secretName")), KV_S(""),
		    false, KV_S(""));
}

void flt_find_uses(struct kv_job *job, const struct krm_resources *list, unsigned wanted,
		   struct flt_uses *ret)
{
	for (size_t i = 0; i < list->n; i++) {
		krm_val obj = list->v[i]->obj;
		struct walk w = { job, list->v[i], i, wanted, ret };
		struct krm_gvk gvk = krm_gvk_of(obj);
		const struct flt_pod_place *place = flt_pod_place(obj);
		if (place)
			look_at_pod(&w, flt_pod_spec(obj, place));
		else if (kv_str_eq(gvk.kind, KV_S("ServiceAccount")) && !gvk.group.n)
			look_at_pulls(&w, obj);
		else if (kv_str_eq(gvk.kind, KV_S("Ingress")) &&
			 kv_str_eq(gvk.group, KV_S("networking.k8s.io")))
			look_at_ingress(&w, obj);
	}
}
