/* tree/produce.h: units to resources to files, in memory.
 *
 * What render writes, check compares and diff shows. Units are independent: each is a job of its own, they are
 * rendered side by side, and one that fails stops no other.
 */
#ifndef TREE_PRODUCE_H
#define TREE_PRODUCE_H

#include "base/git_changes.h"
#include "render/fetch/fetch.h"
#include "render/fetch/remote.h"
#include "tree/applied.h"
#include "tree/discover.h"
#include "tree/layout.h"
#include "tree/volatile.h"

struct tree_produce_options {
	bool has_engine; /* --engine, before all */
	enum rnd_engine engine;
	bool has_env_engine; /* KVENDOR_ENGINE, before .kvendor.yaml */
	enum rnd_engine env_engine;
	bool random_os;                        /* --random=os */
	struct rnd_remote *remote;             /* a cache for results that others share; NULL: none */
	bool no_cache;                         /* results of earlier runs are not used, and those of this run not kept */
	bool temporary_tree;                   /* the work tree is a copy that is removed after the run: no time stamps of
						* its files are kept */
	bool require_cached;                   /* a unit whose result is not in the cache fails */
	size_t threads;                        /* at most; 0: as many as there are processors */
	const struct rnd_fetch_options *fetch; /* NULL: nothing is fetched */
	size_t shard, shards;                  /* every shards-th unit from the shard-th on, from 1; 0: all */
	const struct kv_git_changes *since;    /* units that are as they were then are left out; NULL: none */
	bool keys_only;                        /* tells the key of each unit and whether its result is cached; renders none */
	bool find_volatile;                    /* fills `volatiles` of the products in place of their files */
	const bool *wanted;                    /* one a unit: which are rendered; NULL: all */
};

/* A unit and the files it has; meaningful while the unit has not failed. */
struct tree_product {
	struct tree_unit *unit;
	bool skipped;               /* not wanted, not of the shard, or unchanged: it has no files then */
	bool cached;                /* the files come from the cache */
	bool unplanned;             /* failed before it could be rendered */
	struct kv_diag_mark planned; /* what was reported before that */
	kv_str key;                 /* of its result (tree/reuse.h); empty: not known */
	struct rnd_fetcher fetcher; /* what remote bytes it used */
	struct tree_files *files;   /* one a target, in the order of the groups */
	size_t nfiles;
	struct kv_buf begun; /* what kubesource prints for it, as far as a failing unit gets */
	struct kv_buf done;
	struct kv_buf remarks; /* what filters did, for people */
	struct tree_volatile volatiles; /* its volatile values, with the option find_volatile */
};

/* What may name the engine of a unit. The first that does counts (docs/configuration.md). */
enum tree_engine_origin {
	TREE_ENGINE_FLAG,
	TREE_ENGINE_UNIT,
	TREE_ENGINE_ENVIRONMENT,
	TREE_ENGINE_REPOSITORY,
	TREE_ENGINE_DEFAULT, /* Helm 4 */
};
/* Options, unit and repository may each be NULL: it names none. */
enum tree_engine_origin tree_engine_of(const struct tree_produce_options *options, const struct tree_config *unit,
				       const struct tree_defaults *repository, enum rnd_engine *ret);

/* Plans and renders the units of a repository that tree_discover filled: one product a unit, in its order. Errors and
 * warnings are in the units' jobs. NULL if kvendor.lock cannot be read. */
struct tree_product *tree_produce(struct kv_job *job, struct tree_repo *repo,
				  const struct tree_produce_options *options);
/* The target that files[i] belongs to. */
struct tree_target *tree_product_target(const struct tree_product *p, size_t i);

/* The filters around the selection. */
struct tree_filters {
	const struct flt_pod_security *pods; /* NULL: Pods are not judged */
	struct kv_buf *remarks;              /* a report of what they did is appended here; NULL: none is made */
	const struct flt_namespaces *namespaces; /* before all others; NULL: they stay as they are */
	struct krm_resources filled;             /* resources that got a namespace */
	struct flt_external *external;       /* before the selection; NULL: Secrets stay */
	kv_str external_crd; /* path of the vendored CRD of ExternalSecrets; empty if none is */
	struct flt_guard guard;
	struct flt_generated generated;
	const struct flt_checks *checks; /* NULL: nothing is looked for */
	const struct tree_crds *crds;    /* for them; NULL: none */
	struct tree_applied applied;     /* without options: Pods are judged as they are rendered */
	struct krm_resources changed; /* resources that were patched, or have patches */
	struct krm_resources patches; /* the patches, in the same order */
};

/* Of a unit: what it says itself, then the repository (NULL: none), then the default of its kind. */
struct tree_filters tree_filters(struct kv_job *job, const struct tree_config *config,
				 const struct tree_defaults *defaults, struct kv_buf *remarks);
/* What comes before the selection: the list with namespaces, and with ExternalSecrets in the place of Secrets, where the filters say
 * so; else the list itself. */
KV_MUST int tree_prepare(struct kv_job *job, struct tree_filters *filters,
			 const struct krm_resources *given, struct krm_resources *ret);
/* The checks of what is written. */
KV_MUST int tree_check(struct kv_job *job, const struct tree_filters *filters, const struct krm_resources *list);
/* Which resources of a group each of its targets gets: selection, warnings about what nothing took, filters of what was
 * taken, layout. */
KV_MUST int tree_split(struct kv_job *job, struct tree_group *group, const struct krm_resources *resources,
		       enum tree_names names, struct tree_filters *filters, struct tree_files *ret_files);

#endif
