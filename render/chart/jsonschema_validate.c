/* render/chart/jsonschema_validate.c: a value against a compiled schema (jsonschema: validator.go, output.go, kind.go). */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/utf8.h"
#include "render/chart/jsonschema_graph.h"
#include "render/template/func.h"

enum error_kind {
	PLAIN,
	GROUP /* several errors of one schema */,
	REFERENCE /* not shown around a single cause */
};

struct rnd_js_error {
	enum error_kind kind;
	kv_str text; /* "at '/a/b': got number, want string" */
	struct errors {
		struct rnd_js_error **v;
		size_t n, cap;
	} causes;
};

/* The way from the root to the value in hand. */
struct location {
	const struct location *up;
	kv_str token;
	bool root;
};

/* The schemas in force, innermost first. */
struct scope {
	const struct rnd_js_schema *schema;
	const char *keyword; /* of a reference; else the way is that of the locations */
	size_t value;        /* scopes of one value share it */
	const struct scope *up;
};

/* Properties or items nobody has looked at yet, for the unevaluated keywords; NULL: none are wanted. */
struct unevaluated {
	bool *props, *items; /* by entry of the map, by index */
	size_t n;
};

struct run {
	struct kv_job *job;
	size_t depth;
	/* while checking a schema: whose resources may be of other dialects */
	struct rnd_js_compiler *compiler;
	const struct rnd_js_document *document;
	kv_str pointer; /* of the root value in the document */
	const struct rnd_js_schema *meta;
	kv_str failure; /* a limit, or a metaschema that cannot be had */
};

struct validator {
	struct run *run;
	krm_val v;
	const struct location *at;
	const struct rnd_js_schema *schema;
	const struct scope *scope;
	struct unevaluated left;
	struct errors errors;
	bool only_whether; /* nobody reads the errors */
};

static struct rnd_js_error nothing; /* the error of only_whether */

/* --- making errors ---------------------------------------------------------------------------- */

static void location_text(struct kv_job *job, const struct location *at, struct kv_buf *out)
{
	size_t n = 0;
	for (const struct location *l = at; l && !l->root; l = l->up)
		n++;
	const struct location **way = KV_NEW_N(job->arena, const struct location *, n);
	for (size_t i = n; i-- > 0; at = at->up)
		way[i] = at;
	for (size_t i = 0; i < n; i++) {
		kv_buf_c(out, '/');
		kv_buf_str(out, rnd_js_pointer_escape(job, way[i]->token));
	}
}

/* %s a C string, %S a kv_str, %Q a quoted kv_str, %d a count, %N a number. */
static void format_text(struct kv_buf *b, const char *format, va_list ap)
{
	for (; *format; format++) {
		if (*format != '%') {
			kv_buf_c(b, *format);
			continue;
		}
		switch (*++format) {
		case 's': kv_buf_str(b, kv_str_c(va_arg(ap, const char *))); break;
		case 'S': kv_buf_str(b, *va_arg(ap, const kv_str *)); break;
		case 'Q': rnd_js_quote(*va_arg(ap, const kv_str *), b); break;
		case 'd': rnd_js_count_print(va_arg(ap, int64_t), b); break;
		case 'N': rnd_js_number_print(va_arg(ap, const struct rnd_js_number *), b); break;
		default: break;
		}
	}
}

static struct rnd_js_error *make_error(struct validator *d, enum error_kind kind, const char *format, ...)
{
	if (d->only_whether)
		return &nothing;
	struct rnd_js_error *e = KV_NEW(d->run->job->arena, struct rnd_js_error);
	struct kv_buf way, b;
	kv_buf_init(&way, d->run->job->arena, KV_BUF_MAX);
	kv_buf_init(&b, d->run->job->arena, KV_BUF_MAX);
	location_text(d->run->job, d->at, &way);
	kv_buf_lit(&b, "at ");
	rnd_js_quote(kv_buf_view(&way), &b);
	kv_buf_lit(&b, ": ");
	va_list ap;
	va_start(ap, format);
	format_text(&b, format, ap);
	va_end(ap);
	e->kind = kind;
	e->text = kv_buf_view(&b);
	return e;
}

static void push(struct validator *d, struct errors *list, struct rnd_js_error *e)
{
	if (e)
		KV_PUSH(d->run->job->arena, list->v, list->n, list->cap, e);
}

#define ADD(d, ...) push((d), &(d)->errors, make_error((d), PLAIN, __VA_ARGS__))

static void add_with_causes(struct validator *d, struct rnd_js_error *e, const struct errors *causes)
{
	if (e != &nothing)
		e->causes = *causes;
	push(d, &d->errors, e);
}

/* --- validating parts ------------------------------------------------------------------------- */

static struct rnd_js_error *validate(struct validator *d);

/* Inside a schema that is being checked, a resource of another dialect is checked by that one's metaschema. */
static void switch_dialect(struct validator *d)
{
	struct run *run = d->run;
	struct rnd_js_schema *meta;
	if (!run->document || run->document->resources.n < 2 || d->schema != run->meta)
		return;
	struct kv_buf b;
	kv_buf_init(&b, run->job->arena, KV_BUF_MAX);
	kv_buf_str(&b, run->pointer);
	location_text(run->job, d->at, &b);
	const struct rnd_js_resource *r = kv_map_get(&run->document->resources, kv_buf_view(&b));
	if (!r)
		return;
	if (rnd_js_metaschema(run->compiler, r->draft, &meta))
		run->failure = run->compiler->error;
	else
		run->meta = d->schema = meta;
}

static struct unevaluated unevaluated_of(struct validator *d, krm_val v, const struct rnd_js_schema *s,
					 bool wanted)
{
	struct unevaluated u = { 0 };
	if (v.kind == KRM_MAP && !s->all_props && (wanted || s->unevaluated_properties)) {
		u.n = v.m->n;
		u.props = KV_NEW_N(d->run->job->arena, bool, u.n);
		for (size_t i = 0; i < u.n; i++)
			u.props[i] = v.m->e[i].key.kind != KRM_NKINDS;
	} else if (v.kind == KRM_LIST && !s->all_items && (wanted || s->unevaluated_items) &&
		   s->items_evaluated < v.l->n) {
		u.n = v.l->n;
		u.items = KV_NEW_N(d->run->job->arena, bool, u.n);
		memset(u.items + s->items_evaluated, true, u.n - s->items_evaluated);
	}
	return u;
}

static bool any_left(const struct unevaluated *u)
{
	const bool *left = u->props ? u->props : u->items;
	for (size_t i = 0; left && i < u->n; i++)
		if (left[i])
			return true;
	return false;
}

/* What either has looked at is looked at. */
static void merge_left(struct unevaluated *u, const struct unevaluated *other)
{
	for (size_t i = 0; u->props && i < u->n; i++)
		u->props[i] = u->props[i] && other->props && other->props[i];
	for (size_t i = 0; u->items && i < u->n; i++)
		u->items[i] = u->items[i] && other->items && other->items[i];
}

/* Looking at one value with one schema costs more than a step of a template. */
static bool count_step(struct run *run)
{
	enum { WEIGHT = 20 };
	run->job->steps += WEIGHT;
	if (run->job->steps <= run->job->limits.steps)
		return false;
	run->failure = KV_S("too many nested schemas or steps");
	return true;
}

static struct rnd_js_error *validate_part(struct validator *d, struct validator *sub)
{
	struct run *run = d->run;
	if (run->depth >= run->job->limits.depth || count_step(run)) {
		run->failure = KV_S("too many nested schemas or steps");
		return &nothing;
	}
	run->depth++;
	const struct rnd_js_schema *meta = run->meta;
	switch_dialect(sub);
	struct rnd_js_error *e = validate(sub);
	run->meta = meta;
	run->depth--;
	return e;
}

static struct rnd_js_error *validate_self(struct validator *d, const struct rnd_js_schema *s,
					  const char *keyword, bool only_whether)
{
	struct scope scope = { s, keyword, d->scope->value, d->scope };
	struct validator sub = {
		.run = d->run,
		.v = d->v,
		.at = d->at,
		.schema = s,
		.scope = &scope,
		.left = unevaluated_of(d, d->v, s, any_left(&d->left)),
		.only_whether = d->only_whether || only_whether,
	};
	struct rnd_js_error *e = validate_part(d, &sub);
	if (!e)
		merge_left(&d->left, &sub.left);
	return e;
}

static struct rnd_js_error *validate_value(struct validator *d, const struct rnd_js_schema *s, krm_val v,
					   kv_str token)
{
	struct location at = { d->at, token, false };
	struct scope scope = { s, NULL, d->scope->value + 1, d->scope };
	struct validator sub = {
		.run = d->run,
		.v = v,
		.at = &at,
		.schema = s,
		.scope = &scope,
		.left = unevaluated_of(d, v, s, false),
		.only_whether = d->only_whether,
	};
	return validate_part(d, &sub);
}

static struct rnd_js_error *validate_item(struct validator *d, const struct rnd_js_schema *s, krm_val v,
					  size_t i)
{
	/* The token stays on our side only as long as the call: errors hold texts. */
	char token[24];
	int n = snprintf(token, sizeof token, "%zu", i);
	return validate_value(d, s, v, kv_str_of(token, (size_t)n));
}

static struct rnd_js_error *validate_ref(struct validator *d, const struct rnd_js_schema *s,
					 const char *keyword)
{
	struct rnd_js_error *e = validate_self(d, s, keyword, false);
	if (!e)
		return NULL;
	struct rnd_js_error *ref = make_error(d, REFERENCE, "validation failed");
	if (ref == &nothing)
		return ref;
	if (e->kind == GROUP)
		ref->causes = e->causes;
	else
		push(d, &ref->causes, e);
	return ref;
}

/* --- objects ---------------------------------------------------------------------------------- */

/* The names of a list that the object lacks, quoted and joined; 0 if it has all. */
static size_t missing_names(struct validator *d, krm_val names, struct kv_buf *out)
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

static void check_dependencies(struct validator *d, const struct rnd_js_dependencies *list)
{
	for (size_t i = 0; i < list->n; i++) {
		const struct rnd_js_dependency *dep = &list->v[i];
		struct kv_buf names;
		if (!krm_map_find(d->v.m, dep->name))
			continue;
		if (dep->schema) {
			push(d, &d->errors, validate_self(d, dep->schema, "", false));
		} else if (missing_names(d, dep->required, &names)) {
			kv_str text = kv_buf_view(&names);
			ADD(d, "properties %S required, if %Q exists", &text, &dep->name);
		}
	}
}

/* One property against all keywords that speak of it. True if none allows it. */
static bool check_property(struct validator *d, const struct krm_entry *e)
{
	const struct rnd_js_schema *s = d->schema;
	kv_str name = krm_str(e->key);
	bool evaluated = false, refused = false;
	struct rnd_js_schema *own = s->properties ? kv_map_get(s->properties, name) : NULL;
	if (own) {
		evaluated = true;
		push(d, &d->errors, validate_value(d, own, e->val, name));
	}
	for (size_t i = 0; i < s->npatterns; i++) {
		if (!kv_re_match(d->run->job, s->patterns[i].re, name))
			continue;
		evaluated = true;
		push(d, &d->errors, validate_value(d, s->patterns[i].schema, e->val, name));
	}
	if (!evaluated && s->additional_properties.set) {
		evaluated = true;
		refused = s->additional_properties.is_bool && !s->additional_properties.allowed;
		if (s->additional_properties.schema)
			push(d, &d->errors, validate_value(d, s->additional_properties.schema, e->val, name));
	}
	if (evaluated && d->left.props)
		d->left.props[e - d->v.m->e] = false;
	return refused;
}

static void check_properties(struct validator *d, struct krm_entry **sorted, size_t n)
{
	struct kv_buf refused;
	kv_buf_init(&refused, d->run->job->arena, KV_BUF_MAX);
	for (size_t i = 0; i < n; i++) {
		if (d->only_whether && d->errors.n)
			return;
		if (!check_property(d, sorted[i]))
			continue;
		if (refused.n)
			kv_buf_lit(&refused, ", ");
		rnd_js_quote(krm_str(sorted[i]->key), &refused);
	}
	kv_str text = kv_buf_view(&refused);
	if (text.n)
		ADD(d, "additional properties %S not allowed", &text);
}

/* A name is a value of its own: its errors hang below one that names it, without a place. */
static void check_names(struct validator *d, struct krm_entry **sorted, size_t n)
{
	const struct rnd_js_schema *s = d->schema->property_names;
	for (size_t i = 0; i < n; i++) {
		kv_str name = krm_str(sorted[i]->key);
		struct location root = { .root = true };
		struct scope scope = { .schema = s };
		struct validator sub = {
			.run = d->run, .v = sorted[i]->key, .at = &root, .schema = s, .scope = &scope
		};
		struct rnd_js_error *e = validate_part(d, &sub);
		if (!e)
			continue;
		struct validator here = { .run = d->run, .at = &root, .only_whether = d->only_whether };
		struct rnd_js_error *outer = make_error(&here, PLAIN, "invalid propertyName %Q", &name);
		struct errors causes = { 0 };
		if (e->kind == GROUP)
			causes = e->causes;
		else
			push(d, &causes, e);
		add_with_causes(d, outer, &causes);
	}
}

static void check_object(struct validator *d)
{
	const struct rnd_js_schema *s = d->schema;
	size_t n = d->v.m->live;
	struct kv_buf names;
	if (s->min_properties.set && (int64_t)n < s->min_properties.n)
		ADD(d, "minProperties: got %d, want %d", (int64_t)n, s->min_properties.n);
	if (s->max_properties.set && (int64_t)n > s->max_properties.n)
		ADD(d, "maxProperties: got %d, want %d", (int64_t)n, s->max_properties.n);
	size_t missing = missing_names(d, s->required, &names);
	kv_str text = kv_buf_view(&names);
	if (missing)
		ADD(d, missing == 1 ? "missing property %S" : "missing properties %S", &text);
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

static void check_unique(struct validator *d)
{
	size_t n = d->v.l->n, first = 0, second = SIZE_MAX;
	struct hashed *h = KV_NEW_N(d->run->job->arena, struct hashed, n);
	for (size_t i = 0; i < n; i++)
		h[i] = (struct hashed){ value_hash(d->v.l->v[i]), i };
	qsort(h, n, sizeof *h, by_hash);
	/* The pair whose second item comes first, and of those the one with the first first. */
	for (size_t i = 0; i < n; i++) {
		for (size_t j = i + 1; j < n && h[j].hash == h[i].hash; j++) {
			if (count_step(d->run))
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
		ADD(d, "items at %d and %d are equal", (int64_t)first, (int64_t)second);
}

static void check_items(struct validator *d)
{
	const struct rnd_js_schema *s = d->schema;
	const struct rnd_js_schemas *list = s->draft < 2020 ? &s->items_list : &s->prefix_items;
	const struct rnd_js_schema *rest = s->draft < 2020 ? s->additional_items.schema : s->items_2020;
	size_t n = d->v.l->n, given = list->n < n ? list->n : n;
	if (s->items_one) {
		for (size_t i = 0; i < n; i++)
			push(d, &d->errors, validate_item(d, s->items_one, d->v.l->v[i], i));
		return;
	}
	for (size_t i = 0; i < given; i++)
		push(d, &d->errors, validate_item(d, list->v[i], d->v.l->v[i], i));
	if (s->additional_items.is_bool && !s->additional_items.allowed && given != n)
		ADD(d, "last %d additionalItem(s) not allowed", (int64_t)(n - given));
	/* Upstream counts the rest from 0 again. */
	for (size_t i = given; rest && i < n; i++)
		push(d, &d->errors, validate_item(d, rest, d->v.l->v[i], i - given));
}

static void check_contains(struct validator *d)
{
	const struct rnd_js_schema *s = d->schema;
	struct errors errors = { 0 };
	struct kv_buf places;
	kv_buf_init(&places, d->run->job->arena, KV_BUF_MAX);
	int64_t matched = 0;
	for (size_t i = 0; i < d->v.l->n; i++) {
		struct rnd_js_error *e = validate_item(d, s->contains, d->v.l->v[i], i);
		push(d, &errors, e);
		if (e)
			continue;
		kv_buf_printf(&places, "%s%zu", matched++ ? " " : "", i);
		if (s->draft >= 2020 && d->left.items)
			d->left.items[i] = false;
	}
	kv_str at = kv_buf_view(&places);
	if (s->min_contains.set && matched < s->min_contains.n)
		add_with_causes(
			d,
			matched ? make_error(d, PLAIN,
					     "min %d items required to match contains schema, but matched %d "
					     "items at %S",
					     s->min_contains.n, matched, &at)
				: make_error(
					  d, PLAIN,
					  "min %d items required to match contains schema, but none matched",
					  s->min_contains.n),
			&errors);
	else if (!s->min_contains.set && matched == 0)
		add_with_causes(d, make_error(d, PLAIN, "no items match contains schema"), &errors);
	if (s->max_contains.set && matched > s->max_contains.n)
		ADD(d, "max %d items required to match contains schema, but matched %d items at %S",
		    s->max_contains.n, matched, &at);
}

static void check_array(struct validator *d)
{
	const struct rnd_js_schema *s = d->schema;
	int64_t n = (int64_t)d->v.l->n;
	if (s->min_items.set && n < s->min_items.n)
		ADD(d, "minItems: got %d, want %d", n, s->min_items.n);
	if (s->max_items.set && n > s->max_items.n)
		ADD(d, "maxItems: got %d, want %d", n, s->max_items.n);
	if (s->unique_items && n > 1)
		check_unique(d);
	check_items(d);
	if (s->contains)
		check_contains(d);
}

/* --- strings and numbers ---------------------------------------------------------------------- */

static void check_string(struct validator *d)
{
	const struct rnd_js_schema *s = d->schema;
	kv_str text = krm_str(d->v);
	int64_t n = s->min_length.set || s->max_length.set ? (int64_t)kv_utf8_count(text) : 0;
	if (s->min_length.set && n < s->min_length.n)
		ADD(d, "minLength: got %d, want %d", n, s->min_length.n);
	if (s->max_length.set && n > s->max_length.n)
		ADD(d, "maxLength: got %d, want %d", n, s->max_length.n);
	if (s->pattern && !kv_re_match(d->run->job, s->pattern, text))
		ADD(d, "%Q does not match pattern %Q", &text, &s->pattern_text);
}

static void check_number(struct validator *d)
{
	const struct rnd_js_schema *s = d->schema;
	struct rnd_js_number n;
	if (!rnd_js_number_of(d->run->job, d->v, &n))
		return;
	if (s->minimum.set && rnd_js_number_cmp(&n, &s->minimum.n) < 0)
		ADD(d, "minimum: got %N, want %N", &n, &s->minimum.n);
	if (s->maximum.set && rnd_js_number_cmp(&n, &s->maximum.n) > 0)
		ADD(d, "maximum: got %N, want %N", &n, &s->maximum.n);
	if (s->exclusive_minimum.set && rnd_js_number_cmp(&n, &s->exclusive_minimum.n) <= 0)
		ADD(d, "exclusiveMinimum: got %N, want %N", &n, &s->exclusive_minimum.n);
	if (s->exclusive_maximum.set && rnd_js_number_cmp(&n, &s->exclusive_maximum.n) >= 0)
		ADD(d, "exclusiveMaximum: got %N, want %N", &n, &s->exclusive_maximum.n);
	if (s->multiple_of.set && !rnd_js_number_is_multiple(&n, &s->multiple_of.n))
		ADD(d, "multipleOf: got %N, want %N", &n, &s->multiple_of.n);
}

/* --- combinations ----------------------------------------------------------------------------- */

static void check_all_of(struct validator *d)
{
	struct errors errors = { 0 };
	for (size_t i = 0; i < d->schema->all_of.n; i++) {
		push(d, &errors, validate_self(d, d->schema->all_of.v[i], "", false));
		if (errors.n && d->only_whether)
			break;
	}
	if (errors.n)
		add_with_causes(d, make_error(d, PLAIN, "'allOf' failed"), &errors);
}

static void check_any_of(struct validator *d)
{
	struct errors errors = { 0 };
	bool matched = false;
	for (size_t i = 0; i < d->schema->any_of.n; i++) {
		struct rnd_js_error *e = validate_self(d, d->schema->any_of.v[i], "", false);
		push(d, &errors, e);
		matched = matched || !e;
		/* What is evaluated by whom matters only where somebody asks. */
		if (!e && !any_left(&d->left))
			break;
	}
	if (!matched)
		add_with_causes(d, make_error(d, PLAIN, "'anyOf' failed"), &errors);
}

static void check_one_of(struct validator *d)
{
	struct errors errors = { 0 };
	size_t matched = SIZE_MAX;
	for (size_t i = 0; i < d->schema->one_of.n; i++) {
		struct rnd_js_error *e = validate_self(d, d->schema->one_of.v[i], "", matched != SIZE_MAX);
		if (e && matched == SIZE_MAX)
			push(d, &errors, e);
		if (e)
			continue;
		if (matched != SIZE_MAX) {
			ADD(d, "'oneOf' failed, subschemas %d, %d matched", (int64_t)matched, (int64_t)i);
			break;
		}
		matched = i;
	}
	if (matched == SIZE_MAX)
		add_with_causes(d, make_error(d, PLAIN, "'oneOf' failed, none matched"), &errors);
}

static void check_combinations(struct validator *d)
{
	const struct rnd_js_schema *s = d->schema;
	if (s->not &&!validate_self(d, s->not, "", true))
		ADD(d, "'not' failed");
	if (s->all_of.n)
		check_all_of(d);
	if (s->any_of.n)
		check_any_of(d);
	if (s->one_of.n)
		check_one_of(d);
	if (!s->if_)
		return;
	const struct rnd_js_schema *branch = validate_self(d, s->if_, "", true) ? s->else_ : s->then;
	if (branch)
		push(d, &d->errors, validate_self(d, branch, "", false));
}

static void check_dynamic_refs(struct validator *d)
{
	const struct rnd_js_schema *s = d->schema->recursive_ref;
	if (s && s->recursive_anchor)
		for (const struct scope *scope = d->scope; scope; scope = scope->up)
			if (scope->schema->resource->recursive_anchor)
				s = scope->schema;
	if (s)
		push(d, &d->errors, validate_ref(d, s, "$recursiveRef"));
	s = d->schema->dynamic_ref;
	kv_str anchor = d->schema->dynamic_ref_anchor;
	if (s && anchor.n && kv_str_eq(s->dynamic_anchor, anchor))
		for (const struct scope *scope = d->scope; scope; scope = scope->up) {
			const struct rnd_js_schema *there =
				kv_map_get(&scope->schema->resource->dynamic_anchors, anchor);
			s = there ? there : s;
		}
	if (s)
		push(d, &d->errors, validate_ref(d, s, "$dynamicRef"));
}

static void check_unevaluated(struct validator *d)
{
	const struct rnd_js_schema *s = d->schema;
	if (d->v.kind == KRM_MAP && s->unevaluated_properties) {
		for (size_t i = 0; d->left.props && i < d->left.n; i++)
			if (d->left.props[i])
				push(d, &d->errors,
				     validate_value(d, s->unevaluated_properties, d->v.m->e[i].val,
						    krm_str(d->v.m->e[i].key)));
		d->left.props = NULL;
	}
	if (d->v.kind == KRM_LIST && s->unevaluated_items) {
		for (size_t i = 0; d->left.items && i < d->left.n; i++)
			if (d->left.items[i])
				push(d, &d->errors, validate_item(d, s->unevaluated_items, d->v.l->v[i], i));
		d->left.items = NULL;
	}
}

/* --- one schema ------------------------------------------------------------------------------- */

/* A primitive as messages show it. */
static void display(struct kv_job *job, krm_val v, struct kv_buf *out)
{
	if (v.kind == KRM_STRING)
		rnd_js_quote(krm_str(v), out);
	else if (v.kind == KRM_BYTES)
		kv_buf_str(out, krm_str(v));
	else
		rnd_print_value(job, v, out);
}

static struct rnd_js_error *check_type(struct validator *d)
{
	const struct rnd_js_schema *s = d->schema;
	enum rnd_js_type type = rnd_js_type_of(d->v);
	struct rnd_js_number n;
	if (!s->types || s->types & type)
		return NULL;
	if (s->types & RND_JS_INTEGER && type == RND_JS_NUMBER && rnd_js_number_of(d->run->job, d->v, &n) &&
	    rnd_js_number_is_int(&n))
		return NULL;
	struct kv_buf want;
	kv_buf_init(&want, d->run->job->arena, KV_BUF_MAX);
	for (unsigned t = RND_JS_NULL; t <= RND_JS_OBJECT; t <<= 1)
		if (s->types & t)
			kv_buf_printf(&want, "%s%s", want.n ? " or " : "",
				      rnd_js_type_name((enum rnd_js_type)t));
	kv_str text = kv_buf_view(&want);
	return make_error(d, PLAIN, "got %s, want %S", rnd_js_type_name(type), &text);
}

static bool is_primitive(krm_val v)
{
	return v.kind != KRM_LIST && v.kind != KRM_MAP;
}

static struct rnd_js_error *check_enum(struct validator *d)
{
	krm_val list = d->schema->enumeration;
	struct kv_buf want;
	bool primitive = true;
	kv_buf_init(&want, d->run->job->arena, KV_BUF_MAX);
	for (size_t i = 0; i < list.l->n; i++) {
		if (rnd_js_equal(d->run->job, d->v, list.l->v[i]))
			return NULL;
		primitive = primitive && is_primitive(list.l->v[i]);
		if (i)
			kv_buf_lit(&want, ", ");
		if (primitive)
			display(d->run->job, list.l->v[i], &want);
	}
	kv_str text = kv_buf_view(&want);
	if (!primitive)
		return make_error(d, PLAIN, "'enum' failed");
	return make_error(d, PLAIN, list.l->n == 1 ? "value must be %S" : "value must be one of %S", &text);
}

static struct rnd_js_error *check_const(struct validator *d)
{
	krm_val want = *d->schema->constant;
	struct kv_buf b;
	if (rnd_js_equal(d->run->job, d->v, want))
		return NULL;
	if (!is_primitive(want))
		return make_error(d, PLAIN, "'const' failed");
	kv_buf_init(&b, d->run->job->arena, KV_BUF_MAX);
	display(d->run->job, want, &b);
	kv_str text = kv_buf_view(&b);
	return make_error(d, PLAIN, "value must be %S", &text);
}

static struct rnd_js_error *check_format(struct validator *d)
{
	if (!d->schema->format || d->v.kind != KRM_STRING)
		return NULL;
	kv_str text = krm_str(d->v), why = d->schema->format(d->run->job, text);
	return why.n ? make_error(d, PLAIN, "%Q is not valid %S: %S", &text, &d->schema->format_name, &why)
		     : NULL;
}

/* Where in the schemas a scope stands, keyword by keyword from the root. */
static kv_str keyword_location(struct kv_job *job, const struct scope *s)
{
	kv_str way = KV_S("");
	for (; s->up; s = s->up) {
		if (s->keyword && *s->keyword)
			way = kv_arena_cat(job->arena, KV_S("/"),
					   rnd_js_pointer_escape(job, kv_str_c(s->keyword)), way);
		else
			way = kv_arena_cat(job->arena,
					   kv_str_sub(s->schema->location, s->up->schema->location.n,
						      s->schema->location.n),
					   way);
	}
	return way;
}

static struct rnd_js_error *check_cycle(struct validator *d)
{
	for (const struct scope *s = d->scope->up; s && s->value == d->scope->value; s = s->up) {
		if (s->schema != d->scope->schema)
			continue;
		kv_str a = keyword_location(d->run->job, d->scope), b = keyword_location(d->run->job, s);
		struct kv_buf url;
		kv_buf_init(&url, d->run->job->arena, KV_BUF_MAX);
		rnd_quote(d->schema->location, &url);
		kv_str text = kv_buf_view(&url);
		return make_error(d, PLAIN, "both %S and %S resolve to %S causing reference cycle", &a, &b,
				  &text);
	}
	return NULL;
}

/* What ends the check of a schema at once. */
static struct rnd_js_error *check_first(struct validator *d)
{
	const struct rnd_js_schema *s = d->schema;
	struct rnd_js_error *e;
	if ((e = check_cycle(d)) || (e = check_type(d)))
		return e;
	if (s->constant && (e = check_const(d)))
		return e;
	if (s->enumeration.kind == KRM_LIST && (e = check_enum(d)))
		return e;
	return check_format(d);
}

static void check_by_type(struct validator *d)
{
	switch (rnd_js_type_of(d->v)) {
	case RND_JS_OBJECT: check_object(d); break;
	case RND_JS_ARRAY: check_array(d); break;
	case RND_JS_STRING: check_string(d); break;
	case RND_JS_NUMBER: check_number(d); break;
	default: break;
	}
}

static struct rnd_js_error *validate(struct validator *d)
{
	const struct rnd_js_schema *s = d->schema;
	if (s->is_bool)
		return s->allowed ? NULL : make_error(d, PLAIN, "false schema");
	struct rnd_js_error *e = check_first(d);
	if (e)
		return e;
	if (s->ref) {
		e = validate_ref(d, s->ref, "$ref");
		if (s->draft < 2019)
			return e;
		push(d, &d->errors, e);
	}
	check_by_type(d);
	if (d->errors.n == 0 || !d->only_whether) {
		if (s->draft >= 2019)
			check_dynamic_refs(d);
		check_combinations(d);
		if (s->draft >= 2019)
			check_unevaluated(d);
	}
	if (d->errors.n < 2)
		return d->errors.n ? d->errors.v[0] : NULL;
	e = make_error(d, GROUP, "validation failed");
	if (e != &nothing)
		e->causes = d->errors;
	return e;
}

/* --- output ----------------------------------------------------------------------------------- */

static void print_error(const struct rnd_js_error *e, size_t indent, struct kv_buf *out)
{
	bool skip = e->kind == REFERENCE && e->causes.n == 1;
	if (!skip) {
		kv_buf_c(out, '\n');
		kv_buf_fill(out, ' ', 2 * (indent - 1));
		kv_buf_lit(out, "- ");
		kv_buf_str(out, e->text);
		indent++;
	}
	for (size_t i = 0; i < e->causes.n; i++)
		print_error(e->causes.v[i], indent, out);
}

static int run_all(struct run *run, const struct rnd_js_schema *schema, krm_val v, kv_str *ret_error)
{
	struct location root = { .root = true };
	struct scope scope = { .schema = schema };
	struct validator d = { .run = run, .v = v, .at = &root, .schema = schema, .scope = &scope };
	d.left = unevaluated_of(&d, v, schema, false);
	struct rnd_js_error *e = validate(&d);
	if (run->failure.n) {
		*ret_error = run->failure;
		return -1;
	}
	if (!e)
		return 0;
	struct kv_buf out;
	kv_buf_init(&out, run->job->arena, KV_BUF_MAX);
	kv_buf_lit(&out, "jsonschema validation failed with ");
	rnd_js_quote(schema->location, &out);
	if (e->kind == GROUP)
		for (size_t i = 0; i < e->causes.n; i++)
			print_error(e->causes.v[i], 1, &out);
	else
		print_error(e, 1, &out);
	*ret_error = kv_buf_view(&out);
	return -1;
}

int rnd_js_validate(struct kv_job *job, const struct rnd_js_schema *schema, krm_val v, kv_str *ret_error)
{
	struct run run = { .job = job };
	return run_all(&run, schema, v, ret_error);
}

int rnd_js_validate_schema(struct rnd_js_compiler *c, const struct rnd_js_schema *meta, krm_val v,
			   const struct rnd_js_document *d, kv_str pointer, kv_str *ret_error)
{
	struct run run = { .job = c->job, .compiler = c, .document = d, .pointer = pointer, .meta = meta };
	return run_all(&run, meta, v, ret_error);
}
