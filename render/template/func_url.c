/* render/template/func_url.c: urlParse, urlJoin, getHostByName (sprig: url.go, network.go). */
#include "render/template/functions.h"

#include "render/template/url.h"

int rnd_fn_urlParse(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	(void)nargs;
	struct kv_arena *a = c->job->arena;
	struct rnd_url u;
	kv_str error;
	if (rnd_url_parse(a, krm_str(args[0]), &u, &error))
		return rnd_panic(c, "unable to parse url: %.*s", KV_ARG(error));
	*ret = krm_map(a, KRM_OF_ANY);
	krm_map_set_text(a, ret->m, "scheme", u.scheme);
	krm_map_set_text(a, ret->m, "host", u.host);
	krm_map_set_text(a, ret->m, "hostname", rnd_url_hostname(&u));
	krm_map_set_text(a, ret->m, "path", u.path);
	krm_map_set_text(a, ret->m, "query", u.query);
	krm_map_set_text(a, ret->m, "opaque", u.opaque);
	krm_map_set_text(a, ret->m, "fragment", u.fragment);
	krm_map_set_text(a, ret->m, "userinfo", rnd_url_userinfo(a, &u));
	return 0;
}

/* The string at the key; an absent key is empty. reflect's Kind of a nil value has no answer but a panic of
 * its own. */
static int take(struct rnd_call *c, krm_val dict, const char *key, kv_str *ret)
{
	krm_val *v = krm_map_find(dict.m, kv_str_c(key));
	*ret = KV_S("");
	if (!v)
		return 0;
	if (krm_is(*v, KRM_NIL))
		return rnd_panic(c, "runtime error: invalid memory address or nil pointer dereference");
	if (!krm_is(*v, KRM_STRING))
		return rnd_panic(c, "unable to parse %s key, must be of type string, but %s found", key,
				 krm_kind_name(*v));
	*ret = krm_str(*v);
	return 0;
}

static int set_userinfo(struct rnd_call *c, kv_str userinfo, struct rnd_url *u)
{
	struct kv_arena *a = c->job->arena;
	struct rnd_url parsed;
	kv_str error;
	if (!userinfo.n)
		return 0;
	if (rnd_url_parse(a, kv_arena_cat(a, KV_S("proto://"), userinfo, KV_S("@host")), &parsed, &error))
		return rnd_panic(c, "unable to parse userinfo in dict: %.*s", KV_ARG(error));
	u->has_user = parsed.has_user;
	u->has_password = parsed.has_password;
	u->username = parsed.username;
	u->password = parsed.password;
	return 0;
}

int rnd_fn_urlJoin(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	(void)nargs;
	struct rnd_url u = { 0 };
	kv_str userinfo;
	if (take(c, args[0], "scheme", &u.scheme) || take(c, args[0], "host", &u.host) ||
	    take(c, args[0], "path", &u.path) || take(c, args[0], "query", &u.query) ||
	    take(c, args[0], "opaque", &u.opaque) || take(c, args[0], "fragment", &u.fragment) ||
	    take(c, args[0], "userinfo", &userinfo) || set_userinfo(c, userinfo, &u))
		return -1;
	*ret = krm_string(c->job->arena, rnd_url_text(c->job->arena, &u));
	return 0;
}

/* Helm answers with the empty string unless --enable-dns is given, which kvendor does not have. */
int rnd_fn_getHostByName(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	(void)args, (void)nargs;
	*ret = krm_string(c->job->arena, KV_S(""));
	return 0;
}
