/* filters/external_secrets_defaults.c: defaults of a structural schema, as the API server fills them in
 * (apiextensions-apiserver, pkg/apiserver/schema/defaulting/algorithm.go, Default). */
#include "filters/external_secrets.h"

static int fill(struct kv_job *job, krm_val schema, krm_val into, size_t depth);

static int fill_properties(struct kv_job *job, krm_val schema, krm_val into, size_t depth)
{
	krm_val properties = krm_get(schema, "properties"), others = krm_get(schema, "additionalProperties");
	if (properties.kind == KRM_MAP)
		krm_map_each (properties.m, e) {
			krm_val preset = krm_get(e->val, "default"), copy;
			if (preset.kind == KRM_NIL || krm_map_find(into.m, krm_str(e->key)))
				continue;
			if (krm_copy(job, preset, &copy) < 0)
				return -1;
			krm_map_set(job->arena, into.m, krm_str(e->key), copy);
		}
	krm_map_each (into.m, e) {
		krm_val below = krm_get_str(properties, krm_str(e->key));
		if (fill(job, below.kind == KRM_MAP ? below : others, e->val, depth + 1) < 0)
			return -1;
	}
	return 0;
}

static int fill(struct kv_job *job, krm_val schema, krm_val into, size_t depth)
{
	if (depth > job->limits.depth)
		return kv_error(job, schema.pos, "the schema is nested too deep");
	if (into.kind == KRM_MAP)
		return fill_properties(job, schema, into, depth);
	for (size_t i = 0; i < krm_list_len(into); i++)
		if (fill(job, krm_get(schema, "items"), into.l->v[i], depth + 1) < 0)
			return -1;
	return 0;
}

int flt_fill_defaults(struct kv_job *job, krm_val schema, krm_val into)
{
	return fill(job, schema, into, 0);
}
