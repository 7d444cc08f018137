/* filters/pod_security.c: the table of Pod Security checks, and what a level and version make of it. */
#include "filters/pod_security.h"

#include "filters/pod_security_checks.h"

/* A revision of a check. Rows of one check follow each other. */
struct check {
	const char *id;
	enum flt_level level;
	uint8_t from, until;         /* minor versions, both inclusive */
	uint8_t windows_from;        /* Pods for Windows are exempt from this version on */
	uint8_t user_namespace_from; /* so are Pods with `hostUsers: false` */
	const char *replaces;        /* the baseline check that it is made instead of */
	flt_check_fn *run;
	const char *summary; /* what the rule wants */
};

#define NEVER UINT8_MAX

/* In the order of the texts: the baseline ids sorted by bytes, then the restricted ones (policy/registry.go, populate). */
/* clang-format off: one check a row */
static const struct check checks[] = {
	{ "appArmorProfile", FLT_BASELINE, 0, NEVER, NEVER, NEVER, NULL, flt_check_apparmor,
	  "AppArmor profiles are RuntimeDefault or Localhost." },
	{ "capabilities_baseline", FLT_BASELINE, 0, NEVER, NEVER, NEVER, NULL,
	  flt_check_capabilities_baseline, "Containers add none but the default capabilities." },
	{ "hostNamespaces", FLT_BASELINE, 0, NEVER, NEVER, NEVER, NULL, flt_check_host_namespaces,
	  "Pods do not share the network, processes and IPC of the host." },
	{ "hostPathVolumes", FLT_BASELINE, 0, NEVER, NEVER, NEVER, NULL, flt_check_host_path,
	  "Volumes are no folders of the host." },
	{ "hostPorts", FLT_BASELINE, 0, NEVER, NEVER, NEVER, NULL, flt_check_host_ports,
	  "Containers use no ports of the host." },
	{ "hostProbesAndHostLifecycle", FLT_BASELINE, 34, NEVER, NEVER, NEVER, NULL, flt_check_probe_hosts,
	  "Probes and lifecycle handlers name no host." },
	{ "privileged", FLT_BASELINE, 0, NEVER, NEVER, NEVER, NULL, flt_check_privileged,
	  "Containers are not privileged." },
	{ "procMount", FLT_BASELINE, 0, NEVER, NEVER, 35, NULL, flt_check_proc_mount,
	  "Containers keep the default masks of /proc." },
	{ "seLinuxOptions", FLT_BASELINE, 0, NEVER, NEVER, NEVER, NULL, flt_check_selinux,
	  "SELinux types are those of containers, user and role are not set." },
	{ "seccompProfile_baseline", FLT_BASELINE, 0, 18, NEVER, NEVER, NULL, flt_check_seccomp_annotations,
	  "Seccomp profiles are not Unconfined." },
	{ "seccompProfile_baseline", FLT_BASELINE, 19, NEVER, NEVER, NEVER, NULL, flt_check_seccomp_baseline,
	  "Seccomp profiles are not Unconfined." },
	{ "sysctls", FLT_BASELINE, 0, NEVER, NEVER, NEVER, NULL, flt_check_sysctls,
	  "Pods set none but safe sysctls." },
	{ "windowsHostProcess", FLT_BASELINE, 0, NEVER, NEVER, NEVER, NULL, flt_check_host_process,
	  "Windows Pods run no host processes." },
	{ "allowPrivilegeEscalation", FLT_RESTRICTED, 8, NEVER, 25, NEVER, NULL,
	  flt_check_privilege_escalation, "Containers set allowPrivilegeEscalation to false." },
	{ "capabilities_restricted", FLT_RESTRICTED, 22, NEVER, 25, NEVER, "capabilities_baseline",
	  flt_check_capabilities_restricted,
	  "Containers drop all capabilities and add none but NET_BIND_SERVICE." },
	{ "procMount_restricted", FLT_RESTRICTED, 35, NEVER, NEVER, NEVER, "procMount", flt_check_proc_mount,
	  "Containers keep the default masks of /proc, also in user namespaces." },
	{ "restrictedVolumes", FLT_RESTRICTED, 0, NEVER, NEVER, NEVER, "hostPathVolumes", flt_check_volumes,
	  "Volumes are of the kinds that reach nothing outside the namespace." },
	{ "runAsNonRoot", FLT_RESTRICTED, 0, NEVER, NEVER, 35, NULL, flt_check_non_root,
	  "Containers are told not to run as root." },
	{ "runAsUser", FLT_RESTRICTED, 23, NEVER, NEVER, 35, NULL, flt_check_user,
	  "Containers do not run as user 0." },
	{ "seccompProfile_restricted", FLT_RESTRICTED, 19, NEVER, 25, NEVER, "seccompProfile_baseline",
	  flt_check_seccomp_restricted, "Pods have a seccomp profile, RuntimeDefault or Localhost." },
};
/* clang-format on */

#define NCHECKS (sizeof checks / sizeof *checks)

/* --- levels and versions ---------------------------------------------------------------------- */

static const char *const level_names[] = { "privileged", "baseline", "restricted" };

const char *flt_level_name(enum flt_level level)
{
	return level_names[level];
}

bool flt_level_parse(kv_str text, enum flt_level *ret)
{
	for (int level = FLT_PRIVILEGED; level <= FLT_RESTRICTED; level++)
		if (kv_str_eq(text, kv_str_c(level_names[level]))) {
			*ret = (enum flt_level)level;
			return true;
		}
	return false;
}

/* ^v1\.([0-9]|[1-9][0-9]*)$ */
bool flt_version_parse(kv_str text, uint32_t *ret_minor)
{
	uint32_t minor = 0;
	if (kv_str_eq(text, KV_S("latest"))) {
		*ret_minor = FLT_POD_LATEST;
		return true;
	}
	/* Nine digits stay below FLT_POD_LATEST. */
	if (!kv_str_starts(text, KV_S("v1.")) || text.n < 4 || text.n > 12 ||
	    (text.n > 4 && text.p[3] == '0'))
		return false;
	for (size_t i = 3; i < text.n; i++) {
		if (text.p[i] < '0' || text.p[i] > '9')
			return false;
		minor = minor * 10 + (uint32_t)(text.p[i] - '0');
	}
	*ret_minor = minor;
	return true;
}

kv_str flt_policy_text(struct kv_arena *a, struct flt_policy policy)
{
	if (policy.minor == FLT_POD_LATEST)
		return kv_arena_printf(a, "%s:latest", level_names[policy.level]);
	return kv_arena_printf(a, "%s:v1.%u", level_names[policy.level], policy.minor);
}

struct flt_policy flt_policy_of_labels(krm_val labels, struct flt_policy defaults)
{
	struct flt_policy policy = defaults;
	krm_val level = krm_get(labels, "pod-security.kubernetes.io/enforce"),
		version = krm_get(labels, "pod-security.kubernetes.io/enforce-version");
	if (level.kind != KRM_NIL && !flt_level_parse(krm_str(level), &policy.level))
		policy.level = FLT_RESTRICTED;
	if (version.kind != KRM_NIL && !flt_version_parse(krm_str(version), &policy.minor))
		policy.minor = FLT_POD_LATEST;
	return policy;
}

bool flt_check_at(size_t i, const char **ret_id, const char **ret_summary)
{
	if (i >= NCHECKS)
		return false;
	*ret_id = checks[i].id;
	*ret_summary = checks[i].summary;
	return true;
}

/* --- evaluation ------------------------------------------------------------------------------- */

static unsigned judged_as(struct flt_policy policy)
{
	return policy.minor > FLT_POD_NEWEST ? FLT_POD_NEWEST : policy.minor;
}

static bool is_current(const struct check *c, unsigned minor)
{
	return minor >= c->from && minor <= c->until;
}

static bool is_replaced(const struct check *c, unsigned minor)
{
	/* Those of the level restricted stand last. */
	for (size_t i = NCHECKS; c->level < FLT_RESTRICTED && i-- && checks[i].level == FLT_RESTRICTED;)
		if (checks[i].replaces && *checks[i].replaces == *c->id && is_current(&checks[i], minor) &&
		    strcmp(checks[i].replaces, c->id) == 0)
			return true;
	return false;
}

static bool applies(const struct check *c, struct flt_policy policy)
{
	unsigned minor = judged_as(policy);
	return c->level <= policy.level && is_current(c, minor) &&
	       !(policy.level == FLT_RESTRICTED && is_replaced(c, minor));
}

static bool is_exempt(const struct check *c, unsigned minor, const struct flt_pod *pod)
{
	return (minor >= c->windows_from && pod->windows) ||
	       (minor >= c->user_namespace_from && pod->host_users == FLT_FALSE);
}

/* The next row from *i on that forbids the Pod; NULL behind the last. */
static const struct check *next_forbidding(struct flt_verdict *v, const struct flt_pod *pod,
					   struct flt_policy policy, size_t *i)
{
	for (; *i < NCHECKS; ++*i) {
		const struct check *c = &checks[*i];
		if (applies(c, policy) && !is_exempt(c, v->minor, pod) && c->run(v, pod)) {
			++*i;
			return c;
		}
	}
	return NULL;
}

void flt_pod_evaluate(struct kv_arena *a, const struct flt_pod *pod, struct flt_policy policy,
		      struct flt_violations *ret)
{
	struct flt_verdict v = { .a = a, .minor = judged_as(policy) };
	for (size_t i = 0; i < NCHECKS;) {
		const struct check *c = next_forbidding(&v, pod, policy, &i);
		if (!c)
			break;
		struct flt_violation violation = { c->id, v.reason, v.detail };
		KV_PUSH(a, ret->v, ret->n, ret->cap, violation);
	}
}

size_t flt_pod_forbidding(struct kv_arena *a, const struct flt_pod *pod, struct flt_policy policy,
			  const char **ret_ids)
{
	struct kv_arena_mark mark = kv_arena_mark(a);
	struct flt_verdict v = { .a = a, .minor = judged_as(policy), .brief = true };
	const struct check *c;
	size_t n = 0;
	for (size_t i = 0; (c = next_forbidding(&v, pod, policy, &i)); n++)
		if (ret_ids)
			ret_ids[n] = c->id;
	kv_arena_release(a, mark);
	return n;
}

bool flt_check_applies(const char *id, struct flt_policy policy, const struct flt_pod *pod)
{
	for (size_t i = 0; i < NCHECKS; i++)
		if (strcmp(checks[i].id, id) == 0 && applies(&checks[i], policy))
			return !is_exempt(&checks[i], judged_as(policy), pod);
	return false;
}

enum flt_level flt_pod_level(struct kv_arena *a, const struct flt_pod *pod, uint32_t minor)
{
	enum flt_level level = FLT_RESTRICTED;
	while (level > FLT_PRIVILEGED && flt_pod_forbidding(a, pod, (struct flt_policy){ level, minor }, NULL))
		level--;
	return level;
}

kv_str flt_violation_text(struct kv_arena *a, const struct flt_violation *v)
{
	if (!v->detail.n)
		return v->reason;
	return kv_arena_cat(a, v->reason, KV_S(" ("), v->detail, KV_S(")"));
}

kv_str flt_violations_text(struct kv_arena *a, const struct flt_violations *violations)
{
	struct kv_buf out;
	kv_buf_init(&out, a, KV_BUF_MAX);
	for (size_t i = 0; i < violations->n; i++)
		kv_buf_printf(&out, "%s%.*s", i ? ", " : "",
			      KV_ARG(flt_violation_text(a, &violations->v[i])));
	return kv_buf_view(&out);
}
