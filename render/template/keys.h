/* render/template/keys.h: private keys: made, read, printed, used for signatures.
 *
 * A key is numbers as bytes, the highest first, in the arena. Nettle's public-key half (hogweed) does the arithmetic with the
 * caller's stream for randomness, so equal streams make equal keys and nothing depends on another library's generator.
 */
#ifndef RENDER_TEMPLATE_KEYS_H
#define RENDER_TEMPLATE_KEYS_H

#include "render/template/chance.h"

enum rnd_key_type { RND_KEY_RSA, RND_KEY_DSA, RND_KEY_ECDSA, RND_KEY_ED25519 };

struct rnd_curve;

struct rnd_key {
	enum rnd_key_type type;
	union {
		struct {
			kv_str n, e, d, p, q, dp, dq, qinv;
		} rsa;
		struct {
			kv_str p, q, g, y, x;
		} dsa;
		struct {
			const struct rnd_curve *curve;
			kv_str scalar, point; /* the point is not compressed */
		} ec;
		struct {
			uint8_t seed[32], point[32];
		} ed25519;
	};
};

/* RSA of `bits`, DSA of 2048 and 256 bits, ECDSA on P-256, Ed25519. */
void rnd_key_make(struct kv_arena *a, struct rnd_stream *s, enum rnd_key_type type, unsigned bits,
		  struct rnd_key *ret);
/* As Sprig prints it: "RSA PRIVATE KEY", "DSA PRIVATE KEY", "EC PRIVATE KEY", or PKCS#8 (sprig: crypto.go, pemBlockForKey). */
kv_str rnd_key_pem(struct kv_arena *a, const struct rnd_key *key);
/* Sprig's parsePrivateKeyPEM. -1: *ret_error is its text. */
int rnd_key_read_pem(struct kv_arena *a, kv_str pem, struct rnd_key *ret, kv_str *ret_error)
	__attribute__((warn_unused_result));

/* The public half as SubjectPublicKeyInfo has it: AlgorithmIdentifier in DER and the bytes of the bit string. */
void rnd_key_public(struct kv_arena *a, const struct rnd_key *key, kv_str *ret_algorithm, kv_str *ret_bits);
/* The AlgorithmIdentifier of the signatures that Go's x509 makes with this kind of key; empty for DSA, which cannot sign. */
kv_str rnd_key_signature_algorithm(struct kv_arena *a, const struct rnd_key *key);
/* A signature of that algorithm. -1: *ret_error is Go's text. */
int rnd_key_sign(struct kv_arena *a, struct rnd_stream *s, const struct rnd_key *key, kv_str message,
		 kv_str *ret_signature, kv_str *ret_error) __attribute__((warn_unused_result));

#endif
