/* filters/generated.h: values that chance or the clock made.
 *
 * They are found by rendering twice, from two seeds and at two times: what differs was made. No list of functions is needed, and
 * what went through hashes, names and patches is found too.
 */
#ifndef FILTERS_GENERATED_H
#define FILTERS_GENERATED_H

#include "krm/resource.h"

/* Sets `generated` of each resource of `first` that is not the same in `second`. */
void flt_mark_generated(struct kv_job *job, const struct krm_resources *first,
			const struct krm_resources *second);

#endif
