/* render/template/lex.c: reads tokens on demand; trim markers and comments are gone after this stage. */
#include "render/template/lex.h"

#include "base/utf8.h"
#include "render/template/quote.h"

#define END UINT32_MAX /* what next() gives at the end of the input */
#define TRIM_LENGTH 2  /* the dash and the blank beside it */
#define LONGEST_KEYWORD (sizeof "continue" - 1)

/* What a byte may be inside an action; those of longer code points have no class. */
enum {
	SPACE = 1,
	WORD = 2,       /* letters, digits and the underscore: nearly every byte */
	TERMINATOR = 4, /* may follow an identifier, field or variable */
	PLAIN = 8,      /* stands for itself in a quoted string, whatever the quote */
};

static const uint8_t class_of[256] = {
	[' '] = SPACE | TERMINATOR | PLAIN,
	['\t'] = SPACE | TERMINATOR | PLAIN,
	['\r'] = SPACE | TERMINATOR | PLAIN,
	['\n'] = SPACE | TERMINATOR,
	['.'] = TERMINATOR | PLAIN,
	[','] = TERMINATOR | PLAIN,
	['|'] = TERMINATOR | PLAIN,
	[':'] = TERMINATOR | PLAIN,
	[')'] = TERMINATOR | PLAIN,
	['('] = TERMINATOR | PLAIN,
	['0' ... '9'] = WORD | PLAIN,
	['A' ... 'Z'] = WORD | PLAIN,
	['a' ... 'z'] = WORD | PLAIN,
	['_'] = WORD | PLAIN,
	['-'] = PLAIN,
	['/'] = PLAIN,
	['{'] = PLAIN,
	['}'] = PLAIN,
	['='] = PLAIN,
	['%'] = PLAIN,
};

static bool is(char c, unsigned class)
{
	return class_of[(unsigned char)c] & class;
}

static bool is_alphanumeric(uint32_t r)
{
	if (r < 0x80)
		return is((char)r, WORD);
	return r != END && (kv_rune_is_letter(r) || kv_rune_is_digit(r));
}

void rnd_lex_init(struct rnd_lexer *l, struct kv_arena *a, kv_str input)
{
	*l = (struct rnd_lexer){ .arena = a, .input = input };
}

static uint32_t next(struct rnd_lexer *l)
{
	uint32_t r;

	if (l->pos >= l->input.n) {
		l->width = 0;
		return END;
	}
	r = (unsigned char)l->input.p[l->pos];
	l->width = 1;
	if (r >= 0x80)
		r = kv_utf8_decode(l->input, l->pos, &l->width);
	l->pos += l->width;
	return r;
}

/* Undoes one next(). */
static void backup(struct rnd_lexer *l)
{
	l->pos -= l->width;
	l->width = 0;
}

static uint32_t peek(struct rnd_lexer *l)
{
	uint32_t r = next(l);

	backup(l);
	return r;
}

static struct rnd_token take(struct rnd_lexer *l, enum rnd_token_kind kind)
{
	struct rnd_token t = { kv_str_of(l->input.p + l->start, l->pos - l->start), kind, (uint32_t)l->start };

	l->start = l->pos;
	return t;
}

static void ignore(struct rnd_lexer *l)
{
	l->start = l->pos;
}

/* Nothing follows an error: the input ends there. */
static struct rnd_token fail(struct rnd_lexer *l, kv_str message)
{
	struct rnd_token t = { message, TOK_ERROR, (uint32_t)l->start };

	l->pos = l->input.n = l->start;
	return t;
}

/* fmt's %#U. */
static struct rnd_token fail_rune(struct rnd_lexer *l, const char *what, uint32_t r)
{
	char utf8[5] = "";

	if (!kv_rune_is_print(r))
		return fail(l, kv_arena_printf(l->arena, "%sU+%04X", what, r));
	utf8[kv_utf8_encode(utf8, r)] = '\0';
	return fail(l, kv_arena_printf(l->arena, "%sU+%04X '%s'", what, r, utf8));
}

static bool accept(struct rnd_lexer *l, const char *set)
{
	uint32_t r = next(l);

	if (r < 0x80 && r && strchr(set, (int)r))
		return true;
	backup(l);
	return false;
}

static void accept_run(struct rnd_lexer *l, const char *set)
{
	while (accept(l, set))
		;
}

/* --- delimiters and text ---------------------------------------------------------------------- */

/* "- " behind a left delimiter. */
static bool left_trim_marker(const struct rnd_lexer *l, size_t at)
{
	return at + 2 <= l->input.n && l->input.p[at] == '-' && is(l->input.p[at + 1], SPACE);
}

static inline bool at_right_delim(const struct rnd_lexer *l, size_t at, bool *ret_trim)
{
	const char *p = l->input.p + at;
	size_t left = l->input.n - at;

	*ret_trim = left >= 4 && is(p[0], SPACE) && p[1] == '-' && p[2] == '}' && p[3] == '}';
	return *ret_trim || (left >= 2 && p[0] == '}' && p[1] == '}');
}

static inline void skip(struct rnd_lexer *l, unsigned class)
{
	const char *p = l->input.p + l->pos, *end = l->input.p + l->input.n;

	while (p < end && is(*p, class))
		p++;
	l->pos = (size_t)(p - l->input.p);
}

static void skip_blanks(struct rnd_lexer *l)
{
	skip(l, SPACE);
}

/* comment: "{{" trim? "/" "*" ... "*" "/" trim? "}}"; the opening marker is known to be there. False on
 * failure, with *ret_error set. */
static bool skip_comment(struct rnd_lexer *l, struct rnd_token *ret_error)
{
	size_t end = kv_str_find(l->input, KV_S("*/"), l->pos + 2);
	bool trim;

	if (end == SIZE_MAX) {
		l->pos += 2;
		*ret_error = fail(l, KV_S("unclosed comment"));
		return false;
	}
	l->pos = end + 2;
	if (!at_right_delim(l, l->pos, &trim)) {
		*ret_error = fail(l, KV_S("comment ends before closing delimiter"));
		return false;
	}
	l->pos += trim ? TRIM_LENGTH + 2 : 2;
	if (trim)
		skip_blanks(l);
	ignore(l);
	return true;
}

/* Text up to the next "{{", without the blanks that a trim marker takes away. */
static struct rnd_token text_before(struct rnd_lexer *l, size_t brace)
{
	struct rnd_token t;
	size_t end = brace;

	if (left_trim_marker(l, brace + 2))
		while (end > l->start && is(l->input.p[end - 1], SPACE))
			end--;
	l->pos = end;
	t = take(l, TOK_TEXT);
	l->pos = brace;
	ignore(l);
	return t;
}

/* Offset of the next "{{", or SIZE_MAX. */
static size_t left_delim(const struct rnd_lexer *l)
{
	const char *p = l->input.p + l->pos, *end = l->input.p + l->input.n;

	while (p < end && (p = memchr(p, '{', (size_t)(end - p)))) {
		if (p + 1 < end && p[1] == '{')
			return (size_t)(p - l->input.p);
		p++;
	}
	return SIZE_MAX;
}

static struct rnd_token lex_text(struct rnd_lexer *l)
{
	for (;;) {
		size_t brace = left_delim(l), after;
		struct rnd_token t;

		if (brace == SIZE_MAX) {
			l->pos = l->input.n;
			return take(l, l->pos > l->start ? TOK_TEXT : TOK_EOF);
		}
		t = text_before(l, brace);
		if (t.val.n)
			return t;
		after = brace + 2;
		if (left_trim_marker(l, after))
			after += TRIM_LENGTH;
		if (after + 2 <= l->input.n && !memcmp(l->input.p + after, "/*", 2)) {
			l->pos = after;
			ignore(l);
			if (!skip_comment(l, &t))
				return t;
			continue;
		}
		l->pos = brace + 2;
		t = take(l, TOK_LEFT_DELIM);
		l->in_action = true;
		l->parens = 0;
		l->pos = after;
		ignore(l);
		return t;
	}
}

static struct rnd_token right_delim(struct rnd_lexer *l)
{
	struct rnd_token t;
	bool trim;

	at_right_delim(l, l->pos, &trim);
	if (trim) {
		l->pos += TRIM_LENGTH;
		ignore(l);
	}
	l->pos += 2;
	t = take(l, TOK_RIGHT_DELIM);
	if (trim) {
		skip_blanks(l);
		ignore(l);
	}
	l->in_action = false;
	return t;
}

/* --- inside an action ------------------------------------------------------------------------- */

/* The blank before "-}}" belongs to the delimiter. */
static struct rnd_token lex_space(struct rnd_lexer *l)
{
	size_t from = l->pos;
	bool trim;

	skip_blanks(l);
	if (l->pos < l->input.n && l->input.p[l->pos] == '-' && at_right_delim(l, l->pos - 1, &trim) && trim) {
		l->pos--;
		if (l->pos == from)
			return right_delim(l);
	}
	return take(l, TOK_SPACE);
}

/* What may follow an identifier, field or variable. */
static bool at_terminator(const struct rnd_lexer *l)
{
	bool trim;

	return l->pos >= l->input.n || is(l->input.p[l->pos], TERMINATOR) || at_right_delim(l, l->pos, &trim);
}

static enum rnd_token_kind keyword(kv_str word)
{
	static const struct {
		kv_str word;
		enum rnd_token_kind kind;
	} keywords[] = {
		{ KV_STR("block"), TOK_BLOCK },
		{ KV_STR("break"), TOK_BREAK },
		{ KV_STR("continue"), TOK_CONTINUE },
		{ KV_STR("define"), TOK_DEFINE },
		{ KV_STR("else"), TOK_ELSE },
		{ KV_STR("end"), TOK_END },
		{ KV_STR("if"), TOK_IF },
		{ KV_STR("nil"), TOK_NIL },
		{ KV_STR("range"), TOK_RANGE },
		{ KV_STR("template"), TOK_TEMPLATE },
		{ KV_STR("with"), TOK_WITH },
		{ KV_STR("true"), TOK_BOOL },
		{ KV_STR("false"), TOK_BOOL },
	};

	for (size_t i = 0; i < sizeof keywords / sizeof keywords[0] && word.n <= LONGEST_KEYWORD; i++)
		if (word.p[0] == keywords[i].word.p[0] && kv_str_eq(word, keywords[i].word))
			return keywords[i].kind;
	return TOK_IDENTIFIER;
}

/* Letters of all scripts. */
static void skip_letters(struct rnd_lexer *l)
{
	while (is_alphanumeric(next(l)))
		;
	backup(l);
}

static struct rnd_token lex_word(struct rnd_lexer *l, enum rnd_token_kind kind)
{
	skip(l, WORD);
	if (l->pos < l->input.n && (unsigned char)l->input.p[l->pos] >= 0x80)
		skip_letters(l);
	if (!at_terminator(l))
		return fail_rune(l, "bad character ", peek(l));
	if (kind == TOK_IDENTIFIER)
		kind = keyword(kv_str_sub(l->input, l->start, l->pos));
	return take(l, kind);
}

/* The leading . or $ has been read. */
static struct rnd_token lex_field_or_variable(struct rnd_lexer *l, enum rnd_token_kind kind)
{
	if (at_terminator(l))
		return take(l, kind == TOK_VARIABLE ? TOK_VARIABLE : TOK_DOT);
	return lex_word(l, kind);
}

/* A quoted string or character constant, up to its closing quote; its syntax is checked by the parser. */
static struct rnd_token lex_quoted(struct rnd_lexer *l, uint32_t quote)
{
	for (;;) {
		uint32_t r;

		skip(l, PLAIN);
		r = next(l);
		if (r == quote)
			return take(l, quote == '"' ? TOK_STRING : TOK_CHAR_CONSTANT);
		if (r == '\\')
			r = next(l);
		if (r == END || r == '\n')
			return fail(l, quote == '"' ? KV_S("unterminated quoted string")
						    : KV_S("unterminated character constant"));
	}
}

static struct rnd_token lex_raw_quote(struct rnd_lexer *l)
{
	size_t end = kv_str_find(l->input, KV_S("`"), l->pos);

	l->pos = end == SIZE_MAX ? l->input.n : end + 1;
	return end == SIZE_MAX ? fail(l, KV_S("unterminated raw quoted string")) : take(l, TOK_RAW_STRING);
}

/* Looser than the grammar of numbers: strconv decides in the parser. */
static bool scan_number(struct rnd_lexer *l)
{
	const char *digits = "0123456789_", *exponent = "eE";

	accept(l, "+-");
	if (accept(l, "0")) {
		if (accept(l, "xX"))
			digits = "0123456789abcdefABCDEF_", exponent = "pP";
		else if (accept(l, "oO"))
			digits = "01234567_", exponent = NULL;
		else if (accept(l, "bB"))
			digits = "01_", exponent = NULL;
	}
	accept_run(l, digits);
	if (accept(l, "."))
		accept_run(l, digits);
	if (exponent && accept(l, exponent)) {
		accept(l, "+-");
		accept_run(l, "0123456789_");
	}
	accept(l, "i");
	if (is_alphanumeric(peek(l))) {
		next(l);
		return false;
	}
	return true;
}

static struct rnd_token bad_number(struct rnd_lexer *l)
{
	struct kv_buf b;

	kv_buf_init(&b, l->arena, KV_BUF_MAX);
	kv_buf_lit(&b, "bad number syntax: ");
	rnd_quote(kv_str_sub(l->input, l->start, l->pos), &b);
	return fail(l, kv_buf_view(&b));
}

static struct rnd_token lex_number(struct rnd_lexer *l)
{
	uint32_t sign;

	if (!scan_number(l))
		return bad_number(l);
	sign = peek(l);
	if (sign != '+' && sign != '-')
		return take(l, TOK_NUMBER);
	if (!scan_number(l) || l->input.p[l->pos - 1] != 'i')
		return bad_number(l);
	return take(l, TOK_COMPLEX);
}

static struct rnd_token lex_dot(struct rnd_lexer *l)
{
	if (l->pos < l->input.n && (l->input.p[l->pos] < '0' || l->input.p[l->pos] > '9'))
		return lex_field_or_variable(l, TOK_FIELD);
	backup(l);
	return lex_number(l);
}

static struct rnd_token lex_action(struct rnd_lexer *l)
{
	bool trim;
	uint32_t r;

	/* Most tokens are names. */
	if (l->pos < l->input.n && is(l->input.p[l->pos], WORD) && l->input.p[l->pos] > '9')
		return lex_word(l, TOK_IDENTIFIER);
	if (at_right_delim(l, l->pos, &trim))
		return l->parens ? fail(l, KV_S("unclosed left paren")) : right_delim(l);
	r = next(l);
	switch (r) {
	case END: return fail(l, KV_S("unclosed action"));
	case ' ':
	case '\t':
	case '\r':
	case '\n': backup(l); return lex_space(l);
	case '=': return take(l, TOK_ASSIGN);
	case ':': return next(l) == '=' ? take(l, TOK_DECLARE) : fail(l, KV_S("expected :="));
	case '|': return take(l, TOK_PIPE);
	case '"':
	case '\'': return lex_quoted(l, r);
	case '`': return lex_raw_quote(l);
	case '$': return lex_field_or_variable(l, TOK_VARIABLE);
	case '.': return lex_dot(l);
	case '(': l->parens++; return take(l, TOK_LEFT_PAREN);
	case ')':
		if (!l->parens)
			return fail(l, KV_S("unexpected right paren"));
		l->parens--;
		return take(l, TOK_RIGHT_PAREN);
	default: break;
	}
	if (r == '+' || r == '-' || (r >= '0' && r <= '9'))
		return backup(l), lex_number(l);
	if (is_alphanumeric(r))
		return backup(l), lex_word(l, TOK_IDENTIFIER);
	if (r > ' ' && r < 0x7f)
		return take(l, TOK_CHAR);
	return fail_rune(l, "unrecognized character in action: ", r);
}

void rnd_lex_next(struct rnd_lexer *l, struct rnd_token *ret)
{
	*ret = l->in_action ? lex_action(l) : lex_text(l);
}

/* The first ten characters, as %.10q takes them. */
static kv_str first_ten(kv_str s)
{
	size_t at = 0, size;

	for (int i = 0; i < 10 && at < s.n; i++, at += size)
		kv_utf8_decode(s, at, &size);
	return kv_str_sub(s, 0, at);
}

void rnd_token_print(const struct rnd_token *t, struct kv_buf *out)
{
	if (t->kind == TOK_EOF) {
		kv_buf_lit(out, "EOF");
	} else if (t->kind == TOK_ERROR) {
		kv_buf_str(out, t->val);
	} else if (t->kind > TOK_KEYWORD) {
		kv_buf_printf(out, "<%.*s>", KV_ARG(t->val));
	} else if (t->val.n > 10) {
		rnd_quote(first_ten(t->val), out);
		kv_buf_lit(out, "...");
	} else {
		rnd_quote(t->val, out);
	}
}
