/* render/chart/jsonschema_format.c: the "format" keyword (jsonschema: format.go). Reasons are upstream's texts. */
#include "base/num.h"
#include "base/utf8.h"
#include "render/chart/jsonschema_graph.h"
#include "render/template/quote.h"
#include "render/template/ipaddr.h"
#include "render/template/url.h"

#define FINE KV_S("")

static bool is_letter(char c)
{
	return (c | 32) >= 'a' && (c | 32) <= 'z';
}

static size_t leading_digits(kv_str s)
{
	size_t n = 0;
	while (n < s.n && kv_is_digit(s.p[n]))
		n++;
	return n;
}

/* Cuts the part before the next separator off. False when nothing is left. */
static bool cut(kv_str *rest, char separator, kv_str *ret)
{
	if (!rest->p)
		return false;
	size_t at = kv_str_chr(*rest, separator);
	*ret = at == SIZE_MAX ? *rest : kv_str_sub(*rest, 0, at);
	*rest = at == SIZE_MAX ? kv_str_of(NULL, 0) : kv_str_sub(*rest, at + 1, rest->n);
	return true;
}

/* Format with one %q for a character. */
static kv_str bad_rune(struct kv_job *job, const char *before, kv_str s, size_t at, const char *after)
{
	size_t size;
	kv_utf8_decode(s, at, &size);
	struct kv_buf b;
	kv_buf_init(&b, job->arena, KV_BUF_MAX);
	kv_buf_str(&b, kv_str_c(before));
	rnd_js_quote(kv_str_sub(s, at, at + size), &b);
	kv_buf_str(&b, kv_str_c(after));
	return kv_buf_view(&b);
}

static kv_str within(struct kv_job *job, const char *what, kv_str why)
{
	return why.n ? kv_arena_cat(job->arena, kv_str_c(what), why) : why;
}

/* strconv.Atoi's refusal */
static bool atoi_fails(struct kv_job *job, kv_str s, int64_t *ret, kv_str *ret_why)
{
	enum kv_num_error e = kv_num_parse_int(s, 10, ret);
	if (e == KV_NUM_OK)
		return false;
	struct kv_buf b;
	kv_buf_init(&b, job->arena, KV_BUF_MAX);
	kv_buf_lit(&b, "strconv.Atoi: parsing ");
	rnd_quote(s, &b);
	kv_buf_printf(&b, ": %s", e == KV_NUM_RANGE ? "value out of range" : "invalid syntax");
	*ret_why = kv_buf_view(&b);
	return true;
}

static kv_str json_pointer(struct kv_job *job, kv_str s)
{
	(void)job;
	if (s.n == 0)
		return FINE;
	if (s.p[0] != '/')
		return KV_S("not starting with /");
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] == '~' && (i + 1 == s.n || (s.p[i + 1] != '0' && s.p[i + 1] != '1')))
			return KV_S("~ must be followed by 0 or 1");
	return FINE;
}

static kv_str relative_json_pointer(struct kv_job *job, kv_str s)
{
	size_t n = leading_digits(s);
	if (n == 0)
		return KV_S("must start with non-negative integer");
	if (n > 1 && s.p[0] == '0')
		return KV_S("starts with zero");
	s = kv_str_sub(s, n, s.n);
	return kv_str_eq(s, KV_S("#")) ? FINE : json_pointer(job, s);
}

static kv_str uuid(struct kv_job *job, kv_str s)
{
	static const size_t groups[] = { 8, 4, 4, 4, 12 };
	size_t dashes = 0, at = 0;
	for (size_t i = 0; i < s.n; i++)
		dashes += s.p[i] == '-';
	if (dashes != 4)
		return KV_S("must have 5 elements");
	kv_str rest = s, group;
	for (size_t g = 0; cut(&rest, '-', &group); g++) {
		if (group.n != groups[g])
			return kv_arena_printf(job->arena, "element %zu must be %zu characters long", g + 1,
					       groups[g]);
		for (size_t i = 0; i < group.n; i++) {
			char c = group.p[i];
			if (!kv_is_hex(c))
				return bad_rune(job, "non-hex character ", s, at + i, "");
		}
		at += group.n + 1;
	}
	return FINE;
}

/* 1Y2M3D, then 4H5M6S: units in order, each with a number. */
static kv_str duration_part(struct kv_job *job, kv_str s, const char *all)
{
	const char *units = all;
	while (s.n) {
		size_t n = leading_digits(s);
		if (n == 0)
			return KV_S("missing number");
		if (n == s.n)
			return KV_S("missing unit");
		const char *found = s.p[n] ? strchr(units, s.p[n]) : NULL;
		if (!found)
			return s.p[n] && strchr(all, s.p[n]) ? bad_rune(job, "unit ", s, n, " out of order")
							     : bad_rune(job, "invalid unit ", s, n, "");
		units = found + 1;
		s = kv_str_sub(s, n + 1, s.n);
	}
	return FINE;
}

static kv_str duration(struct kv_job *job, kv_str s)
{
	static const char *const units[] = { "YMD", "HMS" };
	if (s.n == 0 || s.p[0] != 'P')
		return KV_S("must start with P");
	s = kv_str_sub(s, 1, s.n);
	if (s.n == 0)
		return KV_S("nothing after P");
	if (kv_str_ends(s, KV_S("W"))) {
		if (s.n == 1)
			return KV_S("no number in week");
		return leading_digits(s) == s.n - 1 ? FINE : KV_S("invalid week");
	}
	kv_str part;
	for (size_t i = 0; cut(&s, 'T', &part); i++) {
		if (i && part.n == 0)
			return KV_S("no time elements");
		if (i >= 2)
			return KV_S("more than one T");
		kv_str why = duration_part(job, part, units[i]);
		if (why.n)
			return why;
	}
	return FINE;
}

static kv_str ipv4(struct kv_job *job, kv_str s)
{
	size_t dots = 0;
	for (size_t i = 0; i < s.n; i++)
		dots += s.p[i] == '.';
	if (dots != 3)
		return KV_S("expected four decimals");
	kv_str group, why;
	int64_t n;
	while (cut(&s, '.', &group)) {
		if (group.n > 1 && group.p[0] == '0')
			return KV_S("leading zeros");
		if (atoi_fails(job, group, &n, &why))
			return why;
		if (n < 0 || n > 255)
			return KV_S("decimal must be between 0 and 255");
	}
	return FINE;
}

static kv_str ipv6(struct kv_job *job, kv_str s)
{
	struct rnd_ip ip;
	kv_str error;
	if (kv_str_chr(s, ':') == SIZE_MAX)
		return KV_S("missing colon");
	if (rnd_ip_parse(job->arena, s, &ip, &error))
		return error;
	return ip.zone.n ? KV_S("zone id is not a part of ipv6 address") : FINE;
}

static kv_str hostname(struct kv_job *job, kv_str s)
{
	if (kv_str_ends(s, KV_S(".")))
		s = kv_str_sub(s, 0, s.n - 1);
	if (s.n > 253)
		return KV_S("more than 253 characters long");
	kv_str label;
	while (cut(&s, '.', &label)) {
		if (label.n < 1 || label.n > 63)
			return KV_S("label must be 1 to 63 characters long");
		if (label.p[0] == '-')
			return KV_S("label starts with hyphen");
		if (label.p[label.n - 1] == '-')
			return KV_S("label ends with hyphen");
		for (size_t i = 0; i < label.n; i++)
			if (!is_letter(label.p[i]) && !kv_is_digit(label.p[i]) && label.p[i] != '-')
				return bad_rune(job, "invalid character ", label, i, "");
	}
	return FINE;
}

static kv_str email_local(struct kv_job *job, kv_str s)
{
	if (s.n > 64)
		return KV_S("local part more than 64 characters long");
	if (s.n > 1 && s.p[0] == '"') {
		s = kv_str_sub(s, 1, s.n - 1);
		bool special = kv_str_chr(s, '\\') != SIZE_MAX || kv_str_chr(s, '"') != SIZE_MAX;
		return special ? KV_S("backslash and quote are not allowed within quoted local part") : FINE;
	}
	if (kv_str_starts(s, KV_S(".")))
		return KV_S("starts with dot");
	if (kv_str_ends(s, KV_S(".")))
		return KV_S("ends with dot");
	if (kv_str_has(s, KV_S("..")))
		return KV_S("consecutive dots");
	for (size_t i = 0; i < s.n; i++)
		if (!is_letter(s.p[i]) && !kv_is_digit(s.p[i]) &&
		    (!s.p[i] || !strchr(".!#$%&'*+-/=?^_`{|}~", s.p[i])))
			return bad_rune(job, "invalid character ", s, i, "");
	return FINE;
}

static kv_str email(struct kv_job *job, kv_str s)
{
	if (s.n > 254)
		return KV_S("more than 255 characters long");
	size_t at = kv_str_rchr(s, '@');
	if (at == SIZE_MAX)
		return KV_S("missing @");
	kv_str domain = kv_str_sub(s, at + 1, s.n), why = email_local(job, kv_str_sub(s, 0, at));
	if (why.n)
		return why;
	if (domain.n > 1 && domain.p[0] == '[' && domain.p[domain.n - 1] == ']') {
		domain = kv_str_sub(domain, 1, domain.n - 1);
		if (kv_str_starts(domain, KV_S("IPv6:")))
			return within(job,
				      "invalid ipv6 address: ", ipv6(job, kv_str_sub(domain, 5, domain.n)));
		return within(job, "invalid ipv4 address: ", ipv4(job, domain));
	}
	return within(job, "invalid domain: ", hostname(job, domain));
}

static int two_digits(kv_str s, size_t at)
{
	if (at + 2 > s.n || !kv_is_digit(s.p[at]) || !kv_is_digit(s.p[at + 1]))
		return -1;
	return (s.p[at] - '0') * 10 + s.p[at + 1] - '0';
}

/* time.Parse("2006-01-02", s), with the two messages that such a layout can give. */
static kv_str date(struct kv_job *job, kv_str s)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	struct kv_buf b;
	kv_buf_init(&b, job->arena, KV_BUF_MAX);
	kv_buf_lit(&b, "parsing time ");
	rnd_quote(s, &b);
	int century = two_digits(s, 0), year = two_digits(s, 2), month = two_digits(s, 5),
	    day = two_digits(s, 8);
	const char *part = NULL;
	size_t from = 0;
	if (century < 0 || year < 0)
		part = "2006";
	else if (s.n < 5 || s.p[4] != '-')
		part = "-", from = 4;
	else if (month < 0)
		part = "01", from = 5;
	else if (month < 1 || month > 12)
		kv_buf_lit(&b, ": month out of range");
	else if (s.n < 8 || s.p[7] != '-')
		part = "-", from = 7;
	else if (day < 0)
		part = "02", from = 8;
	else if (s.n > 10)
		kv_buf_lit(&b, ": extra text: ");
	int y = century * 100 + year;
	bool leap = (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;
	if (part) {
		kv_buf_lit(&b, " as \"2006-01-02\": cannot parse ");
		rnd_quote(kv_str_sub(s, from, s.n), &b);
		kv_buf_printf(&b, " as \"%s\"", part);
		return kv_buf_view(&b);
	}
	if (month < 1 || month > 12)
		return kv_buf_view(&b);
	if (s.n > 10) {
		rnd_quote(kv_str_sub(s, 10, s.n), &b);
		return kv_buf_view(&b);
	}
	if (day >= 1 && day <= days[month - 1] + (month == 2 && leap))
		return FINE;
	kv_buf_lit(&b, ": day out of range");
	return kv_buf_view(&b);
}

/* +hh:mm, as minutes east in *ret. */
static kv_str time_offset(kv_str s, int *ret)
{
	if (s.n != 6)
		return KV_S("offset must be 6 characters long");
	if (s.p[0] != '+' && s.p[0] != '-')
		return KV_S("offset must begin with plus/minus");
	if (s.p[3] != ':')
		return KV_S("missing colon in offset in correct place");
	int h = two_digits(s, 1), m = two_digits(s, 4);
	if (h < 0 || m < 0)
		return KV_S("invalid hour/min in offset");
	if (h > 23 || m > 59)
		return KV_S("hour/min in offset out of range");
	*ret = (h * 60 + m) * (s.p[0] == '+' ? 1 : -1);
	return FINE;
}

static kv_str time_of_day(struct kv_job *job, kv_str s)
{
	(void)job;
	if (s.n < 9)
		return KV_S("less than 9 characters long");
	if (s.p[2] != ':' || s.p[5] != ':')
		return KV_S("missing colon in correct place");
	int h = two_digits(s, 0), m = two_digits(s, 3), sec = two_digits(s, 6), east = 0;
	if (h < 0 || m < 0 || sec < 0)
		return KV_S("invalid hour/min/sec");
	if (h > 23 || m > 59 || sec > 60)
		return KV_S("hour/min/sec out of range");
	s = kv_str_sub(s, 8, s.n);
	if (kv_str_starts(s, KV_S("."))) {
		s = kv_str_sub(s, 1, s.n);
		size_t n = leading_digits(s);
		if (n == 0)
			return KV_S("no digits in second fraction");
		s = kv_str_sub(s, n, s.n);
	}
	if (!kv_str_eq(s, KV_S("z")) && !kv_str_eq(s, KV_S("Z"))) {
		kv_str why = time_offset(s, &east);
		if (why.n)
			return why;
	}
	int utc = h * 60 + m - east;
	utc += utc < 0 ? 24 * 60 : 0;
	return sec >= 60 && utc != 23 * 60 + 59 ? KV_S("invalid leap second") : FINE;
}

static kv_str date_time(struct kv_job *job, kv_str s)
{
	if (s.n < 20)
		return KV_S("less than 20 characters long");
	if ((s.p[10] | 32) != 't')
		return KV_S("11th character must be t or T");
	kv_str why = within(job, "invalid date element: ", date(job, kv_str_sub(s, 0, 10)));
	return why.n ? why : within(job, "invalid time element: ", time_of_day(job, kv_str_sub(s, 11, s.n)));
}

static kv_str period(struct kv_job *job, kv_str s)
{
	size_t slash = kv_str_chr(s, '/');
	if (slash == SIZE_MAX)
		return KV_S("missing slash");
	kv_str start = kv_str_sub(s, 0, slash), end = kv_str_sub(s, slash + 1, s.n);
	bool lasts = kv_str_starts(start, KV_S("P"));
	kv_str why = lasts ? within(job, "invalid start duration: ", duration(job, start))
			   : within(job, "invalid start date-time: ", date_time(job, start));
	if (why.n)
		return why;
	if (!lasts && kv_str_starts(end, KV_S("P")))
		return within(job, "invalid end duration: ", duration(job, end));
	return within(job, "invalid end date-time: ", date_time(job, end));
}

/* url.Parse, and an IPv6 host in brackets. */
static kv_str parse_url(struct kv_job *job, kv_str s, struct rnd_url *ret)
{
	kv_str error;
	if (rnd_url_parse(job->arena, s, ret, &error))
		return error;
	kv_str host = rnd_url_hostname(ret);
	if (kv_str_chr(host, ':') == SIZE_MAX)
		return FINE;
	if (kv_str_chr(ret->host, '[') == SIZE_MAX || kv_str_chr(ret->host, ']') == SIZE_MAX)
		return KV_S("ipv6 address not enclosed in brackets");
	return within(job, "invalid ipv6 address: ", ipv6(job, host));
}

static kv_str uri_reference(struct kv_job *job, kv_str s)
{
	struct rnd_url url;
	return kv_str_chr(s, '\\') != SIZE_MAX ? KV_S("contains \\") : parse_url(job, s, &url);
}

static kv_str uri(struct kv_job *job, kv_str s)
{
	struct rnd_url url;
	kv_str why = parse_url(job, s, &url);
	if (why.n)
		return why;
	return url.scheme.n ? FINE : KV_S("relative url");
}

static kv_str uri_template(struct kv_job *job, kv_str s)
{
	struct rnd_url url;
	kv_str why = parse_url(job, s, &url), segment;
	if (why.n)
		return why;
	/* Upstream looks at the raw path, which is set only where it differs from the usual encoding: as braces do. */
	s = url.raw_path;
	while (cut(&s, '/', &segment)) {
		bool open = false;
		for (size_t i = 0; i < segment.n; i++) {
			if (segment.p[i] != '{' && segment.p[i] != '}')
				continue;
			if ((segment.p[i] == '{') == open)
				return KV_S("nested curly braces");
			open = !open;
		}
		if (open)
			return KV_S("no matching closing brace");
	}
	return FINE;
}

/* One dotted list of a version: build or pre-release. */
static kv_str semver_identifiers(struct kv_job *job, kv_str s, const char *what, bool numeric)
{
	kv_str id;
	while (cut(&s, '.', &id)) {
		if (id.n == 0)
			return kv_arena_printf(job->arena, "%s identifier is empty", what);
		for (size_t i = 0; i < id.n; i++)
			if (!kv_is_digit(id.p[i]) && !is_letter(id.p[i]) && id.p[i] != '-')
				return bad_rune(job, "invalid character ", id, i,
						numeric ? " in pre-release identifier"
							: " in build identifier");
		if (numeric && leading_digits(id) == id.n && id.n > 1 && id.p[0] == '0')
			return KV_S("pre-release numeric identifier starts with zero");
	}
	return FINE;
}

static kv_str semver_core(struct kv_job *job, kv_str s)
{
	static const char *const names[] = { "major", "minor", "patch" };
	size_t dots = 0;
	for (size_t i = 0; i < s.n; i++)
		dots += s.p[i] == '.';
	if (dots != 2)
		return KV_S("versionCore must have 3 numbers separated by dot");
	kv_str number;
	for (size_t i = 0; cut(&s, '.', &number); i++) {
		if (number.n == 0)
			return kv_arena_printf(job->arena, "%s is empty", names[i]);
		if (number.n > 1 && number.p[0] == '0')
			return kv_arena_printf(job->arena, "%s starts with zero", names[i]);
		if (leading_digits(number) != number.n)
			return kv_arena_printf(job->arena, "%s contains non-digit", names[i]);
	}
	return FINE;
}

static kv_str semver(struct kv_job *job, kv_str s)
{
	size_t plus = kv_str_chr(s, '+');
	if (plus != SIZE_MAX) {
		kv_str build = kv_str_sub(s, plus + 1, s.n);
		kv_str why =
			build.n ? semver_identifiers(job, build, "build", false) : KV_S("build is empty");
		if (why.n)
			return why;
		s = kv_str_sub(s, 0, plus);
	}
	size_t dash = kv_str_chr(s, '-');
	if (dash != SIZE_MAX) {
		kv_str why = semver_identifiers(job, kv_str_sub(s, dash + 1, s.n), "pre-release", true);
		if (why.n)
			return why;
		s = kv_str_sub(s, 0, dash);
	}
	return semver_core(job, s);
}

static kv_str regex(struct kv_job *job, kv_str s)
{
	kv_str why;
	return kv_re_get(job, s, &why) ? FINE : why;
}

static const struct {
	const char *name;
	rnd_js_format_fn *fn;
} formats[] = {
	{ "date", date },
	{ "date-time", date_time },
	{ "duration", duration },
	{ "email", email },
	{ "hostname", hostname },
	{ "ipv4", ipv4 },
	{ "ipv6", ipv6 },
	{ "iri", uri },
	{ "iri-reference", uri_reference },
	{ "json-pointer", json_pointer },
	{ "period", period },
	{ "regex", regex },
	{ "relative-json-pointer", relative_json_pointer },
	{ "semver", semver },
	{ "time", time_of_day },
	{ "uri", uri },
	{ "uri-reference", uri_reference },
	{ "uri-template", uri_template },
	{ "uuid", uuid },
};

rnd_js_format_fn *rnd_js_format_find(kv_str name)
{
	for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
		if (kv_str_eq(name, kv_str_c(formats[i].name)))
			return formats[i].fn;
	return NULL;
}
