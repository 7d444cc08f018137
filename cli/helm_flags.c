/* cli/helm_flags.c: which Helm has a flag, and what its value must be (helm: cmd/helm/flags.go, pkg/cli/environment.go; pflag: duration.go,
 * string_to_string.go; klog: klog.go). */
#include <math.h>
#include <strings.h>

#include "base/num.h"
#include "base/quote.h"
#include "cli/helm.h"
#include "render/log.h"
#include "render/template/gotime.h"

/* Why `value` will not do; empty if it will. */
typedef kv_str check_fn(struct kv_job *job, enum rnd_engine engine, kv_str value);

enum { HELM3 = 1, HELM4 = 2, BOTH = HELM3 | HELM4 };

/* --- the flags of every command ---------------------------------------------------------------------------------- */

/* clang-format off: one option a row */
#define AT(field) offsetof(struct cli_helm_settings, field)
#define IGNORED(name) { 0, name, CLI_EACH, AT(ignored_values), "", .help = "" }
/* Of the library klog; nothing is logged through it here. */
#define IGNORED_FLAG(name) { 0, name, CLI_FLAG, AT(ignored), .help = "" }
const struct cli_option cli_helm_settings_rows[] = {
	{ 'n', "namespace", CLI_VALUE, AT(namespace), "NAME", .help = "namespace of the release" },
	{ 0, "engine", CLI_VALUE, AT(engine), "ENGINE", .help = "the Helm that is imitated: helm4 or helm3" },
	{ 0, "repository-config", CLI_VALUE, AT(repository_config), "FILE", .help = "" },
	{ 0, "repository-cache", CLI_VALUE, AT(repository_cache), "DIR", .help = "" },
	{ 0, "registry-config", CLI_VALUE, AT(registry_config), "FILE", .help = "" },
	{ 0, "content-cache", CLI_VALUE, AT(content_cache), "DIR", .help = "" },
	{ 0, "debug", CLI_FLAG, AT(debug), .help = "" },
	{ 0, "kube-insecure-skip-tls-verify", CLI_FLAG_SAID, AT(kube_insecure), .help = "" },
	{ 0, "kube-context", CLI_VALUE, AT(kube_context), "", .help = "" },
	{ 0, "kubeconfig", CLI_VALUE, AT(kubeconfig), "", .help = "" },
	{ 0, "kube-token", CLI_VALUE, AT(kube_token), "", .help = "" },
	{ 0, "kube-as-user", CLI_VALUE, AT(kube_as_user), "", .help = "" },
	{ 0, "kube-as-group", CLI_EACH, AT(kube_as_groups), "", .help = "" },
	{ 0, "kube-apiserver", CLI_VALUE, AT(kube_apiserver), "", .help = "" },
	{ 0, "kube-ca-file", CLI_VALUE, AT(kube_ca_file), "", .help = "" },
	{ 0, "kube-tls-server-name", CLI_VALUE, AT(kube_tls_server_name), "", .help = "" },
	{ 0, "burst-limit", CLI_VALUE, AT(burst_limit), "", .help = "" },
	{ 0, "qps", CLI_VALUE, AT(qps), "", .help = "" },
	{ 0, "color", CLI_VALUE, AT(color), "", .help = "" },
	{ 0, "colour", CLI_VALUE, AT(color), "", .help = "" },
	{ 'v', "v", CLI_EACH, AT(ignored_values), "", .help = "" },
	IGNORED("vmodule"),
	IGNORED("stderrthreshold"),
	IGNORED("log-backtrace-at"),
	IGNORED("log-dir"),
	IGNORED("log-file"),
	IGNORED("log-file-max-size"),
	IGNORED_FLAG("add-dir-header"),
	IGNORED_FLAG("alsologtostderr"),
	IGNORED_FLAG("logtostderr"),
	IGNORED_FLAG("one-output"),
	IGNORED_FLAG("skip-headers"),
	IGNORED_FLAG("skip-log-headers"),
	IGNORED_FLAG("legacy-stderr-threshold-behavior"),
	{ 0 },
};
#undef AT

#define AT(field) offsetof(struct cli_helm_source, field)
const struct cli_option cli_helm_source_rows[] = {
	{ 0, "version", CLI_VALUE, AT(version), "VERSION", .help = "version, or range of versions, of the chart" },
	{ 0, "repo", CLI_VALUE, AT(repo), "URL", .help = "repository that has the chart" },
	{ 0, "devel", CLI_FLAG, AT(devel), .help = "also versions before a release" },
	{ 0, "verify", CLI_FLAG, AT(verify), .help = "" },
	{ 0, "insecure-skip-tls-verify", CLI_FLAG, AT(insecure), .help = "trust any certificate" },
	{ 0, "plain-http", CLI_FLAG, AT(plain_http), .help = "use http instead of https for registries" },
	{ 0, "pass-credentials", CLI_FLAG, AT(pass_credentials), .help = "send the login to hosts other than the repository's, too" },
	IGNORED("keyring"),
	{ 0, "username", CLI_VALUE, AT(username), "NAME", .help = "" },
	{ 0, "password", CLI_VALUE, AT(password), "PASSWORD", .help = "" },
	{ 0, "cert-file", CLI_VALUE, AT(cert_file), "FILE", .help = "" },
	{ 0, "key-file", CLI_VALUE, AT(key_file), "FILE", .help = "" },
	{ 0, "ca-file", CLI_VALUE, AT(ca_file), "FILE", .help = "" },
	{ 0 },
};
#undef AT
/* clang-format on */

/* --- values ------------------------------------------------------------------------------------------------------ */

/* go: strconv.NumError */
static kv_str no_number(struct kv_job *job, const char *function, kv_str value, enum kv_num_error error)
{
	struct kv_buf b;
	if (error == KV_NUM_OK)
		return KV_S("");
	kv_buf_init(&b, job->arena, KV_BUF_MAX);
	kv_buf_printf(&b, "strconv.%s: parsing ", function);
	kv_quote_with(value, '"', false, &b);
	kv_buf_printf(&b, ": %s", error == KV_NUM_RANGE ? "value out of range" : "invalid syntax");
	return kv_buf_view(&b);
}

static kv_str check_int(struct kv_job *job, enum rnd_engine engine, kv_str value)
{
	(void)engine;
	int64_t n;
	return no_number(job, "ParseInt", value, kv_num_parse_int(value, 0, &n));
}

static kv_str check_uint(struct kv_job *job, enum rnd_engine engine, kv_str value)
{
	(void)engine;
	uint64_t n;
	return no_number(job, "ParseUint", value, kv_num_parse_uint(value, 0, &n));
}

static kv_str check_float32(struct kv_job *job, enum rnd_engine engine, kv_str value)
{
	(void)engine;
	/* Half a step above the largest float is where rounding leaves its range. */
	const double limit = 0x1.ffffffp127;
	double n;
	enum kv_num_error error = kv_num_parse_float(value, &n);
	if (error == KV_NUM_OK && isfinite(n) && fabs(n) >= limit)
		error = KV_NUM_RANGE;
	return no_number(job, "ParseFloat", value, error);
}

static kv_str check_duration(struct kv_job *job, enum rnd_engine engine, kv_str value)
{
	(void)engine;
	int64_t d;
	kv_str error;
	return rnd_duration_parse(job->arena, value, &d, &error) ? error : KV_S("");
}

/* Pairs KEY=VALUE between commas; one pair alone is not cut at commas. */
static kv_str check_pairs(struct kv_job *job, enum rnd_engine engine, kv_str value)
{
	(void)engine;
	size_t first = kv_str_chr(value, '=');
	if (first == SIZE_MAX)
		return kv_arena_cat(job->arena, value, KV_S(" must be formatted as key=value"));
	if (kv_str_chr(kv_str_sub(value, first + 1, value.n), '=') == SIZE_MAX)
		return KV_S("");
	for (size_t from = 0; from <= value.n;) {
		kv_str rest = kv_str_sub(value, from, value.n), pair = kv_str_sub(rest, 0, kv_str_chr(rest, ','));
		if (kv_str_chr(pair, '=') == SIZE_MAX)
			return kv_arena_cat(job->arena, pair, KV_S(" must be formatted as key=value"));
		from += pair.n + 1;
	}
	return KV_S("");
}

static kv_str check_wait(struct kv_job *job, enum rnd_engine engine, kv_str value)
{
	static const char *const strategies[] = { "watcher", "hookOnly", "legacy" };
	bool truth, is_bool = cli_parse_bool(value, &truth);
	struct kv_buf b;
	if (engine == RND_HELM3)
		return no_number(job, "ParseBool", value, is_bool ? KV_NUM_OK : KV_NUM_SYNTAX);
	for (size_t i = 0; i < KV_COUNT(strategies); i++)
		if (kv_str_eq(value, kv_str_c(strategies[i])))
			return KV_S("");
	if (kv_str_eq(value, KV_S("true")) || kv_str_eq(value, KV_S("false"))) {
		kv_str text = kv_arena_printf(job->arena,
					      "--wait=%.*s is deprecated (boolean value) and can be replaced with --wait=%s",
					      KV_ARG(value), truth ? "watcher" : "hookOnly");
		rnd_log4(job, "WARN", kv_arena_cstr(job->arena, text), NULL);
		return KV_S("");
	}
	kv_buf_init(&b, job->arena, KV_BUF_MAX);
	kv_buf_lit(&b, "invalid wait input ");
	kv_quote_with(value, '"', false, &b);
	kv_buf_lit(&b, ". Valid inputs are watcher, hookOnly, and legacy");
	return kv_buf_view(&b);
}

/* --- klog -------------------------------------------------------------------------------------------------------- */

static kv_str check_log_bool(struct kv_job *job, enum rnd_engine engine, kv_str value)
{
	(void)job, (void)engine;
	bool truth;
	return cli_parse_bool(value, &truth) ? KV_S("") : KV_S("parse error");
}

static kv_str check_log_size(struct kv_job *job, enum rnd_engine engine, kv_str value)
{
	return check_uint(job, engine, value).n ? KV_S("parse error") : KV_S("");
}

static enum kv_num_error parse_int32(kv_str value, int64_t *ret)
{
	enum kv_num_error error = kv_num_parse_int(value, 10, ret);
	return error == KV_NUM_OK && (*ret > INT32_MAX || *ret < INT32_MIN) ? KV_NUM_RANGE : error;
}

static kv_str check_log_level(struct kv_job *job, enum rnd_engine engine, kv_str value)
{
	(void)engine;
	int64_t n;
	return no_number(job, "ParseInt", value, parse_int32(value, &n));
}

static kv_str check_log_severity(struct kv_job *job, enum rnd_engine engine, kv_str value)
{
	static const char *const names[] = { "INFO", "WARNING", "ERROR", "FATAL" };
	for (size_t i = 0; i < KV_COUNT(names); i++)
		if (value.n == strlen(names[i]) && strncasecmp(value.p, names[i], value.n) == 0)
			return KV_S("");
	return check_log_level(job, engine, value);
}

static kv_str check_log_module(struct kv_job *job, enum rnd_engine engine, kv_str value)
{
	(void)job, (void)engine;
	for (size_t from = 0; from <= value.n;) {
		kv_str rest = kv_str_sub(value, from, value.n), one = kv_str_sub(rest, 0, kv_str_chr(rest, ','));
		size_t equals = kv_str_chr(one, '=');
		int64_t level = 0;
		from += one.n + 1;
		if (one.n == 0)
			continue;
		if (equals == SIZE_MAX || equals == 0 || parse_int32(kv_str_sub(one, equals + 1, one.n), &level))
			return KV_S("syntax error: expect comma-separated list of filename=N");
		if (level < 0)
			return KV_S("negative value for vmodule level");
	}
	return KV_S("");
}

static kv_str check_log_place(struct kv_job *job, enum rnd_engine engine, kv_str value)
{
	(void)engine;
	size_t colon = kv_str_chr(value, ':'), dot = kv_str_chr(kv_str_sub(value, 0, colon), '.');
	kv_str line = kv_str_sub(value, colon == SIZE_MAX ? value.n : colon + 1, value.n);
	int64_t n;
	if (value.n == 0)
		return KV_S("");
	if (colon == SIZE_MAX || kv_str_chr(line, ':') != SIZE_MAX || dot == SIZE_MAX)
		return KV_S("syntax error: expect file.go:234");
	enum kv_num_error error = kv_num_parse_int(line, 10, &n);
	if (error)
		return no_number(job, "Atoi", line, error);
	return n <= 0 ? KV_S("negative or zero value for level") : KV_S("");
}

/* helm: pkg/cli/output/output.go, ParseFormat */
static kv_str check_output(struct kv_job *job, enum rnd_engine engine, kv_str value)
{
	(void)job, (void)engine;
	bool known = kv_str_eq(value, KV_S("table")) || kv_str_eq(value, KV_S("json")) || kv_str_eq(value, KV_S("yaml"));
	return known ? KV_S("") : KV_S("invalid format type");
}

/* --- the rules --------------------------------------------------------------------------------------------------- */

/* Flags that one Helm alone has, or whose values Helm reads further than the table says. */
static const struct rule {
	const char *name;
	int engines;
	check_fn *check; /* NULL: any value */
} rules[] = {
	{ "add-dir-header", BOTH, check_log_bool },
	{ "alsologtostderr", BOTH, check_log_bool },
	{ "burst-limit", BOTH, check_int },
	{ "client", HELM3, NULL },
	{ "color", HELM4, NULL },
	{ "colour", HELM4, NULL },
	{ "content-cache", HELM4, NULL },
	{ "fail-on-repo-update-fail", HELM3, NULL },
	{ "force-conflicts", HELM4, NULL },
	{ "force-replace", HELM4, NULL },
	{ "labels", BOTH, check_pairs },
	{ "legacy-stderr-threshold-behavior", BOTH, check_log_bool },
	{ "log-backtrace-at", BOTH, check_log_place },
	{ "log-file-max-size", BOTH, check_log_size },
	{ "logtostderr", BOTH, check_log_bool },
	{ "max-col-width", BOTH, check_uint },
	{ "no-headers", HELM4, NULL },
	{ "no-update", HELM3, NULL },
	{ "one-output", BOTH, check_log_bool },
	{ "output", BOTH, check_output },
	{ "qps", BOTH, check_float32 },
	{ "rollback-on-failure", HELM4, NULL },
	{ "server-side", HELM4, NULL },
	{ "skip-headers", BOTH, check_log_bool },
	{ "skip-log-headers", BOTH, check_log_bool },
	{ "stderrthreshold", BOTH, check_log_severity },
	{ "timeout", BOTH, check_duration },
	{ "v", BOTH, check_log_level },
	{ "vmodule", BOTH, check_log_module },
	{ "wait", BOTH, check_wait },
};

struct dialect {
	struct cli_dialect base;
	enum rnd_engine engine;
};

static const struct rule *find_rule(const struct cli_option *o)
{
	for (size_t i = 0; i < KV_COUNT(rules); i++)
		if (strcmp(rules[i].name, o->name) == 0)
			return &rules[i];
	return NULL;
}

static bool knows(const struct cli_dialect *d, const struct cli_option *o)
{
	const struct rule *rule = find_rule(o);
	int own = ((const struct dialect *)d)->engine == RND_HELM3 ? HELM3 : HELM4;
	return !rule || rule->engines & own;
}

static kv_str refuses(const struct cli_dialect *d, struct kv_job *job, const struct cli_option *o, kv_str value)
{
	const struct rule *rule = find_rule(o);
	/* What a bare flag stands for is the table's own word. */
	bool bare = value.p == o->implied;
	return rule && rule->check && !bare ? rule->check(job, ((const struct dialect *)d)->engine, value) : KV_S("");
}

/* helm 4: pkg/cmd/root.go, newRootCmdWithConfig */
static enum cli_parsed check_color(struct kv_job *job, kv_str mode)
{
	static const char *const modes[] = { "never", "auto", "always" };
	struct kv_buf b;
	if (!mode.p)
		return CLI_PARSED;
	for (size_t i = 0; i < KV_COUNT(modes); i++)
		if (kv_str_eq(mode, kv_str_c(modes[i])))
			return CLI_PARSED;
	kv_buf_init(&b, job->arena, KV_BUF_MAX);
	kv_buf_lit(&b, "invalid color mode ");
	kv_quote_with(mode, '"', false, &b);
	kv_buf_lit(&b, ": must be one of: never, auto, always");
	rnd_log4(job, "WARN", "command failed", "error", kv_buf_view(&b), NULL);
	return CLI_PARSED_ERROR;
}

enum cli_parsed cli_helm_parse(struct kv_job *job, enum rnd_engine engine, const struct cli_command *command, int argc,
			       char **argv, void *options, struct cli_list *ret_args)
{
	const struct dialect d = { { knows, refuses }, engine };
	enum cli_parsed parsed = cli_parse_in(job, &d.base, command, argc, argv, options, ret_args);
	return parsed == CLI_PARSED ? check_color(job, ((struct cli_helm_settings *)options)->color) : parsed;
}
