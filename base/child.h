/* base/child.h: one other program, run to its end.
 *
 * No shell is involved. The child reads what it is given on standard input; what it prints is collected, at most
 * limits.file_bytes of it. Standard error is collected too, or is ours. There is no time limit: a child that hangs is ended
 * with us by the terminal's signal, as with the programs that are imitated.
 */
#ifndef BASE_CHILD_H
#define BASE_CHILD_H

#include "base/job.h"

struct kv_child {
	kv_str program; /* a path if it has a slash, seen from `dir`; else it is looked for in $PATH */
	const kv_str *args;
	size_t nargs; /* without the program's own name */
	const kv_str *env;
	size_t nenv; /* "NAME=value", over our own environment; of a name given twice the last counts */
	kv_str dir;  /* working directory, absolute */
	kv_str input;
	bool collect_errors;
};

struct kv_child_end {
	kv_str output, errors;
	/* Empty, or why it is no success in the words of Go's os/exec: "exit status 3", "signal: killed",
	 * "fork/exec ./x: no such file or directory". */
	kv_str failure;
};

/* Runs the program; that it fails is no error of the job. -1: it printed too much, or the system refuses pipes. */
KV_MUST int kv_child_run(struct kv_job *job, const struct kv_child *child, struct kv_child_end *ret);

/* Whether a path is a file that this user may execute. */
bool kv_child_can_run(struct kv_arena *a, kv_str path);
/* The place of a program that would be run, or an empty string: looked for in $PATH if it has no slash. */
kv_str kv_child_find(struct kv_arena *a, kv_str program);

#endif
