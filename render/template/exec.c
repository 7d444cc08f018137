/* render/template/exec.c: walks the nodes of templates (text/template's exec.go, walk functions). */
#include "render/template/exec.h"
#include "render/template/time_class.h"

/* --- failures --------------------------------------------------------------------------------- */

static void node_place(const struct rnd_exec *x, size_t *ret_line, size_t *ret_column)
{
	kv_str before = kv_str_sub(x->tmpl->source->text, 0, x->node->at);
	size_t newline = kv_str_rchr(before, '\n');

	*ret_column = newline == SIZE_MAX ? before.n : before.n - newline - 1;
	*ret_line = 1;
	for (size_t i = 0; i < before.n; i++)
		*ret_line += before.p[i] == '\n';
}

kv_str rnd_exec_node_text(struct rnd_exec *x, const struct rnd_node *n)
{
	struct kv_buf b;

	kv_buf_init(&b, x->job->arena, KV_BUF_MAX);
	rnd_node_print(n, &b);
	return kv_buf_view(&b);
}

kv_str rnd_exec_value_text(struct rnd_exec *x, krm_val v)
{
	struct kv_buf b;

	kv_buf_init(&b, x->job->arena, x->job->limits.output_bytes);
	rnd_print_value(x->job, v, &b);
	return kv_buf_view(&b);
}

kv_str rnd_exec_type_text(krm_val v)
{
	return v.flags & KRM_IFACE ? KV_S("interface {}") : kv_str_c(rnd_type_text(v));
}

/* A message is copied often on its way, and a template can make one of many megabytes: the middle is left out. */
#define MESSAGE_HEAD ((size_t)512 << 10)
#define MESSAGE_TAIL ((size_t)64 << 10)

static kv_str shortened(const struct rnd_exec *x, kv_str text)
{
	if (text.n <= MESSAGE_HEAD + MESSAGE_TAIL)
		return text;
	return kv_arena_cat(x->job->arena, kv_str_sub(text, 0, MESSAGE_HEAD), KV_S(" ... "),
			    kv_str_sub(text, text.n - MESSAGE_TAIL, text.n), KV_S(""));
}

static void add_part(struct rnd_exec *x, kv_str text, kv_str template, kv_pos pos)
{
	struct rnd_error_part part = { shortened(x, text), template, pos };

	KV_PUSH(x->job->arena, x->parts, x->nparts, x->parts_cap, part);
	if (!x->error_pos)
		x->error_pos = pos;
}

/* "template: file:1:2: executing "name" at <node>: " and the message. */
static void add_executing(struct rnd_exec *x, kv_str message)
{
	struct kv_buf b;
	size_t line, column;

	kv_buf_init(&b, x->job->arena, KV_BUF_MAX);
	node_place(x, &line, &column);
	kv_buf_lit(&b, "template: ");
	kv_buf_str(&b, x->tmpl->source->name);
	kv_buf_printf(&b, ":%zu:%zu: executing ", line, column);
	rnd_quote(x->tmpl->name, &b);
	kv_buf_lit(&b, " at <");
	rnd_node_print(x->node, &b);
	kv_buf_lit(&b, ">: ");
	kv_buf_str(&b, message);
	add_part(x, kv_buf_view(&b), x->tmpl->name, kv_pos_at(x->tmpl->source->base, x->node->at));
}

int rnd_exec_fail(struct rnd_exec *x, const char *fmt, ...)
{
	va_list ap;
	kv_str message;

	va_start(ap, fmt);
	message = kv_arena_vprintf(x->job->arena, fmt, ap);
	va_end(ap);
	add_executing(x, message);
	return -1;
}

int rnd_exec_wrap(struct rnd_exec *x, const struct rnd_call *c, const char *name)
{
	if (c->error.p)
		add_part(x, c->error, KV_S(""), 0);
	add_executing(x, kv_arena_printf(x->job->arena, "error calling %s: ", name));
	return -1;
}

void rnd_exec_link(struct rnd_exec *x, kv_str text)
{
	add_part(x, text, KV_S(""), 0);
}

static int check_output(struct rnd_exec *x)
{
	if (kv_buf_over(x->out))
		return rnd_exec_fail(x, "too many bytes of output (limit %zu)", x->out->limit);
	return 0;
}

/* A step of a template costs more than one of a pattern or a patch, which count against the same limit. */
#define WEIGHT 5

int rnd_exec_step(struct rnd_exec *x)
{
	const struct kv_limits *limits = &x->job->limits;

	x->job->steps += WEIGHT;
	if (x->job->steps > limits->steps)
		return rnd_exec_fail(x, "too many template steps (limit %zu)", limits->steps);
	if (kv_arena_used(x->job->arena) > limits->memory)
		return rnd_exec_fail(x, "too many bytes of memory (limit %zu)", limits->memory);
	return check_output(x);
}

/* --- walking ---------------------------------------------------------------------------------- */

static enum rnd_walk walk(struct rnd_exec *x, krm_val dot, const struct rnd_node *n);

static enum rnd_walk walk_list(struct rnd_exec *x, krm_val dot, const struct rnd_node *list)
{
	if (rnd_stack_exceeded(x->set, x->stack)) {
		x->node = list;
		return rnd_exec_fail(x, "actions are nested too deeply");
	}
	x->node = list;
	for (size_t i = 0; i < list->list.n; i++) {
		enum rnd_walk w = walk(x, dot, list->list.v[i]);

		if (w != RND_WALK_ON)
			return w;
	}
	return RND_WALK_ON;
}

static enum rnd_walk walk_action(struct rnd_exec *x, krm_val dot, const struct rnd_node *n)
{
	krm_val v;

	if (rnd_eval_pipeline(x, dot, n->branch.pipe, &v))
		return RND_WALK_FAILED;
	if (n->branch.pipe->pipe.decl.n)
		return RND_WALK_ON;
	x->node = n;
	if (v.kind == KRM_NIL)
		kv_buf_lit(x->out, "<no value>");
	else if (v.flags & RND_ADDRESSABLE && v.o->class->shown)
		v.o->class->shown(x->job, v.o, x->out);
	else
		rnd_print_pointed_to(x->job, v, x->out);
	return check_output(x) ? RND_WALK_FAILED : RND_WALK_ON;
}

static enum rnd_walk walk_if_or_with(struct rnd_exec *x, krm_val dot, const struct rnd_node *n)
{
	size_t mark = x->nvars;
	enum rnd_walk w = RND_WALK_ON;
	krm_val v;

	if (rnd_eval_pipeline(x, dot, n->branch.pipe, &v))
		return RND_WALK_FAILED;
	if (rnd_truth(v))
		w = walk_list(x, n->kind == NODE_WITH ? v : dot, n->branch.list);
	else if (n->branch.other)
		w = walk_list(x, dot, n->branch.other);
	x->nvars = mark;
	return w;
}

/* With one variable it gets the element, with two the index comes first. */
static int set_range_vars(struct rnd_exec *x, const struct rnd_node *pipe, krm_val index, krm_val element)
{
	const struct rnd_nodes *decl = &pipe->pipe.decl;

	if (!decl->n)
		return 0;
	if (pipe->flag) {
		if (rnd_set_var(x, decl->v[0]->path.names[0], decl->n > 1 ? index : element))
			return -1;
		return decl->n > 1 ? rnd_set_var(x, decl->v[1]->path.names[0], element) : 0;
	}
	x->vars[x->nvars - 1].value = element;
	if (decl->n > 1)
		x->vars[x->nvars - 2].value = index;
	return 0;
}

/* RND_WALK_ON: go on with the next element. */
static enum rnd_walk iteration(struct rnd_exec *x, const struct rnd_node *range, krm_val index,
			       krm_val element)
{
	size_t mark = x->nvars;
	enum rnd_walk w;

	if (rnd_exec_step(x) || set_range_vars(x, range->branch.pipe, index, element))
		return RND_WALK_FAILED;
	w = walk_list(x, element, range->branch.list);
	x->nvars = mark;
	return w == RND_WALK_CONTINUE ? RND_WALK_ON : w;
}

/* An integer of a named type gives integers of that type. */
static enum rnd_walk range_integer(struct rnd_exec *x, const struct rnd_node *range, krm_val v)
{
	int64_t named;
	bool is_named = rnd_time_number(v, &named);
	krm_val count = is_named ? krm_int64(named) : v;
	bool is_unsigned = count.kind == KRM_UINT8 || count.kind == KRM_UINT64;
	enum rnd_walk w = RND_WALK_ON;

	if (range->branch.pipe->pipe.decl.n > 1)
		return rnd_exec_fail(x, "can't use %.*s to iterate over more than one variable",
				     KV_ARG(rnd_exec_value_text(x, v)));
	for (uint64_t i = 0; w == RND_WALK_ON && (is_unsigned ? i < count.u : (int64_t)i < count.i); i++) {
		krm_val element = { .kind = count.kind, .u = i };

		if (is_named)
			element = rnd_time_number_like(x->job->arena, v, (int64_t)i);
		w = iteration(x, range, krm_nil(), element);
	}
	return w;
}

static enum rnd_walk range_list(struct rnd_exec *x, const struct rnd_node *range, krm_val v)
{
	const krm_val *items = v.l->v;
	size_t n = v.l->n;
	enum rnd_walk w = RND_WALK_ON;

	for (size_t i = 0; w == RND_WALK_ON && i < n; i++)
		w = iteration(x, range, krm_int((int64_t)i), rnd_element(items[i], v.l->type));
	return w;
}

static enum rnd_walk range_bytes(struct rnd_exec *x, const struct rnd_node *range, krm_val v)
{
	enum rnd_walk w = RND_WALK_ON;

	for (size_t i = 0; w == RND_WALK_ON && i < v.s->n; i++) {
		krm_val element = { .kind = KRM_UINT8, .u = (unsigned char)v.s->s[i] };

		w = iteration(x, range, krm_int((int64_t)i), element);
	}
	return w;
}

/* Keys and values are those of the moment the range begins, whatever its body sets. */
static enum rnd_walk range_map(struct rnd_exec *x, const struct rnd_node *range, krm_val v)
{
	size_t n = v.m->live;
	struct krm_entry **sorted = krm_map_sorted(x->job->arena, v.m);
	struct krm_entry *entries = KV_NEW_N(x->job->arena, struct krm_entry, n);
	enum krm_type type = v.m->type;
	enum rnd_walk w = RND_WALK_ON;

	for (size_t i = 0; i < n; i++)
		entries[i] = *sorted[i];
	for (size_t i = 0; w == RND_WALK_ON && i < n; i++)
		w = iteration(x, range, rnd_unwrap(entries[i].key), rnd_element(entries[i].val, type));
	return w;
}

/* Whether there is at least one element; *ret_bad: the value cannot be ranged over. */
static bool has_elements(krm_val v, bool *ret_bad)
{
	int64_t named;

	*ret_bad = false;
	switch ((enum krm_kind)v.kind) {
	case KRM_INT:
	case KRM_INT64: return v.i > 0;
	case KRM_UINT8:
	case KRM_UINT64: return v.u > 0;
	case KRM_LIST: return v.l->n > 0;
	case KRM_BYTES: return v.s->n > 0;
	case KRM_MAP: return v.m->live > 0;
	case KRM_NIL: return false;
	default: *ret_bad = !rnd_time_number(v, &named); return !*ret_bad && named > 0;
	}
}

/* Go tells that two variables are too many for an integer before it looks how large that is. */
static bool is_integer(krm_val v)
{
	int64_t named;

	return (v.kind >= KRM_INT && v.kind <= KRM_UINT64) || rnd_time_number(v, &named);
}

static enum rnd_walk range_over(struct rnd_exec *x, const struct rnd_node *range, krm_val v)
{
	switch ((enum krm_kind)v.kind) {
	case KRM_LIST: return range_list(x, range, v);
	case KRM_BYTES: return range_bytes(x, range, v);
	case KRM_MAP: return range_map(x, range, v);
	default: return range_integer(x, range, v);
	}
}

/* A {{break}} in the else part ends only this range, as the one in the body does. */
static enum rnd_walk walk_range(struct rnd_exec *x, krm_val dot, const struct rnd_node *n)
{
	size_t mark = x->nvars;
	enum rnd_walk w = RND_WALK_ON;
	krm_val v;
	bool bad;

	if (rnd_eval_pipeline(x, dot, n->branch.pipe, &v))
		return RND_WALK_FAILED;
	v = rnd_items(x->job, v);
	if (has_elements(v, &bad) ||
	    (n->branch.pipe->pipe.decl.n > 1 && is_integer(v)))
		w = range_over(x, n, v);
	else if (bad)
		w = rnd_exec_fail(x, "range can't iterate over %.*s", KV_ARG(rnd_exec_value_text(x, v)));
	else if (n->branch.other)
		w = walk_list(x, dot, n->branch.other);
	x->nvars = mark;
	return w == RND_WALK_BREAK ? RND_WALK_ON : w;
}

static void push_var(struct rnd_exec *x, kv_str name, krm_val value)
{
	struct rnd_var var = { name, value };

	KV_PUSH(x->job->arena, x->vars, x->nvars, x->vars_cap, var);
}

/* Runs another template in its own scope; the caller sees to dot. */
static int run(struct rnd_exec *x, const struct rnd_template *t, krm_val data)
{
	const struct rnd_template *tmpl = x->tmpl;
	const struct rnd_node *node = x->node;
	size_t frame = x->frame, nvars = x->nvars;
	enum rnd_walk w;

	x->tmpl = t;
	x->frame = nvars;
	x->depth++;
	push_var(x, rnd_dollar, data);
	w = walk_list(x, data, t->root);
	x->depth--;
	x->nvars = nvars;
	x->frame = frame;
	x->tmpl = tmpl;
	x->node = node;
	return w == RND_WALK_FAILED ? -1 : 0;
}

static enum rnd_walk walk_template(struct rnd_exec *x, krm_val dot, const struct rnd_node *n)
{
	const struct rnd_template *t = rnd_tpl_lookup(x->set, n->invoke.name);
	krm_val data = krm_nil();
	struct kv_buf name;

	if (!t) {
		kv_buf_init(&name, x->job->arena, KV_BUF_MAX);
		rnd_quote(n->invoke.name, &name);
		x->set->root->near = rnd_nearest_template(x->set, n->invoke.name);
		return rnd_exec_fail(x, "template %.*s not defined", KV_ARG(kv_buf_view(&name)));
	}
	if (x->depth >= x->job->limits.include_depth)
		return rnd_exec_fail(x, "exceeded maximum template depth (%zu)",
				     x->job->limits.include_depth);
	if (n->invoke.pipe && rnd_eval_pipeline(x, dot, n->invoke.pipe, &data))
		return RND_WALK_FAILED;
	return run(x, t, data) ? RND_WALK_FAILED : RND_WALK_ON;
}

static enum rnd_walk walk(struct rnd_exec *x, krm_val dot, const struct rnd_node *n)
{
	x->node = n;
	if (n->kind == NODE_TEXT) {
		kv_buf_str(x->out, n->text);
		return RND_WALK_ON;
	}
	if (rnd_exec_step(x))
		return RND_WALK_FAILED;
	switch ((enum rnd_node_kind)n->kind) {
	case NODE_ACTION: return walk_action(x, dot, n);
	case NODE_BREAK: return RND_WALK_BREAK;
	case NODE_CONTINUE: return RND_WALK_CONTINUE;
	case NODE_IF:
	case NODE_WITH: return walk_if_or_with(x, dot, n);
	case NODE_RANGE: return walk_range(x, dot, n);
	case NODE_TEMPLATE: return walk_template(x, dot, n);
	default: return walk_list(x, dot, n);
	}
}

/* --- whole executions ------------------------------------------------------------------------- */

static struct kv_buf *take_buffer(struct rnd_exec *x)
{
	struct kv_buf *b;

	if (x->nspare) {
		b = x->spare[--x->nspare];
		b->n = 0;
		return b;
	}
	b = KV_NEW(x->job->arena, struct kv_buf);
	kv_buf_init(b, x->job->arena, x->job->limits.output_bytes);
	return b;
}

int rnd_exec_string(struct rnd_exec *x, const struct rnd_template *t, krm_val data, kv_str *ret)
{
	struct kv_buf *outer = x->out, *b = take_buffer(x);

	int failed;

	x->out = b;
	failed = run(x, t, data);
	x->out = outer;
	if (failed)
		return -1;
	if (kv_buf_over(b))
		return rnd_exec_fail(x, "too many bytes of output (limit %zu)", b->limit);
	*ret = kv_buf_view(b);
	KV_PUSH(x->job->arena, x->spare, x->nspare, x->spare_cap, b);
	return 0;
}

/* The parts joined, outermost first; each frame says where the error it stands for begins. */
static void make_error(struct rnd_exec *x, struct rnd_tpl_error *ret)
{
	struct kv_buf b;

	kv_buf_init(&b, x->job->arena, KV_BUF_MAX);
	*ret = (struct rnd_tpl_error){ .pos = x->error_pos, .nframes = x->nparts };
	ret->frames = KV_NEW_N(x->job->arena, struct rnd_tpl_frame, x->nparts);
	for (size_t i = x->nparts; i-- > 0;) {
		ret->frames[i] = (struct rnd_tpl_frame){ x->parts[i].template, x->parts[i].pos, b.n };
		kv_buf_str(&b, x->parts[i].text);
	}
	ret->text = kv_buf_view(&b);
	ret->parent = x->set->root->parent;
	ret->missing = x->set->root->missing;
	ret->near = x->set->root->near;
}

int rnd_tpl_execute(struct rnd_tpl *set, kv_str name, krm_val data, struct kv_buf *out,
		    struct rnd_tpl_error *ret_error)
{
	const struct rnd_template *t = rnd_tpl_lookup(set, name);
	struct rnd_exec x = { .job = set->job, .set = set, .out = out };
	struct kv_buf text;
	size_t memory;
	int failed;

	x.stack = __builtin_frame_address(0);
	if (!t) {
		kv_buf_init(&text, set->job->arena, KV_BUF_MAX);
		rnd_no_template(name, &text);
		*ret_error = (struct rnd_tpl_error){ .text = kv_buf_view(&text) };
		return -1;
	}
	set->root->parent = krm_nil();
	set->root->near = KV_S("");
	memory = x.job->limits.memory;
	if (x.job->limits.memory > set->root->memory)
		x.job->limits.memory = set->root->memory;
	failed = run(&x, t, rnd_unwrap(data));
	x.job->limits.memory = memory;
	if (!failed) {
		x.node = t->root;
		x.tmpl = t;
		if (!kv_buf_over(out))
			return 0;
		rnd_exec_fail(&x, "too many bytes of output (limit %zu)", out->limit);
	}
	make_error(&x, ret_error);
	return -1;
}
