/* tree/versions.h: the places in files of the repository that name the version of a chart or Git repository.
 *
 * Of Git repositories that is the ref= or version= of resources, bases and components; of charts it is helmCharts (and
 * helmChartInflationGenerator) of units, of the kustomizations they lead to on this machine, and the dependencies in Chart.yaml of
 * charts that lie in their chart folders; of Applications and HelmReleases also the version in their file. Files of remote
 * bases and charts do not count.
 */
#ifndef TREE_VERSIONS_H
#define TREE_VERSIONS_H

#include "tree/discover.h"

struct tree_version {
	kv_str path; /* of the file, absolute */
	kv_str name, repository;
	krm_val value;   /* as the file has it, with its position */
	kv_str version;  /* its part from byte `at` on: all of it, or the reference in a URL */
	size_t at;
	bool git;        /* the repository is one of Git, and the name its last part */
	kv_str wanted;   /* what the version is to be; empty: it stays. Set by whoever asks */
};

struct tree_versions {
	struct tree_version *v;
	size_t n, cap;
};

/* Each place once, in the order of units and of lines. The units are planned (tree/plan.h). */
KV_MUST int tree_versions_find(struct kv_job *job, const struct tree_repo *repo, struct tree_versions *ret);
/* Writes those that are wanted otherwise into their files; every other byte stays. */
KV_MUST int tree_versions_write(struct kv_job *job, const struct tree_repo *repo,
				const struct tree_versions *versions);

#endif
