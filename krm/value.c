/* krm/value.c: makers, lists, maps, and walks over whole trees. */
#include "krm/value.h"

#include <stdarg.h>
#include <stdlib.h>

struct krm_text *krm_text_new(struct kv_arena *a, size_t n)
{
	struct krm_text *t;

	if (n >= UINT32_MAX)
		kv_oom(n);
	t = kv_arena_alloc(a, sizeof *t + n + 1);
	t->n = (uint32_t)n;
	t->s[n] = '\0';
	return t;
}

krm_val krm_string(struct kv_arena *a, kv_str s)
{
	struct krm_text *t = krm_text_new(a, s.n);

	if (s.n)
		memcpy(t->s, s.p, s.n);
	return krm_string_take(t);
}

krm_val krm_string_c(struct kv_arena *a, const char *s)
{
	return krm_string(a, kv_str_c(s));
}

/* Words and names are written again and again, sentences are not. */
#define SHORT_TEXT 32u
/* Documents repeat few keys often. A power of two. */
#define RECENT_TEXTS 1024u

/* Of its beginning, its end and its length: keys that begin alike differ at the end. */
static size_t recent_place(kv_str s)
{
	uint64_t head = 0, tail = 0;

	if (s.n >= sizeof head) {
		memcpy(&head, s.p, sizeof head);
		memcpy(&tail, s.p + s.n - sizeof tail, sizeof tail);
	} else if (s.n) {
		head = (unsigned char)s.p[0] | (uint64_t)(unsigned char)s.p[s.n / 2] << 8 |
		       (uint64_t)(unsigned char)s.p[s.n - 1] << 16;
	}
	/* Odd numbers of 64 bits: what they multiply is spread over the high bits. */
	return (size_t)((((head * 0x9E3779B97F4A7C15u) ^ tail) + s.n) * 0xD6E8FEB86659FD93u >> 54) % RECENT_TEXTS;
}

krm_val krm_string_shared(struct kv_job *job, kv_str s)
{
	const struct krm_text **slot;

	if (s.n > SHORT_TEXT)
		return krm_string(job->arena, s);
	if (!job->recent)
		job->recent = KV_NEW_N(job->kept, const struct krm_text *, RECENT_TEXTS);
	slot = &job->recent[recent_place(s)];
	if (!*slot || !kv_str_eq(kv_str_of((*slot)->s, (*slot)->n), s))
		*slot = krm_string(job->kept, s).s;
	return krm_string_take(*slot);
}

krm_val krm_bytes(struct kv_arena *a, kv_str s)
{
	krm_val v = krm_string(a, s);

	v.kind = KRM_BYTES;
	return v;
}

krm_val krm_list(struct kv_arena *a, enum krm_type type)
{
	krm_val v = { .kind = KRM_LIST, .l = KV_NEW(a, struct krm_list) };

	v.l->type = type;
	return v;
}

krm_val krm_map(struct kv_arena *a, enum krm_type type)
{
	krm_val v = { .kind = KRM_MAP, .m = KV_NEW(a, struct krm_map) };

	v.m->type = type;
	return v;
}

const char *krm_kind_name(krm_val v)
{
	static const char *const names[] = {
#define X(name, go) go,
		KRM_KINDS(X)
#undef X
	};

	return v.kind < KRM_NKINDS ? names[v.kind] : names[KRM_NIL];
}

static const char *const map_names[] = { NULL, "chartutil.Values", "common.Values", "engine.files" };

const char *krm_map_name(krm_val v)
{
	return v.flags & KRM_PLAIN ? NULL : map_names[v.m->name];
}

void krm_map_set_name(struct krm_map *m, const char *name)
{
	for (unsigned i = 1; i < sizeof map_names / sizeof *map_names; i++)
		if (!strcmp(name, map_names[i]))
			m->name = i & 0xff;
}

void krm_list_push(struct kv_arena *a, struct krm_list *l, krm_val v)
{
	KV_PUSH(a, l->v, l->n, l->cap, v);
}

/* --- maps ------------------------------------------------------------------------------------- */

/* Up to here a scan of the entries is faster than a hash. */
#define SMALL_MAP 8u

static uint64_t key_hash(krm_val key)
{
	return kv_str_hash(krm_str(key));
}

/* A power of two that leaves at least half of the slots free; 0: no index. A slot is the number of an entry + 1. */
static uint32_t nslots_for(uint32_t cap)
{
	return cap <= SMALL_MAP ? 0 : (uint32_t)1 << (32 - __builtin_clz(cap * 2 - 1));
}

static size_t room_for(uint32_t cap)
{
	return cap * sizeof(struct krm_entry) + nslots_for(cap) * sizeof(uint32_t);
}

static uint32_t *slots_of(const struct krm_map *m)
{
	return (uint32_t *)(void *)(m->e + m->cap);
}

static uint32_t *slot_of(const struct krm_map *m, kv_str key)
{
	uint32_t mask = nslots_for(m->cap) - 1, *slots = slots_of(m);

	for (uint32_t i = (uint32_t)kv_str_hash(key) & mask;; i = (i + 1) & mask) {
		uint32_t number = slots[i];

		if (!number || (m->e[number - 1].key.kind == KRM_STRING && kv_str_eq(krm_str(m->e[number - 1].key), key)))
			return &slots[i];
	}
}

/* The entry of a string key, or NULL. */
static struct krm_entry *entry_of(const struct krm_map *m, kv_str key)
{
	if (m->cap > SMALL_MAP) {
		uint32_t number = *slot_of(m, key);

		return number ? &m->e[number - 1] : NULL;
	}
	for (uint32_t i = 0; i < m->n; i++)
		if (m->e[i].key.kind == KRM_STRING && kv_str_eq(krm_str(m->e[i].key), key))
			return &m->e[i];
	return NULL;
}

static void index_entry(struct krm_map *m, uint32_t number)
{
	uint32_t mask = nslots_for(m->cap) - 1, i = (uint32_t)key_hash(m->e[number].key) & mask, *slots = slots_of(m);

	while (slots[i])
		i = (i + 1) & mask;
	slots[i] = number + 1;
}

/* Drops deleted entries; the order of the others stays. */
static void compact(struct krm_map *m)
{
	uint32_t to = 0;

	for (uint32_t i = 0; i < m->n; i++)
		if (m->e[i].key.kind != KRM_NKINDS)
			m->e[to++] = m->e[i];
	m->n = to;
}

static void rebuild_index(struct krm_map *m)
{
	if (m->cap <= SMALL_MAP)
		return;
	memset(slots_of(m), 0, nslots_for(m->cap) * sizeof(uint32_t));
	for (uint32_t i = 0; i < m->n; i++)
		if (m->e[i].key.kind != KRM_NKINDS)
			index_entry(m, i);
}

static void grow(struct kv_arena *a, struct krm_map *m, size_t cap)
{
	if (cap > UINT32_MAX / 4)
		kv_oom(SIZE_MAX);
	m->e = kv_arena_grow(a, m->e, room_for(m->cap), room_for((uint32_t)cap));
	m->cap = (uint32_t)cap;
	rebuild_index(m);
}

void krm_map_reserve(struct kv_arena *a, struct krm_map *m, uint32_t n)
{
	if (m->cap - m->n < n)
		grow(a, m, (size_t)m->n + n);
}

/* Room for one more entry. */
static void reserve(struct kv_arena *a, struct krm_map *m)
{
	if (m->n < m->cap)
		return;
	if (m->live < m->n / 2) {
		compact(m);
		rebuild_index(m);
	} else {
		grow(a, m, m->cap ? (size_t)m->cap + m->cap / 2 + 1 : 2);
	}
}

static void append(struct kv_arena *a, struct krm_map *m, krm_val key, krm_val v)
{
	reserve(a, m);
	m->e[m->n] = (struct krm_entry){ key, v };
	if (m->cap > SMALL_MAP)
		index_entry(m, m->n);
	m->n++;
	m->live++;
}

krm_val *krm_map_find(const struct krm_map *m, kv_str key)
{
	struct krm_entry *e = entry_of(m, key);

	return e ? &e->val : NULL;
}

krm_val krm_get_str(krm_val v, kv_str key)
{
	krm_val *found = v.kind == KRM_MAP ? krm_map_find(v.m, key) : NULL;

	return found ? *found : krm_nil();
}

bool krm_flag(krm_val v, const char *key)
{
	krm_val flag = krm_get(v, key);

	return flag.kind == KRM_BOOL && flag.b;
}

bool krm_has(krm_val v, const char *key)
{
	return v.kind == KRM_MAP && krm_map_find(v.m, kv_str_c(key));
}

krm_val krm_path(krm_val v, ...)
{
	va_list ap;

	va_start(ap, v);
	for (const char *key; (key = va_arg(ap, const char *));)
		v = krm_get(v, key);
	va_end(ap);
	return v;
}

void krm_map_set(struct kv_arena *a, struct krm_map *m, kv_str key, krm_val v)
{
	struct krm_entry *e = entry_of(m, key);

	if (e)
		e->val = v;
	else
		append(a, m, krm_string(a, key), v);
}

/* Keys of other kinds exist only while a YAML tree is checked; equal ones are found by a scan. */
static struct krm_entry *entry_of_scalar(const struct krm_map *m, krm_val key)
{
	for (uint32_t i = 0; i < m->n; i++)
		if (m->e[i].key.kind == key.kind && krm_equal(m->e[i].key, key))
			return &m->e[i];
	return NULL;
}

void krm_map_set_key(struct kv_arena *a, struct krm_map *m, krm_val key, krm_val v)
{
	struct krm_entry *e = key.kind == KRM_STRING ? entry_of(m, krm_str(key)) : entry_of_scalar(m, key);

	if (e)
		e->val = v;
	else
		append(a, m, key, v);
}

/* The slot keeps the number of the deleted entry, which no key equals: probing goes on past it. */
bool krm_map_del(struct krm_map *m, kv_str key)
{
	struct krm_entry *e = entry_of(m, key);

	if (!e)
		return false;
	e->key = (krm_val){ .kind = KRM_NKINDS };
	e->val = krm_nil();
	m->live--;
	return true;
}

bool krm_list_has(krm_val list, kv_str text)
{
	for (size_t i = 0; i < krm_list_len(list); i++)
		if (kv_str_eq(krm_str(list.l->v[i]), text))
			return true;
	return false;
}

krm_val krm_list_fit(struct kv_arena *a, krm_val v)
{
	krm_val fit = krm_list(a, v.l->type);

	if (v.l->n) {
		fit.l->n = fit.l->cap = v.l->n;
		fit.l->v = kv_arena_alloc(a, kv_size_mul(v.l->n, sizeof *v.l->v));
		memcpy(fit.l->v, v.l->v, v.l->n * sizeof *v.l->v);
	}
	return fit;
}

krm_val krm_map_fit(struct kv_arena *a, krm_val v)
{
	krm_val fit = krm_map(a, v.m->type);

	if (!v.m->live)
		return fit;
	fit.m->cap = v.m->live;
	fit.m->e = kv_arena_alloc(a, room_for(v.m->live));
	krm_map_each (v.m, e)
		fit.m->e[fit.m->live++] = *e;
	fit.m->n = fit.m->live;
	rebuild_index(fit.m);
	return fit;
}

/* Puts a new entry into the index, or among the first ones of a map without one. False if an earlier one has its key. */
static bool index_distinct(struct krm_map *m, uint32_t number)
{
	kv_str key = krm_str(m->e[number].key);
	uint32_t *slot;

	if (m->cap <= SMALL_MAP) {
		for (uint32_t i = 0; i < number; i++)
			if (kv_str_eq(krm_str(m->e[i].key), key))
				return false;
		return true;
	}
	slot = slot_of(m, key);
	if (*slot)
		return false;
	*slot = number + 1;
	return true;
}

bool krm_map_of_distinct(struct kv_arena *a, const struct krm_entry *e, uint32_t n, krm_val *ret)
{
	krm_val v = krm_map(a, KRM_OF_ANY);

	*ret = v;
	if (!n)
		return true;
	v.m->e = kv_arena_alloc(a, room_for(n));
	v.m->n = v.m->live = v.m->cap = n;
	memcpy(v.m->e, e, n * sizeof *e);
	memset(slots_of(v.m), 0, nslots_for(n) * sizeof(uint32_t));
	for (uint32_t i = 0; i < n; i++)
		if (!index_distinct(v.m, i))
			return false;
	return true;
}

static int by_key(const void *a, const void *b)
{
	const struct krm_entry *x = *(struct krm_entry *const *)a, *y = *(struct krm_entry *const *)b;

	return kv_str_cmp(krm_str(x->key), krm_str(y->key));
}

struct krm_entry **krm_map_sorted(struct kv_arena *a, const struct krm_map *m)
{
	struct krm_entry **sorted = kv_arena_alloc(a, m->live * sizeof *sorted);
	size_t n = 0;

	krm_map_each (m, e)
		sorted[n++] = e;
	for (size_t i = 1; i < n; i++)
		if (by_key(&sorted[i - 1], &sorted[i]) > 0) {
			qsort(sorted, n, sizeof *sorted, by_key);
			break;
		}
	return sorted;
}

/* --- whole trees ------------------------------------------------------------------------------ */

static int copy_at(struct kv_job *job, krm_val v, size_t depth, krm_val *ret);

static int copy_list(struct kv_job *job, krm_val v, size_t depth, krm_val *ret)
{
	krm_val copy = v;

	copy.l = kv_arena_alloc(job->arena, sizeof *copy.l);
	*copy.l = *v.l;
	copy.l->cap = v.l->n;
	copy.l->v = kv_arena_alloc(job->arena, kv_size_mul(v.l->n, sizeof *v.l->v));
	for (size_t i = 0; i < v.l->n; i++)
		if (copy_at(job, v.l->v[i], depth + 1, &copy.l->v[i]))
			return -1;
	*ret = copy;
	return 0;
}

static int copy_map(struct kv_job *job, krm_val v, size_t depth, krm_val *ret)
{
	krm_val copy = v;

	copy.m = KV_NEW(job->arena, struct krm_map);
	copy.m->type = v.m->type;
	copy.m->name = v.m->name;
	copy.m->cap = v.m->live;
	copy.m->e = kv_arena_alloc(job->arena, room_for(v.m->live));
	krm_map_each (v.m, e) {
		struct krm_entry *to = &copy.m->e[copy.m->n++];

		to->key = e->key;
		if (copy_at(job, e->val, depth + 1, &to->val))
			return -1;
	}
	copy.m->live = copy.m->n;
	if (copy.m->cap > SMALL_MAP && copy.m->cap == v.m->cap) /* nothing is deleted: the entries keep their numbers */
		memcpy(slots_of(copy.m), slots_of(v.m), nslots_for(copy.m->cap) * sizeof(uint32_t));
	else
		rebuild_index(copy.m);
	*ret = copy;
	return 0;
}

static int copy_at(struct kv_job *job, krm_val v, size_t depth, krm_val *ret)
{
	if (depth > job->limits.depth)
		return kv_error(job, v.pos, "nested too deeply (limit %zu levels)", job->limits.depth);
	if (kv_arena_used(job->arena) > job->limits.memory) /* a value that shares its parts copies far larger */
		return kv_error(job, v.pos, "too many bytes of memory (limit %zu)", job->limits.memory);
	if (v.kind == KRM_LIST)
		return copy_list(job, v, depth, ret);
	if (v.kind == KRM_MAP)
		return copy_map(job, v, depth, ret);
	*ret = v;
	return 0;
}

int krm_copy(struct kv_job *job, krm_val v, krm_val *ret)
{
	return copy_at(job, v, 0, ret);
}

/* reflect.DeepEqual takes pairs it has met before for equal, so values that hold themselves end, and values that share
 * their parts are not walked again and again. Here that begins once a comparison is long; a pair that is pushed out of
 * the table is only walked once more. */
#define LONG_COMPARISON 256
#define NPAIRS 1024 /* a power of two */
/* Bytes of a text that take as long to compare as a small value. */
#define BYTES_LOOKED_AT 256

struct pair {
	const void *a, *b;
};

struct comparison {
	size_t depth, steps, looked;
	struct pair met[NPAIRS]; /* valid past LONG_COMPARISON steps */
};

static bool met_before(struct comparison *c, const void *a, const void *b)
{
	struct pair *pair;

	if (c->steps++ < LONG_COMPARISON)
		return false;
	if (c->steps == LONG_COMPARISON + 1)
		memset(c->met, 0, sizeof c->met);
	pair = &c->met[((uintptr_t)a / 16 + (uintptr_t)b / 16 * 31) % NPAIRS];
	if (pair->a == a && pair->b == b)
		return true;
	*pair = (struct pair){ a, b };
	return false;
}

/* Go's named types differ from the plain ones. */
static bool same_name(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

static bool equal_at(struct comparison *c, krm_val a, krm_val b);

static bool equal_lists(struct comparison *c, const struct krm_list *a, const struct krm_list *b)
{
	if (a == b)
		return true;
	if (a->n != b->n || a->type != b->type || !same_name(a->name, b->name))
		return false;
	if (met_before(c, a, b))
		return true;
	for (size_t i = 0; i < a->n; i++)
		if (!equal_at(c, a->v[i], b->v[i]))
			return false;
	return true;
}

static bool equal_maps(struct comparison *c, const struct krm_map *a, const struct krm_map *b)
{
	if (a == b)
		return true;
	if (a->live != b->live || a->type != b->type)
		return false;
	if (met_before(c, a, b))
		return true;
	krm_map_each (a, e) {
		struct krm_entry *other = e->key.kind == KRM_STRING ? entry_of(b, krm_str(e->key)) :
		                                                      entry_of_scalar(b, e->key);

		if (!other || !equal_at(c, e->val, other->val))
			return false;
	}
	return true;
}

static bool equal_collections(struct comparison *c, krm_val a, krm_val b)
{
	bool equal;

	if (((a.flags ^ b.flags) & KRM_NILREF) || c->depth > kv_limits_default.depth)
		return false;
	if (a.kind == KRM_MAP && !same_name(krm_map_name(a), krm_map_name(b)))
		return false;
	c->depth++;
	equal = a.kind == KRM_LIST ? equal_lists(c, a.l, b.l) : equal_maps(c, a.m, b.m);
	c->depth--;
	return equal;
}

static bool equal_at(struct comparison *c, krm_val a, krm_val b)
{
	c->looked++;
	if (a.kind != b.kind)
		return false;
	switch ((enum krm_kind)a.kind) {
	case KRM_NIL:
	case KRM_NKINDS: return true;
	case KRM_BOOL: return a.b == b.b;
	case KRM_INT:
	case KRM_INT64: return a.i == b.i;
	case KRM_UINT8:
	case KRM_UINT64: return a.u == b.u;
	case KRM_FLOAT: return a.f == b.f;
	case KRM_STRING:
	case KRM_BYTES: c->looked += a.s->n / BYTES_LOOKED_AT; return kv_str_eq(krm_str(a), krm_str(b));
	case KRM_LIST:
	case KRM_MAP: return equal_collections(c, a, b);
	case KRM_OBJECT: return a.o == b.o || (a.o->class == b.o->class && a.o->data == b.o->data);
	}
	return false;
}

bool krm_equal_counted(krm_val a, krm_val b, size_t *looked)
{
	struct comparison c;
	bool equal;

	c.depth = c.steps = c.looked = 0;
	equal = equal_at(&c, a, b);
	*looked += c.looked;
	return equal;
}

bool krm_equal(krm_val a, krm_val b)
{
	size_t looked = 0;

	return krm_equal_counted(a, b, &looked);
}
