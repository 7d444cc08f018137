/* render/gitops/gitops_fuzz.c: any text as an object of Argo CD or Flux with what it refers to, and as a manifest with variables. There is no
 * repository to read.
 *
 * Seeds: ^testdata/(argocd|flux)/.+\.yaml$
 */
#include "krm/yaml.h"
#include "render/gitops/internal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expand(struct kv_job *job, const struct rnd_gitops *g, kv_str text)
{
	krm_val *docs, apps;
	size_t n;

	if (krm_yaml_read_all(job, KV_S("fuzz"), text, KRM_YAML_KUSTOMIZE, &docs, &n) < 0)
		return;
	for (size_t i = 0; i < n; i++) {
		struct kv_buf out;
		kv_str error;

		if (rnd_gitops_kind(docs[i]) != RND_GITOPS_SET || rnd_gitops_expand_set(job, g, docs[i], &apps) < 0)
			continue;
		kv_buf_init(&out, job->arena, KV_BUF_MAX);
		if (krm_yaml_write(job, apps, &out, &error) < 0)
			return;
	}
}

static void substitute(struct kv_job *job, kv_str text)
{
	krm_val vars = krm_map(job->arena, KRM_OF_ANY);
	struct kv_buf out;

	krm_map_set(job->arena, vars.m, KV_S("x"), krm_string_c(job->arena, "value"));
	kv_buf_init(&out, job->arena, 1 << 20);
	if (rnd_gitops_substitute(job, 0, text, vars, false, &out) == 0 && !kv_buf_over(&out))
		kv_error(job, 0, "%.*s", KV_ARG(kv_buf_view(&out)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct kv_job *job = kv_job_new();
	kv_str text = kv_str_of((const char *)data, size), url;
	struct rnd_build_options options = { .lenient = true, .helm_kube_version = KV_STR("") };
	struct krm_resources list = { 0 };
	struct kv_buf out;

	job->limits.steps = 100000;
	job->limits.output_bytes = 1 << 20;
	url = rnd_gitops_url(job->arena, kv_str_sub(text, 0, kv_str_chr(text, '\n')));
	struct rnd_gitops g = { .root = KV_STR("/nowhere/at/all"), .urls = &url, .nurls = 1, .options = &options };
	substitute(job, text);
	expand(job, &g, text);
	if (rnd_gitops_render(job, &g, KV_S("fuzz"), text, &list) < 0) {
		kv_buf_init(&out, job->arena, KV_BUF_MAX);
		kv_diags_print(job, &out, true);
	}
	kv_job_free(job);
	return 0;
}
