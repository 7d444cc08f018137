/* render/template/call.c: arguments against signatures, and calls (text/template's exec.go evalCall, evalArg
 * and validateType, with reflect's rules of assignment). */
#include "render/template/exec.h"
#include "render/template/functions.h"

/* Arguments that need no block of their own; most calls have one to three. */
#define FEW 6

const char *rnd_type_go(enum rnd_type t)
{
	static const char *const names[] = {
		[RND_ANY] = "interface {}",
		[RND_STRING] = "string",
		[RND_INT] = "int",
		[RND_INT64] = "int64",
		[RND_FLOAT] = "float64",
		[RND_BOOL] = "bool",
		[RND_MAP] = "map[string]interface {}",
		[RND_LIST] = "[]interface {}",
		[RND_STRINGS] = "[]string",
		[RND_STRMAP] = "map[string]string",
		[RND_INTS] = "[]int",
		[RND_BYTES] = "[]uint8",
		[RND_TIME] = "time.Time",
		[RND_VALUE] = "reflect.Value",
		[RND_UINT32] = "uint32",
		[RND_LISTS] = "[][]interface {}",
		[RND_CERT] = "sprig.certificate",
		[RND_WRITER] = "io.Writer",
		[RND_SEMVER] = "*semver.Version",
		[RND_OBJECT] = "struct",
	};

	return names[t];
}

static bool is_list_of(krm_val v, enum krm_type type)
{
	return v.kind == KRM_LIST && v.l->type == type;
}

static bool is_object(krm_val v, const char *go_type)
{
	return v.kind == KRM_OBJECT && strcmp(v.o->class->go_type, go_type) == 0;
}

/* reflect's AssignableTo for the concrete type of the value. */
static bool assignable(krm_val v, enum rnd_type t)
{
	switch (t) {
	case RND_ANY:
	case RND_VALUE: return true;
	case RND_STRING: return v.kind == KRM_STRING;
	case RND_INT: return v.kind == KRM_INT;
	case RND_INT64: return v.kind == KRM_INT64;
	case RND_FLOAT: return v.kind == KRM_FLOAT;
	case RND_BOOL: return v.kind == KRM_BOOL;
	case RND_MAP: return v.kind == KRM_MAP && v.m->type == KRM_OF_ANY;
	case RND_STRMAP: return v.kind == KRM_MAP && v.m->type == KRM_OF_STRING;
	case RND_LIST: return is_list_of(v, KRM_OF_ANY);
	case RND_STRINGS: return is_list_of(v, KRM_OF_STRING);
	case RND_INTS: return is_list_of(v, KRM_OF_INT);
	case RND_LISTS: return is_list_of(v, KRM_OF_LIST);
	case RND_BYTES: return v.kind == KRM_BYTES;
	case RND_TIME:
	case RND_SEMVER:
	case RND_CERT: return is_object(v, rnd_type_go(t));
	case RND_UINT32:
	case RND_WRITER:
	case RND_OBJECT: return false;
	}
	return false;
}

static bool can_be_nil(enum rnd_type t)
{
	switch (t) {
	case RND_ANY:
	case RND_VALUE:
	case RND_MAP:
	case RND_STRMAP:
	case RND_LIST:
	case RND_STRINGS:
	case RND_INTS:
	case RND_LISTS:
	case RND_BYTES:
	case RND_SEMVER:
	case RND_WRITER: return true;
	default: return false;
	}
}

/* reflect.Zero of a type that can be nil. */
static krm_val zero(struct kv_arena *a, enum rnd_type t)
{
	krm_val v;

	switch (t) {
	case RND_MAP: v = krm_map(a, KRM_OF_ANY); break;
	case RND_STRMAP: v = krm_map(a, KRM_OF_STRING); break;
	case RND_LIST: v = krm_list(a, KRM_OF_ANY); break;
	case RND_STRINGS: v = krm_list(a, KRM_OF_STRING); break;
	case RND_INTS: v = krm_list(a, KRM_OF_INT); break;
	case RND_LISTS: v = krm_list(a, KRM_OF_LIST); break;
	case RND_BYTES: v = krm_bytes(a, KV_S("")); break;
	default: return krm_nil();
	}
	v.flags |= KRM_NILREF;
	return v;
}

/* The operand as an argument of the type. */
static int validate(struct rnd_exec *x, krm_val v, enum rnd_type t, krm_val *ret)
{
	if (v.kind == KRM_NIL && !(v.flags & KRM_IFACE)) {
		if (!can_be_nil(t))
			return rnd_exec_fail(x, "invalid value; expected %s", rnd_type_go(t));
		*ret = zero(x->job->arena, t);
		return 0;
	}
	if (t == RND_VALUE) {
		*ret = v;
		return 0;
	}
	if (t == RND_ANY || (v.kind != KRM_NIL && assignable(v, t))) {
		*ret = rnd_unwrap(v);
		ret->flags &= (uint16_t)~RND_ADDRESSABLE;
		if (t == RND_MAP || t == RND_LIST)
			ret->flags |= KRM_PLAIN;
		return 0;
	}
	if (v.kind != KRM_NIL)
		v = rnd_unwrap(v);
	return rnd_exec_fail(x, "wrong type for value; expected %s; got %.*s", rnd_type_go(t),
			     KV_ARG(rnd_exec_type_text(v)));
}

/* A constant where an interface or reflect.Value is asked for. */
static int any_constant(struct rnd_exec *x, const struct rnd_node *n, krm_val *ret)
{
	switch ((enum rnd_node_kind)n->kind) {
	case NODE_BOOL: *ret = krm_bool(n->flag); return 0;
	case NODE_STRING: *ret = n->string.value; return 0;
	default: return rnd_eval_number(x, n, ret);
	}
}

static int expected(struct rnd_exec *x, const char *what, const struct rnd_node *n)
{
	return rnd_exec_fail(x, "expected %s; found %.*s", what, KV_ARG(rnd_exec_node_text(x, n)));
}

/* A constant for a parameter: what it is written as must fit the type. */
static int constant(struct rnd_exec *x, const struct rnd_node *n, enum rnd_type t, krm_val *ret)
{
	const struct rnd_number *is = n->kind == NODE_NUMBER ? n->number.is : NULL;

	switch (t) {
	case RND_ANY:
	case RND_VALUE: return any_constant(x, n, ret);
	case RND_BOOL: *ret = krm_bool(n->flag); return n->kind == NODE_BOOL ? 0 : expected(x, "bool", n);
	case RND_STRING:
		if (n->kind != NODE_STRING)
			return expected(x, "string", n);
		*ret = n->string.value;
		return 0;
	case RND_INT:
	case RND_INT64:
		if (!is || !is->is_int)
			return expected(x, "integer", n);
		*ret = t == RND_INT ? krm_int(is->i) : krm_int64(is->i);
		return 0;
	case RND_UINT32:
		if (!is || !is->is_uint)
			return expected(x, "unsigned integer", n);
		*ret = krm_uint64((uint32_t)is->u);
		return 0;
	case RND_FLOAT:
		if (!is || !is->is_float)
			return expected(x, "float", n);
		*ret = krm_float(is->f);
		return 0;
	default:
		return rnd_exec_fail(x, "can't handle %.*s for arg of type %s",
				     KV_ARG(rnd_exec_node_text(x, n)), rnd_type_go(t));
	}
}

static int eval_arg(struct rnd_exec *x, krm_val dot, enum rnd_type t, const struct rnd_node *n, krm_val *ret)
{
	static const struct rnd_words none = { 0 };
	krm_val v;
	int failed;

	x->node = n;
	switch ((enum rnd_node_kind)n->kind) {
	case NODE_DOT: return validate(x, dot, t, ret);
	case NODE_NIL:
		if (!can_be_nil(t))
			return rnd_exec_fail(x, "cannot assign nil to %s", rnd_type_go(t));
		*ret = zero(x->job->arena, t);
		return 0;
	case NODE_FIELD: failed = rnd_eval_field(x, dot, n, &none, &v); break;
	case NODE_VARIABLE: failed = rnd_eval_variable(x, dot, n, &none, &v); break;
	case NODE_PIPE: failed = rnd_eval_pipeline(x, dot, n, &v); break;
	case NODE_IDENTIFIER: failed = rnd_call_function(x, dot, n, n, &none, &v); break;
	case NODE_CHAIN: failed = rnd_eval_chain(x, dot, n, &none, &v); break;
	default: return constant(x, n, t, ret);
	}
	return failed ? -1 : validate(x, v, t, ret);
}

/* --- calls ------------------------------------------------------------------------------------ */

static size_t count_args(const struct rnd_words *words)
{
	return words->n ? words->n - 1 : 0;
}

static int check_count(struct rnd_exec *x, const struct rnd_func *f, const struct rnd_words *words)
{
	size_t given = count_args(words), all = given + (words->final != NULL);

	if (f->variadic && all + 1 < f->nparams)
		return rnd_exec_fail(x, "wrong number of args for %s: want at least %d got %zu", f->name,
				     f->nparams - 1, given);
	if (!f->variadic && all != f->nparams)
		return rnd_exec_fail(x, "wrong number of args for %s: want %d got %zu", f->name, f->nparams,
				     all);
	return 0;
}

static enum rnd_type param(const struct rnd_func *f, size_t i)
{
	return (enum rnd_type)f->params[i < f->nparams ? i : f->nparams - 1u];
}

/* `and` and `or` evaluate no further than they must. */
static int short_circuit(struct rnd_exec *x, krm_val dot, const struct rnd_func *f,
			 const struct rnd_words *words, krm_val *ret)
{
	bool stop = f->fn == rnd_fn_or;
	krm_val v = krm_nil();

	for (size_t i = 1; i < words->n; i++) {
		if (eval_arg(x, dot, RND_VALUE, words->v[i], &v))
			return -1;
		if (rnd_truth(v) == stop) {
			*ret = v;
			return 0;
		}
	}
	if (words->final && validate(x, *words->final, RND_VALUE, &v))
		return -1;
	*ret = v;
	return 0;
}

static int eval_args(struct rnd_exec *x, krm_val dot, const struct rnd_func *f, const struct rnd_words *words,
		     krm_val *argv)
{
	size_t given = count_args(words);

	for (size_t i = 0; i < given; i++)
		if (eval_arg(x, dot, param(f, i), words->v[i + 1], &argv[i]))
			return -1;
	return words->final ? validate(x, *words->final, param(f, given), &argv[given]) : 0;
}

/* reflect.Value.String of what is called, or the text of its node. */
static kv_str callee_text(struct rnd_exec *x, const struct rnd_words *words)
{
	kv_str type;

	if (words->n > 1)
		return rnd_exec_node_text(x, words->v[1]);
	if (words->final->kind == KRM_STRING)
		return krm_str(*words->final);
	if (words->final->kind == KRM_NIL)
		return KV_S("<invalid Value>");
	type = rnd_exec_type_text(*words->final);
	return kv_arena_cat(x->job->arena, KV_S("<"), type, KV_S(" Value>"));
}

/* What a function has to read before it can answer: a step for 8 bytes, or for 4 items. */
static size_t weight(const krm_val *argv, size_t n)
{
	size_t all = 0;

	for (size_t i = 0; i < n; i++)
		if (argv[i].kind == KRM_STRING || argv[i].kind == KRM_BYTES)
			all += argv[i].s->n / 8;
		else if (argv[i].kind == KRM_LIST)
			all += argv[i].l->n / 4;
		else if (argv[i].kind == KRM_MAP)
			all += argv[i].m->live / 4;
	return all;
}

static int invoke(struct rnd_exec *x, const struct rnd_func *f, const struct rnd_node *node,
		  const struct rnd_words *words, const krm_val *argv, size_t n, krm_val *ret)
{
	struct rnd_call c = { .job = x->job,
			      .set = x->set,
			      .exec = x,
			      .func = f,
			      .pos = kv_pos_at(x->tmpl->source->base, node->at) };

	x->job->steps += weight(argv, n);
	if (rnd_exec_step(x))
		return -1;
	if (f->fn == rnd_fn_call)
		c.callee = callee_text(x, words);
	x->job->too_large = false;
	int failed = f->fn(&c, argv, n, ret);
	if (!failed && x->job->too_large) /* what reads a text makes a value of most errors */
		failed = rnd_fail(&c, "too much memory (limit %zu bytes)", x->job->limits.memory);
	if (failed) {
		x->node = node;
		return rnd_exec_wrap(x, &c, f->name);
	}
	if (f->result == RND_ANY)
		*ret = rnd_as_iface(*ret);
	else if (f->result != RND_VALUE)
		*ret = rnd_unwrap(*ret);
	return 0;
}

/* With many arguments or few; `receiver` comes before them if there is one. */
static int call(struct rnd_exec *x, krm_val dot, const struct rnd_func *f, const krm_val *receiver,
		const struct rnd_node *node, const struct rnd_words *words, krm_val *ret)
{
	size_t before = receiver != NULL, n = before + count_args(words) + (words->final != NULL);
	krm_val few[FEW], *argv = n <= FEW ? few : KV_NEW_N(x->job->arena, krm_val, n);

	if (receiver)
		argv[0] = *receiver;
	if (check_count(x, f, words) || eval_args(x, dot, f, words, argv + before))
		return -1;
	return invoke(x, f, node, words, argv, n, ret);
}

int rnd_call_function(struct rnd_exec *x, krm_val dot, const struct rnd_node *identifier,
		      const struct rnd_node *node, const struct rnd_words *words, krm_val *ret)
{
	const struct rnd_func *f = identifier->identifier.func;

	x->node = identifier;
	if (f->fn != rnd_fn_and && f->fn != rnd_fn_or)
		return call(x, dot, f, NULL, node, words, ret);
	return check_count(x, f, words) ? -1 : short_circuit(x, dot, f, words, ret);
}

int rnd_call_method(struct rnd_exec *x, krm_val dot, const struct rnd_method *m, krm_val receiver,
		    const struct rnd_node *node, const struct rnd_words *words, krm_val *ret)
{
	if (m->refusal)
		return check_count(x, &m->f, words) ? -1 : rnd_exec_fail(x, "%s", m->refusal);
	return call(x, dot, &m->f, &receiver, node, words, ret);
}
