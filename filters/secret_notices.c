/* filters/secret_notices.c: what the secret guard finds, as an audit of a tree that is committed already. */
#include "filters/secret_notices.h"

enum { DATA, TEXT, VARIABLE, ENTROPY, RULES };

const struct flt_rule flt_guard_rules[] = {
	[DATA] = { "secrets/data", "A Secret carries data" },
	[TEXT] = { "secrets/text", "A text looks like a secret" },
	[VARIABLE] = { "secrets/variable", "A variable under a secret's name has a literal value" },
	[ENTROPY] = { "secrets/entropy", "A text looks random" },
};
const size_t flt_guard_nrules = RULES;

static const struct flt_rule *rule_of(const struct flt_secret_finding *f)
{
	if (!strcmp(f->rule, "high-entropy"))
		return &flt_guard_rules[ENTROPY];
	int rule = f->secret.kind != KRM_NIL ? DATA : f->tier == FLT_TIER_SECRET ? TEXT : VARIABLE;
	return &flt_guard_rules[rule];
}

int flt_guard_notices(struct kv_job *job, struct flt_guard *guard, const struct krm_resources *list,
		      struct flt_notices *ret)
{
	struct flt_secret_findings found = { 0 };
	if (flt_secrets_find(job, list, guard->entropy, &found) < 0)
		return -1;
	/* Both are in the order of the resources. */
	for (size_t i = 0, at = 0; i < found.n; i++) {
		const struct flt_secret_finding *f = &found.v[i];
		while (list->v[at] != f->resource)
			at++;
		if (!flt_secret_allowed(job, guard, f))
			flt_notice(job, ret, rule_of(f), at, f->pos, "%.*s", KV_ARG(flt_secret_message(job, f)));
	}
	return 0;
}
