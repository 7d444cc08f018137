/* render/chart/complete.c: dependencies by file://, http(s) and oci. */
#include "render/fetch/ahead.h"
#include "render/chart/complete.h"

#include "base/file.h"
#include "base/map.h"
#include "render/chart/load.h"
#include "render/chart/repository.h"
#include "render/semver.h"
#include "render/template/quote.h"

/* Charts in each other; real ones have three. */
#define CHARTS_DEEP 20

struct complete {
	struct kv_job *job;
	kv_pos pos;
	enum rnd_engine engine;
	struct rnd_fetcher *fetcher;
	kv_str within;
	size_t depth;
};

static int complete_chart(struct complete *c, struct rnd_chart *chart, kv_str dir);

/* The version that Chart.lock chose for the dependency with this number: both files have the same order. */
static kv_str locked_version(const struct rnd_chart *chart, size_t number)
{
	const struct rnd_dependency *d = rnd_dependency_at(chart->metadata, number), *l = NULL;

	if (chart->lock && number < chart->lock->dependencies.n)
		l = chart->lock->dependencies.v[number];
	return l && kv_str_eq(l->name, d->name) && l->version.n ? l->version : d->version;
}

/* "@NAME" and "alias:NAME" are repositories that the user has added. */
static int resolve_alias(struct complete *c, const struct rnd_dependency *d, kv_str *ret)
{
	kv_str name = KV_S(""), file = c->fetcher->options->repositories, text, error = KV_S("");
	struct rnd_repositories all = { 0 };
	const struct rnd_repository *found;

	*ret = d->repository;
	if (kv_str_starts(d->repository, KV_S("@")))
		name = kv_str_sub(d->repository, 1, d->repository.n);
	else if (kv_str_starts(d->repository, KV_S("alias:")))
		name = kv_str_sub(d->repository, strlen("alias:"), d->repository.n);
	else
		return 0;
	if (file.n && kv_input_kind(c->job, file) == KV_FILE_REGULAR &&
	    (kv_file_read(c->job, file, &text) < 0 ||
	     rnd_repositories_read(c->job, c->engine, text, &all, &error) < 0))
		return error.n ? rnd_chart_error(c->job, c->pos, error) : -1;
	found = rnd_repositories_find(&all, name);
	if (!found)
		return kv_error(c->job, c->pos, "the repository '%.*s', which the dependency '%.*s' needs, was not added",
				KV_ARG(name), KV_ARG(d->name));
	*ret = found->url;
	return 0;
}

/* Helm's resolver (internal/resolver) takes a folder only where its version fits; otherwise the chart would be left out without a
 * word. */
static int check_version(struct complete *c, const struct rnd_dependency *d, const struct rnd_chart *found)
{
	struct kv_arena *a = c->job->arena;
	struct rnd_semver v;
	kv_str error;
	const struct rnd_constraints *wanted = rnd_constraints_parse(a, d->version, &error);
	if (!wanted)
		return rnd_chart_error(c->job, c->pos,
				       kv_arena_printf(a, "dependency %.*s has an invalid version/constraint format: %.*s",
						       KV_ARG(rnd_quoted(c->job, d->name)), KV_ARG(error)));
	if (rnd_semver_parse(a, found->metadata->version, &v, &error) == 0 && rnd_constraints_check(wanted, &v))
		return 0;
	return rnd_chart_error(
		c->job, c->pos,
		kv_arena_printf(a,
				"can't get a valid version for 1 subchart(s): %.*s (repository %.*s, version %.*s). Make sure a "
				"matching chart version exists in the repo, or change the version constraint in Chart.yaml",
				KV_ARG(rnd_quoted(c->job, d->name)), KV_ARG(rnd_quoted(c->job, d->repository)),
				KV_ARG(rnd_quoted(c->job, d->version))));
}

/* A folder beside the chart. */
static int load_local(struct complete *c, const struct rnd_dependency *d, kv_str dir, struct rnd_chart **ret)
{
	kv_str path = kv_str_sub(d->repository, strlen("file://"), d->repository.n), real, rest;

	if (!dir.n)
		return kv_error(c->job, c->pos,
				"the dependency '%.*s' lies beside a chart that came as an archive: %.*s",
				KV_ARG(d->name), KV_ARG(d->repository));
	path = kv_path_join(c->job->arena, dir, path);
	if (kv_path_real(c->job, path, &real) < 0)
		return -1;
	if (c->within.n && !kv_path_below(real, c->within, &rest))
		return kv_error(c->job, c->pos, "the dependency '%.*s' lies outside of the repository: %.*s",
				KV_ARG(d->name), KV_ARG(d->repository));
	if (rnd_chart_load(c->job, path, c->engine, ret) < 0 || check_version(c, d, *ret) < 0)
		return -1;
	return complete_chart(c, *ret, real);
}

static int load_remote(struct complete *c, const struct rnd_dependency *d, kv_str version_asked,
		       struct rnd_chart **ret)
{
	struct rnd_chart_asked asked = { .name = d->name, .version = version_asked };
	kv_str bytes, version, values;

	if (resolve_alias(c, d, &asked.repository) < 0 ||
	    rnd_fetch_chart(c->fetcher, c->pos, &asked, &bytes, &version) < 0 ||
	    rnd_chart_load_archive(c->job,
				   kv_arena_cat(c->job->arena, d->name, KV_S("-"), version, KV_S(".tgz")),
				   bytes, c->engine, ret, &values) < 0)
		return -1;
	return complete_chart(c, *ret, KV_S(""));
}

static int add(struct complete *c, struct rnd_chart *chart, const struct rnd_dependency *d, kv_str version,
	       kv_str dir)
{
	struct rnd_chart *found;

	if ((kv_str_starts(d->repository, KV_S("file://")) ? load_local(c, d, dir, &found)
							   : load_remote(c, d, version, &found)) < 0) {
		kv_note(c->job, c->pos, "which is a dependency of the chart '%.*s'",
			KV_ARG(chart->metadata->name));
		return -1;
	}
	rnd_chart_add_dependency(c->job, chart, found);
	return 0;
}

static bool is_remote(const struct rnd_dependency *d, const struct kv_map *present)
{
	return d && d->repository.n && !kv_map_has(present, d->name) &&
	       !kv_str_starts(d->repository, KV_S("file://"));
}

/* Those from other machines, side by side. What an alias means, and whether it means something, shows when it is its turn. */
static void fetch_all(struct complete *c, const struct rnd_chart *chart, const struct kv_map *present)
{
	size_t n = 0;
	struct rnd_wanted *wanted = KV_NEW_N(c->job->arena, struct rnd_wanted, chart->metadata->dependencies.n);

	for (size_t i = 0; i < chart->metadata->dependencies.n; i++) {
		const struct rnd_dependency *d = rnd_dependency_at(chart->metadata, i);

		if (is_remote(d, present) && !kv_str_starts(d->repository, KV_S("@")) &&
		    !kv_str_starts(d->repository, KV_S("alias:")))
			wanted[n++].chart = (struct rnd_chart_asked){ .name = d->name,
								      .repository = d->repository,
								      .version = locked_version(chart, i) };
	}
	if (n > 1)
		rnd_fetch_ahead(c->fetcher, wanted, n);
}

/* A dependency without a repository is one that must lie in charts/: Helm's own message names it. */
static int complete_chart(struct complete *c, struct rnd_chart *chart, kv_str dir)
{
	struct kv_map present, added; /* by name; by all that makes another archive */
	kv_str version, what;
	int rc = 0;

	if (c->depth >= CHARTS_DEEP)
		return kv_error(c->job, c->pos, "too many charts that depend on each other (limit %d)",
				CHARTS_DEEP);
	c->depth++;
	kv_map_init(&present, c->job->arena);
	kv_map_init(&added, c->job->arena);
	for (size_t i = 0; i < chart->ndependencies; i++)
		kv_map_put(&present, chart->dependencies[i]->metadata->name, chart);
	fetch_all(c, chart, &present);
	for (size_t i = 0; rc == 0 && i < chart->metadata->dependencies.n; i++) {
		const struct rnd_dependency *d = rnd_dependency_at(chart->metadata, i);

		if (!d || !d->repository.n || kv_map_has(&present, d->name))
			continue;
		version = locked_version(chart, i);
		what = kv_arena_cat(c->job->arena, d->name, KV_S("\n"), d->repository, KV_S("\n"), version);
		if (!kv_map_put(&added, what, chart))
			rc = add(c, chart, d, version, dir);
	}
	c->depth--;
	return rc;
}

int rnd_chart_complete(struct kv_job *job, kv_pos pos, enum rnd_engine engine, struct rnd_fetcher *f,
		       struct rnd_chart *chart, kv_str dir, kv_str within)
{
	struct complete c = { .job = job, .pos = pos, .engine = engine, .fetcher = f, .within = within };

	return f ? complete_chart(&c, chart, dir) : 0;
}
