/* cli/report_text.c: a line a finding, for people. */
#include "cli/findings.h"
#include "tree/plan.h"

void cli_report_text(const struct cli_findings *f, struct kv_buf *out)
{
	for (size_t i = 0; i < f->n; i++) {
		const struct cli_finding *v = &f->v[i];
		kv_str shown = tree_shown(f->repo, v->path);
		if (v->rule == &cli_rule_failed)
			continue;
		kv_buf_str(out, shown);
		if (f->messages)
			kv_buf_printf(out, ":%zu", v->line);
		kv_buf_printf(out, ": %s%s%s", f->colour ? v->rule->colour : "", v->rule->word,
			      f->colour ? "\033[0m" : "");
		if (f->messages)
			kv_buf_printf(out, ": %.*s", KV_ARG(v->message));
		kv_buf_c(out, '\n');
	}
}
