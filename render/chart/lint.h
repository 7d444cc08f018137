/* render/chart/lint.h: `helm lint` of one chart (helm: pkg/lint; helm4: pkg/chart/v2/lint). */
#ifndef RENDER_CHART_LINT_H
#define RENDER_CHART_LINT_H

#include "render/chart/load.h"

enum rnd_lint_severity { RND_LINT_INFO = 1, RND_LINT_WARNING, RND_LINT_ERROR };

struct rnd_lint_message {
	enum rnd_lint_severity severity;
	kv_str path, text;
};

struct rnd_lint {
	struct kv_job *job;
	enum rnd_engine engine;
	kv_str dir;                     /* of the chart, absolute */
	krm_val values;                 /* the user's: a MAP */
	kv_str namespace, kube_version; /* empty: the default */
	bool skip_schema;
	struct rnd_lint_message *messages;
	size_t n, cap;
};

/* Appends the messages of all rules. -1 only for what stops the whole run; it is reported. */
KV_MUST int rnd_lint_chart(struct rnd_lint *lint);
/* "[ERROR] Chart.yaml: name is required" */
kv_str rnd_lint_text(struct kv_job *job, const struct rnd_lint_message *m);

#endif
