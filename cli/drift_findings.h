/* cli/drift_findings.h: drift as findings: what check and diff tell in the formats of -o. */
#ifndef CLI_DRIFT_FINDINGS_H
#define CLI_DRIFT_FINDINGS_H

#include "cli/findings.h"
#include "tree/drift.h"

#define CLI_DRIFT_RULES 3

/* By their kinds. */
extern const struct cli_rule cli_drift_rules[CLI_DRIFT_RULES];
/* A sentence that names the unit and `fix`, the command line that mends it. */
kv_str cli_drift_message(struct kv_arena *a, const struct tree_drift *d, kv_str fix);

#endif
