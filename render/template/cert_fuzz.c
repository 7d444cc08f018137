/* render/template/cert_fuzz.c: any text as PEM: a key that is read prints, reads as the same again and can sign; a
 * certificate is taken apart.
 *
 * Seeds: \.pem$ ^testdata/secrets/.+/in/
 */
#include "render/template/cert.h"
#include "render/template/pem.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_key(struct kv_arena *a, const struct rnd_key *key)
{
	static const struct rnd_chance chance = { .seed = KV_STR("fuzz") };
	struct rnd_stream s;
	struct rnd_key again;
	kv_str pem = rnd_key_pem(a, key), signature, error;
	if (rnd_key_read_pem(a, pem, &again, &error) || !kv_str_eq(rnd_key_pem(a, &again), pem))
		abort();
	rnd_stream_from(&chance, KV_S(""), &s);
	(void)!rnd_key_sign(a, &s, key, KV_S("message"), &signature, &error);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct kv_arena *a = kv_arena_new();
	kv_str text = kv_str_of((const char *)data, size), type, der, error;
	struct rnd_key key;
	struct rnd_cert cert;
	if (rnd_key_read_pem(a, text, &key, &error) == 0)
		check_key(a, &key);
	if (rnd_pem_decode(a, text, &type, &der))
		(void)!rnd_cert_parse(der, &cert, &error);
	(void)!rnd_cert_parse(text, &cert, &error);
	kv_arena_free(a);
	return 0;
}
