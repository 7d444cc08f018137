/* render/kustomize/build_fuzz.h: files of a build that a fuzz target makes, in a folder that each process has for itself. */
#ifndef RENDER_KUSTOMIZE_BUILD_FUZZ_H
#define RENDER_KUSTOMIZE_BUILD_FUZZ_H

#include <stdlib.h>

#include "base/file.h"
#include "render/kustomize/build.h"

static inline kv_str fuzz_folder(void)
{
	static char name[] = "/tmp/kvendor-fuzz-XXXXXX";
	static bool made;

	if (!made && !mkdtemp(name))
		abort();
	made = true;
	return kv_str_c(name);
}

/* Builds `kustomization` beside a file `name` with `text`, and prints what comes of it. */
static inline void fuzz_build(kv_str kustomization, const char *name, kv_str text)
{
	struct kv_job *job = kv_job_new();
	struct rnd_build_options options = { .enable_helm = true, .reorder = KV_STR("") };
	kv_str folder = fuzz_folder();
	struct krm_resources list = { 0 };
	struct kv_buf out;

	job->limits.steps = 100000;
	kv_buf_init(&out, job->arena, KV_BUF_MAX);
	if (!kv_file_write(job, kv_path_join(job->arena, folder, KV_S("kustomization.yaml")), kustomization) &&
	    !kv_file_write(job, kv_path_join(job->arena, folder, kv_str_c(name)), text) &&
	    !rnd_build(job, folder, &options, &list))
		(void)!krm_resources_write(job, &list, &out);
	kv_diags_print(job, &out, false);
	kv_job_free(job);
}

/* The parts of the input before and after a form feed. */
static inline void fuzz_parts(const uint8_t *data, size_t size, kv_str *ret_before, kv_str *ret_after)
{
	kv_str text = kv_str_of((const char *)data, size);
	size_t feed = kv_str_chr(text, '\f');

	*ret_before = feed == SIZE_MAX ? text : kv_str_sub(text, 0, feed);
	*ret_after = feed == SIZE_MAX ? KV_S("") : kv_str_sub(text, feed + 1, size);
}

#endif
