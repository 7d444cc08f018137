/* tree/drift.c: compares rendered files with those of the work tree. */
#include "tree/drift.h"

#include <stdlib.h>

#include "tree/dirs.h"
#include "tree/owned.h"
#include "tree/plan.h"

struct comparison {
	struct kv_job *job; /* of the run: the list lives in it; texts and errors belong to the unit */
	const struct tree_repo *repo;
	struct tree_unit *unit;
	kv_str target; /* absolute */
	struct tree_holding holding;
	struct tree_drifts *drifts;
	size_t first; /* of the unit's */
};

static size_t first_difference(kv_str a, kv_str b)
{
	size_t line = 1;
	for (size_t i = 0; i < a.n && i < b.n && a.p[i] == b.p[i]; i++)
		line += a.p[i] == '\n';
	return line;
}

static int add(struct comparison *c, enum tree_drift_kind kind, kv_str name, kv_str rendered)
{
	struct tree_drift d = { .kind = kind,
				.unit = c->unit,
				.path = kv_path_join(c->job->arena, c->target, name),
				.rendered = rendered };
	const struct kv_dirent *e = tree_holding_find(&c->holding, name);
	d.shown = tree_shown(c->repo, d.path);
	d.linked = e && e->kind == KV_FILE_LINK;
	/* A link that leads nowhere has no bytes. */
	if (e && kv_file_kind(d.path) == KV_FILE_REGULAR &&
	    kv_file_read(c->unit->job, d.path, &d.committed) < 0)
		return -1;
	d.line = kind == TREE_DRIFT_CHANGED ? first_difference(d.committed, rendered) : 1;
	KV_PUSH(c->job->arena, c->drifts->v, c->drifts->n, c->drifts->cap, d);
	return 0;
}

static int add_changed(struct comparison *c, const struct tree_files *files)
{
	int failed = 0;
	tree_fd dir = c->holding.exists ? tree_dir_open(c->job->arena, c->target, NULL) : -1;
	for (size_t i = 0; i < files->n; i++) {
		const struct tree_file *f = &files->v[i];
		bool there = tree_holding_find(&c->holding, f->name);
		if (there && tree_same_at(dir, kv_arena_cstr(c->job->arena, f->name), f->text))
			continue;
		if (add(c, there ? TREE_DRIFT_CHANGED : TREE_DRIFT_MISSING, f->name, f->text) < 0)
			failed = -1;
	}
	return failed;
}

static int add_stale(struct comparison *c, const struct tree_files *files)
{
	int failed = 0;
	for (size_t i = 0; i < c->holding.n; i++) {
		kv_str name = c->holding.entries[i].name;
		if (tree_holding_owns(&c->holding, name) &&
		    !tree_files_have(files, name) &&
		    add(c, TREE_DRIFT_STALE, name, KV_S("")) < 0)
			failed = -1;
	}
	return failed;
}

/* That of another target of the unit that is beside the same kustomization. */
static struct tree_drift *find_drift(struct comparison *c, kv_str path)
{
	for (size_t i = c->first; i < c->drifts->n; i++)
		if (path.n && kv_str_eq(c->drifts->v[i].path, path))
			return &c->drifts->v[i];
	return NULL;
}

/* The kustomization beside a target whose files it names. */
static int add_beside(struct comparison *c, const struct tree_target *t, const struct tree_files *files)
{
	struct tree_beside b = c->holding.beside;
	struct tree_drift d = { .kind = TREE_DRIFT_CHANGED, .unit = c->unit, .path = b.path };
	struct tree_drift *earlier = find_drift(c, b.path);
	kv_str committed = b.text;
	if (earlier)
		b.text = earlier->rendered;
	if (tree_beside_change(c->unit->job, &b, t->path, t->shown, files, &d.rendered) < 0)
		return -1;
	if (d.rendered.p == b.text.p)
		return 0;
	if (earlier) {
		earlier->rendered = d.rendered;
		earlier->line = first_difference(committed, d.rendered);
		return 0;
	}
	d.shown = tree_shown(c->repo, d.path);
	d.committed = committed;
	d.line = first_difference(d.committed, d.rendered);
	KV_PUSH(c->job->arena, c->drifts->v, c->drifts->n, c->drifts->cap, d);
	return 0;
}

static int compare(struct comparison *c, const struct tree_target *t, const struct tree_files *files)
{
	c->target = t->path;
	if (tree_holding_read(c->unit->job, t->path, t->shown, files->form, &c->holding) < 0 ||
	    tree_holding_yields(c->unit->job, &c->holding, t->path, t->shown, files) < 0)
		return -1;
	int changed = add_changed(c, files), stale = add_stale(c, files);
	if (changed < 0 || stale < 0)
		return -1;
	return tree_is_named_beside(files->form) ? add_beside(c, t, files) : 0;
}

static int by_shown(const void *a, const void *b)
{
	return kv_str_cmp(((const struct tree_drift *)a)->shown, ((const struct tree_drift *)b)->shown);
}

int tree_drift_find(struct kv_job *job, const struct tree_repo *repo, const struct tree_product *p,
		    struct tree_drifts *drifts)
{
	struct comparison c = { .job = job, .repo = repo, .unit = p->unit, .drifts = drifts, .first = drifts->n };
	size_t first = drifts->n;
	int failed = 0;
	for (size_t i = 0; i < p->nfiles; i++)
		if (compare(&c, tree_product_target(p, i), &p->files[i]) < 0)
			failed = -1;
	if (drifts->n > first)
		qsort(drifts->v + first, drifts->n - first, sizeof *drifts->v, by_shown);
	return failed;
}
