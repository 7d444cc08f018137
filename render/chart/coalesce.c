/* render/chart/coalesce.c: merges a chart's values with the user's (helm: pkg/chartutil/coalesce.go, values.go). */
#include "render/chart/coalesce.h"

#include "render/log.h"
#include "render/template/func.h"

struct coalescer {
	struct kv_job *job;
	enum rnd_engine engine;
	bool merge;
	bool share; /* tables of the values given are copied only where they change */
	kv_str error;
};

/* krm_val.flags while a call of rnd_coalesce works */
enum {
	WAS_SET = KRM_USER0,    /* a default that was no null before the user's nulls came in */
	OWNED = KRM_USER0 << 1, /* a table made by this call; the flag is in the slot that holds it */
};

static void warn_value(const struct coalescer *c, const char *place, const char *before, kv_str key, const char *after,
		       const krm_val *v)
{
	struct kv_buf b;
	kv_buf_init(&b, c->job->arena, KV_BUF_MAX);
	kv_buf_str(&b, kv_str_c(before));
	kv_buf_str(&b, key);
	kv_buf_str(&b, kv_str_c(after));
	if (v) {
		kv_buf_c(&b, '(');
		rnd_print_value(c->job, *v, &b);
		kv_buf_c(&b, ')');
	}
	rnd_log(c->job, c->engine, place, kv_buf_view(&b));
}

static kv_str join_key(struct kv_job *job, kv_str a, kv_str b)
{
	return a.n ? kv_arena_cat(job->arena, a, KV_S("."), b) : b;
}

static krm_val shallow_copy(struct kv_job *job, krm_val v)
{
	krm_val out = krm_map(job->arena, KRM_OF_ANY);
	krm_map_each (v.m, e) {
		krm_val val = e->val;
		val.flags = (uint16_t)(val.flags & ~OWNED);
		krm_map_set_key(job->arena, out.m, e->key, val);
	}
	return out;
}

/* Tables below "global" are shared among charts and change for all of them at once: copied whole. */
static int own_globals(struct kv_job *job, krm_val v)
{
	krm_val *globals = krm_map_find(v.m, KV_S("global"));
	return globals && globals->kind == KRM_MAP ? krm_copy(job, *globals, globals) : 0;
}

/* Before the table in a slot changes: a copy of its own level, unless it is this call's already. */
static int own(struct coalescer *c, krm_val *slot)
{
	if (!c->share || slot->flags & OWNED)
		return 0;
	*slot = shallow_copy(c->job, *slot);
	slot->flags |= OWNED;
	return own_globals(c->job, *slot);
}

/* Nulls of a chart's own defaults do not come through in Helm 4. */
static void drop_nulls(struct krm_map *m)
{
	krm_map_each (m, e) {
		if (e->val.kind == KRM_NIL)
			krm_map_del(m, krm_str(e->key));
		else if (e->val.kind == KRM_MAP)
			drop_nulls(e->val.m);
	}
}

/* coalesceTablesFullKey: what `dst` lacks comes from `src`. A null in dst is copied into src first, which
 * matters where src is used again. */
static int tables(struct coalescer *c, krm_val dst, krm_val src, kv_str prefix, bool merge)
{
	struct kv_job *job = c->job;
	krm_map_each (src.m, e)
		e->val.flags =
			(uint16_t)(e->val.kind == KRM_NIL ? e->val.flags & ~WAS_SET : e->val.flags | WAS_SET);
	krm_map_each (dst.m, e) {
		if (e->val.kind != KRM_NIL)
			continue;
		krm_val *old = krm_map_find(src.m, krm_str(e->key));
		krm_val null = krm_nil();
		null.flags = old ? old->flags & WAS_SET : 0;
		krm_map_set_key(job->arena, src.m, e->key, null);
	}
	krm_map_each (src.m, e) {
		bool was_set = e->val.flags & WAS_SET;
		e->val.flags = (uint16_t)(e->val.flags & ~WAS_SET);
		kv_str name = krm_str(e->key);
		krm_val *dv = krm_map_find(dst.m, name);
		if (dv && !merge && dv->kind == KRM_NIL && was_set)
			krm_map_del(dst.m, name);
		else if (!dv)
			krm_map_set_key(job->arena, dst.m, e->key, e->val);
		else if (e->val.kind == KRM_MAP && dv->kind == KRM_MAP) {
			if (own(c, dv) || tables(c, *dv, e->val, join_key(job, prefix, name), merge))
				return -1;
		} else if (e->val.kind == KRM_MAP)
			warn_value(c, "coalesce.go:316", "warning: cannot overwrite table with non table for ",
				   join_key(job, prefix, name), " ", &e->val);
		else if (dv->kind == KRM_MAP && e->val.kind != KRM_NIL)
			warn_value(c, "coalesce.go:319", "warning: destination for ", join_key(job, prefix, name),
				   " is a table. Ignoring non-table value ", &e->val);
	}
	return 0;
}

void rnd_merge_tables(struct kv_job *job, enum rnd_engine engine, krm_val dst, krm_val src)
{
	struct coalescer c = { .job = job, .engine = engine };
	/* Only copying can fail, and nothing is copied here. */
	(void)!tables(&c, dst, src, KV_S(""), true);
}

void rnd_coalesce_tables(struct kv_job *job, enum rnd_engine engine, krm_val dst, krm_val src)
{
	struct coalescer c = { .job = job, .engine = engine };
	(void)!tables(&c, dst, src, KV_S(""), false);
}

/* The "global" table of a map, made if absent. False, with a warning, if it is no table. */
static bool globals_of(struct coalescer *c, krm_val of, const char *place, const char *which, krm_val *ret)
{
	krm_val *g = krm_map_find(of.m, KV_S("global"));
	*ret = g ? *g : krm_map(c->job->arena, KRM_OF_ANY);
	if (ret->kind == KRM_MAP)
		return true;
	warn_value(c, place, "warning: skipping globals because ", kv_str_c(which), " global is not a table.", NULL);
	return false;
}

/* The parent's globals into a subchart's values; the parent's win. */
static int push_globals(struct coalescer *c, krm_val dest, krm_val src, kv_str prefix)
{
	krm_val dg, sg;
	if (!globals_of(c, dest, "coalesce.go:138", "destination", &dg) ||
	    !globals_of(c, src, "coalesce.go:145", "source", &sg))
		return 0;
	krm_map_each (sg.m, e) {
		kv_str name = krm_str(e->key);
		krm_val *dv = krm_map_find(dg.m, name);
		if (e->val.kind != KRM_MAP) {
			if (dv && dv->kind == KRM_MAP)
				warn_value(c, "coalesce.go:175", "key ", name, " is table. Skipping", NULL);
			else
				krm_map_set_key(c->job->arena, dg.m, e->key, e->val);
			continue;
		}
		if (dv && dv->kind != KRM_MAP) {
			warn_value(c, "coalesce.go:161", "Conflict: cannot merge map onto non-map for ",
				   rnd_quoted(c->job, name), ". Skipping.", NULL);
			continue;
		}
		krm_val copy = shallow_copy(c->job, e->val);
		/* Both are this call's: what they share they share on purpose. */
		struct coalescer in_place = { .job = c->job, .engine = c->engine };
		if (dv && tables(&in_place, copy, *dv, join_key(c->job, prefix, name), true))
			return -1;
		krm_map_set_key(c->job->arena, dg.m, e->key, copy);
	}
	krm_map_set(c->job->arena, dest.m, KV_S("global"), dg);
	return 0;
}

static bool is_subchart(const struct rnd_chart *chart, kv_str name)
{
	for (size_t i = 0; i < chart->ndependencies; i++)
		if (kv_str_eq(chart->dependencies[i]->metadata->name, name))
			return true;
	return false;
}

/* One default of the chart where the user's values have the key. */
static int over_default(struct coalescer *c, const struct rnd_chart *chart, krm_val v, struct krm_entry *e,
			kv_str prefix)
{
	kv_str name = krm_str(e->key);
	krm_val *user = krm_map_find(v.m, name);
	if (user->kind == KRM_NIL && !c->merge) {
		krm_map_del(v.m, name);
		return 0;
	}
	if (user->kind != KRM_MAP)
		return 0;
	kv_str full = join_key(c->job, prefix, name);
	if (e->val.kind != KRM_MAP) {
		if (e->val.kind != KRM_NIL)
			warn_value(c, "coalesce.go:237", "warning: skipped value for ", full, ": Not a table.", NULL);
		return 0;
	}
	/* Nulls for a subchart stay, so that they can delete the subchart's own defaults. */
	bool merge = c->merge || is_subchart(chart, name);
	if (!merge && c->engine == RND_HELM4)
		drop_nulls(e->val.m);
	return own(c, user) ? -1 : tables(c, *user, e->val, full, merge);
}

int rnd_values_fit(struct kv_job *job, kv_str *ret_error)
{
	if (kv_arena_used(job->arena) <= job->limits.memory)
		return 0;
	*ret_error = kv_arena_printf(
		job->arena, "values of the chart and its dependencies take too much memory (limit %zu bytes)",
		job->limits.memory);
	return -1;
}

/* Which of the two finds that it is too much depends on a few bytes. */
static int copy_values(struct coalescer *c, krm_val v, krm_val *ret)
{
	struct kv_diag_mark mark = kv_diag_mark(c->job);
	if (krm_copy(c->job, v, ret) == 0)
		return 0;
	if (rnd_values_fit(c->job, &c->error))
		kv_diag_forget(c->job, mark);
	return -1;
}

static int own_values(struct coalescer *c, const struct rnd_chart *chart, krm_val v, kv_str prefix)
{
	if (chart->values.kind != KRM_MAP)
		return 0;
	krm_val defaults;
	if (copy_values(c, chart->values, &defaults))
		return -1;
	prefix = join_key(c->job, prefix, chart->metadata->name);
	krm_map_each (defaults.m, e) {
		if (krm_map_find(v.m, krm_str(e->key))) {
			if (over_default(c, chart, v, e, prefix))
				return -1;
			continue;
		}
		if (!c->merge && c->engine == RND_HELM4) {
			if (e->val.kind == KRM_NIL)
				continue;
			if (e->val.kind == KRM_MAP)
				drop_nulls(e->val.m);
		}
		krm_map_set_key(c->job->arena, v.m, e->key, e->val);
	}
	return 0;
}

static int coalesce(struct coalescer *c, const struct rnd_chart *chart, krm_val dest, kv_str prefix)
{
	if (rnd_values_fit(c->job, &c->error) || own_values(c, chart, dest, prefix))
		return -1;
	kv_str below = join_key(c->job, prefix, chart->metadata->name);
	for (size_t i = 0; i < chart->ndependencies; i++) {
		const struct rnd_chart *sub = chart->dependencies[i];
		kv_str name = sub->metadata->name;
		krm_val *found = krm_map_find(dest.m, name);
		krm_val inner = found ? *found : krm_map(c->job->arena, KRM_OF_ANY);
		if (inner.kind != KRM_MAP) {
			/* Helm prints the value with %t. */
			struct kv_buf b;
			kv_buf_init(&b, c->job->arena, KV_BUF_MAX);
			kv_buf_printf(&b, "type mismatch on %.*s: ", KV_ARG(name));
			rnd_sprintf(c->job, KV_S("%t"), &inner, 1, &b);
			c->error = kv_buf_view(&b);
			return -1;
		}
		if (found && own(c, found))
			return -1;
		inner = found ? *found : inner;
		if (!found)
			krm_map_set(c->job->arena, dest.m, name, inner);
		if (push_globals(c, inner, dest, below) || coalesce(c, sub, inner, below))
			return -1;
	}
	return 0;
}

int rnd_coalesce(struct kv_job *job, enum rnd_engine engine, const struct rnd_chart *chart, krm_val values,
		 enum rnd_coalesce_how how, krm_val *ret, kv_str *ret_error)
{
	struct coalescer c = { .job = job, .engine = engine, .merge = how == RND_MERGE };
	krm_val dest = krm_map(job->arena, KRM_OF_ANY);
	c.share = how == RND_COALESCE_LOOK;
	if (values.kind == KRM_MAP && c.share) {
		dest = shallow_copy(job, values);
		if (own_globals(job, dest))
			return -1;
	} else if (values.kind == KRM_MAP && krm_copy(job, values, &dest)) {
		return -1;
	}
	*ret_error = KV_S("");
	if (coalesce(&c, chart, dest, KV_S(""))) {
		*ret_error = c.error;
		return -1;
	}
	*ret = dest;
	return 0;
}

bool rnd_values_table(krm_val values, kv_str path, krm_val *ret, kv_str *ret_missing)
{
	for (;;) {
		size_t dot = kv_str_chr(path, '.');
		kv_str name = dot == SIZE_MAX ? path : kv_str_sub(path, 0, dot);
		krm_val next = krm_get_str(values, name);
		if (next.kind != KRM_MAP) {
			*ret_missing = name;
			return false;
		}
		values = next;
		if (dot == SIZE_MAX)
			break;
		path = kv_str_sub(path, dot + 1, path.n);
	}
	*ret = values;
	return true;
}
