/* render/chart/lint_rules.h: the rules of lint.c, by what they look at. */
#ifndef RENDER_CHART_LINT_RULES_H
#define RENDER_CHART_LINT_RULES_H

#include "render/chart/lint.h"

/* Adds a message unless the text is empty; true if it is. */
bool rnd_lint_add(struct rnd_lint *l, enum rnd_lint_severity severity, kv_str path, kv_str text);
#define RND_LINT(l, severity, path, ...)                                                                     \
	rnd_lint_add((l), severity, (path), kv_arena_printf((l)->job->arena, __VA_ARGS__))
/* A path below the chart. */
kv_str rnd_lint_path(const struct rnd_lint *l, const char *name);
/* Takes back what was reported since the mark, but for the lines of the log. The text of the last error; empty if there is none. */
kv_str rnd_lint_take_error(struct rnd_lint *l, struct kv_diag_mark mark);
/* The chart, loaded anew; on failure Helm's text in *ret_error. */
KV_MUST int rnd_lint_load(struct rnd_lint *l, struct rnd_chart **ret, kv_str *ret_error);

void rnd_lint_chartfile(struct rnd_lint *l);
KV_MUST int rnd_lint_templates(struct rnd_lint *l);
void rnd_lint_crds(struct rnd_lint *l);

/* What is wrong with an object's name, or an empty text (kubernetes: pkg/api/validation names by kind). */
kv_str rnd_lint_object_name(struct kv_job *job, kv_str kind, kv_str name);
/* Kubernetes' warning about a kind, or an empty text. */
kv_str rnd_lint_deprecation(struct kv_job *job, kv_str api_version, kv_str kind, unsigned minor);

#endif
