/* render/chart/objects.h: what templates see under ".": Chart, Files, Capabilities, Release, Values,
 * Subcharts, Template. */
#ifndef RENDER_CHART_OBJECTS_H
#define RENDER_CHART_OBJECTS_H

#include "render/chart/capabilities.h"
#include "render/chart/load.h"

krm_val rnd_object_capabilities(struct kv_job *job, const struct rnd_capabilities *c);
/* A struct for Helm 3, a map for Helm 4. */
krm_val rnd_object_chart(struct kv_job *job, enum rnd_engine engine, const struct rnd_chart *chart);
krm_val rnd_object_files(struct kv_job *job, enum rnd_engine engine, const struct rnd_files *files);
krm_val rnd_object_release(struct kv_job *job, const struct rnd_release *release);

#endif
