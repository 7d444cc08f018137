/* filters/secret_notices.h: what the secret guard finds, for kvendor audit. */
#ifndef FILTERS_SECRET_NOTICES_H
#define FILTERS_SECRET_NOTICES_H

#include "filters/notice.h"
#include "filters/secret_guard.h"

extern const struct flt_rule flt_guard_rules[];
extern const size_t flt_guard_nrules;

/* Findings that no rule of the guard allows, appended in the order of the list; its policy is not looked at. */
KV_MUST int flt_guard_notices(struct kv_job *job, struct flt_guard *guard, const struct krm_resources *list,
			      struct flt_notices *ret);

#endif
