/* render/kustomize/target.c: one kustomization folder, depth first (api/internal/target/kusttarget.go).
 *
 * The order of steps is the contract: resources, configurations, crds, generators, components, transformers,
 * validators, vars. Hashes, name references and what else is done once for the root is in build.c.
 */
#include "base/file.h"
#include "krm/schema.h"
#include "render/fetch/ahead.h"
#include "render/kustomize/target.h"

/* What reading one more folder weighs against limits.steps, which counts nodes of templates. */
enum { STEPS_A_FOLDER = 1000 };

/* `git`: what the path means as a Git reference, or NULL. */
static int accumulate_folder(struct rnd_k_build *b, struct rnd_k_acc *acc, kv_pos pos, kv_str path,
			     const struct rnd_git_url *git, bool component);

/* kusterr.Handler: the parser's own words with the file at the end. */
static void note_malformed(struct rnd_k_build *b, kv_str path)
{
	const struct kv_diag *last = b->job->last;

	if (last && last->severity == KV_ERROR)
		kv_note(b->job, 0, "MalformedYAMLError: %.*s in File: %.*s", KV_ARG(last->text),
			KV_ARG(path));
}

static int add_list(struct rnd_k_build *b, struct rnd_k_acc *acc, kv_str path, const struct rnd_k_list *read)
{
	struct rnd_k_list list = *read;

	for (size_t i = 0; i < list.n; i++) {
		if (b->target->origin) {
			list.v[i]->origin = rnd_k_origin_append(b, b->target->origin, path);
			rnd_k_annotations_map(b, list.v[i]->r->obj, true);
		}
		if (rnd_k_append(b, acc, list.v[i]) < 0)
			return -1;
	}
	return 0;
}

static int accumulate_file(struct rnd_k_build *b, struct rnd_k_acc *acc, kv_pos pos, kv_str path)
{
	struct rnd_k_list list = { 0 };
	kv_str text;

	if (rnd_k_load_at(b, pos, path, &text) < 0)
		return -1;
	if (rnd_k_read(b, rnd_k_display(b, path), text, &list) < 0) {
		note_malformed(b, path);
		return -1;
	}
	return add_list(b, acc, path, &list);
}

/* A URL is asked for as a file first. What the server has there may be a page about the repository. */
static int accumulate_url(struct rnd_k_build *b, struct rnd_k_acc *acc, kv_pos pos, kv_str url,
			  const struct rnd_git_url *git)
{
	struct kv_diag_mark mark = kv_diag_mark(b->job);
	struct rnd_k_list list = { 0 };
	enum rnd_fetch_kind kind;
	kv_str text;

	if (!b->options->fetcher)
		return rnd_k_needs_fetching(b, pos, url);
	if (!git)
		return accumulate_file(b, acc, pos, url);
	if (rnd_fetch_either(b->options->fetcher, pos, url, git, &kind, &text) < 0)
		return -1;
	if (kind == RND_FETCH_FILE && rnd_k_read(b, rnd_git_shown(b->job->arena, url), text, &list) == 0) {
		rnd_fetch_accept(b->options->fetcher, url, text);
		return add_list(b, acc, url, &list);
	}
	kv_diag_forget(b->job, mark);
	return accumulate_folder(b, acc, pos, url, git, false);
}

static const struct rnd_stand_in *stand_in_of(const struct rnd_k_build *b, kv_str dir)
{
	for (size_t i = 0; i < b->options->nstand_ins; i++)
		if (kv_str_eq(b->options->stand_ins[i].dir, dir))
			return &b->options->stand_ins[i];
	return NULL;
}

static int accumulate_stand_in(struct rnd_k_build *b, struct rnd_k_acc *acc, kv_str path,
			       const struct rnd_stand_in *stand_in)
{
	struct rnd_k_list list = { 0 };

	return rnd_k_read(b, rnd_k_display(b, path), stand_in->text, &list) < 0 ? -1 : add_list(b, acc, path, &list);
}

static int accumulate_one(struct rnd_k_build *b, struct rnd_k_acc *acc, kv_pos pos, kv_str path)
{
	kv_str abs = kv_path_join(b->job->arena, b->target->root, path), why;
	const struct rnd_stand_in *stand_in = stand_in_of(b, abs);
	if (stand_in)
		return accumulate_stand_in(b, acc, path, stand_in);
	struct rnd_git_url url;
	const struct rnd_git_url *git = rnd_git_url_parse(b->job->arena, path, &url, &why) ? &url : NULL;

	if (kv_str_is_http(path))
		return accumulate_url(b, acc, pos, path, git);
	enum kv_file_kind kind = kv_input_kind(b->job, abs);
	if (kind == KV_FILE_DIR || (git && kind == KV_FILE_NONE))
		return accumulate_folder(b, acc, pos, path, git, false);
	if (accumulate_file(b, acc, pos, path) == 0)
		return 0;
	kv_note(b->job, pos, "accumulating resources from '%.*s'", KV_ARG(path));
	/* kustomize would go on to try a folder of this name; nothing but its second message would come of
	 * it. */
	if (kind == KV_FILE_NONE)
		kv_note(b->job, pos, "must build at directory: not a valid directory: '%.*s'", KV_ARG(abs));
	else
		kv_note(b->job, pos, "must build at directory: '%.*s': file is not directory", KV_ARG(abs));
	return -1;
}

/* Whether accumulate_one takes it for a reference to a Git repository alone. */
static bool is_reference(struct rnd_k_build *b, kv_str path, const struct rnd_git_url *git)
{
	kv_str abs = kv_path_join(b->job->arena, b->target->root, path);

	return git && !stand_in_of(b, abs) && kv_input_kind(b->job, abs) == KV_FILE_NONE;
}

/* Files and repositories of this level from other machines, side by side. Components are never files. */
static void fetch_ahead(struct rnd_k_build *b, krm_val paths, bool may_be_files)
{
	struct rnd_wanted *wanted = KV_NEW_N(b->job->arena, struct rnd_wanted, krm_list_len(paths));
	size_t n = 0;

	for (size_t i = 0; i < krm_list_len(paths); i++) {
		struct rnd_git_url *url = KV_NEW(b->job->arena, struct rnd_git_url);
		kv_str path = krm_str(paths.l->v[i]), why;
		const struct rnd_git_url *git = rnd_git_url_parse(b->job->arena, path, url, &why) ? url : NULL;

		if (may_be_files && kv_str_is_http(path))
			wanted[n++] = (struct rnd_wanted){ .url = path, .git = git };
		else if (is_reference(b, path, git))
			wanted[n++] = (struct rnd_wanted){ .git = git };
	}
	if (n > 1)
		rnd_fetch_ahead(b->options->fetcher, wanted, n);
}

int rnd_k_accumulate_resources(struct rnd_k_build *b, struct rnd_k_acc *acc, krm_val paths)
{
	if (b->options->fetcher)
		fetch_ahead(b, paths, true);
	for (size_t i = 0; i < krm_list_len(paths); i++)
		if (accumulate_one(b, acc, paths.l->v[i].pos, krm_str(paths.l->v[i])) < 0)
			return -1;
	return 0;
}

static int accumulate_components(struct rnd_k_build *b, struct rnd_k_acc *acc, krm_val paths)
{
	if (b->options->fetcher)
		fetch_ahead(b, paths, false);
	for (size_t i = 0; i < krm_list_len(paths); i++) {
		kv_str path = krm_str(paths.l->v[i]), why;
		struct rnd_git_url url;
		bool git = rnd_git_url_parse(b->job->arena, path, &url, &why);

		if (accumulate_folder(b, acc, paths.l->v[i].pos, path, git ? &url : NULL, true) < 0)
			return -1;
	}
	return 0;
}

int rnd_k_set_schema(struct rnd_k_build *b, struct rnd_k_target *t)
{
	krm_val openapi = krm_get(t->kust, "openapi"), version = krm_get(openapi, "version"),
		path = krm_get(openapi, "path");
	struct rnd_k_target *outer = b->target;
	struct krm_schema *schema = NULL;
	kv_str text;
	int rc = 0;

	b->target = t;
	if (path.kind == KRM_STRING)
		rc = rnd_k_load_at(b, path.pos, krm_str(path), &text);
	if (rc == 0 && !b->schema_set && path.kind == KRM_STRING) {
		if (version.kind == KRM_STRING)
			rc = kv_error(b->job, version.pos,
				      "builtin version and custom schema provided, cannot use both");
		else
			rc = krm_schema_read(b->job, rnd_k_display(b, krm_str(path)), text, b->builtin_asked,
					     &schema);
		b->schema = schema;
		b->schema_set = true;
	} else if (rc == 0 && !b->schema_set && krm_str(version).n) {
		if (!kv_str_eq(krm_str(version), KV_S("v1.21.2")))
			rc = kv_error(b->job, version.pos, "the specified OpenAPI version is not built in");
		b->schema_set = true;
	}
	b->target = outer;
	return rc;
}

static int check_kind(struct rnd_k_build *b, const struct rnd_k_target *t, bool component)
{
	bool is = kv_str_eq(krm_kind(t->kust), KV_S("Component"));

	if (component && !is)
		return kv_error(b->job, t->pos, "expected kind 'Component' for path '%.*s' but got '%.*s'",
				KV_ARG(t->root), KV_ARG(krm_kind(t->kust)));
	if (!component && is)
		return kv_error(b->job, t->pos, "expected kind != 'Component' for path '%.*s'", KV_ARG(t->root));
	return 0;
}

static int merge_vars(struct rnd_k_build *b, struct rnd_k_acc *acc, const struct rnd_k_acc *from)
{
	for (size_t i = 0; i < from->nvars; i++)
		if (rnd_k_var_add(b, acc, from->vars[i]) < 0)
			return -1;
	return 0;
}

/* A component changes what its parent has accumulated; any other kustomization is built by itself and then
 * joins. */
static int accumulate_sub(struct rnd_k_build *b, struct rnd_k_acc *acc, struct rnd_k_target *t,
			  bool component)
{
	struct rnd_k_acc *own = component ? acc : rnd_k_acc_new(b);

	if (rnd_k_accumulate_target(b, t, own) < 0)
		return -1;
	/* The parent's accumulator joins an empty one, where everything is compared anew. */
	if (component)
		return rnd_k_recheck(b, acc) < 0 ? -1 : rnd_k_config_merge(b, NULL, acc->config, &acc->config);
	if (rnd_k_acc_join(b, acc, own) < 0 ||
	    rnd_k_config_merge(b, acc->config, own->config, &acc->config) < 0)
		return -1;
	return merge_vars(b, acc, own);
}

/* 5.8.0 gave the namespace of an overlay to every kustomization below that has none (kubernetes-sigs/kustomize#6027). */
static void inherit_namespace(struct rnd_k_build *b, struct rnd_k_target *t, kv_str namespace)
{
	if (b->options->kustomize == RND_KUSTOMIZE_5_8_0 && namespace.n &&
	    !krm_str(krm_get(t->kust, "namespace")).n)
		krm_map_set(b->job->arena, t->kust.m, KV_S("namespace"),
			    krm_string(b->job->arena, namespace));
}

static int accumulate_folder(struct rnd_k_build *b, struct rnd_k_acc *acc, kv_pos pos, kv_str path,
			     const struct rnd_git_url *git, bool component)
{
	struct rnd_k_target *outer = b->target, *t = KV_NEW(b->job->arena, struct rnd_k_target);
	kv_str own = krm_str(krm_get(outer->kust, "namespace"));
	int rc = -1;

	/* Two folders that list each other's neighbours twice make many builds out of few files. */
	b->job->steps += STEPS_A_FOLDER;
	if (b->job->steps > b->job->limits.steps)
		return kv_error(b->job, pos, "too many kustomizations in one build (limit %zu)",
				b->job->limits.steps / STEPS_A_FOLDER);
	if (b->depth >= b->job->limits.base_depth)
		return kv_error(b->job, pos, "too many nested kustomizations (limit %zu)",
				b->job->limits.base_depth);
	t->parent = outer;
	t->pos = pos;
	t->restricted = outer->restricted;
	t->checkout = outer->checkout;
	if ((git ? rnd_k_enter_checkout(b, pos, path, git, t) : rnd_k_root(b, pos, path, &t->root)) < 0)
		return -1;
	if (b->options->kustomize == RND_KUSTOMIZE_5_8_1)
		t->helm_namespace = own.n ? own : outer->helm_namespace;
	if (outer->origin)
		t->origin = rnd_k_origin_append(b, outer->origin, path);
	b->depth++;
	if (rnd_k_target_load(b, t) == 0 && rnd_k_set_schema(b, t) == 0 && check_kind(b, t, component) == 0) {
		inherit_namespace(b, t, own);
		rc = accumulate_sub(b, acc, t, component);
	}
	b->depth--;
	b->target = outer;
	if (rc < 0)
		kv_note(b->job, pos, "in the kustomization '%.*s'", KV_ARG(path));
	return rc;
}

static int merge_configs(struct rnd_k_build *b, struct rnd_k_target *t, struct rnd_k_acc *acc)
{
	const struct rnd_k_config *own, *crds = NULL;

	if (rnd_k_config_read(b, krm_get(t->kust, "configurations"), &own) < 0 ||
	    rnd_k_config_merge(b, acc->config, own, &acc->config) < 0 ||
	    rnd_k_config_from_crds(b, krm_get(t->kust, "crds"), &crds) < 0)
		return -1;
	return crds ? rnd_k_config_merge(b, acc->config, crds, &acc->config) : 0;
}

int rnd_k_accumulate_target(struct rnd_k_build *b, struct rnd_k_target *t, struct rnd_k_acc *acc)
{
	struct rnd_k_target *outer = b->target;
	int rc = -1;

	b->target = t;
	if (rnd_k_accumulate_resources(b, acc, krm_get(t->kust, "resources")) == 0 &&
	    merge_configs(b, t, acc) == 0 && rnd_k_run_generators(b, acc) == 0 &&
	    accumulate_components(b, acc, krm_get(t->kust, "components")) == 0 &&
	    rnd_k_run_transformers(b, acc) == 0 && rnd_k_run_validators(b, acc) == 0)
		rc = rnd_k_vars_merge(b, acc, krm_get(t->kust, "vars"));
	b->target = outer;
	return rc;
}
