/* render/kustomize/path.h: kyaml's paths into trees: PathGetter and PathMatcher (kyaml/yaml/fns.go,
 * kyaml/yaml/match.go).
 *
 * A path is a list of parts: a field, a number or "-" for an element, "[field=value]" or "[=value]" for the
 * elements that match, "*" for every element. A node is the place in its parent, good until the parent grows.
 */
#ifndef RENDER_KUSTOMIZE_PATH_H
#define RENDER_KUSTOMIZE_PATH_H

#include "render/kustomize/fieldspec.h"

/* utils.SmarterPathSplitter with "." as delimiter: brackets hold their dots; "[a.b]" is the field a.b. */
void rnd_k_path_split_smart(struct rnd_k_build *b, kv_str path, struct rnd_k_parts *ret);

/* PathGetter without creation: the first match. *ret is NULL if a part is missing; an error if a part does
 * not fit the node it meets, then *ret_error is its text and nothing is reported. */
KV_MUST int rnd_k_path_get(struct rnd_k_build *b, krm_val *node, const kv_str *parts, size_t n, krm_val **ret,
			   kv_str *ret_error);

/* The same with creation of a scalar (LookupCreate): fields and elements by value that are missing are made, but none
 * below a null, where *ret is NULL. */
KV_MUST int rnd_k_path_create(struct rnd_k_build *b, krm_val *node, const kv_str *parts, size_t n, krm_val **ret,
			      kv_str *ret_error);

struct rnd_k_nodes {
	krm_val **v;
	size_t n, cap;
	size_t lost; /* matches in the copy of a text, where setting has no effect */
};

/* PathMatcher: all matches, where the values of elements are regular expressions. `create` (KRM_NIL: nothing;
 * KRM_STRING, KRM_LIST, KRM_MAP) is made where a path ends at a missing place. Errors as above. */
KV_MUST int rnd_k_path_match(struct rnd_k_build *b, krm_val *node, const kv_str *parts, size_t n,
			     enum krm_kind create, struct rnd_k_nodes *ret, kv_str *ret_error);

/* The first document of a text as nodes, which need not be printable. False if it cannot be parsed. */
bool rnd_k_read_nodes(struct rnd_k_build *b, kv_str text, krm_val *ret);
/* Sets `v` (text `text` if it is a scalar) at a path that goes on inside the text of a scalar, which is read,
 * changed and written back as JSON or YAML (setValueInStructuredData of api/filters/replacement). False if
 * the path leads nowhere of that kind: then nothing changed and nothing is reported. */
bool rnd_k_set_in_text(struct rnd_k_build *b, krm_val *root, const struct rnd_k_parts *parts, krm_val v,
		       kv_str text, enum krm_kind create);

#endif
