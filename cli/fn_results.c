/* cli/fn_results.c: a function's diagnostics as results for the host and as lines for people. */
#include "cli/fn_results.h"

#include <stdlib.h>

#include "base/num.h"

/* Nobody reads more of one severity, and each file position costs a look through its text. */
#define MOST_SHOWN 200u

struct finding {
	struct krm_result result;
	kv_str place; /* "FILE:LINE:COLUMN" of what lies outside the list; may be empty */
	const struct kv_diag *diag;
};

struct findings {
	struct kv_job *job;
	const struct krm_resource_list *list;
	struct finding *v;
	size_t n;
};

/* --- where ------------------------------------------------------------------------------------ */

static bool in_list(const struct krm_resource_list *list, kv_pos pos)
{
	return list->base && pos >= list->base && pos - list->base <= list->text.n;
}

/* The object with the greatest position at or before `pos`: items are in the order of the text. */
static krm_val object_at(const struct krm_resource_list *list, kv_pos pos)
{
	size_t low = 0, high = list->n;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (list->items[middle].resource->obj.pos <= pos)
			low = middle + 1;
		else
			high = middle;
	}
	krm_val config = list->function_config, item = low ? list->items[low - 1].resource->obj : krm_nil();
	if (config.kind == KRM_MAP && config.pos <= pos && (item.kind == KRM_NIL || config.pos > item.pos))
		return config;
	return item;
}

static const struct krm_entry *entry_at(krm_val map, kv_pos pos)
{
	const struct krm_entry *found = NULL;
	krm_map_each (map.m, e)
		if (e->key.pos && e->key.pos <= pos && (!found || e->key.pos > found->key.pos))
			found = e;
	return found;
}

static size_t index_at(krm_val list, kv_pos pos)
{
	size_t found = SIZE_MAX;
	for (size_t i = 0; i < list.l->n; i++)
		if (list.l->v[i].pos && list.l->v[i].pos <= pos)
			found = i;
	return found;
}

static bool is_plain_key(kv_str key)
{
	for (size_t i = 0; i < key.n; i++)
		if (strchr(".[]'\"/ ", key.p[i]))
			return false;
	return key.n > 0;
}

/* The path of the innermost value at a position: "spec.ports[0].port". */
static kv_str field_at(struct kv_job *job, krm_val v, kv_pos pos)
{
	struct kv_buf path;
	kv_buf_init(&path, job->arena, KV_BUF_MAX);
	if (v.pos == pos)
		return KV_S("");
	for (size_t depth = 0; depth < job->limits.depth; depth++) {
		if (v.kind == KRM_MAP) {
			const struct krm_entry *e = entry_at(v, pos);
			if (!e)
				break;
			kv_str key = krm_str(e->key);
			if (is_plain_key(key))
				kv_buf_printf(&path, "%s%.*s", path.n ? "." : "", KV_ARG(key));
			else
				kv_buf_printf(&path, "['%.*s']", KV_ARG(key));
			v = e->val;
		} else if (v.kind == KRM_LIST) {
			size_t i = index_at(v, pos);
			if (i == SIZE_MAX)
				break;
			kv_buf_printf(&path, "[%zu]", i);
			v = v.l->v[i];
		} else {
			break;
		}
	}
	return kv_buf_view(&path);
}

static void place_in_list(const struct findings *f, kv_pos pos, struct krm_result *r)
{
	r->object = object_at(f->list, pos);
	if (r->object.kind != KRM_MAP)
		return;
	r->field = field_at(f->job, r->object, pos);
	r->file = krm_annotation(r->object, "internal.config.kubernetes.io/path");
	if (!r->file.n)
		r->file = krm_annotation(r->object, "config.kubernetes.io/path");
	kv_str index = krm_annotation(r->object, "internal.config.kubernetes.io/index");
	if (!index.n)
		index = krm_annotation(r->object, "config.kubernetes.io/index");
	if (kv_num_parse_int(index, 10, &r->index) != KV_NUM_OK)
		r->index = 0;
}

/* The list itself is no file of the package. */
static kv_str of_package(kv_str file)
{
	return kv_str_eq(file, cli_fn_input) ? KV_S("") : file;
}

static struct finding find(const struct findings *f, const struct kv_diag *d)
{
	struct finding finding = { .result = { .severity = d->severity, .message = d->text }, .diag = d };
	struct krm_result *r = &finding.result;
	struct kv_place place;
	if (in_list(f->list, d->pos)) {
		place_in_list(f, d->pos, r);
	} else if (kv_source_find(f->job, d->pos, &place)) {
		r->file = of_package(place.file);
		finding.place = kv_arena_printf(f->job->arena, "%.*s:%zu:%zu", KV_ARG(place.file), place.line,
						place.column);
	} else {
		finding.place = d->file;
		r->file = of_package(d->file);
	}
	return finding;
}

/* --- the order -------------------------------------------------------------------------------- */

/* kyaml result.go, Sort. */
static int by_place(const void *x, const void *y)
{
	const struct krm_result *a = &((const struct finding *)x)->result,
				*b = &((const struct finding *)y)->result;
	int order = kv_str_cmp(a->file, b->file);
	if (order)
		return order;
	if (a->index != b->index)
		return a->index < b->index ? -1 : 1;
	if (a->severity != b->severity)
		return a->severity < b->severity ? -1 : 1;
	return kv_str_cmp(a->message, b->message);
}

static struct findings collect(struct kv_job *job, const struct krm_resource_list *list)
{
	struct findings f = { job, list, NULL, 0 };
	size_t shown[KV_NOTE + 1] = { 0 };
	f.v = KV_NEW_N(job->arena, struct finding, job->nerrors + job->nwarnings + 1);
	for (const struct kv_diag *d = job->diags; d; d = d->next)
		if (shown[d->severity]++ < MOST_SHOWN)
			f.v[f.n++] = find(&f, d);
	qsort(f.v, f.n, sizeof *f.v, by_place);
	return f;
}

void cli_fn_results(struct kv_job *job, const struct krm_resource_list *list, struct krm_result **ret,
		    size_t *ret_n)
{
	struct findings f = collect(job, list);
	*ret = KV_NEW_N(job->arena, struct krm_result, f.n + 1);
	for (size_t i = 0; i < f.n; i++)
		(*ret)[i] = f.v[i].result;
	*ret_n = f.n;
}

/* --- for people ------------------------------------------------------------------------------- */

/* "v1/Service/ns/name ", as kpt shows a resourceRef. False for what has no identity. */
static bool print_object(krm_val obj, struct kv_buf *out)
{
	const kv_str parts[] = { krm_api_version(obj), krm_kind(obj), krm_namespace(obj), krm_name(obj) };
	bool first = true;
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
		if (!parts[i].n)
			continue;
		kv_buf_printf(out, "%s%.*s", first ? "" : "/", KV_ARG(parts[i]));
		first = false;
	}
	return !first;
}

/* Whether there is a place to print: an object, else a file. */
static bool print_place(const struct finding *f, struct kv_buf *out)
{
	const struct krm_result *r = &f->result;
	if (r->object.kind == KRM_MAP && print_object(r->object, out))
		return true;
	kv_str place = r->object.kind == KRM_MAP ? r->file : f->place;
	kv_buf_str(out, place);
	return place.n > 0;
}

static void print_finding(const struct finding *f, struct kv_buf *out)
{
	const struct krm_result *r = &f->result;
	bool placed = print_place(f, out);
	if (r->field.n)
		kv_buf_printf(out, "%s%.*s", placed ? " " : "", KV_ARG(r->field));
	if (placed || r->field.n)
		kv_buf_lit(out, ": ");
	kv_buf_printf(out, "%.*s\n", KV_ARG(r->message));
}

void cli_fn_results_print(struct kv_job *job, const struct krm_resource_list *list, struct kv_buf *out)
{
	static const char *const severities[] = { "error", "warning", "info" };
	struct findings f = collect(job, list);
	for (size_t i = 0; i < f.n; i++) {
		kv_buf_printf(out, "[%s] ", severities[f.v[i].result.severity]);
		print_finding(&f.v[i], out);
		for (const struct kv_diag *note = f.v[i].diag->notes; note; note = note->next) {
			struct finding noted = find(&f, note);
			kv_buf_lit(out, "  note: ");
			print_finding(&noted, out);
		}
	}
}
