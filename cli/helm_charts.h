/* cli/helm_charts.h: what the commands of helm that write charts share. */
#ifndef CLI_HELM_CHARTS_H
#define CLI_HELM_CHARTS_H

#include "cli/helm.h"
#include "render/chart/load.h"

/* Seconds since 1970: SOURCE_DATE_EPOCH if it is set, else the clock. */
int64_t cli_helm_now(void);
/* The same with fractions, as Go's time.Time prints itself in JSON. */
kv_str cli_helm_timestamp(struct kv_arena *a);
/* Writes the archive of a chart into a folder, which is made (helm: chartutil.Save). */
KV_MUST int cli_helm_save(struct cli_helm *h, const struct rnd_chart *chart, kv_str dir, kv_str *ret_path);
/* Unpacks an archive into a folder of the chart's name in `dir` (helm: chartutil.Expand). The reader of archives refuses names that
 * lead out. */
KV_MUST int cli_helm_expand(struct cli_helm *h, kv_str archive, kv_str dir);
/* "stat PATH: no such file or directory", or the reason of the system. */
int cli_helm_stat_error(struct kv_job *job, kv_str path);
/* `helm dependency update`; with `say` it tells what it does on standard output. */
KV_MUST int cli_helm_dependency_update(struct cli_helm *h, kv_str path, bool say);

#endif
