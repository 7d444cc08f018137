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
	LETTER = 16,    /* may begin a word of ASCII */
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
	['A' ... 'Z'] = WORD | PLAIN | LETTER,
	['a' ... 'z'] = WORD | PLAIN | LETTER,
	['_'] = WORD | PLAIN | LETTER,
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

static inline void take(struct rnd_lexer *l, enum rnd_token_kind kind, struct rnd_token *ret)
{
	ret->val = kv_str_of(l->input.p + l->start, l->pos - l->start);
	ret->at = (uint32_t)l->start;
	ret->kind = (uint8_t)kind;
	l->start = l->pos;
}

static void ignore(struct rnd_lexer *l)
{
	l->start = l->pos;
}

/* Nothing follows an error: the input ends there. */
static void fail(struct rnd_lexer *l, kv_str message, struct rnd_token *ret)
{
	l->pos = l->input.n = l->start;
	take(l, TOK_ERROR, ret);
	ret->val = message;
}

/* fmt's %#U. */
static void fail_rune(struct rnd_lexer *l, const char *what, uint32_t r, struct rnd_token *ret)
{
	char utf8[5] = "";

	utf8[kv_utf8_encode(utf8, r)] = '\0';
	fail(l, kv_rune_is_print(r) ? kv_arena_printf(l->arena, "%sU+%04X '%s'", what, r, utf8)
				    : kv_arena_printf(l->arena, "%sU+%04X", what, r), ret);
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
 * failure, which is in *ret. */
static bool skip_comment(struct rnd_lexer *l, struct rnd_token *ret)
{
	size_t end = kv_str_find(l->input, KV_S("*/"), l->pos + 2);
	bool trim;

	if (end == SIZE_MAX) {
		l->pos += 2;
		fail(l, KV_S("unclosed comment"), ret);
		return false;
	}
	l->pos = end + 2;
	if (!at_right_delim(l, l->pos, &trim)) {
		fail(l, KV_S("comment ends before closing delimiter"), ret);
		return false;
	}
	l->pos += trim ? TRIM_LENGTH + 2 : 2;
	if (trim)
		skip_blanks(l);
	ignore(l);
	return true;
}

/* Text up to the next "{{", without the blanks that a trim marker takes away. */
static void text_before(struct rnd_lexer *l, size_t brace, struct rnd_token *ret)
{
	size_t end = brace;

	if (left_trim_marker(l, brace + 2))
		while (end > l->start && is(l->input.p[end - 1], SPACE))
			end--;
	l->pos = end;
	take(l, TOK_TEXT, ret);
	l->pos = brace;
	ignore(l);
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

static void lex_text(struct rnd_lexer *l, struct rnd_token *ret)
{
	for (;;) {
		size_t brace = left_delim(l), after;

		if (brace == SIZE_MAX) {
			l->pos = l->input.n;
			take(l, l->pos > l->start ? TOK_TEXT : TOK_EOF, ret);
			return;
		}
		text_before(l, brace, ret);
		if (ret->val.n)
			return;
		after = brace + 2;
		if (left_trim_marker(l, after))
			after += TRIM_LENGTH;
		if (after + 2 <= l->input.n && !memcmp(l->input.p + after, "/*", 2)) {
			l->pos = after;
			ignore(l);
			if (!skip_comment(l, ret))
				return;
			continue;
		}
		l->pos = brace + 2;
		take(l, TOK_LEFT_DELIM, ret);
		l->in_action = true;
		l->parens = 0;
		l->pos = after;
		ignore(l);
		return;
	}
}

static void right_delim(struct rnd_lexer *l, bool trim, struct rnd_token *ret)
{
	if (trim) {
		l->pos += TRIM_LENGTH;
		ignore(l);
	}
	l->pos += 2;
	take(l, TOK_RIGHT_DELIM, ret);
	if (trim) {
		skip_blanks(l);
		ignore(l);
	}
	l->in_action = false;
}

/* --- inside an action ------------------------------------------------------------------------- */

/* What may follow an identifier, field or variable. */
static bool at_terminator(const struct rnd_lexer *l)
{
	bool trim;

	return l->pos >= l->input.n || is(l->input.p[l->pos], TERMINATOR) || at_right_delim(l, l->pos, &trim);
}

/* By length, up to that of "continue". */
static enum rnd_token_kind keyword(kv_str word)
{
	static const struct {
		char word[LONGEST_KEYWORD + 1];
		enum rnd_token_kind kind;
	} keywords[] = {
		{ "if", TOK_IF },         { "end", TOK_END },     { "nil", TOK_NIL },         { "else", TOK_ELSE },
		{ "true", TOK_BOOL },     { "with", TOK_WITH },   { "block", TOK_BLOCK },     { "break", TOK_BREAK },
		{ "false", TOK_BOOL },    { "range", TOK_RANGE }, { "define", TOK_DEFINE },   { "continue", TOK_CONTINUE },
		{ "template", TOK_TEMPLATE },
	};
	/* Of the first keyword with so many letters. */
	static const uint8_t first[] = { 0, 0, 0, 1, 3, 6, 10, 11, 11, KV_COUNT(keywords) };

	if (word.n > LONGEST_KEYWORD)
		return TOK_IDENTIFIER;
	for (size_t i = first[word.n]; i < first[word.n + 1]; i++)
		if (word.p[0] == keywords[i].word[0] && !memcmp(word.p, keywords[i].word, word.n))
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

static void lex_word(struct rnd_lexer *l, enum rnd_token_kind kind, struct rnd_token *ret)
{
	skip(l, WORD);
	if (l->pos < l->input.n && (unsigned char)l->input.p[l->pos] >= 0x80)
		skip_letters(l);
	if (!at_terminator(l)) {
		fail_rune(l, "bad character ", peek(l), ret);
		return;
	}
	take(l, kind, ret);
	if (kind == TOK_IDENTIFIER)
		ret->kind = (uint8_t)keyword(ret->val);
}

/* The leading . or $ has been read. */
static void lex_field_or_variable(struct rnd_lexer *l, enum rnd_token_kind kind, struct rnd_token *ret)
{
	if (at_terminator(l))
		take(l, kind == TOK_VARIABLE ? TOK_VARIABLE : TOK_DOT, ret);
	else
		lex_word(l, kind, ret);
}

/* A quoted string or character constant, up to its closing quote; its syntax is checked by the parser. */
static void lex_quoted(struct rnd_lexer *l, uint32_t quote, struct rnd_token *ret)
{
	for (;;) {
		uint32_t r;

		skip(l, PLAIN);
		r = next(l);
		if (r == quote) {
			take(l, quote == '"' ? TOK_STRING : TOK_CHAR_CONSTANT, ret);
			return;
		}
		if (r == '\\')
			r = next(l);
		if (r == END || r == '\n') {
			fail(l, quote == '"' ? KV_S("unterminated quoted string")
					     : KV_S("unterminated character constant"), ret);
			return;
		}
	}
}

static void lex_raw_quote(struct rnd_lexer *l, struct rnd_token *ret)
{
	size_t end = kv_str_find(l->input, KV_S("`"), l->pos);

	if (end == SIZE_MAX) {
		fail(l, KV_S("unterminated raw quoted string"), ret);
		return;
	}
	l->pos = end + 1;
	take(l, TOK_RAW_STRING, ret);
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

static void bad_number(struct rnd_lexer *l, struct rnd_token *ret)
{
	struct kv_buf b;

	kv_buf_init(&b, l->arena, KV_BUF_MAX);
	kv_buf_lit(&b, "bad number syntax: ");
	rnd_quote(kv_str_sub(l->input, l->start, l->pos), &b);
	fail(l, kv_buf_view(&b), ret);
}

static void lex_number(struct rnd_lexer *l, struct rnd_token *ret)
{
	bool right = scan_number(l);
	uint32_t sign = right ? peek(l) : END;
	bool complex = sign == '+' || sign == '-';

	if (complex)
		right = scan_number(l) && l->input.p[l->pos - 1] == 'i';
	if (right)
		take(l, complex ? TOK_COMPLEX : TOK_NUMBER, ret);
	else
		bad_number(l, ret);
}

/* The leading "." has been read. */
static void lex_dot(struct rnd_lexer *l, struct rnd_token *ret)
{
	if (l->pos < l->input.n && (l->input.p[l->pos] < '0' || l->input.p[l->pos] > '9')) {
		lex_field_or_variable(l, TOK_FIELD, ret);
		return;
	}
	l->pos--;
	lex_number(l, ret);
}

static void lex_paren(struct rnd_lexer *l, bool left, struct rnd_token *ret)
{
	if (!left && !l->parens) {
		fail(l, KV_S("unexpected right paren"), ret);
		return;
	}
	l->parens += left ? 1 : (size_t)-1;
	take(l, left ? TOK_LEFT_PAREN : TOK_RIGHT_PAREN, ret);
}

/* A word that begins with no ASCII letter, or nothing that has a meaning. */
static void lex_other(struct rnd_lexer *l, struct rnd_token *ret)
{
	uint32_t r = next(l);

	if (is_alphanumeric(r))
		lex_word(l, TOK_IDENTIFIER, ret);
	else if (r > ' ' && r < 0x7f)
		take(l, TOK_CHAR, ret);
	else
		fail_rune(l, "unrecognized character in action: ", r, ret);
}

/* The blank before "-}}" belongs to the delimiter. */
static bool skip_blanks_between(struct rnd_lexer *l)
{
	size_t from = l->pos;
	bool trim;

	skip_blanks(l);
	if (l->pos < l->input.n && l->input.p[l->pos] == '-' && at_right_delim(l, l->pos - 1, &trim) && trim)
		l->pos--;
	ignore(l);
	return l->pos > from;
}

/* Most tokens are names in ASCII: words, fields and variables. False if what comes is none, or may be wrong. */
static inline bool lex_name(struct rnd_lexer *l, struct rnd_token *ret)
{
	const char *before = l->input.p + l->pos, *end = l->input.p + l->input.n, *from = before, *p;

	while (from < end && is(*from, SPACE))
		from++;
	p = from + (from < end && (*from == '.' || *from == '$'));
	if (p == end || !is(*p, LETTER))
		return false;
	while (p < end && is(*p, WORD))
		p++;
	if (p == end || !(is(*p, TERMINATOR) || (*p == '}' && p + 1 < end && p[1] == '}')))
		return false;
	ret->apart = from > before;
	l->start = (size_t)(from - l->input.p);
	l->pos = (size_t)(p - l->input.p);
	take(l, *from == '.' ? TOK_FIELD : *from == '$' ? TOK_VARIABLE : TOK_IDENTIFIER, ret);
	if (ret->kind == TOK_IDENTIFIER)
		ret->kind = (uint8_t)keyword(ret->val);
	return true;
}

static void lex_action(struct rnd_lexer *l, struct rnd_token *ret)
{
	bool trim;
	char c;

	ret->apart = l->pos < l->input.n && is(l->input.p[l->pos], SPACE) && skip_blanks_between(l);
	if (l->pos >= l->input.n) {
		fail(l, KV_S("unclosed action"), ret);
		return;
	}
	c = l->input.p[l->pos];
	if (at_right_delim(l, l->pos, &trim)) {
		if (l->parens)
			fail(l, KV_S("unclosed left paren"), ret);
		else
			right_delim(l, trim, ret);
		return;
	}
	l->pos++;
	switch (c) {
	case '.': lex_dot(l, ret); break;
	case '$': lex_field_or_variable(l, TOK_VARIABLE, ret); break;
	case '"':
	case '\'': lex_quoted(l, (uint32_t)c, ret); break;
	case '(':
	case ')': lex_paren(l, c == '(', ret); break;
	case '|': take(l, TOK_PIPE, ret); break;
	case '=': take(l, TOK_ASSIGN, ret); break;
	case ':':
		if (next(l) == '=')
			take(l, TOK_DECLARE, ret);
		else
			fail(l, KV_S("expected :="), ret);
		break;
	case '`': lex_raw_quote(l, ret); break;
	case '+':
	case '-':
	case '0' ... '9':
		l->pos--;
		lex_number(l, ret);
		break;
	default:
		l->pos--;
		lex_other(l, ret);
	}
}

void rnd_lex_next(struct rnd_lexer *l, struct rnd_token *ret)
{
	if (!l->in_action) {
		ret->apart = false;
		lex_text(l, ret);
	} else if (!lex_name(l, ret)) {
		lex_action(l, ret);
	}
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
