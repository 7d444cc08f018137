/* filters/pod_security_checks.c: the Pod Security checks (policy/check_*.go), one function each. */
#include "filters/pod_security_checks.h"

#include <stdlib.h>

#include "base/quote.h"

/* --- lists in texts --------------------------------------------------------------------------- */

static void push(struct kv_arena *a, struct flt_texts *list, kv_str s)
{
	KV_PUSH(a, list->v, list->n, list->cap, s);
}

/* Sorted, each once: Go's sets when they are printed. */
static void make_set(struct flt_texts *list)
{
	size_t kept = 0;
	if (list->n)
		qsort(list->v, list->n, sizeof *list->v, kv_str_by_bytes);
	for (size_t i = 0; i < list->n; i++)
		if (kept == 0 || !kv_str_eq(list->v[kept - 1], list->v[i]))
			list->v[kept++] = list->v[i];
	list->n = kept;
}

static kv_str join(struct kv_arena *a, const struct flt_texts *list, const char *between)
{
	kv_str *parts = KV_NEW_N(a, kv_str, 2 * list->n);
	for (size_t i = 0; i < list->n; i++) {
		parts[2 * i] = kv_str_c(i ? between : "");
		parts[2 * i + 1] = list->v[i];
	}
	return kv_arena_cat_n(a, parts, 2 * list->n);
}

/* "x", "y"; nothing is escaped (policy/helpers.go, joinQuote). */
static kv_str quote(struct kv_arena *a, const struct flt_texts *list)
{
	return list->n ? kv_arena_cat(a, KV_S("\""), join(a, list, "\", \""), KV_S("\"")) : KV_S("");
}

static const char *plural(size_t n, const char *one, const char *more)
{
	return n == 1 ? one : more;
}

/* container "a" */
static kv_str containers(struct kv_arena *a, const struct flt_texts *names)
{
	return kv_arena_printf(a, "%s %.*s", plural(names->n, "container", "containers"),
			       KV_ARG(quote(a, names)));
}

__attribute__((format(printf, 3, 4))) static bool say(struct flt_verdict *v, const char *reason,
						      const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	v->reason = kv_str_c(reason);
	v->detail = kv_arena_vprintf(v->a, fmt, ap);
	va_end(ap);
	return true;
}

/* The words are made only where somebody wants them. */
#define forbid(v, ...) ((v)->brief || say(v, __VA_ARGS__))

/* --- who set what ----------------------------------------------------------------------------- */

/* Whether a security context breaks a rule by itself; the value that does it is added to the list. */
typedef bool breaks_fn(struct flt_verdict *v, const struct flt_security_context *c, struct flt_texts *values);

struct setters {
	bool pod;
	struct flt_texts containers, values;
};

static void find_containers(struct flt_verdict *v, const struct flt_pod *pod, breaks_fn *breaks,
			    struct setters *ret)
{
	for (size_t i = 0; i < pod->ncontainers; i++)
		if (breaks(v, &pod->containers[i].context, &ret->values))
			push(v->a, &ret->containers, pod->containers[i].name);
	make_set(&ret->values);
}

static void find_setters(struct flt_verdict *v, const struct flt_pod *pod, breaks_fn *breaks,
			 struct setters *ret)
{
	ret->pod = breaks(v, &pod->context, &ret->values);
	find_containers(v, pod, breaks, ret);
}

static bool any(const struct setters *s)
{
	return s->pod || s->containers.n;
}

/* pod and container "a" */
static kv_str setters_text(struct kv_arena *a, const struct setters *s)
{
	if (!s->containers.n)
		return KV_S("pod");
	return kv_arena_cat(a, s->pod ? KV_S("pod and ") : KV_S(""), containers(a, &s->containers));
}

static bool is_one_of(kv_str s, const char *const *words, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (kv_str_eq(s, kv_str_c(words[i])))
			return true;
	return false;
}

/* RuntimeDefault and Localhost are the profiles that are fine. */
static bool is_bad_profile(struct flt_verdict *v, struct flt_text profile, struct flt_texts *values)
{
	static const char *const fine[] = { "RuntimeDefault", "Localhost" };
	if (!profile.set || is_one_of(profile.text, fine, 2))
		return false;
	push(v->a, values, profile.text);
	return true;
}

/* --- baseline --------------------------------------------------------------------------------- */

static bool breaks_apparmor(struct flt_verdict *v, const struct flt_security_context *c,
			    struct flt_texts *values)
{
	return is_bad_profile(v, c->apparmor, values);
}

/* key="value", the value as Go quotes it. */
static kv_str annotation_text(struct kv_arena *a, kv_str key, kv_str value)
{
	struct kv_buf out;
	kv_buf_init(&out, a, KV_BUF_MAX);
	kv_buf_str(&out, key);
	kv_buf_c(&out, '=');
	kv_quote_with(value, '"', false, &out);
	return kv_buf_view(&out);
}

static void find_apparmor_annotations(struct flt_verdict *v, krm_val annotations, struct flt_texts *ret)
{
	if (annotations.kind != KRM_MAP)
		return;
	krm_map_each (annotations.m, e) {
		kv_str key = krm_str(e->key), value = krm_str(e->val);
		if (kv_str_starts(key, KV_S("container.apparmor.security.beta.kubernetes.io/")) && value.n &&
		    !kv_str_eq(value, KV_S("runtime/default")) && !kv_str_starts(value, KV_S("localhost/")))
			push(v->a, ret, annotation_text(v->a, key, value));
	}
	make_set(ret);
}

bool flt_check_apparmor(struct flt_verdict *v, const struct flt_pod *pod)
{
	struct setters s = { 0 };
	struct flt_texts annotations = { 0 }, who = { 0 };
	find_setters(v, pod, breaks_apparmor, &s);
	find_apparmor_annotations(v, pod->annotations, &annotations);
	if (any(&s))
		push(v->a, &who, setters_text(v->a, &s));
	if (annotations.n)
		push(v->a, &who, kv_str_c(plural(annotations.n, "annotation", "annotations")));
	for (size_t i = 0; i < annotations.n; i++)
		push(v->a, &s.values, annotations.v[i]);
	if (!who.n)
		return false;
	return forbid(v, plural(s.values.n, "forbidden AppArmor profile", "forbidden AppArmor profiles"),
		      "%.*s must not set AppArmor profile type to %.*s", KV_ARG(join(v->a, &who, " and ")),
		      KV_ARG(quote(v->a, &s.values)));
}

static bool breaks_capabilities(struct flt_verdict *v, const struct flt_security_context *c,
				struct flt_texts *values)
{
	static const char *const fine[] = { "AUDIT_WRITE", "CHOWN",  "DAC_OVERRIDE",     "FOWNER",  "FSETID",
					    "KILL",        "MKNOD",  "NET_BIND_SERVICE", "SETFCAP", "SETGID",
					    "SETPCAP",     "SETUID", "SYS_CHROOT" };
	size_t before = values->n;
	for (size_t i = 0; i < c->add.n; i++)
		if (!is_one_of(c->add.v[i], fine, sizeof fine / sizeof *fine))
			push(v->a, values, c->add.v[i]);
	return values->n > before;
}

bool flt_check_capabilities_baseline(struct flt_verdict *v, const struct flt_pod *pod)
{
	struct setters s = { 0 };
	find_containers(v, pod, breaks_capabilities, &s);
	return any(&s) && forbid(v, "non-default capabilities",
				 "%.*s must not include %.*s in securityContext.capabilities.add",
				 KV_ARG(containers(v->a, &s.containers)), KV_ARG(quote(v->a, &s.values)));
}

bool flt_check_host_namespaces(struct flt_verdict *v, const struct flt_pod *pod)
{
	struct flt_texts set = { 0 };
	if (pod->host_network == FLT_TRUE)
		push(v->a, &set, KV_S("hostNetwork=true"));
	if (pod->host_pid == FLT_TRUE)
		push(v->a, &set, KV_S("hostPID=true"));
	if (pod->host_ipc == FLT_TRUE)
		push(v->a, &set, KV_S("hostIPC=true"));
	return set.n && forbid(v, "host namespaces", "%.*s", KV_ARG(join(v->a, &set, ", ")));
}

bool flt_check_host_path(struct flt_verdict *v, const struct flt_pod *pod)
{
	struct flt_texts names = { 0 };
	for (size_t i = 0; i < pod->nvolumes; i++)
		if (strcmp(pod->volumes[i].source, "hostPath") == 0)
			push(v->a, &names, pod->volumes[i].name);
	return names.n && forbid(v, "hostPath volumes", "%s %.*s", plural(names.n, "volume", "volumes"),
				 KV_ARG(quote(v->a, &names)));
}

static void push_all(struct kv_arena *a, struct flt_texts *list, const struct flt_texts *more)
{
	for (size_t i = 0; i < more->n; i++)
		push(a, list, more->v[i]);
}

/* The ports are sorted as texts. */
bool flt_check_host_ports(struct flt_verdict *v, const struct flt_pod *pod)
{
	struct flt_texts names = { 0 }, ports = { 0 };
	for (size_t i = 0; i < pod->ncontainers; i++) {
		const struct flt_container *c = &pod->containers[i];
		if (c->host_ports.n)
			push(v->a, &names, c->name);
		push_all(v->a, &ports, &c->host_ports);
	}
	make_set(&ports);
	return names.n && forbid(v, "hostPort", "%.*s %s %s %.*s", KV_ARG(containers(v->a, &names)),
				 plural(names.n, "uses", "use"), plural(ports.n, "hostPort", "hostPorts"),
				 KV_ARG(join(v->a, &ports, ", ")));
}

/* The one check whose containers are a set. */
bool flt_check_probe_hosts(struct flt_verdict *v, const struct flt_pod *pod)
{
	struct flt_texts names = { 0 }, hosts = { 0 };
	for (size_t i = 0; i < pod->ncontainers; i++) {
		const struct flt_container *c = &pod->containers[i];
		if (c->hosts.n)
			push(v->a, &names, c->name);
		push_all(v->a, &hosts, &c->hosts);
	}
	make_set(&names);
	make_set(&hosts);
	return names.n && forbid(v, "probe or lifecycle host", "%.*s %s %s %.*s",
				 KV_ARG(containers(v->a, &names)), plural(names.n, "uses", "use"),
				 plural(hosts.n, "probe or lifecycle host", "probe or lifecycle hosts"),
				 KV_ARG(quote(v->a, &hosts)));
}

static bool breaks_privileged(struct flt_verdict *v, const struct flt_security_context *c,
			      struct flt_texts *values)
{
	(void)v, (void)values;
	return c->privileged == FLT_TRUE;
}

bool flt_check_privileged(struct flt_verdict *v, const struct flt_pod *pod)
{
	struct setters s = { 0 };
	find_containers(v, pod, breaks_privileged, &s);
	return any(&s) && forbid(v, "privileged", "%.*s must not set securityContext.privileged=true",
				 KV_ARG(containers(v->a, &s.containers)));
}

static bool breaks_proc_mount(struct flt_verdict *v, const struct flt_security_context *c,
			      struct flt_texts *values)
{
	if (!c->proc_mount.set || kv_str_eq(c->proc_mount.text, KV_S("Default")))
		return false;
	push(v->a, values, c->proc_mount.text);
	return true;
}

bool flt_check_proc_mount(struct flt_verdict *v, const struct flt_pod *pod)
{
	struct setters s = { 0 };
	find_containers(v, pod, breaks_proc_mount, &s);
	return any(&s) && forbid(v, "procMount", "%.*s must not set securityContext.procMount to %.*s",
				 KV_ARG(containers(v->a, &s.containers)), KV_ARG(quote(v->a, &s.values)));
}

static bool breaks_selinux(struct flt_verdict *v, const struct flt_security_context *c,
			   struct flt_texts *types)
{
	static const char *const fine[] = { "", "container_t", "container_init_t", "container_kvm_t",
					    "container_engine_t" };
	bool bad_type = !is_one_of(c->selinux_type.text, fine, v->minor >= 31 ? 5 : 4);
	if (bad_type)
		push(v->a, types, c->selinux_type.text);
	return bad_type || c->selinux_user.text.n || c->selinux_role.text.n;
}

bool flt_check_selinux(struct flt_verdict *v, const struct flt_pod *pod)
{
	struct setters s = { 0 };
	struct flt_texts data = { 0 };
	bool user = pod->context.selinux_user.text.n, role = pod->context.selinux_role.text.n;
	find_setters(v, pod, breaks_selinux, &s);
	for (size_t i = 0; i < pod->ncontainers; i++) {
		user |= pod->containers[i].context.selinux_user.text.n > 0;
		role |= pod->containers[i].context.selinux_role.text.n > 0;
	}
	if (s.values.n)
		push(v->a, &data,
		     kv_arena_printf(v->a, "%s %.*s", plural(s.values.n, "type", "types"),
				     KV_ARG(quote(v->a, &s.values))));
	if (user)
		push(v->a, &data, KV_S("user may not be set"));
	if (role)
		push(v->a, &data, KV_S("role may not be set"));
	return any(&s) &&
	       forbid(v, "seLinuxOptions", "%.*s set forbidden securityContext.seLinuxOptions: %.*s",
		      KV_ARG(setters_text(v->a, &s)), KV_ARG(join(v->a, &data, "; ")));
}

static void find_seccomp_annotation(struct flt_verdict *v, const struct flt_pod *pod, kv_str key,
				    struct flt_texts *ret)
{
	krm_val found = krm_get_str(pod->annotations, key);
	kv_str value = krm_str(found);
	if (found.kind == KRM_STRING && !kv_str_eq(value, KV_S("runtime/default")) &&
	    !kv_str_eq(value, KV_S("docker/default")) && !kv_str_starts(value, KV_S("localhost/")))
		push(v->a, ret, annotation_text(v->a, key, value));
}

bool flt_check_seccomp_annotations(struct flt_verdict *v, const struct flt_pod *pod)
{
	struct flt_texts bad = { 0 };
	find_seccomp_annotation(v, pod, KV_S("seccomp.security.alpha.kubernetes.io/pod"), &bad);
	for (size_t i = 0; i < pod->ncontainers; i++)
		find_seccomp_annotation(v, pod,
					kv_arena_cat(v->a,
						     KV_S("container.seccomp.security.alpha.kubernetes.io/"),
						     pod->containers[i].name),
					&bad);
	make_set(&bad);
	return bad.n && forbid(v, "seccompProfile", "forbidden %s %.*s",
			       plural(bad.n, "annotation", "annotations"), KV_ARG(join(v->a, &bad, ", ")));
}

static bool breaks_seccomp(struct flt_verdict *v, const struct flt_security_context *c,
			   struct flt_texts *values)
{
	return is_bad_profile(v, c->seccomp, values);
}

bool flt_check_seccomp_baseline(struct flt_verdict *v, const struct flt_pod *pod)
{
	struct setters s = { 0 };
	find_setters(v, pod, breaks_seccomp, &s);
	return any(&s) &&
	       forbid(v, "seccompProfile", "%.*s must not set securityContext.seccompProfile.type to %.*s",
		      KV_ARG(setters_text(v->a, &s)), KV_ARG(quote(v->a, &s.values)));
}

/* Names and the minor version from which on they are allowed. */
static const struct {
	const char *name;
	unsigned from;
} sysctls[] = {
	{ "kernel.shm_rmid_forced", 0 },
	{ "net.ipv4.ip_local_port_range", 0 },
	{ "net.ipv4.tcp_syncookies", 0 },
	{ "net.ipv4.ping_group_range", 0 },
	{ "net.ipv4.ip_unprivileged_port_start", 0 },
	{ "net.ipv4.ip_local_reserved_ports", 27 },
	{ "net.ipv4.tcp_keepalive_time", 29 },
	{ "net.ipv4.tcp_fin_timeout", 29 },
	{ "net.ipv4.tcp_keepalive_intvl", 29 },
	{ "net.ipv4.tcp_keepalive_probes", 29 },
	{ "net.ipv4.tcp_rmem", 32 },
	{ "net.ipv4.tcp_wmem", 32 },
	{ "net.ipv4.tcp_slow_start_after_idle", 37 },
	{ "net.ipv4.tcp_notsent_lowat", 37 },
};

static bool is_safe_sysctl(kv_str name, unsigned minor)
{
	for (size_t i = 0; i < sizeof sysctls / sizeof *sysctls; i++)
		if (minor >= sysctls[i].from && kv_str_eq(name, kv_str_c(sysctls[i].name)))
			return true;
	return false;
}

bool flt_check_sysctls(struct flt_verdict *v, const struct flt_pod *pod)
{
	struct flt_texts bad = { 0 };
	for (size_t i = 0; i < pod->context.sysctls.n; i++)
		if (!is_safe_sysctl(pod->context.sysctls.v[i], v->minor))
			push(v->a, &bad, pod->context.sysctls.v[i]);
	return bad.n && forbid(v, "forbidden sysctls", "%.*s", KV_ARG(join(v->a, &bad, ", ")));
}

static bool breaks_host_process(struct flt_verdict *v, const struct flt_security_context *c,
				struct flt_texts *values)
{
	(void)v, (void)values;
	return c->host_process == FLT_TRUE;
}

bool flt_check_host_process(struct flt_verdict *v, const struct flt_pod *pod)
{
	struct setters s = { 0 };
	find_setters(v, pod, breaks_host_process, &s);
	return any(&s) &&
	       forbid(v, "hostProcess", "%.*s must not set securityContext.windowsOptions.hostProcess=true",
		      KV_ARG(setters_text(v->a, &s)));
}

/* --- restricted ------------------------------------------------------------------------------- */

static bool breaks_escalation(struct flt_verdict *v, const struct flt_security_context *c,
			      struct flt_texts *values)
{
	(void)v, (void)values;
	return c->allow_privilege_escalation != FLT_FALSE;
}

bool flt_check_privilege_escalation(struct flt_verdict *v, const struct flt_pod *pod)
{
	struct setters s = { 0 };
	find_containers(v, pod, breaks_escalation, &s);
	return any(&s) && forbid(v, "allowPrivilegeEscalation != false",
				 "%.*s must set securityContext.allowPrivilegeEscalation=false",
				 KV_ARG(containers(v->a, &s.containers)));
}

static bool breaks_drop_all(struct flt_verdict *v, const struct flt_security_context *c,
			    struct flt_texts *values)
{
	(void)v, (void)values;
	for (size_t i = 0; i < c->drop.n; i++)
		if (kv_str_eq(c->drop.v[i], KV_S("ALL")))
			return false;
	return true;
}

static bool breaks_added(struct flt_verdict *v, const struct flt_security_context *c,
			 struct flt_texts *values)
{
	size_t before = values->n;
	for (size_t i = 0; i < c->add.n; i++)
		if (!kv_str_eq(c->add.v[i], KV_S("NET_BIND_SERVICE")))
			push(v->a, values, c->add.v[i]);
	return values->n > before;
}

bool flt_check_capabilities_restricted(struct flt_verdict *v, const struct flt_pod *pod)
{
	struct setters missing = { 0 }, adding = { 0 };
	struct flt_texts details = { 0 };
	find_containers(v, pod, breaks_drop_all, &missing);
	find_containers(v, pod, breaks_added, &adding);
	if (any(&missing))
		push(v->a, &details,
		     kv_arena_cat(v->a, containers(v->a, &missing.containers),
				  KV_S(" must set securityContext.capabilities.drop=[\"ALL\"]")));
	if (any(&adding))
		push(v->a, &details,
		     kv_arena_cat(v->a, containers(v->a, &adding.containers), KV_S(" must not include "),
				  quote(v->a, &adding.values), KV_S(" in securityContext.capabilities.add")));
	return details.n &&
	       forbid(v, "unrestricted capabilities", "%.*s", KV_ARG(join(v->a, &details, "; ")));
}

bool flt_check_volumes(struct flt_verdict *v, const struct flt_pod *pod)
{
	static const char *const fine[] = { "configMap", "csi",   "downwardAPI",           "emptyDir",
					    "ephemeral", "image", "persistentVolumeClaim", "projected",
					    "secret" };
	struct flt_texts names = { 0 }, types = { 0 };
	for (size_t i = 0; i < pod->nvolumes; i++) {
		kv_str source = kv_str_c(pod->volumes[i].source);
		if (is_one_of(source, fine, sizeof fine / sizeof *fine))
			continue;
		push(v->a, &names, pod->volumes[i].name);
		push(v->a, &types, source);
	}
	make_set(&types);
	return names.n && forbid(v, "restricted volume types", "%s %.*s %s %s %.*s",
				 plural(names.n, "volume", "volumes"), KV_ARG(quote(v->a, &names)),
				 plural(names.n, "uses", "use"),
				 plural(types.n, "restricted volume type", "restricted volume types"),
				 KV_ARG(quote(v->a, &types)));
}

static bool breaks_non_root(struct flt_verdict *v, const struct flt_security_context *c,
			    struct flt_texts *values)
{
	(void)v, (void)values;
	return c->run_as_non_root == FLT_FALSE;
}

static bool lacks_non_root(struct flt_verdict *v, const struct flt_security_context *c,
			   struct flt_texts *values)
{
	(void)v, (void)values;
	return c->run_as_non_root == FLT_UNSET;
}

/* What is set wrongly hides what is not set. */
bool flt_check_non_root(struct flt_verdict *v, const struct flt_pod *pod)
{
	struct setters bad = { 0 }, missing = { 0 };
	find_setters(v, pod, breaks_non_root, &bad);
	if (any(&bad))
		return forbid(v, "runAsNonRoot != true",
			      "%.*s must not set securityContext.runAsNonRoot=false",
			      KV_ARG(setters_text(v->a, &bad)));
	if (pod->context.run_as_non_root == FLT_TRUE)
		return false;
	find_containers(v, pod, lacks_non_root, &missing);
	return any(&missing) &&
	       forbid(v, "runAsNonRoot != true", "pod or %.*s must set securityContext.runAsNonRoot=true",
		      KV_ARG(containers(v->a, &missing.containers)));
}

static bool breaks_user(struct flt_verdict *v, const struct flt_security_context *c, struct flt_texts *values)
{
	(void)v, (void)values;
	return c->has_user && c->user == 0;
}

bool flt_check_user(struct flt_verdict *v, const struct flt_pod *pod)
{
	struct setters s = { 0 };
	find_setters(v, pod, breaks_user, &s);
	return any(&s) &&
	       forbid(v, "runAsUser=0", "%.*s must not set runAsUser=0", KV_ARG(setters_text(v->a, &s)));
}

static bool lacks_seccomp(struct flt_verdict *v, const struct flt_security_context *c,
			  struct flt_texts *values)
{
	(void)v, (void)values;
	return !c->seccomp.set;
}

bool flt_check_seccomp_restricted(struct flt_verdict *v, const struct flt_pod *pod)
{
	struct setters missing = { 0 };
	if (flt_check_seccomp_baseline(v, pod))
		return true;
	if (pod->context.seccomp.set)
		return false;
	find_containers(v, pod, lacks_seccomp, &missing);
	return any(&missing) && forbid(v, "seccompProfile",
				       "pod or %.*s must set securityContext.seccompProfile.type to "
				       "\"RuntimeDefault\" or \"Localhost\"",
				       KV_ARG(containers(v->a, &missing.containers)));
}
