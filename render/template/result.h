/* render/template/result.h: texts and lists that functions give back, never larger than the job allows. */
#ifndef RENDER_TEMPLATE_RESULT_H
#define RENDER_TEMPLATE_RESULT_H

#include "render/template/func.h"

/* A text of n bytes to be filled, or NULL after failing because it is over limits.output_bytes or
 * limits.memory. */
struct krm_text *rnd_text(struct rnd_call *c, size_t n);
/* *ret = a copy of s. */
int rnd_ret_str(struct rnd_call *c, kv_str s, krm_val *ret);
/* *ret = the bytes `part` of the string `whole`: the same string when that is all of it. */
int rnd_ret_part(struct rnd_call *c, krm_val whole, kv_str part, krm_val *ret);
/* *ret = s, marked as a text that came from chance. */
int rnd_ret_tainted(struct rnd_call *c, kv_str s, krm_val *ret);
/* A buffer that becomes a result without a copy: it begins with the head of a text, and takes as much as one
 * may hold. Its bytes are only to be added to. */
struct kv_buf rnd_buf(struct rnd_call *c);
int rnd_ret_buf(struct rnd_call *c, struct kv_buf *b, krm_val *ret);
/* A buffer for a text that is no result. */
struct kv_buf rnd_scratch(struct rnd_call *c);

/* *ret = a list of n items, all nil, to be filled; fails when that is too much memory. */
int rnd_ret_list(struct rnd_call *c, enum krm_type type, size_t n, krm_val *ret);
/* *ret = Go's nil []interface{}. */
void rnd_ret_nil_list(struct rnd_call *c, krm_val *ret);
/* -1 after failing if n more elements of `size` bytes are more memory than the job may use. */
int rnd_room(struct rnd_call *c, size_t n, size_t size);

#endif
