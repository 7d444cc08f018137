/* render/template/fmt.h: Go's package fmt beyond what func.h offers to functions. */
#ifndef RENDER_TEMPLATE_FMT_H
#define RENDER_TEMPLATE_FMT_H

#include "render/template/func.h"

/* fmt.Sprint and fmt.Sprintln: blanks between operands that are no strings, resp. between all. */
void rnd_sprint(struct kv_job *job, const krm_val *args, size_t n, struct kv_buf *out);
void rnd_sprintln(struct kv_job *job, const krm_val *args, size_t n, struct kv_buf *out);

/* printableValue of text/template's exec.go: a pointer is followed, which fmt would mark with an "&". */
void rnd_print_pointed_to(struct kv_job *job, krm_val v, struct kv_buf *out);

/* complex128, which only literals make. */
krm_val rnd_complex(struct kv_arena *a, double re, double im);
/* False if v is none. */
bool rnd_complex_parts(krm_val v, double *ret_re, double *ret_im);

#endif
