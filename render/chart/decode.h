/* render/chart/decode.h: a YAML tree into a C struct, with the coercions of sigs.k8s.io/yaml (a number or a
 * boolean where a string is wanted becomes its text) and the error texts of encoding/json. */
#ifndef RENDER_CHART_DECODE_H
#define RENDER_CHART_DECODE_H

#include "krm/value.h"
#include "render/engine.h"

enum rnd_field_type {
	RND_FIELD_STRING,  /* kv_str */
	RND_FIELD_TIME,    /* kv_str: RFC 3339, as it is written */
	RND_FIELD_BOOL,    /* bool */
	RND_FIELD_STRINGS, /* struct rnd_strings */
	RND_FIELD_STRMAP,  /* krm_val: a MAP of strings, or NIL */
	RND_FIELD_LIST,    /* krm_val: a LIST of anything, or NIL */
	RND_FIELD_STRUCT,  /* void *: one struct, NULL if absent */
	RND_FIELD_STRUCTS, /* struct rnd_pointers: a list of structs, NULL where an item is null */
};

struct rnd_strings {
	kv_str *v;
	size_t n;
	bool set; /* Go's nil slice against an empty one */
};

struct rnd_pointers {
	void **v;
	size_t n;
	bool set;
};

struct rnd_struct;

struct rnd_field {
	const char *name; /* of the JSON field */
	enum rnd_field_type type;
	size_t offset;
	const struct rnd_struct *item; /* of STRUCT, STRUCTS */
};

struct rnd_struct {
	const char *name;       /* "Metadata": messages name fields by it; "" of a struct without a name */
	const char *package[2]; /* by enum rnd_engine; of a struct without a name the whole type */
	size_t size;
	const struct rnd_field *fields;
	size_t nfields;
};

/* Decodes over what is there. A first wrong type does not stop it, as in Go; then -1 and *ret_error, "error
 * unmarshaling JSON: while decoding JSON: json: cannot unmarshal ...". */
KV_MUST int rnd_decode(struct kv_job *job, enum rnd_engine engine, krm_val v, const struct rnd_struct *type,
		       void *into, kv_str *ret_error);
/* The same of a JSON text, as encoding/json alone: no coercions, and errors begin with "json: cannot unmarshal ...". */
KV_MUST int rnd_decode_json(struct kv_job *job, enum rnd_engine engine, krm_val v, const struct rnd_struct *type,
			    void *into, kv_str *ret_error);

#endif
