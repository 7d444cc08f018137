/* render/fetch/login.c: logins from Helm's repositories.yaml and from URLs. */
#include "render/fetch/login.h"

#include "base/file.h"
#include "base/inputs.h"
#include "krm/yaml.h"

static struct rnd_http_login *login_of(struct kv_job *job, krm_val entry)
{
	struct rnd_http_login *l = KV_NEW(job->arena, struct rnd_http_login);
	krm_val everywhere = krm_get(entry, "pass_credentials_all");
	*l = (struct rnd_http_login){
		.url = krm_str(krm_get(entry, "url")),
		.user = krm_str(krm_get(entry, "username")),
		.password = krm_str(krm_get(entry, "password")),
		.ca_file = krm_str(krm_get(entry, "caFile")),
		.cert_file = krm_str(krm_get(entry, "certFile")),
		.key_file = krm_str(krm_get(entry, "keyFile")),
		.everywhere = everywhere.kind == KRM_BOOL && everywhere.b,
	};
	return l;
}

int rnd_login_find(struct kv_job *job, const struct rnd_fetch_options *options, kv_str repository,
		   struct rnd_http_login **ret)
{
	kv_str file = options->repositories, text;
	krm_val doc;
	*ret = rnd_http_login_for(job, &options->http, repository);
	if (*ret || !file.n || kv_file_kind(file) != KV_FILE_REGULAR)
		return 0;
	if (kv_file_read_unnoted(job, file, &text) < 0 ||
	    krm_yaml_read(job, file, text, KRM_YAML_HELM, &doc) < 0)
		return -1;
	krm_val list = krm_get(doc, "repositories");
	for (size_t i = 0; i < krm_list_len(list); i++) {
		kv_str url = krm_str(krm_get(list.l->v[i], "url"));
		if (url.n && kv_str_eq(kv_str_without_end(url, KV_S("/")), kv_str_without_end(repository, KV_S("/")))) {
			*ret = login_of(job, list.l->v[i]);
			return 0;
		}
	}
	return 0;
}

/* --- in a URL --------------------------------------------------------------------------------- */

/* RFC 3986, 2.1; a percent sign that begins nothing stays. */
static kv_str decoded(struct kv_arena *a, kv_str s)
{
	char *out = kv_arena_alloc(a, s.n + 1);
	size_t n = 0;
	for (size_t i = 0; i < s.n; i++) {
		int high = s.p[i] == '%' && i + 2 < s.n ? kv_hex_value(s.p[i + 1]) : -1;
		int low = high < 0 ? -1 : kv_hex_value(s.p[i + 2]);
		out[n++] = low < 0 ? s.p[i] : (char)(high * 16 + low);
		i += low < 0 ? 0 : 2;
	}
	out[n] = '\0';
	return kv_str_of(out, n);
}

kv_str rnd_login_cut(struct kv_job *job, kv_str url, struct rnd_http_login **ret)
{
	kv_str clean = rnd_git_shown(job->arena, url);
	*ret = NULL;
	if (clean.n == url.n || !kv_str_is_http(url))
		return url;
	size_t start = kv_str_find(url, KV_S("://"), 0) + 3;
	/* What was taken out ends in "@". */
	kv_str taken = kv_str_sub(url, start, start + url.n - clean.n - 1);
	size_t colon = kv_str_chr(taken, ':');
	struct rnd_http_login *login = KV_NEW(job->arena, struct rnd_http_login);
	login->url = clean;
	login->user = decoded(job->arena, kv_str_sub(taken, 0, colon));
	if (colon != SIZE_MAX)
		login->password = decoded(job->arena, kv_str_sub(taken, colon + 1, taken.n));
	*ret = login;
	return clean;
}
