/* filters/checks.h: the audits of filters/notice.h as a step of a unit or a function: their findings are errors or warnings. */
#ifndef FILTERS_CHECKS_H
#define FILTERS_CHECKS_H

#include "filters/notice.h"

/* Patterns of rule ids (filters/filter.h); both lists empty: nothing is looked for. */
struct flt_checks {
	kv_str *refuse, *warn, *skip;
	size_t nrefuse, nwarn, nskip;
};

/* Whether a pattern is one and meets a rule; else an error at pos. */
KV_MUST int flt_checks_pattern(struct kv_job *job, kv_pos pos, kv_str pattern);
/* Whether anything of an audit is looked for. */
bool flt_checks_ask_for(struct kv_job *job, const struct flt_checks *checks, const struct flt_audit *audit);
/* Judges the list; -1 after reporting what is refused. *ret_unevaluated: rules in CEL that
 * hold for what is there; 0 if no schema is looked at. */
KV_MUST int flt_checks_run(struct kv_job *job, const struct flt_checks *checks, const struct krm_resources *list,
			   const struct flt_known *known, size_t *ret_unevaluated);

#endif
