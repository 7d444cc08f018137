/* conformance/kubesource.c: whole repositories, judged by the kv_ columns of cases.tsv. */
#include <ftw.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/map.h"
#include "conformance/areas.h"

/* --- cases ------------------------------------------------------------------------------------ */

struct row {
	kv_str base, exit, tree, phrase, out;
	bool as_user;
};

int cf_kubesource_load(struct cf_suite *suite)
{
	struct cf_table t;

	if (cf_table_read(suite->job, kv_path_join(suite->job->arena, suite->dir, KV_S("cases.tsv")), &t))
		return -1;
	for (size_t i = 0; i < t.nrows; i++) {
		struct row *row = KV_NEW(suite->job->arena, struct row);

		*row = (struct row){
			cf_cell(&t, i, "base"),      cf_cell(&t, i, "kv_exit"),
			cf_cell(&t, i, "kv_tree"),   cf_cell(&t, i, "kv_phrase"),
			cf_cell(&t, i, "kv_stdout"), kv_str_eq(cf_cell(&t, i, "as_user"), KV_S("yes"))
		};
		cf_add(suite, cf_cell(&t, i, "id"), row);
	}
	return 0;
}

/* --- what lies in a folder -------------------------------------------------------------------- */

struct entry {
	enum kv_file_kind kind;
	kv_str text; /* of a file its bytes, of a link its target */
	size_t held; /* of a folder: entries in it */
};

/* Files that are kvendor's own do not count. */
static bool is_own(kv_str name)
{
	return kv_str_eq(name, KV_S("kvendor.lock")) || kv_str_starts(name, KV_S(".kvendor"));
}

static kv_str link_text(struct kv_arena *a, kv_str path)
{
	char target[4096];
	ssize_t n = readlink(kv_arena_cstr(a, path), target, sizeof target);

	return kv_arena_dup(a, kv_str_of(target, n < 0 ? 0 : (size_t)n));
}

/* Path below the scratch folder to struct entry. The folders of the cases are shallow. */
static int note_all(struct kv_job *job, kv_str dir, kv_str shown, struct kv_map *ret)
{
	struct kv_dirent *entries;
	size_t n;

	if (kv_dir_read(job, dir, &entries, &n))
		return -1;
	for (size_t i = 0; i < n; i++) {
		kv_str path = kv_path_join(job->arena, dir, entries[i].name);
		kv_str name = kv_path_join(job->arena, shown, entries[i].name);
		struct entry *e = KV_NEW(job->arena, struct entry);
		struct entry *parent = kv_map_get(ret, shown);

		if (is_own(entries[i].name))
			continue;
		e->kind = entries[i].kind;
		if (parent)
			parent->held++;
		kv_map_put(ret, name, e);
		if (e->kind == KV_FILE_DIR && note_all(job, path, name, ret))
			return -1;
		if (e->kind == KV_FILE_LINK)
			e->text = link_text(job->arena, path);
		if (e->kind == KV_FILE_REGULAR && kv_file_read(job, path, &e->text))
			return -1;
	}
	return 0;
}

/* --- preparing -------------------------------------------------------------------------------- */

/* A checkout without symbolic links holds their targets as files: one word without a line feed that names something
 * beside the file, or that is the whole of a YAML file. */
static bool is_link_text(struct kv_arena *a, kv_str dir, kv_str name, kv_str text)
{
	if (!text.n || text.n > 255 || kv_str_trim(text, " \n").n != text.n)
		return false;
	for (size_t i = 0; i < text.n; i++)
		if ((unsigned char)text.p[i] <= ' ' || text.p[i] == ':')
			return false;
	return kv_str_ends(name, KV_S(".yaml")) ||
	       kv_file_kind_link(kv_path_join(a, dir, text)) != KV_FILE_NONE;
}

static int restore_links(struct kv_job *job, kv_str dir)
{
	struct kv_dirent *entries;
	size_t n;

	if (kv_dir_read(job, dir, &entries, &n))
		return -1;
	for (size_t i = 0; i < n; i++) {
		kv_str path = kv_path_join(job->arena, dir, entries[i].name), text;

		if (entries[i].kind == KV_FILE_DIR && restore_links(job, path))
			return -1;
		if (entries[i].kind != KV_FILE_REGULAR)
			continue;
		if (kv_file_read(job, path, &text))
			return -1;
		if (!is_link_text(job->arena, dir, entries[i].name, text))
			continue;
		unlink(kv_arena_cstr(job->arena, path));
		if (symlink(kv_arena_cstr(job->arena, text), kv_arena_cstr(job->arena, path)))
			return -1;
	}
	return 0;
}

static int to_nobody(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st, (void)type, (void)ftw;
	return lchown(path, 65534, 65534);
}

/* What the case's prepare.sh does, as the user that kvendor runs as. */
static int run_prepare(struct cf_result *r, kv_str case_dir, kv_str repo, bool as_nobody)
{
	kv_str script = kv_path_join(r->job->arena, case_dir, KV_S("prepare.sh"));
	struct cf_command command = { .dir = repo, .argc = 3, .as_nobody = as_nobody };
	struct cf_output got;

	if (kv_file_kind(script) != KV_FILE_REGULAR)
		return 0;
	command.argv = (kv_str[]){ KV_S("sh"), KV_S("-e"), script };
	return cf_run(r->job, &command, &got) || got.exit ? -1 : 0;
}

static int prepare(const struct cf_suite *suite, const struct cf_case *c, struct cf_result *r, kv_str scratch,
		   kv_str repo)
{
	const struct row *row = c->data;
	struct kv_arena *a = r->job->arena;
	kv_str case_dir = kv_path_join(a, suite->dir, c->id);
	kv_str in = kv_path_join(a, case_dir, KV_S("in"));
	kv_str base = kv_path_join(a, kv_path_join(a, suite->dir, row->base), KV_S("in"));

	if (kv_dir_make(r->job, repo))
		return -1;
	if (!kv_str_eq(row->base, KV_S("-")) && cf_copy_tree(r->job, base, repo))
		return -1;
	if (kv_file_kind(in) == KV_FILE_DIR && cf_copy_tree(r->job, in, repo))
		return -1;
	if (restore_links(r->job, repo))
		return -1;
	chmod(kv_arena_cstr(a, scratch), 0755);
	if (row->as_user && !geteuid() && nftw(kv_arena_cstr(a, repo), to_nobody, 32, FTW_PHYS))
		return -1;
	return run_prepare(r, case_dir, repo, row->as_user);
}

/* --- judging ---------------------------------------------------------------------------------- */

/* What was there, less what is gone, plus what is written. */
static int expect(const struct cf_suite *suite, const struct cf_case *c, struct cf_result *r,
		  struct kv_map *before, kv_str repo_shown)
{
	const struct row *row = c->data;
	struct kv_arena *a = r->job->arena;
	bool own = kv_str_eq(row->tree, KV_S("dir"));
	kv_str case_dir = kv_path_join(a, suite->dir, c->id), gone, line;
	kv_str out = kv_path_join(a, case_dir, own ? KV_S("kv-out") : KV_S("out"));

	if (kv_str_eq(row->tree, KV_S("none")))
		return 0;
	if (cf_read(r->job, case_dir, own ? "kv-gone" : "gone", &gone))
		while (kv_str_line(&gone, &line))
			kv_map_del(before, kv_path_join(a, repo_shown, line));
	return kv_file_kind(out) == KV_FILE_DIR ? note_all(r->job, out, repo_shown, before) : 0;
}

static void compare(struct cf_result *r, const struct kv_map *expected, const struct kv_map *got)
{
	for (size_t i = 0; i < expected->n; i++) {
		const struct kv_map_entry *e = &expected->entries[i];
		const struct entry *want = e->value, *have = e->key.p ? kv_map_get(got, e->key) : NULL;

		if (!e->key.p || want->kind == KV_FILE_DIR)
			continue;
		if (!have || have->kind != want->kind)
			cf_fail(r, "%.*s is missing", KV_ARG(e->key));
		else
			cf_equal(r, kv_arena_cstr(r->job->arena, e->key), want->text, have->text);
	}
	for (size_t i = 0; i < got->n; i++) {
		const struct entry *have = got->entries[i].value;
		const struct entry *want = kv_map_get(expected, got->entries[i].key);

		if (have->kind != KV_FILE_DIR && !want)
			cf_fail(r, "%.*s should not be there", KV_ARG(got->entries[i].key));
		if (have->kind == KV_FILE_DIR && !have->held && !want)
			cf_fail(r, "%.*s is an empty folder that was left", KV_ARG(got->entries[i].key));
	}
}

static void check_phrase(struct cf_result *r, kv_str phrase, kv_str err)
{
	size_t n;
	kv_str *words = cf_words(r->job->arena, phrase, &n);
	const char *text = kv_arena_cstr(r->job->arena, err);

	for (size_t i = 0; i < n; i++) {
		regex_t re;

		if (kv_str_eq(words[i], KV_S("-")))
			continue;
		if (regcomp(&re, kv_arena_cstr(r->job->arena, words[i]),
			    REG_EXTENDED | REG_ICASE | REG_NOSUB | REG_NEWLINE)) {
			cf_fail(r, "the word %.*s is no expression", KV_ARG(words[i]));
			continue;
		}
		if (regexec(&re, text, 0, NULL, 0))
			cf_fail(r, "standard error lacks %.*s\n  got: %.*s", KV_ARG(words[i]),
				KV_ARG(kv_str_sub(err, 0, 600)));
		regfree(&re);
	}
}

static kv_str with_repo(struct kv_arena *a, kv_str text, kv_str repo)
{
	struct kv_buf out;
	kv_str mark = KV_STR("$REPO");

	kv_buf_init(&out, a, KV_BUF_MAX);
	for (size_t at; (at = kv_str_find(text, mark, 0)) != SIZE_MAX;
	     text = kv_str_sub(text, at + mark.n, text.n)) {
		kv_buf_str(&out, kv_str_sub(text, 0, at));
		kv_buf_str(&out, repo);
	}
	kv_buf_str(&out, text);
	return kv_buf_view(&out);
}

static void check_console(const struct cf_suite *suite, const struct cf_case *c, struct cf_result *r,
			  kv_str repo, const struct cf_output *got)
{
	const struct row *row = c->data;
	kv_str dir = kv_path_join(r->job->arena, suite->dir, c->id), text;
	int wanted = atoi(kv_arena_cstr(r->job->arena, row->exit));

	if (got->late)
		cf_fail(r, "it did not end");
	if (got->exit != wanted)
		cf_fail(r, "exit status %d, expected %d\n  standard error: %.*s", got->exit, wanted,
			KV_ARG(kv_str_sub(got->err, 0, 600)));
	check_phrase(r, row->phrase, got->err);
	if (kv_str_eq(row->out, KV_S("same")) && cf_read(r->job, dir, "stdout", &text))
		cf_equal(r, "standard output", with_repo(r->job->arena, text, repo), got->out);
}

void cf_kubesource_run(const struct cf_suite *suite, const struct cf_case *c, struct cf_result *r)
{
	const struct row *row = c->data;
	struct kv_arena *a = r->job->arena;
	kv_str scratch = cf_scratch(r), shown = KV_S("top/mid/repo"), repo = kv_path_join(a, scratch, shown);
	struct cf_command command = {
		.dir = repo, .argc = 2, .argv = (kv_str[]){ suite->kvendor, KV_S("--no-cache") }, .as_nobody = row->as_user
	};
	struct kv_map before, after;
	struct cf_output got;

	kv_map_init(&before, a);
	kv_map_init(&after, a);
	if (prepare(suite, c, r, scratch, repo) || note_all(r->job, scratch, KV_S("."), &before)) {
		cf_fail(r, "the case cannot be prepared");
		return;
	}
	if (cf_run(r->job, &command, &got) || note_all(r->job, scratch, KV_S("."), &after) ||
	    expect(suite, c, r, &before, shown)) {
		cf_fail(r, "the case cannot be judged");
		return;
	}
	check_console(suite, c, r, repo, &got);
	compare(r, &before, &after);
}
