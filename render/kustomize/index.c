/* render/kustomize/index.c: resources by a hash of what they are looked up by. */
#include <stdlib.h>

#include "render/kustomize/internal.h"

void rnd_k_index_init(struct rnd_k_index *x, struct kv_arena *a)
{
	*x = (struct rnd_k_index){ .arena = a };
}

void rnd_k_index_clear(struct rnd_k_index *x)
{
	x->n = 0;
	x->spare = 0;
	if (x->nbuckets)
		memset(x->buckets, 0, x->nbuckets * sizeof *x->buckets);
}

uint32_t rnd_k_hash(const kv_str *parts, size_t n)
{
	uint64_t h = n;

	for (size_t i = 0; i < n; i++) {
		h = (h ^ kv_str_hash(parts[i])) * 0x9e3779b97f4a7c15u;
		h ^= h >> 32;
	}
	return (uint32_t)h;
}

static uint32_t *bucket_of(const struct rnd_k_index *x, uint32_t hash)
{
	return &x->buckets[hash & (x->nbuckets - 1)];
}

/* As many buckets as hits, so that a bucket holds one or two. */
static void grow_buckets(struct rnd_k_index *x, size_t nhits)
{
	if (nhits <= x->nbuckets)
		return;
	if (!x->nbuckets)
		x->nbuckets = 16;
	while (x->nbuckets < nhits)
		x->nbuckets *= 2;
	x->buckets = KV_NEW_N(x->arena, uint32_t, x->nbuckets);
	for (size_t i = 0; i < x->n; i++) {
		uint32_t *bucket = bucket_of(x, x->hits[i].hash);

		if (!x->hits[i].res)
			continue;
		x->hits[i].next = *bucket;
		*bucket = (uint32_t)i + 1;
	}
}

void rnd_k_index_reserve(struct rnd_k_index *x, size_t n)
{
	grow_buckets(x, n);
	if (n <= x->cap)
		return;
	x->hits = kv_arena_grow(x->arena, x->hits, x->cap * sizeof *x->hits, kv_size_mul(n, sizeof *x->hits));
	x->cap = n;
}

void rnd_k_index_add(struct rnd_k_index *x, uint32_t hash, struct rnd_k_res *res)
{
	struct rnd_k_hit fresh = { .res = res, .hash = hash };
	uint32_t *bucket, number = x->spare;

	if (number) {
		x->spare = x->hits[number - 1].next;
	} else {
		if (x->n >= UINT32_MAX)
			kv_oom(SIZE_MAX);
		grow_buckets(x, x->n + 1);
		KV_PUSH(x->arena, x->hits, x->n, x->cap, fresh);
		number = (uint32_t)x->n;
	}
	bucket = bucket_of(x, hash);
	fresh.next = *bucket;
	x->hits[number - 1] = fresh;
	*bucket = number;
}

void rnd_k_index_remove(struct rnd_k_index *x, uint32_t hash, const struct rnd_k_res *res)
{
	uint32_t *at = bucket_of(x, hash), number;

	for (; (number = *at); at = &x->hits[number - 1].next) {
		struct rnd_k_hit *hit = &x->hits[number - 1];

		if (hit->hash != hash || hit->res != res)
			continue;
		*at = hit->next;
		*hit = (struct rnd_k_hit){ .next = x->spare };
		x->spare = number;
		return;
	}
}

static const struct rnd_k_hit *hit_from(const struct rnd_k_index *x, uint32_t number, uint32_t hash)
{
	for (; number; number = x->hits[number - 1].next)
		if (x->hits[number - 1].hash == hash)
			return &x->hits[number - 1];
	return NULL;
}

const struct rnd_k_hit *rnd_k_index_first(const struct rnd_k_index *x, uint32_t hash)
{
	return x->n ? hit_from(x, *bucket_of(x, hash), hash) : NULL;
}

const struct rnd_k_hit *rnd_k_index_next(const struct rnd_k_index *x, const struct rnd_k_hit *hit)
{
	return hit_from(x, hit->next, hit->hash);
}

static int by_place(const void *x, const void *y)
{
	size_t a = (*(struct rnd_k_res *const *)x)->place, c = (*(struct rnd_k_res *const *)y)->place;

	return a < c ? -1 : a > c;
}

void rnd_k_list_in_order(struct rnd_k_list *list)
{
	size_t n = 0;

	if (list->n < 2)
		return;
	qsort(list->v, list->n, sizeof *list->v, by_place);
	for (size_t i = 0; i < list->n; i++)
		if (n == 0 || list->v[n - 1] != list->v[i])
			list->v[n++] = list->v[i];
	list->n = n;
}
