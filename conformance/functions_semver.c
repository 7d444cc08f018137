/* conformance/functions_semver.c: the tables semver, semver-versions and kubeversion of the functions folder.
 *
 * Results are compared as values: each case's `out` with what render/semver.h answers, put into the same
 * form.
 */
#include "conformance/functions.h"
#include "krm/json.h"
#include "render/semver.h"

static krm_val text_of(struct kv_job *job, kv_str s)
{
	return krm_string(job->arena, s);
}

static void set(struct kv_job *job, krm_val map, const char *key, krm_val v)
{
	krm_map_set_c(job->arena, map.m, key, v);
}

static kv_str as_json(struct kv_job *job, krm_val v)
{
	struct kv_buf b;
	kv_str error;
	kv_buf_init(&b, job->arena, KV_BUF_MAX);
	if (krm_json_write(job, v, (struct krm_json_style){ .indent = "  " }, &b, &error))
		return error;
	return kv_buf_view(&b);
}

static void judge(struct kv_job *job, krm_val expected, krm_val got, struct cf_result *r)
{
	cf_equal(r, "result", as_json(job, expected), as_json(job, got));
}

/* A panic upstream may be any error here. */
static void judge_error(krm_val fields, kv_str error, struct cf_result *r)
{
	krm_val expected = krm_get(fields, "error");
	if (!krm_is(expected, KRM_STRING))
		cf_fail(r, "unexpected error: %.*s", KV_ARG(error));
	else if (!kv_str_starts(krm_str(expected), KV_S("panic: ")))
		cf_equal(r, "error", krm_str(expected), error);
}

static void run_compare(struct kv_job *job, krm_val fields, struct cf_result *r)
{
	struct rnd_semver v, o;
	kv_str error;
	if (rnd_semver_parse(job->arena, krm_str(krm_get(fields, "version")), &v, &error) ||
	    rnd_semver_parse(job->arena, krm_str(krm_get(fields, "text")), &o, &error))
		judge_error(fields, error, r);
	else
		judge(job, krm_get(fields, "out"), krm_int(rnd_semver_cmp(&v, &o)), r);
}

static krm_val reasons_of(struct kv_job *job, const struct rnd_constraints *cs, const struct rnd_semver *v)
{
	kv_str *reasons;
	size_t n;
	if (rnd_constraints_validate(job->arena, cs, v, &reasons, &n))
		return krm_bool(true);
	krm_val list = krm_list(job->arena, KRM_OF_ANY);
	for (size_t i = 0; i < n; i++)
		krm_list_push(job->arena, list.l, text_of(job, reasons[i]));
	return list;
}

static void run_constraint(struct kv_job *job, krm_val fields, struct cf_result *r)
{
	struct rnd_semver v;
	kv_str error;
	if (krm_has(fields, "text")) {
		run_compare(job, fields, r);
		return;
	}
	const struct rnd_constraints *cs =
		rnd_constraints_parse(job->arena, krm_str(krm_get(fields, "constraint")), &error);
	if (!cs) {
		judge_error(fields, error, r);
	} else if (!krm_has(fields, "version")) {
		judge(job, krm_get(fields, "out"), text_of(job, rnd_constraints_text(job->arena, cs)), r);
	} else if (rnd_semver_parse(job->arena, krm_str(krm_get(fields, "version")), &v, &error)) {
		judge_error(fields, error, r);
	} else {
		krm_val got = reasons_of(job, cs, &v);
		judge(job, krm_get(fields, "out"), got, r);
		if (krm_is(got, KRM_BOOL) != rnd_constraints_check(cs, &v))
			cf_fail(r, "check and validate disagree");
	}
}

static int describe(struct kv_job *job, const struct rnd_semver *v, krm_val ret, kv_str *ret_error)
{
	static const char *const bumps[] = { "incMajor", "incMinor", "incPatch" };
	struct rnd_semver other;
	set(job, ret, "major", krm_uint64(v->major));
	set(job, ret, "minor", krm_uint64(v->minor));
	set(job, ret, "patch", krm_uint64(v->patch));
	set(job, ret, "prerelease", text_of(job, v->pre));
	set(job, ret, "metadata", text_of(job, v->meta));
	set(job, ret, "original", text_of(job, v->original));
	set(job, ret, "string", text_of(job, rnd_semver_text(job->arena, v)));
	for (int part = RND_SEMVER_MAJOR; part <= RND_SEMVER_PATCH; part++) {
		if (rnd_semver_bump(job->arena, v, (enum rnd_semver_part)part, &other, ret_error))
			return -1;
		set(job, ret, bumps[part], text_of(job, rnd_semver_text(job->arena, &other)));
	}
	kv_str strict_error;
	bool strict = rnd_semver_parse_strict(job->arena, v->original, &other, &strict_error) == 0;
	set(job, ret, "strict", krm_bool(strict));
	if (!strict)
		set(job, ret, "strictError", text_of(job, strict_error));
	return 0;
}

static void run_version(struct kv_job *job, krm_val fields, struct cf_result *r)
{
	struct rnd_semver v;
	kv_str error;
	krm_val got = krm_map(job->arena, KRM_OF_ANY);
	if (rnd_semver_parse(job->arena, krm_str(krm_get(fields, "version")), &v, &error) ||
	    describe(job, &v, got, &error))
		judge_error(fields, error, r);
	else
		judge(job, krm_get(fields, "out"), got, r);
}

static void judge_kube(struct kv_job *job, krm_val fields, krm_val expected, enum rnd_engine engine,
		       struct cf_result *r)
{
	struct rnd_kube_version v;
	kv_str error;
	if (rnd_kube_version_parse(job->arena, krm_str(krm_get(fields, "text")), engine, &v, &error)) {
		judge_error(fields, error, r);
		return;
	}
	krm_val got = krm_map(job->arena, KRM_OF_ANY);
	set(job, got, "version", text_of(job, v.version));
	set(job, got, "string", text_of(job, v.normalized));
	set(job, got, "major", text_of(job, v.major));
	set(job, got, "minor", text_of(job, v.minor));
	judge(job, expected, got, r);
}

/* Neither constraints nor versions differ between the engines. */
void cf_function_semver(krm_val fields, enum rnd_engine engine, struct cf_result *r)
{
	if (engine == RND_HELM3)
		run_constraint(r->job, fields, r);
}

void cf_function_semver_version(krm_val fields, enum rnd_engine engine, struct cf_result *r)
{
	if (engine == RND_HELM3)
		run_version(r->job, fields, r);
}

void cf_function_kube_version(krm_val fields, enum rnd_engine engine, struct cf_result *r)
{
	krm_val v4 = krm_path(fields, "v4", "out", NULL);
	bool differs = engine == RND_HELM4 && !krm_is(v4, KRM_NIL);

	judge_kube(r->job, fields, differs ? v4 : krm_get(fields, "out"), engine, r);
}
