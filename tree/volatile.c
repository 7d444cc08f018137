/* tree/volatile.c: renders again, all that drew in each way, and each call that drew alone. */
#include "tree/volatile.h"

#include "base/map.h"
#include "tree/applications.h"
#include "tree/produce.h"

/* Each call is a render, and a chart may have as many as it likes. All of them together may take as many steps as this many releases
 * at their limit, some 20 seconds; each counts RENDER_STEPS more, so there are never more than 3,200. */
#define MOST_RELEASES 64
#define RENDER_STEPS ((size_t)1000 * 1000)

/* --- once more -------------------------------------------------------------------------------- */

int tree_build_sources(struct kv_job *job, const struct rnd_build_options *options, const struct tree_group *group,
		       struct krm_resources *ret)
{
	for (size_t i = 0; i < group->nsources; i++)
		if (tree_source_render(job, &group->sources[i], options, ret) < 0)
			return -1;
	return 0;
}

/* What is fetched is what the first render has pinned. */
static void open_fetcher(struct rnd_fetcher *ret, struct kv_job *job, const struct rnd_fetcher *first,
			 struct rnd_fetch_options *options)
{
	*options = *first->options;
	options->pins = &first->used;
	options->renew = false;
	rnd_fetcher_init(ret, job, options);
}

/* A build in a job of its own, and what differs then. What it reports was reported before; -1, without a report, if it fails. The steps
 * it took are added to *steps. */
static int compare_again(struct kv_job *job, const struct rnd_build_options *options, tree_build_fn *build,
			 const struct tree_group *group, const struct krm_resources *resources, flt_generated_fn *found,
			 void *arg, size_t *steps)
{
	struct kv_job *own = kv_job_beside(job);
	struct rnd_build_options o = *options;
	struct rnd_fetch_options fetch;
	struct rnd_fetcher fetcher;
	struct krm_resources again = { 0 };
	own->shown_from = job->shown_from;
	if (o.fetcher) {
		open_fetcher(&fetcher, own, o.fetcher, &fetch);
		o.fetcher = &fetcher;
	}
	int failed = build(own, &o, group, &again);
	if (failed == 0)
		flt_find_generated(job, resources, &again, found, arg);
	*steps += own->steps;
	kv_job_free(own);
	return failed;
}

struct marks {
	struct kv_job *job;
	struct kv_map made; /* by resource and path */
};

static kv_str key_of(struct kv_arena *a, const struct krm_resource *r, kv_str path)
{
	return kv_arena_printf(a, "%p %.*s", (const void *)r, KV_ARG(path));
}

static void mark(void *arg, struct krm_resource *r, struct krm_generated g)
{
	struct marks *m = arg;
	if (!kv_map_put(&m->made, key_of(m->job->arena, r, g.path), m))
		KV_PUSH(m->job->arena, r->generated, r->ngenerated, r->generated_cap, g);
}

/* Numbers that no draw would have given may be too much for a template; others must be as good as the first ones. */
static bool must_do(enum rnd_variation v)
{
	return v == RND_VARY_UP || v == RND_VARY_DOWN;
}

int tree_mark_generated(struct kv_job *job, const struct rnd_build_options *options, tree_build_fn *build,
			const struct tree_group *group, const struct krm_resources *resources)
{
	struct rnd_draws *draws = options->chance.draws;
	struct marks m = { .job = job };
	size_t steps = 0;
	int failed = 0;
	kv_map_init(&m.made, job->arena);
	draws->varied = RND_DRAWS_ALL;
	for (int v = 0; draws->n && v < RND_VARIATIONS && !failed; v++) {
		draws->variation = (enum rnd_variation)v;
		failed = compare_again(job, options, build, group, resources, mark, &m, &steps) < 0 &&
			 must_do(draws->variation);
	}
	draws->varied = 0;
	return failed ? kv_error(job, group->sources[0].pos, "the source can be rendered with one seed and not with another")
		      : 0;
}

/* --- who made what ---------------------------------------------------------------------------- */

struct trace {
	struct kv_job *job;
	struct tree_volatile *list;
	struct kv_map made; /* numbers in the list, from 1, by resource and path */
	const struct rnd_draw *call;
	size_t nuntold; /* values that no call is known for */
	size_t steps;   /* of all renders so far */
};

static bool has_call(const struct tree_volatile_value *m, const struct rnd_draw *call)
{
	for (size_t i = 0; i < m->ncalls; i++)
		if (m->calls[i] == call)
			return true;
	return false;
}

/* A name that changes takes the paths below it along, so what is told there is looked for as it is. */
static void add_call(void *arg, struct krm_resource *r, struct krm_generated g)
{
	struct trace *t = arg;
	size_t n = (size_t)(uintptr_t)kv_map_get(&t->made, key_of(t->job->arena, r, g.path));
	struct tree_volatile_value *m = n ? &t->list->v[n - 1] : NULL;
	if (!m || has_call(m, t->call))
		return;
	t->nuntold -= !m->ncalls;
	KV_PUSH(t->job->arena, m->calls, m->ncalls, m->calls_cap, t->call);
}

static bool may_go_on(const struct trace *t)
{
	return t->steps / MOST_RELEASES < t->job->limits.steps;
}

/* Each call alone in one variation, as long as steps are left. Returns how many were looked at; what cannot be rendered shows nothing. */
static size_t trace_way(struct trace *t, const struct rnd_build_options *options, const struct tree_group *group,
			const struct krm_resources *resources, const struct rnd_draw *calls, size_t n)
{
	struct rnd_draws *draws = options->chance.draws;
	size_t i;
	for (i = 0; i < n && may_go_on(t); i++) {
		draws->varied = i + 1;
		t->call = &calls[i];
		(void)compare_again(t->job, options, tree_build_sources, group, resources, add_call, t, &t->steps);
		t->steps += RENDER_STEPS;
	}
	return i;
}

/* The first variation shows nearly all; the others are for what it left. */
static void trace_calls(struct trace *t, const struct rnd_build_options *options, const struct tree_group *group,
			const struct krm_resources *resources)
{
	struct rnd_draws *draws = options->chance.draws;
	size_t n = draws->n, nseen = 0;
	struct rnd_draw *calls = KV_NEW_N(t->job->arena, struct rnd_draw, n);
	memcpy(calls, draws->v, n * sizeof *calls);
	for (int v = 0; v < RND_VARIATIONS && t->nuntold; v++) {
		draws->variation = (enum rnd_variation)v;
		size_t seen = trace_way(t, options, group, resources, calls, n);
		nseen = v == 0 ? seen : nseen;
	}
	t->list->nuntold += n - nseen;
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
	t.nuntold = ret->n - first;
	trace_calls(&t, options, group, resources);
	find_written(job, group, resources, filters, &written);
	for (size_t i = first; i < ret->n; i++)
		ret->v[i].written = kv_map_has(&written, key_of(job->arena, ret->v[i].resource, KV_S("")));
	return 0;
}
