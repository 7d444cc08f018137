/* tree/config_selectors.c: selectors, and filters made of them. */
#include "tree/config_read.h"

enum { VENDOR = TREE_IN_VENDOR, ALL = TREE_IN_V1 | TREE_IN_V2 | VENDOR };

int tree_read_pattern(struct tree_reader *r, krm_val v, kv_str *ret)
{
	if (tree_read_string(r, v, ret) < 0)
		return -1;
	return r->kind == TREE_VENDOR ? flt_pattern_check(r->job, v.pos, *ret) : 0;
}

#define SELECTOR_STRING(field)                                                                               \
	static int selector_##field(struct tree_reader *r, krm_val v, void *into)                            \
	{                                                                                                    \
		return tree_read_pattern(r, v, &((struct flt_selector *)into)->field);                       \
	}
SELECTOR_STRING(kind)
SELECTOR_STRING(api_version)
SELECTOR_STRING(group)
SELECTOR_STRING(version)
SELECTOR_STRING(name)
SELECTOR_STRING(namespace)

static int read_labels(struct tree_reader *r, krm_val v, struct flt_label **ret, size_t *ret_n)
{
	if (v.kind == KRM_NIL)
		return 0;
	if (v.kind != KRM_MAP)
		return tree_wrong(r, v, "a mapping");
	struct flt_label *labels = KV_NEW_N(r->job->arena, struct flt_label, krm_map_len(v));
	size_t n = 0;
	int failed = 0;
	krm_map_each (v.m, e) {
		if (tree_enter(r, e->key.pos) < 0)
			return -1;
		labels[n].key = krm_str(e->key);
		krm_val value = e->val;
		if (value.pos == 0)
			value.pos = e->key.pos;
		if (tree_read_pattern(r, value, &labels[n++].value) < 0)
			failed = -1;
	}
	*ret = labels;
	*ret_n = n;
	return failed;
}

static int selector_labels(struct tree_reader *r, krm_val v, void *into)
{
	struct flt_selector *s = into;
	return read_labels(r, v, &s->labels, &s->nlabels);
}

static int selector_annotations(struct tree_reader *r, krm_val v, void *into)
{
	struct flt_selector *s = into;
	return read_labels(r, v, &s->annotations, &s->nannotations);
}

static const struct tree_field selector_metadata_fields[] = {
	{ "name", ALL, selector_name, .shape = TREE_TEXT },
	{ "namespace", ALL, selector_namespace, .shape = TREE_TEXT },
	{ "labels", ALL, selector_labels, .shape = TREE_LABELS },
	{ "annotations", VENDOR, selector_annotations, .shape = TREE_LABELS },
};
static const struct tree_fields selector_metadata_rows = TREE_FIELDS(selector_metadata_fields);

static int selector_metadata(struct tree_reader *r, krm_val v, void *into)
{
	if (v.kind == KRM_NIL)
		return 0;
	return tree_read_fields(r, v, selector_metadata_fields, KV_COUNT(selector_metadata_fields), into);
}

static const struct tree_field selector_fields[] = {
	{ "kind", ALL, selector_kind, .shape = TREE_TEXT },
	{ "apiVersion", ALL, selector_api_version, .shape = TREE_TEXT },
	{ "group", VENDOR, selector_group, .shape = TREE_TEXT },
	{ "version", VENDOR, selector_version, .shape = TREE_TEXT },
	{ "metadata", ALL, selector_metadata, .shape = TREE_ONE, .rows = &selector_metadata_rows },
};
const struct tree_fields tree_selector_rows = TREE_FIELDS(selector_fields);

static bool has_condition(const struct flt_selector *s)
{
	return s->kind.n || s->api_version.n || s->group.n || s->version.n || s->name.n || s->namespace.n ||
	       s->nlabels || s->nannotations;
}

int tree_read_selector(struct tree_reader *r, krm_val v, void *into)
{
	struct flt_selector *s = into;
	s->pos = v.pos;
	s->match = r->kind == TREE_VENDOR ? FLT_MATCH_PATTERNS : FLT_MATCH_EXACT;
	if (v.kind != KRM_NIL && tree_read_fields(r, v, selector_fields, KV_COUNT(selector_fields), s) < 0)
		return -1;
	if (has_condition(s))
		return 0;
	kv_error(r->job, v.pos, "empty selector: it would match every resource");
	kv_note(r->job, 0, "give it a kind, an apiVersion or metadata");
	return -1;
}

/* --- filters ----------------------------------------------------------------------------------- */

static int filter_include(struct tree_reader *r, krm_val v, void *into)
{
	struct flt_select *f = into;
	return tree_read_list(r, v, sizeof *f->include, tree_read_selector, &f->include, &f->ninclude);
}

static int filter_exclude(struct tree_reader *r, krm_val v, void *into)
{
	struct flt_select *f = into;
	return tree_read_list(r, v, sizeof *f->exclude, tree_read_selector, &f->exclude, &f->nexclude);
}

static const struct tree_field filter_fields[] = {
	{ "include", ALL, filter_include, .shape = TREE_MANY, .rows = &tree_selector_rows,
	  .help = "Keep only what one of these selects; empty: everything." },
	{ "exclude", ALL, filter_exclude, .shape = TREE_MANY, .rows = &tree_selector_rows,
	  .help = "Of that, leave out what one of these selects." },
};
const struct tree_fields tree_filter_rows = TREE_FIELDS(filter_fields);

int tree_read_filter(struct tree_reader *r, krm_val v, struct flt_select *ret)
{
	if (v.kind == KRM_NIL)
		return 0;
	int failed = tree_read_fields(r, v, filter_fields, KV_COUNT(filter_fields), ret);
	ret->has_include = ret->ninclude > 0;
	return failed;
}
