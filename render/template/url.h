/* render/template/url.h: Go's net/url: Parse and URL.String. */
#ifndef RENDER_TEMPLATE_URL_H
#define RENDER_TEMPLATE_URL_H

#include "base/buf.h"

/* A URL in parts; path and fragment are decoded, their raw twins are set only where the default encoding of
 * the decoded form differs from what was read. */
struct rnd_url {
	kv_str scheme, opaque, host, path, raw_path, query, fragment, raw_fragment;
	kv_str username, password;
	bool has_user, has_password;
	bool force_query; /* "?" with nothing behind it */
	bool omit_host;   /* "scheme:/path" */
};

/* url.Parse. -1: *ret_error is Go's text: `parse "x": reason`. */
int rnd_url_parse(struct kv_arena *a, kv_str text, struct rnd_url *ret, kv_str *ret_error)
	__attribute__((warn_unused_result));
/* URL.String */
kv_str rnd_url_text(struct kv_arena *a, const struct rnd_url *u);
/* URL.User.String: "" if there is none. */
kv_str rnd_url_userinfo(struct kv_arena *a, const struct rnd_url *u);
/* URL.Hostname: the host without port and brackets. */
kv_str rnd_url_hostname(const struct rnd_url *u);

#endif
