/* conformance/functions_chart.c: cases about charts, values and manifests: what Helm does before and after templates. */
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "conformance/functions.h"
#include "krm/json.h"
#include "render/chart/glob.h"
#include "render/chart/ignore.h"
#include "render/chart/output.h"
#include "render/chart/strvals.h"
#include "render/template/func.h"

/* Compact JSON with sorted keys: two values are equal if their texts are. */
static kv_str json_text(struct kv_job *job, krm_val v)
{
	struct kv_buf out;
	kv_str error;
	kv_buf_init(&out, job->arena, KV_BUF_MAX);
	if (krm_json_write(job, v, (struct krm_json_style){ .html = false }, &out, &error))
		kv_buf_str(&out, error);
	return kv_buf_view(&out);
}

static void judge_value(krm_val fields, enum rnd_engine engine, krm_val got, struct cf_result *r)
{
	if (cf_expected(fields, engine, "error").kind != KRM_NIL) {
		cf_judge_text(fields, engine, json_text(r->job, got), r);
		return;
	}
	cf_equal(r, "value", json_text(r->job, cf_expected(fields, engine, "out")), json_text(r->job, got));
}

static void put(struct kv_job *job, krm_val map, const char *key, krm_val v)
{
	krm_map_set_c(job->arena, map.m, key, v);
}

static krm_val strings(struct kv_job *job, const struct rnd_strings *s)
{
	krm_val list = krm_list(job->arena, KRM_OF_ANY);
	for (size_t i = 0; i < s->n; i++)
		krm_list_push(job->arena, list.l, krm_string(job->arena, s->v[i]));
	return list;
}

/* --- files on disk ---------------------------------------------------------------------------- */

static int write_tree(struct kv_job *job, kv_str dir, krm_val files)
{
	if (files.kind != KRM_MAP)
		return 0;
	krm_map_each (files.m, e) {
		kv_str path = kv_path_join(job->arena, dir, krm_str(e->key));
		bool folder = kv_str_ends(krm_str(e->key), KV_S("/"));
		if (kv_dir_make(job, folder ? path : kv_path_dir(job->arena, path)) ||
		    (!folder && kv_file_write(job, path, cf_text(job->arena, e->val))))
			return -1;
	}
	return 0;
}

void cf_function_loaddir(krm_val fields, enum rnd_engine engine, struct cf_result *r)
{
	struct kv_job *job = r->job;
	kv_str dir = cf_scratch(r), error = KV_S("");
	krm_val files = krm_get(fields, "files"), out = krm_list(job->arena, KRM_OF_ANY);
	struct rnd_files loaded;
	struct rnd_chart *chart;
	kv_pos pos;
	if (!krm_has(files, "Chart.yaml"))
		put(job, files, "Chart.yaml",
		    krm_string_c(job->arena, "apiVersion: v2\nname: c\nversion: 1.2.3\n"));
	if (write_tree(job, dir, files)) {
		cf_fail(r, "files could not be written");
		return;
	}
	if (rnd_chart_dir(job, RND_HELM3, dir, &loaded, &error) ||
	    rnd_chart_files(job, engine, &loaded, dir, &chart, &error, &pos)) {
		rnd_chart_error(job, 0, error);
		cf_judge_error(fields, engine, r);
		return;
	}
	for (size_t i = 0; i < loaded.n; i++) {
		krm_val pair = krm_list(job->arena, KRM_OF_ANY);
		krm_list_push(job->arena, pair.l, krm_string(job->arena, loaded.v[i].name));
		krm_list_push(job->arena, pair.l, krm_string(job->arena, loaded.v[i].data));
		krm_list_push(job->arena, out.l, pair);
	}
	judge_value(fields, engine, out, r);
}

/* --- values ----------------------------------------------------------------------------------- */

/* The typed dump of README.md: {"k": int64(1), "l": [bool(true), nil]} */
static void dump(struct kv_job *job, krm_val v, struct kv_buf *out)
{
	switch (v.kind) {
	case KRM_NIL: kv_buf_lit(out, "nil"); break;
	case KRM_STRING: rnd_quote(krm_str(v), out); break;
	case KRM_LIST:
		kv_buf_c(out, '[');
		for (size_t i = 0; i < v.l->n; i++) {
			kv_buf_str(out, i ? KV_S(", ") : KV_S(""));
			dump(job, v.l->v[i], out);
		}
		kv_buf_c(out, ']');
		break;
	case KRM_MAP: {
		struct krm_entry **sorted = krm_map_sorted(job->arena, v.m);
		kv_buf_c(out, '{');
		for (uint32_t i = 0; i < v.m->live; i++) {
			kv_buf_str(out, i ? KV_S(", ") : KV_S(""));
			rnd_quote(krm_str(sorted[i]->key), out);
			kv_buf_lit(out, ": ");
			dump(job, sorted[i]->val, out);
		}
		kv_buf_c(out, '}');
		break;
	}
	default:
		rnd_type_name(v, out);
		kv_buf_c(out, '(');
		rnd_print_value(job, v, out);
		kv_buf_c(out, ')');
	}
}

static enum rnd_set_kind kind_of(kv_str flag)
{
	static const char *const flags[] = { "-f",           "--set-json", "--set",
					     "--set-string", "--set-file", "--set-literal" };
	for (int i = 0; i < 6; i++)
		if (kv_str_eq(flag, kv_str_c(flags[i])))
			return (enum rnd_set_kind)i;
	return RND_SET;
}

static int user_values(krm_val fields, enum rnd_engine engine, struct cf_result *r, krm_val *ret)
{
	struct kv_job *job = r->job;
	krm_val args = krm_get(fields, "args"), base = krm_get(fields, "base");
	size_t n = krm_list_len(args);
	struct rnd_set_arg *sets = KV_NEW_N(job->arena, struct rnd_set_arg, n + 1);
	kv_str dir = cf_scratch(r), base_path = KV_S("the base of the case.yaml");
	if (write_tree(job, dir, krm_get(fields, "files")) ||
	    kv_file_write(job, kv_path_join(job->arena, dir, base_path), cf_text(job->arena, base)) ||
	    chdir(kv_arena_cstr(job->arena, dir)))
		return kv_error(job, 0, "files could not be written");
	sets[0] = (struct rnd_set_arg){ RND_SET_FILE_VALUES, base_path };
	for (size_t i = 0; i < n; i++) {
		krm_val pair = args.l->v[i];
		sets[i + 1] = (struct rnd_set_arg){ kind_of(krm_str(pair.l->v[0])),
						    cf_text(job->arena, pair.l->v[1]) };
	}
	return rnd_user_values(job, engine, NULL, krm_nil(), sets, n + 1, ret);
}

void cf_function_setvals(krm_val fields, enum rnd_engine engine, struct cf_result *r)
{
	struct kv_buf out;
	krm_val values;
	int cwd = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int failed = user_values(fields, engine, r, &values);
	if (cwd < 0 || fchdir(cwd))
		cf_fail(r, "the working directory is gone");
	close(cwd);
	if (failed) {
		cf_judge_error(fields, engine, r);
		return;
	}
	kv_buf_init(&out, r->job->arena, KV_BUF_MAX);
	dump(r->job, values, &out);
	cf_judge_text(fields, engine, kv_buf_view(&out), r);
}

static kv_str newest_error(const struct kv_job *job)
{
	kv_str text = KV_S("");
	for (const struct kv_diag *d = job->diags; d; d = d->next)
		text = d->severity == KV_ERROR ? d->text : text;
	return kv_str_sub(text, strlen("Error: "), text.n);
}

/* The answers are those of Helm's library; around them `helm template` says something of its own. */
static void judge_library_error(krm_val fields, enum rnd_engine engine, struct cf_result *r)
{
	kv_str want = krm_str(cf_expected(fields, engine, "error"));
	size_t lead = kv_str_find(want, KV_S("found in Chart.yaml"), 0);
	kv_str text = lead == SIZE_MAX ? want : kv_str_sub(want, lead, want.n);
	if (want.n == 0 || !kv_str_ends(newest_error(r->job), text))
		cf_judge_error(fields, engine, r);
}

static void add_paths(struct kv_job *job, const struct rnd_chart *chart, krm_val list)
{
	krm_list_push(job->arena, list.l, krm_string(job->arena, rnd_chart_full_path(job, chart)));
	for (size_t i = 0; i < chart->ndependencies; i++)
		add_paths(job, chart->dependencies[i], list);
}

static int by_text(const void *a, const void *b)
{
	return kv_str_cmp(krm_str(*(const krm_val *)a), krm_str(*(const krm_val *)b));
}

void cf_function_coalesce(krm_val fields, enum rnd_engine engine, struct cf_result *r)
{
	struct kv_job *job = r->job;
	struct rnd_chart *chart;
	struct rnd_release release;
	krm_val values, out = krm_map(job->arena, KRM_OF_ANY), paths = krm_list(job->arena, KRM_OF_ANY);
	if (cf_function_chart(fields, engine, job, &chart, &release) ||
	    rnd_chart_values(job, chart, &release, &values)) {
		judge_library_error(fields, engine, r);
		return;
	}
	add_paths(job, chart, paths);
	qsort(paths.l->v, paths.l->n, sizeof *paths.l->v, by_text);
	put(job, out, "charts", paths);
	put(job, out, "values", values);
	krm_val want = krm_get(cf_expected(fields, engine, "out"), "charts");
	if (want.kind == KRM_LIST)
		qsort(want.l->v, want.l->n, sizeof *want.l->v, by_text);
	judge_value(fields, engine, out, r);
}

void cf_function_schema(krm_val fields, enum rnd_engine engine, struct cf_result *r)
{
	struct kv_job *job = r->job;
	struct rnd_chart *chart;
	struct rnd_release release;
	krm_val values, want = cf_expected(fields, engine, "error");
	if (cf_function_chart(fields, engine, job, &chart, &release) == 0 &&
	    rnd_chart_values(job, chart, &release, &values) == 0) {
		if (krm_has(fields, "unstable"))
			cf_fail(r, "no error");
		cf_judge_text(fields, engine, KV_S("valid"), r);
		return;
	}
	/* What a resolver says is not the same anywhere else. */
	kv_str text = newest_error(job);
	size_t network = kv_str_find(krm_str(want), KV_S("dial tcp"), 0);
	if (network != SIZE_MAX && kv_str_starts(text, kv_str_sub(krm_str(want), 0, network)))
		return;
	bool any_order = krm_get(fields, "unordered").b && want.kind == KRM_STRING;
	if (!krm_has(fields, "unstable") && !(any_order && cf_same_lines(job->arena, krm_str(want), text)))
		cf_judge_error(fields, engine, r);
}

/* --- patterns --------------------------------------------------------------------------------- */

void cf_function_glob(krm_val fields, enum rnd_engine engine, struct cf_result *r)
{
	struct rnd_glob *glob =
		rnd_glob_compile(r->job, cf_text(r->job->arena, krm_get(fields, "pattern")), '/');
	krm_val path = krm_get(fields, "path");
	/* No message of it is ever shown: that there is an error is what counts. */
	if (!glob && !krm_has(fields, "error"))
		cf_fail(r, "refused");
	if (glob)
		judge_value(fields, engine,
			    krm_bool(rnd_glob_match(r->job, glob, cf_text(r->job->arena, path))), r);
}

void cf_function_ignore(krm_val fields, enum rnd_engine engine, struct cf_result *r)
{
	struct rnd_ignore *rules;
	kv_str error;
	if (rnd_ignore_parse(r->job, engine, cf_text(r->job->arena, krm_get(fields, "rules")), &rules, &error)) {
		rnd_chart_error(r->job, 0, error);
		cf_judge_error(fields, engine, r);
		return;
	}
	bool out = rnd_ignore_match(rules, cf_text(r->job->arena, krm_get(fields, "path")),
				    krm_get(fields, "dir").b);
	judge_value(fields, engine, krm_bool(out), r);
}

/* --- documents -------------------------------------------------------------------------------- */

/* Of events, Helm has two names for one. */
static krm_val words_of(struct kv_job *job, const struct rnd_manifest *m, const char *annotation)
{
	const krm_val *v = krm_map_find(m->head.annotations.m, kv_str_c(annotation));
	struct rnd_strings words = { 0 };
	kv_str list = v ? krm_str(*v) : (kv_str){ 0 }, word;
	size_t cap = 0;
	while (rnd_next_word(job->arena, &list, &word))
		KV_PUSH(job->arena, words.v, words.n, cap, kv_str_eq(word, KV_S("test-success")) ? KV_S("test") : word);
	return strings(job, &words);
}

static krm_val hook_value(struct kv_job *job, const struct rnd_manifest *m)
{
	krm_val v = krm_map(job->arena, KRM_OF_ANY);
	put(job, v, "delete", words_of(job, m, "helm.sh/hook-delete-policy"));
	put(job, v, "events", words_of(job, m, "helm.sh/hook"));
	put(job, v, "kind", krm_string(job->arena, m->head.kind));
	put(job, v, "name", krm_string(job->arena, m->head.name));
	put(job, v, "path", krm_string(job->arena, m->path));
	put(job, v, "text", krm_string(job->arena, m->text));
	put(job, v, "weight", krm_int64(m->weight));
	return v;
}

static krm_val manifest_value(struct kv_job *job, const struct rnd_manifest *m)
{
	krm_val v = krm_map(job->arena, KRM_OF_ANY);
	put(job, v, "kind", krm_string(job->arena, m->head.kind));
	put(job, v, "path", krm_string(job->arena, m->path));
	put(job, v, "text", krm_string(job->arena, m->text));
	put(job, v, "version", krm_string(job->arena, m->head.api_version));
	return v;
}

static void judge_sorted(krm_val fields, enum rnd_engine engine, struct cf_result *r)
{
	struct kv_job *job = r->job;
	struct rnd_files files = { 0 };
	struct rnd_manifests hooks, manifests;
	kv_str error;
	kv_pos pos;
	krm_map_each (krm_get(fields, "files").m, e)
		KV_PUSH(job->arena, files.v, files.n, files.cap,
			((struct rnd_file){ krm_str(e->key), cf_text(job->arena, e->val) }));
	if (rnd_manifests_sort(job, engine, &files, &hooks, &manifests, &error, &pos)) {
		rnd_chart_error(job, 0, error);
		cf_judge_error(fields, engine, r);
		return;
	}
	krm_val out = krm_map(job->arena, KRM_OF_ANY), h = krm_list(job->arena, KRM_OF_ANY);
	krm_val m = krm_list(job->arena, KRM_OF_ANY);
	for (size_t i = 0; i < hooks.n; i++)
		krm_list_push(job->arena, h.l, hook_value(job, &hooks.v[i]));
	for (size_t i = 0; i < manifests.n; i++)
		krm_list_push(job->arena, m.l, manifest_value(job, &manifests.v[i]));
	put(job, out, "hooks", h);
	put(job, out, "manifests", m);
	judge_value(fields, engine, out, r);
}

void cf_function_manifests(krm_val fields, enum rnd_engine engine, struct cf_result *r)
{
	if (!krm_has(fields, "text")) {
		judge_sorted(fields, engine, r);
		return;
	}
	struct rnd_strings docs =
		rnd_manifest_split(r->job, engine, cf_text(r->job->arena, krm_get(fields, "text")), SIZE_MAX);
	judge_value(fields, engine, strings(r->job, &docs), r);
}

void cf_function_stdout(krm_val fields, enum rnd_engine engine, struct cf_result *r)
{
	struct rnd_chart *chart;
	struct rnd_release release;
	struct kv_buf out;
	krm_val flags = krm_get(fields, "flags");
	kv_buf_init(&out, r->job->arena, KV_BUF_MAX);
	if (cf_function_chart(fields, engine, r->job, &chart, &release)) {
		cf_judge_error(fields, engine, r);
		return;
	}
	for (size_t i = 0; i < krm_list_len(flags); i++) {
		release.include_crds = release.include_crds || krm_is_str(flags.l->v[i], "--include-crds");
		release.no_hooks = release.no_hooks || krm_is_str(flags.l->v[i], "--no-hooks");
		release.skip_tests = release.skip_tests || krm_is_str(flags.l->v[i], "--skip-tests");
	}
	if (rnd_chart_template(r->job, chart, &release, &out))
		cf_judge_error(fields, engine, r);
	else
		cf_judge_text(fields, engine, kv_buf_view(&out), r);
}
