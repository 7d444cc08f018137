/* render/kustomize/loader.c: files and folders that kustomizations name (api/internal/loader).
 *
 * A file must lie, after resolving links, at or below the folder of the kustomization that names it. Folders
 * may be anywhere, but not at or above one that is being built, and none of a Git repository outside of it. What is remote goes to the
 * build's fetcher, if it has one.
 */
#include "base/file.h"
#include "base/git_ignore.h"
#include "render/kustomize/internal.h"

kv_str rnd_k_display(struct rnd_k_build *b, kv_str path)
{
	const struct rnd_k_checkout *checkout = b->target ? b->target->checkout : NULL;
	kv_str abs, rest;

	if (kv_str_is_http(path))
		return rnd_git_shown(b->job->arena, path);
	abs = kv_path_join(b->job->arena, b->target ? b->target->root : b->cwd, path);
	if (checkout && kv_path_below(abs, checkout->dir, &rest))
		return kv_arena_cat(b->job->arena, checkout->repository, KV_S("//"), rest);
	return kv_path_below(abs, b->cwd, &rest) ? rest : abs;
}

int rnd_k_needs_fetching(struct rnd_k_build *b, kv_pos pos, kv_str path)
{
	return kv_error_missing(b->job, pos, "'%.*s' is remote and needs fetching first", KV_ARG(path));
}

static bool below(kv_str path, kv_str dir)
{
	kv_str rest;

	return kv_str_eq(dir, KV_S("/")) || kv_path_below(path, dir, &rest);
}

/* A secret's file is often left out of Git on purpose: then a fresh clone lacks it, which is worth a word. */
static int missing_file(struct kv_job *job, kv_pos pos, kv_str path)
{
	kv_error(job, pos, "'%.*s': no such file or directory", KV_ARG(path));
	if (kv_git_ignores(job, path)) {
		job->last->cause = KV_CAUSE_IGNORED;
		kv_note(job, 0,
			"the file is ignored by Git, so a clone does not have it: make it, then build again");
	}
	return -1;
}

int rnd_k_load_at(struct rnd_k_build *b, kv_pos pos, kv_str path, kv_str *ret_text)
{
	kv_str root = b->target->root, abs = kv_path_join(b->job->arena, root, path), real;
	enum kv_file_kind kind;

	if (kv_str_is_http(path))
		return b->options->fetcher ? rnd_fetch_url(b->options->fetcher, pos, path, ret_text)
					   : rnd_k_needs_fetching(b, pos, path);
	kind = kv_input_kind(b->job, abs);
	if (kind == KV_FILE_NONE)
		return missing_file(b->job, pos, abs);
	if (kind == KV_FILE_DIR)
		return kv_error(b->job, pos, "'%.*s' must resolve to a file", KV_ARG(abs));
	if (kv_path_real(b->job, abs, &real) < 0)
		return -1;
	if (b->target->restricted && !below(kv_path_dir(b->job->arena, real), root))
		return kv_error(b->job, pos, "security; file '%.*s' is not in or below '%.*s'", KV_ARG(abs),
				KV_ARG(root));
	return kv_file_read(b->job, real, ret_text);
}

int rnd_k_load(struct rnd_k_build *b, krm_val path, kv_str *ret_text)
{
	if (rnd_k_load_at(b, path.pos ? path.pos : b->step_pos, krm_str(path), ret_text) == 0)
		return 0;
	if (b->step)
		kv_note(b->job, 0, "trouble configuring builtin %s with config of %.*s", b->step,
			KV_ARG(rnd_k_display(b, b->target->file)));
	return -1;
}

int rnd_k_root(struct rnd_k_build *b, kv_pos pos, kv_str path, kv_str *ret_root)
{
	kv_str abs = kv_path_join(b->job->arena, b->target->root, path), root;

	if (path.n == 0)
		return kv_error(b->job, pos, "new root cannot be empty");
	if (path.p[0] == '/')
		return kv_error(b->job, pos, "new root '%.*s' cannot be absolute", KV_ARG(path));
	if (kv_input_kind(b->job, abs) == KV_FILE_NONE)
		return kv_error(
			b->job, pos,
			"must build at directory: not a valid directory: '%.*s': no such file or directory",
			KV_ARG(abs));
	if (kv_input_kind(b->job, abs) != KV_FILE_DIR)
		return kv_error(b->job, pos, "must build at directory: '%.*s': file is not directory",
				KV_ARG(abs));
	if (kv_path_real(b->job, abs, &root) < 0)
		return -1;
	if (b->target->checkout && !below(root, b->target->checkout->dir))
		return kv_error(b->job, pos,
				"security; bases in kustomizations found in cloned git repos must be within "
				"the repo, but base '%.*s' is outside '%.*s'",
				KV_ARG(root), KV_ARG(b->target->checkout->repository));
	for (struct rnd_k_target *t = b->target; t; t = t->parent)
		if (below(t->root, root))
			return kv_error(b->job, pos,
					"cycle detected: candidate root '%.*s' contains visited root '%.*s'",
					KV_ARG(root), KV_ARG(t->root));
	*ret_root = root;
	return 0;
}

/* errIfRepoCycle. */
static int check_cycle(struct rnd_k_build *b, kv_pos pos, kv_str uri)
{
	for (struct rnd_k_target *t = b->target; t; t = t->parent)
		if (kv_str_starts(t->uri, uri))
			return kv_error(b->job, pos,
					"cycle detected: URI '%.*s' referenced by previous URI '%.*s'",
					KV_ARG(uri), KV_ARG(t->uri));
	return 0;
}

static int check_local(struct rnd_k_build *b, kv_pos pos, kv_str uri, bool local)
{
	const struct rnd_k_checkout *outer = b->target ? b->target->checkout : NULL;

	if (!local || !outer || outer->local)
		return 0;
	return kv_error(b->job, pos, "'%.*s': what comes from %.*s may not read this machine's repositories",
			KV_ARG(uri), KV_ARG(outer->repository));
}

/* A folder of the checkout; links that lead out of it were left out when it was made. */
static int enter(struct rnd_k_build *b, kv_pos pos, const struct rnd_git_url *url,
		 const struct rnd_k_checkout *checkout, kv_str *ret)
{
	kv_str dir = kv_path_join(b->job->arena, checkout->dir, url->path);
	enum kv_file_kind kind = kv_input_kind(b->job, dir);

	if (kind == KV_FILE_DIR)
		return kv_path_real(b->job, dir, ret);
	if (kind == KV_FILE_NONE)
		return kv_error(b->job, pos, "%.*s has no folder '%.*s'", KV_ARG(checkout->repository),
				KV_ARG(url->path));
	return kv_error(b->job, pos, "'%.*s' refers to a file of %.*s; expecting directory",
			KV_ARG(url->path), KV_ARG(checkout->repository));
}

int rnd_k_enter_checkout(struct rnd_k_build *b, kv_pos pos, kv_str uri, const struct rnd_git_url *url,
			 struct rnd_k_target *t)
{
	struct rnd_k_checkout *checkout = KV_NEW(b->job->arena, struct rnd_k_checkout);

	if (url->forced)
		kv_warn(b->job, pos, "'%.*s': kustomize takes the prefix 'git::' no longer one day",
			KV_ARG(uri));
	if (!b->options->fetcher)
		return rnd_k_needs_fetching(b, pos, uri);
	*checkout = (struct rnd_k_checkout){ .repository = rnd_git_shown(b->job->arena, url->repository),
					     .local = rnd_git_is_local(url) };
	if (check_cycle(b, pos, uri) < 0 || check_local(b, pos, uri, checkout->local) < 0 ||
	    rnd_fetch_git(b->options->fetcher, pos, url, &checkout->dir) < 0 ||
	    enter(b, pos, url, checkout, &t->root) < 0)
		return -1;
	t->checkout = checkout;
	t->uri = uri;
	t->restricted = true;
	return 0;
}

int rnd_k_read(struct rnd_k_build *b, kv_str name, kv_str text, struct rnd_k_list *ret)
{
	struct krm_resources docs = { 0 };
	struct krm_origin origin = { .path = name };
	unsigned how = (b->options->lenient ? KRM_READ_LENIENT : 0) |
		       (b->options->name_generated ? KRM_READ_NAMES : 0);

	*ret = (struct rnd_k_list){ 0 };
	if (krm_resources_read(b->job, name, text, origin, how, &docs) < 0)
		return -1;
	ret->v = KV_NEW_N(b->job->arena, struct rnd_k_res *, docs.n);
	ret->cap = docs.n;
	for (size_t i = 0; i < docs.n; i++) {
		struct rnd_k_res *res = rnd_k_res_new(b, docs.v[i]);

		rnd_k_absorb(b, res);
		KV_PUSH(b->job->arena, ret->v, ret->n, ret->cap, res);
	}
	return 0;
}
