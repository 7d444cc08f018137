/* render/template/toml_tree.c: where the values of a TOML text go (toml: parse.go). */
#include "render/template/toml_reader.h"

/* Go's type of an array of tables. */
static const char tables_type[] = "[]map[string]interface {}";

const struct rnd_toml_place *rnd_toml_below(struct rnd_toml_reader *r, const struct rnd_toml_place *up,
					    kv_str name)
{
	struct rnd_toml_place *p = KV_NEW(r->a, struct rnd_toml_place);
	*p = (struct rnd_toml_place){ up, name, up ? up->depth + 1 : 1 };
	return p;
}

size_t rnd_toml_depth_of(const struct rnd_toml_place *p)
{
	return p ? p->depth : 0;
}

const struct rnd_toml_place **rnd_toml_place_chain(struct rnd_toml_reader *r, const struct rnd_toml_place *p)
{
	size_t n = rnd_toml_depth_of(p);
	if (n > r->chain_cap) {
		r->chain_cap = 2 * n;
		r->chain = KV_NEW_N(r->a, const struct rnd_toml_place *, r->chain_cap);
	}
	for (; p; p = p->up)
		r->chain[--n] = p;
	return r->chain;
}

kv_str rnd_toml_place_text(struct rnd_toml_reader *r, const struct rnd_toml_place *p)
{
	const struct rnd_toml_place **chain = rnd_toml_place_chain(r, p);
	r->scratch.n = 0;
	for (size_t i = 0; i < rnd_toml_depth_of(p); i++) {
		if (i)
			kv_buf_c(&r->scratch, '.');
		rnd_toml_key(chain[i]->name, &r->scratch);
	}
	return kv_buf_view(&r->scratch);
}

bool rnd_toml_is_tables(krm_val v)
{
	return krm_is(v, KRM_LIST) && v.l->name == tables_type;
}

/* The map that a path leads through here: itself, or the newest of an array of tables. */
static krm_val *step_into(krm_val *v)
{
	if (krm_is(*v, KRM_MAP))
		return v;
	return rnd_toml_is_tables(*v) && v->l->n ? &v->l->v[v->l->n - 1] : NULL;
}

static bool is_marked(struct rnd_toml_reader *r, const struct kv_map *set, const struct rnd_toml_place *p)
{
	return kv_map_get(set, rnd_toml_place_text(r, p)) != NULL;
}

void rnd_toml_mark(struct rnd_toml_reader *r, struct kv_map *set, const struct rnd_toml_place *p, bool on)
{
	static char yes;
	kv_str text = rnd_toml_place_text(r, p);
	if (on && !kv_map_has(set, text))
		text = kv_arena_dup(r->a, text);
	if (on || kv_map_has(set, text))
		kv_map_put(set, text, on ? &yes : NULL);
}

krm_val rnd_toml_new_table(struct rnd_toml_reader *r)
{
	return krm_map(r->a, KRM_OF_ANY);
}

int rnd_toml_set_value(struct rnd_toml_reader *r, kv_str key, krm_val value)
{
	const struct rnd_toml_place **chain = rnd_toml_place_chain(r, r->context),
				    *place = rnd_toml_below(r, r->context, key);
	krm_val *hash = &r->root;
	for (size_t i = 0; i < rnd_toml_depth_of(r->context); i++) {
		krm_val *inner = krm_map_find(hash->m, chain[i]->name);
		hash = inner ? step_into(inner) : NULL;
		if (!hash)
			return rnd_toml_fail_key(r, "has already been defined.", chain[i]);
	}
	if (!krm_map_find(hash->m, key)) {
		krm_map_set(r->a, hash->m, key, value);
		return 0;
	}
	if (!is_marked(r, &r->implicit, place))
		return rnd_toml_fail_key(r, "has already been defined.", place);
	rnd_toml_mark(r, &r->implicit, place, false);
	if (is_marked(r, &r->arrays, place))
		krm_map_set(r->a, hash->m, key, value);
	return 0;
}

void rnd_toml_set_array(struct rnd_toml_reader *r, kv_str key, bool array)
{
	bool deeper = key.n || !r->context;
	rnd_toml_mark(r, &r->arrays, deeper ? rnd_toml_below(r, r->context, key) : r->context, array);
}

/* The array of tables at the key, made if there is none, gets one more. */
static int append_table(struct rnd_toml_reader *r, krm_val *hash, const struct rnd_toml_place *place)
{
	krm_val *found = krm_map_find(hash->m, place->name);
	if (!found) {
		krm_val list = krm_list(r->a, KRM_OF_OTHER);
		list.l->name = tables_type;
		krm_map_set(r->a, hash->m, place->name, list);
		found = krm_map_find(hash->m, place->name);
	}
	if (!rnd_toml_is_tables(*found))
		return rnd_toml_fail_key(r, "was already created and cannot be used as an array.", place);
	krm_list_push(r->a, found->l, rnd_toml_new_table(r));
	return 0;
}

/* The map at a place, made with all that leads to it where it is not there yet. */
static krm_val *open_place(struct rnd_toml_reader *r, const struct rnd_toml_place *place)
{
	size_t n = rnd_toml_depth_of(place);
	const struct rnd_toml_place **chain = KV_NEW_N(r->a, const struct rnd_toml_place *, n);
	krm_val *hash = &r->root;
	if (n)
		memcpy(chain, rnd_toml_place_chain(r, place), n * sizeof *chain);
	for (size_t i = 0; i < n; i++) {
		if (!krm_map_find(hash->m, chain[i]->name)) {
			rnd_toml_mark(r, &r->implicit, chain[i], true);
			krm_map_set(r->a, hash->m, chain[i]->name, rnd_toml_new_table(r));
		}
		hash = step_into(krm_map_find(hash->m, chain[i]->name));
		if (!hash) {
			(void)rnd_toml_fail_key(r, "was already created as a hash.", chain[i]);
			return NULL;
		}
	}
	return hash;
}

int rnd_toml_add_context(struct rnd_toml_reader *r, const struct rnd_toml_place *place, bool array)
{
	krm_val *hash = open_place(r, place->up);
	if (!hash)
		return -1;
	r->context = place->up;
	if (array ? append_table(r, hash, place) : rnd_toml_set_value(r, place->name, rnd_toml_new_table(r)))
		return -1;
	r->context = place;
	return 0;
}

int rnd_toml_open_key(struct rnd_toml_reader *r, const struct rnd_toml_path *key)
{
	r->key = key->v[key->n - 1];
	for (size_t i = 0; i + 1 < key->n; i++) {
		const struct rnd_toml_place *place = rnd_toml_below(r, r->context, key->v[i]);
		rnd_toml_mark(r, &r->implicit, place, true);
		if (rnd_toml_add_context(r, place, false))
			return -1;
	}
	return 0;
}
