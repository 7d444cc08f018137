/* tree/config_fuzz.c: any text as a configuration: the guard must keep libfyaml from what it cannot take.
 *
 * Seeds: kubesource\.yaml$ kvendor\.yaml$ ^testdata/vendoring/.+\.yaml$
 */
#include "tree/config.h"
#include "tree/config_yaml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
const char *__lsan_default_suppressions(void);

/* libfyaml 0.7 loses the chunks of a scalar whose reading fails. */
const char *__lsan_default_suppressions(void)
{
	return "leak:fy_atom_iter_grow_chunk";
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct kv_job *job = kv_job_new();
	kv_str text = kv_str_of((const char *)data, size);
	struct tree_config config;
	struct tree_defaults defaults;
	struct kv_buf out;
	if (tree_config_read(job, KV_S("kubesource.yaml"), text, &config) == 0 && config.ngroups == 0)
		__builtin_trap();
	if (tree_defaults_read(job, KV_S(".kvendor.yaml"), text, &defaults) == 0)
		defaults.has_engine = false;
	kv_buf_init(&out, job->arena, KV_BUF_MAX);
	kv_diags_print(job, &out, true);
	kv_job_free(job);
	return 0;
}
