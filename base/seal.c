/* base/seal.c: nettle's AES-256-GCM behind kv_str. */
#include "base/seal.h"

#include <nettle/gcm.h>
#include <nettle/memops.h>

_Static_assert(KV_SEAL_KEY == AES256_KEY_SIZE, "the key is nettle's");

static void begin(struct gcm_aes256_ctx *c, const uint8_t *key)
{
	static const uint8_t nonce[GCM_IV_SIZE];

	gcm_aes256_set_key(c, key);
	gcm_aes256_set_iv(c, sizeof nonce, nonce);
}

void kv_seal(const uint8_t key[KV_SEAL_KEY], struct kv_buf *text)
{
	struct gcm_aes256_ctx c;
	uint8_t digest[GCM_DIGEST_SIZE], *p = (uint8_t *)text->p;

	begin(&c, key);
	gcm_aes256_encrypt(&c, text->n, p, p);
	gcm_aes256_digest(&c, sizeof digest, digest);
	kv_buf_add(text, (const char *)digest, sizeof digest);
}

bool kv_unseal(struct kv_arena *a, const uint8_t key[KV_SEAL_KEY], kv_str sealed, kv_str *ret)
{
	struct gcm_aes256_ctx c;
	uint8_t digest[GCM_DIGEST_SIZE], *to;
	size_t n = sealed.n - GCM_DIGEST_SIZE;

	if (sealed.n < GCM_DIGEST_SIZE)
		return false;
	to = kv_arena_alloc(a, n);
	begin(&c, key);
	gcm_aes256_decrypt(&c, n, to, (const uint8_t *)sealed.p);
	gcm_aes256_digest(&c, sizeof digest, digest);
	*ret = kv_str_of((const char *)to, n);
	return memeql_sec(digest, sealed.p + n, sizeof digest);
}
