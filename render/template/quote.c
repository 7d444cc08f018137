/* render/template/quote.c: strconv's Unquote. */
#include "render/template/quote.h"

#include "base/utf8.h"

void rnd_quote(kv_str s, struct kv_buf *out)
{
	kv_quote_with(s, '"', false, out);
}

kv_str rnd_quoted(struct kv_job *job, kv_str s)
{
	struct kv_buf b;
	kv_buf_init(&b, job->arena, KV_BUF_MAX);
	rnd_quote(s, &b);
	return kv_buf_view(&b);
}

int rnd_quoted_error(struct kv_arena *a, const char *before, kv_str what, const char *after, kv_str *ret_error)
{
	struct kv_buf b;
	kv_buf_init(&b, a, KV_BUF_MAX);
	kv_buf_str(&b, kv_str_c(before));
	rnd_quote(what, &b);
	kv_buf_str(&b, kv_str_c(after));
	*ret_error = kv_buf_view(&b);
	return -1;
}

bool rnd_can_backquote(kv_str s)
{
	size_t size;

	for (size_t i = 0; i < s.n; i += size) {
		uint32_t r = kv_utf8_decode(s, i, &size);

		if (size > 1 ? r == 0xfeff : r >= 0x80 || (r < ' ' && r != '\t') || r == '`' || r == 0x7f)
			return false;
	}
	return true;
}

/* n digits of the base from the front of *s. */
static bool take_digits(kv_str *s, size_t n, unsigned base, uint32_t *ret)
{
	uint32_t value = 0;

	if (s->n < n)
		return false;
	for (size_t i = 0; i < n; i++) {
		int digit = kv_hex_value((unsigned char)s->p[i]);
		if (digit < 0 || (unsigned)digit >= base)
			return false;
		value = value * base + (unsigned)digit;
	}
	*s = kv_str_sub(*s, n, s->n);
	*ret = value;
	return true;
}

static bool unquote_escape(kv_str *s, char quote, uint32_t *ret, bool *ret_byte)
{
	static const char letters[] = "abtnvfr";
	unsigned char c;
	const char *letter;

	if (!s->n)
		return false;
	c = (unsigned char)s->p[0];
	letter = c ? strchr(letters, c) : NULL;
	if (c >= '0' && c <= '7') {
		*ret_byte = true;
		return take_digits(s, 3, 8, ret) && *ret <= 255;
	}
	*s = kv_str_sub(*s, 1, s->n);
	if (letter)
		return *ret = (uint32_t)(letter - letters) + 7, true;
	switch (c) {
	case 'x': *ret_byte = true; return take_digits(s, 2, 16, ret);
	case 'u': return take_digits(s, 4, 16, ret) && (*ret < 0xd800 || *ret > 0xdfff);
	case 'U': return take_digits(s, 8, 16, ret) && *ret <= 0x10ffff && (*ret < 0xd800 || *ret > 0xdfff);
	case '\\': *ret = '\\'; return true;
	case '\'':
	case '"': *ret = c; return c == (unsigned char)quote;
	default: return false;
	}
}

bool rnd_unquote_char(kv_str *s, char quote, uint32_t *ret, bool *ret_byte)
{
	size_t size;

	*ret_byte = false;
	if (!s->n || (s->p[0] == quote && (quote == '\'' || quote == '"')))
		return false;
	if (s->p[0] == '\\') {
		*s = kv_str_sub(*s, 1, s->n);
		return unquote_escape(s, quote, ret, ret_byte);
	}
	*ret = kv_utf8_decode(*s, 0, &size);
	*s = kv_str_sub(*s, size, s->n);
	return true;
}

/* Raw strings lose their carriage returns. */
static bool unquote_raw(struct kv_arena *a, kv_str s, kv_str *ret)
{
	struct kv_buf b;

	if (kv_str_chr(s, '`') != SIZE_MAX)
		return false;
	*ret = s;
	if (kv_str_chr(s, '\r') == SIZE_MAX)
		return true;
	kv_buf_init(&b, a, KV_BUF_MAX);
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] != '\r')
			kv_buf_c(&b, s.p[i]);
	*ret = kv_buf_view(&b);
	return true;
}

/* How many bytes from the front stand for themselves, whatever follows. */
static size_t plain_run(kv_str s, char quote)
{
	size_t n = 0;

	while (n < s.n && s.p[n] != '\\' && s.p[n] != quote && s.p[n] != '\n' && (unsigned char)s.p[n] < 0x80)
		n++;
	return n;
}

bool rnd_unquote_inner(struct kv_arena *a, kv_str s, char quote, kv_str *ret)
{
	struct kv_buf b;
	uint32_t r = 0;
	bool byte;

	kv_buf_init(&b, a, KV_BUF_MAX);
	while (s.n) {
		size_t plain = plain_run(s, quote);

		kv_buf_add(&b, s.p, plain);
		s = kv_str_sub(s, plain, s.n);
		if (!s.n)
			break;
		if (!rnd_unquote_char(&s, quote, &r, &byte))
			return false;
		if (byte)
			kv_buf_c(&b, (char)r);
		else
			kv_buf_rune(&b, r);
	}
	*ret = kv_buf_view(&b);
	return true;
}

bool rnd_unquote(struct kv_arena *a, kv_str s, kv_str *ret)
{
	if (s.n < 2 || s.p[0] != s.p[s.n - 1] || (s.p[0] != '"' && s.p[0] != '`'))
		return false;
	if (s.p[0] == '`')
		return unquote_raw(a, kv_str_sub(s, 1, s.n - 1), ret);
	s = kv_str_sub(s, 1, s.n - 1);
	*ret = s;
	if (plain_run(s, '"') == s.n)
		return true;
	if (kv_str_chr(s, '\n') != SIZE_MAX)
		return false;
	if (kv_str_chr(s, '\\') == SIZE_MAX && kv_utf8_valid(s))
		return kv_str_chr(s, '"') == SIZE_MAX;
	return rnd_unquote_inner(a, s, '"', ret);
}
