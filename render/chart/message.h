/* render/chart/message.h: template errors in Helm's words (helm: pkg/engine/engine.go). */
#ifndef RENDER_CHART_MESSAGE_H
#define RENDER_CHART_MESSAGE_H

#include "render/template/template.h"

/* The text after "Error: " for a template of a chart that did not parse or execute. */
kv_str rnd_tpl_message(struct kv_job *job, enum rnd_engine engine, kv_str file,
		       const struct rnd_tpl_error *error);

/* The same where Helm is not imitated: only what failed in the innermost template. The files and lines that Helm's text lists are in the
 * position of the error and in its notes. */
kv_str rnd_tpl_own_message(struct kv_job *job, const struct rnd_tpl_error *error);

#endif
