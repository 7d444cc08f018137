/* render/kustomize/fields.h: the fields of kustomization files and of the built-in plugins' configurations.
 *
 * One table (fields.c) with Go's names and types, which decode.c checks input against. Rows are the facts of
 * api/types.
 */
#ifndef RENDER_KUSTOMIZE_FIELDS_H
#define RENDER_KUSTOMIZE_FIELDS_H

#include "render/kustomize/internal.h"

enum rnd_k_field_kind {
	RND_K_STRING,
	RND_K_BOOL,
	RND_K_INT,     /* INT64 in the decoded tree */
	RND_K_STRINGS, /* []string */
	RND_K_STRMAP,  /* map[string]string */
	RND_K_ANYMAP,  /* map[string]interface{}, taken as it is */
	RND_K_STRUCT,
	RND_K_STRUCTS, /* list of structs */
	/* Added to a kind: the field is one of an embedded struct, of which sigs.k8s.io/yaml does not see that text is
	 * wanted (convertToJSONableObject follows the first index of a field only). */
	RND_K_EMBEDDED = 16,
};

/* The structs of Go that fields refer to. */
enum rnd_k_type_id {
	RND_K_TYPE_NONE,
	RND_K_TYPE_OBJECT_META,
	RND_K_TYPE_FIELD_SPEC,
	RND_K_TYPE_LABEL,
	RND_K_TYPE_SELECTOR,
	RND_K_TYPE_PATCH_ARGS,
	RND_K_TYPE_PATCH,
	RND_K_TYPE_IMAGE,
	RND_K_TYPE_FIELD_OPTIONS,
	RND_K_TYPE_SOURCE,
	RND_K_TYPE_TARGET,
	RND_K_TYPE_REPLACEMENT_FIELD,
	RND_K_TYPE_REPLICA,
	RND_K_TYPE_VAR_TARGET,
	RND_K_TYPE_VAR_FIELD,
	RND_K_TYPE_VAR,
	RND_K_TYPE_LEGACY_SORT,
	RND_K_TYPE_SORT,
	RND_K_TYPE_GENERATOR_OPTIONS,
	RND_K_TYPE_CONFIG_MAP,
	RND_K_TYPE_SECRET,
	RND_K_TYPE_HELM_GLOBALS,
	RND_K_TYPE_HELM_ARGS,
	RND_K_TYPE_BACK_REFERENCE,
	RND_K_TYPE_MOUNT,
	RND_K_TYPE_CONTAINER,
	RND_K_TYPE_EXEC,
	RND_K_TYPE_VALUE_TARGET,
	RND_K_TYPE_KUBERNETES_SERVICE,
	RND_K_TYPE_SERVICE_ACCOUNT,
	RND_K_TYPE_REPLACEMENT, /* of the files that `replacements:` names */
	RND_K_TYPE_HELM_CHART, /* an entry of `helmCharts` */
	RND_K_TYPE_KUSTOMIZATION,
	RND_K_TYPE_CONFIG, /* of the files of `configurations:` */
	RND_K_TYPE_FUNCTION, /* of the annotation config.kubernetes.io/function */
};

/* Names lie in the row: addresses would be relocated at every start of the program. */
struct rnd_k_field {
	char name[32];    /* as in JSON */
	uint8_t kind;     /* enum rnd_k_field_kind, RND_K_EMBEDDED may be added */
	uint8_t type;     /* enum rnd_k_type_id: of structs */
	char go_type[38]; /* the type that messages of encoding/json show; empty: by kind */
};

struct rnd_k_type {
	char go_name[32]; /* "Image" */
	const struct rnd_k_field *fields;
	size_t n;
};

extern const struct rnd_k_type rnd_k_types[]; /* by enum rnd_k_type_id */

/* The configuration of the built-in plugin of this kind ("PrefixTransformer"), or NULL. */
const struct rnd_k_type *rnd_k_plugin_type(kv_str kind);

enum rnd_k_decode_flags {
	RND_K_STRICT = 1, /* unknown fields are errors */
	RND_K_CONVERT =
		2, /* sigs.k8s.io/yaml.Unmarshal: numbers and booleans become text where it sees that a string is wanted */
	RND_K_CONVERT_ALL = 6, /* go-yaml v3: everywhere, and field names only as they are written */
};

/* Checks a tree read with KRM_YAML_HELM against the type and gives it canonical field names, without null
 * fields. Errors are encoding/json's, after `prefix`. */
KV_MUST int rnd_k_decode(struct rnd_k_build *b, krm_val in, const struct rnd_k_type *type, int flags,
			 const char *prefix, krm_val *ret);
/* What sigs.k8s.io/yaml makes of a map that is the value of a field of an embedded struct: it takes the map for that struct, so
 * numbers and booleans under the names of its text fields become text. In place. */
void rnd_k_convert_as(struct rnd_k_build *b, const struct rnd_k_type *type, struct krm_map *m);

#endif
