/* cli/report_sarif.c: SARIF 2.1.0, for code scanning services and editors. */
#include "cli/findings.h"
#include "cli/version.h"

static krm_val text(struct kv_arena *a, kv_str s)
{
	return cli_map(a, "text", krm_string(a, s), NULL);
}

static krm_val rule(struct kv_arena *a, const struct cli_rule *r)
{
	return cli_map(a, "id", krm_string_c(a, r->id), "shortDescription", text(a, kv_str_c(r->summary)),
		       NULL);
}

/* A relative URI reference (RFC 3986): what is neither unreserved nor a slash is encoded, so that no first part is
 * taken for a scheme. */
static krm_val uri(struct kv_arena *a, kv_str path)
{
	struct kv_buf out;
	kv_buf_init(&out, a, KV_BUF_MAX);
	for (size_t i = 0; i < path.n; i++) {
		unsigned char c = (unsigned char)path.p[i];
		bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
			     (c && strchr("-._~/", c));
		if (plain)
			kv_buf_c(&out, (char)c);
		else
			kv_buf_printf(&out, "%%%02X", c);
	}
	return krm_string(a, kv_buf_view(&out));
}

static krm_val one(struct kv_arena *a, krm_val v)
{
	krm_val list = krm_list(a, KRM_OF_ANY);
	krm_list_push(a, list.l, v);
	return list;
}

static krm_val result(const struct cli_findings *f, const struct cli_finding *v)
{
	struct kv_arena *a = f->job->arena;
	krm_val artifact = cli_map(a, "uri", uri(a, cli_finding_file(f, v)), "uriBaseId",
				   krm_string_c(a, "%SRCROOT%"), NULL);
	krm_val region = cli_map(a, "startLine", krm_int((int64_t)v->line), NULL);
	krm_val physical = cli_map(a, "artifactLocation", artifact, "region", region, NULL);
	return cli_map(a, "ruleId", krm_string_c(a, v->rule->id), "level", krm_string_c(a, "error"),
		       "message", text(a, v->message), "locations",
		       one(a, cli_map(a, "physicalLocation", physical, NULL)), "partialFingerprints",
		       cli_map(a, "kvendor/v1", krm_string(a, cli_finding_id(f, v)), NULL), NULL);
}

static bool all_rendered(const struct cli_findings *f)
{
	for (size_t i = 0; i < f->n; i++)
		if (f->v[i].rule == &cli_rule_failed)
			return false;
	return true;
}

static krm_val driver(const struct cli_findings *f)
{
	struct kv_arena *a = f->job->arena;
	krm_val rules = one(a, rule(a, &cli_rule_failed));
	for (size_t i = 0; i < f->nrules; i++)
		krm_list_push(a, rules.l, rule(a, &f->rules[i]));
	return cli_map(a, "name", krm_string_c(a, "kvendor"), "semanticVersion", krm_string_c(a, CLI_VERSION),
		       "rules", rules, NULL);
}

/* GitHub's code scanning refuses a file with more results of a run. */
#define MOST_RESULTS 25000

/* Units that failed first. */
static krm_val results_of(const struct cli_findings *f)
{
	krm_val results = krm_list(f->job->arena, KRM_OF_ANY);
	for (int failed = 1; failed >= 0; failed--)
		for (size_t i = 0; i < f->n && results.l->n < MOST_RESULTS; i++)
			if ((f->v[i].rule == &cli_rule_failed) == failed)
				krm_list_push(f->job->arena, results.l, result(f, &f->v[i]));
	if (results.l->n < f->n)
		kv_warn(f->job, 0, "%zu findings are left out: code scanning takes %d", f->n - results.l->n,
			MOST_RESULTS);
	return results;
}

void cli_report_sarif(const struct cli_findings *f, struct kv_buf *out)
{
	struct kv_arena *a = f->job->arena;
	krm_val results = results_of(f);
	krm_val invocation = cli_map(a, "executionSuccessful", krm_bool(all_rendered(f)), NULL);
	krm_val run = cli_map(a, "tool", cli_map(a, "driver", driver(f), NULL), "invocations",
			      one(a, invocation), "results", results, NULL);
	cli_json(f,
		 cli_map(a, "$schema", krm_string_c(a, "https://json.schemastore.org/sarif-2.1.0.json"),
			 "version", krm_string_c(a, "2.1.0"), "runs", one(a, run), NULL),
		 out);
}
