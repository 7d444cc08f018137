/* render/gitops/gitops.h: renders objects of Argo CD and Flux offline to the resources that their controllers would apply.
 *
 * An Application, a HelmRelease or a Kustomization of Flux is given as a text: the object, then the objects that it refers to. A
 * repository that is this work tree is read there, whatever revision the object names; any other is fetched and pinned.
 */
#ifndef RENDER_GITOPS_GITOPS_H
#define RENDER_GITOPS_GITOPS_H

#include "render/kustomize/build.h"

/* What all objects of a repository share; only read. */
struct rnd_gitops {
	kv_str root;  /* of the work tree: absolute, links resolved */
	kv_str *urls; /* addresses of the work tree, as rnd_gitops_url gives them */
	size_t nurls;
	krm_val clusters; /* LIST of {name, server, project, labels, annotations}, or NIL: for the generator of clusters */
	const struct rnd_build_options *options;
};

enum rnd_gitops_kind { RND_GITOPS_NONE, RND_GITOPS_APPLICATION, RND_GITOPS_SET, RND_GITOPS_RELEASE, RND_GITOPS_KUSTOMIZATION };
enum rnd_gitops_kind rnd_gitops_kind(krm_val object);

/* One form for all addresses of a repository: "host/path" in small letters, without user, port of a scheme, ".git" and "/" at
 * its end (argo-cd: util/git/git.go, NormalizeGitURL; a little more is taken for equal). */
kv_str rnd_gitops_url(struct kv_arena *a, kv_str url);

/* What the object renders: one line for people. */
kv_str rnd_gitops_source(struct kv_arena *a, krm_val object);
/* What the object refers to: a LIST of {kind, name, namespace}; without a namespace its own is meant. */
krm_val rnd_gitops_references(struct kv_job *job, krm_val object);
/* The namespace of its release. */
kv_str rnd_gitops_namespace(krm_val object);

/* The Applications that an ApplicationSet makes, as a LIST. Its generators read this work tree and the clusters given. */
KV_MUST int rnd_gitops_expand_set(struct kv_job *job, const struct rnd_gitops *g, krm_val set, krm_val *ret);

/* `name` is how messages call the text. */
KV_MUST int rnd_gitops_render(struct kv_job *job, const struct rnd_gitops *g, kv_str name, kv_str text,
			      struct krm_resources *ret);

#endif
