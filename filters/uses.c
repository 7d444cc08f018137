/* filters/uses.c: walks all fields that can name a Secret, ConfigMap, ServiceAccount or claim. */
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

/* All of it, in a namespace that need not be the object's. */
static void use_in(struct walk *w, enum flt_used what, enum flt_use_how how, kv_str namespace, kv_str name)
{
	struct flt_use u = { w->user, w->at, what, namespace, name, KV_STR(""), how, false, KV_STR("") };
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

/* The controller of a StatefulSet puts its own claims in the place of volumes of their names
 * (pkg/controller/statefulset/stateful_set_utils.go, updateStorage). */
static bool is_replaced(krm_val obj, krm_val volume)
{
	krm_val templates = krm_path(obj, "spec", "volumeClaimTemplates", NULL);
	for (size_t i = 0; i < krm_list_len(templates); i++)
		if (kv_str_eq(krm_name(item(templates, i)), krm_str(krm_get(volume, "name"))))
			return true;
	return false;
}

/* --- names alone -------------------------------------------------------------------------------- */

/* A field that names something and no key of it. Paths have slashes between fields, and go through all items of lists. Pointers would
 * be relocated at each start: texts lie in the row, which has room for the longest and its NUL. */
struct place {
	char group[28], kind[24]; /* of the object; kind empty: the specs of Pods, in whatever they are */
	char parent[64], name[56];
	char namespace[56]; /* the field of the parent that has it; empty or not there: the object's own */
	char if_kind[24];   /* what the parent's field kind must be; empty: anything */
	enum flt_used what;
	enum flt_use_how how;
};

#define IN_PODS(parent, name, how) { "", "", parent, name, "", "", FLT_USES_SECRETS, how }
#define IN_PV(parent) IN_PV_AS(parent, "name", "namespace")
#define IN_PV_AS(parent, name, namespace)                                                                              \
	{ "", "PersistentVolume", "spec/" parent, name, namespace, "", FLT_USES_SECRETS, FLT_USE_DRIVER }
#define IN_CLASS(name, namespace)                                                                                      \
	{ "storage.k8s.io", "StorageClass", "parameters", name, namespace, "", FLT_USES_SECRETS, FLT_USE_DRIVER }
#define CSI(what) IN_CLASS("csi.storage.k8s.io/" what "-secret-name", "csi.storage.k8s.io/" what "-secret-namespace")
#define SUBJECTS(kind)                                                                                                 \
	{ "rbac.authorization.k8s.io", kind, "subjects", "name", "namespace", "ServiceAccount", FLT_USES_ACCOUNTS,      \
	  FLT_USE_SUBJECT }
#define CLAIM(group, kind, parent)                                                                                     \
	{ group, kind, parent, "name", "namespace", "PersistentVolumeClaim", FLT_USES_CLAIMS, FLT_USE_VOLUME }
#define ANNOTATION(name, what)                                                                                         \
	{ "networking.k8s.io", "Ingress", "metadata/annotations", name, "", "", what, FLT_USE_DRIVER }

/* All of the built-in kinds: kubernetes/api at 1.36, the types LocalObjectReference, SecretReference, ObjectReference,
 * Subject and TypedObjectReference; and what kustomize follows besides (namereference.go). */
static const struct place places[] = {
	IN_PODS("imagePullSecrets", "name", FLT_USE_PULL),
	IN_PODS("volumes/azureFile", "secretName", FLT_USE_DRIVER),
	IN_PODS("volumes/cephfs/secretRef", "name", FLT_USE_DRIVER),
	IN_PODS("volumes/cinder/secretRef", "name", FLT_USE_DRIVER),
	IN_PODS("volumes/csi/nodePublishSecretRef", "name", FLT_USE_DRIVER),
	IN_PODS("volumes/flexVolume/secretRef", "name", FLT_USE_DRIVER),
	IN_PODS("volumes/iscsi/secretRef", "name", FLT_USE_DRIVER),
	IN_PODS("volumes/rbd/secretRef", "name", FLT_USE_DRIVER),
	IN_PODS("volumes/scaleIO/secretRef", "name", FLT_USE_DRIVER),
	IN_PODS("volumes/storageos/secretRef", "name", FLT_USE_DRIVER),
	CLAIM("", "", "volumes/ephemeral/volumeClaimTemplate/spec/dataSource"),
	CLAIM("", "", "volumes/ephemeral/volumeClaimTemplate/spec/dataSourceRef"),
	CLAIM("", "PersistentVolumeClaim", "spec/dataSource"),
	CLAIM("", "PersistentVolumeClaim", "spec/dataSourceRef"),
	CLAIM("apps", "StatefulSet", "spec/volumeClaimTemplates/spec/dataSource"),
	CLAIM("apps", "StatefulSet", "spec/volumeClaimTemplates/spec/dataSourceRef"),
	{ "", "ServiceAccount", "imagePullSecrets", "name", "", "", FLT_USES_SECRETS, FLT_USE_PULL },
	{ "", "ServiceAccount", "secrets", "name", "", "", FLT_USES_SECRETS, FLT_USE_MOUNTABLE },
	{ "networking.k8s.io", "Ingress", "spec/tls", "secretName", "", "", FLT_USES_SECRETS, FLT_USE_TLS },
	{ "extensions", "Ingress", "spec/tls", "secretName", "", "", FLT_USES_SECRETS, FLT_USE_TLS },
	ANNOTATION("ingress.kubernetes.io/auth-secret", FLT_USES_SECRETS),
	ANNOTATION("nginx.ingress.kubernetes.io/auth-secret", FLT_USES_SECRETS),
	ANNOTATION("nginx.ingress.kubernetes.io/auth-tls-secret", FLT_USES_SECRETS),
	ANNOTATION("nginx.ingress.kubernetes.io/fastcgi-params-configmap", FLT_USES_CONFIG_MAPS),
	SUBJECTS("RoleBinding"),
	SUBJECTS("ClusterRoleBinding"),
	IN_PV("cephfs/secretRef"),
	IN_PV("cinder/secretRef"),
	IN_PV("csi/controllerExpandSecretRef"),
	IN_PV("csi/controllerPublishSecretRef"),
	IN_PV("csi/nodeExpandSecretRef"),
	IN_PV("csi/nodePublishSecretRef"),
	IN_PV("csi/nodeStageSecretRef"),
	IN_PV("flexVolume/secretRef"),
	IN_PV("iscsi/secretRef"),
	IN_PV("rbd/secretRef"),
	IN_PV("scaleIO/secretRef"),
	IN_PV("storageos/secretRef"),
	IN_PV_AS("azureFile", "secretName", "secretNamespace"),
	CSI("controller-expand"),
	CSI("controller-publish"),
	CSI("node-expand"),
	CSI("node-publish"),
	CSI("node-stage"),
	CSI("provisioner"),
	IN_CLASS("adminSecretName", "adminSecretNamespace"),
	IN_CLASS("secretName", "secretNamespace"),
	IN_CLASS("secretRef", ""),
	IN_CLASS("userSecretName", "userSecretNamespace"),
};

/* "namespace/name" in annotations; what a driver makes of "${pvc.namespace}" cannot be told. */
static void use_place(struct walk *w, const struct place *p, krm_val parent)
{
	kv_str name = krm_str(krm_get(parent, p->name)), namespace = krm_namespace(w->user->obj);
	size_t slash = kv_str_chr(name, '/');
	if (!name.n || kv_str_has(name, KV_S("${")) || (*p->if_kind && !krm_is_str(krm_get(parent, "kind"), p->if_kind)))
		return;
	if (*p->namespace && krm_str(krm_get(parent, p->namespace)).n)
		namespace = krm_str(krm_get(parent, p->namespace));
	if (slash != SIZE_MAX) {
		namespace = kv_str_sub(name, 0, slash);
		name = kv_str_sub(name, slash + 1, name.n);
	}
	if (kv_str_has(namespace, KV_S("${")))
		namespace = KV_S("");
	use_in(w, p->what, p->how, namespace, name);
}

/* Paths are as deep as those of the table. */
static void look_at_place(struct walk *w, const struct place *p, krm_val at, kv_str path)
{
	size_t slash = kv_str_chr(path, '/');
	for (size_t i = 0; i < krm_list_len(at); i++)
		look_at_place(w, p, item(at, i), path);
	if (at.kind != KRM_MAP)
		return;
	if (!path.n)
		use_place(w, p, at);
	else
		look_at_place(w, p, krm_get_str(at, kv_str_sub(path, 0, slash)),
			      slash == SIZE_MAX ? KV_S("") : kv_str_sub(path, slash + 1, path.n));
}

static void look_at_places(struct walk *w, krm_val at, const struct krm_gvk *gvk)
{
	for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
		const struct place *p = &places[i];
		bool fits = gvk ? *p->kind && kv_str_eq(gvk->kind, kv_str_c(p->kind)) &&
					  kv_str_eq(gvk->group, kv_str_c(p->group))
				: !*p->kind;
		if (fits && w->wanted & p->what)
			look_at_place(w, p, at, kv_str_c(p->parent));
	}
}

/* --- Pods --------------------------------------------------------------------------------------- */

static void look_at_pod(struct walk *w, krm_val spec)
{
	krm_val volumes = krm_get(spec, "volumes");
	kv_str account = krm_str(krm_get(spec, "serviceAccountName"));
	for (int which = 0; which < FLT_CONTAINER_LISTS; which++) {
		krm_val list = krm_get(spec, flt_container_lists[which]);
		for (size_t i = 0; i < krm_list_len(list); i++)
			look_at_container(w, item(list, i));
	}
	for (size_t i = 0; i < krm_list_len(volumes); i++)
		if (!is_replaced(w->user->obj, item(volumes, i)))
			look_at_volume(w, item(volumes, i));
	look_at_places(w, spec, NULL);
	/* The older field counts where the newer one is not there. */
	use(w, FLT_USES_ACCOUNTS, FLT_USE_ACCOUNT, account.n ? account : krm_str(krm_get(spec, "serviceAccount")),
	    KV_S(""), false, KV_S(""));
}

/* Pods of custom resources are where a configuration says. */
static void look_at_custom_pods(struct walk *w, const struct flt_pod_security *pods)
{
	krm_val obj = w->user->obj;
	for (size_t i = 0; pods && i < pods->ncustoms; i++) {
		struct flt_selector selector = pods->customs[i].selector;
		if (!flt_selector_matches(w->job, &selector, obj))
			continue;
		struct flt_texts paths = flt_pod_paths(w->job, obj, pods->customs[i].place.path);
		for (size_t k = 0; k < paths.n; k++) {
			struct flt_pod_place place = pods->customs[i].place;
			place.path = paths.v[k];
			look_at_pod(w, flt_pod_spec(obj, &place));
		}
	}
}

void flt_find_uses(struct kv_job *job, const struct krm_resources *list, const struct flt_pod_security *pods,
		   unsigned wanted, struct flt_uses *ret)
{
	for (size_t i = 0; i < list->n; i++) {
		krm_val obj = list->v[i]->obj;
		struct walk w = { job, list->v[i], i, wanted, ret };
		struct krm_gvk gvk = krm_gvk_of(obj);
		const struct flt_pod_place *place = flt_pod_place(obj);
		if (place)
			look_at_pod(&w, flt_pod_spec(obj, place));
		else
			look_at_custom_pods(&w, pods);
		look_at_places(&w, obj, &gvk);
	}
}
