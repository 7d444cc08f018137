/* render/chart/lint_chartfile.c: what lint says about Chart.yaml (helm: pkg/lint/rules/chartfile.go). */
#include "base/file.h"
#include "base/str.h"
#include "krm/yaml.h"
#include "render/chart/lint_rules.h"
#include "render/semver.h"
#include "render/template/func.h"
#include "render/template/url.h"

static const kv_str file_name = KV_STR("Chart.yaml");

/* --- addresses (govalidator: IsEmail, IsURL, IsRequestURL) ----------------------------------------------------------- */

static bool is_letter(unsigned char c)
{
	return (c | 32) >= 'a' && (c | 32) <= 'z';
}

/* Characters beyond ASCII count as letters; bytes are enough to tell. */
static bool is_word(unsigned char c)
{
	return is_letter(c) || kv_is_digit(c) || c >= 0x80;
}

static bool all_of(kv_str s, const char *more)
{
	for (size_t i = 0; i < s.n; i++)
		if (!is_word((unsigned char)s.p[i]) && !(s.p[i] && strchr(more, s.p[i])))
			return false;
	return true;
}

static bool has_word_ends(kv_str s)
{
	return s.n > 0 && is_word((unsigned char)s.p[0]) && is_word((unsigned char)s.p[s.n - 1]);
}

/* Atoms joined by single dots. */
static bool is_local_part(kv_str s)
{
	bool quoted = s.n > 1 && s.p[0] == '"' && s.p[s.n - 1] == '"';
	if (quoted)
		return kv_str_chr(kv_str_sub(s, 1, s.n - 1), '"') == SIZE_MAX;
	return s.n > 0 && s.p[0] != '.' && s.p[s.n - 1] != '.' && !kv_str_has(s, KV_S("..")) &&
	       all_of(s, "!#$%&'*+-/=?^_`{|}~.");
}

static bool is_email(kv_str s)
{
	size_t at = kv_str_rchr(s, '@');
	if (at == SIZE_MAX || !is_local_part(kv_str_sub(s, 0, at)))
		return false;
	kv_str domain = kv_str_sub(s, at + 1, s.n);
	if (kv_str_ends(domain, KV_S(".")))
		domain.n--;
	size_t dot = kv_str_rchr(domain, '.');
	if (dot == SIZE_MAX)
		return false;
	kv_str rest = kv_str_sub(domain, 0, dot), top = kv_str_sub(domain, dot + 1, domain.n);
	return has_word_ends(rest) && all_of(rest, "-._~") && has_word_ends(top) && all_of(top, "-_~") &&
	       !kv_is_digit(top.p[0]) && !kv_is_digit(top.p[top.n - 1]);
}

static bool is_port(kv_str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!kv_is_digit(s.p[i]))
			return false;
	return s.n >= 1 && s.n <= 5;
}

/* "host", "host:port", "[ip]"; all may have "user@" before. */
static bool is_authority(kv_str s)
{
	size_t at = kv_str_rchr(s, '@');
	if (at != SIZE_MAX)
		s = kv_str_sub(s, at + 1, s.n);
	if (kv_str_starts(s, KV_S("[")))
		return kv_str_has(s, KV_S("]"));
	size_t colon = kv_str_chr(s, ':');
	if (colon != SIZE_MAX && !is_port(kv_str_sub(s, colon + 1, s.n)))
		return false;
	s = kv_str_sub(s, 0, colon);
	if (kv_str_ends(s, KV_S(".")))
		s.n--;
	return has_word_ends(s) && all_of(s, "-._");
}

static bool is_url(kv_str s)
{
	static const char *const schemes[] = { "ftp://", "tcp://",  "udp://",  "ws://",
					       "wss://", "http://", "https://" };
	/* govalidator's bounds */
	if (s.n <= 3 || s.n >= 2083 || s.p[0] == '.')
		return false;
	kv_str rest = s;
	for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++)
		if (kv_str_starts(s, kv_str_c(schemes[i])))
			rest = kv_str_sub(s, strlen(schemes[i]), s.n);
	if (rest.n == s.n &&
	    (kv_str_has(s, KV_S("://")) || (!kv_str_has(s, KV_S(".")) && !kv_str_has(s, KV_S(":")))))
		return false;
	size_t end = 0;
	while (end < rest.n && !strchr("/?#", rest.p[end]))
		end++;
	kv_str tail = kv_str_sub(rest, end, rest.n);
	for (size_t i = 0; i < tail.n; i++)
		if (strchr(" \t\r\n\f\v", tail.p[i]))
			return false;
	return is_authority(kv_str_sub(rest, 0, end));
}

static bool is_request_url(struct rnd_lint *l, kv_str s)
{
	struct rnd_url u;
	kv_str error;
	return rnd_url_parse(l->job->arena, s, &u, &error) == 0 && u.scheme.n > 0;
}

/* --- rules ----------------------------------------------------------------------------------------------------------- */

static void lint_name(struct rnd_lint *l, const struct rnd_metadata *m)
{
	if (m->name.n == 0)
		RND_LINT(l, RND_LINT_ERROR, file_name, "name is required");
	else if (!kv_str_eq(kv_path_base(m->name), m->name))
		RND_LINT(l, RND_LINT_ERROR, file_name, "chart name %.*s is invalid",
			 KV_ARG(rnd_quoted(l->job, m->name)));
}

static void lint_api_version(struct rnd_lint *l, const struct rnd_metadata *m)
{
	if (m->api_version.n == 0)
		RND_LINT(l, RND_LINT_ERROR, file_name,
			 "apiVersion is required. The value must be either \"v1\" or \"v2\"");
	else if (!kv_str_eq(m->api_version, KV_S("v1")) && !kv_str_eq(m->api_version, KV_S("v2")))
		RND_LINT(l, RND_LINT_ERROR, file_name,
			 "apiVersion '%.*s' is not valid. The value must be either \"v1\" or \"v2\"",
			 KV_ARG(m->api_version));
}

/* A number where a text is wanted becomes one, but not as it was written: 1.10 is 1.1. */
static void lint_type(struct rnd_lint *l, krm_val tree, const char *key)
{
	krm_val *v = tree.kind == KRM_MAP ? krm_map_find(tree.m, kv_str_c(key)) : NULL;
	if (v && v->kind != KRM_STRING)
		RND_LINT(l, RND_LINT_ERROR, file_name, "%s should be of type string but it's of type %s", key,
			 rnd_type_text(*v));
}

static void lint_version(struct rnd_lint *l, const struct rnd_metadata *m)
{
	struct rnd_semver v;
	kv_str error, *reasons;
	size_t n;
	if (m->version.n == 0) {
		RND_LINT(l, RND_LINT_ERROR, file_name, "version is required");
		return;
	}
	if (rnd_semver_parse(l->job->arena, m->version, &v, &error)) {
		RND_LINT(l, RND_LINT_ERROR, file_name, "version '%.*s' is not a valid SemVer",
			 KV_ARG(m->version));
		return;
	}
	const struct rnd_constraints *positive =
		rnd_constraints_parse(l->job->arena, KV_S(">0.0.0-0"), &error);
	if (positive && !rnd_constraints_validate(l->job->arena, positive, &v, &reasons, &n) && n)
		RND_LINT(l, RND_LINT_ERROR, file_name, "version %.*s", KV_ARG(reasons[0]));
}

static void lint_strict_version(struct rnd_lint *l, const struct rnd_metadata *m)
{
	struct rnd_semver v;
	kv_str error;
	if (l->engine == RND_HELM4 && rnd_semver_parse_strict(l->job->arena, m->version, &v, &error))
		RND_LINT(l, RND_LINT_WARNING, file_name, "version '%.*s' is not a valid SemVerV2",
			 KV_ARG(m->version));
}

static kv_str check_maintainer(struct rnd_lint *l, const struct rnd_maintainer *who)
{
	struct kv_arena *a = l->job->arena;
	if (!who)
		return KV_S("a maintainer entry is empty");
	if (who->name.n == 0)
		return KV_S("each maintainer requires a name");
	if (who->email.n && !is_email(who->email))
		return kv_arena_printf(a, "invalid email '%.*s' for maintainer '%.*s'", KV_ARG(who->email),
				       KV_ARG(who->name));
	if (who->url.n && !is_url(who->url))
		return kv_arena_printf(a, "invalid url '%.*s' for maintainer '%.*s'", KV_ARG(who->url),
				       KV_ARG(who->name));
	return KV_S("");
}

static void lint_maintainers(struct rnd_lint *l, const struct rnd_metadata *m)
{
	for (size_t i = 0; i < m->maintainers.n; i++)
		if (!rnd_lint_add(l, RND_LINT_ERROR, file_name, check_maintainer(l, m->maintainers.v[i])))
			return;
}

static void lint_addresses(struct rnd_lint *l, const struct rnd_metadata *m)
{
	for (size_t i = 0; i < m->sources.n; i++)
		if (!is_request_url(l, m->sources.v[i])) {
			RND_LINT(l, RND_LINT_ERROR, file_name, "invalid source URL '%.*s'",
				 KV_ARG(m->sources.v[i]));
			break;
		}
	if (m->icon.n == 0)
		RND_LINT(l, RND_LINT_INFO, file_name, "icon is recommended");
	else if (!is_request_url(l, m->icon))
		RND_LINT(l, RND_LINT_ERROR, file_name, "invalid icon URL '%.*s'", KV_ARG(m->icon));
}

/* Fields that came with version 2. */
static void lint_new_fields(struct rnd_lint *l, const struct rnd_metadata *m)
{
	if (kv_str_eq(m->api_version, KV_S("v2")))
		return;
	if (m->type.n)
		RND_LINT(l, RND_LINT_ERROR, file_name,
			 "chart type is not valid in apiVersion '%.*s'. It is valid in apiVersion 'v2'",
			 KV_ARG(m->api_version));
	if (m->dependencies.n)
		RND_LINT(l, RND_LINT_ERROR, file_name,
			 "dependencies are not valid in the Chart file with apiVersion '%.*s'. They are "
			 "valid in apiVersion 'v2'",
			 KV_ARG(m->api_version));
}

/* UnmarshalStrict of sigs.k8s.io/yaml, which Helm 4 asks as well. */
static void lint_strictly(struct rnd_lint *l, kv_str text, krm_val tree)
{
	struct kv_buf why;
	kv_buf_init(&why, l->job->arena, KV_BUF_MAX);
	krm_yaml_repeated_keys(l->job, text, &why);
	kv_str unknown = rnd_metadata_unknown(l->job, tree), what = KV_S("failed to strictly parse chart metadata file\n\t");
	if (why.n)
		RND_LINT(l, RND_LINT_WARNING, file_name, "%.*serror converting YAML to JSON: yaml: unmarshal errors:%.*s",
			 KV_ARG(what), KV_ARG(kv_buf_view(&why)));
	else if (unknown.p)
		RND_LINT(l, RND_LINT_WARNING, file_name,
			 "%.*serror unmarshaling JSON: while decoding JSON: json: unknown field %.*s", KV_ARG(what),
			 KV_ARG(rnd_quoted(l->job, unknown)));
}

static int read_chartfile(struct rnd_lint *l, struct rnd_metadata *m, krm_val *tree, kv_str *ret_text)
{
	kv_str path = rnd_lint_path(l, "Chart.yaml"), text, error;
	struct kv_diag_mark mark = kv_diag_mark(l->job);
	if (kv_input_kind(l->job, path) == KV_FILE_DIR)
		RND_LINT(l, RND_LINT_ERROR, file_name, "should be a file, not a directory");
	if (kv_file_read(l->job, path, &text)) {
		error = l->job->last->text;
		kv_diag_forget(l->job, mark);
	} else if (rnd_metadata_read(l->job, l->engine, text, m, &error) == 0 &&
		   krm_yaml_try(l->job, text, KRM_YAML_HELM, tree, &error) == 0) {
		*ret_text = text;
		return 0;
	}
	RND_LINT(l, RND_LINT_ERROR, file_name, "unable to parse YAML\n\t%.*s", KV_ARG(error));
	return -1;
}

void rnd_lint_chartfile(struct rnd_lint *l)
{
	struct rnd_metadata m = { 0 };
	krm_val tree;
	kv_str text;
	if (read_chartfile(l, &m, &tree, &text))
		return;
	if (l->engine == RND_HELM4)
		lint_strictly(l, text, tree);
	lint_name(l, &m);
	lint_api_version(l, &m);
	lint_type(l, tree, "version");
	lint_version(l, &m);
	lint_type(l, tree, "appVersion");
	lint_maintainers(l, &m);
	lint_addresses(l, &m);
	lint_new_fields(l, &m);
	lint_strict_version(l, &m);
}
