/* render/template/toml_read.c: the decoder (toml: lex.go, parse.go, error.go).
 *
 * One pass without tokens. Messages name the line where upstream's lexer stands and the key that its parser has in hand, so
 * both are moved exactly when upstream moves them: a key counts once its "=" is read, a line once its feed is.
 */
#include "base/map.h"
#include "base/num.h"
#include "base/utf8.h"
#include "render/template/quote.h"
#include "render/template/time_class.h"
#include "render/template/toml.h"

/* Go's type of an array of tables. */
static const char tables_type[] = "[]map[string]interface {}";
const char rnd_toml_zone_datetime[] = "datetime-local";
const char rnd_toml_zone_date[] = "date-local";
const char rnd_toml_zone_time[] = "time-local";

/* A key's parts as they were read. */
struct path {
	kv_str *v;
	size_t n, cap;
};

/* A place in the tree: its name, and the place above it; NULL is the root. */
struct place {
	const struct place *up;
	kv_str name;
	size_t depth; /* from 1 */
};

struct reader {
	struct kv_job *job;
	struct kv_arena *a;
	kv_str text;
	size_t i;    /* the next byte */
	size_t last; /* the first byte of the character read last */
	size_t line;
	bool at_eof;     /* the last read met the end */
	size_t key_line; /* where the first part of the newest key stands */
	const struct place *context;
	kv_str key; /* the key in hand, below the context */
	krm_val root;
	/* Texts of places. Present ones have a value, others NULL or none. */
	struct kv_map implicit;     /* made because something below was named */
	struct kv_map arrays;       /* hold array values */
	const struct place **chain; /* scratch of place_chain */
	size_t chain_cap;
	struct kv_buf scratch; /* of place_text */
	size_t depth;
	kv_str *error;
};

/* --- errors ----------------------------------------------------------------------------------- */

static const struct place *below(struct reader *r, const struct place *up, kv_str name)
{
	struct place *p = KV_NEW(r->a, struct place);
	*p = (struct place){ up, name, up ? up->depth + 1 : 1 };
	return p;
}

static size_t depth_of(const struct place *p)
{
	return p ? p->depth : 0;
}

/* The places from the root down to p; good until the next call. */
static const struct place **place_chain(struct reader *r, const struct place *p)
{
	size_t n = depth_of(p);
	if (n > r->chain_cap) {
		r->chain_cap = 2 * n;
		r->chain = KV_NEW_N(r->a, const struct place *, r->chain_cap);
	}
	for (; p; p = p->up)
		r->chain[--n] = p;
	return r->chain;
}

/* "a.b" as messages and upstream's maps have it; good until the next call. */
static kv_str place_text(struct reader *r, const struct place *p)
{
	const struct place **chain = place_chain(r, p);
	r->scratch.n = 0;
	for (size_t i = 0; i < depth_of(p); i++) {
		if (i)
			kv_buf_c(&r->scratch, '.');
		rnd_toml_key(chain[i]->name, &r->scratch);
	}
	return kv_buf_view(&r->scratch);
}

/* The key that upstream's parser works on: the context, and the key below it as it is. */
static kv_str current(struct reader *r)
{
	kv_str context = place_text(r, r->context);
	if (!r->key.n)
		return context;
	return r->context ? kv_arena_cat(r->a, context, KV_S("."), r->key) : r->key;
}

static int fail_line(struct reader *r, size_t line, kv_str what)
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

/* lexer.errorf: at the end of the text behind a line feed the line before is meant. */
static int fail(struct reader *r, const char *what)
{
	bool back = r->at_eof && r->i >= 1 && r->text.p[r->i - 1] == '\n';
	return fail_line(r, r->line - back, kv_str_c(what));
}

/* The same with a character or text in Go's quotes between two parts. */
static int fail_rune(struct reader *r, size_t line, const char *before, uint32_t rune, const char *after)
{
	struct kv_buf b;
	kv_buf_init(&b, r->a, KV_BUF_MAX);
	kv_buf_str(&b, kv_str_c(before));
	kv_quote_rune(rune, false, &b);
	kv_buf_str(&b, kv_str_c(after));
	return fail_line(r, line, kv_buf_view(&b));
}

static int fail_text(struct reader *r, const char *before, kv_str text, const char *after)
{
	struct kv_buf b;
	kv_buf_init(&b, r->a, KV_BUF_MAX);
	kv_buf_str(&b, kv_str_c(before));
	rnd_quote(text, &b);
	kv_buf_str(&b, kv_str_c(after));
	return fail_line(r, r->line, kv_buf_view(&b));
}

/* The line of an error that was met by reading `rune`. */
static size_t error_line(const struct reader *r)
{
	return r->line - (r->at_eof && r->i >= 1 && r->text.p[r->i - 1] == '\n');
}

/* parser.panicf: the line of the newest key. */
static int fail_key(struct reader *r, const char *what, const struct place *place)
{
	kv_str text = kv_arena_printf(r->a, "Key '%.*s' %s", KV_ARG(place_text(r, place)), what);
	return fail_line(r, r->key_line, text);
}

/* --- characters ------------------------------------------------------------------------------- */

#define END 0u

static bool is_control(uint32_t c)
{
	return (c < 0x20 && c != '\t' && c != '\n' && c != '\r') || c == 0x7f;
}

static bool is_blank(uint32_t c)
{
	return c == ' ' || c == '\t';
}

static bool is_feed(uint32_t c)
{
	return c == '\n' || c == '\r';
}

static bool is_digit(uint32_t c)
{
	return c >= '0' && c <= '9';
}

static bool is_hex(uint32_t c)
{
	return is_digit(c) || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f');
}

/* lexer.next: the next character, END behind the last. */
static int next(struct reader *r, uint32_t *ret)
{
	size_t size;
	r->at_eof = r->i >= r->text.n;
	r->last = r->i;
	*ret = END;
	if (r->at_eof)
		return 0;
	uint32_t c = kv_utf8_decode(r->text, r->i, &size);
	r->line += c == '\n';
	if (c == 0xfffd && size == 1)
		return fail_line(
			r, r->line,
			kv_arena_printf(r->a, "invalid UTF-8 byte: 0x%02x", (unsigned char)r->text.p[r->i]));
	bool lone = c == '\r' && (r->i + 1 == r->text.n || r->text.p[r->i + 1] != '\n');
	if (is_control(c) || lone)
		return fail_line(
			r, r->line,
			kv_arena_printf(r->a, "TOML files cannot contain control characters: '0x%02x'", c));
	r->i += size;
	*ret = c;
	return 0;
}

/* lexer.backup, over one character. */
static void back(struct reader *r)
{
	if (!r->at_eof && r->i < r->text.n + 1 && r->last < r->i && r->text.p[r->last] == '\n')
		r->line--;
	r->i = r->last;
	r->at_eof = false;
}

static int peek(struct reader *r, uint32_t *ret)
{
	if (next(r, ret))
		return -1;
	back(r);
	return 0;
}

static int skip_blanks(struct reader *r)
{
	uint32_t c;
	do {
		if (next(r, &c))
			return -1;
	} while (is_blank(c));
	back(r);
	return 0;
}

/* Reads the character if it is the wanted one. */
static int accept(struct reader *r, uint32_t wanted, bool *ret)
{
	uint32_t c;
	size_t last = r->last;
	if (next(r, &c))
		return -1;
	*ret = c == wanted;
	if (!*ret) {
		back(r);
		r->last = last;
	}
	return 0;
}

/* To the end of the line, which stays. */
static int skip_comment(struct reader *r)
{
	uint32_t c;
	do {
		if (next(r, &c))
			return -1;
	} while (c != END && !is_feed(c));
	back(r);
	return 0;
}

/* --- strings ---------------------------------------------------------------------------------- */

/* Upstream's lexer only checks escapes; `start` is the first byte of the string, for its message. */
static int check_hex(struct reader *r, size_t start, int n, const char *what)
{
	for (; n; n--) {
		uint32_t c;
		if (next(r, &c))
			return -1;
		if (!is_hex(c)) {
			struct kv_buf b;
			kv_buf_init(&b, r->a, KV_BUF_MAX);
			kv_buf_printf(&b, "expected %s, but got ", what);
			rnd_quote(kv_str_sub(r->text, start, r->i), &b);
			kv_buf_lit(&b, " instead");
			return fail_line(r, error_line(r), kv_buf_view(&b));
		}
	}
	return 0;
}

static int check_escape(struct reader *r, size_t start)
{
	uint32_t c;
	if (next(r, &c))
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
	return fail_line(r, r->line - r->at_eof, kv_buf_view(&b));
}

/* The character behind a backslash as one of those that stand for one byte; 0 if it is none. */
static char simple_escape(char c)
{
	static const char names[] = "btnfre\"\\", bytes[] = "\b\t\n\f\r\x1b\"\\";
	const char *at = c ? strchr(names, c) : NULL;
	return at ? bytes[at - names] : 0;
}

static int add_code_point(struct reader *r, kv_str digits, struct kv_buf *out)
{
	uint32_t v = 0;
	for (size_t i = 0; i < digits.n; i++) {
		uint32_t c = (uint32_t)digits.p[i] | 0x20;
		v = v << 4 | (is_digit((uint32_t)digits.p[i]) ? c & 0xf : c - 'a' + 10);
	}
	if (v > 0x10ffff || (v >= 0xd800 && v <= 0xdfff))
		return fail_line(r, r->line,
				 kv_arena_printf(r->a, "Escaped character '\\u%.*s' is not valid UTF-8.",
						 KV_ARG(digits)));
	kv_buf_rune(out, v);
	return 0;
}

static int replace_escapes(struct reader *r, kv_str s, kv_str *ret)
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
			return fail_line(r, r->line, kv_arena_printf(r->a, "invalid escape: '\\%c'", c));
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
static kv_str join_lines(struct reader *r, kv_str s)
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

/* Between the quotes, on one line; the first quote is read. */
static int read_string(struct reader *r, uint32_t quote, kv_str *ret)
{
	size_t start = r->i;
	bool escapes = false;
	for (;;) {
		uint32_t c;
		if (next(r, &c))
			return -1;
		if (c == END)
			return fail(r, quote == '"' ? "unexpected EOF; expected '\"'"
						    : "unexpected EOF; expected \"'\"");
		if (is_feed(c))
			return fail_line(r, r->line - 1, KV_S("strings cannot contain newlines"));
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

/* How many quotes stand here, up to six. */
static size_t count_quotes(const struct reader *r, char quote)
{
	size_t n = 0;
	while (n < 6 && r->i + n < r->text.n && r->text.p[r->i + n] == quote)
		n++;
	return n;
}

static int check_long_escape(struct reader *r, size_t start)
{
	uint32_t c;
	if (peek(r, &c))
		return -1;
	if (is_feed(c))
		return next(r, &c);
	return check_escape(r, start);
}

/* Up to three quotes, which up to two more may precede; the first three are read. */
static int read_long_string(struct reader *r, char quote, kv_str *ret)
{
	size_t start = r->i, n;
	while ((n = count_quotes(r, quote)) < 3) {
		uint32_t c;
		if (next(r, &c))
			return -1;
		if (c == END)
			return fail(r, quote == '"' ? "unexpected EOF; expected '\"\"\"'"
						    : "unexpected EOF; expected \"'''\"");
		if (c == '\\' && quote == '"' && check_long_escape(r, start))
			return -1;
	}
	if (n == 6)
		return fail(r, quote == '"' ? "unexpected '\"\"\"\"\"\"'" : "unexpected \"''''''\"");
	*ret = without_first_feed(kv_str_sub(r->text, start, r->i + n - 3));
	r->i += n;
	return quote == '"' ? replace_escapes(r, join_lines(r, *ret), ret) : 0;
}

/* --- keys ------------------------------------------------------------------------------------- */

static int read_key_part(struct reader *r, kv_str *ret)
{
	uint32_t c;
	if (peek(r, &c))
		return -1;
	if (c == '"' || c == '\'')
		return next(r, &c) ? -1 : read_string(r, c, ret);
	size_t start = r->i;
	while (r->i < r->text.n && r->text.p[r->i] &&
	       strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-", r->text.p[r->i]))
		r->i++;
	*ret = kv_str_sub(r->text, start, r->i);
	return peek(r, &c); /* what ends a bare key is looked at too */
}

static int add_part(struct reader *r, struct path *key, kv_str part)
{
	if (!key->n)
		r->key_line = r->line;
	KV_PUSH(r->a, key->v, key->n, key->cap, part);
	if (key->n > r->job->limits.depth)
		return fail(r, "key has too many parts");
	return 0;
}

/* name { "." name } up to "]" */
static int read_table_name(struct reader *r, struct path *ret)
{
	for (;;) {
		uint32_t c;
		kv_str part;
		if (skip_blanks(r) || peek(r, &c))
			return -1;
		if (c == ']' || c == END)
			return fail(r, "unexpected end of table name (table names cannot be empty)");
		if (c == '.')
			return fail(r, "unexpected table separator (table names cannot be empty)");
		if (read_key_part(r, &part) || add_part(r, ret, part) || skip_blanks(r) || next(r, &c))
			return -1;
		if (c == ']')
			return 0;
		if (c != '.')
			return fail_rune(r, error_line(r), "expected '.' or ']' to end table name, but got ",
					 c, " instead");
	}
}

/* What follows a part of a key: "." or "=". */
static int read_key_end(struct reader *r, bool *ret_more)
{
	uint32_t c;
	if (skip_blanks(r) || next(r, &c))
		return -1;
	*ret_more = c == '.';
	if (c == '.' || c == '=')
		return 0;
	if (c == END)
		return fail(r, "unexpected EOF; expected key separator '='");
	return fail_rune(r, r->line - (c == '\n'), "expected '.' or '=', but got ", c, " instead");
}

/* name { "." name } "=" */
static int read_key(struct reader *r, struct path *ret)
{
	uint32_t c;
	bool more = true;
	if (skip_blanks(r) || peek(r, &c))
		return -1;
	if (c == '=' || c == END)
		return fail(r, "unexpected '=': key name appears blank");
	if (c == '.')
		return fail(r, "unexpected '.': keys cannot start with a '.'");
	while (more) {
		kv_str part;
		if (skip_blanks(r) || peek(r, &c))
			return -1;
		if (c == '=' || c == END)
			return fail(r, "unexpected '='");
		if (c == '.')
			return fail(r, "unexpected '.'");
		if (read_key_part(r, &part) || add_part(r, ret, part) || read_key_end(r, &more))
			return -1;
	}
	return 0;
}

/* --- the tree --------------------------------------------------------------------------------- */

static bool is_tables(krm_val v)
{
	return krm_is(v, KRM_LIST) && v.l->name == tables_type;
}

/* The map that a path leads through here: itself, or the newest of an array of tables. */
static krm_val *step_into(krm_val *v)
{
	if (krm_is(*v, KRM_MAP))
		return v;
	return is_tables(*v) && v->l->n ? &v->l->v[v->l->n - 1] : NULL;
}

static bool is_marked(struct reader *r, const struct kv_map *set, const struct place *p)
{
	return kv_map_get(set, place_text(r, p)) != NULL;
}

static void mark(struct reader *r, struct kv_map *set, const struct place *p, bool on)
{
	static char yes;
	kv_str text = place_text(r, p);
	if (on && !kv_map_has(set, text))
		text = kv_arena_dup(r->a, text);
	if (on || kv_map_has(set, text))
		kv_map_put(set, text, on ? &yes : NULL);
}

static krm_val new_table(struct reader *r)
{
	return krm_map(r->a, KRM_OF_ANY);
}

/* parser.setValue: the key below the context. A table that only existed because something below it was named may be
 * named itself, once; an array value may replace what its inline tables left. */
static int set_value(struct reader *r, kv_str key, krm_val value)
{
	const struct place **chain = place_chain(r, r->context), *place = below(r, r->context, key);
	krm_val *hash = &r->root;
	for (size_t i = 0; i < depth_of(r->context); i++) {
		krm_val *inner = krm_map_find(hash->m, chain[i]->name);
		hash = inner ? step_into(inner) : NULL;
		if (!hash)
			return fail_key(r, "has already been defined.", chain[i]);
	}
	if (!krm_map_find(hash->m, key)) {
		krm_map_set(r->a, hash->m, key, value);
		return 0;
	}
	if (!is_marked(r, &r->implicit, place))
		return fail_key(r, "has already been defined.", place);
	mark(r, &r->implicit, place, false);
	if (is_marked(r, &r->arrays, place))
		krm_map_set(r->a, hash->m, key, value);
	return 0;
}

static void set_array(struct reader *r, kv_str key, bool array)
{
	bool deeper = key.n || !r->context;
	mark(r, &r->arrays, deeper ? below(r, r->context, key) : r->context, array);
}

/* The array of tables at the key, made if there is none, gets one more. */
static int append_table(struct reader *r, krm_val *hash, const struct place *place)
{
	krm_val *found = krm_map_find(hash->m, place->name);
	if (!found) {
		krm_val list = krm_list(r->a, KRM_OF_OTHER);
		list.l->name = tables_type;
		krm_map_set(r->a, hash->m, place->name, list);
		found = krm_map_find(hash->m, place->name);
	}
	if (!is_tables(*found))
		return fail_key(r, "was already created and cannot be used as an array.", place);
	krm_list_push(r->a, found->l, new_table(r));
	return 0;
}

/* The map at a place, made with all that leads to it where it is not there yet. */
static krm_val *open_place(struct reader *r, const struct place *place)
{
	size_t n = depth_of(place);
	const struct place **chain = KV_NEW_N(r->a, const struct place *, n);
	krm_val *hash = &r->root;
	if (n)
		memcpy(chain, place_chain(r, place), n * sizeof *chain);
	for (size_t i = 0; i < n; i++) {
		if (!krm_map_find(hash->m, chain[i]->name)) {
			mark(r, &r->implicit, chain[i], true);
			krm_map_set(r->a, hash->m, chain[i]->name, new_table(r));
		}
		hash = step_into(krm_map_find(hash->m, chain[i]->name));
		if (!hash) {
			(void)fail_key(r, "was already created as a hash.", chain[i]);
			return NULL;
		}
	}
	return hash;
}

/* parser.addContext: makes the place the context. */
static int add_context(struct reader *r, const struct place *place, bool array)
{
	krm_val *hash = open_place(r, place->up);
	if (!hash)
		return -1;
	r->context = place->up;
	if (array ? append_table(r, hash, place) : set_value(r, place->name, new_table(r)))
		return -1;
	r->context = place;
	return 0;
}

/* The tables that a dotted key runs through; its last part becomes the key in hand. */
static int open_key(struct reader *r, const struct path *key)
{
	r->key = key->v[key->n - 1];
	for (size_t i = 0; i + 1 < key->n; i++) {
		const struct place *place = below(r, r->context, key->v[i]);
		mark(r, &r->implicit, place, true);
		if (add_context(r, place, false))
			return -1;
	}
	return 0;
}

/* --- numbers and dates ------------------------------------------------------------------------ */

static bool underscores_fit(kv_str s)
{
	bool accept = false;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '_' && !accept)
			return false;
		accept = is_hex((unsigned char)s.p[i]);
	}
	return accept;
}

static bool is_special_float(kv_str s)
{
	if (s.n && (s.p[0] == '+' || s.p[0] == '-'))
		s = kv_str_sub(s, 1, s.n);
	return kv_str_eq(s, KV_S("nan")) || kv_str_eq(s, KV_S("inf"));
}

static bool has_leading_zero(kv_str s)
{
	if (s.n > 1 && s.p[0] == '0' && !strchr("box", s.p[1]))
		return true;
	return s.n > 2 && (s.p[0] == '-' || s.p[0] == '+') && s.p[1] == '0';
}

static int out_of_range(struct reader *r, kv_str s, const char *type)
{
	return fail_line(r, r->line, kv_arena_printf(r->a, "%.*s is out of range for %s", KV_ARG(s), type));
}

static int read_integer(struct reader *r, kv_str s, krm_val *ret)
{
	int64_t v;
	if (!underscores_fit(s))
		return fail_text(r, "Invalid integer ", s, ": underscores must be surrounded by digits");
	if (has_leading_zero(s))
		return fail_text(r, "Invalid integer ", s, ": cannot have leading zeroes");
	if (kv_num_parse_int(s, 0, &v) != KV_NUM_OK)
		return out_of_range(r, s, "int64");
	*ret = krm_int64(v);
	return 0;
}

/* The parts between ".", "e" and "E" each obey the rule for underscores; the first one that for zeros. */
static int check_float(struct reader *r, kv_str s)
{
	size_t start = 0;
	bool first = true, period = false;
	kv_str first_part = KV_S("");
	for (size_t i = 0; i <= s.n; i++) {
		if (i < s.n && !strchr(".eE", s.p[i]))
			continue;
		kv_str part = kv_str_sub(s, start, i);
		start = i + 1;
		if (!part.n)
			continue;
		if (!is_special_float(part) && !underscores_fit(part))
			return fail_text(r, "Invalid float ", s,
					 ": underscores must be surrounded by digits");
		first_part = first ? part : first_part;
		first = false;
	}
	if (has_leading_zero(first_part))
		return fail_text(r, "Invalid float ", s, ": cannot have leading zeroes");
	for (size_t i = 0; i <= s.n; i++) {
		if (period && (i == s.n || !is_digit((unsigned char)s.p[i])))
			return fail_text(r, "Invalid float ", s,
					 ": '.' must be followed by one or more digits");
		period = i < s.n && s.p[i] == '.';
	}
	return 0;
}

static int read_float(struct reader *r, kv_str s, krm_val *ret)
{
	struct kv_buf b;
	double v;
	if (check_float(r, s))
		return -1;
	kv_buf_init(&b, r->a, KV_BUF_MAX);
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] != '_')
			kv_buf_c(&b, s.p[i]);
	kv_str digits = kv_buf_view(&b);
	bool negative_nan = kv_str_eq(digits, KV_S("-nan"));
	if (negative_nan || kv_str_eq(digits, KV_S("+nan")))
		digits = KV_S("nan");
	enum kv_num_error e = kv_num_parse_float(digits, &v);
	if (e == KV_NUM_RANGE)
		return out_of_range(r, s, "float64");
	if (e != KV_NUM_OK)
		return fail_text(r, "Invalid float value: ", s, "");
	*ret = krm_float(negative_nan ? -v : v);
	return 0;
}

static const struct {
	kv_str layout;
	const char *zone; /* NULL: the text has one */
} date_forms[] = {
	{ KV_STR("2006-01-02T15:04:05.999999999Z07:00"), NULL },
	{ KV_STR("2006-01-02T15:04:05.999999999"), rnd_toml_zone_datetime },
	{ KV_STR("2006-01-02"), rnd_toml_zone_date },
	{ KV_STR("15:04:05.999999999"), rnd_toml_zone_time },
	{ KV_STR("2006-01-02T15:04Z07:00"), NULL },
	{ KV_STR("2006-01-02T15:04"), rnd_toml_zone_datetime },
	{ KV_STR("15:04"), rnd_toml_zone_time },
};

/* Go's layouts take one digit for an hour; then a separator stands too early. */
static bool lacks_zero(kv_str date, kv_str layout)
{
	for (size_t i = 0; i < layout.n; i++) {
		if (layout.p[i] == '.' || layout.p[i] == 'Z')
			return false;
		if (!is_digit((unsigned char)layout.p[i]) && (i >= date.n || date.p[i] != layout.p[i]))
			return true;
	}
	return false;
}

static int read_date(struct reader *r, kv_str s, krm_val *ret)
{
	char *p = kv_arena_cstr(r->a, s);
	for (size_t i = 0; i < s.n; i++)
		p[i] = p[i] == 'z' ? 'Z' : p[i] == 't' || p[i] == ' ' ? 'T' : p[i];
	s = kv_str_of(p, s.n);
	for (size_t i = 0; i < sizeof date_forms / sizeof *date_forms; i++) {
		const char *name = date_forms[i].zone;
		const struct rnd_zone *zone =
			name ? rnd_zone_fixed(r->a, kv_str_c(name), 0) : rnd_zone_local(r->job, false);
		struct rnd_time t;
		kv_str unused;
		if (rnd_time_parse(r->a, date_forms[i].layout, s, zone, &t, &unused))
			continue;
		if (lacks_zero(s, date_forms[i].layout))
			break;
		*ret = rnd_time_val(r->a, t);
		return 0;
	}
	return fail_text(r, "invalid datetime: ", s, "");
}

/* Reads on while the characters belong to the set. */
static int read_while(struct reader *r, const char *set, uint32_t *ret_next)
{
	do {
		if (next(r, ret_next))
			return -1;
	} while (*ret_next != END && *ret_next < 0x80 && strchr(set, (char)*ret_next));
	back(r);
	return 0;
}

static kv_str since(const struct reader *r, size_t start)
{
	return kv_str_sub(r->text, start, r->i);
}

static int finish_float(struct reader *r, size_t start, krm_val *ret)
{
	uint32_t c;
	return read_while(r, "0123456789_.-+eE", &c) ? -1 : read_float(r, since(r, start), ret);
}

/* Digits and underscores are read; a float or an integer. */
static int finish_decimal(struct reader *r, size_t start, krm_val *ret)
{
	uint32_t c;
	if (read_while(r, "0123456789_", &c))
		return -1;
	if (c == '.' || c == 'e' || c == 'E')
		return finish_float(r, start, ret);
	return read_integer(r, since(r, start), ret);
}

static int finish_date(struct reader *r, size_t start, krm_val *ret)
{
	uint32_t c;
	if (read_while(r, "0123456789-:Tt .Zz+", &c))
		return -1;
	kv_str s = since(r, start);
	return read_date(r, kv_str_trim(s, " \t"), ret);
}

/* "0x", "0o", "0b": the letter is read. */
static int finish_based(struct reader *r, size_t start, uint32_t letter, krm_val *ret)
{
	const char *digits = letter == 'x' ? "0123456789abcdefABCDEF" : letter == 'o' ? "01234567" : "01";
	const char *name = letter == 'x' ? "a hexadecimal" : letter == 'o' ? "an octal" : "a binary";
	uint32_t c;
	if (peek(r, &c))
		return -1;
	if (c == END || c >= 0x80 || !strchr(digits, (char)c)) {
		struct kv_buf b;
		kv_buf_init(&b, r->a, KV_BUF_MAX);
		kv_buf_printf(&b, "not %s number: '%.*s", name, KV_ARG(since(r, start)));
		kv_buf_rune(&b, c);
		kv_buf_c(&b, '\'');
		return fail_line(r, r->line, kv_buf_view(&b));
	}
	kv_str set = kv_arena_cat(r->a, kv_str_c(digits), KV_S("_"));
	return read_while(r, kv_arena_cstr(r->a, set), &c) ? -1 : read_integer(r, since(r, start), ret);
}

/* A number or date; no character of it is read. */
static int read_number(struct reader *r, krm_val *ret)
{
	size_t start = r->i;
	uint32_t c;
	if (next(r, &c))
		return -1;
	bool zero = c == '0';
	if (peek(r, &c))
		return -1;
	if (zero && (c == 'x' || c == 'o' || c == 'b'))
		return next(r, &c) ? -1 : finish_based(r, start, c, ret);
	bool more_digits = is_digit(c);
	if (read_while(r, "0123456789", &c))
		return -1;
	if ((c == '-' || c == ':') && (!zero || more_digits))
		return finish_date(r, start, ret);
	return finish_decimal(r, start, ret);
}

static int bad_sign(struct reader *r, size_t start, uint32_t c)
{
	struct kv_buf b;
	kv_buf_init(&b, r->a, KV_BUF_MAX);
	kv_buf_printf(&b, "cannot use sign with non-decimal numbers: '%.*s", KV_ARG(since(r, start)));
	kv_buf_rune(&b, c);
	kv_buf_c(&b, '\'');
	return fail_line(r, r->line, kv_buf_view(&b));
}

/* "inf" and "nan" behind a sign, whose first letter is read. */
static int finish_signed_word(struct reader *r, size_t start, const char *rest, krm_val *ret)
{
	bool ok = true;
	for (; ok && *rest; rest++)
		if (accept(r, (uint32_t)*rest, &ok))
			return -1;
	if (!ok)
		return fail_line(r, r->line,
				 kv_arena_printf(r->a, "invalid float: '%.*s'", KV_ARG(since(r, start))));
	return read_float(r, since(r, start), ret);
}

/* Behind a sign, which is read. */
static int read_signed(struct reader *r, krm_val *ret)
{
	size_t start = r->i - 1;
	uint32_t c, after;
	if (next(r, &c))
		return -1;
	if (c == 'i' || c == 'n')
		return finish_signed_word(r, start, c == 'i' ? "nf" : "an", ret);
	if (c == '.')
		return fail(r, "floats must start with a digit, not '.'");
	if (c == '0') {
		if (peek(r, &after))
			return -1;
		if (after == 'b' || after == 'o' || after == 'x')
			return bad_sign(r, start, after);
	}
	if (is_digit(c))
		return finish_decimal(r, start, ret);
	return fail_rune(r, error_line(r), "expected a digit but got ", c, "");
}

/* --- values ----------------------------------------------------------------------------------- */

static int read_value(struct reader *r, bool in_array, krm_val *ret);

/* Letters that must be true or false. */
static int read_bool(struct reader *r, krm_val *ret)
{
	size_t start = r->i;
	uint32_t c;
	do {
		if (next(r, &c))
			return -1;
	} while (c != END && kv_rune_is_letter(c));
	back(r);
	kv_str word = since(r, start);
	if (!kv_str_eq(word, KV_S("true")) && !kv_str_eq(word, KV_S("false")))
		return fail_text(r, "expected value but found ", word, " instead");
	*ret = krm_bool(word.n == 4);
	return 0;
}

/* "inf" or "nan", whose first letter is read; upstream tries both endings one behind the other, and reads a word on from the
 * last letter that fitted. */
static int read_special(struct reader *r, bool *ret_ok)
{
	static const char endings[2][2] = { { 'n', 'f' }, { 'a', 'n' } };
	for (int i = 0; i < 2; i++) {
		if (accept(r, (uint32_t)endings[i][0], ret_ok))
			return -1;
		if (*ret_ok && accept(r, (uint32_t)endings[i][1], ret_ok))
			return -1;
		if (*ret_ok)
			return 0;
	}
	return 0;
}

static int read_quoted(struct reader *r, uint32_t quote, krm_val *ret)
{
	kv_str text;
	if (count_quotes(r, (char)quote) >= 2) {
		r->i += 2;
		if (read_long_string(r, (char)quote, &text))
			return -1;
	} else if (read_string(r, quote, &text)) {
		return -1;
	}
	*ret = krm_string(r->a, text);
	return 0;
}

/* Blanks, line feeds and comments go; *ret is what follows, which is read. */
static int next_in_brackets(struct reader *r, uint32_t *ret)
{
	for (;;) {
		if (next(r, ret))
			return -1;
		if (*ret == '#') {
			if (skip_comment(r))
				return -1;
		} else if (!is_blank(*ret) && !is_feed(*ret)) {
			return 0;
		}
	}
}

static int fail_list(struct reader *r, const char *format, uint32_t c)
{
	struct kv_buf b;
	kv_buf_init(&b, r->a, KV_BUF_MAX);
	if (c == END) {
		kv_buf_lit(&b, "end of file");
	} else {
		kv_buf_c(&b, '\'');
		kv_buf_rune(&b, c);
		kv_buf_c(&b, '\'');
	}
	return fail_line(r, error_line(r), kv_arena_printf(r->a, format, KV_ARG(kv_buf_view(&b))));
}

/* array = "[" [ value { "," value } [","] ] "]", whose bracket is read */
static int read_array(struct reader *r, krm_val *ret)
{
	krm_val list = krm_list(r->a, KRM_OF_ANY);
	set_array(r, r->key, true);
	for (;;) {
		uint32_t c;
		krm_val item;
		if (next_in_brackets(r, &c))
			return -1;
		if (c == ']')
			break;
		if (c == ',')
			return fail(r, "unexpected comma");
		back(r);
		if (read_value(r, true, &item))
			return -1;
		krm_list_push(r->a, list.l, item);
		if (next_in_brackets(r, &c))
			return -1;
		if (c == ']')
			break;
		if (c != ',')
			return fail_list(r, "expected a comma (',') or array terminator (']'), but got %.*s",
					 c);
	}
	*ret = list;
	return 0;
}

/* The context as %q prints a list of strings: ["a" "b"]. */
static int no_table(struct reader *r)
{
	struct kv_buf b;
	kv_buf_init(&b, r->a, KV_BUF_MAX);
	kv_buf_c(&b, '[');
	const struct place **chain = place_chain(r, r->context);
	for (size_t i = 0; i < depth_of(r->context); i++) {
		if (i)
			kv_buf_c(&b, ' ');
		rnd_quote(chain[i]->name, &b);
	}
	kv_buf_lit(&b, "] is not a table");
	return fail_line(r, r->key_line, kv_buf_view(&b));
}

static int put_below(struct reader *r, krm_val table, const struct path *key, krm_val value)
{
	for (size_t i = 0; i + 1 < key->n; i++) {
		krm_val *inner = krm_map_find(table.m, key->v[i]);
		if (!inner) {
			krm_map_set(r->a, table.m, key->v[i], new_table(r));
			inner = krm_map_find(table.m, key->v[i]);
		}
		if (!krm_is(*inner, KRM_MAP))
			return no_table(r);
		table = *inner;
	}
	krm_map_set(r->a, table.m, key->v[key->n - 1], value);
	return 0;
}

/* One "key = value"; `table` gets it too if it is a map: the inline table in hand. */
static int read_pair(struct reader *r, krm_val table)
{
	struct path key = { 0 };
	krm_val value;
	if (read_key(r, &key) || open_key(r, &key) || read_value(r, false, &value) ||
	    set_value(r, r->key, value))
		return -1;
	set_array(r, r->key, krm_is(value, KRM_LIST) && !is_tables(value));
	return krm_is(table, KRM_MAP) ? put_below(r, table, &key, value) : 0;
}

/* Behind a pair: "," with perhaps nothing behind it, or "}". */
static int read_pair_end(struct reader *r, bool *ret_more)
{
	uint32_t c;
	if (next_in_brackets(r, &c))
		return -1;
	*ret_more = false;
	if (c == '}')
		return 0;
	if (c != ',')
		return fail_list(
			r, "expected a comma or an inline table terminator '}', but got %.*s instead", c);
	if (skip_blanks(r) || peek(r, &c))
		return -1;
	*ret_more = c != '}';
	return *ret_more ? 0 : next(r, &c);
}

/* table = "{" [ pair { "," pair } [","] ] "}", whose brace is read */
static int read_inline(struct reader *r, bool in_array, krm_val *ret)
{
	const struct place *outer = r->context, *inner = below(r, outer, r->key);
	kv_str outer_key = r->key;
	bool more = true;
	*ret = new_table(r);
	r->context = inner;
	r->key = KV_S("");
	mark(r, &r->implicit, inner, true);
	if (add_context(r, inner, in_array))
		return -1;
	while (more) {
		uint32_t c;
		if (next_in_brackets(r, &c))
			return -1;
		if (c == '}')
			break;
		if (c == ',')
			return fail(r, "unexpected comma");
		back(r);
		if (read_pair(r, *ret) || read_pair_end(r, &more))
			return -1;
		r->context = inner;
	}
	r->context = outer;
	r->key = outer_key;
	return 0;
}

/* What begins with neither bracket, quote, digit nor sign. */
static int read_word(struct reader *r, uint32_t c, krm_val *ret)
{
	size_t start = r->last;
	bool ok = false;
	if (c == '.')
		return fail(r, "floats must start with a digit, not '.'");
	if ((c == 'i' || c == 'n') && read_special(r, &ok))
		return -1;
	if (ok)
		return read_float(r, since(r, start), ret);
	if (c != END && kv_rune_is_letter(c)) {
		back(r);
		return read_bool(r, ret);
	}
	if (c == END)
		return fail(r, "unexpected EOF; expected value");
	return fail_rune(r, r->line - (c == '\n'), "expected value but found ", c, " instead");
}

static int read_value_here(struct reader *r, bool in_array, krm_val *ret)
{
	uint32_t c;
	do {
		if (next(r, &c))
			return -1;
	} while (is_blank(c));
	switch (c) {
	case '[': return read_array(r, ret);
	case '{': return read_inline(r, in_array, ret);
	case '"':
	case '\'': return read_quoted(r, c, ret);
	case '-':
	case '+': return read_signed(r, ret);
	default: break;
	}
	if (!is_digit(c))
		return read_word(r, c, ret);
	back(r);
	return read_number(r, ret);
}

static int read_value(struct reader *r, bool in_array, krm_val *ret)
{
	if (++r->depth > r->job->limits.depth)
		return fail(r, "values nested too deeply");
	if (read_value_here(r, in_array, ret))
		return -1;
	r->depth--;
	return 0;
}

/* --- the document ----------------------------------------------------------------------------- */

/* "[a.b]" or "[[a.b]]", whose first bracket is read */
static int read_table(struct reader *r)
{
	struct path key = { 0 };
	uint32_t c;
	if (peek(r, &c))
		return -1;
	bool array = c == '[';
	if ((array && next(r, &c)) || read_table_name(r, &key))
		return -1;
	if (array) {
		if (next(r, &c))
			return -1;
		if (c != ']')
			return fail_rune(r, error_line(r),
					 "expected end of table array name delimiter ']', but got ", c,
					 " instead");
	}
	const struct place *place = NULL;
	for (size_t i = 0; i < key.n; i++)
		place = below(r, place, key.v[i]);
	if (add_context(r, place, array))
		return -1;
	set_array(r, KV_S(""), false);
	return 0;
}

/* Behind a table's name or a pair, only a comment may follow on the line. */
static int read_line_end(struct reader *r)
{
	uint32_t c;
	do {
		if (next(r, &c))
			return -1;
	} while (is_blank(c));
	if (c == '#')
		return skip_comment(r);
	if (c == END || is_feed(c))
		return 0;
	return fail_rune(r, r->line,
			 "expected a top-level item to end with a newline, comment, or EOF, but got ", c,
			 " instead");
}

static int read_pair_of_table(struct reader *r)
{
	const struct place *outer = r->context;
	if (read_pair(r, krm_nil()))
		return -1;
	r->context = outer;
	r->key = KV_S("");
	return 0;
}

static int read_document(struct reader *r)
{
	for (;;) {
		uint32_t c;
		if (next_in_brackets(r, &c))
			return -1;
		if (c == END)
			return 0;
		if (c != '[')
			back(r);
		if ((c == '[' ? read_table(r) : read_pair_of_table(r)) || read_line_end(r))
			return -1;
	}
}

/* Byte order marks go; a NUL near the start means UTF-16. */
static int read_head(struct reader *r)
{
	if (kv_str_starts(r->text, KV_S("\xff\xfe")) || kv_str_starts(r->text, KV_S("\xfe\xff")))
		r->text = kv_str_sub(r->text, 2, r->text.n);
	else if (kv_str_starts(r->text, KV_S("\xef\xbb\xbf")))
		r->text = kv_str_sub(r->text, 3, r->text.n);
	if (kv_str_chr(kv_str_sub(r->text, 0, 6), '\0') != SIZE_MAX)
		return fail(
			r,
			"files cannot contain NULL bytes; probably using UTF-16; TOML files must be UTF-8");
	return 0;
}

int rnd_toml_read(struct kv_job *job, kv_str text, krm_val *ret, kv_str *ret_error)
{
	struct reader r = { .job = job, .a = job->arena, .text = text, .line = 1, .error = ret_error };
	r.root = new_table(&r);
	kv_map_init(&r.implicit, job->arena);
	kv_map_init(&r.arrays, job->arena);
	kv_buf_init(&r.scratch, job->arena, KV_BUF_MAX);
	if (read_head(&r) || read_document(&r))
		return -1;
	*ret = r.root;
	return 0;
}
