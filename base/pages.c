/* base/pages.c: slabs that grow in size, cut in halves until a piece fits; pieces are not put together again. */
#include "base/pages.h"

#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "base/arena.h"

#define HUGE_PAGE KV_PIECE_MAX
/* The first slab holds a small build whole; a huge page takes less time than a tenth of its parts. A page more would be much for what
 * exceeds one by little. All further slabs are huge pages. */
static const size_t slab_sizes[] = { (size_t)64 << 10, HUGE_PAGE, HUGE_PAGE / 4 };
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
	size_t nslabs;
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

/* Where pages are larger the call below fails, and there are fewer faults. */
#define PAGE ((uintptr_t)4096)

/* One call brings in all pages of what will soon be written; a fault for each takes up to twenty times as long. Older systems cannot. */
void kv_pages_fill(void *p, size_t size)
{
	uintptr_t from = ((uintptr_t)p + PAGE - 1) & ~(PAGE - 1), to = ((uintptr_t)p + size) & ~(PAGE - 1);

	if (to > from)
		madvise((void *)from, to - from, MADV_POPULATE_WRITE); /* only a wish */
}

static size_t row_of(size_t size)
{
	size_t row = 0;
	while (KV_PIECE_MIN << row < size)
		row++;
	return row;
}

/* The first row from this one on that has a piece; NSIZES if none has. */
static size_t row_with_piece(const struct kv_pages *p, size_t row)
{
	while (row < NSIZES && !p->unused[row])
		row++;
	return row;
}

bool kv_pages_has(struct kv_pages *p, size_t size)
{
	pthread_mutex_lock(&p->lock);
	size_t row = row_with_piece(p, row_of(size));
	pthread_mutex_unlock(&p->lock);
	return row < NSIZES;
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
	size_t usual = p->nslabs < KV_COUNT(slab_sizes) ? slab_sizes[p->nslabs] : HUGE_PAGE;
	size_t size = at_least > usual ? at_least : usual;
	struct slab *s = not_null(malloc(sizeof *s), sizeof *s);
	s->older = p->slabs;
	s->p = not_null(size < HUGE_PAGE ? malloc(size) : aligned_alloc(HUGE_PAGE, size), size);
	if (size == HUGE_PAGE)
		madvise(s->p, size, MADV_HUGEPAGE); /* only a wish */
	else
		kv_pages_fill(s->p, size);
	p->slabs = s;
	p->nslabs++;
	put(p, s->p, row_of(size));
}

void *kv_pages_take(struct kv_pages *p, size_t size)
{
	size_t wanted = row_of(size);
	pthread_mutex_lock(&p->lock);
	size_t row = row_with_piece(p, wanted);
	if (row == NSIZES) {
		add_slab(p, size);
		row = row_with_piece(p, wanted);
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
