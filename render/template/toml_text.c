/* render/template/toml_text.c: characters, strings and errors of the TOML decoder (toml: lex.go, error.go). */
#include "base/utf8.h"
#include "render/template/quote.h"
#include "render/template/toml_reader.h"

/* --- errors ----------------------------------------------------------------------------------- */

/* The key that upstream's parser works on: the context, and the key below it as it is. */
static kv_str current(struct rnd_toml_reader *r)
{
	kv_str context = rnd_toml_place_text(r, r->context);
	if (!r->key.n)
		return context;
	return r->context ? kv_arena_cat(r->a, context, KV_S("."), r->key) : r->key;
}

int rnd_toml_fail_line(struct rnd_toml_reader *r, size_t line, kv_str what)
{
	struct kv_buf b;
	kv_str key = current(r);
	kv_buf_init(&b, r->a, KV_BUF_MAX);
	kv_buf_printf(&b, "toml: line %zu", line);
	if (key.n) {
		kv_buf_lit(&b, " (last key ");
		rnd_quote(key, &b);
		kv_buf_c(&b, ')');
	}
	kv_buf_lit(&b, ": ");
	kv_buf_str(&b, what);
	*r->error = kv_buf_view(&b);
	return -1;
}

size_t rnd_toml_error_line(const struct rnd_toml_reader *r)
{
	return r->line - (r->at_eof && r->i >= 1 && r->text.p[r->i - 1] == '\n');
}

int rnd_toml_fail(struct rnd_toml_reader *r, const char *what)
{
	return rnd_toml_fail_line(r, rnd_toml_error_line(r), kv_str_c(what));
}

int rnd_toml_fail_rune(struct rnd_toml_reader *r, size_t line, const char *before, uint32_t rune,
		       const char *after)
{
	struct kv_buf b;
	kv_buf_init(&b, r->a, KV_BUF_MAX);
	kv_buf_str(&b, kv_str_c(before));
	kv_quote_rune(rune, false, &b);
	kv_buf_str(&b, kv_str_c(after));
	return rnd_toml_fail_line(r, line, kv_buf_view(&b));
}

int rnd_toml_fail_text(struct rnd_toml_reader *r, const char *before, kv_str text, const char *after)
{
	struct kv_buf b;
	kv_buf_init(&b, r->a, KV_BUF_MAX);
	kv_buf_str(&b, kv_str_c(before));
	rnd_quote(text, &b);
	kv_buf_str(&b, kv_str_c(after));
	return rnd_toml_fail_line(r, r->line, kv_buf_view(&b));
}

int rnd_toml_fail_key(struct rnd_toml_reader *r, const char *what, const struct rnd_toml_place *place)
{
	kv_str text = kv_arena_printf(r->a, "Key '%.*s' %s", KV_ARG(rnd_toml_place_text(r, place)), what);
	return rnd_toml_fail_line(r, r->key_line, text);
}

/* --- characters ------------------------------------------------------------------------------- */

static bool is_control(uint32_t c)
{
	return (c < 0x20 && c != '\t' && c != '\n' && c != '\r') || c == 0x7f;
}

int rnd_toml_next(struct rnd_toml_reader *r, uint32_t *ret)
{
	size_t size;
	r->at_eof = r->i >= r->text.n;
	r->last = r->i;
	*ret = RND_TOML_END;
	if (r->at_eof)
		return 0;
	uint32_t c = kv_utf8_decode(r->text, r->i, &size);
	r->line += c == '\n';
	if (c == 0xfffd && size == 1)
		return rnd_toml_fail_line(
			r, r->line,
			kv_arena_printf(r->a, "invalid UTF-8 byte: 0x%02x", (unsigned char)r->text.p[r->i]));
	bool lone = c == '\r' && (r->i + 1 == r->text.n || r->text.p[r->i + 1] != '\n');
	if (is_control(c) || lone)
		return rnd_toml_fail_line(
			r, r->line,
			kv_arena_printf(r->a, "TOML files cannot contain control characters: '0x%02x'", c));
	r->i += size;
	*ret = c;
	return 0;
}

void rnd_toml_back(struct rnd_toml_reader *r)
{
	if (!r->at_eof && r->i < r->text.n + 1 && r->last < r->i && r->text.p[r->last] == '\n')
		r->line--;
	r->i = r->last;
	r->at_eof = false;
}

int rnd_toml_peek(struct rnd_toml_reader *r, uint32_t *ret)
{
	if (rnd_toml_next(r, ret))
		return -1;
	rnd_toml_back(r);
	return 0;
}

int rnd_toml_skip_blanks(struct rnd_toml_reader *r)
{
	uint32_t c;
	do {
		if (rnd_toml_next(r, &c))
			return -1;
	} while (rnd_toml_is_blank(c));
	rnd_toml_back(r);
	return 0;
}

int rnd_toml_accept(struct rnd_toml_reader *r, uint32_t wanted, bool *ret)
{
	uint32_t c;
	size_t last = r->last;
	if (rnd_toml_next(r, &c))
		return -1;
	*ret = c == wanted;
	if (!*ret) {
		rnd_toml_back(r);
		r->last = last;
	}
	return 0;
}

int rnd_toml_skip_comment(struct rnd_toml_reader *r)
{
	uint32_t c;
	do {
		if (rnd_toml_next(r, &c))
			return -1;
	} while (c != RND_TOML_END && !rnd_toml_is_feed(c));
	rnd_toml_back(r);
	return 0;
}

/* --- strings ---------------------------------------------------------------------------------- */

/* Upstream's lexer only checks escapes; `start` is the first byte of the string, for its message. */
static int check_hex(struct rnd_toml_reader *r, size_t start, int n, const char *what)
{
	for (; n; n--) {
		uint32_t c;
		if (rnd_toml_next(r, &c))
			return -1;
		if (!rnd_toml_is_hex(c)) {
			struct kv_buf b;
			kv_buf_init(&b, r->a, KV_BUF_MAX);
			kv_buf_printf(&b, "expected %s, but got ", what);
			rnd_quote(kv_str_sub(r->text, start, r->i), &b);
			kv_buf_lit(&b, " instead");
			return rnd_toml_fail_line(r, rnd_toml_error_line(r), kv_buf_view(&b));
		}
	}
	return 0;
}

static int check_escape(struct rnd_toml_reader *r, size_t start)
{
	uint32_t c;
	if (rnd_toml_next(r, &c))
		return -1;
	switch (c) {
	case 'e':
	case 'b':
	case 't':
	case 'n':
	case 'f':
	case 'r':
	case '"':
	case ' ':
	case '\t':
	case '\\': return 0;
	case 'x': return check_hex(r, start, 2, "two hexadecimal digits after '\\x'");
	case 'u': return check_hex(r, start, 4, "four hexadecimal digits after '\\u'");
	case 'U': return check_hex(r, start, 8, "eight hexadecimal digits after '\\U'");
	default: break;
	}
	struct kv_buf b;
	kv_buf_init(&b, r->a, KV_BUF_MAX);
	kv_buf_lit(&b, "invalid escape in string '\\");
	kv_buf_rune(&b, c);
	kv_buf_c(&b, '\'');
	return rnd_toml_fail_line(r, r->line - r->at_eof, kv_buf_view(&b));
}

/* The character behind a backslash as one of those that stand for one byte; 0 if it is none. */
static char simple_escape(char c)
{
	static const char names[] = "btnfre\"\\", bytes[] = "\b\t\n\f\r\x1b\"\\";
	const char *at = c ? strchr(names, c) : NULL;
	return at ? bytes[at - names] : 0;
}

static int add_code_point(struct rnd_toml_reader *r, kv_str digits, struct kv_buf *out)
{
	uint32_t v = 0;
	for (size_t i = 0; i < digits.n; i++) {
		uint32_t c = (uint32_t)digits.p[i] | 0x20;
		v = v << 4 | (rnd_toml_is_digit((uint32_t)digits.p[i]) ? c & 0xf : c - 'a' + 10);
	}
	if (v > 0x10ffff || (v >= 0xd800 && v <= 0xdfff))
		return rnd_toml_fail_line(r, r->line,
					  kv_arena_printf(r->a,
							  "Escaped character '\\u%.*s' is not valid UTF-8.",
							  KV_ARG(digits)));
	kv_buf_rune(out, v);
	return 0;
}

static int replace_escapes(struct rnd_toml_reader *r, kv_str s, kv_str *ret)
{
	struct kv_buf b;
	kv_buf_init(&b, r->a, KV_BUF_MAX);
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] != '\\' || i + 1 >= s.n) {
			kv_buf_c(&b, s.p[i]);
			continue;
		}
		char c = s.p[++i];
		size_t digits = c == 'x' ? 2 : c == 'u' ? 4 : c == 'U' ? 8 : 0;
		if (c == ' ' || c == '\t')
			return rnd_toml_fail_line(r, r->line,
						  kv_arena_printf(r->a, "invalid escape: '\\%c'", c));
		if (!digits)
			kv_buf_c(&b, simple_escape(c));
		else if (add_code_point(r, kv_str_sub(s, i + 1, i + 1 + digits), &b))
			return -1;
		i += digits;
	}
	*ret = kv_buf_view(&b);
	return 0;
}

/* A backslash, blanks and line feeds with at least one feed vanish together. */
static kv_str join_lines(struct rnd_toml_reader *r, kv_str s)
{
	struct kv_buf b;
	kv_buf_init(&b, r->a, KV_BUF_MAX);
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] != '\\') {
			kv_buf_c(&b, s.p[i]);
			continue;
		}
		size_t end = i + 1;
		bool feed = false;
		for (; end < s.n && s.p[end] && strchr(" \t\r\n", s.p[end]); end++)
			feed |= s.p[end] == '\n';
		if (feed) {
			i = end - 1;
			continue;
		}
		kv_buf_c(&b, '\\');
		if (i + 1 < s.n && s.p[i + 1] == '\\')
			kv_buf_c(&b, s.p[++i]);
	}
	return kv_buf_view(&b);
}

static kv_str without_first_feed(kv_str s)
{
	if (kv_str_starts(s, KV_S("\r\n")))
		return kv_str_sub(s, 2, s.n);
	return kv_str_starts(s, KV_S("\n")) ? kv_str_sub(s, 1, s.n) : s;
}

int rnd_toml_read_string(struct rnd_toml_reader *r, uint32_t quote, kv_str *ret)
{
	size_t start = r->i;
	bool escapes = false;
	for (;;) {
		uint32_t c;
		if (rnd_toml_next(r, &c))
			return -1;
		if (c == RND_TOML_END)
			return rnd_toml_fail(r, quote == '"' ? "unexpected EOF; expected '\"'"
							     : "unexpected EOF; expected \"'\"");
		if (rnd_toml_is_feed(c))
			return rnd_toml_fail_line(r, r->line - 1, KV_S("strings cannot contain newlines"));
		if (c == quote)
			break;
		if (c == '\\' && quote == '"') {
			escapes = true;
			if (check_escape(r, start))
				return -1;
		}
	}
	*ret = kv_str_sub(r->text, start, r->i - 1);
	return escapes ? replace_escapes(r, *ret, ret) : 0;
}

size_t rnd_toml_count_quotes(const struct rnd_toml_reader *r, char quote)
{
	size_t n = 0;
	while (n < 6 && r->i + n < r->text.n && r->text.p[r->i + n] == quote)
		n++;
	return n;
}

static int check_long_escape(struct rnd_toml_reader *r, size_t start)
{
	uint32_t c;
	if (rnd_toml_peek(r, &c))
		return -1;
	if (rnd_toml_is_feed(c))
		return rnd_toml_next(r, &c);
	return check_escape(r, start);
}

int rnd_toml_read_long_string(struct rnd_toml_reader *r, char quote, kv_str *ret)
{
	size_t start = r->i, n;
	while ((n = rnd_toml_count_quotes(r, quote)) < 3) {
		uint32_t c;
		if (rnd_toml_next(r, &c))
			return -1;
		if (c == RND_TOML_END)
			return rnd_toml_fail(r, quote == '"' ? "unexpected EOF; expected '\"\"\"'"
							     : "unexpected EOF; expected \"'''\"");
		if (c == '\\' && quote == '"' && check_long_escape(r, start))
			return -1;
	}
	if (n == 6)
		return rnd_toml_fail(r, quote == '"' ? "unexpected '\"\"\"\"\"\"'" : "unexpected \"''''''\"");
	*ret = without_first_feed(kv_str_sub(r->text, start, r->i + n - 3));
	r->i += n;
	/* Upstream looks for one more quote before there is a value. */
	uint32_t after;
	if (rnd_toml_peek(r, &after))
		return -1;
	return quote == '"' ? replace_escapes(r, join_lines(r, *ret), ret) : 0;
}
