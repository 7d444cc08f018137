/* cli/template.c: kvendor template [NAME] CHART, as helm template (helm: cmd/helm/template.go, install.go). */
#include "cli/template.h"

#include "base/field.h"
#include "base/file.h"
#include "base/map.h"
#include "cli/command.h"
#include "cli/helm.h"
#include "cli/kept.h"
#include "cli/random.h"
#include "cli/report.h"
#include "render/chart/complete.h"
#include "render/chart/output.h"
#include "render/log.h"
#include "tree/lock.h"

struct template_options {
	struct cli_helm_settings settings;
	struct cli_helm_source source;
	struct cli_helm_values values;
	struct cli_list api_versions, show_only;
	kv_str kube_version, name_template, output_dir, post_renderer, dry_run, random, ignored_value;
	bool include_crds, no_hooks, skip_tests, is_upgrade, release_name, generate_name, skip_schema,
		dependency_update, no_cache, ignored;
	struct cli_flags said; /* flags that Helm 4 calls deprecated, or that exclude each other */
};

/* A bare --dry-run, as Helm 4 has it. */
#define BARE_DRY_RUN "unset"

#define AT(field) offsetof(struct template_options, field)
/* Of an installation in a cluster. */
#define IGNORED(name)                                                                                        \
	{                                                                                                    \
		0, name, CLI_FLAG, AT(ignored), .help = ""                                             \
	}

/* clang-format off: one option a row */
static const struct cli_option options[] = {
	CLI_HELM_VALUES(template_options),
	{ 0, "include-crds", CLI_FLAG, AT(include_crds), .help = "print the files of crds/ first" },
	{ 0, "no-hooks", CLI_FLAG, AT(no_hooks), .help = "leave out hooks" },
	{ 0, "skip-tests", CLI_FLAG, AT(skip_tests), .help = "leave out test hooks" },
	{ 0, "kube-version", CLI_VALUE, AT(kube_version), "VERSION", .help = "for Capabilities.KubeVersion" },
	{ 'a', "api-versions", CLI_COMMAS, AT(api_versions), "VERSION", .help = "added to Capabilities.APIVersions" },
	{ 's', "show-only", CLI_EACH, AT(show_only), "GLOB", .help = "print only what these templates render" },
	{ 0, "is-upgrade", CLI_FLAG, AT(is_upgrade),
	  .help = "set .Release.IsUpgrade instead of .Release.IsInstall" },
	{ 0, "output-dir", CLI_VALUE, AT(output_dir), "DIR", .help = "write a file a template instead of printing" },
	{ 0, "release-name", CLI_FLAG, AT(release_name),
	  .help = "put the release's name into the output folder's path" },
	{ 0, "name-template", CLI_VALUE, AT(name_template), "TEMPLATE", .help = "template that makes the release name" },
	{ 'g', "generate-name", CLI_FLAG, AT(generate_name), .help = "generate the release name; no NAME argument is given" },
	{ 0, "skip-schema-validation", CLI_FLAG, AT(skip_schema), .help = "do not check values.schema.json" },
	CLI_RANDOM_OPTION(AT(random)),
	{ 0, "no-cache", CLI_FLAG, AT(no_cache), .help = "render again even if the result is in the cache" },
	CLI_HELM_SETTINGS(template_options),
	CLI_HELM_SOURCE(template_options),
	{ 0, "validate", CLI_FLAG_SAID, AT(said), .help = "" },
	{ 0, "dry-run", CLI_VALUE, AT(dry_run), "HOW", .help = "", .implied = BARE_DRY_RUN },
	{ 0, "post-renderer", CLI_VALUE, AT(post_renderer), "PROGRAM", .help = "" },
	{ 0, "skip-crds", CLI_FLAG, AT(ignored), .help = "" },
	{ 0, "dependency-update", CLI_FLAG, AT(dependency_update),
	  .help = "fetch dependencies that are not in charts/" },
	{ 0, "atomic", CLI_FLAG_SAID, AT(said), .help = "" },
	{ 0, "force", CLI_FLAG_SAID, AT(said), .help = "" },
	{ 0, "hide-notes", CLI_FLAG_SAID, AT(said), .help = "" },
	{ 0, "render-subchart-notes", CLI_FLAG_SAID, AT(said), .help = "" },
	IGNORED("create-namespace"),
	IGNORED("disable-openapi-validation"),
	IGNORED("enable-dns"),
	{ 0, "force-conflicts", CLI_FLAG_SAID, AT(said), .help = "" },
	{ 0, "force-replace", CLI_FLAG_SAID, AT(said), .help = "" },
	IGNORED("replace"),
	IGNORED("rollback-on-failure"),
	IGNORED("server-side"),
	IGNORED("take-ownership"),
	IGNORED("wait-for-jobs"),
	{ 0, "wait", CLI_VALUE, AT(ignored_value), "HOW", .help = "", .implied = "watcher" },
	{ 0, "timeout", CLI_VALUE, AT(ignored_value), "DURATION", .help = "" },
	{ 0, "description", CLI_VALUE, AT(ignored_value), "TEXT", .help = "" },
	{ 'l', "labels", CLI_VALUE, AT(ignored_value), "LABELS", .help = "" },
	{ 0, "post-renderer-args", CLI_VALUE, AT(ignored_value), "ARGUMENT", .help = "" },
};
/* clang-format on */

struct run {
	struct kv_job *job;
	struct template_options o;
	struct rnd_release release;
	kv_str chart;
};

static int fail(struct run *r, const char *text)
{
	return rnd_chart_error(r->job, 0, kv_str_c(text));
}

/* --- arguments -------------------------------------------------------------------------------- */

static const char no_effect[] = "this flag has no effect for 'helm template' and will be removed in Helm 5";

static const struct {
	const char *name, *instead;
} deprecated[] = {
	{ "validate", "use '--dry-run=server' instead" },
	{ "atomic", "use --rollback-on-failure instead" },
	{ "force", "use --force-replace instead" },
	{ "hide-notes", no_effect },
	{ "render-subchart-notes", no_effect },
};

/* pflag tells it each time that it meets one, also where it is switched off. */
static void warn_deprecated(struct run *r)
{
	for (size_t i = 0; i < r->o.said.n && r->release.engine == RND_HELM4; i++)
		for (size_t k = 0; k < KV_COUNT(deprecated); k++)
			if (strcmp(r->o.said.v[i].name, deprecated[k].name) == 0)
				kv_warn_verbatim(r->job, kv_arena_printf(r->job->arena, "Flag --%s has been deprecated, %s",
									 deprecated[k].name, deprecated[k].instead));
}

/* The last one of that name; NULL if there is none. */
static const struct cli_flag *find_said(const struct run *r, const char *name)
{
	for (size_t i = r->o.said.n; i-- > 0;)
		if (strcmp(r->o.said.v[i].name, name) == 0)
			return &r->o.said.v[i];
	return NULL;
}

/* Flags that exclude each other (helm 4: MarkFlagsMutuallyExclusive in pkg/cmd/install.go and template.go), in cobra's order. */
static int check_groups(struct run *r)
{
	static const char *const groups[][2] = {
		{ "force", "force-conflicts" },
		{ "force-replace", "force-conflicts" },
		{ "validate", "dry-run" },
	};
	for (size_t i = 0; i < KV_COUNT(groups) && r->release.engine == RND_HELM4; i++) {
		const char *a = groups[i][0], *b = groups[i][1];
		bool dry_run = strcmp(b, "dry-run") == 0 && r->o.dry_run.p;
		if (!find_said(r, a) || !(dry_run || find_said(r, b)))
			continue;
		bool turned = strcmp(a, b) > 0;
		return rnd_chart_error(r->job, 0,
				       kv_arena_printf(r->job->arena,
						       "if any flags in the group [%s %s] are set none of the others can be; [%s %s] "
						       "were all set", a, b, turned ? b : a, turned ? a : b));
	}
	return 0;
}

/* helm 4: pkg/cmd/helpers.go, cmdGetDryRunFlagStrategy */
static int check_dry_run4(struct run *r)
{
	struct kv_arena *a = r->job->arena;
	kv_str how = r->o.dry_run;
	bool truth, is_bool = cli_parse_bool(how, &truth);
	if (kv_str_eq(how, KV_S(BARE_DRY_RUN))) {
		rnd_log4(r->job, "WARN", "--dry-run is deprecated and should be replaced with '--dry-run=client'", NULL);
	} else if (is_bool && truth) {
		kv_str text = kv_arena_printf(a, "boolean '--dry-run=%.*s' flag is deprecated and must be replaced with "
						 "'--dry-run=client'", KV_ARG(how));
		rnd_log4(r->job, "WARN", kv_arena_cstr(a, text), NULL);
	} else if (!kv_str_eq(how, KV_S("client")) && !kv_str_eq(how, KV_S("server"))) {
		bool known = kv_str_eq(how, KV_S("none")) || is_bool;
		return rnd_chart_error(r->job, 0,
				       kv_arena_printf(a, "invalid dry-run value (%.*s). Must be %s\"client\"",
						       KV_ARG(rnd_quoted(r->job, how)), known ? "\"server\" or " : "\"none\", \"server\", or "));
	}
	return 0;
}

/* helm 3: cmd/helm/install.go, validateDryRunOptionFlag; pkg/action/install.go: interactWithRemote, which lookup alone needs. */
static int check_dry_run3(struct run *r)
{
	kv_str how = r->o.dry_run;
	r->release.asks_cluster = kv_str_eq(how, KV_S("server")) || kv_str_eq(how, KV_S("none")) || kv_str_eq(how, KV_S("false"));
	static const char *const known[] = { "", "false", "true", "none", "client", "server", BARE_DRY_RUN };
	for (size_t i = 0; i < KV_COUNT(known); i++)
		if (kv_str_eq(how, kv_str_c(known[i])))
			return 0;
	return fail(r, "Invalid dry-run flag. Flag must one of the following: false, true, none, client, server");
}

/* What needs a cluster or another program. */
static int refuse(struct run *r, const struct cli_list *args)
{
	const struct cli_flag *validate = find_said(r, "validate");
	warn_deprecated(r);
	if (args->n == 0)
		return fail(r, "\"helm template\" requires at least 1 argument\n\nUsage:  helm template "
			       "[NAME] [CHART] [flags]");
	if (check_groups(r))
		return -1;
	if (r->o.dry_run.p && (r->release.engine == RND_HELM3 ? check_dry_run3(r) : check_dry_run4(r)))
		return -1;
	if (validate && validate->on)
		return kv_error(r->job, 0, "--validate asks a cluster, and kvendor talks to none");
	if (kv_str_eq(r->o.dry_run, KV_S("server")) && r->release.engine == RND_HELM4)
		return kv_error(r->job, 0, "--dry-run=server asks a cluster, and kvendor talks to none");
	if (r->o.post_renderer.n)
		return kv_error(r->job, 0,
				"--post-renderer runs a program, and kvendor runs none: what it changes can be patches, transformers or "
				"filters of a unit, or \"kvendor template ... | %.*s\" runs it",
				KV_ARG(r->o.post_renderer));
	return 0;
}

/* Sprig's own `fail` puts no marks around its text. */
static kv_str without_marks(struct run *r, kv_str text)
{
	kv_str start = KV_S("HELM_ERR_START"), end = KV_S("HELM_ERR_END");
	size_t from = kv_str_find(text, start, 0), to = kv_str_find(text, end, from == SIZE_MAX ? 0 : from);
	if (from == SIZE_MAX || to == SIZE_MAX)
		return text;
	return kv_arena_cat(r->job->arena, kv_str_sub(text, 0, from), kv_str_sub(text, from + start.n, to),
			    kv_str_sub(text, to + end.n, text.n));
}

static int render_name(struct run *r, kv_str text, kv_str *ret)
{
	struct rnd_tpl_options options = { .engine = r->release.engine, .chance = r->release.chance };
	struct rnd_tpl *set = rnd_tpl_new(r->job, &options);
	struct rnd_tpl_error error = { 0 };
	struct kv_buf out;
	kv_buf_init(&out, r->job->arena, r->job->limits.output_bytes);
	if (rnd_tpl_parse(set, KV_S("name-template"), text, &error) ||
	    rnd_tpl_execute(set, KV_S("name-template"), krm_nil(), &out, &error))
		return rnd_chart_error(r->job, error.pos, without_marks(r, error.text));
	*ret = kv_buf_view(&out);
	return 0;
}

/* Install.NameAndChart: the name is "release-name" unless given, so --generate-name alone changes nothing. */
static int read_arguments(struct run *r, const struct cli_list *args)
{
	if (args->n > 2) {
		struct kv_buf b;
		kv_buf_init(&b, r->job->arena, KV_BUF_MAX);
		kv_buf_lit(&b, "expected at most two arguments, unexpected arguments: ");
		for (size_t i = 2; i < args->n; i++) {
			kv_buf_str(&b, i > 2 ? KV_S(", ") : KV_S(""));
			kv_buf_str(&b, args->v[i]);
		}
		return rnd_chart_error(r->job, 0, kv_buf_view(&b));
	}
	r->chart = args->v[args->n - 1];
	r->release.name = args->n == 2 ? args->v[0] : KV_S("release-name");
	if (args->n == 2 && r->o.generate_name)
		return fail(r, "cannot set --generate-name and also specify a name");
	if (args->n == 2 && r->o.name_template.n)
		return fail(r, "cannot set --name-template and also specify a name");
	return r->o.name_template.n ? render_name(r, r->o.name_template, &r->release.name) : 0;
}

static void fill_release(struct run *r)
{
	const struct template_options *o = &r->o;
	struct rnd_release *release = &r->release;
	release->namespace = cli_helm_namespace(&o->settings);
	release->upgrade = o->is_upgrade;
	release->kube_version = o->kube_version.p ? o->kube_version : KV_S("");
	release->api_versions = o->api_versions.v;
	release->napi_versions = o->api_versions.n;
	release->include_crds = o->include_crds;
	release->no_hooks = o->no_hooks;
	release->skip_tests = o->skip_tests;
	release->skip_schema = o->skip_schema;
	release->debug = cli_helm_debug(&o->settings);
	release->show_only = o->show_only.v;
	release->nshow_only = o->show_only.n;
	release->chance.seed = kv_arena_cat(r->job->arena, release->namespace, KV_S("/"), release->name);
}

/* --- --output-dir ----------------------------------------------------------------------------- */

struct written {
	struct run *run;
	struct kv_map files; /* path to struct kv_buf */
	struct kv_buf said;
};

/* A further document of a file of this run is appended; a hook also to a file that was there before. */
static int add_document(struct written *w, kv_str dir, kv_str name, kv_str text, bool keep_old)
{
	struct kv_job *job = w->run->job;
	kv_str path = kv_arena_cat(job->arena, dir, KV_S("/"), name), old = KV_S("");
	struct kv_buf *b = kv_map_get(&w->files, path);
	if (!b) {
		b = KV_NEW(job->arena, struct kv_buf);
		kv_buf_init(b, job->arena, job->limits.output_bytes);
		if (keep_old && kv_file_kind(path) == KV_FILE_REGULAR && kv_file_read(job, path, &old))
			return -1;
		kv_buf_str(b, old);
		kv_map_put(&w->files, path, b);
	}
	kv_buf_lit(b, "---\n# Source: ");
	kv_buf_str(b, name);
	kv_buf_c(b, '\n');
	kv_buf_str(b, text);
	kv_buf_c(b, '\n');
	kv_buf_lit(&w->said, "wrote ");
	kv_buf_str(&w->said, path);
	kv_buf_c(&w->said, '\n');
	return 0;
}

static int collect_files(struct written *w, const struct rnd_rendered *rendered)
{
	struct run *r = w->run;
	kv_str dir = r->o.output_dir, named = dir;
	if (r->o.release_name)
		named = kv_path_join(r->job->arena, dir, r->release.name);
	for (size_t i = 0; i < rendered->crds.n; i++)
		if (add_document(w, dir, rendered->crds.v[i].name, rendered->crds.v[i].data, false))
			return -1;
	for (size_t i = 0; i < rendered->manifests.n; i++)
		if (add_document(w, named, rendered->manifests.v[i].path, rendered->manifests.v[i].text,
				 false))
			return -1;
	for (size_t i = 0; i < rendered->hooks.n && !r->o.no_hooks; i++) {
		if (r->o.skip_tests && rendered->hooks.v[i].is_test)
			continue;
		if (add_document(w, named, rendered->hooks.v[i].path, rendered->hooks.v[i].text, true))
			return -1;
	}
	return 0;
}

static int write_files(struct run *r, const struct rnd_rendered *rendered)
{
	struct written w = { .run = r };
	kv_map_init(&w.files, r->job->arena);
	kv_buf_init(&w.said, r->job->arena, r->job->limits.output_bytes);
	if (collect_files(&w, rendered))
		return -1;
	for (size_t i = 0; i < w.files.n; i++) {
		kv_str path = w.files.entries[i].key;
		if (kv_dir_make(r->job, kv_path_dir(r->job->arena, path)) ||
		    kv_file_write(r->job, path, kv_buf_view(w.files.entries[i].value)))
			return -1;
	}
	return cli_print(kv_buf_view(&w.said));
}

/* helm would write the archives into charts/; here they stay in the cache, and kvendor.lock counts if there is one. */
static int complete(struct run *r, struct rnd_chart *chart)
{
	struct rnd_fetch_options *fetch = KV_NEW(r->job->arena, struct rnd_fetch_options);
	struct rnd_fetcher *f = KV_NEW(r->job->arena, struct rnd_fetcher);
	struct rnd_pins *pins = KV_NEW(r->job->arena, struct rnd_pins);
	struct tree_repo repo;
	kv_str dir = KV_S("");
	if (!r->o.dependency_update)
		return 0;
	if (tree_repo_find(r->job, &repo) < 0 || tree_pins_read(r->job, &repo, pins) < 0 ||
	    (kv_file_kind(r->chart) == KV_FILE_DIR && kv_path_real(r->job, r->chart, &dir) < 0))
		return -1;
	*fetch = (struct rnd_fetch_options){ .pins = pins };
	rnd_fetch_environment(r->job, fetch);
	rnd_fetcher_init(f, r->job, fetch);
	return rnd_chart_complete(r->job, 0, r->release.engine, f, chart, dir, KV_S(""));
}

/* --- the command ------------------------------------------------------------------------------ */

static bool may_be_kept(const struct run *r)
{
	return !r->o.no_cache && !r->release.chance.os && !r->o.output_dir.n && !r->o.dependency_update;
}

static int render(struct run *r, struct cli_kept *kept)
{
	struct rnd_chart *chart;
	struct rnd_rendered rendered;
	struct kv_diag *cause;
	struct kv_buf out;
	int status;
	/* Values first: Helm reads them before it opens the chart. */
	if (cli_helm_read_values(r->job, r->release.engine, &r->o.values, &r->release.values) ||
	    rnd_chart_load(r->job, r->chart, r->release.engine, &chart) || complete(r, chart))
		return -1;
	status = rnd_chart_render(r->job, chart, &r->release, &rendered);
	if (status && !(rendered.failed && cli_helm_debug(&r->o.settings)))
		return -1;
	if (r->o.output_dir.n) {
		if (write_files(r, &rendered))
			return -1;
		rendered = (struct rnd_rendered){ .failed = rendered.failed, .unsorted = rendered.unsorted };
	}
	cause = r->job->last;
	kv_buf_init(&out, r->job->arena, r->job->limits.output_bytes);
	if (rnd_rendered_print(r->job, &r->release, &rendered, &out)) {
		if (status && r->job->last != cause)
			kv_diag_explain(r->job, cause);
		return -1;
	}
	if (kept && !status && cli_status(r->job) == CLI_OK)
		cli_kept_put(kept, kv_buf_view(&out));
	return cli_print(kv_buf_view(&out)) || status ? -1 : 0;
}

static int render_or_recall(struct run *r)
{
	struct cli_kept kept;
	struct kv_buf words;
	kv_str text, warnings;
	if (!may_be_kept(r))
		return render(r, NULL);
	kv_buf_init(&words, r->job->arena, KV_BUF_MAX);
	kv_field_put_number(&words, r->release.engine);
	kv_field_put(&words, r->release.name);
	kv_field_put(&words, r->release.namespace);
	kv_field_put(&words, r->chart);
	cli_options_print(&cli_command_template, &r->o, AT(values.files), &words);
	if (cli_kept_take(&kept, r->job, kv_buf_view(&words), &r->o.values.files, &text, &warnings)) {
		cli_tell(warnings);
		return cli_print(text);
	}
	return render(r, &kept);
}

int cli_template(int argc, char **argv, enum rnd_engine usual)
{
	struct run r = { .job = cli_helm_job() };
	struct cli_list args = { 0 };
	bool failed = false;
	cli_helm_leave_throw_away_homes();
	failed = cli_helm_engine(r.job, argc, argv, usual, &r.release.engine) != 0;
	enum cli_parsed parsed = failed ? CLI_PARSED_ERROR
					: cli_helm_parse(r.job, r.release.engine, &cli_command_template, argc, argv,
							 &r.o, &args);
	if (parsed == CLI_PARSED) {
		failed = cli_random_read(r.job, r.o.random, &r.release.chance.os) || refuse(&r, &args) ||
			 cli_helm_check_kube_version(r.job, r.release.engine, r.o.kube_version) ||
			 cli_helm_check_tls(r.job, r.release.engine, &r.o.source) ||
			 read_arguments(&r, &args) ||
			 cli_helm_locate(r.job, r.release.engine, &r.o.settings, &r.o.source, r.chart, &r.chart);
		if (!failed) {
			fill_release(&r);
			failed = render_or_recall(&r) != 0;
		}
	} else if (parsed == CLI_PARSED_ERROR)
		failed = true;
	return cli_helm_end(r.job, failed);
}

/* What kustomize was told to call as helm answers as the Helm whose version it gave (cli/helm.c). */
static int run(int argc, char **argv)
{
	return cli_template(argc, argv, cli_helm_under_kustomize() ? RND_HELM3 : RND_HELM4);
}

const struct cli_command cli_command_template = {
	"template",
	"[NAME] CHART",
	"Print what helm template prints",
	options,
	KV_COUNT(options),
	"  kvendor template web ./chart -f values.yaml --set image.tag=1.2 -n prod\n"
	"  kvendor template ./chart-1.2.3.tgz --include-crds --kube-version 1.31\n\n"
	"Exit status: 0 or 1, as helm ends.\n",
	run,
};

/* The same as a command of `kvendor helm`. */
const struct cli_command cli_helm_template = {
	.name = "helm template",
	.arguments = "[NAME] CHART",
	.summary = "Print what helm template prints",
	.options = options,
	.noptions = KV_COUNT(options),
};
