/* cli/helm_tls.c: certificates that the flags name are read before anything else is done, whether the network is needed or not
 * (helm: cmd/helm/root.go, newRegistryClientWithTLS; internal/tlsutil/tls.go; go: crypto/tls/tls.go, X509KeyPair). What is inside of a
 * block is looked at when it is used. */
#include "base/file.h"
#include "base/inputs.h"
#include "base/quote.h"
#include "cli/helm_fetch.h"
#include "render/chart/load.h"
#include "render/template/pem.h"

/* go: os.ReadFile. Empty if the file can be read. */
static kv_str read_error(struct kv_job *job, kv_str path, kv_str *ret_text)
{
	struct kv_diag_mark mark = kv_diag_mark(job);
	enum kv_file_kind kind = kv_input_kind(job, path);
	if (!path.n || kind == KV_FILE_NONE)
		return kv_arena_cat(job->arena, KV_S("open "), path, KV_S(": no such file or directory"));
	if (kind == KV_FILE_DIR)
		return kv_arena_cat(job->arena, KV_S("read "), path, KV_S(": is a directory"));
	if (kv_file_read(job, path, ret_text) == 0)
		return KV_S("");
	kv_diag_forget(job, mark);
	return kv_arena_cat(job->arena, KV_S("open "), path, KV_S(": permission denied"));
}

static bool is_certificate(kv_str type)
{
	return kv_str_eq(type, KV_S("CERTIFICATE"));
}

static bool is_key(kv_str type)
{
	return kv_str_eq(type, KV_S("PRIVATE KEY")) || kv_str_ends(type, KV_S(" PRIVATE KEY"));
}

/* The types of the blocks before the first that is wanted. */
struct skipped {
	struct kv_buf types; /* with blanks between them */
	size_t n;
	kv_str last;
};

static bool has_block(struct kv_arena *a, kv_str text, bool (*is_wanted)(kv_str type), struct skipped *ret)
{
	kv_str type, bytes;
	*ret = (struct skipped){ 0 };
	kv_buf_init(&ret->types, a, KV_BUF_MAX);
	while (rnd_pem_next(a, &text, &type, &bytes)) {
		if (is_wanted(type))
			return true;
		kv_buf_str(&ret->types, ret->n++ ? KV_S(" ") : KV_S(""));
		kv_buf_str(&ret->types, type);
		ret->last = type;
	}
	return false;
}

/* Empty if the texts have a certificate and a key. */
static kv_str pair_error(struct kv_arena *a, kv_str certificate, kv_str key)
{
	struct skipped s;
	if (!has_block(a, certificate, is_certificate, &s)) {
		if (!s.n)
			return KV_S("tls: failed to find any PEM data in certificate input");
		if (s.n == 1 && kv_str_ends(s.last, KV_S("PRIVATE KEY")))
			return KV_S("tls: failed to find certificate PEM data in certificate input, but did find a private key; PEM inputs may "
				    "have been switched");
		return kv_arena_printf(a,
				       "tls: failed to find \"CERTIFICATE\" PEM block in certificate input after skipping PEM blocks of the "
				       "following types: [%.*s]",
				       KV_ARG(kv_buf_view(&s.types)));
	}
	if (has_block(a, key, is_key, &s))
		return KV_S("");
	if (!s.n)
		return KV_S("tls: failed to find any PEM data in key input");
	if (s.n == 1 && is_certificate(s.last))
		return KV_S("tls: found a certificate rather than a key in the PEM for the private key");
	return kv_arena_printf(a,
			       "tls: failed to find PEM block with type ending in \"PRIVATE KEY\" in key input after skipping PEM blocks of the "
			       "following types: [%.*s]",
			       KV_ARG(kv_buf_view(&s.types)));
}

/* x509.CertPool.AppendCertsFromPEM */
static bool has_certificate(struct kv_arena *a, kv_str text)
{
	struct skipped s;
	return has_block(a, text, is_certificate, &s);
}

static void why3(struct kv_job *job, const struct rnd_repository *r, struct kv_buf *out)
{
	kv_str certificate, key, authority, why = KV_S("");
	if (r->cert_file.n && r->key_file.n) {
		why = read_error(job, r->cert_file, &certificate);
		if (!why.n)
			why = read_error(job, r->key_file, &key);
		if (!why.n)
			why = pair_error(job->arena, certificate, key);
	}
	if (why.n)
		kv_buf_printf(out, "can't load key pair from cert %.*s and key %.*s: %.*s", KV_ARG(r->cert_file), KV_ARG(r->key_file),
			      KV_ARG(why));
	else if (r->ca_file.n && read_error(job, r->ca_file, &authority).n)
		kv_buf_printf(out, "can't read CA file: %.*s", KV_ARG(r->ca_file));
	else if (r->ca_file.n && !has_certificate(job->arena, authority))
		kv_buf_printf(out, "failed to append certificates from file: %.*s", KV_ARG(r->ca_file));
}

/* "WHAT: "path": why", on a line of its own. False if the file can be read. */
static bool put_read_error(struct kv_job *job, const char *what, kv_str path, kv_str *ret_text, struct kv_buf *out)
{
	kv_str why = read_error(job, path, ret_text);
	if (!why.n)
		return false;
	kv_buf_printf(out, "%s%s: ", out->n ? "\n" : "", what);
	kv_quote_with(path, '"', false, out);
	kv_buf_printf(out, ": %.*s", KV_ARG(why));
	return true;
}

static void why4(struct kv_job *job, const struct rnd_repository *r, struct kv_buf *out)
{
	kv_str certificate = KV_S(""), key = KV_S(""), authority = KV_S(""), why = KV_S("");
	if ((r->cert_file.n || r->key_file.n) && !put_read_error(job, "unable to read cert file", r->cert_file, &certificate, out))
		put_read_error(job, "unable to read key file", r->key_file, &key, out);
	if (r->ca_file.n)
		put_read_error(job, "can't read CA file", r->ca_file, &authority, out);
	if (out->n)
		return;
	if (certificate.n && key.n)
		why = pair_error(job->arena, certificate, key);
	if (why.n)
		kv_buf_printf(out, "unable to load cert from key pair: %.*s", KV_ARG(why));
	else if (authority.n && !has_certificate(job->arena, authority))
		kv_buf_lit(out, "failed to append certificates from pem block");
}

kv_str cli_helm_tls_error(struct kv_job *job, enum rnd_engine engine, const struct rnd_repository *r)
{
	struct kv_buf why;
	if (!(r->cert_file.n && r->key_file.n) && !r->ca_file.n && !r->insecure)
		return KV_S("");
	kv_buf_init(&why, job->arena, KV_BUF_MAX);
	(engine == RND_HELM4 ? why4 : why3)(job, r, &why);
	return why.n ? kv_arena_cat(job->arena, KV_S("can't create TLS config for client: "), kv_buf_view(&why)) : KV_S("");
}

int cli_helm_check_tls(struct kv_job *job, enum rnd_engine engine, const struct cli_helm_source *source)
{
	const struct rnd_repository flags = cli_helm_flags(source, KV_S(""));
	kv_str why = cli_helm_tls_error(job, engine, &flags);
	return why.n ? rnd_chart_error(job, 0, kv_arena_cat(job->arena, KV_S("missing registry client: "), why)) : 0;
}
