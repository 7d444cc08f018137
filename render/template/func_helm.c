/* render/template/func_helm.c: Helm's functions that run templates or stop them (pkg/engine/engine.go). */
#include "render/log.h"
#include "render/template/exec.h"
#include "render/template/functions.h"
#include "render/template/result.h"

/* Helm's recursionMaxNums: how often one name may be included within itself. */
#define INCLUDES_OF_ONE_NAME 1000

/* The marks around the message of fail and required, by which Helm finds it in Go's chain (warnWrap). */
#define WARN_START "HELM_ERR_START"
#define WARN_END "HELM_ERR_END"

/* The total of nested include, template and tpl, whatever their names. */
static int check_depth(struct rnd_call *c)
{
	size_t limit = c->job->limits.include_depth;

	if (c->exec->depth >= limit || rnd_stack_exceeded(c->set, c->exec->stack))
		return rnd_fail(c, "too many nested includes (limit %zu)", limit);
	return 0;
}

/* The failure is with the execution, not in the call. */
static int failed_inside(struct rnd_call *c)
{
	c->error = (kv_str){ NULL, 0 };
	return -1;
}

int rnd_fn_include(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	kv_str name = krm_str(args[0]), text;
	void **count = kv_map_slot(&c->set->root->included, name);
	const struct rnd_template *t;
	struct kv_buf b;

	(void)nargs;
	if ((uintptr_t)*count > INCLUDES_OF_ONE_NAME)
		return rnd_fail(
			c, "rendering template has a nested reference name: %.*s: unable to execute template",
			KV_ARG(name));
	t = rnd_tpl_lookup(c->set, name);
	if (!t) {
		kv_buf_init(&b, c->job->arena, KV_BUF_MAX);
		rnd_no_template(name, &b);
		c->set->root->near = rnd_nearest_template(c->set, name);
		c->error = kv_buf_view(&b);
		return -1;
	}
	if (check_depth(c))
		return -1;
	*count = (void *)((uintptr_t)*count + 1);
	if (rnd_exec_string(c->exec, t, args[1], &text))
		return failed_inside(c);
	count = kv_map_slot(&c->set->root->included, name);
	*count = (void *)((uintptr_t)*count - 1);
	return rnd_ret_str(c, text, ret);
}

/* --- tpl -------------------------------------------------------------------------------------- */

/* A text is parsed once per release, whatever set it runs in: what a parse gives does not depend on the set. */
static const struct rnd_parsed *parse_once(struct rnd_call *c, kv_str text)
{
	void **slot = kv_map_slot(&c->set->root->parses, text);
	struct rnd_parsed *parsed = *slot;

	if (!parsed) {
		parsed = rnd_parse(c->set->root, rnd_source_new(c->job, KV_S("gotpl"), text));
		*kv_map_slot(&c->set->root->parses, text) = parsed;
	}
	return parsed;
}

/* Helm clones the whole set for each call; here a small one lies above it, with the text's own templates. */
static struct rnd_tpl *overlay(struct rnd_call *c, const struct rnd_parsed *parsed)
{
	struct rnd_tpl *set = KV_NEW(c->job->arena, struct rnd_tpl), *under = c->set;

	while (under->under && !under->templates.n)
		under = under->under;
	set->job = c->job;
	set->options = c->set->options;
	set->root = c->set->root;
	set->under = under;
	set->main = parsed->main;
	kv_map_init(&set->templates, c->job->arena);
	if (parsed->n > 1)
		rnd_tpl_associate(set, parsed);
	return set;
}

kv_str rnd_without_no_value(struct kv_arena *a, kv_str text)
{
	kv_str word = KV_S("<no value>");
	size_t from = 0, at = kv_str_find(text, word, 0);
	struct kv_buf b;

	if (at == SIZE_MAX)
		return text;
	kv_buf_init(&b, a, KV_BUF_MAX);
	for (; at != SIZE_MAX; at = kv_str_find(text, word, from)) {
		kv_buf_str(&b, kv_str_sub(text, from, at));
		from = at + word.n;
	}
	kv_buf_str(&b, kv_str_sub(text, from, text.n));
	return kv_buf_view(&b);
}

static int run_text(struct rnd_call *c, const struct rnd_parsed *parsed, kv_str source, krm_val data,
		    krm_val *ret)
{
	struct rnd_exec *x = c->exec;
	struct rnd_tpl *before = x->set;
	kv_str text;
	int failed;

	x->set = overlay(c, parsed);
	failed = rnd_exec_string(x, parsed->main, data, &text);
	x->set = before;
	if (failed) {
		rnd_exec_link(x, kv_arena_cat(c->job->arena, KV_S("error during tpl function execution for "),
					      rnd_quoted(c->job, source), KV_S(": ")));
		return failed_inside(c);
	}
	*ret = krm_string(c->job->arena, rnd_without_no_value(c->job->arena, text));
	return 0;
}

int rnd_fn_tpl(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	kv_str source = krm_str(args[0]);
	const struct rnd_parsed *parsed;

	(void)nargs;
	if (!kv_str_has(source, KV_S("{{"))) {
		kv_str text = rnd_without_no_value(c->job->arena, source);
		*ret = text.p == source.p ? krm_string_take(args[0].s) : krm_string(c->job->arena, text);
		return 0;
	}
	if (check_depth(c))
		return -1;
	parsed = parse_once(c, source);
	c->set->root->near = parsed->near;
	if (parsed->error.n)
		return rnd_fail_parts(c, KV_S("cannot parse template "), rnd_quoted(c->job, source), KV_S(": "),
				      parsed->error);
	return run_text(c, parsed, source, args[1], ret);
}

/* --- stopping --------------------------------------------------------------------------------- */

/* What helm lint mentions where a chart would fail: both Helms' words. */
struct mention {
	const char *place, *text, *level4, *text4;
};

/* Nobody reads on. */
#define MOST_OF_A_WARNING ((size_t)512 << 10)

/* As an error of the chart's author; helm lint only mentions it. */
static int warn(struct rnd_call *c, const struct mention *m, krm_val message, krm_val *ret)
{
	if (c->set->options.lint) {
		kv_str text = krm_str(message);
		if (c->set->options.engine == RND_HELM4)
			rnd_log4(c->job, m->level4, m->text4, "message", text, NULL);
		else
			rnd_log(c->job, RND_HELM3, m->place,
				kv_arena_printf(c->job->arena, "[INFO] %s: %.*s", m->text, KV_ARG(text)));
		*ret = krm_string(c->job->arena, KV_S(""));
		return 0;
	}
	kv_str text = krm_str(message);
	return text.n <= MOST_OF_A_WARNING
		       ? rnd_fail_parts(c, KV_S(WARN_START), text, KV_S(WARN_END), KV_S(""))
		       : rnd_fail_parts(c, KV_S(WARN_START), kv_str_sub(text, 0, MOST_OF_A_WARNING), KV_S("..."), KV_S(WARN_END));
}

int rnd_fn_fail(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	static const struct mention fail = { "engine.go:227", "Fail", "INFO", "funcMap fail" };
	(void)nargs;
	return warn(c, &fail, args[0], ret);
}

int rnd_fn_required(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	static const struct mention nil = { "engine.go:206", "Missing required value", "WARN", "missing required value" },
				    empty = { "engine.go:214", "Missing required value", "WARN",
					      "missing required values" };
	(void)nargs;
	if (args[1].kind == KRM_NIL)
		return warn(c, &nil, args[0], ret);
	if (args[1].kind == KRM_STRING && !args[1].s->n)
		return warn(c, &empty, args[0], ret);
	*ret = args[1];
	return 0;
}

/* Without a cluster there is nothing to find, unless it is said that there is one. */
int rnd_fn_lookup(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	(void)args, (void)nargs;
	if (c->set->root->options.asks_cluster)
		return rnd_fail(c, "with this --dry-run a cluster is asked, and kvendor talks to none; with --dry-run=client lookup finds nothing");
	*ret = krm_map(c->job->arena, KRM_OF_ANY);
	return 0;
}
