/* krm/yaml.h: YAML in and out, with the rules of the Go libraries.
 *
 * Syntax, meaning of scalars, checks and choice of style are those of go-yaml v2 or v3, as each of Helm and kustomize
 * uses them. Values carry positions in the job's sources.
 */
#ifndef KRM_YAML_H
#define KRM_YAML_H

#include "krm/value.h"

/* Whose reading of scalars is wanted. */
enum krm_yaml_rules {
	KRM_YAML_KUSTOMIZE, /* go-yaml v3 nodes printed, read again and turned to JSON: ints are INT64/UINT64, dates
	                       become RFC 3339 strings; what JSON cannot hold is an error */
	KRM_YAML_HELM,      /* sigs.k8s.io/yaml.Unmarshal into interface{}: goyaml v2 then JSON: every number FLOAT */
	KRM_YAML_HELM_TYPED, /* the same before JSON, for decoding into structs: INT64 and UINT64 stay */
	KRM_YAML_PLAIN,     /* go-yaml v3 into interface{} for readers of configuration: INT64, no quirks, styles kept */
};

/* Reads a text of any number of documents. Empty documents and comment-only ones are left out for KUSTOMIZE and kept as
 * NIL otherwise. `name` is how messages call the text. With KUSTOMIZE a document that can be parsed is given, whatever is wrong
 * with it: of a repeated key the first one counts, keys are text; krm_yaml_check tells. */
KV_MUST int krm_yaml_read_all(struct kv_job *job, kv_str name, kv_str text, enum krm_yaml_rules rules,
                              krm_val **ret_docs, size_t *ret_n);
/* False if a text surely has no anchors and no aliases. */
bool krm_yaml_may_have_alias(kv_str text);
/* False if no line of a text but the first begins with "---" or "...". */
bool krm_yaml_may_have_mark(kv_str text);
/* Whether kustomize takes a text for more than one value: a line of it but the first begins with "---" (splitDocuments). */
bool krm_yaml_is_split(kv_str text);
/* Whether a text has line breaks other than line feeds. */
bool krm_yaml_has_other_breaks(kv_str text);
/* The aliases of a text that could be read, in their order. */
struct krm_alias {
	kv_str name;
	size_t at, anchor; /* bytes of the text: the alias, and the node that it stands for */
};
void krm_yaml_aliases(struct kv_job *job, kv_str text, struct krm_alias **ret, size_t *ret_n);
/* Reports what kustomize finds wrong with a document of krm_yaml_read_all only when it prints it (repeated keys, keys that are
 * no strings, infinities, tags that do not fit); `document` is the position of its root, `v` the tree as it is now. */
KV_MUST int krm_yaml_check(struct kv_job *job, kv_pos document, krm_val v);
/* The part of these checks that does not need the tree. */
KV_MUST int krm_yaml_check_document(struct kv_job *job, kv_pos document);
/* Reads the first document (as yaml.Unmarshal does); an empty text gives NIL. */
KV_MUST int krm_yaml_read(struct kv_job *job, kv_str name, kv_str text, enum krm_yaml_rules rules, krm_val *ret);
/* The same without reporting: *ret_error gets Go's text ("error converting YAML to JSON: yaml: line 2: ..." for HELM),
 * made in the arena, and -1 is returned. For fromYaml and for Helm's own messages. */
KV_MUST int krm_yaml_try(struct kv_job *job, kv_str text, enum krm_yaml_rules rules, krm_val *ret, kv_str *ret_error);
/* The same for a text that is a source of the job: `base` is the position of its first byte. */
KV_MUST int krm_yaml_try_at(struct kv_job *job, kv_pos base, kv_str text, enum krm_yaml_rules rules, krm_val *ret,
			    kv_str *ret_error);

/* Appends what UnmarshalStrict of sigs.k8s.io/yaml says about keys that a map has twice, "\n  line 3: key \"a\" already set in map"
 * each; nothing for a text that cannot be read. */
void krm_yaml_repeated_keys(struct kv_job *job, kv_str text, struct kv_buf *out);

/* Appends the entries of the root whose keys are among `keys`, whatever the case of their letters, as a text of their own: read
 * with the rules of HELM_TYPED it gives what these entries are in the whole. False, with `out` in any state, if the text is not
 * written in the plain block style of nearly all manifests, or may not be well-formed: then it has to be read whole. */
bool krm_yaml_excerpt(const struct kv_job *job, kv_str text, const char *const *keys, size_t n, struct kv_buf *out);

/* Changes the folded texts of a tree that was read with KUSTOMIZE as kustomize does when it makes JSON of the tree: it prints and reads
 * them with go-yaml v3, whose emitter doubles some line breaks and loses others. Each change is a warning. */
KV_MUST int krm_yaml_refold(struct kv_job *job, krm_val *v);

/* Appends a scalar as it was written in the text it was read from with KUSTOMIZE rules: 1.0 is "1.0", an absent value is "". For
 * filters that make strings of scalars. */
void krm_yaml_spelling(const struct kv_job *job, krm_val v, struct kv_buf *out);

/* Appends the tree as sigs.k8s.io/yaml.Marshal prints it (through JSON, with the emitter of goyaml v2): toYaml and the
 * final bytes of kustomize. Ends with a line feed. *ret_error: Go's text for what cannot be printed (cycles, NaN). */
KV_MUST int krm_yaml_write(struct kv_job *job, krm_val v, struct kv_buf *out, kv_str *ret_error);
/* True if krm_yaml_write is sure to print the tree: whoever prints much can begin before the end is made. */
bool krm_yaml_is_printable(const struct kv_job *job, krm_val v);
/* As goyaml.v3's encoder with indent 2 prints it, without the JSON detour: Helm's toYamlPretty. */
KV_MUST int krm_yaml_write_pretty(struct kv_job *job, krm_val v, struct kv_buf *out, kv_str *ret_error);
/* The style in which that encoder writes a string in a block collection. */
enum krm_style krm_yaml_style_of(kv_str text);

/* Appends the tree as people write it: block style, keys in the tree's order, lists indented below their keys; scalars as
 * krm_yaml_write has them. A list may not hold lists. */
KV_MUST int krm_yaml_write_ordered(struct kv_job *job, krm_val v, struct kv_buf *out, kv_str *ret_error);

/* Appends a tree that was read with positions as kyaml prints its nodes (go-yaml v3, indent 2, compact lists, no folding): order,
 * styles, spellings and comments stay. A plain STRING with KRM_TAGGED may begin with
 * its tag, "!!int x". */
KV_MUST int krm_yaml_write_nodes(struct kv_job *job, krm_val v, struct kv_buf *out, kv_str *ret_error);

#endif
