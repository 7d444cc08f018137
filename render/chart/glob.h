/* render/chart/glob.h: the globs of .Files.Glob (gobwas/glob v0.2.3). */
#ifndef RENDER_CHART_GLOB_H
#define RENDER_CHART_GLOB_H

#include "base/job.h"

struct rnd_glob;

/* NULL if the pattern is malformed. `separator` is what * and ? do not match; 0: none. */
struct rnd_glob *rnd_glob_compile(struct kv_job *job, kv_str pattern, char separator);
/* What upstream panicked with on a text so far, empty if it did not. */
kv_str rnd_glob_panic(struct kv_job *job, const struct rnd_glob *glob);
bool rnd_glob_match(struct kv_job *job, const struct rnd_glob *glob, kv_str text);

#endif
