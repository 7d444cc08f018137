/* render/chart/jsonschema_quick.c: whether a schema of the usual keywords allows a value, told from the schema's text without compiling
 * it: it is so for nearly every chart, and what is not allowed has to be compiled for its message.
 */
#include "base/utf8.h"
#include "render/chart/jsonschema_graph.h"

struct quick {
	struct kv_job *job;
	krm_val doc;
	int draft;
	size_t depth, memory;
	bool unknown; /* something has to be looked at by those who compile */
};

/* For numbers that are compared; those who compile have more. */
#define MEMORY ((size_t)1 << 20)

/* References and combinations on one value; a cycle has more, and upstream's words. */
#define MOST_APPLIED 16

static bool allows(struct quick *q, krm_val schema, krm_val v, size_t applied);

static bool is_over(const struct quick *q)
{
	return q->job->steps > q->job->limits.steps || kv_arena_used(q->job->arena) > q->memory;
}

static bool give_up(struct quick *q)
{
	q->unknown = true;
	return false;
}

bool rnd_js_find_definition(krm_val doc, kv_str ref, krm_val *ret)
{
	bool defs = kv_str_starts(ref, KV_S("#/$defs/"));
	if (!defs && !kv_str_starts(ref, KV_S("#/definitions/")))
		return false;
	kv_str name = kv_str_sub(ref, kv_str_rchr(ref, '/') + 1, ref.n);
	size_t begin = defs ? strlen("#/$defs/") : strlen("#/definitions/");
	if (name.n + begin != ref.n || kv_str_chr(name, '%') != SIZE_MAX || kv_str_chr(name, '~') != SIZE_MAX)
		return false;
	*ret = krm_get_str(krm_get(doc, defs ? "$defs" : "definitions"), name);
	return ret->kind == KRM_MAP || ret->kind == KRM_BOOL;
}

static bool follows_ref(struct quick *q, krm_val ref, krm_val v, size_t applied)
{
	krm_val schema;
	return rnd_js_find_definition(q->doc, krm_str(ref), &schema) ? allows(q, schema, v, applied + 1) : give_up(q);
}

static bool has_type(struct quick *q, krm_val type, krm_val v)
{
	unsigned types = rnd_js_type_bit(type);
	for (size_t i = 0; i < krm_list_len(type); i++)
		types |= rnd_js_type_bit(type.l->v[i]);
	return rnd_js_has_type(q->job, types, v);
}

static size_t count_allowing(struct quick *q, krm_val schemas, krm_val v, size_t most, size_t applied)
{
	size_t n = 0;
	for (size_t i = 0; i < krm_list_len(schemas) && n < most; i++)
		n += allows(q, schemas.l->v[i], v, applied + 1);
	return n;
}

static bool has_all(krm_val names, krm_val v)
{
	for (size_t i = 0; v.kind == KRM_MAP && i < krm_list_len(names); i++)
		if (!krm_map_find(v.m, krm_str(names.l->v[i])))
			return false;
	return true;
}

static bool allow_members(struct quick *q, krm_val properties, krm_val v)
{
	if (v.kind == KRM_MAP)
		krm_map_each (v.m, e) {
			const krm_val *own = krm_map_find(properties.m, krm_str(e->key));
			if (own && !allows(q, *own, e->val, 0))
				return false;
		}
	return true;
}

static bool is_match(struct quick *q, krm_val pattern, kv_str text)
{
	kv_str why;
	const struct kv_re *re = is_over(q) ? NULL : kv_re_get(q->job, krm_str(pattern), &why);
	return re ? rnd_js_match(q->job, re, text) : give_up(q);
}

static bool allow_matching(struct quick *q, krm_val patterns, krm_val v)
{
	if (v.kind == KRM_MAP)
		krm_map_each (v.m, e)
			krm_map_each (patterns.m, p)
				if (is_match(q, p->key, krm_str(e->key)) && !allows(q, p->val, e->val, 0))
					return false;
	return true;
}

/* Whether an entry has a schema of its own. */
static bool is_known(struct quick *q, krm_val schema, kv_str name)
{
	krm_val patterns = krm_get(schema, "patternProperties");
	if (krm_get_str(krm_get(schema, "properties"), name).kind != KRM_NIL)
		return true;
	if (patterns.kind == KRM_MAP)
		krm_map_each (patterns.m, p)
			if (is_match(q, p->key, name))
				return true;
	return false;
}

static bool allows_others(struct quick *q, krm_val schema, krm_val others, krm_val v)
{
	if (v.kind == KRM_MAP)
		krm_map_each (v.m, e)
			if (!is_known(q, schema, krm_str(e->key)) && !allows(q, others, e->val, 0))
				return false;
	return true;
}

static bool allows_items(struct quick *q, krm_val items, krm_val v)
{
	for (size_t i = 0; i < krm_list_len(v); i++)
		if (!allows(q, items, v.l->v[i], 0))
			return false;
	return true;
}

/* Whether the value is not beyond a minimum (-1) or maximum (1). */
static bool is_within(struct quick *q, krm_val bound, int side, krm_val v)
{
	struct rnd_js_bound limit = rnd_js_bound_of(q->job, &bound);
	struct rnd_js_number n;
	if (rnd_js_type_of(v) != RND_JS_NUMBER || !limit.set || !rnd_js_number_of(q->job, v, &n))
		return true;
	return rnd_js_number_cmp(&n, &limit.n) * side <= 0;
}

static bool is_count_within(struct quick *q, krm_val bound, int side, size_t n)
{
	struct rnd_js_count limit = rnd_js_count_of(q->job, &bound);
	return !limit.set || (side < 0 ? (int64_t)n >= limit.n : (int64_t)n <= limit.n);
}

static bool has_length(struct quick *q, krm_val bound, int side, krm_val v)
{
	return v.kind != KRM_STRING || is_count_within(q, bound, side, kv_utf8_count(krm_str(v)));
}

static bool has_items(struct quick *q, krm_val bound, int side, krm_val v)
{
	return v.kind != KRM_LIST || is_count_within(q, bound, side, v.l->n);
}

static bool follows(struct quick *q, krm_val schema, const struct krm_entry *keyword, krm_val v, size_t applied)
{
	krm_val is = keyword->val;
	switch (rnd_js_keyword(krm_str(keyword->key))->meaning) {
	case RND_JS_NO_MEANING: return true;
	case RND_JS_TYPE: return has_type(q, is, v);
	case RND_JS_ENUM: return rnd_js_is_among(q->job, v, is);
	case RND_JS_CONST: return rnd_js_equal(q->job, v, is);
	case RND_JS_REF: return follows_ref(q, is, v, applied);
	case RND_JS_PROPERTIES: return allow_members(q, is, v);
	case RND_JS_ADDITIONAL: return allows_others(q, schema, is, v);
	case RND_JS_REQUIRED: return has_all(is, v);
	case RND_JS_ITEMS: return allows_items(q, is, v);
	case RND_JS_MINIMUM: return is_within(q, is, -1, v);
	case RND_JS_MAXIMUM: return is_within(q, is, 1, v);
	case RND_JS_MIN_ITEMS: return has_items(q, is, -1, v);
	case RND_JS_MAX_ITEMS: return has_items(q, is, 1, v);
	case RND_JS_MIN_LENGTH: return has_length(q, is, -1, v);
	case RND_JS_MAX_LENGTH: return has_length(q, is, 1, v);
	case RND_JS_PATTERN: return v.kind != KRM_STRING || is_match(q, is, krm_str(v));
	case RND_JS_PATTERN_PROPERTIES: return allow_matching(q, is, v);
	case RND_JS_ALL_OF: return count_allowing(q, is, v, SIZE_MAX, applied) == krm_list_len(is);
	case RND_JS_ANY_OF: return count_allowing(q, is, v, 1, applied) == 1;
	case RND_JS_ONE_OF: return count_allowing(q, is, v, 2, applied) == 1;
	case RND_JS_OTHER: break;
	}
	return give_up(q);
}

/* Up to draft 7 nothing counts beside a reference, or nearly nothing. */
static bool is_ref_alone(krm_val schema)
{
	krm_map_each (schema.m, e) {
		enum rnd_js_meaning meaning = rnd_js_keyword(krm_str(e->key))->meaning;
		if (meaning != RND_JS_REF && meaning != RND_JS_NO_MEANING)
			return false;
	}
	return true;
}

/* Looking at one value with one schema takes as many steps as it takes those who compile. */
static bool allows(struct quick *q, krm_val schema, krm_val v, size_t applied)
{
	if (schema.kind == KRM_BOOL)
		return schema.b;
	q->job->steps += RND_JS_STEP;
	if (schema.kind != KRM_MAP || applied > MOST_APPLIED || q->depth >= q->job->limits.depth ||
	    is_over(q) ||
	    (q->draft < 2019 && krm_has(schema, "$ref") && !is_ref_alone(schema)))
		return give_up(q);
	bool allowed = true;
	q->depth++;
	krm_map_each (schema.m, e) {
		allowed = !q->unknown && follows(q, schema, e, v, applied);
		if (!allowed)
			break;
	}
	q->depth--;
	return allowed;
}

bool rnd_js_allows(struct kv_job *job, kv_str url, krm_val doc, krm_val v)
{
	struct quick q = { .job = job, .doc = doc, .memory = kv_arena_used(job->arena) + MEMORY };
	size_t steps = job->steps;
	q.draft = rnd_js_usual_draft(job, url, doc);
	if (q.draft && allows(&q, doc, v, 0) && !q.unknown && !is_over(&q))
		return true;
	job->steps = steps;
	return false;
}
