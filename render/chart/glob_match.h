/* render/chart/glob_match.h: what a glob is compiled to: gobwas' matchers.
 *
 * Upstream merges neighbouring terms into larger matchers, and some of these match other texts than the terms they
 * replace: `a/ ** /b` matches "a/b" because prefix and suffix may overlap. So the merging is followed step by step.
 */
#ifndef RENDER_CHART_GLOB_MATCH_H
#define RENDER_CHART_GLOB_MATCH_H

#include "base/job.h"

enum matcher_kind {
	MATCH_NOTHING,
	MATCH_TEXT,          /* a */
	MATCH_ANY,           /* *: all but the separators `a` */
	MATCH_SUPER,         /* ** */
	MATCH_SINGLE,        /* ?: one, not of `a` */
	MATCH_LIST,          /* [a] */
	MATCH_RANGE,         /* [lo-hi] */
	MATCH_ANY_OF,        /* {list} */
	MATCH_EVERY_OF,      /* all of the list match the whole */
	MATCH_MIN,           /* at least n characters */
	MATCH_MAX,           /* at most n characters */
	MATCH_CONTAINS,      /* `a` somewhere, or not */
	MATCH_PREFIX,        /* a** */
	MATCH_SUFFIX,        /* **b */
	MATCH_PREFIX_SUFFIX, /* a**b */
	MATCH_PREFIX_ANY,    /* a*, `b` being the separators */
	MATCH_SUFFIX_ANY,    /* *a */
	MATCH_ROW,           /* the list, each of known length */
	MATCH_TREE,          /* value somewhere, left before it, right behind it */
};

/* Upstream reads behind the end of a text where an empty matcher ends a row ("a{}"), which Go refuses. */
struct matcher_panic {
	size_t end, length; /* of the slice and of the text; end 0: none */
};

struct matchers {
	struct matcher **v;
	size_t n, cap;
};

struct matcher {
	enum matcher_kind kind;
	bool not ;
	kv_str a, b;
	uint32_t lo, hi;
	int64_t n; /* of MIN and MAX; the length of ROW and TREE in characters, -1 unknown */
	struct matchers list;
	struct matcher *value, *left, *right;
	struct matcher_panic *panic; /* of ROW: where one is noted */
};

/* In characters; -1 if it varies. */
int64_t rnd_matcher_len(const struct matcher *m);
/* Steps are counted against the job's limit; beyond it nothing matches. */
bool rnd_matcher_match(struct kv_job *job, const struct matcher *m, kv_str s);

#endif
