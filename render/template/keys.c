/* render/template/keys.c: keys through nettle and GMP (sprig: crypto.go; go: crypto/x509/pkcs1.go, pkcs8.go, sec1.go). */
#include "render/template/keys.h"

#include <nettle/dsa.h>
#include <nettle/ecc-curve.h>
#include <nettle/ecc.h>
#include <nettle/ecdsa.h>
#include <nettle/eddsa.h>
#include <nettle/rsa.h>
#include <pthread.h>

#include "base/digest.h"
#include "render/template/der.h"
#include "render/template/pem.h"
#include "render/template/prime.h"

/* The longest number of a key that is read: Go's ceiling for RSA is 16,384 bits as well. */
static const size_t max_number = 2048;

struct rnd_curve {
	kv_str oid;
	size_t size; /* bytes of a coordinate and of the order */
	const struct ecc_curve *(*nettle)(void);
	enum kv_digest digest;
	kv_str signature_oid;
};

static const struct rnd_curve curves[] = {
	{ KV_STR("\x2a\x86\x48\xce\x3d\x03\x01\x07"), 32, nettle_get_secp_256r1, KV_SHA256,
	  KV_STR("\x2a\x86\x48\xce\x3d\x04\x03\x02") },
	{ KV_STR("\x2b\x81\x04\x00\x21"), 28, nettle_get_secp_224r1, KV_SHA256,
	  KV_STR("\x2a\x86\x48\xce\x3d\x04\x03\x02") },
	{ KV_STR("\x2b\x81\x04\x00\x22"), 48, nettle_get_secp_384r1, KV_SHA384,
	  KV_STR("\x2a\x86\x48\xce\x3d\x04\x03\x03") },
	{ KV_STR("\x2b\x81\x04\x00\x23"), 66, nettle_get_secp_521r1, KV_SHA512,
	  KV_STR("\x2a\x86\x48\xce\x3d\x04\x03\x04") },
};

static const kv_str oid_rsa = KV_STR("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01");
static const kv_str oid_rsa_sha256 = KV_STR("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0b");
static const kv_str oid_ec = KV_STR("\x2a\x86\x48\xce\x3d\x02\x01");
static const kv_str oid_ed25519 = KV_STR("\x2b\x65\x70");

/* --- numbers ----------------------------------------------------------------------------------------- */

static void load(mpz_t z, kv_str s)
{
	mpz_init(z);
	mpz_import(z, s.n, 1, 1, 1, 0, s.p ? s.p : "");
}

/* The bytes of z, with zeros in front up to `width`. */
static kv_str save(struct kv_arena *a, const mpz_t z, size_t width)
{
	size_t n = mpz_sgn(z) ? (mpz_sizeinbase(z, 2) + 7) / 8 : 0, all = n > width ? n : width;
	char *p = kv_arena_zero(a, all);
	mpz_export(p + (all - n), NULL, 1, 1, 1, 0, z);
	return kv_str_of(p, all);
}

static void draw(void *stream, size_t n, uint8_t *to)
{
	rnd_stream_read(stream, to, n);
}

/* --- making --------------------------------------------------------------------------------------------- */

/* Odd; the two top bits are set, so that the product of two has all its bits. */
static void draw_start(struct rnd_stream *s, unsigned bits, mpz_t z)
{
	uint8_t bytes[512];
	rnd_stream_read(s, bytes, bits / 8);
	mpz_import(z, bits / 8, 1, 1, 1, 0, bytes);
	mpz_setbit(z, bits - 1);
	mpz_setbit(z, bits - 2);
	mpz_setbit(z, 0);
}

static void *to_prime(void *z)
{
	rnd_prime_from(z);
	return NULL;
}

/* What the search starts from is drawn before it begins, so it does not matter who finds which prime, or when. */
static void draw_primes(struct rnd_stream *s, unsigned bits, mpz_t p, mpz_t q)
{
	pthread_t thread;
	draw_start(s, bits, p);
	draw_start(s, bits, q);
	bool beside = pthread_create(&thread, NULL, to_prime, q) == 0;
	to_prime(p);
	if (beside)
		pthread_join(thread, NULL);
	else
		to_prime(q);
}

#define RSA_EXPONENT 65537

static bool suits(const mpz_t prime, unsigned bits)
{
	return mpz_sizeinbase(prime, 2) == bits && mpz_fdiv_ui(prime, RSA_EXPONENT) != 1;
}

/* The private numbers; x is used up. */
static void complete_rsa(struct kv_arena *a, mpz_t p, mpz_t q, mpz_t x, struct rnd_key *ret)
{
	mpz_t e, p1, q1;
	mpz_inits(p1, q1, NULL);
	mpz_init_set_ui(e, RSA_EXPONENT);
	mpz_mul(x, p, q);
	ret->rsa.n = save(a, x, 0);
	ret->rsa.e = save(a, e, 0);
	ret->rsa.p = save(a, p, 0);
	ret->rsa.q = save(a, q, 0);
	mpz_invert(x, q, p);
	ret->rsa.qinv = save(a, x, 0);
	mpz_sub_ui(p1, p, 1);
	mpz_sub_ui(q1, q, 1);
	mpz_lcm(x, p1, q1);
	mpz_invert(x, e, x);
	ret->rsa.d = save(a, x, 0);
	mpz_mod(p1, x, p1);
	ret->rsa.dp = save(a, p1, 0);
	mpz_mod(q1, x, q1);
	ret->rsa.dq = save(a, q1, 0);
	mpz_clears(e, p1, q1, NULL);
}

/* `bits` are at most 8,192. */
static void make_rsa(struct kv_arena *a, struct rnd_stream *s, unsigned bits, struct rnd_key *ret)
{
	mpz_t p, q, x;
	mpz_inits(p, q, x, NULL);
	do
		draw_primes(s, bits / 2, p, q);
	while (!suits(p, bits / 2) || !suits(q, bits / 2) || mpz_cmp(p, q) == 0);
	complete_rsa(a, p, q, x, ret);
	mpz_clears(p, q, x, NULL);
}

static void make_dsa(struct kv_arena *a, struct rnd_stream *s, struct rnd_key *ret)
{
	struct dsa_params params;
	mpz_t y, x;
	dsa_params_init(&params);
	mpz_init(y);
	mpz_init(x);
	while (!dsa_generate_params(&params, s, draw, NULL, NULL, 2048, 256))
		continue;
	dsa_generate_keypair(&params, y, x, s, draw);
	ret->dsa.p = save(a, params.p, 0);
	ret->dsa.q = save(a, params.q, 0);
	ret->dsa.g = save(a, params.g, 0);
	ret->dsa.y = save(a, y, 0);
	ret->dsa.x = save(a, x, 0);
	mpz_clear(x);
	mpz_clear(y);
	dsa_params_clear(&params);
}

static kv_str save_point(struct kv_arena *a, const struct ecc_point *point, size_t size)
{
	mpz_t x, y;
	mpz_init(x);
	mpz_init(y);
	ecc_point_get(point, x, y);
	kv_str text = kv_arena_cat(a, KV_S("\x04"), save(a, x, size), save(a, y, size));
	mpz_clear(y);
	mpz_clear(x);
	return text;
}

static void make_ecdsa(struct kv_arena *a, struct rnd_stream *s, struct rnd_key *ret)
{
	const struct rnd_curve *curve = &curves[0];
	struct ecc_point point;
	struct ecc_scalar scalar;
	mpz_t z;
	ecc_point_init(&point, curve->nettle());
	ecc_scalar_init(&scalar, curve->nettle());
	mpz_init(z);
	ecdsa_generate_keypair(&point, &scalar, s, draw);
	ecc_scalar_get(&scalar, z);
	ret->ec.curve = curve;
	ret->ec.scalar = save(a, z, curve->size);
	ret->ec.point = save_point(a, &point, curve->size);
	mpz_clear(z);
	ecc_scalar_clear(&scalar);
	ecc_point_clear(&point);
}

void rnd_key_make(struct kv_arena *a, struct rnd_stream *s, enum rnd_key_type type, unsigned bits,
		  struct rnd_key *ret)
{
	*ret = (struct rnd_key){ .type = type };
	switch (type) {
	case RND_KEY_RSA: make_rsa(a, s, bits, ret); break;
	case RND_KEY_DSA: make_dsa(a, s, ret); break;
	case RND_KEY_ECDSA: make_ecdsa(a, s, ret); break;
	case RND_KEY_ED25519:
		rnd_stream_read(s, ret->ed25519.seed, sizeof ret->ed25519.seed);
		ed25519_sha512_public_key(ret->ed25519.point, ret->ed25519.seed);
		break;
	}
}

/* --- printing ----------------------------------------------------------------------------------------------- */

static kv_str number(struct kv_arena *a, kv_str s)
{
	return rnd_der_number(a, s);
}

/* RSAPrivateKey of RFC 8017 */
static kv_str rsa_der(struct kv_arena *a, const struct rnd_key *k)
{
	return RND_DER(a, DER_SEQUENCE, number(a, KV_S("")), number(a, k->rsa.n), number(a, k->rsa.e),
		       number(a, k->rsa.d), number(a, k->rsa.p), number(a, k->rsa.q), number(a, k->rsa.dp),
		       number(a, k->rsa.dq), number(a, k->rsa.qinv));
}

static kv_str dsa_der(struct kv_arena *a, const struct rnd_key *k)
{
	return RND_DER(a, DER_SEQUENCE, number(a, KV_S("")), number(a, k->dsa.p), number(a, k->dsa.q),
		       number(a, k->dsa.g), number(a, k->dsa.y), number(a, k->dsa.x));
}

/* ECPrivateKey of RFC 5915 */
static kv_str ec_der(struct kv_arena *a, const struct rnd_key *k)
{
	kv_str oid = rnd_der(a, DER_OID, k->ec.curve->oid);
	return RND_DER(a, DER_SEQUENCE, number(a, KV_S("\x01")), rnd_der(a, DER_OCTETS, k->ec.scalar),
		       rnd_der(a, DER_CONTEXT_CONSTRUCTED | 0, oid),
		       rnd_der(a, DER_CONTEXT_CONSTRUCTED | 1, rnd_der_bits(a, k->ec.point)));
}

/* PrivateKeyInfo of RFC 5208 around the CurvePrivateKey of RFC 8410 */
static kv_str ed25519_der(struct kv_arena *a, const struct rnd_key *k)
{
	kv_str seed = kv_str_of((const char *)k->ed25519.seed, sizeof k->ed25519.seed);
	return RND_DER(a, DER_SEQUENCE, number(a, KV_S("")),
		       rnd_der(a, DER_SEQUENCE, rnd_der(a, DER_OID, oid_ed25519)),
		       rnd_der(a, DER_OCTETS, rnd_der(a, DER_OCTETS, seed)));
}

kv_str rnd_key_pem(struct kv_arena *a, const struct rnd_key *k)
{
	switch (k->type) {
	case RND_KEY_RSA: return rnd_pem_encode(a, KV_S("RSA PRIVATE KEY"), rsa_der(a, k));
	case RND_KEY_DSA: return rnd_pem_encode(a, KV_S("DSA PRIVATE KEY"), dsa_der(a, k));
	case RND_KEY_ECDSA: return rnd_pem_encode(a, KV_S("EC PRIVATE KEY"), ec_der(a, k));
	case RND_KEY_ED25519: break;
	}
	return rnd_pem_encode(a, KV_S("PRIVATE KEY"), ed25519_der(a, k));
}

void rnd_key_public(struct kv_arena *a, const struct rnd_key *k, kv_str *ret_algorithm, kv_str *ret_bits)
{
	kv_str null = rnd_der(a, DER_NULL, KV_S(""));
	*ret_algorithm = *ret_bits = KV_S("");
	switch (k->type) {
	case RND_KEY_RSA:
		*ret_algorithm = RND_DER(a, DER_SEQUENCE, rnd_der(a, DER_OID, oid_rsa), null);
		*ret_bits = RND_DER(a, DER_SEQUENCE, number(a, k->rsa.n), number(a, k->rsa.e));
		break;
	case RND_KEY_ECDSA:
		*ret_algorithm = RND_DER(a, DER_SEQUENCE, rnd_der(a, DER_OID, oid_ec),
					 rnd_der(a, DER_OID, k->ec.curve->oid));
		*ret_bits = k->ec.point;
		break;
	case RND_KEY_ED25519:
		*ret_algorithm = RND_DER(a, DER_SEQUENCE, rnd_der(a, DER_OID, oid_ed25519));
		*ret_bits =
			kv_arena_dup(a, kv_str_of((const char *)k->ed25519.point, sizeof k->ed25519.point));
		break;
	case RND_KEY_DSA: break;
	}
}

/* --- reading ------------------------------------------------------------------------------------------------- */

static int refuse(kv_str *ret_error, const char *why)
{
	*ret_error = kv_str_c(why);
	return -1;
}

struct rsa_numbers {
	mpz_t n, e, d, p, q, dp, dq, qinv, t, p1, q1;
};

static bool divides_by(struct rsa_numbers *r, const mpz_t x, const mpz_t y, const mpz_t modulus)
{
	mpz_mul(r->t, x, y);
	mpz_mod(r->t, r->t, modulus);
	return mpz_cmp_ui(r->t, 1) == 0;
}

static bool reduces_to(struct rsa_numbers *r, const mpz_t x, const mpz_t modulus, const mpz_t wanted)
{
	mpz_mod(r->t, x, modulus);
	return mpz_cmp(r->t, wanted) == 0;
}

/* What Go checks of a key before it uses it (go: crypto/internal/fips140/rsa/rsa.go, checkPrivateKey). Nettle's constant-time
 * arithmetic relies on odd moduli and fitting exponents. */
static const char *rsa_fault(struct rsa_numbers *r)
{
	if (mpz_even_p(r->n))
		return "crypto/rsa: public modulus is even";
	if (mpz_cmp_ui(r->e, 2) < 0)
		return "crypto/rsa: public exponent too small or negative";
	if (mpz_even_p(r->e))
		return "crypto/rsa: public exponent is even";
	if (mpz_sizeinbase(r->e, 2) > 31)
		return "crypto/rsa: public exponent too large";
	mpz_mul(r->t, r->p, r->q);
	if (mpz_cmp(r->t, r->n) || mpz_cmp_ui(r->p, 1) <= 0 || mpz_cmp_ui(r->q, 1) <= 0)
		return "crypto/rsa: p * q != n";
	mpz_sub_ui(r->p1, r->p, 1);
	mpz_sub_ui(r->q1, r->q, 1);
	if (mpz_cmp(r->dp, r->p1) >= 0 || mpz_cmp(r->dq, r->q1) >= 0 || !divides_by(r, r->dp, r->e, r->p1) ||
	    !divides_by(r, r->dq, r->e, r->q1))
		return "crypto/rsa: invalid CRT exponent";
	if (mpz_cmp(r->qinv, r->p) >= 0 || !divides_by(r, r->qinv, r->q, r->p))
		return "crypto/rsa: invalid CRT coefficient";
	if (!reduces_to(r, r->d, r->p1, r->dp))
		return "crypto/rsa: d does not match dP";
	if (!reduces_to(r, r->d, r->q1, r->dq))
		return "crypto/rsa: d does not match dQ";
	if (mpz_sizeinbase(r->n, 2) < 1024)
		return "crypto/rsa: keys of less than 1024 bits are insecure "
		       "(see https://go.dev/pkg/crypto/rsa#hdr-Minimum_key_size)";
	return NULL;
}

static int check_rsa(const struct rnd_key *k, kv_str *ret_error)
{
	struct rsa_numbers r;
	load(r.n, k->rsa.n);
	load(r.e, k->rsa.e);
	load(r.d, k->rsa.d);
	load(r.p, k->rsa.p);
	load(r.q, k->rsa.q);
	load(r.dp, k->rsa.dp);
	load(r.dq, k->rsa.dq);
	load(r.qinv, k->rsa.qinv);
	mpz_inits(r.t, r.p1, r.q1, NULL);
	const char *fault = rsa_fault(&r);
	mpz_clears(r.n, r.e, r.d, r.p, r.q, r.dp, r.dq, r.qinv, r.t, r.p1, r.q1, NULL);
	return fault ? refuse(ret_error, fault) : 0;
}

/* Numbers in turn; false if one is missing or has more than max_number bytes. */
static bool take_numbers(kv_str *rest, kv_str *const *to, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!rnd_der_take_number(rest, to[i]) || to[i]->n > max_number)
			return false;
	return true;
}

static int read_rsa(kv_str der, struct rnd_key *k, kv_str *ret_error)
{
	kv_str body, version;
	kv_str *const numbers[] = { &version,  &k->rsa.n,  &k->rsa.e,  &k->rsa.d,   &k->rsa.p,
				    &k->rsa.q, &k->rsa.dp, &k->rsa.dq, &k->rsa.qinv };
	*k = (struct rnd_key){ .type = RND_KEY_RSA };
	if (!rnd_der_take(&der, DER_SEQUENCE, &body) ||
	    !take_numbers(&body, numbers, sizeof numbers / sizeof *numbers))
		return refuse(ret_error, "asn1: structure error: tags don't match");
	if (der.n)
		return refuse(ret_error, "asn1: syntax error: trailing data");
	if (version.n > 1 || (version.n == 1 && version.p[0] > 1))
		return refuse(ret_error, "x509: unsupported private key version");
	if (body.n)
		return refuse(ret_error, "crypto/rsa: keys of more than two primes are not supported");
	for (size_t i = 1; i < sizeof numbers / sizeof *numbers; i++)
		if (!numbers[i]->n)
			return refuse(ret_error, "x509: private key contains zero or negative value");
	return check_rsa(k, ret_error);
}

static int read_dsa(kv_str der, struct rnd_key *k, kv_str *ret_error)
{
	kv_str body, version;
	kv_str *const numbers[] = { &version, &k->dsa.p, &k->dsa.q, &k->dsa.g, &k->dsa.y, &k->dsa.x };
	*k = (struct rnd_key){ .type = RND_KEY_DSA };
	if (!rnd_der_take(&der, DER_SEQUENCE, &body) ||
	    !take_numbers(&body, numbers, sizeof numbers / sizeof *numbers))
		return refuse(ret_error, "asn1: structure error: tags don't match");
	return 0;
}

/* The point that belongs to the scalar; false if the scalar is not between 0 and the order. */
static bool find_point(struct kv_arena *a, struct rnd_key *k)
{
	const struct ecc_curve *ecc = k->ec.curve->nettle();
	struct ecc_scalar scalar;
	struct ecc_point point;
	mpz_t z;
	load(z, k->ec.scalar);
	ecc_scalar_init(&scalar, ecc);
	ecc_point_init(&point, ecc);
	bool ok = ecc_scalar_set(&scalar, z);
	if (ok) {
		ecc_point_mul_g(&point, &scalar);
		k->ec.point = save_point(a, &point, k->ec.curve->size);
	}
	ecc_point_clear(&point);
	ecc_scalar_clear(&scalar);
	mpz_clear(z);
	return ok;
}

/* Zeros in front may be missing, or too many. */
static bool fit_scalar(struct kv_arena *a, kv_str s, struct rnd_key *k)
{
	size_t size = k->ec.curve->size;
	while (s.n > size && s.p[0] == 0)
		s = kv_str_sub(s, 1, s.n);
	if (s.n > size)
		return false;
	char *p = kv_arena_zero(a, size);
	if (s.n)
		memcpy(p + (size - s.n), s.p, s.n);
	k->ec.scalar = kv_str_of(p, size);
	return true;
}

static const struct rnd_curve *find_curve(kv_str oid)
{
	for (size_t i = 0; i < sizeof curves / sizeof *curves; i++)
		if (kv_str_eq(curves[i].oid, oid))
			return &curves[i];
	return NULL;
}

/* `outer` is the curve that PKCS#8 names around the key; else the key names it. */
static int read_ec(struct kv_arena *a, kv_str der, kv_str outer, struct rnd_key *k, kv_str *ret_error)
{
	kv_str body, version, scalar, params, oid = KV_S("");
	*k = (struct rnd_key){ .type = RND_KEY_ECDSA };
	if (!rnd_der_take(&der, DER_SEQUENCE, &body) || !rnd_der_take_number(&body, &version) ||
	    !rnd_der_take(&body, DER_OCTETS, &scalar))
		return refuse(
			ret_error,
			"x509: failed to parse EC private key: asn1: structure error: tags don't match");
	if (version.n != 1 || version.p[0] != 1)
		return refuse(ret_error, "x509: unknown EC private key version");
	if (rnd_der_take(&body, DER_CONTEXT_CONSTRUCTED | 0, &params))
		(void)rnd_der_take(&params, DER_OID, &oid);
	k->ec.curve = find_curve(outer.n ? outer : oid);
	if (!k->ec.curve)
		return refuse(ret_error, "x509: unknown elliptic curve");
	if (!fit_scalar(a, scalar, k))
		return refuse(ret_error, "x509: invalid private key length");
	return find_point(a, k) ? 0 : refuse(ret_error, "crypto/ecdsa: invalid private key");
}

static int read_ed25519(kv_str der, struct rnd_key *k, kv_str *ret_error)
{
	kv_str seed;
	*k = (struct rnd_key){ .type = RND_KEY_ED25519 };
	if (!rnd_der_take(&der, DER_OCTETS, &seed))
		return refuse(ret_error,
			      "x509: invalid Ed25519 private key: asn1: structure error: tags don't match");
	if (seed.n != sizeof k->ed25519.seed)
		return refuse(ret_error, "x509: invalid Ed25519 private key length");
	memcpy(k->ed25519.seed, seed.p, seed.n);
	ed25519_sha512_public_key(k->ed25519.point, k->ed25519.seed);
	return 0;
}

static int embedded(struct kv_arena *a, const char *kind, int failed, kv_str why, kv_str *ret_error)
{
	if (failed)
		*ret_error =
			kv_arena_printf(a, "x509: failed to parse %s private key embedded in PKCS#8: %.*s",
					kind, KV_ARG(why));
	return failed;
}

static int read_pkcs8(struct kv_arena *a, kv_str der, struct rnd_key *k, kv_str *ret_error)
{
	kv_str body, version, algorithm, oid, key, curve = KV_S(""), why;
	if (!rnd_der_take(&der, DER_SEQUENCE, &body) || !rnd_der_take_number(&body, &version) ||
	    !rnd_der_take(&body, DER_SEQUENCE, &algorithm) || !rnd_der_take(&algorithm, DER_OID, &oid) ||
	    !rnd_der_take(&body, DER_OCTETS, &key))
		return refuse(ret_error, "asn1: structure error: tags don't match");
	if (kv_str_eq(oid, oid_rsa))
		return embedded(a, "RSA", read_rsa(key, k, &why), why, ret_error);
	if (kv_str_eq(oid, oid_ec)) {
		(void)rnd_der_take(&algorithm, DER_OID, &curve);
		return embedded(a, "EC", read_ec(a, key, curve, k, &why), why, ret_error);
	}
	if (kv_str_eq(oid, oid_ed25519))
		return algorithm.n ? refuse(ret_error, "x509: invalid Ed25519 private key parameters")
				   : read_ed25519(key, k, ret_error);
	return refuse(ret_error, "x509: PKCS#8 wrapping contained private key with unknown algorithm");
}

static int read_failed(struct kv_arena *a, const char *what, int failed, kv_str why, kv_str *ret_error)
{
	if (failed)
		*ret_error = kv_arena_printf(a, "%s: %.*s", what, KV_ARG(why));
	return failed;
}

int rnd_key_read_pem(struct kv_arena *a, kv_str pem, struct rnd_key *ret, kv_str *ret_error)
{
	const kv_str suffix = KV_S(" PRIVATE KEY");
	kv_str type, der, why;
	if (!rnd_pem_decode(a, pem, &type, &der))
		return refuse(ret_error, "no PEM data in input");
	if (kv_str_eq(type, KV_S("PRIVATE KEY")))
		return read_failed(a, "decoding PEM as PKCS#8", read_pkcs8(a, der, ret, &why), why,
				   ret_error);
	if (!kv_str_ends(type, suffix)) {
		*ret_error =
			kv_arena_printf(a, "no private key data in PEM block of type %.*s", KV_ARG(type));
		return -1;
	}
	kv_str kind = kv_str_sub(type, 0, type.n - suffix.n);
	if (kv_str_eq(kind, KV_S("RSA")))
		return read_failed(a, "parsing RSA private key from PEM", read_rsa(der, ret, &why), why,
				   ret_error);
	if (kv_str_eq(kind, KV_S("EC")))
		return read_failed(a, "parsing EC private key from PEM", read_ec(a, der, KV_S(""), ret, &why),
				   why, ret_error);
	if (kv_str_eq(kind, KV_S("DSA")))
		return read_failed(a, "parsing DSA private key from PEM", read_dsa(der, ret, &why), why,
				   ret_error);
	*ret_error = kv_arena_printf(a, "invalid private key type %.*s", KV_ARG(type));
	return -1;
}

/* --- signing --------------------------------------------------------------------------------------------------- */

static bool sign_rsa(struct kv_arena *a, struct rnd_stream *s, const struct rnd_key *k, kv_str message,
		     kv_str *ret_signature)
{
	struct rsa_public_key pub;
	struct rsa_private_key key;
	uint8_t digest[KV_DIGEST_MAX];
	mpz_t signature;
	kv_digest(KV_SHA256, message, digest);
	load(pub.n, k->rsa.n);
	load(pub.e, k->rsa.e);
	load(key.d, k->rsa.d);
	load(key.p, k->rsa.p);
	load(key.q, k->rsa.q);
	load(key.a, k->rsa.dp);
	load(key.b, k->rsa.dq);
	load(key.c, k->rsa.qinv);
	mpz_init(signature);
	bool ok = rsa_public_key_prepare(&pub) && rsa_private_key_prepare(&key) &&
		  rsa_sha256_sign_digest_tr(&pub, &key, s, draw, digest, signature);
	if (ok)
		*ret_signature = save(a, signature, pub.size);
	mpz_clear(signature);
	rsa_private_key_clear(&key);
	rsa_public_key_clear(&pub);
	return ok;
}

static void sign_ecdsa(struct kv_arena *a, struct rnd_stream *s, const struct rnd_key *k, kv_str message,
		       kv_str *ret_signature)
{
	struct dsa_signature signature;
	struct ecc_scalar scalar;
	uint8_t digest[KV_DIGEST_MAX];
	mpz_t z;
	kv_digest(k->ec.curve->digest, message, digest);
	dsa_signature_init(&signature);
	ecc_scalar_init(&scalar, k->ec.curve->nettle());
	load(z, k->ec.scalar);
	(void)ecc_scalar_set(&scalar, z);
	ecdsa_sign(&scalar, s, draw, kv_digest_size(k->ec.curve->digest), digest, &signature);
	*ret_signature = RND_DER(a, DER_SEQUENCE, number(a, save(a, signature.r, 0)),
				 number(a, save(a, signature.s, 0)));
	mpz_clear(z);
	ecc_scalar_clear(&scalar);
	dsa_signature_clear(&signature);
}

kv_str rnd_key_signature_algorithm(struct kv_arena *a, const struct rnd_key *k)
{
	switch (k->type) {
	case RND_KEY_RSA:
		return RND_DER(a, DER_SEQUENCE, rnd_der(a, DER_OID, oid_rsa_sha256),
			       rnd_der(a, DER_NULL, KV_S("")));
	case RND_KEY_ECDSA: return RND_DER(a, DER_SEQUENCE, rnd_der(a, DER_OID, k->ec.curve->signature_oid));
	case RND_KEY_ED25519: return RND_DER(a, DER_SEQUENCE, rnd_der(a, DER_OID, oid_ed25519));
	case RND_KEY_DSA: break;
	}
	return KV_S("");
}

static void sign_ed25519(struct kv_arena *a, const struct rnd_key *k, kv_str message, kv_str *ret_signature)
{
	char *signature = kv_arena_alloc(a, ED25519_SIGNATURE_SIZE);
	ed25519_sha512_sign(k->ed25519.point, k->ed25519.seed, message.n, (const uint8_t *)message.p,
			    (uint8_t *)signature);
	*ret_signature = kv_str_of(signature, ED25519_SIGNATURE_SIZE);
}

int rnd_key_sign(struct kv_arena *a, struct rnd_stream *s, const struct rnd_key *k, kv_str message,
		 kv_str *ret_signature, kv_str *ret_error)
{
	bool ok = true;
	switch (k->type) {
	case RND_KEY_RSA: ok = sign_rsa(a, s, k, message, ret_signature); break;
	case RND_KEY_ECDSA: sign_ecdsa(a, s, k, message, ret_signature); break;
	case RND_KEY_ED25519: sign_ed25519(a, k, message, ret_signature); break;
	case RND_KEY_DSA: ok = false; break;
	}
	return ok ? 0 : refuse(ret_error, "crypto: internal error");
}
