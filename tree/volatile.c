/* tree/volatile.c: one render more for each call that drew. */
#include "tree/volatile.h"

#include "base/map.h"
#include "tree/applications.h"
#include "tree/produce.h"

/* Each call is a render, and a chart may have as many as it likes. */
#define MOST_CALLS 64

int tree_build_again(struct kv_job *job, const struct rnd_build_options *options, const struct tree_group *group,
		     struct krm_resources *ret)
{
	struct kv_diag_mark mark = kv_diag_mark(job);
	for (size_t i = 0; i < group->nsources; i++)
		if (tree_source_render(job, &group->sources[i], options, ret) < 0)
			return kv_error(job, group->sources[i].pos,
					"the source can be rendered with one seed and not with another");
	kv_diag_forget(job, mark);
	return 0;
}

/* --- who made what ---------------------------------------------------------------------------- */

struct trace {
	struct kv_job *job;
	struct tree_volatile *list;
	struct kv_map made; /* numbers in the list, from 1, by resource and path */
	const struct rnd_draw *call;
};

static kv_str key_of(struct kv_arena *a, const struct krm_resource *r, kv_str path)
{
	return kv_arena_printf(a, "%p %.*s", (const void *)r, KV_ARG(path));
}

/* A name that changes takes the paths below it along, so what is told there is looked for as it is. */
static void add_call(void *arg, struct krm_resource *r, struct krm_generated g)
{
	struct trace *t = arg;
	size_t n = (size_t)(uintptr_t)kv_map_get(&t->made, key_of(t->job->arena, r, g.path));
	struct tree_volatile_value *m = n ? &t->list->v[n - 1] : NULL;
	if (m)
		KV_PUSH(t->job->arena, m->calls, m->ncalls, m->calls_cap, t->call);
}

static int trace_calls(struct trace *t, const struct rnd_build_options *options, const struct tree_group *group,
		       const struct krm_resources *resources)
{
	struct rnd_draws *draws = options->chance.draws;
	size_t n = draws->n;
	struct rnd_draw *calls = KV_NEW_N(t->job->arena, struct rnd_draw, n);
	memcpy(calls, draws->v, n * sizeof *calls);
	for (size_t i = 0; i < n && i < MOST_CALLS; i++) {
		struct krm_resources again = { 0 };
		draws->other = i + 1;
		t->call = &calls[i];
		if (tree_build_again(t->job, options, group, &again) < 0)
			return -1;
		flt_find_generated(t->job, resources, &again, add_call, t);
	}
	t->list->nuntold += n > MOST_CALLS ? n - MOST_CALLS : 0;
	return 0;
}

/* --- what becomes of it ----------------------------------------------------------------------- */

/* What the targets get: the filters before the selection, then that. What they report is for render to say. */
static void find_written(struct kv_job *job, struct tree_group *group, const struct krm_resources *resources,
			 struct tree_filters *filters, struct kv_map *ret)
{
	struct kv_diag_mark mark = kv_diag_mark(job);
	struct krm_resources prepared, some = { 0 };
	if (tree_prepare(job, filters, resources, &prepared) < 0)
		prepared = *resources;
	for (size_t i = 0; i < group->ntargets; i++)
		flt_select(job, &group->targets[i].select, &prepared, &some);
	for (size_t i = 0; i < some.n; i++)
		kv_map_put(ret, key_of(job->arena, some.v[i], KV_S("")), ret);
	kv_diag_forget(job, mark);
}

int tree_volatile_find(struct kv_job *job, const struct rnd_build_options *options, struct tree_group *group,
		       const struct krm_resources *resources, struct tree_filters *filters, struct tree_volatile *ret)
{
	struct trace t = { .job = job, .list = ret };
	struct kv_map written;
	size_t first = ret->n;
	kv_map_init(&t.made, job->arena);
	kv_map_init(&written, job->arena);
	for (size_t i = 0; i < resources->n; i++)
		for (size_t k = 0; k < resources->v[i]->ngenerated; k++) {
			struct krm_resource *r = resources->v[i];
			struct tree_volatile_value m = { .resource = r, .value = r->generated[k], .group = group };
			KV_PUSH(job->arena, ret->v, ret->n, ret->cap, m);
			kv_map_put(&t.made, key_of(job->arena, r, m.value.path), (void *)(uintptr_t)ret->n);
		}
	if (first == ret->n)
		return 0;
	/* Annotations are taken out, and names filled in, by the filters: what is said of the resources comes before. */
	for (size_t i = first; i < ret->n; i++)
		ret->v[i].action = flt_generated_action(job, &filters->generated, ret->v[i].resource, &ret->v[i].value);
	if (trace_calls(&t, options, group, resources) < 0)
		return -1;
	find_written(job, group, resources, filters, &written);
	for (size_t i = first; i < ret->n; i++)
		ret->v[i].written = kv_map_has(&written, key_of(job->arena, ret->v[i].resource, KV_S("")));
	return 0;
}
