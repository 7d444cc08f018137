/* render/template/template_fuzz.c: any bytes as a template.
 *
 * The first byte chooses the engine and what the template gets as its dot; the rest is its text. A text that parses must
 * print in a canonical form that parses to the same form again. Executing must end within the limits, and twice with the
 * same result.
 *
 * Seeds: /templates/
 * Seed lines: ^testdata/functions/.+/templates/
 * Seed prefixes: \001 \002
 */
#include "render/template/template_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static kv_str canonical(struct rnd_tpl *set, const struct rnd_parsed *parsed)
{
	struct kv_buf b;

	kv_buf_init(&b, set->job->arena, KV_BUF_MAX);
	rnd_node_print(parsed->main->root, &b);
	return kv_buf_view(&b);
}

/* Text that holds braces of its own, or blanks that a trim marker would take, prints as it is: only actions are checked. */
static bool has_text(const struct rnd_node *root)
{
	for (size_t i = 0; i < root->list.n; i++)
		if (root->list.v[i]->kind != NODE_ACTION)
			return true;
	return false;
}

static void check_canonical(struct rnd_tpl *set, const struct rnd_parsed *parsed)
{
	const struct rnd_parsed *again;
	kv_str text = canonical(set, parsed);

	if (parsed->n > 1 || has_text(parsed->main->root))
		return;
	again = rnd_parse(set, rnd_source_new(set->job, KV_S("again"), text));
	if (again->error.n || !kv_str_eq(text, canonical(set, again)))
		abort();
}

static kv_str run(const uint8_t *data, size_t size, struct kv_job *job)
{
	struct rnd_tpl_options options = { .engine = data[0] & 1 ? RND_HELM3 : RND_HELM4 };
	kv_str text = kv_str_of((const char *)data + 1, size - 1);
	struct rnd_tpl *set = rnd_tpl_new(job, &options);
	struct rnd_parsed *parsed;

	small_limits(job);
	parsed = rnd_parse(set, rnd_source_new(job, KV_S("t"), text));
	if (parsed->error.n)
		return parsed->error;
	check_canonical(set, parsed);
	return output_of(set, parsed, dot_of(job, data[0] & 2));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct kv_job *job, *again;

	if (!size)
		return 0;
	job = kv_job_new();
	again = kv_job_new();
	if (!kv_str_eq(run(data, size, job), run(data, size, again)))
		abort();
	kv_job_free(job);
	kv_job_free(again);
	return 0;
}
