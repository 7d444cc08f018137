/* render/template/exec_fuzz.c: bytes that choose a template which parses, so that all of them reach the executor.
 *
 * Each byte is one choice of a small grammar: an action, a function of the table, an argument. What executes must end within the
 * limits, and twice with the same result. template_fuzz.c is for texts that need not parse.
 *
 * Seeds: /templates/
 */
#include "render/template/functions.h"
#include "render/template/template_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct choices {
	const uint8_t *p, *end;
	struct kv_buf out;
	unsigned depth, loops;
};

#define DEEPEST 6

/* One of `n`, the first when nothing is left. */
static size_t choose(struct choices *c, size_t n)
{
	return c->p < c->end ? *c->p++ % n : 0;
}

static void put(struct choices *c, const char *text)
{
	kv_buf_str(&c->out, kv_str_c(text));
}

/* What stands inside of a call may be nil. */
static void argument(struct choices *c, bool inside)
{
	static const char *const simple[] = {
		".", "$", ".s", ".n", ".f", ".t", ".z", ".l", ".m", ".m.k", ".m.k.d", ".none", "$v", "true", "0", "1", "-1", "7",
		"1.5", "1e300", "0x7fffffffffffffff", "'a'", "\"\"", "\"a\"", "\"a,b: c\\n- d\"", "\"%d %v %#v %q\"", "`{{ .s }}`", "`(a|b)*c`",
		"\"1.2.3-a+b\"", "\"^1.x || >2\"", "\"2006-01-02\"", "\"{\\\"a\\\": [1, null]}\"", "\"\\xff\\u00e9\\x00\"", "\"sha256\"", "\"string\"",
		"nil", /* the last: no argument, no pipeline */
	};

	put(c, simple[choose(c, KV_COUNT(simple) - !inside)]);
}

static void operand(struct choices *c, bool inside);

static void call(struct choices *c)
{
	size_t n, high = choose(c, 2);
	const struct rnd_func *table = rnd_func_table(&n);
	const struct rnd_func *f = &table[(choose(c, 256) + 256 * high) % n];
	size_t args = f->nparams + (f->variadic ? choose(c, 4) : 0) + (choose(c, 16) == 15);

	put(c, f->name);
	for (size_t i = 0; i < args; i++) {
		put(c, " ");
		operand(c, true);
	}
}

static void pipeline(struct choices *c)
{
	size_t more = choose(c, 3);

	operand(c, false);
	while (more--) {
		put(c, " | ");
		call(c);
	}
}

static void operand(struct choices *c, bool inside)
{
	size_t kind = c->depth < DEEPEST ? choose(c, 4) : 0;

	c->depth++;
	if (kind < 2) {
		argument(c, inside);
	} else {
		put(c, "(");
		kind == 2 ? call(c) : pipeline(c);
		put(c, ")");
	}
	c->depth--;
}

static void actions(struct choices *c);

static void block(struct choices *c, const char *head, bool loops)
{
	put(c, head);
	pipeline(c);
	put(c, "}}");
	c->loops += loops;
	actions(c);
	c->loops -= loops;
	put(c, "{{else}}");
	actions(c);
	put(c, "{{end}}");
}

static void action(struct choices *c)
{
	switch (choose(c, 9)) {
	case 0: put(c, "{{"), pipeline(c), put(c, "}}"); return;
	case 1: put(c, "{{- $v = "), pipeline(c), put(c, "}}"); return;
	case 2: put(c, "{{ $v := "), pipeline(c), put(c, " -}}"); return;
	case 3: put(c, "{{include \"d\" "), operand(c, true), put(c, "}}"); return;
	case 4: put(c, "{{tpl "), operand(c, true), put(c, " "), operand(c, true), put(c, "}}"); return;
	case 5: block(c, "{{if ", false); return;
	case 6: block(c, "{{with ", false); return;
	case 7: block(c, choose(c, 2) ? "{{range $i, $v := " : "{{range ", true); return;
	default: put(c, c->loops ? (choose(c, 2) ? "{{continue}}" : "{{break}}") : " \n"); return;
	}
}

static void actions(struct choices *c)
{
	size_t n = c->depth < DEEPEST ? choose(c, 4) : 0;

	c->depth++;
	while (n--)
		action(c);
	c->depth--;
}

static kv_str template_of(struct kv_job *job, const uint8_t *data, size_t size)
{
	struct choices c = { .p = data, .end = data + size };

	kv_buf_init(&c.out, job->arena, (size_t)1 << 16);
	put(&c, "{{define \"d\"}}{{$v := .}}");
	action(&c);
	put(&c, "{{end}}{{$v := .}}");
	while (c.p < c.end && !kv_buf_over(&c.out))
		action(&c);
	return kv_buf_view(&c.out);
}

static kv_str run(const uint8_t *data, size_t size, struct kv_job *job)
{
	struct rnd_tpl_options options = { .engine = size & 1 ? RND_HELM3 : RND_HELM4 };
	struct rnd_tpl *set = rnd_tpl_new(job, &options);
	struct rnd_parsed *parsed = rnd_parse(set, rnd_source_new(job, KV_S("t"), template_of(job, data, size)));

	small_limits(job);
	return parsed->error.n ? parsed->error : output_of(set, parsed, dot_of(job, true));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct kv_job *job = kv_job_new(), *again = kv_job_new();

	if (!kv_str_eq(run(data, size, job), run(data, size, again)))
		abort();
	kv_job_free(job);
	kv_job_free(again);
	return 0;
}
