/* cli/audit.h: what kvendor audit is made of. */
#ifndef CLI_AUDIT_H
#define CLI_AUDIT_H

#include "cli/findings.h"
#include "cli/options.h"
#include "tree/gather.h"
#include "tree/produce.h"

/* Appends what a person has to do before external-secrets can fetch anything, and the order in which the tree is applied: as a
 * text, or as a script for sh that can be run again. Nothing is run. `shown_from`: paths are relative to it. */
void cli_bootstrap_print(struct kv_job *job, const struct tree_gathered *gathered, kv_str shown_from, bool script,
			 struct kv_buf *out);

/* The Secrets of that list as findings, for the formats that machines read: one for each, where the ExternalSecret that makes it lies, or
 * else what needs it. */
extern const struct cli_rule cli_bootstrap_rule;
void cli_bootstrap_add(struct kv_job *job, const struct tree_gathered *gathered, struct cli_findings *ret);

/* What chance and the clock made in the units, and in the kustomizations that others build, that the paths name: one product a
 * unit of `repo`, which gets them. NULL after an error that stops the run. */
struct tree_product *cli_volatile_find(struct kv_job *job, struct tree_repo *repo, kv_str engine,
				       const struct cli_list *paths);
/* Calls `add` for each value of a product; the finding's rule is for `add` to set, by its id. */
typedef void cli_volatile_fn(void *arg, const char *rule, struct cli_finding finding);
void cli_volatile_add(const struct tree_product *p, const struct tree_repo *repo, cli_volatile_fn *add, void *arg);

#endif
