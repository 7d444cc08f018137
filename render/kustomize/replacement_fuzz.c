/* render/kustomize/replacement_fuzz.c: replacements among given objects: maps, lists, and texts that hold JSON and YAML. The
 * input is a list of replacements, or a kustomization that ends in one.
 *
 * Seeds: /kustomize.+eplacement.+\.yaml$
 */
#include "render/kustomize/build_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char kustomization[] =
		"replacements:\n- path: x.yaml\n"
		"namePrefix: p-\n"
		"configMapGenerator:\n"
		"- name: a\n"
		"  literals:\n"
		"  - k=v:w\n"
		"  - 'json={\"a\": {\"b\": [1, {\"c\": \"d\"}]}}'\n"
		"  - \"yaml=a: 1\\nb: [x, 2020-01-01]\\n\"\n"
		"- name: b\n"
		"  files: [x.yaml]\n"
		"generators:\n"
		"- |\n"
		"  apiVersion: builtin\n"
		"  kind: ConfigMapGenerator\n"
		"  metadata: {name: g}\n"
		"  name: c\n"
		"  options: {annotations: {n: '1'}, labels: {l: a-b-c}, disableNameSuffixHash: true}\n";

	kv_str text = kv_str_of((const char *)data, size), field = KV_S("replacements:\n");
	size_t at = kv_str_find(text, field, 0);

	fuzz_build(kv_str_c(kustomization), "x.yaml", at == SIZE_MAX ? text : kv_str_sub(text, at + field.n, size));
	return 0;
}
