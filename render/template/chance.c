/* render/template/chance.c: seeded streams. */
#include "render/template/chance.h"

#include <sys/random.h>
#include <time.h>

#include "base/digest.h"
#include "base/map.h"
#include "render/template/node.h"

/* --- streams ---------------------------------------------------------------------------------- */

/* Parts are told apart by their lengths, so that no two lists of parts give one key. */
static void add_part(struct kv_sha256 *h, kv_str part)
{
	uint64_t n = part.n;
	kv_sha256_add(h, kv_str_of((const char *)&n, sizeof n));
	kv_sha256_add(h, part);
}

static void start(struct rnd_stream *s, const struct rnd_chance *chance, const uint8_t key[32])
{
	static const uint8_t nonce[CHACHA_NONCE_SIZE];
	*s = (struct rnd_stream){ .os = chance->os, .used = sizeof s->block };
	chacha_set_key(&s->chacha, key);
	chacha_set_nonce(&s->chacha, nonce);
}

void rnd_stream_from(const struct rnd_chance *chance, kv_str key, struct rnd_stream *ret)
{
	struct kv_sha256 h;
	uint8_t digest[32];
	kv_sha256_init(&h);
	add_part(&h, chance->seed);
	add_part(&h, key);
	kv_sha256_end(&h, digest);
	start(ret, chance, digest);
}

static void refill(struct rnd_stream *s)
{
	static const uint8_t zeros[sizeof s->block];
	size_t have = 0;
	s->used = 0;
	if (!s->os) {
		chacha_crypt(&s->chacha, sizeof s->block, s->block, zeros);
		return;
	}
	while (have < sizeof s->block) {
		ssize_t got = getrandom(s->block + have, sizeof s->block - have, 0);
		if (got > 0)
			have += (size_t)got;
	}
}

void rnd_stream_read(struct rnd_stream *s, void *to, size_t n)
{
	uint8_t *p = to;
	while (n) {
		if (s->used == sizeof s->block)
			refill(s);
		size_t part = sizeof s->block - s->used;
		part = part < n ? part : n;
		memcpy(p, s->block + s->used, part);
		s->used += part;
		p += part;
		n -= part;
	}
}

/* Draws that would favour small numbers are thrown away. Eight bytes are read as little-endian, on any machine. */
static uint64_t draw(struct rnd_stream *s, uint64_t bound)
{
	uint64_t most = UINT64_MAX - UINT64_MAX % bound, v;
	do {
		uint8_t b[8];
		rnd_stream_read(s, b, sizeof b);
		v = 0;
		for (int i = 8; i-- > 0;)
			v = v << 8 | b[i];
	} while (v >= most);
	return v % bound;
}

uint64_t rnd_stream_below(struct rnd_stream *s, uint64_t bound)
{
	if (!s->plain)
		return draw(s, bound);
	uint64_t plain = draw(s->plain, bound), away = bound < 2 ? 0 : 1 + draw(s, bound - 1);
	switch (s->variation) {
	case RND_VARY_LOWEST: return 0;
	case RND_VARY_HIGHEST: return bound - 1;
	case RND_VARY_UP: return away < bound - plain ? plain + away : away - (bound - plain);
	default: return away <= plain ? plain - away : bound - (away - plain);
	}
}

const struct rnd_chance *rnd_call_chance(const struct rnd_call *c)
{
	return &c->set->options.chance;
}

/* --- call sites ------------------------------------------------------------------------------- */

void rnd_draws_init(struct rnd_draws *d, struct kv_arena *a)
{
	*d = (struct rnd_draws){ .arena = a };
	kv_map_init(&d->known, a);
}

static struct rnd_draw site_of(const struct rnd_call *c)
{
	struct kv_place place = { .file = KV_STR("") };
	(void)kv_source_find(c->job, c->pos, &place);
	return (struct rnd_draw){ c->func->name, place.file, place.line, place.column };
}

/* "function file line column". */
static kv_str name_site(struct kv_arena *a, const struct rnd_draw *d)
{
	return kv_arena_printf(a, "%s %.*s %zu %zu", d->function, KV_ARG(d->file), d->line, d->column);
}

/* Notes the call; true if its answer is to be varied. */
static bool note_draw(const struct rnd_call *c)
{
	struct rnd_draws *draws = rnd_call_chance(c)->draws;
	if (!draws)
		return false;
	struct rnd_draw d = site_of(c);
	void **known = kv_map_slot(&draws->known, name_site(draws->arena, &d));
	if (!*known) {
		d.file = kv_arena_dup(draws->arena, d.file);
		KV_PUSH(draws->arena, draws->v, draws->n, draws->cap, d);
		*known = (void *)(uintptr_t)draws->n;
	}
	return draws->varied == RND_DRAWS_ALL || draws->varied == (uintptr_t)*known;
}

static size_t count_draw(struct rnd_call *c, kv_str site)
{
	struct kv_map *draws = &c->set->root->draws;
	if (!draws->arena)
		kv_map_init(draws, c->job->arena);
	size_t *n = kv_map_get(draws, site);
	if (!n) {
		n = KV_NEW(c->job->arena, size_t);
		kv_map_put(draws, site, n);
	}
	return (*n)++;
}

void rnd_stream_open(struct rnd_call *c, struct rnd_stream *ret)
{
	struct rnd_draw d = site_of(c);
	kv_str site = name_site(c->job->arena, &d);
	const struct rnd_chance *chance = rnd_call_chance(c);
	kv_str key = kv_arena_printf(c->job->arena, "%.*s %zu", KV_ARG(site), count_draw(c, site));
	if (!note_draw(c)) {
		rnd_stream_from(chance, key, ret);
		return;
	}
	/* Bytes are others in each way, but those of keys (genCA and its kin): they are long, and cost much. */
	int way = kv_str_starts(kv_str_c(d.function), KV_S("gen")) ? 0 : (int)chance->draws->variation;
	rnd_stream_from(chance, kv_arena_printf(c->job->arena, "%.*s again %d", KV_ARG(key), way), ret);
	ret->variation = chance->draws->variation;
	if (!chance->os) {
		ret->plain = KV_NEW(c->job->arena, struct rnd_stream);
		rnd_stream_from(chance, key, ret->plain);
	}
}

/* --- clock ------------------------------------------------------------------------------------ */

#define SECONDS(days, hours, minutes, seconds)                                                                         \
	((((int64_t)(days) * 24 + (hours)) * 60 + (minutes)) * 60 + (seconds))

/* What is added to the time of a varied call. Each part of a date and of the time of a day is another one in at least one of them, for
 * all days of these decades: 127 years, which change all digits of a year but the first, and more than half a day. */
static const int64_t later[RND_VARIATIONS] = {
	[RND_VARY_UP] = SECONDS(46500, 3, 7, 11),
	[RND_VARY_LOWEST] = SECONDS(200, 13, 23, 37),
	[RND_VARY_HIGHEST] = SECONDS(46500, 3, 7, 11),
	[RND_VARY_DOWN] = SECONDS(200, 13, 23, 37),
};

int64_t rnd_clock_now(const struct rnd_call *c)
{
	struct timespec now;
	const struct rnd_chance *chance = rnd_call_chance(c);
	int64_t more = note_draw(c) ? later[chance->draws->variation] * 1000000000 + 1 : 0;
	if (!chance->os)
		return chance->now + more;
	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec + more;
}
