/* filters/schema_types.c: fields of Kubernetes' own kinds: facts of k8s.io/api 0.36. A field without which the API server accepts no object
 * has a star; what it fills in or lets be empty has none. */
#include "filters/schema_check.h"

/* Sorted by name: kv_str_row searches them. */
#define ROW(name, fields) name "\t" fields "\n"

static const char kinds[] =
	ROW("admissionregistration.k8s.io/v1 MutatingWebhookConfiguration",
	    "metadata:ObjectMeta webhooks:[MutatingWebhook")
	ROW("admissionregistration.k8s.io/v1 ValidatingAdmissionPolicy",
	    "metadata:ObjectMeta spec:ValidatingAdmissionPolicySpec")
	ROW("admissionregistration.k8s.io/v1 ValidatingAdmissionPolicyBinding",
	    "metadata:ObjectMeta spec:ValidatingAdmissionPolicyBindingSpec")
	ROW("admissionregistration.k8s.io/v1 ValidatingWebhookConfiguration",
	    "metadata:ObjectMeta webhooks:[ValidatingWebhook")
	ROW("apps/v1 DaemonSet", "metadata:ObjectMeta spec:DaemonSetSpec")
	ROW("apps/v1 Deployment", "metadata:ObjectMeta spec:DeploymentSpec")
	ROW("apps/v1 ReplicaSet", "metadata:ObjectMeta spec:ReplicaSetSpec")
	ROW("apps/v1 StatefulSet", "metadata:ObjectMeta spec:StatefulSetSpec")
	ROW("autoscaling/v1 HorizontalPodAutoscaler", "metadata:ObjectMeta spec:HorizontalPodAutoscalerSpecV1")
	ROW("autoscaling/v2 HorizontalPodAutoscaler", "metadata:ObjectMeta spec:HorizontalPodAutoscalerSpec")
	ROW("batch/v1 CronJob", "metadata:ObjectMeta spec:CronJobSpec")
	ROW("batch/v1 Job", "metadata:ObjectMeta spec:JobSpec")
	ROW("certificates.k8s.io/v1 CertificateSigningRequest",
	    "metadata:ObjectMeta *spec:CertificateSigningRequestSpec")
	ROW("coordination.k8s.io/v1 Lease", "metadata:ObjectMeta spec:LeaseSpec")
	ROW("discovery.k8s.io/v1 EndpointSlice",
	    "metadata:ObjectMeta *addressType:s endpoints:[SliceEndpoint ports:[SliceEndpointPort")
	ROW("networking.k8s.io/v1 Ingress", "metadata:ObjectMeta spec:IngressSpec")
	ROW("networking.k8s.io/v1 IngressClass", "metadata:ObjectMeta spec:IngressClassSpec")
	ROW("networking.k8s.io/v1 NetworkPolicy", "metadata:ObjectMeta spec:NetworkPolicySpec")
	ROW("node.k8s.io/v1 RuntimeClass",
	    "metadata:ObjectMeta *handler:s overhead:Overhead scheduling:Scheduling")
	ROW("policy/v1 PodDisruptionBudget", "metadata:ObjectMeta spec:PodDisruptionBudgetSpec")
	ROW("rbac.authorization.k8s.io/v1 ClusterRole",
	    "metadata:ObjectMeta rules:[PolicyRule aggregationRule:AggregationRule")
	ROW("rbac.authorization.k8s.io/v1 ClusterRoleBinding",
	    "metadata:ObjectMeta subjects:[Subject *roleRef:RoleRef")
	ROW("rbac.authorization.k8s.io/v1 Role", "metadata:ObjectMeta rules:[PolicyRule")
	ROW("rbac.authorization.k8s.io/v1 RoleBinding",
	    "metadata:ObjectMeta subjects:[Subject *roleRef:RoleRef")
	ROW("scheduling.k8s.io/v1 PriorityClass",
	    "metadata:ObjectMeta value:i globalDefault:b description:s preemptionPolicy:s")
	ROW("storage.k8s.io/v1 CSIDriver", "metadata:ObjectMeta spec:CSIDriverSpec")
	ROW("storage.k8s.io/v1 StorageClass",
	    "metadata:ObjectMeta *provisioner:s parameters:{s reclaimPolicy:s mountOptions:[s "
	    "allowVolumeExpansion:b volumeBindingMode:s allowedTopologies:[TopologySelectorTerm")
	ROW("storage.k8s.io/v1 VolumeAttachment", "metadata:ObjectMeta *spec:VolumeAttachmentSpec")
	ROW("v1 ConfigMap", "metadata:ObjectMeta immutable:b data:{s binaryData:{s")
	ROW("v1 Endpoints", "metadata:ObjectMeta subsets:[EndpointSubset")
	ROW("v1 LimitRange", "metadata:ObjectMeta spec:LimitRangeSpec")
	ROW("v1 Namespace", "metadata:ObjectMeta spec:NamespaceSpec")
	ROW("v1 PersistentVolume", "metadata:ObjectMeta spec:PersistentVolumeSpec")
	ROW("v1 PersistentVolumeClaim", "metadata:ObjectMeta spec:PersistentVolumeClaimSpec")
	ROW("v1 Pod", "metadata:ObjectMeta spec:PodSpec")
	ROW("v1 PodTemplate", "metadata:ObjectMeta template:PodTemplateSpec")
	ROW("v1 ReplicationController", "metadata:ObjectMeta spec:ReplicationControllerSpec")
	ROW("v1 ResourceQuota", "metadata:ObjectMeta spec:ResourceQuotaSpec")
	ROW("v1 Secret", "metadata:ObjectMeta immutable:b data:{s stringData:{s type:s")
	ROW("v1 Service", "metadata:ObjectMeta spec:ServiceSpec")
	ROW("v1 ServiceAccount",
	    "metadata:ObjectMeta secrets:[ObjectReference imagePullSecrets:[LocalObjectReference "
	    "automountServiceAccountToken:b");

static const char types[] =
	ROW("AWSElasticBlockStoreVolumeSource", "*volumeID:s fsType:s partition:i readOnly:b")
	ROW("Affinity", "nodeAffinity:NodeAffinity podAffinity:PodAffinity podAntiAffinity:PodAntiAffinity")
	ROW("AggregationRule", "clusterRoleSelectors:[LabelSelector")
	ROW("AppArmorProfile", "*type:s localhostProfile:s")
	ROW("AuditAnnotation", "*key:s *valueExpression:s")
	ROW("AzureDiskVolumeSource", "*diskName:s *diskURI:s cachingMode:s fsType:s readOnly:b kind:s")
	ROW("AzureFilePersistentVolumeSource", "*secretName:s *shareName:s readOnly:b secretNamespace:s")
	ROW("AzureFileVolumeSource", "*secretName:s *shareName:s readOnly:b")
	ROW("CSIDriverSpec",
	    "attachRequired:b podInfoOnMount:b volumeLifecycleModes:[s storageCapacity:b "
	    "fsGroupPolicy:s tokenRequests:[TokenRequest requiresRepublish:b seLinuxMount:b "
	    "nodeAllocatableUpdatePeriodSeconds:i serviceAccountTokenInSecrets:b "
	    "preventPodSchedulingIfMissing:b")
	ROW("CSIPersistentVolumeSource",
	    "*driver:s *volumeHandle:s readOnly:b fsType:s volumeAttributes:{s "
	    "controllerPublishSecretRef:SecretReference nodeStageSecretRef:SecretReference "
	    "nodePublishSecretRef:SecretReference controllerExpandSecretRef:SecretReference "
	    "nodeExpandSecretRef:SecretReference")
	ROW("CSIVolumeSource",
	    "*driver:s readOnly:b fsType:s volumeAttributes:{s "
	    "nodePublishSecretRef:LocalObjectReference")
	ROW("Capabilities", "add:[s drop:[s")
	ROW("CephFSPersistentVolumeSource",
	    "*monitors:[s path:s user:s secretFile:s secretRef:SecretReference readOnly:b")
	ROW("CephFSVolumeSource",
	    "*monitors:[s path:s user:s secretFile:s secretRef:LocalObjectReference readOnly:b")
	ROW("CertificateSigningRequestSpec",
	    "*request:s *signerName:s expirationSeconds:i usages:[s username:s uid:s groups:[s "
	    "extra:{[s")
	ROW("CinderPersistentVolumeSource", "*volumeID:s fsType:s readOnly:b secretRef:SecretReference")
	ROW("CinderVolumeSource", "*volumeID:s fsType:s readOnly:b secretRef:LocalObjectReference")
	ROW("ClientIPConfig", "timeoutSeconds:i")
	ROW("ClusterTrustBundleProjection",
	    "name:s signerName:s labelSelector:LabelSelector optional:b *path:s")
	ROW("ConfigMapEnvSource", "name:s optional:b")
	ROW("ConfigMapKeySelector", "name:s *key:s optional:b")
	ROW("ConfigMapProjection", "name:s items:[KeyToPath optional:b")
	ROW("ConfigMapVolumeSource", "name:s items:[KeyToPath defaultMode:i optional:b")
	ROW("Container",
	    "*name:s image:s command:[s args:[s workingDir:s ports:[ContainerPort "
	    "envFrom:[EnvFromSource env:[EnvVar resources:ResourceRequirements "
	    "resizePolicy:[ContainerResizePolicy restartPolicy:s "
	    "restartPolicyRules:[ContainerRestartRule volumeMounts:[VolumeMount "
	    "volumeDevices:[VolumeDevice livenessProbe:Probe readinessProbe:Probe "
	    "startupProbe:Probe lifecycle:Lifecycle terminationMessagePath:s "
	    "terminationMessagePolicy:s imagePullPolicy:s securityContext:SecurityContext stdin:b "
	    "stdinOnce:b tty:b")
	ROW("ContainerPort", "name:s hostPort:i *containerPort:i protocol:s hostIP:s")
	ROW("ContainerResizePolicy", "*resourceName:s *restartPolicy:s")
	ROW("ContainerResourceMetricSource", "*name:s *target:MetricTarget *container:s")
	ROW("ContainerRestartRule", "action:s exitCodes:ContainerRestartRuleOnExitCodes")
	ROW("ContainerRestartRuleOnExitCodes", "operator:s values:[i")
	ROW("CronJobSpec",
	    "*schedule:s timeZone:s startingDeadlineSeconds:i concurrencyPolicy:s suspend:b "
	    "*jobTemplate:JobTemplateSpec successfulJobsHistoryLimit:i failedJobsHistoryLimit:i")
	ROW("CrossVersionObjectReference", "*kind:s *name:s apiVersion:s")
	ROW("DaemonSetSpec",
	    "*selector:LabelSelector *template:PodTemplateSpec "
	    "updateStrategy:DaemonSetUpdateStrategy minReadySeconds:i revisionHistoryLimit:i")
	ROW("DaemonSetUpdateStrategy", "type:s rollingUpdate:RollingUpdateDaemonSet")
	ROW("DeploymentSpec",
	    "replicas:i *selector:LabelSelector *template:PodTemplateSpec "
	    "strategy:DeploymentStrategy minReadySeconds:i revisionHistoryLimit:i paused:b "
	    "progressDeadlineSeconds:i")
	ROW("DeploymentStrategy", "type:s rollingUpdate:RollingUpdateDeployment")
	ROW("DownwardAPIProjection", "items:[DownwardAPIVolumeFile")
	ROW("DownwardAPIVolumeFile",
	    "*path:s fieldRef:ObjectFieldSelector resourceFieldRef:ResourceFieldSelector mode:i")
	ROW("DownwardAPIVolumeSource", "items:[DownwardAPIVolumeFile defaultMode:i")
	ROW("EmptyDirVolumeSource", "medium:s sizeLimit:q")
	ROW("EndpointAddress", "*ip:s hostname:s nodeName:s targetRef:ObjectReference")
	ROW("EndpointPort", "name:s *port:i protocol:s appProtocol:s")
	ROW("EndpointSubset",
	    "addresses:[EndpointAddress notReadyAddresses:[EndpointAddress ports:[EndpointPort")
	ROW("EnvFromSource", "prefix:s configMapRef:ConfigMapEnvSource secretRef:SecretEnvSource")
	ROW("EnvVar", "*name:s value:s valueFrom:EnvVarSource")
	ROW("EnvVarSource",
	    "fieldRef:ObjectFieldSelector resourceFieldRef:ResourceFieldSelector "
	    "configMapKeyRef:ConfigMapKeySelector secretKeyRef:SecretKeySelector "
	    "fileKeyRef:FileKeySelector")
	ROW("EphemeralContainer",
	    "*name:s image:s command:[s args:[s workingDir:s ports:[ContainerPort "
	    "envFrom:[EnvFromSource env:[EnvVar resources:ResourceRequirements "
	    "resizePolicy:[ContainerResizePolicy restartPolicy:s "
	    "restartPolicyRules:[ContainerRestartRule volumeMounts:[VolumeMount "
	    "volumeDevices:[VolumeDevice livenessProbe:Probe readinessProbe:Probe "
	    "startupProbe:Probe lifecycle:Lifecycle terminationMessagePath:s "
	    "terminationMessagePolicy:s imagePullPolicy:s securityContext:SecurityContext stdin:b "
	    "stdinOnce:b tty:b targetContainerName:s")
	ROW("EphemeralVolumeSource", "volumeClaimTemplate:PersistentVolumeClaimTemplate")
	ROW("ExecAction", "command:[s")
	ROW("ExternalMetricSource", "*metric:MetricIdentifier *target:MetricTarget")
	ROW("FCVolumeSource", "targetWWNs:[s lun:i fsType:s readOnly:b wwids:[s")
	ROW("FileKeySelector", "*volumeName:s *path:s *key:s optional:b")
	ROW("FlexPersistentVolumeSource", "*driver:s fsType:s secretRef:SecretReference readOnly:b options:{s")
	ROW("FlexVolumeSource", "*driver:s fsType:s secretRef:LocalObjectReference readOnly:b options:{s")
	ROW("FlockerVolumeSource", "datasetName:s datasetUUID:s")
	ROW("ForNode", "*name:s")
	ROW("ForZone", "*name:s")
	ROW("GCEPersistentDiskVolumeSource", "*pdName:s fsType:s partition:i readOnly:b")
	ROW("GRPCAction", "*port:i service:s")
	ROW("GitRepoVolumeSource", "*repository:s revision:s directory:s")
	ROW("GlusterfsPersistentVolumeSource", "*endpoints:s *path:s readOnly:b endpointsNamespace:s")
	ROW("GlusterfsVolumeSource", "*endpoints:s *path:s readOnly:b")
	ROW("HPAScalingPolicy", "*type:s *value:i *periodSeconds:i")
	ROW("HPAScalingRules",
	    "stabilizationWindowSeconds:i selectPolicy:s policies:[HPAScalingPolicy tolerance:q")
	ROW("HTTPGetAction", "path:s *port:x host:s scheme:s httpHeaders:[HTTPHeader")
	ROW("HTTPHeader", "*name:s value:s")
	ROW("HTTPIngressPath", "path:s *pathType:s *backend:IngressBackend")
	ROW("HTTPIngressRuleValue", "*paths:[HTTPIngressPath")
	ROW("HorizontalPodAutoscalerBehavior", "scaleUp:HPAScalingRules scaleDown:HPAScalingRules")
	ROW("HorizontalPodAutoscalerSpec",
	    "*scaleTargetRef:CrossVersionObjectReference minReplicas:i *maxReplicas:i "
	    "metrics:[MetricSpec behavior:HorizontalPodAutoscalerBehavior")
	ROW("HorizontalPodAutoscalerSpecV1",
	    "*scaleTargetRef:CrossVersionObjectReference minReplicas:i *maxReplicas:i "
	    "targetCPUUtilizationPercentage:i")
	ROW("HostAlias", "*ip:s hostnames:[s")
	ROW("HostPathVolumeSource", "*path:s type:s")
	ROW("IPBlock", "*cidr:s except:[s")
	ROW("ISCSIPersistentVolumeSource",
	    "*targetPortal:s *iqn:s lun:i iscsiInterface:s fsType:s readOnly:b portals:[s "
	    "chapAuthDiscovery:b chapAuthSession:b secretRef:SecretReference initiatorName:s")
	ROW("ISCSIVolumeSource",
	    "*targetPortal:s *iqn:s lun:i iscsiInterface:s fsType:s readOnly:b portals:[s "
	    "chapAuthDiscovery:b chapAuthSession:b secretRef:LocalObjectReference initiatorName:s")
	ROW("ImageVolumeSource", "reference:s pullPolicy:s")
	ROW("IngressBackend", "service:IngressServiceBackend resource:TypedLocalObjectReference")
	ROW("IngressClassParametersReference", "apiGroup:s *kind:s *name:s scope:s namespace:s")
	ROW("IngressClassSpec", "controller:s parameters:IngressClassParametersReference")
	ROW("IngressRule", "host:s http:HTTPIngressRuleValue")
	ROW("IngressServiceBackend", "*name:s port:ServiceBackendPort")
	ROW("IngressSpec",
	    "ingressClassName:s defaultBackend:IngressBackend tls:[IngressTLS rules:[IngressRule")
	ROW("IngressTLS", "hosts:[s secretName:s")
	ROW("JobSpec",
	    "parallelism:i completions:i activeDeadlineSeconds:i "
	    "podFailurePolicy:PodFailurePolicy successPolicy:SuccessPolicy backoffLimit:i "
	    "backoffLimitPerIndex:i maxFailedIndexes:i selector:LabelSelector manualSelector:b "
	    "*template:PodTemplateSpec ttlSecondsAfterFinished:i completionMode:s suspend:b "
	    "podReplacementPolicy:s managedBy:s")
	ROW("JobTemplateSpec", "metadata:ObjectMeta spec:JobSpec")
	ROW("KeyToPath", "*key:s *path:s mode:i")
	ROW("LabelSelector", "matchLabels:{s matchExpressions:[LabelSelectorRequirement")
	ROW("LabelSelectorRequirement", "*key:s *operator:s values:[s")
	ROW("LeaseSpec",
	    "holderIdentity:s leaseDurationSeconds:i acquireTime:s renewTime:s leaseTransitions:i "
	    "strategy:s preferredHolder:s")
	ROW("Lifecycle", "postStart:LifecycleHandler preStop:LifecycleHandler stopSignal:s")
	ROW("LifecycleHandler",
	    "exec:ExecAction httpGet:HTTPGetAction tcpSocket:TCPSocketAction sleep:SleepAction")
	ROW("LimitRangeItem", "*type:s max:{q min:{q default:{q defaultRequest:{q maxLimitRequestRatio:{q")
	ROW("LimitRangeSpec", "limits:[LimitRangeItem")
	ROW("LocalObjectReference", "name:s")
	ROW("LocalVolumeSource", "*path:s fsType:s")
	ROW("ManagedFieldsEntry",
	    "manager:s operation:s apiVersion:s time:s fieldsType:s fieldsV1:o subresource:s")
	ROW("MatchCondition", "*name:s *expression:s")
	ROW("MatchResources",
	    "namespaceSelector:LabelSelector objectSelector:LabelSelector "
	    "resourceRules:[NamedRuleWithOperations excludeResourceRules:[NamedRuleWithOperations "
	    "matchPolicy:s")
	ROW("MetricIdentifier", "*name:s selector:LabelSelector")
	ROW("MetricSpec",
	    "*type:s object:ObjectMetricSource pods:PodsMetricSource "
	    "resource:ResourceMetricSource containerResource:ContainerResourceMetricSource "
	    "external:ExternalMetricSource")
	ROW("MetricTarget", "*type:s value:q averageValue:q averageUtilization:i")
	ROW("ModifyVolumeStatus", "targetVolumeAttributesClassName:s status:s")
	ROW("MutatingWebhook",
	    "*name:s *clientConfig:WebhookClientConfig rules:[RuleWithOperations failurePolicy:s "
	    "matchPolicy:s namespaceSelector:LabelSelector objectSelector:LabelSelector "
	    "*sideEffects:s timeoutSeconds:i *admissionReviewVersions:[s reinvocationPolicy:s "
	    "matchConditions:[MatchCondition")
	ROW("NFSVolumeSource", "*server:s *path:s readOnly:b")
	ROW("NamedRuleWithOperations",
	    "resourceNames:[s operations:[s apiGroups:[s apiVersions:[s resources:[s scope:s")
	ROW("NamespaceSpec", "finalizers:[s")
	ROW("NetworkPolicyEgressRule", "ports:[NetworkPolicyPort to:[NetworkPolicyPeer")
	ROW("NetworkPolicyIngressRule", "ports:[NetworkPolicyPort from:[NetworkPolicyPeer")
	ROW("NetworkPolicyPeer", "podSelector:LabelSelector namespaceSelector:LabelSelector ipBlock:IPBlock")
	ROW("NetworkPolicyPort", "protocol:s port:x endPort:i")
	ROW("NetworkPolicySpec",
	    "podSelector:LabelSelector ingress:[NetworkPolicyIngressRule "
	    "egress:[NetworkPolicyEgressRule policyTypes:[s")
	ROW("NodeAffinity",
	    "requiredDuringSchedulingIgnoredDuringExecution:NodeSelector "
	    "preferredDuringSchedulingIgnoredDuringExecution:[PreferredSchedulingTerm")
	ROW("NodeSelector", "*nodeSelectorTerms:[NodeSelectorTerm")
	ROW("NodeSelectorRequirement", "*key:s *operator:s values:[s")
	ROW("NodeSelectorTerm",
	    "matchExpressions:[NodeSelectorRequirement matchFields:[NodeSelectorRequirement")
	ROW("ObjectFieldSelector", "apiVersion:s *fieldPath:s")
	ROW("ObjectMeta",
	    "name:s generateName:s namespace:s selfLink:s uid:s resourceVersion:s generation:i "
	    "creationTimestamp:s deletionTimestamp:s deletionGracePeriodSeconds:i labels:{s "
	    "annotations:{s ownerReferences:[OwnerReference finalizers:[s "
	    "managedFields:[ManagedFieldsEntry")
	ROW("ObjectMetricSource",
	    "*describedObject:CrossVersionObjectReference *target:MetricTarget "
	    "*metric:MetricIdentifier")
	ROW("ObjectReference", "kind:s namespace:s name:s uid:s apiVersion:s resourceVersion:s fieldPath:s")
	ROW("Overhead", "podFixed:{q")
	ROW("OwnerReference", "*apiVersion:s *kind:s *name:s *uid:s controller:b blockOwnerDeletion:b")
	ROW("ParamKind", "apiVersion:s kind:s")
	ROW("ParamRef", "name:s namespace:s selector:LabelSelector parameterNotFoundAction:s")
	ROW("PersistentVolumeClaim",
	    "metadata:ObjectMeta spec:PersistentVolumeClaimSpec "
	    "status:PersistentVolumeClaimStatus")
	ROW("PersistentVolumeClaimCondition",
	    "type:s status:s lastProbeTime:s lastTransitionTime:s reason:s message:s")
	ROW("PersistentVolumeClaimSpec",
	    "accessModes:[s selector:LabelSelector resources:VolumeResourceRequirements "
	    "volumeName:s storageClassName:s volumeMode:s dataSource:TypedLocalObjectReference "
	    "dataSourceRef:TypedObjectReference volumeAttributesClassName:s")
	ROW("PersistentVolumeClaimStatus",
	    "phase:s accessModes:[s capacity:{q conditions:[PersistentVolumeClaimCondition "
	    "allocatedResources:{q allocatedResourceStatuses:{s "
	    "currentVolumeAttributesClassName:s modifyVolumeStatus:ModifyVolumeStatus")
	ROW("PersistentVolumeClaimTemplate", "metadata:ObjectMeta *spec:PersistentVolumeClaimSpec")
	ROW("PersistentVolumeClaimVolumeSource", "*claimName:s readOnly:b")
	ROW("PersistentVolumeSpec",
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
	    "nodeAffinity:VolumeNodeAffinity volumeAttributesClassName:s")
	ROW("PhotonPersistentDiskVolumeSource", "*pdID:s fsType:s")
	ROW("PodAffinity",
	    "requiredDuringSchedulingIgnoredDuringExecution:[PodAffinityTerm "
	    "preferredDuringSchedulingIgnoredDuringExecution:[WeightedPodAffinityTerm")
	ROW("PodAffinityTerm",
	    "labelSelector:LabelSelector namespaces:[s *topologyKey:s "
	    "namespaceSelector:LabelSelector matchLabelKeys:[s mismatchLabelKeys:[s")
	ROW("PodAntiAffinity",
	    "requiredDuringSchedulingIgnoredDuringExecution:[PodAffinityTerm "
	    "preferredDuringSchedulingIgnoredDuringExecution:[WeightedPodAffinityTerm")
	ROW("PodCertificateProjection",
	    "signerName:s keyType:s maxExpirationSeconds:i credentialBundlePath:s keyPath:s "
	    "certificateChainPath:s userAnnotations:{s")
	ROW("PodDNSConfig", "nameservers:[s searches:[s options:[PodDNSConfigOption")
	ROW("PodDNSConfigOption", "name:s value:s")
	ROW("PodDisruptionBudgetSpec",
	    "minAvailable:x selector:LabelSelector maxUnavailable:x unhealthyPodEvictionPolicy:s")
	ROW("PodFailurePolicy", "*rules:[PodFailurePolicyRule")
	ROW("PodFailurePolicyOnExitCodesRequirement", "containerName:s *operator:s *values:[i")
	ROW("PodFailurePolicyOnPodConditionsPattern", "type:s status:s")
	ROW("PodFailurePolicyRule",
	    "*action:s onExitCodes:PodFailurePolicyOnExitCodesRequirement "
	    "onPodConditions:[PodFailurePolicyOnPodConditionsPattern")
	ROW("PodOS", "*name:s")
	ROW("PodReadinessGate", "*conditionType:s")
	ROW("PodResourceClaim", "*name:s resourceClaimName:s resourceClaimTemplateName:s")
	ROW("PodSchedulingGate", "*name:s")
	ROW("PodSchedulingGroup", "podGroupName:s")
	ROW("PodSecurityContext",
	    "seLinuxOptions:SELinuxOptions windowsOptions:WindowsSecurityContextOptions "
	    "runAsUser:i runAsGroup:i runAsNonRoot:b supplementalGroups:[i "
	    "supplementalGroupsPolicy:s fsGroup:i sysctls:[Sysctl fsGroupChangePolicy:s "
	    "seccompProfile:SeccompProfile appArmorProfile:AppArmorProfile seLinuxChangePolicy:s")
	ROW("PodSpec",
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
	    "schedulingGroup:PodSchedulingGroup")
	ROW("PodTemplateSpec", "metadata:ObjectMeta spec:PodSpec")
	ROW("PodsMetricSource", "*metric:MetricIdentifier *target:MetricTarget")
	ROW("PolicyRule", "*verbs:[s apiGroups:[s resources:[s resourceNames:[s nonResourceURLs:[s")
	ROW("PortworxVolumeSource", "*volumeID:s fsType:s readOnly:b")
	ROW("PreferredSchedulingTerm", "*weight:i *preference:NodeSelectorTerm")
	ROW("Probe",
	    "exec:ExecAction httpGet:HTTPGetAction tcpSocket:TCPSocketAction grpc:GRPCAction "
	    "initialDelaySeconds:i timeoutSeconds:i periodSeconds:i successThreshold:i "
	    "failureThreshold:i terminationGracePeriodSeconds:i")
	ROW("ProjectedVolumeSource", "sources:[VolumeProjection defaultMode:i")
	ROW("QuobyteVolumeSource", "*registry:s *volume:s readOnly:b user:s group:s tenant:s")
	ROW("RBDPersistentVolumeSource",
	    "*monitors:[s *image:s fsType:s pool:s user:s keyring:s secretRef:SecretReference "
	    "readOnly:b")
	ROW("RBDVolumeSource",
	    "*monitors:[s *image:s fsType:s pool:s user:s keyring:s "
	    "secretRef:LocalObjectReference readOnly:b")
	ROW("ReplicaSetSpec", "replicas:i minReadySeconds:i *selector:LabelSelector template:PodTemplateSpec")
	ROW("ReplicationControllerSpec", "replicas:i minReadySeconds:i selector:{s template:PodTemplateSpec")
	ROW("ResourceClaim", "*name:s request:s")
	ROW("ResourceFieldSelector", "containerName:s *resource:s divisor:q")
	ROW("ResourceMetricSource", "*name:s *target:MetricTarget")
	ROW("ResourceQuotaSpec", "hard:{q scopes:[s scopeSelector:ScopeSelector")
	ROW("ResourceRequirements", "limits:{q requests:{q claims:[ResourceClaim")
	ROW("RoleRef", "apiGroup:s *kind:s *name:s")
	ROW("RollingUpdateDaemonSet", "maxUnavailable:x maxSurge:x")
	ROW("RollingUpdateDeployment", "maxUnavailable:x maxSurge:x")
	ROW("RollingUpdateStatefulSetStrategy", "partition:i maxUnavailable:x")
	ROW("RuleWithOperations", "operations:[s apiGroups:[s apiVersions:[s resources:[s scope:s")
	ROW("SELinuxOptions", "user:s role:s type:s level:s")
	ROW("ScaleIOPersistentVolumeSource",
	    "*gateway:s *system:s *secretRef:SecretReference sslEnabled:b protectionDomain:s "
	    "storagePool:s storageMode:s volumeName:s fsType:s readOnly:b")
	ROW("ScaleIOVolumeSource",
	    "*gateway:s *system:s *secretRef:LocalObjectReference sslEnabled:b protectionDomain:s "
	    "storagePool:s storageMode:s volumeName:s fsType:s readOnly:b")
	ROW("Scheduling", "nodeSelector:{s tolerations:[Toleration")
	ROW("ScopeSelector", "matchExpressions:[ScopedResourceSelectorRequirement")
	ROW("ScopedResourceSelectorRequirement", "*scopeName:s *operator:s values:[s")
	ROW("SeccompProfile", "*type:s localhostProfile:s")
	ROW("SecretEnvSource", "name:s optional:b")
	ROW("SecretKeySelector", "name:s *key:s optional:b")
	ROW("SecretProjection", "name:s items:[KeyToPath optional:b")
	ROW("SecretReference", "name:s namespace:s")
	ROW("SecretVolumeSource", "secretName:s items:[KeyToPath defaultMode:i optional:b")
	ROW("SecurityContext",
	    "capabilities:Capabilities privileged:b seLinuxOptions:SELinuxOptions "
	    "windowsOptions:WindowsSecurityContextOptions runAsUser:i runAsGroup:i runAsNonRoot:b "
	    "readOnlyRootFilesystem:b allowPrivilegeEscalation:b procMount:s "
	    "seccompProfile:SeccompProfile appArmorProfile:AppArmorProfile")
	ROW("ServiceAccountTokenProjection", "audience:s expirationSeconds:i *path:s")
	ROW("ServiceBackendPort", "name:s number:i")
	ROW("ServicePort", "name:s protocol:s appProtocol:s *port:i targetPort:x nodePort:i")
	ROW("ServiceReference", "*namespace:s *name:s path:s port:i")
	ROW("ServiceSpec",
	    "ports:[ServicePort selector:{s clusterIP:s clusterIPs:[s type:s externalIPs:[s "
	    "sessionAffinity:s loadBalancerIP:s loadBalancerSourceRanges:[s externalName:s "
	    "externalTrafficPolicy:s healthCheckNodePort:i publishNotReadyAddresses:b "
	    "sessionAffinityConfig:SessionAffinityConfig ipFamilies:[s ipFamilyPolicy:s "
	    "allocateLoadBalancerNodePorts:b loadBalancerClass:s internalTrafficPolicy:s "
	    "trafficDistribution:s")
	ROW("SessionAffinityConfig", "clientIP:ClientIPConfig")
	ROW("SleepAction", "seconds:i")
	ROW("SliceEndpoint",
	    "*addresses:[s conditions:SliceEndpointConditions hostname:s "
	    "targetRef:ObjectReference deprecatedTopology:{s nodeName:s zone:s "
	    "hints:SliceEndpointHints")
	ROW("SliceEndpointConditions", "ready:b serving:b terminating:b")
	ROW("SliceEndpointHints", "forZones:[ForZone forNodes:[ForNode")
	ROW("SliceEndpointPort", "name:s protocol:s port:i appProtocol:s")
	ROW("StatefulSetOrdinals", "start:i")
	ROW("StatefulSetPersistentVolumeClaimRetentionPolicy", "whenDeleted:s whenScaled:s")
	ROW("StatefulSetSpec",
	    "replicas:i *selector:LabelSelector *template:PodTemplateSpec "
	    "volumeClaimTemplates:[PersistentVolumeClaim serviceName:s podManagementPolicy:s "
	    "updateStrategy:StatefulSetUpdateStrategy revisionHistoryLimit:i minReadySeconds:i "
	    "persistentVolumeClaimRetentionPolicy:StatefulSetPersistentVolumeClaimRetentionPolicy "
	    "ordinals:StatefulSetOrdinals")
	ROW("StatefulSetUpdateStrategy", "type:s rollingUpdate:RollingUpdateStatefulSetStrategy")
	ROW("StorageOSPersistentVolumeSource",
	    "volumeName:s volumeNamespace:s fsType:s readOnly:b secretRef:ObjectReference")
	ROW("StorageOSVolumeSource",
	    "volumeName:s volumeNamespace:s fsType:s readOnly:b secretRef:LocalObjectReference")
	ROW("Subject", "*kind:s apiGroup:s *name:s namespace:s")
	ROW("SuccessPolicy", "*rules:[SuccessPolicyRule")
	ROW("SuccessPolicyRule", "succeededIndexes:s succeededCount:i")
	ROW("Sysctl", "*name:s value:s")
	ROW("TCPSocketAction", "*port:x host:s")
	ROW("TokenRequest", "*audience:s expirationSeconds:i")
	ROW("Toleration", "key:s operator:s value:s effect:s tolerationSeconds:i")
	ROW("TopologySelectorLabelRequirement", "*key:s *values:[s")
	ROW("TopologySelectorTerm", "matchLabelExpressions:[TopologySelectorLabelRequirement")
	ROW("TopologySpreadConstraint",
	    "*maxSkew:i *topologyKey:s *whenUnsatisfiable:s labelSelector:LabelSelector "
	    "minDomains:i nodeAffinityPolicy:s nodeTaintsPolicy:s matchLabelKeys:[s")
	ROW("TypedLocalObjectReference", "apiGroup:s *kind:s *name:s")
	ROW("TypedObjectReference", "apiGroup:s *kind:s *name:s namespace:s")
	ROW("ValidatingAdmissionPolicyBindingSpec",
	    "policyName:s paramRef:ParamRef matchResources:MatchResources validationActions:[s")
	ROW("ValidatingAdmissionPolicySpec",
	    "paramKind:ParamKind matchConstraints:MatchResources validations:[Validation "
	    "failurePolicy:s auditAnnotations:[AuditAnnotation matchConditions:[MatchCondition "
	    "variables:[Variable")
	ROW("ValidatingWebhook",
	    "*name:s *clientConfig:WebhookClientConfig rules:[RuleWithOperations failurePolicy:s "
	    "matchPolicy:s namespaceSelector:LabelSelector objectSelector:LabelSelector "
	    "*sideEffects:s timeoutSeconds:i *admissionReviewVersions:[s "
	    "matchConditions:[MatchCondition")
	ROW("Validation", "*expression:s message:s reason:s messageExpression:s")
	ROW("Variable", "*name:s *expression:s")
	ROW("Volume",
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
	    "ephemeral:EphemeralVolumeSource image:ImageVolumeSource")
	ROW("VolumeAttachmentSource", "persistentVolumeName:s inlineVolumeSpec:PersistentVolumeSpec")
	ROW("VolumeAttachmentSpec", "*attacher:s *source:VolumeAttachmentSource *nodeName:s")
	ROW("VolumeDevice", "*name:s *devicePath:s")
	ROW("VolumeMount",
	    "*name:s readOnly:b recursiveReadOnly:s *mountPath:s subPath:s mountPropagation:s "
	    "subPathExpr:s")
	ROW("VolumeNodeAffinity", "required:NodeSelector")
	ROW("VolumeProjection",
	    "secret:SecretProjection downwardAPI:DownwardAPIProjection "
	    "configMap:ConfigMapProjection serviceAccountToken:ServiceAccountTokenProjection "
	    "clusterTrustBundle:ClusterTrustBundleProjection "
	    "podCertificate:PodCertificateProjection")
	ROW("VolumeResourceRequirements", "limits:{q requests:{q")
	ROW("VsphereVirtualDiskVolumeSource", "*volumePath:s fsType:s storagePolicyName:s storagePolicyID:s")
	ROW("WebhookClientConfig", "url:s service:ServiceReference caBundle:s")
	ROW("WeightedPodAffinityTerm", "*weight:i *podAffinityTerm:PodAffinityTerm")
	ROW("WindowsSecurityContextOptions",
	    "gmsaCredentialSpecName:s gmsaCredentialSpec:s runAsUserName:s hostProcess:b");

bool flt_core_kind(kv_str name, kv_str *ret_fields)
{
	return kv_str_row(kv_str_of(kinds, sizeof kinds - 1), name, ret_fields);
}

bool flt_core_type(kv_str name, kv_str *ret_fields)
{
	return kv_str_row(kv_str_of(types, sizeof types - 1), name, ret_fields);
}
