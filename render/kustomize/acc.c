/* render/kustomize/acc.c: the accumulator: resources in order, found by current or any earlier identity.
 *
 * Matches api/resmap/reswrangler.go in effect; its scans are hash lookups here. The hashes under which a resource is filed
 * are kept with it, so that a change costs only its own.
 */
#include "krm/schema.h"
#include "render/kustomize/internal.h"

void rnd_k_str_push(struct rnd_k_build *b, struct rnd_k_strs *s, kv_str v)
{
	if (s->n == s->cap) {
		size_t cap = s->cap ? (size_t)s->cap * 2 : 1;

		if (cap > UINT32_MAX)
			kv_oom(SIZE_MAX);
		s->v = kv_arena_grow(b->job->arena, s->v, s->cap * sizeof v, cap * sizeof v);
		s->cap = (uint32_t)cap;
	}
	s->v[s->n++] = v;
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

	rnd_k_index_init(&acc->current, b->job->arena);
	rnd_k_index_init(&acc->any, b->job->arena);
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

/* --- the indexes ------------------------------------------------------------------------------ */

static uint32_t id_hash(struct rnd_k_id id)
{
	return RND_K_HASH(id.gvk.kind, id.gvk.group, id.gvk.version, rnd_k_effective_namespace(id), id.name);
}

static bool same_id(struct rnd_k_id x, struct rnd_k_id y)
{
	return kv_str_eq(x.name, y.name) && rnd_k_gvk_equal(x.gvk, y.gvk) &&
	       (kv_str_eq(x.namespace, y.namespace) ||
		kv_str_eq(rnd_k_effective_namespace(x), rnd_k_effective_namespace(y)));
}

static bool has_id(const struct rnd_k_res *res, struct rnd_k_id id)
{
	for (size_t i = 0; i < res->nprev; i++)
		if (kv_str_eq(res->prev[i].name, id.name) && same_id(rnd_k_prev_id(res, i), id))
			return true;
	return kv_str_eq(rnd_k_cur_name(res), id.name) && same_id(rnd_k_cur_id(res), id);
}

static bool has_name(const struct rnd_k_res *res, kv_str name)
{
	for (size_t i = 0; i < res->nprev; i++)
		if (kv_str_eq(res->prev[i].name, name))
			return true;
	return kv_str_eq(rnd_k_cur_name(res), name);
}

/* Identities that follow each other mostly share their name or differ in nothing that is hashed. */
static void know(struct rnd_k_acc *acc, struct rnd_k_res *res, bool first, uint32_t *last, uint32_t hash)
{
	if (!first && *last == hash)
		return;
	*last = hash;
	rnd_k_index_add(&acc->any, hash, res);
}

/* What it is no more stays filed: lookups compare. */
static void file_any(struct rnd_k_acc *acc, struct rnd_k_res *res)
{
	struct krm_gvk gvk = krm_gvk_of(res->r->obj);
	uint32_t version = RND_K_HASH(gvk.group, gvk.version);
	bool first = !res->known;

	if (!acc->indexed)
		return;
	if (first || res->known_version != version)
		res->nknown = 0;
	for (; res->nknown < res->nprev; res->nknown++, first = false) {
		know(acc, res, first, &res->known_id, id_hash(rnd_k_prev_id(res, res->nknown)));
		know(acc, res, first, &res->known_name, RND_K_HASH(res->prev[res->nknown].name));
	}
	know(acc, res, first, &res->known_id, res->filed_as);
	know(acc, res, first, &res->known_name, RND_K_HASH(rnd_k_cur_name(res)));
	res->known = true;
	res->known_version = version;
}

/* 0, 1, or 2 for more. */
static size_t count_filed(const struct rnd_k_acc *acc, uint32_t hash)
{
	const struct rnd_k_hit *hit = rnd_k_index_first(&acc->current, hash);

	return !hit ? 0 : rnd_k_index_next(&acc->current, hit) ? 2 : 1;
}

static void file_current(struct rnd_k_acc *acc, struct rnd_k_res *res, uint32_t hash)
{
	res->filed_as = hash;
	acc->ncollisions += count_filed(acc, res->filed_as) == 1;
	rnd_k_index_add(&acc->current, res->filed_as, res);
}

static void unfile_current(struct rnd_k_acc *acc, struct rnd_k_res *res)
{
	rnd_k_index_remove(&acc->current, res->filed_as, res);
	acc->ncollisions -= count_filed(acc, res->filed_as) == 1;
}

static void unfile(struct rnd_k_acc *acc, struct rnd_k_res *res)
{
	unfile_current(acc, res);
	res->filed = false;
}

static void file(struct rnd_k_acc *acc, struct rnd_k_res *res)
{
	res->filed = true;
	res->known = false;
	file_current(acc, res, id_hash(rnd_k_cur_id(res)));
	file_any(acc, res);
}

void rnd_k_moved(struct rnd_k_build *b, struct rnd_k_acc *acc, struct rnd_k_res *res)
{
	uint32_t hash;

	(void)b;
	if (!res->filed)
		return;
	if (is_empty(res)) {
		unfile(acc, res);
		acc->nempty++;
		return;
	}
	hash = id_hash(rnd_k_cur_id(res));
	if (res->filed_as == hash)
		return;
	unfile_current(acc, res);
	file_current(acc, res, hash);
	file_any(acc, res);
}

static void index_any(struct rnd_k_acc *acc)
{
	size_t nhits = 0;

	acc->indexed = true;
	for (size_t i = 0; i < acc->list.n; i++)
		nhits += 2 + 2 * acc->list.v[i]->nprev;
	rnd_k_index_reserve(&acc->any, nhits + nhits / 8);
	for (size_t i = 0; i < acc->list.n; i++)
		if (acc->list.v[i]->filed)
			file_any(acc, acc->list.v[i]);
}

void rnd_k_all_move(struct rnd_k_acc *acc)
{
	acc->nscans = 0;
	if (!acc->indexed)
		return;
	acc->indexed = false;
	rnd_k_index_clear(&acc->any);
	for (size_t i = 0; i < acc->list.n; i++)
		acc->list.v[i]->known = false;
}

struct rnd_k_res *rnd_k_find(struct rnd_k_build *b, struct rnd_k_acc *acc, struct rnd_k_id id, size_t *ret_n)
{
	struct rnd_k_res *found = NULL;
	size_t n = 0;

	(void)b;
	for (const struct rnd_k_hit *hit = rnd_k_index_first(&acc->current, id_hash(id)); hit;
	     hit = rnd_k_index_next(&acc->current, hit)) {
		if (!same_id(rnd_k_cur_id(hit->res), id))
			continue;
		n++;
		if (!found || hit->res->place < found->place)
			found = hit->res;
	}
	if (ret_n)
		*ret_n = n;
	return found;
}

/* An index costs as much as some scans, and most builds look few up. */
enum { WORTH_AN_INDEX = 16 };

/* True if `any` is filled for this lookup; else the list has to be gone through. */
static bool is_indexed(struct rnd_k_acc *acc)
{
	if (!acc->indexed && ++acc->nscans > WORTH_AN_INDEX)
		index_any(acc);
	return acc->indexed;
}

struct rnd_k_list rnd_k_find_any(struct rnd_k_build *b, struct rnd_k_acc *acc, struct rnd_k_id id)
{
	struct rnd_k_list list = { 0 };

	if (!is_indexed(acc)) {
		for (size_t i = 0; i < acc->list.n; i++)
			if (acc->list.v[i]->filed && has_id(acc->list.v[i], id))
				KV_PUSH(b->job->arena, list.v, list.n, list.cap, acc->list.v[i]);
		return list;
	}
	for (const struct rnd_k_hit *hit = rnd_k_index_first(&acc->any, id_hash(id)); hit;
	     hit = rnd_k_index_next(&acc->any, hit))
		if (hit->res->filed && has_id(hit->res, id))
			KV_PUSH(b->job->arena, list.v, list.n, list.cap, hit->res);
	rnd_k_list_in_order(&list);
	return list;
}

struct rnd_k_list rnd_k_find_name(struct rnd_k_build *b, struct rnd_k_acc *acc, kv_str name)
{
	struct rnd_k_list list = { 0 };

	if (!is_indexed(acc)) {
		for (size_t i = 0; i < acc->list.n; i++)
			if (acc->list.v[i]->filed && has_name(acc->list.v[i], name))
				KV_PUSH(b->job->arena, list.v, list.n, list.cap, acc->list.v[i]);
		return list;
	}
	for (const struct rnd_k_hit *hit = rnd_k_index_first(&acc->any, RND_K_HASH(name)); hit;
	     hit = rnd_k_index_next(&acc->any, hit))
		if (hit->res->filed && has_name(hit->res, name))
			KV_PUSH(b->job->arena, list.v, list.n, list.cap, hit->res);
	rnd_k_list_in_order(&list);
	return list;
}

/* --- joining ---------------------------------------------------------------------------------- */

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
		b->builtin_asked = true;
	res->place = acc->list.n;
	KV_PUSH(b->job->arena, acc->list.v, acc->list.n, acc->list.cap, res);
	file(acc, res);
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
		acc->indexed = from->indexed;
		acc->nscans = from->nscans;
		return 0;
	}
	for (size_t i = 0; i < from->list.n; i++)
		if (rnd_k_append(b, acc, from->list.v[i]) < 0)
			return -1;
	return 0;
}

void rnd_k_replace(struct rnd_k_build *b, struct rnd_k_acc *acc, struct rnd_k_res *old, struct rnd_k_res *res)
{
	(void)b;
	unfile(acc, old);
	res->place = old->place;
	acc->list.v[res->place] = res;
	file(acc, res);
}

void rnd_k_store_previous(struct rnd_k_build *b, struct rnd_k_res *res)
{
	struct rnd_k_id id = rnd_k_cur_id(res);
	struct rnd_k_prev prev = { id.name, rnd_k_effective_namespace(id), id.gvk.kind };

	if (!res->prev_cap) { /* mostly there are a namespace, a prefix and one more */
		res->prev_cap = 3;
		res->prev = kv_arena_alloc(b->job->arena, res->prev_cap * sizeof prev);
	}
	KV_PUSH(b->job->arena, res->prev, res->nprev, res->prev_cap, prev);
	rnd_k_annotations_map(b, res->r->obj, true);
}

int rnd_k_get_by_id(struct rnd_k_build *b, struct rnd_k_acc *acc, const struct rnd_k_res *patch,
		    struct rnd_k_res **ret)
{
	struct rnd_k_id id = rnd_k_org_id(patch);
	struct rnd_k_list found = rnd_k_find_any(b, acc, id);
	kv_str text = rnd_k_id_str(b->job->arena, id);

	if (found.n == 1) {
		*ret = found.v[0];
		return 0;
	}
	kv_error(b->job, patch->r->origin.pos, "%s matches for Id %.*s; failed to find unique target for patch %.*s",
		 found.n ? "multiple" : "no", KV_ARG(text), KV_ARG(text));
	for (size_t i = 0; i < found.n; i++)
		kv_note(b->job, found.v[i]->r->origin.pos, "this one matches");
	return -1;
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
		struct rnd_k_res *res = acc->list.v[i], *first = rnd_k_find(b, acc, rnd_k_cur_id(res), NULL);

		if (first && first != res)
			return collision(b, first, res);
	}
	return 0;
}
