/* filters/pod_security_class.c: what can be done about a violation: nothing but add, add at a risk, change what was said, or nothing. */
#include "filters/pod_security_patch.h"

/* The class so far, and its hint. */
struct verdict {
	enum flt_patch_class class;
	const char *hint;
};

static const char *const only_missing = "it is only missing";
static const char *const namespaced = "only a namespace of the level privileged allows it";
static const char *const for_windows = "the Pod is for Windows, of which the rules ask this only up to v1.24";

/* The container that is hardest to help counts. */
static void take(struct verdict *v, enum flt_patch_class class, const char *hint)
{
	if (!v->hint || class > v->class)
		*v = (struct verdict){ class, hint };
}

static void judge_escalation(struct verdict *v, const struct flt_pod *pod, const struct flt_container *c)
{
	if (c->context.allow_privilege_escalation == FLT_FALSE)
		return;
	if (pod->windows)
		take(v, FLT_P3, for_windows);
	else if (c->context.privileged == FLT_TRUE)
		take(v, FLT_P3, namespaced);
	else if (flt_adds_sys_admin(c))
		take(v, FLT_P2,
		     "an override may set capabilities without SYS_ADMIN, and allowPrivilegeEscalation");
	else if (c->context.allow_privilege_escalation == FLT_TRUE)
		take(v, FLT_P2, "an override may set allowPrivilegeEscalation");
	else
		take(v, FLT_P0, only_missing);
}

static bool drops_all(const struct flt_container *c)
{
	for (size_t i = 0; i < c->context.drop.n; i++)
		if (kv_str_eq(c->context.drop.v[i], KV_S("ALL")))
			return true;
	return false;
}

static bool adds_others(const struct flt_container *c)
{
	for (size_t i = 0; i < c->context.add.n; i++)
		if (!kv_str_eq(c->context.add.v[i], KV_S("NET_BIND_SERVICE")))
			return true;
	return false;
}

static void judge_capabilities(struct verdict *v, const struct flt_pod *pod, const struct flt_container *c)
{
	bool all = drops_all(c), others = adds_others(c);
	if (all && !others)
		return;
	if (pod->windows)
		take(v, FLT_P3, for_windows);
	else if (c->context.privileged == FLT_TRUE)
		take(v, FLT_P3, namespaced);
	else if (others)
		take(v, FLT_P2,
		     all ? "an override may set capabilities"
			 : "an override may add capabilities.drop, and set capabilities");
	else
		take(v, FLT_P1, "an override may add capabilities.drop");
}

/* A Pod's own `false` counts for each of its containers. */
static void judge_non_root(struct verdict *v, const struct flt_pod *pod, const struct flt_container *c)
{
	enum flt_truth own = c->context.run_as_non_root, of_pod = pod->context.run_as_non_root;
	if (own == FLT_FALSE || of_pod == FLT_FALSE)
		take(v, FLT_P2, "an override may set runAsNonRoot");
	else if (own == FLT_TRUE || of_pod == FLT_TRUE)
		return;
	else if (pod->host_users == FLT_FALSE)
		take(v, FLT_P2, "the Pod has a user namespace, which the rules allow from v1.35 on");
	else if (flt_user_of(pod, c) == FLT_USER_ROOT)
		take(v, FLT_P2, "an override may set runAsUser");
	else if (flt_user_of(pod, c) == FLT_USER_UNKNOWN)
		take(v, FLT_P1, "an override may add runAsNonRoot, or set runAsUser");
	else
		take(v, FLT_P0, only_missing);
}

static bool is_forbidden(const struct flt_text *profile)
{
	return profile->set && !kv_str_eq(profile->text, KV_S("RuntimeDefault")) &&
	       !kv_str_eq(profile->text, KV_S("Localhost"));
}

static void judge_seccomp(struct verdict *v, const struct flt_pod *pod, const struct flt_container *c)
{
	if (is_forbidden(&pod->context.seccomp) || is_forbidden(&c->context.seccomp))
		take(v, FLT_P2, "an override may set seccompProfile");
	else if (pod->context.seccomp.set || c->context.seccomp.set)
		return;
	else if (pod->windows)
		take(v, FLT_P3, for_windows);
	else
		take(v, FLT_P0, only_missing);
}

/* Checks of which it depends on the Pod. */
static const struct {
	const char *check;
	void (*judge)(struct verdict *v, const struct flt_pod *pod, const struct flt_container *c);
} judges[] = {
	{ "allowPrivilegeEscalation", judge_escalation },
	{ "capabilities_restricted", judge_capabilities },
	{ "runAsNonRoot", judge_non_root },
	{ "seccompProfile_restricted", judge_seccomp },
};

/* Of the others always a value that was set is forbidden. */
static const struct {
	const char *check;
	struct verdict verdict;
} others[] = {
	{ "appArmorProfile", { FLT_P2, "an override may set appArmorProfile" } },
	{ "capabilities_baseline", { FLT_P2, "an override may set capabilities" } },
	{ "procMount", { FLT_P2, "an override may set procMount" } },
	{ "procMount_restricted", { FLT_P2, "an override may set procMount" } },
	{ "runAsUser", { FLT_P2, "an override may set runAsUser" } },
	{ "seLinuxOptions", { FLT_P2, "an override may set seLinuxOptions" } },
	{ "seccompProfile_baseline", { FLT_P2, "an override may set seccompProfile" } },
	{ "hostProbesAndHostLifecycle", { FLT_P2, "the host of the probe has to go from the source" } },
	{ "sysctls", { FLT_P2, "the sysctls have to go from the source" } },
	{ "restrictedVolumes", { FLT_P3, "a claim, or a namespace of the level baseline or privileged" } },
};

static struct verdict verdict_on(const struct flt_pod *pod, const char *check)
{
	struct verdict v = { FLT_P0, NULL };
	for (size_t i = 0; i < sizeof judges / sizeof *judges; i++)
		for (size_t k = 0; k < pod->ncontainers && !strcmp(judges[i].check, check); k++)
			judges[i].judge(&v, pod, &pod->containers[k]);
	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		if (!strcmp(others[i].check, check))
			v = others[i].verdict;
	return v.hint ? v : (struct verdict){ FLT_P3, namespaced };
}

enum flt_patch_class flt_patch_class_of(const struct flt_pod *pod, const char *check, const char **ret_hint)
{
	struct verdict v = verdict_on(pod, check);
	*ret_hint = v.hint;
	return v.class;
}
