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

struct rnd_k_field {
	const char *name;    /* as in JSON */
	uint8_t kind;        /* enum rnd_k_field_kind, RND_K_EMBEDDED may be added */
	const char *go_type; /* the type that messages of encoding/json show; NULL: by kind */
	const struct rnd_k_type *type;
};

struct rnd_k_type {
	const char *go_name; /* "Image" */
	const struct rnd_k_field *fields;
	size_t n;
};

extern const struct rnd_k_type rnd_k_type_kustomization;
extern const struct rnd_k_type rnd_k_type_config;      /* files of `configurations:` */
extern const struct rnd_k_type rnd_k_type_function;    /* the annotation config.kubernetes.io/function */
extern const struct rnd_k_type rnd_k_type_helm_chart;  /* an entry of `helmCharts` */
extern const struct rnd_k_type rnd_k_type_replacement; /* of the files that `replacements:` names */

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
