/* filters/schema_format.c: the formats of strings that the API server checks (apiextensions-apiserver, pkg/apiserver/validation/formats.go;
 * kube-openapi, pkg/validation/strfmt). Formats of numbers, and all that are not named here, it takes out of a schema. */
#include <arpa/inet.h>

#include "base/num.h"
#include "base/re.h"
#include "base/utf8.h"
#include "filters/schema_check.h"

static bool matches(struct kv_job *job, const char *pattern, kv_str text)
{
	kv_str error;
	const struct kv_re *re = kv_re_get_own(job, pattern, &error);
	return re && kv_re_match(job, re, text);
}

/* --- addresses ------------------------------------------------------------------------------------ */

/* net.ParseIP; `mark` must be in the text: an IPv6 address may end like one of version 4. */
static bool is_address(struct kv_job *job, kv_str text, char mark)
{
	unsigned char bytes[16];
	const char *s = kv_arena_cstr(job->arena, text);
	return kv_str_chr(text, '\0') == SIZE_MAX && kv_str_chr(text, mark) != SIZE_MAX &&
	       (inet_pton(AF_INET, s, bytes) == 1 || inet_pton(AF_INET6, s, bytes) == 1);
}

static bool is_ipv4(struct kv_job *job, kv_str text)
{
	return is_address(job, text, '.');
}

static bool is_ipv6(struct kv_job *job, kv_str text)
{
	return is_address(job, text, ':');
}

/* net.ParseCIDR */
static bool is_cidr(struct kv_job *job, kv_str text)
{
	size_t slash = kv_str_chr(text, '/');
	int64_t bits;
	if (slash == SIZE_MAX)
		return false;
	kv_str address = kv_str_sub(text, 0, slash), mask = kv_str_sub(text, slash + 1, text.n);
	int64_t most = kv_str_chr(address, ':') == SIZE_MAX ? 32 : 128;
	return (is_ipv4(job, address) || is_ipv6(job, address)) && mask.n && kv_is_digit(mask.p[0]) &&
	       kv_num_parse_int(mask, 10, &bits) == KV_NUM_OK && bits <= most;
}

/* --- time ----------------------------------------------------------------------------------------- */

static int two_digits(kv_str s, size_t at)
{
	return (s.p[at] - '0') * 10 + s.p[at + 1] - '0';
}

static bool is_date(struct kv_job *job, kv_str text)
{
	static const int days[] = { 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	if (!matches(job, "^[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])$", text))
		return false;
	int year = two_digits(text, 0) * 100 + two_digits(text, 2), month = two_digits(text, 5), day = two_digits(text, 8);
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
	return day <= days[month - 1] && (leap || month != 2 || day < 29);
}

/* strfmt.IsDateTime */
static bool is_date_time(struct kv_job *job, kv_str text)
{
	return matches(job,
		       "(?i)^[0-9-]+t(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:.[0-9]+)?(?:z|[+-][0-9]{2}:[0-9]{2})$",
		       text) &&
	       is_date(job, kv_str_sub(text, 0, text.n < 10 ? text.n : 10));
}

/* strfmt.ParseDuration: Go's, else any number with a unit that it knows. */
static bool is_duration(struct kv_job *job, kv_str text)
{
	return matches(job,
		       "^[-+]?(?:0|(?:(?:[0-9]+\\.?[0-9]*|\\.[0-9]+)(?:ns|us|µs|μs|ms|s|m|h))+)$|"
		       "(?i)[0-9]+\\s*(?:(?:ns|us|µs|ms|s|m|h|hr|d|w|wk)(?:[^\\pL]|$)|nano|micro|milli|sec|min|hour|day|week)",
		       text);
}

/* --- names ---------------------------------------------------------------------------------------- */

/* Up to 63 letters, hyphens between them alone; the last label has two letters at least, and no hyphen beside another. */
static bool is_label(kv_str label, bool last)
{
	size_t hyphens = 0, n = kv_utf8_count(label);
	for (size_t i = 0; i < label.n; i++)
		hyphens += label.p[i] == '-';
	if (!label.n || label.p[0] == '-' || label.p[label.n - 1] == '-')
		return false;
	return last ? n - hyphens > 1 && n - hyphens < 64 && !kv_str_has(label, KV_S("--")) : n < 64;
}

/* Without a dot there is one hyphen at most, behind the first letter. */
static bool is_only_label(kv_str label)
{
	size_t hyphen = kv_str_rchr(label, '-'), n = kv_utf8_count(label);
	bool second = hyphen != SIZE_MAX && kv_utf8_count(kv_str_sub(label, 0, hyphen)) == 1;
	return label.n && label.p[0] != '-' && (hyphen == SIZE_MAX || second) && n - second < 64;
}

/* strfmt.IsHostname; its pattern would be a program of 265,000 instructions. */
static bool is_hostname(struct kv_job *job, kv_str text)
{
	if (text.n > 255 || !matches(job, "^[a-zA-Z0-9.\\p{S}\\p{L}-]*$", text))
		return false;
	size_t dot = kv_str_chr(text, '.');
	if (dot == SIZE_MAX)
		return text.n < 64 && is_only_label(text);
	for (; dot != SIZE_MAX; dot = kv_str_chr(text, '.')) {
		if (dot > 63 || !is_label(kv_str_sub(text, 0, dot), false))
			return false;
		text = kv_str_sub(text, dot + 1, text.n);
	}
	return text.n < 64 && is_label(text, true);
}

#define LABEL "[a-z0-9](?:[-a-z0-9]*[a-z0-9])?"

static bool is_short_name(struct kv_job *job, kv_str text)
{
	return text.n <= 63 && matches(job, "^" LABEL "$", text);
}

static bool is_long_name(struct kv_job *job, kv_str text)
{
	return text.n <= 253 && matches(job, "^" LABEL "(?:\\." LABEL ")*$", text);
}

/* --- the table ------------------------------------------------------------------------------------ */

#define HEX4 "[0-9a-f]{4}"
#define BYTE_255 "(?:0|[1-9]\\d?|1\\d\\d?|2[0-4]\\d|25[0-5])"

/* Names without "-". Of what is not told by a pattern alone a function decides. Addresses and mail are taken rather than refused where
 * Go's parser has more to say. */
static const struct {
	const char *name, *what;
	bool (*fits)(struct kv_job *job, kv_str text);
	const char *pattern;
} formats[] = {
	{ "bsonobjectid", "a BSON object id", NULL, "^[0-9a-fA-F]{24}$" },
	{ "uri", "an absolute URI or path", NULL,
	  "^(?:/[^\\x00-\\x1f\\x7f]*|\\*|[A-Za-z][A-Za-z0-9+.-]*:(?:[^/\\x00-\\x1f\\x7f][^\\x00-\\x1f\\x7f]*|/|/[^/\\x00-\\x1f\\x7f]"
	  "[^\\x00-\\x1f\\x7f]*|//[^/\\x00-\\x20\\x7f\"<>\\\\^`{|}]*(?:[/?#][^\\x00-\\x1f\\x7f]*)?)?)$" },
	{ "email", "a mail address", NULL, "[^\\s@]@[^\\s@]" },
	{ "hostname", "the name of a host", is_hostname, NULL },
	{ "ipv4", "an IPv4 address", is_ipv4, NULL },
	{ "ipv6", "an IPv6 address", is_ipv6, NULL },
	{ "cidr", "a network in CIDR notation", is_cidr, NULL },
	{ "mac", "a MAC address", NULL,
	  "^(?:[0-9a-fA-F]{2}(?:(?::[0-9a-fA-F]{2}){5}|(?::[0-9a-fA-F]{2}){7}|(?::[0-9a-fA-F]{2}){19}|(?:-[0-9a-fA-F]{2}){5}|"
	  "(?:-[0-9a-fA-F]{2}){7}|(?:-[0-9a-fA-F]{2}){19})|[0-9a-fA-F]{4}(?:(?:\\.[0-9a-fA-F]{4}){2}|(?:\\.[0-9a-fA-F]{4}){3}|"
	  "(?:\\.[0-9a-fA-F]{4}){9}))$" },
	{ "uuid", "a UUID", NULL, "(?i)^[0-9a-f]{8}-?" HEX4 "-?" HEX4 "-?" HEX4 "-?[0-9a-f]{12}$" },
	{ "uuid3", "a UUID of version 3", NULL, "(?i)^[0-9a-f]{8}-?" HEX4 "-?3[0-9a-f]{3}-?" HEX4 "-?[0-9a-f]{12}$" },
	{ "uuid4", "a UUID of version 4", NULL,
	  "(?i)^[0-9a-f]{8}-?" HEX4 "-?4[0-9a-f]{3}-?[89ab][0-9a-f]{3}-?[0-9a-f]{12}$" },
	{ "uuid5", "a UUID of version 5", NULL,
	  "(?i)^[0-9a-f]{8}-?" HEX4 "-?5[0-9a-f]{3}-?[89ab][0-9a-f]{3}-?[0-9a-f]{12}$" },
	{ "ssn", "a social security number", NULL, "^\\d{3}[- ]?\\d{2}[- ]?\\d{4}$" },
	{ "hexcolor", "a colour such as #a0b1c2", NULL, "^#?(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6})$" },
	{ "rgbcolor", "a colour such as rgb(1,2,3)", NULL,
	  "^rgb\\(\\s*" BYTE_255 "\\s*,\\s*" BYTE_255 "\\s*,\\s*" BYTE_255 "\\s*\\)$" },
	{ "byte", "base64", NULL,
	  "^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{4})?$" },
	{ "date", "a date such as 2006-01-02", is_date, NULL },
	{ "duration", "a duration such as 1h30m", is_duration, NULL },
	{ "datetime", "a time such as 2006-01-02T15:04:05Z", is_date_time, NULL },
	{ "k8sshortname", "a DNS label", is_short_name, NULL },
	{ "k8slongname", "a DNS name", is_long_name, NULL },
};

static kv_str without_dashes(struct kv_arena *a, kv_str name)
{
	struct kv_buf out;
	kv_buf_init(&out, a, KV_BUF_MAX);
	for (size_t i = 0; i < name.n; i++)
		if (name.p[i] != '-')
			kv_buf_c(&out, name.p[i]);
	return kv_buf_view(&out);
}

const char *flt_format_missed(struct kv_job *job, kv_str format, kv_str text)
{
	kv_str name = without_dashes(job->arena, format);
	for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
		if (!kv_str_eq(name, kv_str_c(formats[i].name)))
			continue;
		bool fits = formats[i].fits ? formats[i].fits(job, text) : matches(job, formats[i].pattern, text);
		return fits ? NULL : formats[i].what;
	}
	return NULL;
}
