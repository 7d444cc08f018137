/* render/template/toml_fuzz.c: any bytes: what is read prints, and what was printed reads and prints as the same text.
 *
 * Seeds: \.toml$ ^testdata/.+toml.+\.yaml$
 */
#include "render/template/toml.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static kv_str print(struct kv_job *job, krm_val v)
{
	struct kv_buf b;
	kv_str error;
	bool panic;
	kv_buf_init(&b, job->arena, KV_BUF_MAX);
	if (rnd_toml_write(job, v, &b, &error, &panic))
		abort();
	return kv_buf_view(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct kv_job *job = kv_job_new();
	kv_str error;
	krm_val v, again;
	job->limits.depth = 100; /* a deeper value is no other one */
	if (rnd_toml_read(job, kv_str_of((const char *)data, size), &v, &error) == 0) {
		job->limits.depth = 1000;
		kv_str text = print(job, v);
		if (rnd_toml_read(job, text, &again, &error) || !kv_str_eq(print(job, again), text))
			abort();
	}
	kv_job_free(job);
	return 0;
}
