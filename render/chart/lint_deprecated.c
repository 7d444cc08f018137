/* render/chart/lint_deprecated.c: API versions that Kubernetes gave up, as client-go v0.36 knows them (helm:
 * pkg/lint/rules/deprecations.go; kubernetes: the APILifecycle methods of the types).
 */
#include "render/chart/lint_rules.h"

#include "base/num.h"

/* Sorted by api_version and kind: kv_str_row searches them. Minor versions of Kubernetes 1; gone is 0 where none is planned, the
 * replacement is empty where none is named. */
#define ROW(api_version, kind, since, gone, replacement)                                                     \
	api_version " " kind "\t" #since "\t" #gone "\t" replacement "\n"

static const char deprecations[] =
	ROW("admissionregistration.k8s.io/v1alpha1", "MutatingAdmissionPolicy", 35, 38, "")
	ROW("admissionregistration.k8s.io/v1alpha1", "MutatingAdmissionPolicyBinding", 35, 38, "")
	ROW("admissionregistration.k8s.io/v1alpha1", "ValidatingAdmissionPolicy", 29, 32, "")
	ROW("admissionregistration.k8s.io/v1alpha1", "ValidatingAdmissionPolicyBinding", 29, 32, "")
	ROW("admissionregistration.k8s.io/v1beta1", "MutatingAdmissionPolicy", 37, 40,
	    "admissionregistration.k8s.io/v1 MutatingAdmissionPolicy")
	ROW("admissionregistration.k8s.io/v1beta1", "MutatingAdmissionPolicyBinding", 37, 40,
	    "admissionregistration.k8s.io/v1 MutatingAdmissionPolicyBinding")
	ROW("admissionregistration.k8s.io/v1beta1", "MutatingWebhookConfiguration", 16, 22,
	    "admissionregistration.k8s.io/v1 MutatingWebhookConfiguration")
	ROW("admissionregistration.k8s.io/v1beta1", "ValidatingAdmissionPolicy", 31, 34, "")
	ROW("admissionregistration.k8s.io/v1beta1", "ValidatingAdmissionPolicyBinding", 31, 34, "")
	ROW("admissionregistration.k8s.io/v1beta1", "ValidatingWebhookConfiguration", 16, 22,
	    "admissionregistration.k8s.io/v1 ValidatingWebhookConfiguration")
	ROW("apps/v1beta1", "ControllerRevision", 8, 16, "apps/v1 ControllerRevision")
	ROW("apps/v1beta1", "Deployment", 8, 16, "apps/v1 Deployment")
	ROW("apps/v1beta1", "DeploymentRollback", 8, 16, "apps/v1 DeploymentRollback")
	ROW("apps/v1beta1", "Scale", 8, 16, "autoscaling/v1 Scale")
	ROW("apps/v1beta1", "StatefulSet", 8, 16, "apps/v1 StatefulSet")
	ROW("apps/v1beta2", "ControllerRevision", 9, 16, "apps/v1 ControllerRevision")
	ROW("apps/v1beta2", "DaemonSet", 9, 16, "apps/v1 DaemonSet")
	ROW("apps/v1beta2", "Deployment", 9, 16, "apps/v1 Deployment")
	ROW("apps/v1beta2", "ReplicaSet", 9, 16, "apps/v1 ReplicaSet")
	ROW("apps/v1beta2", "Scale", 9, 16, "autoscaling/v1 Scale")
	ROW("apps/v1beta2", "StatefulSet", 9, 16, "apps/v1 StatefulSet")
	ROW("authentication.k8s.io/v1alpha1", "SelfSubjectReview", 29, 32, "")
	ROW("authentication.k8s.io/v1beta1", "SelfSubjectReview", 30, 33, "")
	ROW("authentication.k8s.io/v1beta1", "TokenReview", 19, 22, "authentication.k8s.io/v1 TokenReview")
	ROW("authorization.k8s.io/v1beta1", "LocalSubjectAccessReview", 19, 22,
	    "authorization.k8s.io/v1 LocalSubjectAccessReview")
	ROW("authorization.k8s.io/v1beta1", "SelfSubjectAccessReview", 19, 22,
	    "authorization.k8s.io/v1 SelfSubjectAccessReview")
	ROW("authorization.k8s.io/v1beta1", "SelfSubjectRulesReview", 19, 22,
	    "authorization.k8s.io/v1 SelfSubjectRulesReview")
	ROW("authorization.k8s.io/v1beta1", "SubjectAccessReview", 19, 22,
	    "authorization.k8s.io/v1 SubjectAccessReview")
	ROW("batch/v1beta1", "CronJob", 21, 25, "batch/v1 CronJob")
	ROW("certificates.k8s.io/v1alpha1", "ClusterTrustBundle", 34, 37, "")
	ROW("certificates.k8s.io/v1beta1", "CertificateSigningRequest", 19, 22,
	    "certificates.k8s.io/v1 CertificateSigningRequest")
	ROW("certificates.k8s.io/v1beta1", "ClusterTrustBundle", 37, 40, "")
	ROW("certificates.k8s.io/v1beta1", "PodCertificateRequest", 38, 41, "")
	ROW("coordination.k8s.io/v1alpha2", "LeaseCandidate", 35, 38, "")
	ROW("coordination.k8s.io/v1beta1", "Lease", 19, 22, "coordination.k8s.io/v1 Lease")
	ROW("coordination.k8s.io/v1beta1", "LeaseCandidate", 36, 39, "")
	ROW("discovery.k8s.io/v1beta1", "EndpointSlice", 21, 25, "discovery.k8s.io/v1 EndpointSlice")
	ROW("events.k8s.io/v1beta1", "Event", 22, 25, "")
	ROW("extensions/v1beta1", "DaemonSet", 8, 16, "apps/v1 DaemonSet")
	ROW("extensions/v1beta1", "Deployment", 8, 16, "apps/v1 Deployment")
	ROW("extensions/v1beta1", "DeploymentRollback", 8, 16, "")
	ROW("extensions/v1beta1", "Ingress", 14, 22, "networking.k8s.io/v1 Ingress")
	ROW("extensions/v1beta1", "NetworkPolicy", 9, 16, "networking.k8s.io/v1 NetworkPolicy")
	ROW("extensions/v1beta1", "ReplicaSet", 8, 16, "apps/v1 ReplicaSet")
	ROW("extensions/v1beta1", "Scale", 2, 16, "")
	ROW("flowcontrol.apiserver.k8s.io/v1beta1", "FlowSchema", 23, 26,
	    "flowcontrol.apiserver.k8s.io/v1beta3 FlowSchema")
	ROW("flowcontrol.apiserver.k8s.io/v1beta1", "PriorityLevelConfiguration", 23, 26,
	    "flowcontrol.apiserver.k8s.io/v1beta3 PriorityLevelConfiguration")
	ROW("flowcontrol.apiserver.k8s.io/v1beta2", "FlowSchema", 26, 29,
	    "flowcontrol.apiserver.k8s.io/v1beta3 FlowSchema")
	ROW("flowcontrol.apiserver.k8s.io/v1beta2", "PriorityLevelConfiguration", 26, 29,
	    "flowcontrol.apiserver.k8s.io/v1beta3 PriorityLevelConfiguration")
	ROW("flowcontrol.apiserver.k8s.io/v1beta3", "FlowSchema", 29, 32,
	    "flowcontrol.apiserver.k8s.io/v1 FlowSchema")
	ROW("flowcontrol.apiserver.k8s.io/v1beta3", "PriorityLevelConfiguration", 29, 32,
	    "flowcontrol.apiserver.k8s.io/v1 PriorityLevelConfiguration")
	ROW("networking.k8s.io/v1beta1", "IPAddress", 34, 37, "")
	ROW("networking.k8s.io/v1beta1", "Ingress", 19, 22, "networking.k8s.io/v1 Ingress")
	ROW("networking.k8s.io/v1beta1", "IngressClass", 19, 22, "networking.k8s.io/v1 IngressClassList")
	ROW("networking.k8s.io/v1beta1", "ServiceCIDR", 34, 37, "")
	ROW("node.k8s.io/v1beta1", "RuntimeClass", 22, 25, "")
	ROW("policy/v1beta1", "Eviction", 22, 25, "")
	ROW("policy/v1beta1", "PodDisruptionBudget", 21, 25, "policy/v1 PodDisruptionBudget")
	ROW("rbac.authorization.k8s.io/v1beta1", "ClusterRole", 17, 22,
	    "rbac.authorization.k8s.io/v1 ClusterRole")
	ROW("rbac.authorization.k8s.io/v1beta1", "ClusterRoleBinding", 17, 22,
	    "rbac.authorization.k8s.io/v1 ClusterRoleBinding")
	ROW("rbac.authorization.k8s.io/v1beta1", "Role", 17, 22, "rbac.authorization.k8s.io/v1 Role")
	ROW("rbac.authorization.k8s.io/v1beta1", "RoleBinding", 17, 22,
	    "rbac.authorization.k8s.io/v1 RoleBinding")
	ROW("resource.k8s.io/v1alpha3", "DeviceTaintRule", 36, 39, "")
	ROW("resource.k8s.io/v1alpha3", "ResourcePoolStatusRequest", 39, 42, "")
	ROW("resource.k8s.io/v1beta1", "DeviceClass", 35, 38, "")
	ROW("resource.k8s.io/v1beta1", "ResourceClaim", 35, 38, "")
	ROW("resource.k8s.io/v1beta1", "ResourceClaimTemplate", 35, 38, "")
	ROW("resource.k8s.io/v1beta1", "ResourceSlice", 35, 38, "")
	ROW("resource.k8s.io/v1beta2", "DeviceClass", 36, 39, "")
	ROW("resource.k8s.io/v1beta2", "DeviceTaintRule", 39, 42, "")
	ROW("resource.k8s.io/v1beta2", "ResourceClaim", 36, 39, "")
	ROW("resource.k8s.io/v1beta2", "ResourceClaimTemplate", 36, 39, "")
	ROW("resource.k8s.io/v1beta2", "ResourceSlice", 36, 39, "")
	ROW("scheduling.k8s.io/v1beta1", "PriorityClass", 14, 22, "scheduling.k8s.io/v1 PriorityClass")
	ROW("storage.k8s.io/v1alpha1", "CSIStorageCapacity", 21, 24,
	    "storage.k8s.io/v1beta1 CSIStorageCapacity")
	ROW("storage.k8s.io/v1alpha1", "VolumeAttachment", 21, 24, "storage.k8s.io/v1 VolumeAttachment")
	ROW("storage.k8s.io/v1alpha1", "VolumeAttributesClass", 32, 35,
	    "storage.k8s.io/v1 VolumeAttributesClass")
	ROW("storage.k8s.io/v1beta1", "CSIDriver", 19, 22, "storage.k8s.io/v1 CSIDriver")
	ROW("storage.k8s.io/v1beta1", "CSINode", 17, 22, "storage.k8s.io/v1 CSINode")
	ROW("storage.k8s.io/v1beta1", "CSIStorageCapacity", 24, 27, "storage.k8s.io/v1 CSIStorageCapacity")
	ROW("storage.k8s.io/v1beta1", "StorageClass", 19, 22, "storage.k8s.io/v1 StorageClass")
	ROW("storage.k8s.io/v1beta1", "VolumeAttachment", 19, 22, "storage.k8s.io/v1 VolumeAttachment")
	ROW("storage.k8s.io/v1beta1", "VolumeAttributesClass", 34, 37,
	    "storage.k8s.io/v1 VolumeAttributesClass")
	ROW("storagemigration.k8s.io/v1beta1", "StorageVersionMigration", 38, 41, "")
	ROW("v1", "ComponentStatus", 19, 0, "")
	ROW("v1", "Endpoints", 33, 0, "discovery.k8s.io/v1 EndpointSlice");

kv_str rnd_lint_deprecation(struct kv_job *job, kv_str api_version, kv_str kind, unsigned minor)
{
	kv_str name = kv_arena_cat(job->arena, api_version, KV_S(" "), kind), row;
	struct kv_buf b;
	uint64_t first;
	if (!kv_str_row(kv_str_of(deprecations, sizeof deprecations - 1), name, &row))
		return KV_S("");
	kv_str since = kv_str_cell(&row), gone = kv_str_cell(&row);
	if (kv_num_parse_uint(since, 10, &first) || first > minor)
		return KV_S("");
	kv_buf_init(&b, job->arena, KV_BUF_MAX);
	kv_buf_printf(&b, "%.*s is deprecated in v1.%.*s+", KV_ARG(name), KV_ARG(since));
	if (!kv_str_eq(gone, KV_S("0")))
		kv_buf_printf(&b, ", unavailable in v1.%.*s+", KV_ARG(gone));
	if (row.n)
		kv_buf_printf(&b, "; use %.*s", KV_ARG(row));
	return kv_buf_view(&b);
}
