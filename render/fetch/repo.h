/* render/fetch/repo.h: Helm repositories: the entry of one chart in an index.yaml, and the version that is wanted
 * (helm: pkg/repo, IndexFile.Get). */
#ifndef RENDER_FETCH_REPO_H
#define RENDER_FETCH_REPO_H

#include "base/job.h"

/* Cuts the lines of one chart out of an index that arrives piece by piece. An index may have 100 MB and thousands of charts, of
 * which one is wanted: nothing else is kept, and once the next chart begins the rest need not come at all. It works on
 * indexes in block style, which all programs write; an index in flow style (JSON) is kept whole. */
struct rnd_index_scan {
	struct kv_arena *arena;
	kv_str chart;
	struct kv_buf line, found; /* found: the chart's lines, its name first */
	int state;
	size_t indent; /* of the names of charts */
};

void rnd_index_scan_init(struct rnd_index_scan *s, struct kv_arena *a, kv_str chart, size_t limit);
/* True: the chart's lines are complete. */
bool rnd_index_scan_add(struct rnd_index_scan *s, kv_str piece);
/* The chart's lines, or the whole of a JSON index; empty if the chart is not there. */
kv_str rnd_index_scan_end(struct rnd_index_scan *s);

struct rnd_index_version {
	kv_str version, url, digest; /* url as written; digest may be empty */
};

/* The version wanted among the lines of a chart: the one that is written so, else the highest one that fits the constraint; no
 * text: the highest one that is no pre-release, or with `devel` any. `name` is how messages call the index. */
KV_MUST int rnd_index_choose(struct kv_job *job, kv_pos pos, kv_str name, kv_str lines, kv_str chart,
			     kv_str version, bool devel, struct rnd_index_version *ret);

#endif
