/* render/chart/coalesce.h: a chart's values under the user's, over the whole tree of subcharts (helm:
 * pkg/chartutil/coalesce.go).
 *
 * Tables are changed in place and shared as Helm shares them: a subchart's values are its parent's sub-table.
 */
#ifndef RENDER_CHART_COALESCE_H
#define RENDER_CHART_COALESCE_H

#include "render/chart/load.h"

enum rnd_coalesce_how {
	RND_COALESCE, /* CoalesceValues: a user's null deletes a default */
	RND_COALESCE_LOOK, /* the same for who only reads the result: it shares with `values` what stays as it is */
	RND_MERGE,         /* MergeValues: nulls stay */
};

/* Fails once the job has taken more than limits.memory: a chart has many aliases, each with a copy of its values, and imports
 * one table into many others. */
KV_MUST int rnd_values_fit(struct kv_job *job, kv_str *ret_error);
/* `values` stay as they are. *ret_error: Helm's text. Warnings go to the job. */
KV_MUST int rnd_coalesce(struct kv_job *job, enum rnd_engine engine, const struct rnd_chart *chart,
			 krm_val values, enum rnd_coalesce_how how, krm_val *ret, kv_str *ret_error);
/* MergeTables: `src` under `dst`, in place; a null of dst wins. */
void rnd_merge_tables(struct kv_job *job, enum rnd_engine engine, krm_val dst, krm_val src);
/* CoalesceTables: the same, but a null of dst takes away what src has under its key. */
void rnd_coalesce_tables(struct kv_job *job, enum rnd_engine engine, krm_val dst, krm_val src);
/* Values.Table: the table at a path of dots. False, with the element that is no table in *ret_missing. */
bool rnd_values_table(krm_val values, kv_str path, krm_val *ret, kv_str *ret_missing);

#endif
