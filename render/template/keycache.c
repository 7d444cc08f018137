/* render/template/keycache.c: see keycache.h. */
#include "render/template/keycache.h"

#include "base/digest.h"
#include "render/fetch/cache.h"

/* Entries of another form, or of keys that are made in another way, go by another name. */
#define FORM "kvendor key 2"

/* The seed of a key that a stream gives: always as many bytes, so that what is drawn next does not depend on the cache. */
enum { SEED_BYTES = 32 };

/* The numbers of a key, which are all that it consists of; none where making it is quick. */
static kv_str *numbers(struct rnd_key *key, size_t *ret_n)
{
	*ret_n = 0;
	if (key->type == RND_KEY_RSA)
		*ret_n = sizeof key->rsa / sizeof(kv_str);
	if (key->type == RND_KEY_DSA)
		*ret_n = sizeof key->dsa / sizeof(kv_str);
	return key->type == RND_KEY_RSA ? &key->rsa.n : &key->dsa.p;
}

/* A line of hexadecimal digits for each number. */
static kv_str print_numbers(struct kv_arena *a, const kv_str *list, size_t n)
{
	struct kv_buf b;
	kv_buf_init(&b, a, KV_BUF_MAX);
	for (size_t i = 0; i < n; i++) {
		kv_buf_str(&b, kv_hex(a, list[i].p, list[i].n));
		kv_buf_c(&b, '\n');
	}
	return kv_buf_view(&b);
}

static bool read_number(struct kv_arena *a, kv_str line, kv_str *ret)
{
	char *p = kv_arena_alloc(a, line.n / 2 + 1);
	for (size_t i = 0; i + 1 < line.n; i += 2) {
		int high = kv_hex_value(line.p[i]), low = kv_hex_value(line.p[i + 1]);
		if (high < 0 || low < 0)
			return false;
		p[i / 2] = (char)(high << 4 | low);
	}
	*ret = kv_str_of(p, line.n / 2);
	return line.n > 0 && line.n % 2 == 0;
}

static bool read_numbers(struct kv_arena *a, kv_str text, kv_str *list, size_t n)
{
	kv_str line;
	for (size_t i = 0; i < n; i++)
		if (!kv_str_line(&text, &line) || !read_number(a, line, &list[i]))
			return false;
	return text.n == 0;
}

static int make(struct rnd_call *c, kv_str name, struct rnd_stream *s, enum rnd_key_type type, unsigned bits,
		struct rnd_key *ret)
{
	struct kv_job *job = c->job;
	struct rnd_cache cache = rnd_cache_default(job);
	struct rnd_key kept = { .type = type };
	size_t n;
	kv_str *list = numbers(&kept, &n), text;
	if (n && rnd_cache_get_named(job, &cache, name, &text) && read_numbers(job->arena, text, list, n)) {
		*ret = kept;
		return 0;
	}
	if (n && rnd_foresee(c))
		return -1;
	rnd_key_make(job->arena, s, type, bits, ret);
	list = numbers(ret, &n);
	/* What cannot be kept is made again. */
	if (n)
		(void)rnd_cache_put_named(job, &cache, name, print_numbers(job->arena, list, n));
	return 0;
}

int rnd_key_get(struct rnd_call *c, struct rnd_stream *s, enum rnd_key_type type, unsigned bits, struct rnd_key *ret)
{
	struct kv_job *job = c->job;
	static const struct rnd_chance seeded;
	struct rnd_stream own;
	char seed[SEED_BYTES];
	if (s->os) {
		if (rnd_foresee(c))
			return -1;
		rnd_key_make(job->arena, s, type, bits, ret);
		return 0;
	}
	rnd_stream_read(s, seed, sizeof seed);
	kv_str name = kv_arena_printf(job->arena, FORM " %d %u %.*s", (int)type, bits,
				      KV_ARG(kv_hex(job->arena, seed, sizeof seed)));
	rnd_stream_from(&seeded, name, &own);
	return make(c, name, &own, type, bits, ret);
}

/* RSA's signatures are determined by key and message; the others cost little. */
static bool keeps_signature(const struct rnd_stream *s, const struct rnd_key *key)
{
	return !s->os && key->type == RND_KEY_RSA;
}

static kv_str signature_name(struct kv_arena *a, const struct rnd_key *key, kv_str message)
{
	struct kv_sha256 h;
	uint8_t digest[32];
	kv_sha256_init(&h);
	kv_sha256_add(&h, key->rsa.n);
	kv_sha256_add(&h, key->rsa.d);
	kv_sha256_add(&h, message);
	kv_sha256_end(&h, digest);
	return kv_arena_cat(a, KV_S("kvendor signature 1 "), kv_hex(a, digest, sizeof digest));
}

int rnd_key_sign_once(struct kv_job *job, struct rnd_stream *s, const struct rnd_key *key, kv_str message,
		      kv_str *ret_signature, kv_str *ret_error)
{
	struct kv_arena *a = job->arena;
	if (!keeps_signature(s, key))
		return rnd_key_sign(a, s, key, message, ret_signature, ret_error);
	struct rnd_cache cache = rnd_cache_default(job);
	kv_str name = signature_name(a, key, message), text, kept;
	if (rnd_cache_get_named(job, &cache, name, &text) && read_numbers(a, text, &kept, 1) && kept.n == key->rsa.n.n) {
		*ret_signature = kept;
		return 0;
	}
	if (rnd_key_sign(a, s, key, message, ret_signature, ret_error))
		return -1;
	(void)rnd_cache_put_named(job, &cache, name, print_numbers(a, ret_signature, 1));
	return 0;
}
