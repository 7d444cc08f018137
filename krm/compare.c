/* krm/compare.c: compares two trees field by field. */
#include "krm/compare.h"

#include "base/diff.h"
#include "base/map.h"
#include "krm/json.h"

struct compare {
	struct kv_job *job;
	struct krm_changes *changes;
	size_t depth;
};

static int compare(struct compare *c, kv_str parent, kv_str name, krm_val before, krm_val after);

static void add(struct compare *c, enum krm_change_kind kind, kv_str parent, kv_str name, krm_val before,
		krm_val after)
{
	struct krm_change change = { kind, parent, name, before, after };
	KV_PUSH(c->job->arena, c->changes->v, c->changes->n, c->changes->cap, change);
}

static kv_str join(struct compare *c, kv_str parent, kv_str name)
{
	return parent.n ? kv_arena_cat(c->job->arena, parent, KV_S("."), name) : name;
}

/* --- maps ------------------------------------------------------------------------------------- */

static kv_str key_in_path(struct compare *c, kv_str key)
{
	struct kv_buf out;
	if (kv_str_chr(key, '.') == SIZE_MAX)
		return key;
	kv_buf_init(&out, c->job->arena, KV_BUF_MAX);
	for (size_t i = 0; i < key.n; i++) {
		if (key.p[i] == '.')
			kv_buf_c(&out, '\\');
		kv_buf_c(&out, key.p[i]);
	}
	return kv_buf_view(&out);
}

static int compare_maps(struct compare *c, kv_str path, struct krm_map *before, struct krm_map *after)
{
	struct krm_entry **a = krm_map_sorted(c->job->arena, before);
	struct krm_entry **b = krm_map_sorted(c->job->arena, after);
	for (size_t i = 0, k = 0; i < before->live || k < after->live;) {
		int order = i == before->live  ? 1
			    : k == after->live ? -1
					       : kv_str_cmp(krm_str(a[i]->key), krm_str(b[k]->key));
		kv_str name = key_in_path(c, krm_str(order <= 0 ? a[i]->key : b[k]->key));
		if (order < 0)
			add(c, KRM_REMOVED, path, name, a[i++]->val, krm_nil());
		else if (order > 0)
			add(c, KRM_ADDED, path, name, krm_nil(), b[k++]->val);
		else if (compare(c, path, name, a[i++]->val, b[k++]->val) < 0)
			return -1;
	}
	return 0;
}

/* --- lists whose items have names ------------------------------------------------------------- */

/* The fields that name items of lists in Kubernetes' own types, the commonest first. */
static const char *const naming[] = { "name", "mountPath",   "devicePath", "containerPort", "port", "key",
				      "type", "topologyKey", "ip",         "uid",           "path", "host" };

static kv_str text_of(struct compare *c, krm_val v)
{
	struct kv_buf out;
	kv_str error;
	kv_buf_init(&out, c->job->arena, KV_BUF_MAX);
	if (v.kind == KRM_STRING)
		return krm_str(v);
	if (krm_json_write(c->job, v, (struct krm_json_style){ .indent = NULL }, &out, &error) < 0)
		return error;
	return kv_buf_view(&out);
}

/* Items by the value of the field, or false if some item has none or two have the same. */
static bool index_by(struct compare *c, const struct krm_list *list, const char *field, struct kv_map *ret)
{
	kv_map_init(ret, c->job->arena);
	for (size_t i = 0; i < list->n; i++) {
		krm_val name = krm_get(list->v[i], field);
		if (name.kind == KRM_NIL || name.kind == KRM_MAP || name.kind == KRM_LIST ||
		    kv_map_put(ret, text_of(c, name), &list->v[i]))
			return false;
	}
	return true;
}

/* The items that both lists have stand in another order. */
static bool reordered(const struct kv_map *before, const struct kv_map *after)
{
	size_t k = 0;
	for (size_t i = 0; i < before->n; i++) {
		if (!kv_map_has(after, before->entries[i].key))
			continue;
		while (!kv_map_has(before, after->entries[k].key))
			k++;
		if (!kv_str_eq(before->entries[i].key, after->entries[k++].key))
			return true;
	}
	return false;
}

static kv_str item_in_path(struct compare *c, const char *field, kv_str name)
{
	return kv_arena_cat(c->job->arena, KV_S("["), kv_str_c(field), KV_S("="), name, KV_S("]"));
}

static int compare_named(struct compare *c, kv_str path, const char *field, const struct kv_map *before,
			 const struct kv_map *after)
{
	for (size_t i = 0; i < before->n; i++) {
		const krm_val *a = before->entries[i].value, *b = kv_map_get(after, before->entries[i].key);
		kv_str name = item_in_path(c, field, before->entries[i].key);
		if (!b)
			add(c, KRM_REMOVED, path, name, *a, krm_nil());
		else if (compare(c, path, name, *a, *b) < 0)
			return -1;
	}
	for (size_t i = 0; i < after->n; i++)
		if (!kv_map_has(before, after->entries[i].key))
			add(c, KRM_ADDED, path, item_in_path(c, field, after->entries[i].key), krm_nil(),
			    *(const krm_val *)after->entries[i].value);
	return 0;
}

/* --- lists ------------------------------------------------------------------------------------ */

/* A line an item: equal items have equal lines. */
static kv_str lines_of(struct compare *c, const struct krm_list *list)
{
	struct kv_buf out;
	kv_str error;
	kv_buf_init(&out, c->job->arena, KV_BUF_MAX);
	for (size_t i = 0; i < list->n; i++) {
		if (krm_json_write(c->job, list->v[i], (struct krm_json_style){ .indent = NULL }, &out,
				   &error) < 0)
			kv_buf_str(&out, error);
		kv_buf_c(&out, '\n');
	}
	return kv_buf_view(&out);
}

/* What stands in one place before and after is one item that changed. */
static int compare_run(struct compare *c, kv_str path, const struct krm_list *before,
		       const struct krm_list *after, const struct kv_diff_change *run)
{
	for (size_t i = 0; i < run->na || i < run->nb; i++) {
		size_t number = i < run->nb ? run->b + i : run->a + i;
		kv_str name = kv_arena_printf(c->job->arena, "%zu", number);
		if (i >= run->nb)
			add(c, KRM_REMOVED, path, name, before->v[run->a + i], krm_nil());
		else if (i >= run->na)
			add(c, KRM_ADDED, path, name, krm_nil(), after->v[run->b + i]);
		else if (compare(c, path, name, before->v[run->a + i], after->v[run->b + i]) < 0)
			return -1;
	}
	return 0;
}

static int compare_unnamed(struct compare *c, kv_str path, const struct krm_list *before,
			   const struct krm_list *after)
{
	struct kv_diff d;
	kv_diff(c->job->arena, lines_of(c, before), lines_of(c, after), &d);
	for (size_t i = 0; i < d.n; i++)
		if (compare_run(c, path, before, after, &d.v[i]) < 0)
			return -1;
	return 0;
}

static int compare_lists(struct compare *c, kv_str parent, kv_str name, krm_val before, krm_val after)
{
	kv_str path = join(c, parent, name);
	struct kv_map a, b;
	for (size_t i = 0; i < sizeof naming / sizeof *naming; i++)
		if (index_by(c, before.l, naming[i], &a) && index_by(c, after.l, naming[i], &b)) {
			if (reordered(&a, &b))
				add(c, KRM_REORDERED, parent, name, before, after);
			return compare_named(c, path, naming[i], &a, &b);
		}
	return compare_unnamed(c, path, before.l, after.l);
}

static int compare(struct compare *c, kv_str parent, kv_str name, krm_val before, krm_val after)
{
	int failed = 0;
	if (c->depth >= c->job->limits.depth)
		return kv_error(c->job, 0, "too many nested values to compare (limit %zu)",
				c->job->limits.depth);
	c->depth++;
	if (before.kind == KRM_MAP && after.kind == KRM_MAP)
		failed = compare_maps(c, join(c, parent, name), before.m, after.m);
	else if (before.kind == KRM_LIST && after.kind == KRM_LIST)
		failed = compare_lists(c, parent, name, before, after);
	else if (!krm_equal(before, after))
		add(c, KRM_CHANGED, parent, name, before, after);
	c->depth--;
	return failed;
}

int krm_compare(struct kv_job *job, krm_val before, krm_val after, struct krm_changes *ret)
{
	struct compare c = { .job = job, .changes = ret };
	return compare(&c, KV_S(""), KV_S(""), before, after);
}
