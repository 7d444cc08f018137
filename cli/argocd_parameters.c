/* cli/argocd_parameters.c: the parameters of the plugin: read and announced. */
#include "base/file.h"
#include "base/program.h"
#include "cli/argocd.h"
#include "cli/engine.h"
#include "cli/findings.h"
#include "cli/report.h"
#include "krm/json.h"
#include "krm/scalar.h"
#include "krm/yaml.h"
#include "tree/discover.h"

enum shape { TEXT, ARRAY, MAP };

struct row {
	const char *name;
	enum shape shape;
	unsigned kinds; /* enum cli_argocd_kind, those it is about */
	size_t offset;  /* in struct cli_argocd_parameters */
	const char *title, *tooltip;
};

#define AT(field) offsetof(struct cli_argocd_parameters, field)
enum { ALL = CLI_ARGOCD_UNITS | CLI_ARGOCD_KUSTOMIZE | CLI_ARGOCD_CHART };

static const struct row rows[] = {
	{ "targets", ARRAY, CLI_ARGOCD_UNITS, AT(targets), "Targets", "Only these directories, as the configuration has them" },
	{ "release-name", TEXT, CLI_ARGOCD_CHART, AT(release_name), "Release name", "Default: the application's name" },
	{ "namespace", TEXT, CLI_ARGOCD_CHART, AT(namespace), "Namespace", "Default: the application's" },
	{ "values-files", ARRAY, CLI_ARGOCD_CHART, AT(values_files), "Values files",
	  "Relative to the chart, or with / in front to the repository" },
	{ "values", TEXT, CLI_ARGOCD_CHART, AT(values), "Values", "YAML, over the values files" },
	{ "helm-parameters", MAP, CLI_ARGOCD_CHART, AT(helm_parameters), "Helm parameters", "As helm --set" },
	{ "skip-crds", TEXT, CLI_ARGOCD_CHART, AT(skip_crds), "Skip CRDs", "true or false" },
	{ "skip-tests", TEXT, CLI_ARGOCD_CHART, AT(skip_tests), "Skip tests", "true or false" },
	{ "name-prefix", TEXT, CLI_ARGOCD_KUSTOMIZE, AT(name_prefix), "Name prefix", "" },
	{ "name-suffix", TEXT, CLI_ARGOCD_KUSTOMIZE, AT(name_suffix), "Name suffix", "" },
	{ "set-namespace", TEXT, CLI_ARGOCD_KUSTOMIZE, AT(set_namespace), "Namespace", "As kustomize edit set namespace" },
	{ "images", ARRAY, CLI_ARGOCD_KUSTOMIZE, AT(images), "Images", "As kustomize edit set image: nginx:1.29" },
	{ "common-labels", MAP, CLI_ARGOCD_KUSTOMIZE, AT(common_labels), "Common labels", "" },
	{ "engine", TEXT, ALL, AT(engine), "Engine", "helm4 or helm3" },
};

static void *field(struct cli_argocd_parameters *p, const struct row *row)
{
	return (char *)p + row->offset;
}

static void add(struct kv_job *job, struct cli_list *list, kv_str text)
{
	KV_PUSH(job->arena, list->v, list->n, list->cap, text);
}

/* --- environment -------------------------------------------------------------------------------- */

/* ARGOCD_ENV_VALUES_FILES for values-files; lists and maps have commas or line feeds between. */
static void read_environment(struct kv_job *job, struct cli_argocd_parameters *p, const struct row *row)
{
	char *name = kv_arena_cstr(job->arena, kv_arena_cat(job->arena, KV_S("ARGOCD_ENV_"), kv_str_c(row->name)));
	kv_str text;

	for (char *c = name; *c; c++)
		*c = *c == '-' ? '_' : *c >= 'a' && *c <= 'z' ? (char)(*c & ~32) : *c;
	text = kv_env(name);
	if (!text.n)
		return;
	if (row->shape == TEXT) {
		*(kv_str *)field(p, row) = text;
		return;
	}
	for (size_t at = 0; at <= text.n;) {
		size_t end = at;

		while (end < text.n && text.p[end] != ',' && text.p[end] != '\n')
			end++;
		kv_str part = kv_str_trim(kv_str_sub(text, at, end), " \t\r");
		if (part.n)
			add(job, field(p, row), part);
		at = end + 1;
	}
}

/* --- $ARGOCD_APP_PARAMETERS --------------------------------------------------------------------- */

static const struct row *row_of(struct kv_job *job, kv_str name)
{
	kv_str names[KV_COUNT(rows)], near;

	for (size_t i = 0; i < KV_COUNT(rows); i++) {
		names[i] = kv_str_c(rows[i].name);
		if (kv_str_eq(name, names[i]))
			return &rows[i];
	}
	near = kv_nearest(name, names, KV_COUNT(rows));
	kv_error(job, 0, "unknown parameter \"%.*s\"", KV_ARG(name));
	if (near.n)
		kv_note(job, 0, "did you mean \"%.*s\"?", KV_ARG(near));
	return NULL;
}

static int wrong(struct kv_job *job, const struct row *row)
{
	static const char *const words[] = { "string", "array", "map" };

	return kv_error(job, 0, "the parameter \"%s\" must be given as \"%s\", with strings", row->name, words[row->shape]);
}

static int read_parameter(struct kv_job *job, krm_val item, struct cli_argocd_parameters *p)
{
	const struct row *row = row_of(job, krm_str(krm_get(item, "name")));
	krm_val text = krm_get(item, "string"), array = krm_get(item, "array"), map = krm_get(item, "map");

	if (!row)
		return -1;
	if (row->shape == TEXT) {
		if (text.kind != KRM_STRING)
			return wrong(job, row);
		*(kv_str *)field(p, row) = krm_str(text);
		return 0;
	}
	if (row->shape == ARRAY ? array.kind != KRM_LIST : map.kind != KRM_MAP)
		return wrong(job, row);
	*(struct cli_list *)field(p, row) = (struct cli_list){ 0 };
	for (size_t i = 0; row->shape == ARRAY && i < array.l->n; i++) {
		if (array.l->v[i].kind != KRM_STRING)
			return wrong(job, row);
		add(job, field(p, row), krm_str(array.l->v[i]));
	}
	if (row->shape == MAP)
		krm_map_each (map.m, e) {
			if (e->val.kind != KRM_STRING)
				return wrong(job, row);
			add(job, field(p, row), kv_arena_cat(job->arena, krm_str(e->key), KV_S("="), krm_str(e->val)));
		}
	return 0;
}

int cli_argocd_parameters(struct kv_job *job, struct cli_argocd_parameters *ret)
{
	kv_str text = kv_env("ARGOCD_APP_PARAMETERS"), error;
	krm_val list = krm_nil();
	size_t offset;
	int failed = 0;

	*ret = (struct cli_argocd_parameters){ 0 };
	for (size_t i = 0; i < KV_COUNT(rows); i++)
		read_environment(job, ret, &rows[i]);
	if (kv_str_trim(text, " \n").n && krm_json_read(job, text, KRM_JSON_EXACT, &list, &error, &offset) < 0)
		return kv_error(job, 0, "ARGOCD_APP_PARAMETERS: %.*s", KV_ARG(error));
	if (list.kind != KRM_NIL && list.kind != KRM_LIST)
		return kv_error(job, 0, "ARGOCD_APP_PARAMETERS is not a list");
	for (size_t i = 0; i < krm_list_len(list); i++)
		if (read_parameter(job, list.l->v[i], ret) < 0)
			failed = -1;
	return failed;
}

/* --- the announcement --------------------------------------------------------------------------- */

/* The scalars of values.yaml by their paths, as helm --set names them. */
static int flatten(struct kv_job *job, krm_val v, kv_str path, size_t depth, krm_val into)
{
	struct kv_arena *a = job->arena;

	if (depth > job->limits.depth)
		return kv_error(job, v.pos, "nested too deeply");
	if (v.kind == KRM_MAP) {
		krm_map_each (v.m, e)
			if (flatten(job, e->val, kv_arena_cat(a, path, path.n ? KV_S(".") : KV_S(""), krm_str(e->key)),
				    depth + 1, into) < 0)
				return -1;
	} else if (v.kind == KRM_LIST) {
		for (size_t i = 0; i < v.l->n; i++)
			if (flatten(job, v.l->v[i], kv_arena_printf(a, "%.*s[%zu]", KV_ARG(path), i), depth + 1, into) < 0)
				return -1;
	} else if (v.kind != KRM_NIL) {
		krm_map_set(a, into.m, path, krm_string(a, v.kind == KRM_STRING ? krm_str(v) : krm_scalar_text(job, v)));
	}
	return 0;
}

static int chart_values(struct kv_job *job, krm_val into)
{
	kv_str text;
	krm_val values;

	if (kv_file_kind(KV_S("values.yaml")) != KV_FILE_REGULAR)
		return 0;
	if (kv_file_read(job, KV_S("values.yaml"), &text) < 0 ||
	    krm_yaml_read(job, KV_S("values.yaml"), text, KRM_YAML_KUSTOMIZE, &values) < 0)
		return -1;
	return flatten(job, values, KV_S(""), 0, into);
}

static int unit_targets(struct kv_job *job, const struct cli_argocd_options *o, krm_val into)
{
	struct tree_produce_options produce = { 0 };
	struct tree_repo repo;
	int failed = cli_engine_options(job, o->units.engine, &produce) < 0 || tree_repo_open(job, &repo) < 0 ||
				     tree_discover(job, &repo, &produce) < 0
			     ? -1
			     : 0;

	for (size_t i = 0; !failed && i < repo.nunits; i++)
		for (size_t g = 0; !repo.units[i]->failed && g < repo.units[i]->config.ngroups; g++)
			for (size_t t = 0; t < repo.units[i]->config.groups[g].ntargets; t++)
				krm_list_push(job->arena, into.l,
					      krm_string(job->arena, repo.units[i]->config.groups[g].targets[t].directory));
	if (!failed)
		tree_repo_close(&repo);
	return failed;
}

static int announce(struct kv_job *job, const struct cli_argocd_options *o, const struct row *row, krm_val list)
{
	static const char *const words[] = { "string", "array", "map" };
	struct kv_arena *a = job->arena;
	krm_val item = cli_map(a, "name", krm_string_c(a, row->name), "title", krm_string_c(a, row->title), "collectionType",
			       krm_string_c(a, words[row->shape]), NULL);
	krm_val value = row->shape == ARRAY ? krm_list(a, KRM_OF_ANY) : krm_map(a, KRM_OF_ANY);

	if (*row->tooltip)
		krm_map_set(a, item.m, KV_S("tooltip"), krm_string_c(a, row->tooltip));
	if (row->offset == AT(targets) && unit_targets(job, o, value) < 0)
		return -1;
	if (row->offset == AT(helm_parameters) && chart_values(job, value) < 0)
		return -1;
	if (row->shape != TEXT)
		krm_map_set_c(a, item.m, words[row->shape], value);
	krm_list_push(a, list.l, item);
	return 0;
}

int cli_argocd_announce(struct kv_job *job, const struct cli_argocd_options *o)
{
	krm_val list = krm_list(job->arena, KRM_OF_ANY);
	struct kv_buf out;
	kv_str file, error;
	enum cli_argocd_kind kind = cli_argocd_kind(job, &file);

	for (size_t i = 0; i < KV_COUNT(rows); i++)
		if ((rows[i].kinds & kind) && announce(job, o, &rows[i], list) < 0)
			return -1;
	kv_buf_init(&out, job->arena, KV_BUF_MAX);
	if (krm_json_write(job, list, (struct krm_json_style){ .indent = "  " }, &out, &error) < 0)
		return kv_error(job, 0, "%.*s", KV_ARG(error));
	kv_buf_c(&out, '\n');
	return cli_print(kv_buf_view(&out));
}
