/* render/kustomize/decode.c: a tree against the table of fields, with encoding/json's rules and texts. */
#include <math.h>

#include "base/num.h"
#include "krm/json.h"
#include "render/kustomize/fields.h"

struct frame {
	const struct frame *up;
	kv_str name;
};

struct decode {
	struct rnd_k_build *b;
	int flags;
	const char *prefix;
};

static void path_of(const struct frame *f, struct kv_buf *out)
{
	if (!f)
		return;
	path_of(f->up, out);
	if (out->n)
		kv_buf_c(out, '.');
	kv_buf_str(out, f->name);
}

static int mismatch(struct decode *d, krm_val v, const struct rnd_k_type *in, const struct frame *f,
		    const char *want)
{
	struct kv_buf path;

	kv_buf_init(&path, d->b->job->arena, KV_BUF_MAX);
	path_of(f, &path);
	return kv_error(d->b->job, v.pos, "%sjson: cannot unmarshal %s into Go %s%s%s%.*s of type %s",
			d->prefix, krm_json_kind(v), f ? "struct field " : "value", f ? in->go_name : "",
			f ? "." : "", KV_ARG(kv_buf_view(&path)), want);
}

static kv_str number_text(struct decode *d, krm_val v)
{
	struct kv_buf out;

	kv_buf_init(&out, d->b->job->arena, KV_BUF_MAX);
	if (v.kind == KRM_FLOAT)
		kv_num_float(&out, v.f, 'g', -1);
	else if (v.kind == KRM_UINT64)
		kv_num_uint(&out, v.u);
	else
		kv_num_int(&out, v.i);
	return kv_buf_view(&out);
}

/* A number or a boolean. */
static bool is_convertible(krm_val v)
{
	return v.kind > KRM_NIL && v.kind < KRM_STRING;
}

/* A whole number was printed as one before it is read with its type. */
static krm_val as_text(struct decode *d, krm_val v)
{
	struct kv_buf out;
	krm_val text;

	kv_buf_init(&out, d->b->job->arena, KV_BUF_MAX);
	if (v.kind == KRM_FLOAT && v.f == floor(v.f) && fabs(v.f) < 9.2e18)
		kv_num_int(&out, (int64_t)v.f);
	else if (v.kind == KRM_FLOAT && (d->flags & RND_K_CONVERT_ALL) == RND_K_CONVERT)
		kv_num_float32(&out, v.f, 'g', -1);
	else
		kv_buf_str(&out, v.kind == KRM_BOOL ? kv_str_c(v.b ? "true" : "false") : number_text(d, v));
	text = krm_string(d->b->job->arena, kv_buf_view(&out));
	text.pos = v.pos;
	return text;
}

static int decode_string(struct decode *d, krm_val v, const struct rnd_k_type *in, const struct frame *f,
			 const char *want, krm_val *ret)
{
	if (v.kind == KRM_STRING) {
		*ret = v;
		return 0;
	}
	if (!(d->flags & RND_K_CONVERT) || v.kind == KRM_LIST || v.kind == KRM_MAP)
		return mismatch(d, v, in, f, want);
	*ret = as_text(d, v);
	return 0;
}

static int decode_int(struct decode *d, krm_val v, const struct rnd_k_type *in, const struct frame *f,
		      const char *want, krm_val *ret)
{
	kv_str text;

	if (v.kind == KRM_FLOAT && v.f == floor(v.f) && fabs(v.f) < 9.2e18)
		*ret = krm_int64((int64_t)v.f);
	else if (v.kind == KRM_INT64 || v.kind == KRM_INT)
		*ret = krm_int64(v.i);
	else if (v.kind != KRM_FLOAT && v.kind != KRM_UINT64)
		return mismatch(d, v, in, f, want);
	else {
		text = number_text(d, v);
		return kv_error(
			d->b->job, v.pos,
			"%sjson: cannot unmarshal number %.*s into Go struct field %s.%.*s of type %s",
			d->prefix, KV_ARG(text), in->go_name, KV_ARG(f->name), want);
	}
	ret->pos = v.pos;
	return 0;
}

static int decode_strings(struct decode *d, krm_val v, const struct rnd_k_type *in, const struct frame *f,
			  const char *element, krm_val *ret)
{
	if (v.kind != KRM_LIST)
		return mismatch(d, v, in, f, *element == 't' ? "[]types.PatchStrategicMerge" : "[]string");
	*ret = krm_list(d->b->job->arena, KRM_OF_ANY);
	ret->pos = v.pos;
	for (size_t i = 0; i < v.l->n; i++) {
		krm_val item = krm_string_c(d->b->job->arena, "");

		if (v.l->v[i].kind != KRM_NIL && decode_string(d, v.l->v[i], in, f, element, &item) < 0)
			return -1;
		krm_list_push(d->b->job->arena, ret->l, item);
	}
	return 0;
}

static int decode_strmap(struct decode *d, krm_val v, const struct rnd_k_type *in, const struct frame *f,
			 krm_val *ret)
{
	struct kv_arena *a = d->b->job->arena;
	struct krm_entry **sorted;

	if (v.kind != KRM_MAP)
		return mismatch(d, v, in, f, "map[string]string");
	*ret = krm_map(a, KRM_OF_ANY);
	ret->pos = v.pos;
	sorted = krm_map_sorted(a, v.m);
	for (size_t i = 0; i < v.m->live; i++) {
		krm_val item = krm_string_c(a, "");

		if (sorted[i]->val.kind != KRM_NIL &&
		    decode_string(d, sorted[i]->val, in, f, "string", &item) < 0)
			return -1;
		krm_map_set_key(a, ret->m, sorted[i]->key, item);
	}
	return 0;
}

static bool fold_eq(kv_str a, kv_str b)
{
	if (a.n != b.n)
		return false;
	for (size_t i = 0; i < a.n; i++) {
		unsigned char x = (unsigned char)a.p[i], y = (unsigned char)b.p[i];

		if (x != y && !((x | 32) == (y | 32) && (x | 32) >= 'a' && (x | 32) <= 'z'))
			return false;
	}
	return true;
}

static const struct rnd_k_field *find_field(const struct decode *d, const struct rnd_k_type *type, kv_str name)
{
	for (size_t i = 0; i < type->n; i++)
		if (kv_str_eq(name, kv_str_c(type->fields[i].name)))
			return &type->fields[i];
	for (size_t i = 0; d->flags != RND_K_CONVERT_ALL && i < type->n; i++)
		if (fold_eq(name, kv_str_c(type->fields[i].name)))
			return &type->fields[i];
	return NULL;
}

static int unknown_field(struct decode *d, krm_val key, const struct rnd_k_type *type)
{
	kv_str *names = KV_NEW_N(d->b->job->arena, kv_str, type->n), near;

	kv_error(d->b->job, key.pos, "%sjson: unknown field \"%.*s\"", d->prefix, KV_ARG(krm_str(key)));
	for (size_t i = 0; i < type->n; i++)
		names[i] = kv_str_c(type->fields[i].name);
	near = kv_nearest(krm_str(key), names, type->n);
	if (near.n)
		kv_note(d->b->job, key.pos, "did you mean \"%.*s\"?", KV_ARG(near));
	return -1;
}

static int decode_struct(struct decode *d, krm_val v, const struct rnd_k_type *in,
			 const struct rnd_k_type *type, const struct frame *f, krm_val *ret);

static int decode_structs(struct decode *d, krm_val v, const struct rnd_k_type *in,
			  const struct rnd_k_type *type, const struct frame *f, krm_val *ret)
{
	struct kv_arena *a = d->b->job->arena;

	if (v.kind != KRM_LIST)
		return mismatch(d, v, in, f, kv_arena_printf(a, "[]types.%s", type->go_name).p);
	*ret = krm_list(a, KRM_OF_ANY);
	ret->pos = v.pos;
	for (size_t i = 0; i < v.l->n; i++) {
		krm_val item = krm_map(a, KRM_OF_ANY);

		if (v.l->v[i].kind != KRM_NIL && decode_struct(d, v.l->v[i], in, type, f, &item) < 0)
			return -1;
		krm_list_push(a, ret->l, item);
	}
	return 0;
}

static int decode_kind(struct decode *d, krm_val v, const struct rnd_k_type *in,
		       const struct rnd_k_field *field, const struct frame *f, krm_val *ret)
{
	switch (field->kind & ~RND_K_EMBEDDED) {
	case RND_K_STRING: return decode_string(d, v, in, f, *field->go_type ? field->go_type : "string", ret);
	case RND_K_INT: return decode_int(d, v, in, f, *field->go_type ? field->go_type : "int", ret);
	case RND_K_STRINGS:
		return decode_strings(d, v, in, f, *field->go_type ? field->go_type : "string", ret);
	case RND_K_STRMAP: return decode_strmap(d, v, in, f, ret);
	case RND_K_STRUCT: return decode_struct(d, v, in, &rnd_k_types[field->type], f, ret);
	case RND_K_STRUCTS: return decode_structs(d, v, in, &rnd_k_types[field->type], f, ret);
	case RND_K_BOOL:
		if (v.kind != KRM_BOOL)
			return mismatch(d, v, in, f, "bool");
		break;
	default:
		if (v.kind != KRM_MAP)
			return mismatch(d, v, in, f, "map[string]interface {}");
		break;
	}
	*ret = v;
	return 0;
}

static int decode_field(struct decode *d, krm_val v, const struct rnd_k_type *in,
			const struct rnd_k_field *field, const struct frame *f, krm_val *ret)
{
	int outer = d->flags, rc;

	if ((field->kind & RND_K_EMBEDDED) && d->flags != RND_K_CONVERT_ALL)
		d->flags &= ~RND_K_CONVERT;
	rc = decode_kind(d, v, in, field, f, ret);
	d->flags = outer;
	return rc;
}

/* `in` is the struct that holds the field, for messages. Depth is bounded by the table. */
static int decode_struct(struct decode *d, krm_val v, const struct rnd_k_type *in,
			 const struct rnd_k_type *type, const struct frame *f, krm_val *ret)
{
	struct kv_arena *a = d->b->job->arena;
	krm_val out = krm_map(a, KRM_OF_ANY);
	struct krm_entry **sorted;

	if (v.kind != KRM_MAP)
		return mismatch(d, v, in, f, kv_arena_printf(a, "types.%s", type->go_name).p);
	out.pos = v.pos;
	sorted = krm_map_sorted(a, v.m);
	for (size_t i = 0; i < v.m->live; i++) {
		const struct rnd_k_field *field = find_field(d, type, krm_str(sorted[i]->key));
		struct frame here = { f, field ? kv_str_c(field->name) : KV_S("") };
		krm_val item;

		if (!field && (d->flags & RND_K_STRICT))
			return unknown_field(d, sorted[i]->key, type);
		if (!field || sorted[i]->val.kind == KRM_NIL)
			continue;
		if (decode_field(d, sorted[i]->val, type, field, &here, &item) < 0)
			return -1;
		krm_map_set_c(a, out.m, field->name, item);
	}
	*ret = out;
	return 0;
}

int rnd_k_decode(struct rnd_k_build *b, krm_val in, const struct rnd_k_type *type, int flags,
		 const char *prefix, krm_val *ret)
{
	struct decode d = { b, flags, prefix };

	if (in.kind == KRM_NIL) {
		*ret = krm_map(b->job->arena, KRM_OF_ANY);
		return 0;
	}
	return decode_struct(&d, in, type, type, NULL, ret);
}

void rnd_k_convert_as(struct rnd_k_build *b, const struct rnd_k_type *type, struct krm_map *m)
{
	struct decode d = { b, RND_K_CONVERT, "" };

	krm_map_each (m, e) {
		const struct rnd_k_field *field = find_field(&d, type, krm_str(e->key));
		int kind = field ? field->kind & ~RND_K_EMBEDDED : RND_K_BOOL;

		if (kind == RND_K_STRING && is_convertible(e->val))
			e->val = as_text(&d, e->val);
		for (size_t i = 0; kind == RND_K_STRINGS && i < krm_list_len(e->val); i++)
			if (is_convertible(e->val.l->v[i]))
				e->val.l->v[i] = as_text(&d, e->val.l->v[i]);
	}
}
