/* render/kustomize/fieldspec.c: fields by path, and setting them as kyaml does (api/filters/fieldspec,
 * api/filters/filtersutil, FieldSetter of kyaml/yaml/fns.go). */
#include "base/num.h"
#include "krm/scalar.h"
#include "render/kustomize/fieldspec.h"

kv_str rnd_k_scalar_text(struct rnd_k_build *b, krm_val v)
{
	return krm_scalar_text(b->job, v);
}

krm_val rnd_k_scalar_untagged(struct rnd_k_build *b, kv_str text)
{
	return krm_scalar_plain(b->job, text);
}

int rnd_k_wrong_kind(struct rnd_k_build *b, const char *expected, krm_val got)
{
	return kv_error(b->job, got.pos, "wrong node kind: expected %s but got %s", expected, krm_node_kind(got));
}

bool rnd_k_is_scalar(krm_val v)
{
	return v.kind != KRM_MAP && v.kind != KRM_LIST;
}

bool rnd_k_is_nil_or_empty(krm_val v)
{
	return v.kind == KRM_NIL || (v.kind == KRM_MAP && !krm_map_len(v)) ||
	       (v.kind == KRM_LIST && !krm_list_len(v));
}

/* --- setting ---------------------------------------------------------------------------------- */

krm_val *rnd_k_field_set(struct rnd_k_build *b, struct krm_map *map, kv_str name, krm_val v)
{
	krm_val *old = krm_map_find(map, name), key;

	if (old)
		*old = krm_scalar_change(b->job, &b->changes, *old, v);
	if (old)
		return old;
	key = krm_scalar_plain(b->job, name);
	krm_map_set_key(b->job->arena, map, key.kind == KRM_STRING ? rnd_k_key(b, name) : key, v);
	return krm_map_find(map, name);
}

int rnd_k_set_value(struct rnd_k_build *b, krm_val *node, krm_val v)
{
	if (!rnd_k_is_scalar(*node))
		return rnd_k_wrong_kind(b, "ScalarNode", *node);
	*node = krm_scalar_change(b->job, &b->changes, *node, v);
	return 0;
}

int rnd_k_set_string(struct rnd_k_build *b, krm_val *node, kv_str text)
{
	return rnd_k_set_value(b, node, krm_string_shared(b->job, text));
}

/* An empty text changes nothing (FieldSetter). */
int rnd_k_set_untagged(struct rnd_k_build *b, krm_val *node, kv_str text)
{
	return rnd_k_set_value(b, node, text.n ? krm_scalar_untagged(b->job, text) : *node);
}

int rnd_k_set_entry(struct rnd_k_build *b, krm_val *node, kv_str name, krm_val v)
{
	if (node->kind == KRM_NIL) /* kustomize adds it to a node that is printed as null all the same */
		return 0;
	if (node->kind != KRM_MAP)
		return rnd_k_wrong_kind(b, "MappingNode", *node);
	rnd_k_field_set(b, node->m, name, v);
	return 0;
}

void rnd_k_set_meta(struct rnd_k_build *b, krm_val obj, const char *field, kv_str text)
{
	krm_val meta = krm_get(obj, "metadata");

	if (meta.kind != KRM_MAP) {
		meta = krm_map(b->job->arena, KRM_OF_ANY);
		krm_map_set(b->job->arena, obj.m, KV_S("metadata"), meta);
	}
	if (!text.n && !strcmp(field, "namespace"))
		krm_map_del(meta.m, KV_S("namespace"));
	else
		rnd_k_field_set(b, meta.m, kv_str_c(field), krm_scalar_untagged(b->job, text));
}

void rnd_k_set_kind(struct rnd_k_build *b, krm_val obj, kv_str text)
{
	rnd_k_field_set(b, obj.m, KV_S("kind"), krm_scalar_untagged(b->job, text));
}

/* --- paths ------------------------------------------------------------------------------------ */

static void parts_add(struct rnd_k_build *b, struct rnd_k_parts *p, kv_str part)
{
	if (p->n == p->cap) {
		size_t cap = p->cap * 2;
		kv_str *v = KV_NEW_N(b->job->arena, kv_str, cap);

		memcpy(v, p->v, p->n * sizeof *v);
		p->v = v;
		p->cap = cap;
	}
	p->v[p->n++] = part;
}

/* One part of a path and what a backslash before the delimiter joins to it. */
static kv_str next_part(struct rnd_k_build *b, kv_str *rest, char delimiter, bool *ret_more)
{
	size_t end = 0;
	kv_str part;

	while (end < rest->n && rest->p[end] != delimiter) /* parts are short */
		end++;
	part = kv_str_of(rest->p, end);
	end = end == rest->n ? SIZE_MAX : end;

	*ret_more = end != SIZE_MAX;
	*rest = kv_str_sub(*rest, end == SIZE_MAX ? rest->n : end + 1, rest->n);
	while (*ret_more && part.n && part.p[part.n - 1] == '\\') {
		kv_str head = kv_str_sub(part, 0, part.n - 1);

		end = kv_str_chr(*rest, delimiter);
		*ret_more = end != SIZE_MAX;
		part = kv_arena_cat(b->job->arena, head, kv_str_of(&delimiter, 1), kv_str_sub(*rest, 0, end));
		*rest = kv_str_sub(*rest, end == SIZE_MAX ? rest->n : end + 1, rest->n);
	}
	return part;
}

static kv_str without_first(kv_str path, char delimiter)
{
	return kv_str_sub(path, path.n && path.p[0] == delimiter, path.n);
}

void rnd_k_path_split(struct rnd_k_build *b, kv_str path, char delimiter, struct rnd_k_parts *ret)
{
	bool more = true;

	ret->v = ret->room;
	ret->n = 0;
	ret->cap = RND_K_PARTS;
	path = without_first(path, delimiter);
	while (more)
		parts_add(b, ret, next_part(b, &path, delimiter, &more));
}

/* --- the walk --------------------------------------------------------------------------------- */

struct walk {
	struct rnd_k_build *b;
	const struct rnd_k_spec *spec;
	enum krm_kind create;
	rnd_k_set_fn *set;
	void *ctx;
	size_t depth;
};

/* What is left of a path; most walks end before they have come to its end. */
struct rest {
	kv_str path;
	bool more;
};

/* A null where the path goes on becomes what the path needs. */
static krm_val made(struct walk *w, enum krm_kind kind)
{
	if (kind == KRM_MAP)
		return krm_map(w->b->job->arena, KRM_OF_ANY);
	if (kind == KRM_LIST)
		return krm_list(w->b->job->arena, KRM_OF_ANY);
	return krm_string(w->b->job->arena, KV_S(""));
}

/* What kyaml takes for the place of an element (PathGetter.getFilter). */
static bool is_element(kv_str name)
{
	int64_t index;

	if (name.p[0] == '[')
		return name.n > 1 && name.p[name.n - 1] == ']';
	if (kv_str_eq(name, KV_S("-")))
		return true;
	return kv_num_parse_int(name, 10, &index) == KV_NUM_OK;
}

static int check_name(struct walk *w, kv_str name, krm_val node)
{
	if (!name.n)
		return kv_error(w->b->job, node.pos, "cannot set or create an empty field name");
	if (kv_str_eq(name, KV_S("*")))
		return kv_error(w->b->job, node.pos, "wildcard is not supported in PathGetter");
	return is_element(name) ? rnd_k_wrong_kind(w->b, "SequenceNode", node) : 0;
}

static int walk(struct walk *w, struct rest rest, krm_val *node);

static int walk_map(struct walk *w, struct rest rest, krm_val *node)
{
	kv_str name = next_part(w->b, &rest.path, '/', &rest.more);
	bool list = kv_str_ends(name, KV_S("[]"));
	enum krm_kind kind = list ? KRM_LIST : KRM_NIL;
	krm_val *field, fresh;

	if (list)
		name.n -= 2;
	if (check_name(w, name, *node))
		return -1;
	if (w->spec->create && w->create != KRM_NIL && !list)
		kind = rest.more ? KRM_MAP : w->create;
	field = krm_map_find(node->m, name);
	if (!field && (kind == KRM_NIL || list))
		return 0;
	if (field) {
		if (field->kind == KRM_NIL && (kind == KRM_MAP || kind == KRM_LIST))
			*field = made(w, kind);
		else if (field->kind == KRM_NIL && kind == KRM_STRING && rnd_k_scalar_text(w->b, *field).n)
			*field = krm_string(w->b->job->arena, rnd_k_scalar_text(w->b, *field)); /* the text "null" */
		return walk(w, rest, field);
	}
	/* Set first and put in afterwards: a key that reads as a number cannot be found again. */
	fresh = made(w, kind);
	if (walk(w, rest, &fresh))
		return -1;
	rnd_k_field_set(w->b, node->m, name, fresh);
	return 0;
}

static int walk_node(struct walk *w, struct rest rest, krm_val *node)
{
	if (!rest.more)
		return w->set(w->b, w->ctx, node);
	if (node->kind == KRM_NIL)
		return 0;
	if (node->kind == KRM_MAP)
		return walk_map(w, rest, node);
	if (node->kind != KRM_LIST)
		return kv_error(w->b->job, node->pos, "expected sequence or mapping node");
	for (size_t i = 0; i < node->l->n; i++)
		if (walk(w, rest, &node->l->v[i]))
			return -1;
	return 0;
}

static int walk(struct walk *w, struct rest rest, krm_val *node)
{
	int failed;

	if (w->depth >= w->b->job->limits.depth)
		return kv_error(w->b->job, node->pos, "nested too deeply (limit %zu)",
				w->b->job->limits.depth);
	w->depth++;
	failed = walk_node(w, rest, node);
	w->depth--;
	return failed;
}

/* At the places that the path leads to, whatever the object's kind. */
static int apply(struct rnd_k_build *b, krm_val obj, const struct rnd_k_spec *spec, enum krm_kind create,
		 rnd_k_set_fn *set, void *ctx)
{
	struct walk w = { .b = b, .spec = spec, .create = create, .set = set, .ctx = ctx };

	if (!walk(&w, (struct rest){ without_first(spec->path, '/'), true }, &obj))
		return krm_shared_changes_apply(b->job, &b->changes, &obj);
	kv_note(b->job, 0, "considering field '%.*s' of object %.*s %.*s", KV_ARG(spec->path),
		KV_ARG(krm_kind(obj)), KV_ARG(krm_name(obj)));
	return -1;
}

int rnd_k_fieldspec(struct rnd_k_build *b, krm_val obj, const struct rnd_k_spec *spec, enum krm_kind create,
		    rnd_k_set_fn *set, void *ctx)
{
	return rnd_k_gvk_selected(krm_gvk_of(obj), spec->gvk) ? apply(b, obj, spec, create, set, ctx) : 0;
}

int rnd_k_fieldspecs(struct rnd_k_build *b, krm_val obj, const struct rnd_k_specs *specs,
		     enum krm_kind create, rnd_k_set_fn *set, void *ctx)
{
	struct krm_gvk gvk = krm_gvk_of(obj);

	for (size_t i = 0; specs && i < specs->n; i++) {
		if (!rnd_k_gvk_selected(gvk, specs->v[i].gvk))
			continue;
		if (apply(b, obj, &specs->v[i], create, set, ctx))
			return -1;
		gvk = krm_gvk_of(obj); /* a path may lead to the kind itself */
	}
	return 0;
}
