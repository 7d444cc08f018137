/* filters/pod_security_patch.c: planning and applying additive patches. */
#include "filters/pod_security_patch.h"

/* A patch under way. */
struct plan {
	struct kv_job *job;
	krm_val obj;
	const struct flt_pod *pod;
	const struct flt_patch_options *options;
	struct flt_patch *patch;
};

/* --- overrides -------------------------------------------------------------------------------- */

static bool covers(struct plan *p, const struct flt_override *o, const struct flt_container *c)
{
	for (size_t i = 0; i < o->ncontainers; i++)
		if (flt_pattern_matches(p->job, o->containers[i], c->name))
			return true;
	return o->ncontainers == 0;
}

/* The first override that speaks about the container and has the P1 field wanted. */
static const struct flt_override *opted_in(struct plan *p, const struct flt_container *c, bool non_root)
{
	for (size_t i = 0; i < p->options->noverrides; i++) {
		struct flt_override *o = &p->options->overrides[i];
		if ((non_root ? o->non_root : o->drop_all) &&
		    flt_selector_matches(p->job, &o->selector, p->obj) && covers(p, o, c))
			return o;
	}
	return NULL;
}

/* --- rows and fields -------------------------------------------------------------------------- */

static kv_str where(struct plan *p, const struct flt_container *c)
{
	return c ? kv_arena_cat(p->job->arena, KV_S("container "), c->name) : KV_S("pod");
}

static void row(struct plan *p, struct flt_patch_row r)
{
	KV_PUSH(p->job->arena, p->patch->rows, p->patch->nrows, p->patch->rows_cap, r);
}

static void leave(struct plan *p, enum flt_patch_class class, const struct flt_container *c, const char *what,
		  const char *why)
{
	row(p, (struct flt_patch_row){ class, false, where(p, c), what, why, KV_STR("") });
}

static void add(struct plan *p, enum flt_patch_class class, const struct flt_container *c, const char *field,
		krm_val value, const struct flt_override *o)
{
	static const struct {
		const char *field, *what, *risk;
	} texts[] = {
		{ "allowPrivilegeEscalation", "allowPrivilegeEscalation: false", "" },
		{ "runAsNonRoot", "runAsNonRoot: true",
		  "an image whose user is root or a name does not start (CreateContainerConfigError)" },
		{ "capabilities", "capabilities.drop: [ALL]",
		  "a program with file capabilities does not start, ports below 1024 need a sysctl or "
		  "NET_BIND_SERVICE" },
		{ "seccompProfile", "seccompProfile: {type: RuntimeDefault}", "" },
	};
	krm_val *into = c ? &p->patch->containers[c - p->pod->containers] : &p->patch->pod;
	size_t i = 0;
	while (strcmp(texts[i].field, field) != 0)
		i++;
	if (into->kind == KRM_NIL)
		*into = krm_map(p->job->arena, KRM_OF_ANY);
	krm_map_set(p->job->arena, into->m, kv_str_c(field), value);
	p->patch->nadded++;
	row(p, (struct flt_patch_row){ class, true, where(p, c), texts[i].what,
				       class == FLT_P1 ? texts[i].risk : "", o ? o->reason : KV_S("") });
}

/* --- what is added ---------------------------------------------------------------------------- */

static bool has_text(const struct flt_texts *list, kv_str s)
{
	for (size_t i = 0; i < list->n; i++)
		if (kv_str_eq(list->v[i], s))
			return true;
	return false;
}

/* API validation forbids `allowPrivilegeEscalation: false` there, and dropping all would contradict it. */
static bool is_powerful(const struct flt_container *c)
{
	return c->context.privileged == FLT_TRUE || has_text(&c->context.add, KV_S("SYS_ADMIN")) ||
	       has_text(&c->context.add, KV_S("CAP_SYS_ADMIN"));
}

static const char *const why_powerful = "the container is privileged or adds SYS_ADMIN";
static const char *const why_windows = "the Pod is for Windows";

static void plan_escalation(struct plan *p, const struct flt_container *c)
{
	static const char *const what = "allowPrivilegeEscalation: false";
	if (c->context.allow_privilege_escalation != FLT_UNSET)
		return;
	if (p->pod->windows || is_powerful(c))
		leave(p, FLT_P3, c, what, p->pod->windows ? why_windows : why_powerful);
	else
		add(p, FLT_P0, c, "allowPrivilegeEscalation", krm_bool(false), NULL);
}

/* A strategic merge replaces the list, so what was dropped before stays in it. */
static krm_val drop_all(struct plan *p, const struct flt_container *c)
{
	struct kv_arena *a = p->job->arena;
	krm_val capabilities = krm_map(a, KRM_OF_ANY), drop = krm_list(a, KRM_OF_ANY);
	for (size_t i = 0; i < c->context.drop.n; i++)
		krm_list_push(a, drop.l, krm_string(a, c->context.drop.v[i]));
	krm_list_push(a, drop.l, krm_string_c(a, "ALL"));
	krm_map_set(a, capabilities.m, KV_S("drop"), drop);
	return capabilities;
}

static void plan_capabilities(struct plan *p, const struct flt_container *c)
{
	static const char *const what = "capabilities.drop: [ALL]";
	const struct flt_override *o = opted_in(p, c, false);
	if (has_text(&c->context.drop, KV_S("ALL")))
		return;
	if (p->pod->windows || is_powerful(c))
		leave(p, FLT_P3, c, what, p->pod->windows ? why_windows : why_powerful);
	else if (o)
		add(p, FLT_P1, c, "capabilities", drop_all(p, c), o);
	else
		leave(p, FLT_P1, c, what, "no override adds \"capabilities.drop\" for this container");
}

static krm_val runtime_default(struct plan *p)
{
	krm_val profile = krm_map(p->job->arena, KRM_OF_ANY);
	krm_map_set(p->job->arena, profile.m, KV_S("type"), krm_string_c(p->job->arena, "RuntimeDefault"));
	return profile;
}

static void plan_seccomp(struct plan *p)
{
	const struct flt_pod *pod = p->pod;
	if (pod->context.seccomp.set)
		return;
	for (size_t i = 0; i < pod->ncontainers; i++) {
		const struct flt_container *c =
			p->options->placement == FLT_AT_POD ? NULL : &pod->containers[i];
		if (pod->containers[i].context.seccomp.set)
			continue;
		if (pod->windows)
			leave(p, FLT_P3, c, "seccompProfile: {type: RuntimeDefault}", why_windows);
		else
			add(p, FLT_P0, c, "seccompProfile", runtime_default(p), NULL);
		if (!c)
			return;
	}
}

/* --- runAsNonRoot ----------------------------------------------------------------------------- */

enum user { USER_ROOT, USER_NUMBER, USER_UNKNOWN };

static enum user user_of(const struct plan *p, const struct flt_container *c)
{
	const struct flt_security_context *s = c->context.has_user ? &c->context : &p->pod->context;
	if (!s->has_user)
		return USER_UNKNOWN;
	return s->user == 0 ? USER_ROOT : USER_NUMBER;
}

/* Whether the container may be told not to run as root, as which class of addition, and who says so. */
static bool may_be_non_root(struct plan *p, const struct flt_container *c, enum flt_patch_class *ret_class,
			    const struct flt_override **ret_override)
{
	enum user user = user_of(p, c);
	*ret_class = user == USER_NUMBER ? FLT_P0 : user == USER_ROOT ? FLT_P2 : FLT_P1;
	*ret_override = user == USER_UNKNOWN ? opted_in(p, c, true) : NULL;
	return user == USER_NUMBER || *ret_override;
}

static void plan_non_root_of(struct plan *p, const struct flt_container *c)
{
	static const char *const what = "runAsNonRoot: true";
	const struct flt_override *o;
	enum flt_patch_class class;
	if (may_be_non_root(p, c, &class, &o))
		add(p, class, c, "runAsNonRoot", krm_bool(true), o);
	else if (class == FLT_P2)
		leave(p, class, c, what, "it runs as user 0");
	else
		leave(p, class, c, what,
		      "its user is not known, and no override adds \"runAsNonRoot\" for this container");
}

/* At the Pod if all containers that lack it may have it. */
static bool plan_non_root_of_pod(struct plan *p)
{
	const struct flt_override *o, *first = NULL;
	enum flt_patch_class class;
	if (p->options->placement != FLT_AT_POD || (p->pod->context.has_user && p->pod->context.user == 0))
		return false;
	for (size_t i = 0; i < p->pod->ncontainers; i++) {
		const struct flt_container *c = &p->pod->containers[i];
		if (c->context.run_as_non_root != FLT_UNSET)
			continue;
		if (!may_be_non_root(p, c, &class, &o))
			return false;
		if (!first)
			first = o;
	}
	add(p, first ? FLT_P1 : FLT_P0, NULL, "runAsNonRoot", krm_bool(true), first);
	return true;
}

static void plan_non_root(struct plan *p)
{
	bool lacking = false;
	for (size_t i = 0; i < p->pod->ncontainers; i++)
		lacking |= p->pod->containers[i].context.run_as_non_root == FLT_UNSET;
	if (!lacking || p->pod->context.run_as_non_root != FLT_UNSET)
		return;
	if (p->pod->host_users == FLT_FALSE) {
		leave(p, FLT_P2, NULL, "runAsNonRoot: true",
		      "the Pod has a user namespace (hostUsers: false)");
		return;
	}
	if (plan_non_root_of_pod(p))
		return;
	for (size_t i = 0; i < p->pod->ncontainers; i++)
		if (p->pod->containers[i].context.run_as_non_root == FLT_UNSET)
			plan_non_root_of(p, &p->pod->containers[i]);
}

/* --- overrides that set ----------------------------------------------------------------------- */

/* Fields are replaced, mappings in them merged: `drop` joins an `add` that is there. Nothing is shared with `fields`. */
static int merge(struct kv_job *job, struct krm_map *into, const struct krm_map *fields)
{
	krm_map_each (fields, e) {
		krm_val *old = krm_map_find(into, krm_str(e->key)), copy;
		if (krm_copy(job, e->val, &copy) < 0)
			return -1;
		if (!old || old->kind != KRM_MAP || copy.kind != KRM_MAP) {
			krm_map_set(job->arena, into, krm_str(e->key), copy);
			continue;
		}
		krm_map_each (copy.m, f)
			krm_map_set(job->arena, old->m, krm_str(f->key), f->val);
	}
	return 0;
}

/* Whether a field has the value already; of a mapping, all that is in it. */
static bool is_set(krm_val there, krm_val value)
{
	if (there.kind != KRM_MAP || value.kind != KRM_MAP)
		return krm_equal(there, value);
	krm_map_each (value.m, e)
		if (!krm_equal(krm_get_str(there, krm_str(e->key)), e->val))
			return false;
	return true;
}

static int set_field(struct plan *p, const struct flt_override *o, const struct flt_container *c,
		     const struct krm_entry *e, krm_val context)
{
	struct kv_arena *a = p->job->arena;
	krm_val *into = c ? &p->patch->containers[c - p->pod->containers] : &p->patch->pod;
	krm_val field = krm_map(a, KRM_OF_ANY);
	if (is_set(krm_get_str(context, krm_str(e->key)), e->val))
		return 0;
	if (into->kind == KRM_NIL)
		*into = krm_map(a, KRM_OF_ANY);
	krm_map_set(a, field.m, krm_str(e->key), e->val);
	p->patch->nadded++;
	row(p, (struct flt_patch_row){ FLT_P2, true, where(p, c), kv_arena_cstr(a, krm_str(e->key)), "",
				       o->reason });
	return merge(p->job, into->m, field.m);
}

/* In the containers; and at the Pod where the Pod sets the same field and all containers are meant, since the Pod's own
 * value counts too. */
static int plan_set(struct plan *p, const struct flt_override *o)
{
	int failed = 0;
	krm_val pod = krm_get(p->pod->spec, "securityContext");
	krm_map_each (o->set.m, e) {
		if (o->ncontainers == 0 && krm_get_str(pod, krm_str(e->key)).kind != KRM_NIL)
			failed |= set_field(p, o, NULL, e, pod);
		for (size_t i = 0; i < p->pod->ncontainers; i++) {
			const struct flt_container *c = &p->pod->containers[i];
			if (covers(p, o, c))
				failed |= set_field(p, o, c, e, krm_get(c->at, "securityContext"));
		}
	}
	return failed;
}

/* --- the plan --------------------------------------------------------------------------------- */

int flt_patch_plan(struct kv_job *job, krm_val obj, const struct flt_pod *pod,
		   const struct flt_patch_options *options, struct flt_patch *ret)
{
	struct plan p = { job, obj, pod, options, ret };
	*ret = (struct flt_patch){ .pod = krm_nil() };
	ret->containers = KV_NEW_N(job->arena, krm_val, pod->ncontainers);
	/* In this order the fields stand in the patch. */
	if (flt_check_applies("allowPrivilegeEscalation", options->policy, pod))
		for (size_t i = 0; i < pod->ncontainers; i++)
			plan_escalation(&p, &pod->containers[i]);
	if (flt_check_applies("runAsNonRoot", options->policy, pod))
		plan_non_root(&p);
	if (flt_check_applies("capabilities_restricted", options->policy, pod))
		for (size_t i = 0; i < pod->ncontainers; i++)
			plan_capabilities(&p, &pod->containers[i]);
	if (flt_check_applies("seccompProfile_restricted", options->policy, pod))
		plan_seccomp(&p);
	for (size_t i = 0; i < options->noverrides; i++)
		if (options->overrides[i].set.kind == KRM_MAP &&
		    flt_selector_matches(job, &options->overrides[i].selector, obj) &&
		    plan_set(&p, &options->overrides[i]) < 0)
			return -1;
	return 0;
}

static int apply(struct kv_job *job, krm_val parent, krm_val fields)
{
	if (fields.kind != KRM_MAP)
		return 0;
	if (krm_get(parent, "securityContext").kind != KRM_MAP)
		krm_map_set(job->arena, parent.m, KV_S("securityContext"), krm_map(job->arena, KRM_OF_ANY));
	return merge(job, krm_get(parent, "securityContext").m, fields.m);
}

int flt_patch_apply(struct kv_job *job, const struct flt_pod *pod, const struct flt_patch *patch)
{
	if (apply(job, pod->spec, patch->pod) < 0)
		return -1;
	for (size_t i = 0; i < pod->ncontainers; i++)
		if (apply(job, pod->containers[i].at, patch->containers[i]) < 0)
			return -1;
	return 0;
}

/* --- what is left ----------------------------------------------------------------------------- */

enum flt_patch_class flt_patch_class_of(const char *check, const char **ret_hint)
{
	static const char *const namespaced = "only a namespace of the level privileged allows it";
	static const struct {
		const char *check;
		enum flt_patch_class class;
		const char *hint;
	} rows[] = {
		{ "allowPrivilegeEscalation", FLT_P2, "an override may set allowPrivilegeEscalation" },
		{ "appArmorProfile", FLT_P2, "an override may set appArmorProfile" },
		{ "capabilities_baseline", FLT_P2, "an override may set capabilities" },
		{ "capabilities_restricted", FLT_P2,
		  "an override may add capabilities.drop, or set capabilities" },
		{ "procMount", FLT_P2, "an override may set procMount" },
		{ "procMount_restricted", FLT_P2, "an override may set procMount" },
		{ "runAsNonRoot", FLT_P2, "an override may add runAsNonRoot, or set runAsUser" },
		{ "runAsUser", FLT_P2, "an override may set runAsUser" },
		{ "seLinuxOptions", FLT_P2, "an override may set seLinuxOptions" },
		{ "seccompProfile_baseline", FLT_P2, "an override may set seccompProfile" },
		{ "seccompProfile_restricted", FLT_P2, "an override may set seccompProfile" },
		{ "hostProbesAndHostLifecycle", FLT_P2, "the host of the probe has to go from the source" },
		{ "sysctls", FLT_P2, "the sysctls have to go from the source" },
		{ "restrictedVolumes", FLT_P3,
		  "a claim, or a namespace of the level baseline or privileged" },
	};
	*ret_hint = namespaced;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (strcmp(rows[i].check, check) == 0) {
			*ret_hint = rows[i].hint;
			return rows[i].class;
		}
	return FLT_P3;
}
