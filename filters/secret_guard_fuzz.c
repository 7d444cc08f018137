/* filters/secret_guard_fuzz.c: any documents before the guard: it changes nothing, and finds the same a second time.
 *
 * Seeds: ^testdata/secrets/.+\.yaml$ ^examples/.+\.yaml$
 */
#include "filters/secret_guard.h"

#include <stdlib.h>

#include "krm/yaml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct kv_job *job = kv_job_new();
	struct krm_resources list = { 0 };
	struct flt_secret_findings first = { 0 }, second = { 0 };

	if (!krm_resources_read(job, KV_S("fuzz"), kv_str_of((const char *)data, size), (struct krm_origin){ 0 },
				KRM_READ_LENIENT, &list) &&
	    !flt_secrets_find(job, &list, true, &first)) {
		if (flt_secrets_find(job, &list, true, &second) < 0 || first.n != second.n)
			abort();
		for (size_t i = 0; i < first.n; i++)
			if (first.v[i].resource != second.v[i].resource ||
			    !kv_str_eq(first.v[i].path, second.v[i].path))
				abort();
	}
	kv_job_free(job);
	return 0;
}
