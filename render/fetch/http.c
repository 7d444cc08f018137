/* render/fetch/http.c: redirects, logins, limits and second tries around libcurl's easy transfers. */
#include "render/fetch/http.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "render/fetch/curl.h"
#include "render/fetch/partial.h"

/* Browsers follow twenty; downloads in the wild need two (release page, storage). */
#define REDIRECTS 5
#define TRIES 3
#define PAUSE_MS 250
#define CONNECT_SECONDS 15L
/* Without progress; a mirror behind a slow line still moves. */
#define PATIENCE_SECONDS 30L
/* The whole of one transfer. */
#define TRANSFER_SECONDS (15L * 60)
/* Longer answers to "try again after" are not waited for. */
#define RETRY_AFTER_MOST 10

struct exchange {
	struct kv_job *job;
	const struct rnd_curl *curl;
	const struct rnd_http_options *options;
	const struct rnd_http_request *request;
	kv_str url;    /* asked now */
	kv_str origin; /* of the first one */
	bool other;    /* asked now is another origin */
	bool from_private,
		to_private; /* the first address is a private one; a redirect led to one and was refused */
	struct kv_buf body;
	size_t taken;
	bool over, enough;
	bool begun, resumed; /* of the body: something came; its first `from` bytes are from an earlier try */
	size_t from;
	struct timespec moved; /* when a byte came or went last */
	curl_off_t seen;       /* bytes until then */
	bool stalled;
	kv_str etag, modified, retry_after, challenge, link, reason, range;
	CURL *easy;
	struct curl_slist *headers;
};

/* --- URLs ------------------------------------------------------------------------------------- */

static void free_url(const struct rnd_curl *curl, CURLU **url)
{
	if (*url)
		curl->url_cleanup(*url);
	*url = NULL;
}

static kv_str part(struct kv_job *job, const struct rnd_curl *curl, CURLU *url, CURLUPart what,
		   unsigned flags)
{
	char *text = NULL;
	kv_str s = KV_S("");

	if (curl->url_get(url, what, &text, flags) == CURLUE_OK && text) {
		s = kv_arena_dup(job->arena, kv_str_c(text));
		curl->free(text);
	}
	return s;
}

static CURLU *parse_url(struct kv_job *job, const struct rnd_curl *curl, kv_pos pos, kv_str text)
{
	CURLU *url = curl->url();

	if (url && curl->url_set(url, CURLUPART_URL, kv_arena_cstr(job->arena, text),
				 CURLU_NON_SUPPORT_SCHEME) == CURLUE_OK)
		return url;
	free_url(curl, &url);
	kv_error(job, pos, "'%.*s' is not a URL", KV_ARG(text));
	return NULL;
}

/* What of a URL may be shown: no name and password, no query, which often is a signature. */
static kv_str shown(const struct exchange *x)
{
	kv_str url = kv_str_sub(x->url, 0, kv_str_chr(x->url, '?'));
	size_t host = kv_str_find(url, KV_S("://"), 0), at;

	if (host == SIZE_MAX)
		return url;
	host += 3;
	at = kv_str_chr(kv_str_sub(url, host, host + kv_str_chr(kv_str_sub(url, host, url.n), '/')), '@');
	if (at == SIZE_MAX)
		return url;
	return kv_arena_cat(x->job->arena, kv_str_sub(url, 0, host), kv_str_sub(url, host + at + 1, url.n));
}

static bool plain_allowed(const struct rnd_http_options *o, kv_str host, kv_str host_port)
{
	for (size_t i = 0; i < o->nplain; i++)
		if (kv_str_eq(o->plain[i], host) || kv_str_eq(o->plain[i], host_port))
			return true;
	return false;
}

/* Its origin, if it may be asked at all. */
static int check_url(struct exchange *x, kv_str *ret_origin)
{
	CURLU *url = parse_url(x->job, x->curl, x->request->pos, x->url);
	kv_str scheme, host, host_port;

	if (!url)
		return -1;
	scheme = part(x->job, x->curl, url, CURLUPART_SCHEME, 0);
	host = part(x->job, x->curl, url, CURLUPART_HOST, 0);
	host_port = kv_arena_cat(x->job->arena, host, KV_S(":"),
				 part(x->job, x->curl, url, CURLUPART_PORT, CURLU_DEFAULT_PORT));
	free_url(x->curl, &url);
	*ret_origin = kv_arena_cat(x->job->arena, scheme, KV_S("://"), host_port);
	if (kv_str_eq(scheme, KV_S("https")))
		return 0;
	if (!kv_str_eq(scheme, KV_S("http")))
		return kv_error_missing(x->job, x->request->pos, "%.*s: only https is fetched",
					KV_ARG(shown(x)));
	if (plain_allowed(x->options, host, host_port))
		return 0;
	kv_error_missing(x->job, x->request->pos, "%.*s: http is not encrypted and not allowed for this host",
			 KV_ARG(shown(x)));
	kv_note(x->job, 0, "KVENDOR_ALLOW_HTTP=%.*s allows it", KV_ARG(host_port));
	return -1;
}

/* What follows the scheme. Registries are asked by https, and often named without a scheme. */
static kv_str place_of(kv_str url, bool *ret_plain)
{
	size_t scheme = kv_str_find(url, KV_S("://"), 0);
	kv_str place = kv_str_sub(url, scheme == SIZE_MAX ? 0 : scheme + 3, url.n);

	*ret_plain = kv_str_starts(url, KV_S("http://"));
	while (kv_str_ends(place, KV_S("/")))
		place.n--;
	return place;
}

struct rnd_http_login *rnd_http_login_for(struct kv_job *job, const struct rnd_http_options *options,
					  kv_str repository)
{
	bool plain, login_plain;
	kv_str wanted = place_of(repository, &plain);

	for (size_t i = 0; i < options->nlogins; i++) {
		const struct rnd_http_login *given = &options->logins[i];
		kv_str at = place_of(given->url, &login_plain);

		if (login_plain != plain || !at.n || !kv_str_starts(wanted, at) ||
		    (wanted.n > at.n && wanted.p[at.n] != '/'))
			continue;
		struct rnd_http_login *login = KV_NEW(job->arena, struct rnd_http_login);
		*login = *given;
		login->url = repository;
		return login;
	}
	return NULL;
}

static int origin_of(struct exchange *x, kv_str text, kv_str *ret)
{
	CURLU *url = parse_url(x->job, x->curl, x->request->pos, text);

	if (!url)
		return -1;
	*ret = kv_arena_cat(x->job->arena, part(x->job, x->curl, url, CURLUPART_SCHEME, 0), KV_S("://"),
			    part(x->job, x->curl, url, CURLUPART_HOST, 0), KV_S(":"),
			    part(x->job, x->curl, url, CURLUPART_PORT, CURLU_DEFAULT_PORT));
	free_url(x->curl, &url);
	return 0;
}

int rnd_url_resolve(struct kv_job *job, kv_pos pos, kv_str base, kv_str ref, kv_str *ret)
{
	const struct rnd_curl *curl = rnd_curl_load(job, pos);
	CURLU *url = curl ? parse_url(job, curl, pos, base) : NULL;
	bool good;

	if (!url)
		return -1;
	good = curl->url_set(url, CURLUPART_URL, kv_arena_cstr(job->arena, ref), CURLU_NON_SUPPORT_SCHEME) ==
	       CURLUE_OK;
	if (good)
		*ret = part(job, curl, url, CURLUPART_URL, 0);
	free_url(curl, &url);
	return good ? 0 : kv_error(job, pos, "'%.*s' is not a URL", KV_ARG(ref));
}

/* --- addresses -------------------------------------------------------------------------------- */

static bool is_private_v4(uint32_t a)
{
	static const struct {
		uint32_t net;
		unsigned bits;
	} nets[] = {
		{ 0x00000000, 8 },  { 0x0a000000, 8 },  { 0x64400000, 10 }, { 0x7f000000, 8 },
		{ 0xa9fe0000, 16 }, { 0xac100000, 12 }, { 0xc0a80000, 16 },
	};

	for (size_t i = 0; i < sizeof nets / sizeof *nets; i++)
		if (a >> (32 - nets[i].bits) == nets[i].net >> (32 - nets[i].bits))
			return true;
	return false;
}

static bool is_private_v6(const struct in6_addr *a)
{
	const uint8_t *b = a->s6_addr;

	if (IN6_IS_ADDR_V4MAPPED(a))
		return is_private_v4((uint32_t)b[12] << 24 | (uint32_t)b[13] << 16 | (uint32_t)b[14] << 8 |
				     b[15]);
	return IN6_IS_ADDR_LOOPBACK(a) || IN6_IS_ADDR_UNSPECIFIED(a) || IN6_IS_ADDR_LINKLOCAL(a) ||
	       (b[0] & 0xfe) == 0xfc;
}

static bool is_private(const struct curl_sockaddr *a)
{
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;

	if (a->family == AF_INET) {
		memcpy(&v4, &a->addr, sizeof v4);
		return is_private_v4(ntohl(v4.sin_addr.s_addr));
	}
	if (a->family == AF_INET6 && a->addrlen >= sizeof v6) {
		memcpy(&v6, &a->addr, sizeof v6);
		return is_private_v6(&v6.sin6_addr);
	}
	return false;
}

/* A redirect must not make this machine ask what only it can reach. */
static curl_socket_t open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *a)
{
	struct exchange *x = arg;

	(void)purpose;
	if (!x->other && !x->request->public)
		x->from_private |= is_private(a);
	else if (!x->from_private && is_private(a)) {
		x->to_private = true;
		return CURL_SOCKET_BAD;
	}
	return socket(a->family, a->socktype | SOCK_CLOEXEC, a->protocol);
}

/* --- one transfer ----------------------------------------------------------------------------- */

static struct timespec now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t;
}

static long patience_of(const struct exchange *x)
{
	return x->options->patience ? x->options->patience : PATIENCE_SECONDS;
}

/* libcurl asks at least once a second. Its own limit on the speed is a mean of several seconds, which a fast start keeps high. */
static int on_progress(void *arg, curl_off_t total, curl_off_t done, curl_off_t up_total, curl_off_t up_done)
{
	struct exchange *x = arg;
	struct timespec t = now();

	(void)total, (void)up_total;
	if (done + up_done != x->seen) {
		if (x->options->progress)
			atomic_fetch_add(&x->options->progress->bytes, (uint64_t)(done + up_done - x->seen));
		x->seen = done + up_done;
		x->moved = t;
	}
	x->stalled = t.tv_sec - x->moved.tv_sec - (t.tv_nsec < x->moved.tv_nsec) >= patience_of(x);
	return x->stalled;
}

/* What tells whether bytes that come later are of the same state: no weak tag (RFC 9110, 13.1.5). */
static kv_str validator(const struct exchange *x)
{
	return x->etag.n && !kv_str_starts(x->etag, KV_S("W/")) ? x->etag : x->modified;
}

/* Whether the part that comes is the one that is missing: "bytes 1000-1999/2000". */
static bool is_rest(const struct exchange *x)
{
	kv_str from = kv_arena_printf(x->job->arena, "bytes %zu-", x->from);

	return kv_str_starts(x->range, from);
}

/* The first bytes of an answer; false if they are not what was asked for. */
static bool begin_body(struct exchange *x, long status)
{
	struct rnd_partial *p = x->request->partial;

	x->begun = true;
	if (!p || (status != 200 && status != 206))
		return true;
	if (status == 206 && (!x->resumed || !is_rest(x)))
		return false;
	if (status == 206) {
		kv_buf_str(&x->body, p->bytes);
		x->taken = x->from;
		return true;
	}
	x->resumed = false;
	rnd_partial_begin(p, validator(x));
	return true;
}

static size_t on_body(char *p, size_t size, size_t n, void *arg)
{
	struct exchange *x = arg;
	kv_str piece = { p, size * n };
	long status = 0;

	x->curl->easy_getinfo(x->easy, CURLINFO_RESPONSE_CODE, &status);
	if (!x->begun && !begin_body(x, status))
		return 0;
	x->taken += piece.n;
	x->over |= x->taken > x->request->limit;
	if (x->over)
		return 0;
	if (x->request->take && status == 200) {
		x->enough = x->request->take(x->request->arg, piece);
		return x->enough ? 0 : piece.n;
	}
	kv_buf_str(&x->body, piece);
	if (x->request->partial && (status == 200 || status == 206))
		rnd_partial_add(x->request->partial, kv_buf_view(&x->body), piece.n);
	return piece.n;
}

static bool header(kv_str line, const char *name, kv_str *ret)
{
	size_t n = strlen(name);

	if (line.n <= n || strncasecmp(line.p, name, n) || line.p[n] != ':')
		return false;
	*ret = kv_str_trim(kv_str_sub(line, n + 1, line.n), " \t\r\n");
	return true;
}

static size_t on_header(char *p, size_t size, size_t n, void *arg)
{
	struct exchange *x = arg;
	const struct {
		const char *name;
		kv_str *to;
	} wanted[] = {
		{ "ETag", &x->etag },
		{ "Last-Modified", &x->modified },
		{ "Retry-After", &x->retry_after },
		{ "WWW-Authenticate", &x->challenge },
		{ "Link", &x->link },
		{ "Content-Range", &x->range },
	};
	kv_str line = { p, size * n }, v;

	if (kv_str_starts(line, KV_S("HTTP/")))
		x->reason = kv_arena_dup(
			x->job->arena,
			kv_str_trim(kv_str_sub(line, kv_str_chr(line, ' '), line.n), " \t\r\n"));
	for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
		if (header(line, wanted[i].name, &v))
			*wanted[i].to = kv_arena_dup(x->job->arena, v);
	return line.n;
}

static void add_header(struct exchange *x, const char *name, kv_str value)
{
	if (value.n)
		x->headers = x->curl->slist_append(
			x->headers,
			kv_arena_cstr(x->job->arena, kv_arena_cat(x->job->arena, kv_str_c(name), value)));
}

static void set_text(struct exchange *x, CURLoption option, kv_str value)
{
	if (value.n)
		x->curl->easy_setopt(x->easy, option, kv_arena_cstr(x->job->arena, value));
}

static int set_login(struct exchange *x, kv_str origin)
{
	const struct rnd_http_login *login = x->request->login;
	kv_str home;

	if (!login)
		return 0;
	if (origin_of(x, login->url, &home) < 0)
		return -1;
	if (!login->everywhere && !kv_str_eq(home, origin))
		return 0;
	set_text(x, CURLOPT_USERNAME, login->user);
	set_text(x, CURLOPT_PASSWORD, login->password);
	set_text(x, CURLOPT_CAINFO, login->ca_file);
	set_text(x, CURLOPT_SSLCERT, login->cert_file);
	set_text(x, CURLOPT_SSLKEY, login->key_file);
	return 0;
}

static void set_headers(struct exchange *x)
{
	add_header(x, "Accept: ", x->request->accept);
	add_header(x, "If-None-Match: ", x->request->etag);
	if (!x->request->etag.n)
		add_header(x, "If-Modified-Since: ", x->request->modified);
	if (x->request->bearer.n && !x->other)
		add_header(x, "Authorization: Bearer ", x->request->bearer);
	if (x->resumed) {
		add_header(x, "Range: ",
			   kv_arena_printf(x->job->arena, "bytes=%zu-", x->from));
		add_header(x, "If-Range: ", x->request->partial->validator);
	}
	for (size_t i = 0; i < sizeof x->request->fields / sizeof *x->request->fields; i++)
		add_header(x, "", x->request->fields[i]);
	if (x->request->put.n) {
		add_header(x, "Content-Type: ", KV_S("application/octet-stream"));
		/* Servers that do not answer it cost a second. */
		x->headers = x->curl->slist_append(x->headers, "Expect:");
	}
	x->curl->easy_setopt(x->easy, CURLOPT_HTTPHEADER, x->headers);
}

static int set_up(struct exchange *x, kv_str origin)
{
	CURLcode (*set)(CURL *, CURLoption, ...) = x->curl->easy_setopt;
	long patience = patience_of(x);

	set_text(x, CURLOPT_URL, x->url);
	set(x->easy, CURLOPT_PROTOCOLS_STR, "http,https");
	set(x->easy, CURLOPT_FOLLOWLOCATION, 0L);
	set(x->easy, CURLOPT_NOSIGNAL, 1L);
	set(x->easy, CURLOPT_USERAGENT, "kvendor");
	set(x->easy, CURLOPT_CONNECTTIMEOUT, patience < CONNECT_SECONDS ? patience : CONNECT_SECONDS);
	set(x->easy, CURLOPT_NOPROGRESS, 0L);
	set(x->easy, CURLOPT_XFERINFOFUNCTION, on_progress);
	set(x->easy, CURLOPT_XFERINFODATA, x);
	set(x->easy, CURLOPT_TIMEOUT, TRANSFER_SECONDS);
	set(x->easy, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)x->request->limit);
	set(x->easy, CURLOPT_WRITEFUNCTION, on_body);
	set(x->easy, CURLOPT_WRITEDATA, x);
	set(x->easy, CURLOPT_HEADERFUNCTION, on_header);
	set(x->easy, CURLOPT_HEADERDATA, x);
	set(x->easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);
	set(x->easy, CURLOPT_OPENSOCKETDATA, x);
	if (x->request->text)
		set(x->easy, CURLOPT_ACCEPT_ENCODING, "");
	if (x->request->post.n) {
		set(x->easy, CURLOPT_POSTFIELDS, x->request->post.p);
		set(x->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)x->request->post.n);
	}
	if (x->request->put.n) {
		set(x->easy, CURLOPT_CUSTOMREQUEST, "PUT");
		set(x->easy, CURLOPT_POSTFIELDS, x->request->put.p);
		set(x->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)x->request->put.n);
	}
	if (x->options->netrc.n) {
		set(x->easy, CURLOPT_NETRC, (long)CURL_NETRC_OPTIONAL);
		set_text(x, CURLOPT_NETRC_FILE, x->options->netrc);
	}
	set_text(x, CURLOPT_CAINFO, kv_str_c(getenv("SSL_CERT_FILE")));
	set_text(x, CURLOPT_CAPATH, kv_str_c(getenv("SSL_CERT_DIR")));
	if (x->options->insecure) {
		set(x->easy, CURLOPT_SSL_VERIFYPEER, 0L);
		set(x->easy, CURLOPT_SSL_VERIFYHOST, 0L);
	}
	set_headers(x);
	return set_login(x, origin);
}

/* The outcome of one transfer. */
struct outcome {
	CURLcode code;
	long status;
	kv_str redirect; /* where to, or empty */
};

/* A transfer begins, or ends. */
static void count(const struct exchange *x, int change)
{
	struct rnd_progress *p = x->options->progress;

	if (!p)
		return;
	atomic_fetch_add(&p->active, (size_t)change);
	if (change < 0)
		atomic_fetch_add(&p->done, 1);
}

static int transfer(struct exchange *x, kv_str origin, struct outcome *ret)
{
	char *redirect = NULL;
	int rc;

	kv_buf_init(&x->body, x->job->arena, KV_BUF_MAX);
	x->taken = 0;
	x->over = x->enough = x->begun = x->stalled = false;
	x->from = x->request->partial ? x->request->partial->bytes.n : 0;
	x->resumed = x->from > 0;
	x->etag = x->modified = x->retry_after = x->challenge = x->link = x->range = KV_S("");
	x->headers = NULL;
	if (x->request->restart)
		x->request->restart(x->request->arg);
	x->easy = x->curl->easy_init();
	if (!x->easy)
		kv_oom(0);
	*ret = (struct outcome){ 0 };
	rc = set_up(x, origin);
	if (rc == 0) {
		x->moved = now();
		x->seen = 0;
		count(x, 1);
		ret->code = x->curl->easy_perform(x->easy);
		count(x, -1);
		x->curl->easy_getinfo(x->easy, CURLINFO_RESPONSE_CODE, &ret->status);
		x->curl->easy_getinfo(x->easy, CURLINFO_REDIRECT_URL, &redirect);
		ret->redirect = kv_arena_dup(x->job->arena, kv_str_c(redirect ? redirect : ""));
	}
	x->curl->easy_cleanup(x->easy);
	x->curl->slist_free_all(x->headers);
	return rc;
}

/* --- second tries ----------------------------------------------------------------------------- */

static bool may_mend(const struct exchange *x, const struct outcome *o)
{
	if (x->over || x->enough || x->to_private || (x->request->tried && o->code == CURLE_OK))
		return false;
	switch (o->code) {
	case CURLE_OK: return o->status == 429 || o->status == 408 || (o->status >= 500 && o->status != 501);
	case CURLE_COULDNT_CONNECT:
	case CURLE_COULDNT_RESOLVE_HOST:
	case CURLE_GOT_NOTHING:
	case CURLE_PARTIAL_FILE:
	case CURLE_RECV_ERROR:
	case CURLE_SEND_ERROR:
	case CURLE_HTTP2:
	case CURLE_HTTP2_STREAM: return true;
	default: return false;
	}
}

/* The server has no such rest, or sent another one. */
static bool is_no_part(const struct exchange *x, const struct outcome *o)
{
	return o->status == 416 || (o->status == 206 && (!x->begun || !is_rest(x)));
}

static void pause_before_try(const struct exchange *x, int try)
{
	long seconds = x->retry_after.n ? strtol(kv_arena_cstr(x->job->arena, x->retry_after), NULL, 10) : 0;
	long ms = (long)PAUSE_MS << (2 * (try - 1));
	struct timespec t;

	if (seconds > 0)
		ms = (seconds > RETRY_AFTER_MOST ? RETRY_AFTER_MOST : seconds) * 1000;
	t = (struct timespec){ ms / 1000, ms % 1000 * 1000000 };
	nanosleep(&t, NULL);
}

static int transfer_patiently(struct exchange *x, kv_str origin, struct outcome *ret)
{
	for (int try = 0; try < TRIES; try++) {
		if (try)
			pause_before_try(x, try);
		if (transfer(x, origin, ret) < 0)
			return -1;
		if (x->resumed && is_no_part(x, ret)) {
			rnd_partial_begin(x->request->partial, KV_S(""));
			continue;
		}
		if (!may_mend(x, ret))
			break;
	}
	return 0;
}

/* --- the whole exchange ----------------------------------------------------------------------- */

static int failed(struct exchange *x, const struct outcome *o)
{
	kv_str url = shown(x);

	if (x->to_private)
		return kv_error_missing(
			x->job, x->request->pos,
			"%.*s: a public server redirects to a private address, which is not followed",
			KV_ARG(url));
	if (x->over || o->code == CURLE_FILESIZE_EXCEEDED)
		return kv_error_missing(x->job, x->request->pos, "%.*s: more than %zu bytes", KV_ARG(url),
					x->request->limit);
	if (o->code == CURLE_OPERATION_TIMEDOUT || x->stalled)
		return kv_error_missing(x->job, x->request->pos, "%.*s: the server stopped sending",
					KV_ARG(url));
	if (o->code == CURLE_PARTIAL_FILE)
		return kv_error_missing(x->job, x->request->pos, "%.*s: the server closed the connection too early",
					KV_ARG(url));
	return kv_error_missing(x->job, x->request->pos, "%.*s: %s", KV_ARG(url),
				x->curl->easy_strerror(o->code));
}

static int refused(struct exchange *x, long status)
{
	kv_str url = shown(x);

	kv_error_missing(x->job, x->request->pos, "%.*s: the server answers %ld", KV_ARG(url), status);
	if (status == 401 || status == 403)
		kv_note(x->job, 0, "it wants a login: docs/sources.md says where logins come from");
	if (status == 404)
		kv_note(x->job, 0, "there is nothing at this URL");
	return -1;
}

static bool accepted(const struct exchange *x, long status)
{
	const struct rnd_http_request *r = x->request;

	return status == 200 || (status == 206 && x->resumed) || status == 304 || (status == 401 && r->challenged) ||
	       r->tried;
}

static int finish(struct exchange *x, const struct outcome *o, struct rnd_http_reply *ret)
{
	/* A transfer that was ended early because all that is wanted is there. */
	if (o->code != CURLE_OK && !x->enough)
		return failed(x, o);
	if (!accepted(x, o->status))
		return refused(x, o->status);
	if (o->status == 304 && !x->request->etag.n && !x->request->modified.n)
		return refused(x, o->status);
	*ret = (struct rnd_http_reply){
		.unchanged = o->status == 304,
		.status = o->status == 206 && x->resumed ? 200 : o->status,
		.reason = x->reason,
		.body = kv_buf_view(&x->body),
		.etag = x->etag,
		.modified = x->modified,
		.url = x->url,
		.challenge = x->challenge,
		.link = x->link,
		.private = x->from_private,
		.resumed = x->resumed && o->status == 206,
	};
	return 0;
}

int rnd_http_get(struct kv_job *job, const struct rnd_http_options *options,
		 const struct rnd_http_request *request, struct rnd_http_reply *ret)
{
	struct exchange x = { .job = job, .options = options, .request = request, .url = request->url };
	struct outcome o;
	kv_str origin;

	x.curl = rnd_curl_load(job, request->pos);
	if (!x.curl)
		return -1;
	for (int hop = 0; hop <= REDIRECTS; hop++) {
		if (check_url(&x, &origin) < 0)
			return -1;
		if (!hop)
			x.origin = origin;
		x.other = !kv_str_eq(origin, x.origin);
		if (transfer_patiently(&x, origin, &o) < 0)
			return -1;
		if (o.code != CURLE_OK || !o.redirect.n)
			return finish(&x, &o, ret);
		x.url = o.redirect;
	}
	return kv_error_missing(job, request->pos, "%.*s: more than %d redirects", KV_ARG(request->url),
				REDIRECTS);
}
