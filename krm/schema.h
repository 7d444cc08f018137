/* krm/schema.h: what is known about the fields of Kubernetes types: how lists merge, which kinds have a
 * namespace.
 *
 * The built-in facts are those of the OpenAPI document of Kubernetes 1.21.2, which every kustomize 5 embeds
 * (kyaml/openapi), kept as tables of their merge lists only. A schema read from a file (`openapi: {path}`)
 * replaces them, but for the scope of the built-in kinds. A schema belongs to a job; a krm_schema_at is a
 * cursor into one and is passed by value.
 */
#ifndef KRM_SCHEMA_H
#define KRM_SCHEMA_H

#include "krm/resource.h"

struct krm_schema;
struct krm_schema_node;

/* The schema of one place in an object. `known` is false where nothing is known about it. */
typedef struct {
	bool known;
	const struct krm_schema *schema;
	const struct krm_schema_node *node; /* a built-in place; NULL: `json` */
	krm_val json;                       /* a place of a schema file, references resolved */
} krm_schema_at;

/* More keys than any type has: what is beyond is not used. */
#define KRM_SCHEMA_KEYS 4

/* How a list merges. */
struct krm_schema_merge {
	bool merges;                  /* the patch strategy contains "merge" */
	kv_str keys[KRM_SCHEMA_KEYS]; /* merge keys of the elements; none: the elements are scalars */
	size_t nkeys;
	bool has_facts; /* a strategy or a key is given at all */
};

/* Reads an OpenAPI document (JSON, or YAML as sigs.k8s.io/yaml reads it): `definitions` and `paths`. `with_builtin`: the
 * built-in definitions are there too, before those of the file. Upstream adds them when the scope of a kind outside its table
 * was asked for, or a patch was merged, before the file was named. */
KV_MUST int krm_schema_read(struct kv_job *job, kv_str name, kv_str text, bool with_builtin,
			    struct krm_schema **ret);

/* The schema of an object by its exact apiVersion and kind. `schema` NULL is the built-in one. */
krm_schema_at krm_schema_of(const struct krm_schema *schema, kv_str api_version, kv_str kind);
/* One schema object written out, such as a comment on a field holds; `json` must be a MAP. */
krm_schema_at krm_schema_of_json(const struct krm_schema *schema, krm_val json);
krm_schema_at krm_schema_field(krm_schema_at at, kv_str name);
krm_schema_at krm_schema_elements(krm_schema_at at);
struct krm_schema_merge krm_schema_merge_of(krm_schema_at at);

enum krm_scope { KRM_SCOPE_UNKNOWN, KRM_SCOPE_CLUSTER, KRM_SCOPE_NAMESPACE };
/* openapi.IsNamespaceScoped: the built-in kinds first, then the paths of the schema. */
enum krm_scope krm_schema_scope(const struct krm_schema *schema, struct krm_gvk gvk);

#endif
