/* render/template/url.c: URLs as Go 1.26 reads and prints them (go: net/url/url.go). */
#include "render/template/url.h"

#include "render/template/quote.h"
#include "render/template/ipaddr.h"

/* The part of a URL decides which bytes stand for themselves (go: net/url/encoding_table.go). */
enum part { PATH, FRAGMENT, USER, HOST, ZONE };

static bool is_one_of(char c, const char *set)
{
	return c && strchr(set, c);
}

static bool stands_for_itself(char c, enum part part)
{
	static const char *const allowed[] = {
		[PATH] = "$&+,/:;=@",          [FRAGMENT] = "!$&()*+,/:;=?@", [USER] = "$&+,;=",
		[HOST] = "!\"$&'()*+,:;<=>[]", [ZONE] = "!\"$&'()*+,:;<=>[]",
	};
	return kv_is_alnum(c) || is_one_of(c, "-._~") || is_one_of(c, allowed[part]);
}

/* The byte that "%AB" at s[i] stands for, or -1. */
static int escaped_byte(kv_str s, size_t i)
{
	if (i + 2 >= s.n)
		return -1;
	int high = kv_hex_value(s.p[i + 1]), low = kv_hex_value(s.p[i + 2]);
	return high < 0 || low < 0 ? -1 : high << 4 | low;
}

static int plain(const char *what, kv_str *ret_error)
{
	*ret_error = kv_str_c(what);
	return -1;
}

/* --- escapes ---------------------------------------------------------------------------------- */

/* Hosts may only escape bytes outside ASCII, zones only what a host may hold, "%25" and the blank. */
static bool is_escape_allowed(kv_str s, size_t i, int byte, enum part part)
{
	bool percent = kv_str_eq(kv_str_sub(s, i, i + 3), KV_S("%25"));
	if (part == HOST)
		return byte >= 0x80 || percent;
	if (part == ZONE)
		return percent || byte == ' ' || stands_for_itself((char)byte, HOST);
	return true;
}

static int check_escapes(struct kv_arena *a, kv_str s, enum part part, size_t *ret_escapes, kv_str *ret_error)
{
	*ret_escapes = 0;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '%') {
			int byte = escaped_byte(s, i);
			if (byte < 0 || !is_escape_allowed(s, i, byte, part))
				return rnd_quoted_error(a, "invalid URL escape ", kv_str_sub(s, i, i + 3), "",
							ret_error);
			++*ret_escapes;
			i += 2;
		} else if ((part == HOST || part == ZONE) && (unsigned char)s.p[i] < 0x80 &&
			   !stands_for_itself(s.p[i], part)) {
			return rnd_quoted_error(a, "invalid character ", kv_str_sub(s, i, i + 1), " in host name",
						ret_error);
		}
	}
	return 0;
}

static int unescape(struct kv_arena *a, kv_str s, enum part part, kv_str *ret, kv_str *ret_error)
{
	size_t escapes;
	if (check_escapes(a, s, part, &escapes, ret_error))
		return -1;
	if (!escapes) {
		*ret = s;
		return 0;
	}
	char *p = kv_arena_alloc(a, s.n);
	size_t n = 0;
	for (size_t i = 0; i < s.n; i++) {
		bool escaped = s.p[i] == '%';
		p[n++] = escaped ? (char)escaped_byte(s, i) : s.p[i];
		i += escaped ? 2 : 0;
	}
	*ret = kv_str_of(p, n);
	return 0;
}

static kv_str escape(struct kv_arena *a, kv_str s, enum part part)
{
	struct kv_buf b;
	kv_buf_init(&b, a, KV_BUF_MAX);
	for (size_t i = 0; i < s.n; i++) {
		if (stands_for_itself(s.p[i], part))
			kv_buf_c(&b, s.p[i]);
		else
			kv_buf_printf(&b, "%%%02X", (unsigned char)s.p[i]);
	}
	return kv_buf_view(&b);
}

/* Decodes, and keeps the raw form where printing would not give it back. */
static int set_decoded(struct kv_arena *a, kv_str s, enum part part, kv_str *ret, kv_str *ret_raw,
		       kv_str *ret_error)
{
	if (unescape(a, s, part, ret, ret_error))
		return -1;
	*ret_raw = kv_str_eq(escape(a, *ret, part), s) ? KV_S("") : s;
	return 0;
}

/* --- parsing ---------------------------------------------------------------------------------- */

/* Cuts s at the first c, which goes; *ret_tail is empty if there is none. */
static bool cut(kv_str *s, char c, kv_str *ret_tail)
{
	size_t at = kv_str_chr(*s, c);
	*ret_tail = KV_S("");
	if (at == SIZE_MAX)
		return false;
	*ret_tail = kv_str_sub(*s, at + 1, s->n);
	*s = kv_str_sub(*s, 0, at);
	return true;
}

static kv_str lower_ascii(struct kv_arena *a, kv_str s)
{
	char *p = kv_arena_alloc(a, s.n);
	for (size_t i = 0; i < s.n; i++)
		p[i] = s.p[i] >= 'A' && s.p[i] <= 'Z' ? (char)(s.p[i] | 0x20) : s.p[i];
	return kv_str_of(p, s.n);
}

/* scheme = letter { letter | digit | "+" | "-" | "." } ":"; empty if the text does not begin with one. */
static int cut_scheme(kv_str *rest, kv_str *ret_scheme, kv_str *ret_error)
{
	kv_str s = *rest;
	*ret_scheme = KV_S("");
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == ':') {
			if (i == 0)
				return plain("missing protocol scheme", ret_error);
			*ret_scheme = kv_str_sub(s, 0, i);
			*rest = kv_str_sub(s, i + 1, s.n);
			return 0;
		}
		bool digit = kv_is_digit(s.p[i]) || is_one_of(s.p[i], "+-.");
		if (digit ? i == 0 : !kv_is_alnum(s.p[i]))
			return 0;
	}
	return 0;
}

static bool is_userinfo(kv_str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!kv_is_alnum(s.p[i]) && !is_one_of(s.p[i], "-._:~!$&'()*+,;=%@"))
			return false;
	return true;
}

static int parse_userinfo(struct kv_arena *a, kv_str s, struct rnd_url *u, kv_str *ret_error)
{
	if (!is_userinfo(s))
		return plain("net/url: invalid userinfo", ret_error);
	kv_str password;
	u->has_user = true;
	u->has_password = cut(&s, ':', &password);
	if (unescape(a, s, USER, &u->username, ret_error))
		return -1;
	return unescape(a, password, USER, &u->password, ret_error);
}

static int check_port(struct kv_arena *a, kv_str port, kv_str *ret_error)
{
	bool ok = !port.n || port.p[0] == ':';
	for (size_t i = 1; i < port.n; i++)
		ok &= kv_is_digit(port.p[i]);
	return ok ? 0 : rnd_quoted_error(a, "invalid port ", port, " after host", ret_error);
}

/* "fe80::1%25en0" between the brackets: what follows "%25" has rules of its own. */
static int parse_ipv6(struct kv_arena *a, kv_str s, kv_str *ret, kv_str *ret_error)
{
	size_t zone = kv_str_find(s, KV_S("%25"), 0);
	kv_str host, tail = KV_S(""), error;
	if (unescape(a, kv_str_sub(s, 0, zone), HOST, &host, ret_error))
		return -1;
	if (zone != SIZE_MAX && unescape(a, kv_str_sub(s, zone, s.n), ZONE, &tail, ret_error))
		return -1;
	*ret = kv_arena_cat(a, host, tail);
	struct rnd_ip ip;
	if (rnd_ip_parse(a, *ret, &ip, &error)) {
		*ret_error = kv_arena_cat(a, KV_S("invalid host: "), error);
		return -1;
	}
	return ip.v6 ? 0 : plain("invalid IP-literal", ret_error);
}

static int parse_bracketed(struct kv_arena *a, kv_str s, kv_str *ret, kv_str *ret_error)
{
	size_t close = kv_str_rchr(s, ']');
	if (close == SIZE_MAX)
		return plain("missing ']' in host", ret_error);
	kv_str port = kv_str_sub(s, close + 1, s.n), address;
	if (check_port(a, port, ret_error) || parse_ipv6(a, kv_str_sub(s, 1, close), &address, ret_error))
		return -1;
	*ret = kv_arena_cat(a, KV_S("["), address, KV_S("]"), port);
	return 0;
}

/* Several colons are an error for http and https; elsewhere they may be a list of hosts with ports. */
static int parse_host(struct kv_arena *a, kv_str scheme, kv_str s, kv_str *ret, kv_str *ret_error)
{
	size_t bracket = kv_str_rchr(s, '[');
	if (bracket == 0)
		return parse_bracketed(a, s, ret, ret_error);
	if (bracket != SIZE_MAX)
		return plain("invalid IP-literal", ret_error);
	bool strict = kv_str_eq(scheme, KV_S("http")) || kv_str_eq(scheme, KV_S("https"));
	size_t colon = strict ? kv_str_chr(s, ':') : kv_str_rchr(s, ':');
	if (colon != SIZE_MAX && check_port(a, kv_str_sub(s, colon, s.n), ret_error))
		return -1;
	return unescape(a, s, HOST, ret, ret_error);
}

static int parse_authority(struct kv_arena *a, kv_str s, struct rnd_url *u, kv_str *ret_error)
{
	size_t at = kv_str_rchr(s, '@');
	kv_str host = at == SIZE_MAX ? s : kv_str_sub(s, at + 1, s.n);
	if (parse_host(a, u->scheme, host, &u->host, ret_error))
		return -1;
	return at == SIZE_MAX ? 0 : parse_userinfo(a, kv_str_sub(s, 0, at), u, ret_error);
}

/* A lone "?" at the end is kept as such. */
static kv_str cut_query(kv_str rest, struct rnd_url *u)
{
	size_t mark = kv_str_chr(rest, '?');
	u->force_query = mark != SIZE_MAX && mark == rest.n - 1;
	(void)cut(&rest, '?', &u->query);
	return rest;
}

static bool first_segment_has_colon(kv_str path)
{
	return kv_str_chr(kv_str_sub(path, 0, kv_str_chr(path, '/')), ':') != SIZE_MAX;
}

static int parse_hierarchy(struct kv_arena *a, kv_str rest, struct rnd_url *u, kv_str *ret_error)
{
	bool rooted = kv_str_starts(rest, KV_S("/")), authority = kv_str_starts(rest, KV_S("//"));
	if (!rooted && first_segment_has_colon(rest))
		return plain("first path segment in URL cannot contain colon", ret_error);
	if (authority && (u->scheme.n || !kv_str_starts(rest, KV_S("///")))) {
		kv_str host = kv_str_sub(rest, 2, rest.n);
		size_t slash = kv_str_chr(host, '/');
		rest = slash == SIZE_MAX ? KV_S("") : kv_str_sub(host, slash, host.n);
		if (parse_authority(a, kv_str_sub(host, 0, slash), u, ret_error))
			return -1;
	} else if (u->scheme.n && rooted) {
		u->omit_host = true;
	}
	return set_decoded(a, rest, PATH, &u->path, &u->raw_path, ret_error);
}

/* All but the fragment. */
static int parse_base(struct kv_arena *a, kv_str s, struct rnd_url *u, kv_str *ret_error)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] < ' ' || s.p[i] == 0x7f)
			return plain("net/url: invalid control character in URL", ret_error);
	if (kv_str_eq(s, KV_S("*"))) {
		u->path = s;
		return 0;
	}
	kv_str rest = s, scheme;
	if (cut_scheme(&rest, &scheme, ret_error))
		return -1;
	u->scheme = lower_ascii(a, scheme);
	rest = cut_query(rest, u);
	if (u->scheme.n && !kv_str_starts(rest, KV_S("/"))) {
		u->opaque = rest;
		return 0;
	}
	return parse_hierarchy(a, rest, u, ret_error);
}

static int parse_failed(struct kv_arena *a, kv_str url, kv_str reason, kv_str *ret_error)
{
	struct kv_buf b;
	kv_buf_init(&b, a, KV_BUF_MAX);
	kv_buf_lit(&b, "parse ");
	rnd_quote(url, &b);
	kv_buf_lit(&b, ": ");
	kv_buf_str(&b, reason);
	*ret_error = kv_buf_view(&b);
	return -1;
}

int rnd_url_parse(struct kv_arena *a, kv_str text, struct rnd_url *ret, kv_str *ret_error)
{
	struct rnd_url u = { 0 };
	kv_str base = text, fragment, reason;
	(void)cut(&base, '#', &fragment);
	if (parse_base(a, base, &u, &reason))
		return parse_failed(a, base, reason, ret_error);
	if (fragment.n && set_decoded(a, fragment, FRAGMENT, &u.fragment, &u.raw_fragment, &reason))
		return parse_failed(a, text, reason, ret_error);
	*ret = u;
	return 0;
}

/* --- printing --------------------------------------------------------------------------------- */

/* The raw form holds for the decoded one only as long as both say the same. */
static kv_str encoded(struct kv_arena *a, kv_str decoded, kv_str raw, enum part part)
{
	bool usable = raw.n > 0;
	for (size_t i = 0; usable && i < raw.n; i++)
		usable = is_one_of(raw.p[i], "!$&'()*+,;=:@[]%") || stands_for_itself(raw.p[i], part);
	kv_str again, error;
	if (usable && unescape(a, raw, part, &again, &error) == 0 && kv_str_eq(again, decoded))
		return raw;
	return escape(a, decoded, part);
}

kv_str rnd_url_userinfo(struct kv_arena *a, const struct rnd_url *u)
{
	if (!u->has_user)
		return KV_S("");
	kv_str name = escape(a, u->username, USER);
	return u->has_password ? kv_arena_cat(a, name, KV_S(":"), escape(a, u->password, USER)) : name;
}

static void print_authority(struct kv_arena *a, const struct rnd_url *u, struct kv_buf *b)
{
	if (u->omit_host && !u->host.n && !u->has_user)
		return;
	if (u->host.n || u->path.n || u->has_user)
		kv_buf_lit(b, "//");
	if (u->has_user) {
		kv_buf_str(b, rnd_url_userinfo(a, u));
		kv_buf_c(b, '@');
	}
	kv_buf_str(b, escape(a, u->host, HOST));
}

static void print_hierarchy(struct kv_arena *a, const struct rnd_url *u, struct kv_buf *b)
{
	if (u->scheme.n || u->host.n || u->has_user)
		print_authority(a, u, b);
	kv_str path = kv_str_eq(u->path, KV_S("*")) && !u->raw_path.n
			      ? u->path
			      : encoded(a, u->path, u->raw_path, PATH);
	if (path.n && path.p[0] != '/' && u->host.n)
		kv_buf_c(b, '/');
	if (!b->n && first_segment_has_colon(path))
		kv_buf_lit(b, "./");
	kv_buf_str(b, path);
}

kv_str rnd_url_text(struct kv_arena *a, const struct rnd_url *u)
{
	struct kv_buf b;
	kv_buf_init(&b, a, KV_BUF_MAX);
	if (u->scheme.n) {
		kv_buf_str(&b, u->scheme);
		kv_buf_c(&b, ':');
	}
	if (u->opaque.n)
		kv_buf_str(&b, u->opaque);
	else
		print_hierarchy(a, u, &b);
	if (u->force_query || u->query.n) {
		kv_buf_c(&b, '?');
		kv_buf_str(&b, u->query);
	}
	if (u->fragment.n) {
		kv_buf_c(&b, '#');
		kv_buf_str(&b, encoded(a, u->fragment, u->raw_fragment, FRAGMENT));
	}
	return kv_buf_view(&b);
}

/* go: net/url/url.go, splitHostPort */
kv_str rnd_url_hostname(const struct rnd_url *u)
{
	kv_str host = u->host;
	size_t colon = kv_str_rchr(host, ':');
	bool port = colon != SIZE_MAX;
	for (size_t i = port ? colon + 1 : 0; port && i < host.n; i++)
		port = kv_is_digit(host.p[i]);
	if (port)
		host = kv_str_sub(host, 0, colon);
	if (kv_str_starts(host, KV_S("[")) && kv_str_ends(host, KV_S("]")))
		host = kv_str_sub(host, 1, host.n - 1);
	return host;
}
