/* conformance/functions.c: tables of functions, templates and values with the answers of the real Helm
 * libraries.
 *
 * A file is one JSON array of cases; which file a case is in says how it is run. A case passes when it is
 * right for both engines.
 */
#include "conformance/functions.h"

#include "base/re.h"
#include "base/utf8.h"
#include "conformance/areas.h"
#include "krm/json.h"

static const struct {
	const char *file;
	void (*judge)(krm_val fields, enum rnd_engine engine, struct cf_result *r);
} tables[] = {
	{ "functions", cf_function_render },
	{ "gofmt", cf_function_render },
	{ "helmfuncs", cf_function_render },
	{ "language", cf_function_render },
	{ "sprig", cf_function_render },
	{ "templates", cf_function_render },
	{ "toml", cf_function_render },
	{ "yaml", cf_function_render },
	{ "setvals", cf_function_setvals },
	{ "coalesce", cf_function_coalesce },
	{ "schema", cf_function_schema },
	{ "glob", cf_function_glob },
	{ "ignore", cf_function_ignore },
	{ "loaddir", cf_function_loaddir },
	{ "manifests", cf_function_manifests },
	{ "stdout", cf_function_stdout },
	{ "floatfmt", cf_function_float },
	{ "semver", cf_function_semver },
	{ "semver-versions", cf_function_semver_version },
	{ "kubeversion", cf_function_kube_version },
};

static int load_table(struct cf_suite *suite, size_t which)
{
	struct kv_job *job = suite->job;
	const char *file = tables[which].file;
	kv_str text, error;
	size_t offset;
	krm_val cases;

	if (!cf_read(job, suite->dir, kv_arena_printf(job->arena, "%s.json", file).p, &text))
		return 0;
	if (krm_json_read(job, text, KRM_JSON_EXACT, &cases, &error, &offset) || cases.kind != KRM_LIST)
		return kv_error(job, 0, "%s.json is no list of cases", file);
	for (size_t i = 0; i < cases.l->n; i++) {
		struct cf_function_case *c = KV_NEW(job->arena, struct cf_function_case);

		c->fields = cases.l->v[i];
		c->judge = tables[which].judge;
		cf_add(suite,
		       kv_arena_printf(job->arena, "%s/%.*s", file,
				       KV_ARG(krm_str(krm_get(c->fields, "id")))),
		       c);
	}
	return 0;
}

int cf_functions_load(struct cf_suite *suite)
{
	suite->job->limits.document_bytes = SIZE_MAX;
	for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++)
		if (load_table(suite, i))
			return -1;
	return 0;
}

krm_val cf_expected(krm_val fields, enum rnd_engine engine, const char *field)
{
	krm_val v4 = krm_get(fields, "v4");

	return engine == RND_HELM4 && v4.kind == KRM_MAP ? krm_get(v4, field) : krm_get(fields, field);
}

kv_str cf_text(struct kv_arena *a, krm_val v)
{
	kv_str s = krm_str(v);
	struct kv_buf b;
	size_t size;

	if (v.kind != KRM_MAP)
		return s;
	s = krm_str(krm_get(v, "latin1"));
	kv_buf_init(&b, a, KV_BUF_MAX);
	for (size_t i = 0; i < s.n; i += size)
		kv_buf_c(&b, (char)kv_utf8_decode(s, i, &size));
	return kv_buf_view(&b);
}

static kv_str newest_error(const struct kv_job *job)
{
	kv_str text = KV_S("");

	for (const struct kv_diag *d = job->diags; d; d = d->next)
		if (d->severity == KV_ERROR)
			text = d->text;
	return kv_str_starts(text, KV_S("Error: ")) ? kv_str_sub(text, 7, text.n) : text;
}

static bool anything_goes(krm_val fields)
{
	return krm_has(fields, "crash") || kv_str_starts(krm_str(krm_get(fields, "error")), KV_S("panic: "));
}

static const char *engine_name(enum rnd_engine engine)
{
	return engine == RND_HELM3 ? "helm 3" : "helm 4";
}

void cf_judge_error(krm_val fields, enum rnd_engine engine, struct cf_result *r)
{
	krm_val error = cf_expected(fields, engine, "error");
	kv_str got = newest_error(r->job), want = cf_text(r->job->arena, error);

	if (anything_goes(fields))
		return;
	if (error.kind == KRM_NIL)
		cf_fail(r, "%s: failed: %.*s", engine_name(engine), KV_ARG(kv_str_sub(got, 0, 600)));
	else if (!kv_str_starts(got, want))
		cf_equal(r, engine == RND_HELM3 ? "error of helm 3" : "error of helm 4", want, got);
}

static void judge_match(kv_str pattern, kv_str got, struct cf_result *r)
{
	kv_str error, whole = kv_arena_cat(r->job->arena, KV_S("(?s)^(?:"), pattern, KV_S(")$"));
	const struct kv_re *re = kv_re_get(r->job, whole, &error);

	if (!re)
		cf_fail(r, "bad pattern: %.*s", KV_ARG(error));
	else if (!kv_re_match(r->job, re, got))
		cf_fail(r, "does not match %.*s\n  got: %.*s", KV_ARG(pattern),
			KV_ARG(kv_str_sub(got, 0, 600)));
}

void cf_judge_text(krm_val fields, enum rnd_engine engine, kv_str got, struct cf_result *r)
{
	krm_val error = cf_expected(fields, engine, "error"), match = krm_get(fields, "match");

	if (anything_goes(fields) || krm_has(fields, "unstable") ||
	    cf_expected(fields, engine, "unstable").kind != KRM_NIL)
		return;
	if (error.kind != KRM_NIL)
		cf_fail(r, "%s: no error, expected: %.*s\n  got: %.*s", engine_name(engine),
			KV_ARG(kv_str_sub(krm_str(error), 0, 600)), KV_ARG(kv_str_sub(got, 0, 300)));
	else if (match.kind != KRM_NIL)
		judge_match(krm_str(match), got, r);
	else
		cf_equal(r, engine_name(engine), cf_text(r->job->arena, cf_expected(fields, engine, "out")),
			 got);
}

void cf_functions_run(const struct cf_suite *suite, const struct cf_case *c, struct cf_result *r)
{
	const struct cf_function_case *f = c->data;

	(void)suite;
	f->judge(f->fields, RND_HELM3, r);
	if (r->verdict == CF_PASS)
		f->judge(f->fields, RND_HELM4, r);
}
