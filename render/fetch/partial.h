/* render/fetch/partial.h: resuming interrupted downloads.
 *
 * The cache's folder partial/ has a file for each such URL: what the server calls its state (a strong entity tag, or a date) in the first
 * line, then the bytes. The rest is asked for on the condition that the state still holds (RFC 9110, 13.1.5). It is written while
 * the bytes come, so that a run that is killed leaves it too. Who writes holds a lock on it; without one, or without a cache, bytes
 * are kept for the further tries of this run alone.
 */
#ifndef RENDER_FETCH_PARTIAL_H
#define RENDER_FETCH_PARTIAL_H

#include "render/fetch/cache.h"

struct rnd_partial {
	struct kv_job *job;
	kv_str path; /* empty: nowhere */
	int fd;      /* of the file, locked; -1: it is not there yet, or somebody else's */
	kv_str validator, bytes; /* of what is there; empty: nothing */
	bool busy, failed;       /* somebody else's; it cannot be written */
};

/* What is there of a URL, at most `limit` bytes. */
void rnd_partial_open(struct rnd_partial *p, struct kv_job *job, const struct rnd_cache *cache, kv_str url,
		      size_t limit);
/* A download begins from its first byte; an empty validator: nothing is kept of it. */
void rnd_partial_begin(struct rnd_partial *p, kv_str validator);
/* All bytes so far, of which the last `n` are new. They live as long as the job. */
void rnd_partial_add(struct rnd_partial *p, kv_str bytes, size_t n);
/* Closes it; a file is removed unless it is to be `kept`. */
void rnd_partial_end(struct rnd_partial *p, bool kept);

#endif
