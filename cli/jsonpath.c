/* cli/jsonpath.c: see jsonpath.h (client-go: util/jsonpath/jsonpath.go, third_party/forked/golang/template). */
#include "cli/jsonpath.h"

#include "krm/json.h"
#include "render/template/func.h"

/* A reflect.Value: an element that is nil is one, and where there is no value at all there is none. */
struct result {
	krm_val v;
	bool none;
};

struct results {
	struct result *v;
	size_t n, cap;
};

struct run {
	struct kv_job *job;
	const struct cli_jsonpath_nodes *nodes;
	size_t begin_range, in_range, end_range;
	size_t last_end; /* of the nodes: the {end} met last */
	struct kv_buf *out;
	bool failed; /* Helm prints nothing then */
};

static int walk(struct run *r, const struct results *in, const struct cli_jsonpath_node *node, struct results *ret);

static int fail(struct run *r)
{
	r->failed = true;
	return -1;
}

/* "..*" again and again makes more and more of them. */
static int push(struct run *r, struct results *to, struct result one)
{
	if (++r->job->steps > r->job->limits.steps) {
		r->failed = false;
		return kv_error(r->job, 0, "too many steps (limit %zu)", r->job->limits.steps);
	}
	KV_PUSH(r->job->arena, to->v, to->n, to->cap, one);
	return 0;
}

static int push_value(struct run *r, struct results *to, krm_val v)
{
	return push(r, to, (struct result){ .v = v });
}

static bool is_nil(const struct result *one)
{
	return !one->none && one->v.kind == KRM_NIL;
}

/* --- steps of a path ---------------------------------------------------------------------------------- */

static int eval_list(struct run *r, const struct results *in, const struct cli_jsonpath_nodes *nodes, struct results *ret)
{
	struct results current = *in;
	for (size_t i = 0; i < nodes->n; i++) {
		struct results next = { 0 };
		if (walk(r, &current, nodes->v[i], &next))
			return -1;
		current = next;
	}
	*ret = current;
	return 0;
}

static int eval_identifier(struct run *r, const struct results *in, kv_str name, struct results *ret)
{
	if (kv_str_eq(name, KV_S("range"))) {
		r->begin_range++;
		*ret = *in;
		return 0;
	}
	if (!kv_str_eq(name, KV_S("end")) || r->in_range == 0)
		return fail(r);
	r->end_range++;
	return 0;
}

static int eval_field(struct run *r, const struct results *in, kv_str name, struct results *ret)
{
	for (size_t i = 0; i < in->n; i++) {
		const struct result *one = &in->v[i];
		const krm_val *found = !one->none && one->v.kind == KRM_MAP ? krm_map_find(one->v.m, name) : NULL;
		if (found && push_value(r, ret, *found))
			return -1;
	}
	return in->n && !ret->n ? fail(r) : 0;
}

/* The bounds as the list has them; false where they are none. */
static bool fit(struct cli_jsonpath_param p[3], int64_t n)
{
	if (!p[0].known)
		p[0].value = 0;
	if (p[0].value < 0)
		p[0].value += n;
	if (!p[1].known)
		p[1].value = n;
	if (p[1].value < 0 || (p[1].value == 0 && p[1].derived))
		p[1].value += n;
	if (p[0].value == p[1].value)
		return true;
	return p[0].value >= 0 && p[0].value < n && p[1].value >= 0 && p[1].value <= n && p[0].value <= p[1].value &&
	       (!p[2].known || p[2].value > 0);
}

static int eval_slice(struct run *r, const struct results *in, const struct cli_jsonpath_node *node, struct results *ret)
{
	for (size_t i = 0; i < in->n; i++) {
		krm_val list = in->v[i].v;
		struct cli_jsonpath_param p[3];
		if (is_nil(&in->v[i]))
			continue;
		memcpy(p, node->params, sizeof p);
		if (in->v[i].none || list.kind != KRM_LIST || !fit(p, (int64_t)list.l->n))
			return fail(r);
		if (p[0].value == p[1].value)
			return 0;
		int64_t step = p[2].known ? p[2].value : 1, to = p[1].value;
		for (int64_t at = p[0].value; at < to; at = step < to - at ? at + step : to)
			if (push_value(r, ret, list.l->v[at]))
				return -1;
	}
	return 0;
}

/* What a value holds; the bytes of a text too. */
static int push_parts(struct run *r, krm_val v, struct results *to)
{
	int status = 0;
	if (v.kind == KRM_MAP) {
		struct krm_entry **sorted = krm_map_sorted(r->job->arena, v.m);
		for (uint32_t i = 0; i < v.m->live && status == 0; i++)
			status = push_value(r, to, sorted[i]->val);
	} else if (v.kind == KRM_LIST) {
		for (size_t i = 0; i < v.l->n && status == 0; i++)
			status = push_value(r, to, v.l->v[i]);
	} else if (v.kind == KRM_STRING) {
		for (size_t i = 0; i < v.s->n && status == 0; i++)
			status = push_value(r, to, (krm_val){ .kind = KRM_UINT8, .u = (unsigned char)v.s->s[i] });
	}
	return status;
}

static int eval_wildcard(struct run *r, const struct results *in, struct results *ret)
{
	int status = 0;
	for (size_t i = 0; i < in->n && status == 0; i++)
		status = push_parts(r, in->v[i].v, ret);
	return status;
}

/* Values were read within the limit of depth. */
static int eval_recursive(struct run *r, const struct results *in, struct results *ret)
{
	for (size_t i = 0; i < in->n; i++) {
		struct results parts = { 0 };
		if (push_parts(r, in->v[i].v, &parts))
			return -1;
		if (parts.n && (push(r, ret, in->v[i]) || eval_recursive(r, &parts, ret)))
			return -1;
	}
	return 0;
}

static int eval_union(struct run *r, const struct results *in, const struct cli_jsonpath_node *node, struct results *ret)
{
	for (size_t i = 0; i < node->list.n; i++) {
		struct results one = { 0 };
		if (eval_list(r, in, &node->list.v[i]->list, &one))
			return -1;
		for (size_t k = 0; k < one.n; k++)
			if (push(r, ret, one.v[k]))
				return -1;
	}
	return 0;
}

/* --- filters ------------------------------------------------------------------------------------------ */

/* -1, 0, 1; false for what Go's templates compare with nothing. A truth is only equal or not. */
static bool compare(krm_val a, krm_val b, int *ret_order)
{
	if (a.kind != b.kind)
		return false;
	switch (a.kind) {
	case KRM_BOOL: *ret_order = (int)a.b - (int)b.b; return true;
	case KRM_INT:
	case KRM_INT64: *ret_order = (a.i > b.i) - (a.i < b.i); return true;
	case KRM_UINT8:
	case KRM_UINT64: *ret_order = (a.u > b.u) - (a.u < b.u); return true;
	case KRM_FLOAT: *ret_order = (a.f > b.f) - (a.f < b.f); return true;
	case KRM_STRING: *ret_order = kv_str_cmp(krm_str(a), krm_str(b)); return true;
	default: return false;
	}
}

static int passes(struct run *r, kv_str operator, krm_val left, krm_val right, bool *ret)
{
	int order;
	if (!compare(left, right, &order))
		return fail(r);
	if (kv_str_eq(operator, KV_S("==")))
		*ret = order == 0;
	else if (kv_str_eq(operator, KV_S("!=")))
		*ret = order != 0;
	else if (left.kind == KRM_BOOL)
		return fail(r);
	else if (kv_str_eq(operator, KV_S("<")))
		*ret = order < 0;
	else if (kv_str_eq(operator, KV_S("<=")))
		*ret = order <= 0;
	else if (kv_str_eq(operator, KV_S(">")))
		*ret = order > 0;
	else if (kv_str_eq(operator, KV_S(">=")))
		*ret = order >= 0;
	else
		return fail(r);
	return 0;
}

/* 1: the item passes, 0: not. */
static int filter_item(struct run *r, krm_val item, const struct cli_jsonpath_node *node)
{
	struct results one = { 0 }, left = { 0 }, right = { 0 };
	bool passed;
	if (push_value(r, &one, item))
		return -1;
	int status = eval_list(r, &one, &node->list.v[0]->list, &left);
	if (kv_str_eq(node->name, KV_S("exists"))) {
		if (status && !r->failed)
			return -1;
		r->failed = false;
		return status == 0 && left.n > 0;
	}
	if (status)
		return -1;
	if (left.n == 0)
		return 0;
	if (left.n > 1)
		return fail(r);
	if (eval_list(r, &one, &node->list.v[1]->list, &right))
		return -1;
	if (right.n == 0)
		return 0;
	if (right.n > 1 || passes(r, node->name, left.v[0].v, right.v[0].v, &passed))
		return fail(r);
	return passed;
}

static int eval_filter(struct run *r, const struct results *in, const struct cli_jsonpath_node *node, struct results *ret)
{
	for (size_t i = 0; i < in->n; i++) {
		krm_val list = in->v[i].v;
		if (in->v[i].none || list.kind != KRM_LIST)
			return fail(r);
		for (size_t k = 0; k < list.l->n; k++) {
			int passed = filter_item(r, list.l->v[k], node);
			if (passed < 0 || (passed && push_value(r, ret, list.l->v[k])))
				return -1;
		}
	}
	return 0;
}

/* --- a template --------------------------------------------------------------------------------------- */

static int walk(struct run *r, const struct results *in, const struct cli_jsonpath_node *node, struct results *ret)
{
	switch (node->kind) {
	case CLI_JSONPATH_LIST: return eval_list(r, in, &node->list, ret);
	case CLI_JSONPATH_VALUE:
		if (node->value.kind == KRM_STRING)
			return push_value(r, ret, node->value);
		for (size_t i = 0; i < in->n; i++)
			if (push_value(r, ret, node->value))
				return -1;
		return 0;
	case CLI_JSONPATH_FIELD: return eval_field(r, in, node->name, ret);
	case CLI_JSONPATH_IDENTIFIER: return eval_identifier(r, in, node->name, ret);
	case CLI_JSONPATH_SLICE: return eval_slice(r, in, node, ret);
	case CLI_JSONPATH_FILTER: return eval_filter(r, in, node, ret);
	case CLI_JSONPATH_WILDCARD: return eval_wildcard(r, in, ret);
	case CLI_JSONPATH_RECURSIVE: return eval_recursive(r, in, ret);
	case CLI_JSONPATH_UNION: return eval_union(r, in, node, ret);
	}
	return fail(r);
}

static int print_one(struct run *r, const struct result *one)
{
	kv_str error;
	if (one->none)
		kv_buf_lit(r->out, "<no value>");
	else if (one->v.kind == KRM_NIL)
		kv_buf_lit(r->out, "null");
	else if (one->v.kind != KRM_MAP && one->v.kind != KRM_LIST)
		rnd_print_value(r->job, one->v, r->out);
	else if (krm_json_write(r->job, one->v, (struct krm_json_style){ .html = true }, r->out, &error))
		return fail(r);
	return 0;
}

static int print_results(struct run *r, const struct results *results)
{
	for (size_t i = 0; i < results->n; i++) {
		if (i)
			kv_buf_c(r->out, ' ');
		if (print_one(r, &results->v[i]))
			return -1;
	}
	return 0;
}

static int run_nodes(struct run *r, size_t from, struct result one, bool print);

/* The nodes behind a {range}, for each of its results; for none of them once, to find its {end}. */
static int run_range(struct run *r, size_t from, const struct results *results, bool print)
{
	enum { DEEPEST = 100 };
	r->begin_range--;
	if (++r->in_range > DEEPEST)
		return fail(r);
	for (size_t i = 0; i < results->n; i++) {
		struct result one = results->v[i];
		one.none = one.none || one.v.kind == KRM_NIL;
		if (run_nodes(r, from, one, print))
			return -1;
	}
	if (!results->n && run_nodes(r, from, (struct result){ .none = true }, false))
		return -1;
	r->in_range--;
	return 0;
}

static int run_nodes(struct run *r, size_t from, struct result one, bool print)
{
	struct results current = { .v = &one, .n = 1, .cap = 1 };
	for (size_t i = from; i < r->nodes->n; i++) {
		struct results found = { 0 };
		if (walk(r, &current, r->nodes->v[i], &found))
			return -1;
		if (r->end_range > 0 && r->end_range <= r->in_range) {
			r->end_range--;
			r->last_end = i;
			return 0;
		}
		if (r->begin_range > 0) {
			if (run_range(r, i + 1, &found, print))
				return -1;
			if (r->last_end > i)
				i = r->last_end;
		} else if (print && print_results(r, &found)) {
			return -1;
		}
	}
	return 0;
}

int cli_jsonpath_print(struct kv_job *job, const struct cli_jsonpath_nodes *nodes, krm_val v, struct kv_buf *out)
{
	struct kv_buf text;
	kv_buf_init(&text, job->arena, job->limits.output_bytes);
	struct run r = { .job = job, .nodes = nodes, .out = &text };
	if (run_nodes(&r, 0, (struct result){ .v = v }, true) == 0)
		kv_buf_str(out, kv_buf_view(&text));
	else if (!r.failed)
		return -1;
	return 0;
}
