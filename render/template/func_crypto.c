/* render/template/func_crypto.c: bcrypt, htpasswd, derivePassword, encryptAES, decryptAES (sprig: crypto.go). */
#include "render/template/functions.h"

#include <nettle/blowfish.h>

#include "base/base64.h"
#include "base/digest.h"
#include "render/template/chance.h"
#include "render/template/result.h"

/* What a bcrypt (0.05 s) and a scrypt (0.27 s) count, in template steps: all of a release together take some 5 s at most. */
static const size_t bcrypt_steps = 500 * 1000, scrypt_steps = 2500 * 1000;

/* --- bcrypt ----------------------------------------------------------------------------------- */

/* Go's default cost. Nettle's 2a has a rule of its own for bytes above 127; its 2b is the algorithm that Go calls 2a. */
#define COST 10
static const char scheme[] = "$2b$10$";

/* "$2a$10$salt-and-hash". */
static kv_str bcrypt_hash(struct rnd_call *c, kv_str password)
{
	struct kv_arena *a = c->job->arena;
	struct rnd_stream s;
	uint8_t salt[BLOWFISH_BCRYPT_BINSALT_SIZE];
	char hash[BLOWFISH_BCRYPT_HASH_SIZE];
	if (password.n > 72)
		return KV_S("failed to encrypt string with bcrypt: bcrypt: password length exceeds 72 bytes");
	rnd_stream_open(c, &s);
	rnd_stream_read(&s, salt, sizeof salt);
	if (rnd_is_dry_run(c))
		return kv_arena_dup(a, kv_str_c(scheme));
	if (!blowfish_bcrypt_hash((uint8_t *)hash, password.n, (const uint8_t *)password.p, strlen(scheme),
				  (const uint8_t *)scheme, COST, salt))
		return KV_S("");
	return kv_arena_cat(a, KV_S("$2a"), kv_str_c(hash + strlen("$2a")));
}

static int encrypt_password(struct rnd_call *c, kv_str password, kv_str *ret)
{
	if (rnd_charge_slow(c, bcrypt_steps) || rnd_foresee(c))
		return -1;
	*ret = bcrypt_hash(c, password);
	return ret->n ? 0 : rnd_fail(c, "bcrypt is not available");
}

int rnd_fn_bcrypt(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	(void)nargs;
	kv_str hash;
	return encrypt_password(c, krm_str(args[0]), &hash) ? -1 : rnd_ret_tainted(c, hash, ret);
}

int rnd_fn_htpasswd(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	(void)nargs;
	struct kv_arena *a = c->job->arena;
	kv_str user = krm_str(args[0]), hash;
	if (kv_str_chr(user, ':') != SIZE_MAX) {
		*ret = krm_string(a, kv_arena_cat(a, KV_S("invalid username: "), user));
		return 0;
	}
	if (encrypt_password(c, krm_str(args[1]), &hash))
		return -1;
	return rnd_ret_tainted(c, kv_arena_cat(a, user, KV_S(":"), hash), ret);
}

/* --- derivePassword: Master Password's algorithm ---------------------------------------------- */

static const struct {
	const char *type;
	const char *templates[21];
} password_types[] = {
	{ "maximum", { "anoxxxxxxxxxxxxxxxxx", "axxxxxxxxxxxxxxxxxno" } },
	{ "long", { "CvcvnoCvcvCvcv", "CvcvCvcvnoCvcv", "CvcvCvcvCvcvno", "CvccnoCvcvCvcv", "CvccCvcvnoCvcv",
		    "CvccCvcvCvcvno", "CvcvnoCvccCvcv", "CvcvCvccnoCvcv", "CvcvCvccCvcvno", "CvcvnoCvcvCvcc",
		    "CvcvCvcvnoCvcc", "CvcvCvcvCvccno", "CvccnoCvccCvcv", "CvccCvccnoCvcv", "CvccCvccCvcvno",
		    "CvcvnoCvccCvcc", "CvcvCvccnoCvcc", "CvcvCvccCvccno", "CvccnoCvcvCvcc", "CvccCvcvnoCvcc",
		    "CvccCvcvCvccno" } },
	{ "medium", { "CvcnoCvc", "CvcCvcno" } },
	{ "short", { "Cvcn" } },
	{ "basic", { "aaanaaan", "aannaaan", "aaannaaa" } },
	{ "pin", { "nnnn" } },
};

/* The characters that a letter of a template stands for. */
static const char *characters_of(char letter)
{
	switch (letter) {
	case 'V': return "AEIOU";
	case 'C': return "BCDFGHJKLMNPQRSTVWXYZ";
	case 'v': return "aeiou";
	case 'c': return "bcdfghjklmnpqrstvwxyz";
	case 'a': return "AEIOUaeiouBCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz";
	case 'n': return "0123456789";
	case 'o': return "@&%?,=[]_:-+*$#!'^~;()/.";
	default: return "AEIOUaeiouBCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz0123456789!@#$%^&*()";
	}
}

static const char *const *find_templates(kv_str type)
{
	for (size_t i = 0; i < sizeof password_types / sizeof *password_types; i++)
		if (kv_str_eq(type, kv_str_c(password_types[i].type)))
			return password_types[i].templates;
	return NULL;
}

/* Four bytes, the highest first. */
static void add_u32(struct kv_buf *b, uint64_t v)
{
	for (int shift = 24; shift >= 0; shift -= 8)
		kv_buf_c(b, (char)(v >> shift));
}

/* HMAC-SHA-256 of the site and counter under a key that scrypt makes of user and password. */
static void password_seed(struct kv_arena *a, uint64_t counter, kv_str password, kv_str user, kv_str site,
			  uint8_t seed[32])
{
	const kv_str scope = KV_S("com.lyndir.masterpassword");
	struct kv_buf salt, message;
	uint8_t key[64];
	kv_buf_init(&salt, a, KV_BUF_MAX);
	kv_buf_init(&message, a, KV_BUF_MAX);
	kv_buf_str(&salt, scope);
	add_u32(&salt, user.n);
	kv_buf_str(&salt, user);
	kv_scrypt(password, kv_buf_view(&salt), 32768, 8, 2, key, sizeof key);
	kv_buf_str(&message, scope);
	add_u32(&message, site.n);
	kv_buf_str(&message, site);
	add_u32(&message, counter);
	kv_hmac_sha256(kv_str_of((const char *)key, sizeof key), kv_buf_view(&message), seed);
}

/* derivePassword counter type password user site */
int rnd_fn_derivePassword(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	(void)nargs;
	struct kv_arena *a = c->job->arena;
	const char *const *templates = find_templates(krm_str(args[1]));
	uint8_t seed[32] = { 0 };
	size_t n = 0;
	struct kv_buf b;
	if (!templates) {
		*ret = krm_string(a,
				  kv_arena_cat(a, KV_S("cannot find password template "), krm_str(args[1])));
		return 0;
	}
	if (rnd_charge_slow(c, scrypt_steps) || rnd_foresee(c))
		return -1;
	if (!rnd_is_dry_run(c))
		password_seed(a, args[0].u, krm_str(args[2]), krm_str(args[3]), krm_str(args[4]), seed);
	while (n < 21 && templates[n])
		n++;
	const char *chosen = templates[seed[0] % n];
	kv_buf_init(&b, a, KV_BUF_MAX);
	for (size_t i = 0; chosen[i]; i++) {
		const char *set = characters_of(chosen[i]);
		kv_buf_c(&b, set[seed[i + 1] % strlen(set)]);
	}
	*ret = krm_string(a, kv_buf_view(&b));
	return 0;
}

/* --- AES-256-CBC, the password cut or filled with zeros to the key's length ------------------- */

#define BLOCK 16

static void aes_key(kv_str password, uint8_t key[32])
{
	size_t n = password.n < 32 ? password.n : 32;
	memset(key, 0, 32);
	if (n)
		memcpy(key, password.p, n);
}

/* The result is the vector and the blocks; padding is one to 16 bytes that say how many they are. */
int rnd_fn_encryptAES(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	(void)nargs;
	kv_str text = krm_str(args[1]);
	struct rnd_stream s;
	struct kv_buf b;
	uint8_t key[32];
	if (!text.n) {
		*ret = krm_string(c->job->arena, text);
		return 0;
	}
	size_t padding = BLOCK - text.n % BLOCK, n = text.n + padding;
	uint8_t *p = kv_arena_alloc(c->job->arena, BLOCK + n);
	aes_key(krm_str(args[0]), key);
	rnd_stream_open(c, &s);
	rnd_stream_read(&s, p, BLOCK);
	memcpy(p + BLOCK, text.p, text.n);
	memset(p + BLOCK + text.n, (int)padding, padding);
	kv_aes256_cbc_encrypt(key, p, p + BLOCK, n, p + BLOCK);
	kv_buf_init(&b, c->job->arena, KV_BUF_MAX);
	kv_base64_encode(&b, kv_str_of((const char *)p, BLOCK + n), false);
	return rnd_ret_tainted(c, kv_buf_view(&b), ret);
}

/* What Go's slices and ciphers say of a text that was not made by encryptAES. */
static int check_blocks(struct rnd_call *c, size_t n, size_t room)
{
	if (room < BLOCK)
		return rnd_panic(c, "runtime error: slice bounds out of range [:%d] with capacity %zu", BLOCK,
				 room);
	if (n < BLOCK)
		return rnd_panic(c, "runtime error: slice bounds out of range [%d:%zu]", BLOCK, n);
	if (n % BLOCK)
		return rnd_panic(c, "crypto/cipher: input not full blocks");
	if (n == BLOCK)
		return rnd_panic(c, "runtime error: index out of range [-1]");
	return 0;
}

int rnd_fn_decryptAES(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	(void)nargs;
	kv_str text = krm_str(args[1]);
	struct kv_buf b;
	uint8_t key[32];
	size_t bad;
	kv_buf_init(&b, c->job->arena, KV_BUF_MAX);
	if (!text.n) {
		*ret = krm_string(c->job->arena, text);
		return 0;
	}
	if (!kv_base64_decode(&b, text, false, &bad))
		return rnd_fail(c, "illegal base64 data at input byte %zu", bad);
	if (check_blocks(c, b.n, text.n / 4 * 3))
		return -1;
	size_t n = b.n - BLOCK;
	uint8_t *p = (uint8_t *)b.p;
	aes_key(krm_str(args[0]), key);
	kv_aes256_cbc_decrypt(key, p, p + BLOCK, n, p + BLOCK);
	size_t padding = p[BLOCK + n - 1];
	if (padding > n)
		return rnd_panic(c, "runtime error: slice bounds out of range [:-%zu]", padding - n);
	*ret = krm_string(c->job->arena, kv_str_of((const char *)p + BLOCK, n - padding));
	return 0;
}
