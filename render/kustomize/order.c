/* render/kustomize/order.c: the order of the output (api/internal/builtins/SortOrderTransformer.go). */
#include <stdlib.h>

#include "render/kustomize/target.h"

struct row {
	struct rnd_k_res *res;
	int rank;
	bool namespace_kind, no_group; /* see compare_gvk */
	struct rnd_k_id id;
};

static kv_str given(kv_str s, const char *empty)
{
	return s.n ? s : kv_str_c(empty);
}

/* The byte at *i of the parts joined by a byte, or -1 behind the last; *part and *i go on. */
static int next_byte(const kv_str *parts, size_t n, char by, size_t *part, size_t *i)
{
	if (*i < parts[*part].n)
		return (unsigned char)parts[*part].p[(*i)++];
	if (*part + 1 == n)
		return -1;
	++*part;
	*i = 0;
	return (unsigned char)by;
}

/* Compares two texts of n parts as if the parts were joined by a byte, without making them. */
static int compare_joined(const kv_str *x, const kv_str *y, size_t n, char by)
{
	size_t px, py, i = 0, j = 0;
	int a, b;

	for (px = 0; px + 1 < n && kv_str_eq(x[px], y[px]);)
		px++;
	if (px + 1 == n)
		return kv_str_cmp(x[px], y[px]);
	py = px;
	do {
		a = next_byte(x, n, by, &px, &i);
		b = next_byte(y, n, by, &py, &j);
	} while (a == b && a >= 0);
	return a - b;
}

/* Between two objects of kind Namespace, one of which has no group, the order is reversed. */
static int compare_gvk(const struct row *x, const struct row *y)
{
	const struct krm_gvk *g = &x->id.gvk, *h = &y->id.gvk;
	int c = compare_joined((kv_str[]){ given(g->group, "~G"), given(g->version, "~V"), given(g->kind, "~K") },
			       (kv_str[]){ given(h->group, "~G"), given(h->version, "~V"), given(h->kind, "~K") }, 3, '_');

	return x->namespace_kind && y->namespace_kind && (x->no_group || y->no_group) ? -c : c;
}

static int compare(const void *a, const void *b)
{
	const struct row *x = a, *y = b;
	int c;

	if (!rnd_k_gvk_equal(x->id.gvk, y->id.gvk))
		c = x->rank != y->rank ? (x->rank < y->rank ? -1 : 1) : compare_gvk(x, y);
	else
		c = compare_joined((kv_str[]){ given(x->id.namespace, "~X"), given(x->id.name, "~N") },
				   (kv_str[]){ given(y->id.namespace, "~X"), given(y->id.name, "~N") }, 2, '|');
	if (c == 0)
		c = x->res->place < y->res->place ? -1 : x->res->place > y->res->place;
	return c;
}

static void add_ranks(struct kv_map *ranks, krm_val list, int first)
{
	for (size_t i = 0; i < krm_list_len(list); i++)
		kv_map_put(ranks, krm_str(list.l->v[i]), (void *)(intptr_t)(first + (int)i));
}

static void add_names(struct kv_map *ranks, const char *const *names, int first)
{
	for (int i = 0; names[i]; i++)
		kv_map_put(ranks, kv_str_c(names[i]), (void *)(intptr_t)(first + i));
}

static void rank_kinds(struct rnd_k_build *b, struct kv_map *ranks, krm_val legacy)
{
	int n = 0;

	kv_map_init(ranks, b->job->scratch);
	if (legacy.kind == KRM_MAP) {
		add_ranks(ranks, krm_get(legacy, "orderFirst"),
			  -(int)krm_list_len(krm_get(legacy, "orderFirst")));
		add_ranks(ranks, krm_get(legacy, "orderLast"), 1);
		return;
	}
	while (rnd_k_order_first[n])
		n++;
	add_names(ranks, rnd_k_order_first, -n);
	add_names(ranks, rnd_k_order_last, 1);
}

static struct row row_of(const struct kv_map *ranks, struct rnd_k_res *res)
{
	struct rnd_k_id id = rnd_k_cur_id(res);

	return (struct row){
		.res = res,
		.rank = (int)(intptr_t)kv_map_get(ranks, id.gvk.kind),
		.namespace_kind = kv_str_eq(id.gvk.kind, KV_S("Namespace")),
		.no_group = id.gvk.group.n == 0,
		.id = id,
	};
}

static void sort_legacy(struct rnd_k_build *b, struct rnd_k_acc *acc, krm_val legacy)
{
	struct kv_arena_mark mark = kv_arena_mark(b->job->scratch);
	struct row *rows = KV_NEW_N(b->job->scratch, struct row, acc->list.n);
	struct kv_map ranks;

	rank_kinds(b, &ranks, legacy);
	for (size_t i = 0; i < acc->list.n; i++)
		rows[i] = row_of(&ranks, acc->list.v[i]);
	qsort(rows, acc->list.n, sizeof *rows, compare);
	for (size_t i = 0; i < acc->list.n; i++) {
		acc->list.v[i] = rows[i].res;
		acc->list.v[i]->place = i;
	}
	kv_arena_release(b->job->scratch, mark);
}

static int by_options(struct rnd_k_build *b, struct rnd_k_acc *acc, krm_val options)
{
	kv_str order = krm_str(krm_get(options, "order"));
	krm_val legacy = krm_get(options, "legacySortOptions");
	bool fifo = kv_str_eq(order, KV_S("fifo"));

	if (!fifo && !kv_str_eq(order, KV_S("legacy")))
		return kv_error(b->job, options.pos,
				"the field 'sortOptions.order' must be one of [fifo, legacy]");
	if (fifo && legacy.kind != KRM_NIL)
		return kv_error(b->job, options.pos,
				"the field 'sortOptions.legacySortOptions' is set but the selected sort "
				"order is 'fifo', "
				"not 'legacy'");
	if (!fifo)
		sort_legacy(b, acc, legacy);
	return 0;
}

int rnd_k_sort(struct rnd_k_build *b, struct rnd_k_acc *acc, krm_val sort_options)
{
	if (sort_options.kind == KRM_MAP)
		return by_options(b, acc, sort_options);
	if (!kv_str_eq(b->options->reorder, KV_S("none")))
		sort_legacy(b, acc, krm_nil());
	return 0;
}
