/* render/chart/ignore.h: .helmignore rules (helm: pkg/ignore/rules.go) and Go's filepath.Match. */
#ifndef RENDER_CHART_IGNORE_H
#define RENDER_CHART_IGNORE_H

#include "base/job.h"
#include "render/engine.h"

struct rnd_ignore;

/* Rules with Helm's built-in one at the end; text may be empty. *ret_error: Helm's text. */
KV_MUST int rnd_ignore_parse(struct kv_job *job, enum rnd_engine engine, kv_str text, struct rnd_ignore **ret,
			     kv_str *ret_error);
/* True if the path, relative to the chart, is left out. To be asked in the order of Helm's walk: a rule that begins with slashes
 * loses one, of Helm 3 each time. A pattern whose mistake only this path shows is logged. */
bool rnd_ignore_match(struct rnd_ignore *rules, kv_str path, bool is_dir);

/* filepath.Match on Unix: 1 matches, 0 does not, -1 bad pattern. */
int rnd_path_match(kv_str pattern, kv_str name);

#endif
