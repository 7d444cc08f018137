/* base/field.h: length-prefixed strings, "5:hello\n" one after the other: the format of the cache's own entries.
 *
 * Strings that are read are views into the text. It may come from anyone, so every length is checked.
 */
#ifndef BASE_FIELD_H
#define BASE_FIELD_H

#include "base/buf.h"

void kv_field_put(struct kv_buf *out, kv_str text);
void kv_field_put_number(struct kv_buf *out, int64_t number);
/* Cuts the next string from the front of *rest; false if there is none. */
bool kv_field_take(kv_str *rest, kv_str *ret);
/* The same for a number of at least 0. */
bool kv_field_take_number(kv_str *rest, int64_t *ret);
/* The same for a string that must be `expected`. */
bool kv_field_skip(kv_str *rest, kv_str expected);

#endif
