/* tree/graph_fuzz.c: any bytes as the graph of a unit, as a server of shared results may send them.
 *
 * What is one is printed again, and read again as the same. The files it names are not looked at.
 * Seeds: ^testdata/incremental/the-graph-that-others-get/expected\.out$
 */
#include "tree/graph.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static kv_str printed(struct kv_job *job, const struct tree_graph *g, bool stamps)
{
	struct kv_buf out;
	kv_buf_init(&out, job->arena, KV_BUF_MAX);
	tree_graph_print(KV_S("/repo"), g, stamps, &out);
	return kv_buf_view(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct kv_job *job = kv_job_new();
	struct tree_graph g, again;
	if (tree_graph_parse(job, KV_S("/repo"), kv_str_of((const char *)data, size), &g))
		for (int stamps = 0; stamps <= (g.trusted > 0); stamps++) {
			kv_str text = printed(job, &g, stamps);
			if (!tree_graph_parse(job, KV_S("/repo"), text, &again) ||
			    !kv_str_eq(printed(job, &again, stamps), text))
				__builtin_trap();
			(void)tree_graph_key(job, KV_S("/repo"), KV_S("base"), &again);
		}
	kv_job_free(job);
	return 0;
}
