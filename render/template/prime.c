/* render/template/prime.c: see prime.h. */
#include "render/template/prime.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* Candidates with a smaller factor are not tested. GMP's own search stops at 1,000, and so tests twice as many. */
#define LIMIT ((size_t)1 << 17)
/* Odd numbers looked at together: many times as many as lie between two primes of 2,048 bits. */
#define WINDOW ((size_t)1 << 14)
/* GMP's advice: the chance that a composite passes is below 4^-25. */
#define TESTS 25

/* composite[i] is about 2 * i + 1 */
static void mark_small_composites(bool composite[LIMIT / 2])
{
	memset(composite, 0, LIMIT / 2);
	for (size_t i = 1; (2 * i + 1) * (2 * i + 1) < LIMIT; i++)
		for (size_t n = (2 * i + 1) * (2 * i + 1) / 2; !composite[i] && n < LIMIT / 2; n += 2 * i + 1)
			composite[n] = true;
}

/* divisible[i] is about z + 2 * i, z being odd */
static void mark_divisible(const mpz_t z, const bool composite[LIMIT / 2], bool divisible[WINDOW])
{
	memset(divisible, 0, WINDOW);
	for (size_t i = 1; i < LIMIT / 2; i++) {
		if (composite[i])
			continue;
		size_t prime = 2 * i + 1, rest = mpz_fdiv_ui(z, prime), distance = rest ? prime - rest : 0;
		for (size_t n = (distance % 2 ? distance + prime : distance) / 2; n < WINDOW; n += prime)
			divisible[n] = true;
	}
}

/* From one candidate to the next, z itself being the first. */
static bool find_in_window(mpz_t z, const bool divisible[WINDOW])
{
	size_t at = 0;
	for (size_t i = 0; i < WINDOW; i++) {
		if (divisible[i])
			continue;
		mpz_add_ui(z, z, 2 * (i - at));
		at = i;
		if (mpz_probab_prime_p(z, TESTS))
			return true;
	}
	mpz_add_ui(z, z, 2 * (WINDOW - at));
	return false;
}

void rnd_prime_from(mpz_t z)
{
	bool composite[LIMIT / 2], divisible[WINDOW];
	mark_small_composites(composite);
	do
		mark_divisible(z, composite, divisible);
	while (!find_in_window(z, divisible));
}
