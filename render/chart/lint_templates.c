/* render/chart/lint_templates.c: what lint says about templates, what they render, and crds/ (helm: pkg/lint/rules/template.go;
 * helm4: pkg/chart/v2/lint/rules/template.go, crds.go). */
#include <stdlib.h>
#include <strings.h>

#include "base/file.h"
#include "base/num.h"
#include "base/re.h"
#include "krm/yaml.h"
#include "render/chart/documents.h"
#include "render/chart/lint_rules.h"
#include "render/chart/output.h"
#include "render/semver.h"

/* The Kubernetes that charts are held against unless --kube-version says another: that of client-go v0.36. */
#define DEFAULT_MINOR 36

/* What the rules read of an object; a wrong type in it is an error of the document. */
struct object_metadata {
	kv_str name, namespace;
};
struct object {
	kv_str api_version, kind;
	struct object_metadata *metadata;
};

static const struct rnd_field metadata_fields[] = {
	{ "Namespace", RND_FIELD_STRING, offsetof(struct object_metadata, namespace), NULL },
	{ "Name", RND_FIELD_STRING, offsetof(struct object_metadata, name), NULL },
};
static const struct rnd_struct metadata_type = {
	"k8sYamlMetadata", { "rules", "rules" }, sizeof(struct object_metadata), metadata_fields, 2,
};
static const struct rnd_field object_fields[] = {
	{ "apiVersion", RND_FIELD_STRING, offsetof(struct object, api_version), NULL },
	{ "Kind", RND_FIELD_STRING, offsetof(struct object, kind), NULL },
	{ "Metadata", RND_FIELD_STRUCT, offsetof(struct object, metadata), &metadata_type },
};
static const struct rnd_struct object_types[] = {
	[RND_HELM4] = { "k8sYamlStruct", { "rules", "rules" }, sizeof(struct object), object_fields, 3 },
	[RND_HELM3] = { "K8sYamlStruct", { "rules", "rules" }, sizeof(struct object), object_fields, 3 },
};

/* What the rule about lists reads: structs without a name, so messages show the whole type. */
struct list_item_metadata {
	krm_val annotations;
};
struct list_item {
	struct list_item_metadata *metadata;
};

#define ITEM_METADATA_GO "struct { Annotations map[string]string }"
#define ITEM_GO "struct { Metadata " ITEM_METADATA_GO " }"
#define LIST_GO "struct { Items []" ITEM_GO " }"

static const struct rnd_field item_metadata_fields[] = {
	{ "Annotations", RND_FIELD_STRMAP, offsetof(struct list_item_metadata, annotations), NULL },
};
static const struct rnd_struct item_metadata_type = {
	"", { ITEM_METADATA_GO, ITEM_METADATA_GO }, sizeof(struct list_item_metadata), item_metadata_fields, 1,
};
static const struct rnd_field item_fields[] = {
	{ "Metadata", RND_FIELD_STRUCT, offsetof(struct list_item, metadata), &item_metadata_type },
};
static const struct rnd_struct item_type = { "", { ITEM_GO, ITEM_GO }, sizeof(struct list_item), item_fields, 1 };
static const struct rnd_field list_fields[] = { { "Items", RND_FIELD_STRUCTS, 0, &item_type } };
static const struct rnd_struct list_type = { "", { LIST_GO, LIST_GO }, sizeof(struct rnd_pointers), list_fields, 1 };

static kv_str extension(kv_str name)
{
	size_t dot = kv_str_rchr(kv_path_base(name), '.');
	kv_str base = kv_path_base(name);
	return dot == SIZE_MAX ? KV_S("") : kv_str_sub(base, dot, base.n);
}

/* --- documents ------------------------------------------------------------------------------------------------------- */

/* One document after the other; `rule` is asked about each that is an object. -1: one could not be read, and no more is. */
static int each_object(struct rnd_lint *l, kv_str path, kv_str text,
		       void (*rule)(struct rnd_lint *l, kv_str path, const struct object *o, kv_str text))
{
	struct rnd_documents documents;
	struct object o = { 0 };
	kv_str error = KV_S("");
	bool null;
	int more;
	rnd_documents_init(&documents, l->job, l->engine, &object_types[l->engine], text);
	while ((more = rnd_documents_next(&documents, &o, &null, &error)) == 1) {
		static struct object_metadata none;
		o.metadata = o.metadata ? o.metadata : &none;
		if (!null)
			rule(l, path, &o, text);
		o = (struct object){ 0 };
	}
	if (more < 0)
		RND_LINT(l, RND_LINT_ERROR, path, "unable to parse YAML: %.*s", KV_ARG(error));
	return more;
}

/* --- one object ---------------------------------------------------------------------------------------------------------- */

static void lint_name(struct rnd_lint *l, kv_str path, const struct object *o)
{
	kv_str name = rnd_quoted(l->job, o->metadata->name),
	       why = rnd_lint_object_name(l->job, o->kind, o->metadata->name);
	if (why.n)
		RND_LINT(l, RND_LINT_WARNING, path,
			 "object name does not conform to Kubernetes naming requirements: %.*s: %.*s",
			 KV_ARG(name), KV_ARG(why));
}

static unsigned minor_version(const struct rnd_lint *l)
{
	struct rnd_kube_version v;
	kv_str error;
	int64_t minor;
	if (l->kube_version.n &&
	    rnd_kube_version_parse(l->job->arena, l->kube_version, l->engine, &v, &error) == 0 &&
	    kv_num_parse_int(v.minor, 10, &minor) == KV_NUM_OK && minor >= 0)
		return (unsigned)minor;
	return DEFAULT_MINOR;
}

static void lint_selector(struct rnd_lint *l, kv_str path, const struct object *o, kv_str text)
{
	static const char *const kinds[] = { "Deployment", "ReplicaSet", "DaemonSet", "StatefulSet" };
	if (kv_str_has(text, KV_S("matchLabels")) || kv_str_has(text, KV_S("matchExpressions")))
		return;
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (kv_str_eq(o->kind, kv_str_c(kinds[i])))
			RND_LINT(l, RND_LINT_ERROR, path,
				 "a %s must contain matchLabels or matchExpressions, and %.*s does not",
				 kinds[i], KV_ARG(rnd_quoted(l->job, o->metadata->name)));
}

/* Of several documents Helm looks at the first one's items. */
static void lint_list(struct rnd_lint *l, kv_str path, const struct object *o, kv_str text)
{
	krm_val tree;
	struct rnd_pointers items = { 0 };
	kv_str error;
	if (!kv_str_eq(o->kind, KV_S("List")))
		return;
	if (krm_yaml_try(l->job, text, KRM_YAML_HELM_TYPED, &tree, &error) ||
	    rnd_decode(l->job, l->engine, tree, &list_type, &items, &error)) {
		RND_LINT(l, RND_LINT_ERROR, path, "unable to parse YAML: %.*s", KV_ARG(error));
		return;
	}
	for (size_t i = 0; i < items.n; i++) {
		const struct list_item *item = items.v[i];
		if (!item || !item->metadata || item->metadata->annotations.kind != KRM_MAP ||
		    !krm_map_find(item->metadata->annotations.m, KV_S("helm.sh/resource-policy")))
			continue;
		RND_LINT(l, RND_LINT_ERROR, path,
			 "%snnotation 'helm.sh/resource-policy' within List objects are ignored",
			 l->engine == RND_HELM4 ? "a" : "A");
		return;
	}
}

static void lint_object(struct rnd_lint *l, kv_str path, const struct object *o, kv_str text)
{
	lint_name(l, path, o);
	rnd_lint_add(l, RND_LINT_WARNING, path,
		     rnd_lint_deprecation(l->job, o->api_version, o->kind, minor_version(l)));
	lint_selector(l, path, o, text);
	lint_list(l, path, o, text);
}

static void lint_crd(struct rnd_lint *l, kv_str path, const struct object *o, kv_str text)
{
	(void)text;
	if (!kv_str_starts(o->api_version, KV_S("apiextensions.k8s.io")))
		RND_LINT(l, RND_LINT_ERROR, path, "apiVersion is not in 'apiextensions.k8s.io'");
	if (!kv_str_eq(o->kind, KV_S("CustomResourceDefinition")))
		RND_LINT(l, RND_LINT_ERROR, path, "object kind is not 'CustomResourceDefinition'");
}

/* --- one template ---------------------------------------------------------------------------------------------------------- */

static void lint_extension(struct rnd_lint *l, kv_str path)
{
	static const char *const valid[] = { ".yaml", ".yml", ".tpl", ".txt" };
	kv_str ext = extension(path);
	for (size_t i = 0; i < sizeof valid / sizeof *valid; i++)
		if (kv_str_eq(ext, kv_str_c(valid[i])))
			return;
	RND_LINT(l, RND_LINT_ERROR, path,
		 "file extension '%.*s' not valid. Valid extensions are .yaml, .yml, .tpl, or .txt",
		 KV_ARG(ext));
}

/* What Helm 3 did away with. */
static void lint_old_ways(struct rnd_lint *l, kv_str path, kv_str text)
{
	kv_str error;
	const struct kv_re *hook = kv_re_get(l->job, KV_S("\"?helm\\.sh/hook\"?:\\s+crd-install"), &error);
	if (hook && kv_re_match(l->job, hook, text))
		RND_LINT(l, RND_LINT_WARNING, path,
			 "manifest is a crd-install hook. This hook is no longer supported in v3 and all "
			 "CRDs should also exist the "
			 "crds/ directory at the top level of the chart");
	if (kv_str_has(text, KV_S(".Release.Time")))
		RND_LINT(l, RND_LINT_ERROR, path,
			 ".Release.Time has been removed in v3, please replace with the `now` function in "
			 "your templates");
}

static void lint_indent(struct rnd_lint *l, kv_str path, kv_str text)
{
	kv_str line;
	while (kv_str_line(&text, &line)) {
		line = kv_str_ends(line, KV_S("\r")) ? kv_str_sub(line, 0, line.n - 1) : line;
		if (kv_str_trim(line, " \t\r\n\v\f").n == 0)
			continue;
		if (line.p[0] == ' ' || line.p[0] == '\t')
			RND_LINT(l, RND_LINT_WARNING, path,
				 "document starts with an illegal indent: %.*s, which may cause parsing "
				 "problems",
				 KV_ARG(rnd_quoted(l->job, line)));
		return;
	}
}

/* Helm 4 looks into .yml files too. */
static bool is_yaml(const struct rnd_lint *l, kv_str name)
{
	kv_str ext = extension(name);
	if (l->engine == RND_HELM3)
		return kv_str_eq(ext, KV_S(".yaml"));
	return (ext.n == 5 && strncasecmp(ext.p, ".yaml", 5) == 0) ||
	       (ext.n == 4 && strncasecmp(ext.p, ".yml", 4) == 0);
}

static kv_str rendered_text(struct rnd_lint *l, const struct rnd_files *rendered,
			    const struct rnd_chart *chart, kv_str name)
{
	kv_str path = kv_path_join(l->job->arena, chart->metadata->name, name);
	for (size_t i = 0; i < rendered->n; i++)
		if (kv_str_eq(rendered->v[i].name, path))
			return rendered->v[i].data;
	return KV_S("");
}

static int lint_template(struct rnd_lint *l, const struct rnd_chart *chart, const struct rnd_files *rendered,
			 const struct rnd_file *f)
{
	lint_extension(l, f->name);
	if (l->engine == RND_HELM3)
		lint_old_ways(l, f->name, f->data);
	if (!is_yaml(l, f->name))
		return 0;
	kv_str text = rendered_text(l, rendered, chart, f->name);
	if (kv_str_trim(text, " \t\r\n\v\f").n == 0)
		return 0;
	lint_indent(l, f->name, text);
	return each_object(l, f->name, text, lint_object);
}

/* --- the chart ----------------------------------------------------------------------------------------------------------------- */

/* False: there is nothing to look at. */
static bool has_folder(struct rnd_lint *l, kv_str path)
{
	enum kv_file_kind kind = kv_input_kind(l->job, rnd_lint_path(l, "templates"));
	if (kind == KV_FILE_NONE && l->engine == RND_HELM4)
		return RND_LINT(l, RND_LINT_WARNING, path, "directory does not exist");
	if (kind != KV_FILE_NONE && kind != KV_FILE_DIR)
		return RND_LINT(l, l->engine == RND_HELM4 ? RND_LINT_ERROR : RND_LINT_WARNING, path,
				"not a directory");
	return true;
}

/* The texts of the templates; an error of theirs becomes a message. */
static bool render(struct rnd_lint *l, struct rnd_chart *chart, kv_str path, struct rnd_files *ret)
{
	struct rnd_release release = { .engine = l->engine,
				       .name = KV_S("test-release"),
				       .namespace = l->namespace,
				       .kube_version = l->kube_version,
				       .values = l->values,
				       .skip_schema = l->skip_schema,
				       .chance = { .seed = KV_S("test-release") },
				       .lint = true };
	struct kv_diag_mark mark = kv_diag_mark(l->job);
	if (rnd_chart_texts(l->job, chart, &release, ret) == 0)
		return true;
	kv_str text = rnd_lint_take_error(l, mark);
	if (text.n)
		rnd_lint_add(l, RND_LINT_ERROR, path, text);
	return false;
}

int rnd_lint_templates(struct rnd_lint *l)
{
	struct rnd_chart *chart;
	struct rnd_files rendered = { 0 };
	kv_str path = KV_S("templates/"), error;
	if (!has_folder(l, path))
		return 0;
	if (rnd_lint_load(l, &chart, &error)) {
		rnd_lint_add(l, RND_LINT_ERROR, path, error);
		return 0;
	}
	struct rnd_files templates = chart->templates;
	if (!render(l, chart, path, &rendered))
		return 0;
	/* Past a document that cannot be read Helm looks at no further template. */
	for (size_t i = 0; i < templates.n; i++)
		if (lint_template(l, chart, &rendered, &templates.v[i]) < 0)
			break;
	return 0;
}

/* Messages name a file as the chart does that it is of: "crds/a.yaml" for "charts/sub/crds/a.yaml". */
static kv_str in_its_chart(kv_str path)
{
	while (kv_str_starts(path, KV_S("charts/"))) {
		size_t slash = kv_str_find(path, KV_S("/"), strlen("charts/"));
		path = kv_str_sub(path, slash + 1, path.n);
	}
	return path;
}

void rnd_lint_crds(struct rnd_lint *l)
{
	struct rnd_chart *chart;
	struct rnd_files crds = { 0 };
	kv_str path = KV_S("crds/"), error;
	enum kv_file_kind kind = kv_input_kind(l->job, rnd_lint_path(l, "crds"));
	if (kind == KV_FILE_NONE)
		return;
	if (kind != KV_FILE_DIR) {
		RND_LINT(l, RND_LINT_ERROR, path, "not a directory");
		return;
	}
	if (rnd_lint_load(l, &chart, &error)) {
		rnd_lint_add(l, RND_LINT_ERROR, path, error);
		return;
	}
	rnd_chart_crds(l->job, chart, &crds);
	for (size_t i = 0; i < crds.n; i++) {
		kv_str name = in_its_chart(kv_str_sub(crds.v[i].name, chart->metadata->name.n + 1, crds.v[i].name.n));
		if (each_object(l, name, crds.v[i].data, lint_crd) < 0)
			return;
	}
}
