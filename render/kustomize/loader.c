/* render/kustomize/loader.c: files and folders that kustomizations name (api/internal/loader).
 *
 * A file must lie, after resolving links, at or below the folder of the kustomization that names it. Folders
 * may be anywhere, but not at or above one that is being built. URLs go to the build's fetcher, if it has one.
 */
#include "base/file.h"
#include "base/git.h"
#include "render/kustomize/internal.h"

kv_str rnd_k_display(struct rnd_k_build *b, kv_str path)
{
	kv_str abs = kv_path_join(b->job->arena, b->target ? b->target->root : b->cwd, path), rest;

	return kv_path_below(abs, b->cwd, &rest) ? rest : abs;
}

bool rnd_k_is_url(kv_str path)
{
	return kv_str_starts(path, KV_S("http://")) || kv_str_starts(path, KV_S("https://"));
}

bool rnd_k_is_file_url(const struct rnd_k_build *b, kv_str path)
{
	kv_str rest = kv_str_sub(path, kv_str_find(path, KV_S("://"), 0) + 3, path.n);

	return b->options->fetcher && rnd_k_is_url(path) && !kv_str_has(rest, KV_S("//")) &&
	       !kv_str_has(rest, KV_S(".git/")) && !kv_str_ends(rest, KV_S(".git")) &&
	       !kv_str_has(rest, KV_S("?ref=")) && !kv_str_has(rest, KV_S("&ref="));
}

/* The part before the first `/` is a user@ or a host that only a remote has (api/internal/git/repospec.go,
 * extractHost). */
bool rnd_k_is_remote(kv_str path)
{
	static const char *const prefixes[] = { "git::",   "ssh://",      "http://",    "https://",
						"file://", "github.com/", "github.com:" };
	size_t at = kv_str_chr(path, '@'), colon = kv_str_chr(path, ':');

	for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++)
		if (path.n >= strlen(prefixes[i]) &&
		    strncasecmp(path.p, prefixes[i], strlen(prefixes[i])) == 0)
			return true;
	if (at == SIZE_MAX || at == 0 || colon == SIZE_MAX || colon < at)
		return false;
	for (size_t i = 0; i < at; i++) {
		char c = path.p[i];
		bool letter = (c | 32) >= 'a' && (c | 32) <= 'z';

		if (!letter && (i == 0 || !(kv_is_digit(c) || c == '-')))
			return false;
	}
	return true;
}

int rnd_k_needs_fetching(struct rnd_k_build *b, kv_pos pos, kv_str path)
{
	kv_error_missing(b->job, pos, "'%.*s' is remote and needs fetching first", KV_ARG(path));
	if (b->options->fetcher)
		kv_note(b->job, 0, "files by URL and charts are fetched, Git references cannot be yet");
	return -1;
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
	if (kv_git_ignores(job, path))
		kv_note(job, 0,
			"the file is ignored by Git, so a clone does not have it: make it, then build again");
	return -1;
}

int rnd_k_load_at(struct rnd_k_build *b, kv_pos pos, kv_str path, kv_str *ret_text)
{
	kv_str root = b->target->root, abs = kv_path_join(b->job->arena, root, path), real;
	enum kv_file_kind kind;

	if (rnd_k_is_url(path))
		return rnd_k_is_file_url(b, path) ? rnd_fetch_url(b->options->fetcher, pos, path, ret_text)
						  : rnd_k_needs_fetching(b, pos, path);
	kind = kv_file_kind(abs);
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

int rnd_k_load(struct rnd_k_build *b, kv_str path, kv_str *ret_text)
{
	if (rnd_k_load_at(b, b->step_pos, path, ret_text) == 0)
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
	if (kv_file_kind(abs) == KV_FILE_NONE)
		return kv_error(
			b->job, pos,
			"must build at directory: not a valid directory: '%.*s': no such file or directory",
			KV_ARG(abs));
	if (kv_file_kind(abs) != KV_FILE_DIR)
		return kv_error(b->job, pos, "must build at directory: '%.*s': file is not directory",
				KV_ARG(abs));
	if (kv_path_real(b->job, abs, &root) < 0)
		return -1;
	for (struct rnd_k_target *t = b->target; t; t = t->parent)
		if (below(t->root, root))
			return kv_error(b->job, pos,
					"cycle detected: candidate root '%.*s' contains visited root '%.*s'",
					KV_ARG(root), KV_ARG(t->root));
	*ret_root = root;
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
	for (size_t i = 0; i < docs.n; i++) {
		struct rnd_k_res *res = rnd_k_res_new(b, docs.v[i]);

		rnd_k_absorb(b, res);
		KV_PUSH(b->job->arena, ret->v, ret->n, ret->cap, res);
	}
	return 0;
}
