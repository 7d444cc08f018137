/* render/template/exec.h: one running execution; private to render/template.
 *
 * An operand is a krm_val whose flag KRM_IFACE says that its static type in Go is an interface: NIL with the
 * flag is a nil interface, NIL without it is reflect's zero Value. The flag comes and goes with where the
 * operand was taken from, never from what is stored.
 */
#ifndef RENDER_TEMPLATE_EXEC_H
#define RENDER_TEMPLATE_EXEC_H

#include "render/template/fmt.h"
#include "render/template/node.h"

enum {
	/* Of an object: reflect could take its address, since it is a field of something a pointer leads to. */
	RND_ADDRESSABLE = KRM_USER0,
};

struct rnd_var {
	kv_str name; /* interned */
	krm_val value;
};

/* A link of Go's error chain: its own words, before those of the error it wraps. */
struct rnd_error_part {
	kv_str text;
	kv_str template; /* that was executing; empty for other links */
	kv_pos pos;
};

struct rnd_exec {
	struct kv_job *job;
	struct rnd_tpl *set;             /* where names are looked up: tpl puts its own above */
	const struct rnd_template *tmpl; /* the one executing */
	const struct rnd_node *node;     /* for messages */
	struct kv_buf *out;
	struct rnd_var *vars; /* a stack */
	size_t nvars, vars_cap;
	size_t frame; /* where the variables of this template begin */
	size_t depth; /* of template, include and tpl */
	const char *stack;
	struct rnd_error_part *parts; /* of the failure, innermost first */
	size_t nparts, parts_cap;
	kv_pos error_pos;
	struct kv_buf **spare; /* output buffers waiting for the next include */
	size_t nspare, spare_cap;
};

enum rnd_walk { RND_WALK_FAILED = -1, RND_WALK_ON, RND_WALK_BREAK, RND_WALK_CONTINUE };

/* exec.c */
/* Fails with Go's text around the message: where, in which template, at which node. Returns -1. */
int rnd_exec_fail(struct rnd_exec *x, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* The same around the failure of a called function: its text, or the parts that are there already if it has
 * none. */
int rnd_exec_wrap(struct rnd_exec *x, const struct rnd_call *c, const char *name);
/* A link of the error chain around a failure inside. */
void rnd_exec_link(struct rnd_exec *x, kv_str text);
/* Counts one step of work and checks the limits. */
KV_MUST int rnd_exec_step(struct rnd_exec *x);
/* Runs the template with data as dot and $, into a new string. */
KV_MUST int rnd_exec_string(struct rnd_exec *x, const struct rnd_template *t, krm_val data, kv_str *ret);
/* The node's text and the operand's %v, for messages. */
kv_str rnd_exec_node_text(struct rnd_exec *x, const struct rnd_node *n);
kv_str rnd_exec_value_text(struct rnd_exec *x, krm_val v);
kv_str rnd_exec_type_text(krm_val v);

/* eval.c */
KV_MUST int rnd_eval_pipeline(struct rnd_exec *x, krm_val dot, const struct rnd_node *pipe, krm_val *ret);
/* The operand without its interface. */
static inline krm_val rnd_unwrap(krm_val v)
{
	v.flags &= (uint16_t)~KRM_IFACE;
	return v;
}
static inline krm_val rnd_as_iface(krm_val v)
{
	v.flags |= KRM_IFACE;
	return v;
}
/* An element of a map or list of this type. */
static inline krm_val rnd_element(krm_val v, enum krm_type type)
{
	return type == KRM_OF_ANY ? rnd_as_iface(v) : rnd_unwrap(v);
}
/* The list or map that an object stands for, else the value itself. */
static inline krm_val rnd_items(struct kv_job *job, krm_val v)
{
	return v.kind == KRM_OBJECT && v.o->class->items ? v.o->class->items(job, v.o) : v;
}
/* Assigns to the newest variable of the name in this template. */
KV_MUST int rnd_set_var(struct rnd_exec *x, kv_str name, krm_val value);
/* reflect.Zero of an element of a map or list of this type. */
krm_val rnd_element_zero(struct kv_arena *a, enum krm_type type);

/* call.c */
/* The words of a call and what the pipeline adds to them. */
struct rnd_words {
	/* The first is the function or field itself; NULL: an operand without arguments. */
	struct rnd_node *const *v;
	size_t n;
	const krm_val *final; /* NULL: nothing is piped in */
};
KV_MUST int rnd_call_function(struct rnd_exec *x, krm_val dot, const struct rnd_node *identifier,
			      const struct rnd_node *node, const struct rnd_words *words, krm_val *ret);
KV_MUST int rnd_call_method(struct rnd_exec *x, krm_val dot, const struct rnd_method *m, krm_val receiver,
			    const struct rnd_node *node, const struct rnd_words *words, krm_val *ret);
/* An operand where no type is asked for: the base of a chain. */
KV_MUST int rnd_eval_field(struct rnd_exec *x, krm_val dot, const struct rnd_node *n,
			   const struct rnd_words *words, krm_val *ret);
KV_MUST int rnd_eval_chain(struct rnd_exec *x, krm_val dot, const struct rnd_node *n,
			   const struct rnd_words *words, krm_val *ret);
KV_MUST int rnd_eval_variable(struct rnd_exec *x, krm_val dot, const struct rnd_node *n,
			      const struct rnd_words *words, krm_val *ret);
/* A number as the executor sees it where no type is asked for. */
KV_MUST int rnd_eval_number(struct rnd_exec *x, const struct rnd_node *n, krm_val *ret);
#endif
