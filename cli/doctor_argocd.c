/* cli/doctor_argocd.c: checks of Argo CD's plugin: its configuration, its sidecar and the applications that name it. */
#include "base/file.h"
#include "cli/doctor.h"
#include "cli/options.h"
#include "krm/resource.h"
#include "krm/yaml.h"

#define SERVER "/var/run/argocd/argocd-cmp-server"
#define PLUGIN "/home/argocd/cmp-server/config/plugin.yaml"

/* --- the configuration of a plugin ---------------------------------------------------------------- */

/* Applications call it by its name, with the version behind it if it has one. */
static kv_str full_name(struct kv_arena *a, krm_val plugin)
{
	kv_str version = krm_str(krm_path(plugin, "spec", "version", NULL));

	return version.n ? kv_arena_cat(a, krm_name(plugin), KV_S("-"), version) : krm_name(plugin);
}

/* All words of a command and its arguments. */
static kv_str words(struct kv_job *job, krm_val command)
{
	static const char *const names[] = { "command", "args" };
	struct kv_buf out;

	kv_buf_init(&out, job->arena, KV_BUF_MAX);
	for (size_t i = 0; i < KV_COUNT(names); i++) {
		krm_val list = krm_get(command, names[i]);

		for (size_t k = 0; k < krm_list_len(list); k++) {
			kv_buf_c(&out, ' ');
			kv_buf_str(&out, krm_str(list.l->v[k]));
		}
	}
	kv_buf_c(&out, ' ');
	return kv_buf_view(&out);
}

static void look_at_plugin(struct cli_doctor *d, krm_val plugin)
{
	krm_val spec = krm_get(plugin, "spec"), generate = krm_get(spec, "generate");
	krm_val find = krm_path(spec, "discover", "find", "command", NULL);
	kv_str command = words(d->job, generate);
	bool ours = kv_str_has(command, KV_S("kvendor "));

	KV_PUSH(d->job->arena, d->plugins, d->nplugins, d->plugins_cap, full_name(d->job->arena, plugin));
	if (!krm_list_len(krm_get(generate, "command"))) {
		kv_warn(d->job, spec.pos, "the plugin has no generate.command, and its server does not start");
		return;
	}
	if (ours && !kv_str_has(command, KV_S(" argocd generate ")) && !kv_str_has(command, KV_S(" build ")) &&
	    !kv_str_has(command, KV_S(" template "))) {
		kv_warn(d->job, generate.pos, "this command prints no manifests, which Argo CD would take for none");
		kv_note(d->job, 0, "kvendor argocd generate does");
	}
	if (find.kind == KRM_MAP)
		find = krm_get(find, "command");
	if (krm_list_len(find) && krm_is_str(find.l->v[0], "kvendor") &&
	    !(find.l->n > 2 && krm_is_str(find.l->v[1], "argocd") && krm_is_str(find.l->v[2], "match"))) {
		kv_warn(d->job, find.pos, "what this command prints makes the plugin match every application");
		kv_note(d->job, 0, "kvendor argocd match prints nothing where there is nothing for it");
	}
}

/* Most often it is a text in a ConfigMap. */
static void look_at_config_map(struct cli_doctor *d, kv_str file, krm_val map)
{
	krm_val data = krm_get(map, "data"), doc;
	kv_str error;

	if (data.kind != KRM_MAP)
		return;
	krm_map_each (data.m, e) {
		if (!kv_str_has(krm_str(e->val), KV_S("ConfigManagementPlugin")))
			continue;
		kv_str name = kv_arena_printf(d->job->arena, "%.*s, data[%.*s]", KV_ARG(file), KV_ARG(krm_str(e->key)));
		kv_pos base = kv_source_add(d->job, name, krm_str(e->val));

		if (krm_yaml_try_at(d->job, base, krm_str(e->val), KRM_YAML_KUSTOMIZE, &doc, &error) < 0)
			kv_warn(d->job, e->val.pos, "the plugin's configuration is not YAML: %.*s", KV_ARG(error));
		else
			look_at_plugin(d, doc);
	}
}

/* --- its sidecar ---------------------------------------------------------------------------------- */

/* The mount whose path is, or lies below, a path; NIL if there is none. */
static krm_val mount_at(krm_val container, const char *path)
{
	krm_val mounts = krm_get(container, "volumeMounts");

	for (size_t i = 0; i < krm_list_len(mounts); i++)
		if (krm_is_str(krm_get(mounts.l->v[i], "mountPath"), path))
			return mounts.l->v[i];
	return krm_nil();
}

static void look_at_mounts(struct cli_doctor *d, krm_val container)
{
	static const char *const needed[] = { "/var/run/argocd", "/home/argocd/cmp-server/plugins" };
	krm_val plugin = mount_at(container, PLUGIN), tmp = mount_at(container, "/tmp");

	for (size_t i = 0; i < KV_COUNT(needed); i++)
		if (mount_at(container, needed[i]).kind == KRM_NIL)
			kv_warn(d->job, container.pos, "the sidecar of a plugin mounts nothing at %s", needed[i]);
	if (plugin.kind == KRM_MAP && !krm_has(plugin, "subPath")) {
		kv_warn(d->job, plugin.pos, "without subPath a folder is mounted in the place of plugin.yaml");
		kv_note(d->job, 0, "add subPath: plugin.yaml");
	}
	if (tmp.kind == KRM_NIL) {
		kv_warn(d->job, container.pos, "the sidecar of a plugin has no /tmp of its own, where copies of repositories go");
		kv_note(d->job, 0, "mount an emptyDir there");
	} else if (krm_is_str(krm_get(tmp, "name"), "tmp")) {
		kv_warn(d->job, tmp.pos, "the sidecar of a plugin shares /tmp with Argo CD's server, which lets repositories reach each other");
		kv_note(d->job, 0, "mount an emptyDir of its own there");
	}
}

static void look_at_container(struct cli_doctor *d, krm_val pod, krm_val container)
{
	krm_val command = krm_get(container, "command"), user = krm_path(container, "securityContext", "runAsUser", NULL);
	bool serves = krm_list_len(command) && krm_is_str(command.l->v[0], SERVER);

	if (!serves && mount_at(container, PLUGIN).kind == KRM_NIL)
		return;
	if (!serves) {
		kv_warn(d->job, container.pos, "the sidecar of a plugin does not run the plugin's server");
		kv_note(d->job, 0, "command: [%s]", SERVER);
	}
	if (user.kind == KRM_NIL)
		user = krm_path(pod, "securityContext", "runAsUser", NULL);
	if (user.kind != KRM_NIL && !(user.kind == KRM_INT64 && user.i == 999))
		kv_warn(d->job, user.pos, "Argo CD's server reaches the sidecar of a plugin only as user 999");
	look_at_mounts(d, container);
}

/* Also of a patch. */
static void look_at_workload(struct cli_doctor *d, krm_val doc)
{
	krm_val pod = krm_path(doc, "spec", "template", "spec", NULL), containers = krm_get(pod, "containers");

	for (size_t i = 0; i < krm_list_len(containers); i++)
		look_at_container(d, pod, containers.l->v[i]);
}

/* --- who names it --------------------------------------------------------------------------------- */

static void look_at_source(struct cli_doctor *d, krm_val source)
{
	krm_val name = krm_path(source, "plugin", "name", NULL);

	if (krm_str(name).n && !kv_str_has(krm_str(name), KV_S("{{")))
		KV_PUSH(d->job->arena, d->named, d->nnamed, d->named_cap, name);
}

static void look_at_application(struct cli_doctor *d, krm_val spec)
{
	krm_val all = krm_get(spec, "sources");

	look_at_source(d, krm_get(spec, "source"));
	for (size_t i = 0; i < krm_list_len(all); i++)
		look_at_source(d, all.l->v[i]);
}

void cli_doctor_plugin(struct cli_doctor *d, kv_str file, kv_str text)
{
	krm_val *docs;
	size_t n;

	if ((!kv_str_has(text, KV_S("argocd-cmp-server")) && !kv_str_has(text, KV_S("ConfigManagementPlugin")) &&
	     !kv_str_has(text, KV_S("cmp-server/config")) && !kv_str_has(text, KV_S("plugin:"))) ||
	    krm_yaml_read_all(d->job, file, text, KRM_YAML_KUSTOMIZE, &docs, &n) < 0)
		return;
	for (size_t i = 0; i < n; i++) {
		if (krm_is_kind(docs[i], "argoproj.io", "ConfigManagementPlugin"))
			look_at_plugin(d, docs[i]);
		else if (krm_is_kind(docs[i], "", "ConfigMap"))
			look_at_config_map(d, file, docs[i]);
		else if (krm_is_kind(docs[i], "argoproj.io", "Application"))
			look_at_application(d, krm_get(docs[i], "spec"));
		else if (krm_is_kind(docs[i], "argoproj.io", "ApplicationSet"))
			look_at_application(d, krm_path(docs[i], "spec", "template", "spec", NULL));
		else
			look_at_workload(d, docs[i]);
	}
}

void cli_doctor_plugin_names(struct cli_doctor *d)
{
	for (size_t i = 0; d->nplugins && i < d->nnamed; i++) {
		kv_str name = krm_str(d->named[i]), near = kv_nearest(name, d->plugins, d->nplugins);
		bool known = false;

		for (size_t k = 0; k < d->nplugins && !known; k++)
			known = kv_str_eq(name, d->plugins[k]);
		if (known)
			continue;
		kv_warn(d->job, d->named[i].pos, "no plugin here is called %.*s", KV_ARG(name));
		if (near.n)
			kv_note(d->job, 0, "did you mean %.*s?", KV_ARG(near));
		else
			kv_note(d->job, 0, "it is NAME-VERSION where the plugin has a version");
	}
}
