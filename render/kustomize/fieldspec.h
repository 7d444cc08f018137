/* render/kustomize/fieldspec.h: paths and setters that the transformers share.
 *
 * A scalar that is set keeps the quotes of the old text (kyaml's FieldSetter): a number put into a quoted
 * field is text. An untagged text gets the type that its plain form has, so a name "12" written into an
 * unquoted field becomes a number.
 */
#ifndef RENDER_KUSTOMIZE_FIELDSPEC_H
#define RENDER_KUSTOMIZE_FIELDSPEC_H

#include "render/kustomize/internal.h"

/* Most paths are shorter; longer ones move to the arena. */
#define RND_K_PARTS 16

struct rnd_k_parts {
	kv_str *v;
	size_t n, cap;
	kv_str room[RND_K_PARTS];
};

/* utils.PathSplitter: one leading delimiter is dropped, a backslash before a delimiter keeps it. *ret must
 * stay where it is: v may point into it. */
void rnd_k_path_split(struct rnd_k_build *b, kv_str path, char delimiter, struct rnd_k_parts *ret);

/* rnd_k_fieldspec for each spec in order; NULL is none. */
KV_MUST int rnd_k_fieldspecs(struct rnd_k_build *b, krm_val obj, const struct rnd_k_specs *specs,
			     enum krm_kind create, rnd_k_set_fn *set, void *ctx);

bool rnd_k_is_scalar(krm_val v);       /* null too */
bool rnd_k_is_nil_or_empty(krm_val v); /* RNode.IsNilOrEmpty */
/* Reports InvalidNodeKindError; -1. */
int rnd_k_wrong_kind(struct rnd_k_build *b, const char *expected, krm_val got);

/* Sets a field of a map; the key of a new one is untagged. NULL if a new key is no string. */
krm_val *rnd_k_field_set(struct rnd_k_build *b, struct krm_map *map, kv_str name, krm_val v);
/* Put a scalar where *node is; an error for maps and lists. */
KV_MUST int rnd_k_set_value(struct rnd_k_build *b, krm_val *node, krm_val v);
KV_MUST int rnd_k_set_string(struct rnd_k_build *b, krm_val *node, kv_str text);
KV_MUST int rnd_k_set_untagged(struct rnd_k_build *b, krm_val *node, kv_str text);
/* An entry of the map *node. */
KV_MUST int rnd_k_set_entry(struct rnd_k_build *b, krm_val *node, kv_str name, krm_val v);
/* metadata.name, metadata.namespace, untagged; an empty namespace removes the field. */
void rnd_k_set_meta(struct rnd_k_build *b, krm_val obj, const char *field, kv_str text);
void rnd_k_set_kind(struct rnd_k_build *b, krm_val obj, kv_str text);

/* The namespace step on one object, without field specs (names.c). */
KV_MUST int rnd_k_namespace_of_one(struct rnd_k_build *b, krm_val obj, kv_str name);

#endif
