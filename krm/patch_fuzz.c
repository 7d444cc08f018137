/* krm/patch_fuzz.c: two YAML documents, an object and a patch for it. The short way of merging keyed lists
 * gives what the literal steps give; a JSON patch may be anything.
 *
 * Seeds: /kustomize.+patch.+\.ya?ml$
 */
#include "krm/patch_merge.c"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int merge(struct kv_job *job, krm_val obj, krm_val patch, bool literal, krm_val *ret)
{
	struct merge m = { .job = job, .literal = literal };
	struct sides s;

	if (krm_copy(job, obj, &s.dest) || krm_copy(job, patch, &s.origin))
		return -1;
	return walk(&m, (krm_schema_at){ .known = false }, s, ret);
}

static void check_merge(struct kv_job *job, krm_val obj, krm_val patch)
{
	krm_val quick, literal;
	int failed = merge(job, obj, patch, false, &quick),
	    failed_literally = merge(job, obj, patch, true, &literal);

	if (failed != failed_literally || (!failed && quick.kind == KRM_MAP && !krm_equal(quick, literal)))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct kv_job *job = kv_job_new();
	krm_val *docs;
	size_t n;
	kv_str text = kv_str_of((const char *)data, size);

	job->limits.steps = 100000;
	if (!krm_yaml_read_all(job, KV_S("fuzz"), text, KRM_YAML_KUSTOMIZE, &docs, &n) && n >= 2 &&
	    docs[0].kind == KRM_MAP) {
		if (docs[1].kind == KRM_MAP)
			check_merge(job, docs[0], docs[1]);
		else
			(void)!krm_patch_json(job, &docs[0], docs[1]);
	}
	kv_job_free(job);
	return 0;
}
