/* render/chart/dependencies.h: which subcharts take part, under which names, and what they hand up (helm:
 * pkg/chartutil/dependencies.go). */
#ifndef RENDER_CHART_DEPENDENCIES_H
#define RENDER_CHART_DEPENDENCIES_H

#include "render/chart/load.h"

/* Helm's sentence about Chart.yaml's dependencies that are not in charts/; empty if all are. */
kv_str rnd_dependencies_missing(struct kv_job *job, const struct rnd_chart *chart);
/* The same as an error of an installation. *ret_error: Helm's text. */
KV_MUST int rnd_dependencies_check(struct kv_job *job, enum rnd_engine engine, const struct rnd_chart *chart,
				   kv_str *ret_error);
/* ProcessDependenciesWithMerge: aliases, tags, conditions, import-values. Changes the chart. */
KV_MUST int rnd_dependencies_process(struct kv_job *job, enum rnd_engine engine, struct rnd_chart *chart,
				     krm_val values, kv_str *ret_error);
/* chartutil.IsCompatibleRange */
bool rnd_version_fits(struct kv_job *job, kv_str constraint, kv_str version);

#endif
