/* cli/helm_lint.c: helm lint (helm: cmd/helm/lint.go, pkg/action/lint.go). */
#include "base/file.h"
#include "base/temporary.h"
#include "cli/helm.h"
#include "cli/helm_charts.h"
#include "render/chart/lint.h"

struct lint_options {
	struct cli_helm_settings settings;
	struct cli_helm_values values;
	kv_str kube_version;
	bool strict, with_subcharts, quiet, skip_schema;
};

/* clang-format off: one option a row */
static const struct cli_option options[] = {
	{ 0, "strict", CLI_FLAG, CLI_HELM_AT(lint_options, strict), .help = "warnings are errors" },
	{ 0, "with-subcharts", CLI_FLAG, CLI_HELM_AT(lint_options, with_subcharts),
	  .help = "also the charts in charts/" },
	{ 0, "quiet", CLI_FLAG, CLI_HELM_AT(lint_options, quiet), .help = "only warnings and errors" },
	{ 0, "skip-schema-validation", CLI_FLAG, CLI_HELM_AT(lint_options, skip_schema),
	  .help = "do not check values.schema.json" },
	{ 0, "kube-version", CLI_VALUE, CLI_HELM_AT(lint_options, kube_version), "VERSION",
	  .help = "for Capabilities.KubeVersion and deprecations" },
	CLI_HELM_VALUES(lint_options),
	CLI_HELM_SETTINGS(lint_options),
};
/* clang-format on */

struct run {
	struct cli_helm *h;
	const struct lint_options *o;
	krm_val values;
	struct cli_list paths;
	size_t failed, noticed; /* charts with errors, and with errors or warnings */
};

static bool is_archive(kv_str path)
{
	return kv_str_ends(path, KV_S(".tgz")) || kv_str_ends(path, KV_S(".tar.gz"));
}

/* --- which charts ------------------------------------------------------------------------------------------------ */

/* filepath.Walk: every folder with a Chart.yaml, every archive; as deep as charts nest. */
static int add_subcharts(struct run *r, kv_str dir, size_t depth)
{
	struct kv_job *job = r->h->job;
	struct kv_dirent *entries;
	size_t n;
	if (kv_file_kind(dir) != KV_FILE_DIR || depth >= job->limits.depth)
		return 0;
	if (kv_dir_read(job, dir, &entries, &n))
		return -1;
	for (size_t i = 0; i < n; i++) {
		kv_str path = kv_path_join(job->arena, dir, entries[i].name);
		if (kv_str_eq(entries[i].name, KV_S("Chart.yaml")))
			KV_PUSH(job->arena, r->paths.v, r->paths.n, r->paths.cap, dir);
		else if (is_archive(path))
			KV_PUSH(job->arena, r->paths.v, r->paths.n, r->paths.cap, path);
		if (entries[i].kind == KV_FILE_DIR && add_subcharts(r, path, depth + 1))
			return -1;
	}
	return 0;
}

static int collect_paths(struct run *r)
{
	struct cli_helm *h = r->h;
	size_t given = h->args.n;
	r->paths = h->args;
	if (given == 0 && h->engine == RND_HELM4)
		return rnd_chart_error(
			h->job, 0,
			KV_S("\"helm lint\" requires at least 1 argument\n\nUsage:  helm lint PATH [flags]"));
	if (given == 0) {
		KV_PUSH(h->job->arena, r->paths.v, r->paths.n, r->paths.cap, KV_S("."));
		given = 1;
	}
	for (size_t i = 0; i < given && r->o->with_subcharts; i++)
		if (add_subcharts(r, kv_path_join(h->job->arena, r->paths.v[i], KV_S("charts")), 0))
			return -1;
	return 0;
}

/* --- one chart --------------------------------------------------------------------------------------------------- */

static bool is_shown(const struct run *r, const struct rnd_lint_message *m)
{
	return !r->o->quiet || m->severity > RND_LINT_INFO;
}

static void print_messages(struct run *r, const struct rnd_lint *l)
{
	for (size_t i = 0; i < l->n; i++)
		if (is_shown(r, &l->messages[i]))
			kv_buf_printf(&r->h->out, "%.*s\n",
				      KV_ARG(rnd_lint_text(r->h->job, &l->messages[i])));
}

static void tally(struct run *r, const struct rnd_lint *l, kv_str path)
{
	bool failed = false, noticed = false;
	for (size_t i = 0; i < l->n; i++) {
		noticed |= l->messages[i].severity > RND_LINT_INFO;
		failed |= l->messages[i].severity >= (r->o->strict ? RND_LINT_WARNING : RND_LINT_ERROR);
	}
	r->failed += failed;
	r->noticed += noticed;
	if (r->o->quiet && !noticed)
		return;
	kv_buf_printf(&r->h->out, "==> Linting %.*s\n", KV_ARG(path));
	print_messages(r, l);
	kv_buf_c(&r->h->out, '\n');
}

/* A path that is no chart. */
static void no_chart(struct run *r, kv_str path, kv_str why)
{
	kv_buf_printf(&r->h->out, "==> Linting %.*s\nError %.*s\n\n", KV_ARG(path), KV_ARG(why));
	r->failed++;
	r->noticed++;
}

/* Unpacks an archive; 1 if it is none, which is told. */
static int unpack(struct run *r, kv_str path, kv_str *ret_dir)
{
	struct kv_job *job = r->h->job;
	struct kv_dirent *entries;
	kv_str temporary, lead = KV_S("Error: ");
	size_t n = 0;
	if (kv_file_kind(path) == KV_FILE_NONE) {
		no_chart(r, path,
			 kv_arena_printf(job->arena, "unable to open tarball: open %.*s: no such file or directory",
					 KV_ARG(path)));
		return 1;
	}
	if (kv_temporary_dir(job, &temporary))
		return -1;
	struct kv_diag_mark mark = kv_diag_mark(job);
	if (cli_helm_expand(r->h, path, temporary)) {
		kv_str why = job->last ? job->last->text : KV_S("");
		why = kv_str_starts(why, lead) ? kv_str_sub(why, lead.n, why.n) : why;
		no_chart(r, path, kv_arena_cat(job->arena, KV_S("unable to extract tarball: "), why));
		kv_diag_forget(job, mark);
		return 1;
	}
	if (kv_dir_read(job, temporary, &entries, &n))
		return -1;
	*ret_dir = n ? kv_path_join(job->arena, temporary, entries[0].name) : temporary;
	return 0;
}

static int lint_one(struct run *r, kv_str path)
{
	struct kv_job *job = r->h->job;
	kv_str dir = path;
	if (is_archive(path)) {
		int rc = unpack(r, path, &dir);
		if (rc)
			return rc < 0 ? -1 : 0;
	}
	struct rnd_lint l = { .job = job,
			      .engine = r->h->engine,
			      .values = r->values,
			      .kube_version = r->o->kube_version,
			      .namespace = cli_helm_namespace(&r->o->settings),
			      .skip_schema = r->o->skip_schema };
	kv_str file = kv_path_join(job->arena, dir, KV_S("Chart.yaml")), cwd;
	if (kv_file_kind(file) == KV_FILE_NONE) {
		bool below_file = kv_file_kind(dir) == KV_FILE_REGULAR;
		no_chart(r, path,
			 kv_arena_printf(job->arena, "unable to check Chart.yaml file in chart: stat %.*s: %s",
					 KV_ARG(file), below_file ? "not a directory" : "no such file or directory"));
		return 0;
	}
	if (kv_path_cwd(job, &cwd))
		return -1;
	l.dir = kv_path_join(job->arena, cwd, dir);
	if (rnd_lint_chart(&l))
		return -1;
	tally(r, &l, path);
	return 0;
}

static int lint(struct cli_helm *h, const void *options_)
{
	struct run r = { .h = h, .o = options_ };
	if (cli_helm_check_kube_version(h->job, h->engine, r.o->kube_version) || collect_paths(&r) ||
	    cli_helm_read_values(h->job, h->engine, &r.o->values, &r.values))
		return -1;
	for (size_t i = 0; i < r.paths.n; i++)
		if (lint_one(&r, r.paths.v[i]))
			return -1;
	kv_str summary = kv_arena_printf(h->job->arena, "%zu chart(s) linted, %zu chart(s) failed", r.paths.n,
					 r.failed);
	if (r.failed)
		return rnd_chart_error(h->job, 0, summary);
	if (!r.o->quiet || r.noticed)
		kv_buf_printf(&h->out, "%.*s\n", KV_ARG(summary));
	return 0;
}

const struct cli_helm_verb cli_helm_lint[] = {
	{ NULL,
	  "lint",
	  NULL,
	  0,
	  CLI_HELM_ANY,
	  { "helm lint", "[CHART]...", "Look for mistakes in charts", options, KV_COUNT(options), NULL,
	    NULL },
	  sizeof(struct lint_options),
	  lint },
	{ 0 },
};
