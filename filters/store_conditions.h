/* filters/store_conditions.h: which namespaces a ClusterSecretStore serves. */
#ifndef FILTERS_STORE_CONDITIONS_H
#define FILTERS_STORE_CONDITIONS_H

#include "krm/value.h"

/* Whether spec.conditions of a ClusterSecretStore certainly exclude a namespace, as external-secrets decides it
 * (runtime/clientmanager, shouldProcessSecret). `labels` are the Namespace's; NIL where it is not known: of them only the
 * label with its name is certain. */
bool flt_store_excludes(struct kv_job *job, krm_val store, kv_str namespace, krm_val labels);

#endif
