/* tree/staged.c: entries of the index to files of a folder. */
#include "tree/staged.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/git_index.h"
#include "base/map.h"
#include "tree/dirs.h"

struct layout {
	struct kv_job *job;
	struct tree_staged *staged;
	struct kv_git_index *index;
	const struct kv_git_entry *entries;
	size_t n;
	struct kv_map units; /* folders, from the root */
	kv_str *texts;       /* one an entry; .p NULL: not read */
	kv_str made;         /* the newest folder */
};

/* --- which entries ---------------------------------------------------------------------------- */

static bool is_configuration(kv_str name)
{
	return kv_str_eq(name, KV_S("kubesource.yaml")) || kv_str_eq(name, KV_S("kvendor.yaml"));
}

/* The folder of a path from the root; the root itself is ".". */
static kv_str folder_of(kv_str path)
{
	size_t slash = kv_str_rchr(path, '/');
	return slash == SIZE_MAX ? KV_S(".") : kv_str_sub(path, 0, slash);
}

/* The outermost unit around a path, or an empty string. */
static kv_str unit_around(const struct layout *l, kv_str path)
{
	kv_str found = KV_S("");
	for (kv_str dir = folder_of(path);; dir = folder_of(dir)) {
		if (kv_map_has(&l->units, dir))
			found = dir;
		if (kv_str_eq(dir, KV_S(".")))
			return found;
	}
}

static bool is_always_needed(kv_str name)
{
	return kv_str_eq(name, KV_S(".kvendor.yaml")) || kv_str_eq(name, KV_S("kvendor.lock"));
}

static int read_text(struct layout *l, size_t i)
{
	return l->texts[i].p ? 0 : kv_git_blob(l->job, l->index, &l->entries[i], &l->texts[i]);
}

/* --- what may lead out of a unit -------------------------------------------------------------- */

static bool is_inside(struct layout *l, kv_str dir, kv_str relative, kv_str unit)
{
	kv_str rest;
	if (relative.n && relative.p[0] == '/')
		return false;
	/* Both below a root that ".." cannot leave. */
	kv_str path = kv_path_join(l->job->arena, kv_arena_cat(l->job->arena, KV_S("/r/"), dir), relative);
	return kv_path_below(path, kv_path_join(l->job->arena, KV_S("/r"), unit), &rest);
}

/* What separates words in YAML, JSON and "key=file". A path is cut there too, and what is left of it resolves no further in
 * than the whole. */
static bool is_separator(char c)
{
	return c == '\0' || strchr(" \t\r\n\"'[]{},=:", c);
}

static bool has_part_above(kv_str word)
{
	while (word.n) {
		size_t slash = kv_str_chr(word, '/');
		if (kv_str_eq(kv_str_sub(word, 0, slash), KV_S("..")))
			return true;
		word = slash == SIZE_MAX ? KV_S("") : kv_str_sub(word, slash + 1, word.n);
	}
	return false;
}

/* Whether all words of a text that have a part ".." stay in the unit when they are taken from the folder. */
static bool words_stay_inside(struct layout *l, kv_str text, kv_str dir, kv_str unit)
{
	for (size_t at = 0; (at = kv_str_find(text, KV_S(".."), at)) != SIZE_MAX;) {
		size_t from = at, to = at;
		while (from > 0 && !is_separator(text.p[from - 1]))
			from--;
		while (to < text.n && !is_separator(text.p[to]))
			to++;
		kv_str word = kv_str_sub(text, from, to);
		if (has_part_above(word) && !is_inside(l, dir, word, unit))
			return false;
		at = to;
	}
	return true;
}

static bool is_kustomization(kv_str name)
{
	return kv_str_eq(name, KV_S("kustomization.yaml")) || kv_str_eq(name, KV_S("kustomization.yml")) ||
	       kv_str_eq(name, KV_S("Kustomization"));
}

static bool is_in_chart(kv_str path)
{
	return kv_str_has(path, KV_S("/charts/")) || kv_str_starts(path, KV_S("charts/"));
}

static bool is_yaml(kv_str name)
{
	return kv_str_ends(name, KV_S(".yaml")) || kv_str_ends(name, KV_S(".yml")) ||
	       kv_str_ends(name, KV_S(".json"));
}

/* Paths in kustomizations and configurations are relative to their folder. Those in other files, which may be generators
 * and transformers, are relative to the kustomization that names them: at worst the unit's own. A chart stays below itself. */
static bool stays_inside(struct layout *l, size_t i, kv_str unit)
{
	const struct kv_git_entry *e = &l->entries[i];
	kv_str name = kv_path_base(e->path), dir = folder_of(e->path);
	if (e->kind == KV_FILE_LINK)
		return is_inside(l, dir, l->texts[i], unit);
	if (!is_kustomization(name) && (!is_yaml(name) || is_in_chart(e->path)))
		return true;
	return words_stay_inside(l, l->texts[i],
				 is_kustomization(name) || is_configuration(name) ? dir : unit, unit);
}

static int read_all(struct layout *l)
{
	for (size_t i = 0; i < l->n; i++)
		if (l->entries[i].kind != KV_FILE_OTHER && read_text(l, i) < 0)
			return -1;
	return 0;
}

static int read_needed(struct layout *l)
{
	for (size_t i = 0; i < l->n; i++)
		if (is_configuration(kv_path_base(l->entries[i].path)))
			kv_map_put(&l->units, folder_of(l->entries[i].path), l);
	for (size_t i = 0; i < l->n; i++) {
		const struct kv_git_entry *e = &l->entries[i];
		kv_str unit = unit_around(l, e->path);
		if (e->kind == KV_FILE_OTHER || (!unit.n && !is_always_needed(kv_path_base(e->path))))
			continue;
		if (read_text(l, i) < 0)
			return -1;
		if (unit.n && !stays_inside(l, i, unit))
			return read_all(l);
	}
	return 0;
}

/* --- writing ---------------------------------------------------------------------------------- */

static int make_folder(struct layout *l, kv_str dir)
{
	if (kv_str_eq(dir, l->made))
		return 0;
	l->made = dir;
	return kv_dir_make(l->job, dir);
}

static int write_entry(struct layout *l, size_t i)
{
	struct kv_arena *a = l->job->arena;
	kv_str path = kv_path_join(a, l->staged->folder, l->entries[i].path);
	if (make_folder(l, kv_path_dir(a, path)) < 0)
		return -1;
	if (l->entries[i].kind == KV_FILE_REGULAR)
		return kv_file_write(l->job, path, l->texts[i]);
	if (symlink(kv_arena_cstr(a, l->texts[i]), kv_arena_cstr(a, path)) < 0)
		return kv_error_file(l->job, path, "the link cannot be made: %s", strerror(errno));
	return 0;
}

/* Links come last, so that nothing is written through one. */
static int write_all(struct layout *l)
{
	static const enum kv_file_kind order[] = { KV_FILE_REGULAR, KV_FILE_LINK };
	for (size_t k = 0; k < 2; k++)
		for (size_t i = 0; i < l->n; i++)
			if (l->texts[i].p && l->entries[i].kind == order[k] && write_entry(l, i) < 0)
				return -1;
	return 0;
}

/* Memory, which no disk slows down, takes what is no burden to it: a container's may have only 64 MB. */
#define MOST_IN_MEMORY ((size_t)16 << 20)

static bool make_private(struct kv_arena *a, const char *parent, kv_str *ret)
{
	char *path = kv_arena_cstr(a, kv_path_join(a, kv_str_c(parent), KV_S("kvendor-staged-XXXXXX")));
	if (!mkdtemp(path))
		return false;
	*ret = kv_str_c(path);
	return true;
}

/* A new folder that nobody else may enter; with .git, since it is the root of a repository. */
static int make_root(struct layout *l, kv_str *ret)
{
	struct kv_job *job = l->job;
	const char *named = getenv("TMPDIR"), *tmp = named && *named == '/' ? named : "/tmp";
	size_t bytes = 0;
	for (size_t i = 0; i < l->n; i++)
		bytes += l->texts[i].n;
	if ((tmp == named || bytes > MOST_IN_MEMORY || !make_private(job->arena, "/dev/shm", ret)) &&
	    !make_private(job->arena, tmp, ret))
		return kv_error_file(job, kv_str_c(tmp), "no folder can be made here: %s", strerror(errno));
	return kv_dir_make(job, kv_path_join(job->arena, *ret, KV_S(".git"))) < 0
		       ? -1
		       : kv_path_real(job, *ret, ret);
}

int tree_staged_lay_out(struct kv_job *job, struct tree_staged *ret)
{
	struct layout l = { .job = job, .staged = ret };
	kv_str cwd, below;
	*ret = (struct tree_staged){ .folder = KV_S("") };
	if (kv_path_cwd(job, &cwd) < 0 || kv_git_index_open(job, cwd, &l.index) < 0)
		return -1;
	l.entries = kv_git_index_entries(l.index, &l.n);
	l.texts = KV_NEW_N(job->arena, kv_str, l.n);
	kv_map_init(&l.units, job->arena);
	ret->root = kv_git_index_root(l.index);
	if (!kv_path_below(cwd, ret->root, &below))
		return kv_error_file(job, cwd, "it lies outside the work tree");
	if (read_needed(&l) < 0 || make_root(&l, &ret->folder) < 0)
		return -1;
	ret->cwd = kv_path_join(job->arena, ret->folder, below);
	return write_all(&l) < 0 ? -1 : kv_dir_make(job, ret->cwd);
}

void tree_staged_remove(struct kv_job *job, const struct tree_staged *s)
{
	if (!s->folder.n)
		return;
	tree_fd parent = tree_dir_open(job->arena, kv_path_dir(job->arena, s->folder), NULL);
	if (parent < 0 || tree_remove_at(parent, kv_arena_cstr(job->arena, kv_path_base(s->folder))) < 0)
		kv_warn_file(job, s->folder, "it cannot be removed: %s", strerror(errno));
}
