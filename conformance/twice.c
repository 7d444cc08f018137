/* conformance/twice.c: the area filters-twice: what filters made is filtered again, and nothing may change.
 *
 * The cases are those of testdata/. Their commands get a program in the place of kvendor that runs it, and then once more: a function on its
 * own output with the same functionConfig, and what units wrote as the items of a function with the filters of the unit, and then the units. What the
 * case expects is not looked at. A case in which no filter runs is skipped.
 */
#include "conformance/twice.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "conformance/areas.h"
#include "krm/json.h"
#include "krm/yaml.h"

/* --- the second run ----------------------------------------------------------------------------- */

static void append(kv_str text)
{
	FILE *f = fopen(getenv("TWICE"), "a");

	if (!f)
		_exit(2);
	fprintf(f, "%.*s\n", KV_ARG(text));
	fclose(f);
}

static int run(struct kv_job *job, kv_str *argv, size_t argc, kv_str input, struct cf_output *ret)
{
	extern char **environ;
	struct cf_command command = { .argv = argv, .argc = argc, .input = input,
				      .env = (const char *const *)environ };

	return cf_run(job, &command, ret);
}

static krm_val items_of(struct kv_job *job, kv_str list)
{
	krm_val doc;

	return krm_yaml_read(job, KV_S("list"), list, KRM_YAML_KUSTOMIZE, &doc) < 0 ? krm_nil() : krm_get(doc, "items");
}

/* The items of both lists, by their values; where they differ, the first line that does. */
static void compare(struct kv_job *job, kv_str what, kv_str expected, const struct cf_output *got)
{
	struct cf_result r = { .job = job };

	kv_buf_init(&r.detail, job->arena, 0);
	if (got->exit)
		cf_fail(&r, "the second run ends with status %d: %.*s", got->exit,
			KV_ARG(kv_str_sub(got->err, 0, 500)));
	else if (!krm_list_len(items_of(job, expected)))
		cf_fail(&r, "there are no items");
	else if (!krm_equal(items_of(job, expected), items_of(job, got->out)))
		cf_equal(&r, "the second run", expected, got->out);
	append(kv_arena_cat(job->arena, r.verdict == CF_PASS ? KV_S("same ") : KV_S("CHANGED "), what, KV_S(": "),
			    kv_buf_view(&r.detail)));
}

/* A ResourceList with the function's configuration behind it, in one line. */
static kv_str with_config(struct kv_job *job, kv_str list, krm_val config)
{
	struct kv_buf out;
	kv_str error;

	kv_buf_init(&out, job->arena, 0);
	kv_buf_str(&out, list);
	kv_buf_lit(&out, "functionConfig: ");
	if (krm_json_write(job, config, (struct krm_json_style){ 0 }, &out, &error) < 0)
		return KV_S("");
	kv_buf_c(&out, '\n');
	return kv_buf_view(&out);
}

/* Generators are no filters, and validators for kustomize print no items. */
static void function_again(struct kv_job *job, kv_str *argv, size_t argc, kv_str input, kv_str output)
{
	struct cf_output got;
	krm_val list;

	if (!kv_str_has(kv_str_sub(output, 0, 100), KV_S("kind: ResourceList")) ||
	    krm_yaml_read(job, KV_S("input"), input, KRM_YAML_KUSTOMIZE, &list) < 0 ||
	    krm_get(list, "functionConfig").kind != KRM_MAP || !krm_list_len(items_of(job, output)))
		return;
	if (krm_has(krm_get(list, "functionConfig"), "sources") || krm_has(krm_get(list, "functionConfig"), "sourceDir"))
		return;
	kv_str again = kv_str_has(output, KV_S("\nfunctionConfig:"))
			       ? output
			       : with_config(job, output, krm_get(list, "functionConfig"));
	if (run(job, argv, argc, again, &got) < 0)
		_exit(2);
	compare(job, KV_S("function"), output, &got);
}

/* --- units as functions --------------------------------------------------------------------------- */

static void add_item(struct kv_buf *out, kv_str doc)
{
	const char *lead = "- ";
	kv_str line;

	while (kv_str_line(&doc, &line)) {
		/* An item begins with a key. */
		if (*lead == '-' && (!line.n || line.p[0] == '#'))
			continue;
		kv_buf_printf(out, "%s%.*s\n", line.n ? lead : "", KV_ARG(line));
		lead = "  ";
	}
}

static void add_file(struct kv_job *job, kv_str path, struct kv_buf *out)
{
	kv_str text;

	if (kv_file_read(job, path, &text) < 0)
		return;
	for (size_t at; (at = kv_str_find(text, KV_S("\n---\n"), 0)) != SIZE_MAX; text = kv_str_sub(text, at + 5, text.n))
		add_item(out, kv_str_sub(text, 0, at + 1));
	add_item(out, text);
}

static void add_targets(struct kv_job *job, kv_str unit, krm_val targets, struct kv_buf *out)
{
	for (size_t i = 0; i < krm_list_len(targets); i++) {
		kv_str dir = kv_path_join(job->arena, unit, krm_str(krm_get(targets.l->v[i], "directory")));
		struct kv_dirent *entries;
		size_t n;

		if (krm_is_str(krm_get(targets.l->v[i], "form"), "patches") || kv_file_kind(dir) != KV_FILE_DIR ||
		    kv_dir_read(job, dir, &entries, &n) < 0)
			continue;
		for (size_t k = 0; k < n; k++)
			if (kv_str_ends(entries[k].name, KV_S(".yaml")) &&
			    !kv_str_eq(entries[k].name, KV_S("kustomization.yaml")))
				add_file(job, kv_path_join(job->arena, dir, entries[k].name), out);
	}
}

static bool has_filters(krm_val config)
{
	return krm_has(config, "secrets") || krm_has(config, "podSecurity") || krm_has(config, "namespaces");
}

/* In a function the additions are not made to files beside, and the verdict is on the objects alone: what a kustomization around the
 * target adds to them is not seen. */
static void without_files(struct kv_arena *a, krm_val config)
{
	krm_val pods = krm_get(config, "podSecurity");

	if (krm_is_str(krm_get(pods, "patch"), "patches"))
		krm_map_del(config.m, KV_S("podSecurity"));
	else if (pods.kind == KRM_MAP)
		krm_map_set(a, pods.m, KV_S("policy"), krm_string_c(a, "warn"));
}

static void unit_again(struct kv_job *job, kv_str real, kv_str file)
{
	kv_str argv[] = { real, KV_STR("fn") }, text, list, dir = kv_path_dir(job->arena, file);
	struct kv_buf items;
	struct cf_output got;
	krm_val config, sources;

	if (kv_file_read(job, file, &text) < 0 || krm_yaml_read(job, file, text, KRM_YAML_HELM, &config) < 0 ||
	    config.kind != KRM_MAP)
		return;
	without_files(job->arena, config);
	if (!has_filters(config))
		return;
	kv_buf_init(&items, job->arena, 0);
	kv_buf_lit(&items, "apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nitems:\n");
	size_t head = items.n;
	add_targets(job, dir, krm_get(config, "targets"), &items);
	sources = krm_get(config, "sources");
	for (size_t i = 0; i < krm_list_len(sources); i++)
		add_targets(job, dir, krm_get(sources.l->v[i], "targets"), &items);
	if (items.n == head)
		return;
	krm_map_del(config.m, KV_S("sources"));
	krm_map_del(config.m, KV_S("targets"));
	list = kv_buf_view(&items);
	if (run(job, argv, 2, with_config(job, list, config), &got) < 0)
		_exit(2);
	compare(job, file, list, &got);
}

static void units_again(struct kv_job *job, kv_str real, kv_str dir)
{
	struct kv_dirent *entries;
	size_t n;

	if (kv_dir_read(job, dir, &entries, &n) < 0)
		return;
	for (size_t i = 0; i < n; i++) {
		kv_str path = kv_path_join(job->arena, dir, entries[i].name);

		/* The trees of cases are small. */
		if (entries[i].kind == KV_FILE_DIR)
			units_again(job, real, path);
		else if (kv_str_eq(entries[i].name, KV_S("kvendor.yaml")))
			unit_again(job, real, path);
	}
}

/* Patches and files beside a target are no items of a function: of whole units a second rendering finds nothing to change.
 * With options, such as those of shards, a rendering may be a part. */
static void render_again(struct kv_job *job, kv_str real)
{
	kv_str argv[] = { real, KV_STR("check") };
	struct cf_output got;

	if (run(job, argv, 2, KV_S(""), &got) < 0)
		_exit(2);
	if (got.exit < 2)
		append(kv_arena_cat(job->arena, got.exit ? KV_S("CHANGED ") : KV_S("same "), KV_S("units: "), got.out));
}

static kv_str read_input(struct kv_job *job)
{
	struct kv_buf in;
	char chunk[65536];
	ssize_t got;

	kv_buf_init(&in, job->arena, 0);
	while ((got = read(0, chunk, sizeof chunk)) > 0)
		kv_buf_add(&in, chunk, (size_t)got);
	return kv_buf_view(&in);
}

int cf_twice(int argc, char **argv)
{
	struct kv_job *job = kv_job_new();
	const char *real = getenv("REAL_KVENDOR");
	bool function = argc > 2 && !strcmp(argv[2], "fn");
	bool renders = argc < 3 || !strcmp(argv[2], "render") || argv[2][0] == '-';
	size_t n = (size_t)argc - 1; /* without "twice" */
	kv_str *words = KV_NEW_N(job->arena, kv_str, n), input;
	struct cf_output got;

	if (!real || !getenv("TWICE"))
		return 2;
	words[0] = kv_str_c(real);
	for (size_t i = 1; i < n; i++)
		words[i] = kv_str_c(argv[i + 1]);
	if (!function && !renders) {
		execv(real, argv + 1);
		return 2;
	}
	input = read_input(job);
	if (run(job, words, n, input, &got) < 0)
		return 2;
	fprintf(stderr, "%.*s", KV_ARG(got.err));
	printf("%.*s", KV_ARG(got.out));
	fflush(stdout);
	if (function && !got.exit)
		function_again(job, words, n, input, got.out);
	else if (renders && !got.exit) {
		units_again(job, kv_str_c(real), KV_S("."));
		if (n == 1 || (n == 2 && argv[2][0] != '-'))
			render_again(job, kv_str_c(real));
	}
	return got.exit;
}

/* --- the area --------------------------------------------------------------------------------------- */

/* Where filters are. */
int cf_twice_load(struct cf_suite *suite)
{
	static const char *const areas[] = { "examples/", "fn/", "pod-security/", "secrets/", "vendoring/objects-get-",
					     "vendoring/resources-are-", "vendoring/patches-are-" };
	struct cf_suite all = *suite;

	if (cf_testdata_load(&all) < 0)
		return -1;
	for (size_t i = 0; i < all.n; i++)
		for (size_t k = 0; k < sizeof areas / sizeof *areas; k++)
			if (kv_str_starts(all.cases[i].id, kv_str_c(areas[k])))
				cf_add(suite, all.cases[i].id, NULL);
	return 0;
}

/* A program that stands for kvendor. */
static int write_program(struct kv_job *job, kv_str path, kv_str real, kv_str log)
{
	kv_str text = kv_arena_printf(job->arena,
				      "#!/bin/sh\nREAL_KVENDOR='%.*s' TWICE='%.*s' exec \"$RUNNER\" twice \"$@\"\n",
				      KV_ARG(real), KV_ARG(log));

	return kv_file_write(job, path, text) < 0 || chmod(kv_arena_cstr(job->arena, path), 0755) < 0 ? -1 : 0;
}

void cf_twice_run(const struct cf_suite *suite, const struct cf_case *c, struct cf_result *r)
{
	struct kv_arena *a = r->job->arena;
	kv_str scratch = cf_scratch(r), log = kv_path_join(a, scratch, KV_S("twice"));
	kv_str program = kv_path_join(a, scratch, KV_S("kvendor")), text, line;
	struct cf_suite other = *suite;
	struct cf_output got;

	other.kvendor = program;
	if (write_program(r->job, program, suite->kvendor, log) < 0 || cf_testdata_call(&other, c, r, scratch, &got) < 0) {
		cf_fail(r, "the case cannot be run");
		return;
	}
	if (kv_file_kind(log) == KV_FILE_NONE) {
		cf_skip(r, "no filter runs");
		return;
	}
	if (kv_file_read(r->job, log, &text) < 0)
		cf_fail(r, "the second runs left nothing");
	while (kv_str_line(&text, &line))
		if (kv_str_starts(line, KV_S("CHANGED")))
			cf_fail(r, "%.*s\n%.*s", KV_ARG(line), KV_ARG(text));
}
