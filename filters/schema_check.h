/* filters/schema_check.h: an object against what is known of its kind: the structural schema of a CustomResourceDefinition, or the
 * built-in table of Kubernetes' own kinds.
 *
 * Mistakes are collected, not reported, and no text holds a value of the object. All memory is the job's.
 */
#ifndef FILTERS_SCHEMA_CHECK_H
#define FILTERS_SCHEMA_CHECK_H

#include "krm/resource.h"

struct flt_mistake {
	bool unknown; /* a field that the kind does not have; else a value that is wrong or missing */
	kv_pos pos;
	kv_str text; /* "spec.replicas must be an integer and is a string" */
};

struct flt_mistakes {
	struct flt_mistake *v; /* in the order of the object */
	size_t n, cap;
	size_t ncel; /* rules in CEL that hold for what is there; nobody evaluated them */
};

/* Where a value is: a step is a field or, where there is no name, an item. Steps live on the stack of the walk. */
struct flt_step {
	const struct flt_step *above; /* NULL: the object */
	kv_str name;
	size_t index;
};

/* Appends a mistake: the path, a blank, what is wrong. */
void flt_mistake_add(struct kv_job *job, struct flt_mistakes *mistakes, bool unknown,
		     const struct flt_step *at, kv_pos pos, const char *fmt, ...)
	__attribute__((format(printf, 6, 7)));
/* "a string", as JSON Schema calls it. */
const char *flt_type_shown(krm_val v);

/* A number without a fraction, however it was written: 80.0 becomes 80 on the way to the API server, as JSON. */
bool flt_is_whole(krm_val v);

/* NULL if the text has the format, or if the API server does not know the format; else what was expected: "an IPv4 address". */
const char *flt_format_missed(struct kv_job *job, kv_str format, kv_str text);

/* apiextensions-apiserver, pkg/apiserver: pruning and validation of one version's openAPIV3Schema.
 * `keeps_unknown`: spec.preserveUnknownFields. `has_status`: the status is a subresource, which the API server takes from no manifest. */
void flt_check_structural(struct kv_job *job, krm_val schema, krm_val obj, bool keeps_unknown,
			  bool has_status, struct flt_mistakes *ret);

/* Whether the table has the kind; then its mistakes: unknown fields, wrong types, and missing fields without which the API server accepts no
 * object. Types are those of Kubernetes 1.36. */
bool flt_check_core(struct kv_job *job, krm_val obj, struct flt_mistakes *ret);

/* The fields of a built-in kind ("apps/v1 Deployment") and of a type of the table: "*name:s ports:[ContainerPort". A star is a field
 * that must be there. Behind the colon: [ a list, { a map, then s string, i integer, f number, b boolean, q quantity, x integer or
 * string, o anything, or a type's name. False if the table has none. */
bool flt_core_kind(kv_str name, kv_str *ret_fields);
bool flt_core_type(kv_str name, kv_str *ret_fields);

#endif
