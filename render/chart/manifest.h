/* render/chart/manifest.h: rendered files to documents, hooks apart, in Helm's order (helm: pkg/releaseutil). */
#ifndef RENDER_CHART_MANIFEST_H
#define RENDER_CHART_MANIFEST_H

#include "render/chart/load.h"

/* The head of a document: what Helm reads of it. */
struct rnd_head {
	kv_str api_version, kind, name;
	krm_val annotations; /* MAP of strings, or NIL */
	bool has_metadata;
};

struct rnd_manifest {
	kv_str path; /* of the rendered file */
	kv_str text;
	struct rnd_head head;
	bool is_test; /* a hook of which an event is "test" */
	int weight;
};

struct rnd_manifests {
	struct rnd_manifest *v;
	size_t n, cap;
};

/* SplitManifests: the documents of a file, the first `most` of them. */
struct rnd_strings rnd_manifest_split(struct kv_job *job, enum rnd_engine engine, kv_str text, size_t most);
/* What follows a file's name in the name of what was rendered from it. */
#define RND_AS_RENDERED " as rendered"
/* SortManifests: `files` in any order, path to text. *ret_error: Helm's text; *ret_pos: the rendered line it speaks of, or
 * 0. Where Helm is not imitated the error may be reported already; *ret_error stays as it is then. */
KV_MUST int rnd_manifests_sort(struct kv_job *job, enum rnd_engine engine, const struct rnd_files *files,
			       struct rnd_manifests *ret_hooks, struct rnd_manifests *ret_manifests,
			       kv_str *ret_error, kv_pos *ret_pos);
/* The next word of an annotation's list, which commas part: trimmed, lower case. False behind the last one. */
bool rnd_next_word(struct kv_arena *a, kv_str *list, kv_str *ret);

#endif
