/* cli/helm_show.c: helm show (helm: cmd/helm/show.go, pkg/action/show.go). */
#include <strings.h>

#include "base/file.h"
#include "cli/helm.h"
#include "cli/jsonpath.h"
#include "krm/yaml.h"
#include "render/chart/load.h"
#include "render/chart/output.h"

struct show_options {
	struct cli_helm_settings settings;
	struct cli_helm_source source;
	kv_str jsonpath;
};

/* clang-format off: one option a row */
static const struct cli_option options[] = {
	CLI_HELM_SOURCE(show_options),
	CLI_HELM_SETTINGS(show_options),
};
static const struct cli_option values_options[] = {
	{ 0, "jsonpath", CLI_VALUE, CLI_HELM_AT(show_options, jsonpath), "EXPRESSION", .help = "print what this JSONPath finds" },
	CLI_HELM_SOURCE(show_options),
	CLI_HELM_SETTINGS(show_options),
};
/* clang-format on */

static int show_chart(struct cli_helm *h, const struct rnd_chart *chart)
{
	kv_str error;
	if (krm_yaml_write(h->job, rnd_metadata_tree(h->job, chart->metadata), &h->out, &error))
		return rnd_chart_error(h->job, 0, error);
	kv_buf_c(&h->out, '\n');
	return 0;
}

static void show_values(struct cli_helm *h, const struct rnd_chart *chart)
{
	for (size_t i = 0; i < chart->values_files.n; i++) {
		kv_buf_str(&h->out, chart->values_files.v[i].data);
		kv_buf_c(&h->out, '\n');
	}
}

static const struct rnd_file *find_readme(const struct rnd_chart *chart)
{
	static const char *const names[] = { "readme.md", "readme.txt", "readme" };
	for (size_t i = 0; i < chart->files.n; i++)
		for (size_t k = 0; k < KV_COUNT(names); k++) {
			kv_str name = chart->files.v[i].name;
			if (name.n == strlen(names[k]) && strncasecmp(name.p, names[k], name.n) == 0)
				return &chart->files.v[i];
		}
	return NULL;
}

static void show_readme(struct cli_helm *h, const struct rnd_chart *chart, bool after_others)
{
	const struct rnd_file *f = find_readme(chart);
	if (!f)
		return;
	kv_buf_str(&h->out, after_others ? KV_S("---\n") : KV_S(""));
	kv_buf_str(&h->out, f->data);
	kv_buf_c(&h->out, '\n');
}

/* Helm 4 puts a separator before each one that lacks it, Helm 3 before the first and only after other texts. */
static void show_crds(struct cli_helm *h, const struct rnd_chart *chart, bool after_others)
{
	struct rnd_files crds = { 0 };
	rnd_chart_crds(h->job, chart, &crds);
	for (size_t i = 0; i < crds.n; i++) {
		bool wanted = h->engine == RND_HELM4 || (after_others && i == 0);
		if (wanted && !kv_str_starts(crds.v[i].data, KV_S("---")))
			kv_buf_lit(&h->out, "---\n");
		kv_buf_str(&h->out, crds.v[i].data);
		kv_buf_c(&h->out, '\n');
	}
}

static int load(struct cli_helm *h, const struct show_options *o, struct rnd_chart **ret)
{
	kv_str path, cwd;
	if (cli_helm_check_tls(h->job, h->engine, &o->source) ||
	    cli_helm_locate(h->job, h->engine, &o->settings, &o->source, h->args.v[0], &path) ||
	    kv_path_cwd(h->job, &cwd))
		return -1;
	return rnd_chart_load_v2(h->job, kv_path_join(h->job->arena, cwd, path), h->engine, ret);
}

static int chart(struct cli_helm *h, const void *o)
{
	struct rnd_chart *c;
	return load(h, o, &c) || show_chart(h, c) ? -1 : 0;
}

static int show_path(struct cli_helm *h, const struct rnd_chart *c, kv_str jsonpath)
{
	struct cli_jsonpath_nodes nodes;
	kv_str error;
	if (cli_jsonpath_parse(h->job, jsonpath, &nodes, &error))
		return rnd_chart_error(h->job, 0,
				       kv_arena_cat(h->job->arena, KV_S("error parsing jsonpath "), jsonpath, KV_S(": "), error));
	return cli_jsonpath_print(h->job, &nodes, c->values, &h->out);
}

static int values(struct cli_helm *h, const void *o)
{
	struct rnd_chart *c;
	kv_str jsonpath = ((const struct show_options *)o)->jsonpath;
	if (load(h, o, &c))
		return -1;
	if (jsonpath.n)
		return show_path(h, c, jsonpath);
	show_values(h, c);
	return 0;
}

static int crds(struct cli_helm *h, const void *o)
{
	struct rnd_chart *c;
	if (load(h, o, &c))
		return -1;
	show_crds(h, c, false);
	return 0;
}

static int readme(struct cli_helm *h, const void *o)
{
	struct rnd_chart *c;
	if (load(h, o, &c))
		return -1;
	show_readme(h, c, false);
	return 0;
}

static int all(struct cli_helm *h, const void *o)
{
	struct rnd_chart *c;
	if (load(h, o, &c) || show_chart(h, c))
		return -1;
	kv_buf_str(&h->out, c->values.kind == KRM_MAP ? KV_S("---\n") : KV_S(""));
	show_values(h, c);
	show_readme(h, c, true);
	show_crds(h, c, true);
	return 0;
}

#define SHOW(word, summary, options, act)                                                                    \
	{                                                                                                    \
		"show", word, "helm show " word " [CHART] [flags]", 1, 1,                                    \
			{ "helm show " word, "CHART", summary, options, KV_COUNT(options), NULL, NULL },     \
			sizeof(struct show_options), act                                                     \
	}

const struct cli_helm_verb cli_helm_show[] = {
	SHOW("all", "Print all that the others print", options, all),
	SHOW("chart", "Print a chart's Chart.yaml", options, chart),
	SHOW("crds", "Print a chart's custom resource definitions", options, crds),
	SHOW("readme", "Print a chart's README", options, readme),
	SHOW("values", "Print a chart's values.yaml", values_options, values),
	{ 0 },
};
