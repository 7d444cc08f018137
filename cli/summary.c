/* cli/summary.c: findings as Markdown, for the summary page of a CI job. */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/utf8.h"
#include "cli/findings.h"

/* GitHub drops the summary of a step that is longer than 1 MiB, all of it. */
#define MOST_BYTES ((size_t)1 << 20)
/* The line that says what is left out. */
#define LAST_LINE 128
/* Of one unit that could not be rendered: some twenty diagnostics with their source lines. */
#define MOST_DIAGNOSTICS 4096

struct summary {
	const struct cli_findings *f;
	struct kv_buf out;
	size_t room; /* bytes that `out` may have */
	size_t left_out;
};

/* --- texts ------------------------------------------------------------------------------------ */

/* Characters that mean nothing in a cell of a table stay, others become references, which never are markup (CommonMark,
 * 2.5). Breaks would end the row. */
static void add_rune(struct kv_buf *out, uint32_t c)
{
	if (c < 0x20 || c == 0x7f)
		kv_buf_c(out, ' ');
	else if (c < 0x80 && !(c >= '0' && c <= '9') && !((c | 0x20) >= 'a' && (c | 0x20) <= 'z') &&
		 !strchr(" /.,;-\"'", (int)c))
		kv_buf_printf(out, "&#%u;", c);
	else
		kv_buf_rune(out, c);
}

static void add_text(struct kv_buf *out, kv_str s)
{
	for (size_t i = 0, size; i < s.n; i += size)
		add_rune(out, kv_utf8_decode(s, i, &size));
}

/* Inside of <pre> only HTML's own characters mean something. */
static void add_preformatted(struct kv_buf *out, kv_str s)
{
	for (size_t i = 0, size; i < s.n; i += size) {
		uint32_t c = kv_utf8_decode(s, i, &size);

		if (c == '<' || c == '>' || c == '&')
			kv_buf_printf(out, "&#%u;", c);
		else
			kv_buf_rune(out, c < 0x20 && c != '\n' && c != '\t' ? 0xfffd : c);
	}
}

/* Takes a part back that there is no room for. */
static bool fits(struct summary *s, size_t before)
{
	if (s->out.n <= s->room)
		return true;
	s->out.n = before;
	s->left_out++;
	return false;
}

/* --- parts ------------------------------------------------------------------------------------ */

static const char *plural(size_t n)
{
	return n == 1 ? "" : "s";
}

static void add_heading(struct summary *s)
{
	const struct cli_findings *f = s->f;
	size_t units = 0, failed = 0, with = 0;

	for (size_t i = 0, next = 0; i < f->repo->nunits; i++) {
		const struct tree_unit *u = f->repo->units[i];

		if (f->wanted && !f->wanted[i])
			continue;
		units++;
		failed += u->failed;
		with += cli_findings_of(f, u, &next) > u->failed;
	}
	kv_buf_printf(&s->out, "### kvendor %s: ", f->command);
	if (f->n == failed)
		kv_buf_printf(&s->out, "no findings in %zu unit%s", units, plural(units));
	else
		kv_buf_printf(&s->out, "%zu finding%s in %zu of %zu unit%s", f->n - failed, plural(f->n - failed),
			      with, units, plural(units));
	if (failed)
		kv_buf_printf(&s->out, ", %zu could not be rendered", failed);
	kv_buf_lit(&s->out, "\n\n");
}

static void add_failed(struct summary *s, const struct tree_unit *u)
{
	size_t before = s->out.n;
	struct kv_buf text;

	kv_buf_init(&text, s->f->job->arena, KV_BUF_MAX);
	kv_diags_print(u->job, &text, false);
	kv_buf_lit(&s->out, "<pre>\n");
	add_preformatted(&s->out, kv_str_sub(kv_buf_view(&text), 0, MOST_DIAGNOSTICS));
	if (text.n > MOST_DIAGNOSTICS)
		kv_buf_lit(&s->out, "…\n");
	kv_buf_lit(&s->out, "</pre>\n\n");
	(void)fits(s, before);
}

/* False if there is no room for it. */
static bool add_row(struct summary *s, const struct cli_finding *v, bool first)
{
	size_t before = s->out.n;

	if (first)
		kv_buf_lit(&s->out, "| file | line | | |\n|---|---|---|---|\n");
	kv_buf_lit(&s->out, "| <code>");
	add_text(&s->out, cli_finding_file(s->f, v));
	kv_buf_printf(&s->out, "</code> | %zu | %s | ", v->line, v->rule->word);
	add_text(&s->out, v->message);
	kv_buf_lit(&s->out, " |\n");
	return fits(s, before);
}

static void add_all(struct summary *s)
{
	const struct cli_findings *f = s->f;
	size_t rows = 0;

	add_heading(s);
	for (size_t i = 0; i < f->n; i++)
		if (f->v[i].rule == &cli_rule_failed)
			add_failed(s, f->v[i].unit);
	for (size_t i = 0; i < f->n; i++) {
		if (f->v[i].rule == &cli_rule_failed)
			continue;
		if (s->left_out)
			s->left_out++;
		else
			rows += add_row(s, &f->v[i], !rows);
	}
	if (rows)
		kv_buf_c(&s->out, '\n');
}

/* --- the file --------------------------------------------------------------------------------- */

/* Other commands of the step may have written to it: there are `there` bytes already. */
static int append(const struct cli_findings *f, int fd, size_t there)
{
	struct summary s = { .f = f };

	s.room = there + LAST_LINE < MOST_BYTES ? MOST_BYTES - there - LAST_LINE : 0;
	kv_buf_init(&s.out, f->job->arena, KV_BUF_MAX);
	add_all(&s);
	if (s.left_out)
		kv_buf_printf(&s.out, "%zu more left out: a summary holds 1 MiB.\n\n", s.left_out);
	if (there + s.out.n > MOST_BYTES) {
		kv_warn(f->job, 0, "nothing is added to the summary: it already has 1 MiB");
		return 0;
	}
	return kv_write_all(fd, kv_buf_view(&s.out));
}

int cli_summary_append(const struct cli_findings *f, kv_str path)
{
	struct stat st;
	int fd = open(kv_arena_cstr(f->job->arena, path), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
	int failed = fd < 0 || fstat(fd, &st) < 0 || append(f, fd, st.st_size > 0 ? (size_t)st.st_size : 0) < 0;

	if (failed)
		kv_error_file(f->job, path, "the summary cannot be written: %s", strerror(errno));
	if (fd >= 0)
		close(fd);
	return failed ? -1 : 0;
}
