/* render/template/quote.h: Go's quoting of strings and characters, read back (strconv/quote.go). */
#ifndef RENDER_TEMPLATE_QUOTE_H
#define RENDER_TEMPLATE_QUOTE_H

#include "base/job.h"
#include "base/quote.h"

/* strconv.Quote: Go's %q for strings. */
void rnd_quote(kv_str s, struct kv_buf *out);
kv_str rnd_quoted(struct kv_job *job, kv_str s);
/* The text of an error, with a quoted part: `before`, then `what` as %q prints it, then `after`. Always -1. */
int rnd_quoted_error(struct kv_arena *a, const char *before, kv_str what, const char *after, kv_str *ret_error);
/* strconv.CanBackquote. */
bool rnd_can_backquote(kv_str s);
/* strconv.Unquote of a string in double or back quotes; false for bad syntax. */
bool rnd_unquote(struct kv_arena *a, kv_str s, kv_str *ret);
/* The same of what stands between two `quote`, which may be single ones as well. */
bool rnd_unquote_inner(struct kv_arena *a, kv_str s, char quote, kv_str *ret);
/* strconv.UnquoteChar: reads one character or escape from the front of *s; *ret_byte says that it is a byte
 * and not a code point. */
bool rnd_unquote_char(kv_str *s, char quote, uint32_t *ret, bool *ret_byte);

#endif
