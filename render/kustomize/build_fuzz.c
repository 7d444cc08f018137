/* render/kustomize/build_fuzz.c: a whole build. The input is a kustomization file and, after a form feed, the resources it may
 * name as r.yaml. Each process has a folder of its own.
 *
 * Seeds: /kustomization\.yaml$
 */
#include <stdlib.h>

#include "base/file.h"
#include "render/kustomize/build.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static kv_str folder(struct kv_job *job)
{
	static char name[] = "/tmp/kvendor-fuzz-XXXXXX";
	static bool made;

	if (!made && !mkdtemp(name))
		abort();
	made = true;
	(void)job;
	return kv_str_c(name);
}

static int put(struct kv_job *job, const char *name, kv_str text)
{
	return kv_file_write(job, kv_path_join(job->arena, folder(job), kv_str_c(name)), text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct kv_job *job = kv_job_new();
	kv_str text = kv_str_of((const char *)data, size), kustomization = text, resources = KV_S("");
	size_t feed = kv_str_chr(text, '\f');
	struct rnd_build_options options = { .enable_helm = true, .reorder = KV_STR("") };
	struct krm_resources list = { 0 };
	struct kv_buf out;

	if (feed != SIZE_MAX) {
		kustomization = kv_str_sub(text, 0, feed);
		resources = kv_str_sub(text, feed + 1, size);
	}
	job->limits.steps = 100000;
	kv_buf_init(&out, job->arena, KV_BUF_MAX);
	if (!put(job, "kustomization.yaml", kustomization) && !put(job, "r.yaml", resources) &&
	    !rnd_build(job, folder(job), &options, &list))
		(void)!krm_resources_write(job, &list, &out);
	kv_diags_print(job, &out, false);
	kv_job_free(job);
	return 0;
}
