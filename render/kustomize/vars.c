/* render/kustomize/vars.c: `vars:`, text of one resource put in place of $(NAME) in others
 * (api/types/var.go, api/internal/accumulator, api/filters/refvar). */
#include "base/num.h"
#include "render/kustomize/path.h"
#include "render/kustomize/target.h"

static kv_str text(krm_val v, const char *key)
{
	return krm_str(krm_get(v, key));
}

/* The object that a var reads; apiVersion wins over group and version (Target.GVK). */
static struct rnd_k_id target_of(krm_val var)
{
	krm_val ref = krm_get(var, "objref");
	struct rnd_k_id id = { { text(ref, "group"), text(ref, "version"), text(ref, "kind") },
			       text(ref, "name"),
			       text(ref, "namespace") };
	kv_str api = text(ref, "apiVersion");
	size_t slash = kv_str_chr(api, '/');

	if (api.n && slash == SIZE_MAX)
		id.gvk.version = api;
	else if (api.n && slash == kv_str_rchr(api, '/'))
		krm_split_api_version(api, &id.gvk.group, &id.gvk.version);
	return id;
}

int rnd_k_var_add(struct rnd_k_build *b, struct rnd_k_acc *acc, krm_val var)
{
	if (kv_map_put(&acc->var_names, text(var, "name"), acc))
		return kv_error(b->job, var.pos, "var '%.*s' already encountered", KV_ARG(text(var, "name")));
	KV_PUSH(b->job->arena, acc->vars, acc->nvars, acc->vars_cap, var);
	return 0;
}

/* Without a namespace any will do; with one, nothing that has none is meant. */
static struct rnd_k_list matches(struct rnd_k_build *b, struct rnd_k_acc *acc, struct rnd_k_id id)
{
	struct rnd_k_list all, out = { 0 };

	if (id.namespace.n)
		return krm_is_cluster_scoped(id.gvk) ? out : rnd_k_find_any(b, acc, id);
	all = rnd_k_find_name(b, acc, id.name);
	for (size_t i = 0; i < all.n; i++) {
		struct rnd_k_res *res = all.v[i];
		struct rnd_k_id cur = rnd_k_cur_id(res);
		bool hit = kv_str_eq(cur.name, id.name) && rnd_k_gvk_equal(cur.gvk, id.gvk);

		for (size_t j = 0; !hit && j < res->nprev; j++)
			hit = kv_str_eq(res->prev[j].name, id.name) &&
			      rnd_k_gvk_equal(rnd_k_prev_id(res, j).gvk, id.gvk);
		if (hit)
			KV_PUSH(b->job->arena, out.v, out.n, out.cap, res);
	}
	return out;
}

int rnd_k_vars_merge(struct rnd_k_build *b, struct rnd_k_acc *acc, krm_val vars)
{
	for (size_t i = 0; i < krm_list_len(vars); i++) {
		krm_val var = vars.l->v[i];
		struct rnd_k_list found = matches(b, acc, target_of(var));

		if (found.n > 1)
			return kv_error(b->job, var.pos,
					"found %zu resId matches for var %.*s (unable to disambiguate)",
					found.n, KV_ARG(text(var, "name")));
		if (found.n == 1)
			rnd_k_str_push(b, &found.v[0]->ref_vars, text(var, "name"));
	}
	for (size_t i = 0; i < krm_list_len(vars); i++)
		if (rnd_k_var_add(b, acc, vars.l->v[i]) < 0)
			return -1;
	return 0;
}

/* --- reading the field ------------------------------------------------------------------------ */

/* RNode.GetFieldValue: "containers[0]" is two steps (convertSliceIndex), other brackets are as in any path. */
static struct rnd_k_parts path_parts(struct rnd_k_build *b, kv_str path)
{
	struct rnd_k_parts smart = { 0 }, out = { 0 };

	rnd_k_path_split_smart(b, path, &smart);
	for (size_t i = 0; i < smart.n; i++) {
		kv_str part = smart.v[i], index;
		size_t open = kv_str_rchr(part, '[');
		int64_t number;

		index = open == SIZE_MAX ? KV_S("") : kv_str_sub(part, open + 1, part.n - 1);
		if (open == SIZE_MAX || part.p[part.n - 1] != ']' ||
		    kv_num_parse_int(index, 10, &number) != KV_NUM_OK || number < 0) {
			KV_PUSH(b->job->arena, out.v, out.n, out.cap, part);
			continue;
		}
		if (open > 0)
			KV_PUSH(b->job->arena, out.v, out.n, out.cap, kv_str_sub(part, 0, open));
		KV_PUSH(b->job->arena, out.v, out.n, out.cap, index);
	}
	return out;
}

static bool field_value(struct rnd_k_build *b, krm_val obj, kv_str path, krm_val *ret)
{
	struct rnd_k_parts parts = path_parts(b, path);
	krm_val *found;
	kv_str error;

	if (rnd_k_path_get(b, &obj, parts.v, parts.n, &found, &error) < 0 || !found)
		return false;
	*ret = *found;
	return true;
}

/* --- replacing -------------------------------------------------------------------------------- */

struct value {
	krm_val v;
	size_t count;
};

struct resolver {
	struct rnd_k_build *b;
	struct kv_map values; /* name -> struct value */
};

/* fmt's %v of a value. */
static kv_str printed(struct resolver *r, krm_val v)
{
	struct kv_buf out;

	if (v.kind != KRM_FLOAT)
		return rnd_k_scalar_text(r->b, v);
	kv_buf_init(&out, r->b->job->arena, KV_BUF_MAX);
	kv_num_float(&out, v.f, 'g', -1);
	return kv_buf_view(&out);
}

/* The value of a variable, or its reference as it stands. */
static krm_val mapped(struct resolver *r, kv_str name)
{
	struct value *val = kv_map_get(&r->values, name);

	if (val && val->v.kind != KRM_MAP && val->v.kind != KRM_LIST) {
		val->count++;
		return val->v;
	}
	return krm_string(r->b->job->arena, kv_arena_cat(r->b->job->arena, KV_S("$("), name, KV_S(")")));
}

/* DoReplacements: `$$` is a dollar, `$(NAME)` the variable; a text that is nothing but one reference takes
 * its type. */
static krm_val replace(struct resolver *r, kv_str in)
{
	struct kv_buf out;
	size_t close;

	if (kv_str_chr(in, '$') == SIZE_MAX)
		return krm_string(r->b->job->arena, in);
	kv_buf_init(&out, r->b->job->arena, KV_BUF_MAX);
	for (size_t i = 0; i < in.n; i++) {
		if (in.p[i] != '$' || i + 1 == in.n) {
			kv_buf_c(&out, in.p[i]);
			continue;
		}
		close = in.p[i + 1] == '(' ? kv_str_find(in, KV_S(")"), i + 2) : SIZE_MAX;
		if (in.p[i + 1] == '$') {
			kv_buf_c(&out, '$');
			i++;
		} else if (close == SIZE_MAX) {
			kv_buf_c(&out, '$');
			kv_buf_c(&out, in.p[++i]);
		} else {
			krm_val v = mapped(r, kv_str_sub(in, i + 2, close));

			if (i == 0 && close + 1 == in.n)
				return v;
			kv_buf_str(&out, printed(r, v));
			i = close;
		}
	}
	return krm_string(r->b->job->arena, kv_buf_view(&out));
}

/* IsYNodeString: what has the tag of a string, or none because a step wrote it, which is text from here on. */
static bool replace_scalar(struct resolver *r, krm_val *v)
{
	if (v->kind >= KRM_LIST || v->flags & KRM_TYPED_TEXT ||
	    (!(v->flags & KRM_UNTAGGED) && (v->kind != KRM_STRING || krm_scalar_is_date(r->b->job, *v))))
		return false;
	*v = replace(r, rnd_k_scalar_text(r->b, *v));
	return true;
}

static int set(struct rnd_k_build *b, void *ctx, krm_val *node)
{
	struct resolver *r = ctx;

	replace_scalar(r, node);
	if (node->kind == KRM_MAP) {
		krm_map_each (node->m, e)
			replace_scalar(r, &e->val);
	}
	for (size_t i = 0; i < krm_list_len(*node); i++)
		if (!replace_scalar(r, &node->l->v[i]))
			return kv_error(b->job, node->l->v[i].pos, "invalid value type expect a string");
	return 0;
}

/* The first resource that each var reads. */
static void find_readers(struct kv_map *readers, const struct rnd_k_acc *acc)
{
	for (size_t i = 0; i < acc->list.n; i++)
		for (size_t j = 0; j < acc->list.v[i]->ref_vars.n; j++) {
			void **slot = kv_map_slot(readers, acc->list.v[i]->ref_vars.v[j]);

			if (!*slot)
				*slot = acc->list.v[i];
		}
}

static int collect(struct resolver *r, struct rnd_k_acc *acc)
{
	struct kv_map readers;

	kv_map_init(&readers, r->b->job->arena);
	find_readers(&readers, acc);
	for (size_t i = 0; i < acc->nvars; i++) {
		krm_val var = acc->vars[i], path = krm_path(var, "fieldref", "fieldPath", NULL);
		struct value *val = KV_NEW(r->b->job->arena, struct value);
		struct rnd_k_res *res = kv_map_get(&readers, text(var, "name"));

		if (!res)
			return kv_error(
				r->b->job, var.pos,
				"var '%.*s' cannot be mapped to a field in the set of known resources",
				KV_ARG(text(var, "name")));
		if (!field_value(r->b, res->r->obj, krm_str(path).n ? krm_str(path) : KV_S("metadata.name"),
				 &val->v))
			return kv_error(r->b->job, var.pos,
					"field specified in var '%.*s' not found in corresponding resource",
					KV_ARG(text(var, "name")));
		kv_map_put(&r->values, text(var, "name"), val);
	}
	return 0;
}

static void warn_unused(struct resolver *r)
{
	struct kv_buf names;

	kv_buf_init(&names, r->b->job->arena, KV_BUF_MAX);
	for (size_t i = 0; i < r->values.n; i++)
		if (((struct value *)r->values.entries[i].value)->count == 0)
			kv_buf_printf(&names, "%s%.*s", names.n ? "," : "", KV_ARG(r->values.entries[i].key));
	if (names.n)
		kv_warn_verbatim(r->b->job, kv_arena_cat(r->b->job->arena,
							 KV_S("well-defined vars that were never replaced: "),
							 kv_buf_view(&names)));
}

int rnd_k_vars_resolve(struct rnd_k_build *b, struct rnd_k_acc *acc)
{
	struct resolver r = { .b = b };

	kv_map_init(&r.values, b->job->arena);
	if (acc->nvars == 0)
		return 0;
	if (collect(&r, acc) < 0)
		return -1;
	for (size_t i = 0; i < acc->list.n; i++)
		for (size_t j = 0; acc->config && j < acc->config->var_reference.n; j++)
			if (rnd_k_fieldspec(b, acc->list.v[i]->r->obj, &acc->config->var_reference.v[j],
					    KRM_NIL, set, &r) < 0)
				return -1;
	warn_unused(&r);
	return 0;
}
