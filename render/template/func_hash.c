/* render/template/func_hash.c: sha1sum, sha256sum, sha512sum, adler32sum (sprig: crypto.go). */
#include "render/template/functions.h"

#include "base/digest.h"

/* A digest takes longer than other ways to read a text: four bytes a step. */
static int hex_digest(struct rnd_call *c, enum kv_digest kind, krm_val text, krm_val *ret)
{
	if (rnd_charge(c, text.s->n / 4))
		return -1;
	*ret = krm_string(c->job->arena, kv_digest_hex(c->job->arena, kind, krm_str(text)));
	return 0;
}

int rnd_fn_sha1sum(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	(void)nargs;
	return hex_digest(c, KV_SHA1, args[0], ret);
}

int rnd_fn_sha256sum(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	(void)nargs;
	return hex_digest(c, KV_SHA256, args[0], ret);
}

int rnd_fn_sha512sum(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	(void)nargs;
	return hex_digest(c, KV_SHA512, args[0], ret);
}

int rnd_fn_adler32sum(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	(void)nargs;
	*ret = krm_string(c->job->arena, kv_arena_printf(c->job->arena, "%u", kv_adler32(krm_str(args[0]))));
	return 0;
}
