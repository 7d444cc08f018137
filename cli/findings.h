/* cli/findings.h: what a command found in the units of a repository, and the formats to print it in (-o).
 *
 * A finding belongs to a unit and a rule. Its identity, for tools that compare runs, is the rule, the file and the
 * subject: neither line numbers nor texts count. Formats for machines name files from the root of the repository.
 */
#ifndef CLI_FINDINGS_H
#define CLI_FINDINGS_H

#include "krm/value.h"
#include "tree/discover.h"

struct cli_rule {
	const char *id;      /* "drift/changed": never changes its meaning */
	const char *word;    /* "changed": what the text format says */
	const char *colour;  /* of the word on a terminal */
	const char *summary; /* a sentence about what the rule finds */
};

/* The rule of a unit that could not be rendered. The text format leaves it to the diagnostics. */
extern const struct cli_rule cli_rule_failed;

struct cli_finding {
	const struct cli_rule *rule;
	const struct tree_unit *unit;
	kv_str path;    /* absolute */
	size_t line;    /* from 1 */
	kv_str subject; /* tells findings of one rule in one file apart; may be empty */
	kv_str message;
};

struct cli_findings {
	struct kv_job *job;
	const struct tree_repo *repo;
	const char *command;
	const struct cli_rule *rules; /* that the command knows, without cli_rule_failed */
	size_t nrules;
	const bool *wanted; /* units that were looked at; NULL: all */
	bool colour;
	bool messages;         /* the text format shows line and message */
	struct cli_finding *v; /* in the order of the units */
	size_t n, cap;
};

/* One format; its file is cli/report_NAME.c. */
struct cli_reporter {
	const char *name;
	void (*print)(const struct cli_findings *f, struct kv_buf *out);
};

void cli_report_text(const struct cli_findings *f, struct kv_buf *out);
void cli_report_json(const struct cli_findings *f, struct kv_buf *out);
void cli_report_github(const struct cli_findings *f, struct kv_buf *out);
void cli_report_gitlab(const struct cli_findings *f, struct kv_buf *out);
void cli_report_sarif(const struct cli_findings *f, struct kv_buf *out);
void cli_report_junit(const struct cli_findings *f, struct kv_buf *out);

/* The format of that name, text for none; NULL after an error. */
const struct cli_reporter *cli_reporter_find(struct kv_job *job, kv_str name);
#define CLI_FORMATS "text|json|github|gitlab|sarif|junit"

void cli_finding_add(struct cli_findings *f, struct cli_finding finding);
/* Adds a finding for a unit that failed, at its first error. */
void cli_finding_add_failed(struct cli_findings *f, const struct tree_unit *u);

/* Appends the findings as Markdown to a file, such as the one that GITHUB_STEP_SUMMARY names; with what is in it no more than
 * 1 MiB, the most that GitHub takes. A row of the options; -1 after an error. */
#define CLI_SUMMARY_OPTION(offset)                                                                           \
	{ 0, "summary", CLI_VALUE, (offset), "FILE", .help = "append the findings to FILE as Markdown, for CI" }
KV_MUST int cli_summary_append(const struct cli_findings *f, kv_str path);

/* --- for the formats -------------------------------------------------------------------------- */

/* The identity: 64 hexadecimal digits. */
kv_str cli_finding_id(const struct cli_findings *f, const struct cli_finding *finding);
/* The file from the root of the repository. */
kv_str cli_finding_file(const struct cli_findings *f, const struct cli_finding *finding);
/* How many findings from *next on belong to the unit; *next is moved behind them. Asked for all units in their order. */
size_t cli_findings_of(const struct cli_findings *f, const struct tree_unit *u, size_t *next);
/* A map of keys and values, ended by NULL: cli_map(a, "line", krm_int(1), NULL). */
krm_val cli_map(struct kv_arena *a, ...) __attribute__((sentinel));
/* Appends the tree as JSON with a line feed. */
void cli_json(const struct cli_findings *f, krm_val v, struct kv_buf *out);

#endif
