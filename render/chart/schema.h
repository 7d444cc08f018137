/* render/chart/schema.h: values.schema.json of a chart and its subcharts (helm: pkg/chartutil/jsonschema.go). */
#ifndef RENDER_CHART_SCHEMA_H
#define RENDER_CHART_SCHEMA_H

#include "render/chart/load.h"

/* Checks the coalesced values. *ret_error: Helm's text. */
KV_MUST int rnd_schema_check(struct kv_job *job, enum rnd_engine engine, const struct rnd_chart *chart,
			     krm_val values, kv_str *ret_error);
/* Values against one schema text (ValidateAgainstSingleSchema). */
KV_MUST int rnd_schema_check_one(struct kv_job *job, kv_str schema, krm_val values, kv_str *ret_error);

#endif
