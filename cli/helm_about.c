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

/* The flag, if there is one; else the variable. */
static kv_str given(kv_str flag, const char *name, kv_str usual)
{
	return flag.p ? flag : from_environment(name, usual);
}

/* A whole number as Helm prints it again; what is none in the environment is the usual one. */
static kv_str number(struct kv_arena *a, kv_str flag, const char *name, int64_t usual)
{
	int64_t n;
	kv_str text = given(flag, name, KV_S(""));
	return kv_arena_printf(a, "%lld",
			       (long long)(kv_num_parse_int(text, flag.p ? 0 : 10, &n) == KV_NUM_OK ? n : usual));
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

static kv_str rate(struct kv_arena *a, kv_str flag)
{
	kv_str text = given(flag, "HELM_QPS", KV_S("0"));
	return kv_arena_printf(a, "%.2f", (double)strtof(kv_arena_cstr(a, text), NULL));
}

/* Helm reads its global flags once before the command is known and once more for it, so each group is there twice (helm:
 * cmd/helm/root.go, newRootCmd). */
static kv_str groups(struct kv_arena *a, const struct cli_list *flags)
{
	struct kv_buf out;
	if (!flags->n)
		return kv_str_trim(from_environment("HELM_KUBEASGROUPS", KV_S("")), ", ");
	kv_buf_init(&out, a, KV_BUF_MAX);
	for (size_t i = 0; i < 2 * flags->n; i++) {
		kv_buf_str(&out, i ? KV_S(",") : KV_S(""));
		kv_buf_str(&out, flags->v[i % flags->n]);
	}
	return kv_buf_view(&out);
}

struct variables {
	struct variable v[26];
	size_t n;
};

static void add(struct variables *all, const char *name, kv_str value)
{
	all->v[all->n++] = (struct variable){ name, value };
}

/* In the order of the names (helm: pkg/cli/environment.go, EnvVars). */
static void list_variables(struct cli_helm *h, struct variables *all)
{
	struct kv_arena *a = h->job->arena;
	const struct cli_helm_settings *s = h->settings;
	const struct cli_flags *insecure = &s->kube_insecure;
	kv_str none = KV_S(""), namespace = cli_helm_namespace(s);
	all->n = 0;
	add(all, "HELM_BIN", KV_S("helm"));
	add(all, "HELM_BURST_LIMIT", number(a, s->burst_limit, "HELM_BURST_LIMIT", 100));
	add(all, "HELM_CACHE_HOME", cli_helm_home(a, CLI_HELM_CACHE, none));
	add(all, "HELM_CONFIG_HOME", cli_helm_home(a, CLI_HELM_CONFIG, none));
	if (h->engine == RND_HELM4)
		add(all, "HELM_CONTENT_CACHE",
		    given(s->content_cache, "HELM_CONTENT_CACHE", cli_helm_home(a, CLI_HELM_CACHE, KV_S("content"))));
	add(all, "HELM_DATA_HOME", cli_helm_home(a, CLI_HELM_DATA, none));
	add(all, "HELM_DEBUG", truth(cli_helm_debug(s)));
	add(all, "HELM_KUBEAPISERVER", given(s->kube_apiserver, "HELM_KUBEAPISERVER", none));
	add(all, "HELM_KUBEASGROUPS", groups(a, &s->kube_as_groups));
	add(all, "HELM_KUBEASUSER", given(s->kube_as_user, "HELM_KUBEASUSER", none));
	add(all, "HELM_KUBECAFILE", given(s->kube_ca_file, "HELM_KUBECAFILE", none));
	add(all, "HELM_KUBECONTEXT", given(s->kube_context, "HELM_KUBECONTEXT", none));
	add(all, "HELM_KUBEINSECURE_SKIP_TLS_VERIFY",
	    truth(insecure->n ? insecure->v[insecure->n - 1].on : is_on("HELM_KUBEINSECURE_SKIP_TLS_VERIFY")));
	add(all, "HELM_KUBETLS_SERVER_NAME", given(s->kube_tls_server_name, "HELM_KUBETLS_SERVER_NAME", none));
	add(all, "HELM_KUBETOKEN", given(s->kube_token, "HELM_KUBETOKEN", none));
	add(all, "HELM_MAX_HISTORY", number(a, (kv_str){ 0 }, "HELM_MAX_HISTORY", 10));
	add(all, "HELM_NAMESPACE", namespace.n ? namespace : KV_S("default"));
	add(all, "HELM_PLUGINS", from_environment("HELM_PLUGINS", cli_helm_home(a, CLI_HELM_DATA, KV_S("plugins"))));
	add(all, "HELM_QPS", rate(a, s->qps));
	add(all, "HELM_REGISTRY_CONFIG",
	    given(s->registry_config, "HELM_REGISTRY_CONFIG", cli_helm_home(a, CLI_HELM_CONFIG, KV_S("registry/config.json"))));
	add(all, "HELM_REPOSITORY_CACHE", cli_helm_repository_cache(a, s));
	add(all, "HELM_REPOSITORY_CONFIG", cli_helm_repository_config(a, s));
	if (s->kubeconfig.n)
		add(all, "KUBECONFIG", s->kubeconfig);
}

kv_str cli_helm_variable(struct cli_helm *h, const char *name)
{
	struct variables all;
	list_variables(h, &all);
	for (size_t i = 0; i < all.n; i++)
		if (strcmp(name, all.v[i].name) == 0)
			return all.v[i].value;
	return KV_S("");
}

static int env(struct cli_helm *h, const void *options)
{
	(void)options;
	struct variables all;
	if (h->args.n == 0) {
		list_variables(h, &all);
		for (size_t i = 0; i < all.n; i++)
			kv_buf_printf(&h->out, "%s=\"%.*s\"\n", all.v[i].name, KV_ARG(all.v[i].value));
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
