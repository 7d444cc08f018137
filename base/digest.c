/* base/digest.c: nettle and zlib behind kv_str. */
#include "base/digest.h"

#include <nettle/aes.h>
#include <nettle/cbc.h>
#include <nettle/hmac.h>
#include <nettle/md5.h>
#include <nettle/pbkdf2.h>
#include <nettle/sha1.h>
#include <nettle/sha2.h>
#include <zlib.h>

_Static_assert(sizeof(struct sha256_ctx) <= sizeof(struct kv_sha256), "nettle's context fits");

static const uint8_t *bytes_of(kv_str s)
{
	return (const uint8_t *)(s.p ? s.p : "");
}

/* --- hashes ----------------------------------------------------------------------------------- */

size_t kv_digest_size(enum kv_digest kind)
{
	switch (kind) {
	case KV_MD5: return MD5_DIGEST_SIZE;
	case KV_SHA1: return SHA1_DIGEST_SIZE;
	case KV_SHA256: return SHA256_DIGEST_SIZE;
	case KV_SHA384: return SHA384_DIGEST_SIZE;
	case KV_SHA512: return SHA512_DIGEST_SIZE;
	}
	return 0;
}

void kv_digest(enum kv_digest kind, kv_str data, uint8_t *ret)
{
	union {
		struct md5_ctx md5;
		struct sha1_ctx sha1;
		struct sha256_ctx sha256;
		struct sha512_ctx sha512;
	} c;
	const uint8_t *p = bytes_of(data);
	switch (kind) {
	case KV_MD5:
		md5_init(&c.md5), md5_update(&c.md5, data.n, p), md5_digest(&c.md5, MD5_DIGEST_SIZE, ret);
		break;
	case KV_SHA1:
		sha1_init(&c.sha1), sha1_update(&c.sha1, data.n, p),
			sha1_digest(&c.sha1, SHA1_DIGEST_SIZE, ret);
		break;
	case KV_SHA256:
		sha256_init(&c.sha256), sha256_update(&c.sha256, data.n, p);
		sha256_digest(&c.sha256, SHA256_DIGEST_SIZE, ret);
		break;
	case KV_SHA384:
		sha384_init(&c.sha512), sha512_update(&c.sha512, data.n, p);
		sha384_digest(&c.sha512, SHA384_DIGEST_SIZE, ret);
		break;
	case KV_SHA512:
		sha512_init(&c.sha512), sha512_update(&c.sha512, data.n, p);
		sha512_digest(&c.sha512, SHA512_DIGEST_SIZE, ret);
		break;
	}
}

kv_str kv_hex(struct kv_arena *a, const void *bytes, size_t n)
{
	static const char digits[] = "0123456789abcdef";
	const uint8_t *b = bytes;
	char *p = kv_arena_alloc(a, kv_size_mul(n, 2));
	for (size_t i = 0; i < n; i++) {
		p[2 * i] = digits[b[i] >> 4];
		p[2 * i + 1] = digits[b[i] & 15];
	}
	return kv_str_of(p, 2 * n);
}

kv_str kv_digest_hex(struct kv_arena *a, enum kv_digest kind, kv_str data)
{
	uint8_t digest[KV_DIGEST_MAX];
	kv_digest(kind, data, digest);
	return kv_hex(a, digest, kv_digest_size(kind));
}

void kv_sha256_init(struct kv_sha256 *h)
{
	sha256_init((struct sha256_ctx *)h);
}

void kv_sha256_add(struct kv_sha256 *h, kv_str data)
{
	sha256_update((struct sha256_ctx *)h, data.n, bytes_of(data));
}

void kv_sha256_end(struct kv_sha256 *h, uint8_t ret[32])
{
	sha256_digest((struct sha256_ctx *)h, SHA256_DIGEST_SIZE, ret);
}

void kv_hmac_sha256(kv_str key, kv_str data, uint8_t ret[32])
{
	struct hmac_sha256_ctx c;
	hmac_sha256_set_key(&c, key.n, bytes_of(key));
	hmac_sha256_update(&c, data.n, bytes_of(data));
	hmac_sha256_digest(&c, SHA256_DIGEST_SIZE, ret);
}

uint32_t kv_adler32(kv_str data)
{
	return (uint32_t)adler32_z(adler32_z(0, NULL, 0), bytes_of(data), data.n);
}

/* --- scrypt (RFC 7914) ------------------------------------------------------------------------ */

static uint32_t read_le32(const uint8_t *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static void write_le32(uint8_t *p, uint32_t v)
{
	for (int i = 0; i < 4; i++)
		p[i] = (uint8_t)(v >> (8 * i));
}

static uint32_t rotl(uint32_t v, int n)
{
	return v << n | v >> (32 - n);
}

/* Four quarter rounds, along the columns of the 4x4 matrix or, with its transpose's indices, along the rows. */
static void salsa_half_round(uint32_t x[16], const uint8_t order[16])
{
	for (int q = 0; q < 16; q += 4) {
		uint32_t *a = &x[order[q]], *b = &x[order[q + 1]], *c = &x[order[q + 2]],
			 *d = &x[order[q + 3]];
		*b ^= rotl(*a + *d, 7);
		*c ^= rotl(*b + *a, 9);
		*d ^= rotl(*c + *b, 13);
		*a ^= rotl(*d + *c, 18);
	}
}

static void salsa20_8(uint32_t block[16])
{
	static const uint8_t columns[16] = { 0, 4, 8, 12, 5, 9, 13, 1, 10, 14, 2, 6, 15, 3, 7, 11 };
	static const uint8_t rows[16] = { 0, 1, 2, 3, 5, 6, 7, 4, 10, 11, 8, 9, 15, 12, 13, 14 };
	uint32_t x[16];
	memcpy(x, block, sizeof x);
	for (int i = 0; i < 4; i++) {
		salsa_half_round(x, columns);
		salsa_half_round(x, rows);
	}
	for (int i = 0; i < 16; i++)
		block[i] += x[i];
}

/* scryptBlockMix: 2r blocks of 16 words from `in` to `out`, even ones first. */
static void block_mix(const uint32_t *in, uint32_t *out, size_t r)
{
	uint32_t x[16];
	memcpy(x, in + (2 * r - 1) * 16, sizeof x);
	for (size_t i = 0; i < 2 * r; i++) {
		for (size_t k = 0; k < 16; k++)
			x[k] ^= in[i * 16 + k];
		salsa20_8(x);
		memcpy(out + (i % 2 * r + i / 2) * 16, x, sizeof x);
	}
}

/* scryptROMix on `words` = 32r words in x; y holds as many, v cost times as many. */
static void ro_mix(uint32_t *x, uint32_t *y, uint32_t *v, size_t cost, size_t r)
{
	size_t words = 32 * r;
	for (size_t i = 0; i < cost; i++) {
		memcpy(v + i * words, x, words * 4);
		block_mix(x, y, r);
		memcpy(x, y, words * 4);
	}
	for (size_t i = 0; i < cost; i++) {
		const uint32_t *pick = v + (x[(2 * r - 1) * 16] & (cost - 1)) * words;
		for (size_t k = 0; k < words; k++)
			x[k] ^= pick[k];
		block_mix(x, y, r);
		memcpy(x, y, words * 4);
	}
}

void kv_scrypt(kv_str password, kv_str salt, uint32_t cost, uint32_t r, uint32_t p, uint8_t *ret, size_t n)
{
	struct kv_arena *a = kv_arena_new();
	size_t words = 32 * (size_t)r, total = kv_size_mul(words * 4, p);
	uint8_t *b = kv_arena_alloc(a, total);
	uint32_t *x = kv_arena_alloc(a, kv_size_mul(words, 8)),
		 *v = kv_arena_alloc(a, kv_size_mul(cost, words * 4));
	pbkdf2_hmac_sha256(password.n, bytes_of(password), 1, salt.n, bytes_of(salt), total, b);
	for (size_t i = 0; i < p; i++) {
		uint8_t *block = b + i * words * 4;
		for (size_t k = 0; k < words; k++)
			x[k] = read_le32(block + 4 * k);
		ro_mix(x, x + words, v, cost, r);
		for (size_t k = 0; k < words; k++)
			write_le32(block + 4 * k, x[k]);
	}
	pbkdf2_hmac_sha256(password.n, bytes_of(password), 1, total, b, n, ret);
	kv_arena_free(a);
}

/* --- AES -------------------------------------------------------------------------------------- */

void kv_aes256_cbc_encrypt(const uint8_t key[32], const uint8_t iv[16], const uint8_t *from, size_t n,
			   uint8_t *to)
{
	struct aes256_ctx c;
	uint8_t chain[16];
	memcpy(chain, iv, sizeof chain);
	aes256_set_encrypt_key(&c, key);
	cbc_encrypt(&c, (nettle_cipher_func *)aes256_encrypt, 16, chain, n, to, from);
}

void kv_aes256_cbc_decrypt(const uint8_t key[32], const uint8_t iv[16], const uint8_t *from, size_t n,
			   uint8_t *to)
{
	struct aes256_ctx c;
	uint8_t chain[16];
	memcpy(chain, iv, sizeof chain);
	aes256_set_decrypt_key(&c, key);
	cbc_decrypt(&c, (nettle_cipher_func *)aes256_decrypt, 16, chain, n, to, from);
}
