/* krm/yaml_fuzz.c: any bytes, by the rules of all readers: what is read prints, and what was printed reads as the same
 * value.
 *
 * Seeds: \.ya?ml$
 */
#include "krm/yaml.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Printed YAML is a fixed point: read by the same rules and printed again it gives the same bytes. */
static void check_fixed_point(struct kv_job *job, krm_val v, enum krm_yaml_rules rules)
{
	struct kv_buf first, second;
	kv_str error;
	krm_val again;
	kv_buf_init(&first, job->arena, KV_BUF_MAX);
	kv_buf_init(&second, job->arena, KV_BUF_MAX);
	if (krm_yaml_write(job, v, &first, &error) < 0)
		return;
	if (krm_yaml_try(job, kv_buf_view(&first), rules, &again, &error) < 0 ||
	    krm_yaml_write(job, again, &second, &error) < 0)
		abort();
	/* U+2028 within a text takes up the indentation behind it, as upstream. */
	if (!kv_str_has(kv_buf_view(&first), KV_S("\xE2\x80\xA8")) &&
	    !kv_str_has(kv_buf_view(&first), KV_S("\xE2\x80\xA9")) &&
	    !kv_str_eq(kv_buf_view(&first), kv_buf_view(&second)))
		abort();
}

static void read_by(kv_str text, enum krm_yaml_rules rules)
{
	struct kv_job *job = kv_job_new();
	struct kv_buf pretty;
	kv_str error;
	krm_val v;
	if (krm_yaml_try(job, text, rules, &v, &error) == 0) {
		check_fixed_point(job, v, rules);
		kv_buf_init(&pretty, job->arena, KV_BUF_MAX);
		if (krm_yaml_write_pretty(job, v, &pretty, &error) < 0)
			abort();
	}
	kv_job_free(job);
}

static void read_documents(kv_str text)
{
	struct kv_job *job = kv_job_new();
	krm_val *docs;
	size_t n;
	struct kv_buf out;
	kv_buf_init(&out, job->arena, KV_BUF_MAX);
	if (krm_yaml_read_all(job, KV_S("input"), text, KRM_YAML_KUSTOMIZE, &docs, &n) == 0)
		for (size_t i = 0; i < n; i++)
			krm_yaml_spelling(job, docs[i], &out);
	else
		kv_diags_print(job, &out, false);
	kv_job_free(job);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	kv_str text = kv_str_of((const char *)data, size);
	read_by(text, KRM_YAML_HELM);
	read_by(text, KRM_YAML_PLAIN);
	read_documents(text);
	return 0;
}
