/* render/kustomize/hash.c: the suffix that generated names get from their content (api/hasher/hasher.go). */
#include "base/digest.h"
#include "krm/json.h"
#include "render/kustomize/target.h"

/* SHA-256, of which ten hexadecimal digits are spelled so that they make no words. */
static kv_str encode(struct kv_arena *a, kv_str text)
{
	static const char from[] = "013ae", to[] = "ghkmt";
	kv_str hex = kv_digest_hex(a, KV_SHA256, text);
	char *out = kv_arena_cstr(a, kv_str_sub(hex, 0, 10));

	for (char *c = out; *c; c++) {
		const char *p = strchr(from, *c);

		if (p)
			*c = to[p - from];
	}
	return kv_str_c(out);
}

/* A field as getNodeValues gives it: maps as they are, a scalar as text, nothing as "". */
static krm_val field(struct rnd_k_build *b, krm_val obj, const char *name)
{
	krm_val v = krm_get(obj, name);

	if (v.kind == KRM_MAP)
		return v;
	if (v.kind == KRM_LIST)
		return krm_nil();
	return krm_has(obj, name) ? krm_string(b->job->arena, rnd_k_scalar_text(b, v)) : krm_string_c(b->job->arena, "");
}

static void add(struct rnd_k_build *b, krm_val out, const char *name, krm_val v)
{
	krm_map_set_c(b->job->arena, out.m, name, v);
}

/* Numbers went through encoding/json, which rounds large ones. No deeper than what krm_copy takes. */
static void as_float64(krm_val *v)
{
	if (v->kind == KRM_INT || v->kind == KRM_INT64)
		*v = krm_float((double)v->i);
	else if (v->kind == KRM_UINT64)
		*v = krm_float((double)v->u);
	for (size_t i = 0; i < krm_list_len(*v); i++)
		as_float64(&v->l->v[i]);
	if (v->kind == KRM_MAP)
		krm_map_each (v->m, e)
			as_float64(&e->val);
}

/* `name` is always empty: upstream asks for a field that is literally called "metadata/name". */
static krm_val content(struct rnd_k_build *b, krm_val obj, bool secret)
{
	krm_val out = krm_map(b->job->arena, KRM_OF_ANY), more;
	const char *extra = secret ? "stringData" : "binaryData";

	add(b, out, "kind", krm_string_c(b->job->arena, secret ? "Secret" : "ConfigMap"));
	add(b, out, "name", krm_string_c(b->job->arena, ""));
	add(b, out, "data", field(b, obj, "data"));
	if (secret)
		add(b, out, "type", field(b, obj, "type"));
	more = krm_get(obj, extra);
	if (more.kind == KRM_MAP)
		add(b, out, extra, more);
	return out;
}

static int hash(struct rnd_k_build *b, const struct rnd_k_res *res, kv_str *ret)
{
	kv_str kind = krm_kind(res->r->obj), error;
	bool secret = kv_str_eq(kind, KV_S("Secret"));
	krm_val v = res->r->obj;
	struct kv_buf out;

	if (secret || kv_str_eq(kind, KV_S("ConfigMap"))) {
		if (krm_copy(b->job, content(b, v, secret), &v) < 0)
			return -1;
		as_float64(&v);
	} else {
		/* Upstream hashes yaml.Node as Go holds it: comments, lines, columns and its own annotations. */
		kv_warn(b->job, res->r->origin.pos,
			"kustomize gives a %.*s another suffix: it hashes where the text stood as well", KV_ARG(kind));
	}
	kv_buf_init(&out, b->job->arena, KV_BUF_MAX);
	if (krm_json_write(b->job, v, (struct krm_json_style){ .html = true }, &out, &error) < 0)
		return kv_error(b->job, res->r->origin.pos, "%.*s", KV_ARG(error));
	*ret = encode(b->job->arena, kv_buf_view(&out));
	return 0;
}

int rnd_k_add_hashes(struct rnd_k_build *b, struct rnd_k_acc *acc)
{
	for (size_t i = 0; i < acc->list.n; i++) {
		struct rnd_k_res *res = acc->list.v[i];
		kv_str suffix, name;

		if (!res->needs_hash)
			continue;
		if (hash(b, res, &suffix) < 0)
			return -1;
		rnd_k_store_previous(b, res);
		name = kv_arena_cat(b->job->arena, rnd_k_cur_id(res).name, KV_S("-"), suffix);
		krm_map_set(b->job->arena, krm_get(res->r->obj, "metadata").m, KV_S("name"),
			    krm_string(b->job->arena, name));
		rnd_k_moved(b, acc, res);
	}
	return 0;
}
