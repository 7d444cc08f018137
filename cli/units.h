/* cli/units.h: what the commands that work on the units of a repository have in common. */
#ifndef CLI_UNITS_H
#define CLI_UNITS_H

#include "cli/options.h"
#include "cli/random.h"
#include "tree/drift.h"

/* The first fields of such a command's options. */
struct cli_unit_options {
	kv_str directory, engine, random, netrc, keyring;
	int64_t jobs;
	bool frozen, offline;
	bool quiet; /* no line of progress; set by the command */
};

/* Their rows; `type` is the command's struct, `member` its struct cli_unit_options. */
extern const struct cli_option cli_unit_rows[];
#define CLI_UNIT_OPTIONS(type, member)                                                                       \
	{                                                                                                    \
		.shared = CLI_UNIT_ROWS, .offset = offsetof(type, member)                                    \
	}

/* What becomes of results of earlier runs; fields and rows as above. */
struct cli_result_options {
	bool no_cache, require_cached;
	kv_str cache, shard, since;
};

extern const struct cli_option cli_result_rows[];
#define CLI_RESULT_OPTIONS(type, member)                                                                     \
	{                                                                                                    \
		.shared = CLI_RESULT_ROWS, .offset = offsetof(type, member)                                  \
	}

KV_MUST int cli_result_options(struct kv_job *job, const struct cli_result_options *o,
			       struct tree_produce_options *ret);
/* Checks the values, takes the environment's and enters the directory. */
KV_MUST int cli_units_options(struct kv_job *job, const struct cli_unit_options *o,
			      struct tree_produce_options *ret);
/* The units that the arguments name: those at or below a path, else the nearest one around it. NULL for no argument: all
 * units. A path that no unit is near is an error. */
KV_MUST int cli_units_select(struct kv_job *job, const struct tree_repo *repo, const struct cli_list *paths,
			     const bool **ret_wanted);
/* What differs from the sources in the units that the paths name; *ret_wanted: which were looked at. A unit that cannot be
 * rendered or compared has failed; -1 only for what stops the whole run. */
KV_MUST int cli_units_compare(struct kv_job *job, struct tree_repo *repo,
			      struct tree_produce_options *options, const struct cli_list *paths,
			      struct tree_drifts *ret_drifts, const bool **ret_wanted);
/* No unit is no error, but whoever misspelt a name should learn it. */
void cli_units_report_none(struct kv_job *job, const struct tree_repo *repo);
/* The unit's diagnostics to standard error; its exit status. */
int cli_unit_report(const struct tree_unit *u);
/* The same for hooks: only errors, and of them no more than *left lines, which are counted down. */
int cli_unit_report_brief(const struct tree_unit *u, size_t *left);
/* The first lines of a text; *left is counted down. What is left out is told in one line more. */
kv_str cli_units_cut(struct kv_arena *a, kv_str text, size_t *left);
/* How `pull` and `lock` differ. */
struct cli_pinning {
	bool renew; /* the pins of `names`, of all without names */
	kv_str *names;
	size_t nnames;
	bool prune; /* drop what no unit uses */
};
/* Renders all units in memory and pins what they fetch; reports, frees the job and gives its exit status. */
int cli_units_pin(struct kv_job *job, const struct cli_unit_options *o, const struct cli_pinning *pinning);
/* Takes the run lock of a repository, waiting for another run; -1 if it cannot be had. */
int cli_units_lock(struct kv_job *job, kv_str root);
/* The command line that writes the units, for messages. */
kv_str cli_units_fix(struct kv_arena *a, const struct cli_unit_options *o);

#endif
