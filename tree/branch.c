/* tree/branch.c: rendered targets on another branch (Argo CD: commitserver/commit, the files of a hydrated path). */
#include "base/file.h"
#include "base/map.h"
#include "krm/json.h"
#include "krm/value.h"
#include "tree/commit.h"

struct branch {
	struct kv_job *job;
	struct tree_repo *repo;
	struct kv_git *git;
	kv_str name, origin;
	struct kv_git_about head;
	struct kv_map held;    /* files of the branch */
	struct kv_map targets; /* folders from the root */
	struct tree_git_files files;
	bool changed; /* in more than what is known of the commit */
};

/* --- metadata --------------------------------------------------------------------------------- */

static void set(struct branch *b, krm_val map, const char *key, kv_str value)
{
	if (value.n)
		krm_map_set_text(b->job->arena, map.m, key, value);
}

static int metadata(struct branch *b, bool of_target, kv_str *ret)
{
	struct kv_arena *a = b->job->arena;
	krm_val map = krm_map(a, KRM_OF_ANY), commands = krm_list(a, KRM_OF_ANY);
	struct kv_buf out;
	kv_str error;
	kv_buf_init(&out, a, KV_BUF_MAX);
	set(b, map, "repoURL", b->origin);
	set(b, map, "drySha", b->head.id);
	krm_list_push(a, commands.l, krm_string_c(a, "kvendor"));
	if (of_target)
		krm_map_set(a, map.m, KV_S("commands"), commands);
	set(b, map, "author", b->head.author);
	set(b, map, "date", b->head.date);
	set(b, map, "subject", b->head.subject);
	set(b, map, "body", b->head.body);
	if (krm_json_write(b->job, map, (struct krm_json_style){ .indent = "  " }, &out, &error) < 0)
		return kv_error(b->job, 0, TREE_METADATA ": %.*s", KV_ARG(error));
	kv_buf_c(&out, '\n');
	*ret = kv_buf_view(&out);
	return 0;
}

/* --- files ------------------------------------------------------------------------------------ */

static void add(struct branch *b, kv_str folder, const char *name, bool gone, kv_str text)
{
	struct kv_git_file f = { .path = kv_path_join(b->job->arena, folder, kv_str_c(name)),
				 .gone = gone,
				 .text = text };
	KV_PUSH(b->job->arena, b->files.v, b->files.n, b->files.cap, f);
}

static int add_file(struct branch *b, kv_str folder, const struct tree_file *f)
{
	const char *name = kv_arena_cstr(b->job->arena, f->name);
	kv_str text = f->text, old;
	if (kv_str_eq(f->name, KV_S(TREE_METADATA))) {
		if (metadata(b, true, &text) < 0)
			return -1;
	} else {
		if (kv_git_branch_read(b->job, b->git, b->name, kv_path_join(b->job->arena, folder, f->name),
				       &old) < 0)
			return -1;
		b->changed |= !old.p || !kv_str_eq(old, text);
	}
	add(b, folder, name, false, text);
	return 0;
}

static int add_product(struct branch *b, const struct tree_product *p)
{
	for (size_t i = 0; i < p->nfiles; i++) {
		const struct tree_target *t = tree_product_target(p, i);
		kv_str folder;
		if (p->files[i].form != TREE_FORM_HYDRATOR ||
		    !kv_path_below(t->path, kv_git_root(b->git), &folder))
			continue;
		kv_map_put(&b->targets, folder, b);
		for (size_t k = 0; k < p->files[i].n; k++)
			if (add_file(b, folder, &p->files[i].v[k]) < 0)
				return -1;
	}
	return 0;
}

/* Folders below the working directory that an earlier run wrote, and that are no targets any more. */
static int add_gone(struct branch *b)
{
	static const char *const names[] = { TREE_MANIFEST, TREE_README, TREE_METADATA };
	kv_str *paths, below, rest;
	size_t n;
	if (kv_git_branch_files(b->job, b->git, b->name, &paths, &n) < 0 ||
	    !kv_path_below(b->repo->cwd, kv_git_root(b->git), &below))
		return -1;
	for (size_t i = 0; i < n; i++)
		kv_map_put(&b->held, paths[i], b);
	for (size_t i = 0; i < n; i++) {
		kv_str folder = kv_path_dir(b->job->arena, paths[i]);
		if (!kv_str_eq(kv_path_base(paths[i]), KV_S(TREE_METADATA)) || kv_str_eq(folder, KV_S(".")) ||
		    kv_map_has(&b->targets, folder) ||
		    (!kv_str_eq(below, KV_S(".")) && !kv_path_below(folder, below, &rest)))
			continue;
		for (size_t k = 0; k < sizeof names / sizeof *names; k++)
			add(b, folder, names[k], true, KV_S(""));
		b->changed = true;
	}
	return 0;
}

static int add_root(struct branch *b)
{
	kv_str text;
	if (metadata(b, false, &text) < 0)
		return -1;
	add(b, KV_S("."), TREE_METADATA, false, text);
	if (!kv_map_has(&b->held, KV_S(".gitattributes")))
		add(b, KV_S("."), ".gitattributes", false,
		    KV_S("**/" TREE_README " linguist-generated=true\n"
			 "**/" TREE_METADATA " linguist-generated=true\n"));
	return 0;
}

/* --- the whole -------------------------------------------------------------------------------- */

static void set_forms(struct branch *b)
{
	for (size_t i = 0; i < b->repo->nunits; i++) {
		struct tree_config *config = &b->repo->units[i]->config;
		for (size_t g = 0; !b->repo->units[i]->failed && g < config->ngroups; g++)
			for (size_t t = 0; t < config->groups[g].ntargets; t++)
				if (!tree_is_named_beside(config->groups[g].targets[t].form))
					config->groups[g].targets[t].form = TREE_FORM_HYDRATOR;
	}
}

static int check_clean(struct branch *b)
{
	kv_str *folders = KV_NEW_N(b->job->arena, kv_str, b->repo->nunits), dirty;
	size_t n = 0;
	for (size_t i = 0; i < b->repo->nunits; i++)
		if (kv_path_below(b->repo->units[i]->path, kv_git_root(b->git), &folders[n]))
			n++;
	/* The unit at the root stands for all. */
	for (size_t i = 0; i < n; i++)
		if (kv_str_eq(folders[i], KV_S(".")))
			n = 0;
	if (kv_git_dirty(b->job, b->git, folders, n, &dirty) < 0)
		return -1;
	if (!dirty.n)
		return 0;
	kv_error_file(b->job, dirty, "it differs from HEAD, which the branch names as its source");
	kv_note(b->job, 0, "commit or stash it, and run again");
	return -1;
}

/* What links a rendered commit to its source (Argo CD, commit trailers). */
static kv_str with_reference(struct branch *b, kv_str text)
{
	struct kv_buf out;
	kv_buf_init(&out, b->job->arena, KV_BUF_MAX);
	kv_buf_str(&out, text.n ? text : b->head.subject);
	kv_buf_printf(&out, "\n\nArgocd-reference-commit-author: %.*s\nArgocd-reference-commit-sha: %.*s\n",
		      KV_ARG(b->head.author), KV_ARG(b->head.id));
	kv_buf_printf(&out, "Argocd-reference-commit-subject: %.*s\nArgocd-reference-commit-date: %.*s\n",
		      KV_ARG(b->head.subject), KV_ARG(b->head.date));
	if (b->origin.n)
		kv_buf_printf(&out, "Argocd-reference-commit-repourl: %.*s\n", KV_ARG(b->origin));
	return kv_buf_view(&out);
}

static int produce(struct branch *b, const struct tree_produce_options *options)
{
	struct tree_product *products = tree_produce(b->job, b->repo, options);
	int failed = 0;
	if (!products)
		return -1;
	for (size_t i = 0; i < b->repo->nunits; i++)
		if (b->repo->units[i]->failed || add_product(b, &products[i]) < 0)
			failed = -1;
	return failed;
}

int tree_commit_branch(struct kv_job *job, struct tree_repo *repo, const struct tree_produce_options *options,
		       kv_str name, struct kv_git_message message, kv_str *ret_id)
{
	struct branch b = { .job = job, .repo = repo, .name = name };
	*ret_id = KV_S("");
	kv_map_init(&b.held, job->arena);
	kv_map_init(&b.targets, job->arena);
	if (kv_git_open(job, repo->cwd, &b.git) < 0 || check_clean(&b) < 0 ||
	    kv_git_head(job, b.git, &b.head) < 0)
		return -1;
	b.origin = kv_git_origin(job, b.git);
	set_forms(&b);
	if (produce(&b, options) < 0 || add_gone(&b) < 0)
		return -1;
	if (!b.changed)
		return 0;
	message.text = with_reference(&b, message.text);
	return add_root(&b) < 0 ? -1
				: kv_git_commit_to(job, b.git, name, &message, b.files.v, b.files.n, ret_id);
}
