/* render/fetch/oci.h: charts in OCI registries (the distribution specification; helm: pkg/registry).
 *
 * A registry is asked without a login first. If it wants one it says where tokens are had; that place must be as public as the
 * registry itself and gets the login that Helm's, Docker's or podman's file has for the registry.
 */
#ifndef RENDER_FETCH_OCI_H
#define RENDER_FETCH_OCI_H

#include "render/fetch/http.h"
#include "render/fetch/pin.h"

struct rnd_oci {
	struct kv_job *job;
	kv_pos pos;
	const struct rnd_http_options *http;
	kv_str host, path; /* "ghcr.io", "org/charts/app" */
	kv_str base;       /* https://HOST/v2/PATH */
	kv_str bearer;     /* the token, once there is one */
	struct rnd_http_login *login;
	kv_str manifest; /* SHA-256 of the last one that was read */
	kv_str provenance; /* URL of the provenance file that it names; empty: none */
	kv_str helper; /* a credential helper that was named and not allowed; empty: none */
	bool basic; /* the registry itself wants the login */
};

/* The login that `auth` of a file of logins says: base64 of "user:password". NULL if it says none. */
struct rnd_http_login *rnd_oci_login(struct kv_job *job, kv_str auth);
/* The repository of one chart; the options' logins and then `files` are looked through for a login. */
KV_MUST int rnd_oci_open(struct kv_job *job, kv_pos pos, const struct rnd_http_options *http,
			 kv_str repository, kv_str chart, const kv_str *files, size_t nfiles,
			 struct rnd_oci *ret);
/* The version wanted (as for rnd_index_choose) and where its archive is: sets url, resolved and *ret_digest. */
KV_MUST int rnd_oci_find(struct rnd_oci *o, kv_str version, bool devel, struct rnd_pin *pin,
			 kv_str *ret_digest);
/* The version wanted among the tags, whether or not the text is a version itself. */
KV_MUST int rnd_oci_choose(struct rnd_oci *o, kv_str version, bool devel, kv_str *ret);
/* The SHA-256 of a version that names a manifest, "sha256:HEX" or "VERSION@sha256:HEX"; empty for other versions. */
kv_str rnd_oci_digest(kv_str version);
/* One GET with whatever login it takes; `partial` as in a request. */
KV_MUST int rnd_oci_get(struct rnd_oci *o, kv_str url, kv_str accept, size_t limit,
			struct rnd_partial *partial, struct rnd_http_reply *ret);

#endif
