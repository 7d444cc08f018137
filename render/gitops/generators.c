/* render/gitops/generators.c: the generators of an ApplicationSet (applicationset/generators). */
#include <stdlib.h>

#include "base/file.h"
#include "base/map.h"
#include "krm/json.h"
#include "krm/yaml.h"
#include "render/gitops/internal.h"
#include "render/kustomize/labelselector.h"

/* Sets of parameters of one ApplicationSet: a matrix multiplies them. */
#define MOST_PARAMETERS 20000
/* Generators in each other. */
#define GENERATORS_DEEP 8

static struct kv_arena *arena(struct rnd_gitops_set *s)
{
	return s->run.job->arena;
}

static int add(struct rnd_gitops_set *s, krm_val list, kv_pos pos, krm_val params)
{
	if (++s->nparams > MOST_PARAMETERS)
		return kv_error(s->run.job, pos, "too many sets of parameters (limit %d)", MOST_PARAMETERS);
	krm_list_push(arena(s), list.l, params);
	return 0;
}

static void put(struct rnd_gitops_set *s, krm_val map, kv_str key, kv_str text)
{
	krm_map_set(arena(s), map.m, kv_arena_dup(arena(s), key), krm_string(arena(s), text));
}

/* --- texts -------------------------------------------------------------------------------------- */

static int replace_go(struct rnd_gitops_set *s, kv_pos pos, kv_str text, krm_val params, kv_str *ret)
{
	struct rnd_tpl_options options = { .engine = RND_HELM3,
					   .strict = s->strict,
					   .absent = !s->zero,
					   .chance = { .seed = KV_S("ApplicationSet") },
					   .more = rnd_gitops_functions,
					   .nmore = rnd_gitops_nfunctions };
	struct rnd_tpl *set = rnd_tpl_new(s->run.job, &options);
	struct rnd_tpl_error error = { 0 };
	struct kv_buf out;

	kv_buf_init(&out, arena(s), s->run.job->limits.output_bytes);
	if (rnd_tpl_parse(set, KV_S("base"), text, &error) < 0 ||
	    rnd_tpl_execute(set, KV_S("base"), params, &out, &error) < 0)
		return kv_error(s->run.job, pos, "%.*s", KV_ARG(error.text));
	*ret = kv_buf_view(&out);
	return 0;
}

/* fasttemplate: a tag without a parameter stays. */
static int replace_flat(struct rnd_gitops_set *s, kv_pos pos, kv_str text, krm_val params, kv_str *ret)
{
	struct kv_buf out;
	size_t at = 0;

	kv_buf_init(&out, arena(s), s->run.job->limits.output_bytes);
	for (size_t open; (open = kv_str_find(text, KV_S("{{"), at)) != SIZE_MAX;) {
		size_t close = kv_str_find(text, KV_S("}}"), open + 2);
		krm_val value;
		kv_str tag;

		if (close == SIZE_MAX)
			return kv_error(s->run.job, pos, "a {{ has no }}: %.*s", KV_ARG(text));
		kv_buf_str(&out, kv_str_sub(text, at, open));
		tag = kv_str_trim(kv_str_sub(text, open + 2, close), " \t\r\n");
		value = krm_get_str(params, tag);
		at = close + 2;
		kv_buf_str(&out, tag.n && value.kind == KRM_STRING ? krm_str(value) : kv_str_sub(text, open, at));
	}
	kv_buf_str(&out, kv_str_sub(text, at, text.n));
	*ret = kv_buf_view(&out);
	return 0;
}

int rnd_gitops_replace(struct rnd_gitops_set *s, kv_pos pos, kv_str text, krm_val params, kv_str *ret)
{
	*ret = text;
	if (!kv_str_has(text, KV_S("{{")))
		return 0;
	if (s->go)
		return replace_go(s, pos, text, params, ret);
	return kv_str_has(text, KV_S("}}")) ? replace_flat(s, pos, text, params, ret) : 0;
}

static int replace_map(struct rnd_gitops_set *s, krm_val v, krm_val params, size_t depth, krm_val *ret)
{
	krm_val map = krm_map(arena(s), KRM_OF_ANY), item;
	kv_str name;

	map.pos = v.pos;
	krm_map_each (v.m, e) {
		krm_val key;

		if (rnd_gitops_replace(s, e->key.pos, krm_str(e->key), params, &name) < 0 ||
		    rnd_gitops_replace_all(s, e->val, params, depth, &item) < 0)
			return -1;
		key = krm_string(arena(s), name);
		key.pos = e->key.pos;
		krm_map_set_key(arena(s), map.m, key, item);
	}
	*ret = map;
	return 0;
}

int rnd_gitops_replace_all(struct rnd_gitops_set *s, krm_val v, krm_val params, size_t depth, krm_val *ret)
{
	kv_str text;
	krm_val item, list;

	if (depth > s->run.job->limits.depth)
		return kv_error(s->run.job, v.pos, "nested too deeply");
	*ret = v;
	if (v.kind == KRM_MAP)
		return replace_map(s, v, params, depth + 1, ret);
	if (v.kind == KRM_STRING) {
		if (rnd_gitops_replace(s, v.pos, krm_str(v), params, &text) < 0)
			return -1;
		*ret = krm_string(arena(s), text);
		ret->pos = v.pos;
	}
	if (v.kind != KRM_LIST)
		return 0;
	list = krm_list(arena(s), KRM_OF_ANY);
	list.pos = v.pos;
	for (size_t i = 0; i < v.l->n; i++) {
		if (rnd_gitops_replace_all(s, v.l->v[i], params, depth + 1, &item) < 0)
			return -1;
		krm_list_push(arena(s), list.l, item);
	}
	*ret = list;
	return 0;
}

/* --- what generators share ---------------------------------------------------------------------- */

/* flatten.Flatten: "a.b", "list.0"; the segments of a path are one value. */
static int flatten(struct rnd_gitops_set *s, krm_val v, kv_str prefix, size_t depth, krm_val into)
{
	kv_str dot = prefix.n ? KV_S(".") : KV_S("");

	if (depth > s->run.job->limits.depth)
		return kv_error(s->run.job, v.pos, "nested too deeply");
	if (v.kind == KRM_MAP) {
		krm_map_each (v.m, e)
			if (flatten(s, e->val, kv_arena_cat(arena(s), prefix, dot, krm_str(e->key)), depth + 1, into) < 0)
				return -1;
		return 0;
	}
	if (v.kind == KRM_LIST && v.l->type != KRM_OF_STRING) {
		for (size_t i = 0; i < v.l->n; i++)
			if (flatten(s, v.l->v[i], kv_arena_printf(arena(s), "%.*s%.*s%zu", KV_ARG(prefix), KV_ARG(dot), i),
				    depth + 1, into) < 0)
				return -1;
		return 0;
	}
	put(s, into, prefix, rnd_strval(s->run.job, v));
	return 0;
}

/* appendTemplatedValues: `values` of a generator, which may use the parameters. */
static int add_values(struct rnd_gitops_set *s, krm_val generator, krm_val params)
{
	krm_val values = krm_get(generator, "values"), made = krm_map(arena(s), KRM_OF_STRING);
	kv_str text;

	if (!krm_map_len(values))
		return 0;
	krm_map_each (values.m, e) {
		if (rnd_gitops_replace(s, e->val.pos, rnd_gitops_text(&s->run, e->val), params, &text) < 0)
			return -1;
		put(s, made, s->go ? krm_str(e->key) : kv_arena_cat(arena(s), KV_S("values."), krm_str(e->key)), text);
	}
	if (s->go) {
		krm_map_set(arena(s), params.m, KV_S("values"), made);
		return 0;
	}
	krm_map_each (made.m, e)
		krm_map_set(arena(s), params.m, krm_str(e->key), e->val);
	return 0;
}

static kv_str base_of(kv_str path)
{
	return kv_path_base(path);
}

/* "path" and what is made of it; `file` is its last part, or empty. */
static void add_path(struct rnd_gitops_set *s, krm_val git, kv_str path, kv_str file, krm_val params)
{
	struct kv_arena *a = arena(s);
	kv_str prefix = rnd_gitops_field(&s->run, git, "pathParamPrefix"), rest = path;
	kv_str name = prefix.n && !s->go ? kv_arena_cat(a, prefix, KV_S(".path")) : KV_S("path");
	krm_val into = s->go ? krm_map(a, KRM_OF_ANY) : params, segments = krm_list(a, KRM_OF_STRING), outer;
	kv_str dot = s->go ? KV_S("") : kv_arena_cat(a, name, KV_S("."));

	put(s, into, name, path);
	put(s, into, kv_arena_cat(a, dot, KV_S("basename")), base_of(path));
	put(s, into, kv_arena_cat(a, dot, KV_S("basenameNormalized")), rnd_gitops_normalized(a, base_of(path)));
	if (file.n) {
		put(s, into, kv_arena_cat(a, dot, KV_S("filename")), file);
		put(s, into, kv_arena_cat(a, dot, KV_S("filenameNormalized")), rnd_gitops_normalized(a, file));
	}
	for (size_t k = 0, slash = 0; slash != SIZE_MAX; k++) {
		slash = kv_str_chr(rest, '/');
		krm_list_push(a, segments.l, krm_string(a, kv_str_sub(rest, 0, slash)));
		if (!s->go)
			put(s, into, kv_arena_printf(a, "%.*s[%zu]", KV_ARG(name), k), kv_str_sub(rest, 0, slash));
		rest = slash == SIZE_MAX ? rest : kv_str_sub(rest, slash + 1, rest.n);
	}
	if (!s->go)
		return;
	krm_map_set(a, into.m, KV_S("segments"), segments);
	outer = prefix.n ? krm_map(a, KRM_OF_ANY) : params;
	krm_map_set(a, outer.m, KV_S("path"), into);
	if (prefix.n)
		krm_map_set(a, params.m, prefix, outer);
}

/* --- list --------------------------------------------------------------------------------------- */

static int list_element(struct rnd_gitops_set *s, krm_val element, krm_val into)
{
	krm_val params = krm_map(arena(s), KRM_OF_ANY);

	if (element.kind != KRM_MAP)
		return kv_error(s->run.job, element.pos, "an element is a mapping");
	if (s->go)
		return add(s, into, element.pos, element);
	krm_map_each (element.m, e) {
		krm_val values = e->val;

		if (krm_is_str(e->key, "values") && values.kind == KRM_MAP) {
			krm_map_each (values.m, v)
				put(s, params, kv_arena_cat(arena(s), KV_S("values."), krm_str(v->key)),
				    rnd_gitops_text(&s->run, v->val));
		} else if (e->val.kind != KRM_STRING) {
			return kv_error(s->run.job, e->val.pos ? e->val.pos : e->key.pos,
					"without goTemplate an element holds texts: put the value in quotes");
		} else {
			krm_map_set(arena(s), params.m, krm_str(e->key), e->val);
		}
	}
	return add(s, into, element.pos, params);
}

static int generate_list(struct rnd_gitops_set *s, krm_val g, krm_val into)
{
	krm_val elements = krm_get(g, "elements"), text = krm_get(g, "elementsYaml"), more = krm_nil();

	for (size_t i = 0; i < krm_list_len(elements); i++)
		if (list_element(s, elements.l->v[i], into) < 0)
			return -1;
	if (krm_str(text).n &&
	    krm_yaml_read(s->run.job, KV_S("elementsYaml"), krm_str(text), KRM_YAML_HELM, &more) < 0)
		return -1;
	if (more.kind != KRM_NIL && more.kind != KRM_LIST)
		return kv_error(s->run.job, text.pos, "elementsYaml is a list");
	/* Without Go templates only their texts at the top can be used. */
	for (size_t i = 0; i < krm_list_len(more); i++)
		if (more.l->v[i].kind != KRM_MAP)
			return kv_error(s->run.job, text.pos, "an element of elementsYaml is a mapping");
		else if (add(s, into, text.pos, more.l->v[i]) < 0)
			return -1;
	return 0;
}

/* --- git ---------------------------------------------------------------------------------------- */

struct pattern {
	kv_str text;
	bool exclude;
};

struct walk {
	struct rnd_gitops_set *s;
	kv_str root;
	struct pattern *patterns;
	size_t npatterns, depth; /* folders below this are none of any pattern */
	bool files;
	kv_str *found, *open; /* paths from the root */
	size_t nfound, found_cap, nopen, open_cap;
};

static size_t slashes(kv_str s)
{
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++)
		n += s.p[i] == '/';
	return n;
}

/* For folders a pattern is what it is (path.Match); for files it is a path that git reads (git ls-files). */
static void read_patterns(struct walk *w, krm_val items)
{
	struct rnd_gitops_set *s = w->s;

	w->patterns = KV_NEW_N(arena(s), struct pattern, krm_list_len(items));
	for (size_t i = 0; i < krm_list_len(items); i++) {
		krm_val path = krm_get(items.l->v[i], "path");
		struct pattern *p = &w->patterns[w->npatterns++];

		p->text = rnd_gitops_text(&s->run, path);
		if (w->files)
			p->text = kv_path_clean(arena(s), p->text);
		p->exclude = krm_flag(items.l->v[i], "exclude");
		if (!p->exclude && slashes(p->text) > w->depth)
			w->depth = slashes(p->text);
	}
}

/* A pattern of files that is a folder means all below it. */
static bool matches(const struct walk *w, const struct pattern *p, kv_str path)
{
	if (rnd_gitops_matches(p->text, path, w->files ? RND_GITOPS_GIT : RND_GITOPS_GO))
		return true;
	return w->files && kv_str_starts(path, p->text) && path.n > p->text.n && path.p[p->text.n] == '/';
}

static bool is_asked(const struct walk *w, kv_str path)
{
	bool included = false;

	for (size_t i = 0; i < w->npatterns; i++) {
		if (!matches(w, &w->patterns[i], path))
			continue;
		if (w->patterns[i].exclude)
			return false;
		included = true;
	}
	return included;
}

/* Whether something below a folder can match: up to its first sign the pattern is text. */
static bool may_hold(const struct walk *w, kv_str dir)
{
	for (size_t i = 0; i < w->npatterns; i++) {
		kv_str text = w->patterns[i].text, plain = kv_str_sub(text, 0, strcspn(kv_arena_cstr(arena(w->s), text), "*?[{\\"));
		size_t n = plain.n < dir.n ? plain.n : dir.n;

		if (!w->patterns[i].exclude && memcmp(plain.p, dir.p, n) == 0)
			return true;
	}
	return false;
}

static int look_into(struct walk *w, kv_str dir)
{
	struct kv_arena *a = arena(w->s);
	struct kv_dirent *entries;
	size_t n;

	if (kv_dir_read(w->s->run.job, kv_path_join(a, w->root, dir), &entries, &n) < 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		kv_str path = dir.n ? kv_path_join(a, dir, entries[i].name) : entries[i].name;
		bool folder = entries[i].kind == KV_FILE_DIR, hidden = entries[i].name.p[0] == '.';

		if (folder && (w->files ? kv_str_eq(entries[i].name, KV_S(".git")) : hidden))
			continue;
		if (folder != w->files && is_asked(w, path))
			KV_PUSH(a, w->found, w->nfound, w->found_cap, path);
		if (folder && (w->files || slashes(path) < w->depth) && may_hold(w, path))
			KV_PUSH(a, w->open, w->nopen, w->open_cap, path);
	}
	return 0;
}

static int walk(struct walk *w)
{
	if (look_into(w, KV_S("")) < 0)
		return -1;
	while (w->nopen)
		if (look_into(w, w->open[--w->nopen]) < 0)
			return -1;
	if (w->nfound)
		qsort(w->found, w->nfound, sizeof *w->found, kv_str_by_bytes);
	return 0;
}

static int add_object(struct rnd_gitops_set *s, krm_val g, kv_str path, krm_val object, krm_val into)
{
	krm_val params = krm_map(arena(s), KRM_OF_ANY);

	if (object.kind != KRM_MAP)
		return kv_error(s->run.job, object.pos, "a file of parameters holds a mapping or a list of them");
	if (!s->go && flatten(s, object, KV_S(""), 0, params) < 0)
		return -1;
	if (s->go)
		krm_map_each (object.m, e)
			krm_map_set_key(arena(s), params.m, e->key, e->val);
	add_path(s, g, kv_path_dir(arena(s), path), kv_path_base(path), params);
	return add_values(s, g, params) < 0 ? -1 : add(s, into, object.pos, params);
}

static int add_file(struct rnd_gitops_set *s, krm_val g, kv_str root, kv_str path, krm_val into)
{
	krm_val doc;
	kv_str text;

	if (kv_file_read(s->run.job, kv_path_join(arena(s), root, path), &text) < 0 ||
	    krm_yaml_read(s->run.job, path, text, KRM_YAML_HELM, &doc) < 0)
		return -1;
	if (doc.kind == KRM_NIL)
		doc = krm_map(arena(s), KRM_OF_ANY);
	if (doc.kind != KRM_LIST)
		return add_object(s, g, path, doc, into);
	for (size_t i = 0; i < doc.l->n; i++)
		if (add_object(s, g, path, doc.l->v[i], into) < 0)
			return -1;
	return 0;
}

static int generate_git(struct rnd_gitops_set *s, krm_val g, krm_val into)
{
	krm_val folders = krm_get(g, "directories"), files = krm_get(g, "files");
	struct walk w = { .s = s, .files = !krm_list_len(folders) };
	struct rnd_gitops_place place;

	if (!krm_list_len(folders) && !krm_list_len(files))
		return kv_error(s->run.job, g.pos, "a git generator has directories or files");
	if (rnd_gitops_repository(&s->run, g.pos, rnd_gitops_field(&s->run, g, "repoURL"),
				  rnd_gitops_field(&s->run, g, "revision"), &place) < 0) {
		kv_note(s->run.job, 0, "a generator reads this work tree alone; \"repositories\" says which addresses it has");
		return -1;
	}
	w.root = place.root;
	read_patterns(&w, w.files ? files : folders);
	if (walk(&w) < 0)
		return -1;
	for (size_t i = 0; i < w.nfound; i++) {
		krm_val params = krm_map(arena(s), KRM_OF_ANY);

		if (w.files) {
			if (add_file(s, g, w.root, w.found[i], into) < 0)
				return -1;
			continue;
		}
		add_path(s, g, w.found[i], KV_S(""), params);
		if (add_values(s, g, params) < 0 || add(s, into, g.pos, params) < 0)
			return -1;
	}
	return 0;
}

/* --- selectors ---------------------------------------------------------------------------------- */

static int expression_fits(struct rnd_gitops_set *s, krm_val x, krm_val labels, bool *ret)
{
	kv_str key = krm_str(krm_get(x, "key")), op = krm_str(krm_get(x, "operator"));
	krm_val v = krm_get_str(labels, key);
	bool there = v.kind != KRM_NIL, in = there && krm_list_has(krm_get(x, "values"), krm_str(v));

	if (kv_str_eq(op, KV_S("In")))
		*ret = in;
	else if (kv_str_eq(op, KV_S("NotIn")))
		*ret = !in;
	else if (kv_str_eq(op, KV_S("Exists")))
		*ret = there;
	else if (kv_str_eq(op, KV_S("DoesNotExist")))
		*ret = !there;
	else
		return kv_error(s->run.job, x.pos, "unknown operator \"%.*s\"", KV_ARG(op));
	return 0;
}

static int check_key(struct rnd_gitops_set *s, kv_pos pos, kv_str key)
{
	return rnd_k_is_label_key(key) ? 0 : kv_error(s->run.job, pos, "a selector cannot have the key \"%.*s\"", KV_ARG(key));
}

static int check_selector(struct rnd_gitops_set *s, krm_val selector)
{
	krm_val equal = krm_get(selector, "matchLabels"), expressions = krm_get(selector, "matchExpressions");

	if (equal.kind == KRM_MAP)
		krm_map_each (equal.m, e)
			if (check_key(s, e->key.pos, krm_str(e->key)) < 0)
				return -1;
	for (size_t i = 0; i < krm_list_len(expressions); i++)
		if (check_key(s, expressions.l->v[i].pos, krm_str(krm_get(expressions.l->v[i], "key"))) < 0)
			return -1;
	return 0;
}

static int selects(struct rnd_gitops_set *s, krm_val selector, krm_val labels, bool *ret)
{
	krm_val equal = krm_get(selector, "matchLabels"), expressions = krm_get(selector, "matchExpressions");

	*ret = true;
	if (equal.kind == KRM_MAP)
		krm_map_each (equal.m, e)
			*ret &= krm_get_str(labels, krm_str(e->key)).kind != KRM_NIL &&
				kv_str_eq(krm_str(krm_get_str(labels, krm_str(e->key))), krm_str(e->val));
	for (size_t i = 0; i < krm_list_len(expressions); i++) {
		bool fits = false;

		if (expression_fits(s, expressions.l->v[i], labels, &fits) < 0)
			return -1;
		*ret &= fits;
	}
	return 0;
}

/* The selector beside a generator, on its parameters as flat texts. */
static int filter(struct rnd_gitops_set *s, krm_val selector, krm_val *list)
{
	krm_val kept = krm_list(arena(s), KRM_OF_ANY);

	if (selector.kind != KRM_MAP)
		return 0;
	if (check_selector(s, selector) < 0)
		return -1;
	for (size_t i = 0; i < list->l->n; i++) {
		krm_val flat = krm_map(arena(s), KRM_OF_ANY);
		bool fits = false;

		if (flatten(s, list->l->v[i], KV_S(""), 0, flat) < 0 || selects(s, selector, flat, &fits) < 0)
			return -1;
		if (fits)
			krm_list_push(arena(s), kept.l, list->l->v[i]);
	}
	*list = kept;
	return 0;
}

/* --- clusters ----------------------------------------------------------------------------------- */

static void add_metadata(struct rnd_gitops_set *s, krm_val cluster, krm_val params)
{
	static const char *const names[] = { "annotations", "labels" };
	krm_val meta = krm_map(arena(s), KRM_OF_ANY);

	for (size_t i = 0; i < 2; i++) {
		krm_val map = krm_get(cluster, names[i]);

		if (!krm_map_len(map))
			continue;
		krm_map_set_c(arena(s), meta.m, names[i], map);
		if (!s->go)
			krm_map_each (map.m, e)
				put(s, params, kv_arena_printf(arena(s), "metadata.%s.%.*s", names[i], KV_ARG(krm_str(e->key))),
				    rnd_gitops_text(&s->run, e->val));
	}
	if (s->go)
		krm_map_set(arena(s), params.m, KV_S("metadata"), meta);
}

#define IN_CLUSTER "https://kubernetes.default.svc"

static int add_cluster(struct rnd_gitops_set *s, krm_val g, krm_val cluster, krm_val into)
{
	krm_val params = krm_map(arena(s), KRM_OF_ANY);
	kv_str name = cluster.kind == KRM_MAP ? rnd_gitops_field(&s->run, cluster, "name") : KV_S("in-cluster");
	kv_str server = cluster.kind == KRM_MAP ? rnd_gitops_field(&s->run, cluster, "server") : KV_S(IN_CLUSTER);

	put(s, params, KV_S("name"), name);
	put(s, params, KV_S("nameNormalized"), rnd_gitops_normalized(arena(s), name));
	put(s, params, KV_S("server"), server);
	put(s, params, KV_S("project"), rnd_gitops_field(&s->run, cluster, "project"));
	if (cluster.kind == KRM_MAP)
		add_metadata(s, cluster, params);
	return add_values(s, g, params) < 0 ? -1 : add(s, into, g.pos, params);
}

/* The clusters that the configuration names, and the one that Argo CD runs in, which has no labels. */
static int generate_clusters(struct rnd_gitops_set *s, krm_val g, krm_val into)
{
	krm_val clusters = s->run.g->clusters, selector = krm_get(g, "selector");
	bool local = false, fits = false, picky = krm_map_len(krm_get(selector, "matchLabels")) ||
					  krm_list_len(krm_get(selector, "matchExpressions"));

	if (krm_flag(g, "flatList"))
		return kv_error(s->run.job, g.pos, "flatList is not supported");
	for (size_t i = 0; i < krm_list_len(clusters); i++) {
		if (selects(s, selector, krm_get(clusters.l->v[i], "labels"), &fits) < 0)
			return -1;
		local |= krm_is_str(krm_get(clusters.l->v[i], "server"), IN_CLUSTER);
		if (fits && add_cluster(s, g, clusters.l->v[i], into) < 0)
			return -1;
	}
	return local || picky ? 0 : add_cluster(s, g, krm_nil(), into);
}

/* --- matrix and merge --------------------------------------------------------------------------- */

static int generate_at(struct rnd_gitops_set *s, krm_val generator, krm_val given, size_t depth, krm_val *ret);

/* mergo.Merge with WithOverride: what is there wins, even if it is empty; mappings are merged. */
static int merge_over(struct rnd_gitops_set *s, krm_val into, krm_val over, size_t depth)
{
	if (depth > s->run.job->limits.depth)
		return kv_error(s->run.job, over.pos, "nested too deeply");
	krm_map_each (over.m, e) {
		krm_val old = krm_get_str(into, krm_str(e->key)), copy;

		if (old.kind == KRM_MAP && e->val.kind == KRM_MAP) {
			if (merge_over(s, old, e->val, depth + 1) < 0)
				return -1;
			continue;
		}
		if (krm_copy(s->run.job, e->val, &copy) < 0)
			return -1;
		krm_map_set(arena(s), into.m, krm_str(e->key), copy);
	}
	return 0;
}

/* CombineStringMaps */
static int combine(struct rnd_gitops_set *s, kv_pos pos, krm_val into, krm_val over)
{
	krm_map_each (over.m, e) {
		krm_val old = krm_get_str(into, krm_str(e->key));

		if (old.kind != KRM_NIL && !kv_str_eq(krm_str(old), krm_str(e->val)))
			return kv_error(s->run.job, pos, "found duplicate key %.*s with different value, a: %.*s ,b: %.*s",
					KV_ARG(krm_str(e->key)), KV_ARG(krm_str(old)), KV_ARG(krm_str(e->val)));
		krm_map_set(arena(s), into.m, krm_str(e->key), e->val);
	}
	return 0;
}

static int multiply(struct rnd_gitops_set *s, kv_pos pos, krm_val a, krm_val b, krm_val into)
{
	krm_val both = krm_map(arena(s), KRM_OF_ANY);

	if (s->go ? merge_over(s, both, b, 0) < 0 || merge_over(s, both, a, 0) < 0
		  : combine(s, pos, both, a) < 0 || combine(s, pos, both, b) < 0)
		return -1;
	return add(s, into, pos, both);
}

static int generate_matrix(struct rnd_gitops_set *s, krm_val g, krm_val given, size_t depth, krm_val into)
{
	krm_val children = krm_get(g, "generators"), first, second;

	if (krm_list_len(children) != 2)
		return kv_error(s->run.job, g.pos, "a matrix has two generators");
	if (generate_at(s, children.l->v[0], given, depth, &first) < 0)
		return -1;
	for (size_t i = 0; i < first.l->n; i++) {
		if (generate_at(s, children.l->v[1], first.l->v[i], depth, &second) < 0)
			return -1;
		for (size_t k = 0; k < second.l->n; k++)
			if (multiply(s, g.pos, first.l->v[i], second.l->v[k], into) < 0)
				return -1;
	}
	return 0;
}

static int key_of(struct rnd_gitops_set *s, krm_val keys, krm_val params, kv_str *ret)
{
	krm_val map = krm_map(arena(s), KRM_OF_ANY);
	struct kv_buf out;
	kv_str error;

	for (size_t i = 0; i < keys.l->n; i++)
		krm_map_set(arena(s), map.m, krm_str(keys.l->v[i]), krm_get_str(params, krm_str(keys.l->v[i])));
	kv_buf_init(&out, arena(s), KV_BUF_MAX);
	if (krm_json_write(s->run.job, map, (struct krm_json_style){ 0 }, &out, &error) < 0)
		return kv_error(s->run.job, keys.pos, "%.*s", KV_ARG(error));
	*ret = kv_buf_view(&out);
	return 0;
}

static int by_merge_key(struct rnd_gitops_set *s, krm_val keys, krm_val list, struct kv_map *ret)
{
	kv_str key;

	kv_map_init(ret, arena(s));
	for (size_t i = 0; i < list.l->n; i++) {
		if (key_of(s, keys, list.l->v[i], &key) < 0)
			return -1;
		if (kv_map_put(ret, key, &list.l->v[i]))
			return kv_error(s->run.job, keys.pos, "the merge keys are not unique: %.*s twice", KV_ARG(key));
	}
	return 0;
}

static int merge_into(struct rnd_gitops_set *s, krm_val base, krm_val over)
{
	if (s->go)
		return merge_over(s, base, over, 0);
	krm_map_each (over.m, e)
		krm_map_set(arena(s), base.m, krm_str(e->key), e->val);
	return 0;
}

static int generate_merge(struct rnd_gitops_set *s, krm_val g, krm_val given, size_t depth, krm_val into)
{
	krm_val children = krm_get(g, "generators"), keys = krm_get(g, "mergeKeys"), first, list, *over;
	struct kv_map base, more;

	if (krm_list_len(children) < 2 || !krm_list_len(keys))
		return kv_error(s->run.job, g.pos, "a merge has two or more generators, and mergeKeys");
	if (generate_at(s, children.l->v[0], given, depth, &first) < 0 || by_merge_key(s, keys, first, &base) < 0)
		return -1;
	for (size_t i = 1; i < children.l->n; i++) {
		if (generate_at(s, children.l->v[i], given, depth, &list) < 0 || by_merge_key(s, keys, list, &more) < 0)
			return -1;
		for (size_t k = 0; k < base.n; k++)
			if ((over = kv_map_get(&more, base.entries[k].key)) &&
			    merge_into(s, *(krm_val *)base.entries[k].value, *over) < 0)
				return -1;
	}
	for (size_t k = 0; k < base.n; k++)
		if (add(s, into, g.pos, *(krm_val *)base.entries[k].value) < 0)
			return -1;
	return 0;
}

/* --- all ---------------------------------------------------------------------------------------- */

/* A text of `values` that uses what only its own generator gives stays, to be replaced there. */
static krm_val resolve_value(struct rnd_gitops_set *s, krm_val v, krm_val given)
{
	struct kv_diag_mark mark = kv_diag_mark(s->run.job);
	bool strict = s->strict;
	krm_val made = v;

	s->strict = true;
	if (rnd_gitops_replace_all(s, v, given, 0, &made) < 0) {
		kv_diag_forget(s->run.job, mark);
		made = v;
	}
	s->strict = strict;
	return made;
}

static krm_val resolve_values(struct rnd_gitops_set *s, krm_val values, krm_val given)
{
	krm_val map = krm_map(arena(s), KRM_OF_ANY);

	if (values.kind != KRM_MAP)
		return values;
	krm_map_each (values.m, e)
		krm_map_set_key(arena(s), map.m, e->key, resolve_value(s, e->val, given));
	return map;
}

/* RenderGeneratorParams: a generator with the parameters of the one before it. Its `template` is not asked for. */
static int interpolate(struct rnd_gitops_set *s, krm_val g, krm_val given, krm_val *ret)
{
	krm_val map = krm_map(arena(s), KRM_OF_ANY);

	*ret = g;
	if (g.kind != KRM_MAP || !krm_map_len(given))
		return 0;
	map.pos = g.pos;
	krm_map_each (g.m, e) {
		krm_val v = e->val;

		if (krm_is_str(e->key, "values"))
			v = resolve_values(s, v, given);
		else if (!krm_is_str(e->key, "template") && rnd_gitops_replace_all(s, e->val, given, 0, &v) < 0)
			return -1;
		krm_map_set_key(arena(s), map.m, e->key, v);
	}
	*ret = map;
	return 0;
}

static int generate_one(struct rnd_gitops_set *s, kv_str name, krm_val g, krm_val given, size_t depth, krm_val into)
{
	if (kv_str_eq(name, KV_S("matrix")))
		return generate_matrix(s, g, given, depth, into);
	if (kv_str_eq(name, KV_S("merge")))
		return generate_merge(s, g, given, depth, into);
	if (interpolate(s, g, given, &g) < 0)
		return -1;
	if (kv_str_eq(name, KV_S("list")))
		return generate_list(s, g, into);
	if (kv_str_eq(name, KV_S("git")))
		return generate_git(s, g, into);
	if (kv_str_eq(name, KV_S("clusters")))
		return generate_clusters(s, g, into);
	kv_error(s->run.job, g.pos, "the generator \"%.*s\" asks a server, and none is asked here", KV_ARG(name));
	kv_note(s->run.job, 0, "known are list, git, clusters, matrix and merge");
	return -1;
}

static int generate_at(struct rnd_gitops_set *s, krm_val generator, krm_val given, size_t depth, krm_val *ret)
{
	krm_val list = krm_list(arena(s), KRM_OF_ANY);

	if (depth > GENERATORS_DEEP)
		return kv_error(s->run.job, generator.pos, "too many generators in each other (limit %d)", GENERATORS_DEEP);
	if (generator.kind != KRM_MAP)
		return kv_error(s->run.job, generator.pos, "a generator is a mapping");
	krm_map_each (generator.m, e)
		if (!krm_is_str(e->key, "selector") && e->val.kind == KRM_MAP &&
		    generate_one(s, krm_str(e->key), e->val, given, depth + 1, list) < 0)
			return -1;
	*ret = list;
	return filter(s, krm_get(generator, "selector"), ret);
}

int rnd_gitops_generate(struct rnd_gitops_set *s, krm_val generator, krm_val given, krm_val *ret)
{
	return generate_at(s, generator, given, 0, ret);
}
