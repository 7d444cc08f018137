/* base/quote.h: Go's quoting of strings and characters (strconv/quote.go). */
#ifndef BASE_QUOTE_H
#define BASE_QUOTE_H

#include "base/buf.h"

/* strconv.Quote; with `ascii` QuoteToASCII. */
void kv_quote_with(kv_str s, char quote, bool ascii, struct kv_buf *out);
/* strconv.QuoteRune and QuoteRuneToASCII. */
void kv_quote_rune(uint32_t r, bool ascii, struct kv_buf *out);

#endif
