/* cli/helm_package.c: helm package (helm: cmd/helm/package.go, pkg/action/package.go). */
#include <errno.h>

#include "base/file.h"
#include "cli/helm.h"
#include "cli/helm_charts.h"
#include "render/chart/dependencies.h"
#include "render/chart/package.h"
#include "render/semver.h"

struct package_options {
	struct cli_helm_settings settings;
	struct cli_helm_source source;
	kv_str version, app_version, destination, ignored;
	bool sign, update;
};

/* clang-format off: one option a row */
static const struct cli_option options[] = {
	{ 'd', "destination", CLI_VALUE, CLI_HELM_AT(package_options, destination), "DIR",
	  .help = "where the archive goes" },
	{ 0, "version", CLI_VALUE, CLI_HELM_AT(package_options, version), "VERSION",
	  .help = "instead of the chart's own" },
	{ 0, "app-version", CLI_VALUE, CLI_HELM_AT(package_options, app_version), "VERSION",
	  .help = "instead of the chart's own" },
	{ 'u', "dependency-update", CLI_FLAG, CLI_HELM_AT(package_options, update),
	  .help = "first as helm dependency update" },
	{ 0, "sign", CLI_FLAG, CLI_HELM_AT(package_options, sign), .help = "" },
	{ 0, "key", CLI_VALUE, CLI_HELM_AT(package_options, ignored), "", .help = "" },
	{ 0, "passphrase-file", CLI_VALUE, CLI_HELM_AT(package_options, ignored), "", .help = "" },
	CLI_HELM_SOURCE(package_options),
	CLI_HELM_SETTINGS(package_options),
};
/* clang-format on */

static int check_version(struct cli_helm *h, kv_str version)
{
	struct rnd_semver v;
	kv_str error;
	return rnd_semver_parse(h->job->arena, version, &v, &error) ? rnd_chart_error(h->job, 0, error) : 0;
}

static int check_dependencies(struct cli_helm *h, const struct rnd_chart *chart)
{
	kv_str missing = rnd_dependencies_missing(h->job, chart);
	return missing.n ? rnd_chart_error(h->job, 0, missing) : 0;
}

/* loader.LoadDir finds no Chart.yaml in a file. */
static int check_folder(struct cli_helm *h, kv_str path)
{
	if (kv_file_kind(path) == KV_FILE_DIR)
		return 0;
	if (h->engine == RND_HELM3)
		return rnd_chart_error(h->job, 0, KV_S("Chart.yaml file is missing"));
	kv_str file = kv_path_join(h->job->arena, path, KV_S("Chart.yaml"));
	return rnd_chart_error(h->job, 0,
			       kv_arena_printf(h->job->arena, "unable to detect chart at %.*s: open %.*s: not a directory",
					       KV_ARG(file), KV_ARG(file)));
}

static int package(struct cli_helm *h, const struct package_options *o, kv_str path)
{
	struct kv_job *job = h->job;
	struct rnd_chart *chart;
	if (check_folder(h, path) || rnd_chart_load(job, path, h->engine, &chart))
		return -1;
	if (o->version.n)
		chart->metadata->version = o->version;
	if (check_version(h, chart->metadata->version))
		return -1;
	if (o->app_version.n)
		chart->metadata->app_version = o->app_version;
	if (check_dependencies(h, chart))
		return -1;
	kv_str dest = o->destination, written;
	if ((!dest.p || kv_str_eq(dest, KV_S("."))) && kv_path_cwd(job, &dest))
		return -1;
	if (cli_helm_save(h, chart, dest.n ? dest : KV_S("."), &written))
		return -1;
	kv_buf_printf(&h->out, "Successfully packaged chart and saved it to: %.*s\n", KV_ARG(written));
	return 0;
}

static int run(struct cli_helm *h, const void *options_)
{
	const struct package_options *o = options_;
	if (h->args.n == 0)
		return rnd_chart_error(h->job, 0, KV_S("need at least one argument, the path to the chart"));
	if (o->sign)
		return rnd_chart_error(h->job, 0,
				       KV_S("--sign is not offered by kvendor, which holds no keys"));
	if (cli_helm_check_tls(h->job, h->engine, &o->source))
		return -1;
	for (size_t i = 0; i < h->args.n; i++) {
		kv_str path = h->args.v[i], cwd;
		if (kv_file_kind(path) == KV_FILE_NONE)
			return cli_helm_stat_error(h->job, path);
		if (kv_path_cwd(h->job, &cwd))
			return -1;
		path = kv_path_join(h->job->arena, cwd, path);
		if ((o->update && cli_helm_dependency_update(h, path, false)) || package(h, o, path))
			return -1;
	}
	return 0;
}

const struct cli_helm_verb cli_helm_package[] = {
	{ NULL,
	  "package",
	  NULL,
	  0,
	  CLI_HELM_ANY,
	  { "helm package", "CHART...", "Make archives of charts", options, KV_COUNT(options), NULL, NULL },
	  sizeof(struct package_options),
	  run },
	{ 0 },
};
