/* conformance/testdata.c: the project's own cases, testdata/AREA/SENTENCE/.
 *
 * The files of the case are copied to a scratch folder, `in/` being the working directory if there is one. `cmd` is a shell
 * script in which $KVENDOR is the binary, $ROOT the repository and $RUNNER the test runner, which serves HTTP (conformance/serve.c); without one, "$KVENDOR build .". Then, as far as the files exist: expected.out
 * is standard output; expected.err what standard error must hold, each line somewhere in it; expected.exit
 * the exit status (default: 0, or not 0 where there is an expected.err and no expected.out); expected.tree/ all that lies in the working directory
 * afterwards.
 */
#include <stdlib.h>
#include <unistd.h>

#include "conformance/areas.h"

int cf_testdata_load(struct cf_suite *suite)
{
	struct kv_dirent *areas, *cases;
	size_t nareas, ncases;

	if (kv_dir_read(suite->job, suite->dir, &areas, &nareas))
		return -1;
	for (size_t i = 0; i < nareas; i++) {
		kv_str dir = kv_path_join(suite->job->arena, suite->dir, areas[i].name);

		if (areas[i].kind != KV_FILE_DIR)
			continue;
		if (kv_dir_read(suite->job, dir, &cases, &ncases))
			return -1;
		for (size_t k = 0; k < ncases; k++)
			if (cases[k].kind == KV_FILE_DIR)
				cf_add(suite, kv_path_join(suite->job->arena, areas[i].name, cases[k].name), NULL);
	}
	return 0;
}

static void check_lines(struct cf_result *r, kv_str expected, kv_str got)
{
	kv_str line;

	while (kv_str_line(&expected, &line))
		if (!kv_str_has(got, line))
			cf_fail(r, "standard error lacks: %.*s\n  got: %.*s", KV_ARG(line), KV_ARG(kv_str_sub(got, 0, 600)));
}

static void check_exit(struct cf_result *r, kv_str dir, int got)
{
	kv_str text;

	if (cf_read(r->job, dir, "expected.exit", &text)) {
		int wanted = atoi(kv_arena_cstr(r->job->arena, text));

		if (wanted != got)
			cf_fail(r, "exit status %d, expected %d", got, wanted);
		return;
	}
	if (cf_read(r->job, dir, "expected.err", &text) && !cf_read(r->job, dir, "expected.out", &text)) {
		if (!got || got > 3)
			cf_fail(r, "exit status %d, expected a failure", got);
	} else if (got) {
		cf_fail(r, "exit status %d", got);
	}
}

/* Every file of one folder is in the other with the same bytes; `mirror` says that a is what we got. */
static void compare_trees(struct cf_result *r, kv_str a, kv_str b, bool mirror)
{
	struct kv_dirent *entries;
	size_t n;

	if (kv_dir_read(r->job, a, &entries, &n)) {
		cf_fail(r, "%.*s cannot be read", KV_ARG(a));
		return;
	}
	for (size_t i = 0; i < n; i++) {
		kv_str x = kv_path_join(r->job->arena, a, entries[i].name), y = kv_path_join(r->job->arena, b, entries[i].name);
		kv_str tx, ty;

		if (entries[i].kind == KV_FILE_DIR)
			compare_trees(r, x, y, mirror);
		else if (kv_file_kind_link(y) == KV_FILE_NONE)
			cf_fail(r, mirror ? "%.*s should not be there" : "%.*s is missing", KV_ARG(mirror ? x : y));
		else if (!mirror && entries[i].kind == KV_FILE_REGULAR && !kv_file_read(r->job, x, &tx) &&
		         !kv_file_read(r->job, y, &ty))
			cf_equal(r, kv_arena_cstr(r->job->arena, entries[i].name), tx, ty);
	}
}

static kv_str own_path(struct kv_arena *a)
{
	char path[4096];
	ssize_t n = readlink("/proc/self/exe", path, sizeof path);

	return kv_arena_dup(a, kv_str_of(path, n > 0 ? (size_t)n : 0));
}

static const char *const *environment(struct kv_arena *a, const struct cf_suite *suite, kv_str scratch)
{
	const char **env = KV_NEW_N(a, const char *, 10);
	const char *leaks = getenv("LSAN_OPTIONS"); /* the Makefile's, in a sanitized run */

	env[0] = kv_arena_printf(a, "KVENDOR=%.*s", KV_ARG(suite->kvendor)).p;
	env[1] = "LC_ALL=C";
	env[2] = "TZ=UTC";
	env[3] = "HOME=/nonexistent";
	env[4] = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
	env[5] = kv_arena_printf(a, "ROOT=%.*s", KV_ARG(kv_path_dir(a, suite->dir))).p;
	/* "$RUNNER" serve DIR COMMAND: conformance/serve.c. */
	env[6] = kv_arena_printf(a, "RUNNER=%.*s", KV_ARG(own_path(a))).p;
	/* What one case keeps must not reach another. */
	env[7] = kv_arena_printf(a, "KVENDOR_CACHE=%.*s/cache", KV_ARG(scratch)).p;
	if (leaks)
		env[8] = kv_arena_printf(a, "LSAN_OPTIONS=%s", leaks).p;
	return env;
}

/* Rewrites the expectations that the case has; expected.err names lines by hand and stays. */
static void bless(struct cf_result *r, kv_str dir, kv_str work, const struct cf_output *got)
{
	struct kv_arena *a = r->job->arena;
	kv_str tree = kv_path_join(a, dir, KV_S("expected.tree")), text;
	int bad = 0;

	if (cf_read(r->job, dir, "expected.out", &text))
		bad |= kv_file_write(r->job, kv_path_join(a, dir, KV_S("expected.out")), got->out);
	if (cf_read(r->job, dir, "expected.exit", &text))
		bad |= kv_file_write(r->job, kv_path_join(a, dir, KV_S("expected.exit")),
		                     kv_arena_printf(a, "%d\n", got->exit));
	if (kv_file_kind(tree) == KV_FILE_DIR) {
		cf_remove_tree(tree);
		bad |= cf_copy_tree(r->job, work, tree);
	}
	if (bad)
		cf_fail(r, "the expectations cannot be written");
}

/* A new case before its expectations were written could not fail. */
static bool expects_something(struct cf_result *r, kv_str dir)
{
	static const char *const names[] = { "expected.out", "expected.err", "expected.exit", "expected.tree" };

	for (size_t i = 0; i < KV_COUNT(names); i++)
		if (kv_file_kind(kv_path_join(r->job->arena, dir, kv_str_c(names[i]))) != KV_FILE_NONE)
			return true;
	return false;
}

static void judge(struct cf_result *r, kv_str dir, kv_str work, const struct cf_output *got)
{
	kv_str tree = kv_path_join(r->job->arena, dir, KV_S("expected.tree")), text;

	if (!expects_something(r, dir))
		cf_fail(r, "nothing is expected: there is no expected.out, .err, .exit or .tree");
	if (cf_read(r->job, dir, "expected.err", &text)) {
		if (!kv_str_trim(text, "\n").n)
			cf_fail(r, "expected.err names no line");
		check_lines(r, text, got->err);
	}
	check_exit(r, dir, got->exit);
	if (cf_read(r->job, dir, "expected.out", &text))
		cf_equal(r, "standard output", text, got->out);
	if (kv_file_kind(tree) == KV_FILE_DIR) {
		compare_trees(r, tree, work, false);
		compare_trees(r, work, tree, true);
	}
}

int cf_testdata_call(const struct cf_suite *suite, const struct cf_case *c, struct cf_result *r, kv_str scratch,
                     struct cf_output *ret)
{
	struct kv_arena *a = r->job->arena;
	kv_str dir = kv_path_join(a, suite->dir, c->id), text;
	kv_str in = kv_path_join(a, dir, KV_S("in"));
	kv_str work = kv_path_join(a, scratch, KV_S("in"));
	kv_str script = cf_read(r->job, dir, "cmd", &text) ? text : KV_S("\"$KVENDOR\" build .");
	struct cf_command command = { .dir = work, .argc = 3, .env = environment(a, suite, scratch), .seconds = suite->slow ? 1500 : 0 };

	command.argv = (kv_str[]){ KV_S("sh"), KV_S("-c"), script };
	if (kv_file_kind(in) == KV_FILE_DIR ? cf_copy_tree(r->job, in, work) : kv_dir_make(r->job, work))
		return cf_fail(r, "the case cannot be copied"), -1;
	if (cf_run(r->job, &command, ret) || ret->late)
		return cf_fail(r, "the command did not end"), -1;
	return 0;
}

/* A case that looks at the bytes of the program says so: under a tool $KVENDOR is a script. */
static bool needs_the_program(struct cf_result *r, kv_str dir)
{
	kv_str script;

	return cf_read(r->job, dir, "cmd", &script) && kv_str_starts(script, KV_S("# Of the program's file."));
}

void cf_testdata_run(const struct cf_suite *suite, const struct cf_case *c, struct cf_result *r)
{
	kv_str dir = kv_path_join(r->job->arena, suite->dir, c->id), scratch = cf_scratch(r);
	kv_str work = kv_path_join(r->job->arena, scratch, KV_S("in"));
	struct cf_output got;

	if (suite->slow && needs_the_program(r, dir)) {
		cf_skip(r, "looks at the bytes of the program, which is a script here");
		return;
	}
	if (cf_testdata_call(suite, c, r, scratch, &got) < 0)
		return;
	if (suite->bless)
		bless(r, dir, work, &got);
	else
		judge(r, dir, work, &got);
}
