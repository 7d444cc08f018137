/* krm/patch_merge.c: strategic merge patches step by step as kyaml takes them (kyaml/yaml/walk,
 * kyaml/yaml/merge2, ElementSetter and ElementMatcher of kyaml/yaml/fns.go).
 *
 * A walk gives the new value of a place: a value, nothing (the place goes away), or a null that stays.
 * Upstream's list merge is a chain of searches; where every element has its keys and none is repeated its
 * result is known in advance and is built with one look-up an element. Lists with repeats or missing keys
 * take the literal steps, whose number is limited.
 */
#include "krm/patch.h"

#include "base/map.h"
#include "krm/json.h"
#include "krm/scalar.h"
#include "krm/yaml.h"

/* A null that was written in the object and stays there (MakePersistentNullNode). */
#define KEPT_NULL KRM_USER0
/* An element of the object's list that stays in the result. */
#define KEPT_ELEMENT (KRM_USER0 << 1)

struct merge {
	struct kv_job *job;
	const struct krm_schema *schema;
	size_t depth;
	struct krm_shared_changes changes;
	bool literal; /* take upstream's steps for every keyed list: the fuzz target compares both ways */
};

/* What two sides hold at one place; kind KRM_NKINDS is "not there". */
struct sides {
	krm_val dest, origin;
};

static krm_val absent(void)
{
	return (krm_val){ .kind = KRM_NKINDS };
}

static bool is_absent(krm_val v)
{
	return v.kind == KRM_NKINDS;
}

/* yaml.IsMissingOrNull */
static bool is_nothing(krm_val v)
{
	return v.kind == KRM_NKINDS || krm_is_null(v);
}

static bool is_empty_map(krm_val v)
{
	return v.kind == KRM_MAP && !krm_map_len(v);
}

static bool is_scalar(krm_val v)
{
	return v.kind != KRM_MAP && v.kind != KRM_LIST;
}

static kv_str text_of(struct merge *m, krm_val v)
{
	return is_absent(v) ? KV_S("") : krm_scalar_text(m->job, v);
}

/* InvalidNodeKindError */
static int wrong_kind(struct merge *m, const char *expected, krm_val got)
{
	struct kv_buf b;
	kv_str error;

	kv_buf_init(&b, m->job->arena, m->job->limits.output_bytes);
	if (krm_yaml_write(m->job, got, &b, &error))
		kv_buf_str(&b, error);
	return kv_error(m->job, got.pos, "wrong node kind: expected %s but got %s: node contents:\n%.*s",
			expected, krm_node_kind(got), KV_ARG(kv_str_trim(kv_buf_view(&b), "\n")));
}

/* Steps that grow with the square of a list's length are counted. */
static int count_steps(struct merge *m, size_t n)
{
	m->job->steps += n;
	if (m->job->limits.steps && m->job->steps > m->job->limits.steps)
		return kv_error(m->job, 0,
				"too many steps in merging lists with repeated or missing keys (limit %zu)",
				m->job->limits.steps);
	return 0;
}

/* --- list elements by key --------------------------------------------------------------------- */

/* Keys and the values that an element must have for them. No key at all: elements are scalars, v[0] is the
 * text. */
struct match {
	kv_str keys[KRM_SCHEMA_KEYS];
	size_t nkeys;
	kv_str v[KRM_SCHEMA_KEYS];
	size_t nv;
};

/* The field of a map, or absent. */
static krm_val field(krm_val v, kv_str key)
{
	krm_val *f = v.kind == KRM_MAP ? krm_map_find(v.m, key) : NULL;

	return f ? *f : absent();
}

/* ElementMatcher: the first element whose fields all have these texts. */
static krm_val find_element(struct merge *m, krm_val list, const struct match *want)
{
	for (size_t i = 0; i < krm_list_len(list); i++) {
		krm_val e = list.l->v[i];
		size_t k = 0;

		if (!want->nkeys) {
			if (kv_str_eq(text_of(m, e), want->v[0]))
				return e;
			continue;
		}
		while (k < want->nkeys) {
			krm_val f = field(e, want->keys[k]);

			if (is_absent(f) || !kv_str_eq(text_of(m, f), want->v[k]))
				break;
			k++;
		}
		if (e.kind == KRM_MAP && k == want->nkeys)
			return e;
	}
	return absent();
}

/* ElementSetter's test of one element: an empty value matches any; keys beyond the values follow the last
 * answer. */
static int element_matches(struct merge *m, krm_val e, const struct match *want, bool *ret)
{
	*ret = false;
	if (!want->nkeys) {
		if (!is_scalar(e))
			return wrong_kind(m, "ScalarNode", e);
		*ret = kv_str_eq(text_of(m, e), want->v[0]);
		return 0;
	}
	if (e.kind != KRM_MAP)
		return wrong_kind(m, "MappingNode", e);
	for (size_t k = 0; k < want->nkeys && k < want->nv; k++) {
		krm_val f = field(e, want->keys[k]);

		if (is_absent(f) || (want->v[k].n && !kv_str_eq(text_of(m, f), want->v[k])))
			return 0;
	}
	*ret = want->nv > 0;
	return 0;
}

/* ElementSetter: replaces what matches by `element`, or removes it if `element` is absent, and appends where
 * nothing matched. Nulls and empty maps go in any case. */
static int set_element(struct merge *m, struct krm_list *list, krm_val element, const struct match *want)
{
	bool keyed = want->nkeys && want->nv && want->v[0].n, found = false;
	size_t kept = 0;

	if (count_steps(m, list->n))
		return -1;
	for (size_t i = 0; i < list->n; i++) {
		krm_val e = list->v[i];
		bool matches;

		if (is_nothing(e) || is_empty_map(e))
			continue;
		if (e.kind != KRM_MAP && keyed) {
			list->v[kept++] = e;
			continue;
		}
		if (element_matches(m, e, want, &matches))
			return -1;
		if (!matches) {
			if (want->nv)
				list->v[kept++] = e;
			continue;
		}
		found = true;
		if (!is_absent(element))
			list->v[kept++] = element;
	}
	list->n = kept;
	if (!found && !is_nothing(element))
		krm_list_push(m->job->arena, list, element);
	return 0;
}

/* --- directives (merge2/smpdirective.go) ------------------------------------------------------ */

enum directive { DIRECTIVE_MERGE, DIRECTIVE_DELETE, DIRECTIVE_REPLACE, DIRECTIVE_UNKNOWN };

static enum directive directive_of(kv_str text)
{
	if (kv_str_eq(text, KV_S("delete")))
		return DIRECTIVE_DELETE;
	if (kv_str_eq(text, KV_S("replace")))
		return DIRECTIVE_REPLACE;
	return kv_str_eq(text, KV_S("merge")) ? DIRECTIVE_MERGE : DIRECTIVE_UNKNOWN;
}

static int unknown_directive(struct merge *m, krm_val at, kv_str text)
{
	return kv_error(m->job, at.pos, "unknown patch strategy '%.*s'", KV_ARG(text));
}

/* Reads the directive of a map and takes it out; an unknown one stays. */
static enum directive map_directive(struct merge *m, krm_val patch, kv_str *ret_text)
{
	krm_val v = field(patch, KV_S("$patch"));
	enum directive d;

	if (is_absent(v))
		return DIRECTIVE_MERGE;
	*ret_text = text_of(m, v);
	d = directive_of(*ret_text);
	if (d != DIRECTIVE_UNKNOWN)
		krm_map_del(patch.m, KV_S("$patch"));
	return d;
}

/* The first element that has "$patch" speaks for the list, if it says nothing else. */
static int list_directive(struct merge *m, krm_val patch, enum directive *ret)
{
	struct match want = { .keys = { KV_STR("$patch") }, .nkeys = 1, .nv = 1 };

	*ret = DIRECTIVE_MERGE;
	for (size_t i = 0; i < krm_list_len(patch); i++) {
		krm_val e = patch.l->v[i];
		krm_val v = field(e, want.keys[0]);

		if (is_absent(v))
			continue;
		if (krm_map_len(e) > 1)
			return 0;
		want.v[0] = text_of(m, v);
		*ret = directive_of(want.v[0]);
		if (*ret == DIRECTIVE_UNKNOWN)
			return unknown_directive(m, v, want.v[0]);
		return set_element(m, patch.l, absent(), &want);
	}
	return 0;
}

/* --- schemas ---------------------------------------------------------------------------------- */

/* The schema that a comment gives (kyaml/fieldmeta). */
static bool comment_schema(struct merge *m, kv_pos pos, krm_schema_at *ret)
{
	kv_str comment = krm_comment_at(m->job, pos), error;
	krm_val json;
	size_t offset;

	if (!comment.n || comment.p[0] != '{' ||
	    krm_json_read(m->job, comment, KRM_JSON_FLOAT, &json, &error, &offset) || !krm_map_len(json))
		return false;
	*ret = krm_schema_of_json(m->schema, json);
	return true;
}

/* A comment behind the value counts before one behind the key; a block's own position is its first child's. */
static bool field_comment(struct merge *m, const struct krm_entry *e, krm_schema_at *ret)
{
	bool block = !is_scalar(e->val) && e->val.style != KRM_STYLE_FLOW;

	if (!block && e->val.pos && comment_schema(m, e->val.pos, ret))
		return true;
	return e->key.pos && comment_schema(m, e->key.pos, ret);
}

/* Where no schema is known, an object inside is looked up by its own type (Walker.GetSchema). */
static krm_schema_at schema_here(struct merge *m, krm_schema_at at, const struct sides *s)
{
	const krm_val *both[] = { &s->dest, &s->origin };

	for (size_t i = 0; i < 2 && !at.known; i++) {
		kv_str kind = krm_str(krm_get(*both[i], "kind"));
		kv_str api_version = krm_str(krm_get(*both[i], "apiVersion"));

		if (kind.n && api_version.n)
			at = krm_schema_of(m->schema, api_version, kind);
	}
	return at;
}

/* --- maps ------------------------------------------------------------------------------------- */

static int walk(struct merge *m, krm_schema_at at, struct sides s, krm_val *ret);

/* Merger.VisitMap: which of the two maps goes on. */
static int visit_map(struct merge *m, const struct sides *s, krm_val *ret)
{
	kv_str text;
	enum directive d;

	*ret = absent();
	if (krm_is_null(s->origin) && !is_nothing(s->dest))
		return 0;
	d = map_directive(m, s->origin, &text);
	if (is_nothing(s->dest)) {
		if (d == DIRECTIVE_DELETE)
			return 0;
		*ret = s->origin;
		if (is_absent(s->origin) && krm_is_null(s->dest) && !krm_null_is_blank(m->job, s->dest)) {
			*ret = s->dest;
			ret->flags |= KEPT_NULL;
		}
		return 0;
	}
	if (d == DIRECTIVE_UNKNOWN)
		return unknown_directive(m, s->origin, text);
	if (d != DIRECTIVE_DELETE)
		*ret = d == DIRECTIVE_REPLACE ? s->origin : s->dest;
	return 0;
}

/* FieldSetter quotes a string that would not be read as one, unless the field that it replaces has a style of its own. */
static krm_val quoted_if_needed(struct merge *m, const krm_val *old, krm_val v)
{
	bool same = old && old->kind == KRM_STRING && v.kind == KRM_STRING && old->s == v.s;

	/* What has no tag is a string to it, and stays one. */
	if (v.kind < KRM_STRING && v.flags & KRM_UNTAGGED) {
		v = krm_string(m->job->arena, text_of(m, v));
		v.flags = KRM_UNTAGGED;
		v.style = KRM_STYLE_DOUBLE;
	}
	if (v.kind == KRM_STRING && (!old || same) && !krm_scalar_is_quoted(v) && krm_str(v).n &&
	    krm_scalar_plain(m->job, krm_str(v)).kind != KRM_STRING)
		v.style = KRM_STYLE_DOUBLE;
	return v;
}

/* FieldSetter on the field `key`: nulls clear it, quotes of what stood there stay. */
static void set_field(struct merge *m, struct krm_map *map, krm_val key, krm_val *old, krm_val v)
{
	if (is_absent(v) || (krm_is_null(v) && !(v.flags & KEPT_NULL))) {
		if (old)
			krm_map_del(map, text_of(m, key));
		return;
	}
	v.flags &= (uint16_t)~KEPT_NULL;
	/* A shared scalar that stays is no change: another place of its node may have been changed by now. */
	if (old && old->flags & v.flags & KRM_SHARED && old->pos == v.pos)
		return;
	v = quoted_if_needed(m, old, v);
	if (old && ((v.kind == KRM_STRING && old->kind == KRM_STRING && old->s == v.s) || v.flags & KRM_UNTAGGED))
		*old = v;
	else if (old)
		*old = krm_scalar_change(m->job, &m->changes, *old, v);
	else
		krm_map_set_key(m->job->arena, map, key, v);
}

/* One field of the map, with its entries on either side; either may be NULL. */
static int walk_field(struct merge *m, krm_schema_at at, struct krm_map *map, struct krm_entry *dest,
		      const struct krm_entry *origin)
{
	const struct krm_entry *e = dest ? dest : origin;
	krm_schema_at below = at.known ? krm_schema_field(at, text_of(m, e->key)) : at;
	struct sides s = { dest ? dest->val : absent(), origin ? origin->val : absent() };
	krm_val v;

	if (!(dest && field_comment(m, dest, &below)) && origin)
		field_comment(m, origin, &below);
	if (walk(m, below, s, &v))
		return -1;
	set_field(m, map, e->key, dest ? &dest->val : NULL, v);
	return 0;
}

static bool has_odd_keys(struct krm_map *map)
{
	krm_map_each (map, e) {
		if (e->key.kind != KRM_STRING)
			return true;
	}
	return false;
}

/* The entry whose key has the same text; keys that are no strings are not in the map's index. */
static struct krm_entry *entry_of(struct merge *m, struct krm_map *map, krm_val key, bool odd)
{
	kv_str text = text_of(m, key);
	krm_val *v = krm_map_find(map, text);

	if (v)
		return (struct krm_entry *)((char *)v - offsetof(struct krm_entry, val));
	if (!odd || count_steps(m, map->n))
		return NULL;
	krm_map_each (map, e) {
		if (kv_str_eq(text_of(m, e->key), text))
			return e;
	}
	return NULL;
}

/* The patch's entries whose keys the object lacks, taken before the walk may remove some of the object's. */
static struct krm_entry **new_entries(struct merge *m, struct krm_map *map, struct krm_map *from,
				      size_t *ret_n)
{
	struct krm_entry **fresh = kv_arena_alloc(m->job->arena, from->live * sizeof *fresh);
	bool odd = has_odd_keys(map);

	*ret_n = 0;
	krm_map_each (from, e) {
		if (!entry_of(m, map, e->key, odd))
			fresh[(*ret_n)++] = e;
	}
	return fresh;
}

static int walk_map(struct merge *m, krm_schema_at at, struct sides s, krm_val *ret)
{
	struct krm_map *map, *from;
	struct krm_entry **fresh = NULL;
	size_t n = 0;
	bool odd;

	if (visit_map(m, &s, ret))
		return -1;
	if (ret->kind != KRM_MAP)
		return 0;
	map = ret->m;
	from = s.origin.kind == KRM_MAP ? s.origin.m : NULL;
	odd = from && has_odd_keys(from);
	if (from && from != map)
		fresh = new_entries(m, map, from, &n);
	krm_map_each (map, e) {
		if (walk_field(m, at, map, e, from == map ? e : from ? entry_of(m, from, e->key, odd) : NULL))
			return -1;
	}
	for (size_t i = 0; i < n; i++)
		if (walk_field(m, at, map, NULL, fresh[i]))
			return -1;
	return 0;
}

/* --- keyed lists: the clean case -------------------------------------------------------------- */

/* The values that an element has for the keys, and the first element of either side with them (its index +
 * 1). */
struct tuple {
	kv_str v[KRM_SCHEMA_KEYS];
	size_t origin, dest;
};

struct keyed {
	struct merge *m;
	krm_schema_at elements;
	kv_str keys[KRM_SCHEMA_KEYS];
	size_t nkeys; /* 0: a list of scalars */
	struct tuple *tuples;
	size_t n, cap;
	struct kv_map seen;
	unsigned some, all; /* bits of the values that some and all tuples have */
	bool odd;           /* repeats, nulls, empty maps or other kinds among the elements */
};

static size_t width(const struct keyed *k)
{
	return k->nkeys ? k->nkeys : 1;
}

/* ElementValuesList: nulls, collections and missing fields have no value. */
static kv_str key_value(struct keyed *k, krm_val element, size_t i)
{
	krm_val f = k->nkeys ? field(element, k->keys[i]) : element;

	return k->nkeys && is_nothing(f) ? KV_S("") : text_of(k->m, f);
}

static kv_str joined(struct keyed *k, const struct tuple *t)
{
	struct kv_buf b;

	if (width(k) == 1)
		return t->v[0];
	kv_buf_init(&b, k->m->job->scratch, KV_BUF_MAX);
	for (size_t i = 0; i < width(k); i++) {
		kv_buf_printf(&b, "%zu:", t->v[i].n);
		kv_buf_str(&b, t->v[i]);
	}
	return kv_buf_view(&b);
}

static void collect_element(struct keyed *k, krm_val element, size_t i, bool origin)
{
	struct tuple t = { .origin = 0 };
	unsigned bits = 0;
	void **slot;
	size_t *first;

	for (size_t j = 0; j < width(k); j++) {
		t.v[j] = key_value(k, element, j);
		bits |= t.v[j].n ? 1u << j : 0;
	}
	k->some |= bits;
	k->all &= bits;
	if (k->nkeys ? element.kind != KRM_MAP || is_empty_map(element)
		     : !is_scalar(element) || is_nothing(element))
		k->odd = true;
	slot = kv_map_slot(&k->seen, joined(k, &t));
	if (!*slot) {
		KV_PUSH(k->m->job->scratch, k->tuples, k->n, k->cap, t);
		*slot = (void *)(uintptr_t)k->n;
	}
	first = origin ? &k->tuples[(uintptr_t)*slot - 1].origin : &k->tuples[(uintptr_t)*slot - 1].dest;
	if (*first)
		k->odd = true;
	else
		*first = i + 1;
}

/* elementValues: the patch's elements come first. */
static void collect(struct keyed *k, krm_val dest, krm_val origin)
{
	kv_map_init(&k->seen, k->m->job->scratch);
	k->all = ~0u;
	for (size_t i = 0; i < krm_list_len(origin); i++)
		collect_element(k, origin.l->v[i], i, true);
	for (size_t i = 0; i < krm_list_len(dest); i++)
		collect_element(k, dest.l->v[i], i, false);
}

/* Every element has its own values for the same keys: then each search of the literal merge has one possible
 * answer. */
static bool is_clean(const struct keyed *k)
{
	return !k->odd && k->n && k->some && k->some == k->all;
}

/* The result of the literal steps for a clean list. Elements that the object has keep their node, merged in
 * place; with one key they stand where their tuple stands, with several they are taken out and come last. */
static int merge_clean(struct keyed *k, krm_val dest, krm_val origin, struct krm_list *out)
{
	bool single = !(k->some & (k->some - 1));
	struct krm_list *last = krm_list(k->m->job->scratch, KRM_OF_ANY).l;

	for (size_t i = 0; i < k->n; i++) {
		struct tuple *t = &k->tuples[i];
		struct sides s = { t->dest ? dest.l->v[t->dest - 1] : absent(),
				   t->origin ? origin.l->v[t->origin - 1] : absent() };
		krm_val v;

		if (walk(k->m, k->elements, s, &v))
			return -1;
		if (is_nothing(v) || is_empty_map(v))
			t->dest = 0;
		else if (!t->dest)
			krm_list_push(k->m->job->arena, out, v);
		else if (single)
			krm_list_push(k->m->job->arena, out, s.dest);
		if (t->dest)
			dest.l->v[t->dest - 1].flags |= KEPT_ELEMENT;
	}
	for (size_t i = 0; i < krm_list_len(dest); i++) {
		bool kept = dest.l->v[i].flags & KEPT_ELEMENT;

		dest.l->v[i].flags &= (uint16_t)~KEPT_ELEMENT;
		if (kept && !single)
			krm_list_push(k->m->job->scratch, last, dest.l->v[i]);
	}
	for (size_t i = 0; i < last->n; i++)
		krm_list_push(k->m->job->arena, out, last->v[i]);
	return 0;
}

/* --- keyed lists: step by step ---------------------------------------------------------------- */

/* Two tuples match if they agree somewhere and differ only where one has no value. */
static bool unite(const struct keyed *k, const struct tuple *a, const struct tuple *b, struct tuple *ret)
{
	bool common = false;

	*ret = *a;
	for (size_t i = 0; i < k->nkeys; i++) {
		if (kv_str_eq(a->v[i], b->v[i]))
			common = true;
		else if (a->v[i].n && b->v[i].n)
			return false;
		else if (!a->v[i].n)
			ret->v[i] = b->v[i];
	}
	return common;
}

/* mergeValues: an entry without the second key is the entry that has it. Where all tuples lack the same
 * values no two of them match. */
static int unite_tuples(struct keyed *k)
{
	if (k->nkeys < 2 || k->some == k->all)
		return 0;
	for (size_t i = 0; i < k->n; i++) {
		struct tuple first = k->tuples[i], both;

		if (count_steps(k->m, k->n))
			return -1;
		for (size_t j = 0; j < k->n; j++)
			if (unite(k, &first, &k->tuples[j], &both))
				k->tuples[i] = k->tuples[j] = both;
	}
	return 0;
}

/* validateKeys: only keys for which any tuple has a value; all of them if none has. */
static struct match match_of(const struct keyed *k, const struct tuple *t, unsigned valid)
{
	struct match w = { .nkeys = 0 };

	for (size_t i = 0; i < width(k); i++) {
		if (valid && !(valid & 1u << i))
			continue;
		if (k->nkeys)
			w.keys[w.nkeys++] = k->keys[i];
		w.v[w.nv++] = t->v[i];
	}
	return w;
}

/* The same for one tuple by itself: what its elements are searched with. */
static struct match search_of(const struct keyed *k, const struct tuple *t)
{
	unsigned own = 0;

	for (size_t i = 0; i < width(k); i++)
		own |= t->v[i].n && (!k->some || k->some & 1u << i) ? 1u << i : 0;
	return match_of(k, t, own ? own : k->some);
}

/* Keys that a tuple has and the merged element lacks are written into it. */
static void complete_keys(struct keyed *k, krm_val v, const struct match *want)
{
	if (v.kind != KRM_MAP)
		return;
	for (size_t i = 0; i < want->nkeys; i++)
		if (want->v[i].n && is_absent(field(v, want->keys[i])))
			krm_map_set(k->m->job->arena, v.m, want->keys[i],
				    krm_scalar_plain(k->m->job, want->v[i]));
}

/* One tuple: merges what the sides have for it and puts it into the new list, or takes it out of the old one. */
static int step_tuple(struct keyed *k, const struct tuple *t, krm_val dest, krm_val origin,
		      struct krm_list *out)
{
	struct match want = match_of(k, t, k->some), search = search_of(k, t);
	struct sides s;
	krm_val v;

	if (count_steps(k->m, krm_list_len(dest) + krm_list_len(origin)))
		return -1;
	s.dest = find_element(k->m, dest, &search);
	s.origin = find_element(k->m, origin, &search);
	if (walk(k->m, k->elements, s, &v))
		return -1;
	if (is_nothing(v) || is_empty_map(v))
		return set_element(k->m, dest.l, absent(), &want);
	complete_keys(k, v, &want);
	return set_element(k->m, out, v, &want);
}

/* appendListNode for one of the object's elements: by the values that it has itself. */
static int step_append(struct keyed *k, krm_val e, struct krm_list *out)
{
	struct tuple none = { .origin = 0 };
	struct match want = match_of(k, &none, k->some);

	if (!want.nkeys)
		want.v[0] = text_of(k->m, e);
	else
		want.nv = 0;
	for (size_t i = 0; i < want.nkeys; i++) {
		krm_val f = field(e, want.keys[i]);

		if (is_scalar(e) && !krm_is_null(e))
			return wrong_kind(k->m, "MappingNode", e);
		if (is_absent(f))
			krm_list_push(k->m->job->arena, out, e);
		else
			want.v[want.nv++] = text_of(k->m, f);
	}
	if (want.nkeys > 1 && set_element(k->m, out, absent(), &want))
		return -1;
	return set_element(k->m, out, e, &want);
}

static int merge_by_steps(struct keyed *k, krm_val dest, krm_val origin, struct krm_list *out)
{
	if (unite_tuples(k))
		return -1;
	for (size_t i = 0; i < k->n; i++)
		if (step_tuple(k, &k->tuples[i], dest, origin, out))
			return -1;
	for (size_t i = 0; i < krm_list_len(dest); i++)
		if (step_append(k, dest.l->v[i], out))
			return -1;
	return 0;
}

/* --- lists ------------------------------------------------------------------------------------ */

/* Merger.VisitList for a list that merges. */
static int visit_list(struct merge *m, const struct sides *s, krm_val *ret)
{
	enum directive d;

	*ret = absent();
	if (is_nothing(s->dest)) {
		*ret = s->origin;
		return 0;
	}
	if (krm_is_null(s->origin))
		return 0;
	if (list_directive(m, s->origin, &d))
		return -1;
	if (d != DIRECTIVE_DELETE)
		*ret = d == DIRECTIVE_REPLACE ? s->origin : s->dest;
	return 0;
}

static int walk_keyed_list(struct merge *m, krm_schema_at at, struct krm_schema_merge facts, struct sides s,
			   krm_val *ret)
{
	struct keyed k = { .m = m, .elements = krm_schema_elements(at), .nkeys = facts.nkeys };
	struct kv_arena_mark mark = kv_arena_mark(m->job->scratch);
	krm_val dest, out;
	int status = 0;

	if (visit_list(m, &s, &dest))
		return -1;
	*ret = dest;
	if (dest.kind != KRM_LIST)
		return 0;
	memcpy(k.keys, facts.keys, sizeof k.keys);
	collect(&k, dest, s.origin);
	if (k.n) {
		out = krm_list(m->job->arena, KRM_OF_ANY);
		out.pos = dest.pos;
		*ret = out;
		status = !m->literal && is_clean(&k) ? merge_clean(&k, dest, s.origin, out.l)
						     : merge_by_steps(&k, dest, s.origin, out.l);
	}
	kv_arena_release(m->job->scratch, mark);
	return status;
}

static int walk_list(struct merge *m, krm_schema_at at, struct sides s, krm_val *ret)
{
	struct krm_schema_merge facts = krm_schema_merge_of(at);

	if (facts.merges)
		return walk_keyed_list(m, at, facts, s, ret);
	*ret = is_absent(s.origin) ? s.dest : s.origin;
	return 0;
}

/* --- any place -------------------------------------------------------------------------------- */

static int walk_kind(struct merge *m, krm_schema_at at, struct sides s, krm_val *ret)
{
	krm_val first = is_nothing(s.dest) ? s.origin : s.dest;

	at = schema_here(m, at, &s);
	if (!is_nothing(s.dest) && !is_nothing(s.origin) &&
	    strcmp(krm_node_kind(s.dest), krm_node_kind(s.origin)) != 0)
		return wrong_kind(m, krm_node_kind(s.dest), s.origin);
	if (is_nothing(first) || first.kind == KRM_MAP)
		return walk_map(m, at, s, ret);
	if (first.kind == KRM_LIST)
		return walk_list(m, at, s, ret);
	*ret = is_absent(s.origin) ? s.dest : s.origin;
	return 0;
}

static int walk(struct merge *m, krm_schema_at at, struct sides s, krm_val *ret)
{
	int failed;

	if (m->depth >= m->job->limits.depth)
		return kv_error(m->job, s.dest.pos, "nested too deeply to merge (limit %zu)",
				m->job->limits.depth);
	m->depth++;
	failed = walk_kind(m, at, s, ret);
	m->depth--;
	return failed;
}

int krm_patch_merge(struct kv_job *job, const struct krm_schema *schema, krm_val *obj, krm_val patch,
		    bool *ret_deleted)
{
	struct merge m = { .job = job, .schema = schema };
	struct sides s = { *obj, patch };
	krm_val v;

	if (walk(&m, (krm_schema_at){ .schema = schema }, s, &v))
		return -1;
	/* A new object ("$patch: replace" at the root) is dropped: upstream's caller keeps the old one. */
	*ret_deleted = is_absent(v);
	return krm_shared_changes_apply(job, &m.changes, obj);
}
