/* base/git_write.c: writes blobs, trees, commits and the index. */
#include "base/git_write.h"

#include <stdlib.h>
#include <time.h>

#include "base/file.h"
#include "base/git_index_file.h"

struct write_api {
	const char *(*commondir)(const git_repository *);
	int (*state)(git_repository *);
	int (*config)(git_config **, git_repository *);
	void (*config_free)(git_config *);
	int (*config_path)(git_buf *, const git_config *, const char *);
	void (*buf_free)(git_buf *);
	int (*remote)(git_remote **, git_repository *, const char *);
	void (*remote_free)(git_remote *);
	const char *(*remote_url)(const git_remote *);
	const git_index_entry *(*index_get)(git_index *, const char *, int);
	int (*index_add)(git_index *, const git_index_entry *);
	int (*index_remove)(git_index *, const char *, int);
	int (*blob_create)(git_oid *, git_repository *, const void *, size_t);
	int (*blob)(git_blob **, git_repository *, const git_oid *);
	void (*blob_free)(git_blob *);
	git_object_size_t (*blob_size)(const git_blob *);
	const void *(*blob_bytes)(const git_blob *);
	int (*filters)(git_filter_list **, git_repository *, git_blob *, const char *, git_filter_mode_t,
		       uint32_t);
	int (*filter)(git_buf *, git_filter_list *, const char *, size_t);
	void (*filters_free)(git_filter_list *);
	char *(*oid_text)(char *, size_t, const git_oid *);
	int (*name_to_id)(git_oid *, git_repository *, const char *);
	int (*is_branch_name)(int *, const char *);
	int (*head)(git_reference **, git_repository *);
	const char *(*ref_name)(const git_reference *);
	void (*ref_free)(git_reference *);
	int (*commit)(git_commit **, git_repository *, const git_oid *);
	void (*commit_free)(git_commit *);
	int (*commit_tree)(git_tree **, const git_commit *);
	const git_signature *(*commit_author)(const git_commit *);
	const char *(*commit_summary)(git_commit *);
	const char *(*commit_body)(git_commit *);
	int (*commit_create)(git_oid *, git_repository *, const char *, const git_signature *,
			     const git_signature *, const char *, const char *, const git_tree *, size_t,
			     const git_commit *[]);
	int (*tree)(git_tree **, git_repository *, const git_oid *);
	void (*tree_free)(git_tree *);
	const git_oid *(*tree_id)(const git_tree *);
	int (*tree_update)(git_oid *, git_repository *, git_tree *, size_t, const git_tree_update *);
	int (*tree_path)(git_tree_entry **, const git_tree *, const char *);
	int (*tree_walk)(const git_tree *, git_treewalk_mode, git_treewalk_cb, void *);
	void (*entry_free)(git_tree_entry *);
	const char *(*entry_name)(const git_tree_entry *);
	const git_oid *(*entry_id)(const git_tree_entry *);
	git_object_t (*entry_type)(const git_tree_entry *);
	int (*signature_default)(git_signature **, git_repository *);
	int (*signature_now)(git_signature **, const char *, const char *);
	void (*signature_free)(git_signature *);
	int (*status)(git_status_list **, git_repository *, const git_status_options *);
	size_t (*status_count)(git_status_list *);
	const git_status_entry *(*status_entry)(git_status_list *, size_t);
	void (*status_free)(git_status_list *);
};

#define ROW(member, symbol) KV_DL(struct write_api, member, "git_" symbol)
static const struct kv_dl_symbol symbols[] = {
	ROW(commondir, "repository_commondir"),
	ROW(state, "repository_state"),
	ROW(config, "repository_config_snapshot"),
	ROW(config_free, "config_free"),
	ROW(config_path, "config_get_path"),
	ROW(buf_free, "buf_dispose"),
	ROW(remote, "remote_lookup"),
	ROW(remote_free, "remote_free"),
	ROW(remote_url, "remote_url"),
	ROW(index_get, "index_get_bypath"),
	ROW(index_add, "index_add"),
	ROW(index_remove, "index_remove"),
	ROW(blob_create, "blob_create_from_buffer"),
	ROW(blob, "blob_lookup"),
	ROW(blob_free, "blob_free"),
	ROW(blob_size, "blob_rawsize"),
	ROW(blob_bytes, "blob_rawcontent"),
	ROW(filters, "filter_list_load"),
	ROW(filter, "filter_list_apply_to_buffer"),
	ROW(filters_free, "filter_list_free"),
	ROW(oid_text, "oid_tostr"),
	ROW(name_to_id, "reference_name_to_id"),
	ROW(is_branch_name, "branch_name_is_valid"),
	ROW(head, "repository_head"),
	ROW(ref_name, "reference_name"),
	ROW(ref_free, "reference_free"),
	ROW(commit, "commit_lookup"),
	ROW(commit_free, "commit_free"),
	ROW(commit_tree, "commit_tree"),
	ROW(commit_author, "commit_author"),
	ROW(commit_summary, "commit_summary"),
	ROW(commit_body, "commit_body"),
	ROW(commit_create, "commit_create"),
	ROW(tree, "tree_lookup"),
	ROW(tree_free, "tree_free"),
	ROW(tree_id, "tree_id"),
	ROW(tree_update, "tree_create_updated"),
	ROW(tree_path, "tree_entry_bypath"),
	ROW(tree_walk, "tree_walk"),
	ROW(entry_free, "tree_entry_free"),
	ROW(entry_name, "tree_entry_name"),
	ROW(entry_id, "tree_entry_id"),
	ROW(entry_type, "tree_entry_type"),
	ROW(signature_default, "signature_default"),
	ROW(signature_now, "signature_now"),
	ROW(signature_free, "signature_free"),
	ROW(status, "status_list_new"),
	ROW(status_count, "status_list_entrycount"),
	ROW(status_entry, "status_byindex"),
	ROW(status_free, "status_list_free"),
};

struct kv_git {
	struct write_api git;
	struct kv_git_library library;
	struct kv_git_index_file file;
};

static int failed(struct kv_job *job, const struct kv_git *g, kv_str file, const char *what)
{
	return kv_git_failed(job, &g->library, file, what);
}

int kv_git_open(struct kv_job *job, kv_str dir, struct kv_git **ret)
{
	struct kv_git *g = KV_NEW(job->arena, struct kv_git);
	*g = (struct kv_git){ 0 };
	*ret = g;
	return kv_git_library_open(job, dir, symbols, KV_COUNT(symbols), &g->git, &g->library);
}

kv_str kv_git_root(const struct kv_git *g)
{
	return g->library.root;
}

/* --- configuration ---------------------------------------------------------------------------- */

int kv_git_hooks(struct kv_job *job, struct kv_git *g, kv_str *ret)
{
	git_config *config;
	git_buf path = GIT_BUF_INIT;
	if (g->git.config(&config, g->library.repository) < 0)
		return failed(job, g, g->library.root, "its configuration cannot be read");
	kv_str common = kv_str_c(g->git.commondir(g->library.repository));
	if (g->git.config_path(&path, config, "core.hooksPath") == 0) {
		*ret = kv_path_join(job->arena, g->library.root, kv_arena_dup(job->arena, kv_str_c(path.ptr)));
		g->git.buf_free(&path);
	} else {
		*ret = kv_path_join(job->arena, kv_path_clean(job->arena, common), KV_S("hooks"));
	}
	g->git.config_free(config);
	return 0;
}

kv_str kv_git_origin(struct kv_job *job, struct kv_git *g)
{
	git_remote *remote;
	kv_str url = KV_S("");
	if (g->git.remote(&remote, g->library.repository, "origin") < 0)
		return url;
	if (g->git.remote_url(remote))
		url = kv_arena_dup(job->arena, kv_str_c(g->git.remote_url(remote)));
	g->git.remote_free(remote);
	size_t scheme = kv_str_find(url, KV_S("://"), 0);
	if (scheme == SIZE_MAX || !kv_str_starts(url, KV_S("http")))
		return url;
	kv_str rest = kv_str_sub(url, scheme + 3, url.n);
	size_t at = kv_str_rchr(kv_str_sub(rest, 0, kv_str_chr(rest, '/')), '@');
	return at == SIZE_MAX ? url
			      : kv_arena_cat(job->arena, kv_str_sub(url, 0, scheme + 3),
					     kv_str_sub(rest, at + 1, rest.n));
}

/* --- blobs ------------------------------------------------------------------------------------ */

/* The bytes as Git stores them: line ends and the like as the attributes of the path say. */
static int store(struct kv_job *job, struct kv_git *g, const struct kv_git_file *f, git_oid *ret)
{
	git_filter_list *filters = NULL;
	git_buf clean = GIT_BUF_INIT;
	const char *path = kv_arena_cstr(job->arena, f->path);
	int got = g->git.filters(&filters, g->library.repository, NULL, path, GIT_FILTER_TO_ODB, GIT_FILTER_DEFAULT);
	if (got == 0 && filters)
		got = g->git.filter(&clean, filters, f->text.p, f->text.n);
	if (got == 0)
		got = filters ? g->git.blob_create(ret, g->library.repository, clean.ptr, clean.size)
			      : g->git.blob_create(ret, g->library.repository, f->text.p, f->text.n);
	if (got < 0)
		failed(job, g, f->path, "its bytes cannot be stored");
	g->git.filters_free(filters);
	g->git.buf_free(&clean);
	return got < 0 ? -1 : 0;
}

static int read_blob(struct kv_job *job, struct kv_git *g, const git_oid *id, kv_str path, kv_str *ret)
{
	git_blob *blob;
	if (g->git.blob(&blob, g->library.repository, id) < 0)
		return failed(job, g, path, "its bytes cannot be read");
	size_t size = (size_t)g->git.blob_size(blob);
	int got = 0;
	if (size > job->limits.file_bytes)
		got = kv_error_file(job, path, "the file is too large (limit %zu bytes)",
				    job->limits.file_bytes);
	else
		*ret = kv_arena_dup(job->arena, kv_str_of(g->git.blob_bytes(blob), size));
	g->git.blob_free(blob);
	return got;
}

/* --- the index -------------------------------------------------------------------------------- */

static int open_index(struct kv_job *job, struct kv_git *g)
{
	return g->file.index ? 0 : kv_git_index_load(job, &g->library, &g->file);
}

static int stage_file(struct kv_job *job, struct kv_git *g, const struct kv_git_file *f, size_t *changed)
{
	const char *path = kv_arena_cstr(job->arena, f->path);
	const git_index_entry *old = g->git.index_get(g->file.index, path, 0);
	git_index_entry e = { .mode = GIT_FILEMODE_BLOB, .path = path };
	if (f->gone) {
		if (old && g->git.index_remove(g->file.index, path, 0) < 0)
			return failed(job, g, f->path, "it cannot be taken out of the index");
		*changed += old != NULL;
		return 0;
	}
	if (store(job, g, f, &e.id) < 0)
		return -1;
	if (old && old->mode == e.mode && memcmp(&old->id, &e.id, sizeof e.id) == 0 &&
	    !(old->flags_extended & GIT_INDEX_ENTRY_INTENT_TO_ADD))
		return 0;
	if (g->git.index_add(g->file.index, &e) < 0)
		return failed(job, g, f->path, "it cannot be put into the index");
	++*changed;
	return 0;
}

int kv_git_stage(struct kv_job *job, struct kv_git *g, const struct kv_git_file *files, size_t n,
		 size_t *ret_n)
{
	*ret_n = 0;
	if (open_index(job, g) < 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		if (stage_file(job, g, &files[i], ret_n) < 0)
			return -1;
	return *ret_n ? kv_git_index_save(job, &g->file) : 0;
}

/* --- trees ------------------------------------------------------------------------------------ */

/* The tree of a commit, NULL for none. */
static int tree_of(struct kv_job *job, struct kv_git *g, git_commit *commit, git_tree **ret)
{
	*ret = NULL;
	return commit && g->git.commit_tree(ret, commit) < 0
		       ? failed(job, g, g->library.root, "a tree cannot be read")
		       : 0;
}

static bool holds(struct kv_job *job, struct kv_git *g, const git_tree *tree, kv_str path, git_oid *ret)
{
	git_tree_entry *e;
	if (!tree || g->git.tree_path(&e, tree, kv_arena_cstr(job->arena, path)) < 0)
		return false;
	*ret = *g->git.entry_id(e);
	g->git.entry_free(e);
	return true;
}

/* The tree with the files in place. */
static int change_tree(struct kv_job *job, struct kv_git *g, git_tree *base, const struct kv_git_file *files,
		       size_t n, git_oid *ret)
{
	git_tree_update *updates = KV_NEW_N(job->arena, git_tree_update, n);
	size_t used = 0;
	for (size_t i = 0; i < n; i++) {
		git_tree_update u = { .action =
					      files[i].gone ? GIT_TREE_UPDATE_REMOVE : GIT_TREE_UPDATE_UPSERT,
				      .filemode = GIT_FILEMODE_BLOB,
				      .path = kv_arena_cstr(job->arena, files[i].path) };
		git_oid old;
		bool there = holds(job, g, base, files[i].path, &old);
		if (files[i].gone ? !there : store(job, g, &files[i], &u.id) < 0) {
			if (!files[i].gone)
				return -1;
			continue;
		}
		if (!files[i].gone && there && memcmp(&old, &u.id, sizeof old) == 0)
			continue;
		updates[used++] = u;
	}
	if (g->git.tree_update(ret, g->library.repository, base, used, updates) < 0)
		return failed(job, g, g->library.root, "the new tree cannot be stored");
	return 0;
}

/* --- commits ---------------------------------------------------------------------------------- */

static int sign(struct kv_job *job, struct kv_git *g, const char *name, const char *email,
		git_signature **ret)
{
	int got = name && *name && email && *email ? g->git.signature_now(ret, name, email)
						   : g->git.signature_default(ret, g->library.repository);
	if (got == 0)
		return 0;
	failed(job, g, g->library.root, "nobody is named as the author of the commit");
	kv_note(job, 0, "git config user.name NAME; git config user.email ADDRESS");
	return -1;
}

static int sign_author(struct kv_job *job, struct kv_git *g, kv_str author, git_signature **ret)
{
	size_t open = kv_str_find(author, KV_S(" <"), 0);
	if (!author.n)
		return sign(job, g, getenv("GIT_AUTHOR_NAME"), getenv("GIT_AUTHOR_EMAIL"), ret);
	if (open == SIZE_MAX || !kv_str_ends(author, KV_S(">")))
		return kv_error(job, 0, "invalid author \"%.*s\": it must be \"NAME <ADDRESS>\"",
				KV_ARG(author));
	kv_str email = kv_str_sub(author, open + 2, author.n - 1);
	return sign(job, g, kv_arena_cstr(job->arena, kv_str_sub(author, 0, open)),
		    kv_arena_cstr(job->arena, email), ret);
}

static int create(struct kv_job *job, struct kv_git *g, const char *ref, const struct kv_git_message *message,
		  const git_tree *tree, git_commit *parent, kv_str *ret_id)
{
	git_signature *author = NULL, *committer = NULL;
	const git_commit *parents[] = { parent };
	git_oid id;
	char hex[GIT_OID_HEXSZ + 1];
	kv_str text = kv_str_ends(message->text, KV_S("\n"))
			      ? message->text
			      : kv_arena_cat(job->arena, message->text, KV_S("\n"));
	int got = sign_author(job, g, message->author, &author) < 0 ||
				  sign(job, g, getenv("GIT_COMMITTER_NAME"), getenv("GIT_COMMITTER_EMAIL"),
				       &committer) < 0
			  ? -1
			  : 0;
	if (got == 0 &&
	    g->git.commit_create(&id, g->library.repository, ref, author, committer, NULL,
				 kv_arena_cstr(job->arena, text), tree, parent != NULL, parents) < 0)
		got = failed(job, g, kv_str_c(ref), "the commit cannot be made");
	if (got == 0)
		*ret_id = kv_arena_dup(job->arena, kv_str_c(g->git.oid_text(hex, sizeof hex, &id)));
	g->git.signature_free(author);
	g->git.signature_free(committer);
	return got;
}

/* The commit a reference leads to; NULL for a branch that is not born yet. */
static int tip(struct kv_job *job, struct kv_git *g, const char *ref, git_commit **ret)
{
	git_oid id;
	int got = g->git.name_to_id(&id, g->library.repository, ref);
	*ret = NULL;
	if (got == GIT_ENOTFOUND)
		return 0;
	return got < 0 || g->git.commit(ret, g->library.repository, &id) < 0
		       ? failed(job, g, kv_str_c(ref), "the commit cannot be read")
		       : 0;
}

static int commit_tree(struct kv_job *job, struct kv_git *g, const char *ref,
		       const struct kv_git_message *message, const git_oid *id, git_commit *parent,
		       git_tree *base, kv_str *ret_id)
{
	git_tree *tree;
	if (base && memcmp(g->git.tree_id(base), id, sizeof *id) == 0)
		return 0;
	if (g->git.tree(&tree, g->library.repository, id) < 0)
		return failed(job, g, g->library.root, "the new tree cannot be read");
	int got = create(job, g, ref, message, tree, parent, ret_id);
	g->git.tree_free(tree);
	return got;
}

static int commit_on(struct kv_job *job, struct kv_git *g, const char *ref,
		     const struct kv_git_message *message, const struct kv_git_file *files, size_t n,
		     kv_str *ret_id)
{
	git_commit *parent = NULL;
	git_tree *base = NULL;
	git_oid id;
	*ret_id = KV_S("");
	int got = tip(job, g, ref, &parent);
	if (got == 0)
		got = tree_of(job, g, parent, &base);
	if (got == 0)
		got = change_tree(job, g, base, files, n, &id);
	if (got == 0)
		got = commit_tree(job, g, ref, message, &id, parent, base, ret_id);
	if (base)
		g->git.tree_free(base);
	if (parent)
		g->git.commit_free(parent);
	return got;
}

int kv_git_is_idle(struct kv_job *job, struct kv_git *g)
{
	if (g->git.state(g->library.repository) == GIT_REPOSITORY_STATE_NONE)
		return 0;
	kv_error_file(job, g->library.root, "a merge, rebase or the like is under way");
	kv_note(job, 0, "finish it first; kvendor render --stage takes part in it");
	return -1;
}

int kv_git_commit(struct kv_job *job, struct kv_git *g, const struct kv_git_message *message,
		  const struct kv_git_file *files, size_t n, kv_str *ret_id)
{
	return kv_git_is_idle(job, g) < 0 ? -1 : commit_on(job, g, "HEAD", message, files, n, ret_id);
}

static int branch_ref(struct kv_job *job, struct kv_git *g, kv_str branch, const char **ret)
{
	int valid = 0;
	if (g->git.is_branch_name(&valid, kv_arena_cstr(job->arena, branch)) < 0 || !valid)
		return kv_error(job, 0, "\"%.*s\" cannot be the name of a branch", KV_ARG(branch));
	*ret = kv_arena_cat(job->arena, KV_S("refs/heads/"), branch).p;
	return 0;
}

int kv_git_commit_to(struct kv_job *job, struct kv_git *g, kv_str branch,
		     const struct kv_git_message *message, const struct kv_git_file *files, size_t n,
		     kv_str *ret_id)
{
	git_reference *head;
	const char *ref;
	if (branch_ref(job, g, branch, &ref) < 0)
		return -1;
	if (g->git.head(&head, g->library.repository) == 0) {
		bool here = strcmp(g->git.ref_name(head), ref) == 0;
		g->git.ref_free(head);
		if (here) {
			kv_error(job, 0, "the branch %.*s is checked out here", KV_ARG(branch));
			kv_note(job, 0, "name another one, or use --commit");
			return -1;
		}
	}
	return commit_on(job, g, ref, message, files, n, ret_id);
}

/* --- looking ---------------------------------------------------------------------------------- */

static kv_str text_of(struct kv_arena *a, const char *s)
{
	return s ? kv_arena_dup(a, kv_str_c(s)) : KV_S("");
}

static kv_str date_of(struct kv_arena *a, git_time when)
{
	time_t local = (time_t)(when.time + when.offset * 60);
	int offset = when.offset < 0 ? -when.offset : when.offset;
	struct tm tm;
	char text[32];
	gmtime_r(&local, &tm);
	strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &tm);
	return offset ? kv_arena_printf(a, "%s%c%02d:%02d", text, when.offset < 0 ? '-' : '+', offset / 60,
					offset % 60)
		      : kv_arena_printf(a, "%sZ", text);
}

int kv_git_head(struct kv_job *job, struct kv_git *g, struct kv_git_about *ret)
{
	struct kv_arena *a = job->arena;
	git_commit *commit;
	git_oid id;
	char hex[GIT_OID_HEXSZ + 1];
	if (g->git.name_to_id(&id, g->library.repository, "HEAD") < 0 ||
	    g->git.commit(&commit, g->library.repository, &id) < 0)
		return failed(job, g, g->library.root, "there is no commit to render");
	const git_signature *author = g->git.commit_author(commit);
	*ret = (struct kv_git_about){
		.id = kv_arena_dup(a, kv_str_c(g->git.oid_text(hex, sizeof hex, &id))),
		.author = kv_arena_printf(a, "%s <%s>", author->name, author->email),
		.date = date_of(a, author->when),
		.subject = text_of(a, g->git.commit_summary(commit)),
		.body = text_of(a, g->git.commit_body(commit)),
	};
	g->git.commit_free(commit);
	return 0;
}

/* Empty for a file that only a sparse checkout leaves out, which libgit2 takes for one that was removed. */
static kv_str dirty_path(struct kv_job *job, struct kv_git *g, const git_status_entry *s)
{
	const git_diff_delta *d = s->head_to_index ? s->head_to_index : s->index_to_workdir;
	const char *path = d->new_file.path ? d->new_file.path : d->old_file.path;
	const git_index_entry *e = g->git.index_get(g->file.index, path, 0);
	bool left_out = s->status == GIT_STATUS_WT_DELETED && e && e->flags_extended & GIT_INDEX_ENTRY_SKIP_WORKTREE;
	return left_out ? KV_S("") : text_of(job->arena, path);
}

int kv_git_dirty(struct kv_job *job, struct kv_git *g, const kv_str *paths, size_t n, kv_str *ret)
{
	git_status_options options = { .version = GIT_STATUS_OPTIONS_VERSION,
				       .show = GIT_STATUS_SHOW_INDEX_AND_WORKDIR,
				       .flags = GIT_STATUS_OPT_INCLUDE_UNTRACKED |
						GIT_STATUS_OPT_DISABLE_PATHSPEC_MATCH };
	git_status_list *list;
	*ret = KV_S("");
	if (open_index(job, g) < 0)
		return -1;
	options.pathspec.strings = KV_NEW_N(job->arena, char *, n);
	options.pathspec.count = n;
	for (size_t i = 0; i < n; i++)
		options.pathspec.strings[i] = kv_arena_cstr(job->arena, paths[i]);
	if (g->git.status(&list, g->library.repository, &options) < 0)
		return failed(job, g, g->library.root, "the work tree cannot be compared with the commit");
	for (size_t i = 0; !ret->n && i < g->git.status_count(list); i++)
		*ret = dirty_path(job, g, g->git.status_entry(list, i));
	g->git.status_free(list);
	return 0;
}

struct listing {
	struct kv_job *job;
	struct kv_git *git;
	kv_str *v;
	size_t n, cap;
};

static int list_entry(const char *folder, const git_tree_entry *e, void *arg)
{
	struct listing *l = arg;
	kv_str path = kv_arena_cat(l->job->arena, kv_str_c(folder), kv_str_c(l->git->git.entry_name(e)));
	if (l->git->git.entry_type(e) == GIT_OBJECT_BLOB)
		KV_PUSH(l->job->arena, l->v, l->n, l->cap, path);
	return 0;
}

static int branch_tree(struct kv_job *job, struct kv_git *g, kv_str branch, git_tree **ret)
{
	const char *ref = "HEAD";
	git_commit *commit = NULL;
	*ret = NULL;
	if ((branch.n && branch_ref(job, g, branch, &ref) < 0) || tip(job, g, ref, &commit) < 0)
		return -1;
	int got = tree_of(job, g, commit, ret);
	if (commit)
		g->git.commit_free(commit);
	return got;
}

int kv_git_branch_files(struct kv_job *job, struct kv_git *g, kv_str branch, kv_str **ret, size_t *ret_n)
{
	struct listing l = { .job = job, .git = g };
	git_tree *tree;
	if (branch_tree(job, g, branch, &tree) < 0)
		return -1;
	int got = tree && g->git.tree_walk(tree, GIT_TREEWALK_PRE, list_entry, &l) < 0
			  ? failed(job, g, branch, "the branch cannot be read")
			  : 0;
	if (tree)
		g->git.tree_free(tree);
	*ret = l.v;
	*ret_n = l.n;
	return got;
}

int kv_git_branch_read(struct kv_job *job, struct kv_git *g, kv_str branch, kv_str path, kv_str *ret)
{
	git_tree *tree;
	git_oid id;
	*ret = (kv_str){ NULL, 0 };
	if (branch_tree(job, g, branch, &tree) < 0)
		return -1;
	int got = holds(job, g, tree, path, &id) ? read_blob(job, g, &id, path, ret) : 0;
	if (tree)
		g->git.tree_free(tree);
	return got;
}
