/* render/fetch/index_scan.h: one chart cut out of an index.yaml that arrives piece by piece.
 *
 * An index may have 100 MB and thousands of charts, of which one is wanted: nothing else is kept, and once the next chart begins the
 * rest need not come at all. Indexes are read in block style, which most programs write, by lines; and in flow style, which `helm
 * repo index --json` writes, by brackets. How the bytes are cut into pieces makes no difference.
 */
#ifndef RENDER_FETCH_INDEX_SCAN_H
#define RENDER_FETCH_INDEX_SCAN_H

#include "base/job.h"

struct rnd_index_scan {
	struct kv_arena *arena;
	kv_str chart;
	struct kv_buf line, found; /* found: the chart's lines, its name first */
	int state;
	size_t indent; /* of the names of charts */
	struct {       /* flow style; `line` has the key that is being read */
		size_t depth;
		char quote, before; /* the quotation mark of the text it is in; the last byte that is no blank */
		bool escaped, has_key, in_entries;
	} flow;
};

void rnd_index_scan_init(struct rnd_index_scan *s, struct kv_arena *a, kv_str chart, size_t limit);
/* True: the chart is complete. */
bool rnd_index_scan_add(struct rnd_index_scan *s, kv_str piece);
/* The chart's lines; of an index in flow style a document with that chart alone. Empty if the chart is not there. */
kv_str rnd_index_scan_end(struct rnd_index_scan *s);

/* For who tells of an index's mistakes as Helm does: it is kept whole up to RND_INDEX_WHOLE bytes, and cut like the above beyond. */
#define RND_INDEX_WHOLE ((size_t)4 << 20) /* read as values this takes 40 MB */

struct rnd_index_part {
	struct rnd_index_scan scan;
	struct kv_buf whole;
	bool is_cut;
};

void rnd_index_part_init(struct rnd_index_part *p, struct kv_arena *a, kv_str chart, size_t limit);
/* True: the rest is not needed. */
bool rnd_index_part_add(struct rnd_index_part *p, kv_str piece);
/* The index itself, or one with that chart alone. */
kv_str rnd_index_part_end(struct rnd_index_part *p);

#endif
