/* conformance/krm.h: the two parts of the area krm. */
#ifndef CONFORMANCE_KRM_H
#define CONFORMANCE_KRM_H

#include "conformance/areas.h"

/* The cases "reply/NAME/HOST", one for each row of replies.tsv, and how one is judged. */
KV_MUST int cf_krm_load_replies(struct cf_suite *suite, const struct cf_table *table);
void cf_krm_run_reply(const struct cf_suite *suite, const struct cf_case *c, struct cf_result *r);

#endif
