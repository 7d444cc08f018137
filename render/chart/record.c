/* render/chart/record.c: see record.h. */
#include "render/chart/record.h"

bool rnd_record_field(struct kv_job *job, const struct krm_object *o, kv_str name, krm_val *ret)
{
	(void)job;
	for (const struct rnd_record *r = o->data; r; r = r->embedded) {
		krm_val *v = krm_map_find(r->fields.m, name);
		if (v && name.n && name.p[0] >= 'A' && name.p[0] <= 'Z') {
			*ret = *v;
			return true;
		}
	}
	return false;
}

krm_val rnd_record_tree(struct kv_job *job, const struct krm_object *o)
{
	(void)job;
	return ((const struct rnd_record *)o->data)->json;
}

krm_val rnd_record_fields(struct kv_job *job, const struct krm_object *o)
{
	(void)job;
	return ((const struct rnd_record *)o->data)->fields;
}

krm_val rnd_record_object(struct kv_job *job, const struct krm_class *class, struct rnd_record *record)
{
	struct krm_object *o = KV_NEW(job->arena, struct krm_object);
	o->class = class;
	o->data = record;
	return (krm_val){ .kind = KRM_OBJECT, .o = o };
}

void rnd_record_init(struct kv_job *job, struct rnd_record *r)
{
	r->fields = krm_map(job->arena, KRM_OF_ANY);
	r->json = krm_map(job->arena, KRM_OF_ANY);
}

static bool json_empty(krm_val v)
{
	switch (v.kind) {
	case KRM_NIL: return true;
	case KRM_BOOL: return !v.b;
	case KRM_STRING: return krm_str(v).n == 0;
	case KRM_LIST: return v.l->n == 0;
	case KRM_MAP: return v.m->live == 0;
	default: return false;
	}
}

void rnd_record_add(struct kv_job *job, struct rnd_record *r, const char *go, const char *json, bool omit,
		    krm_val v)
{
	krm_map_set_c(job->arena, r->fields.m, go, v);
	if (*json && !(omit && json_empty(v)))
		krm_map_set_c(job->arena, r->json.m, json, v);
}
