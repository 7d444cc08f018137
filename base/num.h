/* base/num.h: numbers from and to text as Go's strconv does it. */
#ifndef BASE_NUM_H
#define BASE_NUM_H

#include "base/buf.h"

/* strconv.AppendFloat(f, fmt, prec, 64): fmt one of e E f g G; prec -1 is the shortest text that reads back.
 * NaN, +Inf and -Inf as Go spells them. */
void kv_num_float(struct kv_buf *b, double f, char fmt, int prec);
/* The same with 32 bits: f is rounded to a float first. */
void kv_num_float32(struct kv_buf *b, double f, char fmt, int prec);
/* The text encoding/json gives: plain digits for 1e-6 <= |f| < 1e21, else exponent form with the "e-09" cleaned to
 * "e-9". f must be finite. */
void kv_num_float_json(struct kv_buf *b, double f);
void kv_num_int(struct kv_buf *b, int64_t i);
void kv_num_uint(struct kv_buf *b, uint64_t u);

enum kv_num_error { KV_NUM_OK, KV_NUM_SYNTAX, KV_NUM_RANGE };

/* strconv.ParseInt / ParseUint with 64 bits: base 0 knows 0x, 0o, 0b, a leading 0, and underscores. On range errors
 * *ret is the nearest limit, as in Go. */
enum kv_num_error kv_num_parse_int(kv_str s, int base, int64_t *ret);
enum kv_num_error kv_num_parse_uint(kv_str s, int base, uint64_t *ret);
/* strconv.ParseFloat with 64 bits: decimal, hexadecimal, inf, nan, underscores between digits. On
 * range errors *ret is an infinity. */
enum kv_num_error kv_num_parse_float(kv_str s, double *ret);

#endif
