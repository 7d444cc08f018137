/* tree/settings.c: lists the values of a configuration with their places. */
#include "tree/settings.h"

#include "base/file.h"
#include "krm/yaml.h"
#include "tree/config_yaml.h"

/* --- flat ------------------------------------------------------------------------------------- */

static kv_str origin_of(struct kv_job *job, kv_pos pos)
{
	struct kv_place place;
	if (!kv_source_find(job, pos, &place))
		return KV_S("default");
	return kv_arena_printf(job->arena, "%.*s:%zu", KV_ARG(place.file), place.line);
}

static void add(struct kv_job *job, struct tree_settings *s, kv_str field, krm_val v, kv_str origin)
{
	KV_PUSH(job->arena, s->v, s->n, s->cap, ((struct tree_setting){ field, v, origin }));
}

static kv_str joined(struct kv_arena *a, kv_str prefix, kv_str name)
{
	return prefix.n ? kv_arena_cat(a, prefix, KV_S("."), name) : name;
}

/* Each value of a ConfigMap is read as a text of its own; its place for people is that of its key. */
static kv_pos closer(struct kv_job *job, kv_pos pos, kv_pos within)
{
	struct kv_place outer, inner;
	if (!within || (kv_source_find(job, pos, &outer) && kv_source_find(job, within, &inner) &&
			!kv_str_eq(outer.file, inner.file)))
		return pos;
	return within;
}

/* Aliases may make a small text large, and deep. */
static int flatten(struct kv_job *job, struct tree_settings *s, kv_str prefix, krm_val v, kv_pos pos, size_t depth)
{
	int failed = 0;
	pos = closer(job, pos, v.pos);
	if (depth > job->limits.depth || s->n > job->limits.alias_nodes)
		return kv_error(job, pos, "too many fields, or too deep (limits %zu and %zu)",
				job->limits.alias_nodes, job->limits.depth);
	if (v.kind == KRM_MAP && krm_map_len(v)) {
		krm_map_each (v.m, e)
			if (!failed)
				failed = flatten(job, s, joined(job->arena, prefix, krm_str(e->key)), e->val,
						 closer(job, pos, e->key.pos), depth + 1);
	} else if (v.kind == KRM_LIST && v.l->n) {
		for (size_t i = 0; i < v.l->n && !failed; i++)
			failed = flatten(job, s, joined(job->arena, prefix, kv_arena_printf(job->arena, "%zu", i)),
					 v.l->v[i], pos, depth + 1);
	} else {
		add(job, s, prefix, v, origin_of(job, pos));
	}
	return failed;
}

/* --- a unit ----------------------------------------------------------------------------------- */

static bool has(const struct tree_settings *s, kv_str field)
{
	for (size_t i = 0; i < s->n; i++)
		if (kv_str_eq(s->v[i].field, field) ||
		    (kv_str_starts(s->v[i].field, field) && s->v[i].field.p[field.n] == '.'))
			return true;
	return false;
}

static void add_text(struct kv_job *job, struct tree_settings *s, const char *field, const char *text, const char *origin)
{
	add(job, s, kv_str_c(field), krm_string_c(job->arena, text), kv_str_c(origin));
}

/* What .kvendor.yaml says and the unit does not: a whole mapping (tree/split.c, tree_filters). */
static int add_default(struct kv_job *job, struct tree_settings *s, krm_val defaults, const char *field)
{
	kv_str name = kv_str_c(field), last = name;
	krm_val v = defaults;
	while (last.n) {
		size_t dot = kv_str_chr(last, '.');
		v = krm_get_str(v, kv_str_sub(last, 0, dot));
		last = dot == SIZE_MAX ? KV_S("") : kv_str_sub(last, dot + 1, last.n);
	}
	if (v.kind == KRM_NIL || has(s, name))
		return 0;
	return flatten(job, s, name, v, v.pos, 0);
}

/* Exceptions of both count; those of the repository come behind. */
static int add_allowed(struct kv_job *job, struct tree_settings *s, krm_val doc, krm_val defaults)
{
	size_t n = krm_list_len(krm_get(krm_get(doc, "secrets"), "allow"));
	krm_val more = krm_get(krm_get(defaults, "secrets"), "allow");
	int failed = 0;
	for (size_t i = 0; i < krm_list_len(more) && !failed; i++)
		failed = flatten(job, s, kv_arena_printf(job->arena, "secrets.allow.%zu", n + i), more.l->v[i], more.pos, 1);
	return failed;
}

static const char *engine_name(enum rnd_engine engine)
{
	return engine == RND_HELM3 ? "helm3" : "helm4";
}

static int add_engine(struct kv_job *job, struct tree_settings *s, const struct tree_repo *repo,
		      const struct tree_produce_options *o, const struct tree_unit *u, krm_val defaults)
{
	static const char *const origins[] = { [TREE_ENGINE_FLAG] = "--engine",
					       [TREE_ENGINE_ENVIRONMENT] = "KVENDOR_ENGINE",
					       [TREE_ENGINE_DEFAULT] = "default" };
	enum rnd_engine engine;
	enum tree_engine_origin from = tree_engine_of(o, &u->config, &repo->defaults, &engine);
	size_t i = 0;
	if (from == TREE_ENGINE_UNIT)
		return 0;
	if (from == TREE_ENGINE_REPOSITORY)
		return add_default(job, s, defaults, "engine");
	while (i < s->n && !kv_str_eq(s->v[i].field, KV_S("engine")))
		i++;
	if (i == s->n)
		add_text(job, s, "engine", "", "");
	s->v[i].value = krm_string_c(job->arena, engine_name(engine));
	s->v[i].origin = kv_str_c(origins[from]);
	return 0;
}

int tree_settings_of_unit(const struct tree_repo *repo, const struct tree_produce_options *options,
			  struct tree_unit *u, struct tree_settings *ret)
{
	struct kv_job *job = u->job;
	krm_val doc, defaults;
	kv_str file = kv_path_join(job->arena, repo->root, KV_S(".kvendor.yaml")), shown;
	if (!kv_path_below(file, repo->cwd, &shown))
		shown = file;
	*ret = (struct tree_settings){ 0 };
	if (tree_config_yaml(job, u->file, u->text, &doc) < 0 ||
	    tree_config_yaml(job, shown, repo->defaults_text, &defaults) < 0 ||
	    flatten(job, ret, KV_S(""), doc, doc.pos, 0) < 0 || add_engine(job, ret, repo, options, u, defaults) < 0 ||
	    add_default(job, ret, defaults, "keyring") < 0 || add_default(job, ret, defaults, "podSecurity") < 0 ||
	    add_default(job, ret, defaults, "secrets.policy") < 0 ||
	    add_default(job, ret, defaults, "secrets.externalSecrets") < 0 || add_allowed(job, ret, doc, defaults) < 0)
		return -1;
	if (!has(ret, KV_S("secrets.policy")))
		add_text(job, ret, "secrets.policy", u->config.kind == TREE_VENDOR ? "refuse" : "warn", "default");
	if (!has(ret, KV_S("kustomizeCompat")))
		add_text(job, ret, "kustomizeCompat", "5.8.1", "default");
	return 0;
}

/* --- a functionConfig ------------------------------------------------------------------------- */

int tree_settings_of_function(struct kv_job *job, kv_str name, kv_str text, struct tree_settings *ret)
{
	struct tree_config config;
	krm_val doc;
	*ret = (struct tree_settings){ 0 };
	if (krm_yaml_read(job, name, text, KRM_YAML_KUSTOMIZE, &doc) < 0 || tree_config_normal(job, &doc) < 0 ||
	    tree_config_decode(job, doc, &config) < 0)
		return -1;
	return flatten(job, ret, KV_S(""), doc, doc.pos, 0);
}
