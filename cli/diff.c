/* cli/diff.c: kvendor diff: the changes that render would make, as a unified diff or findings. */
#include "base/diff.h"

#include "cli/command.h"
#include "cli/diff_semantic.h"
#include "cli/drift_findings.h"
#include "cli/report.h"
#include "cli/units.h"

struct diff_options {
	struct cli_unit_options units;
	struct cli_result_options results;
	kv_str color, output;
	bool semantic, ignore_labels;
};

static const struct cli_option options[] = {
	CLI_UNIT_OPTIONS(struct diff_options, units),
	CLI_RESULT_OPTIONS(struct diff_options, results),
	{ 0, "semantic", CLI_FLAG, offsetof(struct diff_options, semantic),
	  .help = "list the changed fields of each resource" },
	{ 0, "ignore-labels", CLI_FLAG, offsetof(struct diff_options, ignore_labels),
	  .help = "the same, without labels that change with every chart version" },
	{ 'o', "output", CLI_VALUE, offsetof(struct diff_options, output), "FORMAT", .help = CLI_FORMATS },
	{ 0, "color", CLI_VALUE, offsetof(struct diff_options, color), "WHEN", .help = "auto, always or never",
	  .implied = "always" },
};

/* Lines around a change, as diff -u has them. */
#define CONTEXT 3

/* Names that patch could not read back are quoted as C strings (GNU patch, git apply); a blank inside is told from the end
 * of the name by a tab behind it (POSIX). */
static void add_name(struct kv_buf *out, kv_str prefix, kv_str name)
{
	static const char *const quoted = "\"\\";
	bool odd = false;
	for (size_t i = 0; i < name.n; i++)
		odd |= (unsigned char)name.p[i] < 0x20 || strchr(quoted, name.p[i]);
	if (odd)
		kv_buf_c(out, '"');
	kv_buf_str(out, prefix);
	for (size_t i = 0; i < name.n; i++)
		if ((unsigned char)name.p[i] < 0x20)
			kv_buf_printf(out, "\\%03o", (unsigned)(unsigned char)name.p[i]);
		else
			kv_buf_printf(out, "%s%c", strchr(quoted, name.p[i]) ? "\\" : "", name.p[i]);
	if (odd)
		kv_buf_c(out, '"');
	else if (kv_str_chr(name, ' ') != SIZE_MAX)
		kv_buf_c(out, '\t');
}

static void add_header(struct kv_buf *out, const char *sign, bool there, kv_str prefix, kv_str name,
		       bool colour)
{
	kv_buf_printf(out, "%s%s ", colour ? "\033[1m" : "", sign);
	if (there)
		add_name(out, prefix, name);
	else
		kv_buf_lit(out, "/dev/null");
	kv_buf_printf(out, "%s\n", colour ? "\033[0m" : "");
}

static void add_file(struct kv_job *job, const struct tree_drift *d, bool colour, struct kv_buf *out)
{
	struct kv_diff diff;
	kv_diff(job->arena, d->committed, d->rendered, &diff);
	if (d->linked)
		kv_warn_file(job, d->shown, "this is a symbolic link, which a diff cannot show");
	if (!diff.n)
		return;
	add_header(out, "---", d->kind != TREE_DRIFT_MISSING, KV_S("a/"), d->shown, colour);
	add_header(out, "+++", d->kind != TREE_DRIFT_STALE, KV_S("b/"), d->shown, colour);
	kv_diff_unified(&diff, CONTEXT, colour, out);
}

static int report_units(const struct tree_repo *repo, const bool *wanted)
{
	int status = CLI_OK;
	for (size_t i = 0; i < repo->nunits; i++)
		if (!wanted || wanted[i])
			status = cli_worse(status, cli_unit_report(repo->units[i]));
	return status;
}

/* --- formats ---------------------------------------------------------------------------------- */

/* One file's change, as the text format has it; empty where nothing is left of it. */
static int change_of(struct kv_job *job, const struct diff_options *o, struct tree_drift *d, kv_str *ret)
{
	struct tree_drifts one = { .v = d, .n = 1 };
	struct kv_buf out;
	bool found = true;
	kv_buf_init(&out, job->arena, KV_BUF_MAX);
	if (!o->semantic && !o->ignore_labels)
		add_file(job, d, false, &out);
	else if (cli_diff_semantic(job, &one, o->ignore_labels, false, &out, &found) < 0)
		return -1;
	*ret = found ? kv_buf_view(&out) : (kv_str){ 0 };
	return 0;
}

/* The findings of check, each with its change behind the sentence. */
static int tell(struct cli_findings *f, struct tree_repo *repo, const struct diff_options *o,
		struct tree_drifts *drifts, const struct cli_reporter *reporter)
{
	kv_str fix = cli_units_fix(f->job->arena, &o->units), change;
	struct kv_buf out;
	for (size_t i = 0, next = 0; i < repo->nunits; i++) {
		for (; next < drifts->n && drifts->v[next].unit == repo->units[i]; next++) {
			struct tree_drift *d = &drifts->v[next];
			if (change_of(f->job, o, d, &change) < 0)
				return -1;
			if (change.p)
				cli_finding_add(f, (struct cli_finding){
							   .rule = &cli_drift_rules[d->kind],
							   .unit = d->unit,
							   .path = d->path,
							   .line = d->line,
							   .message = kv_arena_cat(
								   f->job->arena,
								   cli_drift_message(f->job->arena, d, fix),
								   KV_S("\n"), change) });
		}
		if (repo->units[i]->failed && (!f->wanted || f->wanted[i]))
			cli_finding_add_failed(f, repo->units[i]);
	}
	kv_buf_init(&out, f->job->arena, KV_BUF_MAX);
	reporter->print(f, &out);
	return cli_print(kv_buf_view(&out));
}

/* Prints what differs; whether anything does. */
static int show(struct kv_job *job, const struct diff_options *o, const struct tree_drifts *drifts,
		bool colour, bool *ret_found)
{
	struct kv_buf out;
	kv_buf_init(&out, job->arena, KV_BUF_MAX);
	*ret_found = drifts->n > 0;
	if (o->semantic || o->ignore_labels) {
		if (cli_diff_semantic(job, drifts, o->ignore_labels, colour, &out, ret_found) < 0)
			return -1;
	} else {
		for (size_t i = 0; i < drifts->n; i++)
			add_file(job, &drifts->v[i], colour, &out);
	}
	return cli_print(kv_buf_view(&out));
}

static int diff(struct kv_job *job, struct tree_repo *repo, const struct diff_options *o,
		struct tree_produce_options *produce, const struct cli_list *paths, bool colour,
		const struct cli_reporter *reporter)
{
	struct tree_drifts drifts = { 0 };
	const bool *wanted;
	bool found;
	struct cli_findings f = { .job = job,
				  .repo = repo,
				  .command = "diff",
				  .rules = cli_drift_rules,
				  .nrules = CLI_DRIFT_RULES };
	if (cli_units_compare(job, repo, produce, paths, &drifts, &wanted) < 0)
		return CLI_FAILED;
	int status = report_units(repo, wanted);
	f.wanted = wanted;
	if (o->output.p && reporter->print != cli_report_text) {
		if (tell(&f, repo, o, &drifts, reporter) < 0)
			return CLI_FAILED;
		for (size_t i = 0; i < f.n; i++)
			if (f.v[i].rule != &cli_rule_failed)
				status = cli_worse(status, CLI_FOUND);
		return status;
	}
	if (show(job, o, &drifts, colour, &found) < 0)
		return CLI_FAILED;
	return found ? cli_worse(status, CLI_FOUND) : status;
}

static int run(int argc, char **argv)
{
	struct kv_job *job = kv_job_new();
	struct diff_options o = { 0 };
	struct tree_produce_options produce = { 0 };
	struct cli_list paths = { 0 };
	struct tree_repo repo;
	bool colour;
	const struct cli_reporter *reporter;
	if (cli_parse(job, &cli_command_diff, argc, argv, &o, &paths) != CLI_PARSED ||
	    !(reporter = cli_reporter_find(job, o.output)) || cli_colour(job, o.color, &colour) < 0 || cli_units_options(job, &o.units, &produce) < 0 ||
	    cli_result_options(job, &o.results, &produce) < 0 ||
	    tree_repo_open(job, &repo) < 0)
		return cli_end(job);
	int status = diff(job, &repo, &o, &produce, &paths, colour, reporter);
	tree_repo_close(&repo);
	return cli_worse(status, cli_end(job));
}

const struct cli_command cli_command_diff = {
	"diff",
	"[PATH]...",
	"Show what render would change, as a unified diff; write nothing",
	options,
	KV_COUNT(options),
	"Applying the diff (\"kvendor diff | patch -p1\") does what render would do. Other formats print the\n"
	"findings of check, each with the change of its file.\n"
	"With paths, only the units at or below them are compared; a path inside a unit stands for that unit.\n"
	"Exit status: 0 nothing differs; 1 something does; 2 an error in the configuration or in rendering;\n"
	"3 something could not be downloaded.\n",
	run
};
