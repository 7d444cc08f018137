/* render/chart/jsonschema_graph.h: a compiled schema, what the files jsonschema_*.c share. */
#ifndef RENDER_CHART_JSONSCHEMA_GRAPH_H
#define RENDER_CHART_JSONSCHEMA_GRAPH_H

#include "base/map.h"
#include "base/re.h"
#include "render/chart/jsonschema.h"

/* --- numbers: exact decimals, digits * 10^exp ------------------------------------------------- */

struct rnd_js_number {
	kv_str text;   /* as written */
	kv_str digits; /* without zeros at either end; empty: the number is 0 */
	int64_t exp;
	bool negative;
};

/* False if the value is no number. */
bool rnd_js_number_of(struct kv_job *job, krm_val v, struct rnd_js_number *ret);
/* A bound, a whole number as a count: larger ones than any count are the largest. */
struct rnd_js_bound {
	bool set;
	struct rnd_js_number n;
};

struct rnd_js_count {
	bool set;
	int64_t n;
};
struct rnd_js_bound rnd_js_bound_of(struct kv_job *job, const krm_val *v);
struct rnd_js_count rnd_js_count_of(struct kv_job *job, const krm_val *v);
int rnd_js_number_cmp(const struct rnd_js_number *a, const struct rnd_js_number *b);
bool rnd_js_number_is_int(const struct rnd_js_number *n);
bool rnd_js_number_is_multiple(const struct rnd_js_number *n, const struct rnd_js_number *of);
/* As x/text's English printer prints a float: 1,234.5 and 1x10^06 with raised digits. */
void rnd_js_number_print(const struct rnd_js_number *n, struct kv_buf *out);
void rnd_js_count_print(int64_t n, struct kv_buf *out);

/* --- values ----------------------------------------------------------------------------------- */

enum rnd_js_type {
	RND_JS_NULL = 1,
	RND_JS_BOOLEAN = 2,
	RND_JS_NUMBER = 4,
	RND_JS_INTEGER = 8,
	RND_JS_STRING = 16,
	RND_JS_ARRAY = 32,
	RND_JS_OBJECT = 64
};
enum rnd_js_type rnd_js_type_of(krm_val v);
/* The type of a name, or 0. */
unsigned rnd_js_type_bit(krm_val name);
/* Whether the value has one of the types: an integer may be a number that is whole. */
bool rnd_js_has_type(struct kv_job *job, unsigned types, krm_val v);
const char *rnd_js_type_name(enum rnd_js_type t);
/* Not the same both ways: a number equals a text that reads as one, but the text does not equal the number (jsonschema: util.go, equals). */
bool rnd_js_equal(struct kv_job *job, krm_val a, krm_val b);
/* Whether the value equals one of a list in which any has its type (jsonschema: validator.go, enum). */
bool rnd_js_is_among(struct kv_job *job, krm_val v, krm_val choices);

/* --- locations -------------------------------------------------------------------------------- */

/* A URL, absolute where it is a document's. */
struct rnd_js_url_ref {
	kv_str url;      /* without fragment */
	kv_str fragment; /* decoded */
};

/* url.join(ref). *ret_error: upstream's text. */
KV_MUST int rnd_js_url_join(struct kv_job *job, kv_str base, kv_str ref, struct rnd_js_url_ref *ret,
			    kv_str *ret_error);
/* A pointer one token longer; the token is escaped. */
kv_str rnd_js_pointer_add(struct kv_job *job, kv_str pointer, kv_str token);
kv_str rnd_js_pointer_escape(struct kv_job *job, kv_str token);
/* The value a pointer leads to. False: malformed or nothing there (*ret_malformed). */
bool rnd_js_pointer_find(struct kv_job *job, krm_val doc, kv_str pointer, krm_val *ret, bool *ret_malformed);
/* "url#encoded/pointer" */
kv_str rnd_js_location(struct kv_job *job, kv_str url, kv_str pointer);

/* --- formats ---------------------------------------------------------------------------------- */

/* Checks a string. An empty text: it is fine; else the reason. */
typedef kv_str rnd_js_format_fn(struct kv_job *job, kv_str s);
/* NULL for an unknown format. */
rnd_js_format_fn *rnd_js_format_find(kv_str name);

/* --- documents -------------------------------------------------------------------------------- */

/* The draft of a schema that does not say it. */
#define RND_JS_NEWEST_DRAFT 2020
/* The draft of a metaschema's URL, or 0. */
int rnd_js_draft_of_url(kv_str url);
/* Looking at one value with one schema costs more than a step of a template. */
#define RND_JS_STEP 20
/* Whether a pattern matches. A schema may have many, each to be fetched into the processor's cache to read the same text again: that
 * is counted here, 4 bytes a step. */
static inline bool rnd_js_match(struct kv_job *job, const struct kv_re *re, kv_str text)
{
	job->steps += RND_JS_STEP + text.n / 4;
	return kv_re_match(job, re, text);
}

/* A part of a document with an id of its own; the document itself is one. */
struct rnd_js_resource {
	kv_str pointer;
	kv_str id;
	int draft;             /* 4, 6, 7, 2019, 2020 */
	struct kv_map anchors; /* name to struct rnd_js_anchor */
};

struct rnd_js_anchor {
	kv_str pointer;
	bool dynamic;
};

struct rnd_js_document {
	kv_str url;
	krm_val doc;
	struct kv_map resources; /* by pointer */
	struct kv_map by_id;
	struct kv_map processed; /* pointers of known subschemas */
};

/* The resource a pointer lies in. */
struct rnd_js_resource *rnd_js_resource_at(const struct rnd_js_document *d, kv_str pointer);

/* --- the graph -------------------------------------------------------------------------------- */

struct rnd_js_schemas {
	struct rnd_js_schema **v;
	size_t n;
	bool set;
};

struct rnd_js_pattern {
	const struct kv_re *re;
	struct rnd_js_schema *schema;
};

struct rnd_js_dependency {
	kv_str name;
	krm_val required; /* LIST of names, or NIL: a schema */
	struct rnd_js_schema *schema;
};

struct rnd_js_dependencies {
	struct rnd_js_dependency *v;
	size_t n, cap;
};

/* true, false, or a schema */
struct rnd_js_additional {
	bool set, is_bool, allowed;
	struct rnd_js_schema *schema;
};

struct rnd_js_schema {
	struct rnd_js_document *document;
	kv_str pointer, location;
	int draft;
	struct rnd_js_schema *resource;
	struct kv_map dynamic_anchors; /* of a resource: name to schema */
	bool all_props, all_items;     /* evaluated whatever happens */
	size_t items_evaluated;

	bool is_bool, allowed;
	struct rnd_js_schema *ref, *recursive_ref, *dynamic_ref;
	bool recursive_anchor;
	kv_str dynamic_ref_anchor, dynamic_anchor;
	unsigned types;
	krm_val enumeration; /* LIST or NIL */
	krm_val *constant;
	struct rnd_js_schema * not, *if_, *then, *else_;
	struct rnd_js_schemas all_of, any_of, one_of;
	kv_str format_name;
	rnd_js_format_fn *format;

	struct rnd_js_count max_properties, min_properties;
	krm_val required;
	struct rnd_js_schema *property_names;
	struct kv_map *properties;
	struct rnd_js_pattern *patterns;
	size_t npatterns;
	struct rnd_js_additional additional_properties;
	struct rnd_js_dependencies dependencies, dependent_required, dependent_schemas;
	struct rnd_js_schema *unevaluated_properties;

	struct rnd_js_count min_items, max_items, min_contains, max_contains;
	bool unique_items;
	struct rnd_js_schema *contains, *items_one, *items_2020, *unevaluated_items;
	struct rnd_js_schemas items_list, prefix_items;
	struct rnd_js_additional additional_items;

	struct rnd_js_count min_length, max_length;
	const struct kv_re *pattern;
	kv_str pattern_text;

	struct rnd_js_bound maximum, minimum, exclusive_maximum, exclusive_minimum, multiple_of;
};

/* Compiles schemas of documents, each document and schema once. */
struct rnd_js_compiler {
	struct kv_job *job;
	struct kv_map documents; /* by URL */
	struct kv_map schemas;   /* by location */
	struct rnd_js_schema **queue;
	size_t nqueue, queue_cap;
	size_t compiled; /* of the queue */
	/* The metaschemas' own, so that checking a schema does not compile others. */
	struct rnd_js_compiler *meta;
	kv_str error;
};

int rnd_js_fail(struct rnd_js_compiler *c, kv_str error);
/* The document, loaded and checked against its metaschema if need be. */
KV_MUST int rnd_js_document_get(struct rnd_js_compiler *c, kv_str url, struct rnd_js_document **ret);
/* Adds a document under its URL before it is asked for. */
void rnd_js_document_add(struct rnd_js_compiler *c, kv_str url, krm_val doc);
/* Where a fragment leads to in a resource: a pointer of the document. */
KV_MUST int rnd_js_document_resolve(struct rnd_js_compiler *c, struct rnd_js_document *d,
				    const struct rnd_js_resource *in, kv_str fragment, kv_str *ret_pointer);
/* Makes sure that the place, which need not be one where schemas are expected, is known as a schema. */
KV_MUST int rnd_js_document_ensure(struct rnd_js_compiler *c, struct rnd_js_document *d, kv_str pointer);
/* The metaschema of a draft, and the text of one by URL (empty: none). */
KV_MUST int rnd_js_metaschema(struct rnd_js_compiler *c, int draft, struct rnd_js_schema **ret);
kv_str rnd_js_metaschema_text(kv_str url);

/* Validates the part of a document at `pointer` against its metaschema, other dialects inside against theirs. */
KV_MUST int rnd_js_validate_schema(struct rnd_js_compiler *c, const struct rnd_js_schema *meta, krm_val v,
				   const struct rnd_js_document *d, kv_str pointer, kv_str *ret_error);
/* A fast check: true if a schema, or a whole document, is certainly valid by the metaschemas of drafts 7, 2019-09 and 2020-12. False: the
 * metaschema must be applied. */
bool rnd_js_is_plain(struct kv_job *job, krm_val schema);
bool rnd_js_is_plain_document(struct kv_job *job, krm_val doc);
/* The draft of a document that is plain and has the usual keywords alone, those with a meaning below; 0: another one. */
int rnd_js_usual_draft(struct kv_job *job, kv_str url, krm_val doc);
/* What a reference to a definition of the document leads to. False for any other reference. */
bool rnd_js_find_definition(krm_val doc, kv_str ref, krm_val *ret);

/* What a keyword asks of values. */
enum rnd_js_meaning {
	RND_JS_NO_MEANING, /* it asks nothing: a comment, or a place for definitions */
	RND_JS_ADDITIONAL,
	RND_JS_ALL_OF,
	RND_JS_ANY_OF,
	RND_JS_CONST,
	RND_JS_ENUM,
	RND_JS_ITEMS,
	RND_JS_MAX_ITEMS,
	RND_JS_MAX_LENGTH,
	RND_JS_MAXIMUM,
	RND_JS_MIN_ITEMS,
	RND_JS_MIN_LENGTH,
	RND_JS_MINIMUM,
	RND_JS_ONE_OF,
	RND_JS_PATTERN,
	RND_JS_PATTERN_PROPERTIES,
	RND_JS_PROPERTIES,
	RND_JS_REF,
	RND_JS_REQUIRED,
	RND_JS_TYPE,
	RND_JS_OTHER, /* something rarer */
};

struct rnd_js_keyword {
	uint8_t length;
	char name[24];
	uint8_t rule; /* of jsonschema_plain.c */
	uint8_t meaning; /* enum rnd_js_meaning */
};
const struct rnd_js_keyword *rnd_js_keyword(kv_str name);
/* jsonschema's quote: single quotes around Go's %q. */
void rnd_js_quote(kv_str s, struct kv_buf *out);

#endif
