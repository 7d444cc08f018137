/* filters/scopes.c: the table of built-in kinds, and the scopes that CustomResourceDefinitions add. */
#include "filters/scopes.h"

/* One row a group: its kinds that have a namespace, and those that have none; kubernetes/api at 1.36, and what older servers had. */
static const struct {
	const char *group, *namespaced, *cluster;
} groups[] = {
	{ "",
	  "Binding ConfigMap Endpoints Event LimitRange PersistentVolumeClaim Pod PodTemplate ReplicationController "
	  "ResourceQuota Secret Service ServiceAccount",
	  "ComponentStatus Namespace Node PersistentVolume" },
	{ "admissionregistration.k8s.io", "",
	  "MutatingAdmissionPolicy MutatingAdmissionPolicyBinding MutatingWebhookConfiguration ValidatingAdmissionPolicy "
	  "ValidatingAdmissionPolicyBinding ValidatingWebhookConfiguration" },
	{ "apiextensions.k8s.io", "", "CustomResourceDefinition" },
	{ "apiregistration.k8s.io", "", "APIService" },
	{ "apps", "ControllerRevision DaemonSet Deployment ReplicaSet StatefulSet", "" },
	{ "authentication.k8s.io", "", "SelfSubjectReview TokenReview" },
	{ "authorization.k8s.io", "LocalSubjectAccessReview",
	  "SelfSubjectAccessReview SelfSubjectRulesReview SubjectAccessReview" },
	{ "autoscaling", "HorizontalPodAutoscaler Scale", "" },
	{ "batch", "CronJob Job", "" },
	{ "certificates.k8s.io", "PodCertificateRequest", "CertificateSigningRequest ClusterTrustBundle" },
	{ "coordination.k8s.io", "Lease LeaseCandidate", "" },
	{ "discovery.k8s.io", "EndpointSlice", "" },
	{ "events.k8s.io", "Event", "" },
	/* Those that kvendor itself writes. */
	{ "external-secrets.io", "ExternalSecret PushSecret SecretStore",
	  "ClusterExternalSecret ClusterPushSecret ClusterSecretStore" },
	{ "extensions", "DaemonSet Deployment Ingress NetworkPolicy ReplicaSet", "PodSecurityPolicy" },
	{ "flowcontrol.apiserver.k8s.io", "", "FlowSchema PriorityLevelConfiguration" },
	{ "internal.apiserver.k8s.io", "", "StorageVersion" },
	{ "networking.k8s.io", "Ingress NetworkPolicy", "IPAddress IngressClass ServiceCIDR" },
	{ "node.k8s.io", "", "RuntimeClass" },
	{ "policy", "Eviction PodDisruptionBudget", "PodSecurityPolicy" },
	{ "rbac.authorization.k8s.io", "Role RoleBinding", "ClusterRole ClusterRoleBinding" },
	{ "resource.k8s.io", "PodSchedulingContext ResourceClaim ResourceClaimTemplate",
	  "DeviceClass DeviceTaintRule ResourceClass ResourceSlice" },
	{ "scheduling.k8s.io", "PodGroup Workload", "PriorityClass" },
	{ "storage.k8s.io", "CSIStorageCapacity", "CSIDriver CSINode StorageClass VolumeAttachment VolumeAttributesClass" },
	{ "storagemigration.k8s.io", "", "StorageVersionMigration" },
};

static bool names(const char *words, kv_str kind)
{
	kv_str rest = kv_str_c(words);
	while (rest.n) {
		size_t blank = kv_str_chr(rest, ' ');
		if (kv_str_eq(kv_str_sub(rest, 0, blank), kind))
			return true;
		rest = kv_str_sub(rest, blank == SIZE_MAX ? rest.n : blank + 1, rest.n);
	}
	return false;
}

static enum krm_scope built_in(struct krm_gvk gvk)
{
	for (size_t i = 0; i < sizeof groups / sizeof *groups; i++)
		if (kv_str_eq(gvk.group, kv_str_c(groups[i].group)))
			return names(groups[i].namespaced, gvk.kind) ? KRM_SCOPE_NAMESPACE
			       : names(groups[i].cluster, gvk.kind)  ? KRM_SCOPE_CLUSTER
								     : KRM_SCOPE_UNKNOWN;
	return KRM_SCOPE_UNKNOWN;
}

static kv_str kind_key(struct kv_arena *a, kv_str group, kv_str kind)
{
	return kv_arena_cat(a, group, KV_S("/"), kind);
}

void flt_scopes_init(struct flt_scopes *s, struct kv_arena *a)
{
	s->arena = a;
	kv_map_init(&s->defined, a);
}

void flt_scopes_add(struct flt_scopes *s, const struct krm_resources *list)
{
	for (size_t i = 0; i < list->n; i++) {
		krm_val obj = list->v[i]->obj, spec = krm_get(obj, "spec");
		if (!kv_str_eq(krm_kind(obj), KV_S("CustomResourceDefinition")))
			continue;
		krm_val *scope = KV_NEW(s->arena, krm_val);
		*scope = krm_get(spec, "scope");
		kv_str key = kind_key(s->arena, krm_str(krm_get(spec, "group")),
				      krm_str(krm_path(spec, "names", "kind", NULL)));
		if (!kv_map_has(&s->defined, key))
			kv_map_put(&s->defined, key, scope);
	}
}

enum krm_scope flt_scope(const struct flt_scopes *s, struct krm_gvk gvk)
{
	enum krm_scope scope = built_in(gvk);
	const krm_val *defined = kv_map_get(&s->defined, kind_key(s->arena, gvk.group, gvk.kind));
	if (scope != KRM_SCOPE_UNKNOWN || !defined)
		return scope;
	return krm_is_str(*defined, "Namespaced") ? KRM_SCOPE_NAMESPACE : KRM_SCOPE_CLUSTER;
}
