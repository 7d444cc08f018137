/* render/gitops/application.c: an Application of Argo CD (reposerver/repository/repository.go). */
#include "base/file.h"
#include "base/map.h"
#include "krm/yaml.h"
#include "render/gitops/internal.h"

/* One source of the Application, and what its texts are expanded with. */
struct source {
	struct rnd_gitops_run *r;
	krm_val v, all; /* the source; all of them, for $ref */
	kv_str name, namespace;
	struct rnd_gitops_env env;
	struct rnd_gitops_place place;
};

/* --- environment -------------------------------------------------------------------------------- */

static void set_env(struct source *s, const char *name, kv_str value)
{
	s->env.v[s->env.n].name = kv_str_c(name);
	s->env.v[s->env.n++].value = value;
}

/* newEnv. Which commit it will be is not known before there is one, so the revision is what the source asks for. */
static void make_env(struct source *s)
{
	kv_str revision = rnd_gitops_field(s->r, s->v, "targetRevision");

	set_env(s, "ARGOCD_APP_NAME", s->name);
	set_env(s, "ARGOCD_APP_NAMESPACE", s->namespace);
	set_env(s, "ARGOCD_APP_PROJECT_NAME", krm_str(krm_path(s->r->object, "spec", "project", NULL)));
	set_env(s, "ARGOCD_APP_REVISION", revision);
	set_env(s, "ARGOCD_APP_REVISION_SHORT", kv_str_sub(revision, 0, 7));
	set_env(s, "ARGOCD_APP_REVISION_SHORT_8", kv_str_sub(revision, 0, 8));
	set_env(s, "ARGOCD_APP_SOURCE_REPO_URL", rnd_gitops_field(s->r, s->v, "repoURL"));
	set_env(s, "ARGOCD_APP_SOURCE_PATH", rnd_gitops_field(s->r, s->v, "path"));
	set_env(s, "ARGOCD_APP_SOURCE_TARGET_REVISION", revision);
}

static bool is_special(char c)
{
	return kv_is_digit(c) || (c && strchr("*#$@!?-", c));
}

/* getShellName: the name behind a dollar, and how many bytes it takes; with none of either the dollar stands for itself. */
static size_t shell_name(kv_str s, kv_str *ret_name)
{
	size_t i = 0, end;

	*ret_name = KV_S("");
	if (s.p[0] == '{') {
		if (s.n > 2 && is_special(s.p[1]) && s.p[2] == '}') {
			*ret_name = kv_str_sub(s, 1, 2);
			return 3;
		}
		end = kv_str_chr(s, '}');
		if (end == SIZE_MAX)
			return 1;
		*ret_name = kv_str_sub(s, 1, end);
		return end == 1 ? 2 : end + 1;
	}
	if (is_special(s.p[0])) {
		*ret_name = kv_str_sub(s, 0, 1);
		return 1;
	}
	while (i < s.n && (kv_is_alnum(s.p[i]) || s.p[i] == '_'))
		i++;
	*ret_name = kv_str_sub(s, 0, i);
	return i;
}

kv_str rnd_gitops_expand(struct kv_arena *a, const struct rnd_gitops_env *env, kv_str text)
{
	struct kv_buf out;

	if (kv_str_chr(text, '$') == SIZE_MAX)
		return text;
	kv_buf_init(&out, a, KV_BUF_MAX);
	for (size_t i = 0; i < text.n; i++) {
		kv_str name;
		size_t width;

		if (text.p[i] != '$' || i + 1 == text.n) {
			kv_buf_c(&out, text.p[i]);
			continue;
		}
		width = shell_name(kv_str_sub(text, i + 1, text.n), &name);
		if (!width || kv_str_eq(name, KV_S("$")))
			kv_buf_c(&out, '$');
		for (size_t k = 0; k < env->n; k++)
			if (kv_str_eq(env->v[k].name, name))
				kv_buf_str(&out, env->v[k].value);
		i += width;
	}
	return kv_buf_view(&out);
}

static kv_str expand(struct source *s, kv_str text)
{
	return rnd_gitops_expand(s->r->job->arena, &s->env, text);
}

/* --- values files ------------------------------------------------------------------------------- */

/* getReferencedSource: "$ref/path" where another source has that ref. */
static krm_val referenced(struct source *s, kv_str path)
{
	size_t slash = kv_str_chr(path, '/');

	if (!kv_str_starts(path, KV_S("$")))
		return krm_nil();
	for (size_t i = 0; i < krm_list_len(s->all); i++)
		if (kv_str_eq(kv_str_sub(path, 1, slash), krm_str(krm_get(s->all.l->v[i], "ref"))))
			return s->all.l->v[i];
	return krm_nil();
}

/* A file of a values list: where it lies. `.dir` of the place is empty where it is a file of a chart's archive. */
struct file {
	struct rnd_gitops_place place;
	kv_str path; /* absolute, or below the chart, or a URL */
	bool url;
};

/* ResolveValueFilePathOrUrl: from the root of the repository with a slash in front, else from the source's folder. */
static int locate(struct source *s, kv_pos pos, kv_str text, struct file *ret)
{
	struct kv_arena *a = s->r->job->arena;
	krm_val other = referenced(s, text);
	kv_str path = text, rest;

	*ret = (struct file){ .place = s->place };
	if (other.kind != KRM_NIL) {
		size_t slash = kv_str_chr(text, '/');

		if (krm_str(krm_get(other, "chart")).n)
			return kv_error(s->r->job, pos, "\"ref\" of a source with a chart leads nowhere: %.*s", KV_ARG(text));
		if (rnd_gitops_repository(s->r, other.pos, rnd_gitops_field(s->r, other, "repoURL"),
					  rnd_gitops_field(s->r, other, "targetRevision"), &ret->place) < 0)
			return -1;
		path = kv_arena_cat(a, KV_S("/"), slash == SIZE_MAX ? KV_S("") : kv_str_sub(text, slash + 1, text.n));
	}
	path = expand(s, path);
	ret->url = kv_str_is_http(path);
	ret->path = path;
	if (ret->url || !ret->place.dir.n)
		return 0;
	ret->path = path.n && path.p[0] == '/' ? kv_path_clean(a, kv_arena_cat(a, ret->place.root, path))
					       : kv_path_join(a, ret->place.dir, path);
	if (!kv_path_below(ret->path, ret->place.root, &rest))
		return kv_error(s->r->job, pos, "the file lies outside of the repository: %.*s", KV_ARG(text));
	return 0;
}

/* As messages call it. */
static kv_str shown(struct source *s, const struct file *f)
{
	kv_str rest;

	return f->place.ours && kv_path_below(f->path, s->r->job->shown_from, &rest) ? rest : f->path;
}

static int read_file(struct source *s, struct rnd_gitops_chart *c, kv_pos pos, const struct file *f, kv_str *ret)
{
	kv_str real, rest;

	*ret = (kv_str){ 0 };
	if (f->url)
		return s->r->options->fetcher ? rnd_fetch_url(s->r->options->fetcher, pos, f->path, ret)
					      : kv_error_missing(s->r->job, pos, "%.*s needs fetching first", KV_ARG(f->path));
	if (!f->place.dir.n)
		return rnd_gitops_chart_file(s->r, c, f->path, ret);
	if (kv_input_kind(s->r->job, f->path) == KV_FILE_NONE)
		return 0;
	if (kv_path_real(s->r->job, f->path, &real) < 0)
		return -1;
	if (!kv_path_below(real, f->place.root, &rest))
		return kv_error(s->r->job, pos, "a link leads out of the repository: %.*s", KV_ARG(shown(s, f)));
	return kv_file_read(s->r->job, f->path, ret);
}

/* The values files of a source, in the order in which they count. */
struct values_files {
	struct values_file {
		kv_pos pos;
		struct file file;
	} *v;
	size_t n, cap;
	struct kv_map named; /* those that no pattern names */
	struct kv_map seen;
};

static void add_once(struct source *s, struct values_files *files, kv_pos pos, const struct file *f)
{
	struct values_file one = { pos, *f };

	if (!kv_map_put(&files->seen, f->path, s))
		KV_PUSH(s->r->job->arena, files->v, files->n, files->cap, one);
}

/* What is named by itself keeps its own place. */
static int add_matches(struct source *s, struct values_files *files, kv_pos pos, const struct file *pattern)
{
	kv_str *found, rest;
	size_t n;

	if (!pattern->place.dir.n || kv_str_chr(pattern->path, '{') != SIZE_MAX)
		return kv_error(s->r->job, pos, "this pattern among valueFiles is not supported: %.*s", KV_ARG(pattern->path));
	if (!kv_path_below(pattern->path, pattern->place.root, &rest) ||
	    rnd_gitops_glob(s->r->job, pos, pattern->place.root, rest, &found, &n) < 0)
		return -1;
	if (!n && !krm_flag(krm_get(s->v, "helm"), "ignoreMissingValueFiles"))
		return kv_error(s->r->job, pos, "the pattern of values files matches none: %.*s", KV_ARG(rest));
	for (size_t i = 0; i < n; i++) {
		struct file f = { .place = pattern->place, .path = found[i] };

		if (!kv_map_has(&files->named, found[i]))
			add_once(s, files, pos, &f);
	}
	return 0;
}

/* getResolvedValueFiles. */
static int resolve_values_files(struct source *s, krm_val items, struct values_files *ret)
{
	struct file *located = KV_NEW_N(s->r->job->arena, struct file, krm_list_len(items));

	*ret = (struct values_files){ .v = NULL };
	kv_map_init(&ret->named, s->r->job->arena);
	kv_map_init(&ret->seen, s->r->job->arena);
	for (size_t i = 0; i < krm_list_len(items); i++) {
		if (locate(s, items.l->v[i].pos, rnd_gitops_text(s->r, items.l->v[i]), &located[i]) < 0)
			return -1;
		if (!rnd_gitops_is_pattern(located[i].path))
			kv_map_put(&ret->named, located[i].path, s);
	}
	for (size_t i = 0; i < krm_list_len(items); i++) {
		if (located[i].url || !rnd_gitops_is_pattern(located[i].path))
			add_once(s, ret, items.l->v[i].pos, &located[i]);
		else if (add_matches(s, ret, items.l->v[i].pos, &located[i]) < 0)
			return -1;
	}
	return 0;
}

static int add_values_file(struct source *s, struct rnd_gitops_chart *c, const struct values_file *one)
{
	const struct file *f = &one->file;
	kv_str text;

	if (read_file(s, c, one->pos, f, &text) < 0)
		return -1;
	if (!text.p && krm_flag(krm_get(s->v, "helm"), "ignoreMissingValueFiles"))
		return 0;
	if (!text.p)
		return kv_error(s->r->job, one->pos, "there is no values file %.*s", KV_ARG(shown(s, f)));
	return rnd_gitops_add_values(s->r, c, shown(s, f), text);
}

/* --- helm --------------------------------------------------------------------------------------- */

/* cleanSetParameters: commas are text, unless the value is a list or they were escaped already. */
static kv_str clean_parameter(struct kv_arena *a, kv_str value)
{
	struct kv_buf out;

	if (kv_str_starts(value, KV_S("{")) && kv_str_ends(value, KV_S("}")))
		return value;
	kv_buf_init(&out, a, KV_BUF_MAX);
	for (size_t i = 0; i < value.n; i++) {
		if (value.p[i] == ',' && (i == 0 || value.p[i - 1] != '\\'))
			kv_buf_c(&out, '\\');
		kv_buf_c(&out, value.p[i]);
	}
	return kv_buf_view(&out);
}

/* The last one of a name counts (they are kept in maps, --set and --set-string apart). */
static void find_last(struct source *s, krm_val list, bool strings, struct kv_map *ret_last)
{
	kv_map_init(ret_last, s->r->job->arena);
	for (size_t i = 0; i < krm_list_len(list); i++)
		if (krm_flag(list.l->v[i], "forceString") == strings)
			kv_map_put(ret_last, rnd_gitops_field(s->r, list.l->v[i], "name"), &list.l->v[i]);
}

static void add_parameters(struct source *s, struct rnd_gitops_chart *c, krm_val list, bool strings)
{
	struct kv_map last;

	find_last(s, list, strings, &last);
	for (size_t i = 0; i < last.n; i++) {
		krm_val *p = last.entries[i].value;
		kv_str value = expand(s, rnd_gitops_field(s->r, *p, "value"));

		rnd_gitops_add_set(s->r, c, strings ? RND_SET_STRING : RND_SET,
				   kv_arena_cat(s->r->job->arena, last.entries[i].key, KV_S("="),
						clean_parameter(s->r->job->arena, value)));
	}
}

static int add_file_parameter(struct source *s, struct rnd_gitops_chart *c, kv_str name, krm_val path)
{
	struct kv_arena *a = s->r->job->arena;
	struct file f;
	kv_str text;

	if (locate(s, path.pos, rnd_gitops_text(s->r, path), &f) < 0)
		return -1;
	if (f.url || !f.place.dir.n)
		return kv_error(s->r->job, path.pos, "a file parameter is a file of the repository, not %.*s",
				KV_ARG(f.path));
	/* Read once more by its flag, behind the checks. */
	if (read_file(s, c, path.pos, &f, &text) < 0)
		return -1;
	if (!text.p)
		return kv_error(s->r->job, path.pos, "there is no file %.*s", KV_ARG(shown(s, &f)));
	rnd_gitops_add_set(s->r, c, RND_SET_FILE, kv_arena_cat(a, name, KV_S("="), clean_parameter(a, f.path)));
	return 0;
}

static int add_file_parameters(struct source *s, struct rnd_gitops_chart *c, krm_val list)
{
	struct kv_map last;

	find_last(s, list, false, &last);
	for (size_t i = 0; i < last.n; i++)
		if (add_file_parameter(s, c, last.entries[i].key, krm_get(*(krm_val *)last.entries[i].value, "path")) < 0)
			return -1;
	return 0;
}

/* valueFiles, over them valuesObject or values; parameters come over both. */
static int add_all_values(struct source *s, struct rnd_gitops_chart *c)
{
	krm_val helm = krm_get(s->v, "helm"), files = krm_get(helm, "valueFiles"), object = krm_get(helm, "valuesObject");
	kv_str text = rnd_gitops_field(s->r, helm, "values");
	struct values_files values;

	if (resolve_values_files(s, files, &values) < 0)
		return -1;
	for (size_t i = 0; i < values.n; i++)
		if (add_values_file(s, c, &values.v[i]) < 0)
			return -1;
	if (object.kind == KRM_MAP) {
		krm_val under = c->release.values.kind == KRM_MAP ? c->release.values : krm_map(s->r->job->arena, KRM_OF_ANY);

		c->release.values = rnd_values_merge(s->r->job, under, object);
	} else if (object.kind != KRM_NIL) {
		return kv_error(s->r->job, object.pos, "valuesObject is a mapping");
	} else if (text.n && rnd_gitops_add_values(s->r, c, KV_S("values"), text) < 0) {
		return -1;
	}
	add_parameters(s, c, krm_get(helm, "parameters"), false);
	add_parameters(s, c, krm_get(helm, "parameters"), true);
	return add_file_parameters(s, c, krm_get(helm, "fileParameters"));
}

/* "ghcr.io/team/charts" is a registry, as is "oci://...", whose last part is the chart where none is named. */
static int load_archive(struct source *s, struct rnd_gitops_chart *c, kv_str url, kv_str chart)
{
	struct rnd_chart_asked asked = { .name = chart,
					 .repository = url,
					 .version = rnd_gitops_field(s->r, s->v, "targetRevision") };

	while (kv_str_ends(asked.repository, KV_S("/")))
		asked.repository.n--;
	if (!chart.n) {
		asked.name = kv_path_base(asked.repository);
		asked.repository.n -= asked.name.n + 1;
	}
	if (!kv_str_has(url, KV_S("://")))
		asked.repository = kv_arena_cat(s->r->job->arena, KV_S("oci://"), asked.repository);
	return rnd_gitops_load_archive(s->r, &asked, c);
}

static kv_str release_namespace(struct source *s)
{
	kv_str helm = rnd_gitops_field(s->r, krm_get(s->v, "helm"), "namespace");
	kv_str kustomize = rnd_gitops_field(s->r, krm_get(s->v, "kustomize"), "namespace");

	return helm.n ? helm : kustomize.n ? kustomize : s->namespace;
}

static int check_version(struct source *s, struct rnd_gitops_chart *c)
{
	krm_val version = krm_get(krm_get(s->v, "helm"), "version");
	kv_str text = rnd_gitops_text(s->r, version);

	if (version.kind == KRM_NIL || !text.n)
		return 0;
	if (!kv_str_eq(text, KV_S("v3")) && !kv_str_eq(text, KV_S("v4")))
		return kv_error(s->r->job, version.pos, "unknown version of Helm \"%.*s\": it must be v3 or v4", KV_ARG(text));
	if (s->r->options->engine_open)
		c->release.engine = kv_str_eq(text, KV_S("v3")) ? RND_HELM3 : RND_HELM4;
	return 0;
}

/* helmTemplate. `chart` and `url` name one in a repository; both empty: the folder is the chart. */
static int render_chart(struct source *s, kv_str url, kv_str chart, struct krm_resources *ret)
{
	krm_val helm = krm_get(s->v, "helm");
	kv_str name = rnd_gitops_field(s->r, helm, "releaseName");
	struct rnd_gitops_chart c = { .pos = s->v.pos };

	c.release = (struct rnd_release){ .engine = s->r->options->engine,
					  .name = name.n ? name : s->name,
					  .namespace = release_namespace(s),
					  .include_crds = !krm_flag(helm, "skipCrds"),
					  .skip_tests = krm_flag(helm, "skipTests"),
					  .skip_schema = krm_flag(helm, "skipSchemaValidation") };
	if (check_version(s, &c) < 0 ||
	    (url.n ? load_archive(s, &c, url, chart) : rnd_gitops_load_folder(s->r, &s->place, &c)) < 0)
		return -1;
	s->place = c.place;
	rnd_gitops_capabilities(s->r, &c, rnd_gitops_field(s->r, helm, "kubeVersion"), krm_get(helm, "apiVersions"));
	return add_all_values(s, &c) < 0 ? -1 : rnd_gitops_template(s->r, &c, ret);
}

/* --- the kind of a source ----------------------------------------------------------------------- */

enum type { DIRECTORY, HELM, KUSTOMIZE, PLUGIN };

/* ExplicitType, then what the folder holds: of Chart.yaml and a kustomization the latter counts. */
static int type_of(struct source *s, enum type *ret)
{
	static const char *const names[] = { [DIRECTORY] = "directory", [HELM] = "helm", [KUSTOMIZE] = "kustomize", [PLUGIN] = "plugin" };
	struct kv_job *job = s->r->job;
	bool found = false;

	*ret = DIRECTORY;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		krm_val v = krm_get(s->v, names[i]);

		if (v.kind != KRM_MAP)
			continue;
		if (found)
			return kv_error(job, v.pos, "the source is of two kinds: %s and %s", names[*ret], names[i]);
		found = true;
		*ret = (enum type)i;
	}
	if (found)
		return 0;
	if (rnd_kustomization_file(job, s->place.dir).n)
		*ret = KUSTOMIZE;
	else if (kv_input_kind(job, kv_path_join(job->arena, s->place.dir, KV_S("Chart.yaml"))) != KV_FILE_NONE)
		*ret = HELM;
	return 0;
}

/* --- files that change a source ----------------------------------------------------------------- */

static int apply_file(struct source *s, kv_str name)
{
	static const char *const fixed[] = { "chart", "path", "repoURL", "targetRevision", "ref" };
	struct kv_job *job = s->r->job;
	kv_str path = kv_path_join(job->arena, s->place.dir, name), text;
	krm_val patch, merged;

	if (kv_input_kind(job, path) != KV_FILE_REGULAR)
		return 0;
	if (kv_file_read(job, path, &text) < 0 || krm_yaml_read(job, path, text, KRM_YAML_HELM, &patch) < 0 ||
	    krm_copy(job, s->v, &merged) < 0 || (patch.kind == KRM_MAP && rnd_gitops_merge(job, &merged, patch, 0) < 0))
		return -1;
	for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++) {
		krm_map_del(merged.m, kv_str_c(fixed[i]));
		if (krm_has(s->v, fixed[i]))
			krm_map_set_c(job->arena, merged.m, fixed[i], krm_get(s->v, fixed[i]));
	}
	s->v = merged;
	return 0;
}

/* mergeSourceParameters */
static int apply_files(struct source *s)
{
	if (apply_file(s, KV_S(".argocd-source.yaml")) < 0)
		return -1;
	return apply_file(s, kv_arena_cat(s->r->job->arena, KV_S(".argocd-source-"), s->name, KV_S(".yaml")));
}

/* --- entry -------------------------------------------------------------------------------------- */

static int render_folder(struct source *s, struct krm_resources *ret)
{
	krm_val path = krm_get(s->v, "path");
	enum type type;

	if (rnd_gitops_repository(s->r, s->v.pos, rnd_gitops_field(s->r, s->v, "repoURL"),
				  rnd_gitops_field(s->r, s->v, "targetRevision"), &s->place) < 0 ||
	    rnd_gitops_enter(s->r, path.pos, rnd_gitops_text(s->r, path), &s->place) < 0 || apply_files(s) < 0 ||
	    type_of(s, &type) < 0)
		return -1;
	switch (type) {
	case HELM: return render_chart(s, KV_S(""), KV_S(""), ret);
	case KUSTOMIZE: return rnd_gitops_build(s->r, &s->place, krm_get(s->v, "kustomize"), &s->env, ret);
	case DIRECTORY: return rnd_gitops_manifests(s->r, &s->place, krm_get(s->v, "directory"), ret);
	default: break;
	}
	return kv_error(s->r->job, krm_get(s->v, "plugin").pos, "a plugin renders this source, and none is run here");
}

static int render_source(struct rnd_gitops_run *r, krm_val v, krm_val all, struct krm_resources *ret)
{
	struct source s = { .r = r, .v = v, .all = all, .name = krm_name(r->object) };
	kv_str url = rnd_gitops_field(r, v, "repoURL"), chart = rnd_gitops_field(r, v, "chart");

	if (v.kind != KRM_MAP)
		return kv_error(r->job, v.pos, "a source is a mapping");
	s.namespace = krm_str(krm_path(r->object, "spec", "destination", "namespace", NULL));
	make_env(&s);
	if (chart.n || kv_str_starts(url, KV_S("oci://")))
		return render_chart(&s, url, chart, ret);
	/* Only there to be referred to. */
	if (rnd_gitops_field(r, v, "ref").n && !krm_has(v, "path"))
		return 0;
	if (!krm_has(v, "path") && !url.n)
		return kv_error(r->job, v.pos, "the source has no repoURL");
	return render_folder(&s, ret);
}

int rnd_gitops_application(struct rnd_gitops_run *r, struct krm_resources *ret)
{
	krm_val spec = krm_get(r->object, "spec"), all = krm_get(spec, "sources"), one = krm_get(spec, "source");

	if (!krm_list_len(all) && one.kind != KRM_MAP)
		return kv_error(r->job, spec.pos ? spec.pos : r->object.pos, "the Application has no source");
	/* What `source` says beside `sources` does not count. */
	for (size_t i = 0; i < krm_list_len(all); i++)
		if (render_source(r, all.l->v[i], all, ret) < 0)
			return -1;
	return krm_list_len(all) ? 0 : render_source(r, one, krm_nil(), ret);
}
