/* render/fetch/helper.h: logins that other programs keep: Docker's and Git's credential helpers.
 *
 * They are run only where the user allows it, without a shell, and asked for one host. That a helper knows no login is no error.
 */
#ifndef RENDER_FETCH_HELPER_H
#define RENDER_FETCH_HELPER_H

#include "render/fetch/http.h"

/* docker-credential-NAME, for a registry's host (docker: docs/reference/commandline/login). *ret: NULL if it knows none; its url is not
 * set. */
KV_MUST int rnd_docker_helper(struct kv_job *job, kv_pos pos, kv_str name, kv_str host,
			      struct rnd_http_login **ret);
/* git-credential-NAME, or a program by its absolute path, for a URL (git: gitcredentials). */
KV_MUST int rnd_git_helper(struct kv_job *job, kv_pos pos, kv_str name, kv_str url,
			   struct rnd_http_login **ret);

#endif
