/* tree/write.c: stages, exchanges and recovers targets. */
#include "tree/write.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/interrupt.h"
#include "tree/dirs.h"
#include "tree/discover.h"
#include "tree/owned.h"

#define NEW TREE_STAGED "new-"
#define OLD TREE_STAGED "old-"

struct tree_stage {
	kv_str path, parent, shown;
	kv_pos pos;
	const char *name, *new_name, *old_name; /* last parts, below the parent */
	struct tree_made made;
	struct kv_map gone; /* owned files that the new tree has no longer */
	bool exists, exchanged;
	bool file;            /* a file that a person wrote, and changes to it */
	kv_str before, after; /* its bytes when it was read, and those that are staged */
};

void tree_write_init(struct tree_write *w, struct kv_job *job)
{
	*w = (struct tree_write){ .job = job };
}

/* What a person can do about an error of the system; NULL: nothing that we know. */
static const char *remedy(int error)
{
	switch (error) {
	case EACCES:
	case EPERM: return "you must be able to write the folder it is in: targets are staged beside themselves";
	case EROFS: return "the file system is mounted read-only";
	case ENOSPC:
	case EDQUOT: return "a target needs as much room again while it is staged";
	case ENOTDIR: return "there is a file where a folder must be: move it, or name another target";
	default: return NULL;
	}
}

static int failed(struct tree_write *w, const struct tree_stage *s, const char *what)
{
	const char *advice = remedy(errno);
	kv_error_file(w->job, s->shown, "%s: %s", what, strerror(errno));
	kv_note(w->job, s->pos, "the target is named here");
	if (advice)
		kv_note(w->job, 0, "%s", advice);
	return -1;
}

/* --- does it differ? -------------------------------------------------------------------------- */

static void report_foreign(struct tree_write *w, const struct tree_stage *s, const struct kv_dirent *e)
{
	kv_warn_file(w->job, kv_path_join(w->job->arena, s->shown, e->name),
		     "kvendor did not write it; it is kept");
}

/* Sorts the target's entries into those that go and those that stay; both lists are sorted by name. */
static void sort_entries(struct tree_write *w, struct tree_stage *s, const struct tree_holding *h,
			 const struct tree_files *files)
{
	for (size_t i = 0, f = 0; i < h->n; i++) {
		const struct kv_dirent *e = &h->entries[i];
		int order = 1;
		while (f < files->n && (order = kv_str_cmp(files->v[f].name, e->name)) < 0)
			f++;
		if (f < files->n && order == 0)
			continue;
		if (tree_holding_owns(h, e->name))
			kv_map_put(&s->gone, e->name, s);
		else if (tree_lists_its_files(h->form))
			report_foreign(w, s, e);
	}
}

static bool is_current(struct tree_write *w, const struct tree_stage *s, const struct tree_files *files)
{
	if (!s->exists || s->gone.n)
		return false;
	tree_fd dir = tree_dir_open(w->job->arena, s->path, NULL);
	for (size_t i = 0; dir >= 0 && i < files->n; i++)
		if (!tree_same_at(dir, kv_arena_cstr(w->job->arena, files->v[i].name), files->v[i].text))
			return false;
	return dir >= 0;
}

/* --- recovery --------------------------------------------------------------------------------- */

int tree_recover(struct kv_job *job, kv_str leftover, kv_str shown)
{
	kv_str name = kv_path_base(leftover);
	const char *leaf = kv_arena_cstr(job->arena, name);
	tree_fd parent = tree_dir_open(job->arena, kv_path_dir(job->arena, leftover), NULL);
	if (parent < 0)
		return kv_error_file(job, shown, "an interrupted run left this: %s", strerror(errno));
	int done = 0;
	if (kv_str_starts(name, KV_S(OLD))) {
		const char *target = leaf + sizeof OLD - 1;
		if (renameat2(parent, leaf, parent, target, RENAME_NOREPLACE) == 0)
			return 0;
		done = errno == EEXIST ? tree_remove_at(parent, leaf)
				       : renameat(parent, leaf, parent, target);
	} else if (kv_str_starts(name, KV_S(NEW))) {
		done = tree_remove_at(parent, leaf);
	}
	return done < 0 ? kv_error_file(job, shown,
					"an interrupted run left this, and it cannot be removed: %s",
					strerror(errno))
			: 0;
}

/* --- staging ---------------------------------------------------------------------------------- */

/* Nothing to clean up here: the caller undoes the whole unit. */
static int link_kept(struct tree_write *w, const struct tree_stage *s, const struct tree_holding *h,
		     const struct tree_files *files, int target, int stage)
{
	for (size_t i = 0, f = 0; i < h->n; i++) {
		kv_str name = h->entries[i].name;
		int order = 1;
		while (f < files->n && (order = kv_str_cmp(files->v[f].name, name)) < 0)
			f++;
		bool written = f < files->n && order == 0;
		if (!written && !kv_map_has(&s->gone, name) &&
		    tree_link_at(target, kv_arena_cstr(w->job->arena, name), stage) < 0)
			return -1;
		if (kv_interrupted())
			return -1;
	}
	return 0;
}

static int add_files(struct tree_write *w, const struct tree_files *files, int target, int stage)
{
	for (size_t i = 0; i < files->n; i++) {
		const char *name = kv_arena_cstr(w->job->arena, files->v[i].name);
		bool same = target >= 0 && tree_same_at(target, name, files->v[i].text);
		if (same ? tree_link_at(target, name, stage) : tree_create_at(stage, name, files->v[i].text))
			return -1;
		if (kv_interrupted())
			return -1;
	}
	return 0;
}

/* The new tree keeps the folder's mode and, where we may give it away, its owner. */
static int keep_mode(int target, int stage)
{
	struct stat st;
	if (target < 0)
		return 0;
	if (fstat(target, &st) < 0 || (fchown(stage, st.st_uid, st.st_gid) < 0 && errno != EPERM))
		return -1;
	return fchmod(stage, st.st_mode & 07777);
}

static int build(struct tree_write *w, struct tree_stage *s, const struct tree_holding *h,
		 const struct tree_files *files)
{
	struct kv_arena *a = w->job->arena;
	tree_fd parent = tree_dir_open(a, s->parent, &s->made);
	if (parent < 0)
		return failed(w, s, "its parent folder cannot be made or entered");
	tree_fd target =
		s->exists ? openat(parent, s->name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) : -1;
	if (s->exists && target < 0)
		return failed(w, s, "the target cannot be opened");
	if (tree_remove_at(parent, s->new_name) < 0 || mkdirat(parent, s->new_name, 0777) < 0)
		return failed(w, s, "no folder can be made beside it");
	tree_fd stage = openat(parent, s->new_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (stage < 0 || link_kept(w, s, h, files, target, stage) < 0 ||
	    add_files(w, files, target, stage) < 0 || keep_mode(target, stage) < 0)
		return kv_interrupted()
			       ? kv_error_file(w->job, s->shown, "interrupted; the target is as it was")
			       : failed(w, s, "the new files cannot be written beside it");
	return 0;
}

/* A name of the staged tree must be possible, too. */
#define LONGEST_TARGET (255 - (sizeof NEW - 1))

/* Begins a stage; what an interrupted run moved aside comes back first. */
static int begin(struct tree_write *w, kv_str path, kv_str shown, kv_pos pos, struct tree_stage *ret)
{
	struct kv_arena *a = w->job->arena;
	kv_str name = kv_path_base(path);
	*ret = (struct tree_stage){
		.path = path, .parent = kv_path_dir(a, path), .shown = shown, .pos = pos
	};
	if (name.n > LONGEST_TARGET)
		return kv_error(w->job, pos, "the target's name is too long (limit %zu bytes)",
				(size_t)LONGEST_TARGET);
	ret->name = kv_arena_cstr(a, name);
	ret->new_name = kv_arena_cat(a, KV_S(NEW), name).p;
	ret->old_name = kv_arena_cat(a, KV_S(OLD), name).p;
	kv_map_init(&ret->gone, a);
	kv_str aside = kv_path_join(a, ret->parent, kv_str_c(ret->old_name));
	return kv_file_kind_link(aside) != KV_FILE_NONE ? tree_recover(w->job, aside, shown) : 0;
}

static int build_file(struct tree_write *w, struct tree_stage *s, kv_str text)
{
	tree_fd parent = tree_dir_open(w->job->arena, s->parent, NULL);
	tree_fd old = parent < 0 ? -1 : openat(parent, s->name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (old < 0 || tree_remove_at(parent, s->new_name) < 0 ||
	    tree_create_at(parent, s->new_name, text) < 0)
		return failed(w, s, "the new file cannot be written beside it");
	tree_fd new = openat(parent, s->new_name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (new < 0 || keep_mode(old, new) < 0)
		return failed(w, s, "the new file cannot be written beside it");
	return 0;
}

/* Another target of the unit may be beside the same kustomization. */
static struct tree_stage *find_stage(struct tree_write *w, kv_str path)
{
	for (size_t i = 0; i < w->n; i++)
		if (w->stages[i].file && kv_str_eq(w->stages[i].path, path))
			return &w->stages[i];
	return NULL;
}

/* The kustomization that names the files of a target. */
static int stage_beside(struct tree_write *w, const struct tree_holding *h, kv_str path, kv_str shown,
			kv_pos pos, const struct tree_files *files)
{
	struct tree_beside beside = h->beside;
	struct tree_stage s, *earlier = find_stage(w, beside.path);
	kv_str text;
	if (earlier)
		beside.text = earlier->after;
	if (tree_beside_change(w->job, &beside, path, shown, files, &text) < 0)
		return -1;
	if (text.p == beside.text.p)
		return 0;
	if (earlier) {
		earlier->after = text;
		return build_file(w, earlier, text);
	}
	if (begin(w, h->beside.path, h->beside.shown, pos, &s) < 0)
		return -1;
	s.exists = s.file = true;
	s.before = h->beside.text;
	s.after = text;
	w->changed++;
	KV_PUSH(w->job->arena, w->stages, w->n, w->cap, s);
	return build_file(w, &w->stages[w->n - 1], text);
}

static int stage_target(struct tree_write *w, struct tree_stage s, const struct tree_holding *h,
			const struct tree_files *files)
{
	sort_entries(w, &s, h, files);
	if (is_current(w, &s, files) || (!s.exists && !files->n))
		return 0;
	w->changed++;
	KV_PUSH(w->job->arena, w->stages, w->n, w->cap, s);
	return build(w, &w->stages[w->n - 1], h, files);
}

int tree_write_stage(struct tree_write *w, kv_str path, kv_str shown, kv_pos pos,
		     const struct tree_files *files)
{
	struct tree_stage s;
	struct tree_holding h;
	if (begin(w, path, shown, pos, &s) < 0 || tree_holding_read(w->job, path, shown, files->form, &h) < 0)
		return -1;
	s.exists = h.exists;
	if (tree_holding_yields(w->job, &h, path, shown, files) < 0 || stage_target(w, s, &h, files) < 0)
		return -1;
	return tree_is_named_beside(files->form) ? stage_beside(w, &h, path, shown, pos, files) : 0;
}

/* One call brings a whole file system to the disk, so a run seldom needs more than one. */
static int sync_stage(struct kv_arena *a, const struct tree_stage *s, dev_t *synced)
{
	struct stat st;
	tree_fd parent = tree_dir_open(a, s->parent, NULL);
	tree_fd stage = parent < 0 ? -1 : openat(parent, s->new_name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (stage < 0 || fstat(stage, &st) < 0)
		return -1;
	if (st.st_dev == *synced)
		return 0;
	*synced = st.st_dev;
	return syncfs(stage);
}

void tree_write_sync(struct tree_write *const *writes, size_t n)
{
	dev_t synced = 0;
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < writes[i]->n; k++) {
			const struct tree_stage *s = &writes[i]->stages[k];
			if (sync_stage(writes[i]->job->arena, s, &synced) == 0)
				continue;
			failed(writes[i], s, "the new files cannot be brought to the disk");
			writes[i]->unsynced = true;
			synced = 0;
			break;
		}
}

/* --- exchange --------------------------------------------------------------------------------- */

/* Where two names cannot change places at once: aside, then in; back again if the second step fails. */
static int exchange_in_two(int parent, const struct tree_stage *s)
{
	if (tree_remove_at(parent, s->old_name) < 0 || renameat(parent, s->name, parent, s->old_name) < 0)
		return -1;
	if (renameat(parent, s->new_name, parent, s->name) < 0) {
		int kept = errno;
		if (renameat(parent, s->old_name, parent, s->name) == 0)
			errno = kept;
		return -1;
	}
	/* From here the old tree has the name that the exchange would have given it. */
	return renameat(parent, s->old_name, parent, s->new_name);
}

static int exchange(int parent, const struct tree_stage *s)
{
	if (!s->exists)
		return renameat2(parent, s->new_name, parent, s->name, RENAME_NOREPLACE) == 0 ||
				       ((errno == EINVAL || errno == ENOSYS) &&
					renameat(parent, s->new_name, parent, s->name) == 0)
			       ? 0
			       : -1;
	if (renameat2(parent, s->new_name, parent, s->name, RENAME_EXCHANGE) == 0)
		return 0;
	return errno == EINVAL || errno == ENOSYS ? exchange_in_two(parent, s) : -1;
}

/* The old tree in the staged one's place. A file that came into it since it was listed goes over to the new
 * one. */
static void drop_old(struct tree_write *w, const struct tree_stage *s, int parent)
{
	struct kv_dirent *entries;
	size_t n;
	kv_str old = kv_path_join(w->job->arena, s->parent, kv_str_c(s->new_name));
	tree_fd from = openat(parent, s->new_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	tree_fd to = openat(parent, s->name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (!s->file && (from < 0 || to < 0 || kv_dir_read(w->job, old, &entries, &n) < 0))
		return;
	for (size_t i = 0; !s->file && i < n; i++) {
		const char *name = kv_arena_cstr(w->job->arena, entries[i].name);
		if (!kv_map_has(&s->gone, entries[i].name))
			renameat2(from, name, to, name, RENAME_NOREPLACE);
	}
	if (tree_remove_at(parent, s->new_name) < 0)
		kv_warn_file(w->job, old, "the replaced tree cannot be removed: %s", strerror(errno));
}

/* A person may be editing it. */
static int check_before(const struct tree_stage *s, int parent)
{
	if (!s->file || tree_same_at(parent, s->name, s->before))
		return 0;
	errno = EBUSY;
	return -1;
}

/* Kustomizations beside targets follow the targets whose files they name. */
static int exchange_all(struct tree_write *w, bool files)
{
	for (size_t i = 0; i < w->n; i++) {
		struct tree_stage *s = &w->stages[i];
		if (s->file != files)
			continue;
		tree_fd parent = tree_dir_open(w->job->arena, s->parent, NULL);
		if (parent < 0 || check_before(s, parent) < 0 || exchange(parent, s) < 0)
			return failed(w, s, "the new files cannot take its place");
		s->exchanged = true;
	}
	return 0;
}

/* Another target of the unit failed: the old tree comes back. */
static void exchange_back(struct tree_write *w, struct tree_stage *s, int parent)
{
	int back = s->exists ? exchange(parent, s) : renameat(parent, s->name, parent, s->new_name);
	if (back < 0)
		kv_error_file(w->job, s->shown, "the old files cannot be brought back: %s", strerror(errno));
	else
		s->exchanged = false;
}

int tree_write_exchange(struct tree_write *w)
{
	int failed = exchange_all(w, false) < 0 || exchange_all(w, true) < 0 ? -1 : 0;
	for (size_t i = 0; i < w->n; i++) {
		struct tree_stage *s = &w->stages[i];
		tree_fd parent = s->exchanged ? tree_dir_open(w->job->arena, s->parent, NULL) : -1;
		if (parent < 0)
			continue;
		if (failed)
			exchange_back(w, s, parent);
		else if (s->exists)
			drop_old(w, s, parent);
	}
	return failed;
}

void tree_write_undo(struct tree_write *w)
{
	for (size_t i = w->n; i-- > 0;) {
		struct tree_stage *s = &w->stages[i];
		tree_fd parent = s->exchanged ? -1 : tree_dir_open(w->job->arena, s->parent, NULL);
		if (parent < 0)
			continue;
		if (tree_remove_at(parent, s->new_name) < 0 && errno != EACCES)
			kv_warn_file(w->job, s->shown, "what was staged beside it cannot be removed: %s",
				     strerror(errno));
		tree_made_undo(w->job->arena, &s->made);
	}
}

/* --- runs ------------------------------------------------------------------------------------- */

int tree_lock(struct kv_job *job, kv_str root, bool wait, bool *ret_busy)
{
	int fd = open(kv_arena_cstr(job->arena, root), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	*ret_busy = false;
	if (fd < 0)
		return kv_error_file(job, root, "the root of the repository cannot be opened: %s",
				     strerror(errno));
	int got;
	do
		got = flock(fd, LOCK_EX | (wait ? 0 : LOCK_NB));
	while (got < 0 && errno == EINTR && !kv_interrupted());
	if (got == 0)
		return fd;
	if (errno == EWOULDBLOCK) {
		close(fd);
		*ret_busy = true;
		return -1;
	}
	/* Some network file systems lock no folders; two runs at once are then the user's affair. */
	kv_warn_file(job, root, "other runs cannot be kept out here: %s", strerror(errno));
	return fd;
}
