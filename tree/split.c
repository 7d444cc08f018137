/* tree/split.c: distributes the resources of a group over its targets, and applies the filters. */
#include "base/file.h"
#include "filters/bootstrap.h"
#include "krm/yaml.h"
#include "tree/produce.h"

/* Longer lists say no more than their first names. */
#define NAMES_SHOWN 5

static void warn_selectors(struct kv_job *job, const struct flt_selector *selectors, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (selectors[i].hits == 0)
			kv_warn(job, selectors[i].pos, "the selector matches nothing");
}

static void warn_left(struct kv_job *job, kv_pos pos, const struct krm_resources *resources,
		      const bool *taken)
{
	struct kv_buf names;
	size_t left = 0;
	kv_buf_init(&names, job->arena, KV_BUF_MAX);
	for (size_t i = 0; i < resources->n; i++) {
		if (taken[i])
			continue;
		if (left++ < NAMES_SHOWN) {
			kv_buf_str(&names, left > 1 ? KV_S(", ") : KV_S(""));
			kv_buf_str(&names, krm_shown(job->arena, resources->v[i]->obj));
		}
	}
	if (left == 0)
		return;
	kv_warn(job, pos, "%zu resource%s in no target: %.*s%s", left, left == 1 ? " is" : "s are",
		KV_ARG(kv_buf_view(&names)), left > NAMES_SHOWN ? ", ..." : "");
}

/* Both lists are in the same order. */
static void mark(const struct krm_resources *all, const struct krm_resources *some, bool *taken)
{
	for (size_t i = 0, k = 0; i < all->n && k < some->n; i++)
		if (all->v[i] == some->v[k]) {
			taken[i] = true;
			k++;
		}
}

/* kustomize prints every resource, also those that no target takes, and what it cannot print is an error. */
static int check_all(struct kv_job *job, const struct krm_resources *resources)
{
	int failed = 0;
	for (size_t i = 0; i < resources->n; i++)
		if (krm_yaml_check(job, resources->v[i]->origin.pos, resources->v[i]->obj) < 0) {
			krm_note_template(job, resources->v[i]);
			failed = -1;
		}
	return failed;
}

static struct flt_guard guard_of(struct kv_job *job, const struct tree_config *config,
				 const struct tree_defaults *defaults)
{
	static const struct flt_guard none;
	const struct flt_guard *unit = &config->secrets.guard,
			       *repo = defaults ? &defaults->secrets.guard : &none;
	struct flt_guard g = { .has_policy = true, .nallow = unit->nallow + repo->nallow, .nown = config->ngroups == 1 ? unit->nallow : 0,
			       .entropy = unit->entropy || repo->entropy };
	if (unit->has_policy || repo->has_policy) {
		g.policy = unit->has_policy ? unit->policy : repo->policy;
	} else if (config->kind != TREE_VENDOR) {
		/* Who replaces kubesource must find the tree as it was. */
		g.policy = FLT_GUARD_WARN;
		g.advice = "it is written, as kubesource does; with \"secrets: {policy: refuse}\" in "
			   ".kvendor.yaml it is not";
	}
	/* Rules count their hits, and units run side by side: each has its own copy. */
	g.allow = KV_NEW_N(job->arena, struct flt_allow, g.nallow);
	for (size_t i = 0; i < g.nallow; i++)
		g.allow[i] = i < unit->nallow ? unit->allow[i] : repo->allow[i - unit->nallow];
	return g;
}

static struct flt_external *external_of(struct kv_job *job, const struct tree_config *config,
					const struct tree_defaults *defaults)
{
	const struct flt_external *given = config->secrets.external;
	if (!given && defaults)
		given = defaults->secrets.external;
	if (!given)
		return NULL;
	/* Rules count their hits: as in guard_of. */
	struct flt_external *own = KV_NEW(job->arena, struct flt_external);
	*own = *given;
	own->rules = KV_NEW_N(job->arena, struct flt_external_rule, own->nrules);
	for (size_t i = 0; i < own->nrules; i++)
		own->rules[i] = given->rules[i];
	return own;
}

/* A kubesource.yaml keeps giving what kubesource gave: generated values only warn, but in a Secret they are refused (docs/volatile.md). */
static struct flt_generated generated_of(struct kv_job *job, const struct tree_config *config,
					 const struct tree_defaults *defaults)
{
	const struct flt_generated *given = config->generated;
	struct flt_generated g = { .policy = FLT_GUARD_REFUSE };
	if (!given && defaults)
		given = defaults->generated;
	if (given)
		g = *given;
	if (!g.has_policy && config->kind != TREE_VENDOR)
		g.policy = FLT_GUARD_WARN;
	/* Rules count their hits: as in guard_of. */
	g.allow = KV_NEW_N(job->arena, struct flt_generated_allow, g.nallow);
	for (size_t i = 0; i < g.nallow; i++)
		g.allow[i] = given->allow[i];
	return g;
}

struct tree_filters tree_filters(struct kv_job *job, const struct tree_config *config,
				 const struct tree_defaults *defaults, struct kv_buf *remarks)
{
	const struct flt_pod_security *pods = config->pod_security;
	if (!pods && defaults)
		pods = defaults->pod_security;
	struct flt_guard guard = guard_of(job, config, defaults);
	return (struct tree_filters){ .pods = pods,
				      .remarks = remarks,
				      .namespaces = config->namespaces,
				      .external = external_of(job, config, defaults),
				      .guard = guard,
				      .checks = config->checks	     ? config->checks
						: defaults ? defaults->checks
							   : NULL,
				      .generated = generated_of(job, config, defaults) };
}

int tree_check(struct kv_job *job, const struct tree_filters *filters, const struct krm_resources *list)
{
	struct flt_known known = { .pods = filters->pods };
	size_t nunevaluated = 0;
	if (!filters->checks)
		return 0;
	struct krm_resources opened = krm_resources_opened(job->arena, list);
	if (filters->crds && tree_crds_read(job, filters->crds, &opened, &known.definitions) < 0)
		return -1;
	int failed = flt_checks_run(job, filters->checks, &opened, &known, &nunevaluated);
	if (nunevaluated && filters->remarks)
		kv_buf_printf(filters->remarks, "%zu rule%s in CEL of CustomResourceDefinitions %s not evaluated\n",
			      nunevaluated, nunevaluated == 1 ? "" : "s", nunevaluated == 1 ? "was" : "were");
	return failed;
}

/* Once for all targets: what is taken twice is one resource, and a Namespace may go to another target than its Pods. */
static int filter_taken(struct kv_job *job, struct tree_filters *filters, const struct tree_group *group,
			const struct krm_resources *targets, const struct krm_resources *all, const bool *taken)
{
	struct krm_resources some = { 0 }, judged;
	for (size_t i = 0; i < all->n; i++)
		if (taken[i])
			krm_resources_push(job->arena, &some, all->v[i]);
	int failed = flt_generated_check(job, &filters->generated, &some);
	judged = some;
	/* What is added is added to what is rendered. */
	if (filters->pods && filters->pods->patch == FLT_PATCH_NONE && filters->applied.options)
		judged = tree_applied(job, &filters->applied, group, targets, &some);
	if (filters->pods && flt_pod_security_filter(job, filters->pods, &judged, filters->remarks, &filters->changed,
						     &filters->patches) < 0)
		failed = -1;
	return tree_check(job, filters, &some) < 0 ? -1 : failed;
}

/* Whether a target gets the patches of what it takes, and not that itself. */
static bool gets_patches(const struct tree_filters *filters, const struct tree_target *t)
{
	return t->form == TREE_FORM_PATCHES && filters->pods && filters->pods->patch == FLT_PATCH_FILES;
}

/* What each target takes. */
static struct krm_resources *select_all(struct kv_job *job, struct tree_group *group,
					const struct tree_filters *filters,
					const struct krm_resources *resources, bool *taken)
{
	struct krm_resources *some = KV_NEW_N(job->arena, struct krm_resources, group->ntargets);
	for (size_t i = 0; i < group->ntargets; i++) {
		struct tree_target *t = &group->targets[i];
		flt_select(job, &t->select, resources, &some[i]);
		if (gets_patches(filters, t))
			continue;
		mark(resources, &some[i], taken);
		if (some[i].n == 0)
			kv_warn(job, t->pos, "the target receives nothing");
	}
	return some;
}

/* The patches of some of all resources. All lists are in the same order. */
static struct krm_resources patches_of(struct kv_job *job, const struct tree_filters *filters,
				       const struct krm_resources *all, const struct krm_resources *some,
				       bool *placed)
{
	struct krm_resources patches = { 0 };
	bool *wanted = KV_NEW_N(job->arena, bool, all->n);
	mark(all, some, wanted);
	for (size_t i = 0, k = 0; i < all->n && k < filters->changed.n; i++) {
		if (all->v[i] != filters->changed.v[k])
			continue;
		placed[k] |= wanted[i];
		if (wanted[i])
			krm_resources_push(job->arena, &patches, filters->patches.v[k]);
		k++;
	}
	return patches;
}

/* What is not written must not count. */
static int place_patches(struct kv_job *job, const struct tree_group *group, const struct tree_filters *filters,
			 const struct krm_resources *all, struct krm_resources *some)
{
	bool *placed = KV_NEW_N(job->arena, bool, filters->patches.n);
	int failed = 0;
	for (size_t i = 0; i < group->ntargets; i++)
		if (gets_patches(filters, &group->targets[i]))
			some[i] = patches_of(job, filters, all, &some[i], placed);
	for (size_t i = 0; i < filters->patches.n; i++)
		if (!placed[i]) {
			kv_str who = krm_shown(job->arena, filters->patches.v[i]->obj);
			failed = kv_error(job, group->pos, "the patch of %.*s goes to no target", KV_ARG(who));
			kv_note(job, 0,
				"give the unit a target such as \"{directory: app/patches, form: patches}\"");
		}
	return failed;
}

/* ExternalSecrets that cannot be the first to make their Secret. */
static void tell_cycles(struct kv_job *job, const struct tree_filters *filters, const struct krm_resources *list)
{
	struct flt_bootstrap found = { 0 };
	if (!filters->remarks)
		return;
	flt_bootstrap_find(job, list, &found);
	for (size_t i = 0; i < found.n; i++) {
		const struct flt_bootstrap_secret *s = found.v[i];
		if (!s->external || !s->external->in_order)
			continue;
		kv_str who = krm_shown(job->arena, s->external->obj);
		kv_buf_printf(filters->remarks,
			      "%.*s, bootstrap: true: %.*s; the first Secret is made by hand, see kvendor audit --bootstrap\n",
			      KV_ARG(who), KV_ARG(s->reason));
	}
}

/* ExternalSecrets in the place of Secrets. */
static int externalize(struct kv_job *job, const struct tree_filters *filters, const struct krm_resources *given,
		       struct krm_resources *ret)
{
	krm_val crd = krm_nil();
	kv_str path = filters->external_crd, text;
	*ret = *given;
	if (!filters->external)
		return 0;
	if (path.n && (!filters->external->api_version.n || filters->external->crd_defaults) &&
	    (tree_crds_text(job, filters->crds, path, &text) < 0 ||
	     krm_yaml_read(job, path, text, KRM_YAML_KUSTOMIZE, &crd) < 0))
		return -1;
	*ret = (struct krm_resources){ 0 };
	if (flt_external_secrets(job, filters->external, crd, given, ret) < 0)
		return -1;
	tell_cycles(job, filters, ret);
	return 0;
}

static int fill_namespaces(struct kv_job *job, struct tree_filters *filters, const struct krm_resources *given,
			   struct krm_resources *ret)
{
	struct krm_resources opened = krm_resources_opened(job->arena, given), definitions = { 0 };
	if (filters->crds && tree_crds_read(job, filters->crds, &opened, &definitions) < 0)
		return -1;
	flt_fill_namespaces(job, filters->namespaces, &definitions, given, ret, &filters->filled);
	return 0;
}

int tree_prepare(struct kv_job *job, struct tree_filters *filters, const struct krm_resources *given,
		 struct krm_resources *ret)
{
	struct krm_resources filled = { 0 };
	flt_generated_drop(&filters->generated, given);
	if (filters->namespaces && fill_namespaces(job, filters, given, &filled) < 0)
		return -1;
	return externalize(job, filters, filters->namespaces ? &filled : given, ret);
}

int tree_split(struct kv_job *job, struct tree_group *group, const struct krm_resources *given,
	       enum tree_names names, struct tree_filters *filters, struct tree_files *ret_files)
{
	struct krm_resources changed, *resources = &changed;
	if (check_all(job, given) < 0 || tree_prepare(job, filters, given, resources) < 0)
		return -1;
	bool *taken = KV_NEW_N(job->arena, bool, resources->n);
	struct krm_resources *some = select_all(job, group, filters, resources, taken);
	int failed = filter_taken(job, filters, group, some, resources, taken);
	failed |= place_patches(job, group, filters, resources, some);
	for (size_t i = 0; i < group->ntargets; i++) {
		if (flt_secret_guard(job, &filters->guard, &some[i]) < 0)
			failed = -1;
		else if (tree_layout(job, &some[i], names, group->targets[i].form, &ret_files[i]) < 0)
			return -1;
	}
	if (!failed)
		flt_guard_warn_unused(job, &filters->guard);
	for (size_t i = 0; i < group->ntargets; i++) {
		struct flt_select *f = &group->targets[i].select;
		warn_selectors(job, f->include, f->ninclude);
		warn_selectors(job, f->exclude, f->nexclude);
	}
	warn_left(job, group->pos, resources, taken);
	return failed;
}
