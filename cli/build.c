/* cli/build.c: kvendor build DIR, as kustomize build (kustomize/commands/build). */
#include <stdlib.h>

#include "base/file.h"
#include "cli/command.h"
#include "cli/engine.h"
#include "cli/random.h"
#include "cli/report.h"
#include "krm/folder.h"
#include "krm/scalar.h"
#include "render/kustomize/build.h"
#include "tree/lock.h"

struct build_options {
	kv_str output, kustomize_compat, load_restrictor, reorder, helm_command, helm_kube_version,
		network_name, engine, random;
	bool keep_text, enable_alpha_plugins, enable_exec, enable_helm, helm_debug, enable_managedby_label,
		network, as_current_user, stack_trace;
	struct cli_list helm_api_versions, env, mounts;
};

#define AT(field) offsetof(struct build_options, field)

/* clang-format off: one option a row */
static const struct cli_option options[] = {
	{ 'o', "output", CLI_VALUE, AT(output), "PATH",
	  .help = "write to this file, or one file for each object into this folder" },
	{ 0, "load-restrictor", CLI_VALUE, AT(load_restrictor), "NAME",
	  .help = "LoadRestrictionsNone allows files outside the folder of their kustomization" },
	{ 0, "enable-helm", CLI_FLAG, AT(enable_helm), .help = "render helmCharts" },
	{ 0, "helm-command", CLI_VALUE, AT(helm_command), "PATH", .help = "accepted and ignored: no program is run" },
	{ 0, "helm-api-versions", CLI_EACH, AT(helm_api_versions), "VERSION", .help = "added to .Capabilities.APIVersions of charts" },
	{ 0, "helm-kube-version", CLI_VALUE, AT(helm_kube_version), "VERSION", .help = ".Capabilities.KubeVersion of charts" },
	{ 0, "helm-debug", CLI_FLAG, AT(helm_debug), .help = "" },
	{ 0, "engine", CLI_VALUE, AT(engine), "ENGINE", .help = "Helm to match: helm4 or helm3" },
	CLI_RANDOM_OPTION(AT(random)),
	{ 0, "kustomize-compat", CLI_VALUE, AT(kustomize_compat), "VERSION",
	  .help = "set namespaces as kustomize 5.7, 5.8.0 or 5.8.1 does" },
	{ 0, "keep-text", CLI_FLAG, AT(keep_text), .help = "keep text that kustomize would damage" },
	{ 0, "enable-alpha-plugins", CLI_FLAG, AT(enable_alpha_plugins), .help = "enable kustomize plugins" },
	{ 0, "enable-exec", CLI_FLAG, AT(enable_exec), .help = "allow KRM functions that are executables" },
	{ 'e', "env", CLI_EACH, AT(env), "NAME[=VALUE]", .help = "environment variable for functions" },
	{ 0, "as-current-user", CLI_FLAG, AT(as_current_user), .help = "run functions with this user and group" },
	{ 0, "network", CLI_FLAG, AT(network), .help = "allow network access to functions that declare it" },
	{ 0, "network-name", CLI_VALUE, AT(network_name), "NAME", .help = "" },
	{ 0, "mount", CLI_EACH, AT(mounts), "OPTIONS", .help = "storage to mount for functions" },
	{ 0, "reorder", CLI_VALUE, AT(reorder), "ORDER", .help = "deprecated: legacy or none; see sortOptions" },
	{ 0, "stack-trace", CLI_FLAG, AT(stack_trace), .help = "" },
	{ 0, "enable-managedby-label", CLI_FLAG, AT(enable_managedby_label),
	  .help = "deprecated: see buildMetadata" },
};
/* clang-format on */

static void warn_deprecated(struct kv_job *job, const struct build_options *o)
{
	if (o->reorder.p)
		kv_warn_verbatim(
			job, KV_S("Flag --reorder has been deprecated, use the new 'sortOptions' field in "
				  "kustomization.yaml instead."));
	if (o->enable_managedby_label)
		kv_warn_verbatim(job, KV_S("Flag --enable-managedby-label has been deprecated, The flag "
					   "`enable-managedby-label` has been deprecated. Use the "
					   "`managedByLabel` option in the "
					   "`buildMetadata` field instead."));
}

static int check_choice(struct kv_job *job, const char *flag, kv_str value, const char *a, const char *b)
{
	if (!value.p || kv_str_eq(value, kv_str_c(a)) || kv_str_eq(value, kv_str_c(b)))
		return 0;
	return kv_error(job, 0, "illegal flag value --%s %.*s; legal values: [%s %s]", flag, KV_ARG(value), a,
			b);
}

static int to_build(struct kv_job *job, const struct build_options *o, struct rnd_build_options *ret)
{
	const char *managed_by = getenv("KUSTOMIZE_ENABLE_MANAGEDBY_LABEL");
	bool os;
	kv_str env = cli_engine_environment(), wanted = o->engine.p ? o->engine : env.p ? env : KV_S("helm4");

	if (cli_random_read(job, o->random, &os) < 0 ||
	    check_choice(job, "load-restrictor", o->load_restrictor, "LoadRestrictionsRootOnly",
			 "LoadRestrictionsNone") < 0 ||
	    check_choice(job, "reorder", o->reorder, "legacy", "none") < 0 ||
	    check_choice(job, "engine", wanted, "helm4", "helm3") < 0)
		return -1;
	*ret = (struct rnd_build_options){
		.chance = { .os = os },
		/* Plugins bring Helm with them (types.EnabledPluginConfig). */
		.enable_helm = o->enable_helm || o->enable_alpha_plugins,
		.enable_alpha_plugins = o->enable_alpha_plugins,
		.enable_exec = o->enable_exec,
		.load_restrictions_none = kv_str_eq(o->load_restrictor, KV_S("LoadRestrictionsNone")),
		.engine = kv_str_eq(wanted, KV_S("helm3")) ? RND_HELM3 : RND_HELM4,
		.keep_text = o->keep_text,
		.reorder = o->reorder.p ? o->reorder : KV_S(""),
		.helm_command = o->helm_command.p ? o->helm_command : KV_S("helm"),
		.helm_kube_version = o->helm_kube_version.p ? o->helm_kube_version : KV_S(""),
		.helm_api_versions = o->helm_api_versions.v,
		.nhelm_api_versions = o->helm_api_versions.n,
		.env = o->env.v,
		.nenv = o->env.n,
		.mounts = o->mounts.v,
		.nmounts = o->mounts.n,
		.network = o->network,
		.as_current_user = o->as_current_user,
		.enable_managedby =
			o->enable_managedby_label || (managed_by && strcmp(managed_by, "on") == 0),
	};
	return o->kustomize_compat.p ? rnd_kustomize_parse(job, 0, o->kustomize_compat, &ret->kustomize) : 0;
}

static int find_root(struct kv_job *job, kv_str dir, kv_str *ret)
{
	enum kv_file_kind kind = kv_file_kind(dir);
	struct rnd_git_url url;
	kv_str why;

	if (rnd_git_url_parse(job->arena, dir, &url, &why)) {
		*ret = dir;
		return 0;
	}
	if (kind == KV_FILE_DIR)
		return kv_path_real(job, dir, ret);
	if (kind == KV_FILE_NONE)
		return kv_error(job, 0, "must build at directory: not a valid directory: '%.*s': no such file or directory",
				KV_ARG(dir));
	return kv_error(job, 0, "must build at directory: '%.*s': file is not directory", KV_ARG(dir));
}

static int write_folder(struct kv_job *job, kv_str dir, const struct krm_resources *list)
{
	bool namespaces = krm_has_several_namespaces(list);

	for (size_t i = 0; i < list->n; i++) {
		struct krm_resources one = { &list->v[i], 1, 1 };
		struct kv_buf out;

		kv_buf_init(&out, job->arena, KV_BUF_MAX);
		krm_scalar_decode(job, &list->v[i]->obj);
		if (krm_resources_write(job, &one, &out) < 0 ||
		    kv_file_write(job, kv_path_join(job->arena, dir, krm_folder_name(job, list->v[i], namespaces)),
				  kv_buf_view(&out)) < 0)
			return -1;
	}
	return 0;
}

/* Up to the first size an output is printed at once; then in pieces, as a pipe takes them. */
enum { SMALL_OUTPUT = 128 << 10, PIECE = 64 << 10 };

/* A large output never lies in memory as a whole; but where something may turn out to be unprintable nothing is printed before
 * all is. */
static int print_all(struct kv_job *job, const struct krm_resources *list)
{
	size_t most = SMALL_OUTPUT;
	struct kv_buf out;

	kv_buf_init(&out, job->arena, KV_BUF_MAX);
	kv_buf_reserve(&out, SMALL_OUTPUT + PIECE);
	for (size_t i = 0; i < list->n; i++) {
		struct krm_resources one = { &list->v[i], 1, 1 };

		if (i)
			kv_buf_lit(&out, "---\n");
		if (krm_resources_write(job, &one, &out) < 0)
			return -1;
		if (out.n < most)
			continue;
		if (most == SMALL_OUTPUT) {
			struct krm_resources rest = { list->v + i, list->n - i, list->n - i };

			most = krm_resources_are_printable(job, &rest) ? PIECE : SIZE_MAX;
		}
		if (most == SIZE_MAX)
			continue;
		if (cli_print(kv_buf_view(&out)) < 0)
			return -1;
		out.n = 0;
	}
	return cli_print(kv_buf_view(&out));
}

static int write_out(struct kv_job *job, kv_str output, const struct krm_resources *list)
{
	struct kv_buf out;

	if (!output.n)
		return print_all(job, list);
	kv_buf_init(&out, job->arena, KV_BUF_MAX);
	if (krm_resources_write(job, list, &out) < 0)
		return -1;
	return kv_file_write(job, output, kv_buf_view(&out));
}

static bool is_folder(kv_str output)
{
	return output.n && kv_file_kind(output) == KV_FILE_DIR;
}

/* What kvendor.lock pins holds here too; what it does not pin is fetched as kustomize does. */
static int read_pins(struct kv_job *job, struct rnd_fetch_options *ret, struct rnd_pins *ret_pins)
{
	struct tree_repo repo;

	if (tree_repo_find(job, &repo) < 0 || tree_pins_read(job, &repo, ret_pins) < 0)
		return -1;
	rnd_fetch_environment(job, ret);
	ret->pins = ret_pins;
	return 0;
}

static int build(struct kv_job *job, const struct build_options *o, const struct cli_list *args)
{
	struct rnd_build_options build_options;
	struct krm_resources list = { 0 };
	struct rnd_fetch_options fetch = { 0 };
	struct rnd_fetcher fetcher;
	struct rnd_pins pins;
	kv_str root;

	job->decoded = is_folder(o->output);
	warn_deprecated(job, o);
	if (args->n > 1)
		return kv_error(job, 0, "specify one path to kustomization.yaml");
	if (to_build(job, o, &build_options) < 0 ||
	    find_root(job, args->n ? args->v[0] : KV_S("."), &root) < 0 || read_pins(job, &fetch, &pins) < 0)
		return -1;
	rnd_fetcher_init(&fetcher, job, &fetch);
	build_options.fetcher = &fetcher;
	if (rnd_build(job, root, &build_options, &list) < 0)
		return -1;
	if (job->decoded)
		return write_folder(job, o->output, &list);
	return write_out(job, o->output.p ? o->output : KV_S(""), &list);
}

static int run(int argc, char **argv)
{
	struct kv_job *job = kv_job_new();
	struct build_options o = { .enable_helm = false };
	struct cli_list args = { 0 };
	int failed = 0;

	if (cli_parse(job, &cli_command_build, argc, argv, &o, &args) == CLI_PARSED)
		failed = build(job, &o, &args) < 0;
	/* What standard output could not take is an error that the job does not know of. */
	int status = cli_end_imitating(job);

	return failed ? 1 : status;
}

const struct cli_command cli_command_build = {
	"build", "[DIR]",           "Print what kustomize build prints",
	options, KV_COUNT(options), "Exit status: 0 or 1, as kustomize ends.\n",
	run,
};
