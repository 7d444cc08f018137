/* base/re_fuzz.c: a pattern and a text, divided by a line feed: matches lie in the text, in order, and end.
 *
 * Seed lines: ^testdata/functions/.+(values|t)\.yaml$
 */
#include "base/re.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void walk(struct kv_job *job, const struct kv_re *re, kv_str text)
{
	size_t n = kv_re_groups(re), end = 0;
	struct kv_re_span *spans = KV_NEW_N(job->arena, struct kv_re_span, n);
	struct kv_re_walk w;
	bool any = false;
	kv_re_walk(job, re, text, &w);
	while (kv_re_next(&w, spans, n)) {
		any = true;
		if (spans[0].from < end || spans[0].to < spans[0].from || spans[0].to > text.n)
			abort();
		end = spans[0].to;
		for (size_t i = 1; i < n; i++)
			if (spans[i].from != SIZE_MAX &&
			    (spans[i].to < spans[i].from || spans[i].to > text.n))
				abort();
	}
	if (any != kv_re_match(job, re, text))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct kv_job *job = kv_job_new();
	kv_str input = kv_str_of((const char *)data, size), error;
	size_t feed = kv_str_chr(input, '\n');
	const struct kv_re *re = kv_re_get(job, kv_str_sub(input, 0, feed), &error);
	if (re)
		walk(job, re, feed == SIZE_MAX ? KV_S("") : kv_str_sub(input, feed + 1, size));
	kv_job_free(job);
	return 0;
}
