/* conformance/kustomize.c: `kvendor build` against what kustomize 5.8.1 printed: the areas kustomize, kustomize-probes and
 * yaml-emission. */
#include <stdlib.h>

#include "conformance/areas.h"
#include "krm/json.h"

/* A row of cases.tsv, whatever its area calls the columns. */
struct row {
	kv_str dir; /* to build in */
	kv_str flags, phrase;
	int exit;
};

/* --- kustomize and kustomize-probes ----------------------------------------------------------- */

static kv_str dash(kv_str cell)
{
	return kv_str_eq(cell, KV_S("-")) ? KV_S("") : cell;
}

static int load_table(struct cf_suite *suite, const char *id_column, const char *exit_column)
{
	struct kv_arena *a = suite->job->arena;
	struct cf_table t;

	if (cf_table_read(suite->job, kv_path_join(a, suite->dir, KV_S("cases.tsv")), &t) < 0)
		return -1;
	for (size_t i = 0; i < t.nrows; i++) {
		struct row *row = KV_NEW(a, struct row);
		kv_str id = cf_cell(&t, i, id_column),
		       in = kv_arena_cat(a, suite->dir, KV_S("/"), id, KV_S("/in"));

		row->dir = kv_path_join(a, in, dash(cf_cell(&t, i, "root")));
		row->flags = dash(cf_cell(&t, i, "flags"));
		row->phrase = dash(cf_cell(&t, i, "key_phrase"));
		row->exit = atoi(kv_arena_cstr(a, cf_cell(&t, i, exit_column)));
		cf_add(suite, id, row);
	}
	return 0;
}

int cf_kustomize_load(struct cf_suite *suite)
{
	return load_table(suite, "id", "exit");
}

int cf_kustomize_probes_load(struct cf_suite *suite)
{
	return load_table(suite, "case", "exit_code");
}

static int build(const struct cf_suite *suite, const struct row *row, struct cf_result *r,
		 struct cf_output *got)
{
	struct kv_arena *a = r->job->arena;
	size_t nflags, argc = 0;
	kv_str *flags = cf_words(a, row->flags, &nflags), *argv = KV_NEW_N(a, kv_str, nflags + 3);
	struct cf_command command = { .dir = row->dir, .argv = argv };

	argv[argc++] = suite->kvendor;
	argv[argc++] = KV_S("build");
	for (size_t i = 0; i < nflags; i++)
		argv[argc++] = flags[i];
	argv[argc++] = KV_S(".");
	command.argc = argc;
	if (cf_run(r->job, &command, got) < 0 || got->late) {
		cf_fail(r, "the build did not end");
		return -1;
	}
	return 0;
}

static bool has_line(kv_str text, kv_str wanted)
{
	kv_str line;

	while (kv_str_line(&text, &line))
		if (kv_str_eq(line, wanted))
			return true;
	return false;
}

/* Every line of `a` is one of `b`. */
static void check_subset(struct cf_result *r, const char *what, kv_str a, kv_str b)
{
	kv_str line;

	while (kv_str_line(&a, &line))
		if (!has_line(b, line))
			cf_fail(r, "%s: %.*s", what, KV_ARG(line));
}

static void check_warnings(struct cf_result *r, kv_str dir, const struct cf_output *got)
{
	kv_str expected;

	if (!cf_read(r->job, dir, "expected.warn", &expected))
		return;
	check_subset(r, "missing warning", expected, got->err);
	if (got->exit == 0)
		check_subset(r, "unexpected line on standard error", got->err, expected);
}

static void judge(struct cf_result *r, kv_str dir, const struct row *row, const struct cf_output *got)
{
	kv_str expected;

	if ((got->exit == 0) != (row->exit == 0))
		cf_fail(r, "exit status %d, expected %d\n%.*s", got->exit, row->exit,
			KV_ARG(kv_str_sub(got->err, 0, 1500)));
	else if (got->exit > 1)
		cf_fail(r, "exit status %d", got->exit);
	if (row->exit == 0 && cf_read(r->job, dir, "expected.yaml", &expected))
		cf_equal(r, "standard output", expected, got->out);
	if (row->exit != 0 && got->out.n)
		cf_fail(r, "a failing build printed something");
	if (row->exit != 0 && !kv_str_has(got->err, row->phrase))
		cf_fail(r, "standard error lacks: %.*s\n%.*s", KV_ARG(row->phrase),
			KV_ARG(kv_str_sub(got->err, 0, 1500)));
	check_warnings(r, dir, got);
}

void cf_kustomize_run(const struct cf_suite *suite, const struct cf_case *c, struct cf_result *r)
{
	struct cf_output got;

	if (build(suite, c->data, r, &got) == 0)
		judge(r, kv_path_join(r->job->arena, suite->dir, c->id), c->data, &got);
}

void cf_kustomize_probes_run(const struct cf_suite *suite, const struct cf_case *c, struct cf_result *r)
{
	cf_kustomize_run(suite, c, r);
}

/* --- yaml-emission ---------------------------------------------------------------------------- */

int cf_yaml_emission_load(struct cf_suite *suite)
{
	kv_str text, error;
	krm_val *cases = KV_NEW(suite->job->arena, krm_val);
	size_t offset;

	if (kv_file_read(suite->job, kv_path_join(suite->job->arena, suite->dir, KV_S("cases.json")), &text) <
	    0)
		return -1;
	if (krm_json_read(suite->job, text, KRM_JSON_EXACT, cases, &error, &offset) < 0)
		return kv_error(suite->job, 0, "cases.json: %.*s", KV_ARG(error));
	for (size_t i = 0; i < krm_list_len(*cases); i++)
		cf_add(suite, krm_str(krm_get(cases->l->v[i], "id")), &cases->l->v[i]);
	return 0;
}

void cf_yaml_emission_run(const struct cf_suite *suite, const struct cf_case *c, struct cf_result *r)
{
	const krm_val *v = c->data;
	struct row row = { .dir = cf_scratch(r) };
	kv_str expected = krm_str(krm_get(*v, "expected")), phrase = krm_str(krm_get(*v, "error"));
	struct cf_output got;

	if (kv_file_write(r->job, kv_path_join(r->job->arena, row.dir, KV_S("r.yaml")),
			  krm_str(krm_get(*v, "input"))) < 0 ||
	    kv_file_write(r->job, kv_path_join(r->job->arena, row.dir, KV_S("kustomization.yaml")),
			  KV_S("resources: [r.yaml]\n")) < 0) {
		cf_fail(r, "the case cannot be written");
		return;
	}
	if (build(suite, &row, r, &got) < 0)
		return;
	if (krm_has(*v, "expected")) {
		if (got.exit != 0)
			cf_fail(r, "exit status %d\n%.*s", got.exit, KV_ARG(kv_str_sub(got.err, 0, 1500)));
		cf_equal(r, "standard output", expected, got.out);
		return;
	}
	if (got.exit != 1 || got.out.n)
		cf_fail(r, "exit status %d and %zu bytes of output, expected a refusal", got.exit, got.out.n);
	/* kustomize itself dies of its stack where an anchor holds itself: any orderly refusal is right. */
	if (!kv_str_has(got.err, phrase) && !kv_str_eq(c->id, KV_S("anchor-cyclic")))
		cf_fail(r, "standard error lacks: %.*s\n%.*s", KV_ARG(phrase),
			KV_ARG(kv_str_sub(got.err, 0, 1500)));
}
