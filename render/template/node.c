/* render/template/node.c: nodes as text, in the canonical form that error messages show (parse/node.go). */
#include "render/template/node.h"

#include "base/utf8.h"

static void print_names(const kv_str *names, size_t n, bool dot_first, struct kv_buf *out)
{
	for (size_t i = 0; i < n; i++) {
		if (i || dot_first)
			kv_buf_c(out, '.');
		kv_buf_str(out, names[i]);
	}
}

static void print_list(const struct rnd_nodes *list, const char *between, struct kv_buf *out)
{
	for (size_t i = 0; i < list->n; i++) {
		if (i)
			kv_buf_str(out, kv_str_c(between));
		rnd_node_print(list->v[i], out);
	}
}

/* An operand: pipelines stand in parentheses. */
static void print_operand(const struct rnd_node *n, struct kv_buf *out)
{
	if (n->kind == NODE_PIPE)
		kv_buf_c(out, '(');
	rnd_node_print(n, out);
	if (n->kind == NODE_PIPE)
		kv_buf_c(out, ')');
}

static void print_command(const struct rnd_node *n, struct kv_buf *out)
{
	for (size_t i = 0; i < n->list.n; i++) {
		if (i)
			kv_buf_c(out, ' ');
		print_operand(n->list.v[i], out);
	}
}

static void print_pipe(const struct rnd_node *n, struct kv_buf *out)
{
	print_list(&n->pipe.decl, ", ", out);
	if (n->pipe.decl.n)
		kv_buf_str(out, n->flag ? KV_S(" = ") : KV_S(" := "));
	print_list(&n->pipe.commands, " | ", out);
}

static void print_branch(const char *keyword, const struct rnd_node *n, struct kv_buf *out)
{
	kv_buf_lit(out, "{{");
	kv_buf_str(out, kv_str_c(keyword));
	kv_buf_c(out, ' ');
	rnd_node_print(n->branch.pipe, out);
	kv_buf_lit(out, "}}");
	rnd_node_print(n->branch.list, out);
	if (n->branch.other) {
		kv_buf_lit(out, "{{else}}");
		rnd_node_print(n->branch.other, out);
	}
	kv_buf_lit(out, "{{end}}");
}

static void print_invoke(const struct rnd_node *n, struct kv_buf *out)
{
	kv_buf_lit(out, "{{template ");
	rnd_quote(n->invoke.name, out);
	if (n->invoke.pipe) {
		kv_buf_c(out, ' ');
		rnd_node_print(n->invoke.pipe, out);
	}
	kv_buf_lit(out, "}}");
}

static void print_action(const struct rnd_node *n, struct kv_buf *out)
{
	kv_buf_lit(out, "{{");
	rnd_node_print(n->branch.pipe, out);
	kv_buf_lit(out, "}}");
}

static void print_chain(const struct rnd_node *n, struct kv_buf *out)
{
	print_operand(n->path.base, out);
	print_names(n->path.names, n->path.n, true, out);
}

/* The parser bounds the depth. */
void rnd_node_print(const struct rnd_node *n, struct kv_buf *out)
{
	switch ((enum rnd_node_kind)n->kind) {
	case NODE_TEXT: kv_buf_str(out, n->text); break;
	case NODE_ACTION: print_action(n, out); break;
	case NODE_BOOL: kv_buf_str(out, n->flag ? KV_S("true") : KV_S("false")); break;
	case NODE_CHAIN: print_chain(n, out); break;
	case NODE_COMMAND: print_command(n, out); break;
	case NODE_DOT: kv_buf_c(out, '.'); break;
	case NODE_ELSE: kv_buf_lit(out, "{{else}}"); break;
	case NODE_END: kv_buf_lit(out, "{{end}}"); break;
	case NODE_FIELD: print_names(n->path.names, n->path.n, true, out); break;
	case NODE_IDENTIFIER: kv_buf_str(out, n->identifier.name); break;
	case NODE_IF: print_branch("if", n, out); break;
	case NODE_LIST: print_list(&n->list, "", out); break;
	case NODE_NIL: kv_buf_lit(out, "nil"); break;
	case NODE_NUMBER: kv_buf_str(out, n->number.text); break;
	case NODE_PIPE: print_pipe(n, out); break;
	case NODE_RANGE: print_branch("range", n, out); break;
	case NODE_STRING: kv_buf_str(out, n->string.text); break;
	case NODE_TEMPLATE: print_invoke(n, out); break;
	case NODE_VARIABLE: print_names(n->path.names, n->path.n, false, out); break;
	case NODE_WITH: print_branch("with", n, out); break;
	case NODE_BREAK: kv_buf_lit(out, "{{break}}"); break;
	case NODE_CONTINUE: kv_buf_lit(out, "{{continue}}"); break;
	}
}

/* bytes.TrimSpace leaves nothing. */
static bool is_blank(kv_str s)
{
	size_t size;

	for (size_t i = 0; i < s.n; i += size)
		if (!kv_rune_is_space(kv_utf8_decode(s, i, &size)))
			return false;
	return true;
}

bool rnd_node_is_empty(const struct rnd_node *n)
{
	if (n->kind == NODE_TEXT)
		return is_blank(n->text);
	if (n->kind != NODE_LIST)
		return false;
	for (size_t i = 0; i < n->list.n; i++)
		if (!rnd_node_is_empty(n->list.v[i]))
			return false;
	return true;
}
