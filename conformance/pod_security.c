/* conformance/pod_security.c: Pods, levels and versions with the API server's verdict and text. */
#include "conformance/areas.h"
#include "filters/pod_security.h"

struct row {
	struct flt_policy policy;
	kv_str file, text;
};

static kv_str cut(kv_str *rest)
{
	size_t tab = kv_str_chr(*rest, '\t');
	kv_str cell = kv_str_sub(*rest, 0, tab);

	*rest = tab == SIZE_MAX ? KV_S("") : kv_str_sub(*rest, tab + 1, rest->n);
	return cell;
}

/* level, version, pass or fail, file, text */
static bool read_row(kv_str line, struct row *row)
{
	kv_str level = cut(&line), version = cut(&line), verdict = cut(&line);

	row->file = cut(&line);
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

void cf_pod_security_run(const struct cf_suite *suite, const struct cf_case *c, struct cf_result *r)
{
	const struct row *row = c->data;
	struct kv_job *job = r->job;
	kv_str path = kv_path_join(job->arena, suite->dir, row->file), text;
	struct krm_resources list = { 0 };
	struct flt_violations found = { 0 };
	struct flt_pod pod;
	bool has_pod = false;

	if (kv_file_read(job, path, &text) < 0 ||
	    krm_resources_read(job, row->file, text, (struct krm_origin){ 0 }, false, &list) < 0 ||
	    list.n != 1 || flt_pod_read(job, list.v[0]->obj, &pod, &has_pod) < 0 || !has_pod) {
		cf_fail(r, "the Pod cannot be read");
		return;
	}
	flt_pod_evaluate(job->arena, &pod, row->policy, &found);
	cf_equal(r, "text", row->text, flt_violations_text(job->arena, &found));
}
