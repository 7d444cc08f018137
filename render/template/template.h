/* render/template/template.h: Go's text/template, compiled once, with the functions of Helm and Sprig.
 *
 * A set holds named templates of one release; it belongs to a job. Errors carry Go's own text, the position
 * in the template's source, and notes; who renders a chart turns them into Helm's message
 * (render/chart/render.c).
 */
#ifndef RENDER_TEMPLATE_TEMPLATE_H
#define RENDER_TEMPLATE_TEMPLATE_H

#include "base/map.h"
#include "krm/value.h"
#include "render/engine.h"

struct rnd_tpl;

/* Where chance and clock come from (render/template/chance.h). */
struct rnd_chance {
	bool os;     /* --random=os: the operating system's randomness and clock */
	kv_str seed; /* unit and release; the call site is added per call */
	int64_t now; /* fixed clock, nanoseconds since 1970; used unless os */
	struct rnd_draws *draws; /* who draws is noted there; NULL: nobody asks */
};

/* A call in a template that chance or the clock answered. */
struct rnd_draw {
	const char *function;
	kv_str file; /* "chart/templates/x.yaml" */
	size_t line, column;
};

/* To find the values that depend on chance or the clock, a chart is rendered again with other random numbers and another time. One such
 * rendering could give a short value (a letter, one of three choices) again by accident; these four are chosen so that it differs in
 * at least one of them. The plain number is what the call draws when it is not varied. */
enum rnd_variation {
	RND_VARY_UP,      /* each number is the plain one and something, modulo the bound: never the plain one */
	RND_VARY_LOWEST,  /* each is 0: with the next one, turns what compares a number with a threshold */
	RND_VARY_HIGHEST, /* each is the bound less 1 */
	RND_VARY_DOWN,    /* each is the plain one less something, modulo the bound: never the plain one */
	RND_VARIATIONS
};

/* All such calls of a render, in the order of their first answers. */
struct rnd_draws {
	struct kv_arena *arena; /* what is noted lives there */
	struct rnd_draw *v;
	size_t n, cap;
	struct kv_map known; /* their numbers, from 1, by function and place */
	/* Set before a rendering: which calls get varied answers. 0: none; i + 1: v[i] alone; RND_DRAWS_ALL: all. */
	size_t varied;
	enum rnd_variation variation; /* how they vary */
};
#define RND_DRAWS_ALL SIZE_MAX
void rnd_draws_init(struct rnd_draws *d, struct kv_arena *a);

struct rnd_tpl_options {
	enum rnd_engine engine;
	struct rnd_chance chance;
	bool lint;       /* required and fail warn instead of failing */
	bool strict;     /* missingkey=error (helm lint --strict) */
	bool absent;     /* missingkey=default: what is not there is no value, and all its fields are none either */
	bool asks_cluster; /* lookup fails instead of finding nothing */
	/* Slow functions (RSA keys, bcrypt, scrypt) only count their steps, and give something cheap of the same type. */
	bool dry_run;
	/* Runs the release dry and tells whether it keeps the limit on steps. Called at most once, when the slow functions have taken as long
	 * as some three RSA keys: a release with too many of them is refused then. NULL: it is refused when it passes the limit. */
	bool (*keeps_limits)(void *arg);
	void *arg;
	const struct rnd_func *more; /* functions besides Helm's (render/template/func.h) */
	size_t nmore;
};

struct rnd_tpl_error {
	kv_str text; /* Go's whole text: `template: c/templates/x.yaml:1:3: executing "..." at <...>: ...` */
	kv_pos pos;  /* of the innermost node, in the job's sources; 0 if none */
	bool parse;  /* failed while parsing */
	/* Innermost first: Go's chain of wrapped errors; none when parsing failed. */
	struct rnd_tpl_frame *frames;
	size_t nframes;
	/* Where a path could not go on: the value of `missing` in `parent` is nil or has no fields. parent.kind is NIL if
	 * the error is another one. */
	krm_val parent;
	kv_str missing;
	kv_str near; /* the function or template that an unknown name may have been meant to be; empty if there is none */
};

struct rnd_tpl_frame {
	kv_str template; /* name of the template that was executing; empty where a function's own error begins
			  */
	kv_pos pos;      /* of the call */
	size_t text; /* the error of this link is `text` from this byte on (errors.Unwrap of the one before)
		      */
};

struct rnd_tpl *rnd_tpl_new(struct kv_job *job, const struct rnd_tpl_options *options);
/* Parses a text under a name; its defines join the set (Go's redefinition rules). */
KV_MUST int rnd_tpl_parse(struct rnd_tpl *set, kv_str name, kv_str text, struct rnd_tpl_error *ret_error);

/* Many texts for one set: what they say does not depend on the set, so threads can share the reading of them
 * (rnd_texts_read), before they join it in their order (rnd_tpl_take). */
struct rnd_texts;
struct rnd_texts *rnd_texts_new(struct kv_job *job, enum rnd_engine engine);
void rnd_texts_add(struct rnd_texts *texts, kv_str name, kv_str text);
/* How many there are to read, and what that takes, in bytes of actions: equal ones count once. */
size_t rnd_texts_count(const struct rnd_texts *texts);
size_t rnd_texts_work(const struct rnd_texts *texts);
/* How many of them make one half when `before` of other work come before the first. */
size_t rnd_texts_middle(const struct rnd_texts *texts, size_t before);
/* Reads those from `from` to `to`; what fails is told by rnd_tpl_take. */
void rnd_texts_read(struct kv_job *job, struct rnd_texts *texts, size_t from, size_t to);
/* All of them into the set, as rnd_tpl_parse one after the other; *ret_name: of the text that failed. */
KV_MUST int rnd_tpl_take(struct rnd_tpl *set, const struct rnd_texts *texts, kv_str *ret_name,
			 struct rnd_tpl_error *ret_error);

/* Go prints missing values as "<no value>"; Helm takes the words out of what a template wrote. */
kv_str rnd_without_no_value(struct kv_arena *a, kv_str text);
/* Whether a text of the set calls a function that takes a good part of a second. */
bool rnd_tpl_is_slow(const struct rnd_tpl *set);
/* Executes the template and appends its output, "<no value>" not yet removed. */
KV_MUST int rnd_tpl_execute(struct rnd_tpl *set, kv_str name, krm_val data, struct kv_buf *out,
			    struct rnd_tpl_error *ret_error);

#endif
