/* render/fetch/index_choose.h: the version of a chart in a Helm repository that fits what is asked for (helm: pkg/repo, IndexFile.Get). */
#ifndef RENDER_FETCH_INDEX_CHOOSE_H
#define RENDER_FETCH_INDEX_CHOOSE_H

#include "base/job.h"

struct rnd_index_version {
	kv_str version, url, digest; /* url as written; digest may be empty */
};

/* Chooses among the entries of `chart` in `lines`, a piece of index.yaml: the version whose text is `version`, else the highest one that the
 * constraint `version` allows. An empty `version` allows every release, with `devel` pre-releases too. `name` is the index in messages. */
KV_MUST int rnd_index_choose(struct kv_job *job, kv_pos pos, kv_str name, kv_str lines, kv_str chart,
			     kv_str version, bool devel, struct rnd_index_version *ret);

#endif
