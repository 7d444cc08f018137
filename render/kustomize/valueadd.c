/* render/kustomize/valueadd.c: ValueAddTransformer (api/internal/builtins, api/filters/valueadd). */
#include "base/file.h"
#include "base/utf8.h"
#include "krm/yaml.h"
#include "render/kustomize/fields.h"
#include "render/kustomize/path.h"

struct addition {
	kv_str value;
	int64_t position; /* of a new part in a file path, one-based; 0: the value replaces the field */
};

/* filesys.InsertPathPart: a leading slash is no part of its own. */
static kv_str insert_part(struct rnd_k_build *b, kv_str path, int64_t at, kv_str part)
{
	struct kv_buf out;
	bool absolute = path.n && path.p[0] == '/', done = false, first = true;

	kv_buf_init(&out, b->job->arena, KV_BUF_MAX);
	path = kv_str_trim(path, "/");
	if (absolute)
		kv_buf_c(&out, '/');
	for (int64_t i = 0; path.n || !done; i++) {
		size_t slash = kv_str_chr(path, '/');
		kv_str next = kv_str_sub(path, 0, slash);

		if (!first)
			kv_buf_c(&out, '/');
		first = false;
		if (!done && (i >= at || !path.n)) {
			kv_buf_str(&out, part);
			done = true;
			continue;
		}
		kv_buf_str(&out, next);
		path = kv_str_sub(path, slash == SIZE_MAX ? path.n : slash + 1, path.n);
	}
	return kv_buf_view(&out);
}

/* The filter's own way to a field: kyaml's paths, where a number, "-" or "[name=value]" is an element. */
static int add(struct rnd_k_build *b, krm_val obj, krm_val path, const struct addition *a)
{
	struct rnd_k_parts parts;
	krm_val *node;
	kv_str value = a->value, error;

	rnd_k_path_split(b, krm_str(path), '/', &parts);
	if (rnd_k_path_create(b, &obj, parts.v, parts.n, &node, &error))
		return kv_error(b->job, path.pos, "%.*s", KV_ARG(error));
	if (!node && a->position > 0) /* upstream panics */
		return kv_error(b->job, path.pos, "a part of a path cannot be put into a field that is not there");
	if (!node)
		return 0;
	if (node->kind == KRM_MAP || node->kind == KRM_LIST)
		return rnd_k_wrong_kind(b, "ScalarNode", *node);
	if (a->position > 0)
		value = insert_part(b, rnd_k_scalar_text(b, *node), a->position - 1, value);
	return rnd_k_set_untagged(b, node, value) ? -1 : krm_shared_changes_apply(b->job, &b->changes, &obj);
}

static int add_to_target(struct rnd_k_build *b, krm_val target, kv_str value, struct rnd_k_acc *acc)
{
	krm_val position = krm_get(target, "filePathPosition"), path = krm_get(target, "fieldPath");
	struct addition a = { value, position.kind == KRM_INT64 ? position.i : 0 };
	struct rnd_k_list list = acc->list;

	if (!krm_str(path).n)
		return kv_error(b->job, target.pos, "fieldPath cannot be empty");
	if (a.position < 0)
		return kv_error(b->job, position.pos, "value of FilePathPosition (%lld) cannot be negative",
				(long long)a.position);
	if (krm_has(target, "selector") && rnd_k_select(b, acc, krm_get(target, "selector"), &list))
		return -1;
	for (size_t i = 0; i < list.n; i++) {
		krm_val obj = list.v[i]->r->obj;

		if (obj.kind != KRM_MAP)
			continue;
		if (krm_is_str(path, "metadata/namespace") ? rnd_k_namespace_of_one(b, obj, value)
							   : add(b, obj, path, &a)) {
			kv_note(b->job, 0, "considering field '%.*s' of object %.*s %.*s", KV_ARG(krm_str(path)),
				KV_ARG(krm_kind(obj)), KV_ARG(krm_name(obj)));
			return -1;
		}
		rnd_k_moved(b, acc, list.v[i]);
	}
	return 0;
}

static int add_to_targets(struct rnd_k_build *b, krm_val targets, kv_str value, struct rnd_k_acc *acc)
{
	for (size_t i = 0; i < krm_list_len(targets); i++)
		if (add_to_target(b, targets.l->v[i], value, acc))
			return -1;
	return 0;
}

/* Targets that several configurations share. */
static int read_targets(struct rnd_k_build *b, krm_val path, krm_val *ret)
{
	krm_val v;
	kv_str text;

	if (rnd_k_load(b, path, &text) || krm_yaml_read(b->job, rnd_k_display(b, krm_str(path)), text, KRM_YAML_HELM, &v) ||
	    rnd_k_decode(b, v, rnd_k_plugin_type(KV_S("ValueAddTransformer")), RND_K_CONVERT, "", &v))
		return -1;
	*ret = krm_get(v, "targets");
	return 0;
}

int rnd_k_value_add(struct rnd_k_build *b, krm_val config, const struct rnd_k_specs *specs,
		    struct rnd_k_acc *acc)
{
	kv_str value = kv_str_trim_space(krm_str(krm_get(config, "value")));
	krm_val path = krm_get(config, "targetFilePath"), targets = krm_get(config, "targets"), more = krm_nil();

	(void)specs;
	if (!value.n)
		value = kv_path_base(b->target->root);
	if (krm_str(path).n && read_targets(b, path, &more))
		return -1;
	if (!krm_list_len(targets) && !krm_list_len(more))
		return kv_error(b->job, config.pos, "must specify at least one target");
	return add_to_targets(b, targets, value, acc) ? -1 : add_to_targets(b, more, value, acc);
}
