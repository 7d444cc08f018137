/* render/template/parse.c: tokens to trees (parse/parse.go), with its messages and its order of checks. */
#include "render/template/lex.h"
#include "render/template/node.h"
#include "render/template/quote.h"

/* Go's maxStackDepth: parentheses within parentheses. */
#define MAX_PARENS 10000

/* What the trees of one text share. */
struct parse {
	struct rnd_tpl *set;
	struct kv_arena *arena;
	struct rnd_lexer lexer;
	const struct rnd_source *source;
	struct rnd_parsed *parsed;
	struct kv_map trees; /* name -> struct rnd_template * in parsed->v */
	const char *stack;
	/* Children found so far of all lists that are open, innermost last. */
	struct rnd_node **open;
	size_t nopen, open_cap;
	/* Of the path being read. */
	kv_str *names;
	size_t nnames, names_cap;
};

/* The body of a file, a define or a block: each has its own lookahead, variables and ranges. */
struct tree {
	struct parse *p;
	struct rnd_token token[3];
	int peeked;
	kv_str *vars; /* in scope, oldest first */
	size_t nvars, vars_cap;
	struct kv_map declared; /* all but "$": name -> how many of `vars` have it, as a number in the pointer */
	bool in_action;
	uint32_t action_at; /* of the action being read */
	size_t ranges, parens;
};

static bool failed(const struct tree *t)
{
	return t->p->parsed->error.n != 0;
}

/* One-based. */
static uint32_t line_at(const struct tree *t, uint32_t at)
{
	kv_str before = kv_str_sub(t->p->source->text, 0, at);
	uint32_t line = 1;

	for (size_t i = 0; i < before.n; i++)
		line += before.p[i] == '\n';
	return line;
}

/* Only the first failure counts. Returns NULL for the sake of callers. */
__attribute__((format(printf, 2, 3))) static struct rnd_node *fail(struct tree *t, const char *fmt, ...)
{
	struct parse *p = t->p;
	va_list ap;
	kv_str what;

	if (failed(t))
		return NULL;
	va_start(ap, fmt);
	what = kv_arena_vprintf(p->arena, fmt, ap);
	va_end(ap);
	p->parsed->error = kv_arena_printf(p->arena, "template: %.*s:%u: %.*s", KV_ARG(p->source->name),
					   line_at(t, t->token[0].at), KV_ARG(what));
	p->parsed->error_pos = kv_pos_at(p->source->base, t->token[0].at);
	return NULL;
}

static kv_str printed(struct tree *t, const struct rnd_node *n)
{
	struct kv_buf b;

	kv_buf_init(&b, t->p->arena, KV_BUF_MAX);
	rnd_node_print(n, &b);
	return kv_buf_view(&b);
}

/* --- tokens ----------------------------------------------------------------------------------- */

static struct rnd_token next(struct tree *t)
{
	if (t->peeked)
		t->peeked--;
	else
		rnd_lex_next(&t->p->lexer, &t->token[0]);
	return t->token[t->peeked];
}

static void backup(struct tree *t)
{
	t->peeked++;
}

static struct rnd_token peek(struct tree *t)
{
	if (!t->peeked) {
		rnd_lex_next(&t->p->lexer, &t->token[0]);
		t->peeked = 1;
	}
	return t->token[t->peeked - 1];
}

static struct rnd_token next_word(struct tree *t)
{
	struct rnd_token token = next(t);

	while (token.kind == TOK_SPACE)
		token = next(t);
	return token;
}

static struct rnd_token peek_word(struct tree *t)
{
	struct rnd_token token = next_word(t);

	backup(t);
	return token;
}

static struct rnd_node *unexpected(struct tree *t, struct rnd_token token, const char *context)
{
	struct kv_buf b;

	kv_buf_init(&b, t->p->arena, KV_BUF_MAX);
	rnd_token_print(&token, &b);
	if (token.kind != TOK_ERROR)
		return fail(t, "unexpected %.*s in %s", KV_ARG(kv_buf_view(&b)), context);
	uint32_t line = line_at(t, t->action_at);

	if (t->in_action && line != line_at(t, token.at)) {
		kv_buf_str(&b, kv_str_ends(token.val, KV_S(" action")) ? KV_S("") : KV_S(" in action"));
		kv_buf_printf(&b, " started at %.*s:%u", KV_ARG(t->p->source->name), line);
	}
	return fail(t, "%.*s", KV_ARG(kv_buf_view(&b)));
}

static bool expect(struct tree *t, enum rnd_token_kind kind, const char *context, struct rnd_token *ret)
{
	*ret = next_word(t);
	if (ret->kind != kind)
		unexpected(t, *ret, context);
	return ret->kind == kind;
}

/* --- nodes ------------------------------------------------------------------------------------ */

/* A block for the nodes of an average text. */
#define BLOCK ((size_t)8 << 10)

/* Zeroed bytes; nodes and their lists are many and small, and what one text leaves of a block the next one takes. */
static void *cut(struct parse *p, size_t size)
{
	struct rnd_tpl *root = p->set->root;
	char *block;

	if (size > root->left) {
		root->left = size > BLOCK ? size : BLOCK;
		root->room = kv_arena_zero(p->arena, root->left);
	}
	block = root->room;
	root->room += size;
	root->left -= size;
	return block;
}

static struct rnd_node *node(struct tree *t, enum rnd_node_kind kind, size_t at)
{
	struct rnd_node *n = cut(t->p, sizeof *n);

	n->kind = (uint8_t)kind;
	n->at = (uint32_t)at;
	return n;
}

static void push(struct tree *t, struct rnd_node *n)
{
	struct parse *p = t->p;

	KV_PUSH(p->arena, p->open, p->nopen, p->open_cap, n);
}

/* Closes the list of all children pushed since there were `from`. */
static struct rnd_nodes close_list(struct tree *t, size_t from)
{
	struct parse *p = t->p;
	struct rnd_nodes list = { NULL, p->nopen - from };

	if (list.n) {
		list.v = cut(p, list.n * sizeof(struct rnd_node *));
		memcpy(list.v, p->open + from, list.n * sizeof(struct rnd_node *));
	}
	p->nopen = from;
	return list;
}

/* A path of one name. */
static struct rnd_node *path_node(struct tree *t, enum rnd_node_kind kind, size_t at, kv_str name)
{
	struct rnd_node *n = node(t, kind, at);

	n->path.names = cut(t->p, sizeof(kv_str));
	/* The executor compares interned names of variables. */
	n->path.names[0] = kind == NODE_VARIABLE ? rnd_intern(t->p->set, name) : name;
	n->path.n = 1;
	return n;
}

static void push_var(struct tree *t, kv_str name)
{
	void **count = kv_map_slot(&t->declared, name);

	*count = (void *)((uintptr_t)*count + 1);
	KV_PUSH(t->p->arena, t->vars, t->nvars, t->vars_cap, name);
}

static void pop_vars(struct tree *t, size_t n)
{
	while (t->nvars > n) {
		void **count = kv_map_slot(&t->declared, t->vars[--t->nvars]);

		*count = (void *)((uintptr_t)*count - 1);
	}
}

static void declare(struct tree *t, struct rnd_token v)
{
	push(t, path_node(t, NODE_VARIABLE, v.at, v.val));
	push_var(t, v.val);
}

static struct rnd_node *pipeline(struct tree *t, const char *context, enum rnd_token_kind end);

static struct rnd_node *number(struct tree *t, struct rnd_token token)
{
	struct rnd_node *n = node(t, NODE_NUMBER, token.at);
	kv_str error;

	n->number.text = token.val;
	n->number.is = cut(t->p, sizeof *n->number.is);
	if (!rnd_number_parse(t->p->arena, token.val, token.kind == TOK_CHAR_CONSTANT,
			      token.kind == TOK_COMPLEX, n->number.is, &error))
		return fail(t, "%.*s", KV_ARG(error));
	return n;
}

static struct rnd_node *string(struct tree *t, struct rnd_token token)
{
	struct rnd_node *n = node(t, NODE_STRING, token.at);
	kv_str text;

	if (!rnd_unquote(t->p->arena, token.val, &text))
		return fail(t, "invalid syntax");
	n->string.text = token.val;
	n->string.value = krm_string(t->p->arena, text);
	return n;
}

static struct rnd_node *identifier(struct tree *t, struct rnd_token token)
{
	struct rnd_node *n = node(t, NODE_IDENTIFIER, token.at);

	n->identifier.name = token.val;
	n->identifier.func = rnd_tpl_func(t->p->set, token.val);
	if (!n->identifier.func)
		return fail(t, "function %.*s not defined", KV_ARG(rnd_quoted(t->p->set->job, token.val)));
	t->p->parsed->is_slow |= n->identifier.func->slow;
	return n;
}

static struct rnd_node *parenthesized(struct tree *t)
{
	struct rnd_node *n;

	if (t->parens >= MAX_PARENS || rnd_stack_exceeded(t->p->set, t->p->stack))
		return fail(t, "max expression depth exceeded");
	t->parens++;
	n = pipeline(t, "parenthesized pipeline", TOK_RIGHT_PAREN);
	t->parens--;
	return n;
}

/* term: literal | function | "." | ".field" | "$name" | "(" pipeline ")"; NULL with the token put back if it
 * is none. */
static struct rnd_node *term(struct tree *t)
{
	struct rnd_token token = next_word(t);
	struct rnd_node *n;

	switch ((int)token.kind) {
	case TOK_IDENTIFIER: return identifier(t, token);
	case TOK_DOT: return node(t, NODE_DOT, token.at);
	case TOK_NIL: return node(t, NODE_NIL, token.at);
	case TOK_VARIABLE:
		if (token.val.n > 1 && !kv_map_get(&t->declared, token.val))
			return fail(t, "undefined variable %.*s", KV_ARG(rnd_quoted(t->p->set->job, token.val)));
		return path_node(t, NODE_VARIABLE, token.at, token.val);
	case TOK_FIELD: return path_node(t, NODE_FIELD, token.at, kv_str_sub(token.val, 1, token.val.n));
	case TOK_BOOL:
		n = node(t, NODE_BOOL, token.at);
		n->flag = kv_str_eq(token.val, KV_S("true"));
		return n;
	case TOK_CHAR_CONSTANT:
	case TOK_COMPLEX:
	case TOK_NUMBER: return number(t, token);
	case TOK_LEFT_PAREN: return parenthesized(t);
	case TOK_STRING:
	case TOK_RAW_STRING: return string(t, token);
	default: backup(t); return NULL;
	}
}

/* The fields after a term. More fields on a field or variable are one node, whose position is that of the
 * first field added; anything else becomes a chain. */
static struct rnd_node *chain(struct tree *t, struct rnd_node *base)
{
	bool joins = base->kind == NODE_FIELD || base->kind == NODE_VARIABLE;
	struct rnd_node *n = joins ? base : node(t, NODE_CHAIN, 0);
	struct parse *p = t->p;

	n->at = peek(t).at;
	p->nnames = 0;
	if (joins)
		KV_PUSH(p->arena, p->names, p->nnames, p->names_cap, base->path.names[0]);
	else
		n->path.base = base;
	while (peek(t).kind == TOK_FIELD) {
		kv_str field = next(t).val;

		KV_PUSH(p->arena, p->names, p->nnames, p->names_cap, kv_str_sub(field, 1, field.n));
	}
	n->path.n = p->nnames;
	n->path.names = cut(p, p->nnames * sizeof(kv_str));
	memcpy(n->path.names, p->names, p->nnames * sizeof(kv_str));
	return n;
}

/* operand: term ".field"*; NULL without a failure when no operand follows. */
static struct rnd_node *operand(struct tree *t)
{
	struct rnd_node *n = term(t);

	if (!n || peek(t).kind != TOK_FIELD)
		return n;
	switch ((enum rnd_node_kind)n->kind) {
	case NODE_BOOL:
	case NODE_STRING:
	case NODE_NUMBER:
	case NODE_NIL:
	case NODE_DOT:
		while (peek(t).kind == TOK_FIELD)
			next(t);
		return fail(t, "unexpected . after term %.*s", KV_ARG(rnd_quoted(t->p->set->job, printed(t, n))));
	default: return chain(t, n);
	}
}

/* command: operand (blank operand)*; eats a following "|", leaves the end of the pipeline. */
static struct rnd_node *command(struct tree *t)
{
	struct rnd_node *cmd = node(t, NODE_COMMAND, peek_word(t).at);
	size_t from = t->p->nopen;
	struct rnd_token token;

	do {
		struct rnd_node *word;

		peek_word(t);
		word = operand(t);
		if (failed(t))
			return NULL;
		if (word)
			push(t, word);
		token = next(t);
	} while (token.kind == TOK_SPACE);
	if (token.kind == TOK_RIGHT_DELIM || token.kind == TOK_RIGHT_PAREN)
		backup(t);
	else if (token.kind != TOK_PIPE)
		return unexpected(t, token, "operand");
	cmd->list = close_list(t, from);
	return cmd->list.n ? cmd : fail(t, "empty command");
}

/* Only the first command may begin with something that takes no argument. */
static struct rnd_node *check_pipeline(struct tree *t, struct rnd_node *pipe, const char *context)
{
	if (!pipe->pipe.commands.n)
		return fail(t, "missing value for %s", context);
	for (size_t i = 1; i < pipe->pipe.commands.n; i++)
		switch ((enum rnd_node_kind)pipe->pipe.commands.v[i]->list.v[0]->kind) {
		case NODE_BOOL:
		case NODE_DOT:
		case NODE_NIL:
		case NODE_NUMBER:
		case NODE_STRING: return fail(t, "non executable command in pipeline stage %zu", i + 1);
		default: break;
		}
	return pipe;
}

/* declarations: $name (":=" | "=") | $name "," $name ":=" in a range. False on failure. */
static bool declarations(struct tree *t, struct rnd_node *pipe, const char *context)
{
	bool range = strcmp(context, "range") == 0;
	size_t from = t->p->nopen;

	for (;;) {
		struct rnd_token v = peek_word(t), after, word;

		if (v.kind != TOK_VARIABLE)
			return true;
		next(t);
		after = peek(t);
		word = peek_word(t);
		if (word.kind == TOK_ASSIGN || word.kind == TOK_DECLARE) {
			pipe->flag = word.kind == TOK_ASSIGN;
			next_word(t);
			declare(t, v);
			return true;
		}
		if (word.kind != TOK_CHAR || !kv_str_eq(word.val, KV_S(","))) {
			/* an operand: put it back, with the blank after it */
			t->token[1] = after.kind == TOK_SPACE ? after : v;
			t->token[2] = v;
			t->peeked = after.kind == TOK_SPACE ? 3 : 2;
			return true;
		}
		next_word(t);
		declare(t, v);
		if (!range || t->p->nopen - from >= 2)
			return fail(t, "too many declarations in %s", context);
		word = peek_word(t);
		if (word.kind != TOK_VARIABLE && word.kind != TOK_RIGHT_DELIM && word.kind != TOK_RIGHT_PAREN)
			return fail(t, "range can only initialize variables");
	}
}

/* pipeline: declarations? command ("|" command)*, up to the given token. */
static struct rnd_node *pipeline(struct tree *t, const char *context, enum rnd_token_kind end)
{
	struct rnd_node *pipe = node(t, NODE_PIPE, peek_word(t).at);
	size_t from = t->p->nopen;

	if (!declarations(t, pipe, context))
		return NULL;
	pipe->pipe.decl = close_list(t, from);
	for (;;) {
		struct rnd_token token = next_word(t);
		struct rnd_node *cmd;

		if (token.kind == end) {
			pipe->pipe.commands = close_list(t, from);
			return check_pipeline(t, pipe, context);
		}
		switch ((int)token.kind) {
		case TOK_BOOL:
		case TOK_CHAR_CONSTANT:
		case TOK_COMPLEX:
		case TOK_DOT:
		case TOK_FIELD:
		case TOK_IDENTIFIER:
		case TOK_NUMBER:
		case TOK_NIL:
		case TOK_RAW_STRING:
		case TOK_STRING:
		case TOK_VARIABLE:
		case TOK_LEFT_PAREN: backup(t); break;
		default: return unexpected(t, token, context);
		}
		cmd = command(t);
		if (!cmd)
			return NULL;
		push(t, cmd);
	}
}

/* --- control structures ----------------------------------------------------------------------- */

static struct rnd_node *text_or_action(struct tree *t);

/* Nodes up to {{end}} or {{else}}, which is returned in *ret_end. */
static struct rnd_node *item_list(struct tree *t, struct rnd_node **ret_end)
{
	struct rnd_node *list = node(t, NODE_LIST, peek_word(t).at);
	size_t from = t->p->nopen;

	if (rnd_stack_exceeded(t->p->set, t->p->stack))
		return fail(t, "actions are nested too deeply");
	while (peek_word(t).kind != TOK_EOF) {
		struct rnd_node *n = text_or_action(t);

		if (!n)
			return NULL;
		if (n->kind == NODE_END || n->kind == NODE_ELSE) {
			*ret_end = n;
			list->list = close_list(t, from);
			return list;
		}
		push(t, n);
	}
	return fail(t, "unexpected EOF");
}

static struct rnd_node *control(struct tree *t, enum rnd_node_kind kind);

/* {{else if ...}} and {{else with ...}} stand for an else list with one node; its {{end}} ends both. */
static bool else_part(struct tree *t, struct rnd_node *n, struct rnd_node *end)
{
	enum rnd_token_kind again = n->kind == NODE_IF ? TOK_IF : n->kind == NODE_WITH ? TOK_WITH : TOK_ERROR;
	struct rnd_node *nested;

	if (again != TOK_ERROR && peek(t).kind == again) {
		next(t);
		n->branch.other = node(t, NODE_LIST, end->at);
		nested = control(t, (enum rnd_node_kind)n->kind);
		if (!nested)
			return false;
		push(t, nested);
		n->branch.other->list = close_list(t, t->p->nopen - 1);
		return true;
	}
	n->branch.other = item_list(t, &end);
	if (n->branch.other && end->kind != NODE_END)
		fail(t, "expected end; found %.*s", KV_ARG(printed(t, end)));
	return !failed(t);
}

/* control: pipeline list ({{else}} list)? {{end}}; variables declared inside end with it. */
static struct rnd_node *control(struct tree *t, enum rnd_node_kind kind)
{
	const char *context = kind == NODE_IF ? "if" : kind == NODE_RANGE ? "range" : "with";
	size_t vars = t->nvars;
	struct rnd_node *n = node(t, kind, 0), *end = NULL;

	n->branch.pipe = pipeline(t, context, TOK_RIGHT_DELIM);
	if (!n->branch.pipe)
		return NULL;
	n->at = n->branch.pipe->at;
	t->ranges += kind == NODE_RANGE;
	n->branch.list = item_list(t, &end);
	t->ranges -= kind == NODE_RANGE;
	if (!n->branch.list)
		return NULL;
	if (end->kind == NODE_ELSE && !else_part(t, n, end))
		return NULL;
	pop_vars(t, vars);
	return n;
}

static struct rnd_node *else_control(struct tree *t)
{
	struct rnd_token token = peek_word(t);

	if (token.kind != TOK_IF && token.kind != TOK_WITH && !expect(t, TOK_RIGHT_DELIM, "else", &token))
		return NULL;
	return node(t, NODE_ELSE, token.at);
}

static struct rnd_node *end_control(struct tree *t)
{
	struct rnd_token token;

	return expect(t, TOK_RIGHT_DELIM, "end", &token) ? node(t, NODE_END, token.at) : NULL;
}

static struct rnd_node *loop_control(struct tree *t, enum rnd_node_kind kind, size_t at)
{
	const char *name = kind == NODE_BREAK ? "{{break}}" : "{{continue}}";
	struct rnd_token token;

	if (!expect(t, TOK_RIGHT_DELIM, name, &token))
		return NULL;
	if (!t->ranges)
		return fail(t, "%s outside {{range}}", name);
	return node(t, kind, at);
}

static bool template_name(struct tree *t, struct rnd_token token, const char *context, kv_str *ret)
{
	if (token.kind != TOK_STRING && token.kind != TOK_RAW_STRING)
		return unexpected(t, token, context);
	if (!rnd_unquote(t->p->arena, token.val, ret))
		return fail(t, "invalid syntax");
	return true;
}

static struct rnd_node *template_control(struct tree *t)
{
	struct rnd_token token = next_word(t);
	struct rnd_node *n = node(t, NODE_TEMPLATE, token.at);

	if (!template_name(t, token, "template clause", &n->invoke.name))
		return NULL;
	if (next_word(t).kind == TOK_RIGHT_DELIM)
		return n;
	backup(t);
	n->invoke.pipe = pipeline(t, "template clause", TOK_RIGHT_DELIM);
	return n->invoke.pipe ? n : NULL;
}

static void init_tree(struct tree *t, struct parse *p)
{
	*t = (struct tree){ .p = p };
	kv_map_init(&t->declared, p->arena);
}

/* Adds a finished body under its name; a second one is an error unless one of the two is blank. */
static bool add(struct tree *t, kv_str name, struct rnd_node *root)
{
	struct parse *p = t->p;
	struct rnd_template *earlier = kv_map_get(&p->trees, name), *fresh;
	bool empty = rnd_node_is_empty(root);

	p->parsed->shares_name |= earlier != NULL;
	if (earlier && !earlier->empty) {
		if (!empty)
			fail(t, "template: multiple definition of template %.*s", KV_ARG(rnd_quoted(t->p->set->job, name)));
		return empty;
	}
	fresh = earlier ? earlier : KV_NEW(p->arena, struct rnd_template);
	*fresh = (struct rnd_template){ .name = name, .source = p->source, .root = root, .empty = empty };
	if (!earlier) {
		kv_map_put(&p->trees, name, fresh);
		KV_PUSH(p->arena, p->parsed->v, p->parsed->n, p->parsed->cap, fresh);
	}
	return true;
}

/* The body of a define or block, in its own tree; `outer` is whose failure an {{else}} instead of the {{end}}
 * is. */
static bool body(struct tree *t, struct tree *outer, kv_str name, const char *context)
{
	struct rnd_node *end = NULL, *root = item_list(t, &end);

	if (!root)
		return false;
	if (end->kind != NODE_END)
		return fail(outer, "unexpected %.*s in %s", KV_ARG(printed(t, end)), context);
	return add(t, name, root);
}

/* {{define "name"}} list {{end}}; the keyword has been read. */
static bool definition(struct parse *p)
{
	struct rnd_token token;
	struct tree t;
	kv_str name;

	init_tree(&t, p);
	token = next_word(&t);
	return template_name(&t, token, "define clause", &name) &&
	       expect(&t, TOK_RIGHT_DELIM, "define clause", &token) && body(&t, &t, name, "define clause");
}

/* {{block "name" pipeline}} list {{end}}: a define and its use. */
static struct rnd_node *block_control(struct tree *t)
{
	struct rnd_token token = next_word(t);
	struct rnd_node *n = node(t, NODE_TEMPLATE, token.at);
	struct tree inner;

	if (!template_name(t, token, "block clause", &n->invoke.name))
		return NULL;
	n->invoke.pipe = pipeline(t, "block clause", TOK_RIGHT_DELIM);
	if (!n->invoke.pipe)
		return NULL;
	init_tree(&inner, t->p);
	return body(&inner, t, n->invoke.name, "block clause") ? n : NULL;
}

/* action: control | pipeline; "{{" has been read. */
static struct rnd_node *action(struct tree *t)
{
	struct rnd_token token = next_word(t);
	struct rnd_node *n;

	switch ((int)token.kind) {
	case TOK_BLOCK: return block_control(t);
	case TOK_BREAK: return loop_control(t, NODE_BREAK, token.at);
	case TOK_CONTINUE: return loop_control(t, NODE_CONTINUE, token.at);
	case TOK_ELSE: return else_control(t);
	case TOK_END: return end_control(t);
	case TOK_IF: return control(t, NODE_IF);
	case TOK_RANGE: return control(t, NODE_RANGE);
	case TOK_TEMPLATE: return template_control(t);
	case TOK_WITH: return control(t, NODE_WITH);
	default: break;
	}
	backup(t);
	n = node(t, NODE_ACTION, peek(t).at);
	n->branch.pipe = pipeline(t, "command", TOK_RIGHT_DELIM);
	return n->branch.pipe ? n : NULL;
}

static struct rnd_node *text_or_action(struct tree *t)
{
	struct rnd_token token = next_word(t);
	struct rnd_node *n;

	if (token.kind == TOK_TEXT) {
		n = node(t, NODE_TEXT, token.at);
		n->text = token.val;
		return n;
	}
	if (token.kind != TOK_LEFT_DELIM)
		return unexpected(t, token, "input");
	t->in_action = true;
	t->action_at = token.at;
	n = action(t);
	t->in_action = false;
	return n;
}

/* A whole text: as a list, and {{define}} is allowed. */
static struct rnd_node *top_level(struct tree *t)
{
	struct rnd_node *root = node(t, NODE_LIST, peek(t).at), *n;
	size_t from = t->p->nopen;

	while (peek(t).kind != TOK_EOF) {
		if (peek(t).kind == TOK_LEFT_DELIM) {
			struct rnd_token delim = next(t);

			if (next_word(t).kind == TOK_DEFINE) {
				if (!definition(t->p))
					return NULL;
				continue;
			}
			t->token[1] = delim;
			t->peeked = 2;
		}
		n = text_or_action(t);
		if (!n)
			return NULL;
		if (n->kind == NODE_END || n->kind == NODE_ELSE)
			return fail(t, "unexpected %.*s", KV_ARG(printed(t, n)));
		push(t, n);
	}
	root->list = close_list(t, from);
	return root;
}

struct rnd_source *rnd_source_new(struct kv_job *job, kv_str name, kv_str text)
{
	struct rnd_source *source = KV_NEW(job->arena, struct rnd_source);

	*source = (struct rnd_source){ name, text, kv_source_add(job, name, text) };
	return source;
}

struct rnd_parsed *rnd_parse(struct rnd_tpl *set, const struct rnd_source *source)
{
	struct kv_arena *a = set->job->arena;
	struct parse p = { .set = set, .arena = a, .source = source, .parsed = KV_NEW(a, struct rnd_parsed) };
	struct rnd_node *root;
	struct tree t;

	p.stack = __builtin_frame_address(0);
	kv_map_init(&p.trees, a);
	rnd_lex_init(&p.lexer, a, source->text);
	init_tree(&t, &p);
	root = top_level(&t);
	if (root)
		add(&t, source->name, root);
	p.parsed->main = kv_map_get(&p.trees, source->name);
	return p.parsed;
}
