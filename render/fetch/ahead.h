/* render/fetch/ahead.h: parallel prefetching of what will be asked for.
 *
 * A caller that needs several charts or files names them all first; those that need the network are downloaded by several threads. Each
 * later request then gets its bytes, or its error, as if it had been made alone, so pins and messages keep the order of the requests.
 */
#ifndef RENDER_FETCH_AHEAD_H
#define RENDER_FETCH_AHEAD_H

#include "render/fetch/fetch.h"

struct rnd_wanted {
	struct rnd_chart_asked chart;  /* without a name: the URL is wanted */
	kv_str url;                    /* as rnd_fetch_url asks for it; empty: the reference is wanted */
	const struct rnd_git_url *git; /* as rnd_fetch_either asks for the URL, or as rnd_fetch_git does; NULL: it is no repository */
};

/* URLs that turn out to be repositories are fetched as such in a second round. Does nothing for what is cached, or for a single download, which would gain nothing. */
void rnd_fetch_ahead(struct rnd_fetcher *f, const struct rnd_wanted *wanted, size_t n);

struct rnd_ahead {
	struct rnd_wanted wanted;
	struct kv_job *job; /* which lives as long as that of the fetcher */
	struct rnd_fetcher fetcher;
	int got; /* -1: the errors are in the job */
	kv_str bytes, version;
	enum rnd_fetch_kind kind;
};

/* For fetch.c: the answer to what is asked for, as one that `f` got itself; each is given once. NULL: there is none. */
struct rnd_ahead *rnd_ahead_take(struct rnd_fetcher *f, kv_pos pos, const struct rnd_wanted *asked);

#endif
