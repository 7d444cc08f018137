/* render/kustomize/patch.c: patches (PatchTransformer, PatchStrategicMergeTransformer,
 * PatchJson6902Transformer; ApplySmPatch of api/resource/resource.go and api/resmap/reswrangler.go). */
#include "base/quote.h"
#include "base/utf8.h"
#include "krm/patch.h"

#include "krm/yaml.h"
#include "render/kustomize/fieldspec.h"

/* --- strategic merge -------------------------------------------------------------------------- */

/* Could the merge see or lose the records that upstream keeps in annotations? */
static bool touches_records(krm_val patch)
{
	krm_val meta = krm_get(patch, "metadata"), annotations = krm_get(meta, "annotations");

	if (krm_has(patch, "$patch") || (krm_has(patch, "metadata") && meta.kind != KRM_MAP) ||
	    krm_has(meta, "$patch"))
		return true;
	return krm_has(meta, "annotations") &&
	       (annotations.kind != KRM_MAP || krm_has(annotations, "$patch"));
}

/* A name may be written as a number. */
static kv_str meta_text(struct rnd_k_build *b, krm_val obj, const char *field)
{
	krm_val v = krm_path(obj, "metadata", field, NULL);

	return v.kind == KRM_NIL ? KV_S("") : rnd_k_scalar_text(b, v);
}

/* The patch is used up. */
static int apply_merge(struct rnd_k_build *b, struct rnd_k_acc *acc, struct rnd_k_res *res, krm_val patch,
		       bool rename, bool rekind)
{
	krm_val *obj = &res->r->obj;
	kv_str name = meta_text(b, *obj, "name"), namespace = meta_text(b, *obj, "namespace");
	kv_str kind = krm_kind(*obj);
	bool exposed = touches_records(patch), deleted = false;

	if (rename || rekind)
		rnd_k_store_previous(b, res);
	if (exposed)
		rnd_k_expose(b, res);
	b->builtin_asked |= !b->schema_set;
	if (krm_patch_merge(b->job, b->schema, obj, patch, &deleted))
		return -1;
	if (deleted || rnd_k_is_nil_or_empty(*obj)) {
		*obj = krm_nil();
		rnd_k_moved(b, acc, res);
		return 0;
	}
	if (exposed)
		rnd_k_absorb(b, res);
	/* SetKind, of the object or before that of the patch: the text has no tag any more. */
	rnd_k_set_kind(b, *obj, rekind ? krm_kind(*obj) : kind);
	if (!rename)
		rnd_k_set_meta(b, *obj, "name", name);
	rnd_k_set_meta(b, *obj, "namespace", namespace);
	rnd_k_moved(b, acc, res);
	return 0;
}

/* GetLabels and SetLabels: every value becomes text, an empty map goes. */
static void make_texts(struct rnd_k_build *b, struct krm_map *meta, kv_str field)
{
	krm_val *v = krm_map_find(meta, field);
	krm_val texts = krm_map(b->job->arena, KRM_OF_ANY);

	if (!v)
		return;
	if (v->kind == KRM_MAP) {
		krm_map_each (v->m, e) {
			krm_val text = krm_string(b->job->arena, rnd_k_scalar_text(b, e->val));

			krm_map_set_key(b->job->arena, texts.m, e->key, text);
		}
	}
	if (krm_map_len(texts))
		*v = texts;
	else
		krm_map_del(meta, field);
}

/* A copy of the patch for one target: what CopyMergeMetaDataFieldsFrom and SetGvk make of it. A target without apiVersion is
 * given an empty one, which prints as null; the merge would drop it, so it is set afterwards. */
static int copy_for(struct rnd_k_build *b, const struct rnd_k_res *patch, const struct rnd_k_res *target,
		    krm_val *ret)
{
	krm_val meta;

	if (krm_copy(b->job, patch->r->obj, ret))
		return -1;
	if (krm_api_version(target->r->obj).n)
		krm_map_set(b->job->arena, ret->m, KV_S("apiVersion"), krm_get(target->r->obj, "apiVersion"));
	else
		krm_map_del(ret->m, KV_S("apiVersion"));
	meta = krm_get(*ret, "metadata");
	if (meta.kind != KRM_MAP)
		return 0;
	make_texts(b, meta.m, KV_S("labels"));
	make_texts(b, meta.m, KV_S("annotations"));
	rnd_k_set_meta(b, *ret, "name", meta_text(b, patch->r->obj, "name"));
	return 0;
}

/* ApplySmPatch of the resource map: to each target, and then all identities are looked at again. */
static int merge_into(struct rnd_k_build *b, struct rnd_k_acc *acc, const struct rnd_k_list *targets,
		      const struct rnd_k_res *patch)
{
	for (size_t i = 0; i < targets->n; i++) {
		krm_val copy, *obj = &targets->v[i]->r->obj;
		bool versioned = krm_api_version(*obj).n > 0;

		if (copy_for(b, patch, targets->v[i], &copy) ||
		    apply_merge(b, acc, targets->v[i], copy, patch->allow_name_change,
				patch->allow_kind_change))
			return -1;
		if (!versioned && obj->kind == KRM_MAP)
			krm_map_set(b->job->arena, obj->m, KV_S("apiVersion"), krm_nil());
	}
	return rnd_k_recheck(b, acc);
}

static int patch_own_target(struct rnd_k_build *b, struct rnd_k_acc *acc, struct rnd_k_res *patch)
{
	struct rnd_k_res *target;
	krm_val copy;

	if (rnd_k_get_by_id(b, acc, patch, &target)) {
		kv_str text = rnd_k_id_str(b->job->arena, rnd_k_org_id(patch));

		kv_note(b->job, patch->r->origin.pos, "no resource matches strategic merge patch \"%.*s\"",
			KV_ARG(text));
		return -1;
	}
	if (krm_copy(b->job, patch->r->obj, &copy))
		return -1;
	return apply_merge(b, acc, target, copy, patch->allow_name_change, patch->allow_kind_change);
}

/* --- JSON 6902 -------------------------------------------------------------------------------- */

/* A pointer into another field than metadata, which begins behind the first '/'. */
static bool is_elsewhere(krm_val pointer)
{
	kv_str path = krm_str(pointer), field = kv_str_sub(path, kv_str_chr(path, '/') + 1, path.n);

	return kv_str_chr(path, '/') != SIZE_MAX &&
	       !kv_str_eq(kv_str_sub(field, 0, kv_str_chr(field, '/')), KV_S("metadata"));
}

/* Could an operation see the records that upstream keeps in annotations? */
static bool sees_records(krm_val ops)
{
	for (size_t i = 0; i < krm_list_len(ops); i++) {
		krm_val from = krm_get(ops.l->v[i], "from");

		if (!is_elsewhere(krm_get(ops.l->v[i], "path")) || (from.kind != KRM_NIL && !is_elsewhere(from)))
			return true;
	}
	return false;
}

/* SetAnnotations: texts, and no field where there are none, not even for the build. */
static void set_annotations(struct rnd_k_build *b, struct rnd_k_res *res)
{
	krm_val meta;

	rnd_k_annotate(b, res);
	meta = krm_get(res->r->obj, "metadata");
	if (!rnd_k_has_records(res) && meta.kind == KRM_MAP && krm_map_len(krm_get(meta, "annotations")) == 0)
		krm_map_del(meta.m, KV_S("annotations"));
}

/* The records are annotations for the patch to see, but it cannot change them
 * (kioutil.GetInternalAnnotations), except for those that tell of provenance. `pos` is to blame where an operation has no place of its own. */
static int apply_json(struct rnd_k_build *b, struct rnd_k_acc *acc, kv_pos pos, struct rnd_k_res *res, krm_val ops)
{
	struct rnd_k_res saved;
	bool exposed = rnd_k_has_records(res) && sees_records(ops);

	if (krm_yaml_check(b->job, res->r->origin.pos, res->r->obj))
		return -1;
	for (size_t i = 0; i < krm_list_len(ops); i++)
		if (!ops.l->v[i].pos)
			ops.l->v[i].pos = pos;
	if (exposed)
		rnd_k_expose(b, res);
	if (krm_patch_json(b->job, &res->r->obj, ops))
		return -1;
	if (exposed) {
		saved = *res;
		res->prev = NULL;
		res->prev_cap = 0;
		rnd_k_absorb(b, res);
		saved.origin = res->origin;
		saved.transformations = res->transformations;
		saved.ntransformations = res->ntransformations;
		saved.transformations_cap = res->transformations_cap;
		*res = saved;
	}
	set_annotations(b, res);
	rnd_k_moved(b, acc, res);
	return 0;
}

/* --- patches ---------------------------------------------------------------------------------- */

/* %q */
static kv_str quoted(struct rnd_k_build *b, kv_str s)
{
	struct kv_buf out;

	kv_buf_init(&out, b->job->arena, KV_BUF_MAX);
	kv_quote_with(s, '"', false, &out);
	return kv_buf_view(&out);
}

struct loaded {
	kv_str text, name; /* the patch and how messages call it */
	kv_str source;     /* `[path: "x"]` */
	kv_pos pos;
};

static int load(struct rnd_k_build *b, krm_val config, struct loaded *ret)
{
	kv_str patch = kv_str_trim_space(krm_str(krm_get(config, "patch"))), path = krm_str(krm_get(config, "path"));

	ret->pos = krm_get(config, path.n ? "path" : "patch").pos;
	if (!patch.n && !path.n)
		return kv_error(b->job, config.pos, "must specify one of patch and path");
	if (patch.n && path.n)
		return kv_error(b->job, config.pos, "patch and path can't be set at the same time");
	if (patch.n) {
		ret->text = patch;
		ret->name = KV_S("inline patch");
		ret->source = kv_arena_cat(b->job->arena, KV_S("[patch: "), quoted(b, patch), KV_S("]"));
		return 0;
	}
	ret->name = rnd_k_display(b, path);
	ret->source = kv_arena_cat(b->job->arena, KV_S("[path: "), quoted(b, path), KV_S("]"));
	if (!rnd_k_load(b, krm_get(config, "path"), &ret->text))
		return 0;
	kv_note(b->job, ret->pos, "failed to get the patch file from path(%.*s)", KV_ARG(path));
	return -1;
}

static bool option(krm_val config, const char *name)
{
	krm_val v = krm_path(config, "options", name, NULL);

	return v.kind == KRM_BOOL && v.b;
}

static int patch_strategic(struct rnd_k_build *b, struct rnd_k_acc *acc, krm_val config,
			   const struct loaded *l)
{
	krm_val target = krm_get(config, "target");
	struct rnd_k_list patches = { 0 }, selected;

	if (rnd_k_read(b, l->name, l->text, &patches)) {
		kv_note(b->job, l->pos, "unable to parse SM or JSON patch from %.*s", KV_ARG(l->source));
		return -1;
	}
	for (size_t i = 0; i < patches.n; i++) {
		patches.v[i]->allow_name_change = option(config, "allowNameChange");
		patches.v[i]->allow_kind_change = option(config, "allowKindChange");
		/* Upstream notes it in the annotations of the patch, which are texts then, and not null. */
		if (patches.v[i]->allow_name_change || patches.v[i]->allow_kind_change)
			rnd_k_annotate(b, patches.v[i]);
	}
	if (target.kind == KRM_MAP && patches.n) {
		if (patches.n > 1)
			return kv_error(b->job, l->pos,
					"Multiple Strategic-Merge Patches in one `patches` entry is not "
					"allowed to set "
					"`patches.target` field: %.*s",
					KV_ARG(l->source));
		return rnd_k_select(b, acc, target, &selected) ? -1
							       : merge_into(b, acc, &selected, patches.v[0]);
	}
	for (size_t i = 0; i < patches.n; i++)
		if (patch_own_target(b, acc, patches.v[i]))
			return -1;
	return 0;
}

static int patch_json(struct rnd_k_build *b, struct rnd_k_acc *acc, krm_val config, const struct loaded *l,
		      krm_val ops)
{
	krm_val target = krm_get(config, "target");
	struct rnd_k_list selected;

	if (target.kind != KRM_MAP)
		return kv_error(b->job, l->pos, "must specify a target for JSON patch %.*s",
				KV_ARG(l->source));
	if (rnd_k_select(b, acc, target, &selected))
		return -1;
	for (size_t i = 0; i < selected.n; i++) {
		rnd_k_store_previous(b, selected.v[i]);
		if (apply_json(b, acc, l->pos, selected.v[i], ops)) {
			kv_note(b->job, l->pos, "from the patch %.*s", KV_ARG(l->source));
			return -1;
		}
	}
	return 0;
}

int rnd_k_patch(struct rnd_k_build *b, krm_val config, const struct rnd_k_specs *specs, struct rnd_k_acc *acc)
{
	struct loaded l;
	krm_val ops;
	kv_str error;

	(void)specs;
	if (load(b, config, &l))
		return -1;
	/* A text is one or the other: a list is no resource, an object no list of operations. Without operations
	 * ("null", comments) it counts as a strategic merge patch, which has no documents then; so does "[]". */
	if (!krm_patch_json_parse(b->job, l.name, l.text, &ops, &error)) {
		if (krm_list_len(ops))
			return patch_json(b, acc, config, &l, ops);
		if (l.text.p[0] == '[')
			return 0;
	}
	return patch_strategic(b, acc, config, &l);
}

/* --- patchesStrategicMerge -------------------------------------------------------------------- */

static int merge_documents(struct rnd_k_build *b, struct rnd_k_acc *acc, kv_str name, kv_str text, size_t *n)
{
	struct rnd_k_list patches = { 0 };

	if (rnd_k_read(b, name, text, &patches))
		return -1;
	for (size_t i = 0; i < patches.n; i++) {
		struct rnd_k_res *target;
		struct rnd_k_list one = { .v = &target, .n = 1 };

		if (rnd_k_get_by_id(b, acc, patches.v[i], &target) ||
		    merge_into(b, acc, &one, patches.v[i]))
			return -1;
	}
	*n += patches.n;
	return 0;
}

/* An entry may be the patch itself. */
static bool is_inline(struct rnd_k_build *b, kv_str entry)
{
	krm_val v;
	kv_str error;

	return kv_str_chr(entry, '\n') != SIZE_MAX ||
	       (!krm_yaml_try(b->job, entry, KRM_YAML_PLAIN, &v, &error) &&
		(v.kind == KRM_MAP || v.kind == KRM_NIL));
}

int rnd_k_patch_strategic_merge(struct rnd_k_build *b, krm_val config, const struct rnd_k_specs *specs,
				struct rnd_k_acc *acc)
{
	krm_val paths = krm_get(config, "paths"), patches = krm_get(config, "patches");
	size_t n = 0;

	(void)specs;
	if (!krm_list_len(paths) && !krm_str(patches).n)
		return kv_error(b->job, config.pos, "empty file path and empty patch content");
	for (size_t i = 0; i < krm_list_len(paths); i++) {
		kv_str entry = krm_str(paths.l->v[i]), text = entry;
		bool in_place = is_inline(b, entry);

		if (!in_place && rnd_k_load(b, paths.l->v[i], &text))
			return -1;
		if (merge_documents(b, acc, in_place ? KV_S("inline patch") : rnd_k_display(b, entry), text, &n))
			return -1;
	}
	if (krm_str(patches).n && merge_documents(b, acc, KV_S("inline patch"), krm_str(patches), &n))
		return -1;
	return n ? 0 : kv_error(b->job, config.pos, "patch appears to be empty");
}

/* --- patchesJson6902 -------------------------------------------------------------------------- */

int rnd_k_patch_json6902(struct rnd_k_build *b, krm_val config, const struct rnd_k_specs *specs,
			 struct rnd_k_acc *acc)
{
	krm_val target = krm_get(config, "target"), ops;
	kv_str path = krm_str(krm_get(config, "path")), text = krm_str(krm_get(config, "jsonOp")), error;
	kv_pos pos = krm_get(config, path.n ? "path" : "jsonOp").pos;
	struct rnd_k_list selected;

	(void)specs;
	if (!krm_str(krm_get(target, "name")).n)
		return kv_error(b->job, config.pos, "must specify the target name");
	if (!path.n && !text.n)
		return kv_error(b->job, config.pos, "empty file path and empty jsonOp");
	if (path.n && text.n)
		return kv_error(b->job, config.pos, "must specify a file path or jsonOp, not both");
	if (path.n && rnd_k_load(b, krm_get(config, "path"), &text))
		return -1;
	if (!text.n)
		return kv_error(b->job, config.pos, "patch file '%.*s' empty seems to be empty",
				KV_ARG(path));
	if (krm_patch_json_parse(b->job, path.n ? rnd_k_display(b, path) : KV_S("inline patch"), text, &ops, &error))
		return kv_error(b->job, config.pos, "decoding %.*s: %.*s", KV_ARG(text), KV_ARG(error));
	if (!krm_list_len(ops))
		return kv_error(b->job, config.pos, "patch appears to be empty; file=%.*s", KV_ARG(path));
	if (rnd_k_select(b, acc, target, &selected))
		return -1;
	for (size_t i = 0; i < selected.n; i++)
		if (apply_json(b, acc, pos, selected.v[i], ops))
			return -1;
	return 0;
}
