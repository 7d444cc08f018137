/* krm/splice_list_test.c: texts before and after a change. Each change is made twice, and undone.
 *
 * Prints each failure; ends with 1 if there was one.
 */
#include "krm/splice_list.h"

#include <stdio.h>

enum { STRINGS, PATHS, REFUSED = 2, ONE_WAY = 4 };

/* "x" is added to, and "gone" taken from, `list`. */
static const struct row {
	const char *what;
	int flags;
	const char *before, *after;
} rows[] = {
	{ "the string is empty", STRINGS, "", "list:\n- x\n" },
	{ "a comment alone", STRINGS | ONE_WAY, "# hello\n", "# hello\nlist:\n- x\n" },
	{ "no line feed at the end", STRINGS, "a: b", "a: b\nlist:\n- x\n" },
	{ "empty lines at the end", STRINGS, "a: b\n\n\n", "a: b\nlist:\n- x\n\n\n" },
	{ "entries below their key", STRINGS, "list:\n- a\n- b\nz: 1\n", "list:\n- a\n- b\n- x\nz: 1\n" },
	{ "indented entries", STRINGS, "list:\n    - a\n", "list:\n    - a\n    - x\n" },
	{ "wide dashes", STRINGS, "list:\n  -   a\n", "list:\n  -   a\n  -   x\n" },
	{ "no line feed behind the list", STRINGS, "list:\n- a", "list:\n- a\n- x" },
	{ "lines that end in CR LF", STRINGS, "a: b\r\nlist:\r\n- a\r\nz: 1\r\n",
	  "a: b\r\nlist:\r\n- a\r\n- x\r\nz: 1\r\n" },
	{ "comments stay where they are", STRINGS,
	  "list: # all\n  # first\n  - a # one\n  # - off\n\n# next\nz: 1\n",
	  "list: # all\n  # first\n  - a # one\n  # - off\n  - x\n\n# next\nz: 1\n" },
	{ "an entry that is there", STRINGS, "list:\n- ./x\n", "list:\n- ./x\n" },
	{ "a key without a value", STRINGS | ONE_WAY, "list: # none\nz:\n  - 1\n", "list: # none\n  - x\nz:\n  - 1\n" },
	{ "null", STRINGS | ONE_WAY, "list: null\n", "list:\n- x\n" },
	{ "an empty list", STRINGS | ONE_WAY, "list: [ ] # none\n", "list: # none\n- x\n" },
	{ "the other lists are indented", STRINGS, "z:\n  - 1\n", "z:\n  - 1\nlist:\n  - x\n" },
	{ "a flow list", STRINGS, "list: [a, 'b']\n", "list: [a, 'b', x]\n" },
	{ "a flow list of lines", STRINGS, "list: [\n  a,\n  b,\n]\n", "list: [\n  a,\n  b, x,\n]\n" },
	{ "an entry goes", STRINGS | ONE_WAY, "list:\n- a\n- gone\n# of b\n- b\n",
	  "list:\n- a\n# of b\n- b\n- x\n" },
	{ "the first and last go", STRINGS | ONE_WAY, "list:\n- gone\n- a\n- ./gone # why\nz: 1\n",
	  "list:\n- a\n- x\nz: 1\n" },
	{ "one of a flow list goes", STRINGS | ONE_WAY, "list: [gone, a, gone]\n", "list: [a, x]\n" },
	{ "an indented document", STRINGS, "  a: b\n  list:\n  - a\n", "  a: b\n  list:\n  - a\n  - x\n" },
	{ "between marks", STRINGS, "---\na: b\n...\n", "---\na: b\nlist:\n- x\n...\n" },
	{ "nested lists of the same name", STRINGS, "a:\n  list:\n  - b\nlist:\n- list:\n  - c\n",
	  "a:\n  list:\n  - b\nlist:\n- list:\n  - c\n- x\n" },
	{ "an anchor", STRINGS, "list: &l\n- a\nz: b\n", "list: &l\n- a\n- x\nz: b\n" },
	{ "a list that is used elsewhere", STRINGS | REFUSED, "list: &l\n- a\nz: *l\n", NULL },
	{ "mappings", PATHS, "list:\n  - path: a\n    target:\n      kind: K\n  - {path: b}\n\nz: 1\n",
	  "list:\n  - path: a\n    target:\n      kind: K\n  - {path: b}\n  - path: x\n\nz: 1\n" },
	{ "a mapping goes", PATHS | ONE_WAY,
	  "list:\n- target:\n    kind: K\n  path: gone\n\n# why\n- patch: |-\n    - op: add\n    # in the "
	  "text\n",
	  "list:\n\n# why\n- patch: |-\n    - op: add\n    # in the text\n- path: x\n" },
	{ "mappings in a flow list", PATHS, "list: [{path: a}]\n", "list: [{path: a}, {path: x}]\n" },
	{ "a block that keeps its lines", STRINGS | REFUSED, "list:\n- |+\n  a\n\n\nz: 1\n", NULL },
	{ "a text of several documents", STRINGS | REFUSED, "list:\n- a\n---\nlist:\n- b\n", NULL },
	{ "a flow mapping", STRINGS | REFUSED, "{list: [a]}\n", NULL },
	{ "a list of somebody else", STRINGS | REFUSED, "a: &a [1]\nlist: *a\n", NULL },
	{ "no list", STRINGS | REFUSED, "list: a\n", NULL },
	{ "a comment in a flow list", STRINGS | REFUSED, "list: [\n  a # one\n]\n", NULL },
	{ "no YAML", STRINGS | REFUSED, "list: [\n", NULL },
};

static int failures;

static void fail(const struct row *row, const char *why, kv_str got)
{
	failures++;
	printf("failed: %s: %s\n%.*s\n", row->what, why, KV_ARG(got));
}

static int change(struct kv_job *job, const struct row *row, const char *add, const char *remove, kv_str text,
		  kv_str *ret)
{
	kv_str added = kv_str_c(add), removed = kv_str_c(remove);
	struct krm_list_change c = { "list",   row->flags & PATHS ? "path" : NULL,
				     &added,   add != NULL,
				     &removed, 1 };
	return krm_splice_lists(job, KV_S("f.yaml"), text, &c, 1, ret);
}

static void test(struct kv_job *job, const struct row *row)
{
	kv_str before = kv_str_c(row->before), once, twice, undone;
	int status = change(job, row, "x", "gone", before, &once);
	if (row->flags & REFUSED) {
		if (status == 0)
			fail(row, "it is not refused", once);
		return;
	}
	if (status < 0) {
		struct kv_buf b;
		kv_buf_init(&b, job->arena, KV_BUF_MAX);
		kv_diags_print(job, &b, false);
		fail(row, "it is refused", kv_buf_view(&b));
		return;
	}
	if (!kv_str_eq(once, kv_str_c(row->after)))
		fail(row, "it became", once);
	if (change(job, row, "x", "gone", once, &twice) < 0 || twice.p != once.p)
		fail(row, "a second time it changes", twice);
	if (row->flags & ONE_WAY || kv_str_eq(once, before))
		return;
	bool failed = change(job, row, NULL, "x", once, &undone) < 0;
	/* The line feed behind the last line stays. */
	if (failed || !kv_str_starts(undone, before) ||
	    (undone.n != before.n && !kv_str_eq(kv_str_sub(undone, before.n, undone.n), KV_S("\n"))))
		fail(row, "undone it is", undone);
}

static void test_names(struct kv_job *job)
{
	static const char *const names[] = { "true",
					     "12",
					     "a: b",
					     "a,b",
					     "ClusterRole--system:a.yaml",
					     "[a]",
					     "a #b",
					     "'",
					     "https://example.org/a//b?ref=v1" };
	static const char *const texts[] = { "list: [a]\n", "list:\n- a\n", "" };
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		for (size_t k = 0; k < 3; k++) {
			struct row row = { names[i], STRINGS, texts[k], NULL };
			kv_str text = KV_S("");
			if (change(job, &row, names[i], "gone", kv_str_c(texts[k]), &text) < 0)
				fail(&row, "it cannot be added", kv_str_c(texts[k]));
		}
}

int main(void)
{
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct kv_job *job = kv_job_new();
		test(job, &rows[i]);
		kv_job_free(job);
	}
	struct kv_job *job = kv_job_new();
	test_names(job);
	kv_job_free(job);
	return failures > 0;
}
