/* render/template/prime_test.c: the search finds what GMP's own does. */
#include "render/template/prime.h"

#include <stdio.h>

int main(void)
{
	gmp_randstate_t chance;
	mpz_t ours, theirs;
	int failures = 0;
	gmp_randinit_mt(chance);
	gmp_randseed_ui(chance, 1);
	mpz_inits(ours, theirs, NULL);
	for (int i = 0; i < 60; i++) {
		unsigned bits = i < 50 ? 256 : 1024;
		mpz_urandomb(ours, chance, bits);
		mpz_setbit(ours, bits - 1);
		mpz_setbit(ours, 0);
		mpz_sub_ui(theirs, ours, 1);
		mpz_nextprime(theirs, theirs);
		rnd_prime_from(ours);
		if (mpz_cmp(ours, theirs)) {
			gmp_printf("failed: %Zd is not the next prime but %Zd\n", ours, theirs);
			failures++;
		}
		/* A prime is the first that is not less than itself. */
		rnd_prime_from(ours);
		failures += mpz_cmp(ours, theirs) != 0;
	}
	mpz_clears(ours, theirs, NULL);
	gmp_randclear(chance);
	return failures > 0;
}
