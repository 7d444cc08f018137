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

/* --- apiVersion and kind ----------------------------------------------------------------------- */

static const struct {
	const char *api_version, *kind;
	enum tree_form form;
} forms[] = {
	{ "kubesource.rcwz.pl/v1alpha1", "Config", TREE_V1ALPHA1 },
	{ "kubesource.rcwz.pl/v1alpha2", "Config", TREE_V1ALPHA2 },
	{ "kvendor.dev/v1alpha1", "Vendor", TREE_VENDOR },
};

/* --- values ------------------------------------------------------------------------------------ */

static const char *describe(krm_val v)
{
	switch ((enum krm_kind)v.kind) {
	case KRM_NIL: return "nothing";
	case KRM_MAP: return "a mapping";
	case KRM_LIST: return "a list";
	case KRM_STRING:
		return v.style == KRM_STYLE_PLAIN && tree_plain_is_typed(krm_str(v)) ? "a number or boolean"
										     : "a string";
	default: return "a number or boolean";
	}
}

int tree_wrong(struct tree_reader *r, krm_val v, const char *wanted)
{
	return kv_error(r->job, v.pos, "%s is wanted here, not %s", wanted, describe(v));
}

int tree_enter(struct tree_reader *r, kv_pos pos)
{
	if (++r->nodes > r->job->limits.alias_nodes)
		return kv_error(r->job, pos, "too many nodes (limit %zu)", r->job->limits.alias_nodes);
	return 0;
}

int tree_read_text(struct tree_reader *r, krm_val v, kv_str *ret)
{
	if (v.kind != KRM_STRING)
		return tree_wrong(r, v, "a string");
	*ret = krm_str(v);
	return 0;
}

int tree_read_string(struct tree_reader *r, krm_val v, kv_str *ret)
{
	if (v.kind != KRM_STRING || (v.style == KRM_STYLE_PLAIN && tree_plain_is_typed(krm_str(v)))) {
		tree_wrong(r, v, "a string");
		if (v.kind != KRM_MAP && v.kind != KRM_LIST && v.kind != KRM_NIL)
			kv_note(r->job, 0, "put the value in quotes");
		return -1;
	}
	*ret = krm_str(v);
	return 0;
}

int tree_read_choice(struct tree_reader *r, krm_val v, const char *values, size_t *ret)
{
	kv_str text, rest = kv_str_c(values);
	if (tree_read_string(r, v, &text) < 0)
		return -1;
	for (size_t i = 0; rest.n; i++) {
		size_t bar = kv_str_chr(rest, '|');
		if (kv_str_eq(kv_str_sub(rest, 0, bar), text)) {
			*ret = i;
			return 0;
		}
		rest = bar == SIZE_MAX ? KV_S("") : kv_str_sub(rest, bar + 1, rest.n);
	}
	return kv_error(r->job, v.pos, "\"%.*s\" is not possible here, only %s", KV_ARG(text), values);
}

int tree_read_bool(struct tree_reader *r, krm_val v, bool *ret)
{
	if (v.kind == KRM_BOOL || krm_is_str(v, "true") || krm_is_str(v, "false")) {
		*ret = v.kind == KRM_BOOL ? v.b : krm_is_str(v, "true");
		return 0;
	}
	return tree_wrong(r, v, "true or false");
}

static kv_str listed(struct kv_arena *a, const kv_str *names, size_t n)
{
	kv_str text = KV_S("");
	for (size_t i = 0; i < n; i++)
		text = kv_arena_cat(a, text, !i ? KV_S("") : i + 1 < n ? KV_S(", ") : KV_S(" and "), names[i]);
	return text;
}

/* A field that is one elsewhere. */
static int misplaced(struct tree_reader *r, krm_val key, unsigned where)
{
	bool file = where == FILE_ALONE && r->function;
	kv_error(r->job, key.pos, "the field \"%.*s\" does not exist in %s", KV_ARG(krm_str(key)),
		 file ? "a function" : "this apiVersion");
	if (where == FUNCTION)
		kv_note(r->job, 0, "only a functionConfig has it");
	for (size_t i = 0; i < TREE_COUNT(forms) && !file; i++)
		if (where & 1u << forms[i].form)
			kv_note(r->job, 0, "it exists in %s, kind %s", forms[i].api_version, forms[i].kind);
	return -1;
}

static int unknown(struct tree_reader *r, krm_val key, const struct tree_field *fields, size_t n)
{
	kv_str names[32], name = krm_str(key);
	size_t nnames = 0;
	for (size_t i = 0; i < n; i++) {
		if (fields[i].forms & r->forms)
			names[nnames++] = kv_str_c(fields[i].name);
		else if (kv_str_eq(name, kv_str_c(fields[i].name)))
			return misplaced(r, key, fields[i].forms);
	}
	kv_str near = kv_nearest(name, names, nnames);
	if (near.n)
		return kv_error(r->job, key.pos, "unknown field \"%.*s\", did you mean \"%.*s\"?",
				KV_ARG(name), KV_ARG(near));
	kv_error(r->job, key.pos, "unknown field \"%.*s\"", KV_ARG(name));
	kv_note(r->job, 0, "the fields here are %.*s", KV_ARG(listed(r->job->arena, names, nnames)));
	return -1;
}

static int read_field(struct tree_reader *r, const struct krm_entry *e, const struct tree_field *fields,
		      size_t n, void *into)
{
	kv_str name = krm_str(e->key);
	for (size_t i = 0; i < n; i++) {
		if (!kv_str_eq(name, kv_str_c(fields[i].name)) || !(fields[i].forms & r->forms))
			continue;
		if (!fields[i].read)
			return kv_error(r->job, e->key.pos, "the field \"%.*s\" is not supported yet",
					KV_ARG(name));
		krm_val v = e->val;
		if (v.pos == 0)
			v.pos = e->key.pos;
		return tree_enter(r, v.pos) < 0 ? -1 : fields[i].read(r, v, into);
	}
	return unknown(r, e->key, fields, n);
}

int tree_read_fields(struct tree_reader *r, krm_val v, const struct tree_field *fields, size_t n, void *into)
{
	if (v.kind != KRM_MAP)
		return tree_wrong(r, v, "a mapping");
	int failed = 0;
	krm_map_each (v.m, e) {
		if (read_field(r, e, fields, n, into) < 0)
			failed = -1;
		if (r->nodes > r->job->limits.alias_nodes)
			return -1;
	}
	return failed;
}

int tree_read_list(struct tree_reader *r, krm_val v, size_t size,
		   int (*read)(struct tree_reader *, krm_val, void *), void *ret_items, size_t *ret_n)
{
	if (v.kind == KRM_NIL)
		return 0;
	if (v.kind != KRM_LIST)
		return tree_wrong(r, v, "a list");
	char *items = kv_arena_zero(r->job->arena, kv_size_mul(v.l->n, size));
	int failed = 0;
	for (size_t i = 0; i < v.l->n; i++) {
		krm_val item = v.l->v[i];
		if (item.pos == 0)
			item.pos = v.pos;
		if (tree_enter(r, item.pos) < 0)
			return -1;
		if (read(r, item, items + i * size) < 0)
			failed = -1;
	}
	*(char **)ret_items = items;
	*ret_n = v.l->n;
	return failed;
}

/* --- selectors --------------------------------------------------------------------------------- */

int tree_read_pattern(struct tree_reader *r, krm_val v, kv_str *ret)
{
	if (tree_read_string(r, v, ret) < 0)
		return -1;
	return r->form == TREE_VENDOR ? flt_pattern_check(r->job, v.pos, *ret) : 0;
}

#define SELECTOR_STRING(field)                                                                               \
	static int selector_##field(struct tree_reader *r, krm_val v, void *into)                            \
	{                                                                                                    \
		return tree_read_pattern(r, v, &((struct flt_selector *)into)->field);                       \
	}
SELECTOR_STRING(kind)
SELECTOR_STRING(api_version)
SELECTOR_STRING(group)
SELECTOR_STRING(version)
SELECTOR_STRING(name)
SELECTOR_STRING(namespace)

static int read_labels(struct tree_reader *r, krm_val v, struct flt_label **ret, size_t *ret_n)
{
	if (v.kind == KRM_NIL)
		return 0;
	if (v.kind != KRM_MAP)
		return tree_wrong(r, v, "a mapping");
	struct flt_label *labels = KV_NEW_N(r->job->arena, struct flt_label, krm_map_len(v));
	size_t n = 0;
	int failed = 0;
	krm_map_each (v.m, e) {
		if (tree_enter(r, e->key.pos) < 0)
			return -1;
		labels[n].key = krm_str(e->key);
		krm_val value = e->val;
		if (value.pos == 0)
			value.pos = e->key.pos;
		if (tree_read_pattern(r, value, &labels[n++].value) < 0)
			failed = -1;
	}
	*ret = labels;
	*ret_n = n;
	return failed;
}

static int selector_labels(struct tree_reader *r, krm_val v, void *into)
{
	struct flt_selector *s = into;
	return read_labels(r, v, &s->labels, &s->nlabels);
}

static int selector_annotations(struct tree_reader *r, krm_val v, void *into)
{
	struct flt_selector *s = into;
	return read_labels(r, v, &s->annotations, &s->nannotations);
}

static const struct tree_field selector_metadata_fields[] = {
	{ "name", ALL, selector_name, .shape = TREE_TEXT },
	{ "namespace", ALL, selector_namespace, .shape = TREE_TEXT },
	{ "labels", ALL, selector_labels, .shape = TREE_LABELS },
	{ "annotations", VENDOR, selector_annotations, .shape = TREE_LABELS },
};
static const struct tree_fields selector_metadata_rows = TREE_FIELDS(selector_metadata_fields);

static int selector_metadata(struct tree_reader *r, krm_val v, void *into)
{
	if (v.kind == KRM_NIL)
		return 0;
	return tree_read_fields(r, v, selector_metadata_fields, TREE_COUNT(selector_metadata_fields), into);
}

static const struct tree_field selector_fields[] = {
	{ "kind", ALL, selector_kind, .shape = TREE_TEXT },
	{ "apiVersion", ALL, selector_api_version, .shape = TREE_TEXT },
	{ "group", VENDOR, selector_group, .shape = TREE_TEXT },
	{ "version", VENDOR, selector_version, .shape = TREE_TEXT },
	{ "metadata", ALL, selector_metadata, .shape = TREE_ONE, .rows = &selector_metadata_rows },
};
const struct tree_fields tree_selector_rows = TREE_FIELDS(selector_fields);

static bool has_condition(const struct flt_selector *s)
{
	return s->kind.n || s->api_version.n || s->group.n || s->version.n || s->name.n || s->namespace.n ||
	       s->nlabels || s->nannotations;
}

int tree_read_selector(struct tree_reader *r, krm_val v, void *into)
{
	struct flt_selector *s = into;
	s->pos = v.pos;
	s->match = r->form == TREE_VENDOR ? FLT_MATCH_PATTERNS : FLT_MATCH_EXACT;
	if (v.kind != KRM_NIL && tree_read_fields(r, v, selector_fields, TREE_COUNT(selector_fields), s) < 0)
		return -1;
	if (has_condition(s))
		return 0;
	kv_error(r->job, v.pos, "empty selector: it would match every resource");
	kv_note(r->job, 0, "give it a kind, an apiVersion or metadata");
	return -1;
}

/* --- targets and sources ----------------------------------------------------------------------- */

static int filter_include(struct tree_reader *r, krm_val v, void *into)
{
	struct flt_select *f = into;
	return tree_read_list(r, v, sizeof *f->include, tree_read_selector, &f->include, &f->ninclude);
}

static int filter_exclude(struct tree_reader *r, krm_val v, void *into)
{
	struct flt_select *f = into;
	return tree_read_list(r, v, sizeof *f->exclude, tree_read_selector, &f->exclude, &f->nexclude);
}

static const struct tree_field filter_fields[] = {
	{ "include", ALL, filter_include, .shape = TREE_MANY, .rows = &tree_selector_rows,
	  .help = "Only what one of these selects." },
	{ "exclude", ALL, filter_exclude, .shape = TREE_MANY, .rows = &tree_selector_rows,
	  .help = "And of that nothing that one of these selects." },
};
const struct tree_fields tree_filter_rows = TREE_FIELDS(filter_fields);

int tree_read_filter(struct tree_reader *r, krm_val v, struct flt_select *ret)
{
	if (v.kind == KRM_NIL)
		return 0;
	int failed = tree_read_fields(r, v, filter_fields, TREE_COUNT(filter_fields), ret);
	ret->has_include = ret->ninclude > 0;
	return failed;
}

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

#define FORMS "kubesource|single|hydrator|patches|resources"

static int target_form(struct tree_reader *r, krm_val v, void *into)
{
	static const char *const names[] = { [TREE_FORM_KUBESOURCE] = "kubesource",
					     [TREE_FORM_SINGLE] = "single",
					     [TREE_FORM_HYDRATOR] = "hydrator",
					     [TREE_FORM_PATCHES] = "patches",
					     [TREE_FORM_RESOURCES] = "resources" };
	struct tree_target *t = into;
	kv_str form;
	if (tree_read_string(r, v, &form) < 0)
		return -1;
	for (unsigned i = 0; i < TREE_COUNT(names); i++)
		if (kv_str_eq(form, kv_str_c(names[i]))) {
			t->form = (enum tree_target_form)i;
			return 0;
		}
	return kv_error(r->job, v.pos, "there is no form \"%.*s\": it can be " FORMS, KV_ARG(form));
}

static const struct tree_field target_fields[] = {
	{ "directory", ALL, target_directory, .shape = TREE_TEXT,
	  .help = "Relative path of the folder that is written." },
	{ "filter", ALL, target_filter, .shape = TREE_ONE, .rows = &tree_filter_rows },
	{ "form", VENDOR, target_form, .shape = TREE_TEXT, .values = FORMS,
	  .help = "How the folder is laid out; a function knows kubesource alone." },
};
static const struct tree_fields target_rows = TREE_FIELDS(target_fields);

static int read_target(struct tree_reader *r, krm_val v, void *into)
{
	struct tree_target *t = into;
	if (tree_read_fields(r, v, target_fields, TREE_COUNT(target_fields), t) < 0)
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
	{ "sourceDir", V2 | VENDOR, source_dir, .shape = TREE_TEXT, .help = "Folder of a kustomization." },
	{ "targets", V2 | VENDOR, source_targets, .shape = TREE_MANY, .rows = &target_rows },
	{ "helmCharts", VENDOR, source_charts, .shape = TREE_LIST, .help = "As in a kustomization." },
	{ "helmGlobals", VENDOR, source_globals, .shape = TREE_OBJECT, .help = "As in a kustomization." },
	{ "resources", VENDOR, source_resources, .shape = TREE_TEXTS, .help = "As in a kustomization." },
	{ "applications", FILE_ALONE, source_applications, .shape = TREE_ONE, .rows = &tree_applications_rows,
	  .help = "Objects of Argo CD and Flux, each of which is rendered." },
};
static const struct tree_fields source_rows = TREE_FIELDS(source_fields);

static int read_source(struct tree_reader *r, krm_val v, void *into)
{
	struct source_entry *s = into;
	s->source.pos = v.pos;
	if (tree_read_fields(r, v, source_fields, TREE_COUNT(source_fields), s) < 0)
		return -1;
	bool inlined = s->source.fields.kind != KRM_NIL, applications = s->source.applications != NULL;
	if (s->source.dir.p && inlined)
		return kv_error(r->job, v.pos,
				"a source has sourceDir or helmCharts and resources, not both");
	if (applications && (s->source.dir.p || inlined))
		return kv_error(r->job, v.pos, "a source with applications has nothing else that is rendered");
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

static int ignore(struct tree_reader *r, krm_val v, void *into)
{
	(void)r, (void)v, (void)into;
	return 0;
}

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
		return kv_error(job, pos, "unknown engine \"%.*s\": it is helm4 or helm3", KV_ARG(text));
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
	  .help = "kustomize adds a hash to the names." },
	{ "behavior", FUNCTION, generator_behavior, .shape = TREE_TEXT, .values = BEHAVIORS,
	  .help = "What kustomize does with an object that is there already." },
	{ "filter", FUNCTION, generator_filter, .shape = TREE_ONE, .rows = &tree_filter_rows,
	  .help = "Which resources are meant; without it ConfigMaps and Secrets." },
};
static const struct tree_fields generator_rows = TREE_FIELDS(generator_fields);

static int function_generator(struct tree_reader *r, krm_val v, void *into)
{
	return tree_read_fields(r, v, generator_fields, TREE_COUNT(generator_fields),
				&((struct top *)into)->config->function);
}

static const struct tree_field top_fields[] = {
	{ "apiVersion", ALL, ignore, .shape = TREE_TEXT }, /* looked at before the rest */
	{ "kind", ALL, ignore, .shape = TREE_TEXT },
	{ "metadata", ALL, top_metadata, .shape = TREE_OBJECT },
	{ "sourceDir", V1, top_source_dir, .shape = TREE_TEXT },
	{ "sources", V2 | VENDOR, top_sources, .shape = TREE_MANY, .rows = &source_rows,
	  .help = "What is rendered; a function without sources works on its items." },
	{ "targets", V1 | VENDOR | FUNCTION, top_targets, .shape = TREE_MANY, .rows = &target_rows },
	{ "engine", VENDOR, top_engine, .shape = TREE_TEXT, .values = "helm4|helm3" },
	{ "kustomizeCompat", VENDOR, top_kustomize_compat, .shape = TREE_TEXT, .values = "5.7|5.8.0|5.8.1",
	  .help = "The kustomize whose namespace rules apply." },
	{ "keepText", VENDOR, top_keep_text, .shape = TREE_FLAG,
	  .help = "Text that kustomize damages stays as it was written." },
	{ "kubeVersion", VENDOR, top_kube_version, .shape = TREE_TEXT,
	  .help = "Version of Kubernetes that charts see." },
	{ "apiVersions", VENDOR, top_api_versions, .shape = TREE_TEXTS,
	  .help = "API versions that charts see besides the built-in ones." },
	{ "legacyNames", VENDOR, top_legacy_names, .shape = TREE_FLAG,
	  .help = "File names as kubesource writes them." },
	{ "namespaces", VENDOR, top_namespaces, .shape = TREE_ONE, .rows = &tree_namespaces_rows,
	  .help = "Namespaces of objects that have none, and Namespaces that nothing makes." },
	{ "secrets", VENDOR, top_secrets, .shape = TREE_ONE, .rows = &tree_secrets_rows,
	  .help = "What is done about secrets." },
	{ "volatile", VENDOR, top_volatile, .shape = TREE_ONE, .rows = &tree_volatile_rows,
	  .help = "What is done about values that chance or the clock made." },
	{ "podSecurity", VENDOR, top_pod_security, .shape = TREE_ONE, .rows = &tree_pod_security_rows,
	  .help = "What Pods may do, and what is added so that they may." },
	{ "audit", VENDOR, top_checks, .shape = TREE_ONE, .rows = &tree_checks_rows,
	  .help = "Rules of kvendor audit for what is written." },
	{ "mode", FUNCTION, function_mode, .shape = TREE_TEXT, .values = MODES,
	  .help = "The role; auto generates if there are sources and transforms otherwise." },
	{ "filter", FUNCTION, function_filter, .shape = TREE_ONE, .rows = &tree_filter_rows,
	  .help = "Which items or rendered resources stay." },
	{ "generateName", FUNCTION, function_nameless, .shape = TREE_TEXT, .values = NAMELESS,
	  .help = "What becomes of objects with generateName in place of a name, which no host takes." },
	{ "generatorOptions", FUNCTION, function_generator, .shape = TREE_ONE, .rows = &generator_rows,
	  .help = "For kustomize, from a generator." },
	{ "credentials", FUNCTION, function_credentials, .shape = TREE_MANY, .rows = &tree_selector_rows,
	  .help = "Items of kind Secret that hold credentials; they are never laid out or shown." },
	{ "strict", FUNCTION, function_strict, .shape = TREE_FLAG, .help = "Warnings are errors." },
};
const struct tree_fields tree_config_fields = TREE_FIELDS(top_fields);

const struct tree_field *tree_field_find(const struct tree_fields *fields, unsigned forms, kv_str name)
{
	for (size_t i = 0; i < fields->n; i++)
		if ((fields->v[i].forms & forms) && kv_str_eq(name, kv_str_c(fields->v[i].name)))
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
		else if (!s->has_targets && (top->alone.ntargets || r->forms & FUNCTION))
			shared[nshared++] = s->source;
		else
			failed = no_targets(r, s->source.pos);
	}
	for (size_t i = 0; i < nshared && nshared > 1; i++)
		if (shared[i].applications)
			failed = kv_error(r->job, shared[i].pos,
					  "a source with applications has targets of its own, or is the only source");
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
	if (r->form == TREE_V1ALPHA1) {
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

/* --- apiVersion and kind ----------------------------------------------------------------------- */

static int wrong_identity(struct tree_reader *r, krm_val doc, const char *field, const char *wanted)
{
	krm_val v = krm_get(doc, field);
	if (v.kind == KRM_NIL)
		return kv_error(r->job, v.pos ? v.pos : doc.pos, "the field \"%s\" is missing, it is %s",
				field, wanted);
	return kv_error(r->job, v.pos, "unknown %s \"%.*s\", it is %s", field, KV_ARG(krm_str(v)), wanted);
}

static int read_form(struct tree_reader *r, krm_val doc)
{
	for (size_t i = 0; i < TREE_COUNT(forms); i++) {
		if (!krm_is_str(krm_get(doc, "apiVersion"), forms[i].api_version))
			continue;
		r->form = forms[i].form;
		r->forms = 1u << r->form;
		if (r->function)
			r->forms |= FUNCTION;
		else if (r->form == TREE_VENDOR)
			r->forms |= FILE_ALONE;
		if (krm_is_str(krm_get(doc, "kind"), forms[i].kind))
			return 0;
		return wrong_identity(r, doc, "kind", forms[i].kind);
	}
	return wrong_identity(
		r, doc, "apiVersion",
		"kubesource.rcwz.pl/v1alpha1, kubesource.rcwz.pl/v1alpha2 or kvendor.dev/v1alpha1");
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
		for (size_t f = 0; f < TREE_COUNT(names); f++)
			if (krm_has(sources.l->v[i], names[f]))
				krm_map_set(r->job->arena, s->fields.m, kv_str_c(names[f]),
					    krm_get(sources.l->v[i], names[f]));
	}
	return 0;
}

/* --- entry points ------------------------------------------------------------------------------ */

static int decode(struct tree_reader *r, krm_val doc, struct tree_config *ret)
{
	if (doc.kind != KRM_MAP)
		return kv_error(r->job, doc.pos, "the configuration is %s: at least one source is required",
				doc.kind == KRM_NIL ? "empty" : describe(doc));
	*ret = (struct tree_config){ 0 };
	struct top top = { .config = ret, .pos = doc.pos };
	if (read_form(r, doc) < 0)
		return -1;
	ret->form = r->form;
	if (tree_read_fields(r, doc, top_fields, TREE_COUNT(top_fields), &top) < 0)
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

/* --- .kvendor.yaml ----------------------------------------------------------------------------- */

static int defaults_engine(struct tree_reader *r, krm_val v, void *into)
{
	struct tree_defaults *d = into;
	kv_str text;
	d->has_engine = true;
	return tree_read_string(r, v, &text) < 0 ? -1 : tree_engine_parse(r->job, v.pos, text, &d->engine);
}

static int defaults_pod_security(struct tree_reader *r, krm_val v, void *into)
{
	struct tree_defaults *d = into;
	if (tree_read_pod_security(r, v, &d->pod_security) < 0)
		return -1;
	d->pod_security->shared = true;
	return 0;
}

static int defaults_secrets(struct tree_reader *r, krm_val v, void *into)
{
	return tree_read_secrets(r, v, &((struct tree_defaults *)into)->secrets);
}

static int defaults_volatile(struct tree_reader *r, krm_val v, void *into)
{
	return tree_read_volatile(r, v, &((struct tree_defaults *)into)->generated);
}

static int defaults_checks(struct tree_reader *r, krm_val v, void *into)
{
	return tree_read_checks(r, v, &((struct tree_defaults *)into)->checks);
}

static int defaults_keyring(struct tree_reader *r, krm_val v, void *into)
{
	return tree_read_string(r, v, &((struct tree_defaults *)into)->keyring);
}

static const struct tree_field defaults_fields[] = {
	{ "apiVersion", VENDOR, ignore, .shape = TREE_TEXT },
	{ "kind", VENDOR, ignore, .shape = TREE_TEXT },
	{ "engine", VENDOR, defaults_engine, .shape = TREE_TEXT },
	{ "keyring", VENDOR, defaults_keyring, .shape = TREE_TEXT },
	{ "podSecurity", VENDOR, defaults_pod_security, .shape = TREE_ONE, .rows = &tree_pod_security_rows },
	{ "secrets", VENDOR, defaults_secrets, .shape = TREE_ONE, .rows = &tree_secrets_rows },
	{ "audit", VENDOR, defaults_checks, .shape = TREE_ONE, .rows = &tree_checks_rows },
	{ "volatile", VENDOR, defaults_volatile, .shape = TREE_ONE, .rows = &tree_volatile_rows },
};

int tree_defaults_read(struct kv_job *job, kv_str name, kv_str text, struct tree_defaults *ret)
{
	struct tree_reader r = { .job = job, .form = TREE_VENDOR, .forms = VENDOR, .typed = krm_nil() };
	krm_val doc;
	*ret = (struct tree_defaults){ 0 };
	if (tree_config_yaml(job, name, text, &doc) < 0)
		return -1;
	if (doc.kind == KRM_NIL)
		return 0;
	if (!krm_is_str(krm_get(doc, "apiVersion"), "kvendor.dev/v1alpha1"))
		return wrong_identity(&r, doc, "apiVersion", "kvendor.dev/v1alpha1");
	if (!krm_is_str(krm_get(doc, "kind"), "Defaults"))
		return wrong_identity(&r, doc, "kind", "Defaults");
	return tree_read_fields(&r, doc, defaults_fields, TREE_COUNT(defaults_fields), ret);
}
