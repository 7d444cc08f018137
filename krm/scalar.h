/* krm/scalar.h: the text of a scalar, as a node of go-yaml v3 has it.
 *
 * kyaml works on the texts of scalars: it compares merge keys, keeps quotes and copies values as text. A
 * krm_val holds what the text means; where it was read from a source of the job its position leads back to
 * the text.
 */
#ifndef KRM_SCALAR_H
#define KRM_SCALAR_H

#include "krm/value.h"

/* yaml.Node.Value: the text as written for a plain scalar that was read, else as go-yaml v3 would print it;
 * empty for lists and maps. Lives as long as the job. */
kv_str krm_scalar_text(struct kv_job *job, krm_val v);
/* Null for kyaml: NIL, and what was written as nothing in a flow collection, which the reader gives as the empty string
 * that it prints as. */
bool krm_is_null(krm_val v);
/* A null that was written as nothing ("key:"), not as null or ~. */
bool krm_null_is_blank(struct kv_job *job, krm_val v);
/* The value that a plain scalar without a tag has by the rules of go-yaml v3 (resolve.go); a date
 * becomes RFC 3339 text. */
krm_val krm_scalar_plain(struct kv_job *job, kv_str text);
/* The same as a node that has no tag (KRM_UNTAGGED), of which krm_scalar_text still gives the text. */
krm_val krm_scalar_untagged(struct kv_job *job, kv_str text);
/* The tag that go-yaml v3 gives a scalar: "!!str", "!!int". */
const char *krm_scalar_tag(krm_val v);
/* A date that was read without quotes, "!!timestamp": a string that is not its text. */
bool krm_scalar_is_date(struct kv_job *job, krm_val v);
/* kyaml's name of a node's kind: "MappingNode", "SequenceNode", "ScalarNode". */
const char *krm_node_kind(krm_val v);
/* A string that was written with quotes or as a block. */
bool krm_scalar_is_quoted(krm_val v);
/* Makes of a tree what decoding its nodes gives, where that is not what printing them and reading that gives: tags decide over
 * quotes, and what was written as nothing in a flow collection is null. No deeper than what krm_copy takes. */
void krm_scalar_decode(struct kv_job *job, krm_val *v);
/* `v` put where `old` stands in a document: the quotes of the old text stay, so a number becomes text there
 * (kyaml's FieldSetter). */
krm_val krm_scalar_in_place_of(struct kv_job *job, krm_val old, krm_val v);
/* kustomize puts one node into each label or annotation map that lacks a key, so a later change of one changes all of them.
 * Such scalars have KRM_SHARED and, as `pos`, a number that is no position of a text. */
struct krm_shared_changes {
	krm_val *v; /* new values, with the number of their nodes */
	size_t n, cap;
};
/* A new node. */
krm_val krm_scalar_share(struct kv_job *job, krm_val v);
/* `v` put where `old` stands, as above; where `old` is shared, the change is noted. */
krm_val krm_scalar_change(struct kv_job *job, struct krm_shared_changes *changes, krm_val old, krm_val v);
/* Brings the noted changes to all places of the object and empties the list. */
KV_MUST int krm_shared_changes_apply(struct kv_job *job, struct krm_shared_changes *changes, krm_val *obj);

/* The source text from `pos` on, and what lies before it; both empty where the position is unknown. */
kv_str krm_source_at(const struct kv_job *job, kv_pos pos, kv_str *ret_before);
/* The comment behind the value or key that begins at `pos`, on the same line, without the leading '#', else
 * the comment line right above it; empty if there is none. */
kv_str krm_comment_at(struct kv_job *job, kv_pos pos);

#endif
