/* render/log.h: lines of Helm's log, which it writes to standard error without failing. */
#ifndef RENDER_LOG_H
#define RENDER_LOG_H

#include "base/job.h"
#include "render/engine.h"

/* Where Helm is not imitated (base/job.h) all of them are warnings of ours, without a place and without Helm's "Warning:". */

/* The text behind the place in Helm 3's source ("coalesce.go:316"), as package log writes it; Helm 4 knows it as a message of
 * level INFO. */
void rnd_log(struct kv_job *job, enum rnd_engine engine, const char *place, kv_str text);
/* Helm 4's own lines, as log/slog writes them: `level=WARN msg="no value" path=a.b`. Names and values of the attributes follow
 * in turn as const char * and kv_str, ended by NULL. */
void rnd_log4(struct kv_job *job, const char *level, const char *message, ...);

#endif
