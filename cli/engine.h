/* cli/engine.h: which Helm is imitated, as --engine and KVENDOR_ENGINE say.
 *
 * An empty variable says nothing. What comes of both and of the configurations: tree_engine_of.
 */
#ifndef CLI_ENGINE_H
#define CLI_ENGINE_H

#include "tree/produce.h"

/* KVENDOR_ENGINE; NULL in p if it says nothing. */
kv_str cli_engine_environment(void);
/* The flag (NULL in p: not given), else the variable; *ret stays if neither says anything. */
KV_MUST int cli_engine_read(struct kv_job *job, kv_str flag, enum rnd_engine *ret);
/* Both, each into its own fields. */
KV_MUST int cli_engine_options(struct kv_job *job, kv_str flag, struct tree_produce_options *ret);

#endif
