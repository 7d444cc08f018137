/* render/template/template_fuzz.h: what the fuzz targets of templates share: a job that stops early, and a dot of every kind of value. */
#ifndef RENDER_TEMPLATE_TEMPLATE_FUZZ_H
#define RENDER_TEMPLATE_TEMPLATE_FUZZ_H

#include <stdlib.h>

#include "krm/json.h"
#include "render/template/node.h"

/* Small, so that what runs away is stopped before the fuzzer calls it slow. */
static inline void small_limits(struct kv_job *job)
{
	job->limits.steps = 20000;
	job->limits.output_bytes = 1 << 20;
	job->limits.memory = (size_t)64 << 20;
	job->limits.include_depth = 100;
}

static inline krm_val dot_of(struct kv_job *job, bool rich)
{
	kv_str text = rich ? KV_S("{\"s\": \"text\", \"n\": 3, \"f\": 1.5, \"t\": true, \"z\": null, \"l\": "
				  "[1, \"a\", [null]],"
				  " \"m\": {\"k\": {\"d\": \"{{ .x }}\"}}}")
			   : KV_S("{}");
	kv_str error;
	size_t offset;
	krm_val v;

	if (krm_json_read(job, text, KRM_JSON_FLOAT, &v, &error, &offset))
		abort();
	return v;
}

/* What the template makes with this dot, or its error. */
static inline kv_str output_of(struct rnd_tpl *set, const struct rnd_parsed *parsed, krm_val dot)
{
	struct rnd_tpl_error error;
	struct kv_buf out;

	kv_buf_init(&out, set->job->arena, set->job->limits.output_bytes);
	rnd_tpl_associate(set, parsed);
	return rnd_tpl_execute(set, parsed->main->name, dot, &out, &error) ? error.text : kv_buf_view(&out);
}

#endif
