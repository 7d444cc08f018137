/* render/fetch/fetch.h: remote bytes, pinned and cached.
 *
 * Whoever renders asks a fetcher for a chart or a URL and gets its bytes: those that a pin names, from the cache or else from where
 * the pin says; without a pin those that the remote has now, which are pinned from then on. A fetcher belongs to one job;
 * what many of them share, the options, is only read.
 */
#ifndef RENDER_FETCH_FETCH_H
#define RENDER_FETCH_FETCH_H

#include "render/fetch/cache.h"
#include "render/fetch/git_url.h"
#include "render/fetch/http.h"
#include "render/fetch/pin.h"

struct rnd_fetch_options {
	struct rnd_cache cache;
	struct rnd_http_options http;
	const struct rnd_pins *pins; /* what is allowed; NULL: no pins */
	bool frozen;                 /* what has no pin is refused */
	bool offline;                /* no network at all */
	bool renew;                  /* look up again the pins that `renewed` names, or all if it is empty */
	kv_str *renewed;             /* charts' names or URLs */
	size_t nrenewed;
	kv_str keyring; /* every chart must be signed by a key of this file (provenance.h), absolute; empty: none must */
	kv_str keyring_sha256;
	kv_str repositories; /* Helm's repositories.yaml, for logins; empty: none */
	kv_str registries
		[3]; /* Helm's, Docker's and podman's files of logins for OCI registries; empty: none */
};

struct rnd_fetcher {
	struct kv_job *job;
	const struct rnd_fetch_options *options;
	struct rnd_pins used; /* old and new ones, in the job's arena */
	struct rnd_pins absent; /* pins that were looked for and whose absence decided something */
	struct kv_map folders; /* of checkouts, by the SHA-256 of their text */
	struct kv_map ahead;   /* answers that nobody has asked for yet (render/fetch/ahead.h) */
};

/* What the environment says: cache, hosts for http ($KVENDOR_ALLOW_HTTP), seconds of patience ($KVENDOR_HTTP_TIMEOUT), $NETRC,
 * Helm's repositories.yaml. */
void rnd_fetch_environment(struct kv_job *job, struct rnd_fetch_options *ret);

void rnd_fetcher_init(struct rnd_fetcher *f, struct kv_job *job, const struct rnd_fetch_options *options);

struct rnd_chart_asked {
	kv_str name, repository, version; /* version: exact, a constraint, or empty */
	bool devel;
};

/* The archive of a chart. */
KV_MUST int rnd_fetch_chart(struct rnd_fetcher *f, kv_pos pos, const struct rnd_chart_asked *asked,
			    kv_str *ret_archive, kv_str *ret_version);
/* What the remote of a pinned chart has now: the version that would be chosen again, and the newest one that is no
 * pre-release. */
KV_MUST int rnd_fetch_newest(struct rnd_fetcher *f, const struct rnd_pin *pin, kv_str *ret_fitting,
			     kv_str *ret_newest);
/* The same for a pinned Git reference. One that is a tag with a version: itself, and the newest tag of its kind (the same prefix and the
 * same "v" or none) that is no pre-release. A branch or HEAD: the commit it has now, twice. Anything else: what is pinned. */
KV_MUST int rnd_fetch_newest_git(struct rnd_fetcher *f, const struct rnd_pin *pin, kv_str *ret_fitting,
				 kv_str *ret_newest);
/* Whether a Git repository has a tag or branch of this name, or it is a commit. */
KV_MUST int rnd_fetch_has_reference(struct rnd_fetcher *f, kv_str repository, kv_str ref, bool *ret);
/* The body of a URL. */
KV_MUST int rnd_fetch_url(struct rnd_fetcher *f, kv_pos pos, kv_str url, kv_str *ret);

/* --- Git -------------------------------------------------------------------------------------- */

/* The files of a Git reference as the cache keeps them (render/fetch/checkout.h). */
KV_MUST int rnd_fetch_checkout(struct rnd_fetcher *f, kv_pos pos, const struct rnd_git_url *url, kv_str *ret);
/* The same files in a folder that is removed with the job; an absolute path without links. */
KV_MUST int rnd_fetch_git(struct rnd_fetcher *f, kv_pos pos, const struct rnd_git_url *url, kv_str *ret_dir);

/* A URL that may be a file, and may be a repository: what it is shows once it was asked for, and stays so by its pin. */
enum rnd_fetch_kind { RND_FETCH_FILE, RND_FETCH_REPOSITORY };
/* A repository if it is pinned as one, or if the server has no file there. A file that has no pin gets none before
 * rnd_fetch_accept: its bytes must turn out to be what is wanted. */
KV_MUST int rnd_fetch_either(struct rnd_fetcher *f, kv_pos pos, kv_str url, const struct rnd_git_url *git,
			     enum rnd_fetch_kind *ret_kind, kv_str *ret_body);
void rnd_fetch_accept(struct rnd_fetcher *f, kv_str url, kv_str body);
/* Whether asking for the chart, or without a name for the URL, or without both for the reference, would use the network. */
bool rnd_fetch_needs_network(struct rnd_fetcher *f, const struct rnd_chart_asked *chart, kv_str url,
			     const struct rnd_git_url *git);

#endif
