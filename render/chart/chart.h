/* render/chart/chart.h: Helm charts: load, complete with values, render, assemble. */
#ifndef RENDER_CHART_CHART_H
#define RENDER_CHART_CHART_H

#include "krm/resource.h"
#include "render/template/template.h"

struct rnd_chart; /* a loaded chart with its subcharts; belongs to a job */

/* One of -f, --set, ... in the order given. */
enum rnd_set_kind {
	RND_SET_FILE_VALUES /* -f */,
	RND_SET_JSON,
	RND_SET,
	RND_SET_STRING,
	RND_SET_FILE,
	RND_SET_LITERAL
};
struct rnd_set_arg {
	enum rnd_set_kind kind;
	kv_str text; /* path for -f, the flag's value otherwise */
};

struct rnd_release {
	enum rnd_engine engine;
	kv_str name, namespace; /* namespace "" becomes "default" */
	bool upgrade;
	kv_str kube_version; /* "" is the engine's default */
	kv_str *api_versions;
	size_t napi_versions;
	struct rnd_set_arg *sets;
	size_t nsets;
	krm_val values; /* user values below the `sets`: a MAP or NIL (kustomize's valuesInline, already
			   merged) */
	bool include_crds, no_hooks, skip_tests, skip_schema;
	bool lint; /* as helm lint renders: neither an install nor an upgrade, nor checked as one; `required` and `fail` only warn */
	bool lenient; /* accepts a chart without values.yaml, which kustomize refuses for no good reason */
	kv_str *show_only;
	size_t nshow_only;
	bool debug; /* no error tells of --debug */
	bool asks_cluster; /* lookup would: it fails */
	struct rnd_chance chance;
};

/* A directory or .tgz; everything is read into memory. */
KV_MUST int rnd_chart_load(struct kv_job *job, kv_str path, enum rnd_engine engine, struct rnd_chart **ret);
/* The same with the loader that Helm 4 uses in commands that render nothing: show, lint, dependency. Helm 4's other loader checks the
 * apiVersion first; Helm 3 has only this one. */
KV_MUST int rnd_chart_load_v2(struct kv_job *job, kv_str path, enum rnd_engine engine, struct rnd_chart **ret);
/* An archive that is in memory; `name` is how messages call it. *ret_values: the text of its values.yaml, .p NULL if it has
 * none. */
KV_MUST int rnd_chart_load_archive(struct kv_job *job, kv_str name, kv_str bytes, enum rnd_engine engine,
				   struct rnd_chart **ret, kv_str *ret_values);
/* What `helm template` prints on standard output. */
KV_MUST int rnd_chart_template(struct kv_job *job, struct rnd_chart *chart, const struct rnd_release *release,
			       struct kv_buf *out);

#endif
