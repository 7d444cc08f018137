/* render/kustomize/fields.c: the table of fields (api/types, api/internal/builtins). */
#include "render/kustomize/fields.h"

#define TYPE(name, go, rows)                                                                                 \
	static const struct rnd_k_type name = { go, rows, sizeof(rows) / sizeof(rows)[0] }

/* clang-format off: one field a row */
#define EMBEDDED_STRING  (RND_K_STRING | RND_K_EMBEDDED)
#define EMBEDDED_STRINGS (RND_K_STRINGS | RND_K_EMBEDDED)
#define EMBEDDED_STRUCT  (RND_K_STRUCT | RND_K_EMBEDDED)
#define EMBEDDED_STRUCTS (RND_K_STRUCTS | RND_K_EMBEDDED)

#define GVK_FIELDS                                                                                           \
	{ "group", EMBEDDED_STRING, NULL, NULL }, { "version", EMBEDDED_STRING, NULL, NULL },                \
	{                                                                                                    \
		"kind", EMBEDDED_STRING, NULL, NULL                                                          \
	}

#define ID_FIELDS                                                                                            \
	GVK_FIELDS, { "name", EMBEDDED_STRING, NULL, NULL },                                                 \
	{                                                                                                    \
		"namespace", EMBEDDED_STRING, NULL, NULL                                                     \
	}

static const struct rnd_k_field object_meta_fields[] = {
	{ "name", RND_K_STRING, NULL, NULL },
	{ "namespace", RND_K_STRING, NULL, NULL },
	{ "labels", RND_K_STRMAP, NULL, NULL },
	{ "annotations", RND_K_STRMAP, NULL, NULL },
};
TYPE(object_meta, "ObjectMeta", object_meta_fields);

static const struct rnd_k_field field_spec_fields[] = {
	GVK_FIELDS,
	{ "path", RND_K_STRING, NULL, NULL },
	{ "create", RND_K_BOOL, NULL, NULL },
};
TYPE(field_spec, "FieldSpec", field_spec_fields);

static const struct rnd_k_field label_fields[] = {
	{ "pairs", RND_K_STRMAP, NULL, NULL },
	{ "includeSelectors", RND_K_BOOL, NULL, NULL },
	{ "includeTemplates", RND_K_BOOL, NULL, NULL },
	{ "fields", RND_K_STRUCTS, NULL, &field_spec },
};
TYPE(label, "Label", label_fields);

static const struct rnd_k_field selector_fields[] = {
	ID_FIELDS,
	{ "annotationSelector", RND_K_STRING, NULL, NULL },
	{ "labelSelector", RND_K_STRING, NULL, NULL },
};
TYPE(selector, "Selector", selector_fields);

static const struct rnd_k_field patch_args_fields[] = {
	{ "allowNameChange", RND_K_BOOL, NULL, NULL },
	{ "allowKindChange", RND_K_BOOL, NULL, NULL },
};
TYPE(patch_args, "PatchArgs", patch_args_fields);

static const struct rnd_k_field patch_fields[] = {
	{ "path", RND_K_STRING, NULL, NULL },
	{ "patch", RND_K_STRING, NULL, NULL },
	{ "target", RND_K_STRUCT, "types.Selector", &selector },
	{ "options", RND_K_STRUCT, "types.PatchArgs", &patch_args },
};
TYPE(patch, "Patch", patch_fields);

static const struct rnd_k_field image_fields[] = {
	{ "name", RND_K_STRING, NULL, NULL },      { "newName", RND_K_STRING, NULL, NULL },
	{ "tagSuffix", RND_K_STRING, NULL, NULL }, { "newTag", RND_K_STRING, NULL, NULL },
	{ "digest", RND_K_STRING, NULL, NULL },
};
TYPE(image, "Image", image_fields);

static const struct rnd_k_field field_options_fields[] = {
	{ "delimiter", RND_K_STRING, NULL, NULL },
	{ "index", RND_K_INT, "int", NULL },
	{ "encoding", RND_K_STRING, NULL, NULL },
	{ "create", RND_K_BOOL, NULL, NULL },
};
TYPE(field_options, "FieldOptions", field_options_fields);

static const struct rnd_k_field source_fields[] = {
	ID_FIELDS,
	{ "fieldPath", RND_K_STRING, NULL, NULL },
	{ "options", RND_K_STRUCT, "types.FieldOptions", &field_options },
};
TYPE(source, "SourceSelector", source_fields);

static const struct rnd_k_field target_fields[] = {
	{ "select", RND_K_STRUCT, "types.Selector", &selector },
	{ "reject", RND_K_STRUCTS, NULL, &selector },
	{ "fieldPaths", RND_K_STRINGS, NULL, NULL },
	{ "options", RND_K_STRUCT, "types.FieldOptions", &field_options },
};
TYPE(target, "TargetSelector", target_fields);

static const struct rnd_k_field replacement_fields[] = {
	{ "source", RND_K_STRUCT, "types.SourceSelector", &source },
	{ "targets", RND_K_STRUCTS, NULL, &target },
	{ "sourceValue", RND_K_STRING, NULL, NULL },
};
const struct rnd_k_type rnd_k_type_replacement = {
	"Replacement",
	replacement_fields,
	sizeof replacement_fields / sizeof replacement_fields[0],
};

static const struct rnd_k_field replacement_field_fields[] = {
	{ "source", EMBEDDED_STRUCT, "types.SourceSelector", &source },
	{ "targets", EMBEDDED_STRUCTS, NULL, &target },
	{ "sourceValue", EMBEDDED_STRING, NULL, NULL },
	{ "path", RND_K_STRING, NULL, NULL },
};
TYPE(replacement_field, "ReplacementField", replacement_field_fields);

static const struct rnd_k_field replica_fields[] = {
	{ "name", RND_K_STRING, NULL, NULL },
	{ "count", RND_K_INT, "int64", NULL },
};
TYPE(replica, "Replica", replica_fields);

static const struct rnd_k_field var_target_fields[] = {
	{ "apiVersion", RND_K_STRING, NULL, NULL },
	ID_FIELDS,
};
TYPE(var_target, "Target", var_target_fields);

static const struct rnd_k_field var_field_fields[] = {
	{ "fieldPath", RND_K_STRING, NULL, NULL },
};
TYPE(var_field, "FieldSelector", var_field_fields);

static const struct rnd_k_field var_fields[] = {
	{ "name", RND_K_STRING, NULL, NULL },
	{ "objref", RND_K_STRUCT, "types.Target", &var_target },
	{ "fieldref", RND_K_STRUCT, "types.FieldSelector", &var_field },
};
TYPE(var, "Var", var_fields);

static const struct rnd_k_field legacy_sort_fields[] = {
	{ "orderFirst", RND_K_STRINGS, NULL, NULL },
	{ "orderLast", RND_K_STRINGS, NULL, NULL },
};
TYPE(legacy_sort, "LegacySortOptions", legacy_sort_fields);

static const struct rnd_k_field sort_fields[] = {
	{ "order", RND_K_STRING, "types.SortOrder", NULL },
	{ "legacySortOptions", RND_K_STRUCT, "types.LegacySortOptions", &legacy_sort },
};
TYPE(sort, "SortOptions", sort_fields);

static const struct rnd_k_field generator_options_fields[] = {
	{ "labels", RND_K_STRMAP, NULL, NULL },
	{ "annotations", RND_K_STRMAP, NULL, NULL },
	{ "disableNameSuffixHash", RND_K_BOOL, NULL, NULL },
	{ "immutable", RND_K_BOOL, NULL, NULL },
};
TYPE(generator_options, "GeneratorOptions", generator_options_fields);

#define GENERATOR_FIELDS                                                                                     \
	{ "namespace", EMBEDDED_STRING, NULL, NULL }, { "name", EMBEDDED_STRING, NULL, NULL },                     \
		{ "behavior", EMBEDDED_STRING, NULL, NULL }, { "literals", EMBEDDED_STRINGS, NULL, NULL },         \
		{ "files", EMBEDDED_STRINGS, NULL, NULL }, { "envs", EMBEDDED_STRINGS, NULL, NULL },               \
		{ "env", EMBEDDED_STRING, NULL, NULL },                                                         \
	{                                                                                                    \
		"options", EMBEDDED_STRUCT, "types.GeneratorOptions", &generator_options                        \
	}

static const struct rnd_k_field config_map_fields[] = { GENERATOR_FIELDS };
TYPE(config_map, "ConfigMapArgs", config_map_fields);

static const struct rnd_k_field secret_fields[] = {
	GENERATOR_FIELDS,
	{ "type", EMBEDDED_STRING, NULL, NULL },
};
TYPE(secret, "SecretArgs", secret_fields);

#define HELM_GLOBALS_FIELDS                                                                                  \
	{ "chartHome", EMBEDDED_STRING, NULL, NULL },                                                           \
	{                                                                                                    \
		"configHome", EMBEDDED_STRING, NULL, NULL                                                       \
	}

static const struct rnd_k_field helm_globals_fields[] = { HELM_GLOBALS_FIELDS };
TYPE(helm_globals, "HelmGlobals", helm_globals_fields);

#define HELM_CHART_FIELDS                                                                                    \
	{ "name", EMBEDDED_STRING, NULL, NULL }, { "version", EMBEDDED_STRING, NULL, NULL },                       \
		{ "repo", EMBEDDED_STRING, NULL, NULL }, { "releaseName", EMBEDDED_STRING, NULL, NULL },           \
		{ "namespace", EMBEDDED_STRING, NULL, NULL },                                                   \
		{ "additionalValuesFiles", EMBEDDED_STRINGS, NULL, NULL },                                      \
		{ "valuesFile", EMBEDDED_STRING, NULL, NULL }, { "valuesInline", RND_K_ANYMAP, NULL, NULL },    \
		{ "valuesMerge", EMBEDDED_STRING, NULL, NULL }, { "includeCRDs", RND_K_BOOL, NULL, NULL },      \
		{ "skipHooks", RND_K_BOOL, NULL, NULL }, { "apiVersions", EMBEDDED_STRINGS, NULL, NULL },       \
		{ "kubeVersion", EMBEDDED_STRING, NULL, NULL }, { "nameTemplate", EMBEDDED_STRING, NULL, NULL },   \
		{ "skipTests", RND_K_BOOL, NULL, NULL }, { "debug", RND_K_BOOL, NULL, NULL },                \
	{                                                                                                    \
		"devel", RND_K_BOOL, NULL, NULL                                                              \
	}

static const struct rnd_k_field helm_chart_fields[] = { HELM_CHART_FIELDS };
const struct rnd_k_type rnd_k_type_helm_chart = {
	"HelmChart",
	helm_chart_fields,
	sizeof helm_chart_fields / sizeof helm_chart_fields[0],
};

static const struct rnd_k_field helm_args_fields[] = {
	{ "chartName", RND_K_STRING, NULL, NULL },     { "chartVersion", RND_K_STRING, NULL, NULL },
	{ "chartRepoUrl", RND_K_STRING, NULL, NULL },  { "chartHome", RND_K_STRING, NULL, NULL },
	{ "chartRepoName", RND_K_STRING, NULL, NULL }, { "helmBin", RND_K_STRING, NULL, NULL },
	{ "helmHome", RND_K_STRING, NULL, NULL },      { "values", RND_K_STRING, NULL, NULL },
	{ "valuesLocal", RND_K_ANYMAP, NULL, NULL },   { "valuesMerge", RND_K_STRING, NULL, NULL },
	{ "releaseName", RND_K_STRING, NULL, NULL },   { "releaseNamespace", RND_K_STRING, NULL, NULL },
	{ "extraArgs", RND_K_STRINGS, NULL, NULL },
};
TYPE(helm_args, "HelmChartArgs", helm_args_fields);

static const struct rnd_k_field kustomization_fields[] = {
	{ "apiVersion", RND_K_STRING, NULL, NULL },
	{ "kind", RND_K_STRING, NULL, NULL },
	{ "metadata", RND_K_STRUCT, "types.ObjectMeta", &object_meta },
	{ "openapi", RND_K_STRMAP, NULL, NULL },
	{ "namePrefix", RND_K_STRING, NULL, NULL },
	{ "nameSuffix", RND_K_STRING, NULL, NULL },
	{ "namespace", RND_K_STRING, NULL, NULL },
	{ "commonLabels", RND_K_STRMAP, NULL, NULL },
	{ "labels", RND_K_STRUCTS, NULL, &label },
	{ "commonAnnotations", RND_K_STRMAP, NULL, NULL },
	{ "patchesStrategicMerge", RND_K_STRINGS, "types.PatchStrategicMerge", NULL },
	{ "patchesJson6902", RND_K_STRUCTS, NULL, &patch },
	{ "patches", RND_K_STRUCTS, NULL, &patch },
	{ "images", RND_K_STRUCTS, NULL, &image },
	{ "imageTags", RND_K_STRUCTS, NULL, &image },
	{ "replacements", RND_K_STRUCTS, NULL, &replacement_field },
	{ "replicas", RND_K_STRUCTS, NULL, &replica },
	{ "vars", RND_K_STRUCTS, NULL, &var },
	{ "sortOptions", RND_K_STRUCT, "types.SortOptions", &sort },
	{ "resources", RND_K_STRINGS, NULL, NULL },
	{ "components", RND_K_STRINGS, NULL, NULL },
	{ "crds", RND_K_STRINGS, NULL, NULL },
	{ "bases", RND_K_STRINGS, NULL, NULL },
	{ "configMapGenerator", RND_K_STRUCTS, NULL, &config_map },
	{ "secretGenerator", RND_K_STRUCTS, NULL, &secret },
	{ "helmGlobals", RND_K_STRUCT, "types.HelmGlobals", &helm_globals },
	{ "helmCharts", RND_K_STRUCTS, NULL, &rnd_k_type_helm_chart },
	{ "helmChartInflationGenerator", RND_K_STRUCTS, NULL, &helm_args },
	{ "generatorOptions", RND_K_STRUCT, "types.GeneratorOptions", &generator_options },
	{ "configurations", RND_K_STRINGS, NULL, NULL },
	{ "generators", RND_K_STRINGS, NULL, NULL },
	{ "transformers", RND_K_STRINGS, NULL, NULL },
	{ "validators", RND_K_STRINGS, NULL, NULL },
	{ "buildMetadata", RND_K_STRINGS, NULL, NULL },
};
const struct rnd_k_type rnd_k_type_kustomization = {
	"Kustomization",
	kustomization_fields,
	sizeof kustomization_fields / sizeof kustomization_fields[0],
};

/* --- configurations: builtinconfig.TransformerConfig ------------------------------------------ */

static const struct rnd_k_field back_reference_fields[] = {
	GVK_FIELDS,
	{ "fieldSpecs", RND_K_STRUCTS, NULL, &field_spec },
};
TYPE(back_reference, "NameBackReferences", back_reference_fields);

static const struct rnd_k_field config_fields[] = {
	{ "namePrefix", RND_K_STRUCTS, NULL, &field_spec },
	{ "nameSuffix", RND_K_STRUCTS, NULL, &field_spec },
	{ "namespace", RND_K_STRUCTS, NULL, &field_spec },
	{ "commonLabels", RND_K_STRUCTS, NULL, &field_spec },
	{ "labels", RND_K_STRUCTS, NULL, &field_spec },
	{ "templateLabels", RND_K_STRUCTS, NULL, &field_spec },
	{ "commonAnnotations", RND_K_STRUCTS, NULL, &field_spec },
	{ "nameReference", RND_K_STRUCTS, NULL, &back_reference },
	{ "varReference", RND_K_STRUCTS, NULL, &field_spec },
	{ "images", RND_K_STRUCTS, NULL, &field_spec },
	{ "replicas", RND_K_STRUCTS, NULL, &field_spec },
};
const struct rnd_k_type rnd_k_type_config = {
	"TransformerConfig",
	config_fields,
	sizeof config_fields / sizeof config_fields[0],
};

/* --- KRM functions (kyaml/fn/runtime/runtimeutil/functiontypes.go) ---------------------------- */

static const struct rnd_k_field mount_fields[] = {
	{ "type", RND_K_STRING, NULL, NULL },
	{ "src", RND_K_STRING, NULL, NULL },
	{ "dst", RND_K_STRING, NULL, NULL },
	{ "rw", RND_K_BOOL, NULL, NULL },
};
TYPE(mount, "StorageMount", mount_fields);
static const struct rnd_k_field container_fields[] = {
	{ "image", RND_K_STRING, NULL, NULL },
	{ "network", RND_K_BOOL, NULL, NULL },
	{ "mounts", RND_K_STRUCTS, NULL, &mount },
	{ "envs", RND_K_STRINGS, NULL, NULL },
};
TYPE(container, "ContainerSpec", container_fields);
static const struct rnd_k_field exec_fields[] = {
	{ "path", RND_K_STRING, NULL, NULL },
	{ "args", RND_K_STRINGS, NULL, NULL },
	{ "envs", RND_K_STRINGS, NULL, NULL },
};
TYPE(exec, "ExecSpec", exec_fields);
static const struct rnd_k_field function_fields[] = {
	{ "deferFailure", RND_K_BOOL, NULL, NULL },
	{ "container", RND_K_STRUCT, "runtimeutil.ContainerSpec", &container },
	{ "exec", RND_K_STRUCT, "runtimeutil.ExecSpec", &exec },
};
const struct rnd_k_type rnd_k_type_function = {
	"FunctionSpec",
	function_fields,
	sizeof function_fields / sizeof function_fields[0],
};

/* --- configurations of built-in plugins (api/internal/builtins) ------------------------------- */

#define SPECS_FIELD                                                                                          \
	{                                                                                                    \
		"fieldSpecs", RND_K_STRUCTS, NULL, &field_spec                                               \
	}
#define META_FIELD                                                                                           \
	{                                                                                                    \
		"metadata", RND_K_STRUCT, "types.ObjectMeta", &object_meta                                   \
	}

static const struct rnd_k_field annotations_fields[] = { { "annotations", RND_K_STRMAP, NULL, NULL },
							 SPECS_FIELD };
static const struct rnd_k_field labels_fields[] = { { "labels", RND_K_STRMAP, NULL, NULL }, SPECS_FIELD };
static const struct rnd_k_field image_tag_fields[] = {
	{ "imageTag", RND_K_STRUCT, "types.Image", &image },
	SPECS_FIELD,
};
static const struct rnd_k_field namespace_fields[] = {
	META_FIELD,
	SPECS_FIELD,
	{ "unsetOnly", RND_K_BOOL, NULL, NULL },
	{ "setRoleBindingSubjects", RND_K_STRING, "namespace.RoleBindingSubjectMode", NULL },
};
static const struct rnd_k_field json6902_fields[] = {
	{ "target", RND_K_STRUCT, "types.Selector", &selector },
	{ "path", RND_K_STRING, NULL, NULL },
	{ "jsonOp", RND_K_STRING, NULL, NULL },
};
static const struct rnd_k_field strategic_merge_fields[] = {
	{ "paths", RND_K_STRINGS, "types.PatchStrategicMerge", NULL },
	{ "patches", RND_K_STRING, NULL, NULL },
};
static const struct rnd_k_field prefix_fields[] = { { "prefix", RND_K_STRING, NULL, NULL }, SPECS_FIELD };
static const struct rnd_k_field suffix_fields[] = { { "suffix", RND_K_STRING, NULL, NULL }, SPECS_FIELD };
static const struct rnd_k_field prefix_suffix_fields[] = {
	{ "prefix", RND_K_STRING, NULL, NULL },
	{ "suffix", RND_K_STRING, NULL, NULL },
	SPECS_FIELD,
};
static const struct rnd_k_field replacements_fields[] = {
	{ "replacements", RND_K_STRUCTS, NULL, &replacement_field },
};
static const struct rnd_k_field replica_count_fields[] = {
	{ "replica", RND_K_STRUCT, "types.Replica", &replica },
	SPECS_FIELD,
};
static const struct rnd_k_field value_target_fields[] = {
	{ "selector", RND_K_STRUCT, "types.Selector", &selector },
	{ "fieldPath", RND_K_STRING, NULL, NULL },
	{ "filePathPosition", RND_K_INT, "int", NULL },
};
TYPE(value_target, "Target", value_target_fields);
static const struct rnd_k_field value_add_fields[] = {
	{ "value", RND_K_STRING, NULL, NULL },
	{ "targets", RND_K_STRUCTS, NULL, &value_target },
	{ "targetFilePath", RND_K_STRING, NULL, NULL },
};
static const struct rnd_k_field config_map_plugin_fields[] = { META_FIELD, GENERATOR_FIELDS };
static const struct rnd_k_field secret_plugin_fields[] = {
	META_FIELD,
	GENERATOR_FIELDS,
	{ "type", EMBEDDED_STRING, NULL, NULL },
};
static const struct rnd_k_field helm_plugin_fields[] = { HELM_GLOBALS_FIELDS, HELM_CHART_FIELDS };
static const struct rnd_k_field kubernetes_service_fields[] = {
	{ "name", RND_K_STRING, NULL, NULL },
	{ "namespace", RND_K_STRING, NULL, NULL },
};
TYPE(kubernetes_service, "KubernetesService", kubernetes_service_fields);
static const struct rnd_k_field service_account_fields[] = {
	{ "name", RND_K_STRING, NULL, NULL },
	{ "projectId", RND_K_STRING, NULL, NULL },
};
TYPE(service_account, "ServiceAccount", service_account_fields);
static const struct rnd_k_field iam_policy_fields[] = {
	{ "cloud", EMBEDDED_STRING, "types.Cloud", NULL },
	{ "kubernetesService", EMBEDDED_STRUCT, "types.KubernetesService", &kubernetes_service },
	{ "serviceAccount", EMBEDDED_STRUCT, "types.ServiceAccount", &service_account },
};

#define PLUGIN(kind, rows)                                                                                   \
	{                                                                                                    \
		kind, rows, sizeof(rows) / sizeof(rows)[0]                                                   \
	}

static const struct rnd_k_type plugins[] = {
	PLUGIN("AnnotationsTransformer", annotations_fields),
	PLUGIN("ConfigMapGenerator", config_map_plugin_fields),
	PLUGIN("HelmChartInflationGenerator", helm_plugin_fields),
	PLUGIN("IAMPolicyGenerator", iam_policy_fields),
	PLUGIN("ImageTagTransformer", image_tag_fields),
	PLUGIN("LabelTransformer", labels_fields),
	PLUGIN("NamespaceTransformer", namespace_fields),
	PLUGIN("PatchJson6902Transformer", json6902_fields),
	PLUGIN("PatchStrategicMergeTransformer", strategic_merge_fields),
	PLUGIN("PatchTransformer", patch_fields),
	PLUGIN("PrefixSuffixTransformer", prefix_suffix_fields),
	PLUGIN("PrefixTransformer", prefix_fields),
	PLUGIN("ReplacementTransformer", replacements_fields),
	PLUGIN("ReplicaCountTransformer", replica_count_fields),
	PLUGIN("SecretGenerator", secret_plugin_fields),
	PLUGIN("SuffixTransformer", suffix_fields),
	PLUGIN("ValueAddTransformer", value_add_fields),
};
/* clang-format on */

const struct rnd_k_type *rnd_k_plugin_type(kv_str kind)
{
	for (size_t i = 0; i < sizeof plugins / sizeof *plugins; i++)
		if (kv_str_eq(kind, kv_str_c(plugins[i].go_name)))
			return &plugins[i];
	return NULL;
}
