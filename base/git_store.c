/* base/git_store.c: reads commits and files out of packs and repositories. */
#include "base/git_store.h"

#include <git2.h>
#include <git2/odb_backend.h>

#include "base/file.h"
#include "base/git_library.h"
#include "base/temporary.h"

/* What libgit2 is given at a time. */
#define PIECE ((size_t)1 << 20)

struct store_api {
	int (*wrap)(git_repository **, git_odb *);
	int (*make)(git_repository **, const char *, unsigned);
	int (*odb_open)(git_odb **, const char *);
	void (*odb_free)(git_odb *);
	int (*write_pack)(git_odb_writepack **, git_odb *, git_indexer_progress_cb, void *);
	int (*tags)(git_strarray *, git_repository *);
	void (*strings_free)(git_strarray *);
	int (*name_to_id)(git_oid *, git_repository *, const char *);
	int (*oid_from)(git_oid *, const char *);
	int (*oid_to)(char *, const git_oid *);
	int (*lookup)(git_object **, git_repository *, const git_oid *, git_object_t);
	int (*peel)(git_object **, const git_object *, git_object_t);
	const git_oid *(*object_id)(const git_object *);
	void (*object_free)(git_object *);
	int (*tree)(git_tree **, const git_commit *);
	size_t (*entries)(const git_tree *);
	const git_tree_entry *(*entry)(const git_tree *, size_t);
	const char *(*entry_name)(const git_tree_entry *);
	const git_oid *(*entry_id)(const git_tree_entry *);
	git_filemode_t (*entry_mode)(const git_tree_entry *);
	git_object_size_t (*blob_size)(const git_blob *);
	const void *(*blob_bytes)(const git_blob *);
	int (*remote)(git_remote **, git_repository *, const char *);
	int (*remote_fetch)(git_remote *, const git_strarray *, const git_fetch_options *, const char *);
	void (*remote_free)(git_remote *);
	int (*fetch_options)(git_fetch_options *, unsigned);
	int (*from_agent)(git_credential **, const char *);
};

static const struct kv_dl_symbol symbols[] = {
	KV_DL(struct store_api, wrap, "git_repository_wrap_odb"),
	KV_DL(struct store_api, make, "git_repository_init"),
	KV_DL(struct store_api, odb_open, "git_odb_open"),
	KV_DL(struct store_api, odb_free, "git_odb_free"),
	KV_DL(struct store_api, write_pack, "git_odb_write_pack"),
	KV_DL(struct store_api, name_to_id, "git_reference_name_to_id"),
	KV_DL(struct store_api, tags, "git_tag_list"),
	KV_DL(struct store_api, strings_free, "git_strarray_dispose"),
	KV_DL(struct store_api, oid_from, "git_oid_fromstr"),
	KV_DL(struct store_api, oid_to, "git_oid_fmt"),
	KV_DL(struct store_api, lookup, "git_object_lookup"),
	KV_DL(struct store_api, peel, "git_object_peel"),
	KV_DL(struct store_api, object_id, "git_object_id"),
	KV_DL(struct store_api, object_free, "git_object_free"),
	KV_DL(struct store_api, tree, "git_commit_tree"),
	KV_DL(struct store_api, entries, "git_tree_entrycount"),
	KV_DL(struct store_api, entry, "git_tree_entry_byindex"),
	KV_DL(struct store_api, entry_name, "git_tree_entry_name"),
	KV_DL(struct store_api, entry_id, "git_tree_entry_id"),
	KV_DL(struct store_api, entry_mode, "git_tree_entry_filemode"),
	KV_DL(struct store_api, blob_size, "git_blob_rawsize"),
	KV_DL(struct store_api, blob_bytes, "git_blob_rawcontent"),
	KV_DL(struct store_api, remote, "git_remote_create_anonymous"),
	KV_DL(struct store_api, remote_fetch, "git_remote_fetch"),
	KV_DL(struct store_api, remote_free, "git_remote_free"),
	KV_DL(struct store_api, fetch_options, "git_fetch_options_init"),
	KV_DL(struct store_api, from_agent, "git_credential_ssh_key_from_agent"),
};

struct kv_git_store {
	struct store_api git;
	struct kv_git_library library;
	git_odb *odb;
};

/* --- making one ------------------------------------------------------------------------------- */

static void free_odb(void *arg)
{
	struct kv_git_store *s = arg;
	if (s->odb)
		s->git.odb_free(s->odb);
}

static int failed(struct kv_job *job, kv_pos pos, const struct kv_git_store *s, kv_str what)
{
	return kv_error_missing(job, pos, "%.*s: %s", KV_ARG(what), kv_git_why(&s->library));
}

static int new_store(struct kv_job *job, kv_pos pos, struct kv_git_store **ret)
{
	struct kv_git_store *s = KV_NEW(job->arena, struct kv_git_store);
	kv_str error;

	*s = (struct kv_git_store){ 0 };
	if (kv_git_library_load(job, symbols, KV_COUNT(symbols), &s->git, &s->library, &error) < 0) {
		kv_error_missing(job, pos, "Git repositories need libgit2: %.*s", KV_ARG(error));
		kv_note(job, 0, "Debian's package is libgit2-1.5");
		return -1;
	}
	kv_job_defer(job, kv_git_library_close, &s->library);
	kv_job_defer(job, free_odb, s);
	*ret = s;
	return 0;
}

int kv_git_store_open(struct kv_job *job, kv_pos pos, kv_str dir, struct kv_git_store **ret)
{
	struct kv_git_store *s;

	if (new_store(job, pos, &s) < 0)
		return -1;
	if (s->library.open(&s->library.repository, kv_arena_cstr(job->arena, dir), GIT_REPOSITORY_OPEN_NO_SEARCH,
			    NULL) < 0)
		return failed(job, pos, s, dir);
	*ret = s;
	return 0;
}

static int add_pack(struct kv_git_store *s, kv_str pack)
{
	git_odb_writepack *w;
	git_indexer_progress progress = { 0 };
	int rc = 0;

	if (s->git.write_pack(&w, s->odb, NULL, NULL) < 0)
		return -1;
	while (rc == 0 && pack.n) {
		kv_str piece = kv_str_sub(pack, 0, PIECE);

		rc = w->append(w, piece.p, piece.n, &progress);
		pack = kv_str_sub(pack, piece.n, pack.n);
	}
	if (rc == 0)
		rc = w->commit(w, &progress);
	w->free(w);
	return rc;
}

int kv_git_store_unpack(struct kv_job *job, kv_pos pos, kv_str pack, struct kv_git_store **ret)
{
	struct kv_git_store *s;
	kv_str dir;

	if (kv_temporary_dir(job, &dir) < 0 ||
	    kv_dir_make(job, kv_path_join(job->arena, dir, KV_S("pack"))) < 0 || new_store(job, pos, &s) < 0)
		return -1;
	if (s->git.odb_open(&s->odb, kv_arena_cstr(job->arena, dir)) < 0 || add_pack(s, pack) < 0 ||
	    s->git.wrap(&s->library.repository, s->odb) < 0)
		return failed(job, pos, s, KV_S("what the server sent cannot be read"));
	*ret = s;
	return 0;
}

/* --- libgit2's transports --------------------------------------------------------------------- */

struct transfer {
	const struct kv_git_store *store;
	size_t limit;
	bool over, asked;
};

/* One try: an agent that has no fitting key would be asked for ever. */
static int give_credential(git_credential **ret, const char *url, const char *user, unsigned types, void *arg)
{
	struct transfer *t = arg;

	(void)url;
	if (t->asked || !(types & GIT_CREDENTIAL_SSH_KEY))
		return GIT_PASSTHROUGH;
	t->asked = true;
	return t->store->git.from_agent(ret, user ? user : "git");
}

static int on_progress(const git_indexer_progress *p, void *arg)
{
	struct transfer *t = arg;

	t->over = p->received_bytes > t->limit;
	return t->over ? -1 : 0;
}

int kv_git_store_fetch(struct kv_job *job, kv_pos pos, kv_str url, size_t limit, struct kv_git_store **ret)
{
	struct kv_git_store *s;
	struct transfer t = { .limit = limit };
	char heads[] = "+refs/*:refs/*", head[] = "+HEAD:refs/kvendor/HEAD", *specs[] = { heads, head };
	git_strarray refspecs = { specs, 2 };
	git_fetch_options options;
	git_remote *remote = NULL;
	kv_str dir;
	int rc;

	if (kv_temporary_dir(job, &dir) < 0 || new_store(job, pos, &s) < 0)
		return -1;
	t.store = s;
	if (s->git.make(&s->library.repository, kv_arena_cstr(job->arena, dir), true) < 0 ||
	    s->git.remote(&remote, s->library.repository, kv_arena_cstr(job->arena, url)) < 0 ||
	    s->git.fetch_options(&options, GIT_FETCH_OPTIONS_VERSION) < 0)
		return failed(job, pos, s, url);
	options.callbacks.credentials = give_credential;
	options.callbacks.transfer_progress = on_progress;
	options.callbacks.payload = &t;
	options.download_tags = GIT_REMOTE_DOWNLOAD_TAGS_NONE;
	rc = s->git.remote_fetch(remote, &refspecs, &options, NULL);
	s->git.remote_free(remote);
	if (t.over)
		return kv_error_missing(job, pos, "%.*s: more than %zu bytes", KV_ARG(url), limit);
	if (rc < 0)
		return failed(job, pos, s, url);
	*ret = s;
	return 0;
}

/* --- looking things up ------------------------------------------------------------------------ */

static kv_str hex(struct kv_job *job, const struct kv_git_store *s, const git_oid *id)
{
	char text[GIT_OID_HEXSZ];

	s->git.oid_to(text, id);
	return kv_arena_dup(job->arena, kv_str_of(text, sizeof text));
}

bool kv_git_store_reference(struct kv_job *job, const struct kv_git_store *s, kv_str name, kv_str *ret)
{
	git_oid id;

	if (s->git.name_to_id(&id, s->library.repository, kv_arena_cstr(job->arena, name)) < 0)
		return false;
	*ret = hex(job, s, &id);
	return true;
}

int kv_git_store_tags(struct kv_job *job, kv_pos pos, const struct kv_git_store *s, kv_str **ret_names,
		      size_t *ret_n)
{
	git_strarray all = { 0 };

	if (s->git.tags(&all, s->library.repository) < 0)
		return failed(job, pos, s, KV_S("the tags cannot be read"));
	*ret_names = KV_NEW_N(job->arena, kv_str, all.count);
	*ret_n = all.count;
	for (size_t i = 0; i < all.count; i++)
		(*ret_names)[i] = kv_arena_dup(job->arena, kv_str_c(all.strings[i]));
	s->git.strings_free(&all);
	return 0;
}

/* The commit as libgit2 has it; whoever asks frees it. */
static int find_commit(struct kv_job *job, kv_pos pos, const struct kv_git_store *s, kv_str name,
		       git_object **ret)
{
	git_object *object = NULL;
	git_oid id;
	int rc = name.n == GIT_OID_HEXSZ ? s->git.oid_from(&id, kv_arena_cstr(job->arena, name)) : -1;

	if (rc == 0)
		rc = s->git.lookup(&object, s->library.repository, &id, GIT_OBJECT_ANY);
	if (rc == 0)
		rc = s->git.peel(ret, object, GIT_OBJECT_COMMIT);
	if (object)
		s->git.object_free(object);
	return rc == 0 ? 0 : failed(job, pos, s, kv_arena_cat(job->arena, KV_S("the commit "), name));
}

int kv_git_store_commit(struct kv_job *job, kv_pos pos, const struct kv_git_store *s, kv_str object,
			kv_str *ret)
{
	git_object *commit;

	if (find_commit(job, pos, s, object, &commit) < 0)
		return -1;
	*ret = hex(job, s, s->git.object_id(commit));
	s->git.object_free(commit);
	return 0;
}

/* --- all files of a commit -------------------------------------------------------------------- */

struct walk {
	struct kv_job *job;
	kv_pos pos;
	const struct kv_git_store *store;
	kv_git_visit *visit;
	void *arg;
	size_t depth;
};

/* Git writes no other names; a repository that came from elsewhere may have them. */
static bool is_safe(kv_str name)
{
	return name.n && !kv_str_eq(name, KV_S(".")) && !kv_str_eq(name, KV_S("..")) &&
	       !(name.n == 4 && strncasecmp(name.p, ".git", 4) == 0) && kv_str_chr(name, '/') == SIZE_MAX &&
	       kv_str_chr(name, '\n') == SIZE_MAX;
}

static int visit_blob(struct walk *w, const git_oid *id, struct kv_git_tree_file *file)
{
	git_object *blob = NULL;
	int rc;

	if (w->store->git.lookup(&blob, w->store->library.repository, id, GIT_OBJECT_BLOB) < 0)
		return failed(w->job, w->pos, w->store, file->path);
	file->data = kv_str_of(w->store->git.blob_bytes((git_blob *)blob),
			       (size_t)w->store->git.blob_size((git_blob *)blob));
	rc = w->visit(w->arg, file);
	w->store->git.object_free(blob);
	return rc;
}

static int walk_tree(struct walk *w, git_tree *tree, kv_str prefix);

static int walk_folder(struct walk *w, const git_oid *id, kv_str path)
{
	git_object *tree = NULL;
	int rc;

	if (w->depth >= w->job->limits.depth)
		return kv_error_missing(w->job, w->pos, "%.*s: too many nested folders (limit %zu)",
					KV_ARG(path), w->job->limits.depth);
	if (w->store->git.lookup(&tree, w->store->library.repository, id, GIT_OBJECT_TREE) < 0)
		return failed(w->job, w->pos, w->store, path);
	w->depth++;
	rc = walk_tree(w, (git_tree *)tree, kv_arena_cat(w->job->arena, path, KV_S("/")));
	w->depth--;
	w->store->git.object_free(tree);
	return rc;
}

static int walk_entry(struct walk *w, const git_tree_entry *e, kv_str prefix)
{
	kv_str name = kv_str_c(w->store->git.entry_name(e));
	struct kv_git_tree_file file = { .path = kv_arena_cat(w->job->arena, prefix, name) };
	const git_oid *id = w->store->git.entry_id(e);

	if (!is_safe(name))
		return kv_error_missing(w->job, w->pos, "the repository has a file with the name '%.*s%.*s'",
					KV_ARG(prefix), KV_ARG(name));
	switch (w->store->git.entry_mode(e)) {
	case GIT_FILEMODE_TREE: return walk_folder(w, id, file.path);
	case GIT_FILEMODE_COMMIT:
		file.kind = KV_GIT_MODULE;
		file.data = hex(w->job, w->store, id);
		return w->visit(w->arg, &file);
	case GIT_FILEMODE_LINK: file.kind = KV_GIT_LINK; break;
	case GIT_FILEMODE_BLOB_EXECUTABLE: file.kind = KV_GIT_PROGRAM; break;
	default: file.kind = KV_GIT_FILE; break;
	}
	return visit_blob(w, id, &file);
}

static int walk_tree(struct walk *w, git_tree *tree, kv_str prefix)
{
	for (size_t i = 0; i < w->store->git.entries(tree); i++)
		if (walk_entry(w, w->store->git.entry(tree, i), prefix) < 0)
			return -1;
	return 0;
}

int kv_git_store_walk(struct kv_job *job, kv_pos pos, const struct kv_git_store *s, kv_str commit,
		      kv_git_visit *visit, void *arg)
{
	struct walk w = { .job = job, .pos = pos, .store = s, .visit = visit, .arg = arg };
	git_object *object;
	git_tree *tree = NULL;
	int rc;

	if (find_commit(job, pos, s, commit, &object) < 0)
		return -1;
	rc = s->git.tree(&tree, (git_commit *)object);
	s->git.object_free(object);
	if (rc < 0)
		return failed(job, pos, s, commit);
	rc = walk_tree(&w, tree, KV_S(""));
	s->git.object_free((git_object *)tree);
	return rc;
}
