/* base/diff.c: Myers' algorithm, anchors where it would take too long, and hunks. */
#include "base/diff.h"

#include "base/map.h"

struct compare {
	struct kv_arena *arena;
	uint32_t *a, *b;   /* lines as numbers: equal lines have equal numbers */
	bool *gone, *come; /* what differs: lines of a, lines of b */
	uint32_t *count;   /* by number: how often it occurs in a window of a; 0 between uses */
	uint32_t *
		place; /* by number: one more than where it occurs in a window of b, or MANY; 0 between uses */
};

/* The lines from a0 to a1 and from b0 to b1. */
struct window {
	size_t a0, a1, b0, b1;
};

/* --- lines ------------------------------------------------------------------------------------ */

static kv_str *split(struct kv_arena *arena, kv_str text, size_t *ret_n)
{
	kv_str *lines = NULL;
	size_t n = 0, cap = 0;
	while (text.n) {
		size_t end = kv_str_chr(text, '\n');
		end = end == SIZE_MAX ? text.n : end + 1;
		KV_PUSH(arena, lines, n, cap, kv_str_sub(text, 0, end));
		text = kv_str_sub(text, end, text.n);
	}
	*ret_n = n;
	return lines;
}

static uint32_t *number(struct kv_map *numbers, const kv_str *lines, size_t n)
{
	uint32_t *ids = KV_NEW_N(numbers->arena, uint32_t, n);
	for (size_t i = 0; i < n; i++) {
		void **slot = kv_map_slot(numbers, lines[i]);
		if (!*slot)
			*slot = (void *)(uintptr_t)numbers->n;
		ids[i] = (uint32_t)(uintptr_t)*slot;
	}
	return ids;
}

/* --- the shortest edit ------------------------------------------------------------------------ */

/* No more edits than this are searched for: the trace of all rounds takes its square in words, 4 MB. */
#define MOST_EDITS 1000
/* Nor are more lines than this looked at, a second's work. */
#define MOST_STEPS (100 * 1000 * 1000)

/* How far each diagonal k = x - y got in round d, for k from -d to d; -1 where it cannot be reached. */
struct rounds {
	long n, m, steps;
	int32_t *x[MOST_EDITS + 1];
};

static long reached(const struct rounds *r, long d, long k)
{
	return k < -d || k > d ? -1 : r->x[d][k + d];
}

/* Where diagonal k begins in round d: one line of b taken from the diagonal above, or one of a from that below. */
static long begin(const struct rounds *r, long d, long k, bool *ret_from_b)
{
	long down = reached(r, d - 1, k + 1), right = reached(r, d - 1, k - 1);
	if (down - k > r->m)
		down = -1;
	right = right < 0 || right >= r->n ? -1 : right + 1;
	*ret_from_b = down >= right;
	return *ret_from_b ? down : right;
}

static bool go_round(const struct compare *c, const struct window *w, struct rounds *r, long d)
{
	bool from_b;
	r->x[d] = kv_arena_alloc(c->arena, (size_t)(2 * d + 1) * sizeof(int32_t));
	for (long k = -d; k <= d; k++) {
		long x = (d + k) % 2 ? -1 : d ? begin(r, d, k, &from_b) : 0;
		while (x >= 0 && x < r->n && x - k < r->m &&
		       c->a[w->a0 + (size_t)x] == c->b[w->b0 + (size_t)(x - k)])
			x++, r->steps++;
		r->x[d][k + d] = (int32_t)x;
	}
	return reached(r, d, r->n - r->m) == r->n;
}

static void mark_path(struct compare *c, const struct window *w, const struct rounds *r, long d)
{
	for (long k = r->n - r->m; d > 0; d--) {
		bool from_b;
		long x = begin(r, d, k, &from_b);
		if (from_b)
			c->come[w->b0 + (size_t)(x - k++) - 1] = true;
		else
			c->gone[w->a0 + (size_t)x - 1] = true, k--;
	}
}

static bool shortest_edit(struct compare *c, const struct window *w)
{
	struct kv_arena_mark mark = kv_arena_mark(c->arena);
	struct rounds r = { .n = (long)(w->a1 - w->a0), .m = (long)(w->b1 - w->b0) };
	bool found = false;
	for (long d = 0; d <= MOST_EDITS && r.steps < MOST_STEPS && !found; d++) {
		found = go_round(c, w, &r, d);
		if (found)
			mark_path(c, w, &r, d);
	}
	kv_arena_release(c->arena, mark);
	return found;
}

/* --- anchors ---------------------------------------------------------------------------------- */

#define MANY UINT32_MAX

struct anchor {
	size_t a, b;
	struct anchor *before; /* in the longest chain that ends here */
};

/* Lines that occur once on either side, in the order of a. */
static struct anchor *find_unique(struct compare *c, const struct window *w, size_t *ret_n)
{
	struct anchor *v = NULL;
	size_t n = 0, cap = 0;
	for (size_t i = w->a0; i < w->a1; i++)
		c->count[c->a[i]]++;
	for (size_t i = w->b0; i < w->b1; i++)
		c->place[c->b[i]] = c->place[c->b[i]] ? MANY : (uint32_t)i + 1;
	for (size_t i = w->a0; i < w->a1; i++) {
		uint32_t place = c->place[c->a[i]];
		if (c->count[c->a[i]] == 1 && place && place != MANY)
			KV_PUSH(c->arena, v, n, cap, ((struct anchor){ i, place - 1, NULL }));
	}
	for (size_t i = w->a0; i < w->a1; i++)
		c->count[c->a[i]] = 0;
	for (size_t i = w->b0; i < w->b1; i++)
		c->place[c->b[i]] = 0;
	*ret_n = n;
	return v;
}

/* The last anchor of the longest chain that ascends in b too (patience sorting), or NULL. */
static struct anchor *longest_chain(struct compare *c, struct anchor *v, size_t n)
{
	struct anchor **piles = KV_NEW_N(c->arena, struct anchor *, n);
	size_t npiles = 0;
	for (size_t i = 0; i < n; i++) {
		size_t low = 0, high = npiles;
		while (low < high) {
			size_t middle = low + (high - low) / 2;
			if (piles[middle]->b < v[i].b)
				low = middle + 1;
			else
				high = middle;
		}
		v[i].before = low ? piles[low - 1] : NULL;
		piles[low] = &v[i];
		npiles += low == npiles;
	}
	return npiles ? piles[npiles - 1] : NULL;
}

static struct window trim(const struct compare *c, struct window w)
{
	while (w.a0 < w.a1 && w.b0 < w.b1 && c->a[w.a0] == c->b[w.b0])
		w.a0++, w.b0++;
	while (w.a0 < w.a1 && w.b0 < w.b1 && c->a[w.a1 - 1] == c->b[w.b1 - 1])
		w.a1--, w.b1--;
	return w;
}

/* True if the window is done with: one side is empty, or a short edit was found. */
static bool compare_shortly(struct compare *c, const struct window *w)
{
	if (w->a0 < w->a1 && w->b0 < w->b1)
		return shortest_edit(c, w);
	memset(c->gone + w->a0, true, w->a1 - w->a0);
	memset(c->come + w->b0, true, w->b1 - w->b0);
	return true;
}

static void compare_gap(struct compare *c, struct window w)
{
	w = trim(c, w);
	if (compare_shortly(c, &w))
		return;
	memset(c->gone + w.a0, true, w.a1 - w.a0);
	memset(c->come + w.b0, true, w.b1 - w.b0);
}

static void compare(struct compare *c, struct window w)
{
	size_t n;
	w = trim(c, w);
	if (compare_shortly(c, &w))
		return;
	struct anchor *v = find_unique(c, &w, &n);
	for (struct anchor *at = longest_chain(c, v, n); at; at = at->before) {
		compare_gap(c, (struct window){ at->a + 1, w.a1, at->b + 1, w.b1 });
		w.a1 = at->a;
		w.b1 = at->b;
	}
	compare_gap(c, w);
}

static void collect(struct compare *c, struct kv_diff *d)
{
	for (size_t i = 0, k = 0; i < d->na || k < d->nb;) {
		struct kv_diff_change change = { .a = i, .b = k };
		while (i < d->na && c->gone[i])
			i++;
		while (k < d->nb && c->come[k])
			k++;
		change.na = i - change.a;
		change.nb = k - change.b;
		if (change.na || change.nb)
			KV_PUSH(c->arena, d->v, d->n, d->cap, change);
		else
			i++, k++;
	}
}

void kv_diff(struct kv_arena *arena, kv_str a, kv_str b, struct kv_diff *ret)
{
	struct kv_diff d = { .v = NULL };
	struct compare c = { .arena = arena };
	struct kv_map numbers;
	d.a = split(arena, a, &d.na);
	d.b = split(arena, b, &d.nb);
	kv_map_init(&numbers, arena);
	c.a = number(&numbers, d.a, d.na);
	c.b = number(&numbers, d.b, d.nb);
	c.gone = KV_NEW_N(arena, bool, d.na);
	c.come = KV_NEW_N(arena, bool, d.nb);
	c.count = KV_NEW_N(arena, uint32_t, numbers.n + 1);
	c.place = KV_NEW_N(arena, uint32_t, numbers.n + 1);
	compare(&c, (struct window){ 0, d.na, 0, d.nb });
	collect(&c, &d);
	*ret = d;
}

/* --- hunks ------------------------------------------------------------------------------------ */

static void add_line(struct kv_buf *out, char sign, const char *colour, kv_str line)
{
	bool ended = line.n && line.p[line.n - 1] == '\n';
	kv_str text = kv_str_sub(line, 0, line.n - ended);
	kv_buf_printf(out, "%s%c", colour, sign);
	kv_buf_str(out, text);
	kv_buf_printf(out, "%s\n", *colour ? "\033[0m" : "");
	if (!ended)
		kv_buf_lit(out, "\\ No newline at end of file\n");
}

/* Lines count from 1; of no lines the one before is named, and of one line the count is left out (POSIX, diff -u). */
static void add_range(struct kv_buf *out, char sign, size_t first, size_t n)
{
	kv_buf_printf(out, " %c%zu", sign, n ? first + 1 : first);
	if (n != 1)
		kv_buf_printf(out, ",%zu", n);
}

static size_t smaller(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* The changes from `from` to `to`, which lie close together. */
static void add_hunk(const struct kv_diff *d, size_t from, size_t to, size_t context, bool colour,
		     struct kv_buf *out)
{
	const struct kv_diff_change *first = &d->v[from], *last = &d->v[to - 1];
	size_t lead = smaller(context, first->a), at = first->a - lead, at_b = first->b - lead;
	size_t end = smaller(d->na, last->a + last->na + context);
	size_t end_b = last->b + last->nb + (end - last->a - last->na);
	kv_buf_printf(out, "%s@@", colour ? "\033[36m" : "");
	add_range(out, '-', at, end - at);
	add_range(out, '+', at_b, end_b - at_b);
	kv_buf_printf(out, " @@%s\n", colour ? "\033[0m" : "");
	for (size_t i = from; i < to; i++) {
		for (; at < d->v[i].a; at++)
			add_line(out, ' ', "", d->a[at]);
		for (; at < d->v[i].a + d->v[i].na; at++)
			add_line(out, '-', colour ? "\033[31m" : "", d->a[at]);
		for (size_t k = 0; k < d->v[i].nb; k++)
			add_line(out, '+', colour ? "\033[32m" : "", d->b[d->v[i].b + k]);
	}
	for (; at < end; at++)
		add_line(out, ' ', "", d->a[at]);
}

void kv_diff_unified(const struct kv_diff *d, size_t context, bool colour, struct kv_buf *out)
{
	for (size_t from = 0, to; from < d->n; from = to) {
		to = from + 1;
		while (to < d->n && d->v[to].a - (d->v[to - 1].a + d->v[to - 1].na) <= 2 * context)
			to++;
		add_hunk(d, from, to, context, colour, out);
	}
}
