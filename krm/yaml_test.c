/* krm/yaml_test.c: what no printed output shows: positions, spellings, limits, and two writers beside each other.
 *
 * Prints each failure; ends with 1 if there was one.
 */
#include "krm/yaml.h"

#include <stdio.h>

static int failures;

static void expect(bool holds, const char *what)
{
	if (holds)
		return;
	failures++;
	printf("failed: %s\n", what);
}

static krm_val read_text(struct kv_job *job, const char *text, enum krm_yaml_rules rules)
{
	krm_val v = krm_nil();
	expect(krm_yaml_read(job, KV_S("f.yaml"), kv_str_c(text), rules, &v) == 0, text);
	return v;
}

static bool is_at(const struct kv_job *job, krm_val v, size_t line, size_t column)
{
	struct kv_place place;
	return kv_source_find(job, v.pos, &place) && place.line == line && place.column == column;
}

static void test_positions(void)
{
	struct kv_job *job = kv_job_new();
	krm_val v =
		read_text(job, "\xEF\xBB\xBF# \xC3\xA9\na:\n- \xE6\x97\xA5: x\n- {k: 'y'}\n", KRM_YAML_HELM);
	krm_val list = krm_get(v, "a");
	expect(is_at(job, list, 3, 1), "a list without indentation begins at its first dash");
	expect(is_at(job, krm_get(list.l->v[0], "\xE6\x97\xA5"), 3, 6), "columns count characters");
	expect(is_at(job, krm_get(list.l->v[1], "k"), 4, 7), "a quoted scalar begins at its quote");
	kv_job_free(job);
}

static void test_line_ends(void)
{
	struct kv_job *job = kv_job_new();
	krm_val *docs;
	size_t n;
	kv_str text = KV_S("a: b\r\n---\r\nc: d\r\n--- # next\r\n\r\ne: f\r\n");
	expect(krm_yaml_read_all(job, KV_S("f.yaml"), text, KRM_YAML_KUSTOMIZE, &docs, &n) == 0 && n == 3,
	       "three documents between CR LF");
	expect(n == 3 && is_at(job, krm_get(docs[2], "e"), 6, 4), "lines are those of the file");
	kv_job_free(job);
}

static bool is_spelled(struct kv_job *job, krm_val v, const char *text)
{
	struct kv_buf b;
	kv_buf_init(&b, job->arena, KV_BUF_MAX);
	krm_yaml_spelling(job, v, &b);
	return kv_str_eq(kv_buf_view(&b), kv_str_c(text));
}

static void test_spellings(void)
{
	struct kv_job *job = kv_job_new();
	krm_val v = read_text(job, "a: 1.0\nb: ~\nc:\nd: 0x1F\ne: yes\nf: 2020-1-2\ng: 12\nh: True\n",
			      KRM_YAML_KUSTOMIZE);
	static const char *const keys[] = { "a", "b", "c", "d", "e", "f", "g", "h" };
	static const char *const texts[] = { "1.0", "~", "", "0x1F", "yes", "2020-1-2", "12", "True" };
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
		expect(is_spelled(job, krm_get(v, keys[i]), texts[i]), texts[i]);
	expect(krm_get(v, "d").i == 31, "the value is what the spelling means");
	kv_job_free(job);
}

static bool is_refused(struct kv_job *job, const char *text, const char *why)
{
	krm_val v;
	kv_str error = KV_S("");
	return krm_yaml_try(job, kv_str_c(text), KRM_YAML_KUSTOMIZE, &v, &error) < 0 &&
	       kv_str_has(error, kv_str_c(why));
}

static void test_limits(void)
{
	struct kv_job *job = kv_job_new();
	job->limits.depth = 3;
	job->limits.nodes = 20;
	job->limits.alias_nodes = 5;
	expect(!is_refused(job, "[[[a]]]", ""), "three levels");
	expect(is_refused(job, "[[[[a]]]]", "too many nesting levels (limit 3)"), "four levels");
	expect(is_refused(job, "a: &a [[x]]\nb: [*a]", "too many nesting levels (limit 3)"),
	       "levels through an alias");
	expect(is_refused(job, "[a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a]", "too many nodes (limit 20)"),
	       "nodes");
	expect(is_refused(job, "[&a [x, y], *a, *a, *a]", "too many nodes from aliases (limit 5)"),
	       "alias nodes");
	expect(is_refused(job, "&a [*a]", "anchor 'a' value contains itself"), "an anchor within itself");
	job->limits.document_bytes = 4;
	expect(is_refused(job, "a: bc", "too many bytes in one text (limit 4)"), "bytes");
	kv_job_free(job);
}

/* A value that holds itself can be made by templates only. */
static void test_cycle(void)
{
	struct kv_job *job = kv_job_new();
	krm_val m = krm_map(job->arena, KRM_OF_ANY);
	struct kv_buf out;
	kv_str error = KV_S("");
	krm_map_set(job->arena, m.m, KV_S("a"), m);
	kv_buf_init(&out, job->arena, KV_BUF_MAX);
	expect(krm_yaml_write(job, m, &out, &error) < 0 && kv_str_has(error, KV_S("encountered a cycle")),
	       "a cycle");
	expect(out.n == 0, "nothing is left of a text that could not be finished");
	kv_job_free(job);
}

/* The order in which keys came must not show, not even where upstream's comparator has a cycle. */
static void test_key_order(void)
{
	static const char *const texts[] = { "01: a\n10: b\n1a: c\n", "1a: c\n10: b\n01: a\n",
					     "10: b\n01: a\n1a: c\n" };
	struct kv_job *job = kv_job_new();
	kv_str first = KV_S("");
	for (size_t i = 0; i < 3; i++) {
		struct kv_buf out;
		kv_str error;
		kv_buf_init(&out, job->arena, KV_BUF_MAX);
		expect(krm_yaml_write(job, read_text(job, texts[i], KRM_YAML_HELM), &out, &error) == 0,
		       "write");
		if (i == 0)
			first = kv_buf_view(&out);
		expect(kv_str_eq(first, kv_buf_view(&out)), "cyclic keys keep one order");
	}
	kv_job_free(job);
}

int main(void)
{
	test_positions();
	test_line_ends();
	test_spellings();
	test_limits();
	test_cycle();
	test_key_order();
	return failures ? 1 : 0;
}
