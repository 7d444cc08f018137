/* render/template/sequence.c: slices of any type; sets of values. */
#include "render/template/sequence.h"

const char *rnd_kind(krm_val v)
{
	return v.kind == KRM_OBJECT ? v.o->class->go_kind : krm_kind_name(v);
}

bool rnd_seq_of(struct kv_job *job, krm_val v, struct rnd_seq *ret)
{
	if (v.kind == KRM_OBJECT && v.o->class->items && strcmp(v.o->class->go_kind, "slice") == 0)
		v = v.o->class->items(job, v.o);
	if (v.kind == KRM_LIST)
		*ret = (struct rnd_seq){ .n = v.l->n, .v = v.l->v };
	else if (v.kind == KRM_BYTES)
		*ret = (struct rnd_seq){ .n = v.s->n, .bytes = v.s->s };
	else
		return false;
	return true;
}

krm_val rnd_seq_at(const struct rnd_seq *s, size_t i)
{
	if (s->v)
		return s->v[i];
	return (krm_val){ .kind = KRM_UINT8, .u = (unsigned char)s->bytes[i] };
}

/* --- sets ------------------------------------------------------------------------------------- */

/* Trees below this depth count by their size only: a hash need not tell all values apart, and cyclic values
 * end. */
#define HASH_DEPTH 3
/* The same for long lists and wide maps. */
#define HASH_ITEMS 16
/* And for long texts, which may be many times in a list without taking room: their first bytes and their length. */
#define HASH_BYTES 256

static uint64_t mix(uint64_t h, uint64_t x)
{
	h = (h ^ x) * 0x9e3779b97f4a7c15u;
	return h ^ h >> 29;
}

static uint64_t hash_at(krm_val v, int depth);

static uint64_t hash_list(const struct krm_list *l, int depth)
{
	uint64_t h = mix(l->type, l->n);

	for (size_t i = 0; depth < HASH_DEPTH && i < l->n && i < HASH_ITEMS; i++)
		h = mix(h, hash_at(l->v[i], depth + 1));
	return h;
}

/* Entries may come in any order, so their hashes are added up. */
static uint64_t hash_map(const struct krm_map *m, int depth)
{
	uint64_t sum = 0;

	if (depth < HASH_DEPTH && m->live <= HASH_ITEMS)
		krm_map_each (m, e)
			sum += mix(hash_at(e->key, depth + 1), hash_at(e->val, depth + 1));
	return mix(mix(m->type, m->live), sum);
}

static uint64_t hash_at(krm_val v, int depth)
{
	uint64_t h = mix(v.kind, 1);

	switch ((enum krm_kind)v.kind) {
	case KRM_NIL:
	case KRM_OBJECT:
	case KRM_NKINDS: return h;
	case KRM_BOOL: return mix(h, v.b);
	case KRM_INT:
	case KRM_INT64: return mix(h, (uint64_t)v.i);
	case KRM_UINT8:
	case KRM_UINT64: return mix(h, v.u);
	case KRM_FLOAT: return mix(h, v.f == 0 ? 0 : v.u); /* 0 and -0 are equal */
	case KRM_STRING:
	case KRM_BYTES: return mix(mix(h, v.s->n), kv_str_hash(kv_str_sub(krm_str(v), 0, HASH_BYTES)));
	case KRM_LIST: return mix(h, hash_list(v.l, depth));
	case KRM_MAP: return mix(h, hash_map(v.m, depth));
	}
	return h;
}

void rnd_set_init(struct rnd_set *s, struct kv_job *job)
{
	*s = (struct rnd_set){ .job = job };
}

/* The slot that holds the value or is free for it. */
static uint32_t *slot_of(const struct rnd_set *s, krm_val v, uint64_t hash)
{
	size_t mask = s->nslots - 1;

	for (size_t i = hash & mask;; i = (i + 1) & mask) {
		uint32_t number = s->slots[i];

		if (!number ||
		    (s->hash[number - 1] == hash && krm_equal_counted(s->v[number - 1], v, &s->job->steps)))
			return &s->slots[i];
	}
}

static void grow(struct rnd_set *s)
{
	s->nslots = s->nslots ? s->nslots * 2 : 16;
	s->slots = KV_NEW_N(s->job->arena, uint32_t, s->nslots);
	for (size_t n = 0; n < s->n; n++) {
		size_t i = s->hash[n] & (s->nslots - 1);

		while (s->slots[i])
			i = (i + 1) & (s->nslots - 1);
		s->slots[i] = (uint32_t)n + 1;
	}
}

bool rnd_set_has(const struct rnd_set *s, krm_val v)
{
	return s->n && *slot_of(s, v, hash_at(v, 0)) != 0;
}

bool rnd_set_add(struct rnd_set *s, krm_val v)
{
	uint64_t hash = hash_at(v, 0);
	uint32_t *slot;
	size_t n = s->n;

	if (n * 2 >= s->nslots)
		grow(s);
	slot = slot_of(s, v, hash);
	if (*slot)
		return false;
	KV_PUSH(s->job->arena, s->v, s->n, s->cap, v);
	KV_PUSH(s->job->arena, s->hash, n, s->hash_cap, hash);
	*slot = (uint32_t)s->n;
	return true;
}
