/* render/fetch/index_scan.c: finds one chart in index.yaml, by lines or by brackets. */
#include "render/fetch/index_scan.h"

enum { BEFORE_ENTRIES, AT_ENTRIES, IN_ENTRIES, IN_CHART, PAST, IN_FLOW, IN_FLOW_CHART };

/* No line of an index that anybody should read is longer; icons as data: URLs come to some 100 kB. */
#define LINE_MOST ((size_t)4 << 20)

void rnd_index_scan_init(struct rnd_index_scan *s, struct kv_arena *a, kv_str chart, size_t limit)
{
	*s = (struct rnd_index_scan){ .arena = a, .chart = chart };
	kv_buf_init(&s->line, a, LINE_MOST);
	kv_buf_init(&s->found, a, limit);
}

/* A key of a block mapping that holds a collection: `name:`, 'name': or "name":. */
static bool is_key(kv_str line, kv_str name)
{
	size_t colon = kv_str_rchr(line, ':');
	kv_str key = kv_str_sub(line, 0, colon);

	if (colon == SIZE_MAX || kv_str_trim(kv_str_sub(line, colon + 1, line.n), " \t").n)
		return false;
	if (key.n >= 2 && (key.p[0] == '"' || key.p[0] == '\'') && key.p[key.n - 1] == key.p[0])
		key = kv_str_sub(key, 1, key.n - 1);
	return kv_str_eq(key, name);
}

static bool says_nothing(kv_str text)
{
	return text.n == 0 || text.p[0] == '#' || kv_str_eq(text, KV_S("---"));
}

/* A line at the indentation of the charts' names or before it: one begins, or the entries end. */
static void at_name(struct rnd_index_scan *s, size_t indent, kv_str text)
{
	if (s->state == IN_CHART || indent < s->indent)
		s->state = PAST;
	else if (is_key(text, s->chart))
		s->state = IN_CHART;
}

static void take_line(struct rnd_index_scan *s, kv_str raw)
{
	kv_str line = raw.n && raw.p[raw.n - 1] == '\r' ? kv_str_sub(raw, 0, raw.n - 1) : raw;
	size_t indent = kv_str_indent(line);
	kv_str text = kv_str_sub(line, indent, line.n);
	bool item = text.n && text.p[0] == '-' && (text.n == 1 || text.p[1] == ' ');

	if (s->state == BEFORE_ENTRIES) {
		if (indent == 0 && is_key(text, KV_S("entries")))
			s->state = AT_ENTRIES;
	} else if (s->state == AT_ENTRIES && !says_nothing(text)) {
		s->indent = indent;
		s->state = indent ? IN_ENTRIES : PAST;
		at_name(s, indent, text);
	} else if ((s->state == IN_ENTRIES || s->state == IN_CHART) && indent <= s->indent &&
		   !says_nothing(text) && !(item && indent == s->indent)) {
		at_name(s, indent, text);
	}
	if (s->state == IN_CHART) {
		kv_buf_str(&s->found, line);
		kv_buf_c(&s->found, '\n');
	}
}

/* What begins with a bracket is read by bytes, from its first on. */
static bool begins_flow(const struct rnd_index_scan *s, kv_str line)
{
	return s->state == BEFORE_ENTRIES && !kv_str_trim(kv_buf_view(&s->line), " \t\r").n &&
	       kv_str_starts(kv_str_trim(line, " \t\r"), KV_S("{"));
}

/* Only a line that comes in pieces is copied. */
static void take_lines(struct rnd_index_scan *s, kv_str *piece)
{
	while (piece->n && s->state < PAST) {
		size_t end = kv_str_chr(*piece, '\n');
		kv_str line = kv_str_sub(*piece, 0, end);

		if (begins_flow(s, line)) {
			s->state = IN_FLOW;
			s->line.n = 0;
			return;
		}
		if (s->line.n || end == SIZE_MAX)
			kv_buf_str(&s->line, line);
		if (end == SIZE_MAX) {
			*piece = KV_S("");
			return;
		}
		take_line(s, s->line.n ? kv_buf_view(&s->line) : line);
		s->line.n = 0;
		*piece = kv_str_sub(*piece, end + 1, piece->n);
	}
}

/* --- flow style ------------------------------------------------------------------------------- */

/* A key: what stands before the first colon of a member, without quotation marks. Names of charts have nothing to unescape. */
static void at_key(struct rnd_index_scan *s)
{
	kv_str key = kv_str_trim(kv_str_trim(kv_buf_view(&s->line), " \t\r\n"), "\"'");

	s->flow.has_key = true;
	s->line.n = 0;
	if (s->flow.depth == 1)
		s->flow.in_entries = kv_str_eq(key, KV_S("entries"));
	else if (s->flow.in_entries && kv_str_eq(key, s->chart)) {
		kv_buf_str(&s->found, KV_S("{\"entries\":{\""));
		kv_buf_str(&s->found, s->chart);
		kv_buf_str(&s->found, KV_S("\":"));
		s->state = IN_FLOW_CHART;
	}
}

/* A member, or all of them, end. */
static void at_end(struct rnd_index_scan *s)
{
	s->flow.has_key = false;
	s->line.n = 0;
	if (s->state == IN_FLOW_CHART && s->flow.depth <= 2) {
		kv_buf_str(&s->found, KV_S("}}\n"));
		s->state = PAST;
	}
}

static void at_mark(struct rnd_index_scan *s, char c)
{
	switch (c) {
	case '{':
	case '[':
		s->flow.depth++;
		s->flow.has_key &= s->flow.depth > 2;
		s->line.n = 0;
		break;
	case '}':
	case ']':
		at_end(s);
		s->flow.depth -= s->flow.depth > 0;
		s->flow.has_key = true; /* up to the next comma */
		break;
	case ',': at_end(s); break;
	case ':':
		if (!s->flow.has_key && s->flow.depth <= 2)
			at_key(s);
		break;
	}
}

/* YAML: a quotation mark begins a text only where a value or key begins; two ' within a text stand for one. */
static bool begins_text(const struct rnd_index_scan *s, char c)
{
	return (c == '"' || c == '\'') &&
	       (memchr("{[,:", s->flow.before, 4) || (c == '\'' && s->flow.before == '\''));
}

static void take_byte(struct rnd_index_scan *s, char c)
{
	bool was_chart = s->state == IN_FLOW_CHART, in_text = s->flow.quote;

	if (in_text) {
		if (c == s->flow.quote && !s->flow.escaped)
			s->flow.quote = 0;
		s->flow.escaped = c == '\\' && s->flow.quote == '"' && !s->flow.escaped;
	} else if (begins_text(s, c)) {
		s->flow.quote = c;
	}
	/* The mark at an end is no longer the chart's. */
	bool is_mark = !in_text && !s->flow.quote && memchr("{}[],:", c, 6);
	if (is_mark)
		at_mark(s, c);
	else if (!s->flow.has_key && s->flow.depth <= 2 && s->line.n <= s->chart.n + sizeof "'entries'")
		kv_buf_c(&s->line, c);
	if (c != ' ' && c != '\t' && c != '\r' && c != '\n')
		s->flow.before = c;
	if (was_chart && s->state == IN_FLOW_CHART)
		kv_buf_c(&s->found, c);
}

/* --- both ------------------------------------------------------------------------------------- */

bool rnd_index_scan_add(struct rnd_index_scan *s, kv_str piece)
{
	if (s->state < PAST)
		take_lines(s, &piece);
	for (size_t i = 0; i < piece.n && s->state > PAST; i++)
		take_byte(s, piece.p[i]);
	return s->state == PAST;
}

kv_str rnd_index_scan_end(struct rnd_index_scan *s)
{
	if (s->line.n && s->state < PAST)
		take_line(s, kv_buf_view(&s->line));
	s->line.n = 0;
	return s->line.over || s->found.over || s->state == IN_FLOW_CHART ? KV_S("") : kv_buf_view(&s->found);
}

/* --- whole, if it is small -------------------------------------------------------------------- */

void rnd_index_part_init(struct rnd_index_part *p, struct kv_arena *a, kv_str chart, size_t limit)
{
	*p = (struct rnd_index_part){ .is_cut = false };
	rnd_index_scan_init(&p->scan, a, chart, limit);
	kv_buf_init(&p->whole, a, RND_INDEX_WHOLE);
}

bool rnd_index_part_add(struct rnd_index_part *p, kv_str piece)
{
	if (!p->is_cut && piece.n <= RND_INDEX_WHOLE - p->whole.n) {
		kv_buf_str(&p->whole, piece);
		return false;
	}
	if (!p->is_cut && rnd_index_scan_add(&p->scan, kv_buf_view(&p->whole)))
		piece.n = 0;
	p->is_cut = true;
	return rnd_index_scan_add(&p->scan, piece);
}

kv_str rnd_index_part_end(struct rnd_index_part *p)
{
	if (!p->is_cut)
		return kv_buf_view(&p->whole);
	kv_str found = rnd_index_scan_end(&p->scan), version = KV_S("apiVersion: v1\n");
	if (!kv_str_starts(found, KV_S("{")))
		return kv_arena_cat(p->scan.arena, version, KV_S("entries:\n"), found);
	return kv_arena_cat(p->scan.arena, KV_S("{\"apiVersion\":\"v1\","), kv_str_sub(found, 1, found.n));
}
