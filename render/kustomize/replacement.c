/* render/kustomize/replacement.c: replacements (api/filters/replacement, ReplacementTransformer). */
#include "krm/scalar.h"
#include "krm/yaml.h"
#include "render/kustomize/fields.h"
#include "render/kustomize/path.h"
#include "render/kustomize/selector.h"

static const kv_str default_path = KV_STR("metadata.name");

/* --- values ----------------------------------------------------------------------------------- */

/* What is copied: a tree, or a scalar with its text. */
struct value {
	krm_val v;
	kv_str text; /* empty for lists and maps */
	struct rnd_k_res *from; /* whose field it is as long as the replacement lasts; NULL: a value of its own */
	kv_str path;
};

struct options {
	kv_str delimiter;
	int64_t index;
	bool create;
	bool annotation; /* the field is one: it becomes a string in the end, whatever it was */
	bool is_text;    /* what is copied is a string */
	kv_pos pos;      /* of the target's path */
};

static struct options options_of(krm_val options)
{
	krm_val create = krm_get(options, "create"), index = krm_get(options, "index");

	return (struct options){
		.delimiter = krm_str(krm_get(options, "delimiter")),
		.index = index.kind == KRM_INT64 ? index.i : 0,
		.create = create.kind == KRM_BOOL && create.b,
	};
}

/* A date that was written without quotes: its value is not its text. */
static bool is_date(struct rnd_k_build *b, krm_val v, kv_str text)
{
	krm_val plain = krm_scalar_plain(b->job, text);

	return v.kind == KRM_STRING && plain.kind == KRM_STRING && !krm_scalar_is_quoted(v) &&
	       !kv_str_eq(krm_str(plain), text);
}

/* A scalar that the path made has no tag, so a text that looks like a number or a date becomes one: "0012" is 10 then. */
static krm_val untagged(struct rnd_k_build *b, kv_str text, const struct options *o)
{
	krm_val plain = krm_scalar_plain(b->job, text);
	kv_str written = krm_scalar_text(b->job, plain);

	if (o->annotation)
		return krm_string(b->job->arena, text);
	if (kv_str_eq(text, written))
		return plain;
	if (!o->is_text)
		return krm_scalar_untagged(b->job, text);
	if (b->job->keep_text)
		return krm_string(b->job->arena, text);
	kv_warn(b->job, o->pos, "kustomize writes the text \"%.*s\" as %.*s into a field that it creates; --keep-text keeps it",
		KV_ARG(text), KV_ARG(written));
	return krm_scalar_untagged(b->job, text);
}

static int cannot_decode(struct rnd_k_build *b, kv_pos pos, kv_str text, krm_val as)
{
	return kv_error(b->job, pos, "cannot decode %s `%.*s` as a %s", krm_scalar_tag(krm_scalar_plain(b->job, text)),
			KV_ARG(text), krm_scalar_tag(as));
}

/* A text under the tag of the scalar that stood there: what go-yaml makes of it when the object is printed
 * and read again. */
static int retagged(struct rnd_k_build *b, krm_val old, kv_str text, const struct options *o, krm_val *ret)
{
	krm_val plain = krm_scalar_plain(b->job, text);

	if ((old.flags & KRM_UNTAGGED) && !krm_scalar_is_quoted(old)) {
		*ret = (old.flags & KRM_EMPTY) && !text.n ? krm_string(b->job->arena, text) : untagged(b, text, o);
		return 0;
	}
	if (old.kind == KRM_STRING && !o->annotation && is_date(b, old, krm_scalar_text(b->job, old))) {
		if (!is_date(b, plain, text))
			return kv_error(b->job, old.pos, "cannot decode %s `%.*s` as a !!timestamp",
					krm_scalar_tag(plain), KV_ARG(text));
		*ret = plain;
		return 0;
	}
	if (old.flags & KRM_TYPED_TEXT && !o->annotation) {
		krm_val was = krm_scalar_plain(b->job, krm_str(old));

		if (strcmp(krm_scalar_tag(plain), krm_scalar_tag(was)) != 0)
			return cannot_decode(b, old.pos, text, was);
	}
	if (old.kind == KRM_STRING) {
		*ret = krm_string(b->job->arena, text);
		ret->style = old.style;
		ret->flags |= old.flags & KRM_TYPED_TEXT;
		return 0;
	}
	/* go-yaml takes no unsigned integer for a float. */
	if (old.kind == KRM_FLOAT && (plain.kind == KRM_INT64 || plain.kind == KRM_INT))
		plain = krm_float((double)plain.i);
	if (strcmp(krm_scalar_tag(plain), krm_scalar_tag(old)) != 0)
		return cannot_decode(b, old.pos, text, old);
	*ret = plain;
	return 0;
}

/* --- sources ---------------------------------------------------------------------------------- */

/* "ConfigMap.v1.[noGrp]/x.[noNs]:data.host" */
static kv_str source_name(struct rnd_k_build *b, struct rnd_k_id id, krm_val source)
{
	kv_str path = krm_str(krm_get(source, "fieldPath"));

	return kv_arena_cat(b->job->arena, rnd_k_id_str(b->job->arena, id), path.n ? KV_S(":") : KV_S(""),
			    path);
}

static struct rnd_k_id id_of_selector(krm_val s)
{
	return (struct rnd_k_id){
		.gvk = { krm_str(krm_get(s, "group")), krm_str(krm_get(s, "version")),
			 krm_str(krm_get(s, "kind")) },
		.name = krm_str(krm_get(s, "name")),
		.namespace = krm_str(krm_get(s, "namespace")),
	};
}

static bool is_or_was(const struct rnd_k_res *res, struct rnd_k_id selector)
{
	if (rnd_k_id_selected(rnd_k_cur_id(res), selector))
		return true;
	for (size_t i = 0; i < res->nprev; i++)
		if (rnd_k_id_selected(rnd_k_prev_id(res, i), selector))
			return true;
	return false;
}

static int find_source(struct rnd_k_build *b, struct rnd_k_acc *acc, krm_val source, struct rnd_k_res **ret)
{
	struct rnd_k_id id = id_of_selector(source);
	struct rnd_k_list list = id.name.n ? rnd_k_find_name(b, acc, id.name) : acc->list;

	*ret = NULL;
	for (size_t i = 0; i < list.n; i++) {
		if (list.v[i]->r->obj.kind != KRM_MAP || !is_or_was(list.v[i], id))
			continue;
		if (*ret)
			return kv_error(b->job, source.pos, "multiple matches for selector %.*s",
					KV_ARG(source_name(b, id, source)));
		*ret = list.v[i];
	}
	if (!*ret)
		return kv_error(b->job, source.pos, "nothing selected by %.*s",
				KV_ARG(source_name(b, id, source)));
	return 0;
}

/* One part of the source's text. */
static int refine(struct rnd_k_build *b, krm_val source, struct value *v)
{
	struct options o = options_of(krm_get(source, "options"));
	struct rnd_k_strs parts;

	if (!o.delimiter.n)
		return 0;
	v->from = NULL;
	if (!rnd_k_is_scalar(v->v))
		return kv_error(b->job, source.pos, "delimiter option can only be used with scalar nodes");
	parts = rnd_k_strs_split(b, v->text, o.delimiter);
	if (o.index < 0 || (uint64_t)o.index >= parts.n)
		return kv_error(b->job, source.pos, "options.index %lld is out of bounds for value %.*s",
				(long long)o.index, KV_ARG(v->text));
	if (parts.n == 1)
		return 0;
	v->text = parts.v[o.index];
	v->v = v->v.kind == KRM_STRING ? krm_string(b->job->arena, v->text)
				       : krm_scalar_plain(b->job, v->text);
	return 0;
}

/* Could the path see or lose the records that upstream keeps in annotations? */
static bool sees_records(const struct rnd_k_parts *path)
{
	return path->n && kv_str_eq(path->v[0], KV_S("metadata")) &&
	       (path->n == 1 || (path->n == 2 && kv_str_eq(path->v[1], KV_S("annotations"))));
}

static int read_source(struct rnd_k_build *b, struct rnd_k_acc *acc, krm_val source, struct value *ret)
{
	kv_str path = krm_str(krm_get(source, "fieldPath")), error;
	struct rnd_k_parts parts;
	struct rnd_k_res *res, *whole;
	krm_val *node;

	if (find_source(b, acc, source, &res))
		return -1;
	if (!path.n)
		path = default_path;
	rnd_k_path_split_smart(b, path, &parts);
	whole = sees_records(&parts) ? rnd_k_with_records(b, res) : res;
	if (!whole)
		return -1;
	if (rnd_k_path_get(b, &whole->r->obj, parts.v, parts.n, &node, &error))
		return kv_error(b->job, source.pos, "error looking up replacement source: %.*s",
				KV_ARG(error));
	if (!node || rnd_k_is_nil_or_empty(*node)) {
		kv_str id = rnd_k_id_str(b->job->arena, id_of_selector(source));

		return kv_error(b->job, source.pos, "fieldPath `%.*s` is missing for replacement source %.*s",
				KV_ARG(path), KV_ARG(id));
	}
	*ret = (struct value){ *node, rnd_k_scalar_text(b, *node), res, path };
	return refine(b, source, ret);
}

/* --- targets ---------------------------------------------------------------------------------- */

static int set_scalar(struct rnd_k_build *b, krm_val *node, kv_str text, const struct options *o)
{
	krm_val v = krm_string(b->job->arena, text);

	if ((!o->annotation || node->kind == KRM_STRING) && retagged(b, *node, text, o, &v))
		return -1;
	if (node->flags & KRM_SHARED) {
		*node = krm_scalar_change(b->job, &b->changes, *node, v);
		return 0;
	}
	if (v.kind == KRM_STRING && !v.pos)
		v.pos = node->pos;
	v.flags |= node->flags & KRM_UNTAGGED;
	*node = v;
	return 0;
}

static int set_target(struct rnd_k_build *b, krm_val *node, const struct value *value,
		      const struct options *o)
{
	kv_str text = value->text;
	struct rnd_k_strs parts;

	if (!o->delimiter.n)
		return rnd_k_is_scalar(*node) ? set_scalar(b, node, text, o) : krm_copy(b->job, value->v, node);
	if (!rnd_k_is_scalar(*node))
		return kv_error(b->job, node->pos, "delimiter option can only be used with scalar nodes");
	parts = rnd_k_strs_split(b, rnd_k_scalar_text(b, *node), o->delimiter);
	if (o->index >= 0 && (uint64_t)o->index < parts.n) {
		parts.v[o->index] = text;
	} else {
		rnd_k_str_push(b, &parts, text);
		if (o->index < 0) {
			memmove(&parts.v[1], &parts.v[0], (parts.n - 1) * sizeof *parts.v);
			parts.v[0] = text;
		}
	}
	return set_scalar(b, node, rnd_k_strs_join(b, &parts, o->delimiter), o);
}

static enum krm_kind kind_to_create(const struct value *value, const struct options *o)
{
	if (!o->create)
		return KRM_NIL;
	return rnd_k_is_scalar(value->v) ? KRM_STRING : (enum krm_kind)value->v.kind;
}

static int no_field(struct rnd_k_build *b, krm_val path, bool create, kv_str error)
{
	return kv_error(b->job, path.pos, "unable to find %sfield \"%.*s\" in replacement target%s%.*s",
			create ? "or create " : "", KV_ARG(krm_str(path)), error.n ? ": " : "",
			KV_ARG(error));
}

/* Where the source lies if it is a field of this resource, else NULL. */
static const krm_val *source_in(struct rnd_k_build *b, const struct rnd_k_res *res, const struct value *value)
{
	struct rnd_k_parts parts;
	krm_val *node = NULL;
	kv_str error;

	if (value->from != res)
		return NULL;
	rnd_k_path_split_smart(b, value->path, &parts);
	return rnd_k_path_get(b, &value->from->r->obj, parts.v, parts.n, &node, &error) ? NULL : node;
}

/* kustomize copies from the source's node each time: a target that is the source changes what the targets behind it get. */
static void read_again(struct rnd_k_build *b, struct value *value, const krm_val *source)
{
	if (!source)
		return;
	value->v = *source;
	value->text = rnd_k_scalar_text(b, *source);
}

static int set_parts(struct rnd_k_build *b, struct rnd_k_res *res, struct value *value, krm_val path,
		     struct rnd_k_parts parts, const struct options *o)
{
	const krm_val *source = source_in(b, res, value);
	struct rnd_k_nodes nodes;
	struct options here = *o;
	kv_str error = KV_S("");

	here.pos = path.pos;
	here.is_text = value->v.kind == KRM_STRING;
	here.annotation = parts.n == 3 && kv_str_eq(parts.v[0], KV_S("metadata")) &&
			  kv_str_eq(parts.v[1], KV_S("annotations"));
	if (rnd_k_set_in_text(b, &res->r->obj, &parts, value->v, value->text, kind_to_create(value, o))) {
		read_again(b, value, source);
		return 0;
	}
	if (rnd_k_path_match(b, &res->r->obj, parts.v, parts.n, kind_to_create(value, o), &nodes, &error) ||
	    !(nodes.n + nodes.lost))
		return no_field(b, path, o->create, error);
	source = source_in(b, res, value);
	for (size_t i = 0; i < nodes.n; i++) {
		if (set_target(b, nodes.v[i], value, &here))
			return -1;
		read_again(b, value, source);
	}
	return krm_shared_changes_apply(b->job, &b->changes, &res->r->obj);
}

static int set_path(struct rnd_k_build *b, struct rnd_k_res *res, struct value *value, krm_val path,
		    const struct options *o)
{
	struct rnd_k_parts parts;
	bool exposed;

	rnd_k_path_split_smart(b, krm_str(path), &parts);
	exposed = sees_records(&parts);
	if (exposed)
		rnd_k_expose(b, res);
	if (set_parts(b, res, value, path, parts, o))
		return -1;
	if (exposed)
		rnd_k_absorb(b, res);
	return 0;
}

struct target {
	struct rnd_k_selector select;
	struct rnd_k_selector *reject;
	bool *rejects_by_id; /* a reject entry without any id part looks at labels and annotations only */
	size_t nreject;
	krm_val paths; /* LIST of STRING */
	struct options options;
};

static bool has_id_part(krm_val selector)
{
	static const char *const fields[] = { "group", "version", "kind", "name", "namespace" };

	for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
		if (krm_str(krm_get(selector, fields[i])).n)
			return true;
	return false;
}

static int compile_target(struct rnd_k_build *b, krm_val config, struct target *ret)
{
	krm_val select = krm_get(config, "select"), reject = krm_get(config, "reject");
	size_t n = krm_list_len(reject);

	*ret = (struct target){ .options = options_of(krm_get(config, "options")), .nreject = n };
	if (select.kind != KRM_MAP)
		return kv_error(b->job, config.pos, "target must specify resources to select");
	if (rnd_k_selector_compile(b, select, &ret->select))
		return -1;
	ret->reject = KV_NEW_N(b->job->arena, struct rnd_k_selector, n);
	ret->rejects_by_id = KV_NEW_N(b->job->arena, bool, n);
	for (size_t i = 0; i < n; i++) {
		if (rnd_k_selector_compile(b, reject.l->v[i], &ret->reject[i]))
			return -1;
		ret->rejects_by_id[i] = has_id_part(reject.l->v[i]);
	}
	ret->paths = krm_get(config, "fieldPaths");
	if (!krm_list_len(ret->paths)) {
		ret->paths = krm_list(b->job->arena, KRM_OF_ANY);
		krm_list_push(b->job->arena, ret->paths.l, krm_string(b->job->arena, default_path));
	}
	return 0;
}

/* Does the selector match the current identity or an earlier one? */
static bool any_id(struct rnd_k_build *b, const struct rnd_k_selector *s, const struct rnd_k_res *res)
{
	if (rnd_k_selector_id(b, s, rnd_k_cur_id(res)))
		return true;
	for (size_t i = 0; i < res->nprev; i++)
		if (rnd_k_selector_id(b, s, rnd_k_prev_id(res, i)))
			return true;
	return false;
}

static bool is_target(struct rnd_k_build *b, const struct target *t, const struct rnd_k_res *res)
{
	krm_val obj = res->r->obj;

	if (obj.kind != KRM_MAP || !rnd_k_selector_meta(b, &t->select, obj))
		return false;
	for (size_t i = 0; i < t->nreject; i++) {
		const struct rnd_k_selector *r = &t->reject[i];

		if (rnd_k_selector_has_meta(r) && rnd_k_selector_meta(b, r, obj))
			return false;
		if (t->rejects_by_id[i] && any_id(b, r, res))
			return false;
	}
	return any_id(b, &t->select, res);
}

static int apply_target(struct rnd_k_build *b, struct rnd_k_acc *acc, struct value *value,
			krm_val config)
{
	struct target t;
	struct rnd_k_list list;

	if (compile_target(b, config, &t))
		return -1;
	list = rnd_k_selector_candidates(b, acc, &t.select);
	for (size_t i = 0; i < list.n; i++) {
		if (!is_target(b, &t, list.v[i]))
			continue;
		for (size_t j = 0; j < t.paths.l->n; j++)
			if (set_path(b, list.v[i], value, t.paths.l->v[j], &t.options))
				return -1;
		rnd_k_moved(b, acc, list.v[i]);
	}
	return 0;
}

static const char incomplete[] = "replacements must specify a source and at least one target";

static int apply(struct rnd_k_build *b, struct rnd_k_acc *acc, krm_val r)
{
	krm_val source = krm_get(r, "source"), text = krm_get(r, "sourceValue"),
		targets = krm_get(r, "targets");
	struct value value;

	if ((source.kind != KRM_MAP && text.kind != KRM_STRING) || targets.kind != KRM_LIST)
		return kv_error(b->job, r.pos, "%s", incomplete);
	if (source.kind == KRM_MAP && text.kind == KRM_STRING)
		return kv_error(b->job, r.pos, "value and resource selectors are mutually exclusive");
	if (text.kind == KRM_STRING)
		value = (struct value){ krm_scalar_untagged(b->job, krm_str(text)), krm_str(text), NULL, KV_STR("") };
	else if (read_source(b, acc, source, &value))
		return -1;
	for (size_t i = 0; i < targets.l->n; i++)
		if (apply_target(b, acc, &value, targets.l->v[i]))
			return -1;
	return 0;
}

/* --- the step --------------------------------------------------------------------------------- */

/* A file holds one replacement or a list of them. */
static int apply_file(struct rnd_k_build *b, struct rnd_k_acc *acc, krm_val path)
{
	krm_val v, decoded;
	kv_str text;

	if (rnd_k_load(b, path, &text) ||
	    krm_yaml_read(b->job, rnd_k_display(b, krm_str(path)), text, KRM_YAML_HELM, &v))
		return -1;
	if (v.kind != KRM_LIST && v.kind != KRM_MAP)
		return kv_error(b->job, path.pos,
				"unsupported replacement type encountered within replacement path: %s",
				krm_kind_name(v));
	for (size_t i = 0; i < (v.kind == KRM_LIST ? v.l->n : 1); i++)
		if (rnd_k_decode(b, v.kind == KRM_LIST ? v.l->v[i] : v, &rnd_k_types[RND_K_TYPE_REPLACEMENT],
				 RND_K_CONVERT, "", &decoded) ||
		    apply(b, acc, decoded))
			return -1;
	return 0;
}

int rnd_k_replacements(struct rnd_k_build *b, krm_val config, const struct rnd_k_specs *specs,
		       struct rnd_k_acc *acc)
{
	krm_val list = krm_get(config, "replacements");

	(void)specs;
	for (size_t i = 0; i < krm_list_len(list); i++) {
		krm_val r = list.l->v[i], path = krm_get(r, "path");

		if (krm_str(path).n && (krm_has(r, "source") || krm_list_len(krm_get(r, "targets"))))
			return kv_error(b->job, r.pos, "cannot specify both path and inline replacement");
		/* An empty list does not survive the way into the step's configuration. */
		if (!krm_str(path).n && !krm_list_len(krm_get(r, "targets")))
			return kv_error(b->job, r.pos, "%s", incomplete);
		if (krm_str(path).n ? apply_file(b, acc, path) : apply(b, acc, r))
			return -1;
	}
	return 0;
}
