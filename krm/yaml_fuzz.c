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

static kv_str printed(struct kv_job *job, krm_val root, kv_str key)
{
	struct kv_buf out;
	kv_str error;
	kv_buf_init(&out, job->arena, KV_BUF_MAX);
	if (krm_yaml_write(job, krm_get_str(root, key), &out, &error) < 0)
		return error;
	return kv_buf_view(&out);
}

static bool cut(struct kv_job *job, kv_str text, kv_str key, kv_str *ret)
{
	const char *const keys[] = { kv_arena_cstr(job->arena, key) };
	struct kv_buf out;
	kv_buf_init(&out, job->arena, KV_BUF_MAX);
	if (!krm_yaml_excerpt(job, text, keys, 1, &out))
		return false;
	*ret = kv_buf_view(&out);
	return true;
}

/* "on" is "true" once it is read, .50 is "0.5". */
static bool is_as_written(kv_str key)
{
	return key.n && (key.p[0] | 0x20) >= 'a' && (key.p[0] | 0x20) <= 'z' &&
	       !kv_str_eq(key, KV_S("true")) && !kv_str_eq(key, KV_S("false"));
}

/* A text that gives an excerpt can be read, and each entry alone is what it is in the whole. */
static void read_excerpts(kv_str text)
{
	struct kv_job *job = kv_job_new();
	kv_str error, some;
	krm_val whole, part;
	if (cut(job, text, KV_S("kind"), &some)) {
		if (krm_yaml_try(job, text, KRM_YAML_HELM_TYPED, &whole, &error) < 0 || whole.kind != KRM_MAP)
			abort();
		krm_map_each (whole.m, e) {
			kv_str key = krm_str(e->key);
			if (!is_as_written(key))
				continue;
			if (!cut(job, text, key, &some) ||
			    krm_yaml_try(job, some, KRM_YAML_HELM_TYPED, &part, &error) < 0 ||
			    !kv_str_eq(printed(job, whole, key), printed(job, part, key)))
				abort();
		}
	}
	kv_job_free(job);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	kv_str text = kv_str_of((const char *)data, size);
	read_by(text, KRM_YAML_HELM);
	read_by(text, KRM_YAML_PLAIN);
	read_documents(text);
	read_excerpts(text);
	return 0;
}
