/* base/pages.h: the memory that the arenas of a job share, in pieces of powers of two.
 *
 * What one arena gives back another one takes: its pages are there already, and most of them are huge ones, since a render
 * otherwise spends a fifth of its time on page faults. Arenas on several threads may share one store. Its memory goes back to the
 * system with the last reference.
 */
#ifndef BASE_PAGES_H
#define BASE_PAGES_H

#include <stdbool.h>
#include <stddef.h>

struct kv_pages;

/* Sizes of pieces. */
#define KV_PIECE_MIN ((size_t)16 << 10)
#define KV_PIECE_MAX ((size_t)2 << 20)

/* A store with one reference, and one reference more. */
struct kv_pages *kv_pages_new(void);
struct kv_pages *kv_pages_share(struct kv_pages *p);
void kv_pages_drop(struct kv_pages *p);

/* The size of the smallest piece that holds `size` bytes, at most KV_PIECE_MAX. */
size_t kv_pages_fit(size_t size);
/* Whether a piece of that size is there without new memory. */
bool kv_pages_has(struct kv_pages *p, size_t size);
/* A piece, uninitialised; `size` is one that kv_pages_fit gave. */
void *kv_pages_take(struct kv_pages *p, size_t size);
void kv_pages_give(struct kv_pages *p, void *piece, size_t size);

/* Makes the system provide memory that will be written whole. */
void kv_pages_fill(void *p, size_t size);

#endif
