/* conformance/helm.c: real charts against the output of the real `helm template`, of Helm 3 and of Helm 4.
 *
 * A row of cases.tsv is two cases, helm3/ID and helm4/ID. Helm 4's text is stored as a difference to Helm 3's.
 */
#include "conformance/areas.h"
#include "krm/json.h"
#include "render/engine.h"

struct helm_case {
	enum rnd_engine engine;
	const struct cf_table *table;
	size_t row;
};

static kv_str cell(const struct helm_case *h, const char *column)
{
	return cf_cell(h->table, h->row, column);
}

int cf_helm_load(struct cf_suite *suite)
{
	static const char *const prefixes[] = { [RND_HELM3] = "helm3/", [RND_HELM4] = "helm4/" };
	static const enum rnd_engine engines[] = { RND_HELM3, RND_HELM4 };
	struct kv_arena *a = suite->job->arena;
	struct cf_table *table = KV_NEW(a, struct cf_table);
	if (cf_table_read(suite->job, kv_path_join(a, suite->dir, KV_S("cases.tsv")), table))
		return -1;
	for (size_t e = 0; e < 2; e++) {
		for (size_t row = 0; row < table->nrows; row++) {
			struct helm_case *h = KV_NEW(a, struct helm_case);
			*h = (struct helm_case){ engines[e], table, row };
			cf_add(suite, kv_arena_cat(a, kv_str_c(prefixes[h->engine]), cell(h, "id")), h);
		}
	}
	return 0;
}

/* --- running ---------------------------------------------------------------------------------- */

static int run_case(const struct cf_suite *suite, const struct helm_case *h, struct cf_result *r,
		    struct cf_output *out)
{
	struct kv_arena *a = r->job->arena;
	krm_val args;
	kv_str error, *argv = NULL, id = cell(h, "id");
	size_t n = 0, cap = 0, offset;
	if (krm_json_read(r->job, cell(h, "args"), KRM_JSON_EXACT, &args, &error, &offset))
		return -1;
	KV_PUSH(a, argv, n, cap, suite->kvendor);
	KV_PUSH(a, argv, n, cap, KV_S("template"));
	if (!kv_str_eq(cell(h, "release"), KV_S("release-name")))
		KV_PUSH(a, argv, n, cap, cell(h, "release"));
	KV_PUSH(a, argv, n, cap, cell(h, "chart"));
	if (!kv_str_eq(cell(h, "values"), KV_S("-"))) {
		KV_PUSH(a, argv, n, cap, KV_S("-f"));
		KV_PUSH(a, argv, n, cap, kv_arena_cat(a, KV_S("cases/"), id, KV_S("/values.yaml")));
	}
	for (size_t i = 0; i < krm_list_len(args); i++)
		KV_PUSH(a, argv, n, cap, krm_str(args.l->v[i]));
	KV_PUSH(a, argv, n, cap, h->engine == RND_HELM3 ? KV_S("--engine=helm3") : KV_S("--engine=helm4"));
	struct cf_command command = { .dir = suite->dir, .argv = argv, .argc = n };
	return cf_run(r->job, &command, out);
}

/* --- what is expected ------------------------------------------------------------------------- */

static size_t read_size(kv_str *s)
{
	size_t n = 0;
	while (s->n && s->p[0] >= '0' && s->p[0] <= '9') {
		n = n * 10 + (size_t)(s->p[0] - '0');
		*s = kv_str_sub(*s, 1, s->n);
	}
	return n;
}

static void copy_lines(struct kv_buf *out, kv_str *old, size_t n)
{
	kv_str line;
	for (; n && kv_str_line(old, &line); n--) {
		kv_buf_str(out, line);
		kv_buf_c(out, '\n');
	}
}

/* A unified diff without context lines, applied: "@@ -12,0 +13,2 @@", then lines that begin with - and +. */
static kv_str apply_diff(struct kv_arena *a, kv_str old, kv_str diff)
{
	struct kv_buf out;
	kv_str line;
	size_t at = 1;
	kv_buf_init(&out, a, KV_BUF_MAX);
	while (kv_str_line(&diff, &line)) {
		if (kv_str_starts(line, KV_S("@@ -"))) {
			kv_str head = kv_str_sub(line, 4, line.n);
			size_t from = read_size(&head), n = 1;
			if (head.n && head.p[0] == ',') {
				head = kv_str_sub(head, 1, head.n);
				n = read_size(&head);
			}
			from += n == 0; /* nothing is taken: it goes behind that line */
			copy_lines(&out, &old, from - at);
			at = from + n;
			for (kv_str taken; n; n--)
				kv_str_line(&old, &taken);
		} else if (line.n && line.p[0] == '+' && !kv_str_starts(line, KV_S("+++ "))) {
			kv_buf_str(&out, kv_str_sub(line, 1, line.n));
			kv_buf_c(&out, '\n');
		}
	}
	kv_buf_str(&out, old);
	return kv_buf_view(&out);
}

struct expected {
	bool fails;
	kv_str text, volatile_lines;
};

static bool read_expected(const struct cf_suite *suite, const struct helm_case *h, struct cf_result *r,
			  struct expected *ret)
{
	struct kv_arena *a = r->job->arena;
	kv_str dir = kv_path_join(a, suite->dir, kv_arena_cat(a, KV_S("cases/"), cell(h, "id")));
	bool fails = !kv_str_eq(cell(h, "exit"), KV_S("0"));
	*ret = (struct expected){ fails, KV_S(""), cell(h, "volatile") };
	kv_str v4 = cell(h, "v4"), diff;
	if (h->engine == RND_HELM3 || kv_str_eq(v4, KV_S("same")))
		return cf_read(r->job, dir, fails ? "expected.err" : "expected.yaml", &ret->text);
	ret->fails = !kv_str_eq(cell(h, "v4_exit"), KV_S("0"));
	ret->volatile_lines = cell(h, "v4_volatile");
	if (kv_str_eq(v4, KV_S("diff"))) {
		if (!cf_read(r->job, dir, "expected.yaml", &ret->text) ||
		    !cf_read(r->job, dir, "expected.v4.diff", &diff))
			return false;
		ret->text = apply_diff(a, ret->text, diff);
		return true;
	}
	return cf_read(r->job, dir, ret->fails ? "expected.v4.err" : "expected.v4.yaml", &ret->text);
}

/* --- comparing -------------------------------------------------------------------------------- */

/* "12,40-42": is the line one of them? Lines are asked for in order; *ranges loses what lies behind. */
static bool is_volatile(kv_str *ranges, size_t line)
{
	while (ranges->n && ranges->p[0] != '-') {
		kv_str rest = *ranges;
		size_t from = read_size(&rest), to = from;
		if (rest.n && rest.p[0] == '-') {
			rest = kv_str_sub(rest, 1, rest.n);
			to = read_size(&rest);
		}
		if (line <= to)
			return line >= from;
		*ranges = rest.n ? kv_str_sub(rest, 1, rest.n) : rest;
	}
	return false;
}

/* The text with ~ for each volatile line. */
static kv_str masked(struct kv_arena *a, kv_str text, kv_str ranges)
{
	struct kv_buf out;
	kv_str line;
	kv_buf_init(&out, a, KV_BUF_MAX);
	for (size_t n = 1; kv_str_line(&text, &line); n++) {
		kv_buf_str(&out, is_volatile(&ranges, n) ? KV_S("~") : line);
		kv_buf_c(&out, '\n');
	}
	return kv_buf_view(&out);
}

static kv_str from_error(kv_str text)
{
	size_t at = kv_str_find(text, KV_S("Error:"), 0);
	return at == SIZE_MAX ? text : kv_str_sub(text, at, text.n);
}

void cf_helm_run(const struct cf_suite *suite, const struct cf_case *c, struct cf_result *r)
{
	const struct helm_case *h = c->data;
	struct cf_output got;
	struct expected want;
	if (run_case(suite, h, r, &got)) {
		cf_fail(r, "could not be run");
		return;
	}
	if (!read_expected(suite, h, r, &want)) {
		cf_skip(r, "no text stored");
		return;
	}
	if (got.late || (got.exit != 0) != want.fails) {
		cf_fail(r, "exit status %d%s\n%.*s", got.exit, got.late ? " (too slow)" : "",
			KV_ARG(kv_str_sub(from_error(got.err), 0, 900)));
		return;
	}
	if (!want.fails) {
		cf_equal(r, "standard output", masked(r->job->arena, want.text, want.volatile_lines),
			 masked(r->job->arena, got.out, want.volatile_lines));
		return;
	}
	kv_str text = kv_str_trim(from_error(want.text), "\n"), err = from_error(got.err);
	/* Errors of schemas list siblings in no fixed order. */
	if (!kv_str_starts(err, text) && !cf_same_lines(r->job->arena, text, kv_str_sub(err, 0, text.n)))
		cf_equal(r, "standard error", text, kv_str_sub(err, 0, text.n));
}
