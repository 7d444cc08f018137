/* base/buf.c: doubling growth, one check for the ceiling. */
#include "base/buf.h"

#include <stdio.h>

#include "base/utf8.h"

void kv_buf_init(struct kv_buf *b, struct kv_arena *a, size_t limit)
{
	*b = (struct kv_buf){ .arena = a, .limit = limit && limit < KV_BUF_MAX ? limit : KV_BUF_MAX };
}

/* Room for n more bytes, or false when that passes the ceiling. */
static bool reserve(struct kv_buf *b, size_t n)
{
	size_t cap = b->cap ? b->cap : 256;

	if (n > b->limit - b->n) {
		b->over = true;
		return false;
	}
	if (n <= b->cap - b->n)
		return true;
	while (cap - b->n < n)
		cap *= 2;
	b->p = kv_arena_grow(b->arena, b->p, b->cap, cap);
	b->cap = cap;
	return true;
}

void kv_buf_reserve(struct kv_buf *b, size_t n)
{
	if (n <= b->cap || n > b->limit)
		return;
	b->p = kv_arena_grow(b->arena, b->p, b->cap, n);
	b->cap = n;
}

void kv_buf_add(struct kv_buf *b, const void *p, size_t n)
{
	if (!n || !reserve(b, n))
		return;
	memcpy(b->p + b->n, p, n);
	b->n += n;
}

void kv_buf_fill(struct kv_buf *b, char c, size_t n)
{
	if (!n || !reserve(b, n))
		return;
	memset(b->p + b->n, c, n);
	b->n += n;
}

char *kv_buf_space(struct kv_buf *b, size_t wanted, size_t *ret_room)
{
	size_t left = b->limit - b->n;

	if (wanted > left)
		wanted = left;
	if (!b->cap) {
		b->p = kv_arena_alloc(b->arena, wanted);
		b->cap = wanted;
	}
	if (wanted)
		reserve(b, wanted);
	*ret_room = b->cap - b->n < left ? b->cap - b->n : left;
	return b->p + b->n;
}

void kv_buf_vprintf(struct kv_buf *b, const char *fmt, va_list ap)
{
	char small[256];
	va_list again;
	int n;

	va_copy(again, ap);
	n = vsnprintf(small, sizeof small, fmt, ap);
	if (n >= 0 && (size_t)n < sizeof small) {
		kv_buf_add(b, small, (size_t)n);
	} else if (n >= 0 && reserve(b, (size_t)n + 1)) {
		vsnprintf(b->p + b->n, (size_t)n + 1, fmt, again);
		b->n += (size_t)n;
	}
	va_end(again);
}

void kv_buf_printf(struct kv_buf *b, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	kv_buf_vprintf(b, fmt, ap);
	va_end(ap);
}

void kv_buf_rune(struct kv_buf *b, uint32_t r)
{
	char p[4];

	kv_buf_add(b, p, kv_utf8_encode(p, r));
}

kv_str kv_arena_vprintf(struct kv_arena *a, const char *fmt, va_list ap)
{
	struct kv_buf b;

	kv_buf_init(&b, a, 0);
	kv_buf_vprintf(&b, fmt, ap);
	kv_buf_c(&b, '\0');
	b.n--;
	return kv_buf_view(&b);
}

kv_str kv_arena_printf(struct kv_arena *a, const char *fmt, ...)
{
	va_list ap;
	kv_str s;

	va_start(ap, fmt);
	s = kv_arena_vprintf(a, fmt, ap);
	va_end(ap);
	return s;
}

kv_str kv_arena_cat_n(struct kv_arena *a, const kv_str *parts, size_t n)
{
	size_t total = 0;
	char *p, *q;

	for (size_t i = 0; i < n; i++)
		if (__builtin_add_overflow(total, parts[i].n, &total))
			kv_oom(SIZE_MAX);
	p = q = kv_arena_alloc(a, total + 1);
	for (size_t i = 0; i < n; i++) {
		if (parts[i].n)
			memcpy(q, parts[i].p, parts[i].n);
		q += parts[i].n;
	}
	*q = '\0';
	return (kv_str){ p, total };
}
