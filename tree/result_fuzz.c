/* tree/result_fuzz.c: any bytes as the result of a unit with two targets, as a server of shared results may send them.
 *
 * What is one has only names that stay in their target, each once, and is printed and read again as the same.
 * Seeds: ^testdata/incremental/the-result-that-others-get/expected\.out$
 */
#include "tree/result.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void start(struct kv_job *job, struct tree_unit *u, struct tree_product *p)
{
	struct kv_buf *texts[] = { &p->begun, &p->done, &p->remarks };
	p->unit = u;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		kv_buf_init(texts[i], job->arena, KV_BUF_MAX);
}

static void check_names(const struct tree_files *files)
{
	for (size_t i = 0; i < files->n; i++) {
		kv_str name = files->v[i].name;
		if (!name.n || kv_str_chr(name, '/') != SIZE_MAX || kv_str_chr(name, '\0') != SIZE_MAX ||
		    kv_str_eq(name, KV_S("..")) || (i && kv_str_cmp(files->v[i - 1].name, name) >= 0))
			__builtin_trap();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct kv_job *job = kv_job_new();
	struct tree_target targets[2] = { 0 };
	struct tree_group group = { .targets = targets, .ntargets = 2 };
	struct tree_unit unit = { .job = job, .config = { .groups = &group, .ngroups = 1 } };
	struct tree_product p = { 0 }, again = { 0 };
	struct kv_diag_mark mark = kv_diag_mark(job);
	start(job, &unit, &p);
	start(job, &unit, &again);
	if (tree_result_parse(kv_str_of((const char *)data, size), &p)) {
		for (size_t i = 0; i < p.nfiles; i++)
			check_names(&p.files[i]);
		kv_str text = tree_result_print(&p, mark);
		if (!tree_result_parse(text, &again) || again.nfiles != p.nfiles)
			__builtin_trap();
	}
	kv_job_free(job);
	return 0;
}
