/* filters/pod_security_checks.h: the functions behind the table of Pod Security checks; internal to pod_security*.c. */
#ifndef FILTERS_POD_SECURITY_CHECKS_H
#define FILTERS_POD_SECURITY_CHECKS_H

#include "filters/pod_spec.h"

/* One check under way: what is asked, and the answer. */
struct flt_verdict {
	struct kv_arena *a;
	unsigned minor; /* of the policy version, at most FLT_POD_NEWEST */
	bool brief;     /* no words are wanted: the answer stays empty */
	kv_str reason, detail;
};

/* True, with the answer filled in, if the Pod is forbidden. */
typedef bool flt_check_fn(struct flt_verdict *v, const struct flt_pod *pod);

flt_check_fn flt_check_apparmor, flt_check_capabilities_baseline, flt_check_host_namespaces,
	flt_check_host_path, flt_check_host_ports, flt_check_probe_hosts, flt_check_privileged,
	flt_check_proc_mount, flt_check_selinux, flt_check_seccomp_annotations, flt_check_seccomp_baseline,
	flt_check_sysctls, flt_check_host_process, flt_check_privilege_escalation,
	flt_check_capabilities_restricted, flt_check_volumes, flt_check_non_root, flt_check_user,
	flt_check_seccomp_restricted;

#endif
