/* conformance/runner.h: runs cases with recorded results, several at a time, and says where the first difference is.
 *
 * An area is one file here. Its `load` lists the cases of a folder, its `run` judges one of them in a worker process, so a
 * crash or a hang fails that case alone. Everything belongs to jobs; the runner is no part of kvendor.
 */
#ifndef CONFORMANCE_RUNNER_H
#define CONFORMANCE_RUNNER_H

#include "base/file.h"
#include "krm/value.h"

struct cf_case {
	kv_str id;
	const void *data; /* the area's own */
};

struct cf_suite {
	struct kv_job *job;
	kv_str dir;     /* folder of the cases, absolute */
	kv_str kvendor; /* the binary, absolute */
	bool slow;      /* kvendor runs under a tool: programs and cases may take long */
	bool bless;     /* rewrite what is expected instead of judging; testdata only */
	struct cf_case *cases;
	size_t n, cap;
};

enum cf_verdict { CF_PASS, CF_FAIL, CF_SKIP };

/* What a case's run found; CF_PASS unless it says otherwise. */
struct cf_result {
	struct kv_job *job;
	enum cf_verdict verdict;
	struct kv_buf detail; /* the first difference, for people */
};

struct cf_area {
	const char *name;
	const char *folder; /* below ../shared/conformance, or relative to the repository when it begins with "./" */
	int (*load)(struct cf_suite *suite);
	void (*run)(const struct cf_suite *suite, const struct cf_case *c, struct cf_result *r);
};

extern const struct cf_area cf_areas[]; /* ended by a NULL name */

void cf_add(struct cf_suite *suite, kv_str id, const void *data);

/* --- judging ---------------------------------------------------------------------------------- */

/* Fails the case with a reason (the first one stays). */
void cf_fail(struct cf_result *r, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void cf_skip(struct cf_result *r, const char *reason);
/* Fails at the first differing line of two texts, `what` says of what. True if they are equal. */
bool cf_equal(struct cf_result *r, const char *what, kv_str expected, kv_str got);

/* True if both texts have the same lines, in whatever order. */
bool cf_same_lines(struct kv_arena *a, kv_str x, kv_str y);

/* --- data ------------------------------------------------------------------------------------- */

/* A table with a header line; cells by column name. */
struct cf_table {
	kv_str *columns;
	size_t ncolumns;
	kv_str *cells; /* nrows * ncolumns */
	size_t nrows;
};

KV_MUST int cf_table_read(struct kv_job *job, kv_str path, struct cf_table *ret);
/* The cell; empty for an unknown column. */
kv_str cf_cell(const struct cf_table *t, size_t row, const char *column);
/* The text of dir/name, or false without an error if there is none. */
bool cf_read(struct kv_job *job, kv_str dir, const char *name, kv_str *ret);
/* Words of a text divided by blanks. */
kv_str *cf_words(struct kv_arena *a, kv_str text, size_t *ret_n);

/* --- running programs ------------------------------------------------------------------------- */

struct cf_command {
	kv_str dir;        /* working directory; empty: ours */
	kv_str *argv;
	size_t argc;
	const char *const *env; /* NULL-terminated "A=b"; NULL: LC_ALL=C TZ=UTC HOME=/nonexistent and our PATH */
	kv_str input;      /* standard input; empty: /dev/null */
	unsigned seconds;  /* killed after; 0: 60 */
	bool as_nobody;    /* as uid and gid 65534 where we are root */
};

struct cf_output {
	kv_str out, err;
	int exit;    /* exit status, or 128 + signal */
	bool late;   /* killed for time */
};

KV_MUST int cf_run(struct kv_job *job, const struct cf_command *command, struct cf_output *ret);
/* A fresh folder below the system's temporary one, removed when the worker ends the case. */
kv_str cf_scratch(struct cf_result *r);
void cf_scratch_end(void);
KV_MUST int cf_copy_tree(struct kv_job *job, kv_str from, kv_str to);
void cf_remove_tree(kv_str dir);

#endif
