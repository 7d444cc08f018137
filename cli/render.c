/* cli/render.c: kvendor [render]: writes all units, with kubesource's console text. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/interrupt.h"
#include "cli/command.h"
#include "cli/report.h"
#include "tree/vendor.h"
#include "tree/write.h"

struct render_options {
	kv_str directory, engine;
	int64_t jobs;
};

static const struct cli_option options[] = {
	{ 'C', "directory", CLI_VALUE, offsetof(struct render_options, directory), "DIR", "work there",
	  NULL },
	{ 0, "engine", CLI_VALUE, offsetof(struct render_options, engine), "ENGINE",
	  "helm4 or helm3, whatever the units say", NULL },
	{ 'j', "jobs", CLI_NUMBER, offsetof(struct render_options, jobs), "N", "render N units at a time",
	  NULL },
};

static int read_engines(struct kv_job *job, const struct render_options *o, struct tree_produce_options *ret)
{
	const char *env = getenv("KVENDOR_ENGINE");
	ret->has_engine = o->engine.p != NULL;
	ret->has_env_engine = env && *env;
	if (ret->has_engine && tree_engine_parse(job, 0, o->engine, &ret->engine) < 0)
		return -1;
	if (ret->has_env_engine && tree_engine_parse(job, 0, kv_str_c(env), &ret->env_engine) < 0) {
		kv_note(job, 0, "KVENDOR_ENGINE says so");
		return -1;
	}
	return 0;
}

static int check_options(struct kv_job *job, const struct render_options *o, const struct cli_list *args,
			 struct tree_produce_options *ret)
{
	if (args->n)
		return kv_error(
			job, 0,
			"render takes no argument: all units below the working directory are rendered");
	if (o->jobs < 0)
		return kv_error(job, 0, "--jobs must be a positive number");
	ret->threads = (size_t)o->jobs;
	if (o->directory.p && chdir(kv_arena_cstr(job->arena, o->directory)) < 0)
		return kv_error_file(job, o->directory, "it cannot be made the working directory");
	return read_engines(job, o, ret);
}

/* No unit is no error, but whoever misspelt a name should learn it. */
static void report_nothing(struct kv_job *job, const struct tree_repo *repo)
{
	struct kv_buf out;
	kv_buf_init(&out, job->arena, KV_BUF_MAX);
	kv_buf_lit(&out, "note: no kubesource.yaml or kvendor.yaml below the working directory\n");
	for (size_t i = 0; i < repo->nmisnamed; i++)
		kv_buf_printf(&out,
			      "%.*s: note: this name is not looked for, kubesource.yaml or kvendor.yaml is\n",
			      KV_ARG(repo->misnamed[i]));
	cli_tell(kv_buf_view(&out));
}

/* The runs of hooks and of people meet; the later one waits. */
static int lock(struct kv_job *job, kv_str root)
{
	bool busy;
	int fd = tree_lock(job, root, false, &busy);
	if (fd >= 0 || !busy)
		return fd;
	cli_tell(KV_S("note: another run is writing in this repository, waiting for it\n"));
	return tree_lock(job, root, true, &busy);
}

/* 2 before 3 before 0: what a person must mend comes before what the network may. */
static int worse(int a, int b)
{
	static const int rank[] = { [CLI_OK] = 0, [CLI_FOUND] = 1, [CLI_MISSING] = 2, [CLI_FAILED] = 3 };
	return rank[a] > rank[b] ? a : b;
}

static int report(const struct tree_repo *repo, const struct tree_outcome *outcomes)
{
	int status = CLI_OK;
	for (size_t i = 0; i < repo->nunits; i++) {
		if (cli_print(kv_buf_view(&outcomes[i].console)) < 0)
			status = CLI_FAILED;
		cli_report(outcomes[i].unit->job);
		int unit = cli_status(outcomes[i].unit->job);
		status = worse(status, outcomes[i].unit->failed && unit == CLI_OK ? CLI_FAILED : unit);
	}
	return status;
}

static int vendor(struct kv_job *job, struct tree_repo *repo, const struct tree_produce_options *o)
{
	struct tree_outcome *outcomes;
	int lock_fd = lock(job, repo->root);
	if (lock_fd < 0)
		return CLI_FAILED;
	int searched = tree_discover(job, repo);
	if (!repo->nunits)
		report_nothing(job, repo);
	int status = tree_vendor(job, repo, o, &outcomes) < 0 ? CLI_FAILED : report(repo, outcomes);
	close(lock_fd);
	return searched < 0 ? CLI_FAILED : status;
}

static int run(int argc, char **argv)
{
	struct kv_job *job = kv_job_new();
	struct render_options o = { .jobs = 0 };
	struct tree_produce_options vendor_options = { 0 };
	struct cli_list args = { 0 };
	struct tree_repo repo;
	enum cli_parsed parsed = cli_parse(job, &cli_command_render, argc, argv, &o, &args);
	if (parsed != CLI_PARSED || check_options(job, &o, &args, &vendor_options) < 0 ||
	    tree_repo_open(job, &repo) < 0)
		return cli_end(job);
	int status = vendor(job, &repo, &vendor_options);
	tree_repo_close(&repo);
	return worse(status, cli_end(job));
}

const struct cli_command cli_command_render = { "render",
						"",
						"Write all units below the working directory",
						options,
						KV_COUNT(options),
						"Exit status: 0 all units done; 2 something must be mended; "
						"3 something must be downloaded and could not be.\n",
						run };
