/* base/map.h: a hash map from strings to pointers, in an arena.
 *
 * Keys are not copied: they must live as long as the map. Entries keep the order in which they came, so
 * iteration is deterministic: for (size_t i = 0; i < m->n; i++) m->entries[i]. Deleting keeps the order and
 * leaves an entry with a NULL key pointer. The hash is seeded.
 */
#ifndef BASE_MAP_H
#define BASE_MAP_H

#include "base/arena.h"

struct kv_map_entry {
	kv_str key;
	uint64_t hash;
	void *value;
};

struct kv_map {
	struct kv_arena *arena;
	struct kv_map_entry *entries;
	size_t n, cap;
	uint32_t *slots; /* entry number + 1, open addressing, a power of two */
	size_t nslots;
	size_t ndeleted;
};

void kv_map_init(struct kv_map *m, struct kv_arena *a);
/* The value, or NULL. */
void *kv_map_get(const struct kv_map *m, kv_str key);
bool kv_map_has(const struct kv_map *m, kv_str key);
/* Sets and returns the earlier value, or NULL. */
void *kv_map_put(struct kv_map *m, kv_str key, void *value);
/* The address of the value, made with NULL if the key is new. Valid until the next put. */
void **kv_map_slot(struct kv_map *m, kv_str key);
bool kv_map_del(struct kv_map *m, kv_str key);

#endif
