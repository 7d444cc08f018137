/* render/chart/objects.c: Helm's objects (helm: pkg/engine/engine.go recAllTpls, pkg/engine/files.go). */
#include "render/chart/objects.h"

#include "base/base64.h"
#include "base/file.h"
#include "base/map.h"
#include "krm/yaml.h"
#include "render/chart/glob.h"
#include "render/chart/record.h"
#include "render/template/func.h"

static krm_val str(struct kv_job *job, kv_str s)
{
	return krm_string(job->arena, s);
}

/* --- Capabilities ----------------------------------------------------------------------------- */

static int version_set_has(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	(void)c, (void)nargs;
	const struct rnd_capabilities *caps = args[0].o->data;
	*ret = krm_bool(kv_map_has(caps->api_set, krm_str(args[1])));
	return 0;
}

static const struct rnd_method version_set_methods[] = {
	{ .f = { .name = "Has",
		 .fn = version_set_has,
		 .result = RND_BOOL,
		 .nparams = 1,
		 .params = { RND_STRING } } },
	{ .f = { .name = NULL } },
};

static krm_val version_set_items(struct kv_job *job, const struct krm_object *o)
{
	(void)job;
	return ((const struct rnd_capabilities *)o->data)->apis;
}

#define VERSION_SET(go)                                                                                      \
	{                                                                                                    \
		.go_type = go, .go_kind = "slice", .methods = version_set_methods,                           \
		.tree = version_set_items, .items = version_set_items                                        \
	}
static const struct krm_class version_set_class[] = { VERSION_SET("common.VersionSet"),
						      VERSION_SET("chartutil.VersionSet") };

/* KubeVersion's methods read what the record keeps. */
static int kube_git_version(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	(void)nargs;
	return rnd_record_field(c->job, args[0].o, KV_S("Version"), ret) ? 0 : rnd_fail(c, "no version");
}

static int kube_string(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	const struct rnd_record *r = args[0].o->data;
	krm_val *normalized = krm_map_find(r->fields.m, KV_S("normalizedVersion"));
	if (!normalized)
		return kube_git_version(c, args, nargs, ret);
	*ret = *normalized;
	return 0;
}

static const struct rnd_method kube_version_methods[] = {
	{ .f = { .name = "GitVersion", .fn = kube_git_version, .result = RND_STRING } },
	{ .f = { .name = "String", .fn = kube_string, .result = RND_STRING } },
	{ .f = { .name = NULL } },
};

static void kube_version_shown(struct kv_job *job, const struct krm_object *o, struct kv_buf *out)
{
	const struct rnd_record *r = o->data;
	krm_val *normalized = krm_map_find(r->fields.m, KV_S("normalizedVersion"));
	(void)job;
	kv_buf_str(out, krm_str(normalized ? *normalized : krm_get(r->fields, "Version")));
}

#define STRUCT(go, kind)                                                                                     \
	.go_type = go, .go_kind = kind, .field = rnd_record_field, .tree = rnd_record_tree,                  \
	.fields = rnd_record_fields
#define KUBE_VERSION(go)                                                                                     \
	{                                                                                                    \
		STRUCT(go, "struct"), .methods = kube_version_methods, .shown = kube_version_shown           \
	}
static const struct krm_class kube_version_class[] = { KUBE_VERSION("common.KubeVersion"),
						       KUBE_VERSION("chartutil.KubeVersion") };
static const struct krm_class capabilities_class[] = { { STRUCT("*common.Capabilities", "ptr") },
						       { STRUCT("*chartutil.Capabilities", "ptr") } };
static const struct krm_class build_info_class = { STRUCT("version.BuildInfo", "struct") };

static krm_val kube_version_object(struct kv_job *job, const struct rnd_capabilities *c)
{
	struct rnd_record *r = KV_NEW(job->arena, struct rnd_record);
	rnd_record_init(job, r);
	rnd_record_add(job, r, "Version", "Version", false, str(job, c->kube.version));
	if (c->engine == RND_HELM4)
		rnd_record_add(job, r, "normalizedVersion", "", false, str(job, c->kube.normalized));
	rnd_record_add(job, r, "Major", "Major", false, str(job, c->kube.major));
	rnd_record_add(job, r, "Minor", "Minor", false, str(job, c->kube.minor));
	return rnd_record_object(job, &kube_version_class[c->engine], r);
}

static krm_val build_info_object(struct kv_job *job, const struct rnd_capabilities *c)
{
	struct rnd_record *r = KV_NEW(job->arena, struct rnd_record);
	rnd_record_init(job, r);
	rnd_record_add(job, r, "Version", "version", true, str(job, kv_str_c(c->helm_version)));
	rnd_record_add(job, r, "GitCommit", "git_commit", true, str(job, KV_S("")));
	rnd_record_add(job, r, "GitTreeState", "git_tree_state", true, str(job, KV_S("")));
	rnd_record_add(job, r, "GoVersion", "go_version", true, str(job, KV_S("go1.26.8")));
	if (c->engine == RND_HELM4)
		rnd_record_add(job, r, "KubeClientVersion", "kube_client_version", false,
			       str(job, KV_S("v1.36")));
	return rnd_record_object(job, &build_info_class, r);
}

krm_val rnd_object_capabilities(struct kv_job *job, const struct rnd_capabilities *c)
{
	struct krm_object *set = KV_NEW(job->arena, struct krm_object);
	set->class = &version_set_class[c->engine];
	set->data = (void *)(uintptr_t)c;
	struct rnd_record *r = KV_NEW(job->arena, struct rnd_record);
	rnd_record_init(job, r);
	rnd_record_add(job, r, "KubeVersion", "KubeVersion", false, kube_version_object(job, c));
	rnd_record_add(job, r, "APIVersions", "APIVersions", false,
		       (krm_val){ .kind = KRM_OBJECT, .o = set });
	rnd_record_add(job, r, "HelmVersion", "HelmVersion", false, build_info_object(job, c));
	return rnd_record_object(job, &capabilities_class[c->engine], r);
}

/* --- Chart ------------------------------------------------------------------------------------ */

static const struct krm_class maintainer_class = { STRUCT("*chart.Maintainer", "ptr") };
static const struct krm_class dependency_class = { STRUCT("*chart.Dependency", "ptr") };
static const struct krm_class metadata_class = { STRUCT("chart.Metadata", "struct") };
static const struct krm_class chart_class = { STRUCT("struct { chart.Metadata; IsRoot bool }", "struct") };

/* Helm 4's structToMap makes []interface {} of every slice; Helm 3 shows the slice. */
static krm_val strings(struct kv_job *job, enum rnd_engine engine, const struct rnd_strings *s)
{
	krm_val l = krm_list(job->arena, engine == RND_HELM3 ? KRM_OF_STRING : KRM_OF_ANY);
	for (size_t i = 0; i < s->n; i++)
		krm_list_push(job->arena, l.l, str(job, s->v[i]));
	if (!s->set && engine == RND_HELM3)
		l.flags |= KRM_NILREF;
	return l;
}

/* The struct behind a pointer for Helm 3, a map of its fields for Helm 4. */
static krm_val record_value(struct kv_job *job, enum rnd_engine engine, const struct krm_class *class,
			    struct rnd_record *r)
{
	return engine == RND_HELM3 ? rnd_record_object(job, class, r) : r->fields;
}

static krm_val maintainers(struct kv_job *job, enum rnd_engine engine, const struct rnd_metadata *m)
{
	krm_val l = krm_list(job->arena, KRM_OF_ANY);
	for (size_t i = 0; i < m->maintainers.n; i++) {
		const struct rnd_maintainer *who = m->maintainers.v[i];
		struct rnd_record *r = KV_NEW(job->arena, struct rnd_record);
		rnd_record_init(job, r);
		rnd_record_add(job, r, "Name", "name", true, str(job, who->name));
		rnd_record_add(job, r, "Email", "email", true, str(job, who->email));
		rnd_record_add(job, r, "URL", "url", true, str(job, who->url));
		krm_list_push(job->arena, l.l, record_value(job, engine, &maintainer_class, r));
	}
	if (engine == RND_HELM3) {
		l.l->type = KRM_OF_OTHER;
		l.l->name = "[]*chart.Maintainer";
		l.flags |= m->maintainers.set ? 0 : KRM_NILREF;
	}
	return l;
}

static krm_val import_values(struct kv_job *job, enum rnd_engine engine, krm_val v)
{
	if (v.kind == KRM_LIST)
		return v;
	v = krm_list(job->arena, KRM_OF_ANY);
	v.flags |= engine == RND_HELM3 ? KRM_NILREF : 0;
	return v;
}

static krm_val dependencies(struct kv_job *job, enum rnd_engine engine, const struct rnd_pointers *list)
{
	krm_val l = krm_list(job->arena, KRM_OF_ANY);
	for (size_t i = 0; i < list->n; i++) {
		const struct rnd_dependency *d = list->v[i];
		struct rnd_record *r = KV_NEW(job->arena, struct rnd_record);
		/* Only a lock may have such; charts with one are refused. */
		if (!d) {
			krm_list_push(job->arena, l.l, krm_nil());
			continue;
		}
		rnd_record_init(job, r);
		rnd_record_add(job, r, "Name", "name", false, str(job, d->name));
		rnd_record_add(job, r, "Version", "version", true, str(job, d->version));
		rnd_record_add(job, r, "Repository", "repository", false, str(job, d->repository));
		rnd_record_add(job, r, "Condition", "condition", true, str(job, d->condition));
		rnd_record_add(job, r, "Tags", "tags", true, strings(job, engine, &d->tags));
		rnd_record_add(job, r, "Enabled", "enabled", true, krm_bool(d->enabled));
		rnd_record_add(job, r, "ImportValues", "import-values", true,
			       import_values(job, engine, d->import_values));
		rnd_record_add(job, r, "Alias", "alias", true, str(job, d->alias));
		krm_list_push(job->arena, l.l, record_value(job, engine, &dependency_class, r));
	}
	if (engine == RND_HELM3) {
		l.l->type = KRM_OF_OTHER;
		l.l->name = "[]*chart.Dependency";
		l.flags |= list->set ? 0 : KRM_NILREF;
	}
	return l;
}

krm_val rnd_dependencies_tree(struct kv_job *job, const struct rnd_pointers *list)
{
	return dependencies(job, RND_HELM3, list);
}

krm_val rnd_lock_tree(struct kv_job *job, const struct rnd_lock *lock)
{
	krm_val tree = krm_map(job->arena, KRM_OF_ANY);
	krm_map_set(job->arena, tree.m, KV_S("generated"), str(job, lock->generated));
	krm_map_set(job->arena, tree.m, KV_S("digest"), str(job, lock->digest));
	krm_map_set(job->arena, tree.m, KV_S("dependencies"), rnd_dependencies_tree(job, &lock->dependencies));
	return tree;
}

static void metadata_record(struct kv_job *job, enum rnd_engine engine, const struct rnd_metadata *m,
			    struct rnd_record *r)
{
	krm_val annotations = m->annotations;
	if (annotations.kind != KRM_MAP) {
		annotations = krm_map(job->arena, KRM_OF_STRING);
		annotations.flags |= KRM_NILREF;
	}
	rnd_record_init(job, r);
	rnd_record_add(job, r, "Name", "name", true, str(job, m->name));
	rnd_record_add(job, r, "Home", "home", true, str(job, m->home));
	rnd_record_add(job, r, "Sources", "sources", true, strings(job, engine, &m->sources));
	rnd_record_add(job, r, "Version", "version", true, str(job, m->version));
	rnd_record_add(job, r, "Description", "description", true, str(job, m->description));
	rnd_record_add(job, r, "Keywords", "keywords", true, strings(job, engine, &m->keywords));
	rnd_record_add(job, r, "Maintainers", "maintainers", true, maintainers(job, engine, m));
	rnd_record_add(job, r, "Icon", "icon", true, str(job, m->icon));
	rnd_record_add(job, r, "APIVersion", "apiVersion", true, str(job, m->api_version));
	rnd_record_add(job, r, "Condition", "condition", true, str(job, m->condition));
	rnd_record_add(job, r, "Tags", "tags", true, str(job, m->tags));
	rnd_record_add(job, r, "AppVersion", "appVersion", true, str(job, m->app_version));
	rnd_record_add(job, r, "Deprecated", "deprecated", true, krm_bool(m->deprecated));
	rnd_record_add(job, r, "Annotations", "annotations", true, annotations);
	rnd_record_add(job, r, "KubeVersion", "kubeVersion", true, str(job, m->kube_version));
	rnd_record_add(job, r, "Dependencies", "dependencies", true, dependencies(job, engine, &m->dependencies));
	rnd_record_add(job, r, "Type", "type", true, str(job, m->type));
}

krm_val rnd_metadata_tree(struct kv_job *job, const struct rnd_metadata *m)
{
	struct rnd_record *r = KV_NEW(job->arena, struct rnd_record);
	metadata_record(job, RND_HELM3, m, r);
	return r->json;
}

krm_val rnd_object_chart(struct kv_job *job, enum rnd_engine engine, const struct rnd_chart *chart)
{
	struct rnd_record *m = KV_NEW(job->arena, struct rnd_record);
	metadata_record(job, engine, chart->metadata, m);
	krm_val is_root = krm_bool(chart->parent == NULL);
	if (engine == RND_HELM4) {
		krm_map_set(job->arena, m->fields.m, KV_S("IsRoot"), is_root);
		return m->fields;
	}
	struct rnd_record *r = KV_NEW(job->arena, struct rnd_record);
	rnd_record_init(job, r);
	rnd_record_add(job, r, "Metadata", "", false, rnd_record_object(job, &metadata_class, m));
	krm_map_each (m->json.m, e)
		krm_map_set_key(job->arena, r->json.m, e->key, e->val);
	rnd_record_add(job, r, "IsRoot", "IsRoot", false, is_root);
	r->embedded = m;
	return rnd_record_object(job, &chart_class, r);
}

krm_val rnd_object_release(struct kv_job *job, const struct rnd_release *release)
{
	krm_val v = krm_map(job->arena, KRM_OF_ANY);
	kv_str namespace = release->namespace.n ? release->namespace : KV_S("default");
	krm_map_set(job->arena, v.m, KV_S("Name"), str(job, release->name));
	krm_map_set(job->arena, v.m, KV_S("Namespace"), str(job, namespace));
	krm_map_set(job->arena, v.m, KV_S("IsUpgrade"), krm_bool(release->upgrade));
	krm_map_set(job->arena, v.m, KV_S("IsInstall"), krm_bool(!release->upgrade && !release->lint));
	krm_map_set(job->arena, v.m, KV_S("Revision"), krm_int(release->lint ? 0 : 1));
	krm_map_set(job->arena, v.m, KV_S("Service"), str(job, KV_S("Helm")));
	return v;
}

/* --- Files ------------------------------------------------------------------------------------ */

/* A file and, once somebody asked for it, its text as a value. */
struct served {
	kv_str name, data;
	const struct krm_text *text;
};

/* engine.files: a map from names to bytes. */
struct files {
	struct kv_map by_name; /* struct served *; of two with one name the last */
	krm_val items;         /* MAP of BYTES, made when asked for */
	enum rnd_engine engine;
};

static const struct krm_class files_class;

static struct files *files_new(struct kv_job *job, enum rnd_engine engine)
{
	struct files *f = KV_NEW(job->arena, struct files);
	f->engine = engine;
	kv_map_init(&f->by_name, job->arena);
	return f;
}

static krm_val files_value(struct kv_job *job, struct files *f)
{
	struct krm_object *o = KV_NEW(job->arena, struct krm_object);
	o->class = &files_class;
	o->data = f;
	return (krm_val){ .kind = KRM_OBJECT, .o = o };
}

krm_val rnd_object_files(struct kv_job *job, enum rnd_engine engine, const struct rnd_files *files)
{
	struct files *f = files_new(job, engine);
	struct served *served = KV_NEW_N(job->arena, struct served, files->n);
	for (size_t i = 0; i < files->n; i++) {
		served[i] = (struct served){ files->v[i].name, files->v[i].data, NULL };
		kv_map_put(&f->by_name, files->v[i].name, &served[i]);
	}
	return files_value(job, f);
}

/* The text of a file, or an empty one; what is asked for again is not copied again. */
static krm_val text_of(struct kv_job *job, struct served *f, enum krm_kind kind)
{
	krm_val v = f && f->text ? krm_string_take(f->text) : krm_string(job->arena, f ? f->data : KV_S(""));
	if (f)
		f->text = v.s;
	v.kind = (uint8_t)kind;
	return v;
}

static krm_val files_items(struct kv_job *job, const struct krm_object *o)
{
	struct files *f = o->data;
	if (f->items.kind == KRM_MAP)
		return f->items;
	f->items = krm_map(job->arena, KRM_OF_OTHER);
	krm_map_set_name(f->items.m, "engine.files");
	for (size_t i = 0; i < f->by_name.n; i++) {
		struct served *file = f->by_name.entries[i].value;
		krm_map_set(job->arena, f->items.m, file->name, text_of(job, file, KRM_BYTES));
	}
	return f->items;
}

static bool files_empty(const struct krm_object *o)
{
	return ((const struct files *)o->data)->by_name.n == 0;
}

static struct served *find_file(const krm_val *args)
{
	return kv_map_get(&((struct files *)args[0].o->data)->by_name, krm_str(args[1]));
}

/* A missing file is an empty one. */
static bool files_field(struct kv_job *job, const struct krm_object *o, kv_str name, krm_val *ret)
{
	struct served *f = kv_map_get(&((struct files *)o->data)->by_name, name);
	*ret = text_of(job, f, KRM_BYTES);
	return true;
}

static int files_get(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	(void)nargs;
	*ret = text_of(c->job, find_file(args), KRM_STRING);
	return 0;
}

static int files_get_bytes(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	(void)nargs;
	*ret = text_of(c->job, find_file(args), KRM_BYTES);
	return 0;
}

static int files_glob(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	(void)nargs;
	struct rnd_glob *glob = rnd_glob_compile(c->job, krm_str(args[1]), '/');
	if (!glob)
		glob = rnd_glob_compile(c->job, KV_S("**"), 0);
	const struct files *all = args[0].o->data;
	struct files *some = files_new(c->job, all->engine);
	for (size_t i = 0; i < all->by_name.n; i++)
		if (rnd_glob_match(c->job, glob, all->by_name.entries[i].key))
			kv_map_put(&some->by_name, all->by_name.entries[i].key,
				   all->by_name.entries[i].value);
	kv_str panic = rnd_glob_panic(c->job, glob);
	if (panic.n)
		return rnd_panic(c, "%.*s", KV_ARG(panic));
	*ret = files_value(c->job, some);
	return 0;
}

/* AsConfig and AsSecrets: base names to texts. Of two files with one base name Go keeps one by chance, this
 * the last. */
static int files_as(struct rnd_call *c, const krm_val *args, bool encode, krm_val *ret)
{
	krm_val items = files_items(c->job, args[0].o), m = krm_map(c->job->arena, KRM_OF_STRING);
	struct krm_entry **sorted = krm_map_sorted(c->job->arena, items.m);
	for (uint32_t i = 0; i < items.m->live; i++) {
		kv_str text = krm_str(sorted[i]->val);
		if (encode) {
			struct kv_buf b;
			kv_buf_init(&b, c->job->arena, KV_BUF_MAX);
			kv_base64_encode(&b, text, false);
			text = kv_buf_view(&b);
		}
		krm_map_set(c->job->arena, m.m, kv_path_base(krm_str(sorted[i]->key)), str(c->job, text));
	}
	struct kv_buf out;
	kv_buf_init(&out, c->job->arena, KV_BUF_MAX);
	kv_str error, text = KV_S("");
	if (krm_yaml_write(c->job, m, &out, &error) == 0)
		text = kv_buf_view(&out);
	if (kv_str_ends(text, KV_S("\n")))
		text = kv_str_sub(text, 0, text.n - 1);
	*ret = str(c->job, text);
	return 0;
}

static int files_as_config(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	(void)nargs;
	return files_as(c, args, false, ret);
}

static int files_as_secrets(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	(void)nargs;
	return files_as(c, args, true, ret);
}

static int files_lines(struct rnd_call *c, const krm_val *args, size_t nargs, krm_val *ret)
{
	(void)nargs;
	const struct served *f = find_file(args);
	*ret = krm_list(c->job->arena, KRM_OF_STRING);
	if (!f)
		return 0;
	kv_str rest = f->data;
	if (rest.n == 0)
		return ((struct files *)args[0].o->data)->engine == RND_HELM3
			       ? 0
			       : rnd_panic(c, "runtime error: index out of range [-1]");
	if (rest.p[rest.n - 1] == '\n')
		rest = kv_str_sub(rest, 0, rest.n - 1);
	for (;;) {
		size_t lf = kv_str_chr(rest, '\n');
		krm_list_push(c->job->arena, ret->l,
			      str(c->job, lf == SIZE_MAX ? rest : kv_str_sub(rest, 0, lf)));
		if (lf == SIZE_MAX)
			return 0;
		rest = kv_str_sub(rest, lf + 1, rest.n);
	}
}

#define FILES_METHOD(go, function, to, n)                                                                    \
	{                                                                                                    \
		.f = {.name = go, .fn = function, .result = to, .nparams = n, .params = { RND_STRING } }     \
	}
static const struct rnd_method files_methods[] = {
	FILES_METHOD("AsConfig", files_as_config, RND_STRING, 0),
	FILES_METHOD("AsSecrets", files_as_secrets, RND_STRING, 0),
	FILES_METHOD("Get", files_get, RND_STRING, 1),
	FILES_METHOD("GetBytes", files_get_bytes, RND_BYTES, 1),
	FILES_METHOD("Glob", files_glob, RND_OBJECT, 1),
	FILES_METHOD("Lines", files_lines, RND_STRINGS, 1),
	{ .f = { .name = NULL } },
};

static const struct krm_class files_class = {
	.go_type = "engine.files",
	.go_kind = "map",
	.field = files_field,
	.methods = files_methods,
	.tree = files_items,
	.items = files_items,
	.empty = files_empty,
};
