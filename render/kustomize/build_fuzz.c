/* render/kustomize/build_fuzz.c: a whole build. The input is a kustomization file and, after a form feed, the resources it may
 * name as r.yaml.
 *
 * Seeds: /kustomization\.yaml$
 */
#include "render/kustomize/build_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	kv_str kustomization, resources;

	fuzz_parts(data, size, &kustomization, &resources);
	fuzz_build(kustomization, "r.yaml", resources);
	return 0;
}
