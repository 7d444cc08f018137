/* render/template/prime.h: the search for the primes of RSA keys, through GMP. */
#ifndef RENDER_TEMPLATE_PRIME_H
#define RENDER_TEMPLATE_PRIME_H

#include <gmp.h>

/* The first prime that is not less than z, which is odd and has hundreds of bits; what mpz_nextprime finds, in half the time. */
void rnd_prime_from(mpz_t z);

#endif
