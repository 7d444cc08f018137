/* render/fetch/login.h: logins that files and URLs give. */
#ifndef RENDER_FETCH_LOGIN_H
#define RENDER_FETCH_LOGIN_H

#include "render/fetch/fetch.h"

/* What the caller gave, or `helm repo add` noted, for this repository; NULL: nothing. */
KV_MUST int rnd_login_find(struct kv_job *job, const struct rnd_fetch_options *options, kv_str repository,
			   struct rnd_http_login **ret);
/* The URL without a name and password in it, which are nothing to pin or to show; *ret has them, or is NULL. */
kv_str rnd_login_cut(struct kv_job *job, kv_str url, struct rnd_http_login **ret);

#endif
