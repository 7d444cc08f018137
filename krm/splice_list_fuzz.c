/* krm/splice_list_fuzz.c: any bytes; a change that succeeds changes nothing the second time.
 *
 * Seeds: /kustomization\.ya?ml$
 */
#include "krm/splice_list.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct {
		const char *field, *key;
	} lists[] = { { "resources", NULL }, { "patches", "path" } };
	for (size_t i = 0; i < 2; i++) {
		struct kv_job *job = kv_job_new();
		kv_str text = kv_str_of((const char *)data, size), add = KV_S("x"),
		       remove = KV_S("deployment.yaml");
		struct krm_list_change c = { lists[i].field, lists[i].key, &add, 1, &remove, 1 };
		if (krm_splice_lists(job, KV_S("f.yaml"), text, &c, 1, &text) == 0) {
			kv_str again;
			if (krm_splice_lists(job, KV_S("f.yaml"), text, &c, 1, &again) < 0 ||
			    again.p != text.p)
				abort();
		}
		kv_job_free(job);
	}
	return 0;
}
