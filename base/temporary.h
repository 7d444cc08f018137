/* base/temporary.h: temporary folders in $TMPDIR or /tmp, private to this user and removed with the job. A process that is killed leaves
 * them behind. */
#ifndef BASE_TEMPORARY_H
#define BASE_TEMPORARY_H

#include "base/job.h"

/* An empty folder; absolute and without links in its path. Removed with all that is in it when the job is freed. */
KV_MUST int kv_temporary_dir(struct kv_job *job, kv_str *ret_path);

#endif
