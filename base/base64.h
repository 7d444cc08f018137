/* base/base64.h: Go's encoding/base64, the standard and the URL alphabet, with padding. */
#ifndef BASE_BASE64_H
#define BASE_BASE64_H

#include "base/buf.h"

void kv_base64_encode(struct kv_buf *b, kv_str s, bool url);
/* False on bad input, then *ret_bad is the offset Go names ("illegal base64 data at input byte N"). Carriage
 * returns and line feeds are skipped anywhere, as in Go. */
bool kv_base64_decode(struct kv_buf *b, kv_str s, bool url, size_t *ret_bad);

#endif
