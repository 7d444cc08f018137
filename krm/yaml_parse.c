/* krm/yaml_parse.c: from tokens to events (go-yaml: parserc.go; decode.go, parser.fail). */
#include "krm/yaml_scan.h"

/* What the next event is looked for in. */
enum state {
	IMPLICIT_DOCUMENT_START,
	DOCUMENT_START,
	DOCUMENT_CONTENT,
	DOCUMENT_END,
	BLOCK_NODE,
	BLOCK_LIST_FIRST,
	BLOCK_LIST_ENTRY,
	INDENTLESS_LIST_ENTRY,
	BLOCK_MAP_FIRST,
	BLOCK_MAP_KEY,
	BLOCK_MAP_VALUE,
	FLOW_LIST_FIRST,
	FLOW_LIST_ENTRY,
	FLOW_PAIR_KEY,
	FLOW_PAIR_VALUE,
	FLOW_PAIR_END,
	FLOW_MAP_FIRST,
	FLOW_MAP_KEY,
	FLOW_MAP_VALUE,
	FLOW_MAP_EMPTY_VALUE,
	AT_END,
};

struct tag_directive {
	kv_str handle, prefix;
};

struct yml_parser {
	struct yml_scanner scanner;
	enum state state;
	uint8_t *states; /* to go back to */
	size_t nstates, states_cap;
	struct yml_mark *marks; /* where the open collections began */
	size_t nmarks, marks_cap;
	struct tag_directive *tags;
	size_t ntags, tags_cap;
	bool marked; /* the last document ended with "..." */
};

struct yml_parser *krm_yml_parser_open(struct kv_arena *arena, struct kv_arena *scratch, kv_str text,
				       enum yml_version version)
{
	struct yml_parser *p = KV_NEW(scratch, struct yml_parser);
	krm_yml_scanner_init(&p->scanner, arena, scratch, text, version);
	p->state = IMPLICIT_DOCUMENT_START;
	return p;
}

struct yml_scanner *krm_yml_parser_scanner(struct yml_parser *p)
{
	return &p->scanner;
}

/* --- helpers ---------------------------------------------------------------------------------- */

static struct yml_token *peek(struct yml_parser *p)
{
	return krm_yml_token_peek(&p->scanner);
}

static struct yml_token *skip_and_peek(struct yml_parser *p)
{
	krm_yml_token_skip(&p->scanner);
	return peek(p);
}

static void push_state(struct yml_parser *p, enum state state)
{
	KV_PUSH(p->scanner.scratch, p->states, p->nstates, p->states_cap, (uint8_t)state);
}

static void pop_state(struct yml_parser *p)
{
	p->state = p->states[--p->nstates];
}

static int fail(struct yml_parser *p, const char *problem, const struct yml_mark *context)
{
	struct yml_scanner *s = &p->scanner;
	s->failure = YML_PARSER_FAILURE;
	s->problem = problem;
	s->problem_mark = s->tokens[s->head].start;
	s->context_mark = context ? *context : (struct yml_mark){ .offset = 0 };
	return -1;
}

static int fail_in_collection(struct yml_parser *p, const char *problem)
{
	return fail(p, problem, &p->marks[p->nmarks - 1]);
}

static struct yml_event event_at(enum yml_event_kind kind, struct yml_mark mark)
{
	return (struct yml_event){ .kind = kind, .offset = mark.offset, .line = mark.line + 1 };
}

/* A node that is not there. */
static int empty_scalar(struct yml_mark mark, struct yml_event *ret)
{
	*ret = event_at(YML_SCALAR, mark);
	ret->style = KRM_STYLE_PLAIN;
	ret->plain_implicit = true;
	ret->value = KV_S("");
	return 0;
}

static int end_collection(struct yml_parser *p, const struct yml_token *t, bool skip, struct yml_event *ret)
{
	*ret = event_at(YML_END, t->start);
	pop_state(p);
	if (skip) {
		p->nmarks--;
		krm_yml_token_skip(&p->scanner);
	}
	return 0;
}

/* The first token of a collection, which is already peeked at. */
static void enter_collection(struct yml_parser *p)
{
	struct yml_scanner *s = &p->scanner;
	KV_PUSH(s->scratch, p->marks, p->nmarks, p->marks_cap, s->tokens[s->head].start);
	krm_yml_token_skip(s);
}

/* --- documents -------------------------------------------------------------------------------- */

static int add_tag_directive(struct yml_parser *p, kv_str handle, kv_str prefix, bool is_default)
{
	struct tag_directive d = { handle, prefix };
	for (size_t i = 0; i < p->ntags; i++)
		if (kv_str_eq(p->tags[i].handle, handle))
			return is_default ? 0 : fail(p, "found duplicate %TAG directive", NULL);
	KV_PUSH(p->scanner.scratch, p->tags, p->ntags, p->tags_cap, d);
	return 0;
}

static int read_directives(struct yml_parser *p)
{
	struct yml_token *t = peek(p);
	bool version = false;
	for (; t && (t->type == YML_VERSION_TOKEN || t->type == YML_TAG_DIRECTIVE_TOKEN);
	     t = skip_and_peek(p)) {
		if (t->type == YML_TAG_DIRECTIVE_TOKEN) {
			if (add_tag_directive(p, t->value, t->suffix, false) < 0)
				return -1;
			continue;
		}
		if (version)
			return fail(p, "found duplicate %YAML directive", NULL);
		if (t->major != 1 || t->minor != 1)
			return fail(p, "found incompatible YAML document", NULL);
		version = true;
	}
	if (!t || add_tag_directive(p, KV_S("!"), KV_S("!"), true) < 0)
		return -1;
	return add_tag_directive(p, KV_S("!!"), KV_S("tag:yaml.org,2002:"), true);
}

static bool begins_explicit_document(const struct yml_token *t)
{
	return t->type == YML_VERSION_TOKEN || t->type == YML_TAG_DIRECTIVE_TOKEN ||
	       t->type == YML_DOCUMENT_START_TOKEN;
}

static int explicit_document(struct yml_parser *p, struct yml_mark start, struct yml_event *ret)
{
	if (read_directives(p) < 0)
		return -1;
	const struct yml_token *t = peek(p);
	if (!t)
		return -1;
	if (t->type != YML_DOCUMENT_START_TOKEN)
		return fail(p, "did not find expected <document start>", NULL);
	push_state(p, DOCUMENT_END);
	p->state = DOCUMENT_CONTENT;
	*ret = event_at(YML_DOCUMENT, start);
	krm_yml_token_skip(&p->scanner);
	return 0;
}

static int document_start(struct yml_parser *p, bool implicit, struct yml_event *ret)
{
	const struct yml_token *t = peek(p);
	while (t && !implicit && t->type == YML_DOCUMENT_END_TOKEN)
		t = skip_and_peek(p);
	if (!t)
		return -1;
	struct yml_mark start = t->start;
	if (t->type == YML_STREAM_END_TOKEN) {
		p->state = AT_END;
		*ret = event_at(YML_END_OF_STREAM, start);
		return 0;
	}
	if (!implicit || begins_explicit_document(t))
		return explicit_document(p, start, ret);
	if (read_directives(p) < 0)
		return -1;
	push_state(p, DOCUMENT_END);
	p->state = BLOCK_NODE;
	*ret = event_at(YML_DOCUMENT, start);
	return 0;
}

static int document_end(struct yml_parser *p, struct yml_event *ret)
{
	const struct yml_token *t = peek(p);
	if (!t)
		return -1;
	*ret = event_at(YML_DOCUMENT_END, t->start);
	p->marked = t->type == YML_DOCUMENT_END_TOKEN;
	if (p->marked)
		krm_yml_token_skip(&p->scanner);
	p->ntags = 0;
	p->state = DOCUMENT_START;
	return 0;
}

/* --- nodes ------------------------------------------------------------------------------------ */

/* Anchor and tag, in either order, each at most once. */
struct properties {
	bool anchored, tagged;
	kv_str anchor, handle, suffix;
	struct yml_mark start, tag_mark;
};

static const struct yml_token *read_properties(struct yml_parser *p, const struct yml_token *t,
					       struct properties *ret)
{
	*ret = (struct properties){ .start = t->start };
	for (int i = 0; t && i < 2; i++) {
		if (t->type == YML_ANCHOR_TOKEN && !ret->anchored) {
			ret->anchored = true;
			ret->anchor = t->value;
		} else if (t->type == YML_TAG_TOKEN && !ret->tagged) {
			ret->tagged = true;
			ret->handle = t->value;
			ret->suffix = t->suffix;
			ret->tag_mark = t->start;
		} else {
			break;
		}
		t = skip_and_peek(p);
	}
	return t;
}

/* The whole tag; empty when there is none. */
static int whole_tag(struct yml_parser *p, const struct properties *props, kv_str *ret)
{
	*ret = props->suffix;
	if (!props->tagged || !props->handle.n)
		return 0;
	for (size_t i = 0; i < p->ntags; i++) {
		if (kv_str_eq(p->tags[i].handle, props->handle)) {
			*ret = kv_arena_cat(p->scanner.arena, p->tags[i].prefix, props->suffix);
			if (ret->n)
				return 0;
			break;
		}
	}
	fail(p, "found undefined tag handle", &props->start);
	p->scanner.problem_mark = props->tag_mark;
	return -1;
}

static void scalar_event(struct yml_parser *p, const struct yml_token *t, struct yml_event *ret)
{
	ret->style = t->style;
	ret->value = t->value;
	ret->owned = t->owned;
	bool bare = ret->tagged && kv_str_eq(ret->tag, KV_S("!"));
	ret->plain_implicit = bare || (!ret->tagged && t->style == KRM_STYLE_PLAIN);
	/* For v3 "!" alone is no tag, for v2 it is one that names no type. */
	if (bare && p->scanner.version == YML_V3)
		ret->tagged = false;
	pop_state(p);
	krm_yml_token_skip(&p->scanner);
}

/* The collection that the token begins; false if it begins none here. */
static bool collection_event(struct yml_parser *p, const struct yml_token *t, bool block, bool indentless,
			     struct yml_event *ret)
{
	ret->style = KRM_STYLE_ANY;
	if (indentless && t->type == YML_BLOCK_ENTRY_TOKEN) {
		ret->kind = YML_LIST;
		p->state = INDENTLESS_LIST_ENTRY;
	} else if (t->type == YML_FLOW_LIST_TOKEN) {
		ret->kind = YML_LIST;
		ret->style = KRM_STYLE_FLOW;
		p->state = FLOW_LIST_FIRST;
	} else if (t->type == YML_FLOW_MAP_TOKEN) {
		ret->kind = YML_MAP;
		ret->style = KRM_STYLE_FLOW;
		p->state = FLOW_MAP_FIRST;
	} else if (block && t->type == YML_BLOCK_LIST_TOKEN) {
		ret->kind = YML_LIST;
		p->state = BLOCK_LIST_FIRST;
	} else if (block && t->type == YML_BLOCK_MAP_TOKEN) {
		ret->kind = YML_MAP;
		p->state = BLOCK_MAP_FIRST;
	} else {
		return false;
	}
	return true;
}

static int alias_event(struct yml_parser *p, const struct yml_token *t, struct yml_event *ret)
{
	*ret = event_at(YML_ALIAS, t->start);
	ret->value = t->value;
	pop_state(p);
	krm_yml_token_skip(&p->scanner);
	return 0;
}

static int parse_node(struct yml_parser *p, bool block, bool indentless, struct yml_event *ret)
{
	struct properties props;
	const struct yml_token *t = peek(p);
	if (!t)
		return -1;
	if (t->type == YML_ALIAS_TOKEN)
		return alias_event(p, t, ret);
	if (t->type == YML_SCALAR_TOKEN) {
		*ret = event_at(YML_SCALAR, t->start);
		scalar_event(p, t, ret);
		return 0;
	}
	if (!(t = read_properties(p, t, &props)))
		return -1;
	*ret = event_at(YML_SCALAR, props.start);
	if (whole_tag(p, &props, &ret->tag) < 0)
		return -1;
	ret->tagged = ret->tag.n > 0;
	ret->anchored = props.anchored;
	ret->anchor = props.anchor;
	if (t->type == YML_SCALAR_TOKEN) {
		scalar_event(p, t, ret);
		return 0;
	}
	if (collection_event(p, t, block, indentless, ret))
		return 0;
	if (!ret->anchored && !ret->tagged)
		return fail(p, "did not find expected node content", &props.start);
	ret->style = KRM_STYLE_PLAIN;
	ret->plain_implicit = !ret->tagged;
	ret->value = KV_S("");
	pop_state(p);
	return 0;
}

static int document_content(struct yml_parser *p, struct yml_event *ret)
{
	const struct yml_token *t = peek(p);
	if (!t)
		return -1;
	if (!begins_explicit_document(t) && t->type != YML_DOCUMENT_END_TOKEN &&
	    t->type != YML_STREAM_END_TOKEN)
		return parse_node(p, true, false, ret);
	pop_state(p);
	return empty_scalar(t->start, ret);
}

/* --- block collections ------------------------------------------------------------------------ */

static int block_list_entry(struct yml_parser *p, struct yml_event *ret)
{
	const struct yml_token *t = peek(p);
	if (!t)
		return -1;
	if (t->type == YML_BLOCK_END_TOKEN)
		return end_collection(p, t, true, ret);
	if (t->type != YML_BLOCK_ENTRY_TOKEN)
		return fail_in_collection(p, "did not find expected '-' indicator");
	struct yml_mark mark = t->start;
	if (!(t = skip_and_peek(p)))
		return -1;
	p->state = BLOCK_LIST_ENTRY;
	if (t->type == YML_BLOCK_ENTRY_TOKEN || t->type == YML_BLOCK_END_TOKEN)
		return empty_scalar(mark, ret);
	push_state(p, BLOCK_LIST_ENTRY);
	return parse_node(p, true, false, ret);
}

/* KEY, VALUE or the end of the block: no node comes. */
static bool ends_block_node(const struct yml_token *t)
{
	return t->type == YML_KEY_TOKEN || t->type == YML_VALUE_TOKEN || t->type == YML_BLOCK_END_TOKEN;
}

/* A list at the column of its key has no tokens of its own for begin and end. */
static int indentless_list_entry(struct yml_parser *p, struct yml_event *ret)
{
	const struct yml_token *t = peek(p);
	if (!t)
		return -1;
	if (t->type != YML_BLOCK_ENTRY_TOKEN)
		return end_collection(p, t, false, ret);
	struct yml_mark mark = t->start;
	if (!(t = skip_and_peek(p)))
		return -1;
	p->state = INDENTLESS_LIST_ENTRY;
	if (t->type == YML_BLOCK_ENTRY_TOKEN || ends_block_node(t))
		return empty_scalar(mark, ret);
	push_state(p, INDENTLESS_LIST_ENTRY);
	return parse_node(p, true, false, ret);
}

/* The node behind "?" or ":", or an empty one; `next` comes then. */
static int block_map_node(struct yml_parser *p, enum state next, struct yml_event *ret)
{
	struct yml_mark mark = peek(p)->start;
	const struct yml_token *t = skip_and_peek(p);
	if (!t)
		return -1;
	p->state = next;
	if (ends_block_node(t))
		return empty_scalar(mark, ret);
	push_state(p, next);
	return parse_node(p, true, true, ret);
}

static int block_map_key(struct yml_parser *p, struct yml_event *ret)
{
	const struct yml_token *t = peek(p);
	if (!t)
		return -1;
	if (t->type == YML_KEY_TOKEN)
		return block_map_node(p, BLOCK_MAP_VALUE, ret);
	if (t->type == YML_BLOCK_END_TOKEN)
		return end_collection(p, t, true, ret);
	return fail_in_collection(p, "did not find expected key");
}

static int block_map_value(struct yml_parser *p, struct yml_event *ret)
{
	const struct yml_token *t = peek(p);
	if (!t)
		return -1;
	if (t->type == YML_VALUE_TOKEN)
		return block_map_node(p, BLOCK_MAP_KEY, ret);
	p->state = BLOCK_MAP_KEY;
	return empty_scalar(t->start, ret);
}

/* --- flow collections ------------------------------------------------------------------------- */

static int flow_list_entry(struct yml_parser *p, bool first, struct yml_event *ret)
{
	const struct yml_token *t = peek(p);
	if (t && !first && t->type != YML_FLOW_LIST_END_TOKEN) {
		if (t->type != YML_FLOW_ENTRY_TOKEN)
			return fail_in_collection(p, "did not find expected ',' or ']'");
		t = skip_and_peek(p);
	}
	if (!t)
		return -1;
	if (t->type == YML_FLOW_LIST_END_TOKEN)
		return end_collection(p, t, true, ret);
	if (t->type == YML_KEY_TOKEN) {
		p->state = FLOW_PAIR_KEY;
		*ret = event_at(YML_MAP, t->start);
		ret->style = KRM_STYLE_FLOW;
		krm_yml_token_skip(&p->scanner);
		return 0;
	}
	push_state(p, FLOW_LIST_ENTRY);
	return parse_node(p, false, false, ret);
}

/* A map of one pair within a list: [a: b]. An empty key swallows the token that follows. */
static int flow_pair_key(struct yml_parser *p, struct yml_event *ret)
{
	const struct yml_token *t = peek(p);
	if (!t)
		return -1;
	if (t->type != YML_VALUE_TOKEN && t->type != YML_FLOW_ENTRY_TOKEN &&
	    t->type != YML_FLOW_LIST_END_TOKEN) {
		push_state(p, FLOW_PAIR_VALUE);
		return parse_node(p, false, false, ret);
	}
	struct yml_mark mark = t->start;
	krm_yml_token_skip(&p->scanner);
	p->state = FLOW_PAIR_VALUE;
	return empty_scalar(mark, ret);
}

/* The value behind ":" in a flow collection that ends with `end`, or an empty one; `next` comes then. */
static int flow_value(struct yml_parser *p, enum yml_token_type end, enum state next, struct yml_event *ret)
{
	const struct yml_token *t = peek(p);
	if (t && t->type == YML_VALUE_TOKEN) {
		t = skip_and_peek(p);
		if (t && t->type != YML_FLOW_ENTRY_TOKEN && t->type != end) {
			push_state(p, next);
			return parse_node(p, false, false, ret);
		}
	}
	if (!t)
		return -1;
	p->state = next;
	return empty_scalar(t->start, ret);
}

static int flow_pair_end(struct yml_parser *p, struct yml_event *ret)
{
	const struct yml_token *t = peek(p);
	if (!t)
		return -1;
	p->state = FLOW_LIST_ENTRY;
	*ret = event_at(YML_END, t->start);
	return 0;
}

static int flow_map_pair(struct yml_parser *p, const struct yml_token *t, struct yml_event *ret)
{
	if (t->type != YML_KEY_TOKEN) {
		push_state(p, FLOW_MAP_EMPTY_VALUE);
		return parse_node(p, false, false, ret);
	}
	if (!(t = skip_and_peek(p)))
		return -1;
	if (t->type != YML_VALUE_TOKEN && t->type != YML_FLOW_ENTRY_TOKEN &&
	    t->type != YML_FLOW_MAP_END_TOKEN) {
		push_state(p, FLOW_MAP_VALUE);
		return parse_node(p, false, false, ret);
	}
	p->state = FLOW_MAP_VALUE;
	return empty_scalar(t->start, ret);
}

static int flow_map_key(struct yml_parser *p, bool first, struct yml_event *ret)
{
	const struct yml_token *t = peek(p);
	if (t && !first && t->type != YML_FLOW_MAP_END_TOKEN) {
		if (t->type != YML_FLOW_ENTRY_TOKEN)
			return fail_in_collection(p, "did not find expected ',' or '}'");
		t = skip_and_peek(p);
	}
	if (!t)
		return -1;
	if (t->type == YML_FLOW_MAP_END_TOKEN)
		return end_collection(p, t, true, ret);
	return flow_map_pair(p, t, ret);
}

static int flow_map_empty_value(struct yml_parser *p, struct yml_event *ret)
{
	const struct yml_token *t = peek(p);
	if (!t)
		return -1;
	p->state = FLOW_MAP_KEY;
	return empty_scalar(t->start, ret);
}

/* --- dispatch --------------------------------------------------------------------------------- */

int krm_yml_parser_next(struct yml_parser *p, struct yml_event *ret)
{
	enum state state = p->state;
	switch (state) {
	case IMPLICIT_DOCUMENT_START:
	case DOCUMENT_START: return document_start(p, state == IMPLICIT_DOCUMENT_START, ret);
	case DOCUMENT_CONTENT: return document_content(p, ret);
	case DOCUMENT_END: return document_end(p, ret);
	case BLOCK_NODE: return parse_node(p, true, false, ret);
	case BLOCK_LIST_FIRST: enter_collection(p); return block_list_entry(p, ret);
	case BLOCK_LIST_ENTRY: return block_list_entry(p, ret);
	case INDENTLESS_LIST_ENTRY: return indentless_list_entry(p, ret);
	case BLOCK_MAP_FIRST: enter_collection(p); return block_map_key(p, ret);
	case BLOCK_MAP_KEY: return block_map_key(p, ret);
	case BLOCK_MAP_VALUE: return block_map_value(p, ret);
	case FLOW_LIST_FIRST: enter_collection(p); return flow_list_entry(p, true, ret);
	case FLOW_LIST_ENTRY: return flow_list_entry(p, false, ret);
	case FLOW_PAIR_KEY: return flow_pair_key(p, ret);
	case FLOW_PAIR_VALUE: return flow_value(p, YML_FLOW_LIST_END_TOKEN, FLOW_PAIR_END, ret);
	case FLOW_PAIR_END: return flow_pair_end(p, ret);
	case FLOW_MAP_FIRST: enter_collection(p); return flow_map_key(p, true, ret);
	case FLOW_MAP_KEY: return flow_map_key(p, false, ret);
	case FLOW_MAP_VALUE: return flow_value(p, YML_FLOW_MAP_END_TOKEN, FLOW_MAP_KEY, ret);
	case FLOW_MAP_EMPTY_VALUE: return flow_map_empty_value(p, ret);
	case AT_END: break;
	}
	*ret = (struct yml_event){ .kind = YML_END_OF_STREAM };
	return 0;
}

/* --- problems --------------------------------------------------------------------------------- */

/* v2 prefers the problem's line, v3 the context's; marks on line 0 do not count. Lines are counted from 0, but for the
 * scanner's from 1 (v2: only if it is the problem's). */
static size_t printed_line(const struct yml_scanner *s)
{
	size_t problem = s->problem_mark.line, context = s->context_mark.line;
	bool scanner = s->failure == YML_SCANNER_FAILURE;
	if (s->version == YML_V3) {
		size_t line = context ? context : problem;
		return line ? line + scanner : 0;
	}
	return problem ? problem + scanner : context;
}

struct yml_problem krm_yml_parser_problem(const struct yml_parser *p)
{
	const struct yml_scanner *s = &p->scanner;
	return (struct yml_problem){ .text = kv_str_c(s->problem),
				     .offset = s->converted ? 0 : s->problem_mark.offset,
				     .line = printed_line(s) };
}

bool krm_yml_parser_ends_with_comment(const struct yml_parser *p)
{
	const struct yml_scanner *s = &p->scanner;
	if (!s->comments.n || s->comments.first_column == 0)
		return s->comments.n > 0;
	return s->comments.last_column == s->comments.first_column && !p->marked;
}

static int read_scalar_text(struct yml_parser *p, struct kv_arena *arena, kv_str *ret)
{
	struct yml_event e;
	do
		if (krm_yml_parser_next(p, &e) < 0)
			return -1;
	while (e.kind == YML_DOCUMENT);
	*ret = kv_arena_dup(arena, e.value);
	return 0;
}

int krm_yml_reread_scalar(struct kv_job *job, kv_str text, struct kv_arena *arena, kv_str *ret,
			  kv_str *ret_error)
{
	struct kv_arena_mark mark = kv_arena_mark(job->scratch);
	struct yml_parser *p = krm_yml_parser_open(arena, job->scratch, text, YML_V2);
	int status = read_scalar_text(p, arena, ret);
	if (status < 0)
		*ret_error = kv_arena_cat(job->arena, KV_S("yaml: "), krm_yml_parser_problem(p).text);
	kv_arena_release(job->scratch, mark);
	return status;
}
