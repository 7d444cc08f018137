/* cli/report_json.c: all that is known, for programs. docs/check.md explains the fields. */
#include "cli/findings.h"

static krm_val text(struct kv_arena *a, const char *s)
{
	return krm_string_c(a, s);
}

static krm_val finding(const struct cli_findings *f, const struct cli_finding *v)
{
	struct kv_arena *a = f->job->arena;
	return cli_map(a, "id", krm_string(a, cli_finding_id(f, v)), "rule", text(a, v->rule->id), "unit",
		       krm_string(a, v->unit->name), "file", krm_string(a, cli_finding_file(f, v)), "line",
		       krm_int((int64_t)v->line), "message", krm_string(a, v->message), NULL);
}

static krm_val diagnostics(struct kv_arena *a, const struct tree_unit *u)
{
	struct kv_buf out;
	kv_buf_init(&out, a, KV_BUF_MAX);
	kv_diags_print(u->job, &out, false);
	return krm_string(a, kv_buf_view(&out));
}

static krm_val units(const struct cli_findings *f)
{
	struct kv_arena *a = f->job->arena;
	krm_val list = krm_list(a, KRM_OF_ANY);
	for (size_t i = 0, next = 0; i < f->repo->nunits; i++) {
		const struct tree_unit *u = f->repo->units[i];
		size_t found = cli_findings_of(f, u, &next);
		const char *state = u->failed ? "failed" : found ? "found" : "clean";
		if (!f->wanted || f->wanted[i])
			krm_list_push(a, list.l,
				      cli_map(a, "directory", krm_string(a, u->name), "state", text(a, state),
					      "diagnostics", diagnostics(a, u), NULL));
	}
	return list;
}

void cli_report_json(const struct cli_findings *f, struct kv_buf *out)
{
	struct kv_arena *a = f->job->arena;
	krm_val findings = krm_list(a, KRM_OF_ANY);
	for (size_t i = 0; i < f->n; i++)
		krm_list_push(a, findings.l, finding(f, &f->v[i]));
	cli_json(f, cli_map(a, "command", text(a, f->command), "findings", findings, "units", units(f), NULL),
		 out);
}
