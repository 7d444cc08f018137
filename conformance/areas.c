/* conformance/areas.c: the list of areas. */
#include "conformance/areas.h"

#define AREA(name, folder, id) { name, folder, cf_##id##_load, cf_##id##_run }

const struct cf_area cf_areas[] = {
	AREA("functions", "functions", functions),
	AREA("helm", "helm", helm),
	AREA("helm-calls", "krm/helm-calls", helm_calls),
	AREA("faults", "./conformance/faults", faults),
	AREA("kubesource", "kubesource", kubesource),
	AREA("testdata", "./testdata", testdata),
	AREA("filters-twice", "./testdata", twice),
	AREA("pod-security", "pod-security", pod_security),
	AREA("pod-security-patch", "pod-security", pod_security_patch),
	AREA("secret-guard", ".", secret_guard),
	AREA("krm", "krm", krm),
	AREA("kustomize", "kustomize", kustomize),
	AREA("kustomize-probes", "kustomize-probes", kustomize_probes),
	AREA("yaml-emission", "yaml-emission", yaml_emission),
	{ 0 },
};
