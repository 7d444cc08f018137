/* render/chart/output.h: what a rendered chart consists of, and the text `helm template` makes of it. */
#ifndef RENDER_CHART_OUTPUT_H
#define RENDER_CHART_OUTPUT_H

#include "render/chart/manifest.h"

struct rnd_rendered {
	struct rnd_files crds; /* with --include-crds: path below the chart's name, text */
	struct rnd_manifests manifests, hooks;
	/* Rendering failed where a release is there already; --debug prints it. */
	bool failed;
	kv_str unsorted; /* what the templates wrote, of which something is no YAML: in place of `crds` and `manifests` */
};

/* Up to the texts that the templates give, before they are read as YAML: path and text of each. */
KV_MUST int rnd_chart_texts(struct kv_job *job, struct rnd_chart *chart, const struct rnd_release *release,
			    struct rnd_files *ret);
/* The values that templates of the chart get: the user's over the charts', their schemas checked. Errors are reported;
 * changes the chart. */
KV_MUST int rnd_chart_values(struct kv_job *job, struct rnd_chart *chart, const struct rnd_release *release,
			     krm_val *ret);
/* Everything up to the documents. Errors are reported in Helm's words; then *ret is what there is of a release. Changes the
 * chart. */
KV_MUST int rnd_chart_render(struct kv_job *job, struct rnd_chart *chart, const struct rnd_release *release,
			     struct rnd_rendered *ret);
/* Appends the text; with show_only only the documents of those templates. Of a release that failed a template may be
 * missing: Helm 3 says so, Helm 4 leaves it at the failure. */
KV_MUST int rnd_rendered_print(struct kv_job *job, const struct rnd_release *release,
			       const struct rnd_rendered *rendered, struct kv_buf *out);

#endif
