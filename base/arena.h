/* base/arena.h: memory that is freed all at once.
 *
 * An arena owns every block it hands out, until kv_arena_free or a release to an earlier mark. Blocks are
 * aligned to eight bytes, so types that need more (long double) have no place here. Out of memory ends the process (kv_oom): callers never see NULL.
 * Built with ARENA=malloc every block is its own malloc, so that sanitizers and valgrind see inside.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include "base/str.h"

struct kv_arena;

struct kv_arena_mark {
	void *chunk, *large;
	size_t used;
	size_t total;
};

struct kv_arena *kv_arena_new(void);
/* An arena that shares the page store of `a` (base/pages.h). It may be used on another thread. */
struct kv_arena *kv_arena_beside(const struct kv_arena *a);
/* One for little work that ends soon: its memory comes from malloc, and a page of it when it is touched. */
struct kv_arena *kv_arena_without_pages(void);
void kv_arena_free(struct kv_arena *a);

/* `size` bytes, uninitialised; zeroed with _zero. Size 0 gives a valid pointer. */
void *kv_arena_alloc(struct kv_arena *a, size_t size);
void *kv_arena_zero(struct kv_arena *a, size_t size);
/* Grows a block from `old` to `size` bytes, in place when it is the newest one; a large one leaves no copy of itself behind. */
void *kv_arena_grow(struct kv_arena *a, void *p, size_t old, size_t size);
/* Gives back the end of a block of `old` bytes that needs only `size` if it is the newest one. */
void kv_arena_trim(struct kv_arena *a, const void *p, size_t old, size_t size);
kv_str kv_arena_dup(struct kv_arena *a, kv_str s);
/* The string with a NUL behind it, for libc. */
char *kv_arena_cstr(struct kv_arena *a, kv_str s);
/* A copy with the ASCII letters A to Z in lower case. */
kv_str kv_arena_lower(struct kv_arena *a, kv_str s);

#define KV_NEW(a, type) ((type *)kv_arena_zero((a), sizeof(type)))
#define KV_NEW_N(a, type, n) ((type *)kv_arena_zero((a), kv_size_mul((n), sizeof(type))))

/* Bytes handed out so far: what a memory limit is compared with. */
size_t kv_arena_used(const struct kv_arena *a);

/* All blocks made after the mark are given back. */
struct kv_arena_mark kv_arena_mark(const struct kv_arena *a);
void kv_arena_release(struct kv_arena *a, struct kv_arena_mark m);

/* a * b; an overflow is out of memory. */
size_t kv_size_mul(size_t a, size_t b);
/* Ends the process with exit status 2: the one exit outside cli/main.c. */
_Noreturn void kv_oom(size_t wanted);

/* Makes room for one more element in an array of `*cap` elements of `size` bytes that lives in the arena;
 * returns the (possibly moved) array. Capacity doubles. */
void *kv_array_reserve(struct kv_arena *a, void *array, size_t n, size_t *cap, size_t size);

/* Elements of an array, not of a pointer to one. */
#define KV_COUNT(array) (sizeof(array) / sizeof *(array))

/* KV_PUSH(arena, v.items, v.n, v.cap, item) appends to a growing array. */
#define KV_PUSH(a, items, n, cap, item)                                                                      \
	do {                                                                                                 \
		if ((n) == (cap))                                                                            \
			(items) = kv_array_reserve((a), (items), (n), &(cap), sizeof *(items));              \
		(items)[(n)++] = (item);                                                                     \
	} while (0)

#endif
