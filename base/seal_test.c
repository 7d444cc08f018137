/* base/seal_test.c: what is sealed comes back; with another key, or one bit changed, it does not. */
#include "base/seal.h"

#include <stdio.h>

int main(void)
{
	struct kv_arena *a = kv_arena_new();
	uint8_t key[KV_SEAL_KEY] = { 1 }, other[KV_SEAL_KEY] = { 2 };
	const kv_str texts[] = { KV_S(""), KV_S("a"), KV_S("kind: Secret\n") };
	kv_str back;
	int failures = 0;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		struct kv_buf b;
		kv_buf_init(&b, a, KV_BUF_MAX);
		kv_buf_str(&b, texts[i]);
		kv_seal(key, &b);
		kv_str sealed = kv_buf_view(&b);
		failures += !kv_unseal(a, key, sealed, &back) || !kv_str_eq(back, texts[i]);
		failures += kv_unseal(a, other, sealed, &back);
		for (size_t k = 0; k < sealed.n; k++) {
			char *changed = kv_arena_cstr(a, sealed);
			changed[k] ^= 1;
			failures += kv_unseal(a, key, kv_str_of(changed, sealed.n), &back);
			failures += kv_unseal(a, key, kv_str_sub(sealed, 0, k), &back);
		}
	}
	if (failures)
		fprintf(stderr, "%d failures\n", failures);
	kv_arena_free(a);
	return failures != 0;
}
