/* cli/helm_about.c: helm version, helm env and helm verify (helm: cmd/helm/version.go, env.go, verify.go; pkg/cli/environment.go). */
#include <stdlib.h>

#include "base/num.h"
#include "cli/helm.h"
#include "render/chart/capabilities.h"
#include "render/chart/load.h"
#include "render/chart/objects.h"
#include "render/chart/record.h"

struct version_options {
	struct cli_helm_settings settings;
	kv_str template;
	bool is_short, client;
};

struct env_options {
	struct cli_helm_settings settings;
};

/* clang-format off: one option a row */
static const struct cli_option version_options[] = {
	{ 0, "short", CLI_FLAG, CLI_HELM_AT(version_options, is_short), .help = "only the number" },
	{ 0, "template", CLI_VALUE, CLI_HELM_AT(version_options, template), "TEMPLATE", .help = "what to print" },
	CLI_HELM_SETTINGS(version_options),
	{ 'c', "client", CLI_FLAG, CLI_HELM_AT(version_options, client), .help = "" },
};
/* clang-format on */

static const struct cli_option env_options[] = { CLI_HELM_SETTINGS(env_options) };

/* --- version ---------------------------------------------------------------------------------- */

static int print_template(struct cli_helm *h, kv_str text, krm_val info)
{
	struct rnd_tpl_options options = { .engine = h->engine };
	struct rnd_tpl *set = rnd_tpl_new(h->job, &options);
	struct rnd_tpl_error error = { 0 };
	if (rnd_tpl_parse(set, KV_S("_"), text, &error) ||
	    rnd_tpl_execute(set, KV_S("_"), info, &h->out, &error))
		return rnd_chart_error(h->job, error.pos, error.text);
	return 0;
}

/* Go's %#v of the struct: every field is a string. */
static void print_struct(struct cli_helm *h, krm_val info)
{
	const struct rnd_record *r = info.o->data;
	bool first = true;
	kv_buf_lit(&h->out, "version.BuildInfo{");
	krm_map_each (r->fields.m, e) {
		kv_buf_str(&h->out, first ? KV_S("") : KV_S(", "));
		kv_buf_str(&h->out, krm_str(e->key));
		kv_buf_c(&h->out, ':');
		kv_buf_str(&h->out, rnd_quoted(h->job, krm_str(e->val)));
		first = false;
	}
	kv_buf_lit(&h->out, "}\n");
}

static int version(struct cli_helm *h, const void *options)
{
	const struct version_options *o = options;
	struct rnd_capabilities *caps;
	kv_str error;
	krm_val info;
	if (rnd_capabilities_new(h->job, h->engine, KV_S(""), NULL, 0, &caps, &error))
		return rnd_chart_error(h->job, 0, error);
	if (!rnd_record_field(h->job, rnd_object_capabilities(h->job, caps).o, KV_S("HelmVersion"), &info))
		return -1;
	if (o->template.n)
		return print_template(h, o->template, info);
	if (o->is_short)
		kv_buf_printf(&h->out, "%s\n", caps->helm_version);
	else
		print_struct(h, info);
	return 0;
}

/* --- env -------------------------------------------------------------------------------------- */

struct variable {
	const char *name;
	kv_str value;
};

static kv_str from_environment(const char *name, kv_str usual)
{
	const char *value = getenv(name);
	return value ? kv_str_c(value) : usual;
}

/* A whole number as Helm prints it again; anything else is the usual one. */
static kv_str number(struct kv_arena *a, const char *name, int64_t usual)
{
	int64_t n;
	kv_str text = from_environment(name, KV_S(""));
	return kv_arena_printf(a, "%lld",
			       (long long)(kv_num_parse_int(text, 10, &n) == KV_NUM_OK ? n : usual));
}

/* What is no truth value is false. */
static bool is_on(const char *name)
{
	bool on;
	return cli_parse_bool(from_environment(name, KV_S("")), &on) && on;
}

static kv_str truth(bool on)
{
	return on ? KV_S("true") : KV_S("false");
}

bool cli_helm_debug(const struct cli_helm_settings *settings)
{
	return settings->debug || is_on("HELM_DEBUG");
}

static kv_str rate(struct kv_arena *a, const char *name)
{
	kv_str text = from_environment(name, KV_S("0"));
	return kv_arena_printf(a, "%.2f", (double)strtof(kv_arena_cstr(a, text), NULL));
}

/* In the order of the names. */
static size_t variables(struct cli_helm *h, struct variable *rows)
{
	struct kv_arena *a = h->job->arena;
	const struct cli_helm_settings *s = h->settings;
	kv_str none = KV_S("");
	size_t n = 0;
	rows[n++] = (struct variable){ "HELM_BIN", KV_S("helm") };
	rows[n++] = (struct variable){ "HELM_BURST_LIMIT", number(a, "HELM_BURST_LIMIT", 100) };
	rows[n++] = (struct variable){ "HELM_CACHE_HOME", cli_helm_home(a, CLI_HELM_CACHE, none) };
	rows[n++] = (struct variable){ "HELM_CONFIG_HOME", cli_helm_home(a, CLI_HELM_CONFIG, none) };
	if (h->engine == RND_HELM4)
		rows[n++] = (struct variable){ "HELM_CONTENT_CACHE",
					       s->content_cache.p
						       ? s->content_cache
						       : from_environment("HELM_CONTENT_CACHE",
									  cli_helm_home(a, CLI_HELM_CACHE,
											KV_S("content"))) };
	rows[n++] = (struct variable){ "HELM_DATA_HOME", cli_helm_home(a, CLI_HELM_DATA, none) };
	rows[n++] = (struct variable){ "HELM_DEBUG", truth(cli_helm_debug(s)) };
	static const char *const plain[] = { "HELM_KUBEAPISERVER", "HELM_KUBEASGROUPS", "HELM_KUBEASUSER",
					     "HELM_KUBECAFILE", "HELM_KUBECONTEXT" };
	for (size_t i = 0; i < KV_COUNT(plain); i++)
		rows[n++] = (struct variable){ plain[i], from_environment(plain[i], none) };
	rows[n++] = (struct variable){ "HELM_KUBEINSECURE_SKIP_TLS_VERIFY",
				       truth(is_on("HELM_KUBEINSECURE_SKIP_TLS_VERIFY")) };
	rows[n++] = (struct variable){ "HELM_KUBETLS_SERVER_NAME",
				       from_environment("HELM_KUBETLS_SERVER_NAME", none) };
	rows[n++] = (struct variable){ "HELM_KUBETOKEN", from_environment("HELM_KUBETOKEN", none) };
	rows[n++] = (struct variable){ "HELM_MAX_HISTORY", number(a, "HELM_MAX_HISTORY", 10) };
	kv_str namespace = cli_helm_namespace(s);
	rows[n++] = (struct variable){ "HELM_NAMESPACE", namespace.n ? namespace : KV_S("default") };
	rows[n++] = (struct variable){ "HELM_PLUGINS",
				       from_environment("HELM_PLUGINS",
							cli_helm_home(a, CLI_HELM_DATA, KV_S("plugins"))) };
	rows[n++] = (struct variable){ "HELM_QPS", rate(a, "HELM_QPS") };
	rows[n++] = (struct variable){
		"HELM_REGISTRY_CONFIG",
		s->registry_config.p
			? s->registry_config
			: from_environment("HELM_REGISTRY_CONFIG",
					   cli_helm_home(a, CLI_HELM_CONFIG, KV_S("registry/config.json")))
	};
	rows[n++] = (struct variable){ "HELM_REPOSITORY_CACHE", cli_helm_repository_cache(a, s) };
	rows[n++] = (struct variable){ "HELM_REPOSITORY_CONFIG", cli_helm_repository_config(a, s) };
	return n;
}

#define MOST_VARIABLES 24

kv_str cli_helm_variable(struct cli_helm *h, const char *name)
{
	struct variable rows[MOST_VARIABLES];
	size_t n = variables(h, rows);
	for (size_t i = 0; i < n; i++)
		if (strcmp(name, rows[i].name) == 0)
			return rows[i].value;
	return KV_S("");
}

static int env(struct cli_helm *h, const void *options)
{
	(void)options;
	struct variable rows[MOST_VARIABLES];
	size_t n = variables(h, rows);
	if (h->args.n == 0) {
		for (size_t i = 0; i < n; i++)
			kv_buf_printf(&h->out, "%s=\"%.*s\"\n", rows[i].name, KV_ARG(rows[i].value));
		return 0;
	}
	kv_buf_str(&h->out, cli_helm_variable(h, kv_arena_cstr(h->job->arena, h->args.v[0])));
	kv_buf_c(&h->out, '\n');
	return 0;
}

/* --- verify ----------------------------------------------------------------------------------- */

struct verify_options {
	struct cli_helm_settings settings;
	kv_str keyring;
};

static const struct cli_option verify_options[] = {
	{ 0, "keyring", CLI_VALUE, CLI_HELM_AT(verify_options, keyring), "FILE", .help = "" },
	CLI_HELM_SETTINGS(verify_options),
};

static int verify(struct cli_helm *h, const void *options)
{
	(void)options;
	return cli_helm_verify(h->job, h->args.v[0]);
}

const struct cli_helm_verb cli_helm_about[] = {
	{ NULL,
	  "version",
	  "helm version [flags]",
	  0,
	  0,
	  { "helm version", "", "Print the version of Helm that is imitated", version_options,
	    KV_COUNT(version_options), NULL, NULL },
	  sizeof(struct version_options),
	  version },
	{ NULL,
	  "env",
	  "helm env [flags]",
	  0,
	  1,
	  { "helm env", "[NAME]", "Print Helm's folders and settings", env_options, KV_COUNT(env_options),
	    NULL, NULL },
	  sizeof(struct env_options),
	  env },
	{ NULL,
	  "verify",
	  "helm verify PATH [flags]",
	  1,
	  1,
	  { "helm verify", "ARCHIVE", "Tell why an archive cannot be verified here", verify_options, KV_COUNT(verify_options),
	    NULL, NULL },
	  sizeof(struct verify_options),
	  verify },
	{ 0 },
};
