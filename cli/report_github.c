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

static void add_error(const struct cli_findings *f, const struct cli_finding *v, struct kv_buf *out)
{
	kv_buf_lit(out, "::error file=");
	add_escaped(out, cli_finding_file(f, v), true);
	kv_buf_printf(out, ",line=%zu,title=kvendor %s::", v->line, v->rule->id);
	add_escaped(out, v->message, false);
	kv_buf_c(out, '\n');
}

/* Of a step GitHub shows the first ten errors as annotations (actions/runner, ExecutionContext.cs), and all in its log. */
#define MOST_SHOWN 10

/* What comes first: units that failed, then one finding of each other unit, then the rest. */
static int rank(const struct cli_findings *f, size_t i)
{
	if (f->v[i].rule == &cli_rule_failed)
		return 0;
	return i && f->v[i - 1].unit == f->v[i].unit ? 2 : 1;
}

void cli_report_github(const struct cli_findings *f, struct kv_buf *out)
{
	bool all = f->n <= MOST_SHOWN;
	size_t n = 0;

	for (int order = 0; order <= 2; order++)
		for (size_t i = 0; i < f->n; i++) {
			if (all ? order : rank(f, i) != order)
				continue;
			if (!all && n++ == MOST_SHOWN - 1)
				kv_buf_printf(out, "::error title=kvendor %s::%zu findings, of which GitHub shows %d "
						   "here: the log of this step has all\n",
					      f->command, f->n, MOST_SHOWN - 1);
			add_error(f, &f->v[i], out);
		}
}
