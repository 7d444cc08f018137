/* render/template/func.h: how a template function is written.
 *
 * A row of the table (functions.c) holds a name, the C function and the Go signature. The executor checks
 * arity and kinds against the signature with Go's own error texts, converts as reflect does, and then calls;
 * so a function can rely on the kinds of its arguments. An error is the function's own text (Go's "error
 * calling X: " is put before it).
 */
#ifndef RENDER_TEMPLATE_FUNC_H
#define RENDER_TEMPLATE_FUNC_H

#include "render/template/quote.h"
#include "render/template/template.h"

/* Parameter and result types of Go signatures. */
enum rnd_type {
	RND_ANY, /* interface{}: nil allowed */
	RND_STRING,
	RND_INT, /* int */
	RND_INT64,
	RND_FLOAT, /* float64 */
	RND_BOOL,
	RND_MAP,     /* map[string]interface{} */
	RND_LIST,    /* []interface{} */
	RND_STRINGS, /* []string */
	RND_STRMAP,  /* map[string]string */
	RND_INTS,    /* []int */
	RND_BYTES,   /* []byte */
	RND_TIME,    /* time.Time */
	RND_VALUE,   /* reflect.Value: the builtins' own parameter, any operand as it is */
	RND_UINT32,  /* uint32: derivePassword's counter */
	RND_LISTS,   /* [][]interface{} */
	RND_CERT,    /* sprig.certificate */
	RND_SEMVER,  /* *semver.Version; nil is RND_NIL */
	RND_WRITER,  /* io.Writer, of which a template has none */
	RND_OBJECT,  /* another Go type, as a result */
};

/* The type as Go writes it: "[]interface {}". */
const char *rnd_type_go(enum rnd_type type);

struct rnd_call {
	struct kv_job *job;
	struct rnd_tpl *set;
	struct rnd_exec *exec; /* the running execution: include, tpl */
	const struct rnd_func *func;
	kv_pos pos;    /* of the call, for seeds and notes */
	kv_str callee; /* for `call` alone: what it is given to call */
	kv_str error;  /* set by rnd_fail; NULL when the failure is already with exec (include, tpl) */
	bool panic;    /* the text is a panic's: set by rnd_panic; text/template goes on as with an error */
};

/* The function gets its arguments as Go would pass them: fixed parameters first, then what the variadic one
 * collects; nargs counts all. Arguments carry no KRM_IFACE unless the parameter is RND_VALUE. A nil for a
 * map, slice or any parameter comes as KRM_NIL for RND_ANY and as an empty map or list with KRM_NILREF
 * otherwise. Results of RND_ANY get their KRM_IFACE from the executor. */
typedef int rnd_fn(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret);

struct rnd_func {
	const char *name;
	rnd_fn *fn;
	enum rnd_type result;
	bool variadic; /* the last parameter repeats, zero times or more */
	bool v4_only;  /* exists in Helm 4 alone */
	bool slow;     /* takes a good part of a second: counts with rnd_charge_slow */
	uint8_t nparams;
	uint8_t params[6]; /* enum rnd_type */
};

/* A method of an object's class: args[0] is the receiver, the parameters follow. `f.nparams` and `f.params`
 * do not count the receiver. */
struct rnd_method {
	struct rnd_func f;
	/* text/template's message where the results are none that a template can use; else NULL. */
	const char *refusal;
};

/* The methods of a named map type such as "chartutil.Values", or NULL. */
const struct rnd_method *rnd_map_methods(const char *type_name);

/* Sets the error text and returns -1. */
int rnd_fail(struct rnd_call *c, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* The same where Go panics. */
int rnd_panic(struct rnd_call *c, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* The same with a text that is put together from parts of any length. */
int rnd_fail_parts(struct rnd_call *c, kv_str a, kv_str b, kv_str d, kv_str e);

/* Counts a call that is slow by its nature as that many template steps; fails past the limit. */
KV_MUST int rnd_charge(struct rnd_call *c, size_t steps);
/* Counts a search through n bytes: where a text nearly matches everywhere it takes 3 ns a byte, which is more than a call counts for
 * each text that it is given. */
KV_MUST int rnd_charge_search(struct rnd_call *c, size_t n);
/* The same for what takes a good part of a second, such as making a key. A chart that makes a few may take its time. */
KV_MUST int rnd_charge_slow(struct rnd_call *c, size_t steps);
/* Before such a thing is really made, and not taken from a cache: fails where the release would pass the limit later, so that it is
 * refused at once. */
KV_MUST int rnd_foresee(struct rnd_call *c);
/* Only the count of steps matters (rnd_tpl_options.dry_run): something cheap of the same type will do as a result. */
bool rnd_is_dry_run(const struct rnd_call *c);

/* The row, or NULL. */
const struct rnd_func *rnd_func_find(kv_str name, enum rnd_engine engine);

/* Helpers every family needs: */
/* Go's truth (text/template IsTrue) and Sprig's empty(). */
bool rnd_truth(krm_val v);
bool rnd_empty(krm_val v);
/* fmt.Sprint(v) and Sprig's strval: []byte and error as text, the rest %v. Appended. */
void rnd_print_value(struct kv_job *job, krm_val v, struct kv_buf *out);
kv_str rnd_strval(struct kv_job *job, krm_val v);
/* fmt.Sprintf with Go's verbs and error marks. */
void rnd_sprintf(struct kv_job *job, kv_str format, const krm_val *args, size_t n, struct kv_buf *out);
/* What copystructure makes of a value that is no collection: exported fields alone are copied, so of a version nothing is left. */
krm_val rnd_copied_object(struct kv_arena *a, krm_val v);
/* Go's %T: "map[string]interface {}", "int64", "<nil>". */
void rnd_type_name(krm_val v, struct kv_buf *out);
const char *rnd_type_text(krm_val v);

#endif
