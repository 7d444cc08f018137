/* krm/yaml_quick.c: the YAML that programs and most people write, read in one pass without tokens and events: block collections, flow
 * collections within a line, and scalars.
 *
 * What is read is what krm/yaml_read.c makes of the same text, positions, styles and spellings included (krm/yaml_quick_fuzz.c). All
 * that is rarer, and every mistake, ends the attempt and is left to it: anchors, aliases, tags, "?", tabs, scalars and flow
 * collections of several lines, keys that are no strings.
 */
#include "krm/yaml_quick.h"

#include "krm/yaml_scan.h"

struct quick {
	struct yml_reader *r;
	struct yml_scanner *s; /* reads the scalars that are not simply a part of a line */
	const char *text, *end;
	const char *line, *p; /* the current line, and how far it is read */
	ptrdiff_t column;     /* of what begins at `p`; -1 at the end of the text */
	/* The key that was found last: behind a "-" it is looked for twice. */
	struct {
		const char *at, *colon;
		kv_str text;
	} key;
	/* The entries and items of the collections that are being read, the innermost last. */
	struct krm_entry *entries;
	size_t nentries, entries_cap;
	krm_val *items;
	size_t nitems, items_cap;
};

/* A key is at most this many bytes long, well below what YAML allows. */
#define KEY_LENGTH 1000

/* --- lines ------------------------------------------------------------------------------------ */

static bool is_blankz(const struct quick *q, const char *p)
{
	return p == q->end || *p == ' ' || *p == '\n';
}

/* Goes to the first line at or behind `p`, which begins one, that holds more than blanks and a comment. */
static bool read_line(struct quick *q)
{
	for (;;) {
		q->line = q->p;
		q->p = kv_skip_spaces(q->p, q->end);
		if (q->p < q->end && *q->p == '#')
			q->p = memchr(q->p, '\n', (size_t)(q->end - q->p));
		if (!q->p || q->p == q->end) {
			q->p = q->end;
			q->column = -1;
			return true;
		}
		if (*q->p != '\n')
			break;
		q->p++;
	}
	q->column = q->p - q->line;
	bool mark =
		q->column == 0 && q->end - q->p >= 3 && (!memcmp(q->p, "---", 3) || !memcmp(q->p, "...", 3));
	return !mark;
}

static void skip_blanks(struct quick *q)
{
	while (q->p < q->end && *q->p == ' ')
		q->p++;
}

/* Nothing but a comment may stand in the rest of the line; goes to the next one. */
static bool end_line(struct quick *q)
{
	const char *from = q->p;
	skip_blanks(q);
	if (q->p < q->end && *q->p == '#' && q->p > from)
		q->p = memchr(q->p, '\n', (size_t)(q->end - q->p));
	if (!q->p)
		q->p = q->end;
	if (q->p < q->end && *q->p++ != '\n')
		return false;
	return read_line(q);
}

static bool at_end_of_line(const struct quick *q)
{
	return q->p == q->end || *q->p == '\n' || (*q->p == '#' && q->p > q->line && q->p[-1] == ' ');
}

/* --- scalars ---------------------------------------------------------------------------------- */

/* Classes of bytes: those that go on with a plain scalar without a closer look (others end it or need care), those that may begin one
 * ("-" only with a byte after it), and those of words in flow collections. */
enum { PLAIN = 1, BEGINS = 2, WORD = 4 };

static const uint8_t classes[256] = {
	[' '] = PLAIN,
	['!' ... '"'] = PLAIN,
	['$'] = PLAIN | BEGINS,
	['%' ... '\''] = PLAIN,
	['(' ... ')'] = PLAIN | BEGINS,
	['*'] = PLAIN,
	['+'] = PLAIN | BEGINS,
	[','] = PLAIN,
	['-' ... '9'] = PLAIN | BEGINS | WORD,
	[';' ... '='] = PLAIN | BEGINS,
	['>' ... '@'] = PLAIN,
	['A' ... 'Z'] = PLAIN | BEGINS | WORD,
	['['] = PLAIN,
	['\\'] = PLAIN | BEGINS,
	[']'] = PLAIN,
	['^'] = PLAIN | BEGINS,
	['_'] = PLAIN | BEGINS | WORD,
	['`'] = PLAIN,
	['a' ... 'z'] = PLAIN | BEGINS | WORD,
	['{' ... '}'] = PLAIN,
	['~'] = PLAIN | BEGINS,
	[0x80 ... 0xFF] = PLAIN | BEGINS,
};

static bool is_class(const struct quick *q, const char *p, uint8_t class)
{
	return p < q->end && classes[(unsigned char)*p] & class;
}

static bool begins_plain(const struct quick *q)
{
	return is_class(q, q->p, BEGINS) && (*q->p != '-' || !is_blankz(q, q->p + 1));
}

static const char *skip_plain(const char *p, const char *end)
{
	const unsigned char *c = (const unsigned char *)p;
	while (end - p >= 4 && classes[c[0]] & classes[c[1]] & classes[c[2]] & classes[c[3]] & PLAIN)
		c = (const unsigned char *)(p += 4);
	while (p < end && classes[(unsigned char)*p] & PLAIN)
		p++;
	return p;
}

/* The end of the plain scalar at `p`: a ":" before a blank, a comment or the end of the line; NULL at a tab. */
static const char *end_of_plain(const struct quick *q)
{
	const char *p = q->p;
	for (;; p++) {
		p = skip_plain(p, q->end);
		if (p == q->end || *p == '\n' || (*p == '#' && p[-1] == ' ') ||
		    (*p == ':' && is_blankz(q, p + 1)))
			return p;
		if (*p == '\t')
			return NULL;
	}
}

/* In a flow collection only words. */
static const char *end_of_word(const struct quick *q)
{
	const char *p = q->p;
	while (is_class(q, p, WORD) || (p > q->p && p < q->end && *p == ':' && is_class(q, p + 1, WORD)))
		p++;
	return p;
}

/* The closing quote, if the scalar is what stands between it and the one at `p`; else NULL. */
static const char *end_of_quoted(const struct quick *q)
{
	const char *p = q->p + 1;
	while (p < q->end && *p != *q->p && *p != '\n' && *p != '\\' && *p != '\t')
		p++;
	if (p == q->end || *p != *q->p || (*p == '\'' && p + 1 < q->end && p[1] == '\''))
		return NULL;
	return p;
}

static kv_str span(const char *from, const char *to)
{
	return kv_str_of(from, (size_t)(to - from));
}

static struct yml_event scalar_event(const struct quick *q, const char *at, enum krm_style style, kv_str text)
{
	return (struct yml_event){ .kind = YML_SCALAR,
				   .style = style,
				   .plain_implicit = style == KRM_STYLE_PLAIN,
				   .value = text,
				   .offset = (size_t)(at - q->text) };
}

static bool take_scalar(struct quick *q, const struct yml_event *e, krm_val *ret)
{
	struct yml_reader *r = q->r;
	r->decodes++;
	if (!kv_job_fits(r->job, ++r->nodes))
		return false;
	*ret = krm_yml_scalar_value(r, e);
	return true;
}

/* Most plain scalars are strings that print as they are written. */
static bool take_plain(struct quick *q, const char *from, const char *end, krm_val *ret)
{
	struct yml_reader *r = q->r;
	kv_str text = span(from, end);
	if (!krm_yml_is_surely_string(text)) {
		struct yml_event e = scalar_event(q, from, KRM_STYLE_PLAIN, text);
		return take_scalar(q, &e, ret);
	}
	r->decodes++;
	*ret = krm_string_shared(r->job, text);
	ret->style = KRM_STYLE_PLAIN;
	ret->pos = kv_pos_at(r->base, (size_t)(from - q->text));
	return kv_job_fits(r->job, ++r->nodes);
}

static bool plain_scalar(struct quick *q, krm_val *ret)
{
	const char *from = q->p, *end = begins_plain(q) ? end_of_plain(q) : NULL;
	if (!end || (end < q->end && *end == ':'))
		return false;
	q->p = end;
	while (end[-1] == ' ')
		end--;
	return take_plain(q, from, end, ret);
}

/* The scanner at `p`, in a block collection at `indent`. */
static void set_scanner(struct quick *q, ptrdiff_t indent)
{
	q->s->at = (size_t)(q->p - q->text);
	q->s->tails = 0;
	q->s->line = 0;
	q->s->line_index = (size_t)(q->line - q->text);
	q->s->indent = indent;
}

static bool quoted_scalar(struct quick *q, krm_val *ret)
{
	const char *from = q->p, *end = end_of_quoted(q);
	bool single = *q->p == '\'';
	struct yml_event e =
		scalar_event(q, from, single ? KRM_STYLE_SINGLE : KRM_STYLE_DOUBLE, kv_str_of("", 0));
	struct yml_token t = { .type = YML_SCALAR_TOKEN };
	if (end) {
		e.value = span(from + 1, end);
		q->p = end + 1;
		return take_scalar(q, &e, ret);
	}
	set_scanner(q, -1);
	if (krm_yml_scan_quoted(q->s, &t, single) < 0 || q->s->line)
		return false;
	e.value = t.value;
	e.owned = t.owned;
	q->p = q->text + q->s->at;
	return take_scalar(q, &e, ret);
}

/* A text of several lines; goes to the line behind it. */
static bool block_scalar(struct quick *q, ptrdiff_t indent, krm_val *ret)
{
	struct yml_event e = scalar_event(q, q->p, KRM_STYLE_LITERAL, kv_str_of("", 0));
	struct yml_token t = { .type = YML_SCALAR_TOKEN };
	set_scanner(q, indent);
	if (krm_yml_scan_block(q->s, &t, *q->p == '|') < 0)
		return false;
	e.style = t.style;
	e.value = t.value;
	e.owned = t.owned;
	q->p = q->text + q->s->at;
	while (q->p[-1] == ' ')
		q->p--;
	return q->p[-1] == '\n' && take_scalar(q, &e, ret) && read_line(q);
}

/* A node that is not there: null, at the ":" or "-" before it. */
static bool no_node(struct quick *q, const char *mark, krm_val *ret)
{
	struct yml_event e = scalar_event(q, mark, KRM_STYLE_PLAIN, KV_S(""));
	return take_scalar(q, &e, ret);
}

/* --- collections ------------------------------------------------------------------------------ */

static bool enter(struct quick *q, bool flow)
{
	struct yml_reader *r = q->r;
	r->decodes++;
	r->flow += flow;
	return kv_job_fits(r->job, ++r->nodes) && r->depth++ < r->job->limits.depth;
}

static void leave(struct quick *q, const char *from, bool flow, krm_val *ret)
{
	q->r->depth--;
	q->r->flow -= flow;
	ret->style = flow ? KRM_STYLE_FLOW : KRM_STYLE_ANY;
	ret->pos = kv_pos_at(q->r->base, (size_t)(from - q->text));
}

/* The entries from `base` on, which are taken from the stack. False if two have one key. */
static bool take_map(struct quick *q, size_t base, krm_val *ret)
{
	const struct krm_entry *e = q->entries ? q->entries + base : NULL;
	uint32_t n = (uint32_t)(q->nentries - base);
	q->nentries = base;
	return krm_map_of_distinct(q->r->job->arena, e, n, ret);
}

static void take_list(struct quick *q, size_t base, krm_val *ret)
{
	size_t n = q->nitems - base;
	struct krm_list l = { .v = n ? q->items + base : NULL, .n = n };
	*ret = krm_list_fit(q->r->job->arena, (krm_val){ .kind = KRM_LIST, .l = &l });
	q->nitems = base;
}

static void push_entry(struct quick *q, struct krm_entry e)
{
	KV_PUSH(q->r->job->scratch, q->entries, q->nentries, q->entries_cap, e);
}

static void push_item(struct quick *q, krm_val item)
{
	KV_PUSH(q->r->job->scratch, q->items, q->nitems, q->items_cap, item);
}

/* --- keys ------------------------------------------------------------------------------------- */

/* A key of the text, which begins at `at`; `p` goes behind the ":" at `colon`. False for one that is no string, or a merge. */
static bool take_key(struct quick *q, const char *at, enum krm_style style, kv_str text, const char *colon,
		     krm_val *ret)
{
	bool string = style != KRM_STYLE_PLAIN || krm_yml_is_string(text, q->r->version);
	if (!string || text.n > KEY_LENGTH || kv_str_eq(text, KV_S("<<")))
		return false;
	q->r->decodes++;
	*ret = krm_string_shared(q->r->job, text);
	ret->style = (uint8_t)style;
	ret->pos = kv_pos_at(q->r->base, (size_t)(at - q->text));
	q->p = colon + 1;
	return true;
}

static enum krm_style quotes_at(const char *p)
{
	return *p == '\'' ? KRM_STYLE_SINGLE : *p == '"' ? KRM_STYLE_DOUBLE : KRM_STYLE_PLAIN;
}

/* The ":" behind the key at `p`, and the key's text; NULL if none begins there. */
static const char *find_key(struct quick *q, kv_str *ret_text)
{
	if (q->key.at == q->p) {
		*ret_text = q->key.text;
		return q->key.colon;
	}
	bool quoted = quotes_at(q->p) != KRM_STYLE_PLAIN;
	const char *end = quoted ? end_of_quoted(q) : begins_plain(q) ? end_of_plain(q) : NULL;
	if (!end)
		return NULL;
	*ret_text = quoted ? span(q->p + 1, end) : span(q->p, end);
	end += quoted;
	bool found = end < q->end && *end == ':' && is_blankz(q, end + 1) && end[-1] != ' ';
	if (!found)
		return NULL;
	q->key.at = q->p;
	q->key.colon = end;
	q->key.text = *ret_text;
	return end;
}

/* --- flow collections ------------------------------------------------------------------------- */

static bool flow_node(struct quick *q, krm_val *ret);

static bool take_char(struct quick *q, char c)
{
	skip_blanks(q);
	if (q->p == q->end || *q->p != c)
		return false;
	q->p++;
	skip_blanks(q);
	return true;
}

static bool flow_key(struct quick *q, krm_val *ret)
{
	enum krm_style style = q->p < q->end ? quotes_at(q->p) : KRM_STYLE_PLAIN;
	bool quoted = style != KRM_STYLE_PLAIN;
	const char *from = q->p, *end = quoted ? end_of_quoted(q) : end_of_word(q);
	if (!end || (end == from && !quoted))
		return false;
	kv_str text = span(from + quoted, end);
	end += quoted;
	bool found = end < q->end && *end == ':' && (quoted || is_blankz(q, end + 1));
	return found && take_key(q, from, style, text, end, ret);
}

static bool flow_entry(struct quick *q)
{
	struct krm_entry e;
	if (!flow_key(q, &e.key))
		return false;
	skip_blanks(q);
	if (!flow_node(q, &e.val))
		return false;
	push_entry(q, e);
	return true;
}

static bool flow_item(struct quick *q)
{
	krm_val item;
	if (!flow_node(q, &item))
		return false;
	push_item(q, item);
	return true;
}

/* What stands between the brackets, in one line. */
static bool flow_collection(struct quick *q, krm_val *ret)
{
	const char *from = q->p;
	bool map = *q->p == '{';
	char close = map ? '}' : ']';
	size_t base = map ? q->nentries : q->nitems;
	if (!enter(q, true) || !take_char(q, *from))
		return false;
	if (q->p < q->end && *q->p != close)
		do {
			if (!(map ? flow_entry(q) : flow_item(q)))
				return false;
		} while (take_char(q, ','));
	if (q->p == q->end || *q->p++ != close)
		return false;
	if (!map)
		take_list(q, base, ret);
	else if (!take_map(q, base, ret))
		return false;
	leave(q, from, true, ret);
	return true;
}

static bool flow_word(struct quick *q, krm_val *ret)
{
	const char *from = q->p, *end = end_of_word(q);
	if (end == from || (*from == '-' && end == from + 1))
		return false;
	q->p = end;
	skip_blanks(q);
	if (q->p == q->end || !strchr(",]}", *q->p))
		return false;
	return take_plain(q, from, end, ret);
}

static bool flow_node(struct quick *q, krm_val *ret)
{
	if (q->p == q->end)
		return false;
	switch (*q->p) {
	case '{':
	case '[': return flow_collection(q, ret);
	case '"':
	case '\'': return quoted_scalar(q, ret);
	default: return flow_word(q, ret);
	}
}

/* --- block collections ------------------------------------------------------------------------ */

static bool block_map(struct quick *q, krm_val *ret);
static bool block_list(struct quick *q, krm_val *ret);

static bool at_dash(const struct quick *q)
{
	return q->column >= 0 && *q->p == '-' && is_blankz(q, q->p + 1);
}

/* A collection that begins in a line of its own. */
static bool block_node(struct quick *q, krm_val *ret)
{
	return at_dash(q) ? block_list(q, ret) : block_map(q, ret);
}

/* The rest of a line, and what belongs to it of the lines below, in a collection at the column `indent`. */
static bool inline_node(struct quick *q, ptrdiff_t indent, krm_val *ret)
{
	switch (*q->p) {
	case '|':
	case '>': return block_scalar(q, indent, ret);
	case '{':
	case '[': return flow_collection(q, ret) && end_line(q);
	case '"':
	case '\'': return quoted_scalar(q, ret) && end_line(q);
	default: return plain_scalar(q, ret) && end_line(q);
	}
}

/* A list may stand at the column of its key. */
static bool map_value(struct quick *q, ptrdiff_t column, krm_val *ret)
{
	const char *colon = q->p - 1;
	skip_blanks(q);
	if (!at_end_of_line(q))
		return inline_node(q, column, ret);
	if (!end_line(q))
		return false;
	if (q->column > column || (q->column == column && at_dash(q)))
		return block_node(q, ret);
	return no_node(q, colon, ret);
}

static bool map_entry(struct quick *q, ptrdiff_t column, struct krm_entry *ret)
{
	kv_str text;
	const char *colon = find_key(q, &text);
	return colon && take_key(q, q->p, quotes_at(q->p), text, colon, &ret->key) &&
	       map_value(q, column, &ret->val);
}

static bool block_map(struct quick *q, krm_val *ret)
{
	const char *from = q->p;
	ptrdiff_t column = q->column;
	size_t base = q->nentries;
	if (!enter(q, false))
		return false;
	do {
		struct krm_entry e;
		if (!map_entry(q, column, &e))
			return false;
		push_entry(q, e);
	} while (q->column == column && !at_dash(q));
	if (q->column > column || !take_map(q, base, ret))
		return false;
	leave(q, from, false, ret);
	return true;
}

/* What stands behind a "-", which may begin a collection in the same line. */
static bool list_item(struct quick *q, krm_val *ret)
{
	const char *dash = q->p++;
	ptrdiff_t column = q->column;
	kv_str text;
	skip_blanks(q);
	if (at_end_of_line(q)) {
		if (!end_line(q))
			return false;
		return q->column > column ? block_node(q, ret) : no_node(q, dash, ret);
	}
	q->column = q->p - q->line;
	if (at_dash(q))
		return block_list(q, ret);
	return find_key(q, &text) ? block_map(q, ret) : inline_node(q, column, ret);
}

static bool block_list(struct quick *q, krm_val *ret)
{
	const char *from = q->p;
	ptrdiff_t column = q->column;
	size_t base = q->nitems;
	if (!enter(q, false))
		return false;
	do {
		krm_val item;
		if (!list_item(q, &item))
			return false;
		push_item(q, item);
	} while (q->column == column && at_dash(q));
	if (q->column > column)
		return false;
	take_list(q, base, ret);
	leave(q, from, false, ret);
	return true;
}

/* --- the document ----------------------------------------------------------------------------- */

static bool read_text(struct quick *q, krm_val *ret)
{
	if (q->end - q->p >= 4 && memcmp(q->p, "---\n", 4) == 0)
		q->p += 4;
	return read_line(q) && q->column >= 0 && block_node(q, ret) && q->column < 0;
}

bool krm_yml_read_quick(struct yml_reader *r, kv_str text, krm_val *ret)
{
	struct yml_scanner *scanner = krm_yml_parser_scanner(r->parser), kept = *scanner;
	struct yml_reader before = *r;
	struct yml_known known = krm_yml_know(r->job);
	struct quick q = {
		.r = r, .s = scanner, .text = text.p, .end = text.p + text.n, .line = text.p, .p = text.p
	};
	if (r->rules == KRM_YAML_PLAIN || scanner->bad || scanner->at || scanner->converted ||
	    kv_str_has(text, KV_S("\xEF\xBB\xBF")) || krm_yaml_has_other_breaks(text) ||
	    (r->rules == KRM_YAML_KUSTOMIZE && krm_yml_ends_with_comment(text)))
		return false;
	bool done = read_text(&q, ret);
	*scanner = kept;
	if (done) {
		krm_yml_check_numbers(r, *ret);
	} else {
		*r = before;
		krm_yml_forget(r->job, &known);
	}
	return done;
}
