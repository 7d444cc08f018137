/* tree/lock.c: reads and writes kvendor.lock. */
#include "tree/lock.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "krm/yaml.h"
#include "tree/plan.h"

#define API_VERSION "kvendor.dev/v1alpha1"

/* The members of a pin. What is asked for comes first in the order of pins; sorted by name in the file. */
static const struct field {
	const char *name;
	size_t offset;
	bool required;
} chart_fields[] = {
	{ "name", offsetof(struct rnd_pin, chart), true },
	{ "repository", offsetof(struct rnd_pin, repository), true },
	{ "version", offsetof(struct rnd_pin, version), false },
	{ "resolved", offsetof(struct rnd_pin, resolved), true },
	{ "url", offsetof(struct rnd_pin, url), true },
	{ "sha256", offsetof(struct rnd_pin, sha256), true },
}, git_fields[] = {
	{ "repository", offsetof(struct rnd_pin, repository), true },
	{ "ref", offsetof(struct rnd_pin, version), false },
	{ "submodules", offsetof(struct rnd_pin, submodules), false },
	{ "commit", offsetof(struct rnd_pin, resolved), true },
	{ "sha256", offsetof(struct rnd_pin, sha256), true },
}, url_fields[] = {
	{ "url", offsetof(struct rnd_pin, url), true },
	{ "sha256", offsetof(struct rnd_pin, sha256), true },
};

enum { CHARTS, GIT, URLS, SECTIONS };

static const struct section {
	const char *name;
	const struct field *fields;
	size_t nfields;
} sections[SECTIONS] = {
	[CHARTS] = { "charts", chart_fields, sizeof chart_fields / sizeof *chart_fields },
	[GIT] = { "git", git_fields, sizeof git_fields / sizeof *git_fields },
	[URLS] = { "urls", url_fields, sizeof url_fields / sizeof *url_fields },
};

static kv_str *member(struct rnd_pin *pin, const struct field *f)
{
	return (kv_str *)((char *)pin + f->offset);
}

static kv_str path_of(struct kv_job *job, const struct tree_repo *repo)
{
	return kv_path_join(job->arena, repo->root, KV_S(TREE_LOCK_NAME));
}

/* --- reading ---------------------------------------------------------------------------------- */

static const struct field *find_field(const struct section *s, kv_str name)
{
	for (size_t i = 0; i < s->nfields; i++)
		if (kv_str_eq(name, kv_str_c(s->fields[i].name)))
			return &s->fields[i];
	return NULL;
}

static int read_pin(struct kv_job *job, const struct section *s, krm_val entry, struct rnd_pins *ret)
{
	struct rnd_pin pin = { 0 };

	if (entry.kind != KRM_MAP)
		return kv_error(job, entry.pos, "an entry of %s must be a mapping", s->name);
	krm_map_each (entry.m, e) {
		const struct field *f = find_field(s, krm_str(e->key));

		if (!f)
			return kv_error(job, e->key.pos, "unknown field '%.*s' of an entry of %s",
					KV_ARG(krm_str(e->key)), s->name);
		if (e->val.kind != KRM_STRING)
			return kv_error(job, e->val.pos, "'%s' must be a string", f->name);
		*member(&pin, f) = krm_str(e->val);
	}
	for (size_t i = 0; i < s->nfields; i++)
		if (s->fields[i].required && !member(&pin, &s->fields[i])->n)
			return kv_error(job, entry.pos, "an entry of %s lacks '%s'", s->name,
					s->fields[i].name);
	if (!rnd_is_sha256(pin.sha256))
		return kv_error(job, krm_get(entry, "sha256").pos,
				"'%.*s' is not a SHA-256: 64 lower-case hexadecimal digits", KV_ARG(pin.sha256));
	if (rnd_pins_find(ret, job->arena, &pin))
		return kv_error(job, entry.pos, "the same thing is pinned twice");
	rnd_pins_put(ret, &pin);
	return 0;
}

static int read_section(struct kv_job *job, const struct section *s, krm_val list, struct rnd_pins *ret)
{
	if (list.kind != KRM_LIST && list.kind != KRM_NIL)
		return kv_error(job, list.pos, "%s must be a list", s->name);
	for (size_t i = 0; i < krm_list_len(list); i++)
		if (read_pin(job, s, list.l->v[i], ret) < 0)
			return -1;
	return 0;
}

int tree_pins_read(struct kv_job *job, const struct tree_repo *repo, struct rnd_pins *ret)
{
	kv_str path = path_of(job, repo), text;
	krm_val doc;

	rnd_pins_init(ret, job->arena);
	if (kv_file_kind(path) == KV_FILE_NONE)
		return 0;
	if (kv_file_read(job, path, &text) < 0 ||
	    krm_yaml_read(job, tree_shown(repo, path), text, KRM_YAML_HELM, &doc) < 0)
		return -1;
	if (!krm_is_str(krm_get(doc, "apiVersion"), API_VERSION) || !krm_is_str(krm_get(doc, "kind"), "Lock"))
		return kv_error_file(job, tree_shown(repo, path), "this is not a Lock of " API_VERSION);
	for (size_t i = 0; i < SECTIONS; i++)
		if (read_section(job, &sections[i], krm_get(doc, sections[i].name), ret) < 0)
			return -1;
	return 0;
}

/* --- writing ---------------------------------------------------------------------------------- */

struct sorted {
	kv_str asked;
	struct rnd_pin *pin;
};

static int by_asked(const void *a, const void *b)
{
	return kv_str_cmp(((const struct sorted *)a)->asked, ((const struct sorted *)b)->asked);
}

static krm_val pin_tree(struct kv_arena *a, const struct section *s, struct rnd_pin *pin)
{
	krm_val tree = krm_map(a, KRM_OF_ANY);

	for (size_t i = 0; i < s->nfields; i++)
		if (member(pin, &s->fields[i])->n)
			krm_map_set_text(a, tree.m, s->fields[i].name, *member(pin, &s->fields[i]));
	return tree;
}

static size_t section_of(const struct rnd_pin *pin)
{
	return pin->chart.n ? CHARTS : pin->repository.n ? GIT : URLS;
}

static krm_val lock_tree(struct kv_arena *a, const struct rnd_pins *pins)
{
	struct sorted *all = KV_NEW_N(a, struct sorted, pins->n);
	krm_val tree = krm_map(a, KRM_OF_ANY),
		lists[SECTIONS];

	for (size_t i = 0; i < SECTIONS; i++)
		lists[i] = krm_list(a, KRM_OF_ANY);
	for (size_t i = 0; i < pins->n; i++)
		all[i] = (struct sorted){ rnd_pin_asked(a, pins->v[i]), pins->v[i] };
	if (pins->n)
		qsort(all, pins->n, sizeof *all, by_asked);
	for (size_t i = 0; i < pins->n; i++) {
		size_t kind = section_of(all[i].pin);

		krm_list_push(a, lists[kind].l, pin_tree(a, &sections[kind], all[i].pin));
	}
	krm_map_set(a, tree.m, KV_S("apiVersion"), krm_string(a, KV_S(API_VERSION)));
	krm_map_set(a, tree.m, KV_S("kind"), krm_string(a, KV_S("Lock")));
	for (size_t i = 0; i < SECTIONS; i++)
		if (lists[i].l->n)
			krm_map_set_c(a, tree.m, sections[i].name, lists[i]);
	return tree;
}

static int lock_text(struct kv_job *job, const struct rnd_pins *pins, kv_str *ret)
{
	struct kv_buf out;
	kv_str error;

	kv_buf_init(&out, job->arena, KV_BUF_MAX);
	kv_buf_lit(&out,
		   "# What remote bytes are allowed: kvendor writes this file, and it belongs into Git.\n");
	if (krm_yaml_write(job, lock_tree(job->arena, pins), &out, &error) < 0)
		return kv_error(job, 0, TREE_LOCK_NAME ": %.*s", KV_ARG(error));
	*ret = kv_buf_view(&out);
	return 0;
}

static int replace(struct kv_job *job, const struct tree_repo *repo, kv_str path, kv_str text)
{
	kv_str staged = kv_path_join(job->arena, repo->root, KV_S(TREE_STAGED TREE_LOCK_NAME));

	if (kv_file_write(job, staged, text) < 0)
		return -1;
	if (rename(kv_arena_cstr(job->arena, staged), kv_arena_cstr(job->arena, path)) == 0)
		return 0;
	kv_error_file(job, tree_shown(repo, path), "cannot be written: %s", strerror(errno));
	unlink(kv_arena_cstr(job->arena, staged));
	return -1;
}

/* Adds what a unit used. */
static int add_used(struct kv_job *job, const struct rnd_pins *used, struct rnd_pins *seen,
		    struct rnd_pins *all)
{
	for (size_t i = 0; i < used->n; i++) {
		const struct rnd_pin *pin = used->v[i], *other = rnd_pins_find(seen, job->arena, pin);

		if (other && !kv_str_eq(other->sha256, pin->sha256)) {
			kv_error(job, 0, "%.*s changed while it was downloaded for several units",
				 KV_ARG(pin->url.n ? pin->url : pin->repository));
			kv_note(job, 0, "sha256 %.*s, then %.*s", KV_ARG(other->sha256), KV_ARG(pin->sha256));
			return -1;
		}
		rnd_pins_put(seen, pin);
		rnd_pins_put(all, pin);
	}
	return 0;
}

/* Whether the file still has the pins that the run began with: what a person or a merge put there meanwhile must not be lost. */
static int check_unchanged(struct kv_job *job, const struct tree_repo *repo, const struct rnd_pins *before)
{
	struct rnd_pins now;
	bool same;

	if (tree_pins_read(job, repo, &now) < 0)
		return -1;
	same = now.n == before->n;
	for (size_t i = 0; same && i < now.n; i++) {
		const struct rnd_pin *pin = rnd_pins_find(before, job->arena, now.v[i]);

		same = pin && kv_str_eq(pin->sha256, now.v[i]->sha256) && kv_str_eq(pin->url, now.v[i]->url);
	}
	if (same)
		return 0;
	kv_error_file(job, tree_shown(repo, path_of(job, repo)), "it was changed while this run went on, and stays as it is");
	kv_note(job, 0, "run again: what was downloaded is in the cache");
	return -1;
}

int tree_pins_save(struct kv_job *job, const struct tree_repo *repo, const struct tree_product *products,
		   bool prune)
{
	const struct rnd_pins *before =
		repo->nunits && products[0].fetcher.options ? products[0].fetcher.options->pins : NULL;
	kv_str path = path_of(job, repo), text, old = KV_S("");
	struct rnd_pins all, seen;

	if (!before)
		return 0;
	rnd_pins_init(&all, job->arena);
	rnd_pins_init(&seen, job->arena);
	for (size_t i = 0; !prune && i < before->n; i++)
		rnd_pins_put(&all, before->v[i]);
	for (size_t i = 0; i < repo->nunits; i++)
		if (!products[i].unit->failed && add_used(job, &products[i].fetcher.used, &seen, &all) < 0)
			return -1;
	if (!all.n && !before->n)
		return 0;
	if (lock_text(job, &all, &text) < 0)
		return -1;
	if (kv_file_kind(path) == KV_FILE_REGULAR && kv_file_read(job, path, &old) < 0)
		return -1;
	if (kv_str_eq(old, text))
		return 0;
	return check_unchanged(job, repo, before) < 0 ? -1 : replace(job, repo, path, text);
}
