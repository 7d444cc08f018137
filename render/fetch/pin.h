/* render/fetch/pin.h: which bytes something remote is allowed to be.
 *
 * A pin says what was asked for, where it was found and the SHA-256 of its bytes. Pins are data: tree/lock reads and writes
 * them, render/fetch compares with them.
 */
#ifndef RENDER_FETCH_PIN_H
#define RENDER_FETCH_PIN_H

#include "base/map.h"

struct rnd_pin {
	/* What was asked for. A chart has a name and a repository, a Git reference a repository alone, any other URL neither. The
	 * version of a Git reference is a tag, branch or commit. */
	kv_str chart, repository, version;
	kv_str submodules; /* "false", or empty */
	kv_str url;      /* where the bytes come from; what was asked for when it is no chart */
	kv_str resolved; /* the version that was chosen, or the commit */
	kv_str sha256;
};

struct rnd_pins {
	struct kv_arena *arena;
	struct kv_map by_asked;
	struct rnd_pin **v; /* in the order of adding */
	size_t n, cap;
};

void rnd_pins_init(struct rnd_pins *pins, struct kv_arena *a);
/* What was asked for, as one text: the order in which pins are written. */
kv_str rnd_pin_asked(struct kv_arena *a, const struct rnd_pin *pin);
/* What a person calls it: the chart's name, the repository or the URL. */
kv_str rnd_pin_name(const struct rnd_pin *pin);
/* The pin for the same thing, or NULL. */
struct rnd_pin *rnd_pins_find(const struct rnd_pins *pins, struct kv_arena *scratch,
			      const struct rnd_pin *asked);
/* Adds a copy, or replaces the one for the same thing. */
void rnd_pins_put(struct rnd_pins *pins, const struct rnd_pin *pin);

#endif
