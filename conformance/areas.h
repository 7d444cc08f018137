/* conformance/areas.h: what each area file offers to the list. */
#ifndef CONFORMANCE_AREAS_H
#define CONFORMANCE_AREAS_H

#include "conformance/runner.h"

#define CF_DECLARE(id)                                                                                       \
	int cf_##id##_load(struct cf_suite *suite);                                                          \
	void cf_##id##_run(const struct cf_suite *suite, const struct cf_case *c, struct cf_result *r);

CF_DECLARE(functions)
CF_DECLARE(helm)
CF_DECLARE(helm_calls)
CF_DECLARE(faults)
CF_DECLARE(kubesource)
CF_DECLARE(testdata)
CF_DECLARE(twice)
CF_DECLARE(pod_security)
CF_DECLARE(pod_security_patch)
CF_DECLARE(secret_guard)
CF_DECLARE(krm)
CF_DECLARE(kustomize)
CF_DECLARE(kustomize_probes)
CF_DECLARE(yaml_emission)

/* Copies a case of testdata/ to `scratch` and runs its command; -1 after a failure of the case. */
KV_MUST int cf_testdata_call(const struct cf_suite *suite, const struct cf_case *c, struct cf_result *r, kv_str scratch,
                             struct cf_output *ret);

#endif
