/* render/chart/missing.c: see missing.h. */
#include "render/chart/missing.h"

#include "krm/json.h"
#include "krm/yaml.h"

/* The keys from the root to a map of the values, an item of a list as "[2]"; deeper ones are not looked for. */
enum { DEEPEST = 32 };
/* Members of collections that are looked at: templates can share their parts so that there are billions of ways. */
enum { MOST_LOOKED_AT = 1000 * 1000 };

struct path {
	struct kv_arena *arena;
	kv_str keys[DEEPEST + 1];
	size_t n, looked_at;
};

static bool find_map(krm_val v, const struct krm_map *wanted, struct path *path);

static bool find_below(kv_str key, krm_val v, const struct krm_map *wanted, struct path *path)
{
	path->keys[path->n++] = key;
	if (find_map(v, wanted, path))
		return true;
	path->n--;
	return false;
}

static bool is_collection(krm_val v)
{
	return v.kind == KRM_MAP || v.kind == KRM_LIST;
}

static bool find_map(krm_val v, const struct krm_map *wanted, struct path *path)
{
	if (v.kind == KRM_MAP && v.m == wanted)
		return true;
	if (path->n == DEEPEST || path->looked_at > MOST_LOOKED_AT)
		return false;
	path->looked_at += 1 + (v.kind == KRM_LIST ? v.l->n : v.m->n);
	if (v.kind == KRM_LIST)
		for (size_t i = 0; i < v.l->n; i++)
			if (is_collection(v.l->v[i]) &&
			    find_below(kv_arena_printf(path->arena, "[%zu]", i), v.l->v[i], wanted, path))
				return true;
	if (v.kind == KRM_MAP)
		krm_map_each (v.m, e)
			if (is_collection(e->val) && e->key.kind == KRM_STRING &&
			    find_below(krm_str(e->key), e->val, wanted, path))
				return true;
	return false;
}

static kv_str path_text(struct kv_job *job, const struct path *path)
{
	struct kv_buf b;
	kv_buf_init(&b, job->arena, KV_BUF_MAX);
	kv_buf_lit(&b, ".Values");
	for (size_t i = 0; i < path->n; i++) {
		if (!kv_str_starts(path->keys[i], KV_S("[")))
			kv_buf_c(&b, '.');
		kv_buf_str(&b, path->keys[i]);
	}
	return kv_buf_view(&b);
}

static const struct krm_entry *find_entry(krm_val v, kv_str name)
{
	if (v.kind == KRM_MAP)
		krm_map_each (v.m, e)
			if (e->key.kind == KRM_STRING && kv_str_eq(krm_str(e->key), name))
				return e;
	return NULL;
}

static const krm_val *find_item(krm_val v, kv_str name)
{
	size_t i = 0;
	if (v.kind != KRM_LIST || !kv_str_starts(name, KV_S("[")))
		return NULL;
	for (size_t k = 1; k < name.n && kv_is_digit(name.p[k]); k++)
		i = i * 10 + (size_t)(name.p[k] - '0');
	return i < v.l->n ? &v.l->v[i] : NULL;
}

/* NULL if no key is like the name. */
static const struct krm_entry *nearest_entry(struct kv_job *job, krm_val v, kv_str name)
{
	kv_str *names = KV_NEW_N(job->arena, kv_str, v.m->live + 1);
	size_t n = 0;
	krm_map_each (v.m, e)
		if (e->key.kind == KRM_STRING)
			names[n++] = krm_str(e->key);
	kv_str near = kv_nearest(name, names, n);
	return near.n ? find_entry(v, near) : NULL;
}

/* Where a path leads in values.yaml. */
struct place {
	kv_pos pos; /* of the last key that is there, else the beginning of the file; 0 without a file */
	bool whole; /* all keys are there */
};

static struct place find_place(struct kv_job *job, const struct rnd_chart *chart, const struct path *path)
{
	struct place p = { .pos = 0 };
	krm_val v;
	kv_str ignored;
	if (!chart->values_text.n)
		return p;
	kv_str name = kv_arena_cat(job->arena, chart->path, KV_S("/values.yaml"));
	kv_pos base = kv_source_add(job, name, chart->values_text);
	if (krm_yaml_try_at(job, base, chart->values_text, KRM_YAML_HELM, &v, &ignored))
		return p;
	p.pos = base;
	for (size_t i = 0; i < path->n; i++) {
		const krm_val *item = find_item(v, path->keys[i]);
		const struct krm_entry *e = find_entry(v, path->keys[i]);
		if (!item && !e)
			return p;
		p.pos = item ? item->pos : e->key.pos;
		v = item ? *item : e->val;
	}
	p.whole = true;
	return p;
}

static void tell_unset(struct kv_job *job, const struct rnd_chart *chart, struct path *path, krm_val parent)
{
	struct place p = find_place(job, chart, path);
	kv_str text = path_text(job, path);
	const struct krm_entry *near = nearest_entry(job, parent, path->keys[path->n - 1]);
	if (p.whole || !near) {
		kv_note(job, p.pos,
			p.whole ? "%.*s is gone: other values replace what is here"
			: p.pos ? "%.*s is not set here"
				: "%.*s is not set",
			KV_ARG(text));
		return;
	}
	path->keys[path->n - 1] = krm_str(near->key);
	kv_note(job, near->key.pos ? near->key.pos : near->val.pos, "%.*s is not set; did you mean %.*s?", KV_ARG(text),
		KV_ARG(path_text(job, path)));
}

/* A value knows where it was given: in one of the charts, in a file of the user, in a flag. */
static void tell_value(struct kv_job *job, const struct rnd_chart *chart, const struct path *path, krm_val v)
{
	kv_str text = path_text(job, path);
	if (v.kind == KRM_STRING && !v.s->n)
		kv_note(job, v.pos, "%.*s is empty", KV_ARG(text));
	else if (v.kind != KRM_NIL)
		kv_note(job, v.pos, "%.*s is not a map: %s", KV_ARG(text), krm_json_kind(v));
	else if (v.pos)
		kv_note(job, v.pos, "%.*s is null here", KV_ARG(text));
	else {
		struct place p = find_place(job, chart, path);
		kv_note(job, p.whole ? p.pos : 0,
			p.whole ? "%.*s is null: other values replace what is here" : "%.*s is null", KV_ARG(text));
	}
}

void rnd_tell_missing(struct kv_job *job, const struct rnd_chart *chart, krm_val values, const struct rnd_tpl_error *e)
{
	struct path path = { .arena = job->arena };
	if (e->parent.kind != KRM_MAP || !find_map(values, e->parent.m, &path))
		return;
	const krm_val *v = krm_map_find(e->parent.m, e->missing);
	path.keys[path.n++] = e->missing;
	if (v)
		tell_value(job, chart, &path, *v);
	else
		tell_unset(job, chart, &path, e->parent);
}
