/* conformance/krm.c: what hosts sent to a function, and whether they accept what kvendor answers.
 *
 * Each recorded call is made twice: as it was, with a configuration that is not ours, which must be refused without a loss;
 * and with the same call's configuration made ours for the recorded role. What is answered is classified as one of the recorded
 * replies, and that row of replies.tsv must have been accepted by the host. The replies themselves: conformance/krm_replies.c.
 */
#include "conformance/krm.h"
#include "krm/yaml.h"

struct call {
	kv_str id, role, host; /* role and host as in calls.tsv and replies.tsv */
	bool legacy, ours;
};

static struct cf_table replies;

static kv_str host_of(kv_str id, kv_str role, bool legacy)
{
	if (kv_str_starts(id, KV_S("kpt-eval")))
		return KV_S("kpt-eval");
	if (kv_str_starts(id, KV_S("kpt-render")))
		return kv_str_has(id, KV_S("validator")) ? KV_S("kpt-validator") : KV_S("kpt-mutator");
	if (kv_str_eq(role, KV_S("generator")))
		return KV_S("ks-generator");
	if (kv_str_eq(role, KV_S("validator")))
		return KV_S("ks-validator");
	return legacy ? KV_S("ks-legacy-transformer") : KV_S("ks-transformer");
}

int cf_krm_load(struct cf_suite *suite)
{
	struct kv_arena *a = suite->job->arena;
	struct cf_table calls;

	if (cf_table_read(suite->job, kv_path_join(a, suite->dir, KV_S("calls.tsv")), &calls) ||
	    cf_table_read(suite->job, kv_path_join(a, suite->dir, KV_S("replies.tsv")), &replies))
		return -1;
	for (size_t i = 0; i < calls.nrows * 2; i++) {
		struct call *call = KV_NEW(a, struct call);

		if (!kv_str_eq(cf_cell(&calls, i / 2, "function"), KV_S("called")))
			continue;
		call->id = cf_cell(&calls, i / 2, "id");
		call->role = cf_cell(&calls, i / 2, "role");
		call->legacy = kv_str_eq(cf_cell(&calls, i / 2, "form"), KV_S("legacy"));
		call->ours = i % 2;
		call->host = host_of(call->id, call->role, call->legacy);
		cf_add(suite, kv_arena_cat(a, call->id, call->ours ? KV_S("/ours") : KV_S("/foreign")), call);
	}
	return cf_krm_load_replies(suite, &replies);
}

/* --- the configuration made ours -------------------------------------------------------------- */

static kv_str mode_of(const struct call *call)
{
	if (kv_str_eq(call->role, KV_S("generator")))
		return KV_S("generate, sources: [{resources: [made.yaml]}]");
	return kv_str_ends(call->host, KV_S("validator")) ? KV_S("validate") : KV_S("transform");
}

/* The recorder's configuration has a `spec`, kpt's a line `data: {...}`. */
static kv_str make_ours(struct kv_arena *a, const struct call *call, kv_str text)
{
	struct kv_buf out;
	kv_str line;
	size_t below = SIZE_MAX;
	bool config = call->legacy;

	kv_buf_init(&out, a, KV_BUF_MAX);
	while (kv_str_line(&text, &line)) {
		kv_str word = kv_str_trim(line, " ");
		size_t indent = kv_str_indent(line);

		config = config || kv_str_starts(line, KV_S("functionConfig:"));
		if (indent > below)
			continue;
		below = SIZE_MAX;
		if (kv_str_eq(word, KV_S("apiVersion: example.org/v1")) ||
		    kv_str_eq(word, KV_S("- apiVersion: example.org/v1"))) {
			kv_buf_printf(&out, "%.*sapiVersion: kvendor.dev/v1alpha1\n", (int)(line.n - 26),
				      line.p);
		} else if (kv_str_eq(word, KV_S("kind: Recorder"))) {
			kv_buf_printf(&out, "%.*skind: Vendor\n", (int)indent, line.p);
		} else if (kv_str_eq(word, KV_S("spec:")) && out.n &&
			   kv_str_starts(text, KV_S("    mode: "))) {
			kv_buf_printf(&out, "%.*sspec: {mode: %.*s}\n", (int)indent, line.p,
				      KV_ARG(mode_of(call)));
			below = indent;
		} else if (kv_str_eq(word, KV_S("spec:")) && kv_str_starts(text, KV_S("  mode: "))) {
			kv_buf_printf(&out, "spec: {mode: %.*s}\n", KV_ARG(mode_of(call)));
			below = indent;
		} else if (config && kv_str_starts(word, KV_S("data: {"))) {
			kv_buf_printf(&out, "%.*sdata: {mode: %.*s}\n", (int)indent, line.p,
				      KV_ARG(mode_of(call)));
		} else {
			kv_buf_printf(&out, "%.*s\n", KV_ARG(line));
		}
	}
	return kv_buf_view(&out);
}

/* --- the call --------------------------------------------------------------------------------- */

static int make_call(const struct cf_suite *suite, const struct call *call, struct cf_result *r, kv_str input,
		     struct cf_output *ret)
{
	struct kv_arena *a = r->job->arena;
	kv_str dir = kv_path_join(a, kv_path_join(a, suite->dir, KV_S("calls")), call->id),
	       work = cf_scratch(r);
	kv_str made = KV_S("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: made}\n"), text;
	kv_str argv[] = { suite->kvendor, KV_S("fn") };
	const char *env[] = { "LC_ALL=C", NULL, NULL };
	struct cf_command command = { .dir = work, .argv = argv, .argc = 2, .env = env, .input = input };
	krm_val record, config;

	if (kv_file_write(r->job, kv_path_join(a, work, KV_S("made.yaml")), made))
		return -1;
	if (call->legacy) {
		if (!cf_read(r->job, dir, "call.json", &text) ||
		    krm_yaml_read(r->job, KV_S("call.json"), text, KRM_YAML_PLAIN, &record))
			return -1;
		config = krm_path(record, "env_values", "KUSTOMIZE_PLUGIN_CONFIG_STRING", NULL);
		argv[1] = kv_path_join(a, work, KV_S("kust-plugin-config"));
		env[1] = "KUSTOMIZE_PLUGIN_CONFIG_ROOT=/";
		if (kv_file_write(r->job, argv[1],
				  call->ours ? make_ours(a, call, krm_str(config)) : krm_str(config)))
			return -1;
	}
	return cf_run(r->job, &command, ret);
}

/* The text between `items:` and what follows it. */
static kv_str items_of(kv_str list)
{
	size_t from = kv_str_find(list, KV_S("\nitems:"), 0),
	       to = kv_str_find(list, KV_S("\nfunctionConfig:"), 0);

	return from == SIZE_MAX ? KV_S("") : kv_str_sub(list, from, to);
}

/* Which of the recorded replies this one is like; empty for none. */
static kv_str kind_of(const struct call *call, kv_str input, const struct cf_output *got)
{
	kv_str items = items_of(got->out), came = items_of(input);
	bool generates = kv_str_eq(call->host, KV_S("ks-generator"));

	if (got->exit == 1 && (call->legacy || kv_str_eq(items, came)))
		return KV_S("17-results-error-exit1");
	if (got->exit)
		return KV_S("");
	if (generates)
		return kv_str_has(got->out, KV_S("name: made")) && !kv_str_has(items, KV_S("Vendor"))
			       ? KV_S("04-added-without-path")
			       : KV_S("");
	if (call->legacy)
		return got->out.n ? KV_S("01-unchanged-bytes") : KV_S("12-empty-stdout");
	if (kv_str_eq(items, KV_S("\nitems: []")))
		return KV_S("10-items-empty-list");
	return kv_str_eq(items, came) ? KV_S("01-unchanged-bytes") : KV_S("");
}

/* A host accepts a reply if it ends well and nothing is deleted, and a refusal if it ends badly. */
static bool is_accepted(kv_str reply, kv_str host, int exit)
{
	for (size_t i = 0; i < replies.nrows; i++) {
		kv_str outcome = cf_cell(&replies, i, "outcome");

		if (!kv_str_eq(cf_cell(&replies, i, "reply"), reply) ||
		    !kv_str_eq(cf_cell(&replies, i, "host"), host))
			continue;
		if (exit)
			return kv_str_eq(cf_cell(&replies, i, "host_exit"), KV_S("1"));
		return kv_str_eq(cf_cell(&replies, i, "host_exit"), KV_S("0")) && outcome.n &&
		       outcome.p[0] != '-' && outcome.p[0] != '0';
	}
	return false;
}

void cf_krm_run(const struct cf_suite *suite, const struct cf_case *c, struct cf_result *r)
{
	const struct call *call = c->data;
	struct kv_arena *a = r->job->arena;
	kv_str dir = kv_path_join(a, kv_path_join(a, suite->dir, KV_S("calls")), call->id), input = KV_S("");
	struct cf_output got;

	if (kv_str_starts(c->id, KV_S("reply/"))) {
		cf_krm_run_reply(suite, c, r);
		return;
	}
	cf_read(r->job, dir, "stdin", &input);
	if (call->ours && !call->legacy)
		input = make_ours(a, call, input);
	if (make_call(suite, call, r, input, &got)) {
		cf_fail(r, "the call cannot be made");
		return;
	}
	kv_str kind = kind_of(call, input, &got);
	/* An empty configuration of kpt asks for nothing and is nobody's. */
	bool harmless = !call->ours && kv_str_has(input, KV_S("\n  data: {}"));

	if (!kind.n)
		cf_fail(r, "the reply is of no known kind (exit status %d): %.*s%.*s", got.exit,
			KV_ARG(got.err), KV_ARG(got.out));
	else if (!is_accepted(kind, call->host, got.exit))
		cf_fail(r, "%.*s does not accept a reply like %.*s", KV_ARG(call->host), KV_ARG(kind));
	else if ((got.exit == 0) != (call->ours || harmless))
		cf_fail(r, "exit status %d: %.*s", got.exit, KV_ARG(got.err));
}
