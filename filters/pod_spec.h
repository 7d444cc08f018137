/* filters/pod_spec.h: what of a Pod the Pod Security checks look at, decoded as the API server would.
 *
 * Everything points into the object's tree and lives as long as the job. Null is absent, an empty mapping is present. What the
 * API server could not decode (a boolean in quotes, `yes`, a list where a mapping belongs) and what it would not
 * accept (a volume with two sources) is an error, never "absent".
 */
#ifndef FILTERS_POD_SPEC_H
#define FILTERS_POD_SPEC_H

#include "krm/resource.h"

enum flt_truth { FLT_UNSET, FLT_FALSE, FLT_TRUE };

struct flt_texts {
	kv_str *v;
	size_t n, cap;
};

/* A field that may be there without a text, such as a profile without a type. */
struct flt_text {
	bool set;
	kv_str text;
};

/* securityContext of a Pod or a container; all unset where there is none. */
struct flt_security_context {
	enum flt_truth run_as_non_root, privileged, allow_privilege_escalation, host_process;
	bool has_user;
	int64_t user;
	struct flt_text seccomp, apparmor, proc_mount; /* the type of the profiles */
	struct flt_text selinux_type, selinux_user, selinux_role;
	bool has_capabilities;
	struct flt_texts add, drop;
	struct flt_texts sysctls; /* names; of a Pod only */
};

enum flt_container_list {
	FLT_INIT_CONTAINERS,
	FLT_CONTAINERS,
	FLT_EPHEMERAL_CONTAINERS,
	FLT_CONTAINER_LISTS
};

struct flt_container {
	kv_str name;
	enum flt_container_list list;
	krm_val at; /* a MAP */
	struct flt_security_context context;
	struct flt_texts hosts;      /* of probes and lifecycle handlers */
	struct flt_texts host_ports; /* as text, without 0 */
	struct flt_texts ports;      /* containerPort, of ports that have no hostPort */
};

struct flt_volume {
	kv_str name;
	const char *source; /* the API's field; emptyDir where none is named (SetDefaults_Volume) */
};

struct flt_pod {
	kv_str path;               /* of the spec in the object: "spec.template.spec" */
	bool is_pod;               /* the object is a Pod, not one that makes Pods */
	bool is_custom;            /* its place was named by a configuration */
	krm_val spec, annotations; /* annotations: NIL or a MAP */
	enum flt_truth host_network, host_pid, host_ipc, host_users;
	bool windows;
	kv_str runtime_class;
	struct flt_security_context context;
	struct flt_container *containers; /* init containers, containers, ephemeral ones */
	size_t ncontainers;
	struct flt_volume *volumes;
	size_t nvolumes;
};

extern const char *const flt_container_lists[FLT_CONTAINER_LISTS]; /* the fields' names */

/* Where an object has a Pod in it. */
struct flt_pod_place {
	kv_str path;  /* fields from the top, with dots, of what has metadata and spec; empty: the object itself. name[2] is an item */
	bool is_spec; /* the path is of the spec alone */
	bool custom;  /* named by a configuration: no kind that the API server knows */
};

/* The place in an object of a built-in kind that has a Pod in it (admission/admission.go, defaultPodSpecResources), else NULL. */
const struct flt_pod_place *flt_pod_place(krm_val obj);
/* A path of a configuration, where name[] means each item, becomes the paths of the items that the object has. */
struct flt_texts flt_pod_paths(struct kv_job *job, krm_val obj, kv_str path);
/* Whether a path can be one: names of letters, digits, - and _, perhaps with [] behind them, between dots. */
bool flt_pod_path_is_valid(kv_str path);
/* The Pod's spec at a place, unchecked; NIL if there is none. */
krm_val flt_pod_spec(krm_val obj, const struct flt_pod_place *place);
/* The Pod at a place. *ret_found is false for a ReplicationController without a template. All mistakes are
 * reported, not only the first. */
KV_MUST int flt_pod_read(struct kv_job *job, krm_val obj, const struct flt_pod_place *place, struct flt_pod *ret,
			 bool *ret_found);
/* The security contexts of a Pod that was read, once more: what a patch sets lies in them. */
KV_MUST int flt_pod_read_contexts(struct kv_job *job, struct flt_pod *pod);

#endif
