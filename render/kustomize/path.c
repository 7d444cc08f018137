/* render/kustomize/path.c: kyaml/yaml/match.go, PathGetter of kyaml/yaml/fns.go, kyaml/utils/pathsplitter.go. */
#include "render/kustomize/path.h"

#include "base/num.h"
#include "base/re.h"
#include "base/utf8.h"
#include "krm/scalar.h"
#include "krm/yaml.h"

/* --- splitting -------------------------------------------------------------------------------- */

static kv_str trim_brackets(kv_str s)
{
	return kv_str_trim(s, "[]");
}

void rnd_k_path_split_smart(struct rnd_k_build *b, kv_str path, struct rnd_k_parts *ret)
{
	size_t kept = 0;

	rnd_k_path_split(b, path, '.', ret);
	for (size_t i = 0; i < ret->n; i++) {
		kv_str part = ret->v[i];

		if (kv_str_starts(part, KV_S("[")) && !kv_str_ends(part, KV_S("]"))) {
			struct kv_buf joined;

			kv_buf_init(&joined, b->job->arena, KV_BUF_MAX);
			kv_buf_str(&joined, part);
			while (i + 1 < ret->n) {
				kv_buf_c(&joined, '.');
				kv_buf_str(&joined, ret->v[++i]);
				if (kv_str_ends(ret->v[i], KV_S("]")))
					break;
			}
			part = kv_buf_view(&joined);
			if (kv_str_chr(part, '=') == SIZE_MAX)
				part = trim_brackets(part);
		}
		ret->v[kept++] = part;
	}
	ret->n = kept;
}

/* --- parts ------------------------------------------------------------------------------------ */

static bool is_index(kv_str part, int64_t *ret)
{
	return kv_num_parse_int(part, 10, ret) == KV_NUM_OK;
}

static bool is_element(kv_str part)
{
	return kv_str_starts(part, KV_S("[")) && kv_str_ends(part, KV_S("]"));
}

/* "[name=nginx]" */
static int split_element(kv_str part, kv_str *ret_field, kv_str *ret_value, kv_str *ret_error)
{
	kv_str inside = kv_str_sub(part, 1, part.n - 1);
	size_t eq = kv_str_chr(inside, '=');

	if (eq == SIZE_MAX) {
		*ret_error = KV_S("list path element must contain fieldName=fieldValue for element to match");
		return -1;
	}
	*ret_field = kv_str_sub(inside, 0, eq);
	*ret_value = kv_str_sub(inside, eq + 1, inside.n);
	return 0;
}

/* Nulls fit everywhere (ErrorIfInvalid). */
static int expect(struct rnd_k_build *b, krm_val v, enum krm_kind kind, kv_str *ret_error)
{
	if (v.kind == KRM_NIL || v.kind == kind)
		return 0;
	*ret_error = kv_arena_printf(b->job->arena, "wrong node kind: expected %s but got %s",
				     kind == KRM_MAP ? "MappingNode" : "SequenceNode", krm_node_kind(v));
	return -1;
}

/* What a missing place before the part `next` becomes; no next part: what is to be set. */
static krm_val made(struct rnd_k_build *b, enum krm_kind create, const kv_str *next, size_t n)
{
	enum krm_kind kind = create;
	krm_val v = krm_string(b->job->arena, KV_S(""));
	int64_t i;

	if (n)
		kind = is_element(*next) || (is_index(*next, &i) && i >= 0) ? KRM_LIST : KRM_MAP;
	if (kind == KRM_LIST)
		return krm_list(b->job->arena, KRM_OF_ANY);
	if (kind == KRM_MAP)
		return krm_map(b->job->arena, KRM_OF_ANY);
	v.flags |= KRM_UNTAGGED;
	return v;
}

/* --- PathGetter ------------------------------------------------------------------------------- */

static bool element_is(struct rnd_k_build *b, krm_val e, kv_str field, kv_str value)
{
	krm_val *f;

	if (!field.n)
		return kv_str_eq(rnd_k_scalar_text(b, e), value);
	f = e.kind == KRM_MAP ? krm_map_find(e.m, field) : NULL;
	return f && kv_str_eq(rnd_k_scalar_text(b, *f), value);
}

static int get_element(struct rnd_k_build *b, krm_val *node, kv_str part, krm_val **ret, kv_str *ret_error)
{
	kv_str field, value;

	*ret = NULL;
	if (split_element(part, &field, &value, ret_error) || expect(b, *node, KRM_LIST, ret_error))
		return -1;
	for (size_t i = 0; i < krm_list_len(*node) && !*ret; i++)
		if (element_is(b, node->l->v[i], field, value))
			*ret = &node->l->v[i];
	return 0;
}

static int get_part(struct rnd_k_build *b, krm_val *node, kv_str part, krm_val **ret, kv_str *ret_error)
{
	size_t n = krm_list_len(*node);
	int64_t i = -1;

	*ret = NULL;
	if (kv_str_eq(part, KV_S("*"))) {
		*ret_error = KV_S("wildcard is not supported in PathGetter");
		return -1;
	}
	if (is_element(part))
		return get_element(b, node, part, ret, ret_error);
	if (!kv_str_eq(part, KV_S("-")) && !is_index(part, &i)) {
		if (expect(b, *node, KRM_MAP, ret_error))
			return -1;
		*ret = node->kind == KRM_MAP ? krm_map_find(node->m, part) : NULL;
		return 0;
	}
	if (i < 0 && part.n && !kv_str_eq(part, KV_S("-"))) {
		*ret_error =
			kv_arena_printf(b->job->arena, "array index %lld cannot be negative", (long long)i);
		return -1;
	}
	if (expect(b, *node, KRM_LIST, ret_error))
		return -1;
	if (i < 0 && node->kind == KRM_LIST && !n) { /* upstream panics */
		*ret_error = KV_S("the list is empty, so \"-\" has no last element to name");
		return -1;
	}
	if (i < 0)
		i = (int64_t)n - 1;
	if (i >= 0 && (uint64_t)i < n)
		*ret = &node->l->v[i];
	return 0;
}

int rnd_k_path_get(struct rnd_k_build *b, krm_val *node, const kv_str *parts, size_t n, krm_val **ret,
		   kv_str *ret_error)
{
	*ret = node;
	for (size_t i = 0; i < n && *ret; i++) {
		kv_str part = kv_str_trim_space(parts[i]);

		if (part.n && get_part(b, *ret, part, ret, ret_error))
			return -1;
	}
	return 0;
}

/* "[name=nginx]" where no element has it. */
static krm_val *append_element(struct rnd_k_build *b, struct krm_list *list, kv_str field, kv_str value)
{
	krm_val e = krm_scalar_plain(b->job, value);

	if (field.n) {
		krm_val map = krm_map(b->job->arena, KRM_OF_ANY);

		rnd_k_field_set(b, map.m, field, e);
		e = map;
	}
	krm_list_push(b->job->arena, list, e);
	return &list->v[list->n - 1];
}

/* The first part leads nowhere: what it names is made. A null takes nothing, and a number makes no element. */
static krm_val *create_part(struct rnd_k_build *b, krm_val *node, const kv_str *parts, size_t n)
{
	kv_str part = kv_str_trim_space(*parts), field, value, error;

	if (is_element(part) && node->kind == KRM_LIST && !split_element(part, &field, &value, &error))
		return append_element(b, node->l, field, value);
	return node->kind == KRM_MAP ? rnd_k_field_set(b, node->m, part, made(b, KRM_STRING, parts + 1, n - 1)) : NULL;
}

int rnd_k_path_create(struct rnd_k_build *b, krm_val *node, const kv_str *parts, size_t n, krm_val **ret,
		      kv_str *ret_error)
{
	*ret = node;
	for (size_t i = 0; i < n && *ret; i++) {
		krm_val *at = *ret;
		kv_str part = kv_str_trim_space(parts[i]);

		if (!part.n)
			continue;
		if (get_part(b, at, part, ret, ret_error))
			return -1;
		if (!*ret)
			*ret = create_part(b, at, parts + i, n - i);
	}
	return 0;
}

/* --- PathMatcher ------------------------------------------------------------------------------ */

struct matcher {
	struct rnd_k_build *b;
	enum krm_kind create;
	struct rnd_k_nodes *found;
	kv_str *error;
	size_t depth;
	bool in_copy; /* inside a text */
	bool flow;    /* inside a collection in flow style */
};

static int match(struct matcher *m, krm_val *node, const kv_str *parts, size_t n);

static int fail(struct matcher *m, kv_str text)
{
	*m->error = text;
	return -1;
}

/* A path that goes on below a text: upstream reads the text as YAML and matches in that copy, so what is set
 * there is lost (handleStructuredDataInScalar). The texts that can be written into were handled before. */
static int match_in_text(struct matcher *m, krm_val *scalar, const kv_str *parts, size_t n)
{
	krm_val *copy = KV_NEW(m->b->job->arena, krm_val);
	bool outer = m->in_copy;
	int failed;

	if (!rnd_k_read_nodes(m->b, rnd_k_scalar_text(m->b, *scalar), copy))
		return fail(m, KV_S("the field holds text that cannot be parsed as YAML"));
	if (!rnd_k_scalar_text(m->b, *scalar).n)
		return fail(m, KV_S("wrong node kind: expected MappingNode but got ScalarNode"));
	m->in_copy = true;
	failed = match(m, copy, parts, n);
	m->in_copy = outer;
	return failed;
}

/* An empty scalar in a flow collection is printed as an empty string, elsewhere as a null. */
static krm_val made_here(struct matcher *m, const kv_str *next, size_t n)
{
	krm_val v = made(m->b, m->create, next, n);

	if (m->flow && v.kind == KRM_STRING)
		v.flags |= KRM_EMPTY;
	return v;
}

static int match_field(struct matcher *m, krm_val *node, const kv_str *parts, size_t n)
{
	krm_val *field;

	if (expect(m->b, *node, KRM_MAP, m->error))
		return -1;
	field = node->kind == KRM_MAP ? krm_map_find(node->m, parts[0]) : NULL;
	if (!field && m->create == KRM_NIL)
		return 0;
	if (!field) {
		krm_val fresh = made_here(m, parts + 1, n - 1);

		field = node->kind == KRM_MAP ? rnd_k_field_set(m->b, node->m, parts[0], fresh) : NULL;
		if (!field) {
			/* Below a null, or under a key that is no string: made, but in no place that lasts. */
			field = KV_NEW(m->b->job->arena, krm_val);
			*field = fresh;
		}
		field->flags = fresh.flags;
	}
	if (rnd_k_is_scalar(*field) && n > 1)
		return match_in_text(m, field, parts + 1, n - 1);
	return match(m, field, parts + 1, n - 1);
}

static int match_index(struct matcher *m, krm_val *node, size_t index, const kv_str *parts, size_t n)
{
	if (expect(m->b, *node, KRM_LIST, m->error))
		return -1;
	if (node->kind == KRM_LIST && node->l->n == index && m->create != KRM_NIL)
		krm_list_push(m->b->job->arena, node->l, made_here(m, parts + 1, n - 1));
	if (index >= krm_list_len(*node))
		return fail(m, kv_arena_printf(m->b->job->arena,
					       "index %zu specified but only %zu elements found", index,
					       krm_list_len(*node)));
	return match(m, &node->l->v[index], parts + 1, n - 1);
}

/* The text of a node as YAML, trimmed: quotes are part of it. */
static kv_str printed(struct matcher *m, krm_val v)
{
	struct kv_buf b;
	kv_str text = rnd_k_scalar_text(m->b, v), error;

	if (v.kind == KRM_STRING && v.style == KRM_STYLE_DOUBLE)
		return kv_arena_cat(m->b->job->arena, KV_S("\""), text, KV_S("\""));
	if (v.kind == KRM_STRING && v.style == KRM_STYLE_SINGLE)
		return kv_arena_cat(m->b->job->arena, KV_S("'"), text, KV_S("'"));
	if (rnd_k_is_scalar(v))
		return text;
	kv_buf_init(&b, m->b->job->arena, m->b->job->limits.output_bytes);
	if (krm_yaml_write_pretty(m->b->job, v, &b, &error))
		return KV_S("");
	return kv_str_trim(kv_buf_view(&b), " \n");
}

/* The elements whose field, or whose own text, the expression matches somewhere. */
static int match_elements(struct matcher *m, krm_val *node, kv_str field, const struct kv_re *re,
			  const kv_str *parts, size_t n)
{
	for (size_t i = 0; i < krm_list_len(*node); i++) {
		krm_val *e = &node->l->v[i], *f = NULL;

		if (field.n)
			f = e->kind == KRM_MAP ? krm_map_find(e->m, field) : NULL;
		if ((field.n && !f) || !kv_re_match(m->b->job, re, printed(m, field.n ? *f : *e)))
			continue;
		/* A scalar element is a match whatever the path says further. */
		if (match(m, e, parts + 1, field.n ? n - 1 : 0))
			return -1;
	}
	return 0;
}

static int match_list(struct matcher *m, krm_val *node, const kv_str *parts, size_t n)
{
	size_t before = m->found->n + m->found->lost;
	const struct kv_re *re;
	kv_str field, value;

	if (split_element(parts[0], &field, &value, m->error) || expect(m->b, *node, KRM_LIST, m->error))
		return -1;
	re = kv_re_get(m->b->job, value, m->error);
	if (!re || match_elements(m, node, field, re, parts, n))
		return -1;
	if (m->found->n + m->found->lost > before || m->create == KRM_NIL)
		return 0;
	if (node->kind != KRM_LIST)
		return fail(m, KV_S("failed to create element"));
	append_element(m->b, node->l, field, value);
	if (match_elements(m, node, field, re, parts, n))
		return -1;
	/* Upstream would append for ever. */
	if (m->found->n + m->found->lost == before)
		return fail(m,
			    kv_arena_printf(m->b->job->arena, "the element made for %.*s does not match it",
					    KV_ARG(parts[0])));
	return 0;
}

static int match_every(struct matcher *m, krm_val *node, const kv_str *parts, size_t n)
{
	if (expect(m->b, *node, KRM_LIST, m->error))
		return -1;
	for (size_t i = 0; i < krm_list_len(*node); i++)
		if (match(m, &node->l->v[i], parts + 1, n - 1))
			return -1;
	return 0;
}

static int match_part(struct matcher *m, krm_val *node, const kv_str *parts, size_t n)
{
	int64_t index;

	if (!n && m->in_copy) {
		m->found->lost++;
		return 0;
	}
	if (!n) {
		KV_PUSH(m->b->job->arena, m->found->v, m->found->n, m->found->cap, node);
		return 0;
	}
	if (is_index(parts[0], &index) && index >= 0)
		return match_index(m, node, (size_t)index, parts, n);
	if (is_element(parts[0]))
		return match_list(m, node, parts, n);
	if (kv_str_eq(parts[0], KV_S("*")))
		return match_every(m, node, parts, n);
	return match_field(m, node, parts, n);
}

static int match(struct matcher *m, krm_val *node, const kv_str *parts, size_t n)
{
	bool outer = m->flow;
	int failed;

	if (m->depth >= m->b->job->limits.depth)
		return fail(m, KV_S("path too long"));
	m->depth++;
	m->flow |= node->style == KRM_STYLE_FLOW;
	failed = match_part(m, node, parts, n);
	m->flow = outer;
	m->depth--;
	return failed;
}

int rnd_k_path_match(struct rnd_k_build *b, krm_val *node, const kv_str *parts, size_t n,
		     enum krm_kind create, struct rnd_k_nodes *ret, kv_str *ret_error)
{
	struct matcher m = { .b = b, .create = create, .found = ret, .error = ret_error };

	*ret = (struct rnd_k_nodes){ 0 };
	return match(&m, node, parts, n);
}
