/* tree/reuse.c: makes keys, and takes results from the cache or keeps them there. */
#include "tree/reuse.h"

#include <stdlib.h>

#include "base/digest.h"
#include "base/field.h"
#include "base/program.h"
#include "tree/result.h"

void tree_reuse_open(struct tree_reuse *r, const struct tree_repo *repo,
		     const struct tree_produce_options *options, const struct rnd_fetch_options *fetch)
{
	*r = (struct tree_reuse){ .repo = repo };
	/* Bytes of chance come once, and new pins are there to be found. */
	if (options->no_cache || options->random_os || !fetch || fetch->renew || !kv_program_id().n)
		return;
	r->on = true;
	r->temporary_tree = options->temporary_tree;
	r->remote = options->remote;
	r->cache = &fetch->cache;
	r->pins = fetch->pins;
	r->keyring_sha256 = fetch->keyring_sha256;
	r->trusted = kv_inputs_trusted_now();
	if (fetch->repositories.n && kv_file_kind(fetch->repositories) != KV_FILE_NONE)
		r->repositories = fetch->repositories;
}

/* --- keys ------------------------------------------------------------------------------------- */

static void put_path(const struct tree_reuse *r, struct kv_buf *out, kv_str path)
{
	kv_str rest;
	kv_field_put(out, kv_path_below(path, r->repo->root, &rest) ? rest : path);
}

/* Everything but the graph that a result may depend on. What only decides whether there is one, such as --offline, is not in it. */
static kv_str base_of(const struct tree_reuse *r, const struct tree_unit *u, enum rnd_engine engine)
{
	const char *zone = getenv("TZ");
	struct kv_buf out;
	kv_buf_init(&out, u->job->arena, KV_BUF_MAX);
	kv_field_put(&out, KV_S("kvendor action 1"));
	kv_field_put(&out, kv_program_id());
	kv_field_put_number(&out, engine);
	kv_field_put(&out, zone ? kv_str_c(zone) : KV_S("\0"));
	put_path(r, &out, r->repo->cwd);
	put_path(r, &out, r->repositories);
	put_path(r, &out, r->repo->external_secrets_crd);
	/* Which of them are read shows in the graph, and a new one would be. */
	bool needed = tree_needs_crds(&u->config, &r->repo->defaults);
	for (size_t i = 0; needed && i < r->repo->crds.n; i++)
		put_path(r, &out, r->repo->crds.v[i]);
	kv_field_put(&out, r->repo->defaults_text);
	kv_field_put(&out, r->keyring_sha256);
	put_path(r, &out, u->path);
	kv_field_put(&out, kv_path_base(u->file));
	kv_field_put(&out, u->text);
	kv_field_put(&out, u->more);
	for (size_t g = 0; g < u->config.ngroups; g++) {
		const struct tree_group *group = &u->config.groups[g];
		for (size_t i = 0; i < group->nsources; i++)
			put_path(r, &out, group->sources[i].path);
		/* Not always what the configuration says: a branch of manifests has a form of its own. */
		for (size_t i = 0; i < group->ntargets; i++)
			kv_field_put_number(&out, group->targets[i].form);
	}
	return kv_digest_hex(u->job->arena, KV_SHA256, kv_buf_view(&out));
}

/* Stamps hold in one place alone; without them a graph is for all. */
static kv_str graph_name(const struct tree_reuse *r, const struct tree_unit *u, kv_str base, bool stamps)
{
	return kv_arena_cat(u->job->arena, KV_S("graph\n"), base, KV_S("\n"),
			    stamps ? r->repo->root : KV_S(""));
}

static kv_str result_name(const struct tree_unit *u, kv_str key)
{
	return kv_arena_cat(u->job->arena, KV_S("result\n"), key);
}

static void save_graph(const struct tree_reuse *r, const struct tree_unit *u, kv_str base,
		       const struct tree_graph *g, bool stamps)
{
	struct kv_buf out;
	kv_buf_init(&out, u->job->arena, KV_BUF_MAX);
	tree_graph_print(r->repo->root, g, stamps, &out);
	(void)rnd_cache_put_named(u->job, r->cache, graph_name(r, u, base, stamps), kv_buf_view(&out));
}

/* Nobody else learns what is outside of the repository, or makes this run look there. */
static bool stays_inside(const struct tree_reuse *r, const struct kv_job *job, const struct tree_graph *g)
{
	kv_str rest;
	for (size_t i = 0; i < g->n; i++) {
		const struct kv_input *in = &g->inputs[i];
		bool bytes = in->what == KV_INPUT_TEXT || in->what == KV_INPUT_ENTRIES;
		if (!kv_str_eq(kv_path_clean(job->arena, in->path), in->path) ||
		    (bytes && !kv_path_below(in->path, r->repo->root, &rest)))
			return false;
	}
	return true;
}

static bool fetch_graph(const struct tree_reuse *r, const struct tree_unit *u, kv_str base, struct tree_graph *ret)
{
	kv_str text;
	return r->remote && rnd_remote_get(u->job, r->remote, base, &text) &&
	       tree_graph_parse(u->job, r->repo->root, text, ret) && !ret->trusted &&
	       stays_inside(r, u->job, ret);
}

static void share(const struct tree_reuse *r, const struct tree_unit *u, kv_str base, const struct tree_graph *g,
		  kv_str key, kv_str result)
{
	struct kv_buf out;
	if (!r->remote || !stays_inside(r, u->job, g))
		return;
	kv_buf_init(&out, u->job->arena, KV_BUF_MAX);
	tree_graph_print(r->repo->root, g, false, &out);
	rnd_remote_put(u->job, r->remote, key, result);
	rnd_remote_put(u->job, r->remote, base, kv_buf_view(&out));
}

static bool load_graph(const struct tree_reuse *r, const struct tree_unit *u, kv_str base, bool stamps,
		       struct tree_graph *ret)
{
	kv_str text;
	return rnd_cache_get_named(u->job, r->cache, graph_name(r, u, base, stamps), &text) &&
	       tree_graph_parse(u->job, r->repo->root, text, ret);
}

void tree_reuse_look(const struct tree_reuse *r, const struct tree_unit *u, enum rnd_engine engine,
		     struct tree_action *ret)
{
	*ret = (struct tree_action){ .base = KV_S("") };
	if (!r->on)
		return;
	ret->base = base_of(r, u, engine);
	bool local = load_graph(r, u, ret->base, true, &ret->graph) ||
		     load_graph(r, u, ret->base, false, &ret->graph);
	if ((local || fetch_graph(r, u, ret->base, &ret->graph)) &&
	    tree_graph_refresh(u->job, &ret->graph, r->pins, r->trusted))
		ret->key = tree_graph_key(u->job, r->repo->root, ret->base, &ret->graph);
}

/* --- results ---------------------------------------------------------------------------------- */

bool tree_reuse_take(const struct tree_reuse *r, const struct tree_action *action, struct tree_product *p)
{
	struct kv_job *job = p->unit->job;
	kv_str name, text;
	if (!action->key.n)
		return false;
	name = result_name(p->unit, action->key);
	bool local = rnd_cache_get_named(job, r->cache, name, &text);
	if ((!local && (!r->remote || !rnd_remote_get(job, r->remote, action->key, &text))) ||
	    !tree_result_parse(text, p))
		return false;
	if (!local)
		(void)rnd_cache_put_named(job, r->cache, name, text);
	for (size_t i = 0; i < action->graph.used.n; i++)
		rnd_pins_put(&p->fetcher.used, action->graph.used.v[i]);
	if (action->graph.renewed && !r->temporary_tree)
		save_graph(r, p->unit, action->base, &action->graph, true);
	return true;
}

void tree_reuse_keep(const struct tree_reuse *r, const struct tree_action *action, const struct tree_product *p,
		     const struct kv_inputs *inputs, struct kv_diag_mark since)
{
	struct kv_job *job = p->unit->job;
	struct tree_graph graph;
	if (!r->on || inputs->incomplete)
		return;
	tree_graph_of(job, inputs, &p->fetcher, r->trusted, &graph);
	kv_str key = tree_graph_key(job, r->repo->root, action->base, &graph);
	kv_str result = tree_result_print(p, since);
	share(r, p->unit, action->base, &graph, key, result);
	if (!rnd_cache_put_named(job, r->cache, result_name(p->unit, key), result))
		return;
	save_graph(r, p->unit, action->base, &graph, false);
	if (!r->temporary_tree)
		save_graph(r, p->unit, action->base, &graph, true);
}
