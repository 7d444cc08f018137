/* base/pages.c: slabs that grow in size, cut in halves until a piece fits; pieces are not put together again. */
#include "base/pages.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "base/arena.h"

/* The first slab holds a small build whole, the second a small chart; beyond that a huge page takes less time than its parts. */
#define FIRST_SLAB ((size_t)64 << 10)
#define HUGE_PAGE KV_PIECE_MAX
#define NSIZES 8 /* 16 KiB to 2 MiB */

struct slab {
	struct slab *older;
	void *p;
};

struct piece {
	struct piece *next;
};

struct kv_pages {
	pthread_mutex_t lock;
	size_t references;
	struct slab *slabs;
	size_t next_slab;
	struct piece *unused[NSIZES]; /* by size, last given first taken */
};

static void *not_null(void *p, size_t size)
{
	if (!p)
		kv_oom(size);
	return p;
}

struct kv_pages *kv_pages_new(void)
{
	struct kv_pages *p = not_null(calloc(1, sizeof *p), sizeof *p);
	pthread_mutex_init(&p->lock, NULL);
	p->references = 1;
	p->next_slab = FIRST_SLAB;
	return p;
}

struct kv_pages *kv_pages_share(struct kv_pages *p)
{
	pthread_mutex_lock(&p->lock);
	p->references++;
	pthread_mutex_unlock(&p->lock);
	return p;
}

void kv_pages_drop(struct kv_pages *p)
{
	pthread_mutex_lock(&p->lock);
	size_t left = --p->references;
	pthread_mutex_unlock(&p->lock);
	if (left)
		return;
	for (struct slab *s = p->slabs, *older; s; s = older) {
		older = s->older;
		free(s->p);
		free(s);
	}
	pthread_mutex_destroy(&p->lock);
	free(p);
}

static size_t row_of(size_t size)
{
	size_t row = 0;
	while (KV_PIECE_MIN << row < size)
		row++;
	return row;
}

size_t kv_pages_fit(size_t size)
{
	return KV_PIECE_MIN << row_of(size);
}

static void put(struct kv_pages *p, void *at, size_t row)
{
	struct piece *piece = at;
	piece->next = p->unused[row];
	p->unused[row] = piece;
}

static void add_slab(struct kv_pages *p, size_t at_least)
{
	size_t size = at_least > p->next_slab ? at_least : p->next_slab;
	struct slab *s = not_null(malloc(sizeof *s), sizeof *s);
	s->older = p->slabs;
	s->p = not_null(size < HUGE_PAGE ? malloc(size) : aligned_alloc(HUGE_PAGE, size), size);
	if (size == HUGE_PAGE)
		madvise(s->p, size, MADV_HUGEPAGE); /* only a wish */
	p->slabs = s;
	p->next_slab = size < HUGE_PAGE / 8 ? size * 8 : HUGE_PAGE;
	put(p, s->p, row_of(size));
}

void *kv_pages_take(struct kv_pages *p, size_t size)
{
	size_t wanted = row_of(size), row = wanted;
	pthread_mutex_lock(&p->lock);
	while (row < NSIZES && !p->unused[row])
		row++;
	if (row == NSIZES) {
		add_slab(p, size);
		for (row = wanted; !p->unused[row];)
			row++;
	}
	struct piece *piece = p->unused[row];
	p->unused[row] = piece->next;
	while (row > wanted) {
		row--;
		put(p, (char *)piece + (KV_PIECE_MIN << row), row);
	}
	pthread_mutex_unlock(&p->lock);
	return piece;
}

void kv_pages_give(struct kv_pages *p, void *piece, size_t size)
{
	pthread_mutex_lock(&p->lock);
	put(p, piece, row_of(size));
	pthread_mutex_unlock(&p->lock);
}
