/* tree/function_logins.c: see function_logins.h. */
#include "tree/function_logins.h"

#include "filters/secret_guard.h"
#include "krm/json.h"
#include "render/fetch/oci.h"

/* kubernetes.io/dockerconfigjson: {"auths": {HOST: {"auth": ...} or {"username": ..., "password": ...}}}. */
static int read_docker(struct kv_job *job, krm_val secret, kv_str text, struct tree_logins *ret)
{
	krm_val doc, auths;
	kv_str error;
	size_t offset;
	if (krm_json_read(job, text, KRM_JSON_EXACT, &doc, &error, &offset) < 0)
		return kv_error(job, secret.pos, ".dockerconfigjson is not JSON");
	auths = krm_get(doc, "auths");
	if (auths.kind != KRM_MAP)
		return kv_error(job, secret.pos, ".dockerconfigjson has no auths");
	krm_map_each (auths.m, e) {
		struct rnd_http_login *encoded = rnd_oci_login(job, krm_str(krm_get(e->val, "auth")));
		struct rnd_http_login login = { .url = krm_str(e->key),
						.user = krm_str(krm_get(e->val, "username")),
						.password = krm_str(krm_get(e->val, "password")) };
		if (encoded) {
			login.user = encoded->user;
			login.password = encoded->password;
		}
		if (login.user.n || login.password.n)
			KV_PUSH(job->arena, ret->v, ret->n, ret->cap, login);
	}
	return 0;
}

int tree_logins_read(struct kv_job *job, krm_val secret, struct tree_logins *ret)
{
	struct rnd_http_login login = { 0 };
	kv_str text;
	if (flt_secret_value(job, secret, KV_S(".dockerconfigjson"), &text))
		return read_docker(job, secret, text, ret);
	if (!flt_secret_value(job, secret, KV_S("url"), &login.url) ||
	    !flt_secret_value(job, secret, KV_S("username"), &login.user) ||
	    !flt_secret_value(job, secret, KV_S("password"), &login.password)) {
		kv_error(job, secret.pos, "the Secret %.*s holds no login", KV_ARG(krm_name(secret)));
		kv_note(job, 0, "one has the keys url, username and password, or .dockerconfigjson");
		return -1;
	}
	KV_PUSH(job->arena, ret->v, ret->n, ret->cap, login);
	return 0;
}
