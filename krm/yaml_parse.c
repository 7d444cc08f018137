/* krm/yaml_parse.c: libyaml's events, made to say what go-yaml's parser says (scannerc.go, parserc.go,
 * decode.go).
 *
 * libyaml marks places in characters; they are turned into bytes by walking along the text once. It accepts
 * two things that go-yaml refuses: "?" within plain scalars of flow collections and the escape "\/".
 */
#include <yaml.h>

#include "base/utf8.h"
#include "krm/yaml_internal.h"

struct yml_parser {
	struct kv_arena *arena;
	yaml_parser_t lib;
	yaml_event_t event;
	kv_str text;
	size_t bom;          /* bytes before character 0 */
	size_t chars, bytes; /* a known place: character number and offset */
	bool ascii;          /* both are the same */
	size_t flow;         /* open flow collections */
	uint8_t *open;       /* of each open collection: is it a flow collection, a map? */
	size_t nopen, open_cap;
	const char *own_problem; /* of the checks libyaml does not make */
	yaml_mark_t own_mark, own_context;
};

enum { OPEN_FLOW = 1, OPEN_MAP = 2 };

/* --- places -----------------------------------------------------------------------------------------------
 */

static bool is_tail(kv_str s, size_t i)
{
	return ((unsigned char)s.p[i] & 0xC0) == 0x80;
}

/* The offset of a character. Marks come nearly in order, so the walk from the last one is short. */
static size_t offset_of(struct yml_parser *p, size_t character)
{
	if (p->ascii)
		return character + p->bom < p->text.n ? character + p->bom : p->text.n;
	while (p->chars < character && p->bytes < p->text.n) {
		do
			p->bytes++;
		while (p->bytes < p->text.n && is_tail(p->text, p->bytes));
		p->chars++;
	}
	while (p->chars > character && p->bytes > p->bom) {
		do
			p->bytes--;
		while (p->bytes > p->bom && is_tail(p->text, p->bytes));
		p->chars--;
	}
	return p->bytes;
}

static bool all_ascii(kv_str s)
{
	uint64_t word, bits = 0;
	size_t i = 0;
	for (; i + sizeof word <= s.n; i += sizeof word) {
		memcpy(&word, s.p + i, sizeof word);
		bits |= word;
	}
	for (; i < s.n; i++)
		bits |= (unsigned char)s.p[i];
	return !(bits & 0x8080808080808080u);
}

/* --- opening
 * ------------------------------------------------------------------------------------------------ */

struct yml_parser *yml_parser_open(struct kv_arena *arena, kv_str text)
{
	struct yml_parser *p = KV_NEW(arena, struct yml_parser);
	if (!yaml_parser_initialize(&p->lib))
		kv_oom(sizeof *p);
	p->arena = arena;
	p->text = text;
	p->bom = kv_str_starts(text, KV_S("\xEF\xBB\xBF")) ? 3 : 0;
	p->bytes = p->bom;
	p->ascii = all_ascii(kv_str_sub(text, p->bom, text.n));
	yaml_parser_set_input_string(&p->lib, (const unsigned char *)text.p, text.n);
	return p;
}

void yml_parser_close(struct yml_parser *p)
{
	if (!p)
		return;
	yaml_event_delete(&p->event);
	yaml_parser_delete(&p->lib);
}

/* --- what libyaml does not refuse -------------------------------------------------------------------------
 */

static int refuse(struct yml_parser *p, const char *problem, yaml_mark_t mark, yaml_mark_t context)
{
	p->own_problem = problem;
	p->own_mark = mark;
	p->own_context = context;
	return -1;
}

static bool in_flow_map(const struct yml_parser *p)
{
	return p->nopen > 0 && (p->open[p->nopen - 1] & OPEN_MAP);
}

/* An escape "\/" between the quotes; backslashes come in pairs or before another character. */
static bool has_escaped_slash(kv_str raw)
{
	for (size_t i = 0; i + 1 < raw.n; i++) {
		if (raw.p[i] != '\\')
			continue;
		if (raw.p[++i] == '/')
			return true;
	}
	return false;
}

static int check_scalar(struct yml_parser *p)
{
	const yaml_event_t *e = &p->event;
	kv_str value = kv_str_of((const char *)e->data.scalar.value, e->data.scalar.length);
	if (e->data.scalar.style == YAML_PLAIN_SCALAR_STYLE && p->flow && kv_str_chr(value, '?') != SIZE_MAX)
		return refuse(p,
			      in_flow_map(p) ? "did not find expected ',' or '}'"
					     : "did not find expected ',' or ']'",
			      e->start_mark, e->start_mark);
	if (e->data.scalar.style == YAML_DOUBLE_QUOTED_SCALAR_STYLE && kv_str_chr(value, '/') != SIZE_MAX) {
		size_t start = offset_of(p, e->start_mark.index), end = offset_of(p, e->end_mark.index);
		if (has_escaped_slash(kv_str_sub(p->text, start, end)))
			return refuse(p, "found unknown escape character", e->start_mark, e->start_mark);
	}
	return 0;
}

static void open_collection(struct yml_parser *p, bool flow, bool map)
{
	KV_PUSH(p->arena, p->open, p->nopen, p->open_cap,
		(uint8_t)((flow ? OPEN_FLOW : 0) | (map ? OPEN_MAP : 0)));
	p->flow += flow;
}

static void close_collection(struct yml_parser *p)
{
	p->flow -= p->open[--p->nopen] & OPEN_FLOW ? 1 : 0;
}

/* --- events
 * -------------------------------------------------------------------------------------------------- */

static kv_str text_of(const yaml_char_t *s)
{
	return kv_str_c((const char *)s);
}

static enum krm_style scalar_style(yaml_scalar_style_t style)
{
	switch (style) {
	case YAML_PLAIN_SCALAR_STYLE: return KRM_STYLE_PLAIN;
	case YAML_SINGLE_QUOTED_SCALAR_STYLE: return KRM_STYLE_SINGLE;
	case YAML_DOUBLE_QUOTED_SCALAR_STYLE: return KRM_STYLE_DOUBLE;
	case YAML_LITERAL_SCALAR_STYLE: return KRM_STYLE_LITERAL;
	case YAML_FOLDED_SCALAR_STYLE: return KRM_STYLE_FOLDED;
	case YAML_ANY_SCALAR_STYLE: break;
	}
	return KRM_STYLE_ANY;
}

static void node_properties(struct yml_event *ret, const yaml_char_t *anchor, const yaml_char_t *tag)
{
	ret->anchored = anchor;
	ret->anchor = text_of(anchor);
	ret->tagged = tag;
	ret->tag = text_of(tag);
}

static int scalar_event(struct yml_parser *p, struct yml_event *ret)
{
	const yaml_event_t *e = &p->event;
	ret->kind = YML_SCALAR;
	ret->style = scalar_style(e->data.scalar.style);
	ret->plain_implicit = e->data.scalar.plain_implicit;
	ret->value = kv_str_of((const char *)e->data.scalar.value, e->data.scalar.length);
	node_properties(ret, e->data.scalar.anchor, e->data.scalar.tag);
	return check_scalar(p);
}

static void collection_event(struct yml_parser *p, struct yml_event *ret)
{
	const yaml_event_t *e = &p->event;
	bool map = e->type == YAML_MAPPING_START_EVENT;
	bool flow = map ? e->data.mapping_start.style == YAML_FLOW_MAPPING_STYLE
			: e->data.sequence_start.style == YAML_FLOW_SEQUENCE_STYLE;
	ret->kind = map ? YML_MAP : YML_LIST;
	ret->style = flow ? KRM_STYLE_FLOW : KRM_STYLE_ANY;
	node_properties(ret, map ? e->data.mapping_start.anchor : e->data.sequence_start.anchor,
			map ? e->data.mapping_start.tag : e->data.sequence_start.tag);
	open_collection(p, flow, map);
}

int yml_parser_next(struct yml_parser *p, struct yml_event *ret)
{
	yaml_event_t *e = &p->event;
	do {
		yaml_event_delete(e);
		if (!yaml_parser_parse(&p->lib, e))
			return -1;
	} while (e->type == YAML_STREAM_START_EVENT);
	*ret = (struct yml_event){ .offset = offset_of(p, e->start_mark.index),
				   .line = e->start_mark.line + 1 };
	switch (e->type) {
	case YAML_SCALAR_EVENT: return scalar_event(p, ret);
	case YAML_MAPPING_START_EVENT:
	case YAML_SEQUENCE_START_EVENT: collection_event(p, ret); return 0;
	case YAML_MAPPING_END_EVENT:
	case YAML_SEQUENCE_END_EVENT:
		close_collection(p);
		ret->kind = YML_END;
		return 0;
	case YAML_ALIAS_EVENT:
		ret->kind = YML_ALIAS;
		ret->value = text_of(e->data.alias.anchor);
		return 0;
	case YAML_DOCUMENT_START_EVENT: ret->kind = YML_DOCUMENT; return 0;
	case YAML_DOCUMENT_END_EVENT: ret->kind = YML_DOCUMENT_END; return 0;
	default: ret->kind = YML_END_OF_STREAM; return 0;
	}
}

/* --- problems
 * ------------------------------------------------------------------------------------------------- */

/* decode.go, parser.fail. v2 prefers the problem's line, v3 the context's; marks on line 0 do not count.
 * Lines are counted from 0, but for the scanner's from 1 (v2: only if it is the problem's). */
static size_t printed_line(yaml_mark_t problem, yaml_mark_t context, bool scanner, enum yml_version version)
{
	if (version == YML_V3) {
		size_t line = context.line ? context.line : problem.line;
		return line ? line + scanner : 0;
	}
	return problem.line ? problem.line + scanner : context.line;
}

struct yml_problem yml_parser_problem(const struct yml_parser *p, enum yml_version version)
{
	/* The place is looked up in a copy: reporting changes nothing. */
	struct yml_parser at = *p;
	struct yml_problem ret;
	if (p->own_problem) {
		bool scanner = strstr(p->own_problem, "escape") != NULL;
		ret.text = kv_str_c(p->own_problem);
		ret.offset = offset_of(&at, p->own_mark.index);
		ret.line = printed_line(p->own_mark, p->own_context, scanner, version);
		return ret;
	}
	ret.text = p->lib.problem ? kv_str_c(p->lib.problem) : KV_S("unknown problem parsing YAML content");
	bool reader = p->lib.error == YAML_READER_ERROR;
	ret.offset = reader ? p->lib.problem_offset : offset_of(&at, p->lib.problem_mark.index);
	ret.line = reader ? 0
			  : printed_line(p->lib.problem_mark, p->lib.context_mark,
					 p->lib.error == YAML_SCANNER_ERROR, version);
	return ret;
}

static int read_scalar_text(struct yml_parser *p, struct kv_arena *arena, kv_str *ret)
{
	struct yml_event e;
	do
		if (yml_parser_next(p, &e) < 0)
			return -1;
	while (e.kind == YML_DOCUMENT);
	*ret = kv_arena_dup(arena, e.value);
	return 0;
}

int yml_reread_scalar(struct kv_job *job, kv_str text, struct kv_arena *arena, kv_str *ret, kv_str *ret_error)
{
	struct yml_parser *p = yml_parser_open(arena, text);
	int status = read_scalar_text(p, arena, ret);
	if (status < 0) {
		struct yml_problem problem = yml_parser_problem(p, YML_V2);
		*ret_error = kv_arena_printf(job->arena, "yaml: %.*s", KV_ARG(problem.text));
	}
	yml_parser_close(p);
	return status;
}
