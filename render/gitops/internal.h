/* render/gitops/internal.h: what the files of render/gitops share. */
#ifndef RENDER_GITOPS_INTERNAL_H
#define RENDER_GITOPS_INTERNAL_H

#include "render/template/func.h"
#include "render/chart/load.h"
#include "render/gitops/gitops.h"

/* One render of one object. */
struct rnd_gitops_run {
	struct kv_job *job;
	const struct rnd_gitops *g;
	const struct rnd_build_options *options;
	krm_val object;
	krm_val *others; /* what it refers to */
	size_t nothers;
};

/* --- gitops.c ----------------------------------------------------------------------------------- */

/* A folder of a repository. */
struct rnd_gitops_place {
	kv_str root; /* of the repository: absolute, links resolved; nothing outside of it is read */
	kv_str dir;  /* below it */
	bool ours;   /* the work tree */
};

bool rnd_gitops_is_ours(const struct rnd_gitops *g, struct kv_arena *a, kv_str url);
/* The root of a repository: the work tree, or a checkout. */
KV_MUST int rnd_gitops_repository(struct rnd_gitops_run *r, kv_pos pos, kv_str url, kv_str ref,
				  struct rnd_gitops_place *ret);
/* Goes to a folder below the root; links must not lead out of it. */
KV_MUST int rnd_gitops_enter(struct rnd_gitops_run *r, kv_pos pos, kv_str path, struct rnd_gitops_place *place);
/* RFC 7386: what the patch says over what is there, null takes out; `into` may share with the patch afterwards. `depth` is 0. */
KV_MUST int rnd_gitops_merge(struct kv_job *job, krm_val *into, krm_val patch, size_t depth);
/* The text of a scalar; empty if there is none. */
kv_str rnd_gitops_text(struct rnd_gitops_run *r, krm_val v);
/* A text field of a map. */
kv_str rnd_gitops_field(struct rnd_gitops_run *r, krm_val map, const char *name);

/* --- release.c ---------------------------------------------------------------------------------- */

/* A chart, and how its templates are to be rendered. */
struct rnd_gitops_chart {
	kv_pos pos; /* of what names it */
	struct rnd_chart *chart;
	struct rnd_gitops_place place; /* dir is empty if it came as an archive */
	struct rnd_release release;    /* values included */
	size_t sets_cap, versions_cap;
};

/* Loads what the folder or the repository of charts has; `c->release.engine` is set before. */
KV_MUST int rnd_gitops_load_folder(struct rnd_gitops_run *r, const struct rnd_gitops_place *place,
				   struct rnd_gitops_chart *c);
KV_MUST int rnd_gitops_load_archive(struct rnd_gitops_run *r, const struct rnd_chart_asked *asked,
				    struct rnd_gitops_chart *c);
/* Values over those that are there. */
KV_MUST int rnd_gitops_add_values(struct rnd_gitops_run *r, struct rnd_gitops_chart *c, kv_str name, kv_str text);
/* A file below the chart: of its folder, or of its archive; .p is NULL if there is none. */
KV_MUST int rnd_gitops_chart_file(struct rnd_gitops_run *r, struct rnd_gitops_chart *c, kv_str path, kv_str *ret);
void rnd_gitops_add_set(struct rnd_gitops_run *r, struct rnd_gitops_chart *c, enum rnd_set_kind kind, kv_str text);
/* `versions` is a LIST or NIL; NIL and an empty `kube_version` mean those of the unit. */
void rnd_gitops_capabilities(struct rnd_gitops_run *r, struct rnd_gitops_chart *c, kv_str kube_version,
			     krm_val versions);
KV_MUST int rnd_gitops_template(struct rnd_gitops_run *r, struct rnd_gitops_chart *c, struct krm_resources *ret);

/* --- application.c, kustomize.c, manifests.c, flux_*.c -------------------------------------------- */

KV_MUST int rnd_gitops_application(struct rnd_gitops_run *r, struct krm_resources *ret);
KV_MUST int rnd_gitops_release(struct rnd_gitops_run *r, struct krm_resources *ret);
KV_MUST int rnd_gitops_kustomization(struct rnd_gitops_run *r, struct krm_resources *ret);

/* What Argo CD replaces in the texts of a source: $ARGOCD_APP_NAME and its kin. */
struct rnd_gitops_env {
	struct {
		kv_str name, value;
	} v[16];
	size_t n;
};
/* os.Expand: names that are unknown vanish, $$ is $. */
kv_str rnd_gitops_expand(struct kv_arena *a, const struct rnd_gitops_env *env, kv_str text);

/* --- flux_release.c, envsubst.c: what the objects of Flux share ---------------------------------- */

/* What {kind, name, namespace} names among the objects, or NIL. */
krm_val rnd_gitops_find(const struct rnd_gitops_run *r, krm_val ref);
/* The same where it must be there. */
KV_MUST int rnd_gitops_find_source(const struct rnd_gitops_run *r, krm_val ref, krm_val *ret);
/* The root of what a GitRepository checks out. */
KV_MUST int rnd_gitops_checkout(struct rnd_gitops_run *r, krm_val source, struct rnd_gitops_place *ret);
/* The text of a key of a ConfigMap or Secret; .p is NULL if it is missing. */
KV_MUST int rnd_gitops_data(struct rnd_gitops_run *r, krm_val object, kv_str key, kv_str *ret);
/* `labels` and `annotations` of commonMetadata on all objects. */
void rnd_gitops_add_metadata(struct rnd_gitops_run *r, krm_val common, struct krm_resources *list);
/* ${var} by its value: `vars` is a MAP of texts. In strict mode a variable without a value and a default is an error. */
KV_MUST int rnd_gitops_substitute(struct kv_job *job, kv_pos pos, kv_str in, krm_val vars, bool strict, struct kv_buf *out);

/* --- generators.c --------------------------------------------------------------------------------- */

/* The expansion of one ApplicationSet. */
struct rnd_gitops_set {
	struct rnd_gitops_run run;
	bool go; /* goTemplate */
	bool strict, zero; /* missingkey=error, missingkey=zero */
	size_t nparams; /* made so far, against a limit */
};

/* What a generator makes: a LIST of MAPs, flat ones of texts unless `go`. `given` are the parameters of the first generator of a matrix, or
 * NIL. */
KV_MUST int rnd_gitops_generate(struct rnd_gitops_set *s, krm_val generator, krm_val given, krm_val *ret);
/* The text with parameters in the place of what stands in {{ }}. */
KV_MUST int rnd_gitops_replace(struct rnd_gitops_set *s, kv_pos pos, kv_str text, krm_val params, kv_str *ret);
/* The same for all keys and texts of a tree. */
KV_MUST int rnd_gitops_replace_all(struct rnd_gitops_set *s, krm_val v, krm_val params, size_t depth, krm_val *ret);

/* `kustomize build` of the folder with the fields of spec.source.kustomize (NIL: none) over its kustomization. */
KV_MUST int rnd_gitops_build(struct rnd_gitops_run *r, const struct rnd_gitops_place *place, krm_val fields,
			     const struct rnd_gitops_env *env, struct krm_resources *ret);
/* The manifests of a folder without chart and kustomization; `directory` is spec.source.directory or NIL. */
KV_MUST int rnd_gitops_manifests(struct rnd_gitops_run *r, const struct rnd_gitops_place *place, krm_val directory,
				 struct krm_resources *ret);

/* --- functions of templates (appset_functions.c) ----------------------------------------------- */

/* SanitizeName: what a name of DNS may hold. */
kv_str rnd_gitops_normalized(struct kv_arena *a, kv_str name);
/* Besides Sprig's, and in place of Helm's of that name. */
extern const struct rnd_func rnd_gitops_functions[];
extern const size_t rnd_gitops_nfunctions;

/* --- patterns (pattern.c) ----------------------------------------------------------------------- */

/* Whether a path holds a sign of a pattern (isGlobPath). */
bool rnd_gitops_is_pattern(kv_str path);
/* `*` is any text. The rules differ in what is behind that. */
enum rnd_gitops_rules {
	RND_GITOPS_GO,     /* path.Match: up to a slash; [^a] alone is what is not a */
	RND_GITOPS_GIT,    /* git ls-files: over slashes */
	RND_GITOPS_SHELL,  /* doublestar: up to a slash */
};
bool rnd_gitops_matches(kv_str pattern, kv_str text, enum rnd_gitops_rules rules);
/* The absolute paths below `root` that a pattern of paths matches, where "**" is any number of folders: each folder's own entries by
 * name, then those of the folders in it. */
KV_MUST int rnd_gitops_glob(struct kv_job *job, kv_pos pos, kv_str root, kv_str pattern, kv_str **ret, size_t *ret_n);

#endif
