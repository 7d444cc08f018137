/* render/template/chance.h: what functions of chance and clock draw from.
 *
 * Each use of a call site gets a stream of its own: ChaCha20 under a key made of the seed of the unit and
 * release, the name of the function, the template and line of the call, and how often that site has drawn
 * before. So a value changes only when its own call moves, and equal inputs give equal bytes on every
 * machine. With --random=os bytes and time are the system's.
 */
#ifndef RENDER_TEMPLATE_CHANCE_H
#define RENDER_TEMPLATE_CHANCE_H

#include <nettle/chacha.h>

#include "render/template/func.h"

/* Random bytes for one call. */
struct rnd_stream {
	bool os; /* from the operating system; else from chacha */
	/* Of a varied call (rnd_draws.varied): the stream that it has otherwise, whose numbers are varied. NULL: the call is not varied, or
	 * `os` gives other numbers anyway. */
	struct rnd_stream *plain;
	enum rnd_variation variation; /* only with `plain` */
	struct chacha_ctx chacha;
	size_t used; /* bytes of block gone */
	uint8_t block[64];
};

/* What the set draws from. */
const struct rnd_chance *rnd_call_chance(const struct rnd_call *c);
/* The stream of this call. */
void rnd_stream_open(struct rnd_call *c, struct rnd_stream *ret);
/* The same from a text instead of a call: equal keys give equal bytes. */
void rnd_stream_from(const struct rnd_chance *chance, kv_str key, struct rnd_stream *ret);
void rnd_stream_read(struct rnd_stream *s, void *to, size_t n);
/* Uniform in [0, bound), then varied if the call is; bound is not 0. */
uint64_t rnd_stream_below(struct rnd_stream *s, uint64_t bound);

/* Nanoseconds since 1970. */
int64_t rnd_clock_now(const struct rnd_call *c);

#endif
