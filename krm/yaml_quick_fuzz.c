/* krm/yaml_quick_fuzz.c: what is read the quick way is what the reader of all YAML makes of the same text: kinds, styles, flags, places,
 * spellings and problems.
 *
 * Seeds: \.ya?ml$
 */
#include <stdlib.h>

#include "krm/yaml_quick.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool is_same(krm_val a, krm_val b);

static bool is_same_map(const struct krm_map *a, const struct krm_map *b)
{
	if (a->n != b->n || a->live != b->live)
		return false;
	for (uint32_t i = 0; i < a->n; i++)
		if (!is_same(a->e[i].key, b->e[i].key) || !is_same(a->e[i].val, b->e[i].val))
			return false;
	return true;
}

static bool is_same_list(const struct krm_list *a, const struct krm_list *b)
{
	if (a->n != b->n)
		return false;
	for (size_t i = 0; i < a->n; i++)
		if (!is_same(a->v[i], b->v[i]))
			return false;
	return true;
}

static bool is_same(krm_val a, krm_val b)
{
	if (a.kind != b.kind || a.style != b.style || a.flags != b.flags || a.pos != b.pos)
		return false;
	switch ((enum krm_kind)a.kind) {
	case KRM_MAP: return is_same_map(a.m, b.m);
	case KRM_LIST: return is_same_list(a.l, b.l);
	case KRM_STRING: return kv_str_eq(krm_str(a), krm_str(b));
	case KRM_BOOL: return a.b == b.b;
	case KRM_NIL: return true;
	default: return memcmp(&a.i, &b.i, sizeof a.i) == 0;
	}
}

static bool has_same_spellings(const struct kv_job *a, const struct kv_job *b)
{
	if (a->nspellings != b->nspellings || a->folded_texts != b->folded_texts ||
	    a->doubtful != b->doubtful || a->nwarnings != b->nwarnings || a->nerrors != b->nerrors)
		return false;
	for (size_t i = 0; i < a->nspellings; i++)
		if (a->spellings[i].pos != b->spellings[i].pos ||
		    !kv_str_eq(a->spellings[i].text, b->spellings[i].text))
			return false;
	return true;
}

static bool has_same_problem(const struct yml_reader *a, const struct yml_reader *b)
{
	enum yml_step in_a = YML_NSTEPS, in_b = YML_NSTEPS;
	const struct yml_noted *p = krm_yml_reader_problem(a, &in_a), *q = krm_yml_reader_problem(b, &in_b);
	if (!p || !q)
		return !p && !q;
	return in_a == in_b && p->pos == q->pos && kv_str_eq(p->text, q->text);
}

/* The one document of the text, with kustomize's rules as the readers of chunks open it. */
static void open_reader(struct yml_reader *r, struct kv_job *job, kv_str text, enum krm_yaml_rules rules)
{
	krm_yml_reader_open(r, job, text, kv_source_add(job, KV_S("input"), text), rules);
	r->warn = r->chunk = rules == KRM_YAML_KUSTOMIZE;
}

static void compare(struct kv_job *quick, struct kv_job *whole, kv_str text, enum krm_yaml_rules rules)
{
	struct yml_reader r, w;
	krm_val a, b, more;
	bool found, again = false;
	open_reader(&r, quick, text, rules);
	open_reader(&w, whole, text, rules);
	if (krm_yml_read_quick(&r, text, &a)) {
		if (krm_yml_read_document(&w, &b, &found) < 0 || !found ||
		    krm_yml_read_document(&w, &more, &again) < 0 || again || !is_same(a, b) ||
		    !has_same_spellings(quick, whole) || !has_same_problem(&r, &w) || r.nodes != w.nodes ||
		    r.decodes + 1 != w.decodes)
			abort();
	} else if (quick->nspellings || quick->nwarnings || r.nodes ||
		   krm_yml_reader_problem(&r, &(enum yml_step){ 0 })) {
		abort();
	}
	krm_yml_reader_close(&w);
	krm_yml_reader_close(&r);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const enum krm_yaml_rules rules[] = { KRM_YAML_KUSTOMIZE, KRM_YAML_HELM, KRM_YAML_HELM_TYPED };
	for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
		struct kv_job *quick = kv_job_new(), *whole = kv_job_new();
		compare(quick, whole, kv_str_of((const char *)data, size), rules[i]);
		kv_job_free(whole);
		kv_job_free(quick);
	}
	return 0;
}
