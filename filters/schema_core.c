/* filters/schema_core.c: an object against the table of built-in kinds, as strict decoding in Go reads it. */
#include "filters/schema_check.h"

#include "krm/scalar.h"

struct check {
	struct kv_job *job;
	struct flt_mistakes *ret;
};

/* A field of a row: "*name:type". */
struct field {
	kv_str name, type;
	bool required;
};

static bool next_field(kv_str *rest, struct field *ret)
{
	if (!rest->n)
		return false;
	size_t blank = kv_str_chr(*rest, ' ');
	kv_str word = kv_str_sub(*rest, 0, blank);
	*rest = kv_str_sub(*rest, blank == SIZE_MAX ? rest->n : blank + 1, rest->n);
	ret->required = word.p[0] == '*';
	word = kv_str_sub(word, ret->required, word.n);
	size_t colon = kv_str_chr(word, ':');
	ret->name = kv_str_sub(word, 0, colon);
	ret->type = kv_str_sub(word, colon + 1, word.n);
	return true;
}

/* More than any type has. */
#define FIELDS_MAX 64

static void add_unknown(struct check *c, const struct flt_step *at, krm_val key, kv_str fields)
{
	kv_str names[FIELDS_MAX], rest = fields;
	struct field f;
	size_t n = 0;
	while (n < FIELDS_MAX && next_field(&rest, &f))
		names[n++] = f.name;
	kv_str near = kv_nearest(krm_str(key), names, n);
	flt_mistake_add(c->job, c->ret, true, at, key.pos, "is not a field of this kind%s%.*s%s",
			near.n ? "; did you mean \"" : "", KV_ARG(near), near.n ? "\"?" : "");
}

static bool find_field(kv_str fields, kv_str name, struct field *ret)
{
	while (next_field(&fields, ret))
		if (kv_str_eq(ret->name, name))
			return true;
	return false;
}

static void check_value(struct check *c, const struct flt_step *at, kv_str type, krm_val v);

static void check_fields(struct check *c, const struct flt_step *at, kv_str fields, krm_val v)
{
	kv_str rest = fields;
	struct field f;
	while (next_field(&rest, &f)) {
		struct flt_step step = { at, f.name, 0 };
		if (f.required && krm_is_null(krm_get_str(v, f.name)))
			flt_mistake_add(c->job, c->ret, false, &step, v.pos, "is missing");
	}
	bool object = find_field(fields, KV_S("metadata"), &f);
	/* The API server takes a status from no manifest. */
	krm_map_each (v.m, e) {
		kv_str name = krm_str(e->key);
		struct flt_step step = { at, name, 0 };
		if (find_field(fields, name, &f))
			check_value(c, &step, f.type, e->val);
		else if (!object || !(kv_str_eq(name, KV_S("apiVersion")) || kv_str_eq(name, KV_S("kind")) ||
				      kv_str_eq(name, KV_S("status"))))
			add_unknown(c, &step, e->key, fields);
	}
}

static void check_scalar(struct check *c, const struct flt_step *at, char type, krm_val v)
{
	static const struct {
		char type;
		char shown[24];
	} types[] = { { 's', "a string" },  { 'i', "an integer" }, { 'f', "a number" },
		      { 'b', "a boolean" }, { 'q', "a quantity" }, { 'x', "an integer or a string" },
		      { 'o', "" } };
	bool integer = flt_is_whole(v);
	bool number = integer || v.kind == KRM_FLOAT, string = v.kind == KRM_STRING;
	bool fits = type == 's'   ? string
		    : type == 'i' ? integer
		    : type == 'f' ? number
		    : type == 'b' ? v.kind == KRM_BOOL
		    : type == 'q' ? number || string
		    : type == 'x' ? integer || string
				  : true;
	size_t i = 0;
	while (types[i].type != type)
		i++;
	if (!fits)
		flt_mistake_add(c->job, c->ret, false, at, v.pos, "must be %s and is %s", types[i].shown,
				flt_type_shown(v));
}

static void check_items(struct check *c, const struct flt_step *at, kv_str type, krm_val v)
{
	if (v.kind != KRM_LIST)
		flt_mistake_add(c->job, c->ret, false, at, v.pos, "must be a list and is %s",
				flt_type_shown(v));
	for (size_t i = 0; i < krm_list_len(v); i++) {
		struct flt_step step = { at, KV_STR(""), i };
		check_value(c, &step, type, v.l->v[i]);
	}
}

static void check_value(struct check *c, const struct flt_step *at, kv_str type, krm_val v)
{
	/* Go leaves a field as it is where null stands. */
	if (krm_is_null(v))
		return;
	if (type.p[0] == '[') {
		check_items(c, at, kv_str_sub(type, 1, type.n), v);
		return;
	}
	if (type.n == 1) {
		check_scalar(c, at, type.p[0], v);
		return;
	}
	if (v.kind != KRM_MAP) {
		flt_mistake_add(c->job, c->ret, false, at, v.pos, "must be a mapping and is %s",
				flt_type_shown(v));
		return;
	}
	if (type.p[0] != '{') {
		kv_str fields;
		if (flt_core_type(type, &fields))
			check_fields(c, at, fields, v);
		return;
	}
	krm_map_each (v.m, e) {
		struct flt_step step = { at, krm_str(e->key), 0 };
		check_value(c, &step, kv_str_sub(type, 1, type.n), e->val);
	}
}

bool flt_check_core(struct kv_job *job, krm_val obj, struct flt_mistakes *ret)
{
	struct check c = { job, ret };
	kv_str name = kv_arena_cat(job->arena, krm_api_version(obj), KV_S(" "), krm_kind(obj));
	kv_str fields;
	if (!flt_core_kind(name, &fields))
		return false;
	check_fields(&c, NULL, fields, obj);
	return true;
}
