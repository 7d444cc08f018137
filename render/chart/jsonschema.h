/* render/chart/jsonschema.h: JSON Schema, drafts 4, 6, 7, 2019-09 and 2020-12, with the results and texts of
 * santhosh-tekuri/jsonschema v6.0.2.
 *
 * A schema text is compiled into a graph that belongs to the job; validation reads values as Helm has them. Orders that
 * are chance in Go (of a map's keys) are the bytes' order here.
 */
#ifndef RENDER_CHART_JSONSCHEMA_H
#define RENDER_CHART_JSONSCHEMA_H

#include "krm/value.h"

struct rnd_js_schema;

/* Reads a schema's text; compiles the document under its URL. *ret_error: upstream's text. */
KV_MUST int rnd_js_read(struct kv_job *job, kv_str text, krm_val *ret, kv_str *ret_error);
KV_MUST int rnd_js_compile(struct kv_job *job, kv_str url, krm_val doc, const struct rnd_js_schema **ret,
			   kv_str *ret_error);
/* Whether the document, not compiled, is a schema that allows the value. False: it may be; compile it. */
bool rnd_js_allows(struct kv_job *job, kv_str url, krm_val doc, krm_val v);
/* What is wrong with a value. */
struct rnd_js_fault {
	kv_str text; /* "at '/a': got number, want string" */
	kv_pos pos;  /* where the value was given; 0: unknown */
};
struct rnd_js_faults {
	struct rnd_js_fault *v;
	size_t n, cap;
};
/* Validates. *ret_error: "jsonschema validation failed with '...'\n- at '...': ...". Its parts are added to `faults`, unless that is NULL; what
 * none of several schemas allows is one. */
KV_MUST int rnd_js_validate(struct kv_job *job, const struct rnd_js_schema *schema, krm_val v,
			    kv_str *ret_error, struct rnd_js_faults *faults);

#endif
