/* filters/schema_types.c: fields of Kubernetes' own kinds: facts of k8s.io/api 0.36. A field without which the API server accepts no object
 * has a star; what it fills in or lets be empty has none. */
#include "filters/schema_check.h"

const struct flt_core_type flt_core_kinds[] = {
	{ "admissionregistration.k8s.io/v1 MutatingWebhookConfiguration",
	  "metadata:ObjectMeta webhooks:[MutatingWebhook" },
	{ "admissionregistration.k8s.io/v1 ValidatingAdmissionPolicy",
	  "metadata:ObjectMeta spec:ValidatingAdmissionPolicySpec" },
	{ "admissionregistration.k8s.io/v1 ValidatingAdmissionPolicyBinding",
	  "metadata:ObjectMeta spec:ValidatingAdmissionPolicyBindingSpec" },
	{ "admissionregistration.k8s.io/v1 ValidatingWebhookConfiguration",
	  "metadata:ObjectMeta webhooks:[ValidatingWebhook" },
	{ "apps/v1 DaemonSet", "metadata:ObjectMeta spec:DaemonSetSpec" },
	{ "apps/v1 Deployment", "metadata:ObjectMeta spec:DeploymentSpec" },
	{ "apps/v1 ReplicaSet", "metadata:ObjectMeta spec:ReplicaSetSpec" },
	{ "apps/v1 StatefulSet", "metadata:ObjectMeta spec:StatefulSetSpec" },
	{ "autoscaling/v1 HorizontalPodAutoscaler", "metadata:ObjectMeta spec:HorizontalPodAutoscalerSpecV1" },
	{ "autoscaling/v2 HorizontalPodAutoscaler", "metadata:ObjectMeta spec:HorizontalPodAutoscalerSpec" },
	{ "batch/v1 CronJob", "metadata:ObjectMeta spec:CronJobSpec" },
	{ "batch/v1 Job", "metadata:ObjectMeta spec:JobSpec" },
	{ "certificates.k8s.io/v1 CertificateSigningRequest",
	  "metadata:ObjectMeta *spec:CertificateSigningRequestSpec" },
	{ "coordination.k8s.io/v1 Lease", "metadata:ObjectMeta spec:LeaseSpec" },
	{ "discovery.k8s.io/v1 EndpointSlice",
	  "metadata:ObjectMeta *addressType:s endpoints:[SliceEndpoint ports:[SliceEndpointPort" },
	{ "networking.k8s.io/v1 Ingress", "metadata:ObjectMeta spec:IngressSpec" },
	{ "networking.k8s.io/v1 IngressClass", "metadata:ObjectMeta spec:IngressClassSpec" },
	{ "networking.k8s.io/v1 NetworkPolicy", "metadata:ObjectMeta spec:NetworkPolicySpec" },
	{ "node.k8s.io/v1 RuntimeClass",
	  "metadata:ObjectMeta *handler:s overhead:Overhead scheduling:Scheduling" },
	{ "policy/v1 PodDisruptionBudget", "metadata:ObjectMeta spec:PodDisruptionBudgetSpec" },
	{ "rbac.authorization.k8s.io/v1 ClusterRole",
	  "metadata:ObjectMeta rules:[PolicyRule aggregationRule:AggregationRule" },
	{ "rbac.authorization.k8s.io/v1 ClusterRoleBinding",
	  "metadata:ObjectMeta subjects:[Subject *roleRef:RoleRef" },
	{ "rbac.authorization.k8s.io/v1 Role", "metadata:ObjectMeta rules:[PolicyRule" },
	{ "rbac.authorization.k8s.io/v1 RoleBinding",
	  "metadata:ObjectMeta subjects:[Subject *roleRef:RoleRef" },
	{ "scheduling.k8s.io/v1 PriorityClass",
	  "metadata:ObjectMeta value:i globalDefault:b description:s preemptionPolicy:s" },
	{ "storage.k8s.io/v1 CSIDriver", "metadata:ObjectMeta spec:CSIDriverSpec" },
	{ "storage.k8s.io/v1 StorageClass",
	  "metadata:ObjectMeta *provisioner:s parameters:{s reclaimPolicy:s mountOptions:[s "
	  "allowVolumeExpansion:b volumeBindingMode:s allowedTopologies:[TopologySelectorTerm" },
	{ "storage.k8s.io/v1 VolumeAttachment", "metadata:ObjectMeta *spec:VolumeAttachmentSpec" },
	{ "v1 ConfigMap", "metadata:ObjectMeta immutable:b data:{s binaryData:{s" },
	{ "v1 Endpoints", "metadata:ObjectMeta subsets:[EndpointSubset" },
	{ "v1 LimitRange", "metadata:ObjectMeta spec:LimitRangeSpec" },
	{ "v1 Namespace", "metadata:ObjectMeta spec:NamespaceSpec" },
	{ "v1 PersistentVolume", "metadata:ObjectMeta spec:PersistentVolumeSpec" },
	{ "v1 PersistentVolumeClaim", "metadata:ObjectMeta spec:PersistentVolumeClaimSpec" },
	{ "v1 Pod", "metadata:ObjectMeta spec:PodSpec" },
	{ "v1 PodTemplate", "metadata:ObjectMeta template:PodTemplateSpec" },
	{ "v1 ReplicationController", "metadata:ObjectMeta spec:ReplicationControllerSpec" },
	{ "v1 ResourceQuota", "metadata:ObjectMeta spec:ResourceQuotaSpec" },
	{ "v1 Secret", "metadata:ObjectMeta immutable:b data:{s stringData:{s type:s" },
	{ "v1 Service", "metadata:ObjectMeta spec:ServiceSpec" },
	{ "v1 ServiceAccount",
	  "metadata:ObjectMeta secrets:[ObjectReference imagePullSecrets:[LocalObjectReference "
	  "automountServiceAccountToken:b" },
};
const size_t flt_core_kinds_n = sizeof flt_core_kinds / sizeof *flt_core_kinds;

const struct flt_core_type flt_core_types[] = {
	{ "AWSElasticBlockStoreVolumeSource", "*volumeID:s fsType:s partition:i readOnly:b" },
	{ "Affinity", "nodeAffinity:NodeAffinity podAffinity:PodAffinity podAntiAffinity:PodAntiAffinity" },
	{ "AggregationRule", "clusterRoleSelectors:[LabelSelector" },
	{ "AppArmorProfile", "*type:s localhostProfile:s" },
	{ "AuditAnnotation", "*key:s *valueExpression:s" },
	{ "AzureDiskVolumeSource", "*diskName:s *diskURI:s cachingMode:s fsType:s readOnly:b kind:s" },
	{ "AzureFilePersistentVolumeSource", "*secretName:s *shareName:s readOnly:b secretNamespace:s" },
	{ "AzureFileVolumeSource", "*secretName:s *shareName:s readOnly:b" },
	{ "CSIDriverSpec",
	  "attachRequired:b podInfoOnMount:b volumeLifecycleModes:[s storageCapacity:b "
	  "fsGroupPolicy:s tokenRequests:[TokenRequest requiresRepublish:b seLinuxMount:b "
	  "nodeAllocatableUpdatePeriodSeconds:i serviceAccountTokenInSecrets:b "
	  "preventPodSchedulingIfMissing:b" },
	{ "CSIPersistentVolumeSource",
	  "*driver:s *volumeHandle:s readOnly:b fsType:s volumeAttributes:{s "
	  "controllerPublishSecretRef:SecretReference nodeStageSecretRef:SecretReference "
	  "nodePublishSecretRef:SecretReference controllerExpandSecretRef:SecretReference "
	  "nodeExpandSecretRef:SecretReference" },
	{ "CSIVolumeSource",
	  "*driver:s readOnly:b fsType:s volumeAttributes:{s "
	  "nodePublishSecretRef:LocalObjectReference" },
	{ "Capabilities", "add:[s drop:[s" },
	{ "CephFSPersistentVolumeSource",
	  "*monitors:[s path:s user:s secretFile:s secretRef:SecretReference readOnly:b" },
	{ "CephFSVolumeSource",
	  "*monitors:[s path:s user:s secretFile:s secretRef:LocalObjectReference readOnly:b" },
	{ "CertificateSigningRequestSpec",
	  "*request:s *signerName:s expirationSeconds:i usages:[s username:s uid:s groups:[s "
	  "extra:{[s" },
	{ "CinderPersistentVolumeSource", "*volumeID:s fsType:s readOnly:b secretRef:SecretReference" },
	{ "CinderVolumeSource", "*volumeID:s fsType:s readOnly:b secretRef:LocalObjectReference" },
	{ "ClientIPConfig", "timeoutSeconds:i" },
	{ "ClusterTrustBundleProjection",
	  "name:s signerName:s labelSelector:LabelSelector optional:b *path:s" },
	{ "ConfigMapEnvSource", "name:s optional:b" },
	{ "ConfigMapKeySelector", "name:s *key:s optional:b" },
	{ "ConfigMapProjection", "name:s items:[KeyToPath optional:b" },
	{ "ConfigMapVolumeSource", "name:s items:[KeyToPath defaultMode:i optional:b" },
	{ "Container",
	  "*name:s image:s command:[s args:[s workingDir:s ports:[ContainerPort "
	  "envFrom:[EnvFromSource env:[EnvVar resources:ResourceRequirements "
	  "resizePolicy:[ContainerResizePolicy restartPolicy:s "
	  "restartPolicyRules:[ContainerRestartRule volumeMounts:[VolumeMount "
	  "volumeDevices:[VolumeDevice livenessProbe:Probe readinessProbe:Probe "
	  "startupProbe:Probe lifecycle:Lifecycle terminationMessagePath:s "
	  "terminationMessagePolicy:s imagePullPolicy:s securityContext:SecurityContext stdin:b "
	  "stdinOnce:b tty:b" },
	{ "ContainerPort", "name:s hostPort:i *containerPort:i protocol:s hostIP:s" },
	{ "ContainerResizePolicy", "*resourceName:s *restartPolicy:s" },
	{ "ContainerResourceMetricSource", "*name:s *target:MetricTarget *container:s" },
	{ "ContainerRestartRule", "action:s exitCodes:ContainerRestartRuleOnExitCodes" },
	{ "ContainerRestartRuleOnExitCodes", "operator:s values:[i" },
	{ "CronJobSpec",
	  "*schedule:s timeZone:s startingDeadlineSeconds:i concurrencyPolicy:s suspend:b "
	  "*jobTemplate:JobTemplateSpec successfulJobsHistoryLimit:i failedJobsHistoryLimit:i" },
	{ "CrossVersionObjectReference", "*kind:s *name:s apiVersion:s" },
	{ "DaemonSetSpec",
	  "*selector:LabelSelector *template:PodTemplateSpec "
	  "updateStrategy:DaemonSetUpdateStrategy minReadySeconds:i revisionHistoryLimit:i" },
	{ "DaemonSetUpdateStrategy", "type:s rollingUpdate:RollingUpdateDaemonSet" },
	{ "DeploymentSpec",
	  "replicas:i *selector:LabelSelector *template:PodTemplateSpec "
	  "strategy:DeploymentStrategy minReadySeconds:i revisionHistoryLimit:i paused:b "
	  "progressDeadlineSeconds:i" },
	{ "DeploymentStrategy", "type:s rollingUpdate:RollingUpdateDeployment" },
	{ "DownwardAPIProjection", "items:[DownwardAPIVolumeFile" },
	{ "DownwardAPIVolumeFile",
	  "*path:s fieldRef:ObjectFieldSelector resourceFieldRef:ResourceFieldSelector mode:i" },
	{ "DownwardAPIVolumeSource", "items:[DownwardAPIVolumeFile defaultMode:i" },
	{ "EmptyDirVolumeSource", "medium:s sizeLimit:q" },
	{ "EndpointAddress", "*ip:s hostname:s nodeName:s targetRef:ObjectReference" },
	{ "EndpointPort", "name:s *port:i protocol:s appProtocol:s" },
	{ "EndpointSubset",
	  "addresses:[EndpointAddress notReadyAddresses:[EndpointAddress ports:[EndpointPort" },
	{ "EnvFromSource", "prefix:s configMapRef:ConfigMapEnvSource secretRef:SecretEnvSource" },
	{ "EnvVar", "*name:s value:s valueFrom:EnvVarSource" },
	{ "EnvVarSource",
	  "fieldRef:ObjectFieldSelector resourceFieldRef:ResourceFieldSelector "
	  "configMapKeyRef:ConfigMapKeySelector secretKeyRef:SecretKeySelector "
	  "fileKeyRef:FileKeySelector" },
	{ "EphemeralContainer",
	  "*name:s image:s command:[s args:[s workingDir:s ports:[ContainerPort "
	  "envFrom:[EnvFromSource env:[EnvVar resources:ResourceRequirements "
	  "resizePolicy:[ContainerResizePolicy restartPolicy:s "
	  "restartPolicyRules:[ContainerRestartRule volumeMounts:[VolumeMount "
	  "volumeDevices:[VolumeDevice livenessProbe:Probe readinessProbe:Probe "
	  "startupProbe:Probe lifecycle:Lifecycle terminationMessagePath:s "
	  "terminationMessagePolicy:s imagePullPolicy:s securityContext:SecurityContext stdin:b "
	  "stdinOnce:b tty:b targetContainerName:s" },
	{ "EphemeralVolumeSource", "volumeClaimTemplate:PersistentVolumeClaimTemplate" },
	{ "ExecAction", "command:[s" },
	{ "ExternalMetricSource", "*metric:MetricIdentifier *target:MetricTarget" },
	{ "FCVolumeSource", "targetWWNs:[s lun:i fsType:s readOnly:b wwids:[s" },
	{ "FileKeySelector", "*volumeName:s *path:s *key:s optional:b" },
	{ "FlexPersistentVolumeSource", "*driver:s fsType:s secretRef:SecretReference readOnly:b options:{s" },
	{ "FlexVolumeSource", "*driver:s fsType:s secretRef:LocalObjectReference readOnly:b options:{s" },
	{ "FlockerVolumeSource", "datasetName:s datasetUUID:s" },
	{ "ForNode", "*name:s" },
	{ "ForZone", "*name:s" },
	{ "GCEPersistentDiskVolumeSource", "*pdName:s fsType:s partition:i readOnly:b" },
	{ "GRPCAction", "*port:i service:s" },
	{ "GitRepoVolumeSource", "*repository:s revision:s directory:s" },
	{ "GlusterfsPersistentVolumeSource", "*endpoints:s *path:s readOnly:b endpointsNamespace:s" },
	{ "GlusterfsVolumeSource", "*endpoints:s *path:s readOnly:b" },
	{ "HPAScalingPolicy", "*type:s *value:i *periodSeconds:i" },
	{ "HPAScalingRules",
	  "stabilizationWindowSeconds:i selectPolicy:s policies:[HPAScalingPolicy tolerance:q" },
	{ "HTTPGetAction", "path:s *port:x host:s scheme:s httpHeaders:[HTTPHeader" },
	{ "HTTPHeader", "*name:s value:s" },
	{ "HTTPIngressPath", "path:s *pathType:s *backend:IngressBackend" },
	{ "HTTPIngressRuleValue", "*paths:[HTTPIngressPath" },
	{ "HorizontalPodAutoscalerBehavior", "scaleUp:HPAScalingRules scaleDown:HPAScalingRules" },
	{ "HorizontalPodAutoscalerSpec",
	  "*scaleTargetRef:CrossVersionObjectReference minReplicas:i *maxReplicas:i "
	  "metrics:[MetricSpec behavior:HorizontalPodAutoscalerBehavior" },
	{ "HorizontalPodAutoscalerSpecV1",
	  "*scaleTargetRef:CrossVersionObjectReference minReplicas:i *maxReplicas:i "
	  "targetCPUUtilizationPercentage:i" },
	{ "HostAlias", "*ip:s hostnames:[s" },
	{ "HostPathVolumeSource", "*path:s type:s" },
	{ "IPBlock", "*cidr:s except:[s" },
	{ "ISCSIPersistentVolumeSource",
	  "*targetPortal:s *iqn:s lun:i iscsiInterface:s fsType:s readOnly:b portals:[s "
	  "chapAuthDiscovery:b chapAuthSession:b secretRef:SecretReference initiatorName:s" },
	{ "ISCSIVolumeSource",
	  "*targetPortal:s *iqn:s lun:i iscsiInterface:s fsType:s readOnly:b portals:[s "
	  "chapAuthDiscovery:b chapAuthSession:b secretRef:LocalObjectReference initiatorName:s" },
	{ "ImageVolumeSource", "reference:s pullPolicy:s" },
	{ "IngressBackend", "service:IngressServiceBackend resource:TypedLocalObjectReference" },
	{ "IngressClassParametersReference", "apiGroup:s *kind:s *name:s scope:s namespace:s" },
	{ "IngressClassSpec", "controller:s parameters:IngressClassParametersReference" },
	{ "IngressRule", "host:s http:HTTPIngressRuleValue" },
	{ "IngressServiceBackend", "*name:s port:ServiceBackendPort" },
	{ "IngressSpec",
	  "ingressClassName:s defaultBackend:IngressBackend tls:[IngressTLS rules:[IngressRule" },
	{ "IngressTLS", "hosts:[s secretName:s" },
	{ "JobSpec",
	  "parallelism:i completions:i activeDeadlineSeconds:i "
	  "podFailurePolicy:PodFailurePolicy successPolicy:SuccessPolicy backoffLimit:i "
	  "backoffLimitPerIndex:i maxFailedIndexes:i selector:LabelSelector manualSelector:b "
	  "*template:PodTemplateSpec ttlSecondsAfterFinished:i completionMode:s suspend:b "
	  "podReplacementPolicy:s managedBy:s" },
	{ "JobTemplateSpec", "metadata:ObjectMeta spec:JobSpec" },
	{ "KeyToPath", "*key:s *path:s mode:i" },
	{ "LabelSelector", "matchLabels:{s matchExpressions:[LabelSelectorRequirement" },
	{ "LabelSelectorRequirement", "*key:s *operator:s values:[s" },
	{ "LeaseSpec",
	  "holderIdentity:s leaseDurationSeconds:i acquireTime:s renewTime:s leaseTransitions:i "
	  "strategy:s preferredHolder:s" },
	{ "Lifecycle", "postStart:LifecycleHandler preStop:LifecycleHandler stopSignal:s" },
	{ "LifecycleHandler",
	  "exec:ExecAction httpGet:HTTPGetAction tcpSocket:TCPSocketAction sleep:SleepAction" },
	{ "LimitRangeItem", "*type:s max:{q min:{q default:{q defaultRequest:{q maxLimitRequestRatio:{q" },
	{ "LimitRangeSpec", "limits:[LimitRangeItem" },
	{ "LocalObjectReference", "name:s" },
	{ "LocalVolumeSource", "*path:s fsType:s" },
	{ "ManagedFieldsEntry",
	  "manager:s operation:s apiVersion:s time:s fieldsType:s fieldsV1:o subresource:s" },
	{ "MatchCondition", "*name:s *expression:s" },
	{ "MatchResources",
	  "namespaceSelector:LabelSelector objectSelector:LabelSelector "
	  "resourceRules:[NamedRuleWithOperations excludeResourceRules:[NamedRuleWithOperations "
	  "matchPolicy:s" },
	{ "MetricIdentifier", "*name:s selector:LabelSelector" },
	{ "MetricSpec",
	  "*type:s object:ObjectMetricSource pods:PodsMetricSource "
	  "resource:ResourceMetricSource containerResource:ContainerResourceMetricSource "
	  "external:ExternalMetricSource" },
	{ "MetricTarget", "*type:s value:q averageValue:q averageUtilization:i" },
	{ "ModifyVolumeStatus", "targetVolumeAttributesClassName:s status:s" },
	{ "MutatingWebhook",
	  "*name:s *clientConfig:WebhookClientConfig rules:[RuleWithOperations failurePolicy:s "
	  "matchPolicy:s namespaceSelector:LabelSelector objectSelector:LabelSelector "
	  "*sideEffects:s timeoutSeconds:i *admissionReviewVersions:[s reinvocationPolicy:s "
	  "matchConditions:[MatchCondition" },
	{ "NFSVolumeSource", "*server:s *path:s readOnly:b" },
	{ "NamedRuleWithOperations",
	  "resourceNames:[s operations:[s apiGroups:[s apiVersions:[s resources:[s scope:s" },
	{ "NamespaceSpec", "finalizers:[s" },
	{ "NetworkPolicyEgressRule", "ports:[NetworkPolicyPort to:[NetworkPolicyPeer" },
	{ "NetworkPolicyIngressRule", "ports:[NetworkPolicyPort from:[NetworkPolicyPeer" },
	{ "NetworkPolicyPeer", "podSelector:LabelSelector namespaceSelector:LabelSelector ipBlock:IPBlock" },
	{ "NetworkPolicyPort", "protocol:s port:x endPort:i" },
	{ "NetworkPolicySpec",
	  "podSelector:LabelSelector ingress:[NetworkPolicyIngressRule "
	  "egress:[NetworkPolicyEgressRule policyTypes:[s" },
	{ "NodeAffinity",
	  "requiredDuringSchedulingIgnoredDuringExecution:NodeSelector "
	  "preferredDuringSchedulingIgnoredDuringExecution:[PreferredSchedulingTerm" },
	{ "NodeSelector", "*nodeSelectorTerms:[NodeSelectorTerm" },
	{ "NodeSelectorRequirement", "*key:s *operator:s values:[s" },
	{ "NodeSelectorTerm",
	  "matchExpressions:[NodeSelectorRequirement matchFields:[NodeSelectorRequirement" },
	{ "ObjectFieldSelector", "apiVersion:s *fieldPath:s" },
	{ "ObjectMeta",
	  "name:s generateName:s namespace:s selfLink:s uid:s resourceVersion:s generation:i "
	  "creationTimestamp:s deletionTimestamp:s deletionGracePeriodSeconds:i labels:{s "
	  "annotations:{s ownerReferences:[OwnerReference finalizers:[s "
	  "managedFields:[ManagedFieldsEntry" },
	{ "ObjectMetricSource",
	  "*describedObject:CrossVersionObjectReference *target:MetricTarget "
	  "*metric:MetricIdentifier" },
	{ "ObjectReference", "kind:s namespace:s name:s uid:s apiVersion:s resourceVersion:s fieldPath:s" },
	{ "Overhead", "podFixed:{q" },
	{ "OwnerReference", "*apiVersion:s *kind:s *name:s *uid:s controller:b blockOwnerDeletion:b" },
	{ "ParamKind", "apiVersion:s kind:s" },
	{ "ParamRef", "name:s namespace:s selector:LabelSelector parameterNotFoundAction:s" },
	{ "PersistentVolumeClaim",
	  "metadata:ObjectMeta spec:PersistentVolumeClaimSpec "
	  "status:PersistentVolumeClaimStatus" },
	{ "PersistentVolumeClaimCondition",
	  "type:s status:s lastProbeTime:s lastTransitionTime:s reason:s message:s" },
	{ "PersistentVolumeClaimSpec",
	  "accessModes:[s selector:LabelSelector resources:VolumeResourceRequirements "
	  "volumeName:s storageClassName:s volumeMode:s dataSource:TypedLocalObjectReference "
	  "dataSourceRef:TypedObjectReference volumeAttributesClassName:s" },
	{ "PersistentVolumeClaimStatus",
	  "phase:s accessModes:[s capacity:{q conditions:[PersistentVolumeClaimCondition "
	  "allocatedResources:{q allocatedResourceStatuses:{s "
	  "currentVolumeAttributesClassName:s modifyVolumeStatus:ModifyVolumeStatus" },
	{ "PersistentVolumeClaimTemplate", "metadata:ObjectMeta *spec:PersistentVolumeClaimSpec" },
	{ "PersistentVolumeClaimVolumeSource", "*claimName:s readOnly:b" },
	{ "PersistentVolumeSpec",
	  "capacity:{q gcePersistentDisk:GCEPersistentDiskVolumeSource "
	  "awsElasticBlockStore:AWSElasticBlockStoreVolumeSource hostPath:HostPathVolumeSource "
	  "glusterfs:GlusterfsPersistentVolumeSource nfs:NFSVolumeSource "
	  "rbd:RBDPersistentVolumeSource iscsi:ISCSIPersistentVolumeSource "
	  "cinder:CinderPersistentVolumeSource cephfs:CephFSPersistentVolumeSource "
	  "fc:FCVolumeSource flocker:FlockerVolumeSource flexVolume:FlexPersistentVolumeSource "
	  "azureFile:AzureFilePersistentVolumeSource "
	  "vsphereVolume:VsphereVirtualDiskVolumeSource quobyte:QuobyteVolumeSource "
	  "azureDisk:AzureDiskVolumeSource "
	  "photonPersistentDisk:PhotonPersistentDiskVolumeSource "
	  "portworxVolume:PortworxVolumeSource scaleIO:ScaleIOPersistentVolumeSource "
	  "local:LocalVolumeSource storageos:StorageOSPersistentVolumeSource "
	  "csi:CSIPersistentVolumeSource accessModes:[s claimRef:ObjectReference "
	  "persistentVolumeReclaimPolicy:s storageClassName:s mountOptions:[s volumeMode:s "
	  "nodeAffinity:VolumeNodeAffinity volumeAttributesClassName:s" },
	{ "PhotonPersistentDiskVolumeSource", "*pdID:s fsType:s" },
	{ "PodAffinity",
	  "requiredDuringSchedulingIgnoredDuringExecution:[PodAffinityTerm "
	  "preferredDuringSchedulingIgnoredDuringExecution:[WeightedPodAffinityTerm" },
	{ "PodAffinityTerm",
	  "labelSelector:LabelSelector namespaces:[s *topologyKey:s "
	  "namespaceSelector:LabelSelector matchLabelKeys:[s mismatchLabelKeys:[s" },
	{ "PodAntiAffinity",
	  "requiredDuringSchedulingIgnoredDuringExecution:[PodAffinityTerm "
	  "preferredDuringSchedulingIgnoredDuringExecution:[WeightedPodAffinityTerm" },
	{ "PodCertificateProjection",
	  "signerName:s keyType:s maxExpirationSeconds:i credentialBundlePath:s keyPath:s "
	  "certificateChainPath:s userAnnotations:{s" },
	{ "PodDNSConfig", "nameservers:[s searches:[s options:[PodDNSConfigOption" },
	{ "PodDNSConfigOption", "name:s value:s" },
	{ "PodDisruptionBudgetSpec",
	  "minAvailable:x selector:LabelSelector maxUnavailable:x unhealthyPodEvictionPolicy:s" },
	{ "PodFailurePolicy", "*rules:[PodFailurePolicyRule" },
	{ "PodFailurePolicyOnExitCodesRequirement", "containerName:s *operator:s *values:[i" },
	{ "PodFailurePolicyOnPodConditionsPattern", "type:s status:s" },
	{ "PodFailurePolicyRule",
	  "*action:s onExitCodes:PodFailurePolicyOnExitCodesRequirement "
	  "onPodConditions:[PodFailurePolicyOnPodConditionsPattern" },
	{ "PodOS", "*name:s" },
	{ "PodReadinessGate", "*conditionType:s" },
	{ "PodResourceClaim", "*name:s resourceClaimName:s resourceClaimTemplateName:s" },
	{ "PodSchedulingGate", "*name:s" },
	{ "PodSchedulingGroup", "podGroupName:s" },
	{ "PodSecurityContext",
	  "seLinuxOptions:SELinuxOptions windowsOptions:WindowsSecurityContextOptions "
	  "runAsUser:i runAsGroup:i runAsNonRoot:b supplementalGroups:[i "
	  "supplementalGroupsPolicy:s fsGroup:i sysctls:[Sysctl fsGroupChangePolicy:s "
	  "seccompProfile:SeccompProfile appArmorProfile:AppArmorProfile seLinuxChangePolicy:s" },
	{ "PodSpec",
	  "volumes:[Volume initContainers:[Container *containers:[Container "
	  "ephemeralContainers:[EphemeralContainer restartPolicy:s "
	  "terminationGracePeriodSeconds:i activeDeadlineSeconds:i dnsPolicy:s nodeSelector:{s "
	  "serviceAccountName:s serviceAccount:s automountServiceAccountToken:b nodeName:s "
	  "hostNetwork:b hostPID:b hostIPC:b shareProcessNamespace:b "
	  "securityContext:PodSecurityContext imagePullSecrets:[LocalObjectReference hostname:s "
	  "subdomain:s affinity:Affinity schedulerName:s tolerations:[Toleration "
	  "hostAliases:[HostAlias priorityClassName:s priority:i dnsConfig:PodDNSConfig "
	  "readinessGates:[PodReadinessGate runtimeClassName:s enableServiceLinks:b "
	  "preemptionPolicy:s overhead:{q topologySpreadConstraints:[TopologySpreadConstraint "
	  "setHostnameAsFQDN:b os:PodOS hostUsers:b schedulingGates:[PodSchedulingGate "
	  "resourceClaims:[PodResourceClaim resources:ResourceRequirements hostnameOverride:s "
	  "schedulingGroup:PodSchedulingGroup" },
	{ "PodTemplateSpec", "metadata:ObjectMeta spec:PodSpec" },
	{ "PodsMetricSource", "*metric:MetricIdentifier *target:MetricTarget" },
	{ "PolicyRule", "*verbs:[s apiGroups:[s resources:[s resourceNames:[s nonResourceURLs:[s" },
	{ "PortworxVolumeSource", "*volumeID:s fsType:s readOnly:b" },
	{ "PreferredSchedulingTerm", "*weight:i *preference:NodeSelectorTerm" },
	{ "Probe",
	  "exec:ExecAction httpGet:HTTPGetAction tcpSocket:TCPSocketAction grpc:GRPCAction "
	  "initialDelaySeconds:i timeoutSeconds:i periodSeconds:i successThreshold:i "
	  "failureThreshold:i terminationGracePeriodSeconds:i" },
	{ "ProjectedVolumeSource", "sources:[VolumeProjection defaultMode:i" },
	{ "QuobyteVolumeSource", "*registry:s *volume:s readOnly:b user:s group:s tenant:s" },
	{ "RBDPersistentVolumeSource",
	  "*monitors:[s *image:s fsType:s pool:s user:s keyring:s secretRef:SecretReference "
	  "readOnly:b" },
	{ "RBDVolumeSource",
	  "*monitors:[s *image:s fsType:s pool:s user:s keyring:s "
	  "secretRef:LocalObjectReference readOnly:b" },
	{ "ReplicaSetSpec", "replicas:i minReadySeconds:i *selector:LabelSelector template:PodTemplateSpec" },
	{ "ReplicationControllerSpec", "replicas:i minReadySeconds:i selector:{s template:PodTemplateSpec" },
	{ "ResourceClaim", "*name:s request:s" },
	{ "ResourceFieldSelector", "containerName:s *resource:s divisor:q" },
	{ "ResourceMetricSource", "*name:s *target:MetricTarget" },
	{ "ResourceQuotaSpec", "hard:{q scopes:[s scopeSelector:ScopeSelector" },
	{ "ResourceRequirements", "limits:{q requests:{q claims:[ResourceClaim" },
	{ "RoleRef", "apiGroup:s *kind:s *name:s" },
	{ "RollingUpdateDaemonSet", "maxUnavailable:x maxSurge:x" },
	{ "RollingUpdateDeployment", "maxUnavailable:x maxSurge:x" },
	{ "RollingUpdateStatefulSetStrategy", "partition:i maxUnavailable:x" },
	{ "RuleWithOperations", "operations:[s apiGroups:[s apiVersions:[s resources:[s scope:s" },
	{ "SELinuxOptions", "user:s role:s type:s level:s" },
	{ "ScaleIOPersistentVolumeSource",
	  "*gateway:s *system:s *secretRef:SecretReference sslEnabled:b protectionDomain:s "
	  "storagePool:s storageMode:s volumeName:s fsType:s readOnly:b" },
	{ "ScaleIOVolumeSource",
	  "*gateway:s *system:s *secretRef:LocalObjectReference sslEnabled:b protectionDomain:s "
	  "storagePool:s storageMode:s volumeName:s fsType:s readOnly:b" },
	{ "Scheduling", "nodeSelector:{s tolerations:[Toleration" },
	{ "ScopeSelector", "matchExpressions:[ScopedResourceSelectorRequirement" },
	{ "ScopedResourceSelectorRequirement", "*scopeName:s *operator:s values:[s" },
	{ "SeccompProfile", "*type:s localhostProfile:s" },
	{ "SecretEnvSource", "name:s optional:b" },
	{ "SecretKeySelector", "name:s *key:s optional:b" },
	{ "SecretProjection", "name:s items:[KeyToPath optional:b" },
	{ "SecretReference", "name:s namespace:s" },
	{ "SecretVolumeSource", "secretName:s items:[KeyToPath defaultMode:i optional:b" },
	{ "SecurityContext",
	  "capabilities:Capabilities privileged:b seLinuxOptions:SELinuxOptions "
	  "windowsOptions:WindowsSecurityContextOptions runAsUser:i runAsGroup:i runAsNonRoot:b "
	  "readOnlyRootFilesystem:b allowPrivilegeEscalation:b procMount:s "
	  "seccompProfile:SeccompProfile appArmorProfile:AppArmorProfile" },
	{ "ServiceAccountTokenProjection", "audience:s expirationSeconds:i *path:s" },
	{ "ServiceBackendPort", "name:s number:i" },
	{ "ServicePort", "name:s protocol:s appProtocol:s *port:i targetPort:x nodePort:i" },
	{ "ServiceReference", "*namespace:s *name:s path:s port:i" },
	{ "ServiceSpec",
	  "ports:[ServicePort selector:{s clusterIP:s clusterIPs:[s type:s externalIPs:[s "
	  "sessionAffinity:s loadBalancerIP:s loadBalancerSourceRanges:[s externalName:s "
	  "externalTrafficPolicy:s healthCheckNodePort:i publishNotReadyAddresses:b "
	  "sessionAffinityConfig:SessionAffinityConfig ipFamilies:[s ipFamilyPolicy:s "
	  "allocateLoadBalancerNodePorts:b loadBalancerClass:s internalTrafficPolicy:s "
	  "trafficDistribution:s" },
	{ "SessionAffinityConfig", "clientIP:ClientIPConfig" },
	{ "SleepAction", "seconds:i" },
	{ "SliceEndpoint",
	  "*addresses:[s conditions:SliceEndpointConditions hostname:s "
	  "targetRef:ObjectReference deprecatedTopology:{s nodeName:s zone:s "
	  "hints:SliceEndpointHints" },
	{ "SliceEndpointConditions", "ready:b serving:b terminating:b" },
	{ "SliceEndpointHints", "forZones:[ForZone forNodes:[ForNode" },
	{ "SliceEndpointPort", "name:s protocol:s port:i appProtocol:s" },
	{ "StatefulSetOrdinals", "start:i" },
	{ "StatefulSetPersistentVolumeClaimRetentionPolicy", "whenDeleted:s whenScaled:s" },
	{ "StatefulSetSpec",
	  "replicas:i *selector:LabelSelector *template:PodTemplateSpec "
	  "volumeClaimTemplates:[PersistentVolumeClaim serviceName:s podManagementPolicy:s "
	  "updateStrategy:StatefulSetUpdateStrategy revisionHistoryLimit:i minReadySeconds:i "
	  "persistentVolumeClaimRetentionPolicy:StatefulSetPersistentVolumeClaimRetentionPolicy "
	  "ordinals:StatefulSetOrdinals" },
	{ "StatefulSetUpdateStrategy", "type:s rollingUpdate:RollingUpdateStatefulSetStrategy" },
	{ "StorageOSPersistentVolumeSource",
	  "volumeName:s volumeNamespace:s fsType:s readOnly:b secretRef:ObjectReference" },
	{ "StorageOSVolumeSource",
	  "volumeName:s volumeNamespace:s fsType:s readOnly:b secretRef:LocalObjectReference" },
	{ "Subject", "*kind:s apiGroup:s *name:s namespace:s" },
	{ "SuccessPolicy", "*rules:[SuccessPolicyRule" },
	{ "SuccessPolicyRule", "succeededIndexes:s succeededCount:i" },
	{ "Sysctl", "*name:s value:s" },
	{ "TCPSocketAction", "*port:x host:s" },
	{ "TokenRequest", "*audience:s expirationSeconds:i" },
	{ "Toleration", "key:s operator:s value:s effect:s tolerationSeconds:i" },
	{ "TopologySelectorLabelRequirement", "*key:s *values:[s" },
	{ "TopologySelectorTerm", "matchLabelExpressions:[TopologySelectorLabelRequirement" },
	{ "TopologySpreadConstraint",
	  "*maxSkew:i *topologyKey:s *whenUnsatisfiable:s labelSelector:LabelSelector "
	  "minDomains:i nodeAffinityPolicy:s nodeTaintsPolicy:s matchLabelKeys:[s" },
	{ "TypedLocalObjectReference", "apiGroup:s *kind:s *name:s" },
	{ "TypedObjectReference", "apiGroup:s *kind:s *name:s namespace:s" },
	{ "ValidatingAdmissionPolicyBindingSpec",
	  "policyName:s paramRef:ParamRef matchResources:MatchResources validationActions:[s" },
	{ "ValidatingAdmissionPolicySpec",
	  "paramKind:ParamKind matchConstraints:MatchResources validations:[Validation "
	  "failurePolicy:s auditAnnotations:[AuditAnnotation matchConditions:[MatchCondition "
	  "variables:[Variable" },
	{ "ValidatingWebhook",
	  "*name:s *clientConfig:WebhookClientConfig rules:[RuleWithOperations failurePolicy:s "
	  "matchPolicy:s namespaceSelector:LabelSelector objectSelector:LabelSelector "
	  "*sideEffects:s timeoutSeconds:i *admissionReviewVersions:[s "
	  "matchConditions:[MatchCondition" },
	{ "Validation", "*expression:s message:s reason:s messageExpression:s" },
	{ "Variable", "*name:s *expression:s" },
	{ "Volume",
	  "*name:s hostPath:HostPathVolumeSource emptyDir:EmptyDirVolumeSource "
	  "gcePersistentDisk:GCEPersistentDiskVolumeSource "
	  "awsElasticBlockStore:AWSElasticBlockStoreVolumeSource gitRepo:GitRepoVolumeSource "
	  "secret:SecretVolumeSource nfs:NFSVolumeSource iscsi:ISCSIVolumeSource "
	  "glusterfs:GlusterfsVolumeSource "
	  "persistentVolumeClaim:PersistentVolumeClaimVolumeSource rbd:RBDVolumeSource "
	  "flexVolume:FlexVolumeSource cinder:CinderVolumeSource cephfs:CephFSVolumeSource "
	  "flocker:FlockerVolumeSource downwardAPI:DownwardAPIVolumeSource fc:FCVolumeSource "
	  "azureFile:AzureFileVolumeSource configMap:ConfigMapVolumeSource "
	  "vsphereVolume:VsphereVirtualDiskVolumeSource quobyte:QuobyteVolumeSource "
	  "azureDisk:AzureDiskVolumeSource "
	  "photonPersistentDisk:PhotonPersistentDiskVolumeSource "
	  "projected:ProjectedVolumeSource portworxVolume:PortworxVolumeSource "
	  "scaleIO:ScaleIOVolumeSource storageos:StorageOSVolumeSource csi:CSIVolumeSource "
	  "ephemeral:EphemeralVolumeSource image:ImageVolumeSource" },
	{ "VolumeAttachmentSource", "persistentVolumeName:s inlineVolumeSpec:PersistentVolumeSpec" },
	{ "VolumeAttachmentSpec", "*attacher:s *source:VolumeAttachmentSource *nodeName:s" },
	{ "VolumeDevice", "*name:s *devicePath:s" },
	{ "VolumeMount",
	  "*name:s readOnly:b recursiveReadOnly:s *mountPath:s subPath:s mountPropagation:s "
	  "subPathExpr:s" },
	{ "VolumeNodeAffinity", "required:NodeSelector" },
	{ "VolumeProjection",
	  "secret:SecretProjection downwardAPI:DownwardAPIProjection "
	  "configMap:ConfigMapProjection serviceAccountToken:ServiceAccountTokenProjection "
	  "clusterTrustBundle:ClusterTrustBundleProjection "
	  "podCertificate:PodCertificateProjection" },
	{ "VolumeResourceRequirements", "limits:{q requests:{q" },
	{ "VsphereVirtualDiskVolumeSource", "*volumePath:s fsType:s storagePolicyName:s storagePolicyID:s" },
	{ "WebhookClientConfig", "url:s service:ServiceReference caBundle:s" },
	{ "WeightedPodAffinityTerm", "*weight:i *podAffinityTerm:PodAffinityTerm" },
	{ "WindowsSecurityContextOptions",
	  "gmsaCredentialSpecName:s gmsaCredentialSpec:s runAsUserName:s hostProcess:b" },
};
const size_t flt_core_types_n = sizeof flt_core_types / sizeof *flt_core_types;
