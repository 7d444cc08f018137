/* tree/produce.c: renders units in parallel. */
#include "tree/produce.h"

#include <pthread.h>
#include <stdatomic.h>

#include "base/digest.h"
#include "base/file.h"
#include "base/inputs.h"
#include "render/kustomize/build.h"
#include "tree/applications.h"
#include "tree/lock.h"
#include "tree/plan.h"
#include "tree/reuse.h"
#include "tree/since.h"

struct run {
	const struct tree_repo *repo;
	const struct tree_produce_options *options;
	const struct rnd_fetch_options *fetch; /* with the repository's pins */
	struct tree_reuse reuse;
	struct tree_product *products;
	size_t n;
	atomic_size_t next;
	bool again; /* the units that ask for definitions, with those that the run will write */
};

enum tree_engine_origin tree_engine_of(const struct tree_produce_options *options, const struct tree_config *unit,
				       const struct tree_defaults *repository, enum rnd_engine *ret)
{
	const struct {
		bool says;
		enum rnd_engine engine;
	} origins[] = {
		[TREE_ENGINE_FLAG] = { options && options->has_engine, options ? options->engine : 0 },
		[TREE_ENGINE_UNIT] = { unit && unit->has_engine, unit ? unit->engine : 0 },
		[TREE_ENGINE_ENVIRONMENT] = { options && options->has_env_engine, options ? options->env_engine : 0 },
		[TREE_ENGINE_REPOSITORY] = { repository && repository->has_engine, repository ? repository->engine : 0 },
		[TREE_ENGINE_DEFAULT] = { true, RND_HELM4 },
	};
	enum tree_engine_origin from = TREE_ENGINE_FLAG;
	while (!origins[from].says)
		from++;
	*ret = origins[from].engine;
	return from;
}

static enum tree_engine_origin engine_of(const struct run *run, const struct tree_unit *u, enum rnd_engine *ret)
{
	return tree_engine_of(run->options, &u->config, &run->repo->defaults, ret);
}

static struct rnd_build_options build_options(const struct run *run, struct tree_product *p)
{
	const struct tree_unit *u = p->unit;
	kv_str seed;
	if (!kv_path_below(u->path, run->repo->root, &seed))
		seed = u->path;
	enum rnd_engine engine;
	enum tree_engine_origin from = engine_of(run, u, &engine);
	return (struct rnd_build_options){
		.enable_helm = true,
		.lenient = true,
		.engine = engine,
		.engine_open = from == TREE_ENGINE_DEFAULT,
		.kustomize = u->config.kustomize,
		.keep_text = u->config.keep_text,
		.helm_kube_version = u->config.kube_version,
		.helm_api_versions = u->config.api_versions,
		.nhelm_api_versions = u->config.napi_versions,
		.fields_name = kv_path_base(u->file),
		.chance = { .os = run->options->random_os, .seed = seed },
		.fetcher = run->fetch ? &p->fetcher : NULL,
	};
}

static void say(struct tree_product *p, const char *what, kv_str path)
{
	kv_buf_printf(&p->done, "  %s: %.*s\n", what, KV_ARG(path));
}

/* Whether the message stands at a file of the unit, whose path has the unit's name then. */
static bool is_in_unit(const struct tree_unit *u, const struct kv_diag *d)
{
	const struct kv_source *source = kv_source_of(u->job, d->pos);
	kv_str file = kv_path_join(u->job->arena, u->job->shown_from, source ? source->name : d->file), rest;
	return (source || d->file.n) && kv_path_below(file, u->path, &rest);
}

/* Some message of an error leads to the unit: the charts and bases it shares with others do not. */
static int note_source(struct tree_unit *u, const struct tree_source *s)
{
	const struct kv_diag *d = u->job->last;
	bool led = !d || is_in_unit(u, d);
	for (const struct kv_diag *note = d ? d->notes : NULL; note && !led; note = note->next)
		led = is_in_unit(u, note);
	if (!led)
		kv_note(u->job, s->dir_pos ? s->dir_pos : s->pos, "while the source %.*s was built",
			KV_ARG(s->shown));
	if (s->application)
		kv_note(u->job, 0, "in the %.*s", KV_ARG(s->application->name));
	return -1;
}

static int render_group(const struct run *run, struct tree_product *p, struct tree_group *group,
			struct tree_files *files)
{
	struct tree_unit *u = p->unit;
	struct rnd_build_options options = build_options(run, p);
	struct krm_resources resources = { 0 };
	struct rnd_draws draws;
	rnd_draws_init(&draws, u->job->arena);
	options.chance.draws = &draws;
	for (size_t i = 0; i < group->nsources; i++) {
		struct tree_source *s = &group->sources[i];
		kv_buf_printf(&p->begun, "  Source directory: %.*s\n", KV_ARG(s->shown));
		say(p, "Source directory", s->shown);
		if (tree_source_render(u->job, s, &options, &resources) < 0)
			return note_source(u, s);
	}
	if (tree_mark_generated(u->job, &options, tree_build_sources, group, &resources) < 0)
		return -1;
	struct tree_filters filters = tree_filters(u->job, &u->config, &run->repo->defaults, &p->remarks);
	filters.external_crd = run->repo->external_secrets_crd;
	filters.crds = &run->repo->crds;
	filters.applied = (struct tree_applied){ &options, run->repo->root };
	if (run->options->find_volatile)
		return tree_volatile_find(u->job, &options, group, &resources, &filters, &p->volatiles);
	enum tree_names names = u->config.kind == TREE_VENDOR && !u->config.legacy_names
					? TREE_NAMES_PORTABLE
					: TREE_NAMES_VERBATIM;
	for (size_t i = 0; i < group->ntargets; i++)
		say(p, "Saving to", group->targets[i].shown);
	return tree_split(u->job, group, &resources, names, &filters, files);
}

static int render(const struct run *run, struct tree_product *p)
{
	struct tree_config *config = &p->unit->config;
	for (size_t g = 0; g < config->ngroups; g++)
		p->nfiles += config->groups[g].ntargets;
	p->files = KV_NEW_N(p->unit->job->arena, struct tree_files, p->nfiles);
	struct tree_files *files = p->files;
	for (size_t g = 0; g < config->ngroups; files += config->groups[g++].ntargets)
		if (render_group(run, p, &config->groups[g], files) < 0)
			return -1;
	kv_buf_printf(&p->done, "  ✓ Successfully processed %.*s\n", KV_ARG(p->unit->name));
	return 0;
}

static void begin(struct tree_product *p)
{
	struct kv_arena *a = p->unit->job->arena;
	struct kv_buf *texts[] = { &p->begun, &p->done };
	kv_buf_init(&p->remarks, a, KV_BUF_MAX);
	for (size_t i = 0; i < 2; i++) {
		kv_buf_init(texts[i], a, KV_BUF_MAX);
		kv_buf_printf(texts[i], "Processing %.*s\n", KV_ARG(p->unit->name));
	}
}

/* From the cache, or by a render that is kept there. */
static int obtain(const struct run *run, struct tree_product *p)
{
	struct kv_job *job = p->unit->job;
	struct kv_inputs inputs = { 0 };
	struct tree_action action;
	job->one_thread = run->options->threads == 1;
	enum rnd_engine engine;
	engine_of(run, p->unit, &engine);
	tree_reuse_look(&run->reuse, p->unit, engine, &action);
	p->key = action.key;
	p->cached = tree_reuse_take(&run->reuse, &action, p);
	/* Only the graph of a result that is there tells all that the unit reads now. */
	p->skipped = p->cached && run->options->since &&
		     !tree_changed_since(run->options->since, run->repo, p->unit, &action);
	if (p->skipped)
		p->nfiles = 0;
	if (p->cached || run->options->keys_only)
		return 0;
	if (run->options->require_cached) {
		kv_error_file(job, p->unit->file, "its result is not in the cache, and --require-cached forbids rendering");
		return -1;
	}
	/* What the cache had to tell is not of the result. */
	struct kv_diag_mark mark = kv_diag_mark(job);
	if (run->reuse.on)
		kv_inputs_begin(&inputs, job, run->repo->cwd);
	int failed = render(run, p);
	kv_inputs_end(job);
	if (failed == 0)
		tree_reuse_keep(&run->reuse, &action, p, &inputs, mark);
	return failed;
}

static void start(const struct run *run, struct tree_product *p, struct tree_unit *u)
{
	p->unit = u;
	p->planned = kv_diag_mark(u->job);
	p->unplanned = u->failed;
	rnd_fetcher_init(&p->fetcher, u->job, run->fetch);
	begin(p);
}

static bool is_wanted(const struct tree_produce_options *o, size_t i)
{
	return (!o->wanted || o->wanted[i]) && (!o->shards || i % o->shards == o->shard - 1);
}

/* Nothing of it is kept: the next run will find the definitions in the tree. */
static int render_again(const struct run *run, struct tree_product *p)
{
	kv_diag_forget(p->unit->job, p->planned);
	p->unit->failed = p->cached = false;
	p->key = KV_S("");
	p->nfiles = 0;
	begin(p);
	return render(run, p);
}

static bool asks_for_definitions(const struct run *run, const struct tree_product *p)
{
	const struct tree_config *c = &p->unit->config;
	return !p->unplanned && !p->skipped &&
	       (tree_needs_crds(c, &run->repo->defaults) || c->secrets.external ||
		run->repo->defaults.secrets.external);
}

static void *render_next(void *arg)
{
	struct run *run = arg;
	for (size_t i; (i = atomic_fetch_add(&run->next, 1)) < run->n;) {
		struct tree_product *p = &run->products[i];
		if (!run->again && !is_wanted(run->options, i))
			p->skipped = true;
		else if (run->again ? asks_for_definitions(run, p) && render_again(run, p) < 0
				    : !p->unplanned && obtain(run, p) < 0)
			p->unit->failed = true;
	}
	return NULL;
}

/* More threads than this gain nothing: what follows is serial. */
#define MOST_THREADS 64

static void render_all(struct run *run)
{
	pthread_t threads[MOST_THREADS];
	size_t wanted = run->options->threads ? run->options->threads : kv_processors();
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

/* Results depend on what a signature was compared with. */
static int read_keyring(struct kv_job *job, const struct tree_repo *repo, struct rnd_fetch_options *fetch)
{
	kv_str text;
	if (!fetch->keyring.n && repo->defaults.keyring.n)
		fetch->keyring = kv_path_join(job->arena, repo->root, repo->defaults.keyring);
	if (!fetch->keyring.n)
		return 0;
	if (kv_file_read_unnoted(job, fetch->keyring, &text) < 0)
		return -1;
	fetch->keyring_sha256 = kv_digest_hex(job->arena, KV_SHA256, text);
	return 0;
}

/* The options with the pins of kvendor.lock; both live as long as the products. */
static int read_pins(struct kv_job *job, struct run *run)
{
	struct rnd_fetch_options *fetch = KV_NEW(job->arena, struct rnd_fetch_options);
	struct rnd_pins *pins = KV_NEW(job->arena, struct rnd_pins);
	if (tree_pins_read(job, run->repo, pins) < 0)
		return -1;
	*fetch = *run->options->fetch;
	fetch->pins = pins;
	run->fetch = fetch;
	return read_keyring(job, run->repo, fetch);
}

static bool any_asks(const struct run *run)
{
	for (size_t i = 0; i < run->n; i++)
		if (asks_for_definitions(run, &run->products[i]))
			return true;
	return false;
}

/* Whether any unit asks what the definitions of the repository say. */
static bool needs_crds(const struct tree_repo *repo)
{
	for (size_t i = 0; i < repo->nunits; i++)
		if (tree_needs_crds(&repo->units[i]->config, &repo->defaults))
			return true;
	return false;
}

/* Whether the run will write definitions that are not in the tree, or others. */
static bool foresee_crds(struct kv_job *job, const struct run *run, struct tree_repo *repo)
{
	bool any = false;
	for (size_t i = 0; i < run->n; i++) {
		const struct tree_product *p = &run->products[i];
		for (size_t k = 0; !p->unit->failed && k < p->nfiles; k++)
			for (size_t f = 0; f < p->files[k].n; f++) {
				const struct tree_file *file = &p->files[k].v[f];
				kv_str path = kv_path_join(job->arena, tree_product_target(p, k)->path, file->name);
				if (!tree_crds_foresee(job, &repo->crds, path, file->text))
					continue;
				any = true;
				if (kv_str_eq(file->name, KV_S(TREE_EXTERNAL_SECRETS_CRD)) && !repo->external_secrets_crd.n)
					repo->external_secrets_crd = path;
			}
	}
	tree_crds_sort(&repo->crds);
	return any;
}

struct tree_product *tree_produce(struct kv_job *job, struct tree_repo *repo,
				  const struct tree_produce_options *options)
{
	struct run run = { .repo = repo, .options = options, .n = repo->nunits };
	run.products = KV_NEW_N(job->arena, struct tree_product, repo->nunits);
	if (options->fetch && read_pins(job, &run) < 0)
		return NULL;
	if (needs_crds(repo) && tree_crds_find(job, repo->root, &repo->crds) < 0)
		return NULL;
	tree_plan(job, repo);
	tree_reuse_open(&run.reuse, repo, options, run.fetch);
	for (size_t i = 0; i < run.n; i++)
		start(&run, &run.products[i], repo->units[i]);
	render_all(&run);
	run.again = !options->keys_only && !options->require_cached && !options->find_volatile && any_asks(&run) &&
		    foresee_crds(job, &run, repo);
	if (run.again) {
		atomic_store(&run.next, 0);
		render_all(&run);
	}
	return run.products;
}

struct tree_target *tree_product_target(const struct tree_product *p, size_t i)
{
	for (size_t g = 0; g < p->unit->config.ngroups; i -= p->unit->config.groups[g++].ntargets)
		if (i < p->unit->config.groups[g].ntargets)
			return &p->unit->config.groups[g].targets[i];
	return NULL;
}
