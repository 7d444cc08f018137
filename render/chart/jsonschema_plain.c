/* render/chart/jsonschema_plain.c: schemas that the metaschemas of drafts 7, 2019-09 and 2020-12 all allow, told by one
 * walk: nearly every chart's. */
#include "render/chart/jsonschema_graph.h"

/* What a keyword's value must be; where the drafts differ, what satisfies them all. */
enum rule {
	ANYTHING,
	BOOLEAN,
	CHOICES,          /* one or more, all different */
	COUNT,            /* an integer, not negative */
	LIST,
	NUMBER,
	POSITIVE,
	REFERENCE,        /* a URI reference */
	REGEX,
	SCHEMA,
	SCHEMA_LIST,      /* one or more */
	SCHEMA_OR_NAMES,  /* members */
	SCHEMAS,          /* members */
	SCHEMAS_BY_REGEX, /* members */
	STRING,
	NAMES,            /* different strings */
	NAMES_OF_MEMBERS,
	TYPES,            /* the name of a type, or different ones */
	RARE,             /* for those who read metaschemas */
};

/* By length, then by bytes. */
static const struct rnd_js_keyword rows[] = {
	{ KV_BYTES("if"), SCHEMA, RND_JS_OTHER },
	{ KV_BYTES("$id"), RARE, RND_JS_NO_MEANING },
	{ KV_BYTES("not"), SCHEMA, RND_JS_OTHER },
	{ KV_BYTES("$ref"), REFERENCE, RND_JS_REF },
	{ KV_BYTES("else"), SCHEMA, RND_JS_OTHER },
	{ KV_BYTES("enum"), CHOICES, RND_JS_ENUM },
	{ KV_BYTES("then"), SCHEMA, RND_JS_OTHER },
	{ KV_BYTES("type"), TYPES, RND_JS_TYPE },
	{ KV_BYTES("$defs"), SCHEMAS, RND_JS_NO_MEANING },
	{ KV_BYTES("allOf"), SCHEMA_LIST, RND_JS_ALL_OF },
	{ KV_BYTES("anyOf"), SCHEMA_LIST, RND_JS_ANY_OF },
	{ KV_BYTES("const"), ANYTHING, RND_JS_CONST },
	{ KV_BYTES("items"), SCHEMA, RND_JS_ITEMS },
	{ KV_BYTES("oneOf"), SCHEMA_LIST, RND_JS_ONE_OF },
	{ KV_BYTES("title"), STRING, RND_JS_NO_MEANING },
	{ KV_BYTES("format"), STRING, RND_JS_OTHER },
	{ KV_BYTES("$anchor"), RARE, RND_JS_OTHER },
	{ KV_BYTES("$schema"), RARE, RND_JS_NO_MEANING },
	{ KV_BYTES("default"), ANYTHING, RND_JS_NO_MEANING },
	{ KV_BYTES("maximum"), NUMBER, RND_JS_MAXIMUM },
	{ KV_BYTES("minimum"), NUMBER, RND_JS_MINIMUM },
	{ KV_BYTES("pattern"), REGEX, RND_JS_PATTERN },
	{ KV_BYTES("$comment"), STRING, RND_JS_NO_MEANING },
	{ KV_BYTES("contains"), SCHEMA, RND_JS_OTHER },
	{ KV_BYTES("examples"), LIST, RND_JS_NO_MEANING },
	{ KV_BYTES("maxItems"), COUNT, RND_JS_MAX_ITEMS },
	{ KV_BYTES("minItems"), COUNT, RND_JS_MIN_ITEMS },
	{ KV_BYTES("readOnly"), BOOLEAN, RND_JS_NO_MEANING },
	{ KV_BYTES("required"), NAMES, RND_JS_REQUIRED },
	{ KV_BYTES("maxLength"), COUNT, RND_JS_MAX_LENGTH },
	{ KV_BYTES("minLength"), COUNT, RND_JS_MIN_LENGTH },
	{ KV_BYTES("writeOnly"), BOOLEAN, RND_JS_NO_MEANING },
	{ KV_BYTES("deprecated"), BOOLEAN, RND_JS_NO_MEANING },
	{ KV_BYTES("multipleOf"), POSITIVE, RND_JS_OTHER },
	{ KV_BYTES("properties"), SCHEMAS, RND_JS_PROPERTIES },
	{ KV_BYTES("$dynamicRef"), RARE, RND_JS_OTHER },
	{ KV_BYTES("$vocabulary"), RARE, RND_JS_OTHER },
	{ KV_BYTES("definitions"), SCHEMAS, RND_JS_NO_MEANING },
	{ KV_BYTES("description"), STRING, RND_JS_NO_MEANING },
	{ KV_BYTES("maxContains"), COUNT, RND_JS_OTHER },
	{ KV_BYTES("minContains"), COUNT, RND_JS_OTHER },
	{ KV_BYTES("prefixItems"), SCHEMA_LIST, RND_JS_OTHER },
	{ KV_BYTES("uniqueItems"), BOOLEAN, RND_JS_OTHER },
	{ KV_BYTES("dependencies"), SCHEMA_OR_NAMES, RND_JS_OTHER },
	{ KV_BYTES("$recursiveRef"), RARE, RND_JS_OTHER },
	{ KV_BYTES("contentSchema"), SCHEMA, RND_JS_OTHER },
	{ KV_BYTES("maxProperties"), COUNT, RND_JS_OTHER },
	{ KV_BYTES("minProperties"), COUNT, RND_JS_OTHER },
	{ KV_BYTES("propertyNames"), SCHEMA, RND_JS_OTHER },
	{ KV_BYTES("$dynamicAnchor"), RARE, RND_JS_OTHER },
	{ KV_BYTES("additionalItems"), SCHEMA, RND_JS_OTHER },
	{ KV_BYTES("contentEncoding"), STRING, RND_JS_NO_MEANING },
	{ KV_BYTES("$recursiveAnchor"), RARE, RND_JS_OTHER },
	{ KV_BYTES("contentMediaType"), STRING, RND_JS_NO_MEANING },
	{ KV_BYTES("dependentSchemas"), SCHEMAS, RND_JS_OTHER },
	{ KV_BYTES("exclusiveMaximum"), NUMBER, RND_JS_OTHER },
	{ KV_BYTES("exclusiveMinimum"), NUMBER, RND_JS_OTHER },
	{ KV_BYTES("unevaluatedItems"), SCHEMA, RND_JS_OTHER },
	{ KV_BYTES("dependentRequired"), NAMES_OF_MEMBERS, RND_JS_OTHER },
	{ KV_BYTES("patternProperties"), SCHEMAS_BY_REGEX, RND_JS_PATTERN_PROPERTIES },
	{ KV_BYTES("additionalProperties"), SCHEMA, RND_JS_ADDITIONAL },
	{ KV_BYTES("unevaluatedProperties"), SCHEMA, RND_JS_OTHER },
};

static const struct rnd_js_keyword unknown = { KV_BYTES(""), ANYTHING, RND_JS_NO_MEANING };

const struct rnd_js_keyword *rnd_js_keyword(kv_str name)
{
	size_t lo = 0, hi = KV_COUNT(rows);
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		if (rows[mid].length < name.n)
			lo = mid + 1;
		else
			hi = mid;
	}
	for (; lo < KV_COUNT(rows) && rows[lo].length == name.n; lo++)
		if (kv_str_eq(kv_str_of(rows[lo].name, name.n), name))
			return &rows[lo];
	return &unknown;
}

struct walk {
	struct kv_job *job;
	krm_val doc;
	bool usual; /* all keywords are those that jsonschema_quick.c knows */
};

static bool is_plain(struct walk *w, krm_val schema);

static bool fits(struct kv_job *job, krm_val v, const char *format)
{
	return v.kind == KRM_STRING && rnd_js_format_find(kv_str_c(format))(job, krm_str(v)).n == 0;
}

static bool is_number(struct kv_job *job, krm_val v, enum rule rule)
{
	struct rnd_js_number n;
	if (!rnd_js_number_of(job, v, &n))
		return false;
	switch (rule) {
	case COUNT: return rnd_js_number_is_int(&n) && (!n.negative || n.digits.n == 0);
	case POSITIVE: return !n.negative && n.digits.n > 0;
	default: return true;
	}
}

static bool is_type(krm_val v)
{
	static const char types[][8] = { "array", "boolean", "integer", "null", "number", "object", "string" };
	for (size_t i = 0; v.kind == KRM_STRING && i < sizeof types / sizeof *types; i++)
		if (kv_str_eq(krm_str(v), kv_str_c(types[i])))
			return true;
	return false;
}

/* Longer lists are for those who hash what they compare. */
#define FEW 64

static bool are_names(krm_val v)
{
	if (v.kind != KRM_LIST || v.l->n > FEW)
		return false;
	for (size_t i = 0; i < v.l->n; i++) {
		if (v.l->v[i].kind != KRM_STRING)
			return false;
		for (size_t k = 0; k < i; k++)
			if (kv_str_eq(krm_str(v.l->v[k]), krm_str(v.l->v[i])))
				return false;
	}
	return true;
}

static bool are_choices(struct kv_job *job, krm_val v)
{
	if (v.kind != KRM_LIST || v.l->n > FEW)
		return false;
	for (size_t i = 0; i < v.l->n; i++)
		for (size_t k = 0; k < i; k++)
			if (rnd_js_equal(job, v.l->v[i], v.l->v[k]))
				return false;
	return v.l->n > 0;
}

static bool are_types(krm_val v)
{
	if (v.kind != KRM_LIST)
		return is_type(v);
	for (size_t i = 0; i < v.l->n; i++)
		if (!is_type(v.l->v[i]))
			return false;
	return v.l->n > 0 && are_names(v);
}

static bool is_member(struct walk *w, krm_val key, krm_val v, enum rule rule)
{
	switch (rule) {
	case SCHEMAS_BY_REGEX: return fits(w->job, key, "regex") && is_plain(w, v);
	case SCHEMA_OR_NAMES: return v.kind == KRM_LIST ? are_names(v) : is_plain(w, v);
	case NAMES_OF_MEMBERS: return are_names(v);
	default: return is_plain(w, v);
	}
}

static bool are_members(struct walk *w, krm_val v, enum rule rule)
{
	if (v.kind != KRM_MAP)
		return false;
	krm_map_each (v.m, e)
		if (!is_member(w, e->key, e->val, rule))
			return false;
	return true;
}

static bool are_schemas(struct walk *w, krm_val v)
{
	if (v.kind != KRM_LIST)
		return false;
	for (size_t i = 0; i < v.l->n; i++)
		if (!is_plain(w, v.l->v[i]))
			return false;
	return v.l->n > 0;
}

static bool follows(struct walk *w, krm_val v, enum rule rule)
{
	switch (rule) {
	case ANYTHING: return true;
	case BOOLEAN: return v.kind == KRM_BOOL;
	case CHOICES: return are_choices(w->job, v);
	case COUNT:
	case NUMBER:
	case POSITIVE: return is_number(w->job, v, rule);
	case LIST: return v.kind == KRM_LIST;
	case REFERENCE: return fits(w->job, v, "uri-reference");
	case REGEX: return fits(w->job, v, "regex");
	case SCHEMA: return is_plain(w, v);
	case SCHEMA_LIST: return are_schemas(w, v);
	case SCHEMA_OR_NAMES:
	case SCHEMAS:
	case SCHEMAS_BY_REGEX:
	case NAMES_OF_MEMBERS: return are_members(w, v, rule);
	case STRING: return v.kind == KRM_STRING;
	case NAMES: return are_names(v);
	case TYPES: return are_types(v);
	case RARE: break;
	}
	return false;
}

static bool is_usual(const struct walk *w, const struct rnd_js_keyword *keyword, krm_val v)
{
	krm_val schema;
	return keyword->meaning == RND_JS_REF ? rnd_js_find_definition(w->doc, krm_str(v), &schema)
					      : keyword->meaning != RND_JS_OTHER;
}

/* Recursion follows the document, whose depth the JSON reader limits. */
static bool is_plain(struct walk *w, krm_val schema)
{
	if (schema.kind == KRM_BOOL)
		return true;
	if (schema.kind != KRM_MAP)
		return false;
	krm_map_each (schema.m, e) {
		const struct rnd_js_keyword *keyword = rnd_js_keyword(krm_str(e->key));
		if (!follows(w, e->val, (enum rule)keyword->rule))
			return false;
		w->usual = w->usual && is_usual(w, keyword, e->val);
	}
	return true;
}

bool rnd_js_is_plain(struct kv_job *job, krm_val schema)
{
	return is_plain(&(struct walk){ .job = job }, schema);
}

static bool is_plain_document(struct walk *w)
{
	if (w->doc.kind != KRM_MAP)
		return is_plain(w, w->doc);
	krm_map_each (w->doc.m, e) {
		kv_str name = krm_str(e->key), value = krm_str(e->val);
		const struct rnd_js_keyword *keyword = rnd_js_keyword(name);
		size_t hash = kv_str_chr(value, '#');
		bool good;
		if (kv_str_eq(name, KV_S("$schema")))
			good = fits(w->job, e->val, "uri");
		else if (kv_str_eq(name, KV_S("$id")))
			good = fits(w->job, e->val, "uri-reference") && (hash == SIZE_MAX || hash + 1 == value.n);
		else
			good = follows(w, e->val, (enum rule)keyword->rule);
		if (!good)
			return false;
		w->usual = w->usual && is_usual(w, keyword, e->val);
	}
	return true;
}

bool rnd_js_is_plain_document(struct kv_job *job, krm_val doc)
{
	return is_plain_document(&(struct walk){ .job = job, .doc = doc });
}

int rnd_js_usual_draft(struct kv_job *job, kv_str url, krm_val doc)
{
	struct walk w = { .job = job, .doc = doc, .usual = true };
	krm_val name = doc.kind == KRM_MAP ? krm_get(doc, "$schema") : krm_nil();
	int draft = name.kind == KRM_STRING ? rnd_js_draft_of_url(krm_str(name)) : RND_JS_NEWEST_DRAFT;
	kv_str id = krm_str(krm_get(doc, "$id")), error;
	struct rnd_js_url_ref base;
	return draft >= 7 && is_plain_document(&w) && w.usual && rnd_js_url_join(job, url, id, &base, &error) == 0 ? draft : 0;
}
