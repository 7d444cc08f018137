/* render/fetch/git.c: resolves a reference to a commit, and fetches its files and submodules. */
#include "render/fetch/git.h"

#include "base/git_store.h"
#include "render/fetch/checkout.h"
#include "render/fetch/git_http.h"

/* Real trees have two levels; more of either than this is a trap. */
#define MODULES_DEEP 10
#define MODULES_MOST 200

static const char FILE_SCHEME[] = "file://";

/* Where a repository is read: one of the two, opened. */
struct place {
	struct kv_git_store *store;
	struct rnd_git_server server;
	bool is_server;
};

struct module {
	kv_str path, commit;
};

struct visit {
	const struct rnd_git *g;
	kv_str prefix;
	struct kv_buf *out;
	kv_str modules_file; /* the text of .gitmodules */
	struct module *modules;
	size_t n, cap;
};

static bool has_scheme(kv_str url, const char *scheme)
{
	return url.n >= strlen(scheme) && strncasecmp(url.p, scheme, strlen(scheme)) == 0;
}

/* --- one repository --------------------------------------------------------------------------- */

static int open_server(const struct rnd_git *g, kv_str repository, struct place *ret)
{
	ret->is_server = true;
	ret->server =
		(struct rnd_git_server){ .job = g->job, .pos = g->pos, .http = g->http, .url = repository };
	ret->server.may_refuse = g->login != NULL;
	if (rnd_git_server_open(&ret->server) < 0)
		return -1;
	if (!ret->server.refused)
		return 0;
	ret->server.may_refuse = false;
	return g->login(g->arg, repository, &ret->server.login) < 0 ? -1 : rnd_git_server_open(&ret->server);
}

static int open_place(const struct rnd_git *g, kv_str repository, struct place *ret)
{
	*ret = (struct place){ 0 };
	if (has_scheme(repository, "https://") || has_scheme(repository, "http://"))
		return open_server(g, repository, ret);
	if (has_scheme(repository, FILE_SCHEME))
		return kv_git_store_open(g->job, g->pos,
					 kv_str_sub(repository, strlen(FILE_SCHEME), repository.n),
					 &ret->store);
	return kv_git_store_fetch(g->job, g->pos, repository, g->job->limits.archive_bytes, &ret->store);
}

static bool is_object(kv_str ref)
{
	for (size_t i = 0; i < ref.n; i++)
		if (!kv_is_hex(ref.p[i]))
			return false;
	return ref.n == 40;
}

/* git: refs.c, ref_rev_parse_rules; remote.c, get_fetch_map. The last one is where kv_git_store_fetch puts a server's HEAD. */
static int find_object(const struct rnd_git *g, struct place *p, kv_str ref, kv_str *ret)
{
	static const char *const rules[][2] = { { "", "" },
						{ "refs/", "" },
						{ "refs/tags/", "" },
						{ "refs/heads/", "" },
						{ "refs/remotes/", "" },
						{ "refs/remotes/", "/HEAD" },
						{ "refs/kvendor/", "" } };
	enum { RULES = sizeof rules / sizeof *rules };
	kv_str names[RULES];
	size_t found = 0;

	if (is_object(ref)) {
		*ret = ref;
		return 0;
	}
	if (!ref.n)
		ref = KV_S("HEAD");
	for (size_t i = 0; i < RULES; i++)
		names[i] = kv_arena_cat(g->job->arena, kv_str_c(rules[i][0]), ref, kv_str_c(rules[i][1]));
	if (p->is_server) {
		if (rnd_git_server_find(&p->server, names, RULES, ret, &found) < 0)
			return -1;
	} else {
		while (found < RULES && !kv_git_store_reference(g->job, p->store, names[found], ret))
			found++;
	}
	return found < RULES ? 0
			     : kv_error_missing(g->job, g->pos, "the repository has no reference '%.*s'",
						KV_ARG(ref));
}

/* The store has the commit afterwards. */
static int find_commit(const struct rnd_git *g, struct place *p, kv_str ref, kv_str *ret)
{
	kv_str object, pack;

	if (find_object(g, p, ref, &object) < 0)
		return -1;
	if (p->is_server &&
	    (rnd_git_server_fetch(&p->server, object, g->job->limits.archive_bytes, &pack) < 0 ||
	     kv_git_store_unpack(g->job, g->pos, pack, &p->store) < 0))
		return -1;
	return kv_git_store_commit(g->job, g->pos, p->store, object, ret);
}

static int add_file(void *arg, const struct kv_git_tree_file *file)
{
	struct visit *v = arg;
	struct kv_arena *a = v->g->job->arena;

	if (file->kind == KV_GIT_MODULE) {
		KV_PUSH(a, v->modules, v->n, v->cap,
			((struct module){ kv_arena_dup(a, file->path), kv_arena_dup(a, file->data) }));
		return 0;
	}
	if (kv_str_eq(file->path, KV_S(".gitmodules")))
		v->modules_file = kv_arena_dup(a, file->data);
	rnd_checkout_add(v->out, v->prefix, file);
	if (!kv_buf_over(v->out))
		return 0;
	return kv_error_missing(v->g->job, v->g->pos, "the files of the commit have more than %zu bytes",
				v->out->limit);
}

/* --- submodules ------------------------------------------------------------------------------- */

/* NAME = VALUE of a section; quotes around the value are left out. */
static bool setting(kv_str line, const char *name, kv_str *ret)
{
	size_t equals = kv_str_chr(line, '=');
	kv_str value = kv_str_trim(kv_str_sub(line, equals + 1, line.n), " \t\r");

	if (equals == SIZE_MAX || !kv_str_eq(kv_str_trim(kv_str_sub(line, 0, equals), " \t"), kv_str_c(name)))
		return false;
	*ret = kv_str_trim(value, "\"");
	return true;
}

/* The URL of the section that has the path; empty if there is none. */
static kv_str module_url(kv_str text, kv_str wanted)
{
	kv_str line, path = KV_S(""), url = KV_S("");

	while (kv_str_line(&text, &line)) {
		if (kv_str_starts(kv_str_trim(line, " \t"), KV_S("["))) {
			if (kv_str_eq(path, wanted) && url.n)
				return url;
			path = url = KV_S("");
		}
		if (!setting(line, "path", &path))
			setting(line, "url", &url);
	}
	return kv_str_eq(path, wanted) ? url : KV_S("");
}

/* "./X" and "../X" begin at the repository itself (git: builtin/submodule--helper.c, relative_url). */
static kv_str absolute_url(struct kv_arena *a, kv_str repository, kv_str url)
{
	kv_str base = repository;

	if (!kv_str_starts(url, KV_S("./")) && !kv_str_starts(url, KV_S("../")))
		return url;
	while (kv_str_ends(base, KV_S("/")))
		base = kv_str_sub(base, 0, base.n - 1);
	for (;;) {
		if (kv_str_starts(url, KV_S("./"))) {
			url = kv_str_sub(url, 2, url.n);
		} else if (kv_str_starts(url, KV_S("../"))) {
			size_t slash = kv_str_rchr(base, '/'), colon = kv_str_rchr(base, ':');

			url = kv_str_sub(url, 3, url.n);
			base = kv_str_sub(base, 0, slash != SIZE_MAX ? slash : colon);
		} else {
			return kv_arena_cat(a, base, KV_S("/"), url);
		}
	}
}

struct depth {
	size_t level, modules;
};

static int add_repository(const struct rnd_git *g, const struct rnd_git_url *url, kv_str prefix,
			  struct depth *depth, struct kv_buf *out, kv_str *ret_commit);

static int add_module(const struct rnd_git *g, const struct rnd_git_url *parent, const struct visit *v,
		      const struct module *m, struct depth *depth)
{
	struct kv_arena *a = g->job->arena;
	kv_str url = absolute_url(a, parent->repository, module_url(v->modules_file, m->path)), commit;
	struct rnd_git_url module = { .repository = url, .ref = m->commit };
	int rc;

	if (!url.n)
		return kv_error_missing(g->job, g->pos, "no URL is found for the submodule '%.*s'",
					KV_ARG(m->path));
	/* As with git, whose protocol.file.allow says "user". */
	if (rnd_git_is_local(&module) || kv_str_chr(url, ':') == SIZE_MAX)
		return kv_error_missing(g->job, g->pos,
					"the submodule '%.*s' would be read from this machine: '%.*s'",
					KV_ARG(m->path), KV_ARG(url));
	if (depth->level >= MODULES_DEEP || depth->modules >= MODULES_MOST)
		return kv_error_missing(g->job, g->pos,
					"too many submodules (limit %d, of which %d in each other)",
					MODULES_MOST, MODULES_DEEP);
	depth->level++;
	depth->modules++;
	rc = add_repository(g, &module, kv_arena_cat(a, v->prefix, m->path, KV_S("/")), depth, v->out,
			    &commit);
	depth->level--;
	if (rc < 0)
		kv_note(g->job, 0, "the submodule '%.*s' leads there, which \"submodules=false\" leaves out",
			KV_ARG(m->path));
	return rc;
}

static int add_repository(const struct rnd_git *g, const struct rnd_git_url *url, kv_str prefix,
			  struct depth *depth, struct kv_buf *out, kv_str *ret_commit)
{
	struct visit v = { .g = g, .prefix = prefix, .out = out };
	struct place p;

	if (open_place(g, url->repository, &p) < 0 || find_commit(g, &p, url->ref, ret_commit) < 0 ||
	    kv_git_store_walk(g->job, g->pos, p.store, *ret_commit, add_file, &v) < 0)
		return -1;
	for (size_t i = 0; !url->no_submodules && i < v.n; i++)
		if (add_module(g, url, &v, &v.modules[i], depth) < 0)
			return -1;
	return 0;
}

/* --- the whole -------------------------------------------------------------------------------- */

int rnd_git_get(const struct rnd_git *g, const struct rnd_git_url *url, kv_str *ret_commit,
		kv_str *ret_checkout)
{
	struct depth depth = { 0 };
	struct kv_buf out;

	kv_buf_init(&out, g->job->arena, g->job->limits.archive_bytes);
	rnd_checkout_begin(&out);
	if (add_repository(g, url, KV_S(""), &depth, &out, ret_commit) < 0)
		return -1;
	*ret_checkout = kv_buf_view(&out);
	return 0;
}

int rnd_git_list(const struct rnd_git *g, const struct rnd_git_url *url, kv_str **ret_tags, size_t *ret_n,
		 kv_str *ret_branch)
{
	kv_str name = url->ref.n ? kv_arena_cat(g->job->arena, KV_S("refs/heads/"), url->ref) : KV_S("HEAD");
	bool remote = has_scheme(url->repository, "https://") || has_scheme(url->repository, "http://");
	struct place p;
	size_t found;

	*ret_n = 0;
	*ret_branch = KV_S("");
	if (!remote && !has_scheme(url->repository, FILE_SCHEME))
		return 0;
	if (open_place(g, url->repository, &p) < 0)
		return -1;
	if (!remote) {
		(void)kv_git_store_reference(g->job, p.store, name, ret_branch);
		return kv_git_store_tags(g->job, g->pos, p.store, ret_tags, ret_n);
	}
	return rnd_git_server_find(&p.server, &name, 1, ret_branch, &found) < 0
		       ? -1
		       : rnd_git_server_tags(&p.server, ret_tags, ret_n);
}
