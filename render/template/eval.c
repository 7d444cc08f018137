/* render/template/eval.c: pipelines, commands, fields and constants (text/template's exec.go, eval
 * functions). */
#include "render/template/exec.h"
#include "render/template/functions.h"

krm_val rnd_element_zero(struct kv_arena *a, enum krm_type type)
{
	krm_val v;

	switch (type) {
	case KRM_OF_STRING: return krm_string(a, KV_S(""));
	case KRM_OF_INT: return krm_int(0);
	case KRM_OF_LIST:
		v = krm_list(a, KRM_OF_ANY);
		v.flags |= KRM_NILREF;
		return v;
	case KRM_OF_OTHER: /* map[string][]byte: Helm's Files */
		v = krm_bytes(a, KV_S(""));
		v.flags |= KRM_NILREF;
		return v;
	case KRM_OF_ANY: break;
	}
	return rnd_as_iface(krm_nil());
}

/* Fails if an operand that takes no arguments has some. */
static int not_a_function(struct rnd_exec *x, const struct rnd_words *words)
{
	if (words->n > 1 || words->final)
		return rnd_exec_fail(x, "can't give argument to non-function %.*s",
				     KV_ARG(rnd_exec_node_text(x, words->v[0])));
	return 0;
}

/* --- fields ----------------------------------------------------------------------------------- */

static int no_such_field(struct rnd_exec *x, kv_str name, krm_val receiver)
{
	return rnd_exec_fail(x, "can't evaluate field %.*s in type %.*s", KV_ARG(name),
			     KV_ARG(rnd_exec_type_text(receiver)));
}

static int map_field(struct rnd_exec *x, kv_str name, krm_val v, bool has_args, krm_val *ret)
{
	krm_val *found;

	if (has_args)
		return rnd_exec_fail(x, "%.*s is not a method but has arguments", KV_ARG(name));
	found = krm_map_find(v.m, name);
	if (found) {
		*ret = rnd_element(*found, v.m->type);
		return 0;
	}
	if (x->set->options.strict)
		return rnd_exec_fail(x, "map has no entry for key \"%.*s\"", KV_ARG(name));
	*ret = x->set->options.absent ? krm_nil() : rnd_element_zero(x->job->arena, v.m->type);
	return 0;
}

static const struct rnd_method *find_method(const struct rnd_method *m, kv_str name)
{
	for (; m && m->f.name; m++)
		if (m->f.name[0] == name.p[0] && kv_str_eq(kv_str_c(m->f.name), name))
			return m;
	return NULL;
}

/* A named step of a path, on one receiver (evalField). */
static int eval_name(struct rnd_exec *x, krm_val dot, kv_str name, const struct rnd_node *node,
		     const struct rnd_words *words, krm_val receiver, krm_val *ret)
{
	bool has_args = words->n > 1 || words->final;
	const struct rnd_method *m = NULL;
	krm_val inner = rnd_unwrap(receiver);

	if (receiver.kind == KRM_NIL) {
		if (receiver.flags & KRM_IFACE)
			return rnd_exec_fail(x, "nil pointer evaluating interface {}.%.*s", KV_ARG(name));
		if (x->set->options.strict)
			return rnd_exec_fail(x, "nil data; no entry for key \"%.*s\"", KV_ARG(name));
		*ret = krm_nil();
		return 0;
	}
	/* Methods that can be called are exported. */
	bool exported = name.p[0] >= 'A' && name.p[0] <= 'Z';
	if (exported && inner.kind == KRM_OBJECT)
		m = find_method(inner.o->class->methods, name);
	else if (exported && inner.kind == KRM_MAP && krm_map_name(inner))
		m = find_method(rnd_map_methods(krm_map_name(inner)), name);
	if (m)
		return rnd_call_method(x, dot, m, inner, node, words, ret);
	if (inner.kind == KRM_MAP)
		return map_field(x, name, inner, has_args, ret);
	if (inner.kind == KRM_OBJECT && inner.o->class->items) {
		inner = inner.o->class->items(x->job, inner.o);
		return inner.kind == KRM_MAP ? map_field(x, name, inner, has_args, ret)
					     : no_such_field(x, name, receiver);
	}
	if (inner.kind == KRM_OBJECT && inner.o->class->field &&
	    inner.o->class->field(x->job, inner.o, name, ret)) {
		if (has_args)
			return rnd_exec_fail(x, "%.*s has arguments but cannot be invoked as function",
					     KV_ARG(name));
		if (ret->kind == KRM_OBJECT &&
		    (inner.flags & RND_ADDRESSABLE || strcmp(inner.o->class->go_kind, "ptr") == 0))
			ret->flags |= RND_ADDRESSABLE;
		return 0;
	}
	return no_such_field(x, name, receiver);
}

/* For the reader of an error: the value of `name` in `parent` is where the path ended. */
static void remember_end(struct rnd_exec *x, krm_val parent, kv_str name, krm_val v)
{
	krm_val inner = rnd_unwrap(v);

	if (rnd_unwrap(parent).kind != KRM_MAP || inner.kind == KRM_MAP || inner.kind == KRM_OBJECT)
		return;
	x->set->root->parent = rnd_unwrap(parent);
	x->set->root->missing = name;
}

/* The names from `first` on; only the last gets the arguments, in case it is a method (evalFieldChain). */
static int eval_path(struct rnd_exec *x, krm_val dot, krm_val receiver, const struct rnd_node *n,
		     size_t first, const struct rnd_words *words, krm_val *ret)
{
	static const struct rnd_words none = { 0 };
	krm_val parent = krm_nil();

	for (size_t i = first; i < n->path.n; i++) {
		krm_val before = receiver;
		if (eval_name(x, dot, n->path.names[i], n, i + 1 < n->path.n ? &none : words, receiver, &receiver)) {
			remember_end(x, parent, i > first ? n->path.names[i - 1] : KV_S(""), before);
			return -1;
		}
		parent = before;
	}
	*ret = receiver;
	return 0;
}

int rnd_eval_field(struct rnd_exec *x, krm_val dot, const struct rnd_node *n, const struct rnd_words *words,
		   krm_val *ret)
{
	x->node = n;
	return eval_path(x, dot, dot, n, 0, words, ret);
}

int rnd_eval_chain(struct rnd_exec *x, krm_val dot, const struct rnd_node *n, const struct rnd_words *words,
		   krm_val *ret)
{
	static const struct rnd_words none = { 0 };
	const struct rnd_node *base = n->path.base;
	krm_val v;

	x->node = base;
	if (base->kind == NODE_PIPE ? rnd_eval_pipeline(x, dot, base, &v)
				    : rnd_call_function(x, dot, base, base, &none, &v))
		return -1;
	return eval_path(x, dot, v, n, 0, words, ret);
}

/* The innermost variable of a name; uses of one name share its text. NULL before the declaration, which may name its own variable. */
static struct rnd_var *find_var(struct rnd_exec *x, kv_str name)
{
	for (size_t i = x->nvars; i-- > x->frame;)
		if (x->vars[i].name.p == name.p)
			return &x->vars[i];
	return NULL;
}

static int no_var(struct rnd_exec *x, kv_str name)
{
	return rnd_exec_fail(x, "undefined variable: %.*s", KV_ARG(name));
}

int rnd_eval_variable(struct rnd_exec *x, krm_val dot, const struct rnd_node *n,
		      const struct rnd_words *words, krm_val *ret)
{
	const struct rnd_var *var = find_var(x, n->path.names[0]);

	x->node = n;
	if (!var)
		return no_var(x, n->path.names[0]);
	if (n->path.n > 1)
		return eval_path(x, dot, var->value, n, 1, words, ret);
	*ret = var->value;
	return not_a_function(x, words);
}

/* --- numbers ---------------------------------------------------------------------------------- */

/* Whether the way it is written makes it a float (idealConstant). */
static bool looks_like_float(kv_str text)
{
	bool hex = text.n > 2 && text.p[0] == '0' && (text.p[1] | 0x20) == 'x' && !rnd_has_any(text, "pP");

	return !hex && text.p[0] != '\'' && rnd_has_any(text, ".eEpP");
}

int rnd_eval_number(struct rnd_exec *x, const struct rnd_node *n, krm_val *ret)
{
	const struct rnd_number *is = n->number.is;

	x->node = n;
	if (is->is_complex)
		*ret = rnd_complex(x->job->arena, is->re, is->im);
	else if (is->is_float && looks_like_float(n->number.text))
		*ret = krm_float(is->f);
	else if (is->is_int)
		*ret = krm_int(is->i);
	else
		return rnd_exec_fail(x, "%.*s overflows int", KV_ARG(n->number.text));
	return 0;
}

/* --- commands and pipelines ------------------------------------------------------------------- */

static int eval_constant(struct rnd_exec *x, krm_val dot, const struct rnd_node *n,
			 const struct rnd_words *words, krm_val *ret)
{
	x->node = n;
	if (not_a_function(x, words))
		return -1;
	switch ((enum rnd_node_kind)n->kind) {
	case NODE_BOOL: *ret = krm_bool(n->flag); return 0;
	case NODE_DOT: *ret = dot; return 0;
	case NODE_NUMBER: return rnd_eval_number(x, n, ret);
	case NODE_STRING: *ret = n->string.value; return 0;
	default: return rnd_exec_fail(x, "nil is not a command");
	}
}

static int eval_command(struct rnd_exec *x, krm_val dot, const struct rnd_node *cmd, const krm_val *final,
			krm_val *ret)
{
	const struct rnd_words words = { cmd->list.v, cmd->list.n, final };
	const struct rnd_node *first = words.v[0];

	switch ((enum rnd_node_kind)first->kind) {
	case NODE_FIELD: return rnd_eval_field(x, dot, first, &words, ret);
	case NODE_CHAIN: return rnd_eval_chain(x, dot, first, &words, ret);
	case NODE_IDENTIFIER: return rnd_call_function(x, dot, first, cmd, &words, ret);
	case NODE_PIPE: return not_a_function(x, &words) ? -1 : rnd_eval_pipeline(x, dot, first, ret);
	case NODE_VARIABLE: return rnd_eval_variable(x, dot, first, &words, ret);
	default: return eval_constant(x, dot, first, &words, ret);
	}
}

int rnd_set_var(struct rnd_exec *x, kv_str name, krm_val value)
{
	struct rnd_var *var = find_var(x, name);

	if (!var)
		return no_var(x, name);
	var->value = value;
	return 0;
}

static bool is_path(const struct rnd_node *n)
{
	return n->kind == NODE_FIELD || n->kind == NODE_VARIABLE;
}

/* The path that is the whole command before command i, or NULL. */
static const struct rnd_node *piped_path(const struct rnd_nodes *commands, size_t i)
{
	const struct rnd_nodes *before = i ? &commands->v[i - 1]->list : NULL;

	return before && before->n == 1 && is_path(before->v[0]) ? before->v[0] : NULL;
}

/* Where a path ends at nil, or at an empty text if that is looked for too. */
static void remember_path(struct rnd_exec *x, krm_val dot, const struct rnd_node *path, bool empty_too)
{
	bool first = path->kind == NODE_VARIABLE;
	const struct rnd_var *var = first ? find_var(x, path->path.names[0]) : NULL;
	krm_val parent = var ? var->value : dot;

	if (x->set->root->parent.kind != KRM_NIL || (first && !var))
		return;
	for (size_t k = first; k < path->path.n; k++) {
		krm_val *v;

		parent = rnd_unwrap(parent);
		if (parent.kind != KRM_MAP)
			return;
		v = krm_map_find(parent.m, path->path.names[k]);
		if (!v || (k + 1 == path->path.n && (empty_too || v->kind == KRM_NIL)))
			remember_end(x, parent, path->path.names[k], v ? *v : krm_nil());
		if (!v)
			return;
		parent = *v;
	}
}

/* For the reader of the error of a call: where the path ended that it could not do without. What include and tpl fail for lies
 * elsewhere, and `fail` fails anyway. */
static void remember_argument(struct rnd_exec *x, krm_val dot, const struct rnd_nodes *commands, size_t i)
{
	const struct rnd_nodes *words = &commands->v[i]->list;
	const struct rnd_node *piped = piped_path(commands, i);
	rnd_fn *fn = words->v[0]->kind == NODE_IDENTIFIER ? words->v[0]->identifier.func->fn : NULL;
	bool required = fn == rnd_fn_required;

	if (!fn || fn == rnd_fn_include || fn == rnd_fn_tpl || fn == rnd_fn_fail)
		return;
	for (size_t k = required ? 2 : 1; k < words->n; k++)
		if (is_path(words->v[k]) && (x->node == words->v[k] || !is_path(x->node)))
			remember_path(x, dot, words->v[k], required);
	if (piped && !is_path(x->node))
		remember_path(x, dot, piped, required);
}

int rnd_eval_pipeline(struct rnd_exec *x, krm_val dot, const struct rnd_node *pipe, krm_val *ret)
{
	krm_val v = krm_nil();

	x->node = pipe;
	if (rnd_stack_exceeded(x->set, x->stack))
		return rnd_exec_fail(x, "expressions are nested too deeply");
	for (size_t i = 0; i < pipe->pipe.commands.n; i++) {
		krm_val final = v;

		if (eval_command(x, dot, pipe->pipe.commands.v[i], i ? &final : NULL, &v)) {
			remember_argument(x, dot, &pipe->pipe.commands, i);
			return -1;
		}
		v = rnd_unwrap(v);
	}
	for (size_t i = 0; i < pipe->pipe.decl.n; i++) {
		struct rnd_var var = { pipe->pipe.decl.v[i]->path.names[0], v };

		if (!pipe->flag)
			KV_PUSH(x->job->arena, x->vars, x->nvars, x->vars_cap, var);
		else if (rnd_set_var(x, var.name, v))
			return -1;
	}
	*ret = v;
	return 0;
}
