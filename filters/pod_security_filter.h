/* filters/pod_security_filter.h: Pod Security as a filter: which level counts, what is patched, what is found. */
#ifndef FILTERS_POD_SECURITY_FILTER_H
#define FILTERS_POD_SECURITY_FILTER_H

#include "filters/pod_security_patch.h"

/* What is done about fields that are missing. */
enum flt_patch_mode {
	FLT_PATCH_NONE,
	FLT_PATCH_IN_PLACE, /* add-only: they are added to the resource */
	FLT_PATCH_FILES,    /* patches: the resource stays, a patch has them */
};

/* What a configuration says about the level of some namespaces. */
struct flt_namespace_level {
	kv_str name; /* a pattern */
	bool has_level, has_version;
	enum flt_level level;
	uint32_t minor;
};

/* Custom resources that have a Pod in them. */
struct flt_custom_pod {
	struct flt_selector selector;
	struct flt_pod_place place; /* its path may have [] for each item */
};

/* `podSecurity` of a configuration. */
struct flt_pod_security {
	struct flt_namespace_level *levels; /* the first that matches counts before all else */
	size_t nlevels;
	struct flt_custom_pod *customs;
	size_t ncustoms;
	bool has_level; /* `level` is given: it counts before the labels of Namespaces */
	bool has_default_level;
	enum flt_level level,
		default_level; /* default_level: where no Namespace of the list says more; privileged unless given */
	bool has_version;
	uint32_t minor;
	bool warns;   /* violations are warnings, else errors */
	enum flt_patch_mode patch;
	enum flt_placement placement;
	struct flt_override *overrides;
	size_t noverrides;
	bool shared; /* by many units: an override that meets none of one unit's workloads is fine */
	kv_str *namespaces, *runtime_classes; /* exempt, as patterns */
	size_t nnamespaces, nruntime_classes;
};

/* A check that forbids a workload's Pods. */
struct flt_finding {
	const struct krm_resource *resource;
	struct flt_policy policy;
	const struct flt_pod *pod;
	bool predicted; /* not by the object as it is, but by what the API server makes of its Pods */
	struct flt_violation violation;
	enum flt_patch_class class;
	const char *hint;
};

/* A check that still forbids a Pod behind its patch. */
struct flt_remaining {
	const char *check;
	enum flt_patch_class class;
	const char *hint;
};

/* A patch that was made, or would be. */
struct flt_patched {
	struct krm_resource *resource;
	const struct flt_pod_place *place;
	struct flt_pod pod; /* as it was */
	struct flt_patch patch;
	struct flt_policy policy;
	const char **before; /* the ids of checks that forbid the Pod as it was */
	struct flt_remaining *after;
	size_t nbefore, nafter;
};

struct flt_pod_report {
	struct flt_finding *findings;
	size_t nfindings, findings_cap;
	struct flt_patched *patched; /* workloads with violations before the patch */
	size_t npatched, patched_cap;
	size_t nworkloads;               /* that were judged */
	size_t fits[FLT_RESTRICTED + 1]; /* how many of them pass at most this level; counted with `judges_unpatched` */
};

/* Judges the workloads of a list, patching them first where the configuration says so. With `judges_unpatched` the findings
 * are those before the patches, which are planned only: nothing is changed. -1 if a Pod cannot be read. */
KV_MUST int flt_pod_security(struct kv_job *job, const struct flt_pod_security *config,
			     const struct krm_resources *list, bool judges_unpatched,
			     struct flt_pod_report *ret);
/* The filter of a pipeline: findings become errors or warnings, what was patched is told in `table` (or NULL), and *ret_changed gets the
 * resources that were, in their order. With FLT_PATCH_FILES it gets those that have a patch, and *ret_patches the patches. */
KV_MUST int flt_pod_security_filter(struct kv_job *job, const struct flt_pod_security *config,
				    const struct krm_resources *list, struct kv_buf *table,
				    struct krm_resources *ret_changed, struct krm_resources *ret_patches);
/* Appends the table of one patch: what was added and what was left, and why. */
void flt_patched_print(struct kv_job *job, const struct flt_patched *p, struct kv_buf *out);
/* `violates PodSecurity "restricted:latest": REASON (DETAIL)`, with "would" for what only makes Pods. */
kv_str flt_finding_text(struct kv_arena *a, const struct flt_finding *f);
/* "Deployment core/connect"; with where the Pod is in a custom resource. */
kv_str flt_workload_text(struct kv_arena *a, krm_val obj, const struct flt_pod *pod);

#endif
