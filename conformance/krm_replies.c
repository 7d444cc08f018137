/* conformance/krm_replies.c: the recorded replies, each for the host that got it.
 *
 * To kustomize's roles kvendor is the host: its build calls a function that says what the recorded one said, and must end and
 * print as kustomize did. To kpt's roles it is the next function of the pipe and gets the reply as its input: what it answers
 * must be fit for kpt and hold every item, or be a refusal.
 */
#include <stdlib.h>
#include <sys/stat.h>

#include "base/map.h"
#include "conformance/krm.h"
#include "krm/resource_list.h"
#include "krm/yaml.h"

struct reply {
	kv_str name, host, outcome;
	int function_exit, host_exit;
};

int cf_krm_load_replies(struct cf_suite *suite, const struct cf_table *table)
{
	struct kv_arena *a = suite->job->arena;

	for (size_t i = 0; i < table->nrows; i++) {
		struct reply *reply = KV_NEW(a, struct reply);

		reply->name = cf_cell(table, i, "reply");
		reply->host = cf_cell(table, i, "host");
		reply->outcome = cf_cell(table, i, "outcome");
		reply->function_exit = atoi(kv_arena_cstr(a, cf_cell(table, i, "fn_exit")));
		reply->host_exit = atoi(kv_arena_cstr(a, cf_cell(table, i, "host_exit")));
		cf_add(suite, kv_arena_cat(a, KV_S("reply/"), reply->name, KV_S("/"), reply->host), reply);
	}
	return 0;
}

/* --- what the function said ------------------------------------------------------------------- */

static kv_str folder_of(const struct cf_suite *suite, struct cf_result *r, kv_str reply, kv_str host)
{
	return kv_arena_cat(r->job->arena, suite->dir, KV_S("/replies/"), reply, KV_S("/"), host);
}

/* As large as the recorded ones, which are not kept: 50 MB in one item, and 5,000 items. */
enum { LINES = 800000, ITEMS = 5000 };

static void add_large(struct kv_buf *out, bool many)
{
	static const char head[] = "- apiVersion: v1\n  kind: ConfigMap\n  metadata:\n    name: %s%zu\n"
				   "    namespace: app\n  data:\n    x: ";

	for (size_t i = 0; i < (many ? ITEMS : 1); i++) {
		kv_buf_printf(out, head, "n", i);
		kv_buf_str(out, many ? KV_S("y\n") : KV_S("|\n"));
	}
	for (size_t i = 0; !many && i < LINES; i++)
		kv_buf_printf(out, "      line %zu: the quick brown fox jumps over it\n", i);
}

/* The bytes of the reply. */
static int read_reply(const struct cf_suite *suite, const struct reply *reply, struct cf_result *r, kv_str *ret)
{
	static const char added[] = "- apiVersion: v1\n  kind: ConfigMap\n  metadata:\n    name: added\n";
	struct kv_buf out;
	size_t at;

	if (cf_read(r->job, folder_of(suite, r, reply->name, reply->host), "reply", ret))
		return 0;
	if (!cf_read(r->job, folder_of(suite, r, KV_S("04-added-without-path"), reply->host), "reply", ret) ||
	    (at = kv_str_find(*ret, kv_str_c(added), 0)) == SIZE_MAX) {
		cf_fail(r, "there is no reply");
		return -1;
	}
	kv_buf_init(&out, r->job->arena, KV_BUF_MAX);
	kv_buf_str(&out, kv_str_sub(*ret, 0, at));
	add_large(&out, kv_str_starts(reply->name, KV_S("66-")));
	*ret = kv_buf_view(&out);
	return 0;
}

/* --- kvendor as kustomize --------------------------------------------------------------------- */

static kv_str call_of(kv_str host)
{
	if (kv_str_eq(host, KV_S("ks-generator")))
		return KV_S("/calls/kustomize-generator-exec/in");
	if (kv_str_eq(host, KV_S("ks-validator")))
		return KV_S("/calls/kustomize-validator-exec/in");
	if (kv_str_eq(host, KV_S("ks-legacy-transformer")))
		return KV_S("/calls/kustomize-transformer-legacy/in");
	return KV_S("/calls/kustomize-transformer-exec/in");
}

/* A function that reads its input and says the reply. */
static int write_function(const struct reply *reply, struct cf_result *r, kv_str dir, kv_str program, kv_str text)
{
	struct kv_arena *a = r->job->arena;
	kv_str said = kv_path_join(a, dir, KV_S("reply"));
	kv_str script = kv_arena_printf(a, "#!/bin/sh\ncat >/dev/null\ncat '%.*s'\nexit %d\n", KV_ARG(said),
					reply->function_exit);

	if (kv_file_write(r->job, said, text) < 0 || kv_dir_make(r->job, kv_path_dir(a, program)) < 0 ||
	    kv_file_write(r->job, program, script) < 0 || chmod(kv_arena_cstr(a, program), 0700) < 0) {
		cf_fail(r, "the function cannot be written");
		return -1;
	}
	return 0;
}

static size_t count_documents(kv_str text)
{
	size_t n = text.n > 0;
	kv_str line;

	while (kv_str_line(&text, &line))
		n += kv_str_eq(line, KV_S("---"));
	return n;
}

/* "N objects", with "N bytes, " before it where that is all that is kept of the output. The bytes of the one large item are not known. */
static void judge_outcome(const struct reply *reply, kv_str got, struct cf_result *r)
{
	size_t objects = kv_str_find(reply->outcome, KV_S(" objects"), 0), from = objects;

	if (objects == SIZE_MAX) {
		cf_fail(r, "no count of objects: %.*s", KV_ARG(reply->outcome));
		return;
	}
	while (from && reply->outcome.p[from - 1] >= '0' && reply->outcome.p[from - 1] <= '9')
		from--;
	if (count_documents(got) != strtoul(reply->outcome.p + from, NULL, 10))
		cf_fail(r, "%zu objects, expected %.*s", count_documents(got), KV_ARG(reply->outcome));
	if (kv_str_starts(reply->name, KV_S("66-")) && strtoul(reply->outcome.p, NULL, 10) != got.n)
		cf_fail(r, "%zu bytes, expected %.*s", got.n, KV_ARG(reply->outcome));
}

static void be_the_host(const struct cf_suite *suite, const struct reply *reply, struct cf_result *r)
{
	struct kv_arena *a = r->job->arena;
	bool legacy = kv_str_eq(reply->host, KV_S("ks-legacy-transformer"));
	kv_str scratch = cf_scratch(r), dir = kv_path_join(a, scratch, KV_S("app")), text, expected;
	kv_str program = legacy ? kv_path_join(a, scratch, KV_S("plugins/example.org/v1/recorder/Recorder"))
				: kv_path_join(a, dir, KV_S("fn"));
	kv_str argv[] = { suite->kvendor, KV_S("build"), KV_S("--enable-alpha-plugins"), KV_S("--enable-exec"), KV_S(".") };
	const char *env[] = { "LC_ALL=C", "PATH=/usr/bin:/bin",
			      kv_arena_cstr(a, kv_arena_cat(a, KV_S("KUSTOMIZE_PLUGIN_HOME="), scratch, KV_S("/plugins"))),
			      NULL };
	struct cf_command command = { .dir = dir, .argv = argv, .argc = sizeof argv / sizeof *argv, .env = env };
	struct cf_output got;

	if (read_reply(suite, reply, r, &text) < 0 ||
	    cf_copy_tree(r->job, kv_arena_cat(a, suite->dir, call_of(reply->host)), dir) < 0 ||
	    write_function(reply, r, scratch, program, text) < 0 || cf_run(r->job, &command, &got) < 0 || got.late) {
		cf_fail(r, "the build did not end");
		return;
	}
	if (got.exit != reply->host_exit)
		cf_fail(r, "exit status %d, expected %d\n%.*s", got.exit, reply->host_exit,
			KV_ARG(kv_str_sub(got.err, 0, 1500)));
	if (cf_read(r->job, folder_of(suite, r, reply->name, reply->host), "stdout", &expected))
		cf_equal(r, "standard output", expected, got.out);
	else
		judge_outcome(reply, got.out, r);
	if (got.exit && !got.err.n)
		cf_fail(r, "a build that fails says nothing");
}

/* --- kvendor after it in kpt's pipe ----------------------------------------------------------- */

/* The reply with a functionConfig of ours, as the host adds it for each function. */
static kv_str make_input(struct kv_arena *a, kv_str reply, const char *mode)
{
	size_t end = kv_str_rchr(reply, '}');
	kv_str config = kv_arena_printf(a, "{apiVersion: kvendor.dev/v1alpha1, kind: Vendor, metadata: {name: v}, mode: %s}", mode);

	if (kv_str_starts(reply, KV_S("{")) && end != SIZE_MAX)
		return kv_arena_cat(a, kv_str_sub(reply, 0, end), KV_S(",\"functionConfig\": "), config, KV_S("}\n"));
	return kv_arena_cat(a, reply, KV_S("\nfunctionConfig: "), config, KV_S("\n"));
}

/* What kvendor refuses although kpt takes it. */
static const struct {
	const char *reply, *host, *why;
} stricter[] = {
	{ "12-empty-stdout", NULL, "an empty reply deletes everything" },
	{ "19-results-only-exit1", NULL, "no items, which kpt refuses as well (11)" },
	{ "38-v2", NULL, "a version of the protocol that is not known" },
	{ "39-bare-documents", NULL, "no ResourceList, so no functionConfig either" },
	{ "40-kind-List", NULL, "the same" },
	{ "50-path-absolute", NULL, "kpt eval refuses it, kpt render makes a path in the package of it" },
	{ "55-behavior-merge", "kpt-validator", "the same object twice, which only kustomize merges" },
};

static bool is_stricter(const struct reply *reply)
{
	for (size_t i = 0; i < sizeof stricter / sizeof *stricter; i++)
		if (kv_str_eq(reply->name, kv_str_c(stricter[i].reply)) &&
		    (!stricter[i].host || kv_str_eq(reply->host, kv_str_c(stricter[i].host))))
			return true;
	return false;
}

/* Every item that came is there, in whatever order, and no other. Those that keep their order are found at once. */
static void judge_items(const struct krm_resource_list *came, const struct krm_resource_list *goes, struct cf_result *r)
{
	bool *used = KV_NEW_N(r->job->arena, bool, goes->n + 1);

	if (came->n != goes->n) {
		cf_fail(r, "%zu items came and %zu go", came->n, goes->n);
		return;
	}
	for (size_t i = 0; i < came->n; i++) {
		size_t k = 0;

		while (k < goes->n && (used[(i + k) % goes->n] ||
				       !krm_equal(came->items[i].resource->obj, goes->items[(i + k) % goes->n].resource->obj)))
			k++;
		if (k == goes->n) {
			cf_fail(r, "item %zu is lost or changed", i);
			return;
		}
		used[(i + k) % goes->n] = true;
	}
}

static bool is_alias(kv_str word)
{
	return word.n > 1 && (word.p[0] == '*' || word.p[0] == '&');
}

/* kpt's own reasons to refuse a list (its messages in `stderr` of 06, 25 to 34 and 49), and what shows an alias. */
static void judge_fitness(const struct krm_resource_list *list, kv_str text, struct cf_result *r)
{
	struct kv_arena *a = r->job->arena;
	struct kv_map places;
	size_t nwords;
	kv_str *words = text.n < 100000 ? cf_words(a, text, &nwords) : (nwords = 0, NULL);

	kv_map_init(&places, a);
	for (size_t i = 0; i < nwords; i++)
		if (is_alias(words[i]))
			cf_fail(r, "an alias: %.*s", KV_ARG(words[i]));
	for (size_t i = 0; i < list->n; i++) {
		krm_val obj = list->items[i].resource->obj;
		kv_str path = krm_annotation(obj, "config.kubernetes.io/path"),
		       index = krm_annotation(obj, "config.kubernetes.io/index"),
		       place = path.n ? kv_arena_cat(a, path, KV_S("\n"), index)
				      : kv_arena_cat(a, krm_kind(obj), KV_S("\n"), krm_namespace(obj), KV_S("\n"), krm_name(obj));

		if (!krm_api_version(obj).n || !krm_kind(obj).n ||
		    (!krm_name(obj).n && !kv_str_eq(krm_kind(obj), KV_S("Kustomization"))))
			cf_fail(r, "item %zu has no apiVersion, kind or name", i);
		if (path.n && (path.p[0] == '/' || kv_str_starts(path, KV_S(".."))))
			cf_fail(r, "item %zu goes to %.*s", i, KV_ARG(path));
		if (kv_map_put(&places, place, list->items[i].resource))
			cf_fail(r, "two items for %.*s", KV_ARG(place));
	}
}

static void be_the_next(const struct cf_suite *suite, const struct reply *reply, struct cf_result *r)
{
	const char *mode = kv_str_eq(reply->host, KV_S("kpt-validator")) ? "validate" : "transform";
	kv_str argv[] = { suite->kvendor, KV_S("fn") }, text;
	struct cf_command command = { .argv = argv, .argc = 2 };
	struct cf_output got;
	struct krm_resource_list came, goes;
	/* What a function says that ends badly is never passed on. */
	bool taken = reply->host_exit == 0 || reply->function_exit;

	if (read_reply(suite, reply, r, &text) < 0)
		return;
	command.input = make_input(r->job->arena, text, mode);
	if (cf_run(r->job, &command, &got) < 0 || got.late) {
		cf_fail(r, "the call did not end");
		return;
	}
	if (got.exit) {
		if (taken && text.n && !is_stricter(reply))
			cf_fail(r, "exit status %d: %.*s", got.exit, KV_ARG(got.err));
		else if (!got.err.n)
			cf_fail(r, "a refusal without a word");
		return;
	}
	if (is_stricter(reply))
		cf_fail(r, "exit status 0, expected a refusal");
	if (krm_resource_list_read(r->job, KV_S("input"), command.input, &came) < 0 ||
	    krm_resource_list_read(r->job, KV_S("reply"), got.out, &goes) < 0) {
		cf_fail(r, "the reply cannot be read: %.*s", KV_ARG(kv_str_sub(got.out, 0, 300)));
		return;
	}
	judge_items(&came, &goes, r);
	judge_fitness(&goes, got.out, r);
}

void cf_krm_run_reply(const struct cf_suite *suite, const struct cf_case *c, struct cf_result *r)
{
	const struct reply *reply = c->data;

	if (kv_str_starts(reply->host, KV_S("kpt-")))
		be_the_next(suite, reply, r);
	else
		be_the_host(suite, reply, r);
}
