/* base/seal.h: bytes that only who has their key can read or change (AES-256-GCM, through nettle,
 * which has the processor's instructions for it).
 *
 * A key is for one text alone: the nonce is always zero, so two texts under one key would tell of each other.
 */
#ifndef BASE_SEAL_H
#define BASE_SEAL_H

#include "base/buf.h"

#define KV_SEAL_KEY 32 /* bytes */

/* Seals what the buffer holds, which becomes 16 bytes longer. */
void kv_seal(const uint8_t key[KV_SEAL_KEY], struct kv_buf *text);
/* The text again; false if these bytes were not sealed with the key. */
bool kv_unseal(struct kv_arena *a, const uint8_t key[KV_SEAL_KEY], kv_str sealed, kv_str *ret);

#endif
