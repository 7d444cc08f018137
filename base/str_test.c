/* base/str_test.c: each row of a sorted text is found by its name, and no other name is. */
#include "base/str.h"

#include <stdio.h>

static int failures;

static void expect(kv_str rows, const char *name, const char *rest)
{
	kv_str found;
	bool is = kv_str_row(rows, kv_str_c(name), &found);
	if (is == (rest != NULL) && (!is || kv_str_eq(found, kv_str_c(rest))))
		return;
	fprintf(stderr, "%s: %.*s\n", name, is ? (int)found.n : 7, is ? found.p : "missing");
	failures++;
}

static void try_rows(kv_str rows)
{
	expect(rows, "a", "1");
	expect(rows, "ab", "a row that is much longer than all others\twith a second tab");
	expect(rows, "abc", "");
	expect(rows, "b", "");
	expect(rows, "c d", "4");
	expect(rows, "", NULL);
	expect(rows, "A", NULL);
	expect(rows, "aa", NULL);
	expect(rows, "abcd", NULL);
	expect(rows, "c", NULL);
	expect(rows, "c d\t4", NULL);
	expect(rows, "z", NULL);
}

int main(void)
{
	kv_str rows = KV_STR("a\t1\n"
			     "ab\ta row that is much longer than all others\twith a second tab\n"
			     "abc\n"
			     "b\t\n"
			     "c d\t4\n");
	try_rows(rows);
	try_rows(kv_str_sub(rows, 0, rows.n - 1)); /* the last line feed may be missing */
	expect(KV_S(""), "a", NULL);
	expect(KV_S("\n"), "a", NULL);
	expect(KV_S("a"), "a", "");
	return failures != 0;
}
