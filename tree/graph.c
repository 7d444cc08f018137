/* tree/graph.c: writes and reads the list of inputs and pins of a render. */
#include "tree/graph.h"

#include <stdlib.h>

#include "base/digest.h"
#include "base/field.h"

#define FORM "kvendor graph 1"

static void init(struct tree_graph *g, struct kv_job *job)
{
	*g = (struct tree_graph){ 0 };
	rnd_pins_init(&g->used, job->arena);
	rnd_pins_init(&g->absent, job->arena);
}

/* Whatever the order of reading was, the key is the same. */
static int by_path(const void *a, const void *b)
{
	const struct kv_input *x = a, *y = b;
	int order = kv_str_cmp(x->path, y->path);
	return order ? order : (int)x->what - (int)y->what;
}

void tree_graph_of(struct kv_job *job, const struct kv_inputs *inputs, const struct rnd_fetcher *fetcher,
		   int64_t trusted, struct tree_graph *ret)
{
	init(ret, job);
	ret->inputs = inputs->v;
	ret->n = inputs->n;
	if (ret->n)
		qsort(ret->inputs, ret->n, sizeof *ret->inputs, by_path);
	for (size_t i = 0; i < fetcher->used.n; i++)
		rnd_pins_put(&ret->used, fetcher->used.v[i]);
	for (size_t i = 0; i < fetcher->absent.n; i++)
		rnd_pins_put(&ret->absent, fetcher->absent.v[i]);
	ret->trusted = trusted;
	ret->renewed = true;
}

/* --- paths ------------------------------------------------------------------------------------ */

static kv_str from_root(kv_str root, kv_str path)
{
	kv_str rest;
	return kv_path_below(path, root, &rest) ? rest : path;
}

static kv_str to_absolute(struct kv_arena *a, kv_str root, kv_str path)
{
	if (path.n && path.p[0] == '/')
		return path;
	return kv_str_eq(path, KV_S(".")) ? root : kv_arena_cat(a, root, KV_S("/"), path);
}

/* The answer without the place of the repository in it. */
static kv_str portable_value(kv_str root, const struct kv_input *in)
{
	return in->what == KV_INPUT_REAL ? from_root(root, in->value) : in->value;
}

/* --- printing --------------------------------------------------------------------------------- */

static void print_stamp(struct kv_buf *out, const struct kv_stamp *s)
{
	kv_field_put_number(out, (int64_t)s->inode);
	kv_field_put_number(out, (int64_t)s->size);
	kv_field_put_number(out, s->modified);
	kv_field_put_number(out, s->changed);
}

static void print_input(struct kv_buf *out, kv_str root, const struct kv_input *in, bool stamps)
{
	kv_field_put_number(out, in->what);
	kv_field_put(out, from_root(root, in->path));
	kv_field_put(out, portable_value(root, in));
	if (stamps && (in->what == KV_INPUT_TEXT || in->what == KV_INPUT_ENTRIES))
		print_stamp(out, &in->stamp);
}

static void print_pin(struct kv_buf *out, const struct rnd_pin *p)
{
	const kv_str fields[] = { p->chart,   p->repository, p->version, p->submodules,
				  p->url,     p->resolved,   p->sha256 };
	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
		kv_field_put(out, fields[i]);
}

static void print_pins(struct kv_buf *out, const struct rnd_pins *pins)
{
	kv_field_put_number(out, (int64_t)pins->n);
	for (size_t i = 0; i < pins->n; i++)
		print_pin(out, pins->v[i]);
}

static void print_body(kv_str root, const struct tree_graph *g, bool stamps, struct kv_buf *out)
{
	kv_field_put_number(out, (int64_t)g->n);
	for (size_t i = 0; i < g->n; i++)
		print_input(out, root, &g->inputs[i], stamps);
	print_pins(out, &g->used);
	print_pins(out, &g->absent);
}

void tree_graph_print(kv_str root, const struct tree_graph *g, bool stamps, struct kv_buf *out)
{
	kv_field_put(out, KV_S(FORM));
	kv_field_put_number(out, stamps ? g->trusted : 0);
	print_body(root, g, stamps, out);
}

kv_str tree_graph_key(struct kv_job *job, kv_str root, kv_str base, const struct tree_graph *g)
{
	struct kv_buf text;
	kv_buf_init(&text, job->arena, KV_BUF_MAX);
	kv_field_put(&text, base);
	print_body(root, g, false, &text);
	return kv_digest_hex(job->arena, KV_SHA256, kv_buf_view(&text));
}

/* --- parsing ---------------------------------------------------------------------------------- */

static bool parse_stamp(kv_str *rest, struct kv_stamp *ret)
{
	int64_t inode, size;
	if (!kv_field_take_number(rest, &inode) || !kv_field_take_number(rest, &size) ||
	    !kv_field_take_number(rest, &ret->modified) || !kv_field_take_number(rest, &ret->changed))
		return false;
	ret->inode = (uint64_t)inode;
	ret->size = (uint64_t)size;
	return true;
}

static bool parse_input(struct kv_arena *a, kv_str root, kv_str *rest, bool stamps, struct kv_input *ret)
{
	int64_t what;
	*ret = (struct kv_input){ 0 };
	if (!kv_field_take_number(rest, &what) || what >= KV_INPUT_NWHAT ||
	    !kv_field_take(rest, &ret->path) || !ret->path.n || !kv_field_take(rest, &ret->value))
		return false;
	ret->what = (enum kv_input_what)what;
	ret->path = to_absolute(a, root, ret->path);
	if (ret->what == KV_INPUT_REAL)
		ret->value = to_absolute(a, root, ret->value);
	return !stamps || (ret->what != KV_INPUT_TEXT && ret->what != KV_INPUT_ENTRIES) ||
	       parse_stamp(rest, &ret->stamp);
}

static bool parse_pins(kv_str *rest, struct rnd_pins *ret)
{
	int64_t n;
	if (!kv_field_take_number(rest, &n))
		return false;
	for (int64_t i = 0; i < n; i++) {
		struct rnd_pin p;
		kv_str *fields[] = { &p.chart, &p.repository, &p.version, &p.submodules,
				     &p.url,   &p.resolved,   &p.sha256 };
		for (size_t k = 0; k < sizeof fields / sizeof *fields; k++)
			if (!kv_field_take(rest, fields[k]))
				return false;
		rnd_pins_put(ret, &p);
	}
	return true;
}

bool tree_graph_parse(struct kv_job *job, kv_str root, kv_str text, struct tree_graph *ret)
{
	int64_t n;
	init(ret, job);
	if (!kv_field_skip(&text, KV_S(FORM)) || !kv_field_take_number(&text, &ret->trusted) ||
	    !kv_field_take_number(&text, &n))
		return false;
	for (int64_t i = 0; i < n; i++) {
		struct kv_input in;
		if (!parse_input(job->arena, root, &text, ret->trusted > 0, &in))
			return false;
		KV_PUSH(job->arena, ret->inputs, ret->n, ret->cap, in);
	}
	ret->renewed = !ret->trusted;
	return parse_pins(&text, &ret->used) && parse_pins(&text, &ret->absent) && !text.n;
}

/* --- the present ------------------------------------------------------------------------------ */

static bool refresh_pins(struct kv_job *job, struct tree_graph *g, const struct rnd_pins *pins)
{
	struct rnd_pins now;
	rnd_pins_init(&now, job->arena);
	for (size_t i = 0; i < g->absent.n; i++)
		if (pins && rnd_pins_find(pins, job->arena, g->absent.v[i]))
			return false;
	for (size_t i = 0; i < g->used.n; i++) {
		const struct rnd_pin *pin = pins ? rnd_pins_find(pins, job->arena, g->used.v[i]) : NULL;
		if (!pin)
			return false;
		rnd_pins_put(&now, pin);
	}
	g->used = now;
	return true;
}

bool tree_graph_refresh(struct kv_job *job, struct tree_graph *g, const struct rnd_pins *pins, int64_t trusted)
{
	for (size_t i = 0; i < g->n; i++)
		if (!kv_input_refresh(job, &g->inputs[i], g->trusted, &g->renewed))
			return false;
	g->trusted = trusted;
	return refresh_pins(job, g, pins);
}
