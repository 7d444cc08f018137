/* render/chart/missing.h: notes for an error about a value that a template did not find. */
#ifndef RENDER_CHART_MISSING_H
#define RENDER_CHART_MISSING_H

#include "render/chart/load.h"
#include "render/template/template.h"

/* Adds notes to the error that was reported last: which value a path ended at, where it was given (values.yaml, -f,
 * --set) or should have been, and what the key may have been meant to be. Nothing if the error is another one, or the value not of
 * `values`, those that the chart's templates see. */
void rnd_tell_missing(struct kv_job *job, const struct rnd_chart *chart, krm_val values,
		      const struct rnd_tpl_error *e);

#endif
