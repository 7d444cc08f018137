/* render/fetch/repo.h: Helm repositories: the entry of one chart in an index.yaml, and the version that is wanted
 * (helm: pkg/repo, IndexFile.Get). */
#ifndef RENDER_FETCH_REPO_H
#define RENDER_FETCH_REPO_H

#include "base/job.h"

struct rnd_index_version {
	kv_str version, url, digest; /* url as written; digest may be empty */
};

/* The version wanted among the lines of a chart: the one that is written so, else the highest one that fits the constraint; no
 * text: the highest one that is no pre-release, or with `devel` any. `name` is how messages call the index. */
KV_MUST int rnd_index_choose(struct kv_job *job, kv_pos pos, kv_str name, kv_str lines, kv_str chart,
			     kv_str version, bool devel, struct rnd_index_version *ret);

#endif
