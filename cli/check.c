/* cli/check.c: kvendor check: compares the committed files with a fresh rendering. */
#include <unistd.h>

#include "base/file.h"
#include "base/interrupt.h"
#include "cli/command.h"
#include "cli/drift_findings.h"
#include "cli/findings.h"
#include "cli/report.h"
#include "cli/units.h"
#include "tree/staged.h"

struct check_options {
	struct cli_unit_options units;
	struct cli_result_options results;
	kv_str output, color, summary;
	bool staged, brief;
};

static const struct cli_option options[] = {
	CLI_UNIT_OPTIONS(struct check_options, units),
	CLI_RESULT_OPTIONS(struct check_options, results),
	{ 0, "staged", CLI_FLAG, offsetof(struct check_options, staged),
	  .help = "compare the Git index (what the next commit would hold) instead of the work tree" },
	{ 0, "brief", CLI_FLAG, offsetof(struct check_options, brief),
	  .help = "for hooks: print fewer than 20 lines; leave out warnings and further files" },
	{ 'o', "output", CLI_VALUE, offsetof(struct check_options, output), "FORMAT", .help = CLI_FORMATS },
	CLI_SUMMARY_OPTION(offsetof(struct check_options, summary)),
	{ 0, "color", CLI_VALUE, offsetof(struct check_options, color), "WHEN", .help = "auto, always or never",
	  .implied = "always" },
};

/* Lines of --brief, besides the one that says what to do and those that say how much is left out. */
enum { BRIEF_ERRORS = 8, BRIEF_FILES = 8 };

/* The unit's findings; its exit status. */
static int collect(struct cli_findings *f, const struct tree_unit *u, const struct tree_drifts *drifts,
		   size_t *next, kv_str fix, size_t *brief)
{
	int status = brief ? cli_unit_report_brief(u, brief) : cli_unit_report(u);
	for (; *next < drifts->n && drifts->v[*next].unit == u; ++*next) {
		const struct tree_drift *d = &drifts->v[*next];
		cli_finding_add(f, (struct cli_finding){ .rule = &cli_drift_rules[d->kind],
							 .unit = u,
							 .path = d->path,
							 .line = d->line,
							 .message = cli_drift_message(f->job->arena, d, fix) });
		status = cli_worse(status, CLI_FOUND);
	}
	if (u->failed)
		cli_finding_add_failed(f, u);
	return status;
}

static void tell_fix(struct kv_arena *a, size_t n, kv_str fix, bool staged)
{
	cli_tell(kv_arena_printf(a, "%zu %sfile%s not what the %ssources give. To write %s: %.*s%s\n", n,
				 staged ? "staged " : "", n == 1 ? " is" : "s are", staged ? "staged " : "",
				 n == 1 ? "it" : "them", KV_ARG(fix), staged ? ", and then git add" : ""));
}

static int check(struct cli_findings *f, struct tree_repo *repo, const struct check_options *o,
		 struct tree_produce_options *produce, const struct cli_list *paths,
		 const struct cli_reporter *reporter)
{
	struct tree_drifts drifts = { 0 };
	struct kv_buf out;
	size_t errors = BRIEF_ERRORS, files = BRIEF_FILES;
	kv_str fix = cli_units_fix(f->job->arena, &o->units);
	int status = CLI_OK;
	if (cli_units_compare(f->job, repo, produce, paths, &drifts, &f->wanted) < 0)
		return CLI_FAILED;
	for (size_t i = 0, next = 0; i < repo->nunits; i++)
		if (!f->wanted || f->wanted[i])
			status = cli_worse(status, collect(f, repo->units[i], &drifts, &next, fix,
							   o->brief ? &errors : NULL));
	kv_buf_init(&out, f->job->arena, KV_BUF_MAX);
	reporter->print(f, &out);
	kv_str text = kv_buf_view(&out);
	if (cli_print(o->brief ? cli_units_cut(f->job->arena, text, &files) : text) < 0)
		return CLI_FAILED;
	if (o->summary.p && cli_summary_append(f, o->summary) < 0)
		return CLI_FAILED;
	if (drifts.n)
		tell_fix(f->job->arena, drifts.n, fix, o->staged);
	return status;
}

/* Paths mean the same files in the staged tree. */
static void move_paths(struct kv_job *job, const struct tree_staged *s, struct cli_list *paths)
{
	kv_str rest;
	for (size_t i = 0; i < paths->n; i++)
		if (kv_path_below(kv_path_clean(job->arena, paths->v[i]), s->root, &rest))
			paths->v[i] = kv_path_join(job->arena, s->folder, rest);
}

static int check_here(struct cli_findings *f, const struct check_options *o,
		      struct tree_produce_options *produce, const struct cli_list *paths,
		      const struct cli_reporter *reporter)
{
	struct tree_repo repo;
	if (tree_repo_open(f->job, &repo) < 0)
		return CLI_FAILED;
	f->repo = &repo;
	int status = check(f, &repo, o, produce, paths, reporter);
	tree_repo_close(&repo);
	return status;
}

/* The same in the temporary folder that shows the index; a signal must not leave it behind. */
static int check_staged(struct cli_findings *f, const struct check_options *o,
			struct tree_produce_options *produce, struct cli_list *paths,
			const struct cli_reporter *reporter)
{
	struct tree_staged staged;
	int status = CLI_FAILED;
	kv_interrupt_hold();
	produce->temporary_tree = true;
	if (tree_staged_begin(f->job, &staged) == 0) {
		move_paths(f->job, &staged, paths);
		if (chdir(kv_arena_cstr(f->job->arena, staged.cwd)) == 0)
			status = check_here(f, o, produce, paths, reporter);
		else
			kv_error_file(f->job, staged.cwd, "cannot change to this directory");
	}
	if (tree_staged_end(f->job, &staged) < 0)
		status = CLI_FAILED;
	kv_interrupt_release();
	return status;
}

static int run(int argc, char **argv)
{
	struct kv_job *job = kv_job_new();
	struct check_options o = { 0 };
	struct tree_produce_options produce = { 0 };
	struct cli_list paths = { 0 };
	struct cli_findings findings = {
		.job = job, .command = "check", .rules = cli_drift_rules, .nrules = CLI_DRIFT_RULES
	};
	if (cli_parse(job, &cli_command_check, argc, argv, &o, &paths) != CLI_PARSED)
		return cli_end(job);
	if (o.staged && o.results.since.p)
		kv_error(job, 0, "--staged and --since cannot be combined: one looks at the index, the other at the work tree");
	o.units.quiet = o.brief;
	const struct cli_reporter *reporter = cli_reporter_find(job, o.output);
	if (job->nerrors || !reporter || cli_colour(job, o.color, &findings.colour) < 0 ||
	    cli_units_options(job, &o.units, &produce) < 0 || cli_result_options(job, &o.results, &produce) < 0)
		return cli_end(job);
	/* What is staged is looked at elsewhere. */
	kv_str cwd;
	if (o.summary.p && kv_path_cwd(job, &cwd) < 0)
		return cli_end(job);
	if (o.summary.p)
		o.summary = kv_path_join(job->arena, cwd, o.summary);
	int status = o.staged ? check_staged(&findings, &o, &produce, &paths, reporter)
			      : check_here(&findings, &o, &produce, &paths, reporter);
	return cli_worse(status, cli_end(job));
}

const struct cli_command cli_command_check = {
	"check",
	"[PATH]...",
	"Compare the committed files with a fresh rendering; write nothing",
	options,
	KV_COUNT(options),
	"Prints one line for each file that differs: missing, stale or changed. With paths, only the units at or\n"
	"below them are compared; a path inside a unit stands for that unit.\n"
	"Exit status: 0 nothing differs; 1 something does; 2 an error in the configuration or in rendering;\n"
	"3 something could not be downloaded.\n",
	run
};
