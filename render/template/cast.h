/* render/template/cast.h: numbers from any value, as spf13/cast v1.7.0 makes them: what cannot be cast is 0. */
#ifndef RENDER_TEMPLATE_CAST_H
#define RENDER_TEMPLATE_CAST_H

#include "krm/value.h"

/* cast.ToInt64 and cast.ToInt */
int64_t rnd_to_int(krm_val v);
/* cast.ToFloat64 */
double rnd_to_float(krm_val v);
/* Go's int64(f) on amd64: cut towards zero; what does not fit is the smallest int64. */
int64_t rnd_int_of_float(double f);

#endif
