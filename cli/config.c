/* cli/config.c: kvendor config view: the configuration in force, and where each value comes from. */
#include "base/file.h"
#include "cli/command.h"
#include "cli/report.h"
#include "cli/units.h"
#include "krm/json.h"
#include "tree/config_yaml.h"
#include "tree/settings.h"

struct config_options {
	kv_str directory, engine;
	bool show_origin;
};

static const struct cli_option options[] = {
	{ 'C', "directory", CLI_VALUE, offsetof(struct config_options, directory), "DIR", .help = "run as if started in DIR" },
	{ 0, "engine", CLI_VALUE, offsetof(struct config_options, engine), "ENGINE",
	  .help = "helm4 or helm3; overrides the units' own" },
	{ 0, "show-origin", CLI_FLAG, offsetof(struct config_options, show_origin),
	  .help = "print the file and line of each value" },
};

/* --- printing --------------------------------------------------------------------------------- */

/* A string that YAML reads as it stands, on one line. What looks like a number is shown as it was written. */
static bool is_plain(krm_val v)
{
	kv_str s = krm_str(v);
	if (tree_plain_is_typed(s))
		return v.style == KRM_STYLE_PLAIN;
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] < ' ' || s.p[i] == '\177')
			return false;
	return s.n && !strchr(" -?:,[]{}#&*!|>'\"%@`", s.p[0]) && !strchr(" :", s.p[s.n - 1]) &&
	       !kv_str_has(s, KV_S(": ")) && !kv_str_has(s, KV_S(" #")) && !kv_str_eq(s, KV_S("null")) &&
	       !kv_str_eq(s, KV_S("~"));
}

static void add_value(struct kv_job *job, krm_val v, struct kv_buf *out)
{
	kv_str error;
	if (v.kind == KRM_STRING && is_plain(v))
		kv_buf_str(out, krm_str(v));
	else if (krm_json_write(job, v, (struct krm_json_style){ 0 }, out, &error) < 0)
		kv_buf_lit(out, "?");
}

static void add_settings(struct kv_job *job, const struct tree_settings *s, bool origins, struct kv_buf *out)
{
	for (size_t i = 0; i < s->n; i++) {
		if (origins)
			kv_buf_printf(out, "%.*s\t", KV_ARG(s->v[i].origin));
		kv_buf_printf(out, "%.*s: ", KV_ARG(s->v[i].field));
		add_value(job, s->v[i].value, out);
		kv_buf_c(out, '\n');
	}
}

/* --- units and functionConfigs ---------------------------------------------------------------- */

static int view_units(struct kv_job *job, const struct config_options *o, const struct tree_produce_options *produce,
		      const struct cli_list *paths, bool all, struct kv_buf *out)
{
	struct tree_repo repo;
	const bool *wanted;
	kv_str told = KV_S("");
	int status = CLI_OK;
	if (tree_repo_open(job, &repo) < 0)
		return CLI_FAILED;
	bool found = tree_discover(job, &repo, produce) == 0 && cli_units_select(job, &repo, paths, &wanted) == 0;
	if (!found)
		status = CLI_FAILED;
	else if (all && !repo.nunits)
		cli_units_report_none(job, &repo);
	for (size_t i = 0; found && i < repo.nunits; i++) {
		struct tree_unit *u = repo.units[i];
		struct tree_settings settings = { 0 };
		if (!all && !wanted[i])
			continue;
		if (!u->failed && tree_settings_of_unit(&repo, produce, u, &settings) < 0)
			u->failed = true;
		status = cli_worse(status, cli_unit_report(u));
		/* The applications of one configuration are units with the same settings. */
		if (u->failed || kv_str_eq(u->file, told))
			continue;
		told = u->file;
		kv_buf_printf(out, "# %.*s\n", KV_ARG(u->file));
		add_settings(u->job, &settings, o->show_origin, out);
	}
	tree_repo_close(&repo);
	return status;
}

static bool is_unit(kv_str path)
{
	kv_str name = kv_path_base(path);
	return kv_str_eq(name, KV_S("kvendor.yaml")) || kv_str_eq(name, KV_S("kubesource.yaml"));
}

static int view_function(struct kv_job *job, const struct config_options *o, kv_str path, struct kv_buf *out)
{
	struct tree_settings settings;
	kv_str text;
	if (kv_file_read(job, path, &text) < 0 || tree_settings_of_function(job, path, text, &settings) < 0)
		return -1;
	kv_buf_printf(out, "# %.*s\n", KV_ARG(path));
	add_settings(job, &settings, o->show_origin, out);
	return 0;
}

/* Files that are no units are functionConfigs; other paths choose units. */
static int view(struct kv_job *job, const struct config_options *o, const struct tree_produce_options *produce,
		const struct cli_list *args)
{
	struct cli_list units = { 0 };
	struct kv_buf out;
	int status = CLI_OK;
	kv_buf_init(&out, job->arena, KV_BUF_MAX);
	for (size_t i = 1; i < args->n; i++) {
		if (kv_file_kind(args->v[i]) != KV_FILE_REGULAR || is_unit(args->v[i]))
			KV_PUSH(job->arena, units.v, units.n, units.cap, args->v[i]);
		else if (view_function(job, o, args->v[i], &out) < 0)
			status = CLI_FAILED;
	}
	if (units.n || args->n == 1)
		status = cli_worse(status, view_units(job, o, produce, &units, args->n == 1, &out));
	return cli_print(kv_buf_view(&out)) < 0 ? CLI_FAILED : status;
}

static int run(int argc, char **argv)
{
	struct kv_job *job = kv_job_new();
	struct config_options o = { 0 };
	struct tree_produce_options produce = { 0 };
	struct cli_list args = { 0 };
	if (cli_parse(job, &cli_command_config, argc, argv, &o, &args) != CLI_PARSED)
		return cli_end(job);
	struct cli_unit_options common = { .directory = o.directory, .engine = o.engine };
	if (!args.n || !kv_str_eq(args.v[0], KV_S("view")))
		kv_error(job, 0, "usage: kvendor config view [PATH]...");
	if (job->nerrors || cli_units_options(job, &common, &produce) < 0)
		return cli_end(job);
	int status = view(job, &o, &produce, &args);
	return cli_worse(status, cli_end(job));
}

const struct cli_command cli_command_config = {
	"config",
	"view [PATH]...",
	"Show the configuration in force, and where each value comes from",
	options,
	KV_COUNT(options),
	"Prints a line for each field that applies to a unit: from its file, .kvendor.yaml, flags, the environment and\n"
	"defaults. With paths, only the units at or below them. Any other file is read as the functionConfig of a KRM\n"
	"function; its kind may also be ConfigMap.\n"
	"Exit status: 0 done; 2 an error in the configuration.\n",
	run
};
