/* cli/report_gitlab.c: GitLab's code quality report, a subset of Code Climate's. */
#include "cli/findings.h"

static krm_val issue(const struct cli_findings *f, const struct cli_finding *v)
{
	struct kv_arena *a = f->job->arena;
	krm_val lines = cli_map(a, "begin", krm_int((int64_t)v->line), NULL);
	return cli_map(a, "check_name", krm_string_c(a, v->rule->id), "description",
		       krm_string(a, v->message), "fingerprint", krm_string(a, cli_finding_id(f, v)),
		       "severity", krm_string_c(a, v->rule == &cli_rule_failed ? "blocker" : "major"),
		       "location",
		       cli_map(a, "path", krm_string(a, cli_finding_file(f, v)), "lines", lines, NULL), NULL);
}

void cli_report_gitlab(const struct cli_findings *f, struct kv_buf *out)
{
	krm_val list = krm_list(f->job->arena, KRM_OF_ANY);
	for (size_t i = 0; i < f->n; i++)
		krm_list_push(f->job->arena, list.l, issue(f, &f->v[i]));
	cli_json(f, list, out);
}
