/* base/buf.h: a growing run of bytes in an arena, with a ceiling.
 *
 * Adding beyond the ceiling drops the bytes and sets `over`, which stays set: a producer adds without
 * checking, its caller asks kv_buf_over once at the end. The bytes live as long as the arena.
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdarg.h>

#include "base/arena.h"

struct kv_buf {
	struct kv_arena *arena;
	char *p;
	size_t n, cap;
	size_t limit; /* bytes; KV_BUF_MAX unless the maker says otherwise */
	bool over;
};

/* 1 GiB: more than any render has business to print, below every size computation's overflow. */
#define KV_BUF_MAX ((size_t)1 << 30)

void kv_buf_init(struct kv_buf *b, struct kv_arena *a, size_t limit);
static inline bool kv_buf_over(const struct kv_buf *b)
{
	return b->over;
}

/* Room for n bytes in one step: growing step by step leaves the smaller buffers in the arena. */
void kv_buf_reserve(struct kv_buf *b, size_t n);
void kv_buf_add(struct kv_buf *b, const void *p, size_t n);
static inline void kv_buf_str(struct kv_buf *b, kv_str s)
{
	kv_buf_add(b, s.p, s.n);
}
static inline void kv_buf_c(struct kv_buf *b, char c)
{
	if (b->n < b->cap && b->n < b->limit)
		b->p[b->n++] = c;
	else
		kv_buf_add(b, &c, 1);
}
#define kv_buf_lit(b, lit) kv_buf_add((b), "" lit, sizeof(lit) - 1)
/* n times the byte c. */
void kv_buf_fill(struct kv_buf *b, char c, size_t n);
/* printf with its directives for strings, characters, integers and doubles, none by position ("%2$s"). "%.*s" takes a NUL as a byte. */
__attribute__((format(printf, 2, 3))) void kv_buf_printf(struct kv_buf *b, const char *fmt, ...);
__attribute__((format(printf, 2, 0))) void kv_buf_vprintf(struct kv_buf *b, const char *fmt, va_list ap);
/* A code point as UTF-8; surrogates and values beyond U+10FFFF as U+FFFD. */
void kv_buf_rune(struct kv_buf *b, uint32_t rune);
/* Room behind the text for its owner to write to and then to add to `n`: `wanted` bytes or more unless the ceiling allows
 * fewer (*ret_room). */
char *kv_buf_space(struct kv_buf *b, size_t wanted, size_t *ret_room);

static inline kv_str kv_buf_view(const struct kv_buf *b)
{
	return (kv_str){ b->p ? b->p : "", b->n };
}

/* A new string in the arena, printf style; a NUL follows its bytes. */
__attribute__((format(printf, 2, 3))) kv_str kv_arena_printf(struct kv_arena *a, const char *fmt, ...);
kv_str kv_arena_vprintf(struct kv_arena *a, const char *fmt, va_list ap) __attribute__((format(printf, 2, 0)));
/* The strings joined, in the arena, a NUL behind them: kv_arena_cat(a, x, y) etc. */
kv_str kv_arena_cat_n(struct kv_arena *a, const kv_str *parts, size_t n);
#define kv_arena_cat(a, ...)                                                                                 \
	kv_arena_cat_n((a), (kv_str[]){ __VA_ARGS__ }, sizeof((kv_str[]){ __VA_ARGS__ }) / sizeof(kv_str))

#endif
