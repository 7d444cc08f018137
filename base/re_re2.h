/* base/re_re2.h: the few entries of RE2 that base/re.c calls, in C.
 *
 * Nothing else includes this. A program belongs to its maker until kv_re2_free. Patterns and texts are valid
 * UTF-8.
 */
#ifndef BASE_RE_RE2_H
#define BASE_RE_RE2_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct kv_re2;

/* RE2's reasons of refusal, in the words of Go's regexp/syntax. */
struct kv_re2_error {
	const char *reason; /* static */
	bool whole;         /* the message shows the whole pattern, not `arg` */
	bool utf8;          /* the pattern is not valid UTF-8: the message shows it from the bad byte on */
	bool to_end;        /* `arg` reaches to the end of the pattern */
	bool nested;        /* `arg` is two repetition operators, one behind the other */
	bool lazy_mark;     /* `arg` may have a "?" behind that Go does not show */
	const char *arg;    /* the part of the pattern at fault; good until kv_re2_free */
	size_t arg_n;
};

/* The reason where a program does not fit into max_mem. */
extern const char *const kv_re2_too_large;

/* Never NULL: a refused pattern gives a program that only holds its error, ret_error->reason is then set. */
struct kv_re2 *kv_re2_new(const char *pattern, size_t n, size_t max_mem, struct kv_re2_error *ret_error);
void kv_re2_free(struct kv_re2 *re);
size_t kv_re2_groups(const struct kv_re2 *re);
/* Instructions of the program: a measure of its memory. */
size_t kv_re2_size(const struct kv_re2 *re);
/* The leftmost match at or after `from`; offsets of group i in spans[2i], spans[2i+1], SIZE_MAX where it took
 * no part.
 *
 * 1: found; 0: not found; -1: given up. Where a pattern has more states than fit into its automaton, RE2 goes through its
 * instructions at every character. What that takes more than reading, in instructions and characters, is taken from *allowance,
 * and given up where the allowance does not reach. It depends on nothing but the pattern and the texts it has met. */
int kv_re2_find(const struct kv_re2 *re, const char *text, size_t n, size_t from, size_t *spans, size_t ngroups,
		size_t *allowance);

#ifdef __cplusplus
}
#endif

#endif
