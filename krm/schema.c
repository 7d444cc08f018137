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

struct kind {
	const char *group, *version, *kind;
	const struct krm_schema_node *node; /* NULL: the scope is all that is known */
	enum krm_scope scope;
};

/* Sorted by kind, group, version: most of what is asked for differs in its first bytes then. */
static const struct kind kinds[] = {
	{ "apiregistration.k8s.io", "v1", "APIService", &with_conditions, KRM_SCOPE_CLUSTER },
	{ "apiregistration.k8s.io", "v1beta1", "APIService", &with_conditions, KRM_SCOPE_CLUSTER },
	{ "", "v1", "Binding", &object, KRM_SCOPE_UNKNOWN },
	{ "storage.k8s.io", "v1", "CSIDriver", &object, KRM_SCOPE_CLUSTER },
	{ "storage.k8s.io", "v1beta1", "CSIDriver", &object, KRM_SCOPE_CLUSTER },
	{ "storage.k8s.io", "v1", "CSINode", &csi_node, KRM_SCOPE_CLUSTER },
	{ "storage.k8s.io", "v1beta1", "CSINode", &csi_node, KRM_SCOPE_CLUSTER },
	{ "storage.k8s.io", "v1beta1", "CSIStorageCapacity", &object, KRM_SCOPE_NAMESPACE },
	{ "certificates.k8s.io", "v1", "CertificateSigningRequest", &object, KRM_SCOPE_CLUSTER },
	{ "certificates.k8s.io", "v1beta1", "CertificateSigningRequest", &object, KRM_SCOPE_CLUSTER },
	{ "rbac.authorization.k8s.io", "v1", "ClusterRole", &object, KRM_SCOPE_CLUSTER },
	{ "rbac.authorization.k8s.io", "v1beta1", "ClusterRole", &object, KRM_SCOPE_CLUSTER },
	{ "rbac.authorization.k8s.io", "v1", "ClusterRoleBinding", &object, KRM_SCOPE_CLUSTER },
	{ "rbac.authorization.k8s.io", "v1beta1", "ClusterRoleBinding", &object, KRM_SCOPE_CLUSTER },
	{ "", "v1", "ComponentStatus", &component_status, KRM_SCOPE_CLUSTER },
	{ "", "v1", "ConfigMap", &object, KRM_SCOPE_NAMESPACE },
	{ "apps", "v1", "ControllerRevision", &object, KRM_SCOPE_NAMESPACE },
	{ "batch", "v1", "CronJob", &cron_job, KRM_SCOPE_NAMESPACE },
	{ "batch", "v1beta1", "CronJob", &cron_job, KRM_SCOPE_NAMESPACE },
	{ "apiextensions.k8s.io", "v1", "CustomResourceDefinition", &object, KRM_SCOPE_CLUSTER },
	{ "apiextensions.k8s.io", "v1beta1", "CustomResourceDefinition", &object, KRM_SCOPE_CLUSTER },
	{ "apps", "v1", "DaemonSet", &workload, KRM_SCOPE_NAMESPACE },
	{ "apps", "v1", "Deployment", &workload, KRM_SCOPE_NAMESPACE },
	{ "discovery.k8s.io", "v1", "EndpointSlice", &object, KRM_SCOPE_NAMESPACE },
	{ "discovery.k8s.io", "v1beta1", "EndpointSlice", &object, KRM_SCOPE_NAMESPACE },
	{ "", "v1", "Endpoints", &object, KRM_SCOPE_NAMESPACE },
	{ "", "v1", "Event", &object, KRM_SCOPE_NAMESPACE },
	{ "events.k8s.io", "v1", "Event", &object, KRM_SCOPE_NAMESPACE },
	{ "events.k8s.io", "v1beta1", "Event", &object, KRM_SCOPE_NAMESPACE },
	{ "policy", "v1beta1", "Eviction", &object, KRM_SCOPE_UNKNOWN },
	{ "flowcontrol.apiserver.k8s.io", "v1beta1", "FlowSchema", &object, KRM_SCOPE_CLUSTER },
	{ "autoscaling", "v1", "HorizontalPodAutoscaler", &object, KRM_SCOPE_NAMESPACE },
	{ "autoscaling", "v2beta1", "HorizontalPodAutoscaler", &object, KRM_SCOPE_NAMESPACE },
	{ "autoscaling", "v2beta2", "HorizontalPodAutoscaler", &object, KRM_SCOPE_NAMESPACE },
	{ "extensions", "v1beta1", "Ingress", &object, KRM_SCOPE_NAMESPACE },
	{ "networking.k8s.io", "v1", "Ingress", &object, KRM_SCOPE_NAMESPACE },
	{ "networking.k8s.io", "v1beta1", "Ingress", &object, KRM_SCOPE_NAMESPACE },
	{ "networking.k8s.io", "v1", "IngressClass", &object, KRM_SCOPE_CLUSTER },
	{ "networking.k8s.io", "v1beta1", "IngressClass", &object, KRM_SCOPE_CLUSTER },
	{ "batch", "v1", "Job", &workload, KRM_SCOPE_NAMESPACE },
	{ "kustomize.config.k8s.io", "v1beta1", "Kustomization", &kustomization, KRM_SCOPE_UNKNOWN },
	{ "coordination.k8s.io", "v1", "Lease", &object, KRM_SCOPE_NAMESPACE },
	{ "coordination.k8s.io", "v1beta1", "Lease", &object, KRM_SCOPE_NAMESPACE },
	{ "", "v1", "LimitRange", &object, KRM_SCOPE_NAMESPACE },
	{ "authorization.k8s.io", "v1", "LocalSubjectAccessReview", &object, KRM_SCOPE_UNKNOWN },
	{ "authorization.k8s.io", "v1beta1", "LocalSubjectAccessReview", &object, KRM_SCOPE_UNKNOWN },
	{ "admissionregistration.k8s.io", "v1", "MutatingWebhookConfiguration", &webhook_configuration,
	  KRM_SCOPE_CLUSTER },
	{ "admissionregistration.k8s.io", "v1beta1", "MutatingWebhookConfiguration", &webhook_configuration,
	  KRM_SCOPE_CLUSTER },
	{ "", "v1", "Namespace", &with_conditions, KRM_SCOPE_CLUSTER },
	{ "networking.k8s.io", "v1", "NetworkPolicy", &object, KRM_SCOPE_NAMESPACE },
	{ "", "v1", "Node", &node, KRM_SCOPE_CLUSTER },
	{ "", "v1", "NodeProxyOptions", NULL, KRM_SCOPE_CLUSTER },
	{ "", "v1", "PersistentVolume", &object, KRM_SCOPE_CLUSTER },
	{ "", "v1", "PersistentVolumeClaim", &with_conditions, KRM_SCOPE_NAMESPACE },
	{ "", "v1", "Pod", &pod, KRM_SCOPE_NAMESPACE },
	{ "", "v1", "PodAttachOptions", NULL, KRM_SCOPE_NAMESPACE },
	{ "policy", "v1", "PodDisruptionBudget", &with_conditions, KRM_SCOPE_NAMESPACE },
	{ "policy", "v1beta1", "PodDisruptionBudget", &with_conditions, KRM_SCOPE_NAMESPACE },
	{ "", "v1", "PodExecOptions", NULL, KRM_SCOPE_NAMESPACE },
	{ "", "v1", "PodPortForwardOptions", NULL, KRM_SCOPE_NAMESPACE },
	{ "", "v1", "PodProxyOptions", NULL, KRM_SCOPE_NAMESPACE },
	{ "policy", "v1beta1", "PodSecurityPolicy", &object, KRM_SCOPE_CLUSTER },
	{ "", "v1", "PodTemplate", &pod_template_object, KRM_SCOPE_NAMESPACE },
	{ "scheduling.k8s.io", "v1", "PriorityClass", &object, KRM_SCOPE_CLUSTER },
	{ "scheduling.k8s.io", "v1beta1", "PriorityClass", &object, KRM_SCOPE_CLUSTER },
	{ "flowcontrol.apiserver.k8s.io", "v1beta1", "PriorityLevelConfiguration", &object,
	  KRM_SCOPE_CLUSTER },
	{ "apps", "v1", "ReplicaSet", &workload, KRM_SCOPE_NAMESPACE },
	{ "", "v1", "ReplicationController", &workload, KRM_SCOPE_NAMESPACE },
	{ "", "v1", "ResourceQuota", &object, KRM_SCOPE_NAMESPACE },
	{ "rbac.authorization.k8s.io", "v1", "Role", &object, KRM_SCOPE_NAMESPACE },
	{ "rbac.authorization.k8s.io", "v1beta1", "Role", &object, KRM_SCOPE_NAMESPACE },
	{ "rbac.authorization.k8s.io", "v1", "RoleBinding", &object, KRM_SCOPE_NAMESPACE },
	{ "rbac.authorization.k8s.io", "v1beta1", "RoleBinding", &object, KRM_SCOPE_NAMESPACE },
	{ "node.k8s.io", "v1", "RuntimeClass", &object, KRM_SCOPE_CLUSTER },
	{ "node.k8s.io", "v1beta1", "RuntimeClass", &object, KRM_SCOPE_CLUSTER },
	{ "autoscaling", "v1", "Scale", &object, KRM_SCOPE_NAMESPACE },
	{ "", "v1", "Secret", &object, KRM_SCOPE_NAMESPACE },
	{ "authorization.k8s.io", "v1", "SelfSubjectAccessReview", &object, KRM_SCOPE_UNKNOWN },
	{ "authorization.k8s.io", "v1beta1", "SelfSubjectAccessReview", &object, KRM_SCOPE_UNKNOWN },
	{ "authorization.k8s.io", "v1", "SelfSubjectRulesReview", &object, KRM_SCOPE_UNKNOWN },
	{ "authorization.k8s.io", "v1beta1", "SelfSubjectRulesReview", &object, KRM_SCOPE_UNKNOWN },
	{ "", "v1", "Service", &service, KRM_SCOPE_NAMESPACE },
	{ "", "v1", "ServiceAccount", &service_account, KRM_SCOPE_NAMESPACE },
	{ "", "v1", "ServiceProxyOptions", NULL, KRM_SCOPE_NAMESPACE },
	{ "apps", "v1", "StatefulSet", &stateful_set, KRM_SCOPE_NAMESPACE },
	{ "storage.k8s.io", "v1", "StorageClass", &object, KRM_SCOPE_CLUSTER },
	{ "storage.k8s.io", "v1beta1", "StorageClass", &object, KRM_SCOPE_CLUSTER },
	{ "authorization.k8s.io", "v1", "SubjectAccessReview", &object, KRM_SCOPE_UNKNOWN },
	{ "authorization.k8s.io", "v1beta1", "SubjectAccessReview", &object, KRM_SCOPE_UNKNOWN },
	{ "authentication.k8s.io", "v1", "TokenRequest", &object, KRM_SCOPE_UNKNOWN },
	{ "authentication.k8s.io", "v1", "TokenReview", &object, KRM_SCOPE_UNKNOWN },
	{ "authentication.k8s.io", "v1beta1", "TokenReview", &object, KRM_SCOPE_UNKNOWN },
	{ "admissionregistration.k8s.io", "v1", "ValidatingWebhookConfiguration", &webhook_configuration,
	  KRM_SCOPE_CLUSTER },
	{ "admissionregistration.k8s.io", "v1beta1", "ValidatingWebhookConfiguration", &webhook_configuration,
	  KRM_SCOPE_CLUSTER },
	{ "storage.k8s.io", "v1", "VolumeAttachment", &object, KRM_SCOPE_CLUSTER },
	{ "storage.k8s.io", "v1beta1", "VolumeAttachment", &object, KRM_SCOPE_CLUSTER },
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
	if (k && k->node && (!schema || schema->with_builtin || k->node == &kustomization))
		return at_node(schema, k->node);
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
