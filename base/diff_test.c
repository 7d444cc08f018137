/* base/diff_test.c: every diff, applied, gives the other text; short edits are the shortest; large texts end soon. */
#include "base/diff.h"

#include <stdio.h>
#include <stdlib.h>

static int failures;

static void expect(bool truth, const char *what, unsigned seed)
{
	if (!truth) {
		fprintf(stderr, "%s (seed %u)\n", what, seed);
		failures++;
	}
}

/* Text b made of a and the changes. */
static kv_str apply(struct kv_arena *arena, const struct kv_diff *d)
{
	struct kv_buf out;
	size_t at = 0;
	kv_buf_init(&out, arena, KV_BUF_MAX);
	for (size_t i = 0; i < d->n; i++) {
		for (; at < d->v[i].a; at++)
			kv_buf_str(&out, d->a[at]);
		at += d->v[i].na;
		for (size_t k = 0; k < d->v[i].nb; k++)
			kv_buf_str(&out, d->b[d->v[i].b + k]);
	}
	for (; at < d->na; at++)
		kv_buf_str(&out, d->a[at]);
	return kv_buf_view(&out);
}

/* Edits of the shortest script, by the table that Myers' algorithm spares. */
static size_t shortest(const struct kv_diff *d)
{
	static size_t length[64][64]; /* of the longest common subsequence of the first i and k lines */
	for (size_t i = 1; i <= d->na; i++)
		for (size_t k = 1; k <= d->nb; k++)
			length[i][k] = kv_str_eq(d->a[i - 1], d->b[k - 1])   ? length[i - 1][k - 1] + 1
				       : length[i - 1][k] > length[i][k - 1] ? length[i - 1][k]
									     : length[i][k - 1];
	return d->na + d->nb - 2 * length[d->na][d->nb];
}

static kv_str random_text(struct kv_arena *arena, size_t lines, unsigned letters)
{
	struct kv_buf out;
	kv_buf_init(&out, arena, KV_BUF_MAX);
	for (size_t i = 0; i < lines; i++)
		kv_buf_printf(&out, "%d%s", rand() % (int)letters, i + 1 < lines || rand() % 2 ? "\n" : "");
	return kv_buf_view(&out);
}

static void check(kv_str a, kv_str b, bool exact, unsigned seed)
{
	struct kv_arena *arena = kv_arena_new();
	struct kv_diff d;
	size_t edits = 0;
	kv_diff(arena, a, b, &d);
	expect(kv_str_eq(apply(arena, &d), b), "the changes do not give the other text", seed);
	for (size_t i = 0; i < d.n; i++)
		edits += d.v[i].na + d.v[i].nb;
	expect(!exact || edits == shortest(&d), "the edit is not the shortest", seed);
	kv_arena_free(arena);
}

int main(void)
{
	for (unsigned seed = 0; seed < 3000; seed++) {
		struct kv_arena *arena = kv_arena_new();
		srand(seed);
		kv_str a = random_text(arena, (size_t)rand() % 40, 1 + (unsigned)rand() % 12);
		kv_str b = random_text(arena, (size_t)rand() % 40, 1 + (unsigned)rand() % 12);
		check(a, b, true, seed);
		kv_arena_free(arena);
	}
	/* Too different for the shortest edit: with anchors, without any, and with a bound on the lines looked at. */
	static const unsigned letters[] = { 1000000, 2, 50 };
	for (unsigned i = 0; i < 3; i++) {
		struct kv_arena *arena = kv_arena_new();
		kv_str a = random_text(arena, 20000, letters[i]), b = random_text(arena, 30000, letters[i]);
		check(a, b, false, letters[i]);
		kv_arena_free(arena);
	}
	return failures > 0;
}
