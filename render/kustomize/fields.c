/* render/kustomize/fields.c: the table of fields (api/types, api/internal/builtins). */
#include "render/kustomize/fields.h"

/* clang-format off: one field a row */
#define FIELD(name, kind)           { name, kind, RND_K_TYPE_NONE, "" }
#define OBJECT(name, kind, of)      { name, kind, RND_K_TYPE_##of, "" }
#define NAMED(name, kind, go_type)  { name, kind, RND_K_TYPE_NONE, go_type }

#define EMBEDDED_STRING  (RND_K_STRING | RND_K_EMBEDDED)
#define EMBEDDED_STRINGS (RND_K_STRINGS | RND_K_EMBEDDED)
#define EMBEDDED_STRUCT  (RND_K_STRUCT | RND_K_EMBEDDED)
#define EMBEDDED_STRUCTS (RND_K_STRUCTS | RND_K_EMBEDDED)

#define GVK_FIELDS \
	FIELD("group", EMBEDDED_STRING), \
	FIELD("version", EMBEDDED_STRING), \
	FIELD("kind", EMBEDDED_STRING)

#define ID_FIELDS \
	GVK_FIELDS, \
	FIELD("name", EMBEDDED_STRING), \
	FIELD("namespace", EMBEDDED_STRING)

static const struct rnd_k_field object_meta_fields[] = {
	FIELD("name", RND_K_STRING),
	FIELD("namespace", RND_K_STRING),
	FIELD("labels", RND_K_STRMAP),
	FIELD("annotations", RND_K_STRMAP),
};

static const struct rnd_k_field field_spec_fields[] = {
	GVK_FIELDS,
	FIELD("path", RND_K_STRING),
	FIELD("create", RND_K_BOOL),
};

static const struct rnd_k_field label_fields[] = {
	FIELD("pairs", RND_K_STRMAP),
	FIELD("includeSelectors", RND_K_BOOL),
	FIELD("includeTemplates", RND_K_BOOL),
	OBJECT("fields", RND_K_STRUCTS, FIELD_SPEC),
};

static const struct rnd_k_field selector_fields[] = {
	ID_FIELDS,
	FIELD("annotationSelector", RND_K_STRING),
	FIELD("labelSelector", RND_K_STRING),
};

static const struct rnd_k_field patch_args_fields[] = {
	FIELD("allowNameChange", RND_K_BOOL),
	FIELD("allowKindChange", RND_K_BOOL),
};

static const struct rnd_k_field patch_fields[] = {
	FIELD("path", RND_K_STRING),
	FIELD("patch", RND_K_STRING),
	OBJECT("target", RND_K_STRUCT, SELECTOR),
	OBJECT("options", RND_K_STRUCT, PATCH_ARGS),
};

static const struct rnd_k_field image_fields[] = {
	FIELD("name", RND_K_STRING),
	FIELD("newName", RND_K_STRING),
	FIELD("tagSuffix", RND_K_STRING),
	FIELD("newTag", RND_K_STRING),
	FIELD("digest", RND_K_STRING),
};

static const struct rnd_k_field field_options_fields[] = {
	FIELD("delimiter", RND_K_STRING),
	FIELD("index", RND_K_INT),
	FIELD("encoding", RND_K_STRING),
	FIELD("create", RND_K_BOOL),
};

static const struct rnd_k_field source_fields[] = {
	ID_FIELDS,
	FIELD("fieldPath", RND_K_STRING),
	OBJECT("options", RND_K_STRUCT, FIELD_OPTIONS),
};

static const struct rnd_k_field target_fields[] = {
	OBJECT("select", RND_K_STRUCT, SELECTOR),
	OBJECT("reject", RND_K_STRUCTS, SELECTOR),
	FIELD("fieldPaths", RND_K_STRINGS),
	OBJECT("options", RND_K_STRUCT, FIELD_OPTIONS),
};

static const struct rnd_k_field replacement_fields[] = {
	OBJECT("source", RND_K_STRUCT, SOURCE),
	OBJECT("targets", RND_K_STRUCTS, TARGET),
	FIELD("sourceValue", RND_K_STRING),
};

static const struct rnd_k_field replacement_field_fields[] = {
	OBJECT("source", EMBEDDED_STRUCT, SOURCE),
	OBJECT("targets", EMBEDDED_STRUCTS, TARGET),
	FIELD("sourceValue", EMBEDDED_STRING),
	FIELD("path", RND_K_STRING),
};

static const struct rnd_k_field replica_fields[] = {
	FIELD("name", RND_K_STRING),
	NAMED("count", RND_K_INT, "int64"),
};

static const struct rnd_k_field var_target_fields[] = {
	FIELD("apiVersion", RND_K_STRING),
	ID_FIELDS,
};

static const struct rnd_k_field var_field_fields[] = {
	FIELD("fieldPath", RND_K_STRING),
};

static const struct rnd_k_field var_fields[] = {
	FIELD("name", RND_K_STRING),
	OBJECT("objref", RND_K_STRUCT, VAR_TARGET),
	OBJECT("fieldref", RND_K_STRUCT, VAR_FIELD),
};

static const struct rnd_k_field legacy_sort_fields[] = {
	FIELD("orderFirst", RND_K_STRINGS),
	FIELD("orderLast", RND_K_STRINGS),
};

static const struct rnd_k_field sort_fields[] = {
	NAMED("order", RND_K_STRING, "types.SortOrder"),
	OBJECT("legacySortOptions", RND_K_STRUCT, LEGACY_SORT),
};

static const struct rnd_k_field generator_options_fields[] = {
	FIELD("labels", RND_K_STRMAP),
	FIELD("annotations", RND_K_STRMAP),
	FIELD("disableNameSuffixHash", RND_K_BOOL),
	FIELD("immutable", RND_K_BOOL),
};

#define GENERATOR_FIELDS \
	FIELD("namespace", EMBEDDED_STRING), \
	FIELD("name", EMBEDDED_STRING), \
	FIELD("behavior", EMBEDDED_STRING), \
	FIELD("literals", EMBEDDED_STRINGS), \
	FIELD("files", EMBEDDED_STRINGS), \
	FIELD("envs", EMBEDDED_STRINGS), \
	FIELD("env", EMBEDDED_STRING), \
	OBJECT("options", EMBEDDED_STRUCT, GENERATOR_OPTIONS)

static const struct rnd_k_field config_map_fields[] = { GENERATOR_FIELDS };

static const struct rnd_k_field secret_fields[] = {
	GENERATOR_FIELDS,
	FIELD("type", EMBEDDED_STRING),
};

#define HELM_GLOBALS_FIELDS \
	FIELD("chartHome", EMBEDDED_STRING), \
	FIELD("configHome", EMBEDDED_STRING)

static const struct rnd_k_field helm_globals_fields[] = { HELM_GLOBALS_FIELDS };

#define HELM_CHART_FIELDS \
	FIELD("name", EMBEDDED_STRING), \
	FIELD("version", EMBEDDED_STRING), \
	FIELD("repo", EMBEDDED_STRING), \
	FIELD("releaseName", EMBEDDED_STRING), \
	FIELD("namespace", EMBEDDED_STRING), \
	FIELD("additionalValuesFiles", EMBEDDED_STRINGS), \
	FIELD("valuesFile", EMBEDDED_STRING), \
	FIELD("valuesInline", RND_K_ANYMAP), \
	FIELD("valuesMerge", EMBEDDED_STRING), \
	FIELD("includeCRDs", RND_K_BOOL), \
	FIELD("skipHooks", RND_K_BOOL), \
	FIELD("apiVersions", EMBEDDED_STRINGS), \
	FIELD("kubeVersion", EMBEDDED_STRING), \
	FIELD("nameTemplate", EMBEDDED_STRING), \
	FIELD("skipTests", RND_K_BOOL), \
	FIELD("debug", RND_K_BOOL), \
	FIELD("devel", RND_K_BOOL)

static const struct rnd_k_field helm_chart_fields[] = { HELM_CHART_FIELDS };

static const struct rnd_k_field helm_args_fields[] = {
	FIELD("chartName", RND_K_STRING),
	FIELD("chartVersion", RND_K_STRING),
	FIELD("chartRepoUrl", RND_K_STRING),
	FIELD("chartHome", RND_K_STRING),
	FIELD("chartRepoName", RND_K_STRING),
	FIELD("helmBin", RND_K_STRING),
	FIELD("helmHome", RND_K_STRING),
	FIELD("values", RND_K_STRING),
	FIELD("valuesLocal", RND_K_ANYMAP),
	FIELD("valuesMerge", RND_K_STRING),
	FIELD("releaseName", RND_K_STRING),
	FIELD("releaseNamespace", RND_K_STRING),
	FIELD("extraArgs", RND_K_STRINGS),
};

static const struct rnd_k_field kustomization_fields[] = {
	FIELD("apiVersion", RND_K_STRING),
	FIELD("kind", RND_K_STRING),
	OBJECT("metadata", RND_K_STRUCT, OBJECT_META),
	FIELD("openapi", RND_K_STRMAP),
	FIELD("namePrefix", RND_K_STRING),
	FIELD("nameSuffix", RND_K_STRING),
	FIELD("namespace", RND_K_STRING),
	FIELD("commonLabels", RND_K_STRMAP),
	OBJECT("labels", RND_K_STRUCTS, LABEL),
	FIELD("commonAnnotations", RND_K_STRMAP),
	NAMED("patchesStrategicMerge", RND_K_STRINGS, "types.PatchStrategicMerge"),
	OBJECT("patchesJson6902", RND_K_STRUCTS, PATCH),
	OBJECT("patches", RND_K_STRUCTS, PATCH),
	OBJECT("images", RND_K_STRUCTS, IMAGE),
	OBJECT("imageTags", RND_K_STRUCTS, IMAGE),
	OBJECT("replacements", RND_K_STRUCTS, REPLACEMENT_FIELD),
	OBJECT("replicas", RND_K_STRUCTS, REPLICA),
	OBJECT("vars", RND_K_STRUCTS, VAR),
	OBJECT("sortOptions", RND_K_STRUCT, SORT),
	FIELD("resources", RND_K_STRINGS),
	FIELD("components", RND_K_STRINGS),
	FIELD("crds", RND_K_STRINGS),
	FIELD("bases", RND_K_STRINGS),
	OBJECT("configMapGenerator", RND_K_STRUCTS, CONFIG_MAP),
	OBJECT("secretGenerator", RND_K_STRUCTS, SECRET),
	OBJECT("helmGlobals", RND_K_STRUCT, HELM_GLOBALS),
	OBJECT("helmCharts", RND_K_STRUCTS, HELM_CHART),
	OBJECT("helmChartInflationGenerator", RND_K_STRUCTS, HELM_ARGS),
	OBJECT("generatorOptions", RND_K_STRUCT, GENERATOR_OPTIONS),
	FIELD("configurations", RND_K_STRINGS),
	FIELD("generators", RND_K_STRINGS),
	FIELD("transformers", RND_K_STRINGS),
	FIELD("validators", RND_K_STRINGS),
	FIELD("buildMetadata", RND_K_STRINGS),
};

/* --- configurations: builtinconfig.TransformerConfig ------------------------------------------ */

static const struct rnd_k_field back_reference_fields[] = {
	GVK_FIELDS,
	OBJECT("fieldSpecs", RND_K_STRUCTS, FIELD_SPEC),
};

static const struct rnd_k_field config_fields[] = {
	OBJECT("namePrefix", RND_K_STRUCTS, FIELD_SPEC),
	OBJECT("nameSuffix", RND_K_STRUCTS, FIELD_SPEC),
	OBJECT("namespace", RND_K_STRUCTS, FIELD_SPEC),
	OBJECT("commonLabels", RND_K_STRUCTS, FIELD_SPEC),
	OBJECT("labels", RND_K_STRUCTS, FIELD_SPEC),
	OBJECT("templateLabels", RND_K_STRUCTS, FIELD_SPEC),
	OBJECT("commonAnnotations", RND_K_STRUCTS, FIELD_SPEC),
	OBJECT("nameReference", RND_K_STRUCTS, BACK_REFERENCE),
	OBJECT("varReference", RND_K_STRUCTS, FIELD_SPEC),
	OBJECT("images", RND_K_STRUCTS, FIELD_SPEC),
	OBJECT("replicas", RND_K_STRUCTS, FIELD_SPEC),
};

/* --- KRM functions (kyaml/fn/runtime/runtimeutil/functiontypes.go) ---------------------------- */

static const struct rnd_k_field mount_fields[] = {
	FIELD("type", RND_K_STRING),
	FIELD("src", RND_K_STRING),
	FIELD("dst", RND_K_STRING),
	FIELD("rw", RND_K_BOOL),
};
static const struct rnd_k_field container_fields[] = {
	FIELD("image", RND_K_STRING),
	FIELD("network", RND_K_BOOL),
	OBJECT("mounts", RND_K_STRUCTS, MOUNT),
	FIELD("envs", RND_K_STRINGS),
};
static const struct rnd_k_field exec_fields[] = {
	FIELD("path", RND_K_STRING),
	FIELD("args", RND_K_STRINGS),
	FIELD("envs", RND_K_STRINGS),
};
static const struct rnd_k_field function_fields[] = {
	FIELD("deferFailure", RND_K_BOOL),
	OBJECT("container", RND_K_STRUCT, CONTAINER),
	OBJECT("exec", RND_K_STRUCT, EXEC),
};

/* --- configurations of built-in plugins (api/internal/builtins) ------------------------------- */

#define SPECS_FIELD OBJECT("fieldSpecs", RND_K_STRUCTS, FIELD_SPEC)
#define META_FIELD OBJECT("metadata", RND_K_STRUCT, OBJECT_META)

static const struct rnd_k_field annotations_fields[] = { FIELD("annotations", RND_K_STRMAP), SPECS_FIELD };
static const struct rnd_k_field labels_fields[] = { FIELD("labels", RND_K_STRMAP), SPECS_FIELD };
static const struct rnd_k_field image_tag_fields[] = {
	OBJECT("imageTag", RND_K_STRUCT, IMAGE),
	SPECS_FIELD,
};
static const struct rnd_k_field namespace_fields[] = {
	META_FIELD,
	SPECS_FIELD,
	FIELD("unsetOnly", RND_K_BOOL),
	NAMED("setRoleBindingSubjects", RND_K_STRING, "namespace.RoleBindingSubjectMode"),
};
static const struct rnd_k_field json6902_fields[] = {
	OBJECT("target", RND_K_STRUCT, SELECTOR),
	FIELD("path", RND_K_STRING),
	FIELD("jsonOp", RND_K_STRING),
};
static const struct rnd_k_field strategic_merge_fields[] = {
	NAMED("paths", RND_K_STRINGS, "types.PatchStrategicMerge"),
	FIELD("patches", RND_K_STRING),
};
static const struct rnd_k_field prefix_fields[] = { FIELD("prefix", RND_K_STRING), SPECS_FIELD };
static const struct rnd_k_field suffix_fields[] = { FIELD("suffix", RND_K_STRING), SPECS_FIELD };
static const struct rnd_k_field prefix_suffix_fields[] = {
	FIELD("prefix", RND_K_STRING),
	FIELD("suffix", RND_K_STRING),
	SPECS_FIELD,
};
static const struct rnd_k_field replacements_fields[] = {
	OBJECT("replacements", RND_K_STRUCTS, REPLACEMENT_FIELD),
};
static const struct rnd_k_field replica_count_fields[] = {
	OBJECT("replica", RND_K_STRUCT, REPLICA),
	SPECS_FIELD,
};
static const struct rnd_k_field value_target_fields[] = {
	OBJECT("selector", RND_K_STRUCT, SELECTOR),
	FIELD("fieldPath", RND_K_STRING),
	FIELD("filePathPosition", RND_K_INT),
};
static const struct rnd_k_field value_add_fields[] = {
	FIELD("value", RND_K_STRING),
	OBJECT("targets", RND_K_STRUCTS, VALUE_TARGET),
	FIELD("targetFilePath", RND_K_STRING),
};
static const struct rnd_k_field config_map_plugin_fields[] = { META_FIELD, GENERATOR_FIELDS };
static const struct rnd_k_field secret_plugin_fields[] = {
	META_FIELD,
	GENERATOR_FIELDS,
	FIELD("type", EMBEDDED_STRING),
};
static const struct rnd_k_field helm_plugin_fields[] = { HELM_GLOBALS_FIELDS, HELM_CHART_FIELDS };
static const struct rnd_k_field kubernetes_service_fields[] = {
	FIELD("name", RND_K_STRING),
	FIELD("namespace", RND_K_STRING),
};
static const struct rnd_k_field service_account_fields[] = {
	FIELD("name", RND_K_STRING),
	FIELD("projectId", RND_K_STRING),
};
static const struct rnd_k_field iam_policy_fields[] = {
	NAMED("cloud", EMBEDDED_STRING, "types.Cloud"),
	OBJECT("kubernetesService", EMBEDDED_STRUCT, KUBERNETES_SERVICE),
	OBJECT("serviceAccount", EMBEDDED_STRUCT, SERVICE_ACCOUNT),
};


/* --- the types -------------------------------------------------------------------------------- */

#define TYPE(go, rows) { go, rows, sizeof(rows) / sizeof(rows)[0] }
const struct rnd_k_type rnd_k_types[] = {
	[RND_K_TYPE_OBJECT_META] = TYPE("ObjectMeta", object_meta_fields),
	[RND_K_TYPE_FIELD_SPEC] = TYPE("FieldSpec", field_spec_fields),
	[RND_K_TYPE_LABEL] = TYPE("Label", label_fields),
	[RND_K_TYPE_SELECTOR] = TYPE("Selector", selector_fields),
	[RND_K_TYPE_PATCH_ARGS] = TYPE("PatchArgs", patch_args_fields),
	[RND_K_TYPE_PATCH] = TYPE("Patch", patch_fields),
	[RND_K_TYPE_IMAGE] = TYPE("Image", image_fields),
	[RND_K_TYPE_FIELD_OPTIONS] = TYPE("FieldOptions", field_options_fields),
	[RND_K_TYPE_SOURCE] = TYPE("SourceSelector", source_fields),
	[RND_K_TYPE_TARGET] = TYPE("TargetSelector", target_fields),
	[RND_K_TYPE_REPLACEMENT_FIELD] = TYPE("ReplacementField", replacement_field_fields),
	[RND_K_TYPE_REPLICA] = TYPE("Replica", replica_fields),
	[RND_K_TYPE_VAR_TARGET] = TYPE("Target", var_target_fields),
	[RND_K_TYPE_VAR_FIELD] = TYPE("FieldSelector", var_field_fields),
	[RND_K_TYPE_VAR] = TYPE("Var", var_fields),
	[RND_K_TYPE_LEGACY_SORT] = TYPE("LegacySortOptions", legacy_sort_fields),
	[RND_K_TYPE_SORT] = TYPE("SortOptions", sort_fields),
	[RND_K_TYPE_GENERATOR_OPTIONS] = TYPE("GeneratorOptions", generator_options_fields),
	[RND_K_TYPE_CONFIG_MAP] = TYPE("ConfigMapArgs", config_map_fields),
	[RND_K_TYPE_SECRET] = TYPE("SecretArgs", secret_fields),
	[RND_K_TYPE_HELM_GLOBALS] = TYPE("HelmGlobals", helm_globals_fields),
	[RND_K_TYPE_HELM_ARGS] = TYPE("HelmChartArgs", helm_args_fields),
	[RND_K_TYPE_BACK_REFERENCE] = TYPE("NameBackReferences", back_reference_fields),
	[RND_K_TYPE_MOUNT] = TYPE("StorageMount", mount_fields),
	[RND_K_TYPE_CONTAINER] = TYPE("ContainerSpec", container_fields),
	[RND_K_TYPE_EXEC] = TYPE("ExecSpec", exec_fields),
	[RND_K_TYPE_VALUE_TARGET] = TYPE("Target", value_target_fields),
	[RND_K_TYPE_KUBERNETES_SERVICE] = TYPE("KubernetesService", kubernetes_service_fields),
	[RND_K_TYPE_SERVICE_ACCOUNT] = TYPE("ServiceAccount", service_account_fields),
	[RND_K_TYPE_REPLACEMENT] = TYPE("Replacement", replacement_fields),
	[RND_K_TYPE_HELM_CHART] = TYPE("HelmChart", helm_chart_fields),
	[RND_K_TYPE_KUSTOMIZATION] = TYPE("Kustomization", kustomization_fields),
	[RND_K_TYPE_CONFIG] = TYPE("TransformerConfig", config_fields),
	[RND_K_TYPE_FUNCTION] = TYPE("FunctionSpec", function_fields),
};

static const struct rnd_k_type plugins[] = {
	TYPE("AnnotationsTransformer", annotations_fields),
	TYPE("ConfigMapGenerator", config_map_plugin_fields),
	TYPE("HelmChartInflationGenerator", helm_plugin_fields),
	TYPE("IAMPolicyGenerator", iam_policy_fields),
	TYPE("ImageTagTransformer", image_tag_fields),
	TYPE("LabelTransformer", labels_fields),
	TYPE("NamespaceTransformer", namespace_fields),
	TYPE("PatchJson6902Transformer", json6902_fields),
	TYPE("PatchStrategicMergeTransformer", strategic_merge_fields),
	TYPE("PatchTransformer", patch_fields),
	TYPE("PrefixSuffixTransformer", prefix_suffix_fields),
	TYPE("PrefixTransformer", prefix_fields),
	TYPE("ReplacementTransformer", replacements_fields),
	TYPE("ReplicaCountTransformer", replica_count_fields),
	TYPE("SecretGenerator", secret_plugin_fields),
	TYPE("SuffixTransformer", suffix_fields),
	TYPE("ValueAddTransformer", value_add_fields),
};
/* clang-format on */

const struct rnd_k_type *rnd_k_plugin_type(kv_str kind)
{
	for (size_t i = 0; i < sizeof plugins / sizeof *plugins; i++)
		if (kv_str_eq(kind, kv_str_c(plugins[i].go_name)))
			return &plugins[i];
	return NULL;
}
