/* cli/helm_help.c: what Helm says of a family of commands (helm: cmd/helm/root.go, show.go, repo.go, dependency.go; pkg/cli/environment.go;
 * cobra: command.go; pflag: flag.go, FlagUsages). */
#include <stdlib.h>

#include "cli/helm.h"

/* From the family's description to its own flags. */
static const struct {
	const char *family, *text;
} families[] = {
	{ "dependency",
	  "\n"
	  "Manage the dependencies of a chart.\n"
	  "\n"
	  "Helm charts store their dependencies in 'charts/'. For chart developers, it is\n"
	  "often easier to manage dependencies in 'Chart.yaml' which declares all\n"
	  "dependencies.\n"
	  "\n"
	  "The dependency commands operate on that file, making it easy to synchronize\n"
	  "between the desired dependencies and the actual dependencies stored in the\n"
	  "'charts/' directory.\n"
	  "\n"
	  "For example, this Chart.yaml declares two dependencies:\n"
	  "\n"
	  "    # Chart.yaml\n"
	  "    dependencies:\n"
	  "    - name: nginx\n"
	  "      version: \"1.2.3\"\n"
	  "      repository: \"https://example.com/charts\"\n"
	  "    - name: memcached\n"
	  "      version: \"3.2.1\"\n"
	  "      repository: \"https://another.example.com/charts\"\n"
	  "\n"
	  "\n"
	  "The 'name' should be the name of a chart, where that name must match the name\n"
	  "in that chart's 'Chart.yaml' file.\n"
	  "\n"
	  "The 'version' field should contain a semantic version or version range.\n"
	  "\n"
	  "The 'repository' URL should point to a Chart Repository. Helm expects that by\n"
	  "appending '/index.yaml' to the URL, it should be able to retrieve the chart\n"
	  "repository's index. Note: 'repository' can be an alias. The alias must start\n"
	  "with 'alias:' or '@'.\n"
	  "\n"
	  "Starting from 2.2.0, repository can be defined as the path to the directory of\n"
	  "the dependency charts stored locally. The path should start with a prefix of\n"
	  "\"file://\". For example,\n"
	  "\n"
	  "    # Chart.yaml\n"
	  "    dependencies:\n"
	  "    - name: nginx\n"
	  "      version: \"1.2.3\"\n"
	  "      repository: \"file://../dependency_chart/nginx\"\n"
	  "\n"
	  "If the dependency chart is retrieved locally, it is not required to have the\n"
	  "repository added to helm by \"helm add repo\". Version matching is also supported\n"
	  "for this case.\n"
	  "\n"
	  "Usage:\n"
	  "  helm dependency [command]\n"
	  "\n"
	  "Aliases:\n"
	  "  dependency, dep, dependencies\n"
	  "\n"
	  "Available Commands:\n"
	  "  build       rebuild the charts/ directory based on the Chart.lock file\n"
	  "  list        list the dependencies for the given chart\n"
	  "  update      update charts/ based on the contents of Chart.yaml\n"
	  "\n" },
	{ "repo",
	  "\n"
	  "This command consists of multiple subcommands to interact with chart repositories.\n"
	  "\n"
	  "It can be used to add, remove, list, and index chart repositories.\n"
	  "\n"
	  "Usage:\n"
	  "  helm repo [command]\n"
	  "\n"
	  "Available Commands:\n"
	  "  add         add a chart repository\n"
	  "  index       generate an index file given a directory containing packaged charts\n"
	  "  list        list chart repositories\n"
	  "  remove      remove one or more chart repositories\n"
	  "  update      update information of available charts locally from chart repositories\n"
	  "\n" },
	{ "show",
	  "\n"
	  "This command consists of multiple subcommands to display information about a chart\n"
	  "\n"
	  "Usage:\n"
	  "  helm show [command]\n"
	  "\n"
	  "Aliases:\n"
	  "  show, inspect\n"
	  "\n"
	  "Available Commands:\n"
	  "  all         show all information of the chart\n"
	  "  chart       show the chart's definition\n"
	  "  crds        show the chart's CRDs\n"
	  "  readme      show the chart's README\n"
	  "  values      show the chart's values\n"
	  "\n" },
};

enum { HELM3 = 1, HELM4 = 2, BOTH = HELM3 | HELM4 };

/* Flags of every command; `variable` gives a default (helm_about.c). */
static const struct {
	int engines;
	const char *flag, *type, *text, *variable;
} flags[] = {
	{ BOTH, "    --burst-limit", "int",
	  "client-side default throttling limit", "HELM_BURST_LIMIT" },
	{ HELM4, "    --color", "string",
	  "use colored output (never, auto, always)", NULL },
	{ HELM4, "    --colour", "string",
	  "use colored output (never, auto, always)", NULL },
	{ HELM4, "    --content-cache", "string",
	  "path to the directory containing cached content (e.g. charts)", "HELM_CONTENT_CACHE" },
	{ BOTH, "    --debug", "",
	  "enable verbose output", "HELM_DEBUG" },
	{ BOTH, "    --kube-apiserver", "string",
	  "the address and the port for the Kubernetes API server", "HELM_KUBEAPISERVER" },
	{ BOTH, "    --kube-as-group", "stringArray",
	  "group to impersonate for the operation, this flag can be repeated to specify multiple groups.", "HELM_KUBEASGROUPS" },
	{ BOTH, "    --kube-as-user", "string",
	  "username to impersonate for the operation", "HELM_KUBEASUSER" },
	{ BOTH, "    --kube-ca-file", "string",
	  "the certificate authority file for the Kubernetes API server connection", "HELM_KUBECAFILE" },
	{ BOTH, "    --kube-context", "string",
	  "name of the kubeconfig context to use", "HELM_KUBECONTEXT" },
	{ BOTH, "    --kube-insecure-skip-tls-verify", "",
	  "if true, the Kubernetes API server's certificate will not be checked for validity. This will make your HTTPS connections insecure", "HELM_KUBEINSECURE_SKIP_TLS_VERIFY" },
	{ BOTH, "    --kube-tls-server-name", "string",
	  "server name to use for Kubernetes API server certificate validation. If it is not provided, the hostname used to contact the server is used", "HELM_KUBETLS_SERVER_NAME" },
	{ BOTH, "    --kube-token", "string",
	  "bearer token used for authentication", "HELM_KUBETOKEN" },
	{ BOTH, "    --kubeconfig", "string",
	  "path to the kubeconfig file", NULL },
	{ BOTH, "-n, --namespace", "string",
	  "namespace scope for this request", NULL },
	{ BOTH, "    --qps", "float32",
	  "queries per second used when communicating with the Kubernetes API, not including bursting", "HELM_QPS" },
	{ BOTH, "    --registry-config", "string",
	  "path to the registry config file", "HELM_REGISTRY_CONFIG" },
	{ BOTH, "    --repository-cache", "string",
	  "path to the directory containing cached repository indexes", "HELM_REPOSITORY_CACHE" },
	{ BOTH, "    --repository-config", "string",
	  "path to the file containing repository names and URLs", "HELM_REPOSITORY_CONFIG" },
};

static kv_str from_environment(const char *name, const char *usual)
{
	const char *value = getenv(name);
	return kv_str_c(value && *value ? value : usual);
}

/* As pflag shows a default; nothing where it is none. */
static kv_str default_of(struct cli_helm *h, const char *flag, const char *type, const char *variable)
{
	struct kv_arena *a = h->job->arena;
	kv_str value = KV_S("");
	if (variable)
		value = cli_helm_variable(h, variable);
	else if (strstr(flag, "--namespace"))
		value = from_environment("HELM_NAMESPACE", "");
	else if (strstr(flag, "--colo"))
		value = from_environment("HELM_COLOR", "auto");
	if (strcmp(type, "int") == 0)
		return kv_arena_cat(a, KV_S(" (default "), value, KV_S(")"));
	if (strcmp(type, "float32") == 0) {
		double rate = strtod(kv_arena_cstr(a, value), NULL);
		return rate != 0 ? kv_arena_printf(a, " (default %g)", rate) : KV_S("");
	}
	if (!value.n || (!*type && !kv_str_eq(value, KV_S("true"))))
		return KV_S("");
	if (!*type)
		return KV_S(" (default true)");
	return strcmp(type, "string") == 0 ? kv_arena_cat(a, KV_S(" (default \""), value, KV_S("\")"))
					   : kv_arena_cat(a, KV_S(" (default ["), value, KV_S("])"));
}

void cli_helm_explain(struct cli_helm *h, const char *family)
{
	enum { COLUMN = 38 }; /* the longest flag of all, and three blanks */
	int engine = h->engine == RND_HELM3 ? HELM3 : HELM4;
	for (size_t i = 0; i < KV_COUNT(families); i++)
		if (strcmp(families[i].family, family) == 0)
			kv_buf_str(&h->out, kv_str_c(families[i].text));
	kv_buf_printf(&h->out, "Flags:\n  -h, --help   help for %s\n\nGlobal Flags:\n", family);
	for (size_t i = 0; i < KV_COUNT(flags); i++) {
		if (!(flags[i].engines & engine))
			continue;
		kv_str flag = kv_arena_printf(h->job->arena, "%s%s%s", flags[i].flag, *flags[i].type ? " " : "", flags[i].type);
		kv_buf_printf(&h->out, "  %-*s%s%.*s\n", COLUMN, flag.p, flags[i].text,
			      KV_ARG(default_of(h, flags[i].flag, flags[i].type, flags[i].variable)));
	}
	kv_buf_printf(&h->out, "\nUse \"helm %s [command] --help\" for more information about a command.\n", family);
}
