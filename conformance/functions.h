/* conformance/functions.h: one case of the tables of ../shared/conformance/functions (its README.md says what
 * a field means), and what those that judge them share. */
#ifndef CONFORMANCE_FUNCTIONS_H
#define CONFORMANCE_FUNCTIONS_H

#include "conformance/runner.h"
#include "render/chart/chart.h"

struct cf_function_case {
	krm_val fields; /* MAP: the case as it is in the file */
	void (*judge)(krm_val fields, enum rnd_engine engine, struct cf_result *r);
};

/* What is expected of an engine: a field of `v4` where Helm 4 differs, else of the case. NIL if there is
 * none. */
krm_val cf_expected(krm_val fields, enum rnd_engine engine, const char *field);
/* A text of a case: a string, or {"latin1": ...} for bytes that are no UTF-8. */
kv_str cf_text(struct kv_arena *a, krm_val v);
/* Judges a failure of ours, which is the newest error of the job. */
void cf_judge_error(krm_val fields, enum rnd_engine engine, struct cf_result *r);
/* Judges a text that is our result. */
void cf_judge_text(krm_val fields, enum rnd_engine engine, kv_str got, struct cf_result *r);

/* functions_render.c: a template in a chart, up to its text. */
void cf_function_render(krm_val fields, enum rnd_engine engine, struct cf_result *r);

/* functions_semver.c */
void cf_function_semver(krm_val fields, enum rnd_engine engine, struct cf_result *r);
void cf_function_semver_version(krm_val fields, enum rnd_engine engine, struct cf_result *r);
void cf_function_kube_version(krm_val fields, enum rnd_engine engine, struct cf_result *r);

/* functions_float.c: a float64 in all the forms that it is printed in. */
void cf_function_float(krm_val fields, enum rnd_engine engine, struct cf_result *r);

/* functions_chart.c: charts, values and what is made of them, without templates. */
void cf_function_setvals(krm_val fields, enum rnd_engine engine, struct cf_result *r);
void cf_function_coalesce(krm_val fields, enum rnd_engine engine, struct cf_result *r);
void cf_function_schema(krm_val fields, enum rnd_engine engine, struct cf_result *r);
void cf_function_glob(krm_val fields, enum rnd_engine engine, struct cf_result *r);
void cf_function_ignore(krm_val fields, enum rnd_engine engine, struct cf_result *r);
void cf_function_loaddir(krm_val fields, enum rnd_engine engine, struct cf_result *r);
void cf_function_manifests(krm_val fields, enum rnd_engine engine, struct cf_result *r);
void cf_function_stdout(krm_val fields, enum rnd_engine engine, struct cf_result *r);

/* functions_render.c: the chart of a case and its release, which has the values. */
KV_MUST int cf_function_chart(krm_val fields, enum rnd_engine engine, struct kv_job *job, struct rnd_chart **ret_chart,
			      struct rnd_release *ret_release);

#endif
