/* render/chart/record.h: a Go struct that templates read, kept as two trees: its fields, and what JSON makes
 * of it. */
#ifndef RENDER_CHART_RECORD_H
#define RENDER_CHART_RECORD_H

#include "krm/value.h"

struct rnd_record {
	krm_val fields; /* MAP by Go's names in the struct's order; an unexported one prints but cannot be
			   read */
	krm_val json;   /* MAP by JSON names */
	const struct rnd_record *embedded; /* whose fields count as the struct's own */
};

bool rnd_record_field(struct kv_job *job, const struct krm_object *o, kv_str name, krm_val *ret);
krm_val rnd_record_tree(struct kv_job *job, const struct krm_object *o);
krm_val rnd_record_fields(struct kv_job *job, const struct krm_object *o);
krm_val rnd_record_object(struct kv_job *job, const struct krm_class *class, struct rnd_record *record);

/* Rows of a record under construction. An empty JSON name: not in JSON; `omit`: left out of JSON when empty. */
void rnd_record_init(struct kv_job *job, struct rnd_record *r);
void rnd_record_add(struct kv_job *job, struct rnd_record *r, const char *go, const char *json, bool omit,
		    krm_val v);

#endif
