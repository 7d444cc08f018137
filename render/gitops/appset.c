/* render/gitops/appset.c: an ApplicationSet to its Applications (applicationset/controllers/template). */
#include "krm/yaml.h"
#include "render/gitops/internal.h"

/* mergo.Merge: `under` where nothing is said. */
static int merge_under(struct rnd_gitops_set *s, krm_val *into, krm_val under, size_t depth)
{
	if (depth > s->run.job->limits.depth)
		return kv_error(s->run.job, under.pos, "nested too deeply");
	if (into->kind != KRM_MAP || under.kind != KRM_MAP) {
		if (rnd_empty(*into))
			*into = under;
		return 0;
	}
	krm_map_each (under.m, e) {
		krm_val old = krm_get_str(*into, krm_str(e->key));

		/* One text of JSON for Go. */
		if (krm_is_str(e->key, "valuesObject") && !rnd_empty(old))
			continue;
		if (merge_under(s, &old, e->val, depth + 1) < 0)
			return -1;
		krm_map_set(s->run.job->arena, into->m, krm_str(e->key), old);
	}
	return 0;
}

/* The template of a generator, completed by that of the set. */
static int template_of(struct rnd_gitops_set *s, krm_val generator, krm_val template, krm_val *ret)
{
	*ret = krm_nil();
	if (generator.kind == KRM_MAP)
		krm_map_each (generator.m, e)
			if (krm_get(e->val, "template").kind == KRM_MAP &&
			    krm_copy(s->run.job, krm_get(e->val, "template"), ret) < 0)
				return -1;
	return merge_under(s, ret, template, 0);
}

/* templatePatch: lists are replaced; the project stays. */
static int patch(struct rnd_gitops_set *s, krm_val text, krm_val params, krm_val *app)
{
	krm_val project = krm_path(*app, "spec", "project", NULL), patch;
	kv_str replaced;

	if (text.kind != KRM_STRING)
		return 0;
	if (rnd_gitops_replace(s, text.pos, krm_str(text), params, &replaced) < 0 ||
	    krm_yaml_read(s->run.job, KV_S("templatePatch"), replaced, KRM_YAML_HELM, &patch) < 0)
		return -1;
	if (patch.kind != KRM_MAP && patch.kind != KRM_NIL)
		return kv_error(s->run.job, text.pos, "templatePatch is a mapping");
	if (patch.kind == KRM_MAP && rnd_gitops_merge(s->run.job, app, patch, 0) < 0)
		return -1;
	if (krm_get(*app, "spec").kind == KRM_MAP && project.kind != KRM_NIL)
		krm_map_set(s->run.job->arena, krm_get(*app, "spec").m, KV_S("project"), project);
	return 0;
}

static int make(struct rnd_gitops_set *s, krm_val set, krm_val template, krm_val params, krm_val apps)
{
	struct kv_arena *a = s->run.job->arena;
	krm_val made, app = krm_map(a, KRM_OF_ANY);
	kv_str namespace = krm_namespace(set);

	/* Without parameters nothing is replaced. */
	made = template;
	if (krm_map_len(params) && rnd_gitops_replace_all(s, template, params, 0, &made) < 0)
		return -1;
	krm_map_set(a, app.m, KV_S("apiVersion"), krm_get(set, "apiVersion"));
	krm_map_set(a, app.m, KV_S("kind"), krm_string_c(a, "Application"));
	krm_map_set(a, app.m, KV_S("metadata"), krm_get(made, "metadata"));
	krm_map_set(a, app.m, KV_S("spec"), krm_get(made, "spec"));
	if (patch(s, krm_path(set, "spec", "templatePatch", NULL), params, &app) < 0)
		return -1;
	if (!krm_name(app).n)
		return kv_error(s->run.job, set.pos, "the template gives an Application no name");
	if (namespace.n)
		krm_map_set(a, krm_get(app, "metadata").m, KV_S("namespace"), krm_string(a, namespace));
	krm_list_push(a, apps.l, app);
	return 0;
}

/* As encoding/json reads it: every number is one of floating point. */
static int as_json(struct kv_job *job, krm_val set, krm_val *ret)
{
	struct kv_buf out;
	kv_str error;

	kv_buf_init(&out, job->arena, KV_BUF_MAX);
	if (krm_yaml_write(job, set, &out, &error) < 0)
		return kv_error(job, set.pos, "%.*s", KV_ARG(error));
	return krm_yaml_read(job, kv_arena_cat(job->arena, KV_S("ApplicationSet "), krm_name(set)), kv_buf_view(&out),
			     KRM_YAML_HELM, ret);
}

/* The last one counts. */
static int set_option(struct rnd_gitops_set *s, krm_val option)
{
	s->strict = krm_is_str(option, "missingkey=error");
	s->zero = krm_is_str(option, "missingkey=zero");
	if (s->strict || s->zero || krm_is_str(option, "missingkey=default") || krm_is_str(option, "missingkey=invalid"))
		return 0;
	return kv_error(s->run.job, option.pos, "unrecognized option: %.*s", KV_ARG(krm_str(option)));
}

int rnd_gitops_expand_set(struct kv_job *job, const struct rnd_gitops *g, krm_val given, krm_val *ret)
{
	struct rnd_gitops_set s = { .run = { .job = job, .g = g, .options = g->options } };
	krm_val set, generators, options, template, params, apps = krm_list(job->arena, KRM_OF_ANY);

	if (as_json(job, given, &set) < 0)
		return -1;
	generators = krm_path(set, "spec", "generators", NULL);
	options = krm_path(set, "spec", "goTemplateOptions", NULL);
	s.go = krm_flag(krm_get(set, "spec"), "goTemplate");
	for (size_t i = 0; s.go && i < krm_list_len(options); i++)
		if (set_option(&s, options.l->v[i]) < 0)
			return -1;
	for (size_t i = 0; i < krm_list_len(generators); i++) {
		if (template_of(&s, generators.l->v[i], krm_path(set, "spec", "template", NULL), &template) < 0 ||
		    rnd_gitops_generate(&s, generators.l->v[i], krm_nil(), &params) < 0)
			return -1;
		for (size_t k = 0; k < params.l->n; k++)
			if (make(&s, set, template, params.l->v[k], apps) < 0)
				return -1;
	}
	*ret = apps;
	return 0;
}
