/* krm/resource_read.c: resources from texts and back, as kustomize reads and prints them
 * (kyaml/kio/byteio_reader.go, api/resource/factory.go). */
#include "base/digest.h"
#include "krm/resource.h"
#include "krm/yaml.h"

struct reader {
	struct kv_job *job;
	struct krm_origin origin;
	struct krm_resources *out;
	unsigned how;
};

static bool ends_in_list(kv_str kind)
{
	return kv_str_ends(kind, KV_S("List"));
}

static bool is_null(krm_val v)
{
	return v.kind == KRM_NIL;
}

static bool says_something(krm_val v)
{
	return !is_null(v) && v.kind < KRM_LIST && (v.kind != KRM_STRING || krm_str(v).n);
}

int krm_resource_check(struct kv_job *job, krm_val obj)
{
	krm_val kind = krm_get(obj, "kind"), name = krm_path(obj, "metadata", "name", NULL);

	if (obj.kind != KRM_MAP || (is_null(kind) && is_null(krm_get(obj, "apiVersion")) &&
				    krm_map_len(krm_get(obj, "metadata")) == 0))
		return kv_error(job, obj.pos, "missing Resource metadata");
	if (!says_something(kind))
		return kv_error(job, obj.pos, "missing kind in object");
	if (ends_in_list(krm_kind(obj)))
		return 0;
	if (!says_something(name))
		return kv_error(job, obj.pos, "missing metadata.name in object");
	return 0;
}

static void push(struct reader *r, krm_val obj)
{
	struct krm_origin origin = r->origin;

	if (obj.pos)
		origin.pos = obj.pos;
	krm_resources_push(r->job->arena, r->out, krm_resource_new(r->job->arena, obj, origin));
}

static bool is_empty(krm_val v)
{
	return v.kind == KRM_NIL || (v.kind == KRM_MAP && krm_map_len(v) == 0) ||
	       (v.kind == KRM_LIST && krm_list_len(v) == 0) || (v.kind == KRM_STRING && krm_str(v).n == 0);
}

/* Two objects that differ must not get one name, and the same object always the same. */
#define NAME_DIGITS 10

static void name_generated(struct reader *r, krm_val obj)
{
	krm_val metadata = krm_get(obj, "metadata");
	kv_str prefix = krm_str(krm_get(metadata, "generateName")), error;
	struct kv_buf text;

	if (!prefix.n || !is_null(krm_get(metadata, "name")))
		return;
	kv_buf_init(&text, r->job->arena, KV_BUF_MAX);
	if (krm_yaml_write(r->job, obj, &text, &error) < 0)
		return;
	kv_str digest = kv_digest_hex(r->job->arena, KV_SHA256, kv_buf_view(&text));
	kv_str name = kv_arena_cat(r->job->arena, prefix, kv_str_sub(digest, 0, NAME_DIGITS));
	krm_map_set(r->job->arena, metadata.m, KV_S("name"), krm_string(r->job->arena, name));
}

static int add_checked(struct reader *r, struct krm_list *queue, krm_val obj)
{
	if (is_empty(obj))
		return 0;
	if (r->how & KRM_READ_NAMES)
		name_generated(r, obj);
	if (krm_resource_check(r->job, obj) < 0)
		return -1;
	krm_list_push(r->job->nested, queue, obj);
	return 0;
}

/* A kind of a custom API that ends in List and holds something else than objects: kustomize refuses it. */
static bool is_no_list(krm_val obj, krm_val items)
{
	if (kv_str_chr(krm_gvk_of(obj).group, '.') == SIZE_MAX || !krm_name(obj).n)
		return false;
	for (size_t i = 0; i < krm_list_len(items); i++)
		if (krm_kind(items.l->v[i]).n == 0)
			return true;
	return items.kind != KRM_LIST && items.kind != KRM_NIL;
}

/* What is left of a tree that went through JSON: no comments, no spellings, every string in quotes. */
static int as_from_json(struct kv_job *job, krm_val *v, size_t depth)
{
	if (depth > job->limits.depth)
		return kv_error(job, v->pos, "nested too deeply (limit %zu)", job->limits.depth);
	if (v->flags & KRM_EMPTY)
		*v = krm_nil();
	v->flags &= (uint16_t)~(KRM_TAGGED | KRM_UNTAGGED | KRM_TYPED_TEXT);
	v->style = v->kind == KRM_STRING ? KRM_STYLE_DOUBLE : KRM_STYLE_ANY;
	for (size_t i = 0; i < krm_list_len(*v); i++)
		if (as_from_json(job, &v->l->v[i], depth + 1) < 0)
			return -1;
	if (v->kind == KRM_MAP)
		krm_map_each (v->m, e) {
			e->key.pos = 0;
			if (as_from_json(job, &e->val, depth + 1) < 0)
				return -1;
		}
	if (v->kind < KRM_LIST && v->kind != KRM_STRING)
		v->pos = 0;
	return 0;
}

/* inlineAnyEmbeddedLists: the items of a FooList go to the end of the queue. A kind of that name without
 * items is an object like any other. */
static int inline_lists(struct reader *r, struct krm_list *queue)
{
	for (size_t i = 0; i < queue->n; i++) {
		krm_val obj = queue->v[i], *items;

		items = ends_in_list(krm_kind(obj)) ? krm_map_find(obj.m, KV_S("items")) : NULL;
		if (!items || ((r->how & KRM_READ_LENIENT) && is_no_list(obj, *items))) {
			push(r, obj);
			continue;
		}
		if (krm_yaml_check(r->job, obj.pos, obj) < 0)
			return -1;
		if (items->kind != KRM_LIST && items->kind != KRM_NIL)
			return kv_error(r->job, items->pos, "expected array in %.*s/items, but found %s",
					KV_ARG(krm_kind(obj)), krm_kind_name(*items));
		for (size_t j = 0; j < krm_list_len(*items); j++)
			if (as_from_json(r->job, &items->l->v[j], 0) < 0 ||
			    add_checked(r, queue, items->l->v[j]) < 0)
				return -1;
	}
	return 0;
}

/* A text that is one document of kind List or ResourceList, without separators, is opened before anything else is looked at. */
static bool is_wrapper(krm_val doc)
{
	kv_str kind = krm_kind(doc);

	return (kv_str_eq(kind, KV_S("List")) || kv_str_eq(kind, KV_S("ResourceList"))) &&
	       (krm_has(doc, "items") || krm_has(doc, "functionConfig"));
}

int krm_resources_read(struct kv_job *job, kv_str name, kv_str text, struct krm_origin origin, unsigned how,
		       struct krm_resources *ret)
{
	struct reader r = { job, origin, ret, how };
	struct krm_list queue = { 0 };
	struct kv_arena_mark mark = kv_arena_mark(job->nested);
	krm_val *docs;
	size_t n;
	int status = 0;

	if (krm_yaml_read_all(job, name, text, KRM_YAML_KUSTOMIZE, &docs, &n) < 0)
		return -1;
	if (n == 1 && is_wrapper(docs[0]) && !krm_yaml_is_split(text)) {
		/* Which of the items is meant is not known any more. */
		if (krm_yaml_check_document(job, docs[0].pos) < 0)
			return -1;
		krm_val items = krm_get(docs[0], "items");

		n = krm_list_len(items);
		docs = n ? items.l->v : NULL;
	}
	for (size_t i = 0; i < n && status == 0; i++)
		status = add_checked(&r, &queue, docs[i]);
	if (status == 0)
		status = inline_lists(&r, &queue);
	kv_arena_release(job->nested, mark);
	return status;
}

bool krm_resources_are_printable(const struct kv_job *job, const struct krm_resources *list)
{
	if (job->nlate || job->doubtful)
		return false;
	for (size_t i = 0; i < list->n; i++)
		if (!krm_yaml_is_printable(job, list->v[i]->obj))
			return false;
	return true;
}

int krm_resources_write(struct kv_job *job, const struct krm_resources *list, struct kv_buf *out)
{
	for (size_t i = 0; i < list->n; i++) {
		kv_str error;

		if (i)
			kv_buf_lit(out, "---\n");
		if (krm_yaml_check(job, list->v[i]->origin.pos, list->v[i]->obj) < 0)
			return -1;
		if (krm_yaml_write(job, list->v[i]->obj, out, &error) < 0) {
			kv_error(job, list->v[i]->origin.pos, "%.*s", KV_ARG(error));
			if (kv_str_has(error, KV_S("control characters")))
				kv_note(job, 0, "--keep-text prints them");
			return -1;
		}
	}
	if (kv_buf_over(out))
		return kv_error(job, 0, "too many bytes of output (limit %zu)", out->limit);
	return 0;
}
