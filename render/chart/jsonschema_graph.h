/* render/chart/jsonschema_graph.h: a compiled schema, what the files jsonschema_*.c share. */
#ifndef RENDER_CHART_JSONSCHEMA_GRAPH_H
#define RENDER_CHART_JSONSCHEMA_GRAPH_H

#include "base/map.h"
#include "base/re.h"
#include "render/chart/jsonschema.h"

/* --- numbers: exact decimals, digits * 10^exp ------------------------------------------------------------- */

struct js_number {
	kv_str text;   /* as written */
	kv_str digits; /* without zeros at either end; empty: the number is 0 */
	int64_t exp;
	bool negative;
};

/* False if the value is no number. */
bool js_number_of(struct kv_job *job, krm_val v, struct js_number *ret);
int js_number_cmp(const struct js_number *a, const struct js_number *b);
bool js_number_is_int(const struct js_number *n);
bool js_number_is_multiple(const struct js_number *n, const struct js_number *of);
/* As x/text's English printer prints a float: 1,234.5 and 1x10^06 with raised digits. */
void js_number_print(const struct js_number *n, struct kv_buf *out);
void js_count_print(int64_t n, struct kv_buf *out);

/* --- values ----------------------------------------------------------------------------------------------- */

enum js_type {
	JS_NULL = 1,
	JS_BOOLEAN = 2,
	JS_NUMBER = 4,
	JS_INTEGER = 8,
	JS_STRING = 16,
	JS_ARRAY = 32,
	JS_OBJECT = 64
};
enum js_type js_type_of(krm_val v);
const char *js_type_name(enum js_type t);
bool js_equal(struct kv_job *job, krm_val a, krm_val b);

/* --- locations -------------------------------------------------------------------------------------------- */

/* A URL, absolute where it is a document's. */
struct js_url_ref {
	kv_str url;      /* without fragment */
	kv_str fragment; /* decoded */
};

/* url.join(ref). *ret_error: upstream's text. */
KV_MUST int js_url_join(struct kv_job *job, kv_str base, kv_str ref, struct js_url_ref *ret,
			kv_str *ret_error);
/* A pointer one token longer; the token is escaped. */
kv_str js_pointer_add(struct kv_job *job, kv_str pointer, kv_str token);
kv_str js_pointer_escape(struct kv_job *job, kv_str token);
/* The value a pointer leads to. False: malformed or nothing there (*ret_malformed). */
bool js_pointer_find(struct kv_job *job, krm_val doc, kv_str pointer, krm_val *ret, bool *ret_malformed);
/* "url#encoded/pointer" */
kv_str js_location(struct kv_job *job, kv_str url, kv_str pointer);

/* --- formats ---------------------------------------------------------------------------------------------- */

/* Checks a string. An empty text: it is fine; else the reason. */
typedef kv_str js_format_fn(struct kv_job *job, kv_str s);
/* NULL for an unknown format. */
js_format_fn *js_format_find(kv_str name);

/* --- documents -------------------------------------------------------------------------------------------- */

/* A part of a document with an id of its own; the document itself is one. */
struct js_resource {
	kv_str pointer;
	kv_str id;
	int draft;             /* 4, 6, 7, 2019, 2020 */
	struct kv_map anchors; /* name to struct js_anchor */
};

struct js_anchor {
	kv_str pointer;
	bool dynamic;
};

struct js_document {
	kv_str url;
	krm_val doc;
	struct kv_map resources; /* by pointer */
	struct kv_map by_id;
	struct kv_map processed; /* pointers of known subschemas */
};

/* The resource a pointer lies in. */
struct js_resource *js_resource_at(const struct js_document *d, kv_str pointer);

/* --- the graph -------------------------------------------------------------------------------------------- */

struct js_schemas {
	struct js_schema **v;
	size_t n;
	bool set;
};

struct js_pattern {
	const struct kv_re *re;
	struct js_schema *schema;
};

struct js_dependency {
	kv_str name;
	krm_val required; /* LIST of names, or NIL: a schema */
	struct js_schema *schema;
};

struct js_dependencies {
	struct js_dependency *v;
	size_t n, cap;
};

/* true, false, or a schema */
struct js_additional {
	bool set, is_bool, allowed;
	struct js_schema *schema;
};

struct js_bound {
	bool set;
	struct js_number n;
};

struct js_count {
	bool set;
	int64_t n;
};

struct js_schema {
	struct js_document *document;
	kv_str pointer, location;
	int draft;
	struct js_schema *resource;
	struct kv_map dynamic_anchors; /* of a resource: name to schema */
	bool all_props, all_items;     /* evaluated whatever happens */
	size_t items_evaluated;

	bool is_bool, allowed;
	struct js_schema *ref, *recursive_ref, *dynamic_ref;
	bool recursive_anchor;
	kv_str dynamic_ref_anchor, dynamic_anchor;
	unsigned types;
	krm_val enumeration; /* LIST or NIL */
	krm_val *constant;
	struct js_schema * not, *if_, *then, *else_;
	struct js_schemas all_of, any_of, one_of;
	kv_str format_name;
	js_format_fn *format;

	struct js_count max_properties, min_properties;
	krm_val required;
	struct js_schema *property_names;
	struct kv_map *properties;
	struct js_pattern *patterns;
	size_t npatterns;
	struct js_additional additional_properties;
	struct js_dependencies dependencies, dependent_required, dependent_schemas;
	struct js_schema *unevaluated_properties;

	struct js_count min_items, max_items, min_contains, max_contains;
	bool unique_items;
	struct js_schema *contains, *items_one, *items_2020, *unevaluated_items;
	struct js_schemas items_list, prefix_items;
	struct js_additional additional_items;

	struct js_count min_length, max_length;
	const struct kv_re *pattern;
	kv_str pattern_text;

	struct js_bound maximum, minimum, exclusive_maximum, exclusive_minimum, multiple_of;
};

/* Compiles schemas of documents, each document and schema once. */
struct js_compiler {
	struct kv_job *job;
	struct kv_map documents; /* by URL */
	struct kv_map schemas;   /* by location */
	struct js_schema **queue;
	size_t nqueue, queue_cap;
	size_t compiled; /* of the queue */
	struct js_compiler
		*meta; /* the metaschemas' own, so that checking a schema does not compile others */
	kv_str error;
};

int js_fail(struct js_compiler *c, kv_str error);
/* The document, loaded and checked against its metaschema if need be. */
KV_MUST int js_document_get(struct js_compiler *c, kv_str url, struct js_document **ret);
/* Adds a document under its URL before it is asked for. */
void js_document_add(struct js_compiler *c, kv_str url, krm_val doc);
/* Where a fragment leads to in a resource: a pointer of the document. */
KV_MUST int js_document_resolve(struct js_compiler *c, struct js_document *d, const struct js_resource *in,
				kv_str fragment, kv_str *ret_pointer);
/* Makes sure that the place, which need not be one where schemas are expected, is known as a schema. */
KV_MUST int js_document_ensure(struct js_compiler *c, struct js_document *d, kv_str pointer);
/* The schema at a place, compiled with all it refers to. */
KV_MUST int js_schema_get(struct js_compiler *c, struct js_document *d, kv_str pointer,
			  struct js_schema **ret);
/* The metaschema of a draft, and the text of one by URL (empty: none). */
KV_MUST int js_metaschema(struct js_compiler *c, int draft, struct js_schema **ret);
kv_str js_metaschema_text(kv_str url);

/* Validates the part of a document at `pointer` against its metaschema, other dialects inside against theirs. */
KV_MUST int js_validate_schema(struct js_compiler *c, const struct js_schema *meta, krm_val v,
			       const struct js_document *d, kv_str pointer, kv_str *ret_error);
/* jsonschema's quote: single quotes around Go's %q. */
void js_quote(kv_str s, struct kv_buf *out);

#endif
