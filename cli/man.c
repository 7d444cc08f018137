/* cli/man.c: kvendor man: manual pages, made from the tables of commands and options. */
#include <stdlib.h>
#include <time.h>

#include "cli/command.h"
#include "cli/helm_charts.h"
#include "cli/report.h"
#include "cli/version.h"

/* Text as roff shows it: no escapes, no requests, hyphens that can be copied. */
static void text(struct kv_buf *out, kv_str s)
{
	for (size_t i = 0; i < s.n; i++) {
		bool starts = i == 0 || s.p[i - 1] == '\n';
		if (starts && (s.p[i] == '.' || s.p[i] == '\''))
			kv_buf_lit(out, "\\&");
		if (s.p[i] == '\\')
			kv_buf_lit(out, "\\e");
		else if (s.p[i] == '-')
			kv_buf_lit(out, "\\-");
		else
			kv_buf_c(out, s.p[i]);
	}
}

/* That of the sources, which who builds a package says; without it a page has none: it would be another each day. */
static void date(struct kv_buf *out)
{
	time_t t = (time_t)cli_helm_now();
	struct tm parts;
	char day[32];
	const char *epoch = getenv("SOURCE_DATE_EPOCH");
	if (epoch && *epoch && gmtime_r(&t, &parts) && strftime(day, sizeof day, "%Y-%m-%d", &parts))
		kv_buf_str(out, kv_str_c(day));
}

static void heading(struct kv_buf *out, kv_str page, kv_str summary)
{
	kv_buf_lit(out, ".TH ");
	for (size_t i = 0; i < page.n; i++)
		kv_buf_c(out, page.p[i] >= 'a' && page.p[i] <= 'z' ? (char)(page.p[i] - 'a' + 'A') : page.p[i]);
	kv_buf_lit(out, " 1 \"");
	date(out);
	kv_buf_lit(out, "\" \"kvendor " CLI_VERSION "\" \"User commands\"\n.SH NAME\n");
	text(out, page);
	kv_buf_lit(out, " \\- ");
	text(out, summary);
	kv_buf_lit(out, "\n.SH SYNOPSIS\n");
}

static void option(struct kv_buf *out, const struct cli_option *o)
{
	kv_buf_lit(out, ".TP\n\\fB");
	if (o->letter)
		kv_buf_printf(out, "\\-%c\\fR, \\fB", o->letter);
	kv_buf_lit(out, "\\-\\-");
	text(out, kv_str_c(o->name));
	kv_buf_lit(out, "\\fR");
	if (*o->value) {
		kv_buf_printf(out, "%s\\fI", *o->implied ? "[=" : " ");
		text(out, kv_str_c(o->value));
		kv_buf_printf(out, "\\fR%s", *o->implied ? "]" : "");
	}
	kv_buf_c(out, '\n');
	text(out, *o->help ? kv_str_c(o->help) : KV_S("As in the original."));
	kv_buf_c(out, '\n');
}

/* The further text of --help keeps its lines: examples and lists are among them. */
static void details(struct kv_buf *out, kv_str s)
{
	kv_buf_lit(out, ".PP\n.nf\n");
	text(out, s);
	kv_buf_lit(out, ".fi\n");
}

static void command_page(struct kv_buf *out, const struct cli_command *command)
{
	heading(out, kv_arena_printf(out->arena, "kvendor-%s", command->name), kv_str_c(command->summary));
	kv_buf_printf(out, "\\fBkvendor %s\\fR%s%s", command->name, command->noptions ? " [\\fIOPTION\\fR]..." : "",
		      *command->arguments ? " " : "");
	text(out, kv_str_c(command->arguments));
	kv_buf_lit(out, "\n.SH DESCRIPTION\n");
	text(out, kv_str_c(command->summary));
	kv_buf_lit(out, ".\n");
	if (command->details)
		details(out, kv_str_c(command->details));
	if (command->noptions)
		kv_buf_lit(out, ".SH OPTIONS\n");
	struct cli_option_walk w = { .command = command };
	while (cli_option_next(&w))
		if (*w.option->help)
			option(out, w.option);
	kv_buf_lit(out, ".SH SEE ALSO\n.BR kvendor (1)\n");
}

static void overview_page(struct kv_buf *out)
{
	heading(out, KV_S("kvendor"), KV_S("rendered Kubernetes manifests in Git"));
	kv_buf_lit(out, "\\fBkvendor\\fR [\\fICOMMAND\\fR] [\\fIOPTION\\fR]... [\\fIARGUMENT\\fR]...\n"
			".SH DESCRIPTION\n"
			"Renders Helm charts, kustomizations and manifests into reviewed YAML files in a Git tree.\n"
			"Without a command, all units below the working directory are rendered and written.\n"
			".SH COMMANDS\n");
	const struct cli_command *command;
	for (size_t i = 0; (command = cli_command_at(i)); i++) {
		kv_buf_printf(out, ".TP\n.BR kvendor\\-%s (1)\n", command->name);
		text(out, kv_str_c(command->summary));
		kv_buf_c(out, '\n');
	}
	kv_buf_lit(out, ".SH EXIT STATUS\n"
			"0: clean. 1: drift or findings. 2: usage, configuration, rendering or writing failed.\n"
			"3: something had to be downloaded and could not be. The commands build, template, helm and fn end as their originals do: 0 or 1.\n"
			".SH FILES\n"
			".TP\n.I kubesource.yaml\\fR, \\fPkvendor.yaml\nwhat one folder renders, and where it goes\n"
			".TP\n.I .kvendor.yaml\ndefaults of a repository, at its root\n"
			".TP\n.I kvendor.lock\nthe digest of every remote byte, at the root\n");
}

static int run(int argc, char **argv)
{
	struct kv_job *job = kv_job_new();
	struct cli_list args = { 0 };
	if (cli_parse(job, &cli_command_man, argc, argv, NULL, &args) != CLI_PARSED)
		return cli_end(job);
	struct kv_buf out;
	kv_buf_init(&out, job->arena, KV_BUF_MAX);
	const struct cli_command *command = args.n ? cli_command_find(args.v[0]) : NULL;
	int failed = args.n && !command ? cli_command_unknown(job, args.v[0]) : 0;
	if (command)
		command_page(&out, command);
	else if (!args.n)
		overview_page(&out);
	if (!failed)
		failed = cli_print(kv_buf_view(&out));
	int status = cli_end(job);
	return failed ? CLI_FAILED : status;
}

const struct cli_command cli_command_man = {
	"man", "[COMMAND]", "Print the manual page of kvendor, or of one command",
	.details = "    kvendor man check | man -l -\n"
		   "make install installs the pages of all commands.\n",
	.run = run,
};
