/* render/chart/jsonschema_fuzz.c: any text as a schema, up to a NUL; any JSON behind it as the value.
 *
 * What is told without compiling a schema is what the compiled one says.
 * Seeds: \.schema\.json$
 */
#include <stdlib.h>

#include "krm/json.h"
#include "render/chart/jsonschema.h"

#define URL KV_S("file:///values.schema.json")

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct kv_job *job = kv_job_new();
	kv_str text = kv_str_of((const char *)data, size), error;
	size_t nul = kv_str_chr(text, 0), at;
	kv_str value = nul == SIZE_MAX ? KV_S("{\"a\": [1, \"x\", null, {\"b\": 2.5}]}")
				       : kv_str_sub(text, nul + 1, text.n);
	const struct rnd_js_schema *schema;
	krm_val v, doc;
	job->limits.steps = 100000;
	if (rnd_js_read(job, kv_str_sub(text, 0, nul), &doc, &error) == 0 &&
	    krm_json_read(job, value, KRM_JSON_FLOAT, &v, &error, &at) == 0) {
		bool allowed = rnd_js_allows(job, URL, doc, v);
		job->steps = 0;
		if ((rnd_js_compile(job, URL, doc, &schema, &error) ||
		     rnd_js_validate(job, schema, v, &error, NULL)) && allowed)
			abort();
	}
	kv_job_free(job);
	return 0;
}
