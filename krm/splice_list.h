/* krm/splice_list.h: entries added to, and taken from, a list at the top of a document that a person wrote, such as
 * `resources:` and `patches:` of a kustomization.yaml.
 *
 * Every other byte stays: comments, order, quotes, indentation, line ends. New entries come last and are written as their
 * neighbours are. A list that is missing, null or empty becomes a block, indented as the other lists of the document are. A
 * block that loses its last entry goes with its key, unless a comment stands behind the key: then it is `[]`.
 */
#ifndef KRM_SPLICE_LIST_H
#define KRM_SPLICE_LIST_H

#include "krm/value.h"

struct krm_list_change {
	const char *field; /* a key at the top of the document: "resources" */
	const char *key;   /* entries are mappings that this key names: "path" for `patches`; NULL: they are strings */
	const kv_str *add; /* names, compared as paths: "./a" is "a"; those that are in the list already are passed over */
	size_t nadd;
	const kv_str *remove; /* those that are not in the list are passed over */
	size_t nremove;
};

/* Applies the changes in their order. *ret is `text` itself where nothing changes; `name` is how messages call it. An
 * empty text is a document without fields. -1: the text is no mapping in block style, or the list is written in a way that
 * cannot be changed in place; notes say what to add or remove by hand. */
KV_MUST int krm_splice_lists(struct kv_job *job, kv_str name, kv_str text,
			     const struct krm_list_change *changes, size_t n, kv_str *ret);
/* The name of an entry as it is compared, or an empty string. */
kv_str krm_list_entry_name(struct kv_arena *a, krm_val entry, const char *key);

#endif
