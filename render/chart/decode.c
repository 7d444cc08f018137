/* render/chart/decode.c: see decode.h (sigs.k8s.io/yaml: yaml.go convertToJSONableObject; go: encoding/json
 * decode.go). */
#include "render/chart/decode.h"

#include "base/num.h"
#include "base/utf8.h"
#include "krm/json.h"
#include "render/template/gotime.h"

struct decoder {
	struct kv_job *job;
	enum rnd_engine engine;
	bool json;              /* what is decoded was JSON: nothing is turned into a string */
	kv_str error;           /* of the first wrong type */
	kv_str fatal;           /* of what ends the decoding, and wins */
	const char *structs[4]; /* the struct being filled, outermost first */
	const char *fields[4];
	size_t depth;
};

/* What sigs.k8s.io/yaml puts before an error of encoding/json. */
static const char yaml_error[] = "error unmarshaling JSON: while decoding JSON: ";

static void wrong_type(struct decoder *d, krm_val v, const char *go_type)
{
	if (d->error.n)
		return;
	struct kv_buf b;
	kv_buf_init(&b, d->job->arena, KV_BUF_MAX);
	kv_buf_printf(&b, "%sjson: cannot unmarshal %s into Go ", d->json ? "" : yaml_error, krm_json_kind(v));
	if (d->depth == 0)
		kv_buf_lit(&b, "value");
	else
		kv_buf_printf(&b, "struct field %s.", d->structs[d->depth - 1]);
	for (size_t i = 0; i < d->depth; i++)
		kv_buf_printf(&b, "%s%s", i ? "." : "", d->fields[i]);
	kv_buf_printf(&b, " of type %s", go_type);
	d->error = kv_buf_view(&b);
}

/* A long list of structs takes more than the tree it is decoded from. */
static bool fits(struct decoder *d)
{
	if (!kv_job_over(d->job))
		return true;
	d->error = kv_job_excess(d->job, 0);
	return false;
}

/* A scalar as the string that sigs yaml makes of it where Go wants a string. */
static bool scalar_text(struct decoder *d, krm_val v, kv_str *ret)
{
	struct kv_buf b;
	kv_buf_init(&b, d->job->arena, KV_BUF_MAX);
	switch (v.kind) {
	case KRM_STRING: *ret = krm_str(v); return true;
	case KRM_BOOL: *ret = v.b ? KV_S("true") : KV_S("false"); return true;
	case KRM_INT:
	case KRM_INT64: kv_num_int(&b, v.i); break;
	case KRM_UINT8:
	case KRM_UINT64: kv_num_uint(&b, v.u); break;
	case KRM_FLOAT: kv_num_float(&b, v.f, 'g', -1); break;
	default: return false;
	}
	*ret = kv_buf_view(&b);
	return true;
}

static void decode_struct(struct decoder *d, krm_val v, const struct rnd_struct *type, void *into);

/* A type as Go prints it, one that has a name behind `pointer`. */
static kv_str type_name(struct decoder *d, const struct rnd_struct *type, const char *pointer)
{
	const char *package = type->package[d->engine];
	return type->name[0] ? kv_arena_printf(d->job->arena, "%s%s.%s", pointer, package, type->name)
			     : kv_str_c(package);
}

static void decode_string(struct decoder *d, krm_val v, kv_str *into)
{
	if (v.kind != KRM_NIL && ((d->json && v.kind != KRM_STRING) || !scalar_text(d, v, into)))
		wrong_type(d, v, "string");
}

/* go: time.Time.UnmarshalJSON */
static void decode_time(struct decoder *d, krm_val v, kv_str *into)
{
	struct rnd_time t;
	kv_str why = KV_S("Time.UnmarshalJSON: input is not a JSON string");
	if (v.kind == KRM_NIL)
		return;
	if (v.kind == KRM_STRING && rnd_time_parse(d->job->arena, KV_S("2006-01-02T15:04:05Z07:00"), krm_str(v),
						   &rnd_zone_utc, &t, &why) == 0)
		*into = krm_str(v);
	else if (!d->fatal.n)
		d->fatal = kv_arena_cat(d->job->arena, kv_str_c(d->json ? "" : yaml_error), why);
}

static void decode_strings(struct decoder *d, krm_val v, struct rnd_strings *into)
{
	if (v.kind == KRM_NIL) {
		*into = (struct rnd_strings){ 0 };
		return;
	}
	if (v.kind != KRM_LIST) {
		wrong_type(d, v, "[]string");
		return;
	}
	struct rnd_strings s = { KV_NEW_N(d->job->arena, kv_str, v.l->n), v.l->n, true };
	for (size_t i = 0; i < s.n && fits(d); i++) {
		s.v[i] = i < into->n ? into->v[i] : KV_S("");
		decode_string(d, v.l->v[i], &s.v[i]);
	}
	*into = s;
}

static void decode_string_map(struct decoder *d, krm_val v, krm_val *into)
{
	if (v.kind == KRM_NIL) {
		*into = krm_nil();
		return;
	}
	if (v.kind != KRM_MAP) {
		wrong_type(d, v, "map[string]string");
		return;
	}
	if (into->kind != KRM_MAP)
		*into = krm_map(d->job->arena, KRM_OF_STRING);
	krm_map_each (v.m, e) {
		kv_str text = KV_S("");
		decode_string(d, e->val, &text);
		krm_map_set(d->job->arena, into->m, krm_str(e->key), krm_string(d->job->arena, text));
	}
}

static void decode_structs(struct decoder *d, krm_val v, const struct rnd_struct *item,
			   struct rnd_pointers *into)
{
	if (v.kind == KRM_NIL) {
		*into = (struct rnd_pointers){ 0 };
		return;
	}
	if (v.kind != KRM_LIST) {
		wrong_type(d, v, kv_arena_cat(d->job->arena, kv_str_c("[]"), type_name(d, item, "*")).p);
		return;
	}
	struct rnd_pointers p = { KV_NEW_N(d->job->arena, void *, v.l->n), v.l->n, true };
	for (size_t i = 0; i < p.n && fits(d); i++) {
		if (v.l->v[i].kind == KRM_NIL)
			continue;
		p.v[i] = i < into->n && into->v[i] ? into->v[i] : kv_arena_zero(d->job->arena, item->size);
		decode_struct(d, v.l->v[i], item, p.v[i]);
	}
	*into = p;
}

static void decode_field(struct decoder *d, krm_val v, const struct rnd_field *f, void *into)
{
	switch (f->type) {
	case RND_FIELD_STRING: decode_string(d, v, into); break;
	case RND_FIELD_TIME: decode_time(d, v, into); break;
	case RND_FIELD_BOOL:
		if (v.kind == KRM_BOOL)
			*(bool *)into = v.b;
		else if (v.kind != KRM_NIL)
			wrong_type(d, v, "bool");
		break;
	case RND_FIELD_STRINGS: decode_strings(d, v, into); break;
	case RND_FIELD_STRMAP: decode_string_map(d, v, into); break;
	case RND_FIELD_LIST:
		if (v.kind == KRM_LIST || v.kind == KRM_NIL)
			*(krm_val *)into = v;
		else
			wrong_type(d, v, "[]interface {}");
		break;
	case RND_FIELD_STRUCT: {
		void **slot = into;
		if (v.kind == KRM_NIL) {
			*slot = NULL;
			break;
		}
		if (!*slot)
			*slot = kv_arena_zero(d->job->arena, f->item->size);
		decode_struct(d, v, f->item, *slot);
		break;
	}
	case RND_FIELD_STRUCTS: decode_structs(d, v, f->item, into); break;
	}
}

static bool equal_fold(kv_str a, const char *b)
{
	if (a.n != strlen(b))
		return false;
	for (size_t i = 0; i < a.n; i++)
		if (kv_rune_lower((unsigned char)a.p[i]) != kv_rune_lower((unsigned char)b[i]))
			return false;
	return true;
}

/* The field encoding/json would fill: the exact name, else one that differs in case only. */
static const struct rnd_field *find_field(const struct rnd_struct *type, kv_str key)
{
	const struct rnd_field *folded = NULL;
	for (size_t i = 0; i < type->nfields; i++) {
		const struct rnd_field *f = &type->fields[i];
		if (kv_str_eq(key, kv_str_c(f->name)))
			return f;
		if (!folded && equal_fold(key, f->name))
			folded = f;
	}
	return folded;
}

/* Keys in the order in which the JSON detour writes them: the first wrong one makes the message. */
static void decode_struct(struct decoder *d, krm_val v, const struct rnd_struct *type, void *into)
{
	if (v.kind == KRM_NIL)
		return;
	if (v.kind != KRM_MAP) {
		wrong_type(d, v, type_name(d, type, "").p);
		return;
	}
	struct krm_entry **sorted = krm_map_sorted(d->job->arena, v.m);
	for (uint32_t i = 0; i < v.m->live; i++) {
		const struct rnd_field *f = find_field(type, krm_str(sorted[i]->key));
		if (!f || d->depth == sizeof d->structs / sizeof *d->structs)
			continue;
		d->structs[d->depth] = type->name;
		d->fields[d->depth++] = f->name;
		decode_field(d, sorted[i]->val, f, (char *)into + f->offset);
		d->depth--;
	}
}

static int decode(struct decoder d, krm_val v, const struct rnd_struct *type, void *into, kv_str *ret_error)
{
	decode_struct(&d, v, type, into);
	if (d.error.n == 0 && d.fatal.n == 0)
		return 0;
	*ret_error = d.fatal.n ? d.fatal : d.error;
	return -1;
}

int rnd_decode(struct kv_job *job, enum rnd_engine engine, krm_val v, const struct rnd_struct *type,
	       void *into, kv_str *ret_error)
{
	return decode((struct decoder){ .job = job, .engine = engine }, v, type, into, ret_error);
}

int rnd_decode_json(struct kv_job *job, enum rnd_engine engine, krm_val v, const struct rnd_struct *type,
		    void *into, kv_str *ret_error)
{
	return decode((struct decoder){ .job = job, .engine = engine, .json = true }, v, type, into, ret_error);
}
