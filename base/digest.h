/* base/digest.h: hashes, checksums and AES, through nettle and zlib. */
#ifndef BASE_DIGEST_H
#define BASE_DIGEST_H

#include "base/arena.h"

enum kv_digest { KV_MD5, KV_SHA1, KV_SHA256, KV_SHA384, KV_SHA512 };

/* The longest digest. */
#define KV_DIGEST_MAX 64

/* Bytes of a digest. */
size_t kv_digest_size(enum kv_digest kind);
/* Writes kv_digest_size bytes. */
void kv_digest(enum kv_digest kind, kv_str data, uint8_t *ret);
/* The digest in lower-case hexadecimal. */
kv_str kv_digest_hex(struct kv_arena *a, enum kv_digest kind, kv_str data);
kv_str kv_hex(struct kv_arena *a, const void *bytes, size_t n);

/* SHA-256 of a text that comes in pieces. */
struct kv_sha256 {
	uint64_t state[16]; /* nettle's context, whose size digest.c checks */
};
void kv_sha256_init(struct kv_sha256 *h);
void kv_sha256_add(struct kv_sha256 *h, kv_str data);
void kv_sha256_end(struct kv_sha256 *h, uint8_t ret[32]);

void kv_hmac_sha256(kv_str key, kv_str data, uint8_t ret[32]);
/* RFC 7914. 128 * r * cost bytes of memory; cost is a power of two above 1. */
void kv_scrypt(kv_str password, kv_str salt, uint32_t cost, uint32_t r, uint32_t p, uint8_t *ret, size_t n);

uint32_t kv_adler32(kv_str data);

/* AES-256-CBC without padding: n is a multiple of 16; `to` may be `from`. */
void kv_aes256_cbc_encrypt(const uint8_t key[32], const uint8_t iv[16], const uint8_t *from, size_t n,
			   uint8_t *to);
void kv_aes256_cbc_decrypt(const uint8_t key[32], const uint8_t iv[16], const uint8_t *from, size_t n,
			   uint8_t *to);

#endif
