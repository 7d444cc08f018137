/* render/fetch/ahead.c: downloads of one unit on several threads. */
#include "render/fetch/ahead.h"

#include <pthread.h>
#include <stdatomic.h>

/* Servers are asked politely; more gain little where units are rendered side by side, too. */
#define MOST_THREADS 6

struct run {
	struct rnd_ahead **v;
	size_t n, cap;
	atomic_size_t next;
};

static kv_str key_of(struct kv_arena *a, const struct rnd_wanted *w)
{
	if (!w->chart.name.n && !w->url.n)
		return kv_arena_cat(a, w->git->no_submodules ? KV_S("alone\n") : KV_S("git\n"), w->git->repository,
				    KV_S("\n"), w->git->ref);
	if (!w->chart.name.n)
		return kv_arena_cat(a, w->git ? KV_S("either\n") : KV_S("url\n"), w->url);
	return kv_arena_cat(a, w->chart.devel ? KV_S("devel\n") : KV_S("chart\n"), w->chart.name, KV_S("\n"),
			    w->chart.repository, KV_S("\n"), w->chart.version);
}

/* --- fetching --------------------------------------------------------------------------------- */

static void fetch(struct rnd_ahead *a)
{
	const struct rnd_wanted *w = &a->wanted;
	if (w->chart.name.n)
		a->got = rnd_fetch_chart(&a->fetcher, 0, &w->chart, &a->bytes, &a->version);
	else if (!w->url.n)
		a->got = rnd_fetch_checkout(&a->fetcher, 0, w->git, &a->bytes);
	else if (w->git)
		a->got = rnd_fetch_either(&a->fetcher, 0, w->url, w->git, &a->kind, &a->bytes);
	else
		a->got = rnd_fetch_url(&a->fetcher, 0, w->url, &a->bytes);
}

static void *fetch_next(void *arg)
{
	struct run *run = arg;
	for (size_t i; (i = atomic_fetch_add(&run->next, 1)) < run->n;)
		fetch(run->v[i]);
	return NULL;
}

static void fetch_all(struct run *run)
{
	pthread_t threads[MOST_THREADS];
	size_t started = 0;
	/* This thread works too. */
	while (started + 1 < run->n && started + 1 < MOST_THREADS &&
	       pthread_create(&threads[started], NULL, fetch_next, run) == 0)
		started++;
	fetch_next(run);
	while (started)
		pthread_join(threads[--started], NULL);
}

static void add(struct rnd_fetcher *f, struct run *run, const struct rnd_wanted *w)
{
	struct rnd_ahead *a = KV_NEW(f->job->arena, struct rnd_ahead);
	a->wanted = *w;
	a->job = kv_job_beside(f->job);
	kv_job_own(f->job, a->job);
	rnd_fetcher_init(&a->fetcher, a->job, f->options);
	KV_PUSH(f->job->arena, run->v, run->n, run->cap, a);
}

/* One round; *ret has what was fetched. */
static void fetch_round(struct rnd_fetcher *f, const struct rnd_wanted *wanted, size_t n, struct run *ret)
{
	struct run run = { 0 };
	struct kv_map seen;
	kv_map_init(&seen, f->job->arena);
	for (size_t i = 0; i < n && !f->options->offline; i++) {
		kv_str key = key_of(f->job->arena, &wanted[i]);
		if (!kv_map_has(&f->ahead, key) && !kv_map_put(&seen, key, f) &&
		    rnd_fetch_needs_network(f, &wanted[i].chart, wanted[i].url, wanted[i].git))
			add(f, &run, &wanted[i]);
	}
	*ret = (struct run){ 0 };
	if (run.n < 2)
		return;
	fetch_all(&run);
	for (size_t i = 0; i < run.n; i++)
		kv_map_put(&f->ahead, key_of(f->job->arena, &run.v[i]->wanted), run.v[i]);
	ret->v = run.v;
	ret->n = run.n;
}

void rnd_fetch_ahead(struct rnd_fetcher *f, const struct rnd_wanted *wanted, size_t n)
{
	struct run first, second;
	fetch_round(f, wanted, n, &first);
	struct rnd_wanted *more = KV_NEW_N(f->job->arena, struct rnd_wanted, first.n);
	size_t nmore = 0;
	for (size_t i = 0; i < first.n; i++)
		if (first.v[i]->got == 0 && first.v[i]->kind == RND_FETCH_REPOSITORY)
			more[nmore++] = (struct rnd_wanted){ .git = first.v[i]->wanted.git };
	fetch_round(f, more, nmore, &second);
}

/* --- answers ---------------------------------------------------------------------------------- */

/* The positions of the other job mean nothing here: those of its errors and warnings are where it was asked. */
static void report(struct kv_job *job, kv_pos pos, const struct kv_diag *d)
{
	if (d->severity == KV_WARNING)
		kv_warn(job, pos, "%.*s", KV_ARG(d->text));
	else if (d->cause == KV_CAUSE_MISSING)
		kv_error_missing(job, pos, "%.*s", KV_ARG(d->text));
	else
		kv_error(job, pos, "%.*s", KV_ARG(d->text));
	for (const struct kv_diag *note = d->notes; note; note = note->next)
		kv_note(job, 0, "%.*s", KV_ARG(note->text));
}

static void take_pins(struct rnd_pins *to, const struct rnd_pins *from)
{
	for (size_t i = 0; i < from->n; i++)
		rnd_pins_put(to, from->v[i]);
}

struct rnd_ahead *rnd_ahead_take(struct rnd_fetcher *f, kv_pos pos, const struct rnd_wanted *asked)
{
	kv_str key = f->ahead.n ? key_of(f->job->arena, asked) : KV_S("");
	struct rnd_ahead *a = key.n ? kv_map_get(&f->ahead, key) : NULL;
	if (!a)
		return NULL;
	kv_map_del(&f->ahead, key);
	for (const struct kv_diag *d = a->job->diags; d; d = d->next)
		report(f->job, pos, d);
	take_pins(&f->used, &a->fetcher.used);
	take_pins(&f->absent, &a->fetcher.absent);
	return a;
}
