/* render/kustomize/defaults.c: the built-in transformer configuration
 * (api/internal/konfig/builtinpluginconsts): which fields each step touches, and which fields name a resource
 * of a kind. In upstream's order: the merge of configurations depends on it.
 *
 * The rows are text, read when a build starts: a table of pointers would be relocated at every start of the program.
 */
#include "render/kustomize/internal.h"

/* clang-format off: one field path a row */
#define SPEC(group, version, kind, path, create) group "\t" version "\t" kind "\t" path "\t" #create "\n"

/* Where the Pod lies in a Pod, a PodTemplate, a workload and a CronJob. */
#define POD "spec/"
#define POD_TEMPLATE "template/spec/"
#define TEMPLATE "spec/template/spec/"
#define CRON_JOB "spec/jobTemplate/spec/template/spec/"

/* Rows that stand together in several places. Those of CronJob have an order of their own and are written out. */
#define AFFINITIES(kind) \
	SPEC("apps", "", kind, TEMPLATE "affinity/podAffinity/preferredDuringSchedulingIgnoredDuringExecution/podAffinityTerm/labelSelector/matchLabels", false) \
	SPEC("apps", "", kind, TEMPLATE "affinity/podAffinity/requiredDuringSchedulingIgnoredDuringExecution/labelSelector/matchLabels", false) \
	SPEC("apps", "", kind, TEMPLATE "affinity/podAntiAffinity/preferredDuringSchedulingIgnoredDuringExecution/podAffinityTerm/labelSelector/matchLabels", false) \
	SPEC("apps", "", kind, TEMPLATE "affinity/podAntiAffinity/requiredDuringSchedulingIgnoredDuringExecution/labelSelector/matchLabels", false) \
	SPEC("apps", "", kind, TEMPLATE "topologySpreadConstraints/labelSelector/matchLabels", false)
#define LABELS_OF_TEMPLATES \
	SPEC("", "", "", "metadata/labels", true) \
	SPEC("", "v1", "ReplicationController", "spec/template/metadata/labels", true) \
	SPEC("", "", "Deployment", "spec/template/metadata/labels", true) \
	SPEC("", "", "ReplicaSet", "spec/template/metadata/labels", true) \
	SPEC("", "", "DaemonSet", "spec/template/metadata/labels", true) \
	SPEC("apps", "", "StatefulSet", "spec/template/metadata/labels", true) \
	SPEC("apps", "", "StatefulSet", "spec/volumeClaimTemplates[]/metadata/labels", true) \
	SPEC("batch", "", "Job", "spec/template/metadata/labels", true) \
	SPEC("batch", "", "CronJob", "spec/jobTemplate/metadata/labels", true) \
	SPEC("batch", "", "CronJob", "spec/jobTemplate/spec/template/metadata/labels", true)
#define TEXTS(kind, pod) \
	SPEC("", "", kind, pod "containers/args", false) \
	SPEC("", "", kind, pod "containers/command", false) \
	SPEC("", "", kind, pod "containers/env/value", false) \
	SPEC("", "", kind, pod "containers/volumeMounts/mountPath", false) \
	SPEC("", "", kind, pod "initContainers/args", false) \
	SPEC("", "", kind, pod "initContainers/command", false) \
	SPEC("", "", kind, pod "initContainers/env/value", false) \
	SPEC("", "", kind, pod "initContainers/volumeMounts/mountPath", false)
#define IMAGES(pod) \
	SPEC("", "", "", pod "containers[]/image", true) \
	SPEC("", "", "", pod "initContainers[]/image", true) \
	SPEC("", "", "", pod "volumes[]/image/reference", true)
#define CONFIG_MAPS(version, kind, pod) \
	SPEC("", version, kind, pod "volumes/configMap/name", false) \
	SPEC("", version, kind, pod "containers/env/valueFrom/configMapKeyRef/name", false) \
	SPEC("", version, kind, pod "initContainers/env/valueFrom/configMapKeyRef/name", false) \
	SPEC("", version, kind, pod "containers/envFrom/configMapRef/name", false) \
	SPEC("", version, kind, pod "initContainers/envFrom/configMapRef/name", false) \
	SPEC("", version, kind, pod "volumes/projected/sources/configMap/name", false)
#define SECRETS(version, kind, pod) \
	SPEC("", version, kind, pod "volumes/secret/secretName", false) \
	SPEC("", version, kind, pod "containers/env/valueFrom/secretKeyRef/name", false) \
	SPEC("", version, kind, pod "initContainers/env/valueFrom/secretKeyRef/name", false) \
	SPEC("", version, kind, pod "containers/envFrom/secretRef/name", false) \
	SPEC("", version, kind, pod "initContainers/envFrom/secretRef/name", false) \
	SPEC("", version, kind, pod "imagePullSecrets/name", false) \
	SPEC("", version, kind, pod "volumes/projected/sources/secret/name", false)
#define EVERY_POD(field) \
	SPEC("", "", "Pod", POD field, false) \
	SPEC("", "", "StatefulSet", TEMPLATE field, false) \
	SPEC("", "", "Deployment", TEMPLATE field, false) \
	SPEC("", "", "ReplicationController", TEMPLATE field, false) \
	SPEC("", "", "CronJob", CRON_JOB field, false) \
	SPEC("", "", "Job", TEMPLATE field, false) \
	SPEC("", "", "DaemonSet", TEMPLATE field, false)

static const char name_prefix[] =
	SPEC("", "", "", "metadata/name", false);

static const char name_suffix[] =
	SPEC("", "", "", "metadata/name", false);

static const char namespace[] =
	SPEC("", "", "Namespace", "metadata/name", true)
	SPEC("apiregistration.k8s.io", "", "APIService", "spec/service/namespace", true)
	SPEC("apiextensions.k8s.io", "", "CustomResourceDefinition", "spec/conversion/webhook/clientConfig/service/namespace", false);

static const char common_labels[] =
	SPEC("", "v1", "Service", "spec/selector", true)
	SPEC("", "v1", "ReplicationController", "spec/selector", true)
	SPEC("", "", "Deployment", "spec/selector/matchLabels", true)
	AFFINITIES("Deployment")
	SPEC("", "", "ReplicaSet", "spec/selector/matchLabels", true)
	SPEC("", "", "DaemonSet", "spec/selector/matchLabels", true)
	SPEC("apps", "", "StatefulSet", "spec/selector/matchLabels", true)
	AFFINITIES("StatefulSet")
	SPEC("batch", "", "Job", "spec/selector/matchLabels", false)
	SPEC("batch", "", "CronJob", "spec/jobTemplate/spec/selector/matchLabels", false)
	SPEC("policy", "", "PodDisruptionBudget", "spec/selector/matchLabels", false)
	SPEC("networking.k8s.io", "", "NetworkPolicy", "spec/podSelector/matchLabels", false)
	SPEC("networking.k8s.io", "", "NetworkPolicy", "spec/ingress/from/podSelector/matchLabels", false)
	SPEC("networking.k8s.io", "", "NetworkPolicy", "spec/egress/to/podSelector/matchLabels", false)
	LABELS_OF_TEMPLATES;

static const char template_labels[] =
	LABELS_OF_TEMPLATES;

static const char common_annotations[] =
	SPEC("", "", "", "metadata/annotations", true)
	SPEC("", "v1", "ReplicationController", "spec/template/metadata/annotations", true)
	SPEC("", "", "Deployment", "spec/template/metadata/annotations", true)
	SPEC("", "", "ReplicaSet", "spec/template/metadata/annotations", true)
	SPEC("", "", "DaemonSet", "spec/template/metadata/annotations", true)
	SPEC("", "", "StatefulSet", "spec/template/metadata/annotations", true)
	SPEC("batch", "", "Job", "spec/template/metadata/annotations", true)
	SPEC("batch", "", "CronJob", "spec/jobTemplate/metadata/annotations", true)
	SPEC("batch", "", "CronJob", "spec/jobTemplate/spec/template/metadata/annotations", true);

static const char var_reference[] =
	TEXTS("CronJob", CRON_JOB)
	SPEC("", "", "CronJob", "spec/jobTemplate/spec/template/volumes/nfs/server", false)
	TEXTS("DaemonSet", TEMPLATE)
	SPEC("", "", "DaemonSet", "spec/template/spec/volumes/nfs/server", false)
	TEXTS("Deployment", TEMPLATE)
	SPEC("", "", "Deployment", "spec/template/spec/volumes/nfs/server", false)
	SPEC("", "", "Deployment", "spec/template/metadata/annotations", false)
	SPEC("", "", "Ingress", "spec/rules/host", false)
	SPEC("", "", "Ingress", "spec/tls/hosts", false)
	SPEC("", "", "Ingress", "spec/tls/secretName", false)
	TEXTS("Job", TEMPLATE)
	SPEC("", "", "Job", "spec/template/spec/volumes/nfs/server", false)
	TEXTS("Pod", POD)
	SPEC("", "", "Pod", "spec/volumes/nfs/server", false)
	TEXTS("ReplicaSet", TEMPLATE)
	SPEC("", "", "ReplicaSet", "spec/template/spec/volumes/nfs/server", false)
	SPEC("", "", "Service", "spec/ports/port", false)
	SPEC("", "", "Service", "spec/ports/targetPort", false)
	TEXTS("StatefulSet", TEMPLATE)
	SPEC("", "", "StatefulSet", "spec/volumeClaimTemplates/spec/nfs/server", false)
	SPEC("", "", "PersistentVolume", "spec/nfs/server", false)
	SPEC("", "", "", "metadata/labels", false)
	SPEC("", "", "", "metadata/annotations", false);

static const char images[] =
	IMAGES(POD)
	IMAGES(TEMPLATE);

static const char replicas[] =
	SPEC("", "", "Deployment", "spec/replicas", true)
	SPEC("", "", "ReplicationController", "spec/replicas", true)
	SPEC("", "", "ReplicaSet", "spec/replicas", true)
	SPEC("", "", "StatefulSet", "spec/replicas", true);

static const char of_scaled[] =
	SPEC("", "", "HorizontalPodAutoscaler", "spec/scaleTargetRef/name", false);

static const char of_config_map[] =
	CONFIG_MAPS("v1", "Pod", POD)
	CONFIG_MAPS("", "PodTemplate", POD_TEMPLATE)
	CONFIG_MAPS("", "Deployment", TEMPLATE)
	CONFIG_MAPS("", "ReplicaSet", TEMPLATE)
	CONFIG_MAPS("", "DaemonSet", TEMPLATE)
	CONFIG_MAPS("", "StatefulSet", TEMPLATE)
	CONFIG_MAPS("", "Job", TEMPLATE)
	SPEC("", "", "CronJob", "spec/jobTemplate/spec/template/spec/volumes/configMap/name", false)
	SPEC("", "", "CronJob", "spec/jobTemplate/spec/template/spec/volumes/projected/sources/configMap/name", false)
	SPEC("", "", "CronJob", "spec/jobTemplate/spec/template/spec/containers/env/valueFrom/configMapKeyRef/name", false)
	SPEC("", "", "CronJob", "spec/jobTemplate/spec/template/spec/initContainers/env/valueFrom/configMapKeyRef/name", false)
	SPEC("", "", "CronJob", "spec/jobTemplate/spec/template/spec/containers/envFrom/configMapRef/name", false)
	SPEC("", "", "CronJob", "spec/jobTemplate/spec/template/spec/initContainers/envFrom/configMapRef/name", false)
	SPEC("", "", "Node", "spec/configSource/configMap", false)
	SPEC("", "", "Role", "rules/resourceNames", false)
	SPEC("", "", "ClusterRole", "rules/resourceNames", false)
	SPEC("", "", "Ingress", "metadata/annotations/nginx.ingress.kubernetes.io\\/fastcgi-params-configmap", false);

static const char of_secret[] =
	SECRETS("v1", "Pod", POD)
	SECRETS("", "PodTemplate", POD_TEMPLATE)
	SECRETS("", "Deployment", TEMPLATE)
	SECRETS("", "ReplicaSet", TEMPLATE)
	SECRETS("", "DaemonSet", TEMPLATE)
	SECRETS("", "StatefulSet", TEMPLATE)
	SECRETS("", "Job", TEMPLATE)
	SPEC("", "", "CronJob", "spec/jobTemplate/spec/template/spec/volumes/secret/secretName", false)
	SPEC("", "", "CronJob", "spec/jobTemplate/spec/template/spec/volumes/projected/sources/secret/name", false)
	SPEC("", "", "CronJob", "spec/jobTemplate/spec/template/spec/containers/env/valueFrom/secretKeyRef/name", false)
	SPEC("", "", "CronJob", "spec/jobTemplate/spec/template/spec/initContainers/env/valueFrom/secretKeyRef/name", false)
	SPEC("", "", "CronJob", "spec/jobTemplate/spec/template/spec/containers/envFrom/secretRef/name", false)
	SPEC("", "", "CronJob", "spec/jobTemplate/spec/template/spec/initContainers/envFrom/secretRef/name", false)
	SPEC("", "", "CronJob", "spec/jobTemplate/spec/template/spec/imagePullSecrets/name", false)
	SPEC("", "", "Ingress", "spec/tls/secretName", false)
	SPEC("", "", "Ingress", "metadata/annotations/ingress.kubernetes.io\\/auth-secret", false)
	SPEC("", "", "Ingress", "metadata/annotations/nginx.ingress.kubernetes.io\\/auth-secret", false)
	SPEC("", "", "Ingress", "metadata/annotations/nginx.ingress.kubernetes.io\\/auth-tls-secret", false)
	SPEC("", "", "Ingress", "spec/tls/secretName", false)
	SPEC("", "", "ServiceAccount", "imagePullSecrets/name", false)
	SPEC("", "", "StorageClass", "parameters/secretName", false)
	SPEC("", "", "StorageClass", "parameters/adminSecretName", false)
	SPEC("", "", "StorageClass", "parameters/userSecretName", false)
	SPEC("", "", "StorageClass", "parameters/secretRef", false)
	SPEC("", "", "Role", "rules/resourceNames", false)
	SPEC("", "", "ClusterRole", "rules/resourceNames", false)
	SPEC("serving.knative.dev", "v1", "Service", "spec/template/spec/containers/env/valueFrom/secretKeyRef/name", false)
	SPEC("", "", "PersistentVolume", "spec/azureFile/secretName", false);

static const char of_service[] =
	SPEC("apps", "", "StatefulSet", "spec/serviceName", false)
	SPEC("", "", "Ingress", "spec/rules/http/paths/backend/serviceName", false)
	SPEC("", "", "Ingress", "spec/backend/serviceName", false)
	SPEC("", "", "Ingress", "spec/rules/http/paths/backend/service/name", false)
	SPEC("", "", "Ingress", "spec/defaultBackend/service/name", false)
	SPEC("apiregistration.k8s.io", "", "APIService", "spec/service/name", false)
	SPEC("admissionregistration.k8s.io", "", "ValidatingWebhookConfiguration", "webhooks/clientConfig/service", false)
	SPEC("admissionregistration.k8s.io", "", "MutatingWebhookConfiguration", "webhooks/clientConfig/service", false);

static const char of_role[] =
	SPEC("rbac.authorization.k8s.io", "", "RoleBinding", "roleRef/name", false);

static const char of_cluster_role[] =
	SPEC("rbac.authorization.k8s.io", "", "RoleBinding", "roleRef/name", false)
	SPEC("rbac.authorization.k8s.io", "", "ClusterRoleBinding", "roleRef/name", false);

static const char of_service_account[] =
	SPEC("rbac.authorization.k8s.io", "", "RoleBinding", "subjects", false)
	SPEC("rbac.authorization.k8s.io", "", "ClusterRoleBinding", "subjects", false)
	EVERY_POD("serviceAccountName");

static const char of_persistent_volume_claim[] =
	EVERY_POD("volumes/persistentVolumeClaim/claimName");

static const char of_persistent_volume[] =
	SPEC("", "", "PersistentVolumeClaim", "spec/volumeName", false)
	SPEC("", "", "ClusterRole", "rules/resourceNames", false);

static const char of_storage_class[] =
	SPEC("", "", "PersistentVolume", "spec/storageClassName", false)
	SPEC("", "", "PersistentVolumeClaim", "spec/storageClassName", false)
	SPEC("", "", "StatefulSet", "spec/volumeClaimTemplates/spec/storageClassName", false);

static const char of_priority_class[] =
	EVERY_POD("priorityClassName");

static const char of_ingress_class[] =
	SPEC("", "", "Ingress", "spec/ingressClassName", false);

static const char of_validating_admission_policy[] =
	SPEC("admissionregistration.k8s.io", "", "ValidatingAdmissionPolicyBinding", "spec/policyName", false);

/* clang-format on */

static struct rnd_k_specs read_specs(struct kv_arena *a, const char *rows)
{
	struct rnd_k_specs out = { 0 };
	kv_str rest = kv_str_c(rows), row;

	while (kv_str_line(&rest, &row)) {
		struct rnd_k_spec spec = { 0 };

		spec.gvk.group = kv_str_cell(&row);
		spec.gvk.version = kv_str_cell(&row);
		spec.gvk.kind = kv_str_cell(&row);
		spec.path = kv_str_cell(&row);
		spec.create = kv_str_eq(row, KV_S("true"));
		KV_PUSH(a, out.v, out.n, out.cap, spec);
	}
	return out;
}

static void add_reference(struct kv_arena *a, struct rnd_k_config *c, kv_str group, kv_str version, kv_str kind,
			  const char *rows)
{
	struct rnd_k_backref ref = { { group, version, kind }, read_specs(a, rows) };

	KV_PUSH(a, c->name_reference, c->nname_reference, c->name_reference_cap, ref);
}

struct rnd_k_config *rnd_k_config_defaults(struct kv_arena *a)
{
	struct rnd_k_config *c = KV_NEW(a, struct rnd_k_config);

	c->name_prefix = read_specs(a, name_prefix);
	c->name_suffix = read_specs(a, name_suffix);
	c->namespace = read_specs(a, namespace);
	c->common_labels = read_specs(a, common_labels);
	c->template_labels = read_specs(a, template_labels);
	c->common_annotations = read_specs(a, common_annotations);
	c->var_reference = read_specs(a, var_reference);
	c->images = read_specs(a, images);
	c->replicas = read_specs(a, replicas);
#define REFERENCE(group, version, kind, rows) add_reference(a, c, KV_S(group), KV_S(version), KV_S(kind), rows)
	REFERENCE("", "", "Deployment", of_scaled);
	REFERENCE("", "", "ReplicationController", of_scaled);
	REFERENCE("", "", "ReplicaSet", of_scaled);
	REFERENCE("", "", "StatefulSet", of_scaled);
	REFERENCE("", "v1", "ConfigMap", of_config_map);
	REFERENCE("", "v1", "Secret", of_secret);
	REFERENCE("", "v1", "Service", of_service);
	REFERENCE("rbac.authorization.k8s.io", "", "Role", of_role);
	REFERENCE("rbac.authorization.k8s.io", "", "ClusterRole", of_cluster_role);
	REFERENCE("", "v1", "ServiceAccount", of_service_account);
	REFERENCE("", "v1", "PersistentVolumeClaim", of_persistent_volume_claim);
	REFERENCE("", "v1", "PersistentVolume", of_persistent_volume);
	REFERENCE("storage.k8s.io", "v1", "StorageClass", of_storage_class);
	REFERENCE("scheduling.k8s.io", "v1", "PriorityClass", of_priority_class);
	REFERENCE("networking.k8s.io/v1", "v1", "IngressClass", of_ingress_class);
	REFERENCE("admissionregistration.k8s.io", "", "ValidatingAdmissionPolicy",
		  of_validating_admission_policy);
	return c;
}
