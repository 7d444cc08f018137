/* render/kustomize/acc.c: the accumulator: resources in order, found by current or any earlier identity.
 *
 * Matches api/resmap/reswrangler.go in effect; its scans are hash lookups here. An index entry is a chain of
 * hits, nearly always of one; the keys under which a resource is filed are kept with it, so that a change
 * costs only its own keys.
 */
#include <stdlib.h>

#include "krm/schema.h"
#include "render/kustomize/internal.h"

struct hit {
	struct hit *next;
	struct rnd_k_res *res;
};

struct chain {
	struct hit *first;
	size_t n;
};

/* Where a resource is filed. */
struct rnd_k_keys {
	kv_str current;
	struct rnd_k_strs any, names;
};

void rnd_k_str_push(struct rnd_k_build *b, struct rnd_k_strs *s, kv_str v)
{
	KV_PUSH(b->job->arena, s->v, s->n, s->cap, v);
}

struct rnd_k_strs rnd_k_strs_split(struct rnd_k_build *b, kv_str text, kv_str delimiter)
{
	struct rnd_k_strs parts = { 0 };
	size_t from = 0, at;

	while ((at = kv_str_find(text, delimiter, from)) != SIZE_MAX) {
		rnd_k_str_push(b, &parts, kv_str_sub(text, from, at));
		from = at + delimiter.n;
	}
	rnd_k_str_push(b, &parts, kv_str_sub(text, from, text.n));
	return parts;
}

kv_str rnd_k_strs_join(struct rnd_k_build *b, const struct rnd_k_strs *parts, kv_str delimiter)
{
	struct kv_buf out;

	kv_buf_init(&out, b->job->arena, b->job->limits.output_bytes);
	for (size_t i = 0; i < parts->n; i++) {
		if (i)
			kv_buf_str(&out, delimiter);
		kv_buf_str(&out, parts->v[i]);
	}
	return kv_buf_view(&out);
}

struct rnd_k_acc *rnd_k_acc_new(struct rnd_k_build *b)
{
	struct rnd_k_acc *acc = KV_NEW(b->job->arena, struct rnd_k_acc);

	kv_map_init(&acc->current, b->job->arena);
	kv_map_init(&acc->any, b->job->arena);
	kv_map_init(&acc->by_name, b->job->arena);
	kv_map_init(&acc->var_names, b->job->arena);
	return acc;
}

struct rnd_k_res *rnd_k_res_new(struct rnd_k_build *b, struct krm_resource *r)
{
	struct rnd_k_res *res = KV_NEW(b->job->arena, struct rnd_k_res);

	res->b = b;
	res->r = r;
	r->build = res;
	return res;
}

/* IsNilOrEmpty: no object any more, or one without fields. */
static bool is_empty(const struct rnd_k_res *res)
{
	return res->r->obj.kind == KRM_NIL || (res->r->obj.kind == KRM_MAP && krm_map_len(res->r->obj) == 0);
}

/* The parts of an id in the order of its key, separated by a byte that no name holds. */
static kv_str id_key(struct kv_arena *a, struct rnd_k_id id)
{
	return kv_arena_cat(a, id.gvk.kind, KV_S("\n"), id.gvk.group, KV_S("\n"), id.gvk.version, KV_S("\n"),
			    rnd_k_effective_namespace(id), KV_S("\n"), id.name);
}

static bool key_part(kv_str *key, kv_str part, bool last)
{
	if (!kv_str_starts(*key, part))
		return false;
	*key = kv_str_sub(*key, part.n, SIZE_MAX);
	if (last)
		return key->n == 0;
	if (key->n == 0 || key->p[0] != '\n')
		return false;
	*key = kv_str_sub(*key, 1, SIZE_MAX);
	return true;
}

/* id_key(id) == key, without making the key. */
static bool key_is(kv_str key, struct rnd_k_id id)
{
	return key_part(&key, id.gvk.kind, false) && key_part(&key, id.gvk.group, false) &&
	       key_part(&key, id.gvk.version, false) &&
	       key_part(&key, rnd_k_effective_namespace(id), false) && key_part(&key, id.name, true);
}

static size_t chain_add(struct rnd_k_build *b, struct kv_map *map, kv_str key, struct rnd_k_res *res)
{
	void **slot = kv_map_slot(map, key);
	struct chain *c = *slot ? *slot : (*slot = KV_NEW(b->job->arena, struct chain));
	struct hit *h = KV_NEW(b->job->arena, struct hit);

	h->res = res;
	h->next = c->first;
	c->first = h;
	return ++c->n;
}

/* Returns how many are left; SIZE_MAX if it was not there. */
static size_t chain_remove(struct kv_map *map, kv_str key, const struct rnd_k_res *res)
{
	struct chain *c = kv_map_get(map, key);

	for (struct hit **p = c ? &c->first : NULL; p && *p; p = &(*p)->next)
		if ((*p)->res == res) {
			*p = (*p)->next;
			return --c->n;
		}
	return SIZE_MAX;
}

static bool has_str(const struct rnd_k_strs *s, kv_str v)
{
	for (size_t i = 0; i < s->n; i++)
		if (kv_str_eq(s->v[i], v))
			return true;
	return false;
}

static void add_once(struct rnd_k_build *b, struct rnd_k_strs *s, kv_str v)
{
	if (!has_str(s, v))
		rnd_k_str_push(b, s, v);
}

static void all_keys(struct rnd_k_build *b, const struct rnd_k_res *res, struct rnd_k_keys *ret)
{
	add_once(b, &ret->any, ret->current);
	add_once(b, &ret->names, krm_name(res->r->obj));
	for (size_t i = 0; i < res->nprev; i++) {
		add_once(b, &ret->any, id_key(b->job->arena, rnd_k_prev_id(res, i)));
		add_once(b, &ret->names, res->prev[i].name);
	}
}

/* Brings a map from the `old` keys of a resource to its `now` keys. */
static void rekey(struct rnd_k_build *b, struct kv_map *map, struct rnd_k_res *res,
		  const struct rnd_k_strs *old, const struct rnd_k_strs *now)
{
	for (size_t i = 0; i < old->n; i++)
		if (!has_str(now, old->v[i]))
			chain_remove(map, old->v[i], res);
	for (size_t i = 0; i < now->n; i++)
		if (!has_str(old, now->v[i]))
			chain_add(b, map, now->v[i], res);
}

static void unfile_current(struct rnd_k_acc *acc, struct rnd_k_res *res)
{
	if (chain_remove(&acc->current, res->keys->current, res) == 1)
		acc->ncollisions--;
}

static void file_current(struct rnd_k_build *b, struct rnd_k_acc *acc, struct rnd_k_res *res)
{
	if (chain_add(b, &acc->current, res->keys->current, res) == 2)
		acc->ncollisions++;
}

static void file_any(struct rnd_k_build *b, struct rnd_k_acc *acc, struct rnd_k_res *res)
{
	struct rnd_k_keys now = { .current = res->keys->current };

	if (!acc->indexed)
		return;
	all_keys(b, res, &now);
	rekey(b, &acc->any, res, &res->keys->any, &now.any);
	rekey(b, &acc->by_name, res, &res->keys->names, &now.names);
	*res->keys = now;
}

static void unfile(struct rnd_k_build *b, struct rnd_k_acc *acc, struct rnd_k_res *res)
{
	static const struct rnd_k_strs none = { 0 };

	unfile_current(acc, res);
	if (acc->indexed) {
		rekey(b, &acc->any, res, &res->keys->any, &none);
		rekey(b, &acc->by_name, res, &res->keys->names, &none);
	}
	res->keys = NULL;
}

static void file(struct rnd_k_build *b, struct rnd_k_acc *acc, struct rnd_k_res *res)
{
	res->keys = KV_NEW(b->job->arena, struct rnd_k_keys);
	res->keys->current = id_key(b->job->arena, rnd_k_cur_id(res));
	file_current(b, acc, res);
	file_any(b, acc, res);
}

void rnd_k_moved(struct rnd_k_build *b, struct rnd_k_acc *acc, struct rnd_k_res *res)
{
	if (!res->keys)
		return;
	if (is_empty(res)) {
		unfile(b, acc, res);
		acc->nempty++;
		return;
	}
	if (key_is(res->keys->current, rnd_k_cur_id(res)))
		return;
	unfile_current(acc, res);
	res->keys->current = id_key(b->job->arena, rnd_k_cur_id(res));
	file_current(b, acc, res);
	file_any(b, acc, res);
}

static void index_any(struct rnd_k_build *b, struct rnd_k_acc *acc)
{
	if (acc->indexed)
		return;
	acc->indexed = true;
	for (size_t i = 0; i < acc->list.n; i++)
		if (acc->list.v[i]->keys) {
			acc->list.v[i]->keys->any = acc->list.v[i]->keys->names = (struct rnd_k_strs){ 0 };
			file_any(b, acc, acc->list.v[i]);
		}
}

static int by_place(const void *x, const void *y)
{
	size_t a = (*(struct rnd_k_res *const *)x)->place, c = (*(struct rnd_k_res *const *)y)->place;

	return a < c ? -1 : a > c;
}

static struct rnd_k_list chain_list(struct rnd_k_build *b, const struct chain *c)
{
	struct rnd_k_list list = { 0 };

	for (struct hit *h = c ? c->first : NULL; h; h = h->next)
		KV_PUSH(b->job->arena, list.v, list.n, list.cap, h->res);
	if (list.n > 1)
		qsort(list.v, list.n, sizeof *list.v, by_place);
	return list;
}

struct rnd_k_res *rnd_k_find(struct rnd_k_build *b, struct rnd_k_acc *acc, struct rnd_k_id id, size_t *ret_n)
{
	struct kv_arena_mark mark = kv_arena_mark(b->job->arena);
	struct chain *c = kv_map_get(&acc->current, id_key(b->job->arena, id));

	kv_arena_release(b->job->arena, mark);
	if (ret_n)
		*ret_n = c ? c->n : 0;
	return c && c->first ? c->first->res : NULL;
}

struct rnd_k_list rnd_k_find_any(struct rnd_k_build *b, struct rnd_k_acc *acc, struct rnd_k_id id)
{
	index_any(b, acc);
	return chain_list(b, kv_map_get(&acc->any, id_key(b->job->arena, id)));
}

struct rnd_k_list rnd_k_find_name(struct rnd_k_build *b, struct rnd_k_acc *acc, kv_str name)
{
	index_any(b, acc);
	return chain_list(b, kv_map_get(&acc->by_name, name));
}

static void note_where(struct rnd_k_build *b, const char *what, const struct rnd_k_res *res)
{
	const struct krm_origin *o = &res->r->origin;

	kv_note(b->job, o->pos, "%s: %.*s%s%.*s", what, KV_ARG(o->path), o->generator.n ? " by " : "",
		KV_ARG(o->generator));
}

static int collision(struct rnd_k_build *b, const struct rnd_k_res *first, const struct rnd_k_res *second)
{
	kv_str id = rnd_k_id_str(b->job->arena, rnd_k_cur_id(second));

	kv_error(b->job, second->r->origin.pos, "may not add resource with an already registered id: %.*s",
		 KV_ARG(id));
	note_where(b, "registered first", first);
	note_where(b, "added again", second);
	return -1;
}

static void push(struct rnd_k_build *b, struct rnd_k_acc *acc, struct rnd_k_res *res)
{
	if (!b->schema_set && krm_schema_scope(NULL, krm_gvk_of(res->r->obj)) == KRM_SCOPE_UNKNOWN)
		b->scope_asked = true;
	res->place = acc->list.n;
	KV_PUSH(b->job->arena, acc->list.v, acc->list.n, acc->list.cap, res);
	file(b, acc, res);
}

int rnd_k_append(struct rnd_k_build *b, struct rnd_k_acc *acc, struct rnd_k_res *res)
{
	struct rnd_k_res *first = rnd_k_find(b, acc, rnd_k_cur_id(res), NULL);

	if (first)
		return collision(b, first, res);
	push(b, acc, res);
	return 0;
}

int rnd_k_acc_join(struct rnd_k_build *b, struct rnd_k_acc *acc, struct rnd_k_acc *from)
{
	if (rnd_k_recheck(b, from) < 0)
		return -1;
	if (acc->list.n == 0 && !acc->indexed) {
		acc->list = from->list;
		acc->current = from->current;
		acc->any = from->any;
		acc->by_name = from->by_name;
		acc->indexed = from->indexed;
		return 0;
	}
	for (size_t i = 0; i < from->list.n; i++)
		if (rnd_k_append(b, acc, from->list.v[i]) < 0)
			return -1;
	return 0;
}

void rnd_k_replace(struct rnd_k_build *b, struct rnd_k_acc *acc, struct rnd_k_res *old, struct rnd_k_res *res)
{
	unfile(b, acc, old);
	res->place = old->place;
	acc->list.v[res->place] = res;
	file(b, acc, res);
}

void rnd_k_store_previous(struct rnd_k_build *b, struct rnd_k_res *res)
{
	struct rnd_k_id id = rnd_k_cur_id(res);
	struct rnd_k_prev prev = { id.name, rnd_k_effective_namespace(id), id.gvk.kind };

	KV_PUSH(b->job->arena, res->prev, res->nprev, res->prev_cap, prev);
}

int rnd_k_get_by_id(struct rnd_k_build *b, struct rnd_k_acc *acc, struct rnd_k_id id, struct rnd_k_res **ret)
{
	struct rnd_k_list found = rnd_k_find_any(b, acc, id);
	kv_str text = rnd_k_id_str(b->job->arena, id);

	if (found.n != 1)
		return kv_error(b->job, 0,
				"%s matches for Id %.*s; failed to find unique target for patch %.*s",
				found.n ? "multiple" : "no", KV_ARG(text), KV_ARG(text));
	*ret = found.v[0];
	return 0;
}

void rnd_k_drop_empties(struct rnd_k_build *b, struct rnd_k_acc *acc)
{
	size_t n = 0;

	(void)b;
	if (!acc->nempty)
		return;
	for (size_t i = 0; i < acc->list.n; i++)
		if (!is_empty(acc->list.v[i])) {
			acc->list.v[n] = acc->list.v[i];
			acc->list.v[n]->place = n;
			n++;
		}
	acc->list.n = n;
	acc->nempty = 0;
}

int rnd_k_recheck(struct rnd_k_build *b, struct rnd_k_acc *acc)
{
	rnd_k_drop_empties(b, acc);
	if (!acc->ncollisions)
		return 0;
	for (size_t i = 0; i < acc->list.n; i++) {
		const struct chain *c = kv_map_get(&acc->current, acc->list.v[i]->keys->current);

		if (c && c->n > 1) {
			struct rnd_k_list same = chain_list(b, c);

			return collision(b, same.v[0], same.v[1]);
		}
	}
	return 0;
}
