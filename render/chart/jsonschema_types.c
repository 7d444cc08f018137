/* render/chart/jsonschema_types.c: the keywords that speak of one type each: objects, arrays, strings, numbers (jsonschema:
 * validator.go). */
#include <stdlib.h>

#include "base/utf8.h"
#include "render/chart/jsonschema_check.h"

/* --- objects ---------------------------------------------------------------------------------- */

/* The names of a list that the object lacks, quoted and joined; 0 if it has all. */
static size_t missing_names(struct rnd_js_check *d, krm_val names, struct kv_buf *out)
{
	size_t n = 0;
	kv_buf_init(out, d->run->job->arena, KV_BUF_MAX);
	for (size_t i = 0; i < krm_list_len(names); i++) {
		krm_val name = names.l->v[i];
		if (name.kind != KRM_STRING || krm_map_find(d->v.m, krm_str(name)))
			continue;
		if (n++)
			kv_buf_lit(out, ", ");
		rnd_js_quote(krm_str(name), out);
	}
	return n;
}

static void check_dependencies(struct rnd_js_check *d, const struct rnd_js_dependencies *list)
{
	for (size_t i = 0; i < list->n; i++) {
		const struct rnd_js_dependency *dep = &list->v[i];
		struct kv_buf names;
		if (!krm_map_find(d->v.m, dep->name))
			continue;
		if (dep->schema) {
			rnd_js_error_push(d, &d->errors, rnd_js_check_self(d, dep->schema, "", false));
		} else if (missing_names(d, dep->required, &names)) {
			kv_str text = kv_buf_view(&names);
			RND_JS_ADD(d, "properties %S required, if %Q exists", &text, &dep->name);
		}
	}
}

/* One property against all keywords that speak of it. True if none allows it. */
static bool check_property(struct rnd_js_check *d, const struct krm_entry *e)
{
	const struct rnd_js_schema *s = d->schema;
	kv_str name = krm_str(e->key);
	bool evaluated = false, refused = false;
	struct rnd_js_schema *own = s->properties ? kv_map_get(s->properties, name) : NULL;
	if (own) {
		evaluated = true;
		rnd_js_error_push(d, &d->errors, rnd_js_check_value(d, own, e->val, name));
	}
	for (size_t i = 0; i < s->npatterns; i++) {
		if (!rnd_js_matches(d->run, s->patterns[i].re, name))
			continue;
		evaluated = true;
		rnd_js_error_push(d, &d->errors, rnd_js_check_value(d, s->patterns[i].schema, e->val, name));
	}
	if (!evaluated && s->additional_properties.set) {
		evaluated = true;
		refused = s->additional_properties.is_bool && !s->additional_properties.allowed;
		if (s->additional_properties.schema)
			rnd_js_error_push(
				d, &d->errors,
				rnd_js_check_value(d, s->additional_properties.schema, e->val, name));
	}
	if (evaluated && d->left.props)
		d->left.props[e - d->v.m->e] = false;
	return refused;
}

static void check_properties(struct rnd_js_check *d, struct krm_entry **sorted, size_t n)
{
	struct kv_buf refused;
	kv_buf_init(&refused, d->run->job->arena, KV_BUF_MAX);
	for (size_t i = 0; i < n; i++) {
		if (d->run->failure.n || (d->only_whether && d->errors.n))
			return;
		if (!check_property(d, sorted[i]))
			continue;
		if (refused.n)
			kv_buf_lit(&refused, ", ");
		rnd_js_quote(krm_str(sorted[i]->key), &refused);
	}
	kv_str text = kv_buf_view(&refused);
	if (text.n)
		RND_JS_ADD(d, "additional properties %S not allowed", &text);
}

/* A name is a value of its own: its errors hang below one that names it, without a place. */
static void check_names(struct rnd_js_check *d, struct krm_entry **sorted, size_t n)
{
	const struct rnd_js_schema *s = d->schema->property_names;
	for (size_t i = 0; i < n; i++) {
		kv_str name = krm_str(sorted[i]->key);
		struct rnd_js_way root = { .root = true };
		struct rnd_js_scope scope = { .schema = s };
		struct rnd_js_check sub = {
			.run = d->run, .v = sorted[i]->key, .at = &root, .schema = s, .scope = &scope
		};
		struct rnd_js_error *e = rnd_js_check_part(d, &sub);
		if (!e)
			continue;
		struct rnd_js_check here = { .run = d->run, .at = &root, .only_whether = d->only_whether };
		struct rnd_js_error *outer =
			rnd_js_error_new(&here, RND_JS_PLAIN, "invalid propertyName %Q", &name);
		struct rnd_js_errors causes = { 0 };
		if (e->kind == RND_JS_GROUP)
			causes = e->causes;
		else
			rnd_js_error_push(d, &causes, e);
		rnd_js_error_push_over(d, outer, &causes);
	}
}

void rnd_js_check_object(struct rnd_js_check *d)
{
	const struct rnd_js_schema *s = d->schema;
	size_t n = d->v.m->live;
	struct kv_buf names;
	if (s->min_properties.set && (int64_t)n < s->min_properties.n)
		RND_JS_ADD(d, "minProperties: got %d, want %d", (int64_t)n, s->min_properties.n);
	if (s->max_properties.set && (int64_t)n > s->max_properties.n)
		RND_JS_ADD(d, "maxProperties: got %d, want %d", (int64_t)n, s->max_properties.n);
	size_t missing = missing_names(d, s->required, &names);
	kv_str text = kv_buf_view(&names);
	if (missing)
		RND_JS_ADD(d, missing == 1 ? "missing property %S" : "missing properties %S", &text);
	if (d->only_whether && d->errors.n)
		return;
	check_dependencies(d, &s->dependencies);
	struct krm_entry **sorted = krm_map_sorted(d->run->job->arena, d->v.m);
	check_properties(d, sorted, n);
	if (s->property_names)
		check_names(d, sorted, n);
	check_dependencies(d, &s->dependent_schemas);
	check_dependencies(d, &s->dependent_required);
}

/* --- arrays ----------------------------------------------------------------------------------- */

/* Numbers of one value round to one double, however they are written. */
static uint64_t number_hash(krm_val v)
{
	double f = 0;
	uint64_t bits;
	if (v.kind == KRM_FLOAT)
		f = v.f;
	else if (v.kind == KRM_INT || v.kind == KRM_INT64)
		f = (double)v.i;
	else if (v.kind == KRM_UINT8 || v.kind == KRM_UINT64)
		f = (double)v.u;
	if (f == 0) /* also -0 */
		return 0;
	memcpy(&bits, &f, sizeof bits);
	return bits * 0xff51afd7ed558ccdu;
}

/* A hash that equal values share. */
static uint64_t value_hash(krm_val v)
{
	uint64_t h = 0x9e3779b97f4a7c15u ^ number_hash(v);
	/* Integers and other numbers may be equal. */
	if (rnd_js_type_of(v) != RND_JS_INTEGER && rnd_js_type_of(v) != RND_JS_NUMBER)
		h *= (uint64_t)rnd_js_type_of(v) + 2;
	if (v.kind == KRM_STRING)
		return h ^ kv_str_hash(krm_str(v));
	if (v.kind == KRM_BOOL)
		return h ^ v.b;
	for (size_t i = 0; i < krm_list_len(v); i++)
		h = h * 31 + value_hash(v.l->v[i]);
	if (v.kind == KRM_MAP)
		krm_map_each (v.m, e)
			h += kv_str_hash(krm_str(e->key)) ^ (value_hash(e->val) * 31);
	return h;
}

struct hashed {
	uint64_t hash;
	size_t i;
};

static int by_hash(const void *a, const void *b)
{
	const struct hashed *x = a, *y = b;
	return x->hash != y->hash ? (x->hash < y->hash ? -1 : 1) : (x->i > y->i) - (x->i < y->i);
}

/* Few items are compared each with those before it, more only with those of the same hash, which a number and its text do not share
 * (jsonschema: util.go, duplicates). */
#define FEW 20

static void check_unique_few(struct rnd_js_check *d)
{
	const struct krm_list *items = d->v.l;
	for (size_t i = 1; i < items->n; i++)
		for (size_t j = 0; j < i; j++)
			if (rnd_js_equal(d->run->job, items->v[i], items->v[j])) {
				RND_JS_ADD(d, "items at %d and %d are equal", (int64_t)j, (int64_t)i);
				return;
			}
}

static void check_unique_many(struct rnd_js_check *d)
{
	size_t n = d->v.l->n, first = 0, second = SIZE_MAX;
	struct hashed *h = KV_NEW_N(d->run->job->arena, struct hashed, n);
	for (size_t i = 0; i < n; i++)
		h[i] = (struct hashed){ value_hash(d->v.l->v[i]), i };
	qsort(h, n, sizeof *h, by_hash);
	/* The pair whose second item comes first, and of those the one with the first first. */
	for (size_t i = 0; i < n; i++) {
		for (size_t j = i + 1; j < n && h[j].hash == h[i].hash; j++) {
			if (rnd_js_count_step(d->run))
				return;
			if (h[j].i > second ||
			    !rnd_js_equal(d->run->job, d->v.l->v[h[i].i], d->v.l->v[h[j].i]))
				continue;
			if (h[j].i < second || h[i].i < first)
				first = h[i].i;
			second = h[j].i;
			break;
		}
	}
	if (second != SIZE_MAX)
		RND_JS_ADD(d, "items at %d and %d are equal", (int64_t)first, (int64_t)second);
}

static void check_items(struct rnd_js_check *d)
{
	const struct rnd_js_schema *s = d->schema;
	const struct rnd_js_schemas *list = s->draft < 2020 ? &s->items_list : &s->prefix_items;
	const struct rnd_js_schema *rest = s->draft < 2020 ? s->additional_items.schema : s->items_2020;
	size_t n = d->v.l->n, given = list->n < n ? list->n : n;
	if (s->items_one) {
		for (size_t i = 0; i < n; i++)
			rnd_js_error_push(d, &d->errors, rnd_js_check_item(d, s->items_one, d->v.l->v[i], i));
		return;
	}
	for (size_t i = 0; i < given; i++)
		rnd_js_error_push(d, &d->errors, rnd_js_check_item(d, list->v[i], d->v.l->v[i], i));
	if (s->additional_items.is_bool && !s->additional_items.allowed && given != n)
		RND_JS_ADD(d, "last %d additionalItem(s) not allowed", (int64_t)(n - given));
	/* Upstream counts the rest from 0 again. */
	for (size_t i = given; rest && i < n; i++)
		rnd_js_error_push(d, &d->errors, rnd_js_check_item(d, rest, d->v.l->v[i], i - given));
}

static void check_contains(struct rnd_js_check *d)
{
	const struct rnd_js_schema *s = d->schema;
	struct rnd_js_errors errors = { 0 };
	struct kv_buf places;
	kv_buf_init(&places, d->run->job->arena, KV_BUF_MAX);
	int64_t matched = 0;
	for (size_t i = 0; i < d->v.l->n; i++) {
		struct rnd_js_error *e = rnd_js_check_item(d, s->contains, d->v.l->v[i], i);
		rnd_js_error_push(d, &errors, e);
		if (e)
			continue;
		kv_buf_printf(&places, "%s%zu", matched++ ? " " : "", i);
		if (s->draft >= 2020 && d->left.items)
			d->left.items[i] = false;
	}
	kv_str at = kv_buf_view(&places);
	if (s->min_contains.set && matched < s->min_contains.n)
		rnd_js_error_push_over(
			d,
			matched ? rnd_js_error_new(
					  d, RND_JS_PLAIN,
					  "min %d items required to match contains schema, but matched %d "
					  "items at %S",
					  s->min_contains.n, matched, &at)
				: rnd_js_error_new(
					  d, RND_JS_PLAIN,
					  "min %d items required to match contains schema, but none matched",
					  s->min_contains.n),
			&errors);
	else if (!s->min_contains.set && matched == 0)
		rnd_js_error_push_over(d, rnd_js_error_new(d, RND_JS_PLAIN, "no items match contains schema"),
				       &errors);
	if (s->max_contains.set && matched > s->max_contains.n)
		RND_JS_ADD(d, "max %d items required to match contains schema, but matched %d items at %S",
			   s->max_contains.n, matched, &at);
}

void rnd_js_check_array(struct rnd_js_check *d)
{
	const struct rnd_js_schema *s = d->schema;
	int64_t n = (int64_t)d->v.l->n;
	if (s->min_items.set && n < s->min_items.n)
		RND_JS_ADD(d, "minItems: got %d, want %d", n, s->min_items.n);
	if (s->max_items.set && n > s->max_items.n)
		RND_JS_ADD(d, "maxItems: got %d, want %d", n, s->max_items.n);
	if (s->unique_items && n > FEW)
		check_unique_many(d);
	else if (s->unique_items)
		check_unique_few(d);
	check_items(d);
	if (s->contains)
		check_contains(d);
}

/* --- strings and numbers ---------------------------------------------------------------------- */

void rnd_js_check_string(struct rnd_js_check *d)
{
	const struct rnd_js_schema *s = d->schema;
	kv_str text = krm_str(d->v);
	int64_t n = s->min_length.set || s->max_length.set ? (int64_t)kv_utf8_count(text) : 0;
	if (s->min_length.set && n < s->min_length.n)
		RND_JS_ADD(d, "minLength: got %d, want %d", n, s->min_length.n);
	if (s->max_length.set && n > s->max_length.n)
		RND_JS_ADD(d, "maxLength: got %d, want %d", n, s->max_length.n);
	if (s->pattern && !rnd_js_matches(d->run, s->pattern, text))
		RND_JS_ADD(d, "%Q does not match pattern %Q", &text, &s->pattern_text);
}

void rnd_js_check_number(struct rnd_js_check *d)
{
	const struct rnd_js_schema *s = d->schema;
	struct rnd_js_number n;
	if (!rnd_js_number_of(d->run->job, d->v, &n))
		return;
	if (s->minimum.set && rnd_js_number_cmp(&n, &s->minimum.n) < 0)
		RND_JS_ADD(d, "minimum: got %N, want %N", &n, &s->minimum.n);
	if (s->maximum.set && rnd_js_number_cmp(&n, &s->maximum.n) > 0)
		RND_JS_ADD(d, "maximum: got %N, want %N", &n, &s->maximum.n);
	if (s->exclusive_minimum.set && rnd_js_number_cmp(&n, &s->exclusive_minimum.n) <= 0)
		RND_JS_ADD(d, "exclusiveMinimum: got %N, want %N", &n, &s->exclusive_minimum.n);
	if (s->exclusive_maximum.set && rnd_js_number_cmp(&n, &s->exclusive_maximum.n) >= 0)
		RND_JS_ADD(d, "exclusiveMaximum: got %N, want %N", &n, &s->exclusive_maximum.n);
	if (s->multiple_of.set && !rnd_js_number_is_multiple(&n, &s->multiple_of.n))
		RND_JS_ADD(d, "multipleOf: got %N, want %N", &n, &s->multiple_of.n);
}
