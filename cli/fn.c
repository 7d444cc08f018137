/* cli/fn.c: kvendor fn. */
#include "cli/fn.h"

#include <stdlib.h>

#include "base/file.h"
#include "cli/command.h"
#include "cli/report.h"
#include "tree/function.h"

static const kv_str input_name = KV_STR("standard input");

/* The diagnostics once more, for the host. */
static struct krm_result *results_of(struct kv_job *job, size_t *ret_n)
{
	struct krm_result *results = KV_NEW_N(job->arena, struct krm_result, job->nerrors + job->nwarnings);
	size_t n = 0;
	for (const struct kv_diag *d = job->diags; d; d = d->next) {
		struct kv_place place;
		bool placed = kv_source_find(job, d->pos, &place);
		kv_str file = placed ? place.file : d->file;
		/* The list itself is no file of the package. */
		if (kv_str_eq(file, input_name))
			file = KV_S("");
		results[n++] = (struct krm_result){ .severity = d->severity, .message = d->text, .file = file };
	}
	*ret_n = n;
	return results;
}

static int call(struct kv_job *job, struct krm_resource_list *list)
{
	struct tree_produce_options options = { 0 };
	const char *env = getenv("KVENDOR_ENGINE");
	options.has_env_engine = env && *env;
	if (options.has_env_engine && tree_engine_parse(job, 0, kv_str_c(env), &options.env_engine) < 0)
		return -1;
	return tree_function(job, list, &options);
}

static int reply(struct kv_job *job, const struct krm_resource_list *list)
{
	struct kv_buf out;
	size_t nresults;
	struct krm_result *results = results_of(job, &nresults);
	kv_buf_init(&out, job->arena, KV_BUF_MAX);
	if (krm_resource_list_write(job, list, results, nresults, &out) < 0)
		return -1;
	return cli_print(kv_buf_view(&out));
}

int cli_fn(struct kv_job *job, kv_str head)
{
	struct krm_resource_list list;
	kv_str rest;
	int failed = kv_stdin_read(job, &rest) < 0 ||
		     krm_resource_list_read(job, input_name, kv_arena_cat(job->arena, head, rest), &list) < 0;
	/* A failing function still answers with the list it was given. */
	if (!failed) {
		failed = call(job, &list) < 0;
		failed |= reply(job, &list) < 0;
	}
	cli_report(job);
	return failed || cli_status(job) != CLI_OK;
}

static int run(int argc, char **argv)
{
	struct kv_job *job = kv_job_new();
	struct cli_list args = { 0 };
	enum cli_parsed parsed = cli_parse(job, &cli_command_fn, argc, argv, NULL, &args);
	int status = 0;
	if (parsed == CLI_PARSED && args.n)
		kv_error(job, 0, "fn takes no argument: a ResourceList comes on standard input");
	if (parsed != CLI_PARSED || args.n)
		return cli_end_imitating(job);
	status = cli_fn(job, KV_S(""));
	kv_job_free(job);
	return status;
}

const struct cli_command cli_command_fn = {
	"fn",
	"",
	"Be a KRM function: ResourceList on standard input, reply on standard output",
	NULL,
	0,
	"The functionConfig is a configuration of kind Config or Vendor. With sources it generates, without "
	"them the items\n"
	"are filtered and laid out. Exit status: 0, or 1 after an error.\n",
	run
};
