/* cli/findings.c: the list of findings and the table of formats. */
#include "cli/findings.h"

#include <stdarg.h>

#include "base/digest.h"
#include "base/file.h"
#include "cli/options.h"
#include "krm/json.h"

const struct cli_rule cli_rule_failed = { "unit/failed", "failed", "\033[31m",
					  "The unit could not be rendered." };

static const struct cli_reporter reporters[] = {
	{ "text", cli_report_text },     { "json", cli_report_json },   { "github", cli_report_github },
	{ "gitlab", cli_report_gitlab }, { "sarif", cli_report_sarif }, { "junit", cli_report_junit },
};

const struct cli_reporter *cli_reporter_find(struct kv_job *job, kv_str name)
{
	for (size_t i = 0; i < KV_COUNT(reporters); i++)
		if (!name.p || kv_str_eq(name, kv_str_c(reporters[i].name)))
			return &reporters[i];
	kv_error(job, 0, "unknown output format \"%.*s\": it must be " CLI_FORMATS, KV_ARG(name));
	return NULL;
}

void cli_finding_add(struct cli_findings *f, struct cli_finding finding)
{
	KV_PUSH(f->job->arena, f->v, f->n, f->cap, finding);
}

void cli_finding_add_failed(struct cli_findings *f, const struct tree_unit *u)
{
	struct kv_arena *a = f->job->arena;
	struct cli_finding finding = { .rule = &cli_rule_failed,
				       .unit = u,
				       .line = 1,
				       .message = KV_S("the unit could not be rendered") };
	kv_str file = u->file;
	struct kv_place place;
	const struct kv_diag *d = u->job->diags;
	while (d && d->severity != KV_ERROR)
		d = d->next;
	if (d)
		finding.message = d->text;
	if (d && kv_source_find(u->job, d->pos, &place)) {
		file = place.file;
		finding.line = place.line;
	} else if (d && d->file.n) {
		file = d->file;
	}
	finding.path = kv_path_join(a, f->repo->cwd, file);
	cli_finding_add(f, finding);
}

kv_str cli_finding_file(const struct cli_findings *f, const struct cli_finding *finding)
{
	kv_str rest;
	return kv_path_below(finding->path, f->repo->root, &rest) ? rest : finding->path;
}

kv_str cli_finding_id(const struct cli_findings *f, const struct cli_finding *finding)
{
	struct kv_arena *a = f->job->arena;
	return kv_digest_hex(a, KV_SHA256,
			     kv_arena_cat(a, kv_str_c(finding->rule->id), KV_S("\0"),
					  cli_finding_file(f, finding), KV_S("\0"), finding->subject));
}

size_t cli_findings_of(const struct cli_findings *f, const struct tree_unit *u, size_t *next)
{
	size_t first = *next;
	while (*next < f->n && f->v[*next].unit == u)
		++*next;
	return *next - first;
}

krm_val cli_map(struct kv_arena *a, ...)
{
	krm_val map = krm_map(a, KRM_OF_ANY);
	va_list ap;
	va_start(ap, a);
	for (const char *key; (key = va_arg(ap, const char *));)
		krm_map_set_c(a, map.m, key, va_arg(ap, krm_val));
	va_end(ap);
	return map;
}

void cli_json(const struct cli_findings *f, krm_val v, struct kv_buf *out)
{
	kv_str error;
	/* Trees of our own making can always be printed. */
	if (krm_json_write(f->job, v, (struct krm_json_style){ .indent = "  " }, out, &error) == 0)
		kv_buf_c(out, '\n');
}
