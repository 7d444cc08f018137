/* cli/report_github.c: workflow commands, which GitHub Actions shows as annotations of the files. */
#include "cli/findings.h"

/* What ends a command or, inside a property, a value is percent-encoded (actions/toolkit, command.ts). */
static void add_escaped(struct kv_buf *out, kv_str s, bool property)
{
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		if (c == '%' || c == '\r' || c == '\n' || (property && (c == ':' || c == ',')))
			kv_buf_printf(out, "%%%02X", c);
		else
			kv_buf_c(out, (char)c);
	}
}

void cli_report_github(const struct cli_findings *f, struct kv_buf *out)
{
	for (size_t i = 0; i < f->n; i++) {
		const struct cli_finding *v = &f->v[i];
		kv_buf_lit(out, "::error file=");
		add_escaped(out, cli_finding_file(f, v), true);
		kv_buf_printf(out, ",line=%zu,title=kvendor %s::", v->line, v->rule->id);
		add_escaped(out, v->message, false);
		kv_buf_c(out, '\n');
	}
}
