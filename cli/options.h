/* cli/options.h: the one table of a command's options, which drives parsing and --help.
 *
 * A command describes itself as a `struct cli_command`, its options as rows that say which field of the command's own
 * struct each one fills. Parsing follows pflag, the library of helm and kustomize: options and arguments may be mixed,
 * `--` ends the options, `--name=value`, `--name value`, `-n value`, `-nvalue` and `-n=value` are the same, letters of
 * flags may be joined.
 *
 *	struct build_options { bool enable_helm; kv_str output; struct cli_list env; };
 *	static const struct cli_option options[] = {
 *		{ 0, "enable-helm", CLI_FLAG, offsetof(struct build_options, enable_helm), .help = "render helmCharts" },
 *		{ 'o', "output", CLI_VALUE, offsetof(struct build_options, output), "FILE", .help = "write there" },
 *		{ 'e', "env", CLI_EACH, offsetof(struct build_options, env), "NAME[=VALUE]",
 *		  .help = "pass to functions" },
 *	};
 *	const struct cli_command cli_command_build = { "build", "[DIR]", "as kustomize build", options,
 *		KV_COUNT(options), .run = cli_build };
 */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include "base/job.h"

enum cli_option_kind {
	CLI_FLAG,   /* bool; --name=false is possible */
	CLI_VALUE,  /* kv_str, the last one counts; .p is NULL when not given */
	CLI_NUMBER, /* int64_t */
	CLI_EACH,   /* struct cli_list, every occurrence as it is: pflag's StringArray */
	CLI_COMMAS, /* struct cli_list, every occurrence one CSV record: pflag's StringSlice */
	CLI_FLAG_SAID, /* struct cli_flags, every occurrence; several options may fill one list, in the order of the command line */
};

struct cli_list {
	kv_str *v;
	size_t n, cap;
};

/* A flag as it was given. */
struct cli_flag {
	const char *name;
	bool on;
};

struct cli_flags {
	struct cli_flag *v;
	size_t n, cap;
};

/* Rows that several commands have. They end with an empty one. */
enum cli_shared_rows {
	CLI_OWN_ROW, /* none: the row is an option */
	CLI_HELM_SETTINGS_ROWS,
	CLI_HELM_SOURCE_ROWS,
	CLI_HELM_VALUES_ROWS,
	CLI_UNIT_ROWS,
	CLI_RESULT_ROWS,
};

/* The texts lie in the row: a table of addresses is relocated at every start, whatever the program then does. */
struct cli_option {
	char letter; /* 0: none */
	char name[40];
	enum cli_option_kind kind;
	uint32_t offset;  /* of the field in the command's struct */
	char value[16];   /* what help calls the value */
	char help[128];   /* one line; empty: accepted and not shown */
	char implied[12]; /* value of a bare `--name`; empty: a value must follow */
	enum cli_shared_rows shared; /* this row stands for these, which fill the struct at `offset` */
};

struct cli_command {
	const char *name;
	const char *arguments; /* as help shows them: "[NAME] CHART" */
	const char *summary;   /* one line, without a full stop */
	const struct cli_option *options;
	size_t noptions;
	const char *details;               /* further text of --help: examples first; may be NULL */
	int (*run)(int argc, char **argv); /* argv[0] is the command's name; returns the exit status */
};

/* The options of a command in the order of its table, shared rows among them:
 *
 *	struct cli_option_walk w = { .command = command };
 *	while (cli_option_next(&w))
 *		use(w.option);
 */
struct cli_option_walk {
	const struct cli_command *command;
	const struct cli_option *option;
	size_t offset; /* of the option's field in the command's struct */
	size_t row, shared; /* the next ones */
};
bool cli_option_next(struct cli_option_walk *w);

enum cli_parsed { CLI_PARSED_ERROR = -1, CLI_PARSED, CLI_PARSED_HELP /* --help was given and answered */ };

/* Fills the command's struct and the list of arguments. Values are not copied out of argv except those of
 * CLI_COMMAS. Errors have pflag's texts and are reported to the job. */
KV_MUST enum cli_parsed cli_parse(struct kv_job *job, const struct cli_command *command, int argc,
				  char **argv, void *ret_options, struct cli_list *ret_args);

/* What a program that is imitated knows of its flags beyond the table. */
struct cli_dialect {
	bool (*knows)(const struct cli_dialect *d, const struct cli_option *o);
	/* Why `value` is none for the flag; empty if it is. */
	kv_str (*refuses)(const struct cli_dialect *d, struct kv_job *job, const struct cli_option *o, kv_str value);
};

/* cli_parse in a dialect. */
KV_MUST enum cli_parsed cli_parse_in(struct kv_job *job, const struct cli_dialect *d,
				     const struct cli_command *command, int argc, char **argv,
				     void *ret_options, struct cli_list *ret_args);

/* What the options were set to, however that was written; all but the one that fills `except`. Equal texts, equal options. */
void cli_options_print(const struct cli_command *command, const void *options, size_t except, struct kv_buf *out);

/* strconv.ParseBool: false if `text` is none of its twelve words. */
bool cli_parse_bool(kv_str text, bool *ret);

/* The text of `kvendor COMMAND --help`. */
void cli_command_help(const struct cli_command *command, struct kv_buf *out);

#endif
