/* render/fetch/pin.c: the list of pins, found by what was asked for. */
#include "render/fetch/pin.h"

#include "base/buf.h"

void rnd_pins_init(struct rnd_pins *pins, struct kv_arena *a)
{
	*pins = (struct rnd_pins){ .arena = a };
	kv_map_init(&pins->by_asked, a);
}

kv_str rnd_pin_asked(struct kv_arena *a, const struct rnd_pin *pin)
{
	if (!pin->repository.n)
		return kv_arena_cat(a, KV_S("url\n"), pin->url);
	if (!pin->chart.n)
		return kv_arena_cat(a, KV_S("git\n"), pin->repository, KV_S("\n"), pin->version, KV_S("\n"),
				    pin->submodules);
	return kv_arena_cat(a, KV_S("chart\n"), pin->chart, KV_S("\n"), pin->repository, KV_S("\n"),
			    pin->version);
}

kv_str rnd_pin_name(const struct rnd_pin *pin)
{
	return pin->chart.n ? pin->chart : pin->repository.n ? pin->repository : pin->url;
}

struct rnd_pin *rnd_pins_find(const struct rnd_pins *pins, struct kv_arena *scratch,
			      const struct rnd_pin *asked)
{
	return pins ? kv_map_get(&pins->by_asked, rnd_pin_asked(scratch, asked)) : NULL;
}

void rnd_pins_put(struct rnd_pins *pins, const struct rnd_pin *pin)
{
	struct rnd_pin *copy = KV_NEW(pins->arena, struct rnd_pin);
	kv_str *fields[] = { &copy->chart, &copy->repository, &copy->version, &copy->submodules,
			     &copy->url,   &copy->resolved,   &copy->sha256 };
	void **slot;

	*copy = *pin;
	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
		*fields[i] = kv_arena_dup(pins->arena, *fields[i]);
	slot = kv_map_slot(&pins->by_asked, rnd_pin_asked(pins->arena, copy));
	if (*slot) {
		*(struct rnd_pin *)*slot = *copy;
		return;
	}
	*slot = copy;
	KV_PUSH(pins->arena, pins->v, pins->n, pins->cap, copy);
}
