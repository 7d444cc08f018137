/* filters/schema_structural.c: an object against a structural schema. */
#include "filters/schema_check.h"

#include "base/map.h"
#include "base/re.h"
#include "base/utf8.h"
#include "krm/json.h"
#include "krm/scalar.h"

void flt_mistake_add(struct kv_job *job, struct flt_mistakes *mistakes, bool unknown,
		     const struct flt_step *at, kv_pos pos, const char *fmt, ...)
{
	struct kv_arena *a = job->arena;
	kv_str path = KV_S("");
	va_list ap;
	va_start(ap, fmt);
	kv_str what = kv_arena_vprintf(a, fmt, ap);
	va_end(ap);
	for (; at; at = at->above) {
		kv_str step = at->name.n ? at->name : kv_arena_printf(a, "[%zu]", at->index);
		path = kv_arena_cat(a, step, path.n && path.p[0] != '[' ? KV_S(".") : KV_S(""), path);
	}
	struct flt_mistake m = { unknown, pos, kv_arena_cat(a, path, path.n ? KV_S(" ") : KV_S(""), what) };
	KV_PUSH(a, mistakes->v, mistakes->n, mistakes->cap, m);
}

const char *flt_type_shown(krm_val v)
{
	switch (v.kind) {
	case KRM_NIL: return "null";
	case KRM_BOOL: return "a boolean";
	case KRM_STRING: return krm_is_null(v) ? "null" : "a string";
	case KRM_LIST: return "a list";
	case KRM_MAP: return "a mapping";
	case KRM_FLOAT: return "a number";
	default: return "an integer";
	}
}

struct check {
	struct kv_job *job;
	struct flt_mistakes *ret;
	bool keeps_unknown;
	bool values; /* inside allOf, anyOf, oneOf, not: which fields there are is said outside */
};

static bool number_of(krm_val v, double *ret)
{
	if (v.kind == KRM_FLOAT)
		*ret = v.f;
	else if (v.kind == KRM_INT64 || v.kind == KRM_INT)
		*ret = (double)v.i;
	else if (v.kind == KRM_UINT64)
		*ret = (double)v.u;
	else
		return false;
	return true;
}

/* A limit of the schema, or false. */
static bool limit_of(krm_val schema, const char *keyword, double *ret)
{
	return number_of(krm_get(schema, keyword), ret);
}

bool flt_is_whole(krm_val v)
{
	double d;
	return number_of(v, &d) &&
	       (v.kind != KRM_FLOAT || (d > -1e18 && d < 1e18 && (double)(int64_t)d == d));
}

/* --- types -------------------------------------------------------------------------------------- */

static bool has_type(krm_val v, kv_str type)
{
	double d;
	return kv_str_eq(type, KV_S("object"))    ? v.kind == KRM_MAP
	       : kv_str_eq(type, KV_S("array"))   ? v.kind == KRM_LIST
	       : kv_str_eq(type, KV_S("string"))  ? v.kind == KRM_STRING
	       : kv_str_eq(type, KV_S("boolean")) ? v.kind == KRM_BOOL
	       : kv_str_eq(type, KV_S("integer")) ? flt_is_whole(v)
	       : kv_str_eq(type, KV_S("number"))  ? number_of(v, &d)
						  : true;
}

static const char *type_wanted(kv_str type)
{
	return kv_str_eq(type, KV_S("object"))    ? "a mapping"
	       : kv_str_eq(type, KV_S("array"))   ? "a list"
	       : kv_str_eq(type, KV_S("integer")) ? "an integer"
	       : kv_str_eq(type, KV_S("boolean")) ? "a boolean"
	       : kv_str_eq(type, KV_S("number"))  ? "a number"
						  : "a string";
}

#define WRONG(c, at, v, ...) flt_mistake_add((c)->job, (c)->ret, false, at, (v).pos, __VA_ARGS__)

/* False: nothing else need be said of the value. */
static bool check_type(struct check *c, const struct flt_step *at, krm_val schema, krm_val v)
{
	kv_str type = krm_str(krm_get(schema, "type"));
	if (krm_is_null(v)) {
		if ((type.n || krm_flag(schema, "x-kubernetes-int-or-string")) &&
		    !krm_flag(schema, "nullable") && !c->values)
			WRONG(c, at, v, "must not be null");
		return false;
	}
	if (krm_flag(schema, "x-kubernetes-int-or-string")) {
		if (v.kind == KRM_STRING || flt_is_whole(v))
			return true;
		WRONG(c, at, v, "must be an integer or a string and is %s", flt_type_shown(v));
		return false;
	}
	if (has_type(v, type))
		return true;
	WRONG(c, at, v, "must be %s and is %s", type_wanted(type), flt_type_shown(v));
	return false;
}

/* --- scalars ------------------------------------------------------------------------------------- */

static void check_string(struct check *c, const struct flt_step *at, krm_val schema, krm_val v)
{
	double limit, n = (double)kv_utf8_count(krm_str(v));
	kv_str pattern = krm_str(krm_get(schema, "pattern")), error;
	const struct kv_re *re = pattern.n ? kv_re_get(c->job, pattern, &error) : NULL;
	if (limit_of(schema, "maxLength", &limit) && n > limit)
		WRONG(c, at, v, "may not have more than %.0f characters", limit);
	if (limit_of(schema, "minLength", &limit) && n < limit)
		WRONG(c, at, v, "must have at least %.0f character%s", limit, limit == 1 ? "" : "s");
	if (re && !kv_re_match(c->job, re, krm_str(v)))
		WRONG(c, at, v, "does not match %.*s", KV_ARG(pattern));
	kv_str format = krm_str(krm_get(schema, "format"));
	const char *missed = format.n ? flt_format_missed(c->job, format, krm_str(v)) : NULL;
	if (missed)
		WRONG(c, at, v, "must be %s (format %.*s)", missed, KV_ARG(format));
}

static void check_number(struct check *c, const struct flt_step *at, krm_val schema, krm_val v, double n)
{
	double limit;
	bool above = krm_flag(schema, "exclusiveMinimum"), below = krm_flag(schema, "exclusiveMaximum");
	if (limit_of(schema, "minimum", &limit) && (above ? n <= limit : n < limit))
		WRONG(c, at, v, "must be %s %g", above ? "more than" : "at least", limit);
	if (limit_of(schema, "maximum", &limit) && (below ? n >= limit : n > limit))
		WRONG(c, at, v, "must be %s %g", below ? "less than" : "at most", limit);
	if (limit_of(schema, "multipleOf", &limit) && limit > 0 && n / limit < 1e15 && n / limit > -1e15 &&
	    (double)(int64_t)(n / limit) != n / limit)
		WRONG(c, at, v, "must be a multiple of %g", limit);
}

static void check_enum(struct check *c, const struct flt_step *at, krm_val schema, krm_val v)
{
	krm_val list = krm_get(schema, "enum");
	struct kv_buf names;
	kv_buf_init(&names, c->job->arena, KV_BUF_MAX);
	for (size_t i = 0; i < krm_list_len(list); i++) {
		if (krm_equal(list.l->v[i], v))
			return;
		kv_buf_str(&names, i ? KV_S(", ") : KV_S(""));
		kv_buf_str(&names, krm_scalar_text(c->job, list.l->v[i]));
	}
	if (krm_list_len(list))
		WRONG(c, at, v, "must be one of %.*s", KV_ARG(kv_buf_view(&names)));
}

/* --- lists --------------------------------------------------------------------------------------- */

static void check_value(struct check *c, const struct flt_step *at, krm_val schema, krm_val v);

/* What tells an item from others: the whole of a set's, the keys of a map's. */
static kv_str identity(struct check *c, krm_val schema, krm_val item)
{
	krm_val keys = krm_get(schema, "x-kubernetes-list-map-keys"),
		properties = krm_path(schema, "items", "properties", NULL);
	struct kv_buf out;
	kv_str error;
	kv_buf_init(&out, c->job->arena, KV_BUF_MAX);
	for (size_t i = 0; i < krm_list_len(keys); i++) {
		kv_str key = krm_str(keys.l->v[i]);
		krm_val v = krm_get_str(item, key);
		if (krm_is_null(v))
			v = krm_get(krm_get_str(properties, key), "default");
		if (krm_json_write(c->job, v, (struct krm_json_style){ 0 }, &out, &error) < 0)
			return KV_S("");
		kv_buf_c(&out, ' ');
	}
	if (!krm_list_len(keys) &&
	    krm_json_write(c->job, item, (struct krm_json_style){ 0 }, &out, &error) < 0)
		return KV_S("");
	return kv_buf_view(&out);
}

static void check_twins(struct check *c, const struct flt_step *at, krm_val schema, krm_val v)
{
	krm_val type = krm_get(schema, "x-kubernetes-list-type");
	struct kv_map seen;
	if (!krm_is_str(type, "set") && !krm_is_str(type, "map"))
		return;
	kv_map_init(&seen, c->job->arena);
	for (size_t i = 0; i < krm_list_len(v); i++) {
		struct flt_step step = { at, KV_STR(""), i };
		kv_str id = identity(c, schema, v.l->v[i]);
		if (id.n && kv_map_put(&seen, id, c))
			WRONG(c, &step, v.l->v[i], "is there twice");
	}
}

static void check_list(struct check *c, const struct flt_step *at, krm_val schema, krm_val v)
{
	double limit, n = (double)krm_list_len(v);
	krm_val items = krm_get(schema, "items");
	if (limit_of(schema, "maxItems", &limit) && n > limit)
		WRONG(c, at, v, "may not have more than %.0f item%s", limit, limit == 1 ? "" : "s");
	if (limit_of(schema, "minItems", &limit) && n < limit)
		WRONG(c, at, v, "must have at least %.0f item%s", limit, limit == 1 ? "" : "s");
	check_twins(c, at, schema, v);
	for (size_t i = 0; items.kind == KRM_MAP && i < krm_list_len(v); i++) {
		struct flt_step step = { at, KV_STR(""), i };
		check_value(c, &step, items, v.l->v[i]);
	}
}

/* --- mappings ------------------------------------------------------------------------------------ */

/* A null that the API server drops before it looks further (schema/defaulting/prunenulls.go). */
static bool is_dropped(krm_val schema, krm_val v)
{
	return krm_is_null(v) && schema.kind == KRM_MAP && !krm_flag(schema, "nullable");
}

static void check_required(struct check *c, const struct flt_step *at, krm_val schema, krm_val v)
{
	krm_val list = krm_get(schema, "required"), properties = krm_get(schema, "properties");
	for (size_t i = 0; i < krm_list_len(list); i++) {
		kv_str name = krm_str(list.l->v[i]);
		krm_val below = krm_get_str(properties, name), *there = krm_map_find(v.m, name);
		struct flt_step step = { at, name, 0 };
		/* Defaults are filled in before. */
		if ((!there || is_dropped(below, *there)) && krm_get(below, "default").kind == KRM_NIL)
			WRONG(c, &step, v, "is missing");
	}
}

static void add_unknown(struct check *c, const struct flt_step *at, krm_val properties, krm_val key)
{
	kv_str near = KV_STR("");
	if (properties.kind == KRM_MAP) {
		size_t n = 0;
		kv_str *names = KV_NEW_N(c->job->arena, kv_str, properties.m->live);
		krm_map_each (properties.m, e)
			names[n++] = krm_str(e->key);
		near = kv_nearest(krm_str(key), names, n);
	}
	flt_mistake_add(c->job, c->ret, true, at, key.pos, "is not a field of this kind%s%.*s%s",
			near.n ? "; did you mean \"" : "", KV_ARG(near), near.n ? "\"?" : "");
}

/* Fields that each object has, whatever its schema says. */
static bool is_of_every_object(kv_str name)
{
	return kv_str_eq(name, KV_S("apiVersion")) || kv_str_eq(name, KV_S("kind")) ||
	       kv_str_eq(name, KV_S("metadata"));
}

static void check_map(struct check *c, const struct flt_step *at, krm_val schema, krm_val v)
{
	double limit, n = (double)krm_map_len(v);
	krm_val properties = krm_get(schema, "properties"), others = krm_get(schema, "additionalProperties");
	bool object = !at || krm_flag(schema, "x-kubernetes-embedded-resource");
	bool open = c->values || c->keeps_unknown ||
		    krm_flag(schema, "x-kubernetes-preserve-unknown-fields") ||
		    krm_flag(schema, "additionalProperties");
	if (limit_of(schema, "maxProperties", &limit) && n > limit)
		WRONG(c, at, v, "may not have more than %.0f field%s", limit, limit == 1 ? "" : "s");
	if (limit_of(schema, "minProperties", &limit) && n < limit)
		WRONG(c, at, v, "must have at least %.0f field%s", limit, limit == 1 ? "" : "s");
	check_required(c, at, schema, v);
	krm_map_each (v.m, e) {
		kv_str name = krm_str(e->key);
		struct flt_step step = { at, name, 0 };
		krm_val below = krm_get_str(properties, name);
		if (object && is_of_every_object(name))
			continue;
		if (below.kind != KRM_MAP)
			below = others;
		if (is_dropped(below, e->val))
			continue;
		if (below.kind == KRM_MAP)
			check_value(c, &step, below, e->val);
		else if (!open)
			add_unknown(c, &step, properties, e->key);
	}
}

/* --- alternatives -------------------------------------------------------------------------------- */

/* Whether the value has no mistake by a schema of allOf, anyOf, oneOf or not. */
static bool passes(struct check *c, const struct flt_step *at, krm_val schema, krm_val v)
{
	struct flt_mistakes found = { 0 };
	struct check inner = { c->job, &found, c->keeps_unknown, true };
	check_value(&inner, at, schema, v);
	return !found.n;
}

static size_t count_passed(struct check *c, const struct flt_step *at, krm_val list, krm_val v)
{
	size_t n = 0;
	for (size_t i = 0; i < krm_list_len(list); i++)
		n += passes(c, at, list.l->v[i], v);
	return n;
}

static void check_alternatives(struct check *c, const struct flt_step *at, krm_val schema, krm_val v)
{
	krm_val all = krm_get(schema, "allOf"), any = krm_get(schema, "anyOf"),
		one = krm_get(schema, "oneOf"), no = krm_get(schema, "not");
	struct check inner = { c->job, c->ret, c->keeps_unknown, true };
	for (size_t i = 0; i < krm_list_len(all); i++)
		check_value(&inner, at, all.l->v[i], v);
	if (krm_list_len(any) && !count_passed(c, at, any, v))
		WRONG(c, at, v, "fits none of the alternatives of its schema (anyOf)");
	if (krm_list_len(one) && count_passed(c, at, one, v) != 1)
		WRONG(c, at, v, "must fit exactly one of the alternatives of its schema (oneOf)");
	if (no.kind == KRM_MAP && passes(c, at, no, v))
		WRONG(c, at, v, "is what its schema excludes (not)");
}

static void check_value(struct check *c, const struct flt_step *at, krm_val schema, krm_val v)
{
	double n;
	if (!check_type(c, at, schema, v))
		return;
	c->ret->ncel += krm_list_len(krm_get(schema, "x-kubernetes-validations"));
	check_enum(c, at, schema, v);
	if (v.kind == KRM_STRING)
		check_string(c, at, schema, v);
	else if (v.kind == KRM_LIST)
		check_list(c, at, schema, v);
	else if (v.kind == KRM_MAP)
		check_map(c, at, schema, v);
	else if (number_of(v, &n))
		check_number(c, at, schema, v, n);
	check_alternatives(c, at, schema, v);
}

void flt_check_structural(struct kv_job *job, krm_val schema, krm_val obj, bool keeps_unknown,
			  bool has_status, struct flt_mistakes *ret)
{
	struct check c = { job, ret, keeps_unknown, false };
	krm_val seen = obj;
	if (has_status && krm_has(obj, "status")) {
		seen = krm_map(job->arena, KRM_OF_ANY);
		seen.pos = obj.pos;
		krm_map_each (obj.m, e)
			if (!krm_is_str(e->key, "status"))
				krm_map_set_key(job->arena, seen.m, e->key, e->val);
	}
	check_value(&c, NULL, schema, seen);
}
