/* render/chart/schema.h: values.schema.json of a chart and its subcharts (helm: pkg/chartutil/jsonschema.go). */
#ifndef RENDER_CHART_SCHEMA_H
#define RENDER_CHART_SCHEMA_H

#include "render/chart/jsonschema.h"
#include "render/chart/load.h"

/* Checks the coalesced values. *ret_error: Helm's text; its parts are added to `faults`. */
KV_MUST int rnd_schema_check(struct kv_job *job, const struct rnd_chart *chart, krm_val values, kv_str *ret_error,
			     struct rnd_js_faults *faults);
/* Values against one schema text (ValidateAgainstSingleSchema); `faults` may be NULL. */
KV_MUST int rnd_schema_check_one(struct kv_job *job, kv_str schema, krm_val values, kv_str *ret_error,
				 struct rnd_js_faults *faults);

#endif
