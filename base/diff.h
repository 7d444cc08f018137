/* base/diff.h: which lines of two texts differ, and the unified format that `patch` reads.
 *
 * The shortest edit (Myers 1986) where it is short; where two texts differ in very many lines, lines that occur once in
 * both hold them together (patience diff) and what lies between is compared again or replaced as a whole. So the effort is
 * bounded by the lines and not by their product. Everything lives in the arena; the texts are referred to.
 */
#ifndef BASE_DIFF_H
#define BASE_DIFF_H

#include "base/buf.h"

/* na lines from a on become nb lines from b on; counted from 0. */
struct kv_diff_change {
	size_t a, na, b, nb;
};

struct kv_diff {
	kv_str *a, *b; /* lines with their line feeds */
	size_t na, nb;
	struct kv_diff_change *v;
	size_t n, cap;
};

void kv_diff(struct kv_arena *arena, kv_str a, kv_str b, struct kv_diff *ret);
/* Appends hunks with as many unchanged lines around each change, without the header that names the files. */
void kv_diff_unified(const struct kv_diff *d, size_t context, bool colour, struct kv_buf *out);

#endif
