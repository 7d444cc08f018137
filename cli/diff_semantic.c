/* cli/diff_semantic.c: prints changes of resources. */
#include "cli/diff_semantic.h"

#include "base/diff.h"
#include "krm/json.h"
#include "tree/changes.h"

struct printer {
	struct kv_job *job;
	struct kv_buf *out;
	bool colour;
};

/* How each kind of change begins. */
static const struct {
	const char *sign, *colour;
} marks[] = {
	[TREE_ADDED] = { "+", "\033[32m" },   [TREE_REMOVED] = { "-", "\033[31m" },
	[TREE_CHANGED] = { "~", "\033[33m" }, [TREE_MOVED] = { ">", "\033[36m" },
	[TREE_OTHER] = { "~", "\033[33m" },
};

static void begin(struct printer *p, const char *colour)
{
	if (p->colour)
		kv_buf_printf(p->out, "%s", colour);
}

static void end(struct printer *p)
{
	if (p->colour)
		kv_buf_lit(p->out, "\033[0m");
	kv_buf_c(p->out, '\n');
}

static void add_value(struct printer *p, krm_val v)
{
	kv_str error;
	if (krm_json_write(p->job, v, (struct krm_json_style){ .indent = NULL }, p->out, &error) < 0)
		kv_buf_str(p->out, error);
}

static bool is_long(krm_val v)
{
	return v.kind == KRM_STRING && kv_str_chr(krm_str(v), '\n') != SIZE_MAX;
}

/* Texts of several lines: the lines that differ, without any around them. */
static void add_lines(struct printer *p, krm_val before, krm_val after)
{
	struct kv_diff d;
	struct kv_buf hunks;
	kv_str line, rest;
	kv_buf_init(&hunks, p->job->arena, KV_BUF_MAX);
	kv_diff(p->job->arena, krm_str(before), krm_str(after), &d);
	kv_diff_unified(&d, 0, p->colour, &hunks);
	rest = kv_buf_view(&hunks);
	while (kv_str_line(&rest, &line)) {
		kv_buf_lit(p->out, "        ");
		kv_buf_str(p->out, line);
		kv_buf_c(p->out, '\n');
	}
}

static void add_path(struct printer *p, const struct krm_change *c)
{
	kv_buf_str(p->out, c->parent);
	kv_buf_str(p->out, c->parent.n ? KV_S(".") : KV_S(""));
	kv_buf_str(p->out, c->name);
}

static void add_field(struct printer *p, const struct krm_change *c)
{
	static const enum tree_change_kind as[] = { [KRM_ADDED] = TREE_ADDED,
						    [KRM_REMOVED] = TREE_REMOVED,
						    [KRM_CHANGED] = TREE_CHANGED,
						    [KRM_REORDERED] = TREE_CHANGED };
	bool lines = c->kind == KRM_CHANGED && is_long(c->before) && is_long(c->after);
	kv_buf_lit(p->out, "    ");
	begin(p, marks[as[c->kind]].colour);
	kv_buf_printf(p->out, "%s ", marks[as[c->kind]].sign);
	add_path(p, c);
	if (c->kind == KRM_REORDERED) {
		kv_buf_lit(p->out, ": in another order");
	} else if (!lines) {
		kv_buf_lit(p->out, ": ");
		add_value(p, c->kind == KRM_ADDED ? c->after : c->before);
		if (c->kind == KRM_CHANGED) {
			kv_buf_lit(p->out, " -> ");
			add_value(p, c->after);
		}
	}
	end(p);
	if (lines)
		add_lines(p, c->before, c->after);
}

static void add_change(struct printer *p, const struct tree_change *c)
{
	const struct tree_drift *file = c->to ? c->to : c->from;
	begin(p, marks[c->kind].colour);
	kv_buf_printf(p->out, "%s ", marks[c->kind].sign);
	if (c->kind != TREE_OTHER) {
		kv_buf_str(p->out, krm_shown(p->job->arena, c->obj));
		kv_buf_lit(p->out, " ");
	}
	kv_buf_printf(p->out, c->kind == TREE_OTHER ? "%.*s" : "(%.*s)", KV_ARG(file->shown));
	if (c->kind == TREE_MOVED)
		kv_buf_printf(p->out, " from (%.*s)", KV_ARG(c->from->shown));
	if (c->kind == TREE_CHANGED && !c->fields.n)
		kv_buf_lit(p->out, ": only its text differs");
	if (c->kind == TREE_OTHER)
		kv_buf_printf(p->out, ": %s", c->to ? "it is written anew" : "it is removed");
	end(p);
	for (size_t i = 0; i < c->fields.n; i++)
		add_field(p, &c->fields.v[i]);
}

int cli_diff_semantic(struct kv_job *job, const struct tree_drifts *drifts, bool quiet, bool colour,
		      struct kv_buf *out, bool *ret_found)
{
	struct printer p = { job, out, colour };
	struct tree_changes changes = { 0 };
	if (tree_changes_find(job, drifts, quiet, &changes) < 0)
		return -1;
	for (size_t i = 0; i < changes.n; i++)
		add_change(&p, &changes.v[i]);
	*ret_found = changes.n > 0;
	return 0;
}
