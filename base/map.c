/* base/map.c: entries in order, and a table of entry numbers probed linearly. */
#include "base/map.h"

void kv_map_init(struct kv_map *m, struct kv_arena *a)
{
	*m = (struct kv_map){ .arena = a };
}

static uint32_t *slot_of(const struct kv_map *m, kv_str key, uint64_t hash)
{
	size_t mask = m->nslots - 1;

	for (size_t i = hash & mask;; i = (i + 1) & mask) {
		uint32_t number = m->slots[i];

		if (!number)
			return &m->slots[i];
		if (m->entries[number - 1].hash == hash && m->entries[number - 1].key.p &&
		    kv_str_eq(m->entries[number - 1].key, key))
			return &m->slots[i];
	}
}

static struct kv_map_entry *find(const struct kv_map *m, kv_str key, uint64_t hash)
{
	uint32_t number = m->nslots ? *slot_of(m, key, hash) : 0;

	return number ? &m->entries[number - 1] : NULL;
}

/* At most half of the slots are taken, deleted entries included. */
static void grow_slots(struct kv_map *m)
{
	size_t nslots = m->nslots ? m->nslots * 2 : 16;

	if (m->nslots && (m->n + 1) * 2 <= m->nslots)
		return;
	m->slots = KV_NEW_N(m->arena, uint32_t, nslots);
	m->nslots = nslots;
	for (size_t i = 0; i < m->n; i++) {
		size_t at = m->entries[i].hash & (nslots - 1);

		if (!m->entries[i].key.p)
			continue;
		while (m->slots[at])
			at = (at + 1) & (nslots - 1);
		m->slots[at] = (uint32_t)i + 1;
	}
}

void *kv_map_get(const struct kv_map *m, kv_str key)
{
	struct kv_map_entry *e = m->n ? find(m, key, kv_str_hash(key)) : NULL;

	return e ? e->value : NULL;
}

bool kv_map_has(const struct kv_map *m, kv_str key)
{
	return m->n && find(m, key, kv_str_hash(key));
}

void **kv_map_slot(struct kv_map *m, kv_str key)
{
	uint64_t hash = kv_str_hash(key);
	struct kv_map_entry *e = find(m, key, hash);
	struct kv_map_entry fresh = { .key = key.p ? key : KV_S(""), .hash = hash };

	if (e)
		return &e->value;
	if (m->n >= UINT32_MAX / 2)
		kv_oom(SIZE_MAX);
	grow_slots(m);
	*slot_of(m, key, hash) = (uint32_t)m->n + 1;
	KV_PUSH(m->arena, m->entries, m->n, m->cap, fresh);
	return &m->entries[m->n - 1].value;
}

void *kv_map_put(struct kv_map *m, kv_str key, void *value)
{
	void **slot = kv_map_slot(m, key);
	void *earlier = *slot;

	*slot = value;
	return earlier;
}

bool kv_map_del(struct kv_map *m, kv_str key)
{
	struct kv_map_entry *e = m->n ? find(m, key, kv_str_hash(key)) : NULL;

	if (!e)
		return false;
	e->key = (kv_str){ NULL, 0 };
	e->value = NULL;
	m->ndeleted++;
	return true;
}
