/* render/chart/strvals_fuzz.c: any text for each form of --set (never a file's name), for globs and for .helmignore.
 *
 * Seed lines: ^testdata/(helm|charts)/.+/cmd$ \.helmignore$
 * Seed prefixes: \001 \002 \004 \177
 */
#include "render/chart/glob.h"
#include "render/chart/ignore.h"
#include "render/chart/strvals.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void patterns(struct kv_job *job, kv_str text)
{
	size_t cut = kv_str_chr(text, '\n');
	kv_str pattern = cut == SIZE_MAX ? text : kv_str_sub(text, 0, cut), error;
	kv_str path = cut == SIZE_MAX ? KV_S("dir/a.yaml") : kv_str_sub(text, cut + 1, text.n);
	struct rnd_glob *glob = rnd_glob_compile(job, pattern, '/');
	struct rnd_ignore *rules;
	if (glob)
		(void)rnd_glob_match(job, glob, path);
	if (rnd_ignore_parse(job, RND_HELM4, text, &rules, &error) == 0)
		(void)rnd_ignore_match(rules, path, false);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const enum rnd_set_kind kinds[] = { RND_SET, RND_SET_STRING, RND_SET_JSON, RND_SET_LITERAL };
	if (size == 0)
		return 0;
	struct kv_job *job = kv_job_new();
	kv_str text = kv_str_of((const char *)data + 1, size - 1), error;
	krm_val into = krm_map(job->arena, KRM_OF_ANY);
	job->limits.steps = 100000;
	if (data[0] % 5 == 4)
		patterns(job, text);
	else if (rnd_strvals_parse(job, data[0] & 128 ? RND_HELM3 : RND_HELM4, kinds[data[0] % 5], text,
				   into.m, &error) == 0)
		(void)krm_equal(into, into);
	kv_job_free(job);
	return 0;
}
