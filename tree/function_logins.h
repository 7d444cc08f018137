/* tree/function_logins.h: logins that come to a function as Secrets.
 *
 * Of type kubernetes.io/dockerconfigjson, or with the keys `url`, `username` and `password`, which is how Argo CD keeps the logins of
 * repositories.
 */
#ifndef TREE_FUNCTION_LOGINS_H
#define TREE_FUNCTION_LOGINS_H

#include "krm/resource.h"
#include "render/fetch/http.h"

struct tree_logins {
	struct rnd_http_login *v;
	size_t n, cap;
};

/* Appends the logins of one Secret. One that holds none is an error; no message shows a value. */
KV_MUST int tree_logins_read(struct kv_job *job, krm_val secret, struct tree_logins *ret);

#endif
