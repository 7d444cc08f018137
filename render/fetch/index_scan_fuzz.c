/* render/fetch/index_scan_fuzz.c: an index in two pieces, cut where its first byte says, has the chart that it has in one.
 *
 * Seeds: /index\.yaml$
 */
#include "render/fetch/index_scan.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static kv_str scan(struct kv_job *job, kv_str text, size_t cut)
{
	struct rnd_index_scan s;
	rnd_index_scan_init(&s, job->arena, KV_S("app"), KV_BUF_MAX);
	if (!rnd_index_scan_add(&s, kv_str_sub(text, 0, cut)))
		rnd_index_scan_add(&s, kv_str_sub(text, cut, text.n));
	return kv_arena_dup(job->arena, rnd_index_scan_end(&s));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct kv_job *job = kv_job_new();
	kv_str text = kv_str_of((const char *)data, size);
	size_t cut = size ? data[0] * size / 256 : 0;
	if (!kv_str_eq(scan(job, text, cut), scan(job, text, text.n)))
		__builtin_trap();
	kv_job_free(job);
	return 0;
}
