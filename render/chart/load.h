/* render/chart/load.h: a chart in memory, as Helm's loader and dependency processing see it.
 *
 * Everything belongs to the job. Dependency processing (dependencies.c) copies charts shallowly and shares
 * metadata as Helm does, so the pointers below are shared on purpose.
 */
#ifndef RENDER_CHART_LOAD_H
#define RENDER_CHART_LOAD_H

#include "render/chart/chart.h"
#include "render/chart/decode.h"
#include "render/template/quote.h"

struct rnd_file {
	kv_str name; /* below the chart, with '/' */
	kv_str data; /* without a byte order mark */
};

struct rnd_files {
	struct rnd_file *v;
	size_t n, cap;
};

struct rnd_maintainer {
	kv_str name, email, url;
};

struct rnd_dependency {
	kv_str name, version, repository, condition, alias;
	struct rnd_strings tags;
	bool enabled;
	krm_val import_values; /* LIST or NIL */
};

/* Chart.yaml. A maintainer or dependency that is null is a NULL pointer until validation refuses it. */
struct rnd_metadata {
	kv_str name, home, version, description, icon, api_version, condition, tags, app_version,
		kube_version, type;
	struct rnd_strings sources, keywords;
	struct rnd_pointers maintainers;
	bool deprecated;
	krm_val annotations; /* MAP of strings, or NIL */
	struct rnd_pointers dependencies;
};

/* Chart.lock, or requirements.lock of a chart of version 1. */
struct rnd_lock {
	kv_str generated, digest;
	struct rnd_pointers dependencies;
};

static inline struct rnd_dependency *rnd_dependency_at(const struct rnd_metadata *m, size_t i)
{
	return m->dependencies.v[i];
}

struct rnd_chart {
	struct rnd_metadata *metadata;
	kv_str metadata_text; /* Chart.yaml as it is */
	kv_str path; /* how messages call it: the directory or archive given by the user, of a subchart the path through it */
	struct rnd_files templates, files;
	krm_val values; /* MAP, or NIL without values.yaml */
	kv_str values_text; /* values.yaml as it is; a NULL pointer without one */
	struct rnd_files values_files; /* all of that name: an archive may have several, of which the last counts */
	struct rnd_lock *lock; /* NULL without one */
	kv_str schema;
	bool has_schema;
	struct rnd_chart *parent;
	struct rnd_chart **dependencies;
	size_t ndependencies, dependencies_cap;
};

/* The files of a directory in the order Helm walks it, .helmignore applied. *ret_error: Helm's text. */
KV_MUST int rnd_chart_dir(struct kv_job *job, enum rnd_engine engine, kv_str dir, struct rnd_files *ret, kv_str *ret_error);
/* A chart from its files. `source` is how messages call the chart. *ret_error: Helm's text; *ret_pos: the line it speaks
 * of, or 0. */
KV_MUST int rnd_chart_files(struct kv_job *job, enum rnd_engine engine, const struct rnd_files *files,
			    kv_str source, struct rnd_chart **ret, kv_str *ret_error, kv_pos *ret_pos);

/* Reads Chart.yaml (or requirements.yaml) over what is in *m. *ret_error: sigs yaml's text. */
KV_MUST int rnd_metadata_read(struct kv_job *job, enum rnd_engine engine, kv_str text, struct rnd_metadata *m,
			      kv_str *ret_error);
/* The same from a tree that was read already. */
KV_MUST int rnd_metadata_decode(struct kv_job *job, enum rnd_engine engine, krm_val tree, struct rnd_metadata *m,
				kv_str *ret_error);
/* The first field, in the order of the names, that Chart.yaml may not have; .p is NULL if there is none. */
kv_str rnd_metadata_unknown(struct kv_job *job, krm_val tree);
/* The same for Chart.lock. */
KV_MUST int rnd_lock_read(struct kv_job *job, enum rnd_engine engine, kv_str text, struct rnd_lock **ret,
			  kv_str *ret_error);
/* chart.Metadata.Validate; sanitises strings. *ret_error: Helm's text, "validation: " included. */
KV_MUST int rnd_metadata_validate(struct kv_job *job, struct rnd_metadata *m, kv_str *ret_error);

/* Memory for what is read of the files of a chart and its dependencies: that of the largest umbrella of the corpus takes 6 MB. */
#define RND_MEMORY_OF_TREES ((size_t)16 << 20)
/* The values of a file: of its first YAML document for Helm 3, of all, merged, for Helm 4. `base`: where the text begins in
 * the job's sources; 0 for values without positions. *ret_error: Helm's text. */
KV_MUST int rnd_values_read(struct kv_job *job, enum rnd_engine engine, kv_pos base, kv_str text, krm_val *ret,
			    kv_str *ret_error);
/* The next document as k8s' YAMLReader cuts it. 1: a document, 0: the end, -1: *ret_error. */
int rnd_next_document(struct kv_job *job, kv_str *rest, kv_str *ret, kv_str *ret_error);
/* Helm's MergeMaps: a new map, `over` wins, tables are merged. */
krm_val rnd_values_merge(struct kv_job *job, krm_val base, krm_val over);

/* What encoding/json makes of Chart.yaml, of a list of dependencies and of Chart.lock. */
krm_val rnd_metadata_tree(struct kv_job *job, const struct rnd_metadata *m);
krm_val rnd_dependencies_tree(struct kv_job *job, const struct rnd_pointers *dependencies);
krm_val rnd_lock_tree(struct kv_job *job, const struct rnd_lock *lock);
/* The files of crds/, by their paths below the chart's name, the chart's own before those of its subcharts. */
void rnd_chart_crds(struct kv_job *job, const struct rnd_chart *chart, struct rnd_files *crds);

void rnd_chart_add_dependency(struct kv_job *job, struct rnd_chart *chart, struct rnd_chart *dependency);
/* "c/charts/sub": what the templates of the chart are called by. */
kv_str rnd_chart_full_path(struct kv_job *job, const struct rnd_chart *chart);
bool rnd_chart_is_library(const struct rnd_chart *chart);

/* The value of a field of Chart.yaml, which becomes one of the job's sources; its beginning without one. */
kv_pos rnd_chart_field_pos(struct kv_job *job, const struct rnd_chart *chart, const char *field);
/* The line of a text that a YAML error ("yaml: line 3: ...") names; the text becomes one of the job's sources. 0: none. */
kv_pos rnd_yaml_error_pos(struct kv_job *job, kv_str name, kv_str text, kv_str error);
/* The same for a values file, which may hold several documents. */
kv_pos rnd_values_error_pos(struct kv_job *job, enum rnd_engine engine, kv_str name, kv_str text,
			    kv_str error);

/* Reports Helm's message: with "Error: " before it where Helm is imitated, else as an error of ours. */
int rnd_chart_error(struct kv_job *job, kv_pos pos, kv_str text);

#endif
