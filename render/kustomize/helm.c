/* render/kustomize/helm.c: charts as generators (api/internal/builtins/HelmChartInflationGenerator.go),
 * rendered in this process instead of by a helm program. */
#include "base/file.h"
#include "krm/json.h"
#include "krm/patch.h"
#include "krm/scalar.h"
#include "krm/yaml.h"
#include "render/chart/complete.h"
#include "render/kustomize/fields.h"
#include "render/kustomize/target.h"

struct chart {
	struct rnd_k_build *b;
	krm_val config;
	kv_str name;
	kv_str home;              /* folder that holds a folder of the chart's name */
	kv_str path;              /* of the chart: a folder; of a fetched one the archive's name */
	struct rnd_chart *loaded; /* at once when it was fetched */
	kv_str fetched_values;    /* its values.yaml; .p is NULL without one */
	kv_str release;           /* its name, once it is rendered */
	bool fetched;
	kv_str checkout;          /* the folder of the Git repository that `repo` names; empty: none */
};

static kv_str text(const struct chart *c, const char *field)
{
	return krm_str(krm_get(c->config, field));
}

static kv_str chart_home(const struct chart *c)
{
	struct kv_arena *a = c->b->job->arena;
	kv_str home = text(c, "chartHome"), version = text(c, "version");

	home = kv_path_join(a, c->b->target->root, home.n ? home : KV_S("charts"));
	if (version.n && text(c, "repo").n)
		home = kv_path_join(a, home, kv_arena_cat(a, c->name, KV_S("-"), version));
	return home;
}

/* `repo: git::URL//FOLDER`: the chart lies in FOLDER/NAME, or is FOLDER itself. Without `ref` the version is the reference. */
static int fetch_git(struct chart *c, struct rnd_git_url *url)
{
	struct kv_arena *a = c->b->job->arena;
	kv_str dir, values;

	if (!url->ref.n)
		url->ref = text(c, "version");
	if (rnd_fetch_git(c->b->options->fetcher, c->config.pos, url, &dir) < 0)
		return -1;
	c->checkout = dir;
	dir = kv_path_join(a, dir, url->path);
	c->path = kv_path_join(a, dir, c->name);
	if (kv_input_kind(c->b->job, kv_path_join(a, c->path, KV_S("Chart.yaml"))) == KV_FILE_NONE)
		c->path = dir;
	if (kv_input_kind(c->b->job, kv_path_join(a, c->path, KV_S("Chart.yaml"))) == KV_FILE_NONE)
		return kv_error(c->b->job, c->config.pos, "%.*s has no chart in '%.*s' or '%.*s'",
				KV_ARG(rnd_git_shown(a, url->repository)),
				KV_ARG(kv_path_join(a, url->path, c->name)), KV_ARG(url->path));
	values = kv_path_join(a, c->path, KV_S("values.yaml"));
	return kv_input_kind(c->b->job, values) == KV_FILE_NONE ? 0
						    : kv_file_read(c->b->job, values, &c->fetched_values);
}

/* Whether `repo` is a reference to a Git repository: an http URL is one only behind "git::". */
static bool is_git(const struct chart *c, struct rnd_git_url *ret)
{
	kv_str repo = text(c, "repo"), why;

	return rnd_git_url_parse(c->b->job->arena, repo, ret, &why) && !kv_str_is_http(repo);
}

static struct rnd_chart_asked asked_for(const struct chart *c)
{
	krm_val devel = krm_get(c->config, "devel");

	return (struct rnd_chart_asked){ .name = c->name,
					 .repository = text(c, "repo"),
					 .version = text(c, "version"),
					 .devel = devel.kind == KRM_BOOL && devel.b };
}

/* What `helm pull` would unpack there stays an archive in memory. */
static int fetch(struct chart *c)
{
	struct kv_job *job = c->b->job;
	struct rnd_chart_asked asked = asked_for(c);
	struct rnd_git_url url;
	kv_str bytes, version;

	if (is_git(c, &url))
		return fetch_git(c, &url);
	if (rnd_fetch_chart(c->b->options->fetcher, c->config.pos, &asked, &bytes, &version) < 0) {
		kv_note(job, 0, "a chart in the folder %.*s is used without asking the network",
			KV_ARG(rnd_k_display(c->b, c->path)));
		return -1;
	}
	c->path = kv_arena_cat(job->arena, c->name, KV_S("-"), version, KV_S(".tgz"));
	c->fetched = true;
	return rnd_chart_load_archive(job, c->path, bytes, c->b->options->engine, &c->loaded,
				      &c->fetched_values);
}

/* kustomize asks helm to pull from nowhere, and says that. */
static int not_there(const struct chart *c)
{
	kv_str where = rnd_k_display(c->b, c->path);

	kv_error(c->b->job, c->config.pos, "no repo specified for pull, no chart found at '%.*s'",
		 KV_ARG(c->b->options->lenient ? where : KV_S("")));
	kv_note(c->b->job, 0,
		"the chart '%.*s' was looked for as the folder %.*s: put it there, name the folder above it in chartHome of "
		"helmGlobals, or give repo and version, from where it is downloaded",
		KV_ARG(c->name), KV_ARG(where));
	return -1;
}

/* A folder below the chart home; else what the repository has. */
static int find(struct chart *c)
{
	c->home = chart_home(c);
	c->path = kv_path_join(c->b->job->arena, c->home, c->name);
	if (kv_input_kind(c->b->job, c->path) == KV_FILE_DIR)
		return 0;
	if (text(c, "repo").n == 0)
		return not_there(c);
	if (c->b->options->fetcher)
		return fetch(c);
	return kv_error_missing(c->b->job, c->config.pos,
				"the chart '%.*s' %.*s of %.*s needs fetching first", KV_ARG(c->name),
				KV_ARG(text(c, "version")), KV_ARG(text(c, "repo")));
}

bool rnd_k_fetches_chart(struct rnd_k_build *b, krm_val config, struct rnd_chart_asked *ret)
{
	struct chart c = { .b = b, .config = config, .name = krm_str(krm_get(config, "name")) };
	struct rnd_git_url url;

	*ret = asked_for(&c);
	return b->options->enable_helm && c.name.n && ret->repository.n && !is_git(&c, &url) &&
	       kv_input_kind(b->job, kv_path_join(b->job->arena, chart_home(&c), c.name)) != KV_FILE_DIR;
}

static int check(const struct chart *c)
{
	static const char *const modes[] = { "", "merge", "override", "replace" };
	kv_str mode = text(c, "valuesMerge");

	if (!c->b->options->enable_helm)
		return kv_error(c->b->job, c->config.pos, "must specify --enable-helm");
	if (c->name.n == 0)
		return kv_error(c->b->job, c->config.pos, "chart name cannot be empty");
	for (size_t i = 0; i < sizeof modes / sizeof *modes; i++)
		if (kv_str_eq(mode, kv_str_c(modes[i])))
			return 0;
	return kv_error(c->b->job, c->config.pos, "valuesMerge must be one of [merge override replace]");
}

/* --- values ----------------------------------------------------------------------------------- */

/* The values file of the entry, or the chart's own. */
static int values_text(const struct chart *c, kv_str *ret_name, kv_str *ret)
{
	kv_str file = text(c, "valuesFile"), abs;
	bool own = file.n == 0;

	*ret = KV_S("");
	if (own)
		file = kv_path_join(c->b->job->arena, c->path, KV_S("values.yaml"));
	*ret_name = rnd_k_display(c->b, file);
	if (own && c->fetched_values.p) {
		*ret = c->fetched_values;
		return 0;
	}
	abs = kv_path_join(c->b->job->arena, c->b->target->root, file);
	if (own && c->b->options->lenient && kv_input_kind(c->b->job, abs) == KV_FILE_NONE)
		return 0;
	return rnd_k_load_at(c->b, own ? c->config.pos : krm_get(c->config, "valuesFile").pos, file, ret);
}

/* What helm reads of a values file that kustomize wrote: sorted YAML, in which every number is a float64
 * again. */
static int as_helm_reads(const struct chart *c, krm_val v, krm_val *ret)
{
	struct kv_buf out;
	kv_str error;

	kv_buf_init(&out, c->b->job->arena, KV_BUF_MAX);
	if (krm_yaml_refold(c->b->job, &v) < 0)
		return -1;
	if (krm_yaml_write(c->b->job, v, &out, &error) < 0)
		return kv_error(c->b->job, c->config.pos, "could not merge values: %.*s", KV_ARG(error));
	return krm_yaml_read(c->b->job, KV_S("valuesInline"), kv_buf_view(&out), KRM_YAML_HELM, ret);
}

struct merge {
	const struct chart *c;
	bool file_over_inline, warned;
};

static int drop_alias(struct merge *m, struct krm_entry *e, krm_val *over)
{
	struct kv_job *job = m->c->b->job;

	if (over && !krm_is_null(*over) && m->file_over_inline)
		return kv_error(job, e->key.pos,
				"could not merge values: wrong node kind: '%.*s' is an AliasNode, which cannot be merged with "
				"valuesInline",
				KV_ARG(krm_str(e->key)));
	if (!m->warned)
		kv_warn(job, e->key.pos,
			"kustomize leaves out what an alias stands for where it merges valuesInline; --keep-text keeps it");
	m->warned = true;
	return 0;
}

/* merge2 knows no aliases: where one stands in a map of the values file nothing is left, of the inline values neither, and
 * "<<" with one is forgotten. */
static int drop_aliases(struct merge *m, krm_val file, krm_val inline_values)
{
	if (file.kind != KRM_MAP)
		return 0;
	krm_map_each (file.m, e) {
		krm_val *other = inline_values.kind == KRM_MAP ? krm_map_find(inline_values.m, krm_str(e->key)) : NULL;
		bool merged = e->val.flags & KRM_MERGED, gone = merged || e->val.flags & KRM_ALIAS;
		kv_str key = krm_str(e->key);

		if (gone && drop_alias(m, e, merged ? NULL : other) < 0)
			return -1;
		if (!gone && drop_aliases(m, e->val, other ? *other : krm_nil()) < 0)
			return -1;
		if (gone && !merged && other)
			krm_map_del(inline_values.m, key);
		if (gone)
			krm_map_del(file.m, key);
	}
	return 0;
}

/* The result is decoded from its nodes, not printed: quotes of what stood there make no text of a number. */
static void forget_quotes(krm_val base)
{
	if (base.kind == KRM_MAP)
		krm_map_each (base.m, e) {
			if (krm_scalar_is_quoted(e->val))
				e->val.style = KRM_STYLE_ANY;
			forget_quotes(e->val);
		}
}

/* The later one wins: `override` puts the inline values over the file, `merge` the file over them. */
static int merge_inline(const struct chart *c, krm_val file, krm_val inline_values, krm_val *ret)
{
	bool merge = kv_str_eq(text(c, "valuesMerge"), KV_S("merge"));
	struct merge m = { .c = c, .file_over_inline = merge };
	krm_val base, over;
	bool deleted;

	if (!c->b->job->keep_text && drop_aliases(&m, file, inline_values) < 0)
		return -1;
	base = merge ? inline_values : file;
	over = merge ? file : inline_values;
	forget_quotes(base);
	if (krm_patch_merge(c->b->job, c->b->schema, &base, over, &deleted) < 0) {
		kv_note(c->b->job, c->config.pos, "could not merge values");
		return -1;
	}
	return as_helm_reads(c, deleted ? krm_map(c->b->job->arena, KRM_OF_ANY) : base, ret);
}

/* The file as helm reads it. */
static int values_as_written(const struct chart *c, kv_str name, kv_str body, krm_val *ret)
{
	if (krm_yaml_read(c->b->job, name, body, KRM_YAML_HELM, ret) < 0)
		return -1;
	if (ret->kind == KRM_MAP || ret->kind == KRM_NIL)
		return 0;
	return kv_error(c->b->job, ret->pos,
			"failed to parse %.*s: error unmarshaling JSON: while decoding JSON: json: cannot unmarshal %s into Go value "
			"of type map[string]interface {}",
			KV_ARG(name), krm_json_kind(*ret));
}

static int values(const struct chart *c, krm_val *ret)
{
	krm_val inline_values = krm_get(c->config, "valuesInline"), file;
	kv_str name, body;

	if (krm_map_len(inline_values)) {
		if (krm_copy(c->b->job, inline_values, &inline_values) < 0)
			return -1;
		rnd_k_convert_as(c->b, &rnd_k_types[RND_K_TYPE_HELM_CHART], inline_values.m);
	}
	if (krm_map_len(inline_values) && kv_str_eq(text(c, "valuesMerge"), KV_S("replace")))
		return as_helm_reads(c, inline_values, ret);
	if (values_text(c, &name, &body) < 0)
		return -1;
	if (!krm_map_len(inline_values))
		return values_as_written(c, name, body, ret);
	if (krm_yaml_read(c->b->job, name, body, KRM_YAML_KUSTOMIZE, &file) < 0)
		return -1;
	if (file.kind == KRM_NIL && !c->b->options->lenient)
		return kv_error(c->b->job, c->config.pos, "could not parse values file into rnode: EOF");
	return file.kind == KRM_NIL ? as_helm_reads(c, inline_values, ret) : merge_inline(c, file, inline_values, ret);
}

/* --- the release ------------------------------------------------------------------------------ */

static int release_name(const struct chart *c, struct rnd_release *r)
{
	struct kv_job *job = c->b->job;
	kv_str name = text(c, "releaseName"), template = text(c, "nameTemplate");
	struct rnd_tpl_options options = { .engine = r->engine, .chance = r->chance };
	struct rnd_tpl_error error;
	struct rnd_tpl *set;
	struct kv_buf out;

	r->name = name;
	if (name.n && template.n)
		return kv_error(job, c->config.pos, "cannot set --name-template and also specify a name");
	if (name.n)
		return 0;
	kv_buf_init(&out, job->arena, KV_BUF_MAX);
	if (template.n == 0) {
		/* helm template has a name already when it meets --generate-name. */
		r->name = KV_S("release-name");
		return 0;
	}
	set = rnd_tpl_new(job, &options);
	if (rnd_tpl_parse(set, KV_S("name-template"), template, &error) < 0 ||
	    rnd_tpl_execute(set, KV_S("name-template"), krm_nil(), &out, &error) < 0)
		return kv_error(job, c->config.pos, "%.*s", KV_ARG(error.text));
	r->name = kv_buf_view(&out);
	return 0;
}

/* How long Go's slice is after `n` appends of one element. */
static size_t shared_capacity(size_t n)
{
	size_t cap = 1;

	while (cap < n)
		cap *= 2;
	return cap;
}

/* Every chart decodes its list into the slice of the flag, and so into that of all others
 * (HelmChartInflationGenerator.go, Config). A unit's own list is left alone. */
void rnd_k_configure_chart(struct rnd_k_build *b, krm_val api_versions)
{
	size_t n = b->options->nhelm_api_versions, cap = shared_capacity(n);

	if (n == 0)
		return;
	if (!b->api_versions) {
		b->api_versions = KV_NEW_N(b->job->arena, kv_str, cap);
		memcpy(b->api_versions, b->options->helm_api_versions, n * sizeof *b->api_versions);
	}
	for (size_t i = 0; !b->options->lenient && i < krm_list_len(api_versions) && i < cap; i++)
		b->api_versions[i] = krm_str(api_versions.l->v[i]);
}

/* The entry wins over the flags. */
static void capabilities(const struct chart *c, struct rnd_release *r)
{
	krm_val versions = krm_get(c->config, "apiVersions");
	size_t flags = c->b->options->nhelm_api_versions, n = krm_list_len(versions), cap = 0;

	r->kube_version = text(c, "kubeVersion");
	if (r->kube_version.n == 0)
		r->kube_version = c->b->options->helm_kube_version;
	r->api_versions = NULL;
	r->napi_versions = 0;
	if (flags && (n == 0 || (!c->b->options->lenient && n <= shared_capacity(flags)))) {
		r->api_versions = c->b->api_versions;
		r->napi_versions = n ? n : flags;
		return;
	}
	for (size_t i = 0; i < n; i++)
		KV_PUSH(c->b->job->arena, r->api_versions, r->napi_versions, cap, krm_str(versions.l->v[i]));
}

static int more_values(const struct chart *c, struct rnd_release *r)
{
	krm_val files = krm_get(c->config, "additionalValuesFiles");
	size_t cap = 0;

	for (size_t i = 0; i < krm_list_len(files); i++) {
		kv_str file = krm_str(files.l->v[i]), body;
		struct rnd_set_arg arg = { RND_SET_FILE_VALUES,
					   kv_path_clean(c->b->job->arena,
							 kv_arena_cat(c->b->job->arena, c->b->target->root,
								      KV_S("/"), file)) };

		if (rnd_k_load_at(c->b, files.l->v[i].pos, file, &body) < 0) {
			kv_note(c->b->job, 0, "could not load additionalValuesFile");
			return -1;
		}
		KV_PUSH(c->b->job->arena, r->sets, r->nsets, cap, arg);
	}
	return 0;
}

static int release(const struct chart *c, struct rnd_release *r)
{
	*r = (struct rnd_release){
		.engine = c->b->options->engine,
		.namespace = text(c, "namespace"),
		.include_crds = krm_flag(c->config, "includeCRDs"),
		.no_hooks = krm_flag(c->config, "skipHooks"),
		.skip_tests = krm_flag(c->config, "skipTests"),
		.lenient = c->b->options->lenient,
		.chance = c->b->options->chance,
	};
	capabilities(c, r);
	if (release_name(c, r) < 0 || more_values(c, r) < 0 || values(c, &r->values) < 0)
		return -1;
	r->chance.seed =
		kv_arena_cat(c->b->job->arena, r->chance.seed, KV_S("/"), r->namespace, KV_S("/"), r->name);
	return 0;
}

/* --- output ----------------------------------------------------------------------------------- */

static bool is_local(const struct rnd_k_res *res)
{
	kv_str v = krm_annotation(res->r->obj, "config.kubernetes.io/local-config");

	return krm_has(krm_path(res->r->obj, "metadata", "annotations", NULL),
		       "config.kubernetes.io/local-config") &&
	       !kv_str_eq(v, KV_S("false"));
}

static bool has_duplicates(struct rnd_k_build *b, const struct rnd_k_list *list)
{
	struct kv_map seen;
	struct kv_arena *a = b->job->arena;

	kv_map_init(&seen, a);
	for (size_t i = 0; i < list->n; i++) {
		struct rnd_k_id id = rnd_k_cur_id(list->v[i]);

		id.namespace = rnd_k_effective_namespace(id);
		if (kv_map_put(&seen, rnd_k_id_str(a, id), list->v[i]))
			return true;
	}
	return false;
}

/* Where the output of a chart is read, from the first resource to the last. */
struct templates {
	size_t at;
	kv_str path; /* of the template, below the chart */
};

/* Helm names the template, with the folders of its charts, in a line above each document. */
static kv_str template_of(const struct chart *c, struct templates *t, const struct krm_resource *r)
{
	static const kv_str mark = KV_STR("# Source: ");
	kv_str before, line;

	krm_source_at(c->b->job, r->obj.pos, &before);
	while ((t->at = kv_str_find(before, mark, t->at)) != SIZE_MAX) {
		kv_str rest = kv_str_sub(before, t->at + mark.n, before.n);

		if ((t->at == 0 || before.p[t->at - 1] == '\n') && kv_str_line(&rest, &line))
			t->path = kv_str_sub(line, kv_str_chr(line, '/') + 1, line.n);
		t->at += mark.n;
	}
	t->at = before.n;
	return t->path;
}

/* Where two objects have the same id, kustomize reads the output a second time, now without local objects. */
static int add(const struct chart *c, const struct rnd_k_list *list, struct rnd_k_list *ret)
{
	bool again = has_duplicates(c->b, list);
	struct rnd_k_acc *acc = rnd_k_acc_new(c->b);
	struct templates templates = { .path = KV_STR("") };

	for (size_t i = 0; i < list->n; i++) {
		kv_str template = template_of(c, &templates, list->v[i]->r);

		if (again && is_local(list->v[i]))
			continue;
		list->v[i]->helm_generated = c->b->options->kustomize != RND_KUSTOMIZE_5_7;
		list->v[i]->r->origin.chart = c->name;
		list->v[i]->r->origin.template = template;
		if (rnd_k_append(c->b, acc, list->v[i]) < 0)
			return -1;
		KV_PUSH(c->b->job->arena, ret->v, ret->n, ret->cap, list->v[i]);
	}
	return 0;
}

/* helm, and so kustomize, would refuse a chart without its dependencies. */
static int complete(struct chart *c)
{
	const struct rnd_k_checkout *checkout = c->b->target->checkout;
	kv_str within = c->checkout.n ? c->checkout : checkout ? checkout->dir : KV_S("");

	if (!c->b->options->lenient && !c->checkout.n)
		return 0;
	return rnd_chart_complete(c->b->job, c->config.pos, c->b->options->engine, c->b->options->fetcher,
				  c->loaded, kv_input_kind(c->b->job, c->path) == KV_FILE_DIR ? c->path : KV_S(""), within);
}

static int generate(struct chart *c, struct rnd_k_list *ret)
{
	struct kv_job *job = c->b->job;
	struct rnd_k_list list = { 0 };
	struct rnd_release r;
	struct kv_buf out;

	if (check(c) < 0 || find(c) < 0 || release(c, &r) < 0 ||
	    (!c->loaded && rnd_chart_load(job, c->path, r.engine, &c->loaded) < 0) || complete(c) < 0)
		return -1;
	c->release = r.name;
	kv_buf_init(&out, job->arena, job->limits.output_bytes);
	if (rnd_chart_template(job, c->loaded, &r, &out) < 0 ||
	    rnd_k_read(c->b, kv_arena_cat(job->arena, KV_S("chart "), c->name), kv_buf_view(&out), &list) < 0)
		return -1;
	return add(c, &list, ret);
}

/* An error in a chart leads to the entry that renders it: one chart may have many, and values come from there. */
static void tell_entry(const struct chart *c)
{
	struct kv_job *job = c->b->job;

	if (!job->last || kv_source_of(job, job->last->pos) == kv_source_of(job, c->config.pos))
		return;
	if (c->release.n)
		kv_note(job, c->config.pos,
			"in the release '%.*s' of this chart, whose values come from valuesFile, additionalValuesFiles and "
			"valuesInline",
			KV_ARG(c->release));
	else
		kv_note(job, c->config.pos, "in this chart");
	if (c->fetched)
		kv_note(job, 0, "the chart comes from %.*s; kvendor helm pull --untar unpacks such a chart, to look at",
			KV_ARG(text(c, "repo")));
}

int rnd_k_generate_helm(struct rnd_k_build *b, krm_val config, struct rnd_k_list *ret)
{
	struct chart c = { .b = b, .config = config, .name = krm_str(krm_get(config, "name")) };
	struct kv_diag_mark mark = kv_diag_mark(b->job);
	int rc = generate(&c, ret);

	kv_diag_place(b->job, mark, config.pos);
	if (rc < 0)
		tell_entry(&c);
	return rc;
}
