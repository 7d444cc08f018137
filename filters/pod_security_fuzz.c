/* filters/pod_security_fuzz.c: any document as a workload: whatever can be read is judged and patched; a patch makes nothing worse
 * and a second one adds nothing.
 *
 * Seeds: pod-security/.+\.yaml$ ^examples/.+\.yaml$
 * Seed prefixes: \001 \002 \127 \303
 */
#include "filters/pod_security_patch.h"

#include <stdlib.h>

#include "krm/yaml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t evaluate(struct kv_job *job, const struct flt_pod *pod, struct flt_policy policy)
{
	struct flt_violations found = { 0 };
	flt_pod_evaluate(job->arena, pod, policy, &found);
	flt_violations_text(job->arena, &found);
	return found.n;
}

/* A value of most fields that an override can set, in strict ones: they make no Pod worse. */
#define SET                                                                                                  \
	"{allowPrivilegeEscalation: false, runAsNonRoot: true, runAsUser: 1000, procMount: Default, "        \
	"capabilities: "                                                                                     \
	"{add: [NET_BIND_SERVICE], drop: [NET_RAW]}, seccompProfile: {type: RuntimeDefault}}"

static krm_val strict_fields(struct kv_job *job)
{
	krm_val set;
	if (krm_yaml_read(job, KV_S("set"), KV_S(SET), KRM_YAML_KUSTOMIZE, &set) < 0)
		abort();
	return set;
}

static void patch(struct kv_job *job, krm_val obj, struct flt_policy policy, enum flt_placement placement,
		  bool sets)
{
	struct flt_override all = { .selector = { .match = FLT_MATCH_EXACT },
				    .non_root = true,
				    .drop_all = true,
				    .set = sets ? strict_fields(job) : krm_nil() };
	struct flt_patch_options options = { policy, placement, &all, 1 };
	struct flt_patch first, second;
	struct flt_pod pod;
	struct kv_buf out;
	bool there;
	const struct flt_pod_place *place = flt_pod_place(obj);
	if (flt_pod_read(job, obj, place, &pod, &there) < 0 || !there)
		return;
	size_t before = evaluate(job, &pod, policy);
	kv_buf_init(&out, job->arena, KV_BUF_MAX);
	if (flt_patch_plan(job, obj, &pod, &options, &first) < 0 ||
	    flt_patch_print(job, obj, &pod, &first, &out) < 0 || flt_patch_apply(job, &pod, &first) < 0)
		return;
	if (flt_pod_read(job, obj, place, &pod, &there) < 0 || evaluate(job, &pod, policy) > before ||
	    flt_patch_plan(job, obj, &pod, &options, &second) < 0 || second.nadded)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct kv_job *job = kv_job_new();
	kv_str text = kv_str_of((const char *)data, size);
	krm_val *docs;
	size_t n;
	/* The first byte chooses level, version, placement and whether an override sets, so that one corpus meets them all. */
	unsigned choice = size ? data[0] : 0;
	struct flt_policy policy = { choice & 1 ? FLT_RESTRICTED : FLT_BASELINE, choice / 4 };

	if (!krm_yaml_read_all(job, KV_S("fuzz"), text, KRM_YAML_KUSTOMIZE, &docs, &n))
		for (size_t i = 0; i < n; i++)
			if (docs[i].kind == KRM_MAP && flt_pod_place(docs[i]))
				patch(job, docs[i], policy, choice & 2 ? FLT_AT_POD : FLT_AT_CONTAINER,
				      choice / 4 > FLT_POD_NEWEST);
	kv_job_free(job);
	return 0;
}
