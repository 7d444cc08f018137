/* filters/checks.c: findings of audits as errors and warnings. */
#include "filters/checks.h"

#include "filters/filter.h"
#include "filters/secret_guard.h"

static const struct flt_audit *const audits[] = { &flt_secret_audit, &flt_reference_audit, &flt_schema_audit,
						   &flt_namespace_audit };
#define NAUDITS (sizeof audits / sizeof *audits)

int flt_checks_pattern(struct kv_job *job, kv_pos pos, kv_str pattern)
{
	if (flt_pattern_check(job, pos, pattern) < 0)
		return -1;
	for (size_t i = 0; i < NAUDITS; i++)
		for (size_t k = 0; k < audits[i]->nrules; k++)
			if (flt_pattern_matches(job, pattern, kv_str_c(audits[i]->rules[k].id)))
				return 0;
	kv_error(job, pos, "\"%.*s\" is not a rule", KV_ARG(pattern));
	kv_note(job, 0, "rules are those of schema/, references/, namespaces/ and external-secrets/ in docs/audit.md");
	return -1;
}

static bool meets(struct kv_job *job, const kv_str *patterns, size_t n, const struct flt_rule *rule)
{
	for (size_t i = 0; i < n; i++)
		if (flt_pattern_matches(job, patterns[i], kv_str_c(rule->id)))
			return true;
	return false;
}

/* Lines of a Secret are not shown. */
static void report(struct kv_job *job, const struct krm_resource *r, const struct flt_notice *n, bool refuse)
{
	kv_pos pos = n->pos ? n->pos : r->obj.pos ? r->obj.pos : r->origin.pos;
	kv_str text = kv_arena_cat(job->arena, n->message, KV_S(" ("), kv_str_c(n->rule->id), KV_S(")"));
	if (flt_is_secret(r->obj) || !pos)
		krm_report_discreetly(job, r, pos, refuse, text);
	else if (refuse)
		kv_error(job, pos, "%.*s", KV_ARG(text));
	else
		kv_warn(job, pos, "%.*s", KV_ARG(text));
}

bool flt_checks_ask_for(struct kv_job *job, const struct flt_checks *c, const struct flt_audit *audit)
{
	for (size_t i = 0; i < audit->nrules; i++)
		if (meets(job, c->refuse, c->nrefuse, &audit->rules[i]) || meets(job, c->warn, c->nwarn, &audit->rules[i]))
			return true;
	return false;
}

int flt_checks_run(struct kv_job *job, const struct flt_checks *c, const struct krm_resources *list,
		   const struct flt_known *known, size_t *ret_unevaluated)
{
	struct flt_notices found = { 0 };
	int failed = 0;
	for (size_t i = 0; i < NAUDITS; i++)
		if (flt_checks_ask_for(job, c, audits[i]))
			audits[i]->find(job, list, known, &found);
	*ret_unevaluated = found.nunevaluated;
	for (size_t i = 0; i < found.n; i++) {
		const struct flt_notice *n = &found.v[i];
		bool refuse = meets(job, c->refuse, c->nrefuse, n->rule);
		if (meets(job, c->skip, c->nskip, n->rule) || (!refuse && !meets(job, c->warn, c->nwarn, n->rule)))
			continue;
		report(job, list->v[n->at], n, refuse);
		failed |= refuse ? -1 : 0;
	}
	return failed;
}
