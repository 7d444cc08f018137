/* base/arena.c: chunks that double in size, newest first. */
#include "base/arena.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

/* The first chunk holds a small build whole; later ones double up to the second size, so that a large render
 * needs few of them and a small one wastes little. Sizes are with the head. */
#define FIRST_CHUNK ((size_t)64 << 10)
/* Chunks of whole huge pages ask for them: a large render spends a fifth of its time on page faults otherwise. */
#define HUGE_PAGE ((size_t)2 << 20)
#define LARGEST_CHUNK HUGE_PAGE
/* A block from here on has a chunk of its own, so that a growing buffer leaves no smaller copies of itself behind. */
#define LARGE_BLOCK ((size_t)512 << 10)
#define ALIGN 8u

struct chunk {
	struct chunk *older;
	size_t size; /* of data */
	_Alignas(ALIGN) char data[];
};

struct kv_arena {
	struct chunk *newest;
	struct chunk *large; /* chunks of one large block each, newest first */
	struct chunk *spare; /* given back last, kept for whoever comes next; or NULL */
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

struct kv_arena *kv_arena_new(void)
{
	struct kv_arena *a = calloc(1, sizeof *a);

	if (!a)
		kv_oom(sizeof *a);
	return a;
}

static void free_newer(struct chunk **list, const struct chunk *than)
{
	while (*list != than) {
		struct chunk *older = (*list)->older;

		free(*list);
		*list = older;
	}
}

#ifdef KV_ARENA_MALLOC
#define keeps_spare false
#else
#define keeps_spare true
#endif

/* Temporaries come and go by the thousand: the largest chunk given back stays, else each would be a visit to the system. */
static void release_newer(struct kv_arena *a, const struct chunk *than)
{
	while (a->newest != than) {
		struct chunk *c = a->newest;

		a->newest = c->older;
		if (keeps_spare && (!a->spare || c->size > a->spare->size)) {
			struct chunk *smaller = a->spare;

			a->spare = c;
			c = smaller;
		}
		free(c);
	}
}

void kv_arena_free(struct kv_arena *a)
{
	if (!a)
		return;
	free_newer(&a->newest, NULL);
	free_newer(&a->large, NULL);
	free(a->spare);
	free(a);
}

#ifdef KV_ARENA_MALLOC
static size_t whole_chunk(const struct kv_arena *a, size_t size)
{
	(void)a;
	return sizeof(struct chunk) + size;
}
#else
/* Bytes of a chunk, head included, that has room for `size`. */
static size_t whole_chunk(const struct kv_arena *a, size_t size)
{
	size_t next = a->newest ? (sizeof(struct chunk) + a->newest->size) * 2 : FIRST_CHUNK;

	if (next > LARGEST_CHUNK)
		next = LARGEST_CHUNK;
	if (size > next - sizeof(struct chunk))
		next = sizeof(struct chunk) + size;
	return next < HUGE_PAGE ? next : (next + HUGE_PAGE - 1) & ~(HUGE_PAGE - 1);
}
#endif

static struct chunk *new_chunk(const struct kv_arena *a, size_t size)
{
	size_t whole = size > SIZE_MAX / 4 ? 0 : whole_chunk(a, size);
	bool huge = whole && whole % HUGE_PAGE == 0;
	struct chunk *c = !whole ? NULL : huge ? aligned_alloc(HUGE_PAGE, whole) : malloc(whole);

	if (!c)
		kv_oom(size);
	if (huge)
		madvise(c, whole, MADV_HUGEPAGE); /* only a wish */
	c->size = whole - sizeof *c;
	return c;
}

static void add_chunk(struct kv_arena *a, size_t size)
{
	struct chunk *c = a->spare;

	if (c && c->size >= size)
		a->spare = NULL;
	else
		c = new_chunk(a, size);
	c->older = a->newest;
	a->newest = c;
	a->used = 0;
}

/* The bytes that a block of `size` takes. */
static size_t block_size(size_t size)
{
	return size ? (size + ALIGN - 1) & ~(size_t)(ALIGN - 1) : ALIGN;
}

#ifdef KV_ARENA_MALLOC
#define is_large(size) false
#else
#define is_large(size) ((size) >= LARGE_BLOCK)
#endif

/* Makes or moves a chunk of one large block; `c` is NULL or *link. */
static void *large_block(struct kv_arena *a, struct chunk **link, struct chunk *c, size_t size)
{
	size_t old = c ? c->size : 0;
	struct chunk *bigger = realloc(c, sizeof *c + size);

	if (!bigger)
		kv_oom(size);
	if (!c)
		bigger->older = *link;
	bigger->size = size;
	*link = bigger;
	a->total += size - old;
	return bigger->data;
}

void *kv_arena_alloc(struct kv_arena *a, size_t size)
{
	char *p;

	if (size > SIZE_MAX / 2)
		kv_oom(size);
	size = block_size(size);
	if (is_large(size))
		return large_block(a, &a->large, NULL, size);
	if (!a->newest || size > a->newest->size - a->used)
		add_chunk(a, size);
	p = a->newest->data + a->used;
	a->used += size;
	a->total += size;
	return p;
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
	if (p && is_large(old_block))
		for (struct chunk **link = &a->large; *link; link = &(*link)->older)
			if ((*link)->data == p)
				return large_block(a, link, *link, block_size(size));
	/* What is left of a chunk is a multiple of ALIGN: room for the size is room for its block. */
	if (!is_large(size) && is_newest(a, p, old_block) && size <= a->newest->size - (a->used - old_block)) {
		size_t more = block_size(size) - old_block;

		a->used += more;
		a->total += more;
		return p;
	}
	bigger = kv_arena_alloc(a, size);
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
	release_newer(a, m.chunk);
	free_newer(&a->large, m.large);
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
