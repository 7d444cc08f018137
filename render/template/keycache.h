/* render/template/keycache.h: keys and signatures that are made once.
 *
 * A key made from a seed is no secret, and making it is what takes most of a render: the numbers of RSA and DSA keys are kept in the
 * cache (render/fetch/cache.h) under the seed. With --random=os nothing is kept.
 */
#ifndef RENDER_TEMPLATE_KEYCACHE_H
#define RENDER_TEMPLATE_KEYCACHE_H

#include "render/template/keys.h"

/* The same key, and the same stream afterwards, whether the cache has it, lacks it or is none. Fails where it would have to be made
 * and rnd_foresee refuses that. */
KV_MUST int rnd_key_get(struct rnd_call *c, struct rnd_stream *s, enum rnd_key_type type, unsigned bits,
			struct rnd_key *ret);
/* rnd_key_sign, with what RSA signed before taken from the cache; what is drawn from the stream afterwards is not determined. */
KV_MUST int rnd_key_sign_once(struct kv_job *job, struct rnd_stream *s, const struct rnd_key *key, kv_str message,
			      kv_str *ret_signature, kv_str *ret_error);

#endif
