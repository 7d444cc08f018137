/* tree/config_map.c: other forms of a functionConfig: of kind ConfigMap, which is all that `kpt fn eval -- key=value` can send, and
 * below `spec`. */
#include "base/num.h"
#include "krm/yaml.h"
#include "tree/config_fields.h"

/* A path this long is none. */
#define PATH_PARTS 32

struct spelling {
	struct kv_job *job;
	kv_pos pos; /* of the data's key */
	kv_str key;
	size_t nkeys; /* of the data: no list has more items */
};

/* "a,b" or one a line, blanks around them not counted. */
static krm_val texts(struct kv_arena *a, kv_str text, kv_pos pos)
{
	krm_val list = krm_list(a, KRM_OF_ANY);
	const char *between = kv_str_has(text, KV_S("\n")) ? "\n" : ",";
	list.pos = pos;
	for (bool more = true; more;) {
		size_t end = kv_str_chr(text, *between);
		kv_str part = kv_str_trim(kv_str_sub(text, 0, end), " \t\r");
		krm_val item = krm_string(a, part);
		item.pos = pos;
		if (part.n)
			krm_list_push(a, list.l, item);
		more = end != SIZE_MAX;
		text = more ? kv_str_sub(text, end + 1, text.n) : text;
	}
	return list;
}

/* What the text of a value means to the field it is for. */
static int leaf(struct spelling *s, const struct tree_field *f, krm_val v, krm_val *ret)
{
	*ret = v;
	if (!f || v.kind != KRM_STRING || f->shape == TREE_TEXT)
		return 0;
	if (f->shape == TREE_FLAG && (krm_is_str(v, "true") || krm_is_str(v, "false"))) {
		*ret = krm_bool(krm_is_str(v, "true"));
		ret->pos = v.pos;
	}
	if (f->shape == TREE_FLAG)
		return 0;
	bool yaml = kv_str_starts(krm_str(v), KV_S("[")) || kv_str_starts(krm_str(v), KV_S("- "));
	if (f->shape == TREE_TEXTS && !yaml) {
		*ret = texts(s->job->arena, krm_str(v), v.pos);
		return 0;
	}
	return krm_yaml_read(s->job, kv_arena_printf(s->job->arena, "data.%.*s", KV_ARG(s->key)), krm_str(v),
			     KRM_YAML_KUSTOMIZE, ret);
}

/* The item of a list that a part of a path names. Hosts sort keys by bytes, so number 10 comes before 2. */
static int list_slot(struct spelling *s, krm_val list, kv_str part, krm_val **ret)
{
	int64_t index;
	if (kv_num_parse_int(part, 10, &index) != KV_NUM_OK || index < 0)
		return kv_error(s->job, s->pos, "\"%.*s\": expected a number instead of \"%.*s\"",
				KV_ARG(s->key), KV_ARG(part));
	if ((uint64_t)index >= s->nkeys)
		return kv_error(s->job, s->pos, "\"%.*s\": the index %.*s is larger than the number of keys", KV_ARG(s->key),
				KV_ARG(part));
	while ((uint64_t)index >= list.l->n)
		krm_list_push(s->job->arena, list.l, krm_nil());
	*ret = &list.l->v[index];
	return 0;
}

static krm_val *map_slot(struct spelling *s, krm_val map, kv_str part)
{
	if (!krm_map_find(map.m, part)) {
		krm_val key = krm_string(s->job->arena, part);
		key.pos = s->pos;
		krm_map_set_key(s->job->arena, map.m, key, krm_nil());
	}
	return krm_map_find(map.m, part);
}

/* One part further down a path: *slot becomes what it names, made if it is new. */
static int descend(struct spelling *s, kv_str part, bool in_list, krm_val **slot)
{
	enum krm_kind wanted = in_list ? KRM_LIST : KRM_MAP;
	if ((*slot)->kind == KRM_NIL) {
		**slot = in_list ? krm_list(s->job->arena, KRM_OF_ANY) : krm_map(s->job->arena, KRM_OF_ANY);
		(*slot)->pos = s->pos;
	}
	if ((*slot)->kind != wanted)
		return kv_error(s->job, s->pos, "\"%.*s\" does not fit the keys before it", KV_ARG(s->key));
	if (in_list)
		return list_slot(s, **slot, part, slot);
	*slot = map_slot(s, **slot, part);
	return 0;
}

/* path = field { "." ( index | field ) }. What follows a field without rows of its own is a key like any other. */
static int place(struct spelling *s, krm_val root, krm_val v)
{
	const struct tree_fields *rows = &tree_config_fields;
	const struct tree_field *f = NULL;
	bool in_list = false;
	kv_str rest = s->key;
	krm_val *slot = &root;
	for (size_t i = 0; rest.n; i++) {
		size_t dot = f && f->shape == TREE_LABELS ? SIZE_MAX : kv_str_chr(rest, '.');
		kv_str part = kv_str_sub(rest, 0, dot);
		if (i == PATH_PARTS)
			return kv_error(s->job, s->pos, "the path \"%.*s\" is too long", KV_ARG(s->key));
		if (descend(s, part, in_list, &slot) < 0)
			return -1;
		if (in_list) {
			in_list = false;
			f = NULL;
		} else {
			f = rows ? tree_field_find(rows, TREE_IN_VENDOR | TREE_IN_FUNCTION, part) : NULL;
			rows = f ? f->rows : NULL;
			in_list = f && (f->shape == TREE_MANY || f->shape == TREE_LIST);
		}
		rest = dot == SIZE_MAX ? KV_S("") : kv_str_sub(rest, dot + 1, rest.n);
	}
	if (slot->kind != KRM_NIL)
		return kv_error(s->job, s->pos, "\"%.*s\" is given twice", KV_ARG(s->key));
	return leaf(s, f, v, slot);
}

/* A functionConfig of kind ConfigMap becomes the Vendor it spells: each key of `data` is a field or a path to
 * one ("targets.0.directory"), each value the text of a string, of a flag, of a list of strings (divided by commas or
 * line feeds), or YAML. Any other document stays. */
static int read_config_map(struct kv_job *job, krm_val *doc)
{
	krm_val data = krm_get(*doc, "data"), vendor = krm_map(job->arena, KRM_OF_ANY);
	int failed = 0;
	if (!krm_is_str(krm_get(*doc, "kind"), "ConfigMap") || !krm_is_str(krm_get(*doc, "apiVersion"), "v1"))
		return 0;
	vendor.pos = doc->pos;
	krm_map_set_c(job->arena, vendor.m, "apiVersion", krm_string_c(job->arena, "kvendor.dev/v1alpha1"));
	krm_map_set_c(job->arena, vendor.m, "kind", krm_string_c(job->arena, "Vendor"));
	if (krm_has(*doc, "metadata"))
		krm_map_set_c(job->arena, vendor.m, "metadata", krm_get(*doc, "metadata"));
	if (data.kind != KRM_MAP && data.kind != KRM_NIL)
		return kv_error(job, data.pos, "data of a ConfigMap is a mapping");
	for (size_t i = 0; data.kind == KRM_MAP && i < data.m->n; i++) {
		struct krm_entry *e = &data.m->e[i];
		struct spelling s = { job, e->key.pos, krm_str(e->key), krm_map_len(data) };
		if (e->key.kind != KRM_NKINDS && place(&s, vendor, e->val) < 0)
			failed = -1;
	}
	*doc = vendor;
	return failed;
}

/* Some hosts' users write the fields of a functionConfig below `spec`: they count as if they stood at the top. */
static int lift_spec(struct kv_job *job, krm_val *doc)
{
	krm_val spec = krm_get(*doc, "spec"), lifted = krm_map(job->arena, KRM_OF_ANY);
	if (spec.kind != KRM_MAP)
		return 0;
	lifted.pos = doc->pos;
	krm_map_each (doc->m, e)
		if (!krm_is_str(e->key, "spec"))
			krm_map_set_key(job->arena, lifted.m, e->key, e->val);
	krm_map_each (spec.m, e) {
		if (krm_map_find(lifted.m, krm_str(e->key)))
			return kv_error(job, e->key.pos, "\"%.*s\" is here and at the top",
					KV_ARG(krm_str(e->key)));
		krm_map_set_key(job->arena, lifted.m, e->key, e->val);
	}
	*doc = lifted;
	return 0;
}

int tree_config_normal(struct kv_job *job, krm_val *doc)
{
	return read_config_map(job, doc) < 0 ? -1 : lift_spec(job, doc);
}
