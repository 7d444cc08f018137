/* krm/json.h: JSON in and out, with encoding/json's numbers, escapes and error texts. */
#ifndef KRM_JSON_H
#define KRM_JSON_H

#include "krm/value.h"

enum krm_json_numbers {
	KRM_JSON_FLOAT,  /* every number float64: encoding/json into interface{} */
	KRM_JSON_EXACT,  /* INT64, UINT64 where they fit, else FLOAT: sigs yaml's and kustomize's view */
	KRM_JSON_TEXT,   /* BYTES with the number's text: json.Number */
};

/* One value and nothing behind it. On failure *ret_error is encoding/json's text ("invalid character 'x' looking for
 * beginning of value", "unexpected end of JSON input") and *ret_offset the byte. Nothing is reported to the job. *ret is untouched then,
 * unless the text is JSON and only numbers do not fit: it gets what encoding/json leaves, nil for those. */
KV_MUST int krm_json_read(struct kv_job *job, kv_str text, enum krm_json_numbers numbers, krm_val *ret,
                          kv_str *ret_error, size_t *ret_offset);

/* What encoding/json calls the value in its errors: "object", "number". */
const char *krm_json_kind(krm_val v);

struct krm_json_style {
	bool html;          /* escape < > & as encoding/json does by default */
	const char *indent; /* NULL: compact; "  " for toPrettyJson */
	bool in_order;      /* untyped maps keep the order of their keys, as Go's structs do */
};

/* A string as encoding/json quotes it; bad UTF-8 becomes \ufffd. */
void krm_json_write_string(struct kv_buf *b, kv_str s, bool html);

/* Keys sorted by bytes. *ret_error: encoding/json's text for NaN, infinities, cycles, non-string keys. */
KV_MUST int krm_json_write(struct kv_job *job, krm_val v, struct krm_json_style style, struct kv_buf *out,
                           kv_str *ret_error);

#endif
