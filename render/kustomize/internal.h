/* render/kustomize/internal.h: what the files of a kustomize build share; nobody else includes it.
 *
 * Everything belongs to the build's job. kustomize keeps its records about a resource in annotations; here
 * they lie beside the tree (struct rnd_k_res), and rnd_k_expose / rnd_k_absorb move them in and out of the
 * tree where a step can see or lose them (functions, strategic merges that touch metadata.annotations as a
 * whole).
 *
 * Who writes what: a step changes trees through res->r->obj. After it changed apiVersion, kind, name or
 * namespace of a resource that is in an accumulator it calls rnd_k_moved, so that the indexes stay true.
 */
#ifndef RENDER_KUSTOMIZE_INTERNAL_H
#define RENDER_KUSTOMIZE_INTERNAL_H

#include "base/map.h"
#include "krm/resource.h"
#include "krm/scalar.h"
#include "render/kustomize/build.h"

/* --- identity (kyaml/resid) ------------------------------------------------------------------- */

struct rnd_k_id {
	struct krm_gvk gvk;
	kv_str name, namespace; /* namespace as written: may be empty */
};

/* An identity that a resource had earlier; group and version are always the current ones. */
struct rnd_k_prev {
	kv_str name, namespace /* effective: "default", "_non_namespaceable_" */, kind;
};

/* Growing list of strings. */
struct rnd_k_strs {
	kv_str *v;
	uint32_t n, cap;
};

/* --- provenance (api/resource/origin.go) ------------------------------------------------------ */

struct rnd_k_origin {
	kv_str path, repo, ref;
	kv_str configured_in;
	kv_str by_api_version, by_kind, by_name, by_namespace; /* configuredBy */
};

/* --- the build's record of a resource --------------------------------------------------------- */

/* types.GenerationBehavior; anything unknown is UNSPECIFIED. */
enum rnd_k_behavior { RND_K_UNSPECIFIED, RND_K_CREATE, RND_K_REPLACE, RND_K_MERGE };

struct rnd_k_res {
	/* r->build points back; r->obj is NIL after `$patch: delete` of the whole object. */
	struct krm_resource *r;
	struct rnd_k_build *b;
	struct rnd_k_prev *prev; /* oldest first: StorePreviousId appends */
	size_t nprev, prev_cap;
	struct rnd_k_strs prefixes, suffixes; /* in the order in which they were added */
	struct rnd_k_strs ref_by;             /* ids of referrers, as text */
	struct rnd_k_strs ref_vars;           /* names of vars that read this resource */
	enum rnd_k_behavior behavior;
	bool has_behavior;                         /* the annotation exists: made by a generator */
	bool needs_hash;                           /* needsHashSuffix: enabled */
	bool helm_generated;                       /* the namespace step leaves it alone */
	bool allow_name_change, allow_kind_change; /* patches only */
	bool filed, known;                         /* private to acc.c, as what is at the end */
	struct rnd_k_origin *origin;               /* NULL unless buildMetadata asks */
	struct rnd_k_origin **transformations;
	size_t ntransformations, transformations_cap;
	size_t place; /* index in its accumulator's list */
	/* Private to acc.c: under which hashes it is found. */
	uint32_t filed_as; /* its current id */
	/* What the accumulator's `any` knows it by, if it is there. */
	uint32_t known_id, known_name; /* what it was filed as last */
	uint32_t known_version;        /* group and version then, which all its ids share */
	uint32_t nknown;               /* of `prev` */
};

/* A list of records in order; what lookups give. */
struct rnd_k_list {
	struct rnd_k_res **v;
	size_t n, cap;
};

/* --- index.c ---------------------------------------------------------------------------------- */

/* Resources by the hash of a lookup key. The keys themselves are not kept: the caller compares what it finds, so a resource that was
 * filed under an old key does no harm. */
struct rnd_k_hit {
	struct rnd_k_res *res; /* NULL: free */
	uint32_t hash;
	uint32_t next; /* of the bucket, or of the free ones: its number + 1, 0 at the end */
};

struct rnd_k_index {
	struct kv_arena *arena;
	struct rnd_k_hit *hits;
	size_t n, cap;
	uint32_t *buckets; /* number of the newest hit + 1 */
	size_t nbuckets;   /* a power of two */
	uint32_t spare;
};

void rnd_k_index_init(struct rnd_k_index *x, struct kv_arena *a);
/* Nothing is in it any more; the memory is used again. */
void rnd_k_index_clear(struct rnd_k_index *x);
/* Room for n hits, made at once. */
void rnd_k_index_reserve(struct rnd_k_index *x, size_t n);
uint32_t rnd_k_hash(const kv_str *parts, size_t n);
#define RND_K_HASH(...) \
	rnd_k_hash((kv_str[]){ __VA_ARGS__ }, sizeof((kv_str[]){ __VA_ARGS__ }) / sizeof(kv_str))
void rnd_k_index_add(struct rnd_k_index *x, uint32_t hash, struct rnd_k_res *res);
/* The resource must have been added with this hash. */
void rnd_k_index_remove(struct rnd_k_index *x, uint32_t hash, const struct rnd_k_res *res);
/* The hits of a hash, in no order; NULL at their end. */
const struct rnd_k_hit *rnd_k_index_first(const struct rnd_k_index *x, uint32_t hash);
const struct rnd_k_hit *rnd_k_index_next(const struct rnd_k_index *x, const struct rnd_k_hit *hit);
/* Sorts by place, each resource once. */
void rnd_k_list_in_order(struct rnd_k_list *list);

/* --- transformer configuration (builtinconfig) ------------------------------------------------ */

struct rnd_k_spec {         /* types.FieldSpec */
	struct krm_gvk gvk; /* empty parts select anything */
	kv_str path;        /* "spec/template/spec/containers[]/image" */
	bool create;
	kv_pos pos; /* 0 for the built-in ones */
};

struct rnd_k_specs {
	struct rnd_k_spec *v;
	size_t n, cap;
};

struct rnd_k_backref { /* NameBackReferences: who refers to a kind, and in which fields */
	struct krm_gvk gvk;
	struct rnd_k_specs referrers;
};

struct rnd_k_config {
	struct rnd_k_specs name_prefix, name_suffix, namespace, common_labels, labels, template_labels,
		common_annotations, var_reference, images, replicas;
	struct rnd_k_backref *name_reference;
	size_t nname_reference, name_reference_cap;
};

/* The built-in lists (builtinpluginconsts), in upstream's order, not yet sorted. */
struct rnd_k_config *rnd_k_config_defaults(struct kv_arena *a);

/* --- accumulator (api/internal/accumulator, api/resmap) --------------------------------------- */

struct rnd_k_acc {
	struct rnd_k_list list;
	struct rnd_k_index current;        /* by current id */
	struct rnd_k_index any;            /* by any id and any name, current or previous */
	const struct rnd_k_config *config; /* NULL: empty */
	krm_val *vars;                     /* each a decoded Var */
	size_t nvars, vars_cap;
	struct kv_map var_names;
	bool indexed;       /* `any` is filled: once some lookups have gone through the list */
	size_t nscans;      /* such lookups since the resources were moved */
	size_t ncollisions; /* hashes of current ids that more than one resource has */
	size_t nempty;      /* resources whose object became empty and that are still in the list */
};

/* --- the build -------------------------------------------------------------------------------- */

/* A repository that a kustomization comes from. */
struct rnd_k_checkout {
	kv_str dir;        /* absolute and real */
	kv_str repository; /* as messages show it */
	bool local;        /* it lay on this machine */
};

/* One kustomization directory being read. */
struct rnd_k_target {
	struct rnd_k_target *parent;
	kv_str root;  /* absolute and real */
	kv_str file;  /* "kustomization.yaml" */
	krm_val kust; /* the decoded file: canonical field names, checked kinds, deprecated fields converted
		       */
	kv_pos pos;                  /* where it is named; 0 for the root */
	kv_str helm_namespace;       /* of the nearest overlay that sets one */
	struct rnd_k_origin *origin; /* NULL unless buildMetadata asks */
	bool restricted;             /* files must lie at or below `root` */
	kv_str uri;                  /* the Git reference that led here; empty: a path did */
	const struct rnd_k_checkout *checkout; /* that this target lies in; NULL: none */
};

struct rnd_k_build {
	struct kv_job *job;
	const struct rnd_build_options *options;
	struct rnd_k_target *target;     /* the one whose steps run now */
	krm_val build_metadata;          /* LIST of the root's options */
	const struct krm_schema *schema; /* NULL: the built-in one (openapi.path) */
	bool schema_set;                 /* the first kustomization with `openapi` decides */
	struct krm_shared_changes changes; /* of shared scalars, while a step is at one object */
	bool builtin_asked; /* a resource of a kind outside the scope table, or a merge, came before that one */
	const struct rnd_k_config *defaults; /* sorted; made once (config.c) */
	kv_str cwd;                          /* messages show paths relative to it */
	struct rnd_k_images *images;         /* labels.c, while one entry of `images` follows another */
	const char *step;                    /* the built-in transformer or generator that runs; NULL */
	kv_pos step_pos;                     /* of its configuration */
	kv_str *api_versions; /* helm.c: the array behind --helm-api-versions, which charts write to */
	size_t depth;
};

/* --- id.c ------------------------------------------------------------------------------------- */

/* The identity read from the tree now. */
struct rnd_k_id rnd_k_cur_id(const struct rnd_k_res *res);
kv_str rnd_k_cur_name(const struct rnd_k_res *res);
/* The oldest identity, or the current one. */
struct rnd_k_id rnd_k_org_id(const struct rnd_k_res *res);
struct rnd_k_id rnd_k_prev_id(const struct rnd_k_res *res, size_t i);
/* EffectiveNamespace: "_non_namespaceable_" for cluster-scoped kinds, "default" for none. */
kv_str rnd_k_effective_namespace(struct rnd_k_id id);
bool rnd_k_gvk_equal(struct krm_gvk a, struct krm_gvk b);
bool rnd_k_gvk_selected(struct krm_gvk x, struct krm_gvk selector);   /* empty selector parts are wildcards */
bool rnd_k_id_selected(struct rnd_k_id id, struct rnd_k_id selector); /* ResId.IsSelectedBy */
kv_str rnd_k_id_str(struct kv_arena *a, struct rnd_k_id id);          /* "ConfigMap.v1.[noGrp]/name.[noNs]" */
kv_str rnd_k_gvk_str(struct kv_arena *a, struct krm_gvk gvk);         /* "ConfigMap.v1.[noGrp]" */
/* A text whose order of bytes is that of Gvk.IsLessThan. */
kv_str rnd_k_gvk_order_key(struct kv_arena *a, struct krm_gvk gvk);
/* The kinds that the legacy order puts first and last, ended by NULL. */
extern const char *const rnd_k_order_first[];
extern const char *const rnd_k_order_last[];

/* --- acc.c ------------------------------------------------------------------------------------ */

struct rnd_k_acc *rnd_k_acc_new(struct rnd_k_build *b);
struct rnd_k_res *rnd_k_res_new(struct rnd_k_build *b, struct krm_resource *r);
/* Append: an error if the current id is taken; the note shows where both come from. */
KV_MUST int rnd_k_append(struct rnd_k_build *b, struct rnd_k_acc *acc, struct rnd_k_res *res);
/* AppendAll of all that `from` holds, which is not used any more after it. */
KV_MUST int rnd_k_acc_join(struct rnd_k_build *b, struct rnd_k_acc *acc, struct rnd_k_acc *from);
/* Puts `res` in the place of `old`. */
void rnd_k_replace(struct rnd_k_build *b, struct rnd_k_acc *acc, struct rnd_k_res *old,
		   struct rnd_k_res *res);
/* The first resource with this current id, or NULL; *ret_n the number of matches. */
struct rnd_k_res *rnd_k_find(struct rnd_k_build *b, struct rnd_k_acc *acc, struct rnd_k_id id, size_t *ret_n);
/* Every resource that has or had the id (GetMatchingResourcesByAnyId), in list order. Empty objects are left
 * out. */
struct rnd_k_list rnd_k_find_any(struct rnd_k_build *b, struct rnd_k_acc *acc, struct rnd_k_id id);
/* Every resource that has or had the name, in list order. */
struct rnd_k_list rnd_k_find_name(struct rnd_k_build *b, struct rnd_k_acc *acc, kv_str name);
/* Tells the indexes that apiVersion, kind, name or namespace of the tree changed, or that the object became
 * empty. */
void rnd_k_moved(struct rnd_k_build *b, struct rnd_k_acc *acc, struct rnd_k_res *res);
/* A step is about to rename everything: what is not asked for in the meantime need not be indexed. */
void rnd_k_all_move(struct rnd_k_acc *acc);
/* StorePreviousId: appends the current identity to res->prev. Call before the change, rnd_k_moved after it. */
void rnd_k_store_previous(struct rnd_k_build *b, struct rnd_k_res *res);
/* GetById: exactly one match of any id of a strategic merge patch, else kustomize's error. */
KV_MUST int rnd_k_get_by_id(struct rnd_k_build *b, struct rnd_k_acc *acc, const struct rnd_k_res *patch,
			    struct rnd_k_res **ret);
/* What ApplySmPatch does after every patch with a target: drops empty objects and reports a duplicate current
 * id. Costs only what changed since the last call. */
KV_MUST int rnd_k_recheck(struct rnd_k_build *b, struct rnd_k_acc *acc);
/* Drops resources whose object became nil or empty. */
void rnd_k_drop_empties(struct rnd_k_build *b, struct rnd_k_acc *acc);
void rnd_k_str_push(struct rnd_k_build *b, struct rnd_k_strs *s, kv_str v);
/* strings.Split and strings.Join; the delimiter is not empty. */
struct rnd_k_strs rnd_k_strs_split(struct rnd_k_build *b, kv_str text, kv_str delimiter);
kv_str rnd_k_strs_join(struct rnd_k_build *b, const struct rnd_k_strs *parts, kv_str delimiter);
/* Writes the record as kustomize's annotations into the tree / takes them out of the tree into the record
 * (what is not there is forgotten). Absorb also removes an annotations map that it made empty. */
void rnd_k_expose(struct rnd_k_build *b, struct rnd_k_res *res);
void rnd_k_absorb(struct rnd_k_build *b, struct rnd_k_res *res);
/* A copy with an object of its own, exposed; NULL after reporting. */
struct rnd_k_res *rnd_k_with_records(struct rnd_k_build *b, const struct rnd_k_res *res);
/* metadata.annotations of an object, or NULL if there is none and `create` is not set. */
struct krm_map *rnd_k_annotations_map(struct rnd_k_build *b, krm_val obj, bool create);
/* True of a text that is no string where it stands without a tag and without quotes. */
bool rnd_k_is_typed(struct rnd_k_build *b, kv_str text);
/* SetAnnotations: every value becomes a string, a node of its own. */
void rnd_k_annotations_as_text(struct rnd_k_build *b, struct krm_map *m);
/* To be called wherever upstream writes one of its annotations (a transformation, or the options of a generator): from then on
 * metadata.annotations exists and its values are strings. Origins, former names and affixes only create the map. An empty one is left out
 * of the output. */
void rnd_k_annotate(struct rnd_k_build *b, struct rnd_k_res *res);
/* A key that kustomize writes without a tag: one that reads as a number, a boolean or the like is no string then, and the
 * object cannot be printed. */
krm_val rnd_k_key(struct rnd_k_build *b, kv_str text);
enum rnd_k_behavior rnd_k_behavior_of(kv_str s);
const char *rnd_k_behavior_name(enum rnd_k_behavior behavior);
/* True where kustomize's tree has a metadata.annotations map because of its records. */
bool rnd_k_has_records(const struct rnd_k_res *res);

/* --- origin.c --------------------------------------------------------------------------------- */

/* The two annotations of provenance, as part of rnd_k_expose and rnd_k_absorb. */
void rnd_k_origin_expose(struct rnd_k_build *b, const struct rnd_k_res *res, struct krm_map *annotations);
void rnd_k_origin_absorb(struct rnd_k_build *b, struct rnd_k_res *res, struct krm_map *annotations);

/* The origin with a further path element. */
struct rnd_k_origin *rnd_k_origin_append(struct rnd_k_build *b, const struct rnd_k_origin *o, kv_str path);
/* The origin of what a built-in plugin of this level makes or changes; NULL if origins are not wanted. */
struct rnd_k_origin *rnd_k_origin_builtin(struct rnd_k_build *b, const struct rnd_k_target *t,
					  const char *kind);
/* The same for a plugin that is configured by a resource. */
struct rnd_k_origin *rnd_k_origin_custom(struct rnd_k_build *b, const struct rnd_k_res *config);
/* Records the transformer on every resource; one without origin was made by it. NULL: nothing happens. */
void rnd_k_origin_transformed(struct rnd_k_build *b, struct rnd_k_acc *acc, struct rnd_k_origin *by);

/* --- loader.c --------------------------------------------------------------------------------- */

/* Reads a file named by the current target, with the load restriction; text lives in the job. */
KV_MUST int rnd_k_load(struct rnd_k_build *b, krm_val path, kv_str *ret_text);
/* The same with the position to blame. */
KV_MUST int rnd_k_load_at(struct rnd_k_build *b, kv_pos pos, kv_str path, kv_str *ret_text);
/* The folder of another kustomization, absolute and real. */
KV_MUST int rnd_k_root(struct rnd_k_build *b, kv_pos pos, kv_str path, kv_str *ret_root);
/* Makes a target that stands in what a Git reference names (newLoaderAtGitClone). */
KV_MUST int rnd_k_enter_checkout(struct rnd_k_build *b, kv_pos pos, kv_str uri, const struct rnd_git_url *url,
				 struct rnd_k_target *t);
/* Reports that bytes are missing which only the network has; -1. */
int rnd_k_needs_fetching(struct rnd_k_build *b, kv_pos pos, kv_str path);
/* A path of the current target as messages show it. */
kv_str rnd_k_display(struct rnd_k_build *b, kv_str path);
/* Documents of a text (resources or patches) as records that are in no accumulator. `name` is how messages
 * call it. */
KV_MUST int rnd_k_read(struct rnd_k_build *b, kv_str name, kv_str text, struct rnd_k_list *ret);

/* --- config.c --------------------------------------------------------------------------------- */

/* FsSlice.MergeAll, MergeOne: "conflicting fieldspecs" if a repeat differs in `create`. */
KV_MUST int rnd_k_specs_merge(struct rnd_k_build *b, struct rnd_k_specs *into,
			      const struct rnd_k_specs *from);
KV_MUST int rnd_k_specs_add(struct rnd_k_build *b, struct rnd_k_specs *into, struct rnd_k_spec spec);

KV_MUST int rnd_k_config_add_backref(struct rnd_k_build *b, struct rnd_k_config *c,
				     const struct rnd_k_backref *ref);
/* TransformerConfig.Merge: a new configuration, or one of the two. NULL is an empty one. */
KV_MUST int rnd_k_config_merge(struct rnd_k_build *b, const struct rnd_k_config *x,
			       const struct rnd_k_config *y, const struct rnd_k_config **ret);
/* The files of `configurations:` merged into the defaults. */
KV_MUST int rnd_k_config_read(struct rnd_k_build *b, krm_val paths, const struct rnd_k_config **ret);
/* A decoded list of field specs. */
struct rnd_k_specs rnd_k_specs_of(struct rnd_k_build *b, krm_val list);

/* --- kustfile.c ------------------------------------------------------------------------------- */

/* Reads and checks the kustomization file of t->root. */
KV_MUST int rnd_k_target_load(struct rnd_k_build *b, struct rnd_k_target *t);

/* --- decode.c --------------------------------------------------------------------------------- */

/* A step's configuration is a MAP with canonical field names whose kinds were checked against the
 * table in fields.c: strings are STRING, ints INT64, booleans BOOL; null fields are left out. So
 * krm_get(config, "newTag") is enough. */

/* --- steps ------------------------------------------------------------------------------------ */

/* One built-in transformer: `config` is what upstream gives the plugin of that name
 * (kusttarget_configplugin.go), the same for fields of the kustomization and for entries of
 * `transformers:`; `specs` are its fieldSpecs. `acc` holds what the level has accumulated. Files are
 * read with rnd_k_load. 0, or -1 after reporting kustomize's text. */
typedef int rnd_k_step(struct rnd_k_build *b, krm_val config, const struct rnd_k_specs *specs,
		       struct rnd_k_acc *acc);

rnd_k_step rnd_k_patch_strategic_merge; /* {paths: [..], patches: text} */
rnd_k_step rnd_k_patch;                 /* {path, patch, target, options} */
rnd_k_step rnd_k_patch_json6902;        /* {target, path, jsonOp} */
rnd_k_step rnd_k_namespace;    /* {metadata: {namespace}, unsetOnly, setRoleBindingSubjects}; specs */
rnd_k_step rnd_k_prefix;       /* {prefix}; specs */
rnd_k_step rnd_k_suffix;       /* {suffix}; specs */
rnd_k_step rnd_k_labels;       /* {labels: {..}}; specs */
rnd_k_step rnd_k_annotations;  /* {annotations: {..}}; specs */
rnd_k_step rnd_k_replicas;     /* {replica: {name, count}}; specs */
rnd_k_step rnd_k_images;       /* {imageTag: {name, newName, newTag, digest, tagSuffix}}; specs */
rnd_k_step rnd_k_replacements; /* {replacements: [..]} */
rnd_k_step rnd_k_value_add;    /* {value, targets}: only by `transformers:` */

/* --- fieldspec.c (api/filters/fieldspec, filtersutil) ----------------------------------------- */

/* Called for each node a path leads to; may change *node (its parent is updated by the caller). */
typedef int rnd_k_set_fn(struct rnd_k_build *b, void *ctx, krm_val *node);

/* Applies `set` to every node of the object that the spec selects; `create` says what to make for a missing
 * last field when spec->create is set (KRM_MAP, KRM_STRING, ...; KRM_NIL: nothing). */
KV_MUST int rnd_k_fieldspec(struct rnd_k_build *b, krm_val obj, const struct rnd_k_spec *spec,
			    enum krm_kind create, rnd_k_set_fn *set, void *ctx);
/* The text of a scalar as it was written or would be printed: what node.YNode().Value is in kustomize. */
kv_str rnd_k_scalar_text(struct rnd_k_build *b, krm_val v);
/* A scalar without a tag: its text is resolved by go-yaml v3's rules. */
krm_val rnd_k_scalar_untagged(struct rnd_k_build *b, kv_str text);

/* --- selector.c (types.Selector, resmap Select) ----------------------------------------------- */

/* The resources that a decoded selector {group, version, kind, name, namespace, labelSelector,
 * annotationSelector} selects, in list order. */
KV_MUST int rnd_k_select(struct rnd_k_build *b, struct rnd_k_acc *acc, krm_val selector,
			 struct rnd_k_list *ret);

#endif
