/* filters/checks_fuzz.c: any documents before all audits, definitions among them: they find the same a second time, and two equal
 * renderings have no value that chance made.
 *
 * Seeds: ^testdata/audit/.+\.yaml$ ^testdata/secrets/.+\.yaml$ ^examples/.+\.yaml$
 */
#include <stdlib.h>

#include "filters/checks.h"
#include "filters/generated.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void never(void *arg, struct krm_resource *r, struct krm_generated g)
{
	(void)arg, (void)r, (void)g;
	abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct kv_job *job = kv_job_new();
	struct krm_resources list = { 0 }, again = { 0 };
	struct flt_known none = { .pods = NULL };
	kv_str all = KV_STR("*"), text = kv_str_of((const char *)data, size);
	struct flt_checks checks = { .warn = &all, .nwarn = 1 };
	size_t first, second;

	if (!krm_resources_read(job, KV_S("fuzz"), text, (struct krm_origin){ 0 }, KRM_READ_LENIENT, &list)) {
		size_t before = job->nwarnings, found;

		if (flt_checks_run(job, &checks, &list, &none, &first) < 0)
			abort();
		found = job->nwarnings - before;
		if (flt_checks_run(job, &checks, &list, &none, &second) < 0 || second != first ||
		    job->nwarnings - before != 2 * found)
			abort();
		if (!krm_resources_read(job, KV_S("fuzz"), text, (struct krm_origin){ 0 }, KRM_READ_LENIENT, &again))
			flt_find_generated(job, &list, &again, never, NULL);
	}
	kv_job_free(job);
	return 0;
}
