/* render/fetch/git_http.h: Git's smart protocol over HTTP, as far as one commit needs it (git: Documentation/gitprotocol-*.txt). */
#ifndef RENDER_FETCH_GIT_HTTP_H
#define RENDER_FETCH_GIT_HTTP_H

#include "render/fetch/http.h"

struct rnd_git_server {
	struct kv_job *job;
	kv_pos pos;
	const struct rnd_http_options *http;
	struct rnd_http_login *login; /* NULL: none */
	bool may_refuse, refused;     /* the answer 401 is no failure; it was the answer */
	kv_str url;                   /* of the repository; after redirects where it is now */
	bool public;                  /* no private address may follow */
	bool version2;
	kv_str capabilities; /* of version 0, or of version 2's command fetch */
	kv_str refs;         /* of version 0: packet lines */
};

/* Asks what the server can do. */
KV_MUST int rnd_git_server_open(struct rnd_git_server *s);
/* The object behind the first of these names of references that there is; *ret_found says which, `n` for none. */
KV_MUST int rnd_git_server_find(struct rnd_git_server *s, const kv_str *names, size_t n, kv_str *ret_object,
				size_t *ret_found);
/* The names of all tags, without refs/tags/. */
KV_MUST int rnd_git_server_tags(struct rnd_git_server *s, kv_str **ret_names, size_t *ret_n);
/* A pack with the object, and without history if the server can do that; at most `limit` bytes. */
KV_MUST int rnd_git_server_fetch(struct rnd_git_server *s, kv_str object, size_t limit, kv_str *ret_pack);

#endif
