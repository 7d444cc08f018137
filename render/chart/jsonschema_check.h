/* render/chart/jsonschema_check.h: one value being checked against one schema, what the files of the check share.
 *
 * A check makes checks of its own for the values inside and for the schemas that its schema refers to. They live on the C stack;
 * errors belong to the job. A check without an error gives NULL.
 */
#ifndef RENDER_CHART_JSONSCHEMA_CHECK_H
#define RENDER_CHART_JSONSCHEMA_CHECK_H

#include "render/chart/jsonschema_graph.h"

/* --- types ------------------------------------------------------------------------------------ */

enum rnd_js_error_kind {
	RND_JS_PLAIN,
	RND_JS_GROUP /* several errors of one schema */,
	RND_JS_REFERENCE /* not shown around a single cause */
};

struct rnd_js_error {
	enum rnd_js_error_kind kind;
	kv_str text; /* "at '/a/b': got number, want string" */
	kv_pos pos;  /* of the value */
	struct rnd_js_errors {
		struct rnd_js_error **v;
		size_t n, cap;
	} causes;
};

/* The instance location: the way from the root to the value that is checked. */
struct rnd_js_way {
	const struct rnd_js_way *up;
	kv_str token;
	bool root;
};

/* The schemas in force, innermost first. */
struct rnd_js_scope {
	const struct rnd_js_schema *schema;
	const char *keyword; /* of a reference; else the way is that of the locations */
	size_t value;        /* scopes of one value share it */
	const struct rnd_js_scope *up;
};

/* Properties or items nobody has looked at yet, for the unevaluated keywords; NULL: none are wanted. */
struct rnd_js_unevaluated {
	bool *props, *items; /* by entry of the map, by index */
	size_t n;
};

struct rnd_js_run {
	struct kv_job *job;
	size_t depth;
	size_t memory; /* what the job's arena may hold while it lasts */
	/* while checking a schema: whose resources may be of other dialects */
	struct rnd_js_compiler *compiler;
	const struct rnd_js_document *document;
	kv_str pointer; /* of the root value in the document */
	const struct rnd_js_schema *meta;
	struct rnd_js_faults *faults; /* may be NULL */
	kv_str failure; /* a limit, or a metaschema that cannot be had */
};

struct rnd_js_check {
	struct rnd_js_run *run;
	krm_val v;
	const struct rnd_js_way *at;
	const struct rnd_js_schema *schema;
	const struct rnd_js_scope *scope;
	struct rnd_js_unevaluated left;
	struct rnd_js_errors errors;
	bool only_whether; /* only whether it is valid matters: the texts of errors are not made */
};

/* --- errors: jsonschema_error.c --------------------------------------------------------------- */

/* The error of every check with only_whether. */
extern struct rnd_js_error rnd_js_unread;

/* "at '/a/b': ", and behind it the format: %s a C string, %S a kv_str, %Q a quoted kv_str, %d an int64_t, %N a number. */
struct rnd_js_error *rnd_js_error_new(struct rnd_js_check *d, enum rnd_js_error_kind kind, const char *format,
				      ...);
/* NULL is no error and is not added. */
void rnd_js_error_push(struct rnd_js_check *d, struct rnd_js_errors *list, struct rnd_js_error *e);
/* Adds it to the check's errors, with others below it. */
void rnd_js_error_push_over(struct rnd_js_check *d, struct rnd_js_error *e,
			    const struct rnd_js_errors *causes);
#define RND_JS_ADD(d, ...)                                                                                   \
	rnd_js_error_push((d), &(d)->errors, rnd_js_error_new((d), RND_JS_PLAIN, __VA_ARGS__))
/* A line each, indented below what it caused; `indent` from 1. */
void rnd_js_error_print(const struct rnd_js_error *e, size_t indent, struct kv_buf *out);
/* Adds the errors that groups and references hold, not what lies below those. */
void rnd_js_error_collect(struct kv_job *job, const struct rnd_js_error *e, struct rnd_js_faults *faults);
/* The way as a JSON pointer. */
void rnd_js_way_print(struct kv_job *job, const struct rnd_js_way *at, struct kv_buf *out);

/* --- checking parts: jsonschema_validate.c ---------------------------------------------------- */

/* The same value with another schema, named by a keyword of this one ("": by its own place). */
struct rnd_js_error *rnd_js_check_self(struct rnd_js_check *d, const struct rnd_js_schema *s,
				       const char *keyword, bool only_whether);
/* A value inside, at a token of a pointer or at an index. */
struct rnd_js_error *rnd_js_check_value(struct rnd_js_check *d, const struct rnd_js_schema *s, krm_val v,
					kv_str token);
struct rnd_js_error *rnd_js_check_item(struct rnd_js_check *d, const struct rnd_js_schema *s, krm_val v,
				       size_t i);
/* Runs a check that the caller set up, within the limits. */
struct rnd_js_error *rnd_js_check_part(struct rnd_js_check *d, struct rnd_js_check *sub);
/* True when the limit of steps or of memory is reached; then the run has failed. */
bool rnd_js_count_step(struct rnd_js_run *run);
/* Whether the text matches; true also where the limit of steps ended the search: then the run has failed. */
bool rnd_js_matches(struct rnd_js_run *run, const struct kv_re *re, kv_str text);

/* --- keywords of one type: jsonschema_types.c ------------------------------------------------- */

void rnd_js_check_object(struct rnd_js_check *d);
void rnd_js_check_array(struct rnd_js_check *d);
void rnd_js_check_string(struct rnd_js_check *d);
void rnd_js_check_number(struct rnd_js_check *d);

#endif
