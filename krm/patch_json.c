/* krm/patch_json.c: JSON patches as evanphx/json-patch v4 (patch.go) applies them, and the way of the object
 * through JSON around it (api/filters/patchjson6902). */
#include "krm/json.h"
#include "krm/patch.h"
#include "krm/scalar.h"
#include "krm/yaml.h"

#include "base/num.h"

/* --- reading ---------------------------------------------------------------------------------- */

/* jsonpatch.DecodePatch into []map[string]*json.RawMessage */
static bool is_patch(struct kv_job *job, krm_val v, kv_str *ret_error)
{
	if (v.kind != KRM_LIST && v.kind != KRM_NIL) {
		*ret_error = kv_arena_printf(
			job->arena, "json: cannot unmarshal %s into Go value of type jsonpatch.Patch",
			krm_json_kind(v));
		return false;
	}
	for (size_t i = 0; i < krm_list_len(v); i++) {
		if (v.l->v[i].kind == KRM_MAP || v.l->v[i].kind == KRM_NIL)
			continue;
		*ret_error = kv_arena_printf(
			job->arena, "json: cannot unmarshal %s into Go value of type jsonpatch.Operation",
			krm_json_kind(v.l->v[i]));
		return false;
	}
	return true;
}

/* A patch is YAML 1.1: a word such as yes and off is a boolean there, and text in a resource. */
static void keep_word(struct kv_job *job, krm_val *v)
{
	kv_str before, word = krm_source_at(job, v->pos, &before);
	size_t n = 0;

	while (n < word.n && (word.p[n] | 32) >= 'a' && (word.p[n] | 32) <= 'z')
		n++;
	word = kv_str_sub(word, 0, n);
	if (!n || strchr("tTfF", word.p[0]))
		return;
	if (job->keep_text)
		*v = krm_string(job->arena, word);
	else
		kv_warn(job, v->pos, "kustomize reads %.*s as %s in a JSON patch; quotes or --keep-text keep it",
			KV_ARG(word), v->b ? "true" : "false");
}

/* What an operation holds goes into objects, where a position would lead to a text of another kind. */
static void take_value(struct kv_job *job, krm_val *v)
{
	if (v->kind == KRM_BOOL)
		keep_word(job, v);
	v->pos = 0;
	for (size_t i = 0; i < krm_list_len(*v); i++)
		take_value(job, &v->l->v[i]);
	if (v->kind == KRM_MAP)
		krm_map_each (v->m, e)
			take_value(job, &e->val);
}

int krm_patch_json_parse(struct kv_job *job, kv_str name, kv_str text, krm_val *ret_ops, kv_str *ret_error)
{
	krm_val v;
	size_t offset;
	int failed;

	if (!text.n) {
		*ret_error = KV_S("empty json patch operations");
		return -1;
	}
	failed = text.p[0] == '[' ? krm_json_read(job, text, KRM_JSON_FLOAT, &v, ret_error, &offset)
				  : krm_yaml_try_at(job, kv_source_add(job, name, text), text, KRM_YAML_HELM, &v, ret_error);
	if (failed || !is_patch(job, v, ret_error))
		return -1;
	for (size_t i = 0; i < krm_list_len(v); i++)
		if (v.l->v[i].kind == KRM_MAP)
			krm_map_each (v.l->v[i].m, e)
				take_value(job, &e->val);
	*ret_ops = v.kind == KRM_LIST ? v : krm_list(job->arena, KRM_OF_ANY);
	return 0;
}

/* --- pointers --------------------------------------------------------------------------------- */

struct patch {
	struct kv_job *job;
	krm_val root;
};

/* ~1 is '/', ~0 is '~' */
static kv_str unescape(struct kv_job *job, kv_str part)
{
	struct kv_buf b;

	if (kv_str_chr(part, '~') == SIZE_MAX)
		return part;
	kv_buf_init(&b, job->arena, KV_BUF_MAX);
	for (size_t i = 0; i < part.n; i++) {
		bool escape =
			part.p[i] == '~' && i + 1 < part.n && (part.p[i + 1] == '0' || part.p[i + 1] == '1');

		kv_buf_c(&b, !escape ? part.p[i] : part.p[i + 1] == '1' ? '/' : '~');
		i += escape;
	}
	return kv_buf_view(&b);
}

enum place { PLACE_OK, PLACE_SYNTAX, PLACE_RANGE };

/* strconv.Atoi, negative numbers counting from `n` back; `n` itself is out of range. */
static enum place list_index(kv_str key, size_t n, int64_t *ret_given, size_t *ret)
{
	int64_t i = 0;
	enum kv_num_error error = kv_num_parse_int(key, 10, &i);

	*ret_given = i;
	if (error != KV_NUM_OK)
		return PLACE_SYNTAX;
	if (i < 0)
		i = i < -(int64_t)n ? -1 : i + (int64_t)n;
	if (i < 0 || (uint64_t)i >= n)
		return PLACE_RANGE;
	*ret = (size_t)i;
	return PLACE_OK;
}

/* The node below `in`, or NULL; maps and lists only. */
static krm_val *child(krm_val in, kv_str key)
{
	int64_t given;
	size_t i;

	if (in.kind == KRM_MAP)
		return krm_map_find(in.m, key);
	if (in.kind == KRM_LIST && list_index(key, in.l->n, &given, &i) == PLACE_OK)
		return &in.l->v[i];
	return NULL;
}

/* findObject: the collection that holds the last part of the path, and that part. False: there is none. What
 * stands before the first '/' does not count. */
static bool find_parent(struct patch *p, kv_str path, krm_val *ret_parent, kv_str *ret_key)
{
	krm_val at = p->root;
	size_t slash = kv_str_chr(path, '/');

	if (slash == SIZE_MAX)
		return false;
	for (;;) {
		krm_val *next;

		path = kv_str_sub(path, slash + 1, path.n);
		slash = kv_str_chr(path, '/');
		if (slash == SIZE_MAX)
			break;
		next = child(at, unescape(p->job, kv_str_sub(path, 0, slash)));
		if (!next || (next->kind != KRM_MAP && next->kind != KRM_LIST))
			return false;
		at = *next;
	}
	*ret_parent = at;
	*ret_key = unescape(p->job, path);
	return true;
}

/* --- containers ------------------------------------------------------------------------------- */

/* The reason why a key does not fit a list, as Go says it; `verb` is what went wrong. */
static kv_str index_error(struct patch *p, enum place place, kv_str key, int64_t given)
{
	if (place == PLACE_SYNTAX)
		return kv_arena_printf(p->job->arena, "strconv.Atoi: parsing \"%.*s\": invalid syntax",
				       KV_ARG(key));
	return kv_arena_printf(p->job->arena,
			       "Unable to access invalid index: %lld: invalid index referenced",
			       (long long)given);
}

/* Opens a place in a list; the index may be the length, negative ones count from behind it. */
static int list_insert(struct patch *p, struct krm_list *l, kv_str key, krm_val v, kv_str *ret_why)
{
	int64_t given;
	size_t i = l->n;

	if (!kv_str_eq(key, KV_S("-"))) {
		enum place place = list_index(key, l->n + 1, &given, &i);

		*ret_why = index_error(p, place, key, given);
		if (place == PLACE_SYNTAX)
			*ret_why = kv_arena_printf(p->job->arena,
						   "value was not a proper array index: '%.*s': %.*s",
						   KV_ARG(key), KV_ARG(*ret_why));
		if (place != PLACE_OK)
			return -1;
	}
	krm_list_push(p->job->arena, l, v);
	memmove(&l->v[i + 1], &l->v[i], (l->n - 1 - i) * sizeof *l->v);
	l->v[i] = v;
	return 0;
}

static int add_to(struct patch *p, krm_val parent, kv_str key, krm_val v, kv_str *ret_why)
{
	if (parent.kind == KRM_LIST)
		return list_insert(p, parent.l, key, v, ret_why);
	krm_map_set(p->job->arena, parent.m, key, v);
	return 0;
}

static int remove_from(struct patch *p, krm_val parent, kv_str key, kv_str *ret_why)
{
	enum place place;
	int64_t given;
	size_t i;

	if (parent.kind == KRM_MAP) {
		*ret_why = kv_arena_printf(
			p->job->arena, "Unable to remove nonexistent key: %.*s: missing value", KV_ARG(key));
		return krm_map_del(parent.m, key) ? 0 : -1;
	}
	place = list_index(key, parent.l->n, &given, &i);
	if (place != PLACE_OK) {
		*ret_why = index_error(p, place, key, given);
		return -1;
	}
	memmove(&parent.l->v[i], &parent.l->v[i + 1], (parent.l->n - 1 - i) * sizeof *parent.l->v);
	parent.l->n--;
	return 0;
}

/* A missing key of a map reads as nil, a bad index of a list is an error. */
static int get_from(struct patch *p, krm_val parent, kv_str key, krm_val *ret, kv_str *ret_why)
{
	krm_val *v = child(parent, key);
	int64_t given = 0;
	size_t i;

	if (!v && parent.kind == KRM_LIST) {
		*ret_why = index_error(p, list_index(key, parent.l->n, &given, &i), key, given);
		return -1;
	}
	*ret = v ? *v : krm_nil();
	return 0;
}

/* --- operations ------------------------------------------------------------------------------- */

/* A string field of the operation. */
static bool text_field(krm_val op, const char *name, kv_str *ret)
{
	krm_val v = krm_get(op, name);

	*ret = krm_str(v);
	return v.kind == KRM_STRING;
}

static int no_path(struct patch *p, krm_val op, const char *kind, const char *what)
{
	return kv_error(p->job, op.pos, "%s operation failed to decode %s: missing value", kind, what);
}

static int op_value(struct patch *p, krm_val op, krm_val *ret)
{
	return krm_copy(p->job, krm_get(op, "value"), ret);
}

static int op_add(struct patch *p, krm_val op)
{
	kv_str path, key, why;
	krm_val parent, v;

	if (!text_field(op, "path", &path))
		return no_path(p, op, "add", "path");
	if (!find_parent(p, path, &parent, &key))
		return kv_error(p->job, op.pos,
				"add operation does not apply: doc is missing path: \"%.*s\": missing value",
				KV_ARG(path));
	if (op_value(p, op, &v))
		return -1;
	if (add_to(p, parent, key, v, &why))
		return kv_error(p->job, op.pos, "error in add for path: '%.*s': %.*s", KV_ARG(path),
				KV_ARG(why));
	return 0;
}

static int op_remove(struct patch *p, krm_val op)
{
	kv_str path, key, why;
	krm_val parent;

	if (!text_field(op, "path", &path))
		return no_path(p, op, "remove", "path");
	if (!find_parent(p, path, &parent, &key))
		return kv_error(
			p->job, op.pos,
			"remove operation does not apply: doc is missing path: \"%.*s\": missing value",
			KV_ARG(path));
	if (remove_from(p, parent, key, &why))
		return kv_error(p->job, op.pos, "error in remove for path: '%.*s': %.*s", KV_ARG(path),
				KV_ARG(why));
	return 0;
}

static int op_replace(struct patch *p, krm_val op)
{
	kv_str path, key, why;
	krm_val parent, v;

	if (!text_field(op, "path", &path))
		return no_path(p, op, "replace", "path");
	if (op_value(p, op, &v))
		return -1;
	if (!path.n) {
		if (v.kind != KRM_MAP && v.kind != KRM_LIST)
			return kv_error(p->job, op.pos, "replace operation value must be object or array");
		p->root = v;
		return 0;
	}
	if (!find_parent(p, path, &parent, &key))
		return kv_error(p->job, op.pos,
				"replace operation does not apply: doc is missing path: %.*s: missing value",
				KV_ARG(path));
	if (parent.kind == KRM_MAP)
		return add_to(p, parent, key, v, &why);
	if (!child(parent, key))
		return kv_error(p->job, op.pos,
				"replace operation does not apply: doc is missing key: %.*s: missing value",
				KV_ARG(path));
	*child(parent, key) = v;
	return 0;
}

static int op_move(struct patch *p, krm_val op)
{
	kv_str from, path, key, why;
	krm_val parent, v;

	if (!text_field(op, "from", &from))
		return no_path(p, op, "move", "from");
	if (!find_parent(p, from, &parent, &key))
		return kv_error(
			p->job, op.pos,
			"move operation does not apply: doc is missing from path: %.*s: missing value",
			KV_ARG(from));
	if (get_from(p, parent, key, &v, &why) || remove_from(p, parent, key, &why))
		return kv_error(p->job, op.pos, "error in move for path: '%.*s': %.*s", KV_ARG(key),
				KV_ARG(why));
	if (!text_field(op, "path", &path))
		return no_path(p, op, "move", "path");
	if (!find_parent(p, path, &parent, &key))
		return kv_error(
			p->job, op.pos,
			"move operation does not apply: doc is missing destination path: %.*s: missing value",
			KV_ARG(path));
	if (add_to(p, parent, key, v, &why))
		return kv_error(p->job, op.pos, "error in move for path: '%.*s': %.*s", KV_ARG(path),
				KV_ARG(why));
	return 0;
}

static int op_copy(struct patch *p, krm_val op)
{
	kv_str from, path, key, why;
	krm_val parent, v;

	if (!text_field(op, "from", &from))
		return no_path(p, op, "copy", "from");
	if (!find_parent(p, from, &parent, &key))
		return kv_error(
			p->job, op.pos,
			"copy operation does not apply: doc is missing from path: %.*s: missing value",
			KV_ARG(from));
	if (get_from(p, parent, key, &v, &why))
		return kv_error(p->job, op.pos, "error in copy for from: '%.*s': %.*s", KV_ARG(from),
				KV_ARG(why));
	if (!text_field(op, "path", &path))
		return no_path(p, op, "copy", "path");
	if (!find_parent(p, path, &parent, &key))
		return kv_error(
			p->job, op.pos,
			"copy operation does not apply: doc is missing destination path: %.*s: missing value",
			KV_ARG(path));
	if (krm_copy(p->job, v, &v))
		return -1;
	if (add_to(p, parent, key, v, &why))
		return kv_error(p->job, op.pos, "error while adding value during copy: %.*s", KV_ARG(why));
	return 0;
}

static int op_test(struct patch *p, krm_val op)
{
	kv_str path, key, why;
	krm_val parent, v, want = krm_get(op, "value");

	if (!text_field(op, "path", &path))
		return no_path(p, op, "test", "path");
	if (!path.n) {
		v = p->root;
	} else {
		if (!find_parent(p, path, &parent, &key))
			return kv_error(p->job, op.pos,
					"test operation does not apply: is missing path: %.*s: missing value",
					KV_ARG(path));
		if (get_from(p, parent, key, &v, &why))
			return kv_error(p->job, op.pos, "error in test for path: '%.*s': %.*s", KV_ARG(path),
					KV_ARG(why));
	}
	if (!krm_equal(v, want)) /* lazyNode.equal: both sides hold floats only */
		return kv_error(p->job, op.pos, "testing value %.*s failed: test failed", KV_ARG(path));
	return 0;
}

static const struct {
	const char *kind;
	int (*apply)(struct patch *p, krm_val op);
} operations[] = {
	{ "add", op_add },       { "copy", op_copy },       { "move", op_move },
	{ "remove", op_remove }, { "replace", op_replace }, { "test", op_test },
};

static int apply(struct patch *p, krm_val op)
{
	kv_str kind;

	if (!text_field(op, "op", &kind))
		kind = KV_S("unknown");
	for (size_t i = 0; i < sizeof operations / sizeof operations[0]; i++)
		if (kv_str_eq(kind, kv_str_c(operations[i].kind)))
			return operations[i].apply(p, op);
	return kv_error(p->job, op.pos, "Unexpected kind: %.*s", KV_ARG(kind));
}

/* --- the way through JSON --------------------------------------------------------------------- */

/* kustomize's way through JSON holds 53 bits of an integer. */
#define EXACT ((int64_t)1 << 53)

static void round_integer(struct kv_job *job, krm_val *v)
{
	bool is_signed = v->kind == KRM_INT || v->kind == KRM_INT64;
	double f = is_signed ? (double)v->i : (double)v->u;

	if (is_signed ? v->i >= -EXACT && v->i <= EXACT : v->u <= EXACT) {
		*v = krm_float(f);
		return;
	}
	if (job->keep_text)
		return;
	kv_warn(job, v->pos,
		"kustomize rounds this number to %.0f in an object that a JSON patch changes; --keep-text "
		"keeps it",
		f);
	*v = krm_float(f);
}

static int through_json(struct kv_job *job, krm_val *v, size_t depth)
{
	if (depth > job->limits.depth)
		return kv_error(job, v->pos, "nested too deeply to patch (limit %zu)", job->limits.depth);
	/* Each scalar is a node of its own afterwards. */
	if (v->flags & KRM_SHARED)
		v->pos = 0;
	v->flags &= (uint16_t)~(KRM_SHARED | KRM_UNTAGGED | KRM_TYPED_TEXT);
	switch ((enum krm_kind)v->kind) {
	case KRM_INT:
	case KRM_INT64:
	case KRM_UINT8:
	case KRM_UINT64: round_integer(job, v); return 0;
	case KRM_STRING: v->style = (uint8_t)krm_yaml_style_of(krm_str(*v)); return 0;
	case KRM_LIST:
		v->style = KRM_STYLE_ANY;
		for (size_t i = 0; i < v->l->n; i++)
			if (through_json(job, &v->l->v[i], depth + 1))
				return -1;
		return 0;
	case KRM_MAP:
		v->style = KRM_STYLE_ANY;
		krm_map_each (v->m, e) {
			e->key.pos = 0;
			if (through_json(job, &e->val, depth + 1))
				return -1;
		}
		return 0;
	default: v->pos = 0; return 0;
	}
}

int krm_patch_json(struct kv_job *job, krm_val *obj, krm_val ops)
{
	struct patch p = { .job = job, .root = *obj };

	if (krm_yaml_refold(job, &p.root) < 0 || through_json(job, &p.root, 0))
		return -1;
	for (size_t i = 0; i < krm_list_len(ops); i++)
		if (apply(&p, ops.l->v[i]))
			return -1;
	if (p.root.kind != KRM_MAP)
		return kv_error(job, obj->pos,
				"json: cannot unmarshal array into Go value of type map[string]interface {}");
	if (through_json(job, &p.root, 0))
		return -1;
	*obj = p.root;
	return 0;
}
