/* tree/config.h: what a configuration says: kubesource.yaml (v1alpha1, v1alpha2) and kvendor.yaml.
 *
 * A configuration belongs to the job that read it. Every field is one row of a table in config.c;
 * docs/configuration.md explains them.
 */
#ifndef TREE_CONFIG_H
#define TREE_CONFIG_H

#include "filters/checks.h"
#include "filters/filter.h"
#include "filters/generated.h"
#include "filters/pod_security_filter.h"
#include "filters/secret_guard.h"
#include "filters/external_secrets.h"
#include "filters/namespaces.h"
#include "render/engine.h"

/* apiVersion and kind. */
enum tree_config_kind {
	TREE_V1ALPHA1, /* kubesource.rcwz.pl/v1alpha1 Config: one source at the top */
	TREE_V1ALPHA2, /* kubesource.rcwz.pl/v1alpha2 Config */
	TREE_VENDOR,   /* kvendor.dev/v1alpha1 Vendor */
};

/* How a target is laid out (tree/layout.h). */
enum tree_target_form {
	TREE_FORM_KUBESOURCE,
	TREE_FORM_KUSTOMIZE,
	TREE_FORM_SINGLE,
	TREE_FORM_HYDRATOR,
	TREE_FORM_PATCHES,
	TREE_FORM_RESOURCES
};

/* Whether the target has a kustomization of its own, which lists its files. */
static inline bool tree_lists_its_files(enum tree_target_form form)
{
	return form == TREE_FORM_KUBESOURCE || form == TREE_FORM_KUSTOMIZE;
}

/* Whether the kustomization beside the target names its files (tree/beside.h). */
static inline bool tree_is_named_beside(enum tree_target_form form)
{
	return form == TREE_FORM_PATCHES || form == TREE_FORM_RESOURCES;
}

struct tree_target {
	kv_str directory; /* as written */
	kv_pos pos;       /* of the directory's value */
	enum tree_target_form form;
	struct flt_select select;
	/* Set by tree/plan. */
	kv_str path;  /* absolute, with links resolved */
	kv_str shown; /* as kubesource prints it: the unit's directory and the target's, joined */
};

/* Objects of Argo CD and Flux in the repository, each of which becomes a unit (tree/applications.h). */
struct tree_applications {
	kv_pos pos;
	kv_str *files;        /* files and folders, relative to the unit */
	kv_str *repositories; /* addresses that this repository has besides its Git remotes */
	kv_str *nested;       /* patterns for the names of objects that render further ones */
	size_t nfiles, nrepositories, nnested;
	krm_val clusters; /* LIST of mappings, or NIL */
	struct flt_select select;
};

/* What such a unit renders; set by tree/applications. */
struct tree_application {
	kv_str name;  /* "application web of argocd/apps.yaml" */
	kv_str text;  /* the object, and what it refers to */
	kv_str file;  /* where the object was read, absolute */
	kv_str shown; /* its source */
	kv_str root;  /* of this repository, and its addresses (render/gitops/gitops.h) */
	kv_str *urls;
	size_t nurls;
};

struct tree_source {
	kv_pos pos;
	kv_str dir; /* sourceDir as written; empty for a source without a directory */
	kv_pos dir_pos;
	krm_val fields; /* helmCharts, helmGlobals, resources: fields of a kustomization that lies in the unit's directory;
			   else NIL */
	struct tree_applications *applications; /* NULL: it is none of them */
	const struct tree_application *application; /* NULL: the same */
	/* Set by tree/plan. */
	kv_str path; /* absolute, with links resolved; the unit's directory when dir is empty */
	kv_str shown;
};

/* Sources that are rendered together, and the targets their resources are written to. In kubesource.yaml each
 * source is a group; in kvendor.yaml the sources without targets of their own form one with the targets at
 * the top. */
struct tree_group {
	kv_pos pos;
	struct tree_source *sources;
	struct tree_target *targets;
	size_t nsources, ntargets;
};

enum tree_mode { TREE_MODE_AUTO, TREE_MODE_GENERATE, TREE_MODE_TRANSFORM, TREE_MODE_VALIDATE };

/* What becomes of objects that have generateName and no name. */
enum tree_nameless { TREE_NAMELESS_DROP, TREE_NAMELESS_NAME, TREE_NAMELESS_FAIL };

/* What only a functionConfig says. */
struct tree_function_config {
	enum tree_mode mode;
	enum tree_nameless nameless;
	bool strict;
	struct flt_select select; /* which items or rendered resources stay */
	bool needs_hash;
	kv_str behavior;             /* empty: none */
	struct flt_select generated; /* what the two above are about; empty: ConfigMaps and Secrets */
	struct flt_selector *credentials;
	size_t ncredentials;
};

struct tree_secrets {
	struct flt_guard guard;
	struct flt_external *external; /* NULL where nothing is said */
};

struct tree_config {
	enum tree_config_kind kind;
	kv_str name; /* metadata.name; may be empty */
	bool has_engine;
	enum rnd_engine engine;
	enum rnd_kustomize kustomize; /* kustomizeCompat */
	bool keep_text;
	kv_str kube_version;
	kv_str *api_versions;
	size_t napi_versions;
	bool legacy_names;
	struct flt_pod_security *pod_security; /* NULL where nothing is said */
	struct flt_namespaces *namespaces;     /* the same */
	struct tree_secrets secrets;
	struct flt_generated *generated; /* the field volatile; NULL where nothing is said */
	struct flt_checks *checks;       /* the field audit; the same */
	struct tree_group *groups;
	size_t ngroups;
	struct tree_function_config function;
};

/* What .kvendor.yaml at the root of a repository says. */
struct tree_defaults {
	bool has_engine;
	enum rnd_engine engine;
	struct flt_pod_security
		*pod_security; /* for units that say nothing themselves, and for kvendor audit; or NULL */
	struct tree_secrets secrets;
	struct flt_generated *generated; /* for units that say nothing themselves; or NULL */
	struct flt_checks *checks;       /* the same */
	kv_str keyring; /* a file, from the root; empty: none */
};

/* Whether a unit asks what the CustomResourceDefinitions of the repository say. */
static inline bool tree_needs_crds(const struct tree_config *c, const struct tree_defaults *defaults)
{
	return c->checks || c->namespaces || defaults->checks;
}

/* Reads a configuration text. All its mistakes are reported, not only the first. */
KV_MUST int tree_config_read(struct kv_job *job, kv_str name, kv_str text, struct tree_config *ret);
/* The same from a tree that is there already: a functionConfig. `sources` may be missing then: one group
 * without sources, and its targets may be missing too. */
KV_MUST int tree_config_decode(struct kv_job *job, krm_val doc, struct tree_config *ret);
/* The same tree in the one form that a functionConfig is decoded in: a ConfigMap as the Vendor that it spells, what is below
 * `spec` at the top. */
KV_MUST int tree_config_normal(struct kv_job *job, krm_val *doc);
KV_MUST int tree_defaults_read(struct kv_job *job, kv_str name, kv_str text, struct tree_defaults *ret);
/* The OpenAPI v3 schema of kind Vendor as a functionConfig. */
krm_val tree_config_schema(struct kv_arena *a);
/* "helm4" or "helm3". */
KV_MUST int tree_engine_parse(struct kv_job *job, kv_pos pos, kv_str text, enum rnd_engine *ret);

#endif
