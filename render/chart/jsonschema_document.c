/* render/chart/jsonschema_document.c: which parts of a document are schemas, resources and anchors (jsonschema: roots.go,
 * root.go, loader.go, draft.go). */
#include "base/file.h"
#include "krm/json.h"
#include "render/chart/jsonschema_graph.h"
#include "render/template/quote.h"
#include "render/template/url.h"

/* Where subschemas stand: below a keyword, or below each member of its object or each item of its list. */
enum position { BELOW, BELOW_MEMBERS, BELOW_ITEMS };
static const struct {
	kv_str keyword;
	enum position position;
	int since;
} positions[] = {
	{ KV_STR("definitions"), BELOW_MEMBERS, 4 },
	{ KV_STR("not"), BELOW, 4 },
	{ KV_STR("allOf"), BELOW_ITEMS, 4 },
	{ KV_STR("anyOf"), BELOW_ITEMS, 4 },
	{ KV_STR("oneOf"), BELOW_ITEMS, 4 },
	{ KV_STR("properties"), BELOW_MEMBERS, 4 },
	{ KV_STR("additionalProperties"), BELOW, 4 },
	{ KV_STR("patternProperties"), BELOW_MEMBERS, 4 },
	{ KV_STR("items"), BELOW, 4 },
	{ KV_STR("items"), BELOW_ITEMS, 4 },
	{ KV_STR("additionalItems"), BELOW, 4 },
	{ KV_STR("dependencies"), BELOW_MEMBERS, 4 },
	{ KV_STR("propertyNames"), BELOW, 6 },
	{ KV_STR("contains"), BELOW, 6 },
	{ KV_STR("if"), BELOW, 7 },
	{ KV_STR("then"), BELOW, 7 },
	{ KV_STR("else"), BELOW, 7 },
	{ KV_STR("$defs"), BELOW_MEMBERS, 2019 },
	{ KV_STR("dependentSchemas"), BELOW_MEMBERS, 2019 },
	{ KV_STR("unevaluatedProperties"), BELOW, 2019 },
	{ KV_STR("unevaluatedItems"), BELOW, 2019 },
	{ KV_STR("contentSchema"), BELOW, 2019 },
	{ KV_STR("prefixItems"), BELOW_ITEMS, 2020 },
};

static const struct {
	int draft;
	const char *url; /* behind http:// or https:// */
} drafts[] = {
	{ 2020, "json-schema.org/schema" },
	{ 2020, "json-schema.org/draft/2020-12/schema" },
	{ 2019, "json-schema.org/draft/2019-09/schema" },
	{ 7, "json-schema.org/draft-07/schema" },
	{ 6, "json-schema.org/draft-06/schema" },
	{ 4, "json-schema.org/draft-04/schema" },
};

int rnd_js_fail(struct rnd_js_compiler *c, kv_str error)
{
	c->error = error;
	return -1;
}

/* Text with Go-quoted parts: each %q of the format takes the next one. */
static int fail_quoted(struct rnd_js_compiler *c, const char *format, const kv_str *parts)
{
	struct kv_buf b;
	kv_buf_init(&b, c->job->arena, KV_BUF_MAX);
	for (; *format; format++) {
		if (format[0] == '%' && format[1] == 'q') {
			rnd_quote(*parts++, &b);
			format++;
		} else {
			kv_buf_c(&b, *format);
		}
	}
	return rnd_js_fail(c, kv_buf_view(&b));
}
#define FAIL_QUOTED(c, format, ...) fail_quoted(c, format, (kv_str[]){ __VA_ARGS__ })

/* --- drafts ----------------------------------------------------------------------------------- */

int rnd_js_draft_of_url(kv_str url)
{
	size_t hash = kv_str_chr(url, '#');
	if (hash != SIZE_MAX && hash + 1 < url.n)
		return 0;
	if (hash != SIZE_MAX)
		url = kv_str_sub(url, 0, hash);
	if (kv_str_starts(url, KV_S("http://")))
		url = kv_str_sub(url, strlen("http://"), url.n);
	else if (kv_str_starts(url, KV_S("https://")))
		url = kv_str_sub(url, strlen("https://"), url.n);
	for (size_t i = 0; i < sizeof drafts / sizeof *drafts; i++)
		if (kv_str_eq(url, kv_str_c(drafts[i].url)))
			return drafts[i].draft;
	return 0;
}

static const char *id_keyword(int draft)
{
	return draft == 4 ? "id" : "$id";
}

/* The schema's own id without its fragment; empty if it has none. */
static kv_str id_of(int draft, krm_val schema)
{
	if (draft < 2019 && krm_has(schema, "$ref"))
		return KV_S("");
	kv_str id = krm_str(krm_get(schema, id_keyword(draft)));
	size_t hash = kv_str_chr(id, '#');
	return hash == SIZE_MAX ? id : kv_str_sub(id, 0, hash);
}

static kv_str scheme_of(kv_str url)
{
	size_t colon = kv_str_chr(url, ':');
	return colon == SIZE_MAX || colon > kv_str_chr(url, '/') ? KV_S("") : kv_str_sub(url, 0, colon);
}

/* Only what is part of this program can be loaded; a chart's schema reads no files and no network. */
static int load(struct rnd_js_compiler *c, kv_str url, krm_val *ret)
{
	kv_str scheme = scheme_of(url), why = KV_S("schemas are not loaded from the network");
	kv_str text = rnd_js_metaschema_text(url), error;
	size_t at;
	if (kv_str_eq(scheme, KV_S("urn"))) {
		kv_warn_verbatim(
			c->job,
			kv_arena_cat(
				c->job->arena,
				KV_S("WARNING: unresolved URN reference ignored; using permissive schema: "),
				url));
		*ret = krm_bool(true);
		return 0;
	}
	if (text.n)
		return krm_json_read(c->job, text, KRM_JSON_TEXT, ret, &error, &at) ? rnd_js_fail(c, error)
										    : 0;
	struct kv_buf b;
	kv_buf_init(&b, c->job->arena, KV_BUF_MAX);
	kv_buf_lit(&b, "failing loading ");
	rnd_quote(url, &b);
	kv_buf_lit(&b, ": ");
	if (kv_str_eq(scheme, KV_S("file"))) {
		struct rnd_url parts;
		kv_str path = rnd_url_parse(c->job->arena, url, &parts, &error)
				      ? kv_str_sub(url, strlen("file://"), url.n)
				      : parts.path;
		why = kv_input_kind(c->job, path) == KV_FILE_NONE ? KV_S("no such file or directory")
							 : KV_S("files outside of the chart are not read");
		why = kv_arena_cat(c->job->arena, KV_S("open "), path, KV_S(": "), why);
	} else if (!kv_str_eq(scheme, KV_S("http")) && !kv_str_eq(scheme, KV_S("https"))) {
		kv_buf_lit(&b, "no URLLoader registered for ");
		rnd_quote(url, &b);
		return rnd_js_fail(c, kv_buf_view(&b));
	} else {
		kv_buf_lit(&b, "HTTP request failed for ");
		kv_buf_str(&b, url);
		kv_buf_lit(&b, ": Get ");
		rnd_quote(url, &b);
		kv_buf_lit(&b, ": ");
	}
	kv_buf_str(&b, why);
	return rnd_js_fail(c, kv_buf_view(&b));
}

static krm_val *loaded_doc(struct rnd_js_compiler *c, kv_str url)
{
	struct rnd_js_document *d = kv_map_get(&c->documents, url);
	return d ? &d->doc : NULL;
}

/* The draft a schema is written in: that of $schema, through other metaschemas if need be. */
static int draft_of(struct rnd_js_compiler *c, kv_str url, kv_str pointer, krm_val schema, int fallback,
		    int *ret)
{
	/* Each metaschema names the next; a chain is no longer than the documents known. */
	for (size_t hops = 0;; hops++) {
		krm_val v = schema.kind == KRM_MAP ? krm_get(schema, "$schema") : krm_nil();
		if (v.kind != KRM_STRING) {
			*ret = fallback;
			return 0;
		}
		kv_str name = krm_str(v);
		if ((*ret = rnd_js_draft_of_url(name)))
			return 0;
		size_t hash = kv_str_chr(name, '#');
		name = hash == SIZE_MAX ? name : kv_str_sub(name, 0, hash);
		if (pointer.n == 0 && kv_str_eq(name, url))
			return FAIL_QUOTED(c, "draft %q is not supported", name);
		if (hops > c->documents.n)
			return FAIL_QUOTED(c, "cycle in resolving $schema in %q", name);
		krm_val *known = loaded_doc(c, name);
		krm_val doc;
		if (known)
			doc = *known;
		else if (load(c, name, &doc))
			return -1;
		schema = doc;
		url = name;
		pointer = KV_S("");
	}
}

/* --- collecting ------------------------------------------------------------------------------- */

struct rnd_js_resource *rnd_js_resource_at(const struct rnd_js_document *d, kv_str pointer)
{
	for (;;) {
		struct rnd_js_resource *r = kv_map_get(&d->resources, pointer);
		size_t slash = kv_str_rchr(pointer, '/');
		if (r)
			return r;
		if (slash == SIZE_MAX)
			return kv_map_get(&d->resources, KV_S(""));
		pointer = kv_str_sub(pointer, 0, slash);
	}
}

static int add_anchor(struct rnd_js_compiler *c, struct rnd_js_document *d, struct rnd_js_resource *r,
		      kv_str name, kv_str pointer, bool dynamic)
{
	struct rnd_js_anchor *old = kv_map_get(&r->anchors, name);
	if (old && !kv_str_eq(old->pointer, pointer))
		return FAIL_QUOTED(c, "duplicate anchor %q in %q at %q and %q", name, d->url, old->pointer,
				   pointer);
	struct rnd_js_anchor *a = old ? old : KV_NEW(c->job->arena, struct rnd_js_anchor);
	a->pointer = pointer;
	a->dynamic = a->dynamic || dynamic;
	kv_map_put(&r->anchors, name, a);
	return 0;
}

static int collect_anchors(struct rnd_js_compiler *c, struct rnd_js_document *d, krm_val schema,
			   kv_str pointer, struct rnd_js_resource *r)
{
	if (r->draft < 2019) {
		if (krm_has(schema, "$ref"))
			return 0;
		kv_str id = krm_str(krm_get(schema, id_keyword(r->draft))), error;
		struct rnd_js_url_ref ref;
		if (kv_str_chr(id, '#') == SIZE_MAX)
			return 0;
		if (rnd_js_url_join(c->job, KV_S(""), kv_str_sub(id, kv_str_chr(id, '#'), id.n), &ref,
				    &error))
			return FAIL_QUOTED(c, "error in parsing anchor at %q",
					   rnd_js_location(c->job, d->url, pointer));
		bool anchor = ref.fragment.n && ref.fragment.p[0] != '/';
		return anchor ? add_anchor(c, d, r, ref.fragment, pointer, false) : 0;
	}
	krm_val anchor = krm_get(schema, "$anchor"), dynamic = krm_get(schema, "$dynamicAnchor");
	if (anchor.kind == KRM_STRING && add_anchor(c, d, r, krm_str(anchor), pointer, false))
		return -1;
	if (r->draft >= 2020 && dynamic.kind == KRM_STRING)
		return add_anchor(c, d, r, krm_str(dynamic), pointer, true);
	return 0;
}

static struct rnd_js_resource *add_resource(struct rnd_js_compiler *c, struct rnd_js_document *d,
					    kv_str pointer, kv_str id, int draft)
{
	struct rnd_js_resource *r = KV_NEW(c->job->arena, struct rnd_js_resource);
	*r = (struct rnd_js_resource){ .pointer = pointer, .id = id, .draft = draft };
	kv_map_init(&r->anchors, c->job->arena);
	kv_map_put(&d->resources, pointer, r);
	kv_map_put(&d->by_id, id, r);
	return r;
}

/* The id and draft of a schema; the root and what has an id become resources. *base: the id it is known by. */
static int collect_resource(struct rnd_js_compiler *c, struct rnd_js_document *d, krm_val schema,
			    kv_str pointer, int fallback, kv_str *base, int *ret_draft)
{
	bool has_schema = krm_get(schema, "$schema").kind == KRM_STRING;
	int draft;
	if (draft_of(c, d->url, pointer, schema, fallback, &draft))
		return -1;
	kv_str id = id_of(draft, schema), error;
	if (id.n == 0 && pointer.n) {
		draft = fallback;
		has_schema = false;
		id = id_of(draft, schema);
	}
	*ret_draft = draft;
	if (id.n) {
		struct rnd_js_url_ref ref;
		if (rnd_js_url_join(c->job, *base, id, &ref, &error))
			return FAIL_QUOTED(c, "error in parsing id at %q",
					   rnd_js_location(c->job, d->url, pointer));
		*base = ref.url;
	} else if (pointer.n) {
		return 0;
	}
	struct rnd_js_resource *old = kv_map_get(&d->by_id, *base);
	if (old && !kv_str_eq(old->pointer, pointer))
		return FAIL_QUOTED(c, "duplicate id %q in %q at %q and %q", *base, d->url, pointer,
				   old->pointer);
	if (!old)
		add_resource(c, d, pointer, *base, has_schema ? draft : fallback);
	return 0;
}

static int collect(struct rnd_js_compiler *c, struct rnd_js_document *d, krm_val schema, kv_str base,
		   kv_str pointer, int fallback);

static int collect_below(struct rnd_js_compiler *c, struct rnd_js_document *d, krm_val v, kv_str base,
			 kv_str pointer, enum position position, int draft)
{
	if (position == BELOW)
		return collect(c, d, v, base, pointer, draft);
	if (position == BELOW_MEMBERS && v.kind == KRM_MAP) {
		krm_map_each (v.m, e)
			if (collect(c, d, e->val, base, rnd_js_pointer_add(c->job, pointer, krm_str(e->key)),
				    draft))
				return -1;
	}
	for (size_t i = 0; position == BELOW_ITEMS && i < krm_list_len(v); i++) {
		kv_str item = kv_arena_printf(c->job->arena, "%zu", i);
		if (collect(c, d, v.l->v[i], base, rnd_js_pointer_add(c->job, pointer, item), draft))
			return -1;
	}
	return 0;
}

/* Recursion follows the document, whose depth the JSON reader limits. */
static int collect(struct rnd_js_compiler *c, struct rnd_js_document *d, krm_val schema, kv_str base,
		   kv_str pointer, int fallback)
{
	if (kv_map_has(&d->processed, pointer))
		return 0;
	kv_map_put(&d->processed, pointer, d);
	if (schema.kind != KRM_MAP) {
		if (pointer.n == 0)
			add_resource(c, d, pointer, base, fallback);
		return 0;
	}
	int draft;
	if (collect_resource(c, d, schema, pointer, fallback, &base, &draft))
		return -1;
	struct rnd_js_resource *in = kv_map_get(&d->by_id, base);
	if (collect_anchors(c, d, schema, pointer, in))
		return -1;
	for (size_t i = 0; i < sizeof positions / sizeof *positions; i++) {
		kv_str keyword = positions[i].keyword;
		krm_val *v = positions[i].since <= draft ? krm_map_find(schema.m, keyword) : NULL;
		if (v && collect_below(c, d, *v, base, rnd_js_pointer_add(c->job, pointer, keyword),
				       positions[i].position, in->draft))
			return -1;
	}
	return 0;
}

/* --- documents -------------------------------------------------------------------------------- */

static struct rnd_js_document *new_document(struct rnd_js_compiler *c, kv_str url, krm_val doc)
{
	struct rnd_js_document *d = KV_NEW(c->job->arena, struct rnd_js_document);
	d->url = url;
	d->doc = doc;
	kv_map_init(&d->resources, c->job->arena);
	kv_map_init(&d->by_id, c->job->arena);
	kv_map_init(&d->processed, c->job->arena);
	kv_map_put(&c->documents, url, d);
	return d;
}

void rnd_js_document_add(struct rnd_js_compiler *c, kv_str url, krm_val doc)
{
	new_document(c, url, doc);
}

/* A schema must itself be valid against the metaschema of its draft. */
static int check_meta(struct rnd_js_compiler *c, struct rnd_js_document *d, krm_val v, kv_str pointer)
{
	struct rnd_js_schema *meta;
	kv_str error;
	int draft = rnd_js_resource_at(d, pointer)->draft;
	if (draft >= 7 && (pointer.n ? rnd_js_is_plain(c->job, v) : rnd_js_is_plain_document(c->job, v)))
		return 0;
	if (rnd_js_metaschema(c, draft, &meta))
		return -1;
	if (rnd_js_validate_schema(c, meta, v, d, pointer, &error) == 0)
		return 0;
	struct kv_buf b;
	kv_buf_init(&b, c->job->arena, KV_BUF_MAX);
	rnd_quote(rnd_js_location(c->job, d->url, pointer), &b);
	kv_buf_lit(&b, " is not valid against metaschema: ");
	kv_buf_str(&b, error);
	return rnd_js_fail(c, kv_buf_view(&b));
}

int rnd_js_document_get(struct rnd_js_compiler *c, kv_str url, struct rnd_js_document **ret)
{
	struct rnd_js_document *d = kv_map_get(&c->documents, url);
	if (!d) {
		krm_val doc;
		if (load(c, url, &doc))
			return -1;
		d = new_document(c, url, doc);
	}
	if (d->processed.n == 0) {
		if (collect(c, d, d->doc, url, KV_S(""), RND_JS_NEWEST_DRAFT))
			return -1;
		bool meta = kv_str_starts(url, KV_S("http://json-schema.org/")) ||
			    kv_str_starts(url, KV_S("https://json-schema.org/"));
		if (!meta && check_meta(c, d, d->doc, KV_S("")))
			return -1;
	}
	*ret = d;
	return 0;
}

int rnd_js_document_resolve(struct rnd_js_compiler *c, struct rnd_js_document *d,
			    const struct rnd_js_resource *in, kv_str fragment, kv_str *ret_pointer)
{
	if (fragment.n == 0 || fragment.p[0] == '/') {
		*ret_pointer = kv_arena_cat(c->job->arena, in->pointer, fragment);
		return 0;
	}
	struct rnd_js_anchor *a = kv_map_get(&in->anchors, fragment);
	if (!a)
		return FAIL_QUOTED(c, "anchor in %q not found in schema %q",
				   rnd_js_location(c->job, in->id, fragment), d->url);
	*ret_pointer = a->pointer;
	return 0;
}

static int find_pointer(struct rnd_js_compiler *c, struct rnd_js_document *d, kv_str pointer, krm_val *ret)
{
	bool malformed;
	if (rnd_js_pointer_find(c->job, d->doc, pointer, ret, &malformed))
		return 0;
	kv_str at = rnd_js_location(c->job, d->url, pointer);
	return malformed ? FAIL_QUOTED(c, "invalid json-pointer %q", at)
			 : FAIL_QUOTED(c, "json-pointer in %q not found", at);
}

int rnd_js_document_ensure(struct rnd_js_compiler *c, struct rnd_js_document *d, kv_str pointer)
{
	krm_val v;
	if (kv_map_has(&d->processed, pointer))
		return 0;
	if (find_pointer(c, d, pointer, &v))
		return -1;
	struct rnd_js_resource *in = rnd_js_resource_at(d, pointer);
	if (collect(c, d, v, in->id, pointer, in->draft))
		return -1;
	return check_meta(c, d, v, pointer);
}
