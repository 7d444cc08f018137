/* render/template/func_certs.c: genPrivateKey, genCA and its kin, buildCustomCert (sprig: crypto.go).
 *
 * Keys and certificates come from the call's stream and the fixed clock, so a render repeats them; what came from a stream
 * is tainted. Reading and checking a certificate that is given taints nothing.
 */
#include "render/template/functions.h"

#include "base/base64.h"
#include "render/template/cert.h"
#include "render/template/gotime.h"
#include "render/template/keycache.h"
#include "render/template/pem.h"

#define FN(name) int rnd_fn_##name(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)

/* What making a key counts, in template steps: it takes about 0.05 s for 2,048 bits, 0.5 s for 4,096 bits, 0.3 s for DSA, so
 * that all keys of a release together take some 6 s at most. */
static size_t key_steps(enum rnd_key_type type, unsigned bits)
{
	if (type == RND_KEY_RSA)
		return bits > 2048 ? 4000 * 1000 : 400 * 1000;
	return type == RND_KEY_DSA ? 2500 * 1000 : 4000;
}

/* Every key that a chart makes is made here. */
static int make_key(struct rnd_call *c, struct rnd_stream *s, enum rnd_key_type type, unsigned bits,
		    struct rnd_key *ret)
{
	return rnd_charge_slow(c, key_steps(type, bits)) ||
			       rnd_key_get(c, s, rnd_is_dry_run(c) ? RND_KEY_ED25519 : type, bits, ret)
		       ? -1
		       : 0;
}

/* What a signature counts: 1 ms with 2,048 bits with what goes with it, eight times as much with twice the bits. */
static size_t signature_steps(const struct rnd_key *key)
{
	size_t times = key->type == RND_KEY_RSA ? key->rsa.n.n / 256 : 0;
	return 4000 + times * times * times * 100 * 1000;
}

/* --- sprig.certificate ------------------------------------------------------------------------ */

struct certificate {
	krm_val cert, key;
};

static bool certificate_field(struct kv_job *job, const struct krm_object *o, kv_str name, krm_val *ret)
{
	(void)job;
	const struct certificate *cert = o->data;
	if (kv_str_eq(name, KV_S("Cert")))
		*ret = cert->cert;
	else if (kv_str_eq(name, KV_S("Key")))
		*ret = cert->key;
	else
		return false;
	return true;
}

static krm_val certificate_tree(struct kv_job *job, const struct krm_object *o)
{
	const struct certificate *cert = o->data;
	krm_val map = krm_map(job->arena, KRM_OF_ANY);
	krm_map_set(job->arena, map.m, KV_S("Cert"), cert->cert);
	krm_map_set(job->arena, map.m, KV_S("Key"), cert->key);
	return map;
}

static const struct krm_class certificate_class = {
	.go_type = "sprig.certificate",
	.go_kind = "struct",
	.field = certificate_field,
	.tree = certificate_tree,
	.fields = certificate_tree,
};

static krm_val certificate_val(struct kv_arena *a, kv_str cert, kv_str key, uint16_t flags)
{
	struct krm_object *o = KV_NEW(a, struct krm_object);
	struct certificate *data = KV_NEW(a, struct certificate);
	data->cert = krm_string(a, cert);
	data->key = krm_string(a, key);
	data->cert.flags |= flags;
	data->key.flags |= flags;
	*o = (struct krm_object){ &certificate_class, data };
	return (krm_val){ .kind = KRM_OBJECT, .flags = flags, .o = o };
}

/* --- arguments -------------------------------------------------------------------------------- */

static int no_string(struct rnd_call *c, const char *before, krm_val v)
{
	struct kv_buf b;
	kv_buf_init(&b, c->job->arena, c->job->limits.output_bytes);
	rnd_print_value(c->job, v, &b);
	return rnd_fail(c, "%s: %.*s is not a string", before, KV_ARG(kv_buf_view(&b)));
}

static int read_ips(struct rnd_call *c, krm_val list, struct rnd_cert_request *r)
{
	struct rnd_ip *ips = KV_NEW_N(c->job->arena, struct rnd_ip, krm_list_len(list));
	for (size_t i = 0; i < krm_list_len(list); i++) {
		krm_val v = list.l->v[i];
		kv_str unused;
		if (!krm_is(v, KRM_STRING))
			return no_string(c, "error parsing ip", v);
		if (rnd_ip_parse(c->job->arena, krm_str(v), &ips[i], &unused) || ips[i].zone.n)
			return rnd_fail(c, "error parsing ip: %.*s", KV_ARG(krm_str(v)));
	}
	r->ips = ips;
	r->nips = krm_list_len(list);
	return 0;
}

static int read_dns(struct rnd_call *c, krm_val list, struct rnd_cert_request *r)
{
	kv_str *dns = KV_NEW_N(c->job->arena, kv_str, krm_list_len(list));
	for (size_t i = 0; i < krm_list_len(list); i++) {
		if (!krm_is(list.l->v[i], KRM_STRING))
			return no_string(c, "error processing alternate dns name", list.l->v[i]);
		dns[i] = krm_str(list.l->v[i]);
	}
	r->dns = dns;
	r->ndns = krm_list_len(list);
	return 0;
}

/* From now on, for as many days; Go's duration wraps past 292 years. */
static void set_validity(const struct rnd_call *c, int64_t days, struct rnd_cert_request *r)
{
	int64_t now = rnd_clock_now(c);
	struct rnd_time t = rnd_time_unix(now / RND_SECOND, &rnd_zone_utc);
	int64_t span = (int64_t)((uint64_t)days * (uint64_t)(86400 * RND_SECOND));
	r->not_before = t.sec;
	r->not_after = rnd_time_add(rnd_time_add(t, now % RND_SECOND), span).sec;
}

static int read_key(struct rnd_call *c, krm_val pem, struct rnd_key *ret)
{
	kv_str error;
	if (rnd_key_read_pem(c->job->arena, krm_str(pem), ret, &error))
		return rnd_fail(c, "parsing private key: %.*s", KV_ARG(error));
	return 0;
}

/* --- making ----------------------------------------------------------------------------------- */

/* Who signs: its certificate and key; no certificate for those that sign themselves. */
struct signer {
	const struct rnd_cert *cert;
	const struct rnd_key *key;
};

/* A certificate is made in some copies, and again as text. */
#define NAMES_MAX ((size_t)1 << 20)

static int check_names(struct rnd_call *c, const struct rnd_cert_request *r)
{
	size_t all = r->common_name.n;
	for (size_t i = 0; i < r->ndns && all <= NAMES_MAX; i++)
		all += r->dns[i].n;
	return all > NAMES_MAX ? rnd_fail(c, "names of a certificate too long (limit %zu bytes)", NAMES_MAX) : 0;
}

static int make_cert(struct rnd_call *c, struct rnd_stream *s, const struct rnd_cert_request *r,
		     const struct rnd_key *key, struct signer signer, krm_val *ret)
{
	struct kv_arena *a = c->job->arena;
	kv_str der, error;
	if (check_names(c, r) || rnd_charge(c, signature_steps(signer.key)))
		return -1;
	if (rnd_cert_make(c->job, s, r, key, signer.cert, signer.key, &der, &error))
		return rnd_fail(c, "error creating certificate: %.*s", KV_ARG(error));
	kv_str pem = rnd_pem_encode(a, KV_S("CERTIFICATE"), der);
	*ret = certificate_val(a, pem, rnd_key_pem(a, key), KRM_TAINT);
	return 0;
}

/* The key that is given as PEM, or a new one of 2,048 bits. */
static int key_for(struct rnd_call *c, struct rnd_stream *s, const krm_val *pem, struct rnd_key *ret)
{
	return pem ? read_key(c, *pem, ret) : make_key(c, s, RND_KEY_RSA, 2048, ret);
}

/* An authority: name, days, and perhaps a key. */
static int make_ca(struct rnd_call *c, const krm_val *args, const krm_val *pem, krm_val *ret)
{
	struct rnd_stream s;
	struct rnd_key key;
	struct rnd_cert_request r = { .common_name = krm_str(args[0]), .is_ca = true };
	rnd_stream_open(c, &s);
	if (key_for(c, &s, pem, &key))
		return -1;
	set_validity(c, args[1].i, &r);
	return make_cert(c, &s, &r, &key, (struct signer){ NULL, &key }, ret);
}

/* What authorities and others that sign have to show: certificate and key. */
static int read_signer(struct rnd_call *c, krm_val ca, struct rnd_cert *ret_cert, struct rnd_key *ret_key)
{
	const struct certificate *given = ca.o->data;
	kv_str type, der, error;
	if (!rnd_pem_decode(c->job->arena, krm_str(given->cert), &type, &der))
		return rnd_fail(c, "unable to decode certificate");
	if (rnd_cert_parse(der, ret_cert, &error))
		return rnd_fail(c, "error parsing certificate: decodedSignerCert.Bytes: %.*s", KV_ARG(error));
	if (rnd_key_read_pem(c->job->arena, krm_str(given->key), ret_key, &error))
		return rnd_fail(c, "error parsing private key: %.*s", KV_ARG(error));
	return 0;
}

/* A certificate for name, addresses, names and days, signed by `ca` or by itself. */
static int make_leaf(struct rnd_call *c, const krm_val *args, const krm_val *ca, const krm_val *pem,
		     krm_val *ret)
{
	struct rnd_stream s;
	struct rnd_key key, ca_key;
	struct rnd_cert ca_cert;
	struct rnd_cert_request r = { .common_name = krm_str(args[0]) };
	struct signer signer = { NULL, &key };
	rnd_stream_open(c, &s);
	if (key_for(c, &s, pem, &key))
		return -1;
	if (ca) {
		if (read_signer(c, *ca, &ca_cert, &ca_key))
			return -1;
		signer = (struct signer){ &ca_cert, &ca_key };
	}
	if (read_ips(c, args[1], &r) || read_dns(c, args[2], &r))
		return -1;
	set_validity(c, args[3].i, &r);
	return make_cert(c, &s, &r, &key, signer, ret);
}

/* --- functions -------------------------------------------------------------------------------- */

FN(genCA)
{
	(void)nargs;
	return make_ca(c, args, NULL, ret);
}

FN(genCAWithKey)
{
	(void)nargs;
	return make_ca(c, args, &args[2], ret);
}

FN(genSelfSignedCert)
{
	(void)nargs;
	return make_leaf(c, args, NULL, NULL, ret);
}

FN(genSelfSignedCertWithKey)
{
	(void)nargs;
	return make_leaf(c, args, NULL, &args[4], ret);
}

FN(genSignedCert)
{
	(void)nargs;
	return make_leaf(c, args, &args[4], NULL, ret);
}

FN(genSignedCertWithKey)
{
	(void)nargs;
	return make_leaf(c, args, &args[4], &args[5], ret);
}

FN(genPrivateKey)
{
	static const struct {
		kv_str name;
		enum rnd_key_type type;
	} types[] = {
		{ KV_STR(""), RND_KEY_RSA },
		{ KV_STR("rsa"), RND_KEY_RSA },
		{ KV_STR("dsa"), RND_KEY_DSA },
		{ KV_STR("ecdsa"), RND_KEY_ECDSA },
		{ KV_STR("ed25519"), RND_KEY_ED25519 },
	};
	(void)nargs;
	struct kv_arena *a = c->job->arena;
	for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
		struct rnd_stream s;
		struct rnd_key key;
		if (!kv_str_eq(types[i].name, krm_str(args[0])))
			continue;
		rnd_stream_open(c, &s);
		if (make_key(c, &s, types[i].type, 4096, &key))
			return -1;
		*ret = krm_string(a, rnd_key_pem(a, &key));
		ret->flags |= KRM_TAINT;
		return 0;
	}
	*ret = krm_string(a, kv_arena_cat(a, KV_S("Unknown type "), krm_str(args[0])));
	return 0;
}

static int decode64(struct rnd_call *c, krm_val text, const char *what, kv_str *ret)
{
	struct kv_buf b;
	size_t bad;
	kv_buf_init(&b, c->job->arena, KV_BUF_MAX);
	if (!kv_base64_decode(&b, krm_str(text), false, &bad))
		return rnd_fail(c, "unable to decode base64 %s", what);
	*ret = kv_buf_view(&b);
	return 0;
}

/* Certificate and key in base64, handed on as they are once both can be read. */
FN(buildCustomCert)
{
	(void)nargs;
	struct kv_arena *a = c->job->arena;
	kv_str cert, key, type, der, error;
	struct rnd_cert parsed;
	struct rnd_key parsed_key;
	if (decode64(c, args[0], "certificate", &cert) || decode64(c, args[1], "private key", &key))
		return -1;
	if (!rnd_pem_decode(a, cert, &type, &der))
		return rnd_fail(c, "unable to decode certificate");
	if (rnd_cert_parse(der, &parsed, &error))
		return rnd_fail(c, "error parsing certificate: decodedCert.Bytes: %.*s", KV_ARG(error));
	if (rnd_key_read_pem(a, key, &parsed_key, &error))
		return rnd_fail(c, "error parsing private key: %.*s", KV_ARG(error));
	*ret = certificate_val(a, cert, key, (args[0].flags | args[1].flags) & KRM_TAINT);
	return 0;
}
