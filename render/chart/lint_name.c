/* render/chart/lint_name.c: names of objects (helm: pkg/lint/rules/template.go validateMetadataNameFunc; kubernetes:
 * apimachinery pkg/util/validation, pkg/api/validation). */
#include <strings.h>

#include "render/chart/lint_rules.h"

enum rule { SUBDOMAIN, LABEL, LABEL_1035, SEGMENT, ANYTHING };

static const struct kind_rule {
	const char *kind; /* in lower case */
	enum rule rule;
} kind_rules[] = {
	{ "service", LABEL_1035 },
	{ "namespace", LABEL },
	{ "serviceaccount", SUBDOMAIN },
	{ "certificatesigningrequest", ANYTHING },
	{ "role", SEGMENT },
	{ "clusterrole", SEGMENT },
	{ "rolebinding", SEGMENT },
	{ "clusterrolebinding", SEGMENT },
};

static const char subdomain_text[] =
	"a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and "
	"must start and "
	"end with an alphanumeric character (e.g. 'example.com', regex used for validation is "
	"'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
static const char label_text[] = "a lowercase RFC 1123 label must consist of lower case alphanumeric "
				 "characters or '-', and must start and end with an "
				 "alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for "
				 "validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
static const char label_1035_text[] =
	"a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an "
	"alphabetic character, and "
	"end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is "
	"'[a-z]([-a-z0-9]*[a-z0-9])?')";

static bool is_alnum(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

/* [a-z0-9]([-a-z0-9]*[a-z0-9])? */
static bool is_label(kv_str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!is_alnum(s.p[i]) && s.p[i] != '-')
			return false;
	return s.n > 0 && is_alnum(s.p[0]) && is_alnum(s.p[s.n - 1]);
}

static bool is_subdomain(kv_str s)
{
	for (;;) {
		size_t dot = kv_str_chr(s, '.');
		if (!is_label(kv_str_sub(s, 0, dot)))
			return false;
		if (dot == SIZE_MAX)
			return true;
		s = kv_str_sub(s, dot + 1, s.n);
	}
}

/* What is wrong, as field.Invalid puts it; several reasons are an aggregate. */
struct reasons {
	struct kv_job *job;
	kv_str name;
	struct kv_buf text;
	size_t n;
};

static void add(struct reasons *r, const char *why)
{
	kv_str quoted = rnd_quoted(r->job, r->name);
	kv_buf_printf(&r->text, "%smetadata.name: Invalid value: %.*s: %s", r->n++ ? ", " : "",
		      KV_ARG(quoted), why);
}

static void check_length(struct reasons *r, size_t most)
{
	kv_str why = kv_arena_printf(r->job->arena, "must be no more than %zu characters", most);
	if (r->name.n > most)
		add(r, kv_arena_cstr(r->job->arena, why));
}

static void check_segment(struct reasons *r)
{
	if (kv_str_eq(r->name, KV_S(".")))
		add(r, "may not be '.'");
	else if (kv_str_eq(r->name, KV_S("..")))
		add(r, "may not be '..'");
	if (kv_str_chr(r->name, '/') != SIZE_MAX)
		add(r, "may not contain '/'");
	if (kv_str_chr(r->name, '%') != SIZE_MAX)
		add(r, "may not contain '%'");
}

static enum rule rule_of(kv_str kind)
{
	for (size_t i = 0; i < sizeof kind_rules / sizeof *kind_rules; i++)
		if (kind.n == strlen(kind_rules[i].kind) &&
		    strncasecmp(kind.p, kind_rules[i].kind, kind.n) == 0)
			return kind_rules[i].rule;
	return SUBDOMAIN;
}

static void check(struct reasons *r, enum rule rule)
{
	switch (rule) {
	case SUBDOMAIN:
		check_length(r, 253);
		if (!is_subdomain(r->name))
			add(r, subdomain_text);
		break;
	case LABEL:
		check_length(r, 63);
		if (!is_label(r->name))
			add(r, is_subdomain(r->name) ? "must not contain dots" : label_text);
		break;
	case LABEL_1035:
		check_length(r, 63);
		if (!is_label(r->name) || (r->name.p[0] >= '0' && r->name.p[0] <= '9'))
			add(r, label_1035_text);
		break;
	case SEGMENT: check_segment(r); break;
	case ANYTHING: break;
	}
}

kv_str rnd_lint_object_name(struct kv_job *job, kv_str kind, kv_str name)
{
	struct reasons r = { .job = job, .name = name };
	kv_buf_init(&r.text, job->arena, KV_BUF_MAX);
	check(&r, rule_of(kind));
	kv_str text = kv_buf_view(&r.text);
	return r.n > 1 ? kv_arena_cat(job->arena, KV_S("["), text, KV_S("]")) : text;
}
