/* render/chart/jsonschema_validate.c: a value against a compiled schema (jsonschema: validator.go). */
#include <stdio.h>

#include "render/chart/jsonschema_check.h"
#include "render/template/func.h"

/* --- validating parts ------------------------------------------------------------------------- */

static struct rnd_js_error *validate(struct rnd_js_check *d);

/* Inside a schema that is being checked, a resource of another dialect is checked by that one's metaschema. */
static void switch_dialect(struct rnd_js_check *d)
{
	struct rnd_js_run *run = d->run;
	struct rnd_js_schema *meta;
	if (!run->document || run->document->resources.n < 2 || d->schema != run->meta)
		return;
	struct kv_buf b;
	kv_buf_init(&b, run->job->arena, KV_BUF_MAX);
	kv_buf_str(&b, run->pointer);
	rnd_js_way_print(run->job, d->at, &b);
	const struct rnd_js_resource *r = kv_map_get(&run->document->resources, kv_buf_view(&b));
	if (!r)
		return;
	if (rnd_js_metaschema(run->compiler, r->draft, &meta))
		run->failure = run->compiler->error;
	else
		run->meta = d->schema = meta;
}

static struct rnd_js_unevaluated unevaluated_of(struct rnd_js_check *d, krm_val v,
						const struct rnd_js_schema *s, bool wanted)
{
	struct rnd_js_unevaluated u = { 0 };
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

static bool any_left(const struct rnd_js_unevaluated *u)
{
	const bool *left = u->props ? u->props : u->items;
	for (size_t i = 0; left && i < u->n; i++)
		if (left[i])
			return true;
	return false;
}

/* What either has looked at is looked at. */
static void merge_left(struct rnd_js_unevaluated *u, const struct rnd_js_unevaluated *other)
{
	for (size_t i = 0; u->props && i < u->n; i++)
		u->props[i] = u->props[i] && other->props && other->props[i];
	for (size_t i = 0; u->items && i < u->n; i++)
		u->items[i] = u->items[i] && other->items && other->items[i];
}

static bool over_limit(struct rnd_js_run *run)
{
	if (run->job->steps <= run->job->limits.steps && kv_arena_used(run->job->arena) <= run->memory)
		return false;
	run->failure = KV_S("values.schema.json: too many nested schemas or steps");
	return true;
}

bool rnd_js_count_step(struct rnd_js_run *run)
{
	run->job->steps += RND_JS_STEP;
	return over_limit(run);
}

bool rnd_js_matches(struct rnd_js_run *run, const struct kv_re *re, kv_str text)
{
	return rnd_js_match(run->job, re, text) || over_limit(run);
}

struct rnd_js_error *rnd_js_check_part(struct rnd_js_check *d, struct rnd_js_check *sub)
{
	struct rnd_js_run *run = d->run;
	if (run->depth >= run->job->limits.depth || rnd_js_count_step(run)) {
		run->failure = KV_S("values.schema.json: too many nested schemas or steps");
		return &rnd_js_unread;
	}
	run->depth++;
	const struct rnd_js_schema *meta = run->meta;
	switch_dialect(sub);
	struct rnd_js_error *e = validate(sub);
	run->meta = meta;
	run->depth--;
	return e;
}

struct rnd_js_error *rnd_js_check_self(struct rnd_js_check *d, const struct rnd_js_schema *s,
				       const char *keyword, bool only_whether)
{
	struct rnd_js_scope scope = { s, keyword, d->scope->value, d->scope };
	struct rnd_js_check sub = {
		.run = d->run,
		.v = d->v,
		.at = d->at,
		.schema = s,
		.scope = &scope,
		.left = unevaluated_of(d, d->v, s, any_left(&d->left)),
		.only_whether = d->only_whether || only_whether,
	};
	struct rnd_js_error *e = rnd_js_check_part(d, &sub);
	if (!e)
		merge_left(&d->left, &sub.left);
	return e;
}

struct rnd_js_error *rnd_js_check_value(struct rnd_js_check *d, const struct rnd_js_schema *s, krm_val v,
					kv_str token)
{
	struct rnd_js_way at = { d->at, token, false };
	struct rnd_js_scope scope = { s, NULL, d->scope->value + 1, d->scope };
	struct rnd_js_check sub = {
		.run = d->run,
		.v = v,
		.at = &at,
		.schema = s,
		.scope = &scope,
		.left = unevaluated_of(d, v, s, false),
		.only_whether = d->only_whether,
	};
	return rnd_js_check_part(d, &sub);
}

struct rnd_js_error *rnd_js_check_item(struct rnd_js_check *d, const struct rnd_js_schema *s, krm_val v,
				       size_t i)
{
	/* The token stays on our side only as long as the call: errors hold texts. */
	char token[24];
	int n = snprintf(token, sizeof token, "%zu", i);
	return rnd_js_check_value(d, s, v, kv_str_of(token, (size_t)n));
}

static struct rnd_js_error *validate_ref(struct rnd_js_check *d, const struct rnd_js_schema *s,
					 const char *keyword)
{
	struct rnd_js_error *e = rnd_js_check_self(d, s, keyword, false);
	if (!e)
		return NULL;
	struct rnd_js_error *ref = rnd_js_error_new(d, RND_JS_REFERENCE, "validation failed");
	if (ref == &rnd_js_unread)
		return ref;
	if (e->kind == RND_JS_GROUP)
		ref->causes = e->causes;
	else
		rnd_js_error_push(d, &ref->causes, e);
	return ref;
}

/* --- combinations ----------------------------------------------------------------------------- */

static void check_all_of(struct rnd_js_check *d)
{
	struct rnd_js_errors errors = { 0 };
	for (size_t i = 0; i < d->schema->all_of.n; i++) {
		rnd_js_error_push(d, &errors, rnd_js_check_self(d, d->schema->all_of.v[i], "", false));
		if (errors.n && d->only_whether)
			break;
	}
	if (errors.n)
		rnd_js_error_push_over(d, rnd_js_error_new(d, RND_JS_PLAIN, "'allOf' failed"), &errors);
}

static void check_any_of(struct rnd_js_check *d)
{
	struct rnd_js_errors errors = { 0 };
	bool matched = false;
	for (size_t i = 0; i < d->schema->any_of.n; i++) {
		struct rnd_js_error *e = rnd_js_check_self(d, d->schema->any_of.v[i], "", false);
		rnd_js_error_push(d, &errors, e);
		matched = matched || !e;
		/* What is evaluated by whom matters only where somebody asks. */
		if (!e && !any_left(&d->left))
			break;
	}
	if (!matched)
		rnd_js_error_push_over(d, rnd_js_error_new(d, RND_JS_PLAIN, "'anyOf' failed"), &errors);
}

static void check_one_of(struct rnd_js_check *d)
{
	struct rnd_js_errors errors = { 0 };
	size_t matched = SIZE_MAX;
	for (size_t i = 0; i < d->schema->one_of.n; i++) {
		struct rnd_js_error *e =
			rnd_js_check_self(d, d->schema->one_of.v[i], "", matched != SIZE_MAX);
		if (e && matched == SIZE_MAX)
			rnd_js_error_push(d, &errors, e);
		if (e)
			continue;
		if (matched != SIZE_MAX) {
			RND_JS_ADD(d, "'oneOf' failed, subschemas %d, %d matched", (int64_t)matched,
				   (int64_t)i);
			break;
		}
		matched = i;
	}
	if (matched == SIZE_MAX)
		rnd_js_error_push_over(d, rnd_js_error_new(d, RND_JS_PLAIN, "'oneOf' failed, none matched"),
				       &errors);
}

static void check_combinations(struct rnd_js_check *d)
{
	const struct rnd_js_schema *s = d->schema;
	if (s->not &&!rnd_js_check_self(d, s->not, "", true))
		RND_JS_ADD(d, "'not' failed");
	if (s->all_of.n)
		check_all_of(d);
	if (s->any_of.n)
		check_any_of(d);
	if (s->one_of.n)
		check_one_of(d);
	if (!s->if_)
		return;
	const struct rnd_js_schema *branch = rnd_js_check_self(d, s->if_, "", true) ? s->else_ : s->then;
	if (branch)
		rnd_js_error_push(d, &d->errors, rnd_js_check_self(d, branch, "", false));
}

static void check_dynamic_refs(struct rnd_js_check *d)
{
	const struct rnd_js_schema *s = d->schema->recursive_ref;
	if (s && s->recursive_anchor)
		for (const struct rnd_js_scope *scope = d->scope; scope; scope = scope->up)
			if (scope->schema->resource->recursive_anchor)
				s = scope->schema;
	if (s)
		rnd_js_error_push(d, &d->errors, validate_ref(d, s, "$recursiveRef"));
	s = d->schema->dynamic_ref;
	kv_str anchor = d->schema->dynamic_ref_anchor;
	if (s && anchor.n && kv_str_eq(s->dynamic_anchor, anchor))
		for (const struct rnd_js_scope *scope = d->scope; scope; scope = scope->up) {
			const struct rnd_js_schema *there =
				kv_map_get(&scope->schema->resource->dynamic_anchors, anchor);
			s = there ? there : s;
		}
	if (s)
		rnd_js_error_push(d, &d->errors, validate_ref(d, s, "$dynamicRef"));
}

static void check_unevaluated(struct rnd_js_check *d)
{
	const struct rnd_js_schema *s = d->schema;
	if (d->v.kind == KRM_MAP && s->unevaluated_properties) {
		for (size_t i = 0; d->left.props && i < d->left.n; i++)
			if (d->left.props[i])
				rnd_js_error_push(d, &d->errors,
						  rnd_js_check_value(d, s->unevaluated_properties,
								     d->v.m->e[i].val,
								     krm_str(d->v.m->e[i].key)));
		d->left.props = NULL;
	}
	if (d->v.kind == KRM_LIST && s->unevaluated_items) {
		for (size_t i = 0; d->left.items && i < d->left.n; i++)
			if (d->left.items[i])
				rnd_js_error_push(
					d, &d->errors,
					rnd_js_check_item(d, s->unevaluated_items, d->v.l->v[i], i));
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

static struct rnd_js_error *check_type(struct rnd_js_check *d)
{
	const struct rnd_js_schema *s = d->schema;
	if (!s->types || rnd_js_has_type(d->run->job, s->types, d->v))
		return NULL;
	struct kv_buf want;
	kv_buf_init(&want, d->run->job->arena, KV_BUF_MAX);
	for (unsigned t = RND_JS_NULL; t <= RND_JS_OBJECT; t <<= 1)
		if (s->types & t)
			kv_buf_printf(&want, "%s%s", want.n ? " or " : "",
				      rnd_js_type_name((enum rnd_js_type)t));
	kv_str text = kv_buf_view(&want);
	return rnd_js_error_new(d, RND_JS_PLAIN, "got %s, want %S", rnd_js_type_name(rnd_js_type_of(d->v)), &text);
}

static bool is_primitive(krm_val v)
{
	return v.kind != KRM_LIST && v.kind != KRM_MAP;
}

static struct rnd_js_error *check_enum(struct rnd_js_check *d)
{
	krm_val list = d->schema->enumeration;
	struct kv_buf want;
	bool primitive = true;
	if (rnd_js_is_among(d->run->job, d->v, list))
		return NULL;
	kv_buf_init(&want, d->run->job->arena, KV_BUF_MAX);
	for (size_t i = 0; i < list.l->n; i++) {
		primitive = primitive && is_primitive(list.l->v[i]);
		if (i)
			kv_buf_lit(&want, ", ");
		if (primitive)
			display(d->run->job, list.l->v[i], &want);
	}
	kv_str text = kv_buf_view(&want);
	if (!primitive)
		return rnd_js_error_new(d, RND_JS_PLAIN, "'enum' failed");
	return rnd_js_error_new(d, RND_JS_PLAIN,
				list.l->n == 1 ? "value must be %S" : "value must be one of %S", &text);
}

static struct rnd_js_error *check_const(struct rnd_js_check *d)
{
	krm_val want = *d->schema->constant;
	struct kv_buf b;
	if (rnd_js_equal(d->run->job, d->v, want))
		return NULL;
	if (!is_primitive(want))
		return rnd_js_error_new(d, RND_JS_PLAIN, "'const' failed");
	kv_buf_init(&b, d->run->job->arena, KV_BUF_MAX);
	display(d->run->job, want, &b);
	kv_str text = kv_buf_view(&b);
	return rnd_js_error_new(d, RND_JS_PLAIN, "value must be %S", &text);
}

static struct rnd_js_error *check_format(struct rnd_js_check *d)
{
	if (!d->schema->format || d->v.kind != KRM_STRING)
		return NULL;
	kv_str text = krm_str(d->v), why = d->schema->format(d->run->job, text);
	return why.n ? rnd_js_error_new(d, RND_JS_PLAIN, "%Q is not valid %S: %S", &text,
					&d->schema->format_name, &why)
		     : NULL;
}

/* Where in the schemas a scope stands, keyword by keyword from the root. */
static kv_str keyword_location(struct kv_job *job, const struct rnd_js_scope *s)
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

static struct rnd_js_error *check_cycle(struct rnd_js_check *d)
{
	for (const struct rnd_js_scope *s = d->scope->up; s && s->value == d->scope->value; s = s->up) {
		if (s->schema != d->scope->schema)
			continue;
		kv_str a = keyword_location(d->run->job, d->scope), b = keyword_location(d->run->job, s);
		struct kv_buf url;
		kv_buf_init(&url, d->run->job->arena, KV_BUF_MAX);
		rnd_quote(d->schema->location, &url);
		kv_str text = kv_buf_view(&url);
		return rnd_js_error_new(d, RND_JS_PLAIN,
					"both %S and %S resolve to %S causing reference cycle", &a, &b,
					&text);
	}
	return NULL;
}

/* What ends the check of a schema at once. */
static struct rnd_js_error *check_first(struct rnd_js_check *d)
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

static void check_by_type(struct rnd_js_check *d)
{
	switch (rnd_js_type_of(d->v)) {
	case RND_JS_OBJECT: rnd_js_check_object(d); break;
	case RND_JS_ARRAY: rnd_js_check_array(d); break;
	case RND_JS_STRING: rnd_js_check_string(d); break;
	case RND_JS_NUMBER: rnd_js_check_number(d); break;
	default: break;
	}
}

static struct rnd_js_error *validate(struct rnd_js_check *d)
{
	const struct rnd_js_schema *s = d->schema;
	if (s->is_bool)
		return s->allowed ? NULL : rnd_js_error_new(d, RND_JS_PLAIN, "false schema");
	struct rnd_js_error *e = check_first(d);
	if (e)
		return e;
	if (s->ref) {
		e = validate_ref(d, s->ref, "$ref");
		if (s->draft < 2019)
			return e;
		rnd_js_error_push(d, &d->errors, e);
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
	e = rnd_js_error_new(d, RND_JS_GROUP, "validation failed");
	if (e != &rnd_js_unread)
		e->causes = d->errors;
	return e;
}

/* --- entry points ----------------------------------------------------------------------------- */

/* Errors and lists of what is not looked at yet. */
#define MEMORY ((size_t)16 << 20)

static int run_all(struct rnd_js_run *run, const struct rnd_js_schema *schema, krm_val v, kv_str *ret_error)
{
	run->memory = kv_arena_used(run->job->arena) + MEMORY;
	struct rnd_js_way root = { .root = true };
	struct rnd_js_scope scope = { .schema = schema };
	struct rnd_js_check d = { .run = run, .v = v, .at = &root, .schema = schema, .scope = &scope };
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
	if (e->kind == RND_JS_GROUP)
		for (size_t i = 0; i < e->causes.n; i++)
			rnd_js_error_print(e->causes.v[i], 1, &out);
	else
		rnd_js_error_print(e, 1, &out);
	*ret_error = kv_buf_view(&out);
	if (run->faults)
		rnd_js_error_collect(run->job, e, run->faults);
	return -1;
}

int rnd_js_validate(struct kv_job *job, const struct rnd_js_schema *schema, krm_val v, kv_str *ret_error,
		    struct rnd_js_faults *faults)
{
	struct rnd_js_run run = { .job = job, .faults = faults };
	return run_all(&run, schema, v, ret_error);
}

int rnd_js_validate_schema(struct rnd_js_compiler *c, const struct rnd_js_schema *meta, krm_val v,
			   const struct rnd_js_document *d, kv_str pointer, kv_str *ret_error)
{
	struct rnd_js_run run = {
		.job = c->job, .compiler = c, .document = d, .pointer = pointer, .meta = meta
	};
	return run_all(&run, meta, v, ret_error);
}
