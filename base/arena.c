/* base/arena.c: allocation in chunks that double in size. */
#include "base/arena.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/pages.h"

/* Chunks double up to this size, so that a large render needs few of them and a small one wastes little. */
#define LARGEST_CHUNK ((size_t)128 << 10)
/* A block from here on has memory of its own, so that a growing buffer leaves no smaller copies of itself behind. */
#define LARGE_BLOCK ((size_t)128 << 10)
#define ALIGN 8u

struct chunk {
	struct chunk *older;
	size_t size;   /* of data */
	bool is_piece; /* of the pages; else it is malloc's */
	_Alignas(ALIGN) char data[];
};

struct large {
	struct large *older;
	char *p;
	size_t size;
	bool is_piece; /* of the pages; else it is malloc's */
};

struct kv_arena {
	struct kv_pages *pages; /* NULL: malloc's memory alone */
	bool opens;             /* its first chunk is malloc's: a program that ends soon needs no pages */
	struct chunk *newest;
	struct large *large; /* newest first */
	size_t used;  /* of the newest chunk */
	size_t total; /* handed out, all chunks */
};

_Noreturn void kv_oom(size_t wanted)
{
	char text[96];
	int n = snprintf(text, sizeof text, "kvendor: error: out of memory (wanted %zu bytes)\n", wanted);

	if (n > 0 && write(STDERR_FILENO, text, (size_t)n) < 0)
		_exit(2);
	_exit(2);
}

size_t kv_size_mul(size_t a, size_t b)
{
	size_t product;

	if (__builtin_mul_overflow(a, b, &product))
		kv_oom(SIZE_MAX);
	return product;
}

static struct kv_arena *new_arena(struct kv_pages *pages)
{
	struct kv_arena *a = calloc(1, sizeof *a);

	if (!a)
		kv_oom(sizeof *a);
	a->pages = pages;
	return a;
}

struct kv_arena *kv_arena_new(void)
{
	struct kv_arena *a = new_arena(kv_pages_new());

	a->opens = true;
	return a;
}

struct kv_arena *kv_arena_beside(const struct kv_arena *a)
{
	return new_arena(a->pages ? kv_pages_share(a->pages) : NULL);
}

struct kv_arena *kv_arena_without_pages(void)
{
	return new_arena(NULL);
}

#ifdef KV_ARENA_MALLOC
enum { ONE_BLOCK_A_CHUNK = 1 };
#else
enum { ONE_BLOCK_A_CHUNK = 0 };
#endif

static bool is_large(size_t size)
{
	return !ONE_BLOCK_A_CHUNK && size >= LARGE_BLOCK;
}

static size_t usual_chunk(const struct kv_arena *a)
{
	size_t next = a->newest ? (sizeof(struct chunk) + a->newest->size) * 2 : KV_PIECE_MIN;

	return ONE_BLOCK_A_CHUNK ? 0 : next < LARGEST_CHUNK ? next : LARGEST_CHUNK;
}

static struct chunk *take_chunk(struct kv_arena *a, size_t size)
{
	size_t whole = sizeof(struct chunk) + size, usual = usual_chunk(a);
	bool is_piece = a->pages && !ONE_BLOCK_A_CHUNK && (a->newest || !a->opens);
	struct chunk *c;

	if (whole < usual)
		whole = usual;
	if (is_piece)
		whole = kv_pages_fit(whole);
	c = is_piece ? kv_pages_take(a->pages, whole) : malloc(whole);
	if (!c)
		kv_oom(whole);
	c->size = whole - sizeof *c;
	c->is_piece = is_piece;
	return c;
}

static void give_chunk(struct kv_arena *a, struct chunk *c)
{
	if (c->is_piece)
		kv_pages_give(a->pages, c, sizeof *c + c->size);
	else
		free(c);
}

static void give_newer(struct kv_arena *a, const struct chunk *than)
{
	for (struct chunk *c = a->newest; c != than; c = a->newest) {
		a->newest = c->older;
		give_chunk(a, c);
	}
}

static void free_memory(struct kv_arena *a, const struct large *l)
{
	if (l->is_piece)
		kv_pages_give(a->pages, l->p, l->size);
	else
		free(l->p);
}

/* What describes a large block is a block of the chunks, which have to go later. */
static void free_larger(struct kv_arena *a, const struct large *than)
{
	for (; a->large != than; a->large = a->large->older)
		free_memory(a, a->large);
}

void kv_arena_free(struct kv_arena *a)
{
	if (!a)
		return;
	free_larger(a, NULL);
	give_newer(a, NULL);
	if (a->pages)
		kv_pages_drop(a->pages);
	free(a);
}

static void add_chunk(struct kv_arena *a, size_t size)
{
	struct chunk *c = take_chunk(a, size);

	c->older = a->newest;
	a->newest = c;
	a->used = 0;
}

/* The bytes that a block of `size` takes. */
static size_t block_size(size_t size)
{
	return size ? (size + ALIGN - 1) & ~(size_t)(ALIGN - 1) : ALIGN;
}

static void *small_block(struct kv_arena *a, size_t size)
{
	char *p;

	if (!a->newest || size > a->newest->size - a->used)
		add_chunk(a, size);
	p = a->newest->data + a->used;
	a->used += size;
	a->total += size;
	return p;
}

/* Exactly as much; what will be used whole comes in huge pages, and the rest that fills less than half of one in a single call. */
static void *own_memory(size_t size, bool grows)
{
	size_t huge = grows ? 0 : (size + KV_PIECE_MAX / 2) / KV_PIECE_MAX * KV_PIECE_MAX;
	void *p;

	if (!huge) {
		p = malloc(size);
	} else if (posix_memalign(&p, KV_PIECE_MAX, huge > size ? huge : size)) {
		return NULL;
	} else {
		madvise(p, huge, MADV_HUGEPAGE); /* only a wish */
	}
	if (p && !grows && size > huge)
		kv_pages_fill((char *)p + huge, size - huge);
	return p;
}

/* A block that grows is a piece, which it soon gives back; so is one that a huge page holds better than its own pages, and one for
 * which there is a piece already. */
static bool fits_a_piece(const struct kv_arena *a, size_t size, bool grows)
{
	return a->pages && size <= KV_PIECE_MAX && (grows || size > KV_PIECE_MAX / 2 || kv_pages_has(a->pages, size));
}

static void get_memory(struct kv_arena *a, struct large *l, size_t size, bool grows)
{
	l->is_piece = fits_a_piece(a, size, grows);
	l->size = l->is_piece ? kv_pages_fit(size) : size;
	l->p = l->is_piece ? kv_pages_take(a->pages, l->size) : own_memory(size, grows);
	if (!l->p)
		kv_oom(size);
}

static void *large_block(struct kv_arena *a, size_t size, bool grows)
{
	struct large *l = small_block(a, block_size(sizeof *l));

	get_memory(a, l, size, grows);
	l->older = a->large;
	a->large = l;
	a->total += l->size;
	return l->p;
}

/* The system can move what malloc gave without a copy. */
static void *grow_large(struct kv_arena *a, struct large *l, size_t size)
{
	struct large old = *l;

	if (size <= l->size)
		return l->p;
	if (!old.is_piece) {
		l->p = realloc(old.p, size);
		l->size = size;
		if (!l->p)
			kv_oom(size);
	} else {
		get_memory(a, l, size, true);
		memcpy(l->p, old.p, old.size);
		free_memory(a, &old);
	}
	a->total += l->size - old.size;
	return l->p;
}

void *kv_arena_alloc(struct kv_arena *a, size_t size)
{
	if (size > SIZE_MAX / 4)
		kv_oom(size);
	size = block_size(size);
	return is_large(size) ? large_block(a, size, false) : small_block(a, size);
}

void *kv_arena_zero(struct kv_arena *a, size_t size)
{
	return memset(kv_arena_alloc(a, size), 0, size);
}

static bool is_newest(const struct kv_arena *a, const void *p, size_t block)
{
	return p && a->newest && a->used >= block && (const char *)p == a->newest->data + a->used - block;
}

void kv_arena_trim(struct kv_arena *a, const void *p, size_t old, size_t size)
{
	size_t spare = block_size(old) - block_size(size);

	if (size >= old || !is_newest(a, p, block_size(old)))
		return;
	a->used -= spare;
	a->total -= spare;
}

void *kv_arena_grow(struct kv_arena *a, void *p, size_t old, size_t size)
{
	size_t old_block = block_size(old);
	void *bigger;

	if (size <= old)
		return p;
	if (size > SIZE_MAX / 4)
		kv_oom(size);
	if (p && is_large(old_block))
		for (struct large *l = a->large; l; l = l->older)
			if (l->p == p)
				return grow_large(a, l, block_size(size));
	/* What is left of a chunk is a multiple of ALIGN: room for the size is room for its block. */
	if (!is_large(size) && is_newest(a, p, old_block) && size <= a->newest->size - (a->used - old_block)) {
		size_t more = block_size(size) - old_block;

		a->used += more;
		a->total += more;
		return p;
	}
	bigger = is_large(block_size(size)) ? large_block(a, block_size(size), p != NULL)
					    : small_block(a, block_size(size));
	if (p && old)
		memcpy(bigger, p, old);
	return bigger;
}

kv_str kv_arena_dup(struct kv_arena *a, kv_str s)
{
	return (kv_str){ kv_arena_cstr(a, s), s.n };
}

char *kv_arena_cstr(struct kv_arena *a, kv_str s)
{
	char *p = kv_arena_alloc(a, s.n + 1);

	if (s.n)
		memcpy(p, s.p, s.n);
	p[s.n] = '\0';
	return p;
}

kv_str kv_arena_lower(struct kv_arena *a, kv_str s)
{
	char *p = kv_arena_cstr(a, s);
	for (size_t i = 0; i < s.n; i++)
		if (p[i] >= 'A' && p[i] <= 'Z')
			p[i] = (char)(p[i] | 0x20);
	return kv_str_of(p, s.n);
}

size_t kv_arena_used(const struct kv_arena *a)
{
	return a->total;
}

struct kv_arena_mark kv_arena_mark(const struct kv_arena *a)
{
	return (struct kv_arena_mark){ a->newest, a->large, a->used, a->total };
}

void kv_arena_release(struct kv_arena *a, struct kv_arena_mark m)
{
	free_larger(a, m.large);
	give_newer(a, m.chunk);
	a->used = m.used;
	a->total = m.total;
}

void *kv_array_reserve(struct kv_arena *a, void *array, size_t n, size_t *cap, size_t size)
{
	size_t more = *cap ? kv_size_mul(*cap, 2) : size >= 16 ? 2 : 4;

	if (n < *cap)
		return array;
	array = kv_arena_grow(a, array, kv_size_mul(*cap, size), kv_size_mul(more, size));
	*cap = more;
	return array;
}
