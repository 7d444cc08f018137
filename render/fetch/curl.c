/* render/fetch/curl.c: loads libcurl by its soname. */
#include "render/fetch/curl.h"

#include "base/dl.h"

static const struct kv_dl_symbol symbols[] = {
	KV_DL(struct rnd_curl, global_init, "curl_global_init"),
	KV_DL(struct rnd_curl, easy_init, "curl_easy_init"),
	KV_DL(struct rnd_curl, easy_setopt, "curl_easy_setopt"),
	KV_DL(struct rnd_curl, easy_perform, "curl_easy_perform"),
	KV_DL(struct rnd_curl, easy_getinfo, "curl_easy_getinfo"),
	KV_DL(struct rnd_curl, easy_cleanup, "curl_easy_cleanup"),
	KV_DL(struct rnd_curl, easy_strerror, "curl_easy_strerror"),
	KV_DL(struct rnd_curl, slist_append, "curl_slist_append"),
	KV_DL(struct rnd_curl, slist_free_all, "curl_slist_free_all"),
	KV_DL(struct rnd_curl, url, "curl_url"),
	KV_DL(struct rnd_curl, url_set, "curl_url_set"),
	KV_DL(struct rnd_curl, url_get, "curl_url_get"),
	KV_DL(struct rnd_curl, url_cleanup, "curl_url_cleanup"),
	KV_DL(struct rnd_curl, free, "curl_free"),
};

const struct rnd_curl *rnd_curl_load(struct kv_job *job, kv_pos pos)
{
	struct rnd_curl *curl = KV_NEW(job->arena, struct rnd_curl);
	kv_str error;

	/* Since 7.84 it may be initialised by several threads at once, and as often as wanted. */
	if (kv_dl_load(job->arena, "libcurl.so.4", symbols, sizeof symbols / sizeof *symbols, curl, &error) ==
		    0 &&
	    curl->global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK)
		return curl;
	kv_error_missing(job, pos, "downloading needs libcurl: %.*s", KV_ARG(error));
	kv_note(job, 0, "Debian's package is libcurl4");
	return NULL;
}
