/* krm/yaml_excerpt.c: see krm_yaml_excerpt. A line is looked at once and belongs to the collections that its column says; what
 * is not certain to be well-formed, or is written in a rarer way, is refused.
 */
#include <strings.h>

#include "krm/yaml_scan.h"

/* Deeper documents are rare. */
#define DEEPEST 64

/* A collection that is open: where its keys or dashes stand. */
struct open {
	size_t column;
	bool is_list;
};

/* What the last key or dash has got so far. */
enum value { NONE, PLAIN, OTHER };

struct outline {
	kv_str text;
	size_t at; /* of the line behind the current one */
	struct open open[DEEPEST];
	size_t depth;
	enum value last;
	kv_str key; /* of the root, begun by the current line; else empty */
};

/* --- one line --------------------------------------------------------------------------------- */

static size_t skip_blanks(kv_str line, size_t at)
{
	return (size_t)(kv_skip_spaces(line.p + at, line.p + line.n) - line.p);
}

/* Nothing more on the line, or a comment; `at` is behind a blank or at the end. */
static bool is_rest_empty(kv_str line, size_t at)
{
	size_t i = skip_blanks(line, at);
	return i == line.n || (line.p[i] == '#' && i > at);
}

static bool ends_word(kv_str line, size_t at)
{
	return at == line.n || line.p[at] == ' ';
}

static bool is_dash(kv_str line, size_t at)
{
	return line.p[at] == '-' && ends_word(line, at + 1);
}

/* Behind a quoted text without escapes that begins at `at`; 0 if it is none. */
static size_t quoted_end(kv_str line, size_t at)
{
	char quote = line.p[at];
	for (size_t i = at + 1; i < line.n; i++) {
		if (line.p[i] == '\\' && quote == '"')
			return 0;
		if (line.p[i] == quote)
			return i + 1 < line.n && line.p[i + 1] == quote ? 0 : i + 1;
	}
	return 0;
}

/* Longer keys have to be marked by "?". */
#define LONGEST_KEY 1000

static const bool is_in_key[256] = {
	['a' ... 'z'] = true, ['A' ... 'Z'] = true, ['0' ... '9'] = true, ['_'] = true,
	['-' ... '/'] = true, ['$'] = true,
};

/* Behind a key, at its colon; 0 if the line has none that begins at `at`. A null is no key. */
static size_t key_end(kv_str line, size_t at)
{
	size_t i = at;
	if (line.n - at > 4 && line.p[at + 4] == ':' && (line.p[at] | 0x20) == 'n' && strncasecmp(line.p + at, "null", 4) == 0)
		return 0;
	if (line.p[i] == '"' || line.p[i] == '\'') {
		i = quoted_end(line, i);
	} else if (!kv_is_digit(line.p[i]) && line.p[i] != '-') {
		while (i < line.n && is_in_key[(unsigned char)line.p[i]])
			i++;
	}
	return i > at && i < line.n && line.p[i] == ':' && ends_word(line, i + 1) && i - at < LONGEST_KEY ? i
													  : 0;
}

/* The rest of a line as one line of a plain scalar. */
static bool plain(struct outline *o, kv_str line, size_t at)
{
	const char *end = line.p + line.n;
	o->last = PLAIN;
	for (const char *p = line.p + at; (p = memchr(p, ':', (size_t)(end - p))); p++)
		if (p + 1 == end || p[1] == ' ')
			return false;
	for (const char *p = line.p + at; (p = memchr(p, '#', (size_t)(end - p))); p++)
		if (p[-1] == ' ')
			o->last = OTHER;
	return true;
}

static bool begins_plain(kv_str line, size_t at)
{
	unsigned char c = (unsigned char)line.p[at];
	return kv_is_alnum(c) || c >= 0x80 || memchr("_./$(<+^=~\\", c, 11) ||
	       (c == '-' && !ends_word(line, at + 1));
}

/* .inf or .nan, perhaps with a sign: JSON has no words for them, which is an error of the whole document. */
static bool begins_infinity(kv_str line, size_t at)
{
	at += line.p[at] == '-' || line.p[at] == '+';
	return at + 1 < line.n && line.p[at] == '.' && memchr("iInN", line.p[at + 1], 4);
}

/* The lines of a block scalar. */
static bool block(struct outline *o)
{
	size_t parent = o->open[o->depth - 1].column, indent = 0, deepest = 0, next;
	for (; o->at < o->text.n; o->at = next) {
		kv_str rest = kv_str_sub(o->text, o->at, o->text.n), line;
		kv_str_line(&rest, &line);
		next = o->text.n - rest.n;
		size_t column = skip_blanks(line, 0);
		if (column == line.n) {
			deepest = !indent && column > deepest ? column : deepest;
			continue;
		}
		if (column < (indent ? indent : parent + 1))
			return true;
		if (!indent && deepest > column)
			return false;
		indent = indent ? indent : column;
	}
	return true;
}

/* A quoted text with its escapes, which may go on on lines that belong to it by their columns. */
static bool quoted(struct outline *o, kv_str line, size_t at)
{
	size_t parent = o->open[o->depth - 1].column, i = (size_t)(line.p - o->text.p) + at;
	char quote = o->text.p[i];
	for (i++; i < o->text.n; i++) {
		char c = o->text.p[i], next = i + 1 < o->text.n ? o->text.p[i + 1] : '\n';
		if (c == quote && (quote == '"' || next != '\''))
			break;
		if (c == '\n') {
			kv_str rest = kv_str_sub(o->text, i + 1, o->text.n);
			size_t column = skip_blanks(rest, 0);
			if (column <= parent && column < rest.n && rest.p[column] != '\n')
				return false;
		} else if (c == quote) {
			i++;
		} else if (c == '\\' && quote == '"') {
			if (!memchr("\"\\nrtabefv0", next, 11))
				return false;
			i++;
		}
	}
	if (i == o->text.n)
		return false;
	kv_str rest = kv_str_sub(o->text, i + 1, o->text.n), last;
	if (!kv_str_line(&rest, &last))
		last = KV_S("");
	o->at = o->text.n - rest.n;
	return is_rest_empty(last, 0);
}

/* Behind a plain word, or words, or a quoted text in a collection on one line, and the blanks behind it; 0 if it is neither. */
static size_t flow_scalar(kv_str line, size_t at)
{
	size_t i = at;
	if (i < line.n && (line.p[i] == '"' || line.p[i] == '\'')) {
		i = quoted_end(line, i);
		return i ? skip_blanks(line, i) : 0;
	}
	i += kv_str_starts(kv_str_sub(line, i, line.n), KV_S("--")) ? 2 : i < line.n && line.p[i] == '-';
	if (i == line.n || !(kv_is_alnum(line.p[i]) || memchr("_/", line.p[i], 2)))
		return 0;
	while (i < line.n && (kv_is_alnum(line.p[i]) || memchr("_./$- ", line.p[i], 6)))
		i++;
	return i;
}

/* A list or map of such on one line. */
static bool flow(kv_str line, size_t at)
{
	char end = line.p[at] == '[' ? ']' : '}';
	for (size_t i = skip_blanks(line, at + 1); i < line.n; i = skip_blanks(line, i)) {
		if (line.p[i] == end)
			return is_rest_empty(line, i + 1);
		if (end == '}') {
			i = key_end(line, i);
			if (!i)
				return false;
			i = skip_blanks(line, i + 1);
		}
		i = flow_scalar(line, i);
		if (!i || i == line.n || (line.p[i] != ',' && line.p[i] != end))
			return false;
		i += line.p[i] == ',';
	}
	return false;
}

static bool value(struct outline *o, kv_str line, size_t at)
{
	size_t from = at;
	at = skip_blanks(line, at);
	o->last = NONE;
	if (is_rest_empty(line, from))
		return true;
	if (begins_plain(line, at))
		return !begins_infinity(line, at) && plain(o, line, at);
	o->last = OTHER;
	switch (line.p[at]) {
	case '\'':
	case '"': return quoted(o, line, at);
	case '{':
	case '[': return flow(line, at);
	case '|':
	case '>':
		at++;
		at += at < line.n && (line.p[at] == '+' || line.p[at] == '-');
		return is_rest_empty(line, at) && block(o);
	default: return false;
	}
}

static bool open_collection(struct outline *o, size_t column, bool is_list)
{
	if (o->depth == DEEPEST)
		return false;
	o->open[o->depth++] = (struct open){ column, is_list };
	return true;
}

/* Dashes, a key and a value, each as far as it is there; `fresh`: they begin a collection. */
static bool entry(struct outline *o, kv_str line, size_t at, bool fresh)
{
	bool item = false;
	for (; is_dash(line, at); fresh = item = true) {
		if (fresh && !open_collection(o, at, true))
			return false;
		o->last = NONE;
		if (is_rest_empty(line, at + 1))
			return true;
		at = skip_blanks(line, at + 1);
	}
	size_t end = key_end(line, at);
	if (!end)
		return item && value(o, line, at);
	if (fresh && !open_collection(o, at, false))
		return false;
	if (o->depth == 1)
		o->key = kv_str_sub(line, at, end);
	return value(o, line, end + 1);
}

/* --- the text --------------------------------------------------------------------------------- */

/* Closes what a line at the column ends. False if none of what is open has its entries there. */
static bool close_collections(struct outline *o, size_t column, bool dash)
{
	size_t before = o->depth;
	while (o->depth && o->open[o->depth - 1].column > column)
		o->depth--;
	if (!o->depth || o->open[o->depth - 1].column != column)
		return false;
	/* A list may stand at the column of the key that holds it. */
	if (dash && !o->open[o->depth - 1].is_list)
		return o->depth == before && o->last == NONE && open_collection(o, column, true);
	if (!dash && o->open[o->depth - 1].is_list)
		o->depth--;
	return dash || (o->depth && o->open[o->depth - 1].column == column && !o->open[o->depth - 1].is_list);
}

static bool take_line(struct outline *o, kv_str line)
{
	size_t column = skip_blanks(line, 0);
	o->key = (kv_str){ 0 };
	if (column == line.n)
		return true;
	if (line.p[column] == '#') {
		o->last = o->last == PLAIN ? OTHER : o->last;
		return true;
	}
	bool dash = is_dash(line, column);
	if (!o->depth)
		return column == 0 && !dash && entry(o, line, 0, true);
	if (column <= o->open[o->depth - 1].column)
		return close_collections(o, column, dash) && entry(o, line, column, false);
	if (o->last == NONE && (line.p[column] == '{' || line.p[column] == '['))
		return value(o, line, column);
	return o->last == PLAIN ? plain(o, line, column) : o->last == NONE && entry(o, line, column, true);
}

/* Tabs, carriage returns, and the breaks and marks beyond ASCII have their own rules. */
static bool has_usual_characters(kv_str s)
{
	for (size_t i = 0, size; i < s.n; i += size) {
		i = krm_yml_skip_easy(s, i);
		if (i == s.n)
			break;
		if (krm_yml_bad_character(s, i, &size) || s.p[i] == '\t' || s.p[i] == '\r' ||
		    (size == 2 && !memcmp(s.p + i, "\xC2\x85", 2)) ||
		    (size == 3 &&
		     (!memcmp(s.p + i, "\xE2\x80\xA8", 3) || !memcmp(s.p + i, "\xE2\x80\xA9", 3) ||
		      !memcmp(s.p + i, "\xEF\xBB\xBF", 3))))
			return false;
	}
	return true;
}

static bool is_wanted(kv_str key, const char *const *keys, size_t n)
{
	bool quoted = key.n && (key.p[0] == '"' || key.p[0] == '\'');
	for (size_t i = 0; i < n && !quoted; i++)
		if (key.n == strlen(keys[i]) && strncasecmp(key.p, keys[i], key.n) == 0)
			return true;
	return quoted;
}

bool krm_yaml_excerpt(const struct kv_job *job, kv_str text, const char *const *keys, size_t n,
		      struct kv_buf *out)
{
	struct outline o = { .text = text };
	size_t from = 0;
	bool wanted = false;
	if (text.n > job->limits.document_bytes || text.n > job->limits.nodes ||
	    job->limits.depth < DEEPEST || !has_usual_characters(text))
		return false;
	while (o.at < text.n) {
		size_t start = o.at;
		kv_str rest = kv_str_sub(text, start, text.n), line;
		kv_str_line(&rest, &line);
		o.at = text.n - rest.n;
		if (!take_line(&o, line))
			return false;
		if (!o.key.p)
			continue;
		if (wanted)
			kv_buf_str(out, kv_str_sub(text, from, start));
		wanted = is_wanted(o.key, keys, n);
		from = start;
	}
	if (wanted)
		kv_buf_str(out, kv_str_sub(text, from, text.n));
	return o.depth > 0;
}
