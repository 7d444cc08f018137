/* render/chart/repository.h: index.yaml and repositories.yaml (helm: pkg/repo/index.go, repo.go).
 *
 * Everything belongs to the job. Times are texts, as they stand in the files.
 */
#ifndef RENDER_CHART_REPOSITORY_H
#define RENDER_CHART_REPOSITORY_H

#include "base/map.h"
#include "render/chart/load.h"

/* --- index.yaml ------------------------------------------------------------------------------- */

struct rnd_chart_version {
	struct rnd_metadata metadata;
	struct rnd_strings urls;
	kv_str created, digest;
	bool removed;
};

struct rnd_chart_versions {
	struct rnd_chart_version **v;
	size_t n, cap;
};

struct rnd_index {
	kv_str api_version, generated;
	struct kv_map entries; /* struct rnd_chart_versions by the chart's name */
	krm_val annotations;   /* MAP of strings, or NIL */
};

void rnd_index_init(struct kv_job *job, struct rnd_index *index, kv_str generated);
/* The entries that are valid, the newest version first. *ret_error: Helm's text, in which the index is called `path`. */
KV_MUST int rnd_index_parse(struct kv_job *job, enum rnd_engine engine, kv_str path, kv_str bytes,
			    struct rnd_index *ret, kv_str *ret_error);
/* The same of a file. */
KV_MUST int rnd_index_read(struct kv_job *job, enum rnd_engine engine, kv_str path, struct rnd_index *ret,
			   kv_str *ret_error);
/* The archives of a folder and of its subfolders; those that are no charts are passed over. */
KV_MUST int rnd_index_folder(struct kv_job *job, enum rnd_engine engine, kv_str dir, kv_str url, kv_str now,
			     struct rnd_index *ret, kv_str *ret_error);
/* Adds what is in `from` alone, by name and version. */
void rnd_index_merge(struct kv_job *job, struct rnd_index *into, const struct rnd_index *from);
void rnd_index_sort(struct kv_job *job, struct rnd_index *index);
/* The version of that text, else the first that the constraint allows; "" is the newest release. */
KV_MUST int rnd_index_get(struct kv_job *job, const struct rnd_index *index, kv_str name, kv_str version,
			  const struct rnd_chart_version **ret, kv_str *ret_error);
/* The tree that is printed. */
krm_val rnd_index_tree(struct kv_job *job, const struct rnd_index *index);

/* --- repositories.yaml ------------------------------------------------------------------------ */

struct rnd_repository {
	kv_str name, url, username, password, cert_file, key_file, ca_file;
	bool insecure, pass_credentials;
};

struct rnd_repositories {
	kv_str api_version, generated;
	struct rnd_pointers list; /* struct rnd_repository */
};

KV_MUST int rnd_repositories_read(struct kv_job *job, enum rnd_engine engine, kv_str text,
				  struct rnd_repositories *ret, kv_str *ret_error);
const struct rnd_repository *rnd_repositories_find(const struct rnd_repositories *all, kv_str name);
/* Replaces the one of that name or adds it. */
void rnd_repositories_put(struct kv_job *job, struct rnd_repositories *all, struct rnd_repository *one);
bool rnd_repositories_remove(struct rnd_repositories *all, kv_str name);
krm_val rnd_repositories_tree(struct kv_job *job, const struct rnd_repositories *all);

#endif
