/* render/template/time_class.h: time.Time, time.Duration and what their methods give, as templates see them. */
#ifndef RENDER_TEMPLATE_TIME_CLASS_H
#define RENDER_TEMPLATE_TIME_CLASS_H

#include "render/template/func.h"
#include "render/template/gotime.h"

krm_val rnd_time_val(struct kv_arena *a, struct rnd_time t);
/* NULL if the value is no time.Time. */
const struct rnd_time *rnd_time_of(krm_val v);

/* The number that a time.Duration, time.Month or time.Weekday is; false for any other value. */
bool rnd_time_number(krm_val v, int64_t *ret);
/* Another number of the same type. */
krm_val rnd_time_number_like(struct kv_arena *a, krm_val v, int64_t n);

#endif
