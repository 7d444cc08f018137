/* tree/discover.c: walks the repository and finds its units. */
#include "tree/discover.h"

#include <stdlib.h>

#include "base/file.h"
#include "base/map.h"
#include "tree/applications.h"

/* --- root ------------------------------------------------------------------------------------- */

static bool is_root(struct kv_arena *a, kv_str dir)
{
	return kv_file_kind(kv_path_join(a, dir, KV_S(".kvendor.yaml"))) != KV_FILE_NONE ||
	       kv_file_kind(kv_path_join(a, dir, KV_S(".git"))) != KV_FILE_NONE;
}

static kv_str find_root(struct kv_arena *a, kv_str cwd)
{
	for (kv_str dir = cwd;; dir = kv_path_dir(a, dir)) {
		if (is_root(a, dir))
			return dir;
		if (dir.n == 1)
			return cwd;
	}
}

kv_str tree_shown(const struct tree_repo *repo, kv_str path)
{
	kv_str rest;
	return kv_path_below(path, repo->cwd, &rest) ? rest : path;
}

int tree_repo_find(struct kv_job *job, struct tree_repo *ret)
{
	*ret = (struct tree_repo){ 0 };
	if (kv_path_cwd(job, &ret->cwd) < 0)
		return -1;
	ret->root = find_root(job->arena, ret->cwd);
	return 0;
}

int tree_repo_read(struct kv_job *job, struct tree_repo *ret)
{
	job->shown_from = ret->cwd;
	kv_str path = kv_path_join(job->arena, ret->root, KV_S(".kvendor.yaml")), *text = &ret->defaults_text;
	if (kv_file_kind(path) != KV_FILE_REGULAR)
		return 0;
	if (kv_file_read(job, path, text) < 0)
		return -1;
	return tree_defaults_read(job, tree_shown(ret, path), *text, &ret->defaults);
}

int tree_repo_open(struct kv_job *job, struct tree_repo *ret)
{
	return tree_repo_find(job, ret) < 0 ? -1 : tree_repo_read(job, ret);
}

void tree_repo_close(struct tree_repo *repo)
{
	for (size_t i = 0; i < repo->nunits; i++)
		kv_job_free(repo->units[i]->job);
	repo->nunits = 0;
}

/* --- walk ------------------------------------------------------------------------------------- */

struct walk {
	struct kv_job *job;
	struct tree_repo *repo;
	kv_str *open; /* directories to look at, relative to the working directory */
	size_t nopen, open_cap;
	kv_str *charts; /* `charts` folders: whether one is inside a source is known once the units are read
			 */
	size_t ncharts, charts_cap;
	struct kv_map sources; /* directories of sources, relative to the working directory */
	size_t nread;          /* units whose configuration was read */
};

/* "dir/name" without a leading "./". */
static kv_str below(struct walk *w, kv_str dir, kv_str name)
{
	return kv_path_join(w->job->arena, dir, name);
}

static bool is_misnamed(kv_str name)
{
	static const char *const names[] = { "kubesource.yml", "Kubesource.yaml", "Kubesource.yml",
					     "kvendor.yml", "Kvendor.yaml" };
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (kv_str_eq(name, kv_str_c(names[i])))
			return true;
	return false;
}

static void add_unit(struct walk *w, kv_str dir, kv_str name)
{
	struct kv_arena *a = w->job->arena;
	struct tree_unit *u = KV_NEW(a, struct tree_unit);
	u->job = kv_job_beside(w->job);
	u->job->shown_from = w->repo->cwd;
	u->name = u->dir = dir;
	u->more = KV_S("");
	u->file = below(w, dir, name);
	u->path = kv_path_join(a, w->repo->cwd, dir);
	KV_PUSH(a, w->repo->units, w->repo->nunits, w->repo->units_cap, u);
}

static void add_leftover(struct walk *w, kv_str path)
{
	KV_PUSH(w->job->arena, w->repo->leftovers, w->repo->nleftovers, w->repo->leftovers_cap,
		kv_path_join(w->job->arena, w->repo->cwd, path));
}

static void on_directory(struct walk *w, kv_str dir, kv_str name)
{
	struct kv_arena *a = w->job->arena;
	kv_str path = below(w, dir, name);
	if (kv_str_eq(name, KV_S(".git")) || kv_str_eq(name, KV_S("node_modules")))
		return;
	if (kv_str_starts(name, KV_S(TREE_STAGED)))
		add_leftover(w, path);
	else if (kv_str_eq(name, KV_S("charts")))
		KV_PUSH(a, w->charts, w->ncharts, w->charts_cap, path);
	else
		KV_PUSH(a, w->open, w->nopen, w->open_cap, path);
}

static void on_entry(struct walk *w, kv_str dir, const struct kv_dirent *e)
{
	bool unit = kv_str_eq(e->name, KV_S("kubesource.yaml")) || kv_str_eq(e->name, KV_S("kvendor.yaml"));
	if (e->kind == KV_FILE_REGULAR && kv_str_starts(e->name, KV_S(TREE_STAGED)))
		add_leftover(w, below(w, dir, e->name));
	else if (e->kind == KV_FILE_DIR)
		on_directory(w, dir, e->name);
	else if (unit && kv_file_kind(below(w, dir, e->name)) != KV_FILE_DIR)
		add_unit(w, dir, e->name);
	else if (kv_str_eq(e->name, KV_S(TREE_EXTERNAL_SECRETS_CRD)))
		w->repo->external_secrets_crd =
			kv_path_join(w->job->arena, w->repo->cwd, below(w, dir, e->name));
	else if (is_misnamed(e->name))
		KV_PUSH(w->job->arena, w->repo->misnamed, w->repo->nmisnamed, w->repo->misnamed_cap,
			below(w, dir, e->name));
}

/* All open directories and those below them; -1 if one could not be read, after the others were. */
static int walk_open(struct walk *w)
{
	int failed = 0;
	while (w->nopen) {
		kv_str dir = w->open[--w->nopen];
		struct kv_dirent *entries;
		size_t n;
		if (kv_dir_read(w->job, dir, &entries, &n) < 0) {
			failed = -1;
			continue;
		}
		for (size_t i = 0; i < n; i++)
			on_entry(w, dir, &entries[i]);
	}
	return failed;
}

/* --- configurations --------------------------------------------------------------------------- */

static void read_unit(struct walk *w, struct tree_unit *u)
{
	u->failed = kv_file_read(u->job, u->file, &u->text) < 0 ||
		    tree_config_read(u->job, u->file, u->text, &u->config) < 0;
	if (u->failed)
		return;
	for (size_t g = 0; g < u->config.ngroups; g++)
		for (size_t s = 0; s < u->config.groups[g].nsources; s++) {
			kv_str dir = u->config.groups[g].sources[s].dir;
			if (!dir.n)
				dir = KV_S("charts"); /* of a source that is the unit itself */
			if (dir.p[0] != '/')
				kv_map_put(&w->sources, below(w, u->dir, dir), w);
		}
}

static bool inside_source(struct walk *w, kv_str dir)
{
	for (;;) {
		if (kv_map_has(&w->sources, dir))
			return true;
		size_t slash = kv_str_rchr(dir, '/');
		if (slash == SIZE_MAX)
			return kv_map_has(&w->sources, KV_S("."));
		dir.n = slash;
	}
}

static int by_directory(const void *a, const void *b)
{
	const struct tree_unit *x = *(struct tree_unit *const *)a, *y = *(struct tree_unit *const *)b;
	int order = kv_str_cmp(x->dir, y->dir);
	if (!order)
		order = kv_str_cmp(x->file, y->file);
	return order ? order : kv_str_cmp(x->name, y->name);
}

static void refuse_pairs(struct tree_repo *repo)
{
	for (size_t i = 1; i < repo->nunits; i++) {
		struct tree_unit *a = repo->units[i - 1], *b = repo->units[i];
		if (!kv_str_eq(a->dir, b->dir) || kv_str_eq(a->file, b->file))
			continue;
		a->failed = b->failed = true;
		kv_error_file(a->job, a->file, "the same directory has a %.*s too",
			      KV_ARG(kv_path_base(b->file)));
		kv_error_file(b->job, b->file, "the same directory has a %.*s too",
			      KV_ARG(kv_path_base(a->file)));
	}
}

int tree_discover(struct kv_job *job, struct tree_repo *repo, const struct tree_produce_options *options)
{
	struct walk w = { .job = job, .repo = repo };
	int failed = 0;
	kv_map_init(&w.sources, job->arena);
	KV_PUSH(job->arena, w.open, w.nopen, w.open_cap, KV_S("."));
	while (w.nopen) {
		if (walk_open(&w) < 0)
			failed = -1;
		for (; w.nread < repo->nunits; w.nread++)
			read_unit(&w, repo->units[w.nread]);
		for (size_t i = 0; i < w.ncharts; i++)
			if (!inside_source(&w, w.charts[i]))
				KV_PUSH(job->arena, w.open, w.nopen, w.open_cap, w.charts[i]);
		w.ncharts = 0;
	}
	tree_applications_find(job, repo, options);
	if (repo->nunits)
		qsort(repo->units, repo->nunits, sizeof(struct tree_unit *), by_directory);
	refuse_pairs(repo);
	return failed;
}
