/* krm/yaml_text.c: scalars of a YAML text (scannerc.go: scan_block_scalar, scan_flow_scalar, scan_plain_scalar).
 *
 * A value that stands in one line as it is remains a slice of the text; others are put together in a buffer and copied
 * once.
 */
#include "krm/yaml_scan.h"

/* --- building --------------------------------------------------------------------------------- */

static void begin(struct yml_scanner *s)
{
	s->build.n = s->breaks.n = 0;
}

/* What is built becomes the token's value. */
static void finish(struct yml_scanner *s, struct yml_token *t)
{
	struct krm_text *text = krm_text_new(s->arena, s->build.n);
	if (s->build.n)
		memcpy(text->s, s->build.p, s->build.n);
	t->value = kv_str_of(text->s, text->n);
	t->owned = true;
}

/* The line break here, normalised: U+2028 and U+2029 stay, all others are line feeds. */
static void take_break(struct yml_scanner *s, size_t size, struct kv_buf *to)
{
	if (size == 3)
		kv_buf_add(to, s->text.p + s->at, 3);
	else
		kv_buf_c(to, '\n');
	yml_next_line(s, size);
}

/* The line breaks between two lines of a flow scalar, read into `breaks`: a line feed that stands alone is a blank, and the
 * first of several is dropped. */
static void fold_breaks(struct yml_scanner *s)
{
	kv_str b = kv_buf_view(&s->breaks);
	if (b.n == 1)
		kv_buf_c(&s->build, ' ');
	else
		kv_buf_str(&s->build, b.n && b.p[0] == '\n' ? kv_str_sub(b, 1, b.n) : b);
	s->breaks.n = 0;
}

/* --- plain ------------------------------------------------------------------------------------ */

/* Bytes at which a run of a plain scalar may end: blanks, breaks, ":", and in flow collections their indicators.
 * Bytes beyond ASCII stop the quick loop, they may begin a break and have to be counted. */
enum { STOP_ALWAYS = 1, STOP_IN_FLOW = 2 };

static const uint8_t plain_stops[256] = {
	[' '] = STOP_ALWAYS,  ['\t'] = STOP_ALWAYS, ['\n'] = STOP_ALWAYS, ['\r'] = STOP_ALWAYS,
	[':'] = STOP_ALWAYS,  [','] = STOP_IN_FLOW, ['?'] = STOP_IN_FLOW, ['['] = STOP_IN_FLOW,
	[']'] = STOP_IN_FLOW, ['{'] = STOP_IN_FLOW, ['}'] = STOP_IN_FLOW, [0x80 ... 0xFF] = STOP_ALWAYS,
};

static void plain_run(struct yml_scanner *s, uint8_t stops)
{
	for (;;) {
		while (s->at < s->text.n && !(plain_stops[(unsigned char)s->text.p[s->at]] & stops))
			s->at++;
		unsigned char c = yml_byte(s, 0);
		if (c == ':' && !yml_at_blankz(s, 1))
			s->at++;
		else if (c >= 0x80 && !yml_break_size(s, 0))
			yml_advance(s);
		else
			return;
	}
}

/* Blanks and breaks behind a run. *lines: there were breaks, they are in `breaks`. */
static int plain_blanks(struct yml_scanner *s, size_t indent, struct yml_mark start, bool *lines)
{
	size_t size;
	for (;;) {
		if (yml_at_blank(s, 0)) {
			if (*lines && yml_byte(s, 0) == '\t' && yml_column(s) < indent)
				return krm_yml_scan_fail(s, start,
							 "found a tab character that violates indentation");
			s->at++;
		} else if ((size = yml_break_size(s, 0))) {
			take_break(s, size, &s->breaks);
			*lines = true;
		} else {
			return 0;
		}
	}
}

int krm_yml_scan_plain(struct yml_scanner *s, struct yml_token *t)
{
	size_t start = s->at, end = s->at, indent = (size_t)(s->indent + 1);
	bool flow = s->nkeys > 1, lines = false, built = false;
	begin(s);
	while (!yml_at_document_mark(s) && yml_byte(s, 0) != '#') {
		size_t run = s->at;
		plain_run(s, flow ? STOP_ALWAYS | STOP_IN_FLOW : STOP_ALWAYS);
		if (s->at > run) {
			if (lines && !built) {
				kv_buf_add(&s->build, s->text.p + start, end - start);
				built = true;
			}
			if (lines)
				fold_breaks(s);
			else if (built)
				kv_buf_add(&s->build, s->text.p + end, run - end);
			if (built)
				kv_buf_add(&s->build, s->text.p + run, s->at - run);
			lines = false;
			end = s->at;
		}
		if (!yml_at_blank(s, 0) && !yml_break_size(s, 0))
			break;
		if (plain_blanks(s, indent, t->start, &lines) < 0)
			return -1;
		if (!flow && yml_column(s) < indent)
			break;
	}
	t->style = KRM_STYLE_PLAIN;
	t->value = kv_str_sub(s->text, start, end);
	if (built)
		finish(s, t);
	/* A new line may begin a key. */
	if (lines)
		s->key_allowed = true;
	return 0;
}

/* --- quoted ----------------------------------------------------------------------------------- */

/* Bytes that a quoted scalar keeps as they are, up to the next blank, break, quote or backslash. */
static void quoted_run(struct yml_scanner *s, bool single)
{
	for (; s->at < s->text.n; s->at++) {
		unsigned char c = (unsigned char)s->text.p[s->at];
		if (c <= ' ' || c == (single ? '\'' : '"') || (c == '\\' && !single))
			return;
		if (c >= 0x80) {
			if (yml_break_size(s, 0))
				return;
			yml_advance(s);
			s->at--;
		}
	}
}

/* \xXX, \uXXXX, \UXXXXXXXX: the digits begin here. */
static int code_escape(struct yml_scanner *s, size_t digits, struct yml_mark start)
{
	uint64_t value = 0;
	for (size_t i = 0; i < digits; i++) {
		if (!kv_is_hex(yml_byte(s, i)))
			return krm_yml_scan_fail(s, start, "did not find expected hexdecimal number");
		value = value << 4 | (uint64_t)kv_hex_value(yml_byte(s, i));
	}
	if ((value >= 0xD800 && value <= 0xDFFF) || value > 0x10FFFF)
		return krm_yml_scan_fail(s, start, "found invalid Unicode character escape code");
	kv_buf_rune(&s->build, (uint32_t)value);
	s->at += digits;
	return 0;
}

/* Behind a backslash that no line break follows. */
static int escape(struct yml_scanner *s, struct yml_mark start)
{
	static const struct {
		char name;
		uint16_t rune;
	} named[] = { { '0', 0 },    { 'a', 7 },      { 'b', 8 },     { 't', 9 },     { '\t', 9 },
		      { 'n', 10 },   { 'v', 11 },     { 'f', 12 },    { 'r', 13 },    { 'e', 0x1B },
		      { ' ', ' ' },  { '"', '"' },    { '\'', '\'' }, { '\\', '\\' }, { 'N', 0x85 },
		      { '_', 0xA0 }, { 'L', 0x2028 }, { 'P', 0x2029 } };
	unsigned char c = yml_byte(s, 1);
	size_t digits = c == 'x' ? 2 : c == 'u' ? 4 : c == 'U' ? 8 : 0;
	if (digits) {
		s->at += 2;
		return code_escape(s, digits, start);
	}
	for (size_t i = 0; i < sizeof named / sizeof *named; i++) {
		if (!yml_at_end(s, 1) && (unsigned char)named[i].name == c) {
			kv_buf_rune(&s->build, named[i].rune);
			s->at += 2;
			return 0;
		}
	}
	return krm_yml_scan_fail(s, start, "found unknown escape character");
}

/* The non-blank characters of a line. *ret_escaped: an escaped line break ended them. */
static int quoted_word(struct yml_scanner *s, bool single, struct yml_mark start, bool *ret_escaped)
{
	size_t size;
	for (;;) {
		size_t run = s->at;
		quoted_run(s, single);
		kv_buf_add(&s->build, s->text.p + run, s->at - run);
		unsigned char c = yml_byte(s, 0);
		if (yml_at_end(s, 0) || yml_at_blankz(s, 0) || c == (single ? '\'' : '"')) {
			if (!single || c != '\'' || yml_byte(s, 1) != '\'')
				return 0;
			kv_buf_c(&s->build, '\'');
			s->at += 2;
		} else if ((size = yml_break_size(s, 1))) {
			s->at++;
			yml_next_line(s, size);
			*ret_escaped = true;
			return 0;
		} else if (escape(s, start) < 0) {
			return -1;
		}
	}
}

/* Blanks and breaks between words: blanks beside a break are dropped. Behind an escaped line break nothing is folded. */
static void quoted_blanks(struct yml_scanner *s, bool escaped)
{
	size_t from = s->at, size;
	bool lines = escaped;
	for (;;) {
		if (yml_at_blank(s, 0)) {
			s->at++;
		} else if ((size = yml_break_size(s, 0))) {
			take_break(s, size, &s->breaks);
			lines = true;
		} else {
			break;
		}
	}
	if (!lines) {
		kv_buf_add(&s->build, s->text.p + from, s->at - from);
	} else if (escaped) {
		kv_buf_str(&s->build, kv_buf_view(&s->breaks));
		s->breaks.n = 0;
	} else {
		fold_breaks(s);
	}
}

static int quoted_lines(struct yml_scanner *s, bool single, struct yml_mark start)
{
	for (;;) {
		bool escaped = false;
		if (yml_at_document_mark(s))
			return krm_yml_scan_fail(s, start, "found unexpected document indicator");
		if (yml_at_end(s, 0))
			return krm_yml_scan_fail(s, start, "found unexpected end of stream");
		if (quoted_word(s, single, start, &escaped) < 0)
			return -1;
		if (yml_byte(s, 0) == (single ? '\'' : '"'))
			return 0;
		quoted_blanks(s, escaped);
	}
}

/* Everything up to the quote stands in one line as it is. */
static bool quoted_slice(struct yml_scanner *s, bool single, struct yml_token *t)
{
	size_t at = s->at, tails = s->tails;
	unsigned char quote = single ? '\'' : '"';
	quoted_run(s, single);
	while (yml_byte(s, 0) == ' ') {
		s->at++;
		quoted_run(s, single);
	}
	if (yml_byte(s, 0) == quote && !(single && yml_byte(s, 1) == quote)) {
		t->value = kv_str_sub(s->text, at, s->at);
		return true;
	}
	s->at = at;
	s->tails = tails;
	return false;
}

int krm_yml_scan_quoted(struct yml_scanner *s, struct yml_token *t, bool single)
{
	t->style = single ? KRM_STYLE_SINGLE : KRM_STYLE_DOUBLE;
	s->at++;
	if (!quoted_slice(s, single, t)) {
		begin(s);
		if (quoted_lines(s, single, t->start) < 0)
			return -1;
		finish(s, t);
	}
	s->at++;
	return 0;
}

/* --- block scalars ---------------------------------------------------------------------------- */

struct block {
	int chomp;     /* -1 strip, 0 clip, 1 keep */
	size_t indent; /* 0: not known yet */
	struct yml_mark start;
};

/* Indicators in either order: + or -, and a digit that is not 0. */
static int block_header(struct yml_scanner *s, struct block *b)
{
	size_t increment = 0;
	for (int i = 0; i < 2; i++) {
		unsigned char c = yml_byte(s, 0);
		if ((c == '+' || c == '-') && !b->chomp) {
			b->chomp = c == '+' ? 1 : -1;
			s->at++;
		} else if (kv_is_digit(c) && !increment) {
			if (c == '0')
				return krm_yml_scan_fail(s, b->start,
							 "found an indentation indicator equal to 0");
			increment = (size_t)(c - '0');
			s->at++;
		}
	}
	if (increment)
		b->indent = s->indent >= 0 ? (size_t)s->indent + increment : increment;
	return 0;
}

/* Blanks and a comment to the end of the line. */
static int block_header_end(struct yml_scanner *s, const struct block *b)
{
	while (yml_at_blank(s, 0))
		s->at++;
	if (yml_byte(s, 0) == '#')
		while (!yml_at_breakz(s, 0))
			yml_advance(s);
	if (!yml_at_breakz(s, 0))
		return krm_yml_scan_fail(s, b->start, "did not find expected comment or line break");
	size_t size = yml_break_size(s, 0);
	if (size)
		yml_next_line(s, size);
	return 0;
}

/* Empty lines and the indentation of the next one; the first such run tells the indentation if nothing did. */
static int block_breaks(struct yml_scanner *s, struct block *b)
{
	size_t deepest = 0, size;
	for (;;) {
		while ((!b->indent || yml_column(s) < b->indent) && yml_byte(s, 0) == ' ')
			s->at++;
		size_t column = yml_column(s);
		if (column > deepest)
			deepest = column;
		if ((!b->indent || column < b->indent) && yml_byte(s, 0) == '\t')
			return krm_yml_scan_fail(
				s, b->start, "found a tab character where an indentation space is expected");
		if (!(size = yml_break_size(s, 0)))
			break;
		take_break(s, size, &s->breaks);
	}
	if (!b->indent) {
		size_t least = s->indent + 1 > 1 ? (size_t)(s->indent + 1) : 1;
		b->indent = deepest > least ? deepest : least;
	}
	return 0;
}

static void block_line(struct yml_scanner *s)
{
	size_t from = s->at;
	while (s->at < s->text.n) {
		unsigned char c = (unsigned char)s->text.p[s->at];
		if (c == '\n' || c == '\r' || (c >= 0x80 && yml_break_size(s, 0)))
			break;
		if (c >= 0x80)
			yml_advance(s);
		else
			s->at++;
	}
	kv_buf_add(&s->build, s->text.p + from, s->at - from);
}

/* The break that ended a line, kept until it is known what follows. */
struct pending {
	char text[3];
	size_t n;
};

static void take_pending(struct yml_scanner *s, struct pending *p)
{
	size_t size = yml_break_size(s, 0);
	p->n = 0;
	if (!size)
		return;
	p->n = size == 3 ? 3 : 1;
	memcpy(p->text, size == 3 ? s->text.p + s->at : "\n", p->n);
	yml_next_line(s, size);
}

/* In a folded text a line feed between two lines that begin with no blank is folded. */
static void join_lines(struct yml_scanner *s, const struct pending *p, bool fold)
{
	if (fold && p->n && p->text[0] == '\n') {
		if (!s->breaks.n)
			kv_buf_c(&s->build, ' ');
	} else {
		kv_buf_add(&s->build, p->text, p->n);
	}
	kv_buf_str(&s->build, kv_buf_view(&s->breaks));
	s->breaks.n = 0;
}

static int block_lines(struct yml_scanner *s, struct block *b, bool literal)
{
	struct pending pending = { .n = 0 };
	bool after_blank = false;
	if (block_breaks(s, b) < 0)
		return -1;
	while (!yml_at_end(s, 0) && yml_column(s) == b->indent) {
		bool blank = yml_at_blank(s, 0);
		join_lines(s, &pending, !literal && !after_blank && !blank);
		after_blank = blank;
		block_line(s);
		take_pending(s, &pending);
		if (block_breaks(s, b) < 0)
			return -1;
	}
	if (b->chomp != -1)
		kv_buf_add(&s->build, pending.text, pending.n);
	if (b->chomp == 1)
		kv_buf_str(&s->build, kv_buf_view(&s->breaks));
	return 0;
}

int krm_yml_scan_block(struct yml_scanner *s, struct yml_token *t, bool literal)
{
	struct block b = { .start = t->start };
	t->style = literal ? KRM_STYLE_LITERAL : KRM_STYLE_FOLDED;
	s->at++;
	begin(s);
	if (block_header(s, &b) < 0 || block_header_end(s, &b) < 0 || block_lines(s, &b, literal) < 0)
		return -1;
	finish(s, t);
	return 0;
}
