/* render/chart/strvals.h: the values a user gives: -f files and --set in its five forms (helm: pkg/strvals,
 * pkg/cli/values/options.go). */
#ifndef RENDER_CHART_STRVALS_H
#define RENDER_CHART_STRVALS_H

#include "render/chart/chart.h"

/* One --set text into a map, in place. *ret_error: Helm's text behind "failed parsing --set data: "; an empty
 * one where Helm's message does not carry the reason (--set-json). */
KV_MUST int rnd_strvals_parse(struct kv_job *job, enum rnd_engine engine, enum rnd_set_kind kind, kv_str text,
			      struct krm_map *into, kv_str *ret_error);
/* The bytes at an http, https or oci address. -1: *ret_error, or nothing where the failure is reported. */
typedef int rnd_get_fn(struct kv_job *job, kv_str address, kv_str *ret, kv_str *ret_error);
/* All values of a command line, a new map: by classes of flags, not by their order. `get` reads the addresses that -f and
 * --set-file name; NULL: they are errors. Errors are reported. */
KV_MUST int rnd_user_values(struct kv_job *job, enum rnd_engine engine, rnd_get_fn *get, krm_val base,
			    const struct rnd_set_arg *sets, size_t nsets, krm_val *ret);

#endif
