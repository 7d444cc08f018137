/* tree/reuse.h: results of earlier runs in place of renders.
 *
 * The result of a unit is kept in the cache under the key of its action: the program's build, the engine, the configuration and
 * where it lies, the defaults of the repository, and all that the render asked of the file system and of kvendor.lock, with
 * the answers (tree/graph.h). Equal keys mean equal results. What failed is not kept, so nothing is that the secret guard
 * refuses. A damaged entry counts as missing.
 */
#ifndef TREE_REUSE_H
#define TREE_REUSE_H

#include "tree/graph.h"
#include "tree/produce.h"

/* What the units of a run share; only read once it is open. */
struct tree_reuse {
	bool on;
	kv_str keyring_sha256; /* of what charts are signed with; empty: they need not be */
	bool temporary_tree; /* as in tree_produce_options */
	const struct tree_repo *repo;
	const struct rnd_cache *cache;
	struct rnd_remote *remote; /* NULL: none */
	const struct rnd_pins *pins;
	kv_str repositories; /* Helm's repositories.yaml; empty if there is none */
	int64_t trusted;
};

/* The action of one unit. */
struct tree_action {
	kv_str base;             /* digest of what is known before a render, in hexadecimal */
	struct tree_graph graph; /* as it was recorded, with the answers of now */
	kv_str key;              /* in hexadecimal; empty: nothing was recorded, or something has no answer */
};

void tree_reuse_open(struct tree_reuse *r, const struct tree_repo *repo,
		     const struct tree_produce_options *options, const struct rnd_fetch_options *fetch);
/* What is known of a unit without a render. */
void tree_reuse_look(const struct tree_reuse *r, const struct tree_unit *u, enum rnd_engine engine,
		     struct tree_action *ret);
/* Fills the product from the cache; false if it is not there. */
bool tree_reuse_take(const struct tree_reuse *r, const struct tree_action *action, struct tree_product *p);
/* Keeps a product that was rendered while `inputs` recorded; `since` is from before the render. */
void tree_reuse_keep(const struct tree_reuse *r, const struct tree_action *action, const struct tree_product *p,
		     const struct kv_inputs *inputs, struct kv_diag_mark since);

#endif
