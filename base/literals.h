/* base/literals.h: which of many short literals occur in a text, found in one pass.
 *
 * A sieve for what costs more: regular expressions that cannot match where their literal is missing. Literals are bytes, at
 * least two each; several may share a number. The set lives in its arena and is not changed by a search.
 */
#ifndef BASE_LITERALS_H
#define BASE_LITERALS_H

#include "base/arena.h"

struct kv_literals;

/* A set of numbers below KV_LITERAL_NUMBERS. */
#define KV_LITERAL_NUMBERS ((size_t)192)
struct kv_literal_numbers {
	uint64_t bits[KV_LITERAL_NUMBERS / 64];
};
static inline bool kv_literal_has(const struct kv_literal_numbers *numbers, size_t number)
{
	return numbers->bits[number / 64] >> number % 64 & 1;
}

struct kv_literals *kv_literals_new(struct kv_arena *a);
/* The literal is not copied. */
void kv_literals_add(struct kv_literals *set, kv_str literal, size_t number);
/* The numbers of the literals that occur in the text; false if none does. */
bool kv_literals_find(const struct kv_literals *set, kv_str text, struct kv_literal_numbers *ret);

#endif
