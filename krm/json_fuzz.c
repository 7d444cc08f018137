/* krm/json_fuzz.c: any bytes: what is read prints, and what was printed reads as the same value.
 *
 * Seeds: \.json$
 */
#include "krm/json.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void round_trip(struct kv_job *job, krm_val v)
{
	struct kv_buf text;
	kv_str error;
	size_t offset;
	krm_val again;
	kv_buf_init(&text, job->arena, KV_BUF_MAX);
	if (krm_json_write(job, v, (struct krm_json_style){ .html = true }, &text, &error) < 0 ||
	    krm_json_read(job, kv_buf_view(&text), KRM_JSON_FLOAT, &again, &error, &offset) < 0 ||
	    !krm_equal(v, again))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct kv_job *job = kv_job_new();
	krm_val v;
	kv_str error;
	size_t offset;
	if (krm_json_read(job, kv_str_of((const char *)data, size), KRM_JSON_FLOAT, &v, &error, &offset) == 0)
		round_trip(job, v);
	kv_job_free(job);
	return 0;
}
