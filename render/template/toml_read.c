/* render/template/toml_read.c: keys, values and tables of a TOML text (toml: lex.go, parse.go). */
#include "base/utf8.h"
#include "render/template/toml_reader.h"

/* --- keys ------------------------------------------------------------------------------------- */

static int read_key_part(struct rnd_toml_reader *r, kv_str *ret)
{
	uint32_t c;
	if (rnd_toml_peek(r, &c))
		return -1;
	if (c == '"' || c == '\'')
		return rnd_toml_next(r, &c) ? -1 : rnd_toml_read_string(r, c, ret);
	size_t start = r->i;
	while (r->i < r->text.n && r->text.p[r->i] &&
	       strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-", r->text.p[r->i]))
		r->i++;
	*ret = kv_str_sub(r->text, start, r->i);
	return rnd_toml_peek(r, &c); /* what ends a bare key is looked at too */
}

static int count_node(struct rnd_toml_reader *r)
{
	return kv_job_fits(r->job, ++r->nodes)
		       ? 0
		       : rnd_toml_fail_line(r, rnd_toml_error_line(r), kv_job_excess(r->job, r->nodes));
}

static int add_part(struct rnd_toml_reader *r, struct rnd_toml_path *key, kv_str part)
{
	if (!key->n)
		r->key_line = r->line;
	KV_PUSH(r->a, key->v, key->n, key->cap, part);
	if (key->n > r->job->limits.depth)
		return rnd_toml_fail(r, "key has too many parts");
	return 0;
}

/* name { "." name } up to "]" */
static int read_table_name(struct rnd_toml_reader *r, struct rnd_toml_path *ret)
{
	for (;;) {
		uint32_t c;
		kv_str part;
		if (rnd_toml_skip_blanks(r) || rnd_toml_peek(r, &c))
			return -1;
		if (c == ']' || c == RND_TOML_END)
			return rnd_toml_fail(r, "unexpected end of table name (table names cannot be empty)");
		if (c == '.')
			return rnd_toml_fail(r, "unexpected table separator (table names cannot be empty)");
		if (read_key_part(r, &part) || add_part(r, ret, part) || rnd_toml_skip_blanks(r) ||
		    rnd_toml_next(r, &c))
			return -1;
		if (c == ']')
			return 0;
		if (c != '.')
			return rnd_toml_fail_rune(r, rnd_toml_error_line(r),
						  "expected '.' or ']' to end table name, but got ", c,
						  " instead");
	}
}

/* What follows a part of a key: "." or "=". */
static int read_key_end(struct rnd_toml_reader *r, bool *ret_more)
{
	uint32_t c;
	if (rnd_toml_skip_blanks(r) || rnd_toml_next(r, &c))
		return -1;
	*ret_more = c == '.';
	if (c == '.' || c == '=')
		return 0;
	if (c == RND_TOML_END)
		return rnd_toml_fail(r, "unexpected EOF; expected key separator '='");
	return rnd_toml_fail_rune(r, r->line - (c == '\n'), "expected '.' or '=', but got ", c, " instead");
}

/* name { "." name } "=" */
static int read_key(struct rnd_toml_reader *r, struct rnd_toml_path *ret)
{
	uint32_t c;
	bool more = true;
	if (rnd_toml_skip_blanks(r) || rnd_toml_peek(r, &c))
		return -1;
	if (c == '=' || c == RND_TOML_END)
		return rnd_toml_fail(r, "unexpected '=': key name appears blank");
	if (c == '.')
		return rnd_toml_fail(r, "unexpected '.': keys cannot start with a '.'");
	while (more) {
		kv_str part;
		if (rnd_toml_skip_blanks(r) || rnd_toml_peek(r, &c))
			return -1;
		if (c == '=' || c == RND_TOML_END)
			return rnd_toml_fail(r, "unexpected '='");
		if (c == '.')
			return rnd_toml_fail(r, "unexpected '.'");
		if (read_key_part(r, &part) || add_part(r, ret, part) || read_key_end(r, &more))
			return -1;
	}
	return 0;
}

/* --- values ----------------------------------------------------------------------------------- */

static int read_value(struct rnd_toml_reader *r, bool in_array, krm_val *ret);

/* Letters that must be true or false. */
static int read_bool(struct rnd_toml_reader *r, krm_val *ret)
{
	size_t start = r->i;
	uint32_t c;
	do {
		if (rnd_toml_next(r, &c))
			return -1;
	} while (c != RND_TOML_END && kv_rune_is_letter(c));
	rnd_toml_back(r);
	kv_str word = rnd_toml_since(r, start);
	if (!kv_str_eq(word, KV_S("true")) && !kv_str_eq(word, KV_S("false")))
		return rnd_toml_fail_text(r, "expected value but found ", word, " instead");
	*ret = krm_bool(word.n == 4);
	return 0;
}

/* "inf" or "nan", whose first letter is read; upstream tries both endings one behind the other, and reads a word on from the
 * last letter that fitted. */
static int read_special(struct rnd_toml_reader *r, bool *ret_ok)
{
	static const char endings[2][2] = { { 'n', 'f' }, { 'a', 'n' } };
	for (int i = 0; i < 2; i++) {
		if (rnd_toml_accept(r, (uint32_t)endings[i][0], ret_ok))
			return -1;
		if (*ret_ok && rnd_toml_accept(r, (uint32_t)endings[i][1], ret_ok))
			return -1;
		if (*ret_ok)
			return 0;
	}
	return 0;
}

static int read_quoted(struct rnd_toml_reader *r, uint32_t quote, krm_val *ret)
{
	kv_str text = KV_S("");
	bool second, third = false;
	/* What follows two quotes is looked at before there is a value. */
	if (rnd_toml_accept(r, quote, &second) || (second && rnd_toml_accept(r, quote, &third)))
		return -1;
	if (third ? rnd_toml_read_long_string(r, (char)quote, &text) : !second && rnd_toml_read_string(r, quote, &text))
		return -1;
	*ret = krm_string(r->a, text);
	return 0;
}

/* Blanks, line feeds and comments go; *ret is what follows, which is read. */
static int next_in_brackets(struct rnd_toml_reader *r, uint32_t *ret)
{
	for (;;) {
		if (rnd_toml_next(r, ret))
			return -1;
		if (*ret == '#') {
			if (rnd_toml_skip_comment(r))
				return -1;
		} else if (!rnd_toml_is_blank(*ret) && !rnd_toml_is_feed(*ret)) {
			return 0;
		}
	}
}

static int fail_list(struct rnd_toml_reader *r, const char *format, uint32_t c)
{
	struct kv_buf b;
	kv_buf_init(&b, r->a, KV_BUF_MAX);
	if (c == RND_TOML_END) {
		kv_buf_lit(&b, "end of file");
	} else {
		kv_buf_c(&b, '\'');
		kv_buf_rune(&b, c);
		kv_buf_c(&b, '\'');
	}
	return rnd_toml_fail_line(r, rnd_toml_error_line(r),
				  kv_arena_printf(r->a, format, KV_ARG(kv_buf_view(&b))));
}

/* array = "[" [ value { "," value } [","] ] "]", whose bracket is read */
static int read_array(struct rnd_toml_reader *r, krm_val *ret)
{
	krm_val list = krm_list(r->a, KRM_OF_ANY);
	rnd_toml_set_array(r, r->key, true);
	for (;;) {
		uint32_t c;
		krm_val item;
		if (next_in_brackets(r, &c))
			return -1;
		if (c == ']')
			break;
		if (c == ',')
			return rnd_toml_fail(r, "unexpected comma");
		rnd_toml_back(r);
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
static int no_table(struct rnd_toml_reader *r)
{
	struct kv_buf b;
	kv_buf_init(&b, r->a, KV_BUF_MAX);
	kv_buf_c(&b, '[');
	const struct rnd_toml_place **chain = rnd_toml_place_chain(r, r->context);
	for (size_t i = 0; i < rnd_toml_depth_of(r->context); i++) {
		if (i)
			kv_buf_c(&b, ' ');
		rnd_quote(chain[i]->name, &b);
	}
	kv_buf_lit(&b, "] is not a table");
	return rnd_toml_fail_line(r, r->key_line, kv_buf_view(&b));
}

static int put_below(struct rnd_toml_reader *r, krm_val table, const struct rnd_toml_path *key, krm_val value)
{
	for (size_t i = 0; i + 1 < key->n; i++) {
		krm_val *inner = krm_map_find(table.m, key->v[i]);
		if (!inner) {
			krm_map_set(r->a, table.m, key->v[i], rnd_toml_new_table(r));
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
static int read_pair(struct rnd_toml_reader *r, krm_val table)
{
	struct rnd_toml_path key = { 0 };
	krm_val value;
	if (read_key(r, &key) || rnd_toml_open_key(r, &key) || read_value(r, false, &value) ||
	    rnd_toml_set_value(r, r->key, value))
		return -1;
	rnd_toml_set_array(r, r->key, krm_is(value, KRM_LIST) && !rnd_toml_is_tables(value));
	return krm_is(table, KRM_MAP) ? put_below(r, table, &key, value) : 0;
}

/* Behind a pair: "," with perhaps nothing behind it, or "}". */
static int read_pair_end(struct rnd_toml_reader *r, bool *ret_more)
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
	if (rnd_toml_skip_blanks(r) || rnd_toml_peek(r, &c))
		return -1;
	*ret_more = c != '}';
	return *ret_more ? 0 : rnd_toml_next(r, &c);
}

/* table = "{" [ pair { "," pair } [","] ] "}", whose brace is read */
static int read_inline(struct rnd_toml_reader *r, bool in_array, krm_val *ret)
{
	const struct rnd_toml_place *outer = r->context, *inner = rnd_toml_below(r, outer, r->key);
	kv_str outer_key = r->key;
	bool more = true;
	*ret = rnd_toml_new_table(r);
	r->context = inner;
	r->key = KV_S("");
	rnd_toml_mark(r, &r->implicit, inner, true);
	if (rnd_toml_add_context(r, inner, in_array))
		return -1;
	while (more) {
		uint32_t c;
		if (next_in_brackets(r, &c))
			return -1;
		if (c == '}')
			break;
		if (c == ',')
			return rnd_toml_fail(r, "unexpected comma");
		rnd_toml_back(r);
		if (read_pair(r, *ret))
			return -1;
		r->context = inner;
		if (read_pair_end(r, &more))
			return -1;
	}
	r->context = outer;
	r->key = outer_key;
	return 0;
}

/* What begins with neither bracket, quote, digit nor sign. */
static int read_word(struct rnd_toml_reader *r, uint32_t c, krm_val *ret)
{
	size_t start = r->last;
	bool ok = false;
	if (c == '.')
		return rnd_toml_fail(r, "floats must start with a digit, not '.'");
	if ((c == 'i' || c == 'n') && read_special(r, &ok))
		return -1;
	if (ok)
		return rnd_toml_read_float(r, rnd_toml_since(r, start), ret);
	if (c != RND_TOML_END && kv_rune_is_letter(c)) {
		rnd_toml_back(r);
		return read_bool(r, ret);
	}
	if (c == RND_TOML_END)
		return rnd_toml_fail(r, "unexpected EOF; expected value");
	return rnd_toml_fail_rune(r, r->line - (c == '\n'), "expected value but found ", c, " instead");
}

static int read_value_here(struct rnd_toml_reader *r, bool in_array, krm_val *ret)
{
	uint32_t c;
	do {
		if (rnd_toml_next(r, &c))
			return -1;
	} while (rnd_toml_is_blank(c));
	switch (c) {
	case '[': return read_array(r, ret);
	case '{': return read_inline(r, in_array, ret);
	case '"':
	case '\'': return read_quoted(r, c, ret);
	case '-':
	case '+': return rnd_toml_read_signed(r, ret);
	default: break;
	}
	if (!rnd_toml_is_digit(c))
		return read_word(r, c, ret);
	rnd_toml_back(r);
	return rnd_toml_read_number(r, ret);
}

static int read_value(struct rnd_toml_reader *r, bool in_array, krm_val *ret)
{
	if (++r->depth > r->job->limits.depth)
		return rnd_toml_fail(r, "values nested too deeply");
	if (count_node(r) || read_value_here(r, in_array, ret))
		return -1;
	r->depth--;
	return 0;
}

/* --- the document ----------------------------------------------------------------------------- */

/* "[a.b]" or "[[a.b]]", whose first bracket is read */
static int read_table(struct rnd_toml_reader *r)
{
	struct rnd_toml_path key = { 0 };
	uint32_t c;
	if (rnd_toml_peek(r, &c))
		return -1;
	bool array = c == '[';
	if (count_node(r) || (array && rnd_toml_next(r, &c)) || read_table_name(r, &key))
		return -1;
	if (array) {
		if (rnd_toml_next(r, &c))
			return -1;
		if (c != ']')
			return rnd_toml_fail_rune(r, rnd_toml_error_line(r),
						  "expected end of table array name delimiter ']', but got ",
						  c, " instead");
	}
	const struct rnd_toml_place *place = NULL;
	for (size_t i = 0; i < key.n; i++)
		place = rnd_toml_below(r, place, key.v[i]);
	if (rnd_toml_add_context(r, place, array))
		return -1;
	rnd_toml_set_array(r, KV_S(""), false);
	return 0;
}

/* Behind a table's name or a pair, only a comment may follow on the line. */
static int read_line_end(struct rnd_toml_reader *r)
{
	uint32_t c;
	do {
		if (rnd_toml_next(r, &c))
			return -1;
	} while (rnd_toml_is_blank(c));
	if (c == '#')
		return rnd_toml_skip_comment(r);
	if (c == RND_TOML_END || rnd_toml_is_feed(c))
		return 0;
	return rnd_toml_fail_rune(
		r, r->line, "expected a top-level item to end with a newline, comment, or EOF, but got ", c,
		" instead");
}

static int read_pair_of_table(struct rnd_toml_reader *r)
{
	const struct rnd_toml_place *outer = r->context;
	if (read_pair(r, krm_nil()))
		return -1;
	r->context = outer;
	r->key = KV_S("");
	return 0;
}

static int read_document(struct rnd_toml_reader *r)
{
	for (;;) {
		uint32_t c;
		if (next_in_brackets(r, &c))
			return -1;
		if (c == RND_TOML_END)
			return 0;
		if (c != '[')
			rnd_toml_back(r);
		if ((c == '[' ? read_table(r) : read_pair_of_table(r)) || read_line_end(r))
			return -1;
	}
}

/* Byte order marks go; a NUL near the start means UTF-16. */
static int read_head(struct rnd_toml_reader *r)
{
	if (kv_str_starts(r->text, KV_S("\xff\xfe")) || kv_str_starts(r->text, KV_S("\xfe\xff")))
		r->text = kv_str_sub(r->text, 2, r->text.n);
	else if (kv_str_starts(r->text, KV_S("\xef\xbb\xbf")))
		r->text = kv_str_sub(r->text, 3, r->text.n);
	if (kv_str_chr(kv_str_sub(r->text, 0, 6), '\0') != SIZE_MAX)
		return rnd_toml_fail(
			r,
			"files cannot contain NULL bytes; probably using UTF-16; TOML files must be UTF-8");
	return 0;
}

int rnd_toml_read(struct kv_job *job, kv_str text, krm_val *ret, kv_str *ret_error)
{
	struct rnd_toml_reader r = {
		.job = job, .a = job->arena, .text = text, .line = 1, .error = ret_error
	};
	r.root = rnd_toml_new_table(&r);
	kv_map_init(&r.implicit, job->arena);
	kv_map_init(&r.arrays, job->arena);
	kv_buf_init(&r.scratch, job->arena, KV_BUF_MAX);
	if (read_head(&r) || read_document(&r))
		return -1;
	*ret = r.root;
	return 0;
}
