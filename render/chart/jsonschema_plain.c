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

static const struct {
	kv_str keyword;
	enum rule rule;
} rows[] = {
	{ KV_STR("$anchor"), RARE },
	{ KV_STR("$comment"), STRING },
	{ KV_STR("$defs"), SCHEMAS },
	{ KV_STR("$dynamicAnchor"), RARE },
	{ KV_STR("$dynamicRef"), RARE },
	{ KV_STR("$id"), RARE },
	{ KV_STR("$recursiveAnchor"), RARE },
	{ KV_STR("$recursiveRef"), RARE },
	{ KV_STR("$ref"), REFERENCE },
	{ KV_STR("$schema"), RARE },
	{ KV_STR("$vocabulary"), RARE },
	{ KV_STR("additionalItems"), SCHEMA },
	{ KV_STR("additionalProperties"), SCHEMA },
	{ KV_STR("allOf"), SCHEMA_LIST },
	{ KV_STR("anyOf"), SCHEMA_LIST },
	{ KV_STR("const"), ANYTHING },
	{ KV_STR("contains"), SCHEMA },
	{ KV_STR("contentEncoding"), STRING },
	{ KV_STR("contentMediaType"), STRING },
	{ KV_STR("contentSchema"), SCHEMA },
	{ KV_STR("default"), ANYTHING },
	{ KV_STR("definitions"), SCHEMAS },
	{ KV_STR("dependencies"), SCHEMA_OR_NAMES },
	{ KV_STR("dependentRequired"), NAMES_OF_MEMBERS },
	{ KV_STR("dependentSchemas"), SCHEMAS },
	{ KV_STR("deprecated"), BOOLEAN },
	{ KV_STR("description"), STRING },
	{ KV_STR("else"), SCHEMA },
	{ KV_STR("enum"), CHOICES },
	{ KV_STR("examples"), LIST },
	{ KV_STR("exclusiveMaximum"), NUMBER },
	{ KV_STR("exclusiveMinimum"), NUMBER },
	{ KV_STR("format"), STRING },
	{ KV_STR("if"), SCHEMA },
	{ KV_STR("items"), SCHEMA },
	{ KV_STR("maxContains"), COUNT },
	{ KV_STR("maxItems"), COUNT },
	{ KV_STR("maxLength"), COUNT },
	{ KV_STR("maxProperties"), COUNT },
	{ KV_STR("maximum"), NUMBER },
	{ KV_STR("minContains"), COUNT },
	{ KV_STR("minItems"), COUNT },
	{ KV_STR("minLength"), COUNT },
	{ KV_STR("minProperties"), COUNT },
	{ KV_STR("minimum"), NUMBER },
	{ KV_STR("multipleOf"), POSITIVE },
	{ KV_STR("not"), SCHEMA },
	{ KV_STR("oneOf"), SCHEMA_LIST },
	{ KV_STR("pattern"), REGEX },
	{ KV_STR("patternProperties"), SCHEMAS_BY_REGEX },
	{ KV_STR("prefixItems"), SCHEMA_LIST },
	{ KV_STR("properties"), SCHEMAS },
	{ KV_STR("propertyNames"), SCHEMA },
	{ KV_STR("readOnly"), BOOLEAN },
	{ KV_STR("required"), NAMES },
	{ KV_STR("then"), SCHEMA },
	{ KV_STR("title"), STRING },
	{ KV_STR("type"), TYPES },
	{ KV_STR("unevaluatedItems"), SCHEMA },
	{ KV_STR("unevaluatedProperties"), SCHEMA },
	{ KV_STR("uniqueItems"), BOOLEAN },
	{ KV_STR("writeOnly"), BOOLEAN },
};

static enum rule rule_of(kv_str keyword)
{
	size_t lo = 0, hi = sizeof rows / sizeof *rows;
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		int order = kv_str_cmp(keyword, rows[mid].keyword);
		if (order == 0)
			return rows[mid].rule;
		if (order < 0)
			hi = mid;
		else
			lo = mid + 1;
	}
	return ANYTHING;
}

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
	static const char *const types[] = { "array",  "boolean", "integer", "null",
					     "number", "object",  "string" };
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
			if (rnd_js_equal(job, v.l->v[k], v.l->v[i]))
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

static bool is_member(struct kv_job *job, krm_val key, krm_val v, enum rule rule)
{
	switch (rule) {
	case SCHEMAS_BY_REGEX: return fits(job, key, "regex") && rnd_js_is_plain(job, v);
	case SCHEMA_OR_NAMES: return v.kind == KRM_LIST ? are_names(v) : rnd_js_is_plain(job, v);
	case NAMES_OF_MEMBERS: return are_names(v);
	default: return rnd_js_is_plain(job, v);
	}
}

static bool are_members(struct kv_job *job, krm_val v, enum rule rule)
{
	if (v.kind != KRM_MAP)
		return false;
	krm_map_each (v.m, e)
		if (!is_member(job, e->key, e->val, rule))
			return false;
	return true;
}

static bool are_schemas(struct kv_job *job, krm_val v)
{
	if (v.kind != KRM_LIST)
		return false;
	for (size_t i = 0; i < v.l->n; i++)
		if (!rnd_js_is_plain(job, v.l->v[i]))
			return false;
	return v.l->n > 0;
}

static bool follows(struct kv_job *job, krm_val v, enum rule rule)
{
	switch (rule) {
	case ANYTHING: return true;
	case BOOLEAN: return v.kind == KRM_BOOL;
	case CHOICES: return are_choices(job, v);
	case COUNT:
	case NUMBER:
	case POSITIVE: return is_number(job, v, rule);
	case LIST: return v.kind == KRM_LIST;
	case REFERENCE: return fits(job, v, "uri-reference");
	case REGEX: return fits(job, v, "regex");
	case SCHEMA: return rnd_js_is_plain(job, v);
	case SCHEMA_LIST: return are_schemas(job, v);
	case SCHEMA_OR_NAMES:
	case SCHEMAS:
	case SCHEMAS_BY_REGEX:
	case NAMES_OF_MEMBERS: return are_members(job, v, rule);
	case STRING: return v.kind == KRM_STRING;
	case NAMES: return are_names(v);
	case TYPES: return are_types(v);
	case RARE: break;
	}
	return false;
}

/* Recursion follows the document, whose depth the JSON reader limits. */
bool rnd_js_is_plain(struct kv_job *job, krm_val schema)
{
	if (schema.kind == KRM_BOOL)
		return true;
	if (schema.kind != KRM_MAP)
		return false;
	krm_map_each (schema.m, e)
		if (!follows(job, e->val, rule_of(krm_str(e->key))))
			return false;
	return true;
}

bool rnd_js_is_plain_document(struct kv_job *job, krm_val doc)
{
	if (doc.kind != KRM_MAP)
		return rnd_js_is_plain(job, doc);
	krm_map_each (doc.m, e) {
		kv_str keyword = krm_str(e->key), value = krm_str(e->val);
		size_t hash = kv_str_chr(value, '#');
		bool good = follows(job, e->val, rule_of(keyword));
		if (kv_str_eq(keyword, KV_S("$schema")))
			good = fits(job, e->val, "uri");
		else if (kv_str_eq(keyword, KV_S("$id")))
			good = fits(job, e->val, "uri-reference") && (hash == SIZE_MAX || hash + 1 == value.n);
		if (!good)
			return false;
	}
	return true;
}
