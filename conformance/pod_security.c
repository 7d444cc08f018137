/* conformance/pod_security.c: Pods, levels and versions with the API server's verdict and text, and what patches make of them:
 * the areas pod-security and pod-security-patch. */
#include "conformance/areas.h"
#include "filters/pod_security_patch.h"

struct row {
	struct flt_policy policy;
	kv_str file, text;
};

/* level, version, pass or fail, file, text */
static bool read_row(kv_str line, struct row *row)
{
	kv_str level = kv_str_cell(&line), version = kv_str_cell(&line), verdict = kv_str_cell(&line);

	row->file = kv_str_cell(&line);
	row->text = line;
	return flt_level_parse(level, &row->policy.level) && flt_version_parse(version, &row->policy.minor) &&
	       kv_str_eq(verdict, KV_S("pass")) == (line.n == 0);
}

int cf_pod_security_load(struct cf_suite *suite)
{
	struct kv_arena *a = suite->job->arena;
	kv_str text, line;

	if (kv_file_read(suite->job, kv_path_join(a, suite->dir, KV_S("cases.tsv")), &text) < 0)
		return -1;
	while (kv_str_line(&text, &line)) {
		struct row *row = KV_NEW(a, struct row);

		if (!read_row(line, row))
			return kv_error(suite->job, 0, "a broken row: %.*s", KV_ARG(line));
		cf_add(suite, kv_arena_cat(a, flt_policy_text(a, row->policy), KV_S("/"), row->file), row);
	}
	return 0;
}

static int read_pod(struct kv_job *job, const struct cf_suite *suite, const struct row *row, krm_val *ret_obj,
		    struct flt_pod *ret)
{
	kv_str path = kv_path_join(job->arena, suite->dir, row->file), text;
	struct krm_resources list = { 0 };
	bool has_pod = false;

	if (kv_file_read(job, path, &text) < 0 ||
	    krm_resources_read(job, row->file, text, (struct krm_origin){ 0 }, false, &list) < 0 ||
	    list.n != 1 || !flt_pod_place(list.v[0]->obj) ||
	    flt_pod_read(job, list.v[0]->obj, flt_pod_place(list.v[0]->obj), ret, &has_pod) < 0 || !has_pod)
		return -1;
	*ret_obj = list.v[0]->obj;
	return 0;
}

/* Patches the Pod with all that people can opt in to. */
static int patch_pod(struct kv_job *job, krm_val obj, struct flt_policy policy, struct flt_pod *pod,
		     size_t *ret_added)
{
	struct flt_override all = {
		.selector = { .kind = KV_STR("*"), .match = FLT_MATCH_PATTERNS },
		.non_root = true,
		.drop_all = true,
		.set = krm_nil(),
	};
	struct flt_patch_options options = { policy, FLT_AT_POD, &all, 1 };
	struct flt_patch patch;
	bool there;

	if (flt_patch_plan(job, obj, pod, &options, &patch) < 0 || flt_patch_apply(job, pod, &patch) < 0)
		return -1;
	*ret_added = patch.nadded;
	return flt_pod_read(job, obj, flt_pod_place(obj), pod, &there);
}

static struct flt_violations evaluate(struct kv_job *job, const struct flt_pod *pod, struct flt_policy policy)
{
	struct flt_violations found = { 0 };

	flt_pod_evaluate(job->arena, pod, policy, &found);
	return found;
}

/* A patch of what passes is empty, no patch makes a Pod worse, and a second one adds nothing. */
static void judge_patch(struct cf_result *r, krm_val obj, const struct row *row, struct flt_pod *pod,
			size_t before)
{
	size_t first = 0, second = 0, after;

	if (patch_pod(r->job, obj, row->policy, pod, &first) < 0) {
		cf_fail(r, "the patch fails");
		return;
	}
	after = evaluate(r->job, pod, row->policy).n;
	if (after > before || (before == 0 && first))
		cf_fail(r, "%zu violations before the patch of %zu fields, %zu after", before, first, after);
	if (patch_pod(r->job, obj, row->policy, pod, &second) < 0 || second)
		cf_fail(r, "a second patch adds %zu fields", second);
}

void cf_pod_security_run(const struct cf_suite *suite, const struct cf_case *c, struct cf_result *r)
{
	const struct row *row = c->data;
	struct flt_violations found;
	struct flt_pod pod;
	krm_val obj;

	if (read_pod(r->job, suite, row, &obj, &pod) < 0) {
		cf_fail(r, "the Pod cannot be read");
		return;
	}
	found = evaluate(r->job, &pod, row->policy);
	if (cf_equal(r, "text", row->text, flt_violations_text(r->job->arena, &found)))
		judge_patch(r, obj, row, &pod, found.n);
}

/* --- what patches clear ----------------------------------------------------------------------- */

/* Rows that fail because of exactly these checks and that a patch clears (the classes of filters/pod_security_patch.h). */
static const struct {
	const char *id, *checks;
	size_t rows;
} families[] = {
	{ "only-privilege-escalation", "allowPrivilegeEscalation", 44 },
	{ "privilege-escalation-and-capabilities", "allowPrivilegeEscalation capabilities_restricted", 16 },
	{ "only-capabilities", "capabilities_restricted", 48 },
	{ "only-non-root", "runAsNonRoot", 38 },
	{ "only-seccomp", "seccompProfile_restricted", 57 },
	{ "all", NULL, 203 },
};

int cf_pod_security_patch_load(struct cf_suite *suite)
{
	for (size_t i = 0; i < sizeof families / sizeof *families; i++)
		cf_add(suite, kv_str_c(families[i].id), &families[i]);
	return 0;
}

static bool has_checks(const struct flt_violations *found, const char *checks)
{
	for (size_t i = 0; checks && i < found->n; i++) {
		size_t n = strlen(found->v[i].check);

		if (strncmp(checks, found->v[i].check, n) != 0)
			return false;
		checks += n;
		checks += *checks == ' ';
	}
	return !checks || !*checks;
}

static bool is_cleared(const struct cf_suite *suite, const struct row *row, const char *checks)
{
	struct kv_job *job = kv_job_new();
	struct flt_violations found;
	struct flt_pod pod;
	size_t added;
	krm_val obj;
	bool cleared = false;

	if (read_pod(job, suite, row, &obj, &pod) == 0) {
		found = evaluate(job, &pod, row->policy);
		cleared = found.n && has_checks(&found, checks) &&
			  patch_pod(job, obj, row->policy, &pod, &added) == 0 &&
			  !evaluate(job, &pod, row->policy).n;
	}
	kv_job_free(job);
	return cleared;
}

void cf_pod_security_patch_run(const struct cf_suite *suite, const struct cf_case *c, struct cf_result *r)
{
	size_t which = (size_t)((const char *)c->data - (const char *)families) / sizeof *families,
	       cleared = 0;
	kv_str text, line;

	if (!cf_read(r->job, suite->dir, "cases.tsv", &text)) {
		cf_fail(r, "the table cannot be read");
		return;
	}
	while (kv_str_line(&text, &line)) {
		struct row row;

		if (read_row(line, &row) && row.text.n)
			cleared += is_cleared(suite, &row, families[which].checks);
	}
	if (cleared != families[which].rows)
		cf_fail(r, "%zu rows are cleared, expected %zu", cleared, families[which].rows);
}
