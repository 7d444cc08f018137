/* conformance/secret_guard.c: what real tools rendered holds no text that looks like a secret: the area secret-guard.
 *
 * A case is a file of a tree that kubesource vendored, the output of helm template for a public chart, or a manifest of the example.
 * Secrets with data are judged by their structure and are not meant here. Passwords that charts do write into manifests stand in a
 * table, and must be found.
 */
#include "conformance/areas.h"
#include "filters/secret_guard.h"
#include "krm/yaml.h"

/* Part of a path, and what is there. */
static const struct {
	const char *path, *rule;
} secrets[] = {
	/* DB_CONNECTION_STRING of the demo's catalog, with its password */
	{ "/opentelemetry-demo/", "url-password" },
};

static const char *secret_in(kv_str path)
{
	for (size_t i = 0; i < sizeof secrets / sizeof *secrets; i++)
		if (kv_str_has(path, kv_str_c(secrets[i].path)))
			return secrets[i].rule;
	return NULL;
}

static bool is_output(kv_str name)
{
	return kv_str_eq(name, KV_S("expected.yaml")) || kv_str_eq(name, KV_S("stdout"));
}

struct search {
	struct cf_suite *suite;
	bool all; /* every YAML file is a case */
};

static bool see(void *arg, kv_str path, enum kv_file_kind kind)
{
	const struct search *s = arg;

	if (kind != KV_FILE_DIR && (s->all ? kv_str_ends(path, KV_S(".yaml")) : is_output(kv_path_base(path))))
		cf_add(s->suite, path, NULL);
	return true;
}

static int add_files(struct cf_suite *suite, kv_str top, bool all)
{
	struct search s = { suite, all };

	return kv_dir_walk(suite->job, top, see, &s);
}

int cf_secret_guard_load(struct cf_suite *suite)
{
	struct kv_arena *a = suite->job->arena;
	kv_str kubesource = kv_path_join(a, suite->dir, KV_S("kubesource")), example;
	struct kv_dirent *entries;
	size_t n;

	if (kv_path_real(suite->job, KV_S("examples"), &example) < 0 || add_files(suite, example, true) < 0 ||
	    add_files(suite, kv_path_join(a, suite->dir, KV_S("helm/cases")), false) < 0 ||
	    kv_dir_read(suite->job, kubesource, &entries, &n) < 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		kv_str out = kv_path_join(a, kv_path_join(a, kubesource, entries[i].name), KV_S("out"));

		if (kv_file_kind(out) == KV_FILE_DIR && add_files(suite, out, true) < 0)
			return -1;
	}
	return 0;
}

static int read_objects(struct kv_job *job, kv_str path, struct krm_resources *ret)
{
	krm_val *docs;
	kv_str text;
	size_t n;

	if (kv_file_read(job, path, &text) < 0 ||
	    krm_yaml_read_all(job, path, text, KRM_YAML_KUSTOMIZE, &docs, &n) < 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		if (docs[i].kind == KRM_MAP)
			krm_resources_push(job->arena, ret,
					   krm_resource_new(job->arena, docs[i], (struct krm_origin){ 0 }));
	return 0;
}

void cf_secret_guard_run(const struct cf_suite *suite, const struct cf_case *c, struct cf_result *r)
{
	const char *wanted = secret_in(c->id);
	struct krm_resources list = { 0 };
	struct flt_secret_findings found = { 0 };

	(void)suite;
	if (read_objects(r->job, c->id, &list) < 0) {
		cf_skip(r, "no YAML, but a template or an error");
		return;
	}
	if (flt_secrets_find(r->job, &list, false, &found) < 0)
		cf_fail(r, "the search fails");
	for (size_t i = 0; i < found.n; i++) {
		const struct flt_secret_finding *f = &found.v[i];
		krm_val obj = f->resource->obj;

		if (f->tier != FLT_TIER_SECRET || f->secret.kind != KRM_NIL)
			continue;
		if (wanted && kv_str_eq(kv_str_c(wanted), kv_str_c(f->rule)))
			wanted = NULL;
		else
			cf_fail(r, "%.*s %.*s: %.*s: %.*s (%s)", KV_ARG(krm_kind(obj)), KV_ARG(krm_name(obj)),
				KV_ARG(f->path), KV_ARG(f->what), f->rule);
	}
	if (wanted)
		cf_fail(r, "nothing is found by %s", wanted);
}
