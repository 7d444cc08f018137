/* render/kustomize/selector.c: types/selector.go, and Select of api/resmap/reswrangler.go. */
#include "render/kustomize/selector.h"

static bool is_literal(kv_str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!s.p[i] || strchr("\\.+*?()|[]{}^$", s.p[i]))
			return false;
	return true;
}

static int compile(struct rnd_k_build *b, krm_val selector, const char *field, struct rnd_k_pattern *ret)
{
	krm_val v = krm_get(selector, field);
	kv_str error;

	ret->text = krm_str(v);
	ret->re = NULL;
	if (is_literal(ret->text))
		return 0;
	ret->re = kv_re_get_whole(b->job, ret->text, &error);
	return ret->re ? 0 : kv_error(b->job, v.pos, "%.*s", KV_ARG(error));
}

int rnd_k_selector_compile(struct rnd_k_build *b, krm_val selector, struct rnd_k_selector *ret)
{
	if (compile(b, selector, "group", &ret->group) || compile(b, selector, "version", &ret->version) ||
	    compile(b, selector, "kind", &ret->kind) || compile(b, selector, "name", &ret->name) ||
	    compile(b, selector, "namespace", &ret->namespace))
		return -1;
	if (rnd_k_labelsel_parse(b, krm_get(selector, "labelSelector"), &ret->labels))
		return -1;
	return rnd_k_labelsel_parse(b, krm_get(selector, "annotationSelector"), &ret->annotations);
}

static bool pattern_matches(struct rnd_k_build *b, const struct rnd_k_pattern *p, kv_str text)
{
	return !p->text.n || (p->re ? kv_re_match(b->job, p->re, text) : kv_str_eq(p->text, text));
}

static bool matches_gvk(struct rnd_k_build *b, const struct rnd_k_selector *s, struct krm_gvk gvk)
{
	return pattern_matches(b, &s->kind, gvk.kind) &&
	       pattern_matches(b, &s->group, gvk.group) &&
	       pattern_matches(b, &s->version, gvk.version);
}

bool rnd_k_selector_meta(struct rnd_k_build *b, const struct rnd_k_selector *s, krm_val obj)
{
	return rnd_k_labelsel_matches(b, s->labels, krm_path(obj, "metadata", "labels", NULL)) &&
	       rnd_k_labelsel_matches(b, s->annotations, krm_path(obj, "metadata", "annotations", NULL));
}

bool rnd_k_selector_has_meta(const struct rnd_k_selector *s)
{
	return !rnd_k_labelsel_is_empty(s->labels) || !rnd_k_labelsel_is_empty(s->annotations);
}

bool rnd_k_selector_id(struct rnd_k_build *b, const struct rnd_k_selector *s, struct rnd_k_id id)
{
	return matches_gvk(b, s, id.gvk) && pattern_matches(b, &s->name, id.name) &&
	       pattern_matches(b, &s->namespace, id.namespace);
}

struct rnd_k_list rnd_k_selector_candidates(struct rnd_k_build *b, struct rnd_k_acc *acc,
					    const struct rnd_k_selector *s)
{
	return s->name.text.n && !s->name.re ? rnd_k_find_name(b, acc, s->name.text) : acc->list;
}

/* Name and namespace each match the first or the current one, on their own. */
static bool selects(struct rnd_k_build *b, const struct rnd_k_selector *s, const struct rnd_k_res *res)
{
	struct rnd_k_id cur = rnd_k_cur_id(res), org = rnd_k_org_id(res);

	if (!pattern_matches(b, &s->namespace, rnd_k_effective_namespace(org)) &&
	    !pattern_matches(b, &s->namespace, rnd_k_effective_namespace(cur)))
		return false;
	if (!pattern_matches(b, &s->name, org.name) && !pattern_matches(b, &s->name, cur.name))
		return false;
	return matches_gvk(b, s, cur.gvk) && rnd_k_selector_meta(b, s, res->r->obj);
}

int rnd_k_select(struct rnd_k_build *b, struct rnd_k_acc *acc, krm_val selector, struct rnd_k_list *ret)
{
	struct rnd_k_selector s;
	struct rnd_k_list list = { 0 }, candidates;

	if (rnd_k_selector_compile(b, selector, &s))
		return -1;
	candidates = rnd_k_selector_candidates(b, acc, &s);
	for (size_t i = 0; i < candidates.n; i++)
		if (candidates.v[i]->r->obj.kind == KRM_MAP && selects(b, &s, candidates.v[i]))
			KV_PUSH(b->job->arena, list.v, list.n, list.cap, candidates.v[i]);
	*ret = list;
	return 0;
}
