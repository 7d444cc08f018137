/* render/fetch/remote.h: a cache that machines share, by Bazel's HTTP protocol.
 *
 *	URL/ac/KEY       what an action gave: an ActionResult with one output file (bazel: remote_execution.proto)
 *	URL/cas/SHA256   the bytes of that file
 *
 * So any server that Bazel can use will do, and so will one that only stores what is PUT to it. Bytes are compared with their digest. Nothing
 * here is an error: a server that fails is a miss, told once in a run and asked no more.
 */
#ifndef RENDER_FETCH_REMOTE_H
#define RENDER_FETCH_REMOTE_H

#include <stdatomic.h>

#include "render/fetch/http.h"

struct rnd_remote {
	kv_str url; /* without a final slash; empty: there is none */
	bool read_only;
	kv_str token; /* a bearer token; empty: none */
	const struct rnd_http_options *http;
	atomic_bool off; /* it failed */
};

/* "URL" or "URL,ro". The token is $KVENDOR_CACHE_TOKEN. */
KV_MUST int rnd_remote_open(struct kv_job *job, kv_str text, const struct rnd_http_options *http,
			    struct rnd_remote *ret);
/* What is under a key, a SHA-256 in hexadecimal; false if nothing is, or something else. */
bool rnd_remote_get(struct kv_job *job, struct rnd_remote *r, kv_str key, kv_str *ret);
void rnd_remote_put(struct kv_job *job, struct rnd_remote *r, kv_str key, kv_str bytes);

#endif
