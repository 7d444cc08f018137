/* cli/plan.c: kvendor plan: lists units and the keys of their results, and the jobs of a matrix. */
#include "cli/command.h"
#include "cli/findings.h"
#include "cli/report.h"
#include "cli/units.h"
#include "krm/json.h"
#include "krm/value.h"

struct plan_options {
	struct cli_unit_options units;
	struct cli_result_options results;
	int64_t matrix; /* jobs; NO_MATRIX: not given */
};
#define NO_MATRIX INT64_MIN

static const struct cli_option options[] = {
	CLI_UNIT_OPTIONS(struct plan_options, units),
	CLI_RESULT_OPTIONS(struct plan_options, results),
	{ 0, "matrix", CLI_NUMBER, offsetof(struct plan_options, matrix), "N",
	  .help = "print a matrix of at most N jobs, without those that have nothing to render" },
};

/* All units that are looked at. */
static krm_val units(struct kv_arena *a, const struct tree_repo *repo, const struct tree_product *products)
{
	krm_val list = krm_list(a, KRM_OF_ANY);
	for (size_t i = 0; i < repo->nunits; i++) {
		const struct tree_product *p = &products[i];
		if (p->skipped || p->unit->failed)
			continue;
		krm_list_push(a, list.l,
			      cli_map(a, "unit", krm_string(a, p->unit->name), "configuration",
				      krm_string(a, p->unit->file), "key",
				      p->key.n ? krm_string(a, p->key) : krm_nil(), "cached",
				      krm_bool(p->cached), NULL));
	}
	return list;
}

/* One job for each shard that has something to render. */
static krm_val shards(struct kv_arena *a, const struct tree_repo *repo, const struct tree_product *products,
		      size_t n)
{
	krm_val list = krm_list(a, KRM_OF_ANY);
	for (size_t k = 0; k < n && k < repo->nunits; k++) {
		krm_val names = krm_list(a, KRM_OF_ANY);
		for (size_t i = k; i < repo->nunits; i += n)
			if (!products[i].skipped && !products[i].cached && !products[i].unit->failed)
				krm_list_push(a, names.l, krm_string(a, products[i].unit->name));
		if (!names.l->n)
			continue;
		kv_str shard = kv_arena_printf(a, "%zu/%zu", k + 1, n);
		krm_list_push(a, list.l, cli_map(a, "shard", krm_string(a, shard), "units", names, NULL));
	}
	return list;
}

static int plan(struct kv_job *job, struct tree_repo *repo, struct tree_produce_options *produce,
		const struct plan_options *o)
{
	struct kv_arena *a = job->arena;
	int status = tree_discover(job, repo, produce) < 0 ? CLI_FAILED : CLI_OK;
	produce->keys_only = true;
	struct tree_product *products = tree_produce(job, repo, produce);
	if (!products)
		return CLI_FAILED;
	for (size_t i = 0; i < repo->nunits; i++)
		status = cli_worse(status, cli_unit_report(repo->units[i]));
	bool matrix = o->matrix != NO_MATRIX;
	krm_val doc = matrix ? cli_map(a, "include", shards(a, repo, products, (size_t)o->matrix), NULL)
			     : cli_map(a, "units", units(a, repo, products), NULL);
	struct kv_buf out;
	kv_str error;
	kv_buf_init(&out, a, KV_BUF_MAX);
	/* A matrix goes to a variable of one line. */
	if (krm_json_write(job, doc, (struct krm_json_style){ .indent = matrix ? NULL : "  " }, &out, &error) < 0)
		return CLI_FAILED;
	kv_buf_c(&out, '\n');
	return cli_print(kv_buf_view(&out)) < 0 ? CLI_FAILED : status;
}

/* GitHub takes 256 jobs of one matrix, others fewer. */
#define MOST_SHARDS 10000

static int run(int argc, char **argv)
{
	struct kv_job *job = kv_job_new();
	struct plan_options o = { .matrix = NO_MATRIX };
	struct tree_produce_options produce = { 0 };
	struct cli_list args = { 0 };
	struct tree_repo repo;
	if (cli_parse(job, &cli_command_plan, argc, argv, &o, &args) != CLI_PARSED)
		return cli_end(job);
	if (args.n)
		kv_error(job, 0, "plan takes no argument");
	if (o.matrix != NO_MATRIX && (o.matrix < 1 || o.matrix > MOST_SHARDS))
		kv_error(job, 0, "--matrix must be a number of jobs from 1 to %d", MOST_SHARDS);
	if (job->nerrors || cli_units_options(job, &o.units, &produce) < 0 ||
	    cli_result_options(job, &o.results, &produce) < 0 || tree_repo_open(job, &repo) < 0)
		return cli_end(job);
	int status = plan(job, &repo, &produce, &o);
	tree_repo_close(&repo);
	return cli_worse(status, cli_end(job));
}

const struct cli_command cli_command_plan = {
	"plan",
	"",
	"List the units and the keys of their results, to split the work between CI jobs",
	options,
	KV_COUNT(options),
	"Prints JSON: for each unit its key, and whether its result is in the cache. With --matrix: the jobs of a\n"
	"GitHub Actions matrix, each with its --shard and the units to render there.\n"
	"Exit status: 0 done; 2 an error in the configuration.\n",
	run
};
