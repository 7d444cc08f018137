/* render/fetch/curl.h: the functions of libcurl that are used, loaded on first use. */
#ifndef RENDER_FETCH_CURL_H
#define RENDER_FETCH_CURL_H

#include <curl/curl.h>

#include "base/job.h"

struct rnd_curl {
	CURLcode (*global_init)(long);
	CURL *(*easy_init)(void);
	CURLcode (*easy_setopt)(CURL *, CURLoption, ...);
	CURLcode (*easy_perform)(CURL *);
	CURLcode (*easy_getinfo)(CURL *, CURLINFO, ...);
	void (*easy_cleanup)(CURL *);
	const char *(*easy_strerror)(CURLcode);
	struct curl_slist *(*slist_append)(struct curl_slist *, const char *);
	void (*slist_free_all)(struct curl_slist *);
	CURLU *(*url)(void);
	CURLUcode (*url_set)(CURLU *, CURLUPart, const char *, unsigned);
	CURLUcode (*url_get)(const CURLU *, CURLUPart, char **, unsigned);
	void (*url_cleanup)(CURLU *);
	void (*free)(void *);
};

/* NULL, reported at `pos`, if the library is not there. */
const struct rnd_curl *rnd_curl_load(struct kv_job *job, kv_pos pos);

#endif
