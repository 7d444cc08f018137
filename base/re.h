/* base/re.h: regular expressions that mean what Go's regexp says.
 *
 * RE2 does the work. What differs from Go is translated before: (?<name> and repeated names, category names
 * such as \p{Letter}, \C, subjects that are not UTF-8. A compiled expression belongs to the job, which keeps
 * every pattern it has seen; matching takes time linear in the text.
 */
#ifndef BASE_RE_H
#define BASE_RE_H

#include "base/job.h"

struct kv_re;

/* Bytes [from, to) of the text; from is SIZE_MAX for a group that took no part. */
struct kv_re_span {
	size_t from, to;
};

/* regexp.Compile. NULL: *ret_error is Go's text ("error parsing regexp: missing closing ): `(`"); nothing is
 * reported. One that is too large for a limit of ours sets job->too_large. */
const struct kv_re *kv_re_get(struct kv_job *job, kv_str pattern, kv_str *ret_error);
/* The same for a pattern that is part of kvendor. Searching with it costs only the steps of reading the text, since no input chose
 * the pattern. */
const struct kv_re *kv_re_get_own(struct kv_job *job, const char *pattern, kv_str *ret_error);
/* The same for a pattern that must match the whole text: kustomize's and kvendor's selectors ("^(?:" pattern
 * ")$"). */
const struct kv_re *kv_re_get_whole(struct kv_job *job, kv_str pattern, kv_str *ret_error);

/* Groups, the whole match included: spans to give to kv_re_next for all of them. */
size_t kv_re_groups(const struct kv_re *re);
/* The name of group i, empty if it has none. */
kv_str kv_re_group_name(const struct kv_re *re, size_t i);

/* regexp.MatchString: does the expression match somewhere? */
bool kv_re_match(struct kv_job *job, const struct kv_re *re, kv_str text);

/* A walk along one text. kv_re_search finds the leftmost match at or after `from`, a character's first byte
 * or the end. kv_re_next gives the matches in turn as Go's FindAll does: none overlap, and none is empty
 * right behind another. */
struct kv_re_walk {
	struct kv_job *job;
	const struct kv_re *re;
	kv_str text; /* as given */
	kv_str fed;  /* as RE2 sees it: each bad byte is U+FFFD */
	size_t *bad; /* offsets in `text` of the bad bytes */
	size_t nbad;
	size_t *raw;     /* spans from RE2 */
	size_t pos;      /* where the next search begins */
	size_t prev_end; /* SIZE_MAX before the first match */
	bool over;       /* the job's limit of steps ended the walk: ask behind it */
};
void kv_re_walk(struct kv_job *job, const struct kv_re *re, kv_str text, struct kv_re_walk *ret);
/* Fills n spans (at most kv_re_groups). */
bool kv_re_search(struct kv_re_walk *w, size_t from, struct kv_re_span *spans, size_t n);
bool kv_re_next(struct kv_re_walk *w, struct kv_re_span *spans, size_t n);
/* Counts what is done with a match as steps of the job; false past the limit, which ends the walk. */
bool kv_re_charge(struct kv_re_walk *w, size_t steps);

#endif
