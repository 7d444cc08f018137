/* render/chart/complete.h: fetches the dependencies of Chart.yaml that are not in charts/.
 *
 * Helm needs `helm dependency build` first, which writes archives into charts/; here they are pinned, cached and used from there. What is
 * in charts/ is used as it is. Chart.lock decides about versions where it has the dependency.
 */
#ifndef RENDER_CHART_COMPLETE_H
#define RENDER_CHART_COMPLETE_H

#include "render/chart/chart.h"
#include "render/fetch/fetch.h"

/* Adds what is missing, also to the charts that are added. `dir` is the chart's folder, for file:// addresses: absolute, or empty where the
 * chart came as an archive, which has none. Such an address leads nowhere out of `within`, if that is not empty. */
KV_MUST int rnd_chart_complete(struct kv_job *job, kv_pos pos, enum rnd_engine engine, struct rnd_fetcher *f,
			       struct rnd_chart *chart, kv_str dir, kv_str within);

#endif
