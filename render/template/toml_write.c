/* render/template/toml_write.c: the encoder (toml: encode.go). */
#include <math.h>

#include "base/num.h"
#include "render/template/fmt.h"
#include "render/template/time_class.h"
#include "render/template/toml.h"

struct encoder {
	struct kv_job *job;
	struct kv_buf *out;
	size_t start; /* of what is written here */
	kv_str *keys; /* the path to the value in hand */
	size_t nkeys, keys_cap;
	size_t depth;
	kv_str *error;
};

enum toml_type { TYPE_NIL, TYPE_PLAIN, TYPE_ARRAY, TYPE_TABLE, TYPE_TABLES, TYPE_FAILED };

static int fail(struct encoder *e, kv_str text)
{
	*e->error = text;
	return -1;
}

static int enter(struct encoder *e)
{
	if (++e->depth > e->job->limits.depth)
		return fail(e, kv_arena_printf(e->job->arena, "toml: values nested too deeply (limit %zu)",
					       e->job->limits.depth));
	return 0;
}

/* A list that holds another many times has far more elements to look at than it takes room for. */
static bool over_limit(struct encoder *e)
{
	e->job->steps++;
	return e->job->steps > e->job->limits.steps;
}

/* --- what a value is -------------------------------------------------------------------------- */

static bool is_complex(krm_val v)
{
	double re, im;
	return krm_is(v, KRM_OBJECT) && rnd_complex_parts(v, &re, &im);
}

static bool is_object(krm_val v, const char *go_type)
{
	return krm_is(v, KRM_OBJECT) && strcmp(v.o->class->go_type, go_type) == 0;
}

/* Types with MarshalText. */
static bool is_marshaler(krm_val v)
{
	return rnd_time_of(v) || is_object(v, "*semver.Version") || is_object(v, "semver.Version");
}

/* time.Duration, time.Month, time.Weekday */
static bool is_named_int(krm_val v)
{
	return krm_is(v, KRM_OBJECT) && strncmp(v.o->class->go_kind, "int", 3) == 0;
}

/* Named maps and slices as what they are; structs as the map of their exported fields, in their order. */
static krm_val plain(struct encoder *e, krm_val v)
{
	if (!krm_is(v, KRM_OBJECT) || is_marshaler(v) || is_named_int(v) || is_complex(v))
		return v;
	const struct krm_class *class = v.o->class;
	krm_val inner = class->items    ? class->items(e->job, v.o)
			: class->fields ? class->fields(e->job, v.o)
			: class->tree   ? class->tree(e->job, v.o)
					: krm_nil();
	return krm_is(inner, KRM_NIL) ? krm_map(e->job->arena, KRM_OF_ANY) : inner;
}

static bool is_struct(krm_val v)
{
	return krm_is(v, KRM_OBJECT) && !v.o->class->items;
}

/* The type of an array looks at all its elements: tables only, or something else, but no nil. */
static enum toml_type type_of(struct encoder *e, krm_val v)
{
	v = plain(e, v);
	if (krm_is_nil(v))
		return TYPE_NIL;
	if (is_complex(v)) {
		(void)fail(e, kv_arena_printf(e->job->arena, "unsupported type: %s", v.o->class->go_kind));
		return TYPE_FAILED;
	}
	if (krm_is(v, KRM_MAP))
		return TYPE_TABLE;
	if (!krm_is(v, KRM_LIST))
		return krm_is(v, KRM_BYTES) ? TYPE_ARRAY : TYPE_PLAIN;
	if (enter(e))
		return TYPE_FAILED;
	bool tables = v.l->n > 0;
	for (size_t i = 0; i < v.l->n; i++) {
		enum toml_type type = over_limit(e) ? TYPE_FAILED : type_of(e, v.l->v[i]);
		if (type == TYPE_NIL)
			(void)fail(e, KV_S("toml: cannot encode array with nil element"));
		if (type == TYPE_NIL || type == TYPE_FAILED)
			return TYPE_FAILED;
		tables &= type == TYPE_TABLE;
	}
	e->depth--;
	return tables ? TYPE_TABLES : TYPE_ARRAY;
}

/* --- texts ------------------------------------------------------------------------------------ */

static void print_quoted(kv_str s, struct kv_buf *out)
{
	static const char letters[] = "btn\0fr"; /* from U+0008 on */
	kv_buf_c(out, '"');
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		if (c == '"' || c == '\\') {
			kv_buf_c(out, '\\');
			kv_buf_c(out, (char)c);
		} else if (c >= 8 && c <= 13 && letters[c - 8]) {
			kv_buf_c(out, '\\');
			kv_buf_c(out, letters[c - 8]);
		} else if (c < 0x20 || c == 0x7f) {
			kv_buf_printf(out, "\\u%04x", c);
		} else {
			kv_buf_c(out, (char)c);
		}
	}
	kv_buf_c(out, '"');
}

void rnd_toml_key(kv_str key, struct kv_buf *out)
{
	bool bare = key.n > 0;
	for (size_t i = 0; bare && i < key.n; i++) {
		char c = key.p[i];
		bare = kv_is_alnum(c) || c == '_' || c == '-';
	}
	if (bare)
		kv_buf_str(out, key);
	else
		print_quoted(key, out);
}

static void print_path(struct encoder *e)
{
	for (size_t i = 0; i < e->nkeys; i++) {
		if (i)
			kv_buf_c(e->out, '.');
		rnd_toml_key(e->keys[i], e->out);
	}
}

static void indent(struct encoder *e)
{
	kv_buf_fill(e->out, ' ', 2 * (e->nkeys - 1));
}

/* A line feed, unless nothing was written yet. */
static void newline(struct encoder *e)
{
	if (e->out->n > e->start)
		kv_buf_c(e->out, '\n');
}

static void print_float(double f, struct kv_buf *out)
{
	size_t before = out->n;
	if (isnan(f) || isinf(f)) {
		kv_buf_str(out, signbit(f) ? KV_S("-") : KV_S(""));
		kv_buf_str(out, isnan(f) ? KV_S("nan") : KV_S("inf"));
		return;
	}
	kv_num_float(out, f, 'g', -1);
	kv_str text = kv_str_sub(kv_buf_view(out), before, out->n);
	if (kv_str_chr(text, 'e') == SIZE_MAX && kv_str_chr(text, '.') == SIZE_MAX)
		kv_buf_lit(out, ".0");
}

/* Times without a zone of their own are printed without one. */
static void print_time(const struct rnd_time *t, struct kv_buf *out)
{
	kv_str zone = rnd_zone_name(t->zone), layout = KV_S("2006-01-02T15:04:05.999999999Z07:00");
	if (kv_str_eq(zone, kv_str_c(rnd_toml_zone_datetime)))
		layout = KV_S("2006-01-02T15:04:05.999999999");
	else if (kv_str_eq(zone, kv_str_c(rnd_toml_zone_date)))
		layout = KV_S("2006-01-02");
	else if (kv_str_eq(zone, kv_str_c(rnd_toml_zone_time)))
		layout = KV_S("15:04:05.999999999");
	rnd_time_format(t, layout, out);
}

static void print_object(struct encoder *e, krm_val v)
{
	if (rnd_time_of(v)) {
		print_time(rnd_time_of(v), e->out);
	} else if (is_named_int(v) && !is_object(v, "time.Duration")) {
		kv_num_int(e->out, v.o->class->tree(e->job, v.o).i);
	} else {
		struct kv_buf text;
		kv_buf_init(&text, e->job->arena, KV_BUF_MAX);
		rnd_print_value(e->job, v, &text);
		print_quoted(kv_buf_view(&text), e->out);
	}
}

/* --- values behind "key = " ------------------------------------------------------------------- */

static int inline_map(struct encoder *e, krm_val map, bool sorted);

static int print_array(struct encoder *e, krm_val v);

static int print_element(struct encoder *e, krm_val given)
{
	krm_val v = plain(e, given);
	switch ((enum krm_kind)v.kind) {
	case KRM_STRING: print_quoted(krm_str(v), e->out); return 0;
	case KRM_BOOL: kv_buf_str(e->out, v.b ? KV_S("true") : KV_S("false")); return 0;
	case KRM_INT:
	case KRM_INT64: kv_num_int(e->out, v.i); return 0;
	case KRM_UINT8:
	case KRM_UINT64: kv_num_uint(e->out, v.u); return 0;
	case KRM_FLOAT: print_float(v.f, e->out); return 0;
	case KRM_LIST:
	case KRM_BYTES: return print_array(e, v);
	case KRM_MAP: return inline_map(e, v, !is_struct(given));
	case KRM_OBJECT: print_object(e, v); return 0;
	case KRM_NIL:
	case KRM_NKINDS: break;
	}
	return 0;
}

static int print_array(struct encoder *e, krm_val v)
{
	size_t n = krm_is(v, KRM_LIST) ? v.l->n : v.s->n;
	if (enter(e))
		return -1;
	kv_buf_c(e->out, '[');
	for (size_t i = 0; i < n && !kv_buf_over(e->out); i++) {
		if (i)
			kv_buf_lit(e->out, ", ");
		if (krm_is(v, KRM_BYTES))
			kv_num_uint(e->out, (uint8_t)v.s->s[i]);
		else if (print_element(e, v.l->v[i]))
			return -1;
	}
	kv_buf_c(e->out, ']');
	e->depth--;
	return 0;
}

/* --- tables ----------------------------------------------------------------------------------- */

struct entries {
	struct krm_entry **v;
	size_t n, cap;
};

/* A struct without a name of its own in the one around it, such as the metadata in .Chart: its type's name is the field's. */
static bool is_embedded(kv_str name, krm_val v)
{
	if (!is_struct(v))
		return false;
	kv_str type = kv_str_c(v.o->class->go_type);
	size_t dot = kv_str_rchr(type, '.');
	return dot != SIZE_MAX && kv_str_eq(kv_str_sub(type, dot + 1, type.n), name);
}

/* The fields of a struct that other packages see, whose names begin with a capital; those of embedded structs among them. */
static int exported_fields(struct encoder *enc, const struct krm_map *m, struct entries *ret)
{
	if (enter(enc))
		return -1;
	krm_map_each (m, e) {
		kv_str name = krm_str(e->key);
		if (!name.n || name.p[0] < 'A' || name.p[0] > 'Z')
			continue;
		if (!is_embedded(name, e->val))
			KV_PUSH(enc->job->arena, ret->v, ret->n, ret->cap, e);
		else if (exported_fields(enc, plain(enc, e->val).m, ret))
			return -1;
	}
	enc->depth--;
	return 0;
}

/* The entries of a map by name, or of a struct as they stand; those that make no table of their own first. */
static int order_entries(struct encoder *e, krm_val map, bool sorted, struct entries *ret)
{
	struct kv_arena *a = e->job->arena;
	struct entries all = { 0 }, tables = { 0 };
	if (sorted) {
		all.n = map.m->live;
		all.v = all.n ? krm_map_sorted(a, map.m) : NULL;
	} else if (exported_fields(e, map.m, &all)) {
		return -1;
	}
	*ret = (struct entries){ 0 };
	for (size_t i = 0; i < all.n; i++) {
		enum toml_type type = type_of(e, all.v[i]->val);
		if (type == TYPE_FAILED)
			return -1;
		struct entries *to = type == TYPE_TABLE || type == TYPE_TABLES ? &tables : ret;
		KV_PUSH(a, to->v, to->n, to->cap, all.v[i]);
	}
	for (size_t i = 0; i < tables.n; i++)
		KV_PUSH(a, ret->v, ret->n, ret->cap, tables.v[i]);
	return 0;
}

/* "{a = 1, b = 2}"; upstream prints a comma behind all but the last of each half, whether the next is nil or not. */
static int inline_map(struct encoder *e, krm_val map, bool sorted)
{
	struct entries entries;
	if (enter(e) || order_entries(e, map, sorted, &entries))
		return -1;
	kv_buf_c(e->out, '{');
	for (size_t i = 0; i < entries.n && !kv_buf_over(e->out); i++) {
		if (krm_is_nil(plain(e, entries.v[i]->val)))
			continue;
		rnd_toml_key(krm_str(entries.v[i]->key), e->out);
		kv_buf_lit(e->out, " = ");
		if (print_element(e, entries.v[i]->val))
			return -1;
		if (i + 1 != entries.n)
			kv_buf_lit(e->out, ", ");
	}
	kv_buf_c(e->out, '}');
	e->depth--;
	return 0;
}

static int encode(struct encoder *e, krm_val v);

static int print_entries(struct encoder *e, krm_val map, bool sorted)
{
	struct entries entries;
	if (enter(e) || order_entries(e, map, sorted, &entries))
		return -1;
	for (size_t i = 0; i < entries.n && !kv_buf_over(e->out); i++) {
		if (krm_is_nil(plain(e, entries.v[i]->val)))
			continue;
		KV_PUSH(e->job->arena, e->keys, e->nkeys, e->keys_cap, krm_str(entries.v[i]->key));
		if (encode(e, entries.v[i]->val))
			return -1;
		e->nkeys--;
	}
	e->depth--;
	return 0;
}

static int print_table(struct encoder *e, krm_val map, bool sorted)
{
	if (e->nkeys == 1)
		newline(e);
	if (e->nkeys) {
		indent(e);
		kv_buf_c(e->out, '[');
		print_path(e);
		kv_buf_c(e->out, ']');
		newline(e);
	}
	return print_entries(e, map, sorted);
}

static int print_tables(struct encoder *e, krm_val list)
{
	if (!e->nkeys)
		return fail(e, KV_S("toml: top-level values must be Go maps or structs"));
	for (size_t i = 0; i < list.l->n && !kv_buf_over(e->out); i++) {
		krm_val table = plain(e, list.l->v[i]);
		newline(e);
		indent(e);
		kv_buf_lit(e->out, "[[");
		print_path(e);
		kv_buf_lit(e->out, "]]");
		newline(e);
		if (print_entries(e, table, !is_struct(list.l->v[i])))
			return -1;
	}
	return 0;
}

static int print_key_value(struct encoder *e, krm_val v)
{
	if (!e->nkeys)
		return print_element(e, v);
	indent(e);
	rnd_toml_key(e->keys[e->nkeys - 1], e->out);
	kv_buf_lit(e->out, " = ");
	if (print_element(e, v))
		return -1;
	newline(e);
	return 0;
}

static int encode(struct encoder *e, krm_val given)
{
	krm_val v = plain(e, given);
	if (krm_is_nil(v))
		return krm_is(v, KRM_LIST) ? print_key_value(e, v) : 0;
	if (is_complex(v)) {
		struct kv_buf *out = e->out, path;
		kv_buf_init(&path, e->job->arena, KV_BUF_MAX);
		e->out = &path;
		print_path(e);
		e->out = out;
		return fail(e, kv_arena_printf(e->job->arena, "unsupported type for key '%.*s': %s",
					       KV_ARG(kv_buf_view(&path)), v.o->class->go_kind));
	}
	if (krm_is(v, KRM_MAP))
		return print_table(e, v, !is_struct(given));
	if (krm_is(v, KRM_LIST)) {
		enum toml_type type = type_of(e, v);
		return type == TYPE_FAILED   ? -1
		       : type == TYPE_TABLES ? print_tables(e, v)
					     : print_key_value(e, v);
	}
	return print_key_value(e, v);
}

int rnd_toml_write(struct kv_job *job, krm_val v, struct kv_buf *out, kv_str *ret_error, bool *ret_panic)
{
	struct encoder e = { .job = job, .out = out, .start = out->n, .error = ret_error };
	*ret_panic = krm_is(v, KRM_NIL);
	if (*ret_panic)
		return fail(&e, KV_S("reflect: call of reflect.Value.Type on zero Value"));
	return encode(&e, v);
}
