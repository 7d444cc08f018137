/* render/fetch/http.h: one request over libcurl, loaded on first use.
 *
 * What is asked of every transfer: https, unless the host is on the list of those that may be asked in the clear; at most five
 * redirects, each checked like the first URL, none from a public address to a private one; a login goes only to the origin
 * (scheme, host and port) it belongs to; sizes and times have limits. Failures that may be temporary get two more tries, each after a longer pause.
 * Certificates are the system's, or $SSL_CERT_FILE and $SSL_CERT_DIR; proxies are those of the environment.
 */
#ifndef RENDER_FETCH_HTTP_H
#define RENDER_FETCH_HTTP_H

#include <stdatomic.h>

#include "base/job.h"

struct rnd_partial;

/* Name and password, and the files of TLS, for the origin of one URL. */
struct rnd_http_login {
	kv_str url;
	kv_str user, password;
	kv_str ca_file, cert_file, key_file;
	bool everywhere; /* the user asked for it to go to other origins as well */
};

/* Counted by all transfers of a process. */
struct rnd_progress {
	atomic_size_t active, done; /* transfers */
	_Atomic uint64_t bytes;     /* that came */
};

struct rnd_http_options {
	kv_str *plain; /* HOST or HOST:PORT that http is allowed for */
	size_t nplain;
	bool insecure; /* any certificate is trusted */
	long patience; /* seconds without progress before a transfer is given up; 0: the default */
	bool docker_helpers; /* programs that files of logins name may be run */
	kv_str git_helper;   /* a program that is asked for logins of Git repositories; empty: none */
	kv_str netrc;  /* a file of logins by host, used for its hosts alone; empty: none */
	const struct rnd_http_login *logins; /* for repositories at or below their URLs, before all files */
	size_t nlogins;
	struct rnd_progress *progress; /* NULL: nobody counts */
};

struct rnd_http_request {
	kv_pos pos; /* of what asks for it */
	kv_str url;
	kv_str accept, bearer;        /* header fields, bearer for the origin of `url` alone; empty: none */
	kv_str fields[2];             /* further header fields, "Name: value"; empty: none */
	kv_str post, put;             /* the body of a POST or PUT; both empty: a GET */
	kv_str etag, modified;        /* of the bytes that are there already; empty: none */
	struct rnd_http_login *login; /* NULL: none */
	size_t limit;                 /* bytes */
	bool text;                    /* may be sent compressed */
	bool challenged;              /* status 401 is a reply, not a failure */
	bool tried;                   /* so is every other status */
	bool public;                  /* a public server named the URL: no private address may be behind it */
	struct rnd_partial *partial;  /* what an earlier try got, and where this one's bytes are kept; NULL: none */
	/* Takes the bytes piece by piece instead of the reply's body; true: the rest is not needed. */
	bool (*take)(void *arg, kv_str piece);
	void (*restart)(void *arg); /* forget what was taken: it comes again */
	void *arg;
};

struct rnd_http_reply {
	bool unchanged; /* the bytes of etag or modified still hold */
	long status;    /* 200, 304; others where the request says so */
	kv_str reason;  /* the same with the server's words: "404 Not Found" */
	kv_str body, etag, modified;
	kv_str url;             /* that answered, after redirects */
	kv_str challenge, link; /* WWW-Authenticate, Link */
	bool private;           /* the first address was a private one */
	bool resumed;           /* the first part of the body is from an earlier try */
};

/* Of `logins` the first whose URL is the repository's or above it, as a login for that repository; NULL: none. */
struct rnd_http_login *rnd_http_login_for(struct kv_job *job, const struct rnd_http_options *options,
					  kv_str repository);

/* Failures are reported with kv_error_missing: exit status 3. */
KV_MUST int rnd_http_get(struct kv_job *job, const struct rnd_http_options *options,
			 const struct rnd_http_request *request, struct rnd_http_reply *ret);

/* `ref` as a page at `base` means it (RFC 3986). */
KV_MUST int rnd_url_resolve(struct kv_job *job, kv_pos pos, kv_str base, kv_str ref, kv_str *ret);

#endif
