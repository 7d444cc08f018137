/* tree/plan.c: checks targets against the repository, the sources, the configurations and each other. */
#include "tree/plan.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>

#include "base/file.h"
#include "base/map.h"
#include "base/view.h"

/* Who stands at a path. */
struct place {
	struct tree_unit *unit;
	struct tree_target *target; /* or */
	struct tree_source *source; /* or neither: the unit's configuration */
	struct place *next;         /* another one at the same path */
};

struct plan {
	struct kv_job *job;
	struct tree_repo *repo;
	struct kv_map targets; /* path to struct place */
	struct kv_map sources; /* the same: all that some unit reads */
};

static void fail(struct tree_unit *u, kv_pos pos, const char *what, kv_str subject)
{
	kv_error(u->job, pos, "%s: %.*s", what, KV_ARG(subject));
	u->failed = true;
}

/* --- resolving -------------------------------------------------------------------------------- */

/* The path with the links of its existing part resolved. *ret_linked tells whether there was one. */
static bool resolve(struct kv_arena *a, kv_str path, kv_str *ret, bool *ret_linked)
{
	char real[PATH_MAX];
	kv_str existing = path;
	kv_view_reach(path);
	while (!realpath(kv_arena_cstr(a, existing), real)) {
		/* A dangling link must not be taken for a part that is still to be made. */
		if ((errno != ENOENT && errno != ENOTDIR) || existing.n <= 1 ||
		    kv_file_kind_link(existing) == KV_FILE_LINK)
			return false;
		existing = kv_path_dir(a, existing);
	}
	kv_str rest = kv_str_sub(path, existing.n, path.n);
	kv_str found = kv_arena_dup(a, kv_str_c(real));
	*ret_linked = !kv_str_eq(found, existing);
	*ret = kv_path_clean(a, kv_arena_cat(a, found, KV_S("/"), rest));
	return true;
}

static void resolve_source(struct plan *p, struct tree_unit *u, struct tree_source *s)
{
	struct kv_arena *a = p->job->arena;
	bool linked;
	s->path = kv_path_join(a, u->path, s->dir);
	s->shown = kv_path_clean(a, kv_arena_cat(a, u->dir, KV_S("/"), s->dir));
	if (s->application)
		s->shown = s->application->shown;
	if (!s->dir.n)
		return;
	if (s->dir.p[0] == '/')
		fail(u, s->dir_pos, "sourceDir must be a relative path", s->dir);
	else if (kv_str_chr(s->dir, '\0') != SIZE_MAX || !resolve(a, s->path, &s->path, &linked))
		fail(u, s->dir_pos, "the source directory cannot be found", s->shown);
}

/* Git's own folder, or one below it. */
static bool is_in_git(kv_str path)
{
	while (path.n) {
		size_t slash = kv_str_chr(path, '/');
		if (kv_str_eq(kv_str_sub(path, 0, slash), KV_S(".git")))
			return true;
		path = slash == SIZE_MAX ? KV_S("") : kv_str_sub(path, slash + 1, path.n);
	}
	return false;
}

/* The last part may not be a link; a link further up may lead anywhere in the repository. */
static bool resolve_target(struct plan *p, struct tree_unit *u, struct tree_target *t)
{
	struct kv_arena *a = p->job->arena;
	kv_str clean = kv_path_join(a, u->path, t->directory), parent, rest;
	bool linked;
	if (!kv_path_below(clean, p->repo->root, &rest)) {
		fail(u, t->pos, "the target lies outside the repository", t->directory);
		kv_note(u->job, 0,
			"the repository is %.*s, the nearest folder with .git or .kvendor.yaml; a target is relative to the "
			"folder of its configuration",
			KV_ARG(p->repo->root));
		return false;
	}
	if (clean.n == p->repo->root.n) {
		fail(u, t->pos, "the target is the root of the repository", t->directory);
		kv_note(u->job, 0, "name a folder below it, such as app/base");
		return false;
	}
	if (!resolve(a, kv_path_dir(a, clean), &parent, &linked)) {
		fail(u, t->pos, "the target is below a dangling symbolic link", t->shown);
		return false;
	}
	t->path = kv_path_join(a, parent, kv_path_base(clean));
	if (!kv_path_below(t->path, p->repo->root, &rest)) {
		fail(u, t->pos, "the target lies outside the repository, behind a symbolic link", t->shown);
		return false;
	}
	if (is_in_git(rest)) {
		fail(u, t->pos, "the target lies in the folder of Git itself", t->shown);
		return false;
	}
	if (linked)
		kv_warn(u->job, t->pos, "the target %.*s is reached through a symbolic link, it is %.*s",
			KV_ARG(t->shown), KV_ARG(tree_shown(p->repo, t->path)));
	return true;
}

static bool check_kind(struct tree_unit *u, struct tree_target *t)
{
	enum kv_file_kind kind = kv_file_kind_link(t->path);
	if (kind == KV_FILE_NONE || kind == KV_FILE_DIR)
		return true;
	fail(u, t->pos, kind == KV_FILE_LINK ? "the target is a symbolic link" : "the target is a file",
	     t->shown);
	return false;
}

static bool check_text(struct tree_unit *u, struct tree_target *t)
{
	if (t->directory.n && t->directory.p[0] != '/' && kv_str_chr(t->directory, '\0') == SIZE_MAX)
		return true;
	fail(u, t->pos,
	     !t->directory.n ? "the target directory is empty" : "the target directory must be a relative path",
	     t->directory);
	return false;
}

static void add_target(struct plan *p, struct tree_unit *u, struct tree_target *t)
{
	struct place *place = KV_NEW(p->job->arena, struct place);
	void **slot = kv_map_slot(&p->targets, t->path);
	*place = (struct place){ .unit = u, .target = t, .next = *slot };
	*slot = place;
}

static void resolve_unit(struct plan *p, struct tree_unit *u)
{
	for (size_t g = 0; g < u->config.ngroups; g++) {
		struct tree_group *group = &u->config.groups[g];
		for (size_t i = 0; i < group->nsources; i++)
			resolve_source(p, u, &group->sources[i]);
		for (size_t i = 0; i < group->ntargets; i++) {
			struct tree_target *t = &group->targets[i];
			t->shown = kv_path_clean(
				p->job->arena, kv_arena_cat(p->job->arena, u->dir, KV_S("/"), t->directory));
			if (check_text(u, t) && resolve_target(p, u, t) && check_kind(u, t))
				add_target(p, u, t);
		}
	}
}

/* --- conflicts -------------------------------------------------------------------------------- */

static void conflict(struct place *a, const char *relation, const struct place *b)
{
	kv_error(a->unit->job, a->target->pos, "the target %.*s %s the target %.*s of %.*s",
		 KV_ARG(a->target->shown), relation, KV_ARG(b->target->shown), KV_ARG(b->unit->file));
	kv_note(a->unit->job, a->unit == b->unit ? b->target->pos : 0, "no file may belong to two targets");
	a->unit->failed = true;
}

/* Two targets for one directory: each is shown beside the next one, which is enough to see all of them. */
static void check_equal(struct place *first)
{
	for (struct place *a = first; a && first->next; a = a->next)
		conflict(a, "is also", a->next ? a->next : first);
}

/* Walks up from a path and calls for the targets above it. Of several at one path the first stands for all:
 * they fail anyway. */
static void each_above(struct plan *p, kv_str path, void (*found)(struct place *target, void *arg), void *arg)
{
	for (size_t slash; (slash = kv_str_rchr(path, '/')) != SIZE_MAX && slash > 0;) {
		path.n = slash;
		struct place *t = kv_map_get(&p->targets, path);
		if (t)
			found(t, arg);
	}
}

/* Two targets would change one list of the kustomization beside them, or two units one kustomization. */
static void check_beside(struct plan *p)
{
	struct kv_map besides;
	kv_map_init(&besides, p->job->arena);
	for (size_t i = 0; i < p->targets.n; i++) {
		struct place *b = p->targets.entries[i].value;
		if (!tree_is_named_beside(b->target->form))
			continue;
		struct place *a = kv_map_put(&besides, kv_path_dir(p->job->arena, b->target->path), b);
		if (a && (a->unit != b->unit || a->target->form == b->target->form)) {
			conflict(a, "has its files named beside it, as", b);
			conflict(b, "has its files named beside it, as", a);
		}
	}
}

static void target_above_target(struct place *outer, void *arg)
{
	struct place *inner = arg;
	conflict(inner, "lies inside", outer);
	conflict(outer, "lies around", inner);
}

/* Where what a unit reads is written to, the next run renders something else, or the work of a person is gone. */
static void fail_at_source(const struct place *at, const char *relation, const struct place *source)
{
	struct tree_unit *u = at->unit, *of = source->unit;
	kv_str whose = u == of ? KV_S("its unit") : of->file;
	u->failed = true;
	kv_error(u->job, at->target->pos, "the target %s a source of %.*s: %.*s", relation, KV_ARG(whose),
		 KV_ARG(source->source->shown));
	kv_note(u->job, 0, "no unit may write where one reads: give the target a folder of its own");
}

static void target_above_source(struct place *outer, void *arg)
{
	fail_at_source(outer, "holds", arg);
}

static void target_above_config(struct place *outer, void *arg)
{
	struct place *inner = arg;
	fail(outer->unit, outer->target->pos, "the target contains a configuration file", inner->unit->file);
}

/* A target that is equal to or inside a source of any unit. Its own comes first: that is what its reader can mend. */
static void check_inside_source(struct plan *p, struct place *target)
{
	kv_str path = target->target->path;
	while (path.n) {
		struct place *first = kv_map_get(&p->sources, path), *source = first;
		while (source && source->unit != target->unit)
			source = source->next;
		if (first) {
			bool equal = path.n == target->target->path.n;
			fail_at_source(target, equal ? "is" : "lies inside", source ? source : first);
			return;
		}
		size_t slash = kv_str_rchr(path, '/');
		path.n = slash == SIZE_MAX ? 0 : slash;
	}
}

static void add_source(struct plan *p, struct tree_unit *u, struct tree_source *s)
{
	struct place *place = KV_NEW(p->job->arena, struct place);
	void **slot = kv_map_slot(&p->sources, s->path);
	*place = (struct place){ .unit = u, .source = s, .next = *slot };
	*slot = place;
}

/* A path that a source without a directory names. */
static void add_named(struct plan *p, struct tree_unit *u, const struct tree_source *s, kv_str written)
{
	struct tree_source *local = KV_NEW(p->job->arena, struct tree_source);
	bool linked;
	*local = *s;
	local->path = kv_path_join(p->job->arena, u->path, written);
	local->shown = kv_path_join(p->job->arena, u->dir, written);
	if (kv_str_chr(written, '\0') == SIZE_MAX && resolve(p->job->arena, local->path, &local->path, &linked))
		add_source(p, u, local);
}

/* The files, folders and local charts that a source without a directory reads are sources, too. */
static void add_read(struct plan *p, struct tree_unit *u, const struct tree_source *s)
{
	krm_val resources = krm_get(s->fields, "resources"), charts = krm_get(s->fields, "helmCharts");
	kv_str home = krm_str(krm_path(s->fields, "helmGlobals", "chartHome", NULL));
	for (size_t i = 0; i < krm_list_len(resources); i++) {
		kv_str written = krm_str(resources.l->v[i]);
		if (written.n && !kv_str_has(written, KV_S("://")))
			add_named(p, u, s, written);
	}
	for (size_t i = 0; i < krm_list_len(charts); i++) {
		kv_str name = krm_str(krm_get(charts.l->v[i], "name"));
		if (name.n)
			add_named(p, u, s, kv_path_join(p->job->arena, home.n ? home : KV_S("charts"), name));
	}
}

/* Who writes nothing, and is only looked at, may read what others write. */
static void add_sources(struct plan *p, struct tree_unit *u)
{
	for (size_t g = 0; g < u->config.ngroups; g++)
		for (size_t i = 0; u->config.groups[g].ntargets && i < u->config.groups[g].nsources; i++) {
			struct tree_source *s = &u->config.groups[g].sources[i];
			add_read(p, u, s);
			if (s->dir.n)
				add_source(p, u, s);
		}
}

static void check_around_config(struct plan *p, struct tree_unit *u)
{
	struct place config = { .unit = u };
	each_above(p, kv_path_join(p->job->arena, u->path, KV_S("kubesource.yaml")), target_above_config,
		   &config);
}

static void check_sources(struct plan *p)
{
	for (size_t i = 0; i < p->sources.n; i++)
		for (struct place *s = p->sources.entries[i].value; s; s = s->next)
			each_above(p, p->sources.entries[i].key, target_above_source, s);
	for (size_t i = 0; i < p->targets.n; i++)
		for (struct place *t = p->targets.entries[i].value; t; t = t->next)
			check_inside_source(p, t);
}

void tree_plan(struct kv_job *job, struct tree_repo *repo)
{
	struct plan p = { .job = job, .repo = repo };
	kv_map_init(&p.targets, job->arena);
	kv_map_init(&p.sources, job->arena);
	for (size_t i = 0; i < repo->nunits; i++)
		if (!repo->units[i]->failed)
			resolve_unit(&p, repo->units[i]);
	for (size_t i = 0; i < repo->nunits; i++) {
		add_sources(&p, repo->units[i]);
		check_around_config(&p, repo->units[i]);
	}
	check_sources(&p);
	check_beside(&p);
	for (size_t i = 0; i < p.targets.n; i++) {
		struct place *first = p.targets.entries[i].value;
		check_equal(first);
		each_above(&p, p.targets.entries[i].key, target_above_target, first);
	}
}
