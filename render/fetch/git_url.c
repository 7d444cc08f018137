/* render/fetch/git_url.c: parses query, host, repository and path of a Git reference. */
#include "render/fetch/git_url.h"

#include "base/buf.h"
#include "base/file.h"
#include "render/template/gotime.h"

static const char FILE_SCHEME[] = "file://", SSH[] = "ssh://", HTTPS[] = "https://", HTTP[] = "http://";

static bool fail(kv_str *ret_error, kv_str text)
{
	*ret_error = text;
	return false;
}

static bool cut_prefix(kv_str *s, const char *prefix)
{
	size_t n = strlen(prefix);

	if (s->n < n || strncasecmp(s->p, prefix, n) != 0)
		return false;
	*s = kv_str_sub(*s, n, s->n);
	return true;
}

/* --- the query -------------------------------------------------------------------------------- */

/* net/url, QueryUnescape. */
static bool unescape(struct kv_arena *a, kv_str s, kv_str *ret)
{
	struct kv_buf out;

	kv_buf_init(&out, a, KV_BUF_MAX);
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] != '%') {
			kv_buf_c(&out, s.p[i] == '+' ? ' ' : s.p[i]);
			continue;
		}
		if (i + 2 >= s.n || !kv_is_hex(s.p[i + 1]) || !kv_is_hex(s.p[i + 2]))
			return false;
		kv_buf_c(&out, (char)(kv_hex_value(s.p[i + 1]) << 4 | kv_hex_value(s.p[i + 2])));
		i += 2;
	}
	*ret = kv_buf_view(&out);
	return true;
}

/* strconv.Atoi of a positive number below a century, or time.ParseDuration. */
static int64_t timeout_of(struct kv_arena *a, kv_str text)
{
	kv_str digits = kv_str_starts(text, KV_S("+")) ? kv_str_sub(text, 1, text.n) : text, error;
	int64_t n = 0;
	size_t i = 0;

	for (; i < digits.n && kv_is_digit(digits.p[i]) && n < INT32_MAX; i++)
		n = n * 10 + (digits.p[i] - '0');
	if (i == digits.n && n > 0)
		return n * 1000000000;
	return rnd_duration_parse(a, text, &n, &error) == 0 && n > 0 ? n : 0;
}

/* strconv.ParseBool: false, or anything else. */
static bool is_false(kv_str text)
{
	static const char *const words[] = { "0", "f", "F", "FALSE", "false", "False" };

	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (kv_str_eq(text, kv_str_c(words[i])))
			return true;
	return false;
}

static bool cut_pair(struct kv_arena *a, kv_str *query, kv_str *ret_key, kv_str *ret_value)
{
	size_t end = kv_str_chr(*query, '&');
	kv_str pair = kv_str_sub(*query, 0, end);
	size_t equals = kv_str_chr(pair, '=');

	*query = end == SIZE_MAX ? KV_S("") : kv_str_sub(*query, end + 1, query->n);
	return kv_str_chr(pair, ';') == SIZE_MAX && unescape(a, kv_str_sub(pair, 0, equals), ret_key) &&
	       unescape(a, equals == SIZE_MAX ? KV_S("") : kv_str_sub(pair, equals + 1, pair.n), ret_value);
}

/* Of a name given twice the first counts. A query that cannot be read counts as none. */
static void parse_query(struct kv_arena *a, kv_str query, struct rnd_git_url *ret)
{
	enum { REF, VERSION, TIMEOUT, SUBMODULES, NAMES };
	static const char *const names[] = { "ref", "version", "timeout", "submodules" };
	kv_str values[NAMES] = { KV_S(""), KV_S(""), KV_S(""), KV_S("") }, key, value;
	bool given[NAMES] = { false };

	while (query.n) {
		if (!cut_pair(a, &query, &key, &value))
			return;
		for (size_t i = 0; i < NAMES; i++)
			if (!given[i] && kv_str_eq(key, kv_str_c(names[i]))) {
				values[i] = value;
				given[i] = true;
			}
	}
	ret->ref = values[REF].n ? values[REF] : values[VERSION];
	ret->timeout = timeout_of(a, values[TIMEOUT]);
	ret->no_submodules = is_false(values[SUBMODULES]);
}

/* --- the host --------------------------------------------------------------------------------- */

static kv_str cut_scheme(kv_str *s)
{
	static const char *const schemes[] = { SSH, HTTPS, HTTP, FILE_SCHEME };

	for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++)
		if (cut_prefix(s, schemes[i]))
			return kv_str_c(schemes[i]);
	return KV_S("");
}

/* ^[a-zA-Z][a-zA-Z0-9-]*@ */
static kv_str cut_user(kv_str *s)
{
	size_t at = kv_str_chr(*s, '@');
	kv_str user = kv_str_sub(*s, 0, at);

	if (at == SIZE_MAX || at == 0 || kv_is_digit(user.p[0]))
		return KV_S("");
	for (size_t i = 0; i < user.n; i++)
		if (!kv_is_alnum(user.p[i]) && (i == 0 || user.p[i] != '-'))
			return KV_S("");
	user = kv_str_sub(*s, 0, at + 1);
	*s = kv_str_sub(*s, at + 1, s->n);
	return user;
}

static bool is_github(kv_str s)
{
	return cut_prefix(&s, "github.com/") || cut_prefix(&s, "github.com:");
}

/* Where the host ends: at the first `/`, or in USER@HOST:PATH at a `:` before it. */
static size_t host_end(kv_str s, bool scp)
{
	size_t slash = kv_str_chr(s, '/'), colon = kv_str_chr(s, ':');

	if (scp && (slash == SIZE_MAX || (colon > 0 && colon < slash)))
		return colon;
	return slash;
}

/* Cuts it off. */
static bool parse_host(struct kv_arena *a, kv_str *s, kv_str *ret, kv_str *ret_error)
{
	kv_str scheme = cut_scheme(s), user = cut_user(s), host = *s;
	bool github = is_github(*s), scp = scheme.n == 0 && (user.n || github);
	size_t end = host_end(*s, scp);

	if (scheme.n == 0 && !scp)
		return fail(ret_error, KV_S("failed to parse scheme"));
	if (kv_str_eq(scheme, kv_str_c(FILE_SCHEME))) {
		*s = kv_arena_cat(a, user, *s);
		*ret = scheme;
		return true;
	}
	if (end != SIZE_MAX)
		host = kv_str_sub(*s, 0, end + 1);
	*s = kv_str_sub(*s, host.n, s->n);
	if (github && (kv_str_eq(scheme, kv_str_c(SSH)) || user.n)) {
		scheme = KV_S("");
		host = KV_S("github.com:");
	} else if (github) {
		scheme = kv_str_c(HTTPS);
		user = KV_S("");
		host = KV_S("github.com/");
	}
	if (host.n == 0)
		return fail(ret_error, KV_S("failed to parse host segment"));
	*ret = kv_arena_cat(a, scheme, user, host);
	return true;
}

/* --- repository and path ---------------------------------------------------------------------- */

/* Just behind the `n`th slash, or at the end for the last of them; SIZE_MAX if there are not so many names. */
static size_t after_names(kv_str s, size_t n)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] == '/' && --n == 0)
			return i;
	return n == 1 ? s.n : SIZE_MAX;
}

static bool split(kv_str s, bool file, kv_str *ret_repository, kv_str *ret_path)
{
	size_t marker = kv_str_find(s, KV_S("_git/"), 0), end, skip = 1;

	if (marker != SIZE_MAX) {
		marker += strlen("_git/");
		end = kv_str_chr(kv_str_sub(s, marker, s.n), '/');
		end = end == SIZE_MAX ? s.n : marker + end;
	} else if ((end = kv_str_find(s, KV_S("//"), 0)) != SIZE_MAX) {
		skip = 2;
	} else if ((end = kv_str_find(s, KV_S(".git"), 0)) != SIZE_MAX) {
		end += strlen(".git");
		skip = 0;
	} else {
		end = file ? s.n : after_names(s, 2);
	}
	if (end == SIZE_MAX || end == 0)
		return false;
	*ret_repository = kv_str_sub(s, 0, end);
	*ret_path = kv_str_sub(s, end + skip, s.n);
	return true;
}

static kv_str without_first_slash(kv_str s)
{
	return kv_str_starts(s, KV_S("/")) ? kv_str_sub(s, 1, s.n) : s;
}

static bool leaves(struct kv_arena *a, kv_str path)
{
	kv_str clean = kv_path_clean(a, without_first_slash(path));

	return kv_str_eq(kv_str_sub(clean, 0, kv_str_chr(clean, '/')), KV_S(".."));
}

bool rnd_git_url_parse(struct kv_arena *a, kv_str text, struct rnd_git_url *ret, kv_str *ret_error)
{
	size_t question = kv_str_chr(text, '?');
	kv_str rest = kv_str_sub(text, 0, question), host, repository, path;
	struct rnd_git_url url = { 0 };

	if (kv_str_starts(text, KV_S("/")))
		return fail(ret_error, kv_arena_cat(a, KV_S("uri looks like abs path: "), text));
	if (question != SIZE_MAX)
		parse_query(a, kv_str_sub(text, question + 1, text.n), &url);
	url.forced = cut_prefix(&rest, "git::");
	if (!parse_host(a, &rest, &host, ret_error))
		return false;
	if (!split(rest, kv_str_eq(host, kv_str_c(FILE_SCHEME)), &repository, &path))
		return fail(ret_error, KV_S("failed to parse repo path segment"));
	if (leaves(a, path))
		return fail(ret_error, kv_arena_cat(a, KV_S("url path exits repo: "), rest));
	url.repository = kv_arena_cat(a, host, repository);
	url.path = without_first_slash(path);
	*ret = url;
	return true;
}

bool rnd_git_is_local(const struct rnd_git_url *url)
{
	return kv_str_starts(url->repository, kv_str_c(FILE_SCHEME));
}

kv_str rnd_git_shown(struct kv_arena *a, kv_str url)
{
	size_t scheme = kv_str_find(url, KV_S("://"), 0), start = scheme == SIZE_MAX ? 0 : scheme + 3, end = start;
	while (end < url.n && !strchr("/?#", url.p[end]))
		end++;
	kv_str authority = kv_str_sub(url, start, end);
	size_t at = kv_str_rchr(authority, '@'), colon = kv_str_chr(authority, ':');

	if (scheme == SIZE_MAX || at == SIZE_MAX)
		return url;
	/* A token may stand there alone, in the place of the name. */
	if (kv_str_is_http(url))
		return kv_arena_cat(a, kv_str_sub(url, 0, start), kv_str_sub(url, start + at + 1, url.n));
	if (colon == SIZE_MAX || colon > at)
		return url;
	return kv_arena_cat(a, kv_str_sub(url, 0, start + colon), kv_str_sub(url, start + at, url.n));
}
