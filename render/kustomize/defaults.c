/* render/kustomize/defaults.c: the built-in transformer configuration
 * (api/internal/konfig/builtinpluginconsts): which fields each step touches, and which fields name a resource
 * of a kind. In upstream's order: the merge of configurations depends on it. */
#include "render/kustomize/internal.h"

/* clang-format off: one field path a row */
#define SPEC(group, version, kind, path, create)                                                             \
	{                                                                                                    \
		{ KV_STR(group), KV_STR(version), KV_STR(kind) }, KV_STR(path), create                       \
	}
#define LIST(rows)                                                                                           \
	{                                                                                                    \
		(struct rnd_k_spec *)(rows), sizeof(rows) / sizeof(rows)[0], sizeof(rows) / sizeof(rows)[0]  \
	}

static const struct rnd_k_spec name_prefix[] = {
	SPEC("", "", "", "metadata/name", false),
};

static const struct rnd_k_spec name_suffix[] = {
	SPEC("", "", "", "metadata/name", false),
};

static const struct rnd_k_spec namespace[] = {
	SPEC("", "", "Namespace", "metadata/name", true),
	SPEC("apiregistration.k8s.io", "", "APIService", "spec/service/namespace", true),
	SPEC("apiextensions.k8s.io", "", "CustomResourceDefinition",
	     "spec/conversion/webhook/clientConfig/service/namespace", false),
};

static const struct rnd_k_spec common_labels[] = {
	SPEC("", "v1", "Service", "spec/selector", true),
	SPEC("", "v1", "ReplicationController", "spec/selector", true),
	SPEC("", "", "Deployment", "spec/selector/matchLabels", true),
	SPEC("apps", "", "Deployment",
	     "spec/template/spec/affinity/podAffinity/preferredDuringSchedulingIgnoredDuringExecution/"
	     "podAffinityTerm/labelSelector/matchLabels",
	     false),
	SPEC("apps", "", "Deployment",
	     "spec/template/spec/affinity/podAffinity/requiredDuringSchedulingIgnoredDuringExecution/"
	     "labelSelector/matchLabels",
	     false),
	SPEC("apps", "", "Deployment",
	     "spec/template/spec/affinity/podAntiAffinity/preferredDuringSchedulingIgnoredDuringExecution/"
	     "podAffinityTerm/labelSelector/matchLabels",
	     false),
	SPEC("apps", "", "Deployment",
	     "spec/template/spec/affinity/podAntiAffinity/requiredDuringSchedulingIgnoredDuringExecution/"
	     "labelSelector/matchLabels",
	     false),
	SPEC("apps", "", "Deployment",
	     "spec/template/spec/topologySpreadConstraints/labelSelector/matchLabels", false),
	SPEC("", "", "ReplicaSet", "spec/selector/matchLabels", true),
	SPEC("", "", "DaemonSet", "spec/selector/matchLabels", true),
	SPEC("apps", "", "StatefulSet", "spec/selector/matchLabels", true),
	SPEC("apps", "", "StatefulSet",
	     "spec/template/spec/affinity/podAffinity/preferredDuringSchedulingIgnoredDuringExecution/"
	     "podAffinityTerm/labelSelector/matchLabels",
	     false),
	SPEC("apps", "", "StatefulSet",
	     "spec/template/spec/affinity/podAffinity/requiredDuringSchedulingIgnoredDuringExecution/"
	     "labelSelector/matchLabels",
	     false),
	SPEC("apps", "", "StatefulSet",
	     "spec/template/spec/affinity/podAntiAffinity/preferredDuringSchedulingIgnoredDuringExecution/"
	     "podAffinityTerm/labelSelector/matchLabels",
	     false),
	SPEC("apps", "", "StatefulSet",
	     "spec/template/spec/affinity/podAntiAffinity/requiredDuringSchedulingIgnoredDuringExecution/"
	     "labelSelector/matchLabels",
	     false),
	SPEC("apps", "", "StatefulSet",
	     "spec/template/spec/topologySpreadConstraints/labelSelector/matchLabels", false),
	SPEC("batch", "", "Job", "spec/selector/matchLabels", false),
	SPEC("batch", "", "CronJob", "spec/jobTemplate/spec/selector/matchLabels", false),
	SPEC("policy", "", "PodDisruptionBudget", "spec/selector/matchLabels", false),
	SPEC("networking.k8s.io", "", "NetworkPolicy", "spec/podSelector/matchLabels", false),
	SPEC("networking.k8s.io", "", "NetworkPolicy", "spec/ingress/from/podSelector/matchLabels", false),
	SPEC("networking.k8s.io", "", "NetworkPolicy", "spec/egress/to/podSelector/matchLabels", false),
	SPEC("", "", "", "metadata/labels", true),
	SPEC("", "v1", "ReplicationController", "spec/template/metadata/labels", true),
	SPEC("", "", "Deployment", "spec/template/metadata/labels", true),
	SPEC("", "", "ReplicaSet", "spec/template/metadata/labels", true),
	SPEC("", "", "DaemonSet", "spec/template/metadata/labels", true),
	SPEC("apps", "", "StatefulSet", "spec/template/metadata/labels", true),
	SPEC("apps", "", "StatefulSet", "spec/volumeClaimTemplates[]/metadata/labels", true),
	SPEC("batch", "", "Job", "spec/template/metadata/labels", true),
	SPEC("batch", "", "CronJob", "spec/jobTemplate/metadata/labels", true),
	SPEC("batch", "", "CronJob", "spec/jobTemplate/spec/template/metadata/labels", true),
};

static const struct rnd_k_spec template_labels[] = {
	SPEC("", "", "", "metadata/labels", true),
	SPEC("", "v1", "ReplicationController", "spec/template/metadata/labels", true),
	SPEC("", "", "Deployment", "spec/template/metadata/labels", true),
	SPEC("", "", "ReplicaSet", "spec/template/metadata/labels", true),
	SPEC("", "", "DaemonSet", "spec/template/metadata/labels", true),
	SPEC("apps", "", "StatefulSet", "spec/template/metadata/labels", true),
	SPEC("apps", "", "StatefulSet", "spec/volumeClaimTemplates[]/metadata/labels", true),
	SPEC("batch", "", "Job", "spec/template/metadata/labels", true),
	SPEC("batch", "", "CronJob", "spec/jobTemplate/metadata/labels", true),
	SPEC("batch", "", "CronJob", "spec/jobTemplate/spec/template/metadata/labels", true),
};

static const struct rnd_k_spec common_annotations[] = {
	SPEC("", "", "", "metadata/annotations", true),
	SPEC("", "v1", "ReplicationController", "spec/template/metadata/annotations", true),
	SPEC("", "", "Deployment", "spec/template/metadata/annotations", true),
	SPEC("", "", "ReplicaSet", "spec/template/metadata/annotations", true),
	SPEC("", "", "DaemonSet", "spec/template/metadata/annotations", true),
	SPEC("", "", "StatefulSet", "spec/template/metadata/annotations", true),
	SPEC("batch", "", "Job", "spec/template/metadata/annotations", true),
	SPEC("batch", "", "CronJob", "spec/jobTemplate/metadata/annotations", true),
	SPEC("batch", "", "CronJob", "spec/jobTemplate/spec/template/metadata/annotations", true),
};

static const struct rnd_k_spec var_reference[] = {
	SPEC("", "", "CronJob", "spec/jobTemplate/spec/template/spec/containers/args", false),
	SPEC("", "", "CronJob", "spec/jobTemplate/spec/template/spec/containers/command", false),
	SPEC("", "", "CronJob", "spec/jobTemplate/spec/template/spec/containers/env/value", false),
	SPEC("", "", "CronJob", "spec/jobTemplate/spec/template/spec/containers/volumeMounts/mountPath",
	     false),
	SPEC("", "", "CronJob", "spec/jobTemplate/spec/template/spec/initContainers/args", false),
	SPEC("", "", "CronJob", "spec/jobTemplate/spec/template/spec/initContainers/command", false),
	SPEC("", "", "CronJob", "spec/jobTemplate/spec/template/spec/initContainers/env/value", false),
	SPEC("", "", "CronJob", "spec/jobTemplate/spec/template/spec/initContainers/volumeMounts/mountPath",
	     false),
	SPEC("", "", "CronJob", "spec/jobTemplate/spec/template/volumes/nfs/server", false),
	SPEC("", "", "DaemonSet", "spec/template/spec/containers/args", false),
	SPEC("", "", "DaemonSet", "spec/template/spec/containers/command", false),
	SPEC("", "", "DaemonSet", "spec/template/spec/containers/env/value", false),
	SPEC("", "", "DaemonSet", "spec/template/spec/containers/volumeMounts/mountPath", false),
	SPEC("", "", "DaemonSet", "spec/template/spec/initContainers/args", false),
	SPEC("", "", "DaemonSet", "spec/template/spec/initContainers/command", false),
	SPEC("", "", "DaemonSet", "spec/template/spec/initContainers/env/value", false),
	SPEC("", "", "DaemonSet", "spec/template/spec/initContainers/volumeMounts/mountPath", false),
	SPEC("", "", "DaemonSet", "spec/template/spec/volumes/nfs/server", false),
	SPEC("", "", "Deployment", "spec/template/spec/containers/args", false),
	SPEC("", "", "Deployment", "spec/template/spec/containers/command", false),
	SPEC("", "", "Deployment", "spec/template/spec/containers/env/value", false),
	SPEC("", "", "Deployment", "spec/template/spec/containers/volumeMounts/mountPath", false),
	SPEC("", "", "Deployment", "spec/template/spec/initContainers/args", false),
	SPEC("", "", "Deployment", "spec/template/spec/initContainers/command", false),
	SPEC("", "", "Deployment", "spec/template/spec/initContainers/env/value", false),
	SPEC("", "", "Deployment", "spec/template/spec/initContainers/volumeMounts/mountPath", false),
	SPEC("", "", "Deployment", "spec/template/spec/volumes/nfs/server", false),
	SPEC("", "", "Deployment", "spec/template/metadata/annotations", false),
	SPEC("", "", "Ingress", "spec/rules/host", false),
	SPEC("", "", "Ingress", "spec/tls/hosts", false),
	SPEC("", "", "Ingress", "spec/tls/secretName", false),
	SPEC("", "", "Job", "spec/template/spec/containers/args", false),
	SPEC("", "", "Job", "spec/template/spec/containers/command", false),
	SPEC("", "", "Job", "spec/template/spec/containers/env/value", false),
	SPEC("", "", "Job", "spec/template/spec/containers/volumeMounts/mountPath", false),
	SPEC("", "", "Job", "spec/template/spec/initContainers/args", false),
	SPEC("", "", "Job", "spec/template/spec/initContainers/command", false),
	SPEC("", "", "Job", "spec/template/spec/initContainers/env/value", false),
	SPEC("", "", "Job", "spec/template/spec/initContainers/volumeMounts/mountPath", false),
	SPEC("", "", "Job", "spec/template/spec/volumes/nfs/server", false),
	SPEC("", "", "Pod", "spec/containers/args", false),
	SPEC("", "", "Pod", "spec/containers/command", false),
	SPEC("", "", "Pod", "spec/containers/env/value", false),
	SPEC("", "", "Pod", "spec/containers/volumeMounts/mountPath", false),
	SPEC("", "", "Pod", "spec/initContainers/args", false),
	SPEC("", "", "Pod", "spec/initContainers/command", false),
	SPEC("", "", "Pod", "spec/initContainers/env/value", false),
	SPEC("", "", "Pod", "spec/initContainers/volumeMounts/mountPath", false),
	SPEC("", "", "Pod", "spec/volumes/nfs/server", false),
	SPEC("", "", "ReplicaSet", "spec/template/spec/containers/args", false),
	SPEC("", "", "ReplicaSet", "spec/template/spec/containers/command", false),
	SPEC("", "", "ReplicaSet", "spec/template/spec/containers/env/value", false),
	SPEC("", "", "ReplicaSet", "spec/template/spec/containers/volumeMounts/mountPath", false),
	SPEC("", "", "ReplicaSet", "spec/template/spec/initContainers/args", false),
	SPEC("", "", "ReplicaSet", "spec/template/spec/initContainers/command", false),
	SPEC("", "", "ReplicaSet", "spec/template/spec/initContainers/env/value", false),
	SPEC("", "", "ReplicaSet", "spec/template/spec/initContainers/volumeMounts/mountPath", false),
	SPEC("", "", "ReplicaSet", "spec/template/spec/volumes/nfs/server", false),
	SPEC("", "", "Service", "spec/ports/port", false),
	SPEC("", "", "Service", "spec/ports/targetPort", false),
	SPEC("", "", "StatefulSet", "spec/template/spec/containers/args", false),
	SPEC("", "", "StatefulSet", "spec/template/spec/containers/command", false),
	SPEC("", "", "StatefulSet", "spec/template/spec/containers/env/value", false),
	SPEC("", "", "StatefulSet", "spec/template/spec/containers/volumeMounts/mountPath", false),
	SPEC("", "", "StatefulSet", "spec/template/spec/initContainers/args", false),
	SPEC("", "", "StatefulSet", "spec/template/spec/initContainers/command", false),
	SPEC("", "", "StatefulSet", "spec/template/spec/initContainers/env/value", false),
	SPEC("", "", "StatefulSet", "spec/template/spec/initContainers/volumeMounts/mountPath", false),
	SPEC("", "", "StatefulSet", "spec/volumeClaimTemplates/spec/nfs/server", false),
	SPEC("", "", "PersistentVolume", "spec/nfs/server", false),
	SPEC("", "", "", "metadata/labels", false),
	SPEC("", "", "", "metadata/annotations", false),
};

static const struct rnd_k_spec images[] = {
	SPEC("", "", "", "spec/containers[]/image", true),
	SPEC("", "", "", "spec/initContainers[]/image", true),
	SPEC("", "", "", "spec/volumes[]/image/reference", true),
	SPEC("", "", "", "spec/template/spec/containers[]/image", true),
	SPEC("", "", "", "spec/template/spec/initContainers[]/image", true),
	SPEC("", "", "", "spec/template/spec/volumes[]/image/reference", true),
};

static const struct rnd_k_spec replicas[] = {
	SPEC("", "", "Deployment", "spec/replicas", true),
	SPEC("", "", "ReplicationController", "spec/replicas", true),
	SPEC("", "", "ReplicaSet", "spec/replicas", true),
	SPEC("", "", "StatefulSet", "spec/replicas", true),
};

static const struct rnd_k_spec of_deployment[] = {
	SPEC("", "", "HorizontalPodAutoscaler", "spec/scaleTargetRef/name", false),
};

static const struct rnd_k_spec of_replication_controller[] = {
	SPEC("", "", "HorizontalPodAutoscaler", "spec/scaleTargetRef/name", false),
};

static const struct rnd_k_spec of_replica_set[] = {
	SPEC("", "", "HorizontalPodAutoscaler", "spec/scaleTargetRef/name", false),
};

static const struct rnd_k_spec of_stateful_set[] = {
	SPEC("", "", "HorizontalPodAutoscaler", "spec/scaleTargetRef/name", false),
};

static const struct rnd_k_spec of_config_map[] = {
	SPEC("", "v1", "Pod", "spec/volumes/configMap/name", false),
	SPEC("", "v1", "Pod", "spec/containers/env/valueFrom/configMapKeyRef/name", false),
	SPEC("", "v1", "Pod", "spec/initContainers/env/valueFrom/configMapKeyRef/name", false),
	SPEC("", "v1", "Pod", "spec/containers/envFrom/configMapRef/name", false),
	SPEC("", "v1", "Pod", "spec/initContainers/envFrom/configMapRef/name", false),
	SPEC("", "v1", "Pod", "spec/volumes/projected/sources/configMap/name", false),
	SPEC("", "", "PodTemplate", "template/spec/volumes/configMap/name", false),
	SPEC("", "", "PodTemplate", "template/spec/containers/env/valueFrom/configMapKeyRef/name", false),
	SPEC("", "", "PodTemplate", "template/spec/initContainers/env/valueFrom/configMapKeyRef/name", false),
	SPEC("", "", "PodTemplate", "template/spec/containers/envFrom/configMapRef/name", false),
	SPEC("", "", "PodTemplate", "template/spec/initContainers/envFrom/configMapRef/name", false),
	SPEC("", "", "PodTemplate", "template/spec/volumes/projected/sources/configMap/name", false),
	SPEC("", "", "Deployment", "spec/template/spec/volumes/configMap/name", false),
	SPEC("", "", "Deployment", "spec/template/spec/containers/env/valueFrom/configMapKeyRef/name", false),
	SPEC("", "", "Deployment", "spec/template/spec/initContainers/env/valueFrom/configMapKeyRef/name",
	     false),
	SPEC("", "", "Deployment", "spec/template/spec/containers/envFrom/configMapRef/name", false),
	SPEC("", "", "Deployment", "spec/template/spec/initContainers/envFrom/configMapRef/name", false),
	SPEC("", "", "Deployment", "spec/template/spec/volumes/projected/sources/configMap/name", false),
	SPEC("", "", "ReplicaSet", "spec/template/spec/volumes/configMap/name", false),
	SPEC("", "", "ReplicaSet", "spec/template/spec/containers/env/valueFrom/configMapKeyRef/name", false),
	SPEC("", "", "ReplicaSet", "spec/template/spec/initContainers/env/valueFrom/configMapKeyRef/name",
	     false),
	SPEC("", "", "ReplicaSet", "spec/template/spec/containers/envFrom/configMapRef/name", false),
	SPEC("", "", "ReplicaSet", "spec/template/spec/initContainers/envFrom/configMapRef/name", false),
	SPEC("", "", "ReplicaSet", "spec/template/spec/volumes/projected/sources/configMap/name", false),
	SPEC("", "", "DaemonSet", "spec/template/spec/volumes/configMap/name", false),
	SPEC("", "", "DaemonSet", "spec/template/spec/containers/env/valueFrom/configMapKeyRef/name", false),
	SPEC("", "", "DaemonSet", "spec/template/spec/initContainers/env/valueFrom/configMapKeyRef/name",
	     false),
	SPEC("", "", "DaemonSet", "spec/template/spec/containers/envFrom/configMapRef/name", false),
	SPEC("", "", "DaemonSet", "spec/template/spec/initContainers/envFrom/configMapRef/name", false),
	SPEC("", "", "DaemonSet", "spec/template/spec/volumes/projected/sources/configMap/name", false),
	SPEC("", "", "StatefulSet", "spec/template/spec/volumes/configMap/name", false),
	SPEC("", "", "StatefulSet", "spec/template/spec/containers/env/valueFrom/configMapKeyRef/name",
	     false),
	SPEC("", "", "StatefulSet", "spec/template/spec/initContainers/env/valueFrom/configMapKeyRef/name",
	     false),
	SPEC("", "", "StatefulSet", "spec/template/spec/containers/envFrom/configMapRef/name", false),
	SPEC("", "", "StatefulSet", "spec/template/spec/initContainers/envFrom/configMapRef/name", false),
	SPEC("", "", "StatefulSet", "spec/template/spec/volumes/projected/sources/configMap/name", false),
	SPEC("", "", "Job", "spec/template/spec/volumes/configMap/name", false),
	SPEC("", "", "Job", "spec/template/spec/containers/env/valueFrom/configMapKeyRef/name", false),
	SPEC("", "", "Job", "spec/template/spec/initContainers/env/valueFrom/configMapKeyRef/name", false),
	SPEC("", "", "Job", "spec/template/spec/containers/envFrom/configMapRef/name", false),
	SPEC("", "", "Job", "spec/template/spec/initContainers/envFrom/configMapRef/name", false),
	SPEC("", "", "Job", "spec/template/spec/volumes/projected/sources/configMap/name", false),
	SPEC("", "", "CronJob", "spec/jobTemplate/spec/template/spec/volumes/configMap/name", false),
	SPEC("", "", "CronJob",
	     "spec/jobTemplate/spec/template/spec/volumes/projected/sources/configMap/name", false),
	SPEC("", "", "CronJob",
	     "spec/jobTemplate/spec/template/spec/containers/env/valueFrom/configMapKeyRef/name", false),
	SPEC("", "", "CronJob",
	     "spec/jobTemplate/spec/template/spec/initContainers/env/valueFrom/configMapKeyRef/name", false),
	SPEC("", "", "CronJob", "spec/jobTemplate/spec/template/spec/containers/envFrom/configMapRef/name",
	     false),
	SPEC("", "", "CronJob",
	     "spec/jobTemplate/spec/template/spec/initContainers/envFrom/configMapRef/name", false),
	SPEC("", "", "Node", "spec/configSource/configMap", false),
	SPEC("", "", "Role", "rules/resourceNames", false),
	SPEC("", "", "ClusterRole", "rules/resourceNames", false),
	SPEC("", "", "Ingress", "metadata/annotations/nginx.ingress.kubernetes.io\\/fastcgi-params-configmap",
	     false),
};

static const struct rnd_k_spec of_secret[] = {
	SPEC("", "v1", "Pod", "spec/volumes/secret/secretName", false),
	SPEC("", "v1", "Pod", "spec/containers/env/valueFrom/secretKeyRef/name", false),
	SPEC("", "v1", "Pod", "spec/initContainers/env/valueFrom/secretKeyRef/name", false),
	SPEC("", "v1", "Pod", "spec/containers/envFrom/secretRef/name", false),
	SPEC("", "v1", "Pod", "spec/initContainers/envFrom/secretRef/name", false),
	SPEC("", "v1", "Pod", "spec/imagePullSecrets/name", false),
	SPEC("", "v1", "Pod", "spec/volumes/projected/sources/secret/name", false),
	SPEC("", "", "PodTemplate", "template/spec/volumes/secret/secretName", false),
	SPEC("", "", "PodTemplate", "template/spec/containers/env/valueFrom/secretKeyRef/name", false),
	SPEC("", "", "PodTemplate", "template/spec/initContainers/env/valueFrom/secretKeyRef/name", false),
	SPEC("", "", "PodTemplate", "template/spec/containers/envFrom/secretRef/name", false),
	SPEC("", "", "PodTemplate", "template/spec/initContainers/envFrom/secretRef/name", false),
	SPEC("", "", "PodTemplate", "template/spec/imagePullSecrets/name", false),
	SPEC("", "", "PodTemplate", "template/spec/volumes/projected/sources/secret/name", false),
	SPEC("", "", "Deployment", "spec/template/spec/volumes/secret/secretName", false),
	SPEC("", "", "Deployment", "spec/template/spec/containers/env/valueFrom/secretKeyRef/name", false),
	SPEC("", "", "Deployment", "spec/template/spec/initContainers/env/valueFrom/secretKeyRef/name",
	     false),
	SPEC("", "", "Deployment", "spec/template/spec/containers/envFrom/secretRef/name", false),
	SPEC("", "", "Deployment", "spec/template/spec/initContainers/envFrom/secretRef/name", false),
	SPEC("", "", "Deployment", "spec/template/spec/imagePullSecrets/name", false),
	SPEC("", "", "Deployment", "spec/template/spec/volumes/projected/sources/secret/name", false),
	SPEC("", "", "ReplicaSet", "spec/template/spec/volumes/secret/secretName", false),
	SPEC("", "", "ReplicaSet", "spec/template/spec/containers/env/valueFrom/secretKeyRef/name", false),
	SPEC("", "", "ReplicaSet", "spec/template/spec/initContainers/env/valueFrom/secretKeyRef/name",
	     false),
	SPEC("", "", "ReplicaSet", "spec/template/spec/containers/envFrom/secretRef/name", false),
	SPEC("", "", "ReplicaSet", "spec/template/spec/initContainers/envFrom/secretRef/name", false),
	SPEC("", "", "ReplicaSet", "spec/template/spec/imagePullSecrets/name", false),
	SPEC("", "", "ReplicaSet", "spec/template/spec/volumes/projected/sources/secret/name", false),
	SPEC("", "", "DaemonSet", "spec/template/spec/volumes/secret/secretName", false),
	SPEC("", "", "DaemonSet", "spec/template/spec/containers/env/valueFrom/secretKeyRef/name", false),
	SPEC("", "", "DaemonSet", "spec/template/spec/initContainers/env/valueFrom/secretKeyRef/name", false),
	SPEC("", "", "DaemonSet", "spec/template/spec/containers/envFrom/secretRef/name", false),
	SPEC("", "", "DaemonSet", "spec/template/spec/initContainers/envFrom/secretRef/name", false),
	SPEC("", "", "DaemonSet", "spec/template/spec/imagePullSecrets/name", false),
	SPEC("", "", "DaemonSet", "spec/template/spec/volumes/projected/sources/secret/name", false),
	SPEC("", "", "StatefulSet", "spec/template/spec/volumes/secret/secretName", false),
	SPEC("", "", "StatefulSet", "spec/template/spec/containers/env/valueFrom/secretKeyRef/name", false),
	SPEC("", "", "StatefulSet", "spec/template/spec/initContainers/env/valueFrom/secretKeyRef/name",
	     false),
	SPEC("", "", "StatefulSet", "spec/template/spec/containers/envFrom/secretRef/name", false),
	SPEC("", "", "StatefulSet", "spec/template/spec/initContainers/envFrom/secretRef/name", false),
	SPEC("", "", "StatefulSet", "spec/template/spec/imagePullSecrets/name", false),
	SPEC("", "", "StatefulSet", "spec/template/spec/volumes/projected/sources/secret/name", false),
	SPEC("", "", "Job", "spec/template/spec/volumes/secret/secretName", false),
	SPEC("", "", "Job", "spec/template/spec/containers/env/valueFrom/secretKeyRef/name", false),
	SPEC("", "", "Job", "spec/template/spec/initContainers/env/valueFrom/secretKeyRef/name", false),
	SPEC("", "", "Job", "spec/template/spec/containers/envFrom/secretRef/name", false),
	SPEC("", "", "Job", "spec/template/spec/initContainers/envFrom/secretRef/name", false),
	SPEC("", "", "Job", "spec/template/spec/imagePullSecrets/name", false),
	SPEC("", "", "Job", "spec/template/spec/volumes/projected/sources/secret/name", false),
	SPEC("", "", "CronJob", "spec/jobTemplate/spec/template/spec/volumes/secret/secretName", false),
	SPEC("", "", "CronJob", "spec/jobTemplate/spec/template/spec/volumes/projected/sources/secret/name",
	     false),
	SPEC("", "", "CronJob",
	     "spec/jobTemplate/spec/template/spec/containers/env/valueFrom/secretKeyRef/name", false),
	SPEC("", "", "CronJob",
	     "spec/jobTemplate/spec/template/spec/initContainers/env/valueFrom/secretKeyRef/name", false),
	SPEC("", "", "CronJob", "spec/jobTemplate/spec/template/spec/containers/envFrom/secretRef/name",
	     false),
	SPEC("", "", "CronJob", "spec/jobTemplate/spec/template/spec/initContainers/envFrom/secretRef/name",
	     false),
	SPEC("", "", "CronJob", "spec/jobTemplate/spec/template/spec/imagePullSecrets/name", false),
	SPEC("", "", "Ingress", "spec/tls/secretName", false),
	SPEC("", "", "Ingress", "metadata/annotations/ingress.kubernetes.io\\/auth-secret", false),
	SPEC("", "", "Ingress", "metadata/annotations/nginx.ingress.kubernetes.io\\/auth-secret", false),
	SPEC("", "", "Ingress", "metadata/annotations/nginx.ingress.kubernetes.io\\/auth-tls-secret", false),
	SPEC("", "", "Ingress", "spec/tls/secretName", false),
	SPEC("", "", "ServiceAccount", "imagePullSecrets/name", false),
	SPEC("", "", "StorageClass", "parameters/secretName", false),
	SPEC("", "", "StorageClass", "parameters/adminSecretName", false),
	SPEC("", "", "StorageClass", "parameters/userSecretName", false),
	SPEC("", "", "StorageClass", "parameters/secretRef", false),
	SPEC("", "", "Role", "rules/resourceNames", false),
	SPEC("", "", "ClusterRole", "rules/resourceNames", false),
	SPEC("serving.knative.dev", "v1", "Service",
	     "spec/template/spec/containers/env/valueFrom/secretKeyRef/name", false),
	SPEC("", "", "PersistentVolume", "spec/azureFile/secretName", false),
};

static const struct rnd_k_spec of_service[] = {
	SPEC("apps", "", "StatefulSet", "spec/serviceName", false),
	SPEC("", "", "Ingress", "spec/rules/http/paths/backend/serviceName", false),
	SPEC("", "", "Ingress", "spec/backend/serviceName", false),
	SPEC("", "", "Ingress", "spec/rules/http/paths/backend/service/name", false),
	SPEC("", "", "Ingress", "spec/defaultBackend/service/name", false),
	SPEC("apiregistration.k8s.io", "", "APIService", "spec/service/name", false),
	SPEC("admissionregistration.k8s.io", "", "ValidatingWebhookConfiguration",
	     "webhooks/clientConfig/service", false),
	SPEC("admissionregistration.k8s.io", "", "MutatingWebhookConfiguration",
	     "webhooks/clientConfig/service", false),
};

static const struct rnd_k_spec of_role[] = {
	SPEC("rbac.authorization.k8s.io", "", "RoleBinding", "roleRef/name", false),
};

static const struct rnd_k_spec of_cluster_role[] = {
	SPEC("rbac.authorization.k8s.io", "", "RoleBinding", "roleRef/name", false),
	SPEC("rbac.authorization.k8s.io", "", "ClusterRoleBinding", "roleRef/name", false),
};

static const struct rnd_k_spec of_service_account[] = {
	SPEC("rbac.authorization.k8s.io", "", "RoleBinding", "subjects", false),
	SPEC("rbac.authorization.k8s.io", "", "ClusterRoleBinding", "subjects", false),
	SPEC("", "", "Pod", "spec/serviceAccountName", false),
	SPEC("", "", "StatefulSet", "spec/template/spec/serviceAccountName", false),
	SPEC("", "", "Deployment", "spec/template/spec/serviceAccountName", false),
	SPEC("", "", "ReplicationController", "spec/template/spec/serviceAccountName", false),
	SPEC("", "", "CronJob", "spec/jobTemplate/spec/template/spec/serviceAccountName", false),
	SPEC("", "", "Job", "spec/template/spec/serviceAccountName", false),
	SPEC("", "", "DaemonSet", "spec/template/spec/serviceAccountName", false),
};

static const struct rnd_k_spec of_persistent_volume_claim[] = {
	SPEC("", "", "Pod", "spec/volumes/persistentVolumeClaim/claimName", false),
	SPEC("", "", "StatefulSet", "spec/template/spec/volumes/persistentVolumeClaim/claimName", false),
	SPEC("", "", "Deployment", "spec/template/spec/volumes/persistentVolumeClaim/claimName", false),
	SPEC("", "", "ReplicationController", "spec/template/spec/volumes/persistentVolumeClaim/claimName",
	     false),
	SPEC("", "", "CronJob", "spec/jobTemplate/spec/template/spec/volumes/persistentVolumeClaim/claimName",
	     false),
	SPEC("", "", "Job", "spec/template/spec/volumes/persistentVolumeClaim/claimName", false),
	SPEC("", "", "DaemonSet", "spec/template/spec/volumes/persistentVolumeClaim/claimName", false),
};

static const struct rnd_k_spec of_persistent_volume[] = {
	SPEC("", "", "PersistentVolumeClaim", "spec/volumeName", false),
	SPEC("", "", "ClusterRole", "rules/resourceNames", false),
};

static const struct rnd_k_spec of_storage_class[] = {
	SPEC("", "", "PersistentVolume", "spec/storageClassName", false),
	SPEC("", "", "PersistentVolumeClaim", "spec/storageClassName", false),
	SPEC("", "", "StatefulSet", "spec/volumeClaimTemplates/spec/storageClassName", false),
};

static const struct rnd_k_spec of_priority_class[] = {
	SPEC("", "", "Pod", "spec/priorityClassName", false),
	SPEC("", "", "StatefulSet", "spec/template/spec/priorityClassName", false),
	SPEC("", "", "Deployment", "spec/template/spec/priorityClassName", false),
	SPEC("", "", "ReplicationController", "spec/template/spec/priorityClassName", false),
	SPEC("", "", "CronJob", "spec/jobTemplate/spec/template/spec/priorityClassName", false),
	SPEC("", "", "Job", "spec/template/spec/priorityClassName", false),
	SPEC("", "", "DaemonSet", "spec/template/spec/priorityClassName", false),
};

static const struct rnd_k_spec of_ingress_class[] = {
	SPEC("", "", "Ingress", "spec/ingressClassName", false),
};

static const struct rnd_k_spec of_validating_admission_policy[] = {
	SPEC("admissionregistration.k8s.io", "", "ValidatingAdmissionPolicyBinding", "spec/policyName",
	     false),
};

#define REFERENCE(group, version, kind, rows)                                                                \
	{                                                                                                    \
		{ KV_STR(group), KV_STR(version), KV_STR(kind) }, LIST(rows)                                 \
	}
static const struct rnd_k_backref name_reference[] = {
	REFERENCE("", "", "Deployment", of_deployment),
	REFERENCE("", "", "ReplicationController", of_replication_controller),
	REFERENCE("", "", "ReplicaSet", of_replica_set),
	REFERENCE("", "", "StatefulSet", of_stateful_set),
	REFERENCE("", "v1", "ConfigMap", of_config_map),
	REFERENCE("", "v1", "Secret", of_secret),
	REFERENCE("", "v1", "Service", of_service),
	REFERENCE("rbac.authorization.k8s.io", "", "Role", of_role),
	REFERENCE("rbac.authorization.k8s.io", "", "ClusterRole", of_cluster_role),
	REFERENCE("", "v1", "ServiceAccount", of_service_account),
	REFERENCE("", "v1", "PersistentVolumeClaim", of_persistent_volume_claim),
	REFERENCE("", "v1", "PersistentVolume", of_persistent_volume),
	REFERENCE("storage.k8s.io", "v1", "StorageClass", of_storage_class),
	REFERENCE("scheduling.k8s.io", "v1", "PriorityClass", of_priority_class),
	REFERENCE("networking.k8s.io/v1", "v1", "IngressClass", of_ingress_class),
	REFERENCE("admissionregistration.k8s.io", "", "ValidatingAdmissionPolicy",
		  of_validating_admission_policy),
};

const struct rnd_k_config rnd_k_default_config = {
	.name_prefix = LIST(name_prefix),
	.name_suffix = LIST(name_suffix),
	.namespace = LIST(namespace),
	.common_labels = LIST(common_labels),
	.template_labels = LIST(template_labels),
	.common_annotations = LIST(common_annotations),
	.var_reference = LIST(var_reference),
	.images = LIST(images),
	.replicas = LIST(replicas),
	.name_reference = (struct rnd_k_backref *)name_reference,
	.nname_reference = sizeof name_reference / sizeof name_reference[0],
	.name_reference_cap = sizeof name_reference / sizeof name_reference[0],
};
/* clang-format on */
