/* krm/yaml_items.c: a long document with a list `items` at the left margin, as ResourceLists and Lists have it, read in two halves. */
#include "base/utf8.h"
#include "krm/yaml_quick.h"

/* --- where it may be cut ---------------------------------------------------------------------- */

/* A byte that begins an anchor or an alias, as far as bytes tell: those in a text are rather taken for one. */
static bool has_sign(kv_str text, char sign)
{
	static const char name[] = "0123456789-_abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
	const char *p = text.p, *end = text.p + text.n;
	while (p < end && (p = memchr(p, sign, (size_t)(end - p)))) {
		if (p > text.p && p + 1 < end && p[-1] && p[1] && strchr(" \t\n[{,", p[-1]) && strchr(name, p[1]))
			return true;
		p++;
	}
	return false;
}

bool krm_yaml_may_have_alias(kv_str text)
{
	return has_sign(text, '&') || has_sign(text, '*');
}

bool krm_yaml_may_have_mark(kv_str text)
{
	const char *p = text.p, *end = text.p + text.n;
	while (p < end && (p = memchr(p, '\n', (size_t)(end - p)))) {
		p++;
		if (end - p >= 3 && (*p == '-' || *p == '.') && p[1] == *p && p[2] == *p)
			return true;
	}
	return false;
}

bool krm_yaml_has_other_breaks(kv_str text)
{
	return kv_str_chr(text, '\r') != SIZE_MAX || kv_str_has(text, KV_S("\xC2\x85")) ||
	       kv_str_has(text, KV_S("\xE2\x80\xA8")) || kv_str_has(text, KV_S("\xE2\x80\xA9"));
}

/* The start of the first line of the list `items`; SIZE_MAX if there is none at the left margin. */
static size_t start_of_items(kv_str text)
{
	size_t at = kv_str_find(text, KV_S("\nitems:"), 0);
	kv_str rest, line;
	if (at == SIZE_MAX)
		return SIZE_MAX;
	rest = kv_str_sub(text, at + strlen("\nitems:"), text.n);
	if (!kv_str_line(&rest, &line) || kv_str_trim(line, " ").n || !kv_str_starts(rest, KV_S("- ")))
		return SIZE_MAX;
	return text.n - rest.n;
}

/* Where the next key at the left margin begins; the text's end if there is none. */
static size_t end_of_items(kv_str text, size_t from)
{
	const char *p = text.p + from, *end = text.p + text.n;
	while (p < end) {
		if (!strchr(" -#\n", *p))
			return (size_t)(p - text.p);
		p = memchr(p, '\n', (size_t)(end - p));
		if (!p)
			break;
		p++;
	}
	return text.n;
}

bool krm_yml_ends_with_comment(kv_str text)
{
	kv_str body = kv_str_trim_space(text);
	size_t last = kv_str_rchr(body, '\n');
	return kv_str_starts(kv_str_trim_space(kv_str_sub(body, last == SIZE_MAX ? 0 : last, body.n)), KV_S("#"));
}

/* --- the parts -------------------------------------------------------------------------------- */

/* Head and first half of the list, its second half, and what comes behind it. */
enum { HEAD, MORE, TAIL, NPARTS };

struct parts {
	kv_str text;
	kv_pos base;
	size_t at[NPARTS + 1]; /* where each begins */
	krm_val v[NPARTS];
};

static bool cut(kv_str text, struct parts *ret)
{
	size_t start = start_of_items(text);
	if (start == SIZE_MAX || krm_yaml_may_have_alias(text) || krm_yaml_may_have_mark(text) ||
	    krm_yml_ends_with_comment(text))
		return false;
	size_t end = end_of_items(text, start), half = kv_str_find(text, KV_S("\n- "), start + (end - start) / 2);
	if (half == SIZE_MAX || half + 1 >= end)
		return false;
	ret->at[MORE] = half + 1;
	ret->at[TAIL] = end;
	ret->at[NPARTS] = text.n;
	return true;
}

/* Any problem ends it: reading the whole text tells what and where. */
static int read_parts(struct kv_job *job, void *arg, size_t from, size_t to)
{
	struct parts *p = arg;
	for (size_t i = from; i < to; i++) {
		struct yml_reader r;
		enum yml_step step;
		krm_val more;
		bool found, again = false;
		kv_str part = kv_str_sub(p->text, p->at[i], p->at[i + 1]);
		krm_yml_reader_open(&r, job, part, kv_pos_at(p->base, p->at[i]), KRM_YAML_KUSTOMIZE);
		r.warn = r.chunk = true;
		bool quick = krm_yml_read_quick(&r, part, &p->v[i]);
		int status = quick ? 0 : krm_yml_read_document(&r, &p->v[i], &found);
		if (!quick && status == 0 && found)
			status = krm_yml_read_document(&r, &more, &again);
		if (again || krm_yml_reader_problem(&r, &step))
			status = -1;
		krm_yml_reader_close(&r);
		if (status < 0)
			return -1;
	}
	return 0;
}

/* The parts are what the whole would have been: no key of the tail stands in the head. */
static bool fit(const struct parts *p, krm_val *ret_items)
{
	*ret_items = krm_get(p->v[HEAD], "items");
	if (ret_items->kind != KRM_LIST || p->v[MORE].kind != KRM_LIST)
		return false;
	if (p->v[TAIL].kind == KRM_MAP)
		krm_map_each (p->v[TAIL].m, e)
			if (e->key.kind != KRM_STRING || krm_map_find(p->v[HEAD].m, krm_str(e->key)))
				return false;
	return p->v[TAIL].kind == KRM_MAP || p->v[TAIL].kind == KRM_NIL;
}

bool krm_yml_read_in_parts(struct kv_job *job, kv_str text, kv_pos base, krm_val *ret)
{
	struct parts p = { .text = text, .base = base };
	struct yml_known before = krm_yml_know(job);
	krm_val items;
	if (!cut(text, &p))
		return false;
	if (kv_job_halves(job, MORE, NPARTS, read_parts, &p) < 0 || !fit(&p, &items)) {
		krm_yml_forget(job, &before);
		return false;
	}
	for (size_t i = 0; i < p.v[MORE].l->n; i++)
		krm_list_push(job->arena, items.l, p.v[MORE].l->v[i]);
	if (p.v[TAIL].kind == KRM_MAP)
		krm_map_each (p.v[TAIL].m, e)
			krm_map_set_key(job->arena, p.v[HEAD].m, e->key, e->val);
	*ret = p.v[HEAD];
	return true;
}
