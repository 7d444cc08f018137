/* cli/doctor_hosts.c: checks of what kustomizations, Kptfiles and Argo CD's build options need from their hosts. */
#include <stdlib.h>

#include "base/child.h"
#include "base/file.h"
#include "cli/doctor.h"
#include "cli/options.h"
#include "krm/resource.h"
#include "krm/yaml.h"

/* One kustomization. */
struct looked_at {
	struct cli_doctor *d;
	kv_str file, dir;
	struct cli_needs needs;
};

/* --- programs --------------------------------------------------------------------------------- */

kv_str cli_doctor_program(struct kv_arena *a, kv_str name)
{
	const char *value = getenv("PATH");
	kv_str rest = kv_str_c(value ? value : "");
	while (rest.n) {
		size_t end = kv_str_chr(rest, ':');
		kv_str path = kv_path_join(a, kv_str_sub(rest, 0, end), name);
		if (kv_child_can_run(a, path))
			return path;
		rest = end == SIZE_MAX ? KV_S("") : kv_str_sub(rest, end + 1, rest.n);
	}
	return KV_S("");
}

/* --- functions -------------------------------------------------------------------------------- */

/* kustomize: a path with a slash is relative to the kustomization, a name is looked up in $PATH. */
static void look_at_exec(struct looked_at *k, kv_pos pos, krm_val exec)
{
	struct kv_arena *a = k->d->job->arena;
	kv_str path = krm_str(krm_get(exec, "path"));
	bool is_path = kv_str_chr(path, '/') != SIZE_MAX;
	kv_str found = is_path ? kv_path_join(a, k->dir, path) : cli_doctor_program(a, path);
	k->needs.exec = true;
	k->needs.exec_arguments |= krm_has(exec, "args") || krm_has(exec, "envs");
	if (is_path ? kv_child_can_run(a, found) : found.n > 0)
		return;
	kv_warn(k->d->job, pos, "the function %.*s does not exist or is not executable", KV_ARG(path));
	kv_note(k->d->job, 0,
		"a path with a slash is relative to the kustomization, a name is looked up in $PATH");
}

static void look_at_container(struct looked_at *k, kv_pos pos, krm_val container)
{
	krm_val mounts = krm_get(container, "mounts"), network = krm_get(container, "network");
	k->needs.containers = true;
	k->needs.network |= network.kind == KRM_BOOL && network.b;
	for (size_t i = 0; i < krm_list_len(mounts); i++) {
		kv_str src = krm_str(krm_get(mounts.l->v[i], "src"));
		kv_str clean = kv_path_clean(k->d->job->arena, src);
		if (!kv_str_starts(clean, KV_S("/")) && !kv_str_starts(clean, KV_S("..")))
			continue;
		kv_warn(k->d->job, pos, "kustomize mounts only what lies below the kustomization, not %.*s",
			KV_ARG(src));
		kv_note(k->d->job, 0, "give it on the command line: --mount type=bind,src=%.*s,dst=...",
			KV_ARG(src));
	}
}

static void look_at_declaration(struct looked_at *k, krm_val value)
{
	krm_val spec;
	kv_str error;
	if (krm_yaml_try(k->d->job, krm_str(value), KRM_YAML_KUSTOMIZE, &spec, &error) < 0 ||
	    spec.kind != KRM_MAP) {
		kv_warn(k->d->job, value.pos, "the annotation of the function is not YAML");
		return;
	}
	k->needs.plugins = true;
	if (krm_has(spec, "exec"))
		look_at_exec(k, value.pos, krm_get(spec, "exec"));
	else if (krm_has(spec, "container"))
		look_at_container(k, value.pos, krm_get(spec, "container"));
	else
		kv_warn(k->d->job, value.pos, "the function has neither exec nor container, so kustomize refuses it");
}

/* The folder where kustomize looks for plugins: the first that there is. */
static kv_str plugin_home(struct kv_arena *a)
{
	const char *own = getenv("KUSTOMIZE_PLUGIN_HOME"), *config = getenv("XDG_CONFIG_HOME"),
		   *home = getenv("HOME");
	const kv_str places[] = {
		kv_str_c(own ? own : ""),
		config ? kv_path_join(a, kv_str_c(config), KV_S("kustomize/plugin")) : KV_S(""),
		kv_path_join(a, kv_str_c(home ? home : ""), KV_S(".config/kustomize/plugin")),
		kv_path_join(a, kv_str_c(home ? home : ""), KV_S("kustomize/plugin")),
	};
	for (size_t i = 0; i < KV_COUNT(places); i++)
		if (places[i].n && kv_file_kind(places[i]) != KV_FILE_NONE)
			return places[i];
	return places[2];
}

static void look_at_plugin(struct looked_at *k, krm_val doc)
{
	struct kv_arena *a = k->d->job->arena;
	struct krm_gvk gvk = krm_gvk_of(doc);
	kv_str below = kv_arena_cat(a, gvk.group, KV_S("/"), gvk.version, KV_S("/"), kv_arena_lower(a, gvk.kind), KV_S("/"),
				    gvk.kind);
	kv_str path = kv_path_join(a, plugin_home(a), below);
	k->needs.plugins = true;
	if (kv_child_can_run(a, path))
		return;
	kv_warn(k->d->job, doc.pos, "%.*s is not a function, and kustomize has no plugin for it", KV_ARG(gvk.kind));
	kv_note(k->d->job, 0, "declare one with the annotation config.kubernetes.io/function, or put a program at %.*s",
		KV_ARG(path));
}

static void look_at_plugin_config(struct looked_at *k, krm_val doc)
{
	krm_val annotations = krm_path(doc, "metadata", "annotations", NULL);
	krm_val value = krm_get(annotations, "config.kubernetes.io/function");
	if (value.kind == KRM_NIL)
		value = krm_get(annotations, "config.k8s.io/function");
	if (doc.kind != KRM_MAP || kv_str_eq(krm_api_version(doc), KV_S("builtin")))
		return;
	if (value.kind != KRM_NIL)
		look_at_declaration(k, value);
	else if (krm_kind(doc).n)
		look_at_plugin(k, doc);
}

/* An entry is a path, or the text of a configuration. */
static void look_at_entry(struct looked_at *k, const char *list, size_t number, krm_val entry)
{
	kv_str text = krm_str(entry);
	kv_str name = kv_arena_printf(k->d->job->arena, "%.*s, %s[%zu]", KV_ARG(k->file), list, number);
	krm_val *docs;
	size_t n;
	if (kv_str_chr(text, '\n') == SIZE_MAX) {
		name = kv_path_join(k->d->job->arena, k->dir, text);
		if (kv_file_kind(name) != KV_FILE_REGULAR)
			return;
		if (kv_file_read(k->d->job, name, &text) < 0)
			return;
	}
	if (krm_yaml_read_all(k->d->job, name, text, KRM_YAML_KUSTOMIZE, &docs, &n) < 0)
		return;
	for (size_t i = 0; i < n; i++)
		look_at_plugin_config(k, docs[i]);
}

/* --- charts ----------------------------------------------------------------------------------- */

static void look_at_charts(struct looked_at *k, krm_val charts)
{
	k->needs.helm |= krm_list_len(charts) > 0;
	for (size_t i = 0; i < krm_list_len(charts); i++) {
		krm_val chart = charts.l->v[i];
		if (krm_str(krm_get(chart, "releaseName")).n && krm_str(krm_get(chart, "nameTemplate")).n) {
			kv_warn(k->d->job, chart.pos,
				"kustomize hands both releaseName and nameTemplate to helm, which refuses that");
			kv_note(k->d->job, 0, "leave out one of them");
		}
	}
}

/* --- a kustomization -------------------------------------------------------------------------- */

static void tell_needs(struct looked_at *k)
{
	const struct cli_needs *n = &k->needs;
	struct kv_buf *out = &k->d->facts;
	if (!n->plugins && !n->helm)
		return;
	kv_buf_printf(out, "%.*s: kustomize build%s%s%s%s\n", KV_ARG(k->file),
		      n->plugins ? " --enable-alpha-plugins" : "", n->exec ? " --enable-exec" : "",
		      n->helm ? " --enable-helm" : "", n->network ? " --network" : "");
	if (n->exec)
		kv_buf_lit(out, "  without --enable-exec its executables are skipped without a word, and kubectl kustomize "
				"has no such flag:\n  use a container there, or kustomize's plugin directory\n");
	if (n->exec_arguments)
		kv_buf_lit(out, "  args and envs of executables need kustomize 5.7.0 or later\n");
}

/* What kustomize reads as a resource it does not run. */
static void look_at_resource(struct looked_at *k, krm_val entry)
{
	kv_str name = kv_path_join(k->d->job->arena, k->dir, krm_str(entry)), text, error;
	krm_val doc;
	if (entry.kind != KRM_STRING || kv_file_kind(name) != KV_FILE_REGULAR || kv_file_read(k->d->job, name, &text) < 0 ||
	    !kv_str_has(text, KV_S("config.kubernetes.io/function")) ||
	    krm_yaml_try(k->d->job, text, KRM_YAML_KUSTOMIZE, &doc, &error) < 0 ||
	    !krm_annotation(doc, "config.kubernetes.io/function").n)
		return;
	kv_warn(k->d->job, entry.pos, "%.*s is the configuration of a function, and among \"resources\" it is not run",
		KV_ARG(krm_str(entry)));
	kv_note(k->d->job, 0, "list it under generators, transformers or validators");
}

/* kustomize-controller builds without plugins, executables and charts. */
static void note_for_flux(struct looked_at *k)
{
	kv_str what = k->needs.exec	    ? KV_S("executables")
		      : k->needs.containers ? KV_S("containers")
		      : k->needs.plugins    ? KV_S("plugins")
		      : k->needs.helm	    ? KV_S("charts")
					    : KV_S("");
	struct cli_built built = { kv_path_clean(k->d->job->arena, k->dir), what };
	if (what.n)
		KV_PUSH(k->d->job->arena, k->d->built, k->d->nbuilt, k->d->built_cap, built);
}

void cli_doctor_kustomization(struct cli_doctor *d, kv_str file)
{
	static const char *const lists[] = { "generators", "transformers", "validators" };
	struct looked_at k = { .d = d, .file = file, .dir = kv_path_dir(d->job->arena, file) };
	kv_str text;
	krm_val doc;
	if (kv_file_read(d->job, file, &text) < 0 ||
	    krm_yaml_read(d->job, file, text, KRM_YAML_KUSTOMIZE, &doc) < 0)
		return;
	for (size_t i = 0; i < KV_COUNT(lists); i++) {
		krm_val list = krm_get(doc, lists[i]);
		for (size_t j = 0; j < krm_list_len(list); j++)
			look_at_entry(&k, lists[i], j, list.l->v[j]);
	}
	krm_val resources = krm_get(doc, "resources");
	for (size_t i = 0; i < krm_list_len(resources); i++)
		look_at_resource(&k, resources.l->v[i]);
	look_at_charts(&k, krm_get(doc, "helmCharts"));
	k.needs.helm |= krm_list_len(krm_get(doc, "helmChartInflationGenerator")) > 0;
	tell_needs(&k);
	note_for_flux(&k);
	if (k.needs.exec && !d->exec_file.n)
		d->exec_file = file;
	d->needs.plugins |= k.needs.plugins;
	d->needs.exec |= k.needs.exec;
	d->needs.containers |= k.needs.containers;
	d->needs.network |= k.needs.network;
	d->needs.helm |= k.needs.helm;
}

/* --- other hosts ------------------------------------------------------------------------------ */

/* kpt takes one configuration, and opens the file only when it runs the function. */
static void look_at_kpt_function(struct cli_doctor *d, kv_str dir, krm_val function)
{
	krm_val path = krm_get(function, "configPath");
	if (path.kind == KRM_NIL)
		return;
	if (krm_has(function, "configMap")) {
		kv_warn(d->job, function.pos, "kpt refuses a function with both configPath and configMap");
		kv_note(d->job, 0, "leave out one of them");
	}
	if (kv_file_kind(kv_path_join(d->job->arena, dir, krm_str(path))) == KV_FILE_NONE) {
		kv_warn(d->job, path.pos, "there is no %.*s", KV_ARG(krm_str(path)));
		kv_note(d->job, 0, "configPath is relative to the Kptfile");
	}
}

void cli_doctor_kptfile(struct cli_doctor *d, kv_str file)
{
	static const char *const lists[] = { "mutators", "validators" };
	kv_str text;
	krm_val doc;
	bool exec = false;
	if (kv_file_read(d->job, file, &text) < 0 ||
	    krm_yaml_read(d->job, file, text, KRM_YAML_KUSTOMIZE, &doc) < 0)
		return;
	for (size_t i = 0; i < KV_COUNT(lists); i++) {
		krm_val list = krm_path(doc, "pipeline", lists[i], NULL);
		for (size_t j = 0; j < krm_list_len(list); j++) {
			exec |= krm_has(list.l->v[j], "exec");
			look_at_kpt_function(d, kv_path_dir(d->job->arena, file), list.l->v[j]);
		}
	}
	if (exec)
		kv_buf_printf(&d->facts, "%.*s: kpt fn render --allow-exec\n", KV_ARG(file));
}

/* The folders of Flux's own Kustomizations. */
static void look_for_flux(struct cli_doctor *d, kv_str file, kv_str text)
{
	krm_val *docs;
	size_t n;
	if (!kv_str_has(text, KV_S("kustomize.toolkit.fluxcd.io/")) ||
	    krm_yaml_read_all(d->job, file, text, KRM_YAML_KUSTOMIZE, &docs, &n) < 0)
		return;
	for (size_t i = 0; i < n; i++) {
		krm_val path = krm_path(docs[i], "spec", "path", NULL);
		struct cli_flux flux = { kv_path_clean(d->job->arena, krm_str(path)), path.pos };
		if (path.kind == KRM_STRING && kv_str_eq(krm_kind(docs[i]), KV_S("Kustomization")) &&
		    kv_str_starts(krm_api_version(docs[i]), KV_S("kustomize.toolkit.fluxcd.io/")))
			KV_PUSH(d->job->arena, d->flux, d->nflux, d->flux_cap, flux);
	}
}

void cli_doctor_flux(struct cli_doctor *d)
{
	for (size_t i = 0; i < d->nflux; i++)
		for (size_t j = 0; j < d->nbuilt; j++) {
			if (!kv_str_eq(d->flux[i].path, d->built[j].dir))
				continue;
			kv_warn(d->job, d->flux[i].pos, "Flux builds %.*s without %.*s, which its kustomization needs",
				KV_ARG(d->built[j].dir), KV_ARG(d->built[j].what));
			kv_note(d->job, 0, "commit what they give (docs/vendoring.md), and let Flux apply that");
		}
}

void cli_doctor_argocd(struct cli_doctor *d, kv_str file)
{
	kv_str text;
	krm_val *docs;
	size_t n;
	if (kv_file_read(d->job, file, &text) < 0)
		return;
	cli_doctor_plugin(d, file, text);
	look_for_flux(d, file, text);
	if (!kv_str_has(text, KV_S("kustomize.buildOptions")) ||
	    krm_yaml_read_all(d->job, file, text, KRM_YAML_KUSTOMIZE, &docs, &n) < 0)
		return;
	for (size_t i = 0; i < n; i++) {
		krm_val options = krm_get(krm_get(docs[i], "data"), "kustomize.buildOptions");
		if (kv_str_eq(krm_name(docs[i]), KV_S("argocd-cm")) && options.kind == KRM_STRING) {
			d->options = krm_str(options);
			d->options_pos = options.pos;
		}
	}
}
