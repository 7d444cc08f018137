/* conformance/helm_calls.c: krm/helm-calls: kustomize's calls of its helm command, answered by kvendor.
 *
 * A record (CASE/HOST.txt) has each call's words, quoted for a shell, and the values file it was given, then what the host printed. Every call
 * must end well, the last one as the host did, and `kvendor build` with the flags of kustomize 5.8.1 must print its objects. Of a `pull` the chart is
 * laid down: the records' repositories are on no network. The kustomizes from 5.0 on make no other calls than these (their sources differ in `-c` of the
 * version question, and in --kube-version, --debug, --devel and pulls from registries, which came later); whether each takes the version that is
 * answered is in versions.tsv.
 */
#include "conformance/areas.h"

/* --- which kustomize takes the version -------------------------------------------------------- */

static struct cf_table versions;

/* One kustomize, a column of versions.tsv, which asks kvendor as one of both Helms. */
struct question {
	const char *column;
	bool helm4;
};

static int load_versions(struct cf_suite *suite)
{
	struct kv_arena *a = suite->job->arena;

	if (cf_table_read(suite->job, kv_path_join(a, suite->dir, KV_S("versions.tsv")), &versions))
		return -1;
	for (size_t i = 1; i < versions.ncolumns; i++)
		for (int helm4 = 0; helm4 < 2 && !kv_str_starts(versions.columns[i], KV_S("message")); helm4++) {
			struct question *q = KV_NEW(a, struct question);

			q->column = kv_arena_cstr(a, versions.columns[i]);
			q->helm4 = helm4;
			cf_add(suite, kv_arena_printf(a, "versions/%s%s", q->column, helm4 ? "-helm4" : ""), q);
		}
	return 0;
}

/* The row of an answer: of the texts, or of the program that fails as Helm 4 does. */
static size_t row_of(const struct cf_output *got)
{
	kv_str text = kv_str_trim(got->out, "\n"), plus = kv_str_sub(text, 0, kv_str_chr(text, '+'));

	for (size_t i = 0; i < versions.nrows; i++) {
		kv_str answer = cf_cell(&versions, i, "answer");

		if (got->exit ? kv_str_eq(answer, KV_S("helm 4.2.4, the program")) &&
					kv_str_has(got->err, cf_cell(&versions, i, "message"))
			      : kv_str_eq(answer, plus))
			return i;
	}
	return versions.nrows;
}

static void ask_version(const struct cf_suite *suite, const struct question *q, struct cf_result *r)
{
	bool new = strcmp(q->column, "5.8.1") == 0;
	kv_str argv[] = { suite->kvendor, KV_S("helm"), KV_S("version"), KV_S("--short"), KV_S("-c") };
	const char *env[] = { "HELM_CONFIG_HOME=/c", q->helm4 ? "KVENDOR_ENGINE=helm4" : NULL, NULL };
	struct cf_command command = { .argv = argv, .argc = new ? 4 : 5, .env = env };
	struct cf_output got;

	if (cf_run(r->job, &command, &got) || got.late) {
		cf_fail(r, "the call did not end");
		return;
	}
	size_t row = row_of(&got);

	if (row == versions.nrows)
		cf_fail(r, "no such answer was recorded: %.*s%.*s", KV_ARG(got.out), KV_ARG(got.err));
	else if (kv_str_eq(cf_cell(&versions, row, q->column), KV_S("yes")) == (q->helm4 && !new))
		cf_fail(r, "kustomize %s says %.*s to %.*s", q->column, KV_ARG(cf_cell(&versions, row, q->column)),
			KV_ARG(cf_cell(&versions, row, "answer")));
}

/* --- the calls -------------------------------------------------------------------------------- */

int cf_helm_calls_load(struct cf_suite *suite)
{
	struct kv_dirent *cases, *files;
	size_t ncases, nfiles;

	if (load_versions(suite))
		return -1;
	if (kv_dir_read(suite->job, suite->dir, &cases, &ncases))
		return -1;
	for (size_t i = 0; i < ncases; i++) {
		kv_str dir = kv_path_join(suite->job->arena, suite->dir, cases[i].name);

		if (cases[i].kind != KV_FILE_DIR)
			continue;
		if (kv_dir_read(suite->job, dir, &files, &nfiles))
			return -1;
		for (size_t k = 0; k < nfiles; k++)
			if (kv_str_has(files[k].name, KV_S("-5.")))
				cf_add(suite, kv_path_join(suite->job->arena, cases[i].name, files[k].name),
				       NULL);
	}
	return 0;
}

/* The host's command line, its exit status and standard output, and a script of the calls. */
struct record {
	kv_str flags, out;
	bool failed;
	struct kv_buf script;
};

static void add_call(struct record *rec, kv_str words)
{
	kv_buf_printf(&rec->script, "answer %.*s || echo \"failed: \"%.*s\n", KV_ARG(words), KV_ARG(words));
}

/* A values file stands behind the call that gets it. */
static void add_line(struct record *rec, kv_str line, kv_str *call, kv_str *values)
{
	kv_str argv = KV_S("argv: "), file = KV_S("values-file: "), text = KV_S("  | ");

	if (kv_str_starts(line, argv)) {
		*call = kv_str_sub(line, argv.n, line.n);
	} else if (kv_str_starts(line, file)) {
		*values = kv_str_sub(line, file.n, line.n);
		kv_buf_printf(&rec->script, "mkdir -p \"$(dirname \"%.*s\")\"; : >\"%.*s\"\n",
			      KV_ARG(*values), KV_ARG(*values));
	} else if (kv_str_starts(line, text)) {
		line = kv_str_sub(line, text.n, line.n);
		kv_buf_printf(&rec->script, "cat >>\"%.*s\" <<'END'\n%.*s\nEND\n", KV_ARG(*values),
			      KV_ARG(line));
	} else if (kv_str_starts(line, KV_S("## ")) && call->n) {
		add_call(rec, *call);
		*call = KV_S("");
	}
}

static void parse(struct kv_arena *a, kv_str text, bool builds, struct record *rec)
{
	kv_str line, call = KV_S(""), values = KV_S(""), flags = KV_S("flags: ");
	size_t out = kv_str_find(text, KV_S("## stdout\n"), 0),
	       err = kv_str_find(text, KV_S("## stderr\n"), 0);

	kv_buf_init(&rec->script, a, KV_BUF_MAX);
	kv_buf_lit(&rec->script, "answer() { if [ \"$1\" = pull ]; then mkdir -p \"$4\" && cp -r "
				 "\"$COMMON/charts/remote\" \"$4/\"; "
				 "else \"$KVENDOR\" \"$@\" >/dev/null; fi; }\n");
	rec->out = kv_str_sub(text, out + strlen("## stdout\n"), err);
	rec->failed = !kv_str_has(text, KV_S("## exit 0\n"));
	text = kv_str_sub(text, 0, out);
	while (kv_str_line(&text, &line)) {
		size_t at = kv_str_find(line, flags, 0);

		if (kv_str_starts(line, KV_S("# host")) && at != SIZE_MAX)
			rec->flags = kv_str_sub(line, at + flags.n, line.n);
		add_line(rec, line, &call, &values);
	}
	if (builds && !rec->failed)
		kv_buf_printf(&rec->script, "REC=$KVENDOR; set -- %.*s\n\"$KVENDOR\" build . \"$@\"\n",
			      KV_ARG(rec->flags));
}

static const char *const *environment(struct kv_arena *a, const struct cf_suite *suite, kv_str top,
				      bool helm4)
{
	const char **env = KV_NEW_N(a, const char *, 12);
	size_t n = 0;

	env[n++] = kv_arena_printf(a, "KVENDOR=%.*s", KV_ARG(suite->kvendor)).p;
	env[n++] = kv_arena_printf(a, "COMMON=%.*s/common", KV_ARG(suite->dir)).p;
	env[n++] = kv_arena_printf(a, "REPO=%.*s/repo", KV_ARG(top)).p;
	env[n++] = kv_arena_printf(a, "TMPDIR=%.*s/tmp", KV_ARG(top)).p;
	env[n++] = "HELM_CONFIG_HOME=/c";
	env[n++] = "HELM_CACHE_HOME=/c/.cache";
	env[n++] = "HELM_DATA_HOME=/c/.data";
	env[n++] = "HOME=/nonexistent";
	env[n++] = "PATH=/usr/local/bin:/usr/bin:/bin";
	if (helm4)
		env[n++] = "KVENDOR_ENGINE=helm4";
	return env;
}

static int lay_out(struct cf_result *r, const struct cf_suite *suite, kv_str dir, kv_str app)
{
	static const char *const names[] = { "vals.yaml", "more.yaml" };
	struct kv_arena *a = r->job->arena;
	kv_str common = kv_path_join(a, suite->dir, KV_S("common")), text;

	if (kv_dir_make(r->job, kv_path_join(a, app, KV_S("charts"))) ||
	    cf_copy_tree(r->job, kv_path_join(a, common, KV_S("charts/local")),
			 kv_path_join(a, app, KV_S("charts/local"))))
		return -1;
	for (size_t i = 0; i < 2; i++)
		if (!cf_read(r->job, common, names[i], &text) ||
		    kv_file_write(r->job, kv_path_join(a, app, kv_str_c(names[i])), text))
			return -1;
	return cf_read(r->job, dir, "kustomization.yaml", &text)
		       ? kv_file_write(r->job, kv_path_join(a, app, KV_S("kustomization.yaml")), text)
		       : -1;
}

void cf_helm_calls_run(const struct cf_suite *suite, const struct cf_case *c, struct cf_result *r)
{
	struct kv_arena *a = r->job->arena;
	kv_str path = kv_path_join(a, suite->dir, c->id), dir = kv_path_dir(a, path), top = cf_scratch(r),
	       text;
	kv_str app = kv_path_join(a, top, KV_S("repo/app"));
	struct record rec = { .flags = KV_S("") };
	struct cf_output got;

	if (c->data) {
		ask_version(suite, c->data, r);
		return;
	}
	if (kv_file_read(r->job, path, &text) || lay_out(r, suite, dir, app)) {
		cf_fail(r, "the case cannot be laid out");
		return;
	}
	bool builds = kv_str_has(c->id, KV_S("kustomize-5.8.1"));
	parse(a, text, builds, &rec);
	struct cf_command command = { .dir = app, .argc = 3 };
	command.env = environment(a, suite, top, kv_str_has(c->id, KV_S("helm4")));
	command.argv = (kv_str[]){ KV_S("sh"), KV_S("-c"), kv_buf_view(&rec.script) };
	if (cf_run(r->job, &command, &got) || got.late) {
		cf_fail(r, "the calls did not end");
		return;
	}
	if (!rec.failed)
		cf_equal(r, "standard output", builds ? rec.out : KV_S(""), got.out);
	else if (kv_str_has(rec.out, KV_S("\n")) ||
		 (kv_str_has(text, KV_S("argv: ")) && !kv_str_starts(got.out, KV_S("failed: "))))
		cf_fail(r, "no call failed as the host's did: %.*s", KV_ARG(got.out));
}
