/* tree/config_values.c: readers of scalar values, lists and mappings, and of apiVersion and kind. */
#include "krm/yaml.h"
#include "tree/config_read.h"
#include "tree/config_yaml.h"

static const struct {
	const char *api_version, *kind;
	enum tree_config_kind value;
} kinds[] = {
	{ "kubesource.rcwz.pl/v1alpha1", "Config", TREE_V1ALPHA1 },
	{ "kubesource.rcwz.pl/v1alpha2", "Config", TREE_V1ALPHA2 },
	{ "kvendor.dev/v1alpha1", "Vendor", TREE_VENDOR },
};

/* --- values ------------------------------------------------------------------------------------ */

const char *tree_describe(krm_val v)
{
	switch ((enum krm_kind)v.kind) {
	case KRM_NIL: return "nothing";
	case KRM_MAP: return "a mapping";
	case KRM_LIST: return "a list";
	case KRM_STRING:
		return v.style == KRM_STYLE_PLAIN && tree_plain_is_typed(krm_str(v)) ? "a number or boolean"
										     : "a string";
	default: return "a number or boolean";
	}
}

int tree_wrong(struct tree_reader *r, krm_val v, const char *wanted)
{
	return kv_error(r->job, v.pos, "expected %s, not %s", wanted, tree_describe(v));
}

int tree_enter(struct tree_reader *r, kv_pos pos)
{
	if (++r->nodes > r->job->limits.alias_nodes)
		return kv_error(r->job, pos, "too many nodes (limit %zu)", r->job->limits.alias_nodes);
	return 0;
}

int tree_read_text(struct tree_reader *r, krm_val v, kv_str *ret)
{
	if (v.kind != KRM_STRING)
		return tree_wrong(r, v, "a string");
	*ret = krm_str(v);
	return 0;
}

int tree_read_string(struct tree_reader *r, krm_val v, kv_str *ret)
{
	if (v.kind != KRM_STRING || (v.style == KRM_STYLE_PLAIN && tree_plain_is_typed(krm_str(v)))) {
		tree_wrong(r, v, "a string");
		if (v.kind != KRM_MAP && v.kind != KRM_LIST && v.kind != KRM_NIL)
			kv_note(r->job, 0, "put the value in quotes");
		return -1;
	}
	*ret = krm_str(v);
	return 0;
}

int tree_read_choice(struct tree_reader *r, krm_val v, const char *values, size_t *ret)
{
	kv_str text, rest = kv_str_c(values);
	if (tree_read_string(r, v, &text) < 0)
		return -1;
	for (size_t i = 0; rest.n; i++) {
		size_t bar = kv_str_chr(rest, '|');
		if (kv_str_eq(kv_str_sub(rest, 0, bar), text)) {
			*ret = i;
			return 0;
		}
		rest = bar == SIZE_MAX ? KV_S("") : kv_str_sub(rest, bar + 1, rest.n);
	}
	return kv_error(r->job, v.pos, "invalid value \"%.*s\": it must be %s", KV_ARG(text), values);
}

int tree_read_bool(struct tree_reader *r, krm_val v, bool *ret)
{
	if (v.kind == KRM_BOOL || krm_is_str(v, "true") || krm_is_str(v, "false")) {
		*ret = v.kind == KRM_BOOL ? v.b : krm_is_str(v, "true");
		return 0;
	}
	return tree_wrong(r, v, "true or false");
}

static kv_str listed(struct kv_arena *a, const kv_str *names, size_t n)
{
	kv_str text = KV_S("");
	for (size_t i = 0; i < n; i++)
		text = kv_arena_cat(a, text, !i ? KV_S("") : i + 1 < n ? KV_S(", ") : KV_S(" and "), names[i]);
	return text;
}

/* A field that other kinds have. */
static int misplaced(struct tree_reader *r, krm_val key, unsigned where)
{
	bool file = where == TREE_IN_FILE && r->function;
	kv_error(r->job, key.pos, "the field \"%.*s\" does not exist in %s", KV_ARG(krm_str(key)),
		 file ? "a function" : "this apiVersion");
	if (where == TREE_IN_FUNCTION)
		kv_note(r->job, 0, "only a functionConfig has it");
	for (size_t i = 0; i < KV_COUNT(kinds) && !file; i++)
		if (where & 1u << kinds[i].value)
			kv_note(r->job, 0, "it exists in %s, kind %s", kinds[i].api_version, kinds[i].kind);
	return -1;
}

static int unknown(struct tree_reader *r, krm_val key, const struct tree_field *fields, size_t n)
{
	kv_str names[32], name = krm_str(key);
	size_t nnames = 0;
	for (size_t i = 0; i < n; i++) {
		if (fields[i].kinds & r->kinds)
			names[nnames++] = kv_str_c(fields[i].name);
		else if (kv_str_eq(name, kv_str_c(fields[i].name)))
			return misplaced(r, key, fields[i].kinds);
	}
	kv_str near = kv_nearest(name, names, nnames);
	if (near.n)
		return kv_error(r->job, key.pos, "unknown field \"%.*s\", did you mean \"%.*s\"?",
				KV_ARG(name), KV_ARG(near));
	kv_error(r->job, key.pos, "unknown field \"%.*s\"", KV_ARG(name));
	kv_note(r->job, 0, "the fields here are %.*s", KV_ARG(listed(r->job->arena, names, nnames)));
	return -1;
}

static int read_field(struct tree_reader *r, const struct krm_entry *e, const struct tree_field *fields,
		      size_t n, void *into)
{
	kv_str name = krm_str(e->key);
	for (size_t i = 0; i < n; i++) {
		if (!kv_str_eq(name, kv_str_c(fields[i].name)) || !(fields[i].kinds & r->kinds))
			continue;
		if (!fields[i].read)
			return kv_error(r->job, e->key.pos, "the field \"%.*s\" is not supported yet",
					KV_ARG(name));
		krm_val v = e->val;
		if (v.pos == 0)
			v.pos = e->key.pos;
		return tree_enter(r, v.pos) < 0 ? -1 : fields[i].read(r, v, into);
	}
	return unknown(r, e->key, fields, n);
}

int tree_read_fields(struct tree_reader *r, krm_val v, const struct tree_field *fields, size_t n, void *into)
{
	if (v.kind != KRM_MAP)
		return tree_wrong(r, v, "a mapping");
	int failed = 0;
	krm_map_each (v.m, e) {
		if (read_field(r, e, fields, n, into) < 0)
			failed = -1;
		if (r->nodes > r->job->limits.alias_nodes)
			return -1;
	}
	return failed;
}

int tree_read_list(struct tree_reader *r, krm_val v, size_t size,
		   int (*read)(struct tree_reader *, krm_val, void *), void *ret_items, size_t *ret_n)
{
	if (v.kind == KRM_NIL)
		return 0;
	if (v.kind != KRM_LIST)
		return tree_wrong(r, v, "a list");
	char *items = kv_arena_zero(r->job->arena, kv_size_mul(v.l->n, size));
	int failed = 0;
	for (size_t i = 0; i < v.l->n; i++) {
		krm_val item = v.l->v[i];
		if (item.pos == 0)
			item.pos = v.pos;
		if (tree_enter(r, item.pos) < 0)
			return -1;
		if (read(r, item, items + i * size) < 0)
			failed = -1;
	}
	*(char **)ret_items = items;
	*ret_n = v.l->n;
	return failed;
}

int tree_read_nothing(struct tree_reader *r, krm_val v, void *into)
{
	(void)r, (void)v, (void)into;
	return 0;
}

/* --- apiVersion and kind ----------------------------------------------------------------------- */

int tree_wrong_identity(struct tree_reader *r, krm_val doc, const char *field, const char *wanted)
{
	krm_val v = krm_get(doc, field);
	if (v.kind == KRM_NIL)
		return kv_error(r->job, v.pos ? v.pos : doc.pos, "the field \"%s\" is missing: it must be %s",
				field, wanted);
	return kv_error(r->job, v.pos, "unknown %s \"%.*s\": it must be %s", field, KV_ARG(krm_str(v)), wanted);
}

int tree_read_kind(struct tree_reader *r, krm_val doc)
{
	for (size_t i = 0; i < KV_COUNT(kinds); i++) {
		if (!krm_is_str(krm_get(doc, "apiVersion"), kinds[i].api_version))
			continue;
		r->kind = kinds[i].value;
		r->kinds = 1u << r->kind;
		if (r->function)
			r->kinds |= TREE_IN_FUNCTION;
		else if (r->kind == TREE_VENDOR)
			r->kinds |= TREE_IN_FILE;
		if (krm_is_str(krm_get(doc, "kind"), kinds[i].kind))
			return 0;
		return tree_wrong_identity(r, doc, "kind", kinds[i].kind);
	}
	return tree_wrong_identity(
		r, doc, "apiVersion",
		"kubesource.rcwz.pl/v1alpha1, kubesource.rcwz.pl/v1alpha2 or kvendor.dev/v1alpha1");
}
