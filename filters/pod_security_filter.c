/* filters/pod_security_filter.c: levels by namespace, patches, findings. */
#include "filters/pod_security_filter.h"

#include "base/map.h"

struct run {
	struct kv_job *job;
	const struct flt_pod_security *config;
	struct kv_map namespaces; /* name to krm_val *: the labels of Namespaces in the list */
	/* A copy: selectors count, and a repository's defaults belong to many threads. */
	struct flt_override *overrides;
	struct flt_custom_pod *customs;
	bool judges_unpatched;
	struct flt_pod_report *report;
};

/* --- levels ----------------------------------------------------------------------------------- */

static void find_namespaces(struct run *run, const struct krm_resources *list)
{
	kv_map_init(&run->namespaces, run->job->arena);
	for (size_t i = 0; i < list->n; i++) {
		krm_val obj = list->v[i]->obj;
		if (!krm_is_str(krm_get(obj, "kind"), "Namespace") || krm_gvk_of(obj).group.n)
			continue;
		krm_val *labels = KV_NEW(run->job->arena, krm_val);
		*labels = krm_path(obj, "metadata", "labels", NULL);
		kv_map_put(&run->namespaces, krm_name(obj), labels);
	}
}

static const struct flt_namespace_level *level_of(const struct run *run, kv_str namespace)
{
	static const struct flt_namespace_level none;
	for (size_t i = 0; i < run->config->nlevels; i++)
		if (flt_pattern_matches(run->job, run->config->levels[i].name, namespace))
			return &run->config->levels[i];
	return &none;
}

/* Configuration, of the namespace and then of all, then the Namespace's labels, then the default. */
static struct flt_policy policy_of(const struct run *run, krm_val obj)
{
	const struct flt_pod_security *config = run->config;
	const struct flt_namespace_level *own = level_of(run, krm_namespace(obj));
	struct flt_policy policy = { config->has_level ? config->level : config->default_level,
				     config->minor };
	krm_val *labels = kv_map_get(&run->namespaces, krm_namespace(obj));
	if (labels) {
		struct flt_policy labelled = flt_policy_of_labels(*labels, policy);
		if (!config->has_level)
			policy.level = labelled.level;
		if (!config->has_version)
			policy.minor = labelled.minor;
	}
	if (own->has_level)
		policy.level = own->level;
	if (own->has_version)
		policy.minor = own->minor;
	return policy;
}

static bool any_matches(struct kv_job *job, const kv_str *patterns, size_t n, kv_str text)
{
	for (size_t i = 0; i < n; i++)
		if (flt_pattern_matches(job, patterns[i], text))
			return true;
	return false;
}

static bool is_exempt(const struct run *run, krm_val obj, const struct flt_pod *pod)
{
	const struct flt_pod_security *c = run->config;
	return any_matches(run->job, c->namespaces, c->nnamespaces, krm_namespace(obj)) ||
	       (pod->runtime_class.n &&
		any_matches(run->job, c->runtime_classes, c->nruntime_classes, pod->runtime_class));
}

/* --- one workload ----------------------------------------------------------------------------- */

static void keep_findings(struct run *run, const struct krm_resource *r, const struct flt_pod *pod,
			  struct flt_policy policy, const struct flt_violations *found, bool predicted)
{
	struct flt_pod_report *report = run->report;
	struct flt_pod *kept = KV_NEW(run->job->arena, struct flt_pod);
	*kept = *pod;
	for (size_t i = 0; i < found->n; i++) {
		struct flt_finding f = { r, policy, kept, predicted, found->v[i], FLT_P3, "" };
		f.class = flt_patch_class_of(kept, f.violation.check, &f.hint);
		KV_PUSH(run->job->arena, report->findings, report->nfindings, report->findings_cap, f);
	}
}

/* On the host's network the Pods that a controller makes get a hostPort for each port; its template does not. */
static void predict(struct run *run, const struct krm_resource *r, const struct flt_pod *pod,
		    struct flt_policy policy)
{
	struct flt_violations found = { 0 };
	struct flt_pod made = *pod, only_ports = { .containers = NULL };
	if (pod->is_pod || pod->host_network != FLT_TRUE || policy.level == FLT_PRIVILEGED)
		return;
	only_ports.ncontainers = made.ncontainers;
	only_ports.containers = KV_NEW_N(run->job->arena, struct flt_container, made.ncontainers);
	for (size_t i = 0; i < made.ncontainers; i++)
		if (made.containers[i].list != FLT_EPHEMERAL_CONTAINERS)
			only_ports.containers[i] =
				(struct flt_container){ .name = made.containers[i].name,
							.host_ports = made.containers[i].ports };
	flt_pod_evaluate(run->job->arena, &only_ports, (struct flt_policy){ FLT_BASELINE, policy.minor },
			 &found);
	keep_findings(run, r, pod, policy, &found, true);
}

static void warn_ephemeral(struct run *run, const struct krm_resource *r, const struct flt_pod *pod)
{
	kv_str who = flt_workload_text(run->job->arena, r->obj, pod);
	for (size_t i = 0; i < pod->ncontainers; i++)
		if (pod->containers[i].list == FLT_EPHEMERAL_CONTAINERS) {
			kv_warn(run->job, pod->containers[i].at.pos,
				"%.*s: ephemeralContainers cannot be set in a manifest, the API server "
				"refuses it",
				KV_ARG(who));
			return;
		}
}

/* Puts the patch into a Pod that was read. */
static int apply(struct kv_job *job, const struct flt_patched *p, struct flt_pod *pod)
{
	if (!p->patch.nadded)
		return 0;
	return flt_patch_apply(job, pod, &p->patch) < 0 ? -1 : flt_pod_read_contexts(job, pod);
}

/* No Pod has more violations. */
static size_t count_checks(void)
{
	const char *id, *summary;
	size_t n = 0;
	while (flt_check_at(n, &id, &summary))
		n++;
	return n;
}

static void keep_remaining(struct flt_patched *p, const struct flt_pod *pod, const char *check)
{
	struct flt_remaining *r = &p->after[p->nafter++];
	r->check = check;
	r->class = flt_patch_class_of(pod, check, &r->hint);
}

/* What a patch would leave: tried on a copy, which is given back. The Pod in `obj` is read anew. */
static int try_patch(struct kv_job *job, struct flt_patched *p)
{
	struct kv_arena_mark mark = kv_arena_mark(job->arena);
	struct flt_pod pod;
	krm_val copy;
	bool there;
	const char **left = KV_NEW_N(job->arena, const char *, count_checks());
	if (krm_copy(job, p->resource->obj, &copy) < 0 || flt_pod_read(job, copy, p->place, &pod, &there) < 0 ||
	    apply(job, p, &pod) < 0)
		return -1;
	size_t n = flt_pod_forbidding(job->arena, &pod, p->policy, left);
	for (size_t i = 0; i < n; i++)
		keep_remaining(p, &pod, left[i]);
	kv_arena_release(job->arena, mark);
	return 0;
}

/* The findings are those behind the patch. With patch files the object stays as it is. */
static int patch_for_good(struct run *run, struct flt_patched *p, struct flt_pod *pod,
			  struct flt_violations *found)
{
	krm_val obj = p->resource->obj;
	bool there;
	if (run->config->patch == FLT_PATCH_FILES &&
	    (krm_copy(run->job, obj, &obj) < 0 || flt_pod_read(run->job, obj, p->place, pod, &there) < 0))
		return -1;
	if (apply(run->job, p, pod) < 0)
		return -1;
	flt_pod_evaluate(run->job->arena, pod, p->policy, found);
	for (size_t i = 0; i < found->n; i++)
		keep_remaining(p, pod, found->v[i].check);
	return 0;
}

/* Plans the patch and puts it into the object, unless it is only asked about; *found gets what is forbidden then, or is now. */
static int patch(struct run *run, struct krm_resource *r, const struct flt_pod_place *place,
		 struct flt_pod *pod, struct flt_policy policy, struct flt_violations *found)
{
	const struct flt_pod_security *c = run->config;
	struct flt_patch_options options = { policy, c->placement, run->overrides, c->noverrides };
	struct flt_patched p = {
		.resource = r, .place = place, .pod = *pod, .policy = policy
	};
	p.before = KV_NEW_N(run->job->arena, const char *, count_checks());
	p.after = KV_NEW_N(run->job->arena, struct flt_remaining, count_checks());
	p.nbefore = flt_pod_forbidding(run->job->arena, pod, policy, p.before);
	if (run->judges_unpatched)
		flt_pod_evaluate(run->job->arena, pod, policy, found);
	if (flt_patch_plan(run->job, r->obj, pod, &options, &p.patch) < 0 ||
	    (run->judges_unpatched ? try_patch(run->job, &p) : patch_for_good(run, &p, pod, found)) < 0)
		return -1;
	if (p.nbefore || p.patch.nadded)
		KV_PUSH(run->job->arena, run->report->patched, run->report->npatched,
			run->report->patched_cap, p);
	return 0;
}

/* Every selector sees every workload, so that each one's hits are known. */
static void count_hits(struct run *run, krm_val obj)
{
	for (size_t i = 0; i < run->config->noverrides; i++)
		(void)flt_selector_matches(run->job, &run->overrides[i].selector, obj);
}

static int judge(struct run *run, struct krm_resource *r, const struct flt_pod_place *place)
{
	struct kv_job *job = run->job;
	struct flt_policy policy = policy_of(run, r->obj);
	struct flt_violations found = { 0 };
	struct flt_pod pod;
	bool there;
	if (policy.level == FLT_PRIVILEGED)
		return 0;
	if (flt_pod_read(job, r->obj, place, &pod, &there) < 0) {
		kv_str who = flt_workload_text(job->arena, r->obj, &pod);
		kv_note(job, r->obj.pos, "in %.*s, which Pod Security cannot judge so", KV_ARG(who));
		return -1;
	}
	if (!there || is_exempt(run, r->obj, &pod))
		return 0;
	run->report->nworkloads++;
	count_hits(run, r->obj);
	if (run->judges_unpatched)
		run->report->fits[flt_pod_level(job->arena, &pod, policy.minor)]++;
	warn_ephemeral(run, r, &pod);
	/* Kustomize replaces the lists of custom resources, containers too: no patch file can add to them. */
	bool patches = run->config->patch == FLT_PATCH_IN_PLACE ||
		       (run->config->patch == FLT_PATCH_FILES && !place->custom);
	if (!patches)
		flt_pod_evaluate(job->arena, &pod, policy, &found);
	else if (patch(run, r, place, &pod, policy, &found) < 0)
		return -1;
	keep_findings(run, r, &pod, policy, &found, false);
	predict(run, r, &pod, policy);
	return 0;
}

static int judge_custom(struct run *run, struct krm_resource *r, const struct flt_custom_pod *custom)
{
	struct flt_texts paths = flt_pod_paths(run->job, r->obj, custom->place.path);
	int failed = 0;
	for (size_t i = 0; i < paths.n; i++) {
		struct flt_pod_place *place = KV_NEW(run->job->arena, struct flt_pod_place);
		*place = custom->place;
		place->path = paths.v[i];
		failed |= judge(run, r, place);
	}
	return failed;
}

/* The Pods of one resource. */
static int judge_all(struct run *run, struct krm_resource *r)
{
	const struct flt_pod_place *place = flt_pod_place(r->obj);
	int failed = 0;
	if (place)
		return judge(run, r, place);
	for (size_t i = 0; i < run->config->ncustoms; i++)
		if (flt_selector_matches(run->job, &run->customs[i].selector, r->obj))
			failed |= judge_custom(run, r, &run->customs[i]);
	return failed;
}

/* The rules with counters of their own. */
static void copy_rules(struct run *run)
{
	const struct flt_pod_security *c = run->config;
	run->overrides = KV_NEW_N(run->job->arena, struct flt_override, c->noverrides);
	for (size_t i = 0; i < c->noverrides; i++)
		run->overrides[i] = c->overrides[i];
	run->customs = KV_NEW_N(run->job->arena, struct flt_custom_pod, c->ncustoms);
	for (size_t i = 0; i < c->ncustoms; i++)
		run->customs[i] = c->customs[i];
}

/* A long list is judged in two halves. */
struct halves {
	struct run *first, second;
	struct flt_pod_report report; /* of the second */
	const struct krm_resources *list;
	int failed[2];
};

/* A Pod that cannot be read hides no other. */
static int judge_part(struct kv_job *job, void *arg, size_t from, size_t to)
{
	struct halves *h = arg;
	struct run *run = from ? &h->second : h->first;
	if (from) {
		run->job = job;
		copy_rules(run);
	}
	for (size_t i = from; i < to; i++)
		h->failed[from > 0] |= judge_all(run, h->list->v[i]);
	return 0;
}

/* What the second half found, behind the first. */
static void join(struct run *run, const struct halves *h)
{
	struct kv_arena *a = run->job->arena;
	struct flt_pod_report *all = run->report;
	for (size_t i = 0; i < h->report.nfindings; i++)
		KV_PUSH(a, all->findings, all->nfindings, all->findings_cap, h->report.findings[i]);
	for (size_t i = 0; i < h->report.npatched; i++)
		KV_PUSH(a, all->patched, all->npatched, all->patched_cap, h->report.patched[i]);
	all->nworkloads += h->report.nworkloads;
	for (int level = 0; level <= FLT_RESTRICTED; level++)
		all->fits[level] += h->report.fits[level];
	for (size_t i = 0; i < run->config->noverrides; i++)
		run->overrides[i].selector.hits += h->second.overrides[i].selector.hits;
}

/* Fewer are judged before a thread has started. */
#define WORTH_A_THREAD 200

int flt_pod_security(struct kv_job *job, const struct flt_pod_security *config,
		     const struct krm_resources *list, bool judges_unpatched, struct flt_pod_report *ret)
{
	struct run run = {
		.job = job, .config = config, .judges_unpatched = judges_unpatched, .report = ret
	};
	struct krm_resources opened = krm_resources_opened(job->arena, list);
	struct halves h = { .first = &run, .list = &opened };
	copy_rules(&run);
	find_namespaces(&run, &opened);
	if (opened.n < WORTH_A_THREAD) {
		h.failed[0] |= judge_part(job, &h, 0, opened.n);
	} else {
		h.second = run;
		h.second.report = &h.report;
		h.failed[0] |= kv_job_halves(job, opened.n / 2, opened.n, judge_part, &h);
		join(&run, &h);
	}
	for (size_t i = 0; i < config->noverrides && !config->shared; i++)
		if (run.overrides[i].selector.hits == 0)
			kv_warn(job, run.overrides[i].pos, "the override selects no workload");
	return h.failed[0] | h.failed[1];
}

/* --- texts ------------------------------------------------------------------------------------ */

kv_str flt_workload_text(struct kv_arena *a, krm_val obj, const struct flt_pod *pod)
{
	kv_str namespace = krm_namespace(obj), kind = krm_kind(obj), name = krm_name(obj), path = { 0 };
	if (pod->is_custom)
		path = kv_arena_cat(a, KV_S(" ("), pod->path, KV_S(")"));
	return kv_arena_cat(a, kind, KV_S(" "), namespace, namespace.n ? KV_S("/") : KV_S(""), name, path);
}

kv_str flt_finding_text(struct kv_arena *a, const struct flt_finding *f)
{
	return kv_arena_printf(a, "%s PodSecurity \"%.*s\": %.*s",
			       f->pod->is_pod ? "violates" : "would violate",
			       KV_ARG(flt_policy_text(a, f->policy)),
			       KV_ARG(flt_violation_text(a, &f->violation)));
}

static bool remains(const struct flt_patched *p, const char *check)
{
	for (size_t i = 0; i < p->nafter; i++)
		if (strcmp(p->after[i].check, check) == 0)
			return true;
	return false;
}

static void print_cleared(const struct flt_patched *p, struct kv_buf *out)
{
	bool any = false;
	for (size_t i = 0; i < p->nbefore; i++)
		if (!remains(p, p->before[i])) {
			kv_buf_printf(out, "%s%s", any ? ", " : "  cleared   ", p->before[i]);
			any = true;
		}
	if (any)
		kv_buf_c(out, '\n');
}

void flt_patched_print(struct kv_job *job, const struct flt_patched *p, struct kv_buf *out)
{
	static const char *const classes[] = { "P0", "P1", "P2", "P3" };
	kv_str who = flt_workload_text(job->arena, p->resource->obj, &p->pod);
	kv_buf_printf(out, "%.*s, %.*s: %zu violation%s before, %zu after\n", KV_ARG(who),
		      KV_ARG(flt_policy_text(job->arena, p->policy)), p->nbefore, p->nbefore == 1 ? "" : "s",
		      p->nafter);
	for (size_t i = 0; i < p->patch.nrows; i++) {
		const struct flt_patch_row *r = &p->patch.rows[i];
		kv_buf_printf(out, "  %s %s  %.*s: %s",
			      !r->added            ? "left "
			      : r->class == FLT_P2 ? "set  "
						   : "added",
			      classes[r->class], KV_ARG(r->where), r->what);
		if (*r->why)
			kv_buf_printf(out, "; %s%s", r->added ? "risk: " : "", r->why);
		if (r->reason.n)
			kv_buf_printf(out, "; reason: %.*s", KV_ARG(r->reason));
		kv_buf_c(out, '\n');
	}
	print_cleared(p, out);
	for (size_t i = 0; i < p->nafter; i++)
		kv_buf_printf(out, "  remains %s  %s; %s\n", classes[p->after[i].class], p->after[i].check,
			      p->after[i].hint);
}

static void report_finding(struct kv_job *job, const struct flt_finding *f, const struct flt_pod_security *c)
{
	kv_pos pos = f->resource->obj.pos ? f->resource->obj.pos : f->resource->origin.pos;
	kv_str who = flt_workload_text(job->arena, f->resource->obj, f->pod), text = flt_finding_text(job->arena, f);
	if (c->warns)
		kv_warn(job, pos, "%.*s %.*s", KV_ARG(who), KV_ARG(text));
	else
		kv_error(job, pos, "%.*s %.*s", KV_ARG(who), KV_ARG(text));
	if (f->predicted)
		kv_note(job, 0, "on the host's network the API server gives its Pods these ports");
	kv_note(job, 0, "%s%s", f->hint,
		c->patch || f->class == FLT_P3 ? ""
		: f->class == FLT_P0           ? ": \"patch: add-only\" adds it"
					       : "; \"patch: add-only\" adds what is only missing");
}

static struct krm_resource *patch_resource(struct kv_job *job, const struct flt_patched *p)
{
	krm_val tree = flt_patch_tree(job, p->resource->obj, &p->pod, &p->patch);
	struct krm_resource *r = krm_resource_new(job->arena, tree, p->resource->origin);
	r->in_order = true;
	return r;
}

int flt_pod_security_filter(struct kv_job *job, const struct flt_pod_security *config,
			    const struct krm_resources *list, struct kv_buf *table,
			    struct krm_resources *ret_changed, struct krm_resources *ret_patches)
{
	struct flt_pod_report report = { 0 };
	if (flt_pod_security(job, config, list, false, &report) < 0)
		return -1;
	for (size_t i = 0; i < report.npatched; i++) {
		const struct flt_patched *p = &report.patched[i];
		if (table)
			flt_patched_print(job, p, table);
		if (!p->patch.nadded)
			continue;
		krm_resources_push(job->arena, ret_changed, p->resource);
		if (config->patch == FLT_PATCH_FILES)
			krm_resources_push(job->arena, ret_patches, patch_resource(job, p));
	}
	for (size_t i = 0; i < report.nfindings; i++)
		report_finding(job, &report.findings[i], config);
	return report.nfindings && !config->warns ? -1 : 0;
}
