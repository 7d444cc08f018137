/* tree/config.c: the fields of configurations, as tables of rows. */
#include "tree/config.h"

#include "krm/yaml.h"
#include "render/kustomize/build.h"
#include "tree/config_read.h"
#include "tree/config_yaml.h"

enum {
	V1 = TREE_IN_V1,
	V2 = TREE_IN_V2,
	VENDOR = TREE_IN_VENDOR,
	ALL = V1 | V2 | VENDOR,
	FUNCTION = TREE_IN_FUNCTION,
	FILE_ALONE = TREE_IN_FILE,
};

/* --- targets and sources ----------------------------------------------------------------------- */

static int target_filter(struct tree_reader *r, krm_val v, void *into)
{
	return tree_read_filter(r, v, &((struct tree_target *)into)->select);
}

static int target_directory(struct tree_reader *r, krm_val v, void *into)
{
	struct tree_target *t = into;
	t->pos = v.pos;
	return tree_read_text(r, v, &t->directory);
}

#define FORMS "kubesource|kustomize|single|hydrator|patches|resources"

static int target_form(struct tree_reader *r, krm_val v, void *into)
{
	static const char *const names[] = { [TREE_FORM_KUBESOURCE] = "kubesource",
					     [TREE_FORM_KUSTOMIZE] = "kustomize",
					     [TREE_FORM_SINGLE] = "single",
					     [TREE_FORM_HYDRATOR] = "hydrator",
					     [TREE_FORM_PATCHES] = "patches",
					     [TREE_FORM_RESOURCES] = "resources" };
	struct tree_target *t = into;
	kv_str form;
	if (tree_read_string(r, v, &form) < 0)
		return -1;
	for (unsigned i = 0; i < KV_COUNT(names); i++)
		if (kv_str_eq(form, kv_str_c(names[i]))) {
			t->form = (enum tree_target_form)i;
			return 0;
		}
	return kv_error(r->job, v.pos, "unknown form \"%.*s\": it must be " FORMS, KV_ARG(form));
}

static const struct tree_field target_fields[] = {
	{ "directory", ALL, target_directory, .shape = TREE_TEXT,
	  .help = "Relative path of the folder to write." },
	{ "filter", ALL, target_filter, .shape = TREE_ONE, .rows = &tree_filter_rows },
	{ "form", VENDOR, target_form, .shape = TREE_TEXT, .values = FORMS,
	  .help = "The layout of the folder; a function supports only kubesource." },
};
static const struct tree_fields target_rows = TREE_FIELDS(target_fields);

static int read_target(struct tree_reader *r, krm_val v, void *into)
{
	struct tree_target *t = into;
	if (tree_read_fields(r, v, target_fields, KV_COUNT(target_fields), t) < 0)
		return -1;
	if (t->directory.p)
		return 0;
	return kv_error(r->job, v.pos, "the target has no directory");
}

/* A source and, in the end, its place in a group. */
struct source_entry {
	struct tree_source source;
	struct tree_target *targets;
	size_t ntargets;
	bool has_targets;
};

static int source_dir(struct tree_reader *r, krm_val v, void *into)
{
	struct source_entry *s = into;
	s->source.dir_pos = v.pos;
	if (tree_read_text(r, v, &s->source.dir) < 0)
		return -1;
	return s->source.dir.n ? 0 : kv_error(r->job, v.pos, "sourceDir is empty");
}

static int source_targets(struct tree_reader *r, krm_val v, void *into)
{
	struct source_entry *s = into;
	s->has_targets = true;
	return tree_read_list(r, v, sizeof *s->targets, read_target, &s->targets, &s->ntargets);
}

/* Fields of a kustomization are kept as kustomize reads them; see typed_fields. */
static int source_field(struct tree_reader *r, krm_val v, struct source_entry *s, enum krm_kind kind)
{
	if (v.kind != kind)
		return tree_wrong(r, v, kind == KRM_LIST ? "a list" : "a mapping");
	if (s->source.fields.kind == KRM_NIL)
		s->source.fields = krm_map(r->job->arena, KRM_OF_ANY);
	return 0;
}

static int source_charts(struct tree_reader *r, krm_val v, void *into)
{
	return source_field(r, v, into, KRM_LIST);
}

static int source_globals(struct tree_reader *r, krm_val v, void *into)
{
	return source_field(r, v, into, KRM_MAP);
}

static int source_resources(struct tree_reader *r, krm_val v, void *into)
{
	return source_field(r, v, into, KRM_LIST);
}

static int source_applications(struct tree_reader *r, krm_val v, void *into)
{
	return tree_read_applications(r, v, &((struct source_entry *)into)->source.applications);
}

static const struct tree_field source_fields[] = {
	{ "sourceDir", V2 | VENDOR, source_dir, .shape = TREE_TEXT, .help = "The folder of a kustomization." },
	{ "targets", V2 | VENDOR, source_targets, .shape = TREE_MANY, .rows = &target_rows },
	{ "helmCharts", VENDOR, source_charts, .shape = TREE_LIST, .help = "As in a kustomization." },
	{ "helmGlobals", VENDOR, source_globals, .shape = TREE_OBJECT, .help = "As in a kustomization." },
	{ "resources", VENDOR, source_resources, .shape = TREE_TEXTS, .help = "As in a kustomization." },
	{ "applications", FILE_ALONE, source_applications, .shape = TREE_ONE, .rows = &tree_applications_rows,
	  .help = "Objects of Argo CD and Flux to render, each as a unit." },
};
static const struct tree_fields source_rows = TREE_FIELDS(source_fields);

static int read_source(struct tree_reader *r, krm_val v, void *into)
{
	struct source_entry *s = into;
	s->source.pos = v.pos;
	if (tree_read_fields(r, v, source_fields, KV_COUNT(source_fields), s) < 0)
		return -1;
	bool inlined = s->source.fields.kind != KRM_NIL, applications = s->source.applications != NULL;
	if (s->source.dir.p && inlined)
		return kv_error(r->job, v.pos,
				"a source has sourceDir or helmCharts and resources, not both");
	if (applications && (s->source.dir.p || inlined))
		return kv_error(r->job, v.pos, "a source with applications cannot have anything else to render");
	if (!s->source.dir.p && !inlined && !applications)
		return kv_error(r->job, v.pos, "the source has no sourceDir");
	return 0;
}

/* --- the top ----------------------------------------------------------------------------------- */

struct top {
	struct tree_config *config;
	struct source_entry *sources;
	size_t nsources;
	bool has_sources;
	struct source_entry alone; /* sourceDir and targets at the top */
	kv_pos pos;
};

static int top_metadata(struct tree_reader *r, krm_val v, void *into)
{
	struct top *top = into;
	if (v.kind != KRM_MAP)
		return tree_wrong(r, v, "a mapping");
	top->config->name = krm_str(krm_get(v, "name"));
	return 0;
}

int tree_engine_parse(struct kv_job *job, kv_pos pos, kv_str text, enum rnd_engine *ret)
{
	if (kv_str_eq(text, KV_S("helm4")))
		*ret = RND_HELM4;
	else if (kv_str_eq(text, KV_S("helm3")))
		*ret = RND_HELM3;
	else
		return kv_error(job, pos, "unknown engine \"%.*s\": it must be helm4 or helm3", KV_ARG(text));
	return 0;
}

static int top_engine(struct tree_reader *r, krm_val v, void *into)
{
	struct top *top = into;
	kv_str text;
	top->config->has_engine = true;
	return tree_read_string(r, v, &text) < 0
		       ? -1
		       : tree_engine_parse(r->job, v.pos, text, &top->config->engine);
}

static int top_kustomize_compat(struct tree_reader *r, krm_val v, void *into)
{
	struct top *top = into;
	kv_str text;
	return tree_read_text(r, v, &text) < 0
		       ? -1
		       : rnd_kustomize_parse(r->job, v.pos, text, &top->config->kustomize);
}

static int top_keep_text(struct tree_reader *r, krm_val v, void *into)
{
	return tree_read_bool(r, v, &((struct top *)into)->config->keep_text);
}

static int top_kube_version(struct tree_reader *r, krm_val v, void *into)
{
	return tree_read_text(r, v, &((struct top *)into)->config->kube_version);
}

static int read_api_version(struct tree_reader *r, krm_val v, void *into)
{
	return tree_read_string(r, v, into);
}

static int top_api_versions(struct tree_reader *r, krm_val v, void *into)
{
	struct tree_config *config = ((struct top *)into)->config;
	return tree_read_list(r, v, sizeof(kv_str), read_api_version, &config->api_versions,
			      &config->napi_versions);
}

static int top_legacy_names(struct tree_reader *r, krm_val v, void *into)
{
	return tree_read_bool(r, v, &((struct top *)into)->config->legacy_names);
}

static int top_pod_security(struct tree_reader *r, krm_val v, void *into)
{
	return tree_read_pod_security(r, v, &((struct top *)into)->config->pod_security);
}

static int top_namespaces(struct tree_reader *r, krm_val v, void *into)
{
	return tree_read_namespaces(r, v, &((struct top *)into)->config->namespaces);
}

static int top_secrets(struct tree_reader *r, krm_val v, void *into)
{
	return tree_read_secrets(r, v, &((struct top *)into)->config->secrets);
}

static int top_volatile(struct tree_reader *r, krm_val v, void *into)
{
	return tree_read_volatile(r, v, &((struct top *)into)->config->generated);
}

static int top_checks(struct tree_reader *r, krm_val v, void *into)
{
	return tree_read_checks(r, v, &((struct top *)into)->config->checks);
}

static int top_source_dir(struct tree_reader *r, krm_val v, void *into)
{
	return source_dir(r, v, &((struct top *)into)->alone);
}

static int top_targets(struct tree_reader *r, krm_val v, void *into)
{
	return source_targets(r, v, &((struct top *)into)->alone);
}

static int top_sources(struct tree_reader *r, krm_val v, void *into)
{
	struct top *top = into;
	top->has_sources = true;
	return tree_read_list(r, v, sizeof *top->sources, read_source, &top->sources, &top->nsources);
}

/* --- what only a function has ------------------------------------------------------------------- */

#define MODES "auto|generate|transform|validate"
#define NAMELESS "drop|name|fail"
#define BEHAVIORS "create|merge|replace"

static int function_mode(struct tree_reader *r, krm_val v, void *into)
{
	size_t choice;
	if (tree_read_choice(r, v, MODES, &choice) < 0)
		return -1;
	((struct top *)into)->config->function.mode = (enum tree_mode)choice;
	return 0;
}

static int function_nameless(struct tree_reader *r, krm_val v, void *into)
{
	size_t choice;
	if (tree_read_choice(r, v, NAMELESS, &choice) < 0)
		return -1;
	((struct top *)into)->config->function.nameless = (enum tree_nameless)choice;
	return 0;
}

static int function_strict(struct tree_reader *r, krm_val v, void *into)
{
	return tree_read_bool(r, v, &((struct top *)into)->config->function.strict);
}

static int function_filter(struct tree_reader *r, krm_val v, void *into)
{
	return tree_read_filter(r, v, &((struct top *)into)->config->function.select);
}

static int function_credentials(struct tree_reader *r, krm_val v, void *into)
{
	struct tree_function_config *f = &((struct top *)into)->config->function;
	return tree_read_list(r, v, sizeof *f->credentials, tree_read_selector, &f->credentials,
			      &f->ncredentials);
}

static int generator_needs_hash(struct tree_reader *r, krm_val v, void *into)
{
	return tree_read_bool(r, v, &((struct tree_function_config *)into)->needs_hash);
}

static int generator_behavior(struct tree_reader *r, krm_val v, void *into)
{
	size_t choice;
	if (tree_read_choice(r, v, BEHAVIORS, &choice) < 0)
		return -1;
	((struct tree_function_config *)into)->behavior = krm_str(v);
	return 0;
}

static int generator_filter(struct tree_reader *r, krm_val v, void *into)
{
	return tree_read_filter(r, v, &((struct tree_function_config *)into)->generated);
}

static const struct tree_field generator_fields[] = {
	{ "needsHash", FUNCTION, generator_needs_hash, .shape = TREE_FLAG,
	  .help = "Let kustomize append a hash to the names." },
	{ "behavior", FUNCTION, generator_behavior, .shape = TREE_TEXT, .values = BEHAVIORS,
	  .help = "What kustomize does if the object exists already." },
	{ "filter", FUNCTION, generator_filter, .shape = TREE_ONE, .rows = &tree_filter_rows,
	  .help = "The resources that this is about; default: ConfigMaps and Secrets." },
};
static const struct tree_fields generator_rows = TREE_FIELDS(generator_fields);

static int function_generator(struct tree_reader *r, krm_val v, void *into)
{
	return tree_read_fields(r, v, generator_fields, KV_COUNT(generator_fields),
				&((struct top *)into)->config->function);
}

static const struct tree_field top_fields[] = {
	{ "apiVersion", ALL, tree_read_nothing, .shape = TREE_TEXT }, /* looked at before the rest */
	{ "kind", ALL, tree_read_nothing, .shape = TREE_TEXT },
	{ "metadata", ALL, top_metadata, .shape = TREE_OBJECT },
	{ "sourceDir", V1, top_source_dir, .shape = TREE_TEXT },
	{ "sources", V2 | VENDOR, top_sources, .shape = TREE_MANY, .rows = &source_rows,
	  .help = "What to render; a function without sources works on its items." },
	{ "targets", V1 | VENDOR | FUNCTION, top_targets, .shape = TREE_MANY, .rows = &target_rows },
	{ "engine", VENDOR, top_engine, .shape = TREE_TEXT, .values = "helm4|helm3" },
	{ "kustomizeCompat", VENDOR, top_kustomize_compat, .shape = TREE_TEXT, .values = "5.7|5.8.0|5.8.1",
	  .help = "The kustomize whose namespace rules apply." },
	{ "keepText", VENDOR, top_keep_text, .shape = TREE_FLAG,
	  .help = "Keep text that kustomize would damage as it was written." },
	{ "kubeVersion", VENDOR, top_kube_version, .shape = TREE_TEXT,
	  .help = "Version of Kubernetes that charts see." },
	{ "apiVersions", VENDOR, top_api_versions, .shape = TREE_TEXTS,
	  .help = "API versions that charts see besides the built-in ones." },
	{ "legacyNames", VENDOR, top_legacy_names, .shape = TREE_FLAG,
	  .help = "File names as kubesource writes them." },
	{ "namespaces", VENDOR, top_namespaces, .shape = TREE_ONE, .rows = &tree_namespaces_rows,
	  .help = "Fill in missing namespaces, and make missing Namespaces." },
	{ "secrets", VENDOR, top_secrets, .shape = TREE_ONE, .rows = &tree_secrets_rows,
	  .help = "The secret guard, and ExternalSecrets in place of Secrets." },
	{ "volatile", VENDOR, top_volatile, .shape = TREE_ONE, .rows = &tree_volatile_rows,
	  .help = "What to do about values that are random or depend on the time." },
	{ "podSecurity", VENDOR, top_pod_security, .shape = TREE_ONE, .rows = &tree_pod_security_rows,
	  .help = "The Pod Security level, and what is added so that Pods pass it." },
	{ "audit", VENDOR, top_checks, .shape = TREE_ONE, .rows = &tree_checks_rows,
	  .help = "Rules of kvendor audit to apply to what is written." },
	{ "mode", FUNCTION, function_mode, .shape = TREE_TEXT, .values = MODES,
	  .help = "The role; auto generates if there are sources and transforms otherwise." },
	{ "filter", FUNCTION, function_filter, .shape = TREE_ONE, .rows = &tree_filter_rows,
	  .help = "The items or rendered resources to keep." },
	{ "generateName", FUNCTION, function_nameless, .shape = TREE_TEXT, .values = NAMELESS,
	  .help = "What to do with objects that have generateName and no name, which every host refuses." },
	{ "generatorOptions", FUNCTION, function_generator, .shape = TREE_ONE, .rows = &generator_rows,
	  .help = "Options for kustomize, when kvendor is a generator." },
	{ "credentials", FUNCTION, function_credentials, .shape = TREE_MANY, .rows = &tree_selector_rows,
	  .help = "Selectors of Secret items with logins for downloads; such items are never laid out or shown." },
	{ "strict", FUNCTION, function_strict, .shape = TREE_FLAG, .help = "Treat warnings as errors." },
};
const struct tree_fields tree_config_fields = TREE_FIELDS(top_fields);

const struct tree_field *tree_field_find(const struct tree_fields *fields, unsigned kinds, kv_str name)
{
	for (size_t i = 0; i < fields->n; i++)
		if ((fields->v[i].kinds & kinds) && kv_str_eq(name, kv_str_c(fields->v[i].name)))
			return &fields->v[i];
	return NULL;
}

/* --- groups ------------------------------------------------------------------------------------ */

static void add_group(struct tree_config *c, kv_pos pos, struct tree_source *sources, size_t nsources,
		      const struct source_entry *targets)
{
	c->groups[c->ngroups++] =
		(struct tree_group){ pos, sources, targets->targets, nsources, targets->ntargets };
}

static int no_targets(struct tree_reader *r, kv_pos pos)
{
	return kv_error(r->job, pos, "the source has no targets: nothing would be written");
}

/* The sources without targets of their own share those at the top. */
static int group_sources(struct tree_reader *r, struct top *top)
{
	struct tree_config *c = top->config;
	struct tree_source *shared = KV_NEW_N(r->job->arena, struct tree_source, top->nsources);
	size_t nshared = 0;
	int failed = 0;
	c->groups = KV_NEW_N(r->job->arena, struct tree_group, top->nsources + 1);
	for (size_t i = 0; i < top->nsources; i++) {
		struct source_entry *s = &top->sources[i];
		if (s->ntargets)
			add_group(c, s->source.pos, &s->source, 1, s);
		else if (!s->has_targets && (top->alone.ntargets || r->kinds & FUNCTION))
			shared[nshared++] = s->source;
		else
			failed = no_targets(r, s->source.pos);
	}
	for (size_t i = 0; i < nshared && nshared > 1; i++)
		if (shared[i].applications)
			failed = kv_error(r->job, shared[i].pos,
					  "a source with applications needs targets of its own, unless it is the only source");
	if (nshared)
		add_group(c, shared[0].pos, shared, nshared, &top->alone);
	else if (top->alone.ntargets)
		failed = kv_error(r->job, top->alone.targets[0].pos, "no source is written to this target");
	return failed;
}

/* A functionConfig without sources: the items of the ResourceList are the source. */
static void group_items(struct tree_reader *r, struct top *top)
{
	top->config->groups = KV_NEW_N(r->job->arena, struct tree_group, 1);
	add_group(top->config, top->pos, NULL, 0, &top->alone);
}

static int group(struct tree_reader *r, struct top *top)
{
	struct source_entry *alone = &top->alone;
	if (r->function && !top->nsources && !alone->source.dir.p) {
		group_items(r, top);
		return 0;
	}
	if (r->kind == TREE_V1ALPHA1) {
		if (!alone->source.dir.p)
			return kv_error(r->job, top->pos,
					"sourceDir is missing: at least one source is required");
		alone->source.pos = alone->source.dir_pos;
		if (!alone->ntargets && !r->function)
			return no_targets(r, alone->source.pos);
		struct tree_source *source = KV_NEW(r->job->arena, struct tree_source);
		*source = alone->source;
		top->config->groups = KV_NEW_N(r->job->arena, struct tree_group, 1);
		add_group(top->config, source->pos, source, 1, alone);
		return 0;
	}
	if (!top->nsources)
		return kv_error(r->job, top->pos, "at least one source is required");
	return group_sources(r, top);
}

/* --- helmCharts and resources as kustomize reads them ------------------------------------------ */

static int typed_document(struct tree_reader *r, krm_val doc)
{
	if (r->typed.kind != KRM_NIL)
		return 0;
	if (r->function) {
		struct kv_buf text;
		kv_str error;
		kv_buf_init(&text, r->job->arena, KV_BUF_MAX);
		if (krm_yaml_write(r->job, doc, &text, &error) < 0)
			return kv_error(r->job, doc.pos, "%.*s", KV_ARG(error));
		r->name = KV_S("functionConfig");
		r->text = kv_buf_view(&text);
	}
	return krm_yaml_read(r->job, r->name, r->text, KRM_YAML_HELM, &r->typed);
}

/* The same fields from a second reading, in which numbers are numbers. */
static int typed_fields(struct tree_reader *r, krm_val doc, struct top *top)
{
	static const char *const names[] = { "helmCharts", "helmGlobals", "resources" };
	for (size_t i = 0; i < top->nsources; i++) {
		struct tree_source *s = &top->sources[i].source;
		if (s->fields.kind == KRM_NIL)
			continue;
		if (typed_document(r, doc) < 0)
			return -1;
		krm_val sources = krm_get(r->typed, "sources");
		if (krm_list_len(sources) != top->nsources)
			return kv_error(r->job, s->pos, "the source cannot be read a second time");
		for (size_t f = 0; f < KV_COUNT(names); f++)
			if (krm_has(sources.l->v[i], names[f]))
				krm_map_set_c(r->job->arena, s->fields.m, names[f],
					      krm_get(sources.l->v[i], names[f]));
	}
	return 0;
}

/* --- entry points ------------------------------------------------------------------------------ */

static int decode(struct tree_reader *r, krm_val doc, struct tree_config *ret)
{
	if (doc.kind != KRM_MAP)
		return kv_error(r->job, doc.pos, "the configuration is %s: at least one source is required",
				doc.kind == KRM_NIL ? "empty" : tree_describe(doc));
	*ret = (struct tree_config){ 0 };
	struct top top = { .config = ret, .pos = doc.pos };
	if (tree_read_kind(r, doc) < 0)
		return -1;
	ret->kind = r->kind;
	if (tree_read_fields(r, doc, top_fields, KV_COUNT(top_fields), &top) < 0)
		return -1;
	if (typed_fields(r, doc, &top) < 0)
		return -1;
	return group(r, &top);
}

int tree_config_read(struct kv_job *job, kv_str name, kv_str text, struct tree_config *ret)
{
	struct tree_reader r = { .job = job, .name = name, .text = text, .typed = krm_nil() };
	krm_val doc;
	if (tree_config_yaml(job, name, text, &doc) < 0)
		return -1;
	if (doc.kind == KRM_NIL && doc.pos == 0)
		return kv_error_file(job, name,
				     "the configuration is empty: at least one source is required");
	return decode(&r, doc, ret);
}

int tree_config_decode(struct kv_job *job, krm_val doc, struct tree_config *ret)
{
	struct tree_reader r = { .job = job, .function = true, .typed = krm_nil() };
	if (tree_config_normal(job, &doc) < 0)
		return -1;
	return decode(&r, doc, ret);
}
