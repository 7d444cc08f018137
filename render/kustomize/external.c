/* render/kustomize/external.c: what goes to a plugin that is another program, and what of its answer counts
 * (api/internal/plugins/loader, utils/utils.go). */
#include "render/kustomize/external.h"

#include "krm/json.h"
#include "krm/yaml.h"

static const char id_key[] = "kustomize.config.k8s.io/id";
static const char hash_key[] = "kustomize.config.k8s.io/needs-hash";
static const char behavior_key[] = "kustomize.config.k8s.io/behavior";

/* --- loading ---------------------------------------------------------------------------------- */

static int check_mounts(struct rnd_k_build *b, const struct rnd_k_external *x)
{
	krm_val mounts = krm_path(x->function, "container", "mounts", NULL);
	kv_str id = rnd_k_id_str(b->job->arena, rnd_k_org_id(x->by));

	for (size_t i = 0; i < krm_list_len(mounts); i++) {
		kv_str src = krm_str(krm_get(mounts.l->v[i], "src"));
		bool absolute = kv_str_starts(src, KV_S("/"));

		if (absolute || kv_str_starts(kv_path_clean(b->job->arena, src), KV_S("..")))
			return kv_error(
				b->job, x->by->r->origin.pos,
				"plugin %.*s with mount path '%.*s' is not permitted; mount paths must be %s "
				"the current kustomization directory",
				KV_ARG(id), KV_ARG(src), absolute ? "relative to" : "under");
	}
	return 0;
}

static int print(struct rnd_k_build *b, const struct rnd_k_res *res, struct kv_buf *out)
{
	kv_str error;

	if (krm_yaml_refold(b->job, &res->r->obj) < 0)
		return -1;
	if (krm_yaml_write(b->job, res->r->obj, out, &error) == 0)
		return 0;
	return kv_error(b->job, res->r->origin.pos, "%.*s", KV_ARG(error));
}

int rnd_k_external_load(struct rnd_k_build *b, const struct rnd_k_res *by, struct rnd_k_external *ret)
{
	const struct rnd_k_res *whole = rnd_k_with_records(b, by);
	struct kv_buf config;

	*ret = (struct rnd_k_external){ .by = by };
	kv_buf_init(&config, b->job->arena, KV_BUF_MAX);
	if (!whole || print(b, whole, &config) < 0 || rnd_k_function_spec(b, by, &ret->function) < 0)
		return -1;
	ret->config = kv_buf_view(&config);
	if (ret->function.kind == KRM_NIL)
		return rnd_k_executable_find(b, ret);
	ret->name = kv_arena_printf(b->job->arena, "api: %.*s, kind: %.*s, name: %.*s",
				    KV_ARG(krm_api_version(by->r->obj)), KV_ARG(krm_kind(by->r->obj)),
				    KV_ARG(krm_name(by->r->obj)));
	return check_mounts(b, ret);
}

static int run(struct rnd_k_build *b, const struct rnd_k_external *x, kv_str input, struct rnd_k_list *ret)
{
	kv_str name = kv_arena_cat(b->job->arena, KV_S("what plugin "), x->name, KV_S(" gave")), output;

	if ((x->function.kind == KRM_NIL ? rnd_k_executable_run(b, x, input, &output)
					 : rnd_k_function_run(b, x, input, &output)) < 0)
		return -1;
	return rnd_k_read(b, name, output, ret);
}

/* --- annotations of the answer ---------------------------------------------------------------- */

static bool take(struct rnd_k_build *b, struct rnd_k_res *res, const char *key, kv_str *ret)
{
	struct krm_map *m = rnd_k_annotations_map(b, res->r->obj, false);
	krm_val *v = m ? krm_map_find(m, kv_str_c(key)) : NULL;

	*ret = v ? rnd_k_scalar_text(b, *v) : KV_S("");
	if (v)
		krm_map_del(m, kv_str_c(key));
	return v != NULL;
}

/* SetAnnotations leaves no empty map behind. */
static void drop_empty_annotations(struct rnd_k_res *res)
{
	krm_val meta = krm_get(res->r->obj, "metadata"), annotations = krm_get(meta, "annotations");

	if (annotations.kind == KRM_MAP && krm_map_len(annotations) == 0)
		krm_map_del(meta.m, KV_S("annotations"));
}

/* strconv.ParseBool */
static bool parse_bool(kv_str s, bool *ret)
{
	static const char *const words[2][6] = { { "0", "f", "F", "FALSE", "false", "False" },
						 { "1", "t", "T", "TRUE", "true", "True" } };

	for (size_t i = 0; i < 12; i++)
		if (kv_str_eq(s, kv_str_c(words[i / 6][i % 6]))) {
			*ret = i / 6;
			return true;
		}
	return false;
}

/* UpdateResourceOptions: what a generator asks for by annotation. */
static int take_options(struct rnd_k_build *b, struct rnd_k_res *res)
{
	kv_str hash, behavior;

	take(b, res, behavior_key, &behavior);
	if (take(b, res, hash_key, &hash)) {
		bool wanted;

		if (!parse_bool(hash, &wanted))
			return kv_error(b->job, res->r->origin.pos,
					"the annotation \"%s\" contains an invalid value (\"%.*s\")",
					hash_key, KV_ARG(hash));
		res->needs_hash |= wanted;
	}
	drop_empty_annotations(res);
	res->behavior = rnd_k_behavior_of(behavior);
	res->has_behavior = true;
	return 0;
}

int rnd_k_external_generate(struct rnd_k_build *b, const struct rnd_k_external *x, struct rnd_k_list *ret)
{
	struct rnd_k_acc *made = rnd_k_acc_new(b);

	if (run(b, x, KV_S(""), ret) < 0)
		return -1;
	for (size_t i = 0; i < ret->n; i++)
		if (take_options(b, ret->v[i]) < 0 || rnd_k_append(b, made, ret->v[i]) < 0)
			return -1;
	for (size_t i = 0; i < ret->n; i++)
		ret->v[i]->filed = false;
	return 0;
}

/* --- transforming ----------------------------------------------------------------------------- */

/* The fields of an id in the order of the Go struct; empty ones are left out. */
struct id_field {
	const char *key;
	kv_str value;
};
enum { NID_FIELDS = 5 };

static void id_fields(struct rnd_k_id id, struct id_field ret[NID_FIELDS])
{
	ret[0] = (struct id_field){ "group", id.gvk.group };
	ret[1] = (struct id_field){ "version", id.gvk.version };
	ret[2] = (struct id_field){ "kind", id.gvk.kind };
	ret[3] = (struct id_field){ "name", id.name };
	ret[4] = (struct id_field){ "namespace", id.namespace };
}

static krm_val id_map(struct rnd_k_build *b, struct rnd_k_id id)
{
	struct id_field fields[NID_FIELDS];
	krm_val out = krm_map(b->job->arena, KRM_OF_ANY);

	id_fields(id, fields);
	for (size_t i = 0; i < NID_FIELDS; i++)
		if (fields[i].value.n)
			krm_map_set_text(b->job->arena, out.m, fields[i].key, fields[i].value);
	return out;
}

static kv_str id_json(struct rnd_k_build *b, struct rnd_k_id id)
{
	struct id_field fields[NID_FIELDS];
	struct kv_buf out;

	id_fields(id, fields);
	kv_buf_init(&out, b->job->arena, KV_BUF_MAX);
	for (size_t i = 0; i < NID_FIELDS; i++) {
		if (!fields[i].value.n)
			continue;
		kv_buf_c(&out, out.n ? ',' : '{');
		krm_json_write_string(&out, kv_str_c(fields[i].key), true);
		kv_buf_c(&out, ':');
		krm_json_write_string(&out, fields[i].value, true);
	}
	kv_buf_c(&out, '}');
	return kv_buf_view(&out);
}

static int print_with_id(struct rnd_k_build *b, const struct rnd_k_res *res, struct kv_buf *out)
{
	struct rnd_k_res *copy = rnd_k_with_records(b, res);
	struct kv_buf id;
	kv_str error;

	if (!copy)
		return -1;
	kv_buf_init(&id, b->job->arena, KV_BUF_MAX);
	if (krm_yaml_write(b->job, id_map(b, rnd_k_cur_id(res)), &id, &error) < 0)
		return kv_error(b->job, res->r->origin.pos, "%.*s", KV_ARG(error));
	krm_map_set_text(b->job->arena, rnd_k_annotations_map(b, copy->r->obj, true), id_key, kv_buf_view(&id));
	return print(b, copy, out);
}

static int print_all(struct rnd_k_build *b, const struct rnd_k_acc *acc, kv_str *ret)
{
	struct kv_buf out;

	kv_buf_init(&out, b->job->arena, KV_BUF_MAX);
	for (size_t i = 0; i < acc->list.n; i++) {
		if (i)
			kv_buf_lit(&out, "---\n");
		if (print_with_id(b, acc->list.v[i], &out) < 0)
			return -1;
	}
	*ret = kv_buf_view(&out);
	return 0;
}

static int duplicate(struct rnd_k_build *b, const struct rnd_k_external *x, const struct rnd_k_res *res)
{
	kv_str id = id_json(b, rnd_k_cur_id(res));

	return kv_error(b->job, res->r->origin.pos, "plugin %.*s generated duplicate resource: %.*s",
			KV_ARG(x->name), KV_ARG(id));
}

/* What the plugin answers to all that the list holds, each id once. */
static int answer(struct rnd_k_build *b, const struct rnd_k_external *x, struct rnd_k_acc *acc,
		  struct rnd_k_list *ret, struct rnd_k_acc *ids)
{
	kv_str input, id;

	if (print_all(b, acc, &input) < 0 || run(b, x, input, ret) < 0)
		return -1;
	for (size_t i = 0; i < ret->n; i++) {
		take(b, ret->v[i], id_key, &id);
		drop_empty_annotations(ret->v[i]);
		if (rnd_k_find(b, ids, rnd_k_cur_id(ret->v[i]), NULL))
			return duplicate(b, x, ret->v[i]);
		if (rnd_k_append(b, ids, ret->v[i]) < 0)
			return -1;
	}
	for (size_t i = 0; i < ret->n; i++)
		ret->v[i]->filed = false;
	return 0;
}

static int merge_back(struct rnd_k_build *b, struct rnd_k_acc *acc, struct rnd_k_res *res)
{
	size_t n;
	struct rnd_k_res *old = rnd_k_find(b, acc, rnd_k_cur_id(res), &n);

	if (n > 1)
		return kv_error(b->job, old->r->origin.pos, "id matched %zu resources", n);
	if (!old)
		return rnd_k_append(b, acc, res);
	res->r->origin = old->r->origin;
	res->ref_vars = old->ref_vars;
	rnd_k_replace(b, acc, old, res);
	return 0;
}

int rnd_k_external_transform(struct rnd_k_build *b, const struct rnd_k_external *x, struct rnd_k_acc *acc)
{
	struct rnd_k_acc *ids = rnd_k_acc_new(b);
	struct rnd_k_list answered;

	if (answer(b, x, acc, &answered, ids) < 0)
		return -1;
	for (size_t i = 0; i < answered.n; i++)
		if (merge_back(b, acc, answered.v[i]) < 0)
			return -1;
	for (size_t i = 0; i < acc->list.n; i++)
		if (!rnd_k_find(b, ids, rnd_k_cur_id(acc->list.v[i]), NULL)) {
			acc->list.v[i]->r->obj = krm_nil();
			rnd_k_moved(b, acc, acc->list.v[i]);
		}
	rnd_k_drop_empties(b, acc);
	return 0;
}

/* kustomize compares nodes with their lines, which an object that was printed and read again never has as before. */
int rnd_k_external_validate(struct rnd_k_build *b, const struct rnd_k_external *x, struct rnd_k_acc *acc)
{
	struct rnd_k_acc *ids = rnd_k_acc_new(b);
	struct rnd_k_list answered;

	if (answer(b, x, acc, &answered, ids) < 0)
		return -1;
	for (size_t i = 0; i < answered.n; i++) {
		kv_str id = rnd_k_id_str(b->job->arena, rnd_k_cur_id(answered.v[i]));

		if (!rnd_k_find(b, acc, rnd_k_cur_id(answered.v[i]), NULL))
			continue;
		kv_error(b->job, x->by->r->origin.pos, "validator shouldn't modify the resource map");
		kv_note(b->job, 0, "a validator gives no object back; this one gave %.*s", KV_ARG(id));
		return -1;
	}
	return 0;
}
