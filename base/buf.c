/* base/buf.c: growth by doubling, and the ceiling. */
#include "base/buf.h"

#include <stdio.h>

#include "base/utf8.h"

void kv_buf_init(struct kv_buf *b, struct kv_arena *a, size_t limit)
{
	*b = (struct kv_buf){ .arena = a, .limit = limit && limit < KV_BUF_MAX ? limit : KV_BUF_MAX };
}

static bool grow(struct kv_buf *b, size_t n)
{
	size_t cap = b->cap ? b->cap : 256;

	if (n > b->limit - b->n) {
		b->over = true;
		return false;
	}
	while (cap - b->n < n)
		cap *= 2;
	b->p = kv_arena_grow(b->arena, b->p, b->cap, cap);
	b->cap = cap;
	return true;
}

/* Room for n more bytes, or false when that passes the ceiling. */
static inline bool reserve(struct kv_buf *b, size_t n)
{
	return (n <= b->cap - b->n && n <= b->limit - b->n) || grow(b, n);
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

/* --- formats ------------------------------------------------------------------------------------------ */

/* One directive of a format, such as "%-8zu", and what its stars stand for. */
struct directive {
	char text[24];
	size_t n, nstars;
	int stars[2];
	enum { PLAIN, LONG, LONG_LONG, SIZE } size;
	char kind;
};

struct arguments {
	va_list ap;
};

/* The directive at `at`, which begins with "%"; the stars are taken from the arguments. */
static void read_directive(const char *at, struct arguments *args, struct directive *ret)
{
	*ret = (struct directive){ .n = 1 };
	while (at[ret->n] && strchr("-+ #0123456789.*", at[ret->n])) {
		if (at[ret->n++] == '*' && ret->nstars < 2)
			ret->stars[ret->nstars++] = va_arg(args->ap, int);
	}
	for (; at[ret->n] == 'l' || at[ret->n] == 'z' || at[ret->n] == 'h'; ret->n++)
		ret->size = at[ret->n] == 'z'	? SIZE
			    : at[ret->n] == 'h' ? PLAIN
			    : ret->size == LONG ? LONG_LONG
						: LONG;
	ret->kind = at[ret->n];
	ret->n += ret->kind != '\0';
	memcpy(ret->text, at, ret->n < sizeof ret->text ? ret->n : sizeof ret->text - 1);
}

/* A directive and its arguments. */
static void print_with(struct kv_buf *b, const char *fmt, ...)
{
	char small[256];
	va_list ap, again;
	int n;

	va_start(ap, fmt);
	va_copy(again, ap);
	n = vsnprintf(small, sizeof small, fmt, ap);
	if (n >= 0 && (size_t)n < sizeof small) {
		kv_buf_add(b, small, (size_t)n);
	} else if (n >= 0 && reserve(b, (size_t)n + 1)) {
		vsnprintf(b->p + b->n, (size_t)n + 1, fmt, again);
		b->n += (size_t)n;
	}
	va_end(again);
	va_end(ap);
}

#define PRINT(b, d, value)                                                                                   \
	((d)->nstars == 2   ? print_with(b, (d)->text, (d)->stars[0], (d)->stars[1], value)                  \
	 : (d)->nstars == 1 ? print_with(b, (d)->text, (d)->stars[0], value)                                 \
			    : print_with(b, (d)->text, value))

static void print_integer(struct kv_buf *b, const struct directive *d, struct arguments *args)
{
	switch (d->size) {
	case PLAIN: PRINT(b, d, va_arg(args->ap, int)); break;
	case LONG: PRINT(b, d, va_arg(args->ap, long)); break;
	case LONG_LONG: PRINT(b, d, va_arg(args->ap, long long)); break;
	case SIZE: PRINT(b, d, va_arg(args->ap, size_t)); break;
	}
}

/* libc's "%.*s" ends at a NUL; a string of ours does not. */
static void print_string(struct kv_buf *b, const struct directive *d, struct arguments *args)
{
	const char *s = va_arg(args->ap, const char *);

	if (strcmp(d->text, "%.*s") == 0 && d->stars[0] >= 0)
		kv_buf_add(b, s, (size_t)d->stars[0]);
	else
		PRINT(b, d, s);
}

static void print_directive(struct kv_buf *b, const struct directive *d, struct arguments *args)
{
	switch (d->kind) {
	case 's': print_string(b, d, args); break;
	case 'c':
	case 'd':
	case 'i':
	case 'o':
	case 'u':
	case 'x':
	case 'X': print_integer(b, d, args); break;
	case 'e':
	case 'f':
	case 'g': PRINT(b, d, va_arg(args->ap, double)); break;
	case 'p': PRINT(b, d, va_arg(args->ap, void *)); break;
	case '%': kv_buf_c(b, '%'); break;
	default: kv_buf_add(b, d->text, strlen(d->text)); break; /* none that we use */
	}
}

void kv_buf_vprintf(struct kv_buf *b, const char *fmt, va_list ap)
{
	struct arguments args;
	struct directive d;

	va_copy(args.ap, ap);
	while (*fmt) {
		size_t plain = strcspn(fmt, "%");

		kv_buf_add(b, fmt, plain);
		fmt += plain;
		if (!*fmt)
			break;
		read_directive(fmt, &args, &d);
		print_directive(b, &d, &args);
		fmt += d.n;
	}
	va_end(args.ap);
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
