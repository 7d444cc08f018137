/* render/chart/jsonschema_compile.c: schemas of a document to a graph (jsonschema: compiler.go, objcompiler.go). */
#include "krm/json.h"
#include "render/chart/jsonschema_graph.h"
#include "render/template/quote.h"

/* --- reading keywords ------------------------------------------------------------------------- */

struct object {
	struct rnd_js_compiler *c;
	struct rnd_js_schema *s;
	krm_val v;
};

static krm_val *keyword(const struct object *o, const char *name)
{
	return krm_map_find(o->v.m, kv_str_c(name));
}

static bool boolean(const struct object *o, const char *name)
{
	krm_val *v = keyword(o, name);
	return v && v->kind == KRM_BOOL && v->b;
}

static kv_str string(const struct object *o, const char *name)
{
	krm_val *v = keyword(o, name);
	return v && v->kind == KRM_STRING ? krm_str(*v) : KV_S("");
}

static struct rnd_js_bound bound(const struct object *o, const char *name)
{
	return rnd_js_bound_of(o->c->job, keyword(o, name));
}

static struct rnd_js_count count(const struct object *o, const char *name)
{
	return rnd_js_count_of(o->c->job, keyword(o, name));
}

static krm_val list(const struct object *o, const char *name)
{
	krm_val *v = keyword(o, name);
	return v && v->kind == KRM_LIST ? *v : krm_nil();
}

static krm_val map(const struct object *o, const char *name)
{
	krm_val *v = keyword(o, name);
	return v && v->kind == KRM_MAP ? *v : krm_nil();
}

static kv_str below(const struct object *o, const char *name)
{
	return rnd_js_pointer_add(o->c->job, o->s->pointer, kv_str_c(name));
}

/* --- subschemas ------------------------------------------------------------------------------- */

static struct rnd_js_schema *enqueue(struct rnd_js_compiler *c, struct rnd_js_document *d, kv_str pointer)
{
	kv_str location = rnd_js_location(c->job, d->url, pointer);
	void **slot = kv_map_slot(&c->schemas, location);
	if (*slot)
		return *slot;
	struct rnd_js_schema *s = KV_NEW(c->job->arena, struct rnd_js_schema);
	s->document = d;
	s->pointer = pointer;
	s->location = location;
	*slot = s;
	KV_PUSH(c->job->arena, c->queue, c->nqueue, c->queue_cap, s);
	return s;
}

static struct rnd_js_schema *sub(const struct object *o, const char *name)
{
	return keyword(o, name) ? enqueue(o->c, o->s->document, below(o, name)) : NULL;
}

static struct rnd_js_schemas subs(const struct object *o, const char *name)
{
	krm_val l = list(o, name);
	struct rnd_js_schemas out = { NULL, krm_list_len(l), l.kind == KRM_LIST };
	out.v = KV_NEW_N(o->c->job->arena, struct rnd_js_schema *, out.n);
	for (size_t i = 0; i < out.n; i++) {
		kv_str at = rnd_js_pointer_add(o->c->job, below(o, name),
					       kv_arena_printf(o->c->job->arena, "%zu", i));
		out.v[i] = enqueue(o->c, o->s->document, at);
	}
	return out;
}

static struct rnd_js_additional additional(const struct object *o, const char *name)
{
	struct rnd_js_additional a = { 0 };
	krm_val *v = keyword(o, name);
	a.set = v;
	a.is_bool = v && v->kind == KRM_BOOL;
	a.allowed = a.is_bool && v->b;
	a.schema = v && !a.is_bool ? sub(o, name) : NULL;
	return a;
}

static struct rnd_js_schema *member(const struct object *o, const char *name, kv_str key)
{
	return enqueue(o->c, o->s->document, rnd_js_pointer_add(o->c->job, below(o, name), key));
}

static int fail_regex(const struct object *o, const char *name, kv_str pattern, kv_str why)
{
	struct kv_buf b;
	kv_buf_init(&b, o->c->job->arena, KV_BUF_MAX);
	kv_buf_lit(&b, "invalid regex ");
	rnd_quote(pattern, &b);
	kv_buf_lit(&b, " at ");
	rnd_quote(rnd_js_location(o->c->job, o->s->document->url, below(o, name)), &b);
	kv_buf_lit(&b, ": ");
	kv_buf_str(&b, why);
	return rnd_js_fail(o->c, kv_buf_view(&b));
}

static int compile_patterns(const struct object *o)
{
	krm_val m = map(o, "patternProperties");
	if (m.kind != KRM_MAP)
		return 0;
	o->s->patterns = KV_NEW_N(o->c->job->arena, struct rnd_js_pattern, m.m->live);
	struct krm_entry **sorted = krm_map_sorted(o->c->job->arena, m.m);
	for (uint32_t i = 0; i < m.m->live; i++) {
		kv_str why, pattern = krm_str(sorted[i]->key);
		const struct kv_re *re = kv_re_get(o->c->job, pattern, &why);
		if (!re)
			return fail_regex(o, "patternProperties", pattern, why);
		o->s->patterns[o->s->npatterns++] =
			(struct rnd_js_pattern){ re, member(o, "patternProperties", pattern) };
	}
	return 0;
}

/* The members of an object keyword, in byte order: lists of names, or schemas. */
static struct rnd_js_dependencies dependencies(const struct object *o, const char *name, bool lists,
					       bool schemas)
{
	struct rnd_js_dependencies out = { 0 };
	krm_val m = map(o, name);
	if (m.kind != KRM_MAP)
		return out;
	struct krm_entry **sorted = krm_map_sorted(o->c->job->arena, m.m);
	for (uint32_t i = 0; i < m.m->live; i++) {
		struct rnd_js_dependency d = { .name = krm_str(sorted[i]->key) };
		bool is_list = lists && sorted[i]->val.kind == KRM_LIST;
		if (is_list)
			d.required = sorted[i]->val;
		else if (schemas)
			d.schema = member(o, name, d.name);
		if (is_list || schemas)
			KV_PUSH(o->c->job->arena, out.v, out.n, out.cap, d);
	}
	return out;
}

static int compile_ref(const struct object *o, const char *name, struct rnd_js_schema **ret,
		       kv_str *ret_fragment)
{
	krm_val *v = keyword(o, name);
	if (!v || v->kind != KRM_STRING)
		return 0;
	struct rnd_js_compiler *c = o->c;
	struct rnd_js_document *d = o->s->document;
	struct rnd_js_url_ref ref;
	kv_str pointer, error;
	if (rnd_js_url_join(c->job, rnd_js_resource_at(d, o->s->pointer)->id, krm_str(*v), &ref, &error))
		return rnd_js_fail(c, error);
	struct rnd_js_resource *in = kv_map_get(&d->by_id, ref.url);
	if (kv_str_eq(ref.url, d->url))
		in = kv_map_get(&d->resources, KV_S(""));
	if (!in) {
		if (rnd_js_document_get(c, ref.url, &d))
			return -1;
		in = kv_map_get(&d->resources, KV_S(""));
	}
	if (rnd_js_document_resolve(c, d, in, ref.fragment, &pointer))
		return -1;
	*ret = enqueue(c, d, pointer);
	*ret_fragment = ref.fragment;
	return 0;
}

/* --- keywords of the drafts ------------------------------------------------------------------- */

static void compile_object_keywords(const struct object *o)
{
	struct rnd_js_schema *s = o->s;
	krm_val m = map(o, "properties");
	if (m.kind == KRM_MAP) {
		s->properties = KV_NEW(o->c->job->arena, struct kv_map);
		kv_map_init(s->properties, o->c->job->arena);
		krm_map_each (m.m, e)
			kv_map_put(s->properties, krm_str(e->key), member(o, "properties", krm_str(e->key)));
	}
	s->additional_properties = additional(o, "additionalProperties");
	s->dependencies = dependencies(o, "dependencies", true, true);
	s->max_properties = count(o, "maxProperties");
	s->min_properties = count(o, "minProperties");
	s->required = list(o, "required");
}

static void compile_array_keywords(const struct object *o)
{
	struct rnd_js_schema *s = o->s;
	if (s->draft < 2020) {
		s->items_list = subs(o, "items");
		if (s->items_list.set)
			s->additional_items = additional(o, "additionalItems");
		else
			s->items_one = sub(o, "items");
	}
	s->min_items = count(o, "minItems");
	s->max_items = count(o, "maxItems");
	s->unique_items = boolean(o, "uniqueItems");
}

/* In draft 4 the exclusive forms are flags beside the bound. */
static void compile_bounds(const struct object *o)
{
	struct rnd_js_schema *s = o->s;
	s->multiple_of = bound(o, "multipleOf");
	s->maximum = bound(o, "maximum");
	s->exclusive_maximum = bound(o, "exclusiveMaximum");
	if (boolean(o, "exclusiveMaximum")) {
		s->exclusive_maximum = s->maximum;
		s->maximum.set = false;
	}
	s->minimum = bound(o, "minimum");
	s->exclusive_minimum = bound(o, "exclusiveMinimum");
	if (boolean(o, "exclusiveMinimum")) {
		s->exclusive_minimum = s->minimum;
		s->minimum.set = false;
	}
}

static int compile_value_keywords(const struct object *o)
{
	struct rnd_js_schema *s = o->s;
	krm_val *type = keyword(o, "type"), *pattern = keyword(o, "pattern");
	if (type)
		s->types = rnd_js_type_bit(*type);
	for (size_t i = 0; type && i < krm_list_len(*type); i++)
		s->types |= rnd_js_type_bit(type->l->v[i]);
	s->enumeration = list(o, "enum");
	compile_bounds(o);
	s->min_length = count(o, "minLength");
	s->max_length = count(o, "maxLength");
	if (pattern && pattern->kind == KRM_STRING) {
		kv_str why;
		s->pattern_text = krm_str(*pattern);
		s->pattern = kv_re_get(o->c->job, s->pattern_text, &why);
		if (!s->pattern)
			return fail_regex(o, "pattern", s->pattern_text, why);
	}
	/* From 2019-09 on formats are annotations. */
	bool meta = kv_str_starts(s->document->url, KV_S("http://json-schema.org/")) ||
		    kv_str_starts(s->document->url, KV_S("https://json-schema.org/"));
	if (s->draft < 2019 || meta) {
		s->format_name = string(o, "format");
		s->format = rnd_js_format_find(s->format_name);
	}
	return 0;
}

static int compile_draft_4(const struct object *o)
{
	struct rnd_js_schema *s = o->s;
	kv_str fragment;
	if (compile_ref(o, "$ref", &s->ref, &fragment))
		return -1;
	if (s->draft < 2019 && s->ref)
		return 0;
	s->all_of = subs(o, "allOf");
	s->any_of = subs(o, "anyOf");
	s->one_of = subs(o, "oneOf");
	s->not = sub(o, "not");
	compile_array_keywords(o);
	compile_object_keywords(o);
	return compile_patterns(o) ? -1 : compile_value_keywords(o);
}

static void compile_draft_6_and_7(const struct object *o)
{
	struct rnd_js_schema *s = o->s;
	s->contains = sub(o, "contains");
	s->property_names = sub(o, "propertyNames");
	s->constant = keyword(o, "const");
	krm_val *condition = s->draft >= 7 ? keyword(o, "if") : NULL;
	if (!condition)
		return;
	bool known = condition->kind == KRM_BOOL;
	s->if_ = sub(o, "if");
	if (!known || condition->b)
		s->then = sub(o, "then");
	if (!known || !condition->b)
		s->else_ = sub(o, "else");
}

static int compile_draft_2019(const struct object *o)
{
	struct rnd_js_schema *s = o->s;
	kv_str fragment;
	if (compile_ref(o, "$recursiveRef", &s->recursive_ref, &fragment))
		return -1;
	s->recursive_anchor = boolean(o, "$recursiveAnchor");
	if (s->contains) {
		s->min_contains = count(o, "minContains");
		s->max_contains = count(o, "maxContains");
	}
	s->dependent_required = dependencies(o, "dependentRequired", true, false);
	s->dependent_schemas = dependencies(o, "dependentSchemas", false, true);
	s->unevaluated_items = sub(o, "unevaluatedItems");
	s->unevaluated_properties = sub(o, "unevaluatedProperties");
	return 0;
}

static int compile_draft_2020(const struct object *o)
{
	struct rnd_js_schema *s = o->s;
	kv_str fragment;
	if (compile_ref(o, "$dynamicRef", &s->dynamic_ref, &fragment))
		return -1;
	if (s->dynamic_ref && fragment.n && fragment.p[0] != '/')
		s->dynamic_ref_anchor = fragment;
	s->dynamic_anchor = string(o, "$dynamicAnchor");
	s->prefix_items = subs(o, "prefixItems");
	s->items_2020 = sub(o, "items");
	return 0;
}

static int compile_object(struct rnd_js_compiler *c, struct rnd_js_schema *s, krm_val v)
{
	struct object o = { c, s, v };
	if (v.m->live == 0) {
		s->is_bool = s->allowed = true;
		return 0;
	}
	if (compile_draft_4(&o))
		return -1;
	/* In drafts 4 to 7 a $ref hides its siblings, but only those that are keywords of draft 4. */
	if (s->draft >= 6)
		compile_draft_6_and_7(&o);
	if (s->draft >= 2019 && compile_draft_2019(&o))
		return -1;
	return s->draft >= 2020 ? compile_draft_2020(&o) : 0;
}

static void collect_dynamic_anchors(struct rnd_js_compiler *c, struct rnd_js_schema *s,
				    const struct rnd_js_resource *r)
{
	for (size_t i = 0; i < r->anchors.n; i++) {
		const struct rnd_js_anchor *a = r->anchors.entries[i].value;
		if (a->dynamic)
			kv_map_put(&s->dynamic_anchors, r->anchors.entries[i].key,
				   enqueue(c, s->document, a->pointer));
	}
}

static int compile_schema(struct rnd_js_compiler *c, struct rnd_js_schema *s)
{
	krm_val v;
	bool malformed;
	if (rnd_js_document_ensure(c, s->document, s->pointer) ||
	    !rnd_js_pointer_find(c->job, s->document->doc, s->pointer, &v, &malformed))
		return -1;
	const struct rnd_js_resource *r = rnd_js_resource_at(s->document, s->pointer);
	s->draft = r->draft;
	s->resource = enqueue(c, s->document, r->pointer);
	kv_map_init(&s->dynamic_anchors, c->job->arena);
	if (s->draft >= 2020 && s == s->resource)
		collect_dynamic_anchors(c, s, r);
	s->is_bool = v.kind == KRM_BOOL;
	s->allowed = s->is_bool && v.b;
	if (v.kind == KRM_MAP && compile_object(c, s, v))
		return -1;
	s->all_props = s->additional_properties.set;
	s->all_items = s->draft < 2020 ? s->additional_items.set || s->items_one : s->items_2020 != NULL;
	s->items_evaluated = s->draft < 2020 ? s->items_list.n : s->prefix_items.n;
	return 0;
}

/* The schema at a place, compiled with all it refers to. */
static int schema_get(struct rnd_js_compiler *c, struct rnd_js_document *d, kv_str pointer,
		      struct rnd_js_schema **ret)
{
	struct rnd_js_schema *s = enqueue(c, d, pointer);
	while (c->compiled < c->nqueue) {
		if (kv_job_over(c->job))
			return rnd_js_fail(c, kv_arena_cat(c->job->arena, KV_S("values.schema.json: "), kv_job_excess(c->job, 0)));
		if (compile_schema(c, c->queue[c->compiled++]))
			return -1;
	}
	*ret = s;
	return 0;
}

static struct rnd_js_compiler *new_compiler(struct kv_job *job)
{
	struct rnd_js_compiler *c = KV_NEW(job->arena, struct rnd_js_compiler);
	c->job = job;
	kv_map_init(&c->documents, job->arena);
	kv_map_init(&c->schemas, job->arena);
	return c;
}

int rnd_js_metaschema(struct rnd_js_compiler *c, int draft, struct rnd_js_schema **ret)
{
	kv_str url = draft == 4      ? KV_S("http://json-schema.org/draft-04/schema")
		     : draft == 6    ? KV_S("http://json-schema.org/draft-06/schema")
		     : draft == 7    ? KV_S("http://json-schema.org/draft-07/schema")
		     : draft == 2019 ? KV_S("https://json-schema.org/draft/2019-09/schema")
				     : KV_S("https://json-schema.org/draft/2020-12/schema");
	struct rnd_js_document *d;
	if (!c->meta)
		c->meta = new_compiler(c->job);
	if (rnd_js_document_get(c->meta, url, &d) == 0 && schema_get(c->meta, d, KV_S(""), ret) == 0)
		return 0;
	return rnd_js_fail(c, c->meta->error);
}

/* Upstream decodes from a stream, which has other words for ends. */
static kv_str decoder_error(kv_str text, kv_str error)
{
	if (kv_str_eq(error, KV_S("unexpected end of JSON input")))
		return kv_str_trim(text, " \t\r\n").n ? KV_S("unexpected EOF") : KV_S("EOF");
	if (kv_str_ends(error, KV_S("after top-level value")))
		return KV_S("invalid character after top-level value");
	return error;
}

int rnd_js_read(struct kv_job *job, kv_str text, krm_val *ret, kv_str *ret_error)
{
	size_t at;
	if (krm_json_read(job, text, KRM_JSON_TEXT, ret, ret_error, &at) == 0)
		return 0;
	*ret_error = decoder_error(text, *ret_error);
	return -1;
}

int rnd_js_compile(struct kv_job *job, kv_str url, krm_val doc, const struct rnd_js_schema **ret, kv_str *ret_error)
{
	struct rnd_js_compiler *c = new_compiler(job);
	struct rnd_js_document *d;
	struct rnd_js_schema *s;
	rnd_js_document_add(c, url, doc);
	if (rnd_js_document_get(c, url, &d) || schema_get(c, d, KV_S(""), &s)) {
		*ret_error = c->error;
		return -1;
	}
	*ret = s;
	return 0;
}
