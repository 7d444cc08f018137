/* cli/jsonpath_parse.c: see jsonpath.h (client-go: util/jsonpath/parser.go). */
#include "base/num.h"
#include "base/utf8.h"
#include "cli/jsonpath.h"
#include "render/template/quote.h"

#define END UINT32_MAX

struct parser {
	struct kv_job *job;
	kv_str in;
	size_t pos, start, width; /* pos - width: the character that was read last */
	struct cli_jsonpath_nodes root;
	kv_str error;
	size_t depth; /* of actions in filters and unions */
};

static int fail(struct parser *p, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	p->error = kv_arena_vprintf(p->job->arena, fmt, ap);
	va_end(ap);
	return -1;
}

/* --- characters --------------------------------------------------------------------------------------- */

static uint32_t next(struct parser *p)
{
	p->width = 0;
	if (p->pos >= p->in.n)
		return END;
	uint32_t r = kv_utf8_decode(p->in, p->pos, &p->width);
	p->pos += p->width;
	return r;
}

static void back(struct parser *p)
{
	p->pos -= p->width;
}

static bool at(const struct parser *p, const char *text)
{
	return kv_str_starts(kv_str_sub(p->in, p->pos, p->in.n), kv_str_c(text));
}

/* What was read since it was last taken. */
static kv_str take(struct parser *p)
{
	kv_str text = kv_str_sub(p->in, p->start, p->pos);
	p->start = p->pos;
	return text;
}

static bool ends_name(uint32_t r)
{
	return r == END || (r < 0x80 && r != 0 && strchr(" \t\r\n.,[]$@{}", (int)r));
}

static bool is_name(uint32_t r)
{
	return r == '_' || (r != END && (kv_rune_is_letter(r) || kv_rune_is_digit(r)));
}

/* --- nodes -------------------------------------------------------------------------------------------- */

static struct cli_jsonpath_node *add(struct parser *p, struct cli_jsonpath_nodes *to, enum cli_jsonpath_kind kind)
{
	struct cli_jsonpath_node *n = KV_NEW(p->job->arena, struct cli_jsonpath_node);
	n->kind = kind;
	KV_PUSH(p->job->arena, to->v, to->n, to->cap, n);
	return n;
}

static void add_value(struct parser *p, struct cli_jsonpath_nodes *to, krm_val v)
{
	add(p, to, CLI_JSONPATH_VALUE)->value = v;
}

static int parse_text(struct parser *p);

/* The nodes of an action that stands within another one. */
static int parse_inner(struct parser *p, kv_str text, struct cli_jsonpath_nodes *ret)
{
	enum { DEEPEST = 100 };
	struct parser inner = { .job = p->job, .depth = p->depth + 1 };
	inner.in = kv_arena_cat(p->job->arena, KV_S("{"), text, KV_S("}"));
	if (inner.depth > DEEPEST)
		return fail(p, "too many nested actions (limit %d)", DEEPEST);
	if (parse_text(&inner)) {
		p->error = inner.error;
		return -1;
	}
	*ret = inner.root.v[0]->list;
	return 0;
}

/* --- what an action holds ----------------------------------------------------------------------------- */

static int parse_identifier(struct parser *p, struct cli_jsonpath_nodes *to)
{
	while (!ends_name(next(p)))
		continue;
	back(p);
	kv_str name = take(p);
	bool truth = kv_str_eq(name, KV_S("true"));
	if (truth || kv_str_eq(name, KV_S("false")))
		add_value(p, to, krm_bool(truth));
	else
		add(p, to, CLI_JSONPATH_IDENTIFIER)->name = name;
	return 0;
}

static int parse_number(struct parser *p, struct cli_jsonpath_nodes *to)
{
	uint32_t r = next(p);
	if (r != '+' && r != '-')
		back(p);
	do
		r = next(p);
	while (r == '.' || (r != END && kv_rune_is_digit(r)));
	back(p);
	kv_str text = take(p);
	int64_t i;
	double f;
	if (kv_num_parse_int(text, 10, &i) == KV_NUM_OK)
		add_value(p, to, krm_int(i));
	else if (kv_num_parse_float(text, &f) == KV_NUM_OK)
		add_value(p, to, krm_float(f));
	else
		return fail(p, "cannot parse number %.*s", KV_ARG(text));
	return 0;
}

/* A name up to a character that ends it and has no "\" before it. */
static int parse_field(struct parser *p, struct cli_jsonpath_nodes *to)
{
	struct kv_buf name;
	take(p);
	for (uint32_t r; !ends_name(r = next(p));)
		if (r == '\\')
			next(p);
	back(p);
	kv_str text = take(p);
	if (kv_str_eq(text, KV_S("*"))) {
		add(p, to, CLI_JSONPATH_WILDCARD);
		return 0;
	}
	kv_buf_init(&name, p->job->arena, KV_BUF_MAX);
	for (size_t i = 0; i < text.n; i++)
		if (text.p[i] != '\\')
			kv_buf_c(&name, text.p[i]);
	add(p, to, CLI_JSONPATH_FIELD)->name = kv_buf_view(&name);
	return 0;
}

/* client-go: third_party/forked/golang/template, UnquoteExtend. Without a backslash or a quote a text is not looked into. */
static bool unquote(struct parser *p, kv_str text, kv_str *ret)
{
	char quote = text.p[0];
	text = kv_str_sub(text, 1, text.n - 1);
	*ret = text;
	return (kv_str_chr(text, '\\') == SIZE_MAX && kv_str_chr(text, quote) == SIZE_MAX) ||
	       rnd_unquote_inner(p->job->arena, text, quote, ret);
}

static int parse_quote(struct parser *p, struct cli_jsonpath_nodes *to, uint32_t quote)
{
	for (uint32_t r; (r = next(p)) != quote || p->in.p[p->pos - 2] == '\\';)
		if (r == END || r == '\n')
			return fail(p, "unterminated quoted string");
	kv_str text = take(p), value;
	if (!unquote(p, text, &value))
		return fail(p, "unquote string %.*s error invalid syntax", KV_ARG(text));
	add_value(p, to, krm_string(p->job->arena, value));
	return 0;
}

static int parse_recursive(struct parser *p, struct cli_jsonpath_nodes *to)
{
	if (to->n && to->v[to->n - 1]->kind == CLI_JSONPATH_RECURSIVE)
		return fail(p, "invalid multiple recursive descent");
	p->pos += strlen("..");
	take(p);
	add(p, to, CLI_JSONPATH_RECURSIVE);
	uint32_t r = next(p);
	back(p);
	return is_name(r) ? parse_field(p, to) : 0;
}

/* --- between brackets --------------------------------------------------------------------------------- */

static int parse_array_text(struct parser *p, kv_str text, struct cli_jsonpath_nodes *to);

static int parse_union(struct parser *p, kv_str text, struct cli_jsonpath_nodes *to)
{
	struct cli_jsonpath_node *all = add(p, to, CLI_JSONPATH_UNION);
	for (size_t from = 0, n; from <= text.n; from += n + 1) {
		kv_str rest = kv_str_sub(text, from, text.n), one;
		n = kv_str_chr(rest, ',') == SIZE_MAX ? rest.n : kv_str_chr(rest, ',');
		one = kv_arena_cat(p->job->arena, KV_S("["), kv_str_trim(kv_str_sub(rest, 0, n), " "), KV_S("]"));
		if (parse_inner(p, one, &add(p, &all->list, CLI_JSONPATH_LIST)->list))
			return -1;
	}
	return 0;
}

static int parse_key(struct parser *p, kv_str key, struct cli_jsonpath_nodes *to)
{
	struct cli_jsonpath_nodes found = { 0 };
	if (parse_inner(p, kv_arena_cat(p->job->arena, KV_S("."), key), &found))
		return -1;
	for (size_t i = 0; i < found.n; i++)
		KV_PUSH(p->job->arena, to->v, to->n, to->cap, found.v[i]);
	return 0;
}

/* -?[0-9]* from the front. */
static kv_str take_index(kv_str *text)
{
	size_t n = text->n && text->p[0] == '-';
	while (n < text->n && kv_is_digit(text->p[n]))
		n++;
	kv_str index = kv_str_sub(*text, 0, n);
	*text = kv_str_sub(*text, n, text->n);
	return index;
}

/* START[:END[:STEP]] */
static int parse_slice(struct parser *p, kv_str text, struct cli_jsonpath_nodes *to)
{
	struct cli_jsonpath_param params[3] = { 0 };
	kv_str rest = text, parts[3] = { take_index(&rest) };
	bool given[3] = { parts[0].n > 0 };
	for (size_t i = 1; i < 3 && rest.n && rest.p[0] == ':'; i++) {
		rest = kv_str_sub(rest, 1, rest.n);
		given[i] = true;
		parts[i] = take_index(&rest);
	}
	if (rest.n)
		return fail(p, "invalid array index %.*s", KV_ARG(text));
	for (size_t i = 0; i < 3; i++) {
		params[i].known = parts[i].n > 0;
		if (parts[i].n && kv_num_parse_int(parts[i], 10, &params[i].value) != KV_NUM_OK)
			return fail(p, "array index %.*s is not a number", KV_ARG(parts[i]));
	}
	if (!given[1])
		params[1] = (struct cli_jsonpath_param){ (int64_t)((uint64_t)params[0].value + 1), true, true };
	memcpy(add(p, to, CLI_JSONPATH_SLICE)->params, params, sizeof params);
	return 0;
}

static int parse_array_text(struct parser *p, kv_str text, struct cli_jsonpath_nodes *to)
{
	if (kv_str_eq(text, KV_S("*")))
		text = KV_S(":");
	if (kv_str_chr(text, ',') != SIZE_MAX)
		return parse_union(p, text, to);
	kv_str inner = kv_str_sub(text, 1, text.n ? text.n - 1 : 0);
	if (text.n > 1 && text.p[0] == '\'' && text.p[text.n - 1] == '\'' && kv_str_chr(inner, '\'') == SIZE_MAX)
		return parse_key(p, inner, to);
	return parse_slice(p, text, to);
}

static int parse_array(struct parser *p, struct cli_jsonpath_nodes *to)
{
	for (uint32_t r; (r = next(p)) != ']';)
		if (r == END || r == '\n')
			return fail(p, "unterminated array");
	kv_str text = take(p);
	return parse_array_text(p, kv_str_sub(text, 1, text.n - 1), to);
}

/* To the ")" that stands in no quotes; quotes count once. */
static int skip_filter(struct parser *p)
{
	bool begun = false, ended = false;
	uint32_t pair = 0;
	for (uint32_t r; (r = next(p)) != ')' || begun != ended;) {
		if (r == END || r == '\n')
			return fail(p, "unterminated filter");
		if (r != '"' && r != '\'')
			continue;
		if (!begun) {
			begun = true;
			pair = r;
		} else if (p->in.p[p->pos - 2] != '\\' && r == pair) {
			ended = true;
		}
	}
	return next(p) == ']' ? 0 : fail(p, "unclosed array expect ]");
}

static size_t span(kv_str text, size_t from, bool operators)
{
	while (from < text.n && (memchr("!<>=", text.p[from], 4) != NULL) == operators)
		from++;
	return from;
}

/* LEFT OPERATOR RIGHT, or LEFT alone. */
static int parse_filter(struct parser *p, struct cli_jsonpath_nodes *to)
{
	p->pos += strlen("[?(");
	take(p);
	if (skip_filter(p))
		return -1;
	kv_str text = take(p);
	text = kv_str_sub(text, 0, text.n - 2);
	size_t left = span(text, 0, false), right = span(text, left, true);
	if (right == text.n && right > left) /* something must be left for the right side */
		right--;
	struct cli_jsonpath_node *filter = add(p, to, CLI_JSONPATH_FILTER);
	struct cli_jsonpath_node *a = add(p, &filter->list, CLI_JSONPATH_LIST), *b = add(p, &filter->list, CLI_JSONPATH_LIST);
	filter->name = KV_S("exists");
	if (left == 0 || right == left)
		return parse_inner(p, text, &a->list);
	filter->name = kv_str_sub(text, left, right);
	return parse_inner(p, kv_str_sub(text, 0, left), &a->list) ||
			       parse_inner(p, kv_str_sub(text, right, text.n), &b->list)
		       ? -1
		       : 0;
}

/* --- a template --------------------------------------------------------------------------------------- */

static int parse_other(struct parser *p, struct cli_jsonpath_nodes *to)
{
	struct kv_buf shown;
	uint32_t r = next(p);
	switch (r) {
	case END:
	case '\r':
	case '\n': return fail(p, "unclosed action");
	case ' ':
	case '@':
	case '$': take(p); return 0;
	case '[': return parse_array(p, to);
	case '"':
	case '\'': return parse_quote(p, to, r);
	case '.': return parse_field(p, to);
	default: break;
	}
	if (r == '+' || r == '-' || kv_rune_is_digit(r) || is_name(r))
		back(p);
	if (r == '+' || r == '-' || kv_rune_is_digit(r))
		return parse_number(p, to);
	if (is_name(r))
		return parse_identifier(p, to);
	kv_buf_init(&shown, p->job->arena, KV_BUF_MAX);
	if (kv_rune_is_print(r)) {
		kv_buf_lit(&shown, " '");
		kv_buf_rune(&shown, r);
		kv_buf_c(&shown, '\'');
	}
	return fail(p, "unrecognized character in action: U+%04X%.*s", r, KV_ARG(kv_buf_view(&shown)));
}

/* From behind "{" to behind "}". */
static int parse_action(struct parser *p, struct cli_jsonpath_nodes *to)
{
	while (!at(p, "}"))
		if (at(p, "[?(")	   ? parse_filter(p, to)
		    : at(p, "..") ? parse_recursive(p, to)
				  : parse_other(p, to))
			return -1;
	p->pos++;
	take(p);
	return 0;
}

static int parse_text(struct parser *p)
{
	for (;;) {
		while (p->pos < p->in.n && p->in.p[p->pos] != '{')
			p->pos++;
		if (p->pos > p->start)
			add_value(p, &p->root, krm_string(p->job->arena, take(p)));
		if (p->pos == p->in.n)
			return 0;
		p->pos++;
		take(p);
		if (parse_action(p, &add(p, &p->root, CLI_JSONPATH_LIST)->list))
			return -1;
	}
}

int cli_jsonpath_parse(struct kv_job *job, kv_str text, struct cli_jsonpath_nodes *ret, kv_str *ret_error)
{
	struct parser p = { .job = job, .in = text };
	int status = parse_text(&p);
	*ret = p.root;
	*ret_error = p.error;
	return status;
}
