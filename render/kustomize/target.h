/* render/kustomize/target.h: the parts of a build that walk kustomizations. */
#ifndef RENDER_KUSTOMIZE_TARGET_H
#define RENDER_KUSTOMIZE_TARGET_H

#include "render/kustomize/internal.h"

/* --- target.c --------------------------------------------------------------------------------- */

KV_MUST int rnd_k_accumulate_target(struct rnd_k_build *b, struct rnd_k_target *t, struct rnd_k_acc *acc);
/* Files and folders, in order, as `resources:` and the paths of plugin lists are read. */
KV_MUST int rnd_k_accumulate_resources(struct rnd_k_build *b, struct rnd_k_acc *acc, krm_val paths);
/* `openapi:` of a target; the first one in the tree that sets a schema wins. */
KV_MUST int rnd_k_set_schema(struct rnd_k_build *b, struct rnd_k_target *t);

/* --- crds.c ----------------------------------------------------------------------------------- */

/* Field specs from OpenAPI definition files; *ret stays NULL when there are none. */
KV_MUST int rnd_k_config_from_crds(struct rnd_k_build *b, krm_val paths, const struct rnd_k_config **ret);

/* --- plugins.c: what the current target runs -------------------------------------------------- */

KV_MUST int rnd_k_run_generators(struct rnd_k_build *b, struct rnd_k_acc *acc);
KV_MUST int rnd_k_run_transformers(struct rnd_k_build *b, struct rnd_k_acc *acc);
KV_MUST int rnd_k_run_validators(struct rnd_k_build *b, struct rnd_k_acc *acc);

/* --- generator.c, helm.c ---------------------------------------------------------------------- */

/* One generator; `config` as a step's. Appends what it makes to *ret. */
typedef int rnd_k_generator(struct rnd_k_build *b, krm_val config, struct rnd_k_list *ret);

rnd_k_generator rnd_k_generate_config_map;
rnd_k_generator rnd_k_generate_secret;
rnd_k_generator rnd_k_generate_helm;
rnd_k_generator rnd_k_generate_iam_policy;

/* Whether a chart generator takes the chart from a repository, and which. */
bool rnd_k_fetches_chart(struct rnd_k_build *b, krm_val config, struct rnd_chart_asked *ret);
/* What kustomize does with the `apiVersions` of every chart of a level before it renders the first. */
void rnd_k_configure_chart(struct rnd_k_build *b, krm_val api_versions);

/* A new map with the entries of both; either may be NIL. */
krm_val rnd_k_map_over(struct rnd_k_build *b, krm_val under, krm_val over);
/* MergeGlobalOptionsIntoLocal: the options of an entry completed by `generatorOptions`. NIL if there are
 * neither. */
krm_val rnd_k_generator_options(struct rnd_k_build *b, krm_val local, krm_val global);

/* --- merge.c ---------------------------------------------------------------------------------- */

/* AbsorbAll for one generated resource: appended, merged or put in place of another, as its behavior says. */
KV_MUST int rnd_k_absorb_generated(struct rnd_k_build *b, struct rnd_k_acc *acc, struct rnd_k_res *res);

/* --- vars.c ----------------------------------------------------------------------------------- */

KV_MUST int rnd_k_var_add(struct rnd_k_build *b, struct rnd_k_acc *acc, krm_val var);
KV_MUST int rnd_k_vars_merge(struct rnd_k_build *b, struct rnd_k_acc *acc, krm_val vars);
KV_MUST int rnd_k_vars_resolve(struct rnd_k_build *b, struct rnd_k_acc *acc);

/* --- once, for the root ----------------------------------------------------------------------- */

KV_MUST int rnd_k_add_hashes(struct rnd_k_build *b, struct rnd_k_acc *acc);
KV_MUST int rnd_k_fix_references(struct rnd_k_build *b, struct rnd_k_acc *acc);
KV_MUST int rnd_k_sort(struct rnd_k_build *b, struct rnd_k_acc *acc, krm_val sort_options);

#endif
