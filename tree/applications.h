/* tree/applications.h: objects of Argo CD and Flux in the repository as units of their own.
 *
 * A source with `applications` becomes one unit for each Application that is found, for each one that an ApplicationSet makes, for each
 * HelmRelease and each Kustomization of Flux. In the directories of its targets {application}, {namespace}, {cluster} and {project} stand
 * for those of the object. What kustomizations in the looked-at folders make of the objects is what counts.
 */
#ifndef TREE_APPLICATIONS_H
#define TREE_APPLICATIONS_H

#include "render/kustomize/build.h"
#include "tree/discover.h"

/* Replaces such sources by the units. What is wrong with one stands in the job of the unit that names it, which then has failed
 * and stays in the list. */
void tree_applications_find(struct kv_job *job, struct tree_repo *repo, const struct tree_produce_options *options);
/* The addresses of the Git remotes into repo->urls; what cannot be read has none. */
void tree_repo_urls(struct kv_job *job, struct tree_repo *repo);
/* A source of any kind: a kustomization, or an application. */
KV_MUST int tree_source_render(struct kv_job *job, const struct tree_source *s, const struct rnd_build_options *options,
			       struct krm_resources *ret);

#endif
