/* render/chart/archive.h: chart archives (.tgz), unpacked in memory.
 *
 * gzip and tar are read as Go reads them (render/chart/tar.h), but links, devices and sparse files are refused. File texts are views into one unpacked buffer of the job's arena.
 */
#ifndef RENDER_CHART_ARCHIVE_H
#define RENDER_CHART_ARCHIVE_H

#include "render/chart/load.h"

/* What archives that lie in each other share. */
struct rnd_allowance {
	size_t bytes;  /* that the files of all may have */
	size_t growth; /* that all may unpack to beyond sixteen times their own */
};
struct rnd_allowance rnd_archive_allowance(const struct kv_job *job);
/* The files of an archive, first path element removed (helm: pkg/chart/loader/archive). *ret_error: the text
 * of Helm or of Go's gzip and tar readers. `allowance` is lowered by what this one unpacks to; NULL for an archive alone. */
KV_MUST int rnd_archive_read(struct kv_job *job, enum rnd_engine engine, kv_str bytes, struct rnd_allowance *allowance,
			     struct rnd_files *ret, kv_str *ret_error);
/* False, with Helm's text, if the bytes do not look like gzip. */
bool rnd_archive_looks_right(struct kv_job *job, kv_str name, kv_str bytes, kv_str *ret_error);

/* Helm's ceilings: 5 MiB a file, 100 MiB a chart. The job's limits count too where they are lower. */
#define RND_CHART_FILE_MAX ((size_t)5 << 20)
#define RND_CHART_TOTAL_MAX ((size_t)100 << 20)

#endif
