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
	struct rnd_token token[2]; /* read ahead: the first is the last one read */
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

/* The token stays as it is until another one is read. */
static inline const struct rnd_token *peek(struct tree *t)
{
	if (!t->peeked) {
		rnd_lex_next(&t->p->lexer, &t->token[0]);
		t->peeked = 1;
	}
	return &t->token[t->peeked - 1];
}

static inline const struct rnd_token *next(struct tree *t)
{
	const struct rnd_token *token = peek(t);

	t->peeked--;
	return token;
}

static void backup(struct tree *t)
{
	t->peeked++;
}

static struct rnd_node *unexpected(struct tree *t, const struct rnd_token *token, const char *context)
{
	struct kv_buf b;

	kv_buf_init(&b, t->p->arena, KV_BUF_MAX);
	rnd_token_print(token, &b);
	if (token->kind != TOK_ERROR)
		return fail(t, "unexpected %.*s in %s", KV_ARG(kv_buf_view(&b)), context);
	uint32_t line = line_at(t, t->action_at);

	if (t->in_action && line != line_at(t, token->at)) {
		kv_buf_str(&b, kv_str_ends(token->val, KV_S(" action")) ? KV_S("") : KV_S(" in action"));
		kv_buf_printf(&b, " started at %.*s:%u", KV_ARG(t->p->source->name), line);
	}
	return fail(t, "%.*s", KV_ARG(kv_buf_view(&b)));
}

static bool expect(struct tree *t, enum rnd_token_kind kind, const char *context)
{
	const struct rnd_token *token = next(t);

	if (token->kind != kind)
		unexpected(t, token, context);
	return token->kind == kind;
}

/* --- nodes ------------------------------------------------------------------------------------ */

/* A block for the nodes of an average text. */
#define BLOCK ((size_t)8 << 10)

/* Nodes and their lists are many and small, and what one text leaves of a block the next one takes. */
static inline void *cut(struct parse *p, size_t size)
{
	struct rnd_tpl *root = p->set->root;
	char *block;

	if (size > root->left) {
		root->left = size > BLOCK ? size : BLOCK;
		root->room = kv_arena_alloc(p->arena, root->left);
	}
	block = root->room;
	root->room += size;
	root->left -= size;
	return block;
}

static struct rnd_node *node(struct tree *t, enum rnd_node_kind kind, size_t at)
{
	struct rnd_node *n = cut(t->p, sizeof *n);

	*n = (struct rnd_node){ .kind = (uint8_t)kind, .at = (uint32_t)at };
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

/* Of all names found so far. */
static void set_names(struct parse *p, struct rnd_node *n)
{
	n->path.n = p->nnames;
	n->path.names = cut(p, p->nnames * sizeof(kv_str));
	for (size_t i = 0; i < p->nnames; i++)
		n->path.names[i] = p->names[i];
}

/* Also of a text that tpl gets, which may be one that another template made long. */
static bool within_memory(struct tree *t)
{
	const struct kv_job *job = t->p->set->job;

	if (kv_arena_used(t->p->arena) <= job->limits.memory)
		return true;
	fail(t, "too many bytes of memory (limit %zu)", job->limits.memory);
	return false;
}

/* A path leads no deeper than values may be nested. */
static bool within_depth(struct tree *t)
{
	size_t limit = t->p->set->job->limits.depth;

	if (t->p->nnames <= limit)
		return true;
	fail(t, "too many fields (limit %zu)", limit);
	return false;
}

static bool adjoins_field(struct tree *t)
{
	const struct rnd_token *token = peek(t);

	return token->kind == TOK_FIELD && !token->apart;
}

/* The fields that follow without blanks. The position is that of the first one: so it is where they were added to a node. */
static void fields(struct tree *t, struct rnd_node *n)
{
	struct parse *p = t->p;

	if (!adjoins_field(t))
		return;
	n->at = peek(t)->at;
	do {
		kv_str field = next(t)->val;

		KV_PUSH(p->arena, p->names, p->nnames, p->names_cap, kv_str_sub(field, 1, field.n));
	} while (adjoins_field(t) && within_depth(t));
}

/* The executor compares interned names of variables. */
static struct rnd_node *path_node(struct tree *t, enum rnd_node_kind kind, size_t at, kv_str name)
{
	struct parse *p = t->p;
	struct rnd_node *n = node(t, kind, at);

	p->nnames = 0;
	KV_PUSH(p->arena, p->names, p->nnames, p->names_cap, kind == NODE_VARIABLE ? rnd_intern(p->set, name) : name);
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

static void declare(struct tree *t, const struct rnd_token *v)
{
	struct rnd_node *n = path_node(t, NODE_VARIABLE, v->at, v->val);

	set_names(t->p, n);
	push(t, n);
	push_var(t, v->val);
}

static struct rnd_node *pipeline(struct tree *t, const char *context, enum rnd_token_kind end);

static struct rnd_node *number(struct tree *t, const struct rnd_token *token)
{
	struct rnd_node *n = node(t, NODE_NUMBER, token->at);
	kv_str error;

	n->number.text = token->val;
	n->number.is = cut(t->p, sizeof *n->number.is);
	if (!rnd_number_parse(t->p->arena, token->val, token->kind == TOK_CHAR_CONSTANT,
			      token->kind == TOK_COMPLEX, n->number.is, &error))
		return fail(t, "%.*s", KV_ARG(error));
	return n;
}

static struct rnd_node *string(struct tree *t, const struct rnd_token *token)
{
	struct rnd_node *n = node(t, NODE_STRING, token->at);
	kv_str text;

	if (!rnd_unquote(t->p->arena, token->val, &text))
		return fail(t, "invalid syntax");
	n->string.text = token->val;
	n->string.value = krm_string(t->p->arena, text);
	return n;
}

static struct rnd_node *identifier(struct tree *t, const struct rnd_token *token)
{
	struct rnd_node *n = node(t, NODE_IDENTIFIER, token->at);

	n->identifier.name = token->val;
	n->identifier.func = rnd_tpl_func(t->p->set, token->val);
	if (!n->identifier.func)
		t->p->parsed->near = rnd_nearest_func(t->p->set, t->p->arena, token->val);
	if (!n->identifier.func)
		return fail(t, "function %.*s not defined", KV_ARG(rnd_quoted(t->p->set->job, token->val)));
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

static struct rnd_node *boolean(struct tree *t, const struct rnd_token *token)
{
	struct rnd_node *n = node(t, NODE_BOOL, token->at);

	n->flag = token->val.n == strlen("true");
	return n;
}

/* Fields on a field or variable belong to its node. */
static struct rnd_node *path(struct tree *t, const struct rnd_token *token)
{
	bool is_variable = token->kind == TOK_VARIABLE;
	struct rnd_node *n;

	if (is_variable && token->val.n > 1 && !kv_map_get(&t->declared, token->val))
		return fail(t, "undefined variable %.*s", KV_ARG(rnd_quoted(t->p->set->job, token->val)));
	n = is_variable ? path_node(t, NODE_VARIABLE, token->at, token->val)
			: path_node(t, NODE_FIELD, token->at, kv_str_sub(token->val, 1, token->val.n));
	fields(t, n);
	set_names(t->p, n);
	return n;
}

static bool begins_operand(const struct rnd_token *token)
{
	static const uint64_t kinds = 1ull << TOK_IDENTIFIER | 1ull << TOK_DOT | 1ull << TOK_NIL | 1ull << TOK_VARIABLE | 1ull << TOK_FIELD |
				      1ull << TOK_BOOL | 1ull << TOK_CHAR_CONSTANT | 1ull << TOK_COMPLEX | 1ull << TOK_NUMBER |
				      1ull << TOK_LEFT_PAREN | 1ull << TOK_STRING | 1ull << TOK_RAW_STRING;

	return kinds >> token->kind & 1;
}

/* term: literal | function | "." | ".field" | "$name" | "(" pipeline ")" */
static struct rnd_node *term(struct tree *t)
{
	const struct rnd_token *token = next(t);

	switch ((int)token->kind) {
	case TOK_IDENTIFIER: return identifier(t, token);
	case TOK_DOT: return node(t, NODE_DOT, token->at);
	case TOK_NIL: return node(t, NODE_NIL, token->at);
	case TOK_VARIABLE:
	case TOK_FIELD: return path(t, token);
	case TOK_BOOL: return boolean(t, token);
	case TOK_LEFT_PAREN: return parenthesized(t);
	case TOK_STRING:
	case TOK_RAW_STRING: return string(t, token);
	default: return number(t, token);
	}
}

/* Fields on a literal. The failure is on the line where they end, not on that of the next token, for Go has read no further. */
static struct rnd_node *no_fields(struct tree *t, const struct rnd_node *n)
{
	struct rnd_token last;

	do
		last = *next(t);
	while (adjoins_field(t));
	if (peek(t)->apart)
		t->token[0].at = last.at + (uint32_t)last.val.n;
	return fail(t, "unexpected . after term %.*s", KV_ARG(rnd_quoted(t->p->set->job, printed(t, n))));
}

/* operand: term ".field"*; what has fields and is no path becomes a chain. */
static struct rnd_node *operand(struct tree *t)
{
	struct rnd_node *n = term(t), *chain;

	if (!n || n->kind == NODE_FIELD || n->kind == NODE_VARIABLE || !adjoins_field(t))
		return n;
	switch ((enum rnd_node_kind)n->kind) {
	case NODE_BOOL:
	case NODE_STRING:
	case NODE_NUMBER:
	case NODE_NIL:
	case NODE_DOT: return no_fields(t, n);
	default: break;
	}
	chain = node(t, NODE_CHAIN, 0);
	chain->path.base = n;
	t->p->nnames = 0;
	fields(t, chain);
	set_names(t->p, chain);
	return chain;
}

/* command: operand (blank operand)*; eats a following "|", leaves the end of the pipeline. */
static struct rnd_node *command(struct tree *t)
{
	struct rnd_node *cmd = node(t, NODE_COMMAND, peek(t)->at);
	size_t from = t->p->nopen;
	const struct rnd_token *token;

	do {
		struct rnd_node *word = operand(t);

		if (!word)
			return NULL;
		push(t, word);
		token = peek(t);
	} while (token->apart && begins_operand(token));
	cmd->list = close_list(t, from);
	if (token->kind == TOK_RIGHT_DELIM || token->kind == TOK_RIGHT_PAREN)
		return cmd;
	next(t);
	return token->kind == TOK_PIPE ? cmd : unexpected(t, token, "operand");
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

	while (peek(t)->kind == TOK_VARIABLE) {
		const struct rnd_token v = *next(t), *word = peek(t);

		if (word->kind == TOK_ASSIGN || word->kind == TOK_DECLARE) {
			pipe->flag = word->kind == TOK_ASSIGN;
			next(t);
			declare(t, &v);
			return true;
		}
		if (word->kind != TOK_CHAR || !kv_str_eq(word->val, KV_S(","))) {
			/* an operand: put it back */
			t->token[1] = v;
			t->peeked = 2;
			return true;
		}
		next(t);
		declare(t, &v);
		if (!range || t->p->nopen - from >= 2)
			return fail(t, "too many declarations in %s", context);
		word = peek(t);
		if (word->kind != TOK_VARIABLE && word->kind != TOK_RIGHT_DELIM && word->kind != TOK_RIGHT_PAREN)
			return fail(t, "range can only initialize variables");
	}
	return true;
}

/* pipeline: declarations? command ("|" command)*, up to the given token. */
static struct rnd_node *pipeline(struct tree *t, const char *context, enum rnd_token_kind end)
{
	const struct rnd_token *token = peek(t);
	struct rnd_node *pipe = node(t, NODE_PIPE, token->at), *cmd;
	size_t from = t->p->nopen;

	if (token->kind == TOK_VARIABLE) {
		if (!declarations(t, pipe, context))
			return NULL;
		pipe->pipe.decl = close_list(t, from);
	}
	while (begins_operand(peek(t))) {
		cmd = command(t);
		if (!cmd)
			return NULL;
		push(t, cmd);
	}
	token = next(t);
	if (token->kind != end)
		return unexpected(t, token, context);
	pipe->pipe.commands = close_list(t, from);
	return check_pipeline(t, pipe, context);
}

/* --- control structures ----------------------------------------------------------------------- */

static struct rnd_node *text_or_action(struct tree *t);

/* Nodes up to {{end}} or {{else}}, which is returned in *ret_end. */
static struct rnd_node *item_list(struct tree *t, struct rnd_node **ret_end)
{
	struct rnd_node *list = node(t, NODE_LIST, peek(t)->at);
	size_t from = t->p->nopen;

	if (rnd_stack_exceeded(t->p->set, t->p->stack))
		return fail(t, "actions are nested too deeply");
	while (peek(t)->kind != TOK_EOF) {
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

	if (again != TOK_ERROR && peek(t)->kind == again) {
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
	const struct rnd_token *token = peek(t);

	if (token->kind != TOK_IF && token->kind != TOK_WITH && !expect(t, TOK_RIGHT_DELIM, "else"))
		return NULL;
	return node(t, NODE_ELSE, token->at);
}

static struct rnd_node *end_control(struct tree *t)
{
	size_t at = peek(t)->at;

	return expect(t, TOK_RIGHT_DELIM, "end") ? node(t, NODE_END, at) : NULL;
}

static struct rnd_node *loop_control(struct tree *t, enum rnd_node_kind kind, size_t at)
{
	const char *name = kind == NODE_BREAK ? "{{break}}" : "{{continue}}";

	if (!expect(t, TOK_RIGHT_DELIM, name))
		return NULL;
	if (!t->ranges)
		return fail(t, "%s outside {{range}}", name);
	return node(t, kind, at);
}

static bool template_name(struct tree *t, const char *context, kv_str *ret)
{
	const struct rnd_token *token = next(t);

	if (token->kind != TOK_STRING && token->kind != TOK_RAW_STRING)
		return unexpected(t, token, context);
	if (!rnd_unquote(t->p->arena, token->val, ret))
		return fail(t, "invalid syntax");
	return true;
}

static struct rnd_node *template_control(struct tree *t)
{
	struct rnd_node *n = node(t, NODE_TEMPLATE, peek(t)->at);

	if (!template_name(t, "template clause", &n->invoke.name))
		return NULL;
	if (next(t)->kind == TOK_RIGHT_DELIM)
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
	struct tree t;
	kv_str name;

	init_tree(&t, p);
	return template_name(&t, "define clause", &name) && expect(&t, TOK_RIGHT_DELIM, "define clause") &&
	       body(&t, &t, name, "define clause");
}

/* {{block "name" pipeline}} list {{end}}: a define and its use. */
static struct rnd_node *block_control(struct tree *t)
{
	struct rnd_node *n = node(t, NODE_TEMPLATE, peek(t)->at);
	struct tree inner;

	if (!template_name(t, "block clause", &n->invoke.name))
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
	const struct rnd_token *token = next(t);
	struct rnd_node *n;

	switch ((int)token->kind) {
	case TOK_BLOCK: return block_control(t);
	case TOK_BREAK: return loop_control(t, NODE_BREAK, token->at);
	case TOK_CONTINUE: return loop_control(t, NODE_CONTINUE, token->at);
	case TOK_ELSE: return else_control(t);
	case TOK_END: return end_control(t);
	case TOK_IF: return control(t, NODE_IF);
	case TOK_RANGE: return control(t, NODE_RANGE);
	case TOK_TEMPLATE: return template_control(t);
	case TOK_WITH: return control(t, NODE_WITH);
	default: break;
	}
	backup(t);
	n = node(t, NODE_ACTION, peek(t)->at);
	n->branch.pipe = pipeline(t, "command", TOK_RIGHT_DELIM);
	return n->branch.pipe ? n : NULL;
}

static struct rnd_node *text_or_action(struct tree *t)
{
	const struct rnd_token *token = next(t);
	struct rnd_node *n;

	if (!within_memory(t))
		return NULL;
	if (token->kind == TOK_TEXT) {
		n = node(t, NODE_TEXT, token->at);
		n->text = token->val;
		return n;
	}
	if (token->kind != TOK_LEFT_DELIM)
		return unexpected(t, token, "input");
	t->in_action = true;
	t->action_at = token->at;
	n = action(t);
	t->in_action = false;
	return n;
}

/* A whole text: as a list, and {{define}} is allowed. */
static struct rnd_node *top_level(struct tree *t)
{
	struct rnd_node *root = node(t, NODE_LIST, peek(t)->at), *n;
	size_t from = t->p->nopen;

	while (peek(t)->kind != TOK_EOF) {
		if (peek(t)->kind == TOK_LEFT_DELIM) {
			struct rnd_token delim = *next(t);

			if (next(t)->kind == TOK_DEFINE) {
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
