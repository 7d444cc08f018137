/* cli/drift_findings.c: the rules of drift, and what is said of a file. */
#include "cli/drift_findings.h"

const struct cli_rule cli_drift_rules[CLI_DRIFT_RULES] = {
	[TREE_DRIFT_MISSING] = { "drift/missing", "missing", "\033[32m",
				 "The sources give a file that is not there." },
	[TREE_DRIFT_STALE] = { "drift/stale", "stale", "\033[31m",
			       "A file is there that the sources give no longer." },
	[TREE_DRIFT_CHANGED] = { "drift/changed", "changed", "\033[33m",
				 "A file is not what its sources give." },
};

kv_str cli_drift_message(struct kv_arena *a, const struct tree_drift *d, kv_str fix)
{
	static const char *const texts[] = {
		[TREE_DRIFT_MISSING] = "%.*s gives this file, and it is not there; \"%.*s\" writes it",
		[TREE_DRIFT_STALE] = "%.*s gives this file no longer; \"%.*s\" removes it",
		[TREE_DRIFT_CHANGED] = "this is not what %.*s gives; \"%.*s\" writes it again",
	};
	return kv_arena_printf(a, texts[d->kind], KV_ARG(d->unit->file), KV_ARG(fix));
}
