/* base/literals.c: finds which of many literals occur in a text: each is filed under one pair of its bytes. */
#include "base/literals.h"

struct literal {
	kv_str text;
	size_t number;
	size_t pair;          /* offset of the pair it waits at */
	struct literal *next; /* that waits at the same one */
};

/* As many as there are pairs of ASCII bytes that differ in seven and five bits: few pairs share a place. */
#define PLACES ((size_t)1 << 12)

struct kv_literals {
	struct kv_arena *arena;
	struct literal *waiting[PLACES];
};

static size_t place_of(const char *pair)
{
	return ((size_t)(unsigned char)pair[0] << 5 ^ (unsigned char)pair[1]) % PLACES;
}

struct kv_literals *kv_literals_new(struct kv_arena *a)
{
	struct kv_literals *set = KV_NEW(a, struct kv_literals);
	set->arena = a;
	return set;
}

/* Words are full of small letters; a pair with another byte is rarer. */
static size_t rare_pair(kv_str literal)
{
	size_t last = literal.n - 2;
	for (size_t i = 0; i <= last; i++)
		if (literal.p[i] < 'a' || literal.p[i] > 'z' || literal.p[i + 1] < 'a' ||
		    literal.p[i + 1] > 'z')
			return i;
	return last;
}

void kv_literals_add(struct kv_literals *set, kv_str literal, size_t number)
{
	struct literal *l = KV_NEW(set->arena, struct literal);
	size_t pair = rare_pair(literal);
	struct literal **place = &set->waiting[place_of(literal.p + pair)];
	*l = (struct literal){ literal, number, pair, *place };
	*place = l;
}

bool kv_literals_find(const struct kv_literals *set, kv_str text, struct kv_literal_numbers *ret)
{
	bool found = false;
	memset(ret, 0, sizeof *ret);
	for (size_t i = 0; i + 1 < text.n; i++) {
		for (const struct literal *l = set->waiting[place_of(text.p + i)]; l; l = l->next) {
			if (i < l->pair || text.n - i < l->text.n - l->pair ||
			    memcmp(text.p + i - l->pair, l->text.p, l->text.n) != 0)
				continue;
			ret->bits[l->number / 64] |= (uint64_t)1 << l->number % 64;
			found = true;
		}
	}
	return found;
}
