/* tree/discover.h: which units a repository has.
 *
 * The search starts at the working directory; .git, node_modules, what kvendor itself stages, and any
 * `charts` folder inside a source are left out. Linked folders are not entered; a linked configuration is
 * read.
 */
#ifndef TREE_DISCOVER_H
#define TREE_DISCOVER_H

#include "tree/config.h"
#include "tree/crds.h"

struct tree_produce_options;

/* One configuration file and its directory. A unit is a job of its own, so that its mistakes touch no other. */
struct tree_unit {
	struct kv_job *job;
	kv_str name;               /* as lists call it: dir, for an application "dir:NAME" */
	kv_str dir;                /* relative to the working directory, "." for itself */
	kv_str file;               /* the configuration, relative to the working directory */
	kv_str path;               /* of the directory: absolute, with links resolved */
	kv_str text;               /* of the configuration */
	kv_str more;               /* what else decides about the result and is known before the render; empty: nothing */
	struct tree_config config; /* meaningful while failed is false */
	bool failed;
};

struct tree_repo {
	kv_str cwd;  /* absolute, with links resolved */
	kv_str root; /* the nearest parent with .kvendor.yaml or .git, else cwd */
	struct tree_defaults defaults;
	kv_str defaults_text; /* .kvendor.yaml's bytes; empty without one */
	struct tree_crds crds; /* of all of it; only where somebody looked for them */
	kv_str external_secrets_crd; /* absolute path of the CRD of ExternalSecrets; empty if none is vendored */
	kv_str *urls;              /* addresses of the repository, as render/gitops has them: those of its Git remotes */
	size_t nurls, urls_cap;
	struct tree_unit **units; /* by the bytes of their directories, applications by their names */
	size_t nunits, units_cap;
	kv_str *misnamed; /* files like kubesource.yml, relative to cwd */
	size_t nmisnamed, misnamed_cap;
	kv_str *leftovers; /* absolute paths of what an interrupted run staged */
	size_t nleftovers, leftovers_cap;
};

/* The prefix of names that a run stages under. */
#define TREE_STAGED ".kvendor-"

/* Finds the root alone. */
KV_MUST int tree_repo_find(struct kv_job *job, struct tree_repo *ret);
/* Reads .kvendor.yaml at the root. */
KV_MUST int tree_repo_read(struct kv_job *job, struct tree_repo *repo);
/* Both. */
KV_MUST int tree_repo_open(struct kv_job *job, struct tree_repo *ret);
/* Finds all units below the working directory and reads their configurations. Failing units are in the list,
 * with their errors in their own jobs; -1 only if the search itself fails. The units' jobs are the caller's
 * to free (tree_repo_close). The options name the engine for what is rendered to find applications; NULL: they name none. */
KV_MUST int tree_discover(struct kv_job *job, struct tree_repo *repo, const struct tree_produce_options *options);
void tree_repo_close(struct tree_repo *repo);
/* A path as messages show it: relative to the working directory if it lies below that, else as it is. */
kv_str tree_shown(const struct tree_repo *repo, kv_str path);

#endif
