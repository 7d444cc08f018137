/* krm/schema.c: the merge lists of the built-in kinds as tables, and schemas from files
 * (kyaml/openapi/openapi.go). */
#include "krm/schema.h"

#include "base/map.h"
#include "krm/json.h"
#include "krm/yaml.h"

/* --- built-in places -------------------------------------------------------------------------- */

/* Only places from which a merge list can be reached are here; the rest of a type makes no difference to a
 * merge. A node with `items` is a list. */
struct krm_schema_node {
	const char *name; /* field name in the parent; "" for elements and whole objects */
	bool merges;
	const char *keys[2];
	const struct krm_schema_node *items;
	const struct krm_schema_node *fields;
	size_t nfields;
};

/* clang-format off: one field a row */
#define FIELDS(rows) .fields = (rows), .nfields = sizeof(rows) / sizeof(rows)[0]
#define OBJECT(field, rows)                                                                                  \
	{                                                                                                    \
		.name = (field), FIELDS(rows)                                                                \
	}
#define ITEMS(field, element)                                                                                \
	{                                                                                                    \
		.name = (field), .items = &(element)                                                         \
	}
#define MERGE(field, key, element)                                                                           \
	{                                                                                                    \
		.name = (field), .merges = true, .keys = { (key) }, .items = &(element)                      \
	}
#define MERGE2(field, key1, key2, element)                                                                   \
	{                                                                                                    \
		.name = (field), .merges = true, .keys = { (key1), (key2) }, .items = &(element)             \
	}
#define SCALARS(field)                                                                                       \
	{                                                                                                    \
		.name = (field), .merges = true, .items = &leaf                                              \
	}

/* An element or field below which nothing merges. */
static const struct krm_schema_node leaf = { .name = "" };

static const struct krm_schema_node meta_fields[] = {
	SCALARS("finalizers"),
	MERGE("ownerReferences", "uid", leaf),
};
#define METADATA OBJECT("metadata", meta_fields)
static const struct krm_schema_node object_meta = OBJECT("", meta_fields);

static const struct krm_schema_node object_fields[] = { METADATA };
static const struct krm_schema_node object = OBJECT("", object_fields);

static const struct krm_schema_node conditions_fields[] = { MERGE("conditions", "type", leaf) };
#define STATUS OBJECT("status", conditions_fields)

static const struct krm_schema_node with_conditions_fields[] = { METADATA, STATUS };
static const struct krm_schema_node with_conditions = OBJECT("", with_conditions_fields);

static const struct krm_schema_node ephemeral_fields[] = { OBJECT("volumeClaimTemplate", object_fields) };
static const struct krm_schema_node volume_fields[] = { OBJECT("ephemeral", ephemeral_fields) };
static const struct krm_schema_node volume = OBJECT("", volume_fields);

static const struct krm_schema_node container_fields[] = {
	MERGE("env", "name", leaf),
	MERGE2("ports", "containerPort", "protocol", leaf),
	MERGE("volumeDevices", "devicePath", leaf),
	MERGE("volumeMounts", "mountPath", leaf),
};
static const struct krm_schema_node container = OBJECT("", container_fields);

static const struct krm_schema_node ephemeral_container_fields[] = {
	MERGE("env", "name", leaf),
	MERGE("volumeDevices", "devicePath", leaf),
	MERGE("volumeMounts", "mountPath", leaf),
};
static const struct krm_schema_node ephemeral_container = OBJECT("", ephemeral_container_fields);

static const struct krm_schema_node pod_spec_fields[] = {
	MERGE("containers", "name", container),
	MERGE("ephemeralContainers", "name", ephemeral_container),
	MERGE("hostAliases", "ip", leaf),
	MERGE("imagePullSecrets", "name", leaf),
	MERGE("initContainers", "name", container),
	MERGE2("topologySpreadConstraints", "topologyKey", "whenUnsatisfiable", leaf),
	MERGE("volumes", "name", volume),
};

static const struct krm_schema_node pod_spec = OBJECT("", pod_spec_fields);

static const struct krm_schema_node pod_status_fields[] = {
	MERGE("conditions", "type", leaf),
	MERGE("podIPs", "ip", leaf),
};
static const struct krm_schema_node pod_fields[] = {
	METADATA,
	OBJECT("spec", pod_spec_fields),
	OBJECT("status", pod_status_fields),
};
static const struct krm_schema_node pod = OBJECT("", pod_fields);

static const struct krm_schema_node pod_template_fields[] = { METADATA, OBJECT("spec", pod_spec_fields) };
static const struct krm_schema_node pod_template = OBJECT("", pod_template_fields);
static const struct krm_schema_node template_fields[] = { OBJECT("template", pod_template_fields) };

static const struct krm_schema_node pod_template_object_fields[] = {
	METADATA,
	OBJECT("template", pod_template_fields),
};
static const struct krm_schema_node pod_template_object = OBJECT("", pod_template_object_fields);

static const struct krm_schema_node workload_fields[] = {
	METADATA,
	OBJECT("spec", template_fields),
	STATUS,
};
static const struct krm_schema_node workload = OBJECT("", workload_fields);

static const struct krm_schema_node job_template_fields[] = { METADATA, OBJECT("spec", template_fields) };
static const struct krm_schema_node cron_job_spec_fields[] = { OBJECT("jobTemplate", job_template_fields) };
static const struct krm_schema_node cron_job_fields[] = { METADATA, OBJECT("spec", cron_job_spec_fields) };
static const struct krm_schema_node cron_job = OBJECT("", cron_job_fields);

static const struct krm_schema_node stateful_set_spec_fields[] = {
	OBJECT("template", pod_template_fields),
	ITEMS("volumeClaimTemplates", with_conditions),
};
static const struct krm_schema_node stateful_set_fields[] = {
	METADATA,
	OBJECT("spec", stateful_set_spec_fields),
	STATUS,
};
static const struct krm_schema_node stateful_set = OBJECT("", stateful_set_fields);

static const struct krm_schema_node component_status_fields[] = {
	MERGE("conditions", "type", leaf),
	METADATA,
};
static const struct krm_schema_node component_status = OBJECT("", component_status_fields);

static const struct krm_schema_node node_spec_fields[] = { SCALARS("podCIDRs") };
static const struct krm_schema_node node_status_fields[] = {
	MERGE("addresses", "type", leaf),
	MERGE("conditions", "type", leaf),
};
static const struct krm_schema_node node_fields[] = {
	METADATA,
	OBJECT("spec", node_spec_fields),
	OBJECT("status", node_status_fields),
};
static const struct krm_schema_node node = OBJECT("", node_fields);

static const struct krm_schema_node service_spec_fields[] = { MERGE2("ports", "port", "protocol", leaf) };
static const struct krm_schema_node service_spec = OBJECT("", service_spec_fields);
static const struct krm_schema_node service_fields[] = {
	METADATA,
	OBJECT("spec", service_spec_fields),
	STATUS,
};
static const struct krm_schema_node service = OBJECT("", service_fields);

static const struct krm_schema_node service_account_fields[] = { METADATA, MERGE("secrets", "name", leaf) };
static const struct krm_schema_node service_account = OBJECT("", service_account_fields);

static const struct krm_schema_node webhook_configuration_fields[] = {
	METADATA,
	MERGE("webhooks", "name", leaf),
};
static const struct krm_schema_node webhook_configuration = OBJECT("", webhook_configuration_fields);

static const struct krm_schema_node csi_node_spec_fields[] = { MERGE("drivers", "name", leaf) };
static const struct krm_schema_node csi_node_fields[] = { METADATA, OBJECT("spec", csi_node_spec_fields) };
static const struct krm_schema_node csi_node = OBJECT("", csi_node_fields);

/* kyaml/openapi/kustomizationapi, which stays with a schema from a file too. */
static const struct krm_schema_node kustomization_fields[] = {
	MERGE("configMapGenerator", "name", leaf),
	MERGE("secretGenerator", "name", leaf),
};
static const struct krm_schema_node kustomization = OBJECT("", kustomization_fields);

/* What a kind's objects look like. */
enum shape {
	SHAPE_UNKNOWN, /* the scope is all that is known */
	SHAPE_WITH_CONDITIONS,
	SHAPE_OBJECT,
	SHAPE_CSI_NODE,
	SHAPE_COMPONENT_STATUS,
	SHAPE_CRON_JOB,
	SHAPE_WORKLOAD,
	SHAPE_KUSTOMIZATION,
	SHAPE_WEBHOOK_CONFIGURATION,
	SHAPE_NODE,
	SHAPE_POD,
	SHAPE_POD_TEMPLATE_OBJECT,
	SHAPE_SERVICE,
	SHAPE_SERVICE_ACCOUNT,
	SHAPE_STATEFUL_SET,
};

static const struct krm_schema_node *const shapes[] = {
	[SHAPE_WITH_CONDITIONS] = &with_conditions,
	[SHAPE_OBJECT] = &object,
	[SHAPE_CSI_NODE] = &csi_node,
	[SHAPE_COMPONENT_STATUS] = &component_status,
	[SHAPE_CRON_JOB] = &cron_job,
	[SHAPE_WORKLOAD] = &workload,
	[SHAPE_KUSTOMIZATION] = &kustomization,
	[SHAPE_WEBHOOK_CONFIGURATION] = &webhook_configuration,
	[SHAPE_NODE] = &node,
	[SHAPE_POD] = &pod,
	[SHAPE_POD_TEMPLATE_OBJECT] = &pod_template_object,
	[SHAPE_SERVICE] = &service,
	[SHAPE_SERVICE_ACCOUNT] = &service_account,
	[SHAPE_STATEFUL_SET] = &stateful_set,
};

struct kind {
	char kind[32], group[32], version[8];
	uint8_t shape; /* enum shape */
	uint8_t scope; /* enum krm_scope */
};

/* Sorted by kind, group, version: most of what is asked for differs in its first bytes then. */
static const struct kind kinds[] = {
	{ "APIService", "apiregistration.k8s.io", "v1", SHAPE_WITH_CONDITIONS, KRM_SCOPE_CLUSTER },
	{ "APIService", "apiregistration.k8s.io", "v1beta1", SHAPE_WITH_CONDITIONS, KRM_SCOPE_CLUSTER },
	{ "Binding", "", "v1", SHAPE_OBJECT, KRM_SCOPE_UNKNOWN },
	{ "CSIDriver", "storage.k8s.io", "v1", SHAPE_OBJECT, KRM_SCOPE_CLUSTER },
	{ "CSIDriver", "storage.k8s.io", "v1beta1", SHAPE_OBJECT, KRM_SCOPE_CLUSTER },
	{ "CSINode", "storage.k8s.io", "v1", SHAPE_CSI_NODE, KRM_SCOPE_CLUSTER },
	{ "CSINode", "storage.k8s.io", "v1beta1", SHAPE_CSI_NODE, KRM_SCOPE_CLUSTER },
	{ "CSIStorageCapacity", "storage.k8s.io", "v1beta1", SHAPE_OBJECT, KRM_SCOPE_NAMESPACE },
	{ "CertificateSigningRequest", "certificates.k8s.io", "v1", SHAPE_OBJECT, KRM_SCOPE_CLUSTER },
	{ "CertificateSigningRequest", "certificates.k8s.io", "v1beta1", SHAPE_OBJECT, KRM_SCOPE_CLUSTER },
	{ "ClusterRole", "rbac.authorization.k8s.io", "v1", SHAPE_OBJECT, KRM_SCOPE_CLUSTER },
	{ "ClusterRole", "rbac.authorization.k8s.io", "v1beta1", SHAPE_OBJECT, KRM_SCOPE_CLUSTER },
	{ "ClusterRoleBinding", "rbac.authorization.k8s.io", "v1", SHAPE_OBJECT, KRM_SCOPE_CLUSTER },
	{ "ClusterRoleBinding", "rbac.authorization.k8s.io", "v1beta1", SHAPE_OBJECT, KRM_SCOPE_CLUSTER },
	{ "ComponentStatus", "", "v1", SHAPE_COMPONENT_STATUS, KRM_SCOPE_CLUSTER },
	{ "ConfigMap", "", "v1", SHAPE_OBJECT, KRM_SCOPE_NAMESPACE },
	{ "ControllerRevision", "apps", "v1", SHAPE_OBJECT, KRM_SCOPE_NAMESPACE },
	{ "CronJob", "batch", "v1", SHAPE_CRON_JOB, KRM_SCOPE_NAMESPACE },
	{ "CronJob", "batch", "v1beta1", SHAPE_CRON_JOB, KRM_SCOPE_NAMESPACE },
	{ "CustomResourceDefinition", "apiextensions.k8s.io", "v1", SHAPE_OBJECT, KRM_SCOPE_CLUSTER },
	{ "CustomResourceDefinition", "apiextensions.k8s.io", "v1beta1", SHAPE_OBJECT, KRM_SCOPE_CLUSTER },
	{ "DaemonSet", "apps", "v1", SHAPE_WORKLOAD, KRM_SCOPE_NAMESPACE },
	{ "Deployment", "apps", "v1", SHAPE_WORKLOAD, KRM_SCOPE_NAMESPACE },
	{ "EndpointSlice", "discovery.k8s.io", "v1", SHAPE_OBJECT, KRM_SCOPE_NAMESPACE },
	{ "EndpointSlice", "discovery.k8s.io", "v1beta1", SHAPE_OBJECT, KRM_SCOPE_NAMESPACE },
	{ "Endpoints", "", "v1", SHAPE_OBJECT, KRM_SCOPE_NAMESPACE },
	{ "Event", "", "v1", SHAPE_OBJECT, KRM_SCOPE_NAMESPACE },
	{ "Event", "events.k8s.io", "v1", SHAPE_OBJECT, KRM_SCOPE_NAMESPACE },
	{ "Event", "events.k8s.io", "v1beta1", SHAPE_OBJECT, KRM_SCOPE_NAMESPACE },
	{ "Eviction", "policy", "v1beta1", SHAPE_OBJECT, KRM_SCOPE_UNKNOWN },
	{ "FlowSchema", "flowcontrol.apiserver.k8s.io", "v1beta1", SHAPE_OBJECT, KRM_SCOPE_CLUSTER },
	{ "HorizontalPodAutoscaler", "autoscaling", "v1", SHAPE_OBJECT, KRM_SCOPE_NAMESPACE },
	{ "HorizontalPodAutoscaler", "autoscaling", "v2beta1", SHAPE_OBJECT, KRM_SCOPE_NAMESPACE },
	{ "HorizontalPodAutoscaler", "autoscaling", "v2beta2", SHAPE_OBJECT, KRM_SCOPE_NAMESPACE },
	{ "Ingress", "extensions", "v1beta1", SHAPE_OBJECT, KRM_SCOPE_NAMESPACE },
	{ "Ingress", "networking.k8s.io", "v1", SHAPE_OBJECT, KRM_SCOPE_NAMESPACE },
	{ "Ingress", "networking.k8s.io", "v1beta1", SHAPE_OBJECT, KRM_SCOPE_NAMESPACE },
	{ "IngressClass", "networking.k8s.io", "v1", SHAPE_OBJECT, KRM_SCOPE_CLUSTER },
	{ "IngressClass", "networking.k8s.io", "v1beta1", SHAPE_OBJECT, KRM_SCOPE_CLUSTER },
	{ "Job", "batch", "v1", SHAPE_WORKLOAD, KRM_SCOPE_NAMESPACE },
	{ "Kustomization", "kustomize.config.k8s.io", "v1beta1", SHAPE_KUSTOMIZATION, KRM_SCOPE_UNKNOWN },
	{ "Lease", "coordination.k8s.io", "v1", SHAPE_OBJECT, KRM_SCOPE_NAMESPACE },
	{ "Lease", "coordination.k8s.io", "v1beta1", SHAPE_OBJECT, KRM_SCOPE_NAMESPACE },
	{ "LimitRange", "", "v1", SHAPE_OBJECT, KRM_SCOPE_NAMESPACE },
	{ "LocalSubjectAccessReview", "authorization.k8s.io", "v1", SHAPE_OBJECT, KRM_SCOPE_UNKNOWN },
	{ "LocalSubjectAccessReview", "authorization.k8s.io", "v1beta1", SHAPE_OBJECT, KRM_SCOPE_UNKNOWN },
	{ "MutatingWebhookConfiguration", "admissionregistration.k8s.io", "v1", SHAPE_WEBHOOK_CONFIGURATION, KRM_SCOPE_CLUSTER },
	{ "MutatingWebhookConfiguration", "admissionregistration.k8s.io", "v1beta1", SHAPE_WEBHOOK_CONFIGURATION, KRM_SCOPE_CLUSTER },
	{ "Namespace", "", "v1", SHAPE_WITH_CONDITIONS, KRM_SCOPE_CLUSTER },
	{ "NetworkPolicy", "networking.k8s.io", "v1", SHAPE_OBJECT, KRM_SCOPE_NAMESPACE },
	{ "Node", "", "v1", SHAPE_NODE, KRM_SCOPE_CLUSTER },
	{ "NodeProxyOptions", "", "v1", SHAPE_UNKNOWN, KRM_SCOPE_CLUSTER },
	{ "PersistentVolume", "", "v1", SHAPE_OBJECT, KRM_SCOPE_CLUSTER },
	{ "PersistentVolumeClaim", "", "v1", SHAPE_WITH_CONDITIONS, KRM_SCOPE_NAMESPACE },
	{ "Pod", "", "v1", SHAPE_POD, KRM_SCOPE_NAMESPACE },
	{ "PodAttachOptions", "", "v1", SHAPE_UNKNOWN, KRM_SCOPE_NAMESPACE },
	{ "PodDisruptionBudget", "policy", "v1", SHAPE_WITH_CONDITIONS, KRM_SCOPE_NAMESPACE },
	{ "PodDisruptionBudget", "policy", "v1beta1", SHAPE_WITH_CONDITIONS, KRM_SCOPE_NAMESPACE },
	{ "PodExecOptions", "", "v1", SHAPE_UNKNOWN, KRM_SCOPE_NAMESPACE },
	{ "PodPortForwardOptions", "", "v1", SHAPE_UNKNOWN, KRM_SCOPE_NAMESPACE },
	{ "PodProxyOptions", "", "v1", SHAPE_UNKNOWN, KRM_SCOPE_NAMESPACE },
	{ "PodSecurityPolicy", "policy", "v1beta1", SHAPE_OBJECT, KRM_SCOPE_CLUSTER },
	{ "PodTemplate", "", "v1", SHAPE_POD_TEMPLATE_OBJECT, KRM_SCOPE_NAMESPACE },
	{ "PriorityClass", "scheduling.k8s.io", "v1", SHAPE_OBJECT, KRM_SCOPE_CLUSTER },
	{ "PriorityClass", "scheduling.k8s.io", "v1beta1", SHAPE_OBJECT, KRM_SCOPE_CLUSTER },
	{ "PriorityLevelConfiguration", "flowcontrol.apiserver.k8s.io", "v1beta1", SHAPE_OBJECT, KRM_SCOPE_CLUSTER },
	{ "ReplicaSet", "apps", "v1", SHAPE_WORKLOAD, KRM_SCOPE_NAMESPACE },
	{ "ReplicationController", "", "v1", SHAPE_WORKLOAD, KRM_SCOPE_NAMESPACE },
	{ "ResourceQuota", "", "v1", SHAPE_OBJECT, KRM_SCOPE_NAMESPACE },
	{ "Role", "rbac.authorization.k8s.io", "v1", SHAPE_OBJECT, KRM_SCOPE_NAMESPACE },
	{ "Role", "rbac.authorization.k8s.io", "v1beta1", SHAPE_OBJECT, KRM_SCOPE_NAMESPACE },
	{ "RoleBinding", "rbac.authorization.k8s.io", "v1", SHAPE_OBJECT, KRM_SCOPE_NAMESPACE },
	{ "RoleBinding", "rbac.authorization.k8s.io", "v1beta1", SHAPE_OBJECT, KRM_SCOPE_NAMESPACE },
	{ "RuntimeClass", "node.k8s.io", "v1", SHAPE_OBJECT, KRM_SCOPE_CLUSTER },
	{ "RuntimeClass", "node.k8s.io", "v1beta1", SHAPE_OBJECT, KRM_SCOPE_CLUSTER },
	{ "Scale", "autoscaling", "v1", SHAPE_OBJECT, KRM_SCOPE_NAMESPACE },
	{ "Secret", "", "v1", SHAPE_OBJECT, KRM_SCOPE_NAMESPACE },
	{ "SelfSubjectAccessReview", "authorization.k8s.io", "v1", SHAPE_OBJECT, KRM_SCOPE_UNKNOWN },
	{ "SelfSubjectAccessReview", "authorization.k8s.io", "v1beta1", SHAPE_OBJECT, KRM_SCOPE_UNKNOWN },
	{ "SelfSubjectRulesReview", "authorization.k8s.io", "v1", SHAPE_OBJECT, KRM_SCOPE_UNKNOWN },
	{ "SelfSubjectRulesReview", "authorization.k8s.io", "v1beta1", SHAPE_OBJECT, KRM_SCOPE_UNKNOWN },
	{ "Service", "", "v1", SHAPE_SERVICE, KRM_SCOPE_NAMESPACE },
	{ "ServiceAccount", "", "v1", SHAPE_SERVICE_ACCOUNT, KRM_SCOPE_NAMESPACE },
	{ "ServiceProxyOptions", "", "v1", SHAPE_UNKNOWN, KRM_SCOPE_NAMESPACE },
	{ "StatefulSet", "apps", "v1", SHAPE_STATEFUL_SET, KRM_SCOPE_NAMESPACE },
	{ "StorageClass", "storage.k8s.io", "v1", SHAPE_OBJECT, KRM_SCOPE_CLUSTER },
	{ "StorageClass", "storage.k8s.io", "v1beta1", SHAPE_OBJECT, KRM_SCOPE_CLUSTER },
	{ "SubjectAccessReview", "authorization.k8s.io", "v1", SHAPE_OBJECT, KRM_SCOPE_UNKNOWN },
	{ "SubjectAccessReview", "authorization.k8s.io", "v1beta1", SHAPE_OBJECT, KRM_SCOPE_UNKNOWN },
	{ "TokenRequest", "authentication.k8s.io", "v1", SHAPE_OBJECT, KRM_SCOPE_UNKNOWN },
	{ "TokenReview", "authentication.k8s.io", "v1", SHAPE_OBJECT, KRM_SCOPE_UNKNOWN },
	{ "TokenReview", "authentication.k8s.io", "v1beta1", SHAPE_OBJECT, KRM_SCOPE_UNKNOWN },
	{ "ValidatingWebhookConfiguration", "admissionregistration.k8s.io", "v1", SHAPE_WEBHOOK_CONFIGURATION, KRM_SCOPE_CLUSTER },
	{ "ValidatingWebhookConfiguration", "admissionregistration.k8s.io", "v1beta1", SHAPE_WEBHOOK_CONFIGURATION, KRM_SCOPE_CLUSTER },
	{ "VolumeAttachment", "storage.k8s.io", "v1", SHAPE_OBJECT, KRM_SCOPE_CLUSTER },
	{ "VolumeAttachment", "storage.k8s.io", "v1beta1", SHAPE_OBJECT, KRM_SCOPE_CLUSTER },
};
/* clang-format on */

/* kv_str_cmp of a text that ends with a NUL: most differ at their first bytes. */
static int text_cmp(const char *x, kv_str y)
{
	for (size_t i = 0; i < y.n; i++)
		if (!x[i] || x[i] != y.p[i])
			return x[i] ? (unsigned char)x[i] - (unsigned char)y.p[i] : -1;
	return x[y.n] != 0;
}

static int kind_cmp(const struct kind *k, struct krm_gvk gvk)
{
	int c = text_cmp(k->kind, gvk.kind);

	if (!c)
		c = text_cmp(k->group, gvk.group);
	return c ? c : text_cmp(k->version, gvk.version);
}

static const struct kind *kind_find(struct krm_gvk gvk)
{
	size_t lo = 0, hi = sizeof kinds / sizeof kinds[0];

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		int c = kind_cmp(&kinds[mid], gvk);

		if (!c)
			return &kinds[mid];
		if (c < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return NULL;
}

/* --- schemas from files ----------------------------------------------------------------------- */

struct krm_schema {
	krm_val root;
	bool with_builtin;
	struct kv_map by_type; /* "apiVersion kind" -> krm_val * */
	struct kv_map scopes;  /* "apiVersion kind" -> &scope_values[..] */
	struct kv_arena *arena;
};

static const enum krm_scope scope_values[] = { KRM_SCOPE_UNKNOWN, KRM_SCOPE_CLUSTER, KRM_SCOPE_NAMESPACE };

/* References may form a cycle; a chain longer than this is taken for one. */
enum { REF_HOPS = 64 };

static krm_val nowhere(void)
{
	return krm_nil();
}

/* A JSON pointer into the document: "#/definitions/io.k8s.x". */
static krm_val pointer_get(const struct krm_schema *s, kv_str ref)
{
	krm_val v = s->root;

	if (!kv_str_starts(ref, KV_S("#/")))
		return nowhere();
	ref = kv_str_sub(ref, 2, ref.n);
	while (v.kind == KRM_MAP) {
		size_t end = kv_str_chr(ref, '/');

		v = krm_get_str(v, kv_str_sub(ref, 0, end));
		if (end == SIZE_MAX)
			return v;
		ref = kv_str_sub(ref, end + 1, ref.n);
	}
	return nowhere();
}

static krm_schema_at at_json(const struct krm_schema *s, krm_val json)
{
	return (krm_schema_at){ .known = json.kind == KRM_MAP, .schema = s, .json = json };
}

static krm_schema_at at_node(const struct krm_schema *s, const struct krm_schema_node *n)
{
	return (krm_schema_at){ .known = n != NULL, .schema = s, .node = n };
}

/* Definitions that a file's references reach merge lists through. */
static const struct {
	const char *name;
	const struct krm_schema_node *node;
} definitions[] = {
	{ "io.k8s.api.core.v1.Container", &container },
	{ "io.k8s.api.core.v1.EphemeralContainer", &ephemeral_container },
	{ "io.k8s.api.core.v1.PodSpec", &pod_spec },
	{ "io.k8s.api.core.v1.PodTemplateSpec", &pod_template },
	{ "io.k8s.api.core.v1.ServiceSpec", &service_spec },
	{ "io.k8s.api.core.v1.Volume", &volume },
	{ "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta", &object_meta },
};

static const struct krm_schema_node *definition_find(kv_str ref)
{
	kv_str prefix = KV_S("#/definitions/");

	if (!kv_str_starts(ref, prefix))
		return NULL;
	for (size_t i = 0; i < sizeof definitions / sizeof definitions[0]; i++)
		if (kv_str_eq(kv_str_sub(ref, prefix.n, ref.n), kv_str_c(definitions[i].name)))
			return definitions[i].node;
	return NULL;
}

/* Follows $ref; unknown where it leads nowhere. */
static krm_schema_at resolve(const struct krm_schema *s, krm_val v)
{
	for (size_t hops = 0; hops < REF_HOPS; hops++) {
		krm_val ref = krm_get(v, "$ref");

		if (ref.kind != KRM_STRING || !krm_str(ref).n)
			return at_json(s, v);
		if (s && s->with_builtin && definition_find(krm_str(ref)))
			return at_node(s, definition_find(krm_str(ref)));
		if (!s)
			break;
		v = pointer_get(s, krm_str(ref));
	}
	return at_node(s, NULL);
}

static kv_str type_key(struct kv_arena *a, kv_str api_version, kv_str kind)
{
	return kv_arena_cat(a, api_version, KV_S(" "), kind);
}

static kv_str gvk_key(struct kv_arena *a, krm_val gvk)
{
	kv_str group = krm_str(krm_get(gvk, "group"));
	kv_str version = krm_str(krm_get(gvk, "version"));

	if (group.n)
		version = kv_arena_cat(a, group, KV_S("/"), version);
	return type_key(a, version, krm_str(krm_get(gvk, "kind")));
}

#define GVK_EXTENSION "x-kubernetes-group-version-kind"

static void index_definitions(struct krm_schema *s)
{
	krm_val definitions = krm_get(s->root, "definitions");

	if (definitions.kind != KRM_MAP)
		return;
	krm_map_each (definitions.m, e) {
		krm_val types = krm_get(e->val, GVK_EXTENSION);

		for (size_t i = 0; i < krm_list_len(types); i++)
			kv_map_put(&s->by_type, gvk_key(s->arena, types.l->v[i]), &e->val);
	}
}

/* findNamespaceability: a path with a namespace in it decides, whatever came before. */
static void index_paths(struct krm_schema *s)
{
	krm_val paths = krm_get(s->root, "paths");

	if (paths.kind != KRM_MAP)
		return;
	krm_map_each (paths.m, e) {
		krm_val gvk = krm_get(krm_get(e->val, "get"), GVK_EXTENSION);
		enum krm_scope scope = kv_str_has(krm_str(e->key), KV_S("namespaces/{namespace}"))
					       ? KRM_SCOPE_NAMESPACE
					       : KRM_SCOPE_CLUSTER;
		void **slot;

		if (gvk.kind != KRM_MAP)
			continue;
		slot = kv_map_slot(&s->scopes, gvk_key(s->arena, gvk));
		if (!*slot || scope == KRM_SCOPE_NAMESPACE)
			*slot = (void *)&scope_values[scope];
	}
}

int krm_schema_read(struct kv_job *job, kv_str name, kv_str text, bool with_builtin, struct krm_schema **ret)
{
	struct krm_schema *s = KV_NEW(job->arena, struct krm_schema);
	kv_str error;
	size_t offset;

	if (text.n && text.p[0] == '{') {
		if (krm_json_read(job, text, KRM_JSON_FLOAT, &s->root, &error, &offset))
			return kv_error_file(job, name, "invalid schema file: %.*s", KV_ARG(error));
	} else if (krm_yaml_try(job, text, KRM_YAML_HELM, &s->root, &error)) {
		return kv_error_file(job, name, "invalid schema file: %.*s", KV_ARG(error));
	}
	s->arena = job->arena;
	s->with_builtin = with_builtin;
	kv_map_init(&s->by_type, job->arena);
	kv_map_init(&s->scopes, job->arena);
	index_definitions(s);
	index_paths(s);
	*ret = s;
	return 0;
}

/* --- places ----------------------------------------------------------------------------------- */

krm_schema_at krm_schema_of(const struct krm_schema *schema, kv_str api_version, kv_str kind)
{
	struct krm_gvk gvk = { .kind = kind };
	const struct kind *k;
	krm_val *v;

	krm_split_api_version(api_version, &gvk.group, &gvk.version);
	k = kind_find(gvk);
	if (k && shapes[k->shape] && (!schema || schema->with_builtin || k->shape == SHAPE_KUSTOMIZATION))
		return at_node(schema, shapes[k->shape]);
	v = schema ? kv_map_get(&schema->by_type, type_key(schema->arena, api_version, kind)) : NULL;
	return v ? at_json(schema, *v) : at_node(schema, NULL);
}

krm_schema_at krm_schema_of_json(const struct krm_schema *schema, krm_val json)
{
	krm_schema_at at = resolve(schema, json);

	return at.known ? at : at_json(schema, json);
}

krm_schema_at krm_schema_field(krm_schema_at at, kv_str name)
{
	krm_val v;

	if (at.node) {
		for (size_t i = 0; i < at.node->nfields; i++)
			if (kv_str_eq(name, kv_str_c(at.node->fields[i].name)))
				return at_node(at.schema, &at.node->fields[i]);
		return at_node(at.schema, NULL);
	}
	if (!at.known)
		return at;
	v = krm_get_str(krm_get(at.json, "properties"), name);
	if (v.kind != KRM_MAP)
		v = krm_get(at.json, "additionalProperties");
	return resolve(at.schema, v);
}

static bool is_array(krm_val json)
{
	krm_val type = krm_get(json, "type");

	if (krm_list_len(type) == 1)
		type = type.l->v[0];
	return krm_is_str(type, "array");
}

krm_schema_at krm_schema_elements(krm_schema_at at)
{
	if (at.node)
		return at_node(at.schema, at.node->items);
	if (!at.known || !is_array(at.json))
		return at_node(at.schema, NULL);
	return resolve(at.schema, krm_get(at.json, "items"));
}

/* One of the words between commas. */
static bool strategy_merges(kv_str strategy)
{
	while (strategy.n) {
		size_t comma = kv_str_chr(strategy, ',');

		if (kv_str_eq(kv_str_sub(strategy, 0, comma), KV_S("merge")))
			return true;
		strategy = kv_str_sub(strategy, comma == SIZE_MAX ? strategy.n : comma + 1, strategy.n);
	}
	return false;
}

/* PatchStrategyAndKeyList: keys count only next to a strategy, a list of keys before the single key. */
static struct krm_schema_merge merge_of_json(krm_val json)
{
	struct krm_schema_merge m = { 0 };
	krm_val strategy = krm_get(json, "x-kubernetes-patch-strategy");
	krm_val list = krm_get(json, "x-kubernetes-list-map-keys");
	krm_val key = krm_get(json, "x-kubernetes-patch-merge-key");

	if (strategy.kind != KRM_STRING)
		return m;
	m.has_facts = true;
	m.merges = strategy_merges(krm_str(strategy));
	if (list.kind == KRM_LIST)
		for (size_t i = 0; i < list.l->n && m.nkeys < KRM_SCHEMA_KEYS; i++)
			m.keys[m.nkeys++] = krm_str(list.l->v[i]);
	else if (key.kind == KRM_STRING)
		m.keys[m.nkeys++] = krm_str(key);
	return m;
}

struct krm_schema_merge krm_schema_merge_of(krm_schema_at at)
{
	struct krm_schema_merge m = { 0 };

	if (!at.known)
		return m;
	if (!at.node)
		return merge_of_json(at.json);
	m.merges = m.has_facts = at.node->merges;
	for (size_t i = 0; i < 2 && at.node->keys[i]; i++)
		m.keys[m.nkeys++] = kv_str_c(at.node->keys[i]);
	return m;
}

enum krm_scope krm_schema_scope(const struct krm_schema *schema, struct krm_gvk gvk)
{
	const struct kind *k = kind_find(gvk);
	kv_str api_version = gvk.version;
	const enum krm_scope *scope;

	if (k && k->scope != KRM_SCOPE_UNKNOWN)
		return k->scope;
	if (!schema)
		return KRM_SCOPE_UNKNOWN;
	if (gvk.group.n)
		api_version = kv_arena_cat(schema->arena, gvk.group, KV_S("/"), gvk.version);
	scope = kv_map_get(&schema->scopes, type_key(schema->arena, api_version, gvk.kind));
	return scope ? *scope : KRM_SCOPE_UNKNOWN;
}

bool krm_is_cluster_scoped(struct krm_gvk gvk)
{
	return krm_schema_scope(NULL, gvk) == KRM_SCOPE_CLUSTER;
}
