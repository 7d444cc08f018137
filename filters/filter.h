/* filters/filter.h: a list of resources in, a list out.
 *
 * Every filter is one file here. A filter keeps the order of what it keeps, never touches its input list (it
 * may change the resources' trees), and is idempotent.
 */
#ifndef FILTERS_FILTER_H
#define FILTERS_FILTER_H

#include "krm/resource.h"

/* How the strings of a selector are read. */
enum flt_match {
	FLT_MATCH_EXACT,    /* kubesource.yaml */
	FLT_MATCH_PATTERNS, /* kvendor.yaml: globs, /regex/, not: */
};

struct flt_label {
	kv_str key, value;
};

/* All conditions must hold; an empty string is no condition. */
struct flt_selector {
	kv_str kind, api_version, group, version, name, namespace;
	struct flt_label *labels, *annotations;
	size_t nlabels, nannotations;
	enum flt_match match;
	kv_pos pos;
	size_t hits; /* resources matched so far: a selector without hits is worth a warning */
};

struct flt_select {
	struct flt_selector *include, *exclude; /* include first, then exclude; no include means all */
	size_t ninclude, nexclude;
	bool has_include;
};

/* A pattern of FLT_MATCH_PATTERNS is compared with a whole string: a glob (`*` any bytes, `?` one character),
 * `/regex/` (RE2), either with `not:` before it. An absent label or annotation matches nothing but `not:`. A
 * bad regular expression is an error at pos; patterns that passed here are safe to match with. */
KV_MUST int flt_pattern_check(struct kv_job *job, kv_pos pos, kv_str pattern);
bool flt_pattern_matches(struct kv_job *job, kv_str pattern, kv_str text);

bool flt_selector_matches(struct kv_job *job, struct flt_selector *s, krm_val obj);
/* What the selection lets through, appended to *ret. */
void flt_select(struct kv_job *job, struct flt_select *f, const struct krm_resources *in,
		struct krm_resources *ret);

#endif
