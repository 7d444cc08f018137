/* render/template/cert.h: X.509 certificates, as far as Sprig makes and reads them (go: crypto/x509). */
#ifndef RENDER_TEMPLATE_CERT_H
#define RENDER_TEMPLATE_CERT_H

#include "render/template/ipaddr.h"
#include "render/template/keys.h"

/* What a certificate is made of. */
struct rnd_cert_request {
	kv_str common_name;
	const struct rnd_ip *ips;
	size_t nips;
	const kv_str *dns;
	size_t ndns;
	int64_t not_before, not_after; /* seconds since 1970 */
	bool is_ca;
};

/* What a signer's certificate gives to those it signs; all points into the DER read. */
struct rnd_cert {
	kv_str subject;       /* Name in DER */
	kv_str key_algorithm; /* AlgorithmIdentifier in DER */
	kv_str key_bits;
	kv_str subject_key_id; /* empty if there is none */
};

/* x509.ParseCertificate: structure and the parts above. -1: *ret_error is Go's text. */
int rnd_cert_parse(kv_str der, struct rnd_cert *ret, kv_str *ret_error) __attribute__((warn_unused_result));
/* x509.CreateCertificate for the key, signed by `signer`, whose certificate is `issuer`; self-signed if `issuer` is NULL. The
 * serial number, 128 bits, and the signature draw from the stream. -1: *ret_error is Go's text. */
int rnd_cert_make(struct kv_job *job, struct rnd_stream *s, const struct rnd_cert_request *request,
		  const struct rnd_key *key, const struct rnd_cert *issuer, const struct rnd_key *signer,
		  kv_str *ret_der, kv_str *ret_error) __attribute__((warn_unused_result));

#endif
