/* render/template/node.h: templates as trees of nodes, and the sets that hold them; private to
 * render/template.
 *
 * Nodes are made once by the parser and never change. They belong to the job's arena, point into the
 * template's text and hold what the executor needs ready: constants as values, functions as rows, the names of
 * variables interned (two are equal when their pointers are).
 */
#ifndef RENDER_TEMPLATE_NODE_H
#define RENDER_TEMPLATE_NODE_H

#include "base/map.h"
#include "render/template/func.h"

enum rnd_node_kind {
	NODE_TEXT,
	NODE_ACTION,
	NODE_BOOL,
	NODE_CHAIN,
	NODE_COMMAND,
	NODE_DOT,
	NODE_ELSE, /* these two end a list and are in no tree */
	NODE_END,
	NODE_FIELD,
	NODE_IDENTIFIER,
	NODE_IF,
	NODE_LIST,
	NODE_NIL,
	NODE_NUMBER,
	NODE_PIPE,
	NODE_RANGE,
	NODE_STRING,
	NODE_TEMPLATE,
	NODE_VARIABLE,
	NODE_WITH,
	NODE_BREAK,
	NODE_CONTINUE,
};

/* A number under every type that can hold it: Go's untyped constants (parse/node.go NumberNode). */
struct rnd_number {
	bool is_int, is_uint, is_float, is_complex;
	int64_t i;
	uint64_t u;
	double f;
	double re, im;
};

struct rnd_nodes {
	struct rnd_node **v;
	size_t n;
};

struct rnd_node {
	uint8_t kind; /* enum rnd_node_kind */
	bool flag;    /* BOOL: its value; PIPE: assigns instead of declaring */
	uint32_t at;  /* byte in the source text */
	union {
		kv_str text;           /* TEXT */
		struct rnd_nodes list; /* LIST; COMMAND: its words */
		struct {
			kv_str text; /* as written */
			krm_val value;
		} string;
		struct {
			kv_str text; /* as written */
			struct rnd_number *is;
		} number;
		struct {
			kv_str name;
			const struct rnd_func *func;
		} identifier;
		struct {
			kv_str *names; /* FIELD, CHAIN: the fields; VARIABLE: $name, then fields */
			size_t n;
			struct rnd_node *base; /* CHAIN */
		} path;
		struct {
			struct rnd_nodes decl, commands;
		} pipe;
		struct {
			struct rnd_node *pipe; /* ACTION too */
			struct rnd_node *list, *other;
		} branch;
		struct {
			kv_str name;
			struct rnd_node *pipe; /* or NULL */
		} invoke;                      /* TEMPLATE */
	};
};

/* What a file, or a text given to tpl, was parsed from. */
struct rnd_source {
	kv_str name; /* the parse name in messages */
	kv_str text;
	kv_pos base;
};

struct rnd_template {
	kv_str name;
	const struct rnd_source *source;
	struct rnd_node *root;
	bool empty; /* nothing but blanks: replaces no other */
};

/* The templates of one text: what a parse gives. */
struct rnd_parsed {
	struct rnd_template **v;
	size_t n, cap;
	struct rnd_template *main; /* the one that has the text's own name */
	bool shares_name;          /* a define has the name of the text or of another define */
	bool is_slow;              /* it calls a slow function */
	kv_str error;              /* nonempty: the parse failed */
	kv_pos error_pos;
	kv_str near;               /* struct rnd_tpl_error */
};

/* A power of two. */
#define RND_RECENT_NAMES 512

struct rnd_tpl {
	struct kv_job *job;
	struct rnd_tpl_options options;
	struct rnd_tpl *under; /* tpl's text sees the templates of the set it runs in */
	struct rnd_tpl *root;
	struct kv_map templates;   /* name -> struct rnd_template */
	struct rnd_template *main; /* of a set above another: the text itself, "gotpl" */
	/* of the root only: */
	struct kv_map names;    /* struct rnd_name */
	struct rnd_name **recent; /* those used lately, by their ends and length */
	struct kv_map parses;   /* text given to tpl -> struct rnd_parsed */
	struct kv_map included; /* name -> how often it is being included */
	struct kv_map draws;    /* chance.c: call site -> how often it has drawn */
	size_t slow_steps;      /* counted by rnd_charge_slow so far */
	bool foreseen;          /* the rest of the release stays within the limits */
	bool is_slow;           /* some template calls a slow function */
	char *room;             /* what is left of the block that nodes are cut from */
	size_t left;
	krm_val parent;         /* of the error: struct rnd_tpl_error */
	kv_str missing, near;
	size_t memory;          /* what the arena may hold while templates run */
	size_t stack_budget;    /* bytes of C stack that one execution may use */
};

/* "$", interned: the one variable that templates of different texts share. */
extern const kv_str rnd_dollar;
/* The interned form of a name. */
kv_str rnd_intern(struct rnd_tpl *set, kv_str name);
/* The function of a name in the engine's language, or NULL. */
const struct rnd_func *rnd_tpl_func(struct rnd_tpl *set, kv_str name);
struct rnd_template *rnd_tpl_lookup(const struct rnd_tpl *set, kv_str name);
/* Puts the templates of a parsed text into the set (Go's Template.AddParseTree). */
void rnd_tpl_associate(struct rnd_tpl *set, const struct rnd_parsed *parsed);

/* Go's text for a name that is not in the set. */
void rnd_no_template(kv_str name, struct kv_buf *out);
/* For the reader of such an error: which of the set's names was meant, a template's in quotes? Empty if none is like it. */
kv_str rnd_nearest_template(const struct rnd_tpl *set, kv_str name);
kv_str rnd_nearest_func(const struct rnd_tpl *set, struct kv_arena *a, kv_str name);

/* A text of the job's; neither name nor text is copied. */
struct rnd_source *rnd_source_new(struct kv_job *job, kv_str name, kv_str text);
/* parse.c: never NULL; a failure is in `error`. The source must live as long as the result. */
struct rnd_parsed *rnd_parse(struct rnd_tpl *set, const struct rnd_source *source);

/* number.c */
/* Whether one of the bytes of the set occurs. */
bool rnd_has_any(kv_str s, const char *set);
/* False with the message in *ret_error. */
bool rnd_number_parse(struct kv_arena *a, kv_str text, bool is_char, bool is_complex, struct rnd_number *ret,
		      kv_str *ret_error);

/* node.c: the canonical text of a node (Node.String()). */
void rnd_node_print(const struct rnd_node *n, struct kv_buf *out);
bool rnd_node_is_empty(const struct rnd_node *n);

/* Whether the C stack between `base`, a local of the outermost caller, and here exceeds the budget. Counted
 * limits bound depth; this bounds what a deep mixture of all kinds of nesting may use. */
static inline bool rnd_stack_exceeded(const struct rnd_tpl *set, const char *base)
{
	const char *here = __builtin_frame_address(0);

	return (size_t)(here < base ? base - here : here - base) > set->root->stack_budget;
}

#endif
