/* cli/audit_volatile.c: kvendor audit --volatile: random and time-dependent values, and the calls that made them. */
#include "base/file.h"
#include "cli/audit.h"
#include "cli/report.h"
#include "cli/units.h"
#include "filters/notice.h"
#include "tree/plan.h"

/* --- units ------------------------------------------------------------------------------------ */

/* A kustomization that something else builds, as a unit without targets. */
static int add_kustomization(struct kv_job *job, struct tree_repo *repo, kv_str dir)
{
	struct kv_arena *a = job->arena;
	struct tree_unit *u = KV_NEW(a, struct tree_unit);
	struct tree_group *group = KV_NEW(a, struct tree_group);
	struct tree_source *source = KV_NEW(a, struct tree_source);
	kv_str rest;
	*source = (struct tree_source){ .dir = KV_STR("."), .fields = krm_nil() };
	*group = (struct tree_group){ .sources = source, .nsources = 1 };
	u->job = kv_job_beside(job);
	u->job->shown_from = repo->cwd;
	u->path = dir;
	u->dir = u->file = kv_path_below(dir, repo->cwd, &rest) && rest.n ? rest : KV_S(".");
	u->config = (struct tree_config){ .kind = TREE_VENDOR, .groups = group, .ngroups = 1 };
	KV_PUSH(a, repo->units, repo->nunits, repo->units_cap, u);
	return 0;
}

/* What a unit writes is no source; a kustomization around it is one once that is there. */
static bool is_source(struct kv_job *job, const struct tree_repo *repo, size_t nunits, kv_str dir)
{
	for (size_t i = 0; i < nunits; i++) {
		const struct tree_config *c = &repo->units[i]->config;
		for (size_t g = 0; !repo->units[i]->failed && g < c->ngroups; g++)
			for (size_t k = 0; k < c->groups[g].ntargets; k++) {
				kv_str rest, target = kv_path_join(job->arena, repo->units[i]->path,
								   c->groups[g].targets[k].directory);
				if (kv_path_below(dir, target, &rest))
					return false;
				if (!kv_path_below(target, dir, &rest) || kv_file_kind(target) == KV_FILE_DIR)
					continue;
				kv_warn_file(job, tree_shown(repo, dir), "it is left out, for %.*s is not written yet",
					     KV_ARG(tree_shown(repo, target)));
				return false;
			}
	}
	return true;
}

static int find_units(struct kv_job *job, struct tree_repo *repo, const struct tree_produce_options *options)
{
	kv_str *dirs;
	size_t n, nunits;
	if (tree_discover(job, repo, options) < 0 || tree_kustomizations(job, repo->cwd, &dirs, &n) < 0)
		return -1;
	nunits = repo->nunits;
	for (size_t i = 0; i < n; i++)
		if (is_source(job, repo, nunits, dirs[i]) && add_kustomization(job, repo, dirs[i]) < 0)
			return -1;
	return 0;
}

/* As elsewhere in an audit: a clone lacks what Git ignores. */
static void forgive_ignored(struct tree_unit *u)
{
	static const struct kv_diag_mark nothing;
	const struct kv_diag *last = u->job->last;
	if (!u->failed || u->config.ngroups != 1 || u->config.groups[0].ntargets || !last || last->cause != KV_CAUSE_IGNORED)
		return;
	kv_str why = last->text;
	kv_diag_forget(u->job, nothing);
	kv_warn_file(u->job, u->dir, "it is left out because it cannot be built: %.*s", KV_ARG(why));
	kv_note(u->job, 0, "the file is ignored by Git, so a clone does not have it");
	u->failed = false;
}

/* --- findings --------------------------------------------------------------------------------- */

static kv_str describe_calls(struct kv_arena *a, const struct tree_volatile_value *v)
{
	struct kv_buf out;
	kv_buf_init(&out, a, KV_BUF_MAX);
	for (size_t i = 0; i < v->ncalls; i++)
		kv_buf_printf(&out, "%s%s at %.*s:%zu", i ? ", " : "", v->calls[i]->function, KV_ARG(v->calls[i]->file),
			      v->calls[i]->line);
	return v->ncalls ? kv_buf_view(&out) : KV_S("chance or the clock");
}

static const char *outcome(const struct tree_unit *u, const struct tree_volatile_value *v)
{
	static const char *const words[] = {
		[FLT_GENERATED_REFUSED] = "; it is refused",
		[FLT_GENERATED_WARNED] = "; it is written, with a warning",
		[FLT_GENERATED_KEPT] = "; it is written",
	};
	if (!u->config.groups[0].ntargets)
		return "";
	return v->written ? words[v->action] : "; it is not written";
}

/* A template, "NAME/templates/x.yaml", below the folder of charts: of this folder, or of NAME-VERSION/ where kustomize unpacks charts. */
static bool find_template(struct kv_job *job, kv_str charts, kv_str file, kv_str *ret)
{
	kv_str name = kv_str_sub(file, 0, kv_str_chr(file, '/'));
	struct kv_dirent *entries;
	size_t n = 0;
	*ret = kv_path_join(job->arena, charts, file);
	if (kv_file_kind(*ret) == KV_FILE_REGULAR)
		return true;
	if (kv_file_kind(charts) != KV_FILE_DIR || kv_dir_read(job, charts, &entries, &n) < 0)
		return false;
	for (size_t i = 0; i < n; i++) {
		*ret = kv_path_join(job->arena, kv_path_join(job->arena, charts, entries[i].name), file);
		if (kv_str_starts(entries[i].name, name) && kv_file_kind(*ret) == KV_FILE_REGULAR)
			return true;
	}
	return false;
}

/* The template where it lies unpacked below the source, else the configuration. */
static void place(const struct tree_unit *u, const struct tree_volatile_value *v, const struct tree_repo *repo,
		  struct cli_finding *ret)
{
	struct kv_arena *a = u->job->arena;
	ret->path = kv_path_join(a, repo->cwd, u->file);
	ret->line = 1;
	for (size_t i = 0; v->ncalls && i < v->group->nsources; i++) {
		kv_str charts = kv_path_join(a, v->group->sources[i].path, KV_S("charts"));
		kv_str file;
		if (!find_template(u->job, charts, v->calls[0]->file, &file))
			continue;
		ret->path = file;
		ret->line = v->calls[0]->line;
		return;
	}
}

void cli_volatile_add(const struct tree_product *p, const struct tree_repo *repo, cli_volatile_fn *add, void *arg)
{
	const struct tree_unit *u = p->unit;
	struct kv_arena *a = u->job->arena;
	for (size_t i = 0; i < p->volatiles.n; i++) {
		const struct tree_volatile_value *v = &p->volatiles.v[i];
		kv_str who = krm_shown(a, v->resource->obj), by = describe_calls(a, v);
		const char *id = flt_generated_kinds[flt_generated_kind(v->resource, &v->value)].id;
		struct cli_finding f = { .unit = u };
		f.subject = kv_arena_cat(a, who, KV_S(" "), v->value.path);
		f.message = kv_arena_printf(a, "%.*s: %.*s is made by %.*s%s", KV_ARG(who), KV_ARG(v->value.path),
					    KV_ARG(by), outcome(u, v));
		place(u, v, repo, &f);
		add(arg, id, f);
	}
}

struct tree_product *cli_volatile_find(struct kv_job *job, struct tree_repo *repo, kv_str engine,
				       const struct cli_list *paths)
{
	struct tree_produce_options options = { .find_volatile = true, .no_cache = true };
	struct cli_unit_options given = { .engine = engine };
	if (cli_units_options(job, &given, &options) < 0 || find_units(job, repo, &options) < 0 ||
	    cli_units_select(job, repo, paths, &options.wanted) < 0)
		return NULL;
	struct tree_product *products = tree_produce(job, repo, &options);
	for (size_t i = 0; products && i < repo->nunits; i++)
		forgive_ignored(repo->units[i]);
	return products;
}
