/* tree/vendor.c: units rendered side by side, then written in order. */
#include "tree/vendor.h"

#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

#include "base/file.h"
#include "base/interrupt.h"
#include "render/kustomize/build.h"
#include "tree/plan.h"
#include "tree/write.h"

/* A unit on its way. */
struct work {
	struct tree_unit *unit;
	struct tree_files *files; /* of all targets, in the order of the groups */
	size_t nfiles;
	struct kv_buf begun; /* console text as far as a failing unit gets */
	struct kv_buf done;
	struct tree_write write;
};

struct run {
	const struct tree_repo *repo;
	const struct tree_vendor_options *options;
	struct work *works;
	size_t n;
	atomic_size_t next;
};

/* --- rendering --------------------------------------------------------------------------------- */

/* Flag, unit, environment, repository (DESIGN.md decision 1). */
static enum rnd_engine engine_of(const struct run *run, const struct tree_config *config)
{
	if (run->options->has_engine)
		return run->options->engine;
	if (config->has_engine)
		return config->engine;
	if (run->options->has_env_engine)
		return run->options->env_engine;
	return run->repo->defaults.has_engine ? run->repo->defaults.engine : RND_HELM4;
}

static struct rnd_build_options build_options(const struct run *run, const struct tree_unit *u)
{
	kv_str seed;
	if (!kv_path_below(u->path, run->repo->root, &seed))
		seed = u->path;
	return (struct rnd_build_options){
		.enable_helm = true,
		.lenient = true,
		.engine = engine_of(run, &u->config),
		.helm_kube_version = u->config.kube_version,
		.helm_api_versions = u->config.api_versions,
		.nhelm_api_versions = u->config.napi_versions,
		.fields_name = kv_path_base(u->file),
		.chance = { .seed = seed },
	};
}

static void say(struct work *w, const char *what, kv_str path)
{
	kv_buf_printf(&w->done, "  %s: %.*s\n", what, KV_ARG(path));
}

/* An error that has no place of its own belongs to the source as a whole. */
static int note_source(struct tree_unit *u, const struct tree_source *s)
{
	if (u->job->last && !u->job->last->pos && !u->job->last->file.n)
		kv_note(u->job, s->dir_pos ? s->dir_pos : s->pos, "while the source %.*s was built",
			KV_ARG(s->shown));
	return -1;
}

static int render_group(const struct run *run, struct work *w, struct tree_group *group,
			struct tree_files *files)
{
	struct tree_unit *u = w->unit;
	struct rnd_build_options options = build_options(run, u);
	struct krm_resources resources = { 0 };
	for (size_t i = 0; i < group->nsources; i++) {
		struct tree_source *s = &group->sources[i];
		kv_buf_printf(&w->begun, "  Source directory: %.*s\n", KV_ARG(s->shown));
		say(w, "Source directory", s->shown);
		options.fields = s->fields;
		if (rnd_build(u->job, s->path, &options, &resources) < 0)
			return note_source(u, s);
	}
	enum tree_names names = u->config.form == TREE_VENDOR && !u->config.legacy_names
					? TREE_NAMES_PORTABLE
					: TREE_NAMES_VERBATIM;
	for (size_t i = 0; i < group->ntargets; i++)
		say(w, "Saving to", group->targets[i].shown);
	return tree_split(u->job, group, &resources, names, files);
}

static int render(const struct run *run, struct work *w)
{
	struct tree_config *config = &w->unit->config;
	for (size_t g = 0; g < config->ngroups; g++)
		w->nfiles += config->groups[g].ntargets;
	w->files = KV_NEW_N(w->unit->job->arena, struct tree_files, w->nfiles);
	struct tree_files *files = w->files;
	for (size_t g = 0; g < config->ngroups; files += config->groups[g++].ntargets)
		if (render_group(run, w, &config->groups[g], files) < 0)
			return -1;
	kv_buf_printf(&w->done, "  ✓ Successfully processed %.*s\n", KV_ARG(w->unit->dir));
	return 0;
}

static void start(struct work *w, struct tree_unit *u)
{
	struct kv_buf *texts[] = { &w->begun, &w->done };
	w->unit = u;
	for (size_t i = 0; i < 2; i++) {
		kv_buf_init(texts[i], u->job->arena, KV_BUF_MAX);
		kv_buf_printf(texts[i], "Processing %.*s\n", KV_ARG(u->dir));
	}
	tree_write_init(&w->write, u->job);
}

static void *render_next(void *arg)
{
	struct run *run = arg;
	for (size_t i; (i = atomic_fetch_add(&run->next, 1)) < run->n;) {
		struct work *w = &run->works[i];
		if (!w->unit->failed && render(run, w) < 0)
			w->unit->failed = true;
	}
	return NULL;
}

/* More threads than this gain nothing: writing is serial. */
#define MOST_THREADS 64

static void render_all(struct run *run)
{
	pthread_t threads[MOST_THREADS];
	long processors = sysconf(_SC_NPROCESSORS_ONLN);
	size_t wanted = run->options->threads ? run->options->threads
			: processors > 0      ? (size_t)processors
					      : 1;
	size_t started = 0;
	if (wanted > run->n)
		wanted = run->n;
	if (wanted > MOST_THREADS)
		wanted = MOST_THREADS;
	/* This thread works too. */
	while (started + 1 < wanted && pthread_create(&threads[started], NULL, render_next, run) == 0)
		started++;
	render_next(run);
	while (started)
		pthread_join(threads[--started], NULL);
}

/* --- writing ----------------------------------------------------------------------------------- */

static int stage(struct work *w)
{
	struct tree_config *config = &w->unit->config;
	struct tree_files *files = w->files;
	int failed = 0;
	for (size_t g = 0; g < config->ngroups; g++)
		for (size_t i = 0; i < config->groups[g].ntargets; i++) {
			struct tree_target *t = &config->groups[g].targets[i];
			if (tree_write_stage(&w->write, t->path, t->shown, t->pos, files++) < 0)
				failed = -1;
		}
	return failed;
}

static void stage_all(struct run *run)
{
	for (size_t i = 0; i < run->n; i++) {
		struct work *w = &run->works[i];
		if (!w->unit->failed && stage(w) < 0) {
			w->unit->failed = true;
			tree_write_undo(&w->write);
		}
	}
}

static void sync_all(struct kv_job *job, struct run *run)
{
	struct tree_write **writes = KV_NEW_N(job->arena, struct tree_write *, run->n);
	size_t n = 0;
	for (size_t i = 0; i < run->n; i++)
		if (!run->works[i].unit->failed && run->works[i].write.n)
			writes[n++] = &run->works[i].write;
	tree_write_sync(writes, n);
}

static void exchange_all(struct run *run)
{
	for (size_t i = 0; i < run->n; i++) {
		struct work *w = &run->works[i];
		if (w->unit->failed)
			continue;
		if (!kv_interrupted() && !w->write.unsynced && tree_write_exchange(&w->write) == 0)
			continue;
		w->unit->failed = true;
		tree_write_undo(&w->write);
	}
}

static int recover(struct kv_job *job, struct tree_repo *repo)
{
	int failed = 0;
	for (size_t i = 0; i < repo->nleftovers; i++)
		if (tree_recover(job, repo->leftovers[i], tree_shown(repo, repo->leftovers[i])) < 0)
			failed = -1;
	return failed;
}

int tree_vendor(struct kv_job *job, struct tree_repo *repo, const struct tree_vendor_options *options,
		struct tree_outcome **ret_outcomes)
{
	struct run run = { .repo = repo, .options = options, .n = repo->nunits };
	struct tree_outcome *outcomes = KV_NEW_N(job->arena, struct tree_outcome, repo->nunits);
	run.works = KV_NEW_N(job->arena, struct work, repo->nunits);
	if (recover(job, repo) < 0)
		return -1;
	tree_plan(job, repo);
	for (size_t i = 0; i < run.n; i++)
		start(&run.works[i], repo->units[i]);
	render_all(&run);
	kv_interrupt_hold();
	stage_all(&run);
	sync_all(job, &run);
	exchange_all(&run);
	kv_interrupt_release();
	for (size_t i = 0; i < run.n; i++) {
		struct work *w = &run.works[i];
		outcomes[i] = (struct tree_outcome){ w->unit, w->unit->failed ? w->begun : w->done,
						     w->write.changed };
	}
	*ret_outcomes = outcomes;
	return 0;
}
