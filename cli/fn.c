/* cli/fn.c: kvendor fn, and the same as a plugin of kustomize's plugin directory. */
#include "cli/fn.h"

#include <stdlib.h>

#include "base/file.h"
#include "cli/command.h"
#include "cli/engine.h"
#include "cli/fn_results.h"
#include "cli/report.h"
#include "krm/yaml.h"
#include "tree/function.h"

static int call(struct kv_job *job, struct krm_resource_list *list, enum tree_host host)
{
	struct rnd_fetch_options fetch = { 0 };
	struct tree_produce_options options = { .fetch = &fetch };
	rnd_fetch_environment(job, &fetch);
	if (cli_engine_options(job, (kv_str){ 0 }, &options) < 0)
		return -1;
	return tree_function(job, list, host, &options);
}

static int end(struct kv_job *job, const struct krm_resource_list *came)
{
	struct kv_buf out;
	kv_buf_init(&out, job->arena, KV_BUF_MAX);
	cli_fn_results_print(job, came, &out);
	cli_tell(kv_buf_view(&out));
	return cli_status(job) == CLI_OK ? 0 : 1;
}

/* --- ResourceLists ---------------------------------------------------------------------------- */

static int reply(struct kv_job *job, const struct krm_resource_list *came,
		 const struct krm_resource_list *goes)
{
	struct kv_buf out[2];
	size_t nresults;
	struct krm_result *results;
	cli_fn_results(job, came, &results, &nresults);
	if (krm_resource_list_write(job, goes, results, nresults, out) < 0)
		return -1;
	return cli_print(kv_buf_view(&out[0])) < 0 ? -1 : cli_print(kv_buf_view(&out[1]));
}

int cli_fn(struct kv_job *job, kv_str head)
{
	struct krm_resource_list came = { 0 };
	kv_str rest;
	if (kv_stdin_read(job, &rest) == 0 &&
	    krm_resource_list_read(job, cli_fn_input, head.n ? kv_arena_cat(job->arena, head, rest) : rest,
				   &came) == 0) {
		/* A failing function still answers with the list it was given. */
		struct krm_resource_list goes = came;
		if (call(job, &goes, TREE_HOST_UNKNOWN) < 0) {
			krm_resource_list_revert(&came);
			goes = came;
		}
		if (reply(job, &came, &goes) < 0 && cli_status(job) == CLI_OK)
			return 1;
	} else if (reply(job, &came, &came) < 0) {
		return 1;
	}
	return end(job, &came);
}

/* --- kustomize's plugin directory ------------------------------------------------------------- */

bool cli_fn_is_plugin(int argc, char **argv)
{
	bool called = getenv("KUSTOMIZE_PLUGIN_CONFIG_STRING") || getenv("KUSTOMIZE_PLUGIN_CONFIG_ROOT");
	return argc > 1 && called && kv_file_kind(kv_str_c(argv[1])) == KV_FILE_REGULAR;
}

/* The configuration comes in a file, the items as documents: none for a generator. */
static int read_plugin(struct kv_job *job, const char *config, struct krm_resource_list *ret)
{
	struct krm_resources items = { 0 };
	kv_str text, documents;
	if (kv_file_read(job, kv_str_c(config), &text) < 0 ||
	    krm_yaml_read(job, KV_S("configuration"), text, KRM_YAML_KUSTOMIZE, &ret->function_config) < 0 ||
	    kv_stdin_read(job, &documents) < 0 ||
	    krm_resources_read(job, cli_fn_input, documents, (struct krm_origin){ 0 }, 0, &items) < 0)
		return -1;
	ret->has_items = true;
	for (size_t i = 0; i < items.n; i++) {
		struct krm_item item = { .resource = items.v[i], .raw = KV_STR("") };
		KV_PUSH(job->arena, ret->items, ret->n, ret->cap, item);
	}
	return 0;
}

static int print_documents(struct kv_job *job, const struct krm_resource_list *list)
{
	struct krm_resources resources = { 0 };
	struct kv_buf out;
	kv_buf_init(&out, job->arena, KV_BUF_MAX);
	for (size_t i = 0; i < list->n; i++)
		krm_resources_push(job->arena, &resources, list->items[i].resource);
	if (krm_resources_write(job, &resources, &out) < 0)
		return -1;
	return cli_print(kv_buf_view(&out));
}

int cli_fn_plugin(char **argv)
{
	struct kv_job *job = kv_job_new();
	struct krm_resource_list list = { 0 };
	/* What a failing plugin prints is not looked at. */
	int failed = read_plugin(job, argv[1], &list) < 0 || call(job, &list, TREE_HOST_KUSTOMIZE) < 0 ||
		     print_documents(job, &list) < 0;
	int status = end(job, &list);
	kv_job_free(job);
	return failed ? 1 : status;
}

/* --- the command ------------------------------------------------------------------------------ */

struct options {
	bool schema;
};

static int print_schema(struct kv_job *job)
{
	struct kv_buf out;
	kv_str error;
	kv_buf_init(&out, job->arena, KV_BUF_MAX);
	if (krm_yaml_write(job, tree_config_schema(job->arena), &out, &error) < 0)
		return kv_error(job, 0, "%.*s", KV_ARG(error));
	return cli_print(kv_buf_view(&out));
}

static int run(int argc, char **argv)
{
	struct kv_job *job = kv_job_new();
	struct options options = { 0 };
	struct cli_list args = { 0 };
	enum cli_parsed parsed = cli_parse(job, &cli_command_fn, argc, argv, &options, &args);
	int status = 0;
	if (parsed == CLI_PARSED && args.n)
		kv_error(job, 0, "fn takes no argument: a ResourceList comes on standard input");
	if (parsed != CLI_PARSED || args.n)
		return cli_end_imitating(job);
	status = options.schema ? -print_schema(job) : cli_fn(job, KV_S(""));
	kv_job_free(job);
	return status;
}

static const struct cli_option rows[] = {
	{ 0, "schema", CLI_FLAG, offsetof(struct options, schema),
	  .help = "print the OpenAPI schema of the functionConfig" },
};

const struct cli_command cli_command_fn = {
	"fn",
	"",
	"Run as a KRM function: ResourceList on standard input, result on standard output",
	rows,
	KV_COUNT(rows),
	"The functionConfig is of kind Config, Vendor or ConfigMap. With sources it generates resources; without, it\n"
	"filters the items and lays them out; with \"mode: validate\" it only checks them.\n"
	"Exit status: 0, or 1 after an error.\n",
	run
};
