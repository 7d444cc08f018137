/* render/template/func_random.c: randAlphaNum and its kin, randInt, randBytes, shuffle, uuidv4 (sprig: strings.go,
 * functions.go, crypto.go; goutils, xstrings, google/uuid). Everything here is tainted. */
#include "render/template/functions.h"

#include "base/base64.h"
#include "base/utf8.h"
#include "render/template/chance.h"
#include "render/template/result.h"

#define FN(name) int rnd_fn_##name(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)

static int too_long(struct rnd_call *c)
{
	return rnd_fail(c, "random text too long (limit %zu bytes)", c->job->limits.output_bytes);
}

/* `count` characters of the set, each as likely as the others. goutils refuses a negative count, and Sprig drops its
 * error. */
static int characters(struct rnd_call *c, int64_t count, kv_str set, krm_val *ret)
{
	struct rnd_stream s;
	if (count <= 0)
		return rnd_ret_tainted(c, KV_S(""), ret);
	if ((uint64_t)count > c->job->limits.output_bytes)
		return too_long(c);
	char *p = kv_arena_alloc(c->job->arena, (size_t)count);
	rnd_stream_open(c, &s);
	for (int64_t i = 0; i < count; i++)
		p[i] = set.p[rnd_stream_below(&s, set.n)];
	return rnd_ret_tainted(c, kv_str_of(p, (size_t)count), ret);
}

#define LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
#define DIGITS "0123456789"
/* What goutils draws from: the blank to the tilde. */
#define PRINTABLE                                                                                            \
	" !\"#$%&'()*+,-./" DIGITS ":;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~"

FN(randAlphaNum)
{
	(void)nargs;
	return characters(c, args[0].i, KV_S(LETTERS DIGITS), ret);
}

FN(randAlpha)
{
	(void)nargs;
	return characters(c, args[0].i, KV_S(LETTERS), ret);
}

FN(randNumeric)
{
	(void)nargs;
	return characters(c, args[0].i, KV_S(DIGITS), ret);
}

FN(randAscii)
{
	(void)nargs;
	return characters(c, args[0].i, KV_S(PRINTABLE), ret);
}

/* rand.Intn(max - min) + min, with Go's wrapping of int. */
FN(randInt)
{
	(void)nargs;
	struct rnd_stream s;
	int64_t range = (int64_t)((uint64_t)args[1].i - (uint64_t)args[0].i);
	if (range <= 0)
		return rnd_panic(c, "invalid argument to Intn");
	rnd_stream_open(c, &s);
	*ret = krm_int((int64_t)(rnd_stream_below(&s, (uint64_t)range) + (uint64_t)args[0].i));
	ret->flags |= KRM_TAINT;
	return 0;
}

FN(randBytes)
{
	(void)nargs;
	struct rnd_stream s;
	struct kv_buf b;
	if (args[0].i < 0)
		return rnd_panic(c, "runtime error: makeslice: len out of range");
	if ((uint64_t)args[0].i > c->job->limits.output_bytes / 2)
		return too_long(c);
	char *p = kv_arena_alloc(c->job->arena, (size_t)args[0].i);
	rnd_stream_open(c, &s);
	rnd_stream_read(&s, p, (size_t)args[0].i);
	kv_buf_init(&b, c->job->arena, KV_BUF_MAX);
	kv_base64_encode(&b, kv_str_of(p, (size_t)args[0].i), false);
	return rnd_ret_tainted(c, kv_buf_view(&b), ret);
}

/* The runes of the text in another order; bad bytes become U+FFFD, as in a []rune. */
FN(shuffle)
{
	(void)nargs;
	struct rnd_stream s;
	struct kv_buf b;
	kv_str text = krm_str(args[0]);
	/* A rune takes four times the memory of a letter. */
	if (text.n > c->job->limits.output_bytes / 8)
		return too_long(c);
	uint32_t *runes = KV_NEW_N(c->job->arena, uint32_t, text.n);
	size_t n = 0;
	for (size_t i = 0, size; i < text.n; i += size)
		runes[n++] = kv_utf8_decode(text, i, &size);
	rnd_stream_open(c, &s);
	for (size_t i = n; i-- > 1;) {
		size_t other = rnd_stream_below(&s, i + 1);
		uint32_t swap = runes[i];
		runes[i] = runes[other];
		runes[other] = swap;
	}
	kv_buf_init(&b, c->job->arena, KV_BUF_MAX);
	for (size_t i = 0; i < n; i++)
		kv_buf_rune(&b, runes[i]);
	return rnd_ret_tainted(c, kv_buf_view(&b), ret);
}

/* RFC 9562, version 4 */
FN(uuidv4)
{
	(void)args, (void)nargs;
	struct rnd_stream s;
	struct kv_buf b;
	uint8_t id[16];
	rnd_stream_open(c, &s);
	rnd_stream_read(&s, id, sizeof id);
	id[6] = (uint8_t)((id[6] & 0x0f) | 0x40);
	id[8] = (uint8_t)((id[8] & 0x3f) | 0x80);
	kv_buf_init(&b, c->job->arena, KV_BUF_MAX);
	for (size_t i = 0; i < sizeof id; i++)
		kv_buf_printf(&b, "%s%02x", i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "", id[i]);
	return rnd_ret_tainted(c, kv_buf_view(&b), ret);
}
