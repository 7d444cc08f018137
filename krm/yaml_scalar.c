/* krm/yaml_scalar.c: how go-yaml's emitters write scalars (emitterc.go): what a text allows, and the five
 * styles. */
#include "base/utf8.h"
#include "krm/yaml_internal.h"

/* --- characters ------------------------------------------------------------------------------- */

/* What a byte can do to a scalar. Bytes that do nothing are 0. */
enum {
	SPACE = 1 << 0,
	COLON = 1 << 1,
	HASH = 1 << 2,
	OTHER = 1 << 3,     /* breaks, control characters, anything beyond ASCII: looked at one by one */
	INDICATOR = 1 << 4, /* forbids plain style as the first byte */
	DASH = 1 << 5,      /* does so before a blank */
};

static const uint8_t classes[256] = {
	[0 ... 0x1F] = OTHER,
	[0x7F ... 0xFF] = OTHER,
	[' '] = SPACE,
	[':'] = COLON | DASH,
	['?'] = DASH,
	['-'] = DASH,
	['#'] = HASH | INDICATOR,
	[','] = INDICATOR,
	['['] = INDICATOR,
	[']'] = INDICATOR,
	['{'] = INDICATOR,
	['}'] = INDICATOR,
	['&'] = INDICATOR,
	['*'] = INDICATOR,
	['!'] = INDICATOR,
	['|'] = INDICATOR,
	['>'] = INDICATOR,
	['\''] = INDICATOR,
	['"'] = INDICATOR,
	['%'] = INDICATOR,
	['@'] = INDICATOR,
	['`'] = INDICATOR,
};

static unsigned char byte_at(kv_str s, size_t i)
{
	return i < s.n ? (unsigned char)s.p[i] : 0;
}

/* yamlprivateh.go, is_break: the length of the line break at s[i], or 0. */
static size_t break_at(kv_str s, size_t i)
{
	unsigned char c = byte_at(s, i);
	if (c == '\n' || c == '\r')
		return 1;
	if (c == 0xC2 && byte_at(s, i + 1) == 0x85)
		return 2;
	return c == 0xE2 && byte_at(s, i + 1) == 0x80 && (byte_at(s, i + 2) & 0xFE) == 0xA8 ? 3 : 0;
}

/* yamlprivateh.go, is_printable; characters above U+FFFF are not. */
static bool is_printable(uint32_t r)
{
	return r == '\n' || (r >= 0x20 && r <= 0x7E) || (r >= 0xA0 && r <= 0xFFFD && r != 0xFEFF);
}

static bool is_blank_or_end(kv_str s, size_t i)
{
	return i >= s.n || s.p[i] == ' ' || s.p[i] == '\t';
}

/* --- analysis --------------------------------------------------------------------------------- */

static bool starts_like_marker(kv_str s)
{
	return s.n >= 3 && (memcmp(s.p, "---", 3) == 0 || memcmp(s.p, "...", 3) == 0);
}

/* Forbidden at the start of a plain scalar in block context. */
static bool starts_with_indicator(kv_str s)
{
	uint8_t class = classes[(unsigned char)s.p[0]];
	return (class & INDICATOR) || ((class & DASH) && is_blank_or_end(s, 1)) || starts_like_marker(s);
}

struct scan {
	bool indicators, breaks, special, tabs, break_space, space_break;
	bool previous_space, previous_break, after_blank;
};

static void see_other(struct scan *n, kv_str s, size_t i, size_t *ret_size, enum yml_version version)
{
	uint32_t r = kv_utf8_decode(s, i, ret_size);
	if (r == '\t' && version == YML_V3)
		n->tabs = true;
	else if (!is_printable(r))
		n->special = true;
	bool is_break = break_at(s, i) > 0;
	n->breaks |= is_break;
	n->space_break |= is_break && n->previous_space;
	n->previous_space = false;
	n->previous_break = is_break;
	n->after_blank = is_break || r == '\t' || r == 0;
}

static void see_byte(struct scan *n, kv_str s, size_t i, uint8_t class)
{
	bool space = class & SPACE;
	n->indicators |= ((class & COLON) && is_blank_or_end(s, i + 1)) || ((class & HASH) && n->after_blank);
	n->break_space |= space && n->previous_break;
	n->previous_space = space;
	n->previous_break = false;
	n->after_blank = space;
}

/* A text of one line in printable ASCII; false if it is none. This is nearly every text, so each byte is looked at once. */
static bool analyze_line(kv_str s, struct yml_analysis *ret)
{
	bool indicators = starts_with_indicator(s), trailing = s.p[s.n - 1] == ' ';
	for (size_t i = 0; i < s.n; i++) {
		uint8_t class = classes[(unsigned char)s.p[i]];
		if (!(class & (COLON | HASH | OTHER)))
			continue;
		if (class & OTHER)
			return false;
		indicators |= class & COLON ? is_blank_or_end(s, i + 1) : i > 0 && s.p[i - 1] == ' ';
	}
	*ret = (struct yml_analysis){ .plain_allowed = !indicators && !trailing && s.p[0] != ' ',
				      .single_allowed = true,
				      .block_allowed = !trailing };
	return true;
}

/* The length of the run of bytes that do nothing. */
static size_t harmless_run(kv_str s, size_t i)
{
	size_t end = i;
	while (end < s.n && !classes[(unsigned char)s.p[end]])
		end++;
	return end - i;
}

static struct yml_analysis analyze_any(kv_str s, enum yml_version version)
{
	struct scan n = { .indicators = starts_with_indicator(s), .after_blank = true };
	bool edges = s.p[0] == ' ' || break_at(s, 0) > 0;
	for (size_t i = 0, size; i < s.n; i += size) {
		uint8_t class = classes[(unsigned char)s.p[i]];
		size = 1;
		if (!class) {
			size = harmless_run(s, i);
			n.previous_space = n.previous_break = n.after_blank = false;
		} else if (class & OTHER) {
			see_other(&n, s, i, &size, version);
		} else {
			see_byte(&n, s, i, class);
		}
	}
	edges |= n.previous_space || n.previous_break;
	bool plain = !edges && !n.break_space && !n.space_break && !n.special && !n.tabs;
	return (struct yml_analysis){
		.multiline = n.breaks,
		.plain_allowed = plain && !n.breaks && !n.indicators,
		.single_allowed = !n.break_space && !n.space_break && !n.special && !n.tabs,
		.block_allowed = !n.previous_space && !n.space_break && !n.special,
	};
}

struct yml_analysis krm_yml_analyze(kv_str s, enum yml_version version)
{
	struct yml_analysis a = { .plain_allowed = true, .single_allowed = true };
	if (s.n > 0 && !analyze_line(s, &a))
		a = analyze_any(s, version);
	return a;
}

/* --- lines ------------------------------------------------------------------------------------ */

static void new_line(struct yml_out *o)
{
	kv_buf_c(o->b, '\n');
	o->line = o->b->n;
	o->indention = true;
}

void krm_yml_out_indent(struct yml_out *o, size_t indent)
{
	size_t column = o->b->n - o->line;
	if (!o->indention || column > indent || (column == indent && !o->whitespace)) {
		new_line(o);
		column = 0;
	}
	kv_buf_fill(o->b, ' ', indent - column);
	o->whitespace = true;
	o->indention = true;
}

void krm_yml_out_indicator(struct yml_out *o, kv_str indicator, bool need_blank, bool is_indention)
{
	if (need_blank && !o->whitespace)
		kv_buf_c(o->b, ' ');
	kv_buf_str(o->b, indicator);
	o->whitespace = false;
	o->indention = o->indention && is_indention;
}

/* Characters in the current line. */
static size_t column_of(const struct yml_out *o)
{
	return kv_utf8_count(kv_str_sub(kv_buf_view(o->b), o->line, o->b->n));
}

/* No blank of the text can lie beyond the width. */
static bool fits(const struct yml_out *o, kv_str s)
{
	return o->b->n - o->line + s.n <= o->width;
}

/* --- plain and single-quoted ------------------------------------------------------------------ */

/* Words are copied whole; the first blank beyond the width becomes a line break unless it stands beside
 * another one, or first or last. */
static void write_words(struct yml_out *o, kv_str s, size_t indent)
{
	size_t column = column_of(o);
	for (size_t i = 0; i < s.n;) {
		size_t end = kv_str_chr(kv_str_sub(s, i, s.n), ' ');
		end = end == SIZE_MAX ? s.n : i + end;
		kv_buf_add(o->b, s.p + i, end - i);
		column += kv_utf8_count(kv_str_sub(s, i, end));
		size_t blanks = end;
		while (blanks < s.n && s.p[blanks] == ' ')
			blanks++;
		if (blanks - end == 1 && column > o->width && end > 0 && blanks < s.n) {
			o->indention = false;
			krm_yml_out_indent(o, indent);
			column = indent;
		} else {
			kv_buf_fill(o->b, ' ', blanks - end);
			column += blanks - end;
		}
		i = blanks;
	}
}

static void write_plain(struct yml_out *o, kv_str s, size_t indent, bool fold)
{
	if (!o->whitespace && (s.n > 0 || o->version == YML_V2))
		kv_buf_c(o->b, ' ');
	if (!fold || fits(o, s))
		kv_buf_str(o->b, s);
	else
		write_words(o, s, indent);
	o->whitespace = o->whitespace && s.n == 0 && o->version == YML_V3;
	o->indention = false;
}

/* One run without line breaks and quotes. */
static void write_run(struct yml_out *o, kv_str s, size_t indent, bool fold)
{
	if (!fold || fits(o, s))
		kv_buf_str(o->b, s);
	else
		write_words(o, s, indent);
}

/* A break other than a line feed is copied and counts as the start of a line; the next character is preceded
 * by the indentation, which becomes part of the text. Line feeds are doubled once a run. */
static size_t write_break(struct yml_out *o, kv_str s, size_t i, bool first)
{
	size_t size = break_at(s, i);
	if (s.p[i] == '\n') {
		if (first)
			new_line(o);
		new_line(o);
		return size;
	}
	kv_buf_add(o->b, s.p + i, size);
	o->line = o->b->n;
	o->indention = true;
	return size;
}

/* The end of the run without line breaks. */
static size_t run_end(kv_str s, size_t i)
{
	while (i < s.n && !((classes[(unsigned char)s.p[i]] & OTHER) && break_at(s, i)))
		i++;
	return i;
}

static bool has_breaks(kv_str s)
{
	return run_end(s, 0) < s.n;
}

static void write_single(struct yml_out *o, kv_str s, size_t indent, bool fold)
{
	krm_yml_out_indicator(o, KV_S("'"), true, false);
	bool breaks = false, spaces = false, quick = !has_breaks(s);
	size_t column = column_of(o);
	if (quick && kv_str_chr(s, '\'') == SIZE_MAX) {
		write_run(o, s, indent, fold);
		kv_buf_c(o->b, '\'');
		o->whitespace = o->indention = false;
		return;
	}
	for (size_t i = 0, size; i < s.n; i += size) {
		if (s.p[i] == ' ') {
			size = 1;
			if (fold && !spaces && column > o->width && i > 0 && i + 1 < s.n &&
			    s.p[i + 1] != ' ') {
				krm_yml_out_indent(o, indent);
				column = indent;
			} else {
				kv_buf_c(o->b, ' ');
				column++;
			}
			spaces = true;
		} else if (break_at(s, i)) {
			size = write_break(o, s, i, !breaks);
			column = 0;
			breaks = true;
		} else {
			if (breaks) {
				krm_yml_out_indent(o, indent);
				column = indent;
			}
			kv_utf8_decode(s, i, &size);
			if (s.p[i] == '\'')
				kv_buf_c(o->b, '\'');
			column += s.p[i] == '\'' ? 2u : 1u;
			kv_buf_add(o->b, s.p + i, size);
			o->indention = spaces = breaks = false;
		}
	}
	krm_yml_out_indicator(o, KV_S("'"), false, false);
}

/* --- double-quoted ---------------------------------------------------------------------------- */

/* Returns how many characters were written. */
static size_t write_escape(struct kv_buf *b, uint32_t r)
{
	static const struct {
		uint16_t rune;
		char letter;
	} named[] = { { 0, '0' },     { 7, 'a' },    { 8, 'b' },    { 9, 't' },      { '\n', 'n' },
		      { 0xB, 'v' },   { 0xC, 'f' },  { '\r', 'r' }, { 0x1B, 'e' },   { '"', '"' },
		      { '\\', '\\' }, { 0x85, 'N' }, { 0xA0, '_' }, { 0x2028, 'L' }, { 0x2029, 'P' } };
	for (size_t i = 0; i < sizeof named / sizeof *named; i++) {
		if (named[i].rune == r) {
			kv_buf_printf(b, "\\%c", named[i].letter);
			return 2;
		}
	}
	size_t before = b->n;
	kv_buf_printf(b, r <= 0xFF ? "\\x%02X" : r <= 0xFFFF ? "\\u%04X" : "\\U%08X", (unsigned)r);
	return b->n - before;
}

/* yamlprivateh.go, is_bom, looks at the start of the text wherever it is asked: a text that begins with
 * U+FEFF is escaped altogether. */
static bool begins_with_bom(kv_str s)
{
	return s.n >= 3 && memcmp(s.p, "\xEF\xBB\xBF", 3) == 0;
}

static bool is_escaped(kv_str s, size_t i, uint32_t r)
{
	return !is_printable(r) || r == '"' || r == '\\' || break_at(s, i) > 0;
}

/* Breaks the line at the blank s[i]; a blank that follows is kept by a backslash. */
static void fold_double(struct yml_out *o, kv_str s, size_t i, size_t indent, size_t *column)
{
	o->indention = false;
	krm_yml_out_indent(o, indent);
	*column = indent;
	if (s.p[i + 1] == ' ') {
		kv_buf_c(o->b, '\\');
		++*column;
	}
}

static void write_double(struct yml_out *o, kv_str s, size_t indent, bool fold)
{
	bool spaces = false, all = begins_with_bom(s);
	krm_yml_out_indicator(o, KV_S("\""), true, false);
	size_t column = column_of(o), start = 0, size;
	for (size_t i = 0; i < s.n; i += size) {
		uint32_t r = kv_utf8_decode(s, i, &size);
		if (all || is_escaped(s, i, r)) {
			kv_buf_add(o->b, s.p + start, i - start);
			column += write_escape(o->b, r);
			spaces = false;
			start = i + size;
		} else if (r == ' ' && fold && !spaces && column > o->width && i > 0 && i + 1 < s.n) {
			kv_buf_add(o->b, s.p + start, i - start);
			fold_double(o, s, i, indent, &column);
			spaces = true;
			start = i + 1;
		} else {
			spaces = r == ' ';
			column++;
		}
	}
	kv_buf_add(o->b, s.p + start, s.n - start);
	krm_yml_out_indicator(o, KV_S("\""), false, false);
}

/* --- block scalars ---------------------------------------------------------------------------- */

static size_t last_character(kv_str s)
{
	size_t i = s.n - 1;
	while (i > 0 && ((unsigned char)s.p[i] & 0xC0) == 0x80)
		i--;
	return i;
}

static void write_hints(struct yml_out *o, kv_str s)
{
	if (s.p[0] == ' ' || break_at(s, 0))
		kv_buf_c(o->b, '0' + YML_INDENT);
	size_t last = last_character(s);
	if (!break_at(s, last))
		kv_buf_c(o->b, '-');
	else if (last == 0 || break_at(s, last_character(kv_str_sub(s, 0, last))))
		kv_buf_c(o->b, '+');
}

static void begin_block(struct yml_out *o, kv_str s, kv_str indicator)
{
	krm_yml_out_indicator(o, indicator, true, false);
	write_hints(o, s);
	new_line(o);
	o->whitespace = true;
}

static void write_literal(struct yml_out *o, kv_str s, size_t indent)
{
	begin_block(o, s, KV_S("|"));
	for (size_t i = 0; i < s.n;) {
		if (break_at(s, i)) {
			i += write_break(o, s, i, false);
			continue;
		}
		size_t end = run_end(s, i);
		krm_yml_out_indent(o, indent);
		kv_buf_add(o->b, s.p + i, end - i);
		o->indention = false;
		i = end;
	}
}

/* Does the text begin with line breaks and then a blank, or hold nothing else? The emitter asks so at every
 * line break, where it means to ask about the text that follows. */
static bool begins_more_indented(kv_str s)
{
	size_t i = 0, size;
	while ((size = break_at(s, i)))
		i += size;
	return is_blank_or_end(s, i) || s.p[i] == '\0';
}

/* Only ever written to be read again (yaml_fold.c), so never folded at a width. */
static void write_folded(struct yml_out *o, kv_str s, size_t indent)
{
	bool breaks = true, leading = true, odd = begins_more_indented(s);
	begin_block(o, s, KV_S(">"));
	for (size_t i = 0; i < s.n;) {
		if (break_at(s, i)) {
			if (!breaks && !leading && s.p[i] == '\n' && !odd)
				new_line(o);
			i += write_break(o, s, i, false);
			breaks = true;
			continue;
		}
		size_t end = run_end(s, i);
		krm_yml_out_indent(o, indent);
		leading = s.p[i] == ' ' || s.p[i] == '\t';
		kv_buf_add(o->b, s.p + i, end - i);
		o->indention = breaks = false;
		i = end;
	}
}

void krm_yml_out_scalar(struct yml_out *o, kv_str s, enum yml_style style, size_t indent, bool simple_key)
{
	switch (style) {
	case YML_PLAIN: write_plain(o, s, indent, !simple_key); break;
	case YML_SINGLE: write_single(o, s, indent, !simple_key); break;
	case YML_DOUBLE: write_double(o, s, indent, !simple_key); break;
	case YML_LITERAL: write_literal(o, s, indent); break;
	case YML_FOLDED: write_folded(o, s, indent); break;
	}
}
