/* conformance/functions.h: one case of the tables of ../shared/conformance/functions (its README.md says what
 * a field means), and what those that judge them share. */
#ifndef CONFORMANCE_FUNCTIONS_H
#define CONFORMANCE_FUNCTIONS_H

#include "conformance/runner.h"
#include "render/engine.h"

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

#endif
