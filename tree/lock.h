/* tree/lock.h: kvendor.lock at the root of a repository: the pins of all that is remote (docs/lock.md).
 *
 * The file is data for render/fetch. It is written only when a pin is new, another or gone, always in the same form and
 * order, and exchanged in one step.
 */
#ifndef TREE_LOCK_H
#define TREE_LOCK_H

#include "render/fetch/fetch.h"
#include "tree/produce.h"

#define TREE_LOCK_NAME "kvendor.lock"

/* The pins; none if there is no file. */
KV_MUST int tree_pins_read(struct kv_job *job, const struct tree_repo *repo, struct rnd_pins *ret);

/* Writes the pins that were there and those that the units used which have not failed; with `prune` only the latter. Two units
 * that got different bytes for the same thing are an error. */
KV_MUST int tree_pins_save(struct kv_job *job, const struct tree_repo *repo,
			   const struct tree_product *products, bool prune);

#endif
