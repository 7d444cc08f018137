/* base/quote.c: strconv's Quote and QuoteRune. */
#include "base/quote.h"

#include "base/utf8.h"

/* The letter of a one-letter escape, or 0. */
static char escape_letter(uint32_t r)
{
	static const char letters[] = "abtnvfr"; /* U+0007 to U+000D */

	return r >= 7 && r <= 13 ? letters[r - 7] : 0;
}

static void quote_escape(uint32_t r, char quote, bool ascii, struct kv_buf *out)
{
	if (r == (unsigned char)quote || r == '\\') {
		kv_buf_c(out, '\\');
		kv_buf_c(out, (char)r);
	} else if (r < 0x80 ? r >= ' ' && r < 0x7f : !ascii && kv_rune_is_print(r)) {
		kv_buf_rune(out, r);
	} else if (escape_letter(r)) {
		kv_buf_c(out, '\\');
		kv_buf_c(out, escape_letter(r));
	} else if (r < ' ' || r == 0x7f) {
		kv_buf_printf(out, "\\x%02x", r);
	} else if (r < 0x10000) {
		kv_buf_printf(out, "\\u%04x", r);
	} else {
		kv_buf_printf(out, "\\U%08x", r);
	}
}

/* Behind what is printed as it is. */
static size_t plain_end(kv_str s, size_t at, char quote)
{
	while (at < s.n && s.p[at] >= ' ' && s.p[at] < 0x7f && s.p[at] != quote && s.p[at] != '\\')
		at++;
	return at;
}

void kv_quote_with(kv_str s, char quote, bool ascii, struct kv_buf *out)
{
	size_t size;

	kv_buf_c(out, quote);
	for (size_t i = 0; i < s.n; i += size) {
		size_t end = plain_end(s, i, quote);
		kv_buf_add(out, s.p + i, end - i);
		i = end;
		if (i == s.n)
			break;
		uint32_t r = (unsigned char)s.p[i];

		size = 1;
		if (r >= 0x80)
			r = kv_utf8_decode(s, i, &size);
		if (r == 0xfffd && size == 1)
			kv_buf_printf(out, "\\x%02x", (unsigned char)s.p[i]);
		else
			quote_escape(r, quote, ascii, out);
	}
	kv_buf_c(out, quote);
}

void kv_quote_rune(uint32_t r, bool ascii, struct kv_buf *out)
{
	if (r > 0x10ffff || (r >= 0xd800 && r <= 0xdfff))
		r = 0xfffd;
	kv_buf_c(out, '\'');
	quote_escape(r, '\'', ascii, out);
	kv_buf_c(out, '\'');
}
