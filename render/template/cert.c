/* render/template/cert.c: certificates in DER (RFC 5280; go: crypto/x509/x509.go, parser.go). */
#include "render/template/cert.h"

#include "base/digest.h"
#include "base/utf8.h"
#include "render/template/der.h"
#include "render/template/gotime.h"
#include "render/template/keycache.h"

static const kv_str oid_common_name = KV_STR("\x55\x04\x03");
static const kv_str oid_key_usage = KV_STR("\x55\x1d\x0f");
static const kv_str oid_ext_key_usage = KV_STR("\x55\x1d\x25");
static const kv_str oid_basic_constraints = KV_STR("\x55\x1d\x13");
static const kv_str oid_subject_key_id = KV_STR("\x55\x1d\x0e");
static const kv_str oid_authority_key_id = KV_STR("\x55\x1d\x23");
static const kv_str oid_alt_name = KV_STR("\x55\x1d\x11");

static int refuse(kv_str *ret_error, const char *why)
{
	*ret_error = kv_str_c(why);
	return -1;
}

/* --- making: parts ---------------------------------------------------------------------------- */

/* asn1.Marshal prints a text as PrintableString where it can; "*" and "&" do not count as printable. */
static bool is_printable(kv_str s)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		bool alnum = kv_is_alnum(c);
		if (!alnum && !(c && strchr(" '()+,-./:=?", c)))
			return false;
	}
	return true;
}

static int name_der(struct kv_arena *a, kv_str common_name, kv_str *ret, kv_str *ret_error)
{
	kv_str set = KV_S("");
	if (!is_printable(common_name) && !kv_utf8_valid(common_name))
		return refuse(ret_error, "asn1: string not valid UTF-8");
	if (common_name.n) {
		kv_str text = rnd_der(a, is_printable(common_name) ? DER_PRINTABLE : DER_UTF8, common_name);
		kv_str pair = RND_DER(a, DER_SEQUENCE, rnd_der(a, DER_OID, oid_common_name), text);
		set = rnd_der(a, DER_SET, pair);
	}
	*ret = rnd_der(a, DER_SEQUENCE, set);
	return 0;
}

/* UTCTime to 2049, GeneralizedTime from 2050 on. */
static int time_der(struct kv_arena *a, int64_t sec, kv_str *ret, kv_str *ret_error)
{
	struct rnd_time t = rnd_time_unix(sec, &rnd_zone_utc);
	struct rnd_civil c;
	struct kv_buf b;
	rnd_civil_from_unix(sec, &c);
	if (c.year < 0 || c.year > 9999)
		return refuse(ret_error, "asn1: structure error: cannot represent time as GeneralizedTime");
	bool utc_time = c.year >= 1950 && c.year < 2050;
	kv_buf_init(&b, a, KV_BUF_MAX);
	rnd_time_format(&t, utc_time ? KV_S("060102150405Z") : KV_S("20060102150405Z"), &b);
	*ret = rnd_der(a, utc_time ? DER_UTC_TIME : DER_GENERALIZED_TIME, kv_buf_view(&b));
	return 0;
}

static kv_str extension(struct kv_arena *a, kv_str oid, bool critical, kv_str value)
{
	kv_str mark = critical ? rnd_der(a, DER_BOOLEAN, KV_S("\xff")) : KV_S("");
	return RND_DER(a, DER_SEQUENCE, rnd_der(a, DER_OID, oid), mark, rnd_der(a, DER_OCTETS, value));
}

/* An IPv4 address in IPv6 form counts as IPv4 (net.IP.To4). */
static kv_str ip_bytes(const struct rnd_ip *ip)
{
	static const char mapped[12] = "\0\0\0\0\0\0\0\0\0\0\xff\xff";
	const char *b = (const char *)ip->b;
	if (!ip->v6)
		return kv_str_of(b, 4);
	return memcmp(b, mapped, sizeof mapped) == 0 ? kv_str_of(b + 12, 4) : kv_str_of(b, 16);
}

static int alt_names(struct kv_arena *a, const struct rnd_cert_request *r, kv_str *ret, kv_str *ret_error)
{
	struct kv_buf b;
	kv_buf_init(&b, a, KV_BUF_MAX);
	for (size_t i = 0; i < r->ndns; i++) {
		for (size_t k = 0; k < r->dns[i].n; k++) {
			if (!(r->dns[i].p[k] & 0x80))
				continue;
			struct kv_buf quoted;
			kv_buf_init(&quoted, a, KV_BUF_MAX);
			kv_buf_lit(&quoted, "x509: ");
			rnd_quote(r->dns[i], &quoted);
			kv_buf_lit(&quoted, " cannot be encoded as an IA5String");
			*ret_error = kv_buf_view(&quoted);
			return -1;
		}
		kv_buf_str(&b, rnd_der(a, DER_CONTEXT | 2, r->dns[i]));
	}
	for (size_t i = 0; i < r->nips; i++)
		kv_buf_str(&b, rnd_der(a, DER_CONTEXT | 7, ip_bytes(&r->ips[i])));
	*ret = rnd_der(a, DER_SEQUENCE, kv_buf_view(&b));
	return 0;
}

/* Digital signature and key encipherment, for authorities also the signing of certificates; servers and clients. */
static kv_str usages(struct kv_arena *a, bool is_ca)
{
	static const kv_str server = KV_STR("\x2b\x06\x01\x05\x05\x07\x03\x01");
	static const kv_str client = KV_STR("\x2b\x06\x01\x05\x05\x07\x03\x02");
	kv_str bits = rnd_der(a, DER_BITS, is_ca ? KV_S("\x02\xa4") : KV_S("\x05\xa0"));
	kv_str purposes = RND_DER(a, DER_SEQUENCE, rnd_der(a, DER_OID, server), rnd_der(a, DER_OID, client));
	kv_str ca = is_ca ? rnd_der(a, DER_BOOLEAN, KV_S("\xff")) : KV_S("");
	return kv_arena_cat(a, extension(a, oid_key_usage, true, bits),
			    extension(a, oid_ext_key_usage, false, purposes),
			    extension(a, oid_basic_constraints, true, rnd_der(a, DER_SEQUENCE, ca)));
}

/* RFC 7093, method 1: the first 160 bits of the key's SHA-256. */
static kv_str key_id(struct kv_arena *a, kv_str key_bits)
{
	uint8_t digest[KV_DIGEST_MAX];
	kv_digest(KV_SHA256, key_bits, digest);
	return kv_arena_dup(a, kv_str_of((const char *)digest, 20));
}

static int extensions(struct kv_arena *a, const struct rnd_cert_request *r, kv_str key_bits,
		      kv_str authority_id, bool no_subject, kv_str *ret, kv_str *ret_error)
{
	kv_str subject_id = KV_S(""), authority = KV_S(""), names = KV_S("");
	if (r->is_ca)
		subject_id =
			extension(a, oid_subject_key_id, false, rnd_der(a, DER_OCTETS, key_id(a, key_bits)));
	if (authority_id.n)
		authority = extension(a, oid_authority_key_id, false,
				      rnd_der(a, DER_SEQUENCE, rnd_der(a, DER_CONTEXT | 0, authority_id)));
	if (r->ndns || r->nips) {
		if (alt_names(a, r, &names, ret_error))
			return -1;
		names = extension(a, oid_alt_name, no_subject, names);
	}
	kv_str list = RND_DER(a, DER_SEQUENCE, usages(a, r->is_ca), subject_id, authority, names);
	*ret = rnd_der(a, DER_CONTEXT_CONSTRUCTED | 3, list);
	return 0;
}

/* --- making ----------------------------------------------------------------------------------- */

struct tbs {
	kv_str serial, issuer, validity, subject, key, extensions;
};

static int prepare(struct kv_arena *a, struct rnd_stream *s, const struct rnd_cert_request *r,
		   const struct rnd_key *key, const struct rnd_cert *issuer, struct tbs *t, kv_str *ret_error)
{
	kv_str algorithm, bits, from, to, authority = KV_S("");
	char *serial = kv_arena_alloc(a, 16);
	rnd_stream_read(s, serial, 16);
	t->serial = rnd_der_number(a, kv_str_of(serial, 16));
	rnd_key_public(a, key, &algorithm, &bits);
	if (!algorithm.n)
		return refuse(ret_error, "x509: unsupported public key type: *dsa.PublicKey");
	if (name_der(a, r->common_name, &t->subject, ret_error))
		return -1;
	t->issuer = issuer ? issuer->subject : t->subject;
	if (issuer && !kv_str_eq(t->issuer, t->subject))
		authority = issuer->subject_key_id;
	bool no_subject = !r->common_name.n;
	if (extensions(a, r, bits, authority, no_subject, &t->extensions, ret_error) ||
	    time_der(a, r->not_before, &from, ret_error) || time_der(a, r->not_after, &to, ret_error))
		return -1;
	t->validity = RND_DER(a, DER_SEQUENCE, from, to);
	t->key = RND_DER(a, DER_SEQUENCE, algorithm, rnd_der_bits(a, bits));
	return 0;
}

/* The signer's key must be the one in its certificate. */
static int check_signer(struct kv_arena *a, const struct rnd_cert *issuer, const struct rnd_key *signer,
			kv_str *ret_error)
{
	kv_str algorithm, bits;
	if (!rnd_key_signature_algorithm(a, signer).n)
		return refuse(ret_error, "x509: certificate private key does not implement crypto.Signer");
	rnd_key_public(a, signer, &algorithm, &bits);
	if (issuer && (!kv_str_eq(algorithm, issuer->key_algorithm) || !kv_str_eq(bits, issuer->key_bits)))
		return refuse(ret_error, "x509: provided PrivateKey doesn't match parent's PublicKey");
	return 0;
}

int rnd_cert_make(struct kv_job *job, struct rnd_stream *s, const struct rnd_cert_request *request,
		  const struct rnd_key *key, const struct rnd_cert *issuer, const struct rnd_key *signer,
		  kv_str *ret_der, kv_str *ret_error)
{
	struct kv_arena *a = job->arena;
	struct tbs t = { 0 };
	kv_str signature;
	if (check_signer(a, issuer, signer, ret_error) || prepare(a, s, request, key, issuer, &t, ret_error))
		return -1;
	kv_str algorithm = rnd_key_signature_algorithm(a, signer);
	kv_str version = rnd_der(a, DER_CONTEXT_CONSTRUCTED | 0, rnd_der_number(a, KV_S("\x02")));
	kv_str tbs = RND_DER(a, DER_SEQUENCE, version, t.serial, algorithm, t.issuer, t.validity, t.subject,
			     t.key, t.extensions);
	if (rnd_key_sign_once(job, s, signer, tbs, &signature, ret_error))
		return -1;
	*ret_der = RND_DER(a, DER_SEQUENCE, tbs, algorithm, rnd_der_bits(a, signature));
	return 0;
}

/* --- reading ---------------------------------------------------------------------------------- */

/* extension = oid [critical] octets */
static bool take_extension(kv_str *rest, kv_str *ret_oid, kv_str *ret_value)
{
	kv_str body, critical;
	if (!rnd_der_take(rest, DER_SEQUENCE, &body) || !rnd_der_take(&body, DER_OID, ret_oid))
		return false;
	(void)rnd_der_take(&body, DER_BOOLEAN, &critical);
	return rnd_der_take(&body, DER_OCTETS, ret_value) && !body.n;
}

static int read_extensions(kv_str rest, struct rnd_cert *c, kv_str *ret_error)
{
	kv_str list, oid, value;
	if (!rnd_der_take(&rest, DER_SEQUENCE, &list))
		return refuse(ret_error, "x509: malformed extensions");
	while (list.n) {
		if (!take_extension(&list, &oid, &value))
			return refuse(ret_error, "x509: malformed extension");
		if (kv_str_eq(oid, oid_subject_key_id) &&
		    !rnd_der_take(&value, DER_OCTETS, &c->subject_key_id))
			return refuse(ret_error, "x509: invalid subject key identifier");
	}
	return 0;
}

/* The element with its head, as it stands in the text. */
static bool take_whole(kv_str *rest, uint8_t tag, kv_str *ret_whole, kv_str *ret_body)
{
	kv_str before = *rest;
	if (!rnd_der_take(rest, tag, ret_body))
		return false;
	*ret_whole = kv_str_sub(before, 0, before.n - rest->n);
	return true;
}

static int read_public_key(kv_str spki, struct rnd_cert *c, kv_str *ret_error)
{
	kv_str algorithm, bits;
	if (!take_whole(&spki, DER_SEQUENCE, &c->key_algorithm, &algorithm))
		return refuse(ret_error, "x509: malformed public key algorithm identifier");
	if (!rnd_der_take(&spki, DER_BITS, &bits) || !bits.n || bits.p[0] != 0)
		return refuse(ret_error, "x509: malformed subjectPublicKey");
	c->key_bits = kv_str_sub(bits, 1, bits.n);
	return 0;
}

/* version [0], 0 to 2 */
static int read_version(kv_str *tbs, kv_str *ret_error)
{
	kv_str wrapped, version;
	if (!rnd_der_take(tbs, DER_CONTEXT_CONSTRUCTED | 0, &wrapped))
		return 0;
	if (!rnd_der_take_number(&wrapped, &version))
		return refuse(ret_error, "x509: malformed version");
	return version.n > 1 || (version.n && version.p[0] > 2) ? refuse(ret_error, "x509: invalid version")
								: 0;
}

static int read_tbs(kv_str tbs, kv_str outer_algorithm, struct rnd_cert *c, kv_str *ret_error)
{
	kv_str serial, algorithm, name, validity, spki, unused;
	if (read_version(&tbs, ret_error))
		return -1;
	if (!rnd_der_take(&tbs, DER_INTEGER, &serial) || !serial.n)
		return refuse(ret_error, "x509: malformed serial number");
	if (serial.p[0] & 0x80)
		return refuse(ret_error, "x509: negative serial number");
	if (!rnd_der_take(&tbs, DER_SEQUENCE, &algorithm))
		return refuse(ret_error, "x509: malformed signature algorithm identifier");
	if (!kv_str_eq(algorithm, outer_algorithm))
		return refuse(ret_error, "x509: inner and outer signature algorithm identifiers don't match");
	if (!rnd_der_take(&tbs, DER_SEQUENCE, &name))
		return refuse(ret_error, "x509: malformed issuer");
	if (!rnd_der_take(&tbs, DER_SEQUENCE, &validity))
		return refuse(ret_error, "x509: malformed validity");
	if (!take_whole(&tbs, DER_SEQUENCE, &c->subject, &name))
		return refuse(ret_error, "x509: malformed issuer");
	if (!rnd_der_take(&tbs, DER_SEQUENCE, &spki))
		return refuse(ret_error, "x509: malformed spki");
	if (read_public_key(spki, c, ret_error))
		return -1;
	(void)rnd_der_take(&tbs, DER_CONTEXT | 1, &unused);
	(void)rnd_der_take(&tbs, DER_CONTEXT | 2, &unused);
	kv_str list;
	return rnd_der_take(&tbs, DER_CONTEXT_CONSTRUCTED | 3, &list) ? read_extensions(list, c, ret_error)
								      : 0;
}

int rnd_cert_parse(kv_str der, struct rnd_cert *ret, kv_str *ret_error)
{
	struct rnd_cert c = { 0 };
	kv_str cert, tbs, algorithm, signature;
	if (!rnd_der_take(&der, DER_SEQUENCE, &cert))
		return refuse(ret_error, "x509: malformed certificate");
	if (!rnd_der_take(&cert, DER_SEQUENCE, &tbs))
		return refuse(ret_error, "x509: malformed tbs certificate");
	if (!rnd_der_take(&cert, DER_SEQUENCE, &algorithm))
		return refuse(ret_error, "x509: malformed algorithm identifier");
	if (read_tbs(tbs, algorithm, &c, ret_error))
		return -1;
	if (!rnd_der_take(&cert, DER_BITS, &signature))
		return refuse(ret_error, "x509: malformed signature");
	if (der.n)
		return refuse(ret_error, "x509: trailing data");
	*ret = c;
	return 0;
}
