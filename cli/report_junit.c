/* cli/report_junit.c: JUnit's XML, a test case a unit, for the test views of CI services. */
#include "base/utf8.h"
#include "cli/findings.h"

/* Characters that XML 1.0 does not have, and bytes that are no UTF-8, become U+FFFD. */
static void add_rune(struct kv_buf *out, uint32_t c)
{
	switch (c) {
	case '<': kv_buf_lit(out, "&lt;"); return;
	case '>': kv_buf_lit(out, "&gt;"); return;
	case '&': kv_buf_lit(out, "&amp;"); return;
	case '"': kv_buf_lit(out, "&quot;"); return;
	case '\n':
	case '\t': kv_buf_c(out, (char)c); return;
	default: kv_buf_rune(out, c < 0x20 || c == 0xfffe || c == 0xffff ? 0xfffd : c);
	}
}

static void add_escaped(struct kv_buf *out, kv_str s)
{
	for (size_t i = 0, size; i < s.n; i += size)
		add_rune(out, kv_utf8_decode(s, i, &size));
}

/* The findings from `first` to `end`, without the one that says that the unit failed. */
static void add_failure(const struct cli_findings *f, size_t first, size_t end, struct kv_buf *out)
{
	size_t n = end - first - (f->v[end - 1].rule == &cli_rule_failed);
	if (!n)
		return;
	kv_buf_printf(out, "      <failure type=\"%s\" message=\"%zu %s\">", f->command, n,
		      n == 1 ? "finding" : "findings");
	for (size_t i = first; i < first + n; i++) {
		add_escaped(out, cli_finding_file(f, &f->v[i]));
		kv_buf_printf(out, ":%zu: ", f->v[i].line);
		add_escaped(out, f->v[i].message);
		kv_buf_c(out, '\n');
	}
	kv_buf_lit(out, "</failure>\n");
}

static void add_error(const struct cli_findings *f, const struct tree_unit *u, struct kv_buf *out)
{
	struct kv_buf text;
	kv_buf_init(&text, f->job->arena, KV_BUF_MAX);
	kv_diags_print(u->job, &text, false);
	kv_buf_lit(out, "      <error type=\"unit/failed\" message=\"the unit could not be rendered\">");
	add_escaped(out, kv_buf_view(&text));
	kv_buf_lit(out, "</error>\n");
}

static void add_unit(const struct cli_findings *f, const struct tree_unit *u, size_t *next,
		     struct kv_buf *out)
{
	size_t first = *next, n = cli_findings_of(f, u, next);
	kv_buf_printf(out, "    <testcase classname=\"kvendor.%s\" name=\"", f->command);
	add_escaped(out, u->name);
	kv_buf_lit(out, "\">\n");
	if (n)
		add_failure(f, first, first + n, out);
	if (u->failed)
		add_error(f, u, out);
	kv_buf_lit(out, "    </testcase>\n");
}

static void add_suite(const struct cli_findings *f, struct kv_buf *out)
{
	size_t units = 0, found = 0, failed = 0;
	for (size_t i = 0, next = 0; i < f->repo->nunits; i++) {
		if (f->wanted && !f->wanted[i])
			continue;
		units++;
		failed += f->repo->units[i]->failed;
		found += cli_findings_of(f, f->repo->units[i], &next) > f->repo->units[i]->failed;
	}
	kv_buf_printf(out,
		      "  <testsuite name=\"kvendor %s\" tests=\"%zu\" failures=\"%zu\" errors=\"%zu\">\n",
		      f->command, units, found, failed);
}

void cli_report_junit(const struct cli_findings *f, struct kv_buf *out)
{
	kv_buf_lit(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n");
	add_suite(f, out);
	for (size_t i = 0, next = 0; i < f->repo->nunits; i++)
		if (!f->wanted || f->wanted[i])
			add_unit(f, f->repo->units[i], &next, out);
	kv_buf_lit(out, "  </testsuite>\n</testsuites>\n");
}
