/* filters/pod_security_patch.c: planning and applying additive patches. */
#include "filters/pod_security_patch.h"

/* A patch under way. What overrides set is seen first, so that additions suit it: a second run, which finds it set, decides as the
 * first did. */
struct plan {
	struct kv_job *job;
	krm_val obj;
	const struct flt_pod *pod; /* as it is: rows and places of fields are those of its containers */
	struct flt_pod wanted;     /* a copy with what overrides set */
	struct flt_patch sets;     /* only that: `pod` and `containers` */
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

/* Once, whoever asked for it. */
static void leave(struct plan *p, enum flt_patch_class class, const struct flt_container *c, const char *what,
		  const char *why)
{
	kv_str place = where(p, c);
	for (size_t i = 0; i < p->patch->nrows; i++)
		if (!strcmp(p->patch->rows[i].what, what) && kv_str_eq(p->patch->rows[i].where, place))
			return;
	row(p, (struct flt_patch_row){ class, false, place, what, why, KV_STR("") });
}

/* Of the Pod where there is no container. */
static krm_val *fields_of(const struct plan *p, struct flt_patch *patch, const struct flt_container *c)
{
	return c ? &patch->containers[c - p->wanted.containers] : &patch->pod;
}

static void put(struct kv_job *job, krm_val *into, kv_str field, krm_val value)
{
	if (into->kind == KRM_NIL)
		*into = krm_map(job->arena, KRM_OF_ANY);
	krm_map_set(job->arena, into->m, field, value);
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
	size_t i = 0;
	while (strcmp(texts[i].field, field) != 0)
		i++;
	put(p->job, fields_of(p, p->patch, c), kv_str_c(field), value);
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

bool flt_adds_sys_admin(const struct flt_container *c)
{
	return has_text(&c->context.add, KV_S("SYS_ADMIN")) ||
	       has_text(&c->context.add, KV_S("CAP_SYS_ADMIN"));
}

/* API validation forbids `allowPrivilegeEscalation: false` there, and dropping all would contradict it. */
static bool is_powerful(const struct flt_container *c)
{
	return c->context.privileged == FLT_TRUE || flt_adds_sys_admin(c);
}

static const char *const why_powerful = "the container is privileged or adds SYS_ADMIN";
static const char *const why_windows = "the Pod is for Windows";

static void plan_escalation(struct plan *p, const struct flt_container *c)
{
	static const char *const what = "allowPrivilegeEscalation: false";
	if (c->context.allow_privilege_escalation != FLT_UNSET)
		return;
	if (p->wanted.windows || is_powerful(c))
		leave(p, FLT_P3, c, what, p->wanted.windows ? why_windows : why_powerful);
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

/* An override's `drop` has taken it out of what is wanted: it is no addition to put it back. */
static bool dropped_all_before(const struct plan *p, const struct flt_container *c)
{
	return has_text(&p->pod->containers[c - p->wanted.containers].context.drop, KV_S("ALL"));
}

static void plan_capabilities(struct plan *p, const struct flt_container *c)
{
	static const char *const what = "capabilities.drop: [ALL]";
	const struct flt_override *o = opted_in(p, c, false);
	if (has_text(&c->context.drop, KV_S("ALL")))
		return;
	if (p->wanted.windows || is_powerful(c))
		leave(p, FLT_P3, c, what, p->wanted.windows ? why_windows : why_powerful);
	else if (o && dropped_all_before(p, c))
		put(p->job, fields_of(p, p->patch, c), KV_S("capabilities"), drop_all(p, c));
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
	const struct flt_pod *pod = &p->wanted;
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

enum flt_user flt_user_of(const struct flt_pod *pod, const struct flt_container *c)
{
	const struct flt_security_context *s = c->context.has_user ? &c->context : &pod->context;
	if (!s->has_user)
		return FLT_USER_UNKNOWN;
	return s->user == 0 ? FLT_USER_ROOT : FLT_USER_NUMBER;
}

/* Whether the container may be told not to run as root, as which class of addition, and who says so. */
static bool may_be_non_root(struct plan *p, const struct flt_container *c, enum flt_patch_class *ret_class,
			    const struct flt_override **ret_override)
{
	enum flt_user user = flt_user_of(&p->wanted, c);
	*ret_class = user == FLT_USER_NUMBER ? FLT_P0 : user == FLT_USER_ROOT ? FLT_P2 : FLT_P1;
	*ret_override = user == FLT_USER_UNKNOWN ? opted_in(p, c, true) : NULL;
	return user == FLT_USER_NUMBER || *ret_override;
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
	if (p->options->placement != FLT_AT_POD ||
	    (p->wanted.context.has_user && p->wanted.context.user == 0))
		return false;
	for (size_t i = 0; i < p->wanted.ncontainers; i++) {
		const struct flt_container *c = &p->wanted.containers[i];
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
	for (size_t i = 0; i < p->wanted.ncontainers; i++)
		lacking |= p->wanted.containers[i].context.run_as_non_root == FLT_UNSET;
	if (!lacking || p->wanted.context.run_as_non_root != FLT_UNSET)
		return;
	if (p->wanted.host_users == FLT_FALSE) {
		leave(p, FLT_P2, NULL, "runAsNonRoot: true",
		      "the Pod has a user namespace (hostUsers: false)");
		return;
	}
	if (plan_non_root_of_pod(p))
		return;
	for (size_t i = 0; i < p->wanted.ncontainers; i++)
		if (p->wanted.containers[i].context.run_as_non_root == FLT_UNSET)
			plan_non_root_of(p, &p->wanted.containers[i]);
}

/* --- overrides that set ----------------------------------------------------------------------- */

/* A field is replaced, a mapping merged: `drop` joins an `add` that is there. Nothing is shared with `value`. */
static int merge_field(struct kv_job *job, struct krm_map *into, kv_str field, krm_val value)
{
	krm_val *old = krm_map_find(into, field), copy;
	if (krm_copy(job, value, &copy) < 0)
		return -1;
	if (!old || old->kind != KRM_MAP || copy.kind != KRM_MAP) {
		krm_map_set(job->arena, into, field, copy);
		return 0;
	}
	krm_map_each (copy.m, e)
		krm_map_set(job->arena, old->m, krm_str(e->key), e->val);
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

static krm_val context_of(const struct plan *p, const struct flt_container *c)
{
	return krm_get(c ? p->pod->containers[c - p->wanted.containers].at : p->pod->spec, "securityContext");
}

/* What a profile of another type must not keep: "must only be set if type is Localhost" (ValidateSeccompProfileField). */
static int without_localhost(struct plan *p, krm_val there, krm_val value, krm_val *ret)
{
	kv_str field = KV_STR("localhostProfile");
	if (krm_copy(p->job, value, ret) < 0)
		return -1;
	if (ret->kind == KRM_MAP && krm_has(there, field.p) && krm_has(*ret, "type") &&
	    !krm_is_str(krm_get(*ret, "type"), "Localhost"))
		krm_map_set(p->job->arena, ret->m, field, krm_nil());
	return 0;
}

static int collect_of(struct plan *p, const struct flt_container *c, const struct krm_entry *e)
{
	krm_val value, *into = fields_of(p, &p->sets, c);
	if (without_localhost(p, krm_get_str(context_of(p, c), krm_str(e->key)), e->val, &value) < 0)
		return -1;
	if (into->kind == KRM_NIL)
		*into = krm_map(p->job->arena, KRM_OF_ANY);
	return merge_field(p->job, into->m, krm_str(e->key), value);
}

/* In the containers; and at the Pod where the Pod sets the same field and all containers are meant, since the Pod's own
 * value counts too. Later overrides go over earlier ones. */
static int collect(struct plan *p, const struct flt_override *o)
{
	int failed = 0;
	krm_map_each (o->set.m, e) {
		if (o->ncontainers == 0 && krm_get_str(context_of(p, NULL), krm_str(e->key)).kind != KRM_NIL)
			failed |= collect_of(p, NULL, e);
		for (size_t i = 0; i < p->wanted.ncontainers; i++)
			if (covers(p, o, &p->wanted.containers[i]))
				failed |= collect_of(p, &p->wanted.containers[i], e);
	}
	return failed;
}

static bool sets(struct plan *p, struct flt_override *o)
{
	return o->set.kind == KRM_MAP && flt_selector_matches(p->job, &o->selector, p->obj);
}

/* A copy of the Pod with what is set. */
static int want(struct plan *p)
{
	static const struct flt_pod_place here = { .path = KV_STR(""), .is_spec = true };
	krm_val spec;
	bool there;
	return krm_copy(p->job, p->pod->spec, &spec) < 0 ||
			       flt_pod_read(p->job, spec, &here, &p->wanted, &there) < 0 ||
			       flt_patch_apply(p->job, &p->wanted, &p->sets) < 0 ||
			       flt_pod_read(p->job, spec, &here, &p->wanted, &there) < 0
		       ? -1
		       : 0;
}

/* Takes a field out of what is set, and says why. */
static void give_up(struct plan *p, const struct flt_container *c, const char *field, const char *what,
		    const char *why)
{
	krm_map_del(fields_of(p, &p->sets, c)->m, kv_str_c(field));
	leave(p, FLT_P3, c, what, why);
}

/* Of all fields that an override can set, only runAsNonRoot may stand in a Pod for Windows (ValidatePodSpec). */
static bool give_up_windows(struct plan *p, const struct flt_container *c)
{
	krm_val fields = *fields_of(p, &p->sets, c);
	bool any = false;
	if (!p->wanted.windows || fields.kind != KRM_MAP)
		return false;
	krm_map_each (fields.m, e) {
		const char *field = kv_arena_cstr(p->job->arena, krm_str(e->key));
		if (!strcmp(field, "runAsNonRoot"))
			continue;
		give_up(p, c, field, field, why_windows);
		any = true;
	}
	return any;
}

/* `allowPrivilegeEscalation: false` beside what contradicts it (ValidateSecurityContext). */
static bool give_up_contradiction(struct plan *p, const struct flt_container *c)
{
	krm_val fields = *fields_of(p, &p->sets, c);
	bool before =
		p->pod->containers[c - p->wanted.containers].context.allow_privilege_escalation == FLT_FALSE;
	if (c->context.allow_privilege_escalation != FLT_FALSE || !is_powerful(c))
		return false;
	if (!before)
		give_up(p, c, "allowPrivilegeEscalation", "allowPrivilegeEscalation: false", why_powerful);
	else if (krm_has(fields, "capabilities"))
		give_up(p, c, "capabilities", "capabilities",
			"SYS_ADMIN does not go with allowPrivilegeEscalation: false");
	else
		return false;
	return true;
}

/* The API server would refuse the object. */
static bool give_up_impossible(struct plan *p)
{
	bool any = give_up_windows(p, NULL);
	for (size_t i = 0; i < p->wanted.ncontainers; i++) {
		const struct flt_container *c = &p->wanted.containers[i];
		any |= give_up_windows(p, c);
		any |= give_up_contradiction(p, c);
	}
	return any;
}

static int plan_sets(struct plan *p)
{
	const struct flt_patch_options *options = p->options;
	bool any = false;
	p->wanted = *p->pod;
	p->sets.containers = KV_NEW_N(p->job->arena, krm_val, p->pod->ncontainers);
	for (size_t i = 0; i < options->noverrides; i++) {
		if (!sets(p, &options->overrides[i]))
			continue;
		if (collect(p, &options->overrides[i]) < 0)
			return -1;
		any = true;
	}
	if (any && want(p) < 0)
		return -1;
	return any && give_up_impossible(p) ? want(p) : 0;
}

/* The last override that sets the field. */
static const struct flt_override *setter(struct plan *p, const struct flt_container *c, kv_str field)
{
	const struct flt_override *last = NULL;
	for (size_t i = 0; i < p->options->noverrides; i++) {
		struct flt_override *o = &p->options->overrides[i];
		if (sets(p, o) && krm_map_find(o->set.m, field) &&
		    (c ? covers(p, o, c) : o->ncontainers == 0))
			last = o;
	}
	return last;
}

/* What is set joins what is added, as far as it is not there yet. */
static int join_sets(struct plan *p, const struct flt_container *c)
{
	krm_val fields = *fields_of(p, &p->sets, c), *into = fields_of(p, p->patch, c);
	if (fields.kind != KRM_MAP)
		return 0;
	krm_map_each (fields.m, e) {
		kv_str field = krm_str(e->key);
		krm_val *added = into->kind == KRM_MAP ? krm_map_find(into->m, field) : NULL;
		if (added && merge_field(p->job, fields.m, field, *added) < 0)
			return -1;
		if (is_set(krm_get_str(context_of(p, c), field), e->val)) {
			if (added)
				krm_map_del(into->m, field);
			continue;
		}
		put(p->job, into, field, e->val);
		p->patch->nadded++;
		row(p, (struct flt_patch_row){ FLT_P2, true, where(p, c), kv_arena_cstr(p->job->arena, field),
					       "", setter(p, c, field)->reason });
	}
	if (into->kind == KRM_MAP && !krm_map_len(*into))
		*into = krm_nil();
	return 0;
}

/* --- the plan --------------------------------------------------------------------------------- */

/* In this order the fields stand in the patch. */
static void plan_additions(struct plan *p)
{
	const struct flt_pod *pod = &p->wanted;
	struct flt_policy policy = p->options->policy;
	if (flt_check_applies("allowPrivilegeEscalation", policy, pod))
		for (size_t i = 0; i < pod->ncontainers; i++)
			plan_escalation(p, &pod->containers[i]);
	if (flt_check_applies("runAsNonRoot", policy, pod))
		plan_non_root(p);
	if (flt_check_applies("capabilities_restricted", policy, pod))
		for (size_t i = 0; i < pod->ncontainers; i++)
			plan_capabilities(p, &pod->containers[i]);
	if (flt_check_applies("seccompProfile_restricted", policy, pod))
		plan_seccomp(p);
}

int flt_patch_plan(struct kv_job *job, krm_val obj, const struct flt_pod *pod,
		   const struct flt_patch_options *options, struct flt_patch *ret)
{
	struct plan p = { .job = job, .obj = obj, .pod = pod, .options = options, .patch = ret };
	*ret = (struct flt_patch){ .pod = krm_nil() };
	ret->containers = KV_NEW_N(job->arena, krm_val, pod->ncontainers);
	if (plan_sets(&p) < 0)
		return -1;
	plan_additions(&p);
	int failed = join_sets(&p, NULL);
	for (size_t i = 0; i < pod->ncontainers; i++)
		failed |= join_sets(&p, &p.wanted.containers[i]);
	return failed;
}

/* As a strategic merge does: null takes a field away. */
static void remove_nulls(krm_val fields)
{
	if (fields.kind == KRM_MAP)
		krm_map_each (fields.m, e)
			if (e->val.kind == KRM_NIL)
				krm_map_del(fields.m, krm_str(e->key));
}

static int apply(struct kv_job *job, krm_val parent, krm_val fields)
{
	if (fields.kind != KRM_MAP)
		return 0;
	if (krm_get(parent, "securityContext").kind != KRM_MAP)
		krm_map_set(job->arena, parent.m, KV_S("securityContext"), krm_map(job->arena, KRM_OF_ANY));
	krm_val context = krm_get(parent, "securityContext");
	krm_map_each (fields.m, e) {
		if (merge_field(job, context.m, krm_str(e->key), e->val) < 0)
			return -1;
		remove_nulls(krm_get_str(context, krm_str(e->key)));
	}
	return 0;
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
