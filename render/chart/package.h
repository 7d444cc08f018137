/* render/chart/package.h: a loaded chart as an archive (helm: pkg/chartutil/save.go). */
#ifndef RENDER_CHART_PACKAGE_H
#define RENDER_CHART_PACKAGE_H

#include "render/chart/load.h"

/* Appends the .tgz with its subcharts unpacked in it; every file has the time `now`, in seconds. *ret_error: Helm's text. */
KV_MUST int rnd_chart_package(struct kv_job *job, enum rnd_engine engine, const struct rnd_chart *chart,
			      int64_t now, struct kv_buf *out, kv_str *ret_error);
/* "NAME-VERSION.tgz" */
kv_str rnd_package_name(struct kv_job *job, const struct rnd_chart *chart);

#endif
