/* render/fetch/cache.h: the folder that keeps what was downloaded or took long to make.
 *
 * It is $KVENDOR_CACHE, else $XDG_CACHE_HOME/kvendor, else ~/.cache/kvendor if there is a home, and holds:
 *
 *	sha256/HEX   bytes whose SHA-256 is HEX
 *	names/HEX    bytes under a name whose SHA-256 is HEX; their own digest stands in their first line
 *	partial/HEX  the part so far of an interrupted download from a URL whose SHA-256 is HEX (render/fetch/partial.h)
 *
 * Its files and folders are for this user alone: manifests may hold what not everybody should read.
 * An entry is made under another name and renamed, so any number of processes may read and write at once, and none sees half of
 * one. Bytes are compared with their digest whenever they are read; what does not fit is removed and counts as missing. A cache
 * that cannot be written is no error: it holds nothing then.
 */
#ifndef RENDER_FETCH_CACHE_H
#define RENDER_FETCH_CACHE_H

#include "base/job.h"

#define RND_CACHE_PARTIAL "partial"

struct rnd_cache {
	kv_str dir; /* absolute; empty: there is none, and every look-up misses */
};

/* The folder the environment names. A relative one is taken from the working directory. */
struct rnd_cache rnd_cache_default(struct kv_job *job);

/* 64 lower-case hexadecimal digits. */
bool rnd_is_sha256(kv_str text);

/* The bytes with this SHA-256 in hexadecimal. */
bool rnd_cache_get(struct kv_job *job, const struct rnd_cache *cache, kv_str sha256, kv_str *ret);
/* Whether there is such an entry; its bytes are not looked at. */
bool rnd_cache_has(struct kv_job *job, const struct rnd_cache *cache, kv_str sha256);
/* False if they could not be kept. */
bool rnd_cache_put(struct kv_job *job, const struct rnd_cache *cache, kv_str sha256, kv_str bytes);
/* The same under a name of any bytes, such as the seed of a key. Another process may replace what a name stands for. */
bool rnd_cache_get_named(struct kv_job *job, const struct rnd_cache *cache, kv_str name, kv_str *ret);
bool rnd_cache_put_named(struct kv_job *job, const struct rnd_cache *cache, kv_str name, kv_str bytes);

struct rnd_cache_stat {
	size_t files;
	uint64_t bytes;
};

/* How much there is. */
KV_MUST int rnd_cache_count(struct kv_job *job, const struct rnd_cache *cache, struct rnd_cache_stat *ret);
/* Removes what was not read for `seconds`, and what interrupted runs left. */
KV_MUST int rnd_cache_gc(struct kv_job *job, const struct rnd_cache *cache, int64_t seconds,
			 struct rnd_cache_stat *ret_removed);
/* Copies into a cache all entries of another whose bytes fit their digests. */
KV_MUST int rnd_cache_copy(struct kv_job *job, const struct rnd_cache *from, const struct rnd_cache *to,
			   struct rnd_cache_stat *ret_copied);

#endif
