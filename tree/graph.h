/* tree/graph.h: what the render of a unit depended on, as far as only the render shows it: files, absent files, folders, links, and
 * pins of kvendor.lock.
 *
 * A graph is recorded by a render and asked by later runs: what the same questions answer now, together with what is known
 * before a render (tree/reuse.h), makes the key of the result.
 */
#ifndef TREE_GRAPH_H
#define TREE_GRAPH_H

#include "base/inputs.h"
#include "render/fetch/fetch.h"
#include "tree/discover.h"

struct tree_graph {
	struct kv_input *inputs; /* by their paths; absolute ones */
	size_t n, cap;
	struct rnd_pins used;   /* pins of remote bytes */
	struct rnd_pins absent; /* what had no pin, where a pin would have changed the result */
	int64_t trusted;        /* kv_input_refresh */
	bool renewed;           /* a stamp is not the one that was recorded, or is believed only now */
};

/* What the render of a unit noted. */
void tree_graph_of(struct kv_job *job, const struct kv_inputs *inputs, const struct rnd_fetcher *fetcher,
		   int64_t trusted, struct tree_graph *ret);

/* Paths below the root are written relative to it. With stamps only this machine can use it. */
void tree_graph_print(kv_str root, const struct tree_graph *g, bool stamps, struct kv_buf *out);
/* False if the text is not a graph. */
bool tree_graph_parse(struct kv_job *job, kv_str root, kv_str text, struct tree_graph *ret);

/* Brings all answers to the present; `trusted` is this run's time. False if there is none for something. */
bool tree_graph_refresh(struct kv_job *job, struct tree_graph *g, const struct rnd_pins *pins, int64_t trusted);
/* The SHA-256 of `base` and all answers, in hexadecimal. */
kv_str tree_graph_key(struct kv_job *job, kv_str root, kv_str base, const struct tree_graph *g);

#endif
