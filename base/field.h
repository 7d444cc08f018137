/* base/field.h: texts one after the other, each with its length before it ("5:hello\n"), as the cache's own entries are written.
 *
 * What is taken are views into the text, which may come from anywhere: nothing is believed.
 */
#ifndef BASE_FIELD_H
#define BASE_FIELD_H

#include "base/buf.h"

void kv_field_put(struct kv_buf *out, kv_str text);
void kv_field_put_number(struct kv_buf *out, int64_t number);
/* Cuts the next one from the front of *rest; false if that does not begin with one. */
bool kv_field_take(kv_str *rest, kv_str *ret);
/* The same, of at least 0. */
bool kv_field_take_number(kv_str *rest, int64_t *ret);
/* The next one is exactly this. */
bool kv_field_skip(kv_str *rest, kv_str expected);

#endif
